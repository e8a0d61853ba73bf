/** Routing tables as `route` and `netstat -r` show them. @see lib/inet_gr.c, lib/inet6_gr.c of net-tools */
import {
  RTF_ADDRCONF,
  RTF_ALLONLINK,
  RTF_CACHE,
  RTF_DEFAULT,
  RTF_DYNAMIC,
  RTF_EXPIRES,
  RTF_FLOW,
  RTF_GATEWAY,
  RTF_HOST,
  RTF_LOCAL,
  RTF_MODIFIED,
  RTF_NONEXTHOP,
  RTF_POLICY,
  RTF_REINSTATE,
  RTF_REJECT,
  RTF_UP,
} from '../../../uapi/ip.ts';
import type { Process } from '../../process/types.ts';
import { column, readLines } from './io.ts';
import { host6Name, hostName, networkName, plainHex, procIpv4 } from './resolve.ts';

/** What a table shows of each route besides its ends. */
export type RouteColumns = 'metric' | 'mss' | 'all';

const COLUMNS: Readonly<Record<RouteColumns, string>> = {
  metric: 'Flags Metric Ref    Use Iface',
  mss: 'Flags   MSS Window  irtt Iface',
  all: 'Flags Metric Ref    Use Iface    MSS   Window irtt',
};

/** The flags of an IPv4 route: letters in this order; rejecting ones are `!` alone. */
const LETTERS: readonly (readonly [number, string])[] = [
  [RTF_GATEWAY, 'G'],
  [RTF_REJECT, '!'],
  [RTF_HOST, 'H'],
  [RTF_REINSTATE, 'R'],
  [RTF_DYNAMIC, 'D'],
  [RTF_MODIFIED, 'M'],
  [RTF_DEFAULT, 'd'],
  [RTF_ALLONLINK, 'a'],
  [RTF_ADDRCONF, 'c'],
  [RTF_NONEXTHOP, 'o'],
];

/** A line of /proc/net/route. @see rprint_fib */
function routeLine(proc: Process, line: string, show: RouteColumns, numeric: boolean): string | null {
  const f = line.trim().split(/\s+/);
  if (f.length < 11) return null;
  const [iface = '', dstHex = '', gwHex = '', flagHex = '', ref, use, metric, maskHex = '', mss, window, irtt] = f;
  const flags = Number.parseInt(flagHex, 16);
  const rejects = (flags & RTF_REJECT) !== 0;
  if ((flags & RTF_UP) === 0 && !rejects) return null;
  const dst = procIpv4(dstHex);
  const mask = procIpv4(maskHex);
  const gateway = procIpv4(gwHex);
  let letters = 'U';
  if (rejects) letters = '!';
  else for (const [bit, letter] of LETTERS) if ((flags & bit) !== 0) letters += letter;
  const name = networkName(proc, dst, mask, numeric);
  const via = rejects ? '-' : hostName(proc, gateway, numeric || gateway === 0);
  const dash = (v: string | undefined): string => (rejects ? '-' : v!);
  const dev = rejects ? '-' : iface;
  const metrics = `${metric!.padEnd(6)} ${dash(ref).padEnd(2)} ${use!.padStart(7)}`;
  const head = `${column(name, 15)} ${column(via, 15)} ${column(hostName(proc, mask, true), 15)} ${letters.padEnd(6)}`;
  switch (show) {
    case 'metric':
      return `${head}${metrics} ${dev}\n`;
    case 'mss':
      return `${head}${dash(mss).padStart(5)} ${dash(window).padEnd(5)} ${dash(irtt).padStart(6)} ${dev}\n`;
    default:
      return `${head}${metrics} ${dev.padEnd(8)} ${dash(mss).padEnd(5)} ${dash(window).padEnd(6)} ${dash(irtt)}\n`;
  }
}

/** The IPv4 table. @returns status. @see rprint_fib */
export function listRoutes(proc: Process, show: RouteColumns, numeric: boolean): number {
  const lines = readLines(proc, '/proc/net/route');
  if (lines === null) {
    proc.err('INET (IPv4) not configured in this system.\n');
    return 1;
  }
  proc.out(`Kernel IP routing table\nDestination     Gateway         Genmask         ${COLUMNS[show]}\n`);
  for (const line of lines.slice(1)) {
    const text = routeLine(proc, line, show, numeric);
    if (text !== null) proc.out(text);
  }
  return 0;
}

/** What is left of the cache of routes that Linux had up to 3.6: its headline. @see rprint_cache */
export function listCache(proc: Process, show: RouteColumns): number {
  proc.out('Kernel IP routing cache\n');
  const columns =
    show === 'metric'
      ? COLUMNS.metric
      : show === 'mss'
        ? 'Flags   MSS Window  irtt Iface'
        : 'Flags Metric Ref    Use Iface    MSS   Window irtt  TOS HHRef HHUptod     SpecDst';
  proc.out(`Source          Destination     Gateway         ${columns}\n`);
  return 0;
}

/** Letters of an IPv6 route, in order. */
const LETTERS6: readonly (readonly [number, string])[] = [
  [RTF_GATEWAY, 'G'],
  [RTF_HOST, 'H'],
  [RTF_DEFAULT, 'D'],
  [RTF_ADDRCONF, 'A'],
  [RTF_CACHE, 'C'],
  [RTF_ALLONLINK, 'a'],
  [RTF_EXPIRES, 'e'],
  [RTF_MODIFIED, 'm'],
  [RTF_NONEXTHOP, 'n'],
  [RTF_FLOW, 'f'],
  [RTF_POLICY, 'p'],
];

/** A line of /proc/net/ipv6_route. @param cache whether cached routes are shown, or the others */
function route6Line(proc: Process, line: string, numeric: boolean, cache: boolean): string | null {
  const f = line.trim().split(/\s+/);
  if (f.length < 10) return null;
  const [dstHex = '', dstLen = '', , , gwHex = '', metric = '', ref = '', use = '', flagHex = '', iface = ''] = f;
  const flags = Number.parseInt(flagHex, 16);
  if (((flags & RTF_CACHE) !== 0) !== cache) return null;
  const rejects = (flags & RTF_REJECT) !== 0;
  if ((flags & RTF_UP) === 0 && !rejects) return null;
  let letters = rejects ? '!' : 'U';
  for (const [bit, letter] of LETTERS6) if ((flags & bit) !== 0) letters += letter;
  if ((flags & RTF_LOCAL) !== 0 && !letters.includes('n')) letters += 'n';
  const number = (hex: string): number => Number.parseInt(hex, 16);
  const dst = `${host6Name(proc, plainHex(dstHex), numeric)}/${number(dstLen)}`;
  const via = host6Name(proc, plainHex(gwHex), numeric);
  return (
    `${dst.padEnd(30)} ${via.padEnd(26)} ${letters.padEnd(4)} ${String(number(metric) | 0).padEnd(3)} ` +
    `${String(number(ref)).padEnd(1)}${String(number(use)).padStart(7)} ${iface}\n`
  );
}

/** The IPv6 table, or its cache. @see inet6_rprint_fib */
export function listRoutes6(proc: Process, numeric: boolean, cache: boolean): number {
  const lines = readLines(proc, '/proc/net/ipv6_route');
  if (lines === null) {
    proc.err('INET6 (IPv6) not configured in this system.\n');
    return 1;
  }
  proc.out(cache ? 'Kernel IPv6 routing cache\n' : 'Kernel IPv6 routing table\n');
  proc.out('Destination                    Next Hop                   Flag Met Ref  Use If\n');
  for (const line of lines) {
    const text = route6Line(proc, line, numeric, cache);
    if (text !== null) proc.out(text);
  }
  return 0;
}
