/** `read`, `mapfile`, `readarray`. */
import { utf8Decode } from '../../../lib/text.ts';
import { SystemError } from '../../../syscall/index.ts';
import { POLLIN } from '../../../uapi/socket.ts';
import { ShellError } from '../errors.ts';
import { withModes } from '../interactive/tty-modes.ts';
import { attend } from '../process-run.ts';
import { readUntil } from '../read-line.ts';
import type { Shell } from '../shell.ts';
import { IndexedArray, parseTarget } from '../variables.ts';
import { backslashQuote } from '../words/quote.ts';
import { type Builtin, complain, isName, options, refused, texts } from './types.ts';

interface ReadOptions {
  raw: boolean;
  /** The byte that ends the line; -1 none. */
  stop: number;
  count: number | null;
  exact: boolean;
  fd: number;
  /** Nanoseconds since boot, Infinity without. */
  deadline: number;
  /** Gives lines that are edited as they are typed; null: as they come. */
  editor: (() => Promise<Uint8Array>) | null;
}

interface ReadResult {
  /** Characters; those after a backslash are marked, for they do not separate. */
  readonly chars: readonly { readonly c: string; readonly quoted: boolean }[];
  readonly status: number;
}

const decodeChar = (bytes: readonly number[]): string => utf8Decode(Uint8Array.from(bytes));
const charLength = (b: number): number => (b < 0xc2 ? 1 : b < 0xe0 ? 2 : b < 0xf0 ? 3 : b < 0xf5 ? 4 : 1);

/** Waits for input until the deadline. */
async function ready(sh: Shell, o: ReadOptions): Promise<boolean> {
  if (o.deadline === Infinity) return true;
  const file = sh.proc.fds.get(o.fd);
  if (file === undefined || file.kind === 'file') return true;
  const left = o.deadline - sh.proc.task.now();
  const [mask] = await sh.proc.poll([{ on: file, events: POLLIN }], Math.max(0, left));
  return mask !== 0;
}

async function readChars(sh: Shell, o: ReadOptions): Promise<ReadResult> {
  const chars: { c: string; quoted: boolean }[] = [];
  // Where nothing has to be counted or timed, a whole line at once.
  if (o.count === null && o.deadline === Infinity && o.stop >= 0) {
    for (;;) {
      const data = await (o.editor === null ? readUntil(sh, o.fd, o.stop) : o.editor());
      const ended = data.length > 0 && data.at(-1) === o.stop;
      const text = utf8Decode(data, 0, ended ? data.length - 1 : data.length);
      let again = false;
      for (let i = 0; i < text.length; i++) {
        const c = text[i]!;
        if (c === '\0') continue;
        if (c === '\\' && !o.raw) {
          if (i + 1 < text.length) {
            const next = text[++i]!;
            if (next !== '\n') chars.push({ c: next, quoted: true });
          } else if (ended && o.stop === 10) again = true;
          else if (ended) {
            chars.push({ c: String.fromCharCode(o.stop), quoted: true });
            again = true;
          }
          continue;
        }
        chars.push({ c, quoted: false });
      }
      if (!again) return { chars, status: ended ? 0 : 1 };
    }
  }
  let quoted = false;
  while (o.count === null || chars.length < o.count) {
    if (!(await ready(sh, o))) return { chars, status: 142 };
    if (sh.traps.deadly) await attend(sh);
    const bytes: number[] = [];
    let need = 1;
    while (bytes.length < need) {
      const data = await sh.proc.read(o.fd, 1);
      if (data.length === 0) return { chars, status: 1 };
      bytes.push(data[0]!);
      if (bytes.length === 1) need = charLength(data[0]!);
    }
    if (!quoted && !o.exact && bytes.length === 1 && bytes[0] === o.stop) return { chars, status: 0 };
    const c = decodeChar(bytes);
    if (quoted) {
      quoted = false;
      if (c !== '\n') chars.push({ c, quoted: true });
    } else if (c === '\\' && !o.raw) quoted = true;
    else if (c !== '\0') chars.push({ c, quoted: false });
  }
  return { chars, status: 0 };
}

type Chars = ReadResult['chars'];
const join = (chars: Chars): string => chars.map((x) => x.c).join('');

/** Cuts off the first field; what is left begins with the next. */
function firstField(chars: Chars, ifs: string): { field: Chars; rest: Chars } {
  const sep = (x: Chars[number] | undefined): boolean => x !== undefined && !x.quoted && ifs.includes(x.c);
  const space = (x: Chars[number] | undefined): boolean => sep(x) && ' \t\n'.includes(x!.c);
  let i = 0;
  while (space(chars[i])) i++;
  const from = i;
  while (i < chars.length && !sep(chars[i])) i++;
  const field = chars.slice(from, i);
  while (space(chars[i])) i++;
  if (sep(chars[i])) {
    i++;
    while (space(chars[i])) i++;
  }
  return { field, rest: chars.slice(i) };
}

/** The last variable's share: all that is left, less the blanks at its ends, and less one separator when that was all. */
function lastField(chars: Chars, ifs: string): string {
  const { field, rest } = firstField(chars, ifs);
  if (rest.length === 0) return join(field);
  const space = (x: Chars[number]): boolean => !x.quoted && ifs.includes(x.c) && ' \t\n'.includes(x.c);
  let from = 0;
  let to = chars.length;
  while (from < to && space(chars[from]!)) from++;
  while (to > from && space(chars[to - 1]!)) to--;
  return join(chars.slice(from, to));
}

function assignTo(sh: Shell, name: string, value: string): void {
  const t = parseTarget(name)!;
  if (t.sub === null) sh.vars.set(t.name, value);
  else sh.vars.setElement(t.name, t.sub, value);
}

const read: Builtin = {
  name: 'read',
  usage:
    'read [-ers] [-a array] [-d delim] [-i text] [-n nchars] [-N nchars] [-p prompt] [-t timeout] [-u fd] [name ...]',
  async run(sh, args, name) {
    const p = options(args, 'ersa:d:i:n:N:p:t:u:');
    const bad = refused(sh, name, p);
    if (bad !== null) return bad;
    const o: ReadOptions = { raw: false, stop: 10, count: null, exact: false, fd: 0, deadline: Infinity, editor: null };
    let array: string | null = null;
    let prompt = '';
    let silent = false;
    let edits = false;
    let initial = '';
    let timeout = Infinity;
    for (const { letter, value } of p.flags) {
      if (letter === 'r') o.raw = true;
      else if (letter === 'a') array = value;
      else if (letter === 's') silent = true;
      else if (letter === 'e') edits = true;
      else if (letter === 'i') initial = value;
      else if (letter === 'd') o.stop = value === '' ? 0 : value.charCodeAt(0) & 0xff;
      else if (letter === 'n' || letter === 'N') {
        if (!/^\d+$/.test(value)) return complain(sh, name, `${value}: invalid number`);
        o.count = Number(value);
        o.exact = letter === 'N';
      } else if (letter === 'p') prompt = value;
      else if (letter === 't') {
        if (!/^\d*\.?\d*$/.test(value) || value === '' || value === '.')
          return complain(sh, name, `${value}: invalid timeout specification`);
        timeout = Number(value);
      } else if (letter === 'u') {
        if (!/^\d+$/.test(value)) return complain(sh, name, `${value}: invalid file descriptor specification`);
        o.fd = Number(value);
      }
    }
    const names = texts(p.rest);
    for (const n of names) if (parseTarget(n) === null) return complain(sh, name, `\`${n}': not a valid identifier`);
    if (array !== null && !isName(array)) return complain(sh, name, `\`${array}': not a valid identifier`);
    const file = sh.proc.fds.get(o.fd);
    if (file === undefined)
      return complain(
        sh,
        name,
        o.fd === 0 ? 'read error: 0: Bad file descriptor' : `${o.fd}: invalid file descriptor: Bad file descriptor`,
      );
    // TMOUT is for who could wait for ever, which a file never lets.
    const given = sh.vars.get('TMOUT') ?? '';
    const standing = /^\d*\.?\d+$/.test(given) ? Number(given) : 0;
    if (timeout === Infinity && standing > 0 && file.kind !== 'file') timeout = standing;
    if (timeout === 0) return (file.poll() & POLLIN) !== 0 ? 0 : 1;
    if (timeout !== Infinity) o.deadline = sh.proc.task.now() + timeout * 1e9;
    const tty = sh.proc.isatty(o.fd);
    if (edits && tty && o.fd === 0 && o.stop === 10 && o.count === null && timeout === Infinity)
      o.editor = (await import('../interactive/terminal.ts')).lineEditor(sh, prompt, initial, silent);
    else if (prompt !== '' && tty) await sh.warn(prompt);
    let result: ReadResult;
    try {
      const modes = { silent, single: o.count !== null || o.stop !== 10 };
      result =
        o.count === 0
          ? { chars: [], status: 0 }
          : o.editor !== null
            ? await readChars(sh, o)
            : await withModes(sh, o.fd, modes, () => readChars(sh, o));
    } catch (e) {
      if (!(e instanceof SystemError) || e.code === 'EINTR') throw e;
      return complain(sh, name, `read error: ${o.fd}: ${e.strerror}`);
    }
    const { chars, status } = result;
    const ifs = sh.ifs;
    try {
      if (array !== null) {
        const values: string[] = [];
        let rest = chars;
        while (rest.length > 0) {
          const cut = firstField(rest, ifs);
          if (cut.field.length === 0 && cut.rest.length === 0 && rest.every((x) => !x.quoted && ' \t\n'.includes(x.c)))
            break;
          values.push(join(cut.field));
          rest = cut.rest;
        }
        sh.vars.setArray(array, values);
      } else if (names.length === 0) sh.vars.set('REPLY', join(chars));
      else if (o.exact) {
        assignTo(sh, names[0]!, join(chars));
        for (const n of names.slice(1)) assignTo(sh, n, '');
      } else {
        let rest = chars;
        names.forEach((n, i) => {
          if (i === names.length - 1) assignTo(sh, n, lastField(rest, ifs));
          else {
            const cut = firstField(rest, ifs);
            assignTo(sh, n, join(cut.field));
            rest = cut.rest;
          }
        });
      }
    } catch (e) {
      if (!(e instanceof ShellError)) throw e;
      await sh.error(e.message);
      return 1;
    }
    return status;
  },
};

async function mapfile(sh: Shell, args: Parameters<Builtin['run']>[1], name: string): Promise<number> {
  const p = options(args, 'd:n:O:s:tu:C:c:');
  const bad = refused(sh, name, p);
  if (bad !== null) return bad;
  let stop = 10;
  let count = Infinity;
  let origin: number | null = null;
  let skip = 0;
  let trim = false;
  let fd = 0;
  let callback: string | null = null;
  let quantum = 5000;
  for (const { letter, value } of p.flags) {
    if (letter === 'd') stop = value === '' ? 0 : value.charCodeAt(0) & 0xff;
    else if (letter === 't') trim = true;
    else if (letter === 'C') callback = value;
    else {
      if (!/^\d+$/.test(value) || (letter === 'c' && Number(value) === 0))
        return complain(
          sh,
          name,
          `${value}: invalid ${letter === 'u' ? 'file descriptor specification' : letter === 'O' ? 'array origin' : letter === 'c' ? 'callback quantum' : 'line count'}`,
        );
      const n = Number(value);
      if (letter === 'n') count = n === 0 ? Infinity : n;
      else if (letter === 'O') origin = n;
      else if (letter === 's') skip = n;
      else if (letter === 'u') fd = n;
      else quantum = n;
    }
  }
  const array = texts(p.rest)[0] ?? 'MAPFILE';
  if (!isName(array)) return complain(sh, name, `\`${array}': not a valid identifier`);
  if (sh.proc.fds.get(fd) === undefined)
    return complain(sh, name, `${fd}: invalid file descriptor: Bad file descriptor`);
  const v = sh.vars.writable(array);
  if (v.assoc !== null) return complain(sh, name, `${array}: not an indexed array`);
  if (origin === null || v.indexed === null) {
    v.indexed = new IndexedArray();
    v.value = null;
  }
  let index = origin ?? 0;
  for (let line = 0, stored = 0; stored < count; line++) {
    const data = await readUntil(sh, fd, stop);
    if (data.length === 0) break;
    if (line < skip) continue;
    const cut = (trim || stop === 0) && data.at(-1) === stop ? data.length - 1 : data.length;
    const end = data.indexOf(0);
    const text = utf8Decode(data, 0, end >= 0 && end < cut ? end : cut);
    stored++;
    if (callback !== null && stored % quantum === 0)
      await sh.hooks.text(sh, `${callback} ${index} ${backslashQuote(text)}`, { label: 'mapfile', line: sh.line });
    v.indexed.set(index++, text);
  }
  return 0;
}

const MAPFILE_USAGE = '[-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] [array]';
export const READ: readonly Builtin[] = [
  read,
  { name: 'mapfile', usage: `mapfile ${MAPFILE_USAGE}`, run: mapfile },
  { name: 'readarray', usage: `readarray ${MAPFILE_USAGE}`, run: mapfile },
];
