/** `ip rule show`, `flush`, `save`: which rules are meant. @see ip/iprule.c:iprule_list_flush_or_save */
import { NetlinkError, ruleFamily, type RuleMessage } from '../../../../netlink/index.ts';
import type { Range } from '../../../../netlink/rule.ts';
import { FIB_RULE_INVERT, RTM_GETRULE } from '../../../../uapi/rtnetlink.ts';
import { AF_INET, AF_UNSPEC } from '../../../../uapi/socket.ts';
import { inPrefix } from '../address/filter.ts';
import type { Context } from '../context.ts';
import { beginDump, saveDump } from '../dump-file.ts';
import type { Row } from '../json.ts';
import { Args, getPrefix, invarg, IpError, type Prefix } from '../parse.ts';
import { protoNumber, tableNumber, tosNumber } from '../route/filter.ts';
import { netlinkWords } from '../rtnl.ts';
import { ifname, ipProto, isPreference, markAndMask, priority, rangeOf, tunId } from './parse.ts';
import { ruleRow, ruleTable, tunIdOf } from './print.ts';

/** What begins a dump of rules. */
export const RULE_MAGIC = 0x71706986;

interface RuleFilter {
  pref: number | null;
  not: boolean;
  tos: number | null;
  mark: number;
  mask: number;
  iif: string;
  oif: string;
  l3mdev: boolean;
  uids: Range | null;
  tunId: bigint;
  table: number;
  src: Prefix | null;
  dst: Prefix | null;
  /** For a flush only. */
  proto: number | null;
  ipproto: number;
  sport: Range | null;
  dport: Range | null;
}

function parseFilter(ctx: Context, words: readonly string[], family: number): RuleFilter {
  const f: RuleFilter = {
    pref: null,
    not: false,
    tos: null,
    mark: 0,
    mask: 0,
    iif: '',
    oif: '',
    l3mdev: false,
    uids: null,
    tunId: 0n,
    table: 0,
    src: null,
    dst: null,
    proto: null,
    ipproto: 0,
    sport: null,
    dport: null,
  };
  const args = new Args(words);
  for (; args.left > 0; args.i++) {
    if (isPreference(args)) f.pref = priority(args);
    else if (args.is('not')) f.not = true;
    else if (args.is('tos') || args.like('dsfield')) {
      const word = args.next();
      f.tos = tosNumber(ctx, word) ?? invarg('TOS value is invalid\n', word);
    } else if (args.is('fwmark')) {
      const { mark, mask } = markAndMask(args);
      f.mark = mark;
      f.mask = mask ?? 0;
    } else if (args.is('dev') || args.is('iif')) f.iif = ifname(args, '"iif"/"dev"');
    else if (args.is('oif')) f.oif = ifname(args, '"oif"');
    else if (args.is('l3mdev')) f.l3mdev = true;
    else if (args.is('uidrange')) f.uids = rangeOf(args.next(), 32, false, 'invalid UID range\n');
    else if (args.like('tun_id')) f.tunId = tunIdOf(tunId(args));
    else if (args.like('lookup') || args.like('table')) {
      const word = args.next();
      f.table = tableNumber(ctx, word) ?? invarg('table id value is invalid\n', word);
    } else if (args.like('from') || args.like('src')) f.src = getPrefix(args.next(), family);
    else if (args.like('protocol')) {
      const word = args.next();
      f.proto = protoNumber(ctx, word);
      if (f.proto === null && word !== 'all') invarg('invalid "protocol"\n', word);
    } else if (args.is('ipproto')) f.ipproto = ipProto(args);
    else if (args.is('sport')) f.sport = rangeOf(args.next(), 16, true, 'invalid port range\n');
    else if (args.is('dport')) f.dport = rangeOf(args.next(), 16, true, 'invalid dport range\n');
    else {
      if (args.like('dst') || args.like('to')) args.next();
      f.dst = getPrefix(args.word, family);
    }
  }
  return f;
}

/** A prefix of no length fits every rule. */
const prefixFits = (want: Prefix | null, bytes: Uint8Array | undefined, len: number): boolean =>
  want === null || want.bitlen === 0 || (want.bitlen <= len && (bytes === undefined || inPrefix(want, bytes)));

const rangeFits = (want: Range | null, is: Range | undefined): boolean =>
  want === null || want.start === 0 || (is?.start === want.start && is.end === want.end);

/** @see filter_nlmsg */
function passes(m: RuleMessage, f: RuleFilter): boolean {
  const a = m.attrs;
  if (f.pref !== null && (a.priority ?? 0) !== f.pref) return false;
  if (f.not && (m.flags & FIB_RULE_INVERT) === 0) return false;
  if (!prefixFits(f.src, a.src, m.srcLen) || !prefixFits(f.dst, a.dst, m.dstLen)) return false;
  if (f.tos !== null && m.tos !== f.tos) return false;
  if (f.mark !== 0 && (a.fwmark ?? 0) !== f.mark) return false;
  if (f.mask !== 0 && (a.fwmask ?? 0) !== f.mask) return false;
  if (f.iif !== '' && a.iifname !== f.iif) return false;
  if (f.oif !== '' && a.oifname !== f.oif) return false;
  if (f.l3mdev && (a.l3mdev ?? 0) === 0) return false;
  if (f.uids !== null && (a.uidRange?.start !== f.uids.start || a.uidRange.end !== f.uids.end)) return false;
  if (f.ipproto !== 0 && a.ipProto !== f.ipproto) return false;
  if (!rangeFits(f.sport, a.sportRange) || !rangeFits(f.dport, a.dportRange)) return false;
  if (f.tunId !== 0n && (a.tunId === undefined || tunIdOf(a.tunId) !== f.tunId)) return false;
  return f.table === 0 || ruleTable(m) === f.table;
}

const familyOf = (ctx: Context): number => (ctx.family === AF_UNSPEC ? AF_INET : ctx.family);

async function dump(ctx: Context, family: number, f: RuleFilter): Promise<RuleMessage[]> {
  try {
    return (await ctx.rt.client.rule.dump({ family })).filter((m) => passes(m, f));
  } catch (e) {
    if (!(e instanceof NetlinkError)) throw e;
    ctx.printBroken();
    throw new IpError(1, `${netlinkWords(e)}Dump terminated\n`);
  }
}

export async function showRules(ctx: Context, words: readonly string[]): Promise<number> {
  const family = familyOf(ctx);
  const f = parseFilter(ctx, words, family);
  const rows: Row[] = [];
  for (const m of await dump(ctx, family, f)) rows.push(ruleRow(ctx, m));
  await ctx.print(rows);
  return 0;
}

/** Deletes what passes, but for rules of priority 0. @see flush_rule */
export async function flushRules(ctx: Context, words: readonly string[]): Promise<number> {
  const family = familyOf(ctx);
  const f = parseFilter(ctx, words, family);
  for (const m of await dump(ctx, family, f)) {
    if (f.proto !== null && (m.attrs.protocol ?? 0) !== f.proto) continue;
    if (m.attrs.priority !== undefined) await ctx.rt.client.rule.remove(m);
  }
  return 0;
}

export async function saveRules(ctx: Context, words: readonly string[]): Promise<number> {
  if (words.length > 0) throw new IpError(1, '"ip rule save" does not take any arguments.\n');
  const family = familyOf(ctx);
  const f = parseFilter(ctx, words, family);
  beginDump(ctx, RULE_MAGIC);
  return saveDump(ctx, RTM_GETRULE, ruleFamily.encode({ family }), async (m) => {
    const r = ruleFamily.decode(m.payload);
    return r !== undefined && passes(r, f);
  });
}
