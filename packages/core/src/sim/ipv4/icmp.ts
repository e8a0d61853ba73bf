/** Receiving ICMP. @see net/ipv4/icmp.c:icmp_rcv */
import { be32, putBe32 } from '../../lib/bytes.ts';
import { ICMP_HLEN, icmpCode, icmpMtu, icmpPointer, icmpRest, icmpType } from '../../wire/icmp.ts';
import { checksum } from '../../wire/checksum.ts';
import { ipDaddr, ipFragOff, ipHlen, ipProtocol, ipSaddr, ipTos } from '../../wire/ipv4.ts';
import {
  SKB_DROP_REASON_ICMP_CSUM,
  SKB_DROP_REASON_INVALID_PROTO,
  SKB_DROP_REASON_NOT_SPECIFIED,
  SKB_DROP_REASON_PKT_TOO_SMALL,
  SKB_DROP_REASON_UNHANDLED_PROTO,
} from '../../uapi/drop-reason.ts';
import {
  ICMP_DEST_UNREACH,
  ICMP_ECHO,
  ICMP_ECHOREPLY,
  ICMP_FRAG_NEEDED,
  ICMP_PARAMETERPROB,
  ICMP_REDIRECT,
  ICMP_SOURCE_QUENCH,
  ICMP_SR_FAILED,
  ICMP_TIME_EXCEEDED,
  ICMP_TIMESTAMP,
  ICMP_TIMESTAMPREPLY,
  NR_ICMP_TYPES,
  NR_ICMP_UNREACH,
} from '../../uapi/icmp.ts';
import { IPPROTO_ICMP } from '../../uapi/in.ts';
import { IP_OFFSET, RTCF_BROADCAST, RTCF_MULTICAST } from '../../uapi/ip.ts';
import { RTN_UNICAST } from '../../uapi/rtnetlink.ts';
import { NUD_VALID } from '../neigh/state.ts';
import type { SimKernel } from '../core/kernel.ts';
import type { NetDevice } from '../core/net-device.ts';
import { neighEventSend } from '../neigh/neighbour.ts';
import { consumeSkb, kfreeSkb, type SkBuff } from '../core/skbuff.ts';
import { ACCEPT_REDIRECTS, SECURE_REDIRECTS, SHARED_MEDIA } from './devconf.ts';
import { inDevAndconf, inDevForward, inDevOrconf, inetAddrOnlink } from './devinet.ts';
import { inetAddrType } from './fib-semantics.ts';
import { Flowi4 } from './fib-types.ts';
import { icmpReply } from './icmp-send.ts';
import { type InDevice, inDevGet } from './in-device.ts';
import { inetCurrentTimestamp } from './ip-options.ts';
import { kernelIpv4, netIpv4 } from './netns.ts';
import { ipRouteOutputKey, rtUpdateGateway, rtUpdatePmtu } from './route.ts';
import type { Rtable } from './rtable.ts';

function icmpRcv(skb: SkBuff): void {
  const { net } = skb.dev!;
  const { icmp, sysctl } = netIpv4(net);
  const rt = skb.dst as Rtable;
  icmp.InMsgs++;
  const { buf: b, data: o } = skb;
  if (skb.len < ICMP_HLEN) {
    icmp.InErrors++;
    kfreeSkb(skb, SKB_DROP_REASON_PKT_TOO_SMALL, 'icmp_rcv');
    return;
  }
  if (checksum(b, o, skb.len) !== 0) {
    icmp.InCsumErrors++;
    icmp.InErrors++;
    kfreeSkb(skb, SKB_DROP_REASON_ICMP_CSUM, 'icmp_rcv');
    return;
  }
  const type = icmpType(b, o);
  icmp.inType.set(type, (icmp.inType.get(type) ?? 0) + 1);
  if (type > NR_ICMP_TYPES) {
    icmp.InErrors++;
    kfreeSkb(skb, SKB_DROP_REASON_UNHANDLED_PROTO, 'icmp_rcv');
    return;
  }
  if ((rt.flags & (RTCF_BROADCAST | RTCF_MULTICAST)) !== 0) {
    const echo = type === ICMP_ECHO || type === ICMP_TIMESTAMP;
    if ((echo && sysctl.icmp_echo_ignore_broadcasts !== 0) || (!echo && type !== 17 && type !== 18)) {
      icmp.InErrors++;
      kfreeSkb(skb, SKB_DROP_REASON_INVALID_PROTO, 'icmp_rcv');
      return;
    }
  }
  switch (type) {
    case ICMP_ECHOREPLY: {
      const { pingRcv } = kernelIpv4(net.kernel);
      if (pingRcv === null || !pingRcv(skb)) kfreeSkb(skb, 3, 'ping_rcv');
      return;
    }
    case ICMP_ECHO:
      if (sysctl.icmp_echo_ignore_all === 0) icmpReply(skb, ICMP_ECHOREPLY, 0, icmpRest(b, o), null);
      break;
    case ICMP_TIMESTAMP:
      timestamp(skb);
      break;
    case ICMP_DEST_UNREACH:
    case ICMP_TIME_EXCEEDED:
    case ICMP_SOURCE_QUENCH:
    case ICMP_PARAMETERPROB:
      unreach(skb, type);
      return;
    case ICMP_REDIRECT:
      redirect(skb);
      return;
    default:
      break;
  }
  consumeSkb(skb);
}

/** @see icmp_timestamp */
function timestamp(skb: SkBuff): void {
  if (skb.len < 12) return;
  const data = new Uint8Array(12);
  const now = inetCurrentTimestamp(skb.dev!.net);
  putBe32(data, 0, be32(skb.buf, skb.data + 8));
  putBe32(data, 4, now);
  putBe32(data, 8, now);
  icmpReply(skb, ICMP_TIMESTAMPREPLY, 0, icmpRest(skb.buf, skb.data), data);
}

const fl = new Flowi4();

/** The route of the packet that an error quotes. */
function quotedRoute(skb: SkBuff, q: number): Rtable | null {
  const { buf: b } = skb;
  fl.reset();
  fl.daddr = ipDaddr(b, q);
  fl.saddr = ipSaddr(b, q);
  fl.tos = ipTos(b, q) & 0x1e;
  const rt = ipRouteOutputKey(skb.dev!.net, fl);
  return typeof rt === 'number' ? null : rt;
}

/** Destination unreachable, time exceeded, source quench, parameter problem. @see icmp_unreach */
function unreach(skb: SkBuff, type: number): void {
  const { net } = skb.dev!;
  const { icmp, sysctl } = netIpv4(net);
  const { buf: b, data: o } = skb;
  const q = o + ICMP_HLEN;
  const code = icmpCode(b, o);
  if (skb.len < ICMP_HLEN + 20 || ipHlen(b, q) < 20 || skb.len < ICMP_HLEN + ipHlen(b, q)) {
    icmp.InErrors++;
    kfreeSkb(skb, SKB_DROP_REASON_PKT_TOO_SMALL, 'icmp_unreach');
    return;
  }
  let info = 0;
  if (type === ICMP_DEST_UNREACH) {
    if (code === ICMP_FRAG_NEEDED) {
      if (sysctl.ip_no_pmtu_disc === 0) {
        info = icmpMtu(b, o);
        const rt = quotedRoute(skb, q);
        if (info !== 0 && rt !== null) rtUpdatePmtu(rt, ipDaddr(b, q), info);
      } else if (sysctl.ip_no_pmtu_disc >= 2) info = icmpMtu(b, o);
    } else if (code === ICMP_SR_FAILED || code > NR_ICMP_UNREACH) {
      consumeSkb(skb);
      return;
    }
  } else if (type === ICMP_PARAMETERPROB) info = icmpPointer(b, o);
  if (sysctl.icmp_ignore_bogus_error_responses === 0 && inetAddrType(net, ipDaddr(b, q)) === 3) {
    kfreeSkb(skb, SKB_DROP_REASON_NOT_SPECIFIED, 'icmp_unreach');
    return;
  }
  socketDeliver(skb, q, type, code, info);
  consumeSkb(skb);
}

/** Hands an error to whoever sent the packet it quotes. @see icmp_socket_deliver */
function socketDeliver(skb: SkBuff, q: number, type: number, code: number, info: number): void {
  const k = kernelIpv4(skb.dev!.net.kernel);
  const { buf: b } = skb;
  const protocol = ipProtocol(b, q);
  const cut = q + ipHlen(b, q) + 8 > skb.data + skb.len;
  if (cut) {
    netIpv4(skb.dev!.net).icmp.InErrors++;
    return;
  }
  const { data, len } = skb;
  skb.pull(q - data);
  if ((ipFragOff(b, q) & IP_OFFSET) === 0) {
    k.rawIcmpError?.(skb, protocol, type, code, info);
    if (protocol === IPPROTO_ICMP) k.pingErr?.(skb, type, code, info);
    else k.protos[protocol]?.errHandler?.(skb, type, code, info);
  }
  skb.data = data;
  skb.len = len;
}

/** Whether a neighbour is known to be there; asks for it when not. @see __ip_do_redirect */
function reachable(dev: NetDevice, addr: number): boolean {
  const { arpTbl } = kernelIpv4(dev.net.kernel);
  const n = arpTbl.lookup4(addr, dev) ?? arpTbl.create4(addr, dev);
  if (typeof n === 'number') return false;
  if ((n.nudState & NUD_VALID) !== 0) return true;
  neighEventSend(n, null);
  return false;
}

/** A router must be told twice, by `all` and by the device; a host once. @see IN_DEV_RX_REDIRECTS */
const acceptsRedirects = (inDev: InDevice): boolean =>
  inDevForward(inDev) ? inDevAndconf(inDev, ACCEPT_REDIRECTS) : inDevOrconf(inDev, ACCEPT_REDIRECTS);

/** @see icmp_redirect, __ip_do_redirect */
function redirect(skb: SkBuff): void {
  const dev = skb.dev!;
  const { buf: b, data: o } = skb;
  const q = o + ICMP_HLEN;
  if (skb.len < ICMP_HLEN + 20) {
    netIpv4(dev.net).icmp.InErrors++;
    kfreeSkb(skb, SKB_DROP_REASON_PKT_TOO_SMALL, 'icmp_redirect');
    return;
  }
  const gw = icmpRest(b, o);
  const oldGw = ipSaddr(b, skb.networkHeader);
  const inDev = inDevGet(dev);
  const rt = quotedRoute(skb, q);
  const wanted =
    inDev !== null &&
    rt !== null &&
    rt.gw4 === oldGw &&
    gw !== oldGw &&
    acceptsRedirects(inDev) &&
    inetAddrType(dev.net, gw) === RTN_UNICAST &&
    (inDevOrconf(inDev, SHARED_MEDIA) || (inetAddrOnlink(inDev, gw, oldGw) && inDevOrconf(inDev, SECURE_REDIRECTS)));
  if (wanted && reachable(dev, gw)) rtUpdateGateway(rt, ipDaddr(b, q), gw);
  socketDeliver(skb, q, ICMP_REDIRECT, icmpCode(b, o), gw);
  consumeSkb(skb);
}

export function icmpInit(kernel: SimKernel): void {
  kernelIpv4(kernel).protos[IPPROTO_ICMP] = { handler: icmpRcv, strictTag: true };
}
