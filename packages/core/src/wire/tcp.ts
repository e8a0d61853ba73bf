/**
 * TCP header and options. RFC 9293 §3.1, §3.2; RFC 7323 (window scale, timestamps), RFC 2018 (SACK); include/uapi/linux/tcp.h.
 *
 *  |          Source Port          |       Destination Port        |  0
 *  |                        Sequence Number                        |  4
 *  |                    Acknowledgment Number                      |  8
 *  | Data  |  Rsvd |C|E|U|A|P|R|S|F|            Window             | 12
 *  |            Checksum           |         Urgent Pointer        | 16
 *  |                      Options, 0 to 40 bytes                   | 20
 *
 * The checksum covers a pseudo header: pass its partial (`csumTcpudpNofold`, `csumIpv6Nofold`) as `pseudo`.
 */
import { be16, be32, putBe16, putBe32 } from '../lib/bytes.ts';
import { checksum } from './checksum.ts';

export const TCP_MIN_HLEN = 20;
export const TCPHDR_SYN = 0x02;
export const TCPOPT_EOL = 0;
export const TCPOPT_NOP = 1;
export const TCPOPT_MSS = 2;
export const TCPOPT_WINDOW = 3;
export const TCPOPT_SACK_PERM = 4;
export const TCPOPT_SACK = 5;
export const TCPOPT_TIMESTAMP = 8;

export const tcpSource = (b: Uint8Array, o: number): number => be16(b, o);
export const tcpDest = (b: Uint8Array, o: number): number => be16(b, o + 2);
export const tcpSeq = (b: Uint8Array, o: number): number => be32(b, o + 4);
export const tcpAckSeq = (b: Uint8Array, o: number): number => be32(b, o + 8);
/** Header length in bytes, options included. */
export const tcpHlen = (b: Uint8Array, o: number): number => (b[o + 12]! >>> 4) << 2;
/** The TCPHDR_* flags. */
export const tcpFlags = (b: Uint8Array, o: number): number => b[o + 13]!;
/** Window as on the wire, not scaled. */
export const tcpWindow = (b: Uint8Array, o: number): number => be16(b, o + 14);
export const tcpUrgPtr = (b: Uint8Array, o: number): number => be16(b, o + 18);

/** Whether a whole header lies in `len` bytes at `o`. @see net/ipv4/tcp_ipv4.c:tcp_v4_rcv */
export const tcpCheck = (b: Uint8Array, o: number, len: number): boolean => {
  if (len < TCP_MIN_HLEN) return false;
  const hlen = tcpHlen(b, o);
  return hlen >= TCP_MIN_HLEN && hlen <= len;
};

/** Writes a header of `hlen` bytes without its options, checksum 0. `window` is not scaled. */
export function putTcpHeader(
  b: Uint8Array,
  o: number,
  hlen: number,
  source: number,
  dest: number,
  seq: number,
  ackSeq: number,
  flags: number,
  window: number,
  urgPtr: number,
): void {
  putBe16(b, o, source);
  putBe16(b, o + 2, dest);
  putBe32(b, o + 4, seq);
  putBe32(b, o + 8, ackSeq);
  b[o + 12] = hlen << 2;
  b[o + 13] = flags;
  putBe16(b, o + 14, window);
  putBe16(b, o + 16, 0);
  putBe16(b, o + 18, urgPtr);
}

/** Fills in the checksum of a segment of `len` bytes, header and data. */
export function tcpFinish(b: Uint8Array, o: number, len: number, pseudo: number): void {
  putBe16(b, o + 16, 0);
  putBe16(b, o + 16, checksum(b, o, len, pseudo));
}

/** What `tcpParseOptions` found. Made once and used again; fields are reset on each parse. */
export class TcpOptionsReceived {
  /** 0 when the option is absent, in a SYN. */
  mssClamp = 0;
  wscaleOk = false;
  sndWscale = 0;
  sawTstamp = false;
  rcvTsval = 0;
  rcvTsecr = 0;
  sackOk = false;
  /** Where the first SACK block is, in the buffer; 0 without. */
  sackAt = 0;
  numSacks = 0;
}

/**
 * Reads the options of the segment at `o` into `rx`. An option whose length does not fit ends the reading, as in Linux;
 * MSS, window scale and SACK-permitted count only in a SYN.
 * @see net/ipv4/tcp_input.c:tcp_parse_options
 */
export function tcpParseOptions(b: Uint8Array, o: number, rx: TcpOptionsReceived): void {
  rx.mssClamp = rx.sndWscale = rx.rcvTsval = rx.rcvTsecr = rx.sackAt = rx.numSacks = 0;
  rx.wscaleOk = rx.sawTstamp = rx.sackOk = false;
  const syn = (b[o + 13]! & TCPHDR_SYN) !== 0;
  const end = o + tcpHlen(b, o);
  for (let p = o + TCP_MIN_HLEN; p < end;) {
    const kind = b[p]!;
    if (kind === TCPOPT_EOL) return;
    if (kind === TCPOPT_NOP) {
      p++;
      continue;
    }
    if (p + 2 > end) return;
    const n = b[p + 1]!;
    if (n < 2 || p + n > end) return;
    switch (kind) {
      case TCPOPT_MSS:
        if (n === 4 && syn) rx.mssClamp = be16(b, p + 2);
        break;
      case TCPOPT_WINDOW:
        if (n === 3 && syn) {
          rx.wscaleOk = true;
          rx.sndWscale = Math.min(b[p + 2]!, 14); // RFC 7323 §2.3
        }
        break;
      case TCPOPT_TIMESTAMP:
        if (n === 10) {
          rx.sawTstamp = true;
          rx.rcvTsval = be32(b, p + 2);
          rx.rcvTsecr = be32(b, p + 6);
        }
        break;
      case TCPOPT_SACK_PERM:
        if (n === 2 && syn) rx.sackOk = true;
        break;
      case TCPOPT_SACK:
        if (n >= 10 && (n - 2) % 8 === 0) {
          rx.sackAt = p + 2;
          rx.numSacks = (n - 2) >>> 3;
        }
        break;
    }
    p += n;
  }
}

/** One option of a segment, as on the wire. */
export interface TcpOption {
  readonly kind: number;
  /** What follows kind and length; empty for no-operation. */
  readonly data: Uint8Array;
}

/** A TCP segment as a value. The checksum is implied. */
export interface TcpSegment {
  readonly source: number;
  readonly dest: number;
  readonly seq: number;
  readonly ackSeq: number;
  readonly flags: number;
  readonly window: number;
  readonly urgPtr: number;
  readonly options: readonly TcpOption[];
  readonly payload: Uint8Array;
}

/** The options between `p` and `end`, up to the end-of-options byte; null when a length does not fit. */
export function parseTcpOptions(b: Uint8Array, p: number, end: number): TcpOption[] | null {
  const out: TcpOption[] = [];
  while (p < end && b[p] !== TCPOPT_EOL) {
    if (b[p] === TCPOPT_NOP) {
      out.push({ kind: TCPOPT_NOP, data: new Uint8Array(0) });
      p++;
      continue;
    }
    const n = p + 1 < end ? b[p + 1]! : 0;
    if (n < 2 || p + n > end) return null;
    out.push({ kind: b[p]!, data: b.slice(p + 2, p + n) });
    p += n;
  }
  return out;
}

/** The segment of `len` bytes at `o`; null when its header, options or checksum is not right. */
export function parseTcp(b: Uint8Array, o: number, len: number, pseudo: number): TcpSegment | null {
  if (!tcpCheck(b, o, len) || checksum(b, o, len, pseudo) !== 0) return null;
  const hlen = tcpHlen(b, o);
  const options = parseTcpOptions(b, o + TCP_MIN_HLEN, o + hlen);
  if (options === null) return null;
  return {
    source: tcpSource(b, o),
    dest: tcpDest(b, o),
    seq: tcpSeq(b, o),
    ackSeq: tcpAckSeq(b, o),
    flags: tcpFlags(b, o),
    window: tcpWindow(b, o),
    urgPtr: tcpUrgPtr(b, o),
    options,
    payload: b.slice(o + hlen, o + len),
  };
}

/** Writes a segment with its checksum and returns its length; options are padded with end-of-options. */
export function emitTcp(s: TcpSegment, b: Uint8Array, o: number, pseudo: number): number {
  let p = o + TCP_MIN_HLEN;
  for (const opt of s.options) {
    b[p++] = opt.kind;
    if (opt.kind === TCPOPT_NOP) continue;
    b[p++] = 2 + opt.data.length;
    b.set(opt.data, p);
    p += opt.data.length;
  }
  while ((p - o) % 4 !== 0) b[p++] = TCPOPT_EOL;
  putTcpHeader(b, o, p - o, s.source, s.dest, s.seq, s.ackSeq, s.flags, s.window, s.urgPtr);
  b.set(s.payload, p);
  const len = p - o + s.payload.length;
  tcpFinish(b, o, len, pseudo);
  return len;
}
