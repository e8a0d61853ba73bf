/** Printers by EtherType. @see tcpdump print-ether.c:ethertype_print */
import { arpPrint } from './arp.ts';
import { hex, type LinkAddresses, type Ndo } from './ndo.ts';
import { lldpPrint } from './lldp.ts';
import { loopbackPrint } from './loopback.ts';
import { mplsPrint } from './mpls.ts';
import { slowPrint } from './slow.ts';

/** EtherTypes that tcpdump prints and this program shows as bytes. */
const MISSING: ReadonlySet<number> = new Set([
  0x6003, 0x809b, 0x80f3, 0x8137, 0xfefe, 0x8863, 0x8864, 0x3c12, 0x3c13, 0x888e, 0x8899, 0x880b, 0x8808, 0x8902,
  0xabcd, 0x894f, 0x88ca, 0x886f, 0x0707, 0x8947, 0x1111, 0x88a2, 0x88f7,
]);

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
