/** `test` and `[`. @see test.c, POSIX's rules by the number of arguments */
import { UNARY, NUMERIC, compare, compareFiles, unary } from '../conditional.ts';
import { type Maybe, chain } from '../maybe.ts';
import type { Shell } from '../shell.ts';
import { parseInteger } from '../words/arith.ts';
import { type Builtin, texts } from './types.ts';

class TestError {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

const BINARY = new Set(['=', '==', '!=', '<', '>', '-nt', '-ot', '-ef', ...NUMERIC]);

class Test {
  readonly #sh: Shell;
  readonly #args: readonly string[];
  #at = 0;

  constructor(sh: Shell, args: readonly string[]) {
    this.#sh = sh;
    this.#args = args;
  }

  #binary(left: string, op: string, right: string): boolean {
    if (NUMERIC.has(op)) return compare(op, this.#int(left), this.#int(right));
    switch (op) {
      case '=':
      case '==':
        return left === right;
      case '!=':
        return left !== right;
      case '<':
        return left < right;
      case '>':
        return left > right;
      default:
        return compareFiles(this.#sh, op, left, right);
    }
  }
  #int(s: string): number | bigint {
    const n = parseInteger(s);
    if (n === null) throw new TestError(`${s}: integer expression expected`);
    return n;
  }
  #unary(op: string, arg: string): boolean {
    if (op === '-t') return unary(this.#sh, op, String(this.#int(arg)));
    return unary(this.#sh, op, arg);
  }

  /** The rules for up to four arguments. */
  evaluate(args: readonly string[] = this.#args): boolean {
    const [a, b, c, d] = args as [string, string, string, string];
    switch (args.length) {
      case 0:
        return false;
      case 1:
        return a !== '';
      case 2:
        if (a === '!') return b === '';
        if (UNARY.has(a)) return this.#unary(a, b);
        throw new TestError(`${a}: unary operator expected`);
      case 3:
        if (BINARY.has(b)) return this.#binary(a, b, c);
        if (b === '-a') return a !== '' && c !== '';
        if (b === '-o') return a !== '' || c !== '';
        if (a === '!') return !this.evaluate([b, c]);
        if (a === '(' && c === ')') return b !== '';
        throw new TestError(`${b}: binary operator expected`);
      case 4:
        if (a === '!') return !this.evaluate([b, c, d]);
        if (a === '(' && d === ')') return this.evaluate([b, c]);
    }
    const r = this.#or();
    if (this.#at < this.#args.length) throw new TestError('too many arguments');
    return r;
  }

  #or(): boolean {
    let v = this.#and();
    while (this.#args[this.#at] === '-o') {
      this.#at++;
      const w = this.#and();
      v = v || w;
    }
    return v;
  }
  #and(): boolean {
    let v = this.#term();
    while (this.#args[this.#at] === '-a') {
      this.#at++;
      const w = this.#term();
      v = v && w;
    }
    return v;
  }
  #term(): boolean {
    const a = this.#args[this.#at];
    if (a === undefined) throw new TestError('argument expected');
    if (a === '!') {
      this.#at++;
      return !this.#term();
    }
    if (a === '(') {
      this.#at++;
      const v = this.#or();
      if (this.#args[this.#at] !== ')')
        throw new TestError(
          this.#args[this.#at] === undefined ? "`)' expected" : `\`)' expected, found ${this.#args[this.#at]!}`,
        );
      this.#at++;
      return v;
    }
    const op = this.#args[this.#at + 1];
    const right = this.#args[this.#at + 2];
    if (op !== undefined && right !== undefined && BINARY.has(op)) {
      this.#at += 3;
      return this.#binary(a, op, right);
    }
    if (UNARY.has(a) && op !== undefined) {
      this.#at += 2;
      return this.#unary(a, op);
    }
    this.#at++;
    return a !== '';
  }
}

function run(sh: Shell, args: readonly string[], name: string): Maybe<number> {
  try {
    return new Test(sh, args).evaluate() ? 0 : 1;
  } catch (e) {
    if (!(e instanceof TestError)) throw e;
    return chain(sh.error(`${name}: ${e.message}`), () => 2);
  }
}

export const TEST: readonly Builtin[] = [
  { name: 'test', usage: 'test [expr]', run: (sh, args, name) => run(sh, texts(args), name) },
  {
    name: '[',
    usage: '[ arg... ]',
    run(sh, args, name) {
      const words = texts(args);
      if (words.at(-1) !== ']') return chain(sh.error("[: missing `]'"), () => 2);
      return run(sh, words.slice(0, -1), name);
    },
  },
];
