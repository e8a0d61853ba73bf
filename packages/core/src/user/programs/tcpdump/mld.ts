/** Multicast listener discovery. RFC 2710, 3810. @see tcpdump print-icmp6.c */
import { expand, RECORD } from './igmp.ts';
import { type Ndo, tok } from './ndo.ts';

/** A message of version 1. */
export function mldPrint(n: Ndo, o: number): void {
  if (n.has(o, 24)) n.print(`max resp delay: ${n.u16(o + 4)} addr: ${n.ip6(o + 8)}`);
}

function sourceList(n: Ndo, o: number, count: number): void {
  n.print(' {');
  for (let i = 0; i < count; i++) n.print(` ${n.ip6(o + 16 * i)}`);
  n.print(' }');
}

export function mld2Report(n: Ndo, o: number, len: number): void {
  if (len < 8) {
    n.print(` [invalid len ${len}]`);
    return;
  }
  const groups = n.u16(o + 6);
  n.print(`, ${groups} group record(s)`);
  if (n.o.verbose === 0) return;
  let p = 8;
  for (let i = 0; i < groups; i++) {
    if (len < p + 20) {
      n.print(' [invalid number of groups]');
      return;
    }
    n.print(` [gaddr ${n.ip6(o + p + 4)}`);
    n.print(` ${tok(RECORD, ' [v2-report-#%u]', n.u8(o + p))}`);
    const sources = n.u16(o + p + 2);
    if (len < p + 20 + 16 * sources) {
      n.print(` [invalid number of sources ${sources}]`);
      return;
    }
    if (n.o.verbose === 1) n.print(`, ${sources} source(s)`);
    else sourceList(n, o + p + 20, sources);
    n.print(']');
    p += 20 + 16 * sources;
  }
}

export function mld2Query(n: Ndo, o: number, len: number): void {
  n.print(' v2');
  const code = n.u16(o + 4);
  const verbose = n.o.verbose > 0;
  if (verbose) {
    const ms = code < 32768 ? code : ((code & 0x0fff) | 0x1000) << (((code & 0x7000) >>> 12) + 3);
    n.print(` [max resp delay=${ms}]`);
  }
  n.print(` [gaddr ${n.ip6(o + 8)}`);
  if (verbose) {
    const flags = n.u8(o + 24);
    if ((flags & 8) !== 0) n.print(' sflag');
    if ((flags & 7) !== 0) n.print(` robustness=${flags & 7}`);
    n.print(` qqi=${expand(n.u8(o + 25))}`);
  }
  const sources = n.u16(o + 26);
  if (sources > 0) {
    if (len < 28 + 16 * sources) n.print(' [invalid number of sources]');
    else if (n.o.verbose > 1) sourceList(n, o + 28, sources);
    else n.print(`, ${sources} source(s)`);
  }
  n.print(']');
}
