import { describe, expect, test } from 'vitest';
import { Timer } from '../../lib/timer-heap.ts';
import { createSimKernel } from '../index.ts';
import { NO_COST } from './cost.ts';
import type { Host } from './scheduler.ts';
import type { SimTask } from './task.ts';

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

/** A host whose wall clock goes only when it is told to. */
function stillHost(): Host & { pass(ms: number): Promise<void>; readonly asleep: boolean } {
  let now = 0;
  let alarm: { at: number; fn: () => void } | null = null;
  const settle = (): Promise<void> => new Promise((r) => setImmediate(r));
  return {
    turn: settle,
    monotonic: () => now,
    after(ms, fn) {
      const mine = { at: now + ms * 1e6, fn };
      alarm = mine;
      return () => {
        if (alarm === mine) alarm = null;
      };
    },
    get asleep() {
      return alarm !== null;
    },
    async pass(ms) {
      const end = now + ms * 1e6;
      for (let due = alarm; due !== null && due.at <= end; due = alarm) {
        now = due.at;
        alarm = null;
        due.fn();
        await settle();
      }
      now = end;
      await settle();
    },
  };
}

describe('real time', () => {
  test('passes with the wall clock; a change of speed counts from then on', async () => {
    const wall = stillHost();
    const kernel = createSimKernel({ host: wall, cost: NO_COST, speed: 1 });
    const task = kernel.fork(null);
    let woke = 0;
    void task
      .yield_()
      .then(() => task.block(100e9))
      .then(() => {
        woke = task.now();
        task.exit();
      });
    await wall.pass(40_000);
    expect(woke).toBe(0);
    kernel.scheduler.speed = 10;
    expect(kernel.clock.now).toBe(40e9);
    await wall.pass(5999);
    expect(woke).toBe(0);
    await wall.pass(1);
    expect(woke).toBe(100e9);
    expect(wall.asleep).toBe(false);
  });

  test('a timer that somebody outside arms is seen at its moment', async () => {
    const wall = stillHost();
    const kernel = createSimKernel({ host: wall, cost: NO_COST, speed: 1 });
    const task = kernel.fork(null);
    void task.yield_().then(() => task.block(100e9));
    await wall.pass(1);
    let fired = 0;
    kernel.clock.modAt(new Timer(() => void (fired = kernel.clock.now), null), 2e9);
    kernel.scheduler.poke();
    await wall.pass(2000);
    expect(fired).toBe(2e9);
    task.exit();
  });

  test('begins in the middle of virtual time', async () => {
    const wall = stillHost();
    const kernel = createSimKernel({ host: wall, cost: NO_COST });
    const task = kernel.fork(null);
    await task.yield_();
    await task.block(50e9);
    kernel.scheduler.speed = 1;
    let woke = 0;
    void task.block(51e9).then(() => (woke = task.now()));
    await wall.pass(999);
    expect(woke).toBe(0);
    await wall.pass(1);
    expect(woke).toBe(51e9);
    task.exit();
  });
});

describe('who keeps the world going', () => {
  /** A task that waits until `deadline`, again and again. */
  const waiter = (kernel: ReturnType<typeof createSimKernel>, deadline: (now: number) => number): SimTask => {
    const task = kernel.fork(null);
    void (async () => {
      await task.yield_();
      while (task.now() < 1e15) await task.block(deadline(task.now()));
      task.exit();
    })();
    return task;
  };
  const idleMoment = (kernel: ReturnType<typeof createSimKernel>): Promise<number> =>
    new Promise((resolve) => {
      const told = (): void => {
        kernel.scheduler.idle.delete(told);
        resolve(kernel.clock.now);
      };
      kernel.scheduler.idle.add(told);
    });

  test('nobody waits for a moment: stuck at once', async () => {
    const kernel = createSimKernel({ host, cost: NO_COST });
    const idle = idleMoment(kernel);
    waiter(kernel, () => Infinity);
    expect(await idle).toBe(0);
  });

  test('daemons alone do so for a day', async () => {
    const kernel = createSimKernel({ host, cost: NO_COST });
    const idle = idleMoment(kernel);
    waiter(kernel, () => Infinity);
    kernel.scheduler.daemonize(waiter(kernel, (now) => now + 3600e9));
    expect(await idle).toBe(23 * 3600e9);
  });

  test('who became a daemon, was woken or ended while it waited for a moment is not waited for', async () => {
    const kernel = createSimKernel({ host, cost: NO_COST });
    const { scheduler } = kernel;
    const DAY = 86_400e9;
    const woken = waiter(kernel, (now) => (now === 0 ? 100 * DAY : Infinity));
    const daemon = waiter(kernel, (now) => now + 100 * DAY);
    const ended = kernel.fork(null);
    void ended.yield_().then(() => ended.block(100 * DAY));
    const driver = kernel.fork(null);
    void (async () => {
      await driver.yield_();
      // Longer than a day: somebody who waits for a moment is enough for that.
      await driver.block(3 * DAY);
      woken.wake();
      scheduler.daemonize(daemon);
      scheduler.daemonize(daemon);
      ended.exit();
      ended.exit();
      await driver.block(Infinity);
    })();
    expect(await idleMoment(kernel)).toBe(3 * DAY);
    expect(scheduler.live).toBe(2);
    // The count did not go below nothing: again a moment far away is waited for.
    const idle = idleMoment(kernel);
    const late = kernel.fork(null);
    void (async () => {
      await late.yield_();
      await late.block(6 * DAY);
      await late.block(Infinity);
    })();
    expect(await idle).toBe(6 * DAY);
  });

  test('who ends is told of before anybody else runs and before time moves', async () => {
    const kernel = createSimKernel({ host, cost: NO_COST });
    const { scheduler } = kernel;
    const left = waiter(kernel, (now) => now + 1e9);
    const main = kernel.fork(null);
    main.onExit = () => scheduler.daemonize(left);
    await main.yield_();
    await main.block(2.5e9);
    main.exit();
    await new Promise((r) => setTimeout(r, 5));
    expect(kernel.clock.now).toBe(2.5e9);
  });
});
