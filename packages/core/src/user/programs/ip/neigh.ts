/** `ip neighbour`: the ARP and ND tables. @see ip-neighbour(8), ip/ipneigh.c */
import { neighFamily, NetlinkError, type NdaAttrs, type Ndmsg, type NeighMessage } from '../../../netlink/index.ts';
import { parseLlAddr } from '../../../lib/address.ts';
import { NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from '../../../uapi/netlink.ts';
import { RTM_DELNEIGH, RTM_NEWNEIGH } from '../../../uapi/rtnetlink.ts';
import {
  NTF_EXT_LEARNED,
  NTF_EXT_MANAGED,
  NTF_OFFLOADED,
  NTF_PROXY,
  NTF_ROUTER,
  NTF_USE,
  NUD_DELAY,
  NUD_FAILED,
  NUD_INCOMPLETE,
  NUD_NOARP,
  NUD_NONE,
  NUD_PERMANENT,
  NUD_PROBE,
  NUD_REACHABLE,
  NUD_STALE,
} from '../../../uapi/neighbour.ts';
import { AF_UNSPEC } from '../../../uapi/socket.ts';
import type { Context } from './context.ts';
import { Row, type Json } from './json.ts';
import { inPrefix } from './address/filter.ts';
import { linkAddress } from './link/print.ts';
import {
  Args,
  duparg,
  duparg2,
  getAddr,
  getPrefix,
  getUnsigned,
  invarg,
  IpError,
  IpExit,
  matches,
  nodev,
  type Prefix,
} from './parse.ts';
import { protoNumber } from './route/filter.ts';
import { netlinkWords } from './rtnl.ts';
import { NEIGH_USAGE } from './usage.ts';

const MAX_ROUNDS = 10;

/** In the order they are printed. */
const STATES: readonly (readonly [number, string])[] = [
  [NUD_INCOMPLETE, 'INCOMPLETE'],
  [NUD_REACHABLE, 'REACHABLE'],
  [NUD_STALE, 'STALE'],
  [NUD_DELAY, 'DELAY'],
  [NUD_PROBE, 'PROBE'],
  [NUD_FAILED, 'FAILED'],
  [NUD_NOARP, 'NOARP'],
  [NUD_PERMANENT, 'PERMANENT'],
];

/** A state by its (abbreviated) name or number. @see nud_state_a2n */
function stateNumber(word: string): number | null {
  if (matches(word, 'permanent')) return NUD_PERMANENT;
  if (matches(word, 'reachable')) return NUD_REACHABLE;
  if (word === 'noarp') return NUD_NOARP;
  if (word === 'none') return NUD_NONE;
  if (word === 'stale') return NUD_STALE;
  if (word === 'incomplete') return NUD_INCOMPLETE;
  if (word === 'delay') return NUD_DELAY;
  if (word === 'probe') return NUD_PROBE;
  if (matches(word, 'failed')) return NUD_FAILED;
  return getUnsigned(word, 0, 8);
}

/** One neighbour on a row of its own. */
export async function neighRow(ctx: Context, m: NeighMessage, showDev: boolean): Promise<Row> {
  const row = new Row();
  const a = m.attrs;
  const { brief } = ctx.options;
  if (a.dst !== undefined) {
    const dst = ctx.names.host(m.family, a.dst);
    row.put('dst', dst, `${dst.padEnd(brief ? 39 : 0)} `);
  }
  if (showDev && m.ifindex !== 0) {
    const dev = await ctx.links.name(m.ifindex);
    row.put('dev', dev, brief ? `${dev.padEnd(16)} ` : `dev ${dev} `);
  }
  if (a.lladdr !== undefined) {
    const text = linkAddress(a.lladdr, await ctx.links.type(m.ifindex));
    row.put('lladdr', text, brief ? text : `lladdr ${text} `);
  }
  if (brief) return row.say('\n');
  const flag = (bit: number, word: string): void => {
    if ((m.flags & bit) !== 0) row.put(word, null, `${word} `);
  };
  flag(NTF_ROUTER, 'router');
  flag(NTF_PROXY, 'proxy');
  flag(NTF_EXT_LEARNED, 'extern_learn');
  flag(NTF_OFFLOADED, 'offload');
  if (((a.flagsExt ?? 0) & NTF_EXT_MANAGED) !== 0) row.put('managed', null, 'managed ');
  if (ctx.stats) {
    const ci = a.cacheinfo;
    if (ci !== undefined) {
      if (ci.refcnt !== 0) row.put('refcnt', ci.refcnt, ` ref ${ci.refcnt}`);
      const [used, confirmed, updated] = [ci.used, ci.confirmed, ci.updated].map((t) => Math.trunc(t / 100));
      row.json('used', used!).json('confirmed', confirmed!).json('updated', updated!);
      row.say(` used ${used}/${confirmed}/${updated}`);
    }
    if (a.probes !== undefined) row.put('probes', a.probes, `probes ${a.probes} `);
  }
  if (m.state !== 0) {
    const words: Json[] = [];
    row.json('state', words);
    for (const [bit, word] of STATES) {
      if ((m.state & bit) === 0) continue;
      words.push(word);
      row.say(`${word} `);
    }
  }
  if (a.protocol !== undefined) {
    const proto = ctx.names.name('rt_protos', a.protocol);
    row.put('protocol', proto, `proto ${proto} `);
  }
  return row.say('\n');
}

interface NeighFilter {
  family: number;
  index: number;
  state: number;
  proxy: boolean;
  unused: boolean;
  proto: number | null;
  master: number;
  to: Prefix | null;
}

function passes(m: NeighMessage, f: NeighFilter): boolean {
  if (f.family !== AF_UNSPEC && f.family !== m.family) return false;
  if (f.index !== 0 && f.index !== m.ifindex) return false;
  const always = (m.flags & (NTF_PROXY | NTF_EXT_LEARNED)) !== 0;
  if ((f.state & m.state) === 0 && !always && (m.state !== 0 || (f.state & 0x100) === 0)) return false;
  if (f.proto !== null && m.attrs.protocol !== f.proto) return false;
  if (f.to !== null && f.to.family !== AF_UNSPEC && m.attrs.dst !== undefined && !inPrefix(f.to, m.attrs.dst))
    return false;
  return !f.unused || (m.attrs.cacheinfo?.refcnt ?? 0) === 0;
}

async function parseNeighFilter(ctx: Context, words: readonly string[], flush: boolean): Promise<NeighFilter> {
  const f: NeighFilter = {
    family: ctx.family,
    index: 0,
    state: flush ? ~(NUD_PERMANENT | NUD_NOARP) & 0xffff : 0xff & ~NUD_NOARP,
    proxy: false,
    unused: false,
    proto: null,
    master: 0,
    to: null,
  };
  let dev: string | null = null;
  let stateGiven = false;
  const args = new Args(words);
  for (; args.left > 0; args.i++) {
    if (args.is('dev')) {
      const word = args.next();
      if (dev !== null) duparg('dev', word);
      dev = word;
    } else if (args.is('master')) {
      const word = args.next();
      f.master = await ctx.links.index(word);
      if (f.master === 0) invarg('Device does not exist\n', word);
    } else if (args.is('vrf')) invarg('Not a valid VRF name\n', args.next());
    else if (args.is('nomaster')) f.master = -1;
    else if (args.is('unused')) f.unused = true;
    else if (args.is('nud')) {
      const word = args.next();
      if (!stateGiven) {
        stateGiven = true;
        f.state = 0;
      }
      let state = stateNumber(word);
      if (state === null) {
        if (word !== 'all') invarg('nud state is bad', word);
        state = flush ? 0xffff & ~NUD_NOARP : 0xffff;
      }
      f.state |= state === 0 ? 0x100 : state;
    } else if (args.is('proxy')) f.proxy = true;
    else if (args.like('protocol')) {
      const word = args.next();
      f.proto = protoNumber(ctx, word);
      if (f.proto === null && word !== 'all') invarg('invalid "protocol"\n', word);
    } else {
      if (args.is('to')) args.next();
      if (args.like('help')) throw new IpExit(255, NEIGH_USAGE);
      f.to = getPrefix(args.word, f.family);
      if (f.family === AF_UNSPEC) f.family = f.to.family;
    }
  }
  if (dev !== null) {
    f.index = await ctx.links.index(dev);
    if (f.index === 0) nodev(dev);
  }
  return f;
}

async function dump(ctx: Context, f: NeighFilter): Promise<NeighMessage[]> {
  try {
    const found = await ctx.rt.client.neigh.dump({
      family: f.family,
      flags: f.proxy ? NTF_PROXY : 0,
      attrs: {
        ...(f.index === 0 ? {} : { ifindex: f.index }),
        ...(f.master === 0 ? {} : { master: f.master >>> 0 }),
      },
    });
    return found.filter((m) => passes(m, f));
  } catch (e) {
    if (!(e instanceof NetlinkError)) throw e;
    ctx.printBroken();
    throw new IpError(1, `${netlinkWords(e)}Dump terminated\n`);
  }
}

async function show(ctx: Context, words: readonly string[]): Promise<number> {
  const f = await parseNeighFilter(ctx, words, false);
  await ctx.links.init();
  const rows: Row[] = [];
  for (const m of await dump(ctx, f)) rows.push(await neighRow(ctx, m, f.index === 0));
  await ctx.print(rows);
  return 0;
}

async function flush(ctx: Context, words: readonly string[]): Promise<number> {
  if (words.length === 0) throw new IpError(1, 'Flush requires arguments.\n');
  const f = await parseNeighFilter(ctx, words, true);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const found = await dump(ctx, f);
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
    if (ctx.options.stats > 1) for (const m of found) ctx.out((await neighRow(ctx, m, f.index === 0)).text);
    for (const m of found) {
      try {
        await ctx.rt.client.neigh.remove(m);
      } catch (e) {
        if (!(e instanceof NetlinkError)) throw e;
      }
    }
    if (ctx.stats) ctx.out(`\n*** Round ${round + 1}, deleting ${found.length} entries ***\n`);
  }
  ctx.out(`*** Flush not complete bailing out after ${MAX_ROUNDS} rounds\n`);
  return 1;
}

async function get(ctx: Context, words: readonly string[]): Promise<number> {
  let dev: string | null = null;
  let dst: Prefix | null = null;
  const h: Partial<Ndmsg> = {};
  const args = new Args(words);
  for (; args.left > 0; args.i++) {
    if (args.is('dev')) dev = args.next();
    else if (args.like('proxy')) {
      const word = args.next();
      if (args.like('help')) throw new IpExit(255, NEIGH_USAGE);
      if (dst !== null) duparg('address', word);
      dst = getAddr(word, ctx.family);
      h.flags = NTF_PROXY;
    } else {
      if (args.is('to')) args.next();
      if (args.like('help')) throw new IpExit(255, NEIGH_USAGE);
      if (dst !== null) duparg2('to', args.word);
      dst = getAddr(args.word, ctx.family);
    }
  }
  if (dev === null || dst === null || dst.family === AF_UNSPEC) {
    throw new IpError(1, 'Device and address are required arguments.\n');
  }
  const index = await ctx.links.index(dev);
  if (index === 0) nodev(dev);
  const m = await ctx.rt.client.neigh.query({ ...h, family: dst.family, ifindex: index, attrs: { dst: dst.bytes } });
  ctx.out((await neighRow(ctx, m, true)).text); // as text, with -json too
  return 0;
}

async function modify(ctx: Context, words: readonly string[], cmd: number, flags: number): Promise<number> {
  const h: Partial<Ndmsg> = { state: NUD_PERMANENT };
  const a: NdaAttrs = {};
  let dev: string | null = null;
  let dst: Prefix | null = null;
  let lladdr: string | null = null;
  let ext = 0;
  const args = new Args(words);
  const add = (bit: number): void => {
    h.flags = (h.flags ?? 0) | bit;
  };
  for (; args.left > 0; args.i++) {
    if (args.like('lladdr')) {
      const word = args.next();
      if (lladdr !== null) duparg('lladdr', word);
      lladdr = word;
    } else if (args.is('nud')) {
      const word = args.next();
      h.state = stateNumber(word) ?? invarg('nud state is bad', word);
    } else if (args.like('proxy')) {
      const word = args.next();
      if (args.like('help')) throw new IpExit(255, NEIGH_USAGE);
      if (dst !== null) duparg('address', word);
      dst = getAddr(word, ctx.family);
      add(NTF_PROXY);
    } else if (args.is('router')) add(NTF_ROUTER);
    else if (args.is('use')) add(NTF_USE);
    else if (args.is('managed')) {
      ext |= NTF_EXT_MANAGED;
      h.state = (h.state ?? 0) & ~NUD_PERMANENT;
    } else if (args.like('extern_learn')) add(NTF_EXT_LEARNED);
    else if (args.is('dev')) dev = args.next();
    else if (args.like('protocol')) {
      const word = args.next();
      a.protocol = protoNumber(ctx, word) ?? invarg('"protocol" value is invalid\n', word);
    } else {
      if (args.is('to')) args.next();
      if (args.like('help')) args.next(); // iproute2 skips it
      if (dst !== null) duparg2('to', args.word);
      dst = getAddr(args.word, ctx.family);
    }
  }
  if (dev === null || dst === null || dst.family === AF_UNSPEC) {
    throw new IpExit(255, 'Device and destination are required arguments.\n');
  }
  h.family = dst.family;
  const attrs: NdaAttrs = { dst: dst.bytes };
  if (lladdr !== null && lladdr !== 'null') {
    const bytes = parseLlAddr(lladdr);
    if (bytes === null) throw new IpError(1, `"${lladdr}" is invalid lladdr.\n`);
    attrs.lladdr = bytes;
  }
  if (ext !== 0) attrs.flagsExt = ext;
  h.ifindex = await ctx.links.index(dev);
  if (h.ifindex === 0) nodev(dev);
  await ctx.rt.done(ctx.rt.client.request(cmd, flags, neighFamily.encode({ ...h, attrs: { ...attrs, ...a } })));
  return 0;
}

/** @see ip/ipneigh.c:do_ipneigh */
export async function doNeigh(ctx: Context, args: readonly string[]): Promise<number> {
  if (args.length === 0) return show(ctx, []);
  const word = args[0]!;
  const rest = args.slice(1);
  const like = (full: string): boolean => matches(word, full);
  if (like('add')) return modify(ctx, rest, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_EXCL);
  if (like('change') || word === 'chg') return modify(ctx, rest, RTM_NEWNEIGH, NLM_F_REPLACE);
  if (like('replace')) return modify(ctx, rest, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE);
  if (like('delete')) return modify(ctx, rest, RTM_DELNEIGH, 0);
  if (like('get')) return get(ctx, rest);
  if (like('show') || like('lst') || like('list')) return show(ctx, rest);
  if (like('flush')) return flush(ctx, rest);
  if (like('help')) throw new IpExit(255, NEIGH_USAGE);
  throw new IpExit(255, `Command "${word}" is unknown, try "ip neigh help".\n`);
}
