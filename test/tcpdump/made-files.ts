/** Captures of other formats and link types. */
import { pcapFileHeader, pcapRecordAt } from '../../packages/core/src/wire/pcap.ts';
import { pcapngInterface, pcapngPacket, pcapngSectionHeader } from '../../packages/core/src/wire/pcapng.ts';
import { A4, type Bytes, bytes, eth, ip4, ip6, MAC_A, summed, text, u16, u32, udp, vlan, zeros } from './packets.ts';

const echo = ip4(1, summed(bytes('08 00 0000 1234 0001', text('abcdefgh'))));
const ping6 = ip6(58, bytes('80 00 0000 0001 0002', text('ping')));
const query = ip4(17, udp(40000, 53, bytes('1234 0100 0001 0000 0000 0000 01 61 00 0001 0001')));

function pcap(linktype: number, packets: readonly Bytes[], nanoseconds = false): Bytes {
  const h = { linktype, snaplen: 65535, nanoseconds };
  const whole = packets.map((p, i) => pcapRecordAt(h, 1700000000 + i, 123456 + i, p, p.length));
  const cut = packets.map((p, i) => pcapRecordAt(h, 1700000100 + i, 7, p.slice(0, 1 + ((i * 7) % p.length)), p.length));
  return bytes(pcapFileHeader(h), ...whole, ...cut);
}

/** The same with every number's bytes in the other order. */
function bigEndian(little: Bytes): Bytes {
  const b = little.slice();
  const swap = (at: number, n: number): void => void b.subarray(at, at + n).reverse();
  for (const [at, n] of [
    [0, 4],
    [4, 2],
    [6, 2],
    [8, 4],
    [12, 4],
    [16, 4],
    [20, 4],
  ] as const)
    swap(at, n);
  for (let p = 24; p < b.length;) {
    const len = b[p + 8]! | (b[p + 9]! << 8);
    for (let i = 0; i < 4; i++) swap(p + 4 * i, 4);
    p += 16 + len;
  }
  return b;
}

const sll = (type: number, proto: number, payload: Bytes, hatype = 1): Bytes =>
  bytes(u16(type), u16(hatype), '0006', MAC_A, '0000', u16(proto), payload);
const sll2 = (type: number, proto: number, payload: Bytes): Bytes =>
  bytes(u16(proto), '0000', u32(9999), '0001', type, 6, MAC_A, '0000', payload);
const arp = bytes('0001 0800 06 04 0001', MAC_A, A4, zeros(6), '0a000002');
const cooked = (one: (type: number, proto: number, payload: Bytes) => Bytes): Bytes[] => [
  one(0, 0x0800, echo),
  one(1, 0x0806, arp),
  one(2, 0x86dd, ping6),
  one(3, 0x0800, query),
  one(4, 0x0800, echo),
  one(7, 0x1234, text('unknown')),
  one(0, 0x8100, vlan(5, 0x0800, echo)),
  one(0, 0x8100, vlan(5, 30, bytes('424203 0000 00 80'))),
  one(0, 4, bytes('424203 0000 00 80')),
  one(0, 4, bytes('0404 03 00')),
  one(0, 12, zeros(4)),
  one(0, 0x8100, bytes('00')),
];
const family = (af: number, payload: Bytes): Bytes => bytes(af, 0, 0, 0, payload);

const section = pcapngSectionHeader({ hardware: 'made', os: 'by hand', userappl: 'test' });
const iface = (linktype: number, snaplen: number): Bytes =>
  pcapngInterface({ linktype, snaplen, name: 'v0', description: '', mac: null });
const packet = (interfaceId: number, at: bigint, data: Bytes, origLen = data.length): Bytes =>
  pcapngPacket({ interfaceId, tsNs: at, data, origLen, direction: 1, comment: 'noted' });
/** A Simple Packet Block: no time, no interface. */
function simplePacket(data: Bytes): Bytes {
  const padded = bytes(data, zeros(-data.length & 3));
  const le = (v: number): Bytes => u32(v).slice().reverse();
  return bytes(le(3), le(16 + padded.length), le(data.length), padded, le(16 + padded.length));
}
const T = 1_700_000_000_123_456_789n;

export const other: Readonly<Record<string, Bytes>> = {
  'link-raw.pcap': pcap(101, [echo, ping6, query, bytes('35'), zeros(4)]),
  'link-ipv4.pcap': pcap(228, [echo, query]),
  'link-ipv6.pcap': pcap(229, [ping6]),
  'link-null.pcap': pcap(0, [
    family(2, echo),
    family(24, ping6),
    family(28, ping6),
    family(30, ping6),
    bytes('00000002', echo),
    family(99, text('unknown')),
  ]),
  'link-loop.pcap': pcap(108, [
    bytes('00000002', echo),
    bytes('0000001c', ping6),
    family(2, echo),
    bytes('00000063', text('unknown')),
  ]),
  'link-sll.pcap': pcap(113, cooked(sll)),
  'link-sll2.pcap': pcap(276, cooked(sll2)),
  'file-nanoseconds.pcap': pcap(1, [eth(0x0800, echo), eth(0x0806, arp)], true),
  'file-big-endian.pcap': bigEndian(pcap(1, [eth(0x0800, echo), eth(0x86dd, ping6)])),
  'file-big-endian-nano.pcap': bigEndian(pcap(1, [eth(0x0800, query)], true)),
  'file-cut.pcap': pcap(1, [eth(0x0800, echo), eth(0x0800, query)]).slice(0, -3),
  'file-snaplen.pcap': bytes(
    pcapFileHeader({ linktype: 1, snaplen: 30, nanoseconds: false }),
    pcapRecordAt({ linktype: 1, snaplen: 262144, nanoseconds: false }, 5, 2000000, eth(0x0800, query), 400),
    pcapRecordAt({ linktype: 1, snaplen: 262144, nanoseconds: false }, 0x90000000, 1, eth(0x0800, echo), 50),
    pcapRecordAt({ linktype: 1, snaplen: 262144, nanoseconds: false }, 9, 1, eth(0x0806, arp), 10),
    pcapRecordAt({ linktype: 1, snaplen: 262144, nanoseconds: false }, 9, 1, zeros(0), 0),
    pcapRecordAt({ linktype: 1, snaplen: 262144, nanoseconds: false }, 9, 1, eth(0x0806, arp), 300000),
  ),
  'file-ng.pcapng': bytes(
    section,
    iface(1, 262144),
    packet(0, T, eth(0x0800, echo)),
    iface(1, 262144),
    packet(1, T + 1n, eth(0x0806, arp), 60),
    simplePacket(eth(0x0806, arp)),
  ),
  'file-ng-raw.pcapng': bytes(
    section,
    iface(101, 0),
    packet(0, T, echo),
    packet(0, T, ping6),
    section,
    iface(101, 0),
    packet(0, T, query),
  ),
  'file-ng-bad.pcapng': bytes(
    section,
    iface(1, 262144),
    packet(0, T, eth(0x0800, echo)),
    packet(3, T, eth(0x0800, echo)),
  ),
};
