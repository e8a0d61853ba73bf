/** UDP. @see tcpdump print-udp.c */
import { csumIpv6Nofold, csumPartial, csumTcpudpNofold } from '../../../wire/checksum.ts';
import { dhcpPrint } from './dhcp.ts';
import { dnsPrint } from './dns.ts';
import type { Ndo } from './ndo.ts';

/** The pseudo header's part of a checksum. */
export function pseudo(n: Ndo, ipOff: number, length: number, proto: number): number {
  return n.b[ipOff]! >>> 4 === 6
    ? csumIpv6Nofold(n.b, ipOff + 8, n.b, ipOff + 24, length, proto)
    : csumTcpudpNofold(n.u32(ipOff + 12), n.u32(ipOff + 16), length, proto);
}

/** `a.port > b.port: `, or the ports alone when there is no such header. */
export function endpoints(n: Ndo, ipOff: number, sport: string | null, dport: string | null): void {
  const six = n.b[ipOff]! >>> 4 === 6;
  const at = (src: boolean): string => (six ? n.ip6(ipOff + (src ? 8 : 24)) : n.ip4(ipOff + (src ? 12 : 16)));
  n.print(`${at(true)}${sport === null ? '' : `.${sport}`} > ${at(false)}${dport === null ? '' : `.${dport}`}: `);
}

export function udpPrint(n: Ndo, o: number, length: number, ipOff: number, fragmented: boolean): void {
  n.protocol = 'udp';
  if (!n.has(o, 4)) {
    endpoints(n, ipOff, null, null);
    n.trunc();
    return;
  }
  const sport = n.u16(o);
  const dport = n.u16(o + 2);
  endpoints(n, ipOff, n.port(sport, 'udp'), n.port(dport, 'udp'));
  if (length < 8) {
    n.print(`truncated-udp ${length}`);
    return;
  }
  if (!n.has(o, 8)) {
    n.trunc();
    return;
  }
  const ulen = n.u16(o + 4);
  if (ulen < 8 && !(ulen === 0 && length > 65535)) {
    n.print(`truncated-udplength ${ulen}`);
    return;
  }
  const len = Math.min(ulen, length) - 8;
  if (n.o.quick > 0) {
    n.print(`UDP, length ${ulen - 8}`);
    return;
  }
  if (n.o.verbose > (n.b[ipOff]! >>> 4 === 6 ? 0 : 1) && !n.o.noChecksums) {
    const sum = n.u16(o + 6);
    if (sum === 0) n.print('[no cksum] ');
    else if (!fragmented && n.has(o, ulen) && ulen <= length) {
      const rest = ~csumPartial(n.b, o, ulen, pseudo(n, ipOff, ulen, 17)) & 0xffff;
      if (rest !== 0) {
        const copy = n.b.slice(o, o + ulen);
        copy[6] = copy[7] = 0;
        const right = ~csumPartial(copy, 0, ulen, pseudo(n, ipOff, ulen, 17)) & 0xffff;
        n.print(`[bad udp cksum 0x${sum.toString(16).padStart(4, '0')} -> 0x${right.toString(16).padStart(4, '0')}!] `);
      } else n.print('[udp sum ok] ');
    }
  }
  const is = (port: number): boolean => sport === port || dport === port;
  const body = o + 8;
  if (len === 0 || n.left(body) === 0) {
    n.print(`UDP, length ${ulen - 8}`);
    return;
  }
  if (is(53)) dnsPrint(n, body, len, false);
  else if (is(5353)) dnsPrint(n, body, len, true);
  else if (is(67) || is(68)) dhcpPrint(n, body, len);
  else if (is(4789)) vxlanPrint(n, body, len);
  else n.print(`UDP, length ${ulen - 8}`);
}

/** RFC 7348. @see tcpdump print-vxlan.c */
function vxlanPrint(n: Ndo, o: number, len: number): void {
  n.protocol = 'vxlan';
  if (len < 8) {
    n.print('VXLAN');
    n.print(` [length ${len} < 8]`);
    n.invalid();
    return;
  }
  n.print('VXLAN, ');
  const flags = n.u8(o);
  n.print(`flags [${(flags & 8) !== 0 ? 'I' : '.'}] (0x${flags.toString(16).padStart(2, '0')}), `);
  n.print(`vni ${n.u24(o + 4)}\n`);
  n.protocol = 'ether';
  n.inner.ether(n, o + 8, len - 8, n.left(o + 8));
}
