/** Multipath TCP options. RFC 6824, RFC 8684. @see tcpdump print-mptcp.c */
import { hex, type Ndo, tok, type Tokens } from './ndo.ts';

const SYN = 2;
const ACK = 16;
type Printer = (n: Ndo, o: number, len: number, flags: number) => boolean;

const capable: Printer = (n, o, len, flags) => {
  const first = (len === 12 || len === 4) && (flags & SYN) !== 0;
  const last = (len === 20 || len === 22) && (flags & (SYN | ACK)) === ACK;
  if (!first && !last) return false;
  const version = n.u8(o + 2) & 15;
  if (version > 1) {
    n.print(` Unknown Version (${version})`);
    return true;
  }
  n.print(` v${version}`);
  if ((n.u8(o + 3) & 0x80) !== 0) n.print(' csum');
  if (len === 4) return true;
  n.print(` {0x${hex(n.u64(o + 4))}`);
  if (len >= 20) n.print(`,0x${hex(n.u64(o + 12))}`);
  n.print('}');
  return true;
};

const join: Printer = (n, o, len, flags) => {
  const both = (flags & (SYN | ACK)) === (SYN | ACK);
  if (!(len === 12 && (flags & SYN) !== 0) && !(len === 16 && both) && !(len === 24 && (flags & ACK) !== 0))
    return false;
  if (len === 24) {
    n.print(` hmac 0x${n.hexBytes(o + 4, 20)}`);
    return true;
  }
  if ((n.u8(o + 2) & 1) !== 0) n.print(' backup');
  n.print(` id ${n.u8(o + 3)}`);
  if (len === 12) n.print(` token 0x${hex(n.u32(o + 4))} nonce 0x${hex(n.u32(o + 8))}`);
  else n.print(` hmac 0x${hex(n.u64(o + 4))} nonce 0x${hex(n.u32(o + 12))}`);
  return true;
};

const dss: Printer = (n, o, len, flags) => {
  if (len < 4 || (flags & SYN) !== 0) return false;
  const kind = n.u8(o + 3);
  if ((kind & 0x10) !== 0) n.print(' fin');
  o += 4;
  len -= 4;
  const number = (wide: boolean): boolean => {
    const size = wide ? 8 : 4;
    if (len < size) return false;
    n.print(String(wide ? n.u64(o) : n.u32(o)));
    o += size;
    len -= size;
    return true;
  };
  if ((kind & 1) !== 0) {
    n.print(' ack ');
    if (!number((kind & 2) !== 0)) return false;
  }
  if ((kind & 4) !== 0) {
    n.print(' seq ');
    if (!number((kind & 8) !== 0)) return false;
    if (len < 4) return false;
    n.print(` subseq ${n.u32(o)}`);
    if (len < 6) return false;
    n.print(` len ${n.u16(o + 4)}`);
    o += 6;
    len -= 6;
    if (len >= 2) {
      n.print(` csum 0x${hex(n.u16(o))}`);
      len -= 2;
    }
  }
  return len === 0;
};

const ADDRESS: Tokens = { 6: 'v0-ip6', 4: 'v0-ip4', 1: 'v1-echo', 0: 'v1' };
const addAddress: Printer = (n, o, len) => {
  const four = len === 8 || len === 10 || len === 16 || len === 18;
  if (!four && len !== 20 && len !== 22 && len !== 28 && len !== 30) return false;
  n.print(` ${tok(ADDRESS, '[bad version/echo]', n.u8(o + 2) & 15)}`);
  n.print(` id ${n.u8(o + 3)}`);
  n.print(` ${four ? n.ip4(o + 4) : n.ip6(o + 4)}`);
  const p = o + (four ? 8 : 20);
  const more = len - (four ? 8 : 20);
  const port = more === 2 || more === 10;
  if (port) n.print(`:${n.u16(p)}`);
  if (more >= 8) n.print(` hmac 0x${hex(n.u64(port ? p + 2 : p))}`);
  return true;
};

const removeAddress: Printer = (n, o, len) => {
  if (len < 4) return false;
  n.print(' id');
  for (let i = 3; i < len; i++) n.print(` ${n.u8(o + i)}`);
  return true;
};

const priority: Printer = (n, o, len) => {
  if (len !== 3 && len !== 4) return false;
  n.print((n.u8(o + 2) & 1) !== 0 ? ' backup' : ' non-backup');
  if (len === 4) n.print(` id ${n.u8(o + 3)}`);
  return true;
};

const fail: Printer = (n, o, len) => {
  if (len !== 12) return false;
  n.print(` seq ${n.u64(o + 4)}`);
  return true;
};

const fastClose: Printer = (n, o, len) => {
  if (len !== 12) return false;
  n.print(` key 0x${hex(n.u64(o + 4))}`);
  return true;
};

const SUBTYPE: readonly (readonly [string, Printer])[] = [
  ['capable', capable],
  ['join', join],
  ['dss', dss],
  ['add-addr', addAddress],
  ['rem-addr', removeAddress],
  ['prio', priority],
  ['fail', fail],
  ['fast-close', fastClose],
  ['unknown', () => true],
];

/** @param o where the option begins, with its kind. @returns false when it is not a right one */
export function mptcpPrint(n: Ndo, o: number, len: number, flags: number): boolean {
  n.protocol = 'mptcp';
  if (len < 3) return false;
  const [name, print] = SUBTYPE[Math.min(n.u8(o + 2) >>> 4, 8)]!;
  n.print(` ${len} ${name}`);
  return print(n, o, len, flags);
}
