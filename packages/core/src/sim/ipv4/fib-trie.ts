/** Adding and deleting routes. @see net/ipv4/fib_trie.c */
import { EEXIST, ENOENT, ESRCH } from '../../uapi/errno.ts';
import { NLM_F_APPEND, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from '../../uapi/netlink.ts';
import { RT_SCOPE_NOWHERE, RTM_DELROUTE, RTM_NEWROUTE, RTNH_F_DEAD } from '../../uapi/rtnetlink.ts';
import type { Net } from '../core/net.ts';
import { type ExtAck, newExtAck, type NlInfo } from '../core/rtnetlink.ts';
import { fibCreateInfo, fibReleaseInfo } from './fib-semantics.ts';
import { fibError, fibFindAlias, type FibTable } from './fib-table.ts';
import { FibAlias, type FibConfig, type FibInfo, type FibLeaf } from './fib-types.ts';
import { kernelIpv4, netIpv4, rtCacheFlush } from './netns.ts';

function put(
  net: Net,
  table: FibTable,
  cfg: FibConfig,
  fa: FibAlias,
  before: FibAlias | null,
  info: NlInfo,
  nlflags: number,
): void {
  table.insert(cfg.dst, cfg.dstLen, fa, before);
  changed(net, cfg, fa, info, nlflags);
}

function changed(net: Net, cfg: FibConfig, fa: FibAlias, info: NlInfo, nlflags: number): void {
  netIpv4(net).fibSeq++;
  rtCacheFlush(net);
  kernelIpv4(net.kernel).rtmsgFib(net, RTM_NEWROUTE, cfg.dst, cfg.dstLen, fa, info, nlflags);
}

/**
 * Adds a route as `cfg.nlflags` say: NLM_F_CREATE, EXCL, REPLACE, APPEND; without the last two it comes before its equals.
 * @returns 0, -EEXIST, -ENOENT (nothing to replace) or what `fibCreateInfo` says. @see fib_table_insert
 */
export function fibTableInsert(
  net: Net,
  table: FibTable,
  cfg: FibConfig,
  info: NlInfo,
  extack: ExtAck = newExtAck(),
): number {
  const fi = fibCreateInfo(net, cfg, extack);
  if (typeof fi === 'number') return fi;
  const err = insertInfo(net, table, cfg, fi, info);
  if (err !== 0) fibReleaseInfo(net, fi);
  return err;
}

function insertInfo(net: Net, table: FibTable, cfg: FibConfig, fi: FibInfo, info: NlInfo): number {
  const leaf = table.trie.get(cfg.dst, cfg.dstLen);
  let fa = fibFindAlias(leaf, cfg.tos, fi.priority, table.id);
  let nlflags = cfg.nlflags & NLM_F_EXCL;
  if (fa !== null && fa.tos === cfg.tos && fa.fi.priority === fi.priority) {
    if ((cfg.nlflags & NLM_F_EXCL) !== 0) return -EEXIST;
    nlflags = 0;
    const first = fa;
    const { aliases } = leaf!;
    let match: FibAlias | null = null;
    let i = aliases.indexOf(fa);
    for (; i < aliases.length; i++) {
      const a = aliases[i]!;
      if (a.tbId !== table.id || a.tos !== cfg.tos || a.fi.priority !== fi.priority) break;
      if (a.type === cfg.type && a.fi === fi) {
        match = a;
        break;
      }
    }
    if ((cfg.nlflags & NLM_F_REPLACE) !== 0) {
      if (match !== null) {
        if (match !== first) return -EEXIST;
        fibReleaseInfo(net, fi);
        return 0;
      }
      const made = new FibAlias(fi, cfg.tos, cfg.type, table.id);
      leaf!.aliases = aliases.with(aliases.indexOf(first), made);
      fibReleaseInfo(net, first.fi);
      changed(net, cfg, made, info, NLM_F_REPLACE);
      return 0;
    }
    if (match !== null) return -EEXIST;
    if ((cfg.nlflags & NLM_F_APPEND) !== 0) {
      nlflags |= NLM_F_APPEND;
      fa = aliases[i] ?? null;
      if (fa !== null && fa.tbId !== table.id) fa = null;
    } else fa = first;
  }
  if ((cfg.nlflags & NLM_F_CREATE) === 0) return -ENOENT;
  put(net, table, cfg, new FibAlias(fi, cfg.tos, cfg.type, table.id), fa, info, nlflags | NLM_F_CREATE);
  return 0;
}

/** Whether a route's next hops are those named for deletion. @see fib_nh_match */
function nhMatch(cfg: FibConfig, fi: FibInfo): boolean {
  if (cfg.priority !== 0 && cfg.priority !== fi.priority) return false;
  if (cfg.oif !== 0 || cfg.gw !== 0) {
    const nh = fi.nh[0]!;
    return (cfg.oif === 0 || cfg.oif === nh.oif) && (cfg.gw === 0 || cfg.gw === nh.gw4);
  }
  if (cfg.nexthops === null) return true;
  if (cfg.nexthops.length !== fi.nh.length) return false;
  return cfg.nexthops.every((one, i) => {
    const nh = fi.nh[i]!;
    return (one.oif === 0 || one.oif === nh.oif) && (one.gw === 0 || one.gw === nh.gw4);
  });
}

/** @returns 0 or -ESRCH. @see fib_table_delete */
export function fibTableDelete(net: Net, table: FibTable, cfg: FibConfig, info: NlInfo): number {
  const leaf = table.trie.get(cfg.dst, cfg.dstLen);
  const first = fibFindAlias(leaf, cfg.tos, 0, table.id);
  if (leaf === null || first === null) return -ESRCH;
  const { aliases } = leaf;
  for (let i = aliases.indexOf(first); i < aliases.length; i++) {
    const fa = aliases[i]!;
    if (fa.tbId !== table.id || fa.tos !== cfg.tos) break;
    const { fi } = fa;
    if (cfg.type !== 0 && fa.type !== cfg.type) continue;
    if (cfg.scope !== RT_SCOPE_NOWHERE && fi.scope !== cfg.scope) continue;
    if (cfg.prefsrc !== 0 && fi.prefsrc !== cfg.prefsrc) continue;
    if (cfg.protocol !== 0 && fi.protocol !== cfg.protocol) continue;
    if (!nhMatch(cfg, fi) || !metricsMatch(cfg, fi)) continue;
    kernelIpv4(net.kernel).rtmsgFib(net, RTM_DELROUTE, cfg.dst, cfg.dstLen, fa, info, 0);
    removeAlias(net, table, leaf, fa);
    return 0;
  }
  return -ESRCH;
}

/** @see fib_metrics_match */
function metricsMatch(cfg: FibConfig, fi: FibInfo): boolean {
  if (cfg.metrics === null) return true;
  for (const [k, v] of cfg.metrics) if ((fi.metrics?.get(k) ?? 0) !== v) return false;
  return true;
}

function removeAlias(net: Net, table: FibTable, leaf: FibLeaf, fa: FibAlias): void {
  table.remove(leaf, fa);
  netIpv4(net).fibSeq++;
  rtCacheFlush(net);
  fibReleaseInfo(net, fa.fi);
}

/** Removes the routes that are dead; nobody is told. @see fib_flush, fib_table_flush */
export function fibFlush(net: Net): void {
  for (const table of netIpv4(net).tables.values()) {
    const doomed: { leaf: FibLeaf; fa: FibAlias }[] = [];
    for (const { leaf, fa } of table.routes()) {
      if (fibError(fa.type) === 0 ? (fa.fi.flags & RTNH_F_DEAD) !== 0 : fa.fi.prefsrcRemoved) doomed.push({ leaf, fa });
    }
    for (const { leaf, fa } of doomed) removeAlias(net, table, leaf, fa);
  }
  rtCacheFlush(net);
}
