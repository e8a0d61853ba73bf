import type { Charge } from '../../syscall/index.ts';

/**
 * What work costs, in nanoseconds of world time: the one place where speed is data.
 * Calibrated on a small machine with Linux 6.18 (`bench/` prints the real figures beside these).
 */
export interface Cost {
  /** A task's own work. `byte` is one byte copied by read or write. */
  readonly charge: Readonly<Record<Charge, number>>;
  /** Until the softirq looks at another device's packets than it did last. */
  readonly wakeNs: number;
  /** A packet's way through one device and one protocol stack. */
  readonly hopNs: number;
  /** Each byte of it. */
  readonly hopByteNs: number;
  /** Each of these varies by up to this share of itself, both ways. */
  readonly jitter: number;
}

export const DEFAULT_COST: Cost = {
  charge: { exec: 900_000, fork: 250_000, syscall: 2_000, netns: 300_000, builtin: 4_000, byte: 0.1 },
  wakeNs: 11_000,
  hopNs: 2_000,
  hopByteNs: 0.25,
  jitter: 0.25,
};

/** `--cost none`: work takes no time; only waiting does. */
export const NO_COST: Cost = {
  charge: { exec: 0, fork: 0, syscall: 0, netns: 0, builtin: 0, byte: 0 },
  wakeNs: 0,
  hopNs: 0,
  hopByteNs: 0,
  jitter: 0,
};
