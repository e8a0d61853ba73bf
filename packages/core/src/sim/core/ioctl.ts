/**
 * ioctl(2) on sockets, the older way to configure a network. @see net/socket.c:sock_ioctl
 *
 * The argument is the C structure of the request in its 64-bit form, host byte order, changed in place by those that ask. What a
 * pointer in it leads to follows the structure instead: a `rtentry` is followed by the device's name, and for SIOCGIFCONF the
 * argument is the buffer of `ifreq`s itself.
 */
import { be32, le16, putBe32, putLe16 } from '../../lib/bytes.ts';
import { cString, utf8Encode } from '../../lib/text.ts';
import { AF_INET } from '../../uapi/socket.ts';
import type { Sock } from './sock.ts';

/** A part of the kernel that knows some requests. @returns the call's result or -errno; null when the request is not its own */
export type SockIoctl = (sk: Sock, request: number, arg: Uint8Array) => number | null;

/** struct ifreq: a name, then 24 bytes that each request reads in its own way. */
export const IFREQ_SIZE = 40;
export const IFREQ_DATA = 16;

/** A name in a field of 16 bytes. */
export const nameAt = (b: Uint8Array, o: number): string => cString(b, o, Math.min(o + 15, b.length));

export function putName(b: Uint8Array, o: number, name: string): void {
  b.fill(0, o, o + 16);
  b.set(utf8Encode(name).subarray(0, 15), o);
}

/** The name of the device an alias such as `eth0:1` belongs to. */
export function withoutAlias(name: string): string {
  const colon = name.indexOf(':');
  return colon < 0 ? name : name.slice(0, colon);
}

/** struct sockaddr_in at `o`. */
export const sinFamily = (b: Uint8Array, o: number): number => le16(b, o);
export const sinAddr = (b: Uint8Array, o: number): number => be32(b, o + 4);

export function putSin(b: Uint8Array, o: number, addr: number): void {
  b.fill(0, o, o + 16);
  putLe16(b, o, AF_INET);
  putBe32(b, o + 4, addr);
}
