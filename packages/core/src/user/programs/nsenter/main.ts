/** The `nsenter` command of util-linux 2.38.1. @see nsenter(1) */
import { SystemError } from '../../../syscall/index.ts';
import { O_RDONLY } from '../../../uapi/fcntl.ts';
import {
  CLONE_NEWCGROUP,
  CLONE_NEWIPC,
  CLONE_NEWNET,
  CLONE_NEWNS,
  CLONE_NEWPID,
  CLONE_NEWTIME,
  CLONE_NEWUSER,
  CLONE_NEWUTS,
} from '../../../uapi/sched.ts';
import type { Child, Process, Program } from '../../process/types.ts';
import { getopt, type LongOption } from '../getopt.ts';
import { endLike, waitFor } from '../process-run.ts';
import { execOrShell } from '../unshare/main.ts';
import { HELP } from './usage.ts';

const LONG: readonly LongOption[] = [
  { name: 'all', val: 'a' },
  { name: 'help', val: 'h' },
  { name: 'version', val: 'V' },
  { name: 'target', arg: 'required', val: 't' },
  { name: 'mount', arg: 'optional', val: 'm' },
  { name: 'uts', arg: 'optional', val: 'u' },
  { name: 'ipc', arg: 'optional', val: 'i' },
  { name: 'net', arg: 'optional', val: 'n' },
  { name: 'pid', arg: 'optional', val: 'p' },
  { name: 'user', arg: 'optional', val: 'U' },
  { name: 'cgroup', arg: 'optional', val: 'C' },
  { name: 'time', arg: 'optional', val: 'T' },
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

/** By option letter, in the order they are entered: what setns(2) calls it, the file below /proc/PID. */
const NAMESPACES: ReadonlyMap<string, { readonly flag: number; readonly file: string }> = new Map([
  ['U', { flag: CLONE_NEWUSER, file: 'ns/user' }],
  ['C', { flag: CLONE_NEWCGROUP, file: 'ns/cgroup' }],
  ['i', { flag: CLONE_NEWIPC, file: 'ns/ipc' }],
  ['u', { flag: CLONE_NEWUTS, file: 'ns/uts' }],
  ['n', { flag: CLONE_NEWNET, file: 'ns/net' }],
  ['p', { flag: CLONE_NEWPID, file: 'ns/pid' }],
  ['m', { flag: CLONE_NEWNS, file: 'ns/mnt' }],
  ['T', { flag: CLONE_NEWTIME, file: 'ns/time' }],
]);

class Refusal extends Error {}

const words = (e: unknown): string => {
  if (e instanceof SystemError) return e.strerror;
  throw e;
};

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
    for (const [letter, { file }] of NAMESPACES) {
      if (this.wanted.has(letter)) continue;
      try {
        const { fs } = this.proc;
        if (fs.stat(this.file(file)).ino !== fs.stat(`/proc/self/${file}`).ino) this.wanted.set(letter, null);
      } catch (e) {
        this.fail(`stat of ${this.file(file)} failed: ${words(e)}`);
      }
    }
  }

  /** Opens all of them first, for the way to them may lead through what is left. */
  async enter(): Promise<void> {
    const files: [flag: number, file: string, fd: number][] = [];
    for (const [letter, { flag, file }] of NAMESPACES) {
      const given = this.wanted.get(letter);
      if (given === undefined) continue;
      if (given === null && this.target === 0) this.fail(`neither filename nor target pid supplied for ${file}`);
      const path = given ?? this.file(file);
      try {
        files.push([flag, file, await this.proc.open(path, O_RDONLY)]);
      } catch (e) {
        this.fail(`cannot open ${path}: ${words(e)}`);
      }
    }
    for (const [flag, file, fd] of files) {
      try {
        this.proc.setns(fd, flag);
      } catch (e) {
        this.fail(`reassociate to namespace '${file}' failed: ${words(e)}`);
      }
      this.proc.close(fd);
    }
  }

  /** Only a child is in the PID namespace. @see nsenter.c:continue_as_child */
  async continueAsChild(command: readonly string[]): Promise<number> {
    const { proc, name } = this;
    let child: Child;
    try {
      child = proc.fork((inside) => execOrShell(inside, name, command));
    } catch (e) {
      return this.fail(`fork failed: ${words(e)}`);
    }
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

export const nsenterMain: Program = async (proc) => {
  const e = new Entering(proc);
  try {
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
      try {
        proc.cwd = wd;
      } catch (error) {
        e.fail(`cannot open ${wd}: ${words(error)}`);
      }
    }
    if (e.fork && e.wanted.has('p')) return await e.continueAsChild(command);
    return await execOrShell(proc, e.name, command);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    proc.err(error.message);
    return 1;
  }
};
