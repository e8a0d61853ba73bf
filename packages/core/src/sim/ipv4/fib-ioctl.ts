/**
 * ioctl(2) about IPv4 routes: SIOCADDRT and SIOCDELRT with a struct rtentry. @see net/ipv4/fib_frontend.c:ip_rt_ioctl
 *
 *   rt_dst 8, rt_gateway 24, rt_genmask 40, rt_flags 56, rt_metric 80, rt_mtu 96, rt_window 104, rt_irtt 112, then the device's name
 */
import { ipv4MaskLen } from '../../lib/address.ts';
import { le16, le32 } from '../../lib/bytes.ts';
import { EAFNOSUPPORT, EFAULT, EINVAL, ENODEV, ESRCH } from '../../uapi/errno.ts';
import { NLM_F_CREATE } from '../../uapi/netlink.ts';
import { RTF_GATEWAY, RTF_HOST, RTF_IRTT, RTF_MTU, RTF_REJECT, RTF_WINDOW } from '../../uapi/ip.ts';
import {
  RT_SCOPE_HOST,
  RT_SCOPE_LINK,
  RT_SCOPE_NOWHERE,
  RT_SCOPE_UNIVERSE,
  RTAX_ADVMSS,
  RTAX_RTT,
  RTAX_WINDOW,
  RTN_UNICAST,
  RTN_UNREACHABLE,
  RTPROT_BOOT,
} from '../../uapi/rtnetlink.ts';
import { AF_INET } from '../../uapi/socket.ts';
import { SIOCADDRT } from '../../uapi/sockios.ts';
import { nameAt, sinAddr, sinFamily, withoutAlias } from '../core/ioctl.ts';
import type { Net } from '../core/net.ts';
import { KERNEL_INFO } from '../core/rtnetlink.ts';
import { badMask } from './devinet-ioctl.ts';
import { inetAddrType } from './fib-semantics.ts';
import { fibGetTable, fibNewTable } from './fib-table.ts';
import { fibTableDelete, fibTableInsert } from './fib-trie.ts';
import type { FibConfig } from './fib-types.ts';
import { inDevGet } from './in-device.ts';

const RT_DST = 8;
const RT_GATEWAY = 24;
const RT_GENMASK = 40;
const RTENTRY_SIZE = 120;

/** @returns the configuration, or -errno. @see rtentry_to_fib_config */
function rtentryToFibConfig(net: Net, add: boolean, arg: Uint8Array): FibConfig | number {
  if (sinFamily(arg, RT_DST) !== AF_INET) return -EAFNOSUPPORT;
  const flags = le16(arg, 56);
  const dst = sinAddr(arg, RT_DST);
  let dstLen = 32;
  if ((flags & RTF_HOST) === 0) {
    const mask = sinAddr(arg, RT_GENMASK);
    const family = sinFamily(arg, RT_GENMASK);
    if (family !== AF_INET && (mask !== 0 || family !== 0)) return -EAFNOSUPPORT;
    if (badMask(mask, dst)) return -EINVAL;
    dstLen = ipv4MaskLen(mask);
  }
  const metric = (le16(arg, 80) << 16) >> 16;
  const cfg: FibConfig = {
    dstLen,
    tos: 0,
    protocol: add ? RTPROT_BOOT : 0,
    scope: RT_SCOPE_NOWHERE,
    type: RTN_UNICAST,
    table: 0,
    dst,
    gw: 0,
    oif: 0,
    flags: 0,
    priority: metric === 0 ? 0 : (metric - 1) >>> 0,
    prefsrc: 0,
    metrics: null,
    nexthops: null,
    nlflags: add ? NLM_F_CREATE : 0,
  };
  if ((flags & RTF_REJECT) !== 0) return { ...cfg, scope: RT_SCOPE_HOST, type: RTN_UNREACHABLE };
  const name = nameAt(arg, RTENTRY_SIZE);
  if (name !== '') {
    const dev = net.names.get(withoutAlias(name));
    if (dev === undefined) return -ENODEV;
    cfg.oif = dev.ifindex;
    if (name.includes(':')) {
      const ifa = inDevGet(dev)?.ifaList.find((x) => x.label === name);
      if (ifa === undefined) return -ENODEV;
      cfg.prefsrc = ifa.local;
    }
  }
  const gw = sinAddr(arg, RT_GATEWAY);
  if (sinFamily(arg, RT_GATEWAY) === AF_INET && gw !== 0) {
    cfg.gw = gw;
    if ((flags & RTF_GATEWAY) !== 0 && inetAddrType(net, gw) === RTN_UNICAST) cfg.scope = RT_SCOPE_UNIVERSE;
  }
  if (!add) return cfg;
  if ((flags & RTF_GATEWAY) !== 0 && cfg.gw === 0) return -EINVAL;
  if (cfg.scope === RT_SCOPE_NOWHERE) cfg.scope = RT_SCOPE_LINK;
  const metrics = new Map<number, number>();
  if ((flags & RTF_MTU) !== 0) metrics.set(RTAX_ADVMSS, (le32(arg, 96) - 40) >>> 0);
  if ((flags & RTF_WINDOW) !== 0) metrics.set(RTAX_WINDOW, le32(arg, 104));
  if ((flags & RTF_IRTT) !== 0) metrics.set(RTAX_RTT, le16(arg, 112) << 3);
  if (metrics.size !== 0) cfg.metrics = metrics;
  return cfg;
}

/** Adds or deletes the route. @returns 0, -EEXIST, -ESRCH, -ENETUNREACH, -EINVAL, -ENODEV … */
export function ipRtIoctl(net: Net, request: number, arg: Uint8Array): number {
  if (arg.length < RTENTRY_SIZE + 16) return -EFAULT;
  const add = request === SIOCADDRT;
  const cfg = rtentryToFibConfig(net, add, arg);
  if (typeof cfg === 'number') return cfg;
  if (add) {
    const table = fibNewTable(net, cfg.table);
    return fibTableInsert(net, table, { ...cfg, table: table.id }, KERNEL_INFO);
  }
  const table = fibGetTable(net, cfg.table);
  return table === undefined ? -ESRCH : fibTableDelete(net, table, cfg, KERNEL_INFO);
}
