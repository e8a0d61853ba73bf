/** The line discipline N_TTY: what becomes of typed bytes. @see termios(3), drivers/tty/n_tty.c */
import { concatBytes } from '../../../lib/text.ts';
import { SIGINT, SIGQUIT, SIGTSTP } from '../../../uapi/signal.ts';
import {
  ECHO,
  ECHOCTL,
  ECHOE,
  ECHOK,
  ECHOKE,
  ECHONL,
  ICANON,
  ICRNL,
  IEXTEN,
  IGNCR,
  INLCR,
  ISIG,
  ISTRIP,
  IUTF8,
  IXANY,
  IXON,
  NOFLSH,
  VDISABLE,
  VEOF,
  VEOL,
  VEOL2,
  VERASE,
  VINTR,
  VKILL,
  VLNEXT,
  VMIN,
  VQUIT,
  VREPRINT,
  VSTART,
  VSTOP,
  VSUSP,
  VWERASE,
} from '../../../uapi/termios.ts';
import { STD_TERMIOS, type Termios } from './termios.ts';

const EMPTY = new Uint8Array(0);
const BEL = 7;
const BS = 8;
const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;
const DEL = 127;
/** A line takes no more bytes than this; what comes after is lost, with a bell. @see N_TTY_BUF_SIZE */
const LINE_MAX = 4095;

/** What the discipline does to its terminal. */
export interface TtyPort {
  /** Shows bytes, through output processing. */
  echo(bytes: readonly number[]): void;
  /** To the foreground process group. */
  signal(signal: number): void;
  /** XOFF and XON. */
  setStopped(stopped: boolean): void;
  isStopped(): boolean;
  /** Column the cursor is in. */
  column(): number;
}

const isContinuation = (c: number): boolean => (c & 0xc0) === 0x80;
const isControl = (c: number): boolean => c < SPACE || c === DEL;
const isWord = (c: number): boolean =>
  (c >= 48 && c <= 57) || (c >= 65 && c <= 90) || (c >= 97 && c <= 122) || c === 95 || c >= 0x80;

export class LineDiscipline {
  readonly #port: TtyPort;
  #termios: Termios = STD_TERMIOS;
  /** What can be read: finished lines (an empty one is an end of file), or pieces of the stream. */
  #ready: Uint8Array[] = [];
  #readyBytes = 0;
  /** The line being typed. */
  #line: number[] = [];
  /** Column the line began in. */
  #lineColumn = 0;
  #literal = false;

  constructor(port: TtyPort) {
    this.#port = port;
  }

  get termios(): Termios {
    return this.#termios;
  }

  /** Changes the settings; what was typed of a line can be read once lines do not count. */
  set termios(t: Termios) {
    const was = this.#has(ICANON);
    this.#termios = t;
    if (was && !this.#has(ICANON) && this.#line.length > 0) this.#push();
  }

  #has(lflag: number): boolean {
    return (this.#termios.lflag & lflag) !== 0;
  }

  /** Forgets what was typed and not read. @see tcflush(3) TCIFLUSH */
  flush(): void {
    this.#line = [];
    this.#ready = [];
    this.#readyBytes = 0;
  }

  /** Whether a read would not wait. */
  get readable(): boolean {
    if (this.#has(ICANON)) return this.#ready.length > 0;
    return this.#readyBytes >= Math.max(1, this.#termios.cc[VMIN]!);
  }

  /** At most one line, or what there is of the stream; null when there is none. */
  read(size: number): Uint8Array | null {
    if (this.#has(ICANON)) return this.#readLine(size);
    if (this.#readyBytes === 0) return null;
    const all = this.#ready.length === 1 ? this.#ready[0]! : concatBytes(this.#ready);
    const part = all.length <= size ? all : all.slice(0, size);
    this.#ready = all.length <= size ? [] : [all.subarray(size)];
    this.#readyBytes -= part.length;
    return part;
  }

  #readLine(size: number): Uint8Array | null {
    const first = this.#ready[0];
    if (first === undefined) return null;
    const part = first.length <= size ? first : first.slice(0, size);
    if (first.length <= size) this.#ready.shift();
    else this.#ready[0] = first.subarray(size);
    this.#readyBytes -= part.length;
    return part;
  }

  /** What the keyboard sent. */
  receive(bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i++) this.#key(bytes[i]!);
    if (!this.#has(ICANON) && this.#line.length > 0) this.#push();
  }

  #is(c: number, which: number): boolean {
    const key = this.#termios.cc[which]!;
    return key !== VDISABLE && key === c;
  }

  #key(byte: number): void {
    const { iflag } = this.#termios;
    const port = this.#port;
    let c = (iflag & ISTRIP) !== 0 ? byte & 0x7f : byte;
    if (this.#literal) {
      this.#literal = false;
      this.#add(c, true);
      return;
    }
    if ((iflag & IXON) !== 0) {
      if (this.#is(c, VSTART)) return port.setStopped(false);
      if (this.#is(c, VSTOP)) return port.setStopped(true);
      if (port.isStopped() && (iflag & IXANY) !== 0) port.setStopped(false);
    }
    if (this.#has(ISIG) && this.#signalKey(c)) return;
    if (c === CR) {
      if ((iflag & IGNCR) !== 0) return;
      if ((iflag & ICRNL) !== 0) c = LF;
    } else if (c === LF && (iflag & INLCR) !== 0) c = CR;
    if (!this.#has(ICANON)) this.#add(c, false);
    else if (!this.#editKey(c)) this.#lineKey(c);
  }

  /** @see n_tty_receive_signal_char */
  #signalKey(c: number): boolean {
    const signal = this.#is(c, VINTR) ? SIGINT : this.#is(c, VQUIT) ? SIGQUIT : this.#is(c, VSUSP) ? SIGTSTP : 0;
    if (signal === 0) return false;
    if (!this.#has(NOFLSH)) this.flush();
    if ((this.#termios.iflag & IXON) !== 0) this.#port.setStopped(false);
    this.#echo(c);
    this.#port.signal(signal);
    return true;
  }

  /** The keys that edit a line. */
  #editKey(c: number): boolean {
    if (this.#is(c, VERASE)) this.#erase('char');
    else if (this.#is(c, VKILL)) this.#kill(c);
    else if (!this.#has(IEXTEN)) return false;
    else if (this.#is(c, VWERASE)) this.#erase('word');
    else if (this.#is(c, VLNEXT)) {
      this.#literal = true;
      if (this.#has(ECHO) && this.#has(ECHOCTL)) this.#port.echo([0x5e, BS]);
    } else if (this.#is(c, VREPRINT) && this.#has(ECHO)) {
      this.#echo(c);
      this.#port.echo([LF]);
      for (const typed of this.#line) this.#echo(typed);
    } else return false;
    return true;
  }

  #lineKey(c: number): void {
    if (this.#is(c, VEOF)) return this.#push();
    const ends = c === LF || this.#is(c, VEOL) || this.#is(c, VEOL2);
    if (!ends) return this.#add(c, true);
    if (c === LF) {
      if (this.#has(ECHO) || this.#has(ECHONL)) this.#port.echo([LF]);
    } else this.#echo(c);
    this.#line.push(c);
    this.#push();
  }

  #add(c: number, limited: boolean): void {
    if (limited && this.#line.length >= LINE_MAX) return this.#port.echo([BEL]);
    if (this.#line.length === 0) this.#lineColumn = this.#port.column();
    this.#line.push(c);
    if (c === LF && this.#has(ECHO)) this.#port.echo([LF]);
    else this.#echo(c);
  }

  #echo(c: number): void {
    if (!this.#has(ECHO)) return;
    if (isControl(c) && c !== TAB && this.#has(ECHOCTL)) this.#port.echo([0x5e, c ^ 64]);
    else this.#port.echo([c]);
  }

  #kill(c: number): void {
    if (this.#has(ECHO) && this.#has(ECHOK) && this.#has(ECHOKE) && this.#has(ECHOE)) return this.#erase('line');
    this.#line = [];
    this.#echo(c);
    if (this.#has(ECHO) && this.#has(ECHOK)) this.#port.echo([LF]);
  }

  /** @see n_tty.c:eraser */
  #erase(what: 'char' | 'word' | 'line'): void {
    let word = false;
    while (this.#line.length > 0) {
      const c = this.#line.at(-1)!;
      if (what === 'word') {
        if (isWord(c)) word = true;
        else if (word) return;
      }
      this.#line.pop();
      let first = c;
      if ((this.#termios.iflag & IUTF8) !== 0)
        while (isContinuation(first) && this.#line.length > 0) first = this.#line.pop()!;
      if (this.#has(ECHO)) this.#unecho(first, what === 'char');
      if (what === 'char') return;
    }
  }

  #unecho(c: number, single: boolean): void {
    const back = [BS, SPACE, BS];
    if (single && !this.#has(ECHOE)) this.#echo(this.#termios.cc[VERASE]!);
    else if (c === TAB) this.#port.echo(Array.from({ length: this.#tabWidth() }, () => BS));
    else if (!isControl(c)) this.#port.echo(back);
    else if (this.#has(ECHOCTL)) this.#port.echo([...back, ...back]);
  }

  /** Columns that a tab at the end of the line took. */
  #tabWidth(): number {
    let column = this.#lineColumn;
    for (const c of this.#line) {
      if (c === TAB) column += 8 - (column & 7);
      else if (isControl(c)) column += this.#has(ECHOCTL) ? 2 : 0;
      else if (!isContinuation(c) || (this.#termios.iflag & IUTF8) === 0) column++;
    }
    return 8 - (column & 7);
  }

  #push(): void {
    const line = this.#line.length === 0 ? EMPTY : Uint8Array.from(this.#line);
    this.#ready.push(line);
    this.#readyBytes += line.length;
    this.#line = [];
  }
}
