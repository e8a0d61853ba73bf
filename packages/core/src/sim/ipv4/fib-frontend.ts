/** Routes that come and go with addresses and devices, and the check of sources. @see net/ipv4/fib_frontend.c */
import { ipv4IsZeronet } from '../../lib/address.ts';
import {
  SKB_DROP_REASON_IP_INVALID_SOURCE,
  SKB_DROP_REASON_IP_LOCAL_SOURCE,
  SKB_DROP_REASON_IP_RPFILTER,
} from '../../uapi/drop-reason.ts';
import { IFA_F_NOPREFIXROUTE, IFA_F_SECONDARY } from '../../uapi/if-addr.ts';
import { IFF_LOOPBACK, IFF_LOWER_UP, IFF_RUNNING, IFF_UP } from '../../uapi/if.ts';
import { NLM_F_APPEND, NLM_F_CREATE } from '../../uapi/netlink.ts';
import {
  RT_SCOPE_HOST,
  RT_SCOPE_LINK,
  RT_TABLE_LOCAL,
  RT_TABLE_MAIN,
  RTN_BROADCAST,
  RTN_LOCAL,
  RTN_UNICAST,
  RTNH_F_DEAD,
  RTNH_F_LINKDOWN,
  RTPROT_KERNEL,
} from '../../uapi/rtnetlink.ts';
import {
  devGetFlags,
  NETDEV_CHANGE,
  NETDEV_CHANGEMTU,
  NETDEV_DOWN,
  NETDEV_UNREGISTER,
  NETDEV_UP,
} from '../core/dev.ts';
import type { SimKernel } from '../core/kernel.ts';
import type { NetDevice } from '../core/net-device.ts';
import { KERNEL_INFO } from '../core/rtnetlink.ts';
import type { SkBuff } from '../core/skbuff.ts';
import { neighIfdown } from '../neigh/neighbour.ts';
import { ACCEPT_LOCAL, RP_FILTER, SEND_REDIRECTS, SRC_VMARK } from './devconf.ts';
import { inDevMaxconf, inDevOrconf, inetIfaByprefix } from './devinet.ts';
import { fibLookup } from './fib-rules.ts';
import { fibSyncDownAddr, fibSyncDownDev, fibSyncUp, inetAddrType } from './fib-semantics.ts';
import { FIB_LOOKUP_IGNORE_LINKSTATE, fibNewTable } from './fib-table.ts';
import { fibFlush, fibTableDelete, fibTableInsert } from './fib-trie.ts';
import { type FibConfig, type FibInfo, FibResult, Flowi4 } from './fib-types.ts';
import { type InDevice, inDevGet, type InIfaddr, inetIfaMatch } from './in-device.ts';
import { kernelIpv4, netIpv4, rtCacheFlush } from './netns.ts';

/** A route the kernel keeps for an address. @see fib_magic */
function fibMagic(add: boolean, type: number, dst: number, dstLen: number, ifa: InIfaddr, priority: number): void {
  const { dev } = ifa.inDev;
  const table = type === RTN_UNICAST ? RT_TABLE_MAIN : RT_TABLE_LOCAL;
  const cfg: FibConfig = {
    dstLen,
    tos: 0,
    protocol: RTPROT_KERNEL,
    scope: type === RTN_LOCAL ? RT_SCOPE_HOST : RT_SCOPE_LINK,
    type,
    table,
    dst,
    gw: 0,
    oif: dev.ifindex,
    flags: 0,
    priority,
    prefsrc: ifa.local,
    metrics: null,
    nexthops: null,
    nlflags: NLM_F_CREATE | NLM_F_APPEND,
  };
  const tb = fibNewTable(dev.net, table);
  if (add) fibTableInsert(dev.net, tb, cfg, KERNEL_INFO);
  else fibTableDelete(dev.net, tb, cfg, KERNEL_INFO);
}

const broadcastOf = (ifa: InIfaddr): number => (ifa.address | ~ifa.mask) >>> 0;
const networkOf = (ifa: InIfaddr): number => (ifa.address & ifa.mask) >>> 0;

/** @see fib_add_ifaddr */
export function fibAddIfaddr(ifa: InIfaddr): void {
  const { inDev } = ifa;
  const { dev } = inDev;
  const prefix = networkOf(ifa);
  const secondary = (ifa.flags & IFA_F_SECONDARY) !== 0;
  const prim = secondary ? inetIfaByprefix(inDev, prefix, ifa.mask) : ifa;
  if (prim === null) return;
  fibMagic(true, RTN_LOCAL, ifa.local, 32, prim, 0);
  if ((dev.flags & IFF_UP) === 0) return;
  if (ifa.broadcast !== 0 && ifa.broadcast !== 0xffffffff) fibMagic(true, RTN_BROADCAST, ifa.broadcast, 32, prim, 0);
  if (ipv4IsZeronet(prefix) || secondary || (prefix === ifa.local && ifa.prefixlen === 32)) return;
  if ((ifa.flags & IFA_F_NOPREFIXROUTE) === 0) {
    fibMagic(
      true,
      (dev.flags & IFF_LOOPBACK) !== 0 ? RTN_LOCAL : RTN_UNICAST,
      prefix,
      ifa.prefixlen,
      prim,
      ifa.rtPriority,
    );
  }
  if (ifa.prefixlen < 31) fibMagic(true, RTN_BROADCAST, broadcastOf(ifa), 32, prim, 0);
}

/** The prefix route gets another metric. @see fib_modify_prefix_metric */
function fibModifyPrefixMetric(ifa: InIfaddr, old: number, metric: number): void {
  const { dev } = ifa.inDev;
  const prefix = networkOf(ifa);
  if ((dev.flags & IFF_UP) === 0 || (ifa.flags & (IFA_F_SECONDARY | IFA_F_NOPREFIXROUTE)) !== 0) return;
  if (ipv4IsZeronet(prefix) || (prefix === ifa.local && ifa.prefixlen === 32)) return;
  const type = (dev.flags & IFF_LOOPBACK) !== 0 ? RTN_LOCAL : RTN_UNICAST;
  fibMagic(true, type, prefix, ifa.prefixlen, ifa, metric);
  fibMagic(false, type, prefix, ifa.prefixlen, ifa, old);
}

const LOCAL_OK = 1;
const BRD_OK = 2;
const BRD0_OK = 4;
const BRD1_OK = 8;

/** Which routes of a parting address others still need: bits *_OK, and 16 when it stays itself (promotion). */
function stillNeeded(ifa: InIfaddr, prim: InIfaddr, iprim: InIfaddr | null): number {
  const { inDev } = ifa;
  const brd = broadcastOf(ifa);
  const any = networkOf(ifa);
  let ok = 0;
  let samePrefsrc = false;
  let prim1: InIfaddr | null = null;
  for (const ifa1 of inDev.ifaList) {
    if (ifa1 === ifa) {
      ok |= 16;
      continue;
    }
    if (iprim !== null && ifa1.mask === iprim.mask && inetIfaMatch(ifa1.address, iprim)) continue;
    if ((ifa1.flags & IFA_F_SECONDARY) !== 0) {
      if (ifa1.mask === prim.mask && inetIfaMatch(ifa1.address, prim)) prim1 = prim;
      else {
        if (!samePrefsrc) continue;
        if (prim1 === null || ifa1.mask !== prim1.mask || !inetIfaMatch(ifa1.address, prim1)) {
          prim1 = inetIfaByprefix(inDev, ifa1.address, ifa1.mask);
        }
        if (prim1 === null || prim1.local !== prim.local) continue;
      }
    } else {
      if (prim.local !== ifa1.local) continue;
      prim1 = ifa1;
      if (prim !== prim1) samePrefsrc = true;
    }
    if (ifa.local === ifa1.local) ok |= LOCAL_OK;
    if (ifa.broadcast === ifa1.broadcast) ok |= BRD_OK;
    if (brd === ifa1.broadcast) ok |= BRD1_OK;
    if (any === ifa1.broadcast) ok |= BRD0_OK;
    if (prim1 === ifa1 && ifa1.prefixlen < 31) {
      const brd1 = broadcastOf(ifa1);
      const any1 = networkOf(ifa1);
      if (ipv4IsZeronet(any1)) continue;
      if (ifa.broadcast === brd1 || ifa.broadcast === any1) ok |= BRD_OK;
      if (brd === brd1 || brd === any1) ok |= BRD1_OK;
      if (any === brd1 || any === any1) ok |= BRD0_OK;
    }
  }
  return ok;
}

/** @see fib_del_ifaddr */
export function fibDelIfaddr(ifa: InIfaddr, iprim: InIfaddr | null): void {
  const { inDev } = ifa;
  const { dev } = inDev;
  const any = networkOf(ifa);
  let prim = ifa;
  let subnet = false;
  if ((ifa.flags & IFA_F_SECONDARY) !== 0) {
    const found = inetIfaByprefix(inDev, any, ifa.mask);
    if (found === null || (iprim !== null && iprim !== found)) return;
    prim = found;
  } else if (!ipv4IsZeronet(any) && (any !== ifa.local || ifa.prefixlen < 32)) {
    if ((ifa.flags & IFA_F_NOPREFIXROUTE) === 0) {
      fibMagic(false, (dev.flags & IFF_LOOPBACK) !== 0 ? RTN_LOCAL : RTN_UNICAST, any, ifa.prefixlen, prim, 0);
    }
    subnet = true;
  }
  const ok = inDev.dead ? 0 : stillNeeded(ifa, prim, iprim);
  if ((ok & BRD_OK) === 0) fibMagic(false, RTN_BROADCAST, ifa.broadcast, 32, prim, 0);
  if (subnet && ifa.prefixlen < 31) {
    if ((ok & BRD1_OK) === 0) fibMagic(false, RTN_BROADCAST, broadcastOf(ifa), 32, prim, 0);
    if ((ok & BRD0_OK) === 0) fibMagic(false, RTN_BROADCAST, any, 32, prim, 0);
  }
  if ((ok & LOCAL_OK) !== 0) return;
  fibMagic(false, RTN_LOCAL, ifa.local, 32, prim, 0);
  if ((ok & 16) === 0 && inetAddrType(dev.net, ifa.local) !== RTN_LOCAL && fibSyncDownAddr(dev, ifa.local) > 0)
    fibFlush(dev.net);
}

/** @see fib_disable_ip */
function fibDisableIp(dev: NetDevice, event: number, force: boolean): void {
  if (fibSyncDownDev(dev, event, force) > 0) fibFlush(dev.net);
  else rtCacheFlush(dev.net);
  neighIfdown(kernelIpv4(dev.net.kernel).arpTbl, dev);
}

/** @see fib_netdev_event */
function fibNetdevEvent(event: number, dev: NetDevice): void {
  if (event === NETDEV_UNREGISTER) {
    fibDisableIp(dev, event, true);
    return;
  }
  const inDev = inDevGet(dev);
  if (inDev === null) return;
  switch (event) {
    case NETDEV_UP:
      for (const ifa of inDev.ifaList) fibAddIfaddr(ifa);
      fibSyncUp(dev, RTNH_F_DEAD);
      netIpv4(dev.net).devAddrGenid++;
      rtCacheFlush(dev.net);
      break;
    case NETDEV_DOWN:
      fibDisableIp(dev, event, false);
      break;
    case NETDEV_CHANGE:
      if ((devGetFlags(dev) & (IFF_RUNNING | IFF_LOWER_UP)) !== 0) fibSyncUp(dev, RTNH_F_LINKDOWN);
      else fibSyncDownDev(dev, event, false);
      rtCacheFlush(dev.net);
      break;
    case NETDEV_CHANGEMTU:
      rtCacheFlush(dev.net);
      break;
    default:
      break;
  }
}

/** @see fib_inetaddr_event */
function fibInetaddrEvent(event: number, ifa: InIfaddr): void {
  const { dev } = ifa.inDev;
  if (event === NETDEV_UP) {
    fibAddIfaddr(ifa);
    fibSyncUp(dev, RTNH_F_DEAD);
    netIpv4(dev.net).devAddrGenid++;
    rtCacheFlush(dev.net);
    return;
  }
  fibDelIfaddr(ifa, null);
  netIpv4(dev.net).devAddrGenid++;
  if (ifa.inDev.ifaList.length === 0) fibDisableIp(dev, NETDEV_DOWN, true);
  else rtCacheFlush(dev.net);
}

const vfl = new Flowi4();
const vres = new FibResult();

/** @see fib_info_nh_uses_dev */
function hasNexthopBy(fi: FibInfo, dev: NetDevice): boolean {
  for (let i = 0; i < fi.nh.length; i++) if (fi.nh[i]!.dev === dev) return true;
  return false;
}

/**
 * Whether `src` may come in by `dev`. @param oif device it will leave by, 0 for here
 * @returns 1 when it is a neighbour on that link, 0 otherwise, or the negative drop reason. @see fib_validate_source
 */
export function fibValidateSource(
  skb: SkBuff,
  src: number,
  dst: number,
  tos: number,
  oif: number,
  dev: NetDevice,
  inDev: InDevice,
): number {
  const net = netIpv4(dev.net);
  const rpf = inDevMaxconf(inDev, RP_FILTER);
  if (rpf === 0 && (dev.ifindex !== oif || !inDevOrconf(inDev, SEND_REDIRECTS))) {
    if (inDevOrconf(inDev, ACCEPT_LOCAL)) return 0;
    if (!net.customLocalRoutes && net.rules === null) return net.addrs.has(src) ? -SKB_DROP_REASON_IP_LOCAL_SOURCE : 0;
  }
  const fl = vfl.reset();
  fl.iif = oif === 0 ? 1 : oif;
  fl.daddr = src;
  fl.saddr = dst;
  fl.tos = tos;
  fl.mark = inDevOrconf(inDev, SRC_VMARK) ? skb.mark : 0;
  if (fibLookup(dev.net, fl, vres, 0) !== 0) return rpf !== 0 ? -SKB_DROP_REASON_IP_RPFILTER : 0;
  if (vres.type !== RTN_UNICAST) {
    if (vres.type !== RTN_LOCAL) return -SKB_DROP_REASON_IP_INVALID_SOURCE;
    if (!inDevOrconf(inDev, ACCEPT_LOCAL)) return -SKB_DROP_REASON_IP_LOCAL_SOURCE;
  }
  const match = hasNexthopBy(vres.fi!, dev) || (vres.type === RTN_LOCAL && (dev.flags & IFF_LOOPBACK) !== 0);
  if (match) return vres.nh!.scope >= RT_SCOPE_HOST ? 1 : 0;
  if (inDev.ifaList.length === 0) return rpf !== 0 ? -SKB_DROP_REASON_IP_RPFILTER : 0;
  if (rpf === 1) return -SKB_DROP_REASON_IP_RPFILTER;
  fl.oif = dev.ifindex;
  if (fibLookup(dev.net, fl, vres, FIB_LOOKUP_IGNORE_LINKSTATE) !== 0 || vres.type !== RTN_UNICAST) return 0;
  return vres.nh!.scope >= RT_SCOPE_HOST ? 1 : 0;
}

export function fibInit(kernel: SimKernel): void {
  const k = kernelIpv4(kernel);
  k.fibAddIfaddr = fibAddIfaddr;
  k.fibDelIfaddr = fibDelIfaddr;
  k.fibModifyPrefixMetric = fibModifyPrefixMetric;
  kernel.netdevChain.register(fibNetdevEvent);
  k.inetaddrChain.register(fibInetaddrEvent);
}
