import { EAGAIN, EIO } from '../../../uapi/errno.ts';
import { SIGCONT, SIGHUP, SIGWINCH } from '../../../uapi/signal.ts';
import { POLLERR, POLLHUP, POLLIN, POLLOUT } from '../../../uapi/socket.ts';
import { ICANON, OCRNL, ONLCR, ONLRET, ONOCR, OPOST, TOSTOP, VMIN, VTIME } from '../../../uapi/termios.ts';
import { fail } from '../error.ts';
import { Waiters } from '../open-file.ts';
import { LineDiscipline } from './discipline.ts';
import type { Termios } from './termios.ts';

const EMPTY = new Uint8Array(0);
const BS = 8;
const TAB = 9;
const LF = 10;
const CR = 13;

export interface TtyOptions {
  /** e.g. `/dev/pts/0`, the default. */
  readonly name?: string;
  readonly rows?: number;
  readonly cols?: number;
  /** Somebody sits at it (default): while a program waits for what they type, the clock stands still. */
  readonly attended?: boolean;
  /** Bytes for the screen. A promise means: no more from programs until it is settled. */
  readonly output: (bytes: Uint8Array) => void | Promise<void>;
}

/**
 * A pseudo-terminal: whoever holds the master side types into it with `input` and sees what it puts out; programs have it open as
 * `TtyFile`. @see pty(7)
 */
export class Tty {
  readonly name: string;
  rows: number;
  cols: number;
  /** Process group that signals from the keyboard go to, and that may read. */
  foreground = 0;
  /** The session it controls, or 0. */
  session = 0;
  /** Sends a signal to a process group; set by the system it is attached to. */
  signal: (pgid: number, signal: number) => void = () => {};
  readonly waiters: Waiters = new Waiters();
  readonly attended: boolean;
  readonly #output: (bytes: Uint8Array) => void | Promise<void>;
  readonly #discipline: LineDiscipline;
  #hungUp = false;
  /** XOFF: nothing goes out. */
  #stopped = false;
  #held: Uint8Array[] = [];
  /** The screen has not taken the last output yet. */
  #busy = false;
  #column = 0;

  constructor(options: TtyOptions) {
    this.name = options.name ?? '/dev/pts/0';
    this.attended = options.attended ?? true;
    this.rows = options.rows ?? 24;
    this.cols = options.cols ?? 80;
    this.#output = options.output;
    this.#discipline = new LineDiscipline({
      echo: (bytes) => this.#send(this.#processed(bytes)),
      signal: (signal) => this.signal(this.foreground, signal),
      setStopped: (stopped) => this.#setStopped(stopped),
      isStopped: () => this.#stopped,
      column: () => this.#column,
    });
  }

  get termios(): Termios {
    return this.#discipline.termios;
  }

  /** @param flush forgets what was typed and not read. @see tcsetattr(3) TCSAFLUSH */
  setTermios(termios: Termios, flush = false): void {
    if (flush) this.#discipline.flush();
    this.#discipline.termios = termios;
    this.waiters.notify();
  }

  /** Whether writers of the background are stopped. */
  get tostop(): boolean {
    return (this.termios.lflag & TOSTOP) !== 0;
  }

  /** How long a read waits for the first byte, ns. @see termios(3) VMIN, VTIME */
  get patienceNs(): number {
    const { lflag, cc } = this.termios;
    return (lflag & ICANON) !== 0 || cc[VMIN]! > 0 ? Infinity : cc[VTIME]! * 1e8;
  }

  /** What the keyboard sent. */
  input(bytes: Uint8Array): void {
    if (this.#hungUp) return;
    this.#discipline.receive(bytes);
    if (this.#discipline.readable) this.waiters.notify();
  }

  /** The window has another size: SIGWINCH. @see ioctl_tty(2) TIOCSWINSZ */
  resize(rows: number, cols: number): void {
    if (rows === this.rows && cols === this.cols) return;
    this.rows = rows;
    this.cols = cols;
    this.signal(this.foreground, SIGWINCH);
  }

  /** The other side is gone: SIGHUP, end of file for readers and EIO for writers from now on. @see __tty_hangup */
  hangup(): void {
    if (this.#hungUp) return;
    this.#hungUp = true;
    if (this.session !== 0) {
      this.signal(this.session, SIGHUP);
      this.signal(this.session, SIGCONT);
    }
    if (this.foreground !== this.session) this.signal(this.foreground, SIGHUP);
    this.waiters.notify();
  }

  poll(): number {
    if (this.#hungUp) return POLLIN | POLLOUT | POLLHUP | POLLERR;
    return (this.#stopped || this.#busy ? 0 : POLLOUT) | (this.#discipline.readable ? POLLIN : 0);
  }

  /** At most one line, or what there is. @throws SystemError EAGAIN when none is there. */
  read(size: number): Uint8Array {
    const bytes = this.#hungUp ? EMPTY : this.#discipline.read(size);
    if (bytes !== null) return bytes;
    return this.patienceNs === Infinity ? fail(EAGAIN, 'read') : EMPTY;
  }

  /** @throws SystemError EAGAIN while the screen takes nothing, EIO when it is gone. */
  write(data: Uint8Array): void {
    if (this.#hungUp) fail(EIO, 'write');
    if (this.#stopped || this.#busy) fail(EAGAIN, 'write');
    this.#send(this.#processed(data));
  }

  #setStopped(stopped: boolean): void {
    if (this.#stopped === stopped) return;
    this.#stopped = stopped;
    if (stopped) return;
    const held = this.#held;
    this.#held = [];
    for (const bytes of held) this.#send(bytes);
    this.waiters.notify();
  }

  #send(bytes: Uint8Array): void {
    if (this.#hungUp || bytes.length === 0) return;
    if (this.#stopped) {
      this.#held.push(bytes);
      return;
    }
    const taken = this.#output(bytes);
    if (!(taken instanceof Promise) || this.#busy) return;
    this.#busy = true;
    const done = (): void => {
      this.#busy = false;
      this.waiters.notify();
    };
    taken.then(done, done);
  }

  /** Output processing: a newline returns the carriage. @see n_tty.c:do_output_char */
  #processed(data: ArrayLike<number>): Uint8Array {
    const { oflag } = this.termios;
    if ((oflag & OPOST) === 0) {
      for (let i = 0; i < data.length; i++) this.#track(data[i]!, false);
      return Uint8Array.from(data);
    }
    const onlcr = (oflag & ONLCR) !== 0;
    const out: number[] = [];
    for (let i = 0; i < data.length; i++) {
      let c = data[i]!;
      if (c === CR) {
        if ((oflag & ONOCR) !== 0 && this.#column === 0) continue;
        if ((oflag & OCRNL) !== 0) c = LF;
      } else if (c === LF && onlcr) out.push(CR);
      this.#track(c, onlcr || (oflag & ONLRET) !== 0);
      out.push(c);
    }
    return Uint8Array.from(out);
  }

  #track(c: number, newlineReturns: boolean): void {
    if (c === CR || (c === LF && newlineReturns)) this.#column = 0;
    else if (c === BS) this.#column = Math.max(0, this.#column - 1);
    else if (c === TAB) this.#column += 8 - (this.#column & 7);
    else if (c >= 32 && c !== 127 && (c & 0xc0) !== 0x80) this.#column++;
  }
}
