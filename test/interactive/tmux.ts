/** `warren sh` in tmux: keys are sent, screens are read. A tmux server of the test's own, with a home of its own. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../cli/warren.ts';

export const hasTmux: boolean = spawnSync('tmux', ['-V']).status === 0;

/** Longest wait for something to be seen. */
const PATIENCE_MS = 10_000;
const LOOK_MS = 40;
const RESIZE_MS = 700;
const COMMAND = `'${process.execPath}' '${join(root, 'packages/warren/bin/warren.js')}'`;

export class Tmux {
  readonly home: string;
  readonly #socket: string;
  #windows = 0;

  constructor() {
    this.home = mkdtempSync(join(tmpdir(), 'warren-tmux-'));
    this.#socket = join(this.home, 'tmux');
    for (const dir of ['state', 'run']) mkdirSync(join(this.home, dir), { mode: 0o700 });
  }

  tmux(...args: string[]): string {
    const { stdout, stderr, status } = spawnSync('tmux', ['-S', this.#socket, '-f', '/dev/null', ...args], {
      encoding: 'utf8',
      timeout: 10_000,
    });
    if (status !== 0) throw new Error(`tmux ${args.join(' ')}: ${stderr}`);
    return stdout;
  }

  /** A window of its own that runs a shell command; `warren` at its start is ours. */
  open(command: string, size: { readonly cols?: number; readonly rows?: number } = {}): Window {
    const name = `w${this.#windows++}`;
    const { cols = 80, rows = 24 } = size;
    const env = `XDG_STATE_HOME='${this.home}/state' XDG_RUNTIME_DIR='${this.home}/run' HOME='${this.home}'`;
    // The last line says how it ended, and whether the terminal is as it was.
    const line = `stty -g >'${this.home}/before'; ${env} ${command.replace(/^warren\b/, COMMAND)}; echo "ended: $?"; stty -g >'${this.home}/after'; cmp '${this.home}/before' '${this.home}/after' && echo restored; sleep 1000`;
    this.tmux('new-session', '-d', '-s', name, '-x', String(cols), '-y', String(rows), 'bash', '-c', line);
    return new Window(this, name);
  }

  close(): void {
    spawnSync('tmux', ['-S', this.#socket, 'kill-server']);
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** The first line that a test types. */
export const SHORT_PROMPT = "PS1='$ '";

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export class Window {
  readonly #tmux: Tmux;
  readonly #name: string;

  constructor(tmux: Tmux, name: string) {
    this.#tmux = tmux;
    this.#name = name;
  }

  /** The screen without blanks at the ends of its lines, and without empty lines at its end. */
  get text(): string {
    const text = this.#tmux.tmux('capture-pane', '-p', '-t', this.#name);
    return text.replace(/[ \t]+$/gm, '').replace(/\n+$/, '');
  }

  /** Types text. */
  type(text: string): void {
    this.#tmux.tmux('send-keys', '-t', this.#name, '-l', text);
  }

  /** Presses keys, by tmux's names. */
  press(...keys: string[]): void {
    this.#tmux.tmux('send-keys', '-t', this.#name, ...keys);
  }

  /** Types a line. */
  line(text: string): void {
    if (text !== '') this.type(text);
    this.press('Enter');
  }

  /** Gives the window another size; tmux tells the program a little later. */
  async resize(cols: number, rows: number): Promise<void> {
    this.#tmux.tmux('resize-window', '-t', this.#name, '-x', String(cols), '-y', String(rows));
    await pause(RESIZE_MS);
  }

  /** Process id of what runs in the window. */
  get pid(): number {
    return Number(this.#tmux.tmux('display-message', '-p', '-t', this.#name, '#{pane_pid}'));
  }

  /** Closes the window. */
  kill(): void {
    this.#tmux.tmux('kill-session', '-t', this.#name);
  }

  /** Waits until the screen shows it. @returns the screen @throws Error with the screen when it does not */
  async shows(wanted: string | RegExp): Promise<string> {
    const until = performance.now() + PATIENCE_MS;
    for (;;) {
      const { text } = this;
      if (typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text)) return text;
      if (performance.now() > until) throw new Error(`${String(wanted)} was not shown, but:\n${text}`);
      await pause(LOOK_MS);
    }
  }

  /** Waits for the shell's prompt, and makes it a short one on an empty screen. */
  async prompt(): Promise<void> {
    await this.shows('root@warren:~#');
    this.line(SHORT_PROMPT);
    await this.shows(/(?:^|\n)\$$/);
    await this.clear();
  }

  /** Empties the screen. */
  async clear(): Promise<void> {
    this.press('C-l');
    await this.shows(/^\$$/);
  }

  /** Runs a command on an empty screen. @returns what it printed */
  async run(command: string): Promise<string> {
    await this.clear();
    this.line(command);
    await this.shows(/\n\$$/);
    return this.text.slice(this.text.indexOf('\n') + 1).replace(/\n?\$$/, '');
  }
}
