/** IGMP. @see tcpdump print-igmp.c */
import { checksum } from '../../../wire/checksum.ts';
import { type Ndo, tok } from './ndo.ts';

const RECORD: Readonly<Record<number, string>> = {
  1: 'is_in',
  2: 'is_ex',
  3: 'to_in',
  4: 'to_ex',
  5: 'allow',
  6: 'block',
};

function v3Query(n: Ndo, o: number, len: number): void {
  n.print(' v3');
  if (len < 12) {
    n.print(' [invalid len]');
    return;
  }
  const mrc = n.u8(o + 1);
  const mrt = mrc < 128 ? mrc : ((mrc & 0x0f) | 0x10) << (((mrc & 0x70) >>> 4) + 3);
  if (mrc !== 100)
    n.print(
      mrt < 600
        ? ` [max resp time ${Math.floor(mrt / 10)}${mrt % 10 === 0 ? '' : `.${mrt % 10}`}s]`
        : ` [max resp time ${Math.floor(mrt / 10)}s]`,
    );
  if (n.u32(o + 4) === 0) return;
  n.print(` [gaddr ${n.ip4(o + 4)}`);
  const sources = n.u16(o + 10);
  if (sources > 0) {
    if (len < 12 + 4 * sources) n.print(` [invalid number of sources ${sources}]`);
    else if (n.o.verbose > 1) {
      n.print(' {');
      for (let i = 0; i < sources; i++) n.print(` ${n.ip4(o + 12 + 4 * i)}`);
      n.print(' }');
    } else n.print(`, ${sources} source(s)`);
  }
  n.print(']');
}

function v3Report(n: Ndo, o: number, len: number): void {
  n.print(' v3 report');
  if (len < 16) {
    n.print(' [invalid len]');
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
    n.print(
      ` [gaddr ${n.ip4(o + p + 4)}${RECORD[n.u8(o + p)] === undefined ? ` [v3-report-#${n.u8(o + p)}]` : ` ${RECORD[n.u8(o + p)]}`}`,
    );
    const sources = n.u16(o + p + 2);
    if (len < p + 8 + 4 * sources) {
      n.print(` [invalid number of sources ${sources}]`);
      return;
    }
    if (n.o.verbose > 1) {
      n.print(' {');
      for (let s = 0; s < sources; s++) n.print(` ${n.ip4(o + p + 8 + 4 * s)}`);
      n.print(' }');
    } else n.print(`, ${sources} source(s)`);
    n.print(']');
    p += 8 + 4 * sources;
  }
}

export function igmpPrint(n: Ndo, o: number, len: number): void {
  n.protocol = 'igmp';
  if (n.o.quick > 0) {
    n.print('igmp');
    return;
  }
  n.print('igmp');
  const type = n.u8(o);
  switch (type) {
    case 0x11:
      n.print(' query');
      if (len >= 12) v3Query(n, o, len);
      else if (n.u8(o + 1) !== 0) {
        n.print(' v2');
        if (n.u8(o + 1) !== 100) n.print(` [max resp time ${n.u8(o + 1)}]`);
      } else n.print(' v1');
      if (len < 12 && n.u32(o + 4) !== 0) n.print(` [gaddr ${n.ip4(o + 4)}]`);
      if (len < 12 && len !== 8) n.print(` [len ${len}]`);
      break;
    case 0x12:
    case 0x16:
      n.print(` ${type === 0x12 ? 'v1' : 'v2'} report ${n.ip4(o + 4)}`);
      if (len !== 8) n.print(` [len ${len}]`);
      break;
    case 0x17:
      n.print(` leave ${n.ip4(o + 4)}`);
      if (len !== 8) n.print(` [len ${len}]`);
      break;
    case 0x22:
      v3Report(n, o, len);
      break;
    default:
      n.print(tok({}, ' [type %d]', type));
  }
  if (n.o.verbose > 0 && n.has(o, len)) {
    const sum = checksum(n.b, o, len);
    if (sum !== 0) n.print(` bad igmp cksum ${n.u16(o + 2).toString(16)}!`);
  }
}
