/** IPv6's state in a namespace and in the kernel. @see include/net/netns/ipv6.h */
import { SmallMap } from '../../lib/small.ts';
import { RT_TABLE_LOCAL, RT_TABLE_MAIN } from '../../uapi/rtnetlink.ts';
import type { SimKernel } from '../core/kernel.ts';
import type { Net } from '../core/net.ts';
import type { NetDevice } from '../core/net-device.ts';
import { Notifier, slot, type Slot, slotGet } from '../core/notifier.ts';
import type { NlInfo } from '../core/rtnetlink.ts';
import type { SkBuff } from '../core/skbuff.ts';
import type { NeighTable } from '../neigh/table.ts';
import { Devconf6, DEVCONF6_ALL, DEVCONF6_DEFAULT } from './devconf6.ts';
import { type Fib6Info, Fib6Table, Flowi6, type Rt6 } from './fib6-types.ts';
import { in6DevGet, type Inet6Dev, type Inet6Ifaddr } from './inet6-dev.ts';
import { Ip6Mib, Udp6Mib } from './snmp6.ts';

/** `net.ipv6.*` besides `conf` and `neigh`. Times in the unit of the file. */
export class Ipv6Sysctl {
  anycast_src_echo_reply = 0;
  auto_flowlabels = 1;
  bindv6only = 0;
  fib_multipath_hash_fields = 7;
  fib_multipath_hash_policy = 0;
  fib_notify_on_flag_change = 0;
  flowlabel_consistency = 1;
  flowlabel_reflect = 0;
  flowlabel_state_ranges = 0;
  fwmark_reflect = 0;
  idgen_delay = 1;
  idgen_retries = 3;
  ioam6_id = 16_777_215;
  ioam6_id_wide = 72_057_594_037_927_935n;
  ip6frag_high_thresh = 4_194_304;
  ip6frag_low_thresh = 3_145_728;
  ip6frag_time = 60;
  ip_nonlocal_bind = 0;
  max_dst_opts_length = 2_147_483_647;
  max_dst_opts_number = 8;
  max_hbh_length = 2_147_483_647;
  max_hbh_opts_number = 8;
  seg6_flowlabel = 0;
  xfrm6_gc_thresh = 32_768;
  mld_max_msf = 64;
  mld_qrv = 2;
  /** `icmp/`: ms. */
  icmp_ratelimit = 100;
  icmp_ratemask = '0-1,3-127';
  icmp_echo_ignore_all = 0;
  icmp_echo_ignore_anycast = 0;
  icmp_echo_ignore_multicast = 0;
  icmp_error_anycast_as_unicast = 0;
  /** `route/`. */
  gc_elasticity = 9;
  gc_interval = 30;
  gc_min_interval_ms = 500;
  gc_thresh = 1024;
  gc_timeout = 60;
  max_size = 2_147_483_647;
  min_adv_mss = 1220;
  mtu_expires = 600;
  skip_notify_on_dev_down = 0;
}

/** As they are until somebody writes one. */
const SYSCTL: Readonly<Ipv6Sysctl> = Object.freeze(new Ipv6Sysctl());

/** IPv6 in one namespace. */
export class NetIpv6 {
  readonly net: Net;
  readonly devconfAll: Devconf6;
  readonly devconfDflt: Devconf6;
  /** Read only: `sysctlOwn` is for writing. */
  sysctl: Readonly<Ipv6Sysctl> = SYSCTL;
  readonly local: Fib6Table = new Fib6Table(RT_TABLE_LOCAL);
  readonly main: Fib6Table = new Fib6Table(RT_TABLE_MAIN);
  /** FIB tables by id. */
  readonly tables: SmallMap<number, Fib6Table> = new SmallMap<number, Fib6Table>()
    .set(RT_TABLE_MAIN, this.main)
    .set(RT_TABLE_LOCAL, this.local);
  /** Changes with every route and address: what sockets and routes remember is void then. @see rt_genid_ipv6, fn_sernum */
  rtGenid = 0;
  /** The route where there is none. @see ip6_null_entry */
  nullEntry: Rt6 | null = null;
  #mib: Ip6Mib | null = null;
  #udp: Udp6Mib | null = null;

  constructor(net: Net) {
    this.net = net;
    // Unlike IPv4's, these are not the first namespace's. @see addrconf_init_net, net.core.devconf_inherit_init_net
    this.devconfAll = new Devconf6(DEVCONF6_ALL);
    this.devconfDflt = new Devconf6(DEVCONF6_DEFAULT);
  }

  /** The settings to write to, which are then this namespace's own. */
  sysctlOwn(): Ipv6Sysctl {
    if (this.sysctl === SYSCTL) this.sysctl = new Ipv6Sysctl();
    return this.sysctl;
  }

  get mib(): Ip6Mib {
    return (this.#mib ??= new Ip6Mib());
  }

  get udp(): Udp6Mib {
    return (this.#udp ??= new Udp6Mib());
  }
}

const NET_IPV6: Slot<Net, NetIpv6> = slot((net: Net) => new NetIpv6(net));
export const netIpv6 = (net: Net): NetIpv6 => slotGet(net, NET_IPV6);

/** A protocol above IPv6, or an extension header. @see struct inet6_protocol */
export interface Inet6Protocol {
  /**
   * `data` is at its header. @returns 0 when it took the packet over, 1 when `data` now is at
   * the next header, whose number stands where `IP6CB.nhoff` says
   */
  handler(skb: SkBuff): number;
  /** An ICMPv6 error about a packet of ours; `skb.data` is at the quoted upper header, `skb.networkHeader` at the quoted IPv6 header. */
  errHandler?(skb: SkBuff, type: number, code: number, info: number): void;
  /** Not an extension header: what comes after it is not IPv6's. */
  readonly final: boolean;
}

/** IPv6 in one kernel: its protocols, and where its rooms meet without importing each other. */
export class KernelIpv6 {
  readonly protos: (Inet6Protocol | null)[] = Array.from({ length: 256 }, () => null);
  ndTbl!: NeighTable;
  /** NETDEV_UP and NETDEV_DOWN of addresses. @see inet6addr_chain */
  readonly inet6addrChain: Notifier<[event: number, ifp: Inet6Ifaddr]> = new Notifier<
    [event: number, ifp: Inet6Ifaddr]
  >();
  /** RTM_NEWADDR, RTM_DELADDR. @see inet6_ifa_notify */
  ifaNotify: (event: number, ifp: Inet6Ifaddr) => void = () => undefined;
  /** RTM_NEWROUTE, RTM_DELROUTE. @see inet6_rt_notify */
  rtNotify: (event: number, rt: Fib6Info, info: NlInfo, nlflags: number) => void = () => undefined;
  /** RTM_NEWLINK to RTNLGRP_IPV6_IFINFO. @see inet6_ifinfo_notify */
  ifinfoNotify: (event: number, idev: Inet6Dev) => void = () => undefined;
  /** RTM_NEWNETCONF. @see inet6_netconf_notify_devconf */
  netconfNotify: (net: Net, attr: number, ifindex: number, conf: Devconf6 | null) => void = () => undefined;
  /** Raw sockets see every local packet first. @returns whether one took a copy. @see raw6_local_deliver */
  rawLocalDeliver: ((skb: SkBuff, nexthdr: number) => boolean) | null = null;
  /** @see raw6_icmp_error */
  rawIcmpError:
    | ((skb: SkBuff, nexthdr: number, type: number, code: number, innerOff: number, info: number) => void)
    | null = null;
  /** An echo reply for ping sockets; takes the skb over when it answers true. @see ping_rcv */
  pingRcv: ((skb: SkBuff) => boolean) | null = null;
  /** @see ping_err */
  pingErr: ((skb: SkBuff, type: number, code: number, info: number) => void) | null = null;
  // The ends of routes, put in place by `ipv6Init`.
  input!: (skb: SkBuff) => void;
  mcInput!: (skb: SkBuff) => void;
  forward!: (skb: SkBuff) => void;
  output!: (skb: SkBuff) => number;
  /** ICMPv6 about a packet, which stays the caller's. @see icmpv6_send */
  icmpv6Send!: (skb: SkBuff, type: number, code: number, info: number) => void;
  /** Deletes an address. @see ipv6_del_addr */
  delAddr!: (ifp: Inet6Ifaddr) => void;
  /** A solicitation for a neighbour; `nonce` for DAD. @see ndisc_send_ns */
  sendNs!: (
    dev: NetDevice,
    target: Uint8Array,
    daddr: Uint8Array,
    saddr: Uint8Array | null,
    nonce: Uint8Array | null,
  ) => void;
  /** For lookups on the way in, which do not nest. */
  readonly flow: Flowi6 = new Flowi6();
  ip6Id = 0;
  /** Errors sent to each destination. @see inet_peer_xrlim_allow */
  readonly peers: Map<string, { tokens: number; last: number }> = new Map();
}

const KERNEL_IPV6: Slot<SimKernel, KernelIpv6> = slot(() => new KernelIpv6());
export const kernelIpv6 = (kernel: SimKernel): KernelIpv6 => slotGet(kernel, KERNEL_IPV6);

/** What routes and sockets remember is void. @see rt_genid_bump_ipv6 */
export function rtGenidBumpIpv6(net: Net): void {
  netIpv6(net).rtGenid++;
}

/** Counts for the namespace, and for the device if IPv6 runs on it. @see IP6_INC_STATS */
export function ip6Count(net: Net, idev: Inet6Dev | null, place: number, n = 1): void {
  netIpv6(net).mib.ip[place]! += n;
  if (idev !== null) idev.mib.ip[place]! += n;
}

/** The same by device. */
export const ip6CountDev = (dev: NetDevice, place: number, n = 1): void => ip6Count(dev.net, in6DevGet(dev), place, n);
