/** The `route` command of net-tools 2.10. @see route(8) */
import { AF_INET, AF_INET6 } from '../../../uapi/socket.ts';
import type { Process, Program } from '../../process/types.ts';
import { getopt, type LongOption } from '../getopt.ts';
import { FAMILIES } from './hw.ts';
import { setInet6Route } from './route-inet6.ts';
import { setInetRoute } from './route-inet.ts';
import { listCache, listRoutes, listRoutes6, type RouteColumns } from './route-list.ts';
import { INET6_ROUTE_USAGE, INET_ROUTE_USAGE, ROUTE_FAMILIES, ROUTE_USAGE, VERSION } from './usage.ts';

const LONG: readonly LongOption[] = [
  { name: 'extend', val: 'e' },
  { name: 'verbose', val: 'v' },
  { name: 'version', val: 'V' },
  { name: 'numeric', val: 'n' },
  { name: 'symbolic', val: 'N' },
  { name: 'protocol', arg: 'required', val: 'A' },
  { name: 'cache', val: 'C' },
  { name: 'fib', val: 'F' },
  { name: 'help', val: 'h' },
  ...[...FAMILIES.keys()].map((name) => ({ name, val: `=${name}` })),
];

const FEATURES =
  '+NEW_ADDRT +RTF_IRTT +RTF_REJECT +I18N +SELINUX\nAF: (inet) +UNIX +INET +INET6 +IPX +AX25 +NETROM +X25 +ATALK +ECONET +ROSE -BLUETOOTH\n' +
  'HW:  +ETHER +ARC +SLIP +PPP +TUNNEL -TR +AX25 +NETROM +X25 +FR +ROSE +ASH +SIT +FDDI +HIPPI +HDLC/LAPB +EUI64 \n';

/** Adds the families an option names to a list. @returns words of an error, or '' */
export function addFamilies(list: number[], names: string): string {
  for (const name of names.split(/[,-]/)) {
    const family = FAMILIES.get(name);
    if (family === undefined) return `Unknown address family \`${name}'.\n`;
    if (!list.includes(family)) list.push(family);
  }
  return '';
}

/** What there is to say about a family without routes of ours. */
const ABSENT: ReadonlyMap<number, string> = new Map([
  [3, '/proc/net/ax25_route: No such file or directory\nAX.25 not configured in this system.\n'],
  [4, 'IPX not configured in this system.\n'],
  [5, 'DDP (AppleTalk) not configured in this system.\n'],
  [6, 'NET/ROM not configured in this system.\n'],
  [9, 'X.25 not configured in this system.\n'],
  [11, 'ROSE not configured in this system.\n'],
]);

/** Shows the tables of the families, the later one of the command line last. @returns the exit status */
export function showRoutes(
  proc: Process,
  families: readonly number[],
  what: { readonly columns: RouteColumns; readonly numeric: boolean; readonly fib: boolean; readonly cache: boolean },
): number {
  let status = 0;
  for (const family of families.length === 0 ? [AF_INET] : families) {
    if (family === AF_INET) {
      if (what.fib) status |= listRoutes(proc, what.columns, what.numeric);
      if (what.cache) status |= listCache(proc, what.columns);
    } else if (family === AF_INET6) {
      if (what.fib) status |= listRoutes6(proc, what.numeric, false);
      if (what.cache) status |= listRoutes6(proc, what.numeric, true);
    } else {
      proc.err(ABSENT.get(family) ?? `Address family not supported by this kernel.\n`);
      status = 1;
    }
  }
  return status;
}

/** Changes a table. @returns the exit status */
async function change(
  proc: Process,
  families: readonly number[],
  words: readonly string[],
  cache: boolean,
): Promise<number> {
  const six = families[0] === AF_INET6;
  const usage = six ? INET6_ROUTE_USAGE : INET_ROUTE_USAGE;
  const name = six ? 'inet6' : 'inet';
  const [action, ...rest] = words;
  if (action === 'flush') {
    proc.err(`Flushing \`${name}' routing table not supported\n${usage}`);
    return 3;
  }
  if (cache) {
    proc.err(`Modifying \`${name}' routing cache not supported\n${usage}`);
    return 3;
  }
  const what = action === 'add' ? 'add' : 'del';
  return six ? setInet6Route(proc, what, rest) : setInetRoute(proc, what, rest);
}

export const routeMain: Program = async (proc) => {
  const families: number[] = [];
  let extended = 0;
  let numeric = false;
  let fib = false;
  let cache = false;
  let help = false;
  // These two words only look like options.
  const args = proc.argv.slice(1).map((a) => (a === '-net' || a === '-host' ? `#${a.slice(1)}` : a));
  const { options, operands } = getopt(proc.argv[0] ?? 'route', args, 'A:eCFhnN64Vv?', LONG);
  for (const { opt, arg, error } of options) {
    if (error !== '') {
      proc.err(`${error}\n`);
      help = true;
      break;
    }
    let words = '';
    if (opt.startsWith('=')) words = addFamilies(families, opt.slice(1));
    else if (opt === 'A') words = addFamilies(families, arg!);
    else if (opt === '4') words = addFamilies(families, 'inet');
    else if (opt === '6') words = addFamilies(families, 'inet6');
    else if (opt === 'e') extended++;
    else if (opt === 'n') numeric = true;
    else if (opt === 'C') cache = true;
    else if (opt === 'F') fib = true;
    else if (opt === 'V') {
      proc.out(VERSION + FEATURES);
      return 0;
    } else if (opt !== 'v' && opt !== 'N') help = true;
    if (words !== '') {
      proc.err(words);
      return 1;
    }
  }
  if (help) {
    if (families[0] === AF_INET6) proc.out(INET6_ROUTE_USAGE);
    else if (families[0] === AF_INET) proc.out(INET_ROUTE_USAGE);
    else {
      proc.out(ROUTE_USAGE);
      proc.err(ROUTE_FAMILIES);
    }
    return 0;
  }
  if (operands.length === 0) {
    const columns: RouteColumns = extended === 0 ? 'metric' : extended === 1 ? 'mss' : 'all';
    return showRoutes(proc, families, { columns, numeric, fib: fib || !cache, cache });
  }
  if (!['add', 'del', 'delete', 'flush'].includes(operands[0]!)) {
    proc.err(ROUTE_USAGE + ROUTE_FAMILIES);
    return 3;
  }
  return change(proc, families, operands, cache);
};
