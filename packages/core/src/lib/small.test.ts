import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { none, SmallMap, withAt, withLast, without, withoutAt } from './small.ts';

describe('lists', () => {
  it('are replaced, never changed', () => {
    const one = withLast(none<string>(), 'b');
    const three = withLast(withAt(one, 0, 'a'), 'c');
    expect([one, three, withAt(three, 1, 'x')]).toEqual([['b'], ['a', 'b', 'c'], ['a', 'x', 'b', 'c']]);
    expect([withoutAt(three, 1), without(three, 'c'), withoutAt(one, 0)]).toEqual([['a', 'c'], ['a', 'b'], []]);
    expect(without(three, 'z')).toBe(three);
    expect(withoutAt(one, 0)).toBe(none());
  });
});

it('SmallMap behaves as a Map', () => {
  const op = fc.tuple(fc.constantFrom('set', 'delete', 'clear', 'set', 'set', 'delete'), fc.nat(14), fc.nat());
  fc.assert(
    fc.property(fc.array(op, { maxLength: 60 }), (ops) => {
      const small = new SmallMap<number, number>();
      const map = new Map<number, number>();
      for (const [what, key, value] of ops) {
        if (what === 'set') {
          small.set(key, value);
          map.set(key, value);
        } else if (what === 'delete') expect(small.delete(key)).toBe(map.delete(key));
        else if (value % 8 === 0) {
          small.clear();
          map.clear();
        }
        expect([...small]).toEqual([...map]);
        expect([small.size, small.get(key), small.has(key)]).toEqual([map.size, map.get(key), map.has(key)]);
      }
      expect([[...small.keys()], [...small.values()]]).toEqual([[...map.keys()], [...map.values()]]);
    }),
  );
});
