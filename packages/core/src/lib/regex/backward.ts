import { type Classes, insidePair } from './classes.ts';
import type { Meter } from './meter.ts';
import { ASSERT, CHAR, holds, type Program, SPLIT } from './program.ts';

/** Numbers kept in states before all of them are forgotten. */
const MAX_KEPT = 1 << 20;

/** The nodes from which the end can be reached at a place. */
export interface Reach {
  /** By node: 1 when it can. */
  readonly nodes: Uint8Array;
  readonly known: Map<number, Reach>;
  /** A match can begin here. */
  readonly starts: boolean;
}

/**
 * Reads text backwards from the end of a match, or of all matches there may be, and tells at each place which nodes lead there.
 * States are made as they are met.
 */
export class Backward {
  readonly #program: Program;
  readonly #classes: Classes;
  readonly #meter: Meter;
  /** A match may end anywhere: the accepting node joins every state. */
  readonly #anywhere: boolean;
  /** By node: those that lead to it without a character, and with one. */
  readonly #free: readonly number[][];
  readonly #eating: readonly number[][];
  #states: Map<string, Reach> = new Map();
  #first: (Reach | undefined)[] = [];

  constructor(program: Program, classes: Classes, meter: Meter, anywhere: boolean) {
    this.#program = program;
    this.#classes = classes;
    this.#meter = meter;
    this.#anywhere = anywhere;
    const { op, next, other } = program;
    const free: number[][] = Array.from(op, () => []);
    const eating: number[][] = Array.from(op, () => []);
    for (let i = 0; i < op.length; i++) {
      if (i === program.accept) continue;
      (op[i] === CHAR ? eating : free)[next[i]!]!.push(i);
      if (op[i] === SPLIT) free[other[i]!]!.push(i);
    }
    this.#free = free;
    this.#eating = eating;
  }

  /** Adds all that leads to `seeds` without a character. */
  #close(seeds: readonly number[], before: number, after: number): Reach {
    const { op, arg, assertions, multiline, start } = this.#program;
    const nodes = new Uint8Array(op.length);
    const list: number[] = [];
    for (const s of seeds) {
      if (nodes[s] === 1) continue;
      nodes[s] = 1;
      list.push(s);
    }
    for (let i = 0; i < list.length; i++) {
      for (const n of this.#free[list[i]!]!) {
        if (nodes[n] === 1) continue;
        if (op[n] === ASSERT && !holds(assertions[arg[n]!]!, multiline, before, after)) continue;
        nodes[n] = 1;
        list.push(n);
      }
    }
    this.#meter.spend(list.length + 1);
    const key = list.sort((a, b) => a - b).join(',');
    let state = this.#states.get(key);
    if (state === undefined) {
      if (this.#states.size * op.length > MAX_KEPT) {
        // States on the way live on in the hands of who holds them; what they know goes with them.
        this.#states = new Map();
        this.#first = [];
      }
      state = { nodes, known: new Map(), starts: nodes[start] === 1 };
      this.#states.set(key, state);
    }
    return state;
  }

  #begin(text: string, end: number): Reach {
    const [before, after] = [this.#classes.kindBefore(text, end), this.#classes.kindAt(text, end)];
    return (this.#first[before * 4 + after] ??= this.#close([this.#program.accept], before, after));
  }

  /** The state one character (of class `cls`) further left; `before` is the kind of what stands left of it. */
  #step(state: Reach, cls: number, before: number): Reach {
    const key = cls * 4 + before;
    let to = state.known.get(key);
    if (to !== undefined) return to;
    const { arg, accept } = this.#program;
    const member = this.#classes.members[cls]!;
    const seeds: number[] = this.#anywhere ? [accept] : [];
    for (let n = 0; n < state.nodes.length; n++) {
      if (state.nodes[n] === 0) continue;
      for (const from of this.#eating[n]!) if (member[arg[from]!] === 1) seeds.push(from);
    }
    this.#meter.spend(state.nodes.length >> 2);
    to = this.#close(seeds, before, this.#classes.kinds[cls]!);
    state.known.set(key, to);
    return to;
  }

  /** The states at all places from `from` to `end`, first to last. */
  states(text: string, from: number, end: number): readonly (Reach | undefined)[] {
    const out: (Reach | undefined)[] = new Array<Reach | undefined>(end - from + 1);
    this.#run(text, from, end, (at, state) => {
      out[at - from] = state;
    });
    return out;
  }

  /** By place: 1 where a match can begin. */
  starts(text: string): Uint8Array {
    const out = new Uint8Array(text.length + 1);
    this.#run(text, 0, text.length, (at, state) => {
      if (state.starts) out[at] = 1;
    });
    return out;
  }

  #run(text: string, from: number, end: number, visit: (at: number, state: Reach) => void): void {
    const kinds = this.#classes;
    let state = this.#begin(text, end);
    visit(end, state);
    for (let i = end; i > from;) {
      i -= insidePair(text, i - 1) && i - 2 >= from ? 2 : 1;
      const cls = kinds.of(text.codePointAt(i)!);
      state = this.#step(state, cls, kinds.kindBefore(text, i));
      visit(i, state);
    }
    this.#meter.read(end - from);
  }
}
