import { RegexError } from '../pattern.ts';

/** The longest name of a group. @see MAX_NAME_SIZE */
const MAX_NAME = 32;

export const fail = (message: string): never => {
  throw new RegexError(message);
};

/** The options (?i) and the like set: they hold to the end of the group. */
export interface Flags {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
  readonly x: boolean;
  /** Spaces do not count in classes either. */
  readonly xx: boolean;
  /** Bare parentheses hold nothing. */
  readonly n: boolean;
  /** Names may be given twice. */
  readonly J: boolean;
  /** Repetitions are lazy unless a question mark follows. */
  readonly U: boolean;
}

export const NO_FLAGS: Flags = { i: false, m: false, s: false, x: false, xx: false, n: false, J: false, U: false };

/** A place in a pattern. */
export class Cursor {
  readonly chars: readonly string[];
  at = 0;

  constructor(pattern: string) {
    this.chars = [...pattern];
  }

  get done(): boolean {
    return this.at >= this.chars.length;
  }

  get char(): string | undefined {
    return this.chars[this.at];
  }

  /** Whether the text stands here. */
  sees(text: string): boolean {
    for (let i = 0; i < text.length; i++) if (this.chars[this.at + i] !== text[i]) return false;
    return true;
  }

  /** Goes behind the text if it stands here. */
  take(text: string): boolean {
    if (!this.sees(text)) return false;
    this.at += text.length;
    return true;
  }

  /** What a sticky expression of bounded length finds here; goes behind it. */
  match(re: RegExp, length = 80): RegExpExecArray | null {
    const m = re.exec(this.chars.slice(this.at, this.at + length).join(''));
    if (m !== null) this.at += [...m[0]].length;
    return m;
  }

  /** A group's name and what ends it. @throws RegexError */
  name(terminator: string): string {
    const first = this.char;
    if (first === undefined || first === terminator) fail('subpattern name expected');
    if (/[0-9]/.test(first!)) fail('subpattern name must start with a non-digit');
    if (!/[\p{L}\p{Nd}_]/u.test(first!)) fail('subpattern name expected');
    const from = this.at;
    while (!this.done && /[\p{L}\p{Nd}_]/u.test(this.char!)) this.at++;
    if (this.at - from > MAX_NAME) fail('subpattern name is too long (maximum 32 code units)');
    const name = this.chars.slice(from, this.at).join('');
    if (!this.take(terminator)) fail('syntax error in subpattern name (missing terminator?)');
    return name;
  }
}
