import {
  FRA_DPORT_RANGE,
  FRA_DSCP,
  FRA_DST,
  FRA_FLOW,
  FRA_FWMARK,
  FRA_FWMASK,
  FRA_GOTO,
  FRA_IIFNAME,
  FRA_IP_PROTO,
  FRA_L3MDEV,
  FRA_OIFNAME,
  FRA_PAD,
  FRA_PRIORITY,
  FRA_PROTOCOL,
  FRA_SPORT_RANGE,
  FRA_SRC,
  FRA_SUPPRESS_IFGROUP,
  FRA_SUPPRESS_PREFIXLEN,
  FRA_TABLE,
  FRA_TUN_ID,
  FRA_UID_RANGE,
} from '../uapi/rtnetlink.ts';
import { IFNAMSIZ } from '../uapi/if.ts';
import type { AttrTable, UnknownAttrs } from './attr.ts';
import { bytes, ipAddr, nulString, struct, u16, u32, u8, type Struct } from './codec.ts';
import { family, type Family, type Message } from './family.ts';

/** Fixed header of RTM_*RULE. include/uapi/linux/fib_rules.h:struct fib_rule_hdr */
export interface FibRuleHdr {
  family: number;
  dstLen: number;
  srcLen: number;
  tos: number;
  table: number;
  /** FR_ACT_* */
  action: number;
  /** FIB_RULE_* */
  flags: number;
}

export const fibRuleHdr: Struct<FibRuleHdr> = struct<FibRuleHdr>(12, {
  family: [0, u8],
  dstLen: [1, u8],
  srcLen: [2, u8],
  tos: [3, u8],
  table: [4, u8],
  action: [7, u8],
  flags: [8, u32],
});

/** First and last of a range, both included. */
export interface Range {
  start: number;
  end: number;
}

const uidRange: Struct<Range> = struct<Range>(8, { start: [0, u32], end: [4, u32] });
const portRange: Struct<Range> = struct<Range>(4, { start: [0, u16], end: [2, u16] });

/** Attributes of RTM_*RULE. include/uapi/linux/fib_rules.h */
export interface FraAttrs extends UnknownAttrs {
  dst?: Uint8Array | undefined;
  src?: Uint8Array | undefined;
  iifname?: string | undefined;
  goto?: number | undefined;
  priority?: number | undefined;
  fwmark?: number | undefined;
  flow?: number | undefined;
  /** Big-endian, 8 bytes. */
  tunId?: Uint8Array | undefined;
  suppressIfgroup?: number | undefined;
  suppressPrefixlen?: number | undefined;
  table?: number | undefined;
  fwmask?: number | undefined;
  oifname?: string | undefined;
  pad?: Uint8Array | undefined;
  l3mdev?: number | undefined;
  uidRange?: Range | undefined;
  /** RTPROT_* */
  protocol?: number | undefined;
  ipProto?: number | undefined;
  sportRange?: Range | undefined;
  dportRange?: Range | undefined;
  dscp?: number | undefined;
}

/** @see net/core/fib_rules.c:fib_rule_policy */
export const fra: AttrTable<FraAttrs> = {
  dst: [FRA_DST, ipAddr],
  src: [FRA_SRC, ipAddr],
  iifname: [FRA_IIFNAME, nulString(IFNAMSIZ - 1)],
  goto: [FRA_GOTO, u32],
  priority: [FRA_PRIORITY, u32],
  fwmark: [FRA_FWMARK, u32],
  flow: [FRA_FLOW, u32],
  tunId: [FRA_TUN_ID, bytes],
  suppressIfgroup: [FRA_SUPPRESS_IFGROUP, u32],
  suppressPrefixlen: [FRA_SUPPRESS_PREFIXLEN, u32],
  table: [FRA_TABLE, u32],
  fwmask: [FRA_FWMASK, u32],
  oifname: [FRA_OIFNAME, nulString(IFNAMSIZ - 1)],
  pad: [FRA_PAD, bytes],
  l3mdev: [FRA_L3MDEV, u8],
  uidRange: [FRA_UID_RANGE, uidRange],
  protocol: [FRA_PROTOCOL, u8],
  ipProto: [FRA_IP_PROTO, u8],
  sportRange: [FRA_SPORT_RANGE, portRange],
  dportRange: [FRA_DPORT_RANGE, portRange],
  dscp: [FRA_DSCP, u8],
};

/** RTM_NEWRULE, RTM_DELRULE, RTM_GETRULE. */
export const ruleFamily: Family<FibRuleHdr, FraAttrs> = family(fibRuleHdr, fra);
export type RuleMessage = Message<FibRuleHdr, FraAttrs>;
