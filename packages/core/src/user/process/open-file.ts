import { EBADF, EINVAL, EIO, EISDIR } from '../../uapi/errno.ts';
import { O_ACCMODE, O_RDONLY, O_WRONLY } from '../../uapi/fcntl.ts';
import { POLLIN, POLLOUT } from '../../uapi/socket.ts';
import { fail } from './error.ts';
import type { OpenFile, Stat } from './types.ts';

/** A list of callbacks that may change while it is called. */
export class Waiters {
  #list: (() => void)[] = [];

  add(waiter: () => void): void {
    this.#list.push(waiter);
  }

  /** Removes one registration of `waiter`. */
  remove(waiter: () => void): void {
    const i = this.#list.indexOf(waiter);
    if (i >= 0) this.#list = this.#list.length === 1 ? [] : this.#list.toSpliced(i, 1);
  }

  get size(): number {
    return this.#list.length;
  }

  notify(): void {
    const list = this.#list;
    for (let i = 0; i < list.length; i++) list[i]!();
  }
}

/** What all open files share: the reference count, the waiters and the access mode. */
export abstract class BaseFile implements OpenFile {
  abstract readonly kind: OpenFile['kind'];
  readonly path: string;
  readonly flags: number;
  /** Waiting for it is waiting for the host, so the clock stands still. */
  readonly external: boolean = false;
  readonly waiters: Waiters;
  #references = 1;

  /** @param waiters shared by files that become ready together. */
  constructor(path: string, flags: number, waiters: Waiters = new Waiters()) {
    this.path = path;
    this.flags = flags;
    this.waiters = waiters;
  }

  retain(): this {
    this.#references++;
    return this;
  }

  release(): void {
    if (--this.#references === 0) this.closed();
  }

  /** Called when the last reference went. */
  protected closed(): void {}

  addWaiter(waiter: () => void): void {
    this.waiters.add(waiter);
  }

  removeWaiter(waiter: () => void): void {
    this.waiters.remove(waiter);
  }

  poll(): number {
    return POLLIN | POLLOUT;
  }

  /** @throws SystemError EBADF when it was opened for writing only. */
  protected checkRead(): void {
    if ((this.flags & O_ACCMODE) === O_WRONLY) fail(EBADF, 'read');
  }

  /** @throws SystemError EBADF when it was opened for reading only. */
  protected checkWrite(): void {
    if ((this.flags & O_ACCMODE) === O_RDONLY) fail(EBADF, 'write');
  }

  abstract read(size: number): Uint8Array;
  abstract write(data: Uint8Array): number;
  abstract stat(): Stat;
}

/** An open directory: it can be looked at, not read. */
export class DirFile extends BaseFile {
  readonly kind = 'dir';
  readonly #stat: () => Stat;

  constructor(path: string, flags: number, stat: () => Stat) {
    super(path, flags);
    this.#stat = stat;
  }

  read(): Uint8Array {
    return fail(EISDIR, 'read');
  }

  write(): number {
    return fail(EBADF, 'write');
  }

  stat(): Stat {
    return this.#stat();
  }

  seek(): number {
    return 0;
  }
}

/** Where a seek leads. @throws SystemError EINVAL before the start or with an unknown `whence`. */
export function seekTo(position: number, size: number, offset: number, whence: number): number {
  const base = whence === 0 ? 0 : whence === 1 ? position : whence === 2 ? size : fail(EINVAL, 'lseek');
  if (base + offset < 0) fail(EINVAL, 'lseek');
  return base + offset;
}

/** A file whose content is made when its beginning is read, as those of /proc: each write is one call of `store`. */
export class MadeFile extends BaseFile {
  readonly kind = 'file';
  readonly #stat: () => Stat;
  readonly #make: () => Uint8Array;
  readonly #store: ((data: Uint8Array) => void) | undefined;
  #content: Uint8Array | null = null;
  #position = 0;

  constructor(
    path: string,
    flags: number,
    stat: () => Stat,
    make: () => Uint8Array,
    store?: (data: Uint8Array) => void,
  ) {
    super(path, flags);
    this.#stat = stat;
    this.#make = make;
    this.#store = store;
  }

  read(size: number): Uint8Array {
    this.checkRead();
    if (this.#content === null || this.#position === 0) this.#content = this.#make();
    const part = this.#content.slice(this.#position, this.#position + size);
    this.#position += part.length;
    return part;
  }

  write(data: Uint8Array): number {
    this.checkWrite();
    if (this.#store === undefined) fail(EIO, 'write');
    this.#store(data);
    return data.length;
  }

  stat(): Stat {
    return this.#stat();
  }

  seek(offset: number, whence: number): number {
    this.#position = seekTo(this.#position, this.#content?.length ?? 0, offset, whence);
    return this.#position;
  }

  truncate(): void {}
}
