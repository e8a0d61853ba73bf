/**
 * Neighbour discovery messages. RFC 4861 §4; RFC 3971 §5.3.2 (nonce), RFC 4191 (route info), RFC 8106 (RDNSS); include/net/ndisc.h.
 *
 *  RS:       | ICMPv6 header, rest 0 | options
 *  RA:       | ICMPv6 header, rest = hop limit, M O flags, router lifetime | reachable | retransmit | options
 *  NS, NA:   | ICMPv6 header, rest = flags (NA) | target (16) | options
 *  redirect: | ICMPv6 header, rest 0 | target (16) | destination (16) | options
 *  option:   | Type | Length in units of 8 bytes | data …
 *
 * These read what follows `icmp6Check`; hop limit 255 and code 0 are the receiver's to check (RFC 4861 §7.1).
 */
import { be32, copyBytes, putBe32 } from '../lib/bytes.ts';
import {
  ND_OPT_MTU,
  ND_OPT_PREFIX_INFO,
  NDISC_NEIGHBOUR_ADVERTISEMENT,
  NDISC_NEIGHBOUR_SOLICITATION,
  NDISC_REDIRECT,
  NDISC_ROUTER_ADVERTISEMENT,
  NDISC_ROUTER_SOLICITATION,
} from '../uapi/icmpv6.ts';
import { emitIcmp6, putIcmp6Header, parseIcmp6, type Icmp6Message } from './icmpv6.ts';

/** Length of NS and NA without options; the target is at 8. */
export const ND_MSG_LEN = 24;
export const ND_TARGET = 8;
/** Length of a link-layer address option for six bytes. */
export const ND_OPT_LLADDR_LEN = 8;

export const NA_ROUTER = 0x80000000;
export const NA_SOLICITED = 0x40000000;
export const NA_OVERRIDE = 0x20000000;

/** Where a message's options begin, by type; -1 when the type is not neighbour discovery's. */
export function ndOptionsAt(type: number): number {
  switch (type) {
    case NDISC_ROUTER_SOLICITATION:
      return 8;
    case NDISC_ROUTER_ADVERTISEMENT:
      return 16;
    case NDISC_NEIGHBOUR_SOLICITATION:
    case NDISC_NEIGHBOUR_ADVERTISEMENT:
      return ND_MSG_LEN;
    case NDISC_REDIRECT:
      return 40;
    default:
      return -1;
  }
}

/**
 * Whether the options between `p` and `end` are whole: no zero length, none beyond the end. RFC 4861 §4.6
 * @see net/ipv6/ndisc.c:ndisc_parse_options
 */
export function ndOptionsCheck(b: Uint8Array, p: number, end: number): boolean {
  while (p < end) {
    if (p + 2 > end) return false;
    const n = b[p + 1]! << 3;
    if (n === 0 || p + n > end) return false;
    p += n;
  }
  return true;
}

/** Where the first option of a type begins, -1 when there is none. Call after `ndOptionsCheck`. */
export function ndFindOption(b: Uint8Array, p: number, end: number, type: number): number {
  while (p < end) {
    if (b[p] === type) return p;
    p += b[p + 1]! << 3;
  }
  return -1;
}

/** Writes NS or NA with its target, checksum 0; options and `icmp6Finish` follow. `flags` are the NA_* ones. @see ndisc_ns_create */
export function putNdMsg(b: Uint8Array, o: number, type: number, flags: number, t: Uint8Array, to: number): void {
  putIcmp6Header(b, o, type, 0, flags);
  copyBytes(b, o + ND_TARGET, t, to, 16);
}

/** Writes a source or target link-layer address option of six bytes. @see ndisc_fill_addr_option */
export function putNdLladdr(b: Uint8Array, o: number, type: number, mac: Uint8Array, macOff: number): void {
  b[o] = type;
  b[o + 1] = 1;
  copyBytes(b, o + 2, mac, macOff, 6);
}

/** An option: its type and what follows the length; the data fills the units of 8 (its length is 6 modulo 8). */
export interface NdOption {
  readonly type: number;
  readonly data: Uint8Array;
}

/** A neighbour discovery message as a value. */
export type NdMessage =
  | { readonly kind: 'rs'; readonly options: readonly NdOption[] }
  | {
      readonly kind: 'ra';
      readonly hopLimit: number;
      readonly managed: boolean;
      readonly other: boolean;
      /** The other six flag bits: home agent, router preference, proxy. */
      readonly flags: number;
      readonly routerLifetimeS: number;
      readonly reachableMs: number;
      readonly retransMs: number;
      readonly options: readonly NdOption[];
    }
  | { readonly kind: 'ns'; readonly target: Uint8Array; readonly options: readonly NdOption[] }
  | {
      readonly kind: 'na';
      readonly router: boolean;
      readonly solicited: boolean;
      readonly override: boolean;
      readonly target: Uint8Array;
      readonly options: readonly NdOption[];
    }
  | {
      readonly kind: 'redirect';
      readonly target: Uint8Array;
      readonly destination: Uint8Array;
      readonly options: readonly NdOption[];
    };

function parseOptions(b: Uint8Array): NdOption[] {
  const out: NdOption[] = [];
  for (let p = 0; p < b.length; p += b[p + 1]! << 3)
    out.push({ type: b[p]!, data: b.slice(p + 2, p + (b[p + 1]! << 3)) });
  return out;
}

/** The message of `len` bytes at `o`; null when its checksum, type, code or an option's length is not right. */
export function parseNd(b: Uint8Array, o: number, len: number, pseudo: number): NdMessage | null {
  const m = parseIcmp6(b, o, len, pseudo);
  if (m === null || m.code !== 0) return null;
  const at = ndOptionsAt(m.type);
  if (at < 0 || len < at || !ndOptionsCheck(b, o + at, o + len)) return null;
  const options = parseOptions(b.slice(o + at, o + len));
  const p = m.payload;
  switch (m.type) {
    case NDISC_ROUTER_SOLICITATION:
      return { kind: 'rs', options };
    case NDISC_ROUTER_ADVERTISEMENT:
      return {
        kind: 'ra',
        hopLimit: m.rest >>> 24,
        managed: (m.rest & 0x800000) !== 0,
        other: (m.rest & 0x400000) !== 0,
        flags: (m.rest >>> 16) & 0x3f,
        routerLifetimeS: m.rest & 0xffff,
        reachableMs: be32(p, 0),
        retransMs: be32(p, 4),
        options,
      };
    case NDISC_NEIGHBOUR_SOLICITATION:
      return { kind: 'ns', target: p.slice(0, 16), options };
    case NDISC_NEIGHBOUR_ADVERTISEMENT:
      return {
        kind: 'na',
        router: m.rest >>> 31 !== 0,
        solicited: (m.rest & NA_SOLICITED) !== 0,
        override: (m.rest & NA_OVERRIDE) !== 0,
        target: p.slice(0, 16),
        options,
      };
    default:
      return { kind: 'redirect', target: p.slice(0, 16), destination: p.slice(16, 32), options };
  }
}

/** Header fields and the bytes before the options. */
function fixedPart(m: NdMessage): { type: number; rest: number; fixed: Uint8Array } {
  switch (m.kind) {
    case 'rs':
      return { type: NDISC_ROUTER_SOLICITATION, rest: 0, fixed: new Uint8Array(0) };
    case 'ra': {
      const flags = (m.managed ? 0x80 : 0) | (m.other ? 0x40 : 0) | m.flags;
      const fixed = new Uint8Array(8);
      putBe32(fixed, 0, m.reachableMs);
      putBe32(fixed, 4, m.retransMs);
      const rest = ((m.hopLimit << 24) | (flags << 16) | m.routerLifetimeS) >>> 0;
      return { type: NDISC_ROUTER_ADVERTISEMENT, rest, fixed };
    }
    case 'ns':
      return { type: NDISC_NEIGHBOUR_SOLICITATION, rest: 0, fixed: m.target };
    case 'na': {
      const rest =
        ((m.router ? NA_ROUTER : 0) | (m.solicited ? NA_SOLICITED : 0) | (m.override ? NA_OVERRIDE : 0)) >>> 0;
      return { type: NDISC_NEIGHBOUR_ADVERTISEMENT, rest, fixed: m.target };
    }
    case 'redirect': {
      const fixed = new Uint8Array(32);
      fixed.set(m.target);
      fixed.set(m.destination, 16);
      return { type: NDISC_REDIRECT, rest: 0, fixed };
    }
  }
}

/** Writes a message with its checksum and returns its length. */
export function emitNd(m: NdMessage, b: Uint8Array, o: number, pseudo: number): number {
  const { type, rest, fixed } = fixedPart(m);
  const bytes: number[] = [...fixed];
  for (const opt of m.options) bytes.push(opt.type, (opt.data.length + 2) >>> 3, ...opt.data);
  const message: Icmp6Message = { type, code: 0, rest, payload: Uint8Array.from(bytes) };
  return emitIcmp6(message, b, o, pseudo);
}

/** Prefix information (type 3). RFC 4861 §4.6.2; lifetimes in seconds, 0xffffffff for ever. */
export interface NdPrefixInfo {
  readonly prefixLen: number;
  readonly onLink: boolean;
  readonly autonomous: boolean;
  readonly validS: number;
  readonly preferredS: number;
  readonly prefix: Uint8Array;
}

/** What a prefix information option says, null when it is none or not 32 bytes long. */
export function ndPrefixInfo(opt: NdOption): NdPrefixInfo | null {
  const d = opt.data;
  if (opt.type !== ND_OPT_PREFIX_INFO || d.length !== 30) return null;
  return {
    prefixLen: d[0]!,
    onLink: (d[1]! & 0x80) !== 0,
    autonomous: (d[1]! & 0x40) !== 0,
    validS: be32(d, 2),
    preferredS: be32(d, 6),
    prefix: d.slice(14, 30),
  };
}

/** The prefix information option of a value. */
export function ndPrefixOption(p: NdPrefixInfo): NdOption {
  const data = new Uint8Array(30);
  data[0] = p.prefixLen;
  data[1] = (p.onLink ? 0x80 : 0) | (p.autonomous ? 0x40 : 0);
  putBe32(data, 2, p.validS);
  putBe32(data, 6, p.preferredS);
  data.set(p.prefix, 14);
  return { type: ND_OPT_PREFIX_INFO, data };
}

/** MTU of an MTU option (type 5), null when it is none. RFC 4861 §4.6.4 */
export function ndMtu(opt: NdOption): number | null {
  return opt.type === ND_OPT_MTU && opt.data.length === 6 ? be32(opt.data, 2) : null;
}
