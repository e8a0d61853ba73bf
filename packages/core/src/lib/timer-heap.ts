/**
 * Timers of a world: a binary heap ordered by expiry, ties broken by the order of arming.
 *
 * A `Timer` is made once and armed, moved and cancelled without allocation: it carries its own place in the heap.
 * Times are nanoseconds as a float64, exact up to 104 days (2^53 ns); an hour-long lab is far below it.
 */

/** One timer. Made with its callback, then owned by whoever holds it; armed through a `TimerHeap`. */
export class Timer {
  /** When it fires, ns. Meaningful while armed. */
  expires = 0;
  /** Order of arming; the tie-break. */
  seq = 0;
  /** Place in the heap, -1 when not armed. @see timer_pending */
  index = -1;
  /** Called by whoever pops it, with the timer's data. */
  fn: (data: never) => void;
  /** Handed to `fn`. */
  data: unknown;

  constructor(fn: (data: never) => void, data: unknown) {
    this.fn = fn;
    this.data = data;
  }

  /** Whether it is armed. */
  get pending(): boolean {
    return this.index >= 0;
  }
}

/** A timer that calls `fn(data)`; the types of both agree. */
export function timerSetup<T>(fn: (data: T) => void, data: T): Timer {
  return new Timer(fn, data);
}

/** Runs the timer's function. */
export function timerFire(t: Timer): void {
  (t.fn as (data: unknown) => void)(t.data);
}

const before = (a: Timer, b: Timer): boolean => a.expires < b.expires || (a.expires === b.expires && a.seq < b.seq);

/** A heap of timers. */
export class TimerHeap {
  readonly #heap: Timer[] = [];
  #seq = 0;

  /** How many are armed. */
  get size(): number {
    return this.#heap.length;
  }

  /**
   * Arms `t` for `expires`, moving it if armed already; it then counts as armed last among equals.
   * Returns whether it was armed before. @see kernel/time/timer.c:mod_timer
   */
  mod(t: Timer, expires: number): boolean {
    const i = t.index;
    t.seq = ++this.#seq;
    if (i < 0) {
      t.expires = expires;
      this.#heap.push(t);
      this.#up(this.#heap.length - 1, t);
      return false;
    }
    const later = expires >= t.expires;
    t.expires = expires;
    if (later) this.#down(i, t);
    else this.#up(i, t);
    return true;
  }

  /** Disarms `t`. Returns whether it was armed. @see kernel/time/timer.c:del_timer */
  del(t: Timer): boolean {
    const i = t.index;
    if (i < 0) return false;
    t.index = -1;
    const last = this.#heap.pop()!;
    if (last === t) return true;
    if (before(last, t)) this.#up(i, last);
    else this.#down(i, last);
    return true;
  }

  /** The next to fire, still armed; null when none is. */
  peek(): Timer | null {
    return this.#heap.length === 0 ? null : this.#heap[0]!;
  }

  /** Expiry of the next to fire, `Infinity` when none is armed. */
  nextExpiry(): number {
    return this.#heap.length === 0 ? Infinity : this.#heap[0]!.expires;
  }

  /** Disarms and returns the next to fire if it expires at or before `now`, else null. */
  pop(now: number): Timer | null {
    if (this.#heap.length === 0) return null;
    const t = this.#heap[0]!;
    if (t.expires > now) return null;
    this.del(t);
    return t;
  }

  /** Disarms all. */
  clear(): void {
    for (const t of this.#heap) t.index = -1;
    this.#heap.length = 0;
  }

  /** Places `t` at `i` or above. */
  #up(i: number, t: Timer): void {
    const h = this.#heap;
    while (i > 0) {
      const p = (i - 1) >> 1;
      const parent = h[p]!;
      if (!before(t, parent)) break;
      h[i] = parent;
      parent.index = i;
      i = p;
    }
    h[i] = t;
    t.index = i;
  }

  /** Places `t` at `i` or below. */
  #down(i: number, t: Timer): void {
    const h = this.#heap;
    const n = h.length;
    for (;;) {
      let c = 2 * i + 1;
      if (c >= n) break;
      if (c + 1 < n && before(h[c + 1]!, h[c]!)) c++;
      const child = h[c]!;
      if (!before(child, t)) break;
      h[i] = child;
      child.index = i;
      i = c;
    }
    h[i] = t;
    t.index = i;
  }
}
