/** This process's own terminal: in raw mode while the simulation has it, and as it was afterwards, however the process ends. */
import { hostSink } from './host.ts';

/** What programs switch on in a terminal, and what switches it off again. */
const MODES: readonly (readonly [RegExp, string])[] = [
  [/\x1b\[\?(2004)([hl])/g, '\x1b[?2004l'],
  [/\x1b\[\?(1049)([hl])/g, '\x1b[?1049l'],
  [/\x1b\[\?(1)([hl])/g, '\x1b[?1l\x1b>'],
];

/** The person's terminal. */
export interface HostTerminal {
  readonly rows: number;
  readonly cols: number;
  /** Gives every key to `input`, and every change of the window's size to `resize`. */
  listen(input: (bytes: Uint8Array) => void, resize: (rows: number, cols: number) => void): void;
  /** Shows bytes. */
  readonly write: (bytes: Uint8Array) => void;
  /** Gives the terminal back as it was. */
  restore(): void;
}

/** Whether standard input and standard error are a terminal: then a shell is interactive. */
export const isInteractive = (): boolean => process.stdin.isTTY && process.stderr.isTTY;

/** Whether standard output is a terminal. */
export const showsOutput = (): boolean => process.stdout.isTTY;

/** Takes the terminal over. Call it when `isInteractive`. */
export function takeTerminal(): HostTerminal {
  const { stdin } = process;
  const screen = process.stdout.isTTY ? process.stdout : process.stderr;
  const sink = hostSink(process.stdout.isTTY ? 1 : 2);
  const on = new Map<string, string>();
  let taken = true;
  let hidden = false;
  stdin.setRawMode(true);
  const write = (bytes: Uint8Array): void => {
    if (bytes.includes(0x1b)) {
      const text = new TextDecoder('latin1').decode(bytes);
      for (const [pattern, off] of MODES) {
        for (const [, mode, what] of text.matchAll(pattern)) {
          if (what === 'h') on.set(mode!, off);
          else on.delete(mode!);
        }
      }
      for (const [, what] of text.matchAll(/\x1b\[\?25([hl])/g)) hidden = what === 'l';
    }
    try {
      sink(bytes);
    } catch {
      // The terminal is gone: its end is told by a signal, or by the end of its input.
    }
  };
  const restore = (): void => {
    if (!taken) return;
    taken = false;
    process.off('exit', restore);
    try {
      const undo = [...on.values()].join('') + (hidden ? '\x1b[?25h' : '');
      if (undo !== '') sink(new TextEncoder().encode(undo));
      stdin.setRawMode(false);
    } catch {
      // The terminal itself is gone.
    }
    stdin.pause();
  };
  process.on('exit', restore);
  // What is told of a crash is told on a terminal that shows it well.
  process.on('uncaughtExceptionMonitor', restore);
  return {
    // A terminal that does not know its size says 0.
    rows: screen.rows || 24,
    cols: screen.columns || 80,
    listen(input, resize) {
      stdin.on('data', (chunk: Uint8Array) => input(chunk));
      screen.on('resize', () => resize(screen.rows || 24, screen.columns || 80));
      process.on('SIGTSTP', () => {
        if (taken) stdin.setRawMode(false);
        process.kill(process.pid, 'SIGSTOP');
      });
      process.on('SIGCONT', () => {
        if (taken) stdin.setRawMode(true);
      });
      stdin.resume();
    },
    write,
    restore,
  };
}

const FATAL = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGTERM: 15 } as const;

/** Calls `end` when the process is asked to go, or its terminal is closed, with the signal's number. Ctrl-C is a key like others. */
export function onTermination(end: (signal: number) => void): void {
  for (const name of Object.keys(FATAL) as (keyof typeof FATAL)[]) process.on(name, () => end(FATAL[name]));
  process.stdin.on('end', () => end(1));
  process.stdin.on('error', () => end(1));
}

/** An environment variable of this process. */
export const hostVariable = (name: string): string | undefined => process.env[name];
