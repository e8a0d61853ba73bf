/** IPv4. @see tcpdump print-ip.c */
import { checksum } from '../../../wire/checksum.ts';
import { shouldBe } from './cksum.ts';
import { ipDemux, IPPROTO } from './ip-demux.ts';
import { ipOptions } from './ip-options.ts';
import { bits, hex, type Ndo, tok, TRUNCATED } from './ndo.ts';

const ECN: readonly string[] = ['', ',ECT(1)', ',ECT(0)', ',CE'];
const FLAGS: readonly (readonly [number, string])[] = [
  [0x2000, '+'],
  [0x4000, 'DF'],
  [0x8000, 'rsvd'],
];

/** What -v says of the header. @returns false when the options were cut, and with them the packet's text */
function headerPrint(n: Ndo, o: number, hlen: number): boolean {
  const tos = n.u8(o + 1);
  const off = n.u16(o + 6);
  const proto = n.u8(o + 9);
  n.print(`(tos 0x${hex(tos)}${ECN[tos & 3]!}`);
  if (n.u8(o + 8) >= 1) n.print(`, ttl ${n.u8(o + 8)}`);
  n.print(
    `, id ${n.u16(o + 4)}, offset ${(off & 0x1fff) * 8}, flags [${bits(FLAGS, 'none', off & 0xe000)}], proto ${tok(IPPROTO, 'unknown', proto)} (${proto}), length ${n.u16(o + 2)}`,
  );
  let whole = true;
  if (hlen > 20) {
    n.print(', options (');
    whole = ipOptions(n, o + 20, hlen - 20);
    n.print(whole ? ')' : ' [truncated-option])');
  }
  if (!n.o.noChecksums && o + hlen <= n.end) {
    const sum = checksum(n.b, o, hlen);
    const was = n.u16(o + 10);
    if (sum !== 0) n.print(`, bad cksum ${hex(was)} (->${hex(shouldBe(was, sum))})!`);
  }
  n.print(')\n    ');
  return whole;
}

/** A whole IPv4 packet. */
export function ipPrint(n: Ndo, o: number, length: number): void {
  n.protocol = 'ip';
  const version = n.u8(o) >>> 4;
  if (version !== 4) {
    n.print(version === 6 ? 'IP6, wrong link-layer encapsulation' : `IP${version}`);
    n.invalid();
    return;
  }
  if (!n.o.link) n.print('IP ');
  if (!n.has(o, 20)) {
    n.trunc();
    return;
  }
  if (length < 20) {
    n.print(`truncated-ip ${length}`);
    return;
  }
  const hlen = (n.u8(o) & 15) * 4;
  if (hlen < 20) {
    n.print(`bad-hlen ${hlen}`);
    return;
  }
  let len = n.u16(o + 2);
  if (length < len) n.print(`truncated-ip - ${len - length} bytes missing! `);
  if (len < hlen) {
    n.print(`bad-len ${len}`);
    return;
  }
  n.pushEnd(o, len);
  len = (len - hlen) >>> 0;
  const off = n.u16(o + 6);
  const nh = n.u8(o + 9);
  if (n.o.verbose > 0 && !headerPrint(n, o, hlen)) {
    n.print(`${n.ip4(o + 12)} > ${n.ip4(o + 16)}: `);
    n.trunc();
    n.popEnd();
    return;
  }
  if ((off & 0x1fff) === 0) {
    if (nh !== 6 && nh !== 17 && nh !== 132 && nh !== 33) n.print(`${n.ip4(o + 12)} > ${n.ip4(o + 16)}: `);
    if (!n.has(o, hlen)) {
      n.print(` [remaining caplen(${n.left(o)}) < header length(${hlen})]`);
      throw TRUNCATED;
    }
    ipDemux(n, o + hlen, len, 4, (off & 0x2000) !== 0, n.u8(o + 8), nh, o);
  } else if (n.o.quick <= 1) {
    const name = n.o.names?.protocol(nh);
    n.print(`${n.ip4(o + 12)} > ${n.ip4(o + 16)}: ${name ?? `ip-proto-${nh}`}`);
  }
  n.popEnd();
}
