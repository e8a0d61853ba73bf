/** /etc/hosts: names and addresses. @see hosts(5), nss/nss_files/files-hosts.c */
import { parseIpv4, parseIpv6 } from '../../../lib/address.ts';
import { SystemError } from '../../../syscall/index.ts';
import type { Process } from '../../process/types.ts';

/** A line of the file. IPv4 addresses are numbers, IPv6 addresses 16 bytes. */
export interface HostEntry {
  readonly address: number | Uint8Array;
  readonly name: string;
  readonly aliases: readonly string[];
}

/** The lines of a hosts file that say something. */
export function parseHosts(text: string): HostEntry[] {
  const entries: HostEntry[] = [];
  for (const line of text.split('\n')) {
    const [first, name, ...aliases] = line.replace(/#.*$/, '').trim().split(/\s+/);
    if (first === undefined || name === undefined) continue;
    const address = parseIpv4(first) ?? parseIpv6(first);
    if (address !== null) entries.push({ address, name, aliases });
  }
  return entries;
}

/** What /etc/hosts holds for this process; nothing when it cannot be read. */
export function readHosts(proc: Process): HostEntry[] {
  try {
    return parseHosts(proc.fs.readText('/etc/hosts'));
  } catch (e) {
    if (e instanceof SystemError) return [];
    throw e;
  }
}

export const sameAddress = (a: number | Uint8Array, b: number | Uint8Array): boolean =>
  typeof a === 'number' || typeof b === 'number' ? a === b : a.every((v, i) => v === b[i]);

/** The entries with this name or alias, case ignored, in the file's order. */
export function hostsByName(entries: readonly HostEntry[], name: string): HostEntry[] {
  const wanted = name.toLowerCase();
  return entries.filter((e) => [e.name, ...e.aliases].some((n) => n.toLowerCase() === wanted));
}

/** The first name of an address, or null. */
export const hostByAddress = (entries: readonly HostEntry[], address: number | Uint8Array): HostEntry | null =>
  entries.find((e) => sameAddress(e.address, address)) ?? null;
