import type { Regex } from '../../../lib/regex/regex.ts';
import type { Command, Piece } from './script.ts';

/** Replacement text with \U \L \u \l \E. */
function build(pieces: readonly Piece[], m: readonly (string | undefined)[]): string {
  let out = '';
  let mode = '';
  let once = '';
  for (const p of pieces) {
    if (p.k === 'case') {
      if (p.c === 'u' || p.c === 'l') once = p.c;
      else {
        mode = p.c === 'E' ? '' : p.c;
        once = '';
      }
      continue;
    }
    let text = p.k === 'text' ? p.text : (m[p.n] ?? '');
    if (text === '') continue;
    if (mode !== '') text = mode === 'U' ? text.toUpperCase() : text.toLowerCase();
    if (once !== '') {
      text = (once === 'u' ? text[0]!.toUpperCase() : text[0]!.toLowerCase()) + text.slice(1);
      once = '';
    }
    out += text;
  }
  return out;
}

/** The text after `s`, or null when it changed nothing. */
export function substitute(c: Command, re: Regex, text: string): string | null {
  const nth = Math.max(1, c.number);
  let out = '';
  let at = 0;
  let seen = 0;
  let done = false;
  for (const m of re.matches(text, c.groups)) {
    if (++seen < nth) continue;
    out += text.slice(at, m.index) + build(c.pieces, m.groups);
    at = m.end;
    done = true;
    if (!c.global) break;
  }
  return done ? out + text.slice(at) : null;
}
