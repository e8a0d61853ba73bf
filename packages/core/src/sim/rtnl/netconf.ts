/** RTM_{NEW,DEL,GET}NETCONF: what devices are set to. @see net/ipv4/devinet.c:inet_netconf_fill_devconf */
import { NL_VALIDATE_LIBERAL } from '../../netlink/attr.ts';
import { netconfFamily, type NetconfAttrs } from '../../netlink/netconf.ts';
import { EINVAL } from '../../uapi/errno.ts';
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
  NETCONFA_IFINDEX_ALL,
  NETCONFA_IFINDEX_DEFAULT,
  NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN,
  NETCONFA_MC_FORWARDING,
  NETCONFA_PROXY_NEIGH,
  NETCONFA_RP_FILTER,
  RTM_DELNETCONF,
  RTM_GETNETCONF,
  RTM_NEWNETCONF,
  RTNLGRP_IPV4_NETCONF,
  RTNLGRP_IPV6_NETCONF,
} from '../../uapi/rtnetlink.ts';
import { AF_INET, AF_INET6 } from '../../uapi/socket.ts';
import type { SimKernel } from '../core/kernel.ts';
import type { Net } from '../core/net.ts';
import { KERNEL_INFO, type RtnlDoit, type RtnlDumpit } from '../core/rtnetlink.ts';
import {
  BC_FORWARDING,
  FORWARDING,
  IGNORE_ROUTES_WITH_LINKDOWN,
  MC_FORWARDING,
  PROXY_ARP,
  RP_FILTER,
} from '../ipv4/devconf.ts';
import { inDevGet } from '../ipv4/in-device.ts';
import { kernelIpv4, netIpv4 } from '../ipv4/netns.ts';
import { DEVCONF_FORCE_FORWARDING } from '../ipv6/devconf6.ts';
import { in6DevGet } from '../ipv6/inet6-dev.ts';
import { kernelIpv6, netIpv6 } from '../ipv6/netns6.ts';

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

/** Every setting of a device, of `all` or of `default`. @see inet_netconf_fill_devconf */
function fillAll(inet6: boolean, ifindex: number, value: (i: number) => number): Uint8Array {
  const attrs: NetconfAttrs = { ifindex };
  for (const [, name, setting] of inet6 ? FIELDS6 : FIELDS4) (attrs as Record<string, number>)[name] = value(setting);
  return netconfFamily.encode({ family: inet6 ? AF_INET6 : AF_INET, attrs });
}

/** Who has settings, in the order of a dump, with the way to read them. */
function settings(net: Net, inet6: boolean): [ifindex: number, value: (i: number) => number][] {
  const out: [number, (i: number) => number][] = [];
  for (const dev of net.devs.values()) {
    const conf6 = inet6 ? in6DevGet(dev)?.cnf : undefined;
    const conf4 = inet6 ? undefined : inDevGet(dev)?.cnf;
    if (conf6 !== undefined) out.push([dev.ifindex, (i) => conf6.get(i)]);
    else if (conf4 !== undefined) out.push([dev.ifindex, (i) => conf4.data[i]!]);
  }
  if (inet6) {
    const { devconfAll, devconfDflt } = netIpv6(net);
    out.push([NETCONFA_IFINDEX_ALL, (i) => devconfAll.get(i)], [NETCONFA_IFINDEX_DEFAULT, (i) => devconfDflt.get(i)]);
  } else {
    const { devconfAll, devconfDflt } = netIpv4(net);
    out.push(
      [NETCONFA_IFINDEX_ALL, (i) => devconfAll.data[i]!],
      [NETCONFA_IFINDEX_DEFAULT, (i) => devconfDflt.data[i]!],
    );
  }
  return out;
}

/** @see inet_netconf_get_devconf, inet6_netconf_get_devconf */
const getDevconf =
  (inet6: boolean): RtnlDoit =>
  (req, emit) => {
    const m = netconfFamily.parse(req.message, NL_VALIDATE_LIBERAL, req.extack);
    if (typeof m === 'number') return m;
    if (m.attrs.ifindex === undefined) return -EINVAL;
    const found = settings(req.net, inet6).find(([ifindex]) => ifindex === m.attrs.ifindex);
    if (found === undefined) return -EINVAL;
    emit(RTM_NEWNETCONF, 0, fillAll(inet6, ...found));
    return 0;
  };

/** @see inet_netconf_dump_devconf, inet6_netconf_dump_devconf */
const dumpDevconf =
  (inet6: boolean): RtnlDumpit =>
  (req, emit) => {
    for (const [ifindex, value] of settings(req.net, inet6)) emit(RTM_NEWNETCONF, 0, fillAll(inet6, ifindex, value));
    return 0;
  };

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
  kernel.rtnl.register(AF_INET, RTM_GETNETCONF, getDevconf(false), dumpDevconf(false));
  kernel.rtnl.register(AF_INET6, RTM_GETNETCONF, getDevconf(true), dumpDevconf(true));
  kernelIpv4(kernel).netconfNotify = (net, attr, ifindex, conf): void =>
    notify(net, false, attr, ifindex, conf === null ? null : (i) => conf.data[i]!);
  kernelIpv6(kernel).netconfNotify = (net, attr, ifindex, conf): void =>
    notify(net, true, attr, ifindex, conf === null ? null : (i) => conf.get(i));
}
