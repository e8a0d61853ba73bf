/** Devices in their namespace, and packets on their way between devices and protocols. @see net/core/dev.c */
import { EBUSY, EEXIST, EINVAL, ENETDOWN, ENODEV } from '../../uapi/errno.ts';
import { ETH_P_ALL } from '../../uapi/if-ether.ts';
import { IFF_LOWER_UP, IFF_DORMANT, IFF_ALLMULTI, IFF_PROMISC, IFF_RUNNING, IFF_UP, IFF_ECHO, IF_OPER_UNKNOWN, IF_OPER_UP } from '../../uapi/if.ts';
import { PACKET_OTHERHOST, PACKET_OUTGOING } from '../../uapi/if-packet.ts';
import {
  SKB_DROP_REASON_DEV_HDR,
  SKB_DROP_REASON_DEV_READY,
  SKB_DROP_REASON_NOT_SPECIFIED,
  SKB_DROP_REASON_UNHANDLED_PROTO,
} from '../../uapi/drop-reason.ts';
import type { SimKernel } from './kernel.ts';
import type { Net, PacketTap } from './net.ts';
import { NETREG_REGISTERED, NETREG_UNREGISTERED, NETREG_UNREGISTERING, type NetDevice } from './net-device.ts';
import { kfreeSkb, type SkBuff } from './skbuff.ts';

/** NETDEV_* events of the notifier chain. @see include/linux/netdevice.h:enum netdev_cmd */
export const NETDEV_UP = 1;
export const NETDEV_DOWN = 2;
export const NETDEV_CHANGE = 4;
export const NETDEV_REGISTER = 5;
export const NETDEV_UNREGISTER = 6;
export const NETDEV_CHANGEMTU = 7;
export const NETDEV_CHANGEADDR = 8;
export const NETDEV_PRE_CHANGEADDR = 9;
export const NETDEV_GOING_DOWN = 10;
export const NETDEV_CHANGENAME = 11;
export const NETDEV_PRE_UP = 14;
export const NETDEV_POST_INIT = 16;
export const NETDEV_CHANGEUPPER = 21;
export const NETDEV_CHANGEINFODATA = 24;
export const NETDEV_CHANGE_TX_QUEUE_LEN = 28;

/**
 * Puts a device into its namespace. `dev.ifindex` 0 takes the next free one.
 * @returns 0, -EEXIST (name or index taken), -EINVAL (bad name) or what the driver's init said
 * @see register_netdevice
 */
export function registerNetdevice(dev: NetDevice): number {
  const { net } = dev;
  if (!devValidName(dev.name)) return -EINVAL;
  if (net.names.has(dev.name)) return -EEXIST;
  if (dev.ifindex === 0) dev.ifindex = devNewIndex(net);
  else if (net.devs.has(dev.ifindex)) return -EBUSY;
  listNetdevice(dev);
  dev.regState = NETREG_REGISTERED;
  net.kernel.netdevChain.call(NETDEV_REGISTER, dev);
  return 0;
}

/** The next unused index. @see dev_new_index */
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

/**
 * Takes devices out of the world: down, announced, unlisted, then `NETDEV_UNREGISTER`.
 * `onGone` runs for each after its notifiers (RTM_DELLINK is told there). @see unregister_netdevice_many
 */
export function unregisterNetdeviceMany(devs: readonly NetDevice[], onGone: (dev: NetDevice) => void): void {
  for (const dev of devs) {
    if (dev.regState !== NETREG_REGISTERED) continue;
    dev.regState = NETREG_UNREGISTERING;
    devClose(dev);
  }
  for (const dev of devs) {
    if (dev.regState !== NETREG_UNREGISTERING) continue;
    unlistNetdevice(dev);
    dev.regState = NETREG_UNREGISTERED;
    dev.net.kernel.netdevChain.call(NETDEV_UNREGISTER, dev);
    onGone(dev);
  }
}

/** A name a device may have. @see dev_valid_name */
export function devValidName(name: string): boolean {
  if (name.length === 0 || name.length >= 16 || name === '.' || name === '..') return false;
  return !/[/:\s]/.test(name);
}

/** Brings the device up. @returns 0 or the driver's -errno. @see __dev_open */
export function devOpen(dev: NetDevice): number {
  if ((dev.flags & IFF_UP) !== 0) return 0;
  const { netdevChain } = dev.net.kernel;
  netdevChain.call(NETDEV_PRE_UP, dev);
  dev.flags |= IFF_UP;
  const err = dev.netdevOps.open?.(dev) ?? 0;
  if (err !== 0) {
    dev.flags &= ~IFF_UP;
    return err;
  }
  if (dev.qdisc === 'noop') dev.qdisc = dev.noQueue || dev.txQueueLen === 0 ? 'noqueue' : 'fq_codel';
  return 0;
}

/** Takes the device down and tells everybody, before and after. @see __dev_close_many, dev_close */
export function devClose(dev: NetDevice): void {
  if ((dev.flags & IFF_UP) === 0) return;
  dev.net.kernel.netdevChain.call(NETDEV_GOING_DOWN, dev);
  dev.netdevOps.stop?.(dev);
  dev.flags &= ~IFF_UP;
  dev.qdisc = 'noop';
  dev.net.kernel.netdevChain.call(NETDEV_DOWN, dev);
}

/** The flags userspace sees. @see dev_get_flags */
export function devGetFlags(dev: NetDevice): number {
  let flags = (dev.flags & ~(IFF_PROMISC | IFF_ALLMULTI | IFF_RUNNING | IFF_LOWER_UP | IFF_DORMANT | IFF_ECHO)) | (dev.gflags & (IFF_PROMISC | IFF_ALLMULTI));
  if (netifRunning(dev)) {
    if (dev.operstate === IF_OPER_UP || dev.operstate === IF_OPER_UNKNOWN) flags |= IFF_RUNNING;
    if (!dev.noCarrier) flags |= IFF_LOWER_UP;
    if (dev.dormant) flags |= IFF_DORMANT;
  }
  return flags;
}

export const netifRunning = (dev: NetDevice): boolean => (dev.flags & IFF_UP) !== 0;
export const netifCarrierOk = (dev: NetDevice): boolean => !dev.noCarrier;

/** Shows a packet to those who capture. @see dev_queue_xmit_nit, deliver_ptype_list_skb */
function tapPacket(skb: SkBuff, dev: NetDevice, outgoing: boolean): void {
  const { frameTaps } = dev.net.kernel;
  for (let i = 0; i < frameTaps.length; i++) frameTaps[i]!(skb, dev, outgoing);
  const taps: PacketTap[] = dev.net.ptypeAll;
  for (let i = 0; i < taps.length; i++) {
    const t = taps[i]!;
    if (t.dev !== null && t.dev !== dev) continue;
    if (t.protocol === ETH_P_ALL || (!outgoing && t.protocol === skb.protocol)) t.tap(skb, dev, outgoing);
  }
}

/** Sends a frame, link header in place. Takes the skb over. @returns 0 or -errno. @see __dev_queue_xmit */
export function devQueueXmit(skb: SkBuff): number {
  const dev = skb.dev!;
  if (!netifRunning(dev)) {
    kfreeSkb(skb, SKB_DROP_REASON_DEV_READY, '__dev_queue_xmit');
    return -ENETDOWN;
  }
  if (dev.qdisc === 'noop') {
    kfreeSkb(skb, SKB_DROP_REASON_NOT_SPECIFIED, 'noop_enqueue');
    return -ENODEV;
  }
  skb.macHeader = skb.data;
  if (dev.net.ptypeAll.length !== 0 || dev.net.kernel.frameTaps.length !== 0) {
    const { pktType } = skb;
    skb.pktType = PACKET_OUTGOING;
    tapPacket(skb, dev, true);
    skb.pktType = pktType;
  }
  dev.netdevOps.startXmit(skb, dev);
  return 0;
}

/** Queues a received frame for the softirq; never works on it here, so a loop cannot grow the stack. @see netif_rx */
export function netifRx(skb: SkBuff, dev: NetDevice): void {
  skb.dev = dev;
  dev.net.kernel.backlog.push(skb);
}

/**
 * Works off the backlog unless that is going on already. Called where the kernel leaves a section with softirqs off:
 * at the end of a system call or a timer that may have sent something. @see __do_softirq, process_backlog
 */
export function doSoftirq(kernel: SimKernel): void {
  if (kernel.inSoftirq || kernel.backlog.length === 0) return;
  kernel.inSoftirq = true;
  try {
    const { hopNs, hopByteNs } = kernel.cost;
    for (let skb = kernel.backlog.shift(); skb !== undefined; skb = kernel.backlog.shift()) {
      if (hopNs !== 0) kernel.clock.charge(kernel.jittered(hopNs + hopByteNs * skb.len));
      netifReceiveSkb(skb);
    }
  } finally {
    kernel.inSoftirq = false;
  }
}

/** @see __netif_receive_skb_core */
export function netifReceiveSkb(skb: SkBuff): void {
  const dev = skb.dev!;
  const { kernel } = dev.net;
  if (!netifRunning(dev)) {
    kfreeSkb(skb, SKB_DROP_REASON_DEV_READY, 'enqueue_to_backlog');
    return;
  }
  dev.typeTrans(skb, dev);
  skb.skbIif = dev.ifindex;
  skb.networkHeader = skb.data;
  skb.tstamp = kernel.clock.now;
  if (dev.net.ptypeAll.length !== 0 || kernel.frameTaps.length !== 0) tapPacket(skb, dev, false);
  if (dev.rxHandler !== null && dev.rxHandler(skb, dev)) return;
  deliverSkb(skb, skb.dev!);
}

/** Hands a packet to its protocol; for those that come back from a device above, too. */
export function deliverSkb(skb: SkBuff, dev: NetDevice): void {
  const handler = dev.net.kernel.ptypes.get(skb.protocol);
  if (handler !== undefined) handler(skb, dev);
  else if (skb.pktType === PACKET_OTHERHOST) kfreeSkb(skb, SKB_DROP_REASON_DEV_HDR, '__netif_receive_skb_core');
  else {
    dev.stats.rxNohandler++;
    kfreeSkb(skb, SKB_DROP_REASON_UNHANDLED_PROTO, '__netif_receive_skb_core');
  }
}
