/** OSPF version 2. RFC 2328 appendix A. @see tcpdump print-ospf.c */
import { LSA, lsaHeader, lsaPrint, OPAQUE, OPTIONS } from './ospf-lsa.ts';
import { bits, type BitNames, hex, type Ndo, tok, type Tokens, TRUNCATED } from './ndo.ts';

const TYPE: Tokens = { 1: 'Hello', 2: 'Database Description', 3: 'LS-Request', 4: 'LS-Update', 5: 'LS-Ack' };
const AUTH: Tokens = { 0: 'none', 1: 'simple', 2: 'MD5' };
const DD_FLAGS: BitNames = [
  [0x04, 'Init'],
  [0x02, 'More'],
  [0x01, 'Master'],
  [0x08, 'OOBResync'],
];
const LLS: Tokens = { 1: 'Extended Options', 2: 'MD5 Authentication' };
const LLS_OPTIONS: BitNames = [
  [1, 'LSDB resync'],
  [2, 'Restart'],
];
/** Bytes of the header. */
const HLEN = 24;
const LSA_HLEN = 20;

function hello(n: Ndo, p: number, end: number): void {
  n.print(`\n\tOptions [${bits(OPTIONS, 'none', n.u8(p + 6))}]`);
  n.print(`\n\t  Hello Timer ${n.u16(p + 4)}s, Dead Timer ${n.u32(p + 8)}s, Mask ${n.ip4(p)}, Priority ${n.u8(p + 7)}`);
  if (n.u32(p + 12) !== 0) n.print(`\n\t  Designated Router ${n.ip4(p + 12)}`);
  if (n.u32(p + 16) !== 0) n.print(`, Backup Designated Router ${n.ip4(p + 16)}`);
  if (p + 20 < end) n.print('\n\t  Neighbor List:');
  for (let q = p + 20; q < end; q += 4) n.print(`\n\t    ${n.ip4(q)}`);
}

function databaseDescription(n: Ndo, p: number, end: number): void {
  n.print(`\n\tOptions [${bits(OPTIONS, 'none', n.u8(p + 2))}]`);
  n.print(`, DD Flags [${bits(DD_FLAGS, 'none', n.u8(p + 3))}]`);
  if (n.u16(p) !== 0) n.print(`, MTU: ${n.u16(p)}`);
  n.print(`, Sequence: 0x${hex(n.u32(p + 4), 8)}`);
  for (let q = p + 8; q < end && lsaHeader(n, q) >= 0; q += LSA_HLEN);
}

/** @returns false when it was cut */
function request(n: Ndo, p: number, end: number): boolean {
  for (let q = p; q < end; q += 12) {
    if (!n.has(q, 12)) return false;
    const type = n.u32(q);
    n.print(`\n\t  Advertising Router: ${n.ip4(q + 8)}, ${LSA[type] ?? 'unknown'} LSA (${type})`);
    if (type >= 9 && type <= 11) {
      const opaque = n.u8(q + 4);
      n.print(`, Opaque-Type: ${OPAQUE[opaque] ?? 'unknown'} LSA (${opaque}), Opaque-ID: ${n.u24(q + 5)}`);
    } else n.print(`, LSA-ID: ${n.ip4(q + 4)}`);
  }
  return true;
}

/** @returns false when it was cut */
function update(n: Ndo, p: number): boolean {
  const count = n.u32(p);
  n.print(`, ${count} LSA${count === 1 ? '' : 's'}`);
  for (let i = 1, q = p + 4; i <= count; i++) {
    n.print(`\n\t  LSA #${i}`);
    q = lsaPrint(n, q);
    if (q < 0) return false;
  }
  return true;
}

/** What a packet type holds, up to `end`. @returns false when it was cut */
function body(n: Ndo, type: number, p: number, end: number): boolean {
  switch (type) {
    case 1:
      hello(n, p, end);
      return true;
    case 2:
      databaseDescription(n, p, end);
      return true;
    case 3:
      return request(n, p, end);
    case 4:
      return update(n, p);
    default:
      for (let q = p; lsaHeader(n, q) >= 0; q += LSA_HLEN);
      return true;
  }
}

/** Link-local signalling, behind the packet. RFC 5613 */
function signalling(n: Ndo, o: number, length: number): void {
  const type = n.u8(o + 1);
  if (type > 2 || (n.u8(o + HLEN + (type === 1 ? 6 : 2)) & 0x10) === 0) return;
  let at = n.u16(o + 2);
  if (n.u16(o + 14) === 2) at += n.u8(o + 19);
  if (at >= length) {
    n.print('\n\t[LLS truncated]');
    return;
  }
  let p = o + at;
  n.print(`\n\t  LLS: checksum: 0x${hex(n.u16(p), 4)}`);
  n.print(`, length: ${n.u16(p + 2)}`);
  p += 4;
  while (p < o + length) {
    const kind = n.u16(p);
    n.print(`\n\t    ${LLS[kind] ?? 'Unknown TLV'} (${kind})`);
    let size = n.u16(p + 2);
    n.print(`, length: ${size}`);
    p += 4;
    const right = kind === 1 ? 4 : kind === 2 ? 20 : size;
    if (size !== right) n.print(` [should be ${right}]`);
    size = right;
    if (kind === 1) {
      const flags = n.u32(p);
      n.print(`\n\t      Options: 0x${hex(flags, 8)} [${bits(LLS_OPTIONS, '?', flags)}]`);
    } else if (kind === 2) n.print(`\n\t      Sequence number: 0x${hex(n.u32(p), 8)}`);
    p += size;
  }
}

/** @returns false when the packet ends with it */
function authentication(n: Ndo, o: number): boolean {
  n.need(o + 16, 8);
  const type = n.u16(o + 14);
  n.print(`, Authentication Type: ${AUTH[type] ?? 'unknown'} (${type})`);
  if (type === 1) {
    n.print('\n\tSimple text password: ');
    n.printjnp(o + 16, 8);
  } else if (type === 2) {
    n.print(
      `\n\tKey-ID: ${n.u8(o + 18)}, Auth-Length: ${n.u8(o + 19)}, Crypto Sequence Number: 0x${hex(n.u32(o + 20), 8)}`,
    );
  }
  return type <= 2;
}

export function ospfPrint(n: Ndo, o: number, length: number): void {
  n.protocol = 'ospf2';
  if (n.u16(o + 14) === 2) {
    length = (length - 16) >>> 0;
    n.end -= 16;
  }
  const type = n.u8(o + 1);
  const version = n.u8(o);
  n.print(`OSPFv${version}, ${tok(TYPE, 'unknown LS-type %u', type)}, length ${length}`);
  if (TYPE[type] === undefined || n.o.verbose === 0) return;
  const size = n.u16(o + 2);
  if (length !== size) n.print(` [len ${size}]`);
  n.print(`\n\tRouter-ID ${n.ip4(o + 4)}`);
  n.print(n.u32(o + 8) !== 0 ? `, Area ${n.ip4(o + 8)}` : ', Backbone Area');
  if (!n.has(o + 16, 8)) throw TRUNCATED;
  if (!authentication(n, o)) return;
  if (version !== 2) {
    n.print(` ospf [version ${version}]`);
    return;
  }
  if (!body(n, type, o + HLEN, o + Math.min(length, size))) throw TRUNCATED;
  if (length > size) signalling(n, o, length);
}
