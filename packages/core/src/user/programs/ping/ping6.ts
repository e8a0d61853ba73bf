/** ping over IPv6. @see iputils ping6_common.c */
import { formatIpv6, ipv6IsAny, ipv6IsLinkLocal, ipv6IsMulticast } from '../../../lib/address.ts';
import { be16, le32, putBe32, putLe32 } from '../../../lib/bytes.ts';
import { latin1Encode } from '../../../lib/text.ts';
import type { ControlMessage, Received, SockAddr, SockAddrIn6, Socket } from '../../../syscall/index.ts';
import { EHOSTUNREACH, ENETUNREACH } from '../../../uapi/errno.ts';
import { ICMPV6_ECHO_REPLY, ICMPV6_ECHO_REQUEST, ICMPV6_FILTER } from '../../../uapi/icmpv6.ts';
import { IPPROTO_ICMPV6 } from '../../../uapi/in.ts';
import * as so from '../../../uapi/socket.ts';
import type { AddrInfo } from '../netdb/getaddrinfo.ts';
import { sameAddress } from '../netdb/hosts.ts';
import { getifaddrs, ifIndexToName, ifNameToIndex } from '../netdb/interfaces.ts';
import { icmp6Text } from './icmp-text.ts';
import { MainLoop, type Protocol, type QueuedError } from './main-loop.ts';
import { remoteError } from './remote-error.ts';
import { gatherStatistics } from './report.ts';
import type { Session } from './session.ts';
import { arrivalUs, setupSocket } from './setup.ts';
import { errnoOf, type PingSocket } from './socket.ts';

/** Room for a routing header and what comes with it. */
const EXTRA = 4096 + 40 + 8 + 8;

const linkScope = (a: Uint8Array): boolean => ipv6IsLinkLocal(a) || (ipv6IsMulticast(a) && (a[1]! & 15) === 2);

/** struct in6_pktinfo of any address on a device. */
function pktinfo(ifindex: number): Uint8Array {
  const b = new Uint8Array(20);
  putLe32(b, 16, ifindex);
  return b;
}

class Ping6 implements Protocol {
  readonly socket: PingSocket;
  readonly packetSize: number;
  readonly #s: Session;
  readonly #to: SockAddrIn6;
  readonly #control: readonly ControlMessage[];
  readonly #text: (address: Uint8Array, scopeId: number) => Promise<string>;

  constructor(
    session: Session,
    socket: PingSocket,
    to: SockAddrIn6,
    control: readonly ControlMessage[],
    text: (address: Uint8Array, scopeId: number) => Promise<string>,
  ) {
    this.#s = session;
    this.socket = socket;
    this.#to = to;
    this.#control = control;
    this.#text = text;
    this.packetSize = session.options.datalen + EXTRA;
  }

  #ours(id: number): boolean {
    return !this.socket.raw || id === this.#s.ident;
  }

  async #name(address: SockAddr | null): Promise<string> {
    if (address?.family !== so.AF_INET6) return '';
    const text = await this.#text(address.address, address.scopeId);
    await this.#s.learn(address.address, text);
    return this.#s.named(address.address, text);
  }

  sendProbe(): void {
    const s = this.#s;
    s.header(ICMPV6_ECHO_REQUEST);
    if (s.timing) s.stampPacket();
    this.socket.send(s.packet, this.#to, this.#control, s.confirm);
    s.confirm = 0;
  }

  async receiveError(): Promise<QueuedError> {
    const s = this.#s;
    const answer = await remoteError(s, this.socket, ': ');
    if ('count' in answer) return answer;
    const { error, received } = answer;
    const { origin, type, code, info, offender } = error;
    const { quiet, flood } = s.options;
    const { data, from } = received;
    const ours =
      origin === so.SO_EE_ORIGIN_ICMP6 &&
      data.length >= 8 &&
      from?.family === so.AF_INET6 &&
      sameAddress(from.address, this.#to.address) &&
      data[0] === ICMPV6_ECHO_REQUEST &&
      this.#ours(be16(data, 4));
    if (!ours) return { count: 0, errno: 0 };
    s.errors++;
    if (quiet) return { count: 1, errno: 0 };
    if (flood) await s.out('\bE');
    else {
      const address = offender === null ? new Uint8Array(16) : (offender.address as Uint8Array);
      const number = await this.#text(address, offender?.scopeId ?? 0);
      await s.learn(address, number);
      s.proc.out(
        `${s.stamp()}From ${s.named(address, number)} icmp_seq=${be16(data, 6)} ${icmp6Text(type, code, info)}\n`,
      );
      await s.proc.flush();
    }
    return { count: 1, errno: 0 };
  }

  async parseReply(received: Received): Promise<boolean> {
    const s = this.#s;
    const { data, from } = received;
    const name = await this.#name(from);
    if (data.length < 8) {
      if (s.options.verbose) await s.warn(`packet too short: ${data.length} bytes from ${name}`);
      return true;
    }
    // The filter of a raw socket lets nothing else through, and a datagram socket gets nothing else.
    if (data[0] !== ICMPV6_ECHO_REPLY || !this.#ours(be16(data, 4))) return true;
    const hops = received.control.find((c) => c.level === so.SOL_IPV6 && c.type === so.IPV6_HOPLIMIT);
    const complete = await gatherStatistics(s, {
      icmp: data,
      seq: be16(data, 6),
      hops: hops === undefined ? -1 : le32(hops.data, 0),
      badChecksum: false,
      arrivedUs: arrivalUs(s, received),
      from: name,
      // Unlike IPv4, another address than the one asked is not remarked on.
      wrongSource: false,
    });
    if (!complete) {
      if (s.options.audible) await s.out('\x07');
      if (!s.options.flood) s.proc.out('\n');
    }
    await s.proc.flush();
    return false;
  }
}

/** Prints addresses with the device that a link-local one belongs to. @see getnameinfo(3) */
function addressText(s: Session): (address: Uint8Array, scopeId: number) => Promise<string> {
  const names = new Map<number, string>();
  return async (address, scopeId) => {
    const text = formatIpv6(address);
    if (scopeId === 0) return text;
    let scope = names.get(scopeId);
    if (scope === undefined) {
      scope = (linkScope(address) ? await ifIndexToName(s.proc, scopeId) : null) ?? String(scopeId);
      names.set(scopeId, scope);
    }
    return `${text}%${scope}`;
  };
}

/** The address the kernel sends from, by connecting a datagram socket. */
function probeSource(s: Session, probe: Socket, to: SockAddrIn6): Uint8Array {
  if (s.options.mark !== null) probe.setsockopt(so.SOL_SOCKET, so.SO_MARK, s.options.mark | 0);
  // A link-local target is connected to as AF_UNSPEC, which undoes connections and tells nothing.
  if (!linkScope(to.address)) probe.connect({ ...to, port: 1025 });
  const name = probe.getsockname();
  return name.family === so.AF_INET6 ? name.address : new Uint8Array(16);
}

/** IPV6_FLOWLABEL_MGR: asks for a label of one's own. struct in6_flowlabel_req */
function flowLabelRequest(label: number, to: Uint8Array): Uint8Array {
  const b = new Uint8Array(32);
  b.set(to);
  putBe32(b, 16, label);
  b[20] = 0; // IPV6_FL_A_GET
  b[21] = 1; // IPV6_FL_S_EXCL
  b[22] = 1; // IPV6_FL_F_CREATE
  return b;
}

/**
 * Pings an IPv6 address to the end.
 * @param last there is no further address to try. @returns ping's status, -1 to try the next address
 * @see ping6_common.c:ping6_run
 */
export async function ping6Run(
  s: Session,
  socket: PingSocket,
  info: AddrInfo,
  target: string,
  last: boolean,
): Promise<number> {
  if (info.family !== so.AF_INET6) throw new Error('not an IPv6 address');
  const { options, proc } = s;
  const sock = socket.socket;
  const call = (what: string, action: () => void): void => {
    proc.task.charge('syscall');
    try {
      action();
    } catch (e) {
      s.die(`${what}: ${errnoOf(e).strerror}`);
    }
  };
  if (target.includes(':')) s.numeric = true;
  s.hostname = target;
  let to: SockAddrIn6 = { family: so.AF_INET6, address: info.address, port: 0, scopeId: info.scopeId, flowinfo: 0 };
  const { device } = options;
  if (!socket.raw && linkScope(to.address) && to.scopeId === 0 && device === null) {
    await s.warn(
      'Warning: IPv6 link-local address on ICMP datagram socket may require ifname or scope-id => use: address%<ifname|scope-id>',
    );
  }
  let source = options.source6;
  let ifindex = 0;
  const deviceIndex = async (): Promise<number> => {
    ifindex = await ifNameToIndex(proc, device!);
    if (ifindex === 0) s.die(`unknown iface: ${device}`);
    return ifindex;
  };
  if (source === null || ipv6IsAny(source)) {
    const probe = proc.socket(so.AF_INET6, so.SOCK_DGRAM, 0);
    try {
      let first = to;
      if (device !== null) {
        const index = await deviceIndex();
        const name = latin1Encode(`${device}\0`);
        for (const one of [probe, sock]) {
          call('setsockopt(IPV6_PKTINFO)', () => one.setsockopt(so.SOL_IPV6, so.IPV6_PKTINFO, pktinfo(index)));
        }
        for (const one of [probe, sock]) {
          call(`setsockopt(SO_BINDTODEVICE) ${device}`, () => one.setsockopt(so.SOL_SOCKET, so.SO_BINDTODEVICE, name));
        }
        if (linkScope(to.address)) first = { ...to, scopeId: index };
      }
      source = probeSource(s, probe, first);
    } catch (e) {
      const { errno, strerror: words } = errnoOf(e);
      if ((errno === -EHOSTUNREACH || errno === -ENETUNREACH) && !last) return -1;
      s.die(`connect: ${words}`);
    } finally {
      probe.close();
    }
    if (device !== null) {
      const from = source;
      if (!(await getifaddrs(proc)).some((a) => a.name === device && sameAddress(a.address, from))) {
        await s.warn(`Warning: source address might be selected on device other than: ${device}`);
      }
    }
  } else if (device !== null) {
    call(`setsockopt(SO_BINDTODEVICE) ${device}`, () =>
      sock.setsockopt(so.SOL_SOCKET, so.SO_BINDTODEVICE, latin1Encode(`${device}\0`)),
    );
  }
  const control: ControlMessage[] = [];
  if (device !== null) {
    const data = pktinfo(await deviceIndex());
    control.push({ level: so.SOL_IPV6, type: so.IPV6_PKTINFO, data });
  }
  let { pmtudisc } = options;
  if (ipv6IsMulticast(to.address)) {
    s.multicast = true;
    if (pmtudisc < 0) pmtudisc = so.IPV6_PMTUDISC_DO;
  }
  if (pmtudisc >= 0) call('IPV6_MTU_DISCOVER', () => sock.setsockopt(so.SOL_IPV6, so.IPV6_MTU_DISCOVER, pmtudisc));
  const from = source;
  const bound = options.strictSource || options.stickySource;
  const port = socket.raw ? 0 : Math.max(0, options.ident);
  if (bound || port !== 0) {
    const scopeId = linkScope(from) ? ifindex : 0;
    call('bind icmp socket', () => sock.bind({ family: so.AF_INET6, address: from, port, scopeId, flowinfo: 0 }));
  }
  s.timing = options.datalen >= 16;
  call('IPV6_RECVERR', () => sock.setsockopt(so.SOL_IPV6, so.IPV6_RECVERR, 1));
  const size = options.datalen + 8;
  await setupSocket.buffers(s, sock, size + Math.trunc((size + 511) / 512) * (40 + 16 + 64 + 160));
  if (socket.raw) {
    try {
      proc.task.charge('syscall');
      sock.setsockopt(so.SOL_RAW, so.IPV6_CHECKSUM, 2);
    } catch (e) {
      await s.warn(`setsockopt(RAW_CHECKSUM) failed - try to continue: ${errnoOf(e).strerror}`);
    }
    const filter = new Uint8Array(32).fill(0xff);
    filter[ICMPV6_ECHO_REPLY >> 3]! &= ~(1 << (ICMPV6_ECHO_REPLY & 7));
    call('setsockopt(ICMP6_FILTER)', () => sock.setsockopt(so.SOL_ICMPV6, ICMPV6_FILTER, filter));
  }
  if (options.noLoop) {
    call("can't disable multicast loopback", () => sock.setsockopt(so.SOL_IPV6, so.IPV6_MULTICAST_LOOP, 0));
  }
  const { ttl, flowlabel } = options;
  if (ttl !== null) {
    call("can't set multicast hop limit", () => sock.setsockopt(so.SOL_IPV6, so.IPV6_MULTICAST_HOPS, ttl));
    call("can't set unicast hop limit", () => sock.setsockopt(so.SOL_IPV6, so.IPV6_UNICAST_HOPS, ttl));
  }
  call("can't receive hop limit", () => sock.setsockopt(so.SOL_IPV6, so.IPV6_RECVHOPLIMIT, 1));
  if (flowlabel !== null) {
    const request = flowLabelRequest(flowlabel, to.address);
    call("can't set flowlabel", () => sock.setsockopt(so.SOL_IPV6, so.IPV6_FLOWLABEL_MGR, request));
    call("can't send flowinfo", () => sock.setsockopt(so.SOL_IPV6, so.IPV6_FLOWINFO_SEND, 1));
    to = { ...to, flowinfo: flowlabel };
  }
  const text = addressText(s);
  const number = await text(to.address, to.scopeId);
  await s.learn(to.address, number);
  let header = `PING ${s.hostname}(${s.named(to.address, number)}) `;
  if (flowlabel !== null) header += `, flow 0x${flowlabel.toString(16).padStart(5, '0')}, `;
  if (device !== null || bound) header += `from ${await text(from, linkScope(from) ? ifindex : 0)} ${device ?? ''}: `;
  await s.out(`${header}${options.datalen} data bytes\n`);
  setupSocket.options(s, socket);
  return new MainLoop(s, new Ping6(s, socket, { ...to, port: IPPROTO_ICMPV6 }, control, text)).run();
}
