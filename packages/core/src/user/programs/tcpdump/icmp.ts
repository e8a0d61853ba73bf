/** ICMP. @see tcpdump print-icmp.c */
import { checksum } from '../../../wire/checksum.ts';
import { type Ndo, tok, TRUNCATED } from './ndo.ts';

const UNREACH: Readonly<Record<number, string>> = {
  0: 'net %D unreachable',
  1: 'host %D unreachable',
  5: '%D source route failed',
  6: 'net %D unreachable - unknown',
  7: 'host %D unreachable - unknown',
  8: '%S isolated',
  9: 'net %D unreachable - admin prohibited',
  10: 'host %D unreachable - admin prohibited',
  11: 'net %D unreachable - tos prohibited',
  12: 'host %D unreachable - tos prohibited',
  13: 'host %D unreachable - admin prohibited filter',
  14: 'host %D unreachable - host precedence violation',
  15: 'host %D unreachable - precedence cutoff',
};
const REDIRECT: Readonly<Record<number, string>> = { 0: 'net', 1: 'host', 2: 'tos and net', 3: 'tos and host' };

/** What an unreachable says of the packet in it. `q` is where its IP header is. */
function unreach(n: Ndo, o: number, q: number): string {
  const code = n.u8(o + 1);
  if (code === 2) return `${n.ip4(q + 16)} protocol ${n.u8(q + 9)} unreachable`;
  if (code === 3) {
    const proto = n.u8(q + 9);
    const port = n.u16(q + (n.u8(q) & 15) * 4 + 2);
    if (proto === 6) return `${n.ip4(q + 16)} tcp port ${n.port(port, 'tcp')} unreachable`;
    if (proto === 17) return `${n.ip4(q + 16)} udp port ${n.port(port, 'udp')} unreachable`;
    return `${n.ip4(q + 16)} protocol ${proto} port ${port} unreachable`;
  }
  if (code === 4) {
    const mtu = n.u16(o + 6);
    return `${n.ip4(q + 16)} unreachable - need to frag${mtu === 0 ? '' : ` (mtu ${mtu})`}`;
  }
  const text = UNREACH[code];
  if (text === undefined) return `${n.ip4(q + 16)} unreachable - #${code}`;
  return text.replace('%D', () => n.ip4(q + 16)).replace('%S', () => n.ip4(q + 12));
}

function name(n: Ndo, o: number): string {
  const type = n.u8(o);
  const code = n.u8(o + 1);
  switch (type) {
    case 0:
    case 8:
      return `echo ${type === 8 ? 'request' : 'reply'}, id ${n.u16(o + 4)}, seq ${n.u16(o + 6)}`;
    case 3:
      return unreach(n, o, o + 8);
    case 4:
      return 'source quench';
    case 5:
      return `redirect ${n.ip4(o + 8 + 16)} to ${REDIRECT[code] ?? `#${code}`} ${n.ip4(o + 4)}`.replace(
        /^redirect (\S+) to net /,
        'redirect $1 to net ',
      );
    case 9: {
      const life = n.u16(o + 6);
      const time =
        life < 60
          ? `${life}`
          : life < 3600
            ? `${Math.floor(life / 60)}:${String(life % 60).padStart(2, '0')}`
            : `${Math.floor(life / 3600)}:${String(Math.floor((life % 3600) / 60)).padStart(2, '0')}:${String(life % 60).padStart(2, '0')}`;
      let text = `router advertisement lifetime ${time} ${n.u8(o + 4)}:`;
      if (n.u8(o + 5) !== 2) return `${text} [size ${n.u8(o + 5)}]`;
      for (let i = 0; i < n.u8(o + 4); i++) text += ` {${n.ip4(o + 8 + 8 * i)} ${n.u32(o + 12 + 8 * i)}}`;
      return text;
    }
    case 10:
      return 'router solicitation';
    case 11:
      n.need(o + 8, 20);
      return code === 0
        ? 'time exceeded in-transit'
        : code === 1
          ? 'ip reassembly time exceeded'
          : `time exceeded-#${code}`;
    case 12:
      if (code !== 0) return `parameter problem - code ${code}`;
      return `parameter problem - octet ${n.u8(o + 4)}`;
    case 13:
      return `time stamp query id ${n.u16(o + 4)} seq ${n.u16(o + 6)}`;
    case 14: {
      const at = (p: number): string => {
        const ms = n.u32(p);
        const s = Math.floor(ms / 1000);
        const two = (v: number): string => String(v).padStart(2, '0');
        return `${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}.${String(ms % 1000).padStart(3, '0')}`;
      };
      return `time stamp reply id ${n.u16(o + 4)} seq ${n.u16(o + 6)}: org ${at(o + 8)}, recv ${at(o + 12)}, xmit ${at(o + 16)}`;
    }
    case 15:
      return 'information request';
    case 16:
      return 'information reply';
    case 17:
      return 'address mask request';
    case 18:
      return `address mask is 0x${n
        .u32(o + 8)
        .toString(16)
        .padStart(8, '0')}`;
    default:
      return tok({}, 'type-#%u', type);
  }
}

/** @param ipOff where the IPv4 header is. */
export function icmpPrint(n: Ndo, o: number, length: number, _ipOff: number, fragmented: boolean): void {
  n.protocol = 'icmp';
  let text: string;
  try {
    text = name(n, o);
  } catch (e) {
    // For these the original looks before it reads, and goes on as after a whole packet.
    const ours = n.has(o, 2) && (n.u8(o) === 11 || n.u8(o) === 14 || (n.u8(o) === 3 && n.u8(o + 1) === 3));
    if (e !== TRUNCATED || !ours) throw e;
    n.trunc();
    return;
  }
  n.print(`ICMP ${text}, length ${length}`);
  if (n.o.verbose > 0 && !fragmented && n.has(o, length)) {
    const sum = checksum(n.b, o, length);
    if (sum !== 0) {
      const was = n.u16(o + 2);
      const copy = n.b.slice(o, o + length);
      copy[2] = copy[3] = 0;
      n.print(` (wrong icmp cksum ${was.toString(16)} (->${checksum(copy, 0, length).toString(16)})!)`);
    }
  }
  const type = n.u8(o);
  if (n.o.verbose >= 1 && (type === 3 || type === 4 || type === 5 || type === 11 || type === 12)) {
    n.print('\n\t');
    const q = o + 8;
    const end = n.end;
    n.inner.ip(n, q, n.u16(q + 2));
    n.end = end;
  }
}
