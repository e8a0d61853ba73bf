import { utf8Decode, utf8Encode } from '../../../lib/text.ts';
import { O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } from '../../../uapi/fcntl.ts';
import type { Process } from '../../process/types.ts';
import { complain, errorText, invocation, longs, Records } from '../coreutils/command.ts';
import { getopt } from '../getopt.ts';
import { canonical } from '../coreutils/paths.ts';
import { Lines, type Settings } from './lines.ts';
import { Parser } from './parser.ts';
import { type Address, type Command, type Piece, SedError } from './script.ts';
import { SED_HELP, SED_USAGE } from './usage.ts';

const LONG = longs({
  quiet: 'n',
  silent: 'n',
  'expression=': 'e',
  'file=': 'f',
  'regexp-extended': 'E',
  'in-place=?': 'i',
  'line-length=': 'l',
  posix: 'posix',
  separate: 's',
  unbuffered: 'u',
  'null-data': 'z',
  debug: 'debug',
  sandbox: 'sandbox',
  'follow-symlinks': 'follow-symlinks',
  help: 'help',
  version: 'version',
});

/** Replacement text with \U \L \u \l \E. */
function build(pieces: readonly Piece[], m: readonly (string | undefined)[]): string {
  let out = '';
  let mode = '';
  let once = '';
  for (const p of pieces) {
    if (p.k === 'case') {
      if (p.c === 'u' || p.c === 'l') once = p.c;
      else {
        mode = p.c === 'E' ? '' : p.c;
        once = '';
      }
      continue;
    }
    let text = p.k === 'text' ? p.text : (m[p.n] ?? '');
    if (text === '') continue;
    if (mode !== '') text = mode === 'U' ? text.toUpperCase() : text.toLowerCase();
    if (once !== '') {
      text = (once === 'u' ? text[0]!.toUpperCase() : text[0]!.toLowerCase()) + text.slice(1);
      once = '';
    }
    out += text;
  }
  return out;
}

type Output = { readonly fd: number; text: string };

class Sed {
  readonly #proc: Process;
  readonly #commands: readonly Command[];
  readonly #s: Settings;
  readonly lines: Lines;
  #space = '';
  #unfinished = false;
  #hold = '';
  #number = 0;
  #replaced = false;
  #lastRegex: RegExp | null = null;
  readonly #ranges: Map<Command, number> = new Map();
  readonly #files: Map<string, Output> = new Map();
  readonly #readers: Map<string, Records | null> = new Map();
  #appends: { readonly kind: 'text' | 'file' | 'line'; readonly text: string }[] = [];
  /** The output of -i. */
  #inPlace: { readonly name: string; text: string } | null = null;
  /** A line without newline was printed: one is due before anything more. */
  #due: boolean = false;

  constructor(proc: Process, commands: readonly Command[], names: readonly string[], settings: Settings) {
    this.#proc = proc;
    this.#commands = commands;
    this.#s = settings;
    this.lines = new Lines(proc, names, settings, async (name) => {
      if (this.#inPlace !== null) {
        const { name: old, text } = this.#inPlace;
        const { mode } = proc.fs.stat(old);
        // The file is made anew: of a link, a file in its place.
        if (proc.fs.lstat(old).ino !== proc.fs.stat(old).ino && settings.inPlace === '') proc.fs.unlink(old);
        if (settings.inPlace !== '')
          proc.fs.rename(
            old,
            settings.inPlace!.includes('*') ? settings.inPlace!.replaceAll('*', old) : old + settings.inPlace!,
          );
        proc.fs.writeFile(old, text);
        proc.fs.chmod(old, mode & 0o7777);
      }
      this.#inPlace = name === null ? null : { name: settings.follow ? canonical(proc, name, 'all') : name, text: '' };
      this.#due = false;
      await Promise.resolve();
    });
    this.lines.rest = (text, unfinished) => this.#put(text, unfinished);
  }

  async prepare(): Promise<void> {
    for (const c of this.#commands)
      if ((c.name === 'w' || c.name === 'W' || c.name === 's') && c.text !== '') await this.#file(c.text);
  }

  #raw(text: string): void {
    if (this.#inPlace !== null) this.#inPlace.text += text;
    else this.#proc.out(text);
  }

  #put(text: string, unfinished = false): void {
    const eol = this.#s.zero ? '\0' : '\n';
    this.#raw((this.#due ? eol : '') + text + (unfinished ? '' : eol));
    this.#due = unfinished;
  }

  #putText(text: string): void {
    if (this.#due) this.#raw(this.#s.zero ? '\0' : '\n');
    this.#due = false;
    this.#raw(text);
  }

  async #file(name: string): Promise<Output> {
    let f = this.#files.get(name);
    if (f !== undefined) return f;
    if (name === '/dev/stdout') f = { fd: 1, text: '' };
    else if (name === '/dev/stderr') f = { fd: 2, text: '' };
    else {
      try {
        f = { fd: await this.#proc.open(name, O_WRONLY | O_CREAT | O_TRUNC, 0o666), text: '' };
      } catch (e) {
        throw new SedError(`couldn't open file ${name}: ${errorText(e)}`, 4);
      }
    }
    this.#files.set(name, f);
    return f;
  }

  async #writeFile(name: string, text: string): Promise<void> {
    const f = await this.#file(name);
    if (f.fd === 1) this.#putText(`${text}\n`);
    else if (f.fd === 2) this.#proc.err(`${text}\n`);
    else {
      try {
        await this.#proc.write(f.fd, utf8Encode(`${text}\n`));
      } catch (e) {
        throw new SedError(`couldn't flush ${name}: ${errorText(e)}`, 4);
      }
    }
  }

  /** A file of `r` or `R` that cannot be opened is empty; one that cannot be read ends it all. */
  #unreadable(name: string, e: unknown): void {
    if (errorText(e) === 'Is a directory') throw new SedError(`read error on ${name}: Is a directory`, 4);
  }

  #regex(re: RegExp | null): RegExp {
    const used = re ?? this.#lastRegex;
    if (used === null) throw new SedError('no previous regular expression');
    this.#lastRegex = used;
    used.lastIndex = 0;
    return used;
  }

  async #matches(a: Address): Promise<boolean> {
    switch (a.k) {
      case 'line':
        return this.#number === a.n;
      case 'step':
        return a.step <= 0
          ? this.#number === a.first
          : this.#number >= a.first && (this.#number - a.first) % a.step === 0;
      case 'last':
        return this.lines.atEnd();
      case 'regex':
        return this.#regex(a.re).test(this.#space);
      default:
        return false;
    }
  }

  async #selected(c: Command): Promise<boolean> {
    if (c.from === null) return true;
    if (c.to === null) return this.#matches(c.from);
    const end = this.#ranges.get(c);
    if (end === undefined) {
      if (c.from.k === 'zero') {
        if (this.#number > 1 || this.#ranges.has(c)) return false;
        this.#ranges.set(c, Infinity);
        return this.#inRange(c, Infinity);
      }
      if (!(await this.#matches(c.from))) return false;
      const { to } = c;
      if (to.k === 'line') {
        if (to.n > this.#number) this.#ranges.set(c, to.n);
      } else if (to.k === 'plus') {
        if (to.n > 0) this.#ranges.set(c, this.#number + to.n);
      } else if (to.k === 'multiple') {
        if (to.n > 0 && this.#number % to.n !== 0) this.#ranges.set(c, Math.ceil(this.#number / to.n) * to.n);
      } else if (to.k === 'last') {
        if (!(await this.lines.atEnd())) this.#ranges.set(c, Infinity);
      } else this.#ranges.set(c, Infinity);
      return true;
    }
    return this.#inRange(c, end);
  }

  async #inRange(c: Command, end: number): Promise<boolean> {
    const to = c.to!;
    if (to.k === 'regex' || to.k === 'last' || to.k === 'step') {
      if (await this.#matches(to)) this.#finishRange(c);
      return true;
    }
    if (this.#number >= end) this.#finishRange(c);
    // A line number that is passed already ends the range without this line.
    return this.#number <= end;
  }

  #finishRange(c: Command): void {
    this.#ranges.delete(c);
  }

  #substitute(c: Command): boolean {
    const re = this.#regex(c.re);
    const text = this.#space;
    let out = '';
    let at = 0;
    let seen = 0;
    let done = false;
    let last = -1;
    const nth = Math.max(1, c.number);
    for (const m of text.matchAll(re)) {
      if (m[0] === '' && m.index === last) continue;
      last = m.index + m[0].length;
      if (++seen < nth) continue;
      out += text.slice(at, m.index) + build(c.pieces, m);
      at = m.index + m[0].length;
      done = true;
      if (!c.global) break;
    }
    if (done) this.#space = out + text.slice(at);
    return done;
  }

  async #flushAppends(): Promise<void> {
    const list = this.#appends;
    this.#appends = [];
    for (const a of list) {
      if (a.kind === 'text') this.#putText(a.text);
      else if (a.kind === 'line') this.#put(a.text);
      else {
        let text = '';
        try {
          text = a.text === '/dev/stdin' ? utf8Decode(await this.#proc.readAll(0)) : this.#proc.fs.readText(a.text);
        } catch (e) {
          this.#unreadable(a.text, e);
        }
        if (text !== '') this.#putText(text);
      }
    }
    if (this.#s.unbuffered) await this.#proc.flush();
    else await this.#proc.drain();
  }

  async #endCycle(print: boolean): Promise<void> {
    if (print && !this.#s.quiet) this.#put(this.#space, this.#unfinished);
    await this.#flushAppends();
  }

  async #readLine(): Promise<boolean> {
    const line = await this.lines.next();
    if (line === null) return false;
    this.#number++;
    this.#space = line.text;
    this.#unfinished = line.unfinished;
    return true;
  }

  /** @returns the exit status. */
  async run(): Promise<number> {
    let restart = false;
    cycle: while (restart || (await this.#readLine())) {
      restart = false;
      this.#replaced = false;
      let turns = 0;
      for (let pc = 0; pc < this.#commands.length; pc++) {
        const c = this.#commands[pc]!;
        if ((++turns & 255) === 0) await this.#proc.drain();
        const chosen = (c.from === null || (await this.#selected(c))) !== c.negated;
        if (!chosen) {
          if (c.name === '{') pc = c.target - 1;
          continue;
        }
        switch (c.name) {
          case 'd':
            await this.#endCycle(false);
            continue cycle;
          case 'D': {
            const i = this.#space.indexOf('\n');
            await this.#endCycle(false);
            if (i >= 0) {
              this.#space = this.#space.slice(i + 1);
              restart = true;
            }
            continue cycle;
          }
          case 'n':
            if (await this.lines.atEnd()) {
              await this.#endCycle(true);
              await this.lines.finish();
              return 0;
            }
            await this.#endCycle(true);
            if (!(await this.#readLine())) return 0;
            break;
          case 'N': {
            const before = this.#space;
            if (await this.lines.atEnd()) {
              await this.#endCycle(true);
              await this.lines.finish();
              return 0;
            }
            await this.#flushAppends();
            await this.#readLine();
            this.#space = `${before}\n${this.#space}`;
            break;
          }
          case 'q':
            await this.#endCycle(true);
            await this.lines.finish();
            return Math.max(0, c.number);
          case 'Q':
            await this.lines.finish();
            return Math.max(0, c.number);
          case 'b':
            pc = c.target - 1;
            break;
          case 't':
            if (this.#replaced) {
              this.#replaced = false;
              pc = c.target - 1;
            }
            break;
          case 'T':
            if (!this.#replaced) pc = c.target - 1;
            this.#replaced = false;
            break;
          case 'c':
            if (c.to === null || c.negated || !this.#ranges.has(c)) this.#putText(c.text);
            await this.#endCycle(false);
            continue cycle;
          default:
            await this.#simple(c);
        }
      }
      await this.#endCycle(true);
    }
    return 0;
  }

  async #simple(c: Command): Promise<void> {
    switch (c.name) {
      case 's':
        if (!this.#substitute(c)) return;
        this.#replaced = true;
        if (c.print > 0) this.#put(this.#space, this.#unfinished);
        if (c.text !== '') await this.#writeFile(c.text, this.#space);
        return;
      case 'p':
        this.#put(this.#space, this.#unfinished);
        return;
      case 'P': {
        const i = this.#space.indexOf('\n');
        if (i < 0) this.#put(this.#space, this.#unfinished);
        else this.#put(this.#space.slice(0, i));
        return;
      }
      case 'h':
        this.#hold = this.#space;
        return;
      case 'H':
        this.#hold += `\n${this.#space}`;
        return;
      case 'g':
        this.#space = this.#hold;
        return;
      case 'G':
        this.#space += `\n${this.#hold}`;
        return;
      case 'x':
        [this.#space, this.#hold] = [this.#hold, this.#space];
        return;
      case 'z':
        this.#space = '';
        return;
      case 'y':
        this.#space = [...this.#space].map((ch) => c.map.get(ch) ?? ch).join('');
        return;
      case '=':
        this.#putText(`${this.#number}\n`);
        return;
      case 'F':
        this.#putText(`${this.lines.name}\n`);
        return;
      case 'a':
        this.#appends.push({ kind: 'text', text: c.text });
        return;
      case 'i':
        this.#putText(c.text);
        return;
      case 'r':
        this.#appends.push({ kind: 'file', text: c.text });
        return;
      case 'R': {
        let records = this.#readers.get(c.text);
        if (records === undefined) {
          try {
            records = new Records(this.#proc, await this.#proc.open(c.text, O_RDONLY));
          } catch (e) {
            errorText(e);
            records = null;
          }
          this.#readers.set(c.text, records);
        }
        let line: string | null = null;
        try {
          line = (await records?.next()) ?? null;
        } catch (e) {
          this.#unreadable(c.text, e);
        }
        if (line !== null) this.#appends.push({ kind: 'line', text: line });
        return;
      }
      case 'w':
        await this.#writeFile(c.text, this.#space);
        return;
      case 'W':
        await this.#writeFile(c.text, this.#space.split('\n')[0]!);
        return;
      case 'l':
        this.#putText(unambiguous(this.#space, c.number < 0 ? this.#s.lineLength : c.number));
        return;
      default:
    }
  }
}

/** The pattern space as `l` shows it. */
function unambiguous(text: string, width: number): string {
  const names: Readonly<Record<string, string>> = {
    '\\': '\\\\',
    '\x07': '\\a',
    '\b': '\\b',
    '\f': '\\f',
    '\n': '\\n',
    '\r': '\\r',
    '\t': '\\t',
    '\v': '\\v',
  };
  let out = '';
  let column = 0;
  for (const b of utf8Encode(text)) {
    const c = String.fromCharCode(b);
    const shown = names[c] ?? (b >= 32 && b < 127 ? c : `\\${b.toString(8).padStart(3, '0')}`);
    if (width > 1 && column + shown.length > width - 1) {
      out += '\\\n';
      column = 0;
    }
    out += shown;
    column += shown.length;
  }
  return `${out}$\n`;
}

/** sed */
export async function sedMain(proc: Process): Promise<number> {
  const { options, operands } = getopt(invocation(proc), proc.argv.slice(1), 'bsnrzuEe:f:l:i::V:', LONG);
  let [quiet, extended, separate, unbuffered, zero, lineLength] = [false, false, false, false, false, 70];
  let inPlace: string | null = null;
  let [sandbox, follow] = [false, false];
  const scripts: { text: string; kind: 'expression' | 'file'; name: string }[] = [];
  let expressions = 0;
  for (const { opt, arg, error } of options) {
    if (error !== '') {
      proc.err(`${error}\n${SED_USAGE(invocation(proc))}`);
      return 1;
    }
    switch (opt) {
      case 'n':
        quiet = true;
        break;
      case 'E':
      case 'r':
        extended = true;
        break;
      case 's':
        separate = true;
        break;
      case 'u':
        unbuffered = true;
        break;
      case 'z':
        zero = true;
        break;
      case 'l':
        lineLength = Number(arg);
        break;
      case 'i':
        inPlace = arg ?? '';
        separate = true;
        break;
      case 'e': {
        const before = scripts.at(-1);
        // A backslash at the end of one -e continues text in the next.
        if (before !== undefined && before.text.endsWith('\\')) before.text += `\n${arg}`;
        else scripts.push({ text: arg!, kind: 'expression', name: String(++expressions) });
        break;
      }
      case 'f':
        try {
          const text = arg === '-' ? utf8Decode(await proc.readAll(0)) : proc.fs.readText(arg!);
          scripts.push({ text: text.replace(/\n$/, ''), kind: 'file', name: arg! });
        } catch (e) {
          const text = errorText(e);
          if (text !== 'Is a directory' && arg !== '-') {
            complain(proc, `couldn't open file ${arg!}: ${text}`);
            return 1;
          }
          // What opens but cannot be read is a script without commands.
          scripts.push({ text: '', kind: 'file', name: arg! });
        }
        break;
      case 'sandbox':
        sandbox = true;
        break;
      case 'follow-symlinks':
        follow = true;
        break;
      case 'b':
        // Text and binary files are the same here.
        break;
      case 'help':
        proc.out(SED_HELP(invocation(proc)));
        return 0;
      case 'version':
        proc.out(`${invocation(proc)} (GNU sed) 4.9\n(Warren)\n`);
        return 0;
      case 'debug':
      case 'posix':
        complain(proc, `option --${opt} is not supported`);
        return 1;
      default:
        proc.err(SED_USAGE(invocation(proc)));
        return 1;
    }
  }
  const files = [...operands];
  if (scripts.length === 0) {
    const text = files.shift();
    if (text === undefined) {
      proc.err(SED_USAGE(invocation(proc)));
      return 1;
    }
    scripts.push({ text, kind: 'expression', name: '1' });
  }
  try {
    if (scripts[0]!.text.startsWith('#n\n') || scripts[0]!.text === '#n') quiet = true;
    const parser = new Parser(extended, sandbox);
    for (const s of scripts) parser.add(s);
    const commands = parser.finish();
    const sed = new Sed(proc, commands, files.length === 0 ? ['-'] : files, {
      quiet,
      separate,
      inPlace,
      follow,
      unbuffered,
      zero,
      lineLength,
    });
    await sed.prepare();
    const status = await sed.run();
    return status === 0 && sed.lines.failed ? 2 : status;
  } catch (e) {
    if (!(e instanceof SedError)) throw e;
    complain(proc, e.message);
    return e.status;
  }
}
