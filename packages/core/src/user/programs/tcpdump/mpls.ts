/** MPLS label stacks. RFC 3032. @see tcpdump print-mpls.c */
import { defaultPrint } from './hex.ts';
import type { Ndo } from './ndo.ts';

const LABEL: readonly string[] = ['IPv4 explicit NULL', 'router alert', 'IPv6 explicit NULL', 'implicit NULL'];

export function mplsPrint(n: Ndo, o: number, length: number): void {
  n.protocol = 'mpls';
  n.caps();
  const verbose = n.o.verbose > 0;
  let label = 0;
  for (let depth = 0, last = false; !last; depth++) {
    if (length < 4) {
      n.invalid();
      n.need(o, length);
      return;
    }
    const entry = n.u32(o);
    label = entry >>> 12;
    n.print(`${depth > 0 && verbose ? '\n\t' : ' '}(label ${label}`);
    if (verbose && label < 16) n.print(` (${LABEL[label] ?? 'rsvd'})`);
    last = (entry & 0x100) !== 0;
    n.print(`, tc ${(entry >>> 9) & 7}${last ? ', [S]' : ''}, ttl ${entry & 255})`);
    o += 4;
    length -= 4;
  }
  let kind = label === 0 || label === 3 ? 4 : label === 2 ? 6 : 0;
  if (kind === 0) {
    if (length < 1) return;
    const first = n.u8(o);
    if (first >= 0x45 && first <= 0x4f) kind = 4;
    else if (first >= 0x60 && first <= 0x6f) kind = 6;
    else if (first >= 0x81 && first <= 0x83) n.missing = 'OSI';
  }
  if (kind === 0) {
    defaultPrint(n, o, length);
    return;
  }
  n.print(verbose ? '\n\t' : ' ');
  if (kind === 4) n.inner.ip(n, o, length);
  else n.inner.ip6(n, o, length);
}
