/** RIP, versions 1 and 2. RFC 1058, 2453, 4822. @see tcpdump print-rip.c */
import { BSD_AF } from './af.ts';
import { hex, type Ndo, tok, type Tokens } from './ndo.ts';

const COMMAND: Tokens = {
  1: 'Request',
  2: 'Response',
  3: 'Trace on',
  4: 'Trace off',
  5: 'Poll',
  6: 'Poll Entry',
};
const ENTRY = 20;
const IDENT = '\n\t  ';

/** Length of the prefix a mask stands for, -1 when it is none. */
function prefixLength(mask: number): number {
  for (let i = 32; i >= 0; i--) if ((i === 0 ? 0 : (0xffffffff << (32 - i)) >>> 0) === mask) return i;
  return -1;
}

/** @returns bytes of the entry; 0 when it was cut */
function entry1(n: Ndo, o: number, left: number): number {
  if (left < ENTRY || !n.has(o, ENTRY)) return 0;
  const family = n.u16(o);
  if (family !== 2 && family !== 0) {
    n.print(`\n\t AFI ${tok(BSD_AF, 'Unknown (%u)', family)}, `);
    n.unknown(o + 4, IDENT, ENTRY - 4);
  } else if (n.u16(o + 2) !== 0 || n.u32(o + 8) !== 0 || n.u32(o + 12) !== 0) n.unknown(o, IDENT, ENTRY);
  else n.print(`${IDENT}${family === 0 ? 'AFI 0, ' : ''}${n.ip4(o + 4)}, metric: ${n.u32(o + 16)}`);
  return ENTRY;
}

/** @returns as `entry1` */
function entry2(n: Ndo, o: number, left: number): number {
  if (left < 4 || !n.has(o, 4)) return 0;
  const family = n.u16(o);
  if (family === 0xffff) return authentication(n, o + 4, left - 4, n.u16(o + 2));
  if (family !== 2 && family !== 0) {
    n.print(`${IDENT}AFI ${tok(BSD_AF, 'Unknown (%u)', family)}`);
    n.unknown(o + 4, IDENT, ENTRY - 4);
    return ENTRY;
  }
  if (!n.has(o, ENTRY) || left < ENTRY) return 0;
  const prefix = String(prefixLength(n.u32(o + 8))).padEnd(2);
  n.print(
    `${IDENT}AFI ${tok(BSD_AF, '%u', family)}, ${n.ip4(o + 4).padStart(15)}/${prefix}, tag 0x${hex(n.u16(o + 2), 4)}, metric: ${n.u32(o + 16)}, next-hop: `,
  );
  n.print(n.u32(o + 12) !== 0 ? n.ip4(o + 12) : 'self');
  return ENTRY;
}

/** @returns as `entry1` */
function authentication(n: Ndo, o: number, left: number, type: number): number {
  if (type === 2) {
    n.print(`${IDENT}Simple Text Authentication data: `);
    n.printjnp(o, 16);
  } else if (type === 3) {
    if (!n.has(o, 16) || left < 16) return 0;
    n.print(
      `${IDENT}Auth header: Packet Len ${n.u16(o)}, Key-ID ${n.u8(o + 2)}, Auth Data Len ${n.u8(o + 3)}, SeqNo ${n.u32(o + 4)}, MBZ ${n.u32(o + 8)}, MBZ ${n.u32(o + 12)}`,
    );
  } else {
    n.print(type === 1 ? `${IDENT}Auth trailer:` : `${IDENT}Unknown (${type}) Authentication data:`);
    n.unknown(o, IDENT, left);
    return 4 + left;
  }
  return ENTRY;
}

function entries(n: Ndo, o: number, left: number, one: typeof entry1): void {
  while (left !== 0) {
    const size = one(n, o, left);
    if (size === 0) {
      n.trunc();
      return;
    }
    if (left < size) {
      n.print(` [remaining entries length ${left} < ${size}]`);
      n.invalid();
      return;
    }
    o += size;
    left -= size;
  }
}

export function ripPrint(n: Ndo, o: number, length: number): void {
  n.protocol = 'rip';
  const len = Math.min(n.end - o, length);
  if (len < 4) {
    n.trunc();
    return;
  }
  const version = n.u8(o + 1);
  n.print(`${n.o.verbose > 0 ? '\n\t' : ''}RIPv${version}`);
  if (version === 0) {
    n.unknown(o, '\n\t', length);
    return;
  }
  const command = n.u8(o);
  n.print(`, ${tok(COMMAND, 'unknown command (%u)', command)}, length: ${length}`);
  if (n.o.verbose < 1) return;
  if (command === 1 || command === 2) {
    if (version > 2) n.print(', unknown version');
    else {
      n.print(`, routes: ${Math.floor(length / ENTRY)}${version === 2 ? ' or less' : ''}`);
      entries(n, o + 4, len - 4, version === 1 ? entry1 : entry2);
    }
  } else if (command < 4 || command > 6) {
    if (n.o.verbose <= 1) n.unknown(o, '\n\t', length);
  }
  if (n.o.verbose > 1) n.unknown(o, '\n\t', length);
}
