/** RTM_{NEW,DEL,GET}ROUTE of IPv4. @see net/ipv4/fib_frontend.c, net/ipv4/fib_semantics.c, net/ipv4/route.c */
import { ipv4Bytes, ipv4Prefix } from '../../lib/address.ts';
import { be32 } from '../../lib/bytes.ts';
import { NL_VALIDATE_DEPRECATED_STRICT, NL_VALIDATE_LIBERAL } from '../../netlink/attr.ts';
import { routeFamily, type RouteMessage, type RtaAttrs } from '../../netlink/route.ts';
import { EINVAL, ENODEV, ENOENT, EOPNOTSUPP, ESRCH } from '../../uapi/errno.ts';
import { NLM_F_DUMP_FILTERED } from '../../uapi/netlink.ts';
import {
  RT_TABLE_COMPAT,
  RT_TABLE_LOCAL,
  RT_TABLE_MAIN,
  RTM_DELROUTE,
  RTM_F_CLONED,
  RTM_F_PREFIX,
  RTM_GETROUTE,
  RTM_NEWROUTE,
  RTN_MAX,
  RTNH_F_DEAD,
  RTNH_F_LINKDOWN,
  RTNH_F_ONLINK,
  RTNLGRP_IPV4_ROUTE,
} from '../../uapi/rtnetlink.ts';
import { AF_INET } from '../../uapi/socket.ts';
import type { SimKernel } from '../core/kernel.ts';
import { nlErr, nlInfo, type RtnlDoit, type RtnlDumpit, type RtnlRequest } from '../core/rtnetlink.ts';
import { fibTableDelete, fibTableInsert } from '../ipv4/fib-trie.ts';
import { fibGetTable, fibNewTable, fibTables, type FibTable } from '../ipv4/fib-table.ts';
import type { FibAlias, FibConfig, FibNexthopConfig, FibNh } from '../ipv4/fib-types.ts';
import { IGNORE_ROUTES_WITH_LINKDOWN } from '../ipv4/devconf.ts';
import { inDevOrconf } from '../ipv4/devinet.ts';
import { inDevGet } from '../ipv4/in-device.ts';
import { kernelIpv4, netIpv4 } from '../ipv4/netns.ts';
import { metricsAttrs, rawMetrics, toMetrics } from './metrics.ts';
import { inetRtmGetroute, rtFillInfo } from './route-get.ts';

/** Bits of a next hop as userspace sees them: a dead one whose link is ignored is said to be so. */
function nhFlags(nh: FibNh): number {
  let flags = nh.flags & (RTNH_F_ONLINK | RTNH_F_DEAD | RTNH_F_LINKDOWN);
  if ((nh.flags & RTNH_F_LINKDOWN) !== 0 && nh.dev !== null) {
    const inDev = inDevGet(nh.dev);
    if (inDev !== null && inDevOrconf(inDev, IGNORE_ROUTES_WITH_LINKDOWN)) flags |= RTNH_F_DEAD;
  }
  return flags;
}

/** The message about a route. @param table the one it is said to be in. @see fib_dump_info */
export function fibDumpInfo(key: number, plen: number, fa: FibAlias, flags = 0, table: number = fa.tbId): Uint8Array {
  const { fi } = fa;
  const first = fi.nh[0]!;
  const attrs: RtaAttrs = {
    table,
    dst: plen === 0 ? undefined : ipv4Bytes(key),
    priority: fi.priority === 0 ? undefined : fi.priority,
    metrics: metricsAttrs(fi.metrics),
    prefsrc: fi.prefsrc === 0 ? undefined : ipv4Bytes(fi.prefsrc),
  };
  let rtmFlags = (fi.flags & ~(RTNH_F_DEAD | RTNH_F_LINKDOWN | RTNH_F_ONLINK)) | flags;
  if (fi.nh.length === 1) {
    if ((fi.flags & RTNH_F_DEAD) !== 0) rtmFlags |= RTNH_F_DEAD;
    rtmFlags |= nhFlags(first);
    if (first.gw4 !== 0) attrs.gateway = ipv4Bytes(first.gw4);
    if (first.oif !== 0) attrs.oif = first.oif;
  } else {
    rtmFlags |= fi.flags & (RTNH_F_DEAD | RTNH_F_LINKDOWN);
    attrs.multipath = fi.nh.map((nh) => ({
      flags: nhFlags(nh),
      hops: nh.weight - 1,
      ifindex: nh.oif,
      attrs: nh.gw4 === 0 ? {} : { gateway: ipv4Bytes(nh.gw4) },
    }));
  }
  return routeFamily.encode({
    family: AF_INET,
    dstLen: plen,
    tos: fa.tos,
    table: table < 256 ? table : RT_TABLE_COMPAT,
    protocol: fi.protocol,
    scope: fi.scope,
    type: fa.type,
    flags: rtmFlags,
    attrs,
  });
}

const addr = (b: Uint8Array | undefined): number => (b === undefined || b.length < 4 ? 0 : be32(b, 0));

function toNexthops(req: RtnlRequest, m: RouteMessage): readonly FibNexthopConfig[] | null | number {
  const { multipath } = m.attrs;
  if (multipath === undefined) return null;
  if (multipath.length === 0)
    return nlErr(req.extack, EINVAL, 'Invalid nexthop configuration - extra data after nexthops');
  const out: FibNexthopConfig[] = [];
  for (const one of multipath) {
    if (one.attrs.via !== undefined) return nlErr(req.extack, EINVAL, 'IPv6 support not enabled in kernel');
    out.push({ flags: one.flags, hops: one.hops, oif: one.ifindex, gw: addr(one.attrs.gateway) });
  }
  return out;
}

/** Refuses what is not done here. */
function unsupported(req: RtnlRequest, a: RtaAttrs): number {
  const named: readonly (keyof RtaAttrs)[] = ['via', 'encapType', 'encap', 'nhId', 'newdst', 'ttlPropagate', 'flow'];
  for (const name of named) {
    if (a[name] === undefined) continue;
    req.extack.offset = routeFamily.offsetOf(req.message, name);
    return nlErr(req.extack, EOPNOTSUPP, `ipv4: attribute ${name} is not supported`);
  }
  return 0;
}

/** A request as a configuration. @see rtm_to_fib_config */
function toConfig(req: RtnlRequest, m: RouteMessage): FibConfig | number {
  const { attrs: a } = m;
  const { extack } = req;
  if ((m.tos & 3) !== 0) return nlErr(extack, EINVAL, 'Invalid dsfield (tos): ECN bits must be 0');
  if (m.type > RTN_MAX) return nlErr(extack, EINVAL, 'Invalid route type');
  if (m.dstLen > 32) return nlErr(extack, EINVAL, 'Invalid prefix length');
  const dst = addr(a.dst);
  if (ipv4Prefix(dst, m.dstLen) !== dst) return nlErr(extack, EINVAL, 'Invalid prefix for given prefix length');
  const no = unsupported(req, a);
  if (no !== 0) return no;
  const metrics = req.type === RTM_DELROUTE ? rawMetrics(a.metrics) : toMetrics(extack, a.metrics);
  if (typeof metrics === 'number') return metrics;
  const nexthops = toNexthops(req, m);
  if (typeof nexthops === 'number') return nexthops;
  return {
    dstLen: m.dstLen,
    tos: m.tos,
    protocol: m.protocol,
    scope: m.scope,
    type: m.type,
    table: a.table ?? m.table,
    dst,
    gw: addr(a.gateway),
    oif: a.oif ?? 0,
    flags: m.flags,
    priority: a.priority ?? 0,
    prefsrc: addr(a.prefsrc),
    metrics,
    nexthops,
    nlflags: req.flags,
  };
}

/** @see inet_rtm_newroute */
const inetRtmNewroute: RtnlDoit = (req) => {
  const m = routeFamily.parse(req.message, NL_VALIDATE_LIBERAL, req.extack);
  if (typeof m === 'number') return m;
  const cfg = toConfig(req, m);
  if (typeof cfg === 'number') return cfg;
  const table = fibNewTable(req.net, cfg.table);
  const err = fibTableInsert(req.net, table, { ...cfg, table: table.id }, nlInfo(req), req.extack);
  if (err === 0 && cfg.type === 2) netIpv4(req.net).customLocalRoutes = true;
  return err;
};

/** @see inet_rtm_delroute */
const inetRtmDelroute: RtnlDoit = (req) => {
  const m = routeFamily.parse(req.message, NL_VALIDATE_LIBERAL, req.extack);
  if (typeof m === 'number') return m;
  const cfg = toConfig(req, m);
  if (typeof cfg === 'number') return cfg;
  const table = fibGetTable(req.net, cfg.table);
  if (table === undefined) return nlErr(req.extack, ESRCH, 'FIB table does not exist');
  return fibTableDelete(req.net, table, cfg, nlInfo(req));
};

/** What a dump leaves out. @see struct fib_dump_filter */
interface DumpFilter {
  table: number;
  protocol: number;
  type: number;
  oif: number;
  set: boolean;
}

/** @see ip_valid_fib_dump_req */
function parseDump(req: RtnlRequest): (DumpFilter & { flags: number }) | number {
  const f = { table: 0, protocol: 0, type: 0, oif: 0, set: false, flags: 0 };
  const { extack, message } = req;
  if (!req.strict) {
    if (message.length >= 28) f.flags = routeFamily.decode(message.subarray(16))!.flags & (RTM_F_PREFIX | RTM_F_CLONED);
    return f;
  }
  if (message.length < 28) return nlErr(extack, EINVAL, 'Invalid header for FIB dump request');
  const head = routeFamily.decode(message.subarray(16))!;
  if (head.dstLen !== 0 || head.srcLen !== 0 || head.tos !== 0 || head.scope !== 0) {
    return nlErr(extack, EINVAL, 'Invalid values in header for FIB dump request');
  }
  if ((head.flags & ~(RTM_F_CLONED | RTM_F_PREFIX)) !== 0)
    return nlErr(extack, EINVAL, 'Invalid flags for FIB dump request');
  const m = routeFamily.parse(message, NL_VALIDATE_DEPRECATED_STRICT, extack);
  if (typeof m === 'number') return m;
  if (Object.keys(m.attrs).some((k) => k !== 'table' && k !== 'oif'))
    return nlErr(extack, EINVAL, 'Unsupported attribute in dump request');
  f.flags = m.flags & (RTM_F_PREFIX | RTM_F_CLONED);
  f.table = m.attrs.table ?? m.table;
  f.protocol = m.protocol;
  f.type = m.type;
  f.oif = m.attrs.oif ?? 0;
  f.set = f.table !== 0 || f.protocol !== 0 || f.type !== 0 || f.oif !== 0;
  if (f.oif !== 0 && req.net.devs.get(f.oif) === undefined) return -ENODEV;
  return f;
}

/** What was learned about destinations of a route. @see fib_dump_info_fnhe */
function dumpExceptions(req: RtnlRequest, fa: FibAlias, emit: (m: Uint8Array) => void): void {
  const { now } = req.net.kernel.clock;
  for (const nh of fa.fi.nh) {
    if (nh.exceptions === null || (nh.flags & RTNH_F_DEAD) !== 0) continue;
    for (const [daddr, ex] of nh.exceptions) {
      if (ex.rt !== null && ex.expires > now) emit(rtFillInfo(ex.rt, null, daddr, 0, 0, fa.tbId, 0, 0));
    }
  }
}

/** @see inet_dump_fib, fib_table_dump */
const inetDumpFib: RtnlDumpit = (req, emit) => {
  const f = parseDump(req);
  if (typeof f === 'number') return f;
  if ((f.flags & RTM_F_PREFIX) !== 0) return 0;
  const cloned = (f.flags & RTM_F_CLONED) !== 0;
  const dump = (table: FibTable): void => {
    for (const { leaf, fa } of table.routes()) {
      if (f.set) {
        if (f.protocol !== 0 && fa.fi.protocol !== f.protocol) continue;
        if (f.type !== 0 && fa.type !== f.type) continue;
        if (f.oif !== 0 && fa.fi.nh.every((nh) => nh.oif !== f.oif)) continue;
      }
      const flags = f.set ? NLM_F_DUMP_FILTERED : 0;
      if (!req.strict || !cloned) emit(RTM_NEWROUTE, flags, fibDumpInfo(leaf.key, leaf.plen, fa));
      if (!req.strict || cloned) dumpExceptions(req, fa, (m) => emit(RTM_NEWROUTE, flags, m));
    }
  };
  if (f.table !== 0) {
    const table = fibGetTable(req.net, f.table);
    if (table !== undefined) {
      dump(table);
      return 0;
    }
    const known = f.table === RT_TABLE_LOCAL || f.table === RT_TABLE_MAIN;
    if (known && req.message[16] !== AF_INET) return 0;
    return nlErr(req.extack, ENOENT, 'ipv4: FIB table does not exist');
  }
  for (const table of fibTables(req.net)) dump(table);
  return 0;
};

export function rtnlRouteInit(kernel: SimKernel): void {
  const { rtnl } = kernel;
  rtnl.register(AF_INET, RTM_NEWROUTE, inetRtmNewroute, null);
  rtnl.register(AF_INET, RTM_DELROUTE, inetRtmDelroute, null);
  rtnl.register(AF_INET, RTM_GETROUTE, inetRtmGetroute(fibDumpInfo), inetDumpFib);
  kernelIpv4(kernel).rtmsgFib = (net, event, key, plen, fa, info, nlflags): void => {
    if (rtnl.hasListeners(net, RTNLGRP_IPV4_ROUTE, info))
      rtnl.notify(net, RTNLGRP_IPV4_ROUTE, event, fibDumpInfo(key, plen, fa), info, nlflags);
  };
}
