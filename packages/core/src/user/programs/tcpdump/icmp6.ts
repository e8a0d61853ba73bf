/** ICMPv6: errors, echo, neighbour discovery, multicast listeners. @see tcpdump print-icmp6.c */
import { formatIpv6 } from '../../../lib/address.ts';
import { csumIpv6Nofold, csumPartial } from '../../../wire/checksum.ts';
import { bits, type Ndo, tok } from './ndo.ts';

const TYPE: Readonly<Record<number, string>> = {
  1: 'destination unreachable',
  2: 'packet too big',
  3: 'time exceeded',
  4: 'parameter problem',
  128: 'echo request',
  129: 'echo reply',
  130: 'multicast listener query',
  131: 'multicast listener report',
  132: 'multicast listener done',
  133: 'router solicitation',
  134: 'router advertisement',
  135: 'neighbor solicitation',
  136: 'neighbor advertisement',
  137: 'redirect',
  138: 'router renumbering',
  139: 'node information query',
  140: 'node information reply',
  141: 'inverse neighbor solicitation',
  142: 'inverse neighbor advertisement',
  143: 'multicast listener report v2',
  144: 'dest addr discovery request',
  145: 'dest addr discovery reply',
  146: 'mobile router solicitation',
  147: 'mobile router advertisement',
  155: 'RPL',
};
const UNREACH: Readonly<Record<number, string>> = {
  0: 'unreachable route',
  1: 'unreachable prohibited',
  2: 'beyond scope',
  3: 'unreachable address',
  4: 'unreachable port',
};
const OPTION: Readonly<Record<number, string>> = {
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
const PREF: Readonly<Record<number, string>> = { 0: 'medium', 1: 'high', 2: 'rsv', 3: 'low' };
const RECORD: Readonly<Record<number, string>> = {
  1: 'is_in',
  2: 'is_ex',
  3: 'to_in',
  4: 'to_ex',
  5: 'allow',
  6: 'block',
};

const life = (v: number): string => (v === 0xffffffff ? 'infinity' : `${v}s`);

function ndOptions(n: Ndo, o: number, end: number): void {
  while (o < end) {
    if (!n.has(o, 2)) {
      n.trunc();
      return;
    }
    const type = n.u8(o);
    const len = n.u8(o + 1) * 8;
    n.print(`\n\t  ${tok(OPTION, 'unknown', type)} option (${type}), length ${len} (${n.u8(o + 1)}): `);
    if (len === 0 || o + len > n.end) {
      if (len > 0) n.need(o, len);
      n.invalid();
      return;
    }
    switch (type) {
      case 1:
      case 2: {
        const parts: string[] = [];
        for (let i = 2; i < len; i++)
          parts.push(
            n
              .u8(o + i)
              .toString(16)
              .padStart(2, '0'),
          );
        n.print(parts.join(':'));
        break;
      }
      case 3:
        n.print(
          `${formatIpv6(n.b.subarray(o + 16, o + 32))}/${n.u8(o + 2)}${n.has(o, 32) && len === 32 ? '' : '(invalid)'}`,
        );
        n.print(
          `, Flags [${bits(
            [
              [0x80, 'onlink'],
              [0x40, 'auto'],
              [0x20, 'router'],
            ],
            'none',
            n.u8(o + 3),
          )}]`,
        );
        n.print(`, valid time ${life(n.u32(o + 4))}, pref. time ${life(n.u32(o + 8))}`);
        break;
      case 4:
        n.inner.ip6(n, o + 8, n.end - o - 8);
        break;
      case 5:
        n.print(` ${n.u32(o + 4)}${len === 8 ? '' : ', bad option length'}`);
        break;
      case 7:
        n.print(` ${n.u32(o + 4)}ms`);
        break;
      case 25:
        n.print(` lifetime ${life(n.u32(o + 4))},`);
        for (let i = 8; i + 16 <= len; i += 16) n.print(` addr: ${n.ip6(o + i)}`);
        break;
      case 24: {
        const prefix = new Uint8Array(16);
        for (let i = 0; i < Math.min(16, len - 8); i++) prefix[i] = n.u8(o + 8 + i);
        n.print(
          ` ${formatIpv6(prefix)}/${n.u8(o + 2)}, pref=${PREF[(n.u8(o + 3) >>> 3) & 3]}, lifetime=${life(n.u32(o + 4))}`,
        );
        break;
      }
      default:
        if (n.o.verbose <= 1) {
          hexLines(n, o + 2, len - 2, '\n\t  ');
          return;
        }
    }
    if (n.o.verbose > 1) hexLines(n, o + 2, len - 2, '\n\t    ');
    o += len;
  }
}

function hexLines(n: Ndo, o: number, length: number, indent: string): void {
  for (let at = 0; at < length; at += 16) {
    let line = '';
    for (let i = at; i < Math.min(at + 16, length); i += 2) {
      line += ` ${n
        .u8(o + i)
        .toString(16)
        .padStart(2, '0')}${
        i + 1 < length
          ? n
              .u8(o + i + 1)
              .toString(16)
              .padStart(2, '0')
          : ''
      }`;
    }
    n.print(`${indent}0x${at.toString(16).padStart(4, '0')}: ${line}`);
  }
}

function checksumText(n: Ndo, o: number, length: number, ipOff: number): void {
  const pseudo = csumIpv6Nofold(n.b, ipOff + 8, n.b, ipOff + 24, length, 58);
  const sum = ~csumPartial(n.b, o, length, pseudo) & 0xffff;
  const was = n.u16(o + 2);
  const hex = (v: number): string => `0x${v.toString(16).padStart(4, '0')}`;
  if (sum === 0) {
    n.print(`[icmp6 sum ok] `);
    return;
  }
  const copy = n.b.slice(o, o + length);
  copy[2] = copy[3] = 0;
  n.print(`[bad icmp6 cksum ${hex(was)} -> ${hex(~csumPartial(copy, 0, length, pseudo) & 0xffff)}!] `);
}

function mld2Report(n: Ndo, o: number, end: number): void {
  const groups = n.u16(o + 6);
  n.print(`, ${groups} group record(s)`);
  if (n.o.verbose === 0) return;
  let p = o + 8;
  for (let i = 0; i < groups; i++) {
    if (end < p + 20) {
      n.print(' [invalid number of groups]');
      return;
    }
    n.print(` [gaddr ${n.ip6(p + 4)}${tok(PAD_RECORD, ' [v2-report-#%u]', n.u8(p))}`);
    const sources = n.u16(p + 2);
    if (end < p + 20 + 16 * sources) {
      n.print(` [invalid number of sources ${sources}]`);
      return;
    }
    if (n.o.verbose > 1) {
      n.print(' {');
      for (let s = 0; s < sources; s++) n.print(` ${n.ip6(p + 20 + 16 * s)}`);
      n.print(' }');
    } else n.print(`, ${sources} source(s)`);
    n.print(']');
    p += 20 + 16 * sources;
  }
}
const PAD_RECORD: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(RECORD).map(([k, v]) => [k, ` ${v}`]),
);

function routerAdvertisement(n: Ndo, o: number, end: number): void {
  const flags = n.u8(o + 5);
  const names = bits(
    [
      [0x80, 'managed'],
      [0x40, 'other stateful'],
      [0x20, 'home agent'],
    ],
    'none',
    flags,
  );
  n.print(
    `\n\thop limit ${n.u8(o + 4)}, Flags [${names}], pref ${PREF[(flags >>> 3) & 3]}, router lifetime ${n.u16(o + 6)}s, reachable time ${n.u32(o + 8)}ms, retrans timer ${n.u32(o + 12)}ms`,
  );
  ndOptions(n, o + 16, end);
}

/** What an error says, and of which packet: the one it carries. */
function errorText(n: Ndo, o: number, type: number, code: number): void {
  const q = o + 8;
  if (type === 1) {
    n.print(`, ${UNREACH[code] ?? `unknown unreach code (${code})`}`);
    if (code <= 1 || code === 3) n.print(` ${n.ip6(q + 24)}`);
    else if (code === 2) n.print(` ${n.ip6(q + 24)}, source address ${n.ip6(q + 8)}`);
    else if (code === 4) n.print(portText(n, q));
  } else if (type === 2) n.print(`, mtu ${n.u32(o + 4)}`);
  else if (type === 3) {
    n.print(code === 0 ? ` for ${n.ip6(q + 24)}` : code === 1 ? ' (reassembly)' : `, unknown code (${code})`);
  } else if (code === 0) n.print(`, erroneous - octet ${n.u32(o + 4)}`);
  else if (code === 1) n.print(`, next header - octet ${n.u32(o + 4)}`);
  else if (code === 2) n.print(`, option - octet ${n.u32(o + 4)}`);
  else n.print(`, code-#${code}`);
}

function portText(n: Ndo, q: number): string {
  const proto = n.u8(q + 6);
  const port = n.u16(q + 42);
  const to = n.ip6(q + 24);
  if (proto === 6) return `, ${to} tcp port ${n.port(port, 'tcp')}`;
  if (proto === 17) return `, ${to} udp port ${n.port(port, 'udp')}`;
  return `, ${to} protocol ${proto} port ${port} unreachable`;
}

/** @param ipOff where the IPv6 header is. */
export function icmp6Print(n: Ndo, o: number, length: number, ipOff: number, fragmented: boolean): void {
  n.protocol = 'icmp6';
  const end = o + length;
  const type = n.u8(o);
  const code = n.u8(o + 1);
  n.u16(o + 2);
  if (n.o.verbose > 0 && !fragmented && n.has(o, length)) checksumText(n, o, length, ipOff);
  n.print(`ICMP6, ${tok(TYPE, 'unknown icmp6 type (%u)', type)}`);
  const verbose = n.o.verbose > 0;
  if (verbose && (type === 133 || type === 134 || type === 135 || type === 136 || type === 137))
    n.print(`, length ${length}`);
  switch (type) {
    case 1:
    case 2:
    case 3:
    case 4:
      n.need(o, 8);
      if (type === 1 && code === 4) n.need(o, 48);
      errorText(n, o, type, code);
      break;
    case 128:
    case 129:
      n.print(`, id ${n.u16(o + 4)}, seq ${n.u16(o + 6)}`);
      break;
    case 130:
      if (length === 24) n.print(` max resp delay: ${n.u16(o + 4)} addr: ${n.ip6(o + 8)}`);
      else if (length >= 28) mld2Query(n, o, length);
      break;
    case 131:
    case 132:
      n.print(`max resp delay: ${n.u16(o + 4)} addr: ${n.ip6(o + 8)}`);
      break;
    case 133:
      if (verbose) ndOptions(n, o + 8, end);
      break;
    case 134:
      if (verbose) routerAdvertisement(n, o, end);
      break;
    case 135:
      n.print(`, who has ${n.ip6(o + 8)}`);
      if (verbose) ndOptions(n, o + 24, end);
      break;
    case 136: {
      n.print(`, tgt is ${n.ip6(o + 8)}`);
      if (!verbose) break;
      n.print(
        `, Flags [${bits(
          [
            [0x80, 'router'],
            [0x40, 'solicited'],
            [0x20, 'override'],
          ],
          'none',
          n.u8(o + 4),
        )}]`,
      );
      ndOptions(n, o + 24, end);
      break;
    }
    case 137:
      n.print(`, ${n.ip6(o + 24)} to ${n.ip6(o + 8)}`);
      if (verbose) ndOptions(n, o + 40, end);
      break;
    case 143:
      mld2Report(n, o, end);
      break;
    default:
      n.print(`, length ${length}`);
      return;
  }
  if (!verbose) n.print(`, length ${length}`);
}

function mld2Query(n: Ndo, o: number, length: number): void {
  const mrc = n.u16(o + 4);
  const ms = mrc < 32768 ? mrc : ((mrc & 0x0fff) | 0x1000) << (((mrc & 0x7000) >>> 12) + 3);
  if (n.o.verbose > 0) {
    const sflag = (n.u8(o + 24) & 8) !== 0 ? ' sflag' : '';
    const robustness = (n.u8(o + 24) & 7) !== 0 ? ` robustness=${n.u8(o + 24) & 7}` : '';
    n.print(` [max resp delay=${ms}]${sflag}${robustness} qqi=${n.u8(o + 25)}`);
  }
  n.print(` [gaddr ${n.ip6(o + 8)}`);
  const sources = n.u16(o + 26);
  if (sources > 0) {
    if (length < 28 + 16 * sources) n.print(` [invalid number of sources ${sources}]`);
    else if (n.o.verbose > 1) {
      n.print(' {');
      for (let i = 0; i < sources; i++) n.print(` ${n.ip6(o + 28 + 16 * i)}`);
      n.print(' }');
    } else n.print(`, ${sources} source(s)`);
  }
  n.print(']');
}
