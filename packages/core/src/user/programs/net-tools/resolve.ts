/** Names and numbers of hosts and networks, as net-tools look them up. @see lib/inet.c of net-tools */
import { formatIpv4, formatIpv6, parseIpv4Aton, parseIpv6 } from '../../../lib/address.ts';
import { AF_INET, AF_INET6 } from '../../../uapi/socket.ts';
import type { Process } from '../../process/types.ts';
import { EAI_AGAIN, getaddrinfo } from '../netdb/getaddrinfo.ts';
import { hostByAddress, readHosts } from '../netdb/hosts.ts';
import { readLines } from './io.ts';

/** What hstrerror(3) says. */
export const UNKNOWN_HOST = 'Unknown host';
const TRY_AGAIN = 'Host name lookup failure';

/** The networks of /etc/networks: name and number. */
function networks(proc: Process): { readonly name: string; readonly address: number }[] {
  const found: { name: string; address: number }[] = [];
  for (const line of readLines(proc, '/etc/networks') ?? []) {
    const [name, number, ...aliases] = line.replace(/#.*$/, '').trim().split(/\s+/);
    const address = number === undefined ? null : parseIpv4Aton(number);
    if (name === undefined || address === null) continue;
    for (const each of [name, ...aliases]) found.push({ name: each, address });
  }
  return found;
}

/** An address; `network` when its name is that of a network, `default` among them. */
export interface Resolved {
  readonly address: number;
  readonly network: boolean;
}

/**
 * The address of a host or network. @param hostFirst hosts before networks, and what fails is then always unknown
 * @returns words when there is none. @see INET_resolve
 */
export async function inetResolve(proc: Process, name: string, hostFirst = false): Promise<Resolved | string> {
  if (name === 'default') return { address: 0, network: true };
  const number = name === '' ? null : parseIpv4Aton(name);
  if (number !== null) return { address: number, network: false };
  const host = async (): Promise<number | string> => {
    if (/^[\d.]+$/.test(name)) return UNKNOWN_HOST;
    const found = await getaddrinfo(proc, name, AF_INET);
    if (typeof found === 'number') return found === EAI_AGAIN ? TRY_AGAIN : UNKNOWN_HOST;
    const [first] = found;
    return first?.family === AF_INET ? first.address : UNKNOWN_HOST;
  };
  if (hostFirst) {
    const found = await host();
    if (typeof found === 'number') return { address: found, network: false };
  }
  const net = networks(proc).find((n) => n.name.toLowerCase() === name.toLowerCase());
  if (net !== undefined) return { address: net.address, network: true };
  if (hostFirst) return UNKNOWN_HOST;
  const found = await host();
  return typeof found === 'number' ? { address: found, network: false } : found;
}

/** The name of a host, or its number. */
export const hostName = (proc: Process, address: number, numeric: boolean): string =>
  (numeric ? undefined : hostByAddress(readHosts(proc), address)?.name) ?? formatIpv4(address);

/** The name of a network, `default`, or the host when `mask` leaves bits or none; else the number. @see INET_rresolve */
export function networkName(proc: Process, address: number, mask: number, numeric: boolean): string {
  if (numeric) return formatIpv4(address);
  if (address === 0) return 'default';
  if ((address & ~mask) !== 0 || mask === 0xffffffff) return hostName(proc, address, false);
  return networks(proc).find((n) => n.address === address)?.name ?? formatIpv4(address);
}

/**
 * An IPv6 address, of names by /etc/hosts.
 * @returns the lines that say why there is none. @see INET6_resolve
 */
export async function inet6Resolve(proc: Process, name: string): Promise<Uint8Array | string> {
  const literal = parseIpv6(name);
  if (literal !== null) return literal;
  const found = await getaddrinfo(proc, name, AF_INET6);
  if (typeof found === 'number')
    return `getaddrinfo: ${name}: ${found}\n${name}: ${found === EAI_AGAIN ? TRY_AGAIN : UNKNOWN_HOST}\n`;
  const [first] = found;
  return first?.family === AF_INET6 ? first.address : `${name}: ${UNKNOWN_HOST}\n`;
}

/** The name of an IPv6 host; `[::]` for none. With `numeric` the address. @see INET6_rresolve */
export function host6Name(proc: Process, address: Uint8Array, numeric: boolean): string {
  if (numeric) return formatIpv6(address);
  if (address.every((b) => b === 0)) return '[::]';
  return hostByAddress(readHosts(proc), address)?.name ?? formatIpv6(address);
}

/** The port's name with the protocol, or its number; `*` for none. */
export function portName(proc: Process, port: number, protocol: string, numeric: boolean): string {
  if (port === 0) return '*';
  if (numeric) return String(port);
  for (const line of readLines(proc, '/etc/services') ?? []) {
    const [name, at] = line.replace(/#.*$/, '').split(/\s+/);
    if (at === `${port}/${protocol}`) return name!;
  }
  return String(port);
}

/** Reads four bytes of an address as /proc/net prints them: a number of a little-endian machine. */
export function procIpv4(hex: string): number {
  const v = Number.parseInt(hex, 16);
  return (((v & 255) << 24) | ((v & 0xff00) << 8) | ((v >>> 8) & 0xff00) | (v >>> 24)) >>> 0;
}

/** The same for sixteen bytes, four such numbers. */
export function procIpv6(hex: string): Uint8Array {
  const b = new Uint8Array(16);
  for (let i = 0; i < 4; i++) {
    const v = procIpv4(hex.slice(i * 8, i * 8 + 8));
    b[i * 4] = v >>> 24;
    b[i * 4 + 1] = v >>> 16;
    b[i * 4 + 2] = v >>> 8;
    b[i * 4 + 3] = v;
  }
  return b;
}

/** Bytes written as hex without separators. */
export function plainHex(hex: string): Uint8Array {
  const b = new Uint8Array(hex.length >> 1);
  for (let i = 0; i < b.length; i++) b[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return b;
}
