/**
 * ARP for IPv4 over Ethernet. RFC 826; include/uapi/linux/if_arp.h.
 *
 *  |  Hardware type (1)    |  Protocol type 0x800  |   0
 *  | HW len (6)| P len (4) |       Operation       |   4
 *  |             Sender hardware address           |   8
 *  |             Sender protocol address           |  14
 *  |             Target hardware address           |  18
 *  |             Target protocol address           |  24
 */
import { be16, be32, copyBytes, putBe16, putBe32 } from '../lib/bytes.ts';
import { ARPHRD_ETHER } from '../uapi/if-arp.ts';
import { ETH_P_IP } from '../uapi/if-ether.ts';

/** Length of an Ethernet/IPv4 ARP packet. */
export const ARP_LEN = 28;
/** Where the sender's and the target's hardware addresses are. */
export const ARP_SHA = 8;
export const ARP_THA = 18;

export const arpOp = (b: Uint8Array, o: number): number => be16(b, o + 6);
/** Sender's protocol address. */
export const arpSip = (b: Uint8Array, o: number): number => be32(b, o + 14);
/** Target's protocol address. */
export const arpTip = (b: Uint8Array, o: number): number => be32(b, o + 24);

/**
 * Whether `len` bytes at `o` are ARP as the Ethernet driver takes it: hardware type 1 (or 6), protocol IPv4, address lengths 6 and 4.
 * @see net/ipv4/arp.c:arp_rcv, arp_process
 */
export function arpCheck(b: Uint8Array, o: number, len: number): boolean {
  if (len < ARP_LEN) return false;
  const hrd = be16(b, o);
  return (hrd === ARPHRD_ETHER || hrd === 6) && be16(b, o + 2) === ETH_P_IP && b[o + 4] === 6 && b[o + 5] === 4;
}

/** Writes a packet of hardware type Ethernet; `tha` null is all zero. @see net/ipv4/arp.c:arp_create */
export function putArp(
  b: Uint8Array,
  o: number,
  op: number,
  sha: Uint8Array,
  sip: number,
  tha: Uint8Array | null,
  tip: number,
): void {
  putBe16(b, o, ARPHRD_ETHER);
  putBe16(b, o + 2, ETH_P_IP);
  b[o + 4] = 6;
  b[o + 5] = 4;
  putBe16(b, o + 6, op);
  copyBytes(b, o + ARP_SHA, sha, 0, 6);
  putBe32(b, o + 14, sip);
  if (tha === null) b.fill(0, o + ARP_THA, o + ARP_THA + 6);
  else copyBytes(b, o + ARP_THA, tha, 0, 6);
  putBe32(b, o + 24, tip);
}

/** An ARP packet as a value. */
export interface ArpPacket {
  readonly op: number;
  readonly sha: Uint8Array;
  readonly sip: number;
  readonly tha: Uint8Array;
  readonly tip: number;
}

/** The packet at `o`, null when `arpCheck` refuses it. */
export function parseArp(b: Uint8Array, o: number, len: number): ArpPacket | null {
  if (!arpCheck(b, o, len)) return null;
  return {
    op: arpOp(b, o),
    sha: b.slice(o + ARP_SHA, o + ARP_SHA + 6),
    sip: arpSip(b, o),
    tha: b.slice(o + ARP_THA, o + ARP_THA + 6),
    tip: arpTip(b, o),
  };
}

/** Writes a packet and returns its length. */
export function emitArp(p: ArpPacket, b: Uint8Array, o: number): number {
  putArp(b, o, p.op, p.sha, p.sip, p.tha, p.tip);
  return ARP_LEN;
}
