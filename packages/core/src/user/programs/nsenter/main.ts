/** The `nsenter` command of util-linux 2.38.1. @see nsenter(1) */
import { SystemError } from '../../../syscall/index.ts';
import { EINVAL } from '../../../uapi/errno.ts';
import { O_RDONLY } from '../../../uapi/fcntl.ts';
import type { Process, Program } from '../../process/types.ts';
import { getopt, type LongOption } from '../getopt.ts';
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

/** The file below /proc/PID of each namespace option, in the order they are entered. */
const NAMESPACES: Readonly<Record<string, string>> = {
  U: 'ns/user',
  C: 'ns/cgroup',
  i: 'ns/ipc',
  u: 'ns/uts',
  n: 'ns/net',
  p: 'ns/pid',
  m: 'ns/mnt',
  T: 'ns/time',
};

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
    for (const [letter, ns] of Object.entries(NAMESPACES)) {
      if (this.wanted.has(letter)) continue;
      try {
        if (!this.same(this.file(ns), ns)) this.wanted.set(letter, null);
      } catch (e) {
        this.fail(`stat of ${this.file(ns)} failed: ${words(e)}`);
      }
    }
  }

  same(path: string, ns: string): boolean {
    return this.proc.fs.stat(path).ino === this.proc.fs.stat(`/proc/${this.proc.pid}/${ns}`).ino;
  }

  async enter(): Promise<void> {
    const files: [letter: string, path: string, fd: number][] = [];
    for (const [letter, ns] of Object.entries(NAMESPACES)) {
      const given = this.wanted.get(letter);
      if (given === undefined) continue;
      if (given === null && this.target === 0) this.fail(`neither filename nor target pid supplied for ${ns}`);
      const path = given ?? this.file(ns);
      try {
        files.push([letter, path, await this.proc.open(path, O_RDONLY)]);
      } catch (e) {
        this.fail(`cannot open ${path}: ${words(e)}`);
      }
    }
    for (const [letter, path, fd] of files) {
      this.setns(letter, path, fd);
      this.proc.close(fd);
    }
  }

  setns(letter: string, path: string, fd: number): void {
    const ns = NAMESPACES[letter]!;
    const cannot = (why: string): never => this.fail(`reassociate to namespace '${ns}' failed: ${why}`);
    const invalid = new SystemError(EINVAL, 'setns').strerror;
    if (letter !== 'n') {
      // Entering one's own changes nothing, but one's own user namespace cannot be entered.
      if (letter === 'U') cannot(invalid);
      if (!this.same(path, ns)) this.fail(`warren: option -${letter} is not supported`);
      return;
    }
    const handle = this.proc.fds.get(fd)?.netns;
    if (handle === undefined) cannot(invalid);
    else {
      try {
        this.proc.task.setns(handle);
      } catch (e) {
        cannot(words(e));
      }
    }
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
      case 'preserve-credentials':
        // There is no user namespace to change credentials in, and nothing forks without a pid namespace.
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
    const wd = e.wd === '' ? proc.fs.readlink(e.file('cwd')) : e.wd;
    await e.enter();
    if (wd !== null) {
      try {
        proc.cwd = wd;
      } catch (error) {
        e.fail(`cannot open ${wd}: ${words(error)}`);
      }
    }
    return await execOrShell(proc, e.name, command);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    proc.err(error.message);
    return 1;
  }
};
