/** The history of a shell: which lines it takes, and where they are kept. */
import { SystemError } from '../../../syscall/index.ts';
import type { Shell } from '../shell.ts';
import { nowSeconds } from './prompt.ts';
import { History, type HistoryStore, wanted } from './history.ts';

/** A store in a file of the machine: HISTFILE. */
export class FileStore implements HistoryStore {
  readonly #sh: Shell;
  readonly #path: string;

  constructor(sh: Shell, path: string) {
    this.#sh = sh;
    this.#path = path;
  }

  load(): readonly string[] {
    try {
      return this.#sh.fs
        .readText(this.#path)
        .split('\n')
        .filter((l) => l !== '');
    } catch (e) {
      if (e instanceof SystemError) return [];
      throw e;
    }
  }

  append(lines: readonly string[]): void {
    this.replace([...this.load(), ...lines]);
  }

  replace(lines: readonly string[]): void {
    try {
      this.#sh.fs.writeFile(this.#path, lines.map((l) => `${l}\n`).join(''));
    } catch (e) {
      if (!(e instanceof SystemError)) throw e;
    }
  }
}

/** Several lines of one command as one. @see bash's cmdhist */
export function joinLines(lines: readonly string[]): string {
  let text = lines[0] ?? '';
  for (const line of lines.slice(1)) {
    // What stands between them must leave the command what it is: a semicolon where one may stand.
    const open = hasOpenQuote(text);
    if (text.endsWith('\\') && !open) text = text.slice(0, -1) + line;
    else if (open || text.includes('<<')) text += `\n${line}`;
    else text += (breaks(text) ? ' ' : '; ') + line.trimStart();
  }
  return text;
}

/** Whether a quote is open at the end: then a newline belongs to the text. */
function hasOpenQuote(text: string): boolean {
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === '\\' && quote !== "'") i++;
    else if (quote !== '') quote = c === quote ? '' : quote;
    else if (c === "'" || c === '"') quote = c;
    else if (c === '#' && (i === 0 || /\s/.test(text[i - 1]!))) {
      const end = text.indexOf('\n', i);
      if (end < 0) return false;
      i = end;
    }
  }
  return quote !== '';
}

/** Whether no semicolon may stand behind the text. */
const breaks = (text: string): boolean =>
  /(?:^|[\s;&|(){}])(?:do|then|else|elif|if|while|until|in|\{|!|case)\s*$|[;&|(]\s*$|\)\s*$|\(\)\s*\{?\s*$/.test(text);

export class Recorder {
  readonly #sh: Shell;
  readonly #given: HistoryStore | null;

  constructor(sh: Shell, store: HistoryStore | null) {
    this.#sh = sh;
    this.#given = store;
    sh.history = new History();
  }

  /** Where the lines are kept now; null when HISTFILE is unset or empty. */
  get store(): HistoryStore | null {
    const path = this.#sh.vars.get('HISTFILE') ?? '';
    if (path === '') return null;
    return this.#given ?? new FileStore(this.#sh, path);
  }

  start(): void {
    const sh = this.#sh;
    const { vars } = sh;
    if (vars.get('HISTFILE') === undefined) vars.set('HISTFILE', `${vars.get('HOME') ?? ''}/.bash_history`);
    for (const name of ['HISTSIZE', 'HISTFILESIZE']) if (vars.get(name) === undefined) vars.set(name, '500');
    sh.options.history = true;
    sh.options.histexpand = true;
    sh.history!.keep(vars.get('HISTSIZE'));
    sh.history!.load(this.store?.load() ?? [], nowSeconds(sh));
    sh.historyStore = () => this.store;
  }

  /** Notes a command. With a store of the host it is kept at once, so that nothing is lost when the machine ends. */
  add(buffer: string): void {
    const sh = this.#sh;
    const history = sh.history!;
    if (!sh.options.history) return;
    const lines = buffer.replace(/\n$/, '').split('\n');
    const text = sh.shopts['cmdhist'] === true ? joinLines(lines) : lines.join('\n');
    if (text.trim() === '') return;
    history.keep(sh.vars.get('HISTSIZE'));
    if (!wanted(history, text, sh.vars.get('HISTCONTROL') ?? '')) return;
    history.add(text, nowSeconds(sh));
    if (this.#given === null) return;
    this.store?.append([text]);
    history.unwritten = 0;
  }

  /** The shell ends: what is not written is. */
  finish(): void {
    const history = this.#sh.history!;
    if (history.unwritten === 0) return;
    this.store?.append(history.lines.slice(-history.unwritten));
    history.unwritten = 0;
  }
}
