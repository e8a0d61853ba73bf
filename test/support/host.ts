import type { Host } from '@warren/core';

/** Node as the host of a world, for tests and tools. */
export const nodeHost: Host = {
  turn: () => new Promise((resolve) => setImmediate(resolve)),
  monotonic: () => performance.now() * 1e6,
  after: (ms, fn) => {
    const timer = setTimeout(fn, ms);
    return () => clearTimeout(timer);
  },
};
