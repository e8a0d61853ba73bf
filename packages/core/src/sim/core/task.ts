import { CLOCK_REALTIME } from '../../uapi/sched.ts';
import { EAFNOSUPPORT, ENOENT, EINVAL, EBADF } from '../../uapi/errno.ts';
import {
  type Charge,
  type KernelNode,
  type NetnsHandle,
  type Socket,
  SystemError,
  type Task,
} from '../../syscall/index.ts';
import type { SimKernel } from './kernel.ts';
import type { Net } from './net.ts';
import { SchedEntity } from './scheduler.ts';

/** One task: pid, namespace, descriptors of namespaces, a place in the scheduler. @see include/linux/sched.h */
export class SimTask extends SchedEntity implements Task {
  readonly pid: number;
  readonly kernel: SimKernel;
  net: Net;
  findPid: (pid: number) => number = (pid) => pid;

  constructor(kernel: SimKernel, pid: number, net: Net) {
    super(kernel.scheduler);
    this.kernel = kernel;
    this.pid = pid;
    this.net = net.get();
  }

  socket(family: number, type: number, protocol: number): Socket {
    const create = this.kernel.families.get(family);
    if (create === undefined) throw new SystemError(EAFNOSUPPORT, 'socket');
    const made = create(this.net, this, type, protocol);
    if (typeof made === 'number') throw new SystemError(made, 'socket');
    return made;
  }

  openNetns(pid?: number): NetnsHandle {
    const task = pid === undefined ? this : this.kernel.tasks.get(this.findPid(pid));
    if (task === undefined) throw new SystemError(ENOENT, 'open', { path: `/proc/${pid}/ns/net` });
    return new SimNetnsHandle(task.net);
  }

  setns(namespace: NetnsHandle): void {
    if (!(namespace instanceof SimNetnsHandle)) throw new SystemError(EINVAL, 'setns');
    if (namespace.closed) throw new SystemError(EBADF, 'setns');
    this.#enter(namespace.net.get());
  }

  unshareNet(): void {
    this.charge('netns');
    this.#enter(this.kernel.copyNetNs());
  }

  /** Takes over one reference. */
  #enter(net: Net): void {
    const old = this.net;
    this.net = net;
    old.put();
  }

  lookup(path: string, sysNet?: NetnsHandle): KernelNode | null {
    const net = sysNet instanceof SimNetnsHandle ? sysNet.net : this.net;
    for (const view of this.kernel.views) {
      if (path === view.root || path.startsWith(`${view.root}/`))
        return view.lookup(path, view.sys ? net : this.net, this);
    }
    return null;
  }

  clockGettime(clock: number): bigint {
    const { now, bootRealtime } = this.kernel.clock;
    return clock === CLOCK_REALTIME ? bootRealtime + BigInt(Math.floor(now)) : BigInt(Math.floor(now));
  }

  now(): number {
    return this.kernel.clock.now;
  }

  timeoutAt(delayNs: number): number {
    return delayNs === Infinity ? Infinity : this.kernel.clock.wheel(delayNs);
  }

  block(deadline: number): Promise<boolean> {
    return this.kernel.scheduler.block(this, deadline);
  }

  wake(): void {
    this.kernel.scheduler.wake(this);
  }

  outside<T>(work: Promise<T>): Promise<T> {
    return this.kernel.scheduler.outside(this, work);
  }

  charge(what: Charge, times = 1): void {
    const ns = this.kernel.cost.charge[what] * times;
    if (ns > 0) this.kernel.clock.advance(this.kernel.jittered(ns));
  }

  shouldYield(): boolean {
    return this.kernel.scheduler.shouldYield(this);
  }

  breathe(): Promise<void> | null {
    return this.kernel.scheduler.breathe();
  }

  async yield_(): Promise<void> {
    await this.kernel.scheduler.yield_(this);
  }

  exit(): void {
    this.kernel.tasks.delete(this.pid);
    this.net.put();
    this.kernel.scheduler.exit(this);
  }
}

/** An open namespace file; its number is one of the kernel's, so a child may use what its parent opened. */
class SimNetnsHandle implements NetnsHandle {
  readonly fd: number;
  readonly net: Net;
  closed = false;

  constructor(net: Net) {
    this.net = net.get();
    this.fd = net.kernel.netnsFds.open(net);
  }

  get ino(): number {
    return this.net.ino;
  }

  dup(): NetnsHandle {
    return new SimNetnsHandle(this.net);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.net.kernel.netnsFds.close(this.fd);
    this.net.put();
  }
}
