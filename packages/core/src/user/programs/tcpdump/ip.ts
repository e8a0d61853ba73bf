/** IPv4. @see tcpdump print-ip.c, print-ip-demux.c */
import { checksum } from '../../../wire/checksum.ts';
import { icmpPrint } from './icmp.ts';
import { icmp6Print } from './icmp6.ts';
import { igmpPrint } from './igmp.ts';
import { bits, type Ndo, tok } from './ndo.ts';
import { tcpPrint } from './tcp.ts';
import { udpPrint } from './udp.ts';

/** Names of protocols in the header's text. */
export const IPPROTO: Readonly<Record<number, string>> = {
  0: 'Options',
  1: 'ICMP',
  2: 'IGMP',
  4: 'IPIP',
  6: 'TCP',
  8: 'EGP',
  9: 'IGRP',
  17: 'UDP',
  33: 'DCCP',
  41: 'IPv6',
  43: 'Routing',
  44: 'Fragment',
  46: 'RSVP',
  47: 'GRE',
  50: 'ESP',
  51: 'AH',
  55: 'Mobile IP',
  58: 'ICMPv6',
  77: 'SUN-ND',
  88: 'EIGRP',
  89: 'OSPF',
  103: 'PIM',
  108: 'Compressed IP',
  112: 'VRRP',
  113: 'PGM',
  132: 'SCTP',
  135: 'Mobility',
};
const OPTION: Readonly<Record<number, string>> = {
  0: 'EOL',
  1: 'NOP',
  68: 'timestamp',
  130: 'security',
  7: 'RR',
  137: 'SSRR',
  131: 'LSRR',
  148: 'RA',
  152: 'upstream',
};

/** A transport protocol's part. @param ipOff where the IP header is, for addresses and pseudo headers. */
export function ipDemux(
  n: Ndo,
  o: number,
  length: number,
  version: number,
  fragmented: boolean,
  nh: number,
  ipOff: number,
): void {
  switch (nh) {
    case 1:
      if (version === 4) {
        icmpPrint(n, o, length, ipOff, fragmented);
        return;
      }
      break;
    case 2:
      igmpPrint(n, o, length);
      return;
    case 4:
      ipPrint(n, o, length);
      return;
    case 41:
      n.inner.ip6(n, o, length);
      return;
    case 6:
      tcpPrint(n, o, length, ipOff, fragmented);
      return;
    case 17:
      udpPrint(n, o, length, ipOff, fragmented);
      return;
    case 58:
      if (version === 6) {
        icmp6Print(n, o, length, ipOff, fragmented);
        return;
      }
      break;
    default:
  }
  if (version === 4 || nh !== 59) {
    const name = n.o.names?.protocol(nh);
    n.print(name !== null && name !== undefined ? ` ${name}` : ` ip-proto-${nh}`);
    n.print(` ${length}`);
  }
}

function routeOption(n: Ndo, o: number, len: number): void {
  if (len < 3) {
    n.print(` [bad length ${len}]`);
    return;
  }
  if (((len + 1) & 3) !== 0) n.print(` [bad length ${len}]`);
  const ptr = n.u8(o + 2) - 1;
  if (ptr < 3 || ((ptr + 1) & 3) !== 0) n.print(` [bad ptr ${n.u8(o + 2)}]`);
  let type = ' ';
  for (let i = 3; i + 4 <= len; i += 4) {
    n.print(`${type}${n.ip4(o + i)}`);
    type = ptr > i ? ', ' : ' ';
  }
}

function timestampOption(n: Ndo, o: number, len: number): void {
  if (len < 4) {
    n.print(`[bad length ${len}]`);
    return;
  }
  n.print(' TS{');
  const flag = n.u8(o + 3) & 15;
  const hop = flag === 0 ? 4 : 8;
  if (((len - 4) & (hop - 1)) !== 0) n.print(`[bad length ${len}]`);
  const ptr = n.u8(o + 2) - 1;
  let mark = 0;
  if (ptr < 4 || ((ptr - 4) & (hop - 1)) !== 0 || ptr > len) n.print(`[bad ptr ${n.u8(o + 2)}]`);
  n.print(flag === 0 ? 'TSONLY' : flag === 1 ? 'TS+ADDR' : flag === 3 ? 'PRESPEC' : `[bad ts type ${flag}]`);
  let type = ' ';
  for (let i = 4; i + hop <= len; i += hop) {
    if (ptr === i) type = ' ^ ';
    mark++;
    n.print(`${type}${n.u32(o + i + hop - 4)}@${hop === 8 ? n.ip4(o + i) : ''}`);
    type = ' ';
  }
  if (mark > 0 && ptr === len) n.print(' ^ ');
  const over = n.u8(o + 3) >>> 4;
  n.print(over !== 0 ? ` [${over} hops not recorded]} ` : '}');
}

function options(n: Ndo, o: number, length: number): void {
  let separator = '';
  while (length > 0) {
    n.print(separator);
    separator = ',';
    const code = n.u8(o);
    n.print(tok(OPTION, 'unknown %u', code));
    const len = code === 0 || code === 1 ? 1 : n.u8(o + 1);
    if (code !== 0 && code !== 1 && len < 2) throw new BadOption();
    if (len > length) throw new BadOption();
    n.need(o, len);
    if (code === 0) return;
    if (code === 68) timestampOption(n, o, len);
    else if (code === 7 || code === 131 || code === 137) routeOption(n, o, len);
    else if (code === 148) {
      if (len < 4) {
        n.print('[|ip]');
        throw new BadOption();
      }
      if (n.u16(o + 2) !== 0) n.print(` value ${n.u16(o + 2)}`);
    }
    o += len;
    length -= len;
  }
}
class BadOption extends Error {}

/** A whole IPv4 packet. */
export function ipPrint(n: Ndo, o: number, length: number): void {
  n.protocol = 'ip';
  const version = n.u8(o) >>> 4;
  if (version !== 4) {
    if (version === 6) n.print('IP6, wrong link-layer encapsulation');
    else n.print(`IP${version}, wrong link-layer encapsulation`);
    n.invalid();
    return;
  }
  if (!n.o.link) n.print('IP ');
  if (length < 20) {
    n.print(`[length ${length} < 20]`);
    n.invalid();
    return;
  }
  if (!n.has(o, 20)) {
    n.trunc();
    return;
  }
  const hlen = (n.u8(o) & 15) * 4;
  if (hlen < 20) {
    n.print(`[header length ${hlen} < 20]`);
    n.invalid();
    return;
  }
  const total = n.u16(o + 2);
  if (length < total) n.print(`[total length ${total} > length ${length}]`);
  let len = total;
  if (length < total) {
    n.print(' (invalid)');
    len = length;
    n.print(' ');
  }
  if (total < hlen) {
    if (total !== 0) {
      n.print(`[total length ${total} < header length ${hlen}]`);
      n.invalid();
      return;
    }
    len = length;
  }
  n.pushEnd(o + len);
  len -= hlen;
  const off = n.u16(o + 6);
  const nh = n.u8(o + 9);
  if (n.o.verbose > 0) {
    const tos = n.u8(o + 1);
    n.print(`(tos 0x${tos.toString(16)}${['', ',ECT(1)', ',ECT(0)', ',CE'][tos & 3]}`);
    if (n.u8(o + 8) >= 1) n.print(`, ttl ${n.u8(o + 8)}`);
    const flags = bits(
      [
        [0x4000, 'DF'],
        [0x2000, '+'],
        [0x8000, 'rsvd'],
      ],
      'none',
      off & 0xe000,
    );
    n.print(
      `, id ${n.u16(o + 4)}, offset ${(off & 0x1fff) * 8}, flags [${flags}], proto ${tok(IPPROTO, 'unknown', nh)} (${nh})`,
    );
    n.print(total === 0 ? `, length ${length} [was ${total}, presumed TSO]` : `, length ${total}`);
    let bad = false;
    if (hlen > 20) {
      n.print(', options (');
      try {
        options(n, o + 20, hlen - 20);
      } catch (e) {
        if (!(e instanceof BadOption)) throw e;
        n.print(' [truncated-option]');
        bad = true;
      }
      n.print(')');
    }
    if (!n.o.noChecksums && n.has(o, hlen)) {
      const sum = checksum(n.b, o, hlen);
      if (sum !== 0) {
        const was = n.u16(o + 10);
        const copy = n.b.slice(o, o + hlen);
        copy[10] = copy[11] = 0;
        n.print(`, bad cksum ${was.toString(16)} (->${checksum(copy, 0, hlen).toString(16)})!`);
      }
    }
    n.print(')\n    ');
    if (bad) {
      n.print(`${n.ip4(o + 12)} > ${n.ip4(o + 16)}: `);
      n.trunc();
      n.popEnd();
      return;
    }
  }
  if ((off & 0x1fff) === 0) {
    if (nh !== 6 && nh !== 17 && nh !== 132 && nh !== 33) n.print(`${n.ip4(o + 12)} > ${n.ip4(o + 16)}: `);
    if (!n.has(o, hlen)) {
      n.print(` [remaining caplen(${n.left(o)}) < header length(${hlen})]`);
      n.trunc();
      n.popEnd();
      return;
    }
    ipDemux(n, o + hlen, len, 4, (off & 0x2000) !== 0, nh, o);
  } else if (n.o.quick <= 1) {
    n.print(`${n.ip4(o + 12)} > ${n.ip4(o + 16)}:`);
    const name = n.o.names?.protocol(nh);
    n.print(name !== null && name !== undefined ? ` ${name}` : ` ip-proto-${nh}`);
  }
  n.popEnd();
}
