import { CharSet, posixClass, type Range } from './charset.ts';
import { type Cursor, fail, type Flags } from './cursor.ts';
import { readEscape } from './escape.ts';

/** One member of a class: a character, or a set (-1). */
interface Member {
  readonly cp: number;
  readonly source: string;
}

/** A POSIX class, [.x.] or [=x=] here, from its bracket on. */
export const POSIX_SYNTAX: RegExp = /^\[([:.=])([^\]\\]*?)\1\]/;

/** The set in brackets, the first of which was read. @throws RegexError */
export function readClass(cursor: Cursor, flags: Flags, ucp: boolean): CharSet {
  const ranges: Range[] = [];
  const classes: string[] = [];
  const negated = cursor.take('^');
  let quoted = false;
  /** The member before, if a range may begin with it; its source is '' when it may not. */
  let last: Member | null = null;
  const next = (): Member | null => {
    for (;;) {
      if (cursor.done) fail('missing terminating ] for character class');
      if (quoted && cursor.take('\\E')) quoted = false;
      else if (!quoted && cursor.take('\\Q')) quoted = true;
      else if (!quoted && cursor.take('\\E')) continue;
      else if (!quoted && flags.xx && /[ \t]/.test(cursor.char!)) cursor.at++;
      else break;
    }
    return member(cursor, flags, ucp, quoted);
  };
  const keep = (m: Member): void => {
    if (m.cp < 0) classes.push(m.source);
    else ranges.push([m.cp, m.cp]);
  };
  for (let first = true; ; first = false) {
    if (!first && !quoted && cursor.char === ']') break;
    const from = cursor.at;
    const m = next();
    if (m === null) break;
    // A closing bracket is one unless it comes first; what stands before it may have been \E alone.
    if (!quoted && m.cp === 93 && cursor.chars[cursor.at - 2] !== '\\' && cursor.at - 1 > from) {
      cursor.at--;
      break;
    }
    const hyphen = !quoted && m.cp === 45 && cursor.chars[cursor.at - 2] !== '\\' && cursor.at - 1 === from;
    if (!hyphen || last === null || cursor.char === ']') {
      keep(m);
      last = m;
      continue;
    }
    const to = next();
    if (to === null || cursor.done) fail('missing terminating ] for character class');
    if (last.cp < 0 || to!.cp < 0) fail('invalid range in character class');
    if (to!.cp < last.cp) fail('range out of order in character class');
    ranges.pop();
    ranges.push([last.cp, to!.cp]);
    last = null;
  }
  cursor.at++;
  return new CharSet({ ranges, classes, negated, fold: flags.i });
}

function member(cursor: Cursor, flags: Flags, ucp: boolean, quoted: boolean): Member | null {
  const c = cursor.char!;
  if (!quoted && c === '[') {
    const posix = cursor.match(POSIX_SYNTAX);
    if (posix !== null) {
      if (posix[1] !== ':') fail('POSIX collating elements are not supported');
      const source = posixClass(posix[2]!, flags.i, ucp);
      return { cp: -1, source: source ?? fail('unknown POSIX class name') };
    }
  }
  cursor.at++;
  if (quoted || c !== '\\') return { cp: c.codePointAt(0)!, source: c };
  const escape = readEscape(cursor, ucp, -1);
  switch (escape.k) {
    case 'char':
      return { cp: escape.cp, source: '' };
    case 'class':
      return { cp: -1, source: escape.source };
    default:
      return fail('\\N is not supported in a class');
  }
}
