import { EAGAIN, EBADF, EPIPE, errnoOf } from '../../uapi/errno.ts';
import { O_RDONLY, O_WRONLY, S_IFIFO } from '../../uapi/fcntl.ts';
import { POLLERR, POLLHUP, POLLIN, POLLOUT } from '../../uapi/socket.ts';
import { fail } from './error.ts';
import { BaseFile } from './open-file.ts';
import type { Stat } from './types.ts';

const EMPTY = new Uint8Array(0);

const hostStat = (): Stat => ({
  ino: 3,
  dev: 13,
  mode: S_IFIFO | 0o600,
  nlink: 1,
  uid: 0,
  gid: 0,
  size: 0,
  atime: 0,
  mtime: 0,
  ctime: 0,
});

/** Standard input of the host, read chunk by chunk as somebody in the machine asks for it. */
export class HostInput extends BaseFile {
  readonly kind = 'host';
  override readonly external = true;
  readonly #source: AsyncIterator<Uint8Array>;
  #queue: Uint8Array[] = [];
  #ended = false;
  #asked = false;

  constructor(source: AsyncIterable<Uint8Array>, path = 'pipe:[3]') {
    super(path, O_RDONLY);
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Asks the host for the next chunk, once. */
  #demand(): void {
    if (this.#asked || this.#ended || this.#queue.length > 0) return;
    this.#asked = true;
    this.#source.next().then(
      (r) => this.#arrived(r.done === true ? null : r.value),
      () => this.#arrived(null),
    );
  }

  #arrived(bytes: Uint8Array | null): void {
    this.#asked = false;
    if (bytes === null) this.#ended = true;
    else if (bytes.length > 0) this.#queue.push(bytes);
    else return this.#demand();
    this.waiters.notify();
  }

  override addWaiter(waiter: () => void): void {
    super.addWaiter(waiter);
    this.#demand();
  }

  override poll(): number {
    if (this.#queue.length > 0) return POLLIN;
    return this.#ended ? POLLIN | POLLHUP : 0;
  }

  read(size: number): Uint8Array {
    const first = this.#queue[0];
    if (first === undefined) return this.#ended ? EMPTY : fail(EAGAIN, 'read');
    if (first.length <= size) {
      this.#queue.shift();
      return first;
    }
    this.#queue[0] = first.subarray(size);
    return first.slice(0, size);
  }

  write(): number {
    return fail(EBADF, 'write');
  }

  stat(): Stat {
    return hostStat();
  }
}

/**
 * Takes bytes to the host. A promise means: no more until it is settled; a rejected one, that nobody reads any more.
 * Throws an error with a `code` when it cannot take these bytes (ENOSPC, EIO); EPIPE closes it.
 */
export type HostSink = (bytes: Uint8Array) => void | Promise<void>;

/** Standard output or error of the host; the order of writes is the order of calls of the sink. */
export class HostOutput extends BaseFile {
  readonly kind = 'host';
  override readonly external = true;
  readonly #sink: HostSink;
  #busy = false;
  #broken = false;

  constructor(sink: HostSink, path = 'pipe:[4]') {
    super(path, O_WRONLY);
    this.#sink = sink;
  }

  /** Nobody reads any more: writers get EPIPE from now on. */
  break(): void {
    this.#broken = true;
    this.waiters.notify();
  }

  override poll(): number {
    if (this.#broken) return POLLOUT | POLLERR;
    return this.#busy ? 0 : POLLOUT;
  }

  read(): Uint8Array {
    return fail(EBADF, 'read');
  }

  write(data: Uint8Array): number {
    if (this.#broken) fail(EPIPE, 'write');
    if (this.#busy) fail(EAGAIN, 'write');
    let done: void | Promise<void>;
    try {
      done = this.#sink(data.slice());
    } catch (e) {
      // An error shaped like Node's; its code is Linux's name wherever that runs.
      const code = e instanceof Error && 'code' in e ? errnoOf(String(e.code)) : 0;
      if (code === 0) throw e;
      if (code === EPIPE) this.#broken = true;
      fail(code, 'write');
    }
    if (done instanceof Promise) {
      this.#busy = true;
      done.then(
        () => this.#settled(false),
        () => this.#settled(true),
      );
    }
    return data.length;
  }

  #settled(broken: boolean): void {
    this.#busy = false;
    if (broken) this.#broken = true;
    this.waiters.notify();
  }

  stat(): Stat {
    return hostStat();
  }
}
