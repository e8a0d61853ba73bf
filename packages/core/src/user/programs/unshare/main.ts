/** The `unshare` command of util-linux 2.38.1. @see unshare(1) */
import { SystemError } from '../../../syscall/index.ts';
import type { Process, Program } from '../../process/types.ts';
import { getopt, type LongOption } from '../getopt.ts';
import { endLike, execFailure, waitFor } from '../process-run.ts';
import { HELP } from './usage.ts';

const LONG: readonly LongOption[] = [
  { name: 'help', val: 'h' },
  { name: 'version', val: 'V' },
  { name: 'mount', arg: 'optional', val: 'm' },
  { name: 'uts', arg: 'optional', val: 'u' },
  { name: 'ipc', arg: 'optional', val: 'i' },
  { name: 'net', arg: 'optional', val: 'n' },
  { name: 'pid', arg: 'optional', val: 'p' },
  { name: 'user', arg: 'optional', val: 'U' },
  { name: 'cgroup', arg: 'optional', val: 'C' },
  { name: 'time', arg: 'optional', val: 'T' },
  { name: 'fork', val: 'f' },
  { name: 'kill-child', arg: 'optional' },
  { name: 'mount-proc', arg: 'optional' },
  { name: 'map-user', arg: 'required' },
  { name: 'map-users', arg: 'required' },
  { name: 'map-group', arg: 'required' },
  { name: 'map-groups', arg: 'required' },
  { name: 'map-root-user', val: 'r' },
  { name: 'map-current-user', val: 'c' },
  { name: 'map-auto' },
  { name: 'propagation', arg: 'required' },
  { name: 'setgroups', arg: 'required' },
  { name: 'keep-caps' },
  { name: 'setuid', arg: 'required', val: 'S' },
  { name: 'setgid', arg: 'required', val: 'G' },
  { name: 'root', arg: 'required', val: 'R' },
  { name: 'wd', arg: 'required', val: 'w' },
  { name: 'monotonic', arg: 'required' },
  { name: 'boottime', arg: 'required' },
];
const SHORT = '+fhVmuinpCTUrR:w:S:G:c';

interface Plan {
  net: boolean;
  /** A file to keep the network namespace in. */
  netFile: string | null;
  uts: boolean;
  mount: boolean;
  propagation: 'private' | 'slave';
  /** Where to mount proc. */
  proc: string | null;
  fork: boolean;
  cwd: string | null;
}

/** Ends the command with words and a status. */
class Refusal extends Error {
  readonly words: string;
  readonly status: number;
  constructor(words: string, status = 1) {
    super(words);
    this.words = words;
    this.status = status;
  }
}

function propagation(name: string, mode: string): 'private' | 'slave' {
  if (mode === 'private' || mode === 'slave') return mode;
  if (mode === 'shared' || mode === 'unchanged') throw new Refusal(`${name}: warren: --propagation ${mode} is not supported\n`);
  throw new Refusal(`${name}: unsupported propagation mode: ${mode}\n`);
}

/** @throws Refusal on what cannot be. */
function plan(name: string, args: readonly string[]): { readonly plan: Plan; readonly command: readonly string[] } | string {
  const p: Plan = {
    net: false,
    netFile: null,
    uts: false,
    mount: false,
    propagation: 'private',
    proc: null,
    fork: false,
    cwd: null,
  };
  const parsed = getopt(name, args, SHORT, LONG);
  for (const { opt, arg, error } of parsed.options) {
    if (error !== '') throw new Refusal(`${error}\nTry '${name} --help' for more information.\n`);
    switch (opt) {
      case 'h':
        return HELP;
      case 'V':
        return `${name} from util-linux 2.38.1\n`;
      case 'n':
        p.net = true;
        if (arg !== null) p.netFile = arg;
        break;
      case 'u':
        if (arg !== null) throw new Refusal(`${name}: warren: --uts=<file> is not supported\n`);
        p.uts = true;
        break;
      case 'm':
        if (arg !== null) throw new Refusal(`${name}: warren: --mount=<file> is not supported\n`);
        p.mount = true;
        break;
      case 'propagation':
        p.propagation = propagation(name, arg!);
        break;
      case 'mount-proc':
        p.mount = true;
        p.proc = arg ?? '/proc';
        break;
      case 'f':
        p.fork = true;
        break;
      case 'w':
        p.cwd = arg;
        break;
      case 'setgroups':
        if (arg !== 'allow' && arg !== 'deny') throw new Refusal(`${name}: unsupported --setgroups argument '${arg}'\n`);
        throw new Refusal(`${name}: warren: option --setgroups is not supported\n`);
      default:
        throw new Refusal(`${name}: warren: option ${opt.length === 1 ? '-' : '--'}${opt} is not supported\n`);
    }
  }
  return { plan: p, command: parsed.operands };
}

const words = (e: unknown): string => {
  if (e instanceof SystemError) return e.strerror;
  throw e;
};

function enter(proc: Process, name: string, p: Plan): void {
  if (p.net) proc.task.unshareNet();
  if (p.uts) proc.unshareUts();
  if (p.netFile !== null) {
    // As the original: a helper outside the new mount namespace binds the file.
    const source = `/proc/${proc.pid}/ns/net`;
    try {
      proc.fs.bind(source, p.netFile);
    } catch (e) {
      throw new Refusal(`${name}: mount ${source} on ${p.netFile} failed: ${words(e)}\n`);
    }
  }
  if (p.mount) proc.unshareMounts(p.propagation);
}

/** What the program finds: /proc and the directory. */
function prepare(proc: Process, name: string, p: Plan): void {
  if (p.proc !== null) {
    try {
      proc.fs.mount('proc', p.proc);
    } catch (e) {
      throw new Refusal(`${name}: mount ${p.proc} failed: ${words(e)}\n`);
    }
  }
  if (p.cwd === null) return;
  try {
    proc.cwd = p.cwd;
  } catch (e) {
    throw new Refusal(`${name}: cannot chdir to '${p.cwd}': ${words(e)}\n`);
  }
}

/** Becomes the command, or a login shell when there is none. @see lib/exec_shell.c */
export async function execOrShell(proc: Process, name: string, command: readonly string[]): Promise<number> {
  let [program] = command;
  let argv = command;
  if (program === undefined) {
    program = proc.env.get('SHELL') || '/bin/sh';
    argv = [`-${program.slice(program.lastIndexOf('/') + 1)}`];
  }
  try {
    return await proc.execve(program, argv, proc.env);
  } catch (e) {
    const failure = execFailure(name, program, e);
    proc.err(failure.words);
    return failure.status;
  }
}

export const unshareMain: Program = async (proc) => {
  const { name } = proc;
  try {
    const parsed = plan(name, proc.argv.slice(1));
    if (typeof parsed === 'string') {
      proc.out(parsed);
      return 0;
    }
    enter(proc, name, parsed.plan);
    const start = (inside: Process): Promise<number> => {
      prepare(inside, name, parsed.plan);
      return execOrShell(inside, name, parsed.command);
    };
    if (!parsed.plan.fork) return await start(proc);
    const child = proc.fork(async (inside) => {
      try {
        return await start(inside);
      } catch (e) {
        if (!(e instanceof Refusal)) throw e;
        inside.err(e.words);
        return e.status;
      }
    });
    return await endLike(proc, await waitFor(proc, child.pid));
  } catch (e) {
    if (!(e instanceof Refusal)) throw e;
    proc.err(e.words);
    return e.status;
  }
};
