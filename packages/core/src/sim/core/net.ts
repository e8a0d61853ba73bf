import { none, SmallMap } from '../../lib/small.ts';
import type { SimKernel } from './kernel.ts';
import type { NetDevice } from './net-device.ts';

/**
 * A network namespace. @see include/net/net_namespace.h:struct net
 *
 * It lives while somebody refers to it (a task, an open or mounted namespace file, a socket); with the last reference
 * it is cleaned up a moment later, as the kernel's netns workqueue does. Rooms keep their state in `gen` (see `slot`).
 */
export class Net {
  readonly kernel: SimKernel;
  /** Inode number of its namespace file. */
  readonly ino: number;
  /** Order of creation. */
  readonly cookie: number;
  /** References by tasks, namespace files and sockets. */
  refs = 1;
  dying = false;
  readonly gen: unknown[] = [];
  /** Devices by ifindex, in the order of registration. */
  readonly devs: Map<number, NetDevice> = new Map();
  /** Names and alternative names. */
  readonly names: Map<string, NetDevice> = new Map();
  ifindexLast = 0;
  /** Numbers this namespace knows others by. @see peernet2id */
  readonly nsids: SmallMap<number, Net> = new SmallMap();
  /** The same the other way round, and where to look for a free number. */
  readonly nsidOf: SmallMap<Net, number> = new SmallMap();
  nsidHint = 0;
  loopback: NetDevice | null = null;
  /** Changes whenever devices come, go or are renamed: dumps notice. @see dev_base_seq */
  devBaseSeq = 1;
  /** Packet sockets that want every packet of every device. @see ptype_all */
  ptypeAll: readonly PacketTap[] = none();

  constructor(kernel: SimKernel, ino: number, cookie: number) {
    this.kernel = kernel;
    this.ino = ino;
    this.cookie = cookie;
  }

  get(): this {
    this.refs++;
    return this;
  }

  put(): void {
    if (--this.refs === 0) this.kernel.netRelease(this);
  }
}

/** Somebody who is shown packets as they pass a device. @see struct packet_type with ETH_P_ALL */
export interface PacketTap {
  /** Only this device's, or every one's. */
  readonly dev: NetDevice | null;
  /** ETH_P_*, host order; ETH_P_ALL for all. */
  readonly protocol: number;
  /** May read, must clone to keep. `outgoing` is true on transmission. */
  tap(skb: import('./skbuff.ts').SkBuff, dev: NetDevice, outgoing: boolean): void;
}

/** A room's work when a namespace begins and ends. @see struct pernet_operations */
export interface PernetOps {
  init?(net: Net): void;
  exit?(net: Net): void;
}
