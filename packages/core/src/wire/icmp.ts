/**
 * ICMP. RFC 792; RFC 1191 §4 (next-hop MTU), RFC 950 (address mask), RFC 1122 §3.2.2; include/uapi/linux/icmp.h.
 *
 *  |     Type      |     Code      |           Checksum            |  0
 *  |   by type: id and sequence | gateway | 0 and MTU | pointer    |  4
 *  |   echo: data; errors: the IP header and data that caused it   |  8
 */
import { be16, be32, putBe16, putBe32 } from '../lib/bytes.ts';
import {
  ICMP_DEST_UNREACH,
  ICMP_PARAMETERPROB,
  ICMP_REDIRECT,
  ICMP_SOURCE_QUENCH,
  ICMP_TIME_EXCEEDED,
} from '../uapi/icmp.ts';
import { checksum } from './checksum.ts';

export const ICMP_HLEN = 8;

export const icmpType = (b: Uint8Array, o: number): number => b[o]!;
export const icmpCode = (b: Uint8Array, o: number): number => b[o + 1]!;
/** Bytes 4 to 7 as one number. */
export const icmpRest = (b: Uint8Array, o: number): number => be32(b, o + 4);
/** Next-hop MTU of "fragmentation needed"; 0 from routers before RFC 1191. */
export const icmpMtu = (b: Uint8Array, o: number): number => be16(b, o + 6);
/** Pointer of a parameter problem: the bad byte, counted from the quoted header's start. */
export const icmpPointer = (b: Uint8Array, o: number): number => b[o + 4]!;

/** Whether a type reports an error, so that no error may answer it. @see net/ipv4/icmp.c:icmp_pointers */
export const icmpIsError = (type: number): boolean =>
  type === ICMP_DEST_UNREACH ||
  type === ICMP_SOURCE_QUENCH ||
  type === ICMP_REDIRECT ||
  type === ICMP_TIME_EXCEEDED ||
  type === ICMP_PARAMETERPROB;

/** Whether `len` bytes at `o` hold a header and a right checksum. @see net/ipv4/icmp.c:icmp_rcv */
export const icmpCheck = (b: Uint8Array, o: number, len: number): boolean =>
  len >= ICMP_HLEN && checksum(b, o, len) === 0;

/**
 * How many bytes of the packet that caused it an error quotes at most: the error fits 576 bytes, or the MTU.
 * @param optlen length of the error's own IP options. @see net/ipv4/icmp.c:__icmp_send
 */
export const icmpQuoteRoom = (mtu: number, optlen: number): number => Math.min(mtu, 576) - 20 - optlen - ICMP_HLEN;

/** Writes the 8 bytes of a header, checksum 0; `icmpFinish` follows once the data is there. */
export function putIcmpHeader(b: Uint8Array, o: number, type: number, code: number, rest: number): void {
  b[o] = type;
  b[o + 1] = code;
  putBe16(b, o + 2, 0);
  putBe32(b, o + 4, rest);
}

/** Fills in the checksum of a message of `len` bytes. */
export function icmpFinish(b: Uint8Array, o: number, len: number): void {
  putBe16(b, o + 2, 0);
  putBe16(b, o + 2, checksum(b, o, len));
}

/** An ICMP message as a value. The checksum is implied. */
export interface IcmpMessage {
  readonly type: number;
  readonly code: number;
  /** Bytes 4 to 7. */
  readonly rest: number;
  /** Echo data, timestamps, or the quoted packet. */
  readonly payload: Uint8Array;
}

/** The message of `len` bytes at `o`, null when `icmpCheck` refuses it. */
export function parseIcmp(b: Uint8Array, o: number, len: number): IcmpMessage | null {
  if (!icmpCheck(b, o, len)) return null;
  return { type: b[o]!, code: b[o + 1]!, rest: icmpRest(b, o), payload: b.slice(o + ICMP_HLEN, o + len) };
}

/** Writes a message and returns its length. */
export function emitIcmp(m: IcmpMessage, b: Uint8Array, o: number): number {
  const len = ICMP_HLEN + m.payload.length;
  putIcmpHeader(b, o, m.type, m.code, m.rest);
  b.set(m.payload, o + ICMP_HLEN);
  icmpFinish(b, o, len);
  return len;
}
