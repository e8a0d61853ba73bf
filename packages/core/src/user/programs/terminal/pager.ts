/** The state of a pager: where it is in its text, what keys do, what the screen shows. */
import { REGCOMP_EXTENDED } from '../../../lib/regex/dialect.ts';
import { RegexError } from '../../../lib/regex/pattern.ts';
import { compilePosix } from '../../../lib/regex/posix.ts';
import type { Regex } from '../../../lib/regex/regex.ts';
import type { Key } from '../../shell/interactive/keys.ts';
import { charWidth } from '../../shell/interactive/width.ts';

export interface PagerOptions {
  /** Long lines are cut, not wrapped. */
  readonly chop: boolean;
  readonly numbers: boolean;
  readonly ignoreCase: boolean;
}

const REVERSE = '\x1b[7m';
const PLAIN = '\x1b[27m';
const NUMBER_WIDTH = 8;
const TAB = 8;

/** A row of the screen: part of a line. */
interface Row {
  readonly text: string;
  readonly line: number;
}

const printable = (c: string): string => {
  const code = c.codePointAt(0)!;
  return code < 32 || code === 127 ? `^${String.fromCharCode(code ^ 64)}` : c;
};

/** Cuts a line into rows of a width. Colour sequences take no room. */
function wrap(line: string, cols: number, chop: boolean): string[] {
  const rows: string[] = [];
  let row = '';
  let width = 0;
  for (const m of line.matchAll(/\x1b\[[\d;]*m|[^]/gu)) {
    const sequence = m[0].length > 1 && m[0].startsWith('\x1b[');
    const text = m[0] === '\t' ? ' '.repeat(TAB - (width % TAB)) : sequence ? m[0] : printable(m[0]);
    const w = sequence ? 0 : text.length > 1 && m[0].length === 1 ? text.length : charWidth(m[0].codePointAt(0)!);
    if (width + w > cols) {
      if (chop) return [`${row.slice(0, -1)}${REVERSE}>${PLAIN}`];
      rows.push(row);
      row = '';
      width = 0;
    }
    row += text;
    width += w;
  }
  return [...rows, row];
}

export class Pager {
  /** All of the text is there. */
  ended = false;
  done = false;
  readonly #lines: readonly string[];
  readonly #options: PagerOptions;
  readonly #window: () => { readonly rows: number; readonly cols: number };
  /** Line at the top of the screen, and which of its rows. */
  #top = 0;
  #part = 0;
  /** Goes to the end once that is there. */
  #toEnd = false;
  /** Nothing was drawn yet: a short text stands at the bottom. */
  #first = true;
  /** A search that is being typed: `/` or `?` and the pattern. */
  #typing: string | null = null;
  #pattern: Regex | null = null;
  #backwards = false;
  #message = '';
  #number = '';

  constructor(
    lines: readonly string[],
    options: PagerOptions,
    window: () => { readonly rows: number; readonly cols: number },
  ) {
    this.#lines = lines;
    this.#options = options;
    this.#window = window;
  }

  /** Rows for the text. */
  get #height(): number {
    return Math.max(1, this.#window().rows - 1);
  }

  /** So many lines are needed to go on. */
  get wants(): number {
    return this.#toEnd || this.#searching ? Infinity : this.#top + this.#height + 1;
  }
  #searching = false;

  redraw(): void {
    this.#first = false;
    this.#message = '';
  }

  #rowsOf(n: number): string[] {
    const { cols } = this.#window();
    const width = this.#options.numbers ? cols - NUMBER_WIDTH : cols;
    const rows = wrap(this.#lines[n]!, Math.max(1, width), this.#options.chop);
    if (!this.#options.numbers) return rows;
    const number = `${String(n + 1).padStart(NUMBER_WIDTH - 1)} `;
    return rows.map((r) => number + r);
  }

  /** The rows from the top of the screen on. */
  #page(): { readonly rows: readonly Row[]; readonly atEnd: boolean } {
    const rows: Row[] = [];
    const height = this.#height;
    for (let n = this.#top; n < this.#lines.length; n++) {
      const parts = this.#rowsOf(n);
      for (let i = n === this.#top ? this.#part : 0; i < parts.length; i++) {
        if (rows.length === height) return { rows, atEnd: false };
        rows.push({ text: parts[i]!, line: n });
      }
    }
    return { rows, atEnd: this.ended };
  }

  /** Moves by rows; does not leave the text. */
  #scroll(by: number): void {
    for (let i = 0; i < Math.abs(by); i++) {
      if (by < 0) {
        if (this.#part > 0) this.#part--;
        else if (this.#top > 0) {
          this.#top--;
          this.#part = this.#rowsOf(this.#top).length - 1;
        } else return;
      } else {
        const { rows, atEnd } = this.#page();
        if (atEnd || rows.length < this.#height) return;
        if (this.#part + 1 < this.#rowsOf(this.#top).length) this.#part++;
        else {
          this.#top++;
          this.#part = 0;
        }
      }
    }
  }

  #end(): void {
    this.#top = Math.max(0, this.#lines.length - 1);
    this.#part = Math.max(0, this.#lines.length === 0 ? 0 : this.#rowsOf(this.#top).length - 1);
    this.#scroll(1 - this.#height);
  }

  press(key: Key): void {
    this.#message = '';
    if (this.#typing !== null) return this.#typeSearch(key);
    if (/^\d$/.test(key.name)) {
      this.#number += key.name;
      return;
    }
    const count = this.#number === '' ? null : Number(this.#number);
    this.#number = '';
    const page = this.#height;
    switch (key.name) {
      case 'q':
      case 'Q':
      case ':':
        this.done = key.name !== ':';
        return;
      case ' ':
      case 'f':
      case 'C-f':
      case 'C-v':
      case 'PageDown':
        return this.#scroll(count ?? page);
      case 'b':
      case 'C-b':
      case 'PageUp':
      case 'M-v':
        return this.#scroll(-(count ?? page));
      case 'd':
      case 'C-d':
        return this.#scroll(count ?? page >> 1);
      case 'u':
      case 'C-u':
        return this.#scroll(-(count ?? page >> 1));
      case 'RET':
      case 'C-j':
      case 'j':
      case 'e':
      case 'C-n':
      case 'Down':
        return this.#scroll(count ?? 1);
      case 'k':
      case 'y':
      case 'C-p':
      case 'Up':
        return this.#scroll(-(count ?? 1));
      case 'g':
      case '<':
      case 'Home':
        this.#top = Math.max(0, Math.min((count ?? 1) - 1, this.#lines.length - 1));
        this.#part = 0;
        return;
      case 'G':
      case '>':
      case 'End':
        this.#toEnd = true;
        return;
      case '/':
      case '?':
        this.#typing = key.name;
        return;
      case 'n':
        return this.#find(this.#backwards);
      case 'N':
        return this.#find(!this.#backwards);
      case 'C-c':
        this.#toEnd = false;
        this.#searching = false;
        return;
      default:
    }
  }

  #typeSearch(key: Key): void {
    const typed = this.#typing!;
    if (key.name === 'C-c' || key.name === 'C-g') this.#typing = null;
    else if (key.name === 'DEL') this.#typing = typed.length === 1 ? null : typed.slice(0, -1);
    else if (key.name === 'C-u') this.#typing = typed[0]!;
    else if (key.name !== 'RET' && key.name !== 'C-j') {
      if (key.name === key.text || key.name === 'paste') this.#typing = typed + key.text;
    } else {
      this.#typing = null;
      this.#backwards = typed.startsWith('?');
      const text = typed.slice(1);
      if (text !== '') {
        try {
          this.#pattern = compilePosix(text, REGCOMP_EXTENDED, { ignoreCase: this.#options.ignoreCase });
        } catch (e) {
          if (!(e instanceof RegexError)) throw e;
          this.#message = 'Invalid pattern';
          return;
        }
      }
      this.#find(this.#backwards);
    }
  }

  /** Goes to the next line that the pattern matches. */
  #find(backwards: boolean): void {
    if (this.#pattern === null) {
      this.#message = 'No previous regular expression';
      return;
    }
    const step = backwards ? -1 : 1;
    for (let n = this.#top + step; n >= 0 && n < this.#lines.length; n += step) {
      if (!this.#pattern.test(this.#lines[n]!)) continue;
      this.#top = n;
      this.#part = 0;
      this.#searching = false;
      return;
    }
    // What is not read yet may have it.
    this.#searching = !backwards && !this.ended;
    if (!this.#searching) this.#message = 'Pattern not found  (press RETURN)';
  }

  #marked(text: string): string {
    if (this.#pattern === null) return text;
    let out = '';
    let at = 0;
    for (let m = this.#pattern.find(text); m !== null && m.end > m.index; m = this.#pattern.find(text, m.end)) {
      out += `${text.slice(at, m.index)}${REVERSE}${text.slice(m.index, m.end)}${PLAIN}`;
      at = m.end;
    }
    return out + text.slice(at);
  }

  /** The bytes that bring the screen up to date. */
  draw(): string {
    if (this.#searching) this.#find(false);
    if (this.#toEnd && this.ended) {
      this.#end();
      this.#toEnd = false;
    }
    const { rows, atEnd } = this.#page();
    const shown = rows.map((r) => `\x1b[K${this.#marked(r.text)}\x1b[m`);
    if (this.#first && atEnd) while (shown.length < this.#height) shown.unshift('\x1b[K');
    else if (rows.length > 0) this.#first = false;
    while (shown.length < this.#height) shown.push(this.ended ? '\x1b[K~' : '\x1b[K');
    return `\x1b[H${shown.join('\r\n')}\r\n\x1b[K${this.#status(atEnd)}`;
  }

  #status(atEnd: boolean): string {
    if (this.#typing !== null) return this.#typing;
    if (this.#message !== '') return `${REVERSE}${this.#message}${PLAIN}`;
    if (this.#number !== '') return `:${this.#number}`;
    if (atEnd) return `${REVERSE}(END)${PLAIN}`;
    return this.ended || this.#lines.length > this.#top + this.#height ? ':' : '';
  }
}
