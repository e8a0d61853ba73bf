/** A terminal of the kind that xterm is, as far as the shell makes use of it: bytes in, a screen to look at. */
import { charWidth } from '../../packages/core/src/user/shell/interactive/width.ts';

const TAB = 8;

export class Screen {
  readonly rows: number;
  readonly cols: number;
  row = 0;
  col = 0;
  bells = 0;
  /** Modes that are on, as `?2004`. */
  readonly modes = new Set<string>();
  /** A character was written into the last column: the next one begins a row. */
  #full = false;
  #cells: string[][];
  #rest = '';
  readonly #decoder = new TextDecoder();

  constructor(cols = 80, rows = 24) {
    this.cols = cols;
    this.rows = rows;
    this.#cells = Array.from({ length: rows }, () => this.#blank());
  }

  #blank(): string[] {
    return Array.from({ length: this.cols }, () => ' ');
  }

  /** The rows down to the last that is not empty, without blanks at their ends. */
  get text(): string {
    return this.#cells
      .map((row) => row.join('').trimEnd())
      .join('\n')
      .replace(/\n+$/, '');
  }

  get lines(): readonly string[] {
    return this.text.split('\n');
  }

  write(bytes: Uint8Array | string): void {
    this.#rest += typeof bytes === 'string' ? bytes : this.#decoder.decode(bytes, { stream: true });
    for (;;) {
      // eslint-disable-next-line no-control-regex
      const m = /^(?:\x1b\[([?>!]?)([\d;]*)([@-~])|\x1b\][^\x07]*\x07|\x1b[^[\]]|[^\x1b])/su.exec(this.#rest);
      if (m === null) return;
      this.#rest = this.#rest.slice(m[0].length);
      if (m[3] !== undefined) this.#csi(m[1]!, m[2]!, m[3]);
      else if (m[0] === '\x1bc') this.#csi('', '2', 'J');
      else if (!m[0].startsWith('\x1b')) this.#char(m[0]);
    }
  }

  #char(c: string): void {
    const code = c.codePointAt(0)!;
    if (c === '\r') {
      this.col = 0;
      this.#full = false;
    } else if (c === '\n') this.#down();
    else if (c === '\b') {
      this.col = Math.max(0, this.col - 1);
      this.#full = false;
    } else if (c === '\x07') this.bells++;
    else if (c === '\t') this.col = Math.min(this.cols - 1, this.col + TAB - (this.col % TAB));
    else if (code >= 32) this.#put(c, charWidth(code));
  }

  #put(c: string, width: number): void {
    const row = (): string[] => this.#cells[this.row]!;
    if (width === 0) {
      row()[Math.max(0, this.col - (this.#full ? 0 : 1))] += c;
      return;
    }
    if (this.#full || this.col + width > this.cols) {
      this.col = 0;
      this.#full = false;
      this.#down();
    }
    row()[this.col] = c;
    if (width === 2) row()[this.col + 1] = '';
    this.col += width;
    if (this.col >= this.cols) {
      this.col = this.cols - 1;
      this.#full = true;
    }
  }

  #down(): void {
    this.#full = false;
    if (this.row < this.rows - 1) this.row++;
    else {
      this.#cells.shift();
      this.#cells.push(this.#blank());
    }
  }

  #csi(mark: string, parameters: string, final: string): void {
    const [n = 0, m = 0] = parameters.split(';').map(Number);
    const count = Math.max(1, n);
    if (mark === '?') {
      if (final === 'h') this.modes.add(`?${n}`);
      else if (final === 'l') this.modes.delete(`?${n}`);
      return;
    }
    if (mark !== '') return;
    if (final !== 'm') this.#full = false;
    if (final === 'A') this.row = Math.max(0, this.row - count);
    else if (final === 'B') this.row = Math.min(this.rows - 1, this.row + count);
    else if (final === 'C') this.col = Math.min(this.cols - 1, this.col + count);
    else if (final === 'D') this.col = Math.max(0, this.col - count);
    else if (final === 'H') {
      this.row = Math.min(this.rows, count) - 1;
      this.col = Math.min(this.cols, Math.max(1, m)) - 1;
    } else if (final === 'K') this.#cells[this.row]!.fill(' ', n === 0 ? this.col : 0);
    else if (final === 'J') {
      const from = n === 0 ? this.row + 1 : 0;
      if (n === 0) this.#cells[this.row]!.fill(' ', this.col);
      for (let r = from; r < this.rows; r++) this.#cells[r] = this.#blank();
    }
  }
}
