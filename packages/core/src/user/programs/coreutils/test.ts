/** test and expr: conditions and sums, as programs (the shell has its own test). */
import { compareFiles, FILE_TESTS, fileTest } from '../../file-test.ts';
import type { Process, Stat } from '../../process/types.ts';
import { evaluateTest, type TestDialect, TestError } from '../../test-expression.ts';
import { REGCOMP_BASIC } from '../../../lib/regex/dialect.ts';
import { RegexError, RegexExhausted } from '../../../lib/regex/pattern.ts';
import { compilePosix } from '../../../lib/regex/posix.ts';
import { complain, quote, usageError } from './command.ts';
import { lstatOrNull } from './files.ts';

/** @throws TestError */
function integer(text: string): bigint {
  const m = /^\s*([-+]?)(\d+)\s*$/.exec(text);
  if (m === null) throw new TestError(`invalid integer ${quote(text)}`);
  return m[1] === '-' ? -BigInt(m[2]!) : BigInt(m[2]!);
}

function dialect(proc: Process): TestDialect {
  const find = (path: string, link: boolean): Stat | null => (link ? lstatOrNull(proc, path) : proc.fs.exists(path));
  return {
    strict: true,
    isUnary: (op) => op.length === 2 && op.startsWith('-') && `nzt${FILE_TESTS}`.includes(op[1]!),
    unary(op, arg) {
      if (op === '-n') return arg !== '';
      if (op === '-z') return arg === '';
      return op === '-t' ? proc.isatty(Number(integer(arg))) : fileTest(op[1]!, arg, find);
    },
    files: (op, left, right) => compareFiles(op, left, right, find),
    integer,
    words: {
      unary: (op) => `${quote(op)}: unary operator expected`,
      binary: (op) => `${quote(op)}: binary operator expected`,
      missing: (last) => `missing argument after ${quote(last)}`,
      extra: (word) => `extra argument ${quote(word)}`,
      unclosed: (found) => (found === undefined ? `${quote(')')} expected` : `${quote(')')} expected, found ${found}`),
    },
  };
}

/** test and [ */
export async function testMain(proc: Process): Promise<number> {
  const words = proc.argv.slice(1);
  try {
    if (proc.name === '[' && words.pop() !== ']') throw new TestError(`missing ${quote(']')}`);
    return evaluateTest(words, dialect(proc)) ? 0 : 1;
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
