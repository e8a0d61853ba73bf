/**
 * The same five tests for every protocol: parse a golden frame, emit equals golden, emit leaves nothing of a 0xa5-filled
 * buffer, a frame cut at any length is refused, parse after emit is the identity.
 *
 * The golden bytes were captured by tcpdump from Linux 6.18 on a veth, except where a line says otherwise.
 */
import { describe, expect, it } from 'vitest';
import fc, { type Arbitrary } from 'fast-check';
import { parseIpv4, parseIpv6 } from '../lib/address.ts';
import { fromHex, toHex } from '../lib/bytes.ts';
import { Random } from '../lib/random.ts';
import { emitArp, parseArp } from './arp.ts';
import { csumIpv6Nofold, csumTcpudpNofold } from './checksum.ts';
import { emitEthernet, parseEthernet } from './ethernet.ts';
import { emitIcmp, parseIcmp } from './icmp.ts';
import { emitIcmp6, parseIcmp6 } from './icmpv6.ts';
import { emitIgmp, parseIgmp, type IgmpMessage } from './igmp.ts';
import { emitIpv4Header, parseIpv4Header, type Ipv4Header } from './ipv4.ts';
import { emitIpv4Options, parseIpv4Options, type Ipv4Option } from './ipv4-options.ts';
import { emitFrag6, emitIpv6Header, parseFrag6, parseIpv6Header } from './ipv6.ts';
import { emitSll, emitSll2, parseSll, parseSll2 } from './linux-sll.ts';
import { emitMld, parseMld, type MldMessage } from './mld.ts';
import { emitNd, parseNd, type NdMessage } from './ndisc.ts';
import { emitTcp, parseTcp } from './tcp.ts';
import { emitUdp, parseUdp } from './udp.ts';

const hex = (s: string): Uint8Array => fromHex(s)!;
const v6 = (s: string): Uint8Array => parseIpv6(s)!;
const v4 = (s: string): number => parseIpv4(s)!;
const mac = (n: number): Uint8Array => Uint8Array.of(2, 0, 0, 0, 0, n);
const pseudo6 = (s: string, d: string, len: number, proto: number): number =>
  csumIpv6Nofold(v6(s), 0, v6(d), 0, len, proto);

const u8 = fc.nat(0xff);
const u16 = fc.nat(0xffff);
const u32 = fc.nat(0xffffffff);
const bytes = (n: number): Arbitrary<Uint8Array> => fc.uint8Array({ minLength: n, maxLength: n });
const data = fc.uint8Array({ maxLength: 50 });
const list = <T>(a: Arbitrary<T>, maxLength = 4): Arbitrary<T[]> => fc.array(a, { maxLength });

interface Golden {
  readonly name: string;
  readonly bytes: string;
  readonly value: unknown;
}

interface Protocol<T> {
  readonly name: string;
  parse(b: Uint8Array, o: number, len: number): T | null;
  emit(value: T, b: Uint8Array, o: number): number;
  readonly golden: readonly Golden[];
  readonly values: Arbitrary<T>;
  /** Bytes must follow the header for `parse` to take it. */
  trailer?(value: T): number;
  /** A shorter list of options is a list of options. */
  readonly cutIsValid?: boolean;
}

const ndOption = fc.tuple(u8, fc.nat(3)).chain(([type, n]) => bytes(6 + 8 * n).map((d) => ({ type, data: d })));

const ipv4Options: Protocol<Ipv4Option[]> = {
  name: 'IPv4 options',
  parse: parseIpv4Options,
  emit: emitIpv4Options,
  cutIsValid: true,
  golden: [
    {
      name: 'record route of a ping -R answer',
      bytes: '0727100a0000010a0000020a00000200000000000000000000000000000000000000000000000000',
      value: [
        {
          kind: 'recordRoute',
          pointer: 16,
          addresses: [v4('10.0.0.1'), v4('10.0.0.2'), v4('10.0.0.2'), 0, 0, 0, 0, 0, 0],
        },
      ],
    },
    {
      name: 'timestamps and addresses of a ping -T tsandaddr',
      bytes: '44240d010a00000104eaa885000000000000000000000000000000000000000000000000',
      value: [
        {
          kind: 'timestamp',
          pointer: 13,
          overflow: 0,
          flag: 1,
          slots: [
            { address: v4('10.0.0.1'), time: 82487429 },
            { address: 0, time: 0 },
            { address: 0, time: 0 },
            { address: 0, time: 0 },
          ],
        },
      ],
    },
    { name: 'router alert of IGMP', bytes: '94040000', value: [{ kind: 'routerAlert', value: 0 }] },
  ],
  values: list(
    fc.oneof(
      fc.constant({ kind: 'noop' } as const),
      fc.record({ kind: fc.constant('recordRoute' as const), pointer: u8, addresses: list(u32) }),
      fc.record({ kind: fc.constant('sourceRoute' as const), strict: fc.boolean(), pointer: u8, addresses: list(u32) }),
      fc.record({
        kind: fc.constant('timestamp' as const),
        pointer: u8,
        overflow: fc.nat(15),
        flag: fc.constant(0),
        slots: list(fc.record({ address: fc.constant(null), time: u32 })),
      }),
      fc.record({
        kind: fc.constant('timestamp' as const),
        pointer: u8,
        overflow: fc.nat(15),
        flag: fc.constantFrom(1, 3),
        slots: list(fc.record({ address: u32, time: u32 })),
      }),
      fc.record({ kind: fc.constant('routerAlert' as const), value: u16 }),
      fc.record({
        kind: fc.constant('other' as const),
        type: fc.constantFrom(130, 134, 136),
        data: fc.uint8Array({ maxLength: 5 }),
      }),
    ),
  ),
};

const pingHeader: Ipv4Header = {
  tos: 0,
  totLen: 84,
  id: 0x4a24,
  df: true,
  mf: false,
  offset: 0,
  ttl: 64,
  protocol: 1,
  saddr: v4('10.0.0.1'),
  daddr: v4('10.0.0.2'),
  options: new Uint8Array(0),
};

const protocols: readonly Protocol<unknown>[] = [
  {
    name: 'Ethernet',
    parse: parseEthernet,
    emit: emitEthernet,
    golden: [
      {
        name: 'broadcast',
        bytes: 'ffffffffffff0200000000010806',
        value: { dst: hex('ffffffffffff'), src: mac(1), proto: 0x806 },
      },
    ],
    values: fc.record({ dst: bytes(6), src: bytes(6), proto: u16 }),
  },
  {
    name: 'ARP',
    parse: parseArp,
    emit: emitArp,
    golden: [
      {
        name: 'request',
        bytes: '00010800060400010200000000010a0000010000000000000a000002',
        value: { op: 1, sha: mac(1), sip: v4('10.0.0.1'), tha: new Uint8Array(6), tip: v4('10.0.0.2') },
      },
      {
        name: 'reply',
        bytes: '00010800060400020200000000020a0000020200000000010a000001',
        value: { op: 2, sha: mac(2), sip: v4('10.0.0.2'), tha: mac(1), tip: v4('10.0.0.1') },
      },
    ],
    values: fc.record({ op: u16, sha: bytes(6), sip: u32, tha: bytes(6), tip: u32 }),
  },
  {
    name: 'IPv4 header',
    parse: parseIpv4Header,
    emit: emitIpv4Header,
    trailer: (h: { totLen: number; options: Uint8Array }) => h.totLen - 20 - h.options.length,
    golden: [
      { name: 'of a ping', bytes: '450000544a2440004001dc820a0000010a000002', value: pingHeader },
      {
        name: 'of a later fragment',
        bytes: '450005dc4a2720b94001f63e0a0000010a000002',
        value: { ...pingHeader, totLen: 1500, id: 0x4a27, df: false, mf: true, offset: 1480 },
      },
      {
        name: 'with an option',
        bytes: '46c00028000040000102f9f80a000001e000001694040000',
        value: {
          ...pingHeader,
          tos: 0xc0,
          totLen: 40,
          id: 0,
          ttl: 1,
          protocol: 2,
          daddr: v4('224.0.0.22'),
          options: hex('94040000'),
        },
      },
    ],
    values: fc.record({
      tos: u8,
      totLen: fc.integer({ min: 60, max: 0xffff }),
      id: u16,
      df: fc.boolean(),
      mf: fc.boolean(),
      offset: fc.nat(0x1fff).map((n) => 8 * n),
      ttl: u8,
      protocol: u8,
      saddr: u32,
      daddr: u32,
      options: fc.nat(10).chain((n) => bytes(4 * n)),
    }),
  },
  ipv4Options,
  {
    name: 'ICMP',
    parse: parseIcmp,
    emit: emitIcmp,
    golden: [
      {
        name: 'echo request',
        bytes:
          '0800311a001700013721026b00000000c86e060000000000101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637',
        value: {
          type: 8,
          code: 0,
          rest: 0x170001,
          payload: hex(
            '3721026b00000000c86e060000000000101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637',
          ),
        },
      },
      {
        name: 'port unreachable',
        bytes: '0303708d000000004500001f851440004011a1b70a0000010a000002e77a1e61000b141f68690a',
        value: {
          type: 3,
          code: 3,
          rest: 0,
          payload: hex('4500001f851440004011a1b70a0000010a000002e77a1e61000b141f68690a'),
        },
      },
    ],
    values: fc.record({ type: u8, code: u8, rest: u32, payload: data }),
  },
  {
    name: 'IPv6 header',
    parse: parseIpv6Header,
    emit: emitIpv6Header,
    trailer: (h: { payloadLen: number }) => h.payloadLen,
    golden: [
      {
        name: 'of a ping',
        bytes: '600433f900403a40fd000000000000000000000000000001fd000000000000000000000000000002',
        value: {
          tclass: 0,
          flowlabel: 0x433f9,
          payloadLen: 64,
          nexthdr: 58,
          hopLimit: 64,
          saddr: v6('fd00::1'),
          daddr: v6('fd00::2'),
        },
      },
    ],
    values: fc.record({
      tclass: u8,
      flowlabel: fc.nat(0xfffff),
      payloadLen: u16,
      nexthdr: u8,
      hopLimit: u8,
      saddr: bytes(16),
      daddr: bytes(16),
    }),
  },
  {
    name: 'IPv6 fragment header',
    parse: parseFrag6,
    emit: emitFrag6,
    golden: [
      {
        name: 'middle fragment (by hand)',
        bytes: '3a0005a919cd4865',
        value: { nexthdr: 58, offset: 1448, more: true, id: 0x19cd4865 },
      },
    ],
    values: fc.record({ nexthdr: u8, offset: fc.nat(0x1fff).map((n) => 8 * n), more: fc.boolean(), id: u32 }),
  },
  {
    name: 'ICMPv6 echo',
    parse: (b, o, n) => parseIcmp6(b, o, n, pseudo6('fd00::1', 'fd00::2', n, 58)),
    emit: (m: { payload: Uint8Array }, b, o) =>
      emitIcmp6(m as never, b, o, pseudo6('fd00::1', 'fd00::2', 8 + m.payload.length, 58)),
    golden: [
      {
        name: 'echo request',
        bytes:
          '80007f58001b00013721026b0000000007ad060000000000101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637',
        value: {
          type: 128,
          code: 0,
          rest: 0x1b0001,
          payload: hex(
            '3721026b0000000007ad060000000000101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637',
          ),
        },
      },
    ],
    values: fc.record({ type: u8, code: u8, rest: u32, payload: data }),
  },
  nd('ND, DAD', '::', 'ff02::1:ff00:2', '8700d99200000000fe80000000000000000000fffe0000020e01007fe6cbae3c', {
    kind: 'ns',
    target: v6('fe80::ff:fe00:2'),
    options: [{ type: 14, data: hex('007fe6cbae3c') }],
  }),
  nd(
    'ND, solicitation',
    'fd00::1',
    'ff02::1:ff00:2',
    '87007d9700000000fd0000000000000000000000000000020101020000000001',
    {
      kind: 'ns',
      target: v6('fd00::2'),
      options: [{ type: 1, data: mac(1) }],
    },
  ),
  nd('ND, advertisement', 'fd00::2', 'fd00::1', '88001c9a60000000fd0000000000000000000000000000020201020000000002', {
    kind: 'na',
    router: false,
    solicited: true,
    override: true,
    target: v6('fd00::2'),
    options: [{ type: 2, data: mac(2) }],
  }),
  nd('ND, router solicitation', 'fe80::ff:fe00:2', 'ff02::2', '85007b2a000000000101020000000002', {
    kind: 'rs',
    options: [{ type: 1, data: mac(2) }],
  }),
  mld('MLDv2 at link up', '::', 'ff02::16', '8f006f880000000104000000ff0200000000000000000001ff000002', {
    type: 143,
    records: [{ type: 4, group: v6('ff02::1:ff00:2'), sources: [] }],
  }),
  {
    name: 'UDP over IPv6',
    parse: (b, o, n) => parseUdp(b, o, n, pseudo6('fd00::1', 'fd00::2', n, 17)),
    emit: (m: { payload: Uint8Array }, b, o) =>
      emitUdp(m as never, b, o, pseudo6('fd00::1', 'fd00::2', 8 + m.payload.length, 17)),
    golden: [
      {
        name: "a datagram (checksum as tcpdump says; the kernel's was left to offload)",
        bytes: 'ae191e61000bc6ef68690a',
        value: { source: 44569, dest: 7777, payload: hex('68690a') },
      },
    ],
    values: fc.record({ source: u16, dest: u16, payload: data }),
  },
  {
    name: 'IGMP',
    parse: parseIgmp,
    emit: emitIgmp,
    golden: [
      {
        name: 'v3 join',
        bytes: '2200e8f90000000104000000ef010203',
        value: { type: 0x22, records: [{ type: 4, group: v4('239.1.2.3'), sources: [] }] },
      },
      {
        name: 'v3 leave',
        bytes: '2200e9f90000000103000000ef010203',
        value: { type: 0x22, records: [{ type: 3, group: v4('239.1.2.3'), sources: [] }] },
      },
    ],
    values: fc.oneof(
      fc.record({ type: fc.constantFrom(0x12, 0x16, 0x17), code: u8, group: u32 }),
      fc.record({
        type: fc.constant(0x11),
        code: u8,
        group: u32,
        v3: fc.option(fc.record({ flags: u8, qqic: u8, sources: list(u32) })),
      }),
      fc.record({ type: fc.constant(0x22), records: list(fc.record({ type: u8, group: u32, sources: list(u32) })) }),
    ) as Arbitrary<IgmpMessage>,
  },
  {
    name: 'TCP',
    parse: (b, o, n) => parseTcp(b, o, n, csumTcpudpNofold(v4('10.0.0.1'), v4('10.0.0.2'), n, 6)),
    emit: (s: { payload: Uint8Array; options: { kind: number; data: Uint8Array }[] }, b, o) => {
      const opts = s.options.reduce((sum, x) => sum + (x.kind === 1 ? 1 : 2 + x.data.length), 0);
      return emitTcp(
        s as never,
        b,
        o,
        csumTcpudpNofold(v4('10.0.0.1'), v4('10.0.0.2'), 20 + ((opts + 3) & ~3) + s.payload.length, 6),
      );
    },
    golden: [
      {
        name: "SYN (checksum as tcpdump says; the kernel's was left to offload)",
        bytes: 'd5841e6157d8b9f300000000a002faf0602b0000020405b40402080aa3043028000000000103030a',
        value: {
          source: 54660,
          dest: 7777,
          seq: 1473821171,
          ackSeq: 0,
          flags: 2,
          window: 64240,
          urgPtr: 0,
          payload: new Uint8Array(0),
          options: [
            { kind: 2, data: hex('05b4') },
            { kind: 4, data: hex('') },
            { kind: 8, data: hex('a304302800000000') },
            { kind: 1, data: hex('') },
            { kind: 3, data: hex('0a') },
          ],
        },
      },
      {
        name: 'RST',
        bytes: '1e61d5840000000057d8b9f450140000961b0000',
        value: {
          source: 7777,
          dest: 54660,
          seq: 0,
          ackSeq: 1473821172,
          flags: 0x14,
          window: 0,
          urgPtr: 0,
          payload: new Uint8Array(0),
          options: [],
        },
      },
    ],
    values: fc.record({
      source: u16,
      dest: u16,
      seq: u32,
      ackSeq: u32,
      flags: u8,
      window: u16,
      urgPtr: u16,
      payload: data,
      options: list(
        fc.oneof(
          fc.constant({ kind: 1, data: new Uint8Array(0) }),
          fc.record({ kind: fc.constantFrom(2, 3, 5, 8, 30), data: fc.uint8Array({ maxLength: 8 }) }),
        ),
      ),
    }),
  },
  {
    name: 'cooked v1',
    parse: parseSll,
    emit: emitSll,
    golden: [
      {
        name: 'multicast',
        bytes: '00020001000602000000000200 0086dd',
        value: { pkttype: 2, hatype: 1, addr: mac(2), protocol: 0x86dd },
      },
    ],
    values: fc.record({ pkttype: fc.nat(4), hatype: u16, addr: fc.uint8Array({ maxLength: 8 }), protocol: u16 }),
  },
  {
    name: 'cooked v2',
    parse: parseSll2,
    emit: emitSll2,
    golden: [
      {
        name: 'multicast',
        bytes: '86dd0000000000020001020602000000000200 00',
        value: { pkttype: 2, hatype: 1, addr: mac(2), protocol: 0x86dd, ifindex: 2 },
      },
    ],
    values: fc.record({
      pkttype: fc.nat(4),
      hatype: u16,
      addr: fc.uint8Array({ maxLength: 8 }),
      protocol: u16,
      ifindex: u32,
    }),
  },
];

function ndLength(m: NdMessage): number {
  const fixed = { rs: 8, ra: 16, ns: 24, na: 24, redirect: 40 }[m.kind];
  return m.options.reduce((n, x) => n + 2 + x.data.length, fixed);
}

function nd(name: string, s: string, d: string, golden: string, value: NdMessage): Protocol<unknown> {
  const options = list(ndOption, 3);
  const target = bytes(16);
  const flag = fc.boolean();
  const p: Protocol<NdMessage> = {
    name,
    parse: (b, o, n) => parseNd(b, o, n, pseudo6(s, d, n, 58)),
    emit: (m, b, o) => emitNd(m, b, o, pseudo6(s, d, ndLength(m), 58)),
    golden: [{ name: value.kind, bytes: golden, value }],
    values: fc.oneof(
      fc.record({ kind: fc.constant('rs' as const), options }),
      fc.record({
        kind: fc.constant('ra' as const),
        hopLimit: u8,
        managed: flag,
        other: flag,
        flags: fc.nat(63),
        routerLifetimeS: u16,
        reachableMs: u32,
        retransMs: u32,
        options,
      }),
      fc.record({ kind: fc.constant('ns' as const), target, options }),
      fc.record({ kind: fc.constant('na' as const), router: flag, solicited: flag, override: flag, target, options }),
      fc.record({ kind: fc.constant('redirect' as const), target, destination: target, options }),
    ),
  };
  return p;
}

function mldLength(m: MldMessage): number {
  if (m.type === 143) return m.records.reduce((n, r) => n + 20 + 16 * r.sources.length, 8);
  return m.type === 130 && m.v2 !== null ? 28 + 16 * m.v2.sources.length : 24;
}

function mld(name: string, s: string, d: string, golden: string, value: MldMessage): Protocol<unknown> {
  const group = bytes(16);
  const sources = list(bytes(16), 3);
  const p: Protocol<MldMessage> = {
    name,
    parse: (b, o, n) => parseMld(b, o, n, pseudo6(s, d, n, 58)),
    emit: (m, b, o) => emitMld(m, b, o, pseudo6(s, d, mldLength(m), 58)),
    golden: [{ name: String(value.type), bytes: golden, value }],
    values: fc.oneof(
      fc.record({ type: fc.constantFrom(131, 132), maxDelay: u16, group }),
      fc.record({
        type: fc.constant(130),
        maxDelay: u16,
        group,
        v2: fc.option(fc.record({ flags: u8, qqic: u8, sources })),
      }),
      fc.record({ type: fc.constant(143), records: list(fc.record({ type: u8, group, sources })) }),
    ) as Arbitrary<MldMessage>,
  };
  return p;
}

describe.each(protocols)('$name', (p) => {
  const trail = (value: unknown): number => p.trailer?.(value) ?? 0;

  it.each(p.golden)('parses the golden $name', ({ bytes: text, value }) => {
    const b = new Uint8Array([9, 9, 9, ...hex(text), ...new Uint8Array(trail(value))]);
    expect(p.parse(b, 3, b.length - 3)).toEqual(value);
  });

  it.each(p.golden)('emits the golden $name', ({ bytes: text, value }) => {
    const want = hex(text);
    for (const filler of [0xa5, 0x5a]) {
      const b = new Uint8Array(want.length + 10).fill(filler);
      expect(p.emit(value, b, 5)).toBe(want.length);
      expect(toHex(b.slice(5, 5 + want.length))).toBe(toHex(want));
      expect([...b.slice(0, 5), ...b.slice(5 + want.length)].every((x) => x === filler)).toBe(true);
    }
  });

  it('refuses a frame cut at any length', () => {
    for (const { bytes: text, value } of p.golden) {
      const b = new Uint8Array([...hex(text), ...new Uint8Array(trail(value))]);
      for (let n = 0; n < b.length; n++) {
        const got = p.parse(b.slice(0, n), 0, n);
        if (p.cutIsValid !== true) expect(got, `cut at ${n}`).toBeNull();
      }
    }
  });

  it('takes back what it emitted, leaving nothing undefined', () => {
    fc.assert(
      fc.property(p.values, (value) => {
        const a = new Uint8Array(70000).fill(0xa5);
        const n = p.emit(value, a, 0);
        expect(p.parse(a, 0, n + trail(value))).toEqual(value);
        const b = new Uint8Array(n).fill(0x5a);
        p.emit(value, b, 0);
        expect(a.slice(0, n)).toEqual(b);
      }),
      { numRuns: 60 },
    );
  });

  it('never throws, whatever the bytes', () => {
    const r = new Random(p.name);
    for (let i = 0; i < 300; i++) {
      const b = i % 2 === 0 ? r.bytes(r.below(80)) : hex(p.golden[0]!.bytes);
      if (i % 2 === 1) b[r.below(b.length)] = r.u32();
      p.parse(b, 0, b.length);
    }
  });
});
