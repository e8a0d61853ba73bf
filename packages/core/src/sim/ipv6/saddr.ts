/** Choice of a source address. RFC 6724 §5. @see net/ipv6/addrconf.c:ipv6_dev_get_saddr */
import { ipv6PrefixEqual, parseIpv6 } from '../../lib/address.ts';
import { EADDRNOTAVAIL } from '../../uapi/errno.ts';
import { IFA_F_DEPRECATED, IFA_F_OPTIMISTIC, IFA_F_TEMPORARY, IFA_F_TENTATIVE } from '../../uapi/if-addr.ts';
import { DEVCONF_USE_OIF_ADDRS_ONLY, DEVCONF_USE_TEMPADDR } from '../../uapi/if-link.ts';
import type { Net } from '../core/net.ts';
import type { NetDevice } from '../core/net-device.ts';
import {
  IPV6_ADDR_MULTICAST,
  ipv6AddrDiff,
  ipv6AddrEqual,
  ipv6AddrSrcScope,
  ipv6AddrType,
  SCOPE_LINKLOCAL,
} from './addr-type.ts';
import { in6DevGet, type Inet6Dev, type Inet6Ifaddr } from './inet6-dev.ts';

/** Default policy table, the longest prefixes first. RFC 6724 §2.1, as Linux has it. @see net/ipv6/addrlabel.c */
const LABELS: readonly (readonly [prefix: Uint8Array, len: number, label: number])[] = (
  [
    ['::1', 128, 0],
    ['::ffff:0:0', 96, 4],
    ['::', 96, 3],
    ['2001::', 32, 6],
    ['2001:10::', 28, 7],
    ['3ffe::', 16, 12],
    ['2002::', 16, 2],
    ['fec0::', 10, 11],
    ['fc00::', 7, 5],
    ['::', 0, 1],
  ] as const
).map(([p, len, label]) => [parseIpv6(p)!, len, label]);

/** @see ipv6_addr_label */
export function ipv6AddrLabel(a: Uint8Array): number {
  for (const [prefix, len, label] of LABELS) if (ipv6PrefixEqual(prefix, 0, a, 0, len)) return label;
  return 1;
}

/** Marks of an address for a destination, the rule that counts most first. Higher is better. @see ipv6_get_saddr_eval */
function marks(ifa: Inet6Ifaddr, daddr: Uint8Array, dev: NetDevice | null): number[] {
  const scope = ipv6AddrSrcScope(ifa.addr);
  const wanted = ipv6AddrSrcScope(daddr);
  const temporary = (ifa.flags & IFA_F_TEMPORARY) !== 0;
  const preferTemporary = ifa.idev.cnf.get(DEVCONF_USE_TEMPADDR) >= 2;
  return [
    ipv6AddrEqual(ifa.addr, 0, daddr, 0) ? 1 : 0,
    scope >= wanted ? -scope : scope - 128,
    (ifa.flags & (IFA_F_DEPRECATED | IFA_F_OPTIMISTIC)) === 0 ? 1 : 0,
    dev === null || dev === ifa.idev.dev ? 1 : 0,
    ipv6AddrLabel(ifa.addr) === ipv6AddrLabel(daddr) ? 1 : 0,
    temporary === preferTemporary ? 1 : 0,
    Math.min(ipv6AddrDiff(ifa.addr, 0, daddr, 0), ifa.prefixLen),
    (ifa.flags & IFA_F_OPTIMISTIC) === 0 ? 1 : 0,
  ];
}

function better(a: readonly number[], b: readonly number[]): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! > b[i]!;
  return false;
}

/**
 * The source for packets to `daddr` that leave by `dev` (null: by any).
 * @param out receives it, 16 bytes
 * @returns 0 or -EADDRNOTAVAIL
 */
export function ipv6DevGetSaddr(net: Net, dev: NetDevice | null, daddr: Uint8Array, out: Uint8Array): number {
  let found: Inet6Ifaddr | null = null;
  let high: number[] = [];
  const consider = (idev: Inet6Dev): void => {
    for (const ifa of idev.addrList) {
      if ((ifa.flags & IFA_F_TENTATIVE) !== 0 && (ifa.flags & IFA_F_OPTIMISTIC) === 0) continue;
      const m = marks(ifa, daddr, dev);
      if (found !== null && !better(m, high)) continue;
      found = ifa;
      high = m;
    }
  };
  const own = dev === null ? null : in6DevGet(dev);
  const t = ipv6AddrType(daddr);
  if (
    own !== null &&
    ((t & IPV6_ADDR_MULTICAST) !== 0 ||
      ipv6AddrSrcScope(daddr) <= SCOPE_LINKLOCAL ||
      own.cnf.get(DEVCONF_USE_OIF_ADDRS_ONLY) !== 0)
  ) {
    consider(own);
  } else {
    for (const d of net.devs.values()) {
      const idev = in6DevGet(d);
      if (idev !== null) consider(idev);
    }
  }
  if (found === null) return -EADDRNOTAVAIL;
  out.set((found as Inet6Ifaddr).addr);
  return 0;
}

/** The device's link-local address without any of `banned` (IFA_F_*), or null. @see ipv6_get_lladdr */
export function ipv6GetLladdr(dev: NetDevice, banned: number): Uint8Array | null {
  const idev = in6DevGet(dev);
  if (idev === null) return null;
  for (let i = idev.addrList.length - 1; i >= 0; i--) {
    const ifa = idev.addrList[i]!;
    if (ifa.scope > 0x20) break;
    if (ifa.scope === 0x20 && (ifa.flags & banned) === 0) return ifa.addr;
  }
  return null;
}

/** An address of this namespace (of `dev` alone unless null or `anyDev`) without any of `banned`. @see ipv6_chk_addr_and_flags */
export function ipv6ChkAddrAndFlags(
  net: Net,
  a: Uint8Array,
  o: number,
  dev: NetDevice | null,
  banned: number,
): Inet6Ifaddr | null {
  for (const d of net.devs.values()) {
    if (dev !== null && dev !== d) continue;
    const idev = in6DevGet(d);
    if (idev === null) continue;
    for (const ifa of idev.addrList) {
      const flags =
        (ifa.flags & IFA_F_TENTATIVE) !== 0 && (ifa.flags & IFA_F_OPTIMISTIC) !== 0
          ? ifa.flags & ~IFA_F_TENTATIVE
          : ifa.flags;
      if (ipv6AddrEqual(ifa.addr, 0, a, o) && (flags & banned) === 0) return ifa;
    }
  }
  return null;
}

/** An address of ours that may be used; a link-local one must be the device's. @see ipv6_chk_addr */
export function ipv6ChkAddr(net: Net, a: Uint8Array, o: number, dev: NetDevice | null, strict: boolean): boolean {
  const narrow = strict || ipv6AddrSrcScope(a, o) <= SCOPE_LINKLOCAL;
  return ipv6ChkAddrAndFlags(net, a, o, narrow ? dev : null, IFA_F_TENTATIVE) !== null;
}
