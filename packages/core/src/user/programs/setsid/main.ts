/** The `setsid` command of util-linux 2.38.1. @see setsid(1) */
import { SystemError } from '../../../syscall/index.ts';
import type { Process, Program } from '../../process/types.ts';
import { getopt, type LongOption } from '../getopt.ts';
import { endLike, execFailure, waitFor } from '../process-run.ts';

const LONG: readonly LongOption[] = [
  { name: 'ctty', val: 'c' },
  { name: 'fork', val: 'f' },
  { name: 'wait', val: 'w' },
  { name: 'version', val: 'V' },
  { name: 'help', val: 'h' },
];

const HELP = `
Usage:
 setsid [options] <program> [arguments ...]

Run a program in a new session.

Options:
 -c, --ctty     set the controlling terminal to the current one
 -f, --fork     always fork
 -w, --wait     wait program to exit, and use the same return
 -h, --help     display this help
 -V, --version  display version

For more details see setsid(1).
`;

async function inSession(proc: Process, name: string, command: readonly string[]): Promise<number> {
  try {
    proc.setsid();
  } catch (e) {
    if (!(e instanceof SystemError)) throw e;
    proc.err(`${name}: setsid failed: ${e.strerror}\n`);
    return 1;
  }
  try {
    return await proc.execve(command[0]!, command, proc.env);
  } catch (e) {
    const failure = execFailure(name, command[0]!, e);
    proc.err(failure.words);
    return failure.status;
  }
}

export const setsidMain: Program = async (proc) => {
  const { name } = proc;
  const usage = `Try '${name} --help' for more information.\n`;
  let fork = false;
  let wait = false;
  const parsed = getopt(name, proc.argv.slice(1), '+Vhcfw', LONG);
  for (const { opt, error } of parsed.options) {
    if (error !== '') {
      proc.err(`${error}\n${usage}`);
      return 1;
    }
    if (opt === 'h' || opt === 'V') {
      proc.out(opt === 'h' ? HELP : `${name} from util-linux 2.38.1\n`);
      return 0;
    }
    if (opt === 'f') fork = true;
    else if (opt === 'w') wait = true;
    else {
      proc.err(`${name}: warren: option -${opt} is not supported\n`);
      return 1;
    }
  }
  const command = parsed.operands;
  if (command.length === 0) {
    proc.err(`${name}: no command specified\n${usage}`);
    return 1;
  }
  // Who leads a group cannot leave its session.
  if (!fork && proc.pgid !== proc.pid) return inSession(proc, name, command);
  const child = proc.fork((inside) => inSession(inside, name, command));
  return wait ? endLike(proc, await waitFor(proc, child.pid)) : 0;
};
