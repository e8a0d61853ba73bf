import type { Process } from '../../process/types.ts';
import { argmatch, complain, die, errorText, longs, options, quote, quoteaf, usageError } from './command.ts';
import { now, parseDate } from './date.ts';
import { lstatOrNull } from './files.ts';

/** The times of touch -t: `[[CC]YY]MMDDhhmm[.ss]`. @returns seconds, or null when it is none */
function stamp(text: string, present: number): number | null {
  const m = /^(?:(\d\d)?(\d\d))?(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d\d))?$/.exec(text);
  if (m === null) return null;
  const year =
    m[2] === undefined
      ? new Date(present * 1000).getUTCFullYear()
      : Number(m[2]) + (m[1] === undefined ? (Number(m[2]) < 69 ? 2000 : 1900) : Number(m[1]) * 100);
  return Date.UTC(year, Number(m[3]) - 1, Number(m[4]), Number(m[5]), Number(m[6]), Number(m[7] ?? 0)) / 1000;
}

/** touch: files made, or their times set. */
export async function touchMain(proc: Process): Promise<number> {
  let [noCreate, follow] = [false, true];
  const which = new Set<string>();
  let [date, reference, exact] = [null, null, null] as [string | null, string | null, string | null];
  const present = now(proc);
  const { options: opts, operands } = options(proc, {
    short: 'acd:fhmr:t:',
    long: longs({ 'no-create': 'c', 'date=': 'd', 'no-dereference': 'h', 'reference=': 'r', 'time=': 'time' }),
    synopsis: '[OPTION]... FILE...',
  });
  const words = [
    ['atime', 'access', 'use'],
    ['mtime', 'modify'],
  ];
  for (const { opt, arg } of opts) {
    if (opt === 'c') noCreate = true;
    else if (opt === 'h') follow = false;
    else if (opt === 'd') date = arg;
    else if (opt === 'r') reference = arg;
    else if (opt === 't') {
      exact = arg;
      if (stamp(arg!, present.seconds) === null) die(proc, `invalid date format ${quote(arg!)}`);
    } else if (opt === 'a' || opt === 'm') which.add(opt);
    else if (opt === 'time') which.add(argmatch(proc, '--time', arg!, words)[0]!);
    // -f is there for others' sake and means nothing.
  }
  if (exact !== null && (date !== null || reference !== null))
    usageError(proc, 'cannot specify times from more than one source');
  let [atime, mtime] = [present.seconds + present.ns / 1e9, present.seconds + present.ns / 1e9];
  if (exact !== null) atime = mtime = stamp(exact, present.seconds)!;
  if (reference !== null) {
    try {
      ({ atime, mtime } = follow ? proc.fs.stat(reference) : proc.fs.lstat(reference));
    } catch (e) {
      die(proc, `failed to get attributes of ${quoteaf(reference)}: ${errorText(e)}`);
    }
  }
  if (date !== null) {
    const from = (seconds: number): number => {
      const base = { seconds: Math.floor(seconds), ns: Math.round((seconds % 1) * 1e9) };
      const m = parseDate(date, reference === null ? present : base);
      return m === null ? die(proc, `invalid date format ${quote(date)}`) : m.seconds + m.ns / 1e9;
    };
    [atime, mtime] = [from(atime), from(mtime)];
  }
  if (operands.length === 0) usageError(proc, 'missing file operand');
  const both = which.size === 0;
  let status = 0;
  for (const path of operands) {
    try {
      if ((follow ? proc.fs.exists(path) : lstatOrNull(proc, path)) === null) {
        if (noCreate) continue;
        if (follow) proc.fs.writeFile(path, '');
      }
      proc.fs.utimes(path, both || which.has('a') ? atime : null, both || which.has('m') ? mtime : null, follow);
    } catch (e) {
      const text = errorText(e);
      const what = text === 'Operation not permitted' || !follow ? 'setting times of' : 'cannot touch';
      complain(proc, `${what} ${quoteaf(path)}: ${text}`);
      status = 1;
    }
  }
  return status;
}
