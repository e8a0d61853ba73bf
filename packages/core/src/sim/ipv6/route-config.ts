/** Routes as users ask for them. @see net/ipv6/route.c:ip6_route_add, ip6_route_info_create */
import { ipv6Prefix } from '../../lib/address.ts';
import { EHOSTUNREACH, EINVAL, ENETDOWN, ENODEV, ENOENT, ESRCH } from '../../uapi/errno.ts';
import { IFF_LOOPBACK, IFF_UP } from '../../uapi/if.ts';
import { DEVCONF_DISABLE_IPV6 } from '../../uapi/if-link.ts';
import { RTF_ANYCAST, RTF_EXPIRES, RTF_LOCAL, RTF_NONEXTHOP } from '../../uapi/ip.ts';
import { EACCES } from '../../uapi/errno.ts';
import { NLM_F_CREATE } from '../../uapi/netlink.ts';
import {
  RTN_UNICAST,
  RTN_UNREACHABLE,
  RTNH_F_LINKDOWN,
  RTNH_F_ONLINK,
  RTPROT_BOOT,
  RTPROT_KERNEL,
} from '../../uapi/rtnetlink.ts';
import { netifCarrierOk } from '../core/dev.ts';
import type { Net } from '../core/net.ts';
import type { NetDevice } from '../core/net-device.ts';
import { type ExtAck, nlErr, type NlInfo } from '../core/rtnetlink.ts';
import {
  IPV6_ADDR_LINKLOCAL,
  IPV6_ADDR_LOOPBACK,
  IPV6_ADDR_MAPPED,
  IPV6_ADDR_UNICAST,
  ipv6AddrEqual,
  ipv6AddrType,
} from './addr-type.ts';
import { fib6TableLookup } from './fib6-lookup.ts';
import { fib6Add, fib6Del, fib6NewTable } from './fib6-table.ts';
import {
  type Fib6Config,
  Fib6Info,
  Fib6Nh,
  IP6_RT_PRIO_USER,
  RT6_LOOKUP_F_IFACE,
  RT6_LOOKUP_F_IGNORE_LINKSTATE,
  RTF_GATEWAY,
  RTF_REJECT,
  RTF_UP,
} from './fib6-types.ts';
import { in6DevGet } from './inet6-dev.ts';
import { netIpv6 } from './netns6.ts';
import { ipv6ChkAddr, ipv6ChkAddrAndFlags } from './saddr.ts';

/** Checks the gateway and finds the device it is behind. @returns the device, or -errno. @see ip6_validate_gw */
function validateGw(net: Net, cfg: Fib6Config, wanted: NetDevice | null, extack: ExtAck): NetDevice | number {
  const gw = cfg.gateway!;
  const type = ipv6AddrType(gw);
  const isLocal = (dev: NetDevice): boolean =>
    ipv6ChkAddrAndFlags(net, gw, 0, (type & IPV6_ADDR_LINKLOCAL) !== 0 ? dev : null, 0) !== null;
  if (wanted !== null && isLocal(wanted)) return nlErr(extack, EINVAL, 'Gateway can not be a local address');
  let dev = wanted;
  if ((type & (IPV6_ADDR_LINKLOCAL | IPV6_ADDR_UNICAST)) !== (IPV6_ADDR_LINKLOCAL | IPV6_ADDR_UNICAST)) {
    if ((type & (IPV6_ADDR_UNICAST | IPV6_ADDR_MAPPED)) === 0) return nlErr(extack, EINVAL, 'Invalid gateway address');
    const found =
      (cfg.nhFlags & RTNH_F_ONLINK) !== 0 ? checkOnlink(net, gw, wanted, extack) : checkNh(net, cfg, wanted);
    if (typeof found === 'number') return found;
    dev = found;
  }
  if (dev === null) return nlErr(extack, EINVAL, 'Egress device not specified');
  if ((dev.flags & IFF_LOOPBACK) !== 0)
    return nlErr(extack, EINVAL, 'Egress device can not be loopback device for this route');
  if (wanted === null && isLocal(dev)) return nlErr(extack, EINVAL, 'Gateway can not be a local address');
  return dev;
}

/** A gateway that is said to be on the link, unless the device's own routes know better. @see ip6_route_check_nh_onlink */
function checkOnlink(net: Net, gw: Uint8Array, wanted: NetDevice | null, extack: ExtAck): NetDevice | number {
  if (wanted === null) return nlErr(extack, ENODEV, 'Nexthop device required for onlink');
  const found = fib6TableLookup(net, netIpv6(net).main, wanted.ifindex, gw, 0, RT6_LOOKUP_F_IGNORE_LINKSTATE);
  if (
    found !== null &&
    (found.flags & RTF_REJECT) === 0 &&
    (found.type !== RTN_UNICAST || (found.nh.dev !== wanted && found.plen !== 0))
  )
    return nlErr(extack, EINVAL, 'Nexthop has invalid gateway or device mismatch');
  return wanted;
}

/** The device a gateway is directly behind. @returns it, or -EHOSTUNREACH. @see ip6_route_check_nh */
function checkNh(net: Net, cfg: Fib6Config, wanted: NetDevice | null): NetDevice | number {
  const found = lookupGw(net, cfg.gateway!, wanted, cfg.table);
  if (found === null || (found.flags & (RTF_REJECT | RTF_GATEWAY)) !== 0) return -EHOSTUNREACH;
  return wanted !== null && wanted !== found.nh.dev ? -EHOSTUNREACH : found.nh.dev;
}

/** How the gateway itself is reached: in the route's own table, be the link down or not, then in all. @see ip6_nh_lookup_table */
function lookupGw(net: Net, gw: Uint8Array, wanted: NetDevice | null, table: number): Fib6Info | null {
  const ns = netIpv6(net);
  const oif = wanted === null ? 0 : wanted.ifindex;
  const own = ns.tables.get(table);
  const rt =
    own === undefined
      ? null
      : fib6TableLookup(net, own, oif, gw, 0, RT6_LOOKUP_F_IFACE | RT6_LOOKUP_F_IGNORE_LINKSTATE);
  if (rt !== null && (rt.flags & RTF_REJECT) === 0 && rt.nh.gw === null && (wanted === null || wanted === rt.nh.dev))
    return rt;
  return fib6TableLookup(net, ns.local, oif, gw, 0, 0) ?? fib6TableLookup(net, ns.main, oif, gw, 0, 0);
}

/** Makes a route of a request. @returns it, or -errno with words in extack. @see ip6_route_info_create, fib6_nh_init */
export function ip6RouteInfoCreate(net: Net, cfg: Fib6Config, extack: ExtAck): Fib6Info | number {
  if (cfg.dstLen > 128) return nlErr(extack, EINVAL, 'Invalid prefix length');
  let { flags } = cfg;
  let dev: NetDevice | null = null;
  if (cfg.ifindex !== 0) {
    dev = net.devs.get(cfg.ifindex) ?? null;
    if (dev === null) return -ENODEV;
    if (in6DevGet(dev) === null) return -ENODEV;
  }
  if ((cfg.nhFlags & RTNH_F_ONLINK) !== 0 && cfg.gateway === null && dev === null)
    return nlErr(extack, EINVAL, 'Nexthop device required for onlink');
  if ((cfg.nhFlags & RTNH_F_ONLINK) !== 0 && dev !== null && (dev.flags & IFF_UP) === 0)
    return nlErr(extack, ENETDOWN, 'Nexthop device is not up');
  const toLoop =
    (flags & RTF_REJECT) !== 0 ||
    (dev !== null &&
      (dev.flags & IFF_LOOPBACK) !== 0 &&
      (ipv6AddrType(cfg.dst) & IPV6_ADDR_LOOPBACK) === 0 &&
      (flags & (RTF_ANYCAST | RTF_LOCAL)) === 0);
  if (toLoop) {
    flags = (flags | RTF_REJECT | RTF_NONEXTHOP) >>> 0;
    if (dev === null || (dev.flags & IFF_LOOPBACK) === 0) dev = net.loopback;
  }
  let gw: Uint8Array | null = null;
  if (cfg.gateway !== null) {
    if (!toLoop || cfg.type === RTN_UNICAST) {
      const found = validateGw(net, cfg, dev, extack);
      if (typeof found === 'number') return found;
      if (!toLoop) dev = found;
      gw = cfg.gateway.slice();
    }
  }
  if (dev === null) return -ENODEV;
  const idev = in6DevGet(dev);
  const refuses = (cfg.flags & RTF_REJECT) !== 0;
  if (!refuses && idev !== null && idev.cnf.get(DEVCONF_DISABLE_IPV6) !== 0)
    return nlErr(extack, EACCES, 'IPv6 is disabled on nexthop device');
  if (!refuses && (dev.flags & IFF_UP) === 0) return nlErr(extack, ENETDOWN, 'Nexthop device is not up');
  if (cfg.prefsrc !== null && ipv6AddrType(cfg.prefsrc) !== 0 && !ipv6ChkAddr(net, cfg.prefsrc, 0, dev, false))
    return nlErr(extack, EINVAL, 'Invalid source address');
  const linkdown = !refuses && (flags & (RTF_LOCAL | RTF_ANYCAST)) === 0 && !netifCarrierOk(dev) ? RTNH_F_LINKDOWN : 0;
  const nh = new Fib6Nh(dev, gw, (cfg.nhFlags & RTNH_F_ONLINK) | linkdown, cfg.weight);
  const rt = new Fib6Info(fib6NewTable(net, cfg.table), ipv6Prefix(cfg.dst, cfg.dstLen), cfg.dstLen, nh);
  rt.metric = cfg.metric === 0 ? IP6_RT_PRIO_USER : cfg.metric;
  rt.protocol = cfg.protocol === 0 ? RTPROT_BOOT : cfg.protocol;
  rt.type = cfg.type === 0 ? (toLoop ? RTN_UNREACHABLE : RTN_UNICAST) : cfg.type;
  rt.flags = (flags | RTF_UP) >>> 0;
  rt.metrics = cfg.metrics;
  rt.prefsrc = cfg.prefsrc !== null && ipv6AddrType(cfg.prefsrc) !== 0 ? cfg.prefsrc.slice() : null;
  if (cfg.expires !== 0) {
    rt.expires = net.kernel.clock.now + cfg.expires * 1e9;
    rt.flags = (rt.flags | RTF_EXPIRES) >>> 0;
  }
  return rt;
}

/** Adds a route. @returns 0 or -errno. @see ip6_route_add */
export function ip6RouteAdd(net: Net, cfg: Fib6Config, info: NlInfo, extack: ExtAck): number {
  if ((cfg.nlflags & NLM_F_CREATE) === 0 && !netIpv6(net).tables.has(cfg.table)) fib6NewTable(net, cfg.table);
  const rt = ip6RouteInfoCreate(net, cfg, extack);
  return typeof rt === 'number' ? rt : fib6Add(net, rt, cfg.nlflags, info, extack);
}

/** What a deletion names; what it leaves out matches anything. */
export interface Fib6DelConfig extends Fib6Config {
  readonly hasMetric: boolean;
}

/** Deletes the first route that fits. @returns 0, -ESRCH, -ENOENT. @see ip6_route_del */
export function ip6RouteDel(net: Net, cfg: Fib6DelConfig, info: NlInfo, extack: ExtAck): number {
  const table = netIpv6(net).tables.get(cfg.table);
  if (table === undefined) return nlErr(extack, ESRCH, 'FIB table does not exist');
  const node = table.trie.get(ipv6Prefix(cfg.dst, cfg.dstLen), cfg.dstLen);
  if (node !== null) {
    for (const rt of node.leaf) {
      if (cfg.ifindex !== 0 && rt.nh.dev.ifindex !== cfg.ifindex) continue;
      if (cfg.gateway !== null && (rt.nh.gw === null || !ipv6AddrEqual(cfg.gateway, 0, rt.nh.gw, 0))) continue;
      if (cfg.metric !== 0 && cfg.metric !== rt.metric) continue;
      if (cfg.protocol !== 0 && cfg.protocol !== rt.protocol) continue;
      if (cfg.gateway !== null || rt.siblings === null) return fib6Del(net, rt, info);
      for (const x of rt.siblings.slice()) fib6Del(net, x, info);
      return 0;
    }
  }
  return cfg.dstLen === 0 && node === null && isNullEntry(net, cfg) ? -ENOENT : -ESRCH;
}

/** Whether a deletion means what stands in for a default route while a table has none. @see ip6_null_entry */
function isNullEntry(net: Net, cfg: Fib6DelConfig): boolean {
  if (cfg.ifindex !== 0 && cfg.ifindex !== net.loopback?.ifindex) return false;
  if (cfg.gateway !== null && ipv6AddrType(cfg.gateway) !== 0) return false;
  return (cfg.metric === 0 || cfg.metric === 0xffffffff) && (cfg.protocol === 0 || cfg.protocol === RTPROT_KERNEL);
}
