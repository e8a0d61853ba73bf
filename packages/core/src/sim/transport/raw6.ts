/** Raw sockets over IPv6. @see net/ipv6/raw.c */
import { le32, putBe16 } from '../../lib/bytes.ts';
import type { SendOptions, SockAddr } from '../../syscall/index.ts';
import { SKB_DROP_REASON_SKB_CSUM, SKB_DROP_REASON_SOCKET_RCVBUFF } from '../../uapi/drop-reason.ts';
import { EDESTADDRREQ, EINVAL, EMSGSIZE, ENOPROTOOPT, EOPNOTSUPP } from '../../uapi/errno.ts';
import { ICMPV6_FILTER } from '../../uapi/icmpv6.ts';
import { IPPROTO_ICMPV6 } from '../../uapi/in.ts';
import { IPV6_CHECKSUM, IPV6_HDRINCL, MSG_OOB, SOCK_RAW, SOL_ICMPV6, SOL_IPV6, SOL_RAW } from '../../uapi/socket.ts';
import { checksum, csumIpv6Nofold } from '../../wire/checksum.ts';
import { IPV6_DADDR, IPV6_HLEN, IPV6_SADDR } from '../../wire/ipv6.ts';
import type { SimKernel } from '../core/kernel.ts';
import type { Net } from '../core/net.ts';
import { slot, type Slot, slotGet, slotPeek } from '../core/notifier.ts';
import { kfreeSkb, type SkBuff, skbClone } from '../core/skbuff.ts';
import { icmp6OutCount } from '../ipv6/icmp6-send.ts';
import { ip6Alloc, IP6SKB_NOLOOP, ip6PushHeader, ip6SendSkb } from '../ipv6/ip6-output.ts';
import { kernelIpv6 } from '../ipv6/netns6.ts';
import { sockAddr6 } from './inet6-cmsg.ts';
import type { Way6 } from './inet6-options.ts';
import { Inet6Sock } from './inet6-sock.ts';
import { int32 } from './sock-cmsg.ts';

/** Sockets of a namespace, in order of creation. */
const SOCKS: Slot<Net, Set<Raw6Sock>> = slot(() => new Set<Raw6Sock>());

export class Raw6Sock extends Inet6Sock {
  /** Where the kernel puts the checksum, -1 for nowhere. */
  csumOffset: number;
  hdrincl = false;
  /** ICMP6_FILTER: a set bit blocks the type. */
  readonly filter: Uint8Array = new Uint8Array(32);

  constructor(net: Net, protocol: number) {
    super(net, SOCK_RAW, protocol);
    this.csumOffset = protocol === IPPROTO_ICMPV6 ? 2 : -1;
    slotGet(net, SOCKS).add(this);
  }

  bind(address: SockAddr): void {
    this.bindAddress(this.in6(address, 'bind'));
  }

  sendmsg(data: Uint8Array, options?: SendOptions): number {
    if (((options?.flags ?? 0) & MSG_OOB) !== 0) this.fail(EOPNOTSUPP, 'sendmsg');
    const given = options?.to === undefined ? null : this.in6(options.to, 'sendmsg');
    if (given === null && !this.connected) this.fail(EDESTADDRREQ, 'sendmsg');
    if (given !== null && given.port !== 0 && given.port !== this.protocol) this.fail(EINVAL, 'sendmsg');
    const to = given ?? sockAddr6(this.daddr, 0, 0);
    const c = this.cookie(options);
    const way = this.route(to, c, 'sendmsg');
    if (this.hdrincl) this.#fitsWhole(way, data.length);
    else this.checkSize(way, data.length, c, 0);
    if (this.hdrincl ? data.length < IPV6_HLEN : this.csumOffset >= 0 && this.csumOffset + 2 > data.length)
      this.fail(EINVAL, 'sendmsg');
    const skb = ip6Alloc(this.net.kernel, data.length);
    skb.buf.set(data, skb.data);
    skb.sk = this;
    skb.dst = way.rt;
    skb.mark = c.mark;
    skb.cb1 = this.mcLoop ? 0 : IP6SKB_NOLOOP;
    if (this.hdrincl) {
      skb.networkHeader = skb.data;
    } else {
      if (this.csumOffset >= 0) {
        const at = skb.data + this.csumOffset;
        const pseudo = csumIpv6Nofold(way.fl.saddr, 0, way.fl.daddr, 0, data.length, this.protocol);
        putBe16(skb.buf, at, 0);
        const sum = checksum(skb.buf, skb.data, data.length, pseudo);
        putBe16(skb.buf, at, sum === 0 ? 0xffff : sum);
      }
      ip6PushHeader(skb, way.fl, this.protocol, way.hopLimit);
      if (this.protocol === IPPROTO_ICMPV6 && data.length > 0) icmp6OutCount(this.net, way.rt, data[0]!);
    }
    const err = ip6SendSkb(this.net, skb);
    this.flush();
    if (err < 0 && this.recvErr) this.fail(err, 'sendmsg');
    return data.length;
  }

  /** A packet with its header is not cut. @throws EMSGSIZE @see rawv6_send_hdrinc */
  #fitsWhole({ fl, rt }: Way6, len: number): void {
    if (len <= rt.dev.mtu) return;
    this.localError(EMSGSIZE, fl.daddr, 0, rt.dev.mtu);
    this.fail(EMSGSIZE, 'sendmsg');
  }

  /** Whether the filter keeps a message of this type away. @see icmpv6_filter */
  blocks(skb: SkBuff): boolean {
    if (this.protocol !== IPPROTO_ICMPV6) return false;
    if (skb.len < 1) return true;
    const type = skb.buf[skb.data]!;
    return (this.filter[type >>> 3]! & (1 << (type & 7))) !== 0;
  }

  deliver(skb: SkBuff): void {
    if (this.csumOffset >= 0) {
      const nh = skb.networkHeader;
      const pseudo = csumIpv6Nofold(skb.buf, nh + IPV6_SADDR, skb.buf, nh + IPV6_DADDR, skb.len, this.protocol);
      if (checksum(skb.buf, skb.data, skb.len, pseudo) !== 0) {
        this.drops++;
        kfreeSkb(skbClone(skb), SKB_DROP_REASON_SKB_CSUM, 'rawv6_rcv');
        return;
      }
    }
    const ok = this.enqueue(skb, this.hdrincl ? skb.networkHeader : skb.data, 0);
    if (!ok) kfreeSkb(skbClone(skb), SKB_DROP_REASON_SOCKET_RCVBUFF, 'rawv6_rcv_skb');
  }

  protected override setOther(level: number, option: number, value: Uint8Array | number): void {
    if (level === SOL_ICMPV6 && this.protocol === IPPROTO_ICMPV6) {
      if (option !== ICMPV6_FILTER) this.fail(ENOPROTOOPT, 'setsockopt');
      if (typeof value === 'number') return this.fail(EINVAL, 'setsockopt');
      this.filter.set(value.subarray(0, 32));
      return;
    }
    if (level !== SOL_RAW) this.fail(ENOPROTOOPT, 'setsockopt');
    const v = typeof value === 'number' ? value : le32(value, 0) | 0;
    if (option === IPV6_CHECKSUM) {
      if (v > 0 && (v & 1) !== 0) this.fail(EINVAL, 'setsockopt');
      this.csumOffset = v < 0 ? -1 : v;
    } else if (option === IPV6_HDRINCL) this.hdrincl = v !== 0;
    else this.fail(ENOPROTOOPT, 'setsockopt');
  }

  override setsockopt(level: number, option: number, value: Uint8Array | number): void {
    if (level === SOL_IPV6 && (option === IPV6_CHECKSUM || option === IPV6_HDRINCL)) {
      if (option === IPV6_CHECKSUM && this.protocol === IPPROTO_ICMPV6) this.fail(EINVAL, 'setsockopt');
      this.setOther(SOL_RAW, option, value);
    } else super.setsockopt(level, option, value);
  }

  protected override getOther(level: number, option: number): Uint8Array {
    if (level === SOL_ICMPV6 && option === ICMPV6_FILTER && this.protocol === IPPROTO_ICMPV6)
      return this.filter.slice();
    if (level === SOL_RAW && option === IPV6_CHECKSUM) return int32(this.csumOffset);
    return this.fail(ENOPROTOOPT, 'getsockopt');
  }

  override close(): void {
    slotGet(this.net, SOCKS).delete(this);
    super.close();
  }
}

/** @see raw6_local_deliver */
function rawLocalDeliver(skb: SkBuff, nexthdr: number): boolean {
  const socks = slotPeek(skb.dev!.net, SOCKS);
  if (socks === undefined || socks.size === 0) return false;
  const nh = skb.networkHeader;
  let delivered = false;
  for (const sk of socks) {
    if (sk.protocol !== nexthdr || !sk.matches(skb.buf, nh + IPV6_SADDR, nh + IPV6_DADDR, skb.cb0)) continue;
    delivered = true;
    if (!sk.blocks(skb)) sk.deliver(skb);
  }
  return delivered;
}

/** @see raw6_icmp_error */
function rawIcmpError(skb: SkBuff, nexthdr: number, type: number, code: number, off: number, info: number): void {
  const inner = skb.data + 8;
  for (const sk of slotPeek(skb.dev!.net, SOCKS) ?? []) {
    if (sk.protocol !== nexthdr || !sk.matches(skb.buf, inner + IPV6_DADDR, inner + IPV6_SADDR, skb.cb0)) continue;
    sk.icmpError(skb, type, code, info, sk.hdrincl ? inner : off, 0);
  }
}

export function raw6Init(kernel: SimKernel): void {
  const k = kernelIpv6(kernel);
  k.rawLocalDeliver = rawLocalDeliver;
  k.rawIcmpError = rawIcmpError;
}

/** For /proc/net/raw6 and ss. */
export const raw6Socks = (net: Net): Iterable<Raw6Sock> => slotPeek(net, SOCKS) ?? [];
