/** `ip route show`, `flush`, `save`, `get`. */
import {
  NetlinkError,
  routeFamily,
  type MessageInit,
  type RouteMessage,
  type RtaAttrs,
  type Rtmsg,
} from '../../../../netlink/index.ts';
import { AF_INET, AF_INET6, AF_UNSPEC } from '../../../../uapi/socket.ts';
import {
  RTM_F_CLONED,
  RTM_F_FIB_MATCH,
  RTM_F_LOOKUP_TABLE,
  RTM_F_NOTIFY,
  RTM_GETROUTE,
  RT_TABLE_MAIN,
} from '../../../../uapi/rtnetlink.ts';
import { IPPROTO_ICMP, IPPROTO_TCP, IPPROTO_UDP } from '../../../../uapi/in.ts';
import type { Context } from '../context.ts';
import { beginDump, saveDump } from '../dump-file.ts';
import { Args, getPrefix, getUnsigned, invarg, IpError, IpExit, nodev } from '../parse.ts';
import { netlinkWords } from '../rtnl.ts';
import { ROUTE_USAGE } from '../usage.ts';
import { hidden, parseRouteFilter, routePasses, tosNumber, vrfTable, type RouteFilter } from './filter.ts';
import { routeRow } from './print.ts';
import type { Row } from '../json.ts';

export const ROUTE_MAGIC = 0x45311224;

const request = (f: RouteFilter): MessageInit<Rtmsg, RtaAttrs> => ({
  family: f.family,
  protocol: f.proto ?? 0,
  flags: f.cloned ? RTM_F_CLONED : 0,
  attrs: {
    ...(f.table === 0 ? {} : { table: f.table }),
    ...(f.oif === null ? {} : { oif: f.oif }),
  },
});

/** @param flush its own words for a dump refused, and no table at all is an error then */
async function dump(ctx: Context, f: RouteFilter, flush = false): Promise<RouteMessage[]> {
  try {
    return await ctx.rt.client.route.dump(request(f));
  } catch (e) {
    if (!(e instanceof NetlinkError)) throw e;
    if (flush) throw new IpError(2, `${netlinkWords(e)}Flush terminated\n`);
    if (e.code === 'ENOENT' && f.table === RT_TABLE_MAIN) return []; // a namespace without any route has no tables
    ctx.printBroken();
    throw new IpError(2, `${netlinkWords(e)}Dump terminated\n`);
  }
}

export async function showRoutes(ctx: Context, words: readonly string[]): Promise<number> {
  const f = await parseRouteFilter(ctx, words);
  const rows: Row[] = [];
  for (const m of await dump(ctx, f)) {
    if (routePasses(m, f, ctx.family)) rows.push(await routeRow(ctx, m, hidden(f)));
  }
  await ctx.print(rows);
  return 0;
}

export async function saveRoutes(ctx: Context, words: readonly string[]): Promise<number> {
  beginDump(ctx, ROUTE_MAGIC);
  const f = await parseRouteFilter(ctx, words);
  return saveDump(ctx, RTM_GETROUTE, routeFamily.encode(request(f)), async (m) => {
    const r = routeFamily.decode(m.payload);
    return r !== undefined && routePasses(r, f, ctx.family);
  });
}

export async function flushRoutes(ctx: Context, words: readonly string[]): Promise<number> {
  if (words.length === 0) throw new IpError(1, '"ip route flush" requires arguments.\n');
  const f = await parseRouteFilter(ctx, words);
  if (f.cloned && f.family !== AF_INET6) {
    ctx.proc.fs.writeFile('/proc/sys/net/ipv4/route/flush', '-1');
    if (ctx.stats) ctx.out('*** IPv4 routing cache is flushed.\n');
    if (f.family === AF_INET) return 0;
  }
  for (let round = 0; ; round++) {
    const found = (await dump(ctx, f, true)).filter((m) => routePasses(m, f, ctx.family));
    if (found.length === 0) {
      if (ctx.stats) {
        ctx.out(
          round === 0
            ? 'Nothing to flush.\n'
            : `*** Flush is complete after ${round} round${round > 1 ? 's' : ''} ***\n`,
        );
      }
      return 0;
    }
    if (ctx.options.stats > 1) {
      for (const m of found) ctx.out((await routeRow(ctx, m, hidden(f))).text);
    }
    let gone = 0;
    for (const m of found) gone += await deleteQuietly(ctx, m);
    if (ctx.stats) ctx.out(`\n*** Round ${round + 1}, deleting ${found.length} entries ***\n`);
    if (gone === 0) return 2;
  }
}

/** @returns 1 when it is gone, 0 when the kernel kept it */
async function deleteQuietly(ctx: Context, m: RouteMessage): Promise<number> {
  try {
    await ctx.rt.client.route.remove(m);
    return 1;
  } catch (e) {
    if (!(e instanceof NetlinkError)) throw e;
    return e.code === 'ESRCH' ? 1 : 0;
  }
}

const PROTOCOLS: Readonly<Record<string, number>> = { tcp: IPPROTO_TCP, udp: IPPROTO_UDP, icmp: IPPROTO_ICMP };

/** `ip route get ADDRESS …`: the route a packet would take. @see iproute_get */
export async function getRoute(ctx: Context, words: readonly string[]): Promise<number> {
  const h: Partial<Rtmsg> = { family: ctx.family };
  const a: RtaAttrs = {};
  let idev: string | null = null;
  let odev: string | null = null;
  let fibmatch = false;
  let connected = false;
  let fromGiven = false;
  let found = false;
  const args = new Args(words);
  const family = (): number => h.family ?? AF_UNSPEC;
  for (; args.left > 0; args.i++) {
    if (args.is('tos') || args.like('dsfield')) {
      const word = args.next();
      h.tos = tosNumber(ctx, word) ?? invarg('TOS value is invalid\n', word);
    } else if (args.like('from')) {
      const word = args.next();
      if (args.like('help')) throw new IpExit(255, ROUTE_USAGE);
      const p = getPrefix(word, family());
      if (family() === AF_UNSPEC) h.family = p.family;
      if (p.bytes.length > 0) a.src = p.bytes;
      h.srcLen = p.bitlen;
      fromGiven = true;
    } else if (args.like('iif')) idev = args.next();
    else if (args.like('mark')) {
      const word = args.next();
      a.mark = getUnsigned(word) ?? invarg('invalid mark value', word);
    } else if (args.like('oif') || args.is('dev')) odev = args.next();
    else if (args.like('notify')) h.flags = (h.flags ?? 0) | RTM_F_NOTIFY;
    else if (args.like('connected')) connected = true;
    else if (args.like('vrf')) await vrfTable(ctx, args.next());
    else if (args.like('uid')) {
      const word = args.next();
      a.uid = getUnsigned(word) ?? invarg('invalid UID\n', word);
    } else if (args.like('fibmatch')) fibmatch = true;
    else if (args.like('sport') || args.like('dport')) {
      const key = args.like('sport') ? 'sport' : 'dport';
      const word = args.next();
      a[key] = getUnsigned(word, 0, 16) ?? invarg(`invalid ${key}\n`, word);
    } else if (args.like('ipproto')) {
      const word = args.next();
      a.ipProto = PROTOCOLS[word] ?? getUnsigned(word, 0, 8) ?? invarg('Invalid "ipproto" value\n', word);
    } else {
      if (args.is('to')) args.next();
      if (args.like('help')) throw new IpExit(255, ROUTE_USAGE);
      const p = getPrefix(args.word, family());
      if (family() === AF_UNSPEC) h.family = p.family;
      if (p.bytes.length > 0 && !p.unspecified) a.dst = p.bytes;
      h.dstLen = p.bitlen;
      const whole = family() === AF_INET ? 32 : family() === AF_INET6 ? 128 : p.bitlen;
      if (p.bitlen !== whole) {
        ctx.err(`Warning: /${p.bitlen} as prefix is invalid, only /${whole} (or none) is supported.\n`);
        h.dstLen = whole;
      }
      found = true;
    }
  }
  if (!found) throw new IpError(1, 'need at least a destination address\n');
  if (idev !== null) {
    a.iif = await ctx.links.index(idev);
    if (a.iif === 0) nodev(idev);
  }
  if (odev !== null) {
    a.oif = await ctx.links.index(odev);
    if (a.oif === 0) nodev(odev);
  }
  if (family() === AF_UNSPEC) h.family = AF_INET;
  if (family() === AF_INET) h.flags = (h.flags ?? 0) | RTM_F_LOOKUP_TABLE;
  if (fibmatch) h.flags = (h.flags ?? 0) | RTM_F_FIB_MATCH;
  const rows: Row[] = [];
  // `connected` asks twice: the kernel may have learned from the first time.
  for (let i = connected && !fromGiven ? 0 : 1; i < 2; i++) {
    const m = await ctx.rt.client.route.query({ ...h, attrs: a });
    rows.push(await routeRow(ctx, m, {}));
    if (i === 1 || m.attrs.prefsrc !== undefined || m.attrs.src !== undefined) continue;
    await ctx.print(rows);
    throw new IpError(1, 'Failed to connect the route\n');
  }
  await ctx.print(rows);
  return 0;
}
