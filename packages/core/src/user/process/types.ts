import type { NetnsHandle, Pollable, Socket, Task } from '../../syscall/index.ts';
import type { NamespaceRef } from './namespaces.ts';
import type { Termios } from './tty/termios.ts';

/**
 * What a program gets to run with: its own process. Blocking calls are async; the rest is synchronous and throws
 * `SystemError`. A process has one thread: never two of its blocking calls at the same time (use `poll`).
 */
export interface Process {
  /** Numbers as its own PID namespace has them; 0 for a parent, group or session outside of it. */
  readonly pid: number;
  readonly ppid: number;
  readonly pgid: number;
  readonly sid: number;
  /** The kernel's side of this process: sockets, namespaces, clock. */
  readonly task: Task;
  /** argv[0] included. */
  readonly argv: readonly string[];
  /** The name errors begin with: last component of argv[0]. */
  readonly name: string;
  /** Environment, in order of insertion. */
  readonly env: Map<string, string>;
  /** The working directory's path. @throws SystemError ENOENT when it was removed; set, as chdir(2) */
  cwd: string;
  umask: number;
  /** -20 (favoured) to 19; set, it is brought into that range. @see setpriority(2) */
  nice: number;
  readonly uid: number;
  readonly fds: FdTable;

  // ---- text out, as C's stdio: stdout buffered (by line on a terminal, else 4096 bytes, flushed at exit), stderr not
  out(text: string): void;
  outBytes(bytes: Uint8Array): void;
  err(text: string): void;
  /** Writes out what `out` gathered. Rejects like write(2); EPIPE comes with SIGPIPE. */
  flush(): Promise<void>;
  /** `flush` once the buffer is full; call it in every loop that prints without end. */
  drain(): Promise<void>;
  /** Reads standard input (or another descriptor) by lines; bytes after the last newline are a line too. */
  lines(fd?: number): AsyncIterable<string>;
  /** All of a descriptor until its end. */
  readAll(fd?: number): Promise<Uint8Array>;

  // ---- descriptors
  /** @throws SystemError EBADF, EISDIR … An empty array is end of file. @see read(2) */
  read(fd: number, size?: number): Promise<Uint8Array>;
  /** Writes all of it, waiting where a pipe is full. @throws SystemError EPIPE, EBADF, ENOSPC. */
  write(fd: number, data: Uint8Array): Promise<void>;
  /** @throws SystemError ENOENT, EEXIST, EISDIR, ENOTDIR, EACCES, ELOOP. Waits only on a fifo. @see open(2) */
  open(path: string, flags: number, mode?: number): Promise<number>;
  close(fd: number): void;
  /** `[read end, write end]`. @see pipe(2) */
  pipe(): [number, number];
  dup2(from: number, to: number): void;
  /** @throws SystemError EBADF, ESPIPE on what has no positions, EINVAL. @see lseek(2) */
  lseek(fd: number, offset: number, whence: number): number;
  isatty(fd: number): boolean;
  /** The terminal's size when the descriptor is one. */
  winsize(fd: number): { readonly rows: number; readonly cols: number } | null;
  /** @throws SystemError EBADF, ENOTTY. @see ioctl_tty(2) TIOCSWINSZ */
  setWinsize(fd: number, rows: number, cols: number): void;
  /** @throws SystemError EBADF, ENOTTY. @see tcgetattr(3) */
  tcgetattr(fd: number): Termios;
  /** Stops with SIGTTOU in the background. @param flush TCSAFLUSH: forgets what was typed. @throws SystemError EBADF, ENOTTY, EIO. */
  tcsetattr(fd: number, termios: Termios, flush?: boolean): Promise<void>;
  /** The terminal's foreground group. @throws SystemError ENOTTY when it is not the controlling one. @see tcgetpgrp(3) */
  tcgetpgrp(fd: number): number;

  // ---- files by name (relative to cwd)
  readonly fs: FileSystem;

  // ---- processes
  /**
   * Runs `path` (a path with a slash, or a name looked up in PATH) as a new process.
   * @throws SystemError ENOENT, EACCES, ENOEXEC (a file that is neither program nor `#!` script).
   */
  spawn(path: string, argv: readonly string[], options?: SpawnOptions): Promise<Child>;
  /** A child that runs `main` with copies of the descriptors: a subshell. */
  fork(main: (child: Process) => Promise<number>, options?: SpawnOptions): Child;
  /** Whether the machine has room for so many more processes; without it fork and spawn throw EAGAIN. @throws SystemError ENOMEM when its children's PID namespace is dead. */
  mayFork(count: number): boolean;
  /** Replaces this process's program; the promise is the status it ends with: return it at once. @throws as spawn */
  execve(path: string, argv: readonly string[], env: ReadonlyMap<string, string>): Promise<number>;
  /**
   * Waits for a child to end (or stop, with `untraced`). @param pid a child's pid, -1 any, -PGID a group.
   * @returns null with `nohang` when none is ready. @throws SystemError ECHILD, EINTR (a signal with a handler came). @see waitpid(2)
   */
  wait(pid: number, options?: { readonly nohang?: boolean; readonly untraced?: boolean }): Promise<WaitResult | null>;
  /** Forgets the ended children that other processes left to this one, as a loop of waitpid(-1) does. */
  reapAdopted(): void;
  /** @param pid as kill(2): 0 own group, negative a group. signal 0 only checks. @throws SystemError ESRCH, EINVAL, EPERM */
  kill(pid: number, signal: number): void;
  /** Sends itself a signal as the kernel would, so that number 1 of the machine can end by one too. */
  raise(signal: number): void;
  /** What happens on a signal. A function runs at the next system call of this process, which then fails with EINTR. */
  signal(signal: number, action: SignalAction): void;
  /** What would happen on a signal: at the start of a program, what it inherited. */
  signalAction(signal: number): SignalAction;
  /** Sent to this process when its parent ends; 0 for none. @see prctl(2) PR_SET_PDEATHSIG */
  deathSignal: number;
  /** Whether a child lived when this process was last sent SIGINT: a terminal's Ctrl-C was then for the child as well. */
  sharedSigint(pid: number): boolean;
  /** Ends the process now: throws, so let it pass. Flushes stdout. */
  exit(status: number): never;
  setpgid(pid: number, pgid: number): void;
  /** Makes a group the terminal's foreground group. */
  tcsetpgrp(fd: number, pgid: number): void;

  // ---- waiting
  /** @throws SystemError EINTR when a handled signal came first. @see clock_nanosleep(2) */
  nanosleep(ns: number): Promise<void>;
  /**
   * Waits until one of the objects is ready. @param timeoutNs Infinity for ever, 0 only looks.
   * @returns the ready masks, in the order of `entries`; all 0 after the time-out. @throws SystemError EINTR. @see poll(2)
   */
  poll(entries: readonly PollEntry[], timeoutNs: number): Promise<number[]>;
  /** Microtask-cheap preemption point for long loops: lets others run when the share is used, acts on signals. */
  tick(): Promise<void>;
  /** For computations without system calls: sees signals of the host though no world time passes. Null: nothing to wait for. */
  breathe(): Promise<void> | null;

  // ---- the network
  socket(family: number, type: number, protocol: number): Socket;
  /** Waits for POLLIN, then receives. `timeoutNs` → EAGAIN. */
  recv(socket: Socket, timeoutNs?: number, size?: number): Promise<import('../../syscall/index.ts').Received>;
  /**
   * A copy of the mount table. As `slave` (the default, as `ip netns exec` wants it) later mounts of the original
   * show in it; nothing shows the other way round. @see unshare(2) with CLONE_NEWNS
   */
  unshareMounts(propagation?: 'slave' | 'private' | 'unchanged'): void;
  /** A host name of its own. @see unshare(2) with CLONE_NEWUTS */
  unshareUts(): void;
  /**
   * New namespaces, by CLONE_NEW*; mounts as private copies. Of a PID namespace the children are the first to be in.
   * @throws SystemError EINVAL for a second PID namespace, and for user namespaces. @see unshare(2)
   */
  unshare(flags: number): void;
  /**
   * Enters the namespace an open file stands for; a PID namespace with its children only.
   * @param nstype CLONE_NEW*, or 0 for any. @throws SystemError EBADF, EINVAL. @see setns(2)
   */
  setns(fd: number, nstype: number): void;
  /** A new session without a terminal. @throws SystemError EPERM when it leads a group. @see setsid(2) */
  setsid(): number;
  /** Other processes, as /proc shows them. */
  readonly processes: ProcessTable;
  /** The machine's host name (the UTS namespace). */
  hostname: string;
}

export interface PollEntry {
  readonly on: Pollable;
  /** POLLIN, POLLOUT … POLLERR and POLLHUP are always reported. */
  readonly events: number;
}

export type SignalAction = 'default' | 'ignore' | ((signal: number) => void);

export interface SpawnOptions {
  readonly env?: ReadonlyMap<string, string>;
  readonly cwd?: string;
  /** 0: a new group led by the child. */
  readonly pgid?: number;
  /** Descriptors of the child; without it, copies of the parent's that are not close-on-exec. */
  readonly fds?: FdTable;
}

/** A child, as its parent knows it. */
export interface Child {
  /** Its number in the parent's PID namespace; `process.pid` is that in its own. */
  readonly pid: number;
  readonly process: Process;
}

/** How a child ended or stopped. */
export interface WaitResult {
  readonly pid: number;
  /** Exit status 0..255; meaningless unless `signal` and `stopped` are 0. */
  readonly status: number;
  /** The signal that ended it, or 0. */
  readonly signal: number;
  /** The signal that stopped it, or 0. */
  readonly stopped: number;
}

export interface ProcessInfo {
  readonly pid: number;
  readonly ppid: number;
  readonly pgid: number;
  readonly sid: number;
  readonly argv: readonly string[];
  readonly state: 'R' | 'S' | 'T' | 'Z';
  /** Seconds since boot. */
  readonly startTime: number;
  readonly tty: string | null;
  /** The foreground group of its terminal, -1 without one. */
  readonly tpgid: number;
  /** @see setpriority(2) */
  readonly nice: number;
}

export interface ProcessTable {
  list(): readonly ProcessInfo[];
  get(pid: number): ProcessInfo | undefined;
}

/** Descriptor table; copies share the open files. */
export interface FdTable {
  /** Numbers of descriptors are below this. @see RLIMIT_NOFILE, getrlimit(2) */
  limit: number;
  /** What `limit` can be raised to by who is not root. */
  hardLimit: number;
  get(fd: number): OpenFile | undefined;
  /** Puts an open file at `fd`, closing what was there. Takes over one reference. */
  set(fd: number, file: OpenFile, cloexec?: boolean): void;
  /** Lowest free number, at or above `min`. */
  add(file: OpenFile, min?: number, cloexec?: boolean): number;
  close(fd: number): boolean;
  list(): readonly number[];
  copy(): FdTable;
  closeAll(): void;
}

/** An open file description: shared by duplicates, closed with the last of them. */
export interface OpenFile extends Pollable {
  readonly kind: 'file' | 'dir' | 'pipe' | 'tty' | 'null' | 'netns' | 'ns' | 'socket' | 'host';
  readonly path: string;
  readonly flags: number;
  retain(): this;
  release(): void;
  /** Bytes that are there now; throws SystemError EAGAIN when it would have to wait; empty at the end. */
  read(size: number): Uint8Array;
  /** Number of bytes taken now, at least 1; EAGAIN when it would have to wait; EPIPE when nobody reads. */
  write(data: Uint8Array): number;
  stat(): Stat;
  seek?(offset: number, whence: number): number;
  truncate?(size: number): void;
  /** The namespace, when this is an open namespace file: the network's, or one of ours. */
  readonly netns?: NetnsHandle;
  readonly namespace?: NamespaceRef;
}

export interface Stat {
  readonly ino: number;
  readonly dev: number;
  /** S_IF* | permission bits. */
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** Seconds since the epoch, with fraction: last read, last written, last changed. */
  readonly atime: number;
  readonly mtime: number;
  readonly ctime: number;
  /** When it was made, where that is known. */
  readonly btime?: number;
  /** Of a device: its number, 256 * major + minor. */
  readonly rdev?: number;
}

export interface MountOptions {
  /** What the list shows as mounted; the type's name without. */
  readonly source?: string;
  /** What the list shows after `rw`, in the kernel's order: nosuid, nodev, noexec, relatime or noatime. */
  readonly flags?: readonly string[];
  /** Permission bits of a tmpfs's root. */
  readonly mode?: number;
}

/** Files by name, as this process sees them (its mounts, its cwd). All throw SystemError with `path`. */
export interface FileSystem {
  stat(path: string): Stat;
  lstat(path: string): Stat;
  /** stat that answers null instead of throwing. */
  exists(path: string): Stat | null;
  /** Names in the order the directory has them: who shows them sorts. */
  readdir(path: string): readonly string[];
  readlink(path: string): string;
  realpath(path: string): string;
  readFile(path: string): Uint8Array;
  readText(path: string): string;
  writeFile(path: string, data: Uint8Array | string): void;
  mkdir(path: string, mode?: number): void;
  rmdir(path: string): void;
  unlink(path: string): void;
  rename(from: string, to: string): void;
  symlink(target: string, path: string): void;
  link(from: string, to: string): void;
  mkfifo(path: string, mode?: number): void;
  chmod(path: string, mode: number): void;
  /** Sets the times of reading and writing; null leaves one. @param follow whether through a link at the end */
  utimes(path: string, atime: number | null, mtime: number | null, follow?: boolean): void;
  /** Binds `source` over `target` (a namespace file, a file or directory). @see mount(2) MS_BIND */
  bind(source: string, target: string): void;
  /**
   * Mounts a file system type: proc, sysfs (of this process's namespaces now), tmpfs.
   * @throws SystemError ENODEV, ENOTDIR, ENOENT, EBUSY when the same file system is mounted there.
   */
  mount(type: string, target: string, options?: MountOptions): void;
  /** @param lazy MNT_DETACH: with what is mounted below. @throws SystemError EINVAL when nothing is mounted there, EBUSY. */
  umount(target: string, lazy?: boolean): void;
  /**
   * Keeps what is mounted elsewhere later from showing on a mount, with `recursive` on those below it too.
   * @throws SystemError EINVAL when nothing is mounted there. @see mount(2) MS_PRIVATE
   */
  makePrivate(target: string, recursive: boolean): void;
  /** Mount points in order, as /proc/self/mounts lists them. */
  mounts(): readonly {
    readonly source: string;
    readonly target: string;
    readonly type: string;
    readonly options: string;
  }[];
  /** Where `name` is found in PATH (or as given, when it has a slash); null when nowhere. Does not check what it is. */
  which(name: string, path?: string): string | null;
}

/** A program: runs to its end, returns its exit status. */
export type Program = (proc: Process) => Promise<number>;

/** A place in the file system where a program of ours lives, loaded when first run. */
export interface ProgramEntry {
  readonly name: string;
  /** Absolute path, e.g. `/usr/bin/ping`; further ones are hard links in effect. */
  readonly paths: readonly string[];
  load(): Promise<Program>;
}
