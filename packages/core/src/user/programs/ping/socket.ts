/** The socket ping talks through: datagram or raw ICMP, its error queue, and waiting for either. */
import {
  type ControlMessage,
  type Pollable,
  type Received,
  type SockAddr,
  type Socket,
  SystemError,
} from '../../../syscall/index.ts';
import { EACCES, EAFNOSUPPORT, EAGAIN, EPROTONOSUPPORT } from '../../../uapi/errno.ts';
import { MSG_DONTWAIT, MSG_ERRQUEUE, POLLERR, POLLIN, SOCK_DGRAM, SOCK_RAW } from '../../../uapi/socket.ts';
import type { Process } from '../../process/types.ts';

/** The errno of a failed call, positive; anything else is thrown on. */
export function errnoOf(e: unknown): SystemError {
  if (e instanceof SystemError) return e;
  throw e;
}

/**
 * Ready when there is a packet, or when something changed since `arm` and an error is pending. A plain poll would
 * report an error queue for ever that recvmsg(2) does not wake up for.
 */
class Readable implements Pollable {
  readonly #socket: Socket;
  readonly #wrapped: Map<() => void, () => void> = new Map();
  #changed = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  arm(): void {
    this.#changed = false;
  }

  poll(): number {
    return this.#socket.poll() & (this.#changed ? POLLIN | POLLERR : POLLIN);
  }

  addWaiter(waiter: () => void): void {
    const wrapped = (): void => {
      this.#changed = true;
      waiter();
    };
    this.#wrapped.set(waiter, wrapped);
    this.#socket.addWaiter(wrapped);
  }

  removeWaiter(waiter: () => void): void {
    const wrapped = this.#wrapped.get(waiter);
    this.#wrapped.delete(waiter);
    if (wrapped !== undefined) this.#socket.removeWaiter(wrapped);
  }
}

export class PingSocket {
  readonly socket: Socket;
  readonly raw: boolean;
  readonly #proc: Process;
  readonly #readable: Readable;

  constructor(proc: Process, socket: Socket, raw: boolean) {
    this.#proc = proc;
    this.socket = socket;
    this.raw = raw;
    this.#readable = new Readable(socket);
  }

  /** @throws SystemError as sendmsg(2). */
  send(data: Uint8Array, to: SockAddr, control: readonly ControlMessage[], flags: number): void {
    this.#proc.task.charge('syscall');
    this.socket.sendmsg(data, { to, flags, ...(control.length === 0 ? {} : { control }) });
  }

  /** What is there now. @throws SystemError EAGAIN, or the socket's pending error. */
  receiveNow(size: number): Received {
    this.#proc.task.charge('syscall');
    return this.socket.recvmsg({ size, flags: MSG_DONTWAIT });
  }

  /**
   * Waits for a packet as recvmsg(2) with SO_RCVTIMEO does.
   * @param timeoutNs SO_RCVTIMEO, which the kernel counts in ticks
   * @param alarmNs when the alarm rings, to the nanosecond
   * @throws SystemError EAGAIN after the time, EINTR, or the socket's pending error.
   */
  async receive(size: number, timeoutNs: number, alarmNs: number): Promise<Received> {
    const { task } = this.#proc;
    const deadline = Math.min(task.timeoutAt(timeoutNs), task.now() + alarmNs);
    for (;;) {
      this.#readable.arm();
      try {
        return this.receiveNow(size);
      } catch (e) {
        if (errnoOf(e).errno !== -EAGAIN) throw e;
        const left = deadline - this.#proc.task.now();
        if (left <= 0) throw e;
        const [ready] = await this.#proc.poll([{ on: this.#readable, events: POLLIN }], left);
        if (ready === 0) throw e;
      }
    }
  }

  /** The next entry of the error queue. @throws SystemError EAGAIN when it is empty. */
  receiveError(size: number): Received {
    this.#proc.task.charge('syscall');
    return this.socket.recvmsg({ size, flags: MSG_ERRQUEUE | MSG_DONTWAIT });
  }

  /** poll(2) for a packet. @returns POLLIN, POLLERR, or 0 after the time. @throws SystemError EINTR. */
  async poll(timeoutNs: number): Promise<number> {
    const [ready] = await this.#proc.poll([{ on: this.socket, events: POLLIN }], timeoutNs);
    return ready!;
  }
}

/**
 * A datagram ICMP socket if the namespace allows (`net.ipv4.ping_group_range`), else a raw one.
 * @param type SOCK_RAW leaves the first out. @throws SystemError
 * @see ping.c:create_socket
 */
export function openPingSocket(proc: Process, family: number, type: number, protocol: number): PingSocket {
  if (type === SOCK_DGRAM) {
    try {
      return new PingSocket(proc, proc.socket(family, SOCK_DGRAM, protocol), false);
    } catch (e) {
      const { errno } = errnoOf(e);
      if (errno !== -EACCES && errno !== -EPROTONOSUPPORT && errno !== -EAFNOSUPPORT) throw e;
    }
  }
  return new PingSocket(proc, proc.socket(family, SOCK_RAW, protocol), true);
}
