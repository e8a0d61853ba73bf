import { formatFloat } from '../../../lib/c-format.ts';

/** Text from outside that looks like a number: it compares as one. */
export class StrNum {
  readonly s: string;
  readonly n: number;

  constructor(s: string, n: number) {
    this.s = s;
    this.n = n;
  }
}

/** null: never assigned. */
export type Value = number | string | StrNum | null;
export type AwkArray = Map<string, Value>;

const NUMBER = /^[ \t\n\r\f\v]*[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)/;
const WHOLE = /^[ \t\n\r\f\v]*[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|inf|nan)[ \t\n\r\f\v]*$/i;
const SIGNED_SPECIAL = /^[ \t]*[-+](?:inf|nan)[ \t]*$/i;

/** A string's value as a number: of its beginning, else 0. */
export function stringToNumber(s: string): number {
  const m = NUMBER.exec(s);
  if (m !== null) return Number(m[0]);
  if (SIGNED_SPECIAL.test(s)) return /nan/i.test(s) ? Number.NaN : s.includes('-') ? -Infinity : Infinity;
  return 0;
}

/** Input text as a value. */
export function fromInput(s: string): Value {
  if (s === '' || !WHOLE.test(s) || (/[in]/i.test(s) && !SIGNED_SPECIAL.test(s))) return s;
  return new StrNum(s, stringToNumber(s));
}

export function toNumber(v: Value): number {
  if (typeof v === 'number') return v;
  if (v === null) return 0;
  return typeof v === 'string' ? stringToNumber(v) : v.n;
}

/** A number as text: an integer as such, else by CONVFMT or OFMT. */
export function numberToString(n: number, format: string): string {
  if (Number.isInteger(n))
    return Math.abs(n) < 1e16
      ? String(n === 0 ? 0 : n)
      : Math.abs(n) < 1e21
        ? BigInt(n).toString()
        : BigInt(n).toString();
  if (Number.isNaN(n)) return '-nan';
  if (!Number.isFinite(n)) return n < 0 ? '-inf' : '+inf';
  const m = /^%\.?(\d*)([a-zA-Z])$/.exec(format);
  if (m !== null && 'gGeEfF'.includes(m[2]!)) {
    return formatFloat(n, { flags: '', width: 0, precision: m[1] === '' ? 6 : Number(m[1]), kind: m[2]! });
  }
  if (format === '%d' || format === '%i') return String(Math.trunc(n));
  return formatFloat(n, { flags: '', width: 0, precision: 6, kind: 'g' });
}

export function truth(v: Value): boolean {
  if (v === null) return false;
  if (typeof v === 'number') return v !== 0;
  return typeof v === 'string' ? v !== '' : v.n !== 0;
}
