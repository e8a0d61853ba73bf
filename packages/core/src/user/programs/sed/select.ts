import type { Regex } from '../../../lib/regex/regex.ts';
import { type Address, type Command, SedError } from './script.ts';

/** What addresses look at. */
export interface Place {
  /** The number of the line. */
  readonly number: number;
  readonly space: string;
  /** Whether it is the last one. */
  atEnd(): Promise<boolean>;
}

/** Decides which commands a line is for. */
export class Selection {
  #lastRegex: Regex | null = null;
  /** Ranges that are open, and the line they end at. */
  readonly #ranges: Map<Command, number> = new Map();

  /** The pattern, or with null the one used last. @throws SedError when there is none */
  regex(re: Regex | null): Regex {
    const used = re ?? this.#lastRegex;
    if (used === null) throw new SedError('no previous regular expression');
    this.#lastRegex = used;
    return used;
  }

  /** Whether the range of a command goes on behind this line. */
  open(c: Command): boolean {
    return this.#ranges.has(c);
  }

  async #matches(a: Address, at: Place): Promise<boolean> {
    switch (a.k) {
      case 'line':
        return at.number === a.n;
      case 'step':
        return a.step <= 0 ? at.number === a.first : at.number >= a.first && (at.number - a.first) % a.step === 0;
      case 'last':
        return at.atEnd();
      case 'regex':
        return this.regex(a.re).test(at.space);
      default:
        return false;
    }
  }

  /** Whether the command's addresses choose the line (`!` is the caller's). */
  async selects(c: Command, at: Place): Promise<boolean> {
    if (c.from === null) return true;
    if (c.to === null) return this.#matches(c.from, at);
    const end = this.#ranges.get(c);
    if (end !== undefined) return this.#inRange(c, end, at);
    if (c.from.k === 'zero') {
      if (at.number > 1) return false;
      this.#ranges.set(c, Infinity);
      return this.#inRange(c, Infinity, at);
    }
    if (!(await this.#matches(c.from, at))) return false;
    const { to } = c;
    if (to.k === 'line') {
      if (to.n > at.number) this.#ranges.set(c, to.n);
    } else if (to.k === 'plus') {
      if (to.n > 0) this.#ranges.set(c, at.number + to.n);
    } else if (to.k === 'multiple') {
      if (to.n > 0 && at.number % to.n !== 0) this.#ranges.set(c, Math.ceil(at.number / to.n) * to.n);
    } else if (to.k === 'last') {
      if (!(await at.atEnd())) this.#ranges.set(c, Infinity);
    } else this.#ranges.set(c, Infinity);
    return true;
  }

  async #inRange(c: Command, end: number, at: Place): Promise<boolean> {
    const to = c.to!;
    if (to.k === 'regex' || to.k === 'last' || to.k === 'step') {
      if (await this.#matches(to, at)) this.#ranges.delete(c);
      return true;
    }
    if (at.number >= end) this.#ranges.delete(c);
    // A line number that is passed already ends the range without this line.
    return at.number <= end;
  }
}
