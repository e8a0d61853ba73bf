/** AF_INET: which socket a type and a protocol make. @see net/ipv4/af_inet.c:inet_create */
import { EACCES, EPROTONOSUPPORT, ESOCKTNOSUPPORT, EINVAL } from '../../uapi/errno.ts';
import { IPPROTO_ICMP, IPPROTO_IP, IPPROTO_UDP } from '../../uapi/in.ts';
import { AF_INET, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET, SOCK_STREAM } from '../../uapi/socket.ts';
import type { SimKernel } from '../core/kernel.ts';
import type { SockCreate } from '../core/sock.ts';
import { packetInit } from './packet.ts';
import { pingGroupAllowed, pingInit, PingSock } from './ping.ts';
import { rawInit, RawSock } from './raw.ts';
import { udpInit, UdpSock } from './udp.ts';

/** Differs from Linux: SOCK_STREAM is refused (EPROTONOSUPPORT), as there is no TCP. */
const inetCreate: SockCreate = (net, _task, type, protocol) => {
  const kind = type & 0xf;
  if (protocol < 0 || protocol > 262) return -EINVAL;
  switch (kind) {
    case SOCK_DGRAM:
      if (protocol === IPPROTO_IP || protocol === IPPROTO_UDP) return new UdpSock(net);
      if (protocol !== IPPROTO_ICMP) return -EPROTONOSUPPORT;
      return pingGroupAllowed(net) ? new PingSock(net) : -EACCES;
    case SOCK_RAW:
      return protocol === IPPROTO_IP ? -EPROTONOSUPPORT : new RawSock(net, protocol);
    case SOCK_STREAM:
      return -EPROTONOSUPPORT;
    case SOCK_SEQPACKET:
      return -ESOCKTNOSUPPORT;
    default:
      return -ESOCKTNOSUPPORT;
  }
};

export function inetFamilyInit(kernel: SimKernel): void {
  kernel.families.set(AF_INET, inetCreate);
  rawInit(kernel);
  pingInit(kernel);
  udpInit(kernel);
  packetInit(kernel);
}
