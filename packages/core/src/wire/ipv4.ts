/**
 * IPv4 header. RFC 791 §3.1; Linux `struct iphdr`, include/uapi/linux/ip.h. Options: `ipv4-options.ts`.
 *
 *  |Version|  IHL  |      TOS      |          Total Length         |  0
 *  |         Identification        |0 D M|     Fragment Offset     |  4
 *  |      TTL      |    Protocol   |        Header Checksum        |  8
 *  |                         Source Address                        | 12
 *  |                      Destination Address                      | 16
 *  |                      Options, 0 to 40 bytes                   | 20
 */
import { be16, be32, putBe16, putBe32 } from '../lib/bytes.ts';
import { IP_DF, IP_MF, IP_OFFSET } from '../uapi/ip.ts';
import { checksum } from './checksum.ts';

/** Length of a header without options. */
export const IPV4_MIN_HLEN = 20;

/** Header length in bytes, options included. */
export const ipHlen = (b: Uint8Array, o: number): number => (b[o]! & 0x0f) << 2;
export const ipTos = (b: Uint8Array, o: number): number => b[o + 1]!;
/** Total length: header and payload, bytes. */
export const ipTotLen = (b: Uint8Array, o: number): number => be16(b, o + 2);
export const ipId = (b: Uint8Array, o: number): number => be16(b, o + 4);
/** The raw field: `IP_DF`, `IP_MF` and the offset in units of 8 bytes (`IP_OFFSET`). */
export const ipFragOff = (b: Uint8Array, o: number): number => be16(b, o + 6);
/** Whether it is a fragment, first ones included. @see ip_is_fragment */
export const ipIsFragment = (b: Uint8Array, o: number): boolean => (be16(b, o + 6) & (IP_MF | IP_OFFSET)) !== 0;
export const ipTtl = (b: Uint8Array, o: number): number => b[o + 8]!;
export const ipProtocol = (b: Uint8Array, o: number): number => b[o + 9]!;
/** The header checksum as it stands. */
export const ipCsum = (b: Uint8Array, o: number): number => be16(b, o + 10);
export const ipSaddr = (b: Uint8Array, o: number): number => be32(b, o + 12);
export const ipDaddr = (b: Uint8Array, o: number): number => be32(b, o + 16);

// Setters leave the checksum to `ipSendCheck`.
export const ipSetTotLen = (b: Uint8Array, o: number, v: number): void => putBe16(b, o + 2, v);
export const ipSetFragOff = (b: Uint8Array, o: number, v: number): void => putBe16(b, o + 6, v);

/** Why `ipCheck` refused a header (0 = accepted). */
export const IP_OK = 0;
/** Shorter than a header, or than its own header length: `InHdrErrors`, SKB_DROP_REASON_IP_INHDR. */
export const IP_BAD_HLEN = 1;
/** Not version 4: `InHdrErrors`. */
export const IP_BAD_VERSION = 2;
/** Wrong header checksum: `InCsumErrors` and `InHdrErrors`, SKB_DROP_REASON_IP_CSUM. */
export const IP_BAD_CSUM = 3;
/** Total length beyond the frame: `InTruncatedPkts`, SKB_DROP_REASON_PKT_TOO_SMALL. */
export const IP_BAD_TRUNCATED = 4;
/** Total length smaller than the header: `InHdrErrors`. */
export const IP_BAD_TOTLEN = 5;
export type IpVerdict = 0 | 1 | 2 | 3 | 4 | 5;

/**
 * Checks everything the field functions rely on. Call once per packet, on receive.
 *
 * @param len bytes available from `o`; may exceed the total length (Ethernet padding).
 * @see net/ipv4/ip_input.c:ip_rcv_core
 */
export function ipCheck(b: Uint8Array, o: number, len: number): IpVerdict {
  if (len < IPV4_MIN_HLEN) return IP_BAD_HLEN;
  if (b[o]! >>> 4 !== 4) return IP_BAD_VERSION;
  const hlen = ipHlen(b, o);
  if (hlen < IPV4_MIN_HLEN || hlen > len) return IP_BAD_HLEN;
  if (checksum(b, o, hlen) !== 0) return IP_BAD_CSUM;
  const tot = ipTotLen(b, o);
  if (tot > len) return IP_BAD_TRUNCATED;
  if (tot < hlen) return IP_BAD_TOTLEN;
  return IP_OK;
}

/** Computes the header checksum anew. @see net/ipv4/ip_output.c:ip_send_check */
export function ipSendCheck(b: Uint8Array, o: number): void {
  putBe16(b, o + 10, 0);
  putBe16(b, o + 10, checksum(b, o, ipHlen(b, o)));
}

/**
 * Decrements the TTL and patches the checksum incrementally (RFC 1624 eq. 3). Returns the new TTL.
 * @see include/net/ip.h:ip_decrease_ttl
 */
export function ipDecreaseTtl(b: Uint8Array, o: number): number {
  const check = be16(b, o + 10) + 0x0100;
  putBe16(b, o + 10, (check + (check >= 0xffff ? 1 : 0)) & 0xffff);
  return --b[o + 8]!;
}

/**
 * Writes a header of `hlen` bytes, the checksum included. Options are to be at `o + 20` before the call;
 * `fragOff` is the raw field.
 */
export function putIpHeader(
  b: Uint8Array,
  o: number,
  hlen: number,
  tos: number,
  totLen: number,
  id: number,
  fragOff: number,
  ttl: number,
  protocol: number,
  saddr: number,
  daddr: number,
): void {
  b[o] = 0x40 | (hlen >>> 2);
  b[o + 1] = tos;
  putBe16(b, o + 2, totLen);
  putBe16(b, o + 4, id);
  putBe16(b, o + 6, fragOff);
  b[o + 8] = ttl;
  b[o + 9] = protocol;
  putBe32(b, o + 12, saddr);
  putBe32(b, o + 16, daddr);
  ipSendCheck(b, o);
}

/** An IPv4 header as a value. The checksum is implied. */
export interface Ipv4Header {
  readonly tos: number;
  readonly totLen: number;
  readonly id: number;
  /** Don't fragment. */
  readonly df: boolean;
  /** More fragments. */
  readonly mf: boolean;
  /** Fragment offset in bytes, a multiple of 8. */
  readonly offset: number;
  readonly ttl: number;
  readonly protocol: number;
  readonly saddr: number;
  readonly daddr: number;
  /** Option bytes; a multiple of 4, at most 40. */
  readonly options: Uint8Array;
}

/** The header at `o`, null when `ipCheck` refuses it. */
export function parseIpv4Header(b: Uint8Array, o: number, len: number): Ipv4Header | null {
  if (ipCheck(b, o, len) !== IP_OK) return null;
  const frag = ipFragOff(b, o);
  return {
    tos: ipTos(b, o),
    totLen: ipTotLen(b, o),
    id: ipId(b, o),
    df: (frag & IP_DF) !== 0,
    mf: (frag & IP_MF) !== 0,
    offset: (frag & IP_OFFSET) * 8,
    ttl: ipTtl(b, o),
    protocol: ipProtocol(b, o),
    saddr: ipSaddr(b, o),
    daddr: ipDaddr(b, o),
    options: b.slice(o + IPV4_MIN_HLEN, o + ipHlen(b, o)),
  };
}

/** Writes a header and returns its length. */
export function emitIpv4Header(h: Ipv4Header, b: Uint8Array, o: number): number {
  const hlen = IPV4_MIN_HLEN + h.options.length;
  b.set(h.options, o + IPV4_MIN_HLEN);
  const frag = (h.df ? IP_DF : 0) | (h.mf ? IP_MF : 0) | (h.offset >>> 3);
  putIpHeader(b, o, hlen, h.tos, h.totLen, h.id, frag, h.ttl, h.protocol, h.saddr, h.daddr);
  return hlen;
}
