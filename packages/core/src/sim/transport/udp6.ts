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
import { SO_REUSEADDR, SO_REUSEPORT, SOCK_DGRAM } from '../../uapi/socket.ts';
import { checksum, csumIpv6Nofold } from '../../wire/checksum.ts';
import { IPV6_DADDR, IPV6_HLEN, IPV6_SADDR } from '../../wire/ipv6.ts';
import { putUdpHeader, UDP_HLEN, udpDest, udpFinish, udpLen, udpSource } from '../../wire/udp.ts';
import type { SimKernel } from '../core/kernel.ts';
import type { Net } from '../core/net.ts';
import { slot, type Slot, slotGet, slotPeek } from '../core/notifier.ts';
import { consumeSkb, kfreeSkb, type SkBuff } from '../core/skbuff.ts';
import { netIpv4 } from '../ipv4/netns.ts';
import { ipv6AddrEqual, ipv6AddrType } from '../ipv6/addr-type.ts';
import { ip6Alloc, IP6SKB_NOLOOP, ip6LocalOut, ip6PushHeader } from '../ipv6/ip6-output.ts';
import { kernelIpv6, netIpv6 } from '../ipv6/netns6.ts';
import { sockAddr6 } from './inet6-cmsg.ts';
import { Inet6Sock } from './inet6-sock.ts';

/** Sockets by local port. */
const SOCKS: Slot<Net, Map<number, Udp6Sock[]>> = slot(() => new Map<number, Udp6Sock[]>());

export class Udp6Sock extends Inet6Sock {
  constructor(net: Net) {
    super(net, SOCK_DGRAM, IPPROTO_UDP);
  }

  #conflicts(other: Udp6Sock): boolean {
    if (other.boundDevIf !== 0 && this.boundDevIf !== 0 && other.boundDevIf !== this.boundDevIf) return false;
    const both = ipv6AddrType(other.rcvSaddr) !== 0 && ipv6AddrType(this.rcvSaddr) !== 0;
    if (both && !ipv6AddrEqual(other.rcvSaddr, 0, this.rcvSaddr, 0)) return false;
    const shared = (option: number): boolean => other.switches.get(option) === 1 && this.switches.get(option) === 1;
    return !shared(SO_REUSEADDR) && !shared(SO_REUSEPORT);
  }

  /** Takes a port; 0 for a free one of the range. @see udp_lib_get_port */
  #getPort(want: number, none: number, call: string): void {
    const socks = slotGet(this.net, SOCKS);
    const free = (p: number): boolean => (socks.get(p) ?? []).every((o) => !this.#conflicts(o));
    let port = want;
    if (port === 0) {
      const [low, high] = netIpv4(this.net).sysctl.ip_local_port_range;
      const n = high - low + 1;
      const start = this.net.kernel.random.below(n);
      let i = 0;
      while (i < n && !free(low + ((start + i) % n))) i++;
      if (i === n) this.fail(none, call);
      port = low + ((start + i) % n);
    } else if (!free(port)) this.fail(EADDRINUSE, call);
    this.sport = port;
    const list = socks.get(port);
    if (list === undefined) socks.set(port, [this]);
    else list.push(this);
  }

  bind(address: SockAddr): void {
    const a = this.in6(address, 'bind');
    if (this.sport !== 0) this.fail(EINVAL, 'bind');
    this.bindAddress(a);
    this.#getPort(a.port, EADDRINUSE, 'bind');
  }

  override connect(address: SockAddr): void {
    if (this.sport === 0 && (address.family as number) !== 0) this.#getPort(0, EAGAIN, 'connect');
    super.connect(address);
  }

  sendmsg(data: Uint8Array, options?: SendOptions): number {
    if (this.sndShutdown) this.fail(EPIPE, 'sendmsg');
    if (this.err !== 0) this.fail(this.takeErr(), 'sendmsg');
    if (options?.to === undefined && !this.connected) this.fail(EDESTADDRREQ, 'sendmsg');
    const to = options?.to === undefined ? sockAddr6(this.daddr, this.dport, 0) : this.in6(options.to, 'sendmsg');
    if (to.port === 0) this.fail(EINVAL, 'sendmsg');
    if (this.sport === 0) this.#getPort(0, EAGAIN, 'sendmsg');
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
    const err = ip6LocalOut(this.net, skb);
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
    const socks = slotGet(this.net, SOCKS);
    const list = socks.get(this.sport);
    const i = list?.indexOf(this) ?? -1;
    if (i >= 0) list!.splice(i, 1);
    if (list?.length === 0) socks.delete(this.sport);
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
  for (const sk of slotPeek(net, SOCKS)?.get(dport) ?? []) {
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
    for (const sk of slotPeek(net, SOCKS)?.get(dport) ?? []) {
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
export const udp6Socks = (net: Net): Iterable<Udp6Sock> => [...(slotPeek(net, SOCKS)?.values() ?? [])].flat();
