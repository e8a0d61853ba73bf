/**
 * Linux cooked captures, the link layer of `tcpdump -i any`. https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html and …_SLL2.html
 *
 *  v1: | packet type (2) | ARPHRD (2) | address length (2) | address (8) | protocol (2) |                            16 bytes
 *  v2: | protocol (2) | 0 (2) | ifindex (4) | ARPHRD (2) | packet type (1) | address length (1) | address (8) |    20 bytes
 */
import { be16, be32, putBe16, putBe32 } from '../lib/bytes.ts';

export const SLL_HLEN = 16;
export const SLL2_HLEN = 20;

/** A cooked header as a value. */
export interface SllHeader {
  /** PACKET_HOST … PACKET_OUTGOING. */
  readonly pkttype: number;
  /** ARPHRD_* of the device. */
  readonly hatype: number;
  /** Sender's link-layer address, at most 8 bytes. */
  readonly addr: Uint8Array;
  readonly protocol: number;
}

/** A v2 header adds the device. */
export interface Sll2Header extends SllHeader {
  readonly ifindex: number;
}

function putAddr(b: Uint8Array, o: number, addr: Uint8Array): void {
  for (let i = 0; i < 8; i++) b[o + i] = i < addr.length ? addr[i]! : 0;
}

/** The v1 header at `o`, null when it does not fit in `len`. */
export function parseSll(b: Uint8Array, o: number, len: number): SllHeader | null {
  if (len < SLL_HLEN) return null;
  const addr = b.slice(o + 6, o + 6 + Math.min(8, be16(b, o + 4)));
  return { pkttype: be16(b, o), hatype: be16(b, o + 2), addr, protocol: be16(b, o + 14) };
}

/** Writes a v1 header and returns its length. */
export function emitSll(h: SllHeader, b: Uint8Array, o: number): number {
  putBe16(b, o, h.pkttype);
  putBe16(b, o + 2, h.hatype);
  putBe16(b, o + 4, h.addr.length);
  putAddr(b, o + 6, h.addr);
  putBe16(b, o + 14, h.protocol);
  return SLL_HLEN;
}

/** The v2 header at `o`, null when it does not fit in `len`. */
export function parseSll2(b: Uint8Array, o: number, len: number): Sll2Header | null {
  if (len < SLL2_HLEN) return null;
  return {
    pkttype: b[o + 10]!,
    hatype: be16(b, o + 8),
    addr: b.slice(o + 12, o + 12 + Math.min(8, b[o + 11]!)),
    protocol: be16(b, o),
    ifindex: be32(b, o + 4),
  };
}

/** Writes a v2 header and returns its length. */
export function emitSll2(h: Sll2Header, b: Uint8Array, o: number): number {
  putBe16(b, o, h.protocol);
  putBe16(b, o + 2, 0);
  putBe32(b, o + 4, h.ifindex);
  putBe16(b, o + 8, h.hatype);
  b[o + 10] = h.pkttype;
  b[o + 11] = h.addr.length;
  putAddr(b, o + 12, h.addr);
  return SLL2_HLEN;
}
