/** watch: runs a command again and again, and shows what it prints on the whole screen. procps 4.0.2 */
import { strftime } from '../../../lib/strftime.ts';
import { concatBytes, utf8Decode } from '../../../lib/text.ts';
import { SystemError } from '../../../syscall/index.ts';
import { EINTR } from '../../../uapi/errno.ts';
import { CLOCK_REALTIME } from '../../../uapi/sched.ts';
import { SIGHUP, SIGINT, SIGTERM, SIGWINCH } from '../../../uapi/signal.ts';
import { ECHO, ICANON } from '../../../uapi/termios.ts';
import type { FdTable, Process } from '../../process/types.ts';
import { getopt, type LongOption } from '../getopt.ts';
import { charWidth } from '../../shell/interactive/width.ts';

const LONG: readonly LongOption[] = [
  { name: 'interval', arg: 'required', val: 'n' },
  { name: 'no-title', val: 't' },
  { name: 'exec', val: 'x' },
  { name: 'errexit', val: 'e' },
  { name: 'chgexit', val: 'g' },
  { name: 'help', val: 'h' },
  { name: 'version', val: 'v' },
];

const USAGE = `
Usage:
 watch [options] command

Options:
  -e, --errexit          exit if command has a non-zero exit
  -g, --chgexit          exit when output from command changes
  -n, --interval <secs>  seconds to wait between updates
  -t, --no-title         turn off header
  -x, --exec             pass command to exec instead of "sh -c"

 -h, --help     display this help and exit
 -v, --version  output version information and exit

For more details see watch(1).
`;

const ENTER = '\x1b[?1049h\x1b[H\x1b[2J';
const LEAVE = '\x1b[?1049l';
const SHORTEST_S = 0.1;

interface Wanted {
  readonly intervalS: number;
  readonly title: boolean;
  readonly exec: boolean;
  readonly errexit: boolean;
  readonly chgexit: boolean;
  readonly command: readonly string[];
}

/** Reads the command line. @returns the exit status when there is nothing to watch */
function parse(proc: Process): Wanted | number {
  const { options, operands, error } = getopt(proc.name, proc.argv.slice(1), '+eghn:tvx', LONG);
  const has = new Set(options.map((o) => o.opt));
  if (error !== '') {
    proc.err(`${error}\n${USAGE}`);
    return 1;
  }
  if (has.has('h')) {
    proc.out(USAGE);
    return 0;
  }
  if (has.has('v')) {
    proc.out('watch from procps-ng 4.0.2\n');
    return 0;
  }
  const given = options.findLast((o) => o.opt === 'n')?.arg?.replace(',', '.') ?? '2';
  if (!/^\d*\.?\d*$/.test(given) || given === '' || given === '.') {
    proc.err(`watch: failed to parse argument: '${given}': Invalid argument\n`);
    return 1;
  }
  if (operands.length === 0) {
    proc.err(USAGE);
    return 1;
  }
  return {
    intervalS: Math.max(SHORTEST_S, Number(given)),
    title: !has.has('t'),
    exec: has.has('x'),
    errexit: has.has('e'),
    chgexit: has.has('g'),
    command: operands,
  };
}

/** Descriptors of the command: its output and errors into a pipe. */
function piped(proc: Process, write: number, read: number): FdTable {
  const table = proc.fds.copy();
  const end = proc.fds.get(write)!;
  table.set(1, end.retain());
  table.set(2, end.retain());
  table.close(write);
  table.close(read);
  return table;
}

const interrupted = (e: unknown): boolean => e instanceof SystemError && e.errno === -EINTR;

/** Runs the command once. */
async function once(proc: Process, wanted: Wanted): Promise<{ readonly output: string; readonly status: number }> {
  const [read, write] = proc.pipe();
  const [file, argv] = wanted.exec
    ? [wanted.command[0]!, wanted.command]
    : ['/bin/sh', ['sh', '-c', wanted.command.join(' ')]];
  const child = await proc.spawn(file, argv, { fds: piped(proc, write, read) });
  proc.close(write);
  const parts: Uint8Array[] = [];
  for (;;) {
    try {
      const bytes = await proc.read(read);
      if (bytes.length === 0) break;
      parts.push(bytes);
    } catch (e) {
      if (!interrupted(e)) throw e;
    }
  }
  proc.close(read);
  for (;;) {
    try {
      const result = await proc.wait(child.pid);
      const status = result === null ? 0 : result.signal === 0 ? result.status : 128 + result.signal;
      return { output: utf8Decode(concatBytes(parts)), status };
    } catch (e) {
      if (!interrupted(e)) throw e;
    }
  }
}

/** The rows a text fills; tabs are blanks, and long lines go on in the next row. */
function rowsOf(text: string, cols: number, most: number): string[] {
  const rows: string[] = [];
  for (const line of text.replace(/\n$/, '').split('\n')) {
    let row = '';
    let width = 0;
    for (const c of line) {
      const shown = c === '\t' ? ' '.repeat(8 - (width % 8)) : c;
      const w = c === '\t' ? shown.length : charWidth(c.codePointAt(0)!);
      if (width + w > cols) {
        rows.push(row);
        row = '';
        width = 0;
      }
      row += shown;
      width += w;
    }
    rows.push(row);
    if (rows.length >= most) break;
  }
  return rows.slice(0, most);
}

/** `Every 2.0s: date        host: Sun Nov 22 02:51:59 2026`, cut to the window. */
function header(proc: Process, wanted: Wanted, cols: number): string {
  const now = Number(proc.task.clockGettime(CLOCK_REALTIME) / 1_000_000_000n);
  const right = `${proc.hostname}: ${strftime('%a %b %e %H:%M:%S %Y', now)}`;
  const left = `Every ${wanted.intervalS.toFixed(1)}s: `;
  if (right.length > cols) return '';
  if (left.length + right.length + 1 > cols) return right.padStart(cols);
  const room = cols - right.length - left.length - 1;
  const command = wanted.command.join(' ');
  const shown = command.length > room ? `${command.slice(0, Math.max(0, room - 3))}...` : command;
  return (left + shown).padEnd(cols - right.length) + right;
}

/** Says that the command failed, and waits for a key. */
async function press(proc: Process, rows: number): Promise<void> {
  proc.out(`\x1b[${rows};1H\x1b[Kcommand exit with a non-zero status, press a key to exit`);
  await proc.flush();
  if (!proc.isatty(0)) return;
  const before = proc.tcgetattr(0);
  await proc.tcsetattr(0, { ...before, lflag: before.lflag & ~(ICANON | ECHO) });
  try {
    await proc.read(0, 1);
  } catch (e) {
    if (!interrupted(e)) throw e;
  } finally {
    await proc.tcsetattr(0, before);
  }
}

export async function watchMain(proc: Process): Promise<number> {
  const wanted = parse(proc);
  if (typeof wanted === 'number') return wanted;
  let over = false;
  for (const s of [SIGINT, SIGTERM, SIGHUP]) proc.signal(s, () => void (over = true));
  proc.signal(SIGWINCH, () => {});
  proc.out(ENTER);
  let last: string | null = null;
  let status = 0;
  try {
    while (!over) {
      const { output, status: ended } = await once(proc, wanted);
      if (over) break;
      const size = proc.winsize(1) ?? { rows: 24, cols: 80 };
      const head = wanted.title ? [header(proc, wanted, size.cols), ''] : [];
      const rows = [...head, ...rowsOf(output, size.cols, Math.max(0, size.rows - head.length))];
      proc.out(`\x1b[H${rows.map((r) => `\x1b[K${r}`).join('\r\n')}${rows.length < size.rows ? '\r\n\x1b[J' : ''}`);
      await proc.flush();
      if (wanted.errexit && ended !== 0) {
        status = 8;
        await press(proc, size.rows);
        break;
      }
      if (wanted.chgexit && last !== null && last !== output) break;
      last = output;
      try {
        await proc.nanosleep(wanted.intervalS * 1e9);
      } catch (e) {
        if (!interrupted(e)) throw e;
      }
    }
  } finally {
    proc.out(LEAVE);
    await proc.flush();
  }
  return status;
}
