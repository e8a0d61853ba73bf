/** Fragment and routing headers. @see tcpdump print-frag6.c, print-rt6.c */
import { hex, type Ndo } from './ndo.ts';

/** @param ip where the IPv6 header is. @returns length of the header; negative when nothing readable follows */
export function fragment(n: Ndo, o: number, ip: number): number {
  n.protocol = 'frag6';
  const verbose = n.o.verbose > 0;
  const id = verbose ? `0x${hex(n.u32(o + 4), 8)}:` : '';
  const off = n.u16(o + 2) & 0xfff8;
  // A size_t in the original, which wraps.
  const size = BigInt.asUintN(64, BigInt(40 + n.u16(ip + 4) - (o - ip) - 8));
  n.print(`frag (${id}${off}|${size})`);
  if (off !== 0) return -1;
  n.print(' ');
  return 8;
}

/** @returns length of the header; negative when it is not one that is known */
export function routing(n: Ndo, o: number): number {
  n.protocol = 'rt6';
  n.caps();
  const len = n.u8(o + 1);
  n.print(` (len=${len}`);
  const type = n.u8(o + 2);
  n.print(`, type=${type}${type === 0 ? ' [Deprecated]' : ''}`);
  n.print(`, segleft=${n.u8(o + 3)}`);
  if (type === 0 || type === 2) {
    const reserved = n.u32(o + 4);
    if (reserved !== 0 || n.o.verbose > 0) n.print(`, rsv=0x${hex(reserved)}`);
  } else if (type === 4) {
    n.print(`, last-entry=${n.u8(o + 4)}`);
    const flags = n.u8(o + 5);
    if (flags !== 0 || n.o.verbose > 0) n.print(`, flags=0x${hex(flags)}`);
    n.print(`, tag=${hex(n.u16(o + 6))}`);
  } else {
    n.print(' (unknown type)');
    n.invalid();
    return -1;
  }
  if (len % 2 === 1) {
    n.print(` (invalid length ${len})`);
    n.invalid();
    return -1;
  }
  for (let i = 0; i < len >>> 1; i++) n.print(`, [${i}]${n.ip6(o + 8 + 16 * i)}`);
  n.print(') ');
  return (len + 1) << 3;
}
