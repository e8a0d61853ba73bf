/** ioctl(2) of AF_INET sockets, and of packet sockets, which ask IPv4. @see net/ipv4/af_inet.c:inet_ioctl */
import { AF_INET, AF_PACKET } from '../../uapi/socket.ts';
import { SIOCADDRT, SIOCDARP, SIOCDELRT, SIOCGARP, SIOCGIFCONF, SIOCSARP } from '../../uapi/sockios.ts';
import type { SockIoctl } from '../core/ioctl.ts';
import type { SimKernel } from '../core/kernel.ts';
import { arpIoctl } from './arp-ioctl.ts';
import { devinetIoctl, inetGifconf } from './devinet-ioctl.ts';
import { ipRtIoctl } from './fib-ioctl.ts';

const inetIoctl: SockIoctl = (sk, request, arg) => {
  if (request === SIOCGIFCONF) return inetGifconf(sk.net, arg);
  if (sk.family !== AF_INET && sk.family !== AF_PACKET) return null;
  switch (request) {
    case SIOCADDRT:
    case SIOCDELRT:
      return ipRtIoctl(sk.net, request, arg);
    case SIOCDARP:
    case SIOCGARP:
    case SIOCSARP:
      return arpIoctl(sk.net, request, arg);
    default:
      return devinetIoctl(sk, request, arg);
  }
};

export function inetIoctlInit(kernel: SimKernel): void {
  kernel.ioctls.push(inetIoctl);
}
