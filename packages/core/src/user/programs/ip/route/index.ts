/** `ip route`. @see ip-route(8), ip/iproute.c:do_iproute */
import { routeFamily } from '../../../../netlink/index.ts';
import { NLM_F_APPEND, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from '../../../../uapi/netlink.ts';
import { RTM_DELROUTE, RTM_NEWROUTE } from '../../../../uapi/rtnetlink.ts';
import type { Context } from '../context.ts';
import { readDump, restoreDump } from '../dump-file.ts';
import type { Row } from '../json.ts';
import { IpExit, matches } from '../parse.ts';
import { ROUTE_USAGE } from '../usage.ts';
import { modifyRoute } from './modify.ts';
import { routeRow } from './print.ts';
import { flushRoutes, getRoute, ROUTE_MAGIC, saveRoutes, showRoutes } from './show.ts';

async function showDump(ctx: Context): Promise<number> {
  const rows: Row[] = [];
  for (const m of await readDump(ctx, ROUTE_MAGIC, 1)) {
    const r = m.type === RTM_NEWROUTE || m.type === RTM_DELROUTE ? routeFamily.decode(m.payload) : undefined;
    if (r !== undefined) rows.push(await routeRow(ctx, r, {}, m.type === RTM_DELROUTE));
  }
  await ctx.print(rows);
  return 0;
}

export async function doRoute(ctx: Context, args: readonly string[]): Promise<number> {
  if (args.length === 0) return showRoutes(ctx, []);
  const word = args[0]!;
  const rest = args.slice(1);
  const like = (full: string): boolean => matches(word, full);
  if (like('list') || like('show') || like('lst')) return showRoutes(ctx, rest);
  if (like('get')) return getRoute(ctx, rest);
  if (like('add')) return modifyRoute(ctx, rest, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL);
  if (like('change') || word === 'chg') return modifyRoute(ctx, rest, RTM_NEWROUTE, NLM_F_REPLACE);
  if (like('replace')) return modifyRoute(ctx, rest, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE);
  if (like('prepend')) return modifyRoute(ctx, rest, RTM_NEWROUTE, NLM_F_CREATE);
  if (like('append')) return modifyRoute(ctx, rest, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_APPEND);
  if (like('test')) return modifyRoute(ctx, rest, RTM_NEWROUTE, NLM_F_EXCL);
  if (like('delete')) return modifyRoute(ctx, rest, RTM_DELROUTE, 0);
  if (like('flush')) return flushRoutes(ctx, rest);
  if (like('save')) return saveRoutes(ctx, rest);
  if (like('restore')) return restoreDump(ctx, ROUTE_MAGIC, RTM_NEWROUTE, 1);
  if (like('showdump')) return showDump(ctx);
  if (like('help')) throw new IpExit(255, ROUTE_USAGE);
  throw new IpExit(255, `Command "${word}" is unknown, try "ip route help".\n`);
}
