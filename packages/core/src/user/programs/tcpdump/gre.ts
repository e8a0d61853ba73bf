/** GRE, and its version for PPTP. RFC 2784, 2890, 2637; source routes: RFC 1701. @see tcpdump print-gre.c */
import { formatIpv4 } from '../../../lib/address.ts';
import { ETHERTYPES } from './ethertype-names.ts';
import { mplsPrint } from './mpls.ts';
import { bits, type BitNames, hex, type Ndo } from './ndo.ts';

const CHECKSUM = 0x8000;
const ROUTING = 0x4000;
const KEY = 0x2000;
const SEQUENCE = 0x1000;
const ACK = 0x0080;
const FLAGS: BitNames = [
  [CHECKSUM, 'checksum present'],
  [ROUTING, 'routing present'],
  [KEY, 'key present'],
  [SEQUENCE, 'sequence# present'],
  [0x0800, 'source routing present'],
  [ACK, 'ack present'],
];

/** A place in the header. */
class Cursor {
  readonly n: Ndo;
  o: number;
  left: number;

  constructor(n: Ndo, o: number, left: number) {
    this.n = n;
    this.o = o;
    this.left = left;
  }

  /** The next 2 or 4 bytes; -1 when they are cut. */
  next(size: 2 | 4): number {
    if (!this.n.has(this.o, size) || this.left < size) return -1;
    const v = size === 2 ? this.n.u16(this.o) : this.n.u32(this.o);
    this.o += size;
    this.left -= size;
    return v;
  }
}

/** Differs from Linux: PPP in GRE, IPX, AppleTalk and OSI are named by number. */
export function gre(n: Ndo, o: number, length: number): void {
  n.protocol = 'gre';
  if (!n.has(o, 2) || length < 2) {
    n.trunc();
    return;
  }
  const flags = n.u16(o);
  const version = flags & 7;
  n.print(`GREv${version}`);
  if (version > 1) {
    n.print(' ERROR: unknown-version');
    return;
  }
  if (n.o.verbose > 0) n.print(`, Flags [${bits(FLAGS, 'none', flags)}]`);
  const c = new Cursor(n, o + 2, length - 2);
  const proto = c.next(2);
  const whole = proto >= 0 && (version === 0 ? fields(c, flags) : pptpFields(c, flags));
  if (!whole) {
    n.trunc();
    return;
  }
  if (version === 1 && (flags & SEQUENCE) === 0) n.print(', no-payload');
  if (n.o.link) n.print(`, proto ${ETHERTYPES[proto] ?? 'unknown'} (0x${hex(proto, 4)})`);
  n.print(`, length ${length}`);
  if (version === 1 && (flags & SEQUENCE) === 0) return;
  n.print(n.o.verbose < 1 ? ': ' : '\n\t');
  if (version === 0) payload(n, proto, c.o, c.left);
  else {
    if (proto === 0x880b) n.missing = 'PPP';
    n.print(`gre-proto-0x${hex(proto)}`);
  }
}

function payload(n: Ndo, proto: number, o: number, length: number): void {
  switch (proto) {
    case 0x0800:
      n.inner.ip(n, o, length);
      break;
    case 0x86dd:
      n.inner.ip6(n, o, length);
      break;
    case 0x8847:
      mplsPrint(n, o, length);
      break;
    case 0x6558:
      n.inner.ether(n, o, length, n.left(o));
      break;
    default:
      if (proto === 0x8137 || proto === 0x809b || proto === 0x00fe) n.missing = 'IPX, AppleTalk or OSI';
      n.print(`gre-proto-0x${hex(proto)}`);
  }
}

/** @returns false when they are cut */
function fields(c: Cursor, flags: number): boolean {
  const { n } = c;
  if ((flags & (CHECKSUM | ROUTING)) !== 0) {
    const sum = c.next(2);
    if (sum < 0) return false;
    if (n.o.verbose > 0) n.print(`, sum 0x${hex(sum)}`);
    const off = c.next(2);
    if (off < 0) return false;
    n.print(`, off 0x${hex(off)}`);
  }
  if ((flags & KEY) !== 0) {
    const key = c.next(4);
    if (key < 0) return false;
    n.print(`, key=0x${hex(key)}`);
  }
  if ((flags & SEQUENCE) !== 0) {
    const seq = c.next(4);
    if (seq < 0) return false;
    n.print(`, seq ${seq}`);
  }
  while ((flags & ROUTING) !== 0) {
    const head = c.next(4);
    if (head < 0) return false;
    const [family, off, len] = [head >>> 16, (head >>> 8) & 255, head & 255];
    if (family === 0 && len === 0) break;
    if (!sourceRoute(c, family, off, len) || c.left < len) return false;
    c.o += len;
    c.left -= len;
  }
  return true;
}

function pptpFields(c: Cursor, flags: number): boolean {
  const { n } = c;
  for (const [bit, name] of [
    [KEY, 'call'],
    [SEQUENCE, 'seq'],
    [ACK, 'ack'],
  ] as const) {
    if ((flags & bit) === 0) continue;
    const v = c.next(4);
    if (v < 0) return false;
    n.print(`, ${name} ${bit === KEY ? v & 0xffff : v}`);
  }
  return true;
}

/** @returns false when it is cut */
function sourceRoute(c: Cursor, family: number, off: number, len: number): boolean {
  const { n } = c;
  const size = family === 0x0800 ? 4 : family === 0xfffe ? 2 : 0;
  if (size === 0) {
    n.print(`, (rtaf=0x${hex(family)})`);
    return true;
  }
  n.print(`, (rtaf=${size === 4 ? 'ip' : 'asn'}`);
  const whole = hops(c, off, len, size);
  n.print(')');
  return whole;
}

function hops(c: Cursor, off: number, len: number, size: 2 | 4): boolean {
  const { n } = c;
  if (off % size !== 0) n.print(`, badoffset=${off}`);
  else if (len % size !== 0) n.print(`, badlength=${len}`);
  else if (off >= len) n.print(`, badoff/len=${off}/${len}`);
  else {
    for (let i = 0; i < len; i += size) {
      if (!n.has(c.o + i, size) || c.left - i < size) return false;
      const text = size === 4 ? formatIpv4(n.u32(c.o + i)) : hex(n.u16(c.o + i));
      n.print(` ${i === off ? '*' : ''}${text}`);
    }
  }
  return true;
}
