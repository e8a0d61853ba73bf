import { concatBytes, utf8Decode, utf8Encode } from '../../lib/text.ts';
import { POLLIN, POLLOUT } from '../../uapi/socket.ts';
import { TtyFile } from './tty/tty-file.ts';
import type { OpenFile } from './types.ts';

/** Bytes stdout gathers before it writes. @see setvbuf(3), st_blksize of a pipe */
const BUFFER_SIZE = 4096;
const LF = 10;

/** What stdio needs of its process. */
interface Owner {
  readonly env?: ReadonlyMap<string, string>;
  readonly fds: { get(fd: number): OpenFile | undefined };
  readonly task: { charge(what: 'syscall' | 'byte', times?: number): void };
}

/** How stdbuf(1) wants a stream of the program: `0`, `L` or a size. It tells a library that it has preloaded. */
function presetMode(env: ReadonlyMap<string, string> | undefined, fd: number): string | undefined {
  const mode = env?.get(fd === 1 ? '_STDBUF_O' : '_STDBUF_E');
  if (mode === undefined || env?.get('LD_PRELOAD')?.includes('libstdbuf.so') !== true) return undefined;
  return mode === 'L' || /^\d+$/.test(mode) ? mode : undefined;
}

/** A stream of C's stdio on one descriptor. `put` writes what it can without waiting; the rest is for `take`. */
class Stream {
  readonly #owner: Owner;
  readonly #fd: number;
  readonly #unbuffered: boolean;
  /** Bytes gathered before a write. */
  readonly #size: number;
  readonly #byLine: boolean;
  #text = '';
  #parts: Uint8Array[] = [];
  #length = 0;

  constructor(owner: Owner, fd: number, unbuffered: boolean) {
    this.#owner = owner;
    this.#fd = fd;
    const mode = presetMode(owner.env, fd);
    this.#unbuffered = mode === undefined ? unbuffered : mode === '0';
    this.#byLine = mode === 'L';
    this.#size = Number(mode) || BUFFER_SIZE;
  }

  /** Bytes (of text: at least that many) that wait to be written. */
  get length(): number {
    return this.#length + this.#text.length;
  }

  /** Whether enough is gathered for a write. */
  get full(): boolean {
    return this.length >= this.#size;
  }

  putText(text: string): void {
    this.#text += text;
    if (this.#unbuffered || this.full) this.#push(false);
    else if (text.includes('\n') && this.#lines()) this.#push(true);
  }

  putBytes(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#encode();
    this.#parts.push(bytes.slice());
    this.#length += bytes.length;
    if (this.#unbuffered || this.full) this.#push(false);
    else if (bytes.includes(LF) && this.#lines()) this.#push(true);
  }

  #lines(): boolean {
    return this.#byLine || this.#owner.fds.get(this.#fd)?.kind === 'tty';
  }

  #encode(): void {
    if (this.#text === '') return;
    const bytes = utf8Encode(this.#text);
    this.#text = '';
    this.#parts.push(bytes);
    this.#length += bytes.length;
  }

  /** Takes out what is gathered: all of it, or whole buffers only. */
  take(whole: boolean): Uint8Array {
    this.#encode();
    const all = this.#parts.length === 1 ? this.#parts[0]! : concatBytes(this.#parts);
    const n = whole ? all.length - (all.length % this.#size) : all.length;
    this.#parts = n === all.length ? [] : [all.subarray(n)];
    this.#length = all.length - n;
    return n === all.length ? all : all.subarray(0, n);
  }

  /** Puts back what could not be written. */
  unread(bytes: Uint8Array): void {
    this.#encode();
    if (bytes.length === 0) return;
    this.#parts.unshift(bytes);
    this.#length += bytes.length;
  }

  /** Writes without waiting. Errors are left for the flush that can report them. */
  #push(lines: boolean): void {
    const file = this.#owner.fds.get(this.#fd);
    // Who writes to a terminal from the background may have to be stopped first.
    if (file === undefined || (file instanceof TtyFile && file.tty.tostop)) return;
    let bytes = this.take(!this.#unbuffered && !lines);
    if (lines) {
      const end = bytes.lastIndexOf(LF) + 1;
      const rest = bytes.subarray(end);
      bytes = bytes.subarray(0, end);
      this.unread(rest);
    }
    let o = 0;
    try {
      while (o < bytes.length && (file.poll() & ~POLLIN) === POLLOUT) {
        // Pieces a pipe takes at once or not at all would throw; buffers fit when it says it is ready.
        const n = file.write(bytes.subarray(o, o + BUFFER_SIZE));
        this.#owner.task.charge('syscall');
        this.#owner.task.charge('byte', n);
        o += n;
      }
    } catch {
      // The same error comes again, awaited.
    }
    this.unread(bytes.subarray(o));
  }
}

/** Standard output and error of a process as C's stdio has them. */
export class Stdio {
  readonly out: Stream;
  readonly err: Stream;

  constructor(owner: Owner) {
    this.out = new Stream(owner, 1, false);
    this.err = new Stream(owner, 2, true);
  }
}

/** Cuts bytes into lines, keeping what is not finished. */
export class LineCutter {
  #rest: Uint8Array[] = [];
  #restLength = 0;

  get pending(): boolean {
    return this.#restLength > 0;
  }

  /** Lines that `bytes` finish, without their newlines. */
  cut(bytes: Uint8Array): string[] {
    const end = bytes.lastIndexOf(LF);
    if (end < 0) {
      this.#keep(bytes);
      return [];
    }
    let head = bytes.subarray(0, end);
    if (this.#restLength > 0) head = concatBytes([...this.#rest, head]);
    this.#rest = [];
    this.#restLength = 0;
    this.#keep(bytes.subarray(end + 1));
    return utf8Decode(head).split('\n');
  }

  #keep(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#rest.push(bytes);
    this.#restLength += bytes.length;
  }

  /** The bytes after the last newline, once there is no more. */
  take(): Uint8Array {
    const rest = concatBytes(this.#rest);
    this.#rest = [];
    this.#restLength = 0;
    return rest;
  }
}
