/** test and expr: conditions and sums, as programs (the shell has its own test). */
import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK } from '../../../uapi/fcntl.ts';
import type { Process } from '../../process/types.ts';
import { REGCOMP_BASIC } from '../../../lib/regex/dialect.ts';
import { RegexError, RegexExhausted } from '../../../lib/regex/pattern.ts';
import { compilePosix } from '../../../lib/regex/posix.ts';
import { complain, quote, usageError } from './command.ts';
import { lstatOrNull } from './files.ts';

/** A wrong expression. */
class TestError extends Error {}

const KINDS: Readonly<Record<string, number>> = {
  f: S_IFREG,
  d: S_IFDIR,
  b: S_IFBLK,
  c: S_IFCHR,
  p: S_IFIFO,
  S: S_IFSOCK,
};
const BINARY: ReadonlySet<string> = new Set([
  '=',
  '==',
  '!=',
  '<',
  '>',
  '-eq',
  '-ne',
  '-lt',
  '-le',
  '-gt',
  '-ge',
  '-nt',
  '-ot',
  '-ef',
]);
const isUnary = (w: string | undefined): boolean => w !== undefined && /^-[a-hknoprstuwxzGLNOS]$/.test(w);

class Evaluator {
  readonly #proc: Process;
  readonly #w: readonly string[];
  #i = 0;

  constructor(proc: Process, words: readonly string[]) {
    this.#proc = proc;
    this.#w = words;
  }

  run(): boolean {
    const w = this.#w;
    switch (w.length) {
      case 0:
        return false;
      case 1:
        return w[0] !== '';
      case 2:
        if (w[0] === '!') return w[1] === '';
        if (isUnary(w[0])) return this.#unary(w[0]!, w[1]!);
        throw new TestError(
          w[0]!.startsWith('-') && w[0]!.length === 2
            ? `${quote(w[0]!)}: unary operator expected`
            : `missing argument after ${quote(w[1]!)}`,
        );
      case 3:
        if (BINARY.has(w[1]!)) return this.#binary(w[0]!, w[1]!, w[2]!);
        break;
      default:
    }
    const result = this.#or();
    if (this.#i < w.length)
      throw new TestError(
        w.length === 3 && this.#i < 2
          ? `${quote(w[1]!)}: binary operator expected`
          : `extra argument ${quote(w[this.#i]!)}`,
      );
    return result;
  }

  #or(): boolean {
    let v = this.#and();
    while (this.#w[this.#i] === '-o') {
      this.#i++;
      v = this.#and() || v;
    }
    return v;
  }

  #and(): boolean {
    let v = this.#term();
    while (this.#w[this.#i] === '-a') {
      this.#i++;
      v = this.#term() && v;
    }
    return v;
  }

  #term(): boolean {
    const w = this.#w[this.#i];
    if (w === undefined) throw new TestError(`missing argument after ${quote(this.#w.at(-1) ?? '')}`);
    if (w === '!') {
      this.#i++;
      return !this.#term();
    }
    if (BINARY.has(this.#w[this.#i + 1] ?? '') && this.#i + 2 < this.#w.length) {
      this.#i += 3;
      return this.#binary(w, this.#w[this.#i - 2]!, this.#w[this.#i - 1]!);
    }
    if (w === '(' && this.#i + 1 < this.#w.length) {
      this.#i++;
      const v = this.#or();
      if (this.#w[this.#i++] !== ')') throw new TestError(`${quote(')')} expected`);
      return v;
    }
    if (isUnary(w) && this.#i + 1 < this.#w.length) {
      this.#i += 2;
      return this.#unary(w, this.#w[this.#i - 1]!);
    }
    this.#i++;
    return w !== '';
  }

  #unary(op: string, arg: string): boolean {
    const letter = op[1]!;
    if (letter === 'n') return arg !== '';
    if (letter === 'z') return arg === '';
    if (letter === 't') return this.#proc.isatty(this.#number(arg));
    if (letter === 'L' || letter === 'h') return ((lstatOrNull(this.#proc, arg)?.mode ?? 0) & S_IFMT) === S_IFLNK;
    const st = this.#proc.fs.exists(arg);
    if (st === null) return false;
    const kind = KINDS[letter];
    if (kind !== undefined) return (st.mode & S_IFMT) === kind;
    switch (letter) {
      case 's':
        return st.size > 0;
      case 'x':
        return (st.mode & S_IFMT) === S_IFDIR || (st.mode & 0o111) !== 0;
      case 'u':
        return (st.mode & 0o4000) !== 0;
      case 'g':
        return (st.mode & 0o2000) !== 0;
      case 'k':
        return (st.mode & 0o1000) !== 0;
      default:
        return true;
    }
  }

  #number(text: string): number {
    if (!/^\s*[-+]?\d+\s*$/.test(text)) throw new TestError(`invalid integer ${quote(text)}`);
    return Number(text);
  }

  #binary(a: string, op: string, b: string): boolean {
    const file = (): [number, number] => [
      this.#proc.fs.exists(a)?.mtime ?? -Infinity,
      this.#proc.fs.exists(b)?.mtime ?? -Infinity,
    ];
    switch (op) {
      case '=':
      case '==':
        return a === b;
      case '!=':
        return a !== b;
      case '<':
        return a < b;
      case '>':
        return a > b;
      case '-nt':
        return file()[0] > file()[1];
      case '-ot':
        return file()[0] < file()[1];
      case '-ef': {
        const [x, y] = [this.#proc.fs.exists(a), this.#proc.fs.exists(b)];
        return x !== null && y !== null && x.ino === y.ino && x.dev === y.dev;
      }
      default: {
        const [x, y] = [this.#number(a), this.#number(b)];
        return { '-eq': x === y, '-ne': x !== y, '-lt': x < y, '-le': x <= y, '-gt': x > y, '-ge': x >= y }[op]!;
      }
    }
  }
}

/** test and [ */
export async function testMain(proc: Process): Promise<number> {
  const words = proc.argv.slice(1);
  try {
    if (proc.name === '[' && words.pop() !== ']') throw new TestError(`missing ${quote(']')}`);
    return new Evaluator(proc, words).run() ? 0 : 1;
  } catch (e) {
    if (!(e instanceof TestError)) throw e;
    complain(proc, e.message);
    return 2;
  }
}

/** expr */
export async function exprMain(proc: Process): Promise<number> {
  const w = proc.argv.slice(1);
  if (w[0] === '--') w.shift();
  if (w.length === 0) usageError(proc, 'missing operand', 2);
  let i = 0;
  const fail = (message: string): never => {
    complain(proc, message);
    return proc.exit(2);
  };
  const integer = (s: string): bigint => (/^-?\d+$/.test(s) ? BigInt(s) : fail('non-integer argument'));
  const truth = (s: string): boolean => s !== '' && !/^-?0+$/.test(s);
  const match = (s: string, pattern: string): string => {
    try {
      const re = compilePosix(pattern, REGCOMP_BASIC);
      const m = re.execAt(s, 0);
      return re.groups > 0 ? (m?.groups[1] ?? '') : String(m === null ? 0 : [...m.groups[0]!].length);
    } catch (e) {
      if (e instanceof RegexError || e instanceof RegexExhausted) return fail(e.message);
      throw e;
    }
  };
  const next = (): string => w[i++] ?? fail(`syntax error: missing argument after ${quote(w.at(-1)!)}`);
  const primary = (): string => {
    const t = next();
    if (t === '(') {
      const v = or();
      if (i >= w.length) fail(`syntax error: expecting ${quote(')')} after ${quote(w.at(-1)!)}`);
      if (w[i++] !== ')') fail(`syntax error: expecting ${quote(')')} instead of ${quote(w[i - 1]!)}`);
      return v;
    }
    if (t === ')') fail(`syntax error: unexpected ${quote(')')}`);
    return t;
  };
  const word = (): string => {
    switch (w[i]) {
      case '+':
        i++;
        return next();
      case 'length':
        i++;
        return String([...word()].length);
      case 'match': {
        i++;
        const s = word();
        return match(s, word());
      }
      case 'index': {
        i++;
        const s = [...word()];
        const set = word();
        return String(s.findIndex((c) => set.includes(c)) + 1);
      }
      case 'substr': {
        i++;
        const s = [...word()];
        const [from, n] = [Number(word()), Number(word())];
        return from > 0 && n > 0 ? s.slice(from - 1, from - 1 + n).join('') : '';
      }
      default:
        return primary();
    }
  };
  const colon = (): string => {
    let l = word();
    while (w[i] === ':') {
      i++;
      l = match(l, word());
    }
    return l;
  };
  const product = (): string => {
    let l = colon();
    while (w[i] === '*' || w[i] === '/' || w[i] === '%') {
      const op = w[i++];
      const [a, b] = [integer(l), integer(colon())];
      if (op !== '*' && b === 0n) fail('division by zero');
      l = String(op === '*' ? a * b : op === '/' ? a / b : a % b);
    }
    return l;
  };
  const sum = (): string => {
    let l = product();
    while (w[i] === '+' || w[i] === '-') {
      const op = w[i++];
      const [a, b] = [integer(l), integer(product())];
      l = String(op === '+' ? a + b : a - b);
    }
    return l;
  };
  const comparison = (): string => {
    let l = sum();
    while (/^([<>]=?|==?|!=)$/.test(w[i] ?? '')) {
      const op = w[i++]!;
      const r = sum();
      const numeric = /^-?\d+$/.test(l) && /^-?\d+$/.test(r);
      const order = numeric ? Number(BigInt(l) - BigInt(r)) : l < r ? -1 : l > r ? 1 : 0;
      const yes = {
        '<': order < 0,
        '<=': order <= 0,
        '=': order === 0,
        '==': order === 0,
        '!=': order !== 0,
        '>=': order >= 0,
        '>': order > 0,
      }[op];
      l = yes === true ? '1' : '0';
    }
    return l;
  };
  const and = (): string => {
    let l = comparison();
    while (w[i] === '&') {
      i++;
      const r = comparison();
      if (!truth(l) || !truth(r)) l = '0';
    }
    return l;
  };
  function or(): string {
    let l = and();
    while (w[i] === '|') {
      i++;
      const r = and();
      if (!truth(l)) l = truth(r) ? r : '0';
    }
    return l;
  }
  const result = or();
  if (i < w.length) fail(`syntax error: unexpected argument ${quote(w[i]!)}`);
  proc.out(`${result}\n`);
  return truth(result) ? 0 : 1;
}
