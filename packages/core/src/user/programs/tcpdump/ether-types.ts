/** EtherTypes, and the printers of those that this program has. @see tcpdump ethertype.h, print-ether.c:ethertype_print */
import { arpPrint } from './arp.ts';
import { hex, type LinkAddresses, type Ndo, tok, type Tokens } from './ndo.ts';
import { lldpPrint } from './lldp.ts';
import { loopbackPrint } from './loopback.ts';
import { mplsPrint } from './mpls.ts';
import { slowPrint } from './slow.ts';

export const ETHERTYPES: Tokens = {
  0x0800: 'IPv4',
  0x8847: 'MPLS unicast',
  0x8848: 'MPLS multicast',
  0x86dd: 'IPv6',
  0x8100: '802.1Q',
  0x9100: '802.1Q-9100',
  0x88a8: '802.1Q-QinQ',
  0x9200: '802.1Q-9200',
  0x88e5: '802.1AE MACsec',
  0x0200: 'PUP',
  0x0806: 'ARP',
  0x8035: 'Reverse ARP',
  0x0600: 'NS',
  0x0500: 'Sprite',
  0x1000: 'Trail',
  0x6001: 'MOP DL',
  0x6002: 'MOP RC',
  0x6003: 'DN',
  0x6004: 'LAT',
  0x6007: 'SCA',
  0x6558: 'TEB',
  0x8038: 'Lanbridge',
  0x803c: 'DEC DNS',
  0x803e: 'DEC DTS',
  0x805b: 'VEXP',
  0x805c: 'VPROD',
  0x809b: 'Appletalk',
  0x80f3: 'Appletalk ARP',
  0x8137: 'IPX',
  0x880b: 'PPP',
  0x8808: 'MPCP',
  0x8809: 'Slow Protocols',
  0x8863: 'PPPoE D',
  0x8864: 'PPPoE S',
  0x888e: 'EAPOL',
  0x8899: 'Realtek protocols',
  0x886f: 'MS NLB heartbeat',
  0x8870: 'Jumbo',
  0x894f: 'NSH',
  0x9000: 'Loopback',
  0xfefe: 'OSI',
  0x00fe: 'GRE-OSI',
  0xabcd: 'CFM (old)',
  0x8902: 'CFM',
  0x893a: 'IEEE1905.1',
  0x88cc: 'LLDP',
  0x88ca: 'TIPC',
  0x0707: 'GeoNet (old)',
  0x8947: 'GeoNet',
  0x1111: 'CALM FAST',
  0x88a2: 'AoE',
  0x88f7: 'PTP',
  0xd28b: 'Arista Vendor Specific Protocol',
};

/** EtherTypes that tcpdump prints and this program shows as bytes. */
const MISSING: ReadonlySet<number> = new Set([
  0x6003, 0x809b, 0x80f3, 0x8137, 0xfefe, 0x8863, 0x8864, 0x3c12, 0x3c13, 0x888e, 0x8899, 0x880b, 0x8808, 0x8902,
  0xabcd, 0x894f, 0x88ca, 0x886f, 0x0707, 0x8947, 0x1111, 0x88a2, 0x88f7,
]);

/** `ethertype IPv4 (0x0800)`, or the name alone with -q. */
export const etherTypeText = (n: Ndo, type: number): string =>
  n.o.quick > 0
    ? tok(ETHERTYPES, 'Unknown Ethertype (0x%04x)', type)
    : `ethertype ${ETHERTYPES[type] ?? 'Unknown'} (0x${hex(type, 4)})`;

/**
 * A payload by its EtherType; false when it is not known.
 *
 * Differs from Linux: DECnet, AppleTalk, IPX, OSI, PPP and PPPoE, EAPOL, CFM, TIPC, PTP and other rare EtherTypes are shown as bytes.
 */
export function ethertypePrint(
  n: Ndo,
  type: number,
  o: number,
  length: number,
  caplen: number,
  _link: LinkAddresses | null,
): boolean {
  switch (type) {
    case 0x0800:
      n.inner.ip(n, o, length);
      return true;
    case 0x86dd:
      n.inner.ip6(n, o, length);
      return true;
    case 0x0806:
    case 0x8035:
      arpPrint(n, o, length, caplen);
      return true;
    case 0x8809:
      slowPrint(n, o, length);
      return true;
    case 0x88cc:
      lldpPrint(n, o, length);
      return true;
    case 0x9000:
      loopbackPrint(n, o, length);
      return true;
    case 0x8847:
    case 0x8848:
      mplsPrint(n, o, length);
      return true;
    default:
      if (MISSING.has(type)) n.missing = `ethertype 0x${hex(type, 4)}`;
      return false;
  }
}
