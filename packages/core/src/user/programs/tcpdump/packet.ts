/** One packet's line: time, text, bytes. @see tcpdump print.c:pretty_print_packet,  */
import { etherPrint } from './ether.ts';
import { ethertypePrint } from './ether-types.ts';
import type { Frame } from './frame.ts';
import { asciiPrint, hexAsciiPrint, hexPrint } from './hex.ts';
import { ipPrint } from './ip.ts';
import { ip6Print } from './ip6.ts';
import { linkPrinter } from './link.ts';
import { Ndo, type PrintOptions, TRUNCATED } from './ndo.ts';
import { MAXIMUM_SNAPLEN } from './savefile-types.ts';
import type { Times } from './times.ts';

/** A printer with all protocols. */
export const makeNdo = (options: PrintOptions): Ndo =>
  new Ndo(options, { ip: ipPrint, ip6: ip6Print, ether: etherPrint, ethertype: ethertypePrint });

/** What is wrong with a record's lengths; empty when nothing is. */
function badHeader(caplen: number, len: number): string {
  const words: string[] = [];
  if (caplen === 0) words.push(' caplen==0');
  if (len === 0) words.push(' len==0');
  else if (len < caplen) words.push(` len(${len}) < caplen(${caplen})`);
  if (caplen > MAXIMUM_SNAPLEN) words.push(` caplen(${caplen}) > ${MAXIMUM_SNAPLEN}`);
  if (len > MAXIMUM_SNAPLEN) words.push(` len(${len}) > ${MAXIMUM_SNAPLEN}`);
  return words.length === 0 ? '' : `[Invalid header:${words.join(',')}]\n`;
}

/** What tcpdump writes for a packet, newline included. @param number 0 without --number. */
export function packetText(n: Ndo, linktype: number, times: Times, frame: Frame, number: number): string {
  n.text = number > 0 ? `${String(number).padStart(5)}  ` : '';
  const caplen = frame.data.length;
  const bad = badHeader(caplen, frame.origLen);
  if (bad !== '') return n.text + bad;
  n.b = frame.data;
  n.end = caplen;
  n.protocol = '';
  n.llHdrLen = 0;
  n.missing = '';
  n.resetEnds();
  n.print(times.text(frame));
  try {
    linkPrinter(linktype)!(n, frame.origLen, caplen);
  } catch (e) {
    if (e !== TRUNCATED) throw e;
    n.trunc();
    n.llHdrLen = 0;
  }
  n.end = caplen;
  const { o } = n;
  const from = (all: boolean): number => (all ? 0 : Math.min(n.llHdrLen, caplen));
  const show = (times: number, print: (at: number) => void): void => {
    const at = from(times > 1);
    if (at < caplen) print(at);
  };
  if (o.hexAscii > 0) show(o.hexAscii, (at) => hexAsciiPrint(n, '\n\t', at, caplen - at));
  else if (o.hex > 0) show(o.hex, (at) => hexPrint(n, '\n\t', at, caplen - at));
  else if (o.ascii > 0) show(o.ascii, (at) => asciiPrint(n, at, caplen - at));
  return `${n.text}\n`;
}
