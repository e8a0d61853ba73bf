/** The text being edited: a cursor, cutting and pasting, taking back. */
import { KillRing } from './kill-ring.ts';
import { nextChar, previousChar } from './width.ts';

interface Snapshot {
  readonly text: string;
  readonly cursor: number;
}

const isWordChar = (c: string): boolean => /[\p{L}\p{N}]/u.test(c);
/** Changes that can be taken back. */
const UNDO_MAX = 500;

export class EditLine {
  text = '';
  cursor = 0;
  readonly kills: KillRing = new KillRing();
  #undo: Snapshot[] = [];
  #typing = false;

  /** Begins a new line. */
  reset(text = ''): void {
    this.text = text;
    this.cursor = text.length;
    this.#undo = [];
    this.#typing = false;
  }

  /** Notes how it is before a change; typed characters are one change. */
  save(typing = false): void {
    if (!(typing && this.#typing)) {
      this.#undo.push({ text: this.text, cursor: this.cursor });
      if (this.#undo.length > UNDO_MAX) this.#undo.shift();
    }
    this.#typing = typing;
  }

  /** @returns whether there was something to take back */
  undo(): boolean {
    const last = this.#undo.pop();
    this.#typing = false;
    if (last === undefined) return false;
    this.text = last.text;
    this.cursor = last.cursor;
    return true;
  }

  /** Takes back everything. */
  revert(): void {
    while (this.undo());
  }

  insert(text: string, typing = false): void {
    this.save(typing);
    this.text = this.text.slice(0, this.cursor) + text + this.text.slice(this.cursor);
    this.cursor += text.length;
  }

  /** Replaces a part; the cursor goes behind what is new. */
  replace(from: number, to: number, text: string): void {
    this.save();
    this.text = this.text.slice(0, from) + text + this.text.slice(to);
    this.cursor = from + text.length;
  }

  next(): number {
    return nextChar(this.text, this.cursor);
  }

  previous(): number {
    return previousChar(this.text, this.cursor);
  }

  /** End of the word at or behind `i`. */
  wordEnd(i: number = this.cursor): number {
    let at = i;
    while (at < this.text.length && !isWordChar(this.#charAt(at))) at = nextChar(this.text, at);
    while (at < this.text.length && isWordChar(this.#charAt(at))) at = nextChar(this.text, at);
    return at;
  }

  /** Start of the word at or before `i`. */
  wordStart(i: number = this.cursor): number {
    let at = i;
    const before = (): string => this.#charAt(previousChar(this.text, at));
    while (at > 0 && !isWordChar(before())) at = previousChar(this.text, at);
    while (at > 0 && isWordChar(before())) at = previousChar(this.text, at);
    return at;
  }

  /** Start of the word before the cursor, where words are separated by blanks. */
  blankWordStart(): number {
    let at = this.cursor;
    while (at > 0 && /\s/.test(this.text[at - 1]!)) at--;
    while (at > 0 && !/\s/.test(this.text[at - 1]!)) at--;
    return at;
  }

  #charAt(i: number): string {
    const code = this.text.codePointAt(i);
    return code === undefined ? '' : String.fromCodePoint(code);
  }

  /** Removes a part without keeping it. */
  delete(from: number, to: number): void {
    if (from === to) return;
    this.save();
    this.text = this.text.slice(0, from) + this.text.slice(to);
    this.cursor = from;
  }

  /** Cuts a part out. @param again the command before was a cut as well */
  kill(from: number, to: number, again: boolean): void {
    const forward = from === this.cursor;
    this.kills.kill(this.text.slice(from, to), again ? (forward ? 'append' : 'prepend') : 'new');
    this.delete(from, to);
  }

  /** Changes the letters of the word behind the cursor. */
  changeWord(change: (word: string) => string): void {
    const end = this.wordEnd();
    this.replace(this.cursor, end, change(this.text.slice(this.cursor, end)));
  }

  /** Swaps the characters around the cursor. @returns false where there are none */
  transposeChars(): boolean {
    if (this.cursor === 0 || this.text.length < 2) return false;
    const at = this.cursor === this.text.length ? this.previous() : this.cursor;
    const from = previousChar(this.text, at);
    const to = nextChar(this.text, at);
    this.replace(from, to, this.text.slice(at, to) + this.text.slice(from, at));
    return true;
  }

  /** Swaps the word at the cursor with the one before. */
  transposeWords(): boolean {
    const end2 = this.wordEnd();
    const start2 = this.wordStart(end2);
    const start1 = this.wordStart(start2);
    const end1 = this.wordEnd(start1);
    if (start1 === start2 || end1 > start2) return false;
    const { text } = this;
    this.replace(start1, end2, text.slice(start2, end2) + text.slice(end1, start2) + text.slice(start1, end1));
    return true;
  }
}
