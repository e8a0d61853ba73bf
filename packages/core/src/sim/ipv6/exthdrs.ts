/** Extension headers: options, routing, and what becomes of unknown ones. RFC 8200 §4. @see net/ipv6/exthdrs.c */
import {
  SKB_DROP_REASON_IP_INADDRERRORS,
  SKB_DROP_REASON_IP_INHDR,
  SKB_DROP_REASON_IPV6_BAD_EXTHDR,
  SKB_DROP_REASON_NOT_SPECIFIED,
} from '../../uapi/drop-reason.ts';
import { ICMPV6_HDR_FIELD, ICMPV6_PARAMPROB, ICMPV6_UNK_OPTION } from '../../uapi/icmpv6.ts';
import { IPPROTO_DSTOPTS, IPPROTO_ROUTING } from '../../uapi/in.ts';
import { PACKET_HOST } from '../../uapi/if-packet.ts';
import { IPV6_DADDR, IPV6_HLEN } from '../../wire/ipv6.ts';
import type { SimKernel } from '../core/kernel.ts';
import { kfreeSkb, type SkBuff } from '../core/skbuff.ts';
import { ip6CountDev, kernelIpv6, netIpv6 } from './netns6.ts';
import { INHDRERRORS } from './snmp6.ts';

const TLV_PAD1 = 0;
const TLV_PADN = 1;
const TLV_ROUTERALERT = 5;
const TLV_JUMBO = 194;

/** Drops a packet for one of its headers, telling the sender where. @see icmpv6_param_prob_reason */
function paramProb(skb: SkBuff, code: number, at: number): false {
  kernelIpv6(skb.dev!.net.kernel).icmpv6Send(skb, ICMPV6_PARAMPROB, code, at - skb.networkHeader);
  kfreeSkb(skb, SKB_DROP_REASON_IP_INHDR, 'icmpv6_param_prob_reason');
  return false;
}

/** An option nobody knows: its two highest bits say what to do. RFC 8200 §4.2. @see ip6_tlvopt_unknown */
function unknownOption(skb: SkBuff, at: number): boolean {
  const action = skb.buf[at]! >>> 6;
  if (action === 0) return true;
  if (action === 1 || (action === 3 && skb.buf[skb.networkHeader + IPV6_DADDR] === 0xff)) {
    kfreeSkb(skb, SKB_DROP_REASON_NOT_SPECIFIED, 'ip6_tlvopt_unknown');
    return false;
  }
  return paramProb(skb, ICMPV6_UNK_OPTION, at);
}

/** Reads options between `p` and `end`; false: the packet is gone. @see ip6_parse_tlv */
function parseTlv(skb: SkBuff, p: number, end: number, hopopts: boolean, maxOptions: number): boolean {
  const { buf } = skb;
  let padding = 0;
  let count = 0;
  while (p < end) {
    const type = buf[p]!;
    if (type === TLV_PAD1) {
      if (++padding > 7) return drop(skb);
      p++;
      continue;
    }
    if (p + 2 > end) return drop(skb);
    const len = buf[p + 1]! + 2;
    if (p + len > end) return drop(skb);
    if (type === TLV_PADN) {
      padding += len;
      if (padding > 7) return drop(skb);
      for (let i = 2; i < len; i++) if (buf[p + i] !== 0) return drop(skb);
    } else {
      padding = 0;
      if (++count > maxOptions) return drop(skb);
      if (hopopts && type === TLV_ROUTERALERT) {
        if (len !== 4) return drop(skb);
        skb.cb1 |= 0x8;
      } else if (hopopts && type === TLV_JUMBO) {
        return paramProb(skb, ICMPV6_HDR_FIELD, p);
      } else if (!unknownOption(skb, p)) return false;
    }
    p += len;
  }
  return true;
}

function drop(skb: SkBuff): false {
  kfreeSkb(skb, SKB_DROP_REASON_IP_INHDR, 'ip6_parse_tlv');
  return false;
}

/** The hop-by-hop header at `transportHeader`, which moves behind it; false: the packet is gone. @see ipv6_parse_hopopts */
export function ipv6ParseHopopts(skb: SkBuff): boolean {
  const at = skb.networkHeader + IPV6_HLEN;
  const end = skb.data + skb.len;
  const len = at + 8 <= end ? (skb.buf[at + 1]! + 1) << 3 : Infinity;
  if (at + len > end) {
    kfreeSkb(skb, SKB_DROP_REASON_IPV6_BAD_EXTHDR, 'ipv6_parse_hopopts');
    return false;
  }
  if (!parseTlv(skb, at + 2, at + len, true, netIpv6(skb.dev!.net).sysctl.max_hbh_opts_number)) return false;
  skb.cb2 = IPV6_HLEN;
  skb.transportHeader = at + len;
  return true;
}

/** Passes a header of `len` bytes at `data`, in which the next one's number stands. @returns 1 */
function passHeader(skb: SkBuff, len: number): number {
  const at = skb.data;
  skb.cb2 = at - skb.networkHeader;
  skb.pull(len);
  skb.transportHeader = skb.data;
  return 1;
}

function headerLen(skb: SkBuff): number {
  const len = skb.len >= 8 ? (skb.buf[skb.data + 1]! + 1) << 3 : Infinity;
  if (len <= skb.len) return len;
  ip6CountDev(skb.dev!, INHDRERRORS);
  kfreeSkb(skb, SKB_DROP_REASON_IPV6_BAD_EXTHDR, 'ipv6_destopt_rcv');
  return 0;
}

/** @see ipv6_destopt_rcv */
function destoptRcv(skb: SkBuff): number {
  const len = headerLen(skb);
  if (len === 0) return 0;
  const at = skb.data;
  const dev = skb.dev!;
  if (parseTlv(skb, at + 2, at + len, false, netIpv6(dev.net).sysctl.max_dst_opts_number)) return passHeader(skb, len);
  ip6CountDev(dev, INHDRERRORS);
  return 0;
}

/** Routing headers that are used up are passed, others refused. RFC 5095. @see ipv6_rthdr_rcv */
function rthdrRcv(skb: SkBuff): number {
  const len = headerLen(skb);
  if (len === 0) return 0;
  const { buf, data: at } = skb;
  if (buf[skb.networkHeader + IPV6_DADDR] === 0xff || skb.pktType !== PACKET_HOST) {
    kfreeSkb(skb, SKB_DROP_REASON_IP_INADDRERRORS, 'ipv6_rthdr_rcv');
    return 0;
  }
  if (buf[at + 3] === 0) return passHeader(skb, len);
  ip6CountDev(skb.dev!, INHDRERRORS);
  paramProb(skb, ICMPV6_HDR_FIELD, at + 2);
  return 0;
}

export function exthdrsInit(kernel: SimKernel): void {
  const { protos } = kernelIpv6(kernel);
  protos[IPPROTO_DSTOPTS] = { handler: destoptRcv, final: false };
  protos[IPPROTO_ROUTING] = { handler: rthdrRcv, final: false };
}
