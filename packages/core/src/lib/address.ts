/**
 * Addresses and their text. IPv4 is an unsigned number in host order, IPv6 sixteen bytes, a MAC six.
 *
 * The text is glibc's: `inet_pton`, `inet_aton`, `inet_ntop`. Parsers answer null for what those refuse.
 */

/** `a.b.c.d` of an address. @see inet_ntoa(3) */
export const formatIpv4 = (a: number): string => `${a >>> 24}.${(a >>> 16) & 255}.${(a >>> 8) & 255}.${a & 255}`;

/**
 * An IPv4 address as `inet_pton(AF_INET)` takes it: four decimal octets, no leading zero, nothing around; else null.
 */
export function parseIpv4(s: string): number | null {
  let value = 0;
  let octet = -1;
  let dots = 0;
  for (let i = 0; i < s.length; i++) {
    const c = s.charCodeAt(i);
    if (c >= 48 && c <= 57) {
      if (octet === 0) return null;
      octet = octet < 0 ? c - 48 : octet * 10 + c - 48;
      if (octet > 255) return null;
    } else if (c === 46 && octet >= 0 && dots < 3) {
      value = value * 256 + octet;
      octet = -1;
      dots++;
    } else {
      return null;
    }
  }
  return dots === 3 && octet >= 0 ? value * 256 + octet : null;
}

/** One number of an `inet_aton` address as `strtoul(…, 0)` reads it: 0x hex, leading-0 octal, decimal; else null. */
function atonPart(s: string): number | null {
  let value: number;
  if (/^0[xX][0-9a-fA-F]+$/.test(s)) value = Number.parseInt(s.slice(2), 16);
  else if (/^0[0-7]*$/.test(s)) value = Number.parseInt(s, 8);
  else if (/^[1-9][0-9]*$/.test(s)) value = Number(s);
  else return null;
  return value <= 0xffffffff ? value : null;
}

/**
 * An IPv4 address as `inet_aton(3)` takes it: one to four numbers, decimal, octal or hex, the last filling the rest
 * (`10.1` is 10.0.0.1); text after white space is ignored. Else null. What `getaddrinfo` and ping accept.
 */
export function parseIpv4Aton(s: string): number | null {
  const parts = s.replace(/[\t-\r ].*$/s, '').split('.');
  if (parts.length > 4) return null;
  let value = 0;
  for (let i = 0; i < parts.length; i++) {
    const part = atonPart(parts[i]!);
    if (part === null) return null;
    if (i < parts.length - 1) {
      if (part > 255) return null;
      value += part * 2 ** (24 - 8 * i);
    } else {
      if (part >= 2 ** (32 - 8 * i)) return null;
      value += part;
    }
  }
  return value;
}

/** Hextets of `a:b:c` text, the last of which may be an IPv4 address when `v4Last`; null if malformed. */
function hextets(s: string, v4Last: boolean): number[] | null {
  if (s === '') return [];
  const out: number[] = [];
  const parts = s.split(':');
  for (let i = 0; i < parts.length; i++) {
    const p = parts[i]!;
    if (/^[0-9a-fA-F]{1,4}$/.test(p)) {
      out.push(Number.parseInt(p, 16));
      continue;
    }
    const v4 = v4Last && i === parts.length - 1 ? parseIpv4(p) : null;
    if (v4 === null) return null;
    out.push(v4 >>> 16, v4 & 0xffff);
  }
  return out;
}

/** An IPv6 address as `inet_pton(AF_INET6)` takes it (no zone), as 16 bytes; else null. */
export function parseIpv6(s: string): Uint8Array | null {
  if (s.length > 45) return null;
  const gap = s.indexOf('::');
  let words: number[];
  if (gap < 0) {
    const all = hextets(s, true);
    if (all === null || all.length !== 8) return null;
    words = all;
  } else {
    const head = hextets(s.slice(0, gap), false);
    const tail = hextets(s.slice(gap + 2), true);
    if (head === null || tail === null || head.length + tail.length > 7) return null;
    words = [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
  }
  const out = new Uint8Array(16);
  for (let i = 0; i < 8; i++) {
    out[2 * i] = words[i]! >>> 8;
    out[2 * i + 1] = words[i]!;
  }
  return out;
}

/**
 * The text of the 16 bytes at `o`, as glibc's `inet_ntop`: longest run (first of equals) of two or more zero groups as
 * `::`, and dotted IPv4 for `::a.b.c.d` and `::ffff:a.b.c.d`.
 */
export function formatIpv6(a: Uint8Array, o = 0): string {
  let best = -1;
  let bestLen = 1;
  for (let i = 0; i < 8;) {
    let n = 0;
    while (i + n < 8 && (a[o + 2 * (i + n)]! | a[o + 2 * (i + n) + 1]!) === 0) n++;
    if (n > bestLen) {
      best = i;
      bestLen = n;
    }
    i += n + 1;
  }
  const word = (i: number): number => (a[o + 2 * i]! << 8) | a[o + 2 * i + 1]!;
  const dotted = best === 0 && (bestLen === 6 || (bestLen === 5 && word(5) === 0xffff));
  let s = '';
  for (let i = 0; i < 8; i++) {
    if (i === best) {
      s += '::';
      i += bestLen - 1;
      continue;
    }
    if (s !== '' && !s.endsWith(':')) s += ':';
    if (i === 6 && dotted) return s + formatIpv4(((word(6) << 16) | word(7)) >>> 0);
    s += word(i).toString(16);
  }
  return s;
}

/** `xx:xx:…` of the `n` bytes at `o`, lower case. @see ll_addr_n2a in iproute2 */
export function formatMac(b: Uint8Array, o = 0, n = 6): string {
  let s = '';
  for (let i = 0; i < n; i++) {
    if (i !== 0) s += ':';
    s += (b[o + i]! >>> 4).toString(16) + (b[o + i]! & 15).toString(16);
  }
  return s;
}

/**
 * A link-layer address as iproute2's `ll_addr_a2n` takes it: hex numbers 0..ff joined by `:`, each read as by
 * `sscanf("%x")` (white space or `0x` before it and text after it pass), at most `max` of them (what follows the last
 * is not read), or four dotted octets; else null.
 */
export function parseLlAddr(s: string, max = 20): Uint8Array | null {
  if (s.includes('.')) {
    const v4 = parseIpv4(s);
    return v4 === null ? null : ipv4Bytes(v4);
  }
  const out: number[] = [];
  for (const part of s.split(':')) {
    if (out.length === max) break;
    const v = Number.parseInt(part, 16);
    if (!(v >= 0 && v <= 255)) return null;
    out.push(v);
  }
  return Uint8Array.from(out);
}

/** A MAC of exactly six bytes in colon form, else null. */
export function parseMac(s: string): Uint8Array | null {
  const b = parseLlAddr(s, 7);
  return b !== null && b.length === 6 ? b : null;
}

/** Network byte order bytes of an IPv4 address. */
export const ipv4Bytes = (a: number): Uint8Array => Uint8Array.of(a >>> 24, a >>> 16, a >>> 8, a);

/** The mask of a prefix length 0..32. @see inet_make_mask */
export const ipv4Mask = (len: number): number => (len === 0 ? 0 : (0xffffffff << (32 - len)) >>> 0);

/** The prefix length of a mask, -1 when its ones are not contiguous from the top. @see inet_mask_len, bad_mask */
export function ipv4MaskLen(mask: number): number {
  const len = Math.clz32(~mask);
  return ipv4Mask(len) === mask >>> 0 ? len : -1;
}

/** `addr` with only its first `len` bits. */
export const ipv4Prefix = (addr: number, len: number): number => (addr & ipv4Mask(len)) >>> 0;

/** A copy of the 16 bytes at `o` with only the first `len` bits. @see ipv6_addr_prefix */
export function ipv6Prefix(a: Uint8Array, len: number, o = 0): Uint8Array {
  const out = a.slice(o, o + 16);
  for (let i = 0; i < 16; i++) {
    const bits = len - 8 * i;
    if (bits <= 0) out[i] = 0;
    else if (bits < 8) out[i] = out[i]! & (0xff00 >>> bits);
  }
  return out;
}

/** Whether the first `len` bits at `ao` and `bo` agree. @see ipv6_prefix_equal */
export function ipv6PrefixEqual(a: Uint8Array, ao: number, b: Uint8Array, bo: number, len: number): boolean {
  const whole = len >>> 3;
  for (let i = 0; i < whole; i++) if (a[ao + i] !== b[bo + i]) return false;
  const rest = len & 7;
  return rest === 0 || ((a[ao + whole]! ^ b[bo + whole]!) & (0xff00 >>> rest) & 0xff) === 0;
}

/** The mask of a prefix length 0..128, as 16 bytes. */
export function ipv6Mask(len: number): Uint8Array {
  return ipv6Prefix(new Uint8Array(16).fill(0xff), len);
}

/** 224.0.0.0/4. @see ipv4_is_multicast */
export const ipv4IsMulticast = (a: number): boolean => a >>> 28 === 14;
/** 127.0.0.0/8. @see ipv4_is_loopback */
export const ipv4IsLoopback = (a: number): boolean => a >>> 24 === 127;
/** 169.254.0.0/16. @see ipv4_is_linklocal_169 */
export const ipv4IsLinkLocal = (a: number): boolean => a >>> 16 === 0xa9fe;
/** 0.0.0.0 alone: the rest of 0.0.0.0/8 are addresses like others since Linux 5.3. @see ipv4_is_zeronet */
export const ipv4IsZeronet = (a: number): boolean => a === 0;
/** 224.0.0.0/24. @see ipv4_is_local_multicast */
export const ipv4IsLocalMulticast = (a: number): boolean => a >>> 8 === 0xe00000;

/** ff00::/8 at `o`. @see ipv6_addr_is_multicast */
export const ipv6IsMulticast = (a: Uint8Array, o = 0): boolean => a[o] === 0xff;
/** fe80::/10 at `o`. */
export const ipv6IsLinkLocal = (a: Uint8Array, o = 0): boolean => a[o] === 0xfe && (a[o + 1]! & 0xc0) === 0x80;
/** `::` at `o`. @see ipv6_addr_any */
export function ipv6IsAny(a: Uint8Array, o = 0): boolean {
  for (let i = 0; i < 16; i++) if (a[o + i] !== 0) return false;
  return true;
}
/** `::1` at `o`. @see ipv6_addr_loopback */
export function ipv6IsLoopback(a: Uint8Array, o = 0): boolean {
  for (let i = 0; i < 15; i++) if (a[o + i] !== 0) return false;
  return a[o + 15] === 1;
}
/** `::ffff:0:0/96` at `o`. @see ipv6_addr_v4mapped */
export function ipv6IsV4Mapped(a: Uint8Array, o = 0): boolean {
  for (let i = 0; i < 10; i++) if (a[o + i] !== 0) return false;
  return a[o + 10] === 0xff && a[o + 11] === 0xff;
}
/** The solicited-node group ff02::1:ffXX:XXXX of the address at `o`. RFC 4291 §2.7.1; @see addrconf_addr_solict_mult */
export function solicitedNode(a: Uint8Array, o = 0): Uint8Array {
  return Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, a[o + 13]!, a[o + 14]!, a[o + 15]!);
}
/** The Ethernet group of an IPv4 group. @see ip_eth_mc_map */
export const ipv4MulticastMac = (a: number): Uint8Array => Uint8Array.of(1, 0, 0x5e, (a >>> 16) & 0x7f, a >>> 8, a);
/** The Ethernet group of the IPv6 group at `o`. @see ipv6_eth_mc_map */
export const ipv6MulticastMac = (a: Uint8Array, o = 0): Uint8Array =>
  Uint8Array.of(0x33, 0x33, a[o + 12]!, a[o + 13]!, a[o + 14]!, a[o + 15]!);
