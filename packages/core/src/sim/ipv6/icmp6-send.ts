/** ICMPv6 on its way out: replies and errors, and how many of them. @see net/ipv6/icmp.c; RFC 4443 §2.4 */
import { toHex } from '../../lib/bytes.ts';
import {
  ICMPV6_ECHO_REPLY,
  ICMPV6_INFOMSG_MASK,
  ICMPV6_PARAMPROB,
  ICMPV6_PKT_TOOBIG,
  ICMPV6_UNK_OPTION,
} from '../../uapi/icmpv6.ts';
import { IPPROTO_ICMPV6 } from '../../uapi/in.ts';
import { IFF_LOOPBACK } from '../../uapi/if.ts';
import { PACKET_HOST } from '../../uapi/if-packet.ts';
import { RTF_ANYCAST, RTF_LOCAL } from '../../uapi/ip.ts';
import { csumIpv6Nofold } from '../../wire/checksum.ts';
import { ICMP6_HLEN, ICMP6_QUOTE_ROOM, icmp6Finish, putIcmp6Header } from '../../wire/icmpv6.ts';
import { ExtWalk, IPV6_DADDR, IPV6_HLEN, IPV6_SADDR, ip6Nexthdr, ipv6SkipExthdr } from '../../wire/ipv6.ts';
import type { Net } from '../core/net.ts';
import type { SkBuff } from '../core/skbuff.ts';
import { IPV6_ADDR_LINKLOCAL, IPV6_ADDR_LOOPBACK, IPV6_ADDR_MULTICAST, ipv6AddrType } from './addr-type.ts';
import { Flowi6, type Rt6 } from './fib6-types.ts';
import { ip6Alloc, IP6SKB_NOLOOP, ip6PushHeader, ip6SendSkb } from './ip6-output.ts';
import { kernelIpv6, netIpv6 } from './netns6.ts';
import { ip6DstHoplimit, ip6DstLookup, rt6Idev } from './rt6.ts';
import { ipv6ChkAddr } from './saddr.ts';
import { ICMP6_OUTMSGS, ICMP6_RATELIMITHOST } from './snmp6.ts';

const walk = new ExtWalk();
/** Errors one destination may get at once. @see XRLIM_BURST_FACTOR */
const BURST = 6;

/** Counts a message sent. @see icmpv6_push_pending_frames */
export function icmp6OutCount(net: Net, rt: Rt6, type: number): void {
  const ns = netIpv6(net).mib;
  ns.icmp[ICMP6_OUTMSGS]! += 1;
  ns.icmpOutType.set(type, (ns.icmpOutType.get(type) ?? 0) + 1);
  const idev = rt6Idev(rt);
  if (idev === null) return;
  idev.mib.icmp[ICMP6_OUTMSGS]! += 1;
  idev.mib.icmpOutType.set(type, (idev.mib.icmpOutType.get(type) ?? 0) + 1);
}

/** Whether a range list (`0-1,3-127`) names the type. */
export const icmp6InMask = (mask: string, type: number): boolean =>
  mask.split(',').some((part) => {
    const [lo, hi] = part.split('-');
    return part !== '' && type >= Number(lo) && type <= Number(hi ?? lo);
  });

/** Whether another message of this type may go to `daddr` now. @see icmpv6_xrlim_allow, icmp_global_allow */
function allowed(net: Net, rt: Rt6, type: number, daddr: Uint8Array): boolean {
  const { sysctl } = netIpv6(net);
  if ((type & ICMPV6_INFOMSG_MASK) !== 0 || type === ICMPV6_PKT_TOOBIG || !icmp6InMask(sysctl.icmp_ratemask, type))
    return true;
  if ((rt.dev.flags & IFF_LOOPBACK) !== 0) return true;
  const plen = rt.from?.plen ?? 0;
  const each = (sysctl.icmp_ratelimit * 1e6) / 2 ** (plen < 128 ? (128 - plen) >> 5 : 0);
  if (each <= 0) return true;
  const { now } = net.kernel.clock;
  const { peers } = kernelIpv6(net.kernel);
  const key = `${net.cookie}/${toHex(daddr)}`;
  let peer = peers.get(key);
  if (peer === undefined) {
    if (peers.size >= 4096) peers.clear();
    peers.set(key, (peer = { tokens: BURST * each, last: now }));
  }
  peer.tokens = Math.min(peer.tokens + now - peer.last, BURST * each);
  peer.last = now;
  if (peer.tokens < each) {
    netIpv6(net).mib.icmp[ICMP6_RATELIMITHOST]! += 1;
    return false;
  }
  peer.tokens -= each;
  return true;
}

/** Whether a packet may not be answered by an error: it is one itself, or cannot be read. @see is_ineligible */
function ineligible(skb: SkBuff): boolean {
  const { buf, networkHeader: nh } = skb;
  const end = skb.data + skb.len;
  const at = ipv6SkipExthdr(buf, nh + IPV6_HLEN, end, ip6Nexthdr(buf, nh), walk);
  if (at < 0 || walk.nexthdr !== IPPROTO_ICMPV6) return false;
  if (walk.fragOff >>> 3 !== 0) return false;
  return at >= end || (buf[at]! & ICMPV6_INFOMSG_MASK) === 0;
}

/** The interface a packet is about: for a looped one that of its address. @see icmp6_iif */
function icmp6Iif(skb: SkBuff): number {
  const dev = skb.dev!;
  if ((dev.flags & IFF_LOOPBACK) === 0 || skb.dst === null) return dev.ifindex;
  return rt6Idev(skb.dst as Rt6)?.dev.ifindex ?? dev.ifindex;
}

/** Sends a message: header and `quote` bytes of `from` at `at`. */
function sendMessage(
  net: Net,
  fl: Flowi6,
  rt: Rt6,
  type: number,
  code: number,
  rest: number,
  from: Uint8Array,
  at: number,
  quote: number,
  noLoop: boolean,
): void {
  const skb = ip6Alloc(net.kernel, ICMP6_HLEN + quote);
  const o = skb.data;
  putIcmp6Header(skb.buf, o, type, code, rest);
  skb.buf.set(from.subarray(at, at + quote), o + ICMP6_HLEN);
  icmp6Finish(skb.buf, o, skb.len, csumIpv6Nofold(fl.saddr, 0, fl.daddr, 0, skb.len, IPPROTO_ICMPV6));
  ip6PushHeader(
    skb,
    fl,
    IPPROTO_ICMPV6,
    (ipv6AddrType(fl.daddr) & IPV6_ADDR_MULTICAST) !== 0 ? 1 : ip6DstHoplimit(net, rt),
  );
  skb.dst = rt;
  skb.mark = fl.mark;
  skb.cb1 = noLoop ? IP6SKB_NOLOOP : 0;
  icmp6OutCount(net, rt, type);
  ip6SendSkb(net, skb);
}

/**
 * Tells the sender of a packet (network header at `networkHeader`) that something is wrong with it. The packet stays
 * the caller's. @param info MTU or pointer @see icmp6_send
 */
export function icmpv6Send(skb: SkBuff, type: number, code: number, info: number): void {
  const dev = skb.dev!;
  const { net } = dev;
  const { buf, networkHeader: nh } = skb;
  if (skb.data + skb.len < nh + IPV6_HLEN) return;
  const fl = new Flowi6();
  if (ipv6ChkAddr(net, buf, nh + IPV6_DADDR, dev, false))
    fl.saddr.set(buf.subarray(nh + IPV6_DADDR, nh + IPV6_DADDR + 16));
  if ((ipv6AddrType(buf, nh + IPV6_DADDR) & IPV6_ADDR_MULTICAST) !== 0 || skb.pktType !== PACKET_HOST) {
    if (type !== ICMPV6_PKT_TOOBIG && !(type === ICMPV6_PARAMPROB && code === ICMPV6_UNK_OPTION)) return;
    fl.saddr.fill(0);
  }
  const stype = ipv6AddrType(buf, nh + IPV6_SADDR);
  if (stype === 0 || (stype & IPV6_ADDR_MULTICAST) !== 0) return;
  if (ineligible(skb)) return;
  fl.daddr.set(buf.subarray(nh + IPV6_SADDR, nh + IPV6_SADDR + 16));
  fl.oif = (stype & IPV6_ADDR_LINKLOCAL) !== 0 ? icmp6Iif(skb) : 0;
  fl.proto = IPPROTO_ICMPV6;
  const rt = ip6DstLookup(net, fl);
  if (typeof rt === 'number' || !allowed(net, rt, type, fl.daddr)) return;
  const quote = Math.min(skb.data + skb.len - nh, ICMP6_QUOTE_ROOM);
  sendMessage(net, fl, rt, type, code, info, buf, nh, quote, true);
}

/** Answers an echo request (`data` at its ICMPv6 header). @see icmpv6_echo_reply */
export function icmpv6EchoReply(skb: SkBuff): void {
  const { net } = skb.dev!;
  const { buf, networkHeader: nh } = skb;
  const { sysctl } = netIpv6(net);
  const multicast = (ipv6AddrType(buf, nh + IPV6_DADDR) & IPV6_ADDR_MULTICAST) !== 0;
  if (sysctl.icmp_echo_ignore_all !== 0 || (multicast && sysctl.icmp_echo_ignore_multicast !== 0)) return;
  const anycast = ((skb.dst as Rt6).flags & RTF_ANYCAST) !== 0;
  if (anycast && sysctl.icmp_echo_ignore_anycast !== 0) return;
  const fl = new Flowi6();
  // What a local route takes is ours to answer from, be it an address or not. @see ipv6_unicast_destination
  const ours = ((skb.dst as Rt6).flags & RTF_LOCAL) !== 0 || (anycast && sysctl.anycast_src_echo_reply !== 0);
  if (ours) fl.saddr.set(buf.subarray(nh + IPV6_DADDR, nh + IPV6_DADDR + 16));
  fl.daddr.set(buf.subarray(nh + IPV6_SADDR, nh + IPV6_SADDR + 16));
  fl.oif =
    (ipv6AddrType(fl.daddr) & IPV6_ADDR_LOOPBACK) !== 0 ? skb.dev!.ifindex : skb.cb0 !== 0 ? skb.cb0 : icmp6Iif(skb);
  fl.proto = IPPROTO_ICMPV6;
  if (sysctl.fwmark_reflect !== 0) fl.mark = skb.mark;
  const rt = ip6DstLookup(net, fl);
  if (typeof rt === 'number') return;
  const at = skb.transportHeader;
  sendMessage(
    net,
    fl,
    rt,
    ICMPV6_ECHO_REPLY,
    0,
    ((buf[at + 4]! << 24) | (buf[at + 5]! << 16) | (buf[at + 6]! << 8) | buf[at + 7]!) >>> 0,
    buf,
    at + 8,
    skb.data + skb.len - at - 8,
    false,
  );
}
