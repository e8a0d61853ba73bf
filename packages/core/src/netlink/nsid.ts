import { NETNSA_CURRENT_NSID, NETNSA_FD, NETNSA_NSID, NETNSA_PID, NETNSA_TARGET_NSID } from '../uapi/rtnetlink.ts';
import type { AttrTable, UnknownAttrs } from './attr.ts';
import { s32, struct, u32, u8, type Struct } from './codec.ts';
import { family, type Family, type Message } from './family.ts';

/** Header of messages that need none. include/uapi/linux/rtnetlink.h:struct rtgenmsg */
export interface Rtgenmsg {
  family: number;
}

export const rtgenmsg: Struct<Rtgenmsg> = struct<Rtgenmsg>(1, { family: [0, u8] });

/** Attributes of RTM_*NSID: the number by which one namespace knows another. include/uapi/linux/net_namespace.h */
export interface NetnsaAttrs extends UnknownAttrs {
  /** -1 (NETNSA_NSID_NOT_ASSIGNED): none. */
  nsid?: number | undefined;
  pid?: number | undefined;
  fd?: number | undefined;
  targetNsid?: number | undefined;
  currentNsid?: number | undefined;
}

/** @see net/core/net_namespace.c:rtnl_net_policy */
export const netnsa: AttrTable<NetnsaAttrs> = {
  nsid: [NETNSA_NSID, s32],
  pid: [NETNSA_PID, u32],
  fd: [NETNSA_FD, u32],
  targetNsid: [NETNSA_TARGET_NSID, s32],
  currentNsid: [NETNSA_CURRENT_NSID, s32],
};

/** RTM_NEWNSID, RTM_DELNSID, RTM_GETNSID. */
export const nsidFamily: Family<Rtgenmsg, NetnsaAttrs> = family(rtgenmsg, netnsa);
export type NsidMessage = Message<Rtgenmsg, NetnsaAttrs>;
