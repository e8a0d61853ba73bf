/** How a device's forwarding settings read. @see ip/ipnetconf.c:print_netconf */
import type { NetconfMessage } from '../../../netlink/netconf.ts';
import { NETCONFA_IFINDEX_ALL, NETCONFA_IFINDEX_DEFAULT } from '../../../uapi/rtnetlink.ts';
import type { Context } from './context.ts';
import { familyName } from './parse.ts';

export const RP_FILTER: readonly string[] = ['off', 'strict', 'loose'];

export async function netconfText(ctx: Context, m: NetconfMessage, deleted: boolean): Promise<string> {
  const a = m.attrs;
  let text = `${deleted ? 'Deleted ' : ''}${familyName(m.family)} `;
  if (a.ifindex === NETCONFA_IFINDEX_ALL) text += 'all ';
  else if (a.ifindex === NETCONFA_IFINDEX_DEFAULT) text += 'default ';
  else if (a.ifindex !== undefined) text += `${await ctx.links.name(a.ifindex)} `;
  const onOff = (word: string, v: number | undefined): string =>
    v === undefined ? '' : `${word} ${v === 0 ? 'off' : 'on'} `;
  text += onOff('forwarding', a.forwarding);
  if (a.rpFilter !== undefined) text += `rp_filter ${RP_FILTER[a.rpFilter] ?? 'unknown mode'} `;
  text += onOff('mc_forwarding', a.mcForwarding);
  text += onOff('proxy_neigh', a.proxyNeigh);
  return `${text}${onOff('ignore_routes_with_linkdown', a.ignoreRoutesWithLinkdown)}\n`;
}
