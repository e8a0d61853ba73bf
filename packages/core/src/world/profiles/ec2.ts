import { utf8Encode } from '../../lib/text.ts';
import type { Profile } from '../profile.ts';
import { PUBLIC_HOSTS } from './public-hosts.ts';

/** A virtual machine in Amazon's cloud. */
export const ec2: Profile = {
  name: 'ec2',
  description: "a machine in Amazon's cloud: mtu 9001, names under ec2.internal",
  hostname: 'ip-172-31-95-167.ec2.internal',
  files: new Map([['/etc/nsswitch.conf', utf8Encode('hosts:      files dns myhostname\n')]]),
  network: {
    card: { name: 'eth0', mtu: 9001, maxMtu: 9216, qdisc: 'pfifo_fast' },
    metric: 512,
    internet: {
      gateway: '172.31.80.1/20',
      beside: ['172.31.0.2'],
      synthDomain: 'ec2.internal,172.31.0.0/16,ip-',
      lease: {
        from: 0xac1f5fa7, // 172.31.95.167
        to: 0xac1f5ffe,
        nameservers: [0xac1f0002],
        domain: 'ec2.internal',
        leaseTime: 3600,
      },
      uplink: { delayMs: 0.05, jitterMs: 0.01 },
      hops: [
        { address: '100.65.8.1', delayMs: 0.25, jitterMs: 0.05 },
        { address: '100.66.12.5', delayMs: 0.2, jitterMs: 0.05 },
      ],
      servers: { hosts: PUBLIC_HOSTS, delayMs: 0.4, ttl: 64 },
    },
  },
};
