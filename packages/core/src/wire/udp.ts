/**
 * UDP. RFC 768; include/uapi/linux/udp.h.
 *
 *  |          Source Port          |       Destination Port        |  0
 *  |            Length             |           Checksum            |  4
 *
 * The checksum covers a pseudo header: pass its partial (`csumTcpudpNofold`, `csumIpv6Nofold`) as `pseudo`.
 */
import { be16, putBe16 } from '../lib/bytes.ts';
import { checksum } from './checksum.ts';

export const UDP_HLEN = 8;

export const udpSource = (b: Uint8Array, o: number): number => be16(b, o);
export const udpDest = (b: Uint8Array, o: number): number => be16(b, o + 2);
/** Header and data, bytes. */
export const udpLen = (b: Uint8Array, o: number): number => be16(b, o + 4);
/** 0 means that there is none (IPv4 only). */
export const udpCsum = (b: Uint8Array, o: number): number => be16(b, o + 6);

/** Whether the header is there and its length lies between 8 and `len`. @see net/ipv4/udp.c:__udp4_lib_rcv */
export const udpCheck = (b: Uint8Array, o: number, len: number): boolean => {
  if (len < UDP_HLEN) return false;
  const ulen = be16(b, o + 4);
  return ulen >= UDP_HLEN && ulen <= len;
};

/** Whether the checksum is right, or absent. Call after `udpCheck`. */
export const udpCsumOk = (b: Uint8Array, o: number, pseudo: number): boolean =>
  be16(b, o + 6) === 0 || checksum(b, o, be16(b, o + 4), pseudo) === 0;

/** Writes a header for `ulen` bytes (header included), checksum 0. */
export function putUdpHeader(b: Uint8Array, o: number, source: number, dest: number, ulen: number): void {
  putBe16(b, o, source);
  putBe16(b, o + 2, dest);
  putBe16(b, o + 4, ulen);
  putBe16(b, o + 6, 0);
}

/** Fills in the checksum; a computed 0 is sent as 0xffff. @see CSUM_MANGLED_0, net/ipv4/udp.c:udp_set_csum */
export function udpFinish(b: Uint8Array, o: number, pseudo: number): void {
  putBe16(b, o + 6, 0);
  const c = checksum(b, o, be16(b, o + 4), pseudo);
  putBe16(b, o + 6, c === 0 ? 0xffff : c);
}

/** A UDP datagram as a value. The checksum is implied. */
export interface UdpDatagram {
  readonly source: number;
  readonly dest: number;
  readonly payload: Uint8Array;
}

/** The datagram at `o`, null when its length or checksum is wrong. */
export function parseUdp(b: Uint8Array, o: number, len: number, pseudo: number): UdpDatagram | null {
  if (!udpCheck(b, o, len) || !udpCsumOk(b, o, pseudo)) return null;
  return { source: udpSource(b, o), dest: udpDest(b, o), payload: b.slice(o + UDP_HLEN, o + udpLen(b, o)) };
}

/** Writes a datagram with its checksum and returns its length. */
export function emitUdp(d: UdpDatagram, b: Uint8Array, o: number, pseudo: number): number {
  const ulen = UDP_HLEN + d.payload.length;
  putUdpHeader(b, o, d.source, d.dest, ulen);
  b.set(d.payload, o + UDP_HLEN);
  udpFinish(b, o, pseudo);
  return ulen;
}
