/** IPv4: the order in which its parts begin, which is the order of their notifiers. @see net/ipv4/af_inet.c:inet_init */
import { EOPNOTSUPP } from '../../uapi/errno.ts';
import { AF_INET } from '../../uapi/socket.ts';
import { nlErr } from '../core/rtnetlink.ts';
import { ETH_P_IP } from '../../uapi/if-ether.ts';
import type { SimKernel } from '../core/kernel.ts';
import { arpInit } from './arp.ts';
import { devinetInit } from './devinet.ts';
import { fibInit } from './fib-frontend.ts';
import { inDevGet } from './in-device.ts';
import { inetIoctlInit } from './ioctl.ts';
import { icmpSendInit } from './icmp-send.ts';
import { icmpInit } from './icmp.ts';
import { ipForward } from './ip-forward.ts';
import { ipError, ipLocalDeliver, ipRcv } from './ip-input.ts';
import { ipMcOutput, ipOutput, ipRtBug } from './ip-output.ts';
import { kernelIpv4 } from './netns.ts';

export function ipv4Init(kernel: SimKernel): void {
  const k = kernelIpv4(kernel);
  k.localDeliver = ipLocalDeliver;
  k.forward = ipForward;
  k.errorInput = ipError;
  k.output = ipOutput;
  k.mcOutput = ipMcOutput;
  k.rtBug = ipRtBug;
  arpInit(kernel);
  devinetInit(kernel);
  fibInit(kernel);
  icmpSendInit(kernel);
  icmpInit(kernel);
  inetIoctlInit(kernel);
  kernel.ptypes.set(ETH_P_IP, ipRcv);
  kernel.rtnl.afOps.push({
    family: AF_INET,
    key: 'inet',
    fillLinkAf(dev, spec): void {
      const inDev = inDevGet(dev);
      if (inDev !== null) spec.inet = { conf: [...inDev.cnf.data] };
    },
    validateLinkAf: (_dev, spec, extack): number =>
      spec.inet === undefined ? 0 : nlErr(extack, EOPNOTSUPP, 'ipv4: settings can not be changed by a link message'),
  });
}
