/** Packets for others. @see net/ipv6/ip6_output.c:ip6_forward */
import {
  SKB_DROP_REASON_IP_INADDRERRORS,
  SKB_DROP_REASON_IP_INHDR,
  SKB_DROP_REASON_NOT_SPECIFIED,
  SKB_DROP_REASON_PKT_TOO_BIG,
} from '../../uapi/drop-reason.ts';
import {
  ICMPV6_DEST_UNREACH,
  ICMPV6_EXC_HOPLIMIT,
  ICMPV6_NOT_NEIGHBOUR,
  ICMPV6_PKT_TOOBIG,
  ICMPV6_TIME_EXCEED,
} from '../../uapi/icmpv6.ts';
import { DEVCONF_FORWARDING, DEVCONF_PROXY_NDP } from '../../uapi/if-link.ts';
import { PACKET_HOST } from '../../uapi/if-packet.ts';
import { IPV6_MIN_MTU } from '../../uapi/ip.ts';
import { IPV6_DADDR, IPV6_SADDR } from '../../wire/ipv6.ts';
import { kfreeSkb, skbCow, type SkBuff } from '../core/skbuff.ts';
import { IPV6_ADDR_LINKLOCAL, IPV6_ADDR_LOOPBACK, IPV6_ADDR_MULTICAST, ipv6AddrType } from './addr-type.ts';
import { DEVCONF_FORCE_FORWARDING } from './devconf6.ts';
import type { Rt6 } from './fib6-types.ts';
import { in6DevGet } from './inet6-dev.ts';
import { IP6SKB_FORWARDED } from './ip6-output.ts';
import { ip6Count, kernelIpv6, netIpv6 } from './netns6.ts';
import { ip6Mtu } from './rt6.ts';
import { FRAGFAILS, INADDRERRORS, INDISCARDS, INHDRERRORS, INTOOBIGERRORS, OUTFORWDATAGRAMS } from './snmp6.ts';

/** Passes a packet on by its route. Takes it over. */
export function ip6Forward(skb: SkBuff): void {
  const dev = skb.dev!;
  const { net } = dev;
  const k = kernelIpv6(net.kernel);
  const idev = in6DevGet(dev);
  const rt = skb.dst as Rt6;
  if (
    netIpv6(net).devconfAll.get(DEVCONF_FORWARDING) === 0 &&
    (idev === null || idev.cnf.get(DEVCONF_FORCE_FORWARDING) === 0)
  ) {
    ip6Count(net, idev, INADDRERRORS);
    kfreeSkb(skb, SKB_DROP_REASON_IP_INADDRERRORS, 'ip6_forward');
    return;
  }
  if (skb.pktType !== PACKET_HOST) {
    ip6Count(net, idev, INDISCARDS);
    kfreeSkb(skb, SKB_DROP_REASON_NOT_SPECIFIED, 'ip6_forward');
    return;
  }
  skbCow(skb, rt.dev.hardHeaderLen);
  const { buf, networkHeader: nh } = skb;
  if (buf[nh + 7]! <= 1) {
    k.icmpv6Send(skb, ICMPV6_TIME_EXCEED, ICMPV6_EXC_HOPLIMIT, 0);
    ip6Count(net, idev, INHDRERRORS);
    kfreeSkb(skb, SKB_DROP_REASON_IP_INHDR, 'ip6_forward');
    return;
  }
  if (
    idev !== null &&
    idev.cnf.get(DEVCONF_PROXY_NDP) !== 0 &&
    k.ndTbl.proxyLookup(net, buf, nh + IPV6_DADDR, dev) !== null
  ) {
    if ((ipv6AddrType(buf, nh + IPV6_DADDR) & IPV6_ADDR_LINKLOCAL) !== 0) {
      ip6Count(net, idev, INDISCARDS);
      kfreeSkb(skb, SKB_DROP_REASON_NOT_SPECIFIED, 'ip6_forward');
      return;
    }
  }
  const stype = ipv6AddrType(buf, nh + IPV6_SADDR);
  if (stype === 0 || (stype & (IPV6_ADDR_MULTICAST | IPV6_ADDR_LOOPBACK)) !== 0) {
    ip6Count(net, idev, INADDRERRORS);
    kfreeSkb(skb, SKB_DROP_REASON_IP_INADDRERRORS, 'ip6_forward');
    return;
  }
  if (rt.dev !== dev && (stype & IPV6_ADDR_LINKLOCAL) !== 0) {
    k.icmpv6Send(skb, ICMPV6_DEST_UNREACH, ICMPV6_NOT_NEIGHBOUR, 0);
    ip6Count(net, idev, INADDRERRORS);
    kfreeSkb(skb, SKB_DROP_REASON_IP_INADDRERRORS, 'ip6_forward');
    return;
  }
  const mtu = Math.max(ip6Mtu(net, rt), IPV6_MIN_MTU);
  if (skb.len > mtu && skb.gsoSize === 0) {
    k.icmpv6Send(skb, ICMPV6_PKT_TOOBIG, 0, mtu);
    ip6Count(net, idev, INTOOBIGERRORS);
    ip6Count(net, idev, FRAGFAILS);
    kfreeSkb(skb, SKB_DROP_REASON_PKT_TOO_BIG, 'ip6_forward');
    return;
  }
  buf[nh + 7]! -= 1;
  ip6Count(net, in6DevGet(rt.dev), OUTFORWDATAGRAMS);
  skb.cb1 |= IP6SKB_FORWARDED;
  rt.output(skb);
}
