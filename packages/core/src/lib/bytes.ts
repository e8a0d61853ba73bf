/**
 * Reads and writes of 16-, 32- and 64-bit integers at an offset, both byte orders.
 *
 * No bounds check: the caller has checked the length once (DESIGN §3). Results are unsigned.
 */

/** Big-endian u16 at `o`. */
export const be16 = (b: Uint8Array, o: number): number => (b[o]! << 8) | b[o + 1]!;

/** Big-endian u32 at `o`, unsigned. */
export const be32 = (b: Uint8Array, o: number): number =>
  ((b[o]! << 24) | (b[o + 1]! << 16) | (b[o + 2]! << 8) | b[o + 3]!) >>> 0;

/** Little-endian u16 at `o`. */
export const le16 = (b: Uint8Array, o: number): number => b[o]! | (b[o + 1]! << 8);

/** Little-endian u32 at `o`, unsigned. */
export const le32 = (b: Uint8Array, o: number): number =>
  (b[o]! | (b[o + 1]! << 8) | (b[o + 2]! << 16) | (b[o + 3]! << 24)) >>> 0;

/** Little-endian s32 at `o`. */
export const le32s = (b: Uint8Array, o: number): number =>
  b[o]! | (b[o + 1]! << 8) | (b[o + 2]! << 16) | (b[o + 3]! << 24);

/** Writes the low 16 bits of `v` big-endian. */
export function putBe16(b: Uint8Array, o: number, v: number): void {
  b[o] = v >>> 8;
  b[o + 1] = v;
}

/** Writes the low 32 bits of `v` big-endian. */
export function putBe32(b: Uint8Array, o: number, v: number): void {
  b[o] = v >>> 24;
  b[o + 1] = v >>> 16;
  b[o + 2] = v >>> 8;
  b[o + 3] = v;
}

/** Writes the low 16 bits of `v` little-endian. */
export function putLe16(b: Uint8Array, o: number, v: number): void {
  b[o] = v;
  b[o + 1] = v >>> 8;
}

/** Writes the low 32 bits of `v` little-endian. */
export function putLe32(b: Uint8Array, o: number, v: number): void {
  b[o] = v;
  b[o + 1] = v >>> 8;
  b[o + 2] = v >>> 16;
  b[o + 3] = v >>> 24;
}

/** Big-endian u64 at `o` as a bigint. */
export const be64 = (b: Uint8Array, o: number): bigint => (BigInt(be32(b, o)) << 32n) | BigInt(be32(b, o + 4));

/** Little-endian u64 at `o` as a bigint. */
export const le64 = (b: Uint8Array, o: number): bigint => (BigInt(le32(b, o + 4)) << 32n) | BigInt(le32(b, o));

/** Writes the low 64 bits of `v` big-endian. */
export function putBe64(b: Uint8Array, o: number, v: bigint): void {
  putBe32(b, o, Number((v >> 32n) & 0xffffffffn));
  putBe32(b, o + 4, Number(v & 0xffffffffn));
}

/** Writes the low 64 bits of `v` little-endian. */
export function putLe64(b: Uint8Array, o: number, v: bigint): void {
  putLe32(b, o, Number(v & 0xffffffffn));
  putLe32(b, o + 4, Number((v >> 32n) & 0xffffffffn));
}

/** Whether both hold the same bytes. */
export function bytesEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Whether `n` bytes at `ao` in `a` and at `bo` in `b` are the same; bytes beyond an end count as different. */
export function rangeEqual(a: Uint8Array, ao: number, b: Uint8Array, bo: number, n: number): boolean {
  if (ao + n > a.length || bo + n > b.length) return false;
  for (let i = 0; i < n; i++) if (a[ao + i] !== b[bo + i]) return false;
  return true;
}

/** Copies `n` bytes; a loop, since for headers it is faster than `set(subarray())` and makes no view. */
export function copyBytes(dst: Uint8Array, dstOff: number, src: Uint8Array, srcOff: number, n: number): void {
  if (n > 64) {
    dst.set(src.subarray(srcOff, srcOff + n), dstOff);
    return;
  }
  for (let i = 0; i < n; i++) dst[dstOff + i] = src[srcOff + i]!;
}

/** memcmp order of two byte strings: negative, 0 or positive; a prefix comes first. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    const d = a[i]! - b[i]!;
    if (d !== 0) return d;
  }
  return a.length - b.length;
}

/** Lower-case hex digits, two a byte, joined by `separator`. */
export function toHex(b: Uint8Array, separator = ''): string {
  let s = '';
  for (let i = 0; i < b.length; i++) {
    if (i !== 0) s += separator;
    s += (b[i]! >>> 4).toString(16) + (b[i]! & 15).toString(16);
  }
  return s;
}

/** Bytes of hex digits; white space and `:` are skipped. Null if anything else is met or a digit is left over. */
export function fromHex(text: string): Uint8Array | null {
  const digits = text.replace(/[\s:]+/g, '');
  if (digits.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(digits)) return null;
  const out = new Uint8Array(digits.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return out;
}
