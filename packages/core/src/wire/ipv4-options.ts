/**
 * IPv4 options. RFC 791 §3.1, RFC 2113 (router alert); include/net/inet_sock.h `struct ip_options`.
 *
 *  record route:  | 7        | length | pointer (4..) | addresses …              |
 *  timestamp:     | 68       | length | pointer (5..) | overflow(4) flag(4) | …  |
 *  source route:  | 131 137  | length | pointer (4..) | addresses …              |
 *  router alert:  | 148      | 4      | value                                     |
 *
 * The pointer counts from 1 at the option's type.
 */
import { be16, be32 } from '../lib/bytes.ts';
import {
  IPOPT_END,
  IPOPT_LSRR,
  IPOPT_NOOP,
  IPOPT_RA,
  IPOPT_RR,
  IPOPT_SSRR,
  IPOPT_TIMESTAMP,
  IPOPT_TS_PRESPEC,
  IPOPT_TS_TSANDADDR,
  IPOPT_TS_TSONLY,
} from '../uapi/ip.ts';

/** What `ipOptionsCompile` found. Offsets count from the start of the IP header; 0 means absent. */
export class IpOptions {
  optlen = 0;
  /** Loose or strict source route. */
  srr = 0;
  rr = 0;
  ts = 0;
  /** Router alert. */
  routerAlert = 0;
  isStrictroute = false;
  /** There is room for one more address in the record route. */
  rrNeedaddr = false;
  /**
   * A timestamp is to be written at the pointer, behind the address unless the flag says timestamps only;
   * with prespecified addresses only when the one there is ours.
   */
  tsNeedtime = false;
  /** An address is to be written at the pointer of the timestamp option. */
  tsNeedaddr = false;
  /** The timestamp option is full: its overflow counter goes up. */
  tsOverflow = false;
}

function clear(opt: IpOptions, optlen: number): void {
  opt.optlen = optlen;
  opt.srr = opt.rr = opt.ts = opt.routerAlert = 0;
  opt.isStrictroute = opt.rrNeedaddr = opt.tsNeedtime = opt.tsNeedaddr = opt.tsOverflow = false;
}

/**
 * Validates the `optlen` bytes of options behind the 20 of the header at `o` and notes in `opt` where each is. Changes no byte.
 *
 * Returns 0, or the place of the first bad byte counted from the header's start: the pointer of an ICMP parameter problem.
 * @see net/ipv4/ip_options.c:__ip_options_compile
 */
export function ipOptionsCompile(b: Uint8Array, o: number, optlen: number, opt: IpOptions): number {
  clear(opt, optlen);
  const end = 20 + optlen;
  for (let p = 20; p < end;) {
    const type = b[o + p]!;
    if (type === IPOPT_END) return 0;
    if (type === IPOPT_NOOP) {
      p++;
      continue;
    }
    if (p + 2 > end) return p;
    const len = b[o + p + 1]!;
    if (len < 2 || p + len > end) return p;
    const bad = compileOne(b, o, p, type, len, opt);
    if (bad !== 0) return bad;
    p += len;
  }
  return 0;
}

function compileOne(b: Uint8Array, o: number, p: number, type: number, len: number, opt: IpOptions): number {
  const ptr = len > 2 ? b[o + p + 2]! : 0;
  switch (type) {
    case IPOPT_SSRR:
    case IPOPT_LSRR:
      if (len < 3) return p + 1;
      if (ptr < 4) return p + 2;
      if (opt.srr !== 0) return p;
      opt.isStrictroute = type === IPOPT_SSRR;
      opt.srr = p;
      return 0;
    case IPOPT_RR:
      if (opt.rr !== 0) return p;
      if (len < 3) return p + 1;
      if (ptr < 4) return p + 2;
      if (ptr <= len) {
        if (ptr + 3 > len) return p + 2;
        opt.rrNeedaddr = true;
      }
      opt.rr = p;
      return 0;
    case IPOPT_TIMESTAMP:
      return compileTimestamp(b, o, p, len, ptr, opt);
    case IPOPT_RA:
      if (len < 4) return p + 1;
      if (be16(b, o + p + 2) === 0) opt.routerAlert = p;
      return 0;
    default:
      return 0;
  }
}

function compileTimestamp(b: Uint8Array, o: number, p: number, len: number, ptr: number, opt: IpOptions): number {
  if (opt.ts !== 0) return p;
  if (len < 4) return p + 1;
  if (ptr < 5) return p + 2;
  const flags = b[o + p + 3]!;
  if (ptr > len) {
    if ((flags & 0xf) !== IPOPT_TS_PRESPEC) {
      if (flags >>> 4 === 15) return p + 3;
      opt.tsOverflow = true;
    }
  } else {
    if (ptr + 3 > len) return p + 2;
    switch (flags & 0xf) {
      case IPOPT_TS_TSONLY:
        opt.tsNeedtime = true;
        break;
      case IPOPT_TS_TSANDADDR:
      case IPOPT_TS_PRESPEC:
        if (ptr + 7 > len) return p + 2;
        opt.tsNeedaddr = (flags & 0xf) === IPOPT_TS_TSANDADDR;
        opt.tsNeedtime = true;
        break;
      default: // an unknown flag passes: the option is carried, nothing is written into it
        break;
    }
  }
  opt.ts = p;
  return 0;
}

/** One option, as `parseIpv4Options` gives it. `pointer` counts from 1 at the option's type, as on the wire. */
export type Ipv4Option =
  | { readonly kind: 'noop' }
  | { readonly kind: 'recordRoute'; readonly pointer: number; readonly addresses: readonly number[] }
  | {
      readonly kind: 'sourceRoute';
      readonly strict: boolean;
      readonly pointer: number;
      readonly addresses: readonly number[];
    }
  | {
      readonly kind: 'timestamp';
      readonly pointer: number;
      readonly overflow: number;
      readonly flag: number;
      /** Address (null when the flag says timestamps only) and milliseconds since midnight UT, raw. */
      readonly slots: readonly { readonly address: number | null; readonly time: number }[];
    }
  | { readonly kind: 'routerAlert'; readonly value: number }
  | { readonly kind: 'other'; readonly type: number; readonly data: Uint8Array };

/** The options in `len` bytes at `o`, up to the end-of-options byte; null when a length does not fit. */
export function parseIpv4Options(b: Uint8Array, o: number, len: number): Ipv4Option[] | null {
  const out: Ipv4Option[] = [];
  const end = o + len;
  for (let p = o; p < end && b[p] !== IPOPT_END;) {
    if (b[p] === IPOPT_NOOP) {
      out.push({ kind: 'noop' });
      p++;
      continue;
    }
    const n = p + 1 < end ? b[p + 1]! : 0;
    if (n < 2 || p + n > end) return null;
    out.push(parseOne(b, p, n));
    p += n;
  }
  return out;
}

function words(b: Uint8Array, from: number, end: number): number[] {
  const out: number[] = [];
  for (let p = from; p + 4 <= end; p += 4) out.push(be32(b, p));
  return out;
}

function parseOne(b: Uint8Array, p: number, n: number): Ipv4Option {
  const type = b[p]!;
  const pointer = b[p + 2]!;
  if (type === IPOPT_RR && n % 4 === 3) return { kind: 'recordRoute', pointer, addresses: words(b, p + 3, p + n) };
  if ((type === IPOPT_LSRR || type === IPOPT_SSRR) && n % 4 === 3) {
    return { kind: 'sourceRoute', strict: type === IPOPT_SSRR, pointer, addresses: words(b, p + 3, p + n) };
  }
  if (type === IPOPT_RA && n === 4) return { kind: 'routerAlert', value: be16(b, p + 2) };
  if (type === IPOPT_TIMESTAMP && n >= 4) {
    const flag = b[p + 3]! & 15;
    const all = words(b, p + 4, p + n);
    if (flag === IPOPT_TS_TSONLY && n % 4 === 0) {
      const slots = all.map((time) => ({ address: null, time }));
      return { kind: 'timestamp', pointer, overflow: b[p + 3]! >>> 4, flag, slots };
    }
    if ((flag === IPOPT_TS_TSANDADDR || flag === IPOPT_TS_PRESPEC) && n % 8 === 4) {
      const slots = [];
      for (let i = 0; i < all.length; i += 2) slots.push({ address: all[i]!, time: all[i + 1]! });
      return { kind: 'timestamp', pointer, overflow: b[p + 3]! >>> 4, flag, slots };
    }
  }
  return { kind: 'other', type, data: b.slice(p + 2, p + n) };
}

/** The bytes of one option. */
function optionBytes(x: Ipv4Option): number[] {
  const word = (v: number): number[] => [v >>> 24, (v >>> 16) & 255, (v >>> 8) & 255, v & 255];
  switch (x.kind) {
    case 'noop':
      return [IPOPT_NOOP];
    case 'recordRoute':
      return [IPOPT_RR, 3 + 4 * x.addresses.length, x.pointer, ...x.addresses.flatMap(word)];
    case 'sourceRoute':
      return [x.strict ? IPOPT_SSRR : IPOPT_LSRR, 3 + 4 * x.addresses.length, x.pointer, ...x.addresses.flatMap(word)];
    case 'timestamp': {
      const body = x.slots.flatMap((s) => (s.address === null ? word(s.time) : [...word(s.address), ...word(s.time)]));
      return [IPOPT_TIMESTAMP, 4 + body.length, x.pointer, (x.overflow << 4) | x.flag, ...body];
    }
    case 'routerAlert':
      return [IPOPT_RA, 4, x.value >>> 8, x.value & 255];
    case 'other':
      return [x.type, 2 + x.data.length, ...x.data];
  }
}

/** Writes the options, padded with end-of-options to a multiple of 4, and returns the length. */
export function emitIpv4Options(options: readonly Ipv4Option[], b: Uint8Array, o: number): number {
  const bytes = options.flatMap(optionBytes);
  while (bytes.length % 4 !== 0) bytes.push(IPOPT_END);
  b.set(bytes, o);
  return bytes.length;
}
