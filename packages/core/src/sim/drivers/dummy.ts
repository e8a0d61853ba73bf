/** A device that swallows what it is given. @see drivers/net/dummy.c */
import { EADDRNOTAVAIL, EINVAL } from '../../uapi/errno.ts';
import { IFF_MULTICAST, IFF_NOARP } from '../../uapi/if.ts';
import { ethMacAddr, isValidEtherAddr } from '../core/dev-config.ts';
import { netifCarrierOff, netifCarrierOn } from '../core/link-watch.ts';
import { NETDEV_TX_OK, NetDevice, type NetDeviceOps, type RtnlLinkOps } from '../core/net-device.ts';
import { consumeSkb } from '../core/skbuff.ts';
import { etherSetup, ethHwAddrRandom, ethTypeTrans } from './ether.ts';

const dummyOps: NetDeviceOps = {
  startXmit(skb, dev) {
    dev.stats.txPackets++;
    dev.stats.txBytes += skb.len;
    consumeSkb(skb);
    return NETDEV_TX_OK;
  },
  setMacAddress: ethMacAddr,
};

export const dummyLinkOps: RtnlLinkOps = {
  kind: 'dummy',
  setup(net, name) {
    const dev = new NetDevice(net, name, dummyOps, ethTypeTrans);
    etherSetup(dev);
    dev.flags = (dev.flags | IFF_NOARP) & ~IFF_MULTICAST;
    dev.noQueue = true;
    dev.liveAddrChange = true;
    dev.minMtu = 0;
    dev.maxMtu = 0;
    ethHwAddrRandom(dev);
    dev.changeCarrier = (d, up) => {
      if (up) netifCarrierOn(d);
      else netifCarrierOff(d);
      return 0;
    };
    return dev;
  },
  validate(attrs) {
    if (attrs.address === undefined) return 0;
    if (attrs.address.length !== 6) return -EINVAL;
    return isValidEtherAddr(attrs.address) ? 0 : -EADDRNOTAVAIL;
  },
  dellink(dev, doomed) {
    doomed.push(dev);
  },
};
