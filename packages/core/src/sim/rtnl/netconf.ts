/** RTM_{NEW,DEL}NETCONF: what devices are set to, as notifications. @see net/ipv4/devinet.c:inet_netconf_fill_devconf */
import { netconfFamily, type NetconfAttrs } from '../../netlink/netconf.ts';
import {
  DEVCONF_FORWARDING,
  DEVCONF_IGNORE_ROUTES_WITH_LINKDOWN,
  DEVCONF_MC_FORWARDING,
  DEVCONF_PROXY_NDP,
} from '../../uapi/if-link.ts';
import {
  NETCONFA_ALL,
  NETCONFA_BC_FORWARDING,
  NETCONFA_FORCE_FORWARDING,
  NETCONFA_FORWARDING,
  NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN,
  NETCONFA_MC_FORWARDING,
  NETCONFA_PROXY_NEIGH,
  NETCONFA_RP_FILTER,
  RTM_DELNETCONF,
  RTM_NEWNETCONF,
  RTNLGRP_IPV4_NETCONF,
  RTNLGRP_IPV6_NETCONF,
} from '../../uapi/rtnetlink.ts';
import { AF_INET, AF_INET6 } from '../../uapi/socket.ts';
import type { SimKernel } from '../core/kernel.ts';
import type { Net } from '../core/net.ts';
import { KERNEL_INFO } from '../core/rtnetlink.ts';
import {
  BC_FORWARDING,
  FORWARDING,
  IGNORE_ROUTES_WITH_LINKDOWN,
  MC_FORWARDING,
  PROXY_ARP,
  RP_FILTER,
} from '../ipv4/devconf.ts';
import { kernelIpv4 } from '../ipv4/netns.ts';
import { DEVCONF_FORCE_FORWARDING } from '../ipv6/devconf6.ts';
import { kernelIpv6 } from '../ipv6/netns6.ts';

type Field = readonly [attr: number, name: keyof NetconfAttrs, setting: number];

const FIELDS4: readonly Field[] = [
  [NETCONFA_FORWARDING, 'forwarding', FORWARDING],
  [NETCONFA_RP_FILTER, 'rpFilter', RP_FILTER],
  [NETCONFA_MC_FORWARDING, 'mcForwarding', MC_FORWARDING],
  [NETCONFA_BC_FORWARDING, 'bcForwarding', BC_FORWARDING],
  [NETCONFA_PROXY_NEIGH, 'proxyNeigh', PROXY_ARP],
  [NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN, 'ignoreRoutesWithLinkdown', IGNORE_ROUTES_WITH_LINKDOWN],
];
const FIELDS6: readonly Field[] = [
  [NETCONFA_FORWARDING, 'forwarding', DEVCONF_FORWARDING],
  [NETCONFA_FORCE_FORWARDING, 'forceForwarding', DEVCONF_FORCE_FORWARDING],
  [NETCONFA_MC_FORWARDING, 'mcForwarding', DEVCONF_MC_FORWARDING],
  [NETCONFA_PROXY_NEIGH, 'proxyNeigh', DEVCONF_PROXY_NDP],
  [NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN, 'ignoreRoutesWithLinkdown', DEVCONF_IGNORE_ROUTES_WITH_LINKDOWN],
];

/** @param value of a setting; null when the device has none any more */
function notify(net: Net, inet6: boolean, attr: number, ifindex: number, value: ((i: number) => number) | null): void {
  const { rtnl } = net.kernel;
  const group = inet6 ? RTNLGRP_IPV6_NETCONF : RTNLGRP_IPV4_NETCONF;
  if (!rtnl.hasListeners(net, group, KERNEL_INFO)) return;
  const attrs: NetconfAttrs = { ifindex };
  if (value !== null) {
    for (const [which, name, setting] of inet6 ? FIELDS6 : FIELDS4) {
      if (attr === NETCONFA_ALL || attr === which) (attrs as Record<string, number>)[name] = value(setting);
    }
  }
  const payload = netconfFamily.encode({ family: inet6 ? AF_INET6 : AF_INET, attrs });
  rtnl.notify(net, group, value === null ? RTM_DELNETCONF : RTM_NEWNETCONF, payload, KERNEL_INFO);
}

/** After `ipv6Init`. */
export function rtnlNetconfInit(kernel: SimKernel): void {
  kernelIpv4(kernel).netconfNotify = (net, attr, ifindex, conf): void =>
    notify(net, false, attr, ifindex, conf === null ? null : (i) => conf.data[i]!);
  kernelIpv6(kernel).netconfNotify = (net, attr, ifindex, conf): void =>
    notify(net, true, attr, ifindex, conf === null ? null : (i) => conf.get(i));
}
