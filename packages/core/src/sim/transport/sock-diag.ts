/**
 * Sockets as netlink tells of them. @see net/core/sock_diag.c, net/ipv4/{inet,udp,raw}_diag.c, net/packet/diag.c, net/netlink/diag.c
 *
 * Differs from Linux: requests for one socket, filters in byte code and SOCK_DESTROY are refused (EOPNOTSUPP); of the kernel's own
 * netlink sockets those of protocols that are simulated are listed.
 */
import { ipv4Bytes } from '../../lib/address.ts';
import { putLe32 } from '../../lib/bytes.ts';
import {
  decodeInetDiagReq,
  encodeInetDiagMsg,
  encodeNetlinkDiagMsg,
  encodePacketDiagMsg,
  INET_DIAG_REQ_LEN,
} from '../../netlink/sock-diag.ts';
import { EINVAL, ENOENT, EOPNOTSUPP } from '../../uapi/errno.ts';
import { IPPROTO_RAW, IPPROTO_TCP, IPPROTO_UDP } from '../../uapi/in.ts';
import * as id from '../../uapi/inet-diag.ts';
import { NETLINK_SOCK_DIAG, NLM_F_DUMP } from '../../uapi/netlink.ts';
import { AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, AF_UNIX } from '../../uapi/socket.ts';
import type { SimKernel } from '../core/kernel.ts';
import { type NetlinkReply, NLMSG_HDRLEN, type RtnlDumpit, type RtnlRequest } from '../core/rtnetlink.ts';
import type { Sock } from '../core/sock.ts';
import { NetlinkSock, netlinkSocks } from './af-netlink.ts';
import { Inet6Sock } from './inet6-sock.ts';
import type { InetSock } from './inet-sock.ts';
import { packetSocks } from './packet.ts';
import { rawSocks } from './raw.ts';
import { raw6Socks } from './raw6.ts';
import { udpSocks } from './udp.ts';
import { udp6Socks } from './udp6.ts';

const IPPROTO_DCCP = 33;
const TCP_ESTABLISHED = 1;
const TCP_CLOSE = 7;

// What a request of packet or netlink sockets may ask for, and the attributes of the answers.
const PACKET_SHOW_INFO = 1;
const PACKET_DIAG_INFO = 0;
const PACKET_DIAG_UID = 4;
const PACKET_DIAG_MEMINFO = 5;
const PACKET_SHOW_MEMINFO = 0x10;
const NDIAG_SHOW_MEMINFO = 1;
const NDIAG_SHOW_GROUPS = 2;
const NETLINK_DIAG_MEMINFO = 0;
const NETLINK_DIAG_GROUPS = 1;
const NDIAG_PROTO_ALL = 255;
const PDI_RUNNING = 1;

const numbers = (...values: readonly number[]): Uint8Array => {
  const b = new Uint8Array(4 * values.length);
  values.forEach((v, i) => putLe32(b, 4 * i, v >>> 0));
  return b;
};

/** SK_MEMINFO_*: received, its limit, sent, its limit, reserved, queued, options, backlog, dropped. @see sk_get_meminfo */
const meminfo = (sk: Sock & { readonly rmem: number; readonly drops?: number }): Uint8Array =>
  numbers(sk.rmem, sk.rcvbuf, 0, sk.sndbuf, 0, 0, 0, 0, sk.drops ?? 0);

const wants = (ext: number, attr: number): boolean => (ext & (1 << (attr - 1))) !== 0;

/** @see inet_sk_diag_fill, inet_diag_msg_attrs_fill */
function fill(sk: InetSock | Inet6Sock, ext: number): Uint8Array {
  const six = sk instanceof Inet6Sock;
  const raw = sk.protocol !== IPPROTO_UDP;
  const attrs = new Map<number, Uint8Array>();
  const shutdown = (sk.rcvShutdown ? 1 : 0) | (sk.sndShutdown ? 2 : 0);
  attrs.set(id.INET_DIAG_SHUTDOWN, Uint8Array.of(shutdown));
  if (wants(ext, id.INET_DIAG_TOS) && !six) attrs.set(id.INET_DIAG_TOS, Uint8Array.of(sk.tos));
  if (six) {
    if (wants(ext, id.INET_DIAG_TCLASS)) attrs.set(id.INET_DIAG_TCLASS, Uint8Array.of(sk.tclass));
    if (!sk.connected) attrs.set(id.INET_DIAG_SKV6ONLY, Uint8Array.of(raw ? 0 : 1));
  }
  if (sk.mark !== 0) attrs.set(id.INET_DIAG_MARK, numbers(sk.mark));
  if (wants(ext, id.INET_DIAG_CLASS_ID) || wants(ext, id.INET_DIAG_TCLASS))
    attrs.set(id.INET_DIAG_CLASS_ID, numbers(sk.priority));
  if (wants(ext, id.INET_DIAG_SKMEMINFO)) attrs.set(id.INET_DIAG_SKMEMINFO, meminfo(sk));
  return encodeInetDiagMsg({
    family: sk.family,
    state: sk.connected ? TCP_ESTABLISHED : TCP_CLOSE,
    timer: 0,
    retrans: 0,
    sport: raw ? sk.protocol : sk.sport,
    dport: sk.dport,
    src: six ? sk.rcvSaddr : ipv4Bytes((sk as InetSock).rcvSaddr),
    dst: six ? sk.daddr : ipv4Bytes((sk as InetSock).daddr),
    ifindex: sk.boundDevIf,
    cookie: BigInt(sk.ino),
    expires: 0,
    rqueue: sk.rmem,
    wqueue: 0,
    uid: 0,
    inode: sk.ino,
    attrs,
  });
}

const newestFirst = <T>(socks: Iterable<T>): T[] => [...socks].reverse();

/** @see inet_diag_dump */
const inetDump: RtnlDumpit = (req, emit) => {
  const body = req.message.subarray(NLMSG_HDRLEN);
  if (body.length < INET_DIAG_REQ_LEN) return -EINVAL;
  const { family, protocol, ext, states } = decodeInetDiagReq(body);
  const six = family === AF_INET6;
  let socks: readonly (InetSock | Inet6Sock)[];
  switch (protocol) {
    case IPPROTO_UDP:
      socks = [...(six ? udp6Socks(req.net) : udpSocks(req.net))];
      break;
    case IPPROTO_RAW:
      socks = newestFirst<InetSock | Inet6Sock>(six ? raw6Socks(req.net) : rawSocks(req.net));
      break;
    case IPPROTO_TCP:
      socks = [];
      break;
    default:
      return protocol === IPPROTO_DCCP ? -EINVAL : -ENOENT;
  }
  for (const sk of socks) {
    const state = sk.connected ? TCP_ESTABLISHED : TCP_CLOSE;
    if ((states & (1 << state)) !== 0) emit(id.SOCK_DIAG_BY_FAMILY, 0, fill(sk, ext));
  }
  return 0;
};

const showOf = (req: RtnlRequest): number => req.message[NLMSG_HDRLEN + 8]!;

/** @see packet_diag_dump */
const packetDump: RtnlDumpit = (req, emit) => {
  const show = showOf(req);
  for (const sk of newestFirst(packetSocks(req.net))) {
    const attrs = new Map<number, Uint8Array>();
    if ((show & PACKET_SHOW_INFO) !== 0) {
      attrs.set(PACKET_DIAG_INFO, numbers(Math.max(0, sk.ifindex), 0, 0, 0, 0, sk.running ? PDI_RUNNING : 0));
      attrs.set(PACKET_DIAG_UID, numbers(0));
    }
    if ((show & PACKET_SHOW_MEMINFO) !== 0) attrs.set(PACKET_DIAG_MEMINFO, meminfo(sk));
    const payload = encodePacketDiagMsg({ type: sk.type, num: sk.num, inode: sk.ino, cookie: BigInt(sk.ino), attrs });
    emit(id.SOCK_DIAG_BY_FAMILY, 0, payload);
  }
  return 0;
};

/** @see netlink_diag_dump */
const netlinkDump: RtnlDumpit = (req, emit) => {
  const wanted = req.message[NLMSG_HDRLEN + 1]!;
  const one = (protocol: number, sk: NetlinkSock | null): void => {
    if (wanted !== NDIAG_PROTO_ALL && wanted !== protocol) return;
    const attrs = new Map<number, Uint8Array>();
    if ((showOf(req) & NDIAG_SHOW_MEMINFO) !== 0) {
      const info = sk === null ? numbers(0, 212_992, 0, 212_992, 0, 0, 0, 0, 0) : meminfo(sk);
      attrs.set(NETLINK_DIAG_MEMINFO, info);
    }
    if ((showOf(req) & NDIAG_SHOW_GROUPS) !== 0 && sk !== null) {
      let mask = 0;
      for (const g of sk.groups) if (g <= 32) mask |= 1 << (g - 1);
      attrs.set(NETLINK_DIAG_GROUPS, numbers(mask));
    }
    const payload = encodeNetlinkDiagMsg({
      type: sk?.type ?? 3,
      protocol,
      state: TCP_CLOSE,
      portid: sk?.portid ?? 0,
      dstPortid: 0,
      dstGroup: 0,
      inode: sk?.ino ?? 0,
      cookie: BigInt(sk?.ino ?? protocol + 1),
      attrs,
    });
    emit(id.SOCK_DIAG_BY_FAMILY, 0, payload);
  };
  const socks = netlinkSocks(req.net);
  for (const protocol of [...req.net.kernel.netlinkInput.keys()].sort((a, b) => a - b)) {
    one(protocol, null);
    for (const sk of socks) if (sk.protocol === protocol) one(protocol, sk);
  }
  return 0;
};

const DUMPS: ReadonlyMap<number, RtnlDumpit> = new Map<number, RtnlDumpit>([
  [AF_INET, inetDump],
  [AF_INET6, inetDump],
  [AF_PACKET, packetDump],
  [AF_NETLINK, netlinkDump],
  // There are none.
  [AF_UNIX, () => 0],
]);

/** @see sock_diag_rcv_msg */
function sockDiagRcvMsg(req: RtnlRequest, reply: NetlinkReply): number {
  if (req.type !== id.SOCK_DIAG_BY_FAMILY) return req.type === id.SOCK_DESTROY ? -EOPNOTSUPP : -EINVAL;
  if (req.message.length < NLMSG_HDRLEN + 2) return -EINVAL;
  const dump = DUMPS.get(req.message[NLMSG_HDRLEN]!);
  if (dump === undefined) return -ENOENT;
  if ((req.flags & NLM_F_DUMP) === 0) return -EOPNOTSUPP;
  if (req.message.length < NLMSG_HDRLEN + 20) return -EINVAL;
  return reply.dump(dump);
}

export function sockDiagInit(kernel: SimKernel): void {
  kernel.netlinkInput.set(NETLINK_SOCK_DIAG, sockDiagRcvMsg);
}
