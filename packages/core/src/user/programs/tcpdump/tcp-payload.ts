/** What a TCP segment carries, by port. @see tcpdump print-tcp.c, and a file a protocol */
import { dnsPrint } from './dns.ts';
import type { Ndo } from './ndo.ts';
import { httpPrint, rtspPrint, smtpPrint, ftpPrint, sshPrint, whoisPrint } from './text-protocols.ts';

/** Ports whose protocols tcpdump prints and this program leaves as a length. */
const MISSING: readonly number[] = [179, 1723, 6379, 10288, 6633, 6653, 639, 323, 646, 2049];

/** Differs from Linux: BGP, PPTP, Redis, BEEP, OpenFlow, MSDP, RPKI-RTR, LDP and NFS payloads, and Telnet commands, are not shown. */
export function tcpPayload(n: Ndo, o: number, length: number, sport: number, dport: number): void {
  const is = (...ports: readonly number[]): boolean => ports.some((p) => sport === p || dport === p);
  if (n.o.packetType !== null) {
    if (n.o.packetType === 'domain') dnsPrint(n, o, length, true, false);
    return;
  }
  const titled = (print: (n: Ndo, o: number, length: number) => void): void => {
    n.print(': ');
    print(n, o, length);
  };
  if (is(23)) {
    n.protocol = 'telnet';
    if (n.u8(o) === 255) n.missing = 'Telnet';
  } else if (is(25)) titled(smtpPrint);
  else if (is(43)) titled(whoisPrint);
  else if (is(179, 1723, 6379)) n.missing = 'BGP, PPTP or Redis';
  else if (is(22)) sshPrint(n, o, length);
  else if (is(10288, 6633, 6653)) n.missing = 'BEEP or OpenFlow';
  else if (is(21)) titled(ftpPrint);
  else if (is(80, 8080)) titled(httpPrint);
  else if (is(554, 8554)) titled(rtspPrint);
  else if (is(53)) dnsPrint(n, o, length, true, false);
  else if (is(...MISSING)) n.missing = `TCP port ${dport}`;
}
