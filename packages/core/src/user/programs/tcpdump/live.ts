/** Packets from a device, or from all of them. @see libpcap pcap-linux.c */
import { type BpfInsn, encodeBpf, runBpf } from '../../../lib/bpf/index.ts';
import * as B from '../../../lib/bpf/index.ts';
import { le32, le64, putLe16, putLe32 } from '../../../lib/bytes.ts';
import { type Received, type SockAddrLl, type Socket, SystemError } from '../../../syscall/index.ts';
import { EAGAIN, EINTR, ENETDOWN } from '../../../uapi/errno.ts';
import { ETH_P_ALL } from '../../../uapi/if-ether.ts';
import * as pk from '../../../uapi/if-packet.ts';
import * as so from '../../../uapi/socket.ts';
import { emitSll, emitSll2 } from '../../../wire/linux-sll.ts';
import { LINKTYPE_LINUX_SLL, LINKTYPE_LINUX_SLL2 } from '../../../wire/pcap.ts';
import type { Process } from '../../process/types.ts';
import type { Device } from './names.ts';
import { MAXIMUM_SNAPLEN } from './savefile-types.ts';
import { TcpdumpExit, type Options } from './options.ts';
import { type Frame, frameAt } from './frame.ts';

const isCooked = (linktype: number): boolean => linktype === LINKTYPE_LINUX_SLL || linktype === LINKTYPE_LINUX_SLL2;

/**
 * A filter of a cooked header as one of the kernel, whose packets begin after it; null when it reads what the kernel has no name for.
 * @see libpcap pcap-linux.c:fix_program
 */
function withoutHeader(program: readonly BpfInsn[], linktype: number): BpfInsn[] | null {
  const v2 = linktype === LINKTYPE_LINUX_SLL2;
  const names: Readonly<Record<number, number>> = v2
    ? { 0: B.SKF_AD_PROTOCOL, 4: B.SKF_AD_IFINDEX, 10: B.SKF_AD_PKTTYPE }
    : { 0: B.SKF_AD_PKTTYPE, 14: B.SKF_AD_PROTOCOL };
  const hlen = v2 ? 20 : 16;
  const fixed: BpfInsn[] = [];
  for (const insn of program) {
    const { code, k } = insn;
    if (code === (B.BPF_RET | B.BPF_K)) fixed.push(k === 0 ? insn : { ...insn, k: MAXIMUM_SNAPLEN });
    else if (!loads(code) || k > 0x7fffffff) fixed.push(insn);
    else if (k >= hlen) fixed.push({ ...insn, k: k - hlen });
    else if (names[k] !== undefined) fixed.push({ ...insn, k: B.SKF_AD_OFF + names[k] });
    else return null;
  }
  return fixed;
}

function loads(code: number): boolean {
  const kind = code & 7;
  const mode = code & 0xe0;
  return (kind === B.BPF_LD || kind === B.BPF_LDX) && (mode === B.BPF_ABS || mode === B.BPF_IND || mode === B.BPF_MSH);
}

export class Capture {
  readonly #proc: Process;
  readonly #socket: Socket;
  readonly #linktype: number;
  readonly #loIndex: number;
  readonly #direction: Options['direction'];
  readonly #nano: boolean;
  readonly #snaplen: number;
  /** The filter, when the kernel cannot run it. */
  #program: readonly BpfInsn[] | null = null;
  #received = 0;
  #dropped = 0;

  constructor(proc: Process, device: Device | null, linktype: number, loIndex: number, options: Options) {
    this.#proc = proc;
    this.#linktype = linktype;
    this.#loIndex = loIndex;
    this.#direction = options.direction;
    this.#nano = options.nano;
    this.#snaplen = options.snaplen || MAXIMUM_SNAPLEN;
    const cooked = isCooked(linktype);
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

  /** From now on only what the program takes. On a cooked socket the kernel has no such header: its fields are asked for by name. */
  filter(program: readonly BpfInsn[]): void {
    const inKernel = !isCooked(this.#linktype) ? program : withoutHeader(program, this.#linktype);
    if (inKernel === null) this.#program = program;
    else this.#socket.setsockopt(so.SOL_SOCKET, so.SO_ATTACH_FILTER, encodeBpf(inKernel));
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
    if (!isCooked(this.#linktype)) return frameAt(tsNs, this.#nano, r.data, r.length);
    const v2 = this.#linktype === LINKTYPE_LINUX_SLL2;
    const hlen = v2 ? 20 : 16;
    const cooked = new Uint8Array(hlen + r.data.length);
    cooked.set(r.data, hlen);
    const header = { pkttype: from.pkttype, hatype: from.hatype, addr: from.address, protocol: from.protocol };
    if (v2) emitSll2({ ...header, ifindex: from.ifindex }, cooked, 0);
    else emitSll(header, cooked, 0);
    const length = hlen + r.length;
    if (this.#program !== null && runBpf(this.#program, cooked, 0, cooked.length, length) === 0) return null;
    return frameAt(tsNs, this.#nano, cooked.subarray(0, Math.min(cooked.length, this.#snaplen)), length);
  }

  /** Packets that came through the filter of the kernel, and that found no room. */
  stats(): { readonly received: number; readonly dropped: number } {
    const s = this.#socket.getsockopt(so.SOL_PACKET, pk.PACKET_STATISTICS);
    this.#received += le32(s, 0);
    this.#dropped += le32(s, 4);
    return { received: this.#received, dropped: this.#dropped };
  }

  close(): void {
    this.#socket.close();
  }
}
