/** ICMPv6 on its way in. RFC 4443. @see net/ipv6/icmp.c:icmpv6_rcv */
import { ECONNREFUSED, EACCES, EHOSTUNREACH, EMSGSIZE, ENETUNREACH, EPROTO } from '../../uapi/errno.ts';
import {
  SKB_DROP_REASON_ICMP_CSUM,
  SKB_DROP_REASON_NOT_SPECIFIED,
  SKB_DROP_REASON_PKT_TOO_SMALL,
} from '../../uapi/drop-reason.ts';
import {
  ICMPV6_DEST_UNREACH,
  ICMPV6_ECHO_REPLY,
  ICMPV6_ECHO_REQUEST,
  ICMPV6_INFOMSG_MASK,
  ICMPV6_MGM_QUERY,
  ICMPV6_PARAMPROB,
  ICMPV6_PKT_TOOBIG,
  ICMPV6_TIME_EXCEED,
  ICMPV6_UNK_NEXTHDR,
  NDISC_REDIRECT,
  NDISC_ROUTER_SOLICITATION,
} from '../../uapi/icmpv6.ts';
import { IPPROTO_ICMPV6 } from '../../uapi/in.ts';
import { IPV6_MIN_MTU } from '../../uapi/ip.ts';
import { csumIpv6Nofold } from '../../wire/checksum.ts';
import { ICMP6_HLEN, icmp6Check, icmp6Mtu, icmp6Rest } from '../../wire/icmpv6.ts';
import { ExtWalk, IPV6_DADDR, IPV6_HLEN, IPV6_SADDR, ip6Nexthdr, ipv6SkipExthdr } from '../../wire/ipv6.ts';
import type { SimKernel } from '../core/kernel.ts';
import type { Net } from '../core/net.ts';
import { consumeSkb, kfreeSkb, type SkBuff } from '../core/skbuff.ts';
import { Flowi6 } from './fib6-types.ts';
import { icmpv6EchoReply, icmpv6Send } from './icmp6-send.ts';
import { in6DevGet } from './inet6-dev.ts';
import { igmp6EventQuery } from './mcast.ts';
import { ndiscRcv } from './ndisc.ts';
import { kernelIpv6, netIpv6 } from './netns6.ts';
import { ip6RouteOutput, ip6UpdatePmtu } from './rt6.ts';
import { ICMP6_CSUMERRORS, ICMP6_INERRORS, ICMP6_INMSGS } from './snmp6.ts';

const walk = new ExtWalk();

function count(net: Net, skb: SkBuff, place: number): void {
  netIpv6(net).mib.icmp[place]! += 1;
  const idev = in6DevGet(skb.dev!);
  if (idev !== null) idev.mib.icmp[place]! += 1;
}

/** Takes a message over; `data` at its header. @returns 0 */
function icmpv6Rcv(skb: SkBuff): number {
  const dev = skb.dev!;
  const { net } = dev;
  const { buf, networkHeader: nh, data: at } = skb;
  skb.transportHeader = at;
  count(net, skb, ICMP6_INMSGS);
  if (skb.len < ICMP6_HLEN) {
    count(net, skb, ICMP6_INERRORS);
    kfreeSkb(skb, SKB_DROP_REASON_PKT_TOO_SMALL, 'icmpv6_rcv');
    return 0;
  }
  const pseudo = csumIpv6Nofold(buf, nh + IPV6_SADDR, buf, nh + IPV6_DADDR, skb.len, IPPROTO_ICMPV6);
  if (!icmp6Check(buf, at, skb.len, pseudo)) {
    count(net, skb, ICMP6_CSUMERRORS);
    count(net, skb, ICMP6_INERRORS);
    kfreeSkb(skb, SKB_DROP_REASON_ICMP_CSUM, 'icmpv6_rcv');
    return 0;
  }
  const type = buf[at]!;
  for (const mib of [netIpv6(net).mib, in6DevGet(dev)?.mib])
    mib?.icmpInType.set(type, (mib.icmpInType.get(type) ?? 0) + 1);
  if (type === ICMPV6_ECHO_REQUEST) icmpv6EchoReply(skb);
  else if (type === ICMPV6_ECHO_REPLY) {
    if (kernelIpv6(net.kernel).pingRcv?.(skb) === true) return 0;
  } else if (type >= NDISC_ROUTER_SOLICITATION && type <= NDISC_REDIRECT) {
    const reason = ndiscRcv(skb);
    if (reason !== 0) {
      kfreeSkb(skb, reason, 'ndisc_rcv');
      return 0;
    }
  } else if (type === ICMPV6_MGM_QUERY) igmp6EventQuery(skb);
  else if ((type & ICMPV6_INFOMSG_MASK) === 0) {
    if (type === ICMPV6_PKT_TOOBIG) tooBig(net, skb);
    icmpv6Notify(skb, type, buf[at + 1]!, icmp6Rest(buf, at));
  } else if (type > 143 && type < 160) {
    kfreeSkb(skb, SKB_DROP_REASON_NOT_SPECIFIED, 'icmpv6_rcv');
    return 0;
  }
  consumeSkb(skb);
  return 0;
}

/** A router's packet-too-big: the path's MTU goes down. @see ip6_update_pmtu */
function tooBig(net: Net, skb: SkBuff): void {
  const { buf, data: at } = skb;
  const inner = at + ICMP6_HLEN;
  if (skb.len < ICMP6_HLEN + IPV6_HLEN) return;
  const fl = new Flowi6();
  fl.daddr.set(buf.subarray(inner + IPV6_DADDR, inner + IPV6_DADDR + 16));
  fl.saddr.set(buf.subarray(inner + IPV6_SADDR, inner + IPV6_SADDR + 16));
  const rt = ip6RouteOutput(net, fl);
  if (rt.error === 0) ip6UpdatePmtu(net, rt, fl.daddr, Math.max(icmp6Mtu(buf, at), IPV6_MIN_MTU));
}

/** Tells the protocol and the sockets a packet in an error belongs to. @see icmpv6_notify */
function icmpv6Notify(skb: SkBuff, type: number, code: number, info: number): void {
  const { kernel } = skb.dev!.net;
  const inner = skb.data + ICMP6_HLEN;
  const end = skb.data + skb.len;
  if (inner + IPV6_HLEN > end) return;
  const off = ipv6SkipExthdr(skb.buf, inner + IPV6_HLEN, end, ip6Nexthdr(skb.buf, inner), walk);
  if (off < 0 || off + 8 > end || walk.fragOff >>> 3 !== 0) return;
  const { nexthdr } = walk;
  const k = kernelIpv6(kernel);
  k.protos[nexthdr]?.errHandler?.(skb, type, code, info);
  k.rawIcmpError?.(skb, nexthdr, type, code, off, info);
}

/** errno of an error, and whether it ends a connection. @see icmpv6_err_convert */
export function icmpv6ErrConvert(type: number, code: number): { err: number; fatal: boolean } {
  switch (type) {
    case ICMPV6_DEST_UNREACH: {
      const row = (
        [
          [ENETUNREACH, false],
          [EACCES, true],
          [EHOSTUNREACH, false],
          [EHOSTUNREACH, false],
          [ECONNREFUSED, true],
          [EACCES, true],
          [EACCES, true],
        ] as const
      )[code];
      return row === undefined ? { err: EPROTO, fatal: true } : { err: row[0], fatal: row[1] };
    }
    case ICMPV6_PKT_TOOBIG:
      return { err: EMSGSIZE, fatal: false };
    case ICMPV6_PARAMPROB:
      return { err: EPROTO, fatal: code === ICMPV6_UNK_NEXTHDR || code === 0 || code === 2 };
    case ICMPV6_TIME_EXCEED:
      return { err: EHOSTUNREACH, fatal: false };
    default:
      return { err: EPROTO, fatal: false };
  }
}

export function icmp6Init(kernel: SimKernel): void {
  const k = kernelIpv6(kernel);
  k.icmpv6Send = icmpv6Send;
  k.protos[IPPROTO_ICMPV6] = {
    handler: icmpv6Rcv,
    errHandler: (skb, type, code, info) => {
      if (skb.buf[skb.data + ICMP6_HLEN + IPV6_HLEN] === ICMPV6_ECHO_REQUEST) k.pingErr?.(skb, type, code, info);
    },
    final: true,
  };
}
