/** Addresses: adding, deleting, changing, their lifetimes. @see net/ipv6/addrconf.c */
import { withAt, without } from '../../lib/small.ts';
import { ipv6PrefixEqual } from '../../lib/address.ts';
import { Timer } from '../../lib/timer-heap.ts';
import { EACCES, EADDRINUSE, EADDRNOTAVAIL, EEXIST, EINVAL, ENODEV, EOPNOTSUPP } from '../../uapi/errno.ts';
import {
  IFA_F_DEPRECATED,
  IFA_F_HOMEADDRESS,
  IFA_F_MANAGETEMPADDR,
  IFA_F_MCAUTOJOIN,
  IFA_F_NODAD,
  IFA_F_NOPREFIXROUTE,
  IFA_F_OPTIMISTIC,
  IFA_F_PERMANENT,
  IFA_F_TENTATIVE,
} from '../../uapi/if-addr.ts';
import { IFF_LOOPBACK } from '../../uapi/if.ts';
import { DEVCONF_DISABLE_IPV6 } from '../../uapi/if-link.ts';
import { IP6_RT_PRIO_ADDRCONF, RTF_GATEWAY } from './fib6-types.ts';
import { RTM_DELADDR } from '../../uapi/rtnetlink.ts';
import { doSoftirq, NETDEV_DOWN, NETDEV_UP } from '../core/dev.ts';
import { type Slot, slot, slotGet } from '../core/notifier.ts';
import type { Net } from '../core/net.ts';
import { type ExtAck, nlErr } from '../core/rtnetlink.ts';
import {
  IPV6_ADDR_LOOPBACK,
  IPV6_ADDR_MULTICAST,
  IPV6_ADDR_SCOPE_MASK,
  ipv6AddrEqual,
  ipv6AddrSrcScope,
  ipv6AddrType,
} from './addr-type.ts';
import { addrconfDadStart, addrconfDadWork, ipv6IfaNotify } from './dad.ts';
import { fib6CleanAll, fib6Del, fib6SetExpires } from './fib6-table.ts';
import { IFADDR_STATE_DEAD, in6DevGet, type Inet6Dev, Inet6Ifaddr, INFINITY_LIFE_TIME } from './inet6-dev.ts';
import { ipv6DevMcDec, ipv6DevMcInc } from './mcast.ts';
import { kernelIpv6, rtGenidBumpIpv6 } from './netns6.ts';
import { addrconfF6iAlloc, addrconfGetPrefixRoute, addrconfPrefixRoute } from './prefix-route.ts';

const SEC = 1e9;

/** An address as asked for. @see struct ifa6_config */
export interface Ifa6Config {
  readonly addr: Uint8Array;
  readonly peer: Uint8Array | null;
  readonly plen: number;
  /** IFA_F_*. */
  readonly flags: number;
  readonly rtPriority: number;
  readonly proto: number;
  /** Seconds. */
  readonly preferedLft: number;
  readonly validLft: number;
}

/** World ns of the end of a lifetime, 0 for never. */
const endOf = (now: number, lft: number): number => (lft === INFINITY_LIFE_TIME ? 0 : now + lft * SEC);

/**
 * Makes an address; routes and detection follow separately.
 * @returns the address, -EADDRNOTAVAIL, -ENODEV, -EACCES, -EEXIST with words in extack
 * @see ipv6_add_addr
 */
export function ipv6AddAddr(idev: Inet6Dev, cfg: Ifa6Config, extack: ExtAck): Inet6Ifaddr | number {
  const { dev } = idev;
  const { net } = dev;
  const type = ipv6AddrType(cfg.addr);
  if (type === 0) return nlErr(extack, EADDRNOTAVAIL, 'ipv6: Invalid address');
  if ((type & IPV6_ADDR_MULTICAST) !== 0 && (cfg.flags & IFA_F_MCAUTOJOIN) === 0) {
    return nlErr(extack, EADDRNOTAVAIL, 'ipv6: Cannot assign multicast address without "IFA_F_MCAUTOJOIN" flag');
  }
  if ((dev.flags & IFF_LOOPBACK) === 0 && (type & IPV6_ADDR_LOOPBACK) !== 0 && (type & IPV6_ADDR_MULTICAST) === 0) {
    return nlErr(extack, EADDRNOTAVAIL, 'ipv6: Cannot assign loopback address on this device');
  }
  if (idev.dead) return nlErr(extack, ENODEV, 'ipv6: device is going away');
  if (idev.cnf.get(DEVCONF_DISABLE_IPV6) !== 0) return nlErr(extack, EACCES, 'ipv6: IPv6 is disabled on this device');
  if (idev.addrList.some((x) => ipv6AddrEqual(x.addr, 0, cfg.addr, 0)))
    return nlErr(extack, EEXIST, 'ipv6: address already assigned');
  const ifp = new Inet6Ifaddr(idev, cfg.addr.slice(), cfg.plen, addrconfDadWork);
  ifp.peer = cfg.peer === null || ipv6AddrType(cfg.peer) === 0 ? null : cfg.peer.slice();
  ifp.scope = type & IPV6_ADDR_SCOPE_MASK;
  ifp.flags = cfg.flags | ((cfg.flags & IFA_F_NODAD) === 0 ? IFA_F_TENTATIVE : 0);
  ifp.rtPriority = cfg.rtPriority;
  ifp.proto = cfg.proto;
  ifp.validLft = cfg.validLft;
  ifp.preferedLft = cfg.preferedLft;
  ifp.cstamp = ifp.tstamp = net.kernel.clock.now;
  ifp.rt = addrconfF6iAlloc(ifp);
  const scope = ipv6AddrSrcScope(ifp.addr);
  let at = 0;
  while (at < idev.addrList.length && ipv6AddrSrcScope(idev.addrList[at]!.addr) > scope) at++;
  idev.addrList = withAt(idev.addrList, at, ifp);
  rtGenidBumpIpv6(net);
  kernelIpv6(net.kernel).inet6addrChain.call(NETDEV_UP, ifp);
  return ifp;
}

/** What becomes of the prefix route when an address goes: nothing, removal, or an end at the given world ns. @see check_cleanup_prefix_route */
function cleanupAction(ifp: Inet6Ifaddr): 'keep' | 'delete' | number {
  let action: 'delete' | number = 'delete';
  for (const ifa of ifp.idev.addrList) {
    if (ifa === ifp || ifa.prefixLen !== ifp.prefixLen || !ipv6PrefixEqual(ifa.addr, 0, ifp.addr, 0, ifp.prefixLen))
      continue;
    if (ifp.rtPriority !== 0 && ifp.rtPriority !== ifa.rtPriority) continue;
    if ((ifa.flags & (IFA_F_PERMANENT | IFA_F_NOPREFIXROUTE)) !== 0) return 'keep';
    const end = ifa.validLft === INFINITY_LIFE_TIME ? Infinity : ifa.tstamp + ifa.validLft * SEC;
    action = action === 'delete' ? end : Math.max(action, end);
  }
  return action;
}

/** @see cleanup_prefix_route */
function cleanupPrefixRoute(ifp: Inet6Ifaddr, action: 'delete' | number): void {
  const { dev } = ifp.idev;
  const rt = addrconfGetPrefixRoute(ifp.addr, ifp.prefixLen, dev, 0, RTF_GATEWAY);
  if (rt === null) return;
  if (action === 'delete') fib6Del(dev.net, rt);
  else fib6SetExpires(dev.net, rt, action);
}

/** @see ipv6_del_addr */
export function ipv6DelAddr(ifp: Inet6Ifaddr): void {
  const { idev } = ifp;
  const { net } = idev.dev;
  if (ifp.state === IFADDR_STATE_DEAD) return;
  ifp.state = IFADDR_STATE_DEAD;
  const action =
    (ifp.flags & IFA_F_PERMANENT) !== 0 && (ifp.flags & IFA_F_NOPREFIXROUTE) === 0 ? cleanupAction(ifp) : 'keep';
  idev.addrList = without(idev.addrList, ifp);
  net.kernel.clock.del(ifp.dadTimer);
  ipv6IfaNotify(RTM_DELADDR, ifp);
  kernelIpv6(net.kernel).inet6addrChain.call(NETDEV_DOWN, ifp);
  if (action !== 'keep') cleanupPrefixRoute(ifp, action);
  removePrefsrc(net, ifp);
}

/** Routes that preferred the address prefer none now. @see rt6_remove_prefsrc */
export function removePrefsrc(net: Net, ifp: Inet6Ifaddr): void {
  fib6CleanAll(net, (rt) => {
    if (rt.prefsrc !== null && rt.nh.dev === ifp.idev.dev && ipv6AddrEqual(rt.prefsrc, 0, ifp.addr, 0))
      rt.prefsrc = null;
    return false;
  });
}

/** Flags a request may set. */
const SETTABLE =
  IFA_F_NODAD | IFA_F_HOMEADDRESS | IFA_F_MANAGETEMPADDR | IFA_F_NOPREFIXROUTE | IFA_F_MCAUTOJOIN | IFA_F_OPTIMISTIC;

/** Flags and lifetimes as they are kept: an endless address is permanent, one without preference deprecated. */
function lifetimes(cfg: Ifa6Config): { flags: number } {
  let flags = cfg.flags & SETTABLE;
  if (cfg.validLft === INFINITY_LIFE_TIME) flags |= IFA_F_PERMANENT;
  if (cfg.preferedLft === 0) flags |= IFA_F_DEPRECATED;
  return { flags };
}

/** Checks what does not depend on the device. @see inet6_addr_add, inet6_addr_modify */
function checkConfig(cfg: Ifa6Config, extack: ExtAck): number {
  if (cfg.plen > 128) return nlErr(extack, EINVAL, 'ipv6: Invalid prefix length');
  if (cfg.validLft === 0 || cfg.preferedLft > cfg.validLft)
    return nlErr(extack, EINVAL, 'ipv6: address lifetime invalid');
  if ((cfg.flags & IFA_F_MANAGETEMPADDR) !== 0) {
    if (cfg.plen !== 64)
      return nlErr(extack, EINVAL, 'ipv6: address with "mngtmpaddr" flag must have a prefix length of 64');
    return nlErr(extack, EOPNOTSUPP, 'ipv6: temporary addresses are not supported');
  }
  return 0;
}

/** Joins the group that an address is. @returns 0, EINVAL (it is none), EADDRINUSE (joined before) @see ipv6_mc_config */
function autojoin(idev: Inet6Dev, addr: Uint8Array): number {
  if ((ipv6AddrType(addr) & IPV6_ADDR_MULTICAST) === 0) return EINVAL;
  if (idev.addrList.some((x) => (x.flags & IFA_F_MCAUTOJOIN) !== 0 && ipv6AddrEqual(x.addr, 0, addr, 0)))
    return EADDRINUSE;
  ipv6DevMcInc(idev.dev, addr);
  return 0;
}

/** Adds an address with all that comes with it. @returns 0 or -errno. @see inet6_addr_add */
export function inet6AddrAdd(idev: Inet6Dev, cfg: Ifa6Config, extack: ExtAck): number {
  const bad = checkConfig(cfg, extack);
  if (bad !== 0) return bad;
  const { dev } = idev;
  const { net } = dev;
  const joins = (cfg.flags & IFA_F_MCAUTOJOIN) !== 0;
  if (joins) {
    const err = autojoin(idev, cfg.addr);
    if (err !== 0) return nlErr(extack, err, 'ipv6: Multicast auto join failed');
  }
  const ifp = ipv6AddAddr(idev, { ...cfg, ...lifetimes(cfg) }, extack);
  if (typeof ifp === 'number') {
    if (joins) ipv6DevMcDec(idev, cfg.addr);
    return ifp;
  }
  if ((ifp.flags & IFA_F_NOPREFIXROUTE) === 0)
    addrconfPrefixRoute(ifp.addr, ifp.prefixLen, ifp.rtPriority, dev, endOf(ifp.tstamp, ifp.validLft), 0);
  if ((ifp.flags & (IFA_F_OPTIMISTIC | IFA_F_NODAD)) === 0) ipv6IfaNotify(0, ifp);
  addrconfDadStart(ifp);
  addrconfVerify(net);
  return 0;
}

/**
 * Brings the route of a prefix in line with its address: metric and end. Linux takes the length of the address for the
 * peer, too, though the route that came with it has 128 bits. @returns whether there is one. @see modify_prefix_route
 */
function modifyPrefixRoute(ifp: Inet6Ifaddr, prefix: Uint8Array, end: number): boolean {
  const { dev } = ifp.idev;
  const rt = addrconfGetPrefixRoute(prefix, ifp.prefixLen, dev, 0, RTF_GATEWAY);
  if (rt === null) return false;
  if (rt.metric === (ifp.rtPriority === 0 ? IP6_RT_PRIO_ADDRCONF : ifp.rtPriority))
    fib6SetExpires(dev.net, rt, end === 0 ? Infinity : end);
  else {
    fib6Del(dev.net, rt);
    addrconfPrefixRoute(prefix, ifp.prefixLen, ifp.rtPriority, dev, end, 0);
  }
  return true;
}

/** Changes an address that is there. @returns 0 or -errno. @see inet6_addr_modify */
export function inet6AddrModify(ifp: Inet6Ifaddr, cfg: Ifa6Config, extack: ExtAck): number {
  const bad = checkConfig(cfg, extack);
  if (bad !== 0) return bad;
  const { dev } = ifp.idev;
  const { net } = dev;
  const had = (ifp.flags & IFA_F_PERMANENT) !== 0 && (ifp.flags & IFA_F_NOPREFIXROUTE) === 0;
  const { flags } = lifetimes(cfg);
  const keep =
    IFA_F_DEPRECATED | IFA_F_PERMANENT | IFA_F_NODAD | IFA_F_HOMEADDRESS | IFA_F_MANAGETEMPADDR | IFA_F_NOPREFIXROUTE;
  ifp.flags = (ifp.flags & ~keep) | flags;
  ifp.tstamp = net.kernel.clock.now;
  ifp.validLft = cfg.validLft;
  ifp.preferedLft = cfg.preferedLft;
  ifp.proto = cfg.proto;
  if (cfg.rtPriority !== 0) ifp.rtPriority = cfg.rtPriority;
  const newPeer = cfg.peer !== null && ipv6AddrType(cfg.peer) !== 0 ? cfg.peer : null;
  if (newPeer !== null && (ifp.peer === null || !ipv6AddrEqual(newPeer, 0, ifp.peer, 0))) {
    const rt = ifp.peer === null ? null : addrconfGetPrefixRoute(ifp.peer, ifp.prefixLen, dev, 0, RTF_GATEWAY);
    if (rt !== null) fib6Del(net, rt);
    ifp.peer = newPeer.slice();
  }
  if ((ifp.flags & IFA_F_TENTATIVE) === 0) ipv6IfaNotify(0, ifp);
  if ((ifp.flags & IFA_F_NOPREFIXROUTE) === 0) {
    const end = endOf(ifp.tstamp, ifp.validLft);
    const kept = had && modifyPrefixRoute(ifp, ifp.addr, end);
    if (!kept) addrconfPrefixRoute(ifp.addr, ifp.prefixLen, ifp.rtPriority, dev, end, 0);
    if (ifp.peer !== null && !(had ? modifyPrefixRoute(ifp, ifp.peer, end) : kept)) {
      addrconfPrefixRoute(ifp.peer, ifp.prefixLen, ifp.rtPriority, dev, end, 0);
    }
  } else if (had) {
    const action = cleanupAction(ifp);
    if (action !== 'keep') cleanupPrefixRoute(ifp, action);
  }
  addrconfVerify(net);
  return 0;
}

/** @returns 0, -EADDRNOTAVAIL, -ENXIO (no IPv6 there). @see inet6_addr_del */
export function inet6AddrDel(idev: Inet6Dev, addr: Uint8Array, plen: number, extack: ExtAck): number {
  const ifp = idev.addrList.find((x) => x.prefixLen === plen && ipv6AddrEqual(x.addr, 0, addr, 0));
  if (ifp === undefined) return nlErr(extack, EADDRNOTAVAIL, 'ipv6: address not found');
  ipv6DelAddr(ifp);
  if ((ifp.flags & IFA_F_MCAUTOJOIN) !== 0) ipv6DevMcDec(idev, addr);
  return 0;
}

const VERIFY: Slot<Net, Timer> = slot((net: Net) => new Timer(verifyWork, net));

/** Lets lifetimes end, and wakes up for the next. @see addrconf_verify_rtnl */
export function addrconfVerify(net: Net): void {
  const { clock } = net.kernel;
  const { now } = clock;
  let next = Infinity;
  for (const dev of net.devs.values()) {
    for (const ifp of in6DevGet(dev)?.addrList ?? []) {
      if (ifp.validLft === INFINITY_LIFE_TIME && ifp.preferedLft === INFINITY_LIFE_TIME) continue;
      const valid = ifp.validLft === INFINITY_LIFE_TIME ? Infinity : ifp.tstamp + ifp.validLft * SEC;
      const prefered = ifp.preferedLft === INFINITY_LIFE_TIME ? Infinity : ifp.tstamp + ifp.preferedLft * SEC;
      if (valid <= now) {
        ipv6DelAddr(ifp);
        continue;
      }
      if (prefered <= now && (ifp.flags & IFA_F_DEPRECATED) === 0) {
        ifp.flags |= IFA_F_DEPRECATED;
        ipv6IfaNotify(0, ifp);
      }
      next = Math.min(next, valid, prefered > now ? prefered : Infinity);
    }
  }
  const timer = slotGet(net, VERIFY);
  if (next === Infinity) clock.del(timer);
  else clock.modAt(timer, next);
}

function verifyWork(net: Net): void {
  addrconfVerify(net);
  doSoftirq(net.kernel);
}
