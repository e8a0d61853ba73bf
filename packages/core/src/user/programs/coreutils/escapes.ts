import { utf8Decode, utf8Encode } from '../../../lib/text.ts';

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  e: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};

/** A byte as a character of a string that holds bytes (see lib/text.ts). */
const byteChar = (n: number): string => (n < 128 ? String.fromCharCode(n) : String.fromCharCode(0xdc00 | n));

/** Bytes written one by one may together be UTF-8. */
export const rejoin = (s: string): string => (/[\udc80-\udcff]/.test(s) ? utf8Decode(utf8Encode(s)) : s);

/**
 * Backslash escapes of echo -e (`zeroOctal`: octal is \0NNN) and of printf's format (\NNN); its %b has both octal ways.
 * @returns the text, and whether \c ended it.
 */
export function unescape(
  text: string,
  zeroOctal: boolean,
  bothOctal = false,
): { readonly text: string; readonly stop: boolean } {
  let out = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c !== '\\' || i + 1 >= text.length) {
      out += c;
      continue;
    }
    const next = text[++i]!;
    const simple = SIMPLE[next];
    if (simple !== undefined) out += simple;
    else if (next === 'c') return { text: rejoin(out), stop: true };
    else if (next === 'x' && /^[0-9a-fA-F]/.test(text.slice(i + 1))) {
      const hex = /^[0-9a-fA-F]{1,2}/.exec(text.slice(i + 1))![0];
      out += byteChar(Number.parseInt(hex, 16));
      i += hex.length;
    } else if ((next === 'u' || next === 'U') && /^[0-9a-fA-F]/.test(text.slice(i + 1))) {
      const hex = /^[0-9a-fA-F]+/.exec(text.slice(i + 1, i + 1 + (next === 'u' ? 4 : 8)))![0];
      out += String.fromCodePoint(Math.min(Number.parseInt(hex, 16), 0x10ffff));
      i += hex.length;
    } else if (next >= '0' && next <= '7' && (!zeroOctal || bothOctal || next === '0')) {
      const digits = (zeroOctal && next === '0' ? /^0[0-7]{0,3}/ : /^[0-7]{1,3}/).exec(text.slice(i))![0];
      out += byteChar(Number.parseInt(digits, 8) & 255);
      i += digits.length - 1;
    } else if (next === '"' && !zeroOctal) out += '"';
    else out += `\\${next}`;
  }
  return { text: rejoin(out), stop: false };
}
