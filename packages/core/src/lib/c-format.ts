/** The conversions of C's printf(3), for the programs and builtins that have them. */
import { exponentText, fixedText, type Float, generalText, hexText, ofDouble } from './long-double.ts';
import { utf8Decode, utf8Encode } from './text.ts';

/** One conversion, its `*` filled in. */
export interface Conversion {
  /** Out of `-+ #0'`. */
  readonly flags: string;
  readonly width: number;
  /** -1: none given. */
  readonly precision: number;
  readonly kind: string;
}

/** Fills up to the width, which is in bytes. @param zeroes with zeroes after the sign where the flags say so. */
function pad(s: string, { flags, width }: Conversion, zeroes: boolean): string {
  const length = utf8Encode(s).length;
  if (length >= width) return s;
  if (flags.includes('-')) return s + ' '.repeat(width - length);
  if (zeroes && flags.includes('0')) {
    const sign = /^([-+ ]?(?:0[xX])?)/.exec(s)![0];
    return sign + '0'.repeat(width - length) + s.slice(sign.length);
  }
  return ' '.repeat(width - length) + s;
}

/** %s: width and precision count bytes. */
export function formatString(s: string, c: Conversion): string {
  return pad(c.precision >= 0 ? utf8Decode(utf8Encode(s).subarray(0, c.precision)) : s, c, false);
}

/** %c: the first byte; nothing is a NUL. */
export const formatChar = (s: string, c: Conversion): string =>
  pad(s === '' ? '\0' : utf8Decode(utf8Encode(s).subarray(0, 1)), c, false);

/** %d %i %u %o %x %X of a 64-bit number. */
export function formatInteger(n: bigint, c: Conversion): string {
  const { kind, flags, precision } = c;
  const signed = kind === 'd' || kind === 'i';
  const value = signed ? n : BigInt.asUintN(64, n);
  const radix = kind === 'o' ? 8 : kind === 'x' || kind === 'X' ? 16 : 10;
  let digits = (value < 0n ? -value : value).toString(radix);
  if (precision >= 0) digits = precision === 0 && value === 0n ? '' : digits.padStart(precision, '0');
  let prefix = value < 0n ? '-' : signed && flags.includes('+') ? '+' : signed && flags.includes(' ') ? ' ' : '';
  if (flags.includes('#')) {
    if (radix === 16 && value !== 0n) prefix = '0x';
    else if (radix === 8 && !digits.startsWith('0')) digits = `0${digits}`;
  }
  const s = prefix + digits;
  return pad(kind === 'X' ? s.toUpperCase() : s, c, precision < 0);
}

/** %f %e %g %a and their capitals. */
export function formatFloat(n: number | Float, c: Conversion): string {
  const { flags, kind } = c;
  const value = typeof n === 'number' ? ofDouble(n) : n;
  const precision = c.precision < 0 ? 6 : c.precision;
  const sign = value.negative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  const lower = kind.toLowerCase();
  const alternate = flags.includes('#');
  let s: string = value.kind;
  if (value.kind === 'finite') {
    if (lower === 'f') s = fixedText(value, precision, alternate);
    else if (lower === 'e') s = exponentText(value, precision, alternate);
    else if (lower === 'a') s = hexText(value, c.precision, alternate);
    else s = generalText(value, precision, alternate);
  }
  s = sign + s;
  return pad(kind === lower ? s : s.toUpperCase(), c, value.kind === 'finite');
}

/** What strtoimax(3) reads. */
export interface IntegerText {
  readonly value: bigint;
  /** How much of the text it took, 0 when it is no number. */
  readonly length: number;
  /** The number did not fit and is the nearest one that does. */
  readonly overflow: boolean;
}

const MAX = 9_223_372_036_854_775_807n;

/** A number in C's notation, octal and hexadecimal too. @param unsigned up to 2^64-1, as strtoumax(3) has it. */
export function parseIntegerText(text: string, unsigned = false): IntegerText {
  const m = /^[ \t\n\v\f\r]*([-+]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)/.exec(text);
  if (m === null) return { value: 0n, length: 0, overflow: false };
  const digits = m[2]!;
  const size = /^0[0-7]+$/.test(digits) ? BigInt(`0o${digits.slice(1)}`) : BigInt(digits);
  const value = m[1] === '-' ? -size : size;
  const [low, high] = unsigned ? [-(2n * MAX + 1n), 2n * MAX + 1n] : [-MAX - 1n, MAX];
  const overflow = value > high || value < low;
  return { value: overflow ? (unsigned || value > 0n ? high : low) : value, length: m[0].length, overflow };
}
