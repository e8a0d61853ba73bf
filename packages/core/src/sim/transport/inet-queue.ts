/** What all AF_INET datagram sockets share: addresses, ways, ancillary data. Options: `inet-sock.ts`. @see net/ipv4/af_inet.c, net/ipv4/ip_sockglue.c */
import { be32, le32, putBe16, putBe32, putLe32 } from '../../lib/bytes.ts';
import type { ControlMessage, SendOptions, SockAddr, SockAddrIn } from '../../syscall/index.ts';
import {
  EACCES,
  EADDRNOTAVAIL,
  EAFNOSUPPORT,
  EHOSTDOWN,
  EHOSTUNREACH,
  EINVAL,
  EMSGSIZE,
  ENETUNREACH,
  ENONET,
  ENOPROTOOPT,
  ENOTCONN,
  EOPNOTSUPP,
  EPROTO,
  ECONNREFUSED,
} from '../../uapi/errno.ts';
import { ICMP_DEST_UNREACH, ICMP_PARAMETERPROB, NR_ICMP_UNREACH } from '../../uapi/icmp.ts';
import { RTCF_BROADCAST } from '../../uapi/ip.ts';
import { RT_SCOPE_LINK, RT_SCOPE_UNIVERSE, RTN_BROADCAST, RTN_LOCAL, RTN_MULTICAST } from '../../uapi/rtnetlink.ts';
import * as so from '../../uapi/socket.ts';
import type { Net } from '../core/net.ts';
import type { SkBuff } from '../core/skbuff.ts';
import { skbTruesize } from '../core/sock.ts';
import { ipMcDecGroup } from '../ipv4/devinet.ts';
import { inetAddrType } from '../ipv4/fib-semantics.ts';
import { Flowi4 } from '../ipv4/fib-types.ts';
import { inDevGet } from '../ipv4/in-device.ts';
import { fibComputeSpecDst } from '../ipv4/ip-options.ts';
import { ipRouteOutputKey } from '../ipv4/route.ts';
import { netIpv4 } from '../ipv4/netns.ts';
import type { Rtable } from '../ipv4/rtable.ts';
import { DatagramSock, type QueuedDatagram, type QueuedError } from './datagram-sock.ts';
import { extendedErr, int32, intOf, timestampControl } from './sock-cmsg.ts';

/** A datagram that waits to be read. */
export interface RxItem extends QueuedDatagram {
  readonly from: SockAddrIn | null;
  readonly ttl: number;
  readonly tos: number;
  readonly ifindex: number;
  readonly dst: number;
  readonly specDst: number;
  readonly tstamp: number;
  readonly options: Uint8Array | null;
}

/** An entry of the error queue. */
export interface ErrItem extends QueuedError {
  readonly type: number;
  readonly code: number;
  readonly info: number;
  readonly offender: number;
  readonly tstamp: number;
  readonly ifindex: number;
  /** TTL the ICMP message came with; 0 for local errors. */
  readonly ttl: number;
}

/** Errno and whether it is for good, by code of "destination unreachable". @see icmp_err_convert */
const ERR_CONVERT: readonly (readonly [number, boolean])[] = [
  [ENETUNREACH, false],
  [EHOSTUNREACH, false],
  [ENOPROTOOPT, true],
  [ECONNREFUSED, true],
  [EMSGSIZE, false],
  [EOPNOTSUPP, false],
  [ENETUNREACH, true],
  [EHOSTDOWN, true],
  [ENONET, true],
  [ENETUNREACH, true],
  [EHOSTUNREACH, true],
  [ENETUNREACH, false],
  [EHOSTUNREACH, false],
  [EHOSTUNREACH, true],
  [EHOSTUNREACH, true],
  [EHOSTUNREACH, true],
];

/** What an ICMP error means to a socket. */
export function icmpErrConvert(type: number, code: number): readonly [errno: number, hard: boolean] {
  if (type === ICMP_PARAMETERPROB) return [EPROTO, true];
  if (type === ICMP_DEST_UNREACH && code <= NR_ICMP_UNREACH) return ERR_CONVERT[code]!;
  return [EHOSTUNREACH, false];
}

/** Options of one send, from the socket and its ancillary data. @see struct ipcm_cookie */
export interface Ipcm {
  addr: number;
  oif: number;
  tos: number;
  ttl: number;
  mark: number;
  options: Uint8Array | null;
  /** RT_SCOPE_LINK: no gateways. */
  scope: number;
}

/** sockaddr_in, as control data holds it. */
function sockaddrIn(address: number, port: number): Uint8Array {
  const b = new Uint8Array(16);
  b[0] = so.AF_INET;
  putBe16(b, 2, port);
  putBe32(b, 4, address);
  return b;
}

export abstract class InetQueueSock extends DatagramSock<RxItem, ErrItem> {
  protected readonly errOrigin: number = so.SO_EE_ORIGIN_ICMP;
  /** Bound address; the source of what is sent. */
  saddr = 0;
  /** Address packets must come to; 0 for any. */
  rcvSaddr = 0;
  daddr = 0;
  sport = 0;
  dport = 0;
  tos = 0;
  ttl = -1;
  mcTtl = 1;
  mcLoop = true;
  mcIndex = 0;
  mcAddr = 0;
  pmtudisc: number;
  hdrincl = false;
  freebind = false;
  transparent = false;
  options: Uint8Array | null = null;
  /** The MTU that stood in the way of the last send. */
  lastMtu = 0;
  readonly groups: { readonly group: number; readonly ifindex: number }[] = [];

  constructor(net: Net, type: number, protocol: number) {
    super(net, so.AF_INET, type, protocol);
    this.pmtudisc = netIpv4(net).sysctl.ip_no_pmtu_disc !== 0 ? so.IP_PMTUDISC_DONT : so.IP_PMTUDISC_WANT;
  }

  protected in4(a: SockAddr | undefined, call: string): SockAddrIn {
    if (a === undefined || a.family !== so.AF_INET) return this.fail(EAFNOSUPPORT, call);
    return a;
  }

  /** Whether this address may be bound to; `many` have it when it is no source of packets. @see inet_bind: chk_addr_ret */
  protected checkBind(addr: number, call: string): 'one' | 'many' {
    if (addr === 0) return 'one';
    const type = inetAddrType(this.net, addr);
    if (type === RTN_MULTICAST || type === RTN_BROADCAST) return 'many';
    const lax = this.freebind || this.transparent || netIpv4(this.net).sysctl.ip_nonlocal_bind !== 0;
    return type === RTN_LOCAL || lax ? 'one' : this.fail(EADDRNOTAVAIL, call);
  }

  abstract bind(address: SockAddr): void;
  abstract sendmsg(data: Uint8Array, options?: SendOptions): number;
  abstract connect(address: SockAddr): void;

  getsockname(): SockAddr {
    return { family: so.AF_INET, address: this.rcvSaddr !== 0 ? this.rcvSaddr : this.saddr, port: this.sport };
  }

  getpeername(): SockAddr {
    if (!this.connected) this.fail(ENOTCONN, 'getpeername');
    return { family: so.AF_INET, address: this.daddr, port: this.dport };
  }

  override close(): void {
    for (const g of this.groups.splice(0)) this.#leave(g.ifindex, g.group);
    super.close();
  }

  /** Reads what a sender asks for this once. @see ip_cmsg_send */
  protected cookie(options: SendOptions | undefined): Ipcm {
    const c: Ipcm = {
      addr: this.saddr,
      oif: this.boundDevIf,
      tos: this.tos,
      ttl: this.ttl,
      mark: this.mark,
      options: this.options,
      scope: this.#onLink(options) ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
    };
    for (const m of options?.control ?? []) {
      if (m.level === so.SOL_SOCKET && m.type === so.SO_MARK) c.mark = le32(m.data, 0);
      else if (m.level === so.SOL_IP) {
        switch (m.type) {
          case so.IP_PKTINFO:
            if (m.data.length < 12) this.fail(EINVAL, 'sendmsg');
            if (le32(m.data, 0) !== 0) c.oif = le32(m.data, 0);
            c.addr = be32(m.data, 4);
            break;
          case so.IP_TTL:
            c.ttl = intOf(m.data);
            if (c.ttl < 1 || c.ttl > 255) this.fail(EINVAL, 'sendmsg');
            break;
          case so.IP_TOS:
            c.tos = m.data.length === 1 ? m.data[0]! : intOf(m.data) & 255;
            break;
          case so.IP_RETOPTS:
            c.options = m.data;
            break;
          default:
            this.fail(EINVAL, 'sendmsg');
        }
      } else if (m.level !== so.SOL_SOCKET) continue;
    }
    return c;
  }

  /** Refuses a broadcast that nobody allowed. @throws EACCES */
  protected mayBroadcast(rt: Rtable, call: string): void {
    if ((rt.flags & RTCF_BROADCAST) !== 0 && this.switches.get(so.SO_BROADCAST) !== 1) this.fail(EACCES, call);
  }

  /** Whether only what is on the link may be sent to. @see ip_sock_rt_scope */
  #onLink(options: SendOptions | undefined): boolean {
    return this.switches.get(so.SO_DONTROUTE) === 1 || ((options?.flags ?? 0) & so.MSG_DONTROUTE) !== 0;
  }

  /** Finds the way. `fl` says it all afterwards. @throws what the lookup says */
  protected route(fl: Flowi4, call: string): Rtable {
    const rt = ipRouteOutputKey(this.net, fl);
    if (typeof rt !== 'number') return rt;
    if (rt === -ENETUNREACH) netIpv4(this.net).ip.OutNoRoutes++;
    return this.fail(rt, call);
  }

  /** The way of a socket being connected: what was left open is chosen first, then looked up as if said. @see ip_route_connect */
  protected routeConnect(fl: Flowi4): Rtable {
    if (fl.daddr !== 0 && fl.saddr !== 0) return this.route(fl, 'connect');
    const { oif } = fl;
    this.route(fl, 'connect');
    fl.oif = oif;
    return this.route(fl, 'connect');
  }

  /** A flow with this socket's values. */
  protected flow(c: Ipcm, daddr: number): Flowi4 {
    const fl = new Flowi4();
    fl.oif = c.oif;
    fl.mark = c.mark;
    fl.tos = c.tos & 0xfc;
    fl.proto = this.protocol;
    fl.scope = c.scope;
    fl.daddr = daddr;
    fl.saddr = c.addr;
    fl.anysrc = this.hdrincl || this.transparent;
    if (daddr >>> 28 === 14) {
      if (fl.oif === 0) fl.oif = this.mcIndex;
      if (fl.saddr === 0) fl.saddr = this.mcAddr;
    }
    return fl;
  }

  /** Puts a received packet's bytes from `off` on the queue; false when there is no room. `skb.data` is at the transport. */
  protected enqueue(skb: SkBuff, off: number, from: SockAddrIn | null): boolean {
    if (!this.hasRoom()) return false;
    const len = skb.data + skb.len - off;
    const { buf: b, networkHeader: o } = skb;
    const hlen = (b[o]! & 15) << 2;
    this.queue({
      data: b.slice(off, off + len),
      from,
      ttl: b[o + 8]!,
      tos: b[o + 1]!,
      ifindex: skb.cb2,
      dst: be32(b, o + 16),
      specDst: this.wants.has(so.IP_PKTINFO) && skb.dst !== null ? fibComputeSpecDst(skb, skb.dst as Rtable) : 0,
      tstamp: skb.tstamp,
      options: hlen > 20 ? b.slice(o + 20, o + hlen) : null,
      truesize: skbTruesize(skb.data + skb.len - skb.networkHeader),
    });
    return true;
  }

  /** An ICMP error about something sent. `skb.data` at the quoted header; `payload` where the user's part begins. @see ip_icmp_error */
  protected icmpError(
    skb: SkBuff,
    errno: number,
    port: number,
    info: number,
    payload: number,
    type: number,
    code: number,
  ): void {
    const { buf: b } = skb;
    this.queueError({
      data: b.slice(payload, skb.data + skb.len),
      errno,
      origin: so.SO_EE_ORIGIN_ICMP,
      type,
      code,
      info,
      to: { family: so.AF_INET, address: be32(b, skb.data + 16), port },
      offender: be32(b, skb.networkHeader + 12),
      tstamp: skb.tstamp,
      ifindex: skb.cb2,
      ttl: b[skb.networkHeader + 8]!,
    });
  }

  /** A local error that goes to the error queue, too. @see ip_local_error */
  protected localError(errno: number, daddr: number, port: number, info: number): void {
    if (!this.recvErr) return;
    const to: SockAddrIn = { family: so.AF_INET, address: daddr, port };
    this.queueError({
      data: new Uint8Array(0),
      errno,
      origin: so.SO_EE_ORIGIN_LOCAL,
      type: 0,
      code: 0,
      info,
      to,
      offender: 0,
      tstamp: 0,
      ifindex: 0,
      ttl: 0,
    });
    this.err = errno;
    this.ready();
  }

  /** @see ip_cmsg_recv_offset */
  protected control(item: RxItem): ControlMessage[] {
    const out: ControlMessage[] = [];
    timestampControl(this, item.tstamp, out);
    const { wants } = this;
    if (wants.has(so.IP_PKTINFO)) {
      const b = new Uint8Array(12);
      putLe32(b, 0, item.ifindex);
      putBe32(b, 4, item.specDst);
      putBe32(b, 8, item.dst);
      out.push({ level: so.SOL_IP, type: so.IP_PKTINFO, data: b });
    }
    if (wants.has(so.IP_RECVTTL)) out.push({ level: so.SOL_IP, type: so.IP_TTL, data: int32(item.ttl) });
    if (wants.has(so.IP_RECVTOS)) out.push({ level: so.SOL_IP, type: so.IP_TOS, data: Uint8Array.of(item.tos) });
    if (item.options !== null) {
      if (wants.has(so.IP_RECVOPTS)) out.push({ level: so.SOL_IP, type: so.IP_RECVOPTS, data: item.options });
      if (wants.has(so.IP_RETOPTS)) out.push({ level: so.SOL_IP, type: so.IP_RETOPTS, data: item.options });
    }
    if (wants.has(so.IP_RECVORIGDSTADDR)) {
      out.push({ level: so.SOL_IP, type: so.IP_ORIGDSTADDR, data: sockaddrIn(item.dst, this.sport) });
    }
    return out;
  }

  protected errControl(e: ErrItem): ControlMessage[] {
    const out: ControlMessage[] = [];
    const b = extendedErr(e, 32);
    if (e.origin === so.SO_EE_ORIGIN_ICMP) b.set(sockaddrIn(e.offender, 0), 16);
    timestampControl(this, e.tstamp, out);
    if (e.ttl !== 0 && this.wants.has(so.IP_RECVTTL))
      out.push({ level: so.SOL_IP, type: so.IP_TTL, data: int32(e.ttl) });
    out.push({ level: so.SOL_IP, type: so.IP_RECVERR, data: b });
    return out;
  }

  #leave(ifindex: number, group: number): void {
    const dev = this.net.devs.get(ifindex);
    const inDev = dev === undefined ? null : inDevGet(dev);
    if (inDev !== null) ipMcDecGroup(inDev, group);
  }
}
