/** TCP. @see tcpdump print-tcp.c */
import { compareBytes } from '../../../lib/bytes.ts';
import { ipVersion, pseudoChecksum, shouldBe } from './cksum.ts';
import { bits, hex, type Ndo, TRUNCATED } from './ndo.ts';
import { tcpOptions } from './tcp-options.ts';
import { tcpPayload } from './tcp-payload.ts';

const FIN = 1;
const SYN = 2;
const RST = 4;
const ACK = 16;
const URG = 32;
const FLAGS: readonly (readonly [number, string])[] = [
  [FIN, 'F'],
  [SYN, 'S'],
  [RST, 'R'],
  [8, 'P'],
  [ACK, '.'],
  [URG, 'U'],
  [64, 'E'],
  [128, 'W'],
];

/** `a > b` without ports. */
export const endpoints = (n: Ndo, ip: number): string =>
  ipVersion(n, ip) === 6 ? `${n.ip6(ip + 8)} > ${n.ip6(ip + 24)}` : `${n.ip4(ip + 12)} > ${n.ip4(ip + 16)}`;

/** `a.port > b.port: `; ports alone when the IP header does not carry `proto` itself. */
export function withPorts(n: Ndo, ip: number, proto: number, sport: string, dport: string): string {
  if (ipVersion(n, ip) === 6) {
    return n.u8(ip + 6) === proto
      ? `${n.ip6(ip + 8)}.${sport} > ${n.ip6(ip + 24)}.${dport}: `
      : `${sport} > ${dport}: `;
  }
  return n.u8(ip + 9) === proto ? `${n.ip4(ip + 12)}.${sport} > ${n.ip4(ip + 16)}.${dport}: ` : `${sport} > ${dport}: `;
}

/** Sequence numbers of a direction as they are to be shown, and what SACK blocks count from. */
interface Sequence {
  readonly seq: number;
  readonly ack: number;
  readonly sackBase: number;
}

/** Counts from the connection's first numbers once those were seen. */
function relative(n: Ndo, ip: number, sport: number, dport: number, seq: number, ack: number, flags: number): Sequence {
  if (n.o.absoluteSeq || (flags & ACK) === 0) return { seq, ack, sackBase: 0 };
  const six = ipVersion(n, ip) === 6;
  const at = six ? ip + 8 : ip + 12;
  const size = six ? 16 : 4;
  n.need(at, 2 * size);
  const src = n.b.subarray(at, at + size);
  const dst = n.b.subarray(at + size, at + 2 * size);
  const reverse = sport > dport || (sport === dport && compareBytes(src, dst) > 0);
  const key = (reverse ? [dst, src, dport, sport] : [src, dst, sport, dport]).join(' ');
  const known = n.tcpSeqs.get(key);
  if (known === undefined || (flags & SYN) !== 0) {
    const first = reverse ? { ack: seq, seq: (ack - 1) >>> 0 } : { seq, ack: (ack - 1) >>> 0 };
    n.tcpSeqs.set(key, first);
    return { seq, ack, sackBase: reverse ? first.seq : first.ack };
  }
  return reverse
    ? { seq: (seq - known.ack) >>> 0, ack: (ack - known.seq) >>> 0, sackBase: known.seq }
    : { seq: (seq - known.seq) >>> 0, ack: (ack - known.ack) >>> 0, sackBase: known.ack };
}

/** A reset's data is its reason in words. @see print_tcp_rst_data */
function resetData(n: Ndo, o: number, length: number): void {
  n.print(n.has(o, length) ? ' [RST' : ' [!RST');
  n.print(length > 30 ? '+ ' : ' ');
  for (let i = 0; i < Math.min(length, 30) && o + i < n.end; i++) n.char(n.u8(o + i));
  n.print(']');
}

/** @param ip where the IP header is */
export function tcpPrint(n: Ndo, o: number, length: number, ip: number, fragmented: boolean): void {
  n.protocol = 'tcp';
  if (!n.has(o + 2, 2)) {
    n.print(`${endpoints(n, ip)}:`);
    n.trunc();
    return;
  }
  const sport = n.u16(o);
  const dport = n.u16(o + 2);
  n.print(withPorts(n, ip, 6, n.port(sport, 'tcp'), n.port(dport, 'tcp')));
  if (!n.has(o, 20)) {
    n.trunc();
    return;
  }
  const hlen = (n.u8(o + 12) >>> 4) * 4;
  if (hlen < 20) {
    n.print(` tcp ${(length - hlen) >>> 0} [bad hdr length ${hlen} - too short, < 20]`);
    return;
  }
  const tooLong = ` [bad hdr length ${hlen} - too long, > ${length}]`;
  if (n.o.quick > 0) {
    n.print(`tcp ${(length - hlen) >>> 0}`);
    if (hlen > length) n.print(tooLong);
    return;
  }
  const flags = n.u8(o + 13);
  n.print(`Flags [${bits(FLAGS, 'none', flags, '')}]`);
  const s = relative(n, ip, sport, dport, n.u32(o + 4), n.u32(o + 8), flags);
  if (hlen > length) {
    n.print(tooLong);
    return;
  }
  if (n.o.verbose > 0 && !n.o.noChecksums && !fragmented && n.has(o, length)) {
    const rest = pseudoChecksum(n, ip, o, length, 6);
    const was = n.u16(o + 16);
    n.print(`, cksum 0x${hex(was, 4)}`);
    n.print(rest === 0 ? ' (correct)' : ` (incorrect -> 0x${hex(shouldBe(was, rest), 4)})`);
  }
  const len = length - hlen;
  if (n.o.verbose > 1 || len > 0 || (flags & (SYN | FIN | RST)) !== 0) {
    n.print(`, seq ${s.seq}`);
    if (len > 0) n.print(`:${(s.seq + len) >>> 0}`);
  }
  if ((flags & ACK) !== 0) n.print(`, ack ${s.ack}`);
  n.print(`, win ${n.u16(o + 14)}`);
  if ((flags & URG) !== 0) n.print(`, urg ${n.u16(o + 18)}`);
  if (hlen > 20 && !tcpOptions(n, { o, ip, hlen, length: len, flags, sackBase: s.sackBase })) return;
  n.print(`, length ${len}`);
  if (len === 0) return;
  if (!n.has(o, hlen)) {
    n.print(` [remaining caplen(${n.left(o)}) < header length(${hlen})]`);
    throw TRUNCATED;
  }
  if ((flags & RST) !== 0 && n.o.verbose > 0) resetData(n, o + hlen, len);
  else tcpPayload(n, o + hlen, len, sport, dport);
}
