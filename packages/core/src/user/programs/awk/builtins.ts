import { now } from '../coreutils/date.ts';
import { Regex } from '../../../lib/regex/regex.ts';
import { strftime } from '../../../lib/strftime.ts';
import { formatFloat, formatInteger, formatString } from '../../../lib/c-format.ts';
import type { Runtime } from './runtime.ts';
import { type AwkArray, fromInput, StrNum, toNumber, type Value } from './value.ts';

/** sprintf. */
export function format(rt: Runtime, args: readonly Value[]): string {
  const text = rt.str(args[0] ?? null);
  let next = 1;
  return text.replace(
    /%%|%([-+ 0#']*)(\*|\d*)(?:\.(\*|\d*))?(?:hh|h|ll|l|L|q|j|z|t)?([a-zA-Z])?/g,
    (all, flags0: string, width0: string, precision0: string | undefined, kind: string | undefined, offset: number) => {
      if (all === '%%') return '%';
      if (kind === undefined) return all;
      const take = (): Value => {
        if (next >= args.length) {
          const caret = ' '.repeat(offset + all.length - 1);
          rt.fatal(
            `fatal: not enough arguments to satisfy format string\n\t\`${text}'\n\t${caret}^ ran out for this one`,
          );
        }
        return args[next++]!;
      };
      let flags = flags0 ?? '';
      let width = width0 === '*' ? Math.trunc(toNumber(take())) : Number(width0 || 0);
      if (width < 0) {
        flags += '-';
        width = -width;
      }
      const precision =
        precision0 === undefined ? -1 : precision0 === '*' ? Math.trunc(toNumber(take())) : Number(precision0 || 0);
      const c = { flags, width, precision, kind };
      if ('diouxX'.includes(kind)) {
        const n = toNumber(take());
        if (!Number.isFinite(n)) return formatFloat(n, { ...c, kind: 'f' });
        if (n < 0 && 'ouxX'.includes(kind)) return formatFloat(Math.trunc(n), { ...c, kind: 'g', precision: 17 });
        return formatInteger(
          Math.abs(n) < 2 ** 63 ? BigInt(Math.trunc(n)) : 0n,
          Math.abs(n) < 2 ** 63 ? c : { ...c, kind: 'd' },
        );
      }
      if ('fFeEgG'.includes(kind)) return formatFloat(toNumber(take()), c);
      if (kind === 'c') {
        const v = take();
        if (typeof v === 'number' || v instanceof StrNum)
          return formatString(String.fromCodePoint(Math.max(0, Math.min(0x10ffff, Math.trunc(toNumber(v))))), c);
        return formatString([...rt.str(v)][0] ?? '', c);
      }
      if (kind === 's') return formatString(rt.str(take()), c);
      return all;
    },
  );
}

/** Splits text by FS: a space means runs of blanks, another character itself, more a regular expression. */
export function splitFields(rt: Runtime, text: string, fs: Value | Regex, seps?: string[]): string[] {
  if (text === '') return [];
  if (!(fs instanceof Regex)) {
    const f = rt.str(fs);
    if (f === ' ') {
      const trimmed = text.replace(/^[ \t\n]+|[ \t\n]+$/g, '');
      if (seps !== undefined) seps.push(...(trimmed.match(/[ \t\n]+/g) ?? []));
      return trimmed === '' ? [] : trimmed.split(/[ \t\n]+/);
    }
    if (f === '') return [...text];
    if (f.length === 1 && f !== '\\') {
      const parts =
        rt.paragraphs && f !== '\n' ? text.split(new RegExp(`[\\n${f.replace(/[\]\\^-]/g, '\\$&')}]`)) : text.split(f);
      seps?.push(...new Array<string>(parts.length - 1).fill(f));
      return parts;
    }
    return splitFields(rt, text, rt.regex(f), seps);
  }
  const out: string[] = [];
  let at = 0;
  for (const m of fs.matches(text, false)) {
    if (m.end === m.index) continue;
    out.push(text.slice(at, m.index));
    seps?.push(m.groups[0]!);
    at = m.end;
  }
  out.push(text.slice(at));
  return out;
}

/** What a replacement makes of & and backslashes. @param groups \0..\9 mean groups (gensub). */
function replacement(text: string, m: readonly (string | undefined)[], groups: boolean): string {
  let out = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    const next = text[i + 1];
    if (c === '\\' && groups && next !== undefined && next >= '0' && next <= '9') {
      out += m[Number(next)] ?? '';
      i++;
    } else if (c === '\\' && (next === '&' || next === '\\')) {
      out += next;
      i++;
    } else out += c === '&' ? m[0] : c;
  }
  return out;
}

/** sub, gsub and gensub's work. @param which 0: all; n: the n-th match. */
export function substitute(
  re: Regex,
  text: string,
  by: string,
  which: number,
  groups: boolean,
): { readonly text: string; readonly count: number } {
  let out = '';
  let at = 0;
  let count = 0;
  let seen = 0;
  for (const m of re.matches(text, groups)) {
    seen++;
    if (which !== 0 && seen !== which) continue;
    out += text.slice(at, m.index) + replacement(by, m.groups, groups);
    at = m.end;
    count++;
    if (which !== 0) break;
  }
  return { text: out + text.slice(at), count };
}

/** A built-in that takes values and gives one. */
export type Builtin = (rt: Runtime, a: readonly Value[]) => Value;

const MASK = (1n << 53n) - 1n;
const bits = (v: Value): bigint => BigInt(Math.trunc(Math.max(0, toNumber(v))));

export const SIMPLE: Readonly<Record<string, Builtin>> = {
  substr(rt, [s, m, n]) {
    const text = rt.str(s ?? null);
    const chars = /[\ud800-\udbff]/.test(text) ? [...text] : null;
    const length = chars?.length ?? text.length;
    const round = (x: number): number => {
      const r = Math.round(x);
      return x % 1 === 0.5 || x % 1 === -0.5 ? 2 * Math.round(x / 2) : r;
    };
    let start = round(toNumber(m ?? null));
    // As gawk here: a start before the string is its start, and takes nothing off the length.
    start = Math.max(1, start);
    let end = n === undefined ? Infinity : start + round(toNumber(n));
    if (Number.isNaN(end)) return '';
    end = Math.min(length + 1, end);
    if (end <= start) return '';
    return chars === null ? text.slice(start - 1, end - 1) : chars.slice(start - 1, end - 1).join('');
  },
  index: (rt, [s, t]) => rt.str(s ?? null).indexOf(rt.str(t ?? null)) + 1,
  tolower: (rt, [s]) => rt.str(s ?? null).toLowerCase(),
  toupper: (rt, [s]) => rt.str(s ?? null).toUpperCase(),
  sprintf: (rt, a) => format(rt, a),
  sin: (_rt, [x]) => Math.sin(toNumber(x ?? null)),
  cos: (_rt, [x]) => Math.cos(toNumber(x ?? null)),
  atan2: (_rt, [y, x]) => Math.atan2(toNumber(y ?? null), toNumber(x ?? null)),
  exp: (_rt, [x]) => Math.exp(toNumber(x ?? null)),
  log: (_rt, [x]) => Math.log(toNumber(x ?? null)),
  sqrt: (_rt, [x]) => Math.sqrt(toNumber(x ?? null)),
  int: (_rt, [x]) => Math.trunc(toNumber(x ?? null)) + 0,
  and: (_rt, a) => Number(a.map(bits).reduce((x, y) => x & y)),
  or: (_rt, a) => Number(a.map(bits).reduce((x, y) => x | y)),
  xor: (_rt, a) => Number(a.map(bits).reduce((x, y) => x ^ y)),
  compl: (_rt, [x]) => Number(MASK ^ bits(x ?? null)),
  lshift: (_rt, [x, n]) => Number(bits(x ?? null) << bits(n ?? null)),
  rshift: (_rt, [x, n]) => Number(bits(x ?? null) >> bits(n ?? null)),
  rand(rt) {
    rt.random = (Math.imul(rt.random, 1_103_515_245) + 12_345) >>> 0;
    return ((rt.random >>> 1) % 1_000_003) / 1_000_003;
  },
  srand(rt, [v]) {
    const before = rt.seed;
    rt.seed = v === undefined ? now(rt.proc).seconds : toNumber(v);
    rt.random = Math.trunc(rt.seed) >>> 0;
    return before;
  },
  systime: (rt) => now(rt.proc).seconds,
  strftime: (rt, [f, t]) =>
    strftime(
      f === undefined ? '%a %b %e %H:%M:%S %Z %Y' : rt.str(f),
      t === undefined ? now(rt.proc).seconds : Math.trunc(toNumber(t)),
    ),
  mktime(rt, [v]) {
    const p = rt
      .str(v ?? null)
      .trim()
      .split(/\s+/)
      .map(Number);
    return p.length < 6 || p.some(Number.isNaN) ? -1 : Date.UTC(p[0]!, p[1]! - 1, p[2], p[3], p[4], p[5]) / 1000;
  },
  strtonum(rt, [v]) {
    if (typeof v === 'number') return v;
    const s = rt.str(v ?? null).trim();
    if (/^[-+]?0x[0-9a-f]/i.test(s)) return Number.parseInt(s, 16);
    return /^0[0-7]+$/.test(s) ? Number.parseInt(s, 8) : toNumber(v ?? null);
  },
};

/** split(text, array, separator, separators). */
export function split(rt: Runtime, text: string, into: AwkArray, fs: Value | Regex, seps: AwkArray | null): number {
  const found: string[] = [];
  const parts = splitFields(rt, text, fs, found);
  into.clear();
  parts.forEach((p, i) => into.set(String(i + 1), fromInput(p)));
  seps?.clear();
  found.forEach((p, i) => seps?.set(String(i + 1), p));
  return parts.length;
}

/** asort and asorti. */
export function asort(rt: Runtime, from: AwkArray, to: AwkArray, indices: boolean): number {
  const values: Value[] = indices ? [...from.keys()] : [...from.values()];
  const kind = (v: Value): number => (typeof v === 'number' || v instanceof StrNum ? 0 : 1);
  values.sort((a, b) => {
    if (kind(a) !== kind(b)) return kind(a) - kind(b);
    if (kind(a) === 0) return toNumber(a) - toNumber(b);
    const [x, y] = [rt.str(a), rt.str(b)];
    return x < y ? -1 : x > y ? 1 : 0;
  });
  to.clear();
  values.forEach((v, i) => to.set(String(i + 1), v));
  return values.length;
}
