/** Anycast addresses: a router answers for the subnet's own. RFC 4291 §2.6.1. @see net/ipv6/anycast.c */
import { withAt, withoutAt } from '../../lib/small.ts';
import { ipv6Prefix, solicitedNode } from '../../lib/address.ts';
import { RTF_ANYCAST, RTF_NONEXTHOP } from '../../uapi/ip.ts';
import { RTN_ANYCAST, RTPROT_KERNEL } from '../../uapi/rtnetlink.ts';
import { KERNEL_INFO, newExtAck } from '../core/rtnetlink.ts';
import { ipv6AddrEqual, ipv6AddrType } from './addr-type.ts';
import { fib6Add, fib6Del } from './fib6-table.ts';
import { Fib6Info, Fib6Nh, RTF_UP } from './fib6-types.ts';
import type { Inet6Dev, Inet6Ifaddr } from './inet6-dev.ts';
import { ipv6DevMcDec, ipv6DevMcInc } from './mcast.ts';
import { netIpv6 } from './netns6.ts';

/** The subnet's anycast address; null for a prefix that has none. RFC 6164 §2 */
const subnetOf = (ifp: Inet6Ifaddr): Uint8Array | null => {
  if (ifp.prefixLen >= 127) return null;
  const a = ipv6Prefix(ifp.addr, ifp.prefixLen);
  return ipv6AddrType(a) === 0 ? null : a;
};

/** @see addrconf_join_anycast, __ipv6_dev_ac_inc */
export function anycastJoin(ifp: Inet6Ifaddr): void {
  const { idev } = ifp;
  const addr = subnetOf(ifp);
  if (addr === null || idev.dead) return;
  const known = idev.acList.find((a) => ipv6AddrEqual(a.addr, 0, addr, 0));
  if (known !== undefined) {
    known.users++;
    return;
  }
  const { net } = idev.dev;
  const rt = new Fib6Info(netIpv6(net).local, addr, 128, new Fib6Nh(idev.dev, null, 0, 1));
  rt.flags = RTF_UP | RTF_NONEXTHOP | RTF_ANYCAST;
  rt.type = RTN_ANYCAST;
  rt.protocol = RTPROT_KERNEL;
  idev.acList = withAt(idev.acList, 0, { addr, users: 1, rt });
  fib6Add(net, rt, null, KERNEL_INFO, newExtAck());
  ipv6DevMcInc(idev.dev, solicitedNode(addr));
}

function drop(idev: Inet6Dev, addr: Uint8Array): void {
  const at = idev.acList.findIndex((a) => ipv6AddrEqual(a.addr, 0, addr, 0));
  const ac = idev.acList[at];
  if (ac === undefined || --ac.users > 0) return;
  idev.acList = withoutAt(idev.acList, at);
  ipv6DevMcDec(idev, solicitedNode(addr));
  if (ac.rt !== null) fib6Del(idev.dev.net, ac.rt);
}

/** @see addrconf_leave_anycast */
export function anycastLeave(ifp: Inet6Ifaddr): void {
  const addr = subnetOf(ifp);
  if (addr !== null) drop(ifp.idev, addr);
}

/** The device goes. @see ipv6_ac_destroy_dev */
export function anycastDestroyDev(idev: Inet6Dev): void {
  for (const ac of idev.acList) {
    ac.users = 1;
    drop(idev, ac.addr);
  }
}
