/**
 * NETLINK_SOCK_DIAG: what sockets there are. One request type, SOCK_DIAG_BY_FAMILY, whose structures differ by family.
 * include/uapi/linux/{inet_diag,packet_diag,netlink_diag}.h, sock_diag(7)
 */
import { be16, le16, le32, le64, putBe16, putLe16, putLe32, putLe64 } from '../lib/bytes.ts';
import type { Task } from '../syscall/index.ts';
import { NETLINK_SOCK_DIAG, NLM_F_DUMP, NLM_F_REQUEST, NLMSG_DONE, NLMSG_ERROR } from '../uapi/netlink.ts';
import { INET_DIAG_NOCOOKIE, SOCK_DIAG_BY_FAMILY } from '../uapi/inet-diag.ts';
import { AF_INET6, AF_NETLINK, AF_PACKET, SOCK_RAW } from '../uapi/socket.ts';
import { receiveDatagram, waitReadable } from './connection.ts';
import { NetlinkError } from './error.ts';
import { decodeDone, decodeError, decodeMessages, encodeMessage } from './message.ts';
import { NlWriter } from './writer.ts';

/** Answers by attribute number. */
export type DiagAttrs = ReadonlyMap<number, Uint8Array>;

/** Who is asked for. @see struct inet_diag_req_v2 */
export interface InetDiagReq {
  readonly family: number;
  /** IPPROTO_*. */
  readonly protocol: number;
  /** Attributes wanted: bit N-1 for INET_DIAG_N. */
  readonly ext: number;
  /** Bits of TCP_* states. */
  readonly states: number;
}

export const INET_DIAG_REQ_LEN = 56;
export const INET_DIAG_MSG_LEN = 72;

/** One Internet socket. Addresses have 4 or 16 bytes. @see struct inet_diag_msg */
export interface InetDiagMsg {
  readonly family: number;
  readonly state: number;
  readonly timer: number;
  readonly retrans: number;
  readonly sport: number;
  readonly dport: number;
  readonly src: Uint8Array;
  readonly dst: Uint8Array;
  readonly ifindex: number;
  readonly cookie: bigint;
  readonly expires: number;
  readonly rqueue: number;
  readonly wqueue: number;
  readonly uid: number;
  readonly inode: number;
  readonly attrs: DiagAttrs;
}

/** A packet socket. @see struct packet_diag_msg */
export interface PacketDiagMsg {
  readonly type: number;
  /** ETH_P_*. */
  readonly num: number;
  readonly inode: number;
  readonly cookie: bigint;
  readonly attrs: DiagAttrs;
}

/** A netlink socket. @see struct netlink_diag_msg */
export interface NetlinkDiagMsg {
  readonly type: number;
  readonly protocol: number;
  readonly state: number;
  readonly portid: number;
  readonly dstPortid: number;
  readonly dstGroup: number;
  readonly inode: number;
  readonly cookie: bigint;
  readonly attrs: DiagAttrs;
}

function attrsAt(b: Uint8Array, start: number): DiagAttrs {
  const found = new Map<number, Uint8Array>();
  for (let o = start; o + 4 <= b.length;) {
    const len = le16(b, o);
    if (len < 4 || o + len > b.length) break;
    found.set(le16(b, o + 2) & 0x3fff, b.slice(o + 4, o + len));
    o += (len + 3) & ~3;
  }
  return found;
}

/** Structure and attributes as one payload. */
function withAttrs(head: Uint8Array, attrs: DiagAttrs): Uint8Array {
  const w = new NlWriter();
  w.bytes(head);
  w.align();
  for (const [type, data] of attrs) w.attr(type, data);
  return w.buf.slice(0, w.len);
}

/** Asks for all sockets that fit. */
export function encodeInetDiagReq(r: InetDiagReq): Uint8Array {
  const b = new Uint8Array(INET_DIAG_REQ_LEN);
  b[0] = r.family;
  b[1] = r.protocol;
  b[2] = r.ext;
  putLe32(b, 4, r.states);
  putLe32(b, 48, INET_DIAG_NOCOOKIE);
  putLe32(b, 52, INET_DIAG_NOCOOKIE);
  return b;
}

export const decodeInetDiagReq = (b: Uint8Array): InetDiagReq => ({
  family: b[0]!,
  protocol: b[1]!,
  ext: b[2]!,
  states: le32(b, 4),
});

export function encodeInetDiagMsg(m: InetDiagMsg): Uint8Array {
  const b = new Uint8Array(INET_DIAG_MSG_LEN);
  b[0] = m.family;
  b[1] = m.state;
  b[2] = m.timer;
  b[3] = m.retrans;
  putBe16(b, 4, m.sport);
  putBe16(b, 6, m.dport);
  b.set(m.src, 8);
  b.set(m.dst, 24);
  putLe32(b, 40, m.ifindex);
  putLe64(b, 44, m.cookie);
  putLe32(b, 52, m.expires);
  putLe32(b, 56, m.rqueue);
  putLe32(b, 60, m.wqueue);
  putLe32(b, 64, m.uid);
  putLe32(b, 68, m.inode);
  return withAttrs(b, m.attrs);
}

export function decodeInetDiagMsg(b: Uint8Array): InetDiagMsg {
  const n = b[0] === AF_INET6 ? 16 : 4;
  return {
    family: b[0]!,
    state: b[1]!,
    timer: b[2]!,
    retrans: b[3]!,
    sport: be16(b, 4),
    dport: be16(b, 6),
    src: b.slice(8, 8 + n),
    dst: b.slice(24, 24 + n),
    ifindex: le32(b, 40),
    cookie: le64(b, 44),
    expires: le32(b, 52),
    rqueue: le32(b, 56),
    wqueue: le32(b, 60),
    uid: le32(b, 64),
    inode: le32(b, 68),
    attrs: attrsAt(b, INET_DIAG_MSG_LEN),
  };
}

/** A request of the families that have no states: packet and netlink sockets. @param show the parts wanted */
export function encodeDiagReq(family: number, protocol: number, show: number): Uint8Array {
  const b = new Uint8Array(20);
  b[0] = family;
  b[1] = protocol;
  putLe32(b, 8, show);
  return b;
}

export function encodePacketDiagMsg(m: PacketDiagMsg): Uint8Array {
  const b = new Uint8Array(16);
  b[0] = AF_PACKET;
  b[1] = m.type;
  putLe16(b, 2, m.num);
  putLe32(b, 4, m.inode);
  putLe64(b, 8, m.cookie);
  return withAttrs(b, m.attrs);
}

export const decodePacketDiagMsg = (b: Uint8Array): PacketDiagMsg => ({
  type: b[1]!,
  num: le16(b, 2),
  inode: le32(b, 4),
  cookie: le64(b, 8),
  attrs: attrsAt(b, 16),
});

export function encodeNetlinkDiagMsg(m: NetlinkDiagMsg): Uint8Array {
  const b = new Uint8Array(28);
  b[0] = AF_NETLINK;
  b[1] = m.type;
  b[2] = m.protocol;
  b[3] = m.state;
  putLe32(b, 4, m.portid);
  putLe32(b, 8, m.dstPortid);
  putLe32(b, 12, m.dstGroup);
  putLe32(b, 16, m.inode);
  putLe64(b, 20, m.cookie);
  return withAttrs(b, m.attrs);
}

export const decodeNetlinkDiagMsg = (b: Uint8Array): NetlinkDiagMsg => ({
  type: b[1]!,
  protocol: b[2]!,
  state: b[3]!,
  portid: le32(b, 4),
  dstPortid: le32(b, 8),
  dstGroup: le32(b, 12),
  inode: le32(b, 16),
  cookie: le64(b, 20),
  attrs: attrsAt(b, 28),
});

/**
 * Asks the kernel for the sockets of one family, in the namespace the task is in.
 * @returns the payloads of its answers. @throws NetlinkError ENOENT where the kernel does not know the family, EINVAL …
 */
export async function sockDiagDump(task: Task, request: Uint8Array): Promise<Uint8Array[]> {
  const socket = task.socket(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG);
  try {
    const head = { type: SOCK_DIAG_BY_FAMILY, flags: NLM_F_REQUEST | NLM_F_DUMP, seq: 123_456, pid: 0 };
    socket.sendmsg(encodeMessage(head, request), { to: { family: AF_NETLINK, pid: 0, groups: 0 } });
    const found: Uint8Array[] = [];
    for (;;) {
      await waitReadable(task, socket);
      for (const m of decodeMessages(receiveDatagram(socket).data)) {
        if (m.type !== NLMSG_DONE && m.type !== NLMSG_ERROR) {
          found.push(m.payload);
          continue;
        }
        const end = m.type === NLMSG_DONE ? decodeDone(m) : decodeError(m);
        if (end !== undefined && end.errno < 0) throw new NetlinkError(end.errno, 'SOCK_DIAG_BY_FAMILY');
        return found;
      }
    }
  } finally {
    socket.close();
  }
}
