/** ARP and RARP. RFC 826, 903, 2390. @see tcpdump print-arp.c */
import { ETHERTYPES } from './ethertype-names.ts';
import { dump } from './hex.ts';
import { type Ndo, tok, type Tokens } from './ndo.ts';

const HRD: Tokens = {
  1: 'Ethernet',
  6: 'TokenRing',
  7: 'ArcNet',
  15: 'FrameRelay',
  23: 'Strip',
  24: 'IEEE 1394',
  19: 'ATM',
  32: 'InfiniBand',
};
const OP: Tokens = {
  1: 'Request',
  2: 'Reply',
  3: 'Reverse Request',
  4: 'Reverse Reply',
  8: 'Inverse Request',
  9: 'Inverse Reply',
  10: 'NACK Reply',
};

/** Differs from Linux: ATM and Frame Relay addresses are shown as plain bytes. */
export function arpPrint(n: Ndo, o: number, length: number, caplen: number): void {
  n.protocol = 'arp';
  n.need(o, 8);
  const hrd = n.u16(o);
  const pro = n.u16(o + 2);
  const hln = n.u8(o + 4);
  const pln = n.u8(o + 5);
  const op = n.u16(o + 6);
  if (hrd === 19 || hrd === 15) n.missing = 'ATM or Frame Relay addresses';
  const sha = o + 8;
  const spa = sha + hln;
  const tha = spa + pln;
  const tpa = tha + hln;
  n.need(tpa, pln);
  if (!n.o.link) n.print('ARP, ');
  const isIp = pro === 0x0800 || pro === 0x1000;
  const verbose = n.o.verbose > 0;
  if (!isIp || pln !== 4 || hln === 0 || verbose) {
    n.print(
      `${tok(HRD, 'Unknown Hardware (%u)', hrd)} (len ${hln}), ${tok(ETHERTYPES, 'Unknown Protocol (0x%04x)', pro)} (len ${pln})`,
    );
    if (!verbose) {
      n.print(`, length ${length}`);
      return;
    }
  }
  n.print(`${verbose ? ', ' : ''}${tok(OP, 'Unknown (%u)', op)} `);
  const ip = (at: number): string => (isIp ? (pln === 4 ? n.ip4(at) : '<wrong len>') : '<wrong proto type>');
  const hw = (at: number): string => n.linkAddr(at, hln);
  switch (op) {
    case 1: {
      n.print(`who-has ${ip(tpa)}`);
      const known = /[^0]/.test(n.hexBytes(tha, hln));
      n.print(`${known ? ` (${hw(tha)})` : ''} tell ${ip(spa)}`);
      break;
    }
    case 2:
      n.print(`${ip(spa)} is-at ${hw(sha)}`);
      break;
    case 3:
    case 8:
      n.print(`who-is ${hw(tha)} tell ${hw(sha)}`);
      break;
    case 4:
      n.print(`${hw(tha)} at ${ip(tpa)}`);
      break;
    case 9:
      n.print(`${hw(sha)} at ${ip(spa)}`);
      break;
    default:
      dump(n, o, caplen);
      return;
  }
  n.print(`, length ${length}`);
}
