/** AF_INET6: which socket a type and a protocol make. @see net/ipv6/af_inet6.c:inet6_create */
import { EACCES, EINVAL, EPROTONOSUPPORT, ESOCKTNOSUPPORT } from '../../uapi/errno.ts';
import { IPPROTO_ICMPV6, IPPROTO_IP, IPPROTO_UDP } from '../../uapi/in.ts';
import { AF_INET6, SOCK_DGRAM, SOCK_RAW, SOCK_STREAM } from '../../uapi/socket.ts';
import type { SimKernel } from '../core/kernel.ts';
import type { SockCreate } from '../core/sock.ts';
import { pingGroupAllowed } from './ping.ts';
import { ping6Init, Ping6Sock } from './ping6.ts';
import { raw6Init, Raw6Sock } from './raw6.ts';
import { udp6Init, Udp6Sock } from './udp6.ts';

/** Differs from Linux: SOCK_STREAM is refused (EPROTONOSUPPORT), as there is no TCP. */
const inet6Create: SockCreate = (net, _task, type, protocol) => {
  if (protocol < 0 || protocol > 262) return -EINVAL;
  switch (type & 0xf) {
    case SOCK_DGRAM:
      if (protocol === IPPROTO_IP || protocol === IPPROTO_UDP) return new Udp6Sock(net);
      if (protocol !== IPPROTO_ICMPV6) return -EPROTONOSUPPORT;
      return pingGroupAllowed(net) ? new Ping6Sock(net) : -EACCES;
    case SOCK_RAW:
      return protocol === IPPROTO_IP ? -EPROTONOSUPPORT : new Raw6Sock(net, protocol);
    case SOCK_STREAM:
      return -EPROTONOSUPPORT;
    default:
      return -ESOCKTNOSUPPORT;
  }
};

export function inet6FamilyInit(kernel: SimKernel): void {
  kernel.families.set(AF_INET6, inet6Create);
  raw6Init(kernel);
  ping6Init(kernel);
  udp6Init(kernel);
}
