/** /proc/net: the namespace in the kernel's oldest tables. */
import { formatMac } from '../../lib/address.ts';
import { toHex } from '../../lib/bytes.ts';
import { NUD_NOARP, NUD_PERMANENT } from '../../uapi/neighbour.ts';
import type { Net } from '../core/net.ts';
import type { NetDevice } from '../core/net-device.ts';
import type { IcmpMib, IpMib } from '../ipv4/snmp.ts';
import { kernelIpv4, netIpv4 } from '../ipv4/netns.ts';
import { NUD_VALID } from '../neigh/state.ts';
import { fixedDir, readFile, type ViewDir, type ViewNode } from './node.ts';

/** The directory as a namespace has it. */
export function procNetDir(net: Net): ViewDir {
  const file = (text: () => string): (() => ViewNode) => () => readFile(text);
  return fixedDir(
    new Map<string, () => ViewNode>([
      ['arp', file(() => arp(net))],
      ['dev', file(() => devTable(net))],
      ['dev_mcast', file(() => devMcast(net))],
      ['snmp', file(() => snmp(net))],
    ]),
  );
}

/** @see net/core/net-procfs.c:dev_seq_show */
function devTable(net: Net): string {
  const rows = [...net.devs.values()].map(({ name, stats: s }) => {
    const rx = [s.rxBytes, s.rxPackets, s.rxErrors, s.rxDropped, 0, 0, 0, s.multicast];
    const tx = [s.txBytes, s.txPackets, s.txErrors, s.txDropped, 0, s.collisions, 0, 0];
    const widths = [7, 7, 4, 4, 4, 5, 10, 9];
    const txWidths = [8, 7, 4, 4, 4, 5, 7, 10];
    const cells = (v: number[], w: number[]): string => v.map((n, i) => String(n).padStart(w[i]!)).join(' ');
    return `${name.padStart(6)}: ${cells(rx, widths)} ${cells(tx, txWidths)}\n`;
  });
  return (
    'Inter-|   Receive                                                |  Transmit\n' +
    ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n' +
    rows.join('')
  );
}

/** @see net/core/net-procfs.c:dev_mc_seq_show */
function devMcast(net: Net): string {
  const line = (dev: NetDevice): string =>
    dev.mc.map((m) => `${String(dev.ifindex).padEnd(4)} ${dev.name.padEnd(15)} ${String(m.users).padEnd(5)} 0     ${toHex(m.addr)}\n`).join('');
  return [...net.devs.values()].map(line).join('');
}

/** ATF_* of the flags column. @see include/uapi/linux/if_arp.h */
const ATF_COM = 2;
const ATF_PERM = 4;

/** @see net/ipv4/arp.c:arp_format_neigh_entry */
function arp(net: Net): string {
  const { arpTbl } = kernelIpv4(net.kernel);
  const rows: string[] = [];
  for (const n of [...net.devs.values()].flatMap((dev) => [...arpTbl.of(dev)])) {
    if ((n.nudState & ~NUD_NOARP) === 0) continue;
    const flags = (n.nudState & NUD_PERMANENT) !== 0 ? ATF_PERM | ATF_COM : (n.nudState & NUD_VALID) !== 0 ? ATF_COM : 0;
    const ip = [...n.primaryKey].join('.').padEnd(16);
    rows.push(`${ip} 0x${n.dev.type.toString(16).padEnd(10)}0x${flags.toString(16).padEnd(10)}${formatMac(n.ha, 0, n.dev.addrLen)}     *        ${n.dev.name}\n`);
  }
  return `IP address       HW type     Flags       HW address            Mask     Device\n${rows.join('')}`;
}

const IP_NAMES: readonly (keyof IpMib)[] = [
  'InReceives', 'InHdrErrors', 'InAddrErrors', 'ForwDatagrams', 'InUnknownProtos', 'InDiscards', 'InDelivers', 'OutRequests',
  'OutDiscards', 'OutNoRoutes', 'ReasmTimeout', 'ReasmReqds', 'ReasmOKs', 'ReasmFails', 'FragOKs', 'FragFails', 'FragCreates', 'OutTransmits',
];
const ICMP_TYPES: readonly (readonly [string, number])[] = [
  ['DestUnreachs', 3], ['TimeExcds', 11], ['ParmProbs', 12], ['SrcQuenchs', 4], ['Redirects', 5], ['Echos', 8], ['EchoReps', 0],
  ['Timestamps', 13], ['TimestampReps', 14], ['AddrMasks', 17], ['AddrMaskReps', 18],
];

const table = (name: string, rows: readonly (readonly [string, number])[]): string =>
  `${name}: ${rows.map((r) => r[0]).join(' ')}\n${name}: ${rows.map((r) => r[1]).join(' ')}\n`;

/** @see net/ipv4/proc.c:snmp_seq_show */
function snmp(net: Net): string {
  const v4 = netIpv4(net);
  const { ip, icmp, udp } = v4;
  return (
    table('Ip', [
      ['Forwarding', v4.sysctl.ip_forward === 0 ? 2 : 1],
      ['DefaultTTL', v4.sysctl.ip_default_ttl],
      ...IP_NAMES.map((n) => [n, ip[n]] as const),
    ]) +
    table('Icmp', icmpRows(icmp)) +
    table('Udp', Object.entries(udp) as [string, number][])
  );
}

function icmpRows(m: IcmpMib): (readonly [string, number])[] {
  return [
    ['InMsgs', m.InMsgs],
    ['InErrors', m.InErrors],
    ['InCsumErrors', m.InCsumErrors],
    ...ICMP_TYPES.map(([n, t]) => [`In${n}`, m.inType.get(t) ?? 0] as const),
    ['OutMsgs', m.OutMsgs],
    ['OutErrors', m.OutErrors],
    ['OutRateLimitGlobal', m.OutRateLimitGlobal],
    ['OutRateLimitHost', m.OutRateLimitHost],
    ...ICMP_TYPES.map(([n, t]) => [`Out${n}`, m.outType.get(t) ?? 0] as const),
  ];
}
