/** Addresses and ancillary data of AF_INET6 sockets, as bytes. @see net/ipv6/datagram.c */
import { copyBytes, putBe32, putLe32 } from '../../lib/bytes.ts';
import type { ControlMessage, SockAddrIn6 } from '../../syscall/index.ts';
import * as so from '../../uapi/socket.ts';
import type { Sock } from '../core/sock.ts';
import { IPV6_ADDR_LINKLOCAL, ipv6AddrType } from '../ipv6/addr-type.ts';
import type { QueuedDatagram, QueuedError } from './datagram-sock.ts';
import { extendedErr, int32, timestampControl } from './sock-cmsg.ts';

/** Sends and asks for flow labels, beside the options of uapi/socket.ts. include/uapi/linux/in6.h */
export const IPV6_FLOWINFO = 11;
export const IPV6_FLOWINFO_SEND = 33;

/** A datagram that waits to be read. */
export interface RxItem extends QueuedDatagram {
  readonly from: SockAddrIn6;
  readonly hopLimit: number;
  readonly tclass: number;
  readonly flowlabel: number;
  readonly ifindex: number;
  readonly dst: Uint8Array;
  readonly tstamp: number;
}

/** An entry of the error queue. */
export interface ErrItem extends QueuedError {
  readonly type: number;
  readonly code: number;
  readonly info: number;
  readonly offender: SockAddrIn6 | null;
  readonly tstamp: number;
  /** Hop limit the ICMPv6 message came with; 0 for local errors. */
  readonly hopLimit: number;
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

/** What a reader asked to be told about a datagram. @see ip6_datagram_recv_common_ctl, ip6_datagram_recv_specific_ctl */
export function control6(sk: Sock, wants: ReadonlySet<number>, sport: number, item: RxItem): ControlMessage[] {
  const out: ControlMessage[] = [];
  const push = (type: number, data: Uint8Array): number => out.push({ level: so.SOL_IPV6, type, data });
  timestampControl(sk, item.tstamp, out);
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
  const b = extendedErr(e, 44);
  b.set(sockaddrIn6(e.offender), 16);
  timestampControl(sk, e.tstamp, out);
  if (e.hopLimit !== 0 && wants.has(so.IPV6_RECVHOPLIMIT))
    out.push({ level: so.SOL_IPV6, type: so.IPV6_HOPLIMIT, data: int32(e.hopLimit) });
  out.push({ level: so.SOL_IPV6, type: so.IPV6_RECVERR, data: b });
  return out;
}
