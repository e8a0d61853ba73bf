import type { Process } from '../../process/types.ts';
import { complain, invocation, quote, quoteaf, tryHelp } from './command.ts';
import { rejoin, unescape } from './escapes.ts';

/** C's conversion flags. */
export interface Conversion {
  readonly flags: string;
  readonly width: number;
  /** -1: none given. */
  readonly precision: number;
  readonly kind: string;
}

function pad(s: string, { flags, width }: Conversion, numeric: boolean, zeroes: boolean): string {
  const length = [...s].length;
  if (length >= width) return s;
  if (flags.includes('-')) return s + ' '.repeat(width - length);
  if (numeric && zeroes && flags.includes('0')) {
    const sign = /^([-+ ]?(?:0[xX])?)/.exec(s)![0];
    return sign + '0'.repeat(width - length) + s.slice(sign.length);
  }
  return ' '.repeat(width - length) + s;
}

/** %s and %c. */
export function formatString(s: string, c: Conversion): string {
  return pad(c.precision >= 0 ? [...s].slice(0, c.precision).join('') : s, c, false, false);
}

/** %d %i %u %o %x %X of a 64-bit number. */
export function formatInteger(n: bigint, c: Conversion): string {
  const { kind, flags, precision } = c;
  const signed = kind === 'd' || kind === 'i';
  const value = signed ? n : BigInt.asUintN(64, n);
  const radix = kind === 'o' ? 8 : kind === 'x' || kind === 'X' ? 16 : 10;
  let digits = (value < 0n ? -value : value).toString(radix);
  if (precision >= 0) digits = precision === 0 && value === 0n ? '' : digits.padStart(precision, '0');
  let prefix = value < 0n ? '-' : signed && flags.includes('+') ? '+' : signed && flags.includes(' ') ? ' ' : '';
  if (flags.includes('#') && value !== 0n) {
    if (radix === 16) prefix = '0x';
    else if (radix === 8 && !digits.startsWith('0')) digits = `0${digits}`;
  }
  const s = prefix + digits;
  return pad(kind === 'X' ? s.toUpperCase() : s, c, true, precision < 0);
}

function exponent(n: number, precision: number): string {
  return n.toExponential(Math.min(precision, 100)).replace(/e([-+])(\d)$/, 'e$10$2');
}

/** Digits after the point, exactly, as C has them (toFixed gives up at 1e21). */
function fixed(n: number, precision: number): string {
  if (n < 1e21) return n.toFixed(Math.min(precision, 100));
  return BigInt(n).toString() + (precision > 0 ? `.${'0'.repeat(precision)}` : '');
}

function general(n: number, precision: number, alternate: boolean): string {
  const p = precision === 0 ? 1 : precision;
  const x = n === 0 ? 0 : Number(n.toExponential(Math.min(p - 1, 100)).split('e')[1]);
  let s = x < -4 || x >= p ? exponent(n, p - 1) : fixed(n, p - 1 - x);
  if (!alternate && s.includes('.')) s = s.replace(/\.?0+(?=e|$)/, '');
  return s;
}

/** %f %e %g and their capitals. */
export function formatFloat(n: number, c: Conversion): string {
  const { flags, kind } = c;
  const precision = c.precision < 0 ? 6 : c.precision;
  const sign = n < 0 || Object.is(n, -0) ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  const lower = kind.toLowerCase();
  const m = Math.abs(n);
  let s: string;
  if (!Number.isFinite(m)) s = Number.isNaN(m) ? 'nan' : 'inf';
  else if (lower === 'f') s = fixed(m, precision);
  else if (lower === 'e') s = exponent(m, precision);
  else s = general(m, precision, flags.includes('#'));
  s = sign + s;
  return pad(kind === lower ? s : s.toUpperCase(), c, true, Number.isFinite(m));
}

/** The program printf (the shell has its own). */
export async function printfMain(proc: Process): Promise<number> {
  let args = proc.argv.slice(1);
  if (args[0] === '--') args = args.slice(1);
  const format = args[0];
  if (format === undefined) {
    complain(proc, 'missing operand');
    return tryHelp(proc);
  }
  if (format === '--version' && args.length === 1) {
    proc.out(`${proc.name} (GNU coreutils) 9.1\n(Warren)\n`);
    return 0;
  }
  if (format === '--help' && args.length === 1) {
    proc.out(`Usage: ${invocation(proc)} FORMAT [ARGUMENT]...\n`);
    return 0;
  }
  args = args.slice(1);
  let status = 0;
  let used = 0;
  const number = <T>(text: string, convert: (s: string) => T | null, zero: T, prefix: (s: string) => T | null): T => {
    if (text === '') return zero;
    if (/^["']/.test(text)) {
      const code = [...text][1]?.codePointAt(0);
      if (code !== undefined) return convert(String(code)) ?? zero;
    }
    const n = convert(text);
    if (n !== null) return n;
    const part = prefix(text);
    complain(
      proc,
      part === null ? `${quote(text)}: expected a numeric value` : `${quote(text)}: value not completely converted`,
    );
    status = 1;
    return part ?? zero;
  };
  const integer = (s: string): bigint | null => {
    const m = /^[ \t]*([-+]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)$/.exec(s);
    if (m === null) return null;
    const digits = m[2]!;
    const n = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
    return m[1] === '-' ? -n : n;
  };
  const leading = (s: string): bigint | null =>
    integer(/^[ \t]*[-+]?(0[xX][0-9a-fA-F]+|0[0-7]*|\d+)/.exec(s)?.[0] ?? '');
  const float = (s: string): number | null =>
    /^[ \t]*[-+]?(\d+\.?\d*(e[-+]?\d+)?|\.\d+(e[-+]?\d+)?|0x[0-9a-f]+)$/i.test(s) ? Number(s) : null;
  do {
    const start = used;
    for (const part of format.match(/%%|%[-+ 0#']*(?:\*|\d*)(?:\.(?:\*|\d*))?[a-zA-Z]|%|[^%]+/gs) ?? []) {
      if (!part.startsWith('%')) {
        const { text, stop } = unescape(part, false);
        proc.out(text);
        if (stop) return status;
        continue;
      }
      if (part === '%%') {
        proc.out('%');
        continue;
      }
      const m = /^%([-+ 0#']*)(\*|\d*)(?:\.(\*|\d*))?([diouxXfFeEgGscbq])$/.exec(part);
      if (m === null) {
        const from = format.indexOf(part);
        const shown = /^%[-+ 0#']*(?:\*|\d*)(?:\.(?:\*|\d*))?[hlLjtz]*[^]?/.exec(format.slice(from))?.[0] ?? part;
        complain(proc, `${shown}: invalid conversion specification`);
        return 1;
      }
      const star = (s: string | undefined, none: number): number =>
        s === undefined ? none : s === '*' ? Number(args[used++] ?? 0) : Number(s);
      let flags = m[1]!;
      let width = star(m[2], 0);
      if (width < 0) {
        flags += '-';
        width = -width;
      }
      const c: Conversion = { flags, width, precision: star(m[3], -1), kind: m[4]! };
      const arg = args[used++] ?? '';
      if ('diouxX'.includes(c.kind)) proc.out(formatInteger(number(arg, integer, 0n, leading), c));
      else if ('fFeEgG'.includes(c.kind)) {
        proc.out(
          formatFloat(
            number(arg, float, 0, (s) => float(/^[ \t]*[-+]?(\d+\.?\d*|\.\d+)/.exec(s)?.[0] ?? '')),
            c,
          ),
        );
      } else if (c.kind === 'b') {
        const { text, stop } = unescape(arg, true);
        proc.out(formatString(text, c));
        if (stop) return status;
      } else if (c.kind === 'c') proc.out(formatString([...arg][0] ?? '', c));
      else if (c.kind === 'q') proc.out(formatString(/^[A-Za-z0-9_@%+:,./-]+$/.test(arg) ? arg : quoteaf(arg), c));
      else proc.out(formatString(rejoin(arg), c));
    }
    if (used === start && used < args.length) {
      complain(proc, `warning: ignoring excess arguments, starting with ${quote(args[used]!)}`);
      break;
    }
    await proc.drain();
  } while (used < args.length);
  return status;
}
