/** `ip route get`: RTM_GETROUTE of IPv4. @see net/ipv4/route.c:inet_rtm_getroute, rt_fill_info */
import { ipv4Bytes } from '../../lib/address.ts';
import { be32 } from '../../lib/bytes.ts';
import { NL_VALIDATE_DEPRECATED_STRICT, NL_VALIDATE_LIBERAL } from '../../netlink/attr.ts';
import { routeFamily, type RtaAttrs } from '../../netlink/route.ts';
import { EHOSTUNREACH, EINVAL, ENODEV } from '../../uapi/errno.ts';
import { ETH_P_IP } from '../../uapi/if-ether.ts';
import { RTCF_DOREDIRECT, RTCF_NOTIFY } from '../../uapi/ip.ts';
import {
  RT_TABLE_COMPAT,
  RT_TABLE_MAIN,
  RTAX_MTU,
  RTM_F_CLONED,
  RTM_F_FIB_MATCH,
  RTM_F_LOOKUP_TABLE,
  RTM_F_NOTIFY,
  RTM_NEWROUTE,
} from '../../uapi/rtnetlink.ts';
import { AF_INET } from '../../uapi/socket.ts';
import { allocSkb, consumeSkb } from '../core/skbuff.ts';
import { nlErr, type RtnlDoit } from '../core/rtnetlink.ts';
import { type FibAlias, type FibResult, Flowi4 } from '../ipv4/fib-types.ts';
import { fibGetTable } from '../ipv4/fib-table.ts';
import { IPSKB_DOREDIRECT } from '../ipv4/ipcb.ts';
import { putIpHeader } from '../../wire/ipv4.ts';
import { ipRouteInput, ipRouteOutputKey, lastInputResult, lastOutputResult } from '../ipv4/route.ts';
import type { Rtable } from '../ipv4/rtable.ts';
import { metricsAttrs } from './metrics.ts';

type DumpInfo = (key: number, plen: number, fa: FibAlias, flags: number, table: number) => Uint8Array;

/** A request needs this much, checked when it came strict. @see inet_rtm_valid_getroute_req */
export const inetRtmGetroute =
  (dumpInfo: DumpInfo): RtnlDoit =>
  (req, emit) => {
    const { net, extack } = req;
    const m = routeFamily.parse(req.message, req.strict ? NL_VALIDATE_DEPRECATED_STRICT : NL_VALIDATE_LIBERAL, extack);
    if (typeof m === 'number') return m;
    const { attrs: a } = m;
    if (req.strict) {
      if (
        (m.dstLen !== 0 && m.dstLen !== 32) ||
        (m.srcLen !== 0 && m.srcLen !== 32) ||
        m.table !== 0 ||
        m.protocol !== 0 ||
        m.scope !== 0 ||
        m.type !== 0
      ) {
        return nlErr(extack, EINVAL, 'ipv4: Invalid values in header for route get request');
      }
    }
    const fl = new Flowi4();
    fl.daddr = a.dst === undefined ? 0 : be32(a.dst, 0);
    fl.saddr = a.src === undefined ? 0 : be32(a.src, 0);
    fl.tos = m.tos;
    fl.oif = a.oif ?? 0;
    fl.mark = a.mark ?? 0;
    fl.uid = a.uid ?? 0;
    fl.proto = a.ipProto ?? 17;
    fl.sport = a.sport ?? 0;
    fl.dport = a.dport ?? 0;
    const src = fl.saddr;
    const { daddr } = fl;
    let rt: Rtable;
    let res: FibResult;
    const iif = a.iif ?? 0;
    let cacheFlags = 0;
    if (iif !== 0) {
      const dev = net.devs.get(iif);
      if (dev === undefined) return -ENODEV;
      const skb = allocSkb(net.kernel, 28);
      putIpHeader(skb.buf, skb.put(28), 20, m.tos, 28, 0, 0, 64, fl.proto, src, daddr);
      skb.protocol = ETH_P_IP;
      skb.dev = dev;
      skb.mark = fl.mark;
      const reason = ipRouteInput(skb, daddr, src, m.tos, dev);
      rt = skb.dst as unknown as Rtable;
      if ((skb.cb0 & IPSKB_DOREDIRECT) !== 0) cacheFlags = RTCF_DOREDIRECT;
      consumeSkb(skb);
      if (reason !== 0) return -EINVAL;
      if (rt.error !== 0) return -rt.error;
      res = lastInputResult();
    } else {
      fl.iif = 1;
      const got = ipRouteOutputKey(net, fl);
      if (typeof got === 'number') return got;
      rt = got;
      res = lastOutputResult();
    }
    if ((m.flags & RTM_F_NOTIFY) !== 0) rt.flags = (rt.flags | RTCF_NOTIFY) >>> 0;
    const table = (m.flags & RTM_F_LOOKUP_TABLE) !== 0 ? res.tbId : RT_TABLE_MAIN;
    if ((m.flags & RTM_F_FIB_MATCH) !== 0) {
      if (res.fi === null) return -EHOSTUNREACH;
      const leaf = fibGetTable(net, res.tbId)?.trie.get(res.prefix, res.prefixlen);
      const fa = leaf?.aliases.find((x) => x.fi === res.fi && x.type === res.type);
      if (fa === undefined) return -EHOSTUNREACH;
      emit(RTM_NEWROUTE, 0, dumpInfo(res.prefix, res.prefixlen, fa, 0, table));
      return 0;
    }
    emit(RTM_NEWROUTE, 0, rtFillInfo(rt, fl, daddr, src, res.tos, table, iif, cacheFlags));
    return 0;
  };

/**
 * @param fl what was asked for; null for one of the cache
 * @param cacheFlags RTCF_* of this packet, beside those of its route. @see rt_fill_info
 */
export function rtFillInfo(
  rt: Rtable,
  fl: Flowi4 | null,
  dst: number,
  src: number,
  tos: number,
  table: number,
  iif: number,
  cacheFlags: number,
): Uint8Array {
  const { now } = rt.dev.net.kernel.clock;
  const expires = rt.expires === Infinity ? 0 : Math.max(0, rt.expires - now);
  let metrics = metricsAttrs(rt.fi?.metrics ?? null);
  if (rt.pmtu !== 0 && expires > 0) metrics = { ...metrics, mtu: rt.pmtu };
  if (rt.mtuLocked && expires > 0) metrics = { ...metrics, lock: (metrics?.lock ?? 0) | (1 << RTAX_MTU) };
  const attrs: RtaAttrs = {
    dst: ipv4Bytes(dst),
    src: src === 0 ? undefined : ipv4Bytes(src),
    oif: rt.dev.ifindex,
    prefsrc: fl !== null && !rt.isInput && fl.saddr !== src ? ipv4Bytes(fl.saddr) : undefined,
    gateway: rt.usesGateway ? ipv4Bytes(rt.gw4) : undefined,
    metrics,
    mark: fl === null || fl.mark === 0 ? undefined : fl.mark,
    uid: fl !== null && iif === 0 ? fl.uid : undefined,
    iif: iif === 0 ? undefined : iif,
    table,
    cacheinfo: {
      clntref: 0,
      lastuse: 0,
      expires: Math.round(expires / 1e7),
      error: rt.error,
      used: 0,
      id: 0,
      ts: 0,
      tsage: 0,
    },
  };
  return routeFamily.encode({
    family: AF_INET,
    dstLen: 32,
    srcLen: src === 0 ? 0 : 32,
    tos,
    table: table < 256 ? table : RT_TABLE_COMPAT,
    protocol: 0,
    scope: 0,
    type: rt.type,
    flags:
      ((rt.flags & ~0xffff) | cacheFlags | RTM_F_CLONED | ((rt.flags & RTCF_NOTIFY) === 0 ? 0 : RTM_F_NOTIFY)) >>> 0,
    attrs,
  });
}
