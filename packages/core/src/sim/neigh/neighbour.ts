/**
 * The state machine of neighbour unreachability detection, as Linux runs it for ARP and ND alike. RFC 4861 §7.3.
 *
 *   NONE -> INCOMPLETE -> REACHABLE -> STALE -> DELAY -> PROBE -> REACHABLE
 *               \-> FAILED                         \-> FAILED
 *
 * @see net/core/neighbour.c
 */
import { EINVAL, EPERM } from '../../uapi/errno.ts';
import {
  SKB_DROP_REASON_NEIGH_FAILED,
  SKB_DROP_REASON_NEIGH_HH_FILLFAIL,
  SKB_DROP_REASON_NEIGH_QUEUEFULL,
} from '../../uapi/drop-reason.ts';
import {
  NTF_EXT_LEARNED,
  NTF_ROUTER,
  NUD_DELAY,
  NUD_FAILED,
  NUD_INCOMPLETE,
  NUD_NOARP,
  NUD_PERMANENT,
  NUD_PROBE,
  NUD_REACHABLE,
  NUD_STALE,
} from '../../uapi/neighbour.ts';
import { RTM_DELNEIGH, RTM_NEWNEIGH } from '../../uapi/rtnetlink.ts';
import { devQueueXmit, doSoftirq } from '../core/dev.ts';
import type { SimKernel } from '../core/kernel.ts';
import type { NetDevice } from '../core/net-device.ts';
import { type ExtAck, KERNEL_INFO, newExtAck, nlErr, type NlInfo } from '../core/rtnetlink.ts';
import { consumeSkb, kfreeSkb, skbClone, type SkBuff, skbCow } from '../core/skbuff.ts';
import {
  NEIGH_UPDATE_F_ADMIN,
  NEIGH_UPDATE_F_EXT_LEARNED,
  NEIGH_UPDATE_F_ISROUTER,
  NEIGH_UPDATE_F_MANAGED,
  NEIGH_UPDATE_F_OVERRIDE,
  NEIGH_UPDATE_F_OVERRIDE_ISROUTER,
  NEIGH_UPDATE_F_USE,
  NEIGH_UPDATE_F_WEAK_OVERRIDE,
  NTF_MANAGED,
  NUD_CONNECTED,
  NUD_IN_TIMER,
  NUD_VALID,
} from './state.ts';
import { type NeighOps, NeighTable, type Neighbour, purgeQueue } from './table.ts';

/** Shortest time between two probes, one tick of HZ=100. */
const TICK_NS = 1e7;

/** Makes a protocol's table. @see neigh_table_init */
export const neighTable = (kernel: SimKernel, ops: NeighOps): NeighTable =>
  new NeighTable(kernel, ops, neighTimerHandler, neighManagedWork);

/** What a packet takes of the queue's bytes. @see skb->truesize */
const truesize = (skb: SkBuff): number => (skb.len <= 384 ? 768 : skb.len <= 1792 ? 2304 : skb.len + 512);

const maxProbes = (n: Neighbour): number =>
  n.parms.ucastProbes +
  n.parms.appProbes +
  ((n.nudState & NUD_PROBE) !== 0 ? n.parms.mcastReprobes : n.parms.mcastProbes);

const retrans = (n: Neighbour): number => Math.max(n.parms.retransTime, TICK_NS);

function setTimer(n: Neighbour, delay: number): void {
  n.tbl.kernel.clock.modTimer(n.timer, delay);
}

/** Asks once more. @see neigh_probe */
function neighProbe(n: Neighbour): void {
  const last = n.arpQueue.at(-1);
  const skb = last === undefined ? null : skbClone(last);
  n.probes++;
  n.tbl.ops.solicit(n, skb);
  if (skb !== null) consumeSkb(skb);
}

/** Gives up: those who wait are told. @see neigh_invalidate */
function neighInvalidate(n: Neighbour): void {
  n.updated = n.tbl.kernel.clock.now;
  while (n.nudState === NUD_FAILED) {
    const skb = n.arpQueue.shift();
    if (skb === undefined) break;
    n.tbl.ops.errorReport(n, skb);
  }
  if (n.arpQueue.length !== 0) purgeQueue(n);
  n.arpQueueLenBytes = 0;
}

function neighNotify(n: Neighbour, info: NlInfo): void {
  n.tbl.ops.updated?.(n);
  n.tbl.notify?.(n, RTM_NEWNEIGH, info);
}

/** @see neigh_timer_handler */
function neighTimerHandler(n: Neighbour): void {
  const { kernel } = n.tbl;
  const { now } = kernel.clock;
  const state = n.nudState;
  if ((state & NUD_IN_TIMER) === 0 || n.dead) return;
  let next: number;
  let notify = false;
  if ((state & NUD_REACHABLE) !== 0) {
    next = n.confirmed + n.parms.reachableTime;
    if (now > next) {
      n.updated = now;
      if (now <= n.used + n.parms.delayProbeTime) {
        n.nudState = NUD_DELAY;
        next = now + n.parms.delayProbeTime;
      } else {
        n.nudState = NUD_STALE;
        notify = true;
      }
    }
  } else if ((state & NUD_DELAY) !== 0) {
    n.updated = now;
    notify = true;
    if (now <= n.confirmed + n.parms.delayProbeTime) {
      n.nudState = NUD_REACHABLE;
      next = n.confirmed + n.parms.reachableTime;
    } else {
      n.nudState = NUD_PROBE;
      n.probes = 0;
      next = now + retrans(n);
    }
  } else {
    next = now + retrans(n);
  }
  if ((n.nudState & (NUD_INCOMPLETE | NUD_PROBE)) !== 0 && n.probes >= maxProbes(n)) {
    n.nudState = NUD_FAILED;
    neighInvalidate(n);
    neighNotify(n, KERNEL_INFO);
    doSoftirq(kernel);
    return;
  }
  if ((n.nudState & NUD_IN_TIMER) !== 0) setTimer(n, Math.max(next - now, TICK_NS));
  if ((n.nudState & (NUD_INCOMPLETE | NUD_PROBE)) !== 0) neighProbe(n);
  if (notify) neighNotify(n, KERNEL_INFO);
  doSoftirq(kernel);
}

/** Keeps managed entries known. @see neigh_managed_work */
function neighManagedWork(tbl: NeighTable): void {
  const { kernel } = tbl;
  for (const n of tbl.managed) neighEventSend(n, null, false);
  kernel.clock.modTimer(tbl.managedTimer, tbl.parms.intervalProbeTime);
  doSoftirq(kernel);
}

/**
 * Somebody wants to send: starts finding the address out where need be, and keeps the packet if it must wait.
 * @param immediateOk ask now, not with the next tick
 * @returns true when the packet was taken over (queued or dropped). @see __neigh_event_send
 */
export function neighEventSend(n: Neighbour, skb: SkBuff | null, immediateOk = true): boolean {
  const { clock } = n.tbl.kernel;
  n.used = clock.now;
  if ((n.nudState & (NUD_CONNECTED | NUD_DELAY | NUD_PROBE)) !== 0) return false;
  let probe = false;
  if ((n.nudState & (NUD_STALE | NUD_INCOMPLETE)) === 0) {
    n.updated = clock.now;
    if (n.parms.mcastProbes + n.parms.appProbes === 0) {
      n.nudState = NUD_FAILED;
      if (skb !== null) kfreeSkb(skb, SKB_DROP_REASON_NEIGH_FAILED, '__neigh_event_send');
      return true;
    }
    n.probes = n.parms.ucastProbes;
    n.nudState = NUD_INCOMPLETE;
    setTimer(n, immediateOk ? retrans(n) : TICK_NS);
    probe = immediateOk;
  } else if ((n.nudState & NUD_STALE) !== 0) {
    n.nudState = NUD_DELAY;
    n.updated = clock.now;
    setTimer(n, n.parms.delayProbeTime);
  }
  const wait = n.nudState === NUD_INCOMPLETE;
  if (wait && skb !== null) enqueue(n, skb);
  if (probe) neighProbe(n);
  return wait;
}

function enqueue(n: Neighbour, skb: SkBuff): void {
  const size = truesize(skb);
  while (n.arpQueueLenBytes + size > n.parms.queueLenBytes) {
    const old = n.arpQueue.shift();
    if (old === undefined) break;
    n.arpQueueLenBytes -= truesize(old);
    kfreeSkb(old, SKB_DROP_REASON_NEIGH_QUEUEFULL, '__neigh_event_send');
  }
  n.arpQueue.push(skb);
  n.arpQueueLenBytes += size;
}

/** Sends a packet (network header at `data`) to the neighbour. Takes it over. @returns 0 or -errno. @see neigh_output */
export function neighOutput(n: Neighbour, skb: SkBuff): number {
  if ((n.nudState & NUD_CONNECTED) === 0 && neighEventSend(n, skb)) return 0;
  return neighXmit(n, skb);
}

/** @see neigh_connected_output */
function neighXmit(n: Neighbour, skb: SkBuff): number {
  const { dev } = n;
  skb.dev = dev;
  skbCow(skb, dev.hardHeaderLen);
  if (dev.headerOps !== null && dev.headerOps.create(skb, dev, skb.protocol, n.ha, null) < 0) {
    kfreeSkb(skb, SKB_DROP_REASON_NEIGH_HH_FILLFAIL, 'neigh_connected_output');
    return -EINVAL;
  }
  return devQueueXmit(skb);
}

/** What an administrator says of an entry. @returns whether it changed. @see neigh_update_flags */
function updateFlags(n: Neighbour, flags: number): boolean {
  if ((flags & NEIGH_UPDATE_F_ADMIN) === 0) return false;
  const learned = (flags & NEIGH_UPDATE_F_EXT_LEARNED) !== 0 ? NTF_EXT_LEARNED : 0;
  const managed = (flags & NEIGH_UPDATE_F_MANAGED) !== 0 ? NTF_MANAGED : 0;
  const changed = (n.flags ^ (learned | managed)) & (NTF_EXT_LEARNED | NTF_MANAGED);
  n.flags ^= changed;
  if ((changed & NTF_MANAGED) !== 0) n.tbl.updateManaged(n);
  return changed !== 0;
}

/**
 * News about a neighbour, by the protocol or an administrator.
 *
 * @param lladdr its link-layer address, null when the news does not say
 * @param state the NUD state wished
 * @param flags NEIGH_UPDATE_F_*
 * @returns 0, -EPERM (a static entry, not by an administrator), -EINVAL (no address known)
 * @see __neigh_update
 */
export function neighUpdate(
  n: Neighbour,
  lladdr: Uint8Array | null,
  state: number,
  flags: number,
  info: NlInfo = KERNEL_INFO,
  extack: ExtAck = newExtAck(),
): number {
  const { clock } = n.tbl.kernel;
  const old = n.nudState;
  const admin = (flags & NEIGH_UPDATE_F_ADMIN) !== 0;
  if (n.dead) return nlErr(extack, EPERM, 'Neighbor entry is now dead');
  if (!admin && (old & (NUD_NOARP | NUD_PERMANENT)) !== 0) return -EPERM;
  let notify = updateFlags(n, flags);
  if ((flags & (NEIGH_UPDATE_F_USE | NEIGH_UPDATE_F_MANAGED)) !== 0) {
    n.nudState = old & ~NUD_PERMANENT;
    if (notify) neighNotify(n, info);
    return 0;
  }
  if ((state & NUD_VALID) === 0) {
    clock.del(n.timer);
    n.nudState = state;
    notify = (old & NUD_VALID) !== 0 || notify;
    if ((old & (NUD_INCOMPLETE | NUD_PROBE)) !== 0 && (state & NUD_FAILED) !== 0) {
      neighInvalidate(n);
      notify = true;
    }
    if (notify) neighNotify(n, info);
    return 0;
  }
  let wanted = state;
  let changed = false;
  if (n.dev.addrLen !== 0) {
    if (lladdr === null) {
      if ((old & NUD_VALID) === 0) return nlErr(extack, EINVAL, 'No link layer address given');
    } else changed = (old & NUD_VALID) === 0 || !same(lladdr, n.ha, n.dev.addrLen);
  }
  if ((wanted & NUD_CONNECTED) !== 0) n.confirmed = clock.now;
  let isrouter = (flags & NEIGH_UPDATE_F_OVERRIDE_ISROUTER) !== 0;
  if ((old & NUD_VALID) !== 0) {
    if (changed && (flags & NEIGH_UPDATE_F_OVERRIDE) === 0) {
      isrouter = false;
      if ((flags & NEIGH_UPDATE_F_WEAK_OVERRIDE) === 0 || (old & NUD_CONNECTED) === 0) {
        if (notify) neighNotify(n, info);
        return 0;
      }
      changed = false;
      wanted = NUD_STALE;
    } else if (!changed && wanted === NUD_STALE && !admin) wanted = old;
  }
  if (wanted !== old || changed) n.updated = clock.now;
  if (wanted !== old) {
    clock.del(n.timer);
    if ((wanted & NUD_PROBE) !== 0) n.probes = 0;
    if ((wanted & NUD_IN_TIMER) !== 0) setTimer(n, (wanted & NUD_REACHABLE) !== 0 ? n.parms.reachableTime : 0);
    n.nudState = wanted;
    notify = true;
  }
  if (changed) {
    n.ha.set(lladdr!.subarray(0, n.dev.addrLen));
    if ((wanted & NUD_CONNECTED) === 0) n.confirmed = clock.now - n.parms.baseReachableTime * 2;
    notify = true;
  }
  if (wanted !== old && (old & NUD_VALID) === 0) flushQueue(n);
  if (isrouter) notify = updateIsRouter(n, flags) || notify;
  if (notify) neighNotify(n, info);
  return 0;
}

function same(a: Uint8Array, b: Uint8Array, n: number): boolean {
  for (let i = 0; i < n; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** @see neigh_update_is_router */
function updateIsRouter(n: Neighbour, flags: number): boolean {
  const want = (flags & NEIGH_UPDATE_F_ISROUTER) !== 0 ? NTF_ROUTER : 0;
  if (((n.flags ^ want) & NTF_ROUTER) === 0) return false;
  n.flags = (n.flags & ~NTF_ROUTER) | want;
  return true;
}

/** Sends what waited. */
function flushQueue(n: Neighbour): void {
  while ((n.nudState & NUD_VALID) !== 0) {
    const skb = n.arpQueue.shift();
    if (skb === undefined) break;
    neighOutput(n, skb);
  }
  n.arpQueueLenBytes = 0;
}

/** Heard of the address without having asked: a stale entry. @see neigh_event_ns */
export function neighEventNs(
  tbl: NeighTable,
  lladdr: Uint8Array,
  key: Uint8Array,
  dev: NetDevice,
  make: boolean,
): Neighbour | null {
  let n = tbl.lookup(key, 0, dev);
  if (n === null && make) {
    const made = tbl.create(key, dev);
    n = typeof made === 'number' ? null : made;
  }
  if (n !== null) neighUpdate(n, lladdr, NUD_STALE, NEIGH_UPDATE_F_OVERRIDE);
  return n;
}

/** Forgets a device's neighbours; `keepPerm` spares static ones (carrier loss). @see neigh_flush_dev */
function flushDev(tbl: NeighTable, dev: NetDevice, keepPerm: boolean): void {
  for (const n of tbl.of(dev)) {
    if (keepPerm && ((n.nudState & NUD_PERMANENT) !== 0 || (n.flags & NTF_EXT_LEARNED) !== 0)) continue;
    tbl.remove(n, RTM_DELNEIGH);
  }
}

/** The device's own address changed. @see neigh_changeaddr */
export function neighChangeaddr(tbl: NeighTable, dev: NetDevice): void {
  flushDev(tbl, dev, false);
}

/** The device goes down. @see neigh_ifdown */
export function neighIfdown(tbl: NeighTable, dev: NetDevice): void {
  flushDev(tbl, dev, false);
  for (let i = tbl.proxies.length - 1; i >= 0; i--) if (tbl.proxies[i]!.dev === dev) tbl.proxies.splice(i, 1);
}

/** The carrier went. @see neigh_carrier_down */
export function neighCarrierDown(tbl: NeighTable, dev: NetDevice): void {
  flushDev(tbl, dev, true);
}
