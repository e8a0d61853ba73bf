/** Which routes `ip route show`, `flush` and `save` mean. @see ip/iproute.c:filter_nlmsg */
import { le16, le32 } from '../../../../lib/bytes.ts';
import { IFLA_VRF_TABLE } from '../../../../uapi/if-link.ts';
import type { RouteMessage } from '../../../../netlink/index.ts';
import { AF_INET, AF_UNSPEC } from '../../../../uapi/socket.ts';
import { RTM_F_CLONED, RTN_BROADCAST, RTN_LOCAL, RT_TABLE_MAIN } from '../../../../uapi/rtnetlink.ts';
import type { Context } from '../context.ts';
import { Args, getPrefix, getUnsigned, invarg, IpExit, matches, nodev, readFamily, type Prefix } from '../parse.ts';
import { inPrefix } from '../address/filter.ts';
import { ROUTE_USAGE } from '../usage.ts';
import { hostLength, ROUTE_TYPES, routeTable, type RouteHide } from './print.ts';

export interface RouteFilter {
  family: number;
  /** 0: all. */
  table: number;
  cloned: boolean;
  tos: number | null;
  proto: number | null;
  scope: number | null;
  /** Bit by route type; null any. */
  types: number | null;
  iif: number | null;
  oif: number | null;
  mark: number | null;
  metric: number | null;
  realms: number | null;
  via: Prefix | null;
  src: Prefix | null;
  /** The route lies within `rootDst`, and contains `matchDst`. */
  rootDst: Prefix | null;
  matchDst: Prefix | null;
  rootSrc: Prefix | null;
  matchSrc: Prefix | null;
}

/** The number of a routing table by name or number, null if it is neither. */
export const tableNumber = (ctx: Context, word: string): number | null =>
  ctx.names.number('rt_tables', word) ?? getUnsigned(word);
export const protoNumber = (ctx: Context, word: string): number | null =>
  ctx.names.number('rt_protos', word) ?? getUnsigned(word, 0, 8);
export const scopeNumber = (ctx: Context, word: string): number | null =>
  ctx.names.number('rt_scopes', word) ?? getUnsigned(word, 0, 8);
export const tosNumber = (ctx: Context, word: string): number | null =>
  ctx.names.number('rt_dsfield', word) ?? getUnsigned(word, 16, 8);

/** `[FROM/]TO` by names or numbers, from in the upper half; null when it is neither. */
export function realmsNumber(ctx: Context, word: string): number | null {
  const parts = word.split('/');
  const number = (s: string): number | null => ctx.names.number('rt_realms', s) ?? getUnsigned(s, 0, 16);
  const to = number(parts[parts.length - 1]!);
  const from = parts.length > 1 ? number(parts[0]!) : 0;
  return to === null || from === null || parts.length > 2 ? null : ((from << 16) | to) >>> 0;
}

/** A route type by its (abbreviated) name or number, null if it is neither. @see rtnl_rtntype_a2n */
export function typeNumber(word: string): number | null {
  const whole = ['local', 'nat', 'throw'];
  if (word === 'brd') return RTN_BROADCAST;
  for (const name of [
    'local',
    'nat',
    'broadcast',
    'anycast',
    'multicast',
    'prohibit',
    'unreachable',
    'blackhole',
    'xresolve',
    'unicast',
    'throw',
  ]) {
    if (whole.includes(name) ? word === name : matches(word, name)) return ROUTE_TYPES.indexOf(name);
  }
  return getUnsigned(word, 0, 8);
}

/** The table of a VRF device, or the error that it is none. */
export async function vrfTable(ctx: Context, word: string): Promise<number> {
  const index = await ctx.links.index(word);
  const info = index === 0 ? undefined : (await ctx.rt.linkOrNull({ index }))?.attrs.linkinfo;
  const data = info?.kind === 'vrf' && info.data instanceof Uint8Array ? info.data : new Uint8Array(0);
  if (data.length < 8 || le16(data, 2) !== IFLA_VRF_TABLE) return invarg('Invalid VRF\n', word);
  return le32(data, 4);
}

const newFilter = (family: number): RouteFilter => ({
  family,
  table: RT_TABLE_MAIN,
  cloned: false,
  tos: null,
  proto: null,
  scope: null,
  types: null,
  iif: null,
  oif: null,
  mark: null,
  metric: null,
  realms: null,
  via: null,
  src: null,
  rootDst: null,
  matchDst: null,
  rootSrc: null,
  matchSrc: null,
});

export async function parseRouteFilter(ctx: Context, words: readonly string[]): Promise<RouteFilter> {
  const family = ctx.family;
  const f = newFilter(family);
  let iif: string | null = null;
  let oif: string | null = null;
  const args = new Args(words);
  for (; args.left > 0; args.i++) {
    if (args.like('table')) {
      const word = args.next();
      const table = tableNumber(ctx, word);
      if (table !== null) f.table = table;
      else if (word === 'all') f.table = 0;
      else if (word === 'cache') f.cloned = true;
      else if (word === 'help') throw new IpExit(255, ROUTE_USAGE);
      else invarg('table id value is invalid\n', word);
    } else if (args.like('vrf')) {
      f.table = await vrfTable(ctx, args.next());
      f.types = ~((1 << RTN_LOCAL) | (1 << RTN_BROADCAST));
    } else if (args.like('cached') || args.like('cloned')) f.cloned = true;
    else if (args.is('tos') || args.like('dsfield')) {
      const word = args.next();
      f.tos = tosNumber(ctx, word) ?? invarg('TOS value is invalid\n', word);
    } else if (args.like('protocol')) {
      const word = args.next();
      f.proto = protoNumber(ctx, word);
      if (f.proto === null && word !== 'all') invarg('invalid "protocol"\n', word);
    } else if (args.like('scope')) {
      const word = args.next();
      f.scope = scopeNumber(ctx, word);
      if (f.scope === null && word !== 'all') invarg('invalid "scope"\n', word);
    } else if (args.like('type')) {
      const word = args.next();
      f.types = 1 << (typeNumber(word) ?? invarg('node type value is invalid\n', word));
    } else if (args.is('dev') || args.is('oif')) oif = args.next();
    else if (args.is('iif')) iif = args.next();
    else if (args.is('mark')) {
      const word = args.next();
      f.mark = getUnsigned(word) ?? invarg('invalid mark value', word);
    } else if (args.like('metric') || args.like('priority') || args.is('preference')) {
      const word = args.next();
      f.metric = getUnsigned(word) ?? invarg('"metric" value is invalid\n', word);
    } else if (args.is('via')) {
      let word = args.next();
      const given = readFamily(word);
      if (given !== null) word = args.next();
      f.via = getPrefix(word, given ?? family);
    } else if (args.is('src')) f.src = getPrefix(args.next(), family);
    else if (args.like('realms')) {
      const word = args.next();
      f.realms = realmsNumber(ctx, word) ?? invarg('invalid realms\n', word);
    } else if (args.like('from')) {
      args.next();
      [f.rootSrc, f.matchSrc] = prefixPair(args, family);
    } else {
      if (args.like('to')) args.next();
      [f.rootDst, f.matchDst] = prefixPair(args, family);
    }
  }
  if (f.family === AF_UNSPEC && f.table !== 0) f.family = AF_INET;
  if (iif !== null) {
    f.iif = await ctx.links.index(iif);
    if (f.iif === 0) nodev(iif);
  }
  if (oif !== null) {
    f.oif = await ctx.links.index(oif);
    if (f.oif === 0) nodev(oif);
  }
  return f;
}

/** `root PREFIX`, `match PREFIX` or `[ exact ] PREFIX`. */
function prefixPair(args: Args, family: number): [root: Prefix | null, match: Prefix | null] {
  if (args.like('root')) return [getPrefix(args.next(), family), null];
  if (args.like('match')) return [null, getPrefix(args.next(), family)];
  if (args.like('exact')) args.next();
  const p = getPrefix(args.word, family);
  return [p, p];
}

const ZEROS = new Uint8Array(16);

/** Whether a route's own prefix lies within `root` and contains `match`. */
function prefixFits(
  family: number,
  bytes: Uint8Array | undefined,
  len: number,
  root: Prefix | null,
  match: Prefix | null,
): boolean {
  const own = bytes ?? ZEROS;
  if (root !== null) {
    if (root.family !== AF_UNSPEC && root.family !== family) return false;
    if (root.bitlen > len || !inPrefix(root, own)) return false;
  }
  if (match !== null) {
    if (match.family !== AF_UNSPEC && match.family !== family) return false;
    if (match.bitlen < len || !inPrefix({ ...match, bitlen: len }, own)) return false;
  }
  return true;
}

function nexthopFits(m: RouteMessage, f: RouteFilter): boolean {
  if (f.via !== null) {
    const family = m.attrs.via?.family ?? m.family;
    const bytes = m.attrs.via?.address ?? m.attrs.gateway ?? ZEROS;
    if (family !== f.via.family || !inPrefix(f.via, bytes)) return false;
  }
  if (f.src !== null && (m.family !== f.src.family || !inPrefix(f.src, m.attrs.prefsrc ?? ZEROS))) return false;
  if (f.iif !== null && (m.attrs.iif ?? 0) !== f.iif) return false;
  return f.oif === null || (m.attrs.oif ?? 0) === f.oif;
}

export function routePasses(m: RouteMessage, f: RouteFilter, preferred: number): boolean {
  if (f.cloned === ((m.flags & RTM_F_CLONED) === 0)) return false;
  if (preferred !== AF_UNSPEC && m.family !== preferred) return false;
  if (f.table > 0 && routeTable(m) !== f.table) return false;
  if (f.proto !== null && m.protocol !== f.proto) return false;
  if (f.scope !== null && m.scope !== f.scope) return false;
  if (f.types !== null && (f.types & (1 << m.type)) === 0) return false;
  if (f.tos !== null && m.tos !== f.tos) return false;
  if (!prefixFits(m.family, m.attrs.dst, m.dstLen, f.rootDst, f.matchDst)) return false;
  if (!prefixFits(m.family, m.attrs.src, m.srcLen, f.rootSrc, f.matchSrc)) return false;
  if (!nexthopFits(m, f)) return false;
  if (f.realms !== null && (m.attrs.flow ?? 0) !== f.realms) return false;
  if (f.mark !== null && (m.attrs.mark ?? 0) !== f.mark) return false;
  return f.metric === null || (m.attrs.priority ?? 0) === f.metric;
}

/** What a listing with this filter leaves out of its lines. */
export const hidden = (f: RouteFilter): RouteHide => ({
  dev: f.oif !== null,
  iif: f.iif !== null,
  via: f.via !== null && f.via.bitlen === hostLength(f.via.family),
  src: f.src !== null && f.src.bitlen === hostLength(f.src.family),
  table: f.table !== 0,
  proto: f.proto !== null,
  scope: f.scope !== null,
  tos: f.tos !== null,
  metric: f.metric !== null,
  mark: f.mark !== null,
});
