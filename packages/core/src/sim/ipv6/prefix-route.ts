/** Routes that come with addresses and devices. @see net/ipv6/addrconf.c:addrconf_prefix_route */
import { sharedAddr } from '../../lib/small.ts';
import { ipv6Prefix } from '../../lib/address.ts';
import { DEVCONF_DISABLE_IPV6 } from '../../uapi/if-link.ts';
import { IFF_LOOPBACK, IFF_POINTOPOINT, IFF_UP } from '../../uapi/if.ts';
import { RTF_EXPIRES, RTF_LOCAL, RTF_NONEXTHOP } from '../../uapi/ip.ts';
import { RTN_LOCAL, RTN_MULTICAST, RTN_UNICAST, RTNH_F_LINKDOWN, RTPROT_KERNEL } from '../../uapi/rtnetlink.ts';
import { netifCarrierOk } from '../core/dev.ts';
import type { NetDevice } from '../core/net-device.ts';
import { KERNEL_INFO, newExtAck } from '../core/rtnetlink.ts';
import { fib6Add } from './fib6-table.ts';
import { Fib6Info, Fib6Nh, type Fib6Table, IP6_RT_PRIO_ADDRCONF, RTF_REJECT, RTF_UP } from './fib6-types.ts';
import { in6DevGet, type Inet6Ifaddr } from './inet6-dev.ts';
import { netIpv6 } from './netns6.ts';

/** @param dst for a prefix of 128 bits kept: it may not change */
function make(
  dev: NetDevice,
  table: Fib6Table,
  dst: Uint8Array,
  plen: number,
  metric: number,
  type: number,
  flags: number,
): Fib6Info {
  const rt = new Fib6Info(
    table,
    plen === 128 ? dst : sharedAddr(ipv6Prefix(dst, plen)),
    plen,
    new Fib6Nh(dev, null, 0, 1),
  );
  rt.metric = metric;
  rt.type = type;
  rt.flags = (RTF_UP | flags) >>> 0;
  rt.protocol = RTPROT_KERNEL;
  return rt;
}

/** Enters a route over a device, which has to be up: while it is down there is none. @see fib6_nh_init */
function enter(rt: Fib6Info): void {
  const { dev } = rt.nh;
  const idev = in6DevGet(dev);
  if (idev === null || idev.cnf.get(DEVCONF_DISABLE_IPV6) !== 0 || (dev.flags & IFF_UP) === 0) return;
  if (!netifCarrierOk(dev)) rt.nh.flags |= RTNH_F_LINKDOWN;
  fib6Add(dev.net, rt, null, KERNEL_INFO, newExtAck());
}

/** The route to an address itself, in no table yet. @see addrconf_f6i_alloc */
export function addrconfF6iAlloc(ifp: Inet6Ifaddr): Fib6Info {
  const { dev } = ifp.idev;
  return make(dev, netIpv6(dev.net).local, ifp.addr, 128, 0, RTN_LOCAL, RTF_NONEXTHOP | RTF_LOCAL);
}

/**
 * The route to the neighbours.
 * @param metric 0 for the usual one
 * @param expires world ns, 0 for never
 * @param flags RTF_*
 * @see addrconf_prefix_route
 */
export function addrconfPrefixRoute(
  prefix: Uint8Array,
  plen: number,
  metric: number,
  dev: NetDevice,
  expires: number,
  flags: number,
): void {
  const { net } = dev;
  // A true route over the loopback device would be a circle: such a one refuses.
  const nonexthop =
    (dev.flags & IFF_LOOPBACK) !== 0
      ? RTF_REJECT | RTF_NONEXTHOP
      : (dev.flags & IFF_POINTOPOINT) !== 0
        ? RTF_NONEXTHOP
        : 0;
  const rt = make(
    dev,
    netIpv6(net).main,
    prefix,
    plen,
    metric === 0 ? IP6_RT_PRIO_ADDRCONF : metric,
    RTN_UNICAST,
    flags | nonexthop,
  );
  if (expires !== 0) {
    rt.expires = expires;
    rt.flags = (rt.flags | RTF_EXPIRES) >>> 0;
  }
  enter(rt);
}

/** All multicasts leave by the device. @see addrconf_add_mroute */
export function addrconfAddMroute(dev: NetDevice): void {
  const dst = new Uint8Array(16);
  dst[0] = 0xff;
  enter(make(dev, netIpv6(dev.net).local, dst, 8, IP6_RT_PRIO_ADDRCONF, RTN_MULTICAST, 0));
}

/** The prefix route of the device, or null. `want` and `not` are RTF_*. @see addrconf_get_prefix_route */
export function addrconfGetPrefixRoute(
  prefix: Uint8Array,
  plen: number,
  dev: NetDevice,
  want: number,
  not: number,
): Fib6Info | null {
  const node = netIpv6(dev.net).main.trie.get(prefix, plen);
  for (const rt of node?.leaf ?? []) {
    if (rt.nh.dev !== dev || rt.nh.gw !== null) continue;
    if ((rt.flags & want) >>> 0 !== want || (rt.flags & not) !== 0) continue;
    return rt;
  }
  return null;
}
