/** RTM_{NEW,DEL,GET}RULE of IPv4. @see net/core/fib_rules.c, net/ipv4/fib_rules.c */
import { ipv4Bytes } from '../../lib/address.ts';
import { be32, be64, putBe64 } from '../../lib/bytes.ts';
import { NL_VALIDATE_LIBERAL } from '../../netlink/attr.ts';
import { ruleFamily, type FraAttrs, type Range, type RuleMessage } from '../../netlink/rule.ts';
import { EEXIST, EINVAL, ENOBUFS, ENOENT, EOPNOTSUPP } from '../../uapi/errno.ts';
import { NLM_F_EXCL } from '../../uapi/netlink.ts';
import {
  FIB_RULE_IIF_DETACHED,
  FIB_RULE_INVERT,
  FIB_RULE_OIF_DETACHED,
  FIB_RULE_PERMANENT,
  FIB_RULE_UNRESOLVED,
  FR_ACT_GOTO,
  FR_ACT_TO_TBL,
  RT_TABLE_COMPAT,
  RT_TABLE_DEFAULT,
  RTM_DELRULE,
  RTM_GETRULE,
  RTM_NEWRULE,
  RTNLGRP_IPV4_RULE,
} from '../../uapi/rtnetlink.ts';
import { AF_INET } from '../../uapi/socket.ts';
import type { SimKernel } from '../core/kernel.ts';
import type { Net } from '../core/net.ts';
import { nlErr, nlErrAttr, nlInfo, type RtnlDoit, type RtnlDumpit, type RtnlRequest } from '../core/rtnetlink.ts';
import { ANY_PORT, DEFAULT_RULES } from '../ipv4/fib-rules.ts';
import { fibGetTable, fibNewTable, fibUnmerge } from '../ipv4/fib-table.ts';
import { type FibRule, netIpv4, rtCacheFlush } from '../ipv4/netns.ts';

const rulesOf = (net: Net): readonly FibRule[] => netIpv4(net).rules ?? DEFAULT_RULES;
const portSet = (r: Range): boolean => r.start !== 0;

function tunIdBytes(id: bigint): Uint8Array {
  const b = new Uint8Array(8);
  putBe64(b, 0, id);
  return b;
}

/** @see fib_nl_fill_rule, fib4_rule_fill */
function fill(net: Net, r: FibRule): Uint8Array {
  const unresolved = r.action === FR_ACT_GOTO && !rulesOf(net).some((x) => x.pref === r.target);
  const detached = (name: string): boolean => name !== '' && net.names.get(name) === undefined;
  const attrs: FraAttrs = {
    dst: r.dstLen === 0 ? undefined : ipv4Bytes(r.dst),
    src: r.srcLen === 0 ? undefined : ipv4Bytes(r.src),
    table: r.table,
    suppressPrefixlen: r.suppressPrefixlen >>> 0,
    protocol: r.protocol,
    iifname: r.iifname === '' ? undefined : r.iifname,
    oifname: r.oifname === '' ? undefined : r.oifname,
    priority: r.pref === 0 ? undefined : r.pref,
    fwmark: r.mark === 0 ? undefined : r.mark,
    fwmask: r.mark === 0 && r.markMask === 0 ? undefined : r.markMask,
    goto: r.target === 0 ? undefined : r.target,
    tunId: r.tunId === 0n ? undefined : tunIdBytes(r.tunId),
    l3mdev: r.l3mdev ? 1 : undefined,
    uidRange: r.uids ?? undefined,
    sportRange: portSet(r.sport) ? r.sport : undefined,
    dportRange: portSet(r.dport) ? r.dport : undefined,
    ipProto: r.ipproto === 0 ? undefined : r.ipproto,
    flow: r.tclassid === 0 ? undefined : r.tclassid,
    suppressIfgroup: r.suppressIfgroup === -1 ? undefined : r.suppressIfgroup,
  };
  return ruleFamily.encode({
    family: AF_INET,
    dstLen: r.dstLen,
    srcLen: r.srcLen,
    tos: r.tos,
    table: r.table < 256 ? r.table : RT_TABLE_COMPAT,
    action: r.action,
    flags:
      r.flags |
      (unresolved ? FIB_RULE_UNRESOLVED : 0) |
      (detached(r.iifname) ? FIB_RULE_IIF_DETACHED : 0) |
      (detached(r.oifname) ? FIB_RULE_OIF_DETACHED : 0),
    attrs,
  });
}

const SUPPORTED: ReadonlySet<string> = new Set(
  'dst src iifname oifname goto priority fwmark fwmask flow tunId suppressIfgroup suppressPrefixlen table l3mdev uidRange protocol ipProto sportRange dportRange'.split(
    ' ',
  ),
);

const badRange = (r: Range | undefined): boolean =>
  r !== undefined && (r.start === 0 || r.end === 0 || r.start > r.end);
const NO_UID = 0xffffffff;

/** What a rule says, whoever asks. @returns -EINVAL with words in extack. @see fib_nl2rule, validate_rulemsg */
function parse(req: RtnlRequest): { m: RuleMessage; rule: FibRule } | number {
  const { extack, net } = req;
  const m = ruleFamily.parse(req.message, NL_VALIDATE_LIBERAL, extack);
  if (typeof m === 'number') return m;
  const { attrs: a } = m;
  for (const name of Object.keys(a)) {
    if (SUPPORTED.has(name) || name === 'unknown' || name === 'pad') continue;
    return nlErrAttr(
      extack,
      EOPNOTSUPP,
      ruleFamily.offsetOf(req.message, name),
      `ipv4: rule attribute ${name} is not supported`,
    );
  }
  const bad = (words: string): number => nlErr(extack, EINVAL, words);
  if (m.srcLen !== 0 && (a.src === undefined || m.srcLen > 32 || a.src.length !== 4))
    return bad('Invalid source address');
  if (m.dstLen !== 0 && (a.dst === undefined || m.dstLen > 32 || a.dst.length !== 4)) return bad('Invalid dst address');
  const rule: FibRule = {
    pref: a.priority ?? defaultPref(rulesOf(net)),
    action: m.action,
    table: a.table ?? m.table,
    flags: m.flags & (FIB_RULE_INVERT | FIB_RULE_PERMANENT),
    protocol: a.protocol ?? 0,
    src: a.src === undefined || a.src.length < 4 ? 0 : be32(a.src, 0),
    srcLen: m.srcLen,
    dst: a.dst === undefined || a.dst.length < 4 ? 0 : be32(a.dst, 0),
    dstLen: m.dstLen,
    tos: m.tos,
    iifname: a.iifname ?? '',
    oifname: a.oifname ?? '',
    mark: a.fwmark ?? 0,
    markMask: a.fwmask ?? (a.fwmark === undefined || a.fwmark === 0 ? 0 : 0xffffffff),
    target: a.goto ?? 0,
    ipproto: a.ipProto ?? 0,
    sport: a.sportRange ?? ANY_PORT,
    dport: a.dportRange ?? ANY_PORT,
    uids: a.uidRange ?? null,
    tunId: a.tunId === undefined || a.tunId.length < 8 ? 0n : be64(a.tunId, 0),
    l3mdev: (a.l3mdev ?? 0) !== 0,
    tclassid: a.flow ?? 0,
    suppressPrefixlen: (a.suppressPrefixlen ?? 0xffffffff) | 0,
    suppressIfgroup: (a.suppressIfgroup ?? 0xffffffff) | 0,
  };
  if (a.goto !== undefined) {
    if (rule.action !== FR_ACT_GOTO) return bad('Unexpected goto');
    if (rule.target <= rule.pref) return bad('Backward goto not supported');
  } else if (rule.action === FR_ACT_GOTO) return bad('Missing goto target for action goto');
  if (rule.l3mdev && rule.table !== 0) return bad('l3mdev and table are mutually exclusive');
  if (
    a.uidRange !== undefined &&
    (a.uidRange.start > a.uidRange.end || a.uidRange.start === NO_UID || a.uidRange.end === NO_UID)
  ) {
    return bad('Invalid uid range');
  }
  if (badRange(a.sportRange)) return bad('Invalid sport range');
  if (badRange(a.dportRange)) return bad('Invalid dport range');
  return { m, rule };
}

/** Just before the second rule. @see fib_default_rule_pref */
const defaultPref = (rules: readonly FibRule[]): number => Math.max(0, (rules[1]?.pref ?? 1) - 1);

/** What of a request's selectors must be the same in a rule: those it has. @see fib4_rule_compare */
function compare(r: FibRule, rule: FibRule): boolean {
  if (rule.srcLen !== 0 && (r.srcLen !== rule.srcLen || r.src !== rule.src)) return false;
  if (rule.dstLen !== 0 && (r.dstLen !== rule.dstLen || r.dst !== rule.dst)) return false;
  if (rule.tclassid !== 0 && r.tclassid !== rule.tclassid) return false;
  return rule.tos === 0 || r.tos === rule.tos;
}

const sameRange = (a: Range | null, b: Range | null): boolean => a?.start === b?.start && a?.end === b?.end;
const COMPARED = [
  'action',
  'table',
  'pref',
  'iifname',
  'oifname',
  'mark',
  'markMask',
  'suppressIfgroup',
  'suppressPrefixlen',
  'tunId',
  'l3mdev',
  'ipproto',
  'protocol',
] as const;

/** Whether there is such a rule already; whether it is inverted does not matter. @see rule_exists */
const exists = (r: FibRule, rule: FibRule): boolean =>
  COMPARED.every((k) => r[k] === rule[k]) &&
  sameRange(r.uids, rule.uids) &&
  sameRange(r.sport, rule.sport) &&
  sameRange(r.dport, rule.dport) &&
  compare(r, rule);

/** Whether a rule is the one meant; what was not said is not asked. @see rule_find */
function matches(r: FibRule, rule: FibRule, a: FraAttrs): boolean {
  const asked: readonly (readonly [boolean, keyof FibRule])[] = [
    [rule.action !== 0, 'action'],
    [rule.table !== 0, 'table'],
    [a.priority !== undefined, 'pref'],
    [rule.iifname !== '', 'iifname'],
    [rule.oifname !== '', 'oifname'],
    [rule.mark !== 0, 'mark'],
    [rule.markMask !== 0, 'markMask'],
    [rule.suppressIfgroup !== -1, 'suppressIfgroup'],
    [rule.suppressPrefixlen !== -1, 'suppressPrefixlen'],
    [rule.tunId !== 0n, 'tunId'],
    [rule.l3mdev, 'l3mdev'],
    [rule.ipproto !== 0, 'ipproto'],
    [rule.protocol !== 0, 'protocol'],
  ];
  if (asked.some(([is, k]) => is && r[k] !== rule[k])) return false;
  if (rule.uids !== null && !sameRange(r.uids, rule.uids)) return false;
  if (portSet(rule.sport) && !sameRange(r.sport, rule.sport)) return false;
  if (portSet(rule.dport) && !sameRange(r.dport, rule.dport)) return false;
  return compare(r, rule);
}

/** A table nobody uses, made; 0 when there is none left. @see fib_empty_table */
function emptyTable(net: Net): number {
  for (let id = 1; id < RT_TABLE_DEFAULT; id++) if (fibGetTable(net, id) === undefined) return fibNewTable(net, id).id;
  return 0;
}

/** The bits of a TOS that IPv4 routes by. @see IPTOS_TOS_MASK */
const TOS_MASK = 0x1e;

/** @see fib_newrule, fib4_rule_configure */
const newrule: RtnlDoit = (req) => {
  const p = parse(req);
  if (typeof p === 'number') return p;
  const { net, extack } = req;
  let { rule } = p;
  const rules = [...rulesOf(net)];
  if ((req.flags & NLM_F_EXCL) !== 0 && rules.some((r) => exists(r, rule))) return -EEXIST;
  if ((rule.tos & 3) !== 0) return nlErr(extack, EINVAL, 'Invalid dsfield (tos): ECN bits must be 0');
  if ((rule.tos & ~TOS_MASK) !== 0) return nlErr(extack, EINVAL, 'Invalid tos');
  if (rule.table === 0 && !rule.l3mdev && rule.action === FR_ACT_TO_TBL) {
    const table = emptyTable(net);
    if (table === 0) return -ENOBUFS;
    rule = { ...rule, table };
  }
  fibUnmerge(net);
  const at = rules.findIndex((r) => r.pref > rule.pref);
  rules.splice(at < 0 ? rules.length : at, 0, rule);
  change(req, rules, RTM_NEWRULE, rule);
  return 0;
};

/** Puts the new list in force and tells. */
function change(req: RtnlRequest, rules: FibRule[], event: number, rule: FibRule): void {
  const { net } = req;
  netIpv4(net).rules = rules;
  rtCacheFlush(net);
  net.kernel.rtnl.notify(net, RTNLGRP_IPV4_RULE, event, fill(net, rule), nlInfo(req));
}

/** @see fib_delrule */
const delrule: RtnlDoit = (req) => {
  const p = parse(req);
  if (typeof p === 'number') return p;
  const rules = [...rulesOf(req.net)];
  const i = rules.findIndex((r) => matches(r, p.rule, p.m.attrs));
  if (i < 0) return -ENOENT;
  const [gone] = rules.splice(i, 1);
  fibUnmerge(req.net);
  change(req, rules, RTM_DELRULE, gone!);
  return 0;
};

/** @see fib_nl_dumprule */
const dumprule: RtnlDumpit = (req, emit) => {
  for (const r of rulesOf(req.net)) emit(RTM_NEWRULE, 0, fill(req.net, r));
  return 0;
};

export function rtnlRuleInit(kernel: SimKernel): void {
  kernel.rtnl.register(AF_INET, RTM_NEWRULE, newrule, null);
  kernel.rtnl.register(AF_INET, RTM_DELRULE, delrule, null);
  kernel.rtnl.register(AF_INET, RTM_GETRULE, null, dumprule);
}
