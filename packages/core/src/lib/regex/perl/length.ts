import { fail } from './cursor.ts';
import type { PerlNode } from './tree.ts';

/** @see LOOKBEHIND_MAX */
const LONGEST = 65535;

/** Calls within calls that are followed to tell how long they are. */
const MAX_CALLS = 50;

/** Lengths, in characters, of what looks behind. */
export class Lengths {
  readonly #groups: Map<number, PerlNode> = new Map();
  readonly #count: number;

  constructor(tree: PerlNode, count: number) {
    this.#count = count;
    visit(tree, (n) => {
      if (n.k === 'capture' && !this.#groups.has(n.n)) this.#groups.set(n.n, n.body);
    });
    this.#groups.set(0, tree);
  }

  /** @throws RegexError when it has no fixed length */
  of(n: PerlNode, calls = 0): number {
    switch (n.k) {
      case 'char':
      case 'set':
        return 1;
      case 'cat':
        return n.parts.reduce((sum, p) => sum + this.of(p, calls), 0);
      case 'alt':
        return this.#same(n.branches, calls);
      case 'cond':
        return n.test.k === 'constant' && !n.test.value ? 0 : this.#same([n.yes, n.no], calls);
      case 'capture':
      case 'atomic':
        return this.of(n.body, calls);
      case 'repeat': {
        const one = this.of(n.body, calls);
        return n.min === n.max ? n.min * one : notFixed();
      }
      case 'grapheme':
        return notFixed();
      case 'back':
        return n.ns.length === 1 ? this.#group(n.ns[0]!, calls) : notFixed();
      case 'call':
        return this.#group(n.n, calls);
      default:
        return 0;
    }
  }

  #group(n: number, calls: number): number {
    if (n > this.#count) fail('reference to non-existent subpattern');
    const body = this.#groups.get(n);
    return body === undefined || calls > MAX_CALLS ? notFixed() : this.of(body, calls + 1);
  }

  #same(branches: readonly PerlNode[], calls: number): number {
    const [first, ...rest] = branches.map((b) => this.of(b, calls));
    return rest.every((n) => n === first) ? first! : notFixed();
  }
}

const notFixed = (): never => fail('lookbehind assertion is not fixed length');

/** What a node is made of. */
export function children(n: PerlNode): readonly PerlNode[] {
  switch (n.k) {
    case 'cat':
      return n.parts;
    case 'alt':
      return n.branches;
    case 'capture':
    case 'atomic':
    case 'look':
    case 'repeat':
      return [n.body];
    case 'cond':
      return n.test.k === 'look' ? [n.test.look, n.yes, n.no] : [n.yes, n.no];
    default:
      return [];
  }
}

/** Visits a tree, from the front. */
export function visit(n: PerlNode, each: (n: PerlNode) => void): void {
  each(n);
  for (const c of children(n)) visit(c, each);
}

/** The branches of what looks behind. */
export const branchesOf = (n: PerlNode): readonly PerlNode[] => (n.k === 'alt' ? n.branches : [n]);

/** @throws RegexError when something that looks behind has a branch of no fixed length */
export function checkLookbehinds(tree: PerlNode, groups: number): void {
  let lengths: Lengths | null = null;
  visit(tree, (n) => {
    if (n.k !== 'look' || !n.behind) return;
    lengths ??= new Lengths(tree, groups);
    for (const b of branchesOf(n.body)) if (lengths.of(b) > LONGEST) fail('lookbehind assertion is too long');
  });
}
