/** The mobility header. RFC 6275 §6.1. @see tcpdump print-mobility.c */
import { bits, hex, type Ndo, tok, type Tokens } from './ndo.ts';

const TYPE: Tokens = { 0: 'BRR', 1: 'HoTI', 2: 'CoTI', 3: 'HoT', 4: 'CoT', 5: 'BU', 6: 'BA', 7: 'BE' };
const HLEN: readonly number[] = [8, 16, 16, 24, 24, 12, 12, 24];
const UPDATE: readonly (readonly [number, string])[] = [
  [8, 'A'],
  [4, 'H'],
  [2, 'L'],
  [1, 'K'],
];

/** Options by type: name, shortest length. */
const OPTION: Readonly<Record<number, readonly [string, number]>> = {
  1: ['padn', 2],
  2: ['refresh', 4],
  3: ['altcoa', 18],
  4: ['ni', 6],
  5: ['auth', 12],
};

/** @returns false when one does not fit */
function options(n: Ndo, o: number, len: number): boolean {
  for (let i = 0, size = 0; i < len; i += size) {
    const at = o + i;
    const type = n.u8(at);
    if (type !== 0 && i + 1 >= len) return false;
    size = type === 0 ? 1 : n.u8(at + 1) + 2;
    if (i + size > len || !n.has(at + size, 1)) return false;
    const known = OPTION[type];
    if (known !== undefined && len - i < known[1]) {
      n.print(`(${known[0]}: trunc)`);
      return false;
    }
    if (type === 0) n.print('(pad1)');
    else if (type === 1) n.print('(padn)');
    else if (type === 2) n.print(`(refresh: ${n.u16(at + 2) << 2})`);
    else if (type === 3) n.print(`(alt-CoA: ${n.ip6(at + 2)})`);
    else if (type === 4) n.print(`(ni: ho=0x${hex(n.u16(at + 2), 4)} co=0x${hex(n.u16(at + 4), 4)})`);
    else if (type === 5) n.print('(auth)');
    else n.print(`(type-0x${hex(type, 2)}: len=${n.u8(at + 1)})`);
  }
  return true;
}

const words = (n: Ndo, o: number): string => `${hex(n.u32(o), 8)}:${hex(n.u32(o + 4), 8)}`;

export function mobilityPrint(n: Ndo, o: number): void {
  n.protocol = 'mobility';
  if (!message(n, o)) n.trunc();
}

function message(n: Ndo, o: number): boolean {
  if (!n.has(o + 1, 1)) return false;
  const len = (n.u8(o + 1) + 1) << 3;
  const type = n.u8(o + 2);
  const fixed = HLEN[type];
  if (fixed !== undefined && len < fixed) {
    n.print(`(header length ${len} is too small for type ${type})`);
    return false;
  }
  n.print(`mobility: ${tok(TYPE, 'type-#%u', type)}`);
  const verbose = n.o.verbose > 0;
  switch (type) {
    case 0:
      break;
    case 1:
    case 2:
      if (verbose) n.print(` ${type === 1 ? 'Home' : 'Care-of'} Init Cookie=${words(n, o + 8)}`);
      break;
    case 3:
    case 4: {
      const name = type === 3 ? 'Home' : 'Care-of';
      n.print(` nonce id=0x${hex(n.u16(o + 6))}`);
      if (verbose) n.print(` ${name} Init Cookie=${words(n, o + 8)}`);
      if (verbose) n.print(` ${name} Keygen Token=${words(n, o + 16)}`);
      break;
    }
    case 5: {
      n.print(` seq#=${n.u16(o + 6)}`);
      if (!n.has(o + 8, 2)) return false;
      const flags = n.u8(o + 8) >>> 4;
      if (flags !== 0) n.print(` ${bits(UPDATE, 'bits-#0x%x', flags, '')}`);
      n.print(` lifetime=${n.u16(o + 10) << 2}`);
      break;
    }
    case 6:
      n.print(` status=${n.u8(o + 6)}`);
      if ((n.u8(o + 7) & 0x80) !== 0) n.print(' K');
      n.print(` seq#=${n.u16(o + 8)}`);
      n.print(` lifetime=${n.u16(o + 10) << 2}`);
      break;
    case 7:
      n.print(` status=${n.u8(o + 6)}`);
      n.print(` homeaddr ${n.ip6(o + 8)}`);
      break;
    default:
      n.print(` len=${n.u8(o + 1)}`);
      return true;
  }
  return !verbose || options(n, o + fixed!, len - fixed!);
}
