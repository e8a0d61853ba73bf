/** Messages as BIND's tools show them. @see lib/dns/message.c, masterdump.c */
import { be16, toHex } from '../../../lib/bytes.ts';
import { latin1Decode } from '../../../lib/text.ts';
import {
  C_IN,
  DNS_AA,
  DNS_AD,
  DNS_CD,
  DNS_QR,
  DNS_RA,
  DNS_RD,
  DNS_TC,
  type DnsMessage,
  type DnsQuestion,
  dnsRcodeName,
  type DnsRecord,
  dnsTypeName,
  rdataText,
  T_OPT,
} from '../../../wire/dns.ts';

/** Fills up with tabs and blanks from one column to another, with a blank at least. */
function gap(from: number, to: number): string {
  const end = Math.max(to, from + 1);
  const tabs = Math.floor(end / 8) - Math.floor(from / 8);
  return tabs > 0 ? '\t'.repeat(tabs) + ' '.repeat(end % 8) : ' '.repeat(end - from);
}

/** Words at their columns. */
function columns(words: readonly (readonly [column: number, text: string])[]): string {
  let line = '';
  let at = 0;
  for (const [column, text] of words) {
    if (column > 0) {
      line += gap(at, column);
      at = Math.max(column, at + 1);
    }
    line += text;
    at += text.length;
  }
  return line;
}

const className = (c: number): string =>
  c === C_IN ? 'IN' : c === 3 ? 'CH' : c === 4 ? 'HS' : c === 255 ? 'ANY' : `CLASS${c}`;

const OPCODES: readonly string[] = ['QUERY', 'IQUERY', 'STATUS', 'RESERVED3', 'NOTIFY', 'UPDATE'];

/** The two lines about the header. */
export function headerText(m: DnsMessage): string {
  const opcode = (m.flags >>> 11) & 15;
  let flags = '';
  for (const [bit, name] of [
    [DNS_QR, 'qr'],
    [DNS_AA, 'aa'],
    [DNS_TC, 'tc'],
    [DNS_RD, 'rd'],
    [DNS_RA, 'ra'],
    [DNS_AD, 'ad'],
    [DNS_CD, 'cd'],
  ] as const) {
    if ((m.flags & bit) !== 0) flags += ` ${name}`;
  }
  const counts = `QUERY: ${m.question.length}, ANSWER: ${m.answer.length}, AUTHORITY: ${m.authority.length}, ADDITIONAL: ${m.additional.length}`;
  const first = `;; ->>HEADER<<- opcode: ${OPCODES[opcode] ?? `RESERVED${opcode}`}, status: ${dnsRcodeName(m.flags & 15)}, id: ${m.id}`;
  return `${first}\n;; flags:${flags}; ${counts}\n`;
}

export const questionText = (q: DnsQuestion): string =>
  `;${columns([
    [0, q.name],
    [32, className(q.class)],
    [40, dnsTypeName(q.type)],
  ])}\n`;

export interface RecordStyle {
  readonly ttl: boolean;
  readonly class: boolean;
}

/** A record as a line of a zone file. */
export function recordText(r: DnsRecord, style: RecordStyle = { ttl: true, class: true }): string {
  const words: (readonly [number, string])[] = [[0, r.name]];
  if (style.ttl) words.push([24, String(r.ttl)]);
  if (style.class) words.push([style.ttl ? 32 : 24, className(r.class)]);
  words.push([style.ttl && style.class ? 40 : 32, dnsTypeName(r.type)]);
  words.push([style.ttl && style.class ? 48 : 40, rdataText(r.type, r.data)]);
  return `${columns(words)}\n`;
}

const EDE: readonly string[] = [
  'Other',
  'Unsupported DNSKEY Algorithm',
  'Unsupported DS Digest Type',
  'Stale Answer',
  'Forged Answer',
  'DNSSEC Indeterminate',
  'DNSSEC Bogus',
  'Signature Expired',
  'Signature Not Yet Valid',
  'DNSKEY Missing',
  'RRSIGs Missing',
  'No Zone Key Bit Set',
  'NSEC Missing',
  'Cached Error',
  'Not Ready',
  'Blocked',
  'Censored',
  'Filtered',
  'Prohibited',
  'Stale NXDOMAIN Answer',
  'Not Authoritative',
  'Not Supported',
  'No Reachable Authority',
  'Network Error',
  'Invalid Data',
];

/** The lines about EDNS. */
export function optText(r: DnsRecord): string {
  const version = (r.ttl >>> 16) & 255;
  let text = `; EDNS: version: ${version}, flags:${(r.ttl & 0x8000) !== 0 ? ' do' : ''}; udp: ${r.class}\n`;
  for (let o = 0; o + 4 <= r.data.length;) {
    const [code, len] = [be16(r.data, o), be16(r.data, o + 2)];
    const value = r.data.subarray(o + 4, o + 4 + len);
    o += 4 + len;
    if (code === 10) text += `; COOKIE: ${toHex(value)}\n`;
    else if (code === 15 && len >= 2) {
      const info = be16(value, 0);
      const extra = len > 2 ? `: (${latin1Decode(value, 2)})` : '';
      text += `; EDE: ${info}${EDE[info] === undefined ? '' : ` (${EDE[info]})`}${extra}\n`;
    } else
      text += `; OPT=${code}${len === 0 ? '' : `: ${[...value].map((v) => v.toString(16).padStart(2, '0')).join(' ')}`}\n`;
  }
  return text;
}

/** The records of a section that are shown as such. */
export const shown = (records: readonly DnsRecord[]): readonly DnsRecord[] => records.filter((r) => r.type !== T_OPT);
