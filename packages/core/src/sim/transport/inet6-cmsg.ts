/** Addresses and ancillary data of AF_INET6 sockets, as bytes. @see net/ipv6/datagram.c */
import { copyBytes, le32, putBe32, putLe32 } from '../../lib/bytes.ts';
import type { ControlMessage, SockAddrIn6 } from '../../syscall/index.ts';
import * as so from '../../uapi/socket.ts';
import type { Sock } from '../core/sock.ts';
import { IPV6_ADDR_LINKLOCAL, ipv6AddrType } from '../ipv6/addr-type.ts';

/** Sends and asks for flow labels, beside the options of uapi/socket.ts. include/uapi/linux/in6.h */
export const IPV6_FLOWINFO = 11;
export const IPV6_FLOWINFO_SEND = 33;

/** A datagram that waits to be read. */
export interface RxItem {
  readonly data: Uint8Array;
  readonly from: SockAddrIn6;
  readonly hopLimit: number;
  readonly tclass: number;
  readonly flowlabel: number;
  readonly ifindex: number;
  readonly dst: Uint8Array;
  readonly tstamp: number;
  /** What it takes of the queue's room. */
  readonly truesize: number;
}

/** An entry of the error queue. */
export interface ErrItem {
  readonly data: Uint8Array;
  readonly errno: number;
  readonly origin: number;
  readonly type: number;
  readonly code: number;
  readonly info: number;
  readonly to: SockAddrIn6;
  readonly offender: SockAddrIn6 | null;
  readonly tstamp: number;
  /** Hop limit the ICMPv6 message came with; 0 for local errors. */
  readonly hopLimit: number;
}

/** An option's value as a number. */
export const intOf = (v: Uint8Array | number): number =>
  typeof v === 'number' ? v : v.length >= 4 ? le32(v, 0) | 0 : v.length >= 1 ? v[0]! : 0;

export function int32(v: number): Uint8Array {
  const b = new Uint8Array(4);
  putLe32(b, 0, v);
  return b;
}

export const sockAddr6 = (address: Uint8Array, port: number, scopeId: number, flowinfo = 0): SockAddrIn6 => ({
  family: so.AF_INET6,
  address,
  port,
  scopeId,
  flowinfo,
});

/** Link-local addresses say which link. @see ipv6_iface_scope_id */
export const scopeIdOf = (a: Uint8Array, ifindex: number): number => {
  const t = ipv6AddrType(a);
  return (t & IPV6_ADDR_LINKLOCAL) !== 0 ? ifindex : 0;
};

/** sockaddr_in6, as control data holds it. */
export function sockaddrIn6(a: SockAddrIn6 | null): Uint8Array {
  const b = new Uint8Array(28);
  if (a === null) return b;
  b[0] = so.AF_INET6;
  b[2] = a.port >>> 8;
  b[3] = a.port & 255;
  putBe32(b, 4, a.flowinfo);
  copyBytes(b, 8, a.address, 0, 16);
  putLe32(b, 24, a.scopeId);
  return b;
}

/** SO_TIMESTAMP and SO_TIMESTAMPNS; `tstamp` 0 is now. @see __sock_recv_timestamp */
export function timestamp6(sk: Sock, tstamp: number, out: ControlMessage[]): void {
  const ns = sk.switches.get(so.SO_TIMESTAMPNS) === 1;
  if (!ns && sk.switches.get(so.SO_TIMESTAMP) !== 1) return;
  const { clock } = sk.net.kernel;
  const at = clock.bootRealtime + BigInt(Math.floor(tstamp !== 0 ? tstamp : clock.now));
  const b = new Uint8Array(16);
  const sec = at / 1_000_000_000n;
  const rest = Number(at % 1_000_000_000n);
  putLe32(b, 0, Number(sec & 0xffffffffn));
  putLe32(b, 4, Number(sec >> 32n));
  putLe32(b, 8, ns ? rest : Math.floor(rest / 1000));
  out.push({ level: so.SOL_SOCKET, type: ns ? so.SCM_TIMESTAMPNS : so.SCM_TIMESTAMP, data: b });
}

/** What a reader asked to be told about a datagram. @see ip6_datagram_recv_common_ctl, ip6_datagram_recv_specific_ctl */
export function control6(sk: Sock, wants: ReadonlySet<number>, sport: number, item: RxItem): ControlMessage[] {
  const out: ControlMessage[] = [];
  const push = (type: number, data: Uint8Array): number => out.push({ level: so.SOL_IPV6, type, data });
  timestamp6(sk, item.tstamp, out);
  const pktinfo = new Uint8Array(20);
  pktinfo.set(item.dst);
  putLe32(pktinfo, 16, item.ifindex);
  if (wants.has(so.IPV6_RECVPKTINFO)) push(so.IPV6_PKTINFO, pktinfo);
  if (wants.has(so.IPV6_RECVHOPLIMIT)) push(so.IPV6_HOPLIMIT, int32(item.hopLimit));
  if (wants.has(so.IPV6_RECVTCLASS)) push(so.IPV6_TCLASS, int32(item.tclass));
  if (wants.has(IPV6_FLOWINFO) && item.flowlabel !== 0) {
    const b = new Uint8Array(4);
    putBe32(b, 0, item.flowlabel);
    push(IPV6_FLOWINFO, b);
  }
  if (wants.has(so.IPV6_2292PKTINFO)) push(so.IPV6_2292PKTINFO, pktinfo);
  if (wants.has(so.IPV6_2292HOPLIMIT)) push(so.IPV6_2292HOPLIMIT, int32(item.hopLimit));
  if (wants.has(so.IPV6_RECVORIGDSTADDR))
    push(so.IPV6_ORIGDSTADDR, sockaddrIn6(sockAddr6(item.dst, sport, scopeIdOf(item.dst, item.ifindex))));
  return out;
}

/** An entry of the error queue as a reader gets it: struct sock_extended_err and the offender. @see ipv6_recv_error */
export function errControl6(sk: Sock, wants: ReadonlySet<number>, e: ErrItem): ControlMessage[] {
  const out: ControlMessage[] = [];
  const b = new Uint8Array(44);
  putLe32(b, 0, e.errno);
  b[4] = e.origin;
  b[5] = e.type;
  b[6] = e.code;
  putLe32(b, 8, e.info);
  b.set(sockaddrIn6(e.offender), 16);
  timestamp6(sk, e.tstamp, out);
  if (e.hopLimit !== 0 && wants.has(so.IPV6_RECVHOPLIMIT))
    out.push({ level: so.SOL_IPV6, type: so.IPV6_HOPLIMIT, data: int32(e.hopLimit) });
  out.push({ level: so.SOL_IPV6, type: so.IPV6_RECVERR, data: b });
  return out;
}
