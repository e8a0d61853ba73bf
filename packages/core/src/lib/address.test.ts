import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import * as A from './address.ts';

describe('IPv4 text', () => {
  it('round-trips', () => {
    fc.assert(fc.property(fc.nat(0xffffffff), (a) => void expect(A.parseIpv4(A.formatIpv4(a))).toBe(a)));
    fc.assert(fc.property(fc.nat(0xffffffff), (a) => void expect(A.parseIpv4Aton(A.formatIpv4(a))).toBe(a)));
  });

  it.each([
    '',
    '1',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '01.2.3.4',
    '1.2.3.00',
    ' 1.2.3.4',
    '1.2.3.4 ',
    '1..2.3',
    '1.2.3.',
    '.1.2.3',
    '0x1.2.3.4',
    '1.2.3.-4',
  ])('inet_pton refuses %j', (s) => expect(A.parseIpv4(s)).toBeNull());

  it.each([
    ['10.1', 0x0a000001],
    ['1', 1],
    ['0', 0],
    ['10.0.258', 0x0a000102],
    ['0x7f.1', 0x7f000001],
    ['0x7f000001', 0x7f000001],
    ['017700000001', 0x7f000001],
    ['4294967295', 0xffffffff],
    ['1.2.3.4 junk', 0x01020304],
    ['00.0.0.010', 8],
  ] as const)('inet_aton accepts %j', (s, v) => expect(A.parseIpv4Aton(s)).toBe(v));

  it.each([
    '',
    '4294967296',
    '1.2.3.256',
    '1.16777216',
    '256.1',
    '1.2.3.4.5',
    '08',
    'a',
    '1.',
    '0x',
    '1.2.3.4x',
    ' 1.2.3.4',
    '-1',
  ])('inet_aton refuses %j', (s) => expect(A.parseIpv4Aton(s)).toBeNull());
});

describe('IPv6 text', () => {
  it('round-trips, also inside a buffer', () => {
    const sparse = fc
      .uint8Array({ minLength: 16, maxLength: 16 })
      .map((b) => b.map((x, i) => ((b[i >> 1]! & 3) === 0 ? x : 0)));
    fc.assert(
      fc.property(sparse, (a) => {
        const text = A.formatIpv6(a);
        expect(A.parseIpv6(text)).toEqual(a);
        const padded = new Uint8Array(18);
        padded.set(a, 2);
        expect(A.formatIpv6(padded, 2)).toBe(text);
      }),
    );
  });

  it.each([
    ['::', '::'],
    ['::1', '::1'],
    ['::2:3', '::0.2.0.3'],
    ['::ffff:1.2.3.4', '::ffff:1.2.3.4'],
    ['::1.2.3.4', '::1.2.3.4'],
    ['1::', '1::'],
    ['1:0:0:2::', '1:0:0:2::'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['1:0:0:2:0:0:3:4', '1::2:0:0:3:4'],
    ['FE80::AbCd', 'fe80::abcd'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
    ['1:2:3:4:5:6:1.2.3.4', '1:2:3:4:5:6:102:304'],
    ['::ffff:0:1', '::ffff:0.0.0.1'],
    ['::fffe:1:1', '::fffe:1:1'],
    ['64:ff9b::1.2.3.4', '64:ff9b::102:304'],
    ['::0.0.0.2', '::2'],
    ['::1:0', '::0.1.0.0'],
  ])('%s prints as %s', (s, out) => {
    const a = A.parseIpv6(s);
    expect(a && A.formatIpv6(a)).toBe(out);
  });

  it.each([
    '',
    ':',
    ':::',
    '1',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    'g::',
    '::1%eth0',
    '1:2:3:4:5:6:7:8::',
    ':1::',
    '1:',
    '::1:',
    '1.2.3.4',
    '::1.2.3',
    '1.2.3.4::',
    '::1.2.3.4:5',
    '1:2:3:4::5:6:7:8',
    ' ::1',
  ])('inet_pton refuses %j', (s) => expect(A.parseIpv6(s)).toBeNull());
});

describe('link-layer text', () => {
  it('formats and parses', () => {
    const mac = Uint8Array.of(2, 0, 0x5e, 0xff, 1, 0x0a);
    expect(A.formatMac(mac)).toBe('02:00:5e:ff:01:0a');
    expect(A.parseMac('02:0:5E:ff:1:a')).toEqual(mac);
    expect(A.parseMac('02:00:5e:ff:01')).toBeNull();
    expect(A.parseMac('02:00:5e:ff:01:02:03')).toBeNull();
    expect(A.parseLlAddr('1:2:100')).toBeNull();
    expect(A.parseLlAddr('1:2:')).toBeNull();
    expect(A.parseLlAddr('zz')).toBeNull();
    expect(A.parseLlAddr('10.0.0.1')).toEqual(Uint8Array.of(10, 0, 0, 1));
    expect(A.parseLlAddr('1:2:3', 2)).toEqual(Uint8Array.of(1, 2));
  });
});

describe('masks and classes', () => {
  it('IPv4', () => {
    for (let n = 0; n <= 32; n++) expect(A.ipv4MaskLen(A.ipv4Mask(n))).toBe(n);
    expect(A.ipv4MaskLen(0xff00ff00)).toBe(-1);
    expect(A.ipv4Prefix(0xc0a80105, 24)).toBe(0xc0a80100);
    expect([
      A.ipv4IsMulticast(0xe0000001),
      A.ipv4IsLocalMulticast(0xe0000001),
      A.ipv4IsLoopback(0x7f000001),
      A.ipv4IsLinkLocal(0xa9fe0001),
      A.ipv4IsZeronet(0),
    ]).not.toContain(false);
    expect(A.formatMac(A.ipv4MulticastMac(0xe0ff0102))).toBe('01:00:5e:7f:01:02');
  });

  it('IPv6', () => {
    const a = A.parseIpv6('fe80::1234:5678:9abc:def0')!;
    expect(A.formatIpv6(A.ipv6Prefix(a, 64))).toBe('fe80::');
    expect(A.formatIpv6(A.ipv6Prefix(a, 69))).toBe('fe80::1000:0:0:0');
    expect(A.formatIpv6(A.ipv6Mask(127))).toBe('ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe');
    expect(A.ipv6PrefixEqual(a, 0, A.parseIpv6('fe80::1:0:0:0')!, 0, 65)).toBe(true);
    expect(A.ipv6PrefixEqual(a, 0, A.parseIpv6('fe80::1:0:0:0')!, 0, 68)).toBe(false);
    expect(A.formatIpv6(A.solicitedNode(a))).toBe('ff02::1:ffbc:def0');
    expect(A.formatMac(A.ipv6MulticastMac(A.solicitedNode(a)))).toBe('33:33:ff:bc:de:f0');
    expect([
      A.ipv6IsLinkLocal(a),
      A.ipv6IsMulticast(A.solicitedNode(a)),
      A.ipv6IsAny(new Uint8Array(16)),
      A.ipv6IsLoopback(A.parseIpv6('::1')!),
      A.ipv6IsV4Mapped(A.parseIpv6('::ffff:1.2.3.4')!),
    ]).not.toContain(false);
    expect([A.ipv6IsAny(a), A.ipv6IsLoopback(a), A.ipv6IsV4Mapped(a)]).not.toContain(true);
  });
});
