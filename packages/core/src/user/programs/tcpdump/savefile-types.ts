/** What readers of capture files share. @see libpcap pcap-int.h, pcap-common.c */
import type { Frame } from './frame.ts';

/** Packets above this size are taken for damage; also what a snapshot length of 0 stands for. */
export const MAXIMUM_SNAPLEN = 262144;

/** A file that cannot be read on, in libpcap's words. */
export class SavefileError extends Error {}

/** Bytes in their order. */
export interface Source {
  /** The next `n` bytes; fewer at the end. */
  take(n: number): Promise<Uint8Array>;
}

export interface Savefile {
  /** LINKTYPE_*. */
  readonly linktype: number;
  readonly snaplen: number;
  /** The next packet; null at the end. @throws SavefileError */
  next(): Promise<Frame | null>;
}
