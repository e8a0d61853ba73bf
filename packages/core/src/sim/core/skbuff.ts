/**
 * Socket buffer: one packet travelling through the simulated kernel. @see include/linux/skbuff.h
 *
 *   buf:  |---- headroom ----|======= data, len bytes =======|-- tailroom --|
 *
 * Header positions are absolute offsets into `buf`, so push and pull never invalidate them.
 */
import type { NetDevice } from './net-device.ts';
import type { SimKernel } from './kernel.ts';
import type { Sock } from './sock.ts';

/** Room in front for link, tunnel and network headers. */
export const HEADROOM = 128;
/** Buffers of this size are pooled; larger ones are made and dropped. */
const POOLED_SIZE = 2048;

export const CHECKSUM_UNNECESSARY = 1;

/** Bytes shared by clones; whoever writes while `users > 1` makes its own copy first (`skbCow`). */
export class SkbData {
  bytes: Uint8Array;
  users = 1;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** A route attached to a packet. @see include/net/dst.h */
export interface Dst {
  readonly dev: NetDevice;
  /** Where a received packet goes: local delivery, forwarding, an error. */
  input(skb: SkBuff): void;
  /** Where a sent packet goes. @returns 0 or -errno */
  output(skb: SkBuff): number;
  /** True when it must be looked up again. */
  obsolete: boolean;
}

export class SkBuff {
  readonly kernel: SkbOwner;
  shared: SkbData;
  buf: Uint8Array;
  data: number = HEADROOM;
  len = 0;
  macHeader = 0;
  networkHeader = 0;
  transportHeader = 0;
  /** ETH_P_*, host order. */
  protocol = 0;
  /** PACKET_HOST, PACKET_BROADCAST … */
  pktType = 0;
  mark = 0;
  priority = 0;
  hash = 0;
  /** ifindex of the device it came in by. */
  skbIif = 0;
  ipSummed = 0;
  csumStart = 0;
  csumOffset = 0;
  gsoSize = 0;
  gsoType = 0;
  vlanTci = 0;
  vlanProto = 0;
  /** World ns when received; 0 when not stamped. */
  tstamp = 0;
  users = 1;
  dev: NetDevice | null = null;
  sk: Sock | null = null;
  dst: Dst | null = null;
  /** Conntrack entry; netfilter's. */
  nfct: object | null = null;
  /** Protocol-private words (`IPCB`, `IP6CB`): meaning belongs to the layer that holds the packet. */
  cb0 = 0;
  cb1 = 0;
  cb2 = 0;
  cb3 = 0;
  /** Link in a pool or queue. */
  next: SkBuff | null = null;

  constructor(kernel: SkbOwner, shared: SkbData) {
    this.kernel = kernel;
    this.shared = shared;
    this.buf = shared.bytes;
  }

  /** Removes `n` bytes from the front. Returns false if the packet is shorter than that. */
  pull(n: number): boolean {
    if (this.len < n) return false;
    this.len -= n;
    this.data += n;
    return true;
  }

  /** Opens `n` bytes at the front; answers their offset. The caller made sure of the headroom (`skbCow`). */
  push(n: number): number {
    this.data -= n;
    this.len += n;
    return this.data;
  }

  /** Opens `n` bytes at the end; answers the offset of the first. */
  put(n: number): number {
    const at = this.data + this.len;
    this.len += n;
    return at;
  }

  trim(len: number): void {
    if (len < this.len) this.len = len;
  }

  headroom(): number {
    return this.data;
  }
}

/** What buffers need from their kernel: the pool, and whom to tell of drops. */
export interface SkbOwner {
  readonly skbPool: SkbPool;
  readonly drops: DropMonitor;
}

/** Counts every drop by its reason and tells who listens. @see include/trace/events/skb.h:kfree_skb */
export class DropMonitor {
  readonly count: Map<number, number> = new Map();
  /** (skb, reason, place): place is the function that gave the packet up. */
  readonly listeners: ((skb: SkBuff, reason: number, place: string) => void)[] = [];
}

/** Free buffers and skbs of one kernel. In poison mode freed bytes are overwritten and live ones are remembered with their makers. */
export class SkbPool {
  readonly #free: SkBuff[] = [];
  /** Where each live skb was made; null outside poison mode. */
  #born: Map<SkBuff, string> | null = null;
  live = 0;

  get poison(): boolean {
    return this.#born !== null;
  }

  /** Switched on before the first packet; slow, for tests. */
  set poison(on: boolean) {
    this.#born = on ? new Map() : null;
  }

  alloc(owner: SkbOwner, size: number): SkBuff {
    const skb = this.#take(owner, size);
    this.count(skb);
    return skb;
  }

  #take(owner: SkbOwner, size: number): SkBuff {
    if (size > POOLED_SIZE) return new SkBuff(owner, new SkbData(new Uint8Array(size)));
    const skb = this.#free.pop();
    if (skb === undefined) return new SkBuff(owner, new SkbData(new Uint8Array(POOLED_SIZE)));
    resetSkb(skb);
    return skb;
  }

  /** One more skb is alive. */
  count(skb: SkBuff): void {
    this.live++;
    if (this.#born !== null) this.#born.set(skb, new Error('skb').stack ?? '');
  }

  free(skb: SkBuff): void {
    this.live--;
    if (this.#born !== null && !this.#born.delete(skb)) throw new Error('skb freed twice');
    const { shared } = skb;
    if (--shared.users > 0) return;
    if (shared.bytes.length !== POOLED_SIZE || this.#free.length >= 4096) return;
    if (this.#born !== null) shared.bytes.fill(0x6b);
    skb.dev = null;
    skb.sk = null;
    skb.dst = null;
    skb.nfct = null;
    skb.next = null;
    this.#free.push(skb);
  }

  /** The stacks that made the skbs still alive; poison mode only. Queued packets are among them. */
  leaks(): string[] {
    return this.#born === null ? [] : [...this.#born.values()];
  }
}

function resetSkb(skb: SkBuff): void {
  skb.shared.users = 1;
  skb.buf = skb.shared.bytes;
  skb.data = HEADROOM;
  skb.len = 0;
  skb.macHeader = 0;
  skb.networkHeader = 0;
  skb.transportHeader = 0;
  skb.protocol = 0;
  skb.pktType = 0;
  skb.mark = 0;
  skb.priority = 0;
  skb.hash = 0;
  skb.skbIif = 0;
  skb.ipSummed = 0;
  skb.csumStart = 0;
  skb.csumOffset = 0;
  skb.gsoSize = 0;
  skb.gsoType = 0;
  skb.vlanTci = 0;
  skb.vlanProto = 0;
  skb.tstamp = 0;
  skb.users = 1;
  skb.cb0 = 0;
  skb.cb1 = 0;
  skb.cb2 = 0;
  skb.cb3 = 0;
}

/** A packet with room for `len` bytes behind HEADROOM; contents are undefined. @see alloc_skb */
export function allocSkb(kernel: SimKernel, len: number): SkBuff {
  return kernel.skbPool.alloc(kernel, HEADROOM + len);
}

/** Another skb on the same bytes. @see skb_clone */
export function skbClone(skb: SkBuff): SkBuff {
  const c = new SkBuff(skb.kernel, skb.shared);
  skb.shared.users++;
  skb.kernel.skbPool.count(c);
  copyHeader(c, skb);
  return c;
}

/** A copy with bytes of its own and at least `headroom` in front. @see skb_copy_expand */
export function skbCopy(skb: SkBuff, headroom: number = HEADROOM, tailroom = 0): SkBuff {
  const c = skb.kernel.skbPool.alloc(skb.kernel, headroom + skb.len + tailroom);
  copyHeader(c, skb);
  moveInto(c, skb, headroom);
  return c;
}

/**
 * Makes the bytes this skb's own, with at least `headroom` in front of `data`, before somebody writes.
 * Cheap when they are already. @see skb_cow
 */
export function skbCow(skb: SkBuff, headroom = 0): void {
  if (skb.shared.users === 1 && skb.data >= headroom) return;
  const room = Math.max(HEADROOM, headroom);
  const fresh = new SkbData(new Uint8Array(Math.max(POOLED_SIZE, room + skb.len)));
  const shift = room - skb.data;
  const keep = Math.min(skb.data, room);
  fresh.bytes.set(skb.buf.subarray(skb.data - keep, skb.data + skb.len), room - keep);
  skb.shared.users--;
  skb.shared = fresh;
  skb.buf = fresh.bytes;
  shiftHeaders(skb, shift);
}

function moveInto(to: SkBuff, from: SkBuff, headroom: number): void {
  const keep = Math.min(from.data, headroom);
  to.buf.set(from.buf.subarray(from.data - keep, from.data + from.len), headroom - keep);
  shiftHeaders(to, headroom - from.data);
}

function shiftHeaders(skb: SkBuff, shift: number): void {
  skb.data += shift;
  skb.macHeader += shift;
  skb.networkHeader += shift;
  skb.transportHeader += shift;
  if (skb.csumStart !== 0) skb.csumStart += shift;
}

function copyHeader(to: SkBuff, from: SkBuff): void {
  to.data = from.data;
  to.len = from.len;
  to.macHeader = from.macHeader;
  to.networkHeader = from.networkHeader;
  to.transportHeader = from.transportHeader;
  to.protocol = from.protocol;
  to.pktType = from.pktType;
  to.mark = from.mark;
  to.priority = from.priority;
  to.hash = from.hash;
  to.skbIif = from.skbIif;
  to.ipSummed = from.ipSummed;
  to.csumStart = from.csumStart;
  to.csumOffset = from.csumOffset;
  to.gsoSize = from.gsoSize;
  to.gsoType = from.gsoType;
  to.vlanTci = from.vlanTci;
  to.vlanProto = from.vlanProto;
  to.tstamp = from.tstamp;
  to.dev = from.dev;
  to.sk = from.sk;
  to.dst = from.dst;
  to.nfct = from.nfct;
  to.cb0 = from.cb0;
  to.cb1 = from.cb1;
  to.cb2 = from.cb2;
  to.cb3 = from.cb3;
}

/** Done with the packet, all well. @see consume_skb */
export function consumeSkb(skb: SkBuff): void {
  if (--skb.users === 0) skb.kernel.skbPool.free(skb);
}

/** Gives the packet up. `reason` is SKB_DROP_REASON_*, `place` the kernel function that did. @see kfree_skb_reason */
export function kfreeSkb(skb: SkBuff, reason: number, place: string): void {
  const { drops } = skb.kernel;
  drops.count.set(reason, (drops.count.get(reason) ?? 0) + 1);
  for (let i = 0; i < drops.listeners.length; i++) drops.listeners[i]!(skb, reason, place);
  if (--skb.users === 0) skb.kernel.skbPool.free(skb);
}
