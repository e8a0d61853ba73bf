/** The expressions of `test` and `[`: POSIX's rules by the number of arguments, and the longer ones. @see test(1) */

/** A wrong expression. */
export class TestError extends Error {}

/** What the shell's test and the program have of their own. */
export interface TestDialect {
  isUnary(op: string): boolean;
  /** A word that looks like a unary operator must be one. */
  readonly strict: boolean;
  unary(op: string, arg: string): boolean;
  /** `-nt`, `-ot`, `-ef`. */
  files(op: string, left: string, right: string): boolean;
  /** @throws TestError when the text is no integer. */
  integer(text: string): number | bigint;
  readonly words: {
    unary(op: string): string;
    binary(op: string): string;
    /** Nothing follows where something must. */
    missing(last: string): string;
    extra(word: string): string;
    unclosed(found: string | undefined): string;
  };
}

const FILES = ['-nt', '-ot', '-ef'];
const NUMBERS = ['-eq', '-ne', '-lt', '-le', '-gt', '-ge'];
const BINARY: ReadonlySet<string> = new Set(['=', '==', '!=', '<', '>', ...FILES, ...NUMBERS]);

/** -1, 0 or 1, whatever the numbers are made of. */
const order = (a: number | bigint, b: number | bigint): number => (a < b ? -1 : a > b ? 1 : 0);

class Evaluator {
  readonly #args: readonly string[];
  readonly #dialect: TestDialect;
  #at = 0;

  constructor(args: readonly string[], dialect: TestDialect) {
    this.#args = args;
    this.#dialect = dialect;
  }

  /** The rules for up to four arguments. */
  evaluate(args: readonly string[]): boolean {
    const [a, b, c, d] = args as [string, string, string, string];
    const { words } = this.#dialect;
    switch (args.length) {
      case 0:
        return false;
      case 1:
        return a !== '';
      case 2:
        if (a === '!') return b === '';
        if (this.#dialect.isUnary(a)) return this.#dialect.unary(a, b);
        if (this.#dialect.strict && !this.#looksUnary(a)) throw new TestError(words.missing(b));
        throw new TestError(words.unary(a));
      case 3:
        if (BINARY.has(b)) return this.#binary(a, b, c);
        if (b === '-a') return a !== '' && c !== '';
        if (b === '-o') return a !== '' || c !== '';
        if (a === '!') return !this.evaluate([b, c]);
        if (a === '(' && c === ')') return b !== '';
        throw new TestError(words.binary(b));
      case 4:
        if (a === '!') return !this.evaluate([b, c, d]);
        if (a === '(' && d === ')') return this.evaluate([b, c]);
        break;
      default:
    }
    const result = this.#or();
    if (this.#at < this.#args.length) throw new TestError(words.extra(this.#args[this.#at]!));
    return result;
  }

  #looksUnary(word: string): boolean {
    return word.length === 2 && word.startsWith('-');
  }

  #or(): boolean {
    let v = this.#and();
    while (this.#args[this.#at] === '-o') {
      this.#at++;
      v = this.#and() || v;
    }
    return v;
  }

  #and(): boolean {
    let v = this.#term();
    while (this.#args[this.#at] === '-a') {
      this.#at++;
      v = this.#term() && v;
    }
    return v;
  }

  #term(): boolean {
    const { words } = this.#dialect;
    const a = this.#args[this.#at];
    if (a === undefined) throw new TestError(words.missing(this.#args.at(-1) ?? ''));
    if (a === '!') {
      this.#at++;
      return !this.#term();
    }
    const [op, right] = [this.#args[this.#at + 1], this.#args[this.#at + 2]];
    const binary = op !== undefined && right !== undefined && BINARY.has(op);
    // The program looks for an operator first, the shell for a parenthesis.
    if (a === '(' && !(this.#dialect.strict && (binary || op === undefined))) {
      this.#at++;
      const v = this.#or();
      const close = this.#args[this.#at++];
      if (close !== ')') throw new TestError(words.unclosed(close));
      return v;
    }
    if (binary) {
      this.#at += 3;
      return this.#binary(a, op, right);
    }
    if (op !== undefined && (this.#dialect.isUnary(a) || (this.#dialect.strict && this.#looksUnary(a)))) {
      if (!this.#dialect.isUnary(a)) throw new TestError(words.unary(a));
      this.#at += 2;
      return this.#dialect.unary(a, op);
    }
    this.#at++;
    return a !== '';
  }

  #binary(left: string, op: string, right: string): boolean {
    if (FILES.includes(op)) return this.#dialect.files(op, left, right);
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
    }
    const n = order(this.#dialect.integer(left), this.#dialect.integer(right));
    return { '-eq': n === 0, '-ne': n !== 0, '-lt': n < 0, '-le': n <= 0, '-gt': n > 0, '-ge': n >= 0 }[op]!;
  }
}

/** @throws TestError */
export const evaluateTest = (args: readonly string[], dialect: TestDialect): boolean =>
  new Evaluator(args, dialect).evaluate(args);
