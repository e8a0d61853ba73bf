/**
 * Ethernet II header, and the 802.1Q tag behind it. IEEE 802.3 §3.1.1, 802.1Q §9.6; include/uapi/linux/if_ether.h.
 *
 *  |               Destination (6)               |   0
 *  |                  Source (6)                 |   6
 *  |  EtherType    |                                12
 *
 *  tag: | TPID 0x8100 | PCP(3) DEI(1) VID(12) | EtherType |
 */
import { be16, copyBytes, putBe16 } from '../lib/bytes.ts';
import { ETH_HLEN } from '../uapi/if-ether.ts';

/** EtherType (or 802.3 length, below 0x600). */
export const ethProto = (b: Uint8Array, o: number): number => be16(b, o + 12);
/** Tag control information of the tag behind the addresses; valid when `ethProto` is a tag's. */
export const vlanTci = (b: Uint8Array, o: number): number => be16(b, o + 14);
/** EtherType behind that tag. */
export const vlanEncapsulatedProto = (b: Uint8Array, o: number): number => be16(b, o + 16);

/** Whether the address at `o` is a group's, the broadcast included. @see is_multicast_ether_addr */
export const isMulticastEtherAddr = (b: Uint8Array, o: number): boolean => (b[o]! & 1) !== 0;
/** Whether the address at `o` is ff:ff:ff:ff:ff:ff. @see is_broadcast_ether_addr */
export const isBroadcastEtherAddr = (b: Uint8Array, o: number): boolean =>
  (b[o]! & b[o + 1]! & b[o + 2]! & b[o + 3]! & b[o + 4]! & b[o + 5]!) === 0xff;
/** Whether the address at `o` is all zero. @see is_zero_ether_addr */
export const isZeroEtherAddr = (b: Uint8Array, o: number): boolean =>
  (b[o]! | b[o + 1]! | b[o + 2]! | b[o + 3]! | b[o + 4]! | b[o + 5]!) === 0;
/** Neither group nor zero. @see is_valid_ether_addr */
export const isValidEtherAddr = (b: Uint8Array, o: number): boolean =>
  !isMulticastEtherAddr(b, o) && !isZeroEtherAddr(b, o);
/** Whether two addresses are the same. @see ether_addr_equal */
export const etherAddrEqual = (a: Uint8Array, ao: number, b: Uint8Array, bo: number): boolean =>
  a[ao] === b[bo] &&
  a[ao + 1] === b[bo + 1] &&
  a[ao + 2] === b[bo + 2] &&
  a[ao + 3] === b[bo + 3] &&
  a[ao + 4] === b[bo + 4] &&
  a[ao + 5] === b[bo + 5];

/** Writes a header. @see eth_header */
export function putEthHeader(
  b: Uint8Array,
  o: number,
  dst: Uint8Array,
  dstOff: number,
  src: Uint8Array,
  srcOff: number,
  proto: number,
): void {
  copyBytes(b, o, dst, dstOff, 6);
  copyBytes(b, o + 6, src, srcOff, 6);
  putBe16(b, o + 12, proto);
}

/** An Ethernet header as a value. */
export interface EthernetHeader {
  readonly dst: Uint8Array;
  readonly src: Uint8Array;
  readonly proto: number;
}

/** The header at `o`, null when fewer than 14 bytes are there. */
export function parseEthernet(b: Uint8Array, o: number, len: number): EthernetHeader | null {
  if (len < ETH_HLEN) return null;
  return { dst: b.slice(o, o + 6), src: b.slice(o + 6, o + 12), proto: ethProto(b, o) };
}

/** Writes a header and returns its length. */
export function emitEthernet(h: EthernetHeader, b: Uint8Array, o: number): number {
  putEthHeader(b, o, h.dst, 0, h.src, 0, h.proto);
  return ETH_HLEN;
}
