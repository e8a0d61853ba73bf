/** ps, kill, pgrep, pkill, pidof: other processes. */
import { SIGTERM, signalName, signalNumber } from '../../../uapi/signal.ts';
import type { Process, ProcessInfo } from '../../process/types.ts';
import { complain, die, errorText, longs, options, quote } from './command.ts';
import { now } from './date.ts';
import { strftime } from '../../../lib/strftime.ts';

const comm = (p: ProcessInfo): string => (p.argv[0] ?? '').replace(/^.*\//, '').slice(0, 15) || '?';
const args = (p: ProcessInfo): string => (p.state === 'Z' ? `[${comm(p)}] <defunct>` : p.argv.join(' '));

interface Column {
  readonly title: string;
  readonly right: boolean;
  readonly width: number;
  readonly value: (p: ProcessInfo, proc: Process) => string;
}

const elapsed = (p: ProcessInfo, proc: Process): number => Math.max(0, Math.floor(proc.task.now() / 1e9 - p.startTime));
const startedAt = (p: ProcessInfo, proc: Process): number => now(proc).seconds - elapsed(p, proc);
const stat = (p: ProcessInfo): string =>
  p.state + (p.sid === p.pid ? 's' : '') + (p.tty !== null && p.state === 'R' ? '+' : '');
const zero = (): string => '0';

const COLUMNS: Readonly<Record<string, Column>> = {
  pid: { title: 'PID', right: true, width: 7, value: (p) => String(p.pid) },
  ppid: { title: 'PPID', right: true, width: 7, value: (p) => String(p.ppid) },
  pgid: { title: 'PGID', right: true, width: 7, value: (p) => String(p.pgid) },
  sid: { title: 'SID', right: true, width: 7, value: (p) => String(p.sid) },
  tty: { title: 'TT', right: false, width: 8, value: (p) => p.tty?.replace('/dev/', '') ?? '?' },
  tname: { title: 'TTY', right: false, width: 8, value: (p) => p.tty?.replace('/dev/', '') ?? '?' },
  time: { title: 'TIME', right: true, width: 8, value: () => '00:00:00' },
  bsdtime: { title: 'TIME', right: true, width: 6, value: () => '0:00' },
  comm: { title: 'COMMAND', right: false, width: 15, value: (p) => comm(p) + (p.state === 'Z' ? ' <defunct>' : '') },
  ucmd: { title: 'CMD', right: false, width: 15, value: (p) => comm(p) + (p.state === 'Z' ? ' <defunct>' : '') },
  args: { title: 'COMMAND', right: false, width: 27, value: args },
  cmdline: { title: 'CMD', right: false, width: 27, value: args },
  user: { title: 'USER', right: false, width: 8, value: () => 'root' },
  uid: { title: 'UID', right: true, width: 5, value: zero },
  stat: { title: 'STAT', right: false, width: 4, value: stat },
  state: { title: 'S', right: false, width: 1, value: (p) => p.state },
  pcpu: { title: '%CPU', right: true, width: 4, value: () => '0.0' },
  c: { title: 'C', right: true, width: 2, value: zero },
  pmem: { title: '%MEM', right: true, width: 4, value: () => '0.0' },
  vsz: { title: 'VSZ', right: true, width: 6, value: zero },
  rss: { title: 'RSS', right: true, width: 5, value: zero },
  ni: { title: 'NI', right: true, width: 3, value: zero },
  start: { title: 'START', right: true, width: 5, value: (p, proc) => strftime('%H:%M', startedAt(p, proc)) },
  stime: { title: 'STIME', right: true, width: 5, value: (p, proc) => strftime('%H:%M', startedAt(p, proc)) },
  lstart: {
    title: 'STARTED',
    right: true,
    width: 24,
    value: (p, proc) => strftime('%a %b %e %H:%M:%S %Y', startedAt(p, proc)),
  },
  etimes: { title: 'ELAPSED', right: true, width: 7, value: (p, proc) => String(elapsed(p, proc)) },
  etime: {
    title: 'ELAPSED',
    right: true,
    width: 11,
    value: (p, proc) => {
      const s = elapsed(p, proc);
      const two = (n: number): string => String(n).padStart(2, '0');
      return (s >= 3600 ? `${two(Math.floor(s / 3600))}:` : '') + `${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
    },
  },
};
const ALIAS: Readonly<Record<string, string>> = {
  cmd: 'args',
  command: 'args',
  fname: 'comm',
  pgrp: 'pgid',
  sess: 'sid',
  session: 'sid',
  s: 'state',
  tt: 'tty',
  cputime: 'time',
  euser: 'user',
  ruser: 'user',
  uname: 'user',
  euid: 'uid',
  '%cpu': 'pcpu',
  '%mem': 'pmem',
  nice: 'ni',
  start_time: 'stime',
  ucomm: 'comm',
};

const BSD = ['user', 'pid', 'pcpu', 'pmem', 'vsz', 'rss', 'tname', 'stat', 'start', 'bsdtime', 'args'];

/** ps */
export async function psMain(proc: Process): Promise<number> {
  const words = proc.argv.slice(1);
  let wanted: { key: string; title: string | null }[] = [];
  let all = false;
  let headers = true;
  const pids = new Set<number>();
  const parents = new Set<number>();
  const names = new Set<string>();
  let style = '';
  const fail = (message: string): never => {
    proc.err(
      `error: ${message}\n\nUsage:\n ps [options]\n\n Try 'ps --help <simple|list|output|threads|misc|all>'\n  or 'ps --help <s|l|o|t|m|a>'\n for additional help text.\n\nFor more details see ps(1).\n`,
    );
    return proc.exit(1);
  };
  const numbers = (text: string, into: Set<number>): void => {
    for (const t of text.split(/[,\s]+/)) {
      if (!/^\d+$/.test(t)) fail('process ID list syntax error');
      into.add(Number(t));
    }
  };
  const format = (text: string): void => {
    const eq = text.indexOf('=');
    const list = eq >= 0 && !text.slice(0, eq).includes(',') ? [text] : text.split(/[,\s]+/);
    for (const item of list) {
      const [name, title] = item.includes('=')
        ? [item.slice(0, item.indexOf('=')), item.slice(item.indexOf('=') + 1)]
        : [item, null];
      const key = ALIAS[name] ?? name;
      if (COLUMNS[key] === undefined) fail('unknown user-defined format specifier "' + name + '"');
      wanted.push({ key, title: title ?? (name === 'cmd' ? 'CMD' : name === 'command' ? 'COMMAND' : null) });
    }
  };
  for (let i = 0; i < words.length; i++) {
    const w = words[i]!;
    const value = (rest: string): string =>
      rest !== '' ? rest : (words[++i] ?? fail('list of process IDs must follow -p'));
    if (w === '--no-headers' || w === '--no-heading') headers = false;
    else if (w === '--version') {
      proc.out('ps from procps-ng 4.0.2\n(Warren)\n');
      return 0;
    } else if (w.startsWith('--ppid')) numbers(value(w.slice(7)), parents);
    else if (w.startsWith('--pid')) numbers(value(w.slice(6)), pids);
    else if (w.startsWith('--')) fail('unknown gnu long option');
    else if (/^\d+$/.test(w)) pids.add(Number(w));
    else {
      const dash = w.startsWith('-');
      const letters = dash ? w.slice(1) : w;
      for (let k = 0; k < letters.length; k++) {
        const c = letters[k]!;
        const rest = letters.slice(k + 1);
        if (dash && (c === 'e' || c === 'A')) all = true;
        else if (dash && c === 'f') style = 'full';
        else if (dash && c === 'C') {
          for (const n of value(rest).split(',')) names.add(n);
          break;
        } else if (c === 'p' || (!dash && c === 'p')) {
          numbers(value(rest), pids);
          break;
        } else if (c === 'o') {
          format(value(rest));
          break;
        } else if (c === 'h' && !dash) headers = false;
        else if ((c === 'a' || c === 'x') && !dash) all = true;
        else if (c === 'u' && !dash) style = 'bsd';
        else if (c === 'w' || (!dash && c === 'f')) continue;
        else if (dash && c === 'a') all = true;
        else fail(dash ? 'unsupported SysV option' : 'unsupported option (BSD syntax)');
      }
    }
  }
  if (wanted.length === 0) {
    const keys =
      style === 'bsd'
        ? BSD
        : style === 'full'
          ? ['uid', 'pid', 'ppid', 'c', 'stime', 'tname', 'time', 'cmdline']
          : ['pid', 'tname', 'time', 'ucmd'];
    wanted = keys.map((key) => ({ key, title: null }));
  }
  if (proc.fs.exists('/proc/version') === null) {
    proc.err('Error, do this: mount -t proc proc /proc\n');
    return 47;
  }
  if (proc.fs.exists('/proc/self/stat') === null) {
    proc.err('fatal library error, lookup self\n');
    return 1;
  }
  const mine = proc.processes.get(Number(proc.fs.readlink('/proc/self')));
  const listed = proc.processes.list().filter((p) => {
    if (pids.size > 0 || parents.size > 0 || names.size > 0)
      return pids.has(p.pid) || parents.has(p.ppid) || names.has(comm(p));
    return all || p.tty === (mine?.tty ?? null) || style === 'bsd';
  });
  const full = style === 'full';
  const columns = wanted.map(({ key, title }) => {
    let col = COLUMNS[key]!;
    if (full && key === 'uid') col = { ...COLUMNS['user']!, title: 'UID' };
    return { ...col, title: title ?? col.title };
  });
  const line = (cells: readonly string[]): string => {
    let text = '';
    cells.forEach((cell, i) => {
      const col = columns[i]!;
      const last = i === columns.length - 1;
      const width = Math.max(col.width, col.title.length);
      text += (i > 0 ? ' ' : '') + (col.right ? cell.padStart(width) : last ? cell : cell.padEnd(width));
    });
    return `${text}\n`;
  };
  if (headers && columns.some((c) => c.title !== '')) proc.out(line(columns.map((c) => c.title)));
  for (const p of listed) proc.out(line(columns.map((c) => c.value(p, proc))));
  return listed.length > 0 ? 0 : 1;
}

/** A signal by number or name; -1 when it is none. */
export function parseSignal(text: string): number {
  if (/^\d+$/.test(text)) return Number(text) <= 64 ? Number(text) : -1;
  const name = text.toUpperCase().replace(/^SIG/, '');
  return name === 'EXIT' ? 0 : signalNumber(name) || -1;
}

/** kill, as the program. */
export async function killMain(proc: Process): Promise<number> {
  const words = proc.argv.slice(1);
  let signal = SIGTERM;
  const first = words[0];
  if (first === '-l' || first === '-L' || first === '--list') {
    const which = words[1];
    if (which !== undefined) {
      const n = /^\d+$/.test(which) ? signalName(Number(which) & 127).replace(/^SIG/, '') : String(parseSignal(which));
      proc.out(`${n}\n`);
    } else proc.out(`${Array.from({ length: 31 }, (_, i) => signalName(i + 1).replace(/^SIG/, '')).join(' ')}\n`);
    return 0;
  }
  if (first === '-s' || first === '--signal' || (first !== undefined && /^-[A-Za-z0-9]/.test(first))) {
    const text = first === '-s' || first === '--signal' ? (words.splice(0, 2)[1] ?? '') : words.shift()!.slice(1);
    signal = parseSignal(text);
    if (signal < 0) die(proc, `unknown signal name ${text}`);
  }
  if (words[0] === '--') words.shift();
  if (words.length === 0) {
    proc.err(
      `\nUsage:\n kill [options] <pid> [...]\n\nOptions:\n <pid> [...]            send signal to every <pid> listed\n -<signal>, -s, --signal <signal>\n                        specify the <signal> to be sent\n -q, --queue <value>    integer value to be sent with the signal\n -l, --list=[<signal>]  list all signal names, or convert one to a name\n -L, --table            list all signal names in a nice table\n\n -h, --help     display this help and exit\n -V, --version  output version information and exit\n\nFor more details see kill(1).\n`,
    );
    return 1;
  }
  let status = 0;
  for (const w of words) {
    if (!/^-?\d+$/.test(w)) {
      complain(proc, `failed to parse argument: '${w}'`);
      return 1;
    }
    try {
      proc.kill(Number(w), signal);
    } catch (e) {
      complain(proc, `(${w}): ${errorText(e)}`);
      status = 1;
    }
  }
  return status;
}

/** pgrep and pkill. */
export async function pgrepMain(proc: Process): Promise<number> {
  const killing = proc.name === 'pkill';
  let signal = SIGTERM;
  const has = new Set<string>();
  let parent = '';
  let delimiter = '\n';
  const words = proc.argv.slice(1).filter((w) => {
    if (!killing || !/^-(\d+|(SIG)?[A-Z]{3,}\d?)$/.test(w)) return true;
    signal = parseSignal(w.slice(1));
    return signal < 0;
  });
  const { options: opts, operands } = options(
    proc,
    {
      short: killing ? 'fxvnoieP:' : 'fxvnoialcd:P:',
      status: 2,
      product: 'procps-ng',
      version: '4.0.2',
      long: longs({
        full: 'f',
        exact: 'x',
        inverse: 'v',
        newest: 'n',
        oldest: 'o',
        'ignore-case': 'i',
        'parent=': 'P',
        'list-name': 'l',
        'list-full': 'a',
        count: 'c',
        'delimiter=': 'd',
        ...(killing ? { 'signal=': 'signal', echo: 'e' } : {}),
      }),
      synopsis: '[options] <pattern>',
    },
    words,
  );
  for (const { opt, arg } of opts) {
    if (opt === 'P') parent = arg!;
    else if (opt === 'd') delimiter = arg!;
    else if (opt === 'signal') {
      signal = parseSignal(arg!);
      if (signal < 0) die(proc, `Unknown signal "${arg}".`, 2);
    } else has.add(opt);
  }
  if (operands.length > 1 || (operands.length === 0 && parent === '')) {
    complain(proc, operands.length === 0 ? 'no matching criteria specified' : 'only one pattern can be provided');
    proc.err(`Try \`${proc.name} --help' for more information.\n`);
    return 2;
  }
  let re: RegExp;
  try {
    re = new RegExp(has.has('x') ? `^(?:${operands[0] ?? ''})$` : (operands[0] ?? ''), has.has('i') ? 'i' : '');
  } catch {
    return die(proc, `invalid regular expression: ${quote(operands[0]!)}`, 2);
  }
  let found = proc.processes.list().filter((p) => {
    if (p.pid === proc.pid) return false;
    const ok =
      (parent === '' || parent.split(',').includes(String(p.ppid))) &&
      re.test(has.has('f') ? p.argv.join(' ') : comm(p));
    return ok !== has.has('v');
  });
  if (has.has('n')) found = found.slice(-1);
  else if (has.has('o')) found = found.slice(0, 1);
  if (has.has('c')) proc.out(`${found.length}\n`);
  else if (killing) {
    for (const p of found) {
      try {
        proc.kill(p.pid, signal);
        if (has.has('e')) proc.out(`${comm(p)} killed (pid ${p.pid})\n`);
      } catch (e) {
        complain(proc, `killing pid ${p.pid} failed: ${errorText(e)}`);
      }
    }
  } else if (found.length > 0) {
    const show = (p: ProcessInfo): string =>
      has.has('a') ? `${p.pid} ${p.argv.join(' ')}` : has.has('l') ? `${p.pid} ${comm(p)}` : String(p.pid);
    proc.out(`${found.map(show).join(delimiter)}\n`);
  }
  return found.length > 0 ? 0 : 1;
}

/** pidof */
export async function pidofMain(proc: Process): Promise<number> {
  const { options: opts, operands } = options(proc, {
    short: 'scxo:S:q',
    product: 'procps-ng',
    version: '4.0.2',
    synopsis: '[options] [program [...]]',
  });
  let [single, separator, quiet] = [false, ' ', false];
  const omit = new Set<string>();
  for (const { opt, arg } of opts) {
    if (opt === 's') single = true;
    else if (opt === 'S') separator = arg!;
    else if (opt === 'q') quiet = true;
    else if (opt === 'o') for (const p of arg!.split(',')) omit.add(p);
  }
  let pids = proc.processes
    .list()
    .filter((p) => operands.some((o) => comm(p) === o.replace(/^.*\//, '').slice(0, 15)))
    .map((p) => p.pid)
    .reverse()
    .filter((p) => !omit.has(String(p)));
  if (single) pids = pids.slice(0, 1);
  if (pids.length === 0) return 1;
  if (!quiet) proc.out(`${pids.join(separator)}\n`);
  return 0;
}
