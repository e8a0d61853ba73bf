import { CharSet, posixClass, type Range } from './charset.ts';
import { type Cursor, fail, type Flags } from './cursor.ts';
import { readEscape } from './escape.ts';

/** One member of a class: a character, or a set (-1). */
interface Member {
  readonly cp: number;
  readonly source: string;
  /** It stands there without a backslash or quotes. */
  readonly bare: boolean;
}

/** A POSIX class, [.x.] or [=x=] here, from its bracket on. */
export const POSIX_SYNTAX: RegExp = /^\[([:.=])([^\]\\]*?)\1\]/;

/** The set in brackets, the first of which was read. @throws RegexError */
export function readClass(cursor: Cursor, flags: Flags, ucp: boolean): CharSet {
  const ranges: Range[] = [];
  const classes: string[] = [];
  const negated = cursor.take('^');
  let quoted = false;
  /** Passes over what is no member. */
  const skip = (): void => {
    for (;;) {
      if (cursor.done) fail('missing terminating ] for character class');
      if (cursor.take('\\E')) quoted = false;
      else if (!quoted && cursor.take('\\Q')) quoted = true;
      else if (!quoted && flags.xx && /[ \t]/.test(cursor.char!)) cursor.at++;
      else return;
    }
  };
  /** The member before: a range may begin with it. */
  let last: Member | null = null;
  for (let first = true; ; first = false) {
    skip();
    if (!first && !quoted && cursor.char === ']') break;
    const m = readMember(cursor, flags, ucp, quoted);
    if (m.bare && m.cp === 45 && last !== null) {
      skip();
      if (quoted || cursor.char !== ']') {
        const to = readMember(cursor, flags, ucp, quoted);
        if (last.cp < 0 || to.cp < 0) fail('invalid range in character class');
        if (to.cp < last.cp) fail('range out of order in character class');
        ranges.push([last.cp, to.cp]);
        last = null;
        continue;
      }
    }
    if (m.cp < 0) classes.push(m.source);
    else ranges.push([m.cp, m.cp]);
    last = m;
  }
  cursor.at++;
  return new CharSet({ ranges, classes, negated, fold: flags.i });
}

function readMember(cursor: Cursor, flags: Flags, ucp: boolean, quoted: boolean): Member {
  const c = cursor.char!;
  if (!quoted && c === '[') {
    const posix = cursor.match(POSIX_SYNTAX);
    if (posix !== null) {
      if (posix[1] !== ':') fail('POSIX collating elements are not supported');
      const source = posixClass(posix[2]!, flags.i, ucp) ?? fail('unknown POSIX class name');
      return { cp: -1, source, bare: false };
    }
  }
  if (quoted || c !== '\\') {
    cursor.at++;
    return { cp: c.codePointAt(0)!, source: '', bare: !quoted };
  }
  cursor.at++;
  const escape = readEscape(cursor, ucp, -1);
  switch (escape.k) {
    case 'char':
      return { cp: escape.cp, source: '', bare: false };
    case 'class':
      return { cp: -1, source: escape.source, bare: false };
    default:
      return fail('\\N is not supported in a class');
  }
}
