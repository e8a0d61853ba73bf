/** RTM_{NEW,DEL,GET}ADDR of IPv6. @see net/ipv6/addrconf.c */
import { NL_VALIDATE_LIBERAL } from '../../netlink/attr.ts';
import { addrFamily, type AddrMessage, type IfaAttrs } from '../../netlink/addr.ts';
import { EADDRNOTAVAIL, EEXIST, EINVAL, ENOBUFS, ENODEV, ENXIO } from '../../uapi/errno.ts';
import { IFA_F_PERMANENT } from '../../uapi/if-addr.ts';
import { NLM_F_EXCL, NLM_F_REPLACE } from '../../uapi/netlink.ts';
import {
  RT_SCOPE_HOST,
  RT_SCOPE_LINK,
  RT_SCOPE_SITE,
  RT_SCOPE_UNIVERSE,
  RTM_DELADDR,
  RTM_GETADDR,
  RTM_NEWADDR,
  RTNLGRP_IPV6_IFADDR,
} from '../../uapi/rtnetlink.ts';
import { AF_INET6 } from '../../uapi/socket.ts';
import type { SimKernel } from '../core/kernel.ts';
import { KERNEL_INFO, nlErr, type RtnlDoit, type RtnlRequest } from '../core/rtnetlink.ts';
import { addrconfAddDev } from '../ipv6/addrconf.ts';
import { type Ifa6Config, inet6AddrAdd, inet6AddrDel, inet6AddrModify } from '../ipv6/addrconf-addr.ts';
import { ipv6AddrEqual } from '../ipv6/addr-type.ts';
import { IFA_HOST, IFA_LINK, IFA_SITE, in6DevGet, type Inet6Ifaddr, INFINITY_LIFE_TIME } from '../ipv6/inet6-dev.ts';
import { kernelIpv6 } from '../ipv6/netns6.ts';
import { dumpAddrs } from './addr-dump.ts';

const HZ_NS = 1e7;

/** @see rt_scope */
const rtScope = (scope: number): number =>
  (scope & IFA_HOST) !== 0
    ? RT_SCOPE_HOST
    : (scope & IFA_LINK) !== 0
      ? RT_SCOPE_LINK
      : (scope & IFA_SITE) !== 0
        ? RT_SCOPE_SITE
        : RT_SCOPE_UNIVERSE;

/** The message about an address. @see inet6_fill_ifaddr */
function fillIfaddr(ifp: Inet6Ifaddr, targetNetnsid?: number): Uint8Array {
  const { dev } = ifp.idev;
  const { now } = dev.net.kernel.clock;
  let prefered = INFINITY_LIFE_TIME;
  let valid = INFINITY_LIFE_TIME;
  if ((ifp.flags & IFA_F_PERMANENT) === 0 || ifp.preferedLft !== INFINITY_LIFE_TIME) {
    const tval = Math.floor((now - ifp.tstamp) / 1e9);
    if (ifp.preferedLft !== INFINITY_LIFE_TIME) prefered = Math.max(0, ifp.preferedLft - tval);
    if (ifp.validLft !== INFINITY_LIFE_TIME) valid = Math.max(0, ifp.validLft - tval);
  }
  const attrs: IfaAttrs = { targetNetnsid };
  if (ifp.peer === null) attrs.address = ifp.addr;
  else {
    attrs.local = ifp.addr;
    attrs.address = ifp.peer;
  }
  if (ifp.rtPriority !== 0) attrs.rtPriority = ifp.rtPriority;
  attrs.cacheinfo = { prefered, valid, cstamp: Math.floor(ifp.cstamp / HZ_NS), tstamp: Math.floor(ifp.tstamp / HZ_NS) };
  attrs.flags = ifp.flags;
  if (ifp.proto !== 0) attrs.proto = ifp.proto;
  return addrFamily.encode({
    family: AF_INET6,
    prefixlen: ifp.prefixLen,
    flags: ifp.flags & 0xff,
    scope: rtScope(ifp.scope),
    index: dev.ifindex,
    attrs,
  });
}

/** Address and peer a request names. @see extract_addr */
function extractAddr(attrs: IfaAttrs): { addr: Uint8Array; peer: Uint8Array | null } | null {
  const { address, local } = attrs;
  if (local !== undefined)
    return { addr: local, peer: address !== undefined && !ipv6AddrEqual(address, 0, local, 0) ? address : null };
  return address === undefined ? null : { addr: address, peer: null };
}

function parse(req: RtnlRequest): AddrMessage | number {
  const m = addrFamily.parse(req.message, NL_VALIDATE_LIBERAL, req.extack);
  if (typeof m === 'number') return m;
  for (const key of ['address', 'local'] as const) {
    const a = m.attrs[key];
    if (a === undefined) continue;
    if (a.length < 16) return nlErr(req.extack, EINVAL, 'Attribute failed policy validation');
    m.attrs[key] = a.slice(0, 16);
  }
  return m;
}

/** @see inet6_rtm_newaddr */
const inet6RtmNewaddr: RtnlDoit = (req) => {
  const m = parse(req);
  if (typeof m === 'number') return m;
  const { extack, net } = req;
  const who = extractAddr(m.attrs);
  if (who === null) return -EINVAL;
  const ci = m.attrs.cacheinfo;
  const cfg: Ifa6Config = {
    addr: who.addr,
    peer: who.peer,
    plen: m.prefixlen,
    flags: m.attrs.flags ?? m.flags,
    rtPriority: m.attrs.rtPriority ?? 0,
    proto: m.attrs.proto ?? 0,
    preferedLft: ci?.prefered ?? INFINITY_LIFE_TIME,
    validLft: ci?.valid ?? INFINITY_LIFE_TIME,
  };
  if (ci !== undefined && cfg.validLft === 0) return nlErr(extack, EINVAL, 'ipv6: address lifetime invalid');
  const dev = net.devs.get(m.index);
  if (dev === undefined) return nlErr(extack, ENODEV, 'ipv6: Unable to find the specified interface');
  const idev = addrconfAddDev(dev);
  if (idev === null) return -ENOBUFS;
  if (typeof idev === 'number') return nlErr(extack, -idev, 'ipv6: IPv6 is disabled on this device');
  const found = idev.addrList.find((x) => ipv6AddrEqual(x.addr, 0, cfg.addr, 0));
  if (found === undefined) return inet6AddrAdd(idev, cfg, extack);
  if ((req.flags & NLM_F_EXCL) !== 0 || (req.flags & NLM_F_REPLACE) === 0)
    return nlErr(extack, EEXIST, 'ipv6: address already assigned');
  return inet6AddrModify(found, cfg, extack);
};

/** @see inet6_rtm_deladdr */
const inet6RtmDeladdr: RtnlDoit = (req) => {
  const m = parse(req);
  if (typeof m === 'number') return m;
  const who = extractAddr(m.attrs);
  if (who === null) return -EINVAL;
  if (m.prefixlen > 128) return nlErr(req.extack, EINVAL, 'ipv6: Invalid prefix length');
  const dev = req.net.devs.get(m.index);
  if (dev === undefined) return nlErr(req.extack, ENODEV, 'ipv6: Unable to find the specified interface');
  const idev = in6DevGet(dev);
  if (idev === null) return nlErr(req.extack, ENXIO, 'ipv6: IPv6 is disabled on this device');
  return inet6AddrDel(idev, who.addr, m.prefixlen, req.extack);
};

/** One address, by its value. @see inet6_rtm_getaddr */
const inet6RtmGetaddr: RtnlDoit = (req, emit) => {
  const m = parse(req);
  if (typeof m === 'number') return m;
  const who = extractAddr(m.attrs);
  if (who === null) return -EINVAL;
  for (const dev of req.net.devs.values()) {
    if (m.index !== 0 && dev.ifindex !== m.index) continue;
    const ifp = in6DevGet(dev)?.addrList.find((x) => ipv6AddrEqual(x.addr, 0, who.addr, 0));
    if (ifp === undefined) continue;
    emit(RTM_NEWADDR, 0, fillIfaddr(ifp));
    return 0;
  }
  return -EADDRNOTAVAIL;
};

const inet6DumpIfaddr = dumpAddrs('ipv6', (dev, nsid) =>
  (in6DevGet(dev)?.addrList ?? []).map((ifp) => fillIfaddr(ifp, nsid)),
);

export function rtnlAddr6Init(kernel: SimKernel): void {
  const { rtnl } = kernel;
  rtnl.register(AF_INET6, RTM_NEWADDR, inet6RtmNewaddr, null);
  rtnl.register(AF_INET6, RTM_DELADDR, inet6RtmDeladdr, null);
  rtnl.register(AF_INET6, RTM_GETADDR, inet6RtmGetaddr, inet6DumpIfaddr);
  kernelIpv6(kernel).ifaNotify = (event, ifp) => {
    const { net } = ifp.idev.dev;
    if (rtnl.hasListeners(net, RTNLGRP_IPV6_IFADDR, KERNEL_INFO))
      rtnl.notify(net, RTNLGRP_IPV6_IFADDR, event, fillIfaddr(ifp), KERNEL_INFO);
  };
}
