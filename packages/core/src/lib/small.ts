/**
 * Lists and maps of which there are very many with very little in each: a namespace has dozens. JavaScript gives an
 * array that grows room for 17 entries, and an empty `Map` 180 bytes; these take what is in them.
 */
import { bytesEqual, fromHex } from './bytes.ts';

const NOTHING: readonly never[] = Object.freeze([]);

/** The empty list, the same one for everybody. */
export const none = <T>(): readonly T[] => NOTHING;

/** The list with `item` at `at`. Lists are replaced, not changed: whoever walks the old one is not disturbed. */
export function withAt<T>(list: readonly T[], at: number, item: T): readonly T[] {
  if (list.length === 0) return [item];
  if (at >= list.length) return list.concat([item]);
  return list.slice(0, at).concat([item], list.slice(at));
}

/** The list with `item` behind the others. */
export const withLast = <T>(list: readonly T[], item: T): readonly T[] => withAt(list, list.length, item);

/** The list without its entry `at`. */
export function withoutAt<T>(list: readonly T[], at: number): readonly T[] {
  if (at < 0 || at >= list.length) return list;
  return list.length === 1 ? NOTHING : list.slice(0, at).concat(list.slice(at + 1));
}

/** The list without `item`; the same list when it is not there. */
export const without = <T>(list: readonly T[], item: T): readonly T[] => withoutAt(list, list.indexOf(item));

/** From so many entries on it is a real `Map`. */
const MANY = 8;

/**
 * A map in order of insertion that takes 32 bytes while empty. Looking up allocates nothing. Unlike a `Map`'s, an
 * iteration need not see what changes meanwhile.
 */
export class SmallMap<K, V> {
  /** Keys and values in turn. */
  #few: readonly unknown[] = NOTHING;
  #many: Map<K, V> | null = null;

  get size(): number {
    return this.#many === null ? this.#few.length >>> 1 : this.#many.size;
  }

  #find(key: K): number {
    const few = this.#few;
    for (let i = 0; i < few.length; i += 2) if (few[i] === key) return i;
    return -1;
  }

  get(key: K): V | undefined {
    if (this.#many !== null) return this.#many.get(key);
    const i = this.#find(key);
    return i < 0 ? undefined : (this.#few[i + 1] as V);
  }

  has(key: K): boolean {
    return this.#many === null ? this.#find(key) >= 0 : this.#many.has(key);
  }

  set(key: K, value: V): this {
    if (this.#many !== null) {
      this.#many.set(key, value);
      return this;
    }
    const few = this.#few;
    const i = this.#find(key);
    if (i >= 0) this.#few = few.slice(0, i).concat([key, value], few.slice(i + 2));
    else if (few.length < 2 * MANY) this.#few = few.concat([key, value]);
    else {
      this.#many = new Map(this).set(key, value);
      this.#few = NOTHING;
    }
    return this;
  }

  delete(key: K): boolean {
    if (this.#many !== null) return this.#many.delete(key);
    const i = this.#find(key);
    if (i < 0) return false;
    this.#few = this.#few.length === 2 ? NOTHING : this.#few.slice(0, i).concat(this.#few.slice(i + 2));
    return true;
  }

  clear(): void {
    this.#few = NOTHING;
    this.#many = null;
  }

  *[Symbol.iterator](): Generator<[K, V]> {
    if (this.#many !== null) {
      yield* this.#many;
      return;
    }
    const few = this.#few;
    for (let i = 0; i < few.length; i += 2) yield [few[i] as K, few[i + 1] as V];
  }

  *keys(): Generator<K> {
    for (const [key] of this) yield key;
  }

  *values(): Generator<V> {
    for (const [, value] of this) yield value;
  }
}

/** Addresses that every device has: groups of all nodes and routers, their link-layer ones, prefixes, `::` and `::1`. */
const WELL_KNOWN: readonly Uint8Array[] = [
  'ff01-1',
  'ff02-1',
  'ff01-2',
  'ff02-2',
  'ff05-2',
  'ff00-0',
  'fe80-0',
  '0000-0',
  '0000-1',
  '333300000001',
  '333300000002',
  '01005e000001',
].map((hex) => fromHex(hex.replace('-', '0'.repeat(27)))!);

/** A copy of `addr` to keep and never write to: of an address that every device has, the same one for all. */
export const sharedAddr = (addr: Uint8Array): Uint8Array => WELL_KNOWN.find((a) => bytesEqual(a, addr)) ?? addr.slice();
