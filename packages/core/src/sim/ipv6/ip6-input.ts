/** IPv6 on its way in. @see net/ipv6/ip6_input.c */
import {
  SKB_DROP_REASON_IP_INADDRERRORS,
  SKB_DROP_REASON_IP_INHDR,
  SKB_DROP_REASON_IP_NOPROTO,
  SKB_DROP_REASON_IPV6DISABLED,
  SKB_DROP_REASON_NOT_SPECIFIED,
  SKB_DROP_REASON_OTHERHOST,
  SKB_DROP_REASON_PKT_TOO_SMALL,
  SKB_DROP_REASON_UNICAST_IN_L2_MULTICAST,
} from '../../uapi/drop-reason.ts';
import { ICMPV6_PARAMPROB, ICMPV6_UNK_NEXTHDR } from '../../uapi/icmpv6.ts';
import { IFF_LOOPBACK } from '../../uapi/if.ts';
import { DEVCONF_DISABLE_IPV6, DEVCONF_DROP_UNICAST_IN_L2_MULTICAST } from '../../uapi/if-link.ts';
import { PACKET_HOST, PACKET_LOOPBACK, PACKET_MULTICAST, PACKET_OTHERHOST } from '../../uapi/if-packet.ts';
import { IPPROTO_HOPOPTS, IPPROTO_NONE } from '../../uapi/in.ts';
import { IP6_BAD_HDR, IP6_OK, ip6Check, IPV6_DADDR, IPV6_HLEN, IPV6_SADDR, ip6PayloadLen } from '../../wire/ipv6.ts';
import type { NetDevice } from '../core/net-device.ts';
import { consumeSkb, kfreeSkb, type SkBuff } from '../core/skbuff.ts';
import { IPV6_ADDR_LOOPBACK, IPV6_ADDR_MULTICAST, ipv6AddrType } from './addr-type.ts';
import { ipv6ParseHopopts } from './exthdrs.ts';
import type { Rt6 } from './fib6-types.ts';
import { in6DevGet } from './inet6-dev.ts';
import { ipv6ChkMcastAddr } from './mcast-list.ts';
import { ip6Count, ip6CountDev, kernelIpv6 } from './netns6.ts';
import { ip6RouteInput, rt6Idev } from './rt6.ts';
import {
  INDELIVERS,
  INDISCARDS,
  INHDRERRORS,
  INMCASTOCTETS,
  INMCASTPKTS,
  INOCTETS,
  INPKTS,
  INTRUNCATEDPKTS,
  INUNKNOWNPROTOS,
  NOECTPKTS,
} from './snmp6.ts';

/** A received packet, `data` at its IPv6 header. Takes it over. @see ip6_rcv_core, ipv6_rcv */
export function ipv6Rcv(skb: SkBuff, dev: NetDevice): void {
  const { net } = dev;
  const idev = in6DevGet(dev);
  if (skb.pktType === PACKET_OTHERHOST) {
    kfreeSkb(skb, SKB_DROP_REASON_OTHERHOST, 'ip6_rcv_core');
    return;
  }
  ip6Count(net, idev, INPKTS);
  ip6Count(net, idev, INOCTETS, skb.len);
  if (idev === null || idev.cnf.get(DEVCONF_DISABLE_IPV6) !== 0) {
    ip6Count(net, idev, INDISCARDS);
    kfreeSkb(skb, SKB_DROP_REASON_IPV6DISABLED, 'ip6_rcv_core');
    return;
  }
  const { buf } = skb;
  const nh = skb.data;
  skb.networkHeader = nh;
  if ((dev.flags & IFF_LOOPBACK) === 0) skb.dst = null;
  const verdict = ip6Check(buf, nh, skb.len);
  if (verdict !== IP6_OK) {
    ip6Count(net, idev, verdict === IP6_BAD_HDR ? INHDRERRORS : INTRUNCATEDPKTS);
    kfreeSkb(skb, verdict === IP6_BAD_HDR ? SKB_DROP_REASON_IP_INHDR : SKB_DROP_REASON_PKT_TOO_SMALL, 'ip6_rcv_core');
    return;
  }
  skb.cb0 = skb.dst === null ? dev.ifindex : (rt6Idev(skb.dst as Rt6)?.dev.ifindex ?? dev.ifindex);
  skb.cb1 = 0;
  skb.cb2 = 6;
  skb.cb3 = 0;
  ip6Count(net, idev, NOECTPKTS);
  if (!addressesOk(skb, dev, nh)) {
    ip6Count(net, idev, INHDRERRORS);
    kfreeSkb(skb, SKB_DROP_REASON_IP_INADDRERRORS, 'ip6_rcv_core');
    return;
  }
  if (
    skb.pktType !== PACKET_HOST &&
    skb.pktType !== PACKET_LOOPBACK &&
    buf[nh + IPV6_DADDR] !== 0xff &&
    idev.cnf.get(DEVCONF_DROP_UNICAST_IN_L2_MULTICAST) !== 0
  ) {
    ip6Count(net, idev, INHDRERRORS);
    kfreeSkb(skb, SKB_DROP_REASON_UNICAST_IN_L2_MULTICAST, 'ip6_rcv_core');
    return;
  }
  const payload = ip6PayloadLen(buf, nh);
  if (payload !== 0 || buf[nh + 6] !== IPPROTO_HOPOPTS) skb.trim(payload + IPV6_HLEN);
  skb.transportHeader = nh + IPV6_HLEN;
  if (buf[nh + 6] === IPPROTO_HOPOPTS && !ipv6ParseHopopts(skb)) {
    ip6Count(net, idev, INHDRERRORS);
    return;
  }
  if (skb.dst === null) ip6RouteInput(skb);
  skb.dst!.input(skb);
}

/** Addresses that no packet on a wire may have. RFC 4291 §2.5.3, §2.7. @see ip6_rcv_core */
function addressesOk(skb: SkBuff, dev: NetDevice, nh: number): boolean {
  const { buf } = skb;
  const s = ipv6AddrType(buf, nh + IPV6_SADDR);
  const d = ipv6AddrType(buf, nh + IPV6_DADDR);
  const lo = (dev.flags & IFF_LOOPBACK) !== 0;
  if ((s & IPV6_ADDR_MULTICAST) !== 0) return false;
  const uniLoop = (t: number): boolean => (t & IPV6_ADDR_LOOPBACK) !== 0 && (t & IPV6_ADDR_MULTICAST) === 0;
  if (!lo && (uniLoop(s) || uniLoop(d))) return false;
  if ((d & IPV6_ADDR_MULTICAST) !== 0) {
    const scope = buf[nh + IPV6_DADDR + 1]! & 15;
    if (scope === 0 || (!lo && scope === 1 && skb.pktType === PACKET_MULTICAST)) return false;
  }
  return true;
}

/** Delivers to this host. @see ip6_input */
export function ip6Input(skb: SkBuff): void {
  protocolDeliver(skb, skb.networkHeader + skb.cb2, false);
}

/** Hands the payload to its protocol, header after header. @see ip6_protocol_deliver_rcu */
function protocolDeliver(skb: SkBuff, nhoff: number, haveFinal: boolean): void {
  const dev = skb.dev!;
  const { net } = dev;
  const k = kernelIpv6(net.kernel);
  let nexthdr = skb.buf[nhoff]!;
  skb.pull(skb.transportHeader - skb.data);
  let raw = false;
  for (let depth = 0; depth < 64; depth++) {
    raw = k.rawLocalDeliver !== null && k.rawLocalDeliver(skb, nexthdr);
    const proto = k.protos[nexthdr]!;
    if (proto === null) break;
    if (proto.final) {
      if (haveFinal) {
        kfreeSkb(skb, SKB_DROP_REASON_NOT_SPECIFIED, 'ip6_protocol_deliver_rcu');
        return;
      }
      haveFinal = true;
      const at = skb.networkHeader + IPV6_DADDR;
      if (
        (ipv6AddrType(skb.buf, at) & IPV6_ADDR_MULTICAST) !== 0 &&
        !ipv6ChkMcastAddr(dev, skb.buf, at) &&
        nexthdr !== 58
      ) {
        kfreeSkb(skb, SKB_DROP_REASON_IP_INADDRERRORS, 'ip6_protocol_deliver_rcu');
        return;
      }
      ip6CountDev(dev, INDELIVERS);
    }
    // Not the handler but the header it passed says what is next: 0 is a number like any other there.
    if (proto.handler(skb) <= 0) return;
    nexthdr = skb.buf[skb.networkHeader + skb.cb2]!;
  }
  if (raw || nexthdr === IPPROTO_NONE) {
    ip6CountDev(dev, INDELIVERS);
    consumeSkb(skb);
    return;
  }
  ip6CountDev(dev, INUNKNOWNPROTOS);
  k.icmpv6Send(skb, ICMPV6_PARAMPROB, ICMPV6_UNK_NEXTHDR, skb.cb2);
  kfreeSkb(skb, SKB_DROP_REASON_IP_NOPROTO, 'ip6_protocol_deliver_rcu');
}

/** A multicast: for us if the device listens. @see ip6_mc_input */
export function ip6McInput(skb: SkBuff): void {
  const dev = skb.dev!;
  ip6CountDev(dev, INMCASTPKTS);
  ip6CountDev(dev, INMCASTOCTETS, skb.len);
  if (ipv6ChkMcastAddr(dev, skb.buf, skb.networkHeader + IPV6_DADDR)) ip6Input(skb);
  else kfreeSkb(skb, SKB_DROP_REASON_IP_INADDRERRORS, 'ip6_mc_input');
}
