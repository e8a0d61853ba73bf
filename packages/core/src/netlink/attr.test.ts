import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../lib/bytes.ts';
import { EINVAL, ERANGE } from '../uapi/errno.ts';
import {
  decodeAttrs,
  decodeDone,
  decodeError,
  decodeMessages,
  encodeAttrs,
  encodeDone,
  encodeError,
  encodeMessage,
  familyOfType,
  ifla,
  linkFamily,
  neightblFamily,
  newExtAck,
  nlErrAttr,
  NL_VALIDATE_DEPRECATED_STRICT,
  NL_VALIDATE_LIBERAL,
  NL_VALIDATE_STRICT,
  routeFamily,
  rtmName,
  type AttrTable,
  type IflaAttrs,
} from './index.ts';

const families = [linkFamily, routeFamily, neightblFamily] as const;
const link: fc.Arbitrary<IflaAttrs> = fc.record(
  {
    ifname: fc.stringMatching(/^[a-z0-9.-]{1,15}$/),
    mtu: fc.nat(),
    linkNetnsid: fc.integer({ min: -1, max: 100 }),
    address: fc.uint8Array({ minLength: 6, maxLength: 6 }),
    propList: fc.array(fc.stringMatching(/^[a-z]{16,40}$/), { maxLength: 3 }),
    linkinfo: fc.oneof(
      fc.record({
        kind: fc.constant('veth'),
        data: fc.record({ peer: fc.record({ index: fc.nat(), attrs: fc.record({ mtu: fc.nat() }) }) }),
      }),
      fc.record({ kind: fc.constantFrom('dummy', 'bond'), data: fc.uint8Array({ maxLength: 20 }) }),
      fc.record({ kind: fc.constant('vlan'), data: fc.record({ id: fc.nat(4095), protocol: fc.constant(0x8100) }) }),
    ),
    afSpec: fc.record({ inet6: fc.record({ addrGenMode: fc.nat(3), conf: fc.array(fc.integer(), { maxLength: 5 }) }) }),
    unknown: fc.array(fc.record({ type: fc.integer({ min: 200, max: 300 }), data: fc.uint8Array({ maxLength: 9 }) }), {
      minLength: 1,
      maxLength: 2,
    }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<IflaAttrs>;

/** A veth's peer comes back with all header fields. */
function filled(v: IflaAttrs): IflaAttrs {
  const data = v.linkinfo?.data;
  if (data === undefined || !('peer' in data) || data.peer === undefined) return v;
  const peer = { family: 0, type: 0, flags: 0, change: 0, ...data.peer };
  return { ...v, linkinfo: { ...v.linkinfo, data: { peer } } };
}

describe('attributes', () => {
  it('are written as STYLE.md shows', () => {
    expect(toHex(encodeAttrs(ifla, { ifname: 'veth0', mtu: 1500 }))).toBe(
      '0a00030076657468300000000' + '8000400dc050000',
    );
    // @ts-expect-error a number, not text
    expect(() => encodeAttrs(ifla, { mtu: '1500' })).not.toThrow();
  });

  it('parse after emit is the identity', () => {
    fc.assert(
      fc.property(link, (v) => {
        expect(decodeAttrs(ifla, encodeAttrs(ifla, v))).toEqual(filled(v));
      }),
    );
  });

  it('any bytes never throw, cut anywhere', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (b) => {
        for (const f of families) {
          const v = f.decode(b);
          if (v !== undefined) f.encode(v as never);
          for (const mode of [NL_VALIDATE_LIBERAL, NL_VALIDATE_STRICT]) f.parse(b, mode, newExtAck());
          f.pathAt(b, 30);
          f.offsetOf(b, 'linkinfo.data.peer.ifname');
        }
        for (const m of decodeMessages(b)) {
          decodeError(m);
          decodeDone(m);
        }
      }),
    );
    fc.assert(
      fc.property(link, (v) => {
        const b = encodeAttrs(ifla, v);
        for (let n = 0; n <= b.length; n++) decodeAttrs(ifla, b.slice(0, n));
      }),
      { numRuns: 20 },
    );
  });
});

describe('policy', () => {
  const parse = (attrs: Uint8Array, mode: number): [number | object, string | undefined, number | undefined] => {
    const payload = new Uint8Array(16 + attrs.length);
    payload.set(attrs, 16);
    const raw = encodeMessage({ type: 16, flags: 1, seq: 1, pid: 0 }, payload);
    const ext = newExtAck();
    return [linkFamily.parse(raw, mode, ext), ext.msg, ext.offset];
  };
  const loose: AttrTable<{ a?: Uint8Array; b?: Uint8Array }> = {
    a: [3, { policy: 'max', len: 0, encode: (v, w) => w.bytes(v), decode: (b, o, n) => b.slice(o, o + n) }],
    b: [4, { policy: 'max', len: 0, encode: (v, w) => w.bytes(v), decode: (b, o, n) => b.slice(o, o + n) }],
  };

  it('refuses a short integer and a long name', () => {
    expect(parse(encodeAttrs(loose, { b: new Uint8Array(2) }), 0)).toEqual([
      -ERANGE,
      'Attribute failed policy validation',
      32,
    ]);
    expect(parse(encodeAttrs(loose, { b: new Uint8Array(8) }), NL_VALIDATE_STRICT)).toEqual([
      -EINVAL,
      'invalid attribute length',
      32,
    ]);
    const name = encodeAttrs(loose, { b: new Uint8Array(4), a: new Uint8Array(17).fill(97) });
    expect(parse(name, 0)).toEqual([-ERANGE, 'Attribute failed policy validation', 40]);
    expect(parse(encodeAttrs(loose, { a: new Uint8Array(0) }), 0)[0]).toBe(-ERANGE);
  });

  it('minds unknown types and trailing bytes only when strict', () => {
    const odd = encodeAttrs(ifla, { unknown: [{ type: 999, data: new Uint8Array(1) }] });
    expect(parse(odd, 0)[0]).toMatchObject({ attrs: { unknown: [{ type: 999 }] } });
    expect(parse(odd, NL_VALIDATE_DEPRECATED_STRICT)).toEqual([-EINVAL, 'Unknown attribute type', 32]);
    expect(parse(new Uint8Array(4), 0)[0]).toMatchObject({ attrs: {} });
    expect(parse(new Uint8Array(4), NL_VALIDATE_DEPRECATED_STRICT).slice(0, 2)).toEqual([
      -EINVAL,
      'bytes leftover after parsing attributes',
    ]);
  });

  it('says a header is short', () => {
    const ext = newExtAck();
    expect(linkFamily.parse(encodeMessage({ type: 16, flags: 1, seq: 1, pid: 0 }, new Uint8Array(8)), 0, ext)).toBe(
      -EINVAL,
    );
    expect(ext.msg).toBe('Invalid header length');
  });
});

describe('acknowledgements', () => {
  const request = encodeMessage(
    { type: 16, flags: 5, seq: 7, pid: 0 },
    linkFamily.encode({ attrs: { ifname: 'x', mtu: 3 } }),
  );
  it('round trip with and without the request', () => {
    for (const capAck of [false, true]) {
      const ext = newExtAck();
      const errno = nlErrAttr(ext, EINVAL, 'mtu less than device minimum', linkFamily.offsetOf(request, 'mtu'));
      const [m] = decodeMessages(encodeError(request, 42, errno, ext, { capAck, extAck: true }));
      expect(m).toMatchObject({ type: 2, seq: 7, pid: 42, flags: capAck ? 0x300 : 0x200 });
      const ack = decodeError(m!)!;
      expect(ack).toMatchObject({
        errno: -EINVAL,
        extack: { msg: ext.msg, offset: 40 },
        request: { type: 16, seq: 7 },
      });
      expect(linkFamily.pathAt(request, ack.extack!.offset!)).toBe('mtu');
    }
  });
  it('are 36 bytes when all is well', () => {
    const b = encodeError(request, 1, 0, newExtAck(), { capAck: false, extAck: true });
    expect(b.length).toBe(36);
    expect(decodeError(decodeMessages(b)[0]!)).toMatchObject({ errno: 0, extack: undefined });
    expect(toHex(encodeDone(7, 1, 0))).toBe('14000000030002000700000001000000' + '00000000');
  });
  it('know the names of message types', () => {
    expect([rtmName(16), rtmName(19), rtmName(110), rtmName(3)]).toEqual([
      'RTM_NEWLINK',
      'RTM_SETLINK',
      'RTM_GETLINKPROP',
      'RTM_3',
    ]);
    expect(familyOfType(20)).toBeDefined();
    expect(familyOfType(36)).toBeUndefined();
  });
});
