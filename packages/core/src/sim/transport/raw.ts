/** Raw IPv4 sockets. @see net/ipv4/raw.c */
import { be16, be32, putBe16, putBe32 } from '../../lib/bytes.ts';
import { ipHlen, ipSendCheck } from '../../wire/ipv4.ts';
import type { SendOptions, SockAddr } from '../../syscall/index.ts';
import { SKB_DROP_REASON_SOCKET_RCVBUFF } from '../../uapi/drop-reason.ts';
import { EDESTADDRREQ, EINVAL, EMSGSIZE, ENOPROTOOPT } from '../../uapi/errno.ts';
import {
  ICMP_DEST_UNREACH,
  ICMP_FILTER,
  ICMP_FRAG_NEEDED,
  ICMP_REDIRECT,
  ICMP_SOURCE_QUENCH,
} from '../../uapi/icmp.ts';
import { IPPROTO_ICMP, IPPROTO_RAW } from '../../uapi/in.ts';
import { IP_PMTUDISC_DONT, SOCK_RAW, SOL_RAW, AF_INET } from '../../uapi/socket.ts';
import type { SimKernel } from '../core/kernel.ts';
import type { Net } from '../core/net.ts';
import { slot, type Slot, slotGet, slotPeek } from '../core/notifier.ts';
import { kfreeSkb, type SkBuff, skbClone } from '../core/skbuff.ts';
import { ipMakeSkb, ipSelectIdent } from '../ipv4/ip-output.ts';
import { icmpOutCount } from '../ipv4/icmp-send.ts';
import { kernelIpv4 } from '../ipv4/netns.ts';
import { rtMtu } from '../ipv4/route.ts';
import type { Rtable } from '../ipv4/rtable.ts';
import { inetMakeSkb, inetSendSkb } from './inet-send.ts';
import { icmpErrConvert, InetSock } from './inet-sock.ts';

const SOCKS: Slot<Net, Set<RawSock>> = slot(() => new Set<RawSock>());

export class RawSock extends InetSock {
  /** Bit n: ICMP type n is not wanted. */
  filter = 0;

  constructor(net: Net, protocol: number) {
    super(net, SOCK_RAW, protocol);
    this.sport = protocol;
    this.hdrincl = protocol === IPPROTO_RAW;
    slotGet(net, SOCKS).add(this);
  }

  bind(address: SockAddr): void {
    const a = this.in4(address, 'bind');
    const shared = this.checkBind(a.address, 'bind') === 'many';
    this.rcvSaddr = this.saddr = a.address;
    if (shared) this.saddr = 0;
  }

  connect(address: SockAddr): void {
    const a = this.in4(address, 'connect');
    const fl = this.flow(this.cookie(undefined), a.address);
    const rt = this.routeConnect(fl);
    this.mayBroadcast(rt, 'connect');
    if (this.saddr === 0) this.saddr = fl.saddr;
    if (this.rcvSaddr === 0) this.rcvSaddr = fl.saddr;
    this.daddr = a.address;
    this.connected = true;
  }

  sendmsg(data: Uint8Array, options?: SendOptions): number {
    if (data.length > 0xffff) this.fail(EMSGSIZE, 'sendmsg');
    let { daddr } = this;
    if (options?.to !== undefined) daddr = this.in4(options.to, 'sendmsg').address;
    else if (!this.connected) this.fail(EDESTADDRREQ, 'sendmsg');
    const c = this.cookie(options);
    const fl = this.flow(c, daddr);
    const rt = this.route(fl, 'sendmsg');
    this.mayBroadcast(rt, 'sendmsg');
    if (this.hdrincl) {
      const err = this.#sendHdrinc(data, rt, fl.saddr, fl.daddr);
      this.flush();
      if (err < 0 && this.recvErr) this.fail(err, 'sendmsg');
    } else {
      const skb = inetMakeSkb(this, rt, c, fl.saddr, fl.daddr, data.length);
      if (typeof skb === 'number') {
        this.localError(EMSGSIZE, daddr, 0, this.lastMtu);
        return this.fail(EMSGSIZE, 'sendmsg');
      }
      skb.buf.set(data, skb.transportHeader);
      if (this.protocol === IPPROTO_ICMP && data.length > 0) icmpOutCount(this.net, data[0]!);
      const err = inetSendSkb(skb);
      this.flush();
      if (err < 0 && this.recvErr) this.fail(err, 'sendmsg');
    }
    return data.length;
  }

  /** The caller wrote the header; length, checksum, and what it left 0 are filled in. @see raw_send_hdrinc */
  #sendHdrinc(data: Uint8Array, rt: Rtable, saddr: number, daddr: number): number {
    const mtu = rtMtu(rt);
    if (data.length > mtu) {
      this.localError(EMSGSIZE, daddr, 0, mtu);
      this.fail(EMSGSIZE, 'sendmsg');
    }
    if (data.length < 20 || ipHlen(data, 0) > data.length || ipHlen(data, 0) < 20) this.fail(EINVAL, 'sendmsg');
    const p = {
      protocol: 0,
      tos: 0,
      ttl: 0,
      df: 0,
      ignoreDf: false,
      options: null,
      priority: this.priority,
      mark: this.mark,
    };
    const skb = ipMakeSkb(this.net, rt, saddr, daddr, p, data.length - 20);
    skb.buf.set(data, skb.data);
    const o = skb.data;
    if (be32(skb.buf, o + 12) === 0) putBe32(skb.buf, o + 12, saddr);
    if (be16(skb.buf, o + 4) === 0) putBe16(skb.buf, o + 4, ipSelectIdent(this.net));
    skb.transportHeader = o + ipHlen(data, 0);
    skb.sk = this;
    ipSendCheck(skb.buf, o);
    return inetSendSkb(skb);
  }

  /** Whether a packet on its way in is for this socket. @see raw_v4_match */
  matches(protocol: number, raddr: number, laddr: number, ifindex: number): boolean {
    if (this.protocol !== protocol || this.dead) return false;
    if (this.daddr !== 0 && this.daddr !== raddr) return false;
    if (this.rcvSaddr !== 0 && this.rcvSaddr !== laddr) return false;
    return this.boundDevIf === 0 || this.boundDevIf === ifindex;
  }

  deliver(skb: SkBuff, type: number): void {
    if (this.protocol === IPPROTO_ICMP && type < 32 && ((this.filter >>> type) & 1) !== 0) return;
    const ok = this.enqueue(skb, skb.networkHeader, {
      family: AF_INET,
      address: be32(skb.buf, skb.networkHeader + 12),
      port: 0,
    });
    if (!ok) kfreeSkb(skbClone(skb), SKB_DROP_REASON_SOCKET_RCVBUFF, 'raw_rcv_skb');
  }

  /** @see raw_err */
  error(skb: SkBuff, type: number, code: number, info: number): void {
    if (type === ICMP_REDIRECT || (!this.recvErr && !this.connected) || type === ICMP_SOURCE_QUENCH) return;
    const [errno, fatal] = icmpErrConvert(type, code);
    let hard = fatal;
    if (type === ICMP_DEST_UNREACH && code === ICMP_FRAG_NEEDED) hard = this.pmtudisc !== IP_PMTUDISC_DONT;
    if (this.recvErr) {
      const payload = this.hdrincl ? skb.data : skb.data + ipHlen(skb.buf, skb.data);
      this.icmpError(skb, errno, 0, info, payload, type, code);
    }
    if (!this.recvErr && !hard) return;
    this.err = errno;
    this.ready();
  }

  protected override setOther(level: number, option: number, value: Uint8Array | number): void {
    if (level !== SOL_RAW || option !== ICMP_FILTER || this.protocol !== IPPROTO_ICMP)
      this.fail(ENOPROTOOPT, 'setsockopt');
    this.filter =
      typeof value === 'number'
        ? value
        : value.length < 4
          ? 0
          : value[0]! | (value[1]! << 8) | (value[2]! << 16) | (value[3]! << 24);
  }

  override close(): void {
    slotGet(this.net, SOCKS).delete(this);
    super.close();
  }
}

/** @see raw_local_deliver, raw_v4_input */
function rawLocalDeliver(skb: SkBuff, protocol: number): boolean {
  const socks = slotPeek(skb.dev!.net, SOCKS);
  if (socks === undefined || socks.size === 0) return false;
  const raddr = be32(skb.buf, skb.networkHeader + 12);
  const laddr = be32(skb.buf, skb.networkHeader + 16);
  let any = false;
  for (const sk of socks) {
    if (!sk.matches(protocol, raddr, laddr, skb.cb2)) continue;
    any = true;
    sk.deliver(skb, skb.len > 0 ? skb.buf[skb.data]! : 255);
  }
  return any;
}

/** @see raw_icmp_error */
function rawIcmpError(skb: SkBuff, protocol: number, type: number, code: number, info: number): void {
  const laddr = be32(skb.buf, skb.data + 12);
  const raddr = be32(skb.buf, skb.data + 16);
  for (const sk of slotPeek(skb.dev!.net, SOCKS) ?? []) {
    if (sk.matches(protocol, raddr, laddr, skb.dev!.ifindex)) sk.error(skb, type, code, info);
  }
}

export function rawInit(kernel: SimKernel): void {
  const k = kernelIpv4(kernel);
  k.rawLocalDeliver = rawLocalDeliver;
  k.rawIcmpError = rawIcmpError;
}

/** Open raw sockets, for /proc/net/raw. */
export const rawSocks = (net: Net): Iterable<RawSock> => slotPeek(net, SOCKS) ?? [];
