/** What kind of address it is. @see net/ipv6/addrconf_core.c:__ipv6_addr_type */

export const IPV6_ADDR_ANY = 0x0000;
export const IPV6_ADDR_UNICAST = 0x0001;
export const IPV6_ADDR_MULTICAST = 0x0002;
export const IPV6_ADDR_LOOPBACK = 0x0010;
export const IPV6_ADDR_LINKLOCAL = 0x0020;
export const IPV6_ADDR_SITELOCAL = 0x0040;
export const IPV6_ADDR_COMPATV4 = 0x0080;
export const IPV6_ADDR_SCOPE_MASK = 0x00f0;
export const IPV6_ADDR_MAPPED = 0x1000;

/** Scopes of RFC 4291 §2.7. */
export const SCOPE_NODELOCAL = 1;
export const SCOPE_LINKLOCAL = 2;
export const SCOPE_SITELOCAL = 5;
export const SCOPE_GLOBAL = 14;

/** `::`; nobody writes to it. */
export const IN6ADDR_ANY: Uint8Array = new Uint8Array(16);

const fixed = (first: number, second: number, last: number): Uint8Array => {
  const a = new Uint8Array(16);
  a[0] = first;
  a[1] = second;
  a[15] = last;
  return a;
};
export const IN6ADDR_LOOPBACK: Uint8Array = fixed(0, 0, 1);
export const IN6ADDR_IFLOCAL_ALLNODES: Uint8Array = fixed(0xff, 1, 1);
export const IN6ADDR_LINKLOCAL_ALLNODES: Uint8Array = fixed(0xff, 2, 1);
export const IN6ADDR_IFLOCAL_ALLROUTERS: Uint8Array = fixed(0xff, 1, 2);
export const IN6ADDR_LINKLOCAL_ALLROUTERS: Uint8Array = fixed(0xff, 2, 2);
export const IN6ADDR_SITELOCAL_ALLROUTERS: Uint8Array = fixed(0xff, 5, 2);
/** All routers that speak MLDv2, ff02::16. */
export const IN6ADDR_MLD2: Uint8Array = fixed(0xff, 2, 0x16);

/** IPV6_ADDR_* bits of the 16 bytes at `o`. */
export function ipv6AddrType(a: Uint8Array, o = 0): number {
  const b0 = a[o]!;
  if (b0 >>> 5 !== 0 && b0 >>> 5 !== 7) return IPV6_ADDR_UNICAST;
  if (b0 === 0xff) {
    const scope = a[o + 1]! & 15;
    const kind =
      scope === 1 ? IPV6_ADDR_LOOPBACK : scope === 2 ? IPV6_ADDR_LINKLOCAL : scope === 5 ? IPV6_ADDR_SITELOCAL : 0;
    return IPV6_ADDR_MULTICAST | kind;
  }
  const b1 = a[o + 1]!;
  if (b0 === 0xfe && (b1 & 0xc0) === 0x80) return IPV6_ADDR_LINKLOCAL | IPV6_ADDR_UNICAST;
  if (b0 === 0xfe && (b1 & 0xc0) === 0xc0) return IPV6_ADDR_SITELOCAL | IPV6_ADDR_UNICAST;
  if ((b0 & 0xfe) === 0xfc) return IPV6_ADDR_UNICAST;
  for (let i = 0; i < 10; i++) if (a[o + i] !== 0) return IPV6_ADDR_UNICAST;
  if (a[o + 10] === 0xff && a[o + 11] === 0xff) return IPV6_ADDR_MAPPED;
  if ((a[o + 10]! | a[o + 11]!) !== 0) return IPV6_ADDR_UNICAST;
  if ((a[o + 12]! | a[o + 13]! | a[o + 14]!) !== 0) return IPV6_ADDR_COMPATV4 | IPV6_ADDR_UNICAST;
  if (a[o + 15] === 0) return IPV6_ADDR_ANY;
  return a[o + 15] === 1 ? IPV6_ADDR_LOOPBACK | IPV6_ADDR_UNICAST : IPV6_ADDR_COMPATV4 | IPV6_ADDR_UNICAST;
}

/** The scope as RFC 4007 numbers it. @see ipv6_addr_src_scope */
export function ipv6AddrSrcScope(a: Uint8Array, o = 0): number {
  if (a[o] === 0xff) return a[o + 1]! & 15;
  const t = ipv6AddrType(a, o);
  if ((t & (IPV6_ADDR_LINKLOCAL | IPV6_ADDR_LOOPBACK)) !== 0) return SCOPE_LINKLOCAL;
  return (t & IPV6_ADDR_SITELOCAL) !== 0 ? SCOPE_SITELOCAL : SCOPE_GLOBAL;
}

/** Whether a route to it must leave by the device asked for. @see rt6_need_strict */
export const rt6NeedStrict = (a: Uint8Array, o = 0): boolean =>
  (ipv6AddrType(a, o) & (IPV6_ADDR_MULTICAST | IPV6_ADDR_LINKLOCAL | IPV6_ADDR_LOOPBACK)) !== 0;

/** Bits both share from the top, 128 when equal. @see ipv6_addr_diff */
export function ipv6AddrDiff(a: Uint8Array, ao: number, b: Uint8Array, bo: number): number {
  for (let i = 0; i < 16; i++) {
    const x = a[ao + i]! ^ b[bo + i]!;
    if (x !== 0) return 8 * i + Math.clz32(x) - 24;
  }
  return 128;
}

/** Whether 16 bytes are the same. */
export function ipv6AddrEqual(a: Uint8Array, ao: number, b: Uint8Array, bo: number): boolean {
  for (let i = 15; i >= 0; i--) if (a[ao + i] !== b[bo + i]) return false;
  return true;
}
