import { Ring } from '../../lib/ring.ts';
import type { ControlMessage, Received, ReceiveOptions, SockAddr, Socket } from '../../syscall/index.ts';
import { SystemError } from '../../syscall/index.ts';
import { EAGAIN, ENOTCONN, EOPNOTSUPP } from '../../uapi/errno.ts';
import * as so from '../../uapi/socket.ts';
import { doSoftirq } from '../core/dev.ts';
import { Sock } from '../core/sock.ts';

/** A datagram that waits to be read. */
export interface QueuedDatagram {
  readonly data: Uint8Array;
  readonly from: SockAddr | null;
  /** What it takes of the queue's room. */
  readonly truesize: number;
}

/** An entry of the error queue. @see struct sock_exterr_skb */
export interface QueuedError {
  readonly data: Uint8Array;
  readonly errno: number;
  /** SO_EE_ORIGIN_* */
  readonly origin: number;
  readonly to: SockAddr;
}

/** What an error takes of the queue's room beside the data that it quotes. */
const ERROR_OVERHEAD = 256;
/** The longest datagram there is: what a reader gets that names no size. */
const WHOLE = 65_536;

/** What sockets of datagrams share in both families: the two queues, and how they are read. @see net/core/datagram.c */
export abstract class DatagramSock<D extends QueuedDatagram, E extends QueuedError> extends Sock {
  connected = false;
  recvErr = false;
  rcvShutdown = false;
  sndShutdown = false;
  /** Options that want ancillary data. */
  readonly wants: Set<number> = new Set();
  readonly rxq: Ring<D> = new Ring<D>();
  rmem = 0;
  drops = 0;
  readonly errq: E[] = [];
  /** Origin of errors that came as packets, which are the socket's error until they are read. */
  protected abstract readonly errOrigin: number;

  protected fail(errno: number, call: string): never {
    throw new SystemError(errno, call);
  }

  poll(): number {
    let mask = so.POLLOUT | so.POLLWRNORM;
    if (this.err !== 0 || this.errq.length > 0) mask |= so.POLLERR;
    if (this.rxq.length > 0 || this.rcvShutdown) mask |= so.POLLIN | so.POLLRDNORM;
    return mask;
  }

  listen(_backlog: number): void {
    this.fail(EOPNOTSUPP, 'listen');
  }

  accept(): Socket {
    return this.fail(EOPNOTSUPP, 'accept');
  }

  shutdown(how: number): void {
    if (!this.connected) this.fail(ENOTCONN, 'shutdown');
    if (how === 0 || how === 2) this.rcvShutdown = true;
    if (how === 1 || how === 2) this.sndShutdown = true;
    this.ready();
  }

  close(): void {
    this.rxq.clear();
    this.errq.length = 0;
    this.release();
  }

  /** Work that was queued by sending is done when the call ends. */
  protected flush(): void {
    doSoftirq(this.net.kernel);
  }

  /** Whether the queue has room for one more; what finds none is counted. @see sock_queue_rcv_skb */
  protected hasRoom(): boolean {
    if (this.rmem <= this.rcvbuf) return true;
    this.drops++;
    return false;
  }

  protected queue(item: D): void {
    this.rmem += item.truesize;
    this.rxq.push(item);
    this.ready();
  }

  /** An error that finds no room is lost, as a packet would be. @see sock_queue_err_skb */
  protected queueError(e: E): void {
    const size = e.data.length + ERROR_OVERHEAD;
    if (this.rmem + size > this.rcvbuf) return;
    this.rmem += size;
    this.errq.push(e);
  }

  /** @see skb_queue_purge */
  protected purgeErrors(): void {
    for (const e of this.errq.splice(0)) this.rmem -= e.data.length + ERROR_OVERHEAD;
  }

  /** What a reader asked to be told about a datagram. */
  protected abstract control(item: D): ControlMessage[];

  /** An error as a reader gets it. */
  protected abstract errControl(e: E): ControlMessage[];

  /** @throws EAGAIN, and the socket's own error @see recvmsg(2) */
  recvmsg(options: ReceiveOptions = {}): Received {
    const flags = options.flags ?? 0;
    if ((flags & so.MSG_ERRQUEUE) !== 0) return this.#recvError(options);
    if (this.err !== 0) this.fail(this.takeErr(), 'recvmsg');
    const peek = (flags & so.MSG_PEEK) !== 0;
    const item = peek ? this.rxq.peek() : this.rxq.shift();
    if (item === undefined) {
      if (this.rcvShutdown) return { data: new Uint8Array(0), length: 0, from: null, flags: 0, control: [] };
      return this.fail(EAGAIN, 'recvmsg');
    }
    if (!peek) this.rmem -= item.truesize;
    return received(item.data, item.from, options, 0, this.control(item));
  }

  /** @see ip_recv_error, ipv6_recv_error */
  #recvError(options: ReceiveOptions): Received {
    const e = this.errq.shift();
    if (e === undefined) return this.fail(EAGAIN, 'recvmsg');
    this.rmem -= e.data.length + ERROR_OVERHEAD;
    const next = this.errq[0];
    this.err = next !== undefined && next.origin === this.errOrigin ? next.errno : 0;
    return received(e.data, e.to, options, so.MSG_ERRQUEUE, this.errControl(e));
  }
}

/** As much as the reader has room for. */
function received(
  data: Uint8Array,
  from: SockAddr | null,
  options: ReceiveOptions,
  flags: number,
  control: readonly ControlMessage[],
): Received {
  const size = options.size ?? WHOLE;
  const cut = data.length > size;
  return {
    data: cut ? data.subarray(0, size) : data,
    length: data.length,
    from,
    flags: flags | (cut ? so.MSG_TRUNC : 0),
    control,
  };
}
