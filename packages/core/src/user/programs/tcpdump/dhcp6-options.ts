/** Options of DHCPv6, which hold options of their own. RFC 8415 §21 and others. @see tcpdump print-dhcp6.c:dhcp6opt_print */
import { fqdnPrint } from './dns-name.ts';
import { hex, type Ndo, tok, type Tokens } from './ndo.ts';

const OPTION: Tokens = {
  1: 'client-ID',
  2: 'server-ID',
  3: 'IA_NA',
  4: 'IA_TA',
  5: 'IA_ADDR',
  6: 'option-request',
  7: 'preference',
  8: 'elapsed-time',
  9: 'relay-message',
  11: 'authentication',
  12: 'server-unicast',
  13: 'status-code',
  14: 'rapid-commit',
  15: 'user-class',
  16: 'vendor-class',
  17: 'vendor-specific-info',
  18: 'interface-ID',
  19: 'reconfigure-message',
  20: 'reconfigure-accept',
  21: 'SIP-servers-domain',
  22: 'SIP-servers-address',
  23: 'DNS-server',
  24: 'DNS-search-list',
  25: 'IA_PD',
  26: 'IA_PD-prefix',
  31: 'SNTP-servers',
  32: 'lifetime',
  27: 'NIS-server',
  28: 'NIS+-server',
  29: 'NIS-domain-name',
  30: 'NIS+-domain-name',
  33: 'BCMCS-domain-name',
  34: 'BCMCS-server',
  36: 'Geoconf-Civic',
  37: 'Remote-ID',
  38: 'Subscriber-ID',
  39: 'Client-FQDN',
  40: 'PANA-agent',
  41: 'POSIX-timezone',
  42: 'POSIX-tz-database',
  43: 'Echo-request-option',
  44: 'Lease-query',
  45: 'LQ-client-data',
  46: 'Clt-time',
  47: 'LQ-relay-data',
  48: 'LQ-client-link',
  56: 'NTP-server',
  64: 'AFTR-Name',
  112: 'MUD-URL',
};
const STATUS: Tokens = {
  0: 'Success',
  1: 'UnspecFail',
  2: 'NoAddrsAvail',
  3: 'NoBinding',
  4: 'NotOnLink',
  5: 'UseMulticast',
  6: 'NoPrefixAvail',
  7: 'UnknownQueryType',
  8: 'MalformedQuery',
  9: 'NotConfigured',
  10: 'NotAllowed',
};
/** Lengths an option must have at least. */
const AT_LEAST: Readonly<Record<number, number>> = {
  1: 2,
  2: 2,
  3: 12,
  4: 4,
  5: 24,
  11: 11,
  13: 2,
  25: 12,
  26: 25,
  37: 4,
  41: 5,
  42: 5,
  44: 17,
  47: 16,
  56: 4,
  64: 3,
  112: 5,
};
const EXACTLY: Readonly<Record<number, number>> = { 7: 1, 8: 2, 19: 1, 32: 4, 46: 4 };
const MULTIPLE: Readonly<Record<number, number>> = {
  6: 2,
  43: 2,
  22: 16,
  23: 16,
  31: 16,
  27: 16,
  28: 16,
  34: 16,
  40: 16,
  48: 16,
};

type MessagePrinter = (n: Ndo, o: number, length: number) => void;

/** Options from `o` to `end`. @param message prints what a relay passes on */
export function optionsPrint(n: Ndo, o: number, end: number, message: MessagePrinter): void {
  while (o < end) {
    if (end < o + 4 || !n.has(o, 4)) return n.trunc();
    const len = n.u16(o + 2);
    if (end < o + 4 + len) return n.trunc();
    const type = n.u16(o);
    n.print(` (${tok(OPTION, 'opt_%u', type)}`);
    if (!n.has(o + 4, len)) return n.trunc();
    const least = AT_LEAST[type];
    const exact = EXACTLY[type];
    const unit = MULTIPLE[type];
    const wrong =
      (least !== undefined && len < least) ||
      (exact !== undefined && len !== exact) ||
      (unit !== undefined && len % unit !== 0);
    if (wrong) n.print(' ?)');
    else if (!option(n, type, o + 4, len, message)) return n.trunc();
    o += 4 + len;
  }
}

/** One option's value, and the parenthesis that closes it. @returns false when it was cut or wrong */
function option(n: Ndo, type: number, p: number, len: number, message: MessagePrinter): boolean {
  const nested = (from: number): void => {
    if (len > from) optionsPrint(n, p + from, p + len, message);
  };
  /** At most ten bytes after `from`. */
  const some = (from: number): string => `${n.hexBytes(p + from, Math.min(10, len - from))}...`;
  const unit = MULTIPLE[type];
  if (unit !== undefined) {
    for (let i = 0; i < len; i += unit) {
      n.print(` ${unit === 16 ? n.ip6(p + i) : tok(OPTION, 'opt_%u', n.u16(p + i))}`);
    }
    n.print(')');
    return true;
  }
  switch (type) {
    case 1:
    case 2:
      n.print(uniqueId(n, p, len));
      return true;
    case 5:
      n.print(` ${n.ip6(p)} pltime:${n.u32(p + 16)} vltime:${n.u32(p + 20)}`);
      nested(24);
      break;
    case 7:
      n.print(` ${n.u8(p)}`);
      break;
    case 8:
      n.print(` ${n.u16(p)}`);
      break;
    case 9: {
      n.print(' (');
      const end = n.end;
      n.end = Math.min(p + len, end);
      message(n, p, len);
      n.end = end;
      break;
    }
    case 11:
      authentication(n, p, len);
      break;
    case 13: {
      const code = n.u16(p);
      n.print(` ${code > 255 ? 'INVALID code' : tok(STATUS, 'code%u', code)}`);
      break;
    }
    case 18:
    case 38:
      n.print(` ${some(0)}`);
      break;
    case 19:
      n.print(n.u8(p) === 5 ? ' for renew' : n.u8(p) === 11 ? ' for inf-req' : ` for ???(${hex(n.u8(p), 2)})`);
      break;
    case 21:
    case 24:
      for (let q = p; q < p + len;) {
        n.print(' ');
        q = fqdnPrint(n, q, p + len);
        if (q < 0) return false;
      }
      break;
    case 3:
    case 25:
      n.print(` IAID:${n.u32(p)} T1:${n.u32(p + 4)} T2:${n.u32(p + 8)}`);
      nested(12);
      break;
    case 4:
      n.print(` IAID:${n.u32(p)}`);
      nested(4);
      break;
    case 26:
      n.print(` ${n.ip6(p + 9)}/${n.u8(p + 8)} pltime:${n.u32(p)} vltime:${n.u32(p + 4)}`);
      nested(25);
      break;
    case 32:
    case 46:
      n.print(` ${n.u32(p)}`);
      break;
    case 37:
      n.print(` ${n.u32(p)} ${some(4)}`);
      break;
    case 44: {
      const by = n.u8(p);
      n.print(by === 1 ? ' by-address' : by === 2 ? ' by-clientID' : ` type_${by}`);
      n.print(` ${n.ip6(p + 1)}`);
      nested(17);
      break;
    }
    case 45:
      nested(0);
      break;
    case 47:
      n.print(` ${n.ip6(p)} ${some(16)}`);
      break;
    case 56:
      if (!timeServers(n, p, len)) return false;
      break;
    case 64:
      tunnelName(n, p, len);
      break;
    case 41:
    case 42:
    case 112:
      n.print(' ');
      n.printjnp(p, len);
      break;
    default:
  }
  n.print(')');
  return true;
}

/** A DHCP unique identifier, with its parenthesis. RFC 8415 §11 */
function uniqueId(n: Ndo, p: number, len: number): string {
  const type = n.u16(p);
  const rest = (from: number, to = len): string => n.hexBytes(p + from, to - from);
  if (type === 1 && len >= 8) return ` hwaddr/time type ${n.u16(p + 2)} time ${n.u32(p + 4)} ${rest(8)})`;
  if (type === 2 && len >= 10) return ` vid ${rest(2, 10)})`;
  if (type === 3 && len >= 4) return ` hwaddr type ${n.u16(p + 2)} ${rest(4)})`;
  return type >= 1 && type <= 3 ? ' ?)' : ` type ${type})`;
}

/** RFC 3315 §22.11. */
function authentication(n: Ndo, p: number, len: number): void {
  const proto = n.u8(p);
  const alg = n.u8(p + 1);
  const rdm = n.u8(p + 2);
  n.print(` proto: ${proto === 2 ? 'delayed' : proto === 3 ? 'reconfigure' : proto}`);
  n.print(`, alg: ${alg === 1 ? 'HMAC-MD5' : alg}, RDM: ${rdm === 0 ? 'mono' : rdm}, RD:`);
  for (let i = 0; i < 4; i++) n.print(` ${hex(n.u16(p + 3 + 2 * i), 4)}`);
  const info = len - 11;
  const q = p + 11;
  const words = (at: number): string => Array.from({ length: 4 }, (_, i) => ` ${hex(n.u32(at + 4 * i), 8)}`).join('');
  if (proto === 2) {
    if (info === 0) return;
    if (info < 20) {
      n.print(' ??');
      return;
    }
    const realm = info - 20;
    if (realm > 0) n.print(`, realm: ${n.hexBytes(q, realm)}`);
    n.print(`, key ID: ${hex(n.u32(q + realm), 8)}, HMAC-MD5:${words(q + realm + 4)}`);
  } else if (proto === 3 && info === 17) {
    const kind = n.u8(q);
    n.print(kind === 1 ? ' reconfig-key' : kind === 2 ? ' type: HMAC-MD5' : ' type: ??');
    n.print(` value:${words(q + 1)}`);
  } else n.print(' ??');
}

/** @returns false when one does not fit or has a wrong name. RFC 5908 */
function timeServers(n: Ndo, p: number, len: number): boolean {
  for (let q = p; q < p + len - 4;) {
    const type = n.u16(q);
    const size = n.u16(q + 2);
    q += 4;
    if (q + size > p + len) return false;
    n.print(` subopt:${type}`);
    if (type === 1 || type === 2) n.print(size === 16 ? ` ${n.ip6(q)}` : ' ?');
    else if (type === 3) {
      n.print(' ');
      if (fqdnPrint(n, q, q + size) < 0) return false;
    } else n.print(' ?');
    q += size;
  }
  return true;
}

/** RFC 6334 §3. */
function tunnelName(n: Ndo, p: number, len: number): void {
  n.print(' ');
  let left = len;
  while (left > 0 && n.u8(p) !== 0) {
    const size = n.u8(p++);
    if (size >= left - 1) {
      n.print(' ?');
      return;
    }
    n.printjnp(p, size);
    p += size;
    left -= size + 1;
    if (n.u8(p) !== 0) n.print('.');
  }
}
