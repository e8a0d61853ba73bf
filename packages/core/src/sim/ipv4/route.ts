/** Finding the way of a packet: out (`ipRouteOutputFlow`) and in (`ipRouteInput`). @see net/ipv4/route.c */
import { formatIpv4, ipv4IsLocalMulticast, ipv4IsLoopback, ipv4IsMulticast, ipv4IsZeronet } from '../../lib/address.ts';
import { be16, be32 } from '../../lib/bytes.ts';
import { hash3 } from '../../lib/hash.ts';
import {
  SKB_DROP_REASON_ARP_PVLAN_DISABLE,
  SKB_DROP_REASON_INVALID_PROTO,
  SKB_DROP_REASON_IP_INVALID_DEST,
  SKB_DROP_REASON_IP_INVALID_SOURCE,
  SKB_DROP_REASON_IP_LOCALNET,
  SKB_DROP_REASON_NOT_SPECIFIED,
} from '../../uapi/drop-reason.ts';
import { EHOSTUNREACH, EINVAL, ENETUNREACH, ENODEV } from '../../uapi/errno.ts';
import { ETH_P_IP } from '../../uapi/if-ether.ts';
import { IFF_LOOPBACK, IFF_UP } from '../../uapi/if.ts';
import { IPPROTO_IGMP, IPPROTO_TCP, IPPROTO_UDP } from '../../uapi/in.ts';
import { RTCF_BROADCAST, RTCF_LOCAL, RTCF_MULTICAST, RTCF_REDIRECTED } from '../../uapi/ip.ts';
import {
  RT_SCOPE_HOST,
  RT_SCOPE_LINK,
  RTAX_LOCK,
  RTAX_MTU,
  RTN_BROADCAST,
  RTN_LOCAL,
  RTN_MULTICAST,
  RTN_UNICAST,
  RTN_UNREACHABLE,
} from '../../uapi/rtnetlink.ts';
import type { Net } from '../core/net.ts';
import type { NetDevice } from '../core/net-device.ts';
import { KERN_WARNING } from '../core/printk.ts';
import type { SkBuff } from '../core/skbuff.ts';
import {
  BC_FORWARDING,
  LOG_MARTIANS,
  PROXY_ARP_PVLAN,
  ROUTE_LOCALNET,
  SEND_REDIRECTS,
  SHARED_MEDIA,
} from './devconf.ts';
import { inDevForward, inDevOrconf, inetAddrOnlink, inetSelectAddr, ipDevFind } from './devinet.ts';
import { fibValidateSource } from './fib-frontend.ts';
import { fibLookup } from './fib-rules.ts';
import { fibResultPrefsrc, fibSelectMultipath } from './fib-semantics.ts';
import { type FibInfo, type FibNhException, FibResult, Flowi4 } from './fib-types.ts';
import { type InDevice, inDevGet } from './in-device.ts';
import { IPSKB_DOREDIRECT } from './ipcb.ts';
import { kernelIpv4, netIpv4 } from './netns.ts';
import { Rtable } from './rtable.ts';

/** Whether a cached route may be used. @see rt_cache_valid */
const rtValid = (rt: Rtable | null, net: Net): rt is Rtable =>
  rt !== null && !rt.obsolete && rt.genid === netIpv4(net).rtGenid && rt.expires > net.kernel.clock.now;

/** Hash of a flow, 31 bits: of its addresses, or by policy 1 of protocol and ports too. @see fib_multipath_hash */
function multipathHash(net: Net, saddr: number, daddr: number, proto: number, ports: number): number {
  const { multipathSeed, sysctl } = netIpv4(net);
  const h = hash3(saddr, daddr, multipathSeed);
  return (sysctl.fib_multipath_hash_policy === 0 ? h : hash3(h, ports, proto)) >>> 1;
}

/** Both ports of a packet that has any and is no fragment, else 0. @see skb_flow_dissect_flow_keys */
function portsOf(skb: SkBuff): number {
  const { buf, networkHeader: nh } = skb;
  const proto = buf[nh + 9];
  if ((proto !== IPPROTO_TCP && proto !== IPPROTO_UDP) || (be16(buf, nh + 6) & 0x3fff) !== 0) return 0;
  const at = nh + ((buf[nh]! & 15) << 2);
  return at + 4 > skb.data + skb.len ? 0 : be32(buf, at);
}

function rtAlloc(net: Net, dev: NetDevice, type: number, flags: number, forInput: boolean): Rtable {
  const k = kernelIpv4(net.kernel);
  const local = (flags & RTCF_LOCAL) !== 0;
  const rt = new Rtable(
    dev,
    netIpv4(net).rtGenid,
    type,
    flags,
    local || !forInput ? k.localDeliver : k.forward,
    forInput && local ? k.rtBug : k.output,
  );
  rt.isInput = forInput;
  return rt;
}

/** What was learned about a destination, if it holds still. @see find_exception */
function findException(res: FibResult, daddr: number, now: number): FibNhException | null {
  const ex = res.nh!.exceptions?.get(daddr);
  if (ex === undefined) return null;
  return ex.expires > now ? ex : null;
}

/** @see rt_set_nexthop */
function setNexthop(rt: Rtable, res: FibResult, fi: FibInfo | null, ex: FibNhException | null): void {
  rt.fi = fi;
  rt.tableId = res.tbId;
  if (fi === null) return;
  const nh = res.nh!;
  rt.nh = nh;
  if (nh.gw4 !== 0 && nh.scope === RT_SCOPE_LINK) {
    rt.usesGateway = true;
    rt.gw4 = nh.gw4;
  }
  if (ex === null) return;
  if (ex.gw !== 0) {
    rt.flags |= RTCF_REDIRECTED;
    rt.usesGateway = true;
    rt.gw4 = ex.gw;
  }
  rt.pmtu = ex.pmtu;
  rt.mtuLocked = ex.mtuLocked;
  rt.expires = ex.expires;
  ex.rt = rt;
}

const ores = new FibResult();

/** Result of the last output lookup: `ip route get fibmatch` and tracing look at it. */
export const lastOutputResult = (): FibResult => ores;

/**
 * The route for a packet of ours. Fills in `fl.saddr` (and daddr, oif) where they were left open.
 * @returns the route, or -ENETUNREACH, -EHOSTUNREACH, -EACCES, -EINVAL, -ENODEV. @see ip_route_output_key_hash_rcu
 */
export function ipRouteOutputKey(net: Net, fl: Flowi4): Rtable | number {
  const res = ores.reset();
  const origOif = fl.oif;
  res.type = RTN_UNICAST;
  let dev: NetDevice | null = null;
  if (fl.saddr !== 0) {
    if (ipv4IsMulticast(fl.saddr) || fl.saddr === 0xffffffff) return -EINVAL;
    if (fl.oif === 0 && (ipv4IsMulticast(fl.daddr) || fl.daddr === 0xffffffff)) {
      dev = ipDevFind(net, fl.saddr) ?? devOfLocal(net, fl.saddr);
      if (dev === null) return -ENETUNREACH;
      fl.oif = dev.ifindex;
      return mkrouteOutput(net, res, fl, origOif, dev, 0);
    }
    if (!fl.anysrc && ipDevFind(net, fl.saddr) === null && devOfLocal(net, fl.saddr) === null) return -ENETUNREACH;
  }
  if (fl.oif !== 0) {
    dev = net.devs.get(fl.oif) ?? null;
    if (dev === null) return -ENODEV;
    if ((dev.flags & IFF_UP) === 0 || inDevGet(dev) === null) return -ENETUNREACH;
    if (ipv4IsLocalMulticast(fl.daddr) || fl.daddr === 0xffffffff || fl.proto === IPPROTO_IGMP) {
      if (fl.saddr === 0) fl.saddr = inetSelectAddr(dev, 0, RT_SCOPE_LINK);
      return mkrouteOutput(net, res, fl, origOif, dev, 0);
    }
    if (fl.saddr === 0) {
      if (ipv4IsMulticast(fl.daddr)) fl.saddr = inetSelectAddr(dev, 0, fl.scope);
      else if (fl.daddr === 0) fl.saddr = inetSelectAddr(dev, 0, RT_SCOPE_HOST);
    }
  }
  const lo = net.loopback;
  if (fl.daddr === 0) {
    fl.daddr = fl.saddr;
    if (fl.daddr === 0) fl.daddr = fl.saddr = 0x7f000001;
    fl.oif = 1;
    res.type = RTN_LOCAL;
    return mkrouteOutput(net, res, fl, origOif, lo!, RTCF_LOCAL);
  }
  const err = fibLookup(net, fl, res, 0);
  if (err !== 0) {
    res.fi = null;
    res.tbId = 0;
    if (dev === null) return err;
    if (fl.saddr === 0) fl.saddr = inetSelectAddr(dev, 0, RT_SCOPE_LINK);
    res.type = RTN_UNICAST;
    return mkrouteOutput(net, res, fl, origOif, dev, 0);
  }
  if (res.type === RTN_LOCAL) {
    if (fl.saddr === 0) fl.saddr = res.fi!.prefsrc !== 0 ? res.fi!.prefsrc : fl.daddr;
    fl.oif = lo!.ifindex;
    return mkrouteOutput(net, res, fl, res.nh!.oif, lo!, RTCF_LOCAL);
  }
  if (fl.oif === 0 && res.fi!.nh.length > 1)
    fibSelectMultipath(res, multipathHash(net, fl.saddr, fl.daddr, fl.proto, (fl.sport << 16) | fl.dport));
  if (fl.saddr === 0) fl.saddr = fibResultPrefsrc(net, res);
  dev = res.nh!.dev;
  return mkrouteOutput(net, res, fl, origOif, dev!, 0);
}

const dfl = new Flowi4();
const dres = new FibResult();

/** The device behind a local route that is no address (127.0.0.2). @see __ip_dev_find */
function devOfLocal(net: Net, addr: number): NetDevice | null {
  const fl = dfl.reset();
  fl.daddr = addr;
  return fibLookup(net, fl, dres, 0) === 0 && dres.type === RTN_LOCAL ? dres.nh!.dev : null;
}

/** @see __mkroute_output */
function mkrouteOutput(
  net: Net,
  res: FibResult,
  fl: Flowi4,
  origOif: number,
  dev: NetDevice,
  flags0: number,
): Rtable | number {
  const inDev = inDevGet(dev);
  if (inDev === null) return -EINVAL;
  if (ipv4IsLoopback(fl.saddr) && (dev.flags & IFF_LOOPBACK) === 0 && !inDevOrconf(inDev, ROUTE_LOCALNET))
    return -EINVAL;
  let { fi, type } = res;
  let flags = flags0;
  if (fl.daddr === 0xffffffff) {
    type = RTN_BROADCAST;
    fi = null;
  } else if (ipv4IsMulticast(fl.daddr)) type = RTN_MULTICAST;
  else if (ipv4IsZeronet(fl.daddr)) return -EINVAL;
  if ((dev.flags & IFF_LOOPBACK) !== 0) flags |= RTCF_LOCAL;
  let cache = true;
  if (type === RTN_BROADCAST) {
    flags |= RTCF_BROADCAST | RTCF_LOCAL;
  } else if (type === RTN_MULTICAST) {
    flags |= RTCF_MULTICAST;
    if (inDev.mcList.some((m) => m.group === fl.daddr)) {
      flags |= RTCF_LOCAL;
      cache = false;
    } else flags &= ~RTCF_LOCAL;
    if (fi !== null && res.prefixlen < 4) fi = null;
  } else if (type === RTN_LOCAL && origOif !== 0 && origOif !== dev.ifindex) cache = false;
  let ex: FibNhException | null = null;
  if (fi !== null) {
    ex = findException(res, fl.daddr, net.kernel.clock.now);
    const cached = ex === null ? res.nh!.rthOutput : ex.rt;
    if (cache && rtValid(cached, net) && !cached.isInput) return cached;
  }
  const rt = rtAlloc(net, dev, type, flags, false);
  rt.iif = origOif;
  if (
    (flags & (RTCF_BROADCAST | RTCF_MULTICAST)) !== 0 &&
    (flags & RTCF_LOCAL) !== 0 &&
    (dev.flags & IFF_LOOPBACK) === 0
  ) {
    rt.output = kernelIpv4(net.kernel).mcOutput;
  }
  setNexthop(rt, res, fi, ex);
  if (cache && fi !== null && ex === null) res.nh!.rthOutput = rt;
  return rt;
}

const ires = new FibResult();
const ifl = new Flowi4();

export const lastInputResult = (): FibResult => ires;

/**
 * Attaches the route of a received packet. @param tos its DSCP field
 * @returns 0, or the reason to drop it. Unroutable ones get a route too, that answers with an error. @see ip_route_input_slow
 */
export function ipRouteInput(skb: SkBuff, daddr: number, saddr: number, tos: number, dev: NetDevice): number {
  const { net } = dev;
  const inDev = inDevGet(dev);
  const res = ires.reset();
  if (inDev === null) return SKB_DROP_REASON_NOT_SPECIFIED;
  if (ipv4IsMulticast(daddr)) return routeInputMc(skb, daddr, saddr, inDev);
  if (ipv4IsMulticast(saddr) || saddr === 0xffffffff)
    return martianSource(skb, inDev, daddr, saddr, SKB_DROP_REASON_IP_INVALID_SOURCE);
  if (daddr === 0xffffffff || (saddr === 0 && daddr === 0)) return brdInput(skb, daddr, saddr, tos, inDev, res);
  if (ipv4IsZeronet(saddr)) return martianSource(skb, inDev, daddr, saddr, SKB_DROP_REASON_IP_INVALID_SOURCE);
  if (ipv4IsZeronet(daddr)) return martianDestination(inDev, daddr, saddr, SKB_DROP_REASON_IP_INVALID_DEST);
  if ((ipv4IsLoopback(daddr) || ipv4IsLoopback(saddr)) && !inDevOrconf(inDev, ROUTE_LOCALNET)) {
    return ipv4IsLoopback(daddr)
      ? martianDestination(inDev, daddr, saddr, SKB_DROP_REASON_IP_LOCALNET)
      : martianSource(skb, inDev, daddr, saddr, SKB_DROP_REASON_IP_LOCALNET);
  }
  const fl = ifl.reset();
  fl.iif = dev.ifindex;
  fl.mark = skb.mark;
  fl.tos = tos;
  fl.daddr = daddr;
  fl.saddr = saddr;
  const err = fibLookup(net, fl, res, 0);
  if (err !== 0) return noRoute(skb, inDev, inDevForward(inDev) ? err : -EHOSTUNREACH);
  if (res.type === RTN_BROADCAST) {
    if (!inDevOrconf(inDev, BC_FORWARDING)) return brdInput(skb, daddr, saddr, tos, inDev, res);
  } else if (res.type === RTN_LOCAL) {
    const v = fibValidateSource(skb, saddr, daddr, tos, 0, dev, inDev);
    return v < 0 ? martianSource(skb, inDev, daddr, saddr, -v) : localInput(skb, net, res, 0);
  } else if (!inDevForward(inDev)) return noRoute(skb, inDev, -EHOSTUNREACH);
  else if (res.type !== RTN_UNICAST) return martianDestination(inDev, daddr, saddr, SKB_DROP_REASON_IP_INVALID_DEST);
  if (res.fi!.nh.length > 1)
    fibSelectMultipath(res, multipathHash(net, saddr, daddr, skb.buf[skb.networkHeader + 9]!, portsOf(skb)));
  return mkrouteInput(skb, res, inDev, daddr, saddr, tos);
}

/** A packet from where it cannot come by this device. @returns `reason` @see ip_handle_martian_source */
function martianSource(skb: SkBuff, inDev: InDevice, daddr: number, saddr: number, reason: number): number {
  const { dev } = inDev;
  const { log } = dev.net.kernel;
  if (!inDevOrconf(inDev, LOG_MARTIANS) || !log.netRatelimit()) return reason;
  log.print(KERN_WARNING, `IPv4: martian source ${formatIpv4(daddr)} from ${formatIpv4(saddr)}, on dev ${dev.name}`);
  if (dev.hardHeaderLen === 0) return reason;
  const header = skb.buf.subarray(skb.macHeader, skb.macHeader + dev.hardHeaderLen);
  const bytes = Array.from(header, (b) => b.toString(16).padStart(2, '0'));
  log.print(KERN_WARNING, `ll header: 00000000: ${bytes.join(' ')}`);
  return reason;
}

/** A packet to where none can go. @returns `reason` */
function martianDestination(inDev: InDevice, daddr: number, saddr: number, reason: number): number {
  const { dev } = inDev;
  const { log } = dev.net.kernel;
  if (inDevOrconf(inDev, LOG_MARTIANS) && log.netRatelimit()) {
    const text = `IPv4: martian destination ${formatIpv4(daddr)} from ${formatIpv4(saddr)}, dev ${dev.name}`;
    log.print(KERN_WARNING, text);
  }
  return reason;
}

function brdInput(skb: SkBuff, daddr: number, saddr: number, tos: number, inDev: InDevice, res: FibResult): number {
  if (skb.protocol !== ETH_P_IP) return SKB_DROP_REASON_INVALID_PROTO;
  if (!ipv4IsZeronet(saddr)) {
    const v = fibValidateSource(skb, saddr, 0, tos, 0, inDev.dev, inDev);
    if (v < 0) return martianSource(skb, inDev, daddr, saddr, -v);
  }
  res.type = RTN_BROADCAST;
  return localInput(skb, inDev.dev.net, res, RTCF_BROADCAST);
}

function localInput(skb: SkBuff, net: Net, res: FibResult, flags: number): number {
  const nh = res.fi === null ? null : res.nh!;
  if (nh !== null && rtValid(nh.rthInput, net)) {
    skb.dst = nh.rthInput;
    return 0;
  }
  const rt = rtAlloc(net, net.loopback!, res.type, flags | RTCF_LOCAL, true);
  rt.fi = res.fi;
  rt.tableId = res.tbId;
  if (nh !== null) nh.rthInput = rt;
  skb.dst = rt;
  return 0;
}

/** No way: a route whose input answers with an ICMP error. */
function noRoute(skb: SkBuff, inDev: InDevice, err: number): number {
  const { net } = inDev.dev;
  const { errorRoutes } = netIpv4(net);
  const known = errorRoutes.get(-err);
  if (known !== undefined) {
    skb.dst = known;
    return 0;
  }
  const rt = rtAlloc(net, net.loopback ?? inDev.dev, RTN_UNREACHABLE, 0, true);
  errorRoutes.set(-err, rt);
  rt.error = -err;
  rt.input = kernelIpv4(net.kernel).errorInput;
  rt.output = kernelIpv4(net.kernel).rtBug;
  skb.dst = rt;
  return 0;
}

/** @see __mkroute_input */
function mkrouteInput(skb: SkBuff, res: FibResult, inDev: InDevice, daddr: number, saddr: number, tos: number): number {
  const { net } = inDev.dev;
  const nh = res.nh!;
  const out = nh.dev === null ? null : inDevGet(nh.dev);
  if (out === null) return SKB_DROP_REASON_NOT_SPECIFIED;
  const v = fibValidateSource(skb, saddr, daddr, tos, nh.oif, inDev.dev, inDev);
  if (v < 0) return martianSource(skb, inDev, daddr, saddr, -v);
  if (out === inDev) {
    if (
      v > 0 &&
      inDevOrconf(out, SEND_REDIRECTS) &&
      (inDevOrconf(out, SHARED_MEDIA) || inetAddrOnlink(out, saddr, nh.gw4))
    ) {
      skb.cb0 |= IPSKB_DOREDIRECT;
    }
    if (skb.protocol !== ETH_P_IP && out.cnf.data[PROXY_ARP_PVLAN] === 0) return SKB_DROP_REASON_ARP_PVLAN_DISABLE;
  }
  const ex = nh.exceptions === null ? null : findException(res, daddr, net.kernel.clock.now);
  const cached = ex === null ? nh.rthInput : ex.rt;
  if (rtValid(cached, net) && cached.isInput) {
    skb.dst = cached;
    return 0;
  }
  const rt = rtAlloc(net, out.dev, res.type, 0, true);
  rt.iif = inDev.dev.ifindex;
  setNexthop(rt, res, res.fi, ex);
  if (ex === null) nh.rthInput = rt;
  skb.dst = rt;
  return 0;
}

/** Groups we listen to are delivered, others dropped. @see ip_route_input_mc */
function routeInputMc(skb: SkBuff, daddr: number, saddr: number, inDev: InDevice): number {
  const { net } = inDev.dev;
  if (!inDev.mcList.some((m) => m.group === daddr)) return SKB_DROP_REASON_NOT_SPECIFIED;
  if (ipv4IsMulticast(saddr) || saddr === 0xffffffff) return SKB_DROP_REASON_IP_INVALID_SOURCE;
  if (skb.protocol !== ETH_P_IP) return SKB_DROP_REASON_INVALID_PROTO;
  if (ipv4IsLoopback(saddr) && !inDevOrconf(inDev, ROUTE_LOCALNET)) return SKB_DROP_REASON_IP_LOCALNET;
  const rt = rtAlloc(net, net.loopback!, RTN_MULTICAST, RTCF_MULTICAST | RTCF_LOCAL, true);
  rt.iif = inDev.dev.ifindex;
  skb.dst = rt;
  return 0;
}

/** The MTU towards a route's destination. @see ipv4_mtu */
export function rtMtu(rt: Rtable): number {
  if (rt.pmtu !== 0 && rt.expires > rt.dev.net.kernel.clock.now) return Math.min(rt.pmtu, rt.dev.mtu);
  const metric = rt.fi?.metrics?.get(RTAX_MTU);
  return Math.min(metric ?? rt.dev.mtu, 65535);
}

/** Whether the MTU may not be changed by what others say. */
export const rtMtuLocked = (rt: Rtable): boolean => ((rt.fi?.metrics?.get(RTAX_LOCK) ?? 0) & (1 << RTAX_MTU)) !== 0;

/** Remembers an exception for a destination. @see update_or_create_fnhe */
function exceptionFor(rt: Rtable, daddr: number): FibNhException | null {
  const { nh } = rt;
  if (nh === null) return null;
  nh.exceptions ??= new Map();
  let ex = nh.exceptions.get(daddr);
  if (ex === undefined)
    nh.exceptions.set(daddr, (ex = { pmtu: 0, mtuLocked: false, gw: 0, expires: Infinity, rt: null }));
  ex.rt = null;
  return ex;
}

/** Forgets what was learned about destinations. @see net.ipv4.route.flush: ipv4_sysctl_rtcache_flush, fnhe_genid_bump */
export function rtFlushExceptions(net: Net): void {
  for (const nhs of netIpv4(net).devNh.values()) for (const nh of nhs.keys()) nh.exceptions = null;
}

/** A router on the way said what fits. @see __ip_rt_update_pmtu */
export function rtUpdatePmtu(rt: Rtable, daddr: number, mtu: number): void {
  const { net } = rt.dev;
  const { min_pmtu, mtu_expires } = netIpv4(net).sysctl;
  if (rtMtuLocked(rt) || rtMtu(rt) < mtu) return;
  let locked = false;
  let pmtu = mtu;
  if (mtu < min_pmtu) {
    locked = true;
    pmtu = Math.min(rtMtu(rt), min_pmtu);
  }
  const ex = exceptionFor(rt, daddr);
  if (ex === null) return;
  ex.pmtu = pmtu;
  ex.mtuLocked = locked;
  ex.expires = net.kernel.clock.now + mtu_expires * 1e9;
}

/** How long a redirect holds. @see ip_rt_gc_timeout */
const RT_GC_TIMEOUT_NS = 300e9;

/** A router said that another one is nearer. @see __ip_do_redirect */
export function rtUpdateGateway(rt: Rtable, daddr: number, gw: number): void {
  const ex = exceptionFor(rt, daddr);
  if (ex === null) return;
  ex.gw = gw;
  ex.expires = rt.dev.net.kernel.clock.now + RT_GC_TIMEOUT_NS;
}
