/** less: shows a text page by page on a terminal; elsewhere it passes it on. */
import { SystemError } from '../../../syscall/index.ts';
import { utf8Encode } from '../../../lib/text.ts';
import { EINTR } from '../../../uapi/errno.ts';
import { O_RDONLY } from '../../../uapi/fcntl.ts';
import { SIGINT, SIGTSTP, SIGWINCH } from '../../../uapi/signal.ts';
import { ECHO, ICANON, VMIN, VTIME } from '../../../uapi/termios.ts';
import { POLLERR, POLLHUP, POLLIN } from '../../../uapi/socket.ts';
import { type Key, KeyReader } from '../../shell/interactive/keys.ts';
import { LineCutter } from '../../process/stdio.ts';
import type { Process } from '../../process/types.ts';
import { Pager } from './pager.ts';

const ENTER = '\x1b[?1049h';
const LEAVE = '\x1b[?1049l';
/** There is something to read, or the end. */
const READABLE = POLLIN | POLLHUP | POLLERR;
/** Options that are the way this pager is anyhow: raw colours, no bell, and quiet about it. */
const USUAL = new Set('Rrq');

interface Wanted {
  readonly files: readonly string[];
  readonly chop: boolean;
  readonly numbers: boolean;
  readonly quitIfOneScreen: boolean;
  readonly noInit: boolean;
  readonly ignoreCase: boolean;
  readonly atEnd: boolean;
}

/** Reads the command line. @returns the exit status when there is nothing to show */
function parse(proc: Process): Wanted | number {
  const files: string[] = [];
  const letters = new Set<string>();
  let atEnd = false;
  let options = true;
  for (const word of proc.argv.slice(1)) {
    if (options && word === '--') options = false;
    else if (options && word === '+G') atEnd = true;
    else if (options && /^-[A-Za-z]/.test(word)) for (const c of word.slice(1)) letters.add(c);
    else if (options && /^[-+]./.test(word)) {
      proc.err(`There is no ${word} option ("less --help" for help)\n`);
      return 1;
    } else files.push(word);
  }
  for (const c of letters) {
    if (USUAL.has(c) || 'SNFXiI'.includes(c)) continue;
    proc.err(`There is no -${c} option ("less --help" for help)\n`);
    return 1;
  }
  return {
    files,
    chop: letters.has('S'),
    numbers: letters.has('N'),
    quitIfOneScreen: letters.has('F'),
    noInit: letters.has('X'),
    ignoreCase: letters.has('i') || letters.has('I'),
    atEnd,
  };
}

/** Opens the first file there is; says of the others why not. @returns a descriptor, or null */
async function open(proc: Process, files: readonly string[]): Promise<{ fd: number; rest: string[] } | null> {
  const rest = [...files];
  for (;;) {
    const name = rest.shift();
    if (name === undefined) return null;
    try {
      if (name === '-') return { fd: 0, rest };
      return { fd: await proc.open(name, O_RDONLY), rest };
    } catch (e) {
      if (!(e instanceof SystemError)) throw e;
      proc.err(`${name}: ${e.strerror}\n`);
    }
  }
}

/** What is shown is no terminal: everything passes through. */
async function passOn(proc: Process, files: readonly string[]): Promise<number> {
  let status = 0;
  let left = files.length === 0 ? ['-'] : [...files];
  while (left.length > 0) {
    const opened = await open(proc, left);
    if (opened === null || opened.rest.length < left.length - 1) status = 1;
    if (opened === null) break;
    for (let b = await proc.read(opened.fd); b.length > 0; b = await proc.read(opened.fd)) await proc.write(1, b);
    left = opened.rest;
  }
  return status;
}

/** The text that is shown, read as far as it was needed. */
class Source {
  readonly lines: string[] = [];
  ended = false;
  readonly #proc: Process;
  readonly #cutter = new LineCutter();
  #fd: number;
  #rest: string[];

  constructor(proc: Process, fd: number, rest: string[]) {
    this.#proc = proc;
    this.#fd = fd;
    this.#rest = rest;
  }

  get file(): ReturnType<Process['fds']['get']> {
    return this.#proc.fds.get(this.#fd);
  }

  /** Reads what is there. Waits when nothing is. */
  async read(): Promise<void> {
    const bytes = await this.#proc.read(this.#fd);
    if (bytes.length > 0) {
      for (const line of this.#cutter.cut(bytes)) this.lines.push(line);
      return;
    }
    const last = this.#cutter.take();
    if (last.length > 0) for (const line of this.#cutter.cut(Uint8Array.of(...last, 10))) this.lines.push(line);
    const next = this.#rest.length === 0 ? null : await open(this.#proc, this.#rest);
    if (next === null) {
      this.ended = true;
      return;
    }
    this.#fd = next.fd;
    this.#rest = next.rest;
  }
}

const interrupted = (e: unknown): boolean => e instanceof SystemError && e.errno === -EINTR;

/** The terminal as the pager has it, and as it found it. */
interface Modes {
  take(): Promise<void>;
  giveBack(): Promise<void>;
}

/** Ctrl-Z: the terminal is the shell's until `fg`. */
async function suspend(proc: Process, modes: Modes): Promise<void> {
  const handler = proc.signalAction(SIGTSTP);
  await modes.giveBack();
  proc.signal(SIGTSTP, 'default');
  proc.kill(0, SIGTSTP);
  await proc.tick();
  proc.signal(SIGTSTP, handler);
  await modes.take();
}

/** Shows the text on the terminal until `q`. */
async function show(proc: Process, wanted: Wanted, source: Source, tty: number, terminalModes: Modes): Promise<void> {
  const keys = new KeyReader();
  const pager = new Pager(source.lines, wanted, () => proc.winsize(tty) ?? { rows: 24, cols: 80 });
  let resized = false;
  let stop = false;
  let suspended = false;
  proc.signal(SIGTSTP, () => void (suspended = true));
  proc.signal(SIGWINCH, () => void (resized = true));
  proc.signal(SIGINT, () => void (stop = true));
  const write = (text: string): Promise<void> => proc.write(1, utf8Encode(text));
  const terminal = proc.fds.get(tty)!;
  if (wanted.atEnd) pager.press({ name: 'G', text: 'G' });
  for (;;) {
    while (!source.ended && pager.wants > source.lines.length && (source.file!.poll() & READABLE) !== 0)
      await source.read();
    pager.ended = source.ended;
    await write(pager.draw());
    if (pager.done) return;
    try {
      const more = !source.ended && pager.wants > source.lines.length;
      const entries = [{ on: terminal, events: POLLIN }, ...(more ? [{ on: source.file!, events: POLLIN }] : [])];
      const [typed] = await proc.poll(entries, Infinity);
      if ((typed! & READABLE) === 0) continue;
      const [byte] = await proc.read(tty, 1);
      if (byte === undefined) return;
      const key: Key | null = keys.feed(byte);
      if (key !== null) pager.press(key);
    } catch (e) {
      if (!interrupted(e)) throw e;
      // Ctrl-C ends the waiting for more, and a search that is being typed.
      if (suspended) {
        await suspend(proc, terminalModes);
        pager.redraw();
      }
      suspended = false;
      if (stop) pager.press({ name: 'C-c', text: '' });
      if (resized) pager.redraw();
      stop = false;
      resized = false;
    }
  }
}

export async function lessMain(proc: Process): Promise<number> {
  const wanted = parse(proc);
  if (typeof wanted === 'number') return wanted;
  if (!proc.isatty(1)) return passOn(proc, wanted.files);
  if (wanted.files.length === 0 && proc.isatty(0)) {
    proc.err('Missing filename ("less --help" for help)\n');
    return 1;
  }
  const opened = await open(proc, wanted.files.length === 0 ? ['-'] : wanted.files);
  if (opened === null) return 1;
  const source = new Source(proc, opened.fd, opened.rest);
  const tty = await proc.open('/dev/tty', O_RDONLY);
  if (wanted.quitIfOneScreen) {
    const { rows } = proc.winsize(tty)!;
    while (!source.ended && source.lines.length < rows) await source.read();
    if (source.ended && source.lines.length < rows) {
      proc.out(source.lines.map((l) => `${l}\n`).join(''));
      return 0;
    }
  }
  const before = proc.tcgetattr(tty);
  const cc = before.cc.map((c, i) => (i === VMIN ? 1 : i === VTIME ? 0 : c));
  const modes: Modes = {
    async take() {
      await proc.tcsetattr(tty, { ...before, lflag: before.lflag & ~(ICANON | ECHO), cc });
      if (!wanted.noInit) proc.out(ENTER);
      await proc.flush();
    },
    async giveBack() {
      proc.out(wanted.noInit ? '\r\x1b[K' : LEAVE);
      await proc.flush();
      await proc.tcsetattr(tty, before);
    },
  };
  await modes.take();
  try {
    await show(proc, wanted, source, tty, modes);
  } finally {
    await modes.giveBack();
  }
  return 0;
}
