/** PID namespaces: a process has a number in its own and in each one above. @see pid_namespaces(7), kernel/pid_namespace.c */
import { ENOMEM } from '../../uapi/errno.ts';
import { fail } from './error.ts';

/** What a namespace needs to know of its members. */
export interface Member {
  /** Its number in the machine's first namespace. */
  readonly kpid: number;
}

/** Numbers of processes, groups and sessions as one namespace has them. The first one's are the kernel's own. */
export class PidNamespace {
  readonly ino: number;
  readonly parent: PidNamespace | null;
  /** The process that is number 1: it adopts orphans, and all others die with it. Null before the first, and in the first namespace. */
  init: Member | null = null;
  /** Its init is gone or going: nothing is born here any more. */
  dead = false;
  /** Keyed by the kernel's number, and by this namespace's. */
  readonly #numbers: Map<number, number> = new Map();
  readonly #kernel: Map<number, number> = new Map();
  #last = 0;
  /** This one and those above it, up to the first. */
  readonly #upwards: readonly PidNamespace[];

  constructor(ino: number, parent: PidNamespace | null) {
    this.ino = ino;
    this.parent = parent;
    this.#upwards = [this, ...(parent === null ? [] : parent.#upwards)];
  }

  /** Gives a new process its numbers, here and above. */
  add(process: Member): void {
    for (const ns of this.#upwards) {
      if (ns.parent === null) return;
      const n = ++ns.#last;
      ns.#numbers.set(process.kpid, n);
      ns.#kernel.set(n, process.kpid);
      ns.init ??= process;
    }
  }

  /** Takes the numbers back, when neither a process nor a group has them. */
  remove(kpid: number): void {
    for (const ns of this.#upwards) {
      if (ns.parent === null) return;
      ns.#kernel.delete(ns.#numbers.get(kpid) ?? 0);
      ns.#numbers.delete(kpid);
    }
  }

  /** @throws SystemError ENOMEM when its init is gone. @see kernel/pid.c:alloc_pid */
  mayFork(): void {
    if (this.dead) fail(ENOMEM, 'fork');
  }

  /** The number here of what the kernel numbers so; 0 when it is not in this namespace. @see pid_nr_ns */
  numberOf(kpid: number): number {
    return this.parent === null ? kpid : (this.#numbers.get(kpid) ?? 0);
  }

  /** The kernel's number of what is `n` here; 0 when there is no such. @see find_vpid */
  kernelNumber(n: number): number {
    return this.parent === null ? n : (this.#kernel.get(n) ?? 0);
  }

  /** Whether this is `other` or lies below it. */
  within(other: PidNamespace): boolean {
    return this.#upwards.includes(other);
  }
}
