/** Options of an EDNS record. RFC 6891 §6.1.2. @see tcpdump print-domain.c:eopt_print */
import { formatIpv4, formatIpv6 } from '../../../lib/address.ts';
import { be32 } from '../../../lib/bytes.ts';
import { fqdnPrint } from './dns-name.ts';
import { fixed, type Ndo, tok, type Tokens } from './ndo.ts';

const OPTION: Tokens = {
  1: 'LLQ',
  2: 'UL',
  3: 'NSID',
  5: 'DAU',
  6: 'DHU',
  7: 'N3U',
  8: 'ECS',
  9: 'EXPIRE',
  10: 'COOKIE',
  11: 'KEEPALIVE',
  12: 'PADDING',
  13: 'CHAIN',
  14: 'KEY-TAG',
  16: 'CLIENT-TAG',
  17: 'SERVER-TAG',
};
const SIGNING: Tokens = {
  0: 'DELETE',
  1: 'RSAMD5',
  2: 'DH',
  3: 'DS',
  5: 'RSASHA1',
  6: 'DSA-NSEC3-SHA1',
  7: 'RSASHA1-NSEC3-SHA1',
  8: 'RSASHA256',
  10: 'RSASHA512',
  12: 'ECC-GOST',
  13: 'ECDSAP256SHA256',
  14: 'ECDSAP384SHA384',
  15: 'ED25519',
  16: 'ED448',
  252: 'INDIRECT',
  253: 'PRIVATEDNS',
  254: 'PRIVATEOID',
};
const HASH: Tokens = { 1: 'SHA-1', 2: 'SHA-256', 3: 'GOST_R_34.11-94', 4: 'SHA-384' };

/** The network a resolver asks for. RFC 7871 §6. */
function clientSubnet(n: Ndo, o: number, len: number): string {
  const wrong = ' (invalid)';
  if (len < 4) return wrong;
  const family = n.u16(o);
  const source = n.u8(o + 2);
  const scope = n.u8(o + 3);
  const width = family === 1 ? 32 : family === 2 ? 128 : 0;
  if (len - 4 > width / 8 || source > width || scope > width || (source + 7) >>> 3 !== len - 4 || width === 0)
    return wrong;
  const address = new Uint8Array(16);
  address.set(n.b.subarray(o + 4, o + len));
  return `${width === 32 ? formatIpv4(be32(address, 0)) : formatIpv6(address)}/${source}/${scope}`;
}

/** @returns what follows, or -1 when it was cut */
export function ednsOption(n: Ndo, o: number): number {
  if (!n.has(o, 2)) return -1;
  const option = n.u16(o);
  n.print(tok(OPTION, 'Opt%u', option));
  if (!n.has(o + 2, 2)) return -1;
  const len = n.u16(o + 2);
  const p = o + 4;
  if (!n.has(p, len)) return -1;
  if (len === 0) return p;
  n.print(' ');
  const list = (table: Tokens): string =>
    Array.from({ length: len }, (_, i) => tok(table, 'Alg_%u', n.u8(p + i))).join(' ');
  const wrong = ' (invalid)';
  switch (option) {
    case 8:
      n.print(clientSubnet(n, p, len));
      break;
    case 10:
      if (len < 8 || (len > 8 && len < 16) || len > 40) n.invalid();
      else n.print(`${n.hexBytes(p, 8)}${len > 8 ? ` ${n.hexBytes(p + 8, len - 8)}` : ''}`);
      break;
    case 11:
      n.print(len === 2 ? `${fixed(n.u16(p) / 10, 1)} sec` : wrong);
      break;
    case 9:
      n.print(len === 4 ? `${n.u32(p)} sec` : wrong);
      break;
    case 12:
      n.print(`(${len})`);
      break;
    case 14:
      n.print(len % 2 === 0 ? Array.from({ length: len / 2 }, (_, i) => n.u16(p + 2 * i)).join(' ') : wrong);
      break;
    case 5:
      n.print(list(SIGNING));
      break;
    case 6:
      n.print(list(HASH));
      break;
    case 7:
      n.print(list({ 1: 'SHA-1' }));
      break;
    case 13:
      fqdnPrint(n, p, p + len);
      break;
    default:
      n.print(n.hexBytes(p, len));
  }
  return p + len;
}
