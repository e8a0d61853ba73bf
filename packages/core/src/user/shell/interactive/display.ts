/** Keeps a prompt and a line on the screen with as few bytes as is simple. For terminals like xterm. */
import { type Layout, type Row, layOut } from './layout.ts';

const ESC = '\x1b';

const up = (n: number): string => (n > 0 ? `${ESC}[${n}A` : '');
const down = (n: number): string => (n > 0 ? `${ESC}[${n}B` : '');
const right = (n: number): string => (n > 0 ? `${ESC}[${n}C` : '');
export const CLEAR_SCREEN: string = `${ESC}[H${ESC}[2J`;
const ERASE_LINE = `${ESC}[K`;
const ERASE_BELOW = `${ESC}[J`;

export interface Window {
  readonly rows: number;
  readonly cols: number;
}

const sameRow = (a: Row, b: Row | undefined): boolean =>
  b !== undefined &&
  a.hard === b.hard &&
  a.cells.length === b.cells.length &&
  a.cells.every((c, i) => c.text === b.cells[i]!.text);

export class Display {
  readonly #write: (text: string) => void;
  readonly #window: () => Window;
  /** What is on the screen, null when nothing of it is. */
  #shown: Layout | null = null;
  /** First row that is on the screen, when not all fit. */
  #top = 0;
  #cols = 0;
  /** Below what is shown there may be rows of before. */
  #stale = false;
  #row = 0;
  #column = 0;

  constructor(write: (text: string) => void, window: () => Window) {
    this.#write = write;
    this.#window = window;
  }

  /** Shows a line; the cursor stands at index `cursor` of it. */
  show(prompt: string, line: string, cursor: number): void {
    const { rows: height, cols } = this.#window();
    if (this.#shown !== null && cols !== this.#cols) this.#reflow(cols);
    this.#cols = cols;
    const next = layOut(prompt, line, cursor, cols);
    const fits = next.rows.length <= height;
    const top = fits ? 0 : Math.max(0, Math.min(next.cursorRow, next.rows.length - height));
    if (top !== this.#top) {
      this.#top = top;
      if (this.#shown !== null || top > 0) this.#blank();
    }
    this.#paint(next, fits ? next.rows.length : Math.min(next.rows.length, top + height));
    this.#shown = next;
    this.#move(next.cursorRow, next.cursorColumn);
  }

  /** The window is too small for all rows, or is again large enough: everything is drawn anew. */
  #blank(): void {
    this.#write(CLEAR_SCREEN);
    this.#shown = null;
    this.#row = this.#top;
    this.#column = 0;
  }

  /** The terminal has laid out what it shows for another width: goes to where our first row is now, and forgets the rest. */
  #reflow(cols: number): void {
    const shown = this.#shown!;
    let before = 0;
    for (const [i, row] of shown.rows.entries()) {
      if (i === this.#row) break;
      before += row.hard ? Math.max(1, Math.ceil(row.width / cols)) * cols : row.width;
    }
    const above = Math.floor((before + this.#column) / cols);
    // Rows are erased one by one: a terminal may keep what is erased at a stroke from its first row on.
    this.#write(`${up(above)}\r`);
    this.#stale = true;
    this.#shown = null;
    this.#top = 0;
    this.#row = 0;
    this.#column = 0;
  }

  /** Writes what differs, up to row `end`. */
  #paint(next: Layout, end: number): void {
    const old = this.#shown?.rows ?? [];
    let r = this.#top;
    while (r < end && r < old.length && sameRow(next.rows[r]!, old[r])) r++;
    if (r === end && old.length <= end) return;
    let from = 0;
    if (r < end && r < old.length) {
      const a = next.rows[r]!.cells;
      const b = old[r]!.cells;
      while (from < a.length && from < b.length && a[from]!.text === b[from]!.text) from++;
    }
    // Behind a full row the cursor waits: it gets there by writing the last cell.
    const row = next.rows[r];
    if (row !== undefined && from > 0 && from === row.cells.length && row.width >= this.#cols) from--;
    const known = Math.max(old.length, this.#row + 1);
    if (from === 0 && r >= known && r > this.#top) {
      // A row that is not there yet comes into being behind the last cell of the one before.
      r--;
      from = Math.max(0, next.rows[r]!.cells.length - 1);
    }
    if (r >= end) {
      this.#move(end - 1, next.rows[end - 1]!.width);
      this.#eraseBelow(next.rows[end - 1]!, end - 1);
      return;
    }
    this.#move(
      r,
      next.rows[r]!.cells.slice(0, from).reduce((n, c) => n + c.width, 0),
    );
    this.#writeRows(next, r, from, end, old);
  }

  #writeRows(next: Layout, first: number, from: number, end: number, old: readonly Row[]): void {
    for (let r = first; r < end; r++) {
      const row = next.rows[r]!;
      const cells = r === first ? row.cells.slice(from) : row.cells;
      this.#write(cells.map((c) => c.text).join(''));
      this.#row = r;
      this.#column = row.width;
      const full = row.width >= this.#cols;
      if (r === end - 1) {
        if (old.length > end || this.#stale) this.#eraseBelow(row, r);
        else if (!full && (old[r]?.width ?? 0) > row.width) this.#write(ERASE_LINE);
        // The cursor waits behind a full row for the next character: it is put at the row's start.
        if (full) this.#write('\r');
        if (full) this.#column = 0;
        this.#stale = false;
        continue;
      }
      if (!full) this.#write(ERASE_LINE);
      const following = next.rows[r + 1]!;
      if (row.hard || following.cells.length === 0) this.#write(full && !row.hard ? ' \r' : '\r\n');
      else if (!full) this.#write('\r\n');
      this.#row = r + 1;
      this.#column = 0;
    }
  }

  #eraseBelow(row: Row, r: number): void {
    if (row.width < this.#cols) {
      this.#write(ERASE_BELOW);
      return;
    }
    this.#write(`\r${down(1)}${ERASE_BELOW}${up(1)}`);
    this.#row = r;
    this.#column = 0;
  }

  #move(row: number, column: number): void {
    if (row < this.#row) this.#write(up(this.#row - row));
    else this.#write(down(row - this.#row));
    if (column === this.#column - 1) this.#write('\b');
    else if (column !== this.#column) this.#write(column === 0 ? '\r' : `\r${right(column)}`);
    this.#row = row;
    this.#column = column;
  }

  /** Leaves the line: the cursor goes to the row below it. */
  finish(): void {
    this.leave();
    this.#write('\r\n');
  }

  /** Puts the cursor behind the last character, and what comes is no more this line's. */
  leave(): void {
    const shown = this.#shown;
    if (shown !== null) this.#move(shown.rows.length - 1, shown.rows.at(-1)!.width % this.#cols);
    this.forget();
  }

  /** Something else was written: the next `show` begins where the cursor is, at the start of a row. */
  forget(): void {
    this.#shown = null;
    this.#top = 0;
    this.#row = 0;
    this.#column = 0;
  }

  /** Empties the screen. */
  clear(): void {
    this.#write(CLEAR_SCREEN);
    this.forget();
  }
}
