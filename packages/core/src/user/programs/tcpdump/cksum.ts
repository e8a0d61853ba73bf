/** Checksums with pseudo headers, as printers check them. @see tcpdump in_cksum.c, print-ip.c:nextproto4_cksum, print-ip6.c:nextproto6_cksum */
import { csumIpv6Nofold, csumPartial, csumTcpudpNofold } from '../../../wire/checksum.ts';
import { be32 } from '../../../lib/bytes.ts';
import type { Ndo } from './ndo.ts';

/** What a checksum that was `was` should have been, when the sum over all gave `rest` in place of 0. */
export function shouldBe(was: number, rest: number): number {
  const sum = was + rest;
  return sum > 0xffff ? (sum & 0xffff) + 1 : sum;
}

export const ipVersion = (n: Ndo, ip: number): number => n.u8(ip) >>> 4;

/** The address a source route ends at, else the header's destination. @see ip_finddst */
function destination4(n: Ndo, ip: number): number {
  const plain = n.u32(ip + 16);
  let left = (n.u8(ip) & 15) * 4 - 20;
  for (let o = ip + 20; left > 0;) {
    const type = n.u8(o);
    if (type === 0) break;
    const len = type === 1 ? 1 : n.u8(o + 1);
    if ((type !== 1 && len < 2) || left < len || !n.has(o, len)) break;
    if ((type === 137 || type === 131) && len >= 7) return n.u32(o + len - 4);
    o += len;
    left -= len;
  }
  return plain;
}

/** Where the address is that a routing header ends at, else the header's destination. @see ip6_finddst */
function destination6(n: Ndo, ip: number): number {
  let nh = n.u8(ip + 6);
  let o = ip;
  let advance = 40;
  let dst = ip + 24;
  while (o < n.end) {
    o += advance;
    if (nh === 0 || nh === 60 || nh === 62 || nh === 135) {
      advance = (n.u8(o + 1) + 1) << 3;
      nh = n.u8(o);
    } else if (nh === 44) {
      advance = 8;
      nh = n.u8(o);
    } else if (nh === 43) {
      if (!n.has(o, 4)) break;
      const len = n.u8(o + 1);
      const type = n.u8(o + 2);
      if (len % 2 === 1 || (type !== 0 && type !== 2 && type !== 4)) break;
      for (let i = 0; i < (type === 4 ? 1 : len >>> 1) && n.has(o + 8 + 16 * i, 16); i++) dst = o + 8 + 16 * i;
      break;
    } else break;
  }
  n.need(dst, 16);
  return dst;
}

/** The sum over a pseudo header and `len` bytes at `o`: 0 when the checksum is right. @param ip where the IP header is */
export function pseudoChecksum(n: Ndo, ip: number, o: number, len: number, proto: number): number {
  let partial: number;
  if (ipVersion(n, ip) === 6) {
    const nh = n.u8(ip + 6);
    const extended = nh === 0 || nh === 60 || nh === 62 || nh === 135 || nh === 44 || nh === 43;
    n.need(ip + 8, 32);
    partial = csumIpv6Nofold(n.b, ip + 8, n.b, extended ? destination6(n, ip) : ip + 24, len, proto);
  } else {
    n.need(ip + 12, 8);
    const dst = (n.u8(ip) & 15) === 5 ? be32(n.b, ip + 16) : destination4(n, ip);
    partial = csumTcpudpNofold(be32(n.b, ip + 12), dst, len & 0xffff, proto);
  }
  return ~csumPartial(n.b, o, len, partial) & 0xffff;
}
