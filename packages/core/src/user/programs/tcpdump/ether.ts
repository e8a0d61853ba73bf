/** Ethernet frames with VLAN tags. @see tcpdump print-ether.c */
import { ethertypePrint } from './ether-types.ts';
import { etherTypeText } from './ethertype-names.ts';
import { defaultPrint } from './hex.ts';
import { llcPrint } from './llc.ts';
import type { Ndo } from './ndo.ts';

/** @see ieee8021q_tci_string */
export const tciText = (tci: number): string =>
  `vlan ${tci & 0xfff}, p ${tci >>> 13}${(tci & 0x1000) !== 0 ? ', DEI' : ''}`;

const isVlan = (type: number): boolean => type === 0x8100 || type === 0x88a8 || type === 0x9100 || type === 0x9200;

/** What follows as LLC; its bytes when that is not known. @returns the length of its header */
function llc(n: Ndo, p: number, length: number, caplen: number, ether: number): number {
  const used = llcPrint(n, p, length, caplen, { src: ether + 6, dst: ether });
  if (used < 0) defaultPrint(n, p, caplen);
  return Math.abs(used);
}

/** An Ethernet frame. @returns length of its header */
export function etherPrint(n: Ndo, o: number, length: number, caplen: number): number {
  n.protocol = 'ether';
  if (length < caplen) {
    n.print(`[length ${length} < caplen ${caplen}]`);
    n.invalid();
    return length;
  }
  if (caplen < 14) {
    n.trunc();
    return caplen;
  }
  const { link } = n.o;
  const addresses = `${n.mac(o + 6)} > ${n.mac(o)}, `;
  if (link) n.print(addresses);
  const lengthText = `, length ${length}: `;
  let type = n.u16(o + 12);
  let hlen = 14;
  let tagged = false;
  if (type === 0x88e5 || type === 0xd28b) n.missing = 'MACsec or Arista';
  for (; isVlan(type); hlen += 4) {
    if (caplen - hlen < 4 || length - hlen < 4) {
      n.protocol = 'vlan';
      n.trunc();
      return Math.min(caplen, length);
    }
    const tci = n.u16(o + hlen);
    if (link) n.print(`${etherTypeText(n, type)}${tagged ? ', ' : lengthText}${tciText(tci)}, `);
    tagged = true;
    type = n.u16(o + hlen + 2);
  }
  const p = o + hlen;
  const rest = length - hlen;
  if (type <= 1500) {
    const size = Math.min(type, rest);
    n.pushEnd(p, size);
    if (link) n.print(`802.3${tagged ? '' : `, length ${size}: `}`);
    hlen += llc(n, p, size, Math.min(caplen - (p - o), size), o);
    n.popEnd();
    return hlen;
  }
  if (type === 0x8870) return hlen + llc(n, p, rest, caplen - hlen, o);
  if (link) n.print(`${etherTypeText(n, type)}${tagged ? ', ' : lengthText}`);
  if (!ethertypePrint(n, type, p, rest, caplen - hlen, { src: o + 6, dst: o })) {
    if (!link) n.print(`${addresses}${etherTypeText(n, type)}${lengthText}`);
    defaultPrint(n, p, caplen - hlen);
  }
  return hlen;
}
