import type { CharSet } from './program.ts';

/** Kinds of a character for what stands between two: its neighbours' kinds decide. */
export const OTHER = 0;
export const WORD = 1;
export const NEWLINE = 2;
/** No character: the text begins or ends. */
export const EDGE = 3;

const WORD_CHARACTER = /[\p{L}\p{N}_]/u;

/**
 * The characters a program cannot tell apart, numbered as they are met. Number 0 is the end of the text, which is in no set.
 */
export class Classes {
  readonly #sets: readonly CharSet[];
  readonly #kinds: boolean;
  readonly #numbers: Map<string, number> = new Map();
  /** By class: 1 where the set of that number has its characters. */
  readonly members: Uint8Array[] = [];
  /** By class. */
  readonly kinds: number[] = [];
  /** By ASCII character; 0: not met yet. */
  readonly ascii: Uint16Array = new Uint16Array(128);
  /** By UTF-16 unit, from the first one that is not ASCII. */
  #units: Uint16Array | null = null;
  readonly #astral: Map<number, number> = new Map();

  /** @param kinds whether the program looks at what stands between two characters. */
  constructor(sets: readonly CharSet[], kinds: boolean) {
    this.#sets = sets;
    this.#kinds = kinds;
    this.members.push(new Uint8Array(sets.length));
    this.kinds.push(kinds ? EDGE : OTHER);
  }

  get count(): number {
    return this.members.length;
  }

  /** The class of a code point; a lone surrogate is a character of its own. */
  of(cp: number): number {
    if (cp < 128) return this.ascii[cp]! || (this.ascii[cp] = this.#meet(cp));
    if (cp < 0x10000) {
      this.#units ??= new Uint16Array(0x10000);
      return this.#units[cp]! || (this.#units[cp] = this.#meet(cp));
    }
    let n = this.#astral.get(cp);
    if (n === undefined) this.#astral.set(cp, (n = this.#meet(cp)));
    return n;
  }

  #meet(cp: number): number {
    const c = String.fromCodePoint(cp);
    const kind = !this.#kinds ? OTHER : c === '\n' ? NEWLINE : WORD_CHARACTER.test(c) ? WORD : OTHER;
    let key = String(kind);
    const member = new Uint8Array(this.#sets.length);
    for (let i = 0; i < member.length; i++) {
      if (!this.#sets[i]!.has(c)) continue;
      member[i] = 1;
      key += `,${i}`;
    }
    let n = this.#numbers.get(key);
    if (n === undefined) {
      n = this.members.length;
      this.members.push(member);
      this.kinds.push(kind);
      this.#numbers.set(key, n);
    }
    return n;
  }

  /** The kind of what stands before `at`. */
  kindBefore(text: string, at: number): number {
    if (!this.#kinds) return OTHER;
    if (at <= 0) return EDGE;
    let cp = text.charCodeAt(at - 1);
    if (isLow(cp) && at >= 2 && isHigh(text.charCodeAt(at - 2))) cp = text.codePointAt(at - 2)!;
    return this.kinds[this.of(cp)]!;
  }

  /** The kind of what stands at `at`. */
  kindAt(text: string, at: number): number {
    if (!this.#kinds) return OTHER;
    return at >= text.length ? EDGE : this.kinds[this.of(text.codePointAt(at)!)]!;
  }
}

export const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
export const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;

/** Whether `at` lies inside a surrogate pair. */
export const insidePair = (text: string, at: number): boolean =>
  at > 0 && at < text.length && isLow(text.charCodeAt(at)) && isHigh(text.charCodeAt(at - 1));
