import type { Kernel, NetnsHandle, Task } from '../../syscall/index.ts';
import { ESRCH } from '../../uapi/errno.ts';
import { CLOCK_REALTIME } from '../../uapi/sched.ts';
import type { ProcessView } from './context.ts';
import { fail } from './error.ts';
import { RLIM_NPROC } from './limits.ts';
import { resolveExecutable } from './exec.ts';
import { Descriptors } from './fd-table.ts';
import { type InitialFile, makeBaseMounts } from './fs/base-tree.ts';
import { MountNamespace, type Place } from './fs/mount.ts';
import { ProcessImpl } from './process.ts';
import {
  type NamespaceSet,
  PROC_CGROUP_INIT_INO,
  PROC_IPC_INIT_INO,
  PROC_PID_INIT_INO,
  PROC_TIME_INIT_INO,
  PROC_UTS_INIT_INO,
} from './namespaces.ts';
import { PidNamespace } from './pid-ns.ts';
import type { Host, ProcessBase } from './process-base.ts';
import { SignalState } from './signals.ts';
import { Terminals } from './tty/terminals.ts';
import type { Tty } from './tty/tty.ts';
import { TtyFile } from './tty/tty-file.ts';
import { type Inode, NetnsInode } from './fs/inode.ts';
import type { FdTable, OpenFile, Process, Program, ProgramEntry, WaitResult } from './types.ts';

export interface SystemOptions {
  readonly kernel: Kernel;
  readonly programs: readonly ProgramEntry[];
  readonly hostname: string;
  /** Files by absolute path, beside the base tree's. */
  readonly files?: ReadonlyMap<string, InitialFile>;
  /** Fills bytes for /dev/urandom; zeroes without. */
  readonly random?: (bytes: Uint8Array) => void;
  /** A program threw what it should not have: our bug. The process ends as by SIGABRT. */
  readonly onCrash?: (process: Process, error: unknown) => void;
}

export interface StartOptions {
  readonly env?: ReadonlyMap<string, string>;
  readonly cwd?: string;
  /** Descriptors 0, 1, 2 …, or a table; taken over. */
  readonly fds?: FdTable | readonly OpenFile[];
  /** Its controlling terminal, also its descriptors 0, 1 and 2 when `fds` is absent. */
  readonly tty?: Tty;
}

/** What a first process has in its environment. */
const DEFAULT_ENV: readonly (readonly [string, string])[] = [
  ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
  ['HOME', '/root'],
];

/** First inode numbers of mount namespaces and of everything that is made later. */
const MOUNT_NS_INO = 4_026_531_840;
const FIRST_INO = 11;
/** Far above what the kernel gives to network namespaces. */
const FIRST_NS_INO = 4_026_600_000;

/** One machine's user space: its processes, files and name. */
export class System implements Host {
  readonly kernel: Kernel;
  readonly programs: ReadonlyMap<string, ProgramEntry>;
  readonly mountNamespaces: Set<MountNamespace> = new Set();
  readonly terminals: Terminals = new Terminals(1);
  bootTime = 0;
  firstNetns: NetnsHandle | undefined = undefined;
  readonly #options: SystemOptions;
  readonly #processes: Map<number, ProcessBase> = new Map();
  readonly #loaded: Map<ProgramEntry, Program> = new Map();
  readonly #watchers: Map<ProcessBase, ((result: WaitResult) => void)[]> = new Map();
  readonly #results: WeakMap<ProcessBase, WaitResult> = new WeakMap();
  readonly #mounts: MountNamespace;
  readonly rootPidNs: PidNamespace = new PidNamespace(PROC_PID_INIT_INO, null);
  readonly #namespaces: NamespaceSet;
  #clock: Task | null = null;
  #ino = FIRST_INO;
  #nsIno = FIRST_NS_INO;

  constructor(options: SystemOptions) {
    this.#options = options;
    this.kernel = options.kernel;
    this.programs = new Map(options.programs.map((p) => [p.name, p]));
    this.#namespaces = {
      uts: { ino: PROC_UTS_INIT_INO, hostname: options.hostname },
      pid: this.rootPidNs,
      pidForChildren: this.rootPidNs,
      ipc: PROC_IPC_INIT_INO,
      cgroup: PROC_CGROUP_INIT_INO,
      time: PROC_TIME_INIT_INO,
      timeForChildren: PROC_TIME_INIT_INO,
    };
    const mounts = makeBaseMounts(this, options.hostname, options.programs, options.files ?? new Map());
    // The machine itself holds its first mount namespace.
    const all = this.mountNamespaces;
    const first = new MountNamespace(
      MOUNT_NS_INO,
      mounts,
      (ns) => all.delete(ns),
      (ns) => all.add(ns),
    );
    this.#mounts = first.retain();
  }

  /** The machine's name, as its first processes have it. */
  get hostname(): string {
    return this.#namespaces.uts.hostname;
  }

  set hostname(name: string) {
    this.#namespaces.uts.hostname = name;
  }

  /**
   * Starts a process nobody is parent of: a program by path (or name in PATH), or a function.
   * @throws SystemError as spawn.
   */
  start(main: string | Program, argv: readonly string[], options: StartOptions = {}): ProcessImpl {
    const task = this.kernel.fork(null);
    if (this.#clock === null) {
      this.#clock = task;
      this.firstNetns = task.openNetns();
      this.bootTime = Number(task.clockGettime(CLOCK_REALTIME)) / 1e9 - task.now() / 1e9;
    }
    const { tty } = options;
    const process = new ProcessImpl({
      host: this,
      task,
      parent: null,
      argv,
      env: options.env ?? new Map(DEFAULT_ENV),
      cwd: this.#mounts.rootPlace,
      umask: 0o022,
      nice: 0,
      fds: this.#descriptors(options),
      pgid: 0,
      sid: 0,
      tty: tty ?? null,
      mountNs: this.#mounts,
      namespaces: this.#namespaces,
      signals: new SignalState(),
      exe: '/',
      name: (argv[0] ?? '').replace(/^.*\//, ''),
    });
    if (tty !== undefined) {
      tty.session = process.ksid;
      tty.foreground = process.kpgid;
      tty.signal = (pgid, signal) => {
        for (const p of this.members(pgid)) p.post(signal);
      };
    }
    try {
      if (options.cwd !== undefined) process.cwd = options.cwd;
      if (typeof main === 'function') void process.run(main);
      else {
        const file = process.fs.which(main) ?? main;
        const target = resolveExecutable(process.fs, this.programs, file, argv);
        process.become(target, new Map(process.env));
        void process.run((p) => p.runProgram(target.entry));
      }
    } catch (e) {
      void process.run(() => Promise.resolve(127));
      throw e;
    }
    return process;
  }

  #descriptors({ fds, tty }: StartOptions): FdTable {
    if (fds !== undefined && !Array.isArray(fds)) return fds as FdTable;
    const table = new Descriptors();
    const files =
      (fds as readonly OpenFile[] | undefined) ?? (tty === undefined ? [] : [0, 1, 2].map(() => new TtyFile(tty)));
    files.forEach((file, fd) => table.set(fd, file));
    return table;
  }

  /** Sends a signal to a process. @throws SystemError ESRCH */
  kill(pid: number, signal: number): void {
    (this.#processes.get(pid) ?? fail(ESRCH, 'kill')).post(signal);
  }

  /** Sends a signal to a process group; nothing when it has no members. */
  killGroup(pgid: number, signal: number): void {
    for (const process of this.members(pgid)) process.post(signal);
  }

  /** How the process ended, for the host. */
  waitExit(process: Process): Promise<WaitResult> {
    const impl = process as ProcessImpl;
    const result = this.#results.get(impl) ?? impl.result;
    if (result !== null) return Promise.resolve(result);
    return new Promise((resolve) => {
      const list = this.#watchers.get(impl);
      if (list === undefined) this.#watchers.set(impl, [resolve]);
      else list.push(resolve);
    });
  }

  /** The name under which a namespace is mounted (`ip netns`), null when it has none. */
  netnsName(ino: number): string | null {
    for (const ns of this.mountNamespaces) {
      for (const { root, path } of ns.mounts) {
        if (root instanceof NetnsInode && root.source.ino === ino) return path.slice(path.lastIndexOf('/') + 1);
      }
    }
    return null;
  }

  // ---- for processes

  find(kpid: number): ProcessBase | undefined {
    return this.#processes.get(kpid);
  }

  all(): readonly ProcessBase[] {
    return [...this.#processes.values()].sort((a, b) => a.kpid - b.kpid);
  }

  members(pgid: number): readonly ProcessBase[] {
    const members: ProcessBase[] = [];
    for (const p of this.#processes.values()) if (p.kpgid === pgid && p.result === null) members.push(p);
    return members;
  }

  add(process: ProcessBase): void {
    this.#processes.set(process.kpid, process);
  }

  hasRoom(count: number): boolean {
    return this.#processes.size + count <= RLIM_NPROC;
  }

  remove(process: ProcessBase): void {
    const { kpid, pidNs } = process;
    this.#processes.delete(kpid);
    if (pidNs.parent === null) return;
    for (const p of this.#processes.values()) if (p.kpgid === kpid || p.ksid === kpid) return;
    pidNs.remove(kpid);
  }

  /** Loading keeps the processor: whoever else could run waits, so the order never depends on the host's disk. */
  async load(entry: ProgramEntry): Promise<Program> {
    const known = this.#loaded.get(entry);
    if (known !== undefined) return known;
    const program = await entry.load();
    this.#loaded.set(entry, program);
    return program;
  }

  crashed(process: ProcessBase, error: unknown): void {
    this.#options.onCrash?.(process as ProcessImpl, error);
  }

  ended(process: ProcessBase, result: WaitResult): void {
    this.#results.set(process, result);
    const watchers = this.#watchers.get(process);
    this.#watchers.delete(process);
    for (const watcher of watchers ?? []) watcher(result);
  }

  // ---- for the file system

  process(kpid: number): ProcessView | undefined {
    return this.#processes.get(kpid);
  }

  pids(): readonly number[] {
    return this.all().map((p) => p.kpid);
  }

  setHostname(view: ProcessView, name: string): void {
    (view as ProcessImpl).hostname = name;
  }

  moved(directory: Inode, to: Place): void {
    for (const process of this.#processes.values()) process.moved(directory, to);
  }

  random(bytes: Uint8Array): void {
    this.#options.random?.(bytes);
  }

  realtime(): number {
    return this.#clock === null ? 0 : Number(this.#clock.clockGettime(CLOCK_REALTIME)) / 1e9;
  }

  nextIno(): number {
    return this.#ino++;
  }

  nextNsIno(): number {
    return this.#nsIno++;
  }
}
