/**
 * ioctl(2) about ARP: SIOCSARP, SIOCDARP and SIOCGARP with a struct arpreq. @see net/ipv4/arp.c:arp_ioctl
 *
 *   arp_pa 0, arp_ha 16, arp_flags 32, arp_netmask 36, arp_dev 52
 */
import { ipv4Bytes } from '../../lib/address.ts';
import { le16, le32, putBe32, putLe16, putLe32 } from '../../lib/bytes.ts';
import { EFAULT, EINVAL, ENODEV, ENXIO, EPFNOSUPPORT } from '../../uapi/errno.ts';
import { ATF_COM, ATF_DONTPUB, ATF_NETMASK, ATF_PERM, ATF_PUBL } from '../../uapi/if-arp.ts';
import { NUD_FAILED, NUD_NOARP, NUD_PERMANENT, NUD_STALE } from '../../uapi/neighbour.ts';
import { RT_SCOPE_LINK, RTM_DELNEIGH } from '../../uapi/rtnetlink.ts';
import { AF_INET } from '../../uapi/socket.ts';
import { SIOCGARP, SIOCSARP } from '../../uapi/sockios.ts';
import { nameAt, putName, sinAddr, sinFamily } from '../core/ioctl.ts';
import type { Net } from '../core/net.ts';
import type { NetDevice } from '../core/net-device.ts';
import { neighUpdate } from '../neigh/neighbour.ts';
import { NEIGH_UPDATE_F_ADMIN, NEIGH_UPDATE_F_OVERRIDE, NUD_VALID } from '../neigh/state.ts';
import type { Neighbour } from '../neigh/table.ts';
import { Flowi4 } from './fib-types.ts';
import { PROXY_ARP } from './devconf.ts';
import { inDevGet } from './in-device.ts';
import { kernelIpv4, netIpv4 } from './netns.ts';
import { ipRouteOutputKey } from './route.ts';

const HA = 16;
const FLAGS = 32;
const NETMASK = 36;
const DEV = 52;
const ARPREQ_SIZE = 68;
const ALL_ONES = 0xffffffff;

/** The flags of an entry as /proc/net/arp shows them. @see arp_state_to_flags */
export const arpStateToFlags = (n: Neighbour): number =>
  (n.nudState & NUD_PERMANENT) !== 0 ? ATF_PERM | ATF_COM : (n.nudState & NUD_VALID) !== 0 ? ATF_COM : 0;

/** The device the address is on the link of. @returns it, or -errno */
function deviceFor(net: Net, ip: number): NetDevice | number {
  const fl = new Flowi4();
  fl.daddr = ip;
  fl.scope = RT_SCOPE_LINK;
  const rt = ipRouteOutputKey(net, fl);
  return typeof rt === 'number' ? rt : rt.dev;
}

/** Answers for everybody, on one device or on all. @see arp_req_set_proxy */
function proxyArp(net: Net, dev: NetDevice | null, on: boolean): number {
  const cnf = dev === null ? netIpv4(net).devconfAll : inDevGet(dev)?.cnf;
  if (cnf === undefined) return -ENXIO;
  cnf.set(PROXY_ARP, on ? 1 : 0);
  return 0;
}

/** Answers for somebody else from now on. @see arp_req_set_public */
function setPublic(net: Net, arg: Uint8Array, ip: number, dev: NetDevice | null): number {
  const mask = sinAddr(arg, NETMASK);
  if (mask === 0) return proxyArp(net, dev, true);
  if (mask !== ALL_ONES) return -EINVAL;
  let on = dev;
  if (on === null && (le32(arg, FLAGS) & ATF_COM) !== 0) {
    const ha = arg.subarray(HA + 2, HA + 8);
    const found = [...net.devs.values()].find(
      (d) => d.type === le16(arg, HA) && d.devAddr.every((v, i) => v === ha[i]),
    );
    if (found === undefined) return -ENODEV;
    on = found;
  }
  const { arpTbl } = kernelIpv4(net.kernel);
  const key = ipv4Bytes(ip);
  const there = arpTbl.proxies.some((p) => p.net === net && p.dev === on && p.key.every((v, i) => v === key[i]));
  if (!there) arpTbl.proxies.push({ key, net, dev: on, flags: 0, protocol: 0 });
  return 0;
}

/** @see arp_req_set */
function arpReqSet(net: Net, arg: Uint8Array, dev: NetDevice | null): number {
  const flags = le32(arg, FLAGS);
  const ip = sinAddr(arg, 0);
  if ((flags & ATF_PUBL) !== 0) return setPublic(net, arg, ip, dev);
  const on = dev ?? deviceFor(net, ip);
  if (typeof on === 'number') return on;
  if (le16(arg, HA) !== on.type) return -EINVAL;
  const { arpTbl } = kernelIpv4(net.kernel);
  const n = arpTbl.lookup4(ip, on) ?? arpTbl.create4(ip, on);
  if (typeof n === 'number') return n;
  const state = (flags & ATF_PERM) !== 0 ? NUD_PERMANENT : NUD_STALE;
  const lladdr = (flags & ATF_COM) !== 0 ? arg.slice(HA + 2, HA + 2 + on.addrLen) : null;
  return neighUpdate(n, lladdr, state, NEIGH_UPDATE_F_OVERRIDE | NEIGH_UPDATE_F_ADMIN);
}

/** @see arp_req_delete */
function arpReqDelete(net: Net, arg: Uint8Array, dev: NetDevice | null): number {
  const ip = sinAddr(arg, 0);
  const { arpTbl } = kernelIpv4(net.kernel);
  if ((le32(arg, FLAGS) & ATF_PUBL) !== 0) {
    const mask = sinAddr(arg, NETMASK);
    if (mask === 0) return proxyArp(net, dev, false);
    if (mask !== ALL_ONES) return -EINVAL;
    const key = ipv4Bytes(ip);
    const i = arpTbl.proxies.findIndex((p) => p.net === net && p.dev === dev && p.key.every((v, j) => v === key[j]));
    if (i < 0) return -ENXIO;
    arpTbl.proxies.splice(i, 1);
    return 0;
  }
  const on = dev ?? deviceFor(net, ip);
  if (typeof on === 'number') return on;
  const n = arpTbl.lookup4(ip, on);
  if (n === null) return -ENXIO;
  let err = -ENXIO;
  if ((n.nudState & ~NUD_NOARP) !== 0)
    err = neighUpdate(n, null, NUD_FAILED, NEIGH_UPDATE_F_OVERRIDE | NEIGH_UPDATE_F_ADMIN);
  arpTbl.remove(n, RTM_DELNEIGH);
  return err;
}

/** @see arp_req_get */
function arpReqGet(net: Net, arg: Uint8Array, dev: NetDevice): number {
  const n = kernelIpv4(net.kernel).arpTbl.lookup4(sinAddr(arg, 0), dev);
  if (n === null || (n.nudState & NUD_NOARP) !== 0) return -ENXIO;
  arg.fill(0, HA, HA + 16);
  putLe16(arg, HA, dev.type);
  arg.set(n.ha.subarray(0, dev.addrLen), HA + 2);
  putLe32(arg, FLAGS, arpStateToFlags(n));
  putName(arg, DEV, dev.name);
  return 0;
}

/** @returns 0, -ENXIO, -ENODEV, -EINVAL, -ENETUNREACH … */
export function arpIoctl(net: Net, request: number, arg: Uint8Array): number {
  if (arg.length < ARPREQ_SIZE) return -EFAULT;
  if (sinFamily(arg, 0) !== AF_INET) return -EPFNOSUPPORT;
  const flags = le32(arg, FLAGS);
  if ((flags & ATF_PUBL) === 0 && (flags & (ATF_NETMASK | ATF_DONTPUB)) !== 0) return -EINVAL;
  if ((flags & ATF_NETMASK) === 0) putBe32(arg, NETMASK + 4, ALL_ONES);
  const name = nameAt(arg, DEV);
  let dev: NetDevice | null = null;
  if (name !== '') {
    dev = net.names.get(name) ?? null;
    if (dev === null) return -ENODEV;
    if (le16(arg, HA) === 0) putLe16(arg, HA, dev.type);
    if ((flags & ATF_COM) !== 0 && le16(arg, HA) !== dev.type) return -EINVAL;
  } else if (request === SIOCGARP) return -ENODEV;
  if (request === SIOCGARP) return arpReqGet(net, arg, dev!);
  return request === SIOCSARP ? arpReqSet(net, arg, dev) : arpReqDelete(net, arg, dev);
}
