/** Routes as packets carry them: made of a table's, kept at its way out, and what they learn. @see net/ipv6/route.c */
import { toHex } from '../../lib/bytes.ts';
import { EACCES, EHOSTUNREACH, EINVAL, ENETUNREACH } from '../../uapi/errno.ts';
import { ICMPV6_ADM_PROHIBITED, ICMPV6_DEST_UNREACH, ICMPV6_NOROUTE } from '../../uapi/icmpv6.ts';
import { DEVCONF_HOPLIMIT, DEVCONF_MTU6 } from '../../uapi/if-link.ts';
import { IP_MAX_MTU, IPV6_MIN_MTU, RTF_ANYCAST, RTF_CACHE, RTF_LOCAL } from '../../uapi/ip.ts';
import {
  RTN_ANYCAST,
  RTN_BLACKHOLE,
  RTN_LOCAL,
  RTN_PROHIBIT,
  RTN_THROW,
  RTN_UNICAST,
  RTN_UNREACHABLE,
} from '../../uapi/rtnetlink.ts';
import {
  SKB_DROP_REASON_IP_INNOROUTES,
  SKB_DROP_REASON_IP_OUTNOROUTES,
  SKB_DROP_REASON_NOT_SPECIFIED,
} from '../../uapi/drop-reason.ts';
import type { Net } from '../core/net.ts';
import { kfreeSkb, type SkBuff } from '../core/skbuff.ts';
import { IPV6_DADDR, IPV6_SADDR } from '../../wire/ipv6.ts';
import { IPV6_ADDR_MULTICAST, ipv6AddrType, rt6NeedStrict } from './addr-type.ts';
import { fib6Lookup } from './fib6-lookup.ts';
import {
  type Fib6Info,
  type Flowi6,
  Rt6,
  RT6_LOOKUP_F_HAS_SADDR,
  RT6_LOOKUP_F_IFACE,
  RTF_REJECT,
} from './fib6-types.ts';
import { in6DevGet, type Inet6Dev } from './inet6-dev.ts';
import { ip6CountDev, kernelIpv6, netIpv6, rtGenidBumpIpv6 } from './netns6.ts';
import { ipv6DevGetSaddr } from './saddr.ts';
import { INADDRERRORS, INNOROUTES, OUTNOROUTES } from './snmp6.ts';

/** Errors of routes that refuse. @see fib6_prop */
function typeError(type: number): number {
  switch (type) {
    case RTN_BLACKHOLE:
      return -EINVAL;
    case RTN_PROHIBIT:
      return -EACCES;
    case RTN_UNREACHABLE:
      return -EHOSTUNREACH;
    case RTN_THROW:
      return -ENETUNREACH;
    default:
      return 0;
  }
}

/** Drops a packet that has nowhere to go, telling its sender. @param counter of the device the route is of @see ip6_pkt_drop */
function pktDrop(skb: SkBuff, code: number, counter: number, reason: number): void {
  const { dev } = skb.dst!;
  const nowhere = counter === INNOROUTES && ipv6AddrType(skb.buf, skb.networkHeader + IPV6_DADDR) === 0;
  ip6CountDev(counter === INNOROUTES ? skb.dev! : dev, nowhere ? INADDRERRORS : counter);
  kernelIpv6(dev.net.kernel).icmpv6Send(skb, ICMPV6_DEST_UNREACH, code, 0);
  kfreeSkb(skb, reason, 'ip6_pkt_drop');
}

const inputDiscard = (skb: SkBuff): void => pktDrop(skb, ICMPV6_NOROUTE, INNOROUTES, SKB_DROP_REASON_IP_INNOROUTES);
const inputProhibit = (skb: SkBuff): void =>
  pktDrop(skb, ICMPV6_ADM_PROHIBITED, INNOROUTES, SKB_DROP_REASON_IP_INNOROUTES);
const inputBlackhole = (skb: SkBuff): void => kfreeSkb(skb, SKB_DROP_REASON_NOT_SPECIFIED, 'dst_discard');

/** Our own packets are told about like others'; the sender's system call succeeds. @see ip6_pkt_discard_out */
function outputDiscard(skb: SkBuff): number {
  skb.dev = skb.dst!.dev;
  pktDrop(skb, ICMPV6_NOROUTE, OUTNOROUTES, SKB_DROP_REASON_IP_OUTNOROUTES);
  return 0;
}

/** The answer where there is no route. @see ip6_null_entry */
export function ip6NullEntry(net: Net): Rt6 {
  const ns = netIpv6(net);
  if (ns.nullEntry === null) {
    const rt = new Rt6(net.loopback!, null, RTN_UNREACHABLE, RTF_REJECT, inputDiscard, outputDiscard);
    rt.error = -ENETUNREACH;
    ns.nullEntry = rt;
  }
  return ns.nullEntry;
}

/** The route as packets carry it, made once. @see ip6_rt_init_dst, ip6_create_rt_rcu */
export function rt6Of(net: Net, f6i: Fib6Info): Rt6 {
  const { nh } = f6i;
  if (nh.rt !== null) return nh.rt;
  const k = kernelIpv6(net.kernel);
  const local = (f6i.flags & (RTF_LOCAL | RTF_ANYCAST)) !== 0;
  const dev = local ? net.loopback! : nh.dev;
  const error = typeError(f6i.type);
  let input = k.forward;
  let { output } = k;
  if ((f6i.flags & RTF_REJECT) !== 0) {
    input = f6i.type === RTN_BLACKHOLE ? inputBlackhole : f6i.type === RTN_PROHIBIT ? inputProhibit : inputDiscard;
    output = outputDiscard;
  } else if (f6i.type === RTN_LOCAL || f6i.type === RTN_ANYCAST) ({ input } = k);
  else if (f6i.plen >= 8 && (ipv6AddrType(f6i.dst) & IPV6_ADDR_MULTICAST) !== 0) input = k.mcInput;
  const rt = new Rt6(dev, f6i, f6i.type, f6i.flags, input, output);
  rt.gateway = nh.gw;
  rt.error = error;
  nh.rt = rt;
  return rt;
}

/** The device whose settings hold for the route: where it leads, for a local one too. @see rt6i_idev */
export const rt6Idev = (rt: Rt6): Inet6Dev | null => in6DevGet(rt.from === null ? rt.dev : rt.from.nh.dev);

/** What was learned about `daddr`, if it still holds. @see rt6_find_cached_rt */
function cachedRt(net: Net, f6i: Fib6Info, d: Uint8Array, dof: number): Rt6 | null {
  const { exceptions } = f6i.nh;
  if (exceptions === null) return null;
  const key = toHex(d.subarray(dof, dof + 16));
  const rt = exceptions.get(key);
  if (rt === undefined) return null;
  if (rt.expires > net.kernel.clock.now) return rt;
  rt.obsolete = true;
  exceptions.delete(key);
  return null;
}

function resolve(net: Net, oif: number, s: Uint8Array, so: number, d: Uint8Array, dof: number, flags: number): Rt6 {
  const f6i = fib6Lookup(net, oif, s, so, d, dof, flags);
  if (f6i === null) return ip6NullEntry(net);
  return cachedRt(net, f6i, d, dof) ?? rt6Of(net, f6i);
}

/** Attaches the route to a received packet, network header at `networkHeader`. @see ip6_route_input */
export function ip6RouteInput(skb: SkBuff): void {
  const dev = skb.dev!;
  const { buf, networkHeader: nh } = skb;
  const flags = RT6_LOOKUP_F_HAS_SADDR | (rt6NeedStrict(buf, nh + IPV6_DADDR) ? RT6_LOOKUP_F_IFACE : 0);
  skb.dst = resolve(dev.net, dev.ifindex, buf, nh + IPV6_SADDR, buf, nh + IPV6_DADDR, flags);
}

/** The flags a search for something to be sent takes. @see ip6_route_output_flags_noref */
export function rt6OutputFlags(fl: Flowi6, boundDev: boolean): number {
  const anySrc = ipv6AddrType(fl.saddr) === 0;
  let flags = 0;
  if (boundDev || rt6NeedStrict(fl.daddr) || (fl.oif !== 0 && anySrc)) flags |= RT6_LOOKUP_F_IFACE;
  if (!anySrc) flags |= RT6_LOOKUP_F_HAS_SADDR;
  return flags;
}

/** The route for something to be sent; one with `error` set when there is none. @see ip6_route_output */
export function ip6RouteOutput(net: Net, fl: Flowi6, boundDev = false): Rt6 {
  return resolve(net, fl.oif, fl.saddr, 0, fl.daddr, 0, rt6OutputFlags(fl, boundDev));
}

/** The source a route prefers for `daddr`. @returns 0 or -EADDRNOTAVAIL. @see ip6_route_get_saddr */
export function ip6RouteGetSaddr(net: Net, f6i: Fib6Info | null, daddr: Uint8Array, out: Uint8Array): number {
  if (f6i !== null && f6i.prefsrc !== null) {
    out.set(f6i.prefsrc);
    return 0;
  }
  return ipv6DevGetSaddr(net, f6i === null ? null : f6i.nh.dev, daddr, out);
}

/**
 * Finds route and, where it is missing, source address of a flow (`fl.saddr` is filled in).
 * @returns the route, or -ENETUNREACH, -EHOSTUNREACH, -EACCES, -EINVAL, -EADDRNOTAVAIL
 * @see ip6_dst_lookup_tail
 */
export function ip6DstLookup(net: Net, fl: Flowi6, boundDev = false): Rt6 | number {
  let rt = ip6RouteOutput(net, fl, boundDev);
  if (ipv6AddrType(fl.saddr) === 0) {
    const err = ip6RouteGetSaddr(net, rt.from, fl.daddr, fl.saddr);
    if (err !== 0) return err;
    if (rt.error !== 0)
      rt = resolve(
        net,
        fl.oif,
        fl.saddr,
        0,
        fl.daddr,
        0,
        rt6OutputFlags(fl, boundDev) | (fl.oif !== 0 ? RT6_LOOKUP_F_IFACE : 0),
      );
  }
  return rt.error !== 0 ? rt.error : rt;
}

/** Bytes a packet may have on its way. @see ip6_mtu */
export function ip6Mtu(net: Net, rt: Rt6): number {
  if (rt.pmtu !== 0 && rt.expires > net.kernel.clock.now) return rt.pmtu;
  const metric = rt.from?.metrics?.mtu ?? 0;
  const mtu = metric !== 0 ? metric : (in6DevGet(rt.dev)?.cnf.get(DEVCONF_MTU6) ?? IPV6_MIN_MTU);
  return Math.min(mtu, IP_MAX_MTU + 40);
}

/** @see ip6_dst_hoplimit */
export function ip6DstHoplimit(net: Net, rt: Rt6): number {
  const metric = rt.from?.metrics?.hoplimit ?? 0;
  if (metric !== 0) return metric;
  return in6DevGet(rt.dev)?.cnf.get(DEVCONF_HOPLIMIT) ?? netIpv6(net).devconfAll.get(DEVCONF_HOPLIMIT);
}

/** A router said that packets to `daddr` may not be larger. @see __ip6_rt_update_pmtu */
export function ip6UpdatePmtu(net: Net, rt: Rt6, daddr: Uint8Array, mtu: number): void {
  const f6i = rt.from;
  if (f6i === null || (rt.type !== RTN_UNICAST && rt.type !== 0)) return;
  const pmtu = Math.max(mtu, IPV6_MIN_MTU);
  if (pmtu >= ip6Mtu(net, rt)) return;
  const { nh } = f6i;
  const key = toHex(daddr);
  nh.exceptions ??= new Map();
  const old = nh.exceptions.get(key);
  if (old !== undefined) old.obsolete = true;
  const made = new Rt6(rt.dev, f6i, rt.type, rt.flags | RTF_CACHE, rt.input, rt.output);
  made.gateway = rt.gateway;
  made.pmtu = pmtu;
  made.expires = net.kernel.clock.now + netIpv6(net).sysctl.mtu_expires * 1e9;
  nh.exceptions.set(key, made);
  rtGenidBumpIpv6(net);
}
