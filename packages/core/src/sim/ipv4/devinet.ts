/** Addresses of devices: adding, deleting, promotion, lifetimes, and what becomes of them with their device. @see net/ipv4/devinet.c */
import { none, sharedAddr, withAt, withLast, without, withoutAt } from '../../lib/small.ts';
import { ipv4MulticastMac } from '../../lib/address.ts';
import { bytesEqual } from '../../lib/bytes.ts';
import { Timer } from '../../lib/timer-heap.ts';
import { ARPHRD_ETHER } from '../../uapi/if-arp.ts';
import { EEXIST, EINVAL } from '../../uapi/errno.ts';
import { IFA_F_DEPRECATED, IFA_F_PERMANENT, IFA_F_SECONDARY } from '../../uapi/if-addr.ts';
import { IFF_LOOPBACK } from '../../uapi/if.ts';
import {
  NETCONFA_ALL,
  NETCONFA_FORWARDING,
  NETCONFA_IFINDEX_ALL,
  NETCONFA_IFINDEX_DEFAULT,
  RT_SCOPE_HOST,
  RT_SCOPE_LINK,
  RTM_DELADDR,
  RTM_NEWADDR,
} from '../../uapi/rtnetlink.ts';
import {
  NETDEV_CHANGEADDR,
  NETDEV_CHANGEMTU,
  NETDEV_CHANGENAME,
  NETDEV_DOWN,
  NETDEV_REGISTER,
  NETDEV_UNREGISTER,
  NETDEV_UP,
  doSoftirq,
} from '../core/dev.ts';
import type { SimKernel } from '../core/kernel.ts';
import type { Net } from '../core/net.ts';
import type { NetDevice } from '../core/net-device.ts';
import { type ExtAck, KERNEL_INFO, newExtAck, nlErr, type NlInfo } from '../core/rtnetlink.ts';
import { neighIfdown } from '../neigh/neighbour.ts';
import { neighParmsAlloc } from '../neigh/table.ts';
import { ACCEPT_REDIRECTS, ARP_NOTIFY, Devconf, FORWARDING, PROMOTE_SECONDARIES, ROUTE_LOCALNET } from './devconf.ts';
import { InDevice, inDevGet, inetIfaMatch, INFINITY_LIFE_TIME, InIfaddr } from './in-device.ts';
import { kernelIpv4, netIpv4 } from './netns.ts';

const SEC = 1e9;
/** NODAD OPTIMISTIC DADFAILED HOMEADDRESS TENTATIVE MANAGETEMPADDR STABLE_PRIVACY. */
const IPV6ONLY_FLAGS = 0x2 | 0x4 | 0x8 | 0x10 | 0x40 | 0x100 | 0x800;
const DEVCONF_NOXFRM = 14;
const DEVCONF_NOPOLICY = 15;

/** The smallest MTU IPv4 works with. @see inetdev_valid_mtu */
const validMtu = (mtu: number): boolean => mtu >= 68;

/** A setting of a device that holds when `all` or the device has it. @see IN_DEV_ORCONF */
export const inDevOrconf = (inDev: InDevice, i: number): boolean =>
  netIpv4(inDev.dev.net).devconfAll.data[i] !== 0 || inDev.cnf.data[i] !== 0;
/** One that holds when both have it. @see IN_DEV_ANDCONF */
export const inDevAndconf = (inDev: InDevice, i: number): boolean =>
  netIpv4(inDev.dev.net).devconfAll.data[i] !== 0 && inDev.cnf.data[i] !== 0;
/** The larger of the two. @see IN_DEV_MAXCONF */
export const inDevMaxconf = (inDev: InDevice, i: number): number =>
  Math.max(netIpv4(inDev.dev.net).devconfAll.data[i]!, inDev.cnf.data[i]!);
export const inDevForward = (inDev: InDevice): boolean => inDev.cnf.data[FORWARDING] !== 0;

/** Values a new device begins with: the compiled-in ones are shared, others copied. */
function dfltData(net: Net): Int32Array {
  const { devconfDflt } = netIpv4(net);
  return devconfDflt.share();
}

/** @see inetdev_init */
function inetdevInit(dev: NetDevice): InDevice {
  const { kernel } = dev.net;
  const inDev = new InDevice(dev, new Devconf(dfltData(dev.net)), neighParmsAlloc(kernelIpv4(kernel).arpTbl));
  dev.ipPtr = inDev;
  kernelIpv4(kernel).netconfNotify(dev.net, NETCONFA_ALL, dev.ifindex, inDev.cnf);
  return inDev;
}

/** @see inetdev_destroy */
function inetdevDestroy(inDev: InDevice): void {
  inDev.dead = true;
  inDev.mcList = none();
  for (let ifa = inDev.ifaList[0]; ifa !== undefined; ifa = inDev.ifaList[0]) inetDelIfa(inDev, ifa, KERNEL_INFO);
  const { dev } = inDev;
  dev.ipPtr = null;
  kernelIpv4(dev.net.kernel).netconfNotify(dev.net, NETCONFA_ALL, dev.ifindex, null);
  neighIfdown(kernelIpv4(inDev.dev.net.kernel).arpTbl, inDev.dev);
}

/** Of those that are alike the one added last is found. @see inet_hash_insert */
function hashInsert(net: Net, ifa: InIfaddr): void {
  netIpv4(net).addrs.set(ifa.local, ifa);
}

function hashRemove(net: Net, ifa: InIfaddr): void {
  const { addrs } = netIpv4(net);
  if (addrs.get(ifa.local) !== ifa) return;
  addrs.delete(ifa.local);
  let last: InIfaddr | null = null;
  for (const dev of net.devs.values()) {
    for (const x of inDevGet(dev)?.ifaList ?? []) {
      if (x !== ifa && x.local === ifa.local && (last === null || x.cstamp >= last.cstamp)) last = x;
    }
  }
  if (last !== null) addrs.set(last.local, last);
}

/** Sets lifetimes in seconds and what follows from them. @see set_ifa_lifetime */
export function setIfaLifetime(ifa: InIfaddr, valid: number, preferred: number): void {
  const { now } = ifa.inDev.dev.net.kernel.clock;
  ifa.flags &= ~(IFA_F_PERMANENT | IFA_F_DEPRECATED);
  ifa.validLft = valid;
  if (valid === INFINITY_LIFE_TIME) ifa.flags |= IFA_F_PERMANENT;
  ifa.preferredLft = preferred;
  if (preferred === 0) ifa.flags |= IFA_F_DEPRECATED;
  ifa.tstamp = now;
  if (ifa.cstamp === 0) ifa.cstamp = now;
}

/** Wakes up for the next end of a lifetime. @see check_lifetime */
function armLifetime(ifa: InIfaddr): void {
  const { clock } = ifa.inDev.dev.net.kernel;
  let next = Infinity;
  if (ifa.validLft !== INFINITY_LIFE_TIME) next = ifa.tstamp + ifa.validLft * SEC;
  if (ifa.preferredLft !== INFINITY_LIFE_TIME && (ifa.flags & IFA_F_DEPRECATED) === 0)
    next = Math.min(next, ifa.tstamp + ifa.preferredLft * SEC);
  if (next === Infinity) {
    if (ifa.timer !== null) clock.del(ifa.timer);
    return;
  }
  ifa.timer ??= new Timer(lifetimeOver, ifa);
  clock.modAt(ifa.timer, Math.max(next, clock.now));
}

function lifetimeOver(ifa: InIfaddr): void {
  const { kernel } = ifa.inDev.dev.net;
  if (ifa.validLft !== INFINITY_LIFE_TIME && kernel.clock.now >= ifa.tstamp + ifa.validLft * SEC)
    inetDelIfa(ifa.inDev, ifa, KERNEL_INFO);
  else {
    if ((ifa.flags & IFA_F_DEPRECATED) === 0 && kernel.clock.now >= ifa.tstamp + ifa.preferredLft * SEC) {
      ifa.flags |= IFA_F_DEPRECATED;
      kernelIpv4(kernel).rtmsgIfa(RTM_NEWADDR, ifa, KERNEL_INFO);
    }
    armLifetime(ifa);
  }
  doSoftirq(kernel);
}

/** Lifetimes of an address that is there changed. */
export function ifaLifetimeChanged(ifa: InIfaddr): void {
  armLifetime(ifa);
}

/**
 * Adds an address. @returns 0, -EEXIST (it is there), -EINVAL (its prefix is there with another scope)
 * @see __inet_insert_ifa
 */
export function inetInsertIfa(ifa: InIfaddr, info: NlInfo, extack: ExtAck = newExtAck()): number {
  const { inDev } = ifa;
  const { net } = inDev.dev;
  if (ifa.local === 0) return 0;
  ifa.flags &= ~(IFA_F_SECONDARY | IPV6ONLY_FLAGS);
  const list = inDev.ifaList;
  let lastPrimary = 0;
  for (let i = 0; i < list.length; i++) {
    const other = list[i]!;
    if ((other.flags & IFA_F_SECONDARY) === 0 && ifa.scope <= other.scope) lastPrimary = i + 1;
    if (other.mask !== ifa.mask || !inetIfaMatch(other.address, ifa)) continue;
    if (other.local === ifa.local) return nlErr(extack, EEXIST, 'ipv4: Address already assigned');
    if (other.scope !== ifa.scope) return nlErr(extack, EINVAL, 'ipv4: Invalid scope value');
    ifa.flags |= IFA_F_SECONDARY;
  }
  inDev.ifaList = withAt(list, (ifa.flags & IFA_F_SECONDARY) === 0 ? lastPrimary : list.length, ifa);
  hashInsert(net, ifa);
  netIpv4(net).addrSeq++;
  armLifetime(ifa);
  const k = kernelIpv4(net.kernel);
  k.rtmsgIfa(RTM_NEWADDR, ifa, info);
  k.inetaddrChain.call(NETDEV_UP, ifa);
  return 0;
}

/** Takes an address off the list, says so, and lets its routes go. */
function dropIfa(inDev: InDevice, ifa: InIfaddr, info: NlInfo): void {
  const i = inDev.ifaList.indexOf(ifa);
  if (i < 0) return;
  const { net } = inDev.dev;
  inDev.ifaList = withoutAt(inDev.ifaList, i);
  hashRemove(net, ifa);
  if (ifa.timer !== null) net.kernel.clock.del(ifa.timer);
  netIpv4(net).addrSeq++;
  const k = kernelIpv4(net.kernel);
  k.rtmsgIfa(RTM_DELADDR, ifa, info);
  k.inetaddrChain.call(NETDEV_DOWN, ifa);
}

/** Deletes an address, with its secondaries or promoting the first of them. @see __inet_del_ifa */
export function inetDelIfa(inDev: InDevice, ifa1: InIfaddr, info: NlInfo): void {
  let list = inDev.ifaList;
  const k = kernelIpv4(inDev.dev.net.kernel);
  const mine = (x: InIfaddr): boolean => x.mask === ifa1.mask && inetIfaMatch(ifa1.address, x);
  let promote: InIfaddr | undefined;
  let lastPrim: InIfaddr | undefined = list[0];
  if (!inDev.dead && (ifa1.flags & IFA_F_SECONDARY) === 0) {
    const doPromote = inDevOrconf(inDev, PROMOTE_SECONDARIES);
    for (const ifa of list.slice(list.indexOf(ifa1) + 1)) {
      const secondary = (ifa.flags & IFA_F_SECONDARY) !== 0;
      if (!secondary && ifa1.scope <= ifa.scope) lastPrim = ifa;
      if (!secondary || !mine(ifa)) continue;
      if (doPromote) {
        promote = ifa;
        break;
      }
      dropIfa(inDev, ifa, info);
    }
  }
  list = inDev.ifaList;
  const followers = promote === undefined ? [] : list.slice(list.indexOf(promote)).filter(mine);
  for (const ifa of followers) k.fibDelIfaddr(ifa, ifa1);
  const moved = promote !== undefined && list[list.indexOf(promote) - 1] !== ifa1;
  dropIfa(inDev, ifa1, info);
  if (promote === undefined) return;
  if (moved) {
    list = without(inDev.ifaList, promote);
    const at = lastPrim === undefined || lastPrim === ifa1 ? -1 : list.indexOf(lastPrim);
    inDev.ifaList = withAt(list, at + 1, promote);
  }
  promote.flags &= ~IFA_F_SECONDARY;
  k.rtmsgIfa(RTM_NEWADDR, promote, info);
  k.inetaddrChain.call(NETDEV_UP, promote);
  for (const ifa of followers) if (ifa !== promote) k.fibAddIfaddr(ifa);
}

/** The primary address of exactly this prefix. @see inet_ifa_byprefix */
export function inetIfaByprefix(inDev: InDevice, prefix: number, mask: number): InIfaddr | null {
  return inDev.ifaList.find((x) => x.mask === mask && inetIfaMatch(prefix, x)) ?? null;
}

/** Whether `a` (and `b`, unless 0) lies on the device's link. @see inet_addr_onlink */
export function inetAddrOnlink(inDev: InDevice, a: number, b: number): boolean {
  for (const ifa of inDev.ifaList) if (inetIfaMatch(a, ifa) && (b === 0 || inetIfaMatch(b, ifa))) return true;
  return false;
}

/** The device that has this local address. @see __ip_dev_find */
export function ipDevFind(net: Net, addr: number): NetDevice | null {
  return netIpv4(net).addrs.get(addr)?.inDev.dev ?? null;
}

/** The scope 127/8 counts as: of the link where such addresses are routed. */
const localnetScope = (inDev: InDevice): number => (inDevOrconf(inDev, ROUTE_LOCALNET) ? RT_SCOPE_LINK : RT_SCOPE_HOST);

/**
 * An address to send from on this device, towards `dst` (0: any); of another one when it has none that fits the scope.
 * @see inet_select_addr
 */
export function inetSelectAddr(dev: NetDevice, dst: number, scope: number): number {
  let addr = 0;
  const inDev = inDevGet(dev);
  if (inDev !== null) {
    const localnet = localnetScope(inDev);
    for (const ifa of inDev.ifaList) {
      if ((ifa.flags & IFA_F_SECONDARY) !== 0) continue;
      if (Math.min(ifa.scope, localnet) > scope) continue;
      if (dst === 0 || inetIfaMatch(dst, ifa)) {
        addr = ifa.local;
        break;
      }
      if (addr === 0) addr = ifa.local;
    }
  }
  if (addr !== 0) return addr;
  for (const other of dev.net.devs.values()) {
    const o = inDevGet(other);
    if (o === null) continue;
    for (const ifa of o.ifaList) {
      if ((ifa.flags & IFA_F_SECONDARY) === 0 && ifa.scope !== RT_SCOPE_LINK && ifa.scope <= scope) return ifa.local;
    }
  }
  return 0;
}

/** Checks that `local` may speak to `dst`; with 0 finds one that may. @see inet_confirm_addr */
export function inetConfirmAddr(net: Net, inDev: InDevice | null, dst: number, local: number, scope: number): number {
  if (inDev !== null) return confirmOn(inDev, dst, local, scope);
  for (const dev of net.devs.values()) {
    const d = inDevGet(dev);
    const addr = d === null ? 0 : confirmOn(d, dst, local, scope);
    if (addr !== 0) return addr;
  }
  return 0;
}

function confirmOn(inDev: InDevice, dst: number, local: number, scope: number): number {
  let addr = 0;
  let same = false;
  for (const ifa of inDev.ifaList) {
    const min = Math.min(ifa.scope, localnetScope(inDev));
    if (addr === 0 && (local === ifa.local || local === 0) && min <= scope) {
      addr = ifa.local;
      if (same) break;
    }
    if (!same) {
      same = (local === 0 || inetIfaMatch(local, ifa)) && (dst === 0 || inetIfaMatch(dst, ifa));
      if (same && addr !== 0) {
        if (local !== 0 || dst === 0) break;
        if (inetIfaMatch(addr, ifa)) break;
        if (min <= scope) {
          addr = ifa.local;
          break;
        }
        same = false;
      }
    }
  }
  return same ? addr : 0;
}

/** Brings 127.0.0.1 to a loopback device; nothing happens when it has that. */
function addLoopback(inDev: InDevice): void {
  const ifa = new InIfaddr(inDev, 0x7f000001, 0x7f000001, 8);
  ifa.scope = RT_SCOPE_HOST;
  setIfaLifetime(ifa, INFINITY_LIFE_TIME, INFINITY_LIFE_TIME);
  inDev.cnf.setAll();
  inetInsertIfa(ifa, KERNEL_INFO);
}

/** Labels follow the device's name. @see inetdev_changename */
function changename(inDev: InDevice): void {
  const { name } = inDev.dev;
  let named = 0;
  for (const ifa of inDev.ifaList) {
    const old = ifa.label;
    ifa.label = name;
    if (named++ > 0) {
      const colon = old.indexOf(':');
      const suffix = colon < 0 ? `:${named}` : old.slice(colon);
      ifa.label = suffix.length + name.length < 16 ? name + suffix : name.slice(0, 15 - suffix.length) + suffix;
    }
    kernelIpv4(inDev.dev.net.kernel).rtmsgIfa(RTM_NEWADDR, ifa, KERNEL_INFO);
  }
}

/** The link layer listens to a group, or does no longer. @see ip_mc_filter_add, ip_mc_filter_del */
function mcFilter(dev: NetDevice, group: number, users: 1 | -1): void {
  if (dev.type !== ARPHRD_ETHER) return;
  const mac = ipv4MulticastMac(group);
  const at = dev.mc.findIndex((h) => bytesEqual(h.addr, mac));
  if (at < 0) {
    if (users > 0) dev.mc = withLast(dev.mc, { addr: sharedAddr(mac), users: 1 });
  } else if ((dev.mc[at]!.users += users) === 0) dev.mc = withoutAt(dev.mc, at);
  dev.netdevOps.setRxMode?.(dev);
}

/** Joins the group, or leaves it with the last user. @see ____ip_mc_inc_group */
export function ipMcIncGroup(inDev: InDevice, group: number): void {
  const have = inDev.mcList.find((m) => m.group === group);
  if (have === undefined) {
    inDev.mcList = withAt(inDev.mcList, 0, { group, users: 1 });
    mcFilter(inDev.dev, group, 1);
  } else have.users++;
}

export function ipMcDecGroup(inDev: InDevice, group: number): void {
  const i = inDev.mcList.findIndex((m) => m.group === group);
  if (i < 0 || --inDev.mcList[i]!.users > 0) return;
  inDev.mcList = withoutAt(inDev.mcList, i);
  mcFilter(inDev.dev, group, -1);
}

const ALL_HOSTS = 0xe0000001;

/** A device that is up hears what is for all hosts. @see ip_mc_up */
function ipMcUp(inDev: InDevice): void {
  ipMcIncGroup(inDev, ALL_HOSTS);
  for (const m of inDev.mcList)
    if (m.group !== ALL_HOSTS && !inDev.dev.mc.some((h) => bytesEqual(h.addr, ipv4MulticastMac(m.group))))
      mcFilter(inDev.dev, m.group, 1);
}

/** @see ip_mc_down */
function ipMcDown(inDev: InDevice): void {
  for (const m of inDev.mcList) if (m.group !== ALL_HOSTS) mcFilter(inDev.dev, m.group, -1);
  ipMcDecGroup(inDev, ALL_HOSTS);
}

/** @see inetdev_event */
function inetdevEvent(event: number, dev: NetDevice): void {
  const inDev = inDevGet(dev);
  if (inDev === null) {
    if (event === NETDEV_REGISTER) {
      const made = inetdevInit(dev);
      if ((dev.flags & IFF_LOOPBACK) !== 0) {
        made.cnf.set(DEVCONF_NOXFRM, 1);
        made.cnf.set(DEVCONF_NOPOLICY, 1);
      }
    } else if (event === NETDEV_CHANGEMTU && validMtu(dev.mtu)) inetdevInit(dev);
    return;
  }
  switch (event) {
    case NETDEV_UP:
      if (!validMtu(dev.mtu)) break;
      if ((dev.flags & IFF_LOOPBACK) !== 0) addLoopback(inDev);
      ipMcUp(inDev);
      if (inDevOrconf(inDev, ARP_NOTIFY)) kernelIpv4(dev.net.kernel).gratuitousArp(inDev);
      break;
    case NETDEV_DOWN:
      ipMcDown(inDev);
      break;
    case NETDEV_CHANGEADDR:
      if (inDevOrconf(inDev, ARP_NOTIFY)) kernelIpv4(dev.net.kernel).gratuitousArp(inDev);
      break;
    case NETDEV_CHANGEMTU:
      if (!validMtu(dev.mtu)) inetdevDestroy(inDev);
      break;
    case NETDEV_UNREGISTER:
      inetdevDestroy(inDev);
      break;
    case NETDEV_CHANGENAME:
      changename(inDev);
      kernelIpv4(dev.net.kernel).netconfNotify(dev.net, NETCONFA_ALL, dev.ifindex, null);
      kernelIpv4(dev.net.kernel).netconfNotify(dev.net, NETCONFA_ALL, dev.ifindex, inDev.cnf);
      break;
    default:
      break;
  }
}

/** Values of `default` go to devices that have none of their own. @see devinet_copy_dflt_conf */
export function devinetCopyDfltConf(net: Net, i: number): void {
  const v = netIpv4(net).devconfDflt.data[i]!;
  for (const dev of net.devs.values()) {
    const inDev = inDevGet(dev);
    if (inDev !== null && !inDev.cnf.isSet(i)) inDev.cnf.put(i, v);
  }
}

/** `net.ipv4.ip_forward` and `conf.all.forwarding`: everything forwards, or nothing. @see inet_forward_change */
export function inetForwardChange(net: Net, on: number): void {
  const n = netIpv4(net);
  n.sysctlOwn().ip_forward = on;
  n.devconfAll.put(ACCEPT_REDIRECTS, on === 0 ? 1 : 0);
  n.devconfAll.put(FORWARDING, on);
  n.devconfDflt.put(FORWARDING, on);
  const k = kernelIpv4(net.kernel);
  k.netconfNotify(net, NETCONFA_FORWARDING, NETCONFA_IFINDEX_ALL, n.devconfAll);
  k.netconfNotify(net, NETCONFA_FORWARDING, NETCONFA_IFINDEX_DEFAULT, n.devconfDflt);
  for (const dev of net.devs.values()) {
    const inDev = inDevGet(dev);
    if (inDev === null) continue;
    inDev.cnf.set(FORWARDING, on);
    k.netconfNotify(net, NETCONFA_FORWARDING, dev.ifindex, inDev.cnf);
  }
  n.rtGenid++;
}

export function devinetInit(kernel: SimKernel): void {
  kernel.netdevChain.register(inetdevEvent);
}
