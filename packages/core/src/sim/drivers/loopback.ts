/** `lo`: every namespace's own, first of its devices. @see drivers/net/loopback.c */
import { ARPHRD_LOOPBACK } from '../../uapi/if-arp.ts';
import { ETH_HLEN } from '../../uapi/if-ether.ts';
import { IFF_LOOPBACK } from '../../uapi/if.ts';
import { netifRx } from '../core/dev.ts';
import { ethMacAddr, registerNetdevice, unregisterNetdevice } from '../core/dev-config.ts';
import type { SimKernel } from '../core/kernel.ts';
import { NETDEV_TX_OK, NetDevice, type NetDeviceOps } from '../core/net-device.ts';
import { ethHeaderOps, ethTypeTrans } from './ether.ts';

const loopbackOps: NetDeviceOps = {
  startXmit(skb, dev) {
    const { stats } = dev;
    const len = skb.len - ETH_HLEN;
    stats.txPackets++;
    stats.rxPackets++;
    stats.txBytes += len;
    stats.rxBytes += len;
    netifRx(skb, dev);
    return NETDEV_TX_OK;
  },
  setMacAddress: ethMacAddr,
};

export function loopbackInit(kernel: SimKernel): void {
  kernel.pernet.push({
    init(net) {
      const dev = new NetDevice(net, 'lo', loopbackOps, ethTypeTrans);
      dev.type = ARPHRD_LOOPBACK;
      dev.flags = IFF_LOOPBACK;
      dev.nameAssignType = 2;
      dev.mtu = 65536;
      dev.minMtu = 0;
      dev.maxMtu = 0;
      dev.hardHeaderLen = ETH_HLEN;
      dev.headerOps = ethHeaderOps;
      dev.noQueue = true;
      dev.liveAddrChange = true;
      dev.netnsLocal = true;
      registerNetdevice(dev);
      net.loopback = dev;
    },
    exit(net) {
      if (net.loopback !== null) unregisterNetdevice(net.loopback);
    },
  });
}
