/** Parts of a route that have a shape of their own: metrics, next hops, cache information. */
import { le16, le32s, putLe16, putLe32 } from '../lib/bytes.ts';
import {
  RTAX_ADVMSS,
  RTAX_CC_ALGO,
  RTAX_CWND,
  RTAX_FASTOPEN_NO_COOKIE,
  RTAX_FEATURES,
  RTAX_HOPLIMIT,
  RTAX_INITCWND,
  RTAX_INITRWND,
  RTAX_LOCK,
  RTAX_MTU,
  RTAX_QUICKACK,
  RTAX_REORDERING,
  RTAX_RTO_MIN,
  RTAX_RTT,
  RTAX_RTTVAR,
  RTAX_SSTHRESH,
  RTAX_WINDOW,
} from '../uapi/rtnetlink.ts';
import { decodeAttrs, writeAttrs, type AttrTable, type UnknownAttrs } from './attr.ts';
import { nulString, s32, struct, u32, u64, type Codec, type Struct } from './codec.ts';
import { nlAlign } from './writer.ts';

/** RTA_METRICS. Times as iproute2 sends them: rtt in 1/8 ms, rttvar in 1/4 ms, rtoMin in ms. */
export interface RtaxAttrs extends UnknownAttrs {
  /** Bit mask of metrics that must not change. */
  lock?: number | undefined;
  mtu?: number | undefined;
  window?: number | undefined;
  rtt?: number | undefined;
  rttvar?: number | undefined;
  ssthresh?: number | undefined;
  cwnd?: number | undefined;
  advmss?: number | undefined;
  reordering?: number | undefined;
  hoplimit?: number | undefined;
  initcwnd?: number | undefined;
  /** RTAX_FEATURE_* */
  features?: number | undefined;
  rtoMin?: number | undefined;
  initrwnd?: number | undefined;
  quickack?: number | undefined;
  ccAlgo?: string | undefined;
  fastopenNoCookie?: number | undefined;
}

/** @see net/ipv4/metrics.c:ip_metrics_convert */
export const rtax: AttrTable<RtaxAttrs> = {
  lock: [RTAX_LOCK, u32],
  mtu: [RTAX_MTU, u32],
  window: [RTAX_WINDOW, u32],
  rtt: [RTAX_RTT, u32],
  rttvar: [RTAX_RTTVAR, u32],
  ssthresh: [RTAX_SSTHRESH, u32],
  cwnd: [RTAX_CWND, u32],
  advmss: [RTAX_ADVMSS, u32],
  reordering: [RTAX_REORDERING, u32],
  hoplimit: [RTAX_HOPLIMIT, u32],
  initcwnd: [RTAX_INITCWND, u32],
  features: [RTAX_FEATURES, u32],
  rtoMin: [RTAX_RTO_MIN, u32],
  initrwnd: [RTAX_INITRWND, u32],
  quickack: [RTAX_QUICKACK, u32],
  ccAlgo: [RTAX_CC_ALGO, nulString()],
  fastopenNoCookie: [RTAX_FASTOPEN_NO_COOKIE, u32],
};

/** RTA_CACHEINFO. include/uapi/linux/rtnetlink.h:struct rta_cacheinfo */
export interface RtaCacheinfo {
  clntref: number;
  /** Hundredths of a second. */
  lastuse: number;
  /** Hundredths of a second. */
  expires: number;
  error: number;
  used: number;
  id: number;
  ts: number;
  tsage: number;
}

export const rtaCacheinfo: Struct<RtaCacheinfo> = struct<RtaCacheinfo>(32, {
  clntref: [0, u32],
  lastuse: [4, u32],
  expires: [8, s32],
  error: [12, u32],
  used: [16, u32],
  id: [20, u32],
  ts: [24, u32],
  tsage: [28, u32],
});

/** RTA_MFC_STATS. include/uapi/linux/rtnetlink.h:struct rta_mfc_stats */
export interface RtaMfcStats {
  packets: number;
  bytes: number;
  wrongIf: number;
}

export const rtaMfcStats: Struct<RtaMfcStats> = struct<RtaMfcStats>(24, {
  packets: [0, u64],
  bytes: [8, u64],
  wrongIf: [16, u64],
});

/** A gateway of another family than the route. include/uapi/linux/rtnetlink.h:struct rtvia */
export interface Rtvia {
  family: number;
  address: Uint8Array;
}

export const rtvia: Codec<Rtvia> = {
  policy: 'min',
  len: 2,
  encode(value, w) {
    const at = w.reserve(2);
    putLe16(w.buf, at, value.family);
    w.bytes(value.address);
  },
  decode: (b, o, n) => (n < 2 ? undefined : { family: le16(b, o), address: b.slice(o + 2, o + n) }),
};

/** One way out of several. include/uapi/linux/rtnetlink.h:struct rtnexthop */
export interface Rtnexthop<A> {
  /** RTNH_F_* */
  flags: number;
  /** Weight minus 1. */
  hops: number;
  ifindex: number;
  attrs: A;
}

const RTNH_SIZE = 8;

/** RTA_MULTIPATH: rtnexthop after rtnexthop, each with route attributes of its own. */
export function multipath<A extends object>(table: () => AttrTable<A>): Codec<readonly Rtnexthop<A>[]> {
  return {
    policy: 'min',
    len: RTNH_SIZE,
    encode(hops, w) {
      for (const h of hops) {
        const at = w.reserve(RTNH_SIZE);
        writeAttrs(w, table(), h.attrs);
        putLe16(w.buf, at, w.len - at);
        w.buf[at + 2] = h.flags;
        w.buf[at + 3] = h.hops;
        putLe32(w.buf, at + 4, h.ifindex);
      }
    },
    decode(b, o, n) {
      const out: Rtnexthop<A>[] = [];
      const end = o + n;
      let p = o;
      while (end - p >= RTNH_SIZE) {
        const len = le16(b, p);
        if (len < RTNH_SIZE || len > end - p) return undefined;
        const attrs = decodeAttrs(table(), b, p + RTNH_SIZE, len - RTNH_SIZE);
        out.push({ flags: b[p + 2]!, hops: b[p + 3]!, ifindex: le32s(b, p + 4), attrs });
        p += nlAlign(len);
      }
      return p < end ? undefined : out;
    },
  };
}
