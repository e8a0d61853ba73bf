/** IPv4's state in a namespace and in the kernel. @see include/net/netns/ipv4.h */
import { SmallMap } from '../../lib/small.ts';
import type { NeighTable } from '../neigh/table.ts';
import type { SimKernel } from '../core/kernel.ts';
import type { Net } from '../core/net.ts';
import type { NetDevice } from '../core/net-device.ts';
import { Notifier, slot, type Slot, slotGet } from '../core/notifier.ts';
import type { NlInfo } from '../core/rtnetlink.ts';
import type { SkBuff } from '../core/skbuff.ts';
import { Devconf, DEVCONF_ALL, DEVCONF_DEFAULT } from './devconf.ts';
import type { InDevice, InIfaddr } from './in-device.ts';
import type { FibAlias, FibInfo, FibNh } from './fib-types.ts';
import type { FibTable } from './fib-table.ts';
import type { Rtable } from './rtable.ts';
import { IcmpMib, IpMib, UdpMib } from './snmp.ts';

/** `net.ipv4.*` besides `conf` and `neigh`. Times in the unit of the file. */
export class Ipv4Sysctl {
  ip_forward = 0;
  ip_default_ttl = 64;
  ip_no_pmtu_disc = 0;
  ip_forward_use_pmtu = 0;
  ip_forward_update_priority = 1;
  ip_nonlocal_bind = 0;
  ip_autobind_reuse = 0;
  ip_dynaddr = 0;
  ip_early_demux = 1;
  ip_unprivileged_port_start = 1024;
  ip_local_port_range: readonly [number, number] = [32768, 60999];
  ip_local_reserved_ports = '';
  ping_group_range: readonly [number, number] = [1, 0];
  icmp_echo_ignore_all = 0;
  icmp_echo_enable_probe = 0;
  icmp_echo_ignore_broadcasts = 1;
  icmp_errors_use_inbound_ifaddr = 0;
  icmp_ignore_bogus_error_responses = 1;
  icmp_msgs_per_sec = 1000;
  icmp_msgs_burst = 50;
  icmp_ratelimit = 1000;
  icmp_ratemask = 6168;
  ipfrag_time = 30;
  ipfrag_high_thresh = 4_194_304;
  ipfrag_low_thresh = 3_145_728;
  ipfrag_max_dist = 64;
  fib_multipath_hash_policy = 0;
  fib_multipath_hash_fields = 7;
  fib_multipath_use_neigh = 0;
  fwmark_reflect = 0;
  igmp_max_memberships = 20;
  igmp_max_msf = 10;
  igmp_qrv = 2;
  nexthop_compat_mode = 1;
  raw_l3mdev_accept = 1;
  udp_rmem_min = 4096;
  udp_wmem_min = 4096;
  /** `route/`: seconds, bytes. */
  min_pmtu = 552;
  mtu_expires = 600;
  min_adv_mss = 256;
  redirect_load = 0.02;
  redirect_number = 9;
  redirect_silence = 20.48;
  error_cost = 1;
  error_burst = 5;
}

/** As they are until somebody writes one. */
const SYSCTL: Readonly<Ipv4Sysctl> = Object.freeze(new Ipv4Sysctl());

/** First and last, both included. @see struct fib_rule_port_range */
export interface RuleRange {
  readonly start: number;
  readonly end: number;
}

/** A policy rule. @see struct fib4_rule */
export interface FibRule {
  readonly pref: number;
  readonly action: number;
  readonly table: number;
  readonly flags: number;
  readonly protocol: number;
  readonly src: number;
  readonly srcLen: number;
  readonly dst: number;
  readonly dstLen: number;
  readonly tos: number;
  readonly iifname: string;
  readonly oifname: string;
  readonly mark: number;
  readonly markMask: number;
  readonly target: number;
  readonly ipproto: number;
  /** The protocol's ports, first and last; 0, 0 for any. */
  readonly sport: RuleRange;
  readonly dport: RuleRange;
  /** Users, first and last; null for any. */
  readonly uids: RuleRange | null;
  /** FRA_TUN_ID, 0n for none: no packet of ours comes through such a tunnel. */
  readonly tunId: bigint;
  /** Asks the table of a VRF; without one it never matches. */
  readonly l3mdev: boolean;
  /** Realms, from in the upper half. */
  readonly tclassid: number;
  readonly suppressPrefixlen: number;
  /** Device group whose routes do not count; -1 for none. */
  readonly suppressIfgroup: number;
}

/** IPv4 in one namespace. */
export class NetIpv4 {
  /** ICMP errors that may go at once, whatever the destination, and when they were counted. @see icmp_global_allow */
  icmpCredit = 0;
  icmpStamp = -60e9;
  readonly net: Net;
  readonly devconfAll: Devconf;
  readonly devconfDflt: Devconf;
  /** Read only: `sysctlOwn` is for writing. */
  sysctl: Readonly<Ipv4Sysctl> = SYSCTL;
  #ip: IpMib | null = null;
  #icmp: IcmpMib | null = null;
  #udp: UdpMib | null = null;
  /** Local addresses, the first of each first. @see inet_addr_lst */
  readonly addrs: Map<number, InIfaddr> = new Map();
  /** FIB tables by id. `local` and `main` share one trie until rules are used. */
  readonly tables: Map<number, FibTable> = new Map();
  /** Policy rules, in order; null while only the three default ones exist. */
  rules: FibRule[] | null = null;
  /** Routes of destinations outside 127/8, 0/8 … that are `local` by hand. @see fib_has_custom_local_routes */
  customLocalRoutes = false;
  /** Shared route values, by a hash of what they say. @see fib_info_hash */
  readonly fibInfos: SmallMap<number, readonly FibInfo[]> = new SmallMap();
  /** Next hops of a device. @see dev->fib_nh_head */
  readonly devNh: SmallMap<NetDevice, SmallMap<FibNh, FibInfo>> = new SmallMap();
  /** Route values with a preferred source. @see fib_info_laddrhash */
  readonly laddrInfos: SmallMap<FibInfo, true> = new SmallMap();
  /** Changes whenever cached routes are void. @see rt_genid_ipv4 */
  rtGenid = 0;
  /** Changes with every address. @see dev_addr_genid */
  devAddrGenid = 0;
  /** Changes with every route: dumps notice. @see fib_seq */
  fibSeq = 0;
  /** Addresses changed: dumps notice. @see inet_base_seq */
  addrSeq = 0;
  multipathSeed = 0;
  /** Routes that only say no, by errno: made once. */
  readonly errorRoutes: SmallMap<number, Rtable> = new SmallMap();

  constructor(net: Net) {
    this.net = net;
    const { initNet } = net.kernel as { initNet?: Net };
    if (initNet === undefined || initNet === net) {
      this.devconfAll = new Devconf(DEVCONF_ALL);
      this.devconfDflt = new Devconf(DEVCONF_DEFAULT);
    } else {
      const from = netIpv4(initNet);
      this.devconfAll = new Devconf(from.devconfAll.share());
      this.devconfDflt = new Devconf(from.devconfDflt.share());
      const forward = this.devconfAll.data[0]!;
      if (forward !== 0) this.sysctlOwn().ip_forward = forward;
    }
  }

  /** The settings to write to, which are then this namespace's own. */
  sysctlOwn(): Ipv4Sysctl {
    if (this.sysctl === SYSCTL) this.sysctl = new Ipv4Sysctl();
    return this.sysctl;
  }

  get ip(): IpMib {
    return (this.#ip ??= new IpMib());
  }

  get icmp(): IcmpMib {
    return (this.#icmp ??= new IcmpMib());
  }

  get udp(): UdpMib {
    return (this.#udp ??= new UdpMib());
  }
}

const NET_IPV4: Slot<Net, NetIpv4> = slot((net: Net) => new NetIpv4(net));

export const netIpv4 = (net: Net): NetIpv4 => slotGet(net, NET_IPV4);

/** A protocol above IPv4. @see struct net_protocol */
export interface NetProtocol {
  /** Takes the packet over; `data` is at the transport header. */
  handler(skb: SkBuff): void;
  /** An ICMP error about a packet of ours. `skb.data` is at the quoted IP header. */
  errHandler?(skb: SkBuff, type: number, code: number, info: number): void;
  /** An ICMP error may not be for us: quotes the header only loosely. @see icmp_strict_tag_validation */
  readonly strictTag?: boolean;
}

/** IPv4 in one kernel: its protocols, and where its rooms meet without importing each other. */
export class KernelIpv4 {
  readonly protos: (NetProtocol | null)[] = Array.from({ length: 256 }, () => null);
  arpTbl!: NeighTable;
  /** NETDEV_UP and NETDEV_DOWN of addresses. @see inetaddr_chain */
  readonly inetaddrChain: Notifier<[event: number, ifa: InIfaddr]> = new Notifier<[event: number, ifa: InIfaddr]>();
  /** RTM_NEWADDR, RTM_DELADDR. @see rtmsg_ifa */
  rtmsgIfa: (event: number, ifa: InIfaddr, info: NlInfo) => void = () => undefined;
  /** RTM_NEWROUTE, RTM_DELROUTE. @see rtmsg_fib */
  rtmsgFib: (net: Net, event: number, key: number, plen: number, fa: FibAlias, info: NlInfo, nlflags: number) => void =
    () => undefined;
  // Set by the FIB and ARP, which stand above addresses.
  fibAddIfaddr: (ifa: InIfaddr) => void = () => undefined;
  fibDelIfaddr: (ifa: InIfaddr, iprim: InIfaddr | null) => void = () => undefined;
  fibModifyPrefixMetric: (ifa: InIfaddr, old: number, metric: number) => void = () => undefined;
  gratuitousArp: (inDev: InDevice) => void = () => undefined;
  /** RTM_NEWNETCONF. @see inet_netconf_notify_devconf */
  netconfNotify: (net: Net, attr: number, ifindex: number, conf: Devconf | null) => void = () => undefined;
  /** Raw sockets see every local packet first. @returns whether one took it. @see raw_local_deliver */
  rawLocalDeliver: ((skb: SkBuff, protocol: number) => boolean) | null = null;
  /** @see raw_icmp_error */
  rawIcmpError: ((skb: SkBuff, protocol: number, type: number, code: number, info: number) => void) | null = null;
  /** @see ping_rcv; takes the skb over. */
  pingRcv: ((skb: SkBuff) => boolean) | null = null;
  /** @see ping_err */
  pingErr: ((skb: SkBuff, type: number, code: number, info: number) => void) | null = null;
  /** @see icmp_send */
  icmpSend: (skb: SkBuff, type: number, code: number, info: number) => void = () => undefined;
  // The ends of routes, put in place by `ipv4Init`.
  localDeliver!: (skb: SkBuff) => void;
  forward!: (skb: SkBuff) => void;
  errorInput!: (skb: SkBuff) => void;
  output!: (skb: SkBuff) => number;
  mcOutput!: (skb: SkBuff) => number;
  rtBug: (skb: SkBuff) => number = () => -22;
  /** A neighbour did not answer. @see ipv4_link_failure */
  linkFailure!: (skb: SkBuff, rt: Rtable | null) => void;
  ipId = 0;
}

const KERNEL_IPV4: Slot<SimKernel, KernelIpv4> = slot(() => new KernelIpv4());

export const kernelIpv4 = (kernel: SimKernel): KernelIpv4 => slotGet(kernel, KERNEL_IPV4);

/** Cached routes are void. @see rt_cache_flush */
export function rtCacheFlush(net: Net): void {
  netIpv4(net).rtGenid++;
}
