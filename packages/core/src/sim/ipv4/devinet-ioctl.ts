/** ioctl(2) about IPv4 addresses, as ifconfig changes them. @see net/ipv4/devinet.c:devinet_ioctl */
import { ipv4IsLoopback, ipv4Mask, ipv4MaskLen } from '../../lib/address.ts';
import { le16 } from '../../lib/bytes.ts';
import { EADDRNOTAVAIL, EFAULT, EINVAL, ENOBUFS, ENODEV } from '../../uapi/errno.ts';
import { IFF_BROADCAST, IFF_POINTOPOINT, IFF_UP } from '../../uapi/if.ts';
import { RT_SCOPE_HOST } from '../../uapi/rtnetlink.ts';
import { AF_INET, AF_PACKET } from '../../uapi/socket.ts';
import * as sio from '../../uapi/sockios.ts';
import { devChangeFlags } from '../core/dev-config.ts';
import {
  IFREQ_DATA,
  IFREQ_SIZE,
  nameAt,
  putName,
  putSin,
  sinAddr,
  sinFamily,
  type SockIoctl,
  withoutAlias,
} from '../core/ioctl.ts';
import type { Net } from '../core/net.ts';
import type { NetDevice } from '../core/net-device.ts';
import { KERNEL_INFO } from '../core/rtnetlink.ts';
import { inetDelIfa, inetInsertIfa, setIfaLifetime } from './devinet.ts';
import { type InDevice, inDevGet, INFINITY_LIFE_TIME, InIfaddr } from './in-device.ts';

/** Length of the mask an address has by its class; 0 for none, -1 for what no device can have. @see inet_abc_len */
function inetAbcLen(addr: number): number {
  const top = addr >>> 24;
  if (top === 0 || addr === 0xffffffff) return 0;
  if (top < 128) return 8;
  if (top < 192) return 16;
  if (top < 224) return 24;
  return top < 240 ? -1 : 32;
}

/** A mask whose ones do not lead, or one that does not cover the address. @see bad_mask */
export const badMask = (mask: number, addr: number): boolean => ipv4MaskLen(mask) < 0 || (addr & ~mask) !== 0;

/** Another address with the same name, flags and scope, and other numbers. */
function altered(
  ifa: InIfaddr,
  change: { local?: number; address?: number; broadcast?: number; plen?: number },
): InIfaddr {
  const made = new InIfaddr(
    ifa.inDev,
    change.local ?? ifa.local,
    change.address ?? ifa.address,
    change.plen ?? ifa.prefixlen,
  );
  made.broadcast = change.broadcast ?? ifa.broadcast;
  made.scope = ifa.scope;
  made.label = ifa.label;
  made.flags = ifa.flags;
  made.proto = ifa.proto;
  made.rtPriority = ifa.rtPriority;
  made.validLft = ifa.validLft;
  made.preferredLft = ifa.preferredLft;
  made.cstamp = ifa.cstamp;
  made.tstamp = ifa.tstamp;
  return made;
}

/** Takes an address away and puts another in its place. */
function replace(inDev: InDevice, old: InIfaddr, made: InIfaddr): number {
  inetDelIfa(inDev, old, KERNEL_INFO);
  return inetInsertIfa(made, KERNEL_INFO);
}

/** SIOCSIFADDR. @see devinet_ioctl, inet_set_ifa */
function setAddr(
  dev: NetDevice,
  inDev: InDevice | null,
  old: InIfaddr | undefined,
  name: string,
  addr: number,
): number {
  const classLen = inetAbcLen(addr);
  if (classLen < 0) return -EINVAL;
  if (inDev === null) return -ENOBUFS;
  if (old !== undefined) {
    if (old.local === addr) return 0;
    inetDelIfa(inDev, old, KERNEL_INFO);
  }
  const plen = (dev.flags & IFF_POINTOPOINT) === 0 ? classLen : 32;
  const ifa = new InIfaddr(inDev, addr, addr, plen);
  ifa.label = old?.label ?? (name.includes(':') ? name : dev.name);
  if ((dev.flags & IFF_POINTOPOINT) === 0 && (dev.flags & IFF_BROADCAST) !== 0 && plen < 31)
    ifa.broadcast = (addr | ~ifa.mask) >>> 0;
  setIfaLifetime(ifa, INFINITY_LIFE_TIME, INFINITY_LIFE_TIME);
  inDev.cnf.setAll();
  if (ipv4IsLoopback(addr)) ifa.scope = RT_SCOPE_HOST;
  return inetInsertIfa(ifa, KERNEL_INFO);
}

function setMask(dev: NetDevice, inDev: InDevice, ifa: InIfaddr, mask: number): number {
  if (badMask(mask, 0)) return -EINVAL;
  if (ifa.mask === mask) return 0;
  const plen = ipv4MaskLen(mask);
  // A broadcast address that went with the old mask goes with the new one, too.
  const follows = (dev.flags & IFF_BROADCAST) !== 0 && plen < 31 && ifa.broadcast === (ifa.local | ~ifa.mask) >>> 0;
  const broadcast = follows ? (ifa.local | ~ipv4Mask(plen)) >>> 0 : ifa.broadcast;
  return replace(inDev, ifa, altered(ifa, { plen, broadcast }));
}

/** An alias goes down by losing its address; a device by its flags. */
function setFlags(
  dev: NetDevice,
  inDev: InDevice | null,
  ifa: InIfaddr | undefined,
  name: string,
  arg: Uint8Array,
): number {
  const flags = le16(arg, IFREQ_DATA);
  if (!name.includes(':')) return devChangeFlags(dev, (flags << 16) >> 16);
  if (ifa === undefined || inDev === null) return -EADDRNOTAVAIL;
  if ((flags & IFF_UP) === 0) inetDelIfa(inDev, ifa, KERNEL_INFO);
  return 0;
}

const GETS: readonly number[] = [sio.SIOCGIFADDR, sio.SIOCGIFBRDADDR, sio.SIOCGIFDSTADDR, sio.SIOCGIFNETMASK];
const SETS: readonly number[] = [sio.SIOCSIFADDR, sio.SIOCSIFBRDADDR, sio.SIOCSIFDSTADDR, sio.SIOCSIFNETMASK];

function answer(ifa: InIfaddr, request: number): number {
  switch (request) {
    case sio.SIOCGIFADDR:
      return ifa.local;
    case sio.SIOCGIFBRDADDR:
      return ifa.broadcast;
    case sio.SIOCGIFDSTADDR:
      return ifa.address;
    default:
      return ifa.mask;
  }
}

function change(dev: NetDevice, inDev: InDevice, ifa: InIfaddr, request: number, addr: number): number {
  switch (request) {
    case sio.SIOCSIFBRDADDR:
      return ifa.broadcast === addr ? 0 : replace(inDev, ifa, altered(ifa, { broadcast: addr }));
    case sio.SIOCSIFDSTADDR:
      if (ifa.address === addr) return 0;
      return inetAbcLen(addr) < 0 ? -EINVAL : replace(inDev, ifa, altered(ifa, { address: addr }));
    default:
      return setMask(dev, inDev, ifa, addr);
  }
}

/**
 * Reads and changes the address an `ifreq` names: that of the label, or of the label and address asked for.
 * @returns 0, -ENODEV, -EADDRNOTAVAIL, -EINVAL
 */
export const devinetIoctl: SockIoctl = (sk, request, arg) => {
  if (sk.family !== AF_INET && sk.family !== AF_PACKET) return null;
  const gets = GETS.includes(request);
  const sets = SETS.includes(request);
  if (!gets && !sets && request !== sio.SIOCSIFFLAGS) return null;
  if (arg.length < IFREQ_SIZE) return -EFAULT;
  const name = nameAt(arg, 0);
  const asked = gets && sinFamily(arg, IFREQ_DATA) === AF_INET ? sinAddr(arg, IFREQ_DATA) : null;
  if (sets && sinFamily(arg, IFREQ_DATA) !== AF_INET) return -EINVAL;
  const dev = sk.net.names.get(withoutAlias(name));
  if (dev === undefined) return -ENODEV;
  const inDev = inDevGet(dev);
  const list = inDev?.ifaList ?? [];
  const ifa =
    (asked === null ? undefined : list.find((x) => x.label === name && x.local === asked)) ??
    list.find((x) => x.label === name);
  if (request === sio.SIOCSIFFLAGS) return setFlags(dev, inDev, ifa, name, arg);
  if (request === sio.SIOCSIFADDR) return setAddr(dev, inDev, ifa, name, sinAddr(arg, IFREQ_DATA));
  if (ifa === undefined || inDev === null) return -EADDRNOTAVAIL;
  if (sets) return change(dev, inDev, ifa, request, sinAddr(arg, IFREQ_DATA));
  putSin(arg, IFREQ_DATA, answer(ifa, request));
  return 0;
};

/** SIOCGIFCONF: the addresses of all devices, as many as there is room for. @returns bytes; those needed without room. @see inet_gifconf */
export function inetGifconf(net: Net, arg: Uint8Array): number {
  let at = 0;
  for (const dev of net.devs.values()) {
    for (const ifa of inDevGet(dev)?.ifaList ?? []) {
      if (arg.length !== 0) {
        if (at + IFREQ_SIZE > arg.length) return at;
        arg.fill(0, at, at + IFREQ_SIZE);
        putName(arg, at, ifa.label);
        putSin(arg, at + IFREQ_DATA, ifa.local);
      }
      at += IFREQ_SIZE;
    }
  }
  return at;
}
