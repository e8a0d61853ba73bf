/** Words of the filter language. @see pcap-filter(7), libpcap scanner.l */
import { parseIpv6 } from '../../../../lib/address.ts';
import { FilterError } from './error.ts';

export type TokenKind = 'word' | 'id' | 'num' | 'hid' | 'hid6' | 'eid' | 'op' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** A keyword in its first spelling (`&&` is `and`), an operator, or the text. */
  readonly text: string;
  readonly value: number;
}

/** Keywords and their aliases. */
const KEYWORDS: Readonly<Record<string, string>> = Object.fromEntries(
  (
    'dst src ether=link link ppp=link slip=link fddi=link tr=link wlan=link arp rarp ip sctp tcp udp icmp igmp igrp pim vrrp carp radio ip6 ' +
    'icmp6 ah esp atalk aarp decnet lat sca moprc mopdl iso esis es-is=esis isis is-is=isis clnp stp ipx netbeui ' +
    'host net mask port portrange proto protochain gateway type subtype direction dir=direction address1 address2 address3 address4 ' +
    'less greater byte broadcast multicast and or not len=length length inbound outbound ifindex vlan mpls pppoed pppoes geneve ' +
    'ifname on rset ruleset rnr rulenum srnr subrulenum reason action llc lane oam oamf4 metac bcc sc ilmic vpi vci connectmsg metaconnect sio opc dpc sls'
  )
    .split(' ')
    .map((w) => {
      const [from, to] = w.split('=');
      return [from!, to ?? from!];
    }),
);

const NUMBERS: Readonly<Record<string, number>> = {
  icmptype: 0,
  icmpcode: 1,
  'icmp-echoreply': 0,
  'icmp-unreach': 3,
  'icmp-sourcequench': 4,
  'icmp-redirect': 5,
  'icmp-echo': 8,
  'icmp-routeradvert': 9,
  'icmp-routersolicit': 10,
  'icmp-timxceed': 11,
  'icmp-paramprob': 12,
  'icmp-tstamp': 13,
  'icmp-tstampreply': 14,
  'icmp-ireq': 15,
  'icmp-ireqreply': 16,
  'icmp-maskreq': 17,
  'icmp-maskreply': 18,
  icmp6type: 0,
  icmp6code: 1,
  'icmp6-destinationunreach': 1,
  'icmp6-packettoobig': 2,
  'icmp6-timeexceeded': 3,
  'icmp6-parameterproblem': 4,
  'icmp6-echo': 128,
  'icmp6-echoreply': 129,
  'icmp6-multicastlistenerquery': 130,
  'icmp6-multicastlistenerreportv1': 131,
  'icmp6-multicastlistenerdone': 132,
  'icmp6-routersolicit': 133,
  'icmp6-routeradvert': 134,
  'icmp6-neighborsolicit': 135,
  'icmp6-neighboradvert': 136,
  'icmp6-redirect': 137,
  'icmp6-routerrenum': 138,
  'icmp6-nodeinformationquery': 139,
  'icmp6-nodeinformationresponse': 140,
  'icmp6-ineighbordiscoverysolicit': 141,
  'icmp6-ineighbordiscoveryadvert': 142,
  'icmp6-multicastlistenerreportv2': 143,
  'icmp6-homeagentdiscoveryrequest': 144,
  'icmp6-homeagentdiscoveryreply': 145,
  'icmp6-mobileprefixsolicit': 146,
  'icmp6-mobileprefixadvert': 147,
  'icmp6-certpathsolicit': 148,
  'icmp6-certpathadvert': 149,
  'icmp6-multicastrouteradvert': 151,
  'icmp6-multicastroutersolicit': 152,
  'icmp6-multicastrouterterm': 153,
  tcpflags: 13,
  'tcp-fin': 1,
  'tcp-syn': 2,
  'tcp-rst': 4,
  'tcp-push': 8,
  'tcp-ack': 16,
  'tcp-urg': 32,
  'tcp-ece': 64,
  'tcp-cwr': 128,
};

const OPS: readonly string[] = ['&&', '||', '>=', '<=', '!=', '==', '<<', '>>'];
const WORD_OPS: Readonly<Record<string, string>> = { '&&': 'and', '||': 'or', '!': 'not' };

/** An Ethernet address in any of the spellings, six bytes. */
export function etherBytes(text: string): Uint8Array {
  const dotted = /^([0-9a-f]{4})\.([0-9a-f]{4})\.([0-9a-f]{4})$/i.exec(text);
  const plain = dotted === null ? /^[0-9a-f]{12}$/i.exec(text)?.[0] : dotted.slice(1).join('');
  if (plain !== undefined)
    return Uint8Array.from({ length: 6 }, (_, i) => Number.parseInt(plain.slice(2 * i, 2 * i + 2), 16));
  return Uint8Array.from(text.split(/[:\-.]/), (h) => Number.parseInt(h, 16));
}

const EID =
  /^(?:[0-9a-f]{1,2}(?:([:.-])[0-9a-f]{1,2})(?:\1[0-9a-f]{1,2}){4}|[0-9a-f]{4}(?:\.[0-9a-f]{4}){2}|[0-9a-f]{12})(?![0-9a-z:.-])/i;

function number(text: string): number {
  const n = /^0x/i.test(text)
    ? Number.parseInt(text.slice(2), 16)
    : /^0\d/.test(text)
      ? Number.parseInt(text, 8)
      : Number(text);
  if (!Number.isFinite(n) || n > 0xffffffff) throw new FilterError(`number ${text} overflows 32 bits`);
  return n;
}

/** Splits an expression into tokens; the last is `end`. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const push = (kind: TokenKind, word: string, value = 0): void => void tokens.push({ kind, text: word, value });
  for (let i = 0; i < text.length;) {
    const rest = text.slice(i);
    const blank = /^[ \r\n\t]+/.exec(rest);
    if (blank !== null) {
      i += blank[0].length;
      continue;
    }
    const two = OPS.find((o) => rest.startsWith(o));
    if (two !== undefined) {
      i += 2;
      if (WORD_OPS[two] !== undefined) push('word', WORD_OPS[two]);
      else push('op', two === '==' ? '=' : two);
      continue;
    }
    const eid = EID.exec(rest);
    if (eid !== null) {
      i += eid[0].length;
      push('eid', eid[0]);
      continue;
    }
    const six = /^[0-9a-f:]*:[0-9a-f:.]*/i.exec(rest);
    if (six !== null && /^[^.]*::|(?::.*){2}/.test(six[0]) && six[0].length > 1) {
      if (parseIpv6(six[0]) === null) throw new FilterError(`bogus IPv6 address ${six[0]}`);
      i += six[0].length;
      push('hid6', six[0]);
      continue;
    }
    const c = rest[0]!;
    if (c === '!') {
      i++;
      push('word', 'not');
      continue;
    }
    if ('()[]:/+-*%&|^<>='.includes(c)) {
      i++;
      push('op', c);
      continue;
    }
    const hid = /^(?:\d+|0x[0-9a-f]+)(?:\.(?:\d+|0x[0-9a-f]+)){1,3}(?![\w.-])/i.exec(rest);
    if (hid !== null) {
      i += hid[0].length;
      push('hid', hid[0]);
      continue;
    }
    const num =
      /^(?:0x[0-9a-f]+|\d+)(?![\w.-])/i.exec(rest) ??
      /^(?:0x[0-9a-f]+|\d+)(?=[-.](?![\w]))/i.exec(rest) ??
      /^\d+(?=-\d)(?!\d*-\d+-)/.exec(rest);
    if (num !== null && !/^\d+-\d+/.test(rest)) {
      i += num[0].length;
      push('num', num[0], number(num[0]));
      continue;
    }
    const escaped = /^\\([^ !()\n\t]+)/.exec(rest);
    if (escaped !== null) {
      i += escaped[0].length;
      push('id', escaped[1]!);
      continue;
    }
    const id = /^[A-Za-z0-9](?:[-_.A-Za-z0-9]*[.A-Za-z0-9])?/.exec(rest);
    if (id === null) throw new FilterError("can't parse filter expression: syntax error");
    i += id[0].length;
    const word = KEYWORDS[id[0]];
    const value = NUMBERS[id[0]];
    if (word !== undefined) push('word', word);
    else if (value !== undefined) push('num', id[0], value);
    else push('id', id[0]);
  }
  push('end', '');
  return tokens;
}
