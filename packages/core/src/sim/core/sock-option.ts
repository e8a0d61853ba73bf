/**
 * Socket options at SOL_SOCKET that every family has.
 *
 * As on Linux, datagram sockets keep SO_KEEPALIVE, SO_OOBINLINE and SO_DEBUG and do nothing with them.
 * Differs from Linux: calls never wait in the kernel, so SO_RCVTIMEO and SO_SNDTIMEO are kept for programs, which do the waiting.
 * @see net/core/sock.c:sk_setsockopt
 */
import { le32, putLe32 } from '../../lib/bytes.ts';
import { cString, utf8Encode } from '../../lib/text.ts';
import { SystemError } from '../../syscall/index.ts';
import { EDOM, EINVAL, ENODEV, ENOPROTOOPT } from '../../uapi/errno.ts';
import {
  SOL_SOCKET,
  SO_BINDTODEVICE,
  SO_BINDTOIFINDEX,
  SO_BROADCAST,
  SO_DEBUG,
  SO_DOMAIN,
  SO_DONTROUTE,
  SO_ERROR,
  SO_KEEPALIVE,
  SO_MARK,
  SO_NO_CHECK,
  SO_OOBINLINE,
  SO_PRIORITY,
  SO_PROTOCOL,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SO_RCVTIMEO,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SO_SNDBUF,
  SO_SNDBUFFORCE,
  SO_SNDTIMEO,
  SO_TIMESTAMP,
  SO_TIMESTAMPNS,
  SO_TYPE,
} from '../../uapi/socket.ts';
import { type Sock, SOCK_BUF_MAX } from './sock.ts';

/** @see SOCK_MIN_RCVBUF, SOCK_MIN_SNDBUF */
const MIN_RCVBUF = 2304;
const MIN_SNDBUF = 4608;

/** @throws SystemError ENOPROTOOPT, EINVAL, ENODEV */
export function sockSetsockopt(sk: Sock, level: number, option: number, value: Uint8Array | number): void {
  if (level !== SOL_SOCKET) throw new SystemError(ENOPROTOOPT, 'setsockopt');
  if (option === SO_BINDTODEVICE) {
    bindToDevice(sk, typeof value === 'number' ? '' : cString(value));
    return;
  }
  if (option === SO_RCVTIMEO || option === SO_SNDTIMEO) {
    setTimeo(sk, option, value);
    return;
  }
  if (typeof value !== 'number' && value.length < 4) throw new SystemError(EINVAL, 'setsockopt');
  const v = typeof value === 'number' ? value : le32(value, 0) | 0;
  switch (option) {
    case SO_RCVBUF:
    case SO_RCVBUFFORCE:
      sk.rcvbuf = Math.max(MIN_RCVBUF, 2 * (option === SO_RCVBUF ? Math.min(v >>> 0, SOCK_BUF_MAX) : Math.max(0, v)));
      break;
    case SO_SNDBUF:
    case SO_SNDBUFFORCE:
      sk.sndbuf = Math.max(MIN_SNDBUF, 2 * (option === SO_SNDBUF ? Math.min(v >>> 0, SOCK_BUF_MAX) : Math.max(0, v)));
      break;
    case SO_MARK:
      sk.mark = v >>> 0;
      break;
    case SO_PRIORITY:
      sk.priority = v;
      break;
    case SO_BINDTOIFINDEX:
      if (v < 0) throw new SystemError(EINVAL, 'setsockopt');
      if (v !== 0 && !sk.net.devs.has(v)) throw new SystemError(ENODEV, 'setsockopt');
      sk.boundDevIf = v;
      break;
    case SO_TIMESTAMP:
    case SO_TIMESTAMPNS:
      // Setting either one, on or off, takes the place of the other.
      sk.switches.set(SO_TIMESTAMP, 0);
      sk.switches.set(SO_TIMESTAMPNS, 0);
      sk.switches.set(option, v !== 0 ? 1 : 0);
      break;
    case SO_BROADCAST:
    case SO_REUSEADDR:
    case SO_REUSEPORT:
    case SO_KEEPALIVE:
    case SO_OOBINLINE:
    case SO_DONTROUTE:
    case SO_DEBUG:
    case SO_NO_CHECK:
      sk.switches.set(option, v !== 0 ? 1 : 0);
      break;
    default:
      throw new SystemError(ENOPROTOOPT, 'setsockopt');
  }
}

/** struct timeval: seconds and microseconds, 64 bits each. @throws SystemError EINVAL, EDOM @see sock_set_timeout */
function setTimeo(sk: Sock, option: number, value: Uint8Array | number): void {
  if (typeof value === 'number' || value.length < 16) throw new SystemError(EINVAL, 'setsockopt');
  if (le32(value, 8) >= 1_000_000 || le32(value, 12) !== 0) throw new SystemError(EDOM, 'setsockopt');
  sk.timeouts.set(option, value.slice(0, 16));
}

/** @see sock_setbindtodevice */
function bindToDevice(sk: Sock, name: string): void {
  if (name === '') {
    sk.boundDevIf = 0;
    return;
  }
  const dev = sk.net.names.get(name);
  if (dev === undefined) throw new SystemError(ENODEV, 'setsockopt');
  sk.boundDevIf = dev.ifindex;
}

/** @throws SystemError ENOPROTOOPT */
export function sockGetsockopt(sk: Sock, level: number, option: number): Uint8Array {
  if (level !== SOL_SOCKET) throw new SystemError(ENOPROTOOPT, 'getsockopt');
  switch (option) {
    case SO_TYPE:
      return int32(sk.type);
    case SO_PROTOCOL:
      return int32(sk.protocol);
    case SO_DOMAIN:
      return int32(sk.family);
    case SO_ERROR:
      return int32(sk.takeErr());
    case SO_RCVBUF:
      return int32(sk.rcvbuf);
    case SO_SNDBUF:
      return int32(sk.sndbuf);
    case SO_MARK:
      return int32(sk.mark);
    case SO_PRIORITY:
      return int32(sk.priority);
    case SO_RCVTIMEO:
    case SO_SNDTIMEO:
      return sk.timeouts.get(option)?.slice() ?? new Uint8Array(16);
    case SO_BINDTOIFINDEX:
      return int32(sk.boundDevIf);
    case SO_BINDTODEVICE:
      return utf8Encode(sk.boundDevIf === 0 ? '' : `${sk.net.devs.get(sk.boundDevIf)?.name ?? ''}\0`);
    case SO_BROADCAST:
    case SO_REUSEADDR:
    case SO_REUSEPORT:
    case SO_KEEPALIVE:
    case SO_OOBINLINE:
    case SO_DONTROUTE:
    case SO_DEBUG:
    case SO_NO_CHECK:
    case SO_TIMESTAMP:
    case SO_TIMESTAMPNS:
      return int32(sk.switches.get(option) ?? 0);
    default:
      throw new SystemError(ENOPROTOOPT, 'getsockopt');
  }
}

function int32(v: number): Uint8Array {
  const b = new Uint8Array(4);
  putLe32(b, 0, v);
  return b;
}
