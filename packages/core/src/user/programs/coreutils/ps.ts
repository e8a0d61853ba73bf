/** ps of procps-ng 4.0.2: options in the ways of UNIX, BSD and GNU. @see ps(1) */
import type { Process, ProcessInfo } from '../../process/types.ts';
import { comm } from './processes.ts';
import { ALIAS, type Column, COLUMNS } from './ps-columns.ts';

const HELP =
  "\nUsage:\n ps [options]\n\n Try 'ps --help <simple|list|output|threads|misc|all>'\n  or 'ps --help <s|l|o|t|m|a>'\n for additional help text.\n\nFor more details see ps(1).\n";

interface Shown {
  readonly column: Column;
  readonly title: string;
  readonly width: number;
}

/** Formats by the options that ask for them. */
const FORMATS: Readonly<Record<string, readonly string[]>> = {
  '': ['pid', 'tname', 'time', 'ucmd'],
  f: ['user=UID', 'pid', 'ppid', 'c', 'stime', 'tname', 'time', 'cmdline'],
  F: ['user=UID', 'pid', 'ppid', 'c', 'sz', 'rss', 'psr', 'stime', 'tname', 'time', 'cmdline'],
  l: ['f', 'state', 'uid', 'pid', 'ppid', 'c', 'opri', 'ni', 'addrsz', 'wchan', 'tname', 'time', 'ucmd'],
  ly: ['state', 'uid', 'pid', 'ppid', 'c', 'opri', 'ni', 'rss', 'sz', 'wchan', 'tname', 'time', 'ucmd'],
  j: ['pid', 'pgid', 'sid', 'tname', 'time', 'ucmd'],
  jf: ['user=UID', 'pid', 'ppid', 'pgid', 'sid', 'c', 'stime', 'tname', 'time', 'cmdline'],
  fl: [
    'f',
    'state',
    'user=UID',
    'pid',
    'ppid',
    'c',
    'opri',
    'ni',
    'addrsz',
    'wchan',
    'stime',
    'tname',
    'time',
    'cmdline',
  ],
  bsd: ['pid', 'tname', 'stat', 'bsdtime', 'args'],
  'bsd u': ['user', 'pid', 'pcpu', 'pmem', 'vsz', 'rss', 'tname', 'stat', 'start', 'bsdtime', 'args'],
  'bsd l': ['f', 'uid', 'pid', 'ppid', 'opri', 'ni', 'vsz', 'rss', 'wchan', 'stat', 'tname', 'bsdtime', 'args'],
  'bsd j': ['ppid', 'pid', 'pgid', 'sid', 'tname', 'tpgid', 'stat', 'uid', 'bsdtime', 'args'],
};

class Ps {
  readonly #proc: Process;
  readonly #words: readonly string[];
  #at = 0;
  #bsd = false;
  /** Letters of options that take nothing: UNIX's as they are, BSD's after a space. */
  readonly #has: Set<string> = new Set();
  readonly #shown: Shown[] = [];
  /** What was asked for by list; a process is taken that one of them takes. */
  readonly #wanted: ((p: ProcessInfo) => boolean)[] = [];
  #sort: { readonly key: string; readonly sign: number }[] = [];
  #headers = true;
  #width = 0;
  #wide = 0;

  constructor(proc: Process) {
    this.#proc = proc;
    this.#words = proc.argv.slice(1);
  }

  #fail(message: string): never {
    this.#proc.err(`error: ${message}\n${HELP}`);
    return this.#proc.exit(1);
  }

  #unsupported(option: string): never {
    this.#proc.err(`${this.#proc.name}: warren: option ${option} is not supported\n`);
    return this.#proc.exit(1);
  }

  #value(rest: string, missing: string): string {
    return rest !== '' ? rest : (this.#words[this.#at++] ?? this.#fail(missing));
  }

  #list(text: string): string[] {
    return text.split(/[,\s]+/).filter((t) => t !== '');
  }

  #numbers(text: string, of: (p: ProcessInfo) => number, wrong = 'process ID list syntax error'): void {
    const items = this.#list(text);
    if (items.length === 0 || items.some((t) => !/^\d+$/.test(t))) this.#fail(wrong);
    const set = new Set(items.map(Number));
    this.#wanted.push((p) => set.has(of(p)));
  }

  /** Everybody here is root. */
  #ids(text: string, kind: 'user' | 'group'): void {
    const roots = this.#list(text).filter((t) => {
      if (/^\d+$/.test(t)) return Number(t) === 0;
      return t === 'root' || this.#fail(`${kind} name does not exist`);
    });
    this.#wanted.push(() => roots.length > 0);
  }

  #terminals(text: string): void {
    const set = new Set(this.#list(text).map((t) => t.replace(/^\/dev\//, '')));
    for (const t of set) {
      const known = t === '-' || t === '?' || this.#proc.fs.exists(`/dev/${t}`) !== null;
      if (!known && this.#proc.fs.exists(`/dev/tty${t}`) === null) this.#fail('TTY could not be found');
    }
    this.#wanted.push((p) => {
      const name = p.tty?.replace('/dev/', '') ?? '-';
      return set.has(name) || set.has(name.replace(/^tty/, '')) || (name === '-' && set.has('?'));
    });
  }

  #format(text: string): void {
    const eq = text.indexOf('=');
    const items = eq >= 0 && !text.slice(0, eq).includes(',') ? [text] : text.split(/[,\s]+/);
    for (const item of items) {
      const [, name, width, title] = /^([^:=]*)(?::(\d+))?(?:=(.*))?$/s.exec(item)!;
      const column = COLUMNS[ALIAS[name!] ?? name!];
      if (column === undefined) this.#fail(`unknown user-defined format specifier "${name}"`);
      const shown = title ?? (name === 'cmd' ? 'CMD' : column.title);
      this.#shown.push({ column, title: shown, width: Math.max(Number(width ?? column.width), shown.length) });
    }
  }

  #order(text: string): void {
    for (const item of this.#list(text)) {
      const name = item.replace(/^[-+]/, '');
      const key = ALIAS[name] ?? name;
      if (COLUMNS[key] === undefined) this.#fail(`unknown sort specifier`);
      this.#sort.push({ key, sign: item.startsWith('-') ? -1 : 1 });
    }
  }

  #long(word: string): void {
    const eq = word.indexOf('=');
    const name = eq < 0 ? word : word.slice(0, eq);
    const given = eq < 0 ? '' : word.slice(eq + 1);
    const pids = 'list of process IDs must follow';
    switch (name) {
      case '--no-headers':
      case '--no-heading':
        this.#headers = false;
        return;
      case '--forest':
        this.#has.add(' f');
        return;
      case '--deselect':
        this.#has.add('N');
        return;
      case '--pid':
      case '--quick-pid':
        this.#numbers(this.#value(given, `${pids} ${name}`), (p) => p.pid);
        return;
      case '--ppid':
        this.#numbers(this.#value(given, `${pids} --ppid`), (p) => p.ppid);
        return;
      case '--sid':
        this.#numbers(this.#value(given, 'some sid thing(s) must follow --sid'), (p) => p.sid);
        return;
      case '--user':
      case '--User':
        this.#ids(this.#value(given, `list of users must follow ${name}`), 'user');
        return;
      case '--group':
      case '--Group':
        this.#ids(
          this.#value(given, `list of ${name === '--group' ? 'effective' : 'real'} groups must follow ${name}`),
          'group',
        );
        return;
      case '--tty':
        this.#terminals(this.#value(given, 'list of terminals must follow --tty'));
        return;
      case '--format':
        this.#format(this.#value(given, 'format specification must follow --format'));
        return;
      case '--sort':
        this.#order(this.#value(given, 'long sort specification must follow --sort'));
        return;
      case '--cols':
      case '--columns':
      case '--width': {
        const text = this.#value(given, `number of columns must follow ${name}`);
        if (!/^[1-9]\d*$/.test(text)) this.#fail(`number of columns must follow ${name}`);
        this.#width = Number(text);
        return;
      }
      case '--headers':
      case '--heading':
      case '--lines':
      case '--rows':
      case '--cumulative':
      case '--context':
      case '--help':
      case '--info':
      case '--signames':
        this.#unsupported(name);
        break;
      default:
        this.#fail('unknown gnu long option');
    }
  }

  #unix(letters: string): void {
    for (let k = 0; k < letters.length; k++) {
      const c = letters[k]!;
      const rest = letters.slice(k + 1);
      const value = (missing: string): string => this.#value(rest, missing);
      switch (c) {
        case 'A':
        case 'e':
          this.#has.add('e');
          continue;
        case 'a':
        case 'd':
        case 'f':
        case 'F':
        case 'H':
        case 'j':
        case 'l':
        case 'N':
        case 'y':
          this.#has.add(c);
          continue;
        case 'w':
          this.#wide++;
          continue;
        case 'p':
        case 'q':
          this.#numbers(value(`list of process IDs must follow -${c}`), (p) => p.pid);
          return;
        case 's':
        case 'g':
          this.#numbers(value(`list of session leaders OR effective group IDs was invalid`), (p) => p.sid);
          return;
        case 'C': {
          const names = new Set(value('list of command names must follow -C').split(','));
          this.#wanted.push((p) => names.has(comm(p)));
          return;
        }
        case 'u':
        case 'U':
          this.#ids(value(`list of users must follow -${c}`), 'user');
          return;
        case 'G':
          this.#ids(value('list of real groups must follow -G'), 'group');
          return;
        case 't':
          this.#terminals(value('list of terminals (pty, tty...) must follow -t'));
          return;
        case 'o':
          this.#format(value('format specification must follow -o'));
          return;
        case 'V':
          this.#version();
          break;
        case 'c':
        case 'L':
        case 'M':
        case 'm':
        case 'n':
        case 'O':
        case 'P':
        case 'T':
        case 'x':
        case 'Z':
          this.#unsupported(`-${c}`);
          break;
        default:
          this.#fail('unsupported SysV option');
      }
    }
  }

  #berkeley(letters: string): void {
    this.#bsd = true;
    for (let k = 0; k < letters.length; k++) {
      const c = letters[k]!;
      const rest = letters.slice(k + 1);
      const value = (missing: string): string => this.#value(rest, missing);
      switch (c) {
        case 'a':
        case 'c':
        case 'f':
        case 'j':
        case 'l':
        case 'r':
        case 'T':
        case 'u':
        case 'x':
        case 'g':
          this.#has.add(` ${c}`);
          continue;
        case 'h':
          this.#headers = false;
          continue;
        case 'w':
          this.#wide++;
          continue;
        case 'p':
        case 'q':
          this.#numbers(value(`list of process IDs must follow ${c}`), (p) => p.pid);
          return;
        case 'U':
          this.#ids(value('list of users must follow U'), 'user');
          return;
        case 't':
          this.#terminals(value('list of terminals (pty, tty...) must follow t'));
          return;
        case 'o':
          this.#format(value('format specification must follow o'));
          return;
        case 'k':
          this.#order(value('long sort specification must follow k'));
          return;
        case 'V':
          this.#version();
          break;
        case 'e':
        case 'H':
        case 'L':
        case 'm':
        case 'M':
        case 'n':
        case 'N':
        case 'O':
        case 's':
        case 'S':
        case 'v':
        case 'X':
        case 'Z':
          this.#unsupported(c);
          break;
        default:
          this.#fail('unsupported option (BSD syntax)');
      }
    }
  }

  #version(): never {
    this.#proc.out('ps from procps-ng 4.0.2\n(Warren)\n');
    return this.#proc.exit(0);
  }

  #read(): void {
    while (this.#at < this.#words.length) {
      const w = this.#words[this.#at++]!;
      if (w === '--version') this.#version();
      else if (w.startsWith('--')) this.#long(w);
      else if (/^\d[\d,]*$/.test(w)) {
        this.#bsd = true;
        this.#numbers(w, (p) => p.pid);
      } else if (w.startsWith('-')) this.#unix(w.slice(1));
      else this.#berkeley(w);
    }
    if (this.#has.has('y') && !this.#has.has('l')) this.#fail('modifier -y without format -l makes no sense');
    if (this.#shown.length > 0) return;
    const has = (c: string): boolean => this.#has.has(c);
    const unix = ['fl', 'jf', 'F', 'f', 'j', 'l'].find((k) => [...k].every(has));
    const bsd = ['u', 'l', 'j'].find((c) => has(` ${c}`));
    let format = unix ?? '';
    if (bsd !== undefined) format = `bsd ${bsd}`;
    else if (this.#bsd && unix === undefined) format = 'bsd';
    if (has('y')) format = format === 'l' ? 'ly' : this.#unsupported('-y');
    for (const item of FORMATS[format]!) {
      const [key, title] = item.split('=') as [string, string | undefined];
      const column = COLUMNS[key]!;
      const shown = has(' c') && key === 'args' ? { ...COLUMNS['comm']! } : column;
      this.#shown.push({
        column: shown,
        title: title ?? column.title,
        width: Math.max(column.width, column.title.length),
      });
    }
  }

  /** Who is listed. @see ps(1) "SIMPLE PROCESS SELECTION" */
  #selected(all: readonly ProcessInfo[], me: ProcessInfo | undefined): ProcessInfo[] {
    const has = (c: string): boolean => this.#has.has(c);
    const simple = (p: ProcessInfo): boolean => {
      if (has('e')) return true;
      if (has('a') || has('d')) return p.sid !== p.pid && (has('d') || p.tty !== null);
      if (has(' x')) return true;
      if (has(' T')) return p.tty === (me?.tty ?? null);
      if (this.#bsd || has(' a')) return p.tty !== null;
      return p.tty === (me?.tty ?? null);
    };
    const lists = this.#wanted;
    const plain = ['e', 'a', 'd', ' x', ' a', ' T'].some(has);
    return all.filter((p) => {
      let taken = lists.length === 0 ? simple(p) : lists.some((w) => w(p)) || (plain && simple(p));
      if (has(' r') && p.state !== 'R') taken = false;
      return taken !== has('N');
    });
  }

  #sorted(list: ProcessInfo[]): ProcessInfo[] {
    const number = /^-?[\d.]+$/;
    return list.sort((a, b) => {
      for (const { key, sign } of this.#sort) {
        const [x, y] = [COLUMNS[key]!.value(a, this.#proc), COLUMNS[key]!.value(b, this.#proc)];
        const order = number.test(x) && number.test(y) ? Number(x) - Number(y) : x < y ? -1 : x > y ? 1 : 0;
        if (order !== 0) return order * sign;
      }
      return 0;
    });
  }

  /** In the order of descent, each with what is drawn before its command. */
  #tree(list: readonly ProcessInfo[]): { readonly p: ProcessInfo; readonly lead: string }[] {
    const lines = this.#has.has(' f');
    const rows: { p: ProcessInfo; lead: string }[] = [];
    const below = (p: ProcessInfo): ProcessInfo[] => list.filter((c) => c.ppid === p.pid && c !== p);
    const visit = (p: ProcessInfo, lead: string, inner: string): void => {
      rows.push({ p, lead });
      const children = below(p);
      children.forEach((c, i) => {
        if (!lines) visit(c, `${lead}  `, '');
        else if (p.pid === 1) visit(c, '', '');
        else visit(c, `${inner} \\_ `, `${inner} ${i < children.length - 1 ? '|' : ' '}  `);
      });
    };
    for (const p of list) if (!list.some((q) => q.pid === p.ppid && q !== p)) visit(p, '', '');
    return rows;
  }

  /** Columns of a line; Infinity for no limit. */
  #limit(): number {
    if (this.#wide > 1) return Infinity;
    const named = Number(this.#proc.env.get('COLUMNS') ?? 0);
    const cols = this.#width || named || (this.#proc.winsize(1)?.cols ?? 0);
    if (cols === 0) return Infinity;
    return this.#wide === 1 ? Math.max(132, cols) : cols;
  }

  run(): number {
    const proc = this.#proc;
    this.#read();
    if (proc.fs.exists('/proc/version') === null) {
      proc.err('Error, do this: mount -t proc proc /proc\n');
      return 47;
    }
    if (proc.fs.exists('/proc/self/stat') === null) {
      proc.err('fatal library error, lookup self\n');
      return 1;
    }
    const me = proc.processes.get(Number(proc.fs.readlink('/proc/self')));
    const listed = this.#sorted(this.#selected(proc.processes.list(), me));
    const shown = this.#shown;
    const limit = this.#limit();
    const line = (cells: readonly string[]): string => {
      let text = '';
      cells.forEach((cell, i) => {
        const { column, width } = shown[i]!;
        const last = i === cells.length - 1;
        const fixed = column.right ? cell.padStart(width) : last ? cell : cell.padEnd(width);
        text += (i > 0 ? ' ' : '') + (last ? fixed : column.command === true ? fixed.slice(0, width) : fixed);
      });
      return `${Number.isFinite(limit) ? text.slice(0, limit) : text}\n`;
    };
    if (this.#headers && shown.some((s) => s.title !== '')) proc.out(line(shown.map((s) => s.title)));
    const tree = this.#has.has(' f') || this.#has.has('H');
    const rows = tree ? this.#tree(listed) : listed.map((p) => ({ p, lead: '' }));
    for (const { p, lead } of rows)
      proc.out(line(shown.map(({ column }) => (column.command === true ? lead : '') + column.value(p, proc))));
    return listed.length > 0 ? 0 : 1;
  }
}

/** ps */
export const psMain = async (proc: Process): Promise<number> => new Ps(proc).run();
