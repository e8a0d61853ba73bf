/** Packets for the captures of this folder, from their headers. */
import { csumIpv6Nofold, csumPartial, csumTcpudpNofold } from '../../packages/core/src/wire/checksum.ts';
import { be32, putBe16 } from '../../packages/core/src/lib/bytes.ts';

export type Bytes = Uint8Array;
export type Part = Bytes | string | number;

/** Bytes of hexadecimal text (blanks are skipped), of numbers below 256, and of bytes. */
export function bytes(...parts: readonly Part[]): Bytes {
  const out: number[] = [];
  for (const p of parts) {
    if (typeof p === 'number') out.push(p);
    else if (typeof p === 'string')
      for (const h of p.replace(/\s+/g, '').match(/../g) ?? []) out.push(Number.parseInt(h, 16));
    else out.push(...p);
  }
  return Uint8Array.from(out);
}
export const text = (s: string): Bytes => Uint8Array.from(s, (c) => c.charCodeAt(0));
export const u16 = (v: number): Bytes => bytes((v >>> 8) & 255, v & 255);
export const u32 = (v: number): Bytes => bytes((v >>> 24) & 255, (v >>> 16) & 255, (v >>> 8) & 255, v & 255);
export const zeros = (n: number): Bytes => new Uint8Array(n);
/** A domain name. */
export const name = (s: string): Bytes =>
  bytes(
    ...s
      .split('.')
      .filter(Boolean)
      .map((l) => bytes(l.length, text(l))),
    0,
  );

export const MAC_A = '020000000001';
export const MAC_B = '020000000002';
export const A4 = '0a000001';
export const B4 = '0a000002';
export const A6 = 'fe80 0000 0000 0000 0000 00ff fe00 0001';
export const B6 = '2001 0db8 0000 0000 0000 0000 0000 0002';

export const eth = (type: number, payload: Bytes, dst = MAC_B): Bytes => bytes(dst, MAC_A, u16(type), payload);
/** An 802.3 frame with LLC. */
export const llc = (payload: Bytes, dst = '0180c2000000'): Bytes => bytes(dst, MAC_A, u16(payload.length), payload);
export const vlan = (tci: number, type: number, payload: Bytes): Bytes => bytes(u16(tci), u16(type), payload);

function filled(b: Bytes, at: number, partial: number): Bytes {
  const sum = ~csumPartial(b, 0, b.length, partial) & 0xffff;
  putBe16(b, at, sum === 0 ? 0xffff : sum);
  return b;
}

export interface Ip4 {
  readonly options?: Part;
  readonly ttl?: number;
  readonly tos?: number;
  readonly id?: number;
  /** Flags and fragment offset. */
  readonly off?: number;
  readonly src?: string;
  readonly dst?: string;
  readonly total?: number;
}

export function ip4(proto: number, payload: Bytes, h: Ip4 = {}): Bytes {
  const options = bytes(h.options ?? '');
  const hlen = 20 + options.length;
  const src = h.src ?? A4;
  const dst = h.dst ?? B4;
  const at = proto === 6 ? 16 : proto === 17 ? 6 : -1;
  let body = payload;
  if (at >= 0 && payload.length > at + 1 && payload[at] === 0 && payload[at + 1] === 0 && (h.off ?? 0) === 0) {
    const pseudo = csumTcpudpNofold(be32(bytes(src), 0), be32(bytes(dst), 0), payload.length, proto);
    body = filled(payload.slice(), at, pseudo);
  }
  const head = bytes(
    0x40 | (hlen / 4),
    h.tos ?? 0,
    u16(h.total ?? hlen + payload.length),
    u16(h.id ?? 1),
    u16(h.off ?? 0x4000),
    h.ttl ?? 64,
    proto,
    0,
    0,
    src,
    dst,
    options,
  );
  return bytes(filled(head, 10, 0), body);
}

export interface Ip6 {
  readonly src?: string;
  readonly dst?: string;
  readonly hlim?: number;
  readonly flow?: number;
  readonly plen?: number;
  /** What the checksum counts as the protocol, behind extension headers; and where it begins. */
  readonly proto?: number;
  readonly at?: number;
}

const CHECKSUM6: Readonly<Record<number, number>> = { 6: 16, 17: 6, 58: 2 };

export function ip6(nh: number, payload: Bytes, h: Ip6 = {}): Bytes {
  const src = bytes(h.src ?? A6);
  const dst = bytes(h.dst ?? B6);
  const proto = h.proto ?? nh;
  const from = h.at ?? 0;
  const at = CHECKSUM6[proto];
  let body = payload;
  if (at !== undefined && payload.length > from + at + 1 && payload[from + at] === 0 && payload[from + at + 1] === 0) {
    const upper = payload.slice(from);
    body = bytes(payload.slice(0, from), filled(upper, at, csumIpv6Nofold(src, 0, dst, 0, upper.length, proto)));
  }
  return bytes(u32(0x60000000 + (h.flow ?? 0)), u16(h.plen ?? payload.length), nh, h.hlim ?? 64, src, dst, body);
}

export const udp = (sport: number, dport: number, payload: Bytes, len = payload.length + 8): Bytes =>
  bytes(u16(sport), u16(dport), u16(len), 0, 0, payload);

export interface Tcp {
  readonly seq?: number;
  readonly ack?: number;
  readonly flags?: number;
  readonly win?: number;
  readonly options?: Part;
  readonly urg?: number;
}

export function tcp(sport: number, dport: number, h: Tcp = {}, payload: Bytes = zeros(0)): Bytes {
  const options = bytes(h.options ?? '');
  const padded = bytes(options, zeros((4 - (options.length % 4)) % 4));
  return bytes(
    u16(sport),
    u16(dport),
    u32(h.seq ?? 1000),
    u32(h.ack ?? 0),
    ((20 + padded.length) / 4) << 4,
    h.flags ?? 2,
    u16(h.win ?? 64240),
    0,
    0,
    u16(h.urg ?? 0),
    padded,
    payload,
  );
}

/** A message with the Internet checksum at its third byte: ICMP, IGMP. */
export const summed = (payload: Bytes): Bytes => filled(payload.slice(), 2, 0);

/** Shorthands: a frame with a packet of a protocol. */
export const frame4 = (proto: number, payload: Bytes, h: Ip4 = {}): Bytes => eth(0x0800, ip4(proto, payload, h));
export const frame6 = (nh: number, payload: Bytes, h: Ip6 = {}): Bytes => eth(0x86dd, ip6(nh, payload, h));
export const datagram = (sport: number, dport: number, payload: Bytes): Bytes => frame4(17, udp(sport, dport, payload));
export const datagram6 = (sport: number, dport: number, payload: Bytes): Bytes =>
  frame6(17, udp(sport, dport, payload));
export const segment = (sport: number, dport: number, payload: Bytes, h: Tcp = {}): Bytes =>
  frame4(6, tcp(sport, dport, { flags: 0x18, ack: 1, ...h }, payload));
