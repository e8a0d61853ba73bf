import { Ring } from '../../lib/ring.ts';
import { Timer } from '../../lib/timer-heap.ts';
import type { Clock } from './clock.ts';

/** What a world needs from where it runs. `core` knows neither Node nor the DOM; they come in here. */
export interface Host {
  /** Lets the host's event loop turn once (setImmediate). */
  turn(): Promise<void>;
  /** Nanoseconds on a steady wall clock. */
  monotonic(): number;
  /** Calls `fn` in `ms`; the answer cancels it. Only a world in real time asks. */
  after(ms: number, fn: () => void): () => void;
}

const NEW = 0;
const RUNNABLE = 1;
const RUNNING = 2;
const BLOCKED = 3;
const DEAD = 4;
const PARKED = 5;

/** Milliseconds of host time after which the host's event loop gets a turn. */
const TURN_NS = 8e6;
/** World time a task may run before others get their turn. @see sysctl_sched_base_slice */
const SLICE_NS = 3e6;
/** Calls of `shouldYield` after which it answers yes even when no world time passed (`--cost none`). */
const SLICE_CALLS = 2000;
/** World time after which nothing will wake those who wait without a limit, when only daemons did anything in it. */
const STUCK_NS = 86_400e9;

/** The schedulable part of a task. */
export class SchedEntity {
  state: number = NEW;
  /** A wake-up that came while running: the next `block` returns at once. */
  woken = false;
  result = false;
  resume: ((woken: boolean) => void) | null = null;
  readonly timer: Timer;
  sliceStart = 0;
  sliceCalls = 0;
  /** Serves others for ever: that it lives does not keep the world going. */
  daemon = false;
  /** Called when it ends, before anybody else runs and before time moves. */
  onExit: (() => void) | null = null;

  constructor(scheduler: Scheduler) {
    scheduler.live++;
    this.timer = new Timer(() => scheduler.timeout(this), null);
  }
}

/**
 * One processor, shared by agreement: a task runs until it blocks, yields or exits, then the next one in line runs.
 * When none can run, time jumps (virtual) or passes (real) to the next timer. So the same seed gives the same order,
 * and the clock never moves while somebody still has work.
 */
export class Scheduler {
  readonly clock: Clock;
  readonly host: Host;
  /** World seconds a wall second; 0 is virtual time. */
  #speed: number;
  current: SchedEntity | null = null;
  /** Called when everything waits and nothing is left that could end it: no timer but those of daemons, nothing outside. */
  readonly idle: Set<() => void> = new Set();
  /** Tasks that have not ended, daemons not counted. Without any the clock stands still: there is nobody for whom time would pass. */
  live = 0;
  /** Those of them that wait until a moment that will come. */
  #waiting = 0;
  /** When one of them last ran. */
  #lastLive = 0;
  readonly #runq = new Ring<SchedEntity>(16);
  /** Those that could run, were there a task that is no daemon. */
  readonly #parked = new Ring<SchedEntity>();
  #outside = 0;
  #running = false;
  #lastTurn: number;
  /** The wall clock and the world's, when they last began to go together. */
  #wallStart: number;
  #worldStart = 0;
  #switches = 0;
  #breaths = 0;
  /** Somebody used up a slice: so much work may have been done that the host's event loop waits for its turn. */
  #preempted = false;
  #cancelSleep: (() => void) | null = null;

  constructor(clock: Clock, host: Host, speed: number) {
    this.clock = clock;
    this.host = host;
    this.#speed = speed;
    this.#lastTurn = host.monotonic();
    this.#wallStart = this.#lastTurn;
  }

  get speed(): number {
    return this.#speed;
  }

  /** From now on time passes at this speed: a machine boots at once, and then real time begins. */
  set speed(speed: number) {
    if (this.#speed > 0 && this.live > 0) this.clock.runTo(this.#realNow());
    this.#speed = speed;
    this.#wallStart = this.host.monotonic();
    this.#worldStart = this.clock.now;
    this.poke();
  }

  /** Looks anew at what comes next: somebody outside the world changed something in it, or armed a timer. */
  poke(): void {
    this.#kick();
  }

  /** The moment of the world that the wall clock stands for. In real time only. */
  #realNow(): number {
    return this.#worldStart + (this.host.monotonic() - this.#wallStart) * this.#speed;
  }

  /** @see Task.block */
  block(se: SchedEntity, deadline: number): Promise<boolean> {
    if (se.woken) {
      se.woken = false;
      return Promise.resolve(true);
    }
    if (deadline !== Infinity) {
      this.clock.modAt(se.timer, deadline);
      if (!se.daemon) this.#waiting++;
    }
    return this.#leave(se, BLOCKED);
  }

  /** From now on it serves others for ever. */
  daemonize(se: SchedEntity): void {
    if (se.daemon || se.state === DEAD) return;
    if (se.timer.pending) this.#waiting--;
    se.daemon = true;
    this.live--;
  }

  /** Goes to the end of the line. A task that was never run gets in line this way. @see sched_yield(2) */
  yield_(se: SchedEntity): Promise<boolean> {
    this.#preempted = true;
    // With nobody left for whom time would pass, who spins is kept until somebody comes.
    if (this.live === 0 && se.state === RUNNING) return this.#leave(se, PARKED);
    return this.#leave(se, RUNNABLE);
  }

  #leave(se: SchedEntity, state: number): Promise<boolean> {
    return new Promise((resolve) => {
      se.resume = resolve;
      se.state = state;
      if (state === RUNNABLE) this.#runq.push(se);
      else if (state === PARKED) this.#parked.push(se);
      if (this.current === se) this.current = null;
      this.#kick();
    });
  }

  /** Makes a blocked task runnable; one that is not blocked remembers it. */
  wake(se: SchedEntity): void {
    if (se.state === BLOCKED) this.#makeRunnable(se, true);
    else if (se.state !== DEAD) se.woken = true;
  }

  /** The deadline of `block` passed. */
  timeout(se: SchedEntity): void {
    if (se.state !== BLOCKED) return;
    if (!se.daemon) this.#waiting--;
    this.#makeRunnable(se, false);
  }

  #makeRunnable(se: SchedEntity, result: boolean): void {
    if (this.clock.del(se.timer) && !se.daemon) this.#waiting--;
    se.state = RUNNABLE;
    se.result = result;
    this.#runq.push(se);
    if (this.current === null) this.#kick();
  }

  /** It has ended: nothing wakes it any more. The second time for nothing. */
  exit(se: SchedEntity): void {
    if (se.state === DEAD) return;
    if (!se.daemon) this.live--;
    se.state = DEAD;
    if (this.clock.del(se.timer) && !se.daemon) this.#waiting--;
    se.onExit?.();
    if (this.current === se) {
      this.current = null;
      this.#kick();
    }
  }

  /** Blocks until `work` settles; virtual time stands still meanwhile. */
  async outside<T>(se: SchedEntity, work: Promise<T>): Promise<T> {
    this.#outside++;
    let settled = false;
    const done = (): void => {
      settled = true;
      this.#outside--;
      this.wake(se);
    };
    work.then(done, done);
    do await this.block(se, Infinity);
    while (!settled);
    return work;
  }

  shouldYield(se: SchedEntity): boolean {
    return ++se.sliceCalls > SLICE_CALLS || this.clock.now - se.sliceStart > SLICE_NS;
  }

  /**
   * Lets the host's event loop turn when it had to wait for long, so that input and signals are seen. The running task keeps
   * the processor, and no world time passes: whether it happens changes nothing in the order of things. Null: not due.
   */
  breathe(): Promise<void> | null {
    if ((++this.#breaths & 7) !== 0 || this.host.monotonic() - this.#lastTurn <= TURN_NS) return null;
    return this.host.turn().then(() => {
      this.#lastTurn = this.host.monotonic();
    });
  }

  /** Starts running tasks unless that is going on. */
  #kick(): void {
    if (this.#running || this.current !== null) return;
    this.#cancelSleep?.();
    this.#cancelSleep = null;
    this.#run();
  }

  /** Picks who runs next; moves time when nobody can. */
  #run(): void {
    this.#running = true;
    for (;;) {
      if (this.#speed > 0) this.clock.runTo(this.#realNow());
      if ((this.#preempted || (++this.#switches & 63) === 0) && this.host.monotonic() - this.#lastTurn > TURN_NS) {
        void this.host.turn().then(() => {
          this.#lastTurn = this.host.monotonic();
          this.#run();
        });
        return;
      }
      this.#preempted = false;
      while (this.live > 0 && this.#parked.length > 0) this.#unpark(this.#parked.shift()!);
      const se = this.#runq.shift();
      if (se !== undefined) {
        if (se.state !== RUNNABLE) continue;
        this.#running = false;
        this.#dispatch(se);
        return;
      }
      if (!this.#idle()) {
        this.#running = false;
        return;
      }
    }
  }

  #unpark(se: SchedEntity): void {
    if (se.state !== PARKED) return;
    se.state = RUNNABLE;
    this.#runq.push(se);
  }

  #dispatch(se: SchedEntity): void {
    this.current = se;
    se.state = RUNNING;
    se.sliceStart = this.clock.now;
    if (!se.daemon) this.#lastLive = this.clock.now;
    se.sliceCalls = 0;
    const { resume } = se;
    se.resume = null;
    resume!(se.result);
  }

  /** Nobody can run. @returns whether time moved, so that it is worth looking again. */
  #idle(): boolean {
    if (this.live === 0) return false;
    const next = this.clock.nextExpiry();
    if (this.#speed === 0) {
      if (this.#outside > 0) return false;
      if (next !== Infinity && (this.#waiting > 0 || next - this.#lastLive < STUCK_NS)) {
        this.clock.runTo(next);
        return true;
      }
    } else if (next !== Infinity) {
      const ms = (next - this.#realNow()) / this.#speed / 1e6;
      this.#cancelSleep = this.host.after(Math.max(0, Math.ceil(ms)), () => {
        this.#cancelSleep = null;
        this.#kick();
      });
      return false;
    } else if (this.#outside > 0) return false;
    for (const told of this.idle) told();
    return false;
  }
}
