/** ARP: asking for and answering with link-layer addresses. RFC 826; @see net/ipv4/arp.c */
import { ipv4IsLoopback, ipv4IsMulticast } from '../../lib/address.ts';
import { ARP_LEN, ARP_SHA, ARP_THA, arpCheck, arpOp, arpSip, arpTip, putArp } from '../../wire/arp.ts';
import {
  SKB_DROP_REASON_NOT_SPECIFIED,
  SKB_DROP_REASON_OTHERHOST,
  SKB_DROP_REASON_PKT_TOO_SMALL,
  SKB_CONSUMED,
} from '../../uapi/drop-reason.ts';
import { ARPOP_REPLY, ARPOP_REQUEST } from '../../uapi/if-arp.ts';
import { AF_INET } from '../../uapi/socket.ts';
import { ETH_P_ARP, ETH_P_IP } from '../../uapi/if-ether.ts';

import { IFF_LOOPBACK, IFF_NOARP, IFF_POINTOPOINT } from '../../uapi/if.ts';
import { PACKET_HOST, PACKET_LOOPBACK, PACKET_OTHERHOST } from '../../uapi/if-packet.ts';
import { NUD_NOARP, NUD_REACHABLE, NUD_STALE } from '../../uapi/neighbour.ts';
import {
  RT_SCOPE_HOST,
  RT_SCOPE_LINK,
  RTN_BROADCAST,
  RTN_LOCAL,
  RTN_MULTICAST,
  RTN_UNICAST,
} from '../../uapi/rtnetlink.ts';
import { devQueueXmit, NETDEV_CHANGE, NETDEV_CHANGEADDR, netifCarrierOk } from '../core/dev.ts';
import type { SimKernel } from '../core/kernel.ts';
import type { NetDevice } from '../core/net-device.ts';
import { allocSkb, consumeSkb, kfreeSkb, type SkBuff } from '../core/skbuff.ts';
import { neighCarrierDown, neighChangeaddr, neighEventNs, neighTable, neighUpdate } from '../neigh/neighbour.ts';
import { NEIGH_UPDATE_F_OVERRIDE } from '../neigh/state.ts';
import type { Neighbour, NeighOps, NeighTable } from '../neigh/table.ts';
import {
  ARP_ACCEPT,
  ARP_ANNOUNCE,
  ARP_EVICT_NOCARRIER,
  ARP_IGNORE,
  ARPFILTER,
  DROP_GRATUITOUS_ARP,
  MEDIUM_ID,
  PROXY_ARP,
  PROXY_ARP_PVLAN,
  ROUTE_LOCALNET,
} from './devconf.ts';
import { inDevAndconf, inDevForward, inDevMaxconf, inDevOrconf, inetConfirmAddr, inetSelectAddr } from './devinet.ts';
import { inetAddrType, inetAddrTypeTable } from './fib-semantics.ts';
import { Flowi4 } from './fib-types.ts';
import { type InDevice, inDevGet, inetIfaMatch } from './in-device.ts';
import { kernelIpv4, rtCacheFlush } from './netns.ts';
import { ipRouteInput, ipRouteOutputKey } from './route.ts';
import type { Rtable } from './rtable.ts';

const key4 = (k: Uint8Array): number => ((k[0]! << 24) | (k[1]! << 16) | (k[2]! << 8) | k[3]!) >>> 0;

/** Type, state and address of a new entry. @see arp_constructor */
function construct(n: Neighbour): number {
  const { dev } = n;
  if ((dev.flags & (IFF_LOOPBACK | IFF_POINTOPOINT)) !== 0) n.primaryKey.fill(0);
  const addr = key4(n.primaryKey);
  n.type = inetAddrTypeTable(dev.net, addr, 255);
  if (dev.headerOps === null) {
    n.nudState = NUD_NOARP;
    return 0;
  }
  if (n.type === RTN_MULTICAST) {
    n.nudState = NUD_NOARP;
    n.ha.set([1, 0, 0x5e, (addr >>> 16) & 0x7f, (addr >>> 8) & 255, addr & 255]);
  } else if ((dev.flags & (IFF_NOARP | IFF_LOOPBACK)) !== 0) {
    n.nudState = NUD_NOARP;
    n.ha.set(dev.devAddr.subarray(0, dev.addrLen));
  } else if (n.type === RTN_BROADCAST || (dev.flags & IFF_POINTOPOINT) !== 0) {
    n.nudState = NUD_NOARP;
    n.ha.set(dev.broadcast.subarray(0, dev.addrLen));
  }
  return 0;
}

/** The address to ask with. @see arp_solicit */
function solicitSource(inDev: InDevice, skb: SkBuff | null, target: number): number {
  const { dev } = inDev;
  const { net } = dev;
  const from =
    skb === null || skb.protocol !== ETH_P_IP
      ? 0
      : key4(skb.buf.subarray(skb.networkHeader + 12, skb.networkHeader + 16));
  let saddr = 0;
  const announce = inDevMaxconf(inDev, ARP_ANNOUNCE);
  if (announce < 2 && from !== 0 && inetAddrType(net, from) === RTN_LOCAL) {
    if (announce === 0 || inDev.ifaList.some((ifa) => inetIfaMatch(target, ifa) && inetIfaMatch(from, ifa)))
      saddr = from;
  }
  return saddr !== 0 ? saddr : inetSelectAddr(dev, target, RT_SCOPE_LINK);
}

function solicit(n: Neighbour, skb: SkBuff | null): void {
  const { dev } = n;
  const inDev = inDevGet(dev);
  if (inDev === null) return;
  const target = n.key4;
  const saddr = solicitSource(inDev, skb, target);
  // Probes were counted before this one was sent.
  const unicast = n.probes - 1 < n.parms.ucastProbes && (n.nudState & 0x10) !== 0;
  arpSend(ARPOP_REQUEST, target, dev, saddr, unicast ? n.ha : null, null, null);
}

/** Sends a packet; `destHw` null is to all. @see arp_send */
export function arpSend(
  op: number,
  destIp: number,
  dev: NetDevice,
  srcIp: number,
  destHw: Uint8Array | null,
  srcHw: Uint8Array | null,
  targetHw: Uint8Array | null,
): void {
  if ((dev.flags & IFF_NOARP) !== 0) return;
  const skb = allocSkb(dev.net.kernel, ARP_LEN);
  skb.dev = dev;
  skb.protocol = ETH_P_ARP;
  skb.networkHeader = skb.data;
  const sha = srcHw ?? dev.devAddr;
  const at = skb.put(ARP_LEN);
  putArp(skb.buf, at, op, sha, srcIp, targetHw, destIp);
  if (dev.headerOps !== null && dev.headerOps.create(skb, dev, ETH_P_ARP, destHw ?? dev.broadcast, sha) < 0) {
    kfreeSkb(skb, SKB_DROP_REASON_NOT_SPECIFIED, 'arp_create');
    return;
  }
  devQueueXmit(skb);
}

/** Whether `arp_ignore` keeps us from answering. @see arp_ignore */
function arpIgnore(inDev: InDevice, sip: number, tip: number): boolean {
  let dev: InDevice | null = inDev;
  let src = sip;
  let scope = RT_SCOPE_HOST;
  switch (inDevMaxconf(inDev, ARP_IGNORE)) {
    case 0:
      return false;
    case 1:
      src = 0;
      break;
    case 2:
      break;
    case 3:
      src = 0;
      scope = RT_SCOPE_LINK;
      dev = null;
      break;
    case 8:
      return true;
    default:
      return false;
  }
  return inetConfirmAddr(inDev.dev.net, dev, src, tip, scope) === 0;
}

/** Whether an answer would leave by another device. @see arp_filter */
function arpFilter(sip: number, tip: number, dev: NetDevice): boolean {
  const fl = new Flowi4();
  fl.daddr = sip;
  fl.saddr = tip;
  const rt = ipRouteOutputKey(dev.net, fl);
  return typeof rt === 'number' || rt.dev !== dev;
}

function arpRcv(skb: SkBuff, dev: NetDevice): void {
  if ((dev.flags & IFF_NOARP) !== 0 || skb.pktType === PACKET_OTHERHOST || skb.pktType === PACKET_LOOPBACK) {
    kfreeSkb(skb, SKB_DROP_REASON_OTHERHOST, 'arp_rcv');
    return;
  }
  if (!arpCheck(skb.buf, skb.data, skb.len)) {
    kfreeSkb(skb, skb.len < ARP_LEN ? SKB_DROP_REASON_PKT_TOO_SMALL : SKB_DROP_REASON_NOT_SPECIFIED, 'arp_rcv');
    return;
  }
  const reason = arpProcess(skb, dev);
  if (reason === SKB_CONSUMED) consumeSkb(skb);
  else kfreeSkb(skb, reason, 'arp_process');
}

/** @returns SKB_CONSUMED, or the reason to drop it. @see arp_process */
function arpProcess(skb: SkBuff, dev: NetDevice): number {
  const inDev = inDevGet(dev);
  if (inDev === null) return SKB_DROP_REASON_NOT_SPECIFIED;
  const { buf: b, data: o } = skb;
  const op = arpOp(b, o);
  const sip = arpSip(b, o);
  const tip = arpTip(b, o);
  if (op !== ARPOP_REQUEST && op !== ARPOP_REPLY) return SKB_DROP_REASON_NOT_SPECIFIED;
  if (ipv4IsMulticast(tip) || (ipv4IsLoopback(tip) && !inDevOrconf(inDev, ROUTE_LOCALNET)))
    return SKB_DROP_REASON_NOT_SPECIFIED;
  if (sip === tip && inDevOrconf(inDev, DROP_GRATUITOUS_ARP)) return SKB_DROP_REASON_NOT_SPECIFIED;
  const sha = b.slice(o + ARP_SHA, o + ARP_SHA + 6);
  const { arpTbl } = kernelIpv4(dev.net.kernel);
  if (sip === 0) {
    if (op === ARPOP_REQUEST && inetAddrTypeTable(dev.net, tip, 255) === RTN_LOCAL && !arpIgnore(inDev, sip, tip)) {
      arpSend(ARPOP_REPLY, sip, dev, tip, sha, dev.devAddr, sha);
    }
    return SKB_CONSUMED;
  }
  if (op === ARPOP_REQUEST && ipRouteInput(skb, tip, sip, 0, dev) === 0) {
    const rt = skb.dst as Rtable;
    if (rt.type === RTN_LOCAL) {
      const ignore = arpIgnore(inDev, sip, tip) || (inDevOrconf(inDev, ARPFILTER) && arpFilter(sip, tip, dev));
      if (!ignore && neighEventNs(arpTbl, sha, b.slice(o + 14, o + 18), dev, true) !== null) {
        arpSend(ARPOP_REPLY, sip, dev, tip, sha, dev.devAddr, sha);
      }
      return SKB_CONSUMED;
    }
    if (inDevForward(inDev) && rt.type === RTN_UNICAST && rt.error === 0) {
      const proxied =
        rt.dev !== dev
          ? arpFwdProxy(inDev, rt.dev) || arpTbl.proxyLookup(dev.net, b, o + 24, dev) !== null
          : sip !== tip && inDev.cnf.data[PROXY_ARP_PVLAN] !== 0;
      if (proxied) {
        if (neighEventNs(arpTbl, sha, b.slice(o + 14, o + 18), dev, true) !== null)
          arpSend(ARPOP_REPLY, sip, dev, tip, sha, dev.devAddr, sha);
        return SKB_CONSUMED;
      }
    }
  }
  return learn(skb, dev, inDev, arpTbl, op, sip, tip, sha);
}

/** Whether we answer for those behind another device: not when both are said to be on one medium. @see arp_fwd_proxy */
function arpFwdProxy(inDev: InDevice, out: NetDevice): boolean {
  if (!inDevOrconf(inDev, PROXY_ARP)) return false;
  const imi = inDev.cnf.data[MEDIUM_ID]!;
  if (imi <= 0) return imi === 0;
  const omi = inDevGet(out)?.cnf.data[MEDIUM_ID] ?? -1;
  return omi !== imi && omi !== -1;
}

/** Updates what we know of the sender. */
function learn(
  skb: SkBuff,
  dev: NetDevice,
  inDev: InDevice,
  tbl: NeighTable,
  op: number,
  sip: number,
  tip: number,
  sha: Uint8Array,
): number {
  const { buf: b, data: o } = skb;
  let n = tbl.lookup4(sip, dev);
  const isGarp =
    tip === sip && (op === ARPOP_REQUEST || b.subarray(o + ARP_THA, o + ARP_THA + 6).every((v, i) => v === sha[i]));
  if (n === null) {
    const accept = inDevOrconf(inDev, ARP_ACCEPT) && inetAddrTypeTable(dev.net, sip, 255) === RTN_UNICAST;
    if (!accept || !(isGarp || op === ARPOP_REPLY)) return SKB_CONSUMED;
    const made = tbl.create4(sip, dev);
    if (typeof made === 'number') return SKB_CONSUMED;
    n = made;
  }
  const { now } = tbl.kernel.clock;
  const override = now > n.updated + n.parms.locktime || isGarp;
  const state = op !== ARPOP_REPLY || skb.pktType !== PACKET_HOST ? NUD_STALE : NUD_REACHABLE;
  neighUpdate(n, sha, state, override ? NEIGH_UPDATE_F_OVERRIDE : 0);
  return SKB_CONSUMED;
}

/** Announces the device's addresses. @see inetdev_send_gratuitous_arp */
function gratuitousArp(inDev: InDevice): void {
  for (const ifa of inDev.ifaList)
    arpSend(ARPOP_REQUEST, ifa.local, inDev.dev, ifa.local, null, inDev.dev.devAddr, null);
}

/** @see arp_netdev_event */
function arpNetdevEvent(event: number, dev: NetDevice, changed = 0): void {
  const { arpTbl } = kernelIpv4(dev.net.kernel);
  if (event === NETDEV_CHANGEADDR) {
    neighChangeaddr(arpTbl, dev);
    rtCacheFlush(dev.net);
  } else if (event === NETDEV_CHANGE) {
    if ((changed & IFF_NOARP) !== 0) neighChangeaddr(arpTbl, dev);
    if (netifCarrierOk(dev)) return;
    const inDev = inDevGet(dev);
    if (inDev === null || inDevAndconf(inDev, ARP_EVICT_NOCARRIER)) neighCarrierDown(arpTbl, dev);
  }
}

export function arpInit(kernel: SimKernel): void {
  const k = kernelIpv4(kernel);
  const ops: NeighOps = {
    family: AF_INET,
    name: 'arp_cache',
    keyLen: 4,
    protocol: ETH_P_IP,
    construct,
    solicit,
    errorReport(_n, skb) {
      k.linkFailure(skb, skb.dst as Rtable | null);
    },
    parms: (dev) => inDevGet(dev)?.arpParms ?? null,
  };
  k.arpTbl = neighTable(kernel, ops);
  k.gratuitousArp = gratuitousArp;
  kernel.ptypes.set(ETH_P_ARP, arpRcv);
  kernel.netdevChain.register(arpNetdevEvent);
}
