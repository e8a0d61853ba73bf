/** ARP and RARP. @see tcpdump print-arp.c */
import { defaultPrint } from './hex.ts';
import { type Ndo, tok } from './ndo.ts';

const HRD: Readonly<Record<number, string>> = {
  1: 'Ethernet',
  6: 'TokenRing',
  7: 'ArcNet',
  15: 'FrameRelay',
  17: 'Strip',
  24: 'IEEE 1394',
};
const OP: Readonly<Record<number, string>> = {
  1: 'Request',
  2: 'Reply',
  3: 'Reverse Request',
  4: 'Reverse Reply',
  8: 'Inverse Request',
  9: 'Inverse Reply',
  10: 'NACK Reply',
};

export function arpPrint(n: Ndo, o: number, length: number, caplen: number): void {
  n.protocol = 'arp';
  const hrd = n.u16(o);
  const pro = n.u16(o + 2);
  const hln = n.u8(o + 4);
  const pln = n.u8(o + 5);
  const op = n.u16(o + 6);
  n.need(o, 8 + 2 * hln + 2 * pln);
  if (!n.o.link) n.print('ARP, ');
  const ether = hrd === 1 || hrd === 6;
  if ((pro !== 0x0800 && pro !== 0x1000) || pln !== 4 || (hrd === 1 && hln !== 6) || n.o.verbose > 0) {
    const proName =
      pro === 0x0800
        ? 'IPv4'
        : tok({ 0x86dd: 'IPv6', 0x0806: 'ARP', 0x1000: 'trail' }, 'Unknown Protocol (0x%04x)', pro);
    n.print(`${tok(HRD, 'Unknown Hardware (%u)', hrd)} (len ${hln}), ${proName} (len ${pln}), `);
  }
  const name = tok(OP, 'Unknown (%u)', op);
  n.print(`${name} `);
  const sha = o + 8;
  const spa = sha + hln;
  const tha = spa + pln;
  const tpa = tha + hln;
  const hw = (at: number): string => (hln === 6 && ether ? n.mac(at) : hln === 0 ? '<No address>' : hexMac(n, at, hln));
  const ip = (at: number): string =>
    pln === 4 && (pro === 0x0800 || pro === 0x1000) ? n.ip4(at) : pln === 0 ? '<No address>' : `<wrong proto type>`;
  const zero = (at: number, len: number): boolean => {
    for (let i = 0; i < len; i++) if (n.u8(at + i) !== 0) return false;
    return true;
  };
  switch (op) {
    case 1:
      n.print(`who-has ${ip(tpa)}`);
      if (!zero(tha, hln) && hexMac(n, tha, hln) !== 'ff:ff:ff:ff:ff:ff') n.print(` (${hw(tha)})`);
      n.print(` tell ${ip(spa)}`);
      break;
    case 2:
      n.print(`${ip(spa)} is-at ${hw(sha)}`);
      break;
    case 3:
      n.print(`who-is ${hw(tha)} tell ${hw(sha)}`);
      break;
    case 4:
      n.print(`${hw(tha)} at ${ip(tpa)}`);
      break;
    case 8:
      n.print(`who-is ${hw(tha)} tell ${hw(sha)}`);
      break;
    case 9:
      n.print(`${hw(sha)} at ${ip(spa)}`);
      break;
    default:
      defaultPrint(n, o, caplen);
      n.print(`, length ${length}`);
      return;
  }
  n.print(`, length ${length}`);
}

function hexMac(n: Ndo, o: number, len: number): string {
  const parts: string[] = [];
  for (let i = 0; i < len; i++)
    parts.push(
      n
        .u8(o + i)
        .toString(16)
        .padStart(2, '0'),
    );
  return parts.join(':');
}
