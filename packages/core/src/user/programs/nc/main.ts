/** The `nc` command: OpenBSD's netcat, Debian's 1.219; UDP. @see nc(1) */
import { type SockAddr, type Socket, SystemError } from '../../../syscall/index.ts';
import { EAGAIN, ECONNREFUSED } from '../../../uapi/errno.ts';
import { IPPROTO_UDP } from '../../../uapi/in.ts';
import * as so from '../../../uapi/socket.ts';
import type { Process, Program } from '../../process/types.ts';
import { type AddrInfo, EAI_NONAME, gaiStrerror, getaddrinfo } from '../netdb/getaddrinfo.ts';
import { findHostName, numericHost } from '../netdb/getnameinfo.ts';
import { nameByPort } from '../netdb/services.ts';
import { NcExit, type NcOptions, parseOptions } from './options.ts';
import { Quit, relay } from './relay.ts';

/** Seconds a scan waits for a refusal without -w. */
const SCAN_TIMEOUT_S = 3;

const fail = (words: string): never => {
  throw new NcExit(1, `nc: ${words}\n`);
};

function errorOf(e: unknown): SystemError {
  if (e instanceof SystemError) return e;
  throw e;
}

const sockAddr = (info: AddrInfo, port: number): SockAddr =>
  info.family === so.AF_INET
    ? { family: so.AF_INET, address: info.address, port }
    : { family: so.AF_INET6, address: info.address, port, scopeId: info.scopeId, flowinfo: 0 };

class Netcat {
  readonly #proc: Process;
  readonly #o: NcOptions;

  constructor(proc: Process, options: NcOptions) {
    this.#proc = proc;
    this.#o = options;
  }

  /** The addresses of a host, or why there are none. With -n names are not asked for. */
  async #resolve(host: string): Promise<readonly AddrInfo[] | string> {
    if (this.#o.numeric && !/^[0-9.]+$|:/.test(host)) return gaiStrerror(EAI_NONAME);
    const found = await getaddrinfo(this.#proc, host, this.#o.family);
    return typeof found === 'number' ? gaiStrerror(found) : found;
  }

  #options(socket: Socket): void {
    const { broadcast, debug, ttl } = this.#o;
    if (broadcast) socket.setsockopt(so.SOL_SOCKET, so.SO_BROADCAST, 1);
    if (debug) socket.setsockopt(so.SOL_SOCKET, so.SO_DEBUG, 1);
    if (ttl === null) return;
    if (socket.family === so.AF_INET) socket.setsockopt(so.SOL_IP, so.IP_TTL, ttl);
    else socket.setsockopt(so.SOL_IPV6, so.IPV6_UNICAST_HOPS, ttl);
  }

  /** `Bound on 0.0.0.0 5000`, `Connection received on …`. @see report_sock */
  async #report(what: string, address: SockAddr): Promise<void> {
    if (address.family !== so.AF_INET && address.family !== so.AF_INET6) return;
    const scopeId = address.family === so.AF_INET6 ? address.scopeId : 0;
    let host = await numericHost(this.#proc, address.address, scopeId);
    if (!this.#o.numeric) {
      const { name, again } = await findHostName(this.#proc, address.address);
      if (name === null && again) {
        this.#proc.err('nc: getnameinfo: Temporary failure in name resolution\n');
        return;
      }
      host = name ?? host;
    }
    this.#proc.err(`${what} ${host} ${address.port}\n`);
  }

  // ---- listening

  #bind(found: readonly AddrInfo[]): Socket {
    let failure = '';
    for (const info of found) {
      const socket = this.#proc.socket(info.family, so.SOCK_DGRAM, IPPROTO_UDP);
      try {
        socket.setsockopt(so.SOL_SOCKET, so.SO_REUSEADDR, 1);
        socket.setsockopt(so.SOL_SOCKET, so.SO_REUSEPORT, 1);
        this.#options(socket);
        socket.bind(sockAddr(info, this.#o.ports[0]!));
        return socket;
      } catch (e) {
        failure = errorOf(e).strerror;
        socket.close();
      }
    }
    return fail(failure);
  }

  async #wildcard(): Promise<readonly AddrInfo[] | string> {
    const { host, family } = this.#o;
    if (host !== null) return this.#resolve(host);
    return family === so.AF_INET6
      ? [{ family: so.AF_INET6, address: new Uint8Array(16), scopeId: 0, canonname: null }]
      : [{ family: so.AF_INET, address: 0, canonname: null }];
  }

  async listen(): Promise<number> {
    const { verbose, keep } = this.#o;
    const found = await this.#wildcard();
    if (typeof found === 'string') return fail(`getaddrinfo: ${found}`);
    const socket = this.#bind(found);
    if (verbose) await this.#report('Bound on', socket.getsockname());
    if (keep) {
      for (;;) await relay(this.#proc, this.#o, socket);
    }
    const from = await this.#firstPeer(socket);
    socket.connect(from);
    if (verbose) await this.#report('Connection received on', from);
    await relay(this.#proc, this.#o, socket);
    return 0;
  }

  /** Waits for a datagram, which stays where it is. */
  async #firstPeer(socket: Socket): Promise<SockAddr> {
    for (;;) {
      this.#proc.task.charge('syscall');
      try {
        const { from } = socket.recvmsg({ size: 2048, flags: so.MSG_PEEK });
        if (from !== null) return from;
      } catch (e) {
        if (errorOf(e).errno !== -EAGAIN) fail(`recvfrom: ${errorOf(e).strerror}`);
      }
      await this.#proc.poll([{ on: socket, events: so.POLLIN }], Infinity);
    }
  }

  // ---- connecting

  async connect(): Promise<number> {
    const { host, ports, verbose, scan } = this.#o;
    let status = 0;
    for (const port of ports) {
      const found = await this.#resolve(host!);
      if (typeof found === 'string') return fail(`getaddrinfo for host "${host}" port ${port}: ${found}`);
      const socket = await this.#open(found, port);
      if (socket === null) {
        status = 1;
        continue;
      }
      if (verbose) {
        if (!(await this.#test(socket))) {
          socket.close();
          status = 1;
          continue;
        }
        const service = this.#o.numeric ? null : nameByPort(this.#proc, port, 'udp');
        this.#proc.err(`Connection to ${host} ${port} port [udp/${service ?? '*'}] succeeded!\n`);
      }
      status = 0;
      if (!scan) await relay(this.#proc, this.#o, socket);
      socket.close();
    }
    return status;
  }

  /** Connects to the first address that works. */
  async #open(found: readonly AddrInfo[], port: number): Promise<Socket | null> {
    const { source, sourcePort, verbose, host } = this.#o;
    for (const info of found) {
      const socket = this.#proc.socket(info.family, so.SOCK_DGRAM, IPPROTO_UDP);
      this.#options(socket);
      if (source !== null || sourcePort !== 0) {
        const own = source === null ? null : await getaddrinfo(this.#proc, source, info.family);
        if (typeof own === 'number') fail(`getaddrinfo: ${gaiStrerror(own)}`);
        const any: AddrInfo =
          info.family === so.AF_INET
            ? { family: so.AF_INET, address: 0, canonname: null }
            : { family: so.AF_INET6, address: new Uint8Array(16), scopeId: 0, canonname: null };
        const address = own === null || typeof own === 'number' ? any : own[0]!;
        try {
          socket.setsockopt(so.SOL_SOCKET, so.SO_REUSEPORT, 1);
          socket.bind(sockAddr(address, sourcePort));
        } catch (e) {
          fail(`bind failed: ${errorOf(e).strerror}`);
        }
      }
      try {
        socket.connect(sockAddr(info, port));
        return socket;
      } catch (e) {
        if (verbose) this.#proc.err(`nc: connect to ${host} port ${port} (udp) failed: ${errorOf(e).strerror}\n`);
        socket.close();
      }
    }
    return null;
  }

  /** Sends a byte now and then, and listens for a refusal. @returns whether the port seems open. @see udptest */
  async #test(socket: Socket): Promise<boolean> {
    const send = (): number => {
      this.#proc.task.charge('syscall');
      try {
        socket.sendmsg(Uint8Array.of(0x58));
        return 0;
      } catch (e) {
        return -errorOf(e).errno;
      }
    };
    if (send() !== 0 || send() === ECONNREFUSED) return false;
    const seconds = this.#o.timeoutS < 0 ? SCAN_TIMEOUT_S : this.#o.timeoutS;
    for (let i = 0; i < seconds; i++) {
      await this.#proc.nanosleep(1e9);
      if (send() === ECONNREFUSED) return false;
    }
    return true;
  }
}

export const ncMain: Program = async (proc) => {
  try {
    const options = parseOptions(proc);
    const netcat = new Netcat(proc, options);
    return options.listen ? await netcat.listen() : await netcat.connect();
  } catch (e) {
    if (e instanceof Quit) return 0;
    if (!(e instanceof NcExit)) throw e;
    proc.err(e.words);
    return e.status;
  }
};
