import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { ipv4Prefix, ipv6Prefix, ipv6PrefixEqual, parseIpv4 } from './address.ts';
import { compareBytes, toHex } from './bytes.ts';
import { LpmTrie4, LpmTrie6 } from './lpm-trie.ts';

const key4 = fc.oneof(
  fc.constantFrom(0, 1, 2, 0xffffffff, 0x80000000),
  fc.nat(0xffffffff),
  fc.nat(7).map((n) => (0x0a000000 + n * 0x100) >>> 0),
);

describe('LpmTrie4', () => {
  it('finds what a linear scan finds', () => {
    const op = fc.tuple(key4, fc.nat(32), fc.boolean());
    fc.assert(
      fc.property(fc.array(op, { maxLength: 60 }), fc.array(key4), (ops, probes) => {
        const trie = new LpmTrie4<number>();
        const model = new Map<string, { key: number; len: number; value: number }>();
        ops.forEach(([k, len, del], i) => {
          const id = `${ipv4Prefix(k, len)}/${len}`;
          if (del && i % 2 === 1) {
            expect(trie.delete(k, len)).toBe(model.get(id)?.value ?? null);
            model.delete(id);
          } else {
            expect(trie.set(k, len, i)).toBe(model.get(id)?.value ?? null);
            model.set(id, { key: ipv4Prefix(k, len), len, value: i });
          }
          expect(trie.get(k, len)).toBe(model.get(id)?.value ?? null);
        });
        expect(trie.size).toBe(model.size);
        const all = [...model.values()];
        for (const p of [...probes, ...ops.map((o) => o[0])]) {
          for (const max of [32, 24, 8, 0]) {
            const best = all
              .filter((e) => e.len <= max && ipv4Prefix(p, e.len) === e.key)
              .sort((a, b) => b.len - a.len)[0];
            expect(trie.lookup(p, max)).toBe(best?.value ?? null);
          }
        }
        const flat = (e: { key: number; len: number; value: number }): number[] => [e.key, e.len, e.value];
        expect([...trie.entries()].map(flat)).toEqual(all.sort((a, b) => a.key - b.key || a.len - b.len).map(flat));
        expect([...trie.entriesLongerFirst()].map(flat)).toEqual(
          all.sort((a, b) => a.key - b.key || b.len - a.len).map(flat),
        );
        for (const e of all) trie.delete(e.key, e.len);
        expect([...trie.entries()]).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('dumps children before parents for IPv6 order', () => {
    const t = new LpmTrie4<string>();
    for (const p of ['0.0.0.0/0', '10.0.0.0/8', '10.1.0.0/16', '192.168.0.0/16']) {
      const [a, len] = p.split('/');
      t.set(parseIpv4(a!)!, Number(len), p);
    }
    expect([...t.entriesPostorder()].map((e) => e.value)).toEqual([
      '10.1.0.0/16',
      '10.0.0.0/8',
      '192.168.0.0/16',
      '0.0.0.0/0',
    ]);
    t.clear();
    expect([t.size, t.lookup(0)]).toEqual([0, null]);
  });
});

it('LpmTrie6 finds what a linear scan finds', () => {
  const key = fc.uint8Array({ minLength: 16, maxLength: 16, max: 3 });
  const len6 = fc.oneof(fc.nat(128), fc.constantFrom(0, 8, 64, 127, 128));
  fc.assert(
    fc.property(fc.array(fc.tuple(key, len6, fc.nat(3)), { maxLength: 40 }), key, (ops, probe) => {
      const trie = new LpmTrie6<number>();
      const model = new Map<string, { key: Uint8Array; len: number; value: number }>();
      ops.forEach(([k, len, kind], i) => {
        const id = `${toHex(ipv6Prefix(k, len))}/${len}`;
        if (kind === 0) {
          expect(trie.delete(k, len)).toBe(model.get(id)?.value ?? null);
          model.delete(id);
        } else {
          trie.set(k, len, i);
          model.set(id, { key: ipv6Prefix(k, len), len, value: i });
        }
      });
      const all = [...model.values()];
      const padded = new Uint8Array(20);
      for (const p of [probe, ...ops.map((o) => o[0])]) {
        padded.set(p, 3);
        const best = all.filter((e) => ipv6PrefixEqual(p, 0, e.key, 0, e.len)).sort((a, b) => b.len - a.len)[0];
        expect(trie.lookup(padded, 3)).toBe(best?.value ?? null);
      }
      expect([...trie.entries()].map((e) => e.value)).toEqual(
        all.sort((a, b) => compareBytes(a.key, b.key) || a.len - b.len).map((e) => e.value),
      );
    }),
    { numRuns: 300 },
  );
});
