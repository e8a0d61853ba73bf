/** The `nsenter` command of util-linux 2.38.1. @see nsenter(1) */
import { O_RDONLY } from '../../../uapi/fcntl.ts';
import type { Child, Process, Program } from '../../process/types.ts';
import { getopt, type LongOption } from '../getopt.ts';
import { endLike, waitFor } from '../process-run.ts';
import {
  attempt,
  execOrShell,
  failWith,
  NAMESPACE_KINDS,
  NAMESPACE_OPTIONS,
  Refusal,
  refusing,
} from '../namespace-run.ts';
import { HELP } from './usage.ts';

const LONG: readonly LongOption[] = [
  { name: 'all', val: 'a' },
  { name: 'help', val: 'h' },
  { name: 'version', val: 'V' },
  { name: 'target', arg: 'required', val: 't' },
  ...NAMESPACE_OPTIONS,
  { name: 'setuid', arg: 'required', val: 'S' },
  { name: 'setgid', arg: 'required', val: 'G' },
  { name: 'root', arg: 'optional', val: 'r' },
  { name: 'wd', arg: 'optional', val: 'w' },
  { name: 'wdns', arg: 'optional', val: 'W' },
  { name: 'no-fork', val: 'F' },
  { name: 'preserve-credentials' },
  { name: 'follow-context', val: 'Z' },
];
const SHORT = '+ahVt:m::u::i::n::p::C::U::T::S:G:r::w::W:FZ';

class Entering {
  readonly proc: Process;
  readonly name: string;
  target = 0;
  /** Option letter to file, null to take the target's. */
  readonly wanted: Map<string, string | null> = new Map();
  all = false;
  fork = true;
  wd: string | null = null;

  constructor(proc: Process) {
    this.proc = proc;
    this.name = proc.name;
  }

  fail(text: string): never {
    throw new Refusal(`${this.name}: ${text}\n`);
  }

  file(ns: string): string {
    return `/proc/${this.target}/${ns}`;
  }

  /** The namespaces of the target that are not this process's own. */
  takeAll(): void {
    for (const [letter, kind] of NAMESPACE_KINDS) {
      const file = `ns/${kind.file}`;
      if (this.wanted.has(letter)) continue;
      attempt(this.name, `stat of ${this.file(file)} failed`, () => {
        const { fs } = this.proc;
        if (fs.stat(this.file(file)).ino !== fs.stat(`/proc/self/${file}`).ino) this.wanted.set(letter, null);
      });
    }
  }

  /** Opens all of them first, for the way to them may lead through what is left. */
  async enter(): Promise<void> {
    const files: [flag: number, file: string, fd: number][] = [];
    for (const [letter, kind] of NAMESPACE_KINDS) {
      const file = `ns/${kind.file}`;
      const given = this.wanted.get(letter);
      if (given === undefined) continue;
      if (given === null && this.target === 0) this.fail(`neither filename nor target pid supplied for ${file}`);
      const path = given ?? this.file(file);
      try {
        files.push([kind.flag, file, await this.proc.open(path, O_RDONLY)]);
      } catch (e) {
        failWith(this.name, `cannot open ${path}`, e);
      }
    }
    for (const [flag, file, fd] of files) {
      attempt(this.name, `reassociate to namespace '${file}' failed`, () => this.proc.setns(fd, flag));
      this.proc.close(fd);
    }
  }

  /** Only a child is in the PID namespace. @see nsenter.c:continue_as_child */
  async continueAsChild(command: readonly string[]): Promise<number> {
    const { proc, name } = this;
    const child: Child = attempt(name, 'fork failed', () => proc.fork((inside) => execOrShell(inside, name, command)));
    return endLike(proc, await waitFor(proc, child.pid));
  }
}

/** @returns what to print instead of running, or the command. */
function read(e: Entering, args: readonly string[]): string | readonly string[] {
  const parsed = getopt(e.name, args, SHORT, LONG);
  for (const { opt, arg, error } of parsed.options) {
    if (error !== '') throw new Refusal(`${error}\nTry '${e.name} --help' for more information.\n`);
    switch (opt) {
      case 'h':
        return HELP;
      case 'V':
        return `${e.name} from util-linux 2.38.1\n`;
      case 'a':
        e.all = true;
        break;
      case 't':
        if (!/^\s*\+?\d+$/.test(arg!)) e.fail(`failed to parse pid: '${arg}'`);
        e.target = Number(arg);
        break;
      case 'w':
        e.wd = arg ?? '';
        break;
      case 'S':
      case 'G':
        if (!/^\d+$/.test(arg!)) e.fail(`failed to parse ${opt === 'S' ? 'uid' : 'gid'}: '${arg}'`);
        if (Number(arg) !== 0) e.fail(`warren: option -${opt} ${arg} is not supported`);
        break;
      case 'r':
        if (arg !== null && arg !== '/') e.fail(`warren: option -r${arg} is not supported`);
        break;
      case 'F':
        e.fork = false;
        break;
      case 'preserve-credentials':
        // There is no user namespace to change credentials in.
        break;
      case 'W':
      case 'Z':
        e.fail(`warren: option -${opt} is not supported`);
        break;
      default:
        e.wanted.set(opt, arg);
    }
  }
  return parsed.operands;
}

async function run(proc: Process): Promise<number> {
  const e = new Entering(proc);
  const command = read(e, proc.argv.slice(1));
  if (typeof command === 'string') {
    proc.out(command);
    return 0;
  }
  if (e.all) {
    if (e.target === 0) e.fail('no target PID specified for --all');
    e.takeAll();
  }
  if (e.wd === '' && e.target === 0) e.fail('neither filename nor target pid supplied for cwd');
  const wd = e.wd === '' ? proc.fs.readlink(e.file('cwd')) : e.wd;
  await e.enter();
  if (wd !== null) {
    attempt(e.name, `cannot open ${wd}`, () => {
      proc.cwd = wd;
    });
  }
  if (e.fork && e.wanted.has('p')) return e.continueAsChild(command);
  return execOrShell(proc, e.name, command);
}

export const nsenterMain: Program = (proc) => refusing(proc, () => run(proc));
