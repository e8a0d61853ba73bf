/** -regex: the patterns of find. */
import { AWK, type Dialect, EGREP, EMACS, REGCOMP_BASIC, REGCOMP_EXTENDED } from '../../../lib/regex/dialect.ts';
import { RegexError } from '../../../lib/regex/pattern.ts';
import { compilePosix } from '../../../lib/regex/posix.ts';
import type { Regex } from '../../../lib/regex/regex.ts';
import type { Process } from '../../process/types.ts';
import { die } from '../coreutils/command.ts';

const AWK_LIKE: Dialect = { ...AWK };
const EGREP_LIKE: Dialect = { ...EGREP, strictClasses: false };

/** What -regextype takes, in the order its error tells. */
const TYPES: ReadonlyMap<string, Dialect> = new Map([
  ['findutils-default', EMACS],
  ['ed', REGCOMP_BASIC],
  ['emacs', EMACS],
  ['gnu-awk', AWK_LIKE],
  ['grep', REGCOMP_BASIC],
  ['posix-awk', AWK_LIKE],
  ['awk', AWK_LIKE],
  ['posix-basic', REGCOMP_BASIC],
  ['posix-egrep', EGREP_LIKE],
  ['egrep', EGREP_LIKE],
  ['posix-extended', REGCOMP_EXTENDED],
  ['posix-minimal-basic', REGCOMP_BASIC],
  ['sed', REGCOMP_BASIC],
]);

/** The dialect of a -regextype; ends the program when it is none. */
export function regexType(proc: Process, name: string): Dialect {
  const types = [...TYPES.keys()].map((t) => `\u2018${t}\u2019`).join(', ');
  return TYPES.get(name) ?? die(proc, `Unknown regular expression type \u2018${name}\u2019; valid types are ${types}.`);
}

/** Compiles a pattern that a whole path is to match; ends the program when it is malformed. */
export function compileRegex(proc: Process, text: string, dialect: Dialect | null, ignoreCase: boolean): Regex {
  try {
    return compilePosix(text, dialect ?? EMACS, { ignoreCase });
  } catch (e) {
    if (!(e instanceof RegexError)) throw e;
    return die(proc, `failed to compile regular expression '${text}': ${e.message}`);
  }
}
