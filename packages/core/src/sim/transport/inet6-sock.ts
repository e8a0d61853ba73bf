/**
 * What all AF_INET6 datagram sockets share: options, queues, ancillary data.
 * Differs from Linux: these sockets carry no IPv4, so IPV6_V6ONLY is always on, and switching it off is refused (EOPNOTSUPP).
 * @see net/ipv6/af_inet6.c, ipv6_sockglue.c, datagram.c
 */
import { le32 } from '../../lib/bytes.ts';
import { hashBytes } from '../../lib/hash.ts';
import { Ring } from '../../lib/ring.ts';
import type { Received, ReceiveOptions, SendOptions, SockAddr, SockAddrIn6, Socket } from '../../syscall/index.ts';
import { SystemError } from '../../syscall/index.ts';
import {
  EADDRINUSE,
  EADDRNOTAVAIL,
  EAFNOSUPPORT,
  EAGAIN,
  EINVAL,
  EMSGSIZE,
  ENETUNREACH,
  ENODEV,
  ENOPROTOOPT,
  ENOTCONN,
  EOPNOTSUPP,
} from '../../uapi/errno.ts';
import { DEVCONF_HOPLIMIT } from '../../uapi/if-link.ts';
import { IPV6_MIN_MTU } from '../../uapi/ip.ts';
import * as so from '../../uapi/socket.ts';
import { IPV6_DADDR, IPV6_HLEN, IPV6_SADDR, ip6Flowlabel, ip6Tclass } from '../../wire/ipv6.ts';
import { doSoftirq } from '../core/dev.ts';
import type { Net } from '../core/net.ts';
import type { SkBuff } from '../core/skbuff.ts';
import { skbTruesize, Sock } from '../core/sock.ts';
import { sockGetsockopt, sockSetsockopt } from '../core/sock-option.ts';
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
import { ipv6DevMcDec, ipv6DevMcInc } from '../ipv6/mcast.ts';
import { netIpv6 } from '../ipv6/netns6.ts';
import { ip6DstHoplimit, ip6DstLookup, ip6Mtu, ip6RouteOutput } from '../ipv6/rt6.ts';
import { ipv6ChkAddr } from '../ipv6/saddr.ts';
import {
  control6,
  errControl6,
  type ErrItem,
  int32,
  intOf,
  IPV6_FLOWINFO_SEND,
  type RxItem,
  scopeIdOf,
  sockAddr6,
} from './inet6-cmsg.ts';
import { type Ipcm6, SWITCHES, WANTS, type Way6 } from './inet6-options.ts';

export abstract class Inet6Sock extends Sock implements Socket {
  /** Source of what is sent, `::` for whatever the route prefers. */
  readonly saddr: Uint8Array = new Uint8Array(16);
  /** Address packets must come to; `::` for any. */
  readonly rcvSaddr: Uint8Array = new Uint8Array(16);
  readonly daddr: Uint8Array = new Uint8Array(16);
  sport = 0;
  dport = 0;
  connected = false;
  hopLimit = -1;
  mcastHops = 1;
  mcLoop = true;
  mcastOif = 0;
  ucastOif = 0;
  tclass = 0;
  pmtudisc: number = so.IPV6_PMTUDISC_WANT;
  recvErr = false;
  /** Kept for who asks; only TCP looks at it. */
  minHopcount = 0;
  stickyIfindex = 0;
  stickyAddr: Uint8Array | null = null;
  rcvShutdown = false;
  sndShutdown = false;
  readonly wants: Set<number> = new Set();
  readonly switches6: Map<number, number> = new Map();
  readonly rxq: Ring<RxItem> = new Ring<RxItem>();
  rmem = 0;
  drops = 0;
  readonly errq: ErrItem[] = [];
  readonly groups: { readonly group: Uint8Array; readonly ifindex: number }[] = [];

  constructor(net: Net, type: number, protocol: number) {
    super(net, so.AF_INET6, type, protocol);
  }

  protected fail(errno: number, call: string): never {
    throw new SystemError(errno, call);
  }

  protected in6(a: SockAddr | undefined, call: string): SockAddrIn6 {
    if (a === undefined || a.family !== so.AF_INET6) return this.fail(EAFNOSUPPORT, call);
    return a;
  }

  poll(): number {
    let mask = so.POLLOUT | so.POLLWRNORM;
    if (this.err !== 0 || this.errq.length > 0) mask |= so.POLLERR;
    if (this.rxq.length > 0 || this.rcvShutdown) mask |= so.POLLIN | so.POLLRDNORM;
    return mask;
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

  listen(_backlog: number): void {
    this.fail(EOPNOTSUPP, 'listen');
  }

  accept(): Socket {
    return this.fail(EOPNOTSUPP, 'accept');
  }

  getsockname(): SockAddr {
    const a = ipv6AddrType(this.rcvSaddr) !== 0 ? this.rcvSaddr : this.saddr;
    return sockAddr6(a.slice(), this.sport, scopeIdOf(a, this.boundDevIf));
  }

  getpeername(): SockAddr {
    if (!this.connected) this.fail(ENOTCONN, 'getpeername');
    return sockAddr6(this.daddr.slice(), this.dport, scopeIdOf(this.daddr, this.boundDevIf));
  }

  shutdown(how: number): void {
    if (!this.connected) this.fail(ENOTCONN, 'shutdown');
    if (how === 0 || how === 2) this.rcvShutdown = true;
    if (how === 1 || how === 2) this.sndShutdown = true;
    this.ready();
  }

  close(): void {
    for (const g of this.groups.splice(0)) this.#leave(g.ifindex, g.group);
    this.rxq.clear();
    this.errq.length = 0;
    this.release();
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

  /** Work that was queued by sending is done when the call ends. */
  protected flush(): void {
    doSoftirq(this.net.kernel);
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
    if (this.rmem > this.rcvbuf) {
      this.drops++;
      return false;
    }
    const saddr = buf.slice(nh + IPV6_SADDR, nh + IPV6_SADDR + 16);
    const truesize = skbTruesize(skb.data + skb.len - nh);
    this.rmem += truesize;
    this.rxq.push({
      data: buf.slice(off, off + len),
      from: sockAddr6(saddr, port, scopeIdOf(saddr, skb.cb0)),
      hopLimit: buf[nh + 7]!,
      tclass: ip6Tclass(buf, nh),
      flowlabel: ip6Flowlabel(buf, nh),
      ifindex: skb.cb0,
      dst: buf.slice(nh + IPV6_DADDR, nh + IPV6_DADDR + 16),
      tstamp: skb.tstamp,
      truesize,
    });
    this.ready();
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
      this.#queueError({
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
    this.#queueError({
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

  /** An error that finds no room is lost, as a packet would be. @see sock_queue_err_skb */
  #queueError(e: ErrItem): void {
    const size = e.data.length + 256;
    if (this.rmem + size > this.rcvbuf) return;
    this.rmem += size;
    this.errq.push(e);
  }

  recvmsg(options: ReceiveOptions = {}): Received {
    const flags = options.flags ?? 0;
    if ((flags & so.MSG_ERRQUEUE) !== 0) return this.#recvError(options);
    if (this.err !== 0) this.fail(this.takeErr(), 'recvmsg');
    const peek = (flags & so.MSG_PEEK) !== 0;
    const item = peek ? this.rxq.peek() : this.rxq.shift();
    if (item === undefined) {
      if (this.rcvShutdown) return { data: new Uint8Array(0), length: 0, from: null, flags: 0, control: [] };
      return this.fail(EAGAIN, 'recvmsg');
    }
    if (!peek) this.rmem -= item.truesize;
    const size = options.size ?? 65_536;
    const cut = item.data.length > size;
    return {
      data: cut ? item.data.subarray(0, size) : item.data,
      length: item.data.length,
      from: item.from,
      flags: cut ? so.MSG_TRUNC : 0,
      control: control6(this, this.wants, this.sport, item),
    };
  }

  /** @see ipv6_recv_error */
  #recvError(options: ReceiveOptions): Received {
    const e = this.errq.shift();
    if (e === undefined) return this.fail(EAGAIN, 'recvmsg');
    this.rmem -= e.data.length + 256;
    const next = this.errq[0];
    this.err = next !== undefined && next.origin === so.SO_EE_ORIGIN_ICMP6 ? next.errno : 0;
    const size = options.size ?? 65_536;
    const cut = e.data.length > size;
    return {
      data: cut ? e.data.subarray(0, size) : e.data,
      length: e.data.length,
      from: e.to,
      flags: so.MSG_ERRQUEUE | (cut ? so.MSG_TRUNC : 0),
      control: errControl6(this, this.wants, e),
    };
  }

  setsockopt(level: number, option: number, value: Uint8Array | number): void {
    if (level === so.SOL_SOCKET) sockSetsockopt(this, level, option, value);
    else if (level === so.SOL_IPV6) this.#setIpv6(option, value);
    else this.setOther(level, option, value);
  }

  protected setOther(_level: number, _option: number, _value: Uint8Array | number): void {
    this.fail(ENOPROTOOPT, 'setsockopt');
  }

  /** @see do_ipv6_setsockopt */
  #setIpv6(option: number, value: Uint8Array | number): void {
    const v = intOf(value);
    const within = (low: number, high: number): number => (v < low || v > high ? this.fail(EINVAL, 'setsockopt') : v);
    if (WANTS.has(option)) {
      if (v !== 0) this.wants.add(option);
      else this.wants.delete(option);
      return;
    }
    if (option === so.IPV6_V6ONLY) {
      if (this.sport !== 0) this.fail(EINVAL, 'setsockopt');
      if (v === 0) this.fail(EOPNOTSUPP, 'setsockopt');
      return;
    }
    if (SWITCHES.has(option)) {
      this.switches6.set(option, v !== 0 ? 1 : 0);
      return;
    }
    switch (option) {
      case so.IPV6_UNICAST_HOPS:
        this.hopLimit = within(-1, 255);
        break;
      case so.IPV6_MULTICAST_HOPS:
        this.mcastHops = within(-1, 255) === -1 ? 1 : v;
        break;
      case so.IPV6_MULTICAST_LOOP:
        this.mcLoop = within(0, 1) !== 0;
        break;
      case so.IPV6_MULTICAST_IF:
      case so.IPV6_UNICAST_IF: {
        const index =
          option === so.IPV6_UNICAST_IF && typeof value !== 'number'
            ? ((value[0]! << 24) | (value[1]! << 16) | (value[2]! << 8) | value[3]!) >>> 0
            : v;
        if (index !== 0 && !this.net.devs.has(index))
          this.fail(option === so.IPV6_MULTICAST_IF ? ENODEV : EADDRNOTAVAIL, 'setsockopt');
        if (index !== 0 && this.boundDevIf !== 0 && this.boundDevIf !== index) this.fail(EINVAL, 'setsockopt');
        if (option === so.IPV6_MULTICAST_IF) this.mcastOif = index;
        else this.ucastOif = index;
        break;
      }
      case so.IPV6_TCLASS:
        this.tclass = within(-1, 255) === -1 ? 0 : v;
        break;
      case so.IPV6_MTU_DISCOVER:
        this.pmtudisc = within(so.IPV6_PMTUDISC_DONT, so.IPV6_PMTUDISC_OMIT);
        break;
      case so.IPV6_MINHOPCOUNT:
        this.minHopcount = within(0, 255);
        break;
      case so.IPV6_RECVERR:
        this.recvErr = v !== 0;
        if (v === 0) for (const e of this.errq.splice(0)) this.rmem -= e.data.length + 256;
        break;
      case so.IPV6_PKTINFO:
        this.#setPktinfo(value);
        break;
      case so.IPV6_JOIN_GROUP:
      case so.IPV6_LEAVE_GROUP:
        this.#membership(option === so.IPV6_JOIN_GROUP, value);
        break;
      default:
        this.fail(ENOPROTOOPT, 'setsockopt');
    }
  }

  #setPktinfo(value: Uint8Array | number): void {
    if (typeof value === 'number' || value.length < 20) return this.fail(EINVAL, 'setsockopt');
    const ifindex = le32(value, 16);
    if (this.boundDevIf !== 0 && ifindex !== 0 && ifindex !== this.boundDevIf) this.fail(EINVAL, 'setsockopt');
    this.stickyIfindex = ifindex;
    this.stickyAddr = ipv6AddrType(value) === 0 ? null : value.slice(0, 16);
  }

  /** struct ipv6_mreq: group, interface. @see ipv6_sock_mc_join, ipv6_sock_mc_drop */
  #membership(add: boolean, value: Uint8Array | number): void {
    if (typeof value === 'number' || value.length < 20) return this.fail(EINVAL, 'setsockopt');
    const group = value.slice(0, 16);
    let ifindex = le32(value, 16);
    if (group[0] !== 0xff) this.fail(EINVAL, 'setsockopt');
    if (ifindex === 0) {
      const fl = new Flowi6();
      fl.daddr.set(group);
      const rt = ip6RouteOutput(this.net, fl);
      if (rt.error === 0) ({ ifindex } = rt.dev);
    }
    const dev = this.net.devs.get(ifindex);
    if (dev === undefined || in6DevGet(dev) === null) return this.fail(ENODEV, 'setsockopt');
    const i = this.groups.findIndex((g) => g.ifindex === ifindex && ipv6AddrEqual(g.group, 0, group, 0));
    if (add) {
      if (i >= 0) this.fail(EADDRINUSE, 'setsockopt');
      this.groups.push({ group, ifindex });
      ipv6DevMcInc(dev, group);
    } else {
      if (i < 0) this.fail(EADDRNOTAVAIL, 'setsockopt');
      this.groups.splice(i, 1);
      this.#leave(ifindex, group);
    }
    this.flush();
  }

  #leave(ifindex: number, group: Uint8Array): void {
    const dev = this.net.devs.get(ifindex);
    const idev = dev === undefined ? null : in6DevGet(dev);
    if (idev !== null) ipv6DevMcDec(idev, group);
  }

  getsockopt(level: number, option: number): Uint8Array {
    if (level === so.SOL_SOCKET) return sockGetsockopt(this, level, option);
    if (level !== so.SOL_IPV6) return this.getOther(level, option);
    if (WANTS.has(option)) return int32(this.wants.has(option) ? 1 : 0);
    if (option === so.IPV6_V6ONLY) return int32(1);
    if (SWITCHES.has(option))
      return int32(
        this.switches6.get(option) ?? (option === so.IPV6_AUTOFLOWLABEL || option === so.IPV6_MULTICAST_ALL ? 1 : 0),
      );
    switch (option) {
      case so.IPV6_UNICAST_HOPS:
        return int32(this.hopLimit < 0 ? netIpv6(this.net).devconfAll.get(DEVCONF_HOPLIMIT) : this.hopLimit);
      case so.IPV6_MULTICAST_HOPS:
        return int32(this.mcastHops);
      case so.IPV6_MULTICAST_LOOP:
        return int32(this.mcLoop ? 1 : 0);
      case so.IPV6_MULTICAST_IF:
        return int32(this.mcastOif);
      case so.IPV6_TCLASS:
        return int32(this.tclass);
      case so.IPV6_MTU_DISCOVER:
        return int32(this.pmtudisc);
      case so.IPV6_MINHOPCOUNT:
        return int32(this.minHopcount);
      case so.IPV6_UNICAST_IF:
        return int32(this.ucastOif);
      case so.IPV6_RECVERR:
        return int32(this.recvErr ? 1 : 0);
      case so.IPV6_MTU: {
        if (!this.connected) this.fail(ENOTCONN, 'getsockopt');
        return int32(
          ip6Mtu(this.net, this.route(sockAddr6(this.daddr, this.dport, 0), this.cookie(undefined), 'getsockopt').rt),
        );
      }
      default:
        return this.fail(ENOPROTOOPT, 'getsockopt');
    }
  }

  protected getOther(_level: number, _option: number): Uint8Array {
    return this.fail(ENOPROTOOPT, 'getsockopt');
  }
}
