/** What printers share: the packet, how far it reaches, the options, the text so far. @see tcpdump netdissect.h */
import { be16, be32 } from '../../../lib/bytes.ts';
import { formatIpv4, formatIpv6, formatMac } from '../../../lib/address.ts';

/** Thrown by reads beyond what was captured; the packet's text then ends with `[|protocol]`. */
export const TRUNCATED: unique symbol = Symbol('truncated');

/** Names for addresses and ports; null where there is none. */
export interface Names {
  host(address: number | Uint8Array): string | null;
  port(port: number, protocol: 'tcp' | 'udp'): string | null;
  protocol(number: number): string | null;
}

export interface PrintOptions {
  readonly names: Names | null;
  /** -v, -q, -x and -X, by how often they were given. */
  readonly verbose: number;
  readonly quick: number;
  readonly hex: number;
  readonly hexAscii: number;
  readonly ascii: number;
  readonly link: boolean;
  /** -S, -K, -u. */
  readonly absoluteSeq: boolean;
  readonly noChecksums: boolean;
  /** Names of devices, for LINUX_SLL2. */
  readonly ifname: (index: number) => string;
}

/** Printers of what other protocols carry: those that would otherwise import each other. */
export interface Inner {
  ip(n: Ndo, o: number, length: number): void;
  ip6(n: Ndo, o: number, length: number): void;
  ether(n: Ndo, o: number, length: number, caplen: number): number;
}

export class Ndo {
  readonly inner: Inner;
  readonly o: PrintOptions;
  b: Uint8Array = new Uint8Array(0);
  /** End of the captured bytes that may be looked at. */
  end = 0;
  /** The packet's text. */
  text = '';
  /** What `[|…]` names. */
  protocol = '';
  /** Length of the headers that -x leaves out. */
  llHdrLen = 0;
  suppressDefault = false;
  readonly #ends: number[] = [];
  /** First sequence numbers of TCP connections. */
  readonly tcpSeqs: Map<string, { seq: number; ack: number }> = new Map();

  constructor(options: PrintOptions, inner: Inner) {
    this.inner = inner;
    this.o = options;
    this.suppressDefault = options.hex > 0 || options.hexAscii > 0 || options.ascii > 0;
  }

  print(text: string): void {
    this.text += text;
  }
  /** @throws TRUNCATED unless `n` bytes at `o` were captured. */
  need(o: number, n: number): void {
    if (o + n > this.end) throw TRUNCATED;
  }
  has(o: number, n: number): boolean {
    return o + n <= this.end;
  }
  u8(o: number): number {
    this.need(o, 1);
    return this.b[o]!;
  }
  u16(o: number): number {
    this.need(o, 2);
    return be16(this.b, o);
  }
  u24(o: number): number {
    return (this.u8(o) << 16) | this.u16(o + 1);
  }
  u32(o: number): number {
    this.need(o, 4);
    return be32(this.b, o);
  }
  /** Bytes after `o`. */
  left(o: number): number {
    return Math.max(0, this.end - o);
  }
  /** Shortens the packet to `end`; nothing when it ends before. */
  pushEnd(end: number): void {
    this.#ends.push(this.end);
    if (end < this.end) this.end = end;
  }
  popEnd(): void {
    this.end = this.#ends.pop() ?? this.end;
  }
  resetEnds(): void {
    this.#ends.length = 0;
  }
  trunc(): void {
    this.print(` [|${this.protocol}]`);
  }
  invalid(): void {
    this.print(' (invalid)');
  }
  caps(): void {
    this.print(this.protocol.toUpperCase());
  }

  ip4(o: number): string {
    const a = this.u32(o);
    return this.o.names?.host(a) ?? formatIpv4(a);
  }
  ip6(o: number): string {
    this.need(o, 16);
    const a = this.b.subarray(o, o + 16);
    return this.o.names?.host(a) ?? formatIpv6(a);
  }
  mac(o: number): string {
    this.need(o, 6);
    const text = formatMac(this.b, o, 6);
    if (this.o.names === null) return text;
    return text === 'ff:ff:ff:ff:ff:ff' ? 'Broadcast' : `${text} (oui ${OUI[this.u24(o)] ?? 'Unknown'})`;
  }
  port(port: number, protocol: 'tcp' | 'udp'): string {
    return this.o.names?.port(port, protocol) ?? String(port);
  }
  hexBytes(o: number, n: number): string {
    let s = '';
    for (let i = 0; i < n; i++)
      s += this.u8(o + i)
        .toString(16)
        .padStart(2, '0');
    return s;
  }
}

const OUI: Readonly<Record<number, string>> = {
  0x000000: 'Ethernet',
  0x00000c: 'Cisco',
  0x00005e: 'IANA',
  0x000081: 'Nortel Networks SONMP',
  0x0000f8: 'Cisco bridged',
  0x00a03e: 'ATM Forum',
  0x001000: 'Cable BPI',
  0x0080c2: 'Ethernet bridged',
  0x080007: 'AppleTalk',
  0x009069: 'Juniper',
  0x080009: 'Hewlett-Packard',
  0x00120f: 'IEEE 802.3 Private',
  0x0012bb: 'ANSI/TIA',
  0x001b21: 'DCBX',
  0x002320: 'Nicira Networks',
};

/** The text of a value, or `otherwise` with the value in place of %u or %x forms. */
export const tok = (table: Readonly<Record<number, string>>, otherwise: string, v: number): string =>
  table[v] ??
  otherwise
    .replace('%u', String(v))
    .replace('%d', String(v))
    .replace('0x%04x', `0x${v.toString(16).padStart(4, '0')}`)
    .replace('0x%02x', `0x${v.toString(16).padStart(2, '0')}`)
    .replace('%x', v.toString(16));

/** Names of the bits set, or `none`. */
export function bits(table: readonly (readonly [number, string])[], none: string, v: number, separator = ', '): string {
  const found = table.filter(([bit]) => (v & bit) === bit && bit !== 0).map(([, name]) => name);
  return found.length === 0 ? none : found.join(separator);
}
