/** ICMPv6. RFC 4443, 4861. @see tcpdump print-icmp6.c */
import { pseudoChecksum, shouldBe } from './cksum.ts';
import { mldPrint, mld2Query, mld2Report } from './mld.ts';
import { ndOptions, preference } from './nd-options.ts';
import { bits, type BitNames, hex, type Ndo, tok, type Tokens } from './ndo.ts';

const TYPE: Tokens = {
  1: 'destination unreachable',
  2: 'packet too big',
  3: 'time exceeded in-transit',
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
  139: 'who-are-you request',
  140: 'who-are-you reply',
  141: 'inverse neighbor solicitation',
  142: 'inverse neighbor advertisement',
  143: 'multicast listener report v2',
  144: 'ha discovery request',
  145: 'ha discovery reply',
  146: 'mobile router solicitation',
  147: 'mobile router advertisement',
  155: 'RPL',
  200: 'mtrace response',
  201: 'mtrace message',
};
const UNREACH: Tokens = {
  0: 'unreachable route',
  1: ' unreachable prohibited',
  2: 'beyond scope',
  3: 'unreachable address',
  4: 'unreachable port',
};
const RA_FLAGS: BitNames = [
  [0x80, 'managed'],
  [0x40, 'other stateful'],
  [0x20, 'home agent'],
  [0x02, 'ipv6 only'],
];
const NA_FLAGS: BitNames = [
  [0x80000000, 'router'],
  [0x40000000, 'solicited'],
  [0x20000000, 'override'],
];
const PARAMETER: readonly string[] = ['erroneous', 'next header', 'option', 'incomplete header chain'];
/** Types whose length follows their name with -v. */
const WITH_LENGTH: readonly number[] = [133, 134, 135, 136, 137, 145, 147];

/** Where a packet's transport header is, and which; null when it cannot be reached. @see get_upperlayer */
function upperLayer(n: Ndo, ip: number): { readonly proto: number; readonly o: number } | null {
  if (!n.has(ip + 6, 1)) return null;
  let nh = n.u8(ip + 6);
  let o = ip;
  for (let size = 40; o < n.end;) {
    o += size;
    switch (nh) {
      case 17:
      case 6:
        return n.has(o + 2, 2) ? { proto: nh, o } : null;
      case 0:
      case 60:
      case 43:
        if (!n.has(o + 1, 1)) return null;
        nh = n.u8(o);
        size = (n.u8(o + 1) + 1) << 3;
        break;
      case 44:
        if (!n.has(o + 2, 2) || (n.u16(o + 2) & 0xfff8) !== 0) return null;
        nh = n.u8(o);
        size = 8;
        break;
      case 51:
        if (!n.has(o + 1, 1)) return null;
        nh = n.u8(o);
        size = (n.u8(o + 1) + 2) << 2;
        break;
      default:
        return null;
    }
  }
  return null;
}

/** How a message's text ends. */
type Outcome = 'ok' | 'cut' | 'done';

function unreachable(n: Ndo, o: number, length: number, code: number): Outcome {
  const q = o + 8;
  n.print(`, ${tok(UNREACH, 'unknown unreach code (%u)', code)}`);
  if (code === 0 || code === 1 || code === 3) n.print(` ${n.ip6(q + 24)}`);
  else if (code === 2) n.print(` ${n.ip6(q + 24)}, source address ${n.ip6(q + 8)}`);
  else if (code === 4) {
    const upper = upperLayer(n, q);
    if (upper === null) return 'cut';
    const port = n.u16(upper.o + 2);
    const [name, text] = upper.proto === 6 ? ['tcp', n.port(port, 'tcp')] : ['udp', n.port(port, 'udp')];
    n.print(`, ${n.ip6(q + 24)} ${name} port ${text}`);
  } else if (n.o.verbose <= 1) {
    n.unknown(o, '\n\t', length);
    return 'done';
  }
  return 'ok';
}

function parameterProblem(n: Ndo, o: number, code: number): Outcome {
  if (!n.has(o + 32, 16)) return 'cut';
  const name = PARAMETER[code];
  n.print(name === undefined ? `, code-#${code}` : `, ${name} - octet ${n.u32(o + 4)}`);
  return 'ok';
}

function routerAdvertisement(n: Ndo, o: number): void {
  const flags = n.u8(o + 5);
  n.print(
    `\n\thop limit ${n.u8(o + 4)}, Flags [${bits(RA_FLAGS, 'none', flags)}], pref ${preference(flags)}, router lifetime ${n.u16(o + 6)}s, reachable time ${n.u32(o + 8)}ms, retrans timer ${n.u32(o + 12)}ms`,
  );
}

/** What depends on the type. */
function body(n: Ndo, o: number, length: number, type: number, code: number): Outcome {
  const verbose = n.o.verbose > 0;
  const withOptions = (at: number): Outcome => (!verbose || ndOptions(n, o + at, length - at) ? 'ok' : 'cut');
  switch (type) {
    case 1:
      return unreachable(n, o, length, code);
    case 2:
      n.print(`, mtu ${n.u32(o + 4)}`);
      return 'ok';
    case 3:
      n.print(code === 0 ? ` for ${n.ip6(o + 32)}` : code === 1 ? ' (reassembly)' : `, unknown code (${code})`);
      return 'ok';
    case 4:
      return parameterProblem(n, o, code);
    case 128:
    case 129:
      n.print(`, id ${n.u16(o + 4)}, seq ${n.u16(o + 6)}`);
      return 'ok';
    case 130:
      if (length === 24) mldPrint(n, o);
      else if (length >= 28) mld2Query(n, o, length);
      else n.print(` unknown-version (len ${length}) `);
      return 'ok';
    case 131:
    case 132:
      mldPrint(n, o);
      return 'ok';
    case 133:
      return withOptions(8);
    case 134:
      if (verbose) routerAdvertisement(n, o);
      return withOptions(16);
    case 135:
      n.print(`, who has ${n.ip6(o + 8)}`);
      return withOptions(24);
    case 136:
      n.print(`, tgt is ${n.ip6(o + 8)}`);
      if (verbose) n.print(`, Flags [${bits(NA_FLAGS, 'none', n.u32(o + 4))}]`);
      return withOptions(24);
    case 137:
      n.print(`, ${n.ip6(o + 24)}`);
      n.print(` to ${n.ip6(o + 8)}`);
      return withOptions(40);
    case 138:
    case 139:
    case 140:
    case 155:
      n.missing = TYPE[type]!;
      return 'ok';
    case 141:
    case 142:
      return 'ok';
    case 143:
      mld2Report(n, o, length);
      return 'ok';
    case 144:
    case 146:
      n.print(`, id 0x${hex(n.u16(o + 4), 4)}`);
      return 'ok';
    case 145:
      if (!verbose) return 'ok';
      n.print(`, id 0x${hex(n.u16(o + 4), 4)}`);
      for (let p = o + 8; p < o + length; p += 16) n.print(`, ${n.ip6(p)}`);
      return 'ok';
    case 147: {
      if (!verbose) return 'ok';
      n.print(`, id 0x${hex(n.u16(o + 4), 4)}`);
      const flags = n.u16(o + 6);
      n.print(
        `${(flags & 0xc000) !== 0 ? ' ' : ''}${(flags & 0x8000) !== 0 ? 'M' : ''}${(flags & 0x4000) !== 0 ? 'O' : ''}`,
      );
      return withOptions(8);
    }
    default:
      n.print(`, length ${length}`);
      if (n.o.verbose <= 1) n.unknown(o, '\n\t', length);
      return 'done';
  }
}

/**
 * A message.
 *
 * Differs from Linux: of router renumbering, node information and RPL only the name is shown.
 * @param ip where the IPv6 header is
 */
export function icmp6Print(n: Ndo, o: number, length: number, ip: number, fragmented: boolean): void {
  n.protocol = 'icmp6';
  if (length === 0) {
    n.print('ICMP6, length 0');
    n.invalid();
    return;
  }
  if (n.o.verbose > 0 && !fragmented && n.has(o, length)) {
    const was = n.u16(o + 2);
    const rest = pseudoChecksum(n, ip, o, length, 58);
    n.print(
      rest === 0 ? '[icmp6 sum ok] ' : `[bad icmp6 cksum 0x${hex(was, 4)} -> 0x${hex(shouldBe(was, rest), 4)}!] `,
    );
  }
  const type = n.u8(o);
  n.print(`ICMP6, ${tok(TYPE, 'unknown icmp6 type (%u)', type)}`);
  if (n.o.verbose > 0 && WITH_LENGTH.includes(type)) n.print(`, length ${length}`);
  const outcome = body(n, o, length, type, n.u8(o + 1));
  if (outcome === 'cut') n.trunc();
  else if (outcome === 'ok' && n.o.verbose === 0) n.print(`, length ${length}`);
}
