/** What the text and file tools share: options, GNU's ways of quoting, inputs that stream. */
import { concatBytes, utf8Decode } from '../../../lib/text.ts';
import { SystemError } from '../../../syscall/index.ts';
import { O_RDONLY } from '../../../uapi/fcntl.ts';
import type { Process } from '../../process/types.ts';
import { realLongOptions } from './long-options.ts';
import { getopt, type GetoptOptions, type LongOption, type ParsedOption } from '../getopt.ts';

/** argv[0] as it was given: what messages of GNU programs begin with. */
export const invocation = (proc: Process): string => proc.argv[0] ?? proc.name;

/** Prints a message in error(3)'s way. */
export function complain(proc: Process, message: string): void {
  proc.err(`${invocation(proc)}: ${message}\n`);
}

/** Prints a message and ends the program. */
export function die(proc: Process, message: string, status = 1): never {
  complain(proc, message);
  return proc.exit(status);
}

/** The hint after a wrong command line; ends the program. */
export function tryHelp(proc: Process, status = 1): never {
  proc.err(`Try '${invocation(proc)} --help' for more information.\n`);
  return proc.exit(status);
}

/** A message, then the hint. */
export function usageError(proc: Process, message: string, status = 1): never {
  complain(proc, message);
  return tryHelp(proc, status);
}

export interface OptionSpec {
  readonly short: string;
  readonly long?: readonly LongOption[];
  /** Exit status of a wrong command line; 1 when absent. */
  readonly status?: number;
  /** `GNU coreutils` and `9.1` when absent. */
  readonly product?: string;
  readonly version?: string;
  /** What follows the name in the first line of --help. */
  readonly synopsis?: string;
  readonly getopt?: GetoptOptions;
}

/** Reads the command line; ends the program on a wrong one, on --help and on --version. */
export function options(
  proc: Process,
  spec: OptionSpec,
  args: readonly string[] = proc.argv.slice(1),
): { readonly options: readonly ParsedOption[]; readonly operands: readonly string[] } {
  const long: LongOption[] = [...(spec.long ?? []), { name: 'help' }, { name: 'version' }];
  const known = new Set(long.map((o) => o.name));
  for (const [name, arg] of realLongOptions(proc.name)) {
    if (!known.has(name)) long.push({ name, arg, val: `--${name}` });
  }
  const result = getopt(invocation(proc), args, spec.short, long, spec.getopt);
  for (const o of result.options) {
    if (o.error !== '') {
      proc.err(`${o.error}\n`);
      tryHelp(proc, spec.status);
    }
    if (o.opt.startsWith('--')) die(proc, `warren: option ${o.opt} is not supported`, spec.status);
    if (o.opt === 'help') {
      proc.out(`Usage: ${invocation(proc)} ${spec.synopsis ?? '[OPTION]... [FILE]...'}\n`);
      proc.exit(0);
    }
    if (o.opt === 'version') {
      proc.out(`${proc.name} (${spec.product ?? 'GNU coreutils'}) ${spec.version ?? '9.1'}\n(Warren)\n`);
      proc.exit(0);
    }
  }
  return result;
}

/** Long options from `name`, `name=` (argument) or `name=?` (optional), each meaning the letter it is mapped to. */
export function longs(table: Readonly<Record<string, string>>): readonly LongOption[] {
  return Object.entries(table).map(([key, val]) => {
    if (key.endsWith('=?')) return { name: key.slice(0, -2), arg: 'optional', val };
    return key.endsWith('=') ? { name: key.slice(0, -1), arg: 'required', val } : { name: key, val };
  });
}

const SHELL_SAFE = /^[A-Za-z0-9_@%+:,./\-=^\]{}\u00a0-\u{10ffff}]+$/u;

/** The text as the shell would read it back, quoted always. @see quotearg.c shell_escape_always_quoting_style */
export function quoteaf(s: string): string {
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f\udc80-\udcff]/u.test(s)) {
    const parts: string[] = [];
    for (const run of s.match(/[\u0000-\u001f\u007f\udc80-\udcff]+|[^\u0000-\u001f\u007f\udc80-\udcff]+/gu) ?? []) {
      if (/^[\u0000-\u001f\u007f\udc80-\udcff]/u.test(run)) parts.push(`$'${[...run].map(escapeChar).join('')}'`);
      else parts.push(`'${run.replaceAll("'", "'\\''")}'`);
    }
    return `${parts[0]!.startsWith('$') ? "''" : ''}${parts.join('')}`;
  }
  if (s.includes("'")) return /["\\$`!]/.test(s) ? `'${s.replaceAll("'", "'\\''")}'` : `"${s}"`;
  return `'${s}'`;
}

/** The text as the shell would read it back, quoted only where needed: file names before a colon. */
export function quotef(s: string): string {
  if (s === '') return "''";
  return SHELL_SAFE.test(s) || (/^[#~]?[A-Za-z0-9_@%+:,./\-=^\]{}#~]+$/.test(s) && !/^[#~]/.test(s)) ? s : quoteaf(s);
}

const C_ESCAPES: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/** A control character, or a byte that is no text, as C writes it. */
export const escapeChar = (c: string): string =>
  C_ESCAPES[c] ?? `\\${(c.charCodeAt(0) & 255).toString(8).padStart(3, '0')}`;

/** The text in the quotation marks of a UTF-8 locale. @see quotearg.c locale_quoting_style */
export function quote(s: string): string {
  let out = '';
  for (const c of s) {
    // eslint-disable-next-line no-control-regex
    if (/[\u0000-\u001f\u007f\udc80-\udcff]/.test(c)) out += escapeChar(c);
    else out += c === '\\' ? '\\\\' : c;
  }
  return `‘${out}’`;
}

/** strerror of a failed system call; anything else is thrown on. */
export function errorText(e: unknown): string {
  if (e instanceof SystemError) return e.strerror;
  throw e;
}

/** strerror of a failed read; a failed write is not the input's and thrown on. */
export function readErrorText(e: unknown): string {
  const text = errorText(e);
  if ((e as SystemError).syscall === 'write') throw e;
  return text;
}

/** Opens an input: `-` is standard input. Prints what is wrong and answers -1. */
export async function openInput(proc: Process, name: string, message?: (name: string) => string): Promise<number> {
  if (name === '-') return 0;
  try {
    return await proc.open(name, O_RDONLY);
  } catch (e) {
    complain(proc, `${message === undefined ? quotef(name) : message(name)}: ${errorText(e)}`);
    return -1;
  }
}

/** Closes what `openInput` opened. */
export function closeInput(proc: Process, fd: number): void {
  if (fd > 0) proc.close(fd);
}

/** Reads a descriptor by records; knows whether the last one ended with its delimiter. */
export class Records {
  readonly #proc: Process;
  readonly #fd: number;
  readonly #delimiter: number;
  #pending: Uint8Array[] = [];
  #lines: string[] = [];
  #next = 0;
  #ended = false;
  /** The record last returned lacked its delimiter: the input ended first. */
  unfinished = false;

  constructor(proc: Process, fd: number, delimiter = 10) {
    this.#proc = proc;
    this.#fd = fd;
    this.#delimiter = delimiter;
  }

  /** The next record, without a promise when one is there already. */
  ready(): string | null {
    return this.#next < this.#lines.length ? this.#lines[this.#next++]! : null;
  }

  /** The next record without its delimiter, or null at the end. @throws SystemError */
  async next(): Promise<string | null> {
    while (this.#next >= this.#lines.length) {
      if (this.#ended) return null;
      const bytes = await this.#proc.read(this.#fd);
      if (bytes.length === 0) {
        this.#ended = true;
        if (this.#pending.length === 0) return null;
        this.unfinished = true;
        const rest = utf8Decode(concatBytes(this.#pending));
        this.#pending = [];
        return rest;
      }
      const end = bytes.lastIndexOf(this.#delimiter);
      if (end < 0) {
        this.#pending.push(bytes);
        continue;
      }
      const head = concatBytes([...this.#pending, bytes.subarray(0, end)]);
      this.#pending = end + 1 < bytes.length ? [bytes.subarray(end + 1)] : [];
      this.#lines = utf8Decode(head).split(String.fromCharCode(this.#delimiter));
      this.#next = 0;
    }
    return this.#lines[this.#next++]!;
  }
}

/** What tools call standard input when it cannot be closed; null: they do not close it. */
const CLOSING: Readonly<Record<string, string | null>> = {
  cat: 'closing standard input',
  tee: 'standard input',
  od: 'standard input',
  md5sum: 'standard input',
  sha256sum: 'standard input',
  comm: null,
  rev: null,
  column: null,
  hexdump: null,
  hd: null,
  xxd: null,
  base64: null,
  date: null,
  sort: null,
  uniq: null,
};

/** Closing a standard input that was never open fails, after all else. @see closein.c:close_stdin */
export async function closeStdin(proc: Process): Promise<void> {
  const name = proc.name in CLOSING ? CLOSING[proc.name]! : '-';
  if (name === null || proc.fds.get(0) !== undefined) return;
  await proc.flush();
  complain(proc, `${name}: Bad file descriptor`);
}

/**
 * Runs `body` for each input in turn; errors of opening and reading are printed.
 * @param words what is said of an input that cannot be read.
 * @returns 0, or 1 when an input failed.
 */
export async function eachInput(
  proc: Process,
  names: readonly string[],
  body: (fd: number, name: string) => Promise<void>,
  words: (name: string, error: string) => string = (name, error) => `${quotef(name)}: ${error}`,
): Promise<number> {
  let status = 0;
  for (const name of names.length === 0 ? ['-'] : names) {
    const fd = await openInput(proc, name);
    if (fd < 0) {
      status = 1;
      continue;
    }
    try {
      await body(fd, name);
    } catch (e) {
      complain(proc, words(name, readErrorText(e)));
      status = 1;
    }
    closeInput(proc, fd);
  }
  if (names.length === 0 || names.includes('-')) await closeStdin(proc);
  return status;
}

/** Runs `body` for each line of the inputs. @returns 0, or 1 when an input failed. */
export function eachLine(
  proc: Process,
  names: readonly string[],
  body: (line: string, last: boolean) => void,
  delimiter = 10,
  words?: (name: string, error: string) => string,
): Promise<number> {
  const each = async (fd: number): Promise<void> => {
    const records = new Records(proc, fd, delimiter);
    for (let line = await records.next(); line !== null; line = records.ready() ?? (await records.next())) {
      body(line, records.unfinished);
      await proc.drain();
    }
  };
  return eachInput(proc, names, each, words);
}

/** How a child ended, as the shell's `$?` has it. */
export const statusOf = (r: { readonly status: number; readonly signal: number } | null): number =>
  r === null ? 0 : r.signal === 0 ? r.status : 128 + r.signal;

const SUFFIXES = 'KMGTPEZY';

/**
 * A number with GNU's multiplier (b 512, K 1024, KB 1000 …).
 * @returns null when it is no number, -1 when only the suffix is wrong.
 */
export function sizeNumber(text: string): number | null {
  const m = /^[ \t]*\+?(\d+)(.*)$/s.exec(text);
  if (m === null) return null;
  const suffix = m[2]!;
  const n = Number(m[1]);
  if (suffix === '') return n;
  if (suffix === 'b') return n * 512;
  const s = /^([kKmMGTPEZY])(iB|B|D)?$/.exec(suffix);
  if (s === null) return -1;
  return n * (s[2] === 'B' || s[2] === 'D' ? 1000 : 1024) ** (SUFFIXES.indexOf(s[1]!.toUpperCase()) + 1);
}

/**
 * An argument out of a list, abbreviated as long as it is clear; ends the program on any other.
 * @param table rows of words that mean the same. @returns the first word of the row. @see argmatch.c:__xargmatch_internal
 */
export function argmatch(
  proc: Process,
  option: string,
  word: string,
  table: readonly (readonly string[])[],
  status = 1,
): string {
  const exact = table.find((row) => row.includes(word));
  const found = exact === undefined ? table.filter((row) => row.some((w) => w.startsWith(word))) : [exact];
  if (found.length === 1) return found[0]![0]!;
  const valid = table.map((row) => `  - ${row.map(quote).join(', ')}`).join('\n');
  const what = found.length === 0 ? 'invalid' : 'ambiguous';
  return usageError(
    proc,
    `${what} argument ${quote(word)} for ${quote(option)}\nValid arguments are:\n${valid}`,
    status,
  );
}
