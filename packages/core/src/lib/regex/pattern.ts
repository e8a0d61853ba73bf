/** A regular expression as a tree: what every dialect's reader makes, and all the automata are made of. */

/** A pattern that is none, or one too big; the message is glibc's regcomp's. */
export class RegexError extends Error {}

/** A match gave up: its steps are used up. Only back references, and patterns of ten thousands of states, come to this. */
export class RegexExhausted extends Error {
  constructor() {
    super('memory exhausted');
  }
}

/** What must hold between two characters. */
export type Assertion =
  | 'line-start'
  | 'line-end'
  | 'text-start'
  | 'text-end'
  | 'word-edge'
  | 'no-word-edge'
  | 'word-start'
  | 'word-end'
  /** No word character before (behind) this place: grep -w. */
  | 'no-word-before'
  | 'no-word-after';

/** Walks trees: one that is too deep for it is refused, as GNU's regex does. @throws RegexError */
export function walked<T>(walk: () => T): T {
  try {
    return walk();
  } catch (e) {
    if (e instanceof RangeError) throw new RegexError('stack overflow');
    throw e;
  }
}

export type Node =
  /** One character that stands for itself, where case is not folded. */
  | { readonly k: 'char'; readonly c: string }
  /** One character of a set: `source` is a JavaScript regular expression (flags `su`) of one character. */
  | { readonly k: 'set'; readonly source: string }
  | { readonly k: 'cat'; readonly parts: readonly Node[] }
  /** The earlier one goes first when groups are told apart. */
  | { readonly k: 'alt'; readonly branches: readonly Node[] }
  /** Group `n`, from 1. */
  | { readonly k: 'group'; readonly n: number; readonly body: Node }
  /** `max` may be Infinity. */
  | { readonly k: 'repeat'; readonly body: Node; readonly min: number; readonly max: number }
  | { readonly k: 'assert'; readonly what: Assertion }
  | { readonly k: 'back'; readonly n: number };

/** Matches the empty text. */
export const EMPTY: Node = { k: 'cat', parts: [] };

/** Any character, a byte that is none, and a newline. */
export const ANY: Node = { k: 'set', source: '[^]' };

/** The text itself. */
export const literal = (text: string): Node => ({ k: 'cat', parts: Array.from(text, (c) => ({ k: 'char', c })) });

/** Whether a back reference is in it. */
export function hasBackReference(n: Node): boolean {
  switch (n.k) {
    case 'back':
      return true;
    case 'cat':
      return n.parts.some(hasBackReference);
    case 'alt':
      return n.branches.some(hasBackReference);
    case 'group':
    case 'repeat':
      return hasBackReference(n.body);
    default:
      return false;
  }
}

/** The same language without groups. Not for patterns with back references. */
export function withoutGroups(n: Node): Node {
  switch (n.k) {
    case 'cat':
      return { k: 'cat', parts: n.parts.map(withoutGroups) };
    case 'alt':
      return { k: 'alt', branches: n.branches.map(withoutGroups) };
    case 'group':
      return withoutGroups(n.body);
    case 'repeat':
      return { ...n, body: withoutGroups(n.body) };
    default:
      return n;
  }
}

/** The text a pattern stands for if it stands for one only, in plane 0; else null. */
export function literalText(n: Node): string | null {
  if (n.k === 'char') return /[\ud800-\udfff]/.test(n.c) ? null : n.c;
  if (n.k === 'group') return literalText(n.body);
  if (n.k !== 'cat') return null;
  let text = '';
  for (const p of n.parts) {
    const t = literalText(p);
    if (t === null) return null;
    text += t;
  }
  return text;
}

/** The longest text every match must hold, and what every match begins with; '' when there is none. */
export function requiredText(n: Node): { readonly prefix: string; readonly inside: string } {
  const parts: Node[] = [];
  const flatten = (x: Node): void => {
    if (x.k === 'cat') for (const p of x.parts) flatten(p);
    else if (x.k === 'group') flatten(x.body);
    else if (x.k === 'repeat' && x.min > 0) {
      flatten(x.body);
      if (x.max > 1) parts.push(EMPTY);
    } else parts.push(x);
  };
  flatten(n);
  let [inside, run] = ['', ''];
  let prefix: string | null = null;
  for (const p of parts) {
    const t = p.k === 'char' ? literalText(p) : null;
    if (t !== null) {
      run += t;
      if (run.length > inside.length) inside = run;
      continue;
    }
    prefix ??= run;
    run = '';
  }
  return { prefix: prefix ?? run, inside };
}

/** How many nodes the automaton of a tree has, about. */
export function sizeOf(n: Node): number {
  switch (n.k) {
    case 'cat':
      return n.parts.reduce((sum, p) => sum + sizeOf(p), 0);
    case 'alt':
      return n.branches.reduce((sum, b) => sum + sizeOf(b) + 1, 0);
    case 'group':
      return 2 + sizeOf(n.body);
    case 'repeat':
      return (1 + sizeOf(n.body)) * Math.max(1, n.max === Infinity ? n.min + 1 : n.max);
    default:
      return 1;
  }
}
