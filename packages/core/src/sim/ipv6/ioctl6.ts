/**
 * ioctl(2) of AF_INET6 sockets: addresses by a struct in6_ifreq, routes by a struct in6_rtmsg. @see net/ipv6/af_inet6.c:inet6_ioctl
 *
 *   in6_ifreq: address 0, prefix length 16, ifindex 20
 *   in6_rtmsg: destination 0, source 16, gateway 32, type 48, dst_len 52, src_len 54, metric 56, info 64, flags 72, ifindex 76
 */
import { le16, le32 } from '../../lib/bytes.ts';
import { EFAULT, EINVAL, ENOBUFS, ENODEV, ENXIO } from '../../uapi/errno.ts';
import { IFA_F_PERMANENT } from '../../uapi/if-addr.ts';
import { NLM_F_CREATE } from '../../uapi/netlink.ts';
import { RT_TABLE_MAIN, RTN_UNICAST, RTN_UNREACHABLE, RTNH_F_ONLINK } from '../../uapi/rtnetlink.ts';
import { AF_INET6 } from '../../uapi/socket.ts';
import { SIOCADDRT, SIOCDELRT, SIOCDIFADDR, SIOCSIFADDR, SIOCSIFDSTADDR } from '../../uapi/sockios.ts';
import type { SockIoctl } from '../core/ioctl.ts';
import type { SimKernel } from '../core/kernel.ts';
import type { Net } from '../core/net.ts';
import { KERNEL_INFO, newExtAck } from '../core/rtnetlink.ts';
import { addrconfAddDev } from './addrconf.ts';
import { inet6AddrAdd, inet6AddrDel } from './addrconf-addr.ts';
import { IP6_RT_PRIO_USER, RTF_GATEWAY, RTF_REJECT } from './fib6-types.ts';
import { in6DevGet, INFINITY_LIFE_TIME } from './inet6-dev.ts';
import { ip6RouteAdd, ip6RouteDel } from './route-config.ts';

/** @see addrconf_add_ifaddr, addrconf_del_ifaddr */
function address(net: Net, add: boolean, arg: Uint8Array): number {
  if (arg.length < 24) return -EFAULT;
  const addr = arg.slice(0, 16);
  const plen = le32(arg, 16);
  if (plen > 128) return -EINVAL;
  const dev = net.devs.get(le32(arg, 20));
  if (dev === undefined) return -ENODEV;
  if (!add) {
    const idev = in6DevGet(dev);
    return idev === null ? -ENXIO : inet6AddrDel(idev, addr, plen, newExtAck());
  }
  const idev = addrconfAddDev(dev);
  if (idev === null) return -ENOBUFS;
  if (typeof idev === 'number') return idev;
  const cfg = {
    addr,
    peer: null,
    plen,
    flags: IFA_F_PERMANENT,
    rtPriority: 0,
    proto: 0,
    preferedLft: INFINITY_LIFE_TIME,
    validLft: INFINITY_LIFE_TIME,
  };
  return inet6AddrAdd(idev, cfg, newExtAck());
}

/** @see ipv6_route_ioctl, rtmsg_to_fib6_config */
function route(net: Net, add: boolean, arg: Uint8Array): number {
  if (arg.length < 80) return -EFAULT;
  const flags = le32(arg, 72);
  const metric = le32(arg, 56);
  const cfg = {
    table: RT_TABLE_MAIN,
    metric: metric === 0 ? IP6_RT_PRIO_USER : metric,
    dst: arg.slice(0, 16),
    dstLen: le16(arg, 52),
    ifindex: le32(arg, 76),
    flags,
    protocol: 0,
    type: (flags & RTF_REJECT) !== 0 ? RTN_UNREACHABLE : RTN_UNICAST,
    nlflags: add ? NLM_F_CREATE : 0,
    gateway: (flags & RTF_GATEWAY) === 0 ? null : arg.slice(32, 48),
    prefsrc: null,
    metrics: null,
    expires: 0,
    // A host route's flag is that of a next hop declared to be on the link.
    nhFlags: flags & RTNH_F_ONLINK,
    weight: 1,
  };
  if (cfg.dstLen > 128) return -EINVAL;
  return add
    ? ip6RouteAdd(net, cfg, KERNEL_INFO, newExtAck())
    : ip6RouteDel(net, { ...cfg, metric, hasMetric: metric !== 0 }, KERNEL_INFO, newExtAck());
}

const inet6Ioctl: SockIoctl = (sk, request, arg) => {
  if (sk.family !== AF_INET6) return null;
  switch (request) {
    case SIOCADDRT:
    case SIOCDELRT:
      return route(sk.net, request === SIOCADDRT, arg);
    case SIOCSIFADDR:
    case SIOCDIFADDR:
      return address(sk.net, request === SIOCSIFADDR, arg);
    case SIOCSIFDSTADDR:
      // Only for a tunnel of IPv6 in IPv4, a device there is none of.
      return -ENODEV;
    default:
      return null;
  }
};

export function inet6IoctlInit(kernel: SimKernel): void {
  kernel.ioctls.push(inet6Ioctl);
}
