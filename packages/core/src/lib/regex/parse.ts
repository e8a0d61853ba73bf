import { readBracket } from './bracket.ts';
import type { Dialect } from './dialect.ts';
import { type Assertion, EMPTY, type Node, RegexError } from './pattern.ts';

/** Parentheses in each other, and repetitions of repetitions. */
const MAX_DEPTH = 5000;
const MAX_REPETITIONS = 800;
/** The highest number of a repetition. @see RE_DUP_MAX */
const DUP_MAX = 32767;

const WORD = '[\\p{L}\\p{N}_]';
// What is no character of UTF-8 is in no set: it matches itself alone.
const NO_WORD = '[^\\p{L}\\p{N}_\\udc80-\\udcff]';
const ANY = '[^\\udc80-\\udcff]';
const NO_SPACE = '[^\\s\\udc80-\\udcff]';

const SED_LETTERS: Readonly<Record<string, string>> = { n: '\n', t: '\t', f: '\f', v: '\v', a: '\x07', r: '\r' };
const AWK_LETTERS: Readonly<Record<string, string>> = { ...SED_LETTERS, b: '\b', '/': '/', '"': '"' };

export interface ParseResult {
  readonly tree: Node;
  readonly groups: number;
  /** What GNU grep warns of, in its words. */
  readonly warnings: readonly string[];
}

/** An atom: what a repetition may follow, or not (`anchor`). */
interface Atom {
  readonly node: Node;
  readonly anchor?: boolean;
}

/** A group that is open, or the whole. */
interface Frame {
  readonly group: number;
  readonly branches: Node[];
  /** Of the branch that is read. */
  parts: Node[];
  /** Nothing a repetition could repeat stands before. */
  first: boolean;
  /** Where a circumflex of basic syntax is an anchor. */
  start: boolean;
}

const newFrame = (group: number): Frame => ({ group, branches: [], parts: [], first: true, start: true });

const concatenated = (parts: readonly Node[]): Node =>
  parts.length === 1 ? parts[0]! : parts.length === 0 ? EMPTY : { k: 'cat', parts };

function alternated(branches: Node[]): Node {
  if (branches.length === 1) return branches[0]!;
  // regexec asks for a first branch that is empty behind the second one.
  if (isEmpty(branches[0]!) && !isEmpty(branches[1]!)) branches.unshift(...branches.splice(1, 1));
  return { k: 'alt', branches };
}

class Parser {
  readonly #chars: readonly string[];
  readonly #d: Dialect;
  readonly #ignoreCase: boolean;
  readonly #warnings: Set<string> = new Set();
  #at = 0;
  #groups = 0;
  #depth = 0;
  /** Groups that are not closed yet. */
  readonly #open: number[] = [];

  constructor(pattern: string, dialect: Dialect, ignoreCase: boolean) {
    this.#chars = [...pattern];
    this.#d = dialect;
    this.#ignoreCase = ignoreCase;
  }

  run(): ParseResult {
    const tree = this.#alternatives();
    return { tree, groups: this.#groups, warnings: [...this.#warnings] };
  }

  #peek(text: string): boolean {
    for (let i = 0; i < text.length; i++) if (this.#chars[this.#at + i] !== text[i]) return false;
    return true;
  }

  /** Whether an operator stands here: bare in extended, behind a backslash in basic syntax. */
  #operator(c: string): boolean {
    return this.#peek(this.#bare(c) ? c : `\\${c}`);
  }

  #bare(c: string): boolean {
    return this.#d.emacs === true ? c === '+' || c === '?' : this.#d.extended;
  }

  #skip(c: string): void {
    this.#at += this.#bare(c) ? 1 : 2;
  }

  #closes(): boolean {
    return this.#depth > 0 && this.#operator(')');
  }

  /** Reads it all; groups that are open are on a stack of our own. */
  #alternatives(): Node {
    let frame = newFrame(0);
    const outer: Frame[] = [];
    for (;;) {
      if (this.#at >= this.#chars.length || this.#operator('|') || this.#closes()) {
        frame.branches.push(concatenated(frame.parts));
        if (this.#operator('|')) {
          this.#skip('|');
          frame.parts = [];
          frame.first = frame.start = true;
          continue;
        }
        const body = alternated(frame.branches);
        const around = outer.pop();
        if (around === undefined) return body;
        if (!this.#operator(')')) throw new RegexError('Unmatched ( or \\(');
        this.#skip(')');
        this.#open.pop();
        this.#depth--;
        const group: Node = { k: 'group', n: frame.group, body };
        frame = around;
        frame.parts.push(this.#repetitions(group));
        continue;
      }
      if (this.#operator(')') && !(this.#d.extended && this.#d.looseParen === true))
        throw new RegexError('Unmatched ) or \\)');
      if (frame.first && this.#leading()) continue;
      if (this.#operator('(')) {
        this.#skip('(');
        if (++this.#depth > MAX_DEPTH) throw new RegexError('stack overflow');
        frame.start = frame.first = false;
        outer.push(frame);
        frame = newFrame(++this.#groups);
        this.#open.push(frame.group);
        continue;
      }
      const atom = this.#atom(frame.start, frame.first);
      frame.start = false;
      frame.first = atom.anchor === true;
      frame.parts.push(frame.first ? atom.node : this.#repetitions(atom.node));
    }
  }

  /** Deals with a repetition that repeats nothing. @returns whether it was skipped */
  #leading(): boolean {
    const { extended, leading } = this.#d;
    if (!extended) return false;
    const c = this.#chars[this.#at]!;
    const interval = c === '{' ? /^\{\d*(,\d*)?\}/.exec(this.#rest(16)) : null;
    if (c !== '*' && c !== '+' && c !== '?' && (interval === null || interval[0] === '{}')) {
      if (c === '{' && this.#d.leading === 'refuse') throw new RegexError('Invalid preceding regular expression');
      return false;
    }
    if (leading === 'refuse') throw new RegexError('Invalid preceding regular expression');
    if (leading === 'literal') return false;
    this.#warnings.add(`${c === '{' ? '{...}' : c} at start of expression`);
    // Of an interval the brace alone is passed over, as regcomp does.
    this.#at++;
    return true;
  }

  #atom(start: boolean, first: boolean): Atom {
    const { extended } = this.#d;
    const c = this.#chars[this.#at++]!;
    switch (c) {
      case '.':
        return { node: { k: 'set', source: ANY } };
      case '[': {
        const { source, end } = readBracket(this.#chars, this.#at, {
          ignoreCase: this.#ignoreCase,
          strictClasses: this.#d.strictClasses === true,
          emptyRanges: this.#d.emptyRanges === true,
          classes: this.#d.emacs !== true,
          escape: this.#d.escapes === undefined ? null : (at) => this.#bracketEscape(at),
        });
        this.#at = end;
        return { node: { k: 'set', source } };
      }
      case '^':
        if (extended || start || this.#d.emacs === true) return anchor('line-start');
        break;
      case '$':
        if (extended || this.#at >= this.#chars.length || this.#operator(')') || this.#operator('|'))
          return anchor('line-end');
        break;
      case '\\':
        return this.#backslash(first);
      default:
    }
    return { node: { k: 'char', c } };
  }

  #backslash(first: boolean): Atom {
    const next = this.#chars[this.#at++];
    if (next === undefined) throw new RegexError('Trailing backslash');
    const awk = this.#d.escapes === 'awk';
    if (next >= '1' && next <= '9' && !awk) {
      if (Number(next) > this.#groups || this.#open.includes(Number(next)))
        throw new RegexError('Invalid back reference');
      return { node: { k: 'back', n: Number(next) } };
    }
    if (this.#d.escapes !== undefined) {
      const escape = this.#escape(this.#at - 1);
      if (escape !== null) {
        this.#at = escape[1];
        return { node: { k: 'char', c: escape[0] } };
      }
    }
    const special = SPECIAL[awk && next === 'y' ? 'b' : next];
    if (special !== undefined) return special;
    if (next === '{' && !this.#d.extended && first && this.#d.noDoubled === true)
      throw new RegexError('Invalid preceding regular expression');
    this.#stray(next);
    return { node: { k: 'char', c: next } };
  }

  /** A backslash before what needs none. */
  #stray(c: string): void {
    if (/[\\^$.*+?()[\]{}|/\n'"`<>-]/.test(c)) return;
    this.#warnings.add(`stray \\ before ${/\s/.test(c) ? 'white space' : c}`);
  }

  #rest(n: number, from: number = this.#at): string {
    return this.#chars.slice(from, from + n).join('');
  }

  /** What stands behind a backslash at `at`, if it means another character; and the place behind it. */
  #escape(at: number): readonly [string, number] | null {
    const c = this.#chars[at]!;
    const awk = this.#d.escapes === 'awk';
    const letter = (awk ? AWK_LETTERS : SED_LETTERS)[c];
    if (letter !== undefined) return [letter, at + 1];
    const rest = this.#rest(4, at);
    const m =
      c === 'x'
        ? /^x([0-9a-fA-F]{1,2})/.exec(rest)
        : awk
          ? /^([0-7]{1,3})/.exec(rest)
          : c === 'o'
            ? /^o([0-7]{1,3})/.exec(rest)
            : c === 'd'
              ? /^d([0-9]{1,3})/.exec(rest)
              : null;
    if (m === null) {
      if (c !== 'c' || awk || this.#chars[at + 1] === undefined) return null;
      return [String.fromCharCode(this.#chars[at + 1]!.toUpperCase().charCodeAt(0) ^ 64), at + 2];
    }
    const n = Number.parseInt(m[1]!, c === 'x' ? 16 : c === 'd' && !awk ? 10 : 8) & 255;
    // A byte from 0x80 on is none of UTF-8.
    return [n < 128 ? String.fromCharCode(n) : String.fromCharCode(0xdc00 | n), at + m[0].length];
  }

  /** The same inside of brackets, where sed leaves a backslash alone that begins no escape, and awk takes the character. */
  #bracketEscape(at: number): readonly [string, number] | null {
    const c = this.#chars[at];
    if (c === undefined) return null;
    const escape = this.#escape(at);
    if (escape !== null || this.#d.escapes === 'sed') return escape;
    return [c, at + 1];
  }

  #repetitions(atom: Node): Node {
    let node = atom;
    for (let count = 0; ; count++) {
      let [min, max] = [0, Infinity];
      if (this.#peek('*')) this.#at++;
      else if (this.#operator('+')) {
        this.#skip('+');
        min = 1;
      } else if (this.#operator('?')) {
        this.#skip('?');
        max = 1;
      } else if (this.#d.emacs !== true && this.#operator('{')) {
        const interval = this.#interval();
        if (interval === null) return node;
        [min, max] = interval;
      } else return node;
      if (count > 0 && this.#d.noDoubled === true) throw new RegexError('Invalid preceding regular expression');
      // A star of a star is the star: else each would double the automaton.
      if (count > 0 && node.k === 'repeat' && node.min < 2 && min < 2 && node.max === Infinity && max === Infinity) {
        node = { ...node, min: node.min * min };
        continue;
      }
      if (count > MAX_REPETITIONS) throw new RegexError('stack overflow');
      node = { k: 'repeat', body: node, min, max };
    }
  }

  /** The numbers in braces; null when the brace is a character. */
  #interval(): readonly [number, number] | null {
    const { extended, badInterval } = this.#d;
    const from = this.#at + (extended ? 1 : 2);
    let at = from;
    const digits = (): string => {
      const begin = at;
      while (/[0-9]/.test(this.#chars[at] ?? '')) at++;
      return this.#chars.slice(begin, at).join('');
    };
    const low = digits();
    const comma = this.#chars[at] === ',';
    if (comma) at++;
    const high = comma ? digits() : low;
    const closed = extended ? this.#chars[at] === '}' : this.#chars[at] === '\\' && this.#chars[at + 1] === '}';
    if (!closed || (low === '' && !comma)) {
      if (extended && badInterval === 'literal') return null;
      const ends = at >= this.#chars.length;
      throw new RegexError(ends ? 'Unmatched \\{' : 'Invalid content of \\{\\}');
    }
    const min = Number(low);
    const max = high === '' ? Infinity : Number(high);
    if (max < min) throw new RegexError('Invalid content of \\{\\}');
    if (min > DUP_MAX || (max !== Infinity && max > DUP_MAX)) throw new RegexError('Regular expression too big');
    this.#at = at + (extended ? 1 : 2);
    return [min, max];
  }
}

const isEmpty = (n: Node): boolean => n === EMPTY || (n.k === 'repeat' && (n.max === 0 || isEmpty(n.body)));

const anchor = (what: Assertion): Atom => ({ node: { k: 'assert', what }, anchor: true });
const set = (source: string): Atom => ({ node: { k: 'set', source } });

/** GNU's operators of a backslash and a letter. */
const SPECIAL: Readonly<Record<string, Atom>> = {
  w: set(WORD),
  W: set(NO_WORD),
  s: set('\\s'),
  S: set(NO_SPACE),
  b: anchor('word-edge'),
  B: anchor('no-word-edge'),
  '<': anchor('word-start'),
  '>': anchor('word-end'),
  '`': anchor('text-start'),
  "'": anchor('text-end'),
};

/** Reads a POSIX pattern with GNU's extensions. @throws RegexError in glibc's words */
export function parsePosix(pattern: string, dialect: Dialect, ignoreCase: boolean): ParseResult {
  return new Parser(pattern, dialect, ignoreCase).run();
}
