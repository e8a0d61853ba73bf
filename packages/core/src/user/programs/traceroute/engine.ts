/** Sends probes, several at a time, and prints them in order. @see traceroute(8), "wait" */
import { type Received, type Socket, SystemError } from '../../../syscall/index.ts';
import { EMSGSIZE } from '../../../uapi/errno.ts';
import * as icmp from '../../../uapi/icmp.ts';
import * as icmp6 from '../../../uapi/icmpv6.ts';
import { CLOCK_REALTIME } from '../../../uapi/sched.ts';
import {
  MSG_ERRQUEUE,
  POLLERR,
  POLLIN,
  SO_EE_ORIGIN_ICMP,
  SO_EE_ORIGIN_ICMP6,
  SO_EE_ORIGIN_LOCAL,
} from '../../../uapi/socket.ts';
import type { Process } from '../../process/types.ts';
import { hostName, numericHost } from '../netdb/getnameinfo.ts';
import { sameAddress } from '../netdb/hosts.ts';
import { arrivalTime, arrivalTtl, type ExtendedError, extendedError, type HostAddress } from '../recverr.ts';
import type { Prober } from './method.ts';
import type { TracerouteOptions } from './options.ts';
import { newProbe, type Probe } from './probe.ts';

/** Bytes of an answer that are of interest. */
const RECEIVE_SIZE = 1280;
const SECOND_US = 1_000_000;
/** What is added to a neighbour's time before it is multiplied. */
const SLACK_US = 1000;

/** Hops a packet has come, guessed from the TTL it arrived with. */
const hopsOf = (ttl: number): number => (ttl <= 64 ? 65 : ttl <= 128 ? 129 : ttl <= 192 ? 193 : 256) - ttl;

/** The mark of an ICMP error, '' for those that only say that the end is reached. @see traceroute(8) */
function unreachable4(code: number, info: number): string {
  switch (code) {
    case icmp.ICMP_PORT_UNREACH:
      return '';
    case icmp.ICMP_NET_UNREACH:
    case icmp.ICMP_NET_UNKNOWN:
    case icmp.ICMP_HOST_ISOLATED:
    case icmp.ICMP_NET_UNR_TOS:
      return '!N';
    case icmp.ICMP_HOST_UNREACH:
    case icmp.ICMP_HOST_UNKNOWN:
    case icmp.ICMP_HOST_UNR_TOS:
      return '!H';
    case icmp.ICMP_NET_ANO:
    case icmp.ICMP_HOST_ANO:
    case icmp.ICMP_PKT_FILTERED:
      return '!X';
    case icmp.ICMP_PROT_UNREACH:
      return '!P';
    case icmp.ICMP_FRAG_NEEDED:
      return `!F-${info}`;
    case icmp.ICMP_SR_FAILED:
      return '!S';
    case icmp.ICMP_PREC_VIOLATION:
      return '!V';
    case icmp.ICMP_PREC_CUTOFF:
      return '!C';
    default:
      return `!<${code}>`;
  }
}

function unreachable6(code: number): string {
  switch (code) {
    case icmp6.ICMPV6_PORT_UNREACH:
      return '';
    case icmp6.ICMPV6_NOROUTE:
      return '!N';
    case icmp6.ICMPV6_NOT_NEIGHBOUR:
    case icmp6.ICMPV6_ADDR_UNREACH:
      return '!H';
    case icmp6.ICMPV6_ADM_PROHIBITED:
      return '!X';
    default:
      return `!<${code}>`;
  }
}

/** What an error says: whether the path ends there, and the mark. */
function verdict(e: ExtendedError): { readonly final: boolean; readonly note: string } {
  if (e.origin === SO_EE_ORIGIN_ICMP) {
    if (e.type === icmp.ICMP_TIME_EXCEEDED) return { final: false, note: '' };
    if (e.type === icmp.ICMP_DEST_UNREACH) return { final: true, note: unreachable4(e.code, e.info) };
    return { final: true, note: e.type === icmp.ICMP_PARAMETERPROB ? '!P' : `!<${e.type}-${e.code}>` };
  }
  if (e.type === icmp6.ICMPV6_TIME_EXCEED) return { final: false, note: '' };
  if (e.type === icmp6.ICMPV6_DEST_UNREACH) return { final: true, note: unreachable6(e.code) };
  if (e.type === icmp6.ICMPV6_PKT_TOOBIG) return { final: true, note: `!F-${e.info}` };
  return { final: true, note: e.type === icmp6.ICMPV6_PARAMPROB ? '!P' : `!<${e.type}-${e.code}>` };
}

export class Engine {
  readonly #proc: Process;
  readonly #o: TracerouteOptions;
  readonly #prober: Prober;
  readonly #probes: Probe[];
  #dataLength: number;
  readonly #headers: number;

  /** @param ipHeader bytes of IP's header @param dataLength bytes of data in a probe */
  constructor(proc: Process, options: TracerouteOptions, prober: Prober, ipHeader: number, dataLength: number) {
    this.#proc = proc;
    this.#o = options;
    this.#prober = prober;
    this.#dataLength = dataLength;
    this.#headers = ipHeader + prober.headerLength;
    this.#probes = Array.from({ length: options.maxHops * options.probesPerHop }, newProbe);
  }

  #now(): number {
    return Number(this.#proc.task.clockGettime(CLOCK_REALTIME) / 1000n);
  }

  async run(): Promise<void> {
    const { probesPerHop, simultaneous, firstHop, sendIntervalS } = this.#o;
    const probes = this.#probes;
    let start = (firstHop - 1) * probesPerHop;
    let end = probes.length;
    let lastSentUs = 0;
    while (start < end) {
      await this.#proc.tick();
      const now = this.#now();
      /** Microseconds until there is something to do; Infinity when nothing is under way. */
      let next = Infinity;
      let waiting = 0;
      for (let n = start; n < end; n++) {
        const probe = probes[n]!;
        if (!probe.done && probe.sentUs !== 0 && now - probe.sentUs >= this.#patience(n)) {
          this.#prober.release(probe);
          probe.done = true;
        }
        if (probe.done) {
          if (n === start) {
            await this.#print(n);
            start++;
          }
          if (probe.final) end = (Math.floor(n / probesPerHop) + 1) * probesPerHop;
          continue;
        }
        if (probe.sentUs === 0) {
          const pause = lastSentUs + sendIntervalS * SECOND_US - now;
          if (sendIntervalS !== 0 && pause > 0) {
            next = Math.min(next, pause);
            break;
          }
          const ttl = Math.floor(n / probesPerHop) + 1;
          if (!this.#prober.send(probe, ttl, this.#dataLength)) break;
          lastSentUs = probe.sentUs;
        }
        next = Math.min(next, probe.sentUs + this.#patience(n) - now);
        if (++waiting >= simultaneous) break;
      }
      if (start < end && next !== Infinity) await this.#wait(next);
    }
    this.#proc.out('\n');
  }

  /** Microseconds to wait for a probe: less when its neighbours were answered. */
  #patience(n: number): number {
    const { waitS, hereFactor, nearFactor, probesPerHop } = this.#o;
    const probes = this.#probes;
    const most = waitS * SECOND_US;
    const times = (p: Probe, factor: number): number => {
      const trip = p.done ? p.receivedUs - p.sentUs : 0;
      return trip > 0 ? Math.min((trip + SLACK_US) * factor, most) : 0;
    };
    if (hereFactor !== 0) {
      const first = n - (n % probesPerHop);
      for (let i = first; i < first + probesPerHop; i++) {
        const t = times(probes[i]!, hereFactor);
        if (t > 0) return t;
      }
    }
    if (nearFactor !== 0) {
      for (let i = n + 1; i < probes.length && probes[i]!.sentUs !== 0; i++) {
        const t = times(probes[i]!, nearFactor);
        if (t > 0) return t;
      }
    }
    return most;
  }

  /** Waits for answers, `us` microseconds at most, and takes one from each socket that has one. */
  async #wait(us: number): Promise<void> {
    const sockets = [...new Set(this.#probes.map((p) => p.socket).filter((s): s is Socket => s !== null))];
    const timeout = Math.max(0, us) * 1000;
    const ready = await this.#proc.poll(
      sockets.map((on) => ({ on, events: POLLIN })),
      timeout,
    );
    sockets.forEach((socket, i) => {
      if (ready[i] !== 0) this.#receive(socket, (ready[i]! & POLLERR) !== 0);
    });
  }

  #receive(socket: Socket, error: boolean): void {
    let received: Received;
    this.#proc.task.charge('syscall');
    try {
      received = socket.recvmsg({ size: RECEIVE_SIZE, flags: error ? MSG_ERRQUEUE : 0 });
    } catch (e) {
      if (e instanceof SystemError) return;
      throw e;
    }
    const probe = this.#prober.match(received, socket, this.#probes);
    if (probe === null) return;
    const e = error ? extendedError(received) : null;
    if (e !== null && this.#tooBig(probe, e)) return;
    if (e === null) {
      const { from } = received;
      if (from?.family === 2) probe.from = { address: from.address, scopeId: 0 };
      else if (from?.family === 10) probe.from = { address: from.address, scopeId: from.scopeId };
      probe.final = true;
    } else if (e.origin === SO_EE_ORIGIN_ICMP || e.origin === SO_EE_ORIGIN_ICMP6) {
      const { final, note } = verdict(e);
      probe.from = e.offender;
      probe.final = final;
      if (note !== '') probe.note = note;
    } else if (e.origin === SO_EE_ORIGIN_LOCAL) {
      probe.final = true;
      if (e.errno === EMSGSIZE) probe.note = `!F-${e.info}`;
    } else return;
    probe.ttl = arrivalTtl(received);
    probe.receivedUs = arrivalTime(received) ?? this.#now();
    probe.done = true;
    this.#prober.release(probe);
  }

  /** With --mtu, a packet that is too long is sent again, as long as may be. @returns whether it was */
  #tooBig(probe: Probe, e: ExtendedError): boolean {
    const room = e.info - this.#headers;
    if (!this.#o.discoverMtu || e.errno !== EMSGSIZE || room < 0 || room >= this.#dataLength) return false;
    this.#dataLength = room;
    this.#prober.release(probe);
    Object.assign(probe, newProbe(), { note: `F=${e.info}` });
    return true;
  }

  async #print(n: number): Promise<void> {
    const { probesPerHop, backward } = this.#o;
    const probe = this.#probes[n]!;
    const ttl = Math.floor(n / probesPerHop) + 1;
    const nth = n % probesPerHop;
    let line = nth === 0 ? `\n${String(ttl).padStart(2)} ` : '';
    if (probe.from === null) line += ' *';
    else {
      const before = this.#probes.slice(n - nth, n).findLast((p) => p.from !== null);
      const same =
        before !== undefined &&
        sameAddress(before.from!.address, probe.from.address) &&
        (!backward || before.ttl === probe.ttl);
      if (!same) {
        line += await this.#address(probe.from);
        const hops = backward && probe.ttl !== 0 ? hopsOf(probe.ttl) : ttl;
        if (hops !== ttl) line += ` '-${hops}'`;
      }
    }
    if (probe.receivedUs !== 0) line += `  ${((probe.receivedUs - probe.sentUs) / 1000).toFixed(3)} ms`;
    if (probe.note !== '') line += ` ${probe.note}`;
    this.#proc.out(line);
    await this.#proc.flush();
  }

  async #address({ address, scopeId }: HostAddress): Promise<string> {
    const text = await numericHost(this.#proc, address, scopeId);
    if (this.#o.numeric) return ` ${text}`;
    return ` ${(await hostName(this.#proc, address)) ?? text} (${text})`;
  }
}
