import { type Received, type Socket } from '../../syscall/index.ts';
import { EAGAIN, ECHILD, EINTR, EINVAL, ENOENT, ENOTTY, EPERM, ESRCH } from '../../uapi/errno.ts';
import { POLLERR, POLLHUP, POLLIN } from '../../uapi/socket.ts';
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
import { fail } from './error.ts';
import { type Executable, resolveExecutable } from './exec.ts';
import { Descriptors } from './fd-table.ts';
import type { Propagation } from './fs/mount.ts';
import { Unwind } from './signals.ts';
import { Stdio } from './stdio.ts';
import { TtyFile } from './tty/tty-file.ts';
import { PidNamespace } from './pid-ns.ts';
import type { Child, Process, ProgramEntry, SpawnOptions, WaitResult } from './types.ts';
import type { ProcessBase } from './process-base.ts';
import { ProcessIo } from './process-io.ts';
import { SocketFile } from './socket-file.ts';

/** What setns(2) calls each kind of namespace. */
const CLONE_FLAGS = {
  cgroup: CLONE_NEWCGROUP,
  ipc: CLONE_NEWIPC,
  mnt: CLONE_NEWNS,
  pid: CLONE_NEWPID,
  time: CLONE_NEWTIME,
  user: CLONE_NEWUSER,
  uts: CLONE_NEWUTS,
} as const;

/** What unshare(2) can make here: all but user namespaces. */
const UNSHARED =
  CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWCGROUP | CLONE_NEWTIME;

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** A process. @see types.ts:Process */
export class ProcessImpl extends ProcessIo implements Process {
  // ---- processes

  /** @throws SystemError ENOENT when a name is in none of PATH's directories. */
  #resolve(path: string, argv: readonly string[], env: ReadonlyMap<string, string>): Executable {
    const found = this.fs.which(path, env.get('PATH')) ?? fail(ENOENT, 'execve', path);
    return resolveExecutable(this.fs, this.machine.programs, found, argv);
  }

  async spawn(path: string, argv: readonly string[], options: SpawnOptions = {}): Promise<Child> {
    const entered = this.enter();
    if (entered !== null) await entered;
    const target = this.#resolve(path, argv, options.env ?? this.env);
    const child = this.#child(options, target);
    if (child.fds instanceof Descriptors) child.fds.closeOnExec();
    void child.run((p) => p.#program(target.entry));
    return this.#childOf(child);
  }

  fork(main: (child: Process) => Promise<number>, options: SpawnOptions = {}): Child {
    const child = this.#child(options, { argv: this.argv, exe: this.exe, comm: this.name });
    void child.run(main);
    return this.#childOf(child);
  }

  #childOf(process: ProcessImpl): Child {
    return { pid: this.pidNs.numberOf(process.kpid), process };
  }

  mayFork(count: number): boolean {
    this.namespaces.pidForChildren.mayFork();
    return this.machine.hasRoom(count);
  }

  /** @throws SystemError EAGAIN when the machine has as many processes as it may. */
  #child(options: SpawnOptions, image: { argv: readonly string[]; exe: string; comm: string }): ProcessImpl {
    // fork(2) begins anew after a signal. @see kernel/fork.c:copy_process, ERESTARTNOINTR
    if (this.signals.any) this.deliver();
    if (!this.mayFork(1)) {
      options.fds?.closeAll();
      fail(EAGAIN, 'fork');
    }
    const { task } = this;
    task.charge('fork');
    const { namespaces } = this;
    const cwd = options.cwd === undefined ? this.cwdPlace : this.fs.directory(options.cwd);
    return new ProcessImpl({
      host: this.machine,
      task: task.kernel.fork(task),
      parent: this,
      argv: image.argv,
      env: options.env ?? this.env,
      cwd,
      umask: this.umask,
      nice: this.nice,
      fds: options.fds ?? this.fds.copy(),
      pgid: options.pgid === undefined ? this.kpgid : this.pidNs.kernelNumber(options.pgid),
      sid: this.ksid,
      tty: this.controllingTty,
      mountNs: this.mountNs,
      namespaces: { ...namespaces, pid: namespaces.pidForChildren, time: namespaces.timeForChildren },
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
    const entered = this.enter();
    if (entered !== null) await entered;
    const target = this.#resolve(path, argv, this.env);
    await this.flush();
    await this.flushErr();
    this.become(target, env);
    try {
      return await this.#program(target.entry);
    } catch (e) {
      if (e instanceof Unwind) throw e;
      // The old program must not take the new one's exception for a failure of execve.
      this.doom = this.failure(e);
      throw this.doom;
    }
  }

  /** Becomes another program, as far as others see. */
  become(target: Executable, env: ReadonlyMap<string, string>): void {
    const copy = [...env];
    this.env.clear();
    for (const [k, v] of copy) this.env.set(k, v);
    this.argv = target.argv;
    this.namespaces = { ...this.namespaces, time: this.namespaces.timeForChildren };
    this.exe = target.exe;
    this.name = baseName(target.argv[0] ?? target.comm);
    this.signals.resetHandlers();
    this.stdio = new Stdio(this);
    this.rest.clear();
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
    const entered = this.enter();
    if (entered !== null) await entered;
    let found: WaitResult | null = null;
    const look = (): boolean => {
      found = this.#reap((child) => this.#waitsFor(pid, child), options.untraced === true);
      return found !== null;
    };
    if (look()) return found;
    if (options.nohang === true) return null;
    if (this.handled) fail(EINTR, 'wait4');
    await this.sleep(Infinity, [], look);
    return found;
  }

  /** Takes a child's news. @throws SystemError ECHILD when no such child exists. */
  #reap(wanted: (child: ProcessBase) => boolean, untraced: boolean): WaitResult | null {
    let any = false;
    for (const child of this.children) {
      if (!wanted(child)) continue;
      any = true;
      const pid = this.pidNs.numberOf(child.kpid);
      if (child.result !== null) {
        this.children.delete(child);
        this.machine.remove(child);
        return { ...child.result, pid };
      }
      if (untraced && child.stopNews) {
        child.stopNews = false;
        return { pid, status: 0, signal: 0, stopped: child.stopped };
      }
    }
    return any ? null : fail(ECHILD, 'wait4');
  }

  #waitsFor(pid: number, child: ProcessBase): boolean {
    if (pid === -1) return true;
    const { pidNs } = this;
    if (pid > 0) return pidNs.numberOf(child.kpid) === pid;
    return child.kpgid === (pid === 0 ? this.kpgid : pidNs.kernelNumber(-pid));
  }

  reapAdopted(): void {
    for (const child of this.children) {
      if (!child.adopted || child.result === null) continue;
      this.children.delete(child);
      this.machine.remove(child);
    }
  }

  setpgid(pid: number, pgid: number): void {
    this.task.charge('syscall');
    const { pidNs } = this;
    const target =
      pid === 0 || pid === this.pid ? this : [...this.children].find((c) => pidNs.numberOf(c.kpid) === pid);
    if (target === undefined || target.result !== null) fail(ESRCH, 'setpgid');
    if (pgid < 0) fail(EINVAL, 'setpgid');
    if (target.ksid === target.kpid || target.ksid !== this.ksid) fail(EPERM, 'setpgid');
    const group = pgid === 0 ? target.kpid : pidNs.kernelNumber(pgid);
    if (group !== target.kpid && !this.machine.members(group).some((p) => p.ksid === this.ksid)) fail(EPERM, 'setpgid');
    target.kpgid = group;
  }

  /** A new session, without a terminal. @throws SystemError EPERM when it leads a group. @see setsid(2) */
  setsid(): number {
    if (this.machine.members(this.kpid).length > 0) fail(EPERM, 'setsid');
    this.ksid = this.kpid;
    this.kpgid = this.kpid;
    this.controllingTty = null;
    return this.pid;
  }

  tcsetpgrp(fd: number, pgid: number): void {
    const file = this.file(fd, 'tcsetpgrp');
    if (!(file instanceof TtyFile) || file.tty !== this.controllingTty) fail(ENOTTY, 'tcsetpgrp');
    const group = this.pidNs.kernelNumber(pgid);
    if (!this.machine.members(group).some((p) => p.ksid === this.ksid)) fail(EPERM, 'tcsetpgrp');
    file.tty.foreground = group;
  }

  // ---- the network and namespaces

  socket(family: number, type: number, protocol: number): Socket {
    this.task.charge('syscall');
    return this.#own(this.task.socket(family, type, protocol));
  }

  /** Closes a socket with the process, if the program does not; those it accepts too. */
  #own(socket: Socket): Socket {
    const close = socket.close.bind(socket);
    const accept = socket.accept.bind(socket);
    this.sockets.add(socket);
    const fd = this.fds.add(new SocketFile(socket), 3, true);
    socket.close = () => {
      if (!this.sockets.delete(socket)) return;
      this.fds.close(fd);
      close();
    };
    socket.accept = () => this.#own(accept());
    return socket;
  }

  async recv(socket: Socket, timeoutNs: number = Infinity, size?: number): Promise<Received> {
    const entered = this.enter();
    if (entered !== null) await entered;
    const ready = (): boolean => (socket.poll() & (POLLIN | POLLERR | POLLHUP)) !== 0;
    if (!ready() && !(await this.sleep(this.task.timeoutAt(timeoutNs), [socket], ready))) fail(EAGAIN, 'recvmsg');
    return socket.recvmsg(size === undefined ? {} : { size });
  }

  unshareMounts(propagation: Propagation = 'slave'): void {
    this.task.charge('syscall');
    this.enterMounts(this.mountNs.copy(this.machine.nextNsIno(), propagation));
  }

  unshareUts(): void {
    this.unshare(CLONE_NEWUTS);
  }

  unshare(flags: number): void {
    const { task, machine } = this;
    task.charge('syscall');
    if ((flags & ~UNSHARED) !== 0) fail(EINVAL, 'unshare');
    const old = this.namespaces;
    if ((flags & CLONE_NEWPID) !== 0 && old.pidForChildren !== old.pid) fail(EINVAL, 'unshare');
    const fresh = (flag: number, was: number): number => ((flags & flag) === 0 ? was : machine.nextNsIno());
    this.namespaces = {
      ...old,
      uts: (flags & CLONE_NEWUTS) === 0 ? old.uts : { ino: machine.nextNsIno(), hostname: old.uts.hostname },
      pidForChildren:
        (flags & CLONE_NEWPID) === 0 ? old.pidForChildren : new PidNamespace(machine.nextNsIno(), old.pid),
      ipc: fresh(CLONE_NEWIPC, old.ipc),
      cgroup: fresh(CLONE_NEWCGROUP, old.cgroup),
      timeForChildren: fresh(CLONE_NEWTIME, old.timeForChildren),
    };
    if ((flags & CLONE_NEWNS) !== 0) this.unshareMounts('private');
    if ((flags & CLONE_NEWNET) !== 0) task.unshareNet();
  }

  setns(fd: number, nstype: number): void {
    const { task, namespaces } = this;
    task.charge('syscall');
    const { netns, namespace: ref } = this.file(fd, 'setns');
    const flag = netns !== undefined ? CLONE_NEWNET : ref === undefined ? 0 : CLONE_FLAGS[ref.kind];
    if (flag === 0 || (nstype !== 0 && nstype !== flag)) fail(EINVAL, 'setns');
    if (netns !== undefined) return task.setns(netns);
    switch (ref!.kind) {
      case 'mnt':
        this.enterMounts(ref!.ns, ref!.ns.rootPlace);
        return;
      case 'pid':
        if (!ref!.ns.within(this.pidNs)) fail(EINVAL, 'setns');
        this.namespaces = { ...namespaces, pidForChildren: ref!.ns };
        return;
      case 'uts':
        this.namespaces = { ...namespaces, uts: ref!.ns };
        return;
      case 'time':
        this.namespaces = { ...namespaces, time: ref!.ino, timeForChildren: ref!.ino };
        return;
      case 'user':
        // There is one, and nobody enters the one he is in.
        return fail(EINVAL, 'setns');
      default:
        this.namespaces = { ...namespaces, [ref!.kind]: ref!.ino };
    }
  }
}
