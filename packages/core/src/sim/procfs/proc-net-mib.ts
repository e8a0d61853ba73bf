/** Counters in /proc/net. */
import type { Net } from '../core/net.ts';
import { ipFragUse } from '../ipv4/ip-fragment.ts';
import { netIpv4 } from '../ipv4/netns.ts';
import { type IcmpMib, IpMib } from '../ipv4/snmp.ts';
import { in6DevGet } from '../ipv6/inet6-dev.ts';
import { netIpv6 } from '../ipv6/netns6.ts';
import { ip6FragUse } from '../ipv6/reassembly6.ts';
import { IP6_MIB_NAMES, type Ip6Mib } from '../ipv6/snmp6.ts';
import { netlinkSocks } from '../transport/af-netlink.ts';
import { packetSocks } from '../transport/packet.ts';
import { pingSocks } from '../transport/ping.ts';
import { ping6Socks } from '../transport/ping6.ts';
import { rawSocks } from '../transport/raw.ts';
import { raw6Socks } from '../transport/raw6.ts';
import { udpSocks } from '../transport/udp.ts';
import { udp6Socks } from '../transport/udp6.ts';
import { readFile, type ViewDir } from './node.ts';
import { MPTCP_EXT, TCP_EXT } from './tcp-mib-names.ts';

type Row = readonly [name: string, value: number];

/** Counters of `Ip:`; those after them are `IpExt:`. */
const IP_COUNT = 18;
const ICMP_TYPES: readonly Row[] = [
  ['DestUnreachs', 3],
  ['TimeExcds', 11],
  ['ParmProbs', 12],
  ['SrcQuenchs', 4],
  ['Redirects', 5],
  ['Echos', 8],
  ['EchoReps', 0],
  ['Timestamps', 13],
  ['TimestampReps', 14],
  ['AddrMasks', 17],
  ['AddrMaskReps', 18],
];

const table = (name: string, rows: readonly Row[]): string =>
  `${name}: ${rows.map((r) => r[0]).join(' ')}\n${name}: ${rows.map((r) => r[1]).join(' ')}\n`;

const ipRows = (ip: IpMib): Row[] => (Object.keys(ip) as (keyof IpMib)[]).map((name) => [name, ip[name]]);

/** TCP's constants, and counters of what never happens here. */
const TCP: readonly Row[] = [
  ['RtoAlgorithm', 1],
  ['RtoMin', 200],
  ['RtoMax', 120_000],
  ['MaxConn', -1],
  ...[
    'ActiveOpens',
    'PassiveOpens',
    'AttemptFails',
    'EstabResets',
    'CurrEstab',
    'InSegs',
    'OutSegs',
    'RetransSegs',
    'InErrs',
    'OutRsts',
    'InCsumErrors',
  ].map((name): Row => [name, 0]),
];
const zeros = (names: readonly string[]): Row[] => names.map((name) => [name, 0]);

/** Differs from Linux: as there are no TCP and UDP-Lite, their counters stay at 0. @see net/ipv4/proc.c:snmp_seq_show */
export function snmp(net: Net): string {
  const v4 = netIpv4(net);
  const { ip, icmp, udp } = v4;
  return (
    table('Ip', [
      ['Forwarding', v4.sysctl.ip_forward === 0 ? 2 : 1],
      ['DefaultTTL', v4.sysctl.ip_default_ttl],
      ...ipRows(ip).slice(0, IP_COUNT),
    ]) +
    table('Icmp', icmpRows(icmp)) +
    icmpMsg(icmp) +
    table('Tcp', TCP) +
    table('Udp', Object.entries(udp) as [string, number][]) +
    table('UdpLite', zeros(Object.keys(udp)))
  );
}

/** @see net/ipv4/proc.c:netstat_seq_show */
export const netstat = (net: Net): string =>
  table('TcpExt', zeros(TCP_EXT)) +
  table('IpExt', ipRows(netIpv4(net).ip).slice(IP_COUNT)) +
  table('MPTcpExt', zeros(MPTCP_EXT));

function icmpRows(m: IcmpMib): Row[] {
  return [
    ['InMsgs', m.InMsgs],
    ['InErrors', m.InErrors],
    ['InCsumErrors', m.InCsumErrors],
    ...ICMP_TYPES.map(([n, t]): Row => [`In${n}`, m.inType.get(t) ?? 0]),
    ['OutMsgs', m.OutMsgs],
    ['OutErrors', m.OutErrors],
    ['OutRateLimitGlobal', m.OutRateLimitGlobal],
    ['OutRateLimitHost', m.OutRateLimitHost],
    ...ICMP_TYPES.map(([n, t]): Row => [`Out${n}`, m.outType.get(t) ?? 0]),
  ];
}

const byType = (name: string, counts: ReadonlyMap<number, number>): Row[] =>
  [...counts]
    .filter(([, n]) => n !== 0)
    .sort(([a], [b]) => a - b)
    .map(([type, n]) => [`${name}${type}`, n]);

/** Sixteen types a line. @see icmpmsg_put */
function icmpMsg(m: IcmpMib): string {
  const rows = [...byType('InType', m.inType), ...byType('OutType', m.outType)];
  let text = '';
  for (let i = 0; i < rows.length; i += 16) text += table('IcmpMsg', rows.slice(i, i + 16));
  return text;
}

/** Places in the counters of IPv6, in the order of the file. @see snmp6_ipstats_list */
const IP6_ORDER = [
  1, 7, 8, 9, 10, 11, 12, 13, 3, 4, 5, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 2, 6, 27, 28, 29, 30, 32, 33, 34, 35,
  37,
];
const ICMP6_NAMES = [
  'Icmp6InMsgs',
  'Icmp6InErrors',
  'Icmp6OutMsgs',
  'Icmp6OutErrors',
  'Icmp6InCsumErrors',
  'Icmp6OutRateLimitHost',
];
const ICMP6_TYPES: readonly Row[] = [
  ['DestUnreachs', 1],
  ['PktTooBigs', 2],
  ['TimeExcds', 3],
  ['ParmProblems', 4],
  ['Echos', 128],
  ['EchoReplies', 129],
  ['GroupMembQueries', 130],
  ['GroupMembResponses', 131],
  ['GroupMembReductions', 132],
  ['RouterSolicits', 133],
  ['RouterAdvertisements', 134],
  ['NeighborSolicits', 135],
  ['NeighborAdvertisements', 136],
  ['Redirects', 137],
  ['MLDv2Reports', 143],
];

const lines = (rows: readonly Row[]): string => rows.map(([name, v]) => `${name.padEnd(32)}\t${v}\n`).join('');

/** @param rates whether errors held back are counted: for a namespace only */
const mib6 = (m: Ip6Mib, rates: boolean): string =>
  lines([
    ...IP6_ORDER.map((i): Row => [IP6_MIB_NAMES[i]!, m.ip[i]!]),
    ...ICMP6_NAMES.slice(0, rates ? 6 : 5).map((name, i): Row => [name, m.icmp[i + 1]!]),
    ...ICMP6_TYPES.map(([n, t]): Row => [`Icmp6In${n}`, m.icmpInType.get(t) ?? 0]),
    ...ICMP6_TYPES.map(([n, t]): Row => [`Icmp6Out${n}`, m.icmpOutType.get(t) ?? 0]),
    ...byType('Icmp6InType', m.icmpInType),
    ...byType('Icmp6OutType', m.icmpOutType),
  ]);

/** @see net/ipv6/proc.c:snmp6_seq_show */
export function snmp6(net: Net): string {
  const v6 = netIpv6(net);
  const udp = Object.entries(v6.udp) as [string, number][];
  const lite = udp.filter(([name]) => name !== 'IgnoredMulti');
  return (
    mib6(v6.mib, true) +
    lines([...udp.map(([name, v]): Row => [`Udp6${name}`, v]), ...lite.map(([name]): Row => [`UdpLite6${name}`, 0])])
  );
}

/** A file for each device that has IPv6. @see snmp6_dev_seq_show */
export function devSnmp6Dir(net: Net): ViewDir {
  return {
    kind: 'viewdir',
    mode: 0o555,
    names: () => [...net.devs.values()].filter((dev) => in6DevGet(dev) !== null).map((dev) => dev.name),
    get: (name) => {
      const dev = net.names.get(name);
      const idev = dev === undefined || dev.name !== name ? null : in6DevGet(dev);
      return idev === null ? null : readFile(() => lines([['ifIndex', idev.dev.ifindex]]) + mib6(idev.mib, false));
    },
  };
}

const count = (socks: Iterable<unknown>): number => [...socks].length;

/** @see net/ipv4/proc.c:sockstat_seq_show */
export function sockstat(net: Net): string {
  const lists = [
    udpSocks(net),
    udp6Socks(net),
    rawSocks(net),
    raw6Socks(net),
    pingSocks(net),
    ping6Socks(net),
    packetSocks(net),
    netlinkSocks(net),
  ];
  const frag = ipFragUse(net);
  return (
    `sockets: used ${lists.reduce((n, l) => n + count(l), 0)}\n` +
    'TCP: inuse 0 orphan 0 tw 0 alloc 0 mem 0\n' +
    `UDP: inuse ${count(udpSocks(net))} mem 0\n` +
    'UDPLITE: inuse 0\n' +
    `RAW: inuse ${count(rawSocks(net))}\n` +
    `FRAG: inuse ${frag.queues} memory ${frag.mem}\n`
  );
}

/** @see net/ipv6/proc.c:sockstat6_seq_show */
export function sockstat6(net: Net): string {
  const frag = ip6FragUse(net);
  return `TCP6: inuse 0\nUDP6: inuse ${count(udp6Socks(net))}\nUDPLITE6: inuse 0\nRAW6: inuse ${count(raw6Socks(net))}\nFRAG6: inuse ${frag.queues} memory ${frag.mem}\n`;
}
