/** A cable between two Ethernet cards, of one machine or of two. */
import { Random } from '../lib/random.ts';
import { Ring } from '../lib/ring.ts';
import { Timer } from '../lib/timer-heap.ts';
import { allocSkb, type NetDevice, plugWire, type SkBuff, type Wire, wireOf, wireReceive } from '../sim/index.ts';

export interface CableOptions {
  /** One way, ms. Default 0.01: a cable in a rack, and its cards. */
  readonly delayMs?: number;
  /** Each packet's delay varies by up to so much, ms, evenly; packets keep their order. Default 0. */
  readonly jitterMs?: number;
  /** Bits a second, each way; Infinity (default) for a cable that is never busy. */
  readonly rate?: number;
  /** Share of frames lost, 0 to 1. Default 0. */
  readonly loss?: number;
  /** Bytes that may wait to be sent, each way; the rest is dropped. Default 256 KiB. Matters with a rate. */
  readonly queueBytes?: number;
}

const DEFAULTS: Required<CableOptions> = {
  delayMs: 0.01,
  jitterMs: 0,
  rate: Infinity,
  loss: 0,
  queueBytes: 256 * 1024,
};
/** Preamble, start of frame, check sequence and the gap behind: time on the wire that is not in the packet. */
const ETHERNET_OVERHEAD = 24;

/** One direction: frames on their way, in order. */
class Lane {
  readonly #to: NetDevice;
  readonly #options: Required<CableOptions>;
  readonly #random: Random;
  readonly #frames = new Ring<SkBuff>(16);
  /** When the sender's card has sent all it was given, world ns. */
  #busyUntil = 0;
  /** When the last frame arrives: the next cannot come before. */
  #lastArrival = 0;
  readonly #timer: Timer;
  /** Frames that did not arrive: lost on the way, or for want of room in the queue. */
  lost = 0;
  overflowed = 0;

  constructor(to: NetDevice, options: Required<CableOptions>, random: Random) {
    this.#to = to;
    this.#options = options;
    this.#random = random;
    this.#timer = new Timer(() => this.#arrive(), null);
  }

  /** Takes a frame's bytes to the other end; the skb stays the caller's. */
  send(skb: SkBuff): void {
    const { delayMs, jitterMs, rate, loss, queueBytes } = this.#options;
    const { kernel } = this.#to.net;
    const { now } = kernel.clock;
    const start = Math.max(now, this.#busyUntil);
    const byteNs = 8e9 / rate;
    if (start - now > queueBytes * byteNs) {
      this.overflowed++;
      return;
    }
    this.#busyUntil = start + (skb.len + ETHERNET_OVERHEAD) * byteNs;
    if (loss > 0 && this.#random.float() < loss) {
      this.lost++;
      return;
    }
    const jitter = jitterMs === 0 ? 0 : jitterMs * (2 * this.#random.float() - 1);
    const arrival = Math.max(this.#lastArrival, this.#busyUntil + Math.max(0, delayMs + jitter) * 1e6);
    this.#lastArrival = arrival;
    const frame = allocSkb(kernel, skb.len);
    // Buffers of a pool are of one size: all of it at once makes no view for each frame.
    if (frame.buf.length === skb.buf.length) {
      frame.buf.set(skb.buf);
      frame.data = skb.data;
    } else frame.buf.set(skb.buf.subarray(skb.data, skb.data + skb.len), frame.data);
    frame.put(skb.len);
    frame.tstamp = arrival;
    this.#frames.push(frame);
    if (!this.#timer.pending) kernel.clock.modAt(this.#timer, arrival);
  }

  #arrive(): void {
    const { clock } = this.#to.net.kernel;
    for (;;) {
      const frame = this.#frames.peek();
      if (frame === undefined) return;
      if (frame.tstamp > clock.now) {
        clock.modAt(this.#timer, frame.tstamp);
        return;
      }
      this.#frames.shift();
      wireReceive(this.#to, frame);
    }
  }
}

/** @throws RangeError naming the option that makes no sense */
function checkOptions({ delayMs, jitterMs, rate, loss, queueBytes }: Required<CableOptions>): void {
  const check = (good: boolean, name: string, what: string): void => {
    if (!good) throw new RangeError(`${name} of a cable: ${what}`);
  };
  check(Number.isFinite(delayMs) && delayMs >= 0, 'delayMs', 'milliseconds, 0 or more');
  check(Number.isFinite(jitterMs) && jitterMs >= 0, 'jitterMs', 'milliseconds, 0 or more');
  check(rate > 0, 'rate', 'bits a second, more than 0');
  check(loss >= 0 && loss <= 1, 'loss', 'a share from 0 to 1');
  check(queueBytes >= 0, 'queueBytes', 'bytes, 0 or more');
}

/** Joins two cards until it is unplugged. */
export class Cable implements Wire {
  readonly a: NetDevice;
  readonly b: NetDevice;
  readonly #toA: Lane;
  readonly #toB: Lane;

  /**
   * @param seed of what it loses and how its delay varies
   * @throws RangeError for an option out of its range, and when a card has a cable already
   */
  constructor(a: NetDevice, b: NetDevice, options: CableOptions, seed: string) {
    const all = { ...DEFAULTS, ...options };
    checkOptions(all);
    if (a === b) throw new RangeError(`${a.name}: a cable has two ends`);
    for (const dev of [a, b])
      if (wireOf(dev) !== null) throw new RangeError(`${dev.name}: there is a cable in it already`);
    const random = new Random(seed);
    this.a = a;
    this.b = b;
    this.#toA = new Lane(a, all, random.split('a'));
    this.#toB = new Lane(b, all, random.split('b'));
    plugWire(a, this);
    plugWire(b, this);
    a.net.kernel.scheduler.poke();
  }

  /** Whether it is still in. */
  get plugged(): boolean {
    return wireOf(this.a) === this;
  }

  /** Frames lost on the way, of both directions. */
  get lost(): number {
    return this.#toA.lost + this.#toB.lost;
  }

  /** Frames for which the queue of a busy cable had no room. */
  get overflowed(): number {
    return this.#toA.overflowed + this.#toB.overflowed;
  }

  transmit(from: NetDevice, skb: SkBuff): void {
    (from === this.a ? this.#toB : this.#toA).send(skb);
  }

  /** Takes it out: both cards lose their carrier. What is on the way still arrives. The second time for nothing. */
  unplug(): void {
    if (!this.plugged) return;
    plugWire(this.a, null);
    plugWire(this.b, null);
    this.a.net.kernel.scheduler.poke();
  }
}
