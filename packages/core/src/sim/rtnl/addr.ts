/** RTM_{NEW,DEL,GET}ADDR of IPv4. @see net/ipv4/devinet.c */
import { ipv4Bytes } from '../../lib/address.ts';
import { be32 } from '../../lib/bytes.ts';
import { NL_VALIDATE_LIBERAL } from '../../netlink/attr.ts';
import { addrFamily, type AddrMessage, type IfaAttrs } from '../../netlink/addr.ts';
import { EADDRINUSE, EADDRNOTAVAIL, EEXIST, EINVAL, ENOBUFS, ENODEV } from '../../uapi/errno.ts';
import { IFA_F_MCAUTOJOIN, IFA_F_PERMANENT } from '../../uapi/if-addr.ts';
import { NLM_F_EXCL, NLM_F_REPLACE } from '../../uapi/netlink.ts';
import { RTM_DELADDR, RTM_GETADDR, RTM_NEWADDR, RTNLGRP_IPV4_IFADDR } from '../../uapi/rtnetlink.ts';
import { AF_INET } from '../../uapi/socket.ts';
import type { SimKernel } from '../core/kernel.ts';
import { nlErr, type NlInfo, nlInfo, type RtnlDoit, type RtnlRequest } from '../core/rtnetlink.ts';
import {
  ifaLifetimeChanged,
  inetDelIfa,
  inetInsertIfa,
  ipMcDecGroup,
  ipMcIncGroup,
  setIfaLifetime,
} from '../ipv4/devinet.ts';
import { inDevGet, inetIfaMatch, INFINITY_LIFE_TIME, InIfaddr } from '../ipv4/in-device.ts';
import { kernelIpv4 } from '../ipv4/netns.ts';
import { dumpAddrs } from './addr-dump.ts';

const HZ_NS = 1e7;

/** The message about an address. @see inet_fill_ifaddr */
function fillIfaddr(ifa: InIfaddr, targetNetnsid?: number): Uint8Array {
  const { dev } = ifa.inDev;
  const { now } = dev.net.kernel.clock;
  let { preferredLft: preferred, validLft: valid } = ifa;
  if ((ifa.flags & IFA_F_PERMANENT) === 0) {
    if (preferred !== INFINITY_LIFE_TIME) {
      const tval = Math.floor((now - ifa.tstamp) / 1e9);
      preferred = Math.max(0, preferred - tval);
      if (valid !== INFINITY_LIFE_TIME) valid = Math.max(0, valid - tval);
    }
  } else preferred = valid = INFINITY_LIFE_TIME;
  const attrs: IfaAttrs = {
    targetNetnsid,
    address: ifa.address === 0 ? undefined : ipv4Bytes(ifa.address),
    local: ifa.local === 0 ? undefined : ipv4Bytes(ifa.local),
    broadcast: ifa.broadcast === 0 ? undefined : ipv4Bytes(ifa.broadcast),
    label: ifa.label === '' ? undefined : ifa.label,
    proto: ifa.proto === 0 ? undefined : ifa.proto,
    flags: ifa.flags,
    rtPriority: ifa.rtPriority === 0 ? undefined : ifa.rtPriority,
    cacheinfo: {
      prefered: preferred,
      valid,
      cstamp: Math.floor(ifa.cstamp / HZ_NS),
      tstamp: Math.floor(ifa.tstamp / HZ_NS),
    },
  };
  return addrFamily.encode({
    family: AF_INET,
    prefixlen: ifa.prefixlen,
    flags: ifa.flags & 0xff,
    scope: ifa.scope,
    index: dev.ifindex,
    attrs,
  });
}

/** What a request says, checked. @see inet_validate_rtm, inet_rtm_to_ifa */
function rtmToIfa(req: RtnlRequest, m: AddrMessage): InIfaddr | number {
  const { attrs } = m;
  const { extack, net } = req;
  if (m.prefixlen > 32) return nlErr(extack, EINVAL, 'ipv4: Invalid prefix length');
  if (attrs.local === undefined) return nlErr(extack, EINVAL, 'ipv4: Local address is not supplied');
  const ci = attrs.cacheinfo;
  if (ci !== undefined) {
    if (ci.valid === 0 || ci.prefered > ci.valid) return nlErr(extack, EINVAL, 'ipv4: address lifetime invalid');
  }
  const dev = net.devs.get(m.index);
  if (dev === undefined) return nlErr(extack, ENODEV, 'ipv4: Device not found');
  const inDev = inDevGet(dev);
  if (inDev === null) return -ENOBUFS;
  inDev.cnf.setAll();
  const local = be32(attrs.local, 0);
  const ifa = new InIfaddr(inDev, local, attrs.address === undefined ? local : be32(attrs.address, 0), m.prefixlen);
  ifa.flags = attrs.flags ?? m.flags;
  ifa.scope = m.scope;
  if (attrs.broadcast !== undefined) ifa.broadcast = be32(attrs.broadcast, 0);
  ifa.label = attrs.label ?? dev.name;
  ifa.rtPriority = attrs.rtPriority ?? 0;
  ifa.proto = attrs.proto ?? 0;
  return ifa;
}

/** @see inet_rtm_newaddr */
const inetRtmNewaddr: RtnlDoit = (req) => {
  const m = addrFamily.parse(req.message, NL_VALIDATE_LIBERAL, req.extack);
  if (typeof m === 'number') return m;
  const ifa = rtmToIfa(req, m);
  if (typeof ifa === 'number') return ifa;
  const { inDev } = ifa;
  const ci = m.attrs.cacheinfo;
  const valid = ci?.valid ?? INFINITY_LIFE_TIME;
  const preferred = ci?.prefered ?? INFINITY_LIFE_TIME;
  const found = inDev.ifaList.find((x) => x.mask === ifa.mask && inetIfaMatch(x.address, ifa) && x.local === ifa.local);
  if (found === undefined) {
    setIfaLifetime(ifa, valid, preferred);
    if ((ifa.flags & IFA_F_MCAUTOJOIN) !== 0) {
      const joined = inDev.ifaList.some((x) => (x.flags & IFA_F_MCAUTOJOIN) !== 0 && x.local === ifa.local);
      if (joined || ifa.local >>> 28 !== 14)
        return nlErr(req.extack, joined ? EADDRINUSE : EINVAL, 'ipv4: Multicast auto join failed');
      ipMcIncGroup(inDev, ifa.local);
    }
    return inetInsertIfa(ifa, nlInfo(req), req.extack);
  }
  if ((req.flags & NLM_F_EXCL) !== 0 || (req.flags & NLM_F_REPLACE) === 0) {
    return nlErr(req.extack, EEXIST, 'ipv4: Address already assigned');
  }
  const k = kernelIpv4(req.net.kernel);
  if (found.rtPriority !== ifa.rtPriority) {
    k.fibModifyPrefixMetric(found, found.rtPriority, ifa.rtPriority);
    found.rtPriority = ifa.rtPriority;
  }
  setIfaLifetime(found, valid, preferred);
  ifaLifetimeChanged(found);
  k.rtmsgIfa(RTM_NEWADDR, found, nlInfo(req));
  return 0;
};

/** @see inet_rtm_deladdr */
const inetRtmDeladdr: RtnlDoit = (req) => {
  const m = addrFamily.parse(req.message, NL_VALIDATE_LIBERAL, req.extack);
  if (typeof m === 'number') return m;
  const dev = req.net.devs.get(m.index);
  const inDev = dev === undefined ? null : inDevGet(dev);
  if (inDev === null) return nlErr(req.extack, ENODEV, 'ipv4: Device not found');
  const { attrs } = m;
  for (const ifa of inDev.ifaList) {
    if (attrs.local !== undefined && ifa.local !== be32(attrs.local, 0)) continue;
    if (attrs.label !== undefined && ifa.label !== attrs.label) continue;
    if (attrs.address !== undefined && (m.prefixlen !== ifa.prefixlen || !inetIfaMatch(be32(attrs.address, 0), ifa)))
      continue;
    if ((ifa.flags & IFA_F_MCAUTOJOIN) !== 0) ipMcDecGroup(inDev, ifa.local);
    inetDelIfa(inDev, ifa, nlInfo(req));
    return 0;
  }
  return nlErr(req.extack, EADDRNOTAVAIL, 'ipv4: Address not found');
};

const inetDumpIfaddr = dumpAddrs('ipv4', (dev, nsid) =>
  (inDevGet(dev)?.ifaList ?? []).map((ifa) => fillIfaddr(ifa, nsid)),
);

export function rtnlAddrInit(kernel: SimKernel): void {
  kernel.rtnl.register(AF_INET, RTM_NEWADDR, inetRtmNewaddr, null);
  kernel.rtnl.register(AF_INET, RTM_DELADDR, inetRtmDeladdr, null);
  kernel.rtnl.register(AF_INET, RTM_GETADDR, null, inetDumpIfaddr);
  kernelIpv4(kernel).rtmsgIfa = (event: number, ifa: InIfaddr, info: NlInfo): void => {
    const { net } = ifa.inDev.dev;
    if (kernel.rtnl.hasListeners(net, RTNLGRP_IPV4_IFADDR, info))
      kernel.rtnl.notify(net, RTNLGRP_IPV4_IFADDR, event, fillIfaddr(ifa), info);
  };
}
