/** Bytes as text: od hexdump xxd base64 md5sum sha256sum. */
import { latin1Decode } from '../../../lib/text.ts';
import type { Process } from '../../process/types.ts';
import { slurp } from './cat.ts';
import { complain, die, eachInput, longs, options, quote, quotef, Records, usageError } from './command.ts';
import { md5, sha256 } from './digest.ts';

const hex = (n: number, width: number): string => n.toString(16).padStart(width, '0');
const ascii = (bytes: Uint8Array): string => latin1Decode(bytes).replace(/[^ -~]/g, '.');

/** hexdump: canonical (-C), or words of two bytes. */
export async function hexdumpMain(proc: Process): Promise<number> {
  let [canonical, length, skip, verbose] = [proc.name === 'hd', Infinity, 0, false];
  const { options: opts, operands } = options(proc, {
    short: 'Cn:s:v',
    product: 'util-linux',
    version: '2.38.1',
    long: longs({ canonical: 'C', 'length=': 'n', 'skip=': 's', 'no-squeezing': 'v' }),
  });
  for (const { opt, arg } of opts) {
    if (opt === 'C') canonical = true;
    else if (opt === 'n') length = Number(arg);
    else if (opt === 's') skip = Number(arg);
    else verbose = true;
  }
  const { data, status: failed } = await slurp(proc, operands);
  // One that cannot be read is told of, and no failure.
  const status = operands.some((name) => proc.fs.exists(name) === null) ? failed : 0;
  const bytes = data.subarray(skip, Number.isFinite(length) ? skip + length : undefined);
  let before = '';
  let starred = false;
  for (let i = 0; i < bytes.length; i += 16) {
    const row = bytes.subarray(i, i + 16);
    const key = latin1Decode(row);
    if (!verbose && i > 0 && row.length === 16 && key === before) {
      if (!starred) proc.out('*\n');
      starred = true;
      continue;
    }
    before = key;
    starred = false;
    const at = skip + i;
    if (canonical) {
      const cells = [...row].map((b, k) => (k === 8 ? ' ' : '') + hex(b, 2)).join(' ');
      proc.out(`${hex(at, 8)}  ${cells.padEnd(48)}  |${ascii(row)}|\n`);
    } else {
      let text = hex(at, 7);
      for (let k = 0; k < 16; k += 2)
        text += k < row.length ? ` ${hex(row[k]! | ((row[k + 1] ?? 0) << 8), 4)}` : '     ';
      proc.out(`${text}\n`);
    }
    await proc.drain();
  }
  if (bytes.length > 0) proc.out(`${hex(skip + bytes.length, canonical ? 8 : 7)}\n`);
  return status;
}

const NAMES = [
  'nul',
  'soh',
  'stx',
  'etx',
  'eot',
  'enq',
  'ack',
  'bel',
  'bs',
  'ht',
  'nl',
  'vt',
  'ff',
  'cr',
  'so',
  'si',
  'dle',
  'dc1',
  'dc2',
  'dc3',
  'dc4',
  'nak',
  'syn',
  'etb',
  'can',
  'em',
  'sub',
  'esc',
  'fs',
  'gs',
  'rs',
  'us',
  'sp',
];
const ESCAPES: Readonly<Record<number, string>> = {
  0: '\\0',
  7: '\\a',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
};

interface OdFormat {
  readonly size: number;
  readonly width: number;
  readonly show: (value: number, signed: number) => string;
  readonly text: boolean;
}

function odFormats(proc: Process, spec: string): OdFormat[] {
  const out: OdFormat[] = [];
  for (const m of spec.matchAll(/([acdoux])([1248CSIL]?)(z?)|(.)/g)) {
    if (m[4] !== undefined) die(proc, `invalid character '${m[4]}' in type string ${quote(spec)}`);
    const kind = m[1]!;
    const size = { '': 4, '1': 1, C: 1, '2': 2, S: 2, '4': 4, I: 4 }[kind === 'a' || kind === 'c' ? '1' : m[2]!];
    if (size === undefined)
      die(proc, `invalid type string ${quote(spec)};\nthis system doesn't provide a ${m[2]}-byte integral type`);
    const digits: Readonly<Record<string, readonly number[]>> = {
      x: [2, 4, 8],
      o: [3, 6, 11],
      u: [3, 5, 10],
      d: [4, 6, 11],
    };
    const index = size === 1 ? 0 : size === 2 ? 1 : 2;
    const text = m[3] === 'z';
    if (kind === 'c')
      out.push({
        size,
        width: 3,
        text,
        show: (b) => ESCAPES[b] ?? (b >= 32 && b < 127 ? String.fromCharCode(b) : b.toString(8).padStart(3, '0')),
      });
    else if (kind === 'a')
      out.push({
        size,
        width: 3,
        text,
        show: (b) => ((b & 127) === 127 ? 'del' : (NAMES[b & 127] ?? String.fromCharCode(b & 127))),
      });
    else {
      const width = digits[kind]![index]!;
      out.push({
        size,
        width,
        text,
        show: (v, signed) =>
          kind === 'x'
            ? hex(v, width)
            : kind === 'o'
              ? v.toString(8).padStart(width, '0')
              : String(kind === 'd' ? signed : v),
      });
    }
  }
  return out;
}

/** od */
export async function odMain(proc: Process): Promise<number> {
  let radix = 'o';
  let [skip, length, width, verbose] = [0, Infinity, 16, false];
  let formats: OdFormat[] = [];
  const { options: opts, operands } = options(proc, {
    short: 'A:j:N:t:vw::abcdosx',
    long: longs({
      'address-radix=': 'A',
      'skip-bytes=': 'j',
      'read-bytes=': 'N',
      'format=': 't',
      'output-duplicates': 'v',
      'width=?': 'w',
    }),
  });
  const OLD: Readonly<Record<string, string>> = { a: 'a', b: 'o1', c: 'c', d: 'u2', o: 'o2', s: 'd2', x: 'x2' };
  for (const { opt, arg } of opts) {
    if (opt === 'A')
      radix = /^[doxn]/.test(arg!)
        ? arg![0]!
        : die(proc, `invalid output address radix '${arg}'; it must be one character from [doxn]`);
    else if (opt === 'j') skip = Number(arg);
    else if (opt === 'N') length = Number(arg);
    else if (opt === 'w') width = Number(arg ?? 32);
    else if (opt === 'v') verbose = true;
    else formats.push(...odFormats(proc, opt === 't' ? arg! : OLD[opt]!));
  }
  if (formats.length === 0) formats = odFormats(proc, 'o2');
  const { data, status } = await slurp(proc, operands);
  const bytes = data.subarray(skip, Number.isFinite(length) ? skip + length : undefined);
  const address = (n: number): string =>
    radix === 'n' ? '' : n.toString(radix === 'x' ? 16 : radix === 'd' ? 10 : 8).padStart(radix === 'x' ? 6 : 7, '0');
  // Cells of different sizes line up by the widest per byte.
  const perByte = Math.max(...formats.map((f) => (f.width + 1) / f.size));
  let before = '';
  let starred = false;
  for (let i = 0; i < bytes.length; i += width) {
    const row = bytes.subarray(i, i + width);
    const key = latin1Decode(row);
    if (!verbose && i > 0 && row.length === width && key === before) {
      if (!starred) proc.out('*\n');
      starred = true;
      continue;
    }
    before = key;
    starred = false;
    formats.forEach((f, n) => {
      let text = n === 0 ? address(skip + i) : ' '.repeat(address(0).length);
      for (let k = 0; k < row.length; k += f.size) {
        let v = 0;
        for (let b = f.size - 1; b >= 0; b--) v = v * 256 + (row[k + b] ?? 0);
        const signed = v >= 2 ** (f.size * 8 - 1) ? v - 2 ** (f.size * 8) : v;
        text += f.show(v, signed).padStart(Math.round(perByte * f.size));
      }
      if (f.text) text = `${text.padEnd(address(0).length + Math.round(perByte * width))}  >${ascii(row)}<`;
      proc.out(`${text}\n`);
    });
    await proc.drain();
  }
  if (radix !== 'n') proc.out(`${address(skip + bytes.length)}\n`);
  return status;
}

/** xxd */
export async function xxdMain(proc: Process): Promise<number> {
  const has = new Set<string>();
  let [columns, group, length, seek] = [16, 2, Infinity, 0];
  const { options: opts, operands } = options(proc, {
    short: 'abc:g:il:prs:u',
    product: 'xxd',
    version: '2022-01-14',
    long: longs({ plain: 'p', ps: 'p', cols: 'c', len: 'l', revert: 'r' }),
    getopt: {},
  });
  for (const { opt, arg } of opts) {
    if (opt === 'c') columns = Number(arg);
    else if (opt === 'g') group = Number(arg);
    else if (opt === 'l') length = Number(arg);
    else if (opt === 's') seek = Number(arg);
    else has.add(opt);
  }
  for (const o of 'abi') if (has.has(o)) die(proc, `option -${o} is not supported`);
  const { data, status } = await slurp(proc, operands.slice(0, 1));
  if (has.has('r')) {
    const text = latin1Decode(data);
    const digits = has.has('p')
      ? text.replace(/[^0-9a-fA-F]/g, '')
      : text
          .split('\n')
          .map((l) => (/^[0-9a-fA-F]+: ?((?:[0-9a-fA-F]+ )*[0-9a-fA-F]*)/.exec(l)?.[1] ?? '').replace(/\s/g, ''))
          .join('');
    proc.outBytes(Uint8Array.from(digits.match(/../g) ?? [], (h) => Number.parseInt(h, 16)));
    return status;
  }
  const bytes = data.subarray(seek, Number.isFinite(length) ? seek + length : undefined);
  const up = (s: string): string => (has.has('u') ? s.toUpperCase() : s);
  if (has.has('p')) {
    const n = opts.some((o) => o.opt === 'c') ? columns || Infinity : 30;
    for (let i = 0; i < bytes.length; i += n) {
      proc.out(
        `${up([...bytes.subarray(i, Number.isFinite(n) ? i + n : undefined)].map((b) => hex(b, 2)).join(''))}\n`,
      );
      if (!Number.isFinite(n)) break;
    }
    return status;
  }
  const full = columns * 2 + (group > 0 ? Math.ceil(columns / group) : 1);
  for (let i = 0; i < bytes.length; i += columns) {
    const row = bytes.subarray(i, i + columns);
    const cells = [...row].map((b, k) => up(hex(b, 2)) + (group > 0 && (k + 1) % group === 0 ? ' ' : '')).join('');
    proc.out(`${hex(seek + i, 8)}: ${cells.padEnd(full)} ${ascii(row)}\n`);
    await proc.drain();
  }
  return status;
}

const B64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** base64 */
export async function base64Main(proc: Process): Promise<number> {
  let [decode, ignore, wrap] = [false, false, 76];
  const { options: opts, operands } = options(proc, {
    short: 'diw:',
    long: longs({ decode: 'd', 'ignore-garbage': 'i', 'wrap=': 'w' }),
    synopsis: '[OPTION]... [FILE]',
  });
  for (const { opt, arg } of opts) {
    if (opt === 'd') decode = true;
    else if (opt === 'i') ignore = true;
    else wrap = /^\d+$/.test(arg!) ? Number(arg) : die(proc, `invalid wrap size: ${quote(arg!)}`);
  }
  if (operands.length > 1) usageError(proc, `extra operand ${quote(operands[1]!)}`);
  const { data, status } = await slurp(proc, operands);
  if (status !== 0) return 1;
  if (decode) {
    let text = latin1Decode(data).replaceAll('\n', '');
    if (ignore) text = text.replace(/[^A-Za-z0-9+/=]/g, '');
    const good = /^[A-Za-z0-9+/]*/.exec(text)![0];
    const out: number[] = [];
    for (let i = 0; i + 1 < good.length; i += 4) {
      const n = [0, 1, 2, 3].reduce((v, k) => v * 64 + Math.max(0, B64.indexOf(good[i + k] ?? 'A')), 0);
      const count = Math.min(3, good.length - i - 1);
      for (let k = 0; k < count; k++) out.push((n >> (16 - 8 * k)) & 255);
    }
    proc.outBytes(Uint8Array.from(out));
    if (text.length % 4 !== 0 || !/^={0,2}$/.test(text.slice(good.length))) {
      await proc.flush();
      complain(proc, 'invalid input');
      return 1;
    }
    return 0;
  }
  let text = '';
  for (let i = 0; i < data.length; i += 3) {
    const n = (data[i]! << 16) | ((data[i + 1] ?? 0) << 8) | (data[i + 2] ?? 0);
    const left = data.length - i;
    text +=
      B64[n >> 18]! + B64[(n >> 12) & 63]! + (left > 1 ? B64[(n >> 6) & 63]! : '=') + (left > 2 ? B64[n & 63]! : '=');
  }
  if (wrap === 0) proc.out(text);
  else for (let i = 0; i < text.length; i += wrap) proc.out(`${text.slice(i, i + wrap)}\n`);
  return 0;
}

/** md5sum and sha256sum. */
export async function sumMain(proc: Process): Promise<number> {
  const [label, digest] = proc.name === 'md5sum' ? (['MD5', md5] as const) : (['SHA256', sha256] as const);
  const { options: opts, operands } = options(proc, {
    short: 'bctw',
    long: longs({ check: 'c', binary: 'b', text: 't', quiet: 'q', status: 's', tag: 'tag', warn: 'w' }),
  });
  const has = new Set(opts.map((o) => o.opt));
  const sum = (bytes: Uint8Array): string => [...digest(bytes)].map((b) => hex(b, 2)).join('');
  if (!has.has('c')) {
    return eachInput(proc, operands, async (fd, name) => {
      const text = sum(await proc.readAll(fd));
      proc.out(has.has('tag') ? `${label} (${name}) = ${text}\n` : `${text} ${has.has('b') ? '*' : ' '}${name}\n`);
    });
  }
  let [bad, unread, odd] = [0, 0, 0];
  const status = await eachInput(proc, operands, async (fd, name) => {
    const records = new Records(proc, fd);
    let number = 0;
    for (let line = await records.next(); line !== null; line = await records.next()) {
      number++;
      const m = /^([0-9a-fA-F]+) [ *](.*)$/.exec(line);
      if (m === null) {
        odd++;
        if (has.has('w')) await proc.flush();
        if (has.has('w')) complain(proc, `${name}: ${number}: improperly formatted ${label} checksum line`);
        continue;
      }
      let ok: boolean;
      try {
        ok = sum(proc.fs.readFile(m[2]!)) === m[1]!.toLowerCase();
      } catch {
        complain(proc, `${quotef(m[2]!)}: No such file or directory`);
        if (!has.has('s')) proc.out(`${m[2]}: FAILED open or read\n`);
        unread++;
        continue;
      }
      if (!ok) bad++;
      if (!has.has('s') && !(ok && has.has('q'))) proc.out(`${m[2]}: ${ok ? 'OK' : 'FAILED'}\n`);
    }
  });
  await proc.flush();
  if (odd > 0 && !has.has('s'))
    complain(proc, `WARNING: ${odd} line${odd === 1 ? ' is' : 's are'} improperly formatted`);
  if (unread > 0 && !has.has('s'))
    complain(proc, `WARNING: ${unread} listed file${unread === 1 ? '' : 's'} could not be read`);
  if (bad > 0 && !has.has('s'))
    complain(proc, `WARNING: ${bad} computed checksum${bad === 1 ? '' : 's'} did NOT match`);
  return status !== 0 || bad > 0 || unread > 0 ? 1 : 0;
}
