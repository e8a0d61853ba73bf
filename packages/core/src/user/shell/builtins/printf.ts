/** `printf`. */
import { utf8Encode, utf8Decode } from '../../../lib/text.ts';
import { CLOCK_REALTIME } from '../../../uapi/sched.ts';
import { ShellError } from '../errors.ts';
import type { Shell } from '../shell.ts';
import { parseTarget } from '../variables.ts';
import { backslashQuote, joinBytes, unescape } from '../words/quote.ts';
import { strftime } from '../../../lib/strftime.ts';
import { type Builtin, complain, options, refused, texts, usage } from './types.ts';

interface Spec {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | null;
  readonly conversion: string;
}

class Formatter {
  readonly #sh: Shell;
  readonly #args: readonly string[];
  #next = 0;
  out = '';
  status = 0;
  stopped = false;
  readonly errors: string[] = [];

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
    this.errors.push(message);
    this.status = 1;
  }

  /** One run through the format. */
  run(format: string): void {
    for (let i = 0; i < format.length;) {
      const c = format[i]!;
      if (c === '\\') {
        // One escape at a time, so that `%` from `\045` is not special.
        const m = /^\\(?:[0-7]{1,3}|x[0-9A-Fa-f]{1,2}|u[0-9A-Fa-f]{1,4}|U[0-9A-Fa-f]{1,8}|[^])?/.exec(format.slice(i))!;
        if (m[0] === '\\c') {
          this.stopped = true;
          return;
        }
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
      let precision: number | null =
        m[3] === undefined ? null : m[3] === '*' ? Number(this.#integer(this.#arg())) : Number(m[3] === '' ? 0 : m[3]);
      if (precision !== null && precision < 0) precision = null;
      this.#convert({ flags, width, precision, conversion });
      if (this.stopped) return;
    }
  }

  #pad(s: string, spec: Spec, zero: boolean): string {
    const length = utf8Encode(s).length;
    if (length >= spec.width) return s;
    const fill = spec.width - length;
    if (spec.flags.includes('-')) return s + ' '.repeat(fill);
    if (zero && spec.flags.includes('0')) {
      const m = /^([-+ ]?(?:0[xX])?)([^]*)$/.exec(s)!;
      return m[1]! + '0'.repeat(fill) + m[2]!;
    }
    return ' '.repeat(fill) + s;
  }

  #text(s: string, spec: Spec): string {
    return this.#pad(spec.precision === null ? s : utf8Decode(utf8Encode(s).subarray(0, spec.precision)), spec, false);
  }

  #convert(spec: Spec): void {
    const c = spec.conversion;
    if (c.endsWith('T') && c.startsWith('(')) {
      const arg = this.#arg();
      const seconds =
        arg === null || arg === '-1'
          ? Number(this.#sh.proc.task.clockGettime(CLOCK_REALTIME) / 1_000_000_000n)
          : arg === '-2'
            ? Number(this.#sh.proc.task.clockGettime(CLOCK_REALTIME) / 1_000_000_000n)
            : Number(this.#integer(arg));
      const format = c.slice(1, -2);
      const text = strftime(format === '' ? '%X' : format, seconds, null);
      // What does not fit bash's buffer of 128 bytes is nothing.
      this.out += this.#text(text.length < 128 ? text : '', spec);
      return;
    }
    switch (c) {
      case 's':
        this.out += this.#text(this.#arg() ?? '', spec);
        return;
      case 'b': {
        const u = unescape(this.#arg() ?? '', 'b');
        this.out += this.#text(u.text, spec);
        if (u.stop) this.stopped = true;
        return;
      }
      case 'q':
      case 'Q':
        this.out += this.#text(backslashQuote(this.#arg() ?? ''), spec);
        return;
      case 'c':
        this.out += this.#pad([...(this.#arg() ?? '')][0] ?? '', spec, false);
        return;
      case 'd':
      case 'i':
      case 'u':
      case 'o':
      case 'x':
      case 'X':
        this.out += this.#number(spec);
        return;
      case 'e':
      case 'E':
      case 'f':
      case 'F':
      case 'g':
      case 'G':
      case 'a':
      case 'A':
        this.out += this.#float(spec);
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
  #integer(text: string | null): bigint {
    if (text === null || text === '') {
      if (text === '') return 0n;
      return 0n;
    }
    if (text.startsWith('"') || text.startsWith("'")) return BigInt(text.codePointAt(1) ?? 0);
    const m = /^\s*([-+]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)/.exec(text);
    if (m === null) {
      this.#error(`${text}: invalid number`);
      return 0n;
    }
    const digits = m[2]!;
    let v = /^0[0-7]+$/.test(digits) ? BigInt(`0o${digits.slice(1)}`) : BigInt(digits);
    if (m[1] === '-') v = -v;
    if (m[0].length !== text.length) this.#error(`${text}: invalid ${/^\s*[-+]?0\d/.test(text) ? 'octal ' : ''}number`);
    if (v > 9223372036854775807n || v < -9223372036854775808n) {
      this.errors.push(`warning: ${text}: Numerical result out of range`);
      v = v > 0n ? 9223372036854775807n : -9223372036854775808n;
    }
    return v;
  }

  #number(spec: Spec): string {
    const v = this.#integer(this.#arg());
    const { conversion: c, flags } = spec;
    let digits: string;
    let sign = '';
    if (c === 'd' || c === 'i') {
      digits = (v < 0n ? -v : v).toString();
      sign = v < 0n ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
    } else {
      const u = BigInt.asUintN(64, v);
      digits = u.toString(c === 'o' ? 8 : c === 'u' ? 10 : 16);
      if (c === 'X') digits = digits.toUpperCase();
      if (flags.includes('#') && u !== 0n) sign = c === 'x' ? '0x' : c === 'X' ? '0X' : '';
      if (flags.includes('#') && c === 'o' && !digits.startsWith('0')) digits = `0${digits}`;
    }
    if (spec.precision !== null) {
      digits = spec.precision === 0 && v === 0n ? '' : digits.padStart(spec.precision, '0');
      return this.#pad(sign + digits, { ...spec, flags: flags.replaceAll('0', '') }, false);
    }
    return this.#pad(sign + digits, spec, true);
  }

  #float(spec: Spec): string {
    const text = this.#arg() ?? '0';
    let v: number;
    if (text.startsWith('"') || text.startsWith("'")) v = text.codePointAt(1) ?? 0;
    else if (/^\s*[-+]?(?:inf|nan)/i.test(text))
      v = /nan/i.test(text) ? Number.NaN : text.trim().startsWith('-') ? -Infinity : Infinity;
    else {
      const m = /^\s*[-+]?(?:0[xX][0-9a-fA-F]+|\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)/.exec(text);
      v = m === null ? 0 : Number(m[0]);
      if (text !== '' && (m === null || m[0].length !== text.length)) this.#error(`${text}: invalid number`);
    }
    const sign = v < 0 || Object.is(v, -0) ? '-' : spec.flags.includes('+') ? '+' : spec.flags.includes(' ') ? ' ' : '';
    const a = Math.abs(v);
    const up = spec.conversion === spec.conversion.toUpperCase();
    let body = Number.isFinite(a)
      ? floatText(a, spec.conversion.toLowerCase(), spec.precision, spec.flags.includes('#'))
      : Number.isNaN(a)
        ? 'nan'
        : 'inf';
    if (up) body = body.toUpperCase();
    return this.#pad(sign + body, spec, Number.isFinite(a));
  }
}

/** Escapes of a format, one at a time; unknown ones stay. */
const unescapeKeep = (s: string): string => unescape(s, 'printf').text;

function exponent(s: string): string {
  return s.replace(/e([-+])(\d)$/, 'e$10$2');
}

function floatText(a: number, c: string, precision: number | null, alternate: boolean): string {
  const p = precision ?? 6;
  if (c === 'f') return fixed(a, p);
  if (c === 'e') return exponent(a.toExponential(Math.min(p, 100)));
  if (c === 'a') return hexFloat(a);
  const digits = p === 0 ? 1 : p;
  if (a === 0) return '0';
  const e = Number(a.toExponential(digits - 1).split('e')[1]);
  let s = e < -4 || e >= digits ? exponent(a.toExponential(digits - 1)) : fixed(a, Math.max(0, digits - 1 - e));
  if (!alternate && s.includes('.')) s = s.replace(/\.?0+(?=e|$)/, '');
  return s;
}

/** Exact decimal digits: a double is a fraction with a power of two below. */
function fixed(a: number, p: number): string {
  if (a < 1e21 && p <= 15) return a.toFixed(p);
  if (Number.isInteger(a)) return `${BigInt(a)}${p > 0 ? `.${'0'.repeat(p)}` : ''}`;
  return a.toFixed(Math.min(p, 100)) + '0'.repeat(Math.max(0, p - 100));
}

function hexFloat(a: number): string {
  if (a === 0) return '0x0p+0';
  let e = 0;
  let m = a;
  while (m >= 16) {
    m /= 2;
    e++;
  }
  while (m < 8) {
    m *= 2;
    e--;
  }
  let s = m.toString(16);
  if (s.endsWith('.')) s = s.slice(0, -1);
  return `0x${s}p${e < 0 ? '-' : '+'}${Math.abs(e)}`;
}

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
      for (const e of f.errors) await sh.error(`printf: ${e}`);
      return f.status;
    }
    for (const e of f.errors) await sh.error(`printf: ${e}`);
    await sh.write(1, text);
    return f.status;
  },
};
