/** A terminal that a document is played on: what is typed, what is shown, whether a shell waits for more. */
import { concatBytes, utf8Decode, utf8Encode } from '../../lib/text.ts';
import type { Pollable } from '../../syscall/index.ts';
import { POLLIN } from '../../uapi/socket.ts';
import { ECHO, OPOST } from '../../uapi/termios.ts';
import { SIGHUP } from '../../uapi/signal.ts';
import { type Process, type System, type Tty, TtyFile } from '../../user/process/index.ts';

/** Ends a prompt; between two of them stands the last command's status. No program prints it. */
const MARK = '\u001e';
/** The prompt for the rest of a command that is not complete. */
const MORE = '\u001f';
const CTRL_C = '\u0003';
const CTRL_BACKSLASH = '\u001c';

const SHELLS: ReadonlySet<string> = new Set(['bash', 'sh', 'dash', 'ash', 'zsh']);
/** Characters of a command's output that are kept; of what is more the end, where a prompt is. */
const KEPT = 1 << 20;
const TAIL = 1 << 10;
/** A prompt of a shell that does not know ours: a login shell has a clean environment. */
const OTHER_PROMPT = /(?:^|\n)[^\n]*[#$] $/;

/**
 * What the terminal waits for: a command; the rest of one; input for a program. `busy`: for nothing, something runs. `over`:
 * its shell has ended.
 */
export type StageState = 'prompt' | 'more' | 'input' | 'busy' | 'over';

/** Something on some stage happened. */
export class News implements Pollable {
  #waiters: readonly (() => void)[] = [];
  #fresh = false;

  tell(): void {
    this.#fresh = true;
    for (const waiter of this.#waiters) waiter();
  }

  /** Whether there was any since the last time. */
  take(): boolean {
    const fresh = this.#fresh;
    this.#fresh = false;
    return fresh;
  }

  poll(): number {
    return this.#fresh ? POLLIN : 0;
  }

  addWaiter(waiter: () => void): void {
    this.#waiters = [...this.#waiters, waiter];
  }

  removeWaiter(waiter: () => void): void {
    this.#waiters = this.#waiters.filter((w) => w !== waiter);
  }
}

export class Stage {
  readonly #system: System;
  readonly #tty: Tty;
  readonly #shell: Process;
  /** The beginning of a character whose end has not come yet. */
  #cut: Uint8Array = new Uint8Array();
  /** What was shown since the last command was typed, prompts included. */
  #shown = '';
  /** Behind what is kept, its last characters; how many there were. */
  #tail = '';
  #printed = 0;
  #over = false;

  /** @param start starts an interactive shell on the terminal */
  constructor(
    system: System,
    start: (tty: Tty, fds: readonly TtyFile[], env: ReadonlyMap<string, string>) => Process,
    news: News,
  ) {
    this.#system = system;
    this.#tty = system.terminals.open({
      attended: false,
      rows: 50,
      cols: 200,
      output: (bytes) => {
        this.#print(this.#decode(bytes));
        news.tell();
      },
    });
    const { termios } = this.#tty;
    this.#tty.setTermios({ ...termios, lflag: termios.lflag & ~ECHO, oflag: termios.oflag & ~OPOST });
    const env = new Map([
      ['TERM', 'dumb'],
      ['PS1', `${MARK}$?${MARK}`],
      ['PS2', MORE],
    ]);
    const file = (): TtyFile => new TtyFile(this.#tty);
    this.#shell = start(this.#tty, [file(), file(), file()], env);
    void system.waitExit(this.#shell).then(() => {
      this.#over = true;
      news.tell();
    });
  }

  #print(text: string): void {
    this.#printed += text.length;
    if (this.#shown.length + text.length <= KEPT && this.#tail === '') this.#shown += text;
    else this.#tail = (this.#tail + text).slice(-TAIL);
  }

  /** Characters that were printed since the last command was typed. */
  get printed(): number {
    return this.#printed;
  }

  /** The end of what is shown. */
  get #end(): string {
    return this.#tail === '' ? this.#shown : this.#tail;
  }

  #decode(bytes: Uint8Array): string {
    const all = concatBytes([this.#cut, bytes]);
    let end = all.length;
    while (end > 0 && all.length - end < 4 && (all[end - 1]! & 0xc0) === 0x80) end--;
    const lead = end > 0 ? all[end - 1]! : 0;
    const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 0;
    const whole = length > all.length - end + 1 ? end - 1 : all.length;
    this.#cut = all.slice(whole);
    return utf8Decode(all, 0, whole);
  }

  get state(): StageState {
    if (this.#over) return 'over';
    if ((this.#tty.poll() & POLLIN) !== 0) return 'busy';
    if (this.#end.endsWith(MARK)) return 'prompt';
    if (this.#tty.waiters.size === 0) return 'busy';
    if (this.#end.endsWith(MORE)) return 'more';
    const [leader] = this.#system.members(this.#tty.foreground);
    if (leader === undefined || !SHELLS.has(leader.name.replace(/^-/, ''))) return 'input';
    return OTHER_PROMPT.test(this.#end.slice(-TAIL)) ? 'prompt' : 'input';
  }

  /** What was printed since the last command was typed, without prompts. */
  get output(): string {
    const left = this.#printed - this.#shown.length;
    const rest = left > TAIL ? `\n[${left - TAIL} characters left out]\n${this.#tail}` : this.#tail;
    let text = (this.#shown + rest).replaceAll(MORE, '');
    text = text.replace(new RegExp(`${MARK}\\d*${MARK}`, 'g'), '');
    return this.state === 'prompt' ? text.replace(OTHER_PROMPT, '\n').replace(/^\n/, '') : text;
  }

  /** Status of the last command, when the prompt says it. */
  get status(): number | null {
    const said = new RegExp(`${MARK}(\\d+)${MARK}$`).exec(this.#end.slice(-TAIL));
    return said === null ? null : Number(said[1]);
  }

  /** Number of the kernel's process that leads what is in the foreground. */
  get foreground(): number {
    return this.#tty.foreground;
  }

  /** Types a command; what was shown until now is forgotten. */
  type(command: string): void {
    this.#shown = '';
    this.#tail = '';
    this.#printed = 0;
    this.#tty.input(utf8Encode(`${command}\n`));
  }

  /** Ctrl-C, which a terminal shows. */
  interrupt(): void {
    this.#print('^C');
    this.#tty.input(utf8Encode(CTRL_C));
  }

  quit(): void {
    this.#tty.input(utf8Encode(CTRL_BACKSLASH));
  }

  /** The window is closed. */
  close(): void {
    if (this.#over) return;
    this.#system.terminals.close(this.#tty);
    this.#system.killGroup(this.#tty.foreground, SIGHUP);
  }
}
