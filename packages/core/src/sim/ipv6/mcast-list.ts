/** The groups a device listens to. @see net/ipv6/mcast.c */
import { sharedAddr, withLast, withoutAt } from '../../lib/small.ts';
import { ipv6MulticastMac } from '../../lib/address.ts';
import { bytesEqual } from '../../lib/bytes.ts';
import { ARPHRD_ETHER } from '../../uapi/if-arp.ts';
import type { NetDevice } from '../core/net-device.ts';
import { ipv6AddrEqual } from './addr-type.ts';
import { type Ifmcaddr6, in6DevGet } from './inet6-dev.ts';

/** Whether the device listens to the group at `o`. @see ipv6_chk_mcast_addr */
export function ipv6ChkMcastAddr(dev: NetDevice, group: Uint8Array, o: number): boolean {
  const idev = in6DevGet(dev);
  if (idev === null) return false;
  for (const mc of idev.mcList) if (ipv6AddrEqual(mc.addr, 0, group, o)) return true;
  return false;
}

/** The entry of a group, or undefined. */
export function mcFind(list: readonly Ifmcaddr6[], group: Uint8Array): Ifmcaddr6 | undefined {
  return list.find((mc) => ipv6AddrEqual(mc.addr, 0, group, 0));
}

/** The link layer listens to a group, or does no longer. @see dev_mc_add, dev_mc_del */
export function devMcUpdate(dev: NetDevice, group: Uint8Array, users: 1 | -1): void {
  if (dev.type !== ARPHRD_ETHER) return;
  const mac = ipv6MulticastMac(group);
  const at = dev.mc.findIndex((h) => bytesEqual(h.addr, mac));
  if (at < 0) {
    if (users > 0) dev.mc = withLast(dev.mc, { addr: sharedAddr(mac), users: 1 });
  } else if ((dev.mc[at]!.users += users) === 0) dev.mc = withoutAt(dev.mc, at);
  dev.netdevOps.setRxMode?.(dev);
}
