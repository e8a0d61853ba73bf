/** Devices in their namespace, and packets on their way between devices and protocols. @see net/core/dev.c */
import { ENOBUFS } from '../../uapi/errno.ts';
import { ETH_P_ALL } from '../../uapi/if-ether.ts';
import {
  IFF_LOWER_UP,
  IFF_DORMANT,
  IFF_ALLMULTI,
  IFF_PROMISC,
  IFF_RUNNING,
  IFF_ECHO,
  IFF_UP,
  IF_OPER_UNKNOWN,
  IF_OPER_UP,
} from '../../uapi/if.ts';
import { PACKET_OUTGOING } from '../../uapi/if-packet.ts';
import {
  SKB_DROP_REASON_CPU_BACKLOG,
  SKB_DROP_REASON_DEV_READY,
  SKB_DROP_REASON_QDISC_DROP,
  SKB_DROP_REASON_UNHANDLED_PROTO,
} from '../../uapi/drop-reason.ts';
import { Timer } from '../../lib/timer-heap.ts';
import type { SimKernel } from './kernel.ts';
import type { PacketTap } from './net.ts';
import { NETDEV_TX_OK, type NetDevice } from './net-device.ts';
import { kfreeSkb, type SkBuff } from './skbuff.ts';

export * from './events.ts';

/** The flags userspace sees. @see dev_get_flags */
export function devGetFlags(dev: NetDevice): number {
  let flags =
    (dev.flags & ~(IFF_PROMISC | IFF_ALLMULTI | IFF_RUNNING | IFF_LOWER_UP | IFF_DORMANT | IFF_ECHO)) |
    (dev.gflags & (IFF_PROMISC | IFF_ALLMULTI));
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
  const taps: readonly PacketTap[] = dev.net.ptypeAll;
  for (let i = 0; i < taps.length; i++) {
    const t = taps[i]!;
    if (t.dev !== null && t.dev !== dev) continue;
    if (t.protocol === ETH_P_ALL || (!outgoing && t.protocol === skb.protocol)) t.tap(skb, dev, outgoing);
  }
}

/**
 * Sends a frame, link header in place. Takes the skb over. A device that is down or without carrier drops it silently,
 * for its queue is `noop` then. @returns 0, or -ENOBUFS when the driver drops it and tells. @see __dev_queue_xmit, net_xmit_errno
 */
export function devQueueXmit(skb: SkBuff): number {
  const dev = skb.dev!;
  if (!dev.qdiscActive) {
    dev.stats.txDropped++;
    kfreeSkb(skb, SKB_DROP_REASON_QDISC_DROP, 'noop_enqueue');
    return 0;
  }
  skb.macHeader = skb.data;
  if (dev.net.ptypeAll.length !== 0 || dev.net.kernel.frameTaps.length !== 0) {
    const { pktType } = skb;
    skb.pktType = PACKET_OUTGOING;
    tapPacket(skb, dev, true);
    skb.pktType = pktType;
  }
  return dev.netdevOps.startXmit(skb, dev) === NETDEV_TX_OK ? 0 : -ENOBUFS;
}

/** Frames that may wait to be worked on. @see net.core.netdev_max_backlog */
const MAX_BACKLOG = 1000;

/** Queues a received frame for the softirq; never works on it here, so a loop cannot grow the stack. @see netif_rx */
export function netifRx(skb: SkBuff, dev: NetDevice): void {
  skb.dev = dev;
  const { backlog } = dev.net.kernel;
  if (backlog.length > MAX_BACKLOG) {
    dev.stats.rxDropped++;
    kfreeSkb(skb, SKB_DROP_REASON_CPU_BACKLOG, 'enqueue_to_backlog');
  } else backlog.push(skb);
}

/** Packets one run works on before others get a turn; the rest goes on a moment later, as ksoftirqd would. @see net.core.netdev_budget */
const BUDGET = 10_000;
const KSOFTIRQD_NS = 100_000;

/**
 * Works off the backlog unless that is going on already. Called where the kernel leaves a section with softirqs off:
 * at the end of a system call or a timer that may have sent something. @see __do_softirq, process_backlog
 */
export function doSoftirq(kernel: SimKernel): void {
  if (kernel.inSoftirq || kernel.backlog.length === 0) return;
  kernel.inSoftirq = true;
  try {
    const { wakeNs, hopNs, hopByteNs } = kernel.cost;
    let budget = BUDGET;
    let last: NetDevice | null = null;
    for (let skb = kernel.backlog.shift(); skb !== undefined; skb = kernel.backlog.shift()) {
      if (hopNs !== 0) {
        kernel.clock.charge(kernel.jittered((skb.dev === last ? 0 : wakeNs) + hopNs + hopByteNs * skb.len));
        last = skb.dev;
      }
      netifReceiveSkb(skb);
      if (--budget === 0) {
        kernel.ksoftirqd ??= new Timer(() => doSoftirq(kernel), null);
        kernel.clock.mod(kernel.ksoftirqd, KSOFTIRQD_NS);
        break;
      }
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
  else {
    dev.stats.rxDropped++;
    kfreeSkb(skb, SKB_DROP_REASON_UNHANDLED_PROTO, '__netif_receive_skb_core');
  }
}
