/** IGMP. RFC 2236, 3376; traces of multicast paths. @see tcpdump print-igmp.c */
import { checksum } from '../../../wire/checksum.ts';
import { fixed, hex, type Ndo, relts, tok, type Tokens } from './ndo.ts';

export const RECORD: Tokens = { 1: 'is_in', 2: 'is_ex', 3: 'to_in', 4: 'to_ex', 5: 'allow', 6: 'block' };

/** An 8-bit code as a number: above 127 with an exponent. RFC 3376 §4.1.1 */
export const expand = (code: number): number =>
  code < 128 ? code : ((code & 0x0f) | 0x10) << (((code & 0x70) >>> 4) + 3);

function v3Query(n: Ndo, o: number, len: number): void {
  n.print(' v3');
  if ((len & 3) !== 0) {
    n.print(` [invalid len ${len}]`);
    return;
  }
  const code = n.u8(o + 1);
  const tenths = expand(code);
  if (code !== 100) {
    n.print(` [max resp time ${tenths < 600 ? `${fixed(tenths * 0.1, 1)}s` : relts(Math.floor(tenths / 10))}]`);
  }
  if (n.u32(o + 4) === 0) return;
  n.print(` [gaddr ${n.ip4(o + 4)}`);
  const sources = n.u16(o + 10);
  if (sources > 0) {
    if (len < 12 + 4 * sources) n.print(' [invalid number of sources]');
    else if (n.o.verbose > 1) sourceList(n, o + 12, sources);
    else n.print(`, ${sources} source(s)`);
  }
  n.print(']');
}

function sourceList(n: Ndo, o: number, count: number): void {
  n.print(' {');
  for (let i = 0; i < count; i++) n.print(` ${n.ip4(o + 4 * i)}`);
  n.print(' }');
}

function v3Report(n: Ndo, o: number, len: number): void {
  if (len < 16 || (len & 3) !== 0) {
    n.print(` [invalid len ${len}]`);
    return;
  }
  const groups = n.u16(o + 6);
  n.print(`, ${groups} group record(s)`);
  if (n.o.verbose === 0) return;
  let p = 8;
  for (let i = 0; i < groups; i++) {
    if (len < p + 8) {
      n.print(' [invalid number of groups]');
      return;
    }
    n.print(` [gaddr ${n.ip4(o + p + 4)}`);
    n.print(` ${tok(RECORD, ' [v3-report-#%u]', n.u8(o + p))}`);
    const sources = n.u16(o + p + 2);
    if (len < p + 8 + 4 * sources) {
      n.print(` [invalid number of sources ${sources}]`);
      return;
    }
    if (n.o.verbose === 1) n.print(`, ${sources} source(s)`);
    else sourceList(n, o + p + 8, sources);
    n.print(']');
    p += 8 + 4 * sources;
  }
}

function trace(n: Ndo, name: string, o: number, len: number): void {
  if (len < 24) {
    n.print(` [invalid len ${len}]`);
    return;
  }
  n.print(`${name} ${n.u24(o + 21)}: ${n.ip4(o + 8)} to ${n.ip4(o + 12)} reply-to ${n.ip4(o + 16)}`);
  if (n.u8(o + 16) >>> 4 === 14) n.print(` with-ttl ${n.u8(o + 20)}`);
}

/** Differs from Linux: what DVMRP and PIM version 1 say is not shown. */
export function igmpPrint(n: Ndo, o: number, len: number): void {
  n.protocol = 'igmp';
  if (n.o.quick > 0) {
    n.print('igmp');
    return;
  }
  const type = n.u8(o);
  const wrongLength = len === 8 ? '' : ` [len ${len}]`;
  switch (type) {
    case 0x11:
      n.print('igmp query');
      if (len >= 12) v3Query(n, o, len);
      else {
        const time = n.u8(o + 1);
        n.print(time === 0 ? ' v1' : time === 100 ? ' v2' : ` v2 [max resp time ${time}]`);
        if (n.u32(o + 4) !== 0) n.print(` [gaddr ${n.ip4(o + 4)}]`);
        n.print(wrongLength);
      }
      break;
    case 0x12:
      n.print(`igmp v1 report ${n.ip4(o + 4)}`);
      n.print(wrongLength);
      break;
    case 0x16:
      n.print(`igmp v2 report ${n.ip4(o + 4)}`);
      break;
    case 0x22:
      n.print('igmp v3 report');
      v3Report(n, o, len);
      break;
    case 0x17:
      n.print(`igmp leave ${n.ip4(o + 4)}`);
      break;
    case 0x13:
      n.print('igmp dvmrp');
      if (len < 8) n.print(` [len ${len}]`);
      else n.missing = 'DVMRP';
      break;
    case 0x14:
      n.print('igmp pimv1');
      n.missing = 'PIM version 1';
      break;
    case 0x1e:
      trace(n, 'mresp', o, len);
      break;
    case 0x1f:
      trace(n, 'mtrace', o, len);
      break;
    default:
      n.print(`igmp-${type}`);
  }
  if (n.o.verbose > 0 && len >= 4 && n.has(o, len) && checksum(n.b, o, len) !== 0) {
    n.print(` bad igmp cksum ${hex(n.u16(o + 2))}!`);
  }
}
