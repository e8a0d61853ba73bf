import { type Timer, TimerHeap, timerFire } from '../../lib/timer-heap.ts';

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

  constructor(bootRealtime: bigint) {
    this.bootRealtime = bootRealtime;
  }

  /** Arms (or moves) a timer to fire in `delay` ns. @returns whether it was armed before. @see mod_timer */
  mod(timer: Timer, delay: number): boolean {
    return this.#timers.mod(timer, this.now + (delay > 0 ? delay : 0));
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
