/** Packets from a device, or from all of them. @see libpcap pcap-linux.c */
import { encodeBpf, type BpfInsn, runBpf } from '../../../lib/bpf/index.ts';
import { le32, le64, putLe16, putLe32 } from '../../../lib/bytes.ts';
import { type Received, type SockAddrLl, type Socket, SystemError } from '../../../syscall/index.ts';
import { EAGAIN, EINTR, ENETDOWN } from '../../../uapi/errno.ts';
import { ETH_P_ALL } from '../../../uapi/if-ether.ts';
import * as pk from '../../../uapi/if-packet.ts';
import * as so from '../../../uapi/socket.ts';
import { emitSll, emitSll2 } from '../../../wire/linux-sll.ts';
import { LINKTYPE_ETHERNET, LINKTYPE_LINUX_SLL2 } from '../../../wire/pcap.ts';
import type { Process } from '../../process/types.ts';
import type { Device } from './names.ts';
import { TcpdumpExit, type Options } from './options.ts';
import { type Frame, frameAt } from './frame.ts';

export class Capture {
  readonly #proc: Process;
  readonly #socket: Socket;
  readonly #linktype: number;
  readonly #loIndex: number;
  readonly #direction: Options['direction'];
  readonly #nano: boolean;
  #program: readonly BpfInsn[] = [];
  /** Of a cooked capture: packets that passed the filter here. */
  #passed = 0;

  constructor(proc: Process, device: Device | null, linktype: number, loIndex: number, options: Options) {
    this.#proc = proc;
    this.#linktype = linktype;
    this.#loIndex = loIndex;
    this.#direction = options.direction;
    this.#nano = options.nano;
    const cooked = linktype !== LINKTYPE_ETHERNET;
    const swapped = ((ETH_P_ALL & 255) << 8) | (ETH_P_ALL >>> 8);
    this.#socket = proc.socket(so.AF_PACKET, (cooked ? so.SOCK_DGRAM : so.SOCK_RAW) | so.SOCK_CLOEXEC, swapped);
    this.#socket.setsockopt(so.SOL_SOCKET, so.SO_TIMESTAMPNS, 1);
    this.#socket.setsockopt(so.SOL_SOCKET, so.SO_RCVBUFFORCE, 2 << 20);
    if (device === null) return;
    this.#socket.bind({
      family: so.AF_PACKET,
      protocol: ETH_P_ALL,
      ifindex: device.index,
      hatype: 0,
      pkttype: 0,
      address: new Uint8Array(0),
    });
    if (!options.promiscuous) return;
    const mreq = new Uint8Array(16);
    putLe32(mreq, 0, device.index);
    putLe16(mreq, 4, pk.PACKET_MR_PROMISC);
    this.#socket.setsockopt(so.SOL_PACKET, pk.PACKET_ADD_MEMBERSHIP, mreq);
  }

  /** From now on only what the program takes. On a cooked socket it runs here: there the kernel has no such header. */
  filter(program: readonly BpfInsn[]): void {
    this.#program = program;
    if (this.#linktype === LINKTYPE_ETHERNET)
      this.#socket.setsockopt(so.SOL_SOCKET, so.SO_ATTACH_FILTER, encodeBpf(program));
  }

  /** The next packet; null when a signal came or the time is over. @throws TcpdumpExit when the device went down. */
  async next(timeoutNs: number): Promise<Frame | null> {
    for (;;) {
      try {
        const frame = this.#frame(this.#socket.recvmsg({ size: 262144 }));
        if (frame !== null) return frame;
      } catch (e) {
        if (!(e instanceof SystemError)) throw e;
        if (e.errno === -ENETDOWN) throw new TcpdumpExit(1, 'tcpdump: pcap_loop: The interface disappeared\n');
        if (e.errno !== -EAGAIN) throw e;
        try {
          const [ready] = await this.#proc.poll([{ on: this.#socket, events: so.POLLIN }], timeoutNs);
          if (ready === 0) return null;
        } catch (signal) {
          if (signal instanceof SystemError && signal.errno === -EINTR) return null;
          throw signal;
        }
      }
    }
  }

  #frame(r: Received): Frame | null {
    const from = r.from as SockAddrLl;
    const outgoing = from.pkttype === pk.PACKET_OUTGOING;
    if (outgoing && (this.#direction === 'in' || from.ifindex === this.#loIndex)) return null;
    if (!outgoing && this.#direction === 'out') return null;
    const time = r.control.find((c) => c.level === so.SOL_SOCKET && c.type === so.SO_TIMESTAMPNS);
    const tsNs = time === undefined ? 0n : le64(time.data, 0) * 1_000_000_000n + BigInt(le32(time.data, 8));
    if (this.#linktype === LINKTYPE_ETHERNET) return frameAt(tsNs, this.#nano, r.data, r.length);
    const v2 = this.#linktype === LINKTYPE_LINUX_SLL2;
    const hlen = v2 ? 20 : 16;
    const cooked = new Uint8Array(hlen + r.data.length);
    cooked.set(r.data, hlen);
    const header = { pkttype: from.pkttype, hatype: from.hatype, addr: from.address, protocol: from.protocol };
    if (v2) emitSll2({ ...header, ifindex: from.ifindex }, cooked, 0);
    else emitSll(header, cooked, 0);
    const keep =
      this.#program.length === 0 ? cooked.length : runBpf(this.#program, cooked, 0, cooked.length, hlen + r.length);
    if (keep === 0) return null;
    this.#passed++;
    return frameAt(tsNs, this.#nano, keep < cooked.length ? cooked.subarray(0, keep) : cooked, hlen + r.length);
  }

  /** Packets that came through the filter, and that found no room. */
  stats(): { readonly received: number; readonly dropped: number } {
    const s = this.#socket.getsockopt(so.SOL_PACKET, pk.PACKET_STATISTICS);
    if (this.#linktype === LINKTYPE_ETHERNET) return { received: le32(s, 0), dropped: le32(s, 4) };
    try {
      for (let n = 0; n < 100_000; n++) this.#frame(this.#socket.recvmsg({ size: 262144 }));
    } catch (e) {
      if (!(e instanceof SystemError)) throw e;
    }
    return { received: this.#passed, dropped: le32(s, 4) };
  }

  close(): void {
    this.#socket.close();
  }
}
