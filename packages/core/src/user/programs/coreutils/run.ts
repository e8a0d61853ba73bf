/** Programs that run a program: env timeout nohup nice stdbuf time. */
import { SIGALRM, SIGCONT, SIGHUP, SIGKILL, SIGTERM, signalNumber } from '../../../uapi/signal.ts';
import { O_APPEND, O_CREAT, O_WRONLY } from '../../../uapi/fcntl.ts';
import type { SystemError } from '../../../syscall/index.ts';
import { ENOENT } from '../../../uapi/errno.ts';
import type { Child, Process } from '../../process/types.ts';
import {
  complain,
  die,
  errorText,
  longs,
  options,
  quote,
  quoteaf,
  sizeNumber,
  statusOf,
  usageError,
} from './command.ts';
import { interval } from './words.ts';

/** Becomes a program. @returns 127 when there is none, 126 when it cannot run. */
async function become(proc: Process, argv: readonly string[], failure: (name: string) => string): Promise<number> {
  try {
    return await proc.execve(argv[0]!, argv, proc.env);
  } catch (e) {
    complain(proc, `${failure(argv[0]!)}: ${errorText(e)}`);
    return (e as SystemError).errno === -ENOENT ? 127 : 126;
  }
}

const failedToRun = (name: string): string => `failed to run command ${quote(name)}`;

/** env */
export async function envMain(proc: Process): Promise<number> {
  let [end, dir] = ['\n', null] as [string, string | null];
  const args = proc.argv.slice(1);
  const split = args.findIndex((a) => a === '-S' || a.startsWith('-S') || a.startsWith('--split-string='));
  if (split === 0) {
    const text = args[0] === '-S' ? args.splice(0, 2)[1]! : args.shift()!.replace(/^-S|^--split-string=/, '');
    args.unshift(...text.trim().split(/\s+/));
  }
  const { options: opts, operands } = options(
    proc,
    {
      short: '+iu:0C:',
      long: longs({ 'ignore-environment': 'i', 'unset=': 'u', null: '0', 'chdir=': 'C' }),
      status: 125,
      synopsis: '[OPTION]... [-] [NAME=VALUE]... [COMMAND [ARG]...]',
    },
    args,
  );
  for (const { opt, arg } of opts) {
    if (opt === 'i') proc.env.clear();
    else if (opt === 'u') {
      if (arg === '' || arg!.includes('=')) die(proc, `cannot unset ${quote(arg!)}: Invalid argument`, 125);
      proc.env.delete(arg!);
    } else if (opt === '0') end = '\0';
    else dir = arg;
  }
  const rest = [...operands];
  if (rest[0] === '-') {
    proc.env.clear();
    rest.shift();
  }
  while (rest[0]?.includes('=') === true) {
    const word = rest.shift()!;
    const eq = word.indexOf('=');
    proc.env.set(word.slice(0, eq), word.slice(eq + 1));
  }
  if (rest.length === 0) {
    if (dir !== null) usageError(proc, 'must specify command with --chdir (-C)', 125);
    for (const [k, v] of proc.env) proc.out(`${k}=${v}${end}`);
    return 0;
  }
  if (end === '\0') usageError(proc, 'cannot specify --null (-0) with command', 125);
  if (dir !== null) {
    try {
      proc.cwd = dir;
    } catch (e) {
      die(proc, `cannot change directory to ${quoteaf(dir)}: ${errorText(e)}`, 125);
    }
  }
  return become(proc, rest, (n) => quoteaf(n).replace(/^'(.*)'$/, '‘$1’'));
}

/** printenv */
export async function printenvMain(proc: Process): Promise<number> {
  const { options: opts, operands } = options(proc, {
    short: '+0',
    long: longs({ null: '0' }),
    status: 2,
    synopsis: '[OPTION]... [VARIABLE]...',
  });
  const end = opts.length > 0 ? '\0' : '\n';
  if (operands.length === 0) for (const [k, v] of proc.env) proc.out(`${k}=${v}${end}`);
  let status = 0;
  for (const name of operands) {
    const v = proc.env.get(name);
    if (v === undefined) status = 1;
    else proc.out(v + end);
  }
  return status;
}

/** timeout */
export async function timeoutMain(proc: Process): Promise<number> {
  let signal = SIGTERM;
  let after = 0;
  let [preserve, verbose, foreground] = [false, false, false];
  const { options: opts, operands } = options(proc, {
    short: '+k:s:v',
    status: 125,
    long: longs({ 'kill-after=': 'k', 'signal=': 's', verbose: 'v', 'preserve-status': 'p', foreground: 'f' }),
    synopsis: '[OPTION] DURATION COMMAND [ARG]...',
  });
  const seconds = (text: string): number =>
    interval(text) ?? usageError(proc, `invalid time interval ${quote(text)}`, 125);
  for (const { opt, arg } of opts) {
    if (opt === 'k') after = seconds(arg!);
    else if (opt === 's') {
      signal = /^\d+$/.test(arg!) ? Number(arg) : signalNumber(arg!.toUpperCase().replace(/^SIG/, ''));
      if (!(signal >= 0 && signal <= 64) || (signal === 0 && arg !== '0'))
        usageError(proc, `${quote(arg!)}: invalid signal`, 125);
    } else if (opt === 'p') preserve = true;
    else if (opt === 'f') foreground = true;
    else verbose = true;
  }
  if (operands.length < 2) usageErrorBare(proc);
  const limit = seconds(operands[0]!);
  const argv = operands.slice(1);
  if (!foreground) {
    try {
      proc.setpgid(0, 0);
    } catch (e) {
      errorText(e);
    }
  }
  let timer: Child | null = null;
  let timedOut = false;
  let passed = 0;
  let child: Child;
  try {
    child = await proc.spawn(argv[0]!, argv);
  } catch (e) {
    complain(proc, `${failedToRun(argv[0]!)}: ${errorText(e)}`);
    return (e as SystemError).errno === -ENOENT ? 127 : 126;
  }
  for (const s of [SIGTERM, SIGHUP, 2, 3, 10, 12]) proc.signal(s, (n) => void (passed = n));
  proc.signal(SIGALRM, () => void (timedOut = true));
  const alarm = (s: number): Child => {
    const parent = proc.pid;
    return proc.fork(
      async (me) => {
        for (const n of [SIGTERM, SIGHUP, 2, 3]) me.signal(n, 'default');
        me.fds.closeAll();
        await me.nanosleep(s * 1e9);
        me.kill(parent, SIGALRM);
        return 0;
      },
      { pgid: 0 },
    );
  };
  if (limit > 0 && Number.isFinite(limit)) timer = alarm(limit);
  let killed = false;
  const send = (n: number): void => {
    const name = n === SIGKILL ? 'KILL' : n === SIGTERM ? 'TERM' : String(n);
    if (verbose) complain(proc, `sending signal ${name} to command ${quoteaf(argv[0]!)}`);
    try {
      proc.kill(child.pid, n);
      if (!foreground) {
        proc.signal(n, 'ignore');
        proc.kill(0, n);
      }
      if (n !== SIGKILL && n !== SIGCONT) proc.kill(child.pid, SIGCONT);
    } catch (e) {
      errorText(e);
    }
  };
  for (;;) {
    try {
      const r = await proc.wait(child.pid);
      if (timer !== null) {
        try {
          proc.kill(timer.pid, SIGKILL);
        } catch (e) {
          errorText(e);
        }
      }
      if (r === null) return 125;
      if (timedOut && !preserve) return r.signal === SIGKILL && (killed || signal === SIGKILL) ? 137 : 124;
      return statusOf(r);
    } catch (e) {
      errorText(e);
      if (passed !== 0) {
        send(passed);
        passed = 0;
      } else if (timedOut && !killed) {
        if (timer === null) {
          killed = true;
          send(SIGKILL);
        } else {
          timer = null;
          send(signal);
          if (after > 0) {
            alarm(after);
          }
        }
      }
    }
  }
}

function usageErrorBare(proc: Process): never {
  proc.err(`Try '${proc.argv[0]} --help' for more information.\n`);
  return proc.exit(125);
}

/** nohup */
export async function nohupMain(proc: Process): Promise<number> {
  const { operands } = options(proc, { short: '+', status: 125, synopsis: 'COMMAND [ARG]...' });
  if (operands.length === 0) usageError(proc, 'missing operand', 125);
  const ignoring = proc.isatty(0);
  if (ignoring) proc.dup2(await proc.open('/dev/null', O_WRONLY), 0);
  if (proc.isatty(1)) {
    const fd = await proc.open('nohup.out', O_WRONLY | O_CREAT | O_APPEND, 0o600);
    proc.dup2(fd, 1);
    complain(proc, `${ignoring ? 'ignoring input and ' : ''}appending output to 'nohup.out'`);
  } else if (ignoring) complain(proc, 'ignoring input');
  if (proc.isatty(2)) proc.dup2(1, 2);
  proc.signal(SIGHUP, 'ignore');
  return become(proc, operands, failedToRun);
}

/** `-5`, `-+5` and `--5`, as they were before `-n`. */
const OLD_ADJUSTMENT = /^-([-+]?\d.*)$/;

/** nice: runs a command that yields to others, or tells how much this one does. */
export async function niceMain(proc: Process): Promise<number> {
  let adjustment: string | null = null;
  const spec = {
    short: '+n:',
    status: 125,
    long: longs({ 'adjustment=': 'n' }),
    synopsis: '[OPTION] [COMMAND [ARG]...]',
  };
  let rest: readonly string[] = proc.argv.slice(1);
  for (;;) {
    const old = OLD_ADJUSTMENT.exec(rest[0] ?? '');
    if (old !== null) {
      adjustment = old[1]!;
      rest = rest.slice(1);
      continue;
    }
    // Up to the next of the old ones, which getopt does not know.
    const next = rest.findIndex(
      (w, i) => i > 0 && OLD_ADJUSTMENT.test(w) && !/^(?:-n|--adj[a-z]*)$/.test(rest[i - 1]!),
    );
    const end = next < 0 ? rest.length : next;
    const read = options(proc, spec, rest.slice(0, end));
    for (const { arg } of read.options) adjustment = arg;
    rest = [...read.operands, ...rest.slice(end)];
    if (read.operands.length > 0 || rest.length === 0) break;
  }
  if (adjustment !== null && !/^[-+]?\d+$/.test(adjustment)) die(proc, `invalid adjustment ${quote(adjustment)}`, 125);
  if (rest.length === 0) {
    if (adjustment !== null) usageError(proc, 'a command must be given with an adjustment', 125);
    proc.out(`${proc.nice}\n`);
    return 0;
  }
  proc.nice += Number(adjustment ?? 10);
  return become(proc, rest, (n) => quote(n));
}

/** Where the library would be that sets the streams of a program up; ours do it themselves, told in the same way. */
const LIBSTDBUF = '/usr/libexec/coreutils/libstdbuf.so';

/** stdbuf: runs a command with other buffers for its standard output and error. */
export async function stdbufMain(proc: Process): Promise<number> {
  const { options: opts, operands } = options(proc, {
    short: '+i:o:e:',
    status: 125,
    long: longs({ 'input=': 'i', 'output=': 'o', 'error=': 'e' }),
    synopsis: 'OPTION... COMMAND',
  });
  const modes = new Map<string, string>();
  for (const { opt, arg } of opts) {
    if (opt === 'i' && arg === 'L') usageError(proc, 'line buffering stdin is meaningless', 125);
    const size = arg === 'L' ? 0 : sizeNumber(arg!);
    if (size === null || size < 0) die(proc, `invalid mode ${quote(arg!)}`, 125);
    modes.set(opt, arg === 'L' ? 'L' : String(size));
  }
  if (operands.length === 0) usageError(proc, 'missing operand', 125);
  if (opts.length === 0) usageError(proc, 'you must specify a buffering mode option', 125);
  if (modes.has('i')) die(proc, 'warren: option -i is not supported', 125);
  for (const stream of 'oe') {
    const mode = modes.get(stream);
    if (mode !== undefined) proc.env.set(`_STDBUF_${stream.toUpperCase()}`, mode);
  }
  const preload = proc.env.get('LD_PRELOAD');
  proc.env.set('LD_PRELOAD', preload === undefined ? LIBSTDBUF : `${preload}:${LIBSTDBUF}`);
  return become(proc, operands, failedToRun);
}

/** time, as the program. */
export async function timeMain(proc: Process): Promise<number> {
  const { options: opts, operands } = options(proc, {
    short: '+p',
    product: 'GNU Time',
    version: '1.9',
    status: 125,
    synopsis: '[-p] COMMAND [ARG]...',
  });
  if (operands.length === 0) usageError(proc, 'missing program to run', 125);
  const start = proc.task.now();
  let status = 127;
  try {
    const child = await proc.spawn(operands[0]!, operands);
    status = statusOf(await proc.wait(child.pid));
  } catch (e) {
    complain(proc, `cannot run ${operands[0]}: ${errorText(e)}`);
  }
  const s = (proc.task.now() - start) / 1e9;
  if (opts.length > 0) proc.err(`real ${s.toFixed(2)}\nuser 0.00\nsys 0.00\n`);
  else {
    const m = Math.floor(s / 60);
    proc.err(
      `0.00user 0.00system ${m}:${(s - m * 60).toFixed(2).padStart(5, '0')}elapsed 0%CPU (0avgtext+0avgdata 0maxresident)k\n0inputs+0outputs (0major+0minor)pagefaults 0swaps\n`,
    );
  }
  return status;
}
