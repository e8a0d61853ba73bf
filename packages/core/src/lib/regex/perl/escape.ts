import { propertyClass, typeClass } from './charset.ts';
import { type Cursor, fail } from './cursor.ts';

/** What a backslash and what follows it mean. */
export type Escape =
  | { readonly k: 'char'; readonly cp: number }
  /** One character of a JavaScript class. */
  | { readonly k: 'class'; readonly source: string }
  /** A letter that is for the caller to understand. */
  | { readonly k: 'letter'; readonly c: string };

const LETTERS: Readonly<Record<string, number>> = { a: 7, e: 27, f: 12, n: 10, r: 13, t: 9 };

const TOO_LARGE = 'character code point value in \\x{} or \\o{} is too large';

const char = (cp: number): Escape => {
  if (cp > 0x10ffff) fail(TOO_LARGE);
  if (cp >= 0xd800 && cp <= 0xdfff) fail('disallowed Unicode code point (>= 0xd800 && <= 0xdfff)');
  return { k: 'char', cp };
};

/** A number in braces, the opening one of which was read. */
function braced(cursor: Cursor, digit: RegExp, base: number, malformed: string): Escape {
  let cp = 0;
  let digits = 0;
  for (; !cursor.done && digit.test(cursor.char!); cursor.at++, digits++) {
    cp = cp * base + Number.parseInt(cursor.char!, base);
    if (cp > 0x10ffff) fail(TOO_LARGE);
  }
  if (digits === 0 && cursor.char === '}') fail('digits missing in \\x{} or \\o{} or \\N{U+}');
  if (!cursor.take('}')) fail(malformed);
  return char(cp);
}

const NON_HEX = 'non-hex character in \\x{} (closing brace missing?)';

/** Octal digits: at most so many. */
const octal = (cursor: Cursor, most: number): Escape =>
  char(Number.parseInt(cursor.match(most === 3 ? /^[0-7]{1,3}/ : /^[0-7]{0,2}/)![0] || '0', 8));

/**
 * Reads what follows a backslash. @throws RegexError
 * @param groups how many parentheses were opened so far: a number up to it refers back; -1 in a class, where none does.
 */
export function readEscape(cursor: Cursor, ucp: boolean, groups: number): Escape {
  const inClass = groups < 0;
  const c = cursor.char;
  if (c === undefined) return fail('\\ at end of pattern');
  if (!/[A-Za-z0-9]/.test(c)) {
    cursor.at++;
    return { k: 'char', cp: c.codePointAt(0)! };
  }
  if (c >= '1' && c <= '9') {
    const number = cursor.match(/^[0-9]+/)![0];
    if (!inClass && (Number(number) < 10 || c >= '8' || Number(number) <= groups)) {
      if (Number(number) > 65535) fail('subpattern number is too big');
      return { k: 'letter', c: number };
    }
    cursor.at -= number.length;
    if (c < '8') return octal(cursor, 3);
    cursor.at++;
    return { k: 'char', cp: c.codePointAt(0)! };
  }
  cursor.at++;
  const letter = LETTERS[c];
  if (letter !== undefined) return { k: 'char', cp: letter };
  const type = typeClass(c, ucp);
  if (type !== null) return { k: 'class', source: type };
  switch (c) {
    case '0':
      return octal(cursor, 2);
    case 'o':
      if (!cursor.take('{')) fail('missing opening brace after \\o');
      return braced(cursor, /[0-7]/, 8, 'non-octal character in \\o{} (closing brace missing?)');
    case 'x':
      if (cursor.take('{')) return braced(cursor, /[0-9a-fA-F]/, 16, NON_HEX);
      return char(Number.parseInt(cursor.match(/^[0-9a-fA-F]{0,2}/)![0] || '0', 16));
    case 'c': {
      const control = cursor.char;
      if (control === undefined) return fail('\\c at end of pattern');
      if (control < ' ' || control > '~') fail('\\c must be followed by a printable ASCII character');
      cursor.at++;
      return { k: 'char', cp: control.toUpperCase().charCodeAt(0) ^ 64 };
    }
    case 'N':
      if (cursor.match(/^\{U\+/) !== null) return braced(cursor, /[0-9a-fA-F]/, 16, NON_HEX);
      if (cursor.sees('{') && cursor.match(/^(?=\{\d+(,\d*)?\})/) === null) unsupported();
      return { k: 'letter', c };
    case 'p':
    case 'P': {
      const m = cursor.match(/^(?:\{([^{}\\]*)\}|([A-Za-z]))/u, 200);
      if (m === null) return fail('malformed \\P or \\p sequence');
      return { k: 'class', source: propertyClass(m[1] ?? m[2]!, c === 'P') };
    }
    case 'F':
    case 'l':
    case 'L':
    case 'u':
    case 'U':
      return unsupported();
    case 'b':
      return inClass ? { k: 'char', cp: 8 } : { k: 'letter', c };
    case 'B':
    case 'R':
    case 'X':
      if (inClass) fail('escape sequence is invalid in character class');
      return { k: 'letter', c };
    default:
      if (inClass ? c === 'E' || c === 'Q' : 'ACEGKQZgkz'.includes(c)) return { k: 'letter', c };
      return fail('unrecognized character follows \\');
  }
}

const unsupported = (): never => fail('PCRE2 does not support \\F, \\L, \\l, \\N{name}, \\U, or \\u');
