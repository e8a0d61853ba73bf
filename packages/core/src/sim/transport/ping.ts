/** Ping sockets: echo without being root. @see net/ipv4/ping.c */
import { be16, be32, putBe16 } from '../../lib/bytes.ts';
import { ICMP_HLEN, icmpFinish } from '../../wire/icmp.ts';
import { ipHlen } from '../../wire/ipv4.ts';
import type { SendOptions, SockAddr } from '../../syscall/index.ts';
import { SKB_DROP_REASON_SOCKET_RCVBUFF } from '../../uapi/drop-reason.ts';
import { EADDRINUSE, EADDRNOTAVAIL, EDESTADDRREQ, EINVAL, EMSGSIZE, EREMOTEIO } from '../../uapi/errno.ts';
import { ICMP_DEST_UNREACH, ICMP_ECHO, ICMP_FRAG_NEEDED, ICMP_REDIRECT, ICMP_SOURCE_QUENCH } from '../../uapi/icmp.ts';
import { IPPROTO_ICMP } from '../../uapi/in.ts';
import { AF_INET, IP_PMTUDISC_DONT, SOCK_DGRAM } from '../../uapi/socket.ts';
import type { SimKernel } from '../core/kernel.ts';
import type { Net } from '../core/net.ts';
import { slot, type Slot, slotGet, slotPeek } from '../core/notifier.ts';
import { consumeSkb, kfreeSkb, type SkBuff } from '../core/skbuff.ts';
import { icmpOutCount } from '../ipv4/icmp-send.ts';
import { kernelIpv4, netIpv4 } from '../ipv4/netns.ts';
import { inetMakeSkb, inetSendSkb } from './inet-send.ts';
import { icmpErrConvert, InetSock } from './inet-sock.ts';

const SOCKS: Slot<Net, Map<number, PingSock>> = slot(() => new Map<number, PingSock>());

/** Whether root's group, 0, may have ping sockets; being root does not matter here. @see net/ipv4/ping.c:ping_init_sock */
export function pingGroupAllowed(net: Net): boolean {
  const [low, high] = netIpv4(net).sysctl.ping_group_range;
  return low <= 0 && high >= 0;
}

export class PingSock extends InetSock {
  constructor(net: Net) {
    super(net, SOCK_DGRAM, IPPROTO_ICMP);
  }

  /** Takes an identifier; 0 for a free one. @see ping_get_port */
  #getPort(want: number, call: string): void {
    const socks = slotGet(this.net, SOCKS);
    let id = want;
    if (id === 0) {
      const { random } = this.net.kernel;
      do id = 1 + random.below(65535);
      while (socks.has(id));
    } else if (socks.has(id) && socks.get(id) !== this) this.fail(EADDRINUSE, call);
    this.sport = id;
    socks.set(id, this);
  }

  bind(address: SockAddr): void {
    const a = this.in4(address, 'bind');
    if (this.sport !== 0) this.fail(EINVAL, 'bind');
    if (this.checkBind(a.address, 'bind') === 'many') this.fail(EADDRNOTAVAIL, 'bind');
    this.rcvSaddr = this.saddr = a.address;
    this.#getPort(a.port, 'bind');
  }

  connect(address: SockAddr): void {
    const a = this.in4(address, 'connect');
    const fl = this.flow(this.cookie(undefined), a.address);
    const rt = this.routeConnect(fl);
    this.mayBroadcast(rt, 'connect');
    if (this.sport === 0) this.#getPort(0, 'connect');
    if (this.saddr === 0) this.saddr = fl.saddr;
    if (this.rcvSaddr === 0) this.rcvSaddr = fl.saddr;
    this.daddr = a.address;
    this.dport = a.port;
    this.connected = true;
  }

  sendmsg(data: Uint8Array, options?: SendOptions): number {
    if (data.length > 0xffff) this.fail(EMSGSIZE, 'sendmsg');
    if (data.length < ICMP_HLEN || data[0] !== ICMP_ECHO || data[1] !== 0) this.fail(EINVAL, 'sendmsg');
    let { daddr } = this;
    if (options?.to !== undefined) daddr = this.in4(options.to, 'sendmsg').address;
    else if (!this.connected) this.fail(EDESTADDRREQ, 'sendmsg');
    if (this.sport === 0) this.#getPort(0, 'sendmsg');
    const c = this.cookie(options);
    const fl = this.flow(c, daddr);
    const rt = this.route(fl, 'sendmsg');
    this.mayBroadcast(rt, 'sendmsg');
    const skb = inetMakeSkb(this, rt, c, fl.saddr, fl.daddr, data.length);
    if (typeof skb === 'number') {
      this.localError(EMSGSIZE, daddr, 0, this.lastMtu);
      return this.fail(EMSGSIZE, 'sendmsg');
    }
    const at = skb.transportHeader;
    skb.buf.set(data, at);
    putBe16(skb.buf, at + 4, this.sport);
    icmpFinish(skb.buf, at, data.length);
    icmpOutCount(this.net, data[0]!);
    const err = inetSendSkb(skb);
    this.flush();
    if (err < 0 && this.recvErr) this.fail(err, 'sendmsg');
    return data.length;
  }

  deliver(skb: SkBuff): boolean {
    return this.enqueue(skb, skb.data, { family: AF_INET, address: be32(skb.buf, skb.networkHeader + 12), port: 0 });
  }

  /** @see ping_err */
  error(skb: SkBuff, type: number, code: number, info: number): void {
    const notice = type === ICMP_SOURCE_QUENCH || type === ICMP_REDIRECT;
    const [errno, fatal] = notice ? ([EREMOTEIO, false] as const) : icmpErrConvert(type, code);
    let hard = fatal;
    if (type === ICMP_DEST_UNREACH && code === ICMP_FRAG_NEEDED) {
      if (this.pmtudisc === IP_PMTUDISC_DONT) return;
      hard = true;
    }
    if (this.recvErr) this.icmpError(skb, errno, 0, info, skb.data + ipHlen(skb.buf, skb.data), type, code);
    else if (!hard || !this.connected) return;
    this.err = errno;
    this.ready();
  }

  override close(): void {
    const socks = slotGet(this.net, SOCKS);
    if (socks.get(this.sport) === this) socks.delete(this.sport);
    super.close();
  }
}

/** @see ping_lookup */
function lookup(net: Net, id: number, raddr: number, laddr: number, ifindex: number): PingSock | null {
  const sk = slotPeek(net, SOCKS)?.get(id);
  if (
    sk === undefined ||
    (sk.rcvSaddr !== 0 && sk.rcvSaddr !== laddr) ||
    (sk.daddr !== 0 && sk.daddr !== raddr && raddr !== 0)
  )
    return null;
  return sk.boundDevIf === 0 || sk.boundDevIf === ifindex ? sk : null;
}

/** @see ping_rcv */
function pingRcv(skb: SkBuff): boolean {
  const o = skb.networkHeader;
  const sk = lookup(skb.dev!.net, be16(skb.buf, skb.data + 4), 0, be32(skb.buf, o + 16), skb.cb2);
  if (sk === null) return false;
  if (sk.deliver(skb)) consumeSkb(skb);
  else kfreeSkb(skb, SKB_DROP_REASON_SOCKET_RCVBUFF, 'ping_queue_rcv_skb');
  return true;
}

function pingErr(skb: SkBuff, type: number, code: number, info: number): void {
  const at = skb.data + ipHlen(skb.buf, skb.data);
  if (skb.buf[at] !== ICMP_ECHO) return;
  lookup(skb.dev!.net, be16(skb.buf, at + 4), 0, be32(skb.buf, skb.data + 12), skb.cb2)?.error(skb, type, code, info);
}

/** Open ping sockets, for /proc/net/icmp. */
export const pingSocks = (net: Net): Iterable<PingSock> => slotPeek(net, SOCKS)?.values() ?? [];

export function pingInit(kernel: SimKernel): void {
  const k = kernelIpv4(kernel);
  k.pingRcv = pingRcv;
  k.pingErr = pingErr;
}
