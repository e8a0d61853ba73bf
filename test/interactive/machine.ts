/** A machine with a terminal on it, in virtual time: keys in, a screen out. */
import { Machine, openTerminal, type HistoryStore, type Terminal } from '@warren/core';
import { nodeHost } from '../support/host.ts';
import { keys } from './keys.ts';
import { Screen } from './screen.ts';

/** Turns of the event loop in which nothing happens, after which nothing will. */
const QUIET_TURNS = 8;
const PATIENCE_MS = 10_000;

/** A store of history that a test can look into. */
export class MemoryHistory implements HistoryStore {
  lines: string[];
  constructor(lines: readonly string[] = []) {
    this.lines = [...lines];
  }
  load(): readonly string[] {
    return this.lines;
  }
  append(lines: readonly string[]): void {
    this.lines.push(...lines);
  }
  replace(lines: readonly string[]): void {
    this.lines = [...lines];
  }
}

export interface SeatOptions {
  readonly cols?: number;
  readonly rows?: number;
  readonly history?: HistoryStore;
  readonly machine?: Machine;
  readonly env?: Readonly<Record<string, string>>;
}

/** One person at one terminal. */
export class Seat {
  readonly machine: Machine;
  readonly screen: Screen;
  readonly terminal: Terminal;
  /** Everything shown, in order. */
  raw = '';
  status: number | null = null;

  private constructor(machine: Machine, screen: Screen, open: (output: (b: Uint8Array) => void) => Terminal) {
    this.machine = machine;
    this.screen = screen;
    this.terminal = open((bytes) => {
      this.raw += new TextDecoder('latin1').decode(bytes);
      screen.write(bytes);
    });
    void this.terminal.ended.then((status) => (this.status = status));
  }

  static async at(options: SeatOptions = {}): Promise<Seat> {
    const machine =
      options.machine ??
      Machine.boot({
        host: nodeHost,
        hostname: 'warren',
        onCrash: (_, error) => {
          throw error;
        },
      });
    const screen = new Screen(options.cols ?? 80, options.rows ?? 24);
    const { history, env } = options;
    let output: (bytes: Uint8Array) => void = () => {};
    const terminal = await openTerminal(machine, {
      rows: screen.rows,
      cols: screen.cols,
      output: (bytes) => output(bytes),
      ...(history === undefined ? {} : { history }),
      env: { PS1: '$ ', ...env },
    });
    const seat = new Seat(machine, screen, (sink) => {
      output = sink;
      return terminal;
    });
    await seat.settle();
    return seat;
  }

  /** Waits until nothing more happens: everybody waits, and what time had to bring has come. */
  async settle(): Promise<void> {
    let seen = -1;
    const give = performance.now() + PATIENCE_MS;
    for (let quiet = 0; quiet < QUIET_TURNS && performance.now() < give; quiet++) {
      await nodeHost.turn();
      if (this.raw.length !== seen || this.machine.system.all().some((p) => p.state === 'R')) quiet = 0;
      seen = this.raw.length;
    }
  }

  /** Presses keys, as `keys` reads them, and looks at the screen afterwards. */
  async type(text: string): Promise<string> {
    this.terminal.input(new TextEncoder().encode(keys(text)));
    await this.settle();
    return this.screen.text;
  }

  /** Runs a command on an empty screen. @returns what it printed, with the next prompt */
  async run(command: string): Promise<string> {
    await this.type('<C-l>');
    await this.type(`${command}<Enter>`);
    return this.screen.text.slice(this.screen.text.indexOf('\n') + 1);
  }
}
