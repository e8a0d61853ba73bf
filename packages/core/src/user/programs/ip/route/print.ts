/** How a route is printed. @see ip/iproute.c:print_route */
import type { RouteMessage, RtaAttrs, RtaxAttrs, Rtnexthop } from '../../../../netlink/index.ts';
import { AF_INET, AF_INET6 } from '../../../../uapi/socket.ts';
import {
  RTAX_CC_ALGO,
  RTAX_FEATURES,
  RTAX_FEATURE_ECN,
  RTAX_RTO_MIN,
  RTAX_RTT,
  RTAX_RTTVAR,
  RTM_F_CLONED,
  RTM_F_NOTIFY,
  RTM_F_OFFLOAD,
  RTM_F_OFFLOAD_FAILED,
  RTM_F_TRAP,
  RTNH_F_DEAD,
  RTNH_F_LINKDOWN,
  RTNH_F_OFFLOAD,
  RTNH_F_ONLINK,
  RTNH_F_PERVASIVE,
  RTNH_F_TRAP,
  RTNH_F_UNRESOLVED,
  RTN_UNICAST,
  RTPROT_BOOT,
  RT_SCOPE_UNIVERSE,
  RT_TABLE_MAIN,
} from '../../../../uapi/rtnetlink.ts';
import type { Context } from '../context.ts';
import { Row, type Json } from '../json.ts';
import { familyName, formatAddr } from '../parse.ts';

export const ROUTE_TYPES: readonly string[] = [
  'none',
  'unicast',
  'local',
  'broadcast',
  'anycast',
  'multicast',
  'blackhole',
  'unreachable',
  'prohibit',
  'throw',
  'nat',
  'xresolve',
];

const FLAGS: readonly (readonly [number, string])[] = [
  [RTNH_F_DEAD, 'dead'],
  [RTNH_F_ONLINK, 'onlink'],
  [RTNH_F_PERVASIVE, 'pervasive'],
  [RTNH_F_OFFLOAD, 'offload'],
  [RTNH_F_TRAP, 'trap'],
  [RTM_F_NOTIFY, 'notify'],
  [RTNH_F_LINKDOWN, 'linkdown'],
  [RTNH_F_UNRESOLVED, 'unresolved'],
  [RTM_F_OFFLOAD, 'rt_offload'],
  [RTM_F_TRAP, 'rt_trap'],
  [RTM_F_OFFLOAD_FAILED, 'rt_offload_failed'],
];

/** RTCF_* in the upper half of rtm_flags of a looked-up route. include/uapi/linux/in_route.h */
const CACHE_FLAGS: readonly (readonly [number, string])[] = [
  [0x80000000, 'local'],
  [0x40000000, 'reject'],
  [0x20000000, 'mc'],
  [0x10000000, 'brd'],
  [0x08000000, 'dst-nat'],
  [0x00800000, 'src-nat'],
  [0x00400000, 'masq'],
  [0x00020000, 'dst-direct'],
  [0x04000000, 'src-direct'],
  [0x00040000, 'redirected'],
  [0x01000000, 'redirect'],
  [0x00200000, 'fastroute'],
  [0x00010000, 'notify'],
];

const METRIC_NAMES: Readonly<Record<number, readonly [keyof RtaxAttrs, string]>> = {
  2: ['mtu', 'mtu'],
  3: ['window', 'window'],
  4: ['rtt', 'rtt'],
  5: ['rttvar', 'rttvar'],
  6: ['ssthresh', 'ssthresh'],
  7: ['cwnd', 'cwnd'],
  8: ['advmss', 'advmss'],
  9: ['reordering', 'reordering'],
  10: ['hoplimit', 'hoplimit'],
  11: ['initcwnd', 'initcwnd'],
  12: ['features', 'features'],
  13: ['rtoMin', 'rto_min'],
  14: ['initrwnd', 'initrwnd'],
  15: ['quickack', 'quickack'],
  16: ['ccAlgo', 'congctl'],
  17: ['fastopenNoCookie', 'fastopen_no_cookie'],
};

/** What a listing was limited to by one value need not be printed in every line. */
export interface RouteHide {
  readonly dev?: boolean;
  readonly iif?: boolean;
  readonly via?: boolean;
  readonly src?: boolean;
  readonly table?: boolean;
  readonly proto?: boolean;
  readonly scope?: boolean;
  readonly tos?: boolean;
  readonly metric?: boolean;
  readonly mark?: boolean;
}

export const routeTable = (m: RouteMessage): number => m.attrs.table ?? m.table;
export const hostLength = (family: number): number => (family === AF_INET6 ? 128 : family === AF_INET ? 32 : -1);

function printFlags(row: Row, flags: number): void {
  const words: Json[] = [];
  row.json('flags', words);
  for (const [bit, word] of FLAGS) {
    if ((flags & bit) === 0) continue;
    words.push(word);
    row.say(`${word} `);
  }
}

function printDestination(
  ctx: Context,
  row: Row,
  key: string,
  label: string,
  family: number,
  bytes: Uint8Array | undefined,
  len: number,
): void {
  if (bytes !== undefined) {
    const text = len === hostLength(family) ? ctx.names.host(family, bytes) : `${formatAddr(family, bytes)}/${len}`;
    row.put(key, text, `${label}${text} `);
  } else if (len !== 0) row.put(key, `0/${len}`, `${label}0/${len} `);
  else if (key === 'dst') row.put(key, 'default', 'default ');
}

function printGateway(ctx: Context, row: Row, family: number, a: RtaAttrs): void {
  if (a.gateway !== undefined) {
    const text = ctx.names.host(family, a.gateway);
    row.put('gateway', text, `via ${text} `);
  }
  const via = a.via;
  if (via !== undefined) {
    const host = ctx.names.host(via.family, via.address);
    row.nest('via', () => {
      row.put('family', familyName(via.family), `via ${familyName(via.family)} `).put('host', host, `${host} `);
    });
  }
}

/** A time kept as `unit`ths of a millisecond: `10ms`, `2.5s`. */
function time(value: number, unit: number): string {
  const ms = value / unit;
  return ms >= 1000 ? `${Number((ms / 1000).toPrecision(6))}s` : `${Math.floor(ms)}ms`;
}

function printMetrics(row: Row, x: RtaxAttrs): void {
  const list: Json[] = [];
  row.json('metrics', list);
  const lock = x.lock ?? 0;
  row.element(list, () => {
    for (let i = 2; i <= 17; i++) {
      const [attr, name] = METRIC_NAMES[i]!;
      const value = x[attr] as number | string | undefined;
      const locked = (lock & (1 << i)) !== 0;
      if (value === undefined && !locked) continue;
      if (name === 'hoplimit' && value === 0xffffffff) continue;
      const say = `${name} ${locked ? 'lock ' : ''}`;
      if (i === RTAX_CC_ALGO) row.put('congestion', value ?? '', `${say}${value ?? ''} `);
      else if (i === RTAX_FEATURES) {
        const n = Number(value ?? 0);
        row.say(say);
        if ((n & RTAX_FEATURE_ECN) !== 0) row.put('ecn', null, 'ecn ');
        const rest = n & ~RTAX_FEATURE_ECN;
        if (rest !== 0) row.put(name, `0x${rest.toString(16)}`, `0x${rest.toString(16)} `);
      } else {
        const n = Number(value ?? 0);
        const timed = i === RTAX_RTT ? 8 : i === RTAX_RTTVAR ? 4 : i === RTAX_RTO_MIN ? 1 : 0;
        row.put(name, timed === 0 ? n : Math.floor(n / timed), `${say}${timed === 0 ? n : time(n, timed)} `);
      }
    }
  });
}

function printCache(ctx: Context, row: Row, m: RouteMessage): void {
  const ci = m.attrs.cacheinfo;
  if ((m.flags & RTM_F_CLONED) !== 0 && m.family === AF_INET) {
    const words = CACHE_FLAGS.filter(([bit]) => ((m.flags >>> 0) & bit) !== 0).map(([, w]) => w);
    row.say(`${ctx.nl}    cache ${words.length === 0 ? '' : `<${words.join(',')}> `}`).json('cache', words);
  } else if (m.family !== AF_INET6) return;
  if (ci === undefined) return;
  if (ci.expires !== 0) {
    const seconds = Math.trunc(ci.expires / 100);
    row.put('expires', seconds, `expires ${seconds}sec `);
  }
  if (ci.error !== 0) row.put('error', ci.error | 0, `error ${ci.error | 0} `);
  if (ctx.stats) {
    if (ci.clntref !== 0) row.put('users', ci.clntref, `users ${ci.clntref} `);
    if (ci.used !== 0) row.put('used', ci.used, `used ${ci.used} `);
    if (ci.lastuse !== 0) row.put('age', Math.trunc(ci.lastuse / 100), `age ${Math.trunc(ci.lastuse / 100)}sec `);
  }
}

async function printHops(ctx: Context, row: Row, m: RouteMessage, hops: readonly Rtnexthop<RtaAttrs>[]): Promise<void> {
  const list: Json[] = [];
  row.json('nexthops', list);
  for (const h of hops) {
    const dev = await ctx.links.name(h.ifindex);
    row.element(list, () => {
      row.say(`${ctx.nl}\tnexthop `);
      printGateway(ctx, row, m.family, h.attrs);
      row.put('dev', dev, `dev ${dev} `).put('weight', h.hops + 1, `weight ${h.hops + 1} `);
      if (h.attrs.flow !== undefined) printRealms(ctx, row, h.attrs.flow);
      printFlags(row, h.flags);
    });
  }
}

function printRealms(ctx: Context, row: Row, flow: number): void {
  const from = flow >>> 16;
  const to = flow & 0xffff;
  const name = (n: number): string => ctx.names.name('rt_realms', n);
  row.nest('flow', () => {
    if (from !== 0) row.put('from', name(from), `realms ${name(from)}/`).put('to', name(to), `${name(to)} `);
    else row.put('to', name(to), `realm ${name(to)} `);
  });
}

const PREFS: Readonly<Record<number, string>> = { 0: 'medium', 1: 'high', 3: 'low' };

/** A route type in words, or its number with -N. */
export const typeName = (ctx: Context, type: number): string =>
  (ctx.options.numeric ? undefined : ROUTE_TYPES[type]) ?? String(type);

/** One route on a row of its own. */
export async function routeRow(ctx: Context, m: RouteMessage, hide: RouteHide, deleted = false): Promise<Row> {
  const row = new Row();
  const a = m.attrs;
  if (deleted) row.put('deleted', true, 'Deleted ');
  const type = typeName(ctx, m.type);
  if (m.type !== RTN_UNICAST || ctx.details) row.put('type', type, `${type} `);
  printDestination(ctx, row, 'dst', '', m.family, a.dst, m.dstLen);
  printDestination(ctx, row, 'from', 'from ', m.family, a.src, m.srcLen);
  if (a.newdst !== undefined) {
    const to = formatAddr(m.family, a.newdst);
    row.put('to', to, `as to ${to} `);
  }
  if (a.encapType !== undefined && a.encapType !== 0) row.put('encap', a.encapType, ` encap ${a.encapType} `);
  if (m.tos !== 0 && hide.tos !== true) {
    const tos = ctx.names.nameOnly('rt_dsfield', m.tos) ?? `0x${m.tos.toString(16).padStart(2, '0')}`;
    row.put('tos', tos, `tos ${tos} `);
  }
  if (a.nhId !== undefined) row.put('nhid', a.nhId, `nhid ${a.nhId} `);
  if (hide.via !== true) printGateway(ctx, row, m.family, a);
  if (a.oif !== undefined && hide.dev !== true) {
    const dev = await ctx.links.name(a.oif);
    row.put('dev', dev, `dev ${dev} `);
  }
  const table = routeTable(m);
  if (table !== 0 && (table !== RT_TABLE_MAIN || ctx.details) && hide.table !== true) {
    const name = ctx.names.name('rt_tables', table);
    row.put('table', name, `table ${name} `);
  }
  if ((m.flags & RTM_F_CLONED) === 0) {
    if ((m.protocol !== RTPROT_BOOT || ctx.details) && hide.proto !== true) {
      const name = ctx.names.name('rt_protos', m.protocol);
      row.put('protocol', name, `proto ${name} `);
    }
    if ((m.scope !== RT_SCOPE_UNIVERSE || ctx.details) && hide.scope !== true) {
      const name = ctx.names.name('rt_scopes', m.scope);
      row.put('scope', name, `scope ${name} `);
    }
  }
  if (a.prefsrc !== undefined && hide.src !== true) {
    const src = formatAddr(m.family, a.prefsrc);
    row.put('prefsrc', src, `src ${src} `);
  }
  if (a.priority !== undefined && hide.metric !== true) row.put('metric', a.priority, `metric ${a.priority} `);
  printFlags(row, m.flags);
  if (a.mark !== undefined && a.mark !== 0 && hide.mark !== true) {
    const text = a.mark >= 16 ? `0x${a.mark.toString(16)}` : String(a.mark);
    row.put('mark', a.mark >= 16 ? text : a.mark, `mark ${text} `);
  }
  if (a.flow !== undefined) printRealms(ctx, row, a.flow);
  if (a.uid !== undefined) row.put('uid', a.uid, `uid ${a.uid} `);
  printCache(ctx, row, m);
  if (a.metrics !== undefined) printMetrics(row, a.metrics);
  if (a.iif !== undefined && hide.iif !== true) {
    const iif = await ctx.links.name(a.iif);
    row.put('iif', iif, `iif ${iif} `);
  }
  if (a.pref !== undefined) {
    const pref = PREFS[a.pref];
    if (pref === undefined) row.put('pref', a.pref, `pref ${a.pref}`);
    else row.put('pref', pref, `pref ${pref}`);
  }
  if (a.ttlPropagate !== undefined) {
    const on = a.ttlPropagate !== 0;
    row.put('ttl-propogate', on, `ttl-propogate ${on ? 'enabled' : 'disabled'}`);
  }
  if (a.multipath !== undefined) await printHops(ctx, row, m, a.multipath);
  return row.say('\n');
}
