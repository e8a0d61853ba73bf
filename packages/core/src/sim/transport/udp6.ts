/** UDP over IPv6. RFC 768, RFC 8200 §8.1. Differs from Linux: IPv4-mapped addresses are refused. @see net/ipv6/udp.c */
import { be16 } from '../../lib/bytes.ts';
import type { SendOptions, SockAddr } from '../../syscall/index.ts';
import {
  SKB_DROP_REASON_NO_SOCKET,
  SKB_DROP_REASON_PKT_TOO_SMALL,
  SKB_DROP_REASON_SOCKET_RCVBUFF,
  SKB_DROP_REASON_UDP_CSUM,
} from '../../uapi/drop-reason.ts';
import { EADDRINUSE, EAGAIN, EDESTADDRREQ, EINVAL, EPIPE } from '../../uapi/errno.ts';
import { ICMPV6_DEST_UNREACH, ICMPV6_PORT_UNREACH } from '../../uapi/icmpv6.ts';
import { IPPROTO_UDP } from '../../uapi/in.ts';
import { SOCK_DGRAM } from '../../uapi/socket.ts';
import { checksum, csumIpv6Nofold } from '../../wire/checksum.ts';
import { IPV6_DADDR, IPV6_HLEN, IPV6_SADDR } from '../../wire/ipv6.ts';
import { putUdpHeader, UDP_HLEN, udpDest, udpFinish, udpLen, udpSource } from '../../wire/udp.ts';
import type { SimKernel } from '../core/kernel.ts';
import type { Net } from '../core/net.ts';
import { consumeSkb, kfreeSkb, type SkBuff } from '../core/skbuff.ts';
import { ipv6AddrEqual, ipv6AddrType } from '../ipv6/addr-type.ts';
import { ip6Alloc, IP6SKB_NOLOOP, ip6PushHeader, ip6SendSkb } from '../ipv6/ip6-output.ts';
import { kernelIpv6, netIpv6 } from '../ipv6/netns6.ts';
import { sockAddr6 } from './inet6-cmsg.ts';
import { Inet6Sock } from './inet6-sock.ts';
import { UdpPorts } from './udp-ports.ts';

const PORTS: UdpPorts<Udp6Sock> = new UdpPorts(
  (a, b) =>
    ipv6AddrType(a.rcvSaddr) === 0 || ipv6AddrType(b.rcvSaddr) === 0 || ipv6AddrEqual(a.rcvSaddr, 0, b.rcvSaddr, 0),
);

export class Udp6Sock extends Inet6Sock {
  constructor(net: Net) {
    super(net, SOCK_DGRAM, IPPROTO_UDP);
  }

  /** @see inet_autobind */
  #autobind(call: string): void {
    const err = this.sport === 0 ? PORTS.take(this, 0, EAGAIN) : 0;
    if (err !== 0) this.fail(err, call);
  }

  bind(address: SockAddr): void {
    const a = this.in6(address, 'bind');
    if (this.sport !== 0) this.fail(EINVAL, 'bind');
    this.bindAddress(a);
    const err = PORTS.take(this, a.port, EADDRINUSE);
    if (err === 0) return;
    this.saddr.fill(0);
    this.rcvSaddr.fill(0);
    this.fail(err, 'bind');
  }

  override connect(address: SockAddr): void {
    if ((address.family as number) !== 0) this.#autobind('connect');
    super.connect(address);
  }

  sendmsg(data: Uint8Array, options?: SendOptions): number {
    if (this.sndShutdown) this.fail(EPIPE, 'sendmsg');
    if (this.err !== 0) this.fail(this.takeErr(), 'sendmsg');
    if (options?.to === undefined && !this.connected) this.fail(EDESTADDRREQ, 'sendmsg');
    const to = options?.to === undefined ? sockAddr6(this.daddr, this.dport, 0) : this.in6(options.to, 'sendmsg');
    if (to.port === 0) this.fail(EINVAL, 'sendmsg');
    this.#autobind('sendmsg');
    const c = this.cookie(options);
    const way = this.route(to, c, 'sendmsg');
    const len = data.length + UDP_HLEN;
    this.checkSize(way, len, c, to.port);
    const skb = ip6Alloc(this.net.kernel, len);
    const at = skb.data;
    putUdpHeader(skb.buf, at, this.sport, to.port, len);
    skb.buf.set(data, at + UDP_HLEN);
    udpFinish(skb.buf, at, csumIpv6Nofold(way.fl.saddr, 0, way.fl.daddr, 0, len, IPPROTO_UDP));
    ip6PushHeader(skb, way.fl, IPPROTO_UDP, way.hopLimit);
    skb.sk = this;
    skb.dst = way.rt;
    skb.mark = c.mark;
    skb.cb1 = this.mcLoop ? 0 : IP6SKB_NOLOOP;
    const err = ip6SendSkb(this.net, skb);
    this.flush();
    if (err < 0 && this.recvErr) this.fail(err, 'sendmsg');
    netIpv6(this.net).udp.OutDatagrams++;
    return data.length;
  }

  /** How well the socket fits a packet, -1 not at all. `s`, `d`: places of the remote and the local address. @see compute_score */
  score(buf: Uint8Array, s: number, d: number, sport: number, ifindex: number): number {
    if (this.connected && this.dport !== sport) return -1;
    if (!this.matches(buf, s, d, ifindex)) return -1;
    return (this.connected ? 4 : 0) + (ipv6AddrType(this.rcvSaddr) !== 0 ? 2 : 0) + (this.boundDevIf !== 0 ? 1 : 0);
  }

  deliver(skb: SkBuff, sport: number): boolean {
    return this.enqueue(skb, skb.data + UDP_HLEN, sport);
  }

  override close(): void {
    PORTS.drop(this);
    super.close();
  }
}

/** The socket a packet belongs to. @see __udp6_lib_lookup */
function lookup(
  net: Net,
  buf: Uint8Array,
  s: number,
  d: number,
  sport: number,
  dport: number,
  ifindex: number,
): Udp6Sock | null {
  let found: Udp6Sock | null = null;
  let best = -1;
  for (const sk of PORTS.at(net, dport)) {
    const score = sk.score(buf, s, d, sport, ifindex);
    if (score > best) {
      best = score;
      found = sk;
    }
  }
  return found;
}

/** Takes a datagram over; `data` at its header. @returns 0 @see udpv6_rcv */
function udp6Rcv(skb: SkBuff): number {
  const { net } = skb.dev!;
  const { buf, data: at, networkHeader: nh } = skb;
  const { udp } = netIpv6(net);
  const len = skb.len < UDP_HLEN ? 0 : udpLen(buf, at) === 0 ? skb.len : udpLen(buf, at);
  if (len < UDP_HLEN || len > skb.len) {
    udp.InErrors++;
    kfreeSkb(skb, SKB_DROP_REASON_PKT_TOO_SMALL, 'udpv6_rcv');
    return 0;
  }
  skb.trim(len);
  const pseudo = csumIpv6Nofold(buf, nh + IPV6_SADDR, buf, nh + IPV6_DADDR, len, IPPROTO_UDP);
  if (be16(buf, at + 6) === 0 || checksum(buf, at, len, pseudo) !== 0) {
    udp.InCsumErrors++;
    udp.InErrors++;
    kfreeSkb(skb, SKB_DROP_REASON_UDP_CSUM, 'udpv6_rcv');
    return 0;
  }
  const sport = udpSource(buf, at);
  const dport = udpDest(buf, at);
  if (buf[nh + IPV6_DADDR] === 0xff) {
    for (const sk of PORTS.at(net, dport)) {
      if (sk.score(buf, nh + IPV6_SADDR, nh + IPV6_DADDR, sport, skb.cb0) >= 0 && sk.deliver(skb, sport))
        udp.InDatagrams++;
    }
    consumeSkb(skb);
    return 0;
  }
  const sk = lookup(net, buf, nh + IPV6_SADDR, nh + IPV6_DADDR, sport, dport, skb.cb0);
  if (sk === null) {
    udp.NoPorts++;
    kernelIpv6(net.kernel).icmpv6Send(skb, ICMPV6_DEST_UNREACH, ICMPV6_PORT_UNREACH, 0);
    kfreeSkb(skb, SKB_DROP_REASON_NO_SOCKET, 'udpv6_rcv');
  } else if (sk.deliver(skb, sport)) {
    udp.InDatagrams++;
    consumeSkb(skb);
  } else {
    udp.RcvbufErrors++;
    udp.InErrors++;
    kfreeSkb(skb, SKB_DROP_REASON_SOCKET_RCVBUFF, 'udpv6_queue_rcv_one_skb');
  }
  return 0;
}

/** @see __udp6_lib_err */
function udp6Err(skb: SkBuff, type: number, code: number, info: number): void {
  const inner = skb.data + 8;
  const upper = inner + IPV6_HLEN;
  const { buf } = skb;
  const dport = udpDest(buf, upper);
  lookup(skb.dev!.net, buf, inner + IPV6_DADDR, inner + IPV6_SADDR, dport, udpSource(buf, upper), skb.cb0)?.icmpError(
    skb,
    type,
    code,
    info,
    upper + UDP_HLEN,
    dport,
  );
}

export function udp6Init(kernel: SimKernel): void {
  kernelIpv6(kernel).protos[IPPROTO_UDP] = { handler: udp6Rcv, errHandler: udp6Err, final: true };
}

/** For /proc/net/udp6 and ss. */
export const udp6Socks = (net: Net): Iterable<Udp6Sock> => PORTS.all(net);
