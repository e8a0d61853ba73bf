/** `warren sh`: a machine, and a shell of root's on this terminal. */
import { type Machine, openTerminal } from '@warren/core';
import { type BootOptions, boot } from './boot.ts';
import { exit, hostSink, writeError } from './host.ts';
import { hostHistory } from './host-history.ts';
import { onHostSignals } from './host-signals.ts';
import { type Entrance, openEntrance } from './host-socket.ts';
import { hostStdin } from './host-stdin.ts';
import { hostVariable, isInteractive, onTermination, showsOutput, takeTerminal } from './host-terminal.ts';
import { Guests } from './sh-guests.ts';

/** What the command line asked for. */
export interface ShOptions extends BootOptions {
  /** The name under which `--attach` finds this world; null: its process id. */
  readonly name: string | null;
}

/** A kind of terminal that cannot move its cursor. */
const DUMB = 'dumb';

/** Reads commands as bash does from what is no terminal. */
async function plain(machine: Machine): Promise<number> {
  const release = onHostSignals(
    (signal) => machine.signal(signal),
    () => 0,
    exit,
  );
  const { status } = await machine.run(['bash'], { stdin: hostStdin(), stdout: hostSink(1), stderr: hostSink(2) });
  release();
  return status;
}

/** Runs the shell on this terminal. */
async function interactive(machine: Machine, guests: Guests): Promise<number> {
  const screen = takeTerminal();
  const terminal = await openTerminal(machine, {
    rows: screen.rows,
    cols: screen.cols,
    output: screen.write,
    ...(showsOutput() ? {} : { stdout: hostSink(1) }),
    env: { TERM: hostVariable('TERM') ?? DUMB },
    history: guests.history,
  });
  screen.listen(
    (bytes) => terminal.input(bytes),
    (rows, cols) => terminal.resize(rows, cols),
  );
  const terminated = new Promise<number>((resolve) => {
    onTermination((signal) => {
      terminal.close();
      resolve(128 + signal);
    });
  });
  const status = await Promise.race([terminal.ended, terminated]);
  screen.restore();
  return status;
}

/** Runs the shell. @returns its exit status */
export async function sh(options: ShOptions): Promise<number> {
  const booted = await boot(options);
  if (booted === null) return 1;
  const { machine } = booted;
  const guests = new Guests(machine, hostHistory());
  const entrance = await openEntrance(options.name, (connection) => guests.welcome(connection));
  if ('error' in entrance) {
    writeError(`warren: ${options.name === null ? '--attach will not find this machine: ' : ''}${entrance.error}\n`);
    if (options.name !== null) return 1;
  }
  const status = await (isInteractive() ? interactive(machine, guests) : plain(machine));
  (entrance as Partial<Entrance>).close?.();
  await guests.dismiss();
  booted.close();
  return status;
}
