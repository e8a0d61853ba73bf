/** UDP over IPv4. RFC 768; @see net/ipv4/udp.c */
import { be16, be32 } from '../../lib/bytes.ts';
import { csumTcpudpNofold } from '../../wire/checksum.ts';
import { ipHlen } from '../../wire/ipv4.ts';
import { putUdpHeader, UDP_HLEN, udpCheck, udpCsumOk, udpDest, udpFinish, udpLen, udpSource } from '../../wire/udp.ts';
import type { SendOptions, SockAddr } from '../../syscall/index.ts';
import {
  SKB_DROP_REASON_NO_SOCKET,
  SKB_DROP_REASON_PKT_TOO_SMALL,
  SKB_DROP_REASON_SOCKET_RCVBUFF,
  SKB_DROP_REASON_UDP_CSUM,
} from '../../uapi/drop-reason.ts';
import { EADDRINUSE, EAGAIN, EDESTADDRREQ, EINVAL, EMSGSIZE, EPIPE } from '../../uapi/errno.ts';
import { ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, ICMP_PORT_UNREACH, ICMP_SOURCE_QUENCH } from '../../uapi/icmp.ts';
import { IPPROTO_UDP } from '../../uapi/in.ts';
import { RTCF_BROADCAST, RTCF_MULTICAST } from '../../uapi/ip.ts';
import { AF_INET, IP_PMTUDISC_DONT, SO_NO_CHECK, SO_REUSEPORT, SOCK_DGRAM } from '../../uapi/socket.ts';
import type { SimKernel } from '../core/kernel.ts';
import type { Net } from '../core/net.ts';
import { consumeSkb, kfreeSkb, type SkBuff, skbClone } from '../core/skbuff.ts';
import { icmpSend } from '../ipv4/icmp-send.ts';
import { kernelIpv4, netIpv4 } from '../ipv4/netns.ts';
import type { Rtable } from '../ipv4/rtable.ts';
import { inetMakeSkb, inetSendSkb } from './inet-send.ts';
import { icmpErrConvert, InetSock } from './inet-sock.ts';
import { UdpPorts } from './udp-ports.ts';

const PORTS: UdpPorts<UdpSock> = new UdpPorts(
  (a, b) => a.rcvSaddr === 0 || b.rcvSaddr === 0 || a.rcvSaddr === b.rcvSaddr,
);

export class UdpSock extends InetSock {
  constructor(net: Net) {
    super(net, SOCK_DGRAM, IPPROTO_UDP);
  }

  /** @see inet_autobind */
  #autobind(call: string): void {
    const err = this.sport === 0 ? PORTS.take(this, 0, EAGAIN) : 0;
    if (err !== 0) this.fail(err, call);
  }

  bind(address: SockAddr): void {
    const a = this.in4(address, 'bind');
    const shared = this.checkBind(a.address, 'bind') === 'many';
    if (this.sport !== 0) this.fail(EINVAL, 'bind');
    this.rcvSaddr = this.saddr = a.address;
    const err = PORTS.take(this, a.port, EADDRINUSE);
    if (shared || err !== 0) this.saddr = 0;
    if (err === 0) return;
    this.rcvSaddr = 0;
    this.fail(err, 'bind');
  }

  connect(address: SockAddr): void {
    if ((address.family as number) === 0) {
      this.connected = false;
      this.daddr = this.dport = 0;
      return;
    }
    const a = this.in4(address, 'connect');
    const fl = this.flow(this.cookie(undefined), a.address);
    const rt = this.routeConnect(fl);
    this.mayBroadcast(rt, 'connect');
    this.#autobind('connect');
    if (this.saddr === 0) this.saddr = fl.saddr;
    if (this.rcvSaddr === 0) this.rcvSaddr = fl.saddr;
    this.daddr = fl.daddr;
    this.dport = a.port;
    this.connected = true;
  }

  sendmsg(data: Uint8Array, options?: SendOptions): number {
    if (this.sndShutdown) this.fail(EPIPE, 'sendmsg');
    if (data.length > 0xffff - 28) this.fail(EMSGSIZE, 'sendmsg');
    if (this.err !== 0) this.fail(this.takeErr(), 'sendmsg');
    let { daddr, dport } = this;
    if (options?.to !== undefined) {
      const to = this.in4(options.to, 'sendmsg');
      daddr = to.address;
      dport = to.port;
      if (dport === 0) this.fail(EINVAL, 'sendmsg');
    } else if (!this.connected) this.fail(EDESTADDRREQ, 'sendmsg');
    this.#autobind('sendmsg');
    const c = this.cookie(options);
    const fl = this.flow(c, daddr);
    fl.sport = this.sport;
    fl.dport = dport;
    const rt = this.route(fl, 'sendmsg');
    this.mayBroadcast(rt, 'sendmsg');
    const ulen = UDP_HLEN + data.length;
    const skb = inetMakeSkb(this, rt, c, fl.saddr, fl.daddr, ulen);
    if (typeof skb === 'number') {
      this.localError(EMSGSIZE, daddr, this.dport, this.lastMtu);
      return this.fail(EMSGSIZE, 'sendmsg');
    }
    const at = skb.transportHeader;
    putUdpHeader(skb.buf, at, this.sport, dport, ulen);
    skb.buf.set(data, at + UDP_HLEN);
    if (this.switches.get(SO_NO_CHECK) !== 1)
      udpFinish(skb.buf, at, csumTcpudpNofold(fl.saddr, fl.daddr, ulen, IPPROTO_UDP));
    const err = inetSendSkb(skb);
    const { udp } = netIpv4(this.net);
    this.flush();
    if (err < 0 && this.recvErr) {
      udp.SndbufErrors++;
      this.fail(err, 'sendmsg');
    }
    udp.OutDatagrams++;
    return data.length;
  }

  /** How well a datagram fits; -1 not at all. @see compute_score */
  score(saddr: number, sport: number, daddr: number, ifindex: number): number {
    if (this.rcvSaddr !== 0 && this.rcvSaddr !== daddr) return -1;
    let score = this.rcvSaddr !== 0 ? 2 : 1;
    if (this.daddr !== 0) {
      if (this.daddr !== saddr) return -1;
      score += 4;
    }
    if (this.dport !== 0) {
      if (this.dport !== sport) return -1;
      score += 4;
    }
    if (this.boundDevIf !== 0) {
      if (this.boundDevIf !== ifindex) return -1;
      score += 4;
    }
    return score;
  }

  /** @see udp_queue_rcv_skb */
  deliver(skb: SkBuff, sport: number): boolean {
    const { udp } = netIpv4(this.net);
    const ok = this.enqueue(skb, skb.data + UDP_HLEN, {
      family: AF_INET,
      address: be32(skb.buf, skb.networkHeader + 12),
      port: sport,
    });
    if (ok) udp.InDatagrams++;
    else {
      udp.RcvbufErrors++;
      udp.InErrors++;
    }
    return ok;
  }

  /** @see __udp4_lib_err */
  error(skb: SkBuff, type: number, code: number, info: number): void {
    if (type === ICMP_SOURCE_QUENCH) return;
    const [errno, fatal] = icmpErrConvert(type, code);
    let hard = fatal;
    if (type === ICMP_DEST_UNREACH && code === ICMP_FRAG_NEEDED) {
      if (this.pmtudisc === IP_PMTUDISC_DONT) return;
      hard = true;
    }
    const at = skb.data + ipHlen(skb.buf, skb.data);
    if (this.recvErr) this.icmpError(skb, errno, be16(skb.buf, at + 2), info, at + UDP_HLEN, type, code);
    else if (!hard || !this.connected) return;
    this.err = errno;
    this.ready();
  }

  override close(): void {
    PORTS.drop(this);
    super.close();
  }
}

function lookup(net: Net, saddr: number, sport: number, daddr: number, dport: number, ifindex: number): UdpSock | null {
  let best: UdpSock | null = null;
  let most = 0;
  for (const sk of PORTS.at(net, dport)) {
    const score = sk.score(saddr, sport, daddr, ifindex);
    if (score > most || (score > 0 && score === most && sk.switches.get(SO_REUSEPORT) !== 1)) {
      most = score;
      best = sk;
    }
  }
  return best;
}

/** @see __udp4_lib_rcv */
function udpRcv(skb: SkBuff): void {
  const { net } = skb.dev!;
  const { udp } = netIpv4(net);
  const { buf: b, data: o, networkHeader: n } = skb;
  const saddr = be32(b, n + 12);
  const daddr = be32(b, n + 16);
  if (!udpCheck(b, o, skb.len)) {
    udp.InErrors++;
    kfreeSkb(skb, SKB_DROP_REASON_PKT_TOO_SMALL, '__udp4_lib_rcv');
    return;
  }
  skb.trim(udpLen(b, o));
  if (!udpCsumOk(b, o, csumTcpudpNofold(saddr, daddr, udpLen(b, o), IPPROTO_UDP))) {
    udp.InCsumErrors++;
    udp.InErrors++;
    kfreeSkb(skb, SKB_DROP_REASON_UDP_CSUM, '__udp4_lib_rcv');
    return;
  }
  const sport = udpSource(b, o);
  const dport = udpDest(b, o);
  const rt = skb.dst as Rtable;
  if ((rt.flags & (RTCF_BROADCAST | RTCF_MULTICAST)) !== 0) {
    mcastDeliver(skb, net, saddr, sport, daddr, dport);
    return;
  }
  const sk = lookup(net, saddr, sport, daddr, dport, skb.cb2);
  if (sk !== null) {
    if (sk.deliver(skb, sport)) consumeSkb(skb);
    else kfreeSkb(skb, SKB_DROP_REASON_SOCKET_RCVBUFF, 'udp_queue_rcv_one_skb');
    return;
  }
  udp.NoPorts++;
  icmpSend(skb, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, 0);
  kfreeSkb(skb, SKB_DROP_REASON_NO_SOCKET, '__udp4_lib_rcv');
}

/** Every socket that listens gets it. @see __udp4_lib_mcast_deliver */
function mcastDeliver(skb: SkBuff, net: Net, saddr: number, sport: number, daddr: number, dport: number): void {
  let any = false;
  for (const sk of PORTS.at(net, dport)) {
    if (sk.score(saddr, sport, daddr, skb.cb2) < 0) continue;
    any = true;
    if (!sk.deliver(skb, sport)) kfreeSkb(skbClone(skb), SKB_DROP_REASON_SOCKET_RCVBUFF, 'udp_queue_rcv_one_skb');
  }
  if (!any) netIpv4(net).udp.IgnoredMulti++;
  consumeSkb(skb);
}

function udpErr(skb: SkBuff, type: number, code: number, info: number): void {
  const { buf: b, data: o } = skb;
  const at = o + ipHlen(b, o);
  const sk = lookup(skb.dev!.net, be32(b, o + 16), be16(b, at + 2), be32(b, o + 12), be16(b, at), skb.dev!.ifindex);
  sk?.error(skb, type, code, info);
}

export function udpInit(kernel: SimKernel): void {
  kernelIpv4(kernel).protos[IPPROTO_UDP] = { handler: udpRcv, errHandler: udpErr };
}

/** Open UDP sockets by port, for /proc/net/udp and ss. */
export const udpSocks = (net: Net): Iterable<UdpSock> => PORTS.all(net);
