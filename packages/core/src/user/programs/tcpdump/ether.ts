/** Link layers: Ethernet with VLAN tags, Linux cooked captures, raw IP. @see tcpdump print-ether.c, print-sll.c */
import { LINKTYPE_ETHERNET, LINKTYPE_LINUX_SLL, LINKTYPE_LINUX_SLL2, LINKTYPE_RAW } from '../../../wire/pcap.ts';
import { arpPrint } from './arp.ts';
import { defaultPrint } from './hex.ts';
import { ip6Print } from './ip6.ts';
import { ipPrint } from './ip.ts';
import { type Ndo, tok } from './ndo.ts';

const ETHERTYPES: Readonly<Record<number, string>> = {
  0x0800: 'IPv4',
  0x8100: '802.1Q',
  0x88a8: '802.1Q-QinQ',
  0x9100: '802.1Q-9100',
  0x9200: '802.1Q-9200',
  0x86dd: 'IPv6',
  0x0806: 'ARP',
  0x8035: 'Reverse ARP',
  0x6558: 'TEB',
  0x8137: 'IPX?',
  0x8847: 'MPLS unicast',
  0x8848: 'MPLS multicast',
  0x8863: 'PPPoE D',
  0x8864: 'PPPoE S',
  0x888e: 'EAPOL',
  0x88c7: 'RRCP',
  0x88cc: 'LLDP',
  0x9000: 'Loopback',
  0x8809: 'Slow Protocols',
  0x809b: 'Appletalk',
  0x80f3: 'Appletalk ARP',
  0x8902: 'CFM',
  0x88f5: 'MVRP',
  0x88f6: 'MMRP',
  0x88e5: '802.1AE MACsec',
  0x88f7: 'PTP',
};

const typeText = (n: Ndo, type: number): string =>
  n.o.quick > 0
    ? tok(ETHERTYPES, 'Unknown Ethertype (0x%04x)', type)
    : `ethertype ${ETHERTYPES[type] ?? 'Unknown'} (0x${type.toString(16).padStart(4, '0')})`;

/** A payload by its EtherType; false when it is not known. @see ethertype_print */
export function ethertypePrint(n: Ndo, type: number, o: number, length: number): boolean {
  switch (type) {
    case 0x0800:
      ipPrint(n, o, length);
      return true;
    case 0x86dd:
      ip6Print(n, o, length);
      return true;
    case 0x0806:
    case 0x8035:
      arpPrint(n, o, length, length);
      return true;
    default:
      return false;
  }
}

const tci = (v: number): string => `vlan ${v & 0xfff}, p ${v >>> 13}${(v & 0x1000) !== 0 ? ', DEI' : ''}`;

/** An Ethernet frame. @returns length of its header */
export function etherPrint(n: Ndo, o: number, length: number, caplen: number): number {
  if (caplen < 14) {
    n.trunc();
    return caplen;
  }
  const { link } = n.o;
  if (link) n.print(`${n.mac(o + 6)} > ${n.mac(o)}, `);
  let p = o + 12;
  let type = n.u16(p);
  p += 2;
  let printedLength = false;
  const lengthText = (): string => {
    if (printedLength) return ', ';
    printedLength = true;
    return `, length ${length}: `;
  };
  while (type === 0x8100 || type === 0x88a8 || type === 0x9100 || type === 0x9200) {
    if (caplen - (p - o) < 4) {
      n.protocol = 'vlan';
      n.trunc();
      return caplen;
    }
    if (link) n.print(`${typeText(n, type)}${lengthText()}${tci(n.u16(p))}, `);
    type = n.u16(p + 2);
    p += 4;
  }
  const rest = length - (p - o);
  if (type <= 1500) {
    if (link) n.print(`802.3${printedLength ? ', ' : `, length ${type}: `}`);
    llcPrint(n, p, Math.min(type, rest), o);
    return p - o;
  }
  if (link) n.print(`${typeText(n, type)}${lengthText()}`);
  if (!ethertypePrint(n, type, p, rest)) {
    if (!link) n.print(`${n.mac(o + 6)} > ${n.mac(o)}, ${typeText(n, type)}${lengthText()}`);
    defaultPrint(n, p, caplen - (p - o));
  }
  return p - o;
}

/** A frame with a length in place of a type: only what the LLC header says, and the bytes. */
function llcPrint(n: Ndo, o: number, length: number, ether: number): void {
  n.protocol = 'llc';
  const dsap = n.u8(o);
  const ssap = n.u8(o + 1);
  const control = n.u8(o + 2);
  if (!n.o.link) n.print(`${n.mac(ether + 6)} > ${n.mac(ether)}, 802.3, length ${length}: `);
  const hex = (v: number): string => `0x${v.toString(16).padStart(2, '0')}`;
  n.print(
    `LLC, dsap ${SAP[dsap & 0xfe] ?? 'Unknown'} (${hex(dsap & 0xfe)}) ${(dsap & 1) !== 0 ? 'Group' : 'Individual'}, ssap ${SAP[ssap & 0xfe] ?? 'Unknown'} (${hex(ssap & 0xfe)}) ${(ssap & 1) !== 0 ? 'Response' : 'Command'}, ctrl ${hex(control)}: `,
  );
  n.print(`Unnumbered, length ${length}`);
  defaultPrint(n, o, length);
}
const SAP: Readonly<Record<number, string>> = {
  0: 'Null',
  2: '802.1B I',
  6: 'IP',
  0x42: 'STP',
  0xaa: 'SNAP',
  0xe0: 'IPX',
  0xf0: 'NetBeui',
  0xfe: 'OSI',
};

const PKTTYPE: Readonly<Record<number, string>> = { 0: 'In', 1: 'B', 2: 'M', 3: 'P', 4: 'Out' };

/** A cooked capture, version 1 or 2. */
function sllPrint(n: Ndo, length: number, caplen: number, v2: boolean): number {
  const hlen = v2 ? 20 : 16;
  n.protocol = v2 ? 'sll2' : 'sll';
  if (caplen < hlen) {
    n.trunc();
    return caplen;
  }
  const type = n.u16(v2 ? 0 : 14);
  const way = (PKTTYPE[v2 ? n.u8(10) : n.u16(0)] ?? '?').padEnd(3);
  const addr = v2 ? 12 : 6;
  const alen = v2 ? n.u8(11) : n.u16(4);
  if (v2) n.print(`${n.o.ifname(n.u32(4)).padEnd(5)} ${way} `);
  if (n.o.link) {
    if (v2) n.print(`ifindex ${n.u32(4)} `);
    else n.print(`${way.trim().padStart(3)} `);
    if (alen === 6) n.print(`${n.mac(addr)} `);
    n.print(typeText(n, type));
    n.print(`, length ${length}: `);
  }
  if (!ethertypePrint(n, type, hlen, length - hlen)) {
    if (!n.o.link) n.print(`${typeText(n, type)}, length ${length}: `);
    defaultPrint(n, hlen, caplen - hlen);
  }
  return hlen;
}

/** The printer of a link type, null when there is none. It returns the length of the link-layer header. */
export function linkPrinter(linktype: number): ((n: Ndo, length: number, caplen: number) => number) | null {
  switch (linktype) {
    case LINKTYPE_ETHERNET:
      return (n, length, caplen) => {
        n.protocol = 'ether';
        return etherPrint(n, 0, length, caplen);
      };
    case LINKTYPE_LINUX_SLL:
      return (n, length, caplen) => sllPrint(n, length, caplen, false);
    case LINKTYPE_LINUX_SLL2:
      return (n, length, caplen) => sllPrint(n, length, caplen, true);
    case LINKTYPE_RAW:
      return (n, length) => {
        n.protocol = 'raw';
        if (n.o.link) n.print('ip: ');
        if (n.u8(0) >>> 4 === 6) ip6Print(n, 0, length);
        else ipPrint(n, 0, length);
        return 0;
      };
    default:
      return null;
  }
}
