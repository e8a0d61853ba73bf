/** The simulated kernel, put together: the one list of its parts. */
import { SimKernel, type SimKernelOptions } from './core/kernel.ts';
import { devIoctlInit } from './core/dev-ioctl.ts';
import { driversInit } from './drivers/index.ts';
import { ipv4Init } from './ipv4/index.ts';
import { ipv6Init } from './ipv6/index.ts';
import { procfsInit } from './procfs/index.ts';
import { rtnetlinkInit } from './rtnl/dispatch.ts';
import { rtnlLinkInit } from './rtnl/link.ts';
import { rtnlNsidInit } from './rtnl/netns.ts';
import { rtnlAddrInit } from './rtnl/addr.ts';
import { rtnlIpv6Init } from './rtnl/ipv6.ts';
import { rtnlNeighInit } from './rtnl/neigh.ts';
import { rtnlNeightblInit } from './rtnl/neigh-table.ts';
import { rtnlRouteInit } from './rtnl/route.ts';
import { rtnlRuleInit } from './rtnl/rule.ts';
import { inetFamilyInit } from './transport/inet.ts';
import { inet6FamilyInit } from './transport/inet6.ts';
import { netlinkInit } from './transport/af-netlink.ts';
import { genetlinkInit } from './transport/genetlink.ts';
import { sockDiagInit } from './transport/sock-diag.ts';

/** Registers every part on a new kernel, in the order their notifiers run. */
function parts(kernel: SimKernel): void {
  netlinkInit(kernel);
  rtnetlinkInit(kernel);
  rtnlLinkInit(kernel);
  rtnlNsidInit(kernel);
  procfsInit(kernel);
  // each protocol's room adds its one line here: `fooInit(kernel);`
  ipv4Init(kernel);
  rtnlAddrInit(kernel);
  rtnlRouteInit(kernel);
  rtnlNeighInit(kernel);
  rtnlNeightblInit(kernel);
  rtnlRuleInit(kernel);
  inetFamilyInit(kernel);
  ipv6Init(kernel);
  rtnlIpv6Init(kernel);
  inet6FamilyInit(kernel);
  sockDiagInit(kernel);
  genetlinkInit(kernel);
  devIoctlInit(kernel);
  driversInit(kernel); // last: devices go before what is built upon them
}

/** A kernel with its first namespace, ready to fork tasks. */
export function createSimKernel(options: SimKernelOptions): SimKernel {
  return new SimKernel(options, parts);
}

export { SimKernel, type SimKernelOptions };
export { type Host, Scheduler } from './core/scheduler.ts';
export { Clock } from './core/clock.ts';
export { type Cost, DEFAULT_COST, NO_COST } from './core/cost.ts';
export type { Net } from './core/net.ts';
export type { NetDevice } from './core/net-device.ts';
export { allocSkb, type SkBuff } from './core/skbuff.ts';
export { addVirtioNet, plugWire, type VirtioNetOptions, type Wire, wireOf, wireReceive } from './drivers/virtio-net.ts';
