import { S_IFDIR, S_IFLNK, S_IFMT } from '../../../uapi/fcntl.ts';
import type { Process, Stat } from '../../process/types.ts';
import { complain, die, errorText, invocation, quote, readErrorText, statusOf } from '../coreutils/command.ts';
import { now } from '../coreutils/date.ts';
import { unescape } from '../coreutils/escapes.ts';
import { lstatOrNull } from '../coreutils/files.ts';
import { applyMode, modeString, typeLetter } from '../coreutils/modes.ts';
import { strftime } from '../../../lib/strftime.ts';
import type { Dialect } from '../../../lib/regex/dialect.ts';
import { compileGlob } from '../../../lib/regex/glob.ts';
import { compileRegex, regexType } from './regex.ts';

interface Visit {
  readonly path: string;
  readonly name: string;
  readonly start: string;
  readonly depth: number;
  readonly stat: Stat;
  /** The directory it is in. */
  readonly up: Visit | null;
}

/** The times of a file by the letters they have in names of tests and in formats. */
const TIMES: Readonly<Record<string, 'atime' | 'ctime' | 'mtime'>> = { a: 'atime', c: 'ctime', m: 'mtime', t: 'mtime' };

type Test = (v: Visit) => boolean | Promise<boolean>;

class Find {
  readonly #proc: Process;
  readonly #args: readonly string[];
  #i = 0;
  #min = 0;
  #max = Infinity;
  /** null: find's own. */
  #regexType: Dialect | null = null;
  #depthFirst = false;
  #action = false;
  #prune = false;
  #quit = false;
  #status = 0;
  #follow = false;
  /** Links among the operands are followed. */
  #followStart = false;
  /** Stays on the file system it started on. */
  #mount = false;
  #answers: AsyncIterator<string> | null = null;
  readonly #batches: { readonly argv: readonly string[]; items: string[] }[] = [];

  constructor(proc: Process) {
    this.#proc = proc;
    this.#args = proc.argv.slice(1);
  }

  async run(): Promise<number> {
    const args = this.#args;
    for (; /^-[HLP]$/.test(args[this.#i] ?? ''); this.#i++) {
      this.#follow = args[this.#i] === '-L';
      this.#followStart = args[this.#i] === '-H';
    }
    const starts: string[] = [];
    while (this.#i < args.length && !/^(-.|\(|!|,)/.test(args[this.#i]!)) starts.push(args[this.#i++]!);
    const test = this.#i < args.length ? this.#or() : (): boolean => true;
    if (this.#i < args.length) {
      if (args[this.#i] === ')') die(this.#proc, "you have too many ')'");
      die(this.#proc, `paths must precede expression: \`${args[this.#i]}'`);
    }
    const act: Test = this.#action ? test : async (v) => (await test(v)) && this.#print(v, '\n');
    for (const start of starts.length === 0 ? ['.'] : starts) {
      try {
        const st =
          this.#follow || this.#followStart
            ? (this.#proc.fs.exists(start) ?? this.#proc.fs.lstat(start))
            : this.#proc.fs.lstat(start);
        await this.#visit(
          {
            path: start,
            name: start.replace(/(.)\/+$/, '$1').replace(/^.*\/(?=.)/s, ''),
            start,
            depth: 0,
            stat: st,
            up: null,
          },
          act,
        );
      } catch (e) {
        complain(this.#proc, `${quote(start)}: ${readErrorText(e)}`);
        this.#status = 1;
      }
      if (this.#quit) break;
    }
    for (const b of this.#batches) if (b.items.length > 0) await this.#spawn([...b.argv, ...b.items]);
    return this.#status;
  }

  async #visit(v: Visit, act: Test): Promise<void> {
    this.#prune = false;
    const own = async (): Promise<void> => {
      if (v.depth >= this.#min) await act(v);
    };
    if (!this.#depthFirst) await own();
    await this.#proc.drain();
    const within = !this.#mount || v.up === null || v.up.stat.dev === v.stat.dev;
    if ((v.stat.mode & S_IFMT) === S_IFDIR && v.depth < this.#max && within && !this.#prune && !this.#quit) {
      let names: readonly string[] = [];
      try {
        names = this.#proc.fs.readdir(v.path);
      } catch (e) {
        complain(this.#proc, `${quote(v.path)}: ${errorText(e)}`);
        this.#status = 1;
      }
      for (const name of names) {
        const path = v.path.endsWith('/') ? v.path + name : `${v.path}/${name}`;
        const stat = (this.#follow ? this.#proc.fs.exists(path) : null) ?? lstatOrNull(this.#proc, path);
        const child: Visit | null =
          stat === null ? null : { path, name, start: v.start, depth: v.depth + 1, stat, up: v };
        if (child !== null && !(this.#follow && this.#loops(child))) await this.#visit(child, act);
        if (this.#quit) return;
      }
    }
    if (this.#depthFirst) await own();
  }

  /** Whether a directory is one of those it is in, by way of a link; says so. */
  #loops(v: Visit): boolean {
    if ((v.stat.mode & S_IFMT) !== S_IFDIR) return false;
    for (let { up } = v; up !== null; { up } = up) {
      if (up.stat.ino !== v.stat.ino || up.stat.dev !== v.stat.dev) continue;
      complain(
        this.#proc,
        `File system loop detected; ${quote(v.path)} is part of the same file system loop as ${quote(up.path)}.`,
      );
      this.#status = 1;
      return true;
    }
    return false;
  }

  #print(v: Visit, end: string): boolean {
    this.#proc.out(v.path + end);
    return true;
  }

  // ---- the expression

  #peek(...words: string[]): boolean {
    return words.includes(this.#args[this.#i] ?? '');
  }

  #or(): Test {
    let l = this.#and();
    for (;;) {
      if (this.#peek('-o', '-or')) {
        const op = this.#args[this.#i++]!;
        if (this.#i >= this.#args.length)
          this.#fail(
            `invalid expression; expected to find a ')' but didn't see one.  Perhaps you need an extra predicate after '${op}'`,
            op,
          );
        const [a, b] = [l, this.#and()];
        l = async (v) => (await a(v)) || b(v);
      } else if (this.#peek(',')) {
        this.#i++;
        const [a, b] = [l, this.#and()];
        l = async (v) => {
          await a(v);
          return b(v);
        };
      } else return l;
    }
  }

  #fail(message: string, op?: string): never {
    if (op !== undefined) die(this.#proc, `expected an expression after ‘${op}’`);
    return die(this.#proc, message);
  }

  #and(): Test {
    let l = this.#not();
    while (this.#i < this.#args.length && !this.#peek('-o', '-or', ',', ')')) {
      if (this.#peek('-a', '-and')) this.#i++;
      const [a, b] = [l, this.#not()];
      l = async (v) => (await a(v)) && b(v);
    }
    return l;
  }

  #not(): Test {
    if (this.#peek('!', '-not')) {
      this.#i++;
      const t = this.#not();
      return async (v) => !(await t(v));
    }
    if (this.#peek('(')) {
      this.#i++;
      const t = this.#or();
      if (!this.#peek(')'))
        die(this.#proc, "invalid expression; I was expecting to find a ')' somewhere but did not see one.");
      this.#i++;
      return t;
    }
    return this.#primary();
  }

  #argument(name: string): string {
    const arg = this.#args[this.#i++];
    return arg ?? die(this.#proc, `missing argument to \`${name}'`);
  }

  /** `+n`, `-n` or `n`. */
  #compare(name: string, text: string): (n: number) => boolean {
    const m = /^([-+]?)(\d+)$/.exec(text);
    if (m === null) die(this.#proc, `invalid argument \`${text}' to \`${name}'`);
    const n = Number(m[2]);
    return (x) => (m[1] === '+' ? x > n : m[1] === '-' ? x < n : x === n);
  }

  #primary(): Test {
    const proc = this.#proc;
    const name = this.#args[this.#i++];
    switch (name) {
      case undefined:
        return die(proc, 'expected an expression');
      case '-name':
      case '-iname': {
        const re = compileGlob(this.#argument(name), { ignoreCase: name === '-iname' });
        return (v) => re.test(v.name);
      }
      case '-path':
      case '-wholename':
      case '-ipath': {
        const re = compileGlob(this.#argument(name), { ignoreCase: name === '-ipath' });
        return (v) => re.test(v.path);
      }
      case '-regex':
      case '-iregex': {
        const re = compileRegex(proc, this.#argument(name), this.#regexType, name === '-iregex');
        return (v) => re.testWhole(v.path);
      }
      case '-regextype':
        this.#regexType = regexType(proc, this.#argument(name));
        return () => true;
      case '-lname': {
        const re = compileGlob(this.#argument(name));
        return (v) => typeLetter(v.stat.mode) === 'l' && re.test(proc.fs.readlink(v.path));
      }
      case '-type': {
        const kinds = this.#argument(name).split(',');
        const bad = kinds.find((k) => !/^[bcdflps]$/.test(k));
        if (bad !== undefined) die(proc, `Unknown argument to -type: ${bad}`);
        return (v) => kinds.includes(typeLetter(v.stat.mode).replace('-', 'f'));
      }
      case '-maxdepth':
      case '-mindepth': {
        const text = this.#argument(name);
        if (!/^\d+$/.test(text))
          die(proc, `Expected a positive decimal integer argument to ${name}, but got ${quote(text)}`);
        if (name === '-maxdepth') this.#max = Number(text);
        else this.#min = Number(text);
        return () => true;
      }
      case '-depth':
        this.#depthFirst = true;
        return () => true;
      case '-follow':
        this.#follow = true;
        return () => true;
      case '-true':
      case '-noleaf':
        return () => true;
      case '-false':
        return () => false;
      case '-empty':
        return (v) =>
          (v.stat.mode & S_IFMT) === S_IFDIR
            ? proc.fs.readdir(v.path).length === 0
            : typeLetter(v.stat.mode) === '-' && v.stat.size === 0;
      case '-size': {
        const text = this.#argument(name);
        const m = /^([-+]?\d+)([bcwkMG]?)$/.exec(text);
        if (m === null) die(proc, `Invalid argument \`${text}' to -size`);
        const unit = { c: 1, w: 2, '': 512, b: 512, k: 1024, M: 1 << 20, G: 1 << 30 }[m[2]!]!;
        const test = this.#compare(name, m[1]!);
        return (v) => test(Math.ceil(v.stat.size / unit));
      }
      case '-amin':
      case '-atime':
      case '-cmin':
      case '-ctime':
      case '-mmin':
      case '-mtime': {
        const test = this.#compare(name, this.#argument(name));
        const minutes = name.endsWith('min');
        const t = now(proc).seconds;
        const key = TIMES[name[1]!]!;
        return (v) => test(Math[minutes ? 'ceil' : 'floor']((t - v.stat[key]) / (minutes ? 60 : 86_400)));
      }
      case '-anewer':
      case '-cnewer':
      case '-newer': {
        const path = this.#argument(name);
        const st = proc.fs.exists(path) ?? die(proc, `${quote(path)}: No such file or directory`);
        const key = TIMES[name === '-newer' ? 'm' : name[1]!]!;
        return (v) => v.stat[key] > st.mtime;
      }
      case '-samefile': {
        const path = this.#argument(name);
        const st = proc.fs.exists(path) ?? die(proc, `${quote(path)}: No such file or directory`);
        return (v) => v.stat.ino === st.ino && v.stat.dev === st.dev;
      }
      case '-mount':
      case '-xdev':
        this.#mount = true;
        return () => true;
      case '-perm': {
        const text = this.#argument(name);
        const mode = applyMode(text.replace(/^[-/]/, ''), 0, 0, false) ?? die(proc, `invalid mode ${quote(text)}`);
        return (v) => {
          const bits = v.stat.mode & 0o7777;
          return text.startsWith('-')
            ? (bits & mode) === mode
            : text.startsWith('/')
              ? mode === 0 || (bits & mode) !== 0
              : bits === mode;
        };
      }
      case '-executable':
      case '-readable':
      case '-writable':
        // As access(2) answers root, who may read and write whatever there is.
        return (v) => {
          const st = proc.fs.exists(v.path);
          if (st === null || name !== '-executable') return st !== null;
          return (st.mode & S_IFMT) === S_IFDIR || (st.mode & 0o111) !== 0;
        };
      case '-inum':
      case '-links': {
        const test = this.#compare(name, this.#argument(name));
        return (v) => test(name === '-inum' ? v.stat.ino : v.stat.nlink);
      }
      case '-user':
      case '-group': {
        const who = this.#argument(name);
        const id = this.#identity(name.slice(1), who);
        return (v) => id === (name === '-user' ? v.stat.uid : v.stat.gid);
      }
      case '-prune':
        return () => {
          this.#prune = true;
          return true;
        };
      case '-quit':
        this.#action = true;
        return () => {
          this.#quit = true;
          return true;
        };
      case '-print':
      case '-print0':
        this.#action = true;
        return (v) => this.#print(v, name === '-print' ? '\n' : '\0');
      case '-printf': {
        this.#action = true;
        const format = this.#argument(name);
        return (v) => {
          proc.out(this.#formatted(format, v));
          return true;
        };
      }
      case '-ls':
        this.#action = true;
        return (v) => this.#list(v);
      case '-delete':
        this.#action = true;
        this.#depthFirst = true;
        return (v) => this.#delete(v);
      case '-exec':
      case '-execdir':
      case '-ok':
        return this.#exec(name);
      default:
        if (name === ')') die(proc, 'invalid expression; you have used a binary operator');
        return die(
          proc,
          name.startsWith('-') ? `unknown predicate \`${name}'` : `paths must precede expression: \`${name}'`,
        );
    }
  }

  /** A user's or group's number. */
  #identity(kind: string, who: string): number {
    const file = kind === 'user' ? '/etc/passwd' : '/etc/group';
    const text = this.#proc.fs.exists(file) === null ? '' : this.#proc.fs.readText(file);
    const row = text.split('\n').find((l) => l.startsWith(`${who}:`));
    if (row !== undefined) return Number(row.split(':')[2]);
    if (/^\d+$/.test(who)) return Number(who);
    const what = kind === 'user' ? 'is not the name of a known user' : 'is not the name of an existing group';
    return die(this.#proc, `${quote(who)} ${what}`);
  }

  /** -ok asks before it runs. */
  async #agreed(argv: readonly string[]): Promise<boolean> {
    await this.#proc.flush();
    this.#proc.err(`< ${argv[0]} ... ${argv.at(-1)} > ? `);
    this.#answers ??= this.#proc.lines(0)[Symbol.asyncIterator]();
    const { value, done } = await this.#answers.next();
    return done !== true && /^[yY]/.test(value);
  }

  #delete(v: Visit): boolean {
    if (v.path === '.') return true;
    try {
      if ((v.stat.mode & S_IFMT) === S_IFDIR) this.#proc.fs.rmdir(v.path);
      else this.#proc.fs.unlink(v.path);
      return true;
    } catch (e) {
      complain(this.#proc, `cannot delete ${quote(v.path)}: ${errorText(e)}`);
      this.#status = 1;
      return false;
    }
  }

  async #spawn(argv: readonly string[], cwd?: string): Promise<number> {
    await this.#proc.flush();
    try {
      const child = await this.#proc.spawn(argv[0]!, argv, cwd === undefined ? {} : { cwd });
      const status = statusOf(await this.#proc.wait(child.pid));
      return status;
    } catch (e) {
      complain(this.#proc, `${quote(argv[0]!)}: ${errorText(e)}`);
      return 1;
    }
  }

  #exec(name: string): Test {
    this.#action = true;
    const argv: string[] = [];
    for (;;) {
      const arg = this.#args[this.#i++];
      if (arg === undefined) return die(this.#proc, `missing argument to \`${name}'`);
      if (arg === ';') break;
      if (arg === '+' && argv.at(-1) === '{}') {
        argv.pop();
        const batch = { argv, items: [] as string[] };
        this.#batches.push(batch);
        return async (v) => {
          batch.items.push(v.path);
          if (batch.items.length >= 4096 && (await this.#spawn([...argv, ...batch.items.splice(0)])) !== 0)
            this.#status = 1;
          return true;
        };
      }
      argv.push(arg);
    }
    if (argv.length === 0) die(this.#proc, `invalid argument \`;' to \`${name}'`);
    return async (v) => {
      const dir = name === '-execdir';
      const what = dir ? `./${v.name}` : v.path;
      const line = argv.map((a) => a.replaceAll('{}', () => what));
      if (name === '-ok' && !(await this.#agreed([argv[0]!, v.path]))) return false;
      return (await this.#spawn(line, dir ? v.path.replace(/[^/]*\/*$/, '') || '.' : undefined)) === 0;
    };
  }

  #list(v: Visit): boolean {
    const { stat } = v;
    const date = strftime('%b %e %H:%M', Math.floor(stat.mtime));
    const link = typeLetter(stat.mode) === 'l' ? ` -> ${this.#proc.fs.readlink(v.path)}` : '';
    this.#proc.out(
      `${String(stat.ino).padStart(9)} ${String(Math.ceil(stat.size / 4096) * 4).padStart(6)} ${modeString(stat.mode)} ${String(stat.nlink).padStart(3)} ${'root'.padEnd(8)} ${'root'.padEnd(8)} ${String(stat.size).padStart(8)} ${date} ${v.path}${link}\n`,
    );
    return true;
  }

  #formatted(format: string, v: Visit): string {
    const { stat } = v;
    const time = (t: number, spec: string): string => strftime(spec, Math.floor(t), Math.floor((t % 1) * 1e9));
    return unescape(format.replaceAll('\\c', ''), false).text.replace(
      /%([-0]*)(\d*)([ACT].|[%a-zA-Z])/g,
      (all, flags: string, width: string, d: string) => {
        let s: string;
        if (d === '%') return '%';
        if (d === 'p') s = v.path;
        else if (d === 'f') s = v.name;
        else if (d === 'h') s = v.path.includes('/') ? v.path.replace(/\/[^/]*$/, '') : '.';
        else if (d === 'P') s = v.path === v.start ? '' : v.path.slice(v.start.length).replace(/^\//, '');
        else if (d === 'H') s = v.start;
        else if (d === 's') s = String(stat.size);
        else if (d === 'm') s = (stat.mode & 0o7777).toString(8);
        else if (d === 'M') s = modeString(stat.mode);
        else if (d === 'y') s = typeLetter(stat.mode).replace('-', 'f');
        else if (d === 'i') s = String(stat.ino);
        else if (d === 'n') s = String(stat.nlink);
        else if (d === 'u' || d === 'g') s = 'root';
        else if (d === 'U' || d === 'G') s = '0';
        else if (d === 'd') s = String(v.depth);
        else if (d === 'l') s = (stat.mode & S_IFMT) === S_IFLNK ? this.#proc.fs.readlink(v.path) : '';
        else if ('act'.includes(d)) s = time(stat[TIMES[d]!], '%a %b %e %H:%M:%S.%N0 %Y');
        else if (d.length === 2) s = time(stat[TIMES[d[0]!.toLowerCase()]!], d[1] === '@' ? '%s.%N0' : `%${d[1]}`);
        else return all;
        return flags.includes('-')
          ? s.padEnd(Number(width))
          : s.padStart(Number(width), flags.includes('0') ? '0' : ' ');
      },
    );
  }
}

/** find: files that pass tests. */
export async function findMain(proc: Process): Promise<number> {
  const first = proc.argv[1];
  if (first === '--version' || first === '-version') {
    proc.out('find (GNU findutils) 4.9.0\n(Warren)\n');
    return 0;
  }
  if (first === '--help' || first === '-help') {
    proc.out(`Usage: ${invocation(proc)} [-H] [-L] [-P] [-Olevel] [-D debugopts] [path...] [expression]\n`);
    return 0;
  }
  return new Find(proc).run();
}
