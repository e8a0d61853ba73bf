/**
 * Hash tables keyed by numbers. A string key costs 600 ns a lookup on the data path, these 20 (DESIGN §3).
 *
 * `HashTable` chains nodes through a field of their own (`hlist`): find, add and remove allocate nothing.
 * `TupleMap` is a map from four u32 to a value, for state off the path or small.
 */

/** One 32-bit mixing round of murmur3. */
const mix = (h: number, k: number): number => {
  k = Math.imul(k, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  h ^= k;
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
};

/** The final avalanche of murmur3; the result is signed: half of the unsigned ones would be allocated where it is not inlined. */
const finish = (h: number): number => {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
};

/** Hash of two words. */
export const hash2 = (a: number, b: number, seed = 0): number => finish(mix(mix(seed, a), b));
/** Hash of three words. @see include/linux/jhash.h:jhash_3words */
export const hash3 = (a: number, b: number, c: number, seed = 0): number => finish(mix(mix(mix(seed, a), b), c));
/** Hash of four words. */
export const hash4 = (a: number, b: number, c: number, d: number, seed = 0): number =>
  finish(mix(mix(mix(mix(seed, a), b), c), d));

/** Hash of `n` bytes at `o`. */
export function hashBytes(b: Uint8Array, o: number, n: number, seed = 0): number {
  let h = seed;
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    h = mix(h, b[o + i]! | (b[o + i + 1]! << 8) | (b[o + i + 2]! << 16) | (b[o + i + 3]! << 24));
  }
  let k = 0;
  for (let shift = 0; i < n; i++, shift += 8) k |= b[o + i]! << shift;
  return finish(mix(h, k) ^ n);
}

/** What an object needs to hang in a `HashTable`. Both fields belong to the table while it is in. */
export interface HashNode<N> {
  hash: number;
  hashNext: N | null;
}

/**
 * A table of chains. To find: `for (let n = t.first(h); n !== null; n = n.hashNext) if (n.hash === h && …)`.
 * A node hangs in one table at a time.
 */
export class HashTable<N extends HashNode<N>> {
  #buckets: (N | null)[] = [];
  #size = 0;

  /** How many nodes hang in it. */
  get size(): number {
    return this.#size;
  }

  /** The chain that holds all nodes of hash `h`, among others. */
  first(h: number): N | null {
    return this.#size === 0 ? null : this.#buckets[h & (this.#buckets.length - 1)]!;
  }

  /** Adds a node under `h`, at the head of its chain. */
  add(node: N, h: number): void {
    if (this.#size >= this.#buckets.length) this.#grow();
    const i = h & (this.#buckets.length - 1);
    node.hash = h;
    node.hashNext = this.#buckets[i]!;
    this.#buckets[i] = node;
    this.#size++;
  }

  /** Takes a node out. Returns whether it was in. */
  remove(node: N): boolean {
    if (this.#size === 0) return false;
    const i = node.hash & (this.#buckets.length - 1);
    let prev: N | null = null;
    let n: N | null = this.#buckets[i]!;
    for (; n !== null; prev = n, n = n.hashNext) {
      if (n !== node) continue;
      if (prev === null) this.#buckets[i] = n.hashNext;
      else prev.hashNext = n.hashNext;
      n.hashNext = null;
      this.#size--;
      return true;
    }
    return false;
  }

  /** All nodes, in an order that depends on hashes: not for output that a person sees. */
  *nodes(): Generator<N> {
    for (const head of this.#buckets) {
      let n: N | null = head;
      while (n !== null) {
        const next: N | null = n.hashNext;
        yield n;
        n = next;
      }
    }
  }

  #grow(): void {
    const old = this.#buckets;
    const mask = Math.max(8, old.length * 2) - 1;
    const next: (N | null)[] = Array.from({ length: mask + 1 }, () => null);
    for (const head of old) {
      let n: N | null = head;
      while (n !== null) {
        const following: N | null = n.hashNext;
        n.hashNext = next[n.hash & mask]!;
        next[n.hash & mask] = n;
        n = following;
      }
    }
    this.#buckets = next;
  }
}

class TupleEntry<V> implements HashNode<TupleEntry<V>> {
  hash = 0;
  hashNext: TupleEntry<V> | null = null;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  value: V;

  constructor(a: number, b: number, c: number, d: number, value: V) {
    this.a = a;
    this.b = b;
    this.c = c;
    this.d = d;
    this.value = value;
  }
}

/** A map from up to four u32 to a value; unused parts of the key are 0. */
export class TupleMap<V> {
  readonly #table = new HashTable<TupleEntry<V>>();
  readonly #seed: number;

  constructor(seed = 0) {
    this.#seed = seed;
  }

  /** How many keys it holds. */
  get size(): number {
    return this.#table.size;
  }

  /** The value of a key, undefined when there is none. */
  get(a: number, b = 0, c = 0, d = 0): V | undefined {
    return this.#find(a, b, c, d)?.value;
  }

  /** Sets the value of a key. */
  set(a: number, b: number, c: number, d: number, value: V): void {
    const e = this.#find(a, b, c, d);
    if (e !== null) e.value = value;
    else this.#table.add(new TupleEntry(a, b, c, d, value), hash4(a, b, c, d, this.#seed));
  }

  /** Forgets a key. Returns whether it was there. */
  delete(a: number, b = 0, c = 0, d = 0): boolean {
    const e = this.#find(a, b, c, d);
    return e !== null && this.#table.remove(e);
  }

  /** All values, in no order a person should see. */
  *values(): Generator<V> {
    for (const e of this.#table.nodes()) yield e.value;
  }

  #find(a: number, b: number, c: number, d: number): TupleEntry<V> | null {
    const h = hash4(a, b, c, d, this.#seed);
    for (let e = this.#table.first(h); e !== null; e = e.hashNext) {
      if (e.hash === h && e.a === a && e.b === b && e.c === c && e.d === d) return e;
    }
    return null;
  }
}
