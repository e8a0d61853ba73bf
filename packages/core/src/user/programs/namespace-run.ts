/** What unshare and nsenter of util-linux share: the namespaces there are, failures as words, a program to become. */
import { SystemError } from '../../syscall/index.ts';
import {
  CLONE_NEWCGROUP,
  CLONE_NEWIPC,
  CLONE_NEWNET,
  CLONE_NEWNS,
  CLONE_NEWPID,
  CLONE_NEWTIME,
  CLONE_NEWUSER,
  CLONE_NEWUTS,
} from '../../uapi/sched.ts';
import type { Process } from '../process/types.ts';
import type { LongOption } from './getopt.ts';
import { execFailure } from './process-run.ts';

/** The letter of the option that stands for a namespace. */
export type NamespaceLetter = 'C' | 'i' | 'u' | 'n' | 'p' | 'm' | 'T' | 'U';

export interface NamespaceKind {
  /** What unshare(2) and setns(2) call it. */
  readonly flag: number;
  /** The file below /proc/PID/ns of one that a process is in. */
  readonly file: string;
}

/** In the order they are entered, and their files bound. */
export const NAMESPACE_KINDS: ReadonlyMap<NamespaceLetter, NamespaceKind> = new Map([
  ['U', { flag: CLONE_NEWUSER, file: 'user' }],
  ['C', { flag: CLONE_NEWCGROUP, file: 'cgroup' }],
  ['i', { flag: CLONE_NEWIPC, file: 'ipc' }],
  ['u', { flag: CLONE_NEWUTS, file: 'uts' }],
  ['n', { flag: CLONE_NEWNET, file: 'net' }],
  ['p', { flag: CLONE_NEWPID, file: 'pid' }],
  ['m', { flag: CLONE_NEWNS, file: 'mnt' }],
  ['T', { flag: CLONE_NEWTIME, file: 'time' }],
]);

/** The options that name them, each with a file if one wants. */
export const NAMESPACE_OPTIONS: readonly LongOption[] = [
  { name: 'mount', arg: 'optional', val: 'm' },
  { name: 'uts', arg: 'optional', val: 'u' },
  { name: 'ipc', arg: 'optional', val: 'i' },
  { name: 'net', arg: 'optional', val: 'n' },
  { name: 'pid', arg: 'optional', val: 'p' },
  { name: 'user', arg: 'optional', val: 'U' },
  { name: 'cgroup', arg: 'optional', val: 'C' },
  { name: 'time', arg: 'optional', val: 'T' },
];

/** Ends the command with words and a status. */
export class Refusal extends Error {
  readonly words: string;
  readonly status: number;
  constructor(words: string, status = 1) {
    super(words);
    this.words = words;
    this.status = status;
  }
}

/** Runs `main` as a program does: its refusals are its words and status. */
export async function refusing(proc: Process, main: () => Promise<number>): Promise<number> {
  try {
    return await main();
  } catch (e) {
    if (!(e instanceof Refusal)) throw e;
    proc.err(e.words);
    return e.status;
  }
}

/** The end because of a failed call of the kernel. */
export function failWith(name: string, what: string, e: unknown): never {
  if (!(e instanceof SystemError)) throw e;
  throw new Refusal(`${name}: ${what}: ${e.strerror}\n`);
}

/** What a call of the kernel did, or the end with `what` and its error. */
export function attempt<T>(name: string, what: string, call: () => T): T {
  try {
    return call();
  } catch (e) {
    return failWith(name, what, e);
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
