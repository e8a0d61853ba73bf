import { type Pollable, type Socket, type Task } from '../../syscall/index.ts';
import { EINTR, EINVAL, ENOENT, ESRCH } from '../../uapi/errno.ts';
import {
  SIGABRT,
  SIGCHLD,
  SIGCONT,
  SIGHUP,
  SIGINT,
  SIGKILL,
  SIGSTOP,
  SIGTSTP,
  SIGTTIN,
  SIGTTOU,
} from '../../uapi/signal.ts';
import { POLLERR, POLLHUP } from '../../uapi/socket.ts';
import type { FsContext, Machine } from './context.ts';
import { fail } from './error.ts';
import { exhausted, isExhaustion } from './exhaustion.ts';
import { ProcessFileSystem } from './fs/file-system.ts';
import type { Inode } from './fs/inode.ts';
import { inNamespace, type MountNamespace, type Place, relocated } from './fs/mount.ts';
import { BaseFile } from './open-file.ts';
import type { NamespaceSet } from './namespaces.ts';
import type { Member, PidNamespace } from './pid-ns.ts';
import { NOBODY, processTable } from './process-table.ts';
import { defaultAction, SignalState, Unwind } from './signals.ts';
import { Stdio } from './stdio.ts';
import type { Tty } from './tty/tty.ts';
import type { FdTable, PollEntry, ProcessTable, Program, ProgramEntry, SignalAction, WaitResult } from './types.ts';

/** What a process needs of the system it lives in. */
export interface Host extends Machine {
  readonly programs: ReadonlyMap<string, ProgramEntry>;
  /** The living processes of a group, by the kernel's number. */
  members(pgid: number): readonly ProcessBase[];
  /** By the kernel's number. */
  find(kpid: number): ProcessBase | undefined;
  all(): readonly ProcessBase[];
  add(process: ProcessBase): void;
  /** Whether so many more processes may be. */
  hasRoom(count: number): boolean;
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
  readonly cwd: Place;
  readonly umask: number;
  readonly nice: number;
  readonly fds: FdTable;
  /** Kernel's numbers; 0: the process's own. */
  readonly pgid: number;
  readonly sid: number;
  readonly tty: Tty | null;
  readonly mountNs: MountNamespace;
  readonly namespaces: NamespaceSet;
  readonly signals: SignalState;
  readonly exe: string;
  readonly name: string;
}

const STOPS: readonly number[] = [SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU];

/** A process as others see it: who it is, how it waits, what signals do to it, how it ends. */
export abstract class ProcessBase implements FsContext, Member {
  readonly task: Task;
  /** Numbers of the process, its group and its session as the kernel has them. */
  readonly kpid: number;
  kpgid: number;
  ksid: number;
  /** Its number in its own PID namespace. */
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
  /** Was born to another process, and came here when that ended. */
  adopted = false;
  /** Sent to it when its parent ends; 0 for none. @see prctl(2) PR_SET_PDEATHSIG */
  deathSignal = 0;
  namespaces: NamespaceSet;
  #cwd: Place;
  #nice: number;
  protected stdio: Stdio;
  #blocked = false;
  /** Calls of `tick`: a loop that makes no system call takes time too. */
  #ticks = 0;
  protected doom: Unwind | null = null;
  /** Nothing can reach it any more. @see PF_EXITING */
  #over = false;
  /** A handler ran since the system call began: one that waits is interrupted, though it had not begun to. */
  protected handled = false;
  /** Children that lived when it was last sent SIGINT, by their numbers in the kernel. */
  #sigintWith: ReadonlySet<number> = new Set();
  protected readonly sockets: Set<Socket> = new Set();
  #outsideWake: (() => void) | null = null;
  readonly #wake: () => void = () => {
    this.task.wake();
    this.#outsideWake?.();
  };

  constructor(init: ProcessInit) {
    this.machine = init.host;
    this.task = init.task;
    this.kpid = init.task.pid;
    this.namespaces = init.namespaces;
    init.namespaces.pid.add(this);
    this.pid = this.pidNs.numberOf(this.kpid);
    this.task.findPid = (pid) => this.pidNs.kernelNumber(pid);
    this.parent = init.parent;
    this.argv = init.argv;
    this.env = new Map(init.env);
    this.#cwd = init.cwd;
    this.umask = init.umask;
    this.#nice = init.nice;
    this.fds = init.fds;
    this.kpgid = init.pgid === 0 ? this.kpid : init.pgid;
    this.ksid = init.sid === 0 ? this.kpid : init.sid;
    this.controllingTty = init.tty;
    this.mountNs = init.mountNs.retain();
    this.signals = init.signals;
    this.exe = init.exe;
    this.name = init.name;
    this.startTime = this.task.now() / 1e9;
    this.stdio = new Stdio(this);
    this.fs = new ProcessFileSystem(this);
    init.parent?.children.add(this);
    init.host.add(this);
  }

  /** The PID namespace it is in, for life. */
  get pidNs(): PidNamespace {
    return this.namespaces.pid;
  }

  /** Whether it is number 1 of a PID namespace that was made: whom signals from inside do not harm. */
  get isInit(): boolean {
    return this.pidNs.init === this;
  }

  /** Number 1 of the machine itself: whom its own processes do not harm, though the host can. @see SIGNAL_UNKILLABLE */
  get #isFirst(): boolean {
    return this.kpid === 1 && this.pidNs.parent === null;
  }

  /** Its parent's number, as the kernel has it; 0 for none. */
  get kppid(): number {
    return this.parent === null ? Number(this.pidNs.parent === null && this.kpid !== 1) : this.parent.kpid;
  }

  get ppid(): number {
    return this.pidNs.numberOf(this.kppid);
  }

  get pgid(): number {
    return this.pidNs.numberOf(this.kpgid);
  }

  get sid(): number {
    return this.pidNs.numberOf(this.ksid);
  }

  get state(): 'R' | 'S' | 'T' | 'Z' {
    if (this.result !== null) return 'Z';
    if (this.stopped !== 0) return 'T';
    return this.#blocked ? 'S' : 'R';
  }

  get tty(): string | null {
    return this.controllingTty?.name ?? null;
  }

  get tpgid(): number {
    return this.controllingTty === null ? -1 : this.pidNs.numberOf(this.controllingTty.foreground);
  }

  /** @throws SystemError ENOENT when the directory is gone. @see getcwd(2) */
  get cwd(): string {
    return this.#cwd.inode.nlink === 0 ? fail(ENOENT, 'getcwd') : this.#cwd.path;
  }

  /** @throws SystemError ENOENT, ENOTDIR. @see chdir(2) */
  set cwd(path: string) {
    this.#cwd = this.fs.directory(path);
  }

  get cwdPlace(): Place {
    return this.#cwd;
  }

  moved(directory: Inode, to: Place): void {
    const place = relocated(this.#cwd, directory, to);
    if (place !== this.#cwd) this.#cwd = inNamespace(place, this.mountNs);
  }

  /** Enters a namespace of mounts. @param place where it stands then; the same place as before when not given */
  protected enterMounts(ns: MountNamespace, place?: Place): void {
    const old = this.mountNs;
    this.mountNs = ns.retain();
    this.#cwd = place ?? inNamespace(this.#cwd, ns);
    old.release();
  }

  get nice(): number {
    return this.#nice;
  }

  /** @see setpriority(2): values out of range are brought into it */
  set nice(value: number) {
    this.#nice = Math.max(-20, Math.min(19, value));
  }

  get hostname(): string {
    return this.namespaces.uts.hostname;
  }

  set hostname(name: string) {
    if (name.length > 64) fail(EINVAL, 'sethostname');
    this.namespaces.uts.hostname = name;
  }

  /** As /proc shows them: by the numbers of the PID namespace it was mounted in. */
  get processes(): ProcessTable {
    const ns = this.fs.procNs();
    return ns === null ? NOBODY : processTable(this.machine, ns);
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
      // What came before exit(2) is acted on before it.
      this.deliver();
    } catch (e) {
      end = await this.#endOf(e);
    }
    this.#over = true;
    this.fds.closeAll();
    for (const socket of this.sockets) socket.close();
    if (this.isInit) await this.#zap();
    this.#terminate(this.doom ?? end);
  }

  /** The end of a PID namespace: whoever is in it ends first. @see zap_pid_ns_processes */
  async #zap(): Promise<void> {
    const ns = this.pidNs;
    ns.dead = true;
    this.signals.setAction(SIGCHLD, 'ignore');
    const others = (): ProcessBase[] =>
      this.machine.all().filter((p) => p !== this && p.result === null && p.pidNs.within(ns));
    for (const p of others()) p.post(SIGKILL);
    while (others().length > 0) await this.task.block(Infinity);
  }

  /** What a program's exception means; what it printed before exit(3) or a crash still goes out. */
  async #endOf(e: unknown): Promise<Unwind> {
    let end: Unwind;
    if (e instanceof Unwind) {
      end = e;
      if (e.signal !== 0) return e;
      this.doom = null;
    } else end = this.failure(e);
    try {
      await this.flushAll();
      return end;
    } catch (again) {
      return again instanceof Unwind ? again : end;
    }
  }

  /** How a program ends that threw: it met a limit, or there is a bug of ours. */
  protected failure(e: unknown): Unwind {
    if (isExhaustion(e)) return exhausted(e, (text) => this.stdio.err.putText(`${this.name}: ${text}\n`));
    this.machine.crashed(this, e);
    return new Unwind(0, SIGABRT);
  }

  sharedSigint(pid: number): boolean {
    return this.#sigintWith.has(this.pidNs.kernelNumber(pid));
  }

  #terminate({ status, signal }: Unwind): void {
    const result: WaitResult = { pid: this.pid, status, signal, stopped: 0 };
    this.result = result;
    this.stopped = 0;
    this.mountNs.release();
    this.#leaveChildren();
    const tty = this.controllingTty;
    if (tty !== null && this.ksid === this.kpid && tty.session === this.ksid) {
      tty.session = 0;
      for (const p of this.machine.members(tty.foreground)) if (p !== this) p.post(SIGHUP);
    }
    const { parent } = this;
    if (parent !== null) this.#hangUpIfOrphaned(this.kpgid, parent);
    for (let ns: PidNamespace | null = this.pidNs; ns !== null; ns = ns.parent) {
      if (ns.dead && ns.init !== this) (ns.init as ProcessBase).notify();
    }
    if (parent === null || parent.signals.action(SIGCHLD) === 'ignore') {
      parent?.children.delete(this);
      this.machine.remove(this);
    }
    parent?.childNews();
    this.machine.ended(this, result);
    // Last: it hands the processor on, and who waited for this must be in line by then.
    this.task.exit();
  }

  /** Children go to the first process of the namespace, or to nobody. @see kernel/exit.c:forget_original_parent */
  #leaveChildren(): void {
    const { init } = this.pidNs;
    const heir = init === this || this.pidNs.dead ? null : (init as ProcessBase | null);
    for (const child of this.children) {
      child.parent = heir;
      child.adopted = true;
      if (heir !== null && heir.signals.action(SIGCHLD) !== 'ignore') {
        heir.children.add(child);
        if (child.result !== null) heir.childNews();
      } else if (child.result !== null) this.machine.remove(child);
      if (child.result !== null) continue;
      if (child.deathSignal !== 0) child.post(child.deathSignal, this);
      child.#hangUpIfOrphaned(child.kpgid, this);
    }
    this.children.clear();
  }

  /**
   * Stopped processes of a group that nobody can continue any more are hung up.
   * @param parent whom this process had, and who counted. @see kernel/exit.c:kill_orphaned_pgrp
   */
  #hangUpIfOrphaned(group: number, parent: ProcessBase): void {
    if (parent.kpgid === group || parent.ksid !== this.ksid) return;
    const members = this.machine.members(group);
    if (!members.some((p) => p.stopped !== 0) || members.some((p) => p.guarded)) return;
    for (const p of members) {
      p.post(SIGHUP);
      p.post(SIGCONT);
    }
  }

  /** Its parent is of the same session but another group. */
  protected get guarded(): boolean {
    const { parent } = this;
    return parent !== null && parent.kpgid !== this.kpgid && parent.ksid === this.ksid;
  }

  /** A child ended or stopped. */
  protected childNews(): void {
    this.post(SIGCHLD);
    this.notify();
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

  /** Sends it a signal. @param from who does; the kernel without. @see kernel/signal.c:send_signal_locked */
  post(signal: number, from?: ProcessBase): void {
    if (this.result !== null || signal === 0) return;
    if (signal === SIGINT)
      this.#sigintWith = new Set([...this.children].filter((c) => !c.#over && c.doom === null).map((c) => c.kpid));
    const handled = typeof this.signals.action(signal) === 'function';
    if (!handled && from !== undefined && this.#isFirst) return;
    if (!handled && this.isInit) {
      // Only from above, and only what cannot be handled. @see sig_task_ignored
      const above = from === undefined || !from.pidNs.within(this.pidNs);
      if (!above || (signal !== SIGKILL && signal !== SIGSTOP && signal !== SIGCONT)) return;
    }
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
        this.handled = true;
        action(signal);
        if (this.doom !== null) throw this.doom;
        continue;
      }
      switch (action === 'ignore' ? 'ignore' : defaultAction(signal)) {
        case 'terminate':
          if (this.isInit && signal !== SIGKILL) break;
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
    this.parent?.childNews();
  }

  /** Whether nobody outside its group, but in its session, could continue it. @see is_current_pgrp_orphaned */
  protected orphaned(): boolean {
    return !this.machine.members(this.kpgid).some((p) => p.guarded);
  }

  signalAction(signal: number): SignalAction {
    return this.signals.action(signal);
  }

  signal(signal: number, action: SignalAction): void {
    if (signal < 1 || signal > 64 || signal === SIGKILL || signal === SIGSTOP) fail(EINVAL, 'sigaction');
    this.signals.setAction(signal, action);
  }

  kill(pid: number, signal: number): void {
    this.task.charge('syscall');
    if (!Number.isInteger(signal) || signal < 0 || signal > 64) fail(EINVAL, 'kill');
    const { machine, pidNs } = this;
    let targets: readonly ProcessBase[];
    if (pid > 0) {
      const one = machine.find(pidNs.kernelNumber(pid));
      targets = one === undefined ? [] : [one];
    } else if (pid === -1) targets = machine.all().filter((p) => p !== this && pidNs.numberOf(p.kpid) > 1);
    else targets = machine.members(pid === 0 ? this.kpgid : pidNs.kernelNumber(-pid));
    if (targets.length === 0) fail(ESRCH, 'kill');
    for (const target of targets) target.post(signal, this);
    if (targets.includes(this)) this.deliver();
  }

  raise(signal: number): void {
    this.post(signal);
    this.deliver();
  }

  // ---- waiting

  /** Begins a system call. Its promise is to be awaited if there is one. */
  protected enter(): Promise<void> | null {
    this.task.charge('syscall');
    this.handled = false;
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
        // A read with a time-out ends at it, however little the person at the terminal did.
        if (external && deadline !== -Infinity && (deadline === Infinity || (on[0] as BaseFile).kind === 'host')) {
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
    if (this.handled) fail(EINTR, 'nanosleep');
    await this.sleep(this.task.now() + Math.max(0, ns), [], () => false);
  }

  async poll(entries: readonly PollEntry[], timeoutNs: number): Promise<number[]> {
    await this.enter();
    let masks: number[] = [];
    const look = (): boolean => {
      masks = entries.map((e) => e.on.poll() & (e.events | POLLERR | POLLHUP));
      return masks.some((m) => m !== 0);
    };
    if (this.handled && !look()) fail(EINTR, 'poll');
    const deadline = timeoutNs <= 0 ? -Infinity : this.task.now() + timeoutNs;
    await this.sleep(
      deadline,
      entries.map((e) => e.on),
      look,
    );
    return masks;
  }

  breathe(): Promise<void> | null {
    const breath = this.task.breathe();
    if (breath === null) return null;
    return breath.then(() => {
      if (this.doom !== null || this.signals.any) this.deliver();
    });
  }

  async tick(): Promise<void> {
    if ((++this.#ticks & 63) === 0) this.task.charge('builtin');
    if (this.doom !== null || this.signals.any) this.deliver();
    if (this.stopped !== 0 || this.stdio.err.length > 0 || this.task.shouldYield()) await this.#pause();
  }
}
