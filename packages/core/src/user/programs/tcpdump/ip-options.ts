/** Options of an IPv4 header. @see tcpdump print-ip.c:ip_optprint */
import { type Ndo, tok, type Tokens } from './ndo.ts';

const OPTION: Tokens = {
  0: 'EOL',
  1: 'NOP',
  68: 'timestamp',
  130: 'security',
  7: 'RR',
  137: 'SSRR',
  131: 'LSRR',
  148: 'RA',
  82: 'traceroute',
};

/** Recorded and source routes. @returns false when they were cut */
function route(n: Ndo, o: number, len: number): boolean {
  if (len < 3) {
    n.print(` [bad length ${len}]`);
    return true;
  }
  if (((len + 1) & 3) !== 0) n.print(` [bad length ${len}]`);
  const ptr = (n.u8(o + 2) - 1) >>> 0;
  if (ptr < 3 || ((ptr + 1) & 3) !== 0 || ptr > len + 1) n.print(` [bad ptr ${n.u8(o + 2)}]`);
  for (let i = 3; i < len; i += 4) {
    if (!n.has(o + i, 4)) return false;
    n.print(` ${n.ip4(o + i)}${ptr > i ? ',' : ''}`);
  }
  return true;
}

/** @returns false when it was cut */
function timestamp(n: Ndo, o: number, len: number): boolean {
  if (len < 4) {
    n.print(`[bad length ${len}]`);
    return true;
  }
  n.print(' TS{');
  const flag = n.u8(o + 3) & 15;
  const hop = flag === 0 ? 4 : 8;
  if (((len - 4) & (hop - 1)) !== 0) n.print(`[bad length ${len}]`);
  const ptr = (n.u8(o + 2) - 1) >>> 0;
  if (ptr < 4 || ((ptr - 4) & (hop - 1)) !== 0 || ptr > len + 1) n.print(`[bad ptr ${n.u8(o + 2)}]`);
  n.print(flag === 0 ? 'TSONLY' : flag === 1 ? 'TS+ADDR' : flag === 3 ? 'PRESPEC' : `[bad ts type ${flag}]`);
  let i = 0;
  if (flag === 0 || flag === 1 || flag === 3) {
    for (i = 4; i < len; i += hop) {
      const mark = ptr === i ? ' ^ ' : ' ';
      if (!n.has(o + i, hop)) return false;
      n.print(`${mark}${n.u32(o + i + hop - 4)}@${hop === 8 ? n.ip4(o + i) : ''}`);
    }
  }
  if (ptr === i) n.print(' ^ ');
  const over = n.u8(o + 3) >>> 4;
  n.print(over !== 0 ? ` [${over} hops not recorded]} ` : '}');
  return true;
}

/** @returns false when they were cut */
export function ipOptions(n: Ndo, o: number, length: number): boolean {
  let separator = '';
  for (let len = 0; length > 0; o += len, length -= len) {
    n.print(separator);
    separator = ',';
    const code = n.u8(o);
    n.print(tok(OPTION, 'unknown %u', code));
    len = code === 0 || code === 1 ? 1 : n.u8(o + 1);
    if ((len < 2 && code !== 0 && code !== 1) || len > length) {
      n.print(` [bad length ${len}]`);
      return true;
    }
    if (!n.has(o, len)) return false;
    if (code === 0) return true;
    if (code === 68 && !timestamp(n, o, len)) return false;
    if ((code === 7 || code === 131 || code === 137) && !route(n, o, len)) return false;
    if (code === 148) {
      if (len < 4) n.print(` [bad length ${len}]`);
      else if (n.u16(o + 2) !== 0) n.print(` value ${n.u16(o + 2)}`);
    }
  }
  return true;
}
