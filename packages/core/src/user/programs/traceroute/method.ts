/** How probes are sent: one socket each over UDP, one for all over ICMP. @see traceroute mod-udp.c, mod-icmp.c */
import { latin1Encode } from '../../../lib/text.ts';
import { putBe16, putBe32, be16 } from '../../../lib/bytes.ts';
import { type Received, type SockAddr, type Socket, SystemError } from '../../../syscall/index.ts';
import { EAGAIN, EHOSTUNREACH, EMSGSIZE, ENOBUFS } from '../../../uapi/errno.ts';
import { ICMP_ECHO, ICMP_ECHOREPLY } from '../../../uapi/icmp.ts';
import { ICMPV6_ECHO_REPLY, ICMPV6_ECHO_REQUEST } from '../../../uapi/icmpv6.ts';
import { IPPROTO_ICMP, IPPROTO_ICMPV6, IPPROTO_UDP } from '../../../uapi/in.ts';
import * as so from '../../../uapi/socket.ts';
import { checksum } from '../../../wire/checksum.ts';
import type { Process } from '../../process/types.ts';
import type { AddrInfo } from '../netdb/getaddrinfo.ts';
import { TracerouteExit, type TracerouteOptions } from './options.ts';
import type { Probe } from './probe.ts';

/** What the engine needs of a way to send probes. */
export interface Prober {
  /** Bytes of header between IP's and the data. */
  readonly headerLength: number;
  /** Sends; `probe.socket` is where its answer comes. False when it shall be tried again later. */
  send(probe: Probe, ttl: number, data: number): boolean;
  /** The probe that what was received on `socket` is about, or null. */
  match(received: Received, socket: Socket, probes: readonly Probe[]): Probe | null;
  /** The probe is answered or given up. */
  release(probe: Probe): void;
}

/** Gives up with a system call's error. The header line is open, so a newline comes first. */
function die(call: string, e: unknown): never {
  if (!(e instanceof SystemError)) throw e;
  throw new TracerouteExit(1, `\n${call}: ${e.strerror}\n`);
}

export class Sockets {
  readonly #proc: Process;
  readonly #o: TracerouteOptions;
  readonly v6: boolean;

  constructor(proc: Process, options: TracerouteOptions) {
    this.#proc = proc;
    this.#o = options;
    this.v6 = options.host.family === so.AF_INET6;
  }

  #call(name: string, action: () => void): void {
    this.#proc.task.charge('syscall');
    try {
      action();
    } catch (e) {
      die(name, e);
    }
  }

  address(info: AddrInfo | null, port: number): SockAddr {
    if (!this.v6) return { family: so.AF_INET, address: info?.family === so.AF_INET ? info.address : 0, port };
    const six = info?.family === so.AF_INET6 ? info : null;
    const flowinfo = info === this.#o.host ? this.#o.flowLabel : 0;
    return {
      family: so.AF_INET6,
      address: six?.address ?? new Uint8Array(16),
      port,
      scopeId: six?.scopeId ?? 0,
      flowinfo,
    };
  }

  /** A socket with all that the command line asks for, bound. @throws SystemError when it cannot be made at all */
  open(type: number, protocol: number): Socket {
    const o = this.#o;
    const socket = this.#proc.socket(this.v6 ? so.AF_INET6 : so.AF_INET, type, protocol);
    const set = (name: string, level: number, option: number, value: number | Uint8Array): void =>
      this.#call(`setsockopt ${name}`, () => socket.setsockopt(level, option, value));
    if (o.debug) set('SO_DEBUG', so.SOL_SOCKET, so.SO_DEBUG, 1);
    if (o.mark !== null) set('SO_MARK', so.SOL_SOCKET, so.SO_MARK, o.mark | 0);
    if (o.device !== null) {
      set('SO_BINDTODEVICE', so.SOL_SOCKET, so.SO_BINDTODEVICE, latin1Encode(`${o.device}\0`));
    }
    this.#call('bind', () => socket.bind(this.address(o.source, type === so.SOCK_RAW ? 0 : o.sourcePort)));
    const disc = o.dontFragment ? so.IP_PMTUDISC_PROBE : so.IP_PMTUDISC_DONT;
    if (this.v6) {
      set('IPV6_MTU_DISCOVER', so.SOL_IPV6, so.IPV6_MTU_DISCOVER, disc);
      if (o.flowLabel !== 0) set('IPV6_FLOWLABEL_MGR', so.SOL_IPV6, so.IPV6_FLOWLABEL_MGR, this.#flowLabel());
      if (o.tos !== null) set('IPV6_TCLASS', so.SOL_IPV6, so.IPV6_TCLASS, o.tos & 255);
      if (o.flowLabel !== 0) set('IPV6_FLOWINFO_SEND', so.SOL_IPV6, so.IPV6_FLOWINFO_SEND, 1);
    } else {
      set('IP_MTU_DISCOVER', so.SOL_IP, so.IP_MTU_DISCOVER, disc);
      if (o.tos !== null) set('IP_TOS', so.SOL_IP, so.IP_TOS, o.tos & 255);
    }
    if (o.dontRoute) set('SO_DONTROUTE', so.SOL_SOCKET, so.SO_DONTROUTE, 1);
    set('SO_TIMESTAMP', so.SOL_SOCKET, so.SO_TIMESTAMP, 1);
    if (this.v6) set('IPV6_RECVHOPLIMIT', so.SOL_IPV6, so.IPV6_RECVHOPLIMIT, 1);
    else set('IP_RECVTTL', so.SOL_IP, so.IP_RECVTTL, 1);
    return socket;
  }

  /** struct in6_flowlabel_req: asks for the label, shared with anybody. */
  #flowLabel(): Uint8Array {
    const request = new Uint8Array(32);
    const { host } = this.#o;
    if (host.family === so.AF_INET6) request.set(host.address);
    putBe32(request, 16, this.#o.flowLabel);
    request.set([0, 255], 20);
    request.set([1, 0], 22);
    return request;
  }

  connect(socket: Socket, port: number): void {
    this.#call('connect', () => socket.connect(this.address(this.#o.host, port)));
    const [level, option] = this.v6 ? [so.SOL_IPV6, so.IPV6_RECVERR] : [so.SOL_IP, so.IP_RECVERR];
    this.#call(this.v6 ? 'setsockopt IPV6_RECVERR' : 'setsockopt IP_RECVERR', () =>
      socket.setsockopt(level, option, 1),
    );
  }

  setTtl(socket: Socket, ttl: number): void {
    const [level, option] = this.v6 ? [so.SOL_IPV6, so.IPV6_UNICAST_HOPS] : [so.SOL_IP, so.IP_TTL];
    this.#call(this.v6 ? 'setsockopt IPV6_UNICAST_HOPS' : 'setsockopt IP_TTL', () =>
      socket.setsockopt(level, option, ttl),
    );
  }

  /** Sends. What says more by the error queue counts as sent. */
  send(socket: Socket, data: Uint8Array): boolean {
    this.#proc.task.charge('syscall');
    try {
      socket.sendmsg(data);
    } catch (e) {
      const errno = e instanceof SystemError ? -e.errno : 0;
      if (errno === ENOBUFS || errno === EAGAIN) return false;
      if (errno !== EMSGSIZE && errno !== EHOSTUNREACH) die('send', e);
    }
    return true;
  }
}

const UDP_HEADER = 8;
const DEFAULT_PORT = 33_434;
const DNS_PORT = 53;

/** A socket a probe; the port grows from probe to probe unless it is `-U`. */
export class UdpProber implements Prober {
  readonly headerLength: number = UDP_HEADER;
  readonly #sockets: Sockets;
  readonly #growing: boolean;
  readonly #now: () => number;
  #port: number;

  constructor(sockets: Sockets, options: TracerouteOptions, now: () => number) {
    this.#sockets = sockets;
    this.#growing = options.method === 'default';
    this.#port = options.port !== 0 ? options.port : this.#growing ? DEFAULT_PORT : DNS_PORT;
    this.#now = now;
  }

  send(probe: Probe, ttl: number, data: number): boolean {
    let socket: Socket;
    try {
      socket = this.#sockets.open(so.SOCK_DGRAM, IPPROTO_UDP);
    } catch (e) {
      if (e instanceof TracerouteExit) throw e;
      return die('socket', e);
    }
    this.#sockets.setTtl(socket, ttl);
    this.#sockets.connect(socket, this.#port & 0xffff);
    const bytes = new Uint8Array(data);
    for (let i = 0; i < data; i++) bytes[i] = 0x40 + (i & 0x3f);
    probe.sentUs = this.#now();
    if (!this.#sockets.send(socket, bytes)) {
      socket.close();
      probe.sentUs = 0;
      return false;
    }
    probe.socket = socket;
    if (this.#growing) this.#port++;
    return true;
  }

  match(_received: Received, socket: Socket, probes: readonly Probe[]): Probe | null {
    return probes.find((p) => p.socket === socket) ?? null;
  }

  release(probe: Probe): void {
    probe.socket?.close();
    probe.socket = null;
  }
}

/** One socket; probes are told by the sequence number of the echo request. */
export class IcmpProber implements Prober {
  readonly headerLength: number = 8;
  readonly #sockets: Sockets;
  readonly #now: () => number;
  readonly #socket: Socket;
  readonly #raw: boolean;
  readonly #ident: number;
  #seq: number;

  constructor(proc: Process, sockets: Sockets, options: TracerouteOptions, now: () => number) {
    this.#sockets = sockets;
    this.#now = now;
    this.#seq = options.port !== 0 ? options.port : 1;
    const protocol = sockets.v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
    const types = { any: [so.SOCK_DGRAM, so.SOCK_RAW], raw: [so.SOCK_RAW], dgram: [so.SOCK_DGRAM] }[options.icmpSocket];
    let opened: Socket | null = null;
    let failure: unknown = null;
    for (const type of types) {
      try {
        opened = sockets.open(type, protocol);
        break;
      } catch (e) {
        if (e instanceof TracerouteExit) throw e;
        failure = e;
      }
    }
    if (opened === null) die('socket', failure);
    this.#socket = opened;
    this.#raw = opened.type === so.SOCK_RAW;
    sockets.connect(opened, 0);
    const name = opened.getsockname();
    this.#ident = this.#raw || !('port' in name) ? proc.pid & 0xffff : name.port;
  }

  send(probe: Probe, ttl: number, data: number): boolean {
    this.#sockets.setTtl(this.#socket, ttl);
    const packet = new Uint8Array(this.headerLength + data);
    for (let i = this.headerLength; i < packet.length; i++) packet[i] = 0x40 + (i & 0x3f);
    packet[0] = this.#sockets.v6 ? ICMPV6_ECHO_REQUEST : ICMP_ECHO;
    putBe16(packet, 4, this.#ident);
    putBe16(packet, 6, this.#seq);
    if (!this.#sockets.v6) putBe16(packet, 2, checksum(packet, 0, packet.length));
    probe.sentUs = this.#now();
    if (!this.#sockets.send(this.#socket, packet)) {
      probe.sentUs = 0;
      return false;
    }
    probe.socket = this.#socket;
    probe.seq = this.#seq;
    this.#seq = (this.#seq + 1) & 0xffff;
    return true;
  }

  match(received: Received, _socket: Socket, probes: readonly Probe[]): Probe | null {
    const quoted = (received.flags & so.MSG_ERRQUEUE) !== 0;
    let { data } = received;
    if (quoted) {
      if (data.length === 0) return probes.find((p) => p.socket !== null && !p.done) ?? null;
    } else if (this.#raw && !this.#sockets.v6) {
      data = data.subarray((data[0]! & 15) << 2);
    }
    if (data.length < 8) return null;
    const { v6 } = this.#sockets;
    const wanted = quoted ? (v6 ? ICMPV6_ECHO_REQUEST : ICMP_ECHO) : v6 ? ICMPV6_ECHO_REPLY : ICMP_ECHOREPLY;
    if (data[0] !== wanted || be16(data, 4) !== this.#ident) return null;
    return probes.find((p) => p.socket !== null && !p.done && p.seq === be16(data, 6)) ?? null;
  }

  release(probe: Probe): void {
    probe.socket = null;
  }
}
