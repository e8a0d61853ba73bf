/** Counters of RFC 1213 and their extensions, per namespace; order and names as in /proc/net/snmp and netstat. @see include/uapi/linux/snmp.h */
import { RTN_BROADCAST, RTN_MULTICAST } from '../../uapi/rtnetlink.ts';

/** `Ip:` and `IpExt:`. */
export class IpMib {
  InReceives = 0;
  InHdrErrors = 0;
  InAddrErrors = 0;
  ForwDatagrams = 0;
  InUnknownProtos = 0;
  InDiscards = 0;
  InDelivers = 0;
  OutRequests = 0;
  OutDiscards = 0;
  OutNoRoutes = 0;
  ReasmTimeout = 0;
  ReasmReqds = 0;
  ReasmOKs = 0;
  ReasmFails = 0;
  FragOKs = 0;
  FragFails = 0;
  FragCreates = 0;
  OutTransmits = 0;
  InNoRoutes = 0;
  InTruncatedPkts = 0;
  InMcastPkts = 0;
  OutMcastPkts = 0;
  InBcastPkts = 0;
  OutBcastPkts = 0;
  InOctets = 0;
  OutOctets = 0;
  InMcastOctets = 0;
  OutMcastOctets = 0;
  InBcastOctets = 0;
  OutBcastOctets = 0;
  InCsumErrors = 0;
  InNoECTPkts = 0;
  InECT1Pkts = 0;
  InECT0Pkts = 0;
  InCEPkts = 0;
  ReasmOverlaps = 0;
}

const ECN_COUNTERS = ['InNoECTPkts', 'InECT1Pkts', 'InECT0Pkts', 'InCEPkts'] as const;

/** A packet that came to ip_rcv. @param tos its TOS byte. @see ip_rcv_core, IPSTATS_MIB_NOECTPKTS */
export function countIn(mib: IpMib, tos: number, len: number): void {
  mib.InReceives++;
  mib.InOctets += len;
  mib[ECN_COUNTERS[(tos & 3) as 0 | 1 | 2 | 3]]++;
}

/** A copy of what was sent, received by its sender: counted as what comes in is. @param type RTN_* of its route. @see dev_loopback_xmit */
export function countReceived(mib: IpMib, tos: number, len: number, type: number): void {
  countIn(mib, tos, len);
  if (type === RTN_MULTICAST) {
    mib.InMcastPkts++;
    mib.InMcastOctets += len;
  } else if (type === RTN_BROADCAST) {
    mib.InBcastPkts++;
    mib.InBcastOctets += len;
  }
}

/** A packet, or a fragment of one, on its way out. @param type RTN_* of its route. @see ip_finish_output2 */
export function countSent(mib: IpMib, len: number, type: number): void {
  mib.OutTransmits++;
  mib.OutOctets += len;
  if (type === RTN_MULTICAST) {
    mib.OutMcastPkts++;
    mib.OutMcastOctets += len;
  } else if (type === RTN_BROADCAST) {
    mib.OutBcastPkts++;
    mib.OutBcastOctets += len;
  }
}

/** `Icmp:`; messages by type are in `inType` and `outType`. */
export class IcmpMib {
  InMsgs = 0;
  InErrors = 0;
  InCsumErrors = 0;
  OutMsgs = 0;
  OutErrors = 0;
  OutRateLimitGlobal = 0;
  OutRateLimitHost = 0;
  readonly inType: Map<number, number> = new Map();
  readonly outType: Map<number, number> = new Map();
}

/** `Udp:`. */
export class UdpMib {
  InDatagrams = 0;
  NoPorts = 0;
  InErrors = 0;
  OutDatagrams = 0;
  RcvbufErrors = 0;
  SndbufErrors = 0;
  InCsumErrors = 0;
  IgnoredMulti = 0;
  MemErrors = 0;
}
