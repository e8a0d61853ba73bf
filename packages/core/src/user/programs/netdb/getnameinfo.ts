/** Addresses to names and to text. @see getnameinfo(3) */
import { formatIpv4, formatIpv6 } from '../../../lib/address.ts';
import type { Process } from '../../process/types.ts';
import { hostByAddress, readHosts } from './hosts.ts';
import { ifIndexToName } from './interfaces.ts';

/** An address as text, a link-local one with its link. @see getnameinfo(3) with NI_NUMERICHOST */
export async function numericHost(proc: Process, address: number | Uint8Array, scopeId = 0): Promise<string> {
  if (typeof address === 'number') return formatIpv4(address);
  const text = formatIpv6(address);
  return scopeId === 0 ? text : `${text}%${(await ifIndexToName(proc, scopeId)) ?? scopeId}`;
}

/** The name of an address, or null when nobody knows one. @see getnameinfo(3) with NI_NAMEREQD */
export async function hostName(proc: Process, address: number | Uint8Array): Promise<string | null> {
  return hostByAddress(readHosts(proc), address)?.name ?? null;
}
