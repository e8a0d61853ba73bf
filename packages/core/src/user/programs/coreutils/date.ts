import { CLOCK_REALTIME } from '../../../uapi/sched.ts';
import type { Process } from '../../process/types.ts';
import { complain, die, eachLine, errorText, longs, options, quote, quoteaf, quotef, usageError } from './command.ts';
import { strftime } from '../../../lib/strftime.ts';

interface Moment {
  readonly seconds: number;
  readonly ns: number;
}

/** The present, from the world's clock. */
export function now(proc: Process): Moment {
  const t = proc.task.clockGettime(CLOCK_REALTIME);
  return { seconds: Number(t / 1_000_000_000n), ns: Number(t % 1_000_000_000n) };
}

const UNIT: Readonly<Record<string, number>> = {
  sec: 1,
  second: 1,
  min: 60,
  minute: 60,
  hour: 3600,
  day: 86_400,
  week: 604_800,
  fortnight: 1_209_600,
};
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/**
 * Reads a date: `@SECONDS`, ISO 8601, `HH:MM`, month names, `now`, `today`, `yesterday`, `tomorrow`, `N UNIT [ago]`.
 * @returns null when it is none of these.
 */
export function parseDate(text: string, base: Moment): Moment | null {
  let s = text.trim().toLowerCase().replace(/,/g, ' ');
  const epoch = /^@(-?\d+)(?:\.(\d+))?$/.exec(s);
  if (epoch !== null) return { seconds: Number(epoch[1]), ns: Number((epoch[2] ?? '').padEnd(9, '0').slice(0, 9)) };
  const d = new Date(base.seconds * 1000);
  let { ns } = base;
  let offset = 0;
  let clock = false;
  let dated = false;
  const take = (re: RegExp): RegExpExecArray | null => {
    const m = re.exec(s);
    if (m !== null) s = `${s.slice(0, m.index)} ${s.slice(m.index + m[0].length)}`.trim();
    return m;
  };
  const setDate = (y: number, m: number, day: number): boolean => {
    d.setUTCFullYear(y, m, day);
    dated = true;
    return d.getUTCMonth() === m && d.getUTCDate() === day;
  };
  const iso = take(/\b(\d{4})-(\d{1,2})-(\d{1,2})(?:t(?=\d))?/);
  if (iso !== null && !setDate(Number(iso[1]), Number(iso[2]) - 1, Number(iso[3]))) return null;
  const us = take(/\b(\d{1,2})\/(\d{1,2})\/(\d{4})\b/);
  if (us !== null && !setDate(Number(us[3]), Number(us[1]) - 1, Number(us[2]))) return null;
  const compact = take(/^(\d{4})(\d\d)(\d\d)\b/);
  if (compact !== null && !setDate(Number(compact[1]), Number(compact[2]) - 1, Number(compact[3]))) return null;
  const time = take(/\b(\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d+))?)?\s*(am|pm)?/);
  if (time !== null) {
    let h = Number(time[1]);
    if (time[5] !== undefined) h = (h % 12) + (time[5] === 'pm' ? 12 : 0);
    if (h > 23 || Number(time[2]) > 59 || Number(time[3] ?? 0) > 60) return null;
    d.setUTCHours(h, Number(time[2]), Number(time[3] ?? 0));
    ns = Number((time[4] ?? '').padEnd(9, '0').slice(0, 9));
    clock = true;
  }
  const zone = take(/(?:\b(?:utc|gmt|z)\b|(?:^|\s)z$)?\s*([-+])(\d\d):?(\d\d)\b/) ?? take(/\b(?:utc|gmt|z)\b/);
  if (zone?.[1] !== undefined) offset += (zone[1] === '-' ? 1 : -1) * (Number(zone[2]) * 3600 + Number(zone[3]) * 60);
  const month = `(${MONTHS.join('|')})[a-z]*`;
  const named = take(new RegExp(`\\b${month}\\s+(\\d{1,2})(?:\\s+(\\d{4}))?\\b`)) ?? null;
  if (named !== null && !setDate(Number(named[3] ?? d.getUTCFullYear()), MONTHS.indexOf(named[1]!), Number(named[2])))
    return null;
  const daily = take(new RegExp(`\\b(\\d{1,2})[\\s-]+${month}(?:[\\s-]+(\\d{4}))?\\b`));
  if (daily !== null && !setDate(Number(daily[3] ?? d.getUTCFullYear()), MONTHS.indexOf(daily[2]!), Number(daily[1])))
    return null;
  take(/\b(sun|mon|tue|wed|thu|fri|sat)[a-z]*\b/);
  for (
    let word = take(/\b(now|today|midnight|noon|yesterday|tomorrow)\b/);
    word !== null;
    word = take(/\b(now|today|yesterday|tomorrow)\b/)
  ) {
    if (word[1] === 'yesterday') offset -= 86_400;
    if (word[1] === 'tomorrow') offset += 86_400;
  }
  const relative =
    /([-+]?\s*\d+|\bnext|\blast|\ba|^)\s*\b(sec|second|min|minute|hour|day|week|fortnight|month|year)s?\b(\s+ago\b)?/;
  for (let m = take(relative); m !== null; m = take(relative)) {
    const word = m[1]!.replace(/\s/g, '');
    const n = (word === 'last' ? -1 : /\d/.test(word) ? Number(word) : 1) * (m[3] === undefined ? 1 : -1);
    if (m[2] === 'month') d.setUTCMonth(d.getUTCMonth() + n);
    else if (m[2] === 'year') d.setUTCFullYear(d.getUTCFullYear() + n);
    else offset += n * UNIT[m[2]!]!;
  }
  if (s.trim() !== '') return null;
  if ((dated && !clock) || text.trim() === '') {
    d.setUTCHours(0, 0, 0);
    ns = 0;
  }
  return { seconds: Math.floor(d.getTime() / 1000) + offset, ns };
}

const ISO: Readonly<Record<string, string>> = {
  date: '%Y-%m-%d',
  hours: '%Y-%m-%dT%H%:z',
  minutes: '%Y-%m-%dT%H:%M%:z',
  seconds: '%Y-%m-%dT%H:%M:%S%:z',
  ns: '%Y-%m-%dT%H:%M:%S,%N%:z',
};

/** date: the time, or a time, in a format. The machine's zone is UTC. */
export async function dateMain(proc: Process): Promise<number> {
  let format = '%a %b %e %H:%M:%S %Z %Y';
  let moment = now(proc);
  let file: string | null = null;
  const { options: opts, operands } = options(proc, {
    short: 'd:f:I::r:Ru',
    synopsis: '[OPTION]... [+FORMAT]',
    long: longs({
      'date=': 'd',
      'file=': 'f',
      'iso-8601=?': 'I',
      'reference=': 'r',
      'rfc-email': 'R',
      'rfc-3339=': 'rfc',
      utc: 'u',
      universal: 'u',
    }),
  });
  for (const { opt, arg } of opts) {
    if (opt === 'd') moment = parseDate(arg!, now(proc)) ?? die(proc, `invalid date ${quote(arg!)}`);
    else if (opt === 'f') file = arg;
    else if (opt === 'R') format = '%a, %d %b %Y %H:%M:%S %z';
    else if (opt === 'r') {
      try {
        const { mtime } = proc.fs.stat(arg!);
        moment = { seconds: Math.floor(mtime), ns: Math.floor((mtime % 1) * 1e9) };
      } catch (e) {
        die(proc, `${quotef(arg!)}: ${errorText(e)}`);
      }
    } else if (opt === 'I' || opt === 'rfc') {
      const name = Object.keys(ISO).find((k) => k.startsWith(arg ?? 'date'));
      if (name === undefined) {
        usageError(
          proc,
          `invalid argument ${quote(arg!)} for ${quote(opt === 'I' ? '--iso-8601' : '--rfc-3339')}\nValid arguments are:\n${(opt === 'I' ? ['hours', 'minutes', 'date', 'seconds', 'ns'] : ['date', 'seconds', 'ns']).map((n) => `  - ${quote(n)}`).join('\n')}`,
        );
      }
      format = opt === 'I' ? ISO[name]! : ISO[name]!.replace('T', ' ').replace(',', '.');
    }
  }
  if (operands.length > 1) usageError(proc, `extra operand ${quote(operands[1]!)}`);
  const word = operands[0];
  if (word?.startsWith('+') === true) format = word.slice(1);
  else if (word !== undefined) {
    if (!/^\d{8,12}(\.\d\d)?$/.test(word)) die(proc, `invalid date ${quote(word)}`);
    complain(proc, 'cannot set date: Operation not permitted');
    return 1;
  }
  if (file !== null) {
    let status = 0;
    await eachLine(proc, [file], (line) => {
      const m = parseDate(line, now(proc));
      if (m === null) {
        complain(proc, `invalid date ${quoteaf(line)}`);
        status = 1;
      } else proc.out(`${strftime(format, m.seconds, m.ns)}\n`);
    });
    return status;
  }
  proc.out(`${strftime(format, moment.seconds, moment.ns)}\n`);
  return 0;
}
