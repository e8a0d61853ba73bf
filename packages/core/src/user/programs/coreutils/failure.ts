/** How a tool ends whose reading or writing failed where nothing else looks at it: with words of its own. */
import { SystemError } from '../../../syscall/index.ts';
import type { Process, Program } from '../../process/types.ts';
import { complain } from './command.ts';

/** What a tool says of a failed call; 1 is the status where none is given. */
interface Words {
  readonly status?: number;
  readonly read?: (error: string) => string;
  readonly write?: (error: string) => string;
  /** The status of a failed write, where it differs. */
  readonly writeStatus?: number;
}

const AWK: Words = {
  status: 2,
  read: (e) => `fatal: error reading input file \`-': ${e}`,
  write: (e) => `warning: error writing standard output: ${e}`,
  writeStatus: 1,
};

const GREP: Words = { status: 2, read: (e) => `(standard input): ${e}` };

const WORDS: Readonly<Record<string, Words>> = {
  awk: AWK,
  gawk: AWK,
  grep: GREP,
  egrep: GREP,
  fgrep: GREP,
  sed: { status: 4, read: (e) => `read error on stdin: ${e}`, write: (e) => `couldn't flush stdout: ${e}` },
  sort: {
    status: 2,
    read: (e) => `read failed: -: ${e}`,
    write: (e) => `fflush failed: 'standard output': ${e}\nsort: write error`,
  },
  find: { write: (e) => `‘standard output’: ${e}\nfind: write error` },
  comm: { read: (e) => `-: ${e}` },
  paste: { read: (e) => `-: ${e}` },
  wc: { write: () => 'write error' },
  ls: { status: 2 },
  test: { status: 2 },
  '[': { status: 2 },
  printenv: { status: 2 },
  expr: { status: 3 },
  env: { status: 125 },
  nice: { status: 125 },
  nohup: { status: 125 },
  stdbuf: { status: 125 },
  timeout: { status: 125 },
};

const NONE: Words = {};

/** Prints what failed. @returns the exit status */
function tell(proc: Process, e: SystemError): number {
  const words = WORDS[proc.name] ?? NONE;
  const { status = 1 } = words;
  if (e.syscall === 'write') {
    complain(proc, words.write?.(e.strerror) ?? `write error: ${e.strerror}`);
    return words.writeStatus ?? status;
  }
  const said =
    e.syscall === 'read'
      ? (words.read?.(e.strerror) ?? `read error: ${e.strerror}`)
      : `${e.path ?? e.syscall}: ${e.strerror}`;
  complain(proc, said);
  return status;
}

/** Writes out what is buffered; once something was refused, the rest is dropped without another word. */
async function dropRest(proc: Process): Promise<void> {
  try {
    await proc.flush();
  } catch (e) {
    if (!(e instanceof SystemError)) throw e;
  }
}

/** The program, never ended by a failed system call but in its own words. */
export const inItsWords =
  (main: Program): Program =>
  async (proc) => {
    try {
      const status = await main(proc);
      await proc.flush();
      return status;
    } catch (e) {
      if (!(e instanceof SystemError)) throw e;
      const status = tell(proc, e);
      await dropRest(proc);
      return status;
    }
  };
