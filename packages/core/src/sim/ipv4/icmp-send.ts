/** Sending ICMP: errors about packets, and answers. RFC 1122 §3.2.2, RFC 1812 §4.3.2; @see net/ipv4/icmp.c */
import { copyBytes } from '../../lib/bytes.ts';
import { ICMP_HLEN, icmpFinish, icmpIsError, icmpQuoteRoom, putIcmpHeader } from '../../wire/icmp.ts';
import { ipDaddr, ipFragOff, ipHlen, ipProtocol, ipSaddr, ipTos, ipTotLen } from '../../wire/ipv4.ts';
import { SKB_DROP_REASON_NEIGH_FAILED } from '../../uapi/drop-reason.ts';
import { ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, NR_ICMP_TYPES } from '../../uapi/icmp.ts';
import { PACKET_HOST } from '../../uapi/if-packet.ts';
import { IFF_LOOPBACK } from '../../uapi/if.ts';
import { IPPROTO_ICMP } from '../../uapi/in.ts';
import { IP_OFFSET, RTCF_BROADCAST, RTCF_LOCAL, RTCF_MULTICAST } from '../../uapi/ip.ts';
import { RT_SCOPE_LINK } from '../../uapi/rtnetlink.ts';
import type { SimKernel } from '../core/kernel.ts';
import type { Net } from '../core/net.ts';
import { kfreeSkb, type SkBuff } from '../core/skbuff.ts';
import { inetSelectAddr } from './devinet.ts';
import { Flowi4 } from './fib-types.ts';
import { ipSendSkb, ipMakeSkb } from './ip-output.ts';
import { inetPeerTake } from './inet-peer.ts';
import { fibComputeSpecDst, ipOptionsEcho } from './ip-options.ts';
import { kernelIpv4, netIpv4 } from './netns.ts';
import { ipRouteOutputKey, rtMtu } from './route.ts';
import type { Rtable } from './rtable.ts';

/** A bucket of 50, a thousand a second, for the namespace. @see icmp_global_allow */
function globalAllow(net: Net): boolean {
  const k = netIpv4(net);
  const { icmp_msgs_burst, icmp_msgs_per_sec } = k.sysctl;
  const { now } = net.kernel.clock;
  k.icmpCredit = Math.min(icmp_msgs_burst, k.icmpCredit + ((now - k.icmpStamp) * icmp_msgs_per_sec) / 1e9);
  k.icmpStamp = now;
  if (k.icmpCredit < 1) return false;
  k.icmpCredit--;
  return true;
}

/** @see net/ipv4/inetpeer.c:XRLIM_BURST_FACTOR */
const XRLIM_BURST_FACTOR = 6;

/** Whether this destination may be sent an error now: one a second, six at once. @see icmpv4_xrlim_allow */
function xrlimAllow(net: Net, rt: Rtable, daddr: number): boolean {
  const { icmp_ratelimit } = netIpv4(net).sysctl;
  if ((rt.dev.flags & IFF_LOOPBACK) !== 0) return true;
  // A limit of 0 lets all pass, but it empties the bucket that routes' errors draw from.
  const timeout = icmp_ratelimit * 1e6;
  return inetPeerTake(net, daddr, timeout, timeout * XRLIM_BURST_FACTOR);
}

const limited = (net: Net, type: number): boolean =>
  type <= NR_ICMP_TYPES && ((netIpv4(net).sysctl.icmp_ratemask >>> type) & 1) !== 0;

/** Counts a message sent. @see icmp_out_count */
export function icmpOutCount(net: Net, type: number): void {
  const { icmp } = netIpv4(net);
  icmp.OutMsgs++;
  icmp.outType.set(type, (icmp.outType.get(type) ?? 0) + 1);
}

const fl = new Flowi4();

/**
 * Tells the sender of a packet that something is wrong with it, unless a rule forbids an answer. Does not free the packet.
 * @param info gateway, MTU (low 16 bits) or pointer (top byte), as the second word has it. @see __icmp_send
 */
export function icmpSend(skb: SkBuff, type: number, code: number, info: number): void {
  const rt = skb.dst as Rtable | null;
  if (rt === null) return;
  const { net } = rt.dev;
  const { buf: b, networkHeader: o } = skb;
  if (skb.pktType !== PACKET_HOST || (rt.flags & (RTCF_BROADCAST | RTCF_MULTICAST)) !== 0) return;
  if ((ipFragOff(b, o) & IP_OFFSET) !== 0) return;
  if (icmpIsError(type) && ipProtocol(b, o) === IPPROTO_ICMP) {
    const at = o + ipHlen(b, o);
    if (at >= skb.data + skb.len || b[at]! > NR_ICMP_TYPES || icmpIsError(b[at]!)) return;
  }
  const limit = limited(net, type);
  if (limit && !globalAllow(net)) {
    netIpv4(net).icmp.OutRateLimitGlobal++;
    return;
  }
  let saddr = ipDaddr(b, o);
  if ((rt.flags & RTCF_LOCAL) === 0) {
    const inbound =
      rt.isInput && netIpv4(net).sysctl.icmp_errors_use_inbound_ifaddr !== 0 ? net.devs.get(skb.skbIif) : undefined;
    saddr = inbound === undefined ? 0 : inetSelectAddr(inbound, ipSaddr(b, o), RT_SCOPE_LINK);
  }
  const tos = icmpIsError(type) ? (ipTos(b, o) & 0x1e) | 0xc0 : ipTos(b, o);
  fl.reset();
  fl.daddr = ipSaddr(b, o);
  fl.saddr = saddr;
  fl.tos = tos;
  fl.proto = IPPROTO_ICMP;
  const out = ipRouteOutputKey(net, fl);
  if (typeof out === 'number') return;
  if (limit && !xrlimAllow(net, out, fl.daddr)) {
    netIpv4(net).icmp.OutRateLimitHost++;
    return;
  }
  const room = icmpQuoteRoom(rtMtu(out), 0);
  const quoted = Math.min(skb.data + skb.len - o, ipTotLen(b, o), room);
  const { ip_default_ttl } = netIpv4(net).sysctl;
  const p = {
    protocol: IPPROTO_ICMP,
    tos,
    ttl: ip_default_ttl,
    df: 0,
    ignoreDf: false,
    options: null,
    priority: 0,
    mark: 0,
  };
  const answer = ipMakeSkb(net, out, fl.saddr, fl.daddr, p, ICMP_HLEN + quoted);
  const at = answer.transportHeader;
  putIcmpHeader(answer.buf, at, type, code, info);
  copyBytes(answer.buf, at + ICMP_HLEN, b, o, quoted);
  icmpFinish(answer.buf, at, ICMP_HLEN + quoted);
  icmpOutCount(net, type);
  ipSendSkb(answer);
}

/** Answers a message (`skb.data` at its ICMP header) with its own data behind 8 bytes of header. @see icmp_reply */
export function icmpReply(skb: SkBuff, type: number, code: number, rest: number, data: Uint8Array | null): void {
  const rt = skb.dst as Rtable;
  const dev = skb.dev!;
  const { net } = dev;
  const { buf: b, networkHeader: o } = skb;
  if (limited(net, type) && !globalAllow(net)) return;
  const saddr = fibComputeSpecDst(skb, rt);
  const daddr = ipSaddr(b, o);
  fl.reset();
  fl.daddr = daddr;
  fl.saddr = saddr;
  fl.tos = ipTos(b, o) & 0x1e;
  fl.proto = IPPROTO_ICMP;
  const out = ipRouteOutputKey(net, fl);
  if (typeof out === 'number') return;
  const len = data === null ? skb.len - ICMP_HLEN : data.length;
  const { ip_default_ttl } = netIpv4(net).sysctl;
  const options = ipOptionsEcho(skb, saddr);
  const p = {
    protocol: IPPROTO_ICMP,
    tos: ipTos(b, o),
    ttl: ip_default_ttl,
    df: 0,
    ignoreDf: false,
    options,
    priority: 0,
    mark: 0,
  };
  const answer = ipMakeSkb(net, out, fl.saddr, daddr, p, ICMP_HLEN + len);
  const at = answer.transportHeader;
  putIcmpHeader(answer.buf, at, type, code, rest);
  if (data === null) copyBytes(answer.buf, at + ICMP_HLEN, b, skb.data + ICMP_HLEN, len);
  else answer.buf.set(data, at + ICMP_HLEN);
  icmpFinish(answer.buf, at, ICMP_HLEN + len);
  icmpOutCount(net, type);
  ipSendSkb(answer);
}

/** A neighbour did not answer: its packet's sender is told. @see ipv4_link_failure */
function linkFailure(skb: SkBuff, rt: Rtable | null): void {
  if (rt !== null) {
    if (skb.sk === null || !rt.isInput) skb.pktType = PACKET_HOST;
    icmpSend(skb, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0);
  }
  kfreeSkb(skb, SKB_DROP_REASON_NEIGH_FAILED, 'arp_error_report');
}

export function icmpSendInit(kernel: SimKernel): void {
  const k = kernelIpv4(kernel);
  k.linkFailure = linkFailure;
  k.icmpSend = icmpSend;
}
