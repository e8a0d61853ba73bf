/** An Ethernet card: what it sends leaves the machine by a wire, what comes in by the wire it receives. @see drivers/net/virtio_net.c */
import { ETH_DATA_LEN, ETH_HLEN } from '../../uapi/if-ether.ts';
import { SKB_DROP_REASON_DEV_READY, SKB_DROP_REASON_PKT_TOO_BIG } from '../../uapi/drop-reason.ts';
import { IFF_UP } from '../../uapi/if.ts';
import { doSoftirq, netifRx } from '../core/dev.ts';
import { ethMacAddr, registerNetdevice } from '../core/dev-config.ts';
import { netifCarrierOff, netifCarrierOn } from '../core/link-watch.ts';
import type { Net } from '../core/net.ts';
import { NETDEV_TX_OK, NetDevice, type NetDeviceOps } from '../core/net-device.ts';
import { consumeSkb, kfreeSkb, type SkBuff } from '../core/skbuff.ts';
import { etherSetup, ethHwAddrRandom, ethTypeTrans } from './ether.ts';

/** Room for a VLAN tag that is not counted in the MTU. */
const VLAN_HLEN = 4;

/** What a card is plugged into. It takes a frame's bytes as they are during the call. */
export interface Wire {
  transmit(from: NetDevice, skb: SkBuff): void;
}

export interface VirtioNetOptions {
  /** e.g. `eth0`. */
  readonly name: string;
  /** Six bytes; drawn at random when absent. */
  readonly address?: Uint8Array;
  readonly mtu?: number;
  readonly maxMtu?: number;
  /**
   * Name of the queueing discipline it has when up: the distribution's `net.core.default_qdisc`. Default `fq_codel`.
   *
   * Differs from Linux: it is a name only. Frames wait in one queue, first in, first out, whatever it says.
   */
  readonly qdisc?: string;
}

interface VirtnetInfo {
  wire: Wire | null;
}

/** @throws RangeError when it is no Ethernet card, and has nothing to plug a wire into */
function privOf(dev: NetDevice): VirtnetInfo {
  if (dev.netdevOps !== virtioNetOps) throw new RangeError(`${dev.name} is no Ethernet card`);
  return dev.priv as VirtnetInfo;
}

const virtioNetOps: NetDeviceOps = {
  /** @see virtnet_open */
  open(dev) {
    if (privOf(dev).wire !== null) netifCarrierOn(dev);
    return 0;
  },
  stop(dev) {
    netifCarrierOff(dev);
    return 0;
  },
  /** @see start_xmit */
  startXmit(skb, dev) {
    const { wire } = dev.priv as VirtnetInfo;
    if (wire === null) {
      dev.stats.txDropped++;
      kfreeSkb(skb, SKB_DROP_REASON_DEV_READY, 'start_xmit');
      return NETDEV_TX_OK;
    }
    dev.stats.txPackets++;
    dev.stats.txBytes += skb.len;
    wire.transmit(dev, skb);
    consumeSkb(skb);
    return NETDEV_TX_OK;
  },
  setMacAddress: ethMacAddr,
};

/**
 * Puts a card into a namespace; the wire is plugged in with `plugWire`.
 * @returns the device, registered and down
 * @throws RangeError when the namespace has a device of this name, or nothing can be called that
 */
export function addVirtioNet(net: Net, options: VirtioNetOptions): NetDevice {
  const dev = new NetDevice(net, options.name, virtioNetOps, ethTypeTrans);
  etherSetup(dev);
  const priv: VirtnetInfo = { wire: null };
  dev.priv = priv;
  dev.defaultQdisc = options.qdisc ?? 'fq_codel';
  dev.maxMtu = options.maxMtu ?? 65_535;
  dev.mtu = options.mtu ?? 1500;
  dev.liveAddrChange = true;
  if (options.address === undefined) ethHwAddrRandom(dev);
  else dev.devAddr = options.address;
  dev.noCarrier = true;
  const err = registerNetdevice(dev);
  if (err !== 0) throw new RangeError(`${options.name}: a device cannot be called that, or is there already (${err})`);
  return dev;
}

/** What a card is plugged into, null for nothing. */
export const wireOf = (dev: NetDevice): Wire | null => privOf(dev).wire;

/** Plugs a wire in, or takes it out: the carrier comes and goes with it. */
export function plugWire(dev: NetDevice, wire: Wire | null): void {
  privOf(dev).wire = wire;
  if (wire === null) netifCarrierOff(dev);
  else if ((dev.flags & IFF_UP) !== 0) netifCarrierOn(dev);
}

/**
 * A frame came in by the wire. Takes the skb over. A card that is down hears nothing, and what is longer than its buffers
 * is an error of length. @see drivers/net/virtio_net.c:receive_small
 */
export function wireReceive(dev: NetDevice, skb: SkBuff): void {
  const { stats } = dev;
  skb.dev = dev;
  if ((dev.flags & IFF_UP) === 0) {
    kfreeSkb(skb, SKB_DROP_REASON_DEV_READY, 'virtnet_receive');
    return;
  }
  if (skb.len > Math.max(dev.mtu, ETH_DATA_LEN) + ETH_HLEN + VLAN_HLEN) {
    stats.rxErrors++;
    kfreeSkb(skb, SKB_DROP_REASON_PKT_TOO_BIG, 'receive_small');
    return;
  }
  stats.rxPackets++;
  stats.rxBytes += skb.len;
  netifRx(skb, dev);
  doSoftirq(dev.net.kernel);
}
