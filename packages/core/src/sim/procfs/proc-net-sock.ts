/**
 * Open sockets in /proc/net.
 * Differs from Linux: the kernel's own netlink sockets are not listed; the column of the bucket is the port or protocol, that of the address of the socket its inode number.
 */
import { toHex } from '../../lib/bytes.ts';
import { ETH_P_ALL, ETH_P_ARP, ETH_P_IP, ETH_P_IPV6 } from '../../uapi/if-ether.ts';
import type { Net } from '../core/net.ts';
import { netlinkSocks } from '../transport/af-netlink.ts';
import type { Inet6Sock } from '../transport/inet6-sock.ts';
import type { InetSock } from '../transport/inet-sock.ts';
import { packetSocks } from '../transport/packet.ts';
import { pingSocks } from '../transport/ping.ts';
import { ping6Socks } from '../transport/ping6.ts';
import { rawSocks } from '../transport/raw.ts';
import { raw6Socks } from '../transport/raw6.ts';
import { udpSocks } from '../transport/udp.ts';
import { udp6Socks } from '../transport/udp6.ts';

const TCP_ESTABLISHED = 1;
const TCP_CLOSE = 7;
const WIDTH = 127;

const hex = (v: number, n: number): string => (v >>> 0).toString(16).toUpperCase().padStart(n, '0');
/** An address as a little-endian machine prints its number. */
const swapped = (v: number): string =>
  hex(((v & 255) << 24) | ((v & 0xff00) << 8) | ((v >>> 8) & 0xff00) | (v >>> 24), 8);
const pointer = (ino: number): string => ino.toString(16).padStart(16, '0');

const COLUMNS = 'st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops';
const HEAD = `local_address rem_address   ${COLUMNS}`;
const HEAD6 = `  sl  local_address                         remote_address                        ${COLUMNS}\n`;

/** What follows the addresses. */
function rest(sk: InetSock | Inet6Sock): string {
  const state = hex(sk.connected ? TCP_ESTABLISHED : TCP_CLOSE, 2);
  return `${state} 00000000:${hex(sk.rmem, 8)} 00:00000000 00000000     0        0 ${sk.ino} 2 ${pointer(sk.ino)} ${sk.drops}`;
}

function row4(sk: InetSock, bucketWidth: number): string {
  const local = `${swapped(sk.rcvSaddr)}:${hex(sk.sport, 4)}`;
  return `${String(sk.sport).padStart(bucketWidth)}: ${local} ${swapped(sk.daddr)}:${hex(sk.dport, 4)} ${rest(sk)}`;
}

/** As chains are listed: those that came last stand in front. */
const newestFirst = <T>(socks: Iterable<T>): T[] => [...socks].reverse();

const padded = (head: string, socks: Iterable<InetSock>): string =>
  [head, ...[...socks].map((sk) => row4(sk, 5))].map((r) => `${r.padEnd(WIDTH)}\n`).join('');

/** @see net/ipv4/udp.c:udp4_seq_show */
export const udpTable = (net: Net): string => padded(`   sl  ${HEAD}`, udpSocks(net));
/** @see net/ipv4/ping.c:ping_v4_seq_show */
export const icmpTable = (net: Net): string => padded(`  sl  ${HEAD}`, pingSocks(net));
/** @see net/ipv4/raw.c:raw_seq_show */
export const rawTable = (net: Net): string =>
  `  sl  ${HEAD}\n${newestFirst(rawSocks(net))
    .map((sk) => `${row4(sk, 4)}\n`)
    .join('')}`;

/** What there is none of: TCP, UDP-Lite and UNIX sockets. */
export const tcpTable = (): string =>
  `${'  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'.padEnd(149)}\n`;
export const tcp6Table = (): string =>
  '  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
export const udpliteTable = (): string => padded(`   sl  ${HEAD}`, []);
export const udplite6Table = (): string => HEAD6;
export const unixTable = (): string => 'Num       RefCount Protocol Flags    Type St Inode Path\n';

/** Four numbers of a little-endian machine. */
function address6(a: Uint8Array): string {
  let text = '';
  for (let i = 0; i < 16; i += 4) text += toHex(a.slice(i, i + 4).reverse());
  return text.toUpperCase();
}

/** @see net/ipv6/datagram.c:__ip6_dgram_sock_seq_show */
function table6(socks: Iterable<Inet6Sock>, num: (sk: Inet6Sock) => number = (sk) => sk.sport): string {
  const row = (sk: Inet6Sock): string =>
    `${String(num(sk)).padStart(5)}: ${address6(sk.rcvSaddr)}:${hex(num(sk), 4)} ${address6(sk.daddr)}:${hex(sk.dport, 4)} ${rest(sk)}\n`;
  return HEAD6 + [...socks].map(row).join('');
}

export const udp6Table = (net: Net): string => table6(udp6Socks(net));
export const raw6Table = (net: Net): string => table6(newestFirst(raw6Socks(net)), (sk) => sk.protocol);
export const icmp6Table = (net: Net): string => table6(ping6Socks(net));

/** @see net/packet/af_packet.c:packet_seq_show */
export function packetTable(net: Net): string {
  const row = (sk: ReturnType<typeof packetSocks>[number]): string =>
    `${pointer(sk.ino)} ${'3'.padEnd(6)} ${String(sk.type).padEnd(4)} ${hex(sk.num, 4).toLowerCase()}   ${String(Math.max(0, sk.ifindex)).padEnd(5)} ${sk.running ? 1 : 0} ` +
    `${String(sk.rmem).padEnd(6)} ${'0'.padEnd(6)} ${String(sk.ino).padEnd(6)}\n`;
  return `sk               RefCnt Type Proto  Iface R Rmem   User   Inode\n${packetSocks(net).map(row).join('')}`;
}

/** @see net/netlink/af_netlink.c:netlink_native_seq_show */
export function netlinkTable(net: Net): string {
  const rows = netlinkSocks(net).map((sk) => {
    let groups = 0;
    for (const g of sk.groups) if (g <= 32) groups |= 1 << (g - 1);
    return (
      `${pointer(sk.ino)} ${String(sk.protocol).padEnd(3)} ${String(sk.portid >>> 0).padEnd(10)} ${hex(groups, 8).toLowerCase()} ` +
      `${String(sk.rmem).padEnd(8)} ${'0'.padEnd(8)} ${'0'.padEnd(5)} ${'2'.padEnd(8)} ${'0'.padEnd(8)} ${String(sk.ino).padEnd(8)}\n`
    );
  });
  return `sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n${rows.join('')}`;
}

const HANDLERS: Readonly<Record<number, string>> = {
  [ETH_P_IP]: 'ip_rcv',
  [ETH_P_ARP]: 'arp_rcv',
  [ETH_P_IPV6]: 'ipv6_rcv',
};

/** Who is shown which packets. @see net/core/net-procfs.c:ptype_seq_show */
export function ptype(net: Net): string {
  const row = (type: number, dev: string, handler: string): string =>
    `${type === ETH_P_ALL ? 'ALL ' : hex(type, 4).toLowerCase()} ${dev.padEnd(8)} ${handler}\n`;
  const taps = net.ptypeAll.map((t) => row(t.protocol, t.dev?.name ?? '', 'packet_rcv'));
  const protocols = [...net.kernel.ptypes.keys()]
    .sort((a, b) => a - b)
    .map((type) => row(type, '', HANDLERS[type] ?? 'packet_rcv'));
  return `Type Device      Function\n${taps.join('')}${protocols.join('')}`;
}
