/** A virtual cable: two devices, each of which receives what the other sends. @see drivers/net/veth.c */
import { linkData, type IflaAttrs } from '../../netlink/link.ts';
import { SKB_DROP_REASON_NOT_SPECIFIED } from '../../uapi/drop-reason.ts';
import { EADDRNOTAVAIL, EINVAL, ENOTCONN } from '../../uapi/errno.ts';
import { ETH_HLEN, ETH_MAX_MTU, ETH_MIN_MTU } from '../../uapi/if-ether.ts';
import { IFF_UP } from '../../uapi/if.ts';
import { netifRx } from '../core/dev.ts';
import { ethMacAddr, isValidEtherAddr, registerNetdevice, unregisterNetdevice } from '../core/dev-config.ts';
import { netifCarrierOff, netifCarrierOn } from '../core/link-watch.ts';
import {
  NET_XMIT_DROP,
  NETDEV_TX_OK,
  NetDevice,
  type LinkAttrs,
  type LinkData,
  type NetDeviceOps,
  type NewlinkContext,
  type RtnlLinkOps,
} from '../core/net-device.ts';
import type { ExtAck } from '../core/rtnetlink.ts';
import { kfreeSkb } from '../core/skbuff.ts';
import { etherSetup, ethHwAddrRandom, ethTypeTrans } from './ether.ts';

/** Queues of each direction by default: one a processor. */
const QUEUES = 2;
/** Room for a VLAN tag that is not counted in the MTU. */
const VLAN_HLEN = 4;

interface VethPriv {
  peer: NetDevice | null;
}
const privOf = (dev: NetDevice): VethPriv => dev.priv as VethPriv;

const vethOps: NetDeviceOps = {
  /** The cable has a carrier while both ends are up. @see veth_open */
  open(dev) {
    const { peer } = privOf(dev);
    if (peer === null) return -ENOTCONN;
    if ((peer.flags & IFF_UP) !== 0) {
      netifCarrierOn(dev);
      netifCarrierOn(peer);
    }
    return 0;
  },
  stop(dev) {
    const { peer } = privOf(dev);
    netifCarrierOff(dev);
    if (peer !== null) netifCarrierOff(peer);
    return 0;
  },
  /** Queues the packet on the peer's backlog; never delivers inline, so a loop cannot grow the stack. @see veth_xmit */
  startXmit(skb, dev) {
    const { peer } = privOf(dev);
    const { len } = skb;
    if (peer === null) {
      dev.stats.txDropped++;
      kfreeSkb(skb, SKB_DROP_REASON_NOT_SPECIFIED, 'veth_xmit');
      return NETDEV_TX_OK;
    }
    if ((peer.flags & IFF_UP) === 0 || (skb.gsoSize === 0 && len > peer.mtu + ETH_HLEN + VLAN_HLEN)) {
      dev.stats.txDropped++;
      peer.stats.rxDropped++;
      kfreeSkb(skb, SKB_DROP_REASON_NOT_SPECIFIED, '____dev_forward_skb');
      return NET_XMIT_DROP;
    }
    dev.stats.txPackets++;
    dev.stats.txBytes += len;
    peer.stats.rxPackets++;
    peer.stats.rxBytes += len;
    skb.sk = null;
    skb.dst = null;
    skb.nfct = null;
    if (dev.net !== peer.net) skb.mark = 0;
    netifRx(skb, peer);
    return NETDEV_TX_OK;
  },
  setMacAddress: ethMacAddr,
  getIflink: (dev) => privOf(dev).peer?.ifindex ?? 0,
};

/** @see veth_setup */
function vethSetup(net: NetDevice['net'], name: string): NetDevice {
  const dev = new NetDevice(net, name, vethOps, ethTypeTrans);
  etherSetup(dev);
  const priv: VethPriv = { peer: null };
  dev.priv = priv;
  dev.noQueue = true;
  dev.liveAddrChange = true;
  dev.maxMtu = ETH_MAX_MTU;
  dev.numTxQueues = QUEUES;
  dev.numRxQueues = QUEUES;
  return dev;
}

/** @see veth_validate */
function vethValidate(attrs: LinkAttrs): number {
  const { address, mtu } = attrs;
  if (address !== undefined) {
    if (address.length !== 6) return -EINVAL;
    if (!isValidEtherAddr(address)) return -EADDRNOTAVAIL;
  }
  return mtu !== undefined && (mtu < ETH_MIN_MTU || mtu > ETH_MAX_MTU) ? -EINVAL : 0;
}

/** The other end: as the request describes it, or the first end's twin. @see veth_newlink */
function makePeer(
  ctx: NewlinkContext,
  dev: NetDevice,
  attrs: LinkAttrs,
  data: LinkData,
  extack: ExtAck,
): NetDevice | number {
  const peerMsg = linkData({ kind: 'veth', data }, 'veth')?.peer;
  const pa: IflaAttrs = peerMsg?.attrs ?? attrs;
  const net = peerMsg === undefined ? ctx.tgtNet : (ctx.linkNet(pa, extack) ?? ctx.peerNet);
  if (typeof net === 'number') return net;
  const name = peerMsg?.attrs.ifname ?? 'veth%d';
  const peer = ctx.createLink(net, name, vethLinkOps, pa, extack);
  if (typeof peer === 'number') return peer;
  if (peerMsg === undefined || peerMsg.attrs.address === undefined) ethHwAddrRandom(peer);
  if (dev.ifindex !== 0) peer.ifindex = peerMsg?.index ?? 0;
  let err = registerNetdevice(peer);
  if (err !== 0) return err;
  netifCarrierOff(peer);
  err = ctx.configureLink(peer, peerMsg?.flags ?? 0, peerMsg?.change ?? 0);
  if (err === 0) return peer;
  unregisterNetdevice(peer);
  return err;
}

export const vethLinkOps: RtnlLinkOps = {
  kind: 'veth',
  setup: vethSetup,
  validate: vethValidate,
  peerOf: (data) => linkData({ kind: 'veth', data }, 'veth')?.peer,
  newlink(ctx, dev, attrs, data, extack) {
    const peer = makePeer(ctx, dev, attrs, data, extack);
    if (typeof peer === 'number') return peer;
    if (attrs.address === undefined) ethHwAddrRandom(dev);
    if (attrs.ifname === undefined) dev.name = 'veth%d';
    const err = registerNetdevice(dev);
    if (err !== 0) {
      unregisterNetdevice(peer);
      return err;
    }
    netifCarrierOff(dev);
    privOf(dev).peer = peer;
    privOf(peer).peer = dev;
    return 0;
  },
  /** Both ends go, and neither knows the other any more. @see veth_dellink */
  dellink(dev, doomed) {
    const { peer } = privOf(dev);
    privOf(dev).peer = null;
    doomed.push(dev);
    if (peer === null) return;
    privOf(peer).peer = null;
    doomed.push(peer);
  },
  getLinkNet: (dev) => privOf(dev).peer?.net ?? dev.net,
};
