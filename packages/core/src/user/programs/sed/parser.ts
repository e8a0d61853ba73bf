import { SED, SED_EXTENDED } from '../../../lib/regex/dialect.ts';
import type { Meter } from '../../../lib/regex/meter.ts';
import { RegexError } from '../../../lib/regex/pattern.ts';
import { compilePosix } from '../../../lib/regex/posix.ts';
import type { Regex } from '../../../lib/regex/regex.ts';
import { type Address, type Command, type Piece, SedError } from './script.ts';

/** One -e or -f. */
export interface Part {
  readonly text: string;
  readonly kind: 'expression' | 'file';
  /** Number of the -e, or the file's name. */
  readonly name: string;
}

const LETTERS: Readonly<Record<string, string>> = { n: '\n', t: '\t', f: '\f', v: '\v', a: '\x07', r: '\r' };
/** A bracket expression that ends on its line. */
const BRACKET = /^\[\^?\]?(?:\[[:.=][^\n]*?[:.=]\]|[^\]\n])*\]/;
const NO_ADDRESS: ReadonlySet<string> = new Set([':', '}', '#']);
const ONE_ADDRESS: ReadonlySet<string> = new Set(['q', 'Q']);

/** Reads scripts, in order, as one program. @throws SedError in GNU's words */
export class Parser {
  readonly commands: Command[] = [];
  readonly #extended: boolean;
  readonly #sandbox: boolean;
  readonly #meter: Meter;
  readonly #open: number[] = [];
  #s = '';
  #i = 0;
  #part: Part = { text: '', kind: 'expression', name: '1' };

  /** `sandbox`: what would run or write something is refused. */
  constructor(extended: boolean, sandbox: boolean, meter: Meter) {
    this.#extended = extended;
    this.#meter = meter;
    this.#sandbox = sandbox;
  }

  #mayTouch(): void {
    if (this.#sandbox) this.fail('e/r/w commands disabled in sandbox mode');
  }

  fail(message: string): never {
    const { kind, name } = this.#part;
    if (kind === 'file')
      throw new SedError(`file ${name} line ${this.#s.slice(0, this.#i).split('\n').length}: ${message}`);
    throw new SedError(`-e expression #${name}, char ${Math.min(this.#i, this.#s.length)}: ${message}`);
  }

  add(part: Part): void {
    this.#part = part;
    this.#s = part.text;
    this.#i = 0;
    while (this.#i < this.#s.length) {
      if (/[\s;]/.test(this.#s[this.#i]!)) this.#i++;
      else if (this.#s[this.#i] === '#') this.#lineEnd();
      else this.#command();
    }
  }

  /** Resolves labels. */
  finish(): readonly Command[] {
    if (this.#open.length > 0) throw new SedError(`-e expression #1, char 0: unmatched \`{'`);
    for (const c of this.commands) {
      if (c.name !== 'b' && c.name !== 't' && c.name !== 'T') continue;
      if (c.text === '') c.target = this.commands.length;
      else {
        c.target = this.commands.findIndex((d) => d.name === ':' && d.text === c.text);
        if (c.target < 0) throw new SedError(`can't find label for jump to \`${c.text}'`, 4);
      }
    }
    return this.commands;
  }

  #lineEnd(): string {
    const end = this.#s.indexOf('\n', this.#i);
    const text = this.#s.slice(this.#i, end < 0 ? this.#s.length : end);
    this.#i = end < 0 ? this.#s.length : end + 1;
    return text;
  }

  #blanks(): void {
    while (this.#s[this.#i] === ' ' || this.#s[this.#i] === '\t') this.#i++;
  }

  #number(): number | null {
    const m = /^\d+/.exec(this.#s.slice(this.#i, this.#i + 20));
    if (m === null) return null;
    this.#i += m[0].length;
    return Number(m[0]);
  }

  #address(second: boolean): Address | null {
    const c = this.#s[this.#i];
    if (c === undefined) return null;
    if (c === '$') {
      this.#i++;
      return { k: 'last' };
    }
    if (second && (c === '+' || c === '~')) {
      this.#i++;
      const n = this.#number() ?? this.fail('expected number');
      return c === '+' ? { k: 'plus', n } : { k: 'multiple', n };
    }
    const n = this.#number();
    if (n !== null) {
      if (this.#s[this.#i] === '~') {
        this.#i++;
        return { k: 'step', first: n, step: this.#number() ?? 0 };
      }
      return n === 0 && !second ? { k: 'zero' } : { k: 'line', n };
    }
    if (c === '/' || c === '\\') {
      let delimiter = '/';
      if (c === '\\') delimiter = this.#s[++this.#i] ?? this.fail("unexpected `,'");
      this.#i++;
      const text = this.#delimited(delimiter, true) ?? this.fail('unterminated address regex');
      let [icase, multiline] = [false, false];
      for (; /[IM]/.test(this.#s[this.#i] ?? ''); this.#i++) {
        if (this.#s[this.#i] === 'I') icase = true;
        else multiline = true;
      }
      return { k: 'regex', re: this.#regex(text, icase, multiline) };
    }
    return null;
  }

  /** Text up to an unescaped delimiter, which is skipped. `\n` becomes a newline, `\DELIMITER` the delimiter. */
  #delimited(delimiter: string, regex: boolean): string | null {
    let out = '';
    for (; this.#i < this.#s.length; this.#i++) {
      const c = this.#s[this.#i]!;
      // A delimiter in brackets is itself.
      const set = regex && c === '[' && delimiter !== '[' ? BRACKET.exec(this.#s.slice(this.#i))?.[0] : undefined;
      if (set !== undefined) {
        out += set;
        this.#i += set.length - 1;
        continue;
      }
      if (c === '\\') {
        const next = this.#s[++this.#i];
        if (next === undefined) return null;
        if (next === delimiter)
          out +=
            regex && /[.*[\]^$+?(){}|]/.test(delimiter) && delimiter !== '|'
              ? `\\${next}`
              : next === '&' && !regex
                ? '\\&'
                : next;
        else if (next === 'n' && regex) out += '\n';
        else out += `\\${next}`;
        continue;
      }
      if (c === delimiter) {
        this.#i++;
        return out;
      }
      if (c === '\n' && regex) {
        // An address or pattern may not span lines.
        return null;
      }
      out += c;
    }
    return null;
  }

  #regex(text: string, ignoreCase: boolean, multiline: boolean): Regex | null {
    if (text === '') return null;
    try {
      return compilePosix(text, this.#extended ? SED_EXTENDED : SED, { ignoreCase, multiline, meter: this.#meter });
    } catch (e) {
      if (!(e instanceof RegexError)) throw e;
      // What the second look at the pattern finds is told without a place. @see dfaerror
      if (e.message.startsWith('character class syntax')) throw new SedError(e.message, 4);
      return this.fail(e.message);
    }
  }

  #command(): void {
    const from = this.#address(false);
    let to: Address | null = null;
    this.#blanks();
    if (from !== null && this.#s[this.#i] === ',') {
      this.#i++;
      this.#blanks();
      to = this.#address(true) ?? this.fail("unexpected `,'");
      this.#blanks();
    } else if (from === null && this.#s[this.#i] === ',') {
      this.#i++;
      this.fail("unexpected `,'");
    }
    if (from?.k === 'zero' && to?.k !== 'regex') {
      this.#i++;
      this.fail('invalid usage of line address 0');
    }
    let negated = false;
    while (this.#s[this.#i] === '!') {
      if (negated) {
        this.#i++;
        this.fail("multiple `!'s");
      }
      negated = true;
      this.#i++;
      this.#blanks();
    }
    const name = this.#s[this.#i++];
    if (name === undefined || name === '\n' || name === ';') {
      if (name === undefined) this.#i--;
      this.fail('missing command');
    }
    if (from !== null && NO_ADDRESS.has(name)) {
      if (name === ':') this.fail(": doesn't want any addresses");
      if (name === '}') this.fail("} doesn't want any addresses");
      this.fail("comments don't accept any addresses");
    }
    if (to !== null && ONE_ADDRESS.has(name)) this.fail('command only uses one address');
    const base = {
      name,
      from,
      to,
      negated,
      text: '',
      number: -1,
      re: null,
      groups: false,
      pieces: [] as Piece[],
      global: false,
      print: 0,
      map: new Map<string, string>(),
      target: 0,
    };
    switch (name) {
      case '{':
        this.#open.push(this.commands.length);
        this.commands.push(base);
        return;
      case '}': {
        const start = this.#open.pop();
        if (start === undefined) this.fail("unexpected `}'");
        this.commands.push(base);
        this.commands[start]!.target = this.commands.length;
        this.#end();
        return;
      }
      case '=':
      case 'd':
      case 'D':
      case 'F':
      case 'g':
      case 'G':
      case 'h':
      case 'H':
      case 'n':
      case 'N':
      case 'p':
      case 'P':
      case 'x':
      case 'z':
        this.commands.push(base);
        this.#end();
        return;
      case 'l':
      case 'q':
      case 'Q':
        this.#blanks();
        this.commands.push({ ...base, number: this.#number() ?? -1 });
        this.#end();
        return;
      case ':': {
        this.#blanks();
        const label = /^[^\s;]*/.exec(this.#s.slice(this.#i))![0];
        if (label === '') this.fail('":" lacks a label');
        this.#i += label.length;
        this.commands.push({ ...base, text: label });
        return;
      }
      case 'b':
      case 't':
      case 'T': {
        this.#blanks();
        const label = /^[^\s;}]*/.exec(this.#s.slice(this.#i))![0];
        this.#i += label.length;
        this.commands.push({ ...base, text: label });
        this.#end();
        return;
      }
      case 'r':
      case 'R':
      case 'w':
      case 'W': {
        this.#mayTouch();
        this.#blanks();
        const text = this.#lineEnd();
        if (text === '') this.fail('missing filename in r/R/w/W commands');
        this.commands.push({ ...base, text });
        return;
      }
      case 'a':
      case 'i':
      case 'c':
        this.commands.push({ ...base, text: this.#text() });
        return;
      case 's':
        this.commands.push({ ...base, ...this.#substitute() });
        return;
      case 'y':
        this.commands.push({ ...base, map: this.#transliterate() });
        this.#end();
        return;
      case 'e':
        this.#mayTouch();
        return this.fail("command `e' is not supported");
      default:
        this.fail(`unknown command: \`${name}'`);
    }
  }

  /** What may follow a command on its line. */
  #end(): void {
    this.#blanks();
    const c = this.#s[this.#i];
    if (c === undefined || c === '}' || c === '#') return;
    this.#i++;
    if (c !== '\n' && c !== ';') this.fail('extra characters after command');
  }

  /** The text of a, i and c: one line, or more by backslashes. */
  #text(): string {
    this.#blanks();
    if (this.#i >= this.#s.length) this.fail("expected \\ after `a', `c' or `i'");
    if (this.#s[this.#i] === '\\') {
      this.#i++;
      const rest = /^[ \t]*\n/.exec(this.#s.slice(this.#i));
      if (rest !== null) this.#i += rest[0].length;
      else this.#blanks();
      if (this.#i >= this.#s.length) this.fail("expected \\ after `a', `c' or `i'");
    }
    let out = '';
    for (; this.#i < this.#s.length; this.#i++) {
      const c = this.#s[this.#i]!;
      if (c === '\n') {
        this.#i++;
        break;
      }
      if (c !== '\\') {
        out += c;
        continue;
      }
      const next = this.#s[++this.#i];
      if (next !== undefined) out += next === 't' ? '\t' : next;
    }
    return `${out}\n`;
  }

  #substitute(): Partial<Command> {
    const delimiter = this.#s[this.#i++];
    if (delimiter === undefined || delimiter === '\n' || delimiter === '\\') this.fail("unterminated `s' command");
    const pattern = this.#delimited(delimiter, true) ?? this.fail("unterminated `s' command");
    const by = this.#delimited(delimiter, false) ?? this.fail("unterminated `s' command");
    let [global, print, number, icase, multiline, text] = [false, 0, 0, false, false, ''];
    for (;;) {
      const c = this.#s[this.#i];
      if (c === undefined || c === '}' || c === '#') break;
      this.#i++;
      if (c === '\n' || c === ';') break;
      if (c === ' ' || c === '\t' || c === '\r') continue;
      if (c === 'g') {
        if (global) this.fail("multiple `g' options to `s' command");
        global = true;
      } else if (c === 'p') {
        if (print > 0) this.fail("multiple `p' options to `s' command");
        print++;
      } else if (c === 'i' || c === 'I') icase = true;
      else if (c === 'm' || c === 'M') multiline = true;
      else if (/\d/.test(c)) {
        this.#i--;
        if (number > 0) {
          this.#i++;
          this.fail("multiple number options to `s' command");
        }
        number = this.#number()!;
        if (number === 0) this.fail("number option to `s' command may not be zero");
      } else if (c === 'w') {
        this.#mayTouch();
        this.#blanks();
        text = this.#lineEnd();
        if (text === '') this.fail('missing filename in r/R/w/W commands');
        break;
      } else if (c === 'e') {
        this.#mayTouch();
        this.fail("the `e' option to `s' is not supported");
      } else this.fail("unknown option to `s'");
    }
    const re = this.#regex(pattern, icase, multiline);
    const pieces = this.#pieces(by);
    if (re !== null) {
      for (const p of pieces)
        if (p.k === 'group' && p.n > re.groups) this.fail(`invalid reference \\${p.n} on \`s' command's RHS`);
    }
    const groups = pieces.some((p) => p.k === 'group' && p.n > 0);
    return { re, groups, pieces, global, print, number, text };
  }

  #pieces(by: string): Piece[] {
    const pieces: Piece[] = [];
    let text = '';
    const flush = (): void => {
      if (text !== '') pieces.push({ k: 'text', text });
      text = '';
    };
    for (let i = 0; i < by.length; i++) {
      const c = by[i]!;
      if (c === '&') {
        flush();
        pieces.push({ k: 'group', n: 0 });
      } else if (c === '\\' && i + 1 < by.length) {
        const next = by[++i]!;
        if (next >= '0' && next <= '9') {
          flush();
          pieces.push({ k: 'group', n: Number(next) });
        } else if ('LUluE'.includes(next)) {
          flush();
          pieces.push({ k: 'case', c: next });
        } else if (next === 'x' || next === 'o' || next === 'd') {
          const m = (next === 'x' ? /^[0-9a-fA-F]{1,2}/ : next === 'o' ? /^[0-7]{1,3}/ : /^\d{1,3}/).exec(
            by.slice(i + 1),
          );
          if (m === null) text += next;
          else {
            text += String.fromCharCode(Number.parseInt(m[0], next === 'x' ? 16 : next === 'o' ? 8 : 10));
            i += m[0].length;
          }
        } else text += LETTERS[next] ?? next;
      } else text += c;
    }
    flush();
    return pieces;
  }

  #transliterate(): Map<string, string> {
    const delimiter = this.#s[this.#i++] ?? this.fail("unterminated `y' command");
    const parts = [0, 1].map(() => {
      const raw = this.#delimited(delimiter, false) ?? this.fail("unterminated `y' command");
      const out: string[] = [];
      const chars = [...raw];
      for (let i = 0; i < chars.length; i++) {
        if (chars[i] === '\\' && i + 1 < chars.length) {
          const next = chars[++i]!;
          out.push(LETTERS[next] ?? next);
        } else out.push(chars[i]!);
      }
      return out;
    });
    const [a, b] = parts as [string[], string[]];
    if (a.length !== b.length) this.fail("strings for `y' command are different lengths");
    const map = new Map<string, string>();
    a.forEach((c, i) => {
      if (!map.has(c)) map.set(c, b[i]!);
    });
    return map;
  }
}
