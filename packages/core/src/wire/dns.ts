/**
 * DNS messages. RFC 1035 section 4; EDNS: RFC 6891.
 *
 *  |              ID               |  0
 *  |QR|Opcode |AA|TC|RD|RA|Z|AD|CD| RCODE |  2
 *  | QDCOUNT | ANCOUNT | NSCOUNT | ARCOUNT |  4 .. 12
 *
 * Names are text in lower and upper case as they came, every label followed by a dot; `.` is the root.
 */
import { formatIpv4, formatIpv6 } from '../lib/address.ts';
import { be16, be32, putBe16, putBe32, toHex } from '../lib/bytes.ts';
import { latin1Encode } from '../lib/text.ts';

export const DNS_PORT = 53;
export const DNS_HLEN = 12;

export const DNS_QR = 0x8000;
export const DNS_AA = 0x0400;
export const DNS_TC = 0x0200;
export const DNS_RD = 0x0100;
export const DNS_RA = 0x0080;
export const DNS_AD = 0x0020;
export const DNS_CD = 0x0010;

export const NOERROR = 0;
export const SERVFAIL = 2;
export const NXDOMAIN = 3;
export const REFUSED = 5;

export const T_A = 1;
export const T_NS = 2;
export const T_CNAME = 5;
export const T_SOA = 6;
export const T_PTR = 12;
export const T_MX = 15;
export const T_TXT = 16;
export const T_AAAA = 28;
export const T_SRV = 33;
export const T_OPT = 41;
export const T_ANY = 255;
export const C_IN = 1;

/** Types by name, as far as people ask for them. */
export const DNS_TYPES: ReadonlyMap<string, number> = new Map([
  ['A', 1],
  ['NS', 2],
  ['CNAME', 5],
  ['SOA', 6],
  ['PTR', 12],
  ['HINFO', 13],
  ['MX', 15],
  ['TXT', 16],
  ['AAAA', 28],
  ['SRV', 33],
  ['NAPTR', 35],
  ['DS', 43],
  ['DNSKEY', 48],
  ['CAA', 257],
  ['ANY', 255],
]);

/** The name of a type, `TYPE123` when it has none. RFC 3597 */
export function dnsTypeName(type: number): string {
  for (const [name, value] of DNS_TYPES) if (value === type) return name;
  return `TYPE${type}`;
}

const RCODES: readonly string[] = [
  'NOERROR',
  'FORMERR',
  'SERVFAIL',
  'NXDOMAIN',
  'NOTIMP',
  'REFUSED',
  'YXDOMAIN',
  'YXRRSET',
  'NXRRSET',
  'NOTAUTH',
  'NOTZONE',
];
export const dnsRcodeName = (rcode: number): string => RCODES[rcode] ?? `RESERVED${rcode}`;

export interface DnsQuestion {
  readonly name: string;
  readonly type: number;
  readonly class: number;
}

export interface DnsRecord extends DnsQuestion {
  readonly ttl: number;
  /** Its data, names in it written out in full. */
  readonly data: Uint8Array;
}

export interface DnsMessage {
  readonly id: number;
  /** The second word of the header: bits and RCODE. */
  readonly flags: number;
  readonly question: readonly DnsQuestion[];
  readonly answer: readonly DnsRecord[];
  readonly authority: readonly DnsRecord[];
  readonly additional: readonly DnsRecord[];
}

export const dnsRcode = (m: DnsMessage): number => m.flags & 15;

/** A domain name as bytes; null when a label is empty or too long. */
export function encodeDnsName(name: string): Uint8Array | null {
  const plain = name.endsWith('.') ? name.slice(0, -1) : name;
  if (plain === '') return Uint8Array.of(0);
  const out: number[] = [];
  for (const label of plain.split('.')) {
    const bytes = latin1Encode(label);
    if (bytes.length === 0 || bytes.length > 63) return null;
    out.push(bytes.length, ...bytes);
  }
  return out.length > 254 ? null : Uint8Array.of(...out, 0);
}

/** A byte of a name as text: what would be taken for syntax is escaped. RFC 4343 */
const nameByte = (c: number): string =>
  c <= 0x20 || c >= 0x7f
    ? `\\${String(c).padStart(3, '0')}`
    : /[.;\\()"@$]/.test(String.fromCharCode(c))
      ? `\\${String.fromCharCode(c)}`
      : String.fromCharCode(c);

/** The name at `o`, its compression followed; null when it is broken. */
export function readDnsName(b: Uint8Array, o: number): { readonly name: string; readonly next: number } | null {
  let name = '';
  let next = -1;
  for (let jumps = 0; jumps < 128;) {
    const len = b[o];
    if (len === undefined) return null;
    if (len === 0) return { name: name === '' ? '.' : name, next: next < 0 ? o + 1 : next };
    if ((len & 0xc0) === 0xc0) {
      if (o + 1 >= b.length) return null;
      if (next < 0) next = o + 2;
      o = be16(b, o) & 0x3fff;
      jumps++;
      continue;
    }
    if ((len & 0xc0) !== 0 || o + 1 + len > b.length) return null;
    for (let i = 1; i <= len; i++) name += nameByte(b[o + i]!);
    name += '.';
    o += len + 1;
    jumps++;
  }
  return null;
}

/** Where in a type's data a domain name begins, and the bytes behind it; null when it has none. */
const nameIn = (type: number): { readonly at: number; readonly names: number } | null =>
  type === T_NS || type === T_CNAME || type === T_PTR
    ? { at: 0, names: 1 }
    : type === T_MX
      ? { at: 2, names: 1 }
      : type === T_SRV
        ? { at: 6, names: 1 }
        : type === T_SOA
          ? { at: 0, names: 2 }
          : null;

/** A record's data with the names in it written out. */
function plainData(b: Uint8Array, o: number, len: number, type: number): Uint8Array | null {
  const where = nameIn(type);
  if (where === null) return b.slice(o, o + len);
  const parts: number[] = Array.from(b.subarray(o, o + where.at));
  let at = o + where.at;
  for (let i = 0; i < where.names; i++) {
    const found = readDnsName(b, at);
    const bytes = found === null ? null : encodeDnsName(found.name);
    if (found === null || bytes === null) return null;
    parts.push(...bytes);
    at = found.next;
  }
  return Uint8Array.of(...parts, ...b.slice(at, o + len));
}

/** A message as a value; null when it is cut or broken. */
export function parseDns(b: Uint8Array): DnsMessage | null {
  if (b.length < DNS_HLEN) return null;
  let o = DNS_HLEN;
  const question: DnsQuestion[] = [];
  for (let i = be16(b, 4); i > 0; i--) {
    const found = readDnsName(b, o);
    if (found === null || found.next + 4 > b.length) return null;
    question.push({ name: found.name, type: be16(b, found.next), class: be16(b, found.next + 2) });
    o = found.next + 4;
  }
  const sections: DnsRecord[][] = [];
  for (const count of [be16(b, 6), be16(b, 8), be16(b, 10)]) {
    const records: DnsRecord[] = [];
    for (let i = 0; i < count; i++) {
      const found = readDnsName(b, o);
      if (found === null || found.next + 10 > b.length) return null;
      const at = found.next;
      const len = be16(b, at + 8);
      const type = be16(b, at);
      if (at + 10 + len > b.length) return null;
      const data = plainData(b, at + 10, len, type);
      if (data === null) return null;
      records.push({ name: found.name, type, class: be16(b, at + 2), ttl: be32(b, at + 4), data });
      o = at + 10 + len;
    }
    sections.push(records);
  }
  const [answer, authority, additional] = sections as [DnsRecord[], DnsRecord[], DnsRecord[]];
  return { id: be16(b, 0), flags: be16(b, 2), question, answer, authority, additional };
}

/**
 * Writes a message. An owner that was written before, as an owner or in a record's data, becomes a pointer; nothing else is
 * compressed.
 * @throws RangeError when a name cannot be written
 */
export function emitDns(m: DnsMessage): Uint8Array {
  const out: number[] = [];
  const word = (v: number): number => out.push(v >>> 8, v & 255);
  const places = new Map<string, number>();
  const owner = (name: string): void => {
    const known = places.get(name.toLowerCase());
    if (known !== undefined && name !== '.') {
      word(0xc000 | known);
      return;
    }
    const bytes = encodeDnsName(name);
    if (bytes === null) throw new RangeError(`not a domain name: ${name}`);
    if (out.length < 0x4000) places.set(name.toLowerCase(), out.length);
    out.push(...bytes);
  };
  word(m.id);
  word(m.flags);
  for (const list of [m.question, m.answer, m.authority, m.additional]) word(list.length);
  for (const q of m.question) {
    owner(q.name);
    word(q.type);
    word(q.class);
  }
  for (const r of [...m.answer, ...m.authority, ...m.additional]) {
    owner(r.name);
    word(r.type);
    word(r.class);
    word(r.ttl >>> 16);
    word(r.ttl & 0xffff);
    word(r.data.length);
    const where = nameIn(r.type);
    const target = where === null ? null : readDnsName(r.data, where.at);
    if (where !== null && target !== null && !places.has(target.name.toLowerCase())) {
      places.set(target.name.toLowerCase(), out.length + where.at);
    }
    out.push(...r.data);
  }
  return Uint8Array.from(out);
}

/** The name under which an address has its names. RFC 1035 section 3.5, RFC 3596 section 2.5 */
export function reverseName(address: number | Uint8Array): string {
  if (typeof address === 'number') {
    return `${[0, 8, 16, 24].map((s) => (address >>> s) & 255).join('.')}.in-addr.arpa.`;
  }
  const digits = [...address].toReversed().map((v) => `${(v & 15).toString(16)}.${(v >>> 4).toString(16)}`);
  return `${digits.join('.')}.ip6.arpa.`;
}

/** The address a reverse name stands for, or null. */
export function addressOfReverse(name: string): number | Uint8Array | null {
  const v4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.in-addr\.arpa\.?$/i.exec(name);
  if (v4 !== null) {
    const parts = v4.slice(1).map(Number);
    if (parts.some((p) => p > 255)) return null;
    return ((parts[3]! << 24) | (parts[2]! << 16) | (parts[1]! << 8) | parts[0]!) >>> 0;
  }
  const v6 = /^((?:[0-9a-f]\.){32})ip6\.arpa\.?$/i.exec(name);
  if (v6 === null) return null;
  const digits = v6[1]!.split('.').slice(0, 32).toReversed();
  return Uint8Array.from({ length: 16 }, (_, i) => Number.parseInt(digits[2 * i]! + digits[2 * i + 1]!, 16));
}

const quoted = (b: Uint8Array): string => {
  let text = '';
  for (const c of b) {
    if (c === 0x22 || c === 0x5c) text += `\\${String.fromCharCode(c)}`;
    else text += c < 0x20 || c >= 0x7f ? `\\${String(c).padStart(3, '0')}` : String.fromCharCode(c);
  }
  return `"${text}"`;
};

/** A record's data as zone files have it. RFC 1035 section 5, RFC 3597 */
export function rdataText(type: number, data: Uint8Array): string {
  const name = (at: number): string => readDnsName(data, at)?.name ?? '.';
  switch (type) {
    case T_A:
      if (data.length === 4) return formatIpv4(be32(data, 0));
      break;
    case T_AAAA:
      if (data.length === 16) return formatIpv6(data);
      break;
    case T_NS:
    case T_CNAME:
    case T_PTR:
      return name(0);
    case T_MX:
      return `${be16(data, 0)} ${name(2)}`;
    case T_SRV:
      return `${be16(data, 0)} ${be16(data, 2)} ${be16(data, 4)} ${name(6)}`;
    case T_SOA: {
      const second = readDnsName(data, 0)?.next ?? 0;
      const at = readDnsName(data, second)?.next ?? 0;
      const numbers = [0, 4, 8, 12, 16].map((i) => be32(data, at + i));
      return `${name(0)} ${name(second)} ${numbers.join(' ')}`;
    }
    case T_TXT: {
      const parts: string[] = [];
      for (let o = 0; o < data.length; o += data[o]! + 1) parts.push(quoted(data.subarray(o + 1, o + 1 + data[o]!)));
      return parts.join(' ');
    }
    default:
      break;
  }
  return `\\# ${data.length}${data.length === 0 ? '' : ` ${toHex(data).toUpperCase()}`}`;
}

/** EDNS: what a sender takes, as a record of the additional section. RFC 6891 section 6.1 */
export function optRecord(udpSize: number, options: Uint8Array = new Uint8Array(0)): DnsRecord {
  return { name: '.', type: T_OPT, class: udpSize, ttl: 0, data: options };
}

/** One option of an OPT record's data. */
export function ednsOption(code: number, value: Uint8Array): Uint8Array {
  const b = new Uint8Array(4 + value.length);
  putBe16(b, 0, code);
  putBe16(b, 2, value.length);
  b.set(value, 4);
  return b;
}

/** The data of an A or AAAA record. */
export function addressData(address: number | Uint8Array): Uint8Array {
  if (typeof address !== 'number') return address;
  const b = new Uint8Array(4);
  putBe32(b, 0, address);
  return b;
}
