import { S_IFDIR, S_IFLNK, S_IFMT } from '../../../uapi/fcntl.ts';
import type { Process, Stat } from '../../process/types.ts';
import { complain, errorText, longs, options, quote, quoteaf, quotef, usageError } from './command.ts';
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
  readonly #now: number;
  status = 0;
  #printed = false;

  constructor(proc: Process, has: ReadonlySet<string>, style: string, color: boolean, time: string | null) {
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
    if (has.has('t')) order = (a, b): number => b.stat.mtime - a.stat.mtime || byName(a, b);
    else if (has.has('S')) order = (a, b): number => b.stat.size - a.stat.size || byName(a, b);
    else if (has.has('v')) order = (a, b): number => versionCompare(a.name, b.name);
    else if (has.has('X')) {
      const ext = (n: string): string => /.(\.[^.]*)$/.exec(n)?.[1] ?? '';
      order = (a, b): number => (ext(a.name) < ext(b.name) ? -1 : ext(a.name) > ext(b.name) ? 1 : byName(a, b));
    }
    entries.sort(order);
    return has.has('r') ? entries.reverse() : entries;
  }

  #indicator(stat: Stat): string {
    const letter = typeLetter(stat.mode);
    const has = this.#has;
    if (letter === 'd') return has.has('F') || has.has('p') ? '/' : '';
    if (!has.has('F')) return '';
    if (letter === 'l') return this.#style === 'long' ? '' : '@';
    return letter === 'p' ? '|' : letter === 's' ? '=' : letter === '-' && (stat.mode & 0o111) !== 0 ? '*' : '';
  }

  /** The name as it is shown: quoted on a terminal, with colour and indicator. */
  #name(e: Entry): { text: string; width: number } {
    const tty = this.#proc.isatty(1) && !this.#has.has('N');
    const plain = tty ? quotef(e.name) : this.#has.has('Q') ? `"${e.name.replace(/["\\]/g, '\\$&')}"` : e.name;
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
    if (this.#time !== null) return strftime(this.#time, at, Math.floor((mtime % 1) * 1e9));
    // Recent is within half a (mean) year, and not in the future. @see ls.c:print_long_format
    const recent = at > this.#now - 31_556_952 / 2 && at <= this.#now;
    return strftime(recent ? '%b %e %H:%M' : '%b %e  %Y', at);
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
      if (names.length > 0) this.#proc.out(`${names.map((n) => n.text).join(', ')}\n`);
    } else if (this.#style === 'columns') this.#columns(names);
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
      text += `${r.size.padStart(size)} ${this.#date(r.e.stat.mtime)} ${this.#name(r.e).text}`;
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

  #columns(names: readonly { text: string; width: number }[]): void {
    if (names.length === 0) return;
    const line = this.#proc.winsize(1)?.cols || 80;
    let rows = 1;
    let widths: number[] = [];
    for (; rows <= names.length; rows++) {
      widths = [];
      for (let i = 0; i < names.length; i += rows) {
        const last = i + rows >= names.length;
        widths.push(Math.max(...names.slice(i, i + rows).map((n) => n.width)) + (last ? 0 : 2));
      }
      if (widths.reduce((a, b) => a + b, 0) < line) break;
    }
    if (rows > names.length) rows = names.length;
    for (let r = 0; r < rows; r++) {
      let text = '';
      let gap = 0;
      for (let c = 0; c < widths.length; c++) {
        const n = names[c * rows + r];
        if (n === undefined) break;
        text += ' '.repeat(gap) + n.text;
        gap = widths[c]! - n.width;
      }
      this.#proc.out(`${text}\n`);
    }
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
    if (has.has('a')) names = ['.', '..', ...names];
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

const quoteHeader = (path: string): string => path.replaceAll(':', '\\:').replaceAll('\\:', ':');

const TIME_STYLES: Readonly<Record<string, string | null>> = {
  'full-iso': '%Y-%m-%d %H:%M:%S.%N %z',
  'long-iso': '%Y-%m-%d %H:%M',
  iso: '%m-%d %H:%M',
  locale: null,
};

/** ls: what is in directories. */
export async function lsMain(proc: Process): Promise<number> {
  const has = new Set<string>();
  let style = proc.isatty(1) ? 'columns' : 'one';
  let color = false;
  let time: string | null = null;
  const { options: opts, operands } = options(proc, {
    short: 'aACcdfFgGhHiklLmnNopqQrRsStuUvxX1',
    status: 2,
    long: longs({
      all: 'a',
      'almost-all': 'A',
      'color=?': 'color',
      directory: 'd',
      'classify=?': 'F',
      'human-readable': 'h',
      inode: 'i',
      dereference: 'L',
      'numeric-uid-gid': 'n',
      literal: 'N',
      'no-group': 'G',
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
    else if (opt === 'C' || opt === 'x') style = 'columns';
    else if (opt === 'm') style = 'commas';
    else if (opt === '0') style = style === 'long' ? 'long' : 'one';
    else if (opt === 'color') {
      if (arg !== null && !/^(always|yes|force|never|no|none|auto|tty|if-tty)$/.test(arg)) {
        usageError(
          proc,
          `invalid argument ${quote(arg)} for ${quote('--color')}\nValid arguments are:\n  - ‘always’, ‘yes’, ‘force’\n  - ‘never’, ‘no’, ‘none’\n  - ‘auto’, ‘tty’, ‘if-tty’`,
          2,
        );
      }
      color = arg === null || /^(always|yes|force)$/.test(arg) || (/tty|auto/.test(arg) && proc.isatty(1));
    } else if (opt === 'full-time') {
      style = 'long';
      time = TIME_STYLES['full-iso']!;
    } else if (opt === 'time-style') {
      if (arg!.startsWith('+')) time = arg!.slice(1);
      else if (TIME_STYLES[arg!] !== undefined) time = TIME_STYLES[arg!]!;
      else usageError(proc, `invalid argument ${quote(arg!)} for ${quote('time style')}`, 2);
    } else if (opt === 'sort') {
      const letter = { none: 'U', size: 'S', time: 't', version: 'v', extension: 'X', name: 'name' }[arg!];
      if (letter === undefined) usageError(proc, `invalid argument ${quote(arg!)} for ${quote('--sort')}`, 2);
      has.add(letter);
    } else if (opt === 'c' || opt === 'u') {
      // The file system keeps one time: modification.
      if (style !== 'long' && !has.has('l')) has.add('t');
    }
    if (opt === 'A') has.delete('a');
    if (opt === 'f') has.add('a');
    has.add(opt);
  }
  const list = new Listing(proc, has, style, color, time);
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
