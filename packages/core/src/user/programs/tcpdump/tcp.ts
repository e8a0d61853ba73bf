/** TCP. @see tcpdump print-tcp.c */
import { csumPartial } from '../../../wire/checksum.ts';
import { dnsPrint } from './dns.ts';
import { type Ndo, TRUNCATED } from './ndo.ts';
import { endpoints, pseudo } from './udp.ts';

const FLAGS: readonly (readonly [number, string])[] = [
  [1, 'F'],
  [2, 'S'],
  [4, 'R'],
  [8, 'P'],
  [16, '.'],
  [32, 'U'],
  [64, 'E'],
  [128, 'W'],
];

/** Options; returns false when they were cut or wrong. */
function options(n: Ndo, o: number, length: number): void {
  let separator = '';
  n.print(', options [');
  while (length > 0) {
    n.print(separator);
    separator = ',';
    const kind = n.u8(o);
    const len = kind === 0 || kind === 1 ? 1 : length < 2 ? 0 : n.u8(o + 1);
    const name = (
      {
        0: 'eol',
        1: 'nop',
        2: 'mss',
        3: 'wscale',
        4: 'sackOK',
        5: 'sack',
        6: 'echo',
        7: 'echoreply',
        8: 'TS',
        19: 'md5',
        28: 'uto',
        34: 'tfo',
        30: 'mptcp',
      } as Readonly<Record<number, string>>
    )[kind];
    n.print(name ?? `unknown-${kind}`);
    if (kind !== 0 && kind !== 1 && (len < 2 || len > length)) {
      n.print('[bad opt]');
      n.print(']');
      return;
    }
    switch (kind) {
      case 2:
        n.print(` ${n.u16(o + 2)}`);
        break;
      case 3:
        n.print(` ${n.u8(o + 2)}`);
        break;
      case 5: {
        const count = Math.floor((len - 2) / 8);
        n.print(` ${count} `);
        for (let i = 0; i < count; i++) n.print(`{${n.u32(o + 2 + 8 * i)}:${n.u32(o + 6 + 8 * i)}}`);
        break;
      }
      case 8:
        n.print(` val ${n.u32(o + 2)} ecr ${n.u32(o + 6)}`);
        break;
      case 0:
      case 1:
      case 4:
        break;
      default:
        n.print(len > 2 ? ` 0x${n.hexBytes(o + 2, len - 2)}` : '');
    }
    o += len;
    length -= len;
    if (kind === 0) break;
  }
  n.print(']');
}

/** Sequence and acknowledgement numbers counted from the first seen of the connection. */
function relative(
  n: Ndo,
  ipOff: number,
  sport: number,
  dport: number,
  seq: number,
  ack: number,
  flags: number,
): readonly [number, number] {
  if (n.o.absoluteSeq || (flags & 16) === 0) return [seq, ack];
  const six = n.b[ipOff]! >>> 4 === 6;
  const size = six ? 16 : 4;
  const src = n.hexBytes(ipOff + (six ? 8 : 12), size);
  const dst = n.hexBytes(ipOff + (six ? 24 : 16), size);
  const forward = sport === dport ? src > dst : sport > dport;
  const key = forward ? `${src} ${dst} ${sport} ${dport}` : `${dst} ${src} ${dport} ${sport}`;
  const known = n.tcpSeqs.get(key);
  if (known === undefined || (flags & 2) !== 0) {
    n.tcpSeqs.set(key, forward ? { seq, ack: (ack - 1) >>> 0 } : { seq: (ack - 1) >>> 0, ack: seq });
    return [seq, ack];
  }
  return forward
    ? [(seq - known.seq) >>> 0, (ack - known.ack) >>> 0]
    : [(seq - known.ack) >>> 0, (ack - known.seq) >>> 0];
}

export function tcpPrint(n: Ndo, o: number, length: number, ipOff: number, fragmented: boolean): void {
  n.protocol = 'tcp';
  if (!n.has(o, 4)) {
    endpoints(n, ipOff, null, null);
    n.print('[|tcp]');
    return;
  }
  const sport = n.u16(o);
  const dport = n.u16(o + 2);
  endpoints(n, ipOff, n.port(sport, 'tcp'), n.port(dport, 'tcp'));
  if (!n.has(o, 20)) {
    n.trunc();
    return;
  }
  const hlen = (n.u8(o + 12) >>> 4) * 4;
  if (hlen < 20) {
    n.print(` tcp ${length - hlen} [bad hdr length ${hlen} - too short, < 20]`);
    return;
  }
  const flags = n.u8(o + 13);
  let seq = n.u32(o + 4);
  let ack = n.u32(o + 8);
  const urp = n.u16(o + 18);
  if (n.o.quick > 0) {
    n.print(`tcp ${length - hlen}`);
    if (hlen > length) n.print(` [bad hdr length ${hlen} - too long, > ${length}]`);
    return;
  }
  const names = FLAGS.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name);
  n.print(`Flags [${names.length === 0 ? 'none' : names.join('')}]`);
  [seq, ack] = relative(n, ipOff, sport, dport, seq, ack, flags);
  if (hlen > length) {
    n.print(` [bad hdr length ${hlen} - too long, > ${length}]`);
    return;
  }
  if (n.o.verbose > 0 && !n.o.noChecksums && !fragmented && n.has(o, length)) {
    const was = n.u16(o + 16);
    const hex = (v: number): string => `0x${v.toString(16).padStart(4, '0')}`;
    const p = pseudo(n, ipOff, length, 6);
    const sum = ~csumPartial(n.b, o, length, p) & 0xffff;
    n.print(`, cksum ${hex(was)}`);
    if (sum === 0) n.print(' (correct)');
    else {
      const copy = n.b.slice(o, o + length);
      copy[16] = copy[17] = 0;
      n.print(` (incorrect -> ${hex(~csumPartial(copy, 0, length, p) & 0xffff)})`);
    }
  }
  const len = length - hlen;
  if (n.o.verbose > 1 || len > 0 || (flags & 7) !== 0) {
    n.print(`, seq ${seq}`);
    if (len > 0) n.print(`:${(seq + len) >>> 0}`);
  }
  if ((flags & 16) !== 0) n.print(`, ack ${ack}`);
  n.print(`, win ${n.u16(o + 14)}`);
  if ((flags & 32) !== 0) n.print(`, urg ${urp}`);
  if (hlen > 20) {
    try {
      options(n, o + 20, hlen - 20);
    } catch (e) {
      if (e !== TRUNCATED) throw e;
      n.trunc();
      n.print('>');
      return;
    }
  }
  n.print(`, length ${len}`);
  if (len === 0 || (flags & 4) !== 0) return;
  const is = (port: number): boolean => sport === port || dport === port;
  if (is(80) || is(8080) || is(3128)) {
    n.print(': ');
    httpPrint(n, o + hlen, len);
  } else if (is(53) && len > 2 && n.has(o + hlen, 2)) {
    n.print(' ');
    dnsPrint(n, o + hlen + 2, len - 2, false);
  }
}

/** The first line of a request or an answer; all lines with -v. @see tcpdump print-http.c, print.c:txtproto_print */
function httpPrint(n: Ndo, o: number, length: number): void {
  n.protocol = 'http';
  n.print('HTTP');
  let text = '';
  for (let i = 0; i < Math.min(length, n.left(o)); i++) text += String.fromCharCode(n.u8(o + i));
  const known =
    /^(?:(?:GET|PUT|COPY|HEAD|LOCK|MOVE|POLL|POST|PROPFIND|PROPPATCH|DELETE|OPTIONS|TRACE|CONNECT|NOTIFY|SUBSCRIBE|UNSUBSCRIBE|MKCOL|SEARCH) |HTTP\/)/.test(
      text,
    );
  const lines = text.split(/\r?\n/);
  const cut = n.left(o) < length;
  if (n.o.verbose === 0) {
    if (known && cut && lines.length === 1) throw TRUNCATED;
    if (known) n.print(`: ${lines[0]}`);
    return;
  }
  n.print(`, length: ${length}`);
  if (!known) return;
  if (lines.at(-1) === '' || cut) lines.pop();
  for (const line of lines) n.print(`\n\t${line}`);
  if (cut) throw TRUNCATED;
}
