/** `[[ text =~ pattern ]]`. */
import { REGCOMP_EXTENDED } from '../../lib/regex/dialect.ts';
import { RegexError, RegexExhausted } from '../../lib/regex/pattern.ts';
import { compilePosix } from '../../lib/regex/posix.ts';
import type { Regex } from '../../lib/regex/regex.ts';
import type { Shell } from './shell.ts';

const cache = new Map<string, Regex>();

function compiled(source: string, ignoreCase: boolean): Regex {
  const key = `${ignoreCase ? 'i' : '-'}${source}`;
  let re = cache.get(key);
  if (re === undefined) {
    re = compilePosix(source, REGCOMP_EXTENDED, { ignoreCase });
    if (cache.size > 200) cache.clear();
    cache.set(key, re);
  }
  return re;
}

/** Matches, and sets BASH_REMATCH. @returns 0 matched, 1 not, 2 a malformed regular expression */
export function matchRegex(sh: Shell, text: string, source: string): number {
  let groups: readonly (string | undefined)[] | null;
  try {
    groups = compiled(source, sh.shopts['nocasematch'] === true).exec(text)?.groups ?? null;
  } catch (e) {
    if (e instanceof RegexError) return 2;
    // regexec's own failure is no match to bash.
    if (!(e instanceof RegexExhausted)) throw e;
    groups = null;
  }
  sh.vars.setArray('BASH_REMATCH', groups?.map((g) => g ?? '') ?? []);
  return groups === null ? 1 : 0;
}
