import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  be16,
  be32,
  be64,
  bytesEqual,
  compareBytes,
  copyBytes,
  fromHex,
  le16,
  le32,
  le32s,
  le64,
  putBe16,
  putBe32,
  putBe64,
  putLe16,
  putLe32,
  putLe64,
  rangeEqual,
  toHex,
} from './bytes.ts';
import { hash3, hashBytes, HashTable, TupleMap, type HashNode } from './hash.ts';
import { Random } from './random.ts';
import { Ring } from './ring.ts';
import { concatBytes, cString, latin1Decode, latin1Encode, utf8Decode, utf8Encode } from './text.ts';

describe('bytes', () => {
  it('reads what it wrote, in both orders', () => {
    fc.assert(
      fc.property(fc.nat(0xffff), fc.nat(0xffffffff), fc.bigInt(0n, 0xffffffffffffffffn), (h, w, q) => {
        const b = new Uint8Array(20).fill(0xa5);
        putBe16(b, 1, h);
        expect(be16(b, 1)).toBe(h);
        putLe16(b, 1, h);
        expect(le16(b, 1)).toBe(h);
        putBe32(b, 3, w);
        expect(be32(b, 3)).toBe(w);
        putLe32(b, 3, w);
        expect(le32(b, 3)).toBe(w);
        expect(le32s(b, 3)).toBe(w | 0);
        putBe64(b, 8, q);
        expect(be64(b, 8)).toBe(q);
        putLe64(b, 8, q);
        expect(le64(b, 8)).toBe(q);
        expect([b[0], b[7], b[16]]).toEqual([0xa5, 0xa5, 0xa5]);
      }),
    );
  });

  it('compares, copies, and speaks hex', () => {
    const a = fromHex('00 01:fe ff')!;
    expect(toHex(a)).toBe('0001feff');
    expect(toHex(a, ':')).toBe('00:01:fe:ff');
    expect(fromHex('abc')).toBeNull();
    expect(fromHex('zz')).toBeNull();
    expect(bytesEqual(a, a.slice())).toBe(true);
    expect(bytesEqual(a, a.slice(1))).toBe(false);
    expect(rangeEqual(a, 1, Uint8Array.of(1, 0xfe), 0, 2)).toBe(true);
    expect(rangeEqual(a, 1, Uint8Array.of(1, 0xfe), 0, 3)).toBe(false);
    expect(compareBytes(a, a.slice(0, 2))).toBeGreaterThan(0);
    for (const n of [5, 200]) {
      const src = new Random(n).bytes(n);
      const dst = new Uint8Array(n + 2);
      copyBytes(dst, 1, src, 0, n);
      expect(dst.slice(1, n + 1)).toEqual(src);
    }
  });
});

describe('text', () => {
  it('agrees with TextEncoder on well-formed strings', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (s) => {
        const bytes = utf8Encode(s);
        expect(bytes).toEqual(new TextEncoder().encode(s));
        expect(utf8Decode(bytes)).toBe(s);
      }),
    );
  });

  it('round-trips every byte string', () => {
    const nasty = fc.array(
      fc.constantFrom(0, 0x41, 0x80, 0xbf, 0xc0, 0xc2, 0xe0, 0xa0, 0xed, 0xef, 0xf0, 0x90, 0xf4, 0xff),
    );
    fc.assert(
      fc.property(nasty, (a) => void expect([...utf8Encode(utf8Decode(Uint8Array.from(a)))]).toEqual(a)),
      { numRuns: 1000 },
    );
    fc.assert(fc.property(fc.uint8Array(), (b) => void expect(utf8Encode(utf8Decode(b))).toEqual(b)));
    expect(utf8Decode(Uint8Array.of(0xff, 0x41))).toBe('\udcffA');
  });

  it('handles long input, latin1, C strings, joins', () => {
    const long = 'é€𝄞x'.repeat(5000);
    expect(utf8Decode(utf8Encode(long))).toBe(long);
    expect(latin1Decode(latin1Encode('aÿ'))).toBe('aÿ');
    expect(latin1Decode(new Uint8Array(9000)).length).toBe(9000);
    expect(cString(latin1Encode('eth0\0junk'))).toBe('eth0');
    expect(cString(latin1Encode('eth0'), 1)).toBe('th0');
    expect([...concatBytes([Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3)])]).toEqual([1, 2, 3]);
  });
});

describe('Ring', () => {
  it('behaves as an array', () => {
    const op = fc.oneof(
      fc.record({ op: fc.constantFrom('push', 'unshift', 'remove'), v: fc.nat(9) }),
      fc.record({ op: fc.constantFrom('shift', 'pop', 'peek', 'at'), v: fc.nat(9) }),
    );
    fc.assert(
      fc.property(fc.nat(5), fc.array(op, { maxLength: 200 }), (capacity, ops) => {
        const ring = new Ring<number>(capacity);
        const model: number[] = [];
        for (const { op: name, v } of ops) {
          if (name === 'push') (ring.push(v), model.push(v));
          else if (name === 'unshift') (ring.unshift(v), model.unshift(v));
          else if (name === 'shift') expect(ring.shift()).toBe(model.shift());
          else if (name === 'pop') expect(ring.pop()).toBe(model.pop());
          else if (name === 'peek') expect(ring.peek()).toBe(model[0]);
          else if (name === 'at') expect(ring.at(v)).toBe(model[v]);
          else {
            const i = model.indexOf(v);
            expect(ring.remove(v)).toBe(i >= 0);
            if (i >= 0) model.splice(i, 1);
          }
          expect(ring.length).toBe(model.length);
        }
        for (let i = 0; i < model.length; i++) expect(ring.at(i)).toBe(model[i]);
        ring.clear();
        expect(ring.shift()).toBeUndefined();
      }),
    );
  });
});

describe('Random', () => {
  it('is its seed', () => {
    const draw = (seed: number | string): number[] => {
      const r = new Random(seed);
      return [r.u32(), r.u32(), r.below(6), ...r.bytes(5)];
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(draw('a')).not.toEqual(draw('b'));
    expect(draw(0)).not.toContain(undefined);
  });

  it('splits into streams that do not depend on draws', () => {
    const a = new Random(7);
    const before = a.split('mac').u32();
    a.u32();
    expect(a.split('mac').u32()).toBe(before);
    expect(a.split('isn').u32()).not.toBe(before);
    expect(a.split('x').split('y').u32()).not.toBe(a.split('y').split('x').u32());
  });

  it('is roughly uniform and within bounds', () => {
    const r = new Random(3);
    const hits = new Array<number>(10).fill(0);
    for (let i = 0; i < 20000; i++) hits[r.below(10)]!++;
    for (const h of hits) expect(Math.abs(h - 2000)).toBeLessThan(250);
    for (let i = 0; i < 1000; i++) expect(r.float()).toBeLessThan(1);
    expect(r.below(1)).toBe(0);
  });
});

class Node implements HashNode<Node> {
  hash = 0;
  hashNext: Node | null = null;
  readonly id: number;
  constructor(id: number) {
    this.id = id;
  }
}

describe('hash', () => {
  it('chains, grows and unchains, under collisions too', () => {
    const t = new HashTable<Node>();
    expect(t.first(5)).toBeNull();
    const nodes = Array.from({ length: 500 }, (_, i) => new Node(i));
    for (const n of nodes) t.add(n, n.id % 2 === 0 ? 42 : hash3(n.id, 0, 0));
    expect(t.size).toBe(500);
    expect([...t.nodes()].map((n) => n.id).sort((a, b) => a - b)).toEqual(nodes.map((n) => n.id));
    for (const n of nodes) expect(t.remove(n)).toBe(true);
    expect(t.remove(nodes[0]!)).toBe(false);
    expect([...t.nodes()]).toEqual([]);
  });

  it('TupleMap behaves as a Map', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(3), fc.boolean())), (ops) => {
        const map = new TupleMap<number>(9);
        const model = new Map<string, number>();
        ops.forEach(([a, b, del], i) => {
          if (del) expect(map.delete(a, b)).toBe(model.delete(`${a},${b}`));
          else (map.set(a, b, 0, 0, i), model.set(`${a},${b}`, i));
          expect(map.get(a, b)).toBe(model.get(`${a},${b}`));
          expect(map.size).toBe(model.size);
        });
        expect([...map.values()].sort()).toEqual([...model.values()].sort());
      }),
    );
  });

  it('hashes bytes by content and length', () => {
    const b = Uint8Array.of(9, 1, 2, 3, 4, 5, 9);
    expect(hashBytes(b, 1, 5, 0)).toBe(hashBytes(b.slice(1), 0, 5, 0));
    expect(hashBytes(b, 1, 5, 0)).not.toBe(hashBytes(b, 1, 4, 0));
    expect(hashBytes(new Uint8Array(4), 0, 4)).not.toBe(hashBytes(new Uint8Array(8), 0, 8));
  });
});
