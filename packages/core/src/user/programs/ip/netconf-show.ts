/** `ip netconf`: how devices forward. @see ip-netconf(8), ip/ipnetconf.c */
import type { NetconfMessage } from '../../../netlink/netconf.ts';
import { NETCONFA_IFINDEX_ALL, NETCONFA_IFINDEX_DEFAULT } from '../../../uapi/rtnetlink.ts';
import { AF_UNSPEC } from '../../../uapi/socket.ts';
import type { Context } from './context.ts';
import { Row } from './json.ts';
import { netconfText, RP_FILTER } from './netconf.ts';
import { Args, familyName, IpExit, matches } from './parse.ts';

const USAGE = 'Usage: ip netconf show [ dev STRING ]\n';

async function row(ctx: Context, m: NetconfMessage): Promise<Row> {
  const a = m.attrs;
  const out = new Row();
  out.say(await netconfText(ctx, m, false));
  out.json('family', familyName(m.family));
  if (a.ifindex !== undefined) {
    const name =
      a.ifindex === NETCONFA_IFINDEX_ALL
        ? 'all'
        : a.ifindex === NETCONFA_IFINDEX_DEFAULT
          ? 'default'
          : await ctx.links.name(a.ifindex);
    out.json('interface', name);
  }
  const onOff = (key: string, v: number | undefined): void => {
    if (v !== undefined) out.json(key, v !== 0);
  };
  onOff('forwarding', a.forwarding);
  if (a.rpFilter !== undefined) out.json('rp_filter', RP_FILTER[a.rpFilter] ?? 'unknown mode');
  onOff('mc_forwarding', a.mcForwarding);
  onOff('proxy_neigh', a.proxyNeigh);
  onOff('ignore_routes_with_linkdown', a.ignoreRoutesWithLinkdown);
  return out;
}

async function show(ctx: Context, words: readonly string[]): Promise<number> {
  let index = 0;
  for (const args = new Args(words); args.i < words.length; args.i++) {
    if (!args.is('dev')) continue;
    const name = args.next();
    index = await ctx.links.index(name);
    if (index === 0) throw new IpExit(1, `Device "${name}" does not exist.\n`);
  }
  const { client } = ctx.rt;
  if (index !== 0 && ctx.family !== AF_UNSPEC) {
    // One device of one family is asked for by itself, and printed as text whatever the options say.
    const m = await client.netconf.query({ family: ctx.family, attrs: { ifindex: index } });
    ctx.out(await netconfText(ctx, m, false));
    return 0;
  }
  const found = await client.netconf.dump({ family: ctx.family });
  const rows: Row[] = [];
  for (const m of found) if (index === 0 || m.attrs.ifindex === index) rows.push(await row(ctx, m));
  await ctx.print(rows);
  return 0;
}

export async function doNetconf(ctx: Context, words: readonly string[]): Promise<number> {
  const [word, ...rest] = words;
  if (word === undefined) return show(ctx, []);
  if (matches(word, 'show') || matches(word, 'lst') || matches(word, 'list')) return show(ctx, rest);
  if (matches(word, 'help')) throw new IpExit(255, USAGE);
  throw new IpExit(255, `Command "${word}" is unknown, try "ip netconf help".\n`);
}
