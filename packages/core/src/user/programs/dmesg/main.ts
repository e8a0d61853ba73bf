/** The `dmesg` command of util-linux 2.38.1: what the kernel logged. @see dmesg(1) */
import { strftime } from '../../../lib/strftime.ts';
import type { LogRecord } from '../../../syscall/index.ts';
import { CLOCK_MONOTONIC, CLOCK_REALTIME } from '../../../uapi/sched.ts';
import type { Process, Program } from '../../process/types.ts';
import { getopt, type LongOption } from '../getopt.ts';
import { HELP } from './usage.ts';

const LONG: readonly LongOption[] = [
  { name: 'buffer-size', arg: 'required', val: 's' },
  { name: 'clear', val: 'C' },
  { name: 'color', arg: 'optional', val: 'L' },
  { name: 'console-level', arg: 'required', val: 'n' },
  { name: 'console-off', val: 'D' },
  { name: 'console-on', val: 'E' },
  { name: 'decode', val: 'x' },
  { name: 'file', arg: 'required', val: 'F' },
  { name: 'facility', arg: 'required', val: 'f' },
  { name: 'follow', val: 'w' },
  { name: 'follow-new', val: 'W' },
  { name: 'human', val: 'H' },
  { name: 'help', val: 'h' },
  { name: 'json', val: 'J' },
  { name: 'kernel', val: 'k' },
  { name: 'level', arg: 'required', val: 'l' },
  { name: 'since', arg: 'required', val: 'since' },
  { name: 'syslog', val: 'S' },
  { name: 'raw', val: 'r' },
  { name: 'read-clear', val: 'c' },
  { name: 'reltime', val: 'e' },
  { name: 'show-delta', val: 'd' },
  { name: 'ctime', val: 'T' },
  { name: 'noescape', val: 'noescape' },
  { name: 'notime', val: 't' },
  { name: 'nopager', val: 'P' },
  { name: 'until', arg: 'required', val: 'until' },
  { name: 'userspace', val: 'u' },
  { name: 'version', val: 'V' },
  { name: 'time-format', arg: 'required', val: 'time-format' },
  { name: 'force-prefix', val: 'p' },
];

const LEVELS = ['emerg', 'alert', 'crit', 'err', 'warn', 'notice', 'info', 'debug'];

const GREEN = '\x1b[32m';
const BROWN = '\x1b[33m';
const RESET = '\x1b[0m';
/** Of messages by level; nothing for those from `notice` on. */
const COLORS: readonly string[] = ['', '\x1b[7m\x1b[31m', '\x1b[1m\x1b[31m', '\x1b[31m', '\x1b[1m'];

interface Settings {
  clear: boolean;
  print: boolean;
  raw: boolean;
  decode: boolean;
  color: boolean;
  time: 'none' | 'boot' | 'ctime';
  readonly levels: Set<number>;
}

const painted = (on: boolean, color: string, text: string): string =>
  on && color !== '' ? `${color}${text}${RESET}` : text;

/** `[   12.345678]`: seconds since boot. */
function sinceBoot({ timeNs }: LogRecord): string {
  const us = Math.floor(timeNs / 1000);
  return `[${String(Math.floor(us / 1e6)).padStart(5)}.${String(us % 1e6).padStart(6, '0')}]`;
}

/** @param boot seconds since 1970 at which the machine began */
function line(r: LogRecord, s: Settings, boot: number): string {
  if (s.raw) return `<${r.level}>${sinceBoot(r)} ${r.text}\n`;
  let text = s.decode ? `kern  :${LEVELS[r.level]!.padEnd(6)}: ` : '';
  if (s.time !== 'none') {
    const when =
      s.time === 'boot'
        ? sinceBoot(r)
        : `[${strftime('%a %b %e %H:%M:%S %Y', boot + Math.floor(r.timeNs / 1e9), null)}]`;
    text += painted(s.color, GREEN, `${when} `);
  }
  const at = r.text.indexOf(': ');
  const subsystem = at < 0 || !s.color ? '' : r.text.slice(0, at + 2);
  text += painted(s.color && subsystem !== '', BROWN, subsystem);
  return `${text}${painted(s.color, COLORS[r.level] ?? '', r.text.slice(subsystem.length))}\n`;
}

/** Takes one option. @returns what is wrong with it, or null. */
function take(proc: Process, s: Settings, opt: string, arg: string | null): string | null {
  switch (opt) {
    case 'C':
      s.clear = true;
      s.print = false;
      return null;
    case 'c':
      s.clear = true;
      return null;
    case 'l':
      for (const name of arg!.split(',')) {
        const level = LEVELS.indexOf(name);
        if (level < 0) return `unknown level '${name}'`;
        s.levels.add(level);
      }
      return null;
    case 'L':
      if (arg !== null && !['auto', 'always', 'never'].includes(arg)) return `unsupported color mode: '${arg}'`;
      s.color = arg === 'always' || (arg !== 'never' && proc.isatty(1));
      return null;
    case 'r':
      s.raw = true;
      return null;
    case 'T':
      s.time = 'ctime';
      return null;
    case 't':
      s.time = 'none';
      return null;
    case 'x':
      s.decode = true;
      return null;
    // All of the log is the kernel's, and it is never piped into a pager.
    case 'k':
    case 'P':
    case 'S':
      return null;
    default:
      return `warren: option ${opt.length === 1 ? '-' : '--'}${opt} is not supported`;
  }
}

/** Options of which there may be one. */
const EXCLUSIVE = 'CcnrDE';

export const dmesgMain: Program = (proc) => {
  const { name } = proc;
  const usage = `Try '${name} --help' for more information.\n`;
  const fail = (words: string): Promise<number> => {
    proc.err(`${name}: ${words}\n`);
    return Promise.resolve(1);
  };
  const s: Settings = {
    clear: false,
    print: true,
    raw: false,
    decode: false,
    color: proc.isatty(1),
    time: 'boot',
    levels: new Set(),
  };
  const parsed = getopt(name, proc.argv.slice(1), 'CcDdEeF:f:HhJkL::l:n:iPprSs:TtuVWwx', LONG);
  let exclusive = '';
  for (const { opt, arg, error } of parsed.options) {
    if (error !== '') {
      proc.err(`${error}\n${usage}`);
      return Promise.resolve(1);
    }
    if (opt === 'h' || opt === 'V') {
      proc.out(opt === 'h' ? HELP : `${name} from util-linux 2.38.1\n`);
      return Promise.resolve(0);
    }
    if (EXCLUSIVE.includes(opt)) {
      if (exclusive !== '' && exclusive !== opt)
        return fail(
          'mutually exclusive arguments: --clear --console-off --console-on --read-clear --console-level --raw',
        );
      exclusive = opt;
    }
    const wrong = take(proc, s, opt, arg);
    if (wrong !== null) return fail(wrong);
  }
  if (parsed.operands.length > 0) {
    proc.err(`${name}: bad usage\n${usage}`);
    return Promise.resolve(1);
  }
  const { task } = proc;
  const { log } = task.kernel;
  if (s.print) {
    const boot = Number((task.clockGettime(CLOCK_REALTIME) - task.clockGettime(CLOCK_MONOTONIC)) / 1_000_000_000n);
    for (const r of log.records()) if (s.levels.size === 0 || s.levels.has(r.level)) proc.out(line(r, s, boot));
  }
  if (s.clear) log.clear();
  return Promise.resolve(0);
};
