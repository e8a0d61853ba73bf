import { RegexExhausted } from './pattern.ts';

/** Steps one call may take: a second or two. */
const BUDGET = 60_000_000;
/** Back references go back and forth: their steps are dearer. */
const BACK_BUDGET = 1_000_000;
/** Work after which others should get a turn: some milliseconds. */
const TURN = 100_000;

/** Counts the steps of patterns: one for each, or one for all that a process has. */
export class Meter {
  #left = 0;
  /** All the work so far: characters read and nodes visited. */
  total = 0;
  /** What `total` was when `heavy` last said yes. */
  #mark = 0;

  /** A call of a pattern begins. */
  begin(backReferences: boolean): void {
    this.#left = backReferences ? BACK_BUDGET : BUDGET;
  }

  /** Characters that were read: they are not limited. */
  read(n: number): void {
    this.total += n;
  }

  /** @throws RegexExhausted when the call's budget is used up */
  spend(n: number): void {
    this.total += n;
    this.#left -= n;
    if (this.#left < 0) throw new RegexExhausted();
  }

  /** Whether patterns worked so much since this was last true that whoever uses them must let others run, and hear signals. */
  get heavy(): boolean {
    if (this.total - this.#mark < TURN) return false;
    this.#mark = this.total;
    return true;
  }
}
