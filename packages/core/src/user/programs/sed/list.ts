import { utf8Encode } from '../../../lib/text.ts';

const NAMES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/** The pattern space as `l` shows it. @param width of a line; below 2 lines are not cut */
export function unambiguous(text: string, width: number): string {
  let out = '';
  let column = 0;
  for (const b of utf8Encode(text)) {
    const c = String.fromCharCode(b);
    const shown = NAMES[c] ?? (b >= 32 && b < 127 ? c : `\\${b.toString(8).padStart(3, '0')}`);
    if (width > 1 && column + shown.length > width - 1) {
      out += '\\\n';
      column = 0;
    }
    out += shown;
    column += shown.length;
  }
  return `${out}$\n`;
}
