/** stty: shows and changes the settings of a terminal. */
import { SystemError } from '../../../syscall/index.ts';
import { O_NONBLOCK, O_RDONLY } from '../../../uapi/fcntl.ts';
import { ICANON, NCCS, VMIN, VTIME } from '../../../uapi/termios.ts';
import type { Process } from '../../process/types.ts';
import type { Termios } from '../../process/tty/termios.ts';
import { CBAUD, CHARACTERS, COMBINATIONS, FIELDS, MODES, type Mode, SPEEDS, UNKNOWN_BITS } from './modes.ts';

const TRY = "Try 'stty --help' for more information.\n";

const HELP = `Usage: stty [-F DEVICE | --file=DEVICE] [SETTING]...
  or:  stty [-F DEVICE | --file=DEVICE] [-a|--all]
  or:  stty [-F DEVICE | --file=DEVICE] [-g|--save]
Print or change terminal characteristics.
`;

/** What is wrong with the command line. */
class Refused {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

interface Settings {
  iflag: number;
  oflag: number;
  cflag: number;
  lflag: number;
  cc: number[];
  rows: number | null;
  cols: number | null;
}

const STANDARD = new Map(MODES.map((m) => [m.name, m]));

function visible(c: number): string {
  if (c === 0) return '<undef>';
  const meta = c >= 128 ? 'M-' : '';
  const low = c & 127;
  return meta + (low < 32 ? `^${String.fromCharCode(low + 64)}` : low === 127 ? '^?' : String.fromCharCode(low));
}

/** `^C`, `x`, `undef`, `0x1c`, `^-`. */
function character(text: string): number {
  if (text === '^-' || text === 'undef') return 0;
  if ([...text].length === 1) return text.charCodeAt(0) & 255;
  if (text.length === 2 && text[0] === '^') return text[1] === '?' ? 127 : text.charCodeAt(1) & 0x1f;
  return integer(text, 255);
}

function integer(text: string, max: number): number {
  const n = /^(?:0x[\da-f]+|\d+)$/i.test(text) ? Number(text) : Number.NaN;
  if (!(n <= max)) throw new Refused(`invalid integer argument: ‘${text}’\n`);
  return n;
}

/** Words in lines no longer than the terminal is wide. */
class Wrapped {
  out = '';
  #column = 0;
  readonly #width: number;

  constructor(width: number) {
    this.#width = width;
  }

  add(word: string): void {
    const width = word.length;
    // The blank before the word is not counted, nor is it by the real one.
    if (this.#column > 0 && this.#width - this.#column < width) this.end();
    this.out += this.#column > 0 ? ` ${word}` : word;
    this.#column += width + (this.#column > 0 ? 1 : 0);
  }

  end(): void {
    if (this.#column > 0) this.out += '\n';
    this.#column = 0;
  }
}

const speedOf = (t: Termios): number =>
  Number(Object.entries(SPEEDS).find(([, code]) => code === (t.cflag & CBAUD))?.[0] ?? 0);

const isSet = (t: Termios, m: Mode): boolean => (t[m.field] & m.mask) === m.bits;

/** Everything, or what differs from `sane`. */
function show(proc: Process, fd: number, t: Termios, all: boolean): string {
  const size = proc.winsize(fd)!;
  const w = new Wrapped(size.cols === 0 ? 80 : size.cols);
  w.add(`speed ${speedOf(t)} baud;`);
  if (all) {
    w.add(`rows ${size.rows};`);
    w.add(`columns ${size.cols};`);
  }
  w.add('line = 0;');
  w.end();
  for (const { name, index, sane } of CHARACTERS) {
    if (all || t.cc[index] !== sane) w.add(`${name} = ${visible(t.cc[index]!)};`);
  }
  if (all || (t.lflag & ICANON) === 0) {
    w.add(`min = ${t.cc[VMIN]};`);
    w.add(`time = ${t.cc[VTIME]};`);
  }
  w.end();
  for (const field of FIELDS) {
    for (const m of MODES) {
      if (m.field !== field || m.hidden) continue;
      const set = isSet(t, m);
      const plain = !m.choice;
      if (set && (all || m.sane === false)) w.add(m.name);
      else if (set && !plain && m.sane === null && field === 'oflag') w.add(m.name);
      else if (!set && plain && (all || m.sane === true)) w.add(`-${m.name}`);
    }
    w.end();
  }
  return w.out;
}

const save = (t: Termios): string =>
  `${[t.iflag, t.oflag, t.cflag, t.lflag, ...t.cc, ...Array.from({ length: 32 - NCCS }, () => 0)].map((n) => n.toString(16)).join(':')}\n`;

/** What `-g` printed. */
function recover(s: Settings, text: string): boolean {
  const parts = text.split(':');
  if (parts.length !== 36 || !parts.every((p) => /^[\da-f]{1,8}$/i.test(p))) return false;
  const n = parts.map((p) => Number.parseInt(p, 16));
  [s.iflag, s.oflag, s.cflag, s.lflag] = n as [number, number, number, number];
  s.cc = n.slice(4, 4 + NCCS).map((c) => c & 255);
  return true;
}

function setMode(s: Settings, m: Mode, on: boolean): void {
  s[m.field] = on ? (s[m.field] & ~m.mask) | m.bits : s[m.field] & ~m.mask;
}

function sane(s: Settings): void {
  for (const m of MODES) if (m.sane !== null) setMode(s, m, m.sane);
  for (const { index, sane: c } of CHARACTERS) s.cc[index] = c;
  s.cc[VMIN] = 1;
  s.cc[VTIME] = 0;
}

/** Carries out settings. @throws Refused */
function apply(s: Settings, words: readonly string[], say: (what: 'size' | 'speed') => void): void {
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const argument = (): string => {
      const next = words[++i];
      if (next === undefined) throw new Refused(`missing argument to ‘${word}’\n${TRY}`);
      return next;
    };
    const off = word.startsWith('-');
    const name = off ? word.slice(1) : word;
    const mode = STANDARD.get(name);
    const combination = COMBINATIONS[name];
    const special = CHARACTERS.find((c) => c.name === name);
    if (mode !== undefined && !(off && mode.choice)) setMode(s, mode, !off);
    else if (combination !== undefined && (off ? combination[1] : combination[0]) !== null) {
      apply(s, (off ? combination[1]! : combination[0]).split(' '), say);
    } else if (off) throw new Refused(`invalid argument ‘${word}’\n${TRY}`);
    else if (word === 'sane') sane(s);
    else if (special !== undefined) s.cc[special.index] = character(argument());
    else if (word === 'min') s.cc[VMIN] = integer(argument(), 255);
    else if (word === 'time') s.cc[VTIME] = integer(argument(), 255);
    else if (word === 'rows') s.rows = integer(argument(), 0xffff);
    else if (word === 'cols' || word === 'columns') s.cols = integer(argument(), 0xffff);
    else if (word === 'size' || word === 'speed') say(word);
    else if (word === 'ispeed' || word === 'ospeed' || Object.hasOwn(SPEEDS, word)) {
      const speed = /^\d/.test(word) ? word : argument();
      if (!Object.hasOwn(SPEEDS, speed)) throw new Refused(`invalid ${word} ‘${speed}’\n${TRY}`);
      s.cflag = (s.cflag & ~CBAUD) | SPEEDS[Number(speed)]!;
    } else if (!recover(s, word)) throw new Refused(`invalid argument ‘${word}’\n${TRY}`);
  }
}

interface Invocation {
  readonly device: string | null;
  readonly all: boolean;
  readonly save: boolean;
  readonly help: boolean;
  readonly settings: readonly string[];
}

function parse(words: readonly string[]): Invocation {
  let device: string | null = null;
  let all = false;
  let saved = false;
  let help = false;
  const settings: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const w = words[i]!;
    if (w === '-a' || w === '--all') all = true;
    else if (w === '-g' || w === '--save') saved = true;
    else if (w === '--help') help = true;
    else if (w.startsWith('--file=')) device = w.slice(7);
    else if (/^-F./.test(w)) device = w.slice(2);
    else if ((w === '-F' || w === '--file') && words[i + 1] !== undefined) device = words[++i]!;
    else settings.push(w);
  }
  if (all && saved) {
    throw new Refused('the options for verbose and stty-readable output styles are\nmutually exclusive\n');
  }
  if ((all || saved) && settings.length > 0) {
    throw new Refused('when specifying an output style, modes may not be set\n');
  }
  return { device, all, save: saved, help, settings };
}

async function change(
  proc: Process,
  fd: number,
  before: Termios,
  settings: readonly string[],
  label: string,
): Promise<void> {
  const s: Settings = { ...before, cc: [...before.cc], rows: null, cols: null };
  apply(s, settings, (what) => {
    const size = proc.winsize(fd)!;
    proc.out(what === 'size' ? `${s.rows ?? size.rows} ${s.cols ?? size.cols}\n` : `${speedOf(before)}\n`);
  });
  const { iflag, oflag, cflag, lflag, cc, rows, cols } = s;
  const after: Termios = { iflag, oflag, cflag, lflag, cc };
  for (const field of FIELDS) {
    if ((after[field] & ~before[field] & UNKNOWN_BITS[field]) !== 0) throw new Refused(`${label}: Invalid argument\n`);
  }
  await proc.tcsetattr(fd, after);
  const size = proc.winsize(fd)!;
  if (rows !== null || cols !== null) proc.setWinsize(fd, rows ?? size.rows, cols ?? size.cols);
}

export async function sttyMain(proc: Process): Promise<number> {
  let label = "'standard input'";
  try {
    const given = parse(proc.argv.slice(1));
    if (given.help) {
      proc.out(HELP);
      return 0;
    }
    let fd = 0;
    if (given.device !== null) {
      label = given.device;
      fd = await proc.open(given.device, O_RDONLY | O_NONBLOCK);
    }
    const before = proc.tcgetattr(fd);
    if (given.save) proc.out(save(before));
    else if (given.all || given.settings.length === 0) proc.out(show(proc, fd, before, given.all));
    else await change(proc, fd, before, given.settings, label);
    return 0;
  } catch (e) {
    if (e instanceof Refused) proc.err(`stty: ${e.text}`);
    else if (e instanceof SystemError) proc.err(`stty: ${label}: ${e.strerror}\n`);
    else throw e;
    return 1;
  }
}
