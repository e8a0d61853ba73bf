import { compileGlob, type Glob } from '../../../lib/regex/glob.ts';
import { Meter } from '../../../lib/regex/meter.ts';
import { RegexError, RegexExhausted } from '../../../lib/regex/pattern.ts';
import type { Span } from '../../../lib/regex/regex.ts';
import { utf8Decode } from '../../../lib/text.ts';
import { O_RDONLY, S_IFDIR, S_IFLNK, S_IFMT } from '../../../uapi/fcntl.ts';
import type { Process } from '../../process/types.ts';
import { complain, die, errorText, invocation, longs, readErrorText, Records } from '../coreutils/command.ts';
import { getopt } from '../getopt.ts';
import { giveWay } from '../give-way.ts';
import { compile, type Matcher, type Syntax } from './patterns.ts';
import { PerlMatcher } from './perl.ts';

interface Settings {
  readonly has: ReadonlySet<string>;
  readonly pattern: Matcher | PerlMatcher;
  readonly meter: Meter;
  readonly before: number;
  readonly after: number;
  readonly max: number;
  readonly withName: boolean;
  readonly color: boolean;
  readonly label: string;
  readonly include: readonly Glob[];
  readonly exclude: readonly Glob[];
  readonly excludeDir: readonly Glob[];
}

const LONG = longs({
  'extended-regexp': 'E',
  'fixed-strings': 'F',
  'basic-regexp': 'G',
  'perl-regexp': 'P',
  'regexp=': 'e',
  'file=': 'f',
  'ignore-case': 'i',
  'no-ignore-case': 'no-i',
  'word-regexp': 'w',
  'line-regexp': 'x',
  'null-data': 'z',
  'no-messages': 's',
  'invert-match': 'v',
  version: 'V',
  help: 'help',
  'max-count=': 'm',
  'byte-offset': 'b',
  'line-number': 'n',
  'line-buffered': 'line-buffered',
  'with-filename': 'H',
  'no-filename': 'h',
  'label=': 'label',
  'only-matching': 'o',
  quiet: 'q',
  silent: 'q',
  text: 'a',
  recursive: 'r',
  'dereference-recursive': 'R',
  'include=': 'include',
  'exclude=': 'exclude',
  'exclude-dir=': 'exclude-dir',
  'files-without-match': 'L',
  'files-with-matches': 'l',
  count: 'c',
  'initial-tab': 'T',
  null: 'Z',
  'before-context=': 'B',
  'after-context=': 'A',
  'context=': 'C',
  'color=?': 'color',
  'colour=?': 'color',
});

const paint = (on: boolean, code: string, text: string): string =>
  on ? `\x1b[${code}m\x1b[K${text}\x1b[m\x1b[K` : text;

class Grep {
  readonly #proc: Process;
  readonly #s: Settings;
  /** A line was selected somewhere. */
  any = false;
  failed = false;
  #printedGroup = false;

  constructor(proc: Process, settings: Settings) {
    this.#proc = proc;
    this.#s = settings;
  }

  #complain(message: string): void {
    if (!this.#s.has.has('s')) complain(this.#proc, message);
    this.failed = true;
  }

  /** One operand or file of a directory. @returns whether to stop altogether. */
  async path(name: string, command: boolean): Promise<boolean> {
    const proc = this.#proc;
    const { has } = this.#s;
    if (name === '-') return this.#tryFile(0, this.#s.label);
    const st = proc.fs.exists(name);
    if (st !== null && (st.mode & S_IFMT) === S_IFDIR) {
      if (has.has('r') || has.has('R')) return this.#directory(name);
      this.#complain(`${name}: Is a directory`);
      return false;
    }
    const base = name.slice(name.lastIndexOf('/') + 1);
    if (this.#s.exclude.some((re) => re.test(base))) return false;
    if (this.#s.include.length > 0 && !this.#s.include.some((re) => re.test(base))) return false;
    let fd: number;
    try {
      if (!command && (proc.fs.lstat(name).mode & S_IFMT) === S_IFLNK && !has.has('R')) return false;
      fd = await proc.open(name, O_RDONLY);
    } catch (e) {
      this.#complain(`${name}: ${errorText(e)}`);
      return false;
    }
    const stop = await this.#tryFile(fd, name);
    proc.close(fd);
    return stop;
  }

  async #tryFile(fd: number, name: string): Promise<boolean> {
    try {
      return await this.#file(fd, name);
    } catch (e) {
      this.#complain(`${name}: ${readErrorText(e)}`);
      return false;
    }
  }

  async #directory(name: string): Promise<boolean> {
    for (const child of this.#proc.fs.readdir(name)) {
      const path = name === '' ? child : name.endsWith('/') ? name + child : `${name}/${child}`;
      const dir = (this.#proc.fs.exists(path)?.mode ?? 0) & S_IFMT;
      if (dir === S_IFDIR && this.#s.excludeDir.some((re) => re.test(child))) continue;
      if (await this.path(path, false)) return true;
    }
    return false;
  }

  /** `grep -r` without operands. */
  async here(): Promise<void> {
    for (const child of this.#proc.fs.readdir('.')) {
      const dir = ((this.#proc.fs.exists(child)?.mode ?? 0) & S_IFMT) === S_IFDIR;
      if (dir && this.#s.excludeDir.some((re) => re.test(child))) continue;
      if (await this.path(child, false)) return;
    }
  }

  #prefix(name: string, number: number, offset: number, mark: string): string {
    const { has, color, withName } = this.#s;
    let text = '';
    const sep = paint(color, '36', mark);
    if (withName) text += paint(color, '35', name) + (has.has('Z') ? '\0' : sep);
    if (has.has('n')) text += paint(color, '32', String(number)) + sep;
    if (has.has('b')) text += paint(color, '32', String(offset)) + sep;
    return has.has('T') && text !== '' ? `${text}\t` : text;
  }

  /** The first match of a line from `at` on. -P gives others their turn while it works. */
  async #search(pattern: PerlMatcher, line: string, at: number, name: string): Promise<Span | null> {
    try {
      const steps = pattern.search(line, at);
      for (;;) {
        const step = steps.next();
        if (step.done === true) return step.value;
        const turn = giveWay(this.#proc, this.#s.meter);
        if (turn !== null) await turn;
      }
    } catch (e) {
      if (!(e instanceof RegexExhausted)) throw e;
      await this.#proc.flush();
      return die(this.#proc, `${name}: exceeded PCRE's backtracking limit`, 2);
    }
  }

  /** All matches of a line that are not empty. */
  async #matches(line: string, name: string): Promise<readonly Span[]> {
    const { pattern } = this.#s;
    const all: Span[] = [];
    for (let at = 0; at <= line.length;) {
      const m = pattern instanceof PerlMatcher ? await this.#search(pattern, line, at, name) : pattern.find(line, at);
      if (m === null) break;
      if (m.end > m.index) all.push(m);
      at = m.end > m.index ? m.end : m.end + (line.codePointAt(m.end)! > 0xffff ? 2 : 1);
    }
    return all;
  }

  async #line(line: string, name: string, number: number, offset: number, selected: boolean): Promise<void> {
    const { has, color } = this.#s;
    const proc = this.#proc;
    const mark = selected ? ':' : '-';
    const end = has.has('z') ? '\0' : '\n';
    if (has.has('o')) {
      if (!selected || has.has('v')) return;
      for (const { index: a, end: b } of await this.#matches(line, name)) {
        proc.out(this.#prefix(name, number, offset + a, mark) + paint(color, '01;31', line.slice(a, b)) + end);
      }
      return;
    }
    let text = line;
    if (color && selected !== has.has('v')) {
      text = '';
      let at = 0;
      for (const { index: a, end: b } of await this.#matches(line, name)) {
        text += line.slice(at, a) + paint(true, '01;31', line.slice(a, b));
        at = b;
      }
      text += line.slice(at);
    }
    proc.out(this.#prefix(name, number, offset, mark) + text + end);
  }

  async #file(fd: number, name: string): Promise<boolean> {
    const proc = this.#proc;
    const { has, before, after, max, pattern, meter } = this.#s;
    const records = new Records(proc, fd, has.has('z') ? 0 : 10);
    const invert = has.has('v');
    const silent = has.has('q') || has.has('l') || has.has('L') || has.has('c');
    const context = before > 0 || after > 0 || has.has('context0');
    const kept: { line: string; number: number; offset: number }[] = [];
    let [number, offset, count, trailing, lastPrinted] = [0, 0, 0, 0, 0];
    let binary = false;
    for (
      let line = max === 0 ? null : await records.next();
      line !== null;
      line = records.ready() ?? (await records.next())
    ) {
      number++;
      const found =
        pattern instanceof PerlMatcher ? (await this.#search(pattern, line, 0, name)) !== null : pattern.test(line);
      const selected = found !== invert;
      if (!has.has('a') && !has.has('z') && !binary && /[\0\udc80-\udcff]/.test(line)) binary = true;
      if (selected && count < max) {
        count++;
        this.any = true;
        if (has.has('q')) return true;
        if (has.has('l') || has.has('L')) break;
        if (!silent && binary) {
          await proc.flush();
          complain(proc, `${name}: binary file matches`);
          return false;
        }
        if (!silent) {
          const first = kept[0]?.number ?? number;
          if (context && this.#printedGroup && (lastPrinted === 0 || first > lastPrinted + 1))
            proc.out(`${paint(this.#s.color, '36', '--')}\n`);
          for (const k of kept) await this.#line(k.line, name, k.number, k.offset, false);
          kept.length = 0;
          await this.#line(line, name, number, offset, true);
          this.#printedGroup = true;
          lastPrinted = number;
          trailing = after;
          if (has.has('line-buffered')) await proc.flush();
          else await proc.drain();
        }
      } else if (!silent && trailing > 0) {
        trailing--;
        await this.#line(line, name, number, offset, false);
        lastPrinted = number;
      } else if (!silent && before > 0) {
        kept.push({ line, number, offset });
        if (kept.length > before) kept.shift();
      }
      offset += line.length + 1;
      if (count >= max && trailing === 0) break;
      if (number % 256 === 0) await proc.tick();
      const turn = giveWay(proc, meter);
      if (turn !== null) await turn;
    }
    if (lastPrinted > 0 && context) kept.length = 0;
    if (has.has('c') && !has.has('l') && !has.has('L')) {
      proc.out(
        `${this.#s.withName ? paint(this.#s.color, '35', name) + paint(this.#s.color, '36', ':') : ''}${count}\n`,
      );
    }
    const list = has.has('l') ? count > 0 : has.has('L') && count === 0;
    if (list) proc.out(paint(this.#s.color, '35', name) + (has.has('Z') ? '\0' : '\n'));
    await proc.drain();
    return false;
  }
}

const COLOR = /^(always|yes|force|never|no|none|auto|tty|if-tty)$/;

/** grep, egrep, fgrep. */
export async function grepMain(proc: Process): Promise<number> {
  let syntax: Syntax = proc.name === 'egrep' ? 'extended' : proc.name === 'fgrep' ? 'fixed' : 'basic';
  const has = new Set<string>();
  const texts: string[] = [];
  let given = false;
  let [before, after, max] = [-1, -1, Infinity];
  let names: boolean | null = null;
  let label = '(standard input)';
  let color = false;
  const globs: Record<string, Glob[]> = { include: [], exclude: [], 'exclude-dir': [] };
  const usage = (): number => {
    proc.err(
      `Usage: ${invocation(proc)} [OPTION]... PATTERNS [FILE]...\nTry '${invocation(proc)} --help' for more information.\n`,
    );
    return 2;
  };
  const { options, operands } = getopt(
    invocation(proc),
    proc.argv.slice(1),
    '0123456789A:B:C:EFGHPTVZabce:f:hiLlm:noqRrsvwxyz',
    LONG,
  );
  const number = (text: string): number =>
    /^\d+$/.test(text) ? Number(text) : die(proc, `${text}: invalid context length argument`, 2);
  let digits = '';
  for (const { opt, arg, error } of options) {
    if (error !== '') {
      proc.err(`${error}\n`);
      return usage();
    }
    if (/^\d$/.test(opt)) {
      digits += opt;
      continue;
    }
    switch (opt) {
      case 'E':
        syntax = 'extended';
        break;
      case 'F':
        syntax = 'fixed';
        break;
      case 'G':
        syntax = 'basic';
        break;
      case 'P':
        syntax = 'perl';
        break;
      case 'e':
        given = true;
        texts.push(...arg!.split('\n'));
        break;
      case 'f':
        given = true;
        try {
          const text = arg === '-' ? utf8Decode(await proc.readAll(0)) : proc.fs.readText(arg!);
          if (text !== '') texts.push(...text.replace(/\n$/, '').split('\n'));
        } catch (e) {
          die(proc, `${arg!}: ${errorText(e)}`, 2);
        }
        break;
      case 'A':
        after = number(arg!);
        break;
      case 'B':
        before = number(arg!);
        break;
      case 'C':
        digits = String(number(arg!));
        break;
      case 'm':
        max = /^-?\d+$/.test(arg!) ? Number(arg) : die(proc, 'invalid max count', 2);
        if (max < 0) max = Infinity;
        break;
      case 'H':
        names = true;
        break;
      case 'h':
        names = false;
        break;
      case 'y':
        has.add('i');
        break;
      case 'no-i':
        has.delete('i');
        break;
      case 'label':
        label = arg!;
        break;
      case 'color':
        if (arg !== null && !COLOR.test(arg)) return usage();
        color =
          arg === null ||
          /^(always|yes|force)$/.test(arg) ||
          (/tty|auto/.test(arg) && proc.isatty(1) && proc.env.get('TERM') !== 'dumb');
        break;
      case 'include':
      case 'exclude':
      case 'exclude-dir':
        globs[opt]!.push(compileGlob(arg!.replace(/(.)\/+$/, '$1')));
        break;
      case 'V':
        proc.out(`${invocation(proc)} (GNU grep) 3.8\n(Warren)\n`);
        return 0;
      case 'help':
        proc.out(`Usage: ${invocation(proc)} [OPTION]... PATTERNS [FILE]...\n`);
        return 0;
      default:
        has.add(opt);
    }
  }
  const files = [...operands];
  if (!given) {
    const pattern = files.shift();
    if (pattern === undefined) return usage();
    texts.push(...pattern.split('\n'));
  }
  if (digits !== '') {
    if (after < 0) after = Number(digits);
    if (before < 0) before = Number(digits);
  }
  if (after >= 0 || before >= 0) has.add('context0');
  const meter = new Meter();
  let pattern: Matcher | PerlMatcher;
  try {
    pattern = compile([...new Set(texts)], syntax, has, meter, (w) => complain(proc, `warning: ${w}`));
  } catch (e) {
    if (e instanceof RegexError) die(proc, e.message, 2);
    throw e;
  }
  const recursive = has.has('r') || has.has('R');
  const run = new Grep(proc, {
    has,
    pattern,
    meter,
    before: Math.max(0, before),
    after: Math.max(0, after),
    max,
    withName:
      names ??
      (recursive
        ? files.length !== 1 ||
          proc.fs.exists(files[0]!) === null ||
          (proc.fs.stat(files[0]!).mode & S_IFMT) === S_IFDIR
        : files.length > 1),
    color,
    label,
    include: globs['include']!,
    exclude: globs['exclude']!,
    excludeDir: globs['exclude-dir']!,
  });
  try {
    if (recursive && files.length === 0) await run.here();
    else for (const name of files.length === 0 ? ['-'] : files) if (await run.path(name, true)) break;
  } catch (e) {
    if (!(e instanceof RegexExhausted)) throw e;
    await proc.flush();
    die(proc, e.message, 2);
  }
  if (run.failed && !(has.has('q') && run.any)) return 2;
  return run.any ? 0 : 1;
}
