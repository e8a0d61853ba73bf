/** Text quoted so that the shell reads it back, in bash's several styles. */
import { utf8Decode, utf8Encode } from '../../../lib/text.ts';

const CONTROL = /[\x00-\x1f\x7f\udc80-\udcff]/;
const SAFE = /^[A-Za-z0-9_@%+=:,./-]+$/;

const NAMED: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\x1b': '\\E',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  "'": "\\'",
};

/** `$'...'` */
export function ansiQuote(s: string): string {
  let out = "$'";
  for (const c of s) {
    const named = NAMED[c];
    if (named !== undefined) out += named;
    else if (CONTROL.test(c)) out += `\\${(c.charCodeAt(0) & 0xff).toString(8).padStart(3, '0')}`;
    else out += c;
  }
  return `${out}'`;
}

/** A name in a message: as it is, or quoted when it has characters that do not show. @see printable_filename */
export const printable = (s: string): string => (CONTROL.test(s) || /[\udc80-\udcff]/.test(s) ? ansiQuote(s) : s);

/** `'...'`, always. @see lib/sh/shquote.c:sh_single_quote */
export const singleQuote = (s: string): string => (s === "'" ? "\\'" : `'${s.replaceAll("'", "'\\''")}'`);

/** Inside double quotes. */
export const doubleQuote = (s: string): string => `"${s.replace(/[\\"$`]/g, '\\$&')}"`;

/** `${x@Q}`, `set`, `trap -p`, `export -p`: single quotes, or `$'..'` when there are control characters. */
export const reusable = (s: string): string => (CONTROL.test(s) ? ansiQuote(s) : singleQuote(s));

/** As `set` and `declare -p` of an element print it: unquoted when nothing is special. */
export function assignQuote(s: string): string {
  if (s === '') return '';
  if (CONTROL.test(s)) return ansiQuote(s);
  return /^[^\s'"\\|&;()<>$`*?[\]{}!~#^]+$/.test(s) ? s : singleQuote(s);
}

/** A value in `declare -p`. */
export const declareQuote = (s: string): string => (CONTROL.test(s) ? ansiQuote(s) : doubleQuote(s));

/** `printf %q`: backslashes. @see lib/sh/shquote.c:sh_backslash_quote */
export function backslashQuote(s: string): string {
  if (s === '') return "''";
  if (CONTROL.test(s)) return ansiQuote(s);
  return s.replace(/[\s!"$&'()*,;<>?[\\\]^`{|}]|^[#~]|(?<=[:=])~/g, '\\$&');
}

/** A word in the output of `set -x`. */
export function traceQuote(s: string): string {
  if (s === '') return "''";
  if (SAFE.test(s)) return s;
  if (CONTROL.test(s) && !/[\s'"\\|&;()<>$`*?[\]{}!^]/.test(s)) return ansiQuote(s);
  return /[\s'"\\|&;()<>$`*?[\]{}!^]|^[~#]/.test(s) ? singleQuote(s) : s;
}

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  e: '\x1b',
  E: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};

const byteChar = (n: number): string => ((n &= 0xff) < 0x80 ? String.fromCharCode(n) : String.fromCharCode(0xdc00 | n));
const pointChar = (n: number): string => (n <= 0x10ffff ? String.fromCodePoint(n) : '');

/** Joins bytes written one by one into the characters they make. */
export const joinBytes = (s: string): string => (/[\udc80-\udcff]/.test(s) ? utf8Decode(utf8Encode(s)) : s);

/**
 * Resolves backslash escapes as `echo -e`, `printf` formats, `%b` and `$'..'` know them.
 * @param style `echo` and `b` take octal as `\0nnn` too (`b` also `\nnn`); `printf` takes `\nnn`; `ansi` is `${x@E}`
 * @returns the text, and whether `\c` asked to stop
 */
export function unescape(s: string, style: 'echo' | 'b' | 'printf' | 'ansi'): { text: string; stop: boolean } {
  if (!s.includes('\\')) return { text: s, stop: false };
  let out = '';
  for (let i = 0; i < s.length; i++) {
    const c = s[i]!;
    if (c !== '\\' || i + 1 >= s.length) {
      out += c;
      continue;
    }
    const e = s[++i]!;
    const simple = SIMPLE[e];
    if (simple !== undefined) out += simple;
    else if (e === 'c' && (style === 'echo' || style === 'b')) return { text: joinBytes(out), stop: true };
    else if (e === 'c' && style === 'ansi' && i + 1 < s.length) out += byteChar(s.charCodeAt(++i) & 0x1f);
    else if ((e === '"' || e === "'" || e === '?') && style !== 'echo') out += e;
    else if (e === 'x') {
      const m = /^[0-9A-Fa-f]{1,2}/.exec(s.slice(i + 1));
      if (m === null) out += '\\x';
      else {
        out += byteChar(Number.parseInt(m[0], 16));
        i += m[0].length;
      }
    } else if (e === 'u' || e === 'U') {
      const m = (e === 'u' ? /^[0-9A-Fa-f]{1,4}/ : /^[0-9A-Fa-f]{1,8}/).exec(s.slice(i + 1));
      if (m === null) out += `\\${e}`;
      else {
        out += pointChar(Number.parseInt(m[0], 16));
        i += m[0].length;
      }
    } else if (e >= '0' && e <= '7' && (style !== 'echo' || e === '0')) {
      const zero = e === '0' && style !== 'printf' && style !== 'ansi';
      const m = (zero ? /^0[0-7]{0,3}/ : /^[0-7]{1,3}/).exec(s.slice(i))!;
      out += byteChar(Number.parseInt(m[0], 8));
      i += m[0].length - 1;
    } else out += `\\${e}`;
  }
  return { text: joinBytes(out), stop: false };
}
