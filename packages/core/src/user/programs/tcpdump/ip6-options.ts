/** Hop-by-hop and destination options. @see tcpdump print-ip6opts.c */
import { hex, type Ndo } from './ndo.ts';

/** What a jumbo payload option says. */
export interface Jumbo {
  found: boolean;
  payload: number;
}

/** Length of the option at `i`; 0 when it does not fit. */
function sizeAt(n: Ndo, o: number, i: number, len: number): number {
  const size = n.u8(o + i) === 0 ? 1 : i + 1 < len ? n.u8(o + i + 1) + 2 : 0;
  return i + size > len ? 0 : size;
}

function subOptions(n: Ndo, o: number, len: number): boolean {
  for (let i = 0, size = 0; i < len; i += size) {
    size = sizeAt(n, o, i, len);
    if (size === 0) return false;
    const type = n.u8(o + i);
    n.print(type === 0 ? ', pad1' : type === 1 ? ', padn' : `, sopt_type 0x${hex(type, 2)}: len=${n.u8(o + i + 1)}`);
  }
  return true;
}

/** A jumbo payload length, and whether it counts. @param jumbo null in destination options */
function jumboText(size: number, seen: boolean, jumbo: Jumbo | null): string {
  if (seen) return `(jumbo: ${size} - already seen) `;
  if (jumbo === null) return `(jumbo: ${size} - not a hop-by-hop option) `;
  if (jumbo.payload !== 0) return `(jumbo: ${size} - payload len != 0) `;
  if (size < 65536) return `(jumbo: ${size} - < 65536) `;
  jumbo.found = true;
  jumbo.payload = size;
  return `(jumbo: ${size}) `;
}

/** An option that is too short for its type, or has a length that its type forbids. */
function wrong(n: Ndo, o: number, name: string, len: number, left: number, exact: boolean): boolean {
  if (left < len) {
    n.print(`(${name}: trunc)`);
    return true;
  }
  const given = n.u8(o + 1);
  if (exact ? given !== len - 2 : given < len - 2) {
    n.print(`(${name}: invalid len ${given})`);
    return true;
  }
  return false;
}

/** @returns false when one does not fit */
function options(n: Ndo, o: number, len: number, jumbo: Jumbo | null): boolean {
  if (len === 0) return true;
  const verbose = n.o.verbose > 0;
  let seen = false;
  for (let i = 0, size = 0; i < len; i += size) {
    size = sizeAt(n, o, i, len);
    if (size === 0) return false;
    const at = o + i;
    const type = n.u8(at);
    let text: string;
    switch (type) {
      case 0:
        text = '(pad1)';
        break;
      case 1:
        text = '(padn)';
        break;
      case 5:
        if (wrong(n, at, 'rtalert', 4, len - i, true)) return false;
        text = `(rtalert: 0x${hex(n.u16(at + 2), 4)}) `;
        break;
      case 0xc2:
        if (wrong(n, at, 'jumbo', 6, len - i, true)) return false;
        text = jumboText(n.u32(at + 2), seen, jumbo);
        seen = true;
        break;
      case 0xc9:
        if (wrong(n, at, 'homeaddr', 18, len - i, false)) return false;
        text = '';
        if (!verbose) break;
        n.print(`(homeaddr: ${n.ip6(at + 2)}`);
        if (n.u8(at + 1) > 16 && !subOptions(n, at + 18, size - 18)) return false;
        n.print(')');
        break;
      default:
        text = `(opt_type 0x${hex(type, 2)}: len=${n.u8(at + 1)})`;
    }
    if (verbose) n.print(text);
  }
  if (verbose) n.print(' ');
  return true;
}

/** @returns length of the header; negative when it was cut or is wrong */
export function hopByHop(n: Ndo, o: number, jumbo: Jumbo): number {
  n.protocol = 'hbhopt';
  const len = (n.u8(o + 1) + 1) << 3;
  if (n.has(o, len)) {
    n.print('HBH ');
    if (options(n, o + 2, len - 2, jumbo)) return len;
  }
  n.trunc();
  return -1;
}

/** @returns as `hopByHop` */
export function destinationOptions(n: Ndo, o: number): number {
  n.protocol = 'dstopt';
  const len = (n.u8(o + 1) + 1) << 3;
  if (n.has(o, len)) {
    n.print('DSTOPT ');
    if (n.o.verbose === 0 || options(n, o + 2, len - 2, null)) return len;
  }
  n.trunc();
  return -1;
}
