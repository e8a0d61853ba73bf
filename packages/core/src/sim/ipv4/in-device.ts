/** IPv4's state on a device, and its addresses. @see include/linux/inetdevice.h */
import { none } from '../../lib/small.ts';
import { ipv4Mask } from '../../lib/address.ts';
import { Timer } from '../../lib/timer-heap.ts';
import type { NetDevice } from '../core/net-device.ts';
import type { NeighParms } from '../neigh/table.ts';
import type { Devconf } from './devconf.ts';

export const INFINITY_LIFE_TIME = 0xffffffff;

/** An address. @see struct in_ifaddr */
export class InIfaddr {
  readonly inDev: InDevice;
  local: number;
  /** The prefix's address; the other end's on a point-to-point link. */
  address: number;
  broadcast = 0;
  readonly prefixlen: number;
  readonly mask: number;
  scope = 0;
  label: string;
  /** IFA_F_*. */
  flags = 0;
  proto = 0;
  /** Metric of the prefix route, 0 for none. */
  rtPriority = 0;
  /** Seconds, or INFINITY_LIFE_TIME. */
  validLft: number = INFINITY_LIFE_TIME;
  preferredLft: number = INFINITY_LIFE_TIME;
  /** Made and last changed, ns. */
  cstamp = 0;
  tstamp = 0;
  timer: Timer | null = null;

  constructor(inDev: InDevice, local: number, address: number, prefixlen: number) {
    this.inDev = inDev;
    this.local = local;
    this.address = address;
    this.prefixlen = prefixlen;
    this.mask = ipv4Mask(prefixlen);
    this.label = inDev.dev.name;
  }
}

/** A group a device listens to. @see struct ip_mc_list */
export interface IpMcList {
  readonly group: number;
  users: number;
}

/** @see struct in_device */
export class InDevice {
  readonly dev: NetDevice;
  readonly cnf: Devconf;
  readonly arpParms: NeighParms;
  ifaList: readonly InIfaddr[] = none();
  mcList: readonly IpMcList[] = none();
  dead = false;

  constructor(dev: NetDevice, cnf: Devconf, arpParms: NeighParms) {
    this.dev = dev;
    this.cnf = cnf;
    this.arpParms = arpParms;
  }
}

/** The device's IPv4 state, null when it has none (mtu below 68). @see __in_dev_get_rtnl */
export const inDevGet = (dev: NetDevice): InDevice | null => dev.ipPtr as InDevice | null;

/** Whether `a` lies in the prefix of `ifa`. @see inet_ifa_match */
export const inetIfaMatch = (a: number, ifa: InIfaddr): boolean => ((a ^ ifa.address) & ifa.mask) === 0;
