/** Neighbour discovery: the table, and what others ask and tell. RFC 4861 §7. @see net/ipv6/ndisc.c */
import { ipv6MulticastMac, solicitedNode } from '../../lib/address.ts';
import { bytesEqual } from '../../lib/bytes.ts';
import { EINVAL } from '../../uapi/errno.ts';
import {
  SKB_DROP_REASON_IPV6_NDISC_BAD_CODE,
  SKB_DROP_REASON_IPV6_NDISC_BAD_OPTIONS,
  SKB_DROP_REASON_IPV6_NDISC_FRAG,
  SKB_DROP_REASON_IPV6_NDISC_HOP_LIMIT,
  SKB_DROP_REASON_IPV6_NDISC_NS_OTHERHOST,
  SKB_DROP_REASON_NEIGH_FAILED,
  SKB_DROP_REASON_NOT_SPECIFIED,
  SKB_DROP_REASON_PKT_TOO_SMALL,
} from '../../uapi/drop-reason.ts';
import { ETH_P_IPV6 } from '../../uapi/if-ether.ts';
import {
  ICMPV6_ADDR_UNREACH,
  ICMPV6_DEST_UNREACH,
  ND_OPT_NONCE,
  ND_OPT_SOURCE_LL_ADDR,
  ND_OPT_TARGET_LL_ADDR,
  NDISC_NEIGHBOUR_ADVERTISEMENT,
  NDISC_NEIGHBOUR_SOLICITATION,
  NDISC_ROUTER_ADVERTISEMENT,
  NDISC_ROUTER_SOLICITATION,
} from '../../uapi/icmpv6.ts';
import { IFA_F_OPTIMISTIC, IFA_F_TENTATIVE } from '../../uapi/if-addr.ts';
import { IFF_LOOPBACK, IFF_NOARP, IFF_POINTOPOINT } from '../../uapi/if.ts';
import {
  DEVCONF_DROP_UNSOLICITED_NA,
  DEVCONF_FORWARDING,
  DEVCONF_NDISC_EVICT_NOCARRIER,
  DEVCONF_NDISC_NOTIFY,
  DEVCONF_PROXY_NDP,
  DEVCONF_SUPPRESS_FRAG_NDISC,
} from '../../uapi/if-link.ts';
import { NUD_FAILED, NUD_NOARP, NUD_REACHABLE, NUD_STALE } from '../../uapi/neighbour.ts';
import { RTN_LOCAL, RTN_MULTICAST, RTN_UNICAST } from '../../uapi/rtnetlink.ts';
import { AF_INET6 } from '../../uapi/socket.ts';
import { IPV6_DADDR, IPV6_SADDR } from '../../wire/ipv6.ts';
import {
  NA_OVERRIDE,
  NA_ROUTER,
  NA_SOLICITED,
  ND_MSG_LEN,
  ND_TARGET,
  ndFindOption,
  ndOptionsCheck,
} from '../../wire/ndisc.ts';
import { icmp6Rest } from '../../wire/icmpv6.ts';
import { NETDEV_CHANGE, NETDEV_CHANGEADDR, NETDEV_DOWN, NETDEV_NOTIFY_PEERS, netifCarrierOk } from '../core/dev.ts';
import type { SimKernel } from '../core/kernel.ts';
import type { NetDevice } from '../core/net-device.ts';
import { kfreeSkb, type SkBuff } from '../core/skbuff.ts';
import {
  neighCarrierDown,
  neighChangeaddr,
  neighEventNs,
  neighIfdown,
  neighTable,
  neighUpdate,
} from '../neigh/neighbour.ts';
import {
  NEIGH_UPDATE_F_ISROUTER,
  NEIGH_UPDATE_F_OVERRIDE,
  NEIGH_UPDATE_F_OVERRIDE_ISROUTER,
  NEIGH_UPDATE_F_WEAK_OVERRIDE,
} from '../neigh/state.ts';
import type { Neighbour, NeighOps } from '../neigh/table.ts';
import { IN6ADDR_LINKLOCAL_ALLNODES, IPV6_ADDR_MULTICAST, ipv6AddrEqual, ipv6AddrType } from './addr-type.ts';
import { addrconfDadFailure } from './dad.ts';
import { in6DevGet, type Inet6Dev } from './inet6-dev.ts';
import { IP6SKB_FRAGMENTED } from './ip6-output.ts';
import { ndiscSendNa, ndiscSendNs, ndiscSendUnsolNa } from './ndisc-send.ts';
import { ndiscRouterAdvert } from './ra.ts';
import { kernelIpv6, netIpv6 } from './netns6.ts';
import { ipv6ChkAddrAndFlags } from './saddr.ts';

/** Type, state and address of a new entry. @see ndisc_constructor */
function construct(n: Neighbour): number {
  const { dev } = n;
  if (in6DevGet(dev) === null) return -EINVAL;
  const multicast = (ipv6AddrType(n.primaryKey) & IPV6_ADDR_MULTICAST) !== 0;
  n.type = multicast ? RTN_MULTICAST : RTN_UNICAST;
  if (dev.headerOps === null) n.nudState = NUD_NOARP;
  else if (multicast) {
    n.nudState = NUD_NOARP;
    n.ha.set(ipv6MulticastMac(n.primaryKey));
  } else if ((dev.flags & (IFF_NOARP | IFF_LOOPBACK)) !== 0) {
    n.nudState = NUD_NOARP;
    n.ha.set(dev.devAddr);
    if ((dev.flags & IFF_LOOPBACK) !== 0) n.type = RTN_LOCAL;
  } else if ((dev.flags & IFF_POINTOPOINT) !== 0) {
    n.nudState = NUD_NOARP;
    n.ha.set(dev.broadcast);
  }
  return 0;
}

/** Asks who has the address: the neighbour first when one was known, then all. @see ndisc_solicit */
function solicit(n: Neighbour, skb: SkBuff | null): void {
  const { dev, parms } = n;
  const target = n.primaryKey;
  let saddr: Uint8Array | null = null;
  if (skb !== null) {
    const at = skb.networkHeader + IPV6_SADDR;
    if (ipv6ChkAddrAndFlags(dev.net, skb.buf, at, dev, IFA_F_TENTATIVE | IFA_F_OPTIMISTIC) !== null)
      saddr = skb.buf.slice(at, at + 16);
  }
  if (n.probes - parms.ucastProbes < 0) ndiscSendNs(dev, target, target, saddr, null);
  else if (n.probes - parms.ucastProbes - parms.appProbes >= 0)
    ndiscSendNs(dev, target, solicitedNode(target), saddr, null);
}

/** Nobody answered. @see ndisc_error_report, ip6_link_failure */
function errorReport(n: Neighbour, skb: SkBuff): void {
  skb.dev ??= n.dev;
  kernelIpv6(n.tbl.kernel).icmpv6Send(skb, ICMPV6_DEST_UNREACH, ICMPV6_ADDR_UNREACH, 0);
  kfreeSkb(skb, SKB_DROP_REASON_NEIGH_FAILED, 'ndisc_error_report');
}

const ndiscOps: NeighOps = {
  family: AF_INET6,
  name: 'ndisc_cache',
  keyLen: 16,
  protocol: ETH_P_IPV6,
  construct,
  solicit,
  errorReport,
  parms: (dev) => in6DevGet(dev)?.ndParms ?? null,
};

/** The link-layer address in an option at `p`, or null. */
const lladdrAt = (skb: SkBuff, p: number): Uint8Array | null => (p < 0 ? null : skb.buf.slice(p + 2, p + 8));

/** A neighbour solicitation. @returns a drop reason, 0 when all is well. @see ndisc_recv_ns */
function recvNs(skb: SkBuff): number {
  const dev = skb.dev!;
  const { net } = dev;
  const { buf, data: at, networkHeader: nh } = skb;
  const end = at + skb.len;
  const target = buf.slice(at + ND_TARGET, at + ND_TARGET + 16);
  const saddr = buf.slice(nh + IPV6_SADDR, nh + IPV6_SADDR + 16);
  const dad = ipv6AddrType(saddr) === 0;
  const toMulticast = buf[nh + IPV6_DADDR] === 0xff;
  if ((ipv6AddrType(target) & IPV6_ADDR_MULTICAST) !== 0) return SKB_DROP_REASON_NOT_SPECIFIED;
  if (dad && !(buf[nh + IPV6_DADDR + 1] === 2 && buf[nh + IPV6_DADDR + 11] === 1 && buf[nh + IPV6_DADDR + 12] === 0xff))
    return SKB_DROP_REASON_NOT_SPECIFIED;
  const sllao = ndFindOption(buf, at + ND_MSG_LEN, end, ND_OPT_SOURCE_LL_ADDR);
  if (dad && sllao >= 0) return SKB_DROP_REASON_IPV6_NDISC_BAD_OPTIONS;
  const lladdr = lladdrAt(skb, sllao);
  const nonceAt = ndFindOption(buf, at + ND_MSG_LEN, end, ND_OPT_NONCE);
  const { ndTbl } = kernelIpv6(net.kernel);
  const idev = in6DevGet(dev)!;
  const ifp = ipv6ChkAddrAndFlags(net, target, 0, dev, 0);
  if (ifp !== null) {
    if ((ifp.flags & (IFA_F_TENTATIVE | IFA_F_OPTIMISTIC)) !== 0) {
      if (dad) {
        if (ifp.dadNonce !== null && nonceAt >= 0 && bytesEqual(buf.subarray(nonceAt + 2, nonceAt + 8), ifp.dadNonce))
          return 0;
        addrconfDadFailure(ifp);
        return 0;
      }
      if ((ifp.flags & IFA_F_OPTIMISTIC) === 0) return SKB_DROP_REASON_NOT_SPECIFIED;
    }
  } else {
    const anycast = idev.acList.some((ac) => ipv6AddrEqual(ac.addr, 0, target, 0));
    const proxied =
      idev.cnf.get(DEVCONF_FORWARDING) !== 0 &&
      idev.cnf.get(DEVCONF_PROXY_NDP) !== 0 &&
      ndTbl.proxyLookup(net, target, 0, dev) !== null;
    if (!proxied && !anycast) return SKB_DROP_REASON_IPV6_NDISC_NS_OTHERHOST;
  }
  const router = idev.cnf.get(DEVCONF_FORWARDING) !== 0;
  if (dad) {
    ndiscSendNa(dev, IN6ADDR_LINKLOCAL_ALLNODES, target, router, false, ifp !== null, true);
    return 0;
  }
  let neigh: Neighbour | number | null = ndTbl.lookup(saddr, 0, dev);
  if (neigh === null && (!toMulticast || lladdr !== null)) neigh = ndTbl.create(saddr, dev);
  const known = neigh !== null && typeof neigh !== 'number';
  if (known) neighUpdate(neigh as Neighbour, lladdr, NUD_STALE, NEIGH_UPDATE_F_WEAK_OVERRIDE | NEIGH_UPDATE_F_OVERRIDE);
  if (known || dev.headerOps === null)
    ndiscSendNa(dev, saddr, target, router, true, ifp !== null && toMulticast, toMulticast);
  return 0;
}

/** A neighbour advertisement. @see ndisc_recv_na */
function recvNa(skb: SkBuff): number {
  const dev = skb.dev!;
  const { net } = dev;
  const { buf, data: at, networkHeader: nh } = skb;
  const target = buf.slice(at + ND_TARGET, at + ND_TARGET + 16);
  const rest = icmp6Rest(buf, at);
  const solicited = (rest & NA_SOLICITED) !== 0;
  if ((ipv6AddrType(target) & IPV6_ADDR_MULTICAST) !== 0) return SKB_DROP_REASON_NOT_SPECIFIED;
  if (buf[nh + IPV6_DADDR] === 0xff && solicited) return SKB_DROP_REASON_NOT_SPECIFIED;
  const idev = in6DevGet(dev);
  if (!solicited && idev !== null && idev.cnf.get(DEVCONF_DROP_UNSOLICITED_NA) !== 0)
    return SKB_DROP_REASON_NOT_SPECIFIED;
  const tllao = ndFindOption(buf, at + ND_MSG_LEN, at + skb.len, ND_OPT_TARGET_LL_ADDR);
  const lladdr = lladdrAt(skb, tllao);
  const ifp = ipv6ChkAddrAndFlags(net, target, 0, dev, 0);
  if (ifp !== null) {
    if ((ifp.flags & IFA_F_TENTATIVE) !== 0) addrconfDadFailure(ifp);
    return 0;
  }
  const { ndTbl } = kernelIpv6(net.kernel);
  const neigh = ndTbl.lookup(target, 0, dev);
  if (neigh === null || (neigh.nudState & NUD_FAILED) !== 0) return 0;
  if (
    lladdr !== null &&
    bytesEqual(lladdr, dev.devAddr) &&
    idev !== null &&
    idev.cnf.get(DEVCONF_FORWARDING) !== 0 &&
    idev.cnf.get(DEVCONF_PROXY_NDP) !== 0
  )
    return 0;
  neighUpdate(
    neigh,
    lladdr,
    solicited ? NUD_REACHABLE : NUD_STALE,
    NEIGH_UPDATE_F_WEAK_OVERRIDE |
      ((rest & NA_OVERRIDE) !== 0 ? NEIGH_UPDATE_F_OVERRIDE : 0) |
      NEIGH_UPDATE_F_OVERRIDE_ISROUTER |
      (rest >= NA_ROUTER || rest < 0 ? NEIGH_UPDATE_F_ISROUTER : 0),
  );
  return 0;
}

/** A host looks for routers: a router learns its address. @see ndisc_recv_rs */
function recvRs(skb: SkBuff): number {
  const dev = skb.dev!;
  const { buf, data: at, networkHeader: nh } = skb;
  const idev = in6DevGet(dev);
  const saddr = buf.slice(nh + IPV6_SADDR, nh + IPV6_SADDR + 16);
  if (idev === null || idev.cnf.get(DEVCONF_FORWARDING) === 0 || ipv6AddrType(saddr) === 0) return 0;
  const lladdr = lladdrAt(skb, ndFindOption(buf, at + 8, at + skb.len, ND_OPT_SOURCE_LL_ADDR));
  if (lladdr !== null) neighEventNs(kernelIpv6(dev.net.kernel).ndTbl, lladdr, saddr, dev, true);
  return 0;
}

/** A message, `data` at its ICMPv6 header; it stays the caller's. @returns a drop reason, 0 when all is well. @see ndisc_rcv */
export function ndiscRcv(skb: SkBuff): number {
  const dev = skb.dev!;
  const { buf, data: at, networkHeader: nh } = skb;
  const type = buf[at]!;
  const idev = in6DevGet(dev);
  if ((skb.cb1 & IP6SKB_FRAGMENTED) !== 0 && idev !== null && idev.cnf.get(DEVCONF_SUPPRESS_FRAG_NDISC) !== 0)
    return SKB_DROP_REASON_IPV6_NDISC_FRAG;
  if (buf[nh + 7] !== 255) return SKB_DROP_REASON_IPV6_NDISC_HOP_LIMIT;
  if (buf[at + 1] !== 0) return SKB_DROP_REASON_IPV6_NDISC_BAD_CODE;
  if (idev === null) return 0;
  const fixed =
    type === NDISC_ROUTER_SOLICITATION
      ? 8
      : type === NDISC_ROUTER_ADVERTISEMENT
        ? 16
        : type <= NDISC_NEIGHBOUR_ADVERTISEMENT
          ? ND_MSG_LEN
          : 40;
  if (skb.len < fixed) return SKB_DROP_REASON_PKT_TOO_SMALL;
  if (!ndOptionsCheck(buf, at + fixed, at + skb.len)) return SKB_DROP_REASON_IPV6_NDISC_BAD_OPTIONS;
  switch (type) {
    case NDISC_NEIGHBOUR_SOLICITATION:
      return recvNs(skb);
    case NDISC_NEIGHBOUR_ADVERTISEMENT:
      return recvNa(skb);
    case NDISC_ROUTER_SOLICITATION:
      return recvRs(skb);
    case NDISC_ROUTER_ADVERTISEMENT:
      return ndiscRouterAdvert(skb, idev);
    default:
      return 0;
  }
}

/** Whether neighbours go with the carrier: when the device and `all` say so. */
const evictsNocarrier = (dev: NetDevice, idev: Inet6Dev): boolean =>
  netIpv6(dev.net).devconfAll.get(DEVCONF_NDISC_EVICT_NOCARRIER) !== 0 &&
  idev.cnf.get(DEVCONF_NDISC_EVICT_NOCARRIER) !== 0;

/** @see ndisc_netdev_event */
function netdevEvent(kernel: SimKernel, event: number, dev: NetDevice): void {
  const idev = in6DevGet(dev);
  const { ndTbl } = kernelIpv6(kernel);
  switch (event) {
    case NETDEV_CHANGEADDR:
      neighChangeaddr(ndTbl, dev);
      if (idev !== null && idev.cnf.get(DEVCONF_NDISC_NOTIFY) !== 0)
        ndiscSendUnsolNa(dev, idev.cnf.get(DEVCONF_FORWARDING) !== 0);
      break;
    case NETDEV_CHANGE:
      if (!netifCarrierOk(dev) && (idev === null || evictsNocarrier(dev, idev))) neighCarrierDown(ndTbl, dev);
      break;
    case NETDEV_DOWN:
      neighIfdown(ndTbl, dev);
      break;
    case NETDEV_NOTIFY_PEERS:
      if (idev !== null) ndiscSendUnsolNa(dev, idev.cnf.get(DEVCONF_FORWARDING) !== 0);
      break;
  }
}

export function ndiscInit(kernel: SimKernel): void {
  const k = kernelIpv6(kernel);
  k.ndTbl = neighTable(kernel, ndiscOps);
  k.ndTbl.parms.locktime = 0;
  k.sendNs = ndiscSendNs;
  kernel.netdevChain.register((event, dev) => netdevEvent(kernel, event, dev));
}
