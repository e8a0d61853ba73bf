/** Putting completions into the line, or listing them, as readline does. */
import type { Window } from './display.ts';
import type { Editor } from './editor.ts';
import type { Key } from './keys.ts';
import { textWidth } from './width.ts';

/** What could stand at the cursor. */
export interface Completion {
  /** Where the word begins that is replaced. */
  readonly from: number;
  /** Whole words, quoted as the line needs them. */
  readonly candidates: readonly Candidate[];
}

export interface Candidate {
  readonly text: string;
  /** What a list shows: without the directory. */
  readonly label: string;
  /** What follows when it is the only one: a blank, a slash, a closing quote. */
  readonly suffix: string;
}

export type Completer = (line: string, cursor: number) => Completion;

/** More candidates than this are listed only on request. @see completion-query-items */
const QUERY_ITEMS = 100;

function commonPrefix(words: readonly string[]): string {
  let prefix = words[0] ?? '';
  for (const word of words) {
    let n = 0;
    while (n < prefix.length && n < word.length && prefix[n] === word[n]) n++;
    prefix = prefix.slice(0, n);
  }
  return prefix;
}

/**
 * Completes the word at the cursor.
 * @param list whether an ambiguous word is to be listed, @param at_once without putting anything in
 * @returns the list to show, or null
 */
export function completeAt(e: Editor, list: boolean, atOnce: boolean): CompletionList | null {
  const { line } = e;
  const { from, candidates } = e.port.complete(line.text, line.cursor);
  if (candidates.length === 0) {
    e.bell();
    return null;
  }
  const only = candidates.length === 1 ? candidates[0]! : null;
  const word = line.text.slice(from, line.cursor);
  if (!atOnce) {
    if (only !== null) {
      line.replace(from, line.cursor, only.text + (line.text.startsWith(only.suffix, line.cursor) ? '' : only.suffix));
      return null;
    }
    const prefix = commonPrefix(candidates.map((c) => c.text));
    if (prefix.length > word.length || (prefix.length > 0 && !prefix.startsWith(word))) {
      line.replace(from, line.cursor, prefix);
      e.bell();
      return null;
    }
  }
  if (!list) {
    e.bell();
    return null;
  }
  return new CompletionList(candidates.map((c) => c.label));
}

/** The lines of a list in columns, read downwards. @see rl_display_match_list */
export function columns(words: readonly string[], cols: number): string[] {
  const widest = words.reduce((n, w) => Math.max(n, textWidth(w)), 0) + 2;
  let across = Math.floor(cols / widest);
  if (across !== 1 && across * widest === cols) across--;
  if (across < 1) across = 1;
  const down = Math.ceil(words.length / across);
  const out: string[] = [];
  for (let r = 0; r < down; r++) {
    let text = '';
    for (let i = r; i < words.length; i += down) {
      const word = words[i]!;
      text += i + down < words.length ? word + ' '.repeat(widest - textWidth(word)) : word;
    }
    out.push(text);
  }
  return out;
}

/** A list of candidates on its way to the screen: it may ask first, and stops at each page. */
export class CompletionList {
  readonly #words: readonly string[];
  #lines: readonly string[] | null = null;
  #at = 0;
  #asked = false;

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  /** Goes on. @param key the answer to its question, null at first. @returns whether it waits for a key */
  step(key: Key | null, write: (text: string) => void, window: Window): boolean {
    if (this.#lines === null) {
      if (!this.#asked && this.#words.length >= QUERY_ITEMS) {
        this.#asked = true;
        write(`Display all ${this.#words.length} possibilities? (y or n)`);
        return true;
      }
      if (this.#asked && key !== null) {
        if (['n', 'N', 'DEL', 'C-g'].includes(key.name)) {
          write('\r\n');
          return false;
        }
        if (!['y', 'Y', ' '].includes(key.name)) return true;
        write('\r\n');
      }
      this.#lines = columns(this.#words, window.cols);
      return this.#page(window.rows - 1, write);
    }
    write('\r\x1b[K');
    if (key === null || ['q', 'Q', 'n', 'N', 'DEL', 'C-g'].includes(key.name)) return false;
    return this.#page(key.name === 'RET' ? 1 : window.rows - 1, write);
  }

  /** Writes some lines. @returns whether more are left */
  #page(count: number, write: (text: string) => void): boolean {
    const lines = this.#lines!;
    const to = Math.min(lines.length, this.#at + Math.max(1, count));
    for (; this.#at < to; this.#at++) write(`${lines[this.#at]}\r\n`);
    if (this.#at >= lines.length) return false;
    write('--More--');
    return true;
  }
}
