/**
 * POSIX regular expressions, basic and extended with GNU's extensions, as JavaScript's.
 *
 * Differs from Linux: of alternatives that match at one place the first is taken and not the longest, unless all of
 * them are plain strings.
 */

export interface RegexOptions {
  readonly extended: boolean;
  readonly ignoreCase?: boolean;
  /** ^ and $ match at newlines, too. */
  readonly multiline?: boolean;
  /** \n \t \xHH … mean characters (sed, awk); else they are the letters (grep). */
  readonly escapes?: boolean;
  /** Braces are plain characters. */
  readonly noIntervals?: boolean;
  /** Refuses `[:space:]` outside brackets, as grep does. */
  readonly strictClasses?: boolean;
}

/** A pattern that is none; the message is glibc's. */
export class RegexError extends Error {}

const WORD = '[\\p{L}\\p{N}_]';

const CLASSES: Readonly<Record<string, string>> = {
  alnum: '\\p{L}\\p{N}',
  alpha: '\\p{L}',
  blank: ' \\t',
  cntrl: '\\u0000-\\u001f\\u007f',
  digit: '0-9',
  graph: '!-~\\u00a1-\\u{10ffff}',
  lower: '\\p{Ll}',
  print: ' -~\\u00a0-\\u{10ffff}',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: '\\s',
  upper: '\\p{Lu}',
  xdigit: '0-9A-Fa-f',
};

const LETTERS: Readonly<Record<string, string>> = { n: '\n', t: '\t', f: '\f', v: '\v', a: '\x07', r: '\r' };

/** A character where it stands for itself. */
export const escapeLiteral = (c: string): string => (/[\\^$.*+?()[\]{}|/]/.test(c) ? `\\${c}` : c === '\n' ? '\\n' : c);

const escapeInClass = (c: string): string => (/[\\\]^[\-&~|]/.test(c) ? `\\${c}` : c === '\n' ? '\\n' : c);

interface Branch {
  readonly source: string;
  /** The string it is, if it is nothing but one. */
  readonly literal: string | null;
}

class Translator {
  readonly #chars: readonly string[];
  readonly #options: RegexOptions;
  #at = 0;
  #groups = 0;
  readonly #open: number[] = [];

  constructor(pattern: string, options: RegexOptions) {
    this.#chars = [...pattern];
    this.#options = options;
  }

  run(): string {
    const source = this.#alternatives(0);
    if (this.#at < this.#chars.length) throw new RegexError('Unmatched ) or \\)');
    return source;
  }

  #peek(text: string): boolean {
    for (let i = 0; i < text.length; i++) if (this.#chars[this.#at + i] !== text[i]) return false;
    return true;
  }

  /** Whether an operator stands here: bare in extended, behind a backslash in basic syntax. */
  #operator(c: string): boolean {
    return this.#peek(this.#options.extended ? c : `\\${c}`);
  }

  #skip(): void {
    this.#at += this.#options.extended ? 1 : 2;
  }

  #alternatives(depth: number): string {
    const branches = [this.#branch(depth)];
    while (this.#operator('|')) {
      this.#skip();
      branches.push(this.#branch(depth));
    }
    if (branches.length > 1 && branches.every((b) => b.literal !== null)) {
      branches.sort((a, b) => b.literal!.length - a.literal!.length);
    }
    return branches.map((b) => b.source).join('|');
  }

  #branch(depth: number): Branch {
    const { extended } = this.#options;
    let source = '';
    let literal: string | null = '';
    let first = true;
    while (this.#at < this.#chars.length) {
      if (this.#operator('|')) break;
      if (this.#operator(')')) {
        if (depth > 0) break;
        throw new RegexError('Unmatched ) or \\)');
      }
      if (first && this.#peek('*')) {
        this.#at++;
        if (!extended) {
          source += '\\*';
          literal = null;
          first = false;
        }
        continue;
      }
      if (first && extended && (this.#peek('+') || this.#peek('?'))) {
        this.#at++;
        continue;
      }
      const atom = this.#atom(first, depth);
      if (atom.anchor === true) {
        source += atom.source;
        literal = null;
        // After an anchor of basic syntax a star is itself.
        first = atom.source === '^' || atom.source === '';
        continue;
      }
      first = false;
      const { text, quantified } = this.#quantifiers(atom.source);
      source += text;
      literal = quantified || literal === null || atom.char === undefined ? null : literal + atom.char;
    }
    return { source, literal };
  }

  #atom(first: boolean, depth: number): { source: string; char?: string; anchor?: true } {
    const { extended, escapes } = this.#options;
    if (this.#operator('(')) {
      this.#skip();
      const n = ++this.#groups;
      this.#open.push(n);
      const inner = this.#alternatives(depth + 1);
      if (!this.#operator(')')) throw new RegexError('Unmatched ( or \\(');
      this.#skip();
      this.#open.pop();
      return { source: `(${inner})` };
    }
    const c = this.#chars[this.#at++]!;
    switch (c) {
      case '.':
        return { source: '.' };
      case '[':
        return { source: this.#bracket() };
      case '^':
        if (extended || first) return { source: '^', anchor: true };
        break;
      case '$':
        if (extended || this.#at >= this.#chars.length || this.#peek('\\)') || this.#peek('\\|'))
          return { source: '$', anchor: true };
        break;
      case '\\': {
        const next = this.#chars[this.#at++];
        if (next === undefined) throw new RegexError('Trailing backslash');
        if (next >= '1' && next <= '9') {
          if (Number(next) > this.#groups || this.#open.includes(Number(next)))
            throw new RegexError('Invalid back reference');
          return { source: `(?:\\${next})` };
        }
        const special = this.#special(next);
        if (special !== null) return special;
        if (escapes === true) {
          const char = this.#escape(next);
          if (char !== null) return { source: escapeLiteral(char), char };
        }
        return { source: escapeLiteral(next), char: next };
      }
      case '{':
        if (extended && first && this.#options.noIntervals !== true && /^\d*(,\d*)?\}/.test(this.#rest())) {
          throw new RegexError('Invalid preceding regular expression');
        }
        break;
      default:
    }
    return { source: escapeLiteral(c), char: c };
  }

  #rest(): string {
    return this.#chars.slice(this.#at, this.#at + 16).join('');
  }

  /** GNU's operators of a backslash and a letter. */
  #special(c: string): { source: string; anchor?: true } | null {
    switch (c) {
      case 'w':
        return { source: WORD };
      case 'W':
        return { source: WORD.replace('[', '[^') };
      case 's':
        return { source: '\\s' };
      case 'S':
        return { source: '\\S' };
      case 'b':
        return { source: `(?:(?<=${WORD})(?!${WORD})|(?<!${WORD})(?=${WORD}))`, anchor: true };
      case 'B':
        return { source: `(?:(?<=${WORD})(?=${WORD})|(?<!${WORD})(?!${WORD}))`, anchor: true };
      case '<':
        return { source: `(?<!${WORD})(?=${WORD})`, anchor: true };
      case '>':
        return { source: `(?<=${WORD})(?!${WORD})`, anchor: true };
      case '`':
        return { source: '(?<![\\s\\S])', anchor: true };
      case "'":
        return { source: '(?![\\s\\S])', anchor: true };
      default:
        return null;
    }
  }

  #escape(c: string): string | null {
    const letter = LETTERS[c];
    if (letter !== undefined) return letter;
    const [re, radix] =
      c === 'x'
        ? [/^[0-9a-fA-F]{1,2}/, 16]
        : c === 'o'
          ? [/^[0-7]{1,3}/, 8]
          : c === 'd'
            ? [/^[0-9]{1,3}/, 10]
            : [null, 0];
    const digits = re?.exec(this.#rest())?.[0];
    if (digits === undefined) return null;
    this.#at += digits.length;
    return String.fromCharCode(Number.parseInt(digits, radix));
  }

  #quantifiers(atom: string): { text: string; quantified: boolean } {
    const { extended, noIntervals } = this.#options;
    let text = atom;
    let quantified = false;
    for (;;) {
      let q: string;
      if (this.#peek('*')) {
        this.#at++;
        q = '*';
      } else if (this.#operator('+') || this.#operator('?')) {
        q = extended ? this.#chars[this.#at]! : this.#chars[this.#at + 1]!;
        this.#skip();
      } else if (this.#operator('{') && noIntervals !== true) {
        const close = extended ? '\\}' : '\\\\\\}';
        const rest = this.#chars.slice(this.#at + (extended ? 1 : 2)).join('');
        const m = new RegExp(`^(\\d*)(,?)(\\d*)${close}`).exec(rest);
        if (m === null || (m[1] === '' && m[2] === '')) {
          // Extended syntax takes a brace that opens nothing as itself.
          if (extended) return { text, quantified };
          throw new RegexError(rest.includes('\\}') ? 'Invalid content of \\{\\}' : 'Unmatched \\{');
        }
        if (Number(m[1]) > 32767 || Number(m[3]) > 32767) throw new RegexError('Regular expression too big');
        if (m[3] !== '' && Number(m[3]) < Number(m[1])) throw new RegexError('Invalid content of \\{\\}');
        this.#at += (extended ? 1 : 2) + m[0].length;
        q = `{${m[1] === '' ? '0' : m[1]}${m[2]}${m[3]}}`;
      } else return { text, quantified };
      text = quantified ? `(?:${text})${q}` : text + q;
      quantified = true;
    }
  }

  #bracket(): string {
    const start = this.#at - 1;
    let out = '[';
    if (this.#peek('^')) {
      out += '^';
      this.#at++;
    }
    let first = true;
    const unmatched = (): never => {
      throw new RegexError('Unmatched [, [^, [:, [., or [=');
    };
    for (;;) {
      const c = this.#chars[this.#at];
      if (c === undefined) return unmatched();
      if (c === ']' && !first) break;
      first = false;
      if (c === '[' && (this.#peek('[:') || this.#peek('[=') || this.#peek('[.'))) {
        const kind = this.#chars[this.#at + 1]!;
        const end = this.#chars.findIndex((x, i) => i > this.#at + 1 && x === kind && this.#chars[i + 1] === ']');
        if (end < 0) return unmatched();
        const name = this.#chars.slice(this.#at + 2, end).join('');
        this.#at = end + 2;
        if (kind === ':') {
          const set = CLASSES[name];
          if (set === undefined) throw new RegexError('Invalid character class name');
          out += (name === 'lower' || name === 'upper') && this.#options.ignoreCase === true ? '\\p{L}' : set;
          continue;
        }
        out += escapeInClass(name);
        continue;
      }
      const from = this.#classChar();
      if (this.#peek('-') && this.#chars[this.#at + 1] !== ']' && this.#chars[this.#at + 1] !== undefined) {
        this.#at++;
        const to = this.#peek('[.') ? this.#collating() : this.#classChar();
        if (to.codePointAt(0)! < from.codePointAt(0)!) throw new RegexError('Invalid range end');
        out += `${escapeInClass(from)}-${escapeInClass(to)}`;
      } else out += escapeInClass(from);
    }
    this.#at++;
    if (this.#options.strictClasses === true) {
      const whole = this.#chars.slice(start, this.#at).join('');
      if (/^\[:[^\]]*:\]$/.test(whole)) throw new RegexError('character class syntax is [[:space:]], not [:space:]');
    }
    return `${out}]`;
  }

  #collating(): string {
    const c = this.#chars[this.#at + 2] ?? '';
    this.#at += 5;
    return c;
  }

  #classChar(): string {
    const c = this.#chars[this.#at++]!;
    if (c !== '\\' || this.#options.escapes !== true) return c;
    const next = this.#chars[this.#at];
    if (next === undefined) return c;
    this.#at++;
    const char = this.#escape(next);
    if (char !== null) return char;
    if (next === '\\' || next === ']' || next === '/' || next === '"' || next === '-' || next === '^') {
      if (this.#options.extended && this.#options.noIntervals === undefined) {
        if (next === ']') {
          this.#at--;
          return c;
        }
      }
      if (next === '\\' || next === '/') return next;
    }
    this.#at--;
    return c;
  }
}

/** The JavaScript source of a POSIX pattern. @throws RegexError */
export function translate(pattern: string, options: RegexOptions): string {
  return new Translator(pattern, options).run();
}

/**
 * A pattern that is matched without the flag `u` wherever the text has no surrogate pair: only so can the engine fall
 * back to linear time when a pattern of stars in stars backtracks for ever.
 */
class PlainRegExp extends RegExp {
  /** The same with `u`, for the other texts. */
  readonly #full: RegExp;
  #text = '';
  #pairs = false;

  /** @param source of a regular expression that means the same without `u`, or one of these, to be copied. */
  constructor(source: string | RegExp, flags: string) {
    super(source, flags.replace('u', ''));
    this.#full = new RegExp(this.source, `${this.flags}u`);
  }

  override exec(text: string): RegExpExecArray | null {
    if (text !== this.#text) {
      this.#text = text;
      this.#pairs = /[\ud800-\udbff]/.test(text);
    }
    if (!this.#pairs) return super.exec(text);
    this.#full.lastIndex = this.lastIndex;
    const m = this.#full.exec(text);
    this.lastIndex = this.#full.lastIndex;
    return m;
  }
}

/** A regular expression of a source written for the flag `u`. @throws SyntaxError */
export function makeRegExp(source: string, flags: string): RegExp {
  // eslint-disable-next-line no-control-regex
  if (!flags.includes('u') || flags.includes('i') || /\\[pPu]|[^\x00-\x7f]/.test(source))
    return new RegExp(source, flags);
  return new PlainRegExp(source, flags);
}

/** Compiles a POSIX pattern. @throws RegexError */
export function compilePosix(pattern: string, options: RegexOptions, flags = ''): RegExp {
  const source = translate(pattern, options);
  const all = `su${options.ignoreCase === true ? 'i' : ''}${options.multiline === true ? 'm' : ''}${flags}`;
  try {
    return makeRegExp(source, all);
  } catch {
    throw new RegexError('Invalid regular expression');
  }
}
