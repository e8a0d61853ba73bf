/** Tables of routes: adding, replacing, deleting, walking. @see net/ipv6/ip6_fib.c */
import { withAt, without } from '../../lib/small.ts';
import { Timer } from '../../lib/timer-heap.ts';
import { EEXIST, ENOENT } from '../../uapi/errno.ts';
import { DEVCONF_IGNORE_ROUTES_WITH_LINKDOWN } from '../../uapi/if-link.ts';
import { RTF_ADDRCONF, RTF_EXPIRES } from '../../uapi/ip.ts';
import { NLM_F_APPEND, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from '../../uapi/netlink.ts';
import { RTM_DELROUTE, RTM_NEWROUTE, RTNH_F_DEAD, RTNH_F_LINKDOWN } from '../../uapi/rtnetlink.ts';
import { slot, type Slot, slotGet } from '../core/notifier.ts';
import type { Net } from '../core/net.ts';
import { type ExtAck, KERNEL_INFO, nlErr, type NlInfo } from '../core/rtnetlink.ts';
import { ipv6AddrEqual } from './addr-type.ts';
import { type Fib6Info, Fib6Node, Fib6Table, RTF_DYNAMIC } from './fib6-types.ts';
import { in6DevGet } from './inet6-dev.ts';
import { kernelIpv6, netIpv6, rtGenidBumpIpv6 } from './netns6.ts';

/** How often routes that ended are looked for. @see ip6_rt_gc_interval */
const GC_INTERVAL_NS = 30e9;

/** The table with that number, made now if need be. @see fib6_new_table */
export function fib6NewTable(net: Net, id: number): Fib6Table {
  const { tables } = netIpv6(net);
  let t = tables.get(id);
  if (t === undefined) tables.set(id, (t = new Fib6Table(id)));
  return t;
}

/** All tables as the kernel's hash of them orders them. */
export function fib6Tables(net: Net): Fib6Table[] {
  return [...netIpv6(net).tables.values()].sort((a, b) => (a.id & 255) - (b.id & 255) || b.id - a.id);
}

/** Routes of a table in the order dumps show them. The table may not change meanwhile. @see fib6_walk_continue */
export function* fib6Walk(table: Fib6Table): Generator<Fib6Info> {
  // Without `yield*`, which is several times slower for long lists.
  for (const { value } of table.trie.entriesPostorder()) for (const rt of value.leaf) yield rt;
}

/** @see rt6_qualify_for_ecmp */
const qualifiesForEcmp = (rt: Fib6Info): boolean =>
  (rt.flags & (RTF_ADDRCONF | RTF_DYNAMIC)) === 0 && rt.nh.gw !== null;

function duplicateNexthop(a: Fib6Info, b: Fib6Info): boolean {
  if (a.nh.dev !== b.nh.dev || (a.nh.gw === null) !== (b.nh.gw === null)) return false;
  return a.nh.gw === null || ipv6AddrEqual(a.nh.gw, 0, b.nh.gw!, 0);
}

/** Shares the hash's range out among the ways of a group. @see rt6_multipath_rebalance */
export function rt6MultipathRebalance(group: readonly Fib6Info[]): void {
  const ignored = (rt: Fib6Info): boolean =>
    (rt.nh.flags & RTNH_F_LINKDOWN) !== 0 &&
    (in6DevGet(rt.nh.dev)?.cnf.get(DEVCONF_IGNORE_ROUTES_WITH_LINKDOWN) ?? 0) !== 0;
  const usable = (rt: Fib6Info): boolean => (rt.nh.flags & RTNH_F_DEAD) === 0 && !ignored(rt);
  let total = 0;
  for (const rt of group) if (usable(rt)) total += rt.nh.weight;
  let w = 0;
  for (const rt of group) {
    if (!usable(rt)) rt.nh.upperBound = -1;
    else {
      w += rt.nh.weight;
      rt.nh.upperBound = Math.round((w * 0x80000000) / total) - 1;
    }
  }
}

function linkSiblings(rt: Fib6Info, node: Fib6Node): void {
  const first = node.leaf.find((x) => x !== rt && x.metric === rt.metric && qualifiesForEcmp(x));
  if (first === undefined) return;
  const group = first.siblings ?? [first];
  group.push(rt);
  for (const x of group) x.siblings = group;
  rt6MultipathRebalance(group);
}

function unlinkSiblings(rt: Fib6Info): void {
  const group = rt.siblings;
  if (group === null) return;
  group.splice(group.indexOf(rt), 1);
  rt.siblings = null;
  if (group.length === 1) group[0]!.siblings = null;
  else rt6MultipathRebalance(group);
}

/** What packets and sockets remember of a route that goes is void. */
function purge(rt: Fib6Info): void {
  rt.node = null;
  if (rt.nh.rt !== null) rt.nh.rt.obsolete = true;
  rt.nh.rt = null;
  if (rt.nh.exceptions !== null) for (const e of rt.nh.exceptions.values()) e.obsolete = true;
  rt.nh.exceptions = null;
}

/**
 * Enters a route.
 * @param nlflags NLM_F_* of the request, null when there is none
 * @returns 0, -EEXIST (the same is there), -ENOENT (nothing to replace)
 * @see fib6_add
 */
export function fib6Add(net: Net, rt: Fib6Info, nlflags: number | null, info: NlInfo, extack: ExtAck): number {
  const { trie } = rt.table;
  const create = nlflags === null || (nlflags & NLM_F_CREATE) !== 0;
  const replace = nlflags !== null && (nlflags & NLM_F_REPLACE) !== 0;
  let node = trie.get(rt.dst, rt.plen);
  if (node === null) {
    // The root is always there, and a fork is found as a prefix is.
    if (!create && replace)
      return rt.plen === 0 || trie.branches(rt.dst, rt.plen)
        ? -ENOENT
        : nlErr(extack, ENOENT, 'Can not replace route - no match found');
    node = new Fib6Node(rt.dst, rt.plen);
  }
  const { leaf } = node;
  const ecmp = qualifiesForEcmp(rt);
  let outflags = NLM_F_EXCL | (nlflags === null ? 0 : nlflags & NLM_F_APPEND);
  let at = 0;
  let fallback = -1;
  let found = -1;
  let sibling = false;
  for (; at < leaf.length; at++) {
    const iter = leaf[at]!;
    if (iter.metric > rt.metric) break;
    if (iter.metric !== rt.metric) continue;
    if (nlflags !== null && (nlflags & NLM_F_EXCL) !== 0) return -EEXIST;
    outflags &= ~NLM_F_EXCL;
    if (replace) {
      if (ecmp === qualifiesForEcmp(iter)) {
        found = at;
        break;
      }
      if (fallback < 0) fallback = at;
      continue;
    }
    if (duplicateNexthop(iter, rt)) {
      if ((iter.flags & RTF_EXPIRES) !== 0) fib6SetExpires(net, iter, rt.expires);
      return -EEXIST;
    }
    if (ecmp && qualifiesForEcmp(iter)) sibling = true;
  }
  if (replace && found < 0) found = fallback;
  if (replace && found < 0 && !create) return -ENOENT;
  if (at === 0 || found === 0) node.rr = 0;
  rt.node = node;
  if (leaf.length === 0) trie.set(rt.dst, rt.plen, node);
  const k = kernelIpv6(net.kernel);
  if (found < 0) {
    node.leaf = withAt(leaf, at, rt);
    if (sibling) linkSiblings(rt, node);
    outflags |= NLM_F_CREATE;
  } else {
    const old = leaf[found]!;
    const gone = old.siblings === null ? [old] : [...old.siblings];
    node.leaf = leaf.with(found, rt).filter((x) => !gone.includes(x));
    for (const x of gone) {
      x.siblings = null;
      purge(x);
    }
    node.rr = 0;
    outflags = NLM_F_REPLACE;
  }
  rtGenidBumpIpv6(net);
  if (rt.expires !== Infinity) startGc(net);
  k.rtNotify(RTM_NEWROUTE, rt, info, outflags);
  return 0;
}

/** Takes a route out and says so. @returns 0, or -ENOENT when it is in no table. @see fib6_del */
export function fib6Del(net: Net, rt: Fib6Info, info: NlInfo = KERNEL_INFO): number {
  const { node } = rt;
  if (node === null) return -ENOENT;
  node.leaf = without(node.leaf, rt);
  node.rr = 0;
  unlinkSiblings(rt);
  if (node.leaf.length === 0) rt.table.trie.delete(rt.dst, rt.plen);
  purge(rt);
  rtGenidBumpIpv6(net);
  kernelIpv6(net.kernel).rtNotify(RTM_DELROUTE, rt, info, 0);
  return 0;
}

/** Asks about every route: true takes it out. @see fib6_clean_all */
export function fib6CleanAll(net: Net, doomed: (rt: Fib6Info) => boolean): void {
  for (const table of fib6Tables(net)) {
    const gone = [...fib6Walk(table)].filter(doomed);
    for (const rt of gone) fib6Del(net, rt);
  }
}

/** Sets when a route ends, world ns; Infinity: never. @see fib6_set_expires */
export function fib6SetExpires(net: Net, rt: Fib6Info, expires: number): void {
  rt.expires = expires;
  if (expires === Infinity) rt.flags = (rt.flags & ~RTF_EXPIRES) >>> 0;
  else {
    rt.flags = (rt.flags | RTF_EXPIRES) >>> 0;
    startGc(net);
  }
}

const GC: Slot<Net, Timer> = slot((net: Net) => new Timer(runGc, net));

function startGc(net: Net): void {
  const timer = slotGet(net, GC);
  if (!timer.pending) net.kernel.clock.modTimer(timer, GC_INTERVAL_NS);
}

/** Takes out what ended. @see fib6_run_gc */
function runGc(net: Net): void {
  const { now } = net.kernel.clock;
  let more = false;
  fib6CleanAll(net, (rt) => {
    if (rt.expires <= now) return true;
    more ||= rt.expires !== Infinity;
    return false;
  });
  if (more) startGc(net);
}

/** Stops what would tick in a namespace that is gone. */
export function fib6NetExit(net: Net): void {
  net.kernel.clock.del(slotGet(net, GC));
}
