/**
 * IPv6 header and extension headers. RFC 8200 §3, §4; RFC 2711 (router alert); include/uapi/linux/ipv6.h.
 *
 *  |Version| Traffic class |              Flow label               |  0
 *  |        Payload length         |  Next header  |   Hop limit   |  4
 *  |                       Source address (16)                     |  8
 *  |                     Destination address (16)                  | 24
 *
 *  options header:  | Next header | Length in 8 bytes beyond the first 8 | TLVs …
 *  fragment header: | Next header | 0 | Offset (13) 0 0 M | Identification (32) |
 */
import { be16, be32, copyBytes, putBe16, putBe32 } from '../lib/bytes.ts';
import {
  IPPROTO_AH,
  IPPROTO_DSTOPTS,
  IPPROTO_FRAGMENT,
  IPPROTO_HOPOPTS,
  IPPROTO_NONE,
  IPPROTO_ROUTING,
} from '../uapi/in.ts';

export const IPV6_HLEN = 40;
/** Where the addresses are, from the header's start. */
export const IPV6_SADDR = 8;
export const IPV6_DADDR = 24;

export const ip6Tclass = (b: Uint8Array, o: number): number => (be16(b, o) >>> 4) & 0xff;
/** Flow label, 20 bits. */
export const ip6Flowlabel = (b: Uint8Array, o: number): number => be32(b, o) & 0xfffff;
/** Bytes behind the header. */
export const ip6PayloadLen = (b: Uint8Array, o: number): number => be16(b, o + 4);
export const ip6Nexthdr = (b: Uint8Array, o: number): number => b[o + 6]!;
export const ip6HopLimit = (b: Uint8Array, o: number): number => b[o + 7]!;

/** Why `ip6Check` refused a header (0 = accepted). */
export const IP6_OK = 0;
/** Shorter than a header, or not version 6: `Ip6InHdrErrors`. */
export const IP6_BAD_HDR = 1;
/** Payload length beyond the frame: `Ip6InTruncatedPkts`. */
export const IP6_BAD_TRUNCATED = 2;
export type Ip6Verdict = 0 | 1 | 2;

/**
 * Checks everything the field functions rely on. Call once per packet, on receive.
 *
 * @param len bytes available from `o`; may exceed header and payload (Ethernet padding).
 * @see net/ipv6/ip6_input.c:ip6_rcv_core
 */
export function ip6Check(b: Uint8Array, o: number, len: number): Ip6Verdict {
  if (len < IPV6_HLEN || b[o]! >>> 4 !== 6) return IP6_BAD_HDR;
  return be16(b, o + 4) + IPV6_HLEN > len ? IP6_BAD_TRUNCATED : IP6_OK;
}

/** Writes a header; addresses are 16 bytes at `so` and `dof`. */
export function putIpv6Header(
  b: Uint8Array,
  o: number,
  tclass: number,
  flowlabel: number,
  payloadLen: number,
  nexthdr: number,
  hopLimit: number,
  s: Uint8Array,
  so: number,
  d: Uint8Array,
  dof: number,
): void {
  putBe32(b, o, 0x60000000 | (tclass << 20) | flowlabel);
  putBe16(b, o + 4, payloadLen);
  b[o + 6] = nexthdr;
  b[o + 7] = hopLimit;
  copyBytes(b, o + IPV6_SADDR, s, so, 16);
  copyBytes(b, o + IPV6_DADDR, d, dof, 16);
}

/** Where `ipv6SkipExthdr` stopped. Made once and used again. */
export class ExtWalk {
  /** Protocol of what is there. */
  nexthdr = 0;
  /** Raw offset field of the fragment header passed, 0 without one. */
  fragOff = 0;
  /** Where the fragment header is, -1 without one. */
  fragHdr = -1;
}

/** Whether a protocol number is an extension header's. @see ipv6_ext_hdr */
export const ipv6ExtHdr = (nexthdr: number): boolean =>
  nexthdr === IPPROTO_HOPOPTS ||
  nexthdr === IPPROTO_ROUTING ||
  nexthdr === IPPROTO_FRAGMENT ||
  nexthdr === IPPROTO_AH ||
  nexthdr === IPPROTO_NONE ||
  nexthdr === IPPROTO_DSTOPTS;

/**
 * Walks the extension headers from `start` (the first is a `nexthdr`) and returns where the upper header begins, or -1
 * when they do not fit before `end` or say that nothing follows. Stops behind the fragment header of a later fragment.
 * @see net/ipv6/exthdrs_core.c:ipv6_skip_exthdr
 */
export function ipv6SkipExthdr(b: Uint8Array, start: number, end: number, nexthdr: number, walk: ExtWalk): number {
  let p = start;
  walk.fragOff = 0;
  walk.fragHdr = -1;
  while (ipv6ExtHdr(nexthdr)) {
    if (nexthdr === IPPROTO_NONE || p + 8 > end) return -1;
    let len = (b[p + 1]! + 1) << 3;
    if (nexthdr === IPPROTO_FRAGMENT) {
      walk.fragOff = be16(b, p + 2);
      walk.fragHdr = p;
      len = 8;
    } else if (nexthdr === IPPROTO_AH) {
      len = (b[p + 1]! + 2) << 2;
    }
    if (p + len > end) return -1;
    nexthdr = b[p]!;
    p += len;
    if (walk.fragOff >>> 3 !== 0) break;
  }
  walk.nexthdr = nexthdr;
  return p;
}

export const FRAG_HLEN = 8;
/** Offset in bytes, a multiple of 8. */
export const frag6Offset = (b: Uint8Array, o: number): number => be16(b, o + 2) & 0xfff8;
/** Whether more fragments follow. */
export const frag6More = (b: Uint8Array, o: number): boolean => (b[o + 3]! & 1) !== 0;
export const frag6Id = (b: Uint8Array, o: number): number => be32(b, o + 4);

/** Writes a fragment header; `offset` in bytes. */
export function putFrag6(b: Uint8Array, o: number, nexthdr: number, offset: number, more: boolean, id: number): void {
  b[o] = nexthdr;
  b[o + 1] = 0;
  putBe16(b, o + 2, offset | (more ? 1 : 0));
  putBe32(b, o + 4, id);
}

/** Length of the hop-by-hop header that `putHopRouterAlert` writes. */
export const HOP_ROUTER_ALERT_LEN = 8;

/** Writes a hop-by-hop header with a router alert (0: MLD) and two bytes of padding, as MLD sends it. @see net/ipv6/mcast.c:ip6_mc_hdr */
export function putHopRouterAlert(b: Uint8Array, o: number, nexthdr: number): void {
  b[o] = nexthdr;
  b[o + 1] = 0;
  b[o + 2] = 5; // IPV6_TLV_ROUTERALERT
  b[o + 3] = 2;
  putBe16(b, o + 4, 0);
  b[o + 6] = 1; // PadN
  b[o + 7] = 0;
}

/** An IPv6 header as a value. */
export interface Ipv6Header {
  readonly tclass: number;
  readonly flowlabel: number;
  readonly payloadLen: number;
  readonly nexthdr: number;
  readonly hopLimit: number;
  readonly saddr: Uint8Array;
  readonly daddr: Uint8Array;
}

/** The header at `o`, null when `ip6Check` refuses it. */
export function parseIpv6Header(b: Uint8Array, o: number, len: number): Ipv6Header | null {
  if (ip6Check(b, o, len) !== IP6_OK) return null;
  return {
    tclass: ip6Tclass(b, o),
    flowlabel: ip6Flowlabel(b, o),
    payloadLen: ip6PayloadLen(b, o),
    nexthdr: ip6Nexthdr(b, o),
    hopLimit: ip6HopLimit(b, o),
    saddr: b.slice(o + IPV6_SADDR, o + IPV6_SADDR + 16),
    daddr: b.slice(o + IPV6_DADDR, o + IPV6_DADDR + 16),
  };
}

/** Writes a header and returns its length. */
export function emitIpv6Header(h: Ipv6Header, b: Uint8Array, o: number): number {
  putIpv6Header(b, o, h.tclass, h.flowlabel, h.payloadLen, h.nexthdr, h.hopLimit, h.saddr, 0, h.daddr, 0);
  return IPV6_HLEN;
}

/** A fragment header as a value; `offset` in bytes. */
export interface Fragment6Header {
  readonly nexthdr: number;
  readonly offset: number;
  readonly more: boolean;
  readonly id: number;
}

/** The fragment header at `o`, null when fewer than 8 bytes are there. */
export function parseFrag6(b: Uint8Array, o: number, len: number): Fragment6Header | null {
  if (len < FRAG_HLEN) return null;
  return { nexthdr: b[o]!, offset: frag6Offset(b, o), more: frag6More(b, o), id: frag6Id(b, o) };
}

/** Writes a fragment header and returns its length. */
export function emitFrag6(h: Fragment6Header, b: Uint8Array, o: number): number {
  putFrag6(b, o, h.nexthdr, h.offset, h.more, h.id);
  return FRAG_HLEN;
}
