import { type Received, type Socket } from '../../syscall/index.ts';
import { EAGAIN, ECHILD, EINVAL, ENOENT, ENOTTY, EPERM, ESRCH } from '../../uapi/errno.ts';
import { SIGABRT } from '../../uapi/signal.ts';
import { POLLERR, POLLHUP, POLLIN } from '../../uapi/socket.ts';
import { fail } from './error.ts';
import { type Executable, resolveExecutable } from './exec.ts';
import { Descriptors } from './fd-table.ts';
import type { Propagation } from './fs/mount.ts';
import { Unwind } from './signals.ts';
import { Stdio } from './stdio.ts';
import { TtyFile } from './tty.ts';
import type { Process, ProgramEntry, SpawnOptions, WaitResult } from './types.ts';
import { ProcessIo } from './process-io.ts';

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** A process. @see types.ts:Process */
export class ProcessImpl extends ProcessIo implements Process {
  // ---- processes

  /** @throws SystemError ENOENT when a name is in none of PATH's directories. */
  #resolve(path: string, argv: readonly string[], env: ReadonlyMap<string, string>): Executable {
    const found = this.fs.which(path, env.get('PATH')) ?? fail(ENOENT, 'execve', path);
    return resolveExecutable(this.fs, this.machine.programs, found, argv);
  }

  async spawn(path: string, argv: readonly string[], options: SpawnOptions = {}): Promise<Process> {
    const entered = this.enter();
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
    const cwd = options.cwd === undefined ? this.cwd : this.fs.directory(options.cwd);
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
      uts: this.uts,
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
      this.machine.crashed(this, e);
      this.doom = new Unwind(0, SIGABRT);
      throw this.doom;
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
      found = this.#reap(pid, options.untraced === true);
      return found !== null;
    };
    if (look()) return found;
    if (options.nohang === true) return null;
    await this.sleep(Infinity, [], look);
    return found;
  }

  /** Takes a child's news. @throws SystemError ECHILD when no such child exists. */
  #reap(pid: number, untraced: boolean): WaitResult | null {
    let any = false;
    for (const child of this.children) {
      if (pid > 0 ? child.pid !== pid : pid === 0 ? child.pgid !== this.pgid : pid !== -1 && child.pgid !== -pid)
        continue;
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
    const file = this.file(fd, 'tcsetpgrp');
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
    this.sockets.add(socket);
    socket.close = () => {
      if (this.sockets.delete(socket)) close.call(socket);
    };
    socket.accept = () => this.#own(accept.call(socket));
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
    const old = this.mountNs;
    this.mountNs = old.copy(this.machine.nextIno(), propagation).retain();
    old.release();
  }

  /** A host name of its own. @see unshare(2) with CLONE_NEWUTS */
  unshareUts(): void {
    this.task.charge('syscall');
    this.uts = { hostname: this.uts.hostname };
  }
}
