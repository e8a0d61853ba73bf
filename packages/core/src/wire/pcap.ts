/**
 * pcap capture files. draft-ietf-opsawg-pcap; pcap-savefile(5).
 *
 *  file:   | magic | 2 | 4 | 0 | 0 | snaplen | link type |      24 bytes, in the writer's byte order
 *  record: | seconds | µs or ns | captured | original | data     16 bytes and the data
 *
 * Written little-endian, as tcpdump on x86 does. Times are nanoseconds since the epoch, as bigint.
 */
import { be16, be32, le16, le32, putLe16, putLe32 } from '../lib/bytes.ts';

export const LINKTYPE_NULL = 0;
export const LINKTYPE_ETHERNET = 1;
export const LINKTYPE_RAW = 101;
export const LINKTYPE_LOOP = 108;
export const LINKTYPE_LINUX_SLL = 113;
export const LINKTYPE_IPV4 = 228;
export const LINKTYPE_IPV6 = 229;
export const LINKTYPE_LINUX_SLL2 = 276;

/** Magic numbers: microseconds, nanoseconds. */
export const PCAP_MAGIC_US = 0xa1b2c3d4;
export const PCAP_MAGIC_NS = 0xa1b23c4d;

/** What a file header says. */
export interface PcapHeader {
  readonly linktype: number;
  readonly snaplen: number;
  /** Whether times have nanoseconds; tcpdump writes microseconds unless told. */
  readonly nanoseconds: boolean;
}

/** One captured frame. */
export interface PcapRecord {
  readonly tsNs: bigint;
  readonly data: Uint8Array;
  /** Length on the wire, which may exceed that of `data`. */
  readonly origLen: number;
}

/** The 24 bytes a file begins with. */
export function pcapFileHeader(h: PcapHeader): Uint8Array {
  const b = new Uint8Array(24);
  putLe32(b, 0, h.nanoseconds ? PCAP_MAGIC_NS : PCAP_MAGIC_US);
  putLe16(b, 4, 2);
  putLe16(b, 6, 4);
  putLe32(b, 16, h.snaplen);
  putLe32(b, 20, h.linktype);
  return b;
}

/** A record with its fields as they are; data beyond the header's snapshot length is cut off. @param fraction as `h` has it */
export function pcapRecordAt(
  h: PcapHeader,
  seconds: number,
  fraction: number,
  data: Uint8Array,
  origLen: number,
): Uint8Array {
  const n = Math.min(data.length, h.snaplen);
  const b = new Uint8Array(16 + n);
  putLe32(b, 0, seconds);
  putLe32(b, 4, fraction);
  putLe32(b, 8, n);
  putLe32(b, 12, origLen);
  b.set(data.subarray(0, n), 16);
  return b;
}

/** One record; data beyond the header's snapshot length is cut off. */
export function pcapRecord(h: PcapHeader, r: PcapRecord): Uint8Array {
  const sub = Number(r.tsNs % 1000000000n);
  const seconds = Number(r.tsNs / 1000000000n);
  return pcapRecordAt(h, seconds, h.nanoseconds ? sub : Math.floor(sub / 1000), r.data, r.origLen);
}

/** A file read. `error` says in libpcap's words why it ends early, null when it ends well. */
export interface PcapFile extends PcapHeader {
  readonly records: readonly PcapRecord[];
  readonly error: string | null;
}

/** Reads a file of either byte order and resolution; null when it does not begin as one. */
export function parsePcap(b: Uint8Array): PcapFile | null {
  if (b.length < 24) return null;
  const swapped = be32(b, 0) === PCAP_MAGIC_US || be32(b, 0) === PCAP_MAGIC_NS;
  const u32 = swapped ? be32 : le32;
  const magic = u32(b, 0);
  if ((magic !== PCAP_MAGIC_US && magic !== PCAP_MAGIC_NS) || (swapped ? be16 : le16)(b, 4) !== 2) return null;
  const nanoseconds = magic === PCAP_MAGIC_NS;
  const snaplen = u32(b, 16);
  const records: PcapRecord[] = [];
  let error: string | null = null;
  for (let p = 24; p < b.length;) {
    if (p + 16 > b.length) {
      error = `truncated dump file; tried to read 16 header bytes, only got ${b.length - p}`;
      break;
    }
    const n = u32(b, p + 8);
    if (p + 16 + n > b.length) {
      error = `truncated dump file; tried to read ${n} captured bytes, only got ${b.length - p - 16}`;
      break;
    }
    const sub = BigInt(u32(b, p + 4)) * (nanoseconds ? 1n : 1000n);
    const tsNs = BigInt(u32(b, p)) * 1000000000n + sub;
    records.push({ tsNs, data: b.slice(p + 16, p + 16 + n), origLen: u32(b, p + 12) });
    p += 16 + n;
  }
  return { linktype: u32(b, 20) & 0xffff, snaplen, nanoseconds, records, error };
}
