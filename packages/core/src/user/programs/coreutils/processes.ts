/** kill, pgrep, pkill, pidof: other processes. */
import { REGCOMP_EXTENDED } from '../../../lib/regex/dialect.ts';
import { RegexError } from '../../../lib/regex/pattern.ts';
import { compilePosix } from '../../../lib/regex/posix.ts';
import type { Regex } from '../../../lib/regex/regex.ts';
import { SIGTERM, signalName, signalNumber } from '../../../uapi/signal.ts';
import type { Process, ProcessInfo } from '../../process/types.ts';
import { complain, die, errorText, longs, options, quote } from './command.ts';

/** The name a process has, without its end when that is long. */
export const comm = (p: ProcessInfo): string => (p.argv[0] ?? '').replace(/^.*\//, '').slice(0, 15) || '?';

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
  let re: Regex;
  try {
    const text = operands[0] ?? '';
    re = compilePosix(has.has('x') ? `^(${text})$` : text, REGCOMP_EXTENDED, { ignoreCase: has.has('i') });
  } catch (e) {
    if (!(e instanceof RegexError)) throw e;
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
  let [single, separator, quiet, scripts] = [false, ' ', false, false];
  const omit = new Set<string>();
  for (const { opt, arg } of opts) {
    if (opt === 's') single = true;
    else if (opt === 'S') separator = arg!;
    else if (opt === 'q') quiet = true;
    else if (opt === 'x') scripts = true;
    // -c is for those that have the same root: all have.
    else if (opt === 'o') for (const p of arg!.split(',')) omit.add(p);
  }
  let pids = proc.processes
    .list()
    .filter((p) => {
      const names = [comm(p), ...(scripts && p.argv.length > 1 ? [p.argv[1]!.replace(/^.*\//, '').slice(0, 15)] : [])];
      return operands.some((o) => names.includes(o.replace(/^.*\//, '').slice(0, 15)));
    })
    .map((p) => p.pid)
    .reverse()
    .filter((p) => !omit.has(String(p)));
  if (single) pids = pids.slice(0, 1);
  if (pids.length === 0) return 1;
  if (!quiet) proc.out(`${pids.join(separator)}\n`);
  return 0;
}
