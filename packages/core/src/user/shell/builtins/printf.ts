/** `printf`. */
import {
  type Conversion,
  formatChar,
  formatFloat,
  formatInteger,
  formatString,
  parseIntegerText,
} from '../../../lib/c-format.ts';
import { type Float, ofInteger, parseFloatText } from '../../../lib/long-double.ts';
import { CLOCK_REALTIME } from '../../../uapi/sched.ts';
import { ShellError } from '../errors.ts';
import type { Shell } from '../shell.ts';
import { parseTarget } from '../variables.ts';
import { backslashQuote, joinBytes, unescape } from '../words/quote.ts';
import { strftime } from '../../../lib/strftime.ts';
import { type Builtin, complain, options, refused, texts, usage } from './types.ts';

class Formatter {
  readonly #sh: Shell;
  readonly #args: readonly string[];
  #next = 0;
  out = '';
  status = 0;
  stopped = false;
  /** What went wrong, and how much was written by then: whole lines. */
  readonly errors: { readonly message: string; readonly at: number }[] = [];

  constructor(sh: Shell, args: readonly string[]) {
    this.#sh = sh;
    this.#args = args;
  }
  get left(): boolean {
    return this.#next < this.#args.length;
  }
  get used(): boolean {
    return this.#next > 0;
  }
  #arg(): string | null {
    return this.#next < this.#args.length ? this.#args[this.#next++]! : null;
  }
  #error(message: string): void {
    this.errors.push({ message, at: this.out.lastIndexOf('\n') + 1 });
    this.status = 1;
  }

  /** One run through the format. */
  run(format: string): void {
    for (let i = 0; i < format.length;) {
      const c = format[i]!;
      if (c === '\\') {
        // One escape at a time, so that `%` from `\045` is not special.
        const m = /^\\(?:[0-7]{1,3}|x[0-9A-Fa-f]{1,2}|u[0-9A-Fa-f]{1,4}|U[0-9A-Fa-f]{1,8}|[^])?/.exec(format.slice(i))!;
        this.out += unescapeKeep(m[0]);
        i += m[0].length;
        continue;
      }
      if (c !== '%') {
        this.out += c;
        i++;
        continue;
      }
      if (format[i + 1] === '%') {
        this.out += '%';
        i += 2;
        continue;
      }
      const m = /^%([-+ #0']*)(\*|\d*)(?:\.(\*|-?\d*))?(?:hh|h|ll|l|j|t|z|L)?(\([^)]*\)T|[^])?/.exec(format.slice(i))!;
      i += m[0].length;
      const conversion = m[4];
      if (conversion === undefined) {
        this.#error(`\`${m[0]}': missing format character`);
        this.stopped = true;
        return;
      }
      let flags = m[1]!;
      let width = m[2] === '*' ? Number(this.#integer(this.#arg())) : Number(m[2]);
      if (width < 0) {
        flags += '-';
        width = -width;
      }
      let precision =
        m[3] === undefined ? -1 : m[3] === '*' ? Number(this.#integer(this.#arg())) : Number(m[3] === '' ? 0 : m[3]);
      if (precision < 0) precision = -1;
      this.#convert({ flags, width, precision, kind: conversion });
      if (this.stopped) return;
    }
  }

  #convert(spec: Conversion): void {
    const c = spec.kind;
    if (c.endsWith('T') && c.startsWith('(')) {
      const arg = this.#arg();
      const seconds =
        arg === null || arg === '-1'
          ? Number(this.#sh.proc.task.clockGettime(CLOCK_REALTIME) / 1_000_000_000n)
          : arg === '-2'
            ? this.#sh.started
            : Number(this.#integer(arg));
      const format = c.slice(1, -2);
      const text = strftime(format === '' ? '%X' : format, seconds, null);
      // What does not fit bash's buffer of 128 bytes is nothing.
      this.out += formatString(text.length < 128 ? text : '', spec);
      return;
    }
    switch (c) {
      case 's':
        this.out += formatString(this.#arg() ?? '', spec);
        return;
      case 'b': {
        const u = unescape(this.#arg() ?? '', 'b');
        this.out += formatString(u.text, spec);
        if (u.stop) this.stopped = true;
        return;
      }
      case 'q':
      case 'Q':
        this.out += formatString(backslashQuote(this.#arg() ?? ''), spec);
        return;
      case 'c':
        this.out += formatChar(this.#arg() ?? '', spec);
        return;
      case 'd':
      case 'i':
      case 'u':
      case 'o':
      case 'x':
      case 'X':
        this.out += formatInteger(this.#integer(this.#arg(), !'di'.includes(c)), spec);
        return;
      case 'e':
      case 'E':
      case 'f':
      case 'F':
      case 'g':
      case 'G':
      case 'a':
      case 'A':
        this.out += formatFloat(this.#float(), spec);
        return;
      case 'n':
        this.#arg();
        return;
      default:
        this.#error(`\`${c}': invalid format character`);
        this.stopped = true;
    }
  }

  /** An integer argument in C's notation. */
  #integer(text: string | null, unsigned = false): bigint {
    if (text === null || text === '') return 0n;
    if (text.startsWith('"') || text.startsWith("'")) return BigInt(text.codePointAt(1) ?? 0);
    const { value, length, overflow } = parseIntegerText(text, unsigned);
    if (length !== text.length) {
      const kind = /^\s*[-+]?0[xX]/.test(text) ? 'hex ' : /^\s*[-+]?0\d/.test(text) ? 'octal ' : '';
      this.#error(`${text}: invalid ${kind}number`);
    }
    if (overflow)
      this.errors.push({
        message: `warning: ${text}: Numerical result out of range`,
        at: this.out.lastIndexOf('\n') + 1,
      });
    return value;
  }

  #float(): Float {
    const text = this.#arg() ?? '';
    if (text.startsWith('"') || text.startsWith("'")) return ofInteger(BigInt(text.codePointAt(1) ?? 0));
    const { value, length } = parseFloatText(text);
    if (length !== text.length) this.#error(`${text}: invalid number`);
    return value;
  }
}

/** Escapes of a format, one at a time; unknown ones stay. */
const unescapeKeep = (s: string): string => unescape(s, 'printf').text;

export const PRINTF: Builtin = {
  name: 'printf',
  usage: 'printf [-v var] format [arguments]',
  async run(sh, args, name) {
    const p = options(args, 'v:');
    const bad = refused(sh, name, p);
    if (bad !== null) return bad;
    const [format, ...rest] = texts(p.rest);
    const variable = p.flags.at(-1)?.value;
    if (variable !== undefined && parseTarget(variable) === null)
      return complain(sh, name, `\`${variable}': not a valid identifier`, 2);
    if (format === undefined) return usage(sh, name, null);
    const f = new Formatter(sh, rest);
    do {
      const before = f.left;
      f.run(format);
      if (!before || f.stopped) break;
      if (!f.used) break;
    } while (f.left);
    const text = joinBytes(f.out);
    if (variable !== undefined) {
      const t = parseTarget(variable)!;
      try {
        if (t.sub === null) sh.vars.set(t.name, text);
        else sh.vars.setElement(t.name, t.sub, text);
      } catch (e) {
        if (!(e instanceof ShellError)) throw e;
        await sh.error(e.message);
        f.status = 1;
      }
      for (const e of f.errors) await sh.error(`printf: ${e.message}`);
      return f.status;
    }
    let done = 0;
    for (const e of f.errors) {
      await sh.write(1, joinBytes(f.out.slice(done, e.at)));
      done = e.at;
      await sh.error(`printf: ${e.message}`);
    }
    await sh.write(1, done === 0 ? text : joinBytes(f.out.slice(done)));
    return f.status;
  },
};
