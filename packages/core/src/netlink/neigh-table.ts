import {
  NDTA_CONFIG,
  NDTA_GC_INTERVAL,
  NDTA_NAME,
  NDTA_PAD,
  NDTA_PARMS,
  NDTA_STATS,
  NDTA_THRESH1,
  NDTA_THRESH2,
  NDTA_THRESH3,
  NDTPA_ANYCAST_DELAY,
  NDTPA_APP_PROBES,
  NDTPA_BASE_REACHABLE_TIME,
  NDTPA_DELAY_PROBE_TIME,
  NDTPA_GC_STALETIME,
  NDTPA_IFINDEX,
  NDTPA_INTERVAL_PROBE_TIME_MS,
  NDTPA_LOCKTIME,
  NDTPA_MCAST_PROBES,
  NDTPA_MCAST_REPROBES,
  NDTPA_PAD,
  NDTPA_PROXY_DELAY,
  NDTPA_PROXY_QLEN,
  NDTPA_QUEUE_LEN,
  NDTPA_QUEUE_LENBYTES,
  NDTPA_REACHABLE_TIME,
  NDTPA_REFCNT,
  NDTPA_RETRANS_TIME,
  NDTPA_UCAST_PROBES,
} from '../uapi/neighbour.ts';
import { nested, type AttrTable, type UnknownAttrs } from './attr.ts';
import { bytes, nulString, u32, u64 } from './codec.ts';
import { family, type Family, type Message } from './family.ts';
import { rtgenmsg, type Rtgenmsg } from './nsid.ts';

/** NDTA_PARMS: settings of a table, or of one device in it. Times in milliseconds. */
export interface NdtpaAttrs extends UnknownAttrs {
  ifindex?: number | undefined;
  refcnt?: number | undefined;
  reachableTime?: number | undefined;
  baseReachableTime?: number | undefined;
  retransTime?: number | undefined;
  gcStaletime?: number | undefined;
  delayProbeTime?: number | undefined;
  queueLen?: number | undefined;
  appProbes?: number | undefined;
  ucastProbes?: number | undefined;
  mcastProbes?: number | undefined;
  anycastDelay?: number | undefined;
  proxyDelay?: number | undefined;
  proxyQlen?: number | undefined;
  locktime?: number | undefined;
  queueLenbytes?: number | undefined;
  mcastReprobes?: number | undefined;
  pad?: Uint8Array | undefined;
  intervalProbeTimeMs?: number | undefined;
}

/** @see net/core/neighbour.c:nl_ntbl_parm_policy */
export const ndtpa: AttrTable<NdtpaAttrs> = {
  ifindex: [NDTPA_IFINDEX, u32],
  refcnt: [NDTPA_REFCNT, u32],
  reachableTime: [NDTPA_REACHABLE_TIME, u64],
  baseReachableTime: [NDTPA_BASE_REACHABLE_TIME, u64],
  retransTime: [NDTPA_RETRANS_TIME, u64],
  gcStaletime: [NDTPA_GC_STALETIME, u64],
  delayProbeTime: [NDTPA_DELAY_PROBE_TIME, u64],
  queueLen: [NDTPA_QUEUE_LEN, u32],
  appProbes: [NDTPA_APP_PROBES, u32],
  ucastProbes: [NDTPA_UCAST_PROBES, u32],
  mcastProbes: [NDTPA_MCAST_PROBES, u32],
  anycastDelay: [NDTPA_ANYCAST_DELAY, u64],
  proxyDelay: [NDTPA_PROXY_DELAY, u64],
  proxyQlen: [NDTPA_PROXY_QLEN, u32],
  locktime: [NDTPA_LOCKTIME, u64],
  queueLenbytes: [NDTPA_QUEUE_LENBYTES, u32],
  mcastReprobes: [NDTPA_MCAST_REPROBES, u32],
  pad: [NDTPA_PAD, bytes],
  intervalProbeTimeMs: [NDTPA_INTERVAL_PROBE_TIME_MS, u64],
};

/** Attributes of RTM_*NEIGHTBL. include/uapi/linux/neighbour.h */
export interface NdtaAttrs extends UnknownAttrs {
  /** `arp_cache` or `ndisc_cache`. */
  name?: string | undefined;
  thresh1?: number | undefined;
  thresh2?: number | undefined;
  thresh3?: number | undefined;
  /** struct ndt_config */
  config?: Uint8Array | undefined;
  parms?: NdtpaAttrs | undefined;
  /** struct ndt_stats */
  stats?: Uint8Array | undefined;
  /** Milliseconds. */
  gcInterval?: number | undefined;
  pad?: Uint8Array | undefined;
}

/** @see net/core/neighbour.c:nl_neightbl_policy */
export const ndta: AttrTable<NdtaAttrs> = {
  name: [NDTA_NAME, nulString()],
  thresh1: [NDTA_THRESH1, u32],
  thresh2: [NDTA_THRESH2, u32],
  thresh3: [NDTA_THRESH3, u32],
  config: [NDTA_CONFIG, bytes],
  parms: [NDTA_PARMS, nested(ndtpa)],
  stats: [NDTA_STATS, bytes],
  gcInterval: [NDTA_GC_INTERVAL, u64],
  pad: [NDTA_PAD, bytes],
};

/** RTM_NEWNEIGHTBL, RTM_GETNEIGHTBL, RTM_SETNEIGHTBL. */
export const neightblFamily: Family<Rtgenmsg, NdtaAttrs> = family(rtgenmsg, ndta);
export type NeightblMessage = Message<Rtgenmsg, NdtaAttrs>;
