/** What ps can show of a process: titles, widths, values. @see ps(1) "STANDARD FORMAT SPECIFIERS" */
import { strftime } from '../../../lib/strftime.ts';
import type { Process, ProcessInfo } from '../../process/types.ts';
import { now } from './date.ts';
import { comm } from './processes.ts';

export interface Column {
  readonly title: string;
  readonly right: boolean;
  readonly width: number;
  readonly value: (p: ProcessInfo, proc: Process) => string;
  /** The command line or name, that a tree is drawn before. */
  readonly command?: boolean;
}

const elapsed = (p: ProcessInfo, proc: Process): number => Math.max(0, Math.floor(proc.task.now() / 1e9 - p.startTime));
const startedAt = (p: ProcessInfo, proc: Process): number => now(proc).seconds - elapsed(p, proc);
const niceLetter = (nice: number): string => (nice < 0 ? '<' : nice > 0 ? 'N' : '');
const stat = (p: ProcessInfo): string =>
  p.state + niceLetter(p.nice) + (p.sid === p.pid ? 's' : '') + (p.tpgid === p.pgid ? '+' : '');
const args = (p: ProcessInfo): string => (p.state === 'Z' ? `[${comm(p)}] <defunct>` : p.argv.join(' '));
const name = (p: ProcessInfo): string => comm(p) + (p.state === 'Z' ? ' <defunct>' : '');
const tty = (p: ProcessInfo): string => p.tty?.replace('/dev/', '') ?? '?';
const clock = (p: ProcessInfo, proc: Process): string => strftime('%H:%M', startedAt(p, proc));

function etime(p: ProcessInfo, proc: Process): string {
  const s = elapsed(p, proc);
  const two = (n: number): string => String(n).padStart(2, '0');
  const days = s >= 86_400 ? `${two(Math.floor(s / 86_400))}-` : '';
  return `${days}${s >= 3600 ? `${two(Math.floor(s / 3600) % 24)}:` : ''}${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}

const right = (title: string, width: number, value: Column['value']): Column => ({ title, right: true, width, value });
const left = (title: string, width: number, value: Column['value']): Column => ({ title, right: false, width, value });
const command = (title: string, width: number, value: Column['value']): Column => ({
  ...left(title, width, value),
  command: true,
});
/** What this machine has none of. */
const zero = (): string => '0';

export const COLUMNS: Readonly<Record<string, Column>> = {
  pid: right('PID', 7, (p) => String(p.pid)),
  ppid: right('PPID', 7, (p) => String(p.ppid)),
  pgid: right('PGID', 7, (p) => String(p.pgid)),
  sid: right('SID', 7, (p) => String(p.sid)),
  tpgid: right('TPGID', 7, (p) => String(p.tpgid)),
  tty: left('TT', 8, tty),
  tname: left('TTY', 8, tty),
  time: right('TIME', 8, () => '00:00:00'),
  bsdtime: right('TIME', 6, () => '0:00'),
  comm: command('COMMAND', 15, name),
  ucmd: command('CMD', 15, name),
  args: command('COMMAND', 27, args),
  cmdline: command('CMD', 27, args),
  user: left('USER', 8, () => 'root'),
  group: left('GROUP', 8, () => 'root'),
  uid: right('UID', 5, zero),
  gid: right('GID', 5, zero),
  stat: left('STAT', 4, stat),
  state: left('S', 1, (p) => p.state),
  pcpu: right('%CPU', 4, () => '0.0'),
  pmem: right('%MEM', 4, () => '0.0'),
  c: right('C', 2, zero),
  f: left('F', 1, zero),
  vsz: right('VSZ', 6, zero),
  rss: right('RSS', 5, zero),
  sz: right('SZ', 5, zero),
  addrsz: left('ADDR SZ', 7, () => '-     0'),
  wchan: left('WCHAN', 6, () => '-'),
  psr: right('PSR', 3, zero),
  nlwp: right('NLWP', 4, () => '1'),
  lwp: right('LWP', 7, (p) => String(p.pid)),
  cls: right('CLS', 3, () => 'TS'),
  ni: right('NI', 3, (p) => String(p.nice)),
  pri: right('PRI', 3, (p) => String(19 - p.nice)),
  opri: right('PRI', 3, (p) => String(80 + p.nice)),
  start: right('START', 5, clock),
  stime: right('STIME', 5, clock),
  lstart: right('STARTED', 24, (p, proc) => strftime('%a %b %e %H:%M:%S %Y', startedAt(p, proc))),
  etimes: right('ELAPSED', 7, (p, proc) => String(elapsed(p, proc))),
  etime: right('ELAPSED', 11, etime),
};

export const ALIAS: Readonly<Record<string, string>> = {
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
  egroup: 'group',
  rgroup: 'group',
  euid: 'uid',
  ruid: 'uid',
  egid: 'gid',
  rgid: 'gid',
  '%cpu': 'pcpu',
  '%mem': 'pmem',
  nice: 'ni',
  start_time: 'stime',
  ucomm: 'comm',
  vsize: 'vsz',
  rssize: 'rss',
  rsz: 'rss',
  class: 'cls',
  policy: 'cls',
  thcount: 'nlwp',
  tid: 'lwp',
  spid: 'lwp',
  flag: 'f',
  flags: 'f',
};
