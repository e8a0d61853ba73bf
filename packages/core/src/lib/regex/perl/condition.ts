import { type Cursor, fail } from './cursor.ts';
import type { Names } from './names.ts';
import { type Condition, NOTHING, type PerlNode } from './tree.ts';

/** Who reads the pattern. */
interface Reader {
  readonly cursor: Cursor;
  readonly names: Names;
  /** What looks around, by how it opens; that was read. */
  look(open: string): PerlNode;
  /** Branches and the closing parenthesis. */
  body(): PerlNode;
}

/** The PCRE2 that is imitated. */
const VERSION = 10.42;

/** A condition and its branches; `(?(` was read. @throws RegexError */
export function readCondition(reader: Reader): PerlNode {
  const { test, define } = readTest(reader);
  const body = reader.body();
  const branches = body.k === 'alt' ? body.branches : [body];
  reader.names.later(() => {
    if (define && branches.length > 1) fail('DEFINE subpattern contains more than one branch');
    if (branches.length > 2) fail('conditional subpattern contains more than two branches');
  });
  return { k: 'cond', test, yes: branches[0]!, no: branches[1] ?? NOTHING };
}

function readTest(reader: Reader): { readonly test: Condition; readonly define: boolean } {
  const { cursor, names } = reader;
  const is = (test: Condition): { readonly test: Condition; readonly define: boolean } => ({ test, define: false });
  if (cursor.done) fail('missing closing parenthesis');
  if (cursor.sees('?') || cursor.sees('*')) {
    const look = cursor.match(/^\?(?:[=!*]|<[=!*])/);
    if (look === null) return fail('assertion expected after (?( or (?(?C)');
    return is({ k: 'look', look: reader.look(`(${look[0]}`) });
  }
  const number = cursor.match(/^[+-]?\d+/)?.[0];
  if (number !== undefined) {
    const n = names.relative(number);
    closed(reader);
    return is(names.condition(n));
  }
  const version = cursor.match(/^VERSION(>?=)(\d+)(?:\.(\d{1,2}))?\)/);
  if (version !== null) {
    const asked = Number(version[2]) + Number((version[3] ?? '0').padEnd(2, '0')) / 100;
    return is({ k: 'constant', value: version[1] === '=' ? asked === VERSION : VERSION >= asked });
  }
  if (cursor.match(/^VERSION>?=/) !== null) fail('syntax error or number too big in (?(VERSION condition');
  if (cursor.match(/^R&/) !== null) return is(names.recursion(cursor.name(')')));
  const recursion = cursor.match(/^R(\d*)\)/);
  if (recursion !== null) {
    const name = `R${recursion[1]!}`;
    if (names.has(name)) return is(names.condition(name));
    return is(names.recursion(recursion[1] === '' ? null : Number(recursion[1])));
  }
  const open = cursor.match(/^[<']/)?.[0];
  const name = cursor.name(open === '<' ? '>' : open === "'" ? "'" : ')');
  if (open !== undefined) closed(reader);
  if (name === 'DEFINE' && open === undefined && !names.has(name))
    return { test: { k: 'constant', value: false }, define: true };
  return is(names.condition(name));
}

function closed(reader: Reader): void {
  if (!reader.cursor.take(')')) fail('missing closing parenthesis for condition');
}
