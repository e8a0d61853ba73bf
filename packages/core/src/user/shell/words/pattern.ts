/**
 * Patterns of pathname expansion, `case`, `[[ ==` and `${x#p}`, extended ones included.
 *
 * A pattern is text in which a backslash quotes the next character. Without `!(...)` it becomes a regular expression;
 * with it, a small matcher of sets of positions does the work.
 * @see Bash Reference Manual, Pattern Matching
 */
import { ANY, type Node } from '../../../lib/regex/pattern.ts';
import { Regex } from '../../../lib/regex/regex.ts';

type Element =
  | { readonly e: 'char'; readonly c: string }
  | { readonly e: 'any' }
  | { readonly e: 'star' }
  | { readonly e: 'class'; readonly re: string }
  | { readonly e: 'ext'; readonly op: string; readonly alternatives: readonly (readonly Element[])[] };

export interface Pattern {
  /** True when the pattern has no live special character: then `literal` is what it stands for. */
  readonly literal: string | null;
  /** The whole string matches. */
  test(s: string): boolean;
  /** End of the longest (shortest) match that begins at `at`, or -1. */
  matchAt(s: string, at: number, longest: boolean): number;
}

const CLASSES: Readonly<Record<string, string>> = {
  alpha: '\\p{L}',
  digit: '0-9',
  alnum: '\\p{L}\\p{N}',
  upper: '\\p{Lu}',
  lower: '\\p{Ll}',
  space: '\\s',
  blank: ' \\t',
  punct: '!-\\/:-@\\[-`\\{-~',
  print: '\\x20-\\x7e\\u00a0-\\u{10ffff}',
  graph: '\\x21-\\x7e\\u00a1-\\u{10ffff}',
  cntrl: '\\x00-\\x1f\\x7f',
  xdigit: '0-9A-Fa-f',
  word: '\\w',
  ascii: '\\x00-\\x7f',
};

const escapeRegex = (c: string): string => c.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
/** The same inside of brackets. */
const escapeClass = (c: string): string => c.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** A bracket expression at `i` (the `[`): its regular expression and the index behind it, or null when it is no such. */
function bracket(p: string, i: number): { re: string; end: number } | null {
  let k = i + 1;
  let negated = false;
  if (p[k] === '!' || p[k] === '^') {
    negated = true;
    k++;
  }
  let body = '';
  let first = true;
  let previous: string | null = null;
  while (k < p.length) {
    const c = p[k]!;
    if (c === ']' && !first)
      return { re: body === '' ? (negated ? '[^]' : '[]') : `[${negated ? '^' : ''}${body}]`, end: k + 1 };
    first = false;
    if (c === '[' && (p[k + 1] === ':' || p[k + 1] === '.' || p[k + 1] === '=')) {
      const kind = p[k + 1]!;
      const close = p.indexOf(`${kind}]`, k + 2);
      if (close > 0) {
        const name = p.slice(k + 2, close);
        body += kind === ':' ? (CLASSES[name] ?? '') : escapeClass(name);
        previous = kind === ':' ? null : name;
        k = close + 2;
        continue;
      }
    }
    if (c === '-' && previous !== null && p[k + 1] !== undefined && p[k + 1] !== ']') {
      let to = p[k + 1]!;
      k += 2;
      if (to === '\\' && k < p.length) to = p[k++]!;
      const high = String.fromCodePoint(to.codePointAt(0)!);
      if (previous <= high) body += `-${escapeClass(high)}`;
      previous = null;
      continue;
    }
    let ch = c;
    if (c === '\\' && k + 1 < p.length) ch = p[++k]!;
    const cp = String.fromCodePoint(p.codePointAt(k)!);
    if (cp.length > 1) ch = cp;
    body += escapeClass(ch);
    previous = ch;
    k += ch.length;
  }
  return null;
}

/** Splits the inside of `op(...)`: returns alternatives and the index behind the `)`, or null. */
function alternatives(p: string, open: number): { texts: string[]; end: number } | null {
  let depth = 0;
  let from = open + 1;
  const texts: string[] = [];
  for (let i = open; i < p.length; i++) {
    const c = p[i];
    if (c === '\\') i++;
    else if (c === '[') {
      const b = bracket(p, i);
      if (b !== null) i = b.end - 1;
    } else if (c === '(') depth++;
    else if (c === ')') {
      if (--depth === 0) {
        texts.push(p.slice(from, i));
        return { texts, end: i + 1 };
      }
    } else if (c === '|' && depth === 1) {
      texts.push(p.slice(from, i));
      from = i + 1;
    }
  }
  return null;
}

function parse(p: string, ext: boolean): Element[] {
  const out: Element[] = [];
  for (let i = 0; i < p.length;) {
    const c = p[i]!;
    if (ext && '?*+@!'.includes(c) && p[i + 1] === '(') {
      const alt = alternatives(p, i + 1);
      if (alt !== null) {
        out.push({ e: 'ext', op: c, alternatives: alt.texts.map((t) => parse(t, ext)) });
        i = alt.end;
        continue;
      }
    }
    if (c === '*') {
      if (out.at(-1)?.e !== 'star') out.push({ e: 'star' });
      i++;
    } else if (c === '?') {
      out.push({ e: 'any' });
      i++;
    } else if (c === '[') {
      const b = bracket(p, i);
      if (b === null) {
        out.push({ e: 'char', c: '[' });
        i++;
      } else {
        out.push({ e: 'class', re: b.re });
        i = b.end;
      }
    } else {
      let at = i;
      if (c === '\\' && i + 1 < p.length) at++;
      const ch = String.fromCodePoint(p.codePointAt(at)!);
      out.push({ e: 'char', c: ch });
      i = at + ch.length;
    }
  }
  return out;
}

const negates = (list: readonly Element[]): boolean =>
  list.some((x) => x.e === 'ext' && (x.op === '!' || x.alternatives.some((a) => negates(a))));

/** A pattern without `!(...)` as a regular expression's tree. */
function toTree(list: readonly Element[]): Node {
  const parts = list.map((x): Node => {
    if (x.e === 'char') return { k: 'char', c: x.c };
    if (x.e === 'any') return ANY;
    if (x.e === 'star') return { k: 'repeat', body: ANY, min: 0, max: Infinity };
    if (x.e === 'class') return { k: 'set', source: x.re };
    const branches = x.alternatives.map(toTree);
    const body: Node = branches.length === 1 ? branches[0]! : { k: 'alt', branches };
    if (x.op === '@') return body;
    return { k: 'repeat', body, min: x.op === '+' ? 1 : 0, max: x.op === '?' ? 1 : Infinity };
  });
  return parts.length === 1 ? parts[0]! : { k: 'cat', parts };
}

/** One with at most one star and no alternatives, which JavaScript matches in linear time. */
const isSimple = (list: readonly Element[]): boolean =>
  !list.some((x) => x.e === 'ext') && list.filter((x) => x.e === 'star').length < 2;

function toJavaScript(list: readonly Element[], lazy: boolean): string {
  let re = '';
  for (const x of list) {
    if (x.e === 'char') re += escapeRegex(x.c);
    else if (x.e === 'any') re += '[^]';
    else if (x.e === 'star') re += lazy ? '[^]*?' : '[^]*';
    else if (x.e === 'class') re += x.re;
  }
  return re;
}

/** All ends of matches of `list` that begin at `at`. */
function ends(list: readonly Element[], s: string, at: number, fold: boolean): Set<number> {
  let now = new Set([at]);
  for (const x of list) {
    const next = new Set<number>();
    for (const i of now) step(x, s, i, next, fold);
    now = next;
    if (now.size === 0) break;
  }
  return now;
}

function step(x: Element, s: string, i: number, out: Set<number>, fold: boolean): void {
  if (x.e === 'star') {
    for (let k = i; k <= s.length; k++) out.add(k);
  } else if (x.e === 'ext') {
    const once = (from: number): Set<number> => new Set(x.alternatives.flatMap((a) => [...ends(a, s, from, fold)]));
    if (x.op === '!') {
      const bad = once(i);
      for (let k = i; k <= s.length; k++) if (!bad.has(k)) out.add(k);
      return;
    }
    if (x.op === '?' || x.op === '*') out.add(i);
    const queue = [i];
    const seen = new Set<number>();
    while (queue.length > 0) {
      for (const k of once(queue.pop()!)) {
        if (seen.has(k)) continue;
        seen.add(k);
        out.add(k);
        if (x.op === '*' || x.op === '+') queue.push(k);
      }
    }
  } else if (i < s.length) {
    const c = String.fromCodePoint(s.codePointAt(i)!);
    const ok =
      x.e === 'any' ||
      (x.e === 'char' && (c === x.c || (fold && c.toLowerCase() === x.c.toLowerCase()))) ||
      (x.e === 'class' && new RegExp(`^${x.re}$`, fold ? 'ui' : 'u').test(c));
    if (ok) out.add(i + c.length);
  }
}

function build(text: string, ext: boolean, fold: boolean): Pattern {
  const list = parse(text, ext);
  if (list.every((x) => x.e === 'char') && !fold) {
    const lit = list.map((x) => (x as { c: string }).c).join('');
    return {
      literal: lit,
      test: (s) => s === lit,
      matchAt: (s, at) => (s.startsWith(lit, at) ? at + lit.length : -1),
    };
  }
  if (negates(list)) {
    return {
      literal: null,
      test: (s) => ends(list, s, 0, fold).has(s.length),
      matchAt: (s, at, longest) => {
        const all = [...ends(list, s, at, fold)];
        return all.reduce((n, end) => (n < 0 || end > n === longest ? end : n), -1);
      },
    };
  }
  if (!isSimple(list)) {
    const re = new Regex(toTree(list), 0, { ignoreCase: fold });
    return {
      literal: null,
      test: (s) => re.testWhole(s),
      matchAt: (s, at, longest) => re.endAt(s, at, longest),
    };
  }
  const flags = fold ? 'ui' : 'u';
  const whole = new RegExp(`^${toJavaScript(list, false)}$`, flags);
  const greedy = new RegExp(toJavaScript(list, false), `${flags}y`);
  const lazy = new RegExp(toJavaScript(list, true), `${flags}y`);
  return {
    literal: null,
    test: (s) => whole.test(s),
    matchAt: (s, at, longest) => {
      const re = longest ? greedy : lazy;
      re.lastIndex = at;
      const m = re.exec(s);
      return m === null ? -1 : at + m[0].length;
    },
  };
}

const cache = new Map<string, Pattern>();

/** Compiles a pattern. @param ext `op(...)` is special. @param fold letters match in either case */
export function compilePattern(text: string, ext = true, fold = false): Pattern {
  const key = `${ext ? 'e' : '-'}${fold ? 'f' : '-'}${text}`;
  let p = cache.get(key);
  if (p === undefined) {
    p = build(text, ext, fold);
    if (cache.size > 500) cache.clear();
    cache.set(key, p);
  }
  return p;
}

/** Backslashes before everything that is special in a pattern. */
export const quotePattern = (s: string): string =>
  /[\\*?[\]()|!@+^-]/.test(s) ? s.replace(/[\\*?[\]()|!@+^-]/g, '\\$&') : s;

/** True when unquoted text holds a live glob character. */
export const hasGlob = (p: string, ext: boolean): boolean => {
  for (let i = 0; i < p.length; i++) {
    const c = p[i];
    if (c === '\\') i++;
    else if (c === '*' || c === '?' || c === '[') return true;
    else if (ext && (c === '+' || c === '@' || c === '!') && p[i + 1] === '(') return true;
  }
  return false;
};
