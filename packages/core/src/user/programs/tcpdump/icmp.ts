/** ICMP. RFC 792, 950, 1256. @see tcpdump print-icmp.c */
import { checksum } from '../../../wire/checksum.ts';
import { shouldBe } from './cksum.ts';
import { extensionsPrint } from './icmp-extensions.ts';
import { hex, type Ndo, tok, type Tokens } from './ndo.ts';

/** Unreachables by code; `%` is the destination of the packet they answer. */
const UNREACH: Tokens = {
  0: 'net % unreachable',
  1: 'host % unreachable',
  5: '% unreachable - source route failed',
  6: 'net % unreachable - unknown',
  7: 'host % unreachable - unknown',
  8: '% unreachable - source host isolated',
  9: 'net % unreachable - admin prohibited',
  10: 'host % unreachable - admin prohibited',
  11: 'net % unreachable - tos prohibited',
  12: 'host % unreachable - tos prohibited',
  13: 'host % unreachable - admin prohibited filter',
  14: 'host % unreachable - host precedence violation',
  15: 'host % unreachable - precedence cutoff',
};
const OTHER: Tokens = {
  4: 'source quench',
  10: 'router solicitation',
  15: 'information request',
  16: 'information reply',
  17: 'address mask request',
};
/** A message that says so when it is cut, and ends there. */
const CUT = null;

/** What an unreachable says of the packet in it. */
function unreachable(n: Ndo, o: number, code: number): string | null {
  const q = o + 8;
  if (code === 2) return `${n.ip4(q + 16)} protocol ${n.u8(q + 9)} unreachable`;
  if (code === 3) {
    if (!n.has(q + 9, 1)) return CUT;
    const port = n.u16(q + (n.u8(q) & 15) * 4 + 2);
    const proto = n.u8(q + 9);
    const to = n.ip4(q + 16);
    if (proto === 6) return `${to} tcp port ${n.port(port, 'tcp')} unreachable`;
    if (proto === 17) return `${to} udp port ${n.port(port, 'udp')} unreachable`;
    return `${to} protocol ${proto} port ${port} unreachable`;
  }
  if (code === 4) {
    const mtu = n.u16(o + 6);
    return `${n.ip4(q + 16)} unreachable - need to frag${mtu === 0 ? '' : ` (mtu ${mtu})`}`;
  }
  const to = n.ip4(q + 16);
  const text = UNREACH[code];
  return text === undefined ? `${to} unreachable - #${code}` : text.replace('%', () => to);
}

function redirect(n: Ndo, o: number, code: number): string {
  const to = n.ip4(o + 24);
  const gateway = n.ip4(o + 4);
  if (code > 3) return `redirect-#${code} ${to} to ${gateway}`;
  return `redirect${code > 1 ? '-tos' : ''} ${to} to ${code % 2 === 0 ? 'net' : 'host'} ${gateway}`;
}

const two = (v: number): string => String(v).padStart(2, '0');

function advertisement(n: Ndo, o: number): string | null {
  if (!n.has(o + 4, 4)) return CUT;
  const life = n.u16(o + 6);
  const time =
    life < 60
      ? `${life}`
      : life < 3600
        ? `${Math.floor(life / 60)}:${two(life % 60)}`
        : `${Math.floor(life / 3600)}:${two(Math.floor((life % 3600) / 60))}:${two(life % 60)}`;
  const count = n.u8(o + 4);
  const size = n.u8(o + 5);
  let text = `router advertisement lifetime ${time} ${count}:`;
  if (size !== 2) return `${text} [size ${size}]`;
  for (let i = 0; i < count; i++) {
    if (!n.has(o + 8 + 8 * i, 8)) return CUT;
    text += ` {${n.ip4(o + 8 + 8 * i)} ${n.u32(o + 12 + 8 * i)}}`;
  }
  // The original's text has an end.
  return text.slice(0, 163);
}

function timestamp(ms: number): string {
  const s = Math.floor(ms / 1000);
  return `${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}.${String(ms % 1000).padStart(3, '0')}`;
}

/** The message in words; null when it is cut. */
function describe(n: Ndo, o: number, type: number, code: number): string | null {
  const idSeq = (): string => `id ${n.u16(o + 4)} seq ${n.u16(o + 6)}`;
  switch (type) {
    case 0:
    case 8:
      return `echo ${type === 8 ? 'request' : 'reply'}, id ${n.u16(o + 4)}, seq ${n.u16(o + 6)}`;
    case 3:
      return unreachable(n, o, code);
    case 5:
      return redirect(n, o, code);
    case 9:
      return advertisement(n, o);
    case 11:
      if (!n.has(o + 24, 4)) return CUT;
      if (code > 1) return `time exceeded-#${code}`;
      return code === 0 ? 'time exceeded in-transit' : 'ip reassembly time exceeded';
    case 12:
      return code !== 0 ? `parameter problem - code ${code}` : `parameter problem - octet ${n.u8(o + 4)}`;
    case 13:
      return `time stamp query ${idSeq()}`;
    case 14:
      if (!n.has(o + 16, 4)) return CUT;
      return `time stamp reply ${idSeq()}: org ${timestamp(n.u32(o + 8))}, recv ${timestamp(n.u32(o + 12))}, xmit ${timestamp(n.u32(o + 16))}`;
    case 18:
      return `address mask is 0x${hex(n.u32(o + 8), 8)}`;
    default:
      return tok(OTHER, 'type-#%u', type);
  }
}

export function icmpPrint(n: Ndo, o: number, length: number, fragmented: boolean): void {
  n.protocol = 'icmp';
  const type = n.u8(o);
  const code = n.u8(o + 1);
  const text = describe(n, o, type, code);
  if (text === CUT) {
    n.trunc();
    return;
  }
  n.print(`ICMP ${text}, length ${length}`);
  if (n.o.verbose === 0) return;
  if (!fragmented && n.has(o, length)) {
    const sum = checksum(n.b, o, length);
    const was = sum === 0 ? 0 : n.u16(o + 2);
    if (sum !== 0) n.print(` (wrong icmp cksum ${hex(was)} (->${hex(shouldBe(was, sum))})!)`);
  }
  if (type === 3 || type === 4 || type === 5 || type === 11 || type === 12) {
    n.print('\n\t');
    const q = o + 8;
    const size = n.u16(q + 2);
    const end = n.end;
    n.end = Math.min(q + size, n.end);
    // Its length is read again, within what it says.
    n.inner.ip(n, q, n.u16(q + 2));
    n.end = end;
  }
  n.protocol = 'icmp';
  if (length > 136 && (type === 3 || type === 11 || type === 12)) extensionsPrint(n, o, length);
}
