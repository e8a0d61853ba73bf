import { none } from '../../lib/small.ts';
import type { ExtAck } from './rtnetlink.ts';
import type { Net } from './net.ts';
import type { SkBuff } from './skbuff.ts';

export const NETDEV_TX_OK = 0;
/** A driver dropped the packet, and the sender is to know. @see include/linux/netdevice.h */
export const NET_XMIT_DROP = 1;

/** What a driver does with its device. @see struct net_device_ops */
export interface NetDeviceOps {
  open?(dev: NetDevice): number;
  stop?(dev: NetDevice): number;
  /** Takes the skb over, sends or frees it. Never delivers inline: `netifRx` queues. */
  startXmit(skb: SkBuff, dev: NetDevice): number;
  changeMtu?(dev: NetDevice, mtu: number): number;
  setMacAddress?(dev: NetDevice, addr: Uint8Array): number;
  validateAddr?(dev: NetDevice): number;
  addSlave?(dev: NetDevice, slave: NetDevice, extack: ExtAck): number;
  delSlave?(dev: NetDevice, slave: NetDevice): number;
  /** ifindex of the device below or of the peer. @see dev_get_iflink */
  getIflink?(dev: NetDevice): number;
  setRxMode?(dev: NetDevice): void;
}

/** How a link layer puts its header in front. @see struct header_ops */
export interface HeaderOps {
  /** @param daddr null: leave it out, the answer is then negative. @returns header length, or negative when the destination is missing */
  create(skb: SkBuff, dev: NetDevice, type: number, daddr: Uint8Array | null, saddr: Uint8Array | null): number;
}

/** Reads the packet's type from its link header and takes that off. @see eth_type_trans */
export type TypeTrans = (skb: SkBuff, dev: NetDevice) => void;

/** @see struct rtnl_link_stats64; counts are exact up to 2^53. */
export class DevStats {
  rxPackets = 0;
  txPackets = 0;
  rxBytes = 0;
  txBytes = 0;
  rxErrors = 0;
  txErrors = 0;
  rxDropped = 0;
  txDropped = 0;
  multicast = 0;
  collisions = 0;
  rxNohandler = 0;
}

/** A multicast or further unicast address a device listens to, with its users. @see struct netdev_hw_addr */
export interface HwAddr {
  readonly addr: Uint8Array;
  users: number;
  /** A user asked for it by hand. */
  global?: boolean;
}

export const NETREG_UNINITIALIZED = 0;
export const NETREG_REGISTERED = 1;
export const NETREG_UNREGISTERING = 2;
export const NETREG_UNREGISTERED = 3;

const ZERO_ADDR = new Uint8Array(6);

/** A network device. @see include/linux/netdevice.h:struct net_device */
export class NetDevice {
  net: Net;
  name: string;
  ifindex = 0;
  regState: number = NETREG_UNINITIALIZED;
  /** ARPHRD_*. */
  type = 1;
  /** IFF_* as set by users and drivers; IFF_RUNNING and IFF_LOWER_UP are computed (`devGetFlags`). */
  flags = 0;
  /** IFF_PROMISC and IFF_ALLMULTI as asked by users. */
  gflags = 0;
  promiscuity = 0;
  allmulti = 0;
  mtu = 1500;
  minMtu = 68;
  maxMtu = 65535;
  addrLen = 6;
  hardHeaderLen = 14;
  // Addresses are replaced, never written into: devices share them.
  devAddr: Uint8Array = ZERO_ADDR;
  broadcast: Uint8Array = ZERO_ADDR;
  permAddr: Uint8Array | null = null;
  /** NET_ADDR_PERM, _RANDOM, _STOLEN, _SET. */
  addrAssignType = 0;
  /** NET_NAME_ENUM, _PREDICTABLE, _USER, _RENAMED. */
  nameAssignType = 3;
  txQueueLen = 1000;
  group = 0;
  ifalias = '';
  altnames: readonly string[] = none();
  /** IF_OPER_*. */
  operstate = 0;
  linkMode = 0;
  /** No carrier. @see __LINK_STATE_NOCARRIER */
  noCarrier = false;
  dormant = false;
  /** The driver gave no word on carrier changes yet: `netif_carrier_*` counted. */
  carrierUpCount = 0;
  carrierDownCount = 0;
  protoDown = false;
  /** False for devices that cannot leave their namespace (lo). @see netns_immutable */
  netnsLocal = false;
  /** No queue in front of the driver: lo, veth … @see IFF_NO_QUEUE */
  noQueue = false;
  /** What users are shown: `noop` before the first up; then `noqueue`, `fq_codel` … */
  qdisc = 'noop';
  /** What that becomes when the device goes up, where it has a queue. @see net.core.default_qdisc */
  defaultQdisc = 'fq_codel';
  /** Whether that one is at work: the device is up and has a carrier. Otherwise what is sent is dropped. @see dev_activate */
  qdiscActive = false;
  /** An event of its carrier waits to be worked on. @see link-watch.ts */
  linkwatchPending = false;
  /** Made by a request that has not announced it yet. @see RTNL_LINK_INITIALIZING */
  linkInitializing = false;
  gsoMaxSize = 65536;
  gsoMaxSegs = 65535;
  groMaxSize = 65536;
  gsoIpv4MaxSize = 65536;
  groIpv4MaxSize = 65536;
  tsoMaxSize = 524280;
  tsoMaxSegs = 65535;
  /** May change its MAC while up. @see IFF_LIVE_ADDR_CHANGE */
  liveAddrChange = false;
  /** The driver answers IFLA_CARRIER. */
  changeCarrier: ((dev: NetDevice, up: boolean) => number) | null = null;
  numTxQueues = 1;
  numRxQueues = 1;
  master: NetDevice | null = null;
  netdevOps: NetDeviceOps;
  headerOps: HeaderOps | null = null;
  typeTrans: TypeTrans;
  rtnlLinkOps: RtnlLinkOps | null = null;
  /** The driver's own state. */
  priv: unknown = null;
  /** IPv4's and IPv6's state on this device; null while they have none. @see in_device, inet6_dev */
  ipPtr: unknown = null;
  ip6Ptr: unknown = null;
  /** A bridge, bond … that takes received packets first. @returns true when it took the skb over */
  rxHandler: ((skb: SkBuff, dev: NetDevice) => boolean) | null = null;
  readonly stats: DevStats = new DevStats();
  mc: readonly HwAddr[] = none();
  uc: readonly HwAddr[] = none();
  readonly gen: unknown[] = [];

  constructor(net: Net, name: string, ops: NetDeviceOps, typeTrans: TypeTrans) {
    this.net = net;
    this.name = name;
    this.netdevOps = ops;
    this.typeTrans = typeTrans;
  }
}

/** Decoded IFLA_* attributes; the shape is netlink/link.ts's. */
export type LinkAttrs = import('../../netlink/link.ts').IflaAttrs;
/** IFLA_INFO_DATA: decoded for the kinds netlink/link knows, undefined when absent. */
export type LinkData = import('../../netlink/link.ts').LinkInfo['data'];

/** One kind of device that `ip link add … type KIND` makes. @see struct rtnl_link_ops */
export interface RtnlLinkOps {
  readonly kind: string;
  /** Makes a device of this kind with its defaults: type, flags, mtu limits, ops. Not registered yet. */
  setup(net: Net, name: string): NetDevice;
  /** @returns 0 or -errno, with words in extack */
  validate?(attrs: LinkAttrs, data: LinkData, extack: ExtAck): number;
  /** The second device that comes along, which is checked as the first. @see rtnl_link_ops.peer_type */
  peerOf?(data: LinkData): { readonly index?: number; readonly attrs: LinkAttrs } | undefined;
  /** Registers `dev`, which has name, address and mtu from the request where given. Absent: plain registration. */
  newlink?(ctx: NewlinkContext, dev: NetDevice, attrs: LinkAttrs, data: LinkData, extack: ExtAck): number;
  changelink?(dev: NetDevice, attrs: LinkAttrs, data: LinkData, extack: ExtAck): number;
  /** Puts this device and what goes with it (a veth's peer) on the list of those to unregister. */
  dellink(dev: NetDevice, doomed: NetDevice[]): void;
  /** What IFLA_INFO_DATA shows; undefined for nothing. */
  fillInfo?(dev: NetDevice): LinkData;
  /** The namespace of the other end, when it may be another one. */
  getLinkNet?(dev: NetDevice): Net;
}

/** What `newlink` may need besides the device. */
export interface NewlinkContext {
  /** The namespace the request came from: names and indexes in it are looked up here. */
  readonly srcNet: Net;
  /** Where the device is made. */
  readonly tgtNet: Net;
  /** Where a peer goes that names no namespace: that of IFLA_LINK_NETNSID, else `srcNet`. @see rtnl_newlink_peer_net */
  readonly peerNet: Net;
  /** Resolves IFLA_NET_NS_PID, IFLA_NET_NS_FD and IFLA_TARGET_NETNSID of attributes; undefined when there is none of them, -errno when it leads nowhere. */
  linkNet(attrs: LinkAttrs, extack: ExtAck): Net | number | undefined;
  /** Makes a device as a request asks for it, not yet registered. */
  createLink(net: Net, name: string, ops: RtnlLinkOps, attrs: LinkAttrs, extack: ExtAck): NetDevice | number;
  /** Applies the flags of a request on a registered device and announces it. */
  configureLink(dev: NetDevice, flags: number, change: number): number;
}
