import {
  NDA_CACHEINFO,
  NDA_DST,
  NDA_FDB_EXT_ATTRS,
  NDA_FLAGS_EXT,
  NDA_IFINDEX,
  NDA_LINK_NETNSID,
  NDA_LLADDR,
  NDA_MASTER,
  NDA_NDM_FLAGS_MASK,
  NDA_NDM_STATE_MASK,
  NDA_NH_ID,
  NDA_PORT,
  NDA_PROBES,
  NDA_PROTOCOL,
  NDA_SRC_VNI,
  NDA_VLAN,
  NDA_VNI,
} from '../uapi/neighbour.ts';
import type { AttrTable, UnknownAttrs } from './attr.ts';
import { be16Codec, bytes, macAddr, s32, struct, u16, u32, u8, type Struct } from './codec.ts';
import { family, type Family, type Message } from './family.ts';

/** Fixed header of RTM_*NEIGH. include/uapi/linux/neighbour.h:struct ndmsg */
export interface Ndmsg {
  family: number;
  ifindex: number;
  /** NUD_* */
  state: number;
  /** NTF_* */
  flags: number;
  /** RTN_* */
  type: number;
}

export const ndmsg: Struct<Ndmsg> = struct<Ndmsg>(12, {
  family: [0, u8],
  ifindex: [4, s32],
  state: [8, u16],
  flags: [10, u8],
  type: [11, u8],
});

/** Ages in hundredths of a second. include/uapi/linux/neighbour.h:struct nda_cacheinfo */
export interface NdaCacheinfo {
  confirmed: number;
  used: number;
  updated: number;
  refcnt: number;
}

export const ndaCacheinfo: Struct<NdaCacheinfo> = struct<NdaCacheinfo>(16, {
  confirmed: [0, u32],
  used: [4, u32],
  updated: [8, u32],
  refcnt: [12, u32],
});

/** Attributes of RTM_*NEIGH. include/uapi/linux/neighbour.h */
export interface NdaAttrs extends UnknownAttrs {
  dst?: Uint8Array | undefined;
  lladdr?: Uint8Array | undefined;
  cacheinfo?: NdaCacheinfo | undefined;
  probes?: number | undefined;
  vlan?: number | undefined;
  port?: number | undefined;
  vni?: number | undefined;
  ifindex?: number | undefined;
  master?: number | undefined;
  linkNetnsid?: number | undefined;
  srcVni?: number | undefined;
  /** RTPROT_* */
  protocol?: number | undefined;
  nhId?: number | undefined;
  fdbExtAttrs?: Uint8Array | undefined;
  /** NTF_EXT_* */
  flagsExt?: number | undefined;
  ndmStateMask?: number | undefined;
  ndmFlagsMask?: number | undefined;
}

/** @see net/core/neighbour.c:nda_policy */
export const nda: AttrTable<NdaAttrs> = {
  dst: [NDA_DST, macAddr],
  lladdr: [NDA_LLADDR, macAddr],
  cacheinfo: [NDA_CACHEINFO, ndaCacheinfo],
  probes: [NDA_PROBES, u32],
  vlan: [NDA_VLAN, u16],
  port: [NDA_PORT, be16Codec],
  vni: [NDA_VNI, u32],
  ifindex: [NDA_IFINDEX, u32],
  master: [NDA_MASTER, u32],
  linkNetnsid: [NDA_LINK_NETNSID, s32],
  srcVni: [NDA_SRC_VNI, u32],
  protocol: [NDA_PROTOCOL, u8],
  nhId: [NDA_NH_ID, u32],
  fdbExtAttrs: [NDA_FDB_EXT_ATTRS, bytes],
  flagsExt: [NDA_FLAGS_EXT, u32],
  ndmStateMask: [NDA_NDM_STATE_MASK, u16],
  ndmFlagsMask: [NDA_NDM_FLAGS_MASK, u8],
};

/** RTM_NEWNEIGH, RTM_DELNEIGH, RTM_GETNEIGH. */
export const neighFamily: Family<Ndmsg, NdaAttrs> = family(ndmsg, nda);
export type NeighMessage = Message<Ndmsg, NdaAttrs>;
