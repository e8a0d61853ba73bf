import {
  parseIntegerText,
  type Conversion,
  formatChar,
  formatFloat,
  formatInteger,
  formatString,
} from '../../../lib/c-format.ts';
import { type Float, ofInteger, parseFloatText } from '../../../lib/long-double.ts';
import type { Process } from '../../process/types.ts';
import { complain, invocation, quote, quoteaf, tryHelp } from './command.ts';
import { rejoin, unescape } from './escapes.ts';

/** Reads the arguments that are numbers; says what is wrong with them. */
class Numbers {
  status = 0;
  /** What is wrong with the one at hand. */
  readonly complaints: string[] = [];

  #complain(message: string): void {
    this.complaints.push(message);
    this.status = 1;
  }

  /** The code of the character after a quotation mark; null when there is none. */
  #code(text: string): bigint | null {
    if (!/^["']./su.test(text)) return null;
    const [, first, ...rest] = [...text];
    // Bytes that are no text stand for themselves.
    const code = first!.codePointAt(0)!;
    if (rest.length > 0)
      this.complaints.push(`warning: ${rest.join('')}: character(s) following character constant have been ignored`);
    return BigInt(code >= 0xdc80 && code <= 0xdcff ? code & 255 : code);
  }

  #check(text: string, length: number): void {
    if (length === 0 && text !== '') this.#complain(`${quote(text)}: expected a numeric value`);
    else if (length < text.length) this.#complain(`${quote(text)}: value not completely converted`);
  }

  integer(text: string, unsigned: boolean): bigint {
    const code = this.#code(text);
    if (code !== null) return code;
    const { value, length, overflow } = parseIntegerText(text, unsigned);
    if (overflow) this.#complain(`${quote(text)}: Numerical result out of range`);
    else this.#check(text, length);
    return value;
  }

  float(text: string): Float {
    const code = this.#code(text);
    if (code !== null) return ofInteger(code);
    const { value, length } = parseFloatText(text);
    this.#check(text, length);
    return value;
  }
}

const PART = /%%|%[-+ 0#']*(?:\*|\d*)(?:\.(?:\*|-?\d*))?[hlLjtz]*[^]?|[^%]+/gs;
const CONVERSION = /^%([-+ 0#']*)(\*|\d*)(?:\.(\*|-?\d*))?(?:[hlLjtz]*)([diouxXfFeEgGaAsc])$/;

/** The program printf (the shell has its own). */
export async function printfMain(proc: Process): Promise<number> {
  let args = proc.argv.slice(1);
  if (args[0] === '--') args = args.slice(1);
  const format = args[0];
  if (format === undefined) {
    complain(proc, 'missing operand');
    return tryHelp(proc);
  }
  if (format === '--version' && args.length === 1) {
    proc.out(`${proc.name} (GNU coreutils) 9.1\n(Warren)\n`);
    return 0;
  }
  if (format === '--help' && args.length === 1) {
    proc.out(`Usage: ${invocation(proc)} FORMAT [ARGUMENT]...\n`);
    return 0;
  }
  args = args.slice(1);
  const numbers = new Numbers();
  let used = 0;
  do {
    const start = used;
    for (const part of format.match(PART) ?? []) {
      if (!part.startsWith('%')) {
        const { text, stop } = unescape(part, false);
        proc.out(text);
        if (stop) return numbers.status;
        continue;
      }
      if (part === '%%') {
        proc.out('%');
        continue;
      }
      if (part === '%b' || part === '%q') {
        const arg = args[used++] ?? '';
        if (part === '%q') proc.out(/^[A-Za-z0-9_@%+:,./-]+$/.test(arg) ? arg : quoteaf(arg));
        else {
          const { text, stop } = unescape(arg, true, true);
          proc.out(text);
          if (stop) return numbers.status;
        }
        continue;
      }
      const m = CONVERSION.exec(part);
      if (m === null) {
        await proc.flush();
        complain(proc, `${part}: invalid conversion specification`);
        return 1;
      }
      const star = (s: string | undefined, none: number): number =>
        s === undefined ? none : s === '*' ? Number(numbers.integer(args[used++] ?? '', false)) : Number(s);
      let flags = m[1]!;
      let width = star(m[2], 0);
      if (width < 0) {
        flags += '-';
        width = -width;
      }
      const c: Conversion = { flags, width, precision: Math.max(-1, star(m[3], -1)), kind: m[4]! };
      const arg = args[used++] ?? '';
      let text: string;
      if ('diouxX'.includes(c.kind)) text = formatInteger(numbers.integer(arg, !'di'.includes(c.kind)), c);
      else if ('fFeEgGaA'.includes(c.kind)) text = formatFloat(numbers.float(arg), c);
      else text = c.kind === 'c' ? formatChar(arg, c) : formatString(rejoin(arg), c);
      if (numbers.complaints.length > 0) await proc.flush();
      for (const complaint of numbers.complaints.splice(0)) complain(proc, complaint);
      proc.out(text);
    }
    if (used === start && used < args.length) {
      await proc.flush();
      complain(proc, `warning: ignoring excess arguments, starting with ${quote(args[used]!)}`);
      break;
    }
    await proc.drain();
  } while (used < args.length);
  return numbers.status;
}
