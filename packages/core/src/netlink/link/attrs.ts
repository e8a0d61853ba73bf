import type { UnknownAttrs } from '../attr.ts';
import type { Ifinfomsg, IflaCacheinfo, LinkMap, LinkStats } from './header.ts';
import type { VlanAttrs } from './vlan.ts';

/** IFLA_INFO_DATA by kind. A new kind adds a line here and its table in `info.ts`. */
export interface LinkKinds {
  veth: VethAttrs;
  vlan: VlanAttrs;
}

/** IFLA_INFO_DATA of kind veth. include/uapi/linux/veth.h */
export interface VethAttrs extends UnknownAttrs {
  /** The other end: an RTM_NEWLINK payload of its own. */
  peer?: (Partial<Ifinfomsg> & { attrs: IflaAttrs }) | undefined;
}

/** IFLA_LINKINFO. `data` is attributes for a kind in LinkKinds, bytes for any other. */
export interface LinkInfo extends UnknownAttrs {
  /** Comes before `data`: it says how to read it. */
  kind?: string | undefined;
  data?: LinkKinds[keyof LinkKinds] | Uint8Array | undefined;
  xstats?: Uint8Array | undefined;
  slaveKind?: string | undefined;
  slaveData?: Uint8Array | undefined;
}

/** IFLA_AF_SPEC / AF_INET. */
export interface IflaInetAttrs extends UnknownAttrs {
  /** IPV4_DEVCONF_* minus 1 is the index. */
  conf?: readonly number[] | undefined;
}

/** IFLA_AF_SPEC / AF_INET6. */
export interface IflaInet6Attrs extends UnknownAttrs {
  /** IF_READY, IF_RA_* */
  flags?: number | undefined;
  /** DEVCONF_* is the index. */
  conf?: readonly number[] | undefined;
  /** IPSTATS_MIB_*; the first is their number. */
  stats?: readonly number[] | undefined;
  cacheinfo?: IflaCacheinfo | undefined;
  /** ICMP6_MIB_*; the first is their number. */
  icmp6stats?: readonly number[] | undefined;
  token?: Uint8Array | undefined;
  /** IN6_ADDR_GEN_MODE_* */
  addrGenMode?: number | undefined;
  raMtu?: number | undefined;
}

/** IFLA_AF_SPEC: settings of each protocol family. */
export interface AfSpec extends UnknownAttrs {
  inet?: IflaInetAttrs | undefined;
  inet6?: IflaInet6Attrs | undefined;
}

/** IFLA_XDP. */
export interface XdpAttrs extends UnknownAttrs {
  fd?: number | undefined;
  /** XDP_ATTACHED_* */
  attached?: number | undefined;
  flags?: number | undefined;
  progId?: number | undefined;
  drvProgId?: number | undefined;
  skbProgId?: number | undefined;
  hwProgId?: number | undefined;
  expectedFd?: number | undefined;
}

/** IFLA_PROTO_DOWN_REASON. */
export interface ProtoDownReasonAttrs extends UnknownAttrs {
  mask?: number | undefined;
  value?: number | undefined;
}

/** Attributes of RTM_*LINK. include/uapi/linux/if_link.h */
export interface IflaAttrs extends UnknownAttrs {
  address?: Uint8Array | undefined;
  broadcast?: Uint8Array | undefined;
  ifname?: string | undefined;
  mtu?: number | undefined;
  /** ifindex of the device below, or of the peer of a veth (in `linkNetnsid`). */
  link?: number | undefined;
  qdisc?: string | undefined;
  stats?: LinkStats | undefined;
  /** ifindex of the bridge, bond or VRF; 0 releases. */
  master?: number | undefined;
  /** Depends on the family: attributes of a bridge port or of IPv6. */
  protinfo?: Uint8Array | undefined;
  txqlen?: number | undefined;
  map?: LinkMap | undefined;
  weight?: number | undefined;
  /** IF_OPER_* */
  operstate?: number | undefined;
  /** IF_LINK_MODE_* */
  linkmode?: number | undefined;
  linkinfo?: LinkInfo | undefined;
  /** Namespace by a process in it. */
  netNsPid?: number | undefined;
  ifalias?: string | undefined;
  numVf?: number | undefined;
  vfinfoList?: Uint8Array | undefined;
  stats64?: LinkStats | undefined;
  vfPorts?: Uint8Array | undefined;
  portSelf?: Uint8Array | undefined;
  afSpec?: AfSpec | undefined;
  group?: number | undefined;
  /** Namespace by an open file. */
  netNsFd?: number | undefined;
  /** RTEXT_FILTER_* */
  extMask?: number | undefined;
  promiscuity?: number | undefined;
  numTxQueues?: number | undefined;
  numRxQueues?: number | undefined;
  carrier?: number | undefined;
  physPortId?: Uint8Array | undefined;
  carrierChanges?: number | undefined;
  physSwitchId?: Uint8Array | undefined;
  /** Id of the namespace `link` is in; -1 when it has none here. */
  linkNetnsid?: number | undefined;
  physPortName?: string | undefined;
  protoDown?: number | undefined;
  gsoMaxSegs?: number | undefined;
  gsoMaxSize?: number | undefined;
  pad?: Uint8Array | undefined;
  xdp?: XdpAttrs | undefined;
  /** IFLA_EVENT_* */
  event?: number | undefined;
  newNetnsid?: number | undefined;
  /** IFLA_TARGET_NETNSID, IFLA_IF_NETNSID: act in the namespace with this id. */
  targetNetnsid?: number | undefined;
  carrierUpCount?: number | undefined;
  carrierDownCount?: number | undefined;
  newIfindex?: number | undefined;
  minMtu?: number | undefined;
  maxMtu?: number | undefined;
  /** Alternative names. */
  propList?: readonly string[] | undefined;
  altIfname?: string | undefined;
  permAddress?: Uint8Array | undefined;
  protoDownReason?: ProtoDownReasonAttrs | undefined;
  parentDevName?: string | undefined;
  parentDevBusName?: string | undefined;
  groMaxSize?: number | undefined;
  tsoMaxSize?: number | undefined;
  tsoMaxSegs?: number | undefined;
  allmulti?: number | undefined;
  devlinkPort?: Uint8Array | undefined;
  gsoIpv4MaxSize?: number | undefined;
  groIpv4MaxSize?: number | undefined;
  dpllPin?: Uint8Array | undefined;
  maxPacingOffloadHorizon?: number | undefined;
  netnsImmutable?: number | undefined;
  headroom?: number | undefined;
  tailroom?: number | undefined;
}
