import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressOfReverse, type DnsMessage, emitDns, encodeDnsName, parseDns, rdataText, reverseName } from './dns.ts';

const label = fc.stringMatching(/^[a-z0-9]{1,20}$/);
const name = fc.array(label, { minLength: 1, maxLength: 5 }).map((labels) => `${labels.join('.')}.`);
const record = fc.record({
  name,
  type: fc.constantFrom(1, 16, 28, 99),
  class: fc.constant(1),
  ttl: fc.nat(0xffff_ffff),
  data: fc.uint8Array({ maxLength: 40 }),
});
const alias = fc.record({
  name,
  type: fc.constantFrom(2, 5, 12),
  class: fc.constant(1),
  ttl: fc.nat(0xffff),
  data: name.map((n) => encodeDnsName(n)!),
});
const records = fc.array(fc.oneof(record, alias), { maxLength: 5 });
const message: fc.Arbitrary<DnsMessage> = fc.record({
  id: fc.nat(0xffff),
  flags: fc.nat(0xffff),
  question: fc.array(fc.record({ name, type: fc.nat(0xffff), class: fc.nat(0xffff) }), { maxLength: 2 }),
  answer: records,
  authority: records,
  additional: records,
});

test('parse after emit is the identity, whatever is compressed', () => {
  fc.assert(
    fc.property(message, (m) => {
      expect(parseDns(emitDns(m))).toEqual(m);
    }),
  );
});

test('any bytes never throw, cut at every length', () => {
  fc.assert(
    fc.property(message, (m) => {
      const whole = emitDns(m);
      for (let n = 0; n < whole.length; n++) expect(parseDns(whole.subarray(0, n))).toBeNull();
    }),
    { numRuns: 20 },
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (b) => void parseDns(b)));
});

test('a name that points at itself ends', () => {
  const b = Uint8Array.of(0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xc0, 12, 0, 1, 0, 1);
  expect(parseDns(b)).toBeNull();
});

test('addresses under their reverse names', () => {
  expect(reverseName(0x0a00000b)).toBe('11.0.0.10.in-addr.arpa.');
  expect(addressOfReverse('11.0.0.10.in-addr.arpa.')).toBe(0x0a00000b);
  const six = Uint8Array.from({ length: 16 }, (_, i) => i);
  expect(addressOfReverse(reverseName(six))).toEqual(six);
  expect(addressOfReverse('300.0.0.10.in-addr.arpa')).toBeNull();
});

test('data as zone files have it', () => {
  expect(rdataText(1, Uint8Array.of(10, 0, 0, 1))).toBe('10.0.0.1');
  expect(rdataText(16, Uint8Array.of(2, 0x61, 0x22))).toBe('"a\\""');
  expect(rdataText(99, Uint8Array.of(1, 255))).toBe('\\# 2 01FF');
});
