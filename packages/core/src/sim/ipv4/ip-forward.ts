/** Passing packets on. @see net/ipv4/ip_forward.c */
import { formatIpv4 } from '../../lib/address.ts';
import { ipDaddr, ipDecreaseTtl, ipFragOff, ipHlen, ipSaddr, ipTtl } from '../../wire/ipv4.ts';
import {
  SKB_DROP_REASON_IP_INHDR,
  SKB_DROP_REASON_OTHERHOST,
  SKB_DROP_REASON_PKT_TOO_BIG,
} from '../../uapi/drop-reason.ts';
import {
  ICMP_DEST_UNREACH,
  ICMP_EXC_TTL,
  ICMP_FRAG_NEEDED,
  ICMP_REDIR_HOST,
  ICMP_REDIRECT,
  ICMP_TIME_EXCEEDED,
} from '../../uapi/icmp.ts';
import { PACKET_HOST } from '../../uapi/if-packet.ts';
import { IP_DF } from '../../uapi/ip.ts';
import { KERN_WARNING } from '../core/printk.ts';
import { kfreeSkb, type SkBuff, skbCow } from '../core/skbuff.ts';
import { LOG_MARTIANS } from './devconf.ts';
import { inDevOrconf } from './devinet.ts';
import { icmpSend } from './icmp-send.ts';
import { inDevGet } from './in-device.ts';
import { inetPeerRedirect } from './inet-peer.ts';
import { ipForwardOptions } from './ip-options.ts';
import { ipDstMtuMaybeForward } from './ip-output.ts';
import { IPSKB_DOREDIRECT, IPSKB_FORWARDED, IPSKB_HAS_OPTIONS } from './ipcb.ts';
import { netIpv4 } from './netns.ts';
import type { Rtable } from './rtable.ts';

/** Takes a packet for somebody else; its route is attached. @see ip_forward */
export function ipForward(skb: SkBuff): void {
  const rt = skb.dst as Rtable;
  const { net } = rt.dev;
  if (skb.pktType !== PACKET_HOST) {
    kfreeSkb(skb, SKB_DROP_REASON_OTHERHOST, 'ip_forward');
    return;
  }
  const { data: o } = skb;
  if (ipTtl(skb.buf, o) <= 1) {
    netIpv4(net).ip.InHdrErrors++;
    icmpSend(skb, ICMP_TIME_EXCEEDED, ICMP_EXC_TTL, 0);
    kfreeSkb(skb, SKB_DROP_REASON_IP_INHDR, 'ip_forward');
    return;
  }
  skb.cb0 |= IPSKB_FORWARDED;
  const mtu = ipDstMtuMaybeForward(rt, true);
  if (skb.len > mtu && (ipFragOff(skb.buf, o) & IP_DF) !== 0) {
    netIpv4(net).ip.FragFails++;
    icmpSend(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, mtu);
    kfreeSkb(skb, SKB_DROP_REASON_PKT_TOO_BIG, 'ip_forward');
    return;
  }
  if ((skb.cb0 & IPSKB_DOREDIRECT) !== 0 && ipHlen(skb.buf, o) === 20) ipRtSendRedirect(skb, rt);
  skbCow(skb, rt.dev.hardHeaderLen);
  ipDecreaseTtl(skb.buf, skb.data);
  netIpv4(net).ip.ForwDatagrams++;
  if ((skb.cb0 & IPSKB_HAS_OPTIONS) !== 0) ipForwardOptions(skb, rt);
  skb.sk = null;
  rt.output(skb);
}

/** Tells a host that another router on its link is nearer, less and less often while it does not listen. @see ip_rt_send_redirect */
function ipRtSendRedirect(skb: SkBuff, rt: Rtable): void {
  const dev = skb.dev!;
  const { buf, networkHeader: nh } = skb;
  const [saddr, daddr] = [ipSaddr(buf, nh), ipDaddr(buf, nh)];
  const { redirect_load, redirect_number, redirect_silence } = netIpv4(dev.net).sysctl;
  const sent = inetPeerRedirect(dev.net, saddr, redirect_load, redirect_number, redirect_silence);
  if (sent === 0) return;
  const gw = rt.gw4 !== 0 ? rt.gw4 : daddr;
  icmpSend(skb, ICMP_REDIRECT, ICMP_REDIR_HOST, gw);
  const { log } = dev.net.kernel;
  const inDev = inDevGet(rt.dev);
  if (sent !== redirect_number || inDev === null || !inDevOrconf(inDev, LOG_MARTIANS) || !log.netRatelimit()) return;
  const [host, to, by] = [formatIpv4(saddr), formatIpv4(daddr), formatIpv4(gw)];
  log.print(KERN_WARNING, `IPv4: host ${host}/if${dev.ifindex} ignores redirects for ${to} to ${by}`);
}
