/** The `nstat` command of iproute2 6.1: counters of the kernel since they were last looked at. @see nstat(8) */
import { SystemError } from '../../../syscall/index.ts';
import { ELOOP } from '../../../uapi/errno.ts';
import { S_IFLNK, S_IFMT } from '../../../uapi/fcntl.ts';
import type { Process, Program } from '../../process/types.ts';
import { fnmatch } from '../ip/address/filter.ts';
import { getopt, type LongOption } from '../getopt.ts';

const LONG: readonly LongOption[] = [
  { name: 'help', val: 'h' },
  { name: 'ignore', val: 'a' },
  { name: 'scan', arg: 'required', val: 'd' },
  { name: 'json', val: 'j' },
  { name: 'nooutput', val: 'n' },
  { name: 'pretty', val: 'p' },
  { name: 'reset', val: 'r' },
  { name: 'noupdate', val: 's' },
  { name: 'interval', arg: 'required', val: 't' },
  { name: 'version', val: 'V' },
  { name: 'zeros', val: 'z' },
];

const USAGE = `Usage: nstat [OPTION] [ PATTERN [ PATTERN ] ]
   -h, --help          this message
   -a, --ignore        ignore history
   -d, --scan=SECS     sample every statistics every SECS
   -j, --json          format output in JSON
   -n, --nooutput      do history only
   -p, --pretty        pretty print
   -r, --reset         reset history
   -s, --noupdate      don't update history
   -t, --interval=SECS report average over the last SECS
   -V, --version       output version information
   -z, --zeros         show entries with zero activity
`;

/** Counters that count nothing. */
const USELESS: ReadonlySet<string> = new Set([
  'IpForwarding',
  'IpDefaultTTL',
  'TcpRtoAlgorithm',
  'TcpRtoMin',
  'TcpRtoMax',
  'TcpMaxConn',
  'TcpCurrEstab',
]);

type Counter = readonly [name: string, value: number];

function lines(proc: Process, path: string): string[] {
  try {
    return proc.fs.readText(path).split('\n');
  } catch (e) {
    if (e instanceof SystemError) return [];
    throw e;
  }
}

/** Pairs of lines: names, then values. @see load_ugly_table */
function pairs(proc: Process, path: string): Counter[] {
  const found: Counter[] = [];
  const all = lines(proc, path);
  for (let i = 0; i + 1 < all.length; i += 2) {
    const [head = '', ...names] = all[i]!.split(' ');
    const values = all[i + 1]!.split(' ').slice(1);
    names.forEach((name, k) => found.push([head.replace(':', '') + name, Number(values[k])]));
  }
  return found;
}

/** All counters, in the order they are printed. */
function kernelCounters(proc: Process): Counter[] {
  const singles = lines(proc, '/proc/net/snmp6')
    .filter((l) => l !== '')
    .map((l): Counter => {
      const [name = '', value] = l.split(/\s+/);
      return [name, Number(value)];
    });
  const all = [...pairs(proc, '/proc/net/snmp'), ...singles, ...pairs(proc, '/proc/net/netstat')];
  return all.filter(([name]) => !USELESS.has(name));
}

const row = (name: string, value: number, more = ''): string =>
  `${name.padEnd(32)}${String(value).padEnd(16)}${'0.0'.padStart(6)}${more}\n`;

interface Options {
  ignore: boolean;
  json: boolean;
  pretty: boolean;
  quiet: boolean;
  reset: boolean;
  keep: boolean;
  zeros: boolean;
  patterns: readonly string[];
}

/** Ends the program. */
class Stop extends Error {
  readonly status: number;
  readonly words: string;
  constructor(status: number, words: string) {
    super(words);
    this.status = status;
    this.words = words;
  }
}

/** What the history file holds; null for none, or one that is empty. @see load_good_table */
function loadHistory(proc: Process, path: string): Map<string, number> | null {
  const text = proc.fs.readText(path);
  if (text === '') return null;
  const found = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const [name = '', value, rate] = line.split(/\s+/);
    if (value === undefined || rate === undefined) throw new Stop(254, 'nstat.c:146: error parsing history file\n');
    found.set(name, Number(value));
  }
  return found;
}

/** Makes the file if need be, as open(2) with O_NOFOLLOW does. */
function openHistory(proc: Process, path: string): void {
  try {
    const there = (() => {
      try {
        return proc.fs.lstat(path);
      } catch (e) {
        if (e instanceof SystemError) return null;
        throw e;
      }
    })();
    if (there !== null && (there.mode & S_IFMT) === S_IFLNK) throw new SystemError(ELOOP, 'open');
    if (there !== null) return;
    proc.fs.writeFile(path, '');
    proc.fs.chmod(path, 0o600);
  } catch (e) {
    if (e instanceof SystemError) throw new Stop(255, `nstat: open history file: ${e.strerror}\n`);
    throw e;
  }
}

/** Counters as text or JSON. */
function show(o: Options, rows: readonly (readonly [name: string, value: number, more: string])[]): string {
  if (!o.json) return `#kernel\n${rows.map((r) => row(...r)).join('')}`;
  const [nl, one, two, colon] = o.pretty ? ['\n', '    ', '        ', ': '] : ['', '', '', ':'];
  const inner = rows.map(([name, value]) => `${nl}${two}"${name}"${colon}${value}`).join(',');
  return `{${nl}${one}"kernel"${colon}{${inner}${rows.length === 0 ? '' : nl + one}}${nl}}\n`;
}

function run(proc: Process, o: Options): void {
  const path = proc.env.get('NSTAT_HISTORY') ?? `/tmp/.nstat.u${proc.uid}`;
  if (o.reset && proc.fs.exists(path) !== null) proc.fs.unlink(path);
  let history: Map<string, number> | null = null;
  if (!o.ignore || !o.keep) {
    openHistory(proc, path);
    history = loadHistory(proc, path);
  }
  const now = kernelCounters(proc);
  const wanted = (name: string): boolean =>
    o.patterns.length === 0 || o.patterns.some((p) => fnmatch(p.toLowerCase(), name.toLowerCase()));
  if (!o.quiet) {
    const rows = now.flatMap(([name, value]): (readonly [string, number, string])[] => {
      const old = o.ignore ? 0 : (history?.get(name) ?? 0);
      const over = value < old;
      const shown = over ? value : value - old;
      return (shown === 0 && !o.zeros) || !wanted(name) ? [] : [[name, shown, over ? ' (overflow)' : '']];
    });
    proc.out(show(o, rows));
  }
  if (o.keep) return;
  // What no pattern asked for is remembered as it was.
  const kept = now.filter(([, value]) => value !== 0 || o.zeros);
  const kernelOr = (name: string, value: number): number => (wanted(name) ? value : (history?.get(name) ?? value));
  proc.fs.writeFile(path, `#kernel\n${kept.map(([name, value]) => row(name, kernelOr(name, value))).join('')}`);
}

export const nstatMain: Program = async (proc) => {
  const o: Options = {
    ignore: false,
    json: false,
    pretty: false,
    quiet: false,
    reset: false,
    keep: false,
    zeros: false,
    patterns: [],
  };
  const parsed = getopt(proc.argv[0] ?? 'nstat', proc.argv.slice(1), 'h?vVzrnasd:t:jp', LONG);
  for (const { opt, arg, error } of parsed.options) {
    if (error !== '') {
      proc.err(`${error}\n${USAGE}`);
      return 255;
    }
    switch (opt) {
      case 'z':
        o.zeros = true;
        break;
      case 'r':
        o.reset = true;
        break;
      case 'a':
        o.ignore = true;
        break;
      case 's':
        o.keep = true;
        break;
      case 'n':
        o.quiet = true;
        break;
      case 'j':
        o.json = true;
        break;
      case 'p':
        o.pretty = true;
        break;
      case 't':
        if (!(Number.parseInt(arg!, 10) > 0)) {
          proc.err('nstat: invalid time constant divisor\n');
          return 255;
        }
        proc.err('warren: nstat: option -t is not supported yet\n');
        return 255;
      case 'd':
        proc.err('warren: nstat: option -d is not supported yet\n');
        return 255;
      case 'v':
      case 'V':
        proc.out('nstat utility, iproute2-6.1.0\n');
        return 0;
      default:
        proc.err(USAGE);
        return 255;
    }
  }
  o.patterns = parsed.operands;
  try {
    run(proc, o);
    return 0;
  } catch (e) {
    if (!(e instanceof Stop)) throw e;
    proc.err(e.words);
    return e.status;
  }
};
