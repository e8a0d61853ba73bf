import { unescape } from '../coreutils/escapes.ts';

export type Token = {
  readonly t: 'number' | 'string' | 'regex' | 'name' | 'funcname' | 'builtin' | 'keyword' | 'op' | 'newline' | 'end';
  readonly text: string;
  readonly value: number;
  readonly at: number;
};

/** What is wrong with a program, and where. */
export class AwkSyntaxError extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

const KEYWORDS: ReadonlySet<string> = new Set(
  'BEGIN END function func if else while for do break continue next nextfile exit return delete in getline print printf'.split(
    ' ',
  ),
);
export const BUILTINS: ReadonlySet<string> = new Set(
  (
    'length substr index split sub gsub gensub match sprintf sin cos atan2 exp log sqrt int rand srand tolower toupper ' +
    'system close fflush systime strftime mktime and or xor compl lshift rshift strtonum asort asorti'
  ).split(' '),
);

const OPERATORS = [
  '**=',
  '&&',
  '||',
  '++',
  '--',
  '+=',
  '-=',
  '*=',
  '/=',
  '%=',
  '^=',
  '**',
  '==',
  '<=',
  '>=',
  '!=',
  '!~',
  '>>',
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  ';',
  ',',
  '+',
  '-',
  '*',
  '/',
  '%',
  '^',
  '!',
  '>',
  '<',
  '|',
  '?',
  ':',
  '~',
  '$',
  '=',
];

/** Splits a program into tokens, on demand: a slash means different things in different places. */
/** What a backslash may stand before in a regular expression. @see re.c:make_regexp */
const KNOWN = /[abfnrtvx0-7yBwWsS<>`'(){}|*+?.^$\\[\]/-]/;

export class Lexer {
  readonly source: string;
  #at = 0;
  /** The token before ends an operand, so that a slash divides. */
  #operand = false;

  readonly #heed: (at: number, warning: string) => void;
  /** What was warned of: once is enough. */
  readonly #warned: Set<string> = new Set();

  /** @param heed gets warnings and the places they are about */
  constructor(source: string, heed: (at: number, warning: string) => void = () => {}) {
    this.source = source;
    this.#heed = heed;
  }

  /** A backslash before a character that needs none. */
  #warn(at: number, c: string, regex: boolean): void {
    if (this.#warned.has(`${regex}${c}`)) return;
    this.#warned.add(`${regex}${c}`);
    const plain = !regex || /[89]/.test(c);
    this.#heed(
      at,
      `warning: ${regex ? 'regexp ' : ''}escape sequence \`\\${c}' ${plain ? `treated as plain \`${c}'` : 'is not a known regexp operator'}`,
    );
  }

  next(): Token {
    const { source } = this;
    for (;;) {
      const c = source[this.#at];
      if (c === ' ' || c === '\t' || c === '\r') this.#at++;
      else if (c === '\\' && /^\\\r?\n/.test(source.slice(this.#at, this.#at + 3)))
        this.#at = source.indexOf('\n', this.#at) + 1;
      else if (c === '#') while (this.#at < source.length && source[this.#at] !== '\n') this.#at++;
      else break;
    }
    const at = this.#at;
    const c = source[at];
    const token = (t: Token['t'], text: string, value = 0): Token => {
      this.#operand =
        t === 'number' ||
        t === 'string' ||
        t === 'regex' ||
        t === 'name' ||
        t === 'builtin' ||
        text === ')' ||
        text === ']' ||
        text === '$' ||
        ((text === '++' || text === '--') && this.#operand);
      return { t, text, value, at };
    };
    if (c === undefined) return token('end', '');
    if (c === '\n') {
      this.#at++;
      return token('newline', '\n');
    }
    const number = /^(0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)/.exec(source.slice(at, at + 64));
    if (number !== null) {
      this.#at += number[0].length;
      return token('number', number[0], Number(number[0]));
    }
    const word = /^[A-Za-z_]\w*/.exec(source.slice(at, at + 256))?.[0];
    if (word !== undefined) {
      this.#at += word.length;
      if (KEYWORDS.has(word)) return token('keyword', word === 'func' ? 'function' : word);
      if (BUILTINS.has(word)) return token('builtin', word);
      return token(source[this.#at] === '(' ? 'funcname' : 'name', word);
    }
    if (c === '"') return token('string', this.#string());
    if (c === '/' && !this.#operand) return token('regex', this.#regex());
    for (const op of OPERATORS) {
      if (!source.startsWith(op, at)) continue;
      this.#at += op.length;
      return token('op', op === '**' ? '^' : op === '**=' ? '^=' : op);
    }
    throw new AwkSyntaxError(`syntax error`, at);
  }

  #string(): string {
    const start = this.#at;
    let raw = '';
    for (let i = start + 1; i < this.source.length; i++) {
      const c = this.source[i]!;
      if (c === '"') {
        this.#at = i + 1;
        return unescapeString(raw, (x) => this.#warn(start, x, false));
      }
      if (c === '\n') throw new AwkSyntaxError('unterminated string', start);
      if (c === '\\') {
        const next = this.source[++i] ?? '';
        if (next !== '\n') raw += `\\${next}`;
      } else raw += c;
    }
    throw new AwkSyntaxError('unterminated string', start);
  }

  #regex(): string {
    const start = this.#at;
    let text = '';
    let bracket = -1;
    for (let i = start + 1; i < this.source.length; i++) {
      const c = this.source[i]!;
      if (c === '\n') break;
      if (c === '\\') {
        const next = this.source[++i] ?? '';
        text += next === '/' ? '/' : `\\${next}`;
        if (/[ -~]/.test(next) && !KNOWN.test(next)) this.#warn(i, next, true);
        continue;
      }
      if (bracket >= 0) {
        if (c === ']' && i > bracket) bracket = -1;
      } else if (c === '[')
        bracket =
          this.source[i + 1] === '^'
            ? this.source[i + 2] === ']'
              ? i + 3
              : i + 2
            : this.source[i + 1] === ']'
              ? i + 2
              : i + 1;
      else if (c === '/') {
        this.#at = i + 1;
        return text;
      }
      text += c;
    }
    throw new AwkSyntaxError('unterminated regexp', start);
  }
}

/** Escapes of a string; an unknown one is its character without the backslash: `warn` gets it. */
export function unescapeString(raw: string, warn: (c: string) => void = () => {}): string {
  if (!raw.includes('\\')) return raw;
  return unescape(
    raw.replace(/\\([^])/gu, (all, c: string) => {
      if (/[abfnrtv\\0-7x"]/.test(c)) return all;
      warn(c);
      return c;
    }),
    false,
  ).text;
}
