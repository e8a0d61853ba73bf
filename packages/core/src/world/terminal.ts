/** Terminals of a machine: a pseudo-terminal with a shell on it. */
import type { Tty } from '../user/process/index.ts';
import { HostOutput, type HostSink, TtyFile } from '../user/process/index.ts';
import type { HistoryStore } from '../user/shell/interactive/history.ts';
import { init } from './init.ts';
import type { Machine } from './machine.ts';

export interface TerminalOptions {
  readonly rows?: number;
  readonly cols?: number;
  /** Gets what the terminal shows. A promise means: no more until it is settled. */
  readonly output: (bytes: Uint8Array) => void | Promise<void>;
  /** Standard output of the shell, when that is not the terminal. */
  readonly stdout?: HostSink;
  /** Beside HOME, PATH and their like; TERM says what kind of terminal it is. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Where the shell's history lasts; without, in the machine's own files. */
  readonly history?: HistoryStore;
}

/** One terminal of a machine and the shell on it, as whoever shows it sees them. */
export interface Terminal {
  /** `/dev/pts/0` */
  readonly name: string;
  /** What the keyboard sends, unprocessed: the machine's own terminal driver looks after it. */
  input(bytes: Uint8Array): void;
  /** The window has another size. */
  resize(rows: number, cols: number): void;
  /** The window is closed: what runs there is hung up. */
  close(): void;
  /** Exit status of the shell as a shell shows it; by then the terminal is gone. */
  readonly ended: Promise<number>;
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** What login(1) puts into the environment of root. */
const LOGIN_ENV: readonly (readonly [string, string])[] = [
  ['HOME', '/root'],
  ['USER', 'root'],
  ['LOGNAME', 'root'],
  ['SHELL', '/bin/bash'],
  ['PATH', PATH],
  ['LANG', 'C.UTF-8'],
  ['TERM', 'xterm-256color'],
];

/** Opens a terminal on a machine, with an interactive shell of root's on it. */
export async function openTerminal(machine: Machine, options: TerminalOptions): Promise<Terminal> {
  const { bashWith } = await import('../user/shell/main.ts');
  const { system } = machine;
  if (system.find(1) === undefined) machine.startDaemon(init, ['/sbin/init']);
  const { rows, cols, output } = options;
  const tty: Tty = system.terminals.open({
    output,
    ...(rows === undefined ? {} : { rows }),
    ...(cols === undefined ? {} : { cols }),
  });
  const { stdout, history } = options;
  const shell = system.start(bashWith(history === undefined ? {} : { history }), ['bash'], {
    env: new Map([...LOGIN_ENV, ...Object.entries(options.env ?? {})]),
    cwd: options.cwd ?? '/root',
    tty,
    fds: [new TtyFile(tty), stdout === undefined ? new TtyFile(tty) : new HostOutput(stdout), new TtyFile(tty)],
  });
  machine.attend(shell);
  const ended = system.waitExit(shell).then(({ status, signal }) => {
    system.terminals.close(tty);
    return signal === 0 ? status : 128 + signal;
  });
  return {
    name: tty.name,
    input: (bytes) => tty.input(bytes),
    resize: (r, c) => tty.resize(r, c),
    close: () => tty.hangup(),
    ended,
  };
}
