/** What IPv6 routes are made of. @see include/net/ip6_fib.h */
import { none } from '../../lib/small.ts';
import type { RtaxAttrs } from '../../netlink/route.ts';
import { LpmTrie6 } from '../../lib/lpm-trie.ts';
import type { Dst, SkBuff } from '../core/skbuff.ts';
import type { NetDevice } from '../core/net-device.ts';

// Route flags. include/uapi/linux/route.h (the rest is in uapi/ip.ts)
export const RTF_UP = 0x1;
export const RTF_GATEWAY = 0x2;
export const RTF_DYNAMIC = 0x10;
export const RTF_REJECT = 0x200;

export const IP6_RT_PRIO_USER = 1024;
export const IP6_RT_PRIO_ADDRCONF = 256;

/** Lookup flags. @see RT6_LOOKUP_F_* */
export const RT6_LOOKUP_F_IFACE = 0x1;
export const RT6_LOOKUP_F_REACHABLE = 0x2;
export const RT6_LOOKUP_F_HAS_SADDR = 0x4;
export const RT6_LOOKUP_F_IGNORE_LINKSTATE = 0x40;

/** A route's way out. @see struct fib6_nh */
export class Fib6Nh {
  readonly dev: NetDevice;
  readonly gw: Uint8Array | null;
  /** RTNH_F_*. */
  flags: number;
  /** Weight 1.. and upper bound of the hash for the multipath choice. */
  readonly weight: number;
  upperBound = 0;
  /** The route as packets carry it, made at the first use. */
  rt: Rt6 | null = null;
  /** What was learned about destinations, by their address in hex. @see rt6i_exception_bucket */
  exceptions: Map<string, Rt6> | null = null;

  constructor(dev: NetDevice, gw: Uint8Array | null, flags: number, weight: number) {
    this.dev = dev;
    this.gw = gw;
    this.flags = flags;
    this.weight = weight;
  }
}

/** A route of a table. @see struct fib6_info */
export class Fib6Info {
  readonly table: Fib6Table;
  readonly dst: Uint8Array;
  readonly plen: number;
  readonly nh: Fib6Nh;
  metric = 0;
  /** RTPROT_*. */
  protocol = 0;
  /** RTN_*. */
  type = 1;
  /** RTF_*. */
  flags: number = RTF_UP;
  metrics: RtaxAttrs | null = null;
  prefsrc: Uint8Array | null = null;
  /** When it ends, world ns. */
  expires: number = Infinity;
  /** All routes it shares its packets with, itself among them; null when it stands alone. */
  siblings: Fib6Info[] | null = null;
  /** Where it hangs; null while it is in no table. */
  node: Fib6Node | null = null;

  constructor(table: Fib6Table, dst: Uint8Array, plen: number, nh: Fib6Nh) {
    this.table = table;
    this.dst = dst;
    this.plen = plen;
    this.nh = nh;
  }
}

/** All routes of a prefix, by metric. @see struct fib6_node */
export class Fib6Node {
  readonly key: Uint8Array;
  readonly plen: number;
  leaf: readonly Fib6Info[] = none();
  /** Where the search among equals begins. @see rr_ptr */
  rr = 0;

  constructor(key: Uint8Array, plen: number) {
    this.key = key;
    this.plen = plen;
  }
}

/** @see struct fib6_table */
export class Fib6Table {
  readonly id: number;
  readonly trie: LpmTrie6<Fib6Node> = new LpmTrie6<Fib6Node>();

  constructor(id: number) {
    this.id = id;
  }
}

/** A route as packets carry it. @see struct rt6_info */
export class Rt6 implements Dst {
  readonly dev: NetDevice;
  input: (skb: SkBuff) => void;
  output: (skb: SkBuff) => number;
  obsolete = false;
  /** The route it was made of; null for the built-in refusal. */
  readonly from: Fib6Info | null;
  /** RTN_*. */
  readonly type: number;
  /** RTF_*. */
  readonly flags: number;
  /** Next hop's address; null when the destination is a neighbour. */
  gateway: Uint8Array | null = null;
  /** Error an unreachable route gives: negative errno, or 0. */
  error = 0;
  /** A learned path MTU, 0 for none. */
  pmtu = 0;
  /** When what was learned ends, world ns. */
  expires: number = Infinity;

  constructor(
    dev: NetDevice,
    from: Fib6Info | null,
    type: number,
    flags: number,
    input: (skb: SkBuff) => void,
    output: (skb: SkBuff) => number,
  ) {
    this.dev = dev;
    this.from = from;
    this.type = type;
    this.flags = flags >>> 0;
    this.input = input;
    this.output = output;
  }
}

/** What is to be routed. Addresses are the flow's own bytes. @see struct flowi6 */
export class Flowi6 {
  oif = 0;
  iif = 0;
  mark = 0;
  proto = 0;
  /** Flow label, and traffic class above it, as in the header. */
  flowlabel = 0;
  tclass = 0;
  readonly saddr: Uint8Array = new Uint8Array(16);
  readonly daddr: Uint8Array = new Uint8Array(16);
  sport = 0;
  dport = 0;

  reset(): this {
    this.oif = this.iif = this.mark = this.proto = this.flowlabel = this.tclass = this.sport = this.dport = 0;
    this.saddr.fill(0);
    this.daddr.fill(0);
    return this;
  }
}

/** A route as asked for. @see struct fib6_config */
export interface Fib6Config {
  readonly table: number;
  readonly metric: number;
  readonly dst: Uint8Array;
  readonly dstLen: number;
  readonly ifindex: number;
  /** RTF_*. */
  readonly flags: number;
  readonly protocol: number;
  /** RTN_*. */
  readonly type: number;
  /** NLM_F_*; 0 when the kernel itself asks. */
  readonly nlflags: number;
  readonly gateway: Uint8Array | null;
  readonly prefsrc: Uint8Array | null;
  readonly metrics: RtaxAttrs | null;
  /** Seconds, 0 for ever. */
  readonly expires: number;
  /** RTNH_F_ONLINK. */
  readonly nhFlags: number;
  readonly weight: number;
}
