/** Line editing as readline's emacs mode has it: keys in, a screen and finished lines out. @see readline(3) */
import { COMMANDS } from './commands.ts';
import { CompletionList, type Completer, completeAt } from './completing.ts';
import { Display, type Window } from './display.ts';
import { type Key, KeyReader } from './keys.ts';
import { INVISIBLE_END, INVISIBLE_START } from './layout.ts';
import { EditLine } from './line.ts';
import { Search } from './search.ts';

/** What the editor has around it. */
export interface EditorPort {
  write(text: string): void;
  window(): Window;
  /** Lines typed before, oldest first. */
  history(): readonly string[];
  readonly complete: Completer;
}

/** What became of the line: it is done, or the input ended. */
export type Edited = { readonly line: string } | 'eof';

/** What was done last, for the commands that go on with it. */
export type Doing = 'other' | 'typing' | 'kill' | 'yank' | 'complete' | 'yank-arg';

const BEL = '\x07';
const ESC = 27;

export class Editor {
  readonly port: EditorPort;
  readonly display: Display;
  readonly line: EditLine = new EditLine();
  last: Doing = 'other';
  doing: Doing = 'other';
  /** Numeric argument, null without. */
  argument: number | null = null;
  /** Set by a command that ends the line. */
  result: Edited | null = null;
  /** How often M-. was pressed, and where what it put in begins. */
  yankArg: { back: number; from: number } = { back: 0, from: 0 };
  /** Number of the history line that the next prompt begins with (C-o), or null. */
  queued: number | null = null;
  /** Lines of history as they were changed, by index; the line being typed is behind the last. */
  readonly #changed: Map<number, string> = new Map();
  #index = 0;
  readonly #keys: KeyReader = new KeyReader();
  #prompt = '';
  #search: Search | null = null;
  #echo = true;
  #beforeSearch: { text: string; cursor: number; index: number } | null = null;
  #lastSearch = '';
  #quoting = false;
  #list: CompletionList | null = null;
  /** Digits of a numeric argument as they are typed. */
  #digits: string | null = null;

  constructor(port: EditorPort) {
    this.port = port;
    this.display = new Display(
      (text) => port.write(text),
      () => port.window(),
    );
  }

  /**
   * Begins a line.
   * @param prompt with \x01 and \x02 around what takes no room; all but its last line is written at once.
   * @param text what the line begins with. @param echo shows what is typed
   */
  start(prompt: string, text = '', echo = true): void {
    const cut = prompt.lastIndexOf('\n') + 1;
    const above = prompt.slice(0, cut).replaceAll(INVISIBLE_START, '').replaceAll(INVISIBLE_END, '');
    this.port.write(above.replaceAll('\n', '\r\n'));
    this.#prompt = prompt.slice(cut);
    this.#changed.clear();
    this.#index = this.port.history().length;
    this.result = null;
    this.last = 'other';
    this.argument = null;
    this.#search = null;
    this.#quoting = false;
    this.#list = null;
    this.#digits = null;
    this.#keys.reset();
    this.line.reset(text);
    this.#echo = echo;
    this.display.forget();
    if (this.queued !== null) {
      this.historyTo(this.queued);
      this.queued = null;
    }
    this.refresh();
  }

  /** A byte from the terminal. @returns whether the screen is to be refreshed */
  feed(byte: number): boolean {
    if (this.#quoting) {
      this.#quoting = false;
      this.line.insert(String.fromCharCode(byte));
      return true;
    }
    // ESC ends a search at once; it may still be the beginning of another key.
    if (this.#search !== null && byte === ESC && this.#keys.idle) this.#endSearch();
    const key = this.#keys.feed(byte);
    if (key === null) return byte === ESC;
    if (this.#list !== null) {
      this.#answerList(key);
      return this.#list === null;
    }
    if (this.#search !== null && this.#searchKey(key)) return true;
    this.#press(key);
    return this.#list === null;
  }

  /** The window or what else is on the screen has changed. */
  refresh(): void {
    const { text, cursor } = this.line;
    const prompt = this.#search?.prompt ?? (this.#digits === null ? this.#prompt : `(arg: ${this.#digits}) `);
    this.#show(prompt, text, cursor);
  }

  #show(prompt: string, text: string, cursor: number): void {
    this.display.show(prompt, this.#echo ? text : '', this.#echo ? cursor : 0);
  }

  bell(): void {
    this.port.write(BEL);
  }

  /** ESC was pressed, alone or as the beginning of a key. */
  get escaped(): boolean {
    return this.#keys.escaped;
  }

  /** Nothing followed on ESC. */
  dropEscape(): void {
    this.#keys.reset();
  }

  quoteNext(): void {
    this.#quoting = true;
  }

  #press(key: Key): void {
    if (this.#digit(key)) return;
    this.doing = 'other';
    const command = COMMANDS[key.name];
    if (command !== undefined) {
      const times = command.repeats === true ? Math.max(1, Math.min(this.argument ?? 1, 1000)) : 1;
      for (let i = 0; i < times && this.result === null; i++) command.run(this, key);
    } else if (key.name === 'paste') this.line.insert(key.text);
    else if (key.name === key.text) {
      this.line.insert(key.text.repeat(Math.max(1, Math.min(this.argument ?? 1, 1000))), true);
      this.doing = 'typing';
    } else this.bell();
    this.argument = null;
    this.last = this.doing;
  }

  /** M-0 … M-9 and M--: a numeric argument. */
  #digit(key: Key): boolean {
    const m = /^M-([0-9-])$/.exec(key.name);
    if (m !== null && (this.#digits === null || m[1] !== '-')) this.#digits = (this.#digits ?? '') + m[1];
    else if (this.#digits !== null && /^\d$/.test(key.name)) this.#digits += key.name;
    else {
      if (this.#digits !== null) this.argument = this.#digits === '-' ? -1 : Number(this.#digits);
      this.#digits = null;
      return false;
    }
    return true;
  }

  // ---- history

  get index(): number {
    return this.#index;
  }

  /** Goes to a line of the history, by index; what was typed stays where it was typed. @returns whether there is one */
  historyTo(index: number): boolean {
    const lines = this.port.history();
    if (index < 0 || index > lines.length || index === this.#index) return false;
    this.#changed.set(this.#index, this.line.text);
    this.#index = index;
    this.line.reset(this.#changed.get(index) ?? lines[index] ?? '');
    return true;
  }

  // ---- search

  startSearch(backwards: boolean): void {
    const lines = [...this.port.history()];
    this.#changed.set(this.#index, this.line.text);
    for (const [i, text] of this.#changed) lines[i] = text;
    this.#beforeSearch = { text: this.line.text, cursor: this.line.cursor, index: this.#index };
    this.#search = new Search(lines, this.#index, this.line.cursor, backwards);
  }

  /** @returns whether the key was the search's; if not, the search is over and the key is a command. */
  #searchKey(key: Key): boolean {
    const search = this.#search!;
    const before = this.#beforeSearch!;
    switch (key.name) {
      case 'C-r':
      case 'C-s':
        search.again(key.name === 'C-r', this.#lastSearch);
        break;
      case 'DEL':
      case 'C-h':
        if (!search.back()) this.bell();
        break;
      case 'C-g':
        this.#endSearch();
        this.#index = before.index;
        this.line.reset(before.text);
        this.line.cursor = before.cursor;
        this.bell();
        return true;
      default:
        if (key.name === 'paste' || key.name === key.text) search.add(key.text);
        else {
          this.#endSearch();
          return key.name === 'C-j' || key.name === 'unknown';
        }
    }
    if (search.failed) this.bell();
    this.#index = search.index;
    this.line.text = search.line;
    this.line.cursor = search.at;
    return true;
  }

  #endSearch(): void {
    const search = this.#search!;
    if (search.text !== '') this.#lastSearch = search.text;
    const { text, cursor } = this.line;
    this.#search = null;
    this.line.reset(text);
    this.line.cursor = cursor;
  }

  // ---- completion

  /** @param show lists at once what there is */
  complete(show: boolean): void {
    const again = this.last === 'complete';
    this.doing = 'complete';
    const list = completeAt(this, again || show, show);
    if (list === null) return;
    this.refresh();
    this.display.leave();
    this.port.write('\r\n');
    this.#list = list;
    this.#continueList(null);
  }

  #answerList(key: Key): void {
    this.#continueList(key);
  }

  #continueList(key: Key | null): void {
    if (this.#list!.step(key, (text) => this.port.write(text), this.port.window())) return;
    this.#list = null;
    this.display.forget();
  }

  // ---- the end of a line

  accept(): void {
    this.#changed.set(this.#index, this.line.text);
    this.#show(this.#prompt, this.line.text, this.line.text.length);
    this.display.finish();
    this.result = { line: this.line.text };
  }

  endOfFile(): void {
    this.display.leave();
    this.result = 'eof';
  }

  /** Ctrl-C: what was typed stays on the screen, behind it `^C`. */
  interrupt(): void {
    this.#search = null;
    this.#list = null;
    this.#show(this.#prompt, this.line.text, this.line.text.length);
    this.display.leave();
    this.port.write('^C\r\n');
    this.#keys.reset();
  }
}
