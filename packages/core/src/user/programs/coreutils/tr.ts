import { latin1Decode, latin1Encode, utf8Encode } from '../../../lib/text.ts';
import type { Process } from '../../process/types.ts';
import { complain, die, longs, options, quote, tryHelp } from './command.ts';

const CLASSES: Readonly<Record<string, RegExp>> = {
  alnum: /[A-Za-z0-9]/,
  alpha: /[A-Za-z]/,
  blank: /[ \t]/,
  // eslint-disable-next-line no-control-regex
  cntrl: /[\0-\x1f\x7f]/,
  digit: /[0-9]/,
  graph: /[!-~]/,
  lower: /[a-z]/,
  print: /[ -~]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /[\t-\r ]/,
  upper: /[A-Z]/,
  xdigit: /[0-9A-Fa-f]/,
};

const ALL = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i));

/** A set of bytes, in order; `fill` is where `[c*]` stands, `classes` the case classes by position. */
interface ByteSet {
  readonly chars: string[];
  fill: { at: number; char: string } | null;
  readonly cases: { at: number; name: string }[];
}

function parseSet(proc: Process, text: string): ByteSet {
  const s = latin1Decode(utf8Encode(text));
  const set: ByteSet = { chars: [], fill: null, cases: [] };
  let i = 0;
  const take = (): string => {
    const c = s[i++]!;
    if (c !== '\\') return c;
    const octal = /^[0-7]{1,3}/.exec(s.slice(i))?.[0];
    if (octal !== undefined) {
      i += octal.length;
      return String.fromCharCode(Number.parseInt(octal, 8) & 255);
    }
    const next = s[i++];
    if (next === undefined) {
      complain(proc, 'warning: an unescaped backslash at end of string is not portable');
      return '\\';
    }
    return { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }[next] ?? next;
  };
  while (i < s.length) {
    const rest = s.slice(i);
    const cls = /^\[:([a-z]*):\]/.exec(rest);
    const equal = /^\[=(.)=\]/s.exec(rest);
    const repeat = /^\[(\\[0-7]{1,3}|\\.|[^\\])\*(\d*)\]/s.exec(rest);
    if (cls !== null) {
      const re = CLASSES[cls[1]!] ?? die(proc, `invalid character class ${quote(cls[1]!)}`);
      if (cls[1] === 'lower' || cls[1] === 'upper') set.cases.push({ at: set.chars.length, name: cls[1] });
      set.chars.push(...ALL.filter((c) => re.test(c)));
      i += cls[0].length;
    } else if (equal !== null) {
      set.chars.push(equal[1]!);
      i += equal[0].length;
    } else if (repeat !== null) {
      i++;
      const c = take();
      i = s.indexOf(']', i) + 1;
      const n = repeat[2] === '' ? 0 : Number.parseInt(repeat[2]!, repeat[2]!.startsWith('0') ? 8 : 10);
      if (n === 0) set.fill = { at: set.chars.length, char: c };
      else for (let k = 0; k < n; k++) set.chars.push(c);
    } else {
      const from = take();
      if (s[i] === '-' && i + 1 < s.length) {
        i++;
        const to = take();
        if (to < from) die(proc, `range-endpoints of '${from}-${to}' are in reverse collating sequence order`);
        for (let c = from.charCodeAt(0); c <= to.charCodeAt(0); c++) set.chars.push(String.fromCharCode(c));
      } else set.chars.push(from);
    }
  }
  return set;
}

/** tr: bytes for bytes. */
export async function trMain(proc: Process): Promise<number> {
  let [complement, del, squeeze, truncate] = [false, false, false, false];
  const { options: opts, operands } = options(proc, {
    short: '+AcCdst',
    long: longs({ complement: 'c', delete: 'd', 'squeeze-repeats': 's', 'truncate-set1': 't' }),
    synopsis: '[OPTION]... STRING1 [STRING2]',
  });
  for (const { opt } of opts) {
    if (opt === 'd') del = true;
    else if (opt === 's') squeeze = true;
    else if (opt === 't') truncate = true;
    else complement = true;
  }
  const min = del === squeeze ? 2 : 1;
  const max = del && !squeeze ? 1 : 2;
  if (operands.length < min) {
    complain(proc, operands.length === 0 ? 'missing operand' : `missing operand after ${quote(operands.at(-1)!)}`);
    if (operands.length === 1) {
      proc.err(`Two strings must be given when ${squeeze ? 'both deleting and squeezing repeats' : 'translating'}.\n`);
    }
    tryHelp(proc);
  }
  if (operands.length > max) {
    complain(proc, `extra operand ${quote(operands[max]!)}`);
    if (operands.length === 2) proc.err('Only one string may be given when deleting without squeezing repeats.\n');
    tryHelp(proc);
  }
  const set1 = parseSet(proc, operands[0]!);
  const set2 = operands[1] === undefined ? null : parseSet(proc, operands[1]);
  let from = set1.chars;
  if (complement) from = ALL.filter((c) => !set1.chars.includes(c));
  const translating = !del && set2 !== null;
  const map: string[] = [...ALL];
  if (translating) {
    const to = set2.chars;
    if (set2.fill !== null) {
      to.splice(set2.fill.at, 0, ...new Array<string>(Math.max(0, from.length - to.length)).fill(set2.fill.char));
    }
    if (to.length === 0) die(proc, 'when not truncating set1, string2 must be non-empty');
    if (truncate) from = from.slice(0, to.length);
    else while (to.length < from.length) to.push(to.at(-1)!);
    for (let i = 0; i < from.length; i++) map[from[i]!.charCodeAt(0)] = to[i]!;
  }
  const inSet1 = new Set(from);
  const squeezed = new Set(set2 === null ? from : set2.chars);
  let last = '';
  for (let bytes = await proc.read(0); bytes.length > 0; bytes = await proc.read(0)) {
    let out = '';
    for (const b of bytes) {
      let c = ALL[b]!;
      if (del && inSet1.has(c)) continue;
      if (translating) c = map[b]!;
      if (squeeze && c === last && squeezed.has(c)) continue;
      last = c;
      out += c;
    }
    proc.outBytes(latin1Encode(out));
    await proc.drain();
  }
  return 0;
}
