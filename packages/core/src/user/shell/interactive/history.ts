/** The list of lines typed before. @see history(3) */

/** Where history lasts longer than the shell. */
export interface HistoryStore {
  /** The lines kept, oldest first. */
  load(): readonly string[];
  append(lines: readonly string[]): void;
  /** Replaces all that is kept. */
  replace(lines: readonly string[]): void;
}

/** Lines kept when HISTSIZE says nothing. */
const DEFAULT_SIZE = 500;

export class History {
  #lines: string[] = [];
  /** When each was typed, seconds since the epoch. */
  #times: number[] = [];
  /** Number of the first line. */
  #base = 1;
  #limit = DEFAULT_SIZE;
  /** Lines added since they were last written. */
  unwritten = 0;

  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Number of the first line that is kept. */
  get base(): number {
    return this.#base;
  }

  /** Number that the next line will have. */
  get next(): number {
    return this.#base + this.#lines.length;
  }

  /** How many lines are kept. @param size HISTSIZE: what is no number, or less than 0, is no limit */
  keep(size: string | undefined): void {
    const n = size === undefined || size.trim() === '' ? Number.NaN : Number(size);
    this.#limit = Number.isInteger(n) && n >= 0 ? n : Infinity;
    this.#trim();
  }

  #trim(): void {
    const over = this.#lines.length - this.#limit;
    if (over <= 0) return;
    this.#lines.splice(0, over);
    this.#times.splice(0, over);
    this.#base += over;
  }

  add(line: string, time = 0): void {
    this.#lines.push(line);
    this.#times.push(time);
    this.unwritten++;
    this.#trim();
  }

  /** Adds lines that are kept already. */
  load(lines: readonly string[], time = 0): void {
    for (const line of lines) this.add(line, time);
    this.unwritten = 0;
  }

  /** Takes back the last line. */
  removeLast(): void {
    this.#times.pop();
    if (this.#lines.pop() !== undefined && this.unwritten > 0) this.unwritten--;
  }

  /** @param n the line's number. @returns whether there was one */
  remove(n: number): boolean {
    const i = n - this.#base;
    if (i < 0 || i >= this.#lines.length) return false;
    this.#lines.splice(i, 1);
    this.#times.splice(i, 1);
    return true;
  }

  clear(): void {
    this.#lines = [];
    this.#times = [];
    this.#base = 1;
    this.unwritten = 0;
  }

  /** When line `n` was typed, seconds since the epoch. */
  time(n: number): number {
    return this.#times[n - this.#base] ?? 0;
  }

  at(n: number): string | undefined {
    return this.#lines[n - this.#base];
  }
}

/** What HISTCONTROL says to a line. @returns whether it is kept */
export function wanted(history: History, line: string, control: string): boolean {
  const words = control.split(':');
  const both = words.includes('ignoreboth');
  if ((both || words.includes('ignorespace')) && /^\s/.test(line)) return false;
  if ((both || words.includes('ignoredups')) && history.lines.at(-1) === line) return false;
  if (words.includes('erasedups')) {
    for (let n = history.next - 1; n >= history.base; n--) if (history.at(n) === line) history.remove(n);
  }
  return true;
}
