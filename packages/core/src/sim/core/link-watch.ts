/**
 * Carrier and operational state (RFC 2863). A change of carrier is noted at once and acted upon a moment later:
 * urgent ones (a running device that is stacked or has a peer, or one whose queue must change) right away, others at most once a second.
 * @see net/core/link_watch.c
 */
import { Ring } from '../../lib/ring.ts';
import { Timer } from '../../lib/timer-heap.ts';
import { RTM_NEWLINK } from '../../uapi/rtnetlink.ts';
import {
  IFF_UP,
  IF_LINK_MODE_DORMANT,
  IF_LINK_MODE_TESTING,
  IF_OPER_DORMANT,
  IF_OPER_DOWN,
  IF_OPER_LOWERLAYERDOWN,
  IF_OPER_TESTING,
  IF_OPER_UP,
} from '../../uapi/if.ts';
import { NETDEV_CHANGE } from './events.ts';
import type { SimKernel } from './kernel.ts';
import { NETREG_UNINITIALIZED, type NetDevice } from './net-device.ts';
import { slot, slotGet, type Slot } from './notifier.ts';

/** Least time between two rounds for events that are not urgent. */
const INTERVAL_NS = 1e9;
/** Until the worker thread runs. */
const WORKER_NS = 20_000;

interface LinkWatch {
  readonly events: Ring<NetDevice>;
  /** World ns before which only urgent events are worked on. */
  nextEvent: number;
  readonly timer: Timer;
  /** Something to do as soon as the configuration lock is free. */
  due: boolean;
}

const watch: Slot<SimKernel, LinkWatch> = slot((kernel) => ({
  events: new Ring<NetDevice>(4),
  nextEvent: 0,
  timer: new Timer(() => linkwatchEvent(kernel), null),
  due: false,
}));

/** ifindex of the device below or of the peer; its own when it has none. @see dev_get_iflink */
export const devGetIflink = (dev: NetDevice): number => dev.netdevOps.getIflink?.(dev) ?? dev.ifindex;

/** @see default_operstate */
function defaultOperstate(dev: NetDevice): number {
  if (dev.noCarrier) {
    const iflink = devGetIflink(dev);
    if (iflink === dev.ifindex) return IF_OPER_DOWN;
    const peer = dev.net.devs.get(iflink);
    if (peer === undefined) return IF_OPER_DOWN;
    return peer.noCarrier ? IF_OPER_LOWERLAYERDOWN : IF_OPER_DOWN;
  }
  return dev.dormant ? IF_OPER_DORMANT : IF_OPER_UP;
}

/** @see rfc2863_policy */
export function rfc2863Policy(dev: NetDevice): void {
  let state = defaultOperstate(dev);
  if (state === IF_OPER_UP && dev.linkMode === IF_LINK_MODE_TESTING) state = IF_OPER_TESTING;
  if (state === IF_OPER_UP && dev.linkMode === IF_LINK_MODE_DORMANT) state = IF_OPER_DORMANT;
  dev.operstate = state;
}

/** @see netif_carrier_on */
export function netifCarrierOn(dev: NetDevice): void {
  if (!dev.noCarrier) return;
  dev.noCarrier = false;
  if (dev.regState === NETREG_UNINITIALIZED) return;
  dev.carrierUpCount++;
  linkwatchFireEvent(dev);
}

/** @see netif_carrier_off */
export function netifCarrierOff(dev: NetDevice): void {
  if (dev.noCarrier) return;
  dev.noCarrier = true;
  if (dev.regState === NETREG_UNINITIALIZED) return;
  dev.carrierDownCount++;
  linkwatchFireEvent(dev);
}

/** Tells of a change of state if the device is up. @see netdev_state_change */
export function netdevStateChange(dev: NetDevice): void {
  if ((dev.flags & IFF_UP) === 0) return;
  const { kernel } = dev.net;
  kernel.netdevChain.call(NETDEV_CHANGE, dev);
  kernel.rtnl.ifinfo(RTM_NEWLINK, dev, 0);
}

/** @see linkwatch_urgent_event */
function urgent(dev: NetDevice): boolean {
  if ((dev.flags & IFF_UP) === 0) return false;
  return dev.ifindex !== devGetIflink(dev) || dev.master !== null || (!dev.noCarrier && !dev.qdiscActive);
}

/** @see linkwatch_fire_event */
export function linkwatchFireEvent(dev: NetDevice): void {
  const { kernel } = dev.net;
  const w = slotGet(kernel, watch);
  const isUrgent = urgent(dev);
  if (!dev.linkwatchPending) {
    dev.linkwatchPending = true;
    w.events.push(dev);
  } else if (!isUrgent) return;
  schedule(kernel, w, isUrgent);
}

/** @see linkwatch_schedule_work */
function schedule(kernel: SimKernel, w: LinkWatch, isUrgent: boolean): void {
  const delay = w.nextEvent - kernel.clock.now;
  if (isUrgent || delay <= 0) {
    w.due = true;
    kernel.clock.mod(w.timer, WORKER_NS);
  } else if (!w.due && !w.timer.pending) kernel.clock.modTimer(w.timer, delay);
}

/** The worker: acts upon what waits. @see linkwatch_event */
function linkwatchEvent(kernel: SimKernel): void {
  const w = slotGet(kernel, watch);
  kernel.clock.del(w.timer);
  w.due = false;
  const { now } = kernel.clock;
  const urgentOnly = now < w.nextEvent;
  if (!urgentOnly) w.nextEvent = now + INTERVAL_NS;
  for (let n = w.events.length; n > 0; n--) {
    const dev = w.events.shift()!;
    if (!dev.linkwatchPending) continue;
    if (urgentOnly && !urgent(dev)) w.events.push(dev);
    else doDev(dev);
  }
  if (w.events.length !== 0) schedule(kernel, w, false);
}

/** Runs the worker if it has something to do now; called where the configuration lock is given up. */
export function linkwatchRun(kernel: SimKernel): void {
  const w = slotGet(kernel, watch);
  for (let i = 0; w.due && i < 16; i++) linkwatchEvent(kernel);
}

/** @see linkwatch_do_dev */
function doDev(dev: NetDevice): void {
  dev.linkwatchPending = false;
  rfc2863Policy(dev);
  if ((dev.flags & IFF_UP) === 0) return;
  if (dev.noCarrier) dev.qdiscActive = false;
  else devActivate(dev);
  netdevStateChange(dev);
}

/** Acts upon this device's event now. @see linkwatch_sync_dev */
export function linkwatchSyncDev(dev: NetDevice): void {
  if (dev.linkwatchPending) doDev(dev);
}

/** Puts the queue in place, and to work if there is a carrier. @see net/sched/sch_generic.c:dev_activate */
export function devActivate(dev: NetDevice): void {
  if (dev.qdisc === 'noop') dev.qdisc = dev.noQueue || dev.txQueueLen === 0 ? 'noqueue' : dev.defaultQdisc;
  if (!dev.noCarrier) dev.qdiscActive = true;
}
