import { EAGAIN } from '../../uapi/errno.ts';
import { O_RDWR, S_IFCHR } from '../../uapi/fcntl.ts';
import { SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGWINCH } from '../../uapi/signal.ts';
import { POLLERR, POLLHUP, POLLIN, POLLOUT } from '../../uapi/socket.ts';
import { fail } from './error.ts';
import { BaseFile, Waiters } from './open-file.ts';
import type { Stat } from './types.ts';

const EMPTY = new Uint8Array(0);
const LF = 10;
const CR = 13;

/** The switches of the line discipline that programs use. @see termios(3) */
export interface Termios {
  /** Input by lines, with editing. */
  icanon: boolean;
  echo: boolean;
  /** ^C ^\ ^Z are signals. */
  isig: boolean;
  /** Carriage return is read as newline. */
  icrnl: boolean;
  /** Newline is written as carriage return and newline. */
  onlcr: boolean;
}

export interface TtyOptions {
  /** e.g. `/dev/pts/0`, the default. */
  readonly name?: string;
  readonly rows?: number;
  readonly cols?: number;
  /** Bytes for the host's screen. */
  readonly output: (bytes: Uint8Array) => void;
}

/** A terminal: the host types into it with `input` and sees what it puts out; programs have it open as `TtyFile`. */
export class Tty {
  readonly name: string;
  readonly termios: Termios = { icanon: true, echo: true, isig: true, icrnl: true, onlcr: true };
  rows: number;
  cols: number;
  /** Process group that signals from the keyboard go to, and that may read. */
  foreground = 0;
  /** The session it controls, or 0. */
  session = 0;
  /** Sends a signal to a process group; set by the system it is attached to. */
  signal: (pgid: number, signal: number) => void = () => {};
  readonly waiters: Waiters = new Waiters();
  readonly #output: (bytes: Uint8Array) => void;
  /** Finished lines; an empty one is an end of file. */
  #queue: Uint8Array[] = [];
  #line: number[] = [];
  #hungUp = false;

  constructor(options: TtyOptions) {
    this.name = options.name ?? '/dev/pts/0';
    this.rows = options.rows ?? 24;
    this.cols = options.cols ?? 80;
    this.#output = options.output;
  }

  /** What the host's keyboard sent. */
  input(bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i++) this.#key(bytes[i]!);
    if (!this.termios.icanon && this.#line.length > 0) this.#push();
  }

  /** The host's window has another size: SIGWINCH. */
  resize(rows: number, cols: number): void {
    if (rows === this.rows && cols === this.cols) return;
    this.rows = rows;
    this.cols = cols;
    this.signal(this.foreground, SIGWINCH);
  }

  /** The host's terminal is gone: SIGHUP, and end of file from now on. */
  hangup(): void {
    this.#hungUp = true;
    this.signal(this.foreground, SIGHUP);
    this.waiters.notify();
  }

  /** Character by character, unechoed, without signals, as line editors want it; or back. @see cfmakeraw(3) */
  setRaw(raw: boolean): void {
    const t = this.termios;
    t.icanon = t.echo = t.isig = t.icrnl = !raw;
    if (raw && this.#line.length > 0) this.#push();
  }

  #key(c: number): void {
    const t = this.termios;
    if (t.isig && this.#signalKey(c)) return;
    if (c === CR && t.icrnl) c = LF;
    if (!t.icanon) {
      this.#line.push(c);
      this.#echo(c);
      return;
    }
    switch (c) {
      case 4: // ^D
        this.#push();
        return;
      case 8:
      case 127:
        this.#erase();
        return;
      case 21: // ^U
        while (this.#line.length > 0) this.#erase();
        return;
      case 23: // ^W
        while (this.#line.at(-1) === 32) this.#erase();
        while (this.#line.length > 0 && this.#line.at(-1) !== 32) this.#erase();
        return;
      default:
        this.#line.push(c);
        this.#echo(c);
        if (c === LF) this.#push();
    }
  }

  #signalKey(c: number): boolean {
    const signal = c === 3 ? SIGINT : c === 28 ? SIGQUIT : c === 26 ? SIGTSTP : 0;
    if (signal === 0) return false;
    this.#line = [];
    this.#queue = [];
    if (this.termios.echo) this.#output(Uint8Array.of(94, c + 64));
    this.signal(this.foreground, signal);
    return true;
  }

  #erase(): void {
    let c = this.#line.pop();
    if (c === undefined) return;
    while (c !== undefined && (c & 0xc0) === 0x80) c = this.#line.pop();
    if (!this.termios.echo) return;
    const wide = c !== undefined && c < 32 && c !== 9;
    this.#output(wide ? Uint8Array.of(8, 8, 32, 32, 8, 8) : Uint8Array.of(8, 32, 8));
  }

  #echo(c: number): void {
    if (!this.termios.echo) return;
    if (c === LF) this.write(Uint8Array.of(LF));
    else if (c < 32 && c !== 9) this.#output(Uint8Array.of(94, c + 64));
    else this.#output(Uint8Array.of(c));
  }

  #push(): void {
    this.#queue.push(Uint8Array.from(this.#line));
    this.#line = [];
    this.waiters.notify();
  }

  poll(): number {
    if (this.#hungUp) return POLLIN | POLLOUT | POLLHUP | POLLERR;
    return POLLOUT | (this.#queue.length > 0 ? POLLIN : 0);
  }

  /** At most one line. @throws SystemError EAGAIN when none is there. */
  read(size: number): Uint8Array {
    const first = this.#queue[0];
    if (first === undefined) return this.#hungUp ? EMPTY : fail(EAGAIN, 'read');
    if (first.length <= size) {
      this.#queue.shift();
      return first;
    }
    this.#queue[0] = first.subarray(size);
    return first.slice(0, size);
  }

  write(data: Uint8Array): void {
    if (this.#hungUp) return;
    let extra = 0;
    if (this.termios.onlcr) for (let i = 0; i < data.length; i++) if (data[i] === LF) extra++;
    if (extra === 0) return this.#output(data.slice());
    const out = new Uint8Array(data.length + extra);
    let o = 0;
    for (let i = 0; i < data.length; i++) {
      const c = data[i]!;
      if (c === LF) out[o++] = CR;
      out[o++] = c;
    }
    this.#output(out);
  }
}

/** A terminal as a process has it open. */
export class TtyFile extends BaseFile {
  readonly kind = 'tty';
  override readonly external = true;
  readonly tty: Tty;

  constructor(tty: Tty, flags: number = O_RDWR) {
    super(tty.name, flags, tty.waiters);
    this.tty = tty;
  }

  override poll(): number {
    return this.tty.poll();
  }

  read(size: number): Uint8Array {
    this.checkRead();
    return this.tty.read(size);
  }

  write(data: Uint8Array): number {
    this.checkWrite();
    this.tty.write(data);
    return data.length;
  }

  stat(): Stat {
    return { ino: 3, dev: 22, mode: S_IFCHR | 0o620, nlink: 1, uid: 0, gid: 5, size: 0, mtime: 0, rdev: 0x8800 };
  }
}
