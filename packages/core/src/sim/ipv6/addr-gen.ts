/** Interface identifiers. RFC 4291 appendix A (EUI-64), RFC 7217 (stable and opaque). @see net/ipv6/addrconf.c */
import { toHex } from '../../lib/bytes.ts';
import { Random } from '../../lib/random.ts';
import { DEVCONF_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_STABLE_PRIVACY } from '../../uapi/if-link.ts';
import type { NetDevice } from '../core/net-device.ts';
import type { Inet6Dev } from './inet6-dev.ts';
import { netIpv6 } from './netns6.ts';

/** Fills in the low half of `addr` from the hardware address. @returns whether it has one to make it of. @see ipv6_generate_eui64 */
export function generateEui64(addr: Uint8Array, dev: NetDevice): boolean {
  if (dev.addrLen !== 6) return false;
  const mac = dev.devAddr;
  for (let i = 0; i < 3; i++) {
    addr[8 + i] = mac[i]!;
    addr[13 + i] = mac[3 + i]!;
  }
  addr[11] = 0xff;
  addr[12] = 0xfe;
  addr[8]! ^= 2;
  return true;
}

/**
 * Fills in the low half of `addr` from prefix, device and secret: the same each time.
 * Differs from Linux: the hash is not SHA-1, so the same secret gives other identifiers.
 * @see ipv6_generate_stable_address
 */
export function generateStable(addr: Uint8Array, idev: Inet6Dev): boolean {
  const { dev, cnf } = idev;
  const shared =
    cnf.get(DEVCONF_ADDR_GEN_MODE) === IN6_ADDR_GEN_MODE_STABLE_PRIVACY
      ? netIpv6(dev.net).devconfDflt.stableSecret
      : null;
  const secret = cnf.stableSecret ?? shared ?? (cnf.stableSecret = dev.net.kernel.random.bytes(16));
  const rnd = new Random(`${toHex(secret)}/${toHex(addr.subarray(0, 8))}/${toHex(dev.permAddr ?? dev.devAddr)}`);
  rnd.fill(addr, 8, 8);
  return true;
}
