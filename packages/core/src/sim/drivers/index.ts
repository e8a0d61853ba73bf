/** The list of device kinds. */
import type { SimKernel } from '../core/kernel.ts';
import { unregisterNetdeviceMany } from '../core/dev-config.ts';
import { devChangeNetNamespace } from '../core/dev-netns.ts';
import type { NetDevice } from '../core/net-device.ts';
import { newExtAck } from '../core/rtnetlink.ts';
import { dummyLinkOps } from './dummy.ts';
import { loopbackInit } from './loopback.ts';
import { vethLinkOps } from './veth.ts';

/** A card cannot be deleted: it goes back to where the machine began. @see default_device_exit_net */
function returnToInitNet(dev: NetDevice): void {
  const { initNet } = dev.net.kernel;
  if (dev.net !== initNet) devChangeNetNamespace(dev, initNet, 'dev%d', 0, newExtAck());
}

/** Registers the drivers; last of all parts, so that devices go before what is built upon them. */
export function driversInit(kernel: SimKernel): void {
  for (const ops of [vethLinkOps, dummyLinkOps]) kernel.linkOps.set(ops.kind, ops);
  loopbackInit(kernel);
  kernel.pernet.push({
    /** A namespace ends: its devices go, latest first, with what hangs on them elsewhere. @see default_device_exit_batch */
    exit(net) {
      const doomed: NetDevice[] = [];
      for (const dev of [...net.devs.values()].reverse()) {
        if (dev.rtnlLinkOps !== null) dev.rtnlLinkOps.dellink(dev, doomed);
        else if (!dev.netnsLocal) returnToInitNet(dev);
      }
      unregisterNetdeviceMany(doomed);
    },
  });
}
