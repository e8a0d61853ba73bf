import type { Socket } from './socket.ts';

/**
 * The seam: what a kernel (sim, or the real one) offers to the processes that run on it.
 *
 * Calls that cannot wait are synchronous and throw `SystemError`. Calls that can wait do not exist here one by one:
 * an object is asked whether it is ready (`poll`), told whom to call when that changes (`addWaiter`), and the
 * caller sleeps in `Task.block`, the only place where a process stops. So a world knows when all of them wait.
 */
export interface Kernel {
  /** `sim` or `linux`. */
  readonly name: string;
  /** Answers of uname(2). */
  readonly uname: Uname;
  readonly log: KernelLog;
  /**
   * Makes a task in the namespace of `parent`; without a parent, one in the kernel's first namespace.
   * @see clone(2)
   */
  fork(parent: Task | null): Task;
}

/** The kernel's log. @see syslog(2), klogctl(3) */
export interface KernelLog {
  /** What is in it, the oldest first. @see SYSLOG_ACTION_READ_ALL */
  records(): readonly LogRecord[];
  /** @see SYSLOG_ACTION_CLEAR */
  clear(): void;
}

/** One line of the log; its facility is `kern`. */
export interface LogRecord {
  /** KERN_*: 0 (emerg) to 7 (debug). */
  readonly level: number;
  /** Since boot. */
  readonly timeNs: number;
  readonly text: string;
}

export interface Uname {
  readonly sysname: string;
  readonly release: string;
  readonly version: string;
  readonly machine: string;
}

/** What costs time on a processor. On the real kernel charging is a no-op, for the work itself takes the time. */
export type Charge = 'exec' | 'fork' | 'syscall' | 'netns' | 'builtin' | 'byte';

/** One process as the kernel knows it: a pid, a network namespace, a place to sleep. */
export interface Task {
  readonly pid: number;
  readonly kernel: Kernel;
  /**
   * PID namespaces belong to the process layer, which sets this: the kernel's number for what the task knows as `pid`, 0 when it
   * knows none such. For pids in netlink messages and in `openNetns`; the identity at first.
   */
  findPid: (pid: number) => number;

  /**
   * A socket in the namespace the task is in now; it stays there when the task moves.
   * @throws SystemError EAFNOSUPPORT, EPROTONOSUPPORT, ESOCKTNOSUPPORT, EPERM. @see socket(2)
   */
  socket(family: number, type: number, protocol: number): Socket;

  /**
   * Opens `/proc/PID/ns/net` (this task's own without `pid`).
   * @throws SystemError ENOENT when no such task lives.
   */
  openNetns(pid?: number): NetnsHandle;
  /** Moves this task into the namespace. @see setns(2) */
  setns(namespace: NetnsHandle): void;
  /** Moves this task into a new, empty network namespace (only `lo`, down). @see unshare(2) with CLONE_NEWNET */
  unshareNet(): void;

  /**
   * Finds one of the kernel's own files: below `/proc/sys`, `/proc/net` (of this task's namespace) or
   * `/sys/class/net` (of the namespace `sysfs` was mounted in, given as `sysNet`; this task's without).
   *
   * @param path absolute and normalised, without symbolic links to follow.
   * @returns null when there is no such file (ENOENT), or it is not the kernel's.
   */
  lookup(path: string, sysNet?: NetnsHandle): KernelNode | null;

  /** Nanoseconds of the given clock (CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME). */
  clockGettime(clock: number): bigint;
  /** Nanoseconds since boot as a number; the unit and origin of `block`'s deadline. */
  now(): number;

  /**
   * When a time-out that the kernel counts in ticks (SO_RCVTIMEO) and that begins now ends, on `now()`'s scale: later than
   * asked by up to some ticks, where poll(2) and nanosleep(2) are exact. @see schedule_timeout
   */
  timeoutAt(delayNs: number): number;
  /**
   * Sleeps until `wake()` is called or the deadline passes, whichever comes first. A `wake` that came before is
   * remembered: then it returns at once. Others run in between even so.
   *
   * @param deadline nanoseconds on `now()`'s scale, or Infinity.
   * @returns true when woken, false when the deadline passed.
   */
  block(deadline: number): Promise<boolean>;
  /** Makes the task runnable again; harmless when it is. */
  wake(): void;
  /** Waits for something outside the kernel (the host's terminal, a download): the clock stands still meanwhile. */
  outside<T>(work: Promise<T>): Promise<T>;
  /** Uses processor time: `times` units of `what`. */
  charge(what: Charge, times?: number): void;
  /** True when the task used its share of the processor and should call `yield_`. */
  shouldYield(): boolean;
  /**
   * To be called in long computations: lets the host see input and signals when that is overdue, and awaits it. Takes no world
   * time, and nobody else runs. Null: nothing to wait for.
   */
  breathe(): Promise<void> | null;
  /** Lets the other runnable tasks (and the host) go first. @see sched_yield(2) */
  yield_(): Promise<void>;

  /** Ends the task: its reference on the namespace goes; its sockets were closed by their owner. */
  exit(): void;
}

/** An open namespace file: keeps the namespace alive until closed. */
export interface NetnsHandle {
  /** The number netlink's IFLA_NET_NS_FD and NETNSA_FD understand, valid for the task that opened it. */
  readonly fd: number;
  /** Inode number, as in `net:[4026531840]`. Equal inodes are the same namespace. */
  readonly ino: number;
  dup(): NetnsHandle;
  close(): void;
}

/** A file that the kernel itself keeps. Contents are made at the moment of reading. */
export type KernelNode =
  | { readonly kind: 'dir'; readonly mode: number; entries(): readonly string[] }
  | { readonly kind: 'link'; target(): string }
  | {
      readonly kind: 'file';
      readonly mode: number;
      /** @throws SystemError as read(2) of that file would: EINVAL, EIO, EOPNOTSUPP … */
      read(): Uint8Array;
      /** Absent on a file that cannot be written. @throws SystemError EINVAL, EPERM, EBUSY … */
      write?(data: Uint8Array): void;
    };
