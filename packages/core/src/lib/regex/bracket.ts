import { RegexError } from './pattern.ts';

/** POSIX's classes as parts of a JavaScript class (flag `u`). */
export const CLASSES: Readonly<Record<string, string>> = {
  alnum: '\\p{L}\\p{N}',
  alpha: '\\p{L}',
  blank: ' \\t',
  cntrl: '\\u0000-\\u001f\\u007f',
  digit: '0-9',
  graph: '!-~\\u00a1-\\ud7ff\\ue000-\\u{10ffff}',
  lower: '\\p{Ll}',
  print: ' -~\\u00a0-\\ud7ff\\ue000-\\u{10ffff}',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: '\\s',
  upper: '\\p{Lu}',
  xdigit: '0-9A-Fa-f',
};

/** Bytes that are no UTF-8: no negated set has them. */
const BYTES = '\\udc80-\\udcff';

/** A character inside of a JavaScript class. */
export const escapeInClass = (c: string): string => (/[\\\]^[\-&~|]/.test(c) ? `\\${c}` : c === '\n' ? '\\n' : c);

export interface BracketOptions {
  readonly ignoreCase: boolean;
  readonly strictClasses: boolean;
  readonly emptyRanges: boolean;
  /** `[:name:]`, `[=c=]` and `[.c.]` mean something. */
  readonly classes: boolean;
  /** Reads an escape behind a backslash at `at`: the character and the place behind it, or null when the backslash is itself. */
  readonly escape: ((at: number) => readonly [string, number] | null) | null;
}

/** A member of a bracket expression that may begin or end a range. */
interface Member {
  /** null: a class, which is no end of a range. */
  readonly c: string | null;
  readonly source: string;
  readonly end: number;
}

/**
 * A bracket expression as a JavaScript class.
 * @param at the place behind the opening bracket. @returns the class and the place behind the closing one.
 * @throws RegexError
 */
export function readBracket(
  chars: readonly string[],
  at: number,
  options: BracketOptions,
): { readonly source: string; readonly end: number } {
  let i = at;
  const negated = chars[i] === '^';
  if (negated) i++;
  if (i >= chars.length) throw new RegexError('Invalid regular expression');
  let body = '';
  for (let first = true; first || chars[i] !== ']'; first = false) {
    const from = readMember(chars, i, options);
    i = from.end;
    if (chars[i] !== '-' || chars[i + 1] === ']' || chars[i + 1] === undefined) {
      body += from.source;
      continue;
    }
    const to = readMember(chars, i + 1, options);
    if (from.c === null || to.c === null) throw new RegexError('Invalid range end');
    i = to.end;
    if (to.c.codePointAt(0)! >= from.c.codePointAt(0)!) body += `${escapeInClass(from.c)}-${escapeInClass(to.c)}`;
    else if (!options.emptyRanges) throw new RegexError('Invalid range end');
    // A range that goes on from another's end has none of its own.
    if (chars[i] === '-' && chars[i + 1] !== ']' && chars[i + 1] !== undefined)
      throw new RegexError('Invalid range end');
  }
  if (options.strictClasses && chars[at] === ':' && chars[i - 1] === ':' && i - at > 1)
    throw new RegexError('character class syntax is [[:space:]], not [:space:]');
  return {
    source: body === '' ? (negated ? `[^${BYTES}]` : '[]') : `[${negated ? `^${BYTES}` : ''}${body}]`,
    end: i + 1,
  };
}

function readMember(chars: readonly string[], at: number, options: BracketOptions): Member {
  const c = chars[at];
  const unmatched = (): never => {
    throw new RegexError('Unmatched [, [^, [:, [., or [=');
  };
  if (c === undefined) return unmatched();
  const kind = chars[at + 1];
  if (c === '[' && options.classes && (kind === ':' || kind === '=' || kind === '.')) {
    const end = chars.findIndex((x, i) => i > at + 1 && x === kind && chars[i + 1] === ']');
    if (end < 0) return unmatched();
    const name = chars.slice(at + 2, end);
    if (kind === ':') {
      const word = name.join('');
      const set = Object.hasOwn(CLASSES, word) ? CLASSES[word] : undefined;
      if (set === undefined) throw new RegexError('Invalid character class name');
      const source = options.ignoreCase && (word === 'lower' || word === 'upper') ? '\\p{L}' : set;
      return { c: null, source, end: end + 2 };
    }
    if (name.length !== 1) throw new RegexError('Invalid collation character');
    return { c: kind === '.' ? name[0]! : null, source: escapeInClass(name[0]!), end: end + 2 };
  }
  if (c === '\\' && options.escape !== null) {
    const escaped = options.escape(at + 1);
    if (escaped !== null) return { c: escaped[0], source: escapeInClass(escaped[0]), end: escaped[1] };
  }
  return { c, source: escapeInClass(c), end: at + 1 };
}
