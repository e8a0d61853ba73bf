import { utf8Encode } from '../../lib/text.ts';
import type { Profile } from '../profile.ts';
import { PUBLIC_HOSTS } from './public-hosts.ts';

/** An Ubuntu guest behind the address translation of a desktop's virtual machine, as readers of tutorials have it. */
export const ubuntu: Profile = {
  name: 'ubuntu',
  description: 'a virtual machine at home: eth0 by DHCP, a gateway, a small internet',
  hostname: 'ubuntu',
  files: new Map([['/etc/nsswitch.conf', utf8Encode('hosts:          files dns myhostname\n')]]),
  network: {
    card: { name: 'eth0', qdisc: 'fq_codel' },
    metric: 100,
    internet: {
      gateway: '10.0.2.2/24',
      beside: ['10.0.2.3'],
      lease: {
        from: 0x0a00020f, // 10.0.2.15
        to: 0x0a0002fe,
        nameservers: [0x0a000203],
        domain: '',
        leaseTime: 86_400,
      },
      uplink: { delayMs: 0.2, jitterMs: 0.05 },
      hops: [
        { address: '172.16.0.1', delayMs: 1.9, jitterMs: 0.15 },
        { address: '10.1.0.13', delayMs: 1.6, jitterMs: 0.2 },
        { address: '10.1.0.21', delayMs: 0.4, jitterMs: 0.1 },
      ],
      servers: { hosts: PUBLIC_HOSTS, delayMs: 0.3, ttl: 64 },
    },
  },
};
