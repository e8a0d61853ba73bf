import type { Assertion, Node } from './pattern.ts';
import { type CompileOptions, escapeLiteral } from './program.ts';

/**
 * A pattern that JavaScript's own engine answers alike, for texts so short that its going back and forth stays within a bound.
 */
export interface Quick {
  readonly re: RegExp;
  /** Longest text to ask it whether there is a match. */
  readonly testLimit: number;
  /** Longest text to ask it where, and for the groups: -1 when its answer may be another. */
  readonly findLimit: number;
  /** It looks around, and its answer may lie inside of a surrogate pair: then it is none. */
  readonly looks: boolean;
}

/** Steps a text may cost at most, times what the pattern is long. */
const MAX_COST = 2 ** 18;
/** What a text of any length may cost a character. */
const MAX_RESTART = 512;
const MAX_COPIES = 8;

const WORD = '[\\p{L}\\p{N}_]';

const ASSERTIONS: Readonly<Record<Assertion, string>> = {
  'line-start': '^',
  'line-end': '$',
  'text-start': '(?<![^])',
  'text-end': '(?![^])',
  'word-edge': `(?:(?<=${WORD})(?!${WORD})|(?<!${WORD})(?=${WORD}))`,
  'no-word-edge': `(?:(?<=${WORD})(?=${WORD})|(?<!${WORD})(?!${WORD}))`,
  'word-start': `(?<!${WORD})(?=${WORD})`,
  'word-end': `(?<=${WORD})(?!${WORD})`,
  'no-word-before': `(?<!${WORD})`,
  'no-word-after': `(?!${WORD})`,
};

/** One character, so many times. */
interface Item {
  readonly source: string;
  readonly min: number;
  readonly max: number;
}

/** Writes the pattern for JavaScript, and counts what it could cost there. */
class Writer {
  readonly #multiline: boolean;
  /** Repetitions whose length is open: each may multiply the cost by the text's length. */
  open = 0;
  /** Ways through the alternatives. */
  ways = 1;
  /** There is one way through the text, if any. */
  exact = true;
  /** JavaScript does not match it in bounded time. */
  refused = false;
  readonly items: Item[] = [];

  constructor(multiline: boolean) {
    this.#multiline = multiline;
  }

  write(n: Node): string {
    switch (n.k) {
      case 'char':
        return this.#item(escapeLiteral(n.c), 1, 1);
      case 'set':
        return this.#item(n.source, 1, 1);
      case 'cat':
        return n.parts.map((p) => this.write(p)).join('');
      case 'alt':
        this.exact = false;
        this.ways *= n.branches.length;
        return `(?:${n.branches.map((b) => this.write(b)).join('|')})`;
      case 'group':
        return `(${this.write(n.body)})`;
      case 'assert':
        if (this.#multiline && n.what === 'line-start') return '(?<![^\\n])';
        if (this.#multiline && n.what === 'line-end') return '(?![^\\n])';
        return ASSERTIONS[n.what];
      case 'repeat':
        return this.#repeat(n);
      case 'back':
        this.refused = true;
        return '';
    }
  }

  #item(source: string, min: number, max: number): string {
    this.items.push({ source, min, max });
    if (max !== min) this.open++;
    return min === 1 && max === 1 ? source : `${source}{${min},${max === Infinity ? '' : max}}`;
  }

  #repeat(n: Extract<Node, { k: 'repeat' }>): string {
    const { body, min, max } = n;
    if (body.k === 'char') return this.#item(escapeLiteral(body.c), min, max);
    if (body.k === 'set') return this.#item(body.source, min, max);
    this.exact = false;
    const [open, ways] = [this.open, this.ways];
    const source = `(?:${this.write(body)}){${min},${max === Infinity ? '' : max}}`;
    // What is repeated may be open only if it is repeated a few times, and those are counted.
    if (this.open > open || this.ways > ways) {
      if (max > MAX_COPIES) this.refused = true;
      else {
        this.open = open + (this.open - open) * max;
        this.ways = ways * (this.ways / ways) ** max;
      }
    }
    if (min !== max) this.open++;
    return source;
  }
}

/** A set that is written as ASCII characters alone. */
const isAscii = (source: string): boolean => /^\[(?!\^)(?:\\[^pPsSwWuUxcnt0-9]|[ -[\]-~])+\]$/.test(source);
/** A character that stands for itself, with or without its backslash. */
const isSingle = (source: string): boolean => source.length === 1 || /^\\[^a-zA-Z]$/.test(source);

const asciiMembers = new Map<string, Uint8Array>();

/** By ASCII character: 1 where the set has it. */
function membersOf(source: string, flags: string): Uint8Array {
  const key = flags + source;
  let members = asciiMembers.get(key);
  if (members === undefined) {
    const re = new RegExp(source, flags);
    members = Uint8Array.from({ length: 128 }, (_, i) => (re.test(String.fromCharCode(i)) ? 1 : 0));
    if (asciiMembers.size > 200) asciiMembers.clear();
    asciiMembers.set(key, members);
  }
  return members;
}

/** Whether no character is of both, as far as that can be told; `flags` are those of the pattern. */
function disjoint(a: string, b: string, flags: string): boolean {
  if (isSingle(a)) return !new RegExp(`^(?:${b})$`, flags).test(a.at(-1)!);
  if (isSingle(b)) return !new RegExp(`^(?:${a})$`, flags).test(b.at(-1)!);
  // One of the two must be known to hold ASCII alone.
  if (!isAscii(a) && !isAscii(b)) return false;
  const [x, y] = [membersOf(a, flags), membersOf(b, flags)];
  return !x.some((has, i) => has === 1 && y[i] === 1);
}

/** Whether each open repetition ends where something else must begin: then there is one way to match. */
function forced(items: readonly Item[], flags: string): boolean {
  for (const [i, item] of items.entries()) {
    if (item.min === item.max) continue;
    for (const next of items.slice(i + 1)) {
      if (!disjoint(item.source, next.source, flags)) return false;
      if (next.min > 0) break;
    }
  }
  return true;
}

/** The pattern for JavaScript's engine, or null when it would not answer alike, or not in time. */
export function quick(tree: Node, options: CompileOptions): Quick | null {
  const writer = new Writer(options.multiline === true);
  const source = writer.write(tree);
  if (writer.refused || writer.ways > 16 || writer.open > 4 || source.length > 2000) return null;
  const flags = options.ignoreCase === true ? 'siu' : 'su';
  const exact = writer.exact && writer.items.length <= 64 && forced(writer.items, flags);
  let re: RegExp;
  try {
    re = new RegExp(source, `${flags}g`);
  } catch {
    return null;
  }
  const open = exact ? Math.min(1, writer.open) : writer.open;
  const limit = open === 0 ? Infinity : Math.floor((MAX_COST / writer.ways) ** (1 / (open + 1)));
  const restart = writer.open === 0 ? Infinity : MAX_RESTART;
  return {
    re,
    testLimit: Math.min(limit, restart),
    findLimit: exact ? Math.min(limit, restart) : -1,
    looks: source.includes('(?<'),
  };
}
