/** ping over IPv4. @see iputils ping.c */
import { formatIpv4, ipv4IsMulticast, parseIpv4Aton } from '../../../lib/address.ts';
import { be16, be32, putBe16 } from '../../../lib/bytes.ts';
import { latin1Encode } from '../../../lib/text.ts';
import type { Received, SockAddr, SockAddrIn, Socket } from '../../../syscall/index.ts';
import { EACCES, EHOSTUNREACH, ENETUNREACH } from '../../../uapi/errno.ts';
import * as icmp from '../../../uapi/icmp.ts';
import { IPOPT_MINOFF, IPOPT_NOP, IPOPT_RR, IPOPT_TIMESTAMP, IPOPT_TS_TSONLY } from '../../../uapi/ip.ts';
import * as so from '../../../uapi/socket.ts';
import { checksum } from '../../../wire/checksum.ts';
import type { AddrInfo } from '../netdb/getaddrinfo.ts';
import { getifaddrs } from '../netdb/interfaces.ts';
import { icmpText } from './icmp-text.ts';
import { OptionPrinter } from './ip-options.ts';
import { MainLoop, type Protocol, type QueuedError } from './main-loop.ts';
import { remoteError } from './remote-error.ts';
import { gatherStatistics } from './report.ts';
import type { Session } from './session.ts';
import { arrivalUs, setupSocket } from './setup.ts';
import { errnoOf, type PingSocket } from './socket.ts';

const IP_HEADER = 20;
const MAX_IP_HEADER = 60;
const MAX_ICMP = 76;
const bit = (type: number): number => 1 << type;
const ERRORS = bit(icmp.ICMP_DEST_UNREACH) | bit(icmp.ICMP_TIME_EXCEEDED) | bit(icmp.ICMP_PARAMETERPROB);
const ALWAYS = bit(icmp.ICMP_SOURCE_QUENCH) | bit(icmp.ICMP_REDIRECT) | bit(icmp.ICMP_ECHOREPLY);

class Ping4 implements Protocol {
  readonly socket: PingSocket;
  readonly packetSize: number;
  readonly #s: Session;
  readonly #to: SockAddrIn;
  readonly #options: OptionPrinter;
  #recverrWorks = false;

  constructor(session: Session, socket: PingSocket, to: SockAddrIn) {
    this.#s = session;
    this.socket = socket;
    this.#to = to;
    this.packetSize = session.options.datalen + MAX_IP_HEADER + MAX_ICMP;
    this.#options = new OptionPrinter((a) => session.named(a, formatIpv4(a)), session.options.flood);
  }

  #name(address: SockAddr | null): string {
    const a = address?.family === so.AF_INET ? address.address : 0;
    return this.#s.named(a, formatIpv4(a));
  }

  #ours(id: number): boolean {
    return !this.socket.raw || id === this.#s.ident;
  }

  sendProbe(): void {
    const s = this.#s;
    const { packet } = s;
    s.header(icmp.ICMP_ECHO);
    if (s.timing) s.stampPacket();
    putBe16(packet, 2, checksum(packet, 0, packet.length));
    this.socket.send(packet, this.#to, [], s.confirm);
    s.confirm = 0;
  }

  async receiveError(): Promise<QueuedError> {
    const s = this.#s;
    const answer = await remoteError(s, this.socket, '=');
    if ('count' in answer) return answer;
    const { error, received } = answer;
    const { origin, type, code, info, offender } = error;
    const { quiet, flood } = s.options;
    const { data, from } = received;
    const ours =
      origin === so.SO_EE_ORIGIN_ICMP &&
      data.length >= 8 &&
      from?.family === so.AF_INET &&
      from.address === this.#to.address &&
      data[0] === icmp.ICMP_ECHO &&
      this.#ours(be16(data, 4));
    if (!ours) return { count: 0, errno: 0 };
    const seq = be16(data, 6);
    s.acknowledge(seq);
    this.#filterErrors();
    s.errors++;
    if (quiet) return { count: 1, errno: 0 };
    if (flood) await s.out('\bE');
    else {
      const by = offender === null ? 0 : (offender.address as number);
      await s.learn(by, formatIpv4(by));
      const gateway = type === icmp.ICMP_REDIRECT ? s.named(info, formatIpv4(info)) : null;
      const text = icmpText(type, code, info, gateway);
      s.proc.out(`${s.stamp()}From ${s.named(by, formatIpv4(by))} icmp_seq=${seq} ${text}`);
      await s.proc.flush();
    }
    return { count: 1, errno: 0 };
  }

  /** Errors come by the queue: their copies need not. */
  #filterErrors(): void {
    if (this.#recverrWorks || !this.socket.raw) return;
    this.#recverrWorks = true;
    this.#s.proc.task.charge('syscall');
    this.socket.socket.setsockopt(so.SOL_RAW, icmp.ICMP_FILTER, ~ALWAYS);
  }

  async parseReply(received: Received): Promise<boolean> {
    const s = this.#s;
    let { data } = received;
    let hops = -1;
    let options = new Uint8Array(0);
    if (this.socket.raw) {
      const hlen = (data[0]! & 15) << 2;
      if (data.length < hlen + 8 || hlen < IP_HEADER) {
        if (s.options.verbose)
          await s.warn(`packet too short (${data.length} bytes) from ${this.#name(received.from)}`);
        return true;
      }
      hops = data[8]!;
      options = data.slice(IP_HEADER, hlen);
      data = data.subarray(hlen);
    } else {
      for (const c of received.control) {
        if (c.level !== so.SOL_IP) continue;
        if (c.type === so.IP_TTL) hops = c.data[0]!;
        else if (c.type === so.IP_RETOPTS) options = c.data.slice();
      }
    }
    const badChecksum = checksum(data, 0, data.length) !== 0;
    if (data[0] !== icmp.ICMP_ECHOREPLY) return this.#otherMessage(data, received, badChecksum);
    if (!this.#ours(be16(data, 4))) return true;
    const from = received.from?.family === so.AF_INET ? received.from.address : 0;
    await s.learn(from, formatIpv4(from));
    const complete = await gatherStatistics(s, {
      icmp: data,
      seq: be16(data, 6),
      hops,
      badChecksum,
      arrivedUs: arrivalUs(s, received),
      from: this.#name(received.from),
      wrongSource: !s.options.broadcast && !s.multicast && from !== this.#to.address,
    });
    if (!complete) {
      if (s.options.audible) await s.out('\x07');
      if (!s.options.flood) s.proc.out(`${this.#options.text(options)}\n`);
    }
    await s.proc.flush();
    return false;
  }

  /** What is no answer: a redirect, or anything else that the filter lets through. */
  async #otherMessage(data: Uint8Array, received: Received, badChecksum: boolean): Promise<boolean> {
    const s = this.#s;
    const type = data[0]!;
    const { quiet, flood, verbose } = s.options;
    const errorPacket = (ERRORS & bit(type)) !== 0;
    if (type === icmp.ICMP_ECHO) return true;
    if (errorPacket || type === icmp.ICMP_REDIRECT || type === icmp.ICMP_SOURCE_QUENCH) {
      const inner = 8 + ((data[8]! & 15) << 2);
      if (data.length < 8 + IP_HEADER + 8 || data.length < inner + 8) return true;
      const ours =
        data[inner] === icmp.ICMP_ECHO && be32(data, 24) === this.#to.address && this.#ours(be16(data, inner + 4));
      if (!ours) return true;
      if (errorPacket) {
        s.acknowledge(be16(data, inner + 6));
        return false;
      }
      if (quiet || flood) return true;
      const gateway = be32(data, 4);
      await s.learn(gateway, formatIpv4(gateway));
      const text = icmpText(type, data[1]!, gateway, s.named(gateway, formatIpv4(gateway)));
      const bad = badChecksum ? '(BAD CHECKSUM)' : '';
      s.proc.out(`${s.stamp()}From ${this.#name(received.from)}: icmp_seq=${be16(data, inner + 6)} ${bad}${text}`);
      return true;
    }
    if (flood && !verbose && !quiet) await s.out(badChecksum ? '!EC' : '!E');
    else if (verbose && !flood) {
      const text = badChecksum ? '(BAD CHECKSUM)\n' : icmpText(type, data[1]!, be32(data, 4), null);
      s.proc.out(`${s.stamp()}From ${this.#name(received.from)}: ${text}`);
    }
    return false;
  }
}

/** The IP options to send: a route to record, times to stamp. @returns bytes, at most 40 */
function ipOptions(s: Session): Uint8Array | null {
  const { recordRoute, tsType } = s.options;
  if (recordRoute) {
    const space = new Uint8Array(40);
    space.set([IPOPT_NOP, IPOPT_RR, 39, IPOPT_MINOFF]);
    return space;
  }
  if (tsType === null) return null;
  const length = tsType === IPOPT_TS_TSONLY ? 40 : 36;
  const space = new Uint8Array(length);
  space.set([IPOPT_TIMESTAMP, length, 5, tsType]);
  return space;
}

/** Finds out which address the kernel sends from, by connecting a datagram socket. */
async function probeSource(s: Session, to: SockAddrIn, bindDevice: (socket: Socket) => void): Promise<number> {
  const { proc, options } = s;
  const probe = proc.socket(so.AF_INET, so.SOCK_DGRAM, 0);
  try {
    bindDevice(probe);
    if (options.tos !== null) probe.setsockopt(so.SOL_IP, so.IP_TOS, options.tos);
    if (options.mark !== null) probe.setsockopt(so.SOL_SOCKET, so.SO_MARK, options.mark | 0);
    const target: SockAddrIn = { ...to, port: 1025 };
    try {
      probe.connect(target);
    } catch (e) {
      if (errnoOf(e).errno !== -EACCES) throw e;
      if (!options.broadcast) s.die('Do you want to ping broadcast? Then -b. If not, check your local firewall rules');
      await proc.flush();
      proc.err('WARNING: pinging broadcast address\n');
      probe.setsockopt(so.SOL_SOCKET, so.SO_BROADCAST, 1);
      probe.connect(target);
    }
    const name = probe.getsockname();
    const source = name.family === so.AF_INET ? name.address : 0;
    if (options.device !== null) {
      const found = (await getifaddrs(proc)).some((a) => a.name === options.device && a.address === source);
      if (!found) await s.warn(`Warning: source address might be selected on device other than: ${options.device}`);
    }
    return source;
  } finally {
    probe.close();
  }
}

/**
 * Pings an IPv4 address to the end.
 * @param last there is no further address to try. @returns ping's status, -1 to try the next address
 * @see ping.c:ping4_run
 */
export async function ping4Run(
  s: Session,
  socket: PingSocket,
  info: AddrInfo,
  target: string,
  last: boolean,
): Promise<number> {
  if (info.family !== so.AF_INET) throw new Error('not an IPv4 address');
  const { options } = s;
  const call = (what: string, action: () => void): void => {
    s.proc.task.charge('syscall');
    try {
      action();
    } catch (e) {
      s.die(`${what}: ${errnoOf(e).strerror}`);
    }
  };
  const numeric = /\s/.test(target) ? null : parseIpv4Aton(target);
  if (numeric !== null) s.numeric = true;
  s.hostname = numeric === null ? (info.canonname ?? '') : target;
  let to: SockAddrIn = { family: so.AF_INET, address: info.address, port: 0 };
  const bindDevice = (one: Socket): void => {
    const { device } = options;
    if (device === null) return;
    call(`SO_BINDTODEVICE ${device}`, () =>
      one.setsockopt(so.SOL_SOCKET, so.SO_BINDTODEVICE, latin1Encode(`${device}\0`)),
    );
  };
  let source = options.source4;
  if (source === 0) {
    try {
      source = await probeSource(s, to, (probe) => {
        bindDevice(probe);
        bindDevice(socket.socket);
      });
    } catch (e) {
      const { errno, strerror: words } = errnoOf(e);
      if ((errno === -EHOSTUNREACH || errno === -ENETUNREACH) && !last) return -1;
      s.die(`connect: ${words}`);
    }
  } else bindDevice(socket.socket);
  if (to.address === 0) to = { ...to, address: source };
  let { pmtudisc } = options;
  if (options.broadcast || ipv4IsMulticast(to.address)) {
    s.multicast = true;
    if (pmtudisc < 0) pmtudisc = so.IP_PMTUDISC_DO;
  }
  const sock = socket.socket;
  if (pmtudisc >= 0) call('IP_MTU_DISCOVER', () => sock.setsockopt(so.SOL_IP, so.IP_MTU_DISCOVER, pmtudisc));
  const bound = options.strictSource || options.stickySource;
  const port = socket.raw ? 0 : Math.max(0, options.ident);
  if (bound || port !== 0) call('bind', () => sock.bind({ family: so.AF_INET, address: source, port }));
  if (socket.raw)
    call('setsockopt(ICMP_FILTER)', () => sock.setsockopt(so.SOL_RAW, icmp.ICMP_FILTER, ~(ALWAYS | ERRORS)));
  call('IP_RECVERR', () => sock.setsockopt(so.SOL_IP, so.IP_RECVERR, 1));
  if (!socket.raw) {
    call('setsockopt(IP_RECVTTL)', () => sock.setsockopt(so.SOL_IP, so.IP_RECVTTL, 1));
    call('setsockopt(IP_RETOPTS)', () => sock.setsockopt(so.SOL_IP, so.IP_RETOPTS, 1));
  }
  const space = ipOptions(s);
  if (space !== null) call('record route', () => sock.setsockopt(so.SOL_IP, so.IP_OPTIONS, space));
  // The real length of the time stamp option is 36; ping counts 40.
  const optlen = space === null ? 0 : 40;
  const size = options.datalen + 8;
  await setupSocket.buffers(s, sock, size + Math.trunc((size + 511) / 512) * (optlen + IP_HEADER + 16 + 64 + 160));
  s.timing = options.datalen >= 16;
  if (options.broadcast) call('setting broadcast', () => sock.setsockopt(so.SOL_SOCKET, so.SO_BROADCAST, 1));
  if (options.noLoop) {
    call('cannot disable multicast loopback', () => sock.setsockopt(so.SOL_IP, so.IP_MULTICAST_LOOP, 0));
  }
  const { ttl } = options;
  if (ttl !== null) {
    call('cannot set multicast time-to-live', () => sock.setsockopt(so.SOL_IP, so.IP_MULTICAST_TTL, ttl));
    call('cannot set unicast time-to-live', () => sock.setsockopt(so.SOL_IP, so.IP_TTL, ttl));
  }
  let header = `PING ${s.hostname} (${formatIpv4(to.address)}) `;
  if (options.device !== null || bound) header += `from ${formatIpv4(source)} ${options.device ?? ''}: `;
  await s.out(`${header}${options.datalen}(${size + optlen + IP_HEADER}) bytes of data.\n`);
  setupSocket.options(s, socket);
  if (options.connectSocket) call('connect failed', () => sock.connect({ ...to, port: 1025 }));
  return new MainLoop(s, new Ping4(s, socket, to)).run();
}
