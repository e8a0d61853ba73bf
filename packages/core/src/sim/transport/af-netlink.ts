/**
 * AF_NETLINK sockets: how configuration reaches the kernel, and how the kernel answers and tells of changes. netlink(7).
 *
 * A request is done before `sendmsg` returns; its answers wait in the socket's queue.
 *
 * Differs from Linux: a dump is a snapshot, cut into datagrams as it is read, so it is never marked NLM_F_DUMP_INTR.
 * Differs from Linux: every task may configure (CAP_NET_ADMIN is not asked for).
 * @see net/netlink/af_netlink.c
 */
import { le32, putLe32 } from '../../lib/bytes.ts';
import { Ring } from '../../lib/ring.ts';
import {
  decodeMessages,
  encodeDone,
  encodeError,
  encodeMessage,
  type AckOptions,
  type NlMessage,
} from '../../netlink/message.ts';
import {
  type ControlMessage,
  type ReceiveOptions,
  type Received,
  type SendOptions,
  type SockAddr,
  type Socket,
  SystemError,
} from '../../syscall/index.ts';
import {
  EADDRINUSE,
  EAGAIN,
  EBUSY,
  ECONNREFUSED,
  EINTR,
  EINVAL,
  EMSGSIZE,
  ENOBUFS,
  ENOPROTOOPT,
  ENOTCONN,
  EOPNOTSUPP,
  EPROTONOSUPPORT,
  ESOCKTNOSUPPORT,
} from '../../uapi/errno.ts';
import {
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_CAP_ACK,
  NETLINK_DROP_MEMBERSHIP,
  NETLINK_EXT_ACK,
  NETLINK_GET_STRICT_CHK,
  NETLINK_LISTEN_ALL_NSID,
  NETLINK_LIST_MEMBERSHIPS,
  NETLINK_NO_ENOBUFS,
  NETLINK_PKTINFO,
  NETLINK_ROUTE,
  NLMSG_MIN_TYPE,
  NLM_F_ACK,
  NLM_F_ECHO,
  NLM_F_MULTI,
  NLM_F_REQUEST,
} from '../../uapi/netlink.ts';
import {
  AF_NETLINK,
  MSG_PEEK,
  MSG_TRUNC,
  POLLERR,
  POLLIN,
  POLLOUT,
  SOCK_DGRAM,
  SOCK_RAW,
  SOL_NETLINK,
} from '../../uapi/socket.ts';
import { doSoftirq } from '../core/dev.ts';
import type { SimKernel } from '../core/kernel.ts';
import { linkwatchRun } from '../core/link-watch.ts';
import type { Net } from '../core/net.ts';
import { slot, slotGet, type Slot } from '../core/notifier.ts';
import { peernet2id } from '../core/nsid.ts';
import { newExtAck, type NetlinkReply, type NlInfo, type RtnlDumpit, type RtnlRequest } from '../core/rtnetlink.ts';
import { Sock } from '../core/sock.ts';
import { sockGetsockopt, sockSetsockopt } from '../core/sock-option.ts';
import type { SimTask } from '../core/task.ts';

/** Multicast groups a protocol has. */
const GROUPS = 64;
/** First datagram of a dump, and the largest of those that follow. @see NLMSG_GOODSIZE, netlink_recvmsg */
const DUMP_MIN = 7872;
const DUMP_MAX = 32_448;
/** What a queued datagram costs besides its bytes. @see SKB_TRUESIZE */
const SKB_OVERHEAD = 576;

/** All netlink sockets of a kernel, in order of creation. */
interface NetlinkTable {
  readonly socks: Set<NetlinkSock>;
  /** Next port id for those whose pid is taken. */
  rover: number;
}
const table: Slot<SimKernel, NetlinkTable> = slot(() => ({ socks: new Set<NetlinkSock>(), rover: -4097 }));

interface Datagram {
  readonly data: Uint8Array;
  /** Multicast group it came to, 0 for a unicast. */
  readonly group: number;
  /** Id of the namespace it is about, undefined for the socket's own. */
  readonly nsid: number | undefined;
}

/** A dump under way: messages yet to be packed, then its end. */
interface Dump {
  readonly messages: readonly Uint8Array[];
  next: number;
  readonly done: Uint8Array;
}

export class NetlinkSock extends Sock implements Socket {
  readonly #task: SimTask;
  portid = 0;
  #bound = false;
  #peer = 0;
  readonly groups: Set<number> = new Set();
  readonly #queue = new Ring<Datagram>(4);
  #queued = 0;
  /** Bytes that wait to be read. */
  get rmem(): number {
    return this.#queued;
  }
  #dump: Dump | null = null;
  #maxRecvmsg = 0;
  readonly #ack: { capAck: boolean; extAck: boolean } = { capAck: false, extAck: false };
  #strict = false;
  listenAllNsid = false;
  #noEnobufs = false;
  #pktinfo = false;
  #congested = false;

  constructor(net: Net, task: SimTask, type: number, protocol: number) {
    super(net, AF_NETLINK, type, protocol);
    this.#task = task;
    slotGet(net.kernel, table).socks.add(this);
  }

  bind(address: SockAddr): void {
    if (address.family !== AF_NETLINK) throw new SystemError(EINVAL, 'bind');
    if (this.#bound && address.pid !== 0 && address.pid !== this.portid) throw new SystemError(EINVAL, 'bind');
    if (!this.#bound) {
      if (address.pid === 0) this.#autobind();
      else this.#insert(address.pid, 'bind');
    }
    for (let g = 1; g <= 32; g++) {
      if (((address.groups >>> (g - 1)) & 1) !== 0) this.groups.add(g);
      else this.groups.delete(g);
    }
  }

  #insert(portid: number, call: string): void {
    if (this.#taken(portid)) throw new SystemError(EADDRINUSE, call);
    this.portid = portid >>> 0;
    this.#bound = true;
  }

  #taken(portid: number): boolean {
    for (const s of slotGet(this.net.kernel, table).socks) {
      if (s.net === this.net && s.protocol === this.protocol && s.#bound && s.portid === portid >>> 0) return true;
    }
    return false;
  }

  /** The process's pid, or when that is taken a negative number. @see netlink_autobind */
  #autobind(): void {
    const t = slotGet(this.net.kernel, table);
    let portid = this.#task.pid;
    while (this.#taken(portid)) portid = t.rover--;
    this.#insert(portid, 'bind');
  }

  connect(address: SockAddr): void {
    if (address.family !== AF_NETLINK) throw new SystemError(EINVAL, 'connect');
    if (!this.#bound) this.#autobind();
    this.#peer = address.pid;
  }

  listen(_backlog: number): void {
    throw new SystemError(EOPNOTSUPP, 'listen');
  }

  accept(): Socket {
    throw new SystemError(EOPNOTSUPP, 'accept');
  }

  shutdown(_how: number): void {
    throw new SystemError(EOPNOTSUPP, 'shutdown');
  }

  getsockname(): SockAddr {
    let mask = 0;
    for (const g of this.groups) if (g <= 32) mask |= 1 << (g - 1);
    return { family: AF_NETLINK, pid: this.portid, groups: mask >>> 0 };
  }

  getpeername(): SockAddr {
    if (this.#peer === 0) return { family: AF_NETLINK, pid: 0, groups: 0 };
    throw new SystemError(ENOTCONN, 'getpeername');
  }

  sendmsg(data: Uint8Array, options: SendOptions = {}): number {
    const { to } = options;
    if (to !== undefined && to.family !== AF_NETLINK) throw new SystemError(EINVAL, 'sendmsg');
    const pid = to?.pid ?? this.#peer;
    if (pid !== 0) throw new SystemError(ECONNREFUSED, 'sendmsg');
    if (data.length > this.sndbuf - 32) throw new SystemError(EMSGSIZE, 'sendmsg');
    if (!this.#bound) this.#autobind();
    this.#rcvSkb(data.slice());
    return data.length;
  }

  /** The kernel's side: every message of the datagram in turn. @see netlink_rcv_skb */
  #rcvSkb(data: Uint8Array): void {
    const { kernel } = this.net;
    for (const m of decodeMessages(data)) {
      const extack = newExtAck();
      let err = 0;
      if ((m.flags & NLM_F_REQUEST) !== 0 && m.type >= NLMSG_MIN_TYPE) err = this.#input(m, extack);
      if (err !== -EINTR && ((m.flags & NLM_F_ACK) !== 0 || err !== 0)) {
        this.#enqueue({ data: encodeError(m.raw, this.portid, err, extack, this.#ack), group: 0, nsid: undefined });
      }
      linkwatchRun(kernel);
    }
    doSoftirq(kernel);
  }

  #input(m: NlMessage, extack: RtnlRequest['extack']): number {
    const { kernel } = this.net;
    const input = kernel.netlinkInput.get(this.protocol);
    if (input === undefined) return -ECONNREFUSED;
    const req: RtnlRequest = {
      net: this.net,
      task: this.#task,
      type: m.type,
      flags: m.flags,
      seq: m.seq,
      portid: this.portid,
      strict: this.#strict,
      message: m.raw,
      extack,
    };
    const reply: NetlinkReply = {
      emit: (type, flags, payload) => {
        const bytes = encodeMessage({ type, flags, seq: m.seq, pid: this.portid }, payload);
        this.#enqueue({ data: bytes, group: 0, nsid: undefined });
      },
      dump: (run) => this.#startDump(req, run),
    };
    return input(req, reply);
  }

  /** @see __netlink_dump_start */
  #startDump(req: RtnlRequest, run: RtnlDumpit): number {
    if (this.#dump !== null) return -EBUSY;
    const messages: Uint8Array[] = [];
    const err = run(req, (type, flags, payload) => {
      messages.push(encodeMessage({ type, flags: flags | NLM_F_MULTI, seq: req.seq, pid: this.portid }, payload));
    });
    const options: AckOptions = { capAck: this.#ack.capAck, extAck: this.#ack.extAck };
    this.#dump = { messages, next: 0, done: encodeDone(req.seq, this.portid, err, 0, req.extack, options) };
    this.#packDump();
    return -EINTR;
  }

  /** Queues the next datagram of the dump. @see netlink_dump */
  #packDump(): void {
    const dump = this.#dump;
    if (dump === null) return;
    const { messages } = dump;
    const room = Math.min(DUMP_MAX, Math.max(DUMP_MIN, this.#maxRecvmsg));
    let size = 0;
    let end = dump.next;
    while (end < messages.length && (end === dump.next || size + messages[end]!.length <= room))
      size += messages[end++]!.length;
    const last = end === messages.length && size + dump.done.length <= Math.max(room, dump.done.length);
    const out = new Uint8Array(size + (last ? dump.done.length : 0));
    let o = 0;
    for (let i = dump.next; i < end; i++) {
      out.set(messages[i]!, o);
      o += messages[i]!.length;
    }
    if (last) out.set(dump.done, o);
    dump.next = end;
    if (last) this.#dump = null;
    this.#enqueue({ data: out, group: 0, nsid: undefined });
  }

  #enqueue(d: Datagram): void {
    this.#queue.push(d);
    this.#queued += d.data.length + SKB_OVERHEAD;
    this.ready();
  }

  /** A notification for this socket; a full queue loses it and tells by ENOBUFS. @see netlink_broadcast_deliver */
  deliver(d: Datagram): void {
    if (this.#queued > this.rcvbuf || this.#congested) {
      if (this.#noEnobufs) return;
      if (!this.#congested) this.err = ENOBUFS;
      this.#congested = true;
      this.ready();
      return;
    }
    this.#enqueue(d);
  }

  recvmsg(options: ReceiveOptions = {}): Received {
    const { size = 65536, flags = 0 } = options;
    const err = this.takeErr();
    if (err !== 0) throw new SystemError(err, 'recvmsg');
    const d = this.#queue.peek();
    if (d === undefined) throw new SystemError(EAGAIN, 'recvmsg');
    this.#maxRecvmsg = Math.max(this.#maxRecvmsg, size);
    const cut = size < d.data.length;
    const received: Received = {
      data: cut ? d.data.slice(0, size) : (flags & MSG_PEEK) !== 0 ? d.data.slice() : d.data,
      length: d.data.length,
      from: { family: AF_NETLINK, pid: 0, groups: d.group > 0 && d.group <= 32 ? (1 << (d.group - 1)) >>> 0 : 0 },
      flags: cut ? MSG_TRUNC : 0,
      control: this.#control(d),
    };
    if ((flags & MSG_PEEK) === 0) {
      this.#queue.shift();
      this.#queued -= d.data.length + SKB_OVERHEAD;
      if (this.#queue.length === 0) this.#congested = false;
      if (this.#queued <= this.rcvbuf / 2) this.#packDump();
    }
    return received;
  }

  #control(d: Datagram): ControlMessage[] {
    const out: ControlMessage[] = [];
    if (this.#pktinfo) out.push({ level: SOL_NETLINK, type: NETLINK_PKTINFO, data: int32(d.group) });
    if (this.listenAllNsid && d.nsid !== undefined)
      out.push({ level: SOL_NETLINK, type: NETLINK_LISTEN_ALL_NSID, data: int32(d.nsid) });
    return out;
  }

  setsockopt(level: number, option: number, value: Uint8Array | number): void {
    if (level !== SOL_NETLINK) {
      sockSetsockopt(this, level, option, value);
      return;
    }
    const v = typeof value === 'number' ? value : value.length >= 4 ? le32(value, 0) : 0;
    switch (option) {
      case NETLINK_ADD_MEMBERSHIP:
      case NETLINK_DROP_MEMBERSHIP:
        if (v === 0 || v > GROUPS) throw new SystemError(EINVAL, 'setsockopt');
        if (option === NETLINK_ADD_MEMBERSHIP) this.groups.add(v);
        else this.groups.delete(v);
        break;
      case NETLINK_PKTINFO:
        this.#pktinfo = v !== 0;
        break;
      case NETLINK_NO_ENOBUFS:
        this.#noEnobufs = v !== 0;
        break;
      case NETLINK_LISTEN_ALL_NSID:
        this.listenAllNsid = v !== 0;
        break;
      case NETLINK_CAP_ACK:
        this.#ack.capAck = v !== 0;
        break;
      case NETLINK_EXT_ACK:
        this.#ack.extAck = v !== 0;
        break;
      case NETLINK_GET_STRICT_CHK:
        this.#strict = v !== 0;
        break;
      default:
        throw new SystemError(ENOPROTOOPT, 'setsockopt');
    }
  }

  getsockopt(level: number, option: number): Uint8Array {
    if (level !== SOL_NETLINK) return sockGetsockopt(this, level, option);
    switch (option) {
      case NETLINK_PKTINFO:
        return int32(Number(this.#pktinfo));
      case NETLINK_NO_ENOBUFS:
        return int32(Number(this.#noEnobufs));
      case NETLINK_LISTEN_ALL_NSID:
        return int32(Number(this.listenAllNsid));
      case NETLINK_CAP_ACK:
        return int32(Number(this.#ack.capAck));
      case NETLINK_EXT_ACK:
        return int32(Number(this.#ack.extAck));
      case NETLINK_GET_STRICT_CHK:
        return int32(Number(this.#strict));
      case NETLINK_LIST_MEMBERSHIPS: {
        const b = new Uint8Array(8);
        for (const g of this.groups) b[(g - 1) >> 3]! |= 1 << ((g - 1) & 7);
        return b;
      }
      default:
        throw new SystemError(ENOPROTOOPT, 'getsockopt');
    }
  }

  poll(): number {
    return (this.#queue.length !== 0 ? POLLIN : 0) | POLLOUT | (this.err !== 0 ? POLLERR : 0);
  }

  close(): void {
    if (this.dead) return;
    slotGet(this.net.kernel, table).socks.delete(this);
    this.#queue.clear();
    this.#dump = null;
    this.release();
  }
}

function int32(v: number): Uint8Array {
  const b = new Uint8Array(4);
  putLe32(b, 0, v);
  return b;
}

/** @see rtnl_notify, netlink_broadcast */
function broadcast(net: Net, group: number, type: number, payload: Uint8Array, info: NlInfo, nlFlags: number): void {
  let bytes: Uint8Array | null = null;
  for (const s of slotGet(net.kernel, table).socks) {
    if (s.protocol !== NETLINK_ROUTE) continue;
    const asked = (info.flags & NLM_F_ECHO) !== 0 && s.net === net && s.portid === info.portid;
    if (!asked && !s.groups.has(group)) continue;
    const nsid = s.net === net ? undefined : s.listenAllNsid ? peernet2id(s.net, net) : -1;
    if (nsid === -1) continue;
    bytes ??= encodeMessage({ type, flags: nlFlags, seq: info.seq, pid: info.portid }, payload);
    s.deliver({ data: bytes.slice(), group: asked ? 0 : group, nsid });
  }
}

function listening(net: Net, group: number): boolean {
  for (const s of slotGet(net.kernel, table).socks) {
    if (s.protocol === NETLINK_ROUTE && s.groups.has(group) && (s.net === net || s.listenAllNsid)) return true;
  }
  return false;
}

/** Registers the family. @see netlink_proto_init */
export function netlinkInit(kernel: SimKernel): void {
  kernel.families.set(AF_NETLINK, (net, task, type, protocol) => {
    const t = type & 0xf;
    if (t !== SOCK_RAW && t !== SOCK_DGRAM) return -ESOCKTNOSUPPORT;
    if (!kernel.netlinkInput.has(protocol)) return -EPROTONOSUPPORT;
    return new NetlinkSock(net, task, t, protocol);
  });
  kernel.rtnl.broadcast = broadcast;
  kernel.rtnl.listening = listening;
}

/** Open netlink sockets of a namespace, for /proc/net/netlink. */
export const netlinkSocks = (net: Net): NetlinkSock[] =>
  [...slotGet(net.kernel, table).socks].filter((sk) => sk.net === net);
