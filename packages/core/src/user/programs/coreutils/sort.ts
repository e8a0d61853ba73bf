import { utf8Encode } from '../../../lib/text.ts';
import { O_CREAT, O_TRUNC, O_WRONLY } from '../../../uapi/fcntl.ts';
import type { Process } from '../../process/types.ts';
import { argmatch, die, eachLine, errorText, longs, options, quote, quoteaf, quotef, sizeNumber } from './command.ts';
import { versionCompare } from './version-compare.ts';

/** How keys are compared. */
interface Order {
  /** Letters of n g h M V R, d i f, b, r. */
  readonly flags: string;
}

interface Key extends Order {
  readonly field: number;
  readonly char: number;
  readonly skip: boolean;
  readonly endField: number;
  readonly endChar: number;
  readonly endSkip: boolean;
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

/** Parses -k's POS1[,POS2]. @see key specification in sort(1) */
function parseKey(proc: Process, text: string): Key {
  const m = /^(\d+)(?:\.(\d+))?([bdfgiMhnRrV]*)(?:,(\d+)(?:\.(\d+))?([bdfgiMhnRrV]*))?$/.exec(text);
  if (m === null) {
    const bad = /^\d+/.test(text) ? 'stray character in field spec' : 'invalid number at field start';
    die(
      proc,
      `${bad}: invalid ${bad.startsWith('stray') ? 'field specification' : 'count at start of'} ${quote(text)}`,
      2,
    );
  }
  if (Number(m[1]) === 0) die(proc, `field number is zero: invalid field specification ${quote(text)}`, 2);
  if (m[4] !== undefined && Number(m[4]) === 0)
    die(proc, `field number is zero: invalid field specification ${quote(text)}`, 2);
  if (m[2] !== undefined && Number(m[2]) === 0) {
    die(proc, `character offset is zero: invalid field specification ${quote(text)}`, 2);
  }
  const [start, end] = [m[3] ?? '', m[6] ?? ''];
  return {
    field: Number(m[1]) - 1,
    char: Number(m[2] ?? 1) - 1,
    skip: start.includes('b'),
    endField: m[4] === undefined ? Infinity : Number(m[4]) - 1,
    endChar: Number(m[5] ?? 0),
    endSkip: end.includes('b'),
    flags: start + end,
  };
}

const isBlank = (c: string | undefined): boolean => c === ' ' || c === '\t';

/** Start and end of the fields: by the separator, or at each change from non-blank to blank. */
function fieldBounds(line: string, separator: string): [number, number][] {
  const bounds: [number, number][] = [];
  if (separator !== '') {
    let start = 0;
    for (;;) {
      const i = line.indexOf(separator, start);
      bounds.push([start, i < 0 ? line.length : i]);
      if (i < 0) return bounds;
      start = i + 1;
    }
  }
  let i = 0;
  while (i < line.length) {
    const start = i;
    while (i < line.length && isBlank(line[i])) i++;
    while (i < line.length && !isBlank(line[i])) i++;
    bounds.push([start, i]);
  }
  return bounds;
}

function keyText(line: string, key: Key, separator: string): string {
  const bounds = fieldBounds(line, separator);
  const at = bounds[key.field];
  let start = at === undefined ? line.length : at[0];
  if (key.skip) while (start < line.length && isBlank(line[start])) start++;
  start = Math.min(line.length, start + key.char);
  let end = line.length;
  const last = Number.isFinite(key.endField) ? bounds[key.endField] : undefined;
  if (last !== undefined) {
    if (key.endChar === 0) end = last[1];
    else {
      let s = last[0];
      if (key.endSkip) while (s < line.length && isBlank(line[s])) s++;
      end = Math.min(line.length, s + key.endChar);
    }
  }
  return line.slice(start, Math.max(start, end));
}

const leadingNumber = (s: string): number => Number(/^[ \t]*(-?\d*\.?\d*)/.exec(s)?.[1] || 0) || 0;

function humanNumber(s: string): [number, number] {
  const m = /^[ \t]*(-?\d*\.?\d*)([kKMGTPEZY]?)/.exec(s);
  const n = Number(m?.[1] || 0) || 0;
  const rank = m?.[2] === undefined || m[2] === '' || n === 0 ? 0 : 'KMGTPEZY'.indexOf(m[2].toUpperCase()) + 1;
  return [n < 0 ? -rank : rank, n];
}

function byBytes(a: string, b: string): number {
  if (a === b) return 0;
  if (/[\ud800-\udfff]/.test(a) || /[\ud800-\udfff]/.test(b)) {
    const [x, y] = [utf8Encode(a), utf8Encode(b)];
    for (let i = 0; i < x.length && i < y.length; i++) if (x[i] !== y[i]) return x[i]! - y[i]!;
    return x.length - y.length;
  }
  return a < b ? -1 : 1;
}

function compareText(a: string, b: string, flags: string): number {
  const generalNumber = (s: string): number => Number.parseFloat(s);
  for (const f of flags) {
    switch (f) {
      case 'n':
        return leadingNumber(a) - leadingNumber(b);
      case 'g': {
        const [x, y] = [generalNumber(a), generalNumber(b)];
        if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(y)) - Number(Number.isNaN(x));
        return x - y;
      }
      case 'h': {
        const [x, y] = [humanNumber(a), humanNumber(b)];
        return x[0] - y[0] || x[1] - y[1];
      }
      case 'M': {
        const month = (s: string): number => MONTHS.indexOf(s.trimStart().slice(0, 3).toUpperCase());
        return month(a) - month(b);
      }
      case 'V':
        return versionCompare(a, b);
      default:
    }
  }
  const clean = (s: string): string => {
    let t = s;
    if (flags.includes('d')) t = t.replace(/[^A-Za-z0-9 \t]/g, '');
    // eslint-disable-next-line no-control-regex
    if (flags.includes('i')) t = t.replace(/[\u0000-\u001f\u007f]/g, '');
    if (flags.includes('f')) t = t.replace(/[a-z]/g, (c) => c.toUpperCase());
    return t;
  };
  return byBytes(clean(a), clean(b));
}

const CHECKS = [['quiet', 'silent'], ['diagnose-first']];
const SORTS: Readonly<Record<string, string>> = {
  'general-numeric': 'g',
  'human-numeric': 'h',
  month: 'M',
  numeric: 'n',
  random: 'R',
  version: 'V',
};
const SORT_WORDS = Object.keys(SORTS).map((word) => [word]);

/** Always the least of the lines that come next; of equals the first input's. What is in no order stays so. */
function mergeInto(
  out: string[],
  inputs: readonly (readonly string[])[],
  compare: (a: string, b: string) => number,
): void {
  const heads = inputs.map((lines, input) => ({ lines, input, at: 0 })).filter((h) => h.lines.length > 0);
  heads.sort((a, b) => compare(a.lines[0]!, b.lines[0]!) || a.input - b.input);
  for (let head = heads.shift(); head !== undefined; head = heads.shift()) {
    out.push(head.lines[head.at++]!);
    if (head.at >= head.lines.length) continue;
    const { input } = head;
    const next = head.lines[head.at]!;
    const before = (h: (typeof heads)[number]): boolean => {
      const order = compare(next, h.lines[h.at]!);
      return order < 0 || (order === 0 && input < h.input);
    };
    const place = heads.findIndex(before);
    heads.splice(place < 0 ? heads.length : place, 0, head);
  }
}

/** sort: lines in order. */
export async function sortMain(proc: Process): Promise<number> {
  let global = '';
  let separator = '';
  let [unique, stable, check, zero, merge] = [false, false, '', false, false];
  let output = '';
  const specs: Key[] = [];
  const { options: opts, operands } = options(proc, {
    short: '-bcCdfghik:mMno:rRsS:t:T:uVz',
    status: 2,
    long: longs({
      'ignore-leading-blanks': 'b',
      'check=?': 'c',
      'dictionary-order': 'd',
      'ignore-case': 'f',
      'general-numeric-sort': 'g',
      'human-numeric-sort': 'h',
      'ignore-nonprinting': 'i',
      'key=': 'k',
      merge: 'm',
      'month-sort': 'M',
      'numeric-sort': 'n',
      'output=': 'o',
      reverse: 'r',
      stable: 's',
      'field-separator=': 't',
      unique: 'u',
      'version-sort': 'V',
      'zero-terminated': 'z',
      'buffer-size=': 'S',
      'temporary-directory=': 'T',
      'sort=': 'sort',
      'random-sort': 'R',
    }),
  });
  const files: string[] = [];
  for (const { opt, arg } of opts) {
    switch (opt) {
      case '\x01':
        files.push(arg!);
        break;
      case 'k':
        specs.push(parseKey(proc, arg!));
        break;
      case 't':
        if (arg === '') die(proc, 'empty tab', 2);
        if (arg !== '\\0' && [...arg!].length > 1) die(proc, `multi-character tab ${quote(arg!)}`, 2);
        separator = arg === '\\0' ? '\0' : arg!;
        break;
      case 'o':
        output = arg!;
        break;
      case 'u':
        unique = true;
        break;
      case 's':
        stable = true;
        break;
      case 'z':
        zero = true;
        break;
      case 'c':
      case 'C':
        {
          const quiet = opt === 'C' || (arg !== null && argmatch(proc, '--check', arg, CHECKS) === 'quiet');
          const wanted = quiet ? 'C' : 'c';
          if (check !== '' && check !== wanted) die(proc, "options '-cC' are incompatible", 2);
          check = wanted;
        }
        break;
      case 'R':
        die(proc, "option 'R' is not supported: the order would be random", 2);
        break;
      case 'm':
        merge = true;
        break;
      case 'S': {
        // How the work is done, not what comes of it: but it must make sense.
        const size = /^\d+%$/.test(arg!) ? 0 : sizeNumber(arg!);
        if (size === null) die(proc, `invalid -S argument '${arg}'`, 2);
        if (size < 0) die(proc, `invalid suffix in -S argument '${arg}'`, 2);
        break;
      }
      case 'T':
        // Nothing is put aside here.
        break;
      case 'sort': {
        const letter = SORTS[argmatch(proc, '--sort', arg!, SORT_WORDS)]!;
        if (letter === 'R') die(proc, "option 'R' is not supported: the order would be random", 2);
        global += letter;
        break;
      }
      default:
        global += opt;
    }
  }
  files.push(...operands);
  if (check !== '' && files.length > 1) die(proc, `extra operand ${quoteaf(files[1]!)} not allowed with -${check}`, 2);
  if (check !== '' && output !== '') die(proc, `options '-${check}o' are incompatible`, 2);
  // Kinds of comparison that exclude one another. @see sort.c:check_ordering_compatibility
  const kinds = (f: string): number => [/g/, /h/, /M/, /n/, /[VRdi]/].filter((re) => re.test(f)).length;
  for (const flags of specs.length === 0 ? [global] : specs.map((k) => (k.flags === '' ? global : k.flags))) {
    const shown = [...'dfghiMnRV'].filter((c) => flags.includes(c)).join('');
    if (kinds(flags) > 1) die(proc, `options '-${shown}' are incompatible`, 2);
  }
  const keys: Key[] = specs.map((k) =>
    k.flags === '' ? { ...k, flags: global, skip: global.includes('b'), endSkip: global.includes('b') } : k,
  );
  if (keys.length === 0 && global.includes('b')) {
    keys.push({ field: 0, char: 0, skip: true, endField: Infinity, endChar: 0, endSkip: false, flags: global });
  }
  const compareKeys = (a: string, b: string): number => {
    if (keys.length === 0) {
      const order = compareText(a, b, global);
      return global.includes('r') ? -order : order;
    }
    for (const key of keys) {
      const order = compareText(keyText(a, key, separator), keyText(b, key, separator), key.flags);
      if (order !== 0) return key.flags.includes('r') ? -order : order;
    }
    return 0;
  };
  const compare = (a: string, b: string): number => {
    const order = compareKeys(a, b);
    if (order !== 0 || stable || unique) return order;
    return global.includes('r') ? byBytes(b, a) : byBytes(a, b);
  };
  const lines: string[] = [];
  for (const name of files) {
    if (name === '-' || proc.fs.exists(name) !== null) continue;
    die(proc, `cannot read: ${quotef(name)}: No such file or directory`, 2);
  }
  const delimiter = zero ? 0 : 10;
  let line = 0;
  let disorder = false;
  const inputs: string[][] = [];
  const take = async (names: readonly string[]): Promise<number> =>
    eachLine(
      proc,
      names,
      (text) => {
        line++;
        const before = lines.at(-1);
        if (check !== '' && before !== undefined && !disorder) {
          const order = compare(before, text);
          if (order > 0 || (unique && order === 0)) {
            disorder = true;
            if (check === 'c') proc.err(`${proc.argv[0]}: ${files[0] ?? '-'}:${line}: disorder: ${text}\n`);
          }
        }
        lines.push(text);
      },
      delimiter,
      (name, error) => `${error === 'Is a directory' ? 'read' : 'stat'} failed: ${quotef(name)}: ${error}`,
    );
  for (const name of files.length === 0 ? ['-'] : files) {
    if ((await take([name])) !== 0) return 2;
    if (merge) inputs.push(lines.splice(0));
  }
  if (check !== '') return disorder ? 1 : 0;
  if (merge) mergeInto(lines, inputs, compare);
  else lines.sort(compare);
  if (output !== '') {
    try {
      const fd = await proc.open(output, O_WRONLY | O_CREAT | O_TRUNC, 0o666);
      await proc.flush();
      proc.dup2(fd, 1);
    } catch (e) {
      die(proc, `open failed: ${quotef(output)}: ${errorText(e)}`, 2);
    }
  }
  let previous: string | null = null;
  for (const text of lines) {
    if (unique && previous !== null && compareKeys(previous, text) === 0) continue;
    previous = text;
    proc.out(text + String.fromCharCode(delimiter));
    await proc.drain();
  }
  try {
    await proc.flush();
  } catch (e) {
    if (output === '') throw e;
    die(proc, `fflush failed: ${quotef(output)}: ${errorText(e)}\nsort: write error`, 2);
  }
  return 0;
}
