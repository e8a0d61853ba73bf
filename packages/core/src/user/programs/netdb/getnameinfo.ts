/** Addresses to names and to text. @see getnameinfo(3) */
import { formatIpv4, formatIpv6 } from '../../../lib/address.ts';
import { rdataText, reverseName, T_PTR } from '../../../wire/dns.ts';
import type { Process } from '../../process/types.ts';
import { hostByAddress, readHosts } from './hosts.ts';
import { ifIndexToName } from './interfaces.ts';
import { ownName } from './myhostname.ts';
import { hostSources } from './nsswitch.ts';
import { query, readResolvConf } from './resolver.ts';

/** An address as text, a link-local one with its link. @see getnameinfo(3) with NI_NUMERICHOST */
export async function numericHost(proc: Process, address: number | Uint8Array, scopeId = 0): Promise<string> {
  if (typeof address === 'number') return formatIpv4(address);
  const text = formatIpv6(address);
  return scopeId === 0 ? text : `${text}%${(await ifIndexToName(proc, scopeId)) ?? scopeId}`;
}

/** What a search for a name ended with: `again` when no name server could be asked. */
export interface NameFound {
  readonly name: string | null;
  readonly again: boolean;
}

/** Looks for the name of an address where nsswitch.conf says. */
export async function findHostName(proc: Process, address: number | Uint8Array): Promise<NameFound> {
  let again = false;
  for (const source of hostSources(proc)) {
    if (source === 'files') {
      const entry = hostByAddress(readHosts(proc), address);
      if (entry !== null) return { name: entry.name, again: false };
      continue;
    }
    if (source === 'myhostname') {
      const name = await ownName(proc, address);
      if (name !== null) return { name, again: false };
      continue;
    }
    const found = await query(proc, readResolvConf(proc), reverseName(address), [T_PTR]);
    again = found === 'again';
    const record = found === 'again' ? undefined : found[0]?.answer.find((r) => r.type === T_PTR);
    if (record !== undefined) return { name: rdataText(T_PTR, record.data).replace(/\.$/, ''), again: false };
  }
  return { name: null, again };
}

/** The name of an address, or null when nobody knows one. @see getnameinfo(3) with NI_NAMEREQD */
export const hostName = async (proc: Process, address: number | Uint8Array): Promise<string | null> =>
  (await findHostName(proc, address)).name;
