/** ICMP messages in words. @see iputils ping.c:pr_icmph, ping6_common.c:print_icmp */
import * as v4 from '../../../uapi/icmp.ts';
import * as v6 from '../../../uapi/icmpv6.ts';

const UNREACHABLE: readonly string[] = [
  'Destination Net Unreachable',
  'Destination Host Unreachable',
  'Destination Protocol Unreachable',
  'Destination Port Unreachable',
  '',
  'Source Route Failed',
  'Destination Net Unknown',
  'Destination Host Unknown',
  'Source Host Isolated',
  'Destination Net Prohibited',
  'Destination Host Prohibited',
  'Destination Net Unreachable for Type of Service',
  'Destination Host Unreachable for Type of Service',
  'Packet filtered',
  'Precedence Violation',
  'Precedence Cutoff',
];

const REDIRECT: readonly string[] = [
  'Redirect Network',
  'Redirect Host',
  'Redirect Type of Service and Network',
  'Redirect Type of Service and Host',
];

/**
 * An ICMP message in one line, with its end.
 * @param info the next hop's MTU, a pointer, or a gateway's address. @param gateway the new next hop of a redirect, printed
 */
export function icmpText(type: number, code: number, info: number, gateway: string | null): string {
  switch (type) {
    case v4.ICMP_ECHOREPLY:
      return 'Echo Reply\n';
    case v4.ICMP_DEST_UNREACH:
      if (code === v4.ICMP_FRAG_NEEDED) return `Frag needed and DF set (mtu = ${info})\n`;
      return `${UNREACHABLE[code] ?? `Dest Unreachable, Bad Code: ${code}`}\n`;
    case v4.ICMP_SOURCE_QUENCH:
      return 'Source Quench\n';
    case v4.ICMP_REDIRECT: {
      const what = REDIRECT[code] ?? `Redirect, Bad Code: ${code}`;
      return gateway === null ? what : `${what}(New nexthop: ${gateway})\n`;
    }
    case v4.ICMP_ECHO:
      return 'Echo Request\n';
    case v4.ICMP_TIME_EXCEEDED:
      if (code === v4.ICMP_EXC_TTL) return 'Time to live exceeded\n';
      if (code === v4.ICMP_EXC_FRAGTIME) return 'Frag reassembly time exceeded\n';
      return `Time exceeded, Bad Code: ${code}\n`;
    case v4.ICMP_PARAMETERPROB:
      return `Parameter problem: pointer = ${info}\n`;
    case v4.ICMP_TIMESTAMP:
      return 'Timestamp\n';
    case v4.ICMP_TIMESTAMPREPLY:
      return 'Timestamp Reply\n';
    case v4.ICMP_INFO_REQUEST:
      return 'Information Request\n';
    case v4.ICMP_INFO_REPLY:
      return 'Information Reply\n';
    case v4.ICMP_ADDRESS:
      return 'Address Mask Request\n';
    case v4.ICMP_ADDRESSREPLY:
      return 'Address Mask Reply\n';
    default:
      return `Bad ICMP type: ${type}\n`;
  }
}

const UNREACHABLE6: readonly string[] = [
  'No route',
  'Administratively prohibited',
  'Beyond scope of source address',
  'Address unreachable',
  'Port unreachable',
];

const PARAMETER6: readonly string[] = ['Wrong header field ', 'Unknown header ', 'Unknown option '];

/** An ICMPv6 message in words, without a line end. @param info the MTU or a pointer */
export function icmp6Text(type: number, code: number, info: number): string {
  switch (type) {
    case v6.ICMPV6_DEST_UNREACH:
      return `Destination unreachable: ${UNREACHABLE6[code] ?? `Unknown code ${code}`}`;
    case v6.ICMPV6_PKT_TOOBIG:
      return `Packet too big: mtu=${info}${code === 0 ? '' : `, code=${code}`}`;
    case v6.ICMPV6_TIME_EXCEED:
      if (code === v6.ICMPV6_EXC_HOPLIMIT) return 'Time exceeded: Hop limit';
      return `Time exceeded: ${code === v6.ICMPV6_EXC_FRAGTIME ? 'Defragmentation failure' : `code ${code}`}`;
    case v6.ICMPV6_PARAMPROB:
      return `Parameter problem: ${PARAMETER6[code] ?? `code ${code} `}at ${info}`;
    case v6.ICMPV6_ECHO_REQUEST:
      return 'Echo request';
    case v6.ICMPV6_ECHO_REPLY:
      return 'Echo reply';
    case v6.ICMPV6_MGM_QUERY:
      return 'MLD Query';
    case v6.ICMPV6_MGM_REPORT:
      return 'MLD Report';
    case v6.ICMPV6_MGM_REDUCTION:
      return 'MLD Reduction';
    default:
      return `unknown icmp type: ${type}`;
  }
}
