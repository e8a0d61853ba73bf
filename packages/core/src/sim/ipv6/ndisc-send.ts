/** Neighbour discovery's own messages. RFC 4861 §4, §7.2. @see net/ipv6/ndisc.c */
import { copyBytes } from '../../lib/bytes.ts';
import {
  ND_OPT_NONCE,
  ND_OPT_SOURCE_LL_ADDR,
  ND_OPT_TARGET_LL_ADDR,
  NDISC_NEIGHBOUR_ADVERTISEMENT,
  NDISC_NEIGHBOUR_SOLICITATION,
  NDISC_ROUTER_SOLICITATION,
} from '../../uapi/icmpv6.ts';
import { DEVCONF_FORCE_TLLAO, DEVCONF_NDISC_TCLASS } from '../../uapi/if-link.ts';
import { IFA_F_OPTIMISTIC, IFA_F_TENTATIVE } from '../../uapi/if-addr.ts';
import { IPPROTO_ICMPV6 } from '../../uapi/in.ts';
import { csumIpv6Nofold } from '../../wire/checksum.ts';
import { icmp6Finish, putIcmp6Header } from '../../wire/icmpv6.ts';
import {
  NA_OVERRIDE,
  NA_ROUTER,
  NA_SOLICITED,
  ND_MSG_LEN,
  ND_OPT_LLADDR_LEN,
  putNdLladdr,
  putNdMsg,
} from '../../wire/ndisc.ts';
import type { NetDevice } from '../core/net-device.ts';
import type { SkBuff } from '../core/skbuff.ts';
import { IN6ADDR_ANY, IN6ADDR_LINKLOCAL_ALLNODES, ipv6AddrType } from './addr-type.ts';
import { Flowi6, Rt6 } from './fib6-types.ts';
import { icmp6OutCount } from './icmp6-send.ts';
import { in6DevGet } from './inet6-dev.ts';
import { ip6Alloc, IP6SKB_NOLOOP, ip6LocalOut, ip6PushHeader } from './ip6-output.ts';
import { kernelIpv6 } from './netns6.ts';
import { ipv6ChkAddrAndFlags, ipv6DevGetSaddr, ipv6GetLladdr } from './saddr.ts';

/** A route straight out by the device. @see icmp6_dst_alloc */
export function icmp6DstAlloc(dev: NetDevice): Rt6 {
  const k = kernelIpv6(dev.net.kernel);
  return new Rt6(dev, null, 1, 0, k.input, k.output);
}

/** Sends a message whose ICMPv6 part is at `data`. @see ndisc_send_skb */
function ndiscSendSkb(dev: NetDevice, skb: SkBuff, daddr: Uint8Array, saddr: Uint8Array): void {
  const fl = new Flowi6();
  fl.saddr.set(saddr);
  fl.daddr.set(daddr);
  fl.tclass = in6DevGet(dev)?.cnf.get(DEVCONF_NDISC_TCLASS) ?? 0;
  const type = skb.buf[skb.data]!;
  icmp6Finish(skb.buf, skb.data, skb.len, csumIpv6Nofold(saddr, 0, daddr, 0, skb.len, IPPROTO_ICMPV6));
  ip6PushHeader(skb, fl, IPPROTO_ICMPV6, 255);
  const rt = icmp6DstAlloc(dev);
  skb.dst = rt;
  skb.dev = dev;
  skb.cb1 = IP6SKB_NOLOOP;
  icmp6OutCount(dev.net, rt, type);
  ip6LocalOut(dev.net, skb);
}

/** A neighbour solicitation. `saddr` null: the device's link-local address. `nonce`: duplicate address detection's. @see ndisc_send_ns */
export function ndiscSendNs(
  dev: NetDevice,
  target: Uint8Array,
  daddr: Uint8Array,
  saddr: Uint8Array | null,
  nonce: Uint8Array | null,
): void {
  const from = saddr ?? ipv6GetLladdr(dev, IFA_F_TENTATIVE | IFA_F_OPTIMISTIC);
  if (from === null) return;
  const lladdr = dev.addrLen === 6 && ipv6AddrType(from) !== 0;
  const skb = ip6Alloc(dev.net.kernel, ND_MSG_LEN + (lladdr ? ND_OPT_LLADDR_LEN : 0) + (nonce === null ? 0 : 8));
  let o = skb.data;
  putNdMsg(skb.buf, o, NDISC_NEIGHBOUR_SOLICITATION, 0, target, 0);
  o += ND_MSG_LEN;
  if (lladdr) {
    putNdLladdr(skb.buf, o, ND_OPT_SOURCE_LL_ADDR, dev.devAddr, 0);
    o += ND_OPT_LLADDR_LEN;
  }
  if (nonce !== null) {
    skb.buf[o] = ND_OPT_NONCE;
    skb.buf[o + 1] = 1;
    copyBytes(skb.buf, o + 2, nonce, 0, 6);
  }
  ndiscSendSkb(dev, skb, daddr, from);
}

/** A neighbour advertisement for `target`. @see ndisc_send_na */
export function ndiscSendNa(
  dev: NetDevice,
  daddr: Uint8Array,
  target: Uint8Array,
  router: boolean,
  solicited: boolean,
  override: boolean,
  withLladdr: boolean,
): void {
  const { net } = dev;
  const ifp = ipv6ChkAddrAndFlags(net, target, 0, dev, 0);
  let from = target;
  if (ifp !== null) {
    if ((ifp.flags & IFA_F_OPTIMISTIC) !== 0) override = false;
    withLladdr ||= in6DevGet(dev)!.cnf.get(DEVCONF_FORCE_TLLAO) !== 0;
  } else {
    from = new Uint8Array(16);
    if (ipv6DevGetSaddr(net, dev, daddr, from) !== 0) return;
  }
  const lladdr = withLladdr && dev.addrLen === 6;
  const skb = ip6Alloc(net.kernel, ND_MSG_LEN + (lladdr ? ND_OPT_LLADDR_LEN : 0));
  const flags = (router ? NA_ROUTER : 0) + (solicited ? NA_SOLICITED : 0) + (override ? NA_OVERRIDE : 0);
  putNdMsg(skb.buf, skb.data, NDISC_NEIGHBOUR_ADVERTISEMENT, flags, target, 0);
  if (lladdr) putNdLladdr(skb.buf, skb.data + ND_MSG_LEN, ND_OPT_TARGET_LL_ADDR, dev.devAddr, 0);
  ndiscSendSkb(dev, skb, daddr, from);
}

/** Tells everybody on the link about our addresses. @see ndisc_send_unsol_na */
export function ndiscSendUnsolNa(dev: NetDevice, router: boolean): void {
  for (const ifa of in6DevGet(dev)?.addrList ?? []) {
    if ((ifa.flags & IFA_F_TENTATIVE) !== 0 && (ifa.flags & IFA_F_OPTIMISTIC) === 0) continue;
    ndiscSendNa(dev, IN6ADDR_LINKLOCAL_ALLNODES, ifa.addr, router, false, true, true);
  }
}

/** A router solicitation. @see ndisc_send_rs */
export function ndiscSendRs(dev: NetDevice, saddr: Uint8Array, daddr: Uint8Array): void {
  const lladdr = dev.addrLen === 6 && ipv6AddrType(saddr) !== 0;
  const skb = ip6Alloc(dev.net.kernel, 8 + (lladdr ? ND_OPT_LLADDR_LEN : 0));
  putIcmp6Header(skb.buf, skb.data, NDISC_ROUTER_SOLICITATION, 0, 0);
  if (lladdr) putNdLladdr(skb.buf, skb.data + 8, ND_OPT_SOURCE_LL_ADDR, dev.devAddr, 0);
  ndiscSendSkb(dev, skb, daddr, saddr ?? IN6ADDR_ANY);
}
