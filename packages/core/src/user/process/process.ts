import { concatBytes, utf8Decode } from '../../lib/text.ts';
import { type Pollable, type Received, type Socket, SystemError, type Task } from '../../syscall/index.ts';
import {
  EAGAIN,
  EBADF,
  ECHILD,
  EINTR,
  EINVAL,
  EIO,
  ENOENT,
  ENOTTY,
  EPERM,
  EPIPE,
  ESPIPE,
  ESRCH,
} from '../../uapi/errno.ts';
import { O_ACCMODE, O_CLOEXEC, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } from '../../uapi/fcntl.ts';
import {
  SIGABRT,
  SIGCHLD,
  SIGCONT,
  SIGKILL,
  SIGPIPE,
  SIGSTOP,
  SIGTSTP,
  SIGTTIN,
  SIGTTOU,
} from '../../uapi/signal.ts';
import { POLLERR, POLLHUP, POLLIN, POLLOUT } from '../../uapi/socket.ts';
import type { FsContext, Machine } from './context.ts';
import { fail } from './error.ts';
import { type Executable, resolveExecutable } from './exec.ts';
import { Descriptors } from './fd-table.ts';
import { ProcessFileSystem } from './fs/file-system.ts';
import type { MountNamespace, Propagation } from './fs/mount.ts';
import { BaseFile } from './open-file.ts';
import { makePipe } from './pipe.ts';
import { defaultAction, SignalState, Unwind } from './signals.ts';
import { LineCutter, Stdio } from './stdio.ts';
import type { Tty } from './tty.ts';
import { TtyFile } from './tty.ts';
import type {
  FdTable,
  OpenFile,
  PollEntry,
  Process,
  ProcessTable,
  Program,
  ProgramEntry,
  SignalAction,
  SpawnOptions,
  WaitResult,
} from './types.ts';

/** The name of the machine, shared by the processes of a UTS namespace. */
export interface UtsNamespace {
  hostname: string;
}

/** What a process needs of the system it lives in. */
export interface Host extends Machine {
  readonly table: ProcessTable;
  readonly programs: ReadonlyMap<string, ProgramEntry>;
  members(pgid: number): readonly ProcessImpl[];
  find(pid: number): ProcessImpl | undefined;
  all(): readonly ProcessImpl[];
  add(process: ProcessImpl): void;
  remove(process: ProcessImpl): void;
  /** The program, loaded at its first use. */
  load(entry: ProgramEntry): Promise<Program>;
  crashed(process: ProcessImpl, error: unknown): void;
  ended(process: ProcessImpl, result: WaitResult): void;
}

/** What a new process starts with. */
export interface ProcessInit {
  readonly host: Host;
  readonly task: Task;
  readonly parent: ProcessImpl | null;
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
const READ_SIZE = 65536;

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** A process. @see types.ts:Process */
export class ProcessImpl implements Process, FsContext {
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
  parent: ProcessImpl | null;
  readonly children: Set<ProcessImpl> = new Set();
  readonly signals: SignalState;
  /** How it ended; null while it lives. */
  result: WaitResult | null = null;
  /** The signal that stopped it, 0 while it runs. */
  stopped = 0;
  /** The stop was not yet reported to the parent. */
  stopNews = false;
  #cwd: string;
  #uts: UtsNamespace;
  #stdio: Stdio;
  #blocked = false;
  #doom: Unwind | null = null;
  readonly #sockets: Set<Socket> = new Set();
  readonly #rest: Map<number, Uint8Array> = new Map();
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
    this.#uts = init.uts;
    this.signals = init.signals;
    this.exe = init.exe;
    this.name = init.name;
    this.startTime = this.task.now() / 1e9;
    this.#stdio = new Stdio(this);
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
    return this.#uts.hostname;
  }

  set hostname(name: string) {
    if (name.length > 64) fail(EINVAL, 'sethostname');
    this.#uts.hostname = name;
  }

  get processes(): ProcessTable {
    return this.machine.table;
  }

  // ---- life and death

  /** Runs `main` until it ends. Never rejects. */
  async run(main: (proc: ProcessImpl) => Promise<number>): Promise<void> {
    let end: Unwind;
    try {
      await this.task.yield_();
      await this.tick();
      end = new Unwind((await main(this)) & 255, 0);
      await this.#flushAll();
    } catch (e) {
      end = await this.#endOf(e);
    }
    this.#terminate(this.#doom ?? end);
  }

  /** What a program's exception means; what it printed before exit(3) or a crash still goes out. */
  async #endOf(e: unknown): Promise<Unwind> {
    let end: Unwind;
    if (e instanceof Unwind) {
      end = e;
      if (e.signal !== 0) return e;
      this.#doom = null;
    } else {
      this.machine.crashed(this, e);
      end = new Unwind(0, SIGABRT);
    }
    try {
      await this.#flushAll();
      return end;
    } catch (again) {
      return again instanceof Unwind ? again : end;
    }
  }

  /** exit(3)'s flush: an error of it is told as the close_stdout of coreutils does. */
  async #flushAll(): Promise<void> {
    try {
      await this.flush();
      await this.#flushErr();
    } catch (e) {
      if (!(e instanceof SystemError)) throw e;
      this.err(`${this.name}: write error: ${e.strerror}\n`);
      throw new Unwind(1, 0);
    }
  }

  #terminate({ status, signal }: Unwind): void {
    const result: WaitResult = { pid: this.pid, status, signal, stopped: 0 };
    this.result = result;
    this.stopped = 0;
    this.fds.closeAll();
    for (const socket of [...this.#sockets]) socket.close();
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
    this.task.exit();
    const { parent } = this;
    if (parent === null || parent.signals.action(SIGCHLD) === 'ignore') {
      parent?.children.delete(this);
      this.machine.remove(this);
    }
    parent?.post(SIGCHLD);
    parent?.notify();
    this.machine.ended(this, result);
  }

  exit(status: number): never {
    this.#doom = new Unwind(status & 255, 0);
    throw this.#doom;
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
  #deliver(): boolean {
    if (this.#doom !== null) throw this.#doom;
    let handled = false;
    while (this.signals.any) {
      const signal = this.signals.take();
      const action = this.signals.action(signal);
      if (typeof action === 'function') {
        handled = true;
        action(signal);
        if (this.#doom !== null) throw this.#doom;
        continue;
      }
      switch (action === 'ignore' ? 'ignore' : defaultAction(signal)) {
        case 'terminate':
          this.#doom = new Unwind(0, signal);
          throw this.#doom;
        case 'stop':
          if (signal !== SIGSTOP && this.#orphaned()) break;
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
  #orphaned(): boolean {
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
    let targets: readonly ProcessImpl[];
    if (pid > 0) {
      const one = machine.find(pid);
      targets = one === undefined ? [] : [one];
    } else if (pid === -1) targets = machine.all().filter((p) => p !== this && p.pid !== 1);
    else targets = machine.members(pid === 0 ? this.pgid : -pid);
    if (targets.length === 0) fail(ESRCH, 'kill');
    for (const target of targets) target.post(signal);
    if (targets.includes(this)) this.#deliver();
  }

  // ---- waiting

  /** Begins a system call. Its promise is to be awaited if there is one. */
  #enter(): Promise<void> | null {
    this.task.charge('syscall');
    if (this.#doom !== null || this.signals.any) this.#deliver();
    return this.stopped !== 0 || this.#stdio.err.length > 0 || this.task.shouldYield() ? this.#pause() : null;
  }

  /** What a system call may have to do first: stand still while stopped, write late errors, let others run. */
  async #pause(): Promise<void> {
    if (this.stopped !== 0) await this.#sleep(Infinity, [], () => true);
    if (this.#stdio.err.length > 0) await this.#flushErr();
    if (this.task.shouldYield()) {
      await this.task.yield_();
      this.#deliver();
    }
  }

  /**
   * The one place where a process waits: until `ready`, the deadline, or a signal.
   * @returns whether it was ready. @throws SystemError EINTR after a handler ran.
   */
  async #sleep(deadline: number, on: readonly Pollable[], ready: () => boolean): Promise<boolean> {
    const { task } = this;
    const external = on.length === 1 && on[0] instanceof BaseFile && on[0].external;
    for (const source of on) source.addWaiter(this.#wake);
    this.#blocked = true;
    try {
      for (;;) {
        const isReady = this.stopped === 0 && ready();
        if (isReady && this.#doom === null && !this.signals.any) return true;
        const handled = this.#deliver();
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
    await this.#enter();
    await this.#sleep(this.task.now() + Math.max(0, ns), [], () => false);
  }

  async poll(entries: readonly PollEntry[], timeoutNs: number): Promise<number[]> {
    await this.#enter();
    let masks: number[] = [];
    const look = (): boolean => {
      masks = entries.map((e) => e.on.poll() & (e.events | POLLERR | POLLHUP));
      return masks.some((m) => m !== 0);
    };
    const deadline = timeoutNs <= 0 ? -Infinity : this.task.now() + timeoutNs;
    await this.#sleep(deadline, entries.map((e) => e.on), look);
    return masks;
  }

  async tick(): Promise<void> {
    if (this.#doom !== null || this.signals.any) this.#deliver();
    if (this.stopped !== 0 || this.#stdio.err.length > 0 || this.task.shouldYield()) await this.#pause();
  }

  // ---- text out and in

  out(text: string): void {
    this.#stdio.out.putText(text);
  }

  outBytes(bytes: Uint8Array): void {
    this.#stdio.out.putBytes(bytes);
  }

  err(text: string): void {
    this.#stdio.err.putText(text);
  }

  async flush(): Promise<void> {
    if (this.#stdio.out.length > 0) await this.write(1, this.#stdio.out.take(false));
  }

  async drain(): Promise<void> {
    if (this.#stdio.out.full) await this.write(1, this.#stdio.out.take(true));
    else if (this.#doom !== null || this.signals.any || this.stopped !== 0 || this.task.shouldYield()) await this.tick();
  }

  async #flushErr(): Promise<void> {
    const { err } = this.#stdio;
    if (err.length === 0) return;
    if (this.fds.get(2) === undefined) err.take(false);
    else await this.#writeAll(2, err.take(false));
  }

  async *lines(fd = 0): AsyncGenerator<string, void, undefined> {
    const cutter = new LineCutter();
    let ready: string[] = [];
    let next = 0;
    const early = this.#rest.get(fd);
    this.#rest.delete(fd);
    if (early !== undefined) ready = cutter.cut(early);
    let ended = false;
    try {
      for (;;) {
        while (next < ready.length) yield ready[next++]!;
        const bytes = await this.read(fd);
        if (bytes.length === 0) break;
        next = 0;
        ready = cutter.cut(bytes);
      }
      ended = true;
      if (cutter.pending) yield utf8Decode(cutter.take());
    } finally {
      if (!ended) this.#keepRest(fd, ready.slice(next), cutter.take());
    }
  }

  /** Keeps what a reader of lines took too much of, for the next one. */
  #keepRest(fd: number, lines: readonly string[], tail: Uint8Array): void {
    const stdio = new Stdio({ fds: new Descriptors(), task: this.task });
    for (const line of lines) stdio.out.putText(`${line}\n`);
    const rest = concatBytes([stdio.out.take(false), tail]);
    if (rest.length > 0) this.#rest.set(fd, rest);
  }

  async readAll(fd = 0): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    const early = this.#rest.get(fd);
    this.#rest.delete(fd);
    if (early !== undefined) parts.push(early);
    for (;;) {
      const bytes = await this.read(fd);
      if (bytes.length === 0) break;
      parts.push(bytes);
    }
    return parts.length === 1 ? parts[0]! : concatBytes(parts);
  }

  // ---- descriptors

  #file(fd: number, syscall: string): OpenFile {
    return this.fds.get(fd) ?? fail(EBADF, syscall);
  }

  async read(fd: number, size: number = READ_SIZE): Promise<Uint8Array> {
    const entered = this.#enter();
    if (entered !== null) await entered;
    const file = this.#file(fd, 'read');
    if (file instanceof TtyFile) await this.#foreground(file.tty, SIGTTIN);
    if ((file.flags & O_ACCMODE) !== O_WRONLY && (file.flags & O_NONBLOCK) === 0) {
      const ready = (): boolean => (file.poll() & (POLLIN | POLLHUP | POLLERR)) !== 0;
      if (!ready()) await this.#sleep(Infinity, [file], ready);
    }
    const bytes = file.read(size);
    this.task.charge('byte', bytes.length);
    return bytes;
  }

  /** Job control: who reads in the background is stopped. @see drivers/tty/tty_jobctrl.c:__tty_check_change */
  async #foreground(tty: Tty, signal: number): Promise<void> {
    for (;;) {
      if (this.controllingTty !== tty || tty.foreground === 0 || tty.foreground === this.pgid) return;
      if (this.signals.action(signal) === 'ignore' || this.#orphaned()) fail(EIO, 'read');
      for (const p of this.machine.members(this.pgid)) p.post(signal);
      await this.#sleep(this.task.now(), [], () => false);
    }
  }

  async write(fd: number, data: Uint8Array): Promise<void> {
    const entered = this.#enter();
    if (entered !== null) await entered;
    await this.#writeAll(fd, data);
  }

  async #writeAll(fd: number, data: Uint8Array): Promise<void> {
    const file = this.#file(fd, 'write');
    const nonblock = (file.flags & O_NONBLOCK) !== 0;
    const ready = (): boolean => (file.poll() & (POLLOUT | POLLHUP | POLLERR)) !== 0;
    for (let o = 0; o < data.length; ) {
      if (!nonblock && (file.flags & O_ACCMODE) !== O_RDONLY && !ready()) await this.#sleep(Infinity, [file], ready);
      const part = o === 0 ? data : data.subarray(o);
      let n: number;
      try {
        n = file.write(part);
      } catch (e) {
        if (!(e instanceof SystemError) || e.errno !== -EPIPE) throw e;
        this.post(SIGPIPE);
        this.#deliver();
        throw e;
      }
      this.task.charge('byte', n);
      o += n;
    }
  }

  async open(path: string, flags: number, mode = 0o666): Promise<number> {
    const entered = this.#enter();
    if (entered !== null) await entered;
    const file = this.fs.open(path, flags, mode);
    const cloexec = (flags & O_CLOEXEC) !== 0;
    if (file.kind === 'pipe' && (flags & O_NONBLOCK) === 0) await this.#otherEnd(path, file);
    return this.fds.add(file, 0, cloexec);
  }

  /** Opening a fifo waits for who opens its other end. @see fs/pipe.c:fifo_open */
  async #otherEnd(path: string, file: OpenFile): Promise<void> {
    const mode = file.flags & O_ACCMODE;
    const pipe = this.fs.fifo(path)?.pipe;
    if (pipe === undefined || mode === O_RDWR) return;
    try {
      await this.#sleep(Infinity, [file], () => (mode === O_RDONLY ? pipe.writers : pipe.readers) > 0);
    } catch (e) {
      file.release();
      throw e;
    }
  }

  close(fd: number): void {
    this.task.charge('syscall');
    this.#rest.delete(fd);
    if (!this.fds.close(fd)) fail(EBADF, 'close');
  }

  pipe(): [number, number] {
    this.task.charge('syscall');
    const [reader, writer] = makePipe(this.machine.nextIno());
    return [this.fds.add(reader), this.fds.add(writer)];
  }

  dup2(from: number, to: number): void {
    this.task.charge('syscall');
    const file = this.#file(from, 'dup2');
    if (to < 0) fail(EBADF, 'dup2');
    if (from === to) return;
    this.#rest.delete(to);
    this.fds.set(to, file.retain());
  }

  /** @throws SystemError EBADF, ESPIPE on what has no positions, EINVAL. @see lseek(2) */
  lseek(fd: number, offset: number, whence: number): number {
    const file = this.#file(fd, 'lseek');
    return file.seek === undefined ? fail(ESPIPE, 'lseek') : file.seek(offset, whence);
  }

  isatty(fd: number): boolean {
    return this.fds.get(fd)?.kind === 'tty';
  }

  winsize(fd: number): { readonly rows: number; readonly cols: number } | null {
    const file = this.fds.get(fd);
    return file instanceof TtyFile ? { rows: file.tty.rows, cols: file.tty.cols } : null;
  }

  // ---- processes

  /** @throws SystemError ENOENT when a name is in none of PATH's directories. */
  #resolve(path: string, argv: readonly string[], env: ReadonlyMap<string, string>): Executable {
    const found = this.fs.which(path, env.get('PATH')) ?? fail(ENOENT, 'execve', path);
    return resolveExecutable(this.fs, this.machine.programs, found, argv);
  }

  async spawn(path: string, argv: readonly string[], options: SpawnOptions = {}): Promise<Process> {
    const entered = this.#enter();
    if (entered !== null) await entered;
    const target = this.#resolve(path, argv, options.env ?? this.env);
    const child = this.#child(options, target);
    if (child.fds instanceof Descriptors) child.fds.closeOnExec();
    void child.run((p) => p.#program(target.entry));
    return child;
  }

  fork(main: (child: Process) => Promise<number>, options: SpawnOptions = {}): ProcessImpl {
    const child = this.#child(options, { argv: this.argv, exe: this.exe, comm: this.name });
    void child.run(main);
    return child;
  }

  #child(options: SpawnOptions, image: { argv: readonly string[]; exe: string; comm: string }): ProcessImpl {
    const { task } = this;
    task.charge('fork');
    const cwd = options.cwd === undefined ? this.#cwd : this.fs.directory(options.cwd);
    return new ProcessImpl({
      host: this.machine,
      task: task.kernel.fork(task),
      parent: this,
      argv: image.argv,
      env: options.env ?? this.env,
      cwd,
      umask: this.umask,
      fds: options.fds ?? this.fds.copy(),
      pgid: options.pgid ?? this.pgid,
      sid: this.sid,
      tty: this.controllingTty,
      mountNs: this.mountNs,
      uts: this.#uts,
      signals: this.signals.inherit(),
      exe: image.exe,
      name: baseName(image.argv[0] ?? image.comm),
    });
  }

  async #program(entry: ProgramEntry): Promise<number> {
    this.task.charge('exec');
    const program = await this.machine.load(entry);
    await this.tick();
    return program(this);
  }

  async execve(path: string, argv: readonly string[], env: ReadonlyMap<string, string>): Promise<number> {
    const entered = this.#enter();
    if (entered !== null) await entered;
    const target = this.#resolve(path, argv, this.env);
    await this.flush();
    this.become(target, env);
    try {
      return await this.#program(target.entry);
    } catch (e) {
      if (e instanceof Unwind) throw e;
      // The old program must not take the new one's exception for a failure of execve.
      this.machine.crashed(this, e);
      this.#doom = new Unwind(0, SIGABRT);
      throw this.#doom;
    }
  }

  /** Becomes another program, as far as others see. */
  become(target: Executable, env: ReadonlyMap<string, string>): void {
    const copy = [...env];
    this.env.clear();
    for (const [k, v] of copy) this.env.set(k, v);
    this.argv = target.argv;
    this.exe = target.exe;
    this.name = baseName(target.argv[0] ?? target.comm);
    this.signals.resetHandlers();
    this.#stdio = new Stdio(this);
    this.#rest.clear();
    if (this.fds instanceof Descriptors) this.fds.closeOnExec();
  }

  /** Runs the program as this process's own: for the first process of a system. */
  runProgram(entry: ProgramEntry): Promise<number> {
    return this.#program(entry);
  }

  async wait(
    pid: number,
    options: { readonly nohang?: boolean; readonly untraced?: boolean } = {},
  ): Promise<WaitResult | null> {
    const entered = this.#enter();
    if (entered !== null) await entered;
    let found: WaitResult | null = null;
    const look = (): boolean => {
      found = this.#reap(pid, options.untraced === true);
      return found !== null;
    };
    if (look()) return found;
    if (options.nohang === true) return null;
    await this.#sleep(Infinity, [], look);
    return found;
  }

  /** Takes a child's news. @throws SystemError ECHILD when no such child exists. */
  #reap(pid: number, untraced: boolean): WaitResult | null {
    let any = false;
    for (const child of this.children) {
      if (pid > 0 ? child.pid !== pid : pid === 0 ? child.pgid !== this.pgid : pid !== -1 && child.pgid !== -pid) continue;
      any = true;
      if (child.result !== null) {
        this.children.delete(child);
        this.machine.remove(child);
        return child.result;
      }
      if (untraced && child.stopNews) {
        child.stopNews = false;
        return { pid: child.pid, status: 0, signal: 0, stopped: child.stopped };
      }
    }
    return any ? null : fail(ECHILD, 'wait4');
  }

  setpgid(pid: number, pgid: number): void {
    this.task.charge('syscall');
    const target = pid === 0 || pid === this.pid ? this : [...this.children].find((c) => c.pid === pid);
    if (target === undefined || target.result !== null) fail(ESRCH, 'setpgid');
    if (pgid < 0) fail(EINVAL, 'setpgid');
    if (target.sid === target.pid || target.sid !== this.sid) fail(EPERM, 'setpgid');
    const group = pgid === 0 ? target.pid : pgid;
    if (group !== target.pid && !this.machine.members(group).some((p) => p.sid === this.sid)) fail(EPERM, 'setpgid');
    target.pgid = group;
  }

  /** A new session, without a terminal. @throws SystemError EPERM when it leads a group. @see setsid(2) */
  setsid(): number {
    if (this.machine.members(this.pid).length > 0) fail(EPERM, 'setsid');
    this.sid = this.pid;
    this.pgid = this.pid;
    this.controllingTty = null;
    return this.pid;
  }

  tcsetpgrp(fd: number, pgid: number): void {
    const file = this.#file(fd, 'tcsetpgrp');
    if (!(file instanceof TtyFile) || file.tty !== this.controllingTty) fail(ENOTTY, 'tcsetpgrp');
    if (!this.machine.members(pgid).some((p) => p.sid === this.sid)) fail(EPERM, 'tcsetpgrp');
    file.tty.foreground = pgid;
  }

  // ---- the network and namespaces

  socket(family: number, type: number, protocol: number): Socket {
    this.task.charge('syscall');
    return this.#own(this.task.socket(family, type, protocol));
  }

  /** Closes a socket with the process, if the program does not; those it accepts too. */
  #own(socket: Socket): Socket {
    const { close, accept } = socket;
    this.#sockets.add(socket);
    socket.close = () => {
      if (this.#sockets.delete(socket)) close.call(socket);
    };
    socket.accept = () => this.#own(accept.call(socket));
    return socket;
  }

  async recv(socket: Socket, timeoutNs = Infinity, size?: number): Promise<Received> {
    const entered = this.#enter();
    if (entered !== null) await entered;
    const ready = (): boolean => (socket.poll() & (POLLIN | POLLERR | POLLHUP)) !== 0;
    if (!ready() && !(await this.#sleep(this.task.now() + timeoutNs, [socket], ready))) fail(EAGAIN, 'recvmsg');
    return socket.recvmsg(size === undefined ? {} : { size });
  }

  unshareMounts(propagation: Propagation = 'slave'): void {
    this.task.charge('syscall');
    const old = this.mountNs;
    this.mountNs = old.copy(this.machine.nextIno(), propagation).retain();
    old.release();
  }

  /** A host name of its own. @see unshare(2) with CLONE_NEWUTS */
  unshareUts(): void {
    this.task.charge('syscall');
    this.#uts = { hostname: this.#uts.hostname };
  }
}
