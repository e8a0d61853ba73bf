/** `[[ ... ]]`, and the tests it shares with `test`. */
import { SystemError } from '../../syscall/index.ts';
import { compareFiles as filesCompared, FILE_TESTS, fileTest } from '../file-test.ts';
import type { Stat } from '../process/types.ts';
import type { CondExpr } from './ast.ts';
import { type Maybe, chain } from './maybe.ts';
import { isOption } from './options.ts';
import type { Shell } from './shell.ts';
import { parseTarget, V_NAMEREF } from './variables.ts';
import { isTrue, sameInt } from './words/arith.ts';
import { expandPattern, expandRegex, expandString } from './words/expand.ts';
import { elements } from './words/parameter.ts';
import { matchRegex } from './regex-match.ts';
import { compilePattern } from './words/pattern.ts';

function stat(sh: Shell, path: string, link: boolean): Stat | null {
  try {
    const m = /^\/dev\/fd\/(\d+)$/.exec(path);
    if (m !== null) return sh.proc.fds.get(Number(m[1]))?.stat() ?? null;
    return path === '' ? null : link ? sh.fs.lstat(path) : sh.fs.stat(path);
  } catch (e) {
    if (e instanceof SystemError) return null;
    throw e;
  }
}

/** True when a variable, or an element, or any element of `a[@]` is set. */
export function isVarSet(sh: Shell, name: string): boolean {
  const t = parseTarget(name);
  if (t === null) return /^\d+$/.test(name) && Number(name) <= sh.params.length;
  if (t.sub === '@' || t.sub === '*') return elements(sh.vars.lookup(t.name)).length > 0;
  return (t.sub === null ? sh.vars.get(t.name) : sh.vars.element(t.name, t.sub)) !== undefined;
}

/** A unary test. @param op with its dash */
export function unary(sh: Shell, op: string, arg: string): boolean {
  switch (op) {
    case '-n':
      return arg !== '';
    case '-z':
      return arg === '';
    case '-t':
      return /^\d+$/.test(arg) && sh.proc.isatty(Number(arg));
    case '-o':
      return isOption(arg) && sh.options[arg];
    case '-v':
      return isVarSet(sh, arg);
    case '-R': {
      const v = sh.vars.raw(arg);
      return v !== undefined && (v.flags & V_NAMEREF) !== 0 && v.value !== null;
    }
    default:
      return fileTest(op === '-a' ? 'e' : op[1]!, arg, (path, link) => stat(sh, path, link));
  }
}

export const UNARY: ReadonlySet<string> = new Set([...`nzatovR${FILE_TESTS}`].map((c) => `-${c}`));
export const NUMERIC: ReadonlySet<string> = new Set(['-eq', '-ne', '-lt', '-le', '-gt', '-ge']);

export function compare(op: string, a: number | bigint, b: number | bigint): boolean {
  switch (op) {
    case '-eq':
      return sameInt(a, b);
    case '-ne':
      return !sameInt(a, b);
    case '-lt':
      return a < b;
    case '-le':
      return a <= b;
    case '-gt':
      return a > b;
    default:
      return a >= b;
  }
}

/** `-nt`, `-ot`, `-ef`. */
export const compareFiles = (sh: Shell, op: string, a: string, b: string): boolean =>
  filesCompared(op, a, b, (path, link) => stat(sh, path, link));

/** Evaluates `[[ ]]`. @returns 0 true, 1 false, 2 a malformed regular expression */
export function evaluateCond(sh: Shell, e: CondExpr): Maybe<number> {
  switch (e.c) {
    case 'group':
      return evaluateCond(sh, e.expr);
    case 'not':
      return chain(evaluateCond(sh, e.expr), (r) => (r === 0 ? 1 : r === 1 ? 0 : r));
    case 'and':
    case 'or': {
      const stop = e.c === 'and' ? (r: number): boolean => r !== 0 : (r: number): boolean => r === 0;
      const go = (i: number): Maybe<number> =>
        chain(evaluateCond(sh, e.items[i]!), (r) => (i === e.items.length - 1 || stop(r) ? r : go(i + 1)));
      return go(0);
    }
    case 'unary':
      return chain(expandString(sh, e.word), (arg) =>
        chain(trace(sh, `${e.op} ${arg === '' ? "''" : arg}`), () => (unary(sh, e.op, arg) ? 0 : 1)),
      );
    case 'binary':
      return chain(expandString(sh, e.left), (left) => binary(sh, e, left));
  }
}

function trace(sh: Shell, text: string): Maybe<void> {
  if (sh.options.xtrace) return sh.warn(`${sh.trace()}[[ ${text} ]]\n`);
}

function binary(sh: Shell, e: CondExpr & { c: 'binary' }, left: string): Maybe<number> {
  const truth = (b: boolean): number => (b ? 0 : 1);
  const fold = sh.shopts['nocasematch'] === true;
  switch (e.op) {
    case '=':
    case '==':
    case '!=':
      return chain(expandPattern(sh, e.right), (pattern) =>
        chain(trace(sh, `${left === '' ? "''" : left} ${e.op} ${pattern === '' ? "''" : pattern}`), () =>
          truth(compilePattern(pattern, true, fold).test(left) === (e.op !== '!=')),
        ),
      );
    case '=~':
      return chain(expandRegex(sh, e.right), (source) =>
        chain(trace(sh, `${left === '' ? "''" : left} =~ ${source}`), () => matchRegex(sh, left, source)),
      );
    default:
      return chain(expandString(sh, e.right), (right) =>
        chain(trace(sh, `${left === '' ? "''" : left} ${e.op} ${right === '' ? "''" : right}`), () => {
          if (NUMERIC.has(e.op))
            return truth(compare(e.op, sh.evaluate(left, '[[: ', 'command'), sh.evaluate(right, '[[: ', 'command')));
          if (e.op === '<') return truth(left < right);
          if (e.op === '>') return truth(left > right);
          return truth(compareFiles(sh, e.op, left, right));
        }),
      );
  }
}

/** `(( ))`'s status. */
export const arithStatus = (n: number | bigint): number => (isTrue(n) ? 0 : 1);
