/** `ip address show` and `flush`. */
import { NetlinkError, type AddrMessage, type LinkMessage } from '../../../../netlink/index.ts';
import { IFF_UP } from '../../../../uapi/if.ts';
import { AF_PACKET, AF_UNSPEC } from '../../../../uapi/socket.ts';
import type { Context } from '../context.ts';
import { Row, type Json } from '../json.ts';
import { IpError } from '../parse.ts';
import { linkPasses } from '../link/show.ts';
import { printLink } from '../link/print.ts';
import { printStats } from '../link/stats.ts';
import { addrMatches, linkHasAddrs, onlyPrimary, parseFilter, type AddrFilter } from './filter.ts';
import { printAddr } from './print.ts';

async function printSelected(
  ctx: Context,
  row: Row,
  f: AddrFilter,
  link: LinkMessage,
  addrs: readonly AddrMessage[],
): Promise<void> {
  const info: Json[] = [];
  row.json('addr_info', info);
  for (const a of addrs) {
    if (a.index !== link.index || (f.family !== AF_UNSPEC && f.family !== a.family)) continue;
    if (f.up && (link.flags & IFF_UP) === 0) continue;
    const inner = new Row();
    if (await addrMatches(ctx, f, a)) await printAddr(ctx, inner, a, ctx.options.oneline);
    info.push(inner.record);
    row.say(inner.text);
  }
  if (ctx.options.brief) row.say('\n');
}

export async function showAddrs(ctx: Context, words: readonly string[]): Promise<number> {
  const f = await parseFilter(ctx, words);
  let links: LinkMessage[];
  if (f.ifindex !== 0) links = [await ctx.rt.link({ index: f.ifindex }, ctx.stats)];
  else {
    links = await ctx.rt.links(f.family, ctx.stats, {
      ...(f.master > 0 ? { master: f.master } : {}),
      ...(f.kind === null ? {} : { kind: f.kind }),
    });
  }
  for (const m of links) ctx.links.learn(m);
  let addrs: AddrMessage[] = [];
  if (f.family !== AF_PACKET) {
    addrs = await ctx.rt.client.addr.dump({ family: f.family, index: f.ifindex });
    const kept: LinkMessage[] = [];
    for (const m of links) if (await linkHasAddrs(ctx, f, m, addrs)) kept.push(m);
    links = kept;
  }
  const { brief, oneline } = ctx.options;
  const head = f.label === null && (brief || f.family === AF_PACKET || !oneline);
  const rows: Row[] = [];
  for (const m of links) {
    const row = new Row();
    rows.push(row);
    if (!linkPasses(m, f) && (head || f.label !== null)) continue;
    if (head) await printLink(ctx, row, m, { link: false, family: f.family });
    if (f.family !== AF_PACKET) await printSelected(ctx, row, f, m, addrs);
    if (head && !brief && ctx.stats) {
      printStats(ctx, row, m.attrs);
      row.say('\n');
    }
  }
  await ctx.print(rows);
  return 0;
}

export async function flushAddrs(ctx: Context, words: readonly string[]): Promise<number> {
  if (words.length === 0) throw new IpError(1, 'Flush requires arguments.\n');
  if (ctx.family === AF_PACKET) throw new IpError(1, 'Cannot flush link addresses.\n');
  const f = await parseFilter(ctx, words);
  const max = ctx.options.maxFlushLoops;
  let round = 0;
  const finished = (): number => {
    if (ctx.stats) {
      ctx.out(
        round === 0 ? 'Nothing to flush.\n' : `*** Flush is complete after ${round} round${round > 1 ? 's' : ''} ***\n`,
      );
    }
    return 0;
  };
  while (max === 0 || round < max) {
    const found: AddrMessage[] = [];
    for (const a of await ctx.rt.client.addr.dump({ family: f.family, index: f.ifindex })) {
      if (f.ifindex !== 0 && a.index !== f.ifindex) continue;
      if (f.family !== AF_UNSPEC && f.family !== a.family) continue;
      if (await addrMatches(ctx, f, a)) found.push(a);
    }
    if (found.length === 0) return finished();
    round++;
    for (const a of found) {
      if (ctx.options.stats > 1) {
        const row = new Row();
        await printAddr(ctx, row, a, true);
        ctx.out(row.text);
      }
    }
    for (const a of found) await deleteQuietly(ctx, a);
    if (ctx.stats) ctx.out(`\n*** Round ${round}, deleting ${found.length} addresses ***\n`);
    if (onlyPrimary(f)) return finished();
  }
  ctx.err(`*** Flush remains incomplete after ${max} rounds. ***\n`);
  return 1;
}

/** One that goes with another (a secondary with its primary) is already gone by then. */
async function deleteQuietly(ctx: Context, a: AddrMessage): Promise<void> {
  try {
    await ctx.rt.client.addr.remove(a);
  } catch (e) {
    if (!(e instanceof NetlinkError)) throw e;
  }
}
