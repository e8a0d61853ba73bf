/** Geneve. RFC 8926 §3. @see tcpdump print-geneve.c */
import { bits, type BitNames, hex, type Ndo } from './ndo.ts';
import { ETHERTYPES } from './ethertype-names.ts';

const FLAGS: BitNames = [
  [0x80, 'O'],
  [0x40, 'C'],
  [0x20, 'R1'],
  [0x10, 'R2'],
  [0x08, 'R3'],
  [0x04, 'R4'],
  [0x02, 'R5'],
  [0x01, 'R6'],
];

function className(c: number): string {
  if (c === 0x0100) return 'Linux';
  if (c === 0x0101) return 'Open vSwitch';
  if (c === 0x0102) return 'Open Virtual Networking (OVN)';
  if (c === 0x0103) return 'In-band Network Telemetry (INT)';
  if (c === 0x0104) return 'VMware';
  return c <= 0xff ? 'Standard' : c >= 0xfff0 ? 'Experimental' : 'Unknown';
}

function options(n: Ndo, o: number, len: number): void {
  let separator = '';
  while (len > 0) {
    n.print(separator);
    separator = ', ';
    const cls = n.u16(o);
    const type = n.u8(o + 2);
    const size = 4 + (n.u8(o + 3) & 31) * 4;
    n.print(
      `class ${className(cls)} (0x${hex(cls)}) type 0x${hex(type)}${(type & 0x80) !== 0 ? '(C)' : ''} len ${size}`,
    );
    if (size > len) {
      n.print(' [bad length]');
      return;
    }
    if (n.o.verbose > 1 && size > 4) {
      n.print(' data');
      for (let i = 4; i < size; i += 4) n.print(` ${hex(n.u32(o + i), 8)}`);
    }
    o += size;
    len -= size;
  }
}

export function genevePrint(n: Ndo, o: number, len: number): void {
  n.protocol = 'geneve';
  n.print('Geneve');
  if (len < 8) {
    n.print(` [length ${len} < 8]`);
    n.invalid();
    return;
  }
  if (!n.has(o, 8)) {
    n.trunc();
    return;
  }
  const first = n.u8(o);
  if (first >>> 6 !== 0) {
    n.print(` ERROR: unknown-version ${first >>> 6}`);
    return;
  }
  const proto = n.u16(o + 2);
  n.print(`, Flags [${bits(FLAGS, 'none', n.u8(o + 1), '')}], vni 0x${hex(n.u24(o + 4))}`);
  const reserved = n.u8(o + 7);
  if (reserved !== 0) n.print(`, rsvd 0x${hex(reserved)}`);
  if (n.o.link) n.print(`, proto ${ETHERTYPES[proto] ?? 'unknown'} (0x${hex(proto, 4)})`);
  o += 8;
  len -= 8;
  const size = (first & 63) * 4;
  if (len < size) {
    n.print(` truncated-geneve - ${size - len} bytes missing`);
    return;
  }
  if (!n.has(o, size)) {
    n.trunc();
    return;
  }
  if (size > 0) {
    n.print(', options [');
    if (n.o.verbose > 0) options(n, o, size);
    else n.print(`${size} bytes`);
    n.print(']');
  }
  o += size;
  len -= size;
  n.print(n.o.verbose < 1 ? ': ' : '\n\t');
  if (n.inner.ethertype(n, proto, o, len, n.left(o), null)) return;
  if (proto === 0x6558) n.inner.ether(n, o, len, n.left(o));
  else n.print(`geneve-proto-0x${hex(proto)}`);
}
