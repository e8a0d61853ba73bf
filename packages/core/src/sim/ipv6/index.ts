/** IPv6: the order in which its parts begin, which is the order of their notifiers. @see net/ipv6/af_inet6.c:inet6_init */
import { ETH_P_IPV6 } from '../../uapi/if-ether.ts';
import type { SimKernel } from '../core/kernel.ts';
import { addrconfInit } from './addrconf.ts';
import { exthdrsInit } from './exthdrs.ts';
import { icmp6Init } from './icmp6.ts';
import { inet6IoctlInit } from './ioctl6.ts';
import { ip6Forward } from './ip6-forward.ts';
import { ip6Input, ip6McInput, ipv6Rcv } from './ip6-input.ts';
import { ip6Output } from './ip6-output.ts';
import { ndiscInit } from './ndisc.ts';
import { kernelIpv6 } from './netns6.ts';
import { reassembly6Init } from './reassembly6.ts';

export function ipv6Init(kernel: SimKernel): void {
  const k = kernelIpv6(kernel);
  k.input = ip6Input;
  k.mcInput = ip6McInput;
  k.forward = ip6Forward;
  k.output = ip6Output;
  ndiscInit(kernel);
  icmp6Init(kernel);
  exthdrsInit(kernel);
  reassembly6Init(kernel);
  addrconfInit(kernel);
  inet6IoctlInit(kernel);
  kernel.ptypes.set(ETH_P_IPV6, ipv6Rcv);
}
