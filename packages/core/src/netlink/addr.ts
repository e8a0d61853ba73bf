import {
  IFA_ADDRESS,
  IFA_ANYCAST,
  IFA_BROADCAST,
  IFA_CACHEINFO,
  IFA_FLAGS,
  IFA_LABEL,
  IFA_LOCAL,
  IFA_MULTICAST,
  IFA_PROTO,
  IFA_RT_PRIORITY,
  IFA_TARGET_NETNSID,
} from '../uapi/if-addr.ts';
import { IFNAMSIZ } from '../uapi/if.ts';
import type { AttrTable, UnknownAttrs } from './attr.ts';
import { ipAddr, nulString, s32, struct, u32, u8, type Struct } from './codec.ts';
import { family, type Family, type Message } from './family.ts';

/** Fixed header of RTM_*ADDR. include/uapi/linux/if_addr.h:struct ifaddrmsg */
export interface Ifaddrmsg {
  /** AF_INET or AF_INET6. */
  family: number;
  prefixlen: number;
  /** IFA_F_*, the low eight bits; all of them are in the attribute `flags`. */
  flags: number;
  /** RT_SCOPE_* */
  scope: number;
  index: number;
}

export const ifaddrmsg: Struct<Ifaddrmsg> = struct<Ifaddrmsg>(8, {
  family: [0, u8],
  prefixlen: [1, u8],
  flags: [2, u8],
  scope: [3, u8],
  index: [4, u32],
});

/** Lifetimes of an address. include/uapi/linux/if_addr.h:struct ifa_cacheinfo */
export interface IfaCacheinfo {
  /** Seconds; 0xffffffff is for ever. */
  prefered: number;
  /** Seconds; 0xffffffff is for ever. */
  valid: number;
  /** Made, in hundredths of a second since boot. */
  cstamp: number;
  /** Last changed, in hundredths of a second since boot. */
  tstamp: number;
}

export const ifaCacheinfo: Struct<IfaCacheinfo> = struct<IfaCacheinfo>(16, {
  prefered: [0, u32],
  valid: [4, u32],
  cstamp: [8, u32],
  tstamp: [12, u32],
});

/** Attributes of RTM_*ADDR. include/uapi/linux/if_addr.h */
export interface IfaAttrs extends UnknownAttrs {
  /** The prefix; on a point-to-point device the other end. */
  address?: Uint8Array | undefined;
  /** The address itself; IPv6 has it only with a peer. */
  local?: Uint8Array | undefined;
  label?: string | undefined;
  broadcast?: Uint8Array | undefined;
  anycast?: Uint8Array | undefined;
  cacheinfo?: IfaCacheinfo | undefined;
  multicast?: Uint8Array | undefined;
  /** IFA_F_* */
  flags?: number | undefined;
  /** Metric of the prefix route. */
  rtPriority?: number | undefined;
  targetNetnsid?: number | undefined;
  /** IFAPROT_* */
  proto?: number | undefined;
}

/** @see net/ipv4/devinet.c:ifa_ipv4_policy */
export const ifa: AttrTable<IfaAttrs> = {
  address: [IFA_ADDRESS, ipAddr],
  local: [IFA_LOCAL, ipAddr],
  label: [IFA_LABEL, nulString(IFNAMSIZ - 1)],
  broadcast: [IFA_BROADCAST, ipAddr],
  anycast: [IFA_ANYCAST, ipAddr],
  cacheinfo: [IFA_CACHEINFO, ifaCacheinfo],
  multicast: [IFA_MULTICAST, ipAddr],
  flags: [IFA_FLAGS, u32],
  rtPriority: [IFA_RT_PRIORITY, u32],
  targetNetnsid: [IFA_TARGET_NETNSID, s32],
  proto: [IFA_PROTO, u8],
};

/** RTM_NEWADDR, RTM_DELADDR, RTM_GETADDR. */
export const addrFamily: Family<Ifaddrmsg, IfaAttrs> = family(ifaddrmsg, ifa);
export type AddrMessage = Message<Ifaddrmsg, IfaAttrs>;
