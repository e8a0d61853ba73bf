/** A captured packet, as libpcap hands it over. @see struct pcap_pkthdr */
export interface Frame {
  /** Seconds since the epoch, unsigned 32 bits. */
  readonly seconds: number;
  /** Micro- or nanoseconds, as the capture was opened; more than a second's worth in a damaged file. */
  readonly fraction: number;
  readonly data: Uint8Array;
  readonly origLen: number;
}

/** The frame of a time in nanoseconds. */
export function frameAt(tsNs: bigint, nano: boolean, data: Uint8Array, origLen: number): Frame {
  const sub = Number(tsNs % 1_000_000_000n);
  return {
    seconds: Number((tsNs / 1_000_000_000n) & 0xffffffffn),
    fraction: nano ? sub : Math.floor(sub / 1000),
    data,
    origLen,
  };
}
