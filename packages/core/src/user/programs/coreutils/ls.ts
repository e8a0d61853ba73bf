import { S_IFDIR, S_IFLNK, S_IFMT } from '../../../uapi/fcntl.ts';
import type { Process, Stat } from '../../process/types.ts';
import {
  argmatch,
  complain,
  errorText,
  escapeChar,
  longs,
  options,
  quote,
  quoteaf,
  quotef,
  usageError,
} from './command.ts';
import { now } from './date.ts';
import { modeString, typeLetter } from './modes.ts';
import { strftime } from '../../../lib/strftime.ts';
import { versionCompare } from './version-compare.ts';

interface Entry {
  readonly name: string;
  readonly path: string;
  readonly stat: Stat;
}

/** A size as `ls -h` has it: rounded up, one decimal below ten. */
export function humanSize(n: number): string {
  if (n < 1024) return String(n);
  let value = n;
  let unit = -1;
  while (value >= 1024 && unit < 7) {
    value /= 1024;
    unit++;
  }
  let s = value < 10 ? (Math.ceil(value * 10) / 10).toFixed(1) : String(Math.ceil(value));
  if (s === '10.0') s = '10';
  if (s === '1024' && unit < 7) return `1.0${'KMGTPEZY'[unit + 1]}`;
  return s + 'KMGTPEZY'[unit]!;
}

const COLORS: Readonly<Record<string, string>> = {
  d: '01;34',
  l: '01;36',
  p: '40;33',
  c: '40;33;01',
  b: '40;33;01',
  s: '01;35',
};

/** 512-byte... 1024-byte blocks a file takes: whole pages. */
const blocks = (st: Stat): number =>
  (st.mode & S_IFMT) === S_IFLNK || (st.mode & S_IFMT) === S_IFDIR ? 0 : Math.ceil(st.size / 4096) * 4;

class Listing {
  readonly #proc: Process;
  readonly #has: ReadonlySet<string>;
  readonly #style: string;
  readonly #color: boolean;
  readonly #time: string | null;
  /** Which of a file's times is meant. */
  readonly #when: When;
  readonly #now: number;
  status = 0;
  #printed = false;

  constructor(proc: Process, has: ReadonlySet<string>, style: string, color: boolean, time: string | null, when: When) {
    this.#when = when;
    this.#proc = proc;
    this.#has = has;
    this.#style = style;
    this.#color = color;
    this.#time = time;
    this.#now = now(proc).seconds;
  }

  sort(entries: Entry[]): Entry[] {
    const has = this.#has;
    if (has.has('U') || has.has('f')) return entries;
    const byName = (a: Entry, b: Entry): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
    let order = byName;
    if (has.has('t')) order = (a, b): number => timeOf(b.stat, this.#when) - timeOf(a.stat, this.#when) || byName(a, b);
    else if (has.has('S')) order = (a, b): number => b.stat.size - a.stat.size || byName(a, b);
    else if (has.has('v')) order = (a, b): number => versionCompare(a.name, b.name);
    else if (has.has('X')) {
      const ext = (n: string): string => /.(\.[^.]*)$/.exec(n)?.[1] ?? '';
      order = (a, b): number => (ext(a.name) < ext(b.name) ? -1 : ext(a.name) > ext(b.name) ? 1 : byName(a, b));
    } else if (has.has('width')) order = (a, b): number => [...a.name].length - [...b.name].length || byName(a, b);
    entries.sort(order);
    if (has.has('r')) entries.reverse();
    const isDir = (e: Entry): boolean => ((this.#proc.fs.exists(e.path)?.mode ?? 0) & S_IFMT) === S_IFDIR;
    const late = (e: Entry): number => (isDir(e) ? 0 : 1);
    return has.has('dirs first') ? entries.sort((a, b) => late(a) - late(b)) : entries;
  }

  #indicator(stat: Stat): string {
    const letter = typeLetter(stat.mode);
    const has = this.#has;
    const types = has.has('F') || has.has('file-type');
    if (letter === 'd') return types || has.has('p') ? '/' : '';
    if (!types) return '';
    if (letter === 'l') return this.#style === 'long' ? '' : '@';
    return letter === 'p'
      ? '|'
      : letter === 's'
        ? '='
        : letter === '-' && has.has('F') && (stat.mode & 0o111) !== 0
          ? '*'
          : '';
  }

  /** The name as it is shown: quoted on a terminal, with colour and indicator. */
  #name(e: Entry): { text: string; width: number } {
    const tty = this.#proc.isatty(1) && !this.#has.has('N');
    // eslint-disable-next-line no-control-regex
    const shown = this.#has.has('q') ? e.name.replace(/[\u0000-\u001f\u007f\udc80-\udcff]/g, '?') : e.name;
    const plain = this.#has.has('Q') ? cString(e.name) : tty ? quotef(e.name) : shown;
    const indicator = this.#indicator(e.stat);
    let text = plain;
    if (this.#color) {
      const letter = typeLetter(e.stat.mode);
      const sticky = letter === 'd' && (e.stat.mode & 0o1002) === 0o1002;
      const code = sticky ? '30;42' : (COLORS[letter] ?? ((e.stat.mode & 0o111) !== 0 ? '01;32' : ''));
      if (code !== '') text = `\x1b[${code}m${plain}\x1b[0m`;
    }
    return { text: text + indicator, width: [...plain].length + indicator.length };
  }

  #date(mtime: number): string {
    const at = Math.floor(mtime);
    // Recent is within half a (mean) year, and not in the future. @see ls.c:print_long_format
    const recent = at > this.#now - 31_556_952 / 2 && at <= this.#now;
    const [old, young] = (this.#time ?? '%b %e  %Y\n%b %e %H:%M').split('\n');
    return strftime(recent ? (young ?? old!) : old!, at, Math.floor((mtime % 1) * 1e9));
  }

  print(entries: readonly Entry[]): void {
    if (entries.length > 0) this.#printed = true;
    const has = this.#has;
    const inode = (e: Entry): string => (has.has('i') ? String(e.stat.ino) : '');
    const inodeWidth = Math.max(0, ...entries.map((e) => inode(e).length));
    const blockText = (e: Entry): string =>
      !has.has('s') ? '' : has.has('h') ? humanSize(blocks(e.stat) * 1024) : String(blocks(e.stat));
    const blockWidth = Math.max(0, ...entries.map((e) => blockText(e).length));
    const lead = (e: Entry): string =>
      (has.has('i') ? `${inode(e).padStart(inodeWidth)} ` : '') +
      (has.has('s') ? `${blockText(e).padStart(blockWidth)} ` : '');
    if (this.#style === 'long') {
      this.#long(entries, lead);
      return;
    }
    const names = entries.map((e) => {
      const { text, width } = this.#name(e);
      return { text: lead(e) + text, width: width + lead(e).length };
    });
    if (this.#style === 'commas') {
      this.#commas(names);
    } else if (this.#style === 'columns' || this.#style === 'across') this.#columns(names, this.#style === 'across');
    else for (const n of names) this.#proc.out(n.text + (has.has('0') ? '\0' : '\n'));
  }

  #long(entries: readonly Entry[], lead: (e: Entry) => string): void {
    const has = this.#has;
    const owner = (id: number): string => (id === 0 && !has.has('n') ? 'root' : String(id));
    const rows = entries.map((e) => {
      const { stat } = e;
      const device = stat.rdev === undefined ? null : `${stat.rdev >> 8}, ${String(stat.rdev & 255).padStart(3)}`;
      const size = device ?? (has.has('h') ? humanSize(stat.size) : String(stat.size));
      return { e, links: String(stat.nlink), user: owner(stat.uid), group: owner(stat.gid), size };
    });
    const width = (f: (r: (typeof rows)[number]) => string): number => Math.max(0, ...rows.map((r) => f(r).length));
    const [links, user, group, size] = [
      width((r) => r.links),
      width((r) => r.user),
      width((r) => r.group),
      width((r) => r.size),
    ];
    for (const r of rows) {
      let text = `${lead(r.e)}${modeString(r.e.stat.mode)} ${r.links.padStart(links)} `;
      if (!has.has('g')) text += `${r.user.padEnd(user)} `;
      if (!has.has('o') && !has.has('G')) text += `${r.group.padEnd(group)} `;
      text += `${r.size.padStart(size)} ${this.#date(timeOf(r.e.stat, this.#when))} ${this.#name(r.e).text}`;
      if (typeLetter(r.e.stat.mode) === 'l') {
        try {
          text += ` -> ${this.#proc.fs.readlink(r.e.path)}`;
        } catch (e) {
          complain(this.#proc, `cannot read symbolic link ${quoteaf(r.e.path)}: ${errorText(e)}`);
          this.status = 1;
        }
      }
      this.#proc.out(`${text}\n`);
    }
  }

  /** As many columns as the line holds; `across`, a row after the other. @see ls.c:calculate_columns */
  #columns(names: readonly { text: string; width: number }[], across: boolean): void {
    if (names.length === 0) return;
    const line = this.#proc.winsize(1)?.cols || 80;
    let count = Math.min(names.length, Math.max(1, Math.floor(line / 3)));
    let rows = 1;
    let widths: number[] = [];
    for (; count > 0; count--) {
      rows = Math.ceil(names.length / count);
      const height = rows;
      widths = Array.from({ length: count }, () => 0);
      names.forEach((n, i) => {
        const c = across ? i % count : Math.floor(i / height);
        widths[c] = Math.max(widths[c]!, n.width + (c < count - 1 ? 2 : 0));
      });
      if (count === 1 || widths.reduce((sum, w) => sum + Math.max(3, w), 0) < line) break;
    }
    for (let r = 0; r < rows; r++) {
      let text = '';
      let [at, start] = [0, 0];
      for (let c = 0; c < widths.length; c++) {
        const n = names[across ? r * widths.length + c : c * rows + r];
        if (n === undefined) break;
        for (; at < start;) {
          const tab = Math.floor(start / 8) > Math.floor((at + 1) / 8);
          text += tab ? '\t' : ' ';
          at += tab ? 8 - (at % 8) : 1;
        }
        text += n.text;
        at += n.width;
        start += widths[c]!;
      }
      this.#proc.out(`${text}\n`);
    }
  }

  /** Names with commas between, in lines of the terminal's width. */
  #commas(names: readonly { text: string; width: number }[]): void {
    if (names.length === 0) return;
    const line = this.#proc.winsize(1)?.cols || 80;
    let text = '';
    let at = 0;
    names.forEach((n, i) => {
      if (i > 0) {
        const fits = at + n.width + 2 < line;
        text += fits ? ', ' : ',\n';
        at = fits ? at + 2 : 0;
      }
      text += n.text;
      at += n.width;
    });
    this.#proc.out(`${text}\n`);
  }

  /** Lists a directory, with -R what is below it. */
  async dir(path: string, header: boolean): Promise<void> {
    const proc = this.#proc;
    const has = this.#has;
    let names: readonly string[];
    try {
      names = proc.fs.readdir(path);
    } catch (e) {
      complain(proc, `cannot open directory ${quoteaf(path)}: ${errorText(e)}`);
      this.status = this.status === 0 ? 2 : this.status;
      return;
    }
    // One that was removed lists not even itself.
    if (has.has('a') && proc.fs.exists(path)?.nlink !== 0) names = ['.', '..', ...names];
    else if (!has.has('A')) names = names.filter((n) => !n.startsWith('.'));
    const entries: Entry[] = [];
    for (const name of names) {
      const full = path.endsWith('/') ? path + name : `${path}/${name}`;
      try {
        entries.push({ name, path: full, stat: has.has('L') ? proc.fs.stat(full) : proc.fs.lstat(full) });
      } catch (e) {
        complain(proc, `cannot access ${quoteaf(full)}: ${errorText(e)}`);
        this.status = Math.max(this.status, 1);
      }
    }
    this.sort(entries);
    if (header) {
      proc.out(`${this.#printed ? '\n' : ''}${quoteHeader(path)}:\n`);
      this.#printed = true;
    }
    if (this.#style === 'long' || has.has('s')) {
      const total = entries.reduce((sum, e) => sum + blocks(e.stat), 0);
      proc.out(`total ${has.has('h') ? humanSize(total * 1024) : total}\n`);
    }
    this.print(entries);
    this.#printed = true;
    await proc.drain();
    if (!has.has('R')) return;
    for (const e of entries) {
      if (e.name !== '.' && e.name !== '..' && typeLetter(e.stat.mode) === 'd') await this.dir(e.path, true);
    }
  }
}

/** The name in C's quotes. */
const cString = (name: string): string =>
  `"${name
    .replace(/["\\]/g, '\\$&')
    // eslint-disable-next-line no-control-regex
    .replace(/[\u0000-\u001f\u007f\udc80-\udcff]/g, escapeChar)}"`;

type When = 'atime' | 'mtime' | 'ctime' | 'btime';
const timeOf = (st: Stat, when: When): number => st[when] ?? 0;

const quoteHeader = (path: string): string => path.replaceAll(':', '\\:').replaceAll('\\:', ':');

const TIME_STYLES: Readonly<Record<string, string | null>> = {
  'full-iso': '%Y-%m-%d %H:%M:%S.%N %z',
  'long-iso': '%Y-%m-%d %H:%M',
  iso: '%Y-%m-%d \n%m-%d %H:%M',
  locale: null,
};

const SORTS: Readonly<Record<string, string>> = {
  none: 'U',
  time: 't',
  size: 'S',
  extension: 'X',
  version: 'v',
  width: 'width',
};
const SORT_WORDS = Object.keys(SORTS).map((word) => [word]);
const TIMES = [
  ['atime', 'access', 'use'],
  ['ctime', 'status'],
  ['birth', 'creation'],
];
const INDICATORS = [['none'], ['slash'], ['file-type'], ['classify']];
const WHENS = [
  ['always', 'yes', 'force'],
  ['never', 'no', 'none'],
  ['auto', 'tty', 'if-tty'],
];

/** ls: what is in directories. */
export async function lsMain(proc: Process): Promise<number> {
  const has = new Set<string>();
  let style = proc.isatty(1) ? 'columns' : 'one';
  let color = false;
  let time: string | null = null;
  let when: When = 'mtime';
  const order = (letter: string): void => {
    for (const o of [...'fUtSvX', 'width']) has.delete(o);
    has.add(letter);
  };
  const { options: opts, operands } = options(proc, {
    short: 'aACcdfFgGhHiklLmnNopqQrRsStuUvxX1',
    status: 2,
    long: longs({
      all: 'a',
      'almost-all': 'A',
      'color=?': 'color',
      directory: 'd',
      'classify=?': 'F',
      'file-type': 'file-type',
      'group-directories-first': 'dirs first',
      'hide-control-chars': 'q',
      'indicator-style=': 'indicator',
      'no-group': 'G',
      'show-control-chars': 'show',
      'time=': 'time',
      'human-readable': 'h',
      inode: 'i',
      dereference: 'L',
      'numeric-uid-gid': 'n',
      literal: 'N',
      'quote-name': 'Q',
      reverse: 'r',
      recursive: 'R',
      size: 's',
      'sort=': 'sort',
      'time-style=': 'time-style',
      'full-time': 'full-time',
      zero: '0',
    }),
  });
  for (const { opt, arg } of opts) {
    if ('lgno'.includes(opt)) style = 'long';
    if (opt === '1' && style !== 'long') style = 'one';
    else if (opt === 'C') style = 'columns';
    else if (opt === 'x') style = 'across';
    else if (opt === 'm') style = 'commas';
    else if (opt === '0') style = style === 'long' ? 'long' : 'one';
    else if (opt === 'color') {
      const how = argmatch(proc, '--color', arg ?? 'always', WHENS);
      color = how === 'always' || (how === 'auto' && proc.isatty(1));
    } else if (opt === 'full-time') {
      style = 'long';
      time = TIME_STYLES['full-iso']!;
    } else if (opt === 'time-style') {
      if (arg!.startsWith('+')) time = arg!.slice(1);
      else if (TIME_STYLES[arg!] !== undefined) time = TIME_STYLES[arg!]!;
      else {
        const styles = ['full-iso', 'long-iso', 'iso', 'locale'].map((s) => `  - [posix-]${s}`).join('\n');
        const format = "  - +FORMAT (e.g., +%H:%M) for a 'date'-style format";
        const what = `invalid argument ${quote(arg!)} for ${quote('time style')}`;
        usageError(proc, `${what}\nValid arguments are:\n${styles}\n${format}`, 2);
      }
    } else if (opt === 'sort') {
      order(SORTS[argmatch(proc, '--sort', arg!, SORT_WORDS)]!);
    } else if (opt === 'c') when = 'ctime';
    else if (opt === 'u') when = 'atime';
    else if (opt === 'time') when = argmatch(proc, '--time', arg!, TIMES) as When;
    else if (opt === 'indicator') {
      const indicator = argmatch(proc, '--indicator-style', arg!, INDICATORS);
      for (const o of ['F', 'p', 'file-type']) has.delete(o);
      if (indicator !== 'none') has.add({ slash: 'p', classify: 'F' }[indicator] ?? indicator);
      continue;
    } else if (opt === 'F' && arg !== null) {
      const how = argmatch(proc, '--classify', arg, WHENS);
      if (how === 'never' || (how === 'auto' && !proc.isatty(1))) continue;
    } else if (opt === 'f') {
      has.add('a');
      has.delete('s');
      color = false;
      if (style === 'long') style = proc.isatty(1) ? 'columns' : 'one';
    }
    if (opt === 'A') has.delete('a');
    if (opt === 'show') has.delete('q');
    if ('fUtSvX'.includes(opt)) order(opt);
    else has.add(opt);
  }
  // A time that is not shown is for sorting by.
  if (when !== 'mtime' && style !== 'long' && ![...'fUtSvX', 'width'].some((o) => has.has(o))) has.add('t');
  const list = new Listing(proc, has, style, color, time, when);
  const files: Entry[] = [];
  const dirs: Entry[] = [];
  for (const name of operands.length === 0 ? ['.'] : operands) {
    try {
      let stat = proc.fs.lstat(name);
      const follow = has.has('L') || has.has('H') || (style !== 'long' && !has.has('d') && !has.has('F'));
      if ((stat.mode & S_IFMT) === S_IFLNK && follow)
        stat = proc.fs.exists(name) ?? (has.has('L') ? proc.fs.stat(name) : stat);
      const isDir = (stat.mode & S_IFMT) === S_IFDIR;
      (isDir && !has.has('d') ? dirs : files).push({ name, path: name, stat });
    } catch (e) {
      complain(proc, `cannot access ${quoteaf(name)}: ${errorText(e)}`);
      list.status = 2;
    }
  }
  list.print(list.sort(files));
  const header = operands.length > 1 || has.has('R');
  for (const d of list.sort(dirs)) await list.dir(d.path, header);
  return list.status;
}
