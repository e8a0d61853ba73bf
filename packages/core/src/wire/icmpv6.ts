/**
 * ICMPv6: the header, echo and errors. RFC 4443; include/uapi/linux/icmpv6.h. Neighbour discovery: `ndisc.ts`; MLD: `mld.ts`.
 *
 *  |     Type      |     Code      |           Checksum            |  0
 *  |   by type: id and sequence | MTU | pointer | flags            |  4
 *  |   echo: data; errors: as much of the packet as fits 1280      |  8
 *
 * The checksum covers a pseudo header: pass its partial (`csumIpv6Nofold` with IPPROTO_ICMPV6) as `pseudo`.
 */
import { be32, putBe16, putBe32 } from '../lib/bytes.ts';
import { IPV6_MIN_MTU } from '../uapi/ip.ts';
import { checksum } from './checksum.ts';

export const ICMP6_HLEN = 8;

/** Bytes 4 to 7 as one number. */
export const icmp6Rest = (b: Uint8Array, o: number): number => be32(b, o + 4);
/** MTU of "packet too big". */
export const icmp6Mtu = (b: Uint8Array, o: number): number => be32(b, o + 4);

/** Bytes of the packet that caused it an error quotes at most: the error fits 1280 bytes. @see net/ipv6/icmp.c:icmp6_send */
export const ICMP6_QUOTE_ROOM: number = IPV6_MIN_MTU - 40 - ICMP6_HLEN;

/** Whether `len` bytes at `o` hold a header and a right checksum. @see net/ipv6/icmp.c:icmpv6_rcv */
export const icmp6Check = (b: Uint8Array, o: number, len: number, pseudo: number): boolean =>
  len >= ICMP6_HLEN && checksum(b, o, len, pseudo) === 0;

/** Writes the 8 bytes of a header, checksum 0; `icmp6Finish` follows once the data is there. */
export function putIcmp6Header(b: Uint8Array, o: number, type: number, code: number, rest: number): void {
  b[o] = type;
  b[o + 1] = code;
  putBe16(b, o + 2, 0);
  putBe32(b, o + 4, rest);
}

/** Fills in the checksum of a message of `len` bytes. */
export function icmp6Finish(b: Uint8Array, o: number, len: number, pseudo: number): void {
  putBe16(b, o + 2, 0);
  putBe16(b, o + 2, checksum(b, o, len, pseudo));
}

/** An ICMPv6 message as a value. The checksum is implied. */
export interface Icmp6Message {
  readonly type: number;
  readonly code: number;
  /** Bytes 4 to 7. */
  readonly rest: number;
  readonly payload: Uint8Array;
}

/** The message of `len` bytes at `o`, null when `icmp6Check` refuses it. */
export function parseIcmp6(b: Uint8Array, o: number, len: number, pseudo: number): Icmp6Message | null {
  if (!icmp6Check(b, o, len, pseudo)) return null;
  return { type: b[o]!, code: b[o + 1]!, rest: icmp6Rest(b, o), payload: b.slice(o + ICMP6_HLEN, o + len) };
}

/** Writes a message with its checksum and returns its length. */
export function emitIcmp6(m: Icmp6Message, b: Uint8Array, o: number, pseudo: number): number {
  const len = ICMP6_HLEN + m.payload.length;
  putIcmp6Header(b, o, m.type, m.code, m.rest);
  b.set(m.payload, o + ICMP6_HLEN);
  icmp6Finish(b, o, len, pseudo);
  return len;
}
