/** Router advertisements: default router, prefixes, parameters. RFC 4861 §6.3.4, RFC 4862 §5.5. @see net/ipv6/ndisc.c:ndisc_router_discovery */
import { ipv6Prefix } from '../../lib/address.ts';
import { be16, be32 } from '../../lib/bytes.ts';
import { SKB_DROP_REASON_NOT_SPECIFIED } from '../../uapi/drop-reason.ts';
import { ND_OPT_MTU, ND_OPT_PREFIX_INFO, ND_OPT_SOURCE_LL_ADDR } from '../../uapi/icmpv6.ts';
import {
  DEVCONF_ACCEPT_RA_DEFRTR,
  DEVCONF_ACCEPT_RA_FROM_LOCAL,
  DEVCONF_ACCEPT_RA_MIN_HOP_LIMIT,
  DEVCONF_ACCEPT_RA_MIN_LFT,
  DEVCONF_ACCEPT_RA_MTU,
  DEVCONF_ACCEPT_RA_PINFO,
  DEVCONF_ACCEPT_RA_RTR_PREF,
  DEVCONF_AUTOCONF,
  DEVCONF_HOPLIMIT,
  DEVCONF_MAX_ADDRESSES,
  DEVCONF_MTU6,
  DEVCONF_ADDR_GEN_MODE,
  DEVCONF_RA_DEFRTR_METRIC,
  IN6_ADDR_GEN_MODE_EUI64,
} from '../../uapi/if-link.ts';
import { IFA_F_STABLE_PRIVACY, IFAPROT_KERNEL_RA } from '../../uapi/if-addr.ts';
import { IPV6_MIN_MTU, RTF_ADDRCONF, RTF_DEFAULT, RTF_EXPIRES, RTF_PREFIX_RT } from '../../uapi/ip.ts';
import { NUD_STALE } from '../../uapi/neighbour.ts';
import { RTM_NEWLINK, RTN_UNICAST, RTPROT_RA } from '../../uapi/rtnetlink.ts';
import { IPV6_SADDR } from '../../wire/ipv6.ts';
import { ndFindOption } from '../../wire/ndisc.ts';
import { KERNEL_INFO, newExtAck } from '../core/rtnetlink.ts';
import type { SkBuff } from '../core/skbuff.ts';
import { neighUpdate } from '../neigh/neighbour.ts';
import {
  NEIGH_UPDATE_F_ISROUTER,
  NEIGH_UPDATE_F_OVERRIDE,
  NEIGH_UPDATE_F_OVERRIDE_ISROUTER,
  NEIGH_UPDATE_F_WEAK_OVERRIDE,
} from '../neigh/state.ts';
import { randReachTime } from '../neigh/table.ts';
import { addrconfVerify, ipv6AddAddr } from './addrconf-addr.ts';
import { generateEui64, generateStable } from './addr-gen.ts';
import { IPV6_ADDR_LINKLOCAL, ipv6AddrEqual, ipv6AddrType } from './addr-type.ts';
import { addrconfDadStart, ipv6IfaNotify } from './dad.ts';
import { fib6Add, fib6Del, fib6SetExpires } from './fib6-table.ts';
import { Fib6Info, Fib6Nh, RTF_GATEWAY, RTF_UP } from './fib6-types.ts';
import { IF_RA_MANAGED, IF_RA_OTHERCONF, IF_RA_RCVD, type Inet6Dev, INFINITY_LIFE_TIME } from './inet6-dev.ts';
import { kernelIpv6, netIpv6, rtGenidBumpIpv6 } from './netns6.ts';
import { addrconfGetPrefixRoute, addrconfPrefixRoute } from './prefix-route.ts';
import { ipv6AcceptRa } from './router-solicit.ts';
import { ipv6ChkAddr } from './saddr.ts';

const TWO_HOURS = 7200;

/** @returns a drop reason, 0 when all is well */
export function ndiscRouterAdvert(skb: SkBuff, idev: Inet6Dev): number {
  const { dev } = idev;
  const { net } = dev;
  const { buf, data: at, networkHeader: nh } = skb;
  const end = at + skb.len;
  const saddr = buf.slice(nh + IPV6_SADDR, nh + IPV6_SADDR + 16);
  if ((ipv6AddrType(saddr) & IPV6_ADDR_LINKLOCAL) === 0) return SKB_DROP_REASON_NOT_SPECIFIED;
  if (!ipv6AcceptRa(idev)) return 0;
  idev.ifFlags |= IF_RA_RCVD;
  const oldFlags = idev.ifFlags;
  idev.ifFlags &= ~(IF_RA_MANAGED | IF_RA_OTHERCONF);
  if ((buf[at + 5]! & 0x80) !== 0) idev.ifFlags |= IF_RA_MANAGED;
  if ((buf[at + 5]! & 0x40) !== 0) idev.ifFlags |= IF_RA_OTHERCONF;
  const own = ipv6ChkAddr(net, saddr, 0, null, false) && idev.cnf.get(DEVCONF_ACCEPT_RA_FROM_LOCAL) === 0;
  if (!own && idev.cnf.get(DEVCONF_ACCEPT_RA_DEFRTR) !== 0)
    defaultRouter(
      idev,
      saddr,
      be16(buf, at + 6),
      idev.cnf.get(DEVCONF_ACCEPT_RA_RTR_PREF) === 0 ? 0 : (buf[at + 5]! >>> 3) & 3,
    );
  const hop = buf[at + 4]!;
  if (hop !== 0 && hop >= idev.cnf.get(DEVCONF_ACCEPT_RA_MIN_HOP_LIMIT)) idev.cnf.set(DEVCONF_HOPLIMIT, hop);
  parameters(idev, be32(buf, at + 8), be32(buf, at + 12));
  const sllao = ndFindOption(buf, at + 16, end, ND_OPT_SOURCE_LL_ADDR);
  const { ndTbl } = kernelIpv6(net.kernel);
  const neigh = ndTbl.lookup(saddr, 0, dev) ?? ndTbl.create(saddr, dev);
  if (typeof neigh !== 'number') {
    neighUpdate(
      neigh,
      sllao < 0 ? null : buf.slice(sllao + 2, sllao + 8),
      NUD_STALE,
      NEIGH_UPDATE_F_WEAK_OVERRIDE |
        NEIGH_UPDATE_F_OVERRIDE |
        NEIGH_UPDATE_F_OVERRIDE_ISROUTER |
        NEIGH_UPDATE_F_ISROUTER,
    );
  }
  for (let p = at + 16; p < end; p += buf[p + 1]! << 3) {
    if (buf[p] === ND_OPT_PREFIX_INFO && buf[p + 1] === 4 && !own && idev.cnf.get(DEVCONF_ACCEPT_RA_PINFO) !== 0)
      prefixInfo(idev, buf, p);
    else if (buf[p] === ND_OPT_MTU && buf[p + 1] === 1 && idev.cnf.get(DEVCONF_ACCEPT_RA_MTU) !== 0) {
      const mtu = be32(buf, p + 4);
      if (mtu >= IPV6_MIN_MTU && mtu <= dev.mtu && idev.cnf.get(DEVCONF_MTU6) !== mtu) {
        idev.cnf.set(DEVCONF_MTU6, mtu);
        idev.raMtu = mtu;
        rtGenidBumpIpv6(net);
      }
    }
  }
  if (idev.ifFlags !== oldFlags) kernelIpv6(net.kernel).ifinfoNotify(RTM_NEWLINK, idev);
  return 0;
}

/** Retransmission and reachable time, ms; 0 says nothing. */
function parameters(idev: Inet6Dev, reachableMs: number, retransMs: number): void {
  const { ndParms } = idev;
  if (retransMs !== 0 && retransMs < 3_600_000) ndParms.retransTime = Math.max(retransMs, 10) * 1e6;
  if (reachableMs !== 0 && reachableMs < 3_600_000 && ndParms.baseReachableTime !== reachableMs * 1e6) {
    ndParms.baseReachableTime = reachableMs * 1e6;
    ndParms.reachableTime = randReachTime(idev.dev.net.kernel, ndParms.baseReachableTime);
  }
}

/** The router as default route, for `lifetime` seconds. @see rt6_add_dflt_router */
function defaultRouter(idev: Inet6Dev, gw: Uint8Array, lifetime: number, pref: number): void {
  const { dev } = idev;
  const { net } = dev;
  const { main } = netIpv6(net);
  const dst = new Uint8Array(16);
  const known = main.trie
    .get(dst, 0)
    ?.leaf.find(
      (rt) =>
        rt.nh.dev === dev && rt.nh.gw !== null && (rt.flags & RTF_ADDRCONF) !== 0 && ipv6AddrEqual(rt.nh.gw, 0, gw, 0),
    );
  const expires = net.kernel.clock.now + lifetime * 1e9;
  if (known !== undefined && lifetime === 0) fib6Del(net, known);
  else if (known !== undefined) {
    known.flags = ((known.flags & ~0x1800_0000) | ((pref === 2 ? 0 : pref) << 27)) >>> 0;
    fib6SetExpires(net, known, expires);
  } else if (lifetime !== 0) {
    const rt = new Fib6Info(main, dst, 0, new Fib6Nh(dev, gw, 0, 1));
    rt.metric = idev.cnf.get(DEVCONF_RA_DEFRTR_METRIC);
    rt.flags =
      (RTF_UP | RTF_GATEWAY | RTF_ADDRCONF | RTF_DEFAULT | RTF_EXPIRES | ((pref === 2 ? 0 : pref) << 27)) >>> 0;
    rt.protocol = RTPROT_RA;
    rt.type = RTN_UNICAST;
    rt.expires = expires;
    fib6Add(net, rt, null, KERNEL_INFO, newExtAck());
  }
}

/** A prefix: on the link, and to make an address of. @see addrconf_prefix_rcv */
function prefixInfo(idev: Inet6Dev, buf: Uint8Array, p: number): void {
  const { dev } = idev;
  const { net } = dev;
  const plen = buf[p + 2]!;
  const flags = buf[p + 3]!;
  const valid = be32(buf, p + 4);
  const prefered = be32(buf, p + 8);
  const prefix = buf.slice(p + 16, p + 32);
  if (
    plen > 128 ||
    prefered > valid ||
    (valid !== 0 && valid < idev.cnf.get(DEVCONF_ACCEPT_RA_MIN_LFT)) ||
    (ipv6AddrType(prefix) & (IPV6_ADDR_LINKLOCAL | 2)) !== 0
  )
    return;
  if ((flags & 0x80) !== 0) {
    const rt = addrconfGetPrefixRoute(ipv6Prefix(prefix, plen), plen, dev, RTF_ADDRCONF | RTF_PREFIX_RT, RTF_DEFAULT);
    const expires = valid === INFINITY_LIFE_TIME ? 0 : net.kernel.clock.now + valid * 1e9;
    if (rt !== null && valid === 0) fib6Del(net, rt);
    else if (rt !== null) fib6SetExpires(net, rt, expires === 0 ? Infinity : expires);
    else if (valid !== 0) addrconfPrefixRoute(prefix, plen, 0, dev, expires, RTF_ADDRCONF | RTF_PREFIX_RT);
  }
  if ((flags & 0x40) !== 0 && idev.cnf.get(DEVCONF_AUTOCONF) !== 0 && plen === 64)
    autoconf(idev, prefix, valid, prefered);
}

/** @see addrconf_prefix_rcv_add_addr */
function autoconf(idev: Inet6Dev, prefix: Uint8Array, valid: number, prefered: number): void {
  const { dev } = idev;
  const { net } = dev;
  const addr = ipv6Prefix(prefix, 64);
  let extra = 0;
  if (ipv6AddrType(idev.token) !== 0) addr.set(idev.token.subarray(8), 8);
  else if (idev.cnf.get(DEVCONF_ADDR_GEN_MODE) <= IN6_ADDR_GEN_MODE_EUI64 + 1) {
    if (!generateEui64(addr, dev)) return;
  } else {
    generateStable(addr, idev);
    extra = IFA_F_STABLE_PRIVACY;
  }
  const known = idev.addrList.find((x) => ipv6AddrEqual(x.addr, 0, addr, 0));
  if (known === undefined) {
    const most = idev.cnf.get(DEVCONF_MAX_ADDRESSES);
    if (valid === 0 || (most !== 0 && idev.addrList.length >= most)) return;
    const ifp = ipv6AddAddr(
      idev,
      {
        addr,
        peer: null,
        plen: 64,
        flags: extra,
        rtPriority: 0,
        proto: IFAPROT_KERNEL_RA,
        preferedLft: prefered,
        validLft: valid,
      },
      newExtAck(),
    );
    if (typeof ifp === 'number') return;
    addrconfDadStart(ifp);
  } else {
    const left =
      known.validLft === INFINITY_LIFE_TIME
        ? Infinity
        : known.validLft - Math.floor((net.kernel.clock.now - known.tstamp) / 1e9);
    known.validLft = valid > TWO_HOURS || valid > left ? valid : Math.min(left, TWO_HOURS);
    known.preferedLft = prefered;
    known.tstamp = net.kernel.clock.now;
    known.flags &= ~0x20;
    ipv6IfaNotify(0, known);
  }
  addrconfVerify(net);
}
