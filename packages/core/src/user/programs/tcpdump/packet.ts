/** One packet's line: time, text, bytes. @see tcpdump print.c:pretty_print_packet, util-print.c:ts_print */
import { etherPrint, linkPrinter } from './ether.ts';
import { asciiPrint, hexAsciiPrint, hexPrint } from './hex.ts';
import { ipPrint } from './ip.ts';
import { ip6Print } from './ip6.ts';
import { Ndo, type PrintOptions, TRUNCATED } from './ndo.ts';

/** A printer with all protocols. */
export const makeNdo = (options: PrintOptions): Ndo =>
  new Ndo(options, { ip: ipPrint, ip6: ip6Print, ether: etherPrint });

export interface Frame {
  /** Nanoseconds since the epoch. */
  readonly tsNs: bigint;
  readonly data: Uint8Array;
  readonly origLen: number;
}

/** How times are shown: -t by its count. */
export class Times {
  readonly #how: number;
  readonly #nano: boolean;
  #first: bigint | null = null;
  #last: bigint | null = null;

  constructor(how: number, nano: boolean) {
    this.#how = how;
    this.#nano = nano;
  }

  text(ns: bigint): string {
    const unit = this.#nano ? 1n : 1000n;
    const per = 1_000_000_000n / unit;
    const width = this.#nano ? 9 : 6;
    const t = ns / unit;
    const two = (v: bigint): string => String(v).padStart(2, '0');
    const clock = (v: bigint): string => {
      const s = v / per;
      return `${two((s / 3600n) % 24n)}:${two((s / 60n) % 60n)}:${two(s % 60n)}.${String(v % per).padStart(width, '0')}`;
    };
    switch (this.#how) {
      case 1:
        return '';
      case 2:
        return `${t / per}.${String(t % per).padStart(width, '0')} `;
      case 3:
      case 5: {
        const from = this.#how === 3 ? (this.#last ?? t) : (this.#first ?? t);
        this.#first ??= t;
        this.#last = t;
        return `${t < from ? '-' : ' '}${clock(t < from ? from - t : t - from)} `;
      }
      case 4:
        return `${new Date(Number(t / per) * 1000).toISOString().slice(0, 10)} ${clock(t)} `;
      default:
        return `${clock(t)} `;
    }
  }
}

/** What tcpdump writes for a packet, newline included. @param number 0 without --number. */
export function packetText(n: Ndo, linktype: number, times: Times, frame: Frame, number: number): string {
  n.text = number > 0 ? `${String(number).padStart(5)}  ` : '';
  n.b = frame.data;
  n.end = frame.data.length;
  n.resetEnds();
  n.print(times.text(frame.tsNs));
  let hlen = 0;
  const caplen = frame.data.length;
  try {
    hlen = linkPrinter(linktype)!(n, frame.origLen, caplen);
  } catch (e) {
    if (e !== TRUNCATED) throw e;
    // The header's length was not noted yet: all bytes are shown.
    n.trunc();
  }
  n.end = caplen;
  const { o } = n;
  const from = (all: boolean): number => (all ? 0 : Math.min(hlen, caplen));
  if (o.hexAscii > 0) hexAsciiPrint(n, '\n\t', from(o.hexAscii > 1), caplen - from(o.hexAscii > 1));
  else if (o.hex > 0) hexPrint(n, '\n\t', from(o.hex > 1), caplen - from(o.hex > 1));
  else if (o.ascii > 0) asciiPrint(n, from(o.ascii > 1), caplen - from(o.ascii > 1));
  return `${n.text}\n`;
}
