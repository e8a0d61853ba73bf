/** How a prompt and a line lie on the rows of a terminal. */
import { charWidth } from './width.ts';

/** What stands in one place: a character with what combines with it, or with invisible sequences before it. */
export interface Cell {
  readonly text: string;
  readonly width: number;
}

export interface Row {
  readonly cells: Cell[];
  width: number;
  /** Ends with a newline, and not because the window does. */
  hard: boolean;
}

export interface Layout {
  readonly rows: readonly Row[];
  readonly cursorRow: number;
  readonly cursorColumn: number;
}

/** Around sequences of a prompt that take no room: `\[` and `\]`. */
export const INVISIBLE_START = '\x01';
export const INVISIBLE_END = '\x02';
const TAB = 8;

class Builder {
  readonly rows: Row[] = [{ cells: [], width: 0, hard: false }];
  readonly #cols: number;
  #invisible = '';

  constructor(cols: number) {
    this.#cols = cols;
  }

  get #row(): Row {
    return this.rows.at(-1)!;
  }

  /** Where the next cell would stand; a full row has no room. */
  position(width: number): { row: number; column: number } {
    if (this.#row.width + Math.max(1, width) > this.#cols) return { row: this.rows.length, column: 0 };
    return { row: this.rows.length - 1, column: this.#row.width };
  }

  invisible(text: string): void {
    this.#invisible += text;
  }

  put(text: string, width: number): void {
    if (width === 0) {
      this.#combine(text);
      return;
    }
    if (this.#row.width + width > this.#cols) this.rows.push({ cells: [], width: 0, hard: false });
    this.#row.cells.push({ text: this.#invisible + text, width });
    this.#row.width += width;
    this.#invisible = '';
  }

  /** Joins something without a width to what stands before it. */
  #combine(text: string): void {
    const last = this.#row.cells.pop();
    if (last === undefined) this.#invisible += text;
    else this.#row.cells.push({ text: last.text + text, width: last.width });
  }

  newline(): void {
    this.#row.hard = true;
    this.rows.push({ cells: [], width: 0, hard: false });
  }

  char(c: string): void {
    const code = c.codePointAt(0)!;
    if (c === '\n') this.newline();
    else if (c === '\t') {
      const n = TAB - (this.#row.width % TAB);
      for (let i = 0; i < n; i++) this.put(' ', 1);
    } else if (code < 32 || code === 127) {
      this.put('^', 1);
      this.put(String.fromCharCode(code ^ 64), 1);
    } else if (code >= 0x80 && code < 0xa0) this.put('?', 1);
    else if (code >= 0xdc80 && code <= 0xdcff) this.put('\ufffd', 1);
    else this.put(c, charWidth(code));
  }

  /** What is left over of invisible text goes with the last cell. */
  finish(): void {
    if (this.#invisible === '') return;
    const text = this.#invisible;
    this.#invisible = '';
    this.#combine(text);
  }
}

/**
 * Lays out a prompt (its last line) and a line behind it.
 * @param cursor index into `line`
 */
export function layOut(prompt: string, line: string, cursor: number, cols: number): Layout {
  const b = new Builder(Math.max(2, cols));
  let hidden = false;
  for (const c of prompt) {
    if (c === INVISIBLE_START) hidden = true;
    else if (c === INVISIBLE_END) hidden = false;
    else if (hidden) b.invisible(c);
    else b.char(c);
  }
  b.finish();
  let at: { row: number; column: number } | null = null;
  let i = 0;
  for (const c of line) {
    if (i === cursor) at = b.position(charWidth(c.codePointAt(0)!));
    b.char(c);
    i += c.length;
  }
  at ??= b.position(1);
  while (b.rows.length <= at.row) b.rows.push({ cells: [], width: 0, hard: false });
  return { rows: b.rows, cursorRow: at.row, cursorColumn: at.column };
}
