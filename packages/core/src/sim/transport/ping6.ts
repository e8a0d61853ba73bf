/** Ping sockets over IPv6: echo without being root. @see net/ipv6/ping.c */
import { be16, putBe16 } from '../../lib/bytes.ts';
import type { SendOptions, SockAddr } from '../../syscall/index.ts';
import { SKB_DROP_REASON_SOCKET_RCVBUFF } from '../../uapi/drop-reason.ts';
import { EADDRINUSE, EDESTADDRREQ, EINVAL, EMSGSIZE, ENOBUFS } from '../../uapi/errno.ts';
import { ICMPV6_ECHO_REQUEST } from '../../uapi/icmpv6.ts';
import { IPPROTO_ICMPV6 } from '../../uapi/in.ts';
import { SOCK_DGRAM } from '../../uapi/socket.ts';
import { csumIpv6Nofold } from '../../wire/checksum.ts';
import { ICMP6_HLEN, icmp6Finish } from '../../wire/icmpv6.ts';
import { IPV6_DADDR, IPV6_HLEN, IPV6_SADDR } from '../../wire/ipv6.ts';
import type { SimKernel } from '../core/kernel.ts';
import type { Net } from '../core/net.ts';
import { slot, type Slot, slotGet, slotPeek } from '../core/notifier.ts';
import { consumeSkb, kfreeSkb, type SkBuff } from '../core/skbuff.ts';
import { icmp6OutCount } from '../ipv6/icmp6-send.ts';
import { ip6Alloc, IP6SKB_NOLOOP, ip6PushHeader, ip6SendSkb } from '../ipv6/ip6-output.ts';
import { kernelIpv6 } from '../ipv6/netns6.ts';
import { sockAddr6 } from './inet6-cmsg.ts';
import { Inet6Sock } from './inet6-sock.ts';

/** Sockets by identifier. */
const SOCKS: Slot<Net, Map<number, Ping6Sock>> = slot(() => new Map<number, Ping6Sock>());

export class Ping6Sock extends Inet6Sock {
  constructor(net: Net) {
    super(net, SOCK_DGRAM, IPPROTO_ICMPV6);
  }

  /** Takes an identifier; 0 for a free one. @see ping_get_port */
  #getPort(want: number, call: string): void {
    const socks = slotGet(this.net, SOCKS);
    let id = want;
    if (id === 0) {
      const { random } = this.net.kernel;
      do id = 1 + random.below(65_535);
      while (socks.has(id));
    } else if (socks.has(id) && socks.get(id) !== this) this.fail(EADDRINUSE, call);
    this.sport = id;
    socks.set(id, this);
  }

  bind(address: SockAddr): void {
    const a = this.in6(address, 'bind');
    if (this.sport !== 0) this.fail(EINVAL, 'bind');
    this.bindAddress(a);
    this.#getPort(a.port, 'bind');
  }

  override connect(address: SockAddr): void {
    super.connect(address);
    if (this.connected && this.sport === 0) this.#getPort(0, 'connect');
  }

  sendmsg(data: Uint8Array, options?: SendOptions): number {
    if (data.length > 0xffff) this.fail(EMSGSIZE, 'sendmsg');
    if (data.length < ICMP6_HLEN || data[0] !== ICMPV6_ECHO_REQUEST || data[1] !== 0) this.fail(EINVAL, 'sendmsg');
    if (options?.to === undefined && !this.connected) this.fail(EDESTADDRREQ, 'sendmsg');
    const to = options?.to === undefined ? sockAddr6(this.daddr, 0, 0) : this.in6(options.to, 'sendmsg');
    if (this.sport === 0) this.#getPort(0, 'sendmsg');
    const c = this.cookie(options);
    const way = this.route(to, c, 'sendmsg');
    this.checkSize(way, data.length, c, 0);
    const skb = ip6Alloc(this.net.kernel, data.length);
    const at = skb.data;
    skb.buf.set(data, at);
    putBe16(skb.buf, at + 4, this.sport);
    icmp6Finish(
      skb.buf,
      at,
      data.length,
      csumIpv6Nofold(way.fl.saddr, 0, way.fl.daddr, 0, data.length, IPPROTO_ICMPV6),
    );
    ip6PushHeader(skb, way.fl, IPPROTO_ICMPV6, way.hopLimit);
    skb.sk = this;
    skb.dst = way.rt;
    skb.mark = c.mark;
    skb.cb1 = this.mcLoop ? 0 : IP6SKB_NOLOOP;
    icmp6OutCount(this.net, way.rt, data[0]!);
    const err = ip6SendSkb(this.net, skb);
    this.flush();
    // A driver that drops it tells nobody here. @see ping_v6_sendmsg
    if (err < 0 && err !== -ENOBUFS && this.recvErr) this.fail(err, 'sendmsg');
    return data.length;
  }

  deliver(skb: SkBuff): boolean {
    return this.enqueue(skb, skb.data, 0);
  }

  override close(): void {
    const socks = slotGet(this.net, SOCKS);
    if (socks.get(this.sport) === this) socks.delete(this.sport);
    super.close();
  }
}

/** An echo reply; `data` at its header. @returns whether it was taken over. @see ping_rcv */
function pingRcv(skb: SkBuff): boolean {
  const sk = slotPeek(skb.dev!.net, SOCKS)?.get(be16(skb.buf, skb.data + 4));
  const nh = skb.networkHeader;
  if (sk === undefined || !sk.matches(skb.buf, nh + IPV6_SADDR, nh + IPV6_DADDR, skb.cb0)) return false;
  if (sk.deliver(skb)) consumeSkb(skb);
  else kfreeSkb(skb, SKB_DROP_REASON_SOCKET_RCVBUFF, 'ping_queue_rcv_skb');
  return true;
}

/** An error about an echo request without extension headers. @see ping_err */
function pingErr(skb: SkBuff, type: number, code: number, info: number): void {
  const upper = skb.data + ICMP6_HLEN + IPV6_HLEN;
  const sk = slotPeek(skb.dev!.net, SOCKS)?.get(be16(skb.buf, upper + 4));
  sk?.icmpError(skb, type, code, info, upper, 0);
}

/** Open ping sockets, for /proc/net/icmp6. */
export const ping6Socks = (net: Net): Iterable<Ping6Sock> => slotPeek(net, SOCKS)?.values() ?? [];

export function ping6Init(kernel: SimKernel): void {
  const k = kernelIpv6(kernel);
  k.pingRcv = pingRcv;
  k.pingErr = pingErr;
}
