/** Routes and addresses in /proc/net. */
import { ipv4Mask } from '../../lib/address.ts';
import { toHex } from '../../lib/bytes.ts';
import { RTF_NONEXTHOP } from '../../uapi/ip.ts';
import { RT_TABLE_MAIN, RTN_BROADCAST, RTN_MULTICAST, RTN_PROHIBIT, RTN_UNREACHABLE } from '../../uapi/rtnetlink.ts';
import type { Net } from '../core/net.ts';
import type { FibAlias, FibLeaf } from '../ipv4/fib-types.ts';
import { netIpv4 } from '../ipv4/netns.ts';
import { fib6Tables, fib6Walk } from '../ipv6/fib6-table.ts';
import { type Fib6Info, RTF_GATEWAY, RTF_REJECT, RTF_UP } from '../ipv6/fib6-types.ts';
import { in6DevGet } from '../ipv6/inet6-dev.ts';
import { netIpv6 } from '../ipv6/netns6.ts';

const RTF_HOST = 4;
const RTAX_WINDOW = 3;
const RTAX_RTT = 4;
const RTAX_ADVMSS = 8;
/** Lines are padded to this. */
const WIDTH = 127;

const hex = (v: number, n: number): string => (v >>> 0).toString(16).padStart(n, '0');
/** An address as a little-endian machine prints its number. */
const swapped = (v: number): string =>
  hex(((v & 255) << 24) | ((v & 0xff00) << 8) | ((v >>> 8) & 0xff00) | (v >>> 24), 8).toUpperCase();

/** The main table. @see net/ipv4/fib_trie.c:fib_route_seq_show */
export function route(net: Net): string {
  const table = netIpv4(net).tables.get(RT_TABLE_MAIN);
  const head = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT';
  const rows = [head];
  for (const { leaf, fa } of table?.routes() ?? [])
    if (fa.type !== RTN_BROADCAST && fa.type !== RTN_MULTICAST) rows.push(routeRow(leaf, fa));
  return rows.map((r) => `${r.padEnd(WIDTH)}\n`).join('');
}

function routeRow(leaf: FibLeaf, fa: FibAlias): string {
  const { fi } = fa;
  const nh = fi.nh[0];
  const mask = ipv4Mask(leaf.plen);
  let flags = RTF_UP;
  if (fa.type === RTN_UNREACHABLE || fa.type === RTN_PROHIBIT) flags |= RTF_REJECT;
  if (nh !== undefined && nh.gw4 !== 0) flags |= RTF_GATEWAY;
  if (leaf.plen === 32) flags |= RTF_HOST;
  const metric = (n: number): number => fi.metrics?.get(n) ?? 0;
  const advmss = metric(RTAX_ADVMSS);
  return [
    nh?.dev?.name ?? '*',
    swapped(leaf.key),
    swapped(nh?.gw4 ?? 0),
    hex(flags, 4).toUpperCase(),
    0,
    0,
    fi.priority | 0,
    swapped(mask),
    advmss === 0 ? 0 : advmss + 40,
    metric(RTAX_WINDOW),
    metric(RTAX_RTT) >>> 3,
  ].join('\t');
}

const NONE = '0'.repeat(32);

/**
 * All tables, and the refusal where there is no route.
 * Differs from Linux: the count of references is always 1.
 * @see net/ipv6/ip6_fib.c:ipv6_route_native_seq_show
 */
export function ipv6Route(net: Net): string {
  const row = (dst: string, plen: number, gw: string, metric: number, flags: number, dev: string): string =>
    `${dst} ${hex(plen, 2)} ${NONE} 00 ${gw} ${hex(metric, 8)} 00000001 00000000 ${hex(flags, 8)} ${dev.padStart(8)}\n`;
  const of = (rt: Fib6Info): string => {
    const flags =
      (rt.flags & RTF_REJECT) !== 0 ? rt.flags & ~RTF_UP : rt.nh.gw === null ? rt.flags : rt.flags | RTF_GATEWAY;
    return row(toHex(rt.dst), rt.plen, rt.nh.gw === null ? NONE : toHex(rt.nh.gw), rt.metric, flags, rt.nh.dev.name);
  };
  const none = row(NONE, 0, NONE, 0xffffffff, RTF_REJECT | RTF_NONEXTHOP, net.loopback?.name ?? 'lo');
  const { main, local } = netIpv6(net);
  const any = [...net.devs.values()].some((dev) => in6DevGet(dev) !== null);
  return any
    ? fib6Tables(net)
        .map((table) => {
          const rows = [...fib6Walk(table)];
          const rooted = rows.some((rt) => rt.plen === 0);
          return rows.map(of).join('') + ((table === main || table === local) && !rooted ? none : '');
        })
        .join('')
    : '';
}

/** @see net/ipv6/addrconf.c:if6_seq_show */
export function ifInet6(net: Net): string {
  const rows: string[] = [];
  for (const dev of net.devs.values()) {
    for (const ifp of in6DevGet(dev)?.addrList ?? []) {
      rows.push(
        `${toHex(ifp.addr)} ${hex(dev.ifindex, 2)} ${hex(ifp.prefixLen, 2)} ${hex(ifp.scope, 2)} ${hex(ifp.flags & 255, 2)} ${dev.name.padStart(8)}\n`,
      );
    }
  }
  return rows.join('');
}
