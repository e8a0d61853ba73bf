import { RegexError } from '../../../lib/regex/pattern.ts';

const ALIASES: Readonly<Record<string, string>> = {
  A: '^',
  z: '$',
  Z: '$',
  h: '[ \\t]',
  H: '[^ \\t]',
  R: '(?:\\r\\n|[\\n\\v\\f\\r])',
  N: '[^\\n]',
  e: '\\x1b',
  a: '\\x07',
};
const CLASSES: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  blank: ' \\t',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: '\\s',
  upper: 'A-Z',
  word: '\\w',
  xdigit: '0-9A-Fa-f',
};

const refuse = (what: string): never => {
  throw new RegexError(`${what} is not supported in -P patterns`);
};

/**
 * A Perl pattern as JavaScript's: what both have, \K, \h, \A, \z, \Q…\E, POSIX classes, leading (?i) (?s) (?m).
 * The rest (possessive, atomic, recursion, conditions, \G) is refused. @throws RegexError
 */
export function translatePerl(pattern: string): { readonly source: string; readonly flags: string } {
  let out = '';
  let flags = '';
  let depth = 0;
  let alternatives = false;
  let keep = -1;
  let text = pattern;
  const inline = /^\(\?([ims]+)\)/.exec(text);
  if (inline !== null) {
    flags = [...new Set(inline[1])].join('');
    text = text.slice(inline[0].length);
  }
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === '\\') {
      const next = text[++i];
      if (next === undefined) throw new RegexError('\\ at end of pattern');
      if (next === 'K') {
        if (depth > 0) refuse('\\K inside a group');
        keep = out.length;
      } else if (next === 'Q') {
        const end = text.indexOf('\\E', i);
        const literal = text.slice(i + 1, end < 0 ? text.length : end);
        out += literal.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
        i = end < 0 ? text.length : end + 1;
      } else if (next === 'E') continue;
      else if ('GXCgkp'.includes(next) && !(next === 'k' && /^[<{']/.test(text.slice(i + 1))) && next !== 'p')
        refuse(`\\${next}`);
      else if (ALIASES[next] !== undefined) out += ALIASES[next];
      else if (/[A-Za-z0-9]/.test(next)) out += `\\${next}`;
      else out += /[\\^$.*+?()[\]{}|/]/.test(next) ? `\\${next}` : next;
    } else if (c === '[') {
      let j = i + 1;
      let set = '[';
      if (text[j] === '^') {
        set += '^';
        j++;
      }
      for (let first = true; ; first = false, j++) {
        const d = text[j];
        if (d === undefined) throw new RegexError('missing terminating ] for character class');
        if (d === ']' && !first) break;
        const named = /^\[:(\^?)([a-z]+):\]/.exec(text.slice(j));
        if (named !== null) {
          const known = CLASSES[named[2]!];
          if (known === undefined || named[1] !== '') refuse(named[0]);
          set += known!;
          j += named[0].length - 1;
        } else if (d === '\\') {
          const e = text[++j];
          if (e === undefined) throw new RegexError('missing terminating ] for character class');
          set += e === 'h' ? ' \\t' : /[A-Za-z0-9]/.test(e) || /[\\\]^[\-/]/.test(e) ? `\\${e}` : e;
        } else if (d === '-') set += /^\][^]*$/.test(text.slice(j + 1)) || set.endsWith('[') ? '\\-' : '-';
        else set += d === '[' || (d === ']' && first) ? `\\${d}` : d;
      }
      out += `${set}]`;
      i = j;
    } else if (c === '(') {
      depth++;
      if (text.startsWith('(?P<', i)) {
        out += '(?<';
        i += 3;
      } else if (/^\(\?(>|\||R|\d|#|&|\(|P)|^\(\*|^\(\?[a-zA-Z-]+[:)]/.test(text.slice(i)))
        refuse(text.slice(i, i + 3));
      else out += c;
    } else {
      if (c === ')') depth--;
      if (c === '|' && depth === 0) alternatives = true;
      if (c === '+' && /[*+?}]$/.test(out) && !/\\[*+?}]$/.test(out)) refuse('a possessive quantifier');
      if (c === '{' && !/^\{\d+(,\d*)?\}/.test(text.slice(i))) out += '\\{';
      else if (c === '}' && !/\{\d+(,\d*)?$/.test(out)) out += '\\}';
      else out += c;
    }
  }
  if (keep >= 0) {
    if (alternatives) refuse('\\K beside alternatives');
    out = `(?<=${out.slice(0, keep)})${out.slice(keep)}`;
  }
  return { source: out, flags };
}
