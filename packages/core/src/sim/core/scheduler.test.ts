import { expect, test } from 'vitest';
import { createSimKernel } from '../index.ts';
import { NO_COST } from './cost.ts';
import type { Host } from './scheduler.ts';

const host: Host = {
  turn: () => new Promise((r) => setImmediate(r)),
  monotonic: () => performance.now() * 1e6,
  after: (ms, fn) => {
    const t = setTimeout(fn, ms);
    return () => clearTimeout(t);
  },
};

test('sleeping takes no wall time and wakes in order', async () => {
  const kernel = createSimKernel({ host, cost: NO_COST });
  const seen: string[] = [];
  const run = async (name: string, ns: number): Promise<void> => {
    const task = kernel.fork(null);
    await task.yield_();
    for (let i = 0; i < 3; i++) {
      await task.block(task.now() + ns);
      seen.push(`${name}${task.now() / 1e9}`);
    }
    task.exit();
  };
  await Promise.all([run('a', 1000e9), run('b', 1600e9)]);
  expect(seen).toEqual(['a1000', 'b1600', 'a2000', 'a3000', 'b3200', 'b4800']);
});

test('a wake-up before the block is remembered; the clock waits for the outside', async () => {
  const kernel = createSimKernel({ host, cost: NO_COST });
  const task = kernel.fork(null);
  await task.yield_();
  task.wake();
  expect(await task.block(Infinity)).toBe(true);
  const before = task.now();
  expect(await task.outside(new Promise((r) => setTimeout(() => r(7), 5)))).toBe(7);
  expect(task.now()).toBe(before);
  task.exit();
});
