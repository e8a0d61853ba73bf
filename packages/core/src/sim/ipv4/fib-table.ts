/** A routing table: prefixes, and for each the routes in the order they are tried. @see net/ipv4/fib_trie.c */
import { none, withAt, without } from '../../lib/small.ts';
import { LpmTrie4 } from '../../lib/lpm-trie.ts';
import { EACCES, EAGAIN, EHOSTUNREACH, EINVAL } from '../../uapi/errno.ts';
import {
  RT_TABLE_LOCAL,
  RT_TABLE_MAIN,
  RTN_BLACKHOLE,
  RTN_NAT,
  RTN_PROHIBIT,
  RTN_THROW,
  RTN_UNREACHABLE,
  RTN_XRESOLVE,
  RTNH_F_DEAD,
  RTNH_F_LINKDOWN,
} from '../../uapi/rtnetlink.ts';
import type { Net } from '../core/net.ts';
import { IGNORE_ROUTES_WITH_LINKDOWN } from './devconf.ts';
import type { FibAlias, FibLeaf, FibNh, FibResult, Flowi4 } from './fib-types.ts';
import { inDevGet } from './in-device.ts';
import { netIpv4 } from './netns.ts';

/** Skip the check of carriers. */
export const FIB_LOOKUP_IGNORE_LINKSTATE = 2;

/** What a route type answers, 0 or negative. @see fib_props */
export const fibError = (type: number): number => ERRORS[type] ?? 0;
const ERRORS: readonly number[] = (() => {
  const e: number[] = Array.from({ length: 12 }, () => 0);
  e[RTN_BLACKHOLE] = -EINVAL;
  e[RTN_UNREACHABLE] = -EHOSTUNREACH;
  e[RTN_PROHIBIT] = -EACCES;
  e[RTN_THROW] = -EAGAIN;
  e[RTN_NAT] = -EINVAL;
  e[RTN_XRESOLVE] = -EINVAL;
  return e;
})();

/** @see struct fib_table */
export class FibTable {
  readonly id: number;
  readonly net: Net;
  /** Shared by `local` and `main` until rules are used. */
  trie: LpmTrie4<FibLeaf>;
  numDefault = 0;

  constructor(net: Net, id: number, trie: LpmTrie4<FibLeaf>) {
    this.net = net;
    this.id = id;
    this.trie = trie;
  }

  /**
   * The first route of the longest prefix that may be used. @returns 0 with `res` filled in; -EAGAIN when there is none (or
   * a throw route); the error of an unreachable, prohibit or blackhole route. @see fib_table_lookup
   */
  lookup(fl: Flowi4, res: FibResult, flags: number): number {
    let max = 32;
    for (;;) {
      const leaf = this.trie.lookup(fl.daddr, max);
      if (leaf === null) return -EAGAIN;
      const { aliases } = leaf;
      for (let i = 0; i < aliases.length; i++) {
        const fa = aliases[i]!;
        const { fi } = fa;
        if (fa.tos !== 0 && fa.tos !== (fl.tos & 0xfc)) continue;
        if (fi.scope < fl.scope) continue;
        const err = fibError(fa.type);
        if (err < 0) {
          res.tbId = this.id;
          return err;
        }
        if ((fi.flags & RTNH_F_DEAD) !== 0) continue;
        const { nh } = fi;
        for (let sel = 0; sel < nh.length; sel++) {
          const one = nh[sel]!;
          if (!goodNh(one, flags, fl)) continue;
          res.prefix = leaf.key;
          res.prefixlen = leaf.plen;
          res.nhSel = sel;
          res.nh = one;
          res.type = fa.type;
          res.scope = fi.scope;
          res.tos = fa.tos;
          res.fi = fi;
          res.tbId = this.id;
          return 0;
        }
      }
      if (leaf.plen === 0) return -EAGAIN;
      max = leaf.plen - 1;
    }
  }

  /** Routes of this table in the order of a dump. */
  *routes(): Generator<{ readonly leaf: FibLeaf; readonly fa: FibAlias }> {
    for (const { value: leaf } of this.trie.entriesLongerFirst()) {
      for (const fa of leaf.aliases) if (fa.tbId === this.id) yield { leaf, fa };
    }
  }

  /** Puts a route before the one at `at` of its prefix. */
  insert(key: number, plen: number, fa: FibAlias, before: FibAlias | null): void {
    let leaf = this.trie.get(key, plen);
    if (leaf === null) this.trie.set(key, plen, (leaf = { key, plen, aliases: none() }));
    const { aliases } = leaf;
    let at = before === null ? -1 : aliases.indexOf(before);
    if (at < 0) {
      at = aliases.length;
      while (at > 0 && aliases[at - 1]!.tbId < fa.tbId) at--;
    }
    leaf.aliases = withAt(aliases, at, fa);
    if (plen === 0) this.numDefault++;
  }

  remove(leaf: FibLeaf, fa: FibAlias): void {
    leaf.aliases = without(leaf.aliases, fa);
    if (leaf.aliases.length === 0) this.trie.delete(leaf.key, leaf.plen);
    if (leaf.plen === 0) this.numDefault--;
  }
}

function goodNh(nh: FibNh, flags: number, fl: Flowi4): boolean {
  if ((nh.flags & RTNH_F_DEAD) !== 0) return false;
  if ((nh.flags & RTNH_F_LINKDOWN) !== 0 && (flags & FIB_LOOKUP_IGNORE_LINKSTATE) === 0 && ignoreLinkdown(nh))
    return false;
  return fl.oif === 0 || fl.oif === nh.oif;
}

/** @see ip_ignore_linkdown */
function ignoreLinkdown(nh: FibNh): boolean {
  const inDev = nh.dev === null ? null : inDevGet(nh.dev);
  if (inDev === null) return false;
  return (
    inDev.cnf.data[IGNORE_ROUTES_WITH_LINKDOWN] !== 0 ||
    netIpv4(inDev.dev.net).devconfAll.data[IGNORE_ROUTES_WITH_LINKDOWN] !== 0
  );
}

/** Where routes equal to these keys begin in a prefix: the first that is not before them. @see fib_find_alias */
export function fibFindAlias(leaf: FibLeaf | null, tos: number, prio: number, tbId: number): FibAlias | null {
  if (leaf === null) return null;
  for (const fa of leaf.aliases) {
    if (fa.tbId > tbId) continue;
    if (fa.tbId !== tbId) break;
    if (fa.tos > tos) continue;
    if (fa.fi.priority >= prio || fa.tos < tos) return fa;
  }
  return null;
}

/** The table, undefined when it does not exist. @see fib_get_table */
export const fibGetTable = (net: Net, id: number): FibTable | undefined =>
  netIpv4(net).tables.get(id === 0 ? RT_TABLE_MAIN : id);

/** The table, made if need be. @see fib_new_table */
export function fibNewTable(net: Net, id: number): FibTable {
  const n = netIpv4(net);
  const tid = id === 0 ? RT_TABLE_MAIN : id;
  const found = n.tables.get(tid);
  if (found !== undefined) return found;
  const alias = tid === RT_TABLE_LOCAL && n.rules === null ? fibNewTable(net, RT_TABLE_MAIN) : null;
  const table = new FibTable(net, tid, alias?.trie ?? new LpmTrie4<FibLeaf>());
  n.tables.set(tid, table);
  return table;
}

/** Gives `local` a trie of its own, so that rules can come between it and `main`. @see fib_unmerge */
export function fibUnmerge(net: Net): void {
  const local = fibNewTable(net, RT_TABLE_LOCAL);
  const main = fibNewTable(net, RT_TABLE_MAIN);
  if (local.trie !== main.trie) return;
  const shared = local.trie;
  const tries = [new LpmTrie4<FibLeaf>(), new LpmTrie4<FibLeaf>()] as const;
  for (const { value: leaf } of shared.entries()) {
    for (const [i, id] of [RT_TABLE_LOCAL, RT_TABLE_MAIN].entries()) {
      const aliases = leaf.aliases.filter((fa) => fa.tbId === id);
      if (aliases.length !== 0)
        tries[i === 0 ? 0 : 1].set(leaf.key, leaf.plen, { key: leaf.key, plen: leaf.plen, aliases });
    }
  }
  [local.trie, main.trie] = tries;
}

/** Tables in the order of a dump: by the low byte of their id. @see inet_dump_fib */
export function fibTables(net: Net): FibTable[] {
  return [...netIpv4(net).tables.values()].toSorted((a, b) => (a.id & 255) - (b.id & 255) || b.id - a.id);
}
