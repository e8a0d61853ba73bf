/** `test` and `[`. */
import { evaluateTest, type TestDialect, TestError } from '../../test-expression.ts';
import { compareFiles, UNARY, unary } from '../conditional.ts';
import { type Maybe, chain } from '../maybe.ts';
import type { Shell } from '../shell.ts';
import { parseInteger } from '../words/arith.ts';
import { type Builtin, texts } from './types.ts';

function integer(text: string): number | bigint {
  const n = parseInteger(text);
  // As strtoimax(3) reads it: what does not fit is none.
  if (n === null || n > 0x7fffffffffffffffn || n < -0x8000000000000000n)
    throw new TestError(`${text}: integer expression expected`);
  return n;
}

const dialect = (sh: Shell): TestDialect => ({
  strict: false,
  isUnary: (op) => UNARY.has(op),
  unary: (op, arg) => unary(sh, op, arg),
  files: (op, left, right) => compareFiles(sh, op, left, right),
  integer,
  words: {
    unary: (op) => `${op}: unary operator expected`,
    binary: (op) => `${op}: binary operator expected`,
    missing: () => 'argument expected',
    extra: () => 'too many arguments',
    unclosed: (found) => (found === undefined ? "`)' expected" : `\`)' expected, found ${found}`),
  },
});

function run(sh: Shell, args: readonly string[], name: string): Maybe<number> {
  try {
    return evaluateTest(args, dialect(sh)) ? 0 : 1;
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
