/** `ip rule`: policy routing. @see ip-rule(8), ip/iprule.c:do_iprule */
import { ruleFamily, type FibRuleHdr, type FraAttrs } from '../../../../netlink/rule.ts';
import { NLM_F_CREATE, NLM_F_EXCL } from '../../../../uapi/netlink.ts';
import {
  FIB_RULE_INVERT,
  FR_ACT_GOTO,
  FR_ACT_NOP,
  FR_ACT_TO_TBL,
  RT_TABLE_MAIN,
  RTM_DELRULE,
  RTM_NEWRULE,
  RTN_NAT,
} from '../../../../uapi/rtnetlink.ts';
import { AF_INET, AF_UNSPEC } from '../../../../uapi/socket.ts';
import type { Context } from '../context.ts';
import { restoreDump } from '../dump-file.ts';
import { Args, getAddr, getInteger, getPrefix, getUnsigned, invarg, IpError, IpExit, matches } from '../parse.ts';
import { protoNumber, realmsNumber, tableNumber, tosNumber, typeNumber } from '../route/filter.ts';
import { RULE_USAGE } from '../usage.ts';
import { ifname, ipProto, isPreference, markAndMask, priority, rangeOf, tunId } from './parse.ts';
import { flushRules, RULE_MAGIC, saveRules, showRules } from './show.ts';

/** What a request says of the packet. @returns false when the word is none of these */
function selector(ctx: Context, args: Args, h: Partial<FibRuleHdr>, a: FraAttrs): boolean {
  if (args.is('not')) h.flags = FIB_RULE_INVERT;
  else if (args.is('from') || args.is('to')) {
    const [bytes, len] = args.is('from') ? (['src', 'srcLen'] as const) : (['dst', 'dstLen'] as const);
    const p = getPrefix(args.next(), h.family ?? AF_UNSPEC);
    h[len] = p.bitlen;
    if (p.bytes.length > 0) a[bytes] = p.bytes;
  } else if (isPreference(args)) a.priority = priority(args);
  else if (args.is('tos') || args.like('dsfield')) {
    const word = args.next();
    h.tos = tosNumber(ctx, word) ?? invarg('TOS value is invalid\n', word);
  } else if (args.is('fwmark')) {
    const { mark, mask } = markAndMask(args);
    a.fwmark = mark;
    if (mask !== undefined) a.fwmask = mask;
  } else if (args.like('tun_id')) a.tunId = tunId(args);
  else if (args.is('dev') || args.is('iif')) a.iifname = ifname(args, '"iif"/"dev"');
  else if (args.is('oif')) a.oifname = ifname(args, '"oif"');
  else if (args.is('l3mdev')) a.l3mdev = 1;
  else if (args.is('uidrange')) a.uidRange = rangeOf(args.next(), 32, false, 'invalid UID range\n');
  else if (args.is('ipproto')) a.ipProto = ipProto(args);
  else if (args.is('sport')) a.sportRange = rangeOf(args.next(), 16, true, 'invalid port range\n');
  else if (args.is('dport')) a.dportRange = rangeOf(args.next(), 16, true, 'invalid dport range\n');
  else return false;
  return true;
}

/** What a rule does. @returns whether it says which table, or that it needs none */
function action(ctx: Context, args: Args, h: Partial<FibRuleHdr>, a: FraAttrs): boolean {
  if (args.like('realms')) {
    const word = args.next();
    a.flow = realmsNumber(ctx, word) ?? invarg('invalid realms\n', word);
    return false;
  }
  if (args.like('protocol')) {
    const word = args.next();
    a.protocol = protoNumber(ctx, word) ?? invarg('"protocol" value is invalid\n', word);
    return false;
  }
  if (args.like('table') || args.is('lookup')) {
    const word = args.next();
    const table = tableNumber(ctx, word) ?? invarg('invalid table ID\n', word);
    h.table = table < 256 ? table : 0;
    if (table >= 256) a.table = table;
    return true;
  }
  if (args.like('suppress_prefixlength') || args.is('sup_pl')) {
    const word = args.next();
    const n = getInteger(word);
    a.suppressPrefixlen = n === null || n < 0 ? invarg('suppress_prefixlength value is invalid\n', word) : n;
    return false;
  }
  if (args.like('suppress_ifgroup') || args.is('sup_group')) {
    const word = args.next();
    a.suppressIfgroup =
      ctx.names.number('group', word) ?? getUnsigned(word) ?? invarg('Invalid "suppress_ifgroup" value\n', word);
    return false;
  }
  if (args.is('nat') || args.like('map-to')) {
    const word = args.next();
    ctx.err('Warning: route NAT is deprecated\n');
    getAddr(word, AF_INET);
    h.action = RTN_NAT; // The address would travel as an attribute that no kernel of today reads.
    return false;
  }
  if (args.is('type')) args.next();
  if (args.like('help')) throw new IpExit(255, RULE_USAGE);
  if (args.like('goto')) {
    const word = args.next();
    a.goto = getUnsigned(word) ?? invarg('invalid target\n', word);
    h.action = FR_ACT_GOTO;
  } else if (args.like('nop')) h.action = FR_ACT_NOP;
  else h.action = typeNumber(args.word) ?? invarg('Failed to parse rule type', args.word);
  return true;
}

/** @see iprule_modify */
async function modify(ctx: Context, words: readonly string[], cmd: number): Promise<number> {
  const adds = cmd === RTM_NEWRULE;
  if (words.length === 0) throw new IpError(1, `"ip rule ${adds ? 'add' : 'del'}" requires arguments.\n`);
  const h: Partial<FibRuleHdr> = { family: ctx.family };
  if (adds) h.action = FR_ACT_TO_TBL;
  const a: FraAttrs = {};
  let tableKnown = false;
  const args = new Args(words);
  for (; args.left > 0; args.i++) {
    if (!selector(ctx, args, h, a) && action(ctx, args, h, a)) tableKnown = true;
  }
  if (a.l3mdev !== undefined && (h.table ?? 0) !== 0) {
    throw new IpError(22, 'table can not be specified for l3mdev rules\n');
  }
  if (h.family === AF_UNSPEC) h.family = AF_INET;
  if (!tableKnown && a.l3mdev === undefined && adds) h.table = RT_TABLE_MAIN;
  await ctx.rt.done(
    ctx.rt.client.request(cmd, adds ? NLM_F_CREATE | NLM_F_EXCL : 0, ruleFamily.encode({ ...h, attrs: a })),
  );
  return 0;
}

export async function doRule(ctx: Context, args: readonly string[]): Promise<number> {
  if (args.length === 0) return showRules(ctx, []);
  const word = args[0]!;
  const rest = args.slice(1);
  const like = (full: string): boolean => matches(word, full);
  if (like('list') || like('lst') || like('show')) return showRules(ctx, rest);
  if (like('save')) return saveRules(ctx, rest);
  if (like('restore')) return restoreDump(ctx, RULE_MAGIC, RTM_NEWRULE, 255);
  if (like('add')) return modify(ctx, rest, RTM_NEWRULE);
  if (like('delete')) return modify(ctx, rest, RTM_DELRULE);
  if (like('flush')) return flushRules(ctx, rest);
  if (like('help')) throw new IpExit(255, RULE_USAGE);
  throw new IpExit(255, `Command "${word}" is unknown, try "ip rule help".\n`);
}
