import type { NetnsHandle, Task } from '../../syscall/index.ts';
import type { Inode } from './fs/inode.ts';
import type { MountNamespace, Place } from './fs/mount.ts';
import type { Terminals } from './tty/terminals.ts';
import type { Tty } from './tty/tty.ts';
import type { NamespaceSet } from './namespaces.ts';
import type { PidNamespace } from './pid-ns.ts';
import type { FdTable, ProcessInfo } from './types.ts';

/** A process as the file system sees it: /proc shows it, and names are looked up from where it stands. */
export interface ProcessView extends ProcessInfo {
  /** Numbers as the kernel, that is the machine's first PID namespace, has them; `pid` and the like are its own namespace's. */
  readonly kpid: number;
  readonly kppid: number;
  readonly kpgid: number;
  readonly ksid: number;
  readonly namespaces: NamespaceSet;
  readonly pidNs: PidNamespace;
  readonly task: Task;
  readonly name: string;
  readonly env: ReadonlyMap<string, string>;
  /** Where it stands. */
  readonly cwdPlace: Place;
  readonly umask: number;
  readonly fds: FdTable;
  /** Path of the program it runs. */
  readonly exe: string;
  readonly mountNs: MountNamespace;
  readonly controllingTty: Tty | null;
  readonly hostname: string;
  /** Signal masks as /proc/PID/status has them. */
  readonly signals: { readonly pending: bigint; readonly ignored: bigint; readonly caught: bigint };
}

/** Who asks: every look-up in the file system is made for a process. */
export interface FsContext extends ProcessView {
  readonly machine: Machine;
}

/** What the file system needs of the machine it belongs to. */
export interface Machine {
  /** By the kernel's number. */
  process(kpid: number): ProcessView | undefined;
  /** The kernel's numbers, in order. */
  pids(): readonly number[];
  setHostname(view: ProcessView, name: string): void;
  /** A directory was renamed: who stands in it goes along. */
  moved(directory: Inode, to: Place): void;
  /** Fills with random bytes. */
  random(bytes: Uint8Array): void;
  /** Seconds since the epoch. */
  realtime(): number;
  /** Seconds since the epoch at which the machine started. */
  readonly bootTime: number;
  nextIno(): number;
  /** Inode number for a new namespace. */
  nextNsIno(): number;
  readonly rootPidNs: PidNamespace;
  readonly terminals: Terminals;
  /** The network namespace the machine's /sys was mounted in; undefined before the first process. */
  readonly firstNetns: NetnsHandle | undefined;
  readonly mountNamespaces: ReadonlySet<MountNamespace>;
}

/** A namespace that can be opened. */
export interface NetnsSource {
  readonly ino: number;
  acquire(): NetnsHandle;
}
