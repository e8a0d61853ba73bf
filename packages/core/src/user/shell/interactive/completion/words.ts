/** Where the word at the cursor begins, how it is quoted, and the command it belongs to. */

export interface Context {
  /** Words of the command before the one being typed, without quotes. */
  readonly before: readonly string[];
  /** The word as far as it is typed, without quotes. */
  readonly word: string;
  /** Where it begins in the line. */
  readonly from: number;
  /** The quote it stands in, or ''. */
  readonly quote: string;
  /** It is a file for a redirection. */
  readonly redirected: boolean;
}

interface Scan {
  words: string[];
  word: string;
  from: number;
  quote: string;
  redirected: boolean;
  /** Something of a word was read. */
  open: boolean;
}

/** Words that another command follows. */
const BEFORE_COMMAND = new Set(['if', 'then', 'else', 'elif', 'while', 'until', 'do', '!', '{', 'time']);

export function contextAt(line: string, cursor: number): Context {
  const s: Scan = { words: [], word: '', from: cursor, quote: '', redirected: false, open: false };
  const end = (): void => {
    if (!s.open) return;
    if (s.redirected) s.redirected = false;
    else if (!(s.words.length === 0 && (BEFORE_COMMAND.has(s.word) || /^\w+=/.test(s.word)))) s.words.push(s.word);
    s.word = '';
    s.open = false;
  };
  for (let i = 0; i < cursor; i++) {
    const c = line[i]!;
    if (!s.open && !/[\s;&|()<>]/.test(c)) {
      s.open = true;
      s.from = i;
    }
    if (s.quote !== '') {
      if (c === s.quote) s.quote = '';
      else if (c === '\\' && s.quote === '"' && i + 1 < cursor && /["\\$`]/.test(line[i + 1]!)) s.word += line[++i];
      else s.word += c;
    } else if (c === "'" || c === '"') s.quote = c;
    else if (c === '\\') {
      if (i + 1 < cursor) s.word += line[++i];
    } else if (/\s/.test(c)) end();
    else if (/[;&|(]/.test(c) || c === '`') {
      end();
      s.words = [];
      s.word = '';
      s.open = false;
      s.redirected = false;
    } else if (c === '<' || c === '>') {
      if (/^\d*$/.test(s.word)) s.open = false;
      else end();
      s.word = '';
      s.redirected = true;
    } else s.word += c;
  }
  return {
    before: s.words,
    word: s.open ? s.word : '',
    from: s.open ? s.from : cursor,
    quote: s.quote,
    redirected: s.redirected,
  };
}

/** A word as it is to stand in the line. */
export function quoteFor(text: string, quote: string): string {
  if (quote === "'") return quote + text;
  if (quote === '"') return quote + text.replace(/["\\$`]/g, '\\$&');
  const tilde = /^~[\w-]*\//.exec(text)?.[0] ?? '';
  return tilde + text.slice(tilde.length).replace(/[\s'"\\$`;&|()<>*?[\]{}!#~]/g, '\\$&');
}
