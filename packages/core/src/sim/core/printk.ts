/** The kernel's log: what it has to say that nobody asked for. One for all namespaces, as on Linux. @see kernel/printk/printk.c */
import { Ring } from '../../lib/ring.ts';
import type { KernelLog, LogRecord } from '../../syscall/index.ts';
import type { Clock } from './clock.ts';
import type { NetDevice } from './net-device.ts';

export const KERN_WARNING = 4;
export const KERN_INFO = 6;

/** Records kept; the oldest goes when another comes. (Linux keeps 128 KiB and more of them.) */
const RECORDS = 1024;
/** How many rate-limited lines are said in how many ns. @see net.core.message_burst, net.core.message_cost */
const BURST = 10;
const INTERVAL_NS = 5e9;

/** @see struct printk_ringbuffer, struct ratelimit_state */
export class Printk implements KernelLog {
  readonly #clock: Clock;
  readonly #records: Ring<LogRecord> = new Ring(0);
  #begin = -1;
  #printed = 0;
  #missed = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param level KERN_* */
  print(level: number, text: string): void {
    if (this.#records.length === RECORDS) this.#records.shift();
    this.#records.push({ level, timeNs: this.#clock.now, text });
  }

  /**
   * Whether something that may come with every packet can be said now. Tells, in a new interval, how often it could not.
   * @see net_ratelimit
   */
  netRatelimit(): boolean {
    const { now } = this.#clock;
    if (this.#begin < 0 || now > this.#begin + INTERVAL_NS) {
      if (this.#missed > 0) this.print(KERN_WARNING, `net_ratelimit: ${this.#missed} callbacks suppressed`);
      this.#missed = this.#printed = 0;
      this.#begin = now;
    }
    if (this.#printed < BURST) {
      this.#printed++;
      return true;
    }
    this.#missed++;
    return false;
  }

  records(): readonly LogRecord[] {
    return Array.from({ length: this.#records.length }, (_, i) => this.#records.at(i)!);
  }

  clear(): void {
    while (this.#records.shift() !== undefined);
  }
}

/** Says something about a device. @see netdev_info */
export const netdevInfo = (dev: NetDevice, text: string): void =>
  dev.net.kernel.log.print(KERN_INFO, `${dev.name}: ${text}`);
