/** Programs that print their arguments, or what is made of them. */
import { formatFloat } from '../../../lib/c-format.ts';
import type { Process } from '../../process/types.ts';
import { complain, die, invocation, longs, options, quote, usageError } from './command.ts';
import { unescape } from './escapes.ts';

/** true: nothing, successfully. */
export const trueMain = (): Promise<number> => Promise.resolve(0);

/** false: nothing, unsuccessfully. */
export const falseMain = (): Promise<number> => Promise.resolve(1);

/** echo, as the program (the shell has its own). */
export async function echoMain(proc: Process): Promise<number> {
  const args = proc.argv.slice(1);
  let newline = true;
  let escapes = false;
  while (args.length > 0 && /^-[neE]+$/.test(args[0]!)) {
    for (const c of args.shift()!.slice(1)) {
      if (c === 'n') newline = false;
      else escapes = c === 'e';
    }
  }
  let text = args.join(' ');
  if (escapes) {
    const { text: made, stop } = unescape(text, true);
    text = made;
    if (stop) newline = false;
  }
  proc.out(newline ? `${text}\n` : text);
  return 0;
}

/** yes: a line without end. */
export async function yesMain(proc: Process): Promise<number> {
  const { operands } = options(proc, { short: '+', synopsis: '[STRING]...' });
  const line = `${operands.length === 0 ? 'y' : operands.join(' ')}\n`;
  const block = line.repeat(Math.max(1, Math.ceil(2048 / line.length)));
  for (;;) {
    proc.out(block);
    await proc.drain();
  }
}

const stripSlashes = (s: string): string => s.replace(/(.)\/+$/s, '$1').replace(/^\/+$/, '/');

/** basename: the last component. */
export async function basenameMain(proc: Process): Promise<number> {
  let suffix = '';
  let many = false;
  let end = '\n';
  const { options: opts, operands } = options(proc, {
    short: '+as:z',
    long: longs({ multiple: 'a', 'suffix=': 's', zero: 'z' }),
  });
  for (const { opt, arg } of opts) {
    if (opt === 'z') end = '\0';
    else many = true;
    if (opt === 's') suffix = arg!;
  }
  if (operands.length === 0) usageError(proc, 'missing operand');
  if (!many && operands.length > 2) usageError(proc, `extra operand ${quote(operands[2]!)}`);
  if (!many && operands.length === 2) suffix = operands[1]!;
  for (const name of many ? operands : operands.slice(0, 1)) {
    const bare = stripSlashes(name);
    let base = bare === '/' ? '/' : bare.slice(bare.lastIndexOf('/') + 1);
    if (suffix !== '' && base !== suffix && base.endsWith(suffix)) base = base.slice(0, -suffix.length);
    proc.out(base + end);
  }
  return 0;
}

/** dirname: all but the last component. */
export async function dirnameMain(proc: Process): Promise<number> {
  const { options: opts, operands } = options(proc, { short: '+z', long: longs({ zero: 'z' }) });
  if (operands.length === 0) usageError(proc, 'missing operand');
  for (const name of operands) {
    const bare = stripSlashes(name);
    const slash = bare.lastIndexOf('/');
    const dir = slash < 0 ? '.' : bare.slice(0, slash).replace(/\/+$/, '');
    proc.out((dir === '' ? '/' : dir) + (opts.length > 0 ? '\0' : '\n'));
  }
  return 0;
}

const decimals = (s: string): number => /\.(\d+)/.exec(s)?.[1]!.length ?? 0;

/** seq: numbers in a row. */
export async function seqMain(proc: Process): Promise<number> {
  let separator = '\n';
  let format: string | null = null;
  let wide = false;
  const args = proc.argv.slice(1);
  // A negative number is an operand, not an option.
  let stop = args.findIndex((a) => /^-[.\d]/.test(a));
  if (stop < 0) stop = args.length;
  const head = options(
    proc,
    {
      short: '+f:s:w',
      long: longs({ 'format=': 'f', 'separator=': 's', 'equal-width': 'w' }),
      synopsis: '[OPTION]... LAST',
    },
    args.slice(0, stop),
  );
  for (const { opt, arg } of head.options) {
    if (opt === 'f') format = arg;
    else if (opt === 's') separator = arg!;
    else wide = true;
  }
  const operands = [...head.operands, ...args.slice(stop)];
  if (operands.length === 0) usageError(proc, 'missing operand');
  if (operands.length > 3) usageError(proc, `extra operand ${quote(operands[3]!)}`);
  for (const o of operands) {
    if (!/^[ \t]*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(o))
      usageError(proc, `invalid floating point argument: ${quote(o)}`);
  }
  const [first, step, last] =
    operands.length === 1
      ? ['1', '1', operands[0]!]
      : operands.length === 2
        ? [operands[0]!, '1', operands[1]!]
        : operands;
  const [a, d, z] = [Number(first), Number(step), Number(last)];
  // Said even when there is nothing to print.
  if (format !== null) formatNumber(proc, format, a);
  if (d === 0) usageError(proc, `invalid Zero increment value: ${quote(step!)}`);
  const places = Math.max(decimals(first!), decimals(step!));
  const width = wide ? Math.max(a.toFixed(places).length, z.toFixed(places).length) : 0;
  const show = (n: number): string => {
    if (format !== null) return formatNumber(proc, format, n);
    const s = n.toFixed(places);
    return s.startsWith('-') ? `-${s.slice(1).padStart(width - 1, '0')}` : s.padStart(width, '0');
  };
  let any = false;
  const count = Math.floor((z - a) / d + 1e-10);
  for (let i = 0; i <= count; i++) {
    proc.out((any ? separator : '') + show(a + i * d));
    any = true;
    await proc.drain();
  }
  if (any) proc.out('\n');
  return 0;
}

/** One number in a format, which must have one conversion for it. @see seq.c:long_double_format */
function formatNumber(proc: Process, format: string, n: number): string {
  const m = /^((?:[^%]|%%)*)%([-+ 0#']*)(\d*)(?:\.(\d*))?L?(.?)(.*)$/s.exec(format);
  if (m === null) return die(proc, `format ${quote(format)} has no % directive`);
  const [, before, flags, width, precision, kind, after] = m as unknown as string[];
  if (kind === '') die(proc, `format ${quote(format)} ends in %`);
  if (!'efgaEFGA'.includes(kind!)) die(proc, `format ${quote(format)} has unknown %${kind} directive`);
  if (after!.replaceAll('%%', '').includes('%')) die(proc, `format ${quote(format)} has too many % directives`);
  const c = {
    flags: flags!,
    width: Number(width),
    precision: precision === undefined ? -1 : Number(precision),
    kind: kind!,
  };
  return before!.replaceAll('%%', '%') + formatFloat(n, c) + after!.replaceAll('%%', '%');
}

const UNITS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86400 };

/** Seconds of `1.5`, `2m`, `infinity`; null when it is no interval. */
export function interval(text: string): number | null {
  const m = /^[ \t]*\+?(\d+\.?\d*(?:e[-+]?\d+)?|\.\d+|inf(?:inity)?)([smhd]?)$/i.exec(text);
  if (m === null) return null;
  return (/^inf/i.test(m[1]!) ? Infinity : Number(m[1])) * UNITS[m[2]!]!;
}

/** sleep: the sum of its arguments. */
export async function sleepMain(proc: Process): Promise<number> {
  const { operands } = options(proc, { short: '+', synopsis: 'NUMBER[SUFFIX]...' });
  if (operands.length === 0) usageError(proc, 'missing operand');
  let total = 0;
  let wrong = false;
  for (const o of operands) {
    const s = interval(o);
    if (s === null) {
      complain(proc, `invalid time interval ${quote(o)}`);
      wrong = true;
    } else total += s;
  }
  if (wrong) {
    proc.err(`Try '${invocation(proc)} --help' for more information.\n`);
    return 1;
  }
  await proc.nanosleep(total * 1e9);
  return 0;
}
