import { POSIX_SYNTAX, readClass } from './bracket.ts';
import { ALL, CharSet, DOT } from './charset.ts';
import { readCondition } from './condition.ts';
import { Cursor, fail, type Flags, NO_FLAGS } from './cursor.ts';
import { readEscape } from './escape.ts';
import { checkLookbehinds } from './length.ts';
import { Names } from './names.ts';
import { type Mode, NOTHING, type PerlAssertion, type PerlNode, type PerlPattern, type VerbName } from './tree.ts';

/** Parentheses in each other. @see PARENS_NEST_LIMIT */
const MAX_DEPTH = 250;
/** @see MAX_REPEAT_COUNT */
const MAX_REPEAT = 65535;
/** Steps back and forth of a match. @see MATCH_LIMIT */
const MATCH_LIMIT = 10_000_000;

const LEADING =
  /^\(\*(?:(UTF|UCP|NO_JIT|NO_START_OPT|NO_AUTO_POSSESS|NO_DOTSTAR_ANCHOR|LF|BSR_UNICODE|BSR_ANYCRLF)|LIMIT_(MATCH|DEPTH|HEAP|RECURSION)=(\d{1,10}))\)/;

/** Groups that begin alike but for what is in them. */
const LOOKS: Readonly<Record<string, readonly [behind: boolean, negated: boolean, atomic: boolean]>> = {
  '(?=': [false, false, true],
  '(?!': [false, true, true],
  '(?<=': [true, false, true],
  '(?<!': [true, true, true],
  '(?*': [false, false, false],
  '(?<*': [true, false, false],
};
const ALPHA: Readonly<Record<string, string>> = {
  pla: '(?=',
  positive_lookahead: '(?=',
  nla: '(?!',
  negative_lookahead: '(?!',
  plb: '(?<=',
  positive_lookbehind: '(?<=',
  nlb: '(?<!',
  negative_lookbehind: '(?<!',
  napla: '(?*',
  non_atomic_positive_lookahead: '(?*',
  naplb: '(?<*',
  non_atomic_positive_lookbehind: '(?<*',
  atomic: '(?>',
};

export interface ReadOptions {
  readonly ignoreCase: boolean;
  /** The match must be the whole subject. @see PCRE2_EXTRA_MATCH_LINE */
  readonly wholeLine: boolean;
}

/** An atom, and whether a repetition may follow it. Null: nothing that counts. */
type Atom = { readonly node: PerlNode; readonly fixed: boolean } | null;

const atom = (node: PerlNode): Atom => ({ node, fixed: false });
const fixed = (node: PerlNode): Atom => ({ node, fixed: true });
const assertion = (what: PerlAssertion): Atom => fixed({ k: 'assert', what });

/** Reads patterns as PCRE2 10.42 does with PCRE2_UTF and PCRE2_DOLLAR_ENDONLY, and complains in its words. */
export class Reader {
  readonly cursor: Cursor;
  readonly names: Names = new Names();
  flags: Flags;
  #ucp = false;
  #anyCrLf = false;
  #jit = true;
  #limit = MATCH_LIMIT;
  #depth = 0;
  #quoted = false;
  /** Numbers of (*MARK)s' names. */
  readonly #marks: Map<string, number> = new Map();
  #inLook = 0;

  readonly #wholeLine: boolean;

  constructor(pattern: string, options: ReadOptions) {
    this.cursor = new Cursor(pattern);
    this.flags = { ...NO_FLAGS, i: options.ignoreCase };
    this.#wholeLine = options.wholeLine;
  }

  run(): PerlPattern {
    this.#leading();
    const body = this.alternatives();
    if (!this.cursor.done) fail('unmatched closing parenthesis');
    const groups = this.names.count;
    const tree: PerlNode = this.#wholeLine
      ? { k: 'cat', parts: [{ k: 'assert', what: 'start' }, body, { k: 'assert', what: 'end' }] }
      : body;
    this.names.resolveNames();
    checkLookbehinds(tree, groups);
    this.names.resolveNumbers();
    return { tree, groups, marks: this.#marks.size, ucp: this.#ucp, limit: this.#limit };
  }

  #leading(): void {
    for (;;) {
      const m = this.cursor.match(LEADING);
      if (m === null) return;
      if (m[1] === 'UCP') this.#ucp = true;
      else if (m[1] === 'NO_JIT') this.#jit = false;
      else if (m[1] === 'BSR_ANYCRLF') this.#anyCrLf = true;
      else if (m[2] === 'MATCH') this.#limit = Math.min(this.#limit, Number(m[3]));
    }
  }

  /** Branches up to a closing parenthesis or the end. @param reset each counts its groups from the same number. */
  alternatives(reset = false): PerlNode {
    const branches: PerlNode[] = [];
    const first = this.names.count;
    let most = first;
    do {
      if (reset) this.names.count = first;
      branches.push(this.#branch());
      most = Math.max(most, this.names.count);
    } while (this.cursor.take('|'));
    this.names.count = most;
    return branches.length === 1 ? branches[0]! : { k: 'alt', branches };
  }

  /** The same, then the parenthesis; flags set in it end with it. */
  body(reset = false): PerlNode {
    const { flags } = this;
    if (++this.#depth > MAX_DEPTH) fail('parentheses are too deeply nested');
    const node = this.alternatives(reset);
    this.close();
    this.flags = flags;
    return node;
  }

  close(): void {
    if (!this.cursor.take(')')) fail('missing closing parenthesis');
    this.#depth--;
  }

  #branch(): PerlNode {
    const parts: PerlNode[] = [];
    for (;;) {
      this.#skip();
      const { cursor } = this;
      if (cursor.done || (!this.#quoted && (cursor.char === '|' || cursor.char === ')'))) break;
      const found = this.#atom();
      if (found === null) {
        this.#skip();
        if (!this.#quoted && this.#quantifier() !== null) fail('quantifier does not follow a repeatable item');
        continue;
      }
      parts.push(this.#repeated(found.node, found.fixed));
    }
    return parts.length === 1 ? parts[0]! : parts.length === 0 ? NOTHING : { k: 'cat', parts };
  }

  /** Passes over what means nothing: the marks of quotes, comments, and with (?x) spaces. */
  #skip(): void {
    const { cursor } = this;
    for (;;) {
      if (cursor.take('\\E')) this.#quoted = false;
      else if (this.#quoted) return;
      else if (cursor.take('\\Q')) this.#quoted = true;
      else if (cursor.take('(?#')) {
        while (!cursor.done && cursor.char !== ')') cursor.at++;
        if (!cursor.take(')')) fail('missing ) after (?# comment');
      } else if (this.flags.x && !cursor.done && /[\t-\r \u0085\u200e\u200f\u2028\u2029]/.test(cursor.char!))
        cursor.at++;
      else if (this.flags.x && cursor.char === '#') while (!cursor.done && cursor.chars[cursor.at++] !== '\n');
      else return;
    }
  }

  #repeated(node: PerlNode, isFixed: boolean): PerlNode {
    this.#skip();
    const q = this.#quoted ? null : this.#quantifier();
    if (q === null) return node;
    if (isFixed) fail('quantifier does not follow a repeatable item');
    this.#skip();
    if (!this.#quoted && this.#quantifier() !== null) fail('quantifier does not follow a repeatable item');
    // Looking around again finds the same.
    if (node.k === 'look') return q.max === 0 ? NOTHING : q.min > 0 ? node : { k: 'repeat', body: node, ...q, max: 1 };
    return { k: 'repeat', body: node, ...q };
  }

  #quantifier(): { readonly min: number; readonly max: number; readonly mode: Mode } | null {
    const { cursor } = this;
    const m = cursor.match(/^(?:[*+?]|\{(\d+)(,?)(\d*)\})/);
    if (m === null) return null;
    let [min, max] = [m[0] === '+' ? 1 : 0, m[0] === '?' ? 1 : Infinity];
    if (m[1] !== undefined) {
      min = Number(m[1]);
      max = m[2] === '' ? min : m[3] === '' ? Infinity : Number(m[3]);
      if (min > MAX_REPEAT || (max !== Infinity && max > MAX_REPEAT)) fail('number too big in {} quantifier');
      if (max < min) fail('numbers out of order in {} quantifier');
    }
    if (cursor.take('+')) return { min, max, mode: 'possessive' };
    return { min, max, mode: cursor.take('?') !== this.flags.U ? 'lazy' : 'greedy' };
  }

  #char(cp: number): Atom {
    if (!this.flags.i) return atom({ k: 'char', cp });
    const c = String.fromCodePoint(cp);
    if (c.toLowerCase() === c.toUpperCase()) return atom({ k: 'char', cp });
    const set = new CharSet({ ranges: [[cp, cp]], classes: [], negated: false, fold: true });
    return atom({ k: 'set', set });
  }

  #class(source: string): Atom {
    return atom({ k: 'set', set: new CharSet({ ranges: [], classes: [source], negated: false, fold: false }) });
  }

  #atom(): Atom {
    const { cursor, flags } = this;
    const c = cursor.char!;
    if (this.#quoted) {
      cursor.at++;
      return this.#char(c.codePointAt(0)!);
    }
    if (c === '(') return this.#group();
    if (cursor.match(/^(?:[*+?]|\{\d+(,\d*)?\})/) !== null) fail('quantifier does not follow a repeatable item');
    cursor.at++;
    switch (c) {
      case '.':
        return this.#class(flags.s ? ALL : DOT);
      case '^':
        return assertion(flags.m ? 'line-start' : 'start');
      case '$':
        return assertion(flags.m ? 'line-end' : 'end');
      case '[': {
        const edge = cursor.match(/^\[:([<>]):\]\]/);
        if (edge !== null) return fixed(this.#wordEdge(edge[1] === '<'));
        cursor.at--;
        const posix = cursor.match(POSIX_SYNTAX);
        if (posix !== null)
          fail(
            posix[1] === ':'
              ? 'POSIX named classes are supported only within a class'
              : 'POSIX collating elements are not supported',
          );
        cursor.at++;
        return atom({ k: 'set', set: readClass(cursor, flags, this.#ucp) });
      }
      case '\\':
        return this.#backslash();
      default:
        return this.#char(c.codePointAt(0)!);
    }
  }

  /** [[:<:]] and [[:>:]]. */
  #wordEdge(start: boolean): PerlNode {
    const word = this.#class('\\w')!.node;
    const look: PerlNode = { k: 'look', behind: !start, negated: false, atomic: true, body: word };
    return { k: 'cat', parts: [{ k: 'assert', what: 'word-edge' }, look] };
  }

  #backslash(): Atom {
    const { cursor, names } = this;
    const letter = cursor.char ?? '';
    const escape = readEscape(cursor, this.#ucp, names.count);
    if (escape.k === 'char') return this.#char(escape.cp);
    if (escape.k === 'class') {
      // The machine code PCRE2 10.42 makes finds nothing beyond ASCII in these where they stand alone.
      const narrow = this.#jit && !this.#ucp && /^[DWS]$/.test(letter);
      return this.#class(narrow ? `(?=[\\0-\\x7f])${escape.source}` : escape.source);
    }
    switch (escape.c) {
      case 'A':
        return assertion('text-start');
      case 'Z':
        return assertion('text-end-newline');
      case 'z':
        return assertion('text-end');
      case 'G':
        return assertion('search-start');
      case 'b':
        return assertion('word-edge');
      case 'B':
        return assertion('no-word-edge');
      case 'K':
        if (this.#inLook > 0)
          names.later(() => fail('\\K is not allowed in lookarounds (but see PCRE2_EXTRA_ALLOW_LOOKAROUND_BSK)'));
        return fixed({ k: 'keep' });
      case 'N':
        return this.#class(DOT);
      case 'R':
        return atom(this.#newline());
      case 'X':
        return atom({ k: 'grapheme' });
      case 'C':
        return fail('using \\C is disabled in this PCRE2 library');
      case 'g':
        return atom(this.#braceReference());
      case 'k': {
        const open = cursor.match(/^[{<']/)?.[0];
        if (open === undefined) return fail('\\k is not followed by a braced, angle-bracketed, or quoted name');
        return atom(names.back(cursor.name(open === '{' ? '}' : open === '<' ? '>' : "'"), this.flags.i));
      }
      default:
        return atom(names.back(Number(escape.c), this.flags.i));
    }
  }

  /** \R */
  #newline(): PerlNode {
    const one = this.#class(this.#anyCrLf ? '[\\r\\n]' : '[\\n-\\r\\u0085\\u2028\\u2029]')!.node;
    const both: PerlNode = {
      k: 'cat',
      parts: [
        { k: 'char', cp: 13 },
        { k: 'char', cp: 10 },
      ],
    };
    return { k: 'atomic', body: { k: 'alt', branches: [both, one] } };
  }

  /** \g */
  #braceReference(): PerlNode {
    const { cursor, names } = this;
    const open = cursor.match(/^[<'](?=[+-]?\d)/)?.[0] ?? (cursor.sees('<') || cursor.sees("'") ? cursor.char! : '');
    if (open !== '') {
      cursor.take(open);
      return this.call(open === '<' ? '>' : "'");
    }
    const number = cursor.match(/^(?:\{([+-]?\d+)\}|([+-]?\d+))/);
    if (number !== null) return names.back(names.relative(number[1] ?? number[2]!), this.flags.i);
    if (!cursor.take('{'))
      fail('\\g is not followed by a braced, angle-bracketed, or quoted name/number or by a plain number');
    return names.back(cursor.name('}'), this.flags.i);
  }

  /** A group used as a subroutine: its number or name up to what ends it. */
  call(terminator: string): PerlNode {
    const { cursor, names } = this;
    const number = cursor.match(/^[+-]?\d+/)?.[0];
    if (number === undefined) return names.call(cursor.name(terminator));
    if (!cursor.take(terminator)) fail('(?R (recursive pattern call) must be followed by a closing parenthesis');
    return names.call(names.relative(number));
  }

  look(open: string): PerlNode {
    const [behind, negated, atomic] = LOOKS[open]!;
    this.#inLook++;
    const body = this.body();
    this.#inLook--;
    return { k: 'look', behind, negated, atomic, body };
  }

  #capture(name: string | null): Atom {
    const n = this.names.open(name, this.flags.J);
    return atom({ k: 'capture', n, body: this.body() });
  }

  #group(): Atom {
    const { cursor, names } = this;
    if (cursor.match(/^\(\*(?=[A-Za-z:])/) !== null) return this.#verb();
    if (!cursor.sees('(?')) {
      cursor.at++;
      return this.flags.n ? atom(this.body()) : this.#capture(null);
    }
    const look = cursor.match(/^\(\?(?:[=!*]|<[=!*])/);
    if (look !== null) return atom(this.look(look[0]));
    cursor.at += 2;
    const c = cursor.char;
    if (c === undefined) return fail('missing closing parenthesis');
    if (cursor.take(':')) return atom(this.body());
    if (cursor.take('|')) return atom(this.body(true));
    if (cursor.take('>')) return atom({ k: 'atomic', body: this.body() });
    if (cursor.take('(')) return atom(readCondition(this));
    if (cursor.take('&')) return atom(names.call(cursor.name(')')));
    if (cursor.take('C')) return this.#callout();
    if (cursor.take('R')) {
      if (!cursor.take(')')) fail('(?R (recursive pattern call) must be followed by a closing parenthesis');
      return atom(names.call(0));
    }
    if (cursor.take('P')) {
      if (cursor.done) fail('missing closing parenthesis');
      if (cursor.take('=')) return atom(names.back(cursor.name(')'), this.flags.i));
      if (cursor.take('>')) return atom(names.call(cursor.name(')')));
      if (cursor.take('<')) return this.#capture(cursor.name('>'));
      return fail('unrecognized character after (?P');
    }
    if (cursor.take('<')) return this.#capture(cursor.name('>'));
    if (cursor.take("'")) return this.#capture(cursor.name("'"));
    if (/[0-9+]/.test(c) || cursor.match(/^(?=-\d)/) !== null) {
      if (c === '+' && !/[0-9]/.test(cursor.chars[cursor.at + 1] ?? '')) fail('digit expected after (?+ or (?-');
      return atom(this.call(')'));
    }
    return this.#options();
  }

  /** (?C): nobody is called. */
  #callout(): Atom {
    const { cursor } = this;
    const text = cursor.match(/^(?:([`'"^%#$])(?:(?!\1)[^]|\1\1)*\1|\{[^}]*\})/, 1000);
    if (text === null && Number(cursor.match(/^\d*/)![0]) > 255) fail('number after (?C is greater than 255');
    if (cursor.done && text === null && cursor.chars[cursor.at - 1] === 'C') fail('missing closing parenthesis');
    if (!cursor.take(')')) fail('closing parenthesis for (?C expected');
    return null;
  }

  #options(): Atom {
    const { cursor } = this;
    let flags: Record<string, boolean> = { ...this.flags };
    if (cursor.take('^')) flags = { ...flags, i: false, m: false, s: false, x: false, xx: false, n: false };
    let on = true;
    for (; !cursor.done && cursor.char !== ')' && cursor.char !== ':'; cursor.at++) {
      const c = cursor.char!;
      if (c === '-') {
        if (!on) fail('invalid hyphen in option setting');
        on = false;
      } else if (c === 'x') {
        flags['xx'] = on && cursor.chars[cursor.at + 1] === 'x';
        if (cursor.chars[cursor.at + 1] === 'x') cursor.at++;
        flags['x'] = on;
      } else if ('imsnJU'.includes(c)) flags[c] = on;
      else fail('unrecognized character after (? or (?-');
    }
    if (cursor.done) fail('missing closing parenthesis');
    const next = flags as unknown as Flags;
    if (cursor.take(')')) {
      this.flags = next;
      return null;
    }
    cursor.at++;
    const before = this.flags;
    this.flags = next;
    const node = this.body();
    this.flags = before;
    return atom(node);
  }

  /** (*VERB) and (*assertion:…). */
  #verb(): Atom {
    const { cursor } = this;
    const alpha = cursor.match(/^([a-z_]+):/);
    if (alpha !== null) {
      const open = ALPHA[alpha[1]!];
      if (open === undefined) return fail('(*alpha_assertion) not recognized');
      return open === '(?>' ? atom({ k: 'atomic', body: this.body() }) : atom(this.look(open));
    }
    const m = cursor.match(/^(ACCEPT|COMMIT|FAIL|F|MARK|PRUNE|SKIP|THEN|)(?::([^)]*))?\)/, 400);
    if (m === null) return fail('(*VERB) not recognized or malformed');
    const what = (m[1] === 'F' ? 'FAIL' : m[1] === '' ? 'MARK' : m[1]!) as VerbName;
    const name = m[2] ?? '';
    if (what === 'MARK' && name === '') fail('(*MARK) must have an argument');
    let mark = -1;
    if (name !== '' && (what === 'MARK' || what === 'SKIP')) {
      mark = this.#marks.get(name) ?? this.#marks.size;
      this.#marks.set(name, mark);
    }
    return { node: { k: 'verb', what, mark }, fixed: what !== 'ACCEPT' };
  }
}

/** Reads a pattern. @throws RegexError in PCRE's words */
export const readPerl = (pattern: string, options: ReadOptions): PerlPattern => new Reader(pattern, options).run();
