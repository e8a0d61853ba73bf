import { expect, it } from 'vitest';
import fc from 'fast-check';
import { Timer, timerFire, TimerHeap, timerSetup } from './timer-heap.ts';

it('pops in order of expiry, then of arming, whatever was moved or cancelled', () => {
  const op = fc.tuple(fc.nat(20), fc.option(fc.nat(10)));
  fc.assert(
    fc.property(fc.array(op, { maxLength: 150 }), (ops) => {
      const heap = new TimerHeap();
      const timers = Array.from({ length: 21 }, (_, id) => new Timer(() => {}, id));
      let model: { id: number; at: number }[] = [];
      for (const [id, at] of ops) {
        const was = model.some((m) => m.id === id);
        model = model.filter((m) => m.id !== id);
        if (at === null) expect(heap.del(timers[id]!)).toBe(was);
        else {
          expect(heap.mod(timers[id]!, at)).toBe(was);
          model.push({ id, at });
        }
        expect(heap.size).toBe(model.length);
      }
      model.sort((a, b) => a.at - b.at); // stable: insertion order among equals
      expect(heap.nextExpiry()).toBe(model[0]?.at ?? Infinity);
      const got: unknown[] = [];
      for (let t = heap.pop(Infinity); t !== null; t = heap.pop(Infinity)) {
        expect(t.pending).toBe(false);
        got.push(t.data);
      }
      expect(got).toEqual(model.map((m) => m.id));
    }),
  );
});

it('pops nothing before its time, clears, and fires with its data', () => {
  const seen: string[] = [];
  const heap = new TimerHeap();
  const t = timerSetup((s: string) => seen.push(s), 'x');
  heap.mod(t, 10);
  expect(heap.pop(9)).toBeNull();
  expect(heap.peek()).toBe(t);
  expect(heap.pop(10)).toBe(t);
  timerFire(t);
  expect(seen).toEqual(['x']);
  heap.mod(t, 5);
  heap.clear();
  expect([t.pending, heap.size, heap.peek()]).toEqual([false, 0, null]);
});
