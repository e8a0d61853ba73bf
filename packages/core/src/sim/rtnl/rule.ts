/** RTM_{NEW,DEL,GET}RULE of IPv4. @see net/core/fib_rules.c, net/ipv4/fib_rules.c */
import { ipv4Bytes } from '../../lib/address.ts';
import { be32 } from '../../lib/bytes.ts';
import { NL_VALIDATE_LIBERAL } from '../../netlink/attr.ts';
import { ruleFamily, type FraAttrs, type RuleMessage } from '../../netlink/rule.ts';
import { EEXIST, EINVAL, ENOENT, EOPNOTSUPP } from '../../uapi/errno.ts';
import { NLM_F_EXCL } from '../../uapi/netlink.ts';
import {
  FIB_RULE_INVERT,
  FIB_RULE_PERMANENT,
  FR_ACT_GOTO,
  FR_ACT_MAX,
  FR_ACT_TO_TBL,
  FR_ACT_UNSPEC,
  RT_TABLE_COMPAT,
  RTM_DELRULE,
  RTM_GETRULE,
  RTM_NEWRULE,
  RTNLGRP_IPV4_RULE,
} from '../../uapi/rtnetlink.ts';
import { AF_INET } from '../../uapi/socket.ts';
import type { SimKernel } from '../core/kernel.ts';
import { nlErr, nlInfo, type RtnlDoit, type RtnlDumpit, type RtnlRequest } from '../core/rtnetlink.ts';
import { DEFAULT_RULES } from '../ipv4/fib-rules.ts';
import { fibUnmerge } from '../ipv4/fib-table.ts';
import { type FibRule, netIpv4, rtCacheFlush } from '../ipv4/netns.ts';

/** @see fib_nl_fill_rule */
function fill(r: FibRule): Uint8Array {
  const attrs: FraAttrs = {
    dst: r.dstLen === 0 ? undefined : ipv4Bytes(r.dst),
    src: r.srcLen === 0 ? undefined : ipv4Bytes(r.src),
    table: r.table,
    suppressPrefixlen: r.suppressPrefixlen,
    protocol: r.protocol,
    iifname: r.iifname === '' ? undefined : r.iifname,
    oifname: r.oifname === '' ? undefined : r.oifname,
    priority: r.pref === 0 ? undefined : r.pref,
    fwmark: r.mark === 0 ? undefined : r.mark,
    fwmask: r.mark === 0 && r.markMask === 0 ? undefined : r.markMask,
    goto: r.target === 0 ? undefined : r.target,
    ipProto: r.ipproto === 0 ? undefined : r.ipproto,
  };
  return ruleFamily.encode({
    family: AF_INET,
    dstLen: r.dstLen,
    srcLen: r.srcLen,
    tos: r.tos,
    table: r.table < 256 ? r.table : RT_TABLE_COMPAT,
    action: r.action,
    flags: r.flags,
    attrs,
  });
}

const SUPPORTED: ReadonlySet<string> = new Set(
  'dst src iifname oifname goto priority fwmark fwmask table protocol ipProto suppressPrefixlen'.split(' '),
);

function parse(req: RtnlRequest): { m: RuleMessage; rule: FibRule } | number {
  const { extack } = req;
  const m = ruleFamily.parse(req.message, NL_VALIDATE_LIBERAL, extack);
  if (typeof m === 'number') return m;
  const { attrs: a } = m;
  for (const name of Object.keys(a)) {
    if (!SUPPORTED.has(name)) return nlErr(extack, EOPNOTSUPP, `ipv4: rule attribute ${name} is not supported`);
  }
  if (m.dstLen !== 0 && (a.dst === undefined || m.dstLen > 32 || a.dst.length !== 4)) return nlErr(extack, EINVAL, 'Invalid dst address');
  if (m.srcLen !== 0 && (a.src === undefined || m.srcLen > 32 || a.src.length !== 4)) return nlErr(extack, EINVAL, 'Invalid src address');
  if ((m.tos & 3) !== 0) return nlErr(extack, EINVAL, 'Invalid dsfield (tos): ECN bits must be 0');
  return {
    m,
    rule: {
      pref: a.priority ?? -1,
      action: m.action,
      table: a.table ?? m.table,
      flags: m.flags & (FIB_RULE_INVERT | FIB_RULE_PERMANENT),
      protocol: a.protocol ?? 0,
      src: a.src === undefined ? 0 : be32(a.src, 0),
      srcLen: m.srcLen,
      dst: a.dst === undefined ? 0 : be32(a.dst, 0),
      dstLen: m.dstLen,
      tos: m.tos,
      iifname: a.iifname ?? '',
      oifname: a.oifname ?? '',
      mark: a.fwmark ?? 0,
      markMask: a.fwmask ?? (a.fwmark === undefined || a.fwmark === 0 ? 0 : 0xffffffff),
      target: a.goto ?? 0,
      ipproto: a.ipProto ?? 0,
      suppressPrefixlen: (a.suppressPrefixlen ?? 0xffffffff) | 0,
    },
  };
}

/** @see fib_nl_newrule */
const newrule: RtnlDoit = (req) => {
  const p = parse(req);
  if (typeof p === 'number') return p;
  const { net, extack } = req;
  let { rule } = p;
  if (rule.action === FR_ACT_UNSPEC || rule.action >= FR_ACT_MAX + 1) return nlErr(extack, EINVAL, 'Invalid table');
  if (rule.action === FR_ACT_TO_TBL && rule.table === 0) return nlErr(extack, EINVAL, 'Invalid table');
  if (rule.action === FR_ACT_GOTO && rule.target <= Math.max(0, rule.pref)) return nlErr(extack, EINVAL, 'Backward goto not supported');
  const n = netIpv4(net);
  const rules = [...(n.rules ?? DEFAULT_RULES)];
  if (rule.pref < 0) rule = { ...rule, pref: Math.max(0, (rules[1]?.pref ?? 1) - 1) };
  if ((req.flags & NLM_F_EXCL) !== 0 && rules.some((r) => same(r, rule))) return -EEXIST;
  fibUnmerge(net);
  const at = rules.findIndex((r) => r.pref > rule.pref);
  rules.splice(at < 0 ? rules.length : at, 0, rule);
  n.rules = rules;
  rtCacheFlush(net);
  net.kernel.rtnl.notify(net, RTNLGRP_IPV4_RULE, RTM_NEWRULE, fill(rule), nlInfo(req));
  return 0;
};

const same = (a: FibRule, b: FibRule): boolean => (Object.keys(a) as (keyof FibRule)[]).every((k) => a[k] === b[k]);

/** @see rule_find */
function matches(r: FibRule, rule: FibRule, a: FraAttrs, m: RuleMessage): boolean {
  if (rule.action !== 0 && r.action !== rule.action) return false;
  if (rule.table !== 0 && r.table !== rule.table) return false;
  if (a.priority !== undefined && r.pref !== rule.pref) return false;
  if (a.iifname !== undefined && r.iifname !== rule.iifname) return false;
  if (a.oifname !== undefined && r.oifname !== rule.oifname) return false;
  if (a.fwmark !== undefined && r.mark !== rule.mark) return false;
  if (a.fwmask !== undefined && r.markMask !== rule.markMask) return false;
  if (a.protocol !== undefined && rule.protocol !== 0 && r.protocol !== rule.protocol) return false;
  if (m.srcLen !== 0 && (r.srcLen !== m.srcLen || r.src !== rule.src)) return false;
  if (m.dstLen !== 0 && (r.dstLen !== m.dstLen || r.dst !== rule.dst)) return false;
  return m.tos === 0 || r.tos === m.tos;
}

/** @see fib_nl_delrule */
const delrule: RtnlDoit = (req) => {
  const p = parse(req);
  if (typeof p === 'number') return p;
  const n = netIpv4(req.net);
  const rules = [...(n.rules ?? DEFAULT_RULES)];
  const i = rules.findIndex((r) => matches(r, p.rule, p.m.attrs, p.m));
  if (i < 0) return -ENOENT;
  const [gone] = rules.splice(i, 1);
  fibUnmerge(req.net);
  n.rules = rules;
  rtCacheFlush(req.net);
  req.net.kernel.rtnl.notify(req.net, RTNLGRP_IPV4_RULE, RTM_DELRULE, fill(gone!), nlInfo(req));
  return 0;
};

/** @see fib_nl_dumprule */
const dumprule: RtnlDumpit = (req, emit) => {
  for (const r of netIpv4(req.net).rules ?? DEFAULT_RULES) emit(RTM_NEWRULE, 0, fill(r));
  return 0;
};

export function rtnlRuleInit(kernel: SimKernel): void {
  kernel.rtnl.register(AF_INET, RTM_NEWRULE, newrule, null);
  kernel.rtnl.register(AF_INET, RTM_DELRULE, delrule, null);
  kernel.rtnl.register(AF_INET, RTM_GETRULE, null, dumprule);
}
