/** What an IP packet carries, by protocol number. @see tcpdump print-ip-demux.c */
import { gre } from './gre.ts';
import { icmpPrint } from './icmp.ts';
import { icmp6Print } from './icmp6.ts';
import { igmpPrint } from './igmp.ts';
import { ahPrint, espPrint, ipcompPrint } from './ipsec.ts';
import { type Ndo, tok, type Tokens } from './ndo.ts';
import { ospfPrint } from './ospf.ts';
import { tcpPrint } from './tcp.ts';
import { udpPrint } from './udp.ts';
import { vrrpPrint } from './vrrp.ts';

/** Names of protocols in the header's text. */
export const IPPROTO: Tokens = {
  0: 'Options',
  1: 'ICMP',
  2: 'IGMP',
  4: 'IPIP',
  6: 'TCP',
  8: 'EGP',
  9: 'IGRP',
  17: 'UDP',
  33: 'DCCP',
  41: 'IPv6',
  43: 'Routing',
  44: 'Fragment',
  46: 'RSVP',
  47: 'GRE',
  50: 'ESP',
  51: 'AH',
  55: 'Mobile IP',
  58: 'ICMPv6',
  62: 'Mobile IP (old)',
  88: 'EIGRP',
  89: 'OSPF',
  103: 'PIM',
  108: 'Compressed IP',
  112: 'VRRP',
  113: 'PGM',
  132: 'SCTP',
  135: 'Mobility',
  143: 'Ethernet',
};

/** Protocols that tcpdump prints and this program only names: EGP, IGRP, DCCP, RSVP, Mobile IP, EIGRP, PIM, PGM, SCTP. */
const MISSING: ReadonlySet<number> = new Set([8, 9, 33, 46, 55, 88, 103, 113, 132]);

/**
 * A transport protocol's part.
 *
 * Differs from Linux: EGP, IGRP, DCCP, RSVP, Mobile IP, EIGRP, OSPFv3, PIM, PGM and SCTP are named with their length only.
 * @param ip where the IP header is, for addresses and pseudo headers. @param ttl its TTL or hop limit
 */
export function ipDemux(
  n: Ndo,
  o: number,
  length: number,
  version: number,
  fragmented: boolean,
  ttl: number,
  nh: number,
  ip: number,
): void {
  const wrong = (needs: number): void => {
    n.print(`[${tok(IPPROTO, 'unknown', nh)} requires IPv${needs}]`);
    n.invalid();
  };
  for (; nh === 51;) {
    if (!n.has(o, 1)) {
      n.protocol = 'ah';
      n.trunc();
      return;
    }
    nh = n.u8(o);
    const advance = ahPrint(n, o);
    o += advance;
    length = (length - advance) >>> 0;
  }
  switch (nh) {
    case 50:
      espPrint(n, o, length);
      return;
    case 108:
      ipcompPrint(n, o);
      return;
    case 6:
      tcpPrint(n, o, length, ip, fragmented);
      return;
    case 17:
      udpPrint(n, o, length, ip, fragmented);
      return;
    case 1:
      if (version === 4) icmpPrint(n, o, length, fragmented);
      else wrong(4);
      return;
    case 58:
      if (version === 6) icmp6Print(n, o, length, ip, fragmented);
      else wrong(6);
      return;
    case 77:
      n.print(` nd ${length}`);
      return;
    case 2:
      if (version === 4) igmpPrint(n, o, length);
      else wrong(4);
      return;
    case 4:
      n.inner.ip(n, o, length);
      return;
    case 41:
      n.inner.ip6(n, o, length);
      return;
    case 47:
      gre(n, o, length);
      return;
    case 89:
      if (version === 4) {
        ospfPrint(n, o, length);
        return;
      }
      n.missing = 'OSPFv3';
      break;
    case 112:
      vrrpPrint(n, o, length, ip, ttl, version);
      return;
    case 143:
      if (version === 6) n.inner.ether(n, o, length, n.left(o));
      else wrong(6);
      return;
    case 59:
      n.print('no next header');
      return;
    default:
      if (MISSING.has(nh)) n.missing = `IP protocol ${nh}`;
  }
  const name = n.o.names?.protocol(nh);
  n.print(` ${name ?? `ip-proto-${nh}`} ${length}`);
}
