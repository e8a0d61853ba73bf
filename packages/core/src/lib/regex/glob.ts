import { escapeInClass } from './bracket.ts';
import { ANY, type Node } from './pattern.ts';
import { Regex } from './regex.ts';

/** The classes fnmatch(3) knows here, ASCII alone but for letters and digits. */
const CLASSES: Readonly<Record<string, string>> = {
  alnum: '\\p{L}\\p{N}',
  alpha: '\\p{L}',
  blank: ' \\t',
  digit: '0-9',
  lower: '\\p{Ll}',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: '\\s',
  upper: '\\p{Lu}',
  xdigit: '0-9A-Fa-f',
};

export interface GlobOptions {
  readonly ignoreCase?: boolean;
  /** `*` and `?` stop at slashes. */
  readonly pathname?: boolean;
}

/** A shell pattern over a whole text. */
export interface Glob {
  test(text: string): boolean;
}

/** Compiles a shell pattern: `*`, `?`, brackets, backslashes. @see fnmatch(3) */
export function compileGlob(glob: string, options: GlobOptions = {}): Glob {
  const chars = [...glob];
  const one: Node = options.pathname === true ? { k: 'set', source: '[^/]' } : ANY;
  const parts: Node[] = [];
  for (let i = 0; i < chars.length; i++) {
    const c = chars[i]!;
    if (c === '*') {
      if (parts.at(-1)?.k !== 'repeat') parts.push({ k: 'repeat', body: one, min: 0, max: Infinity });
    } else if (c === '?') parts.push(one);
    else if (c === '\\' && i + 1 < chars.length) parts.push({ k: 'char', c: chars[++i]! });
    else {
      const set = c === '[' ? readSet(chars, i + 1) : null;
      if (set === null) parts.push({ k: 'char', c });
      else {
        parts.push({ k: 'set', source: set.source });
        i = set.end;
      }
    }
  }
  const regex = new Regex({ k: 'cat', parts }, 0, { ignoreCase: options.ignoreCase === true });
  return { test: (text) => regex.testWhole(text) };
}

/** A set whose inside begins at `from`: a JavaScript class and the place of the closing bracket, or null when none closes it. */
function readSet(chars: readonly string[], from: number): { readonly source: string; readonly end: number } | null {
  let j = from;
  const negated = chars[j] === '!' || chars[j] === '^';
  if (negated) j++;
  let set = '';
  let low: string | null = null;
  for (let first = true; first || chars[j] !== ']'; first = false) {
    const named = chars[j] === '[' ? /^\[:([a-z]+):\]/.exec(chars.slice(j, j + 12).join('')) : null;
    if (named !== null) {
      set += CLASSES[named[1]!] ?? '';
      low = null;
      j += named[0].length;
      continue;
    }
    const range: boolean = chars[j] === '-' && low !== null && chars[j + 1] !== ']';
    if (range) j++;
    if (chars[j] === '\\' && j + 1 < chars.length) j++;
    const c = chars[j++];
    if (c === undefined) return null;
    if (!range) set += escapeInClass(c);
    else if (c >= low!) set += `-${escapeInClass(c)}`;
    low = range ? null : c;
  }
  return { source: set === '' ? (negated ? '[^]' : '[]') : `[${negated ? '^' : ''}${set}]`, end: j };
}
