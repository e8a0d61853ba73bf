/** RTM_{NEW,DEL,GET}ROUTE of IPv6. @see net/ipv6/route.c:rtm_to_fib6_config, rt6_fill_node */
import { NL_VALIDATE_DEPRECATED_STRICT, NL_VALIDATE_LIBERAL } from '../../netlink/attr.ts';
import { type RtaAttrs, type RtaxAttrs, routeFamily, type RouteMessage } from '../../netlink/route.ts';
import { EINVAL, ENETUNREACH, ENODEV, ENOENT, EOPNOTSUPP } from '../../uapi/errno.ts';
import { ICMPV6_ROUTER_PREF_INVALID, ICMPV6_ROUTER_PREF_MEDIUM } from '../../uapi/icmpv6.ts';
import { DEVCONF_IGNORE_ROUTES_WITH_LINKDOWN } from '../../uapi/if-link.ts';
import { RTF_ANYCAST, RTF_CACHE, RTF_LOCAL } from '../../uapi/ip.ts';
import { NLM_F_APPEND, NLM_F_CREATE, NLM_F_DUMP_FILTERED, NLM_F_EXCL, NLM_F_REPLACE } from '../../uapi/netlink.ts';
import {
  RT_SCOPE_UNIVERSE,
  RT_TABLE_COMPAT,
  RT_TABLE_MAIN,
  RTM_DELROUTE,
  RTM_F_CLONED,
  RTM_F_FIB_MATCH,
  RTM_F_LOOKUP_TABLE,
  RTM_GETROUTE,
  RTM_NEWROUTE,
  RTN_ANYCAST,
  RTN_BLACKHOLE,
  RTN_LOCAL,
  RTN_MAX,
  RTN_PROHIBIT,
  RTN_THROW,
  RTN_UNREACHABLE,
  RTNH_F_DEAD,
  RTNH_F_LINKDOWN,
  RTNH_F_ONLINK,
  RTNLGRP_IPV6_ROUTE,
} from '../../uapi/rtnetlink.ts';
import { AF_INET6 } from '../../uapi/socket.ts';
import type { SimKernel } from '../core/kernel.ts';
import type { Net } from '../core/net.ts';
import {
  type ExtAck,
  nlErr,
  type NlInfo,
  nlInfo,
  type RtnlDoit,
  type RtnlDumpit,
  type RtnlRequest,
} from '../core/rtnetlink.ts';
import { rt6NeedStrict } from '../ipv6/addr-type.ts';
import { fib6Lookup } from '../ipv6/fib6-lookup.ts';
import { fib6Tables, fib6Walk } from '../ipv6/fib6-table.ts';
import {
  type Fib6Config,
  type Fib6Info,
  Flowi6,
  type Rt6,
  RT6_LOOKUP_F_IFACE,
  RTF_GATEWAY,
  RTF_REJECT,
} from '../ipv6/fib6-types.ts';
import { in6DevGet } from '../ipv6/inet6-dev.ts';
import { kernelIpv6, netIpv6 } from '../ipv6/netns6.ts';
import { ip6NullEntry, ip6RouteOutput, rt6Of } from '../ipv6/rt6.ts';
import { ip6RouteAdd, ip6RouteDel, ip6RouteInfoCreate } from '../ipv6/route-config.ts';
import { ipv6DevGetSaddr } from '../ipv6/saddr.ts';

/** RTNH_F_* of a way out as it is shown. @see fib_nexthop_info, rt6_fill_node */
function nhFlags(rt: Fib6Info): number {
  let flags = rt.nh.flags & RTNH_F_ONLINK;
  if ((rt.nh.flags & RTNH_F_DEAD) !== 0) flags |= RTNH_F_DEAD;
  if ((rt.nh.flags & RTNH_F_LINKDOWN) !== 0) {
    flags |= RTNH_F_LINKDOWN;
    const idev = in6DevGet(rt.nh.dev);
    if (idev !== null && idev.cnf.get(DEVCONF_IGNORE_ROUTES_WITH_LINKDOWN) !== 0) flags |= RTNH_F_DEAD;
  }
  return flags;
}

/** Seconds' hundredths left, 0 for ever. */
function expiresIn(net: Net, at: number): number {
  return at === Infinity ? 0 : Math.trunc((at - net.kernel.clock.now) / 1e7);
}

/** Metrics without those that are 0, as they are shown. @see rtnetlink_put_metrics */
function shownMetrics(metrics: RtaxAttrs | null, mtu: number): RtaxAttrs | undefined {
  const out: Record<string, unknown> = {};
  for (const [key, v] of Object.entries({ ...metrics, ...(mtu === 0 ? {} : { mtu }) }))
    if (v !== undefined && v !== 0) out[key] = v;
  return Object.keys(out).length === 0 ? undefined : (out as RtaxAttrs);
}

/** A route got for a destination: what the answer says besides the route. */
interface Got {
  readonly rt: Rt6;
  readonly daddr: Uint8Array;
  readonly saddr: Uint8Array;
  readonly iif: number;
  readonly prefsrc: Uint8Array | null;
}

/** The message about a route. @see rt6_fill_node */
function fillNode(net: Net, rt: Fib6Info, flags: number, got: Got | null = null): Uint8Array {
  const { id } = rt.table;
  const attrs: RtaAttrs = {};
  const cloned = got !== null;
  attrs.table = id;
  let dstLen = rt.plen;
  if (got !== null) {
    attrs.dst = got.daddr;
    dstLen = 128;
    attrs.src = got.saddr;
    if (got.iif !== 0) attrs.iif = got.iif;
    else if (got.prefsrc !== null) attrs.prefsrc = got.prefsrc;
  } else if (rt.plen !== 0) attrs.dst = rt.dst;
  if (rt.prefsrc !== null) attrs.prefsrc = rt.prefsrc;
  attrs.metrics = shownMetrics(rt.metrics, got !== null && got.rt.pmtu !== 0 ? got.rt.pmtu : 0);
  attrs.priority = rt.metric;
  let shown = 0;
  if (!cloned && rt.siblings !== null) {
    attrs.multipath = rt.siblings.map((s) => ({
      flags: nhFlags(s) & 0xff,
      hops: s.nh.weight - 1,
      ifindex: s.nh.dev.ifindex,
      attrs: s.nh.gw === null ? {} : { gateway: s.nh.gw },
    }));
  } else {
    if (rt.nh.gw !== null) attrs.gateway = rt.nh.gw;
    attrs.oif = got === null ? rt.nh.dev.ifindex : got.rt.dev.ifindex;
    if (!cloned) shown = nhFlags(rt);
  }
  const expires =
    got !== null && got.rt.pmtu !== 0 ? expiresIn(net, got.rt.expires) : got !== null ? 0 : expiresIn(net, rt.expires);
  attrs.cacheinfo = {
    clntref: 0,
    lastuse: 0,
    expires,
    error: got === null ? 0 : got.rt.error,
    used: 0,
    id: 0,
    ts: 0,
    tsage: 0,
  };
  attrs.pref = (rt.flags >>> 27) & 3;
  return routeFamily.encode({
    family: AF_INET6,
    dstLen,
    srcLen: got === null ? 0 : 128,
    tos: 0,
    table: id < 256 ? id : RT_TABLE_COMPAT,
    protocol: rt.protocol,
    scope: RT_SCOPE_UNIVERSE,
    type: rt.type,
    flags: flags | shown | (got !== null && (got.rt.flags & RTF_CACHE) !== 0 ? RTM_F_CLONED : 0),
    attrs,
  });
}

const REJECTS: ReadonlySet<number> = new Set([RTN_UNREACHABLE, RTN_BLACKHOLE, RTN_PROHIBIT, RTN_THROW]);

interface Parsed extends Fib6Config {
  readonly mp: RtaAttrs['multipath'];
  readonly hasMetric: boolean;
}

/** Metrics as a route keeps them. @returns -EINVAL with words in extack. @see ip_metrics_convert */
function convertMetrics(m: RtaxAttrs, extack: ExtAck): RtaxAttrs | number {
  const out: RtaxAttrs = { ...m };
  if (m.unknown !== undefined) return nlErr(extack, EINVAL, 'Invalid metric type');
  if (m.ccAlgo !== undefined && m.ccAlgo !== 'cubic' && m.ccAlgo !== 'reno')
    return nlErr(extack, EINVAL, 'Unknown tcp congestion algorithm');
  if (m.features !== undefined && (m.features & ~0xf) !== 0)
    return nlErr(extack, EINVAL, 'Unknown flag set in feature mask in metrics attribute');
  if (m.advmss !== undefined && m.advmss > 65535 - 40) out.advmss = 65535 - 40;
  if (m.mtu !== undefined && m.mtu > 65535 - 15) out.mtu = 65535 - 15;
  if (m.hoplimit !== undefined && m.hoplimit > 255) out.hoplimit = 255;
  return out;
}

/** What a request says, checked. @see rtm_to_fib6_config */
function toConfig(req: RtnlRequest): Parsed | number {
  const { extack } = req;
  const m = routeFamily.parse(req.message, NL_VALIDATE_LIBERAL, extack);
  if (typeof m === 'number') return m;
  const a = m.attrs;
  if (a.via !== undefined) return nlErr(extack, EINVAL, 'IPv6 does not support RTA_VIA attribute');
  if (m.tos !== 0) return nlErr(extack, EINVAL, 'Invalid dsfield (tos): option not available for IPv6');
  if (a.nhId !== undefined) return nlErr(extack, EINVAL, 'Nexthop id does not exist');
  if (a.encap !== undefined || a.encapType !== undefined)
    return nlErr(extack, EOPNOTSUPP, 'lwt encapsulation type not supported');
  if (m.srcLen !== 0) return nlErr(extack, EINVAL, 'Specifying source address requires IPV6_SUBTREES to be enabled');
  const dst = new Uint8Array(16);
  const plenBytes = (m.dstLen + 7) >> 3;
  if (a.dst !== undefined) {
    if (a.dst.length < plenBytes) return -EINVAL;
    dst.set(a.dst.subarray(0, Math.min(16, plenBytes)));
  }
  if (a.gateway !== undefined && a.gateway.length < 16) return -EINVAL;
  if (a.prefsrc !== undefined && a.prefsrc.length < 16) return -EINVAL;
  let metrics: RtaxAttrs | null = null;
  if (a.metrics !== undefined) {
    const converted = convertMetrics(a.metrics, extack);
    if (typeof converted === 'number') return converted;
    metrics = converted;
  }
  let flags = REJECTS.has(m.type) ? RTF_REJECT : 0;
  if (m.type === RTN_LOCAL) flags = RTF_LOCAL;
  if (m.type === RTN_ANYCAST) flags |= RTF_ANYCAST;
  if ((m.flags & RTM_F_CLONED) !== 0) flags |= RTF_CACHE;
  if (a.gateway !== undefined) flags |= RTF_GATEWAY;
  let pref = a.pref ?? ICMPV6_ROUTER_PREF_MEDIUM;
  if (pref > 3 || pref === ICMPV6_ROUTER_PREF_INVALID) pref = ICMPV6_ROUTER_PREF_MEDIUM;
  return {
    table: a.table ?? (m.table === 0 ? RT_TABLE_MAIN : m.table),
    metric: a.priority ?? 0,
    hasMetric: a.priority !== undefined,
    dst,
    dstLen: m.dstLen,
    ifindex: a.oif ?? 0,
    flags: (flags | (pref << 27)) >>> 0,
    protocol: m.protocol,
    type: m.type,
    nlflags: req.flags & (NLM_F_CREATE | NLM_F_EXCL | NLM_F_REPLACE | NLM_F_APPEND),
    gateway: a.gateway?.slice(0, 16) ?? null,
    prefsrc: a.prefsrc?.slice(0, 16) ?? null,
    metrics,
    expires: a.expires ?? 0,
    nhFlags: m.flags & RTNH_F_ONLINK,
    weight: 1,
    mp: a.multipath,
  };
}

/** One request for each way of a multipath one. */
function ways(cfg: Parsed): Parsed[] {
  return (cfg.mp ?? []).map((hop) => ({
    ...cfg,
    mp: undefined,
    ifindex: hop.ifindex !== 0 ? hop.ifindex : cfg.ifindex,
    gateway: hop.attrs.gateway?.slice(0, 16) ?? cfg.gateway,
    flags: hop.attrs.gateway === undefined ? cfg.flags : (cfg.flags | RTF_GATEWAY) >>> 0,
    nhFlags: hop.flags & RTNH_F_ONLINK,
    weight: hop.hops + 1,
  }));
}

/** @see ip6_route_multipath_add */
function multipathAdd(net: Net, cfg: Parsed, info: NlInfo, extack: ExtAck): number {
  const each = ways(cfg);
  for (const [i, c] of each.entries()) {
    const rt = ip6RouteInfoCreate(net, c, extack);
    if (typeof rt === 'number') return rt;
    if (c.gateway === null && each.length > 1 && i >= 0)
      return nlErr(extack, EINVAL, 'Device only routes can not be added for IPv6 using the multipath API.');
  }
  let { nlflags } = cfg;
  const added: Parsed[] = [];
  for (const c of each) {
    const err = ip6RouteAdd(net, { ...c, nlflags }, info, extack);
    if (err !== 0) {
      for (const done of added) ip6RouteDel(net, done, info, extack);
      if ((nlflags & NLM_F_REPLACE) !== 0)
        return nlErr(extack, -err, 'multipath route replace failed (check consistency of installed routes)');
      return err;
    }
    added.push(c);
    nlflags = (nlflags & ~(NLM_F_EXCL | NLM_F_REPLACE)) | NLM_F_CREATE;
  }
  return 0;
}

/** @see inet6_rtm_newroute */
const inet6RtmNewroute: RtnlDoit = (req) => {
  const cfg = toConfig(req);
  if (typeof cfg === 'number') return cfg;
  if (cfg.type > RTN_MAX) return nlErr(req.extack, EINVAL, 'Invalid route type');
  if (cfg.mp !== undefined) return multipathAdd(req.net, cfg, nlInfo(req), req.extack);
  return ip6RouteAdd(req.net, cfg, nlInfo(req), req.extack);
};

/** @see inet6_rtm_delroute */
const inet6RtmDelroute: RtnlDoit = (req) => {
  const cfg = toConfig(req);
  if (typeof cfg === 'number') return cfg;
  if (cfg.mp === undefined) return ip6RouteDel(req.net, cfg, nlInfo(req), req.extack);
  let last = 0;
  for (const c of ways(cfg)) {
    const err = ip6RouteDel(req.net, c, nlInfo(req), req.extack);
    if (err !== 0) last = err;
  }
  return last;
};

/** @see inet6_rtm_valid_getroute_req */
function parseGet(req: RtnlRequest): RouteMessage | number {
  const { extack } = req;
  const m = routeFamily.parse(req.message, req.strict ? NL_VALIDATE_DEPRECATED_STRICT : NL_VALIDATE_LIBERAL, extack);
  if (typeof m === 'number' || !req.strict) return m;
  if (
    (m.srcLen !== 0 && m.srcLen !== 128) ||
    (m.dstLen !== 0 && m.dstLen !== 128) ||
    m.table !== 0 ||
    m.protocol !== 0 ||
    m.scope !== 0 ||
    m.type !== 0
  ) {
    return nlErr(extack, EINVAL, 'Invalid values in header for get route request');
  }
  if ((m.flags & ~(RTM_F_FIB_MATCH | RTM_F_LOOKUP_TABLE)) !== 0)
    return nlErr(extack, EINVAL, 'Invalid flags for get route request');
  if ((m.attrs.src !== undefined && m.srcLen === 0) || (m.attrs.dst !== undefined && m.dstLen === 0))
    return nlErr(extack, EINVAL, 'rtm_src_len and rtm_dst_len must be 128 for IPv6');
  return m;
}

/** @see inet6_rtm_getroute */
const inet6RtmGetroute: RtnlDoit = (req, emit) => {
  const m = parseGet(req);
  if (typeof m === 'number') return m;
  const { net } = req;
  const a = m.attrs;
  const fl = new Flowi6();
  if (a.src !== undefined) {
    if (a.src.length < 16) return -EINVAL;
    fl.saddr.set(a.src.subarray(0, 16));
  }
  if (a.dst !== undefined) {
    if (a.dst.length < 16) return -EINVAL;
    fl.daddr.set(a.dst.subarray(0, 16));
  }
  const iif = a.iif ?? 0;
  fl.oif = a.oif ?? 0;
  fl.mark = a.mark ?? 0;
  const strict = rt6NeedStrict(fl.daddr) ? RT6_LOOKUP_F_IFACE : 0;
  let rt: Rt6;
  if (iif !== 0) {
    if (net.devs.get(iif) === undefined) return -ENODEV;
    const f6i = fib6Lookup(net, iif, fl.saddr, 0, fl.daddr, 0, strict);
    rt = f6i === null ? ip6NullEntry(net) : rt6Of(net, f6i);
  } else rt = ip6RouteOutput(net, fl);
  if (rt.error !== 0 || rt.from === null) {
    if ((m.flags & RTM_F_FIB_MATCH) === 0 || rt.from === null) return rt.error === 0 ? -ENETUNREACH : rt.error;
  }
  const found = rt.from!;
  if ((m.flags & RTM_F_FIB_MATCH) !== 0) {
    emit(RTM_NEWROUTE, 0, fillNode(net, found, 0));
    return 0;
  }
  let prefsrc: Uint8Array | null = null;
  if (iif === 0) {
    const out = new Uint8Array(16);
    if (ipv6DevGetSaddr(net, found.nh.dev, fl.daddr, out) === 0) prefsrc = found.prefsrc === null ? out : null;
  }
  const got: Got = { rt, daddr: fl.daddr, saddr: fl.saddr, iif, prefsrc };
  emit(RTM_NEWROUTE, 0, fillNode(net, found, m.flags & RTM_F_LOOKUP_TABLE, got));
  return 0;
};

interface Filter {
  table: number;
  protocol: number;
  type: number;
  oif: number;
  flags: number;
  cache: boolean;
}

/** What a dump is to hold. @see ip_valid_fib_dump_req, inet6_dump_fib */
function parseDump(req: RtnlRequest): Filter | number {
  const f: Filter = { table: 0, protocol: 0, type: 0, oif: 0, flags: 0, cache: false };
  const { extack, message } = req;
  if (!req.strict) {
    const m = message.length >= 28 ? routeFamily.decode(message.subarray(16)) : undefined;
    if (m !== undefined && (m.flags & RTM_F_CLONED) !== 0) f.cache = true;
    return f;
  }
  if (message.length < 28) return nlErr(extack, EINVAL, 'Invalid header for FIB dump request');
  const m = routeFamily.parse(message, NL_VALIDATE_DEPRECATED_STRICT, extack);
  if (typeof m === 'number') return m;
  if (m.dstLen !== 0 || m.srcLen !== 0 || m.tos !== 0 || m.scope !== 0)
    return nlErr(extack, EINVAL, 'Invalid values in header for FIB dump request');
  if ((m.flags & ~(RTM_F_CLONED | 0x800)) !== 0) return nlErr(extack, EINVAL, 'Invalid flags for FIB dump request');
  f.cache = (m.flags & RTM_F_CLONED) !== 0;
  f.table = m.attrs.table ?? m.table;
  f.protocol = m.protocol;
  f.type = m.type;
  for (const key of Object.keys(m.attrs))
    if (key !== 'table' && key !== 'oif') return nlErr(extack, EINVAL, 'Unsupported attribute in dump request');
  if (m.attrs.oif !== undefined) {
    f.oif = m.attrs.oif;
    if (req.net.devs.get(f.oif) === undefined) return -ENODEV;
  }
  if (f.table !== 0 || f.protocol !== 0 || f.type !== 0 || f.oif !== 0) f.flags = NLM_F_DUMP_FILTERED;
  return f;
}

/** @see inet6_dump_fib, rt6_dump_route */
const inet6DumpFib: RtnlDumpit = (req, emit) => {
  const f = parseDump(req);
  if (typeof f === 'number') return f;
  if (f.cache) return 0;
  const { net } = req;
  if (f.table !== 0 && !netIpv6(net).tables.has(f.table))
    return nlErr(req.extack, ENOENT, 'ipv6: FIB table does not exist');
  for (const table of fib6Tables(net)) {
    if (f.table !== 0 && table.id !== f.table) continue;
    for (const rt of fib6Walk(table)) {
      if (rt.siblings !== null && rt.siblings[0] !== rt) continue;
      if (f.protocol !== 0 && rt.protocol !== f.protocol) continue;
      if (f.type !== 0 && rt.type !== f.type) continue;
      if (f.oif !== 0 && !(rt.siblings ?? [rt]).some((s) => s.nh.dev.ifindex === f.oif)) continue;
      emit(RTM_NEWROUTE, f.flags, fillNode(net, rt, 0));
    }
  }
  return 0;
};

export function rtnlRoute6Init(kernel: SimKernel): void {
  const { rtnl } = kernel;
  rtnl.register(AF_INET6, RTM_NEWROUTE, inet6RtmNewroute, null);
  rtnl.register(AF_INET6, RTM_DELROUTE, inet6RtmDelroute, null);
  rtnl.register(AF_INET6, RTM_GETROUTE, inet6RtmGetroute, inet6DumpFib);
  kernelIpv6(kernel).rtNotify = (event, rt, info, nlflags) => {
    const { net } = rt.nh.dev;
    if (rtnl.hasListeners(net, RTNLGRP_IPV6_ROUTE, info))
      rtnl.notify(net, RTNLGRP_IPV6_ROUTE, event, fillNode(net, rt, 0), info, nlflags);
  };
}
