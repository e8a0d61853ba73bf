/** Devices and aliases as `ifconfig` and `netstat -i` find and print them. @see lib/interface.c of net-tools */
import { formatIpv4 } from '../../../lib/address.ts';
import { be32, le16, le32 } from '../../../lib/bytes.ts';
import { ARPHRD_LOOPBACK } from '../../../uapi/if-arp.ts';
import * as iff from '../../../uapi/if.ts';
import { AF_INET, SOCK_DGRAM } from '../../../uapi/socket.ts';
import * as sio from '../../../uapi/sockios.ts';
import type { Socket, SystemError } from '../../../syscall/index.ts';
import type { Process } from '../../process/types.ts';
import { formatIpv6 } from '../../../lib/address.ts';
import { etherText, hardwareByType } from './hw.ts';
import { column, IFR_DATA, ifreq, ifrName, putSin, readLines, shortAt, tryIoctl } from './io.ts';
import { plainHex } from './resolve.ts';

/** Sixteen counters of /proc/net/dev. */
export interface Statistics {
  readonly rx: readonly number[];
  readonly tx: readonly number[];
}

export interface Interface {
  readonly name: string;
  /** A short with its sign. */
  flags: number;
  mtu: number;
  txqueuelen: number;
  /** ARPHRD_* and the address. */
  type: number;
  hwaddr: Uint8Array;
  /** Null when the device has no IPv4 address of this name. */
  address: number | null;
  netmask: number;
  broadcast: number;
  destination: number;
  stats: Statistics | null;
}

/** In which order names are listed: by what stands before a number at the end, then by number; aliases after their device. */
function sortKey(name: string): readonly [string, number, number] {
  const m = /^(.*?)(\d*)(?::(\d+))?$/s.exec(name)!;
  return [m[1]!, m[2] === '' ? -1 : Number(m[2]), m[3] === undefined ? -1 : Number(m[3])];
}

export function compareNames(a: string, b: string): number {
  const ka = sortKey(a);
  const kb = sortKey(b);
  if (ka[0] !== kb[0]) return ka[0] < kb[0] ? -1 : 1;
  return ka[1] - kb[1] || ka[2] - kb[2];
}

/** The counters of each device. */
export function readDevTable(proc: Process): Map<string, Statistics> {
  const found = new Map<string, Statistics>();
  for (const line of (readLines(proc, '/proc/net/dev') ?? []).slice(2)) {
    const colon = line.lastIndexOf(':');
    const values = line
      .slice(colon + 1)
      .trim()
      .split(/\s+/)
      .map(Number);
    found.set(line.slice(0, colon).trim(), { rx: values.slice(0, 8), tx: values.slice(8, 16) });
  }
  return found;
}

/** The kernel's interfaces, through one socket. */
export class Interfaces {
  readonly proc: Process;
  readonly socket: Socket;

  constructor(proc: Process) {
    this.proc = proc;
    this.socket = proc.socket(AF_INET, SOCK_DGRAM, 0);
  }

  /** Names of all devices and aliases, sorted. */
  names(): string[] {
    const names = new Set(readDevTable(this.proc).keys());
    const buffer = new Uint8Array(this.socket.ioctl(sio.SIOCGIFCONF, new Uint8Array(0)));
    const used = this.socket.ioctl(sio.SIOCGIFCONF, buffer);
    for (let o = 0; o < used; o += 40) names.add(ifrName(buffer, o));
    return [...names].sort(compareNames);
  }

  #ask(name: string, request: number): Uint8Array | SystemError {
    const arg = ifreq(name);
    return tryIoctl(this.socket, request, arg) ?? arg;
  }

  #number(name: string, request: number): number {
    const arg = this.#ask(name, request);
    return arg instanceof Uint8Array ? le32(arg, IFR_DATA) : 0;
  }

  /** The address of a request; 0 when there is none. */
  #address(name: string, request: number): number | null {
    const arg = ifreq(name);
    putSin(arg, IFR_DATA, 0);
    return tryIoctl(this.socket, request, arg) === null ? be32(arg, IFR_DATA + 4) : null;
  }

  /** All there is to know about one. @returns null when there is no such device. @see if_fetch */
  fetch(name: string): Interface | null {
    const flags = this.#ask(name, sio.SIOCGIFFLAGS);
    if (!(flags instanceof Uint8Array)) return null;
    const hw = this.#ask(name, sio.SIOCGIFHWADDR);
    const address = this.#address(name, sio.SIOCGIFADDR);
    return {
      name,
      flags: shortAt(flags, IFR_DATA),
      mtu: this.#number(name, sio.SIOCGIFMTU),
      txqueuelen: this.#number(name, sio.SIOCGIFTXQLEN),
      type: hw instanceof Uint8Array ? le16(hw, IFR_DATA) : ARPHRD_LOOPBACK,
      hwaddr: hw instanceof Uint8Array ? hw.slice(IFR_DATA + 2, IFR_DATA + 16) : new Uint8Array(14),
      address,
      netmask: this.#address(name, sio.SIOCGIFNETMASK) ?? 0,
      broadcast: this.#address(name, sio.SIOCGIFBRDADDR) ?? 0,
      destination: this.#address(name, sio.SIOCGIFDSTADDR) ?? 0,
      stats: readDevTable(this.proc).get(name) ?? null,
    };
  }
}

const FLAG_NAMES: readonly (readonly [number, string])[] = [
  [iff.IFF_UP, 'UP'],
  [iff.IFF_BROADCAST, 'BROADCAST'],
  [iff.IFF_DEBUG, 'DEBUG'],
  [iff.IFF_LOOPBACK, 'LOOPBACK'],
  [iff.IFF_POINTOPOINT, 'POINTOPOINT'],
  [iff.IFF_NOTRAILERS, 'NOTRAILERS'],
  [iff.IFF_RUNNING, 'RUNNING'],
  [iff.IFF_NOARP, 'NOARP'],
  [iff.IFF_PROMISC, 'PROMISC'],
  [iff.IFF_ALLMULTI, 'ALLMULTI'],
  [iff.IFF_SLAVE, 'SLAVE'],
  [iff.IFF_MASTER, 'MASTER'],
  [iff.IFF_MULTICAST, 'MULTICAST'],
  [iff.IFF_DYNAMIC, 'DYNAMIC'],
];

/** Bytes with a unit and one decimal place, cut off. */
function human(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let i = 0;
  let size = 1;
  while (i + 1 < units.length && bytes > size * 1024) {
    size *= 1024;
    i++;
  }
  const tenths = Math.floor((bytes * 10) / size);
  return `${Math.floor(tenths / 10)}.${tenths % 10} ${units[i]}`;
}

const SCOPES: ReadonlyMap<number, string> = new Map([
  [0, 'global'],
  [0x10, 'host'],
  [0x20, 'link'],
  [0x40, 'site'],
  [0x80, 'compat,global'],
]);

/** The IPv6 addresses of a device. */
function inet6Lines(proc: Process, name: string): string {
  let text = '';
  for (const line of readLines(proc, '/proc/net/if_inet6') ?? []) {
    const [addr = '', , plen = '', scope = '', , dev] = line.trim().split(/\s+/);
    if (dev !== name) continue;
    const s = Number.parseInt(scope, 16);
    text += `        inet6 ${formatIpv6(plainHex(addr))}  prefixlen ${Number.parseInt(plen, 16)}  scopeid 0x${s.toString(16)}<${SCOPES.get(s & 0xf0) ?? 'unknown'}>\n`;
  }
  return text;
}

function hardwareLine(i: Interface): string {
  const hw = hardwareByType(i.type);
  const queue = `  txqueuelen ${i.txqueuelen}`;
  if (hw?.name === 'ether') return `        ether ${etherText(i.hwaddr)}${queue}  (Ethernet)\n`;
  if (hw?.name === 'loop') return `        loop${queue}  (Local Loopback)\n`;
  const bytes = [...i.hwaddr, 0, 0].map((v) => v.toString(16).toUpperCase().padStart(2, '0')).join('-');
  return `        unspec ${bytes}${queue}  (UNSPEC)\n`;
}

/** @see ife_print_long */
export function longText(proc: Process, i: Interface): string {
  const names = FLAG_NAMES.filter(([bit]) => (i.flags & bit) !== 0).map(([, name]) => name);
  let text = `${i.name}: flags=${i.flags}<${names.join(',')}>  mtu ${i.mtu}\n`;
  if (i.address !== null) {
    text += `        inet ${formatIpv4(i.address)}  netmask ${formatIpv4(i.netmask)}`;
    if ((i.flags & iff.IFF_BROADCAST) !== 0) text += `  broadcast ${formatIpv4(i.broadcast)}`;
    if ((i.flags & iff.IFF_POINTOPOINT) !== 0) text += `  destination ${formatIpv4(i.destination)}`;
    text += '\n';
  }
  text += inet6Lines(proc, i.name) + hardwareLine(i);
  if (i.stats !== null) {
    const { rx, tx } = i.stats;
    text += `        RX packets ${rx[1]}  bytes ${rx[0]} (${human(rx[0]!)})\n`;
    if (rx[6] !== 0) text += `        RX compressed:${rx[6]}\n`;
    text += `        RX errors ${rx[2]}  dropped ${rx[3]}  overruns ${rx[4]}  frame ${rx[5]}\n`;
    text += `        TX packets ${tx[1]}  bytes ${tx[0]} (${human(tx[0]!)})\n`;
    text += `        TX errors ${tx[2]}  dropped ${tx[3]} overruns ${tx[4]}  carrier ${tx[6]}  collisions ${tx[5]}\n`;
  }
  return `${text}\n`;
}

const LETTERS: readonly (readonly [number, string])[] = [
  [iff.IFF_ALLMULTI, 'A'],
  [iff.IFF_BROADCAST, 'B'],
  [iff.IFF_DEBUG, 'D'],
  [iff.IFF_LOOPBACK, 'L'],
  [iff.IFF_MULTICAST, 'M'],
  [iff.IFF_DYNAMIC, 'd'],
  [iff.IFF_PROMISC, 'P'],
  [iff.IFF_NOTRAILERS, 'N'],
  [iff.IFF_NOARP, 'O'],
  [iff.IFF_POINTOPOINT, 'P'],
  [iff.IFF_SLAVE, 's'],
  [iff.IFF_MASTER, 'm'],
  [iff.IFF_RUNNING, 'R'],
  [iff.IFF_UP, 'U'],
];

/** @see ife_print_short */
export function shortText(i: Interface): string {
  const letters = LETTERS.filter(([bit]) => (i.flags & bit) !== 0).map(([, l]) => l);
  const head = `${column(i.name, 15)} ${String(i.mtu).padStart(5)} `;
  const flags = i.flags === 0 ? '[NO FLAGS]' : letters.join('');
  if (i.stats === null) return `${head}     - no statistics available -                        ${flags}\n`;
  const { rx, tx } = i.stats;
  const cells = (v: readonly number[], widths: readonly number[]): string =>
    widths.map((w, k) => String(v[k + 1]).padStart(w)).join(' ');
  return `${head}${cells(rx, [8, 6, 6])} ${String(rx[4]).padEnd(6)} ${cells(tx, [8, 6, 6, 6])} ${flags}\n`;
}
