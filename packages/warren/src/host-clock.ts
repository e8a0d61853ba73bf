/** The wall clock and the event loop, as a world asks for them. */

/** What a world needs from where it runs; the shape of core's `Host`. */
export interface HostClock {
  /** Lets the event loop turn once, so that signals and input are seen while the simulation is busy. */
  turn(): Promise<void>;
  /** Nanoseconds on a steady clock. */
  monotonic(): number;
  /** Calls `fn` in `ms` milliseconds; the answer cancels it. */
  after(ms: number, fn: () => void): () => void;
}

/** Longest delay that a timer of Node takes. */
const MAX_MS = 0x7fffffff;

export const hostClock: HostClock = {
  turn: () => new Promise((resolve) => setImmediate(resolve)),
  monotonic: () => Math.round(performance.now() * 1e6),
  after(ms, fn) {
    const timer = setTimeout(fn, Math.min(ms, MAX_MS));
    return () => clearTimeout(timer);
  },
};
