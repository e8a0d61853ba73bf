import { type Timer, TimerHeap, timerFire } from '../../lib/timer-heap.ts';

/** A jiffy at HZ=250, ns. */
export const TICK_NS = 4_000_000;

/**
 * The world's clock: nanoseconds since boot and the timers that wait for them.
 *
 * Time moves in two ways: a running task or a packet uses some (`charge`, `advance`), or nobody runs and it jumps to
 * the next timer (`jump`). Timers fire in order of expiry, ties in order of arming; a timer whose moment passed while
 * a packet was worked on fires as soon as that is done, as a softirq does.
 */
export class Clock {
  /** Nanoseconds since boot. Never goes back. */
  now = 0;
  /** CLOCK_REALTIME at boot, nanoseconds since 1970. */
  readonly bootRealtime: bigint;
  readonly #timers = new TimerHeap();
  #firing = false;

  /** @param bootRealtime default: 2026-01-01T00:00:00Z */
  constructor(bootRealtime: bigint = 1_767_225_600_000_000_000n) {
    this.bootRealtime = bootRealtime;
  }

  /** Arms (or moves) a timer to fire in `delay` ns, to the nanosecond. @returns whether it was armed before */
  mod(timer: Timer, delay: number): boolean {
    return this.#timers.mod(timer, this.now + (delay > 0 ? delay : 0));
  }

  /**
   * The same as the kernel's timer wheel does it: in ticks, and the further away the coarser, always later, never sooner.
   * So a second becomes up to 32 ms more, and which of two things comes first is as on Linux. @see kernel/time/timer.c:calc_index
   */
  modTimer(timer: Timer, delay: number): boolean {
    return this.#timers.mod(timer, this.wheel(delay));
  }

  /** The moment at which the wheel turns to what is to happen in `delay` ns. */
  wheel(delay: number): number {
    const jiffies = Math.floor(this.now / TICK_NS);
    const delta = Math.ceil(delay / TICK_NS);
    let expires = jiffies + (delta > 0 ? delta : 0);
    let granularity = 1;
    for (let span = 63; delta >= span; span *= 8) granularity *= 8;
    expires = Math.floor((expires + granularity) / granularity) * granularity;
    return expires * TICK_NS;
  }

  /** Arms a timer for an absolute moment. */
  modAt(timer: Timer, expires: number): boolean {
    return this.#timers.mod(timer, expires);
  }

  del(timer: Timer): boolean {
    return this.#timers.del(timer);
  }

  /** Moment of the next timer, Infinity without one. */
  nextExpiry(): number {
    return this.#timers.nextExpiry();
  }

  /** Uses `ns` without looking at timers: inside a softirq, or a timer's function. */
  charge(ns: number): void {
    this.now += ns;
  }

  /** Moves on by `ns`, firing what falls due on the way. */
  advance(ns: number): void {
    if (this.#firing) this.now += ns;
    else this.runTo(this.now + ns);
  }

  /** Moves on to `target`, firing what falls due on the way; a timer's own work may take it further. */
  runTo(target: number): void {
    if (this.#firing) return;
    this.#firing = true;
    try {
      for (;;) {
        const timer = this.#timers.pop(target > this.now ? target : this.now);
        if (timer === null) break;
        if (timer.expires > this.now) this.now = timer.expires;
        timerFire(timer);
      }
    } finally {
      this.#firing = false;
    }
    if (target > this.now) this.now = target;
  }
}
