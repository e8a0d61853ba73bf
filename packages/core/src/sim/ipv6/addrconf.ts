/** IPv6 on devices that come, go up and down, and change. @see net/ipv6/addrconf.c:addrconf_notify */
import { without } from '../../lib/small.ts';
import { EACCES } from '../../uapi/errno.ts';
import {
  IFA_F_NODAD,
  IFA_F_NOPREFIXROUTE,
  IFA_F_OPTIMISTIC,
  IFA_F_PERMANENT,
  IFA_F_STABLE_PRIVACY,
  IFA_F_TENTATIVE,
  IFAPROT_KERNEL_LL,
  IFAPROT_KERNEL_LO,
} from '../../uapi/if-addr.ts';
import { ARPHRD_ETHER, ARPHRD_LOOPBACK } from '../../uapi/if-arp.ts';
import { IF_OPER_UNKNOWN, IF_OPER_UP, IFF_LOOPBACK, IFF_MULTICAST, IFF_UP } from '../../uapi/if.ts';
import {
  DEVCONF_ACCEPT_RA,
  DEVCONF_ADDR_GEN_MODE,
  DEVCONF_DISABLE_IPV6,
  DEVCONF_FORWARDING,
  DEVCONF_IGNORE_ROUTES_WITH_LINKDOWN,
  DEVCONF_KEEP_ADDR_ON_DOWN,
  DEVCONF_MTU6,
  DEVCONF_PROXY_NDP,
  IN6_ADDR_GEN_MODE_EUI64,
  IN6_ADDR_GEN_MODE_NONE,
  IN6_ADDR_GEN_MODE_STABLE_PRIVACY,
} from '../../uapi/if-link.ts';
import { IPV6_MIN_MTU, RTF_ADDRCONF, RTF_DEFAULT } from '../../uapi/ip.ts';
import {
  NETCONFA_ALL,
  NETCONFA_FORCE_FORWARDING,
  NETCONFA_FORWARDING,
  NETCONFA_IFINDEX_ALL,
  NETCONFA_IFINDEX_DEFAULT,
  NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN,
  NETCONFA_PROXY_NEIGH,
  RTM_DELADDR,
  RTM_NEWADDR,
  RTM_NEWLINK,
  RTNH_F_DEAD,
  RTNH_F_LINKDOWN,
} from '../../uapi/rtnetlink.ts';
import {
  NETDEV_CHANGE,
  NETDEV_CHANGEMTU,
  NETDEV_CHANGENAME,
  NETDEV_DOWN,
  NETDEV_REGISTER,
  NETDEV_UNREGISTER,
  NETDEV_UP,
} from '../core/dev.ts';
import type { SimKernel } from '../core/kernel.ts';
import type { Net } from '../core/net.ts';
import type { NetDevice } from '../core/net-device.ts';
import { newExtAck } from '../core/rtnetlink.ts';
import { neighIfdown } from '../neigh/neighbour.ts';
import { neighParmsAlloc } from '../neigh/table.ts';
import { ipv6AddAddr, ipv6DelAddr } from './addrconf-addr.ts';
import { generateEui64, generateStable } from './addr-gen.ts';
import {
  IN6ADDR_IFLOCAL_ALLNODES,
  IN6ADDR_IFLOCAL_ALLROUTERS,
  IN6ADDR_LINKLOCAL_ALLNODES,
  IN6ADDR_LINKLOCAL_ALLROUTERS,
  IN6ADDR_LOOPBACK,
  IN6ADDR_SITELOCAL_ALLROUTERS,
  IPV6_ADDR_LINKLOCAL,
  IPV6_ADDR_LOOPBACK,
  ipv6AddrType,
} from './addr-type.ts';
import { anycastDestroyDev, anycastJoin, anycastLeave } from './anycast.ts';
import { addrconfDadRun, addrconfDadStart, ipv6IfaNotify, leaveSolicit } from './dad.ts';
import { DEVCONF_FORCE_FORWARDING, type Devconf6 } from './devconf6.ts';
import { fib6CleanAll, fib6NetExit } from './fib6-table.ts';
import {
  IF_RA_RCVD,
  IF_READY,
  IF_RS_SENT,
  IFADDR_STATE_DEAD,
  IFADDR_STATE_PREDAD,
  in6DevGet,
  Inet6Dev,
  INFINITY_LIFE_TIME,
} from './inet6-dev.ts';
import { ipv6DevMcDec, ipv6DevMcInc, ipv6McDestroyDev, ipv6McDown, ipv6McUp } from './mcast.ts';
import { kernelIpv6, netIpv6, rtGenidBumpIpv6 } from './netns6.ts';
import { addrconfAddMroute, addrconfF6iAlloc, addrconfPrefixRoute } from './prefix-route.ts';
import { rt6DisableIp, rt6MtuChange, rt6SyncDownDev, rt6SyncUp } from './route-sync.ts';

/** Whether packets can be sent. @see addrconf_link_ready */
const linkReady = (dev: NetDevice): boolean =>
  (dev.operstate === IF_OPER_UP || dev.operstate === IF_OPER_UNKNOWN) && dev.qdiscActive;

const ALL_ROUTERS = [IN6ADDR_LINKLOCAL_ALLROUTERS, IN6ADDR_IFLOCAL_ALLROUTERS, IN6ADDR_SITELOCAL_ALLROUTERS];

/** IPv6's state for a device whose MTU allows it; null otherwise. @see ipv6_add_dev */
export function ipv6AddDev(dev: NetDevice): Inet6Dev | null {
  const { net } = dev;
  if (dev.mtu < IPV6_MIN_MTU) return null;
  const ns = netIpv6(net);
  const cnf = ns.devconfDflt.copy(dev.mtu, dev.type === ARPHRD_LOOPBACK);
  const idev = new Inet6Dev(dev, cnf, neighParmsAlloc(kernelIpv6(net.kernel).ndTbl));
  idev.tstamp = net.kernel.clock.now;
  if ((dev.flags & IFF_UP) !== 0 && linkReady(dev)) idev.ifFlags |= IF_READY;
  dev.ip6Ptr = idev;
  kernelIpv6(net.kernel).netconfNotify(net, NETCONFA_ALL, dev.ifindex, cnf);
  ipv6DevMcInc(dev, IN6ADDR_IFLOCAL_ALLNODES);
  ipv6DevMcInc(dev, IN6ADDR_LINKLOCAL_ALLNODES);
  if (cnf.get(DEVCONF_FORWARDING) !== 0 && (dev.flags & IFF_MULTICAST) !== 0)
    for (const a of ALL_ROUTERS) ipv6DevMcInc(dev, a);
  return idev;
}

/** The state, made if need be. @see ipv6_find_idev */
function findIdev(dev: NetDevice): Inet6Dev | null {
  const idev = in6DevGet(dev) ?? ipv6AddDev(dev);
  if (idev !== null && (dev.flags & IFF_UP) !== 0) ipv6McUp(idev);
  return idev;
}

/** Makes a device ready for addresses. @returns its state, -ENOBUFS-like null, or -EACCES (disabled). @see addrconf_add_dev */
export function addrconfAddDev(dev: NetDevice): Inet6Dev | number | null {
  const idev = findIdev(dev);
  if (idev === null) return null;
  if (idev.cnf.get(DEVCONF_DISABLE_IPV6) !== 0 && (dev.flags & IFF_LOOPBACK) === 0) return -EACCES;
  if ((dev.flags & IFF_LOOPBACK) === 0) addrconfAddMroute(dev);
  return idev;
}

const forEver = (addr: Uint8Array, plen: number, flags: number, proto: number): Parameters<typeof ipv6AddAddr>[1] => ({
  addr,
  peer: null,
  plen,
  flags: flags | IFA_F_PERMANENT,
  rtPriority: 0,
  proto,
  preferedLft: INFINITY_LIFE_TIME,
  validLft: INFINITY_LIFE_TIME,
});

/** `lo` gets ::1. @see init_loopback */
function initLoopback(dev: NetDevice): void {
  const idev = findIdev(dev);
  if (idev === null) return;
  const ifp = ipv6AddAddr(idev, forEver(IN6ADDR_LOOPBACK, 128, 0, IFAPROT_KERNEL_LO), newExtAck());
  if (typeof ifp === 'number') return;
  ifp.flags &= ~IFA_F_TENTATIVE;
  ifp.state = 1;
  rtGenidBumpIpv6(dev.net);
  ipv6IfaNotify(RTM_NEWADDR, ifp);
}

/** @see addrconf_add_linklocal */
function addLinklocal(idev: Inet6Dev, addr: Uint8Array, flags: number): void {
  const ifp = ipv6AddAddr(idev, forEver(addr, 64, flags, IFAPROT_KERNEL_LL), newExtAck());
  if (typeof ifp === 'number') return;
  addrconfPrefixRoute(ifp.addr, 64, 0, idev.dev, 0, 0);
  addrconfDadStart(ifp);
}

/** Gives a device its link-local address, in the way it is told to. @see addrconf_addr_gen */
export function addrconfAddrGen(idev: Inet6Dev, prefixRoute: boolean): void {
  const { dev } = idev;
  const addr = new Uint8Array(16);
  addr[0] = 0xfe;
  addr[1] = 0x80;
  const mode = idev.cnf.get(DEVCONF_ADDR_GEN_MODE);
  let made = false;
  if (mode === IN6_ADDR_GEN_MODE_EUI64) {
    made = generateEui64(addr, dev);
    if (made) addLinklocal(idev, addr, 0);
  } else if (mode !== IN6_ADDR_GEN_MODE_NONE) {
    made = generateStable(addr, idev);
    if (made) addLinklocal(idev, addr, IFA_F_STABLE_PRIVACY);
  }
  if (!made && prefixRoute) addrconfPrefixRoute(addr, 64, 0, dev, 0, 0);
}

/** @see addrconf_dev_config */
function devConfig(dev: NetDevice): void {
  if (dev.type !== ARPHRD_ETHER) return;
  const idev = addrconfAddDev(dev);
  if (idev !== null && typeof idev !== 'number') addrconfAddrGen(idev, false);
}

/** Routes of addresses that were there before the device went up. @see addrconf_permanent_addr, fixup_permanent_addr */
function permanentAddr(dev: NetDevice): void {
  for (const ifp of in6DevGet(dev)?.addrList ?? []) {
    if ((ifp.flags & IFA_F_PERMANENT) === 0) continue;
    ifp.rt ??= addrconfF6iAlloc(ifp);
    if ((ifp.flags & IFA_F_NOPREFIXROUTE) === 0)
      addrconfPrefixRoute(ifp.addr, ifp.prefixLen, ifp.rtPriority, dev, 0, 0);
    if (ifp.state === IFADDR_STATE_PREDAD) addrconfDadStart(ifp);
  }
}

/** The device can send: addresses, routes, detection. @see addrconf_notify, NETDEV_UP and NETDEV_CHANGE */
function deviceReady(dev: NetDevice, event: number): void {
  let idev = in6DevGet(dev);
  if (idev !== null && idev.cnf.get(DEVCONF_DISABLE_IPV6) !== 0) return;
  if (event === NETDEV_UP) permanentAddr(dev);
  if (!linkReady(dev)) {
    if (event === NETDEV_CHANGE) rt6SyncDownDev(dev, event);
    return;
  }
  if (event === NETDEV_CHANGE && idev !== null && idev.ready) {
    ipv6McUp(idev);
    rt6SyncUp(dev, RTNH_F_LINKDOWN);
    return;
  }
  idev ??= ipv6AddDev(dev);
  if (idev !== null) idev.ifFlags |= IF_READY;
  if (dev.type === ARPHRD_LOOPBACK) initLoopback(dev);
  else devConfig(dev);
  if (idev === null) return;
  addrconfDadRun(idev);
  rt6SyncUp(dev, RTNH_F_DEAD);
  if (idev.cnf.get(DEVCONF_MTU6) !== dev.mtu && dev.mtu >= IPV6_MIN_MTU) {
    rt6MtuChange(dev, dev.mtu);
    idev.cnf.set(DEVCONF_MTU6, dev.mtu);
  }
  idev.tstamp = dev.net.kernel.clock.now;
  kernelIpv6(dev.net.kernel).ifinfoNotify(RTM_NEWLINK, idev);
}

/** The device stops: routes and addresses go, unless they are to stay. @see addrconf_ifdown */
export function addrconfIfdown(dev: NetDevice, unregister: boolean): void {
  const { net } = dev;
  const k = kernelIpv6(net.kernel);
  rt6DisableIp(dev, unregister ? NETDEV_UNREGISTER : NETDEV_DOWN);
  neighIfdown(k.ndTbl, dev);
  const idev = in6DevGet(dev);
  if (idev === null) return;
  if (unregister) idev.dead = true;
  const keepAll = netIpv6(net).devconfAll.get(DEVCONF_KEEP_ADDR_ON_DOWN) || idev.cnf.get(DEVCONF_KEEP_ADDR_ON_DOWN);
  const keepAddr = !unregister && keepAll > 0;
  idev.ifFlags &= ~(IF_RS_SENT | IF_RA_RCVD | IF_READY);
  if (idev.rsTimer !== null) net.kernel.clock.del(idev.rsTimer);
  for (const ifa of idev.addrList) {
    net.kernel.clock.del(ifa.dadTimer);
    const local = (ipv6AddrType(ifa.addr) & (IPV6_ADDR_LINKLOCAL | IPV6_ADDR_LOOPBACK)) !== 0;
    if (keepAddr && (ifa.flags & IFA_F_PERMANENT) !== 0 && !local) {
      ifa.state = IFADDR_STATE_PREDAD;
      if ((ifa.flags & (IFA_F_NODAD | IFA_F_OPTIMISTIC)) === 0) ifa.flags |= IFA_F_TENTATIVE;
      ifa.rt = null;
      if (idev.cnf.get(DEVCONF_FORWARDING) !== 0) anycastLeave(ifa);
      leaveSolicit(ifa);
      continue;
    }
    ifa.state = IFADDR_STATE_DEAD;
    idev.addrList = without(idev.addrList, ifa);
    ipv6IfaNotify(RTM_DELADDR, ifa);
    k.inet6addrChain.call(NETDEV_DOWN, ifa);
  }
  anycastDestroyDev(idev);
  if (unregister) {
    ipv6McDestroyDev(idev);
    dev.ip6Ptr = null;
    k.netconfNotify(net, NETCONFA_ALL, dev.ifindex, null);
    neighIfdown(k.ndTbl, dev);
  } else ipv6McDown(idev);
  idev.tstamp = net.kernel.clock.now;
}

function addrconfNotify(event: number, dev: NetDevice): void {
  switch (event) {
    case NETDEV_REGISTER:
      if (in6DevGet(dev) === null) ipv6AddDev(dev);
      break;
    case NETDEV_CHANGENAME: {
      const idev = in6DevGet(dev);
      if (idev === null) break;
      const k = kernelIpv6(dev.net.kernel);
      k.netconfNotify(dev.net, NETCONFA_ALL, dev.ifindex, null);
      k.netconfNotify(dev.net, NETCONFA_ALL, dev.ifindex, idev.cnf);
      break;
    }
    case NETDEV_CHANGEMTU: {
      if (dev.mtu < IPV6_MIN_MTU) {
        addrconfIfdown(dev, dev !== dev.net.loopback);
        break;
      }
      const idev = in6DevGet(dev);
      if (idev !== null) {
        rt6MtuChange(dev, dev.mtu);
        idev.cnf.set(DEVCONF_MTU6, dev.mtu);
      } else if (ipv6AddDev(dev)?.ready === true) deviceReady(dev, NETDEV_UP);
      break;
    }
    case NETDEV_UP:
    case NETDEV_CHANGE:
      deviceReady(dev, event);
      break;
    case NETDEV_DOWN:
    case NETDEV_UNREGISTER:
      addrconfIfdown(dev, event === NETDEV_UNREGISTER);
      break;
  }
}

/** A device begins or ceases to forward. @see dev_forward_change */
function devForwardChange(idev: Inet6Dev): void {
  const { dev } = idev;
  const on = idev.cnf.get(DEVCONF_FORWARDING) !== 0;
  if ((dev.flags & IFF_MULTICAST) !== 0) {
    for (const a of ALL_ROUTERS) {
      if (on) ipv6DevMcInc(dev, a);
      else ipv6DevMcDec(idev, a);
    }
  }
  for (const ifa of idev.addrList) {
    if ((ifa.flags & IFA_F_TENTATIVE) !== 0) continue;
    if (on) anycastJoin(ifa);
    else anycastLeave(ifa);
  }
  kernelIpv6(dev.net.kernel).netconfNotify(dev.net, NETCONFA_FORWARDING, dev.ifindex, idev.cnf);
}

/** Every device's IPv6 state. */
const idevsOf = (net: Net): Inet6Dev[] => [...net.devs.values()].map(in6DevGet).filter((d) => d !== null);

/** `all`, `default`, or one device. */
export type Devconf6Target = Inet6Dev | 'all' | 'default';

function confOf(net: Net, target: Devconf6Target): Devconf6 {
  const ns = netIpv6(net);
  return target === 'all' ? ns.devconfAll : target === 'default' ? ns.devconfDflt : target.cnf;
}

/** RTM_NEWNETCONF for a setting that has one. @see inet6_netconf_notify_devconf */
function tellNetconf(net: Net, attr: number, target: Devconf6Target): void {
  const ifindex =
    target === 'all' ? NETCONFA_IFINDEX_ALL : target === 'default' ? NETCONFA_IFINDEX_DEFAULT : target.dev.ifindex;
  kernelIpv6(net.kernel).netconfNotify(net, attr, ifindex, confOf(net, target));
}

/** Writes a setting, with all that follows of it. @see addrconf_sysctl_* */
export function addrconfSysctl(net: Net, target: Devconf6Target, i: number, value: number): void {
  const own = confOf(net, target);
  const old = own.get(i);
  const dflt = netIpv6(net).devconfDflt;
  const oldDflt = dflt.get(i);
  const mine = target === 'all' ? idevsOf(net) : target === 'default' ? [] : [target];
  /** Writes it to the devices meant. @returns those for which yes became no, or no yes */
  const spread = (): Inet6Dev[] => {
    const changed = mine.filter((idev) => ((idev === target ? old : idev.cnf.get(i)) !== 0) !== (value !== 0));
    for (const idev of mine) idev.cnf.set(i, value);
    if (target === 'all') dflt.set(i, value);
    return changed;
  };
  own.set(i, value);
  switch (i) {
    case DEVCONF_FORWARDING: {
      const changed = spread();
      if (target !== 'all' && target !== 'default') changed.forEach(devForwardChange);
      else {
        if ((oldDflt !== 0) !== (value !== 0)) tellNetconf(net, NETCONFA_FORWARDING, 'default');
        changed.forEach(devForwardChange);
        if (target === 'all' && (old !== 0) !== (value !== 0)) tellNetconf(net, NETCONFA_FORWARDING, 'all');
      }
      if (value !== 0 && target !== 'default') purgeDfltRouters(net);
      rtGenidBumpIpv6(net);
      break;
    }
    case DEVCONF_DISABLE_IPV6:
      for (const { dev } of spread()) {
        if (value !== 0) addrconfIfdown(dev, false);
        else if ((dev.flags & IFF_UP) !== 0) deviceReady(dev, NETDEV_UP);
      }
      break;
    case DEVCONF_ADDR_GEN_MODE: {
      const changed = mine.filter((idev) => (idev === target ? old : idev.cnf.get(i)) !== value);
      spread();
      changed.forEach(regenerate);
      break;
    }
    case DEVCONF_IGNORE_ROUTES_WITH_LINKDOWN: {
      const changed = spread();
      if (target !== 'default')
        for (const idev of changed) tellNetconf(net, NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN, idev);
      if (target !== 'all' && target !== 'default') break;
      if ((oldDflt !== 0) !== (value !== 0)) tellNetconf(net, NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN, 'default');
      if (target === 'all' && (old !== 0) !== (value !== 0))
        tellNetconf(net, NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN, 'all');
      rtGenidBumpIpv6(net);
      break;
    }
    case DEVCONF_PROXY_NDP:
      if (old !== value) tellNetconf(net, NETCONFA_PROXY_NEIGH, target);
      break;
    case DEVCONF_FORCE_FORWARDING:
      if (target === 'all') spread();
      if (old !== value) tellNetconf(net, NETCONFA_FORCE_FORWARDING, target);
      break;
    default:
      break;
  }
  rtGenidBumpIpv6(net);
}

/** A router does not follow routers, but for devices told to nevertheless. @see rt6_purge_dflt_routers */
function purgeDfltRouters(net: Net): void {
  fib6CleanAll(
    net,
    (rt) =>
      (rt.flags & (RTF_DEFAULT | RTF_ADDRCONF)) === (RTF_DEFAULT | RTF_ADDRCONF) &&
      in6DevGet(rt.nh.dev)?.cnf.get(DEVCONF_ACCEPT_RA) !== 2,
  );
}

/** The secret of stable addresses, 16 bytes: devices that use it make such addresses from now on. @see addrconf_sysctl_stable_secret */
export function addrconfStableSecret(net: Net, target: Inet6Dev | 'default', secret: Uint8Array): void {
  confOf(net, target).stableSecret = secret;
  for (const idev of target === 'default' ? idevsOf(net) : [target])
    idev.cnf.set(DEVCONF_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_STABLE_PRIVACY);
}

function regenerate(idev: Inet6Dev): void {
  if (idev.ready && idev.dev.type === ARPHRD_ETHER) addrconfAddrGen(idev, false);
}

export function addrconfInit(kernel: SimKernel): void {
  const k = kernelIpv6(kernel);
  k.delAddr = ipv6DelAddr;
  kernel.netdevChain.register(addrconfNotify);
  kernel.pernet.push({ exit: (net) => fib6NetExit(net) });
}
