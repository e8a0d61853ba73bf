/**
 * RTM_*LINK: devices. rtnetlink(7), include/uapi/linux/if_link.h.
 *
 * The types of the attributes are in `link/attrs.ts`, data of each kind in a file of its own beside it.
 */
import { IFALIASZ, ALTIFNAMSIZ, IFNAMSIZ } from '../uapi/if.ts';
import {
  IFLA_ADDRESS,
  IFLA_AF_SPEC,
  IFLA_ALLMULTI,
  IFLA_ALT_IFNAME,
  IFLA_BROADCAST,
  IFLA_CARRIER,
  IFLA_CARRIER_CHANGES,
  IFLA_CARRIER_DOWN_COUNT,
  IFLA_CARRIER_UP_COUNT,
  IFLA_DEVLINK_PORT,
  IFLA_DPLL_PIN,
  IFLA_EVENT,
  IFLA_EXT_MASK,
  IFLA_GROUP,
  IFLA_GRO_IPV4_MAX_SIZE,
  IFLA_GRO_MAX_SIZE,
  IFLA_GSO_IPV4_MAX_SIZE,
  IFLA_GSO_MAX_SEGS,
  IFLA_GSO_MAX_SIZE,
  IFLA_HEADROOM,
  IFLA_IFALIAS,
  IFLA_IFNAME,
  IFLA_INET6_ADDR_GEN_MODE,
  IFLA_INET6_CACHEINFO,
  IFLA_INET6_CONF,
  IFLA_INET6_FLAGS,
  IFLA_INET6_ICMP6STATS,
  IFLA_INET6_RA_MTU,
  IFLA_INET6_STATS,
  IFLA_INET6_TOKEN,
  IFLA_INET_CONF,
  IFLA_LINK,
  IFLA_LINKINFO,
  IFLA_LINKMODE,
  IFLA_LINK_NETNSID,
  IFLA_MAP,
  IFLA_MASTER,
  IFLA_MAX_MTU,
  IFLA_MAX_PACING_OFFLOAD_HORIZON,
  IFLA_MIN_MTU,
  IFLA_MTU,
  IFLA_NETNS_IMMUTABLE,
  IFLA_NET_NS_FD,
  IFLA_NET_NS_PID,
  IFLA_NEW_IFINDEX,
  IFLA_NEW_NETNSID,
  IFLA_NUM_RX_QUEUES,
  IFLA_NUM_TX_QUEUES,
  IFLA_NUM_VF,
  IFLA_OPERSTATE,
  IFLA_PAD,
  IFLA_PARENT_DEV_BUS_NAME,
  IFLA_PARENT_DEV_NAME,
  IFLA_PERM_ADDRESS,
  IFLA_PHYS_PORT_ID,
  IFLA_PHYS_PORT_NAME,
  IFLA_PHYS_SWITCH_ID,
  IFLA_PORT_SELF,
  IFLA_PROMISCUITY,
  IFLA_PROP_LIST,
  IFLA_PROTINFO,
  IFLA_PROTO_DOWN,
  IFLA_PROTO_DOWN_REASON,
  IFLA_PROTO_DOWN_REASON_MASK,
  IFLA_PROTO_DOWN_REASON_VALUE,
  IFLA_QDISC,
  IFLA_STATS,
  IFLA_STATS64,
  IFLA_TAILROOM,
  IFLA_TARGET_NETNSID,
  IFLA_TSO_MAX_SEGS,
  IFLA_TSO_MAX_SIZE,
  IFLA_TXQLEN,
  IFLA_VFINFO_LIST,
  IFLA_VF_PORTS,
  IFLA_WEIGHT,
  IFLA_XDP,
  IFLA_XDP_ATTACHED,
  IFLA_XDP_DRV_PROG_ID,
  IFLA_XDP_EXPECTED_FD,
  IFLA_XDP_FD,
  IFLA_XDP_FLAGS,
  IFLA_XDP_HW_PROG_ID,
  IFLA_XDP_PROG_ID,
  IFLA_XDP_SKB_PROG_ID,
} from '../uapi/if-link.ts';
import { cString, utf8Encode } from '../lib/text.ts';
import { NLA_F_NESTED } from '../uapi/netlink.ts';
import { AF_INET, AF_INET6 } from '../uapi/socket.ts';
import { nested, nestedList, type AttrTable } from './attr.ts';
import { bytes, intArray, macAddr, nulString, ranged, s32, u16, u32, u64, u8, type Codec } from './codec.ts';
import { family, type Family, type Message } from './family.ts';
import type { AfSpec, IflaAttrs, IflaInet6Attrs, IflaInetAttrs, ProtoDownReasonAttrs, XdpAttrs } from './link/attrs.ts';
import { iflaCacheinfo, ifinfomsg, linkMap, linkStats, linkStats64, type Ifinfomsg } from './link/header.ts';
import { linkInfo } from './link/info.ts';

export const iflaInet: AttrTable<IflaInetAttrs> = { conf: [IFLA_INET_CONF, intArray(s32)] };

export const iflaInet6: AttrTable<IflaInet6Attrs> = {
  flags: [IFLA_INET6_FLAGS, u32],
  conf: [IFLA_INET6_CONF, intArray(s32)],
  stats: [IFLA_INET6_STATS, intArray(u64)],
  cacheinfo: [IFLA_INET6_CACHEINFO, iflaCacheinfo],
  icmp6stats: [IFLA_INET6_ICMP6STATS, intArray(u64)],
  token: [IFLA_INET6_TOKEN, bytes],
  addrGenMode: [IFLA_INET6_ADDR_GEN_MODE, u8],
  raMtu: [IFLA_INET6_RA_MTU, u32],
};

/** Numbered by address family. */
export const iflaAfSpec: AttrTable<AfSpec> = {
  inet: [AF_INET, nested(iflaInet)],
  inet6: [AF_INET6, nested(iflaInet6)],
};

export const iflaXdp: AttrTable<XdpAttrs> = {
  fd: [IFLA_XDP_FD, s32],
  attached: [IFLA_XDP_ATTACHED, u8],
  flags: [IFLA_XDP_FLAGS, u32],
  progId: [IFLA_XDP_PROG_ID, u32],
  drvProgId: [IFLA_XDP_DRV_PROG_ID, u32],
  skbProgId: [IFLA_XDP_SKB_PROG_ID, u32],
  hwProgId: [IFLA_XDP_HW_PROG_ID, u32],
  expectedFd: [IFLA_XDP_EXPECTED_FD, s32],
};

export const iflaProtoDownReason: AttrTable<ProtoDownReasonAttrs> = {
  mask: [IFLA_PROTO_DOWN_REASON_MASK, u32],
  value: [IFLA_PROTO_DOWN_REASON_VALUE, u32],
};

/** NLA_BINARY: an empty one takes the alias away; the longest has no NUL. */
const alias: Codec<string> = {
  policy: 'max',
  len: IFALIASZ - 1,
  encode(value, w) {
    const b = utf8Encode(value);
    w.bytes(b);
    if (b.length > 0 && b.length < IFALIASZ - 1) w.reserve(1);
  },
  decode: (b, o, n) => cString(b, o, o + n),
};
const altIfname: Codec<string> = nulString(ALTIFNAMSIZ - 1);
const nestedBytes: Codec<Uint8Array> = { ...bytes, flags: NLA_F_NESTED };

/** @see net/core/rtnetlink.c:ifla_policy */
export const ifla: AttrTable<IflaAttrs> = {
  address: [IFLA_ADDRESS, macAddr],
  broadcast: [IFLA_BROADCAST, macAddr],
  ifname: [IFLA_IFNAME, nulString(IFNAMSIZ - 1)],
  mtu: [IFLA_MTU, u32],
  link: [IFLA_LINK, u32],
  qdisc: [IFLA_QDISC, nulString()],
  stats: [IFLA_STATS, linkStats],
  master: [IFLA_MASTER, u32],
  protinfo: [IFLA_PROTINFO, bytes],
  txqlen: [IFLA_TXQLEN, u32],
  map: [IFLA_MAP, linkMap],
  weight: [IFLA_WEIGHT, u32],
  operstate: [IFLA_OPERSTATE, u8],
  linkmode: [IFLA_LINKMODE, u8],
  linkinfo: [IFLA_LINKINFO, linkInfo(() => ifla)],
  netNsPid: [IFLA_NET_NS_PID, u32],
  ifalias: [IFLA_IFALIAS, alias],
  numVf: [IFLA_NUM_VF, u32],
  vfinfoList: [IFLA_VFINFO_LIST, bytes],
  stats64: [IFLA_STATS64, linkStats64],
  vfPorts: [IFLA_VF_PORTS, bytes],
  portSelf: [IFLA_PORT_SELF, bytes],
  afSpec: [IFLA_AF_SPEC, nested(iflaAfSpec)],
  group: [IFLA_GROUP, u32],
  netNsFd: [IFLA_NET_NS_FD, u32],
  extMask: [IFLA_EXT_MASK, u32],
  promiscuity: [IFLA_PROMISCUITY, u32],
  numTxQueues: [IFLA_NUM_TX_QUEUES, u32],
  numRxQueues: [IFLA_NUM_RX_QUEUES, u32],
  carrier: [IFLA_CARRIER, u8],
  physPortId: [IFLA_PHYS_PORT_ID, bytes],
  carrierChanges: [IFLA_CARRIER_CHANGES, u32],
  physSwitchId: [IFLA_PHYS_SWITCH_ID, bytes],
  linkNetnsid: [IFLA_LINK_NETNSID, s32],
  physPortName: [IFLA_PHYS_PORT_NAME, nulString()],
  protoDown: [IFLA_PROTO_DOWN, u8],
  gsoMaxSegs: [IFLA_GSO_MAX_SEGS, u32],
  gsoMaxSize: [IFLA_GSO_MAX_SIZE, u32],
  pad: [IFLA_PAD, bytes],
  xdp: [IFLA_XDP, nested(iflaXdp)],
  event: [IFLA_EVENT, u32],
  newNetnsid: [IFLA_NEW_NETNSID, s32],
  targetNetnsid: [IFLA_TARGET_NETNSID, s32],
  carrierUpCount: [IFLA_CARRIER_UP_COUNT, u32],
  carrierDownCount: [IFLA_CARRIER_DOWN_COUNT, u32],
  newIfindex: [IFLA_NEW_IFINDEX, ranged(s32, 1, 0x7fffffff)],
  minMtu: [IFLA_MIN_MTU, u32],
  maxMtu: [IFLA_MAX_MTU, u32],
  propList: [IFLA_PROP_LIST, nestedList(IFLA_ALT_IFNAME, altIfname, NLA_F_NESTED)],
  altIfname: [IFLA_ALT_IFNAME, altIfname],
  permAddress: [IFLA_PERM_ADDRESS, macAddr],
  protoDownReason: [IFLA_PROTO_DOWN_REASON, nested(iflaProtoDownReason, NLA_F_NESTED)],
  parentDevName: [IFLA_PARENT_DEV_NAME, nulString()],
  parentDevBusName: [IFLA_PARENT_DEV_BUS_NAME, nulString()],
  groMaxSize: [IFLA_GRO_MAX_SIZE, u32],
  tsoMaxSize: [IFLA_TSO_MAX_SIZE, u32],
  tsoMaxSegs: [IFLA_TSO_MAX_SEGS, u32],
  allmulti: [IFLA_ALLMULTI, u32],
  devlinkPort: [IFLA_DEVLINK_PORT, nestedBytes],
  gsoIpv4MaxSize: [IFLA_GSO_IPV4_MAX_SIZE, u32],
  groIpv4MaxSize: [IFLA_GRO_IPV4_MAX_SIZE, u32],
  dpllPin: [IFLA_DPLL_PIN, nestedBytes],
  maxPacingOffloadHorizon: [IFLA_MAX_PACING_OFFLOAD_HORIZON, u32],
  netnsImmutable: [IFLA_NETNS_IMMUTABLE, u8],
  headroom: [IFLA_HEADROOM, u16],
  tailroom: [IFLA_TAILROOM, u16],
};

/** RTM_NEWLINK, RTM_DELLINK, RTM_GETLINK, RTM_SETLINK, RTM_NEWLINKPROP, RTM_DELLINKPROP. */
export const linkFamily: Family<Ifinfomsg, IflaAttrs> = family(ifinfomsg, ifla);
export type LinkMessage = Message<Ifinfomsg, IflaAttrs>;

export { linkData } from './link/info.ts';
export type { Ifinfomsg, LinkMap, LinkStats } from './link/header.ts';
export type * from './link/attrs.ts';
