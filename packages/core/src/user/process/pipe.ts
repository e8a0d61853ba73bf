import { EAGAIN, EBADF, EPIPE } from '../../uapi/errno.ts';
import { O_RDONLY, O_RDWR, O_WRONLY, S_IFIFO } from '../../uapi/fcntl.ts';
import { POLLERR, POLLHUP, POLLIN, POLLOUT } from '../../uapi/socket.ts';
import { fail } from './error.ts';
import { BaseFile, Waiters } from './open-file.ts';
import type { Stat } from './types.ts';

/** Bytes a pipe holds. @see pipe(7) */
export const PIPE_CAPACITY = 65536;
/** Writes up to this size are never split. */
export const PIPE_BUF = 4096;

const EMPTY = new Uint8Array(0);

interface Chunk {
  readonly bytes: Uint8Array;
  start: number;
  end: number;
}

/** The bytes between the ends of a pipe or fifo. Ends are counted; without readers EPIPE, without writers end of file. */
export class Pipe {
  readers = 0;
  writers = 0;
  /** How often it was opened so far: who waits for the other end must not miss one that came and went. */
  readOpens = 0;
  writeOpens = 0;
  readonly readWaiters: Waiters = new Waiters();
  readonly writeWaiters: Waiters = new Waiters();
  #chunks: Chunk[] = [];
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Takes bytes out. @throws SystemError EAGAIN when it is empty and someone may still write. */
  read(size: number): Uint8Array {
    if (this.#length === 0) return this.writers === 0 ? EMPTY : fail(EAGAIN, 'read');
    const want = Math.min(size, this.#length);
    const wasFull = PIPE_CAPACITY - this.#length < PIPE_BUF;
    const first = this.#chunks[this.#head]!;
    let out: Uint8Array;
    if (first.end - first.start === want && this.#chunks.length === this.#head + 1) {
      out = first.bytes.subarray(first.start, first.end);
      this.#chunks = [];
      this.#head = 0;
    } else {
      out = this.#gather(want);
    }
    this.#length -= want;
    if (wasFull) this.writeWaiters.notify();
    return out;
  }

  #gather(want: number): Uint8Array {
    const out = new Uint8Array(want);
    let o = 0;
    while (o < want) {
      const chunk = this.#chunks[this.#head]!;
      const n = Math.min(want - o, chunk.end - chunk.start);
      out.set(chunk.bytes.subarray(chunk.start, chunk.start + n), o);
      chunk.start += n;
      o += n;
      if (chunk.start === chunk.end) this.#head++;
    }
    if (this.#head > 64 || this.#head === this.#chunks.length) {
      this.#chunks = this.#chunks.slice(this.#head);
      this.#head = 0;
    }
    return out;
  }

  /** Puts bytes in, a copy of them. @returns how many found room. @throws SystemError EPIPE, EAGAIN. */
  write(data: Uint8Array): number {
    if (this.readers === 0) fail(EPIPE, 'write');
    if (data.length === 0) return 0;
    const room = PIPE_CAPACITY - this.#length;
    if (room === 0 || (data.length <= PIPE_BUF && data.length > room)) fail(EAGAIN, 'write');
    const n = Math.min(room, data.length);
    const last = this.#chunks.at(-1);
    if (last !== undefined && last.bytes.length - last.end >= n) {
      last.bytes.set(data, last.end);
      last.end += n;
    } else if (n < 1024 && last !== undefined) {
      const bytes = new Uint8Array(PIPE_BUF);
      bytes.set(data);
      this.#chunks.push({ bytes, start: 0, end: n });
    } else {
      this.#chunks.push({ bytes: data.slice(0, n), start: 0, end: n });
    }
    const wasEmpty = this.#length === 0;
    this.#length += n;
    if (wasEmpty) this.readWaiters.notify();
    return n;
  }

  /** Forgets what nobody read: the last end is closed. */
  clear(): void {
    this.#chunks = [];
    this.#head = 0;
    this.#length = 0;
  }

  readMask(): number {
    return (this.#length > 0 ? POLLIN : 0) | (this.writers === 0 ? POLLHUP : 0);
  }

  writeMask(): number {
    if (this.readers === 0) return POLLOUT | POLLERR;
    return PIPE_CAPACITY - this.#length >= PIPE_BUF ? POLLOUT : 0;
  }
}

/** One end of a pipe, or a fifo opened for both. */
export class PipeEnd extends BaseFile {
  readonly kind = 'pipe';
  readonly pipe: Pipe;
  readonly #stat: (() => Stat) | undefined;
  readonly #ino: number;
  readonly #reads: boolean;
  readonly #writes: boolean;

  constructor(pipe: Pipe, mode: number, flags: number, path: string, ino: number, stat?: () => Stat) {
    super(path, flags, mode === O_WRONLY ? pipe.writeWaiters : pipe.readWaiters);
    this.pipe = pipe;
    this.#ino = ino;
    this.#stat = stat;
    this.#reads = mode !== O_WRONLY;
    this.#writes = mode !== O_RDONLY;
    if (this.#reads) {
      pipe.readers++;
      pipe.readOpens++;
    }
    if (this.#writes) {
      pipe.writers++;
      pipe.writeOpens++;
    }
    pipe.readWaiters.notify();
    pipe.writeWaiters.notify();
  }

  protected override closed(): void {
    if (this.#reads) this.pipe.readers--;
    if (this.#writes) this.pipe.writers--;
    if (this.pipe.readers + this.pipe.writers === 0) this.pipe.clear();
    if (this.pipe.readers === 0) this.pipe.writeWaiters.notify();
    if (this.pipe.writers === 0) this.pipe.readWaiters.notify();
  }

  override poll(): number {
    return (this.#reads ? this.pipe.readMask() : 0) | (this.#writes ? this.pipe.writeMask() : 0);
  }

  read(size: number): Uint8Array {
    if (!this.#reads) fail(EBADF, 'read');
    return this.pipe.read(size);
  }

  write(data: Uint8Array): number {
    if (!this.#writes) fail(EBADF, 'write');
    return this.pipe.write(data);
  }

  stat(): Stat {
    if (this.#stat !== undefined) return this.#stat();
    return {
      ino: this.#ino,
      dev: 13,
      mode: S_IFIFO | 0o600,
      nlink: 1,
      uid: 0,
      gid: 0,
      size: 0,
      atime: 0,
      mtime: 0,
      ctime: 0,
    };
  }
}

/** A new pipe: `[read end, write end]`. */
export function makePipe(ino: number): [PipeEnd, PipeEnd] {
  const pipe = new Pipe();
  const path = `pipe:[${ino}]`;
  return [new PipeEnd(pipe, O_RDONLY, O_RDONLY, path, ino), new PipeEnd(pipe, O_WRONLY, O_WRONLY, path, ino)];
}

/** The open file of a fifo. @param mode O_RDONLY, O_WRONLY or O_RDWR. */
export function openFifo(pipe: Pipe, mode: number, flags: number, path: string, stat: () => Stat): PipeEnd {
  return new PipeEnd(pipe, mode === O_RDWR ? O_RDWR : mode, flags, path, 0, stat);
}
