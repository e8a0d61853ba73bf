/** IPv6's part of rtnetlink, put together. */
import type { SimKernel } from '../core/kernel.ts';
import { kernelIpv6 } from '../ipv6/netns6.ts';
import { rtnlAddr6Init } from './addr6.ts';
import { rtnlLinkAf6Init } from './link-af6.ts';
import { rtnlNetconfInit } from './netconf.ts';
import { rtnlNeighTable } from './neigh.ts';
import { rtnlRoute6Init } from './route6.ts';
import { rtnlRule6Init } from './rule6.ts';

/** After `ipv6Init`. */
export function rtnlIpv6Init(kernel: SimKernel): void {
  rtnlLinkAf6Init(kernel);
  rtnlAddr6Init(kernel);
  rtnlRoute6Init(kernel);
  rtnlRule6Init(kernel);
  rtnlNeighTable(kernel, kernelIpv6(kernel).ndTbl);
  rtnlNetconfInit(kernel);
}
