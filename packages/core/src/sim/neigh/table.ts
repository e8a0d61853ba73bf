/**
 * Tables of neighbours: who is at which link-layer address behind a device. One table a protocol and kernel, shared by
 * ARP and neighbour discovery. The state machine is in `neighbour.ts`. @see net/core/neighbour.c
 */
import { hash2, hashBytes, HashTable } from '../../lib/hash.ts';
import { Timer } from '../../lib/timer-heap.ts';
import { NTF_MANAGED, NUD_IN_TIMER } from './state.ts';
import { NUD_NONE } from '../../uapi/neighbour.ts';
import { EINVAL } from '../../uapi/errno.ts';
import { KERNEL_INFO, type NlInfo } from '../core/rtnetlink.ts';
import { SKB_DROP_REASON_NEIGH_DEAD } from '../../uapi/drop-reason.ts';
import type { SimKernel } from '../core/kernel.ts';
import type { Net } from '../core/net.ts';
import type { NetDevice } from '../core/net-device.ts';
import { kfreeSkb, type SkBuff } from '../core/skbuff.ts';

const SEC = 1e9;

/** Values of `NeighParms`, which those of a table that were never written share. */
class NeighValues {
  baseReachableTime: number = 30 * SEC;
  retransTime: number = SEC;
  delayProbeTime: number = 5 * SEC;
  intervalProbeTime: number = 5 * SEC;
  gcStaletime: number = 60 * SEC;
  ucastProbes = 3;
  mcastProbes = 3;
  mcastReprobes = 0;
  appProbes = 0;
  anycastDelay: number = SEC;
  proxyDelay: number = 0.8 * SEC;
  proxyQlen = 64;
  locktime: number = SEC;
  queueLenBytes = 212_992;
}

/** Parameters of a protocol on a device; times in ns. `net.ipv4.neigh.DEV.*`. @see struct neigh_parms */
export class NeighParms {
  /** Randomised: between half and one and a half of the base. */
  reachableTime: number = 30 * SEC;
  #values: NeighValues;
  /** Nobody else has these values. */
  #own = false;

  /** @param from begins with these, as they are now */
  constructor(from: NeighParms | null) {
    if (from === null) this.#values = new NeighValues();
    else {
      this.#values = from.#values;
      from.#own = false;
    }
  }

  #write(): NeighValues {
    if (!this.#own) this.#values = Object.assign(new NeighValues(), this.#values);
    this.#own = true;
    return this.#values;
  }

  get baseReachableTime(): number {
    return this.#values.baseReachableTime;
  }

  set baseReachableTime(v: number) {
    this.#write().baseReachableTime = v;
  }

  get retransTime(): number {
    return this.#values.retransTime;
  }

  set retransTime(v: number) {
    this.#write().retransTime = v;
  }

  get delayProbeTime(): number {
    return this.#values.delayProbeTime;
  }

  set delayProbeTime(v: number) {
    this.#write().delayProbeTime = v;
  }

  get intervalProbeTime(): number {
    return this.#values.intervalProbeTime;
  }

  set intervalProbeTime(v: number) {
    this.#write().intervalProbeTime = v;
  }

  get gcStaletime(): number {
    return this.#values.gcStaletime;
  }

  set gcStaletime(v: number) {
    this.#write().gcStaletime = v;
  }

  get ucastProbes(): number {
    return this.#values.ucastProbes;
  }

  set ucastProbes(v: number) {
    this.#write().ucastProbes = v;
  }

  get mcastProbes(): number {
    return this.#values.mcastProbes;
  }

  set mcastProbes(v: number) {
    this.#write().mcastProbes = v;
  }

  get mcastReprobes(): number {
    return this.#values.mcastReprobes;
  }

  set mcastReprobes(v: number) {
    this.#write().mcastReprobes = v;
  }

  get appProbes(): number {
    return this.#values.appProbes;
  }

  set appProbes(v: number) {
    this.#write().appProbes = v;
  }

  get anycastDelay(): number {
    return this.#values.anycastDelay;
  }

  set anycastDelay(v: number) {
    this.#write().anycastDelay = v;
  }

  get proxyDelay(): number {
    return this.#values.proxyDelay;
  }

  set proxyDelay(v: number) {
    this.#write().proxyDelay = v;
  }

  get proxyQlen(): number {
    return this.#values.proxyQlen;
  }

  set proxyQlen(v: number) {
    this.#write().proxyQlen = v;
  }

  get locktime(): number {
    return this.#values.locktime;
  }

  set locktime(v: number) {
    this.#write().locktime = v;
  }

  get queueLenBytes(): number {
    return this.#values.queueLenBytes;
  }

  set queueLenBytes(v: number) {
    this.#write().queueLenBytes = v;
  }
}

/** What a protocol does with its neighbours. @see struct neigh_ops */
export interface NeighOps {
  readonly family: number;
  readonly name: string;
  /** Bytes of an address. */
  readonly keyLen: number;
  /** ETH_P_* of the packets that wait for an answer. */
  readonly protocol: number;
  /** Fills in type, state and address of a new entry; may change its key. @returns 0 or -errno */
  construct(neigh: Neighbour): number;
  /** Asks who it is. `skb` is a packet that waits, or null. */
  solicit(neigh: Neighbour, skb: SkBuff | null): void;
  /** Nobody answered: frees the packet, telling its sender. */
  errorReport(neigh: Neighbour, skb: SkBuff): void;
  /** A proxy entry begins or ends. */
  proxyRedo?(skb: SkBuff): void;
  /** Parameters of the protocol on the device; null when it is not there. */
  parms(dev: NetDevice): NeighParms | null;
  /** An entry became (un)reachable or a router: ND follows. */
  updated?(neigh: Neighbour): void;
}

/** One neighbour. @see struct neighbour */
export class Neighbour {
  readonly tbl: NeighTable;
  readonly dev: NetDevice;
  readonly parms: NeighParms;
  /** The address, network byte order. */
  readonly primaryKey: Uint8Array;
  /** The same as a number, IPv4 only. */
  key4 = 0;
  hash = 0;
  hashNext: Neighbour | null = null;
  nudState: number = NUD_NONE;
  /** RTN_*. */
  type = 1;
  /** NTF_*, and NTF_EXT_* from bit NTF_EXT_SHIFT. */
  flags = 0;
  protocol = 0;
  dead = false;
  /** The link-layer address. */
  readonly ha: Uint8Array;
  /** Moments, ns. */
  confirmed: number;
  updated: number;
  used: number;
  probes = 0;
  readonly timer: Timer;
  /** Packets that wait for an answer. */
  readonly arpQueue: SkBuff[] = [];
  arpQueueLenBytes = 0;

  constructor(tbl: NeighTable, dev: NetDevice, parms: NeighParms, key: Uint8Array) {
    const { now } = tbl.kernel.clock;
    this.tbl = tbl;
    this.dev = dev;
    this.parms = parms;
    this.primaryKey = key;
    this.ha = new Uint8Array(Math.max(dev.addrLen, 6));
    this.updated = now;
    this.used = now;
    this.confirmed = now - parms.baseReachableTime * 2;
    this.timer = new Timer(tbl.timerFn, this);
  }
}

/** An address answered for on behalf of somebody else. @see struct pneigh_entry */
export interface ProxyNeigh {
  readonly key: Uint8Array;
  readonly net: Net;
  readonly dev: NetDevice | null;
  flags: number;
  protocol: number;
}

function putKey(b: Uint8Array, v: number): void {
  b[0] = v >>> 24;
  b[1] = v >>> 16;
  b[2] = v >>> 8;
  b[3] = v;
}

const keyHash4 = (addr: number, dev: NetDevice): number => hash2(addr, (dev.ifindex << 20) ^ dev.net.cookie);

function keyHash(key: Uint8Array, o: number, n: number, dev: NetDevice): number {
  if (n === 4) return keyHash4((key[o]! << 24) | (key[o + 1]! << 16) | (key[o + 2]! << 8) | key[o + 3]!, dev);
  return hashBytes(key, o, n, (dev.ifindex << 20) ^ dev.net.cookie);
}

/** @see struct neigh_table */
export class NeighTable {
  readonly kernel: SimKernel;
  readonly ops: NeighOps;
  /** Fires on an entry; set by the state machine. */
  readonly timerFn: (neigh: Neighbour) => void;
  /** Defaults of new devices. */
  readonly parms: NeighParms = new NeighParms(null);
  gcThresh1 = 128;
  gcThresh2 = 512;
  gcThresh3 = 1024;
  readonly proxies: ProxyNeigh[] = [];
  /** Entries kept up by themselves, looked at from time to time while there are any. @see neigh_managed_work */
  readonly managed: Set<Neighbour> = new Set();
  readonly managedTimer: Timer;
  /** RTM_NEWNEIGH and RTM_DELNEIGH go out here. */
  notify: ((neigh: Neighbour, type: number, info: NlInfo) => void) | null = null;
  readonly #table = new HashTable<Neighbour>();
  readonly #byDev = new Map<NetDevice, Set<Neighbour>>();

  constructor(
    kernel: SimKernel,
    ops: NeighOps,
    timerFn: (neigh: Neighbour) => void,
    managedFn: (tbl: NeighTable) => void,
  ) {
    this.kernel = kernel;
    this.ops = ops;
    this.timerFn = timerFn;
    this.managedTimer = new Timer(managedFn, this);
  }

  get entries(): number {
    return this.#table.size;
  }

  /** The entry for the address at `o`, or null. @see neigh_lookup */
  lookup(key: Uint8Array, o: number, dev: NetDevice): Neighbour | null {
    const n = this.ops.keyLen;
    const h = keyHash(key, o, n, dev);
    for (let e = this.#table.first(h); e !== null; e = e.hashNext) {
      if (e.hash !== h || e.dev !== dev) continue;
      let i = 0;
      while (i < n && e.primaryKey[i] === key[o + i]) i++;
      if (i === n) return e;
    }
    return null;
  }

  /** The same for an IPv4 address as a number. Allocates nothing. @see __ipv4_neigh_lookup_noref */
  lookup4(addr: number, dev: NetDevice): Neighbour | null {
    const h = keyHash4(addr, dev);
    for (let e = this.#table.first(h); e !== null; e = e.hashNext) {
      if (e.hash === h && e.key4 === addr && e.dev === dev) return e;
    }
    return null;
  }

  /** Makes an entry, or finds it under the key its constructor gave it. @returns -errno when it may not be. @see neigh_create */
  create(key: Uint8Array, dev: NetDevice): Neighbour | number {
    const parms = this.ops.parms(dev);
    if (parms === null) return -EINVAL;
    const neigh = new Neighbour(this, dev, parms, key.slice(0, this.ops.keyLen));
    const err = this.ops.construct(neigh);
    if (err < 0) return err;
    const { primaryKey } = neigh;
    const found = this.lookup(primaryKey, 0, dev);
    if (found !== null) return found;
    if (primaryKey.length === 4) {
      neigh.key4 = ((primaryKey[0]! << 24) | (primaryKey[1]! << 16) | (primaryKey[2]! << 8) | primaryKey[3]!) >>> 0;
    }
    this.#table.add(neigh, keyHash(primaryKey, 0, primaryKey.length, dev));
    let set = this.#byDev.get(dev);
    if (set === undefined) this.#byDev.set(dev, (set = new Set()));
    set.add(neigh);
    return neigh;
  }

  create4(addr: number, dev: NetDevice): Neighbour | number {
    const key = new Uint8Array(4);
    putKey(key, addr);
    return this.create(key, dev);
  }

  /** Entries of a device, in order of creation. */
  *of(dev: NetDevice): Generator<Neighbour> {
    const set = this.#byDev.get(dev);
    if (set !== undefined) yield* set;
  }

  /** Takes an entry out. @see neigh_remove_one */
  unlink(neigh: Neighbour): void {
    if (!this.#table.remove(neigh)) return;
    const set = this.#byDev.get(neigh.dev)!;
    set.delete(neigh);
    if (set.size === 0) this.#byDev.delete(neigh.dev);
    neigh.dead = true;
    if ((neigh.flags & NTF_MANAGED) !== 0) this.updateManaged(neigh);
    if ((neigh.nudState & NUD_IN_TIMER) !== 0) this.kernel.clock.del(neigh.timer);
    neigh.nudState = NUD_NONE;
    purgeQueue(neigh);
  }

  /** An entry is kept up from now on, or no longer, as its flags say. @see neigh_update_managed_list */
  updateManaged(neigh: Neighbour): void {
    const { clock } = this.kernel;
    if (!neigh.dead && (neigh.flags & NTF_MANAGED) !== 0) {
      this.managed.add(neigh);
      if (!this.managedTimer.pending) clock.modTimer(this.managedTimer, this.parms.intervalProbeTime);
    } else if (this.managed.delete(neigh) && this.managed.size === 0) clock.del(this.managedTimer);
  }

  /** Takes one out and says so. */
  remove(neigh: Neighbour, type: number, info: NlInfo = KERNEL_INFO): void {
    const { nudState } = neigh;
    this.unlink(neigh);
    neigh.nudState = nudState;
    this.notify?.(neigh, type, info);
  }

  /** @see pneigh_lookup: an entry of the device, or one of any. */
  proxyLookup(net: Net, key: Uint8Array, o: number, dev: NetDevice | null): ProxyNeigh | null {
    for (const p of this.proxies) {
      if (p.net !== net || (p.dev !== dev && p.dev !== null)) continue;
      if (p.key.every((v, i) => v === key[o + i])) return p;
    }
    return null;
  }
}

/** Drops what waits. */
export function purgeQueue(neigh: Neighbour): void {
  for (const skb of neigh.arpQueue) kfreeSkb(skb, SKB_DROP_REASON_NEIGH_DEAD, 'neigh_destroy');
  neigh.arpQueue.length = 0;
  neigh.arpQueueLenBytes = 0;
}

/** A reachable time between half and one and a half of the base. @see neigh_rand_reach_time */
export function randReachTime(kernel: SimKernel, base: number): number {
  return base === 0 ? 0 : Math.floor(kernel.random.float() * base) + base / 2;
}

/** Parameters for a device that comes, copied from the defaults. @see neigh_parms_alloc */
export function neighParmsAlloc(tbl: NeighTable): NeighParms {
  const parms = new NeighParms(tbl.parms);
  parms.reachableTime = randReachTime(tbl.kernel, parms.baseReachableTime);
  return parms;
}
