import { type Classes, OTHER } from './classes.ts';
import type { Meter } from './meter.ts';
import { ASSERT, CHAR, holds, MATCH, type Program, SPLIT } from './program.ts';

/** Numbers kept in states before all of them are forgotten. */
const MAX_KEPT = 1 << 20;
/** The state without nodes: nothing matches any more. */
const DEAD = 0;

/**
 * A deterministic automaton that reads text forwards and is made as it goes. A state is the set of nodes to go on from, before
 * anything that takes no character is done, and the kind of the last character. A transition's value is twice the next state,
 * plus one where a match ends *before* the character it is taken for.
 */
export class Forward {
  readonly #program: Program;
  readonly #classes: Classes;
  readonly #meter: Meter;
  /** A match may begin anywhere: the start joins every state. */
  readonly #anywhere: boolean;
  #kernels: Int32Array[] = [];
  #before: number[] = [];
  #numbers: Map<string, number> = new Map();
  #kept = 0;
  #stride = 16;
  #table: Int32Array = new Int32Array(0);
  /** First states by the kind before them. */
  readonly #first: Int32Array = new Int32Array(4);
  // Scratch of one step.
  readonly #seen: Int32Array;
  readonly #taken: Int32Array;
  #turn = 0;
  readonly #stack: number[] = [];
  /** How many characters the last call read. */
  characters = 0;

  constructor(program: Program, classes: Classes, meter: Meter, anywhere: boolean) {
    this.#program = program;
    this.#classes = classes;
    this.#meter = meter;
    this.#anywhere = anywhere;
    this.#seen = new Int32Array(program.op.length);
    this.#taken = new Int32Array(program.op.length);
    this.#forget();
  }

  #forget(): void {
    this.#kernels = [];
    this.#before = [];
    this.#numbers = new Map();
    this.#kept = 0;
    this.#first.fill(-1);
    while (this.#stride <= this.#classes.count) this.#stride *= 2;
    this.#table = new Int32Array(this.#stride * 16).fill(-1);
    this.#number(new Int32Array(0), OTHER);
  }

  #number(kernel: Int32Array, before: number): number {
    const key = `${before}:${kernel.join(',')}`;
    let n = this.#numbers.get(key);
    if (n !== undefined) return n;
    n = this.#kernels.length;
    this.#numbers.set(key, n);
    this.#kernels.push(kernel);
    this.#before.push(before);
    this.#kept += kernel.length + this.#stride;
    if ((n + 1) * this.#stride > this.#table.length) {
      const wider = new Int32Array(this.#table.length * 2).fill(-1);
      wider.set(this.#table);
      this.#table = wider;
    }
    return n;
  }

  #begin(before: number): number {
    let n = this.#first[before]!;
    if (n < 0) {
      n = this.#number(Int32Array.of(this.#program.start), before);
      this.#first[before] = n;
    }
    return n;
  }

  /** Works out a transition. All states may be new after it: only its value may be used. */
  #step(state: number, cls: number): number {
    const { op, next, other, arg, assertions, multiline, start } = this.#program;
    const kernel = this.#kernels[state]!;
    const before = this.#before[state]!;
    const after = this.#classes.kinds[cls]!;
    const member = this.#classes.members[cls]!;
    const turn = ++this.#turn;
    const stack = this.#stack;
    const taken: number[] = [];
    let matched = 0;
    let visited = 1;
    for (let i = kernel.length - 1; i >= 0; i--) stack.push(kernel[i]!);
    while (stack.length > 0) {
      const n = stack.pop()!;
      if (this.#seen[n] === turn) continue;
      this.#seen[n] = turn;
      visited++;
      switch (op[n]) {
        case CHAR:
          if (member[arg[n]!] === 1 && this.#taken[next[n]!] !== turn) {
            this.#taken[next[n]!] = turn;
            taken.push(next[n]!);
          }
          break;
        case SPLIT:
          stack.push(other[n]!, next[n]!);
          break;
        case ASSERT:
          if (holds(assertions[arg[n]!]!, multiline, before, after)) stack.push(next[n]!);
          break;
        case MATCH:
          matched = 1;
          break;
        default:
          stack.push(next[n]!);
      }
    }
    this.#meter.spend(visited + taken.length);
    if (cls === 0) {
      this.#set(state, 0, matched);
      return matched;
    }
    if (this.#anywhere && this.#taken[start] !== turn) taken.push(start);
    if (taken.length === 0) {
      this.#set(state, cls, matched);
      return matched;
    }
    const to = Int32Array.from(taken).sort();
    if (this.#kept > MAX_KEPT || this.#classes.count >= this.#stride) {
      this.#forget();
      return (this.#number(to, after) << 1) | matched;
    }
    const value = (this.#number(to, after) << 1) | matched;
    this.#set(state, cls, value);
    return value;
  }

  #set(state: number, cls: number, value: number): void {
    if (cls < this.#stride) this.#table[state * this.#stride + cls] = value;
  }

  /** Whether a match ends with the text. */
  #ends(state: number): boolean {
    const value = this.#table[state * this.#stride]!;
    return ((value < 0 ? this.#step(state, 0) : value) & 1) !== 0;
  }

  /** End of the longest match that begins at `from`, or -1. */
  longest(text: string, from: number): number {
    const { ascii } = this.#classes;
    let state = this.#begin(this.#classes.kindBefore(text, from));
    let end = -1;
    let i = from;
    const n = text.length;
    while (i < n) {
      let cp = text.charCodeAt(i);
      let cls = cp < 128 ? ascii[cp]! : 0;
      if (cls === 0) {
        if (cp >= 0xd800) cp = text.codePointAt(i)!;
        cls = this.#classes.of(cp);
      }
      let value = cls < this.#stride ? this.#table[state * this.#stride + cls]! : -1;
      if (value < 0) value = this.#step(state, cls);
      if ((value & 1) !== 0) end = i;
      state = value >> 1;
      if (state === DEAD) {
        this.#meter.read((this.characters = i - from));
        return end;
      }
      i += cp > 0xffff ? 2 : 1;
    }
    this.#meter.read((this.characters = n - from));
    return this.#ends(state) ? n : end;
  }

  /** End of the match from `from` (or, in an automaton of all places, behind it) that ends first, or -1. */
  shortest(text: string, from: number): number {
    const { ascii } = this.#classes;
    let state = this.#begin(this.#classes.kindBefore(text, from));
    let i = from;
    const n = text.length;
    while (i < n) {
      let cp = text.charCodeAt(i);
      let cls = cp < 128 ? ascii[cp]! : 0;
      if (cls === 0) {
        if (cp >= 0xd800) cp = text.codePointAt(i)!;
        cls = this.#classes.of(cp);
      }
      let value = cls < this.#stride ? this.#table[state * this.#stride + cls]! : -1;
      if (value < 0) value = this.#step(state, cls);
      if ((value & 1) !== 0 || value >> 1 === DEAD) {
        this.#meter.read(i - from);
        return (value & 1) !== 0 ? i : -1;
      }
      state = value >> 1;
      i += cp > 0xffff ? 2 : 1;
    }
    this.#meter.read(n - from);
    return this.#ends(state) ? n : -1;
  }
}

/** Whether a match can begin with a character of a class; `empty`: it may need none, so that it can begin anywhere. */
export class FirstCharacters {
  readonly empty: boolean;
  readonly #classes: Classes;
  readonly #sets: ReadonlySet<number>;
  readonly #known: (number | undefined)[] = [];

  constructor(program: Program, classes: Classes) {
    const { op, next, other, arg } = program;
    const seen = new Uint8Array(op.length);
    const sets = new Set<number>();
    let empty = false;
    const stack = [program.start];
    while (stack.length > 0) {
      const n = stack.pop()!;
      if (seen[n] === 1) continue;
      seen[n] = 1;
      if (op[n] === CHAR) sets.add(arg[n]!);
      else if (op[n] === MATCH) empty = true;
      else {
        stack.push(next[n]!);
        if (op[n] === SPLIT) stack.push(other[n]!);
      }
    }
    this.empty = empty;
    this.#classes = classes;
    this.#sets = sets;
  }

  /** Where from `from` a match may begin: the text's length when nowhere. */
  skip(text: string, from: number): number {
    const { ascii } = this.#classes;
    let i = from;
    const n = text.length;
    while (i < n) {
      let cp = text.charCodeAt(i);
      let cls = cp < 128 ? ascii[cp]! : 0;
      if (cls === 0) {
        if (cp >= 0xd800) cp = text.codePointAt(i)!;
        cls = this.#classes.of(cp);
      }
      if ((this.#known[cls] ?? this.#ask(cls)) === 1) return i;
      i += cp > 0xffff ? 2 : 1;
    }
    return n;
  }

  #ask(cls: number): number {
    const member = this.#classes.members[cls]!;
    let ok = 0;
    for (const set of this.#sets) ok |= member[set]!;
    this.#known[cls] = ok;
    return ok;
  }
}
