/** Options of DHCP. RFC 2132 and others. @see tcpdump print-bootp.c:rfc1048_print */
import { hex, type Ndo, tok, type Tokens } from './ndo.ts';

/**
 * Options by number: how the value is shown, and the name.
 * a text, i addresses, l L words unsigned and signed, s half words, b bytes in decimal, B truth values, p pairs of addresses,
 * $ a way of its own, ? by its length.
 */
const OPTION: Tokens = Object.fromEntries(
  `0  PAD|1 iSubnet-Mask|2 LTime-Zone|3 iDefault-Gateway|4 iTime-Server|5 iIEN-Name-Server|6 iDomain-Name-Server|7 iLOG|8 iCS|9 iLPR-Server|10 iIM|11 iRL|12 aHostname|13 sBS|255  END|14 aDP|15 aDomain-Name|16 iSS|17 aRP|18 aEP|19 BIPF|20 BSRT|21 pPF|22 sRSZ|23 bTTL|24 lMTU-Timeout|25 sMTU-Table|26 sMTU|27 BLSN|28 iBR|29 BMD|30 BMS|31 BRouter-Discovery|32 iRSA|33 pStatic-Route|34 BUT|35 lAT|36 BIE|37 bTT|38 lKI|39 BKG|40 aYD|41 iYS|42 iNTP|43 bVendor-Option|44 iNetbios-Name-Server|45 iWDD|46 $Netbios-Node|47 aNetbios-Scope|48 iXFS|49 iXDM|64 sN+D|65 iN+S|68 iMH|69 iSMTP|70 iPOP3|71 iNNTP|72 iWWW|73 iFG|74 iIRC|75 iSTS|76 iSTDA|50 iRequested-IP|51 lLease-Time|52 $OO|66 aTFTP|67 aBF|53  DHCP-Message|54 iServer-ID|55 bParameter-Request|56 aMSG|57 sMSZ|58 lRN|59 lRB|60 aVendor-Class|61 $Client-ID|98 aUAP|116 BNOAUTO|78 bSLP-DA|79 bSLP-SCOPE|117 sNSSEARCH|77 $User-Class|118 iSUBNET|121 $Classless-Static-Route|249 $Classless-Static-Route-Microsoft|150 iTFTP-Server-Address|80 aSLP-NA|81 $FQDN|82 $Agent-Information|83 bARMT|88 aTZSTR|89 bFQDNS|90 bAUTH|91 LLast-Transaction-Time|92 iAssociated-IP|93 sARCH|94 bNDI|97 bGUID|95 aLDAP|100 aPOSIX-TZ|101 aTZ-Name|112 iNI|113 aNITAG|114 aURL|161 aMUD-URL`
    .split('|')
    .map((entry) => [entry.slice(0, entry.indexOf(' ')), entry.slice(entry.indexOf(' ') + 1)]),
) as Tokens;
const MESSAGE: Tokens = {
  1: 'Discover',
  2: 'Offer',
  3: 'Request',
  4: 'Decline',
  5: 'ACK',
  6: 'NACK',
  7: 'Release',
  8: 'Inform',
  10: 'LeaseQuery',
  11: 'LeaseUnassigned',
  12: 'LeaseUnknown',
  13: 'LeaseActive',
};
const NODE: Tokens = { 1: 'b-node', 2: 'p-node', 4: 'm-node', 8: 'h-node' };
const OVERLOAD: Tokens = { 1: 'file', 2: 'sname', 3: 'file+sname' };
const HARDWARE: Tokens = { 1: 'ether', 6: 'ieee802', 7: 'arcnet', 15: 'frelay', 23: 'strip', 24: 'ieee1394' };
const AGENT: Tokens = { 1: 'Circuit-ID', 2: 'Remote-ID', 6: 'Subscriber-ID' };

/** `"text"`. @returns false when it was cut */
function quoted(n: Ndo, o: number, len: number): boolean {
  n.print('"');
  const cut = n.printn(o, len, n.end);
  n.print('"');
  return !cut;
}

/** Values of `size` bytes with `separator` between them. @returns bytes used */
function list(n: Ndo, o: number, len: number, size: number, separator: string, one: (at: number) => string): number {
  let at = 0;
  for (; len - at >= size; at += size) n.print(`${at === 0 ? '' : separator}${one(o + at)}`);
  return at;
}

const truth = (v: number): string => (v === 0 ? 'N' : v === 1 ? 'Y' : `${v}?`);

/** A value by its kind. @returns bytes used; -1 when it was cut */
function value(n: Ndo, kind: string, tag: number, o: number, len: number): number {
  switch (kind) {
    case 'a':
      return quoted(n, o, len) ? len : -1;
    case 'i':
      return list(n, o, len, 4, ',', (at) => n.ip4(at));
    case 'l':
      return list(n, o, len, 4, ',', (at) => String(n.u32(at)));
    case 'L':
      return list(n, o, len, 4, ',', (at) => String(n.u32(at) | 0));
    case 'p':
      return list(n, o, len, 8, ',', (at) => `(${n.ip4(at)}:${n.ip4(at + 4)})`);
    case 's':
      return list(n, o, len, 2, ',', (at) => String(n.u16(at)));
    case 'B':
      return list(n, o, len, 1, ',', (at) => truth(n.u8(at)));
    case '$':
      return special(n, tag, o, len);
    default:
      return list(n, o, len, 1, '.', (at) => String(n.u8(at)));
  }
}

/** @returns as `value` */
function special(n: Ndo, tag: number, o: number, len: number): number {
  switch (tag) {
    case 46:
    case 52:
      if (len < 1) {
        n.print('[ERROR: length < 1 bytes]');
        return 0;
      }
      n.print(tok(tag === 46 ? NODE : OVERLOAD, '#%d', n.u8(o)));
      return 1;
    case 81:
      return clientFqdn(n, o, len);
    case 61:
      return clientId(n, o, len);
    case 82:
      return agent(n, o, len);
    case 77:
      return userClass(n, o, len);
    default:
      return classlessRoutes(n, o, len);
  }
}

/** RFC 4702 §2. */
function clientFqdn(n: Ndo, o: number, len: number): number {
  if (len < 3) {
    n.print('[ERROR: length < 3 bytes]');
    return len;
  }
  const flags = n.u8(o);
  if ((flags & 0xf0) !== 0) n.print(`[ERROR: MBZ nibble 0x${hex(flags >>> 4)} != 0] `);
  if ((flags & 0x0f) !== 0) n.print(`[${[...'SOEN'].filter((_, i) => (flags & (1 << i)) !== 0).join('')}] `);
  if (n.u8(o + 1) !== 0 || n.u8(o + 2) !== 0) n.print(`${n.u8(o + 1)}/${n.u8(o + 2)} `);
  return quoted(n, o + 3, len - 3) ? len : -1;
}

function clientId(n: Ndo, o: number, len: number): number {
  if (len < 1) {
    n.print('[ERROR: length < 1 bytes]');
    return 0;
  }
  const type = n.u8(o);
  if (type === 0) return quoted(n, o + 1, len - 1) ? len : -1;
  n.print(`${tok(HARDWARE, 'hardware-type %u,', type)} `);
  return 1 + list(n, o + 1, len - 1, 1, ':', (at) => hex(n.u8(at), 2));
}

/** RFC 3046 §2. */
function agent(n: Ndo, o: number, len: number): number {
  let at = 0;
  while (len - at >= 2) {
    const type = n.u8(o + at);
    const size = n.u8(o + at + 1);
    at += 2;
    const head = `\n\t      ${AGENT[type] ?? 'Unknown'} SubOption ${type}, length ${size}: `;
    if (size > len - at) {
      n.print(`${head}length goes past end of option`);
      return len;
    }
    n.print(head);
    if (AGENT[type] === undefined) n.unknown(o + at, '\n\t\t', size);
    else if (n.printn(o + at, size, n.end)) return -1;
    at += size;
  }
  return at;
}

/** RFC 3004 §4. */
function userClass(n: Ndo, o: number, len: number): number {
  if (len < 2) {
    n.print('[ERROR: length < 2 bytes]');
    return len;
  }
  for (let at = 0, number = 1; at < len; number++) {
    const size = n.u8(o + at);
    at++;
    n.print(`\n\t      instance#${number}: `);
    if (size === 0) {
      n.print('[ERROR: suboption length must be non-zero]');
      return len;
    }
    if (len - at < size) {
      n.print('[ERROR: invalid option]');
      return len;
    }
    if (!quoted(n, o + at, size)) return -1;
    n.print(`, length ${size}`);
    at += size;
  }
  return len;
}

/** RFC 3442. */
function classlessRoutes(n: Ndo, o: number, len: number): number {
  if (len < 5) {
    n.print('[ERROR: length < 5 bytes]');
    return len;
  }
  for (let at = 0; at < len;) {
    if (at > 0) n.print(',');
    const width = n.u8(o + at);
    at++;
    if (width > 32) {
      n.print(`[ERROR: Mask width (${width}) > 32]`);
      return len;
    }
    const octets = (width + 7) >>> 3;
    if (len - at < octets + 4) {
      n.print(`[ERROR: Remaining length (${len - at}) < ${octets + 4} bytes]`);
      return len;
    }
    n.print('(');
    if (width === 0) n.print('default');
    else {
      const net = Array.from({ length: 4 }, (_, i) => (i < octets ? n.u8(o + at + i) : 0));
      n.print(`${net.join('.')}/${width}`);
    }
    at += octets;
    n.print(`:${n.ip4(o + at)})`);
    at += 4;
  }
  return len;
}

/** The numbers of options a client asks for. */
function requested(n: Ndo, o: number, len: number): void {
  for (let i = 0; i < len; i++) {
    const tag = n.u8(o + i);
    n.print(`${i % 4 === 0 ? '\n\t      ' : ', '}${tok(OPTION, '?Unknown', tag).slice(1)} (${tag})`);
  }
}

/** Options behind the cookie at `o`. @returns false when they were cut */
export function optionsPrint(n: Ndo, o: number): boolean {
  n.print('\n\t  Vendor-rfc1048 Extensions');
  n.print(`\n\t    Magic Cookie 0x${hex(n.u32(o), 8)}`);
  for (let p = o + 4; n.has(p, 1);) {
    const tag = n.u8(p++);
    const quiet = n.o.verbose < 3;
    if (tag === 0 && quiet) continue;
    if (tag === 255 && quiet) return true;
    const len = tag === 0 || tag === 255 ? 0 : n.u8(p++);
    const name = tok(OPTION, '?Unknown', tag);
    n.print(`\n\t    ${name.slice(1)} (${tag}), length ${len}${len > 0 ? ': ' : ''}`);
    if (tag === 0) {
      let times = 1;
      for (; n.has(p, 1) && n.u8(p) === 0; p++) times++;
      if (times > 1) n.print(`, occurs ${times}`);
    }
    if (!n.has(p, len)) return false;
    if (tag === 53 && len === 1) {
      n.print(tok(MESSAGE, 'Unknown (%u)', n.u8(p)));
      p++;
      continue;
    }
    if (tag === 55) {
      requested(n, p, len);
      p += len;
      continue;
    }
    let kind = name[0]!;
    if (kind === '?') kind = (len & 1) !== 0 ? 'b' : (len & 2) !== 0 ? 's' : 'l';
    const used = value(n, kind, tag, p, len);
    if (used < 0) return false;
    if (used < len) n.print(`\n\t  trailing data length ${len - used}`);
    p += len;
  }
  return true;
}
