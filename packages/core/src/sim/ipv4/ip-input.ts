/** Receiving: checks, options, the route, and delivery to a protocol. @see net/ipv4/ip_input.c */
import {
  IP_BAD_CSUM,
  IP_BAD_TRUNCATED,
  IP_OK,
  ipCheck,
  ipDaddr,
  ipHlen,
  ipIsFragment,
  ipProtocol,
  ipSaddr,
  ipTos,
  ipTotLen,
} from '../../wire/ipv4.ts';
import {
  SKB_DROP_REASON_IP_CSUM,
  SKB_DROP_REASON_IP_INADDRERRORS,
  SKB_DROP_REASON_IP_INHDR,
  SKB_DROP_REASON_IP_INNOROUTES,
  SKB_DROP_REASON_IP_NOPROTO,
  SKB_DROP_REASON_OTHERHOST,
  SKB_DROP_REASON_PKT_TOO_SMALL,
  SKB_DROP_REASON_UNICAST_IN_L2_MULTICAST,
} from '../../uapi/drop-reason.ts';
import { EACCES, EHOSTUNREACH, ENETUNREACH } from '../../uapi/errno.ts';
import {
  ICMP_DEST_UNREACH,
  ICMP_HOST_UNREACH,
  ICMP_NET_UNREACH,
  ICMP_PARAMETERPROB,
  ICMP_PKT_FILTERED,
  ICMP_PROT_UNREACH,
  ICMP_SR_FAILED,
} from '../../uapi/icmp.ts';
import { IFF_LOOPBACK } from '../../uapi/if.ts';
import { PACKET_BROADCAST, PACKET_MULTICAST, PACKET_OTHERHOST } from '../../uapi/if-packet.ts';
import { RTN_BROADCAST, RTN_MULTICAST } from '../../uapi/rtnetlink.ts';
import type { NetDevice } from '../core/net-device.ts';
import { consumeSkb, kfreeSkb, type SkBuff } from '../core/skbuff.ts';
import { ACCEPT_SOURCE_ROUTE, DROP_UNICAST_IN_L2_MULTICAST } from './devconf.ts';
import { inDevAndconf, inDevForward, inDevOrconf } from './devinet.ts';
import { icmpSend } from './icmp-send.ts';
import { inDevGet } from './in-device.ts';
import { ipDefrag } from './ip-fragment.ts';
import { ipRcvOptions } from './ip-options.ts';
import { IPSKB_FRAG_COMPLETE } from './ipcb.ts';
import { inetPeerTake } from './inet-peer.ts';
import { kernelIpv4, netIpv4 } from './netns.ts';
import { ipRouteInput } from './route.ts';
import type { Rtable } from './rtable.ts';
import { countIn } from './snmp.ts';

/** A packet that came in by a device, `data` at its IP header. @see ip_rcv, ip_rcv_core */
export function ipRcv(skb: SkBuff, dev: NetDevice): void {
  if (skb.pktType === PACKET_OTHERHOST) {
    kfreeSkb(skb, SKB_DROP_REASON_OTHERHOST, 'ip_rcv_core');
    return;
  }
  countIn(netIpv4(dev.net).ip, skb.buf[skb.data + 1]!, skb.len);
  const { data: o } = skb;
  const verdict = ipCheck(skb.buf, o, skb.len);
  if (verdict !== IP_OK) {
    badHeader(skb, dev, verdict);
    return;
  }
  skb.trim(ipTotLen(skb.buf, o));
  skb.networkHeader = o;
  skb.transportHeader = o + ipHlen(skb.buf, o);
  skb.cb0 = 0;
  skb.cb1 = 0;
  skb.cb2 = dev.ifindex;
  skb.cb3 = 0;
  skb.sk = null;
  if ((dev.flags & IFF_LOOPBACK) === 0) skb.dst = null;
  else if (skb.dst !== null) lookedFor(skb, skb.dst as Rtable);
  ipRcvFinish(skb, dev);
}

/** What comes back by `lo` is taken to come by the device that has the address. @see inet_iif */
function lookedFor(skb: SkBuff, rt: Rtable): void {
  if (!rt.isInput && rt.iif !== 0) skb.cb2 = rt.iif;
}

function badHeader(skb: SkBuff, dev: NetDevice, verdict: number): void {
  const { ip } = netIpv4(dev.net);
  let reason: number = SKB_DROP_REASON_IP_INHDR;
  if (verdict === IP_BAD_TRUNCATED) {
    ip.InTruncatedPkts++;
    reason = SKB_DROP_REASON_PKT_TOO_SMALL;
  } else {
    ip.InHdrErrors++;
    if (verdict === IP_BAD_CSUM) {
      ip.InCsumErrors++;
      reason = SKB_DROP_REASON_IP_CSUM;
    }
  }
  kfreeSkb(skb, reason, 'ip_rcv_core');
}

/** @see ip_rcv_finish_core */
function ipRcvFinish(skb: SkBuff, dev: NetDevice): void {
  const { buf: b, data: o } = skb;
  const { ip } = netIpv4(dev.net);
  let rt = skb.dst as Rtable | null;
  if (rt === null) {
    const reason = ipRouteInput(skb, ipDaddr(b, o), ipSaddr(b, o), ipTos(b, o), dev);
    if (reason !== 0) {
      kfreeSkb(skb, reason, 'ip_rcv_finish_core');
      return;
    }
    rt = skb.dst as unknown as Rtable;
  }
  if ((b[o]! & 15) > 5 && !rcvOptions(skb, dev)) return;
  if (rt.type === RTN_MULTICAST) {
    ip.InMcastPkts++;
    ip.InMcastOctets += skb.len;
  } else if (rt.type === RTN_BROADCAST) {
    ip.InBcastPkts++;
    ip.InBcastOctets += skb.len;
  } else if (skb.pktType === PACKET_BROADCAST || skb.pktType === PACKET_MULTICAST) {
    const inDev = inDevGet(dev);
    if (inDev !== null && inDevOrconf(inDev, DROP_UNICAST_IN_L2_MULTICAST)) {
      kfreeSkb(skb, SKB_DROP_REASON_UNICAST_IN_L2_MULTICAST, 'ip_rcv_finish_core');
      return;
    }
  }
  rt.input(skb);
}

/** @returns false when the packet was dropped for its options */
function rcvOptions(skb: SkBuff, dev: NetDevice): boolean {
  const inDev = inDevGet(dev);
  const bad = ipRcvOptions(skb, inDev !== null && inDevAndconf(inDev, ACCEPT_SOURCE_ROUTE));
  if (bad === 0) return true;
  netIpv4(dev.net).ip.InHdrErrors++;
  if (bad > 0) icmpSend(skb, ICMP_PARAMETERPROB, 0, (bad << 24) >>> 0);
  else icmpSend(skb, ICMP_DEST_UNREACH, ICMP_SR_FAILED, 0);
  kfreeSkb(skb, SKB_DROP_REASON_IP_INHDR, 'ip_rcv_options');
  return false;
}

/** A packet for us. @see ip_local_deliver */
export function ipLocalDeliver(skb: SkBuff): void {
  let whole: SkBuff | null = skb;
  if (ipIsFragment(skb.buf, skb.networkHeader)) {
    const { dst } = skb;
    whole = ipDefrag(skb);
    if (whole === null) return;
    whole.dst = dst;
    whole.cb0 |= IPSKB_FRAG_COMPLETE;
  }
  ipProtocolDeliver(whole);
}

/** @see ip_protocol_deliver_rcu */
function ipProtocolDeliver(skb: SkBuff): void {
  const dev = skb.dev!;
  const { net } = dev;
  const k = kernelIpv4(net.kernel);
  const { ip } = netIpv4(net);
  const o = skb.networkHeader;
  const hlen = ipHlen(skb.buf, o);
  const protocol = ipProtocol(skb.buf, o);
  skb.pull(hlen);
  skb.transportHeader = skb.data;
  const raw = k.rawLocalDeliver !== null && k.rawLocalDeliver(skb, protocol);
  const proto = k.protos[protocol]!;
  if (proto !== null) {
    ip.InDelivers++;
    proto.handler(skb);
    return;
  }
  if (raw) {
    ip.InDelivers++;
    consumeSkb(skb);
    return;
  }
  ip.InUnknownProtos++;
  icmpSend(skb, ICMP_DEST_UNREACH, ICMP_PROT_UNREACH, 0);
  kfreeSkb(skb, SKB_DROP_REASON_IP_NOPROTO, 'ip_protocol_deliver_rcu');
}

/** A packet with no way on: its sender is told, if we are a router. @see ip_error */
export function ipError(skb: SkBuff): void {
  const dev = skb.dev!;
  const { ip } = netIpv4(dev.net);
  const rt = skb.dst as Rtable;
  const inDev = inDevGet(dev);
  if (inDev === null) {
    kfreeSkb(skb, SKB_DROP_REASON_IP_INNOROUTES, 'ip_error');
    return;
  }
  if (!inDevForward(inDev)) {
    if (rt.error === EHOSTUNREACH) ip.InAddrErrors++;
    else if (rt.error === ENETUNREACH) ip.InNoRoutes++;
    kfreeSkb(skb, SKB_DROP_REASON_IP_INADDRERRORS, 'ip_error');
    return;
  }
  let code: number;
  switch (rt.error) {
    case EHOSTUNREACH:
      code = ICMP_HOST_UNREACH;
      break;
    case ENETUNREACH:
      code = ICMP_NET_UNREACH;
      ip.InNoRoutes++;
      break;
    case EACCES:
      code = ICMP_PKT_FILTERED;
      break;
    default:
      kfreeSkb(skb, SKB_DROP_REASON_IP_INNOROUTES, 'ip_error');
      return;
  }
  const { error_cost, error_burst } = netIpv4(dev.net).sysctl;
  if (inetPeerTake(dev.net, ipSaddr(skb.buf, skb.networkHeader), error_cost * 1e9, error_burst * 1e9))
    icmpSend(skb, ICMP_DEST_UNREACH, code, 0);
  kfreeSkb(skb, SKB_DROP_REASON_IP_INNOROUTES, 'ip_error');
}
