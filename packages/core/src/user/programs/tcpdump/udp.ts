/** UDP. @see tcpdump print-udp.c */
import { ipVersion, pseudoChecksum, shouldBe } from './cksum.ts';
import { dhcpPrint } from './dhcp.ts';
import { dhcp6Print } from './dhcp6.ts';
import { dnsPrint } from './dns.ts';
import { genevePrint } from './geneve.ts';
import { hsrpPrint } from './hsrp.ts';
import { mplsPrint } from './mpls.ts';
import { hex, type Ndo } from './ndo.ts';
import { ntpPrint } from './ntp.ts';
import { ripPrint } from './rip.ts';
import { ripngPrint } from './ripng.ts';
import { syslogPrint } from './syslog.ts';
import { endpoints, withPorts } from './tcp.ts';
import { sipPrint } from './text-protocols.ts';
import { tftpPrint } from './tftp.ts';
import { vxlanPrint } from './vxlan.ts';

/** @param ip where the IP header is */
export function udpPrint(n: Ndo, o: number, length: number, ip: number, fragmented: boolean): void {
  n.protocol = 'udp';
  if (!n.has(o + 2, 2)) {
    if (n.u8(ip + (ipVersion(n, ip) === 6 ? 6 : 9)) === 17) n.print(`${endpoints(n, ip)}: `);
    n.trunc();
    return;
  }
  const sport = n.u16(o);
  const dport = n.u16(o + 2);
  const ports = (): void => n.print(withPorts(n, ip, 17, n.port(sport, 'udp'), n.port(dport, 'udp')));
  if (length < 8) {
    ports();
    n.print(`truncated-udp ${length}`);
    return;
  }
  if (!n.has(o + 4, 2)) {
    ports();
    n.trunc();
    return;
  }
  let ulen = n.u16(o + 4);
  if (ulen === 0 && length > 65535) ulen = length;
  if (ulen < 8) {
    ports();
    n.print(`truncated-udplength ${ulen}`);
    return;
  }
  ulen -= 8;
  const len = Math.min(ulen, length - 8);
  const body = o + 8;
  if (body > n.end) {
    ports();
    n.trunc();
    return;
  }
  ports();
  if (n.o.packetType !== null) {
    if (n.o.packetType === 'domain') dnsPrint(n, body, len, false, false);
    else if (n.o.packetType === 'tftp') tftpPrint(n, body, len);
    else vxlanPrint(n, body, len);
    return;
  }
  const quiet = n.o.quick > 0;
  if (!quiet && (dport === 2049 || sport === 2049)) n.missing = 'NFS';
  if (n.o.verbose > 0 && !n.o.noChecksums && !fragmented) checksumPrint(n, o, len, ip);
  if (!quiet && payloadPrint(n, body, len, sport, dport)) return;
  n.print(ulen > len && !fragmented ? `UDP, bad length ${ulen} > ${len}` : `UDP, length ${ulen}`);
}

function checksumPrint(n: Ndo, o: number, len: number, ip: number): void {
  const four = ipVersion(n, ip) === 4;
  if (four && n.o.verbose < 2) return;
  if (four && n.u16(o + 6) === 0) {
    n.print('[no cksum] ');
    return;
  }
  if (!n.has(o + 8, len)) return;
  const was = n.u16(o + 6);
  const rest = pseudoChecksum(n, ip, o, len + 8, 17);
  n.print(rest === 0 ? '[udp sum ok] ' : `[bad udp cksum 0x${hex(was, 4)} -> 0x${hex(shouldBe(was, rest), 4)}!] `);
}

type Printer = (n: Ndo, o: number, length: number) => void;
/** A printer, or the name of one that tcpdump has and this program does not. */
type Protocol = readonly [ports: readonly number[], print: Printer | string, which?: 'to' | 'from'];

const PROTOCOLS: readonly Protocol[] = [
  [[53], (n, o, len) => dnsPrint(n, o, len, false, false)],
  [[5353], (n, o, len) => dnsPrint(n, o, len, false, true)],
  [[525], 'timed'],
  [[69], tftpPrint],
  [[67, 68], dhcpPrint],
  [[520], ripPrint],
  [[654], 'AODV'],
  [[500, 4500, 7500, 8500], 'ISAKMP'],
  [[161, 162], 'SNMP'],
  [[123], ntpPrint],
  [[88, 750], 'Kerberos'],
  [[1701], 'L2TP'],
  [[3456], 'VAT', 'to'],
  [[2103, 2104], 'Zephyr'],
  [[7000, 7001, 7002, 7003, 7004, 7005, 7006, 7007, 7008, 7009], 'AFS'],
  [[521], ripngPrint],
  [[546, 547], dhcp6Print],
  [[5359], 'AHCP'],
  [[6696, 6697], 'Babel'],
  [[8231], 'HNCP'],
  [[4567], 'WB', 'to'],
  [[496], 'Auto-RP'],
  [[1645, 1812, 1646, 1813, 1700, 3799], 'RADIUS'],
  [[1985], hsrpPrint, 'to'],
  [[921], 'LWRES'],
  [[646], 'LDP'],
  [[698], 'OLSR'],
  [[3503], 'LSP ping'],
  [[49152], 'Broadcom LI', 'from'],
  [[3784, 4784, 6784, 3785], 'BFD', 'to'],
  [[701], 'LMP'],
  [[1589], 'VQP'],
  [[6343], 'sFlow'],
  [[12222, 12223], 'LWAPP'],
  [[5060], sipPrint],
  [[514], syslogPrint],
  [[8472], 'OTV'],
  [[4789], vxlanPrint],
  [[6081], genevePrint],
  [[4342], 'LISP'],
  [[4790], 'VXLAN-GPE'],
  [[17754], 'ZEP'],
  [[6635], mplsPrint],
  [[319, 320], 'PTP'],
  [[30490], 'SOME/IP'],
];

const isAppleTalk = (port: number): boolean => [16512, 200, 768].some((first) => port >= first && port < first + 128);

/**
 * What the datagram carries, by its ports. @returns false when that is not known
 *
 * Differs from Linux: AFS, AODV, BFD, HNCP, Babel, ISAKMP, Kerberos, L2TP, LISP, NFS, OLSR, PTP, RADIUS, SNMP, sFlow, VXLAN-GPE and
 * other rarely seen protocols over UDP are shown as a length.
 */
function payloadPrint(n: Ndo, o: number, len: number, sport: number, dport: number): boolean {
  const found = PROTOCOLS.find(
    ([ports, , which]) => (which !== 'from' && ports.includes(dport)) || (which !== 'to' && ports.includes(sport)),
  );
  if (found === undefined) {
    if (n.has(o + 2, 1) && n.u8(o + 2) === 2 && (isAppleTalk(sport) || isAppleTalk(dport))) n.missing = 'AppleTalk';
    return false;
  }
  const [, print] = found;
  if (typeof print === 'string') {
    n.missing = print;
    return false;
  }
  print(n, o, len);
  return true;
}
