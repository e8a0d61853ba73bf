/** What the functions on the packet path do beyond parse and emit. */
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { parseIpv4, parseIpv6 } from '../lib/address.ts';
import { be16, be32, fromHex, putBe16, putBe32 } from '../lib/bytes.ts';
import {
  checksum,
  csumAdd,
  csumFold,
  csumIpv6Nofold,
  csumOdd,
  csumPartial,
  csumReplace16,
  csumReplace2,
  csumReplace4,
  csumTcpudpNofold,
} from './checksum.ts';
import {
  etherAddrEqual,
  isBroadcastEtherAddr,
  isMulticastEtherAddr,
  isValidEtherAddr,
  isZeroEtherAddr,
  vlanEncapsulatedProto,
  vlanTci,
} from './ethernet.ts';
import { icmpIsError, icmpQuoteRoom } from './icmp.ts';
import { IpOptions, ipOptionsCompile } from './ipv4-options.ts';
import {
  IP_BAD_CSUM,
  IP_BAD_HLEN,
  IP_BAD_TOTLEN,
  IP_BAD_TRUNCATED,
  IP_BAD_VERSION,
  IP_OK,
  ipCheck,
  ipCsum,
  ipDecreaseTtl,
  ipIsFragment,
  ipSendCheck,
  ipSetTotLen,
  putIpHeader,
} from './ipv4.ts';
import { ExtWalk, ipv6SkipExthdr, putFrag6, putHopRouterAlert } from './ipv6.ts';
import { ndFindOption, ndMtu, ndOptionsCheck, ndPrefixInfo, ndPrefixOption } from './ndisc.ts';
import { parsePcap, pcapFileHeader, pcapRecord } from './pcap.ts';
import { EPB_OUTBOUND, parsePcapng, pcapngInterface, pcapngPacket, pcapngSectionHeader } from './pcapng.ts';
import { TcpOptionsReceived, tcpParseOptions } from './tcp.ts';
import { parseUdp, udpFinish, putUdpHeader, udpCsum } from './udp.ts';
import { concatBytes } from '../lib/text.ts';

const hex = (s: string): Uint8Array => fromHex(s)!;

/** RFC 1071 §4.1, word by word. */
function naive(b: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < b.length; i += 2) sum += (b[i]! << 8) | (b[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return sum;
}

describe('checksum', () => {
  it('equals the definition for any length, 64 KiB of ones included', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (b) => void expect(csumPartial(b, 0, b.length)).toBe(naive(b))),
    );
    for (const n of [0, 1, 7, 32767, 32768, 65535, 65536, 200000]) {
      const ones = new Uint8Array(n).fill(0xff);
      expect(csumPartial(ones, 0, n)).toBe(naive(ones));
    }
    expect(csumPartial(hex('0001f203f4f5f6f7'), 0, 8)).toBe(0xddf2); // RFC 1071 §3
  });

  it('adds in parts, odd ones swapped', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 99 }), fc.nat(99), (b, cut) => {
        const k = cut % b.length;
        const head = csumPartial(b, 0, k);
        const tail = csumPartial(b, k, b.length - k);
        expect(csumAdd(head, k % 2 === 1 ? csumOdd(tail) : tail) % 0xffff).toBe(naive(b) % 0xffff);
      }),
    );
  });

  it('patches incrementally', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 40, maxLength: 40 }),
        fc.nat(0xffff),
        fc.nat(0xffffffff),
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        (b, h, w, a) => {
          putBe16(b, 2, 0);
          putBe16(b, 2, csumFold(csumPartial(b, 0, 40)));
          csumReplace2(b, 2, be16(b, 4), h);
          putBe16(b, 4, h);
          csumReplace4(b, 2, be32(b, 8), w);
          putBe32(b, 8, w);
          csumReplace16(b, 2, b, 16, a, 0);
          b.set(a, 16);
          expect(csumPartial(b, 0, 40) % 0xffff).toBe(0);
        },
      ),
    );
  });

  it('sums pseudo headers', () => {
    const v4 = hex('0a0000010a0000020011000b');
    expect(csumTcpudpNofold(0x0a000001, 0x0a000002, 11, 17)).toBe(naive(v4));
    const s = parseIpv6('fd00::1')!;
    const d = parseIpv6('2001:db8::2')!;
    expect(csumIpv6Nofold(s, 0, d, 0, 70000, 58)).toBe(naive(concatBytes([s, d, hex('0001117000 00003a')])));
  });
});

describe('IPv4', () => {
  const make = (): Uint8Array => {
    const b = new Uint8Array(84).fill(0xa5);
    putIpHeader(b, 0, 20, 0, 84, 1, 0x4000, 64, 1, parseIpv4('10.0.0.1')!, parseIpv4('10.0.0.2')!);
    return b;
  };

  it('says why it refuses a header', () => {
    const cases: [number, (b: Uint8Array) => void][] = [
      [IP_OK, () => {}],
      [IP_BAD_VERSION, (b) => (b[0] = 0x65)],
      [IP_BAD_HLEN, (b) => (b[0] = 0x44)],
      [IP_BAD_CSUM, (b) => (b[8] = 63)],
      [IP_BAD_TRUNCATED, (b) => (ipSetTotLen(b, 0, 85), ipSendCheck(b, 0))],
      [IP_BAD_TOTLEN, (b) => (ipSetTotLen(b, 0, 19), ipSendCheck(b, 0))],
    ];
    for (const [verdict, harm] of cases) {
      const b = make();
      harm(b);
      expect(ipCheck(b, 0, b.length)).toBe(verdict);
    }
    expect(ipCheck(make(), 0, 19)).toBe(IP_BAD_HLEN);
  });

  it('keeps the checksum right while the TTL falls', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 20, maxLength: 20 }), (b) => {
        b[0] = 0x45;
        b[8] = Math.max(1, b[8]!);
        ipSendCheck(b, 0);
        const ttl = b[8]!;
        expect(ipDecreaseTtl(b, 0)).toBe(ttl - 1);
        expect(checksum(b, 0, 20)).toBe(0);
        const patched = ipCsum(b, 0);
        ipSendCheck(b, 0);
        expect(patched).toBe(ipCsum(b, 0));
      }),
      { numRuns: 2000 },
    );
    for (let id = 0; id <= 0xffff; id++) {
      const b = make();
      putBe16(b, 4, id);
      ipSendCheck(b, 0);
      ipDecreaseTtl(b, 0);
      const patched = ipCsum(b, 0);
      ipSendCheck(b, 0);
      if (patched !== ipCsum(b, 0)) expect.fail(`id ${id}`);
    }
    expect(ipIsFragment(make(), 0)).toBe(false);
  });

  it('compiles options, naming the first bad byte', () => {
    const opt = new IpOptions();
    const run = (options: string): number => {
      const o = hex(options);
      return ipOptionsCompile(concatBytes([new Uint8Array(20), o]), 0, o.length, opt);
    };
    expect(run('010727080a000001' + '00'.repeat(32))).toBe(0);
    expect([opt.rr, opt.rrNeedaddr, opt.ts]).toEqual([21, true, 0]);
    expect(run('070704000000000000000000')).toBe(0);
    expect(run('07070800000000 00')).toBe(0);
    expect(opt.rrNeedaddr).toBe(false);
    expect(run('0707030000000000')).toBe(22);
    expect(run('0707060000000000')).toBe(22);
    expect(run('0702040000000000')).toBe(21);
    expect(run('0709040000000000')).toBe(20);
    expect(run('07')).toBe(20);
    expect(run('440c05010000000000000000')).toBe(0);
    expect([opt.ts, opt.tsNeedaddr, opt.tsNeedtime]).toEqual([20, true, true]);
    expect(run('440c0d010000000000000000')).toBe(0);
    expect([opt.tsOverflow, opt.tsNeedtime]).toEqual([true, false]);
    expect(run('440c0df10000000000000000')).toBe(23);
    expect(run('440c0900 0000000000000000')).toBe(0);
    expect([opt.tsNeedaddr, opt.tsNeedtime]).toEqual([false, true]);
    expect(run('94040000')).toBe(0);
    expect(opt.routerAlert).toBe(20);
    expect(run('89070401020304 00')).toBe(0);
    expect([opt.srr, opt.isStrictroute]).toEqual([20, true]);
    expect(run('8303048303040000')).toBe(23);
  });

  it('knows errors and how much they quote', () => {
    expect([3, 4, 5, 11, 12].every(icmpIsError)).toBe(true);
    expect([0, 8, 13, 14].some(icmpIsError)).toBe(false);
    expect([icmpQuoteRoom(1500, 0), icmpQuoteRoom(1500, 40), icmpQuoteRoom(296, 0)]).toEqual([548, 508, 268]);
  });
});

it('Ethernet addresses have kinds', () => {
  const b = hex('ffffffffffff 01005e000001 020000000001 000000000000');
  expect([0, 6, 12, 18].map((o) => isMulticastEtherAddr(b, o))).toEqual([true, true, false, false]);
  expect([0, 6, 12, 18].map((o) => isBroadcastEtherAddr(b, o))).toEqual([true, false, false, false]);
  expect([0, 6, 12, 18].map((o) => isZeroEtherAddr(b, o))).toEqual([false, false, false, true]);
  expect([0, 6, 12, 18].map((o) => isValidEtherAddr(b, o))).toEqual([false, false, true, false]);
  expect([etherAddrEqual(b, 0, b, 0), etherAddrEqual(b, 0, b, 6)]).toEqual([true, false]);
  const tagged = hex('020000000001 020000000002 8100 600a 0800');
  expect([vlanTci(tagged, 0), vlanEncapsulatedProto(tagged, 0)]).toEqual([0x600a, 0x800]);
});

describe('IPv6 extension headers', () => {
  it('are walked to the upper header', () => {
    const b = new Uint8Array(64);
    putHopRouterAlert(b, 0, 44);
    expect(b.slice(0, 8)).toEqual(hex('2c00050200000100'));
    putFrag6(b, 8, 58, 0, true, 7);
    const walk = new ExtWalk();
    expect(ipv6SkipExthdr(b, 0, 64, 0, walk)).toBe(16);
    expect([walk.nexthdr, walk.fragHdr, walk.fragOff]).toEqual([58, 8, 1]);
    putFrag6(b, 8, 60, 1448, true, 7);
    expect(ipv6SkipExthdr(b, 0, 64, 0, walk)).toBe(16);
    expect([walk.nexthdr, walk.fragOff & 0xfff8]).toEqual([60, 1448]);
    expect(ipv6SkipExthdr(b, 0, 12, 0, walk)).toBe(-1);
    expect(ipv6SkipExthdr(b, 0, 64, 59, walk)).toBe(-1);
    expect(ipv6SkipExthdr(b, 0, 64, 6, walk)).toBe(0);
  });

  it('ND options are found, and refused when malformed', () => {
    const b = hex('0e01000000000000 0101020000000001');
    expect([ndOptionsCheck(b, 0, 16), ndOptionsCheck(b, 0, 15), ndOptionsCheck(hex('0100'), 0, 2)]).toEqual([
      true,
      false,
      false,
    ]);
    expect([ndFindOption(b, 0, 16, 1), ndFindOption(b, 0, 16, 2)]).toEqual([8, -1]);
    const info = {
      prefixLen: 64,
      onLink: true,
      autonomous: true,
      validS: 86400,
      preferredS: 14400,
      prefix: parseIpv6('2001:db8::')!,
    };
    expect(ndPrefixInfo(ndPrefixOption(info))).toEqual(info);
    expect(ndMtu({ type: 5, data: hex('0000000005dc') })).toBe(1500);
    expect(ndMtu({ type: 5, data: hex('0000') })).toBeNull();
  });
});

it('UDP without a checksum passes; a computed zero is sent as ones', () => {
  expect(parseUdp(hex('00010002000800 00'), 0, 8, 1234)).toEqual({ source: 1, dest: 2, payload: new Uint8Array(0) });
  const b = new Uint8Array(8);
  putUdpHeader(b, 0, 0, 0, 8);
  udpFinish(b, 0, 0xfff7);
  expect(udpCsum(b, 0)).toBe(0xffff);
});

it('TCP options are read as Linux reads them', () => {
  const rx = new TcpOptionsReceived();
  const segment = (flags: number, options: string): Uint8Array => {
    const o = hex(options);
    const b = new Uint8Array(20 + o.length);
    b[12] = b.length << 2;
    b[13] = flags;
    b.set(o, 20);
    return b;
  };
  tcpParseOptions(segment(2, '020405b4 0402 080a a304302800000000 01 03030f'), 0, rx);
  expect([rx.mssClamp, rx.sackOk, rx.sawTstamp, rx.rcvTsval, rx.wscaleOk, rx.sndWscale]).toEqual([
    1460,
    true,
    true,
    0xa3043028,
    true,
    14,
  ]);
  tcpParseOptions(segment(0x10, '0101 050a 00000001 00000002'), 0, rx);
  expect([rx.numSacks, rx.sackAt, rx.mssClamp, rx.wscaleOk]).toEqual([1, 24, 0, false]);
  tcpParseOptions(segment(2, '02ff0000'), 0, rx);
  expect(rx.mssClamp).toBe(0);
});

describe('pcap', () => {
  const h = { linktype: 1, snaplen: 100, nanoseconds: true };
  const tsNs = 1795301678123456789n;

  it('reads back what it wrote, cut to the snapshot length', () => {
    const file = concatBytes([
      pcapFileHeader(h),
      pcapRecord(h, { tsNs, data: new Uint8Array(150).fill(7), origLen: 150 }),
    ]);
    expect(parsePcap(file)).toEqual({
      ...h,
      error: null,
      records: [{ tsNs, data: new Uint8Array(100).fill(7), origLen: 150 }],
    });
    const micro = { ...h, nanoseconds: false };
    const us = concatBytes([pcapFileHeader(micro), pcapRecord(micro, { tsNs, data: hex('00'), origLen: 1 })]);
    expect(parsePcap(us)!.records[0]!.tsNs).toBe(1795301678123456000n);
  });

  it('reads what tcpdump wrote, and a file of the other byte order', () => {
    const real = hex('d4c3b2a102000400000000000000000000000400710000003a21026b52e603000200000048000000abcd');
    expect(parsePcap(real)).toEqual({
      linktype: 113,
      snaplen: 262144,
      nanoseconds: false,
      error: null,
      records: [{ tsNs: 1795301690255570000n, data: hex('abcd'), origLen: 72 }],
    });
    const big = hex('a1b2c3d400020004000000000000000000040000 00000001 6b02213a 0003e652 00000001 00000001 ff');
    expect(parsePcap(big)!.records[0]).toEqual({ tsNs: 1795301690255570000n, data: hex('ff'), origLen: 1 });
  });

  it('cut anywhere it gives an error or whole records, never a throw', () => {
    const file = concatBytes([pcapFileHeader(h), pcapRecord(h, { tsNs, data: hex('0102'), origLen: 2 })]);
    for (let n = 0; n < file.length; n++) {
      const got = parsePcap(file.slice(0, n));
      if (n < 24) expect(got).toBeNull();
      else expect([got!.records.length, got!.error === null]).toEqual([0, n === 24]);
    }
    expect(parsePcap(file.slice(0, 30))!.error).toBe('truncated dump file; tried to read 16 header bytes, only got 6');
  });
});

describe('pcapng', () => {
  const section = { hardware: '', os: 'Linux', userappl: 'warren' };
  const nic = { linktype: 1, snaplen: 0, name: 'red/veth0', description: '', mac: hex('020000000001') };
  const packet = {
    interfaceId: 1,
    tsNs: 1795301678123456789n,
    data: hex('0102030405'),
    origLen: 9,
    direction: EPB_OUTBOUND,
    comment: 'é',
  };
  const file = concatBytes([
    pcapngSectionHeader(section),
    pcapngInterface(nic),
    pcapngInterface({ ...nic, name: 'b', mac: null }),
    pcapngPacket(packet),
    pcapngPacket({ ...packet, interfaceId: 0, direction: 0, comment: '' }),
  ]);

  it('reads back what it wrote', () => {
    expect(parsePcapng(file)).toEqual({
      section,
      interfaces: [nic, { ...nic, name: 'b', mac: null }],
      packets: [packet, { ...packet, interfaceId: 0, direction: 0, comment: '' }],
      error: null,
    });
  });

  it('reads two sections, unknown and simple blocks', () => {
    const unknown = hex('0000000b 0c000000 0c000000');
    const simple = hex('03000000 14000000 02000000 abcd0000 14000000');
    const got = parsePcapng(concatBytes([file, unknown, file, simple]))!;
    expect(got.error).toBeNull();
    expect(got.packets.map((p) => p.interfaceId)).toEqual([1, 0, 3, 2, 2]);
    expect(got.packets.at(-1)!.data).toEqual(hex('abcd'));
  });

  it('cut anywhere it says so, and any byte may be wrong', () => {
    for (let n = 0; n < file.length; n++) {
      const got = parsePcapng(file.slice(0, n));
      if (got !== null && got.packets.length < 2 && got.error === null)
        expect(parsePcapng(file.slice(0, n + 1))!.error).not.toBeNull();
    }
    for (let i = 0; i < file.length; i++) for (const x of [0, 0xff]) parsePcapng(file.with(i, x));
    expect(parsePcapng(hex('0102030405060708090a0b0c'))).toBeNull();
    expect(parsePcapng(new Uint8Array(0))).toBeNull();
  });
});
