/**
 * The Internet checksum. RFC 1071 (sum, byte order, parts), RFC 1624 (incremental update), RFC 8200 §8.1 (IPv6 pseudo header).
 *
 * A *partial* is a one's-complement sum folded to 16 bits, not complemented; partials add with `csumAdd`.
 */
import { be16, be32, putBe16 } from '../lib/bytes.ts';

/** Adds two partials with end-around carry. */
export const csumAdd = (a: number, b: number): number => {
  const s = a + b;
  return s > 0xffff ? s - 0xffff : s;
};

/** Folds any sum below 2^31 of 16-bit words to a partial. */
const fold = (sum: number): number => {
  sum = (sum & 0xffff) + (sum >>> 16);
  return (sum & 0xffff) + (sum >>> 16);
};

/** The field to transmit for a partial: its complement. @see csum_fold */
export const csumFold = (partial: number): number => ~partial & 0xffff;

/**
 * Partial of `n` bytes at `o`, added to the partial `sum`. An odd last byte counts as the high one of its word.
 * @see csum_partial
 */
export function csumPartial(b: Uint8Array, o: number, n: number, sum = 0): number {
  const end = o + n;
  let i = o;
  while (i < end) {
    const stop = Math.min(end, i + 0x8000);
    let hi = 0;
    let lo = 0;
    for (; i + 8 <= stop; i += 8) {
      hi += b[i]! + b[i + 2]! + b[i + 4]! + b[i + 6]!;
      lo += b[i + 1]! + b[i + 3]! + b[i + 5]! + b[i + 7]!;
    }
    for (; i + 2 <= stop; i += 2) {
      hi += b[i]!;
      lo += b[i + 1]!;
    }
    if (i < stop) hi += b[i++]!;
    sum = csumAdd(sum, fold((hi << 8) + lo));
  }
  return sum;
}

/** The checksum of `n` bytes at `o` plus the partial `sum`; 0 when they hold a right one. @see ip_compute_csum */
export const checksum = (b: Uint8Array, o: number, n: number, sum = 0): number => ~csumPartial(b, o, n, sum) & 0xffff;

/** A partial of bytes that start at an odd place of the whole: its bytes swapped. @see csum_shift */
export const csumOdd = (partial: number): number => ((partial << 8) | (partial >>> 8)) & 0xffff;

/** Partial of the IPv4 pseudo header: addresses, protocol, length of the transport header and data. @see csum_tcpudp_nofold */
export const csumTcpudpNofold = (saddr: number, daddr: number, len: number, proto: number): number =>
  fold((saddr >>> 16) + (saddr & 0xffff) + (daddr >>> 16) + (daddr & 0xffff) + proto + fold(len));

/** Partial of the IPv6 pseudo header; addresses are 16 bytes at `so` and `dof`. @see csum_ipv6_magic */
export function csumIpv6Nofold(
  s: Uint8Array,
  so: number,
  d: Uint8Array,
  dof: number,
  len: number,
  proto: number,
): number {
  return csumPartial(s, so, 16, csumPartial(d, dof, 16, fold(fold(len) + proto)));
}

/**
 * Patches the checksum at `o` for a word that changed from `from` to `to`: HC' = ~(~HC + ~m + m'), RFC 1624 eq. 3.
 * @see csum_replace2
 */
export function csumReplace2(b: Uint8Array, o: number, from: number, to: number): void {
  putBe16(b, o, ~fold((~be16(b, o) & 0xffff) + (~from & 0xffff) + to));
}

/** Patches the checksum at `o` for a 32-bit value that changed. @see csum_replace4 */
export function csumReplace4(b: Uint8Array, o: number, from: number, to: number): void {
  const keep = (~be16(b, o) & 0xffff) + (~from & 0xffff) + (~(from >>> 16) & 0xffff);
  putBe16(b, o, ~fold(keep + (to & 0xffff) + (to >>> 16)));
}

/** Patches the checksum at `o` for 16 bytes that changed from those at `from` to those at `to`. @see inet_proto_csum_replace16 */
export function csumReplace16(b: Uint8Array, o: number, f: Uint8Array, from: number, t: Uint8Array, to: number): void {
  for (let i = 0; i < 16; i += 4) csumReplace4(b, o, be32(f, from + i), be32(t, to + i));
}
