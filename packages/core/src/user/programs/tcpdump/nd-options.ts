/** Options of neighbour discovery. RFC 4861 §4.6, 4191, 6275, 8106. @see tcpdump print-icmp6.c:icmp6_opt_print */
import { formatIpv6 } from '../../../lib/address.ts';
import { fqdnPrint } from './dns-name.ts';
import { bits, type BitNames, type Ndo, tok, type Tokens } from './ndo.ts';

const OPTION: Tokens = {
  1: 'source link-address',
  2: 'destination link-address',
  3: 'prefix info',
  4: 'redirected header',
  5: 'mtu',
  7: 'advertisement interval',
  8: 'homeagent information',
  24: 'route info',
  25: 'rdnss',
  31: 'dnssl',
};
const PREFIX_FLAGS: BitNames = [
  [0x80, 'onlink'],
  [0x40, 'auto'],
  [0x20, 'router'],
];

/** A router's preference. RFC 4191 §2.1 */
export const preference = (flags: number): string => ['medium', 'high', 'rsv', 'low'][(flags >>> 3) & 3]!;
export const lifetime = (seconds: number): string => (seconds === 0xffffffff ? 'infinity' : `${seconds}s`);

/** @returns false when the prefix has a length that is none */
function routeInformation(n: Ndo, o: number, units: number): boolean {
  if (!n.has(o + 4, 4) || units > 3) return false;
  const prefix = new Uint8Array(16);
  const size = (units - 1) * 8;
  n.need(o + 8, size);
  prefix.set(n.b.subarray(o + 8, o + 8 + size));
  n.print(` ${n.o.names?.host(prefix) ?? formatIpv6(prefix)}/${n.u8(o + 2)}`);
  n.print(`, pref=${preference(n.u8(o + 3))}`);
  n.print(`, lifetime=${lifetime(n.u32(o + 4))}`);
  return true;
}

/** One option of a known type. @returns false when it is wrong */
function option(n: Ndo, o: number, type: number, units: number, first: number): boolean {
  const size = units << 3;
  switch (type) {
    case 1:
    case 2:
      n.print(n.hexBytes(o + 2, size - 2).replace(/(..)(?=.)/g, '$1:'));
      return true;
    case 3:
      n.print(
        `${n.ip6(o + 16)}/${n.u8(o + 2)}${units === 4 ? '' : 'badlen'}, Flags [${bits(PREFIX_FLAGS, 'none', n.u8(o + 3))}], valid time ${lifetime(n.u32(o + 4))}`,
      );
      n.print(`, pref. time ${lifetime(n.u32(o + 8))}`);
      return true;
    case 4:
      // The original shows the first option's bytes here, whichever it is.
      n.unknown(first, '\n\t    ', size);
      return true;
    case 5:
      n.print(` ${n.u32(o + 4)}${units === 1 ? '' : 'bad option length'}`);
      return true;
    case 7:
      n.print(` ${n.u32(o + 4)}ms`);
      return true;
    case 8:
      n.print(` preference ${n.u16(o + 4)}, lifetime ${n.u16(o + 6)}`);
      return true;
    case 24:
      return routeInformation(n, o, units);
    case 25:
      n.print(` lifetime ${n.u32(o + 4)}s,`);
      for (let i = 0; i < (units - 1) >>> 1; i++) n.print(` addr: ${n.ip6(o + 8 + 16 * i)}`);
      return true;
    default:
      return searchList(n, o, size, first);
  }
}

function searchList(n: Ndo, o: number, size: number, first: number): boolean {
  n.print(` lifetime ${n.u32(o + 4)}s, domain(s):`);
  for (let p = o + 8; p < o + size && n.u8(p) !== 0;) {
    n.print(' ');
    p = fqdnPrint(n, p, first);
    if (p < 0) return false;
  }
  return true;
}

/** @returns false when they are cut or wrong */
export function ndOptions(n: Ndo, first: number, left: number): boolean {
  for (let o = first; o < n.end;) {
    if (!n.has(o + 1, 1)) return false;
    if (left <= 0) return true;
    const type = n.u8(o);
    const units = n.u8(o + 1);
    const size = units << 3;
    if (units === 0 || o + size > n.end) return false;
    n.print(`\n\t  ${tok(OPTION, 'unknown', type)} option (${type}), length ${size} (${units}): `);
    if (OPTION[type] !== undefined) {
      if (!option(n, o, type, units, first)) return false;
    } else if (n.o.verbose <= 1) {
      n.unknown(o + 2, '\n\t  ', size - 2);
      return true;
    }
    if (n.o.verbose > 1) n.unknown(o + 2, '\n\t    ', size - 2);
    o += size;
    left -= size;
  }
  return true;
}
