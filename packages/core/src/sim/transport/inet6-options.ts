/** What a datagram socket of AF_INET6 is told by options and ancillary data. @see net/ipv6/ipv6_sockglue.c, datagram.c */
import * as so from '../../uapi/socket.ts';
import type { Flowi6, Rt6 } from '../ipv6/fib6-types.ts';
import { IPV6_FLOWINFO, IPV6_FLOWINFO_SEND } from './inet6-cmsg.ts';

/** Options of one send, from the socket and its ancillary data. @see struct ipcm6_cookie */
export interface Ipcm6 {
  oif: number;
  saddr: Uint8Array | null;
  hopLimit: number;
  tclass: number;
  mark: number;
  dontfrag: boolean;
}

/** Where something goes: the route found, and the flow that says the rest. */
export interface Way6 {
  readonly fl: Flowi6;
  readonly rt: Rt6;
  readonly hopLimit: number;
}

/** Options that want ancillary data, and what they are given as. */
export const WANTS: ReadonlySet<number> = new Set([
  so.IPV6_RECVPKTINFO,
  so.IPV6_2292PKTINFO,
  so.IPV6_RECVHOPLIMIT,
  so.IPV6_2292HOPLIMIT,
  so.IPV6_RECVTCLASS,
  IPV6_FLOWINFO,
  so.IPV6_RECVORIGDSTADDR,
]);
/** Options that are on or off, kept by number. */
export const SWITCHES: ReadonlySet<number> = new Set([
  so.IPV6_AUTOFLOWLABEL,
  so.IPV6_MULTICAST_ALL,
  so.IPV6_FREEBIND,
  so.IPV6_TRANSPARENT,
  so.IPV6_DONTFRAG,
  IPV6_FLOWINFO_SEND,
]);
