/** What all AF_INET6 datagram sockets share: addresses, ways, ancillary data. Options: `inet6-sock.ts`. @see net/ipv6/af_inet6.c, datagram.c */
import { le32 } from '../../lib/bytes.ts';
import { hashBytes } from '../../lib/hash.ts';
import type { ControlMessage, SendOptions, SockAddr, SockAddrIn6 } from '../../syscall/index.ts';
import { EADDRNOTAVAIL, EAFNOSUPPORT, EINVAL, EMSGSIZE, ENETUNREACH, ENODEV, ENOTCONN } from '../../uapi/errno.ts';
import { IPV6_MIN_MTU } from '../../uapi/ip.ts';
import * as so from '../../uapi/socket.ts';
import { IPV6_DADDR, IPV6_HLEN, IPV6_SADDR, ip6Flowlabel, ip6Tclass } from '../../wire/ipv6.ts';
import type { Net } from '../core/net.ts';
import type { SkBuff } from '../core/skbuff.ts';
import { skbTruesize } from '../core/sock.ts';
import {
  IN6ADDR_LOOPBACK,
  IPV6_ADDR_LINKLOCAL,
  IPV6_ADDR_MAPPED,
  IPV6_ADDR_MULTICAST,
  ipv6AddrEqual,
  ipv6AddrType,
} from '../ipv6/addr-type.ts';
import { Flowi6 } from '../ipv6/fib6-types.ts';
import { icmpv6ErrConvert } from '../ipv6/icmp6.ts';
import { in6DevGet } from '../ipv6/inet6-dev.ts';
import { ipv6DevMcDec } from '../ipv6/mcast.ts';
import { netIpv6 } from '../ipv6/netns6.ts';
import { ip6DstHoplimit, ip6DstLookup, ip6Mtu } from '../ipv6/rt6.ts';
import { ipv6ChkAddr } from '../ipv6/saddr.ts';
import { DatagramSock } from './datagram-sock.ts';
import {
  control6,
  errControl6,
  type ErrItem,
  IPV6_FLOWINFO_SEND,
  type RxItem,
  scopeIdOf,
  sockAddr6,
} from './inet6-cmsg.ts';
import type { Ipcm6, Way6 } from './inet6-options.ts';
import { intOf } from './sock-cmsg.ts';

export abstract class Inet6QueueSock extends DatagramSock<RxItem, ErrItem> {
  protected readonly errOrigin: number = so.SO_EE_ORIGIN_ICMP6;
  /** Source of what is sent, `::` for whatever the route prefers. */
  readonly saddr: Uint8Array = new Uint8Array(16);
  /** Address packets must come to; `::` for any. */
  readonly rcvSaddr: Uint8Array = new Uint8Array(16);
  readonly daddr: Uint8Array = new Uint8Array(16);
  sport = 0;
  dport = 0;
  hopLimit = -1;
  mcastHops = 1;
  mcLoop = true;
  mcastOif = 0;
  ucastOif = 0;
  tclass = 0;
  pmtudisc: number = so.IPV6_PMTUDISC_WANT;
  /** Kept for who asks; only TCP looks at it. */
  minHopcount = 0;
  stickyIfindex = 0;
  stickyAddr: Uint8Array | null = null;
  readonly switches6: Map<number, number> = new Map();
  readonly groups: { readonly group: Uint8Array; readonly ifindex: number }[] = [];

  constructor(net: Net, type: number, protocol: number) {
    super(net, so.AF_INET6, type, protocol);
  }

  protected in6(a: SockAddr | undefined, call: string): SockAddrIn6 {
    if (a === undefined || a.family !== so.AF_INET6) return this.fail(EAFNOSUPPORT, call);
    return a;
  }

  abstract sendmsg(data: Uint8Array, options?: SendOptions): number;

  /** Takes the address's part of a bind. @throws EADDRNOTAVAIL, EINVAL, ENODEV @see rawv6_bind, __inet6_bind */
  protected bindAddress(a: SockAddrIn6): void {
    const type = ipv6AddrType(a.address);
    if (type === IPV6_ADDR_MAPPED) this.fail(EADDRNOTAVAIL, 'bind');
    if (type !== 0 && (type & IPV6_ADDR_MULTICAST) === 0) {
      if ((type & IPV6_ADDR_LINKLOCAL) !== 0) {
        if (a.scopeId !== 0) this.boundDevIf = a.scopeId;
        if (this.boundDevIf === 0) this.fail(EINVAL, 'bind');
      }
      const dev = this.boundDevIf === 0 ? null : this.net.devs.get(this.boundDevIf);
      if (dev === undefined) return this.fail(ENODEV, 'bind');
      const lax =
        netIpv6(this.net).sysctl.ip_nonlocal_bind !== 0 ||
        this.switches6.get(so.IPV6_FREEBIND) === 1 ||
        this.switches6.get(so.IPV6_TRANSPARENT) === 1;
      if (!lax && !ipv6ChkAddr(this.net, a.address, 0, dev, false)) this.fail(EADDRNOTAVAIL, 'bind');
    }
    this.rcvSaddr.set(a.address);
    if ((type & IPV6_ADDR_MULTICAST) === 0) this.saddr.set(a.address);
  }

  abstract bind(address: SockAddr): void;

  /** @throws EINVAL (a link-local address without its link), ENETUNREACH … @see __ip6_datagram_connect */
  connect(address: SockAddr): void {
    if ((address.family as number) === 0) return this.#disconnect();
    const a = this.in6(address, 'connect');
    const daddr = ipv6AddrType(a.address) === 0 ? IN6ADDR_LOOPBACK : a.address;
    const type = ipv6AddrType(daddr);
    if (type === IPV6_ADDR_MAPPED) this.fail(ENETUNREACH, 'connect');
    if ((type & IPV6_ADDR_LINKLOCAL) !== 0) {
      if (a.scopeId !== 0) {
        if (this.boundDevIf !== 0 && this.boundDevIf !== a.scopeId) this.fail(EINVAL, 'connect');
        this.boundDevIf = a.scopeId;
      }
      if (this.boundDevIf === 0 && (type & IPV6_ADDR_MULTICAST) !== 0) this.boundDevIf = this.mcastOif;
      if (this.boundDevIf === 0) this.fail(EINVAL, 'connect');
    }
    const { fl } = this.route(sockAddr6(daddr, a.port, a.scopeId), this.cookie(undefined), 'connect');
    if (ipv6AddrType(this.saddr) === 0) this.saddr.set(fl.saddr);
    if (ipv6AddrType(this.rcvSaddr) === 0) this.rcvSaddr.set(fl.saddr);
    this.daddr.set(daddr);
    this.dport = a.port;
    this.connected = true;
  }

  #disconnect(): void {
    this.daddr.fill(0);
    this.dport = 0;
    this.connected = false;
  }

  getsockname(): SockAddr {
    const a = ipv6AddrType(this.rcvSaddr) !== 0 ? this.rcvSaddr : this.saddr;
    return sockAddr6(a.slice(), this.sport, scopeIdOf(a, this.boundDevIf));
  }

  getpeername(): SockAddr {
    if (!this.connected) this.fail(ENOTCONN, 'getpeername');
    return sockAddr6(this.daddr.slice(), this.dport, scopeIdOf(this.daddr, this.boundDevIf));
  }

  override close(): void {
    for (const g of this.groups.splice(0)) this.leave(g.ifindex, g.group);
    super.close();
  }

  /** Reads what a sender asks for this once. @see ip6_datagram_send_ctl */
  protected cookie(options: SendOptions | undefined): Ipcm6 {
    const c: Ipcm6 = {
      oif: this.stickyIfindex,
      saddr: this.stickyAddr,
      hopLimit: -1,
      tclass: this.tclass,
      mark: this.mark,
      dontfrag: this.switches6.get(so.IPV6_DONTFRAG) === 1,
    };
    for (const m of options?.control ?? []) {
      if (m.level === so.SOL_SOCKET) {
        if (m.type === so.SO_MARK) c.mark = le32(m.data, 0);
        continue;
      }
      if (m.level !== so.SOL_IPV6) continue;
      switch (m.type) {
        case so.IPV6_PKTINFO:
        case so.IPV6_2292PKTINFO:
          if (m.data.length < 20) this.fail(EINVAL, 'sendmsg');
          if (le32(m.data, 16) !== 0) c.oif = le32(m.data, 16);
          if (ipv6AddrType(m.data) !== 0) {
            const dev = c.oif === 0 ? null : this.net.devs.get(c.oif);
            if (dev === undefined) this.fail(ENODEV, 'sendmsg');
            else if (!ipv6ChkAddr(this.net, m.data, 0, dev, false)) this.fail(EINVAL, 'sendmsg');
            c.saddr = m.data.slice(0, 16);
          }
          break;
        case so.IPV6_HOPLIMIT:
        case so.IPV6_2292HOPLIMIT:
          c.hopLimit = intOf(m.data);
          if (c.hopLimit < -1 || c.hopLimit > 255) this.fail(EINVAL, 'sendmsg');
          break;
        case so.IPV6_TCLASS:
          c.tclass = intOf(m.data) & 255;
          break;
        case so.IPV6_DONTFRAG:
          c.dontfrag = intOf(m.data) !== 0;
          break;
        default:
          this.fail(EINVAL, 'sendmsg');
      }
    }
    return c;
  }

  /** Finds the way to an address. @throws what the lookup says */
  protected route(to: SockAddrIn6, c: Ipcm6, call: string): Way6 {
    const fl = new Flowi6();
    fl.daddr.set(ipv6AddrType(to.address) === 0 ? IN6ADDR_LOOPBACK : to.address);
    const type = ipv6AddrType(fl.daddr);
    if (type === IPV6_ADDR_MAPPED) this.fail(ENETUNREACH, call);
    fl.proto = this.protocol;
    fl.mark = c.mark;
    fl.tclass = c.tclass;
    fl.saddr.set(c.saddr ?? this.saddr);
    fl.oif = this.boundDevIf;
    if (fl.oif === 0 && to.scopeId !== 0 && (type & IPV6_ADDR_LINKLOCAL) !== 0) fl.oif = to.scopeId;
    if (c.oif !== 0) {
      if (fl.oif !== 0 && fl.oif !== c.oif) this.fail(EINVAL, call);
      fl.oif = c.oif;
    }
    if (fl.oif === 0) fl.oif = (type & IPV6_ADDR_MULTICAST) !== 0 ? this.mcastOif : this.ucastOif;
    const rt = ip6DstLookup(this.net, fl, this.boundDevIf !== 0);
    if (typeof rt === 'number') return this.fail(rt, call);
    const label = this.switches6.get(IPV6_FLOWINFO_SEND) === 1 ? to.flowinfo & 0xfffff : 0;
    if (label !== 0) fl.flowlabel = label;
    else if (this.switches6.get(so.IPV6_AUTOFLOWLABEL) !== 0 && netIpv6(this.net).sysctl.auto_flowlabels === 1) {
      fl.flowlabel =
        hashBytes(fl.saddr, 0, 16, hashBytes(fl.daddr, 0, 16, (this.sport << 16) ^ to.port ^ this.protocol)) & 0xfffff;
    }
    let hopLimit = c.hopLimit;
    if (hopLimit < 0) hopLimit = (type & IPV6_ADDR_MULTICAST) !== 0 ? this.mcastHops : this.hopLimit;
    if (hopLimit < 0) hopLimit = ip6DstHoplimit(this.net, rt);
    return { fl, rt, hopLimit };
  }

  /** Refuses what is too long for IPv6, or may not be cut. @throws EMSGSIZE @see __ip6_append_data */
  protected checkSize(way: Way6, len: number, c: Ipcm6, port: number): void {
    const mtu =
      this.pmtudisc >= so.IPV6_PMTUDISC_PROBE
        ? (in6DevGet(way.rt.dev)?.dev.mtu ?? IPV6_MIN_MTU)
        : ip6Mtu(this.net, way.rt);
    const whole = c.dontfrag || this.pmtudisc === so.IPV6_PMTUDISC_DO || this.pmtudisc === so.IPV6_PMTUDISC_PROBE;
    if (len + IPV6_HLEN <= (whole ? mtu : 65_535 + IPV6_HLEN)) return;
    this.localError(EMSGSIZE, way.fl.daddr, port, mtu);
    this.fail(EMSGSIZE, 'sendmsg');
  }

  /** Whether a packet with these ends is for this socket; `s` and `d` are places in `buf`. */
  matches(buf: Uint8Array, s: number, d: number, ifindex: number): boolean {
    if (this.boundDevIf !== 0 && this.boundDevIf !== ifindex) return false;
    if (ipv6AddrType(this.daddr) !== 0 && !ipv6AddrEqual(this.daddr, 0, buf, s)) return false;
    if (ipv6AddrType(this.rcvSaddr) !== 0 && !ipv6AddrEqual(this.rcvSaddr, 0, buf, d)) return false;
    return buf[d] !== 0xff || this.switches6.get(so.IPV6_MULTICAST_ALL) !== 0 || this.#joined(buf, d);
  }

  /** Whether this socket itself asked for the group. @see inet6_mc_check */
  #joined(buf: Uint8Array, d: number): boolean {
    for (let i = 0; i < this.groups.length; i++) if (ipv6AddrEqual(this.groups[i]!.group, 0, buf, d)) return true;
    return false;
  }

  /** Puts a received packet's bytes from `off` on the queue; false when there is no room. */
  protected enqueue(skb: SkBuff, off: number, port: number): boolean {
    const { buf, networkHeader: nh } = skb;
    const len = skb.data + skb.len - off;
    if (!this.hasRoom()) return false;
    const saddr = buf.slice(nh + IPV6_SADDR, nh + IPV6_SADDR + 16);
    this.queue({
      data: buf.slice(off, off + len),
      from: sockAddr6(saddr, port, scopeIdOf(saddr, skb.cb0)),
      hopLimit: buf[nh + 7]!,
      tclass: ip6Tclass(buf, nh),
      flowlabel: ip6Flowlabel(buf, nh),
      ifindex: skb.cb0,
      dst: buf.slice(nh + IPV6_DADDR, nh + IPV6_DADDR + 16),
      tstamp: skb.tstamp,
      truesize: skbTruesize(skb.data + skb.len - nh),
    });
    return true;
  }

  /**
   * An ICMPv6 error about something sent: `skb.data` at the ICMPv6 header, `payload` where the user's part begins.
   * @see rawv6_err, udpv6_err, ipv6_icmp_error
   */
  icmpError(skb: SkBuff, type: number, code: number, info: number, payload: number, port: number): void {
    const { err, fatal } = icmpv6ErrConvert(type, code);
    const hard = err === EMSGSIZE ? this.pmtudisc === so.IPV6_PMTUDISC_DO : fatal;
    if (!this.recvErr && (!hard || !this.connected)) return;
    if (this.recvErr) {
      const { buf, networkHeader: nh } = skb;
      const inner = skb.data + 8;
      const to = buf.slice(inner + IPV6_DADDR, inner + IPV6_DADDR + 16);
      const from = buf.slice(nh + IPV6_SADDR, nh + IPV6_SADDR + 16);
      this.queueError({
        data: buf.slice(payload, skb.data + skb.len),
        errno: err,
        origin: so.SO_EE_ORIGIN_ICMP6,
        type,
        code,
        info,
        to: sockAddr6(to, port, scopeIdOf(to, skb.cb0)),
        offender: sockAddr6(from, 0, scopeIdOf(from, skb.cb0)),
        tstamp: skb.tstamp,
        hopLimit: buf[nh + 7]!,
      });
    }
    this.err = err;
    this.ready();
  }

  /** @see ipv6_local_error */
  protected localError(errno: number, daddr: Uint8Array, port: number, info: number): void {
    if (!this.recvErr) return;
    this.queueError({
      data: new Uint8Array(0),
      errno,
      origin: so.SO_EE_ORIGIN_LOCAL,
      type: 0,
      code: 0,
      info,
      to: sockAddr6(daddr.slice(), port, 0),
      offender: null,
      tstamp: 0,
      hopLimit: 0,
    });
    this.err = errno;
    this.ready();
  }

  protected control(item: RxItem): ControlMessage[] {
    return control6(this, this.wants, this.sport, item);
  }

  protected errControl(e: ErrItem): ControlMessage[] {
    return errControl6(this, this.wants, e);
  }

  protected leave(ifindex: number, group: Uint8Array): void {
    const dev = this.net.devs.get(ifindex);
    const idev = dev === undefined ? null : in6DevGet(dev);
    if (idev !== null) ipv6DevMcDec(idev, group);
  }
}
