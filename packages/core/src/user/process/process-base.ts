import type { Pollable, Socket, Task } from '../../syscall/index.ts';
import { EINTR, EINVAL, ESRCH } from '../../uapi/errno.ts';
import { SIGABRT, SIGCHLD, SIGCONT, SIGKILL, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU } from '../../uapi/signal.ts';
import { POLLERR, POLLHUP } from '../../uapi/socket.ts';
import type { FsContext, Machine } from './context.ts';
import { fail } from './error.ts';
import { ProcessFileSystem } from './fs/file-system.ts';
import type { MountNamespace } from './fs/mount.ts';
import { BaseFile } from './open-file.ts';
import { defaultAction, SignalState, Unwind } from './signals.ts';
import { Stdio } from './stdio.ts';
import type { Tty } from './tty.ts';
import type { FdTable, PollEntry, ProcessTable, Program, ProgramEntry, SignalAction, WaitResult } from './types.ts';

/** The name of the machine, shared by the processes of a UTS namespace. */
export interface UtsNamespace {
  hostname: string;
}

/** What a process needs of the system it lives in. */
export interface Host extends Machine {
  readonly table: ProcessTable;
  readonly programs: ReadonlyMap<string, ProgramEntry>;
  members(pgid: number): readonly ProcessBase[];
  find(pid: number): ProcessBase | undefined;
  all(): readonly ProcessBase[];
  add(process: ProcessBase): void;
  remove(process: ProcessBase): void;
  /** The program, loaded at its first use. */
  load(entry: ProgramEntry): Promise<Program>;
  crashed(process: ProcessBase, error: unknown): void;
  ended(process: ProcessBase, result: WaitResult): void;
}

/** What a new process starts with. */
export interface ProcessInit {
  readonly host: Host;
  readonly task: Task;
  readonly parent: ProcessBase | null;
  readonly argv: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly cwd: string;
  readonly umask: number;
  readonly fds: FdTable;
  readonly pgid: number;
  readonly sid: number;
  readonly tty: Tty | null;
  readonly mountNs: MountNamespace;
  readonly uts: UtsNamespace;
  readonly signals: SignalState;
  readonly exe: string;
  readonly name: string;
}

const STOPS: readonly number[] = [SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU];

/** A process as others see it: who it is, how it waits, what signals do to it, how it ends. */
export abstract class ProcessBase implements FsContext {
  readonly task: Task;
  readonly pid: number;
  readonly fs: ProcessFileSystem;
  readonly env: Map<string, string>;
  readonly fds: FdTable;
  readonly uid = 0;
  readonly startTime: number;
  readonly machine: Host;
  argv: readonly string[];
  name: string;
  exe: string;
  umask: number;
  pgid: number;
  sid: number;
  controllingTty: Tty | null;
  mountNs: MountNamespace;
  parent: ProcessBase | null;
  readonly children: Set<ProcessBase> = new Set();
  readonly signals: SignalState;
  /** How it ended; null while it lives. */
  result: WaitResult | null = null;
  /** The signal that stopped it, 0 while it runs. */
  stopped = 0;
  /** The stop was not yet reported to the parent. */
  stopNews = false;
  #cwd: string;
  protected uts: UtsNamespace;
  protected stdio: Stdio;
  #blocked = false;
  /** Calls of `tick`: a loop that makes no system call takes time too. */
  #ticks = 0;
  protected doom: Unwind | null = null;
  protected readonly sockets: Set<Socket> = new Set();
  #outsideWake: (() => void) | null = null;
  readonly #wake: () => void = () => {
    this.task.wake();
    this.#outsideWake?.();
  };

  constructor(init: ProcessInit) {
    this.machine = init.host;
    this.task = init.task;
    this.pid = init.task.pid;
    this.parent = init.parent;
    this.argv = init.argv;
    this.env = new Map(init.env);
    this.#cwd = init.cwd;
    this.umask = init.umask;
    this.fds = init.fds;
    this.pgid = init.pgid === 0 ? this.pid : init.pgid;
    this.sid = init.sid === 0 ? this.pid : init.sid;
    this.controllingTty = init.tty;
    this.mountNs = init.mountNs.retain();
    this.uts = init.uts;
    this.signals = init.signals;
    this.exe = init.exe;
    this.name = init.name;
    this.startTime = this.task.now() / 1e9;
    this.stdio = new Stdio(this);
    this.fs = new ProcessFileSystem(this);
    init.parent?.children.add(this);
    init.host.add(this);
  }

  get ppid(): number {
    return this.parent === null ? (this.pid === 1 ? 0 : 1) : this.parent.pid;
  }

  get state(): 'R' | 'S' | 'T' | 'Z' {
    if (this.result !== null) return 'Z';
    if (this.stopped !== 0) return 'T';
    return this.#blocked ? 'S' : 'R';
  }

  get tty(): string | null {
    return this.controllingTty?.name ?? null;
  }

  get cwd(): string {
    return this.#cwd;
  }

  /** @throws SystemError ENOENT, ENOTDIR. @see chdir(2) */
  set cwd(path: string) {
    this.#cwd = this.fs.directory(path);
  }

  get hostname(): string {
    return this.uts.hostname;
  }

  set hostname(name: string) {
    if (name.length > 64) fail(EINVAL, 'sethostname');
    this.uts.hostname = name;
  }

  get processes(): ProcessTable {
    return this.machine.table;
  }

  /** Writes out what stdio holds, at the end. @throws Unwind when that fails. */
  protected abstract flushAll(): Promise<void>;
  /** Writes what `err` could not at once. */
  protected abstract flushErr(): Promise<void>;

  // ---- life and death

  /** Runs `main` until it ends. Never rejects. */
  async run(main: (proc: this) => Promise<number>): Promise<void> {
    let end: Unwind;
    try {
      await this.task.yield_();
      await this.tick();
      end = new Unwind((await main(this)) & 255, 0);
      await this.flushAll();
    } catch (e) {
      end = await this.#endOf(e);
    }
    this.#terminate(this.doom ?? end);
  }

  /** What a program's exception means; what it printed before exit(3) or a crash still goes out. */
  async #endOf(e: unknown): Promise<Unwind> {
    let end: Unwind;
    if (e instanceof Unwind) {
      end = e;
      if (e.signal !== 0) return e;
      this.doom = null;
    } else {
      this.machine.crashed(this, e);
      end = new Unwind(0, SIGABRT);
    }
    try {
      await this.flushAll();
      return end;
    } catch (again) {
      return again instanceof Unwind ? again : end;
    }
  }

  #terminate({ status, signal }: Unwind): void {
    const result: WaitResult = { pid: this.pid, status, signal, stopped: 0 };
    this.result = result;
    this.stopped = 0;
    this.fds.closeAll();
    for (const socket of this.sockets) socket.close();
    this.mountNs.release();
    for (const child of this.children) {
      child.parent = null;
      if (child.result !== null) this.machine.remove(child);
      else if (child.stopped !== 0 && child.pgid !== this.pgid) {
        child.post(1);
        child.post(SIGCONT);
      }
    }
    this.children.clear();
    const tty = this.controllingTty;
    if (tty !== null && this.sid === this.pid && tty.session === this.sid) {
      tty.session = 0;
      for (const p of this.machine.members(tty.foreground)) if (p !== this) p.post(1);
    }
    const { parent } = this;
    if (parent === null || parent.signals.action(SIGCHLD) === 'ignore') {
      parent?.children.delete(this);
      this.machine.remove(this);
    }
    parent?.post(SIGCHLD);
    parent?.notify();
    this.machine.ended(this, result);
    // Last: it hands the processor on, and who waited for this must be in line by then.
    this.task.exit();
  }

  exit(status: number): never {
    this.doom = new Unwind(status & 255, 0);
    throw this.doom;
  }

  /** Something it may wait for happened. */
  notify(): void {
    this.#wake();
  }

  // ---- signals

  /** Sends it a signal. @see kernel/signal.c:send_signal_locked */
  post(signal: number): void {
    if (this.result !== null || signal === 0) return;
    if (signal === SIGCONT || signal === SIGKILL) {
      for (const stop of STOPS) this.signals.remove(stop);
      if (this.stopped !== 0) {
        this.stopped = 0;
        this.stopNews = false;
        this.#wake();
      }
    } else if (STOPS.includes(signal)) this.signals.remove(SIGCONT);
    if (this.signals.ignores(signal)) return;
    this.signals.add(signal);
    this.#wake();
  }

  /**
   * Acts on pending signals. @returns whether a handler ran.
   * @throws Unwind when one of them ends the process, or it is ending already.
   */
  protected deliver(): boolean {
    if (this.doom !== null) throw this.doom;
    let handled = false;
    while (this.signals.any) {
      const signal = this.signals.take();
      const action = this.signals.action(signal);
      if (typeof action === 'function') {
        handled = true;
        action(signal);
        if (this.doom !== null) throw this.doom;
        continue;
      }
      switch (action === 'ignore' ? 'ignore' : defaultAction(signal)) {
        case 'terminate':
          this.doom = new Unwind(0, signal);
          throw this.doom;
        case 'stop':
          if (signal !== SIGSTOP && this.orphaned()) break;
          this.#stop(signal);
          return handled;
        default:
      }
    }
    return handled;
  }

  #stop(signal: number): void {
    this.stopped = signal;
    this.stopNews = true;
    this.parent?.post(SIGCHLD);
    this.parent?.notify();
  }

  /** Whether nobody outside its group, but in its session, could continue it. @see is_current_pgrp_orphaned */
  protected orphaned(): boolean {
    return !this.machine
      .members(this.pgid)
      .some((p) => p.parent !== null && p.parent.pgid !== this.pgid && p.parent.sid === this.sid);
  }

  signal(signal: number, action: SignalAction): void {
    if (signal < 1 || signal > 64 || signal === SIGKILL || signal === SIGSTOP) fail(EINVAL, 'sigaction');
    this.signals.setAction(signal, action);
  }

  kill(pid: number, signal: number): void {
    this.task.charge('syscall');
    if (!Number.isInteger(signal) || signal < 0 || signal > 64) fail(EINVAL, 'kill');
    const { machine } = this;
    let targets: readonly ProcessBase[];
    if (pid > 0) {
      const one = machine.find(pid);
      targets = one === undefined ? [] : [one];
    } else if (pid === -1) targets = machine.all().filter((p) => p !== this && p.pid !== 1);
    else targets = machine.members(pid === 0 ? this.pgid : -pid);
    if (targets.length === 0) fail(ESRCH, 'kill');
    for (const target of targets) target.post(signal);
    if (targets.includes(this)) this.deliver();
  }

  // ---- waiting

  /** Begins a system call. Its promise is to be awaited if there is one. */
  protected enter(): Promise<void> | null {
    this.task.charge('syscall');
    if (this.doom !== null || this.signals.any) this.deliver();
    return this.stopped !== 0 || this.stdio.err.length > 0 || this.task.shouldYield() ? this.#pause() : null;
  }

  /** What a system call may have to do first: stand still while stopped, write late errors, let others run. */
  async #pause(): Promise<void> {
    if (this.stopped !== 0) await this.sleep(Infinity, [], () => true);
    if (this.stdio.err.length > 0) await this.flushErr();
    if (this.task.shouldYield()) {
      await this.task.yield_();
      this.deliver();
    }
  }

  /**
   * The one place where a process waits: until `ready`, the deadline, or a signal.
   * @returns whether it was ready. @throws SystemError EINTR after a handler ran.
   */
  protected async sleep(deadline: number, on: readonly Pollable[], ready: () => boolean): Promise<boolean> {
    const { task } = this;
    const external = on.length === 1 && on[0] instanceof BaseFile && on[0].external;
    for (const source of on) source.addWaiter(this.#wake);
    this.#blocked = true;
    try {
      for (;;) {
        const isReady = this.stopped === 0 && ready();
        if (isReady && this.doom === null && !this.signals.any) return true;
        const handled = this.deliver();
        if (this.stopped !== 0) {
          await task.block(Infinity);
          continue;
        }
        if (isReady) return true;
        if (handled) fail(EINTR, 'wait');
        if (external && deadline !== -Infinity) {
          await task.outside(
            new Promise<void>((resolve) => {
              this.#outsideWake = resolve;
            }),
          );
          this.#outsideWake = null;
          continue;
        }
        if (task.now() >= deadline) return false;
        await task.block(deadline);
      }
    } finally {
      this.#blocked = false;
      this.#outsideWake = null;
      for (const source of on) source.removeWaiter(this.#wake);
    }
  }

  async nanosleep(ns: number): Promise<void> {
    await this.enter();
    await this.sleep(this.task.now() + Math.max(0, ns), [], () => false);
  }

  async poll(entries: readonly PollEntry[], timeoutNs: number): Promise<number[]> {
    await this.enter();
    let masks: number[] = [];
    const look = (): boolean => {
      masks = entries.map((e) => e.on.poll() & (e.events | POLLERR | POLLHUP));
      return masks.some((m) => m !== 0);
    };
    const deadline = timeoutNs <= 0 ? -Infinity : this.task.now() + timeoutNs;
    await this.sleep(
      deadline,
      entries.map((e) => e.on),
      look,
    );
    return masks;
  }

  async tick(): Promise<void> {
    if ((++this.#ticks & 63) === 0) this.task.charge('builtin');
    if (this.doom !== null || this.signals.any) this.deliver();
    if (this.stopped !== 0 || this.stdio.err.length > 0 || this.task.shouldYield()) await this.#pause();
  }
}
