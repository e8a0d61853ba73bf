/**
 * The seeded generator of a world: xoshiro128** (Blackman and Vigna), seeded through splitmix32.
 *
 * Not for secrets. The same seed gives the same numbers on every engine: only 32-bit integer arithmetic is used.
 */

/** FNV-1a over UTF-16 code units; labels of `split`. */
function hashLabel(label: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < label.length; i++) h = Math.imul(h ^ label.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

const rotl = (x: number, k: number): number => (x << k) | (x >>> (32 - k));

/** A stream of pseudo-random numbers. */
export class Random {
  #a = 0;
  #b = 0;
  #c = 0;
  #d = 0;
  readonly #key: number;

  /** @param seed any number (its low 32 bits count) or a string. */
  constructor(seed: number | string) {
    let s = typeof seed === 'string' ? hashLabel(seed) : seed >>> 0;
    this.#key = s;
    const next = (): number => {
      s = (s + 0x9e3779b9) | 0;
      let z = Math.imul(s ^ (s >>> 16), 0x85ebca6b);
      z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
      return z ^ (z >>> 16);
    };
    this.#a = next();
    this.#b = next();
    this.#c = next();
    this.#d = next() | 1;
  }

  /** A number in [0, 2^32). @see get_random_u32 */
  u32(): number {
    const r = Math.imul(rotl(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const t = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= t;
    this.#d = rotl(this.#d, 11);
    return r;
  }

  /** A number in [0, n), 1 <= n <= 2^32, without bias worth naming (53-bit product). @see get_random_u32_below */
  below(n: number): number {
    return Math.floor((this.u32() / 0x100000000) * n);
  }

  /** A number in [0, 1). */
  float(): number {
    return this.u32() / 0x100000000;
  }

  /** Fills `n` bytes at `o`. @see get_random_bytes */
  fill(b: Uint8Array, o = 0, n: number = b.length - o): void {
    let r = 0;
    for (let i = 0; i < n; i++) {
      if ((i & 3) === 0) r = this.u32();
      b[o + i] = r;
      r >>>= 8;
    }
  }

  /** `n` bytes. */
  bytes(n: number): Uint8Array {
    const b = new Uint8Array(n);
    this.fill(b);
    return b;
  }

  /**
   * An independent stream that depends on this one's seed and on `label` alone, not on what was drawn:
   * one consumer drawing more does not change what another gets.
   */
  split(label: string): Random {
    return new Random(Math.imul(this.#key ^ hashLabel(label), 0x9e3779b1) ^ hashLabel(`${label}/`));
  }
}
