/** What a socket's error queue says, for the programs that trace paths by it. @see struct sock_extended_err, recvmsg(2) */
import { be32, le32 } from '../../lib/bytes.ts';
import type { Received } from '../../syscall/index.ts';
import * as so from '../../uapi/socket.ts';

/** An address as it came: a number is IPv4's, 16 bytes are IPv6's. */
export interface HostAddress {
  readonly address: number | Uint8Array;
  /** The link of a link-local address, 0 for none. */
  readonly scopeId: number;
}

/** An error that was queued. */
export interface ExtendedError {
  readonly errno: number;
  /** SO_EE_ORIGIN_*. */
  readonly origin: number;
  readonly type: number;
  readonly code: number;
  /** The MTU that stood in the way, with EMSGSIZE. */
  readonly info: number;
  /** Who reported it; null for errors of this machine. */
  readonly offender: HostAddress | null;
}

/** The error a message of MSG_ERRQUEUE carries, or null. */
export function extendedError(received: Received): ExtendedError | null {
  for (const { level, type, data } of received.control) {
    const v4 = level === so.SOL_IP && type === so.IP_RECVERR;
    if (!v4 && (level !== so.SOL_IPV6 || type !== so.IPV6_RECVERR)) continue;
    const family = data[16]! | (data[17]! << 8);
    const offender =
      family === so.AF_INET
        ? { address: be32(data, 20), scopeId: 0 }
        : family === so.AF_INET6
          ? { address: data.slice(24, 40), scopeId: le32(data, 40) }
          : null;
    return { errno: le32(data, 0), origin: data[4]!, type: data[5]!, code: data[6]!, info: le32(data, 8), offender };
  }
  return null;
}

/** The TTL or hop limit a packet arrived with, 0 when the socket does not tell. */
export function arrivalTtl(received: Received): number {
  for (const { level, type, data } of received.control) {
    if ((level === so.SOL_IP && type === so.IP_TTL) || (level === so.SOL_IPV6 && type === so.IPV6_HOPLIMIT)) {
      return le32(data, 0);
    }
  }
  return 0;
}

/** When a packet arrived, in microseconds since the epoch (SO_TIMESTAMP); null when the socket does not tell. */
export function arrivalTime(received: Received): number | null {
  for (const { level, type, data } of received.control) {
    if (level === so.SOL_SOCKET && type === so.SCM_TIMESTAMP) {
      return (le32(data, 0) + le32(data, 4) * 2 ** 32) * 1e6 + le32(data, 8);
    }
  }
  return null;
}
