/** Floating-point numbers of 64 bits of mantissa, as C's long double of x86 has them, for printf: read and shown exactly. */

/** `m · 2^e`; of one that is not finite only the sign counts. */
export interface Float {
  readonly kind: 'finite' | 'inf' | 'nan';
  readonly negative: boolean;
  readonly m: bigint;
  readonly e: number;
}

const MANTISSA_BITS = 64;
/** Decimal exponents beyond this are infinite, or nothing. @see LDBL_MAX_10_EXP, LDBL_MIN_10_EXP */
const MAX_EXPONENT = 4950;

const special = (kind: 'inf' | 'nan', negative: boolean): Float => ({ kind, negative, m: 0n, e: 0 });
const bitLength = (n: bigint): number => n.toString(2).length;

/** The number a double is. */
export function ofDouble(n: number): Float {
  const negative = n < 0 || Object.is(n, -0);
  if (!Number.isFinite(n)) return special(Number.isNaN(n) ? 'nan' : 'inf', negative);
  let m = Math.abs(n);
  let e = 0;
  while (m !== 0 && !Number.isInteger(m)) {
    m *= 2;
    e--;
  }
  return { kind: 'finite', negative, m: BigInt(m), e };
}

export const ofInteger = (n: bigint): Float => ({ kind: 'finite', negative: n < 0n, m: n < 0n ? -n : n, e: 0 });

/** `numerator / denominator` to the nearest, of two the even one. */
function ofFraction(negative: boolean, numerator: bigint, denominator: bigint): Float {
  if (numerator === 0n) return { kind: 'finite', negative, m: 0n, e: 0 };
  let e = bitLength(numerator) - bitLength(denominator) - MANTISSA_BITS - 1;
  const [n, d] = e < 0 ? [numerator << BigInt(-e), denominator] : [numerator, denominator << BigInt(e)];
  let m = n / d;
  // One or two bits more than the mantissa holds, and whether there is anything below them.
  let exact = n % d === 0n;
  while (bitLength(m) > MANTISSA_BITS) {
    const odd = (m & 1n) === 1n;
    m >>= 1n;
    e++;
    if (bitLength(m) === MANTISSA_BITS && odd && (!exact || (m & 1n) === 1n)) m++;
    else if (odd) exact = false;
  }
  return { kind: 'finite', negative, m, e };
}

const NUMBER =
  /^[ \t\n\v\f\r]*([-+]?)(?:(inf(?:inity)?)|(nan(?:\(\w*\))?)|0x([0-9a-f]*)(?:\.([0-9a-f]*))?(?:p([-+]?\d+))?|(\d*)(?:\.(\d*))?(?:e([-+]?\d+))?)/i;

/** Reads a number as strtold(3) does. @returns it and how much of the text it took, 0 when there is none. */
export function parseFloatText(text: string): { readonly value: Float; readonly length: number } {
  const none = { value: ofInteger(0n), length: 0 };
  const found = NUMBER.exec(text);
  if (found === null) return none;
  const [all, sign, inf, nan, hex, hexFraction, power, digits, fraction, exponent] = found;
  const negative = sign === '-';
  if (inf !== undefined || nan !== undefined) {
    return { value: special(inf === undefined ? 'nan' : 'inf', negative), length: all.length };
  }
  if (hex !== undefined) {
    const significant = hex + (hexFraction ?? '');
    // `0x` alone is a zero and an x.
    if (significant === '') return { value: ofInteger(0n), length: all.indexOf('0') + 1 };
    const scale = Number(power ?? 0) - 4 * (hexFraction ?? '').length;
    const value = BigInt(`0x${significant}`);
    if (Math.abs(scale) > 4 * MAX_EXPONENT) return { value: special('inf', negative), length: all.length };
    const [n, d] = scale < 0 ? [value, 1n << BigInt(-scale)] : [value << BigInt(scale), 1n];
    return { value: ofFraction(negative, n, d), length: all.length };
  }
  const significant = (digits ?? '') + (fraction ?? '');
  if (significant === '') return none;
  const scale = Number(exponent ?? 0) - (fraction ?? '').length;
  const value = BigInt(significant);
  const size = significant.replace(/^0+/, '').length + scale;
  if (value !== 0n && size > MAX_EXPONENT) return { value: special('inf', negative), length: all.length };
  if (size < -MAX_EXPONENT) return { value: { ...ofInteger(0n), negative }, length: all.length };
  const [n, d] = scale < 0 ? [value, 10n ** BigInt(-scale)] : [value * 10n ** BigInt(scale), 1n];
  return { value: ofFraction(negative, n, d), length: all.length };
}

/** All decimal digits of a finite number: `digits / 10^scale`. */
function decimal({ m, e }: Float): { readonly digits: string; readonly scale: number } {
  if (e >= 0) return { digits: (m << BigInt(e)).toString(), scale: 0 };
  return { digits: (m * 5n ** BigInt(-e)).toString(), scale: -e };
}

/** The first `keep` digits as a number, rounded to the nearest, of two the even one. */
function rounded(digits: string, keep: number): bigint {
  if (keep >= digits.length) return BigInt(digits + '0'.repeat(keep - digits.length));
  if (keep < 0) return 0n;
  const head = BigInt(digits.slice(0, keep) || '0');
  const next = digits[keep]!;
  const above = next > '5' || (next === '5' && (/[1-9]/.test(digits.slice(keep + 1)) || (head & 1n) === 1n));
  return above ? head + 1n : head;
}

/** `%f` without sign. */
export function fixedText(value: Float, precision: number, point: boolean): string {
  const { digits, scale } = decimal(value);
  const all = rounded(digits, digits.length - scale + precision)
    .toString()
    .padStart(precision + 1, '0');
  const cut = all.length - precision;
  return all.slice(0, cut) + (precision > 0 || point ? `.${all.slice(cut)}` : '');
}

/** The decimal exponent `%e` has with so many digits after the point. */
function exponentOf(value: Float, precision: number): { readonly digits: string; readonly exponent: number } {
  if (value.m === 0n) return { digits: '0'.repeat(precision + 1), exponent: 0 };
  const { digits, scale } = decimal(value);
  const shown = rounded(digits, precision + 1).toString();
  const carry = shown.length - (precision + 1);
  return { digits: shown.slice(0, precision + 1), exponent: digits.length - 1 - scale + carry };
}

/** `%e` without sign. */
export function exponentText(value: Float, precision: number, point: boolean): string {
  const { digits, exponent } = exponentOf(value, precision);
  const head = digits[0]! + (precision > 0 || point ? `.${digits.slice(1)}` : '');
  return `${head}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

/** `%g` without sign. @param alternate zeroes at the end stay. */
export function generalText(value: Float, precision: number, alternate: boolean): string {
  const p = precision === 0 ? 1 : precision;
  const { exponent } = exponentOf(value, p - 1);
  const s =
    exponent < -4 || exponent >= p
      ? exponentText(value, p - 1, alternate)
      : fixedText(value, p - 1 - exponent, alternate);
  return !alternate && s.includes('.') ? s.replace(/\.?0+(?=e|$)/, '') : s;
}

/** `%a` without sign: the mantissa's 64 bits as they are. @param precision -1 for as many digits as there are. */
export function hexText(value: Float, precision: number, point: boolean): string {
  if (value.m === 0n) return `0x0${precision > 0 ? `.${'0'.repeat(precision)}` : point ? '.' : ''}p+0`;
  const shift = MANTISSA_BITS - bitLength(value.m);
  let m = value.m << BigInt(Math.max(0, shift));
  let exponent = value.e - shift + MANTISSA_BITS - 4;
  let digits = m.toString(16);
  if (precision >= 0 && precision < 15) {
    const drop = BigInt(4 * (15 - precision));
    const [rest, half] = [m & ((1n << drop) - 1n), 1n << (drop - 1n)];
    m >>= drop;
    if (rest > half || (rest === half && (m & 1n) === 1n)) m++;
    digits = m.toString(16);
    if (digits.length > precision + 1) {
      digits = digits.slice(0, precision + 1);
      exponent += 4;
    }
  }
  const fraction = precision < 0 ? digits.slice(1).replace(/0+$/, '') : digits.slice(1).padEnd(precision, '0');
  return `0x${digits[0]}${fraction !== '' || point ? '.' : ''}${fraction}p${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`;
}
