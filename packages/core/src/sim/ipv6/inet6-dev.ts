/** IPv6's state on a device, and its addresses. @see include/net/if_inet6.h */
import { none } from '../../lib/small.ts';
import { IN6ADDR_ANY } from './addr-type.ts';
import { Timer } from '../../lib/timer-heap.ts';
import type { NetDevice } from '../core/net-device.ts';
import type { NeighParms } from '../neigh/table.ts';
import type { Devconf6 } from './devconf6.ts';
import type { Fib6Info } from './fib6-types.ts';
import { IP6_MIB_ZERO, Ip6Mib } from './snmp6.ts';

export const INFINITY_LIFE_TIME = 0xffffffff;

// Flags of `Inet6Dev.ifFlags`. @see IF_* in include/net/if_inet6.h
export const IF_RA_OTHERCONF = 0x80;
export const IF_RA_MANAGED = 0x40;
export const IF_RA_RCVD = 0x20;
export const IF_RS_SENT = 0x10;
export const IF_READY = 0x80000000;

// Scopes of an address. @see IFA_HOST …
export const IFA_HOST = 0x10;
export const IFA_LINK = 0x20;
export const IFA_SITE = 0x40;

/** States of duplicate address detection. @see INET6_IFADDR_STATE_* */
export const IFADDR_STATE_PREDAD = 0;
export const IFADDR_STATE_DAD = 1;
export const IFADDR_STATE_ERRDAD = 2;
export const IFADDR_STATE_POSTDAD = 3;
export const IFADDR_STATE_DEAD = 4;

/** An address. @see struct inet6_ifaddr */
export class Inet6Ifaddr {
  readonly idev: Inet6Dev;
  readonly addr: Uint8Array;
  /** The other end's, null for none. */
  peer: Uint8Array | null = null;
  prefixLen: number;
  /** Seconds, or INFINITY_LIFE_TIME. */
  validLft: number = INFINITY_LIFE_TIME;
  preferedLft: number = INFINITY_LIFE_TIME;
  /** IFA_F_*. */
  flags = 0;
  /** IFA_LINK … as `ipv6AddrType` has it. */
  scope = 0;
  /** Metric of the prefix route, 0 for the usual one. */
  rtPriority = 0;
  /** IFAPROT_*. */
  proto = 0;
  /** Made and last changed, world ns. */
  cstamp = 0;
  tstamp = 0;
  state: number = IFADDR_STATE_PREDAD;
  dadProbes = 0;
  /** Tells our solicitations from others'; null without enhanced DAD. */
  dadNonce: Uint8Array | null = null;
  readonly dadTimer: Timer;
  /** Its host route; null once that is gone. */
  rt: Fib6Info | null = null;

  constructor(idev: Inet6Dev, addr: Uint8Array, prefixLen: number, dadWork: (ifp: Inet6Ifaddr) => void) {
    this.idev = idev;
    this.addr = addr;
    this.prefixLen = prefixLen;
    this.dadTimer = new Timer(dadWork, this);
  }
}

/** A group a device listens to. @see struct ifmcaddr6 */
export interface Ifmcaddr6 {
  readonly addr: Uint8Array;
  users: number;
  /** Reports of the change still to be sent. */
  crcount: number;
  /** MAF_*. */
  flags: number;
  timer: Timer | null;
}

/** A group left whose departure is still to be told. */
export interface Tomb6 {
  readonly addr: Uint8Array;
  crcount: number;
}

/** An anycast address of a device. @see struct ifacaddr6 */
export interface Ifacaddr6 {
  readonly addr: Uint8Array;
  users: number;
  rt: Fib6Info | null;
}

/** @see struct inet6_dev */
export class Inet6Dev {
  readonly dev: NetDevice;
  readonly cnf: Devconf6;
  readonly ndParms: NeighParms;
  addrList: readonly Inet6Ifaddr[] = none();
  /** The last joined first. */
  mcList: readonly Ifmcaddr6[] = none();
  mcTomb: readonly Tomb6[] = none();
  acList: readonly Ifacaddr6[] = none();
  ifFlags = 0;
  dead = false;
  /** Its settings changed, world ns. */
  tstamp = 0;
  /** Replaced, never written into. */
  token: Uint8Array = IN6ADDR_ANY;
  raMtu = 0;
  rsProbes = 0;
  rsIntervalNs = 0;
  rsTimer: Timer | null = null;
  mcIfcTimer: Timer | null = null;
  mcIfcCount = 0;
  mcDadTimer: Timer | null = null;
  mcDadCount = 0;
  #mib: Ip6Mib | null = null;

  constructor(dev: NetDevice, cnf: Devconf6, ndParms: NeighParms) {
    this.dev = dev;
    this.cnf = cnf;
    this.ndParms = ndParms;
  }

  get mib(): Ip6Mib {
    return (this.#mib ??= new Ip6Mib());
  }

  /** The counters to look at: zeros while nothing was counted. */
  get mibSeen(): Readonly<Ip6Mib> {
    return this.#mib ?? IP6_MIB_ZERO;
  }

  get ready(): boolean {
    return (this.ifFlags & IF_READY) !== 0;
  }
}

/** IPv6's state on the device, or null. @see __in6_dev_get */
export const in6DevGet = (dev: NetDevice): Inet6Dev | null => dev.ip6Ptr as Inet6Dev | null;
