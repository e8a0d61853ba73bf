import type { FsContext, ProcessView } from '../context.ts';
import type { PidNamespace } from '../pid-ns.ts';
import { numbersIn } from '../process-table.ts';
import { NsfsInode } from './inode.ts';

/** Seconds with two digits, of nanoseconds. */
const seconds = (ns: number): string => (Math.floor(ns / 1e7) / 100).toFixed(2);

export const uptime = (ctx: FsContext): string => `${seconds(ctx.task.now())} 0.00\n`;

export function version(ctx: FsContext): string {
  const { sysname, release, version: built } = ctx.task.kernel.uname;
  return `${sysname} version ${release} (warren) ${built}\n`;
}

export const cpuinfo = (): string => 'processor\t: 0\nvendor_id\t: Warren\nmodel name\t: simulated\ncpu cores\t: 1\n\n';

/** What can be said of a machine whose memory is its host's: nothing but zeroes would be true. */
export const meminfo = (): string =>
  ['MemTotal', 'MemFree', 'MemAvailable', 'Buffers', 'Cached', 'SwapTotal', 'SwapFree']
    .map((name) => `${`${name}:`.padEnd(16)}${'0'.padStart(8)} kB\n`)
    .join('');

export const filesystems = (): string => 'nodev\tsysfs\nnodev\ttmpfs\nnodev\tproc\nnodev\tdevtmpfs\nnodev\tnsfs\n';

/** Blanks in a mount's words, as octal escapes. @see mangle_path */
const mangle = (s: string): string =>
  s.replace(/[ \t\n\\]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`);

/** /proc/PID/mounts, or mountinfo. @see proc_pid_mounts(5), proc_pid_mountinfo(5) */
export function mountsText(view: ProcessView, info = false): string {
  const { mounts } = view.mountNs;
  return mounts
    .map((m, i) => {
      const [source, target] = [mangle(m.source), mangle(m.path)];
      if (!info) return `${source} ${target} ${m.type} ${m.options} 0 0\n`;
      const parent = m.parent === null ? 1 : 20 + mounts.indexOf(m.parent);
      const root = m.root instanceof NsfsInode ? m.root.label : '/';
      return `${20 + i} ${parent} 0:${m.dev} ${root} ${target} ${m.options} - ${m.type} ${source} rw\n`;
    })
    .join('');
}

const STATE_NAMES = { R: 'R (running)', S: 'S (sleeping)', T: 'T (stopped)', Z: 'Z (zombie)' };

const hex = (mask: bigint): string => mask.toString(16).padStart(16, '0');

/** The part of /proc/PID/status that has an answer here. @see proc_pid_status(5) */
export function statusText(view: ProcessView, ns: PidNamespace): string {
  const { signals } = view;
  const { pid, ppid } = numbersIn(view, ns);
  // From the namespace /proc belongs to, inwards.
  const each = (kpid: number): string => {
    const numbers: number[] = [];
    for (let at: PidNamespace | null = view.pidNs; at !== null; at = at === ns ? null : at.parent) {
      numbers.unshift(at.numberOf(kpid));
    }
    return numbers.join('\t');
  };
  const lines: [string, string][] = [
    ['Name', view.name.slice(0, 15)],
    ['Umask', view.umask.toString(8).padStart(4, '0')],
    ['State', STATE_NAMES[view.state]],
    ['Tgid', String(pid)],
    ['Ngid', '0'],
    ['Pid', String(pid)],
    ['PPid', String(ppid)],
    ['TracerPid', '0'],
    ['Uid', '0\t0\t0\t0'],
    ['Gid', '0\t0\t0\t0'],
    ['FDSize', '256'],
    ['Groups', '0 '],
    ['NStgid', each(view.kpid)],
    ['NSpid', each(view.kpid)],
    ['NSpgid', each(view.kpgid)],
    ['NSsid', each(view.ksid)],
    ['Threads', '1'],
    ['SigPnd', hex(0n)],
    ['ShdPnd', hex(signals.pending)],
    ['SigBlk', hex(0n)],
    ['SigIgn', hex(signals.ignored)],
    ['SigCgt', hex(signals.caught)],
    ['CapInh', hex(0n)],
    ['CapPrm', '000001ffffffffff'],
    ['CapEff', '000001ffffffffff'],
    ['CapBnd', '000001ffffffffff'],
    ['CapAmb', hex(0n)],
    ['NoNewPrivs', '0'],
    ['Seccomp', '0'],
  ];
  return lines.map(([k, v]) => `${k}:\t${v}\n`).join('');
}

/** /proc/PID/stat: 52 fields, those without an answer here 0. @see proc_pid_stat(5) */
export function statText(view: ProcessView, ns: PidNamespace): string {
  const { pid, ppid, pgid, sid } = numbersIn(view, ns);
  const tty = view.controllingTty;
  const f = new Array<string | number>(52).fill(0);
  f.splice(
    0,
    9,
    pid,
    `(${view.name.slice(0, 15)})`,
    view.state,
    ppid,
    pgid,
    sid,
    tty === null ? 0 : 34816,
    tty === null ? -1 : ns.numberOf(tty.foreground),
    4194304,
  );
  f[17] = 20 + view.nice;
  f[18] = view.nice;
  f[19] = 1;
  f[21] = Math.floor(view.startTime * 100);
  f[24] = '18446744073709551615';
  f[37] = 17;
  return `${f.join(' ')}\n`;
}
