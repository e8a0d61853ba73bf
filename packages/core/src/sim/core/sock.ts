import { type Socket, SystemError } from '../../syscall/index.ts';
import { ENOTTY } from '../../uapi/errno.ts';
import { doSoftirq } from './dev.ts';
import type { Net } from './net.ts';
import type { SimTask } from './task.ts';

/** Bytes a socket's queues may hold, and what SO_RCVBUF and SO_SNDBUF may ask for. @see net.core.rmem_default, rmem_max, wmem_default, wmem_max */
export const SOCK_BUF_DEFAULT = 212_992;
export const SOCK_BUF_MAX = 4_194_304;

/**
 * What a packet of `len` bytes above the link layer takes of a socket's room: its buffers come in powers of two, and large ones in pages.
 * @see skb->truesize, alloc_skb_with_frags
 */
export function skbTruesize(len: number): number {
  const need = len + 31;
  if (need <= 256) return 832;
  for (let size = 1024; size <= 16_384; size *= 2) if (need <= size - 320) return size + 256;
  return len + 832;
}

/** A kernel socket, as packets know it; the protocols' own classes extend it. @see include/net/sock.h */
export abstract class Sock {
  readonly net: Net;
  readonly family: number;
  readonly type: number;
  readonly protocol: number;
  /** Inode number, as ss -e shows it. */
  readonly ino: number;
  /** ifindex of SO_BINDTODEVICE, 0 for none. */
  boundDevIf = 0;
  mark = 0;
  priority = 0;
  /** SO_RCVBUF and SO_SNDBUF, bytes. */
  rcvbuf: number = SOCK_BUF_DEFAULT;
  sndbuf: number = SOCK_BUF_DEFAULT;
  /** Pending error (positive errno), given by the next call and cleared. @see sk_err */
  err = 0;
  dead = false;
  /** Switches at SOL_SOCKET (SO_BROADCAST, SO_REUSEADDR …), by option; off when absent. */
  readonly switches: Map<number, number> = new Map();
  /** SO_RCVTIMEO and SO_SNDTIMEO: a struct timeval each, by option; none when absent. */
  readonly timeouts: Map<number, Uint8Array> = new Map();
  readonly #waiters: (() => void)[] = [];

  constructor(net: Net, family: number, type: number, protocol: number) {
    this.net = net.get();
    this.family = family;
    this.type = type;
    this.protocol = protocol;
    this.ino = net.kernel.nextSockIno();
  }

  /** POLL* bits as they are now. */
  abstract poll(): number;

  addWaiter(waiter: () => void): void {
    this.#waiters.push(waiter);
  }

  removeWaiter(waiter: () => void): void {
    const i = this.#waiters.indexOf(waiter);
    if (i >= 0) this.#waiters.splice(i, 1);
  }

  /** Something to read, room to write, or an error: wakes who waits. @see sk_data_ready */
  ready(): void {
    for (let i = this.#waiters.length - 1; i >= 0; i--) this.#waiters[i]!();
  }

  /** @throws SystemError ENOTTY when nobody knows the request, and what those say who do. @see sock_ioctl */
  ioctl(request: number, arg: Uint8Array): number {
    const { kernel } = this.net;
    for (const io of kernel.ioctls) {
      const r = io(this, request, arg);
      if (r === null) continue;
      doSoftirq(kernel);
      if (r < 0) throw new SystemError(r, 'ioctl');
      return r;
    }
    throw new SystemError(ENOTTY, 'ioctl');
  }

  /** Gives and clears the pending error. @see sock_error */
  takeErr(): number {
    const { err } = this;
    this.err = 0;
    return err;
  }

  /** Drops the reference on the namespace; once. */
  release(): void {
    if (this.dead) return;
    this.dead = true;
    this.net.put();
  }
}

/** Makes sockets of one family. @returns a socket, or -errno. @see struct net_proto_family */
export type SockCreate = (net: Net, task: SimTask, type: number, protocol: number) => Socket | number;
