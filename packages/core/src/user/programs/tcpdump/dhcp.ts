/** BOOTP and DHCP over IPv4. RFC 951, 2131, 2132. @see tcpdump print-bootp.c */
import { optionsPrint } from './dhcp-options.ts';
import { hex, type Ndo } from './ndo.ts';

const COOKIE = 0x63825363;
/** `CMU`, and a NUL. */
const CMU = 0x434d5500;

/** Extensions of Carnegie Mellon University, older than the options. */
function cmuPrint(n: Ndo, o: number): boolean {
  n.print(' vend-cmu');
  if (!n.has(o + 4, 4)) return false;
  const flags = n.u8(o + 4);
  if ((flags & ~1) !== 0) n.print(` F:0x${hex(flags)}`);
  for (const [at, name] of [
    [12, 'DG'],
    [8, (flags & 1) !== 0 ? 'SM' : 'SM*'],
    [16, 'NS1'],
    [20, 'NS2'],
    [24, 'IEN1'],
    [28, 'IEN2'],
    [32, 'TS1'],
    [36, 'TS2'],
  ] as const) {
    if (!n.has(o + at, 4)) return false;
    if (n.u32(o + at) !== 0) n.print(` ${name}:${n.ip4(o + at)}`);
  }
  return true;
}

/** A name in a field of its own. @returns false when it has no end */
function field(n: Ndo, o: number, size: number, name: string): boolean {
  if (n.u8(o) === 0) return true;
  n.print(`\n\t  ${name} "`);
  const used = n.printztn(o, size, n.end);
  n.print('"');
  return used !== 0;
}

export function dhcpPrint(n: Ndo, o: number, length: number): void {
  n.protocol = 'bootp';
  const op = n.u8(o);
  n.print(`BOOTP/DHCP, ${op === 1 ? 'Request' : op === 2 ? 'Reply' : `unknown (0x${hex(op, 2)})`}`);
  const htype = n.u8(o + 1);
  const hlen = n.u8(o + 2);
  const ether = htype === 1 && hlen === 6;
  if (ether && op === 1) n.print(` from ${n.mac(o + 28)}`);
  n.print(`, length ${length}`);
  if (n.o.verbose > 0 && !verbosePrint(n, o, htype, hlen, ether)) n.trunc();
}

/** @returns false when it was cut */
function verbosePrint(n: Ndo, o: number, htype: number, hlen: number, ether: boolean): boolean {
  if (!n.has(o + 8, 2)) return false;
  if (htype !== 1) n.print(`, htype ${htype}`);
  if (!ether) n.print(`, hlen ${hlen}`);
  if (n.u8(o + 3) !== 0) n.print(`, hops ${n.u8(o + 3)}`);
  if (n.u32(o + 4) !== 0) n.print(`, xid 0x${hex(n.u32(o + 4))}`);
  if (n.u16(o + 8) !== 0) n.print(`, secs ${n.u16(o + 8)}`);
  const flags = n.u16(o + 10);
  n.print(`, Flags [${(flags & 0x8000) !== 0 ? 'Broadcast' : 'none'}]`);
  if (n.o.verbose > 1) n.print(` (0x${hex(flags, 4)})`);
  for (const [at, name] of [
    [12, 'Client-IP'],
    [16, 'Your-IP'],
    [20, 'Server-IP'],
    [24, 'Gateway-IP'],
  ] as const) {
    if (n.u32(o + at) !== 0) n.print(`\n\t  ${name} ${n.ip4(o + at)}`);
  }
  if (ether) n.print(`\n\t  Client-Ethernet-Address ${n.mac(o + 28)}`);
  if (!field(n, o + 44, 64, 'sname') || !field(n, o + 108, 128, 'file')) return false;
  if (!n.has(o + 236, 4)) return false;
  const cookie = n.u32(o + 236);
  if (cookie === COOKIE) return optionsPrint(n, o + 236);
  if (cookie === CMU) return cmuPrint(n, o + 236);
  if (cookie !== 0) n.print(`\n\t  Vendor-#0x${hex(cookie)}`);
  return true;
}
