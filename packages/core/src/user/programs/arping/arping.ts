/** Asks for an address by ARP, or announces one. @see iputils arping.c */
import { formatIpv4, formatMac, ipv4Bytes } from '../../../lib/address.ts';
import { bytesEqual } from '../../../lib/bytes.ts';
import { latin1Encode } from '../../../lib/text.ts';
import { NetlinkClient, NetlinkError } from '../../../netlink/index.ts';
import { type Received, type SockAddrLl, type Socket, SystemError } from '../../../syscall/index.ts';
import { EAGAIN, EINTR } from '../../../uapi/errno.ts';
import { ARPHRD_ETHER, ARPOP_REPLY, ARPOP_REQUEST } from '../../../uapi/if-arp.ts';
import { ETH_P_ARP } from '../../../uapi/if-ether.ts';
import { PACKET_BROADCAST, PACKET_HOST, PACKET_MULTICAST } from '../../../uapi/if-packet.ts';
import { IFF_LOOPBACK, IFF_NOARP, IFF_UP } from '../../../uapi/if.ts';
import { SIGINT, SIGQUIT, SIGTERM } from '../../../uapi/signal.ts';
import * as so from '../../../uapi/socket.ts';
import { ARP_LEN, emitArp, parseArp } from '../../../wire/arp.ts';
import type { Process } from '../../process/types.ts';
import { IputilsExit } from '../iputils.ts';

export interface ArpingOptions {
  readonly quitOnReply: boolean;
  readonly quiet: boolean;
  readonly broadcastOnly: boolean;
  /** Duplicate address detection: the source is nobody. */
  readonly dad: boolean;
  /** The address is our own, and announced. */
  readonly unsolicited: boolean;
  /** Announced by replies. */
  readonly advertise: boolean;
  /** Packets to send, -1 without end. */
  readonly count: number;
  /** Seconds to go on for, 0 without end. */
  readonly timeoutS: number;
  readonly intervalS: number;
  readonly device: string | null;
  readonly source: number | null;
}

const SECOND_NS = 1_000_000_000;
const BROADCAST: Uint8Array = new Uint8Array(6).fill(0xff);

interface Device {
  readonly index: number;
  readonly name: string;
  readonly address: Uint8Array;
}

export class Arping {
  readonly #proc: Process;
  readonly #o: ArpingOptions;
  readonly #target: number;
  #source: number;
  #device: Device = { index: 0, name: '', address: BROADCAST };
  #peer: Uint8Array = BROADCAST;
  #left: number;
  #sent = 0;
  #sentBroadcast = 0;
  #received = 0;
  #receivedBroadcast = 0;
  #requests = 0;
  #lastSentNs = -1;
  #stopped = false;

  constructor(proc: Process, options: ArpingOptions, target: number) {
    this.#proc = proc;
    this.#o = options;
    this.#target = target;
    this.#source = options.source ?? 0;
    this.#left = options.count;
  }

  #die(words: string): never {
    throw new IputilsExit(2, `${this.#proc.name}: ${words}\n`);
  }

  /** @returns arping's exit status */
  async run(): Promise<number> {
    const proc = this.#proc;
    const socket = proc.socket(so.AF_PACKET, so.SOCK_DGRAM, 0);
    const device = await this.#findDevice();
    if (typeof device === 'string') {
      if (!this.#o.quiet) proc.out(device);
      return 2;
    }
    this.#device = device;
    if (this.#source === 0 && this.#o.unsolicited) this.#source = this.#target;
    if (this.#o.dad) this.#source = 0;
    else this.#findSource();
    socket.bind(this.#link(new Uint8Array(0)));
    if (!this.#o.quiet) {
      proc.out(`ARPING ${formatIpv4(this.#target)} from ${formatIpv4(this.#source)} ${device.name}\n`);
    }
    const stop = (): void => {
      this.#stopped = true;
    };
    for (const signal of [SIGINT, SIGQUIT, SIGTERM]) proc.signal(signal, stop);
    try {
      await this.#loop(socket);
    } catch (e) {
      if (!(e instanceof SystemError)) throw e;
      await proc.flush();
      proc.err(`${proc.name}: recvfrom: ${e.strerror}\n`);
      this.#summary();
      return 2;
    }
    this.#summary();
    return this.#status();
  }

  /** The device to use; or why there is none, for stdout. */
  async #findDevice(): Promise<Device | string> {
    const client = new NetlinkClient(this.#proc.task);
    try {
      const name = this.#o.device;
      let index = 0;
      if (name === null) {
        const dst = ipv4Bytes(this.#target);
        const route = { family: so.AF_INET, dstLen: 32, attrs: { dst } };
        index = (await client.route.query(route)).attrs.oif ?? 0;
      }
      const links = await client.link.dump();
      const link = links.find((l) => (name === null ? l.index === index : l.attrs.ifname === name));
      if (link === undefined) return this.#die(`Device ${name ?? index} not available.`);
      const ifname = link.attrs.ifname ?? '';
      if ((link.flags & IFF_UP) === 0) return `Interface "${ifname}" is down\n`;
      if ((link.flags & (IFF_NOARP | IFF_LOOPBACK)) !== 0) return `Interface "${ifname}" is not ARPable\n`;
      return { index: link.index, name: ifname, address: link.attrs.address ?? BROADCAST };
    } catch (e) {
      if (!(e instanceof NetlinkError)) throw e;
      throw new IputilsExit(1, `${this.#proc.name}: NETLINK_ROUTE unexpected iov element\n`);
    } finally {
      client.close();
    }
  }

  /** Finds out which address the kernel would use, by connecting a datagram socket. */
  #findSource(): void {
    const probe = this.#proc.socket(so.AF_INET, so.SOCK_DGRAM, 0);
    const call = (what: string, action: () => void): void => {
      this.#proc.task.charge('syscall');
      try {
        action();
      } catch (e) {
        if (!(e instanceof SystemError)) throw e;
        this.#die(`${what}: ${e.strerror}`);
      }
    };
    try {
      probe.setsockopt(so.SOL_SOCKET, so.SO_BINDTODEVICE, latin1Encode(`${this.#device.name}\0`));
      if (this.#source !== 0) {
        call('bind', () => probe.bind({ family: so.AF_INET, address: this.#source, port: 0 }));
        return;
      }
      if (this.#o.source !== null) return;
      probe.setsockopt(so.SOL_SOCKET, so.SO_DONTROUTE, 1);
      call('connect', () => probe.connect({ family: so.AF_INET, address: this.#target, port: 1025 }));
      const name = probe.getsockname();
      if (name.family === so.AF_INET) this.#source = name.address;
    } finally {
      probe.close();
    }
  }

  #link(address: Uint8Array): SockAddrLl {
    const { index } = this.#device;
    return { family: so.AF_PACKET, protocol: ETH_P_ARP, ifindex: index, hatype: ARPHRD_ETHER, pkttype: 0, address };
  }

  /** Sends at every tick of the interval, takes what comes in between. @throws SystemError what receiving says */
  async #loop(socket: Socket): Promise<void> {
    const { task } = this.#proc;
    const { timeoutS, intervalS } = this.#o;
    const end = timeoutS === 0 ? Infinity : task.now() + timeoutS * SECOND_NS;
    let tick = intervalS === 0 ? Infinity : task.now() + intervalS * SECOND_NS;
    this.#left--;
    this.#send(socket);
    for (;;) {
      await this.#proc.tick();
      if (this.#stopped) return;
      if (task.now() >= tick) {
        tick += intervalS * SECOND_NS;
        if (this.#left === 0) return;
        this.#left--;
        this.#send(socket);
        continue;
      }
      if (task.now() >= end) return;
      let received: Received | null = null;
      task.charge('syscall');
      try {
        received = socket.recvmsg({ size: 4096 });
      } catch (e) {
        if (!(e instanceof SystemError) || e.errno !== -EAGAIN) throw e;
      }
      if (received !== null) {
        if (this.#take(received)) {
          await this.#proc.flush();
          if (this.#o.quitOnReply) return;
        }
        continue;
      }
      try {
        await this.#proc.poll([{ on: socket, events: so.POLLIN }], Math.max(0, Math.min(tick, end) - task.now()));
      } catch (e) {
        if (!(e instanceof SystemError) || e.errno !== -EINTR) throw e;
      }
    }
  }

  #send(socket: Socket): void {
    const { advertise } = this.#o;
    const { address } = this.#device;
    const packet = new Uint8Array(ARP_LEN);
    const tha = advertise ? address : this.#peer;
    const op = advertise ? ARPOP_REPLY : ARPOP_REQUEST;
    emitArp({ op, sha: address, sip: this.#source, tha, tip: this.#target }, packet, 0);
    this.#proc.task.charge('syscall');
    this.#lastSentNs = this.#proc.task.now();
    try {
      socket.sendmsg(packet, { to: this.#link(this.#peer) });
    } catch (e) {
      if (!(e instanceof SystemError)) throw e;
      return;
    }
    this.#sent++;
    if (this.#peer === BROADCAST) this.#sentBroadcast++;
  }

  /** Looks at what came and prints it when it is an answer. @returns whether it was one. @see recv_pack */
  #take(received: Received): boolean {
    const { pkttype } = received.from as SockAddrLl;
    if (pkttype !== PACKET_HOST && pkttype !== PACKET_BROADCAST && pkttype !== PACKET_MULTICAST) return false;
    const arp = parseArp(received.data, 0, received.data.length);
    if (arp === null || (arp.op !== ARPOP_REQUEST && arp.op !== ARPOP_REPLY)) return false;
    const me = this.#device.address;
    if (arp.sip !== this.#target) return false;
    if (this.#o.dad) {
      if (bytesEqual(arp.sha, me)) return false;
      if (this.#source !== 0 && this.#source !== arp.tip) return false;
    } else if (arp.tip !== this.#source || !bytesEqual(arp.tha, me)) return false;
    if (!this.#o.quiet) {
      const mac = (m: Uint8Array): string => formatMac(m).toUpperCase();
      const how = pkttype === PACKET_HOST ? 'Unicast' : 'Broadcast';
      let line = `${how} ${arp.op === ARPOP_REQUEST ? 'request' : 'reply'} from ${formatIpv4(arp.sip)} [${mac(arp.sha)}] `;
      const other = arp.tip !== this.#source;
      if (other) line += `for ${formatIpv4(arp.tip)} `;
      if (!bytesEqual(arp.tha, me)) line += `${other ? '' : 'for '}[${mac(arp.tha)}]`;
      this.#proc.out(`${line}${tripText(this.#proc.task.now() - this.#lastSentNs)}`);
    }
    this.#received++;
    if (pkttype !== PACKET_HOST) this.#receivedBroadcast++;
    if (arp.op === ARPOP_REQUEST) this.#requests++;
    if (!this.#o.broadcastOnly) this.#peer = arp.sha;
    return true;
  }

  #summary(): void {
    if (this.#o.quiet) return;
    let text = `Sent ${this.#sent} probes (${this.#sentBroadcast} broadcast(s))\nReceived ${this.#received} response(s)`;
    if (this.#receivedBroadcast > 0 || this.#requests > 0) {
      const parts: string[] = [];
      if (this.#requests > 0) parts.push(`${this.#requests} request(s)`);
      if (this.#receivedBroadcast > 0) parts.push(`${this.#receivedBroadcast} broadcast(s)`);
      text += ` (${parts.join(', ')})`;
    }
    this.#proc.out(`${text}\n`);
  }

  #status(): number {
    const { dad, unsolicited, timeoutS, count } = this.#o;
    if (dad) return this.#received > 0 ? 1 : 0;
    if (unsolicited) return 0;
    if (timeoutS > 0 && count < 0) return this.#received > 0 ? 0 : 1;
    return this.#received === this.#sent && this.#sent > 0 ? 0 : 1;
  }
}

/** Time since the last packet was sent, with the rounding of the original, which adds half a millisecond. */
function tripText(ns: number): string {
  const us = Math.floor((ns + 500) / 1000);
  const ms = Math.floor((us + 500) / 1000);
  return ` ${ms}.${String(us - ms * 1000 + 500).padStart(3, '0')}ms\n`;
}
