/** Counters of IPv6, a device's or a namespace's. @see include/uapi/linux/snmp.h */

// Places in `ip`, as IFLA_INET6_STATS and /proc/net/snmp6 number them.
export const INPKTS = 1;
export const INOCTETS = 2;
export const INDELIVERS = 3;
export const OUTFORWDATAGRAMS = 4;
export const OUTREQUESTS = 5;
export const OUTOCTETS = 6;
export const INHDRERRORS = 7;
export const INTOOBIGERRORS = 8;
export const INNOROUTES = 9;
export const INADDRERRORS = 10;
export const INUNKNOWNPROTOS = 11;
export const INTRUNCATEDPKTS = 12;
export const INDISCARDS = 13;
export const OUTDISCARDS = 14;
export const OUTNOROUTES = 15;
export const REASMTIMEOUT = 16;
export const REASMREQDS = 17;
export const REASMOKS = 18;
export const REASMFAILS = 19;
export const FRAGOKS = 20;
export const FRAGFAILS = 21;
export const FRAGCREATES = 22;
export const INMCASTPKTS = 23;
export const OUTMCASTPKTS = 24;
export const INMCASTOCTETS = 27;
export const OUTMCASTOCTETS = 28;
export const NOECTPKTS = 32;
export const OUTPKTS = 37;
const IPSTATS_MIB_MAX = 38;

// Places in `icmp`.
export const ICMP6_INMSGS = 1;
export const ICMP6_INERRORS = 2;
export const ICMP6_OUTMSGS = 3;
export const ICMP6_CSUMERRORS = 5;
export const ICMP6_RATELIMITHOST = 6;
const ICMP6_MIB_MAX = 7;

/** Names in /proc/net/snmp6, at the place of their number. */
export const IP6_MIB_NAMES: readonly string[] = [
  '',
  'Ip6InReceives',
  'Ip6InOctets',
  'Ip6InDelivers',
  'Ip6OutForwDatagrams',
  'Ip6OutRequests',
  'Ip6OutOctets',
  'Ip6InHdrErrors',
  'Ip6InTooBigErrors',
  'Ip6InNoRoutes',
  'Ip6InAddrErrors',
  'Ip6InUnknownProtos',
  'Ip6InTruncatedPkts',
  'Ip6InDiscards',
  'Ip6OutDiscards',
  'Ip6OutNoRoutes',
  'Ip6ReasmTimeout',
  'Ip6ReasmReqds',
  'Ip6ReasmOKs',
  'Ip6ReasmFails',
  'Ip6FragOKs',
  'Ip6FragFails',
  'Ip6FragCreates',
  'Ip6InMcastPkts',
  'Ip6OutMcastPkts',
  'Ip6InBcastPkts',
  'Ip6OutBcastPkts',
  'Ip6InMcastOctets',
  'Ip6OutMcastOctets',
  'Ip6InBcastOctets',
  'Ip6OutBcastOctets',
  'InCsumErrors',
  'Ip6InNoECTPkts',
  'Ip6InECT1Pkts',
  'Ip6InECT0Pkts',
  'Ip6InCEPkts',
  'Ip6ReasmOverlaps',
  'Ip6OutTransmits',
];

/** Everything counted. Entry 0 of `ip` and `icmp` is how many there are. */
export class Ip6Mib {
  readonly ip: Float64Array = new Float64Array(IPSTATS_MIB_MAX);
  readonly icmp: Float64Array = new Float64Array(ICMP6_MIB_MAX);
  readonly icmpInType: Map<number, number> = new Map();
  readonly icmpOutType: Map<number, number> = new Map();

  constructor() {
    this.ip[0] = IPSTATS_MIB_MAX;
    this.icmp[0] = ICMP6_MIB_MAX;
  }
}

/** What is shown where nothing was counted yet; nobody counts here. */
export const IP6_MIB_ZERO: Readonly<Ip6Mib> = new Ip6Mib();

/** `Udp6`. */
export class Udp6Mib {
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
