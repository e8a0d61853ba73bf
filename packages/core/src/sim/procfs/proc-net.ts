/** /proc/net: the namespace in the kernel's oldest tables. */
import { formatMac } from '../../lib/address.ts';
import { toHex } from '../../lib/bytes.ts';
import { ATF_PERM, ATF_PUBL } from '../../uapi/if-arp.ts';
import { NUD_NOARP } from '../../uapi/neighbour.ts';
import type { Net } from '../core/net.ts';
import type { NetDevice } from '../core/net-device.ts';
import { arpStateToFlags } from '../ipv4/arp-ioctl.ts';
import { inDevGet } from '../ipv4/in-device.ts';
import { kernelIpv4 } from '../ipv4/netns.ts';
import { in6DevGet } from '../ipv6/inet6-dev.ts';
import { fixedDir, readFile, type ViewDir, type ViewNode } from './node.ts';
import { ifInet6, ipv6Route, route } from './proc-net-route.ts';
import { devSnmp6Dir, netstat, snmp, snmp6, sockstat, sockstat6 } from './proc-net-mib.ts';
import {
  icmp6Table,
  icmpTable,
  netlinkTable,
  packetTable,
  ptype,
  raw6Table,
  rawTable,
  tcp6Table,
  tcpTable,
  udp6Table,
  udplite6Table,
  udpliteTable,
  udpTable,
  unixTable,
} from './proc-net-sock.ts';

/**
 * The directory as a namespace has it.
 * Differs from Linux: tables of what is not simulated (netfilter) and of the kernel's inner life (fib_trie, protocols) are absent.
 */
export function procNetDir(net: Net): ViewDir {
  const file =
    (text: () => string): (() => ViewNode) =>
    () =>
      readFile(text);
  return fixedDir(
    new Map<string, () => ViewNode>([
      ['anycast6', file(() => anycast6(net))],
      ['arp', file(() => arp(net))],
      ['dev', file(() => devTable(net))],
      ['dev_mcast', file(() => devMcast(net))],
      ['dev_snmp6', () => devSnmp6Dir(net)],
      ['icmp', file(() => icmpTable(net))],
      ['icmp6', file(() => icmp6Table(net))],
      ['if_inet6', file(() => ifInet6(net))],
      ['igmp', file(() => igmp(net))],
      ['igmp6', file(() => igmp6(net))],
      ['ipv6_route', file(() => ipv6Route(net))],
      ['netlink', file(() => netlinkTable(net))],
      ['netstat', file(() => netstat(net))],
      ['packet', file(() => packetTable(net))],
      ['ptype', file(() => ptype(net))],
      ['raw', file(() => rawTable(net))],
      ['raw6', file(() => raw6Table(net))],
      ['route', file(() => route(net))],
      ['snmp', file(() => snmp(net))],
      ['snmp6', file(() => snmp6(net))],
      ['sockstat', file(() => sockstat(net))],
      ['sockstat6', file(() => sockstat6(net))],
      ['tcp', file(tcpTable)],
      ['tcp6', file(tcp6Table)],
      ['udp', file(() => udpTable(net))],
      ['udp6', file(() => udp6Table(net))],
      ['udplite', file(udpliteTable)],
      ['udplite6', file(udplite6Table)],
      ['unix', file(unixTable)],
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
    dev.mc
      .map(
        (m) =>
          `${String(dev.ifindex).padEnd(4)} ${dev.name.padEnd(15)} ${String(m.users).padEnd(5)} ${m.global === true ? 1 : 0}     ${toHex(m.addr)}\n`,
      )
      .join('');
  return [...net.devs.values()].map(line).join('');
}

/** @see net/ipv4/arp.c:arp_format_neigh_entry, arp_format_pneigh_entry */
function arp(net: Net): string {
  const { arpTbl } = kernelIpv4(net.kernel);
  const row = (key: Uint8Array, type: number, flags: number, ha: string, dev: string): string =>
    `${[...key].join('.').padEnd(16)} 0x${type.toString(16).padEnd(10)}0x${flags.toString(16).padEnd(10)}${ha}     *        ${dev}\n`;
  const rows: string[] = [];
  for (const n of [...net.devs.values()].flatMap((dev) => [...arpTbl.of(dev)])) {
    if ((n.nudState & ~NUD_NOARP) === 0) continue;
    rows.push(row(n.primaryKey, n.dev.type, arpStateToFlags(n), formatMac(n.ha, 0, n.dev.addrLen), n.dev.name));
  }
  for (const p of arpTbl.proxies)
    if (p.net === net)
      rows.push(row(p.key, p.dev?.type ?? 0, ATF_PUBL | ATF_PERM, '00:00:00:00:00:00', p.dev?.name ?? '*'));
  return `IP address       HW type     Flags       HW address            Mask     Device\n${rows.join('')}`;
}

/** A 32-bit number in network order as a little-endian machine prints it. */
const be32Text = (v: number): string =>
  [v & 255, (v >>> 8) & 255, (v >>> 16) & 255, v >>> 24]
    .map((b) => b.toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase();

/**
 * Differs from Linux: no reports are sent and no queriers heard, so timers do not run and no group has a reporter.
 * @see net/ipv4/igmp.c:igmp_mc_seq_show
 */
function igmp(net: Net): string {
  let text = 'Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n';
  for (const dev of net.devs.values()) {
    const list = inDevGet(dev)?.mcList ?? [];
    if (list.length === 0) continue;
    text += `${dev.ifindex}\t${dev.name.padEnd(10)}: ${String(list.length).padStart(5)} ${'V3'.padStart(7)}\n`;
    for (const m of list) text += `\t\t\t\t${be32Text(m.group)} ${String(m.users).padStart(5)} 0:00000000\t\t0\n`;
  }
  return text;
}

// Flags of the table. @see MAF_LOADED, MAF_NOREPORT
const MAF_LOADED = 4;
const MAF_NOREPORT = 8;

/** @see net/ipv6/mcast.c:igmp6_mc_seq_show */
function igmp6(net: Net): string {
  const rows: string[] = [];
  for (const dev of net.devs.values()) {
    for (const mc of in6DevGet(dev)?.mcList ?? []) {
      const hex = toHex(mc.addr);
      const scope = mc.addr[1]! & 15;
      const quiet = scope < 2 || hex === 'ff020000000000000000000000000001';
      const flags = (scope >= 2 && mc.flags !== 0 ? MAF_LOADED : 0) | (quiet ? MAF_NOREPORT : 0);
      const flagText = flags.toString(16).toUpperCase().padStart(8, '0');
      rows.push(
        `${String(dev.ifindex).padEnd(4)} ${dev.name.padEnd(15)} ${hex} ${String(mc.users).padStart(5)} ${flagText} 0\n`,
      );
    }
  }
  return rows.join('');
}

/** @see net/ipv6/anycast.c:ac6_seq_show */
function anycast6(net: Net): string {
  const rows: string[] = [];
  for (const dev of net.devs.values()) {
    for (const ac of in6DevGet(dev)?.acList ?? [])
      rows.push(
        `${String(dev.ifindex).padEnd(4)} ${dev.name.padEnd(15)} ${toHex(ac.addr)} ${String(ac.users).padStart(5)}\n`,
      );
  }
  return rows.join('');
}
