/** VXLAN. RFC 7348 §5. @see tcpdump print-vxlan.c */
import { bits, hex, type Ndo } from './ndo.ts';

export function vxlanPrint(n: Ndo, o: number, len: number): void {
  n.protocol = 'vxlan';
  n.caps();
  if (len < 8) {
    n.invalid();
    return;
  }
  const flags = n.u8(o);
  n.print(`, flags [${bits([[8, 'I']], 'invalid', flags)}] (0x${hex(flags, 2)}), `);
  n.print(`vni ${n.u24(o + 4)}\n`);
  n.need(o + 7, 1);
  n.inner.ether(n, o + 8, len - 8, n.left(o + 8));
}
