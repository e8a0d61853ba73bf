import type { Dialect } from './dialect.ts';
import { parsePosix } from './parse.ts';
import { Regex, type RegexOptions } from './regex.ts';

/** Compiles a POSIX pattern of a program's dialect. @throws RegexError in glibc's words */
export function compilePosix(pattern: string, dialect: Dialect, options: RegexOptions = {}): Regex {
  const { tree, groups } = parsePosix(pattern, dialect, options.ignoreCase === true);
  return new Regex(tree, groups, options);
}
