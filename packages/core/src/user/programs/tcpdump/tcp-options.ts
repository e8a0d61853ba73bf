/** Options of a TCP header. @see tcpdump print-tcp.c */
import { mptcpPrint } from './mptcp.ts';
import { ipVersion } from './cksum.ts';
import { hex, type Ndo, tok, type Tokens } from './ndo.ts';

const OPTION: Tokens = {
  0: 'eol',
  1: 'nop',
  2: 'mss',
  3: 'wscale',
  4: 'sackOK',
  5: 'sack',
  6: 'echo',
  7: 'echoreply',
  8: 'TS',
  11: 'cc',
  12: 'ccnew',
  13: '',
  19: 'md5',
  20: 'scps',
  28: 'uto',
  29: 'tcp-ao',
  30: 'mptcp',
  34: 'tfo',
  254: 'exp',
};

/** The segment the options are of. */
export interface Segment {
  readonly o: number;
  readonly ip: number;
  readonly hlen: number;
  /** Of the data. */
  readonly length: number;
  readonly flags: number;
  /** What SACK blocks count from. */
  readonly sackBase: number;
}

/** How an option ends the list. */
type Outcome = 'ok' | 'bad' | 'cut';

/** @returns false when they were wrong or cut: nothing follows then */
export function tcpOptions(n: Ndo, s: Segment): boolean {
  n.print(', options [');
  let p = s.o + 20;
  let left = s.hlen - 20;
  let some = false;
  const end = (outcome: Outcome): boolean => {
    if (outcome === 'bad') n.print(`[bad opt]${some ? ']' : ''}`);
    else {
      n.trunc();
      if (some) n.print('>');
    }
    return false;
  };
  while (left > 0) {
    if (some) n.print(',');
    const opt = n.u8(p++);
    const alone = opt === 0 || opt === 1;
    const len = alone ? 1 : n.u8(p++);
    if (!alone) {
      if (len < 2 || len > left) return end('bad');
      left--;
    }
    left--;
    n.print(tok(OPTION, 'unknown-%u', opt));
    const result = option(n, s, opt, len, p, left);
    if (typeof result !== 'number') return end(result);
    p += result;
    left -= result;
    const used = alone ? result + 1 : result + 2;
    if (used !== len) n.print(`[len ${len}]`);
    some = true;
    if (opt === 0) break;
  }
  n.print(']');
  return true;
}

/** One option's value at `p`; `left` bytes of options remain there. @returns bytes of the value, or why it could not be shown */
function option(n: Ndo, s: Segment, opt: number, len: number, p: number, left: number): number | Outcome {
  /** Bytes that must be there: in the header, and captured. */
  const check = (size: number): Outcome => (size > left ? 'bad' : n.has(p, size) ? 'ok' : 'cut');
  const data = len - 2;
  const take = (size: number, text: () => string): number | Outcome => {
    const outcome = check(size);
    if (outcome !== 'ok') return outcome;
    n.print(text());
    return size;
  };
  switch (opt) {
    case 0:
    case 1:
    case 4:
      return 0;
    case 2:
      return take(2, () => ` ${n.u16(p)}`);
    case 3:
      return take(1, () => ` ${n.u8(p)}`);
    case 5:
      return sack(n, s, p, data, check);
    case 6:
    case 7:
    case 11:
    case 12:
    case 13:
      return take(4, () => ` ${n.u32(p)}`);
    case 8:
      return take(8, () => ` val ${n.u32(p)} ecr ${n.u32(p + 4)}`);
    case 19:
      return take(16, () => signature(n, s, p));
    case 20:
      return take(2, () => ` cap ${hex(n.u8(p), 2)} id ${n.u8(p + 1)}`);
    case 28:
      return take(2, () => {
        const v = n.u16(p);
        return ` 0x${hex(v)} ${(v & 1) !== 0 ? (v >>> 1) * 60 : v >>> 1}`;
      });
    case 29:
      return authentication(n, p, data, check);
    case 30: {
      const outcome = check(data);
      if (outcome !== 'ok') return outcome;
      const saved = n.end;
      n.end = Math.min(p + data, n.end);
      const good = mptcpPrint(n, p - 2, len, s.flags);
      n.end = saved;
      return good ? data : 'bad';
    }
    case 34:
      return take(data, () => ` ${fastOpen(n, p, data)}`);
    case 254: {
      const outcome = check(data);
      if (outcome !== 'ok') return outcome;
      if (data < 2) return 'bad';
      const magic = n.u16(p);
      n.print(`-${magic === 0xf989 ? `tfo${fastOpen(n, p + 2, data - 2)}` : hex(magic, 4)}`);
      return data;
    }
    default:
      if (data > 0) n.print(' 0x');
      for (let i = 0; i < data; i++) {
        const outcome = check(i + 1);
        if (outcome !== 'ok') return outcome;
        n.print(hex(n.u8(p + i), 2));
      }
      return data;
  }
}

function sack(n: Ndo, s: Segment, p: number, data: number, check: (size: number) => Outcome): number | Outcome {
  if (data % 8 !== 0) {
    n.print(' invalid sack');
    return data;
  }
  n.print(` ${data / 8} `);
  for (let i = 0; i < data; i += 8) {
    for (const size of [i + 4, i + 8]) {
      const outcome = check(size);
      if (outcome !== 'ok') return outcome;
    }
    const from = (n.u32(p + i) - s.sackBase) >>> 0;
    const to = (n.u32(p + i + 4) - s.sackBase) >>> 0;
    n.print(`{${from}:${to}}`);
  }
  return data;
}

/** TCP-MD5, which cannot be checked without the secret. RFC 2385. */
function signature(n: Ndo, s: Segment, p: number): string {
  const why =
    s.o + s.hlen + s.length > n.end
      ? 'snaplen too short'
      : ipVersion(n, s.ip) === 0
        ? 'IP version not 4 or 6'
        : 'shared secret not supplied with -M';
  return ` ${why}, can't check - ${n.hexBytes(p, 16)}`;
}

/** TCP-AO. RFC 5925 §2.2. */
function authentication(n: Ndo, p: number, data: number, check: (size: number) => Outcome): number | Outcome {
  if (data < 2) {
    n.invalid();
    return data;
  }
  for (let i = 0; i < data; i++) {
    if (i === 2) n.print(' mac 0x');
    const outcome = check(i + 1);
    if (outcome !== 'ok') return outcome;
    if (i === 0) n.print(` keyid ${n.u8(p)}`);
    else if (i === 1) n.print(` rnextkeyid ${n.u8(p + 1)}`);
    else n.print(hex(n.u8(p + i), 2));
  }
  return data;
}

/** TCP Fast Open. RFC 7413 §4.1. */
function fastOpen(n: Ndo, p: number, data: number): string {
  if (data === 0) return ' cookiereq';
  if (data % 2 !== 0 || data < 4 || data > 16) return ' (invalid)';
  return ` cookie ${n.hexBytes(p, data)}`;
}
