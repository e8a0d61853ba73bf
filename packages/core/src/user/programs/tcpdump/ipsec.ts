/** AH, ESP and IPComp headers. RFC 4302, 4303, 3173. @see tcpdump print-ah.c, print-esp.c, print-ipcomp.c */
import { hex, type Ndo } from './ndo.ts';

/** @returns length of the header */
export function ahPrint(n: Ndo, o: number): number {
  n.protocol = 'ah';
  n.caps();
  const words = n.u8(o + 1);
  const size = (words + 2) * 4;
  n.print('(');
  if (n.o.verbose > 0) n.print(`length=${words}(${size}-bytes),`);
  const reserved = n.u16(o + 2);
  if (reserved !== 0) n.print(`reserved=0x${hex(reserved)}[MustBeZero],`);
  n.print(`spi=0x${hex(n.u32(o + 4), 8)},`);
  n.print(`seq=0x${hex(n.u32(o + 8))},`);
  n.print('icv=0x');
  for (let i = 12; i < size; i++) n.print(hex(n.u8(o + i), 2));
  n.print('): ');
  return size;
}

/** What can be read without the key. */
export function espPrint(n: Ndo, o: number, length: number): void {
  n.protocol = 'esp';
  if (o + 8 >= n.end) {
    n.trunc();
    return;
  }
  n.print(`ESP(spi=0x${hex(n.u32(o), 8)},seq=0x${hex(n.u32(o + 4))}), length ${length}`);
}

export function ipcompPrint(n: Ndo, o: number): void {
  n.protocol = 'ipcomp';
  n.print(`IPComp(cpi=0x${hex(n.u16(o + 2), 4)})`);
}
