import type { Part } from '../ast.ts';

/** A word before brace expansion: single unquoted characters, terms, and parts that braces cannot look into. */
type Item = string | Part;

/** More terms than this are not made; the braces stay as they are, as when bash has no memory for them. */
const MAX_TERMS = 4_000_000;
/** So many are not even tried. @see braces.c:mkseq */
const INT_MAX = 2 ** 31 - 1;

const isInt = (s: string): boolean => /^[-+]?\d+$/.test(s);

/**
 * `{1..5}`, `{a..e..2}`: the terms, or null when it is no sequence. Zero padding as bash: both ends as wide as the wider one.
 *
 * @param refused gets the number of terms when they are too many
 */
function sequence(text: string, refused: number[]): string[] | null {
  const m = /^(.+?)\.\.(.+?)(?:\.\.([-+]?\d+))?$/s.exec(text);
  if (m === null) return null;
  const [, from, to] = m as unknown as [string, string, string];
  let step = Math.abs(Number(m[3] ?? 1));
  if (step === 0) step = 1;
  const out: string[] = [];
  if (isInt(from) && isInt(to)) {
    const a = Number(from);
    const b = Number(to);
    const count = Math.floor(Math.abs(b - a) / step) + 1;
    if (count > MAX_TERMS) {
      if (count < INT_MAX - 2) refused.push(count);
      return null;
    }
    const padded = /^[-+]?0\d/.test(from) || /^[-+]?0\d/.test(to);
    const width = padded ? Math.max(from.length, to.length) : 0;
    const show = (n: number): string =>
      n < 0 ? `-${String(-n).padStart(width - 1, '0')}` : String(n).padStart(width, '0');
    if (a <= b) for (let n = a; n <= b; n += step) out.push(show(n));
    else for (let n = a; n >= b; n -= step) out.push(show(n));
    return out;
  }
  if (/^[A-Za-z]$/.test(from) && /^[A-Za-z]$/.test(to)) {
    const a = from.charCodeAt(0);
    const b = to.charCodeAt(0);
    if (a <= b) for (let n = a; n <= b; n += step) out.push(String.fromCharCode(n));
    else for (let n = a; n >= b; n -= step) out.push(String.fromCharCode(n));
    return out;
  }
  return null;
}

/** The index of the brace that closes the one at `open`, and the commas between on its level. */
function closing(items: readonly Item[], open: number): { end: number; commas: number[] } | null {
  let depth = 0;
  const commas: number[] = [];
  for (let i = open; i < items.length; i++) {
    const c = items[i];
    if (c === '{') depth++;
    else if (c === '}') {
      if (--depth === 0) return { end: i, commas };
    } else if (c === ',' && depth === 1) commas.push(i);
  }
  return null;
}

function expand(items: readonly Item[], refused: number[]): Item[][] {
  for (let i = 0; i < items.length; i++) {
    if (items[i] !== '{') continue;
    const close = closing(items, i);
    if (close === null) continue;
    const inner = items.slice(i + 1, close.end);
    let alternatives: Item[][] | null = null;
    if (close.commas.length > 0) {
      alternatives = [];
      let start = i + 1;
      for (const comma of [...close.commas, close.end]) {
        for (const a of expand(items.slice(start, comma), refused)) alternatives.push(a);
        start = comma + 1;
      }
    } else if (inner.every((x) => typeof x === 'string')) {
      alternatives = sequence(inner.join(''), refused)?.map((s) => [s]) ?? null;
    }
    if (alternatives === null) {
      // Not an expansion itself, but one may stand inside of it.
      continue;
    }
    const head = items.slice(0, i);
    const tails = expand(items.slice(close.end + 1), refused);
    const count = alternatives.length * tails.length;
    if (count > MAX_TERMS) {
      refused.push(count);
      return [[...items]];
    }
    return alternatives.flatMap((a) => tails.map((t) => [...head, ...a, ...t]));
  }
  return [[...items]];
}

/**
 * Brace expansion of one word's parts: it looks at unquoted text only, so it can be done once, before the script runs.
 * @see Bash Reference Manual, Brace Expansion
 */
export function expandBraces(parts: readonly Part[]): Part[][] {
  const items: Item[] = [];
  for (const part of parts) {
    if (part.k === 'lit') for (const c of part.s) items.push(c);
    else items.push(part);
  }
  const refused: number[] = [];
  return expand(items, refused).map((list, i) => {
    const out: Part[] = i > 0 ? [] : refused.map((count) => ({ k: 'refused', count }));
    let text = '';
    for (const item of list) {
      if (typeof item === 'string') text += item;
      else {
        if (text !== '') out.push({ k: 'lit', s: text });
        text = '';
        out.push(item);
      }
    }
    if (text !== '') out.push({ k: 'lit', s: text });
    return out;
  });
}
