/** The namespaces that are the process layer's own: all but the network's. @see namespaces(7) */
import type { MountNamespace } from './fs/mount.ts';
import type { PidNamespace } from './pid-ns.ts';

/** The name of the machine, shared by the processes of a UTS namespace. */
export interface UtsNamespace {
  readonly ino: number;
  hostname: string;
}

/** Namespaces of which nothing but their identity can be observed here. */
export type PlainKind = 'cgroup' | 'ipc' | 'time';

/** An open or bound namespace. */
export type NamespaceRef =
  | { readonly kind: 'mnt'; readonly ino: number; readonly ns: MountNamespace }
  | { readonly kind: 'pid'; readonly ino: number; readonly ns: PidNamespace }
  | { readonly kind: 'uts'; readonly ino: number; readonly ns: UtsNamespace }
  | { readonly kind: PlainKind | 'user'; readonly ino: number };

/** What a process is in, beside network and mounts. */
export interface NamespaceSet {
  readonly uts: UtsNamespace;
  readonly pid: PidNamespace;
  /** Where its children are born; its own unless it left or entered one. */
  readonly pidForChildren: PidNamespace;
  readonly ipc: number;
  readonly cgroup: number;
  readonly time: number;
  readonly timeForChildren: number;
}

/** Inode numbers of the first namespaces. @see include/linux/proc_ns.h */
export const PROC_IPC_INIT_INO = 0xefffffff;
export const PROC_UTS_INIT_INO = 0xeffffffe;
export const PROC_USER_INIT_INO = 0xeffffffd;
export const PROC_PID_INIT_INO = 0xeffffffc;
export const PROC_CGROUP_INIT_INO = 0xeffffffb;
export const PROC_TIME_INIT_INO = 0xeffffffa;
