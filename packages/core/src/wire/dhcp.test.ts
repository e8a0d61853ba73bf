import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DhcpMessage, emitDhcp, parseDhcp } from './dhcp.ts';

const u32 = fc.nat(0xffff_ffff);
const message: fc.Arbitrary<DhcpMessage> = fc.record({
  op: fc.constantFrom(1, 2),
  xid: u32,
  secs: fc.nat(0xffff),
  flags: fc.nat(0xffff),
  ciaddr: u32,
  yiaddr: u32,
  siaddr: u32,
  giaddr: u32,
  chaddr: fc.uint8Array({ minLength: 6, maxLength: 6 }),
  options: fc
    .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 254 }), fc.uint8Array({ maxLength: 600 })), {
      selector: ([code]) => code,
      maxLength: 8,
    })
    .map((entries) => new Map(entries)),
});

test('parse after emit is the identity, also for options longer than 255 bytes', () => {
  fc.assert(
    fc.property(message, (m) => {
      const bytes = emitDhcp(m);
      expect(bytes.length).toBeGreaterThanOrEqual(300);
      const back = parseDhcp(bytes);
      expect({ ...back, options: [...back!.options] }).toEqual({ ...m, options: [...m.options] });
    }),
  );
});

test('any bytes never throw, cut at every length', () => {
  const whole = emitDhcp({
    op: 1,
    xid: 7,
    secs: 0,
    flags: 0,
    ciaddr: 0,
    yiaddr: 0,
    siaddr: 0,
    giaddr: 0,
    chaddr: new Uint8Array(6),
    options: new Map([[53, Uint8Array.of(1)]]),
  });
  for (let n = 0; n < 240; n++) expect(parseDhcp(whole.subarray(0, n))).toBeNull();
  expect(parseDhcp(whole.subarray(0, 242))).toBeNull();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (b) => {
      parseDhcp(b);
    }),
  );
});
