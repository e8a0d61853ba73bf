/** IPv6's part of a link: IFLA_AF_SPEC / AF_INET6. @see net/ipv6/addrconf.c:inet6_fill_ifla6_attrs */
import { bytesEqual } from '../../lib/bytes.ts';
import { encodeAttrs } from '../../netlink/attr.ts';
import { type AfSpec, type IflaAttrs, iflaInet6, linkFamily } from '../../netlink/link.ts';
import { EAFNOSUPPORT, EINVAL } from '../../uapi/errno.ts';
import {
  DEVCONF_ADDR_GEN_MODE,
  DEVCONF_RTR_SOLICITS,
  IN6_ADDR_GEN_MODE_RANDOM,
  IN6_ADDR_GEN_MODE_STABLE_PRIVACY,
} from '../../uapi/if-link.ts';
import { IF_OPER_DOWN, IFF_LOOPBACK, IFF_NOARP } from '../../uapi/if.ts';
import { IFA_F_TENTATIVE } from '../../uapi/if-addr.ts';
import { AF_INET6 } from '../../uapi/socket.ts';
import { RTEXT_FILTER_SKIP_STATS, RTM_GETLINK, RTM_NEWLINK, RTNLGRP_IPV6_IFINFO } from '../../uapi/rtnetlink.ts';
import type { SimKernel } from '../core/kernel.ts';
import { devGetFlags, netifRunning } from '../core/dev.ts';
import { devGetIflink } from '../core/link-watch.ts';
import { KERNEL_INFO, nlErr, type RtnlAfOps, type RtnlDumpit } from '../core/rtnetlink.ts';
import { IN6ADDR_LINKLOCAL_ALLROUTERS } from '../ipv6/addr-type.ts';
import { in6DevGet, type Inet6Dev } from '../ipv6/inet6-dev.ts';
import { ndiscSendRs } from '../ipv6/ndisc-send.ts';
import { kernelIpv6, netIpv6 } from '../ipv6/netns6.ts';
import { ipv6AcceptRa } from '../ipv6/router-solicit.ts';
import { ipv6GetLladdr } from '../ipv6/saddr.ts';

const MAXPLEN = 65535;

export const inet6AfOps: RtnlAfOps = {
  family: AF_INET6,
  key: 'inet6',
  fillLinkAf(dev, spec, extMask) {
    const idev = in6DevGet(dev);
    if (idev === null) return;
    const ms = (ns: number): number => Math.floor(ns / 1e6);
    spec.inet6 = {
      flags: idev.ifFlags >>> 0,
      cacheinfo: {
        maxReasmLen: MAXPLEN,
        tstamp: Math.floor(idev.tstamp / 1e7),
        reachableTime: ms(idev.ndParms.reachableTime),
        retransTime: ms(idev.ndParms.retransTime),
      },
      conf: idev.cnf.wire(),
    };
    if ((extMask & RTEXT_FILTER_SKIP_STATS) === 0) {
      spec.inet6.stats = [...idev.mibSeen.ip];
      spec.inet6.icmp6stats = [...idev.mibSeen.icmp];
    }
    spec.inet6.token = idev.token;
    spec.inet6.addrGenMode = idev.cnf.get(DEVCONF_ADDR_GEN_MODE);
    if (idev.raMtu !== 0) spec.inet6.raMtu = idev.raMtu;
  },
  validateLinkAf(dev, spec, extack) {
    if (dev !== null && in6DevGet(dev) === null) return -EAFNOSUPPORT;
    const a = spec.inet6 ?? {};
    if (a.token === undefined && a.addrGenMode === undefined) return -EINVAL;
    if (a.addrGenMode !== undefined && a.addrGenMode > IN6_ADDR_GEN_MODE_RANDOM)
      return nlErr(extack, EINVAL, 'Invalid addr_gen_mode');
    if (dev !== null && a.addrGenMode === IN6_ADDR_GEN_MODE_STABLE_PRIVACY) {
      const secret = in6DevGet(dev)!.cnf.stableSecret ?? netIpv6(dev.net).devconfDflt.stableSecret;
      if (secret === null) return -EINVAL;
    }
    return 0;
  },
  setLinkAf(dev, spec, extack) {
    const idev = in6DevGet(dev);
    if (idev === null) return -EAFNOSUPPORT;
    const a = spec.inet6 ?? {};
    if (a.token !== undefined) {
      if (a.token.length < 16) return -EINVAL;
      if ((dev.flags & IFF_LOOPBACK) !== 0) return nlErr(extack, EINVAL, 'ipv6: Device is loopback');
      if ((dev.flags & IFF_NOARP) !== 0) return nlErr(extack, EINVAL, 'ipv6: Device does not do neighbour discovery');
      if (!ipv6AcceptRa(idev)) return nlErr(extack, EINVAL, 'ipv6: Router advertisement is disabled on device');
      if (idev.cnf.get(DEVCONF_RTR_SOLICITS) === 0)
        return nlErr(extack, EINVAL, 'ipv6: Router solicitation is disabled on device');
      const token = new Uint8Array(16);
      token.set(a.token.subarray(8, 16), 8);
      if (!bytesEqual(token, idev.token)) {
        idev.token = token;
        const lladdr = idev.ready ? ipv6GetLladdr(dev, IFA_F_TENTATIVE) : null;
        if (lladdr !== null) ndiscSendRs(dev, lladdr, IN6ADDR_LINKLOCAL_ALLROUTERS);
      }
    }
    if (a.addrGenMode !== undefined) idev.cnf.set(DEVCONF_ADDR_GEN_MODE, a.addrGenMode);
    return 0;
  },
};

/** A device as IPv6 sees it. @see inet6_fill_ifinfo */
function fillIfinfo(idev: Inet6Dev): Uint8Array {
  const { dev } = idev;
  const attrs: IflaAttrs = { ifname: dev.name };
  if (dev.addrLen !== 0) attrs.address = dev.devAddr;
  attrs.mtu = dev.mtu;
  const iflink = devGetIflink(dev);
  if (iflink !== dev.ifindex) attrs.link = iflink;
  attrs.operstate = netifRunning(dev) ? dev.operstate : IF_OPER_DOWN;
  const spec: AfSpec = {};
  inet6AfOps.fillLinkAf!(dev, spec, 0);
  attrs.protinfo = encodeAttrs(iflaInet6, spec.inet6!);
  return linkFamily.encode({ family: AF_INET6, type: dev.type, index: dev.ifindex, flags: devGetFlags(dev), attrs });
}

/** @see inet6_dump_ifinfo */
const inet6DumpIfinfo: RtnlDumpit = (req, emit) => {
  for (const dev of [...req.net.devs.values()].toSorted((a, b) => a.ifindex - b.ifindex)) {
    const idev = in6DevGet(dev);
    if (idev !== null) emit(RTM_NEWLINK, 0, fillIfinfo(idev));
  }
  return 0;
};

export function rtnlLinkAf6Init(kernel: SimKernel): void {
  const { rtnl } = kernel;
  rtnl.afOps.push(inet6AfOps);
  rtnl.register(AF_INET6, RTM_GETLINK, null, inet6DumpIfinfo);
  kernelIpv6(kernel).ifinfoNotify = (event, idev) => {
    const { net } = idev.dev;
    if (rtnl.hasListeners(net, RTNLGRP_IPV6_IFINFO, KERNEL_INFO))
      rtnl.notify(net, RTNLGRP_IPV6_IFINFO, event, fillIfinfo(idev), KERNEL_INFO);
  };
}
