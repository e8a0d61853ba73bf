import { concatBytes } from '../../../lib/text.ts';
import { SEEK_CUR } from '../../../uapi/fcntl.ts';
import type { Process } from '../../process/types.ts';
import {
  closeStdin,
  complain,
  die,
  eachInput,
  longs,
  openInput,
  options,
  quote,
  quoteaf,
  quotef,
  readErrorText,
  sizeNumber,
  usageError,
} from './command.ts';
import { interval } from './words.ts';

interface Amount {
  readonly unit: 'lines' | 'bytes';
  readonly sign: '' | '+' | '-';
  readonly count: number;
}

function amount(proc: Process, unit: 'lines' | 'bytes', text: string): Amount {
  const m = /^([-+]?)(.*)$/s.exec(text)!;
  const count = sizeNumber(m[2]!);
  if (count === null || count < 0) die(proc, `invalid number of ${unit}: ${quote(m[1] === '-' ? m[2]! : text)}`);
  return { unit, sign: m[1] as '' | '+' | '-', count };
}

/** Old-fashioned `-5` (and tail's `+5`) as `-n 5`. */
const modern = (args: readonly string[], plus: boolean): string[] =>
  args.flatMap((a, i) => {
    const m = i === 0 ? (plus ? /^([-+])(\d+)([cf]*)$/ : /^([-+])(\d+)([bckmqvz]*)$/).exec(a) : null;
    if (m === null || (m[1] === '+' && !plus)) return [a];
    const n = `${m[1] === '+' ? '+' : ''}${m[2]}`;
    const scale = /[bkm]/.exec(m[3]!)?.[0] ?? '';
    const rest = [...m[3]!].filter((l) => 'fqvz'.includes(l)).map((l) => `-${l}`);
    return [m[3]!.includes('c') || scale !== '' ? '-c' : '-n', n + scale, ...rest];
  });

/** Prints `==> name <==` before each input where wanted. */
function headers(proc: Process, mode: 'auto' | 'never' | 'always', files: number): (name: string) => void {
  let first = true;
  return (name) => {
    if (mode === 'never' || (mode === 'auto' && files <= 1)) return;
    proc.out(`${first ? '' : '\n'}==> ${name === '-' ? 'standard input' : name} <==\n`);
    first = false;
  };
}

/** Where the n-th newline ends, or -1. `state.left` counts on over chunks. */
function lineEnd(bytes: Uint8Array, state: { left: number }, delimiter: number): number {
  if (state.left === 0) return 0;
  for (let i = bytes.indexOf(delimiter); i >= 0; i = bytes.indexOf(delimiter, i + 1))
    if (--state.left === 0) return i + 1;
  return -1;
}

/** The last `count` units of what is read. */
async function lastPart(proc: Process, fd: number, a: Amount, delimiter: number): Promise<Uint8Array> {
  let kept: Uint8Array[] = [];
  let length = 0;
  for (let bytes = await proc.read(fd); bytes.length > 0; bytes = await proc.read(fd)) {
    kept.push(bytes);
    length += bytes.length;
    if (length > 1 << 20) {
      const cut = tailOf(concatBytes(kept), a, delimiter).slice();
      kept = [cut];
      length = cut.length;
    }
  }
  return tailOf(concatBytes(kept), a, delimiter);
}

function tailOf(all: Uint8Array, a: Amount, delimiter: number): Uint8Array {
  if (a.unit === 'bytes') return all.subarray(Math.max(0, all.length - a.count));
  if (a.count === 0) return all.subarray(all.length);
  let left = a.count;
  let i = all.length - 1;
  if (all[i] === delimiter) i--;
  while (i >= 0) {
    i = all.lastIndexOf(delimiter, i);
    if (i < 0) break;
    if (--left === 0) return all.subarray(i + 1);
    i--;
  }
  return all;
}

/** head: the beginning of each input. */
export async function headMain(proc: Process): Promise<number> {
  let a: Amount = { unit: 'lines', sign: '', count: 10 };
  let mode: 'auto' | 'never' | 'always' = 'auto';
  let delimiter = 10;
  const { options: opts, operands } = options(
    proc,
    {
      short: 'c:n:qvz',
      long: longs({ 'bytes=': 'c', 'lines=': 'n', quiet: 'q', silent: 'q', verbose: 'v', 'zero-terminated': 'z' }),
    },
    modern(proc.argv.slice(1), false),
  );
  for (const { opt, arg } of opts) {
    if (opt === 'c' || opt === 'n') a = amount(proc, opt === 'c' ? 'bytes' : 'lines', arg!);
    else if (opt === 'z') delimiter = 0;
    else mode = opt === 'q' ? 'never' : 'always';
  }
  const header = headers(proc, mode, operands.length);
  return eachNamed(proc, operands, 'for reading', async (fd, name) => {
    header(name);
    if (a.sign === '-') {
      const all = await proc.readAll(fd);
      proc.outBytes(all.subarray(0, all.length - tailOf(all, a, delimiter).length));
      return;
    }
    const state = { left: a.count };
    while (state.left > 0) {
      const bytes = await proc.read(fd);
      if (bytes.length === 0) return;
      const end = a.unit === 'lines' ? lineEnd(bytes, state, delimiter) : Math.min(bytes.length, state.left);
      if (a.unit === 'bytes') state.left -= end;
      proc.outBytes(end < 0 ? bytes : bytes.subarray(0, end));
      await proc.drain();
      // What was read too much is left for the next reader, where the file has positions.
      if (state.left === 0 && end < bytes.length) proc.fds.get(fd)?.seek?.(end - bytes.length, SEEK_CUR);
    }
  });
}

/** eachInput with the words of head and tail. */
async function eachNamed(
  proc: Process,
  names: readonly string[],
  purpose: string,
  body: (fd: number, name: string) => Promise<void>,
): Promise<number> {
  let status = 0;
  for (const name of names.length === 0 ? ['-'] : names) {
    const fd = await openInput(proc, name, (n) => `cannot open ${quoteaf(n)} ${purpose}`);
    if (fd < 0) {
      status = 1;
      continue;
    }
    try {
      await body(fd, name);
    } catch (e) {
      const text = readErrorText(e);
      const what = text === 'Bad file descriptor' && proc.name === 'tail' ? 'cannot fstat' : 'error reading';
      complain(proc, `${what} ${quoteaf(name === '-' ? 'standard input' : name)}: ${text}`);
      status = 1;
    }
    if (fd > 0) proc.close(fd);
  }
  if (names.length === 0 || names.includes('-')) await closeStdin(proc);
  return status;
}

/** tail: the end of each input, and with -f what comes after it. */
export async function tailMain(proc: Process): Promise<number> {
  let a: Amount = { unit: 'lines', sign: '', count: 10 };
  let mode: 'auto' | 'never' | 'always' = 'auto';
  let delimiter = 10;
  let follow: '' | 'descriptor' | 'name' = '';
  let seconds = 1;
  let pid = 0;
  let retry = false;
  const { options: opts, operands } = options(
    proc,
    {
      short: 'c:n:fFqs:vz',
      long: longs({
        'bytes=': 'c',
        'lines=': 'n',
        'follow=?': 'follow',
        quiet: 'q',
        silent: 'q',
        'sleep-interval=': 's',
        'pid=': 'pid',
        retry: 'retry',
        verbose: 'v',
        'zero-terminated': 'z',
      }),
    },
    modern(proc.argv.slice(1), true),
  );
  for (const { opt, arg } of opts) {
    if (opt === 'c' || opt === 'n') a = amount(proc, opt === 'c' ? 'bytes' : 'lines', arg!);
    else if (opt === 'z') delimiter = 0;
    else if (opt === 'f') follow = 'descriptor';
    else if (opt === 'F') follow = 'name';
    else if (opt === 'follow') {
      if (arg !== null && arg !== 'name' && arg !== 'descriptor') {
        usageError(
          proc,
          `invalid argument ${quote(arg)} for ${quote('--follow')}\nValid arguments are:\n  - ‘descriptor’\n  - ‘name’`,
        );
      }
      follow = arg === 'name' ? 'name' : 'descriptor';
    } else if (opt === 's') seconds = interval(arg!) ?? die(proc, `invalid number of seconds: ${quote(arg!)}`);
    else if (opt === 'pid') {
      pid = /^\d+$/.test(arg!) ? Number(arg) : die(proc, `invalid PID: ${quote(arg!)}`);
    } else if (opt === 'retry') retry = true;
    else if (opt === 'q') mode = 'never';
    else if (opt === 'v') mode = 'always';
    if (opt === 'F') retry = true;
  }
  if (retry && follow === '') complain(proc, 'warning: --retry ignored; --retry is useful only when following');
  else if (retry && follow === 'descriptor') complain(proc, 'warning: --retry only effective for the initial open');
  if (pid !== 0 && follow === '') complain(proc, 'warning: PID ignored; --pid=PID is useful only when following');
  const header = headers(proc, mode, operands.length);
  const followed: { fd: number; name: string; ino: number }[] = [];
  let last = '';
  const status = await eachNamed(proc, operands, 'for reading', async (fd, name) => {
    header(name);
    last = name;
    if (a.sign === '+') {
      const state = { left: Math.max(0, a.count - 1) };
      for (let bytes = await proc.read(fd); bytes.length > 0; bytes = await proc.read(fd)) {
        let from = 0;
        if (state.left > 0) {
          from = a.unit === 'lines' ? lineEnd(bytes, state, delimiter) : Math.min(bytes.length, state.left);
          if (a.unit === 'bytes') state.left -= from;
        }
        if (from >= 0) proc.outBytes(bytes.subarray(from));
        await proc.drain();
      }
    } else proc.outBytes(await lastPart(proc, fd, a, delimiter));
    const file = proc.fds.get(fd);
    if (follow !== '' && file !== undefined && file.kind !== 'pipe') {
      // Keeps the open file: the descriptor itself is closed with its turn.
      followed.push({ fd: proc.fds.add(file.retain()), name, ino: file.stat().ino });
    }
  });
  // Who retries waits for what is not there yet.
  if (retry && follow !== '') {
    for (const name of operands)
      if (name !== '-' && !followed.some((f) => f.name === name)) followed.push({ fd: -1, name, ino: 0 });
  }
  if (follow === '' || followed.length === 0)
    return follow === '' || status === 0 ? status : die(proc, 'no files remaining');
  for (;;) {
    for (const f of followed) {
      if (f.fd < 0) {
        const there = proc.fs.exists(f.name);
        if (there === null) continue;
        await proc.flush();
        complain(proc, `${quoteaf(f.name)} has appeared;  following new file`);
        f.fd = await openInput(proc, f.name);
        f.ino = there.ino;
        if (f.fd < 0) continue;
      }
      const bytes = await proc.readAll(f.fd);
      if (bytes.length > 0) {
        if (last !== f.name) header(f.name);
        last = f.name;
        proc.outBytes(bytes);
      }
      const now = follow === 'name' ? proc.fs.exists(f.name) : null;
      if (now !== null && now.ino !== f.ino) {
        complain(proc, `${quoteaf(f.name)} has been replaced;  following new file`);
        proc.close(f.fd);
        f.fd = await openInput(proc, f.name);
        f.ino = now.ino;
      }
    }
    await proc.flush();
    if (pid !== 0 && proc.processes.get(pid) === undefined) return status;
    await proc.nanosleep(seconds * 1e9);
  }
}

/** wc: lines, words, characters, bytes. */
export async function wcMain(proc: Process): Promise<number> {
  const wanted = new Set<string>();
  const { options: opts, operands } = options(proc, {
    short: 'clmwL',
    long: longs({ bytes: 'c', chars: 'm', lines: 'l', words: 'w', 'max-line-length': 'L' }),
  });
  for (const { opt } of opts) wanted.add(opt);
  if (wanted.size === 0) for (const o of 'lwc') wanted.add(o);
  const order = ['l', 'w', 'm', 'c', 'L'].filter((o) => wanted.has(o));
  const rows: { counts: Record<string, number>; name: string }[] = [];
  const total: Record<string, number> = { l: 0, w: 0, m: 0, c: 0, L: 0 };
  let sizes = 0;
  let unsized = false;
  const files = operands.length === 0 ? ['-'] : operands;
  for (const name of files) {
    const st = name === '-' ? proc.fds.get(0)?.stat() : proc.fs.exists(name);
    if (st === undefined || st === null) continue;
    if ((st.mode & 0o170000) === 0o100000) sizes += st.size;
    else unsized = true;
  }
  const status = await eachInput(
    proc,
    operands,
    async (fd, name) => {
      const counts: Record<string, number> = { l: 0, w: 0, m: 0, c: 0, L: 0 };
      rows.push({ counts, name });
      try {
        let inWord = false;
        let column = 0;
        for (let bytes = await proc.read(fd); bytes.length > 0; bytes = await proc.read(fd)) {
          counts['c']! += bytes.length;
          for (const b of bytes) {
            if ((b & 0xc0) !== 0x80) counts['m']!++;
            if (b === 10) counts['l']!++;
            const space = b === 32 || (b >= 9 && b <= 13);
            if (space) inWord = false;
            else if (!inWord) {
              inWord = true;
              counts['w']!++;
            }
            if (b === 10 || b === 13 || b === 12) {
              counts['L'] = Math.max(counts['L']!, column);
              column = 0;
            } else if (b === 9) column += 8 - (column % 8);
            else if (b >= 32 && b !== 127 && (b & 0xc0) !== 0x80) column++;
          }
        }
        counts['L'] = Math.max(counts['L']!, column);
      } finally {
        for (const k of ['l', 'w', 'm', 'c']) total[k]! += counts[k]!;
        total['L'] = Math.max(total['L']!, counts['L']!);
      }
    },
    (name, error) => `${name === '-' ? "'standard input'" : quotef(name)}: ${error}`,
  );
  if (files.length > 1) rows.push({ counts: total, name: 'total' });
  const width = order.length === 1 && files.length === 1 ? 1 : Math.max(unsized ? 7 : 1, String(sizes).length);
  for (const { counts, name } of rows) {
    const numbers = order.map((o) => String(counts[o]).padStart(width)).join(' ');
    proc.out(operands.length === 0 ? `${numbers}\n` : `${numbers} ${name}\n`);
  }
  return status;
}
