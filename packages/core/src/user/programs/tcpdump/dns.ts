/** DNS, over UDP, TCP and multicast. RFC 1035 §4, RFC 6762, RFC 6891. @see tcpdump print-domain.c */
import { formatIpv4, formatIpv6 } from '../../../lib/address.ts';
import { fqdnPrint, skipName } from './dns-name.ts';
import { ednsOption } from './edns.ts';
import { type Ndo, relts, tok, type Tokens } from './ndo.ts';

const TYPE: Tokens = Object.fromEntries(
  '1 A,2 NS,3 MD,4 MF,5 CNAME,6 SOA,7 MB,8 MG,9 MR,10 NULL,11 WKS,12 PTR,13 HINFO,14 MINFO,15 MX,16 TXT,17 RP,18 AFSDB,19 X25,20 ISDN,21 RT,22 NSAP,23 NSAP_PTR,24 SIG,25 KEY,26 PX,27 GPOS,28 AAAA,29 LOC,30 NXT,31 EID,32 NIMLOC,33 SRV,34 ATMA,35 NAPTR,36 KX,37 CERT,38 A6,39 DNAME,40 SINK,41 OPT,42 APL,43 DS,44 SSHFP,45 IPSECKEY,46 RRSIG,47 NSEC,48 DNSKEY,99 SPF,100 UINFO,101 UID,102 GID,103 UNSPEC,104 UNSPECA,249 TKEY,250 TSIG,251 IXFR,252 AXFR,253 MAILB,254 MAILA,255 ANY,256 URI'
    .split(',')
    .map((t) => t.split(' ')),
) as Tokens;
const CLASS: Tokens = { 1: 'IN', 3: 'CHAOS', 4: 'HS', 255: 'ANY' };
const OPCODE: readonly string[] = [
  '',
  ' inv_q',
  ' stat',
  ' op3',
  ' notify',
  ' update',
  ' op6',
  ' op7',
  ' op8',
  ' updateA',
  ' updateD',
  ' updateDA',
  ' updateM',
  ' updateMA',
  ' zoneInit',
  ' zoneRef',
];
const RCODE: Tokens = {
  0: '',
  1: ' FormErr',
  2: ' ServFail',
  3: ' NXDomain',
  4: ' NotImp',
  5: ' Refused',
  6: ' YXDomain',
  7: ' YXRRSet',
  8: ' NXRRSet',
  9: ' NotAuth',
  10: ' NotZone',
  15: ' NoChange',
  16: ' BadVers',
  17: 'Resp17',
  21: 'Resp21',
  23: ' BadCookie',
};
const OPT = 41;
const CUT = -1;

/** @returns what follows, or `CUT` */
function question(n: Ndo, base: number, o: number, mdns: boolean): number {
  const p = skipName(n, o);
  if (p === CUT || !n.has(p, 4)) return CUT;
  n.print(` ${tok(TYPE, 'Type%u', n.u16(p))}`);
  const word = n.u16(p + 2);
  const cls = mdns ? word & 0x7fff : word;
  if (cls !== 1) n.print(` ${tok(CLASS, '(Class %u)', cls)}`);
  if (mdns) n.print((word & 0x8000) !== 0 ? ' (QU)' : ' (QM)');
  n.print('? ');
  const end = fqdnPrint(n, o, base);
  return end === CUT ? CUT : end + 4;
}

/** @returns what follows, or `CUT` */
function record(n: Ndo, base: number, o: number, mdns: boolean): number {
  let p: number;
  if (n.o.verbose > 0) {
    n.print(' ');
    p = fqdnPrint(n, o, base);
    if (p === CUT) return CUT;
  } else p = skipName(n, o);
  if (p === CUT || !n.has(p, 10)) return n.end;
  const type = n.u16(p);
  const word = n.u16(p + 2);
  const cls = mdns ? word & 0x7fff : word;
  if (cls !== 1 && type !== OPT) n.print(` ${tok(CLASS, '(Class %u)', cls)}`);
  if (mdns && (word & 0x8000) !== 0) n.print(' (Cache flush)');
  if (type !== OPT && n.o.verbose > 2) n.print(` [${relts(n.u32(p + 4))}]`);
  const flags = n.u16(p + 6);
  const len = n.u16(p + 8);
  p += 10;
  n.print(` ${tok(TYPE, 'Type%u', type)}`);
  if (p + len > n.end) return CUT;
  const good = type === OPT ? ednsData(n, p, p + len, cls, flags) : data(n, base, p, len, type);
  return good ? p + len : CUT;
}

function ednsData(n: Ndo, p: number, end: number, size: number, flags: number): boolean {
  n.print(` UDPsize=${size}`);
  if ((flags & 0x8000) !== 0) n.print(' DO');
  if (p >= end) return true;
  n.print(' [');
  while (p < end) {
    p = ednsOption(n, p);
    if (p === CUT) return false;
    if (p < end) n.print(',');
  }
  n.print(']');
  return true;
}

/** A record's data. @returns false when it was cut */
function data(n: Ndo, base: number, p: number, len: number, type: number): boolean {
  const name = (at: number): boolean => fqdnPrint(n, at, base) !== CUT;
  switch (type) {
    case 1:
      if (!n.has(p, 4)) return false;
      n.print(` ${formatIpv4(n.u32(p))}`);
      return true;
    case 2:
    case 5:
    case 12:
    case 39:
      n.print(' ');
      return name(p);
    case 6:
      return n.o.verbose === 0 || startOfAuthority(n, base, p);
    case 15:
      n.print(' ');
      if (!n.has(p, 2) || !name(p + 2)) return false;
      n.print(` ${n.u16(p)}`);
      return true;
    case 16:
      for (let q = p; q < p + len;) {
        n.print(' "');
        if (!n.has(q, 1)) return false;
        const size = n.u8(q);
        if (n.printn(q + 1, size, n.end)) return false;
        n.print('"');
        q += size + 1;
      }
      return true;
    case 28:
      if (!n.has(p, 16)) return false;
      n.print(` ${formatIpv6(n.b.subarray(p, p + 16))}`);
      return true;
    case 33:
      n.print(' ');
      if (!n.has(p, 6) || !name(p + 6)) return false;
      n.print(`:${n.u16(p + 4)} ${n.u16(p)} ${n.u16(p + 2)}`);
      return true;
    case 38:
      return a6(n, base, p);
    case 104:
      return n.has(p, len) && !n.printn(p, len, n.end);
    case 250:
      return n.o.verbose === 0 || transactionSignature(n, base, p);
    case 256:
      if (!n.has(p, len)) return false;
      n.print(` ${n.u16(p)} ${n.u16(p + 2)} `);
      return !n.printn(p + 4, (len - 4) >>> 0, n.end);
    default:
      return true;
  }
}

function startOfAuthority(n: Ndo, base: number, p: number): boolean {
  for (let i = 0; i < 2; i++) {
    n.print(' ');
    p = fqdnPrint(n, p, base);
    if (p === CUT) return false;
  }
  if (!n.has(p, 20)) return false;
  for (let i = 0; i < 5; i++) n.print(` ${n.u32(p + 4 * i)}`);
  return true;
}

/** An A6 record: the rest of an address, and the name that holds its beginning. RFC 2874. */
function a6(n: Ndo, base: number, p: number): boolean {
  if (!n.has(p, 1)) return false;
  const prefix = n.u8(p);
  const first = prefix >>> 3;
  if (prefix > 128) {
    n.print(` ${prefix}(bad plen)`);
    return true;
  }
  if (prefix < 128) {
    n.need(p + 1, 16 - first);
    const a = new Uint8Array(16);
    a.set(n.b.subarray(p + 1, p + 17 - first), first);
    n.print(` ${prefix} ${formatIpv6(a)}`);
  }
  if (prefix === 0) return true;
  n.print(' ');
  return fqdnPrint(n, p + 17 - first, base) !== CUT;
}

function transactionSignature(n: Ndo, base: number, p: number): boolean {
  n.print(' ');
  p = fqdnPrint(n, p, base);
  if (p === CUT) return false;
  p += 6;
  for (const name of ['fudge', 'maclen', 'origid', 'error', 'otherlen']) {
    if (!n.has(p, 2)) return false;
    const v = n.u16(p);
    n.print(` ${name}=${v}`);
    p += 2 + (name === 'maclen' ? v : 0);
  }
  return true;
}

/** The upper bits of the response code, from the OPT record if one can be reached. */
function extendedRcode(n: Ndo, o: number, counts: readonly number[]): number {
  let p = o + 12;
  for (let i = 0; i < counts[0]!; i++) {
    p = skipName(n, p);
    if (p === CUT) return 0;
    p += 4;
    if (p >= n.end) return 0;
  }
  for (let i = 0; i < counts[1]! + counts[2]! + counts[3]!; i++) {
    const additional = i >= counts[1]! + counts[2]!;
    p = skipName(n, p);
    if (p === CUT || (additional && p + 2 > n.end)) return 0;
    if (additional) {
      const type = n.u16(p);
      if (p + 5 > n.end) return 0;
      if (type === OPT) return n.u8(p + 4) << 4;
    }
    p += 8;
    if (p + 2 > n.end) return 0;
    p += 2 + n.u16(p);
    if (p >= n.end) return 0;
  }
  return 0;
}

/** A message, behind its length when it comes over TCP. */
export function dnsPrint(n: Ndo, o: number, length: number, tcp: boolean, mdns: boolean): void {
  n.protocol = 'domain';
  if (tcp) {
    if (length < 2) {
      n.print(` [DNS over TCP: length ${length} < 2]`);
      n.invalid();
      return;
    }
    length -= 2;
    const prefix = n.u16(o);
    if (prefix !== length) {
      n.print(` [prefix length(${prefix}) != length(${length})]`);
      n.invalid();
      return;
    }
    o += 2;
    n.print(' ');
  }
  if (length < 12) {
    n.print(`domain [length ${length} < 12]`);
    n.invalid();
    return;
  }
  if (n.has(o, 12) && message(n, o, mdns)) n.print(` (${length})`);
  else n.trunc();
}

/** @returns false when it was cut */
function message(n: Ndo, o: number, mdns: boolean): boolean {
  const flags = n.u16(o + 2);
  const counts = [4, 6, 8, 10].map((at) => n.u16(o + at));
  const rcode = (flags & 15) | extendedRcode(n, o, counts);
  const op = OPCODE[(flags >>> 11) & 15]!;
  return (flags & 0x8000) !== 0 ? answer(n, o, flags, counts, op, rcode, mdns) : query(n, o, flags, counts, op, mdns);
}

/** `count` records after `head`. @returns what follows, or `CUT` */
function section(n: Ndo, base: number, p: number, count: number, head: string, mdns: boolean): number {
  for (let i = 0; i < count; i++) {
    if (p >= n.end && (i > 0 || head !== '')) return CUT;
    n.print(i === 0 ? head : ',');
    p = record(n, base, p, mdns);
    if (p === CUT) return CUT;
  }
  return p;
}

function answer(
  n: Ndo,
  o: number,
  flags: number,
  counts: readonly number[],
  op: string,
  rcode: number,
  mdns: boolean,
): boolean {
  n.print(
    `${n.u16(o)}${op}${tok(RCODE, ' Resp%u', rcode)}${(flags & 0x400) !== 0 ? '*' : ''}${(flags & 0x80) === 0 ? '-' : ''}${(flags & 0x200) !== 0 ? '|' : ''}${(flags & 0x20) !== 0 ? '$' : ''}`,
  );
  if (counts[0] !== 1) n.print(` [${counts[0]}q]`);
  let p = o + 12;
  for (let i = 0; i < counts[0]!; i++) {
    if (i > 0) n.print(',');
    if (n.o.verbose > 1) {
      n.print(' q:');
      p = question(n, o, p, mdns);
    } else {
      p = skipName(n, p);
      if (p !== CUT) p += 4;
    }
    if (p === CUT) return false;
  }
  n.print(` ${counts[1]}/${counts[2]}/${counts[3]}`);
  p = section(n, o, p, counts[1]!, '', mdns);
  if (p === CUT) return false;
  if (n.o.verbose < 2) return true;
  p = section(n, o, p, counts[2]!, ' ns:', mdns);
  return p !== CUT && section(n, o, p, counts[3]!, ' ar:', mdns) !== CUT;
}

function query(n: Ndo, o: number, flags: number, counts: readonly number[], op: string, mdns: boolean): boolean {
  n.print(`${n.u16(o)}${op}${(flags & 0x100) !== 0 ? '+' : ''}${(flags & 0x10) !== 0 ? '%' : ''}`);
  if ((flags & 0x6cf) !== 0) n.print(` [b2&3=0x${flags.toString(16)}]`);
  if (((flags >>> 11) & 15) === 1) {
    if (counts[0] !== 0) n.print(` [${counts[0]}q]`);
    if (counts[1] !== 1) n.print(` [${counts[1]}a]`);
  } else {
    if (counts[1] !== 0) n.print(` [${counts[1]}a]`);
    if (counts[0] !== 1) n.print(` [${counts[0]}q]`);
  }
  if (counts[2] !== 0) n.print(` [${counts[2]}n]`);
  if (counts[3] !== 0) n.print(` [${counts[3]}au]`);
  let p = o + 12;
  for (let i = 0; i < counts[0]!; i++) {
    if (i > 0 && p >= n.end) return false;
    p = question(n, o, p, mdns);
    if (p === CUT) return false;
  }
  if (n.o.verbose < 2) return true;
  p = section(n, o, p, counts[1]!, '', mdns);
  if (p === CUT) return false;
  p = section(n, o, p, counts[2]!, ' ns:', mdns);
  return p !== CUT && section(n, o, p, counts[3]!, ' ar:', mdns) !== CUT;
}
