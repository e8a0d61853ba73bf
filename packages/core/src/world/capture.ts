import { IFF_LOOPBACK } from '../uapi/if.ts';
import { EPB_INBOUND, EPB_OUTBOUND, pcapngInterface, pcapngPacket, pcapngSectionHeader } from '../wire/pcapng.ts';
import { LINKTYPE_ETHERNET } from '../wire/pcap.ts';
import type { Net, NetDevice, SimKernel, SkBuff } from '../sim/index.ts';

/** A device in the namespace it was seen in: one interface block of the file. */
interface Interface {
  readonly id: number;
  readonly net: Net;
  readonly name: string;
}

/**
 * Writes every frame of every device of a kernel into one pcapng file, as it passes: an interface block per device,
 * named `namespace/device`, nanosecond times. A device that moves or is renamed gets a new block.
 */
export class Capture {
  readonly #kernel: SimKernel;
  readonly #nameOf: (net: Net) => string | null;
  readonly #sink: (bytes: Uint8Array) => void;
  readonly #interfaces = new Map<NetDevice, Interface>();
  readonly #tap: (skb: SkBuff, dev: NetDevice, outgoing: boolean) => void;
  #next = 0;

  constructor(kernel: SimKernel, nameOf: (net: Net) => string | null, sink: (bytes: Uint8Array) => void) {
    this.#kernel = kernel;
    this.#nameOf = nameOf;
    this.#sink = sink;
    this.#tap = (skb, dev, outgoing) => this.#frame(skb, dev, outgoing);
    sink(pcapngSectionHeader({ hardware: '', os: `Linux ${kernel.uname.release}`, userappl: 'warren' }));
    kernel.frameTaps.push(this.#tap);
  }

  close(): void {
    const { frameTaps } = this.#kernel;
    const i = frameTaps.indexOf(this.#tap);
    if (i >= 0) frameTaps.splice(i, 1);
  }

  #frame(skb: SkBuff, dev: NetDevice, outgoing: boolean): void {
    // What `lo` sends it receives in the same moment: once is enough, as for tcpdump.
    if (outgoing && (dev.flags & IFF_LOOPBACK) !== 0) return;
    const { clock } = this.#kernel;
    const data = skb.buf.slice(skb.macHeader, skb.data + skb.len);
    this.#sink(
      pcapngPacket({
        interfaceId: this.#interface(dev).id,
        tsNs: clock.bootRealtime + BigInt(Math.floor(clock.now)),
        data,
        origLen: data.length,
        direction: outgoing ? EPB_OUTBOUND : EPB_INBOUND,
        comment: '',
      }),
    );
  }

  #interface(dev: NetDevice): Interface {
    const known = this.#interfaces.get(dev);
    if (known !== undefined && known.net === dev.net && known.name === dev.name) return known;
    const made = { id: this.#next++, net: dev.net, name: dev.name };
    this.#interfaces.set(dev, made);
    const where = dev.net === this.#kernel.firstNet ? 'init' : (this.#nameOf(dev.net) ?? `net:[${dev.net.ino}]`);
    this.#sink(
      pcapngInterface({
        linktype: LINKTYPE_ETHERNET,
        snaplen: 0,
        name: `${where}/${dev.name}`,
        description: '',
        mac: dev.devAddr.slice(),
      }),
    );
    return made;
  }
}
