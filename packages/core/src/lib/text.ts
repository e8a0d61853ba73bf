/**
 * Text as bytes. Core has neither TextEncoder nor Buffer, so the codecs are here.
 *
 * Bytes that are not UTF-8 survive: byte 0x80+n decodes to the lone surrogate U+DC80+n and encodes back to that
 * byte (Python's surrogateescape, PEP 383), so file contents and arguments pass through a shell unharmed.
 */

/** Bytes `s` takes as UTF-8. */
function utf8Length(s: string): number {
  let n = 0;
  for (let i = 0; i < s.length; i++) {
    const c = s.charCodeAt(i);
    if (c < 0x80) n++;
    else if (c < 0x800) n += 2;
    else if (c >= 0xd800 && c <= 0xdbff && isLow(s.charCodeAt(i + 1))) {
      n += 4;
      i++;
    } else if (c >= 0xdc80 && c <= 0xdcff) n++;
    else n += 3;
  }
  return n;
}

const isLow = (c: number): boolean => c >= 0xdc00 && c <= 0xdfff;

/**
 * UTF-8 bytes of a string. A lone U+DC80..U+DCFF becomes its byte; any other lone surrogate its three-byte form.
 */
export function utf8Encode(s: string): Uint8Array {
  const out = new Uint8Array(utf8Length(s));
  let o = 0;
  for (let i = 0; i < s.length; i++) {
    let c = s.charCodeAt(i);
    if (c < 0x80) {
      out[o++] = c;
    } else if (c < 0x800) {
      out[o++] = 0xc0 | (c >>> 6);
      out[o++] = 0x80 | (c & 0x3f);
    } else if (c >= 0xd800 && c <= 0xdbff && isLow(s.charCodeAt(i + 1))) {
      c = 0x10000 + ((c - 0xd800) << 10) + (s.charCodeAt(++i) - 0xdc00);
      out[o++] = 0xf0 | (c >>> 18);
      out[o++] = 0x80 | ((c >>> 12) & 0x3f);
      out[o++] = 0x80 | ((c >>> 6) & 0x3f);
      out[o++] = 0x80 | (c & 0x3f);
    } else if (c >= 0xdc80 && c <= 0xdcff) {
      out[o++] = c & 0xff;
    } else {
      out[o++] = 0xe0 | (c >>> 12);
      out[o++] = 0x80 | ((c >>> 6) & 0x3f);
      out[o++] = 0x80 | (c & 0x3f);
    }
  }
  return out;
}

/** Length (1-4) of the well-formed UTF-8 sequence at `i`, or 0. Unicode table 3-7: no overlongs, no surrogates. */
function sequenceLength(b: Uint8Array, i: number, end: number): number {
  const c = b[i]!;
  if (c < 0x80) return 1;
  if (c < 0xc2 || c > 0xf4) return 0;
  const need = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
  if (i + need > end) return 0;
  const c1 = b[i + 1]!;
  const low = c === 0xe0 ? 0xa0 : c === 0xf0 ? 0x90 : 0x80;
  const high = c === 0xed ? 0x9f : c === 0xf4 ? 0x8f : 0xbf;
  if (c1 < low || c1 > high) return 0;
  for (let k = 2; k < need; k++) if ((b[i + k]! & 0xc0) !== 0x80) return 0;
  return need;
}

/**
 * The string of UTF-8 bytes `start` to `end`; a byte that is no part of a well-formed sequence becomes U+DC00 + byte.
 * `utf8Encode(utf8Decode(b))` is `b` for every `b`.
 */
export function utf8Decode(b: Uint8Array, start = 0, end: number = b.length): string {
  let s = '';
  const units: number[] = [];
  for (let i = start; i < end;) {
    const n = sequenceLength(b, i, end);
    const c = b[i]!;
    if (n === 1) units.push(c);
    else if (n === 0) units.push(0xdc00 | c);
    else if (n === 2) units.push(((c & 0x1f) << 6) | (b[i + 1]! & 0x3f));
    else if (n === 3) units.push(((c & 0x0f) << 12) | ((b[i + 1]! & 0x3f) << 6) | (b[i + 2]! & 0x3f));
    else {
      const cp =
        (((c & 7) << 18) | ((b[i + 1]! & 0x3f) << 12) | ((b[i + 2]! & 0x3f) << 6) | (b[i + 3]! & 0x3f)) - 0x10000;
      units.push(0xd800 | (cp >>> 10), 0xdc00 | (cp & 0x3ff));
    }
    i += n === 0 ? 1 : n;
    if (units.length >= 4096) {
      s += String.fromCharCode(...units);
      units.length = 0;
    }
  }
  return s + String.fromCharCode(...units);
}

/** One byte a character: U+0000..U+00FF; the low byte of anything higher. */
export function latin1Encode(s: string): Uint8Array {
  const out = new Uint8Array(s.length);
  for (let i = 0; i < s.length; i++) out[i] = s.charCodeAt(i);
  return out;
}

/** One character U+0000..U+00FF a byte. */
export function latin1Decode(b: Uint8Array, start = 0, end: number = b.length): string {
  let s = '';
  for (let i = start; i < end; i += 4096) s += String.fromCharCode(...b.subarray(i, Math.min(end, i + 4096)));
  return s;
}

/** A NUL-terminated C string at `start`, at most to `end`, decoded as UTF-8. */
export function cString(b: Uint8Array, start = 0, end: number = b.length): string {
  let i = start;
  while (i < end && b[i] !== 0) i++;
  return utf8Decode(b, start, i);
}

/** The parts one after the other, in a new array. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  let n = 0;
  for (const p of parts) n += p.length;
  const out = new Uint8Array(n);
  let o = 0;
  for (const p of parts) {
    out.set(p, o);
    o += p.length;
  }
  return out;
}
