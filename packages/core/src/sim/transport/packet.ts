/** Packet sockets: frames as they pass a device. @see net/packet/af_packet.c */
import { withLast, without } from '../../lib/small.ts';
import { type BpfInsn, checkBpf, decodeBpf, runBpf } from '../../lib/bpf/index.ts';
import { le16, le32, putLe16, putLe32 } from '../../lib/bytes.ts';
import { Ring } from '../../lib/ring.ts';
import {
  type ControlMessage,
  type Received,
  type ReceiveOptions,
  type SendOptions,
  type SockAddr,
  type SockAddrLl,
  type Socket,
  SystemError,
} from '../../syscall/index.ts';
import { SKB_DROP_REASON_NOT_SPECIFIED } from '../../uapi/drop-reason.ts';
import {
  EAGAIN,
  EINVAL,
  EMSGSIZE,
  ENETDOWN,
  ENODEV,
  ENOENT,
  ENOPROTOOPT,
  ENXIO,
  EOPNOTSUPP,
  ESOCKTNOSUPPORT,
} from '../../uapi/errno.ts';
import { ETH_P_ALL } from '../../uapi/if-ether.ts';
import * as pk from '../../uapi/if-packet.ts';
import { IFF_UP } from '../../uapi/if.ts';
import * as so from '../../uapi/socket.ts';
import { devSetPromiscuity } from '../core/dev-config.ts';
import { devQueueXmit, doSoftirq, NETDEV_DOWN, NETDEV_UNREGISTER, NETDEV_UP } from '../core/dev.ts';
import type { SimKernel } from '../core/kernel.ts';
import type { Net, PacketTap } from '../core/net.ts';
import type { NetDevice } from '../core/net-device.ts';
import { slot, type Slot, slotGet } from '../core/notifier.ts';
import { allocSkb, kfreeSkb, type SkBuff } from '../core/skbuff.ts';
import { Sock } from '../core/sock.ts';

interface Frame {
  readonly data: Uint8Array;
  readonly length: number;
  readonly from: SockAddrLl;
  readonly tstamp: number;
  readonly status: number;
  readonly net: number;
}

const SOCKS: Slot<SimKernel, Set<PacketSock>> = slot(() => new Set<PacketSock>());

export class PacketSock extends Sock implements Socket {
  /** ETH_P_*, host order; 0 receives nothing. */
  num: number;
  ifindex = -1;
  dev: NetDevice | null = null;
  readonly rxq: Ring<Frame> = new Ring<Frame>();
  rmem = 0;
  packets = 0;
  drops = 0;
  #auxdata = false;
  #ts = 0;
  #ignoreOutgoing = false;
  readonly #promisc: number[] = [];
  #tap: PacketTap | null = null;
  #filter: readonly BpfInsn[] | null = null;

  constructor(net: Net, type: number, protocol: number) {
    super(net, so.AF_PACKET, type, protocol);
    this.num = ((protocol & 255) << 8) | ((protocol >>> 8) & 255);
    slotGet(net.kernel, SOCKS).add(this);
    this.#hook();
  }

  /** Sees packets now. */
  get running(): boolean {
    return this.#tap !== null;
  }

  #fail(errno: number, call: string): never {
    throw new SystemError(errno, call);
  }

  /** @see register_prot_hook */
  #hook(): void {
    this.#unhook();
    if (this.num === 0 || (this.ifindex > 0 && this.dev === null)) return;
    this.#tap = { dev: this.dev, protocol: this.num, tap: (skb, dev, outgoing) => this.#receive(skb, dev, outgoing) };
    this.net.ptypeAll = withLast(this.net.ptypeAll, this.#tap);
  }

  #unhook(): void {
    if (this.#tap === null) return;
    this.net.ptypeAll = without(this.net.ptypeAll, this.#tap);
    this.#tap = null;
  }

  /** @see packet_rcv */
  #receive(skb: SkBuff, dev: NetDevice, outgoing: boolean): void {
    if (skb.pktType === pk.PACKET_LOOPBACK || (outgoing && (this.#ignoreOutgoing || this.num !== ETH_P_ALL))) return;
    let off =
      this.type === so.SOCK_DGRAM ? (outgoing ? skb.networkHeader : skb.data) : outgoing ? skb.data : skb.macHeader;
    const end = skb.data + skb.len;
    if (off > end) off = end;
    let len = end - off;
    const wireLen = len;
    if (this.#filter !== null) {
      const aux = {
        protocol: skb.protocol,
        pkttype: outgoing ? pk.PACKET_OUTGOING : skb.pktType,
        ifindex: dev.ifindex,
      };
      const keep = runBpf(this.#filter, skb.buf, off, end, len, aux);
      if (keep === 0) return;
      len = Math.min(len, keep);
    }
    this.packets++;
    if (this.rmem + len > this.rcvbuf) {
      this.drops++;
      return;
    }
    this.rmem += len + 256;
    const { kernel } = dev.net;
    this.rxq.push({
      data: skb.buf.slice(off, off + len),
      length: wireLen,
      from: {
        family: so.AF_PACKET,
        protocol: skb.protocol,
        ifindex: dev.ifindex,
        hatype: dev.type,
        pkttype: skb.pktType,
        address:
          dev.addrLen === 6 && dev.headerOps !== null
            ? skb.buf.slice(skb.macHeader + 6, skb.macHeader + 12)
            : new Uint8Array(0),
      },
      tstamp: outgoing || skb.tstamp === 0 ? kernel.clock.now : skb.tstamp,
      status: pk.TP_STATUS_USER,
      net: Math.max(0, skb.networkHeader - off),
    });
    this.ready();
  }

  poll(): number {
    let mask = so.POLLOUT | so.POLLWRNORM;
    if (this.err !== 0) mask |= so.POLLERR;
    if (this.rxq.length > 0) mask |= so.POLLIN | so.POLLRDNORM;
    return mask;
  }

  bind(address: SockAddr): void {
    if (address.family !== so.AF_PACKET) this.#fail(EINVAL, 'bind');
    const a = address as SockAddrLl;
    let dev: NetDevice | null = null;
    if (a.ifindex !== 0) {
      dev = this.net.devs.get(a.ifindex) ?? null;
      if (dev === null) this.#fail(ENODEV, 'bind');
    }
    if (a.protocol !== 0) this.num = a.protocol;
    this.ifindex = a.ifindex === 0 ? -1 : a.ifindex;
    this.dev = dev;
    this.#hook();
    if (dev !== null && (dev.flags & IFF_UP) === 0) {
      this.err = ENETDOWN;
      this.ready();
    }
  }

  /** A device it is bound to came, went or died. @see packet_notifier */
  event(event: number, dev: NetDevice): void {
    if (dev !== this.dev) return;
    if (event === NETDEV_DOWN || event === NETDEV_UNREGISTER) {
      this.err = ENETDOWN;
      if (event === NETDEV_UNREGISTER) {
        this.#unhook();
        this.dev = null;
        this.ifindex = -1;
      }
      this.ready();
    } else if (event === NETDEV_UP && this.#tap === null) this.#hook();
  }

  sendmsg(data: Uint8Array, options: SendOptions = {}): number {
    const to = options.to as SockAddrLl | undefined;
    if (to !== undefined && to.family !== so.AF_PACKET) this.#fail(EINVAL, 'sendmsg');
    const dev = to !== undefined && to.ifindex !== 0 ? this.net.devs.get(to.ifindex) : (this.dev ?? undefined);
    const raw = this.type === so.SOCK_RAW;
    if (dev === undefined) return this.#fail(ENXIO, 'sendmsg');
    if ((dev.flags & IFF_UP) === 0) this.#fail(ENETDOWN, 'sendmsg');
    if (data.length > dev.mtu + (raw ? dev.hardHeaderLen + 4 : 0)) this.#fail(EMSGSIZE, 'sendmsg');
    if (raw && data.length < dev.hardHeaderLen) this.#fail(EINVAL, 'sendmsg');
    const skb = allocSkb(this.net.kernel, data.length);
    skb.buf.set(data, skb.put(data.length));
    skb.dev = dev;
    skb.priority = this.priority;
    skb.mark = this.mark;
    skb.protocol = to !== undefined && to.protocol !== 0 ? to.protocol : this.num;
    skb.networkHeader = skb.data + (raw ? dev.hardHeaderLen : 0);
    if (raw && dev.headerOps !== null && data.length >= 14) skb.protocol = (data[12]! << 8) | data[13]!;
    if (
      !raw &&
      dev.headerOps !== null &&
      dev.headerOps.create(skb, dev, skb.protocol, to?.address ?? dev.broadcast, null) < 0
    ) {
      kfreeSkb(skb, SKB_DROP_REASON_NOT_SPECIFIED, 'packet_snd');
      this.#fail(EINVAL, 'sendmsg');
    }
    const err = devQueueXmit(skb);
    doSoftirq(this.net.kernel);
    if (err < 0) this.#fail(err, 'sendmsg');
    return data.length;
  }

  recvmsg(options: ReceiveOptions = {}): Received {
    if (this.err !== 0) this.#fail(this.takeErr(), 'recvmsg');
    const flags = options.flags ?? 0;
    const f = (flags & so.MSG_PEEK) !== 0 ? this.rxq.peek() : this.rxq.shift();
    if (f === undefined) return this.#fail(EAGAIN, 'recvmsg');
    if ((flags & so.MSG_PEEK) === 0) this.rmem -= f.data.length + 256;
    const size = options.size ?? 65536;
    const cut = f.data.length > size;
    const control: ControlMessage[] = [];
    if (this.#ts !== 0) control.push(this.#timestamp(f.tstamp));
    if (this.#auxdata) {
      const b = new Uint8Array(20);
      putLe32(b, 0, f.status);
      putLe32(b, 4, f.length);
      putLe32(b, 8, Math.min(f.length, size));
      putLe16(b, 14, f.net);
      control.push({ level: so.SOL_PACKET, type: pk.PACKET_AUXDATA, data: b });
    }
    return {
      data: cut ? f.data.subarray(0, size) : f.data,
      length: f.length,
      from: f.from,
      flags: cut ? so.MSG_TRUNC : 0,
      control,
    };
  }

  #timestamp(tstamp: number): ControlMessage {
    const at = this.net.kernel.clock.bootRealtime + BigInt(Math.floor(tstamp));
    const b = new Uint8Array(16);
    const sec = at / 1_000_000_000n;
    const rest = Number(at % 1_000_000_000n);
    putLe32(b, 0, Number(sec & 0xffffffffn));
    putLe32(b, 4, Number(sec >> 32n));
    putLe32(b, 8, this.#ts === so.SO_TIMESTAMPNS ? rest : Math.floor(rest / 1000));
    return { level: so.SOL_SOCKET, type: this.#ts, data: b };
  }

  setsockopt(level: number, option: number, value: Uint8Array | number): void {
    const v = typeof value === 'number' ? value : value.length >= 4 ? le32(value, 0) | 0 : 0;
    if (level === so.SOL_SOCKET) {
      switch (option) {
        case so.SO_TIMESTAMP:
        case so.SO_TIMESTAMPNS:
          this.#ts = v !== 0 ? option : 0;
          return;
        case so.SO_RCVBUF:
        case so.SO_RCVBUFFORCE:
          this.rcvbuf = Math.max(2304, v * 2);
          return;
        case so.SO_SNDBUF:
          this.sndbuf = Math.max(4608, v * 2);
          return;
        case so.SO_ATTACH_FILTER: {
          // At our seam the value is the program itself: struct sock_filter, one after the other.
          const program = typeof value === 'number' ? null : decodeBpf(value);
          if (program === null || !checkBpf(program)) return this.#fail(EINVAL, 'setsockopt');
          this.#filter = program;
          return;
        }
        case so.SO_DETACH_FILTER:
          if (this.#filter === null) this.#fail(ENOENT, 'setsockopt');
          this.#filter = null;
          return;
        case so.SO_MARK:
          this.mark = v >>> 0;
          return;
        case so.SO_PRIORITY:
          this.priority = v;
          return;
        default:
          this.#fail(ENOPROTOOPT, 'setsockopt');
      }
    }
    if (level !== so.SOL_PACKET) this.#fail(ENOPROTOOPT, 'setsockopt');
    switch (option) {
      case pk.PACKET_ADD_MEMBERSHIP:
      case pk.PACKET_DROP_MEMBERSHIP:
        this.#membership(option === pk.PACKET_ADD_MEMBERSHIP, value);
        break;
      case pk.PACKET_AUXDATA:
        this.#auxdata = v !== 0;
        break;
      case pk.PACKET_IGNORE_OUTGOING:
        this.#ignoreOutgoing = v !== 0;
        break;
      default:
        this.#fail(ENOPROTOOPT, 'setsockopt');
    }
  }

  /**
   * struct packet_mreq: ifindex, type, length, address. @see packet_mc_add
   *
   * Differs from Linux: devices take the frames of every group, so memberships other than PACKET_MR_PROMISC are refused with EOPNOTSUPP.
   */
  #membership(add: boolean, value: Uint8Array | number): void {
    if (typeof value === 'number' || value.length < 16) return this.#fail(EINVAL, 'setsockopt');
    const dev = this.net.devs.get(le32(value, 0));
    if (dev === undefined) return this.#fail(ENODEV, 'setsockopt');
    if (le16(value, 4) !== pk.PACKET_MR_PROMISC) return this.#fail(EOPNOTSUPP, 'setsockopt');
    const i = this.#promisc.indexOf(dev.ifindex);
    if (add) this.#promisc.push(dev.ifindex);
    else if (i >= 0) this.#promisc.splice(i, 1);
    else return this.#fail(99, 'setsockopt');
    devSetPromiscuity(dev, add ? 1 : -1);
  }

  getsockopt(level: number, option: number): Uint8Array {
    const b = new Uint8Array(4);
    if (level === so.SOL_SOCKET && option === so.SO_ERROR) putLe32(b, 0, this.takeErr());
    else if (level === so.SOL_SOCKET && option === so.SO_TYPE) putLe32(b, 0, this.type);
    else if (level === so.SOL_SOCKET && option === so.SO_RCVBUF) putLe32(b, 0, this.rcvbuf);
    else if (level === so.SOL_PACKET && option === pk.PACKET_STATISTICS) {
      const s = new Uint8Array(8);
      putLe32(s, 0, this.packets);
      putLe32(s, 4, this.drops);
      this.packets = this.drops = 0;
      return s;
    } else this.#fail(ENOPROTOOPT, 'getsockopt');
    return b;
  }

  getsockname(): SockAddr {
    const { dev } = this;
    return {
      family: so.AF_PACKET,
      protocol: this.num,
      ifindex: Math.max(0, this.ifindex),
      hatype: dev?.type ?? 0,
      pkttype: 0,
      address: dev === null ? new Uint8Array(0) : dev.devAddr.slice(),
    };
  }

  getpeername(): SockAddr {
    return this.#fail(EOPNOTSUPP, 'getpeername');
  }
  connect(_address: SockAddr): void {
    this.#fail(EOPNOTSUPP, 'connect');
  }
  listen(_backlog: number): void {
    this.#fail(EOPNOTSUPP, 'listen');
  }
  accept(): Socket {
    return this.#fail(EOPNOTSUPP, 'accept');
  }
  shutdown(_how: number): void {
    this.#fail(EOPNOTSUPP, 'shutdown');
  }

  close(): void {
    this.#unhook();
    for (const i of this.#promisc) {
      const dev = this.net.devs.get(i);
      if (dev !== undefined) devSetPromiscuity(dev, -1);
    }
    this.#promisc.length = 0;
    slotGet(this.net.kernel, SOCKS).delete(this);
    this.rxq.clear();
    this.release();
  }
}

/** Open packet sockets of a namespace, for /proc/net/packet. */
export const packetSocks = (net: Net): PacketSock[] => [...slotGet(net.kernel, SOCKS)].filter((sk) => sk.net === net);

export function packetInit(kernel: SimKernel): void {
  kernel.families.set(so.AF_PACKET, (net, _task, type, protocol) => {
    const kind = type & 0xf;
    return kind === so.SOCK_RAW || kind === so.SOCK_DGRAM ? new PacketSock(net, kind, protocol) : -ESOCKTNOSUPPORT;
  });
  kernel.netdevChain.register((event, dev) => {
    for (const sk of slotGet(kernel, SOCKS)) sk.event(event, dev);
  });
}
