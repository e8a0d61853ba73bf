/** A device moves to another namespace. @see net/core/dev.c:__dev_change_net_namespace */
import { none } from '../../lib/small.ts';
import { EBUSY, EEXIST, EINVAL } from '../../uapi/errno.ts';
import { RTM_DELLINK, RTM_NEWLINK } from '../../uapi/rtnetlink.ts';
import { devClose, devNewIndex, devPrepValidName, devShutdown, listNetdevice, unlistNetdevice } from './dev-config.ts';
import { NETDEV_REGISTER, NETDEV_UNREGISTER } from './events.ts';
import type { Net } from './net.ts';
import { NETREG_REGISTERED, type NetDevice } from './net-device.ts';
import { peernet2idAlloc } from './nsid.ts';
import { type ExtAck, KERNEL_INFO, nlErr } from './rtnetlink.ts';

/**
 * Moves a device: down, forgotten here (addresses and routes go with it), known there. Its index stays if it is free.
 *
 * @param pattern a name (perhaps with `%d`) used only when the device's own is taken over there; '' for none
 * @param newIndex the index asked for, 0 for none
 * @returns 0, -EINVAL (bound to its namespace), -EEXIST (name taken), -EBUSY (index taken)
 */
export function devChangeNetNamespace(
  dev: NetDevice,
  net: Net,
  pattern: string,
  newIndex: number,
  extack: ExtAck,
): number {
  if (dev.netnsLocal) return nlErr(extack, EINVAL, 'The interface netns is immutable');
  if (dev.regState !== NETREG_REGISTERED) return nlErr(extack, EINVAL, 'Device is being unregistered');
  const old = dev.net;
  if (old === net) return 0;
  let { name } = dev;
  if (net.names.has(name)) {
    if (pattern === '') return nlErr(extack, EEXIST, 'An interface with the same name exists in the target netns');
    const other = devPrepValidName(net, pattern, EEXIST);
    if (typeof other === 'number')
      return nlErr(extack, -other, `Unable to use '${pattern}' for the new interface name in the target netns`);
    name = other;
  }
  const alt = dev.altnames.find((a) => net.names.has(a));
  if (alt !== undefined)
    return nlErr(extack, EEXIST, `An interface with the altname ${alt} exists in the target netns`);
  if (newIndex !== 0 && net.devs.has(newIndex))
    return nlErr(extack, EBUSY, `The ifindex ${newIndex} is not available in the target netns`);

  const { netdevChain, rtnl } = old.kernel;
  devClose(dev);
  unlistNetdevice(dev);
  devShutdown(dev);
  netdevChain.call(NETDEV_UNREGISTER, dev);
  const newNsid = peernet2idAlloc(old, net);
  const ifindex = newIndex !== 0 ? newIndex : net.devs.has(dev.ifindex) ? devNewIndex(net) : dev.ifindex;
  rtnl.ifinfo(RTM_DELLINK, dev, 0xffffffff, KERNEL_INFO, { newNsid, newIfindex: ifindex });
  dev.mc = dev.uc = none();
  dev.net = net;
  dev.ifindex = ifindex;
  dev.name = name;
  listNetdevice(dev);
  netdevChain.call(NETDEV_REGISTER, dev);
  rtnl.ifinfo(RTM_NEWLINK, dev, 0xffffffff);
  return 0;
}
