/** Slow protocols: LACP, marker, OAM. IEEE 802.3 annex 57A, 802.1AX. @see tcpdump print-slow.c */
import { bits, type BitNames, hex, type Ndo, tok, type Tokens } from './ndo.ts';
import { oamPrint } from './oam.ts';

const NAME: Tokens = { 1: 'LACP', 2: 'MARKER', 3: 'OAM' };
/** By protocol and type. */
const TLV: Tokens = {
  0x100: 'Terminator',
  0x101: 'Actor Information',
  0x102: 'Partner Information',
  0x103: 'Collector Information',
  0x200: 'Terminator',
  0x201: 'Marker Information',
};
const STATE: BitNames = [
  [0x01, 'Activity'],
  [0x02, 'Timeout'],
  [0x04, 'Aggregation'],
  [0x08, 'Synchronization'],
  [0x10, 'Collecting'],
  [0x20, 'Distributing'],
  [0x40, 'Default'],
  [0x80, 'Expired'],
];
/** Bytes of a known type, its header not counted. */
const SIZE: Readonly<Record<number, number>> = { 0x101: 18, 0x102: 18, 0x103: 14, 0x201: 14 };
const SHORT = '\n\t\t packet is too short';

export function slowPrint(n: Ndo, o: number, len: number): void {
  n.protocol = 'slow';
  if (len < 1) {
    n.print(n.o.verbose === 0 ? ' (packet is too short)' : SHORT);
    return;
  }
  const subtype = n.u8(o);
  const name = tok(NAME, 'unknown (%u)', subtype);
  const versioned = subtype === 1 || subtype === 2;
  if (versioned && len < 2) {
    n.print(n.o.verbose === 0 ? ' (packet is too short)' : SHORT);
    return;
  }
  if (versioned && n.u8(o + 1) !== 1) {
    n.print(`${name} version ${n.u8(o + 1)} packet not supported`);
    return;
  }
  n.print(`${name}${versioned ? 'v1' : ''}, length ${len}`);
  if (!versioned && subtype !== 3) {
    n.unknown(o, '\n\t', len);
    return;
  }
  if (n.o.verbose === 0) return;
  if (subtype === 3) oamPrint(n, o + 1, len - 1);
  else tlvs(n, o + 2, len - 2, subtype << 8);
}

function tlvs(n: Ndo, o: number, left: number, proto: number): void {
  while (left > 0) {
    if (left < 2) {
      n.print(SHORT);
      return;
    }
    const type = n.u8(o);
    const len = n.u8(o + 1);
    n.print(`\n\t${TLV[proto + type] ?? 'Unknown'} TLV (0x${hex(type, 2)}), length ${len}`);
    if (type === 0) return;
    if (len < 2) {
      n.print('\n\t    ERROR: illegal length - should be >= 2');
      return;
    }
    if (left < len) {
      n.print(SHORT);
      return;
    }
    n.need(o, len);
    const size = SIZE[proto + type];
    if (size === undefined) {
      if (n.o.verbose <= 1) n.unknown(o + 2, '\n\t  ', len - 2);
    } else if (size !== len - 2) n.print(`\n\t    ERROR: illegal length - should be ${size + 2}`);
    else n.print(text(n, o + 2, proto + type));
    if (n.o.verbose > 1) n.unknown(o + 2, '\n\t  ', len - 2);
    o += len;
    left -= len;
  }
}

function text(n: Ndo, p: number, kind: number): string {
  if (kind === 0x103) return `\n\t  Max Delay ${n.u16(p)}`;
  if (kind === 0x201) {
    return `\n\t  Request System ${n.mac(p + 2)}, Request Port ${n.u16(p)}, Request Transaction ID 0x${hex(n.u32(p + 8), 8)}`;
  }
  return `\n\t  System ${n.mac(p + 2)}, System Priority ${n.u16(p)}, Key ${n.u16(p + 8)}, Port ${n.u16(p + 12)}, Port Priority ${n.u16(p + 10)}\n\t  State Flags [${bits(STATE, 'none', n.u8(p + 14))}]`;
}
