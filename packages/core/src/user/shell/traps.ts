/** `trap`: commands to run on signals and on the shell's own events. */
import { SIGCHLD, SIGHUP, SIGINT, SIGKILL, SIGSTOP, SIGTERM, signalName, signalNumber } from '../../uapi/signal.ts';
import type { Process } from '../process/types.ts';

/** 0 is EXIT; the shell's own events have negative numbers. */
export const TRAP_EXIT = 0;
export const TRAP_DEBUG = -1;
export const TRAP_ERR = -2;
export const TRAP_RETURN = -3;

const EVENTS: Readonly<Record<string, number>> = {
  EXIT: TRAP_EXIT,
  DEBUG: TRAP_DEBUG,
  ERR: TRAP_ERR,
  RETURN: TRAP_RETURN,
};

/** What `trap` calls a signal: number, name with or without SIG, any case. -99: none. */
export function trapNumber(text: string): number {
  const up = text.toUpperCase();
  const event = EVENTS[up.startsWith('SIG') ? up.slice(3) : up];
  if (event !== undefined) return event;
  if (/^\d+$/.test(text)) return Number(text) === 0 ? 0 : signalName(Number(text)) === '' ? -99 : Number(text);
  const n = signalNumber(text);
  return n < 0 ? -99 : n;
}
export function trapName(n: number): string {
  for (const [name, k] of Object.entries(EVENTS)) if (k === n) return name;
  return `SIG${signalName(n)}`;
}

export class Traps {
  readonly #proc: Process;
  /** Command by number; '' ignores. */
  readonly #commands: Map<number, string> = new Map();
  /** What the parent had set, to be shown by `trap` until one is changed. */
  #shown: Map<number, string> = new Map();
  readonly #pending: number[] = [];
  /** Ignored when the shell started. */
  readonly #hard: Set<number> = new Set();
  /** The main shell lets a foreground child answer to SIGINT first. */
  readonly #main: boolean;
  /** The terminal of an interactive shell is gone. */
  hungUp = false;
  /** SIGINT came and no trap wants it. */
  interrupted = false;
  /** A signal that ends the shell, whose EXIT trap comes first. */
  fatal = 0;
  running = 0;
  /** The DEBUG trap runs: it alone is not traced, other traps' commands are. */
  debugging = false;

  constructor(
    proc: Process,
    main: boolean,
    parent: Traps | null = null,
    keep: { readonly err: boolean; readonly debug: boolean } = { err: false, debug: false },
  ) {
    this.#proc = proc;
    this.#main = main;
    if (parent !== null) {
      for (const [n, c] of parent.#commands) {
        if (c === '' && n > 0) this.#commands.set(n, c);
        if (n === TRAP_ERR && keep.err) this.#commands.set(n, c);
        if ((n === TRAP_DEBUG || n === TRAP_RETURN) && keep.debug) this.#commands.set(n, c);
      }
      this.#shown = new Map(parent.#commands);
      for (const n of parent.#hard) this.#hard.add(n);
    }
    if (!main) return;
    // What is ignored at the start stays so: neither trapped nor reset.
    for (let n = 1; n <= 64; n++) {
      if (proc.signalAction(n) !== 'ignore') continue;
      this.#hard.add(n);
      this.#commands.set(n, '');
    }
    if (!this.#hard.has(SIGINT)) this.#install(SIGINT);
  }

  get(n: number): string | undefined {
    return this.#commands.get(n);
  }
  /** For `trap -p`. */
  shown(): [number, string][] {
    const all = this.#shown.size > 0 ? this.#shown : this.#commands;
    const order = (n: number): number => (n >= 0 ? n : 100 - n);
    return [...all].sort((a, b) => order(a[0]) - order(b[0]));
  }
  set(n: number, command: string | null): void {
    if (this.#hard.has(n)) return;
    this.#shown = new Map();
    if (command === null) this.#commands.delete(n);
    else this.#commands.set(n, command);
    if (n > 0) this.#install(n);
    // A shell with an EXIT trap runs it before a signal ends it.
    if (n === TRAP_EXIT) for (const s of [SIGHUP, SIGTERM, SIGINT]) if (!this.#hard.has(s)) this.#install(s);
  }
  /** Before the process becomes another program, or in a new subshell. */
  #install(n: number): void {
    if (n === SIGKILL || n === SIGSTOP) return;
    const command = this.#commands.get(n);
    if (command === '') this.#proc.signal(n, 'ignore');
    else if (command !== undefined) this.#proc.signal(n, (s) => void this.#pending.push(s));
    else if (n === SIGINT && this.#main) {
      this.#proc.signal(n, () => {
        this.interrupted = true;
      });
    } else if ((n === SIGHUP || n === SIGTERM || n === SIGINT) && this.#commands.has(TRAP_EXIT)) {
      this.#proc.signal(n, (s) => {
        this.fatal = s;
      });
    } else this.#proc.signal(n, 'default');
  }
  ignore(n: number): void {
    this.#proc.signal(n, 'ignore');
  }
  restore(n: number): void {
    this.#install(n);
  }
  /** Before the shell becomes a program: what comes from here on is for that. @see restore_original_signals */
  handOver(): void {
    for (let n = 1; n <= 64; n++) if (typeof this.#proc.signalAction(n) === 'function') this.#proc.signal(n, 'default');
  }
  /** It did not become one. */
  takeBack(): void {
    for (const n of [SIGINT, SIGHUP, SIGTERM, ...this.#commands.keys()])
      if (n > 0 && !this.#hard.has(n)) this.#install(n);
  }
  /** Something came that has to be seen to between two commands. */
  get due(): boolean {
    return this.#pending.length > 0 || this.interrupted || this.fatal !== 0;
  }
  /** What came ends the shell, and a builtin that goes on and on with it. */
  get deadly(): boolean {
    return this.interrupted || this.fatal !== 0;
  }
  take(): number | undefined {
    return this.#pending.shift();
  }
  waits(n: number): boolean {
    return this.#pending.includes(n) || this.fatal === n;
  }
  /** A trapped signal waits: `wait` gives up. */
  get pendingSignal(): number {
    return this.#pending[0] ?? this.fatal;
  }
  /** The shell counts its own children: SIGCHLD is a trap like the others, run once per child. */
  childEnded(): void {
    if ((this.#commands.get(SIGCHLD) ?? '') !== '' && !this.#pending.includes(SIGCHLD)) this.#pending.push(SIGCHLD);
  }
}
