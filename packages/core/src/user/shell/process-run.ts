/** Child processes of a shell: forking, waiting, signals that come meanwhile. */
import { environment } from './environment.ts';
import { SystemError } from '../../syscall/index.ts';
import { EACCES, EAGAIN, EINTR, ENOENT, ENOEXEC, strerror } from '../../uapi/errno.ts';
import { S_IFDIR, S_IFMT } from '../../uapi/fcntl.ts';
import { SIGINT, SIGPIPE, SIGQUIT, SIGSEGV, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU, strsignal } from '../../uapi/signal.ts';
import type { Child, FdTable, Process, WaitResult } from '../process/types.ts';
import { DiscardSignal, ExitSignal, LoopSignal, ReturnSignal, ShellError } from './errors.ts';
import { type Job, exitStatus, silent } from './jobs.ts';
import type { Maybe } from './maybe.ts';
import { interpreterOf, isBinary, scriptText } from './script-file.ts';
import type { Shell } from './shell.ts';
import { TRAP_EXIT, Traps } from './traps.ts';
import { printable } from './words/quote.ts';

export interface ForkOptions {
  readonly fds?: FdTable;
  /** Runs beside the shell: no SIGINT from the terminal. */
  readonly background?: boolean;
  /** A command substitution: `set -e` does not reach into it. */
  readonly substitution?: boolean;
  readonly pgid?: number;
}

/** What an interactive shell ignores and its commands do not. */
const JOB_SIGNALS = [SIGTERM, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU];

/** A child of an interactive shell is not as deaf as that is. */
function defaultSignals(sh: Shell, child: Process): void {
  if (!sh.interactive || !sh.options.monitor) return;
  for (const s of JOB_SIGNALS) if (sh.traps.get(s) === undefined) child.signal(s, 'default');
}

/** Status of a shell that could not fork. */
const EX_FORK = 254;
/** Longest pause between two tries, in seconds; each is twice the one before. @see FORKSLEEP_MAX */
const LAST_PAUSE = 8;

/**
 * Makes sure that `count` processes can be started before the next time others run.
 * @throws ExitSignal 254 when the limit is still reached after tries over fifteen seconds, or the PID namespace is dead. @see jobs.c:make_child
 */
export function forkRoom(sh: Shell, count = 1): Maybe<void> {
  try {
    if (!sh.proc.mayFork(count)) return waitForRoom(sh, count);
  } catch (e) {
    if (e instanceof SystemError) return cannotFork(sh, e.strerror);
    throw e;
  }
}

async function cannotFork(sh: Shell, why: string): Promise<never> {
  await sh.warn(`${sh.name}: fork: ${why}\n`);
  throw new ExitSignal(EX_FORK);
}

async function waitForRoom(sh: Shell, count: number): Promise<void> {
  const why = strerror(EAGAIN);
  for (let pause = 1; pause <= LAST_PAUSE; pause *= 2) {
    await sh.warn(`${sh.name}: fork: retry: ${why}\n`);
    try {
      await sh.proc.nanosleep(pause * 1e9);
    } catch (e) {
      if (!(e instanceof SystemError)) throw e;
    }
    await attend(sh);
    if (sh.proc.mayFork(count)) return;
  }
  await cannotFork(sh, why);
}

/** Starts a subshell that runs `body`. Its state is this shell's as it is now. */
export function forkShell(sh: Shell, options: ForkOptions, body: (child: Shell) => Maybe<number>): Child {
  let child: Shell | null = null;
  const made = sh.proc.fork(() => subshellMain(child!, body), {
    ...(options.fds === undefined ? {} : { fds: options.fds }),
    ...(options.pgid === undefined ? {} : { pgid: options.pgid }),
  });
  const proc = made.process;
  defaultSignals(sh, proc);
  const traps = new Traps(proc, false, sh.traps, { err: sh.options.errtrace, debug: sh.options.functrace });
  child = sh.fork(proc, traps);
  if (options.background === true && !sh.options.monitor) {
    traps.ignore(SIGINT);
    traps.ignore(SIGQUIT);
  }
  if (options.substitution === true) {
    child.traceLevel++;
    if (child.shopts['inherit_errexit'] !== true && !child.posix) child.options.errexit = false;
  }
  child.options.monitor = false;
  if (options.background !== true) passOn(sh, made);
  return made;
}

/** A Ctrl-C that came just before a child began is the child's as well: or the shell would wait for it in vain. */
function passOn(sh: Shell, child: Child): void {
  if (sh.traps.interrupted || sh.traps.waits(SIGINT)) sh.proc.kill(child.pid, SIGINT);
}

/** The status a thrown signal of the script's flow stands for; other things are thrown on. */
export async function statusOf(sh: Shell, e: unknown): Promise<number> {
  if (e instanceof ExitSignal) return e.status;
  if (e instanceof ReturnSignal || e instanceof DiscardSignal) return e.status;
  if (e instanceof LoopSignal) return 0;
  if (e instanceof ShellError) {
    await sh.error(e.message);
    return e.status;
  }
  throw e;
}

async function subshellMain(sh: Shell, body: (child: Shell) => Maybe<number>): Promise<number> {
  let status: number;
  try {
    status = await body(sh);
    await attend(sh);
  } catch (e) {
    if (e instanceof ExitSignal && e.quiet) return e.status;
    status = await statusOf(sh, e);
  }
  return runExitTrap(sh, status);
}

/** Runs the EXIT trap, if there is one. @returns the status to end with */
export async function runExitTrap(sh: Shell, status: number): Promise<number> {
  const command = sh.traps.get(TRAP_EXIT);
  if (command === undefined || command === '') return status;
  sh.traps.set(TRAP_EXIT, null);
  sh.status = status;
  sh.lenient = 0;
  try {
    await sh.hooks.text(sh, command, { label: 'exit trap', line: 1 });
    return status;
  } catch (e) {
    if (e instanceof ExitSignal && e.quiet) return e.status;
    return e instanceof ExitSignal ? e.status : statusOf(sh, e);
  }
}

/** Runs the traps of signals that came, and ends the shell if one of them is deadly. */
export async function attend(sh: Shell): Promise<void> {
  await sh.proc.tick();
  const { traps } = sh;
  if (traps.interrupted) {
    traps.interrupted = false;
    await die(sh, SIGINT);
  }
  if (traps.fatal !== 0) await die(sh, traps.fatal);
  for (let n = traps.take(); n !== undefined; n = traps.take()) {
    const command = traps.get(n);
    if (command !== undefined && command !== '') await runTrap(sh, command);
  }
}

/** Traps within traps. */
const MAX_TRAPS = 2000;

/** Runs a trap's command; `$?` is afterwards what it was. */
export async function runTrap(sh: Shell, command: string): Promise<number> {
  const { status, pipeStatus, line, lenient } = sh;
  if (sh.traps.running >= MAX_TRAPS) {
    // A trap that sends itself its signal: bash uses up its stack.
    sh.proc.signal(SIGSEGV, 'default');
    sh.proc.raise(SIGSEGV);
  }
  sh.traps.running++;
  try {
    await sh.proc.tick();
    const result = await sh.hooks.text(sh, command, { label: 'trap', line });
    return result;
  } finally {
    sh.traps.running--;
    sh.status = status;
    sh.pipeStatus = pipeStatus;
    sh.line = line;
    sh.lenient = lenient;
  }
}

/** Ends the shell by a signal, after its EXIT trap. */
async function die(sh: Shell, signal: number): Promise<never> {
  if (sh.interactive && signal === SIGINT) {
    await sh.warn('\n');
    throw new DiscardSignal(128 + SIGINT);
  }
  await runExitTrap(sh, 128 + signal);
  sh.proc.signal(signal, 'default');
  sh.proc.raise(signal);
  await sh.proc.tick();
  throw new ExitSignal(128 + signal, true);
}

const isErrno = (e: unknown, errno: number): boolean => e instanceof SystemError && e.errno === -errno;

/** Waits for a child whatever signals come; a trap runs afterwards. */
export async function waitPid(sh: Shell, pid: number): Promise<WaitResult> {
  for (;;) {
    try {
      const r = await sh.proc.wait(pid, sh.options.monitor ? { untraced: true } : {});
      if (r !== null) {
        sh.jobs.record(r);
        if (r.stopped === 0) sh.traps.childEnded();
        sh.proc.reapAdopted();
        return r;
      }
    } catch (e) {
      if (isErrno(e, EINTR)) continue;
      if (e instanceof SystemError) return { pid, status: 127, signal: 0, stopped: 0 };
      throw e;
    }
  }
}

/** A command's processes, as they were started. */
export interface Started {
  readonly pid: number;
  readonly text: string;
}

/**
 * Waits for the processes of a foreground job; with job control it has the terminal meanwhile.
 * @param text the command, as `jobs` shows it. @param job when it is one already: `fg`
 * @returns their statuses, in order. @throws DiscardSignal when Ctrl-C ended it and the shell is interactive
 */
export async function waitForeground(
  sh: Shell,
  children: readonly Started[],
  text: string,
  job: Job | null = null,
): Promise<number[]> {
  const { monitor } = sh.options;
  const pgid = job?.pgid ?? children[0]!.pid;
  const statuses: number[] = [];
  const results: WaitResult[] = [];
  if (monitor) foreground(sh, pgid);
  for (const c of children) {
    const last = await waitPid(sh, c.pid);
    results.push(last);
    sh.jobs.ended.delete(c.pid);
    statuses.push(exitStatus(last));
    if (sh.interactive) continue;
    if (last.signal === SIGTERM && c === children.at(-1)) await sh.warn('Terminated\n');
    const decides = c === children.at(-1) || sh.options.pipefail;
    if (decides && last.signal !== 0 && !silent(last.signal)) await tell(sh, last, c.text);
  }
  if (monitor) foreground(sh, sh.proc.pgid);
  if (monitor && results.some((r) => r.stopped !== 0)) await stoppedJob(sh, pgid, children, results, text, job);
  else if (sh.interactive) await endedJob(sh, results, statuses);
  if (sh.traps.interrupted) {
    // Children that lived had the signal too. If one did not die of it, it was its business alone.
    sh.traps.interrupted = false;
    if (results.every((r) => r.signal === SIGINT || !sh.proc.sharedSigint(r.pid))) await die(sh, SIGINT);
  }
  if (sh.jobs.list.length > 0) await reap(sh);
  return statuses;
}

/** Ctrl-Z: the command becomes a job, unless it was one. */
async function stoppedJob(
  sh: Shell,
  pgid: number,
  children: readonly Started[],
  results: readonly WaitResult[],
  text: string,
  known: Job | null,
): Promise<void> {
  const processes = children.map((c, i) => ({ ...c, result: results[i]!.stopped === 0 ? results[i]! : null }));
  const job = known ?? sh.jobs.add(pgid, processes, text);
  job.stopped = results.find((r) => r.stopped !== 0)!.stopped;
  job.notified = true;
  sh.jobs.touch(job);
  sh.jobs.disturbed = true;
  await sh.warn(`\n${sh.jobs.line(job, '')}`);
}

/** What an interactive shell says of a command that a signal ended, and does about Ctrl-C. */
async function endedJob(sh: Shell, results: readonly WaitResult[], statuses: readonly number[]): Promise<void> {
  if (results.some((r) => r.signal !== 0)) sh.jobs.disturbed = true;
  const last = results.at(-1)!;
  if (results.some((r) => r.signal === SIGINT)) {
    await sh.warn('\n');
    sh.pipeStatus = statuses;
    // What follows in the list, or in the loop, is not run either. With a trap on SIGINT only a loop is left.
    if (sh.options.monitor && (sh.traps.get(SIGINT) === undefined || sh.loopDepth > 0))
      throw new DiscardSignal(128 + SIGINT);
  } else if (last.signal !== 0 && last.signal !== SIGPIPE) await sh.warn(`${strsignal(last.signal)}\n`);
}

/** `script: line 3: 1234 Killed   sleep 5`. */
export async function tell(sh: Shell, r: WaitResult, text: string): Promise<void> {
  await sh.error(`${String(r.pid).padStart(5)} ${strsignal(r.signal).padEnd(23)} ${text}`);
}

/** Notes the background processes that have ended. */
export async function reap(sh: Shell): Promise<void> {
  sh.proc.reapAdopted();
  for (const job of sh.jobs.list.slice()) {
    if (job.stopped !== 0 && !job.processes.some((p) => sh.proc.processes.get(p.pid)?.state === 'T')) job.stopped = 0;
    for (const p of job.processes) {
      if (p.result !== null) continue;
      try {
        const r = await sh.proc.wait(p.pid, { nohang: true, untraced: sh.options.monitor });
        if (r === null) continue;
        sh.jobs.record(r);
        if (r.stopped === 0) sh.traps.childEnded();
        if (r.stopped === 0 && !sh.interactive && r.signal !== 0 && !silent(r.signal)) {
          job.notified = true;
          await tell(sh, r, job.text);
        }
      } catch (e) {
        if (!(e instanceof SystemError)) throw e;
      }
    }
  }
}

/** Where a command's file is; null when PATH has none. */
export function findCommand(sh: Shell, name: string, path?: string): string | null {
  if (name.includes('/')) return name;
  if (path === undefined) {
    const known = sh.hashed.get(name);
    if (known !== undefined && (sh.shopts['checkhash'] !== true || sh.fs.exists(known.path) !== null)) {
      known.hits++;
      return known.path;
    }
  }
  const where = path ?? sh.vars.get('PATH') ?? '/usr/local/bin:/usr/bin:/bin';
  const file = where === '' ? null : sh.fs.which(name, where);
  if (file !== null && path === undefined && sh.options.hashall) sh.hashed.set(name, { path: file, hits: 1 });
  return file;
}

/** Says why a program cannot be run. @returns 126 or 127 */
async function refuse(sh: Shell, file: string, e: SystemError): Promise<number> {
  const st = sh.fs.exists(file);
  if (e.errno === -ENOENT && st !== null) {
    await sh.error(`${file}: cannot execute: required file not found`);
    return 127;
  }
  const isDirectory = st !== null && (st.mode & S_IFMT) === S_IFDIR;
  const interpreter =
    st !== null && !isDirectory && (st.mode & 0o111) !== 0 ? interpreterOf(sh.fs.readFile(file)) : null;
  if (interpreter !== null) {
    await sh.warn(`${sh.name}: ${file}: ${interpreter}: bad interpreter: ${e.strerror}\n`);
    return 126;
  }
  await sh.error(`${file}: ${e.errno === -EACCES && isDirectory ? 'Is a directory' : e.strerror}`);
  return e.errno === -ENOENT ? 127 : 126;
}

async function notFound(sh: Shell, name: string): Promise<number> {
  await sh.error(name.includes('/') ? `${name}: No such file or directory` : `${printable(name)}: command not found`);
  return 127;
}

/** A file that is no program and has no `#!`: a script for this shell. */
function scriptBody(file: string, args: readonly string[]): (child: Shell) => Promise<number> {
  return async (child) => {
    child.name = file;
    child.params = args.slice(1);
    child.functions = new Map([...child.functions].filter(([, f]) => f.exported));
    child.frames = [{ kind: 'main', name: 'main', source: file, line: 0 }];
    return child.hooks.text(child, scriptText(child.fs.readFile(file)), { label: '', line: 1 });
  };
}

/**
 * Becomes a program. What came for the shell is done before.
 * @throws SystemError when it cannot; the shell goes on then. @see execve(2)
 */
export async function become(
  sh: Shell,
  file: string,
  argv: readonly string[],
  env: ReadonlyMap<string, string>,
): Promise<never> {
  sh.traps.handOver();
  if (sh.traps.due) await attend(sh);
  let status: number;
  try {
    status = await sh.proc.execve(file, argv, env);
  } catch (e) {
    if (e instanceof SystemError) sh.traps.takeBack();
    throw e;
  }
  throw new ExitSignal(status, true);
}

/**
 * Runs a program and waits for it.
 * @param replace the shell has nothing else to do: it becomes the program
 */
export async function runProgram(
  sh: Shell,
  argv: readonly string[],
  text: string,
  replace: boolean,
  path?: string,
): Promise<number> {
  const name = argv[0]!;
  const file = findCommand(sh, name, path);
  const handler = file === null ? sh.functions.get('command_not_found_handle') : undefined;
  if (handler !== undefined)
    return await sh.hooks.command(sh, ['command_not_found_handle', ...argv], { functions: true });
  if (file === null) return notFound(sh, name);
  const env = environment(sh);
  env.set('_', file);
  try {
    if (replace) await become(sh, file, argv, env);
    const pgid = sh.options.monitor ? { pgid: 0 } : {};
    const room = forkRoom(sh);
    if (room !== undefined) await room;
    const child = await sh.proc.spawn(file, argv, { env, ...pgid });
    defaultSignals(sh, child.process);
    passOn(sh, child);
    const [status] = await waitForeground(sh, [{ pid: child.pid, text }], text);
    return status!;
  } catch (e) {
    if (!(e instanceof SystemError)) throw e;
    if (e.errno !== -ENOEXEC) {
      sh.hashed.delete(name);
      return refuse(sh, file, e);
    }
  }
  if (isBinary(sh.fs.readFile(file))) {
    await sh.error(`${file}: cannot execute binary file: Exec format error`);
    return 126;
  }
  if (replace) return scriptBody(file, argv)(sh);
  await forkRoom(sh);
  const child = forkShell(sh, sh.options.monitor ? { pgid: 0 } : {}, scriptBody(file, argv));
  const [status] = await waitForeground(sh, [{ pid: child.pid, text }], text);
  return status!;
}

/** Gives the terminal to a group, when there is one. */
export function foreground(sh: Shell, pgid: number): void {
  try {
    if (sh.proc.isatty(0)) sh.proc.tcsetpgrp(0, pgid);
  } catch (e) {
    if (!(e instanceof SystemError)) throw e;
  }
}
