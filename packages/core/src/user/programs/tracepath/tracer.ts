/** Sends probes as long as the path lets through, and reports each hop. @see iputils tracepath.c */
import { type Received, type Socket, SystemError } from '../../../syscall/index.ts';
import {
  EACCES,
  EAGAIN,
  ECONNREFUSED,
  EHOSTUNREACH,
  EMSGSIZE,
  ENETUNREACH,
  EPROTO,
  ETIMEDOUT,
  strerror,
} from '../../../uapi/errno.ts';
import { ICMP_TIME_EXCEEDED } from '../../../uapi/icmp.ts';
import { ICMPV6_TIME_EXCEED } from '../../../uapi/icmpv6.ts';
import { IPPROTO_UDP } from '../../../uapi/in.ts';
import * as so from '../../../uapi/socket.ts';
import type { Process } from '../../process/types.ts';
import { IputilsExit, nameOrUnknown } from '../iputils.ts';
import type { AddrInfo } from '../netdb/getaddrinfo.ts';
import { numericHost } from '../netdb/getnameinfo.ts';
import { arrivalTtl, type ExtendedError, extendedError } from '../recverr.ts';

export interface TracepathOptions {
  readonly numeric: boolean;
  /** Names and numbers. */
  readonly both: boolean;
  /** Bytes of a packet, 0 for as many as the path takes. */
  readonly length: number;
  readonly maxHops: number;
  /** The first port; each packet has the next. */
  readonly port: number;
}

/** Packets remembered, to know what an error is about. */
const HISTORY = 64;
/** Sends and attempts at a hop before it is given up. */
const SEND_TRIES = 10;
const HOP_TRIES = 3;
const WAIT_NS = 1_000_000_000;
const INT_MAX = 2147483647;

/** Hops a packet has come, by the TTL it arrived with. */
const hopsBack = (ttl: number): number => (ttl <= 64 ? 65 : ttl <= 128 ? 129 : 256) - ttl;

/** What the error queue said: 0 the path ends here, above 0 it said something, -1 nothing. */
type Progress = number;

export class Tracer {
  readonly #proc: Process;
  readonly #o: TracepathOptions;
  readonly #host: AddrInfo;
  readonly #socket: Socket;
  readonly #v6: boolean;
  readonly #overhead: number;
  #mtu: number;
  /** Hops and send time (ns) by the packet's number; 0 hops for none. */
  readonly #history: { hops: number; sentNs: number }[] = Array.from({ length: HISTORY }, () => ({
    hops: 0,
    sentNs: 0,
  }));
  #next = 0;
  #hopsTo = -1;
  #hopsFrom = -1;

  /** @throws SystemError when there is no socket of the address's family */
  constructor(proc: Process, options: TracepathOptions, host: AddrInfo) {
    this.#proc = proc;
    this.#o = options;
    this.#host = host;
    this.#v6 = host.family === so.AF_INET6;
    this.#overhead = this.#v6 ? 48 : 28;
    this.#socket = proc.socket(host.family, so.SOCK_DGRAM, IPPROTO_UDP);
    this.#mtu = options.length !== 0 ? options.length : this.#v6 ? 128_000 : 65_535;
    if (this.#mtu <= this.#overhead) {
      throw new IputilsExit(1, `${proc.name}: pktlen must be within: ${this.#overhead} < value <= ${INT_MAX}\n`);
    }
    this.#set(so.SOL_IP, so.IP_MTU_DISCOVER, so.SOL_IPV6, so.IPV6_MTU_DISCOVER, so.IP_PMTUDISC_DO);
    this.#set(so.SOL_IP, so.IP_RECVERR, so.SOL_IPV6, so.IPV6_RECVERR, 1);
    this.#set(so.SOL_IP, so.IP_RECVTTL, so.SOL_IPV6, so.IPV6_RECVHOPLIMIT, 1);
  }

  #set(level4: number, option4: number, level6: number, option6: number, value: number): void {
    this.#proc.task.charge('syscall');
    if (this.#v6) this.#socket.setsockopt(level6, option6, value);
    else this.#socket.setsockopt(level4, option4, value);
  }

  /** @returns tracepath's status: 0 */
  async run(): Promise<number> {
    const proc = this.#proc;
    const done = await this.#hops();
    if (!done) proc.out(`     Too many hops: pmtu ${this.#mtu}\n`);
    let line = `     Resume: pmtu ${this.#mtu} `;
    if (this.#hopsTo >= 0) line += `hops ${this.#hopsTo} `;
    if (this.#hopsFrom >= 0) line += `back ${this.#hopsFrom} `;
    proc.out(`${line}\n`);
    this.#socket.close();
    return 0;
  }

  /** Goes from hop to hop. @returns whether the end was found */
  async #hops(): Promise<boolean> {
    for (let ttl = 1; ttl <= this.#o.maxHops; ttl++) {
      this.#set(so.SOL_IP, so.IP_TTL, so.SOL_IPV6, so.IPV6_UNICAST_HOPS, ttl);
      let progress: Progress = -1;
      for (let i = 0; i < HOP_TRIES; i++) {
        const before = this.#mtu;
        progress = await this.#probe(ttl);
        if (this.#mtu !== before) i = -1;
        else if (progress === 0) return true;
        else if (progress > 0) break;
        await this.#proc.drain();
      }
      if (progress < 0) this.#proc.out(`${pad2(ttl)}:  no reply\n`);
    }
    return false;
  }

  /** Sends one packet and waits a second for what comes of it. @see probe_ttl */
  async #probe(ttl: number): Promise<Progress> {
    const { task } = this.#proc;
    const slot = this.#next;
    const entry = this.#history[slot]!;
    let sent = false;
    for (let i = 0; i < SEND_TRIES && !sent;) {
      entry.hops = ttl;
      entry.sentNs = task.now();
      task.charge('syscall');
      try {
        const port = this.#o.port + slot;
        const host = this.#host;
        const data = new Uint8Array(this.#mtu - this.#overhead);
        if (host.family === so.AF_INET) {
          this.#socket.sendmsg(data, { to: { family: so.AF_INET, address: host.address, port } });
        } else {
          const { address, scopeId } = host;
          this.#socket.sendmsg(data, { to: { family: so.AF_INET6, address, port, scopeId, flowinfo: 0 } });
        }
        sent = true;
      } catch (e) {
        if (!(e instanceof SystemError)) throw e;
        const progress = await this.#errors(ttl);
        entry.hops = 0;
        if (progress === 0) return 0;
        i = progress > 0 ? 0 : i + 1;
      }
    }
    this.#next = (slot + 1) % HISTORY;
    if (!sent) {
      this.#proc.out(`${pad2(ttl)}:  send failed\n`);
      return 0;
    }
    await this.#proc.poll([{ on: this.#socket, events: so.POLLIN }], WAIT_NS);
    task.charge('syscall');
    try {
      this.#socket.recvmsg({ size: this.#mtu });
      this.#proc.out(`${pad2(ttl)}?: reply received 8)\n`);
      return 0;
    } catch (e) {
      if (!(e instanceof SystemError)) throw e;
    }
    return this.#errors(ttl);
  }

  /** Reads the error queue until it is empty or the path ends. @see recverr */
  async #errors(ttl: number): Promise<Progress> {
    let progress: Progress = -1;
    for (;;) {
      let received: Received;
      this.#proc.task.charge('syscall');
      try {
        received = this.#socket.recvmsg({ size: 64, flags: so.MSG_ERRQUEUE });
      } catch (e) {
        if (e instanceof SystemError && e.errno === -EAGAIN) return progress;
        throw e;
      }
      progress = this.#mtu;
      const e = extendedError(received);
      if (e === null) {
        this.#proc.out('no info\n');
        return 0;
      }
      if (await this.#report(ttl, received, e)) return 0;
      if (e.errno === EMSGSIZE) progress = this.#mtu;
    }
  }

  /** Prints one line. @returns whether the path ends here */
  async #report(ttl: number, received: Received, e: ExtendedError): Promise<boolean> {
    const now = this.#proc.task.now();
    const port = received.from !== null && 'port' in received.from ? received.from.port : 0;
    const entry = this.#history[port - this.#o.port];
    let sentHops = -1;
    let tripNs = -1;
    if (entry !== undefined && entry.hops !== 0) {
      sentHops = entry.hops;
      tripNs = now - entry.sentNs;
      entry.hops = 0;
    }
    const local = e.origin === so.SO_EE_ORIGIN_LOCAL;
    const arrived = arrivalTtl(received);
    const back = arrived === 0 ? -1 : hopsBack(arrived);
    let line: string;
    if (local) line = `${pad2(ttl)}?: ${'[LOCALHOST]'.padEnd(32)} `;
    else {
      const { address, scopeId } = e.offender ?? { address: 0, scopeId: 0 };
      const number = await numericHost(this.#proc, address, scopeId);
      const { numeric, both } = this.#o;
      let who = number;
      if (!numeric || both) {
        const name = await nameOrUnknown(this.#proc, address);
        who = both ? `${name} (${number})` : name;
      }
      line = `${sentHops > 0 ? `${pad2(sentHops)}:  ` : `${pad2(ttl)}?: `}${who.padEnd(51)} `;
    }
    if (tripNs >= 0) {
      const us = Math.floor(tripNs / 1000);
      line += `${String(Math.floor(us / 1000)).padStart(3)}.${String(us % 1000).padStart(3, '0')}ms `;
    }
    const end = this.#verdict(ttl, e, sentHops, back);
    this.#proc.out(`${line}${end.text}\n`);
    return end.final;
  }

  /** What the error says about the path. */
  #verdict(ttl: number, e: ExtendedError, sentHops: number, back: number): { text: string; final: boolean } {
    switch (e.errno) {
      case ETIMEDOUT:
        return { text: '', final: false };
      case EMSGSIZE:
        this.#mtu = e.info;
        return { text: `pmtu ${e.info}`, final: false };
      case ECONNREFUSED:
        this.#hopsTo = sentHops < 0 ? ttl : sentHops;
        this.#hopsFrom = back;
        return { text: 'reached', final: true };
      case EPROTO:
        return { text: '!P', final: true };
      case EHOSTUNREACH: {
        const type = e.origin === so.SO_EE_ORIGIN_ICMP ? ICMP_TIME_EXCEEDED : ICMPV6_TIME_EXCEED;
        if (e.origin === so.SO_EE_ORIGIN_LOCAL || e.type !== type || e.code !== 0) return { text: '!H', final: true };
        const wanted = sentHops >= 0 ? sentHops : ttl;
        return { text: back >= 0 && back !== wanted ? `asymm ${pad2(back)} ` : '', final: false };
      }
      case ENETUNREACH:
        return { text: '!N', final: true };
      case EACCES:
        return { text: '!A', final: true };
      default:
        this.#proc.err(`NET ERROR: ${strerror(e.errno)}\n`);
        return { text: '', final: true };
    }
  }
}

const pad2 = (n: number): string => String(n).padStart(2);
