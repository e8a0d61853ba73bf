/** RIPng. RFC 2080. @see tcpdump print-ripng.c */
import type { Ndo } from './ndo.ts';

const ENTRY = 20;

function entry(n: Ndo, o: number, metrics: boolean): void {
  n.print(`${n.ip6(o)}/${n.u8(o + 18)}`);
  const tag = n.u16(o + 16);
  if (tag !== 0) n.print(` [${tag}]`);
  const metric = n.u8(o + 19);
  if (metric !== 0 && metrics) n.print(` (${metric})`);
}

/** A request for everything: one entry, `::` with an infinite metric. */
function isDump(n: Ndo, o: number): boolean {
  if (n.u8(o + 19) !== 16) return false;
  for (let i = 0; i < 16; i++) if (n.b[o + i] !== 0) return false;
  return true;
}

export function ripngPrint(n: Ndo, o: number, length: number): void {
  n.protocol = 'ripng';
  const version = n.u8(o + 1);
  if (version !== 1) {
    n.print(` [vers ${version}]`);
    n.invalid();
    return;
  }
  const command = n.u8(o);
  if (command !== 1 && command !== 2) {
    n.print(` ripng-${command} ?? ${length}`);
    n.invalid();
    return;
  }
  if (length < 4) {
    n.invalid();
    return;
  }
  const count = Math.floor((length - 4) / ENTRY);
  const name = command === 1 ? 'req' : 'resp';
  if (command === 1 && count === 1 && isDump(n, o + 4)) {
    n.print(' ripng-req dump');
    return;
  }
  const left = length - 4 - count * ENTRY;
  n.print(left !== 0 ? ` ripng-${name} ${count}[${length}]:` : ` ripng-${name} ${count}:`);
  for (let i = 0; i < count; i++) {
    n.print(n.o.verbose > 1 ? '\n\t' : ' ');
    entry(n, o + 4 + i * ENTRY, command === 2);
  }
  if (left !== 0) n.invalid();
}
