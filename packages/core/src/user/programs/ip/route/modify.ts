/** `ip route add`, `change`, `replace`, `prepend`, `append`, `test`, `delete`. @see ip/iproute.c:iproute_modify */
import { routeFamily, type RtaAttrs, type RtaxAttrs, type Rtmsg, type Rtnexthop } from '../../../../netlink/index.ts';
import { AF_INET, AF_INET6, AF_MPLS, AF_UNSPEC } from '../../../../uapi/socket.ts';
import {
  RTAX_FEATURE_ECN,
  RTM_DELROUTE,
  RTNH_F_ONLINK,
  RTN_ANYCAST,
  RTN_BROADCAST,
  RTN_LOCAL,
  RTN_MULTICAST,
  RTN_NAT,
  RTN_UNICAST,
  RTN_UNSPEC,
  RTPROT_BOOT,
  RT_SCOPE_HOST,
  RT_SCOPE_LINK,
  RT_SCOPE_NOWHERE,
  RT_SCOPE_UNIVERSE,
  RT_TABLE_LOCAL,
  RT_TABLE_MAIN,
} from '../../../../uapi/rtnetlink.ts';
import type { Context } from '../context.ts';
import {
  Args,
  duparg2,
  getAddr,
  getPrefix,
  getUnsigned,
  incomplete,
  invarg,
  IpExit,
  nodev,
  readFamily,
} from '../parse.ts';
import { ROUTE_USAGE } from '../usage.ts';
import { protoNumber, realmsNumber, scopeNumber, tableNumber, tosNumber, typeNumber, vrfTable } from './filter.ts';

/** A metric whose value is a plain number: word (abbreviated unless `whole`), attribute, name in errors, RTAX_*. */
const METRICS: readonly (readonly [
  word: string,
  attr: keyof RtaxAttrs,
  errorName: string,
  rtax: number,
  whole: boolean,
])[] = [
  ['mtu', 'mtu', 'mtu', 2, true],
  ['hoplimit', 'hoplimit', 'hoplimit', 10, true],
  ['advmss', 'advmss', 'mss', 8, true],
  ['reordering', 'reordering', 'reordering', 9, false],
  ['window', 'window', 'window', 3, false],
  ['cwnd', 'cwnd', 'cwnd', 7, false],
  ['initcwnd', 'initcwnd', 'initcwnd', 11, false],
  ['initrwnd', 'initrwnd', 'initrwnd', 14, false],
  ['quickack', 'quickack', 'quickack', 15, false],
  ['ssthresh', 'ssthresh', 'ssthresh', 6, false],
];

const COOKIE = ['fastopen_no_cookie', 'fastopenNoCookie', 'fastopen_no_cookie', 17, false] as const;

/** `10`, `10ms`, `2s`: milliseconds; a plain number is in the kernel's own unit. @see get_time_rtt */
function getTime(word: string): { readonly value: number; readonly raw: boolean } | null {
  const m = /^([0-9]+(?:\.[0-9]+)?)(s|sec|secs|ms|msec|msecs)?$/i.exec(word);
  if (m === null) return null;
  const unit = m[2]?.toLowerCase();
  if (unit === undefined) return { value: Math.ceil(Number(m[1])), raw: true };
  return { value: Math.ceil(Number(m[1]) * (unit.startsWith('s') ? 1000 : 1)), raw: false };
}

const refuse = (word: string): never => {
  throw new IpExit(255, `warren: ip route: option "${word}" is not supported yet\n`);
};

function realms(ctx: Context, word: string): number {
  return realmsNumber(ctx, word) ?? invarg('"realm" value is invalid\n', word);
}

/** Reads metrics; true when the word was one. */
function metricWord(args: Args, x: RtaxAttrs): boolean {
  const lock = (rtax: number): void => {
    args.next();
    if (!args.is('lock')) return;
    x.lock = ((x.lock ?? 0) | (1 << rtax)) >>> 0;
    args.next();
  };
  for (const [word, attr, errorName, rtax, whole] of args.like('features') ? METRICS : [...METRICS, COOKIE]) {
    if (whole ? !args.is(word) : !args.like(word)) continue;
    lock(rtax);
    const n = getUnsigned(args.word);
    if (n === null || (attr === 'hoplimit' && n > 255)) invarg(`"${errorName}" value is invalid\n`, args.word);
    const boolean = attr === 'quickack' || attr === 'fastopenNoCookie';
    if (boolean && n! > 1) invarg(`"${errorName}" value should be 0 or 1\n`, args.word);
    (x as Record<string, unknown>)[attr] = n!;
    return true;
  }
  const times = [
    ['rtt', 'rtt', 4, 8],
    ['rto_min', 'rtoMin', 13, 1],
    ['rttvar', 'rttvar', 5, 4],
  ] as const;
  for (const [word, attr, rtax, unit] of times) {
    if (word === 'rttvar' ? !args.like(word) : !args.is(word)) continue;
    lock(rtax);
    const t = getTime(args.word);
    if (t === null) invarg(`"${word}" value is invalid\n`, args.word);
    x[attr] = t!.raw ? t!.value : t!.value * unit;
    if (word === 'rto_min') x.lock = ((x.lock ?? 0) | (1 << rtax)) >>> 0;
    return true;
  }
  if (args.like('features')) {
    lock(12);
    let features = 0;
    for (; ; args.i++) {
      if (args.is('ecn')) features |= RTAX_FEATURE_ECN;
      else invarg('"features" value not valid\n', args.word);
      if (args.words[args.i + 1] !== 'ecn') break;
    }
    x.features = features;
    return true;
  }
  if (args.like('congctl')) {
    lock(16);
    x.ccAlgo = args.word;
    return true;
  }
  return false;
}

/** `nexthop …` to the end of the line. @see parse_nexthops */
async function parseNexthops(ctx: Context, args: Args, h: Partial<Rtmsg>): Promise<Rtnexthop<RtaAttrs>[]> {
  const hops: Rtnexthop<RtaAttrs>[] = [];
  while (args.left > 0) {
    if (!args.is('nexthop')) {
      throw new IpExit(255, `Error: "nexthop" or end of line is expected instead of "${args.word}"\n`);
    }
    if (args.left <= 1) throw new IpExit(255, 'Error: unexpected end of line after "nexthop"\n');
    args.i++;
    const hop: Rtnexthop<RtaAttrs> = { flags: 0, hops: 0, ifindex: 0, attrs: {} };
    for (; args.left > 0 && !args.is('nexthop'); args.i++) {
      if (args.is('via')) {
        via(args, h, hop.attrs);
      } else if (args.is('dev')) {
        const word = args.next();
        hop.ifindex = await ctx.links.index(word);
        if (hop.ifindex === 0) {
          throw new IpExit(255, `Cannot find device "${word}"\nError: cannot parse nexthop\n`);
        }
      } else if (args.is('weight')) {
        const word = args.next();
        const w = getUnsigned(word);
        hop.hops = w === null || w === 0 || w > 256 ? invarg('"weight" is invalid\n', word) : w - 1;
      } else if (args.is('onlink')) hop.flags |= RTNH_F_ONLINK;
      else if (args.like('realms')) hop.attrs.flow = realms(ctx, args.next());
      else if (args.is('encap') || args.is('as')) refuse(args.word);
      else break;
    }
    hops.push(hop);
  }
  return hops;
}

/** `via [ FAMILY ] ADDRESS`: a gateway, of another family when that is named. */
function via(args: Args, h: Partial<Rtmsg>, a: RtaAttrs): void {
  let word = args.next();
  const given = readFamily(word);
  if (given !== null) word = args.next();
  const p = getAddr(word, given ?? h.family ?? AF_UNSPEC);
  if ((h.family ?? AF_UNSPEC) === AF_UNSPEC) h.family = p.family;
  if (p.family === h.family) a.gateway = p.bytes;
  else a.via = { family: p.family, address: p.bytes };
}

const PREFS: Readonly<Record<string, number>> = { low: 3, medium: 0, high: 1 };

export async function modifyRoute(ctx: Context, words: readonly string[], cmd: number, flags: number): Promise<number> {
  const remove = cmd === RTM_DELROUTE;
  const h: Partial<Rtmsg> = remove
    ? { family: ctx.family, table: RT_TABLE_MAIN, scope: RT_SCOPE_NOWHERE }
    : { family: ctx.family, table: RT_TABLE_MAIN, scope: RT_SCOPE_UNIVERSE, protocol: RTPROT_BOOT, type: RTN_UNICAST };
  const a: RtaAttrs = {};
  const x: RtaxAttrs = {};
  let dev: string | null = null;
  let [dst, gateway, scoped, tabled, multipath] = [false, false, false, false, false];
  const family = (): number => h.family ?? AF_UNSPEC;
  const meet = (f: number): void => {
    if (family() === AF_UNSPEC) h.family = f;
  };
  const args = new Args(words);
  for (; args.left > 0; args.i++) {
    if (args.is('src')) {
      const p = getAddr(args.next(), family());
      meet(p.family);
      a.prefsrc = p.bytes;
    } else if (args.is('as')) {
      if (args.next() === 'to') args.next();
      const p = getAddr(args.word, family());
      meet(p.family);
      a.newdst = p.bytes;
    } else if (args.is('via')) {
      if (gateway) invarg('use nexthop syntax to specify multiple via\n', args.word);
      gateway = true;
      via(args, h, a);
    } else if (args.is('from')) {
      const p = getPrefix(args.next(), family());
      meet(p.family);
      if (p.bytes.length > 0) a.src = p.bytes;
      h.srcLen = p.bitlen;
    } else if (args.is('tos') || args.like('dsfield')) {
      const word = args.next();
      h.tos = tosNumber(ctx, word) ?? invarg('"tos" value is invalid\n', word);
    } else if (args.is('expires')) {
      const word = args.next();
      a.expires = getUnsigned(word) ?? invarg('"expires" value is invalid\n', word);
    } else if (args.like('metric') || args.like('priority') || args.is('preference')) {
      const word = args.next();
      a.priority = getUnsigned(word) ?? invarg('"metric" value is invalid\n', word);
    } else if (args.like('pref')) {
      const word = args.next();
      a.pref = PREFS[word] ?? getUnsigned(word, 0, 8) ?? invarg('"pref" value is invalid\n', word);
    } else if (args.is('scope')) {
      const word = args.next();
      h.scope = scopeNumber(ctx, word) ?? invarg('invalid "scope" value\n', word);
      scoped = true;
    } else if (metricWord(args, x)) continue;
    else if (args.like('realms')) a.flow = realms(ctx, args.next());
    else if (args.is('onlink')) h.flags = (h.flags ?? 0) | RTNH_F_ONLINK;
    else if (args.is('nexthop')) {
      multipath = true;
      break;
    } else if (args.is('nhid')) {
      const word = args.next();
      a.nhId = getUnsigned(word) ?? invarg('"id" value is invalid\n', word);
    } else if (args.like('protocol')) {
      const word = args.next();
      h.protocol = protoNumber(ctx, word) ?? invarg('"protocol" value is invalid\n', word);
    } else if (args.like('table')) {
      const word = args.next();
      setTable(h, a, tableNumber(ctx, word) ?? invarg('"table" value is invalid\n', word));
      tabled = true;
    } else if (args.like('vrf')) {
      setTable(h, a, await vrfTable(ctx, args.next()));
      tabled = true;
    } else if (args.is('dev') || args.is('oif')) dev = args.next();
    else if (args.is('encap')) refuse('encap');
    else if (args.is('ttl-propagate')) {
      const word = args.next();
      if (word !== 'enabled' && word !== 'disabled') invarg('"ttl-propagate" value is invalid\n', word);
      a.ttlPropagate = word === 'enabled' ? 1 : 0;
    } else {
      if (args.is('to')) args.next();
      const type = /^[0-9]/.test(args.word) ? null : typeNumber(args.word);
      if (type !== null) {
        h.type = type;
        if (args.left < 2) incomplete();
        args.i++;
      }
      if (args.like('help')) throw new IpExit(255, ROUTE_USAGE);
      if (dst) duparg2('to', args.word);
      const p = getPrefix(args.word, family());
      meet(p.family);
      h.dstLen = p.bitlen;
      dst = true;
      if (p.bytes.length > 0 && !p.unspecified) a.dst = p.bytes;
    }
  }
  if (!dst) throw new IpExit(255, ROUTE_USAGE);
  if (dev !== null) {
    a.oif = await ctx.links.index(dev);
    if (a.oif === 0) nodev(dev);
  }
  if (Object.keys(x).length > 0) a.metrics = x;
  if (multipath) a.multipath = await parseNexthops(ctx, args, h);
  if (family() === AF_UNSPEC) h.family = AF_INET;
  const type = h.type ?? RTN_UNSPEC;
  if (!tabled && [RTN_LOCAL, RTN_BROADCAST, RTN_NAT, RTN_ANYCAST].includes(type)) h.table = RT_TABLE_LOCAL;
  if (!scoped) h.scope = impliedScope(family(), type, remove, gateway || multipath || a.nhId !== undefined, h.scope!);
  await ctx.rt.done(ctx.rt.client.request(cmd, flags, routeFamily.encode({ ...h, attrs: a })));
  return 0;
}

function setTable(h: Partial<Rtmsg>, a: RtaAttrs, table: number): void {
  if (table < 256) h.table = table;
  else {
    h.table = 0;
    a.table = table;
  }
}

function impliedScope(family: number, type: number, remove: boolean, reached: boolean, otherwise: number): number {
  if (family === AF_INET6 || family === AF_MPLS) return RT_SCOPE_UNIVERSE;
  switch (type) {
    case RTN_LOCAL:
    case RTN_NAT:
      return RT_SCOPE_HOST;
    case RTN_BROADCAST:
    case RTN_MULTICAST:
    case RTN_ANYCAST:
      return RT_SCOPE_LINK;
    case RTN_UNICAST:
    case RTN_UNSPEC:
      if (remove) return RT_SCOPE_NOWHERE;
      return reached ? otherwise : RT_SCOPE_LINK;
    default:
      return otherwise;
  }
}
