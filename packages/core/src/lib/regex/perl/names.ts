import { fail } from './cursor.ts';
import type { Condition, PerlNode } from './tree.ts';

const MISSING = 'reference to non-existent subpattern';

/** The groups of a pattern: their numbers and names, and who refers to them. */
export class Names {
  /** How many were opened so far. */
  count = 0;
  /** By name: the numbers of the groups. */
  readonly #numbers: Map<string, number[]> = new Map();
  readonly #names: (() => void)[] = [];
  readonly #checks: (() => void)[] = [];

  /** A group opens. @throws RegexError when it may not have that name */
  open(name: string | null, twice: boolean): number {
    const n = ++this.count;
    if (name === null) return n;
    const known = this.#numbers.get(name);
    if (known === undefined) this.#numbers.set(name, [n]);
    else if (!known.includes(n)) {
      if (!twice) fail('two named subpatterns have the same name (PCRE2_DUPNAMES not set)');
      known.push(n);
    }
    return n;
  }

  /** The number that +1, -1 or 1 means here. @throws RegexError */
  relative(text: string): number {
    const n = Number(text);
    if (text.startsWith('+') || text.startsWith('-')) {
      if (n === 0) fail('a relative value of zero is not allowed');
      const number = n > 0 ? this.count + n : this.count + 1 + n;
      if (number <= 0) fail(MISSING);
      return number;
    }
    if (n > 65535) fail('subpattern number is too big');
    return n;
  }

  back(group: string | number, fold: boolean): PerlNode {
    const node: Extract<PerlNode, { k: 'back' }> = { k: 'back', ns: [], fold };
    this.#groups(group, (ns) => (node.ns = ns));
    if (group === 0) fail(MISSING);
    return node;
  }

  call(group: string | number): PerlNode {
    const node: Extract<PerlNode, { k: 'call' }> = { k: 'call', n: 0 };
    this.#groups(group, (ns) => (node.n = ns[0]!));
    return node;
  }

  condition(group: string | number): Condition {
    const test: Extract<Condition, { k: 'group' }> = { k: 'group', ns: [] };
    if (group === 0) fail(MISSING);
    this.#groups(group, (ns) => (test.ns = ns));
    return test;
  }

  /** (?(R…)…): a call of the group. */
  recursion(group: string | number | null): Condition {
    const test: Extract<Condition, { k: 'recursion' }> = { k: 'recursion', n: null };
    if (group !== null) this.#groups(group, (ns) => (test.n = ns[0]!));
    return test;
  }

  has(name: string): boolean {
    return this.#numbers.has(name);
  }

  #groups(group: string | number, set: (ns: readonly number[]) => void): void {
    if (typeof group === 'number') {
      set([group]);
      this.#checks.push(() => void (group > this.count && fail(MISSING)));
      return;
    }
    const resolve = (): void => {
      const ns = this.#numbers.get(group);
      if (ns !== undefined) set(ns);
    };
    this.#names.push(resolve);
    this.#checks.push(() => void (this.#numbers.has(group) || fail(MISSING)));
  }

  /** Something to be complained about when the whole pattern is read. */
  later(check: () => void): void {
    this.#checks.push(check);
  }

  /** All groups are known: what refers to them gets their numbers. */
  resolveNames(): void {
    for (const resolve of this.#names) resolve();
  }

  /** @throws RegexError when a group is missing */
  resolveNumbers(): void {
    for (const check of this.#checks) check();
  }
}
