/** The `unshare` command of util-linux 2.38.1. @see unshare(1) */
import { CLONE_NEWNS } from '../../../uapi/sched.ts';
import { SIGINT, SIGKILL, signalNumber, SIGTERM } from '../../../uapi/signal.ts';
import type { Child, Process, Program } from '../../process/types.ts';
import { getopt, type LongOption } from '../getopt.ts';
import {
  attempt,
  execOrShell,
  NAMESPACE_KINDS,
  NAMESPACE_OPTIONS,
  type NamespaceLetter,
  Refusal,
  refusing,
} from '../namespace-run.ts';
import { endLike, waitFor } from '../process-run.ts';
import { HELP } from './usage.ts';

const LONG: readonly LongOption[] = [
  { name: 'help', val: 'h' },
  { name: 'version', val: 'V' },
  ...NAMESPACE_OPTIONS,
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
  /** Namespaces to make, with the files to keep them in. */
  readonly wanted: Map<Letter, string | null>;
  propagation: 'private' | 'slave' | 'unchanged';
  /** Where to mount proc. */
  proc: string | null;
  fork: boolean;
  /** What the child is sent when this process ends; 0 for nothing. */
  killChild: number;
  cwd: string | null;
}

type Letter = Exclude<NamespaceLetter, 'U'>;

/** The file of a new namespace is that of the children where only they are in it. */
const fileOf = (letter: Letter): string =>
  NAMESPACE_KINDS.get(letter)!.file + (letter === 'p' || letter === 'T' ? '_for_children' : '');

function propagation(name: string, mode: string): 'private' | 'slave' | 'unchanged' {
  if (mode === 'private' || mode === 'slave' || mode === 'unchanged') return mode;
  if (mode === 'shared') throw new Refusal(`${name}: warren: --propagation ${mode} is not supported\n`);
  throw new Refusal(`${name}: unsupported propagation mode: ${mode}\n`);
}

function signalOf(name: string, word: string): number {
  const n = /^\d+$/.test(word) ? Number(word) : signalNumber(word.toUpperCase().replace(/^SIG/, ''));
  if (n < 1 || n > 64) throw new Refusal(`${name}: unknown signal: ${word}\n`);
  return n;
}

/** @throws Refusal on what cannot be. */
function plan(
  name: string,
  args: readonly string[],
): { readonly plan: Plan; readonly command: readonly string[] } | string {
  const p: Plan = { wanted: new Map(), propagation: 'private', proc: null, fork: false, killChild: 0, cwd: null };
  const parsed = getopt(name, args, SHORT, LONG);
  for (const { opt, arg, error } of parsed.options) {
    if (error !== '') throw new Refusal(`${error}\nTry '${name} --help' for more information.\n`);
    switch (opt) {
      case 'h':
        return HELP;
      case 'V':
        return `${name} from util-linux 2.38.1\n`;
      case 'C':
      case 'i':
      case 'u':
      case 'n':
      case 'p':
      case 'm':
      case 'T':
        p.wanted.set(opt, arg ?? p.wanted.get(opt) ?? null);
        break;
      case 'propagation':
        p.propagation = propagation(name, arg!);
        break;
      case 'mount-proc':
        if (!p.wanted.has('m')) p.wanted.set('m', null);
        p.proc = arg ?? '/proc';
        break;
      case 'f':
        p.fork = true;
        break;
      case 'kill-child':
        p.fork = true;
        p.killChild = arg === null ? SIGKILL : signalOf(name, arg);
        break;
      case 'w':
        p.cwd = arg;
        break;
      case 'setgroups':
        if (arg !== 'allow' && arg !== 'deny')
          throw new Refusal(`${name}: unsupported --setgroups argument '${arg}'\n`);
        throw new Refusal(`${name}: warren: option --setgroups is not supported\n`);
      default:
        throw new Refusal(`${name}: warren: option ${opt.length === 1 ? '-' : '--'}${opt} is not supported\n`);
    }
  }
  return { plan: p, command: parsed.operands };
}

/** Binds the namespaces of a process over the files that are to keep them. */
function bindFiles(proc: Process, name: string, pid: number, p: Plan): void {
  for (const letter of NAMESPACE_KINDS.keys()) {
    const target = letter === 'U' ? null : (p.wanted.get(letter) ?? null);
    if (target === null) continue;
    const source = `/proc/${pid}/ns/${fileOf(letter as Letter)}`;
    attempt(name, `mount ${source} on ${target} failed`, () => proc.fs.bind(source, target));
  }
}

/** A child that stays with the old mounts and binds the files once told to. */
class Binder {
  readonly #proc: Process;
  readonly #child: Child;
  readonly #tell: number;

  constructor(proc: Process, name: string, p: Plan) {
    const [read, write] = proc.pipe();
    this.#proc = proc;
    this.#tell = write;
    this.#child = attempt(name, 'fork failed', () =>
      proc.fork((inside) =>
        refusing(inside, async () => {
          await inside.read(read, 1);
          bindFiles(inside, name, inside.ppid, p);
          return 0;
        }),
      ),
    );
    proc.close(read);
  }

  /** @returns the child's status */
  async bind(): Promise<number> {
    await this.#proc.write(this.#tell, new Uint8Array(1));
    this.forget();
    return (await waitFor(this.#proc, this.#child.pid)).status;
  }

  forget(proc: Process = this.#proc): void {
    proc.close(this.#tell);
  }
}

/** What the program finds: /proc and the directory. */
function prepare(proc: Process, name: string, p: Plan): void {
  if (p.cwd !== null) {
    const dir = p.cwd;
    attempt(name, `cannot chdir to '${dir}'`, () => {
      proc.cwd = dir;
    });
  }
  if (p.proc !== null) {
    const dir = p.proc;
    const flags = ['nosuid', 'nodev', 'noexec', 'relatime'];
    attempt(name, `mount ${dir} failed`, () => proc.fs.mount('proc', dir, { flags }));
  }
}

/** Waits for the child and ends as it did. */
async function endWith(proc: Process, name: string, child: Child): Promise<number> {
  for (const signal of [SIGINT, SIGTERM]) proc.signal(signal, 'ignore');
  const result = await waitFor(proc, child.pid);
  // As the original, which cannot set what these do.
  if (result.signal === SIGKILL) throw new Refusal(`${name}: sigprocmask unblock failed: Invalid argument\n`);
  return endLike(proc, result);
}

async function run(proc: Process): Promise<number> {
  const { name } = proc;
  const parsed = plan(name, proc.argv.slice(1));
  if (typeof parsed === 'string') {
    proc.out(parsed);
    return 0;
  }
  const { plan: p, command } = parsed;
  const keeps = [...p.wanted.values()].some((file) => file !== null);
  const binder = keeps && p.wanted.has('m') ? new Binder(proc, name, p) : null;
  let flags = 0;
  for (const letter of p.wanted.keys()) flags |= NAMESPACE_KINDS.get(letter)!.flag;
  attempt(name, 'unshare failed', () => {
    proc.unshare(flags & ~CLONE_NEWNS);
    if (p.wanted.has('m')) proc.unshareMounts(p.propagation);
  });
  const child = !p.fork
    ? null
    : attempt(name, 'fork failed', () =>
        proc.fork((inside) =>
          refusing(inside, async () => {
            binder?.forget(inside);
            inside.deathSignal = p.killChild;
            prepare(inside, name, p);
            return execOrShell(inside, name, command);
          }),
        ),
      );
  if (binder !== null) {
    const status = await binder.bind();
    if (status !== 0) return status;
  } else if (keeps) bindFiles(proc, name, proc.pid, p);
  if (child !== null) return endWith(proc, name, child);
  prepare(proc, name, p);
  return execOrShell(proc, name, command);
}

export const unshareMain: Program = (proc) => refusing(proc, () => run(proc));
