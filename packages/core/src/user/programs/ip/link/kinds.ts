/** Kinds of devices: which can be asked for, and what their own options are. */
import type { IflaAttrs, Ifinfomsg, LinkInfo } from '../../../../netlink/link.ts';
import type { Args } from '../parse.ts';
import type { Context } from '../context.ts';
import { VETH_USAGE } from '../usage.ts';

/** Options of a kind, read from where `args` stands to their end; `undefined` when it has none to send. */
export type KindParser = (
  ctx: Context,
  args: Args,
  general: (args: Args) => Promise<PeerLink>,
) => Promise<LinkInfo['data'] | undefined>;

/** A device described by the general options, such as the far end of a veth. */
export type PeerLink = Partial<Ifinfomsg> & { attrs: IflaAttrs };

/** iproute2 knows these; they take options that Warren does not send. */
const WITH_OPTIONS: readonly string[] = [
  'amt',
  'bareudp',
  'bond',
  'bond_slave',
  'bridge',
  'bridge_slave',
  'dsa',
  'erspan',
  'geneve',
  'gre',
  'gretap',
  'gtp',
  'ip6erspan',
  'ip6gre',
  'ip6gretap',
  'ip6tnl',
  'ipip',
  'ipoib',
  'ipvlan',
  'ipvtap',
  'macsec',
  'macvlan',
  'macvtap',
  'rmnet',
  'sit',
  'vlan',
  'vrf',
  'vti',
  'vxcan',
  'vxlan',
  'wwan',
  'xfrm',
];

/** Kinds without options whose `help` iproute2 has words for. */
const PLAIN_HELP: readonly string[] = ['dummy', 'ifb', 'nlmon', 'vcan', 'netdevsim', 'team', 'team_slave', 'virt_wifi'];

/** Whether iproute2 has a parser for the kind, be it for no option at all. */
export const isKnownKind = (kind: string): boolean =>
  kind === 'veth' || takesOptions(kind) || PLAIN_HELP.includes(kind);

export const takesOptions = (kind: string): boolean => WITH_OPTIONS.includes(kind);

/** What `ip link help KIND` prints, undefined for a kind without words of its own here. */
export function linkTypeHelp(kind: string): string | undefined {
  if (kind === 'veth') return VETH_USAGE;
  if (PLAIN_HELP.includes(kind)) return `Usage: ... ${kind}\n`;
  return undefined;
}

/** The parser of a kind's options, undefined for kinds without. */
export const parserOf = (kind: string): KindParser | undefined => (kind === 'veth' ? parseVeth : undefined);

const parseVeth: KindParser = async (ctx, args, general) => {
  if (!args.is('peer')) {
    ctx.out(VETH_USAGE);
    return Promise.reject(new KindRefused());
  }
  args.i++;
  return { peer: await general(args) };
};

/** The kind's parser printed why the words are wrong: status 1. */
export class KindRefused extends Error {}
