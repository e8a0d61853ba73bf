/** Finding a route: longest prefix, then the best of its ways. @see net/ipv6/route.c:fib6_table_lookup, rt6_select */
import { hashBytes } from '../../lib/hash.ts';
import { NUD_FAILED } from '../../uapi/neighbour.ts';
import { RTN_THROW, RTNH_F_DEAD, RTNH_F_LINKDOWN } from '../../uapi/rtnetlink.ts';
import { DEVCONF_FORWARDING, DEVCONF_IGNORE_ROUTES_WITH_LINKDOWN } from '../../uapi/if-link.ts';
import type { SimKernel } from '../core/kernel.ts';
import type { Net } from '../core/net.ts';
import {
  type Fib6Info,
  type Fib6Node,
  type Fib6Table,
  RT6_LOOKUP_F_IFACE,
  RT6_LOOKUP_F_IGNORE_LINKSTATE,
  RT6_LOOKUP_F_REACHABLE,
} from './fib6-types.ts';
import { in6DevGet } from './inet6-dev.ts';
import { kernelIpv6, netIpv6 } from './netns6.ts';

const FAIL_HARD = -3;
const FAIL_PROBE = -2;

/** Router preferences as the flags of a route hold them, in order of preference. RFC 4191 §2.1 */
const decodePref = (flags: number): number => {
  const pref = (flags >>> 27) & 3;
  return pref === 1 ? 2 : pref === 3 ? 0 : 1;
};

/** @see rt6_score_route, rt6_check_neigh */
function score(kernel: SimKernel, rt: Fib6Info, oif: number, strict: number): number {
  const { nh } = rt;
  const match = oif === 0 || nh.dev.ifindex === oif ? 2 : 0;
  if (match === 0 && (strict & RT6_LOOKUP_F_IFACE) !== 0) return FAIL_HARD;
  if ((strict & RT6_LOOKUP_F_REACHABLE) !== 0 && nh.gw !== null) {
    const n = kernelIpv6(kernel).ndTbl.lookup(nh.gw, 0, nh.dev);
    if (n !== null && (n.nudState & NUD_FAILED) !== 0) return FAIL_PROBE;
  }
  return match | (decodePref(rt.flags) << 2);
}

/** The best so far of one search; the search does not nest. */
const best: { rt: Fib6Info | null; score: number } = { rt: null, score: -1 };

/** @see find_match */
function findMatch(kernel: SimKernel, rt: Fib6Info, oif: number, strict: number): void {
  const { nh } = rt;
  if ((nh.flags & RTNH_F_DEAD) !== 0) return;
  if ((nh.flags & RTNH_F_LINKDOWN) !== 0 && (strict & RT6_LOOKUP_F_IGNORE_LINKSTATE) === 0) {
    const idev = in6DevGet(nh.dev);
    if (idev !== null && idev.cnf.get(DEVCONF_IGNORE_ROUTES_WITH_LINKDOWN) !== 0) return;
  }
  if (rt.expires <= kernel.clock.now) return;
  const m = score(kernel, rt, oif, strict);
  if (m > best.score) {
    best.score = m;
    best.rt = rt;
  }
}

/** @see rt6_select, find_rr_leaf */
function select(kernel: SimKernel, node: Fib6Node, oif: number, strict: number): Fib6Info | null {
  const { leaf } = node;
  best.rt = null;
  best.score = -1;
  let i = 0;
  for (; i < leaf.length && leaf[i]!.metric === leaf[0]!.metric; i++) findMatch(kernel, leaf[i]!, oif, strict);
  if (best.rt !== null) return best.rt;
  for (; i < leaf.length; i++) findMatch(kernel, leaf[i]!, oif, strict);
  return best.rt;
}

/** The route of a table for `daddr` at `o`, null when there is none. @see fib6_table_lookup */
export function fib6TableLookup(
  net: Net,
  table: Fib6Table,
  oif: number,
  daddr: Uint8Array,
  o: number,
  flags: number,
): Fib6Info | null {
  const { kernel } = net;
  let strict = flags & (RT6_LOOKUP_F_IFACE | RT6_LOOKUP_F_IGNORE_LINKSTATE);
  if (netIpv6(net).devconfAll.get(DEVCONF_FORWARDING) === 0) strict |= RT6_LOOKUP_F_REACHABLE;
  for (;;) {
    for (let plen = 128; plen >= 0;) {
      const node = table.trie.lookup(daddr, o, plen);
      if (node === null) break;
      const rt = select(kernel, node, oif, strict);
      if (rt !== null) return rt;
      plen = node.plen - 1;
    }
    if ((strict & RT6_LOOKUP_F_REACHABLE) === 0) return null;
    strict &= ~RT6_LOOKUP_F_REACHABLE;
  }
}

/** One of the ways of a group, by the flow. @see fib6_select_path, rt6_multipath_hash */
export function fib6SelectPath(
  net: Net,
  rt: Fib6Info,
  oif: number,
  s: Uint8Array,
  so: number,
  d: Uint8Array,
  dof: number,
  flags: number,
): Fib6Info {
  const group = rt.siblings;
  if (group === null || (oif !== 0 && rt.nh.dev.ifindex === oif)) return rt;
  const hash = hashBytes(s, so, 16, hashBytes(d, dof, 16, net.cookie)) >>> 1;
  for (const way of group) {
    if (hash > way.nh.upperBound) continue;
    return score(net.kernel, way, oif, flags) < 0 ? rt : way;
  }
  return rt;
}

/** Local table first, then main. @returns null when neither knows. @see fib6_rule_lookup */
export function fib6Lookup(
  net: Net,
  oif: number,
  s: Uint8Array,
  so: number,
  d: Uint8Array,
  dof: number,
  flags: number,
): Fib6Info | null {
  const ns = netIpv6(net);
  let rt = fib6TableLookup(net, ns.local, oif, d, dof, flags);
  if (rt === null || rt.type === RTN_THROW) rt = fib6TableLookup(net, ns.main, oif, d, dof, flags);
  if (rt === null || rt.type === RTN_THROW) return null;
  return rt.siblings === null ? rt : fib6SelectPath(net, rt, oif, s, so, d, dof, flags);
}
