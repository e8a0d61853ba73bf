import {
  RTA_CACHEINFO,
  RTA_DPORT,
  RTA_DST,
  RTA_ENCAP,
  RTA_ENCAP_TYPE,
  RTA_EXPIRES,
  RTA_FLOW,
  RTA_FLOWLABEL,
  RTA_GATEWAY,
  RTA_IIF,
  RTA_IP_PROTO,
  RTA_MARK,
  RTA_METRICS,
  RTA_MFC_STATS,
  RTA_MULTIPATH,
  RTA_NEWDST,
  RTA_NH_ID,
  RTA_OIF,
  RTA_PAD,
  RTA_PREF,
  RTA_PREFSRC,
  RTA_PRIORITY,
  RTA_SPORT,
  RTA_SRC,
  RTA_TABLE,
  RTA_TTL_PROPAGATE,
  RTA_UID,
  RTA_VIA,
} from '../uapi/rtnetlink.ts';
import { nested, type AttrTable, type UnknownAttrs } from './attr.ts';
import { be16Codec, be32Codec, bytes, ipAddr, struct, u16, u32, u8, type Struct } from './codec.ts';
import { family, type Family, type Message } from './family.ts';
import {
  multipath,
  rtaCacheinfo,
  rtaMfcStats,
  rtax,
  rtvia,
  type RtaCacheinfo,
  type RtaMfcStats,
  type RtaxAttrs,
  type Rtnexthop,
  type Rtvia,
} from './route-attr.ts';

/** Fixed header of RTM_*ROUTE. include/uapi/linux/rtnetlink.h:struct rtmsg */
export interface Rtmsg {
  family: number;
  dstLen: number;
  srcLen: number;
  tos: number;
  /** RT_TABLE_*; the attribute `table` holds numbers above 255. */
  table: number;
  /** RTPROT_* */
  protocol: number;
  /** RT_SCOPE_* */
  scope: number;
  /** RTN_* */
  type: number;
  /** RTM_F_* and RTNH_F_* */
  flags: number;
}

export const rtmsg: Struct<Rtmsg> = struct<Rtmsg>(12, {
  family: [0, u8],
  dstLen: [1, u8],
  srcLen: [2, u8],
  tos: [3, u8],
  table: [4, u8],
  protocol: [5, u8],
  scope: [6, u8],
  type: [7, u8],
  flags: [8, u32],
});

/** Attributes of RTM_*ROUTE. include/uapi/linux/rtnetlink.h */
export interface RtaAttrs extends UnknownAttrs {
  dst?: Uint8Array | undefined;
  src?: Uint8Array | undefined;
  iif?: number | undefined;
  oif?: number | undefined;
  gateway?: Uint8Array | undefined;
  /** The metric. */
  priority?: number | undefined;
  prefsrc?: Uint8Array | undefined;
  metrics?: RtaxAttrs | undefined;
  multipath?: readonly Rtnexthop<RtaAttrs>[] | undefined;
  /** Realms: from in the high half, to in the low one. */
  flow?: number | undefined;
  cacheinfo?: RtaCacheinfo | undefined;
  table?: number | undefined;
  mark?: number | undefined;
  mfcStats?: RtaMfcStats | undefined;
  via?: Rtvia | undefined;
  newdst?: Uint8Array | undefined;
  /** ICMPV6_ROUTER_PREF_* */
  pref?: number | undefined;
  /** LWTUNNEL_ENCAP_* */
  encapType?: number | undefined;
  /** Attributes that depend on `encapType`. */
  encap?: Uint8Array | undefined;
  /** Seconds. */
  expires?: number | undefined;
  pad?: Uint8Array | undefined;
  uid?: number | undefined;
  ttlPropagate?: number | undefined;
  ipProto?: number | undefined;
  sport?: number | undefined;
  dport?: number | undefined;
  nhId?: number | undefined;
  flowlabel?: number | undefined;
}

/** @see net/ipv4/fib_frontend.c:rtm_ipv4_policy */
export const rta: AttrTable<RtaAttrs> = {
  dst: [RTA_DST, ipAddr],
  src: [RTA_SRC, ipAddr],
  iif: [RTA_IIF, u32],
  oif: [RTA_OIF, u32],
  gateway: [RTA_GATEWAY, ipAddr],
  priority: [RTA_PRIORITY, u32],
  prefsrc: [RTA_PREFSRC, ipAddr],
  metrics: [RTA_METRICS, nested(rtax)],
  multipath: [RTA_MULTIPATH, multipath<RtaAttrs>(() => rta)],
  flow: [RTA_FLOW, u32],
  cacheinfo: [RTA_CACHEINFO, rtaCacheinfo],
  table: [RTA_TABLE, u32],
  mark: [RTA_MARK, u32],
  mfcStats: [RTA_MFC_STATS, rtaMfcStats],
  via: [RTA_VIA, rtvia],
  newdst: [RTA_NEWDST, bytes],
  pref: [RTA_PREF, u8],
  encapType: [RTA_ENCAP_TYPE, u16],
  encap: [RTA_ENCAP, bytes],
  expires: [RTA_EXPIRES, u32],
  pad: [RTA_PAD, bytes],
  uid: [RTA_UID, u32],
  ttlPropagate: [RTA_TTL_PROPAGATE, u8],
  ipProto: [RTA_IP_PROTO, u8],
  sport: [RTA_SPORT, be16Codec],
  dport: [RTA_DPORT, be16Codec],
  nhId: [RTA_NH_ID, u32],
  flowlabel: [RTA_FLOWLABEL, be32Codec],
};

/** RTM_NEWROUTE, RTM_DELROUTE, RTM_GETROUTE. */
export const routeFamily: Family<Rtmsg, RtaAttrs> = family(rtmsg, rta);
export type RouteMessage = Message<Rtmsg, RtaAttrs>;

export * from './route-attr.ts';
