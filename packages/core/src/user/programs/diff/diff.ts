import { diffArrays } from 'diff';
import { utf8Decode } from '../../../lib/text.ts';
import { O_RDONLY, S_IFDIR, S_IFMT } from '../../../uapi/fcntl.ts';
import type { Process } from '../../process/types.ts';
import { complain, errorText, longs, options, quote, usageError } from '../coreutils/command.ts';
import { strftime } from '../../../lib/strftime.ts';

interface Side {
  readonly name: string;
  readonly lines: readonly string[];
  /** The last line has its newline. */
  readonly complete: boolean;
  readonly mtime: number;
}

/** A run of lines: [from, to) of each side. */
interface Change {
  readonly a: number;
  readonly aEnd: number;
  readonly b: number;
  readonly bEnd: number;
}

function changes(x: readonly string[], y: readonly string[]): Change[] {
  const out: Change[] = [];
  let [a, b] = [0, 0];
  for (const part of diffArrays([...x], [...y])) {
    const n = part.value.length;
    if (!part.added && !part.removed) {
      a += n;
      b += n;
      continue;
    }
    const aEnd = part.removed ? a + n : a;
    const bEnd = part.added ? b + n : b;
    const last = out.at(-1);
    if (last !== undefined && last.aEnd === a && last.bEnd === b) out[out.length - 1] = { ...last, aEnd, bEnd };
    else out.push({ a, aEnd, b, bEnd });
    a = aEnd;
    b = bEnd;
  }
  return out;
}

class Diff {
  readonly #proc: Process;
  readonly #has: ReadonlySet<string>;
  readonly #context: number;
  readonly #labels: readonly string[];
  readonly #switches: string;

  constructor(proc: Process, has: ReadonlySet<string>, context: number, labels: readonly string[], switches: string) {
    this.#proc = proc;
    this.#has = has;
    this.#context = context;
    this.#labels = labels;
    this.#switches = switches;
  }

  async #read(name: string): Promise<Side> {
    const proc = this.#proc;
    const fd = name === '-' ? 0 : await proc.open(name, O_RDONLY);
    const text = utf8Decode(await proc.readAll(fd));
    const { mtime } = proc.fds.get(fd)!.stat();
    if (fd > 0) proc.close(fd);
    const complete = text === '' || text.endsWith('\n');
    const lines = text === '' ? [] : (complete ? text.slice(0, -1) : text).split('\n');
    return { name, lines, complete, mtime };
  }

  #key(line: string, bare: boolean): string {
    const has = this.#has;
    let s = line;
    if (has.has('w')) s = s.replace(/\s+/g, '');
    else if (has.has('b')) s = s.replace(/\s+/g, ' ').replace(/ $/, '');
    else if (has.has('Z')) s = s.replace(/\s+$/, '');
    if (has.has('i')) s = s.toLowerCase();
    return bare && !has.has('w') && !has.has('b') && !has.has('Z') ? `${s}\0` : s;
  }

  /** Compares two names. @returns 0 same, 1 different, 2 trouble. */
  async compare(left: string, right: string, top: boolean): Promise<number> {
    const proc = this.#proc;
    const kinds = [left, right].map((n) => (n === '-' ? 0 : (proc.fs.exists(n)?.mode ?? -1)));
    let bad = 0;
    [left, right].forEach((n, i) => {
      if (kinds[i] !== -1 || (this.#has.has('N') && kinds[1 - i] !== -1)) return;
      complain(proc, `${n}: No such file or directory`);
      bad = 2;
    });
    if (bad !== 0) return bad;
    const isDir = (m: number): boolean => m > 0 && (m & S_IFMT) === S_IFDIR;
    const [d1, d2] = [isDir(kinds[0]!), isDir(kinds[1]!)];
    if (d1 && d2) return top || this.#has.has('r') ? this.#directories(left, right) : 0;
    const join = (dir: string, file: string): string => `${dir.replace(/\/$/, '')}/${file.replace(/^.*\//, '')}`;
    if (d1 && top) return this.compare(join(left, right), right, false);
    if (d2 && top) return this.compare(left, join(right, left), false);
    if (d1 !== d2) {
      const kind = (d: boolean): string => (d ? 'directory' : 'regular file');
      proc.out(`File ${left} is a ${kind(d1)} while file ${right} is a ${kind(d2)}\n`);
      return 1;
    }
    try {
      const empty = (name: string): Side => ({ name, lines: [], complete: true, mtime: 0 });
      const a = kinds[0] === -1 ? empty(left) : await this.#read(left);
      const b = kinds[1] === -1 ? empty(right) : await this.#read(right);
      return await this.#files(a, b, top);
    } catch (e) {
      complain(proc, `${left}: ${errorText(e)}`);
      return 2;
    }
  }

  async #directories(left: string, right: string): Promise<number> {
    const { fs } = this.#proc;
    const names = [...new Set([...fs.readdir(left), ...fs.readdir(right)])].sort();
    let status = 0;
    for (const name of names) {
      const [a, b] = [left, right].map((d) => `${d.replace(/(.)\/$/, '$1')}/${name}`) as [string, string];
      const [inA, inB] = [fs.exists(a), fs.exists(b)];
      if ((inA === null) !== (inB === null) && !this.#has.has('N')) {
        this.#proc.out(`Only in ${inA === null ? right : left}: ${name}\n`);
        status = Math.max(status, 1);
        continue;
      }
      if (inA !== null && inB !== null && (inA.mode & inB.mode & S_IFMT) === S_IFDIR && !this.#has.has('r')) {
        this.#proc.out(`Common subdirectories: ${a} and ${b}\n`);
        continue;
      }
      status = Math.max(status, await this.compare(a, b, false));
    }
    return status;
  }

  async #files(a: Side, b: Side, top: boolean): Promise<number> {
    const proc = this.#proc;
    const has = this.#has;
    const key = (side: Side): string[] =>
      side.lines.map((l, i) => this.#key(l, !side.complete && i === side.lines.length - 1));
    let list = changes(key(a), key(b));
    if (has.has('B')) {
      const blank = (side: Side, from: number, to: number): boolean =>
        side.lines.slice(from, to).every((l) => l === '');
      list = list.filter((c) => !blank(a, c.a, c.aEnd) || !blank(b, c.b, c.bEnd));
    }
    if (list.length === 0) {
      if (has.has('s')) proc.out(`Files ${a.name} and ${b.name} are identical\n`);
      return 0;
    }
    if (has.has('q')) {
      proc.out(`Files ${a.name} and ${b.name} differ\n`);
      return 1;
    }
    if (!has.has('a') && [a, b].some((s) => s.lines.some((l) => l.includes('\0')))) {
      proc.out(`Binary files ${a.name} and ${b.name} differ\n`);
      return 1;
    }
    if (!top && has.has('r')) proc.out(`diff${this.#switches} ${a.name} ${b.name}\n`);
    if (has.has('u')) await this.#unified(a, b, list);
    else await this.#normal(a, b, list);
    return 1;
  }

  #lines(side: Side, from: number, to: number, mark: string): void {
    for (let i = from; i < to; i++) {
      this.#proc.out(`${mark}${side.lines[i]}\n`);
      if (i === side.lines.length - 1 && !side.complete) this.#proc.out('\\ No newline at end of file\n');
    }
  }

  async #normal(a: Side, b: Side, list: readonly Change[]): Promise<void> {
    const range = (from: number, to: number): string =>
      to - from <= 1 ? String(to === from ? from : from + 1) : `${from + 1},${to}`;
    for (const c of list) {
      const kind = c.a === c.aEnd ? 'a' : c.b === c.bEnd ? 'd' : 'c';
      this.#proc.out(`${range(c.a, c.aEnd)}${kind}${range(c.b, c.bEnd)}\n`);
      this.#lines(a, c.a, c.aEnd, '< ');
      if (kind === 'c') this.#proc.out('---\n');
      this.#lines(b, c.b, c.bEnd, '> ');
      await this.#proc.drain();
    }
  }

  async #unified(a: Side, b: Side, list: readonly Change[]): Promise<void> {
    const label = (s: Side, i: number): string =>
      this.#labels[i] ??
      `${s.name}\t${strftime('%Y-%m-%d %H:%M:%S.%N %z', Math.floor(s.mtime), Math.floor((s.mtime % 1) * 1e9))}`;
    this.#proc.out(`--- ${label(a, 0)}\n+++ ${label(b, 1)}\n`);
    const n = this.#context;
    for (let i = 0; i < list.length;) {
      let j = i;
      while (j + 1 < list.length && list[j + 1]!.a - list[j]!.aEnd <= 2 * n) j++;
      const [first, last] = [list[i]!, list[j]!];
      const before = Math.min(n, first.a, first.b);
      const after = Math.min(n, a.lines.length - last.aEnd, b.lines.length - last.bEnd);
      const range = (from: number, to: number): string =>
        to - from === 1 ? String(from + 1) : `${to === from ? from : from + 1},${to - from}`;
      this.#proc.out(
        `@@ -${range(first.a - before, last.aEnd + after)} +${range(first.b - before, last.bEnd + after)} @@\n`,
      );
      let at = first.a - before;
      for (let k = i; k <= j; k++) {
        const c = list[k]!;
        this.#lines(a, at, c.a, ' ');
        this.#lines(a, c.a, c.aEnd, '-');
        this.#lines(b, c.b, c.bEnd, '+');
        at = c.aEnd;
      }
      this.#lines(a, at, last.aEnd + after, ' ');
      await this.#proc.drain();
      i = j + 1;
    }
  }
}

/** diff: how files differ. */
export async function diffMain(proc: Process): Promise<number> {
  const has = new Set<string>();
  const labels: string[] = [];
  let context = 3;
  const { options: opts, operands } = options(proc, {
    short: 'aBbiL:NqrsuU:wZ',
    status: 2,
    product: 'GNU diffutils',
    version: '3.8',
    synopsis: '[OPTION]... FILES',
    long: longs({
      brief: 'q',
      'report-identical-files': 's',
      'unified=?': 'u',
      'ignore-case': 'i',
      'ignore-blank-lines': 'B',
      'ignore-space-change': 'b',
      'ignore-all-space': 'w',
      'ignore-trailing-space': 'Z',
      'new-file': 'N',
      recursive: 'r',
      text: 'a',
      'label=': 'L',
      normal: 'normal',
      'color=?': 'color',
    }),
  });
  for (const { opt, arg } of opts) {
    if (opt === 'L') labels.push(arg!);
    else if (opt === 'color' && arg !== 'never' && arg !== 'auto')
      usageError(proc, `invalid color ${quote(arg ?? 'always')}`, 2);
    if ((opt === 'u' || opt === 'U') && arg !== null) {
      if (!/^\d+$/.test(arg)) usageError(proc, `invalid context length ${quote(arg)}`, 2);
      context = Number(arg);
    }
    has.add(opt === 'U' ? 'u' : opt);
  }
  const wrong = (message: string): never => {
    complain(proc, message);
    complain(proc, `Try '${proc.argv[0]} --help' for more information.`);
    return proc.exit(2);
  };
  if (operands.length < 2) wrong(`missing operand after '${proc.argv.at(-1)}'`);
  if (operands.length > 2) wrong(`extra operand '${operands[2]}'`);
  const switches = proc.argv
    .slice(1)
    .filter((a) => a.startsWith('-') && a !== '-')
    .map((a) => ` ${a}`)
    .join('');
  return new Diff(proc, has, context, labels, switches).compare(operands[0]!, operands[1]!, true);
}
