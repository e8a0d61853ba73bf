/** Addresses as programs hand them to a kernel. IPv4 addresses and ports are numbers in host order. */
export type SockAddr = SockAddrIn | SockAddrIn6 | SockAddrNl | SockAddrLl | SockAddrUn;

export interface SockAddrIn {
  readonly family: 2; // AF_INET
  /** Unsigned 32 bit, most significant byte first in text: 10.0.0.1 is 0x0a000001. */
  readonly address: number;
  readonly port: number;
}
export interface SockAddrIn6 {
  readonly family: 10; // AF_INET6
  /** 16 bytes. */
  readonly address: Uint8Array;
  readonly port: number;
  readonly scopeId: number;
  readonly flowinfo: number;
}
export interface SockAddrNl {
  readonly family: 16; // AF_NETLINK
  readonly pid: number;
  /** Bit mask of multicast groups 1..32. */
  readonly groups: number;
}
export interface SockAddrLl {
  readonly family: 17; // AF_PACKET
  /** ETH_P_*, host order. */
  readonly protocol: number;
  readonly ifindex: number;
  readonly hatype: number;
  readonly pkttype: number;
  readonly address: Uint8Array;
}
export interface SockAddrUn {
  readonly family: 1; // AF_UNIX
  readonly path: string;
}

/** Ancillary data of sendmsg(2) and recvmsg(2); `data` is what follows the cmsghdr, in host byte order (little endian). */
export interface ControlMessage {
  readonly level: number;
  readonly type: number;
  readonly data: Uint8Array;
}

export interface SendOptions {
  readonly to?: SockAddr;
  readonly control?: readonly ControlMessage[];
  /** MSG_*. */
  readonly flags?: number;
}

export interface ReceiveOptions {
  /** Bytes the caller has room for; a longer datagram is cut and MSG_TRUNC set. Default 65536. */
  readonly size?: number;
  /** MSG_PEEK, MSG_ERRQUEUE, MSG_TRUNC. */
  readonly flags?: number;
}

export interface Received {
  /** The bytes, owned by the caller. */
  readonly data: Uint8Array;
  /** The datagram's real length (differs from data.length when MSG_TRUNC is in flags). */
  readonly length: number;
  readonly from: SockAddr | null;
  /** MSG_TRUNC, MSG_ERRQUEUE … */
  readonly flags: number;
  readonly control: readonly ControlMessage[];
}

/** Something a process can wait for: a socket, a pipe, a child. */
export interface Pollable {
  /** POLLIN, POLLOUT, POLLERR, POLLHUP, POLLPRI as they are now. */
  poll(): number;
  /** Calls `waiter` at every change that may matter, until removed. */
  addWaiter(waiter: () => void): void;
  removeWaiter(waiter: () => void): void;
}

/**
 * A socket of any family; AF_NETLINK is one of them, so configuration crosses the seam as the kernel's own bytes.
 * Every call returns at once: what would wait throws SystemError EAGAIN, and the caller polls.
 */
export interface Socket extends Pollable {
  readonly family: number;
  readonly type: number;
  readonly protocol: number;
  /** Its inode number, as in `socket:[12345]`. */
  readonly ino: number;
  /** @throws SystemError EADDRINUSE, EADDRNOTAVAIL, EINVAL, EACCES, ENODEV. @see bind(2) */
  bind(address: SockAddr): void;
  /** @throws SystemError ENETUNREACH, EHOSTUNREACH, EACCES, EINVAL, EINPROGRESS. @see connect(2) */
  connect(address: SockAddr): void;
  /** @throws SystemError EOPNOTSUPP, EADDRINUSE. @see listen(2) */
  listen(backlog: number): void;
  /** @throws SystemError EAGAIN, EINVAL, EOPNOTSUPP. @see accept(2) */
  accept(): Socket;
  getsockname(): SockAddr;
  /** @throws SystemError ENOTCONN */
  getpeername(): SockAddr;
  /** @returns bytes taken. @throws SystemError ENETUNREACH, EHOSTUNREACH, EMSGSIZE, EAGAIN, EACCES, EPERM, EDESTADDRREQ, EPIPE … */
  sendmsg(data: Uint8Array, options?: SendOptions): number;
  /** @throws SystemError EAGAIN when nothing is there, or the pending socket error. */
  recvmsg(options?: ReceiveOptions): Received;
  /** A number is passed as a 32-bit int. @throws SystemError ENOPROTOOPT, EINVAL, EPERM, ENODEV. @see setsockopt(2) */
  setsockopt(level: number, option: number, value: Uint8Array | number): void;
  /** @throws SystemError ENOPROTOOPT */
  getsockopt(level: number, option: number): Uint8Array;
  /**
   * @param arg the request's structure in its 64-bit form, changed in place; what a pointer in it leads to follows it.
   * @throws SystemError ENOTTY, ENODEV, EINVAL … @see ioctl(2), netdevice(7)
   */
  ioctl(request: number, arg: Uint8Array): number;
  shutdown(how: number): void;
  close(): void;
}
