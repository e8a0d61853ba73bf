/** Programs on the fields of lines: cut, paste, uniq, nl, comm, join, column. */
import type { Process } from '../../process/types.ts';
import {
  argmatch,
  complain,
  die,
  eachLine,
  errorText,
  longs,
  openInput,
  options,
  quote,
  quoteaf,
  quotef,
  Records,
  tryHelp,
  usageError,
} from './command.ts';
import { utf8Decode, utf8Encode } from '../../../lib/text.ts';
import { O_CREAT, O_TRUNC, O_WRONLY } from '../../../uapi/fcntl.ts';

/** cut: selected parts of each line. */
export async function cutMain(proc: Process): Promise<number> {
  let mode = '';
  let list = '';
  let delimiter: string | null = null;
  let output: string | null = null;
  let [only, complement] = [false, false];
  let end = 10;
  const { options: opts, operands } = options(proc, {
    short: 'b:c:d:f:nsz',
    long: longs({
      'bytes=': 'b',
      'characters=': 'c',
      'fields=': 'f',
      'delimiter=': 'd',
      'only-delimited': 's',
      'output-delimiter=': 'O',
      complement: 'C',
      'zero-terminated': 'z',
    }),
  });
  for (const { opt, arg } of opts) {
    if (opt === 'b' || opt === 'c' || opt === 'f') {
      if (mode !== '') usageError(proc, 'only one list may be specified');
      mode = opt;
      list = arg!;
    } else if (opt === 'd') {
      if ([...arg!].length > 1) usageError(proc, 'the delimiter must be a single character');
      delimiter = arg === '' ? '\0' : arg!;
    } else if (opt === 's') only = true;
    else if (opt === 'O') output = arg!;
    else if (opt === 'C') complement = true;
    else if (opt === 'z') end = 0;
  }
  if (mode === '') usageError(proc, 'you must specify a list of bytes, characters, or fields');
  if (mode !== 'f' && delimiter !== null)
    usageError(proc, 'an input delimiter may be specified only when operating on fields');
  if (mode !== 'f' && only)
    usageError(proc, 'suppressing non-delimited lines makes sense\n\tonly when operating on fields');
  const ranges = parseRanges(proc, list, mode === 'f');
  const selected = (n: number): boolean => ranges.some(([a, b]) => n >= a && n <= b) !== complement;
  const d = delimiter ?? '\t';
  return eachLine(
    proc,
    operands,
    (line) => {
      const eol = String.fromCharCode(end);
      if (mode === 'f') {
        if (!line.includes(d)) {
          if (!only) proc.out(line + eol);
          return;
        }
        proc.out(
          line
            .split(d)
            .filter((_, i) => selected(i + 1))
            .join(output ?? d) + eol,
        );
        return;
      }
      // GNU's -c counts bytes, as -b does.
      const bytes = utf8Encode(line);
      const kept: number[] = [];
      const glue = output === null ? [] : [...utf8Encode(output)];
      let last = -1;
      for (let i = 0; i < bytes.length; i++) {
        if (!selected(i + 1)) continue;
        const starts = complement ? i !== last + 1 : ranges.some(([a]) => a === i + 1);
        if (kept.length > 0 && glue.length > 0 && (i !== last + 1 || starts)) kept.push(...glue);
        kept.push(bytes[i]!);
        last = i;
      }
      proc.out(utf8Decode(Uint8Array.from(kept)) + eol);
    },
    end,
  );
}

function parseRanges(proc: Process, list: string, fields: boolean): [number, number][] {
  const what = fields ? 'field' : 'byte/character position';
  const ranges: [number, number][] = [];
  for (const item of list.split(/[,\s]/)) {
    if (item === '-') usageError(proc, 'invalid range with no endpoint: -');
    const m = /^(\d*)(-?)(\d*)$/.exec(item);
    if (m === null || item === '') {
      if (item === '')
        usageError(proc, fields ? 'fields are numbered from 1' : 'byte/character positions are numbered from 1');
      usageError(proc, `invalid ${what === 'field' ? 'field value' : what} ${quote(item.replace(/^[\d-]+(?=.)/, ''))}`);
    }
    const a = m[1] === '' ? 1 : Number(m[1]);
    const b = m[2] === '' ? a : m[3] === '' ? Infinity : Number(m[3]);
    if (a === 0)
      usageError(proc, fields ? 'fields are numbered from 1' : 'byte/character positions are numbered from 1');
    if (b < a) usageError(proc, 'invalid decreasing range');
    ranges.push([a, b]);
  }
  ranges.sort((x, y) => x[0] - y[0]);
  return ranges;
}

/** uniq: runs of equal lines as one. */
export async function uniqMain(proc: Process): Promise<number> {
  const has = new Set<string>();
  let [skipFields, skipChars, width] = [0, 0, Infinity];
  let end = 10;
  const { options: opts, operands } = options(proc, {
    short: 'cdDf:is:uw:z',
    synopsis: '[OPTION]... [INPUT [OUTPUT]]',
    long: longs({
      count: 'c',
      repeated: 'd',
      'skip-fields=': 'f',
      'ignore-case': 'i',
      'skip-chars=': 's',
      unique: 'u',
      'check-chars=': 'w',
      'zero-terminated': 'z',
      'all-repeated=?': 'all',
      'group=?': 'group',
    }),
  });
  let [before, between, after] = [false, false, false];
  const number = (arg: string, what: string): number =>
    /^\d+$/.test(arg) ? Number(arg) : die(proc, `${arg}: invalid number of ${what}`);
  for (const { opt, arg } of opts) {
    if (opt === 'f') skipFields = number(arg!, 'fields to skip');
    else if (opt === 's') skipChars = number(arg!, 'bytes to skip');
    else if (opt === 'w') width = number(arg!, 'bytes to compare');
    else if (opt === 'z') end = 0;
    else if (opt === 'all') {
      const how = argmatch(proc, '--all-repeated', arg ?? 'none', [['none'], ['prepend'], ['separate']]);
      [before, between] = [how === 'prepend', how === 'separate'];
      has.add('D');
    } else if (opt === 'group') {
      const how = argmatch(proc, '--group', arg ?? 'separate', [['prepend'], ['append'], ['separate'], ['both']]);
      before = how === 'prepend' || how === 'both';
      between = how !== 'prepend' && how !== 'append';
      if (how === 'both') between = false;
      after = how === 'append' || how === 'both';
      has.add('group');
    } else has.add(opt);
  }
  if (operands.length > 2) usageError(proc, `extra operand ${quote(operands[2]!)}`);
  if (has.has('group') && [...'cdDu'].some((o) => has.has(o)))
    usageError(proc, '--group is mutually exclusive with -c/-d/-D/-u');
  if (has.has('c') && has.has('D')) usageError(proc, 'printing all duplicated lines and repeat counts is meaningless');
  if (operands[1] !== undefined && operands[1] !== '-') {
    try {
      proc.dup2(await proc.open(operands[1], O_WRONLY | O_CREAT | O_TRUNC, 0o666), 1);
    } catch (e) {
      die(proc, `${quotef(operands[1])}: ${errorText(e)}`);
    }
  }
  const key = (line: string): string => {
    let s = line;
    for (let i = 0; i < skipFields; i++) s = s.replace(/^[ \t]*[^ \t]*/, '');
    s = s.slice(skipChars, width === Infinity ? undefined : skipChars + width);
    return has.has('i') ? s.toLowerCase() : s;
  };
  let group: string[] = [];
  let count = 0;
  let groups = 0;
  const flush = (): void => {
    if (count === 0) return;
    const eol = String.fromCharCode(end);
    if (has.has('D') || has.has('group')) {
      if (count < 2 && has.has('D')) return;
      // With a line after each group there is none before the next.
      if ((before && !(after && groups > 0)) || (between && groups > 0)) proc.out(eol);
      for (const line of group) proc.out(line + eol);
      if (after) proc.out(eol);
      groups++;
    } else if ((!has.has('d') || count > 1) && (!has.has('u') || count === 1)) {
      proc.out(`${has.has('c') ? `${String(count).padStart(7)} ` : ''}${group[0]}${eol}`);
    }
  };
  const status = await eachLine(
    proc,
    operands.slice(0, 1),
    (line) => {
      if (count > 0 && key(group[0]!) === key(line)) {
        count++;
        if (has.has('D') || has.has('group')) group.push(line);
        return;
      }
      flush();
      group = [line];
      count = 1;
    },
    end,
    (name) => `error reading ${quoteaf(name)}`,
  );
  flush();
  return status;
}

/** paste: lines side by side. */
export async function pasteMain(proc: Process): Promise<number> {
  let delimiters = ['\t'];
  let serial = false;
  const { options: opts, operands } = options(proc, { short: 'd:s', long: longs({ 'delimiters=': 'd', serial: 's' }) });
  for (const { opt, arg } of opts) {
    if (opt === 's') serial = true;
    else {
      delimiters = [];
      const chars = [...arg!];
      for (let i = 0; i < chars.length; i++) {
        if (chars[i] !== '\\') delimiters.push(chars[i]!);
        else delimiters.push({ n: '\n', t: '\t', '0': '', '\\': '\\' }[chars[++i] ?? '\\'] ?? chars[i]!);
      }
      if (delimiters.length === 0) delimiters = [''];
    }
  }
  const names = operands.length === 0 ? ['-'] : operands;
  if (serial) {
    let status = 0;
    for (const name of names) {
      let n = 0;
      status |= await eachLine(proc, [name], (line) =>
        proc.out((n++ === 0 ? '' : delimiters[(n - 2) % delimiters.length]!) + line),
      );
      proc.out('\n');
    }
    return status;
  }
  const stdin = new Records(proc, 0);
  const inputs: Records[] = [];
  for (const name of names) {
    const fd = await openInput(proc, name);
    if (fd < 0) return 1;
    inputs.push(fd === 0 ? stdin : new Records(proc, fd));
  }
  for (;;) {
    const parts: (string | null)[] = [];
    for (const input of inputs) parts.push(await input.next());
    if (parts.every((p) => p === null)) return 0;
    proc.out(
      `${parts.map((p, i) => (i === 0 ? '' : delimiters[(i - 1) % delimiters.length]!) + (p ?? '')).join('')}\n`,
    );
    await proc.drain();
  }
}

/** nl: lines with numbers. */
export async function nlMain(proc: Process): Promise<number> {
  let [style, format, separator, width, start, step] = ['t', 'rn', '\t', 6, 1, 1] as [
    string,
    string,
    string,
    number,
    number,
    number,
  ];
  const { options: opts, operands } = options(proc, {
    short: 'b:i:n:s:v:w:',
    long: longs({
      'body-numbering=': 'b',
      'line-increment=': 'i',
      'number-format=': 'n',
      'number-separator=': 's',
      'starting-line-number=': 'v',
      'number-width=': 'w',
    }),
  });
  for (const { opt, arg } of opts) {
    if (opt === 'b') {
      if (!/^[atn]$/.test(arg!)) usageError(proc, `invalid body numbering style: ${quote(arg!)}`);
      style = arg!;
    } else if (opt === 'n') {
      if (!/^(ln|rn|rz)$/.test(arg!)) usageError(proc, `invalid line numbering format: ${quote(arg!)}`);
      format = arg!;
    } else if (opt === 's') separator = arg!;
    else {
      const n = Number(arg);
      const what =
        opt === 'i' ? 'line number increment' : opt === 'v' ? 'starting line number' : 'line number field width';
      if (!Number.isInteger(n) || (opt === 'w' && n < 1)) die(proc, `invalid ${what}: ${quote(arg!)}`);
      if (opt === 'i') step = n;
      else if (opt === 'v') start = n;
      else width = n;
    }
  }
  let n = start;
  return eachLine(proc, operands, (line) => {
    if (style === 'n' || (style === 't' && line === '')) {
      proc.out(`${' '.repeat(width + separator.length)}${line}\n`);
      return;
    }
    const s = String(n);
    n += step;
    proc.out(
      (format === 'ln' ? s.padEnd(width) : s.padStart(width, format === 'rz' ? '0' : ' ')) + separator + line + '\n',
    );
  });
}

/** comm: what two sorted files have and have not in common. */
export async function commMain(proc: Process): Promise<number> {
  const hide = new Set<string>();
  let delimiter = '\t';
  const { options: opts, operands } = options(proc, {
    short: '123',
    synopsis: '[OPTION]... FILE1 FILE2',
    long: longs({ 'output-delimiter=': 'O', 'check-order': 'k', 'nocheck-order': 'N' }),
  });
  for (const { opt, arg } of opts) {
    if (opt === 'O') delimiter = arg!;
    else hide.add(opt);
  }
  if (operands.length === 0) usageError(proc, 'missing operand');
  if (operands.length === 1) usageError(proc, `missing operand after ${quote(operands[0]!)}`);
  if (operands.length > 2) usageError(proc, `extra operand ${quote(operands[2]!)}`);
  const inputs: Records[] = [];
  for (const name of operands) {
    const fd = await openInput(proc, name);
    if (fd < 0) return 1;
    inputs.push(new Records(proc, fd));
  }
  const [one, two] = inputs as [Records, Records];
  const emit = (column: number, text: string): void => {
    if (hide.has(String(column))) return;
    let tabs = 0;
    for (let c = 1; c < column; c++) if (!hide.has(String(c))) tabs++;
    proc.out(`${delimiter.repeat(tabs)}${text}\n`);
  };
  let warned = false;
  const disorder = (file: number, before: string, now: string | null): void => {
    if (now === null || now >= before || hide.has('N')) return;
    complain(proc, `file ${file} is not in sorted order`);
    warned = true;
  };
  let a = await one.next();
  let b = await two.next();
  while (a !== null || b !== null) {
    const order = a === null ? 1 : b === null ? -1 : a < b ? -1 : a > b ? 1 : 0;
    emit(order < 0 ? 1 : order > 0 ? 2 : 3, (order > 0 ? b : a)!);
    if (order <= 0) {
      const before = a!;
      a = await one.next();
      if (!warned) disorder(1, before, a);
    }
    if (order >= 0) {
      const before = b!;
      b = await two.next();
      if (!warned) disorder(2, before, b);
    }
    await proc.drain();
  }
  if (warned) complain(proc, 'input is not in sorted order');
  return warned ? 1 : 0;
}

/** join: lines of two sorted files that share a field. */
export async function joinMain(proc: Process): Promise<number> {
  let [field1, field2, separator, empty] = [0, 0, '', ''];
  let format: string[] | null = null;
  let ignore = false;
  const alone = new Set<string>();
  const only = new Set<string>();
  const { options: opts, operands } = options(proc, {
    short: 'a:e:ij:1:2:o:t:v:',
    synopsis: '[OPTION]... FILE1 FILE2',
    long: longs({ 'ignore-case': 'i' }),
  });
  const field = (arg: string): number =>
    /^[1-9]\d*$/.test(arg) ? Number(arg) - 1 : die(proc, `invalid field number: ${quote(arg)}`);
  for (const { opt, arg } of opts) {
    if (opt === 'a' || opt === 'v') {
      if (arg !== '1' && arg !== '2') die(proc, `invalid file number: ${quote(arg!)}`);
      (opt === 'a' ? alone : only).add(arg);
    } else if (opt === 'e') empty = arg!;
    else if (opt === 'i') ignore = true;
    else if (opt === '1') field1 = field(arg!);
    else if (opt === '2') field2 = field(arg!);
    else if (opt === 'j') field1 = field2 = field(arg!);
    else if (opt === 't') separator = arg!;
    else format = arg!.split(/[, ]+/);
  }
  if (operands.length < 2) {
    complain(proc, operands.length === 0 ? 'missing operand' : `missing operand after ${quote(operands[0]!)}`);
    tryHelp(proc);
  }
  const split = (line: string): string[] =>
    separator === '' ? line.replace(/^[ \t]+/, '').split(/[ \t]+/) : line.split(separator);
  const tables: string[][][] = [];
  for (const name of operands.slice(0, 2)) {
    const rows: string[][] = [];
    if (
      (await eachLine(
        proc,
        [name],
        (line) => void rows.push(split(line)),
        10,
        (_name, error) => `read error: ${error}`,
      )) !== 0
    )
      return 1;
    tables.push(rows);
  }
  const [one, two] = tables as [string[][], string[][]];
  const glue = separator === '' ? ' ' : separator;
  const keyOf = (row: string[], f: number): string => (ignore ? (row[f] ?? '').toLowerCase() : (row[f] ?? ''));
  const emit = (a: string[] | null, b: string[] | null): void => {
    let parts: string[];
    if (format !== null && format[0] !== 'auto') {
      parts = format.map((spec) => {
        if (spec === '0') return (a === null ? b![field2] : a[field1]) ?? empty;
        const [file, n] = spec.split('.');
        return (file === '1' ? a : b)?.[Number(n) - 1] ?? empty;
      });
    } else {
      const rest = (row: string[] | null, f: number): string[] => (row === null ? [] : row.filter((_, i) => i !== f));
      parts = [(a === null ? b![field2] : a[field1]) ?? '', ...rest(a, field1), ...rest(b, field2)];
    }
    proc.out(`${parts.join(glue)}\n`);
  };
  const single = (n: '1' | '2', row: string[]): void => {
    if (alone.has(n) || only.has(n)) emit(n === '1' ? row : null, n === '2' ? row : null);
  };
  let [i, j] = [0, 0];
  while (i < one.length && j < two.length) {
    const [x, y] = [keyOf(one[i]!, field1), keyOf(two[j]!, field2)];
    if (x < y) single('1', one[i++]!);
    else if (x > y) single('2', two[j++]!);
    else {
      let [m, n] = [i, j];
      while (m < one.length && keyOf(one[m]!, field1) === x) m++;
      while (n < two.length && keyOf(two[n]!, field2) === x) n++;
      if (only.size === 0) for (let p = i; p < m; p++) for (let q = j; q < n; q++) emit(one[p]!, two[q]!);
      [i, j] = [m, n];
    }
    await proc.drain();
  }
  while (i < one.length) single('1', one[i++]!);
  while (j < two.length) single('2', two[j++]!);
  return 0;
}

/** column: a table (-t), or columns filled down. */
export async function columnMain(proc: Process): Promise<number> {
  let table = false;
  let separators = ' \t';
  let output = '  ';
  let [right, names] = ['', ''];
  let greedy = true;
  const { options: opts, operands } = options(proc, {
    short: 'ts:o:R:N:c:x',
    product: 'util-linux',
    version: '2.38.1',
    long: longs({
      table: 't',
      'separator=': 's',
      'output-separator=': 'o',
      'table-right=': 'R',
      'table-columns=': 'N',
      'output-width=': 'c',
      fillrows: 'x',
    }),
  });
  let width = Number(proc.env.get('COLUMNS') ?? 80);
  let rowsFirst = false;
  for (const { opt, arg } of opts) {
    if (opt === 't') table = true;
    else if (opt === 's') {
      separators = arg!;
      greedy = false;
    } else if (opt === 'o') output = arg!;
    else if (opt === 'R') right = arg!;
    else if (opt === 'N') names = arg!;
    else if (opt === 'c') width = Number(arg);
    else rowsFirst = true;
  }
  const lines: string[] = [];
  const status = await eachLine(
    proc,
    operands,
    (line) => {
      if (line.trim() !== '') lines.push(line);
    },
    10,
    (_name, error) => `read failed: ${error}`,
  );
  if (!table) {
    const longest = Math.max(0, ...lines.map((l) => l.length));
    const cell = (Math.floor(longest / 8) + 1) * 8;
    const columns = Math.max(1, Math.floor(width / cell));
    const rows = Math.ceil(lines.length / columns);
    for (let r = 0; r < rows; r++) {
      let text = '';
      let at = 0;
      for (let c = 0; c < columns; c++) {
        const item = lines[rowsFirst ? r * columns + c : c * rows + r];
        if (item === undefined) break;
        while (at < c * cell) {
          text += '\t';
          at = (Math.floor(at / 8) + 1) * 8;
        }
        text += item;
        at += item.length;
      }
      proc.out(`${text}\n`);
    }
    return status;
  }
  const set = [...separators];
  const split = (line: string): string[] => {
    if (greedy) return line.replace(/^[ \t]+|[ \t]+$/g, '').split(/[ \t]+/);
    const cells: string[] = [];
    let cell = '';
    for (const c of line) {
      if (set.includes(c)) {
        cells.push(cell);
        cell = '';
      } else cell += c;
    }
    cells.push(cell);
    return cells;
  };
  const rows = lines.map(split);
  if (names !== '') rows.unshift(names.split(','));
  const count = Math.max(0, ...rows.map((r) => r.length));
  const widths = Array.from({ length: count }, (_, c) => Math.max(0, ...rows.map((r) => [...(r[c] ?? '')].length)));
  const rightOf = new Set(
    (right === '' ? [] : right.split(',')).flatMap((r) =>
      /^\d+$/.test(r) ? [Number(r) - 1] : names.split(',').indexOf(r),
    ),
  );
  for (const row of rows) {
    const cells = widths.map((w, c) => {
      const cell = row[c] ?? '';
      const gap = ' '.repeat(w - [...cell].length);
      if (rightOf.has(c)) return gap + cell;
      return c === count - 1 ? cell : cell + gap;
    });
    proc.out(`${cells.join(output)}\n`);
    await proc.drain();
  }
  return status;
}
