/** Devices come, go and change: registration, up and down, flags, names, addresses. @see net/core/dev.c */
import { none, withLast } from '../../lib/small.ts';
import { bytesEqual } from '../../lib/bytes.ts';
import { EADDRNOTAVAIL, EBUSY, EEXIST, EINVAL, ENFILE, EOPNOTSUPP } from '../../uapi/errno.ts';
import {
  ALTIFNAMSIZ,
  IFALIASZ,
  IFF_ALLMULTI,
  IFF_AUTOMEDIA,
  IFF_DEBUG,
  IFF_DORMANT,
  IFF_DYNAMIC,
  IFF_ECHO,
  IFF_LOWER_UP,
  IFF_MULTICAST,
  IFF_NOARP,
  IFF_NOTRAILERS,
  IFF_PORTSEL,
  IFF_PROMISC,
  IFF_RUNNING,
  IFF_UP,
  IFF_VOLATILE,
  IFNAMSIZ,
} from '../../uapi/if.ts';
import { RTM_DELLINK, RTM_NEWLINK } from '../../uapi/rtnetlink.ts';
import {
  NETDEV_CHANGE,
  NETDEV_CHANGE_TX_QUEUE_LEN,
  NETDEV_CHANGEADDR,
  NETDEV_CHANGEMTU,
  NETDEV_CHANGENAME,
  NETDEV_DOWN,
  NETDEV_GOING_DOWN,
  NETDEV_POST_INIT,
  NETDEV_PRE_CHANGEADDR,
  NETDEV_PRE_UP,
  NETDEV_REGISTER,
  NETDEV_UNREGISTER,
  NETDEV_UP,
} from './events.ts';
import { devActivate, rfc2863Policy } from './link-watch.ts';
import type { Net } from './net.ts';
import { NETREG_REGISTERED, NETREG_UNREGISTERED, NETREG_UNREGISTERING, type NetDevice } from './net-device.ts';
import { devGetFlags, netifRunning } from './dev.ts';
import { KERN_INFO, netdevInfo } from './printk.ts';
import { type ExtAck, KERNEL_INFO, nlErr, type NlInfo } from './rtnetlink.ts';

/** NET_ADDR_SET of addr_assign_type. */
export const NET_ADDR_PERM = 0;
export const NET_ADDR_RANDOM = 1;
export const NET_ADDR_SET = 3;

/**
 * Puts a device into its namespace. A `%d` in its name becomes the first free number; `dev.ifindex` 0 the next index.
 * @returns 0, -EEXIST (name taken), -EBUSY (index taken), -EINVAL (bad name)
 * @see register_netdevice
 */
export function registerNetdevice(dev: NetDevice): number {
  const { net } = dev;
  const name = devPrepValidName(net, dev.name, EEXIST);
  if (typeof name === 'number') return name;
  if (dev.name.includes('%')) dev.nameAssignType = 1;
  dev.name = name;
  if (dev.ifindex === 0) dev.ifindex = devNewIndex(net);
  else if (net.devs.has(dev.ifindex)) return -EBUSY;
  const { netdevChain, rtnl } = net.kernel;
  netdevChain.call(NETDEV_POST_INIT, dev);
  if (dev.noCarrier || dev.dormant) rfc2863Policy(dev);
  dev.regState = NETREG_REGISTERED;
  listNetdevice(dev);
  if (dev.addrAssignType === NET_ADDR_PERM) dev.permAddr = dev.devAddr;
  netdevChain.call(NETDEV_REGISTER, dev);
  if (!dev.linkInitializing) rtnl.ifinfo(RTM_NEWLINK, dev, 0xffffffff);
  return 0;
}

/** The next unused index. @see dev_index_reserve */
export function devNewIndex(net: Net): number {
  do net.ifindexLast++;
  while (net.devs.has(net.ifindexLast));
  return net.ifindexLast;
}

/** Enters the device and its names. @see list_netdevice */
export function listNetdevice(dev: NetDevice): void {
  const { net } = dev;
  net.devs.set(dev.ifindex, dev);
  net.names.set(dev.name, dev);
  for (const alt of dev.altnames) net.names.set(alt, dev);
  net.devBaseSeq++;
}

/** @see unlist_netdevice */
export function unlistNetdevice(dev: NetDevice): void {
  const { net } = dev;
  net.devs.delete(dev.ifindex);
  net.names.delete(dev.name);
  for (const alt of dev.altnames) net.names.delete(alt);
  net.devBaseSeq++;
}

/** Takes devices out of the world: all down first, then each unlisted, announced and told of. @see unregister_netdevice_many */
export function unregisterNetdeviceMany(devs: readonly NetDevice[], info: NlInfo = KERNEL_INFO): void {
  const live = devs.filter((dev, i) => dev.regState === NETREG_REGISTERED && devs.indexOf(dev) === i);
  for (const dev of live) dev.regState = NETREG_UNREGISTERING;
  devCloseMany(live);
  for (const dev of live) unlistNetdevice(dev);
  for (const dev of live) {
    devShutdown(dev);
    const { kernel } = dev.net;
    kernel.netdevChain.call(NETDEV_UNREGISTER, dev);
    dev.mc = dev.uc = none();
    kernel.rtnl.ifinfo(RTM_DELLINK, dev, 0xffffffff, info);
    dev.linkwatchPending = false;
    dev.regState = NETREG_UNREGISTERED;
  }
}

/** @see unregister_netdevice */
export const unregisterNetdevice = (dev: NetDevice, info: NlInfo = KERNEL_INFO): void =>
  unregisterNetdeviceMany([dev], info);

/** Takes the queue away. @see net/sched/sch_generic.c:dev_shutdown */
export function devShutdown(dev: NetDevice): void {
  dev.qdisc = 'noop';
  dev.qdiscActive = false;
}

/** A name a device may have. @see dev_valid_name */
export function devValidName(name: string): boolean {
  if (name.length === 0 || name.length >= IFNAMSIZ || name === '.' || name === '..') return false;
  return !/[/:\s]/.test(name);
}

/**
 * The name to use for `want`: itself, or with its `%d` replaced by the first free number.
 * @returns the name, or -EINVAL, -ENFILE, -`taken`
 * @see dev_prep_valid_name, __dev_alloc_name
 */
export function devPrepValidName(net: Net, want: string, taken: number): string | number {
  if (!devValidName(want)) return -EINVAL;
  if (!want.includes('%')) return net.names.has(want) ? -taken : want;
  const at = want.indexOf('%');
  if (want[at + 1] !== 'd' || want.indexOf('%', at + 2) >= 0) return -EINVAL;
  const head = want.slice(0, at);
  const tail = want.slice(at + 2);
  for (let i = 0; i < 32768; i++) {
    const name = `${head}${i}${tail}`;
    if (!net.names.has(name)) return name.length < IFNAMSIZ ? name : -ENFILE;
  }
  return -ENFILE;
}

/** @see netif_change_name */
export function devChangeName(dev: NetDevice, want: string): number {
  if (want === dev.name) return 0;
  const { net } = dev;
  const name = devPrepValidName(net, want, EEXIST);
  if (typeof name === 'number') return name;
  net.names.delete(dev.name);
  net.kernel.log.print(KERN_INFO, `${name}: renamed from ${dev.name}${netifRunning(dev) ? ' (while UP)' : ''}`);
  dev.name = name;
  dev.nameAssignType = 4;
  net.names.set(name, dev);
  net.devBaseSeq++;
  net.kernel.netdevChain.call(NETDEV_CHANGENAME, dev);
  return 0;
}

/** Brings the device up without a word to anybody. @returns 0 or the driver's -errno. @see __dev_open */
function openDev(dev: NetDevice): number {
  const { netdevChain } = dev.net.kernel;
  netdevChain.call(NETDEV_PRE_UP, dev);
  const bad = dev.netdevOps.validateAddr?.(dev) ?? 0;
  if (bad !== 0) return bad;
  dev.flags |= IFF_UP;
  const err = dev.netdevOps.open?.(dev) ?? 0;
  if (err !== 0) {
    dev.flags &= ~IFF_UP;
    return err;
  }
  dev.netdevOps.setRxMode?.(dev);
  devActivate(dev);
  return 0;
}

/** @see __dev_close_many */
function closeDev(dev: NetDevice): void {
  dev.net.kernel.netdevChain.call(NETDEV_GOING_DOWN, dev);
  dev.qdiscActive = false;
  dev.flags &= ~IFF_UP;
  dev.netdevOps.stop?.(dev);
}

/** Takes the device down and tells everybody, before and after. @see dev_close */
export function devClose(dev: NetDevice): void {
  devCloseMany([dev]);
}

function devCloseMany(devs: readonly NetDevice[]): void {
  const up = devs.filter(netifRunning);
  for (const dev of up) closeDev(dev);
  for (const dev of up) {
    dev.net.kernel.rtnl.ifinfo(RTM_NEWLINK, dev, IFF_UP | IFF_RUNNING);
    dev.net.kernel.netdevChain.call(NETDEV_DOWN, dev);
  }
}

/** Flags a request may set directly. */
const SETTABLE = IFF_DEBUG | IFF_NOTRAILERS | IFF_NOARP | IFF_DYNAMIC | IFF_MULTICAST | IFF_PORTSEL | IFF_AUTOMEDIA;
const KEPT = IFF_UP | IFF_VOLATILE | IFF_PROMISC | IFF_ALLMULTI;

/** Sets flags as a user asks. Does not tell. @returns 0 or -errno. @see __dev_change_flags */
export function devChangeFlagsQuiet(dev: NetDevice, flags: number): number {
  const old = dev.flags;
  dev.flags = (flags & SETTABLE) | (dev.flags & KEPT) | (dev.flags & ~(SETTABLE | KEPT));
  if (((old ^ flags) & IFF_MULTICAST) !== 0) dev.netdevOps.setRxMode?.(dev);
  let err = 0;
  if (((old ^ flags) & IFF_UP) !== 0) {
    if ((old & IFF_UP) !== 0) closeDev(dev);
    else err = openDev(dev);
  }
  if (((flags ^ dev.gflags) & IFF_PROMISC) !== 0) {
    const inc = (flags & IFF_PROMISC) !== 0 ? 1 : -1;
    dev.gflags ^= IFF_PROMISC;
    setPromisc(dev, inc);
  }
  if (((flags ^ dev.gflags) & IFF_ALLMULTI) !== 0) {
    const inc = (flags & IFF_ALLMULTI) !== 0 ? 1 : -1;
    dev.gflags ^= IFF_ALLMULTI;
    setAllmulti(dev, inc);
  }
  return err;
}

/** Tells of changed flags: `gchanges` in a link message, `old` against now to the notifiers. @see __dev_notify_flags */
export function devNotifyFlags(dev: NetDevice, old: number, gchanges: number, info: NlInfo = KERNEL_INFO): void {
  const changes = dev.flags ^ old;
  const { rtnl, netdevChain } = dev.net.kernel;
  if (gchanges !== 0) rtnl.ifinfo(RTM_NEWLINK, dev, gchanges, info);
  if ((changes & IFF_UP) !== 0) netdevChain.call((dev.flags & IFF_UP) !== 0 ? NETDEV_UP : NETDEV_DOWN, dev);
  if ((dev.flags & IFF_UP) !== 0 && (changes & ~(IFF_UP | IFF_PROMISC | IFF_ALLMULTI | IFF_VOLATILE)) !== 0) {
    netdevChain.call(NETDEV_CHANGE, dev, changes);
  }
}

/** Sets flags as a user asks, and tells. @see dev_change_flags */
export function devChangeFlags(dev: NetDevice, flags: number): number {
  const old = dev.flags;
  const oldG = dev.gflags;
  const err = devChangeFlagsQuiet(dev, flags);
  if (err !== 0) return err;
  devNotifyFlags(dev, old, (old ^ dev.flags) | (oldG ^ dev.gflags));
  return 0;
}

/** The flags a request stands for: those it means, the rest as they are. @see rtnl_dev_combine_flags */
export function devCombineFlags(dev: NetDevice, flags: number, change: number): number {
  if (change === 0) return flags;
  return (flags & change) | (devGetFlags(dev) & ~(IFF_RUNNING | IFF_LOWER_UP | IFF_DORMANT | IFF_ECHO) & ~change);
}

function setPromisc(dev: NetDevice, inc: number): void {
  const old = dev.flags;
  dev.promiscuity += inc;
  dev.flags = dev.promiscuity > 0 ? dev.flags | IFF_PROMISC : dev.flags & ~IFF_PROMISC;
  if (dev.flags !== old) netdevInfo(dev, `${dev.promiscuity > 0 ? 'entered' : 'left'} promiscuous mode`);
  dev.netdevOps.setRxMode?.(dev);
}

function setAllmulti(dev: NetDevice, inc: number): void {
  const old = dev.flags;
  dev.allmulti += inc;
  dev.flags = dev.allmulti > 0 ? dev.flags | IFF_ALLMULTI : dev.flags & ~IFF_ALLMULTI;
  if (dev.flags !== old) netdevInfo(dev, `${dev.allmulti > 0 ? 'entered' : 'left'} allmulticast mode`);
  dev.netdevOps.setRxMode?.(dev);
}

/** One more (or less) who wants every frame. @see dev_set_promiscuity */
export function devSetPromiscuity(dev: NetDevice, inc: number): void {
  const old = dev.flags;
  setPromisc(dev, inc);
  if (dev.flags !== old) devNotifyFlags(dev, old, IFF_PROMISC);
}

/** @see dev_validate_mtu */
export function devValidateMtu(dev: NetDevice, mtu: number, extack: ExtAck): number {
  if (mtu > 0x7fffffff || mtu < dev.minMtu) return nlErr(extack, EINVAL, 'mtu less than device minimum');
  if (dev.maxMtu > 0 && mtu > dev.maxMtu) return nlErr(extack, EINVAL, 'mtu greater than device maximum');
  return 0;
}

/** @see netif_set_mtu_ext */
export function devSetMtu(dev: NetDevice, mtu: number, extack: ExtAck): number {
  if (mtu === dev.mtu) return 0;
  let err = devValidateMtu(dev, mtu, extack);
  if (err !== 0) return err;
  err = dev.netdevOps.changeMtu?.(dev, mtu) ?? 0;
  if (err !== 0) return err;
  dev.mtu = mtu;
  dev.net.kernel.netdevChain.call(NETDEV_CHANGEMTU, dev);
  return 0;
}

/** A unicast address that is not all zero. @see is_valid_ether_addr */
export const isValidEtherAddr = (a: Uint8Array): boolean => (a[0]! & 1) === 0 && a.some((b) => b !== 0);

/** What Ethernet devices do with a new address. @see eth_prepare_mac_addr_change, eth_mac_addr */
export function ethMacAddr(dev: NetDevice, addr: Uint8Array): number {
  if (!dev.liveAddrChange && netifRunning(dev)) return -EBUSY;
  if (!isValidEtherAddr(addr)) return -EADDRNOTAVAIL;
  dev.devAddr = addr.slice(0, dev.addrLen);
  return 0;
}

/** Sets the hardware address. @see netif_set_mac_address */
export function devSetMacAddress(dev: NetDevice, addr: Uint8Array): number {
  const { netdevOps } = dev;
  if (netdevOps.setMacAddress === undefined) return -EOPNOTSUPP;
  const { netdevChain } = dev.net.kernel;
  netdevChain.call(NETDEV_PRE_CHANGEADDR, dev);
  if (!bytesEqual(dev.devAddr, addr.subarray(0, dev.addrLen))) {
    const err = netdevOps.setMacAddress(dev, addr);
    if (err !== 0) return err;
  }
  dev.addrAssignType = NET_ADDR_SET;
  netdevChain.call(NETDEV_CHANGEADDR, dev);
  return 0;
}

/** @see netif_change_tx_queue_len */
export function devChangeTxQueueLen(dev: NetDevice, len: number): number {
  if (len === dev.txQueueLen) return 0;
  dev.txQueueLen = len;
  dev.net.kernel.netdevChain.call(NETDEV_CHANGE_TX_QUEUE_LEN, dev);
  return 0;
}

/** @see dev_set_alias */
export function devSetAlias(dev: NetDevice, alias: string): number {
  if (alias.length >= IFALIASZ) return -EINVAL;
  dev.ifalias = alias;
  return 0;
}

/** Another name by which the device is found. @returns 0, -EEXIST, -EINVAL. @see netdev_name_node_alt_create */
export function devAltnameAdd(dev: NetDevice, name: string): number {
  if (name.length >= ALTIFNAMSIZ) return -EINVAL;
  if (dev.net.names.has(name)) return -EEXIST;
  dev.altnames = withLast(dev.altnames, name);
  dev.net.names.set(name, dev);
  return 0;
}
