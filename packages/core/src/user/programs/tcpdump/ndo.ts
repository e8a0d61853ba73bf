/** What printers share: the packet, how far it reaches, the options, the text so far. @see tcpdump netdissect.h */
import { be16, be32, be64, le16, le32 } from '../../../lib/bytes.ts';
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
  /** What -T says every UDP or TCP payload is; null without. */
  readonly packetType: string | null;
}

/** Where the link layer's addresses are. */
export interface LinkAddresses {
  readonly src: number;
  readonly dst: number;
}

/** Printers of what other protocols carry: those that would otherwise import each other. */
export interface Inner {
  ip(n: Ndo, o: number, length: number): void;
  ip6(n: Ndo, o: number, length: number): void;
  ether(n: Ndo, o: number, length: number, caplen: number): number;
  /** By EtherType; false when it is not known. */
  ethertype(n: Ndo, type: number, o: number, length: number, caplen: number, link: LinkAddresses | null): boolean;
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
  /** What the packet holds that tcpdump has a printer for and this does not; empty without. */
  missing = '';
  readonly suppressDefault: boolean;
  readonly #ends: number[] = [];
  /** First sequence numbers of TCP connections. */
  readonly tcpSeqs: Map<string, { seq: number; ack: number }> = new Map();

  constructor(options: PrintOptions, inner: Inner) {
    this.inner = inner;
    this.o = options;
    this.suppressDefault = options.quick > 0 || options.hex > 0 || options.hexAscii > 0;
  }

  print(text: string): void {
    this.text += text;
  }
  /** @throws TRUNCATED unless `n` bytes at `o` were captured. */
  need(o: number, n: number): void {
    if (o + n > this.end || n < 0) throw TRUNCATED;
  }
  has(o: number, n: number): boolean {
    return n >= 0 && o + n <= this.end;
  }
  u8(o: number): number {
    this.need(o, 1);
    return this.b[o]!;
  }
  s8(o: number): number {
    return (this.u8(o) << 24) >> 24;
  }
  u16(o: number): number {
    this.need(o, 2);
    return be16(this.b, o);
  }
  le16(o: number): number {
    this.need(o, 2);
    return le16(this.b, o);
  }
  u24(o: number): number {
    this.need(o, 3);
    return (this.b[o]! << 16) | be16(this.b, o + 1);
  }
  u32(o: number): number {
    this.need(o, 4);
    return be32(this.b, o);
  }
  le32(o: number): number {
    this.need(o, 4);
    return le32(this.b, o);
  }
  u64(o: number): bigint {
    this.need(o, 8);
    return be64(this.b, o);
  }
  /** Bytes after `o`. */
  left(o: number): number {
    return (this.end - o) >>> 0;
  }
  /** Ends the packet `len` bytes after `at` until `popEnd`; nothing when it ends before. @see nd_push_snaplen */
  pushEnd(at: number, len: number): void {
    this.#ends.push(this.end);
    if (len <= this.left(at)) this.end = at + len;
  }
  /** Ends the packet elsewhere than the last `pushEnd` said. @see nd_change_snaplen */
  changeEnd(at: number, len: number): void {
    const before = this.#ends[this.#ends.length - 2] ?? this.end;
    if (len <= (before - at) >>> 0) this.end = at + len;
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
    if (text === 'ff:ff:ff:ff:ff:ff' && this.o.names !== null) return 'Broadcast';
    return this.o.names === null ? text : `${text} (oui ${OUI[this.u24(o)] ?? 'Unknown'})`;
  }
  /** A link-layer address of any length. @see linkaddr_string */
  linkAddr(o: number, len: number): string {
    if (len === 0) return '<empty>';
    return len === 6 ? this.mac(o) : this.hexBytes(o, len).replace(/(..)(?=.)/g, '$1:');
  }
  port(port: number, protocol: 'tcp' | 'udp'): string {
    return this.o.names?.port(port, protocol) ?? String(port);
  }
  hexBytes(o: number, n: number): string {
    let s = '';
    for (let i = 0; i < n; i++) s += hex(this.u8(o + i), 2);
    return s;
  }

  /** One byte as `cat -v` shows it. @see fn_print_char */
  char(c: number): void {
    this.print(charText(c));
  }
  /** `n` bytes, at most to `end`. @returns whether that came first. @see nd_printn */
  printn(o: number, n: number, end: number | null): boolean {
    let i = 0;
    for (; i < n && (end === null || o + i < end); i++) this.char(this.u8(o + i));
    return i < n;
  }
  /** Bytes up to a NUL, at most `n` and to `end`. @returns bytes used, the NUL with them; 0 when there was none. @see nd_printztn */
  printztn(o: number, n: number, end: number | null): number {
    for (let i = 0; i < n && (end === null || o + i < end); i++) {
      const c = this.u8(o + i);
      if (c === 0) return i + 1;
      this.char(c);
    }
    return 0;
  }
  /** Bytes up to a NUL, at most `n`. @see nd_printjnp */
  printjnp(o: number, n: number): void {
    for (let i = 0; i < n; i++) {
      const c = this.u8(o + i);
      if (c === 0) return;
      this.char(c);
    }
  }
  /** Lines of hexadecimal. @throws TRUNCATED after them when not all were captured. @see hex_print */
  hexLines(ident: string, o: number, length: number): void {
    const n = Math.min(length, Math.max(0, this.end - o));
    for (let at = 0; at < n; at += 16) {
      let line = `${ident}0x${hex(at, 4)}: `;
      for (let i = at; i < Math.min(at + 16, n); i += 2)
        line += ` ${hex(this.b[o + i]!, 2)}${i + 1 < n ? hex(this.b[o + i + 1]!, 2) : ''}`;
      this.print(line);
    }
    if (n < length) throw TRUNCATED;
  }
  /** Bytes nobody knows, as far as they were captured. @returns false when they begin beyond. @see print_unknown_data */
  unknown(o: number, ident: string, length: number): boolean {
    if (o > this.end) {
      this.print(`${ident}Dissector error: print_unknown_data called with pointer past end of packet`);
      return false;
    }
    this.hexLines(ident, o, Math.min(length, this.left(o)));
    return true;
  }
}

export const hex = (v: number | bigint, width = 1): string => v.toString(16).padStart(width, '0');

const charText = (c: number): string => {
  const meta = c > 127 ? 'M-' : '';
  const low = c & 127;
  return low < 32 || low === 127 ? `${meta}^${String.fromCharCode(low ^ 0x40)}` : meta + String.fromCharCode(low);
};

/** %.*f of C: a tie goes to the even digit. */
export function fixed(v: number, digits: number): string {
  const scaled = v * 10 ** digits;
  const whole = Math.floor(scaled);
  return scaled - whole === 0.5 && whole % 2 === 0 ? (whole / 10 ** digits).toFixed(digits) : v.toFixed(digits);
}

/** Seconds as `1w2d3h`. @see unsigned_relts_print */
export function relts(seconds: number): string {
  if (seconds === 0) return '0s';
  let text = '';
  for (const [unit, size] of RELTS) {
    if (seconds >= size) {
      text += `${Math.floor(seconds / size)}${unit}`;
      seconds %= size;
    }
  }
  return text;
}
const RELTS: readonly (readonly [string, number])[] = [
  ['y', 31536000],
  ['w', 604800],
  ['d', 86400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
];

export const OUI: Readonly<Record<number, string>> = {
  0x000000: 'Ethernet',
  0x00000c: 'Cisco',
  0x00005e: 'IANA',
  0x000081: 'Nortel Networks SONMP',
  0x0000f8: 'Cisco bridged',
  0x0080c2: 'Ethernet bridged',
  0x00a03e: 'ATM Forum',
  0x00e02f: 'DOCSIS Spanning Tree',
  0x080007: 'Appletalk',
  0x009069: 'Juniper',
  0x080009: 'Hewlett-Packard',
  0x00120f: 'IEEE 802.3 Private',
  0x0012bb: 'ANSI/TIA',
  0x001b21: 'DCBX',
  0x002320: 'Nicira Networks',
  0x5c16c7: 'Big Switch Networks',
  0xb0d2f5: 'Vello Systems',
  0x002481: 'HP',
  0x0004ea: 'HP-Labs',
  0x748771: 'Infoblox Inc',
  0xa42305: 'Open Networking Lab',
  0x00049f: 'Freescale',
  0x0015ad: 'Netronome',
  0x001018: 'Broadcom',
  0x00e004: 'PMC-Sierra',
  0xd0f0db: 'Ericsson',
};

export type Tokens = Readonly<Record<number, string>>;
export type BitNames = readonly (readonly [number, string])[];

const format = (words: string, v: number): string =>
  words.replace(/%(?:0(\d))?([udx])/, (_, width: string | undefined, kind: string) =>
    (kind === 'x' ? v.toString(16) : String(v)).padStart(Number(width ?? 0), '0'),
  );

/** The text of a value, or `otherwise` with the value in place of its %u or %x. @see tok2str */
export const tok = (table: Tokens, otherwise: string, v: number): string => table[v] ?? format(otherwise, v);

/** Names of the bits set, or `none`. @see bittok2str */
export function bits(table: BitNames, none: string, v: number, separator = ', '): string {
  const found = table.filter(([bit]) => bit !== 0 && (v & bit) >>> 0 === bit).map(([, name]) => name);
  return found.length === 0 ? format(none, v) : found.join(separator);
}
