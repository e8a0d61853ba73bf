/** Link layers other than Ethernet, and the table of all. @see tcpdump print-sll.c, print-null.c, print-raw.c */
import {
  LINKTYPE_ETHERNET,
  LINKTYPE_IPV4,
  LINKTYPE_IPV6,
  LINKTYPE_LINUX_SLL,
  LINKTYPE_LINUX_SLL2,
  LINKTYPE_LOOP,
  LINKTYPE_NULL,
  LINKTYPE_RAW,
} from '../../../wire/pcap.ts';
import { BSD_AF } from './af.ts';
import { etherPrint, tciText } from './ether.ts';
import { ethertypePrint } from './ether-types.ts';
import { ETHERTYPES } from './ethertype-names.ts';
import { defaultPrint } from './hex.ts';
import { llcPrint } from './llc.ts';
import { hex, type Ndo, tok, type Tokens } from './ndo.ts';

const PKTTYPE: Tokens = { 0: 'In', 1: 'B', 2: 'M', 3: 'P', 4: 'Out' };
/** Protocols of a cooked header that are no EtherType. */
const P_802_3 = 1;
const P_802_2 = 4;

export type LinkPrinter = (n: Ndo, length: number, caplen: number) => void;

/** What -e shows of a cooked header, version 1 or 2. */
function sllHeader(n: Ndo, length: number, v2: boolean): void {
  n.protocol = v2 ? 'sll2' : 'sll';
  if (v2) n.print(`ifindex ${n.u32(4)} `);
  else n.print(`${tok(PKTTYPE, '?', n.u16(0)).padStart(3)} `);
  if ((v2 ? n.u8(11) : n.u16(4)) === 6) n.print(`${n.mac(v2 ? 12 : 6)} `);
  if (n.o.quick > 0) return;
  const type = n.u16(v2 ? 0 : 14);
  if (type === P_802_3) n.print('802.3');
  else if (type === P_802_2) n.print('802.2');
  else n.print(`ethertype ${(type > 1500 ? ETHERTYPES[type] : undefined) ?? 'Unknown'} (0x${hex(type, 4)})`);
  n.print(`, length ${length}: `);
}

/** A cooked capture. */
function sllPrint(n: Ndo, length: number, caplen: number, v2: boolean): void {
  n.protocol = v2 ? 'sll2' : 'sll';
  let hlen = v2 ? 20 : 16;
  n.need(0, hlen);
  if (v2) n.print(`${n.o.ifname(n.u32(4)).padEnd(5)} ${tok(PKTTYPE, '?', n.u8(10)).padEnd(3)} `);
  if (n.o.link) sllHeader(n, length, v2);
  if (n.u16(v2 ? 8 : 2) === 803) n.missing = '802.11';
  let type = n.u16(v2 ? 0 : 14);
  while (type === 0x8100) {
    if (caplen - hlen < 4) {
      n.protocol = 'vlan';
      n.trunc();
      n.llHdrLen += caplen;
      return;
    }
    const tci = n.u16(hlen);
    if (n.o.link) n.print(`${tciText(tci)}, `);
    type = n.u16(hlen + 2);
    if (type <= 1500) type = P_802_2;
    if (n.o.quick === 0) n.print(`ethertype ${ETHERTYPES[type] ?? 'Unknown'}, `);
    hlen += 4;
  }
  const rest = length - hlen;
  if (type === P_802_2) {
    const used = llcPrint(n, hlen, rest, caplen - hlen, null);
    if (used < 0) defaultPrint(n, hlen, caplen - hlen);
    else hlen += used;
  } else if (type <= 1500) {
    if (type === P_802_3) n.missing = 'IPX';
    defaultPrint(n, hlen, caplen - hlen);
  } else if (!ethertypePrint(n, type, hlen, rest, caplen - hlen, null)) {
    if (!n.o.link) sllHeader(n, rest + (v2 ? 20 : 16), v2);
    defaultPrint(n, hlen, caplen - hlen);
  }
  n.llHdrLen += hlen;
}

/** BSD loopback: a family in the byte order of the machine that captured; told by its value. */
function nullPrint(n: Ndo, length: number, caplen: number): void {
  n.protocol = 'null';
  n.need(0, 4);
  n.llHdrLen += 4;
  const little = n.le32(0);
  const family = (little & 0xffff0000) !== 0 ? n.u32(0) : little;
  const header =
    n.o.quick > 0
      ? `${tok(BSD_AF, 'Unknown AF %u', family)}, length ${length}: `
      : `AF ${BSD_AF[family] ?? 'Unknown'} (${family}), length ${length}: `;
  if (n.o.link) n.print(header);
  if (family === 2) n.inner.ip(n, 4, length - 4);
  else if (family === 24 || family === 28 || family === 30) n.inner.ip6(n, 4, length - 4);
  else {
    if (BSD_AF[family] !== undefined && family !== 6) n.missing = BSD_AF[family];
    if (!n.o.link) n.print(header);
    defaultPrint(n, 4, caplen - 4);
  }
}

/** A packet that begins with its IP header. */
function rawPrint(n: Ndo, length: number): void {
  n.protocol = 'raw';
  if (n.o.link) n.print('ip: ');
  n.protocol = 'ipn';
  if (length < 1) {
    n.print(`truncated-ip ${length}`);
    return;
  }
  const version = n.u8(0) >>> 4;
  if (version === 4) n.inner.ip(n, 0, length);
  else if (version === 6) n.inner.ip6(n, 0, length);
  else n.print(`unknown ip ${version}`);
}

/** The printer of a link type, null when there is none. It sets the length of the link-layer header. */
export function linkPrinter(linktype: number): LinkPrinter | null {
  switch (linktype) {
    case LINKTYPE_ETHERNET:
      return (n, length, caplen) => {
        n.protocol = 'ether';
        n.llHdrLen += etherPrint(n, 0, length, caplen);
      };
    case LINKTYPE_LINUX_SLL:
      return (n, length, caplen) => sllPrint(n, length, caplen, false);
    case LINKTYPE_LINUX_SLL2:
      return (n, length, caplen) => sllPrint(n, length, caplen, true);
    case LINKTYPE_RAW:
    case LINKTYPE_IPV4:
    case LINKTYPE_IPV6:
      return (n, length) => rawPrint(n, length);
    case LINKTYPE_NULL:
    case LINKTYPE_LOOP:
      return (n, length, caplen) => nullPrint(n, length, caplen);
    default:
      return null;
  }
}
