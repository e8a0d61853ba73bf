/** VRRP, versions 2 and 3. RFC 3768, RFC 5798. @see tcpdump print-vrrp.c */
import { checksum } from '../../../wire/checksum.ts';
import { pseudoChecksum } from './cksum.ts';
import { hex, type Ndo, tok } from './ndo.ts';

/** @param ip where the IP header is. @param ttl its TTL, which must be 255 */
export function vrrpPrint(n: Ndo, o: number, len: number, ip: number, ttl: number, ipVersion: number): void {
  n.protocol = 'vrrp';
  n.caps();
  const version = n.u8(o) >>> 4;
  const type = n.u8(o) & 15;
  n.print(`v${version}, ${type === 1 ? 'Advertisement' : `unknown type (${type})`}`);
  if (ttl !== 255) n.print(`, (ttl ${ttl})`);
  if (version < 2 || version > 3 || type !== 1) return;
  n.print(`, vrid ${n.u8(o + 1)}, prio ${n.u8(o + 2)}`);
  const auth = version === 2 ? n.u8(o + 4) : 0;
  if (version === 2) {
    n.print(`, authtype ${tok({ 0: 'none', 1: 'simple', 2: 'ah' }, '#%d', auth)}`);
    n.print(`, intvl ${n.u8(o + 5)}s, length ${len}`);
  } else n.print(`, intvl ${((n.u8(o + 4) & 15) << 8) | n.u8(o + 5)}cs, length ${len}`);
  if (n.o.verbose === 0) return;
  const count = n.u8(o + 3);
  if (n.has(o, len)) {
    const rest = version === 2 ? checksum(n.b, o, len) : pseudoChecksum(n, ip, o, len, 112);
    if (rest !== 0) n.print(`, (bad vrrp cksum ${hex(n.u16(o + 6))})`);
  }
  n.print(`, addrs${count > 1 ? `(${count})` : ''}:`);
  const size = ipVersion === 4 ? 4 : 16;
  let p = o + 8;
  for (let i = 0; i < count; i++, p += size) n.print(`${i === 0 ? ' ' : ','}${size === 4 ? n.ip4(p) : n.ip6(p)}`);
  if (auth !== 1) return;
  n.print(' auth "');
  n.printjnp(p, 8);
  n.print('"');
}
