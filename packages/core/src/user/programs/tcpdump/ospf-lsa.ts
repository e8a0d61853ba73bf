/** Link state advertisements. RFC 2328 appendix A.4. @see tcpdump print-ospf.c:ospf_print_lsa */
import { bits, type BitNames, hex, type Ndo, tok, type Tokens } from './ndo.ts';

export const OPTIONS: BitNames = [
  [0x01, 'MultiTopology'],
  [0x02, 'External'],
  [0x04, 'Multicast'],
  [0x08, 'NSSA'],
  [0x10, 'LLS'],
  [0x20, 'Demand Circuit'],
  [0x40, 'Opaque'],
  [0x80, 'Up/Down'],
];
export const LSA: Tokens = {
  1: 'Router',
  2: 'Network',
  3: 'Summary',
  4: 'ASBR Summary',
  5: 'External',
  6: 'Multicast Group',
  7: 'NSSA',
  9: 'Link Local Opaque',
  10: 'Area Local Opaque',
  11: 'Domain Wide Opaque',
};
export const OPAQUE: Tokens = { 1: 'Traffic Engineering', 3: 'Graceful restart', 4: 'Router Information' };
const ROUTER_FLAGS: BitNames = [
  [0x01, 'ABR'],
  [0x02, 'ASBR'],
  [0x04, 'Virtual'],
  [0x08, 'Wildcard'],
  [0x10, 'Nt'],
  [0x80, 'Host'],
];
const LINK: Tokens = {
  1: 'Neighbor Router-ID',
  2: 'Neighbor Network-ID',
  4: 'Virtual Link: Neighbor Router-ID',
};
const TOPOLOGY: Tokens = { 0: 'default', 1: 'multicast', 2: 'management' };
const HLEN = 20;

const isOpaque = (type: number): boolean => type >= 9 && type <= 11;

/** @returns the advertisement's length; negative when it cannot be one */
export function lsaHeader(n: Ndo, o: number): number {
  const length = n.u16(o + 18);
  if (length < HLEN) {
    n.print(`\n\t    Bogus length ${length} < header (${HLEN})`);
    return -1;
  }
  n.print(
    `\n\t  Advertising Router ${n.ip4(o + 8)}, seq 0x${hex(n.u32(o + 12), 8)}, age ${n.u16(o)}s, length ${length - HLEN}`,
  );
  const type = n.u8(o + 3);
  const name = `\n\t    ${LSA[type] ?? 'unknown'} LSA (${type})`;
  if (isOpaque(type)) {
    const opaque = n.u8(o + 4);
    n.print(`${name}, Opaque-Type ${OPAQUE[opaque] ?? 'unknown'} LSA (${opaque}), Opaque-ID ${n.u24(o + 5)}`);
  } else n.print(`${name}, LSA-ID: ${n.ip4(o + 4)}`);
  n.print(`\n\t    Options: [${bits(OPTIONS, 'none', n.u8(o + 2))}]`);
  return length;
}

/** How printing a body went: to its end, cut, or given up. */
type Outcome = 'ok' | 'cut' | 'done';

/** @returns where the next begins; negative when it was cut or is none */
export function lsaPrint(n: Ndo, o: number): number {
  const length = lsaHeader(n, o);
  if (length < 0) return -1;
  const end = o + length;
  const outcome = body(n, o, end);
  if (outcome === 'cut') return -1;
  if (outcome === 'ok' && n.o.verbose > 1) n.unknown(o + HLEN, '\n\t    ', length - HLEN);
  return end;
}

function body(n: Ndo, o: number, end: number): Outcome {
  const p = o + HLEN;
  switch (n.u8(o + 3)) {
    case 1:
      return router(n, p);
    case 2:
      n.print(`\n\t    Mask ${n.ip4(p)}\n\t    Connected Routers:`);
      for (let q = p + 4; q < end; q += 4) n.print(`\n\t      ${n.ip4(q)}`);
      return 'ok';
    case 3:
    case 4:
      return summary(n, p, end, n.u8(o + 3) === 3);
    case 5:
    case 7:
      return external(n, p, end);
    case 6:
      for (let q = p; q < end; q += 8) multicast(n, q);
      return 'ok';
    case 9:
    case 10:
    case 11:
      return opaque(n, p, end - p, n.u8(o + 4));
    default:
      return 'ok';
  }
}

function router(n: Ndo, p: number): Outcome {
  n.print(`\n\t    Router LSA Options: [${bits(ROUTER_FLAGS, 'none', n.u8(p))}]`);
  const count = n.u16(p + 2);
  if (!n.has(p + 4, 12)) return 'cut';
  let q = p + 4;
  for (let i = 0; i < count; i++) {
    if (!n.has(q, 12)) return 'cut';
    const type = n.u8(q + 8);
    const name = LINK[type];
    if (type === 3) n.print(`\n\t      Stub Network: ${n.ip4(q)}, Mask: ${n.ip4(q + 4)}`);
    else if (name !== undefined) n.print(`\n\t      ${name}: ${n.ip4(q)}, Interface Address: ${n.ip4(q + 4)}`);
    else {
      n.print(`\n\t      Unknown Router Link Type (${type})`);
      return 'done';
    }
    const metrics = n.u8(q + 9);
    for (let m = 0; m <= metrics; m++) {
      const tos = n.u8(q + 8 + 4 * m);
      const kind = m === 0 ? 0 : tos;
      n.print(`\n\t\ttopology ${tok(TOPOLOGY, 'Unknown', kind)} (${kind}), metric ${n.u16(q + 10 + 4 * m)}`);
    }
    q += 12 + 4 * metrics;
  }
  return 'ok';
}

function summary(n: Ndo, p: number, end: number, mask: boolean): Outcome {
  if (mask) {
    if (!n.has(p, 4)) return 'cut';
    n.print(`\n\t    Mask ${n.ip4(p)}`);
  }
  if (!n.has(p + 4, 4)) return 'cut';
  for (let q = p + 4; q < end; q += 4) {
    const v = n.u32(q);
    const topology = (v & 0x7f000000) >>> 24;
    n.print(`\n\t\ttopology ${tok(TOPOLOGY, 'Unknown', topology)} (${topology}) metric ${v & 0xffffff}`);
  }
  return 'ok';
}

function external(n: Ndo, p: number, end: number): Outcome {
  if (!n.has(p, 4)) return 'cut';
  n.print(`\n\t    Mask ${n.ip4(p)}`);
  if (!n.has(p + 4, 4)) return 'cut';
  for (let q = p + 4; q < end; q += 12) {
    const v = n.u32(q);
    const topology = (v & 0x7f000000) >>> 24;
    const metric = v & 0xffffff;
    n.print(
      `\n\t\ttopology ${tok(TOPOLOGY, 'Unknown', topology)} (${topology}), type ${(v & 0x80000000) !== 0 ? 2 : 1}, metric`,
    );
    n.print(metric === 0xffffff ? ' infinite' : ` ${metric}`);
    if (n.u32(q + 4) !== 0) n.print(`, forward ${n.ip4(q + 4)}`);
    if (n.u32(q + 8) !== 0) n.print(`, tag ${n.ip4(q + 8)}`);
  }
  return 'ok';
}

function multicast(n: Ndo, q: number): void {
  const type = n.u32(q);
  if (type === 1) n.print(`\n\t    Router Router-ID ${n.ip4(q + 4)}`);
  else if (type === 2) n.print(`\n\t    Network Designated Router ${n.ip4(q + 4)}`);
  else n.print(`\n\t    unknown VertexType (${type})`);
}

/** Differs from Linux: what traffic engineering, graceful restart and router information say is shown as bytes. */
function opaque(n: Ndo, p: number, length: number, type: number): Outcome {
  if (OPAQUE[type] !== undefined) n.missing = `OSPF opaque ${OPAQUE[type]}`;
  if (n.o.verbose <= 1) n.unknown(p, '\n\t    ', length);
  return 'ok';
}
