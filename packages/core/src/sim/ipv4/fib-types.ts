/** What routes are made of. @see include/net/ip_fib.h */
import type { NetDevice } from '../core/net-device.ts';
import type { Rtable } from './rtable.ts';

/** One next hop of a route. @see struct fib_nh */
export class FibNh {
  readonly fi: FibInfo;
  dev: NetDevice | null;
  oif: number;
  /** RTNH_F_*. */
  flags = 0;
  /** Gateway, 0 for none. */
  gw4: number;
  /** The scope the gateway lies in. @see fib_nh_scope */
  scope = 0;
  /** Weight 1.. and upper bound of the hash for the multipath choice. */
  weight: number;
  upperBound = 0;
  /** Cached results of lookups. @see nhc_rth_input, nhc_pcpu_rth_output */
  rthInput: Rtable | null = null;
  rthOutput: Rtable | null = null;
  /** What was learned about destinations: mtu, redirects. @see fib_nh_exception */
  exceptions: Map<number, FibNhException> | null = null;
  /** Preferred source, computed once per generation. @see fib_result_prefsrc */
  saddr = 0;
  saddrGenid = -1;

  constructor(fi: FibInfo, dev: NetDevice | null, oif: number, gw4: number, flags: number, weight: number) {
    this.fi = fi;
    this.dev = dev;
    this.oif = oif;
    this.gw4 = gw4;
    this.flags = flags;
    this.weight = weight;
  }
}

/** @see struct fib_nh_exception */
export interface FibNhException {
  pmtu: number;
  mtuLocked: boolean;
  gw: number;
  /** When it ends, ns; Infinity for redirects. */
  expires: number;
  rt: Rtable | null;
}

/** RTAX_* by number; `lock` is a bit mask. */
export type Metrics = ReadonlyMap<number, number>;

/** What routes share: protocol, scope, next hops. @see struct fib_info */
export class FibInfo {
  protocol = 0;
  scope = 0;
  type = 0;
  prefsrc = 0;
  priority = 0;
  tbId = 0;
  /** RTNH_F_*. */
  flags = 0;
  metrics: Metrics | null = null;
  nh: FibNh[] = [];
  /** Routes that use it. */
  treeref = 0;
  key = 0;
  /** Dead because its preferred source is gone: an error route goes by that too. @see pfsrc_removed */
  prefsrcRemoved = false;
}

/** One route of a prefix. @see struct fib_alias */
export class FibAlias {
  readonly fi: FibInfo;
  readonly tos: number;
  readonly type: number;
  readonly tbId: number;

  constructor(fi: FibInfo, tos: number, type: number, tbId: number) {
    this.fi = fi;
    this.tos = tos;
    this.type = type;
    this.tbId = tbId;
  }
}

/** All routes of a prefix, in the order they are tried. @see struct key_vector */
export interface FibLeaf {
  readonly key: number;
  readonly plen: number;
  aliases: readonly FibAlias[];
}

/** What is to be routed. @see struct flowi4 */
export class Flowi4 {
  oif = 0;
  iif = 0;
  mark = 0;
  tos = 0;
  scope = 0;
  proto = 0;
  /** FLOWI_FLAG_ANYSRC. */
  anysrc = false;
  uid = 0;
  daddr = 0;
  saddr = 0;
  sport = 0;
  dport = 0;
  hash = 0;

  reset(): this {
    this.oif = this.iif = this.mark = this.tos = this.scope = this.proto = this.uid = 0;
    this.daddr = this.saddr = this.sport = this.dport = this.hash = 0;
    this.anysrc = false;
    return this;
  }
}

/** What a lookup found. @see struct fib_result */
export class FibResult {
  prefix = 0;
  prefixlen = 0;
  nhSel = 0;
  type = 0;
  scope = 0;
  tos = 0;
  tbId = 0;
  fi: FibInfo | null = null;
  nh: FibNh | null = null;

  reset(): this {
    this.prefix = this.prefixlen = this.nhSel = this.type = this.scope = this.tos = this.tbId = 0;
    this.fi = null;
    this.nh = null;
    return this;
  }
}

/** A route as asked for. @see struct fib_config */
export interface FibConfig {
  dstLen: number;
  tos: number;
  protocol: number;
  scope: number;
  type: number;
  table: number;
  dst: number;
  gw: number;
  oif: number;
  flags: number;
  priority: number;
  prefsrc: number;
  metrics: Metrics | null;
  nexthops: readonly FibNexthopConfig[] | null;
  nlflags: number;
}

export interface FibNexthopConfig {
  readonly flags: number;
  /** Weight minus one. */
  readonly hops: number;
  readonly oif: number;
  readonly gw: number;
}
