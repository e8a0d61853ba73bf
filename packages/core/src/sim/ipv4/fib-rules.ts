/** Which tables are asked, and in which order. @see net/ipv4/fib_rules.c, net/core/fib_rules.c */
import { ipv4Mask } from '../../lib/address.ts';
import { EACCES, EAGAIN, EINVAL, ENETUNREACH } from '../../uapi/errno.ts';
import {
  FIB_RULE_INVERT,
  FR_ACT_GOTO,
  FR_ACT_NOP,
  FR_ACT_PROHIBIT,
  FR_ACT_TO_TBL,
  FR_ACT_UNREACHABLE,
  RT_TABLE_DEFAULT,
  RT_TABLE_LOCAL,
  RT_TABLE_MAIN,
  RTPROT_KERNEL,
} from '../../uapi/rtnetlink.ts';
import type { Net } from '../core/net.ts';
import type { FibResult, Flowi4 } from './fib-types.ts';
import { fibGetTable } from './fib-table.ts';
import { type FibRule, netIpv4 } from './netns.ts';

/** No port in particular. */
export const ANY_PORT: FibRule['sport'] = { start: 0, end: 0 };

const rule = (pref: number, table: number): FibRule => ({
  pref,
  action: FR_ACT_TO_TBL,
  table,
  flags: 0,
  protocol: RTPROT_KERNEL,
  src: 0,
  srcLen: 0,
  dst: 0,
  dstLen: 0,
  tos: 0,
  iifname: '',
  oifname: '',
  mark: 0,
  markMask: 0,
  target: 0,
  ipproto: 0,
  sport: ANY_PORT,
  dport: ANY_PORT,
  uids: null,
  tunId: 0n,
  l3mdev: false,
  tclassid: 0,
  suppressPrefixlen: -1,
  suppressIfgroup: -1,
});

/** The three every namespace begins with. @see fib_default_rules_init */
export const DEFAULT_RULES: readonly FibRule[] = [
  rule(0, RT_TABLE_LOCAL),
  rule(0x7ffe, RT_TABLE_MAIN),
  rule(0x7fff, RT_TABLE_DEFAULT),
];

/**
 * Finds the route of a flow. @returns 0 with `res` filled in, or -ENETUNREACH, or what an unreachable route says
 * (-EHOSTUNREACH, -EACCES, -EINVAL). @see fib_lookup
 */
export function fibLookup(net: Net, fl: Flowi4, res: FibResult, flags: number): number {
  const { rules, tables } = netIpv4(net);
  if (rules !== null) return fibRulesLookup(net, rules, fl, res, flags);
  const main = tables.get(RT_TABLE_MAIN);
  if (main !== undefined) {
    const err = main.lookup(fl, res, flags);
    if (err !== -EAGAIN) return err;
  }
  const dflt = tables.get(RT_TABLE_DEFAULT);
  if (dflt !== undefined) {
    const err = dflt.lookup(fl, res, flags);
    if (err !== -EAGAIN) return err;
  }
  return -ENETUNREACH;
}

function nameIs(net: Net, name: string, ifindex: number): boolean {
  return name === '' || net.devs.get(ifindex)?.name === name;
}

/** @see fib_rule_match, fib4_rule_match */
function matches(net: Net, r: FibRule, fl: Flowi4): boolean {
  const yes =
    nameIs(net, r.iifname, fl.iif === 0 ? 1 : fl.iif) &&
    nameIs(net, r.oifname, fl.oif) &&
    ((r.mark ^ fl.mark) & r.markMask) === 0 &&
    ((fl.saddr ^ r.src) & ipv4Mask(r.srcLen)) === 0 &&
    ((fl.daddr ^ r.dst) & ipv4Mask(r.dstLen)) === 0 &&
    (r.tos === 0 || r.tos === (fl.tos & 0xfc)) &&
    (r.ipproto === 0 || r.ipproto === fl.proto) &&
    (r.sport.start === 0 || (fl.sport >= r.sport.start && fl.sport <= r.sport.end)) &&
    (r.dport.start === 0 || (fl.dport >= r.dport.start && fl.dport <= r.dport.end)) &&
    (r.uids === null || (fl.uid >= r.uids.start && fl.uid <= r.uids.end)) &&
    r.tunId === 0n &&
    !r.l3mdev;
  return yes !== ((r.flags & FIB_RULE_INVERT) !== 0);
}

/** @see fib_rules_lookup */
function fibRulesLookup(net: Net, rules: readonly FibRule[], fl: Flowi4, res: FibResult, flags: number): number {
  for (let i = 0; i < rules.length; i++) {
    const r = rules[i]!;
    if (!matches(net, r, fl)) continue;
    switch (r.action) {
      case FR_ACT_GOTO: {
        const to = rules.findIndex((x) => x.pref >= r.target);
        if (to > i && rules[to]!.pref === r.target) i = to - 1;
        continue;
      }
      case FR_ACT_NOP:
        continue;
      case FR_ACT_TO_TBL: {
        const err = fibGetTable(net, r.table)?.lookup(fl, res, flags) ?? -EAGAIN;
        if (err === -EAGAIN) continue;
        if (
          err === 0 &&
          (res.prefixlen <= r.suppressPrefixlen ||
            (r.suppressIfgroup !== -1 && res.nh?.dev?.group === r.suppressIfgroup))
        ) {
          continue;
        }
        return err;
      }
      case FR_ACT_UNREACHABLE:
        return -ENETUNREACH;
      case FR_ACT_PROHIBIT:
        return -EACCES;
      default:
        return -EINVAL;
    }
  }
  return -ENETUNREACH;
}
