/** Extensions of ICMP errors. RFC 4884, 4950. @see tcpdump print-icmp.c */
import { checksum } from '../../../wire/checksum.ts';
import { hex, type Ndo } from './ndo.ts';

const OBJECT: readonly string[] = ['unknown', 'MPLS Stack Entry', 'Interface Identification'];
/** Bytes before them: the header and 128 of the packet that the error answers. */
const BEFORE = 136;

/** @param length of the whole message, more than 136 bytes. */
export function extensionsPrint(n: Ndo, o: number, length: number): void {
  if (!objects(n, o, length)) n.trunc();
}

/** @returns false when they are cut */
function objects(n: Ndo, o: number, length: number): boolean {
  const p = o + BEFORE;
  let left = length - BEFORE;
  // One byte of data belongs to the structure that must be there.
  if (!n.has(o, BEFORE + 5)) return false;
  if (n.u8(o + 5) === 0 && n.has(p, left) && checksum(n.b, p, left) !== 0) return true;
  const version = n.u8(p) >>> 4;
  n.print(`\n\tICMP Multi-Part extension v${version}`);
  if (version !== 2) {
    n.print(' packet not supported');
    return true;
  }
  if (n.has(p, left)) {
    const right = checksum(n.b, p, left) === 0;
    n.print(`, checksum 0x${hex(n.u16(p + 2), 4)} (${right ? '' : 'in'}correct), length ${left}`);
  }
  left = (left - 4) >>> 0;
  for (let q = p + 4; left > 4;) {
    if (!n.has(q, 4)) return false;
    const size = n.u16(q);
    const kind = n.u8(q + 2);
    const subkind = n.u8(q + 3);
    n.print(`\n\t  ${OBJECT[kind] ?? 'unknown'} Object (${kind}), Class-Type: ${subkind}, length ${size}`);
    q += 4;
    left -= 4;
    if (kind === 0 || size < 4) return true;
    if (kind === 1 && subkind === 1) {
      const entry = n.u32(q);
      n.print(
        `\n\t    label ${entry >>> 12}, tc ${(entry >>> 9) & 7}${(entry & 0x100) !== 0 ? ', [S]' : ''}, ttl ${entry & 255}`,
      );
    } else n.unknown(q, '\n\t    ', size - 4);
    if (left < size - 4) break;
    left -= size - 4;
    q += size - 4;
  }
  return true;
}
