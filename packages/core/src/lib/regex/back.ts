import type { Classes } from './classes.ts';
import type { Meter } from './meter.ts';
import { ASSERT, BACK, CHAR, CLOSE, holds, OPEN, type Program, SPLIT } from './program.ts';

/** What is to be done when a way turns out to be none: go on at a node, or put a span's end back. */
interface Undo {
  /** -1: `slot` of the spans gets `value` back. */
  readonly node: number;
  readonly at: number;
  readonly slot: number;
  readonly value: number;
}

/**
 * Matches a pattern with back references: each way is tried, in order, and the first of the longest wins. What was tried at a fork with
 * the same groups is not tried again. Ends when the meter says so.
 */
export class Backtracker {
  readonly #program: Program;
  readonly #classes: Classes;
  readonly #meter: Meter;
  readonly #groups: number;
  readonly #fold: boolean;
  /** Groups that are referred to: with them a fork is the same or not. */
  readonly #used: readonly number[];

  constructor(program: Program, classes: Classes, meter: Meter, groups: number, fold: boolean) {
    this.#program = program;
    this.#classes = classes;
    this.#meter = meter;
    this.#groups = groups;
    this.#fold = fold;
    const used = new Set<number>();
    for (let i = 0; i < program.op.length; i++) if (program.op[i] === BACK) used.add(program.arg[i]!);
    this.#used = [...used];
  }

  /** The longest match that begins at `from`: start and end of each group, -1 where it took no part; of the whole first. */
  match(text: string, from: number): Int32Array | null {
    const { op, arg, next, other, assertions, multiline, start } = this.#program;
    const spans = new Int32Array(2 * (this.#groups + 1)).fill(-1);
    let best: Int32Array | null = null;
    const tried = new Set<string>();
    const stack: Undo[] = [];
    const assign = (slot: number, value: number): void => {
      stack.push({ node: -1, at: 0, slot, value: spans[slot]! });
      spans[slot] = value;
    };
    let node = start;
    let at = from;
    for (;;) {
      this.#meter.spend(1);
      let on = true;
      switch (op[node]) {
        case CHAR: {
          const cp = at < text.length ? text.codePointAt(at)! : -1;
          if (cp >= 0 && this.#classes.members[this.#classes.of(cp)]![arg[node]!] === 1) {
            at += cp > 0xffff ? 2 : 1;
            node = next[node]!;
          } else on = false;
          break;
        }
        case SPLIT: {
          let key = `${node},${at}`;
          for (const g of this.#used) key += `,${spans[2 * g]},${spans[2 * g + 1]}`;
          if (tried.has(key)) on = false;
          else {
            tried.add(key);
            stack.push({ node: other[node]!, at, slot: 0, value: 0 });
            node = next[node]!;
          }
          break;
        }
        case OPEN:
          assign(2 * arg[node]!, at);
          assign(2 * arg[node]! + 1, -1);
          node = next[node]!;
          break;
        case CLOSE:
          assign(2 * arg[node]! + 1, at);
          node = next[node]!;
          break;
        case ASSERT: {
          const before = this.#classes.kindBefore(text, at);
          const after = this.#classes.kindAt(text, at);
          if (holds(assertions[arg[node]!]!, multiline, before, after)) node = next[node]!;
          else on = false;
          break;
        }
        case BACK: {
          const [a, b] = [spans[2 * arg[node]!]!, spans[2 * arg[node]! + 1]!];
          if (b >= 0 && this.#same(text, a, at, b - a)) {
            at += b - a;
            node = next[node]!;
          } else on = false;
          break;
        }
        default:
          if (best === null || at > best[1]!) {
            best = Int32Array.from(spans);
            best[0] = from;
            best[1] = at;
          }
          if (at === text.length) return best;
          on = false;
      }
      if (on) continue;
      let undo = stack.pop();
      for (; undo !== undefined && undo.node < 0; undo = stack.pop()) spans[undo.slot] = undo.value;
      if (undo === undefined) return best;
      node = undo.node;
      at = undo.at;
    }
  }

  #same(text: string, a: number, b: number, n: number): boolean {
    if (n === 0) return true;
    if (b + n > text.length) return false;
    this.#meter.spend(n >> 3);
    const [x, y] = [text.slice(a, a + n), text.slice(b, b + n)];
    return x === y || (this.#fold && x.toLowerCase() === y.toLowerCase());
  }
}
