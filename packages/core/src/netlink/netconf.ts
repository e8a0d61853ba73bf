import {
  NETCONFA_BC_FORWARDING,
  NETCONFA_FORCE_FORWARDING,
  NETCONFA_FORWARDING,
  NETCONFA_IFINDEX,
  NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN,
  NETCONFA_INPUT,
  NETCONFA_MC_FORWARDING,
  NETCONFA_PROXY_NEIGH,
  NETCONFA_RP_FILTER,
} from '../uapi/rtnetlink.ts';
import type { AttrTable, UnknownAttrs } from './attr.ts';
import { s32 } from './codec.ts';
import { family, type Family, type Message } from './family.ts';
import { rtgenmsg, type Rtgenmsg } from './nsid.ts';

/** Attributes of RTM_*NETCONF. include/uapi/linux/netconf.h */
export interface NetconfAttrs extends UnknownAttrs {
  /** NETCONFA_IFINDEX_ALL, NETCONFA_IFINDEX_DEFAULT, or a device. */
  ifindex?: number | undefined;
  forwarding?: number | undefined;
  rpFilter?: number | undefined;
  mcForwarding?: number | undefined;
  proxyNeigh?: number | undefined;
  ignoreRoutesWithLinkdown?: number | undefined;
  input?: number | undefined;
  bcForwarding?: number | undefined;
  forceForwarding?: number | undefined;
}

/** @see net/ipv4/devinet.c:devconf_ipv4_policy */
export const netconfa: AttrTable<NetconfAttrs> = {
  ifindex: [NETCONFA_IFINDEX, s32],
  forwarding: [NETCONFA_FORWARDING, s32],
  rpFilter: [NETCONFA_RP_FILTER, s32],
  mcForwarding: [NETCONFA_MC_FORWARDING, s32],
  proxyNeigh: [NETCONFA_PROXY_NEIGH, s32],
  ignoreRoutesWithLinkdown: [NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN, s32],
  input: [NETCONFA_INPUT, s32],
  bcForwarding: [NETCONFA_BC_FORWARDING, s32],
  forceForwarding: [NETCONFA_FORCE_FORWARDING, s32],
};

/** RTM_NEWNETCONF, RTM_DELNETCONF. Their header is one byte, the address family. */
export const netconfFamily: Family<Rtgenmsg, NetconfAttrs> = family(rtgenmsg, netconfa);
export type NetconfMessage = Message<Rtgenmsg, NetconfAttrs>;
