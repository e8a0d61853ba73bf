/**
 * Longest prefix match: path-compressed binary tries, on 32-bit keys (`LpmTrie4`) and on 16 bytes (`LpmTrie6`).
 *
 * A node is a prefix; one without a value is only a fork. Its children agree with it in its first `len` bits and
 * differ in the next. An empty trie holds nothing.
 */

/** A prefix in a trie. */
interface TrieNode<K, V> {
  readonly key: K;
  readonly len: number;
  value: V | null;
  zero: TrieNode<K, V> | null;
  one: TrieNode<K, V> | null;
}

/** A prefix and its value, as iteration gives them. */
export interface LpmEntry<K, V> {
  readonly key: K;
  readonly len: number;
  readonly value: V;
}

/** What both widths share: everything but lookup. `V` excludes null. */
abstract class LpmTrie<K, V extends NonNullable<unknown>> {
  protected root: TrieNode<K, V> | null = null;
  #size = 0;

  /** How many leading bits both keys share, at most `max`. */
  protected abstract common(a: K, b: K, max: number): number;
  /** Bit `i` of a key, counted from the top. */
  protected abstract bit(key: K, i: number): number;
  /** A copy of a key that keeps only its first `len` bits. */
  protected abstract prefix(key: K, len: number): K;

  /** How many prefixes have a value. */
  get size(): number {
    return this.#size;
  }

  /** Sets the value of `key/len` and returns the one it had, or null. Bits beyond `len` are ignored. */
  set(key: K, len: number, value: V): V | null {
    let parent: TrieNode<K, V> | null = null;
    let node = this.root;
    while (node !== null) {
      const same = this.common(key, node.key, Math.min(len, node.len));
      if (same < node.len) {
        this.#fork(parent, node, key, len, same, value);
        return null;
      }
      if (node.len === len) {
        const old = node.value;
        node.value = value;
        if (old === null) this.#size++;
        return old;
      }
      parent = node;
      node = this.bit(key, node.len) === 0 ? node.zero : node.one;
    }
    this.#attach(parent, this.#leaf(key, len, value));
    return null;
  }

  /** The value of exactly `key/len`, or null. */
  get(key: K, len: number): V | null {
    return this.#at(key, len)?.value ?? null;
  }

  /** Whether there is a node at exactly `key/len`: a value, or a mere fork. */
  branches(key: K, len: number): boolean {
    return this.#at(key, len) !== null;
  }

  #at(key: K, len: number): TrieNode<K, V> | null {
    let node = this.root;
    while (node !== null && node.len <= len) {
      if (this.common(key, node.key, node.len) < node.len) return null;
      if (node.len === len) return node;
      node = this.bit(key, node.len) === 0 ? node.zero : node.one;
    }
    return null;
  }

  /** Removes exactly `key/len` and returns the value it had, or null. */
  delete(key: K, len: number): V | null {
    let grand: TrieNode<K, V> | null = null;
    let parent: TrieNode<K, V> | null = null;
    let node = this.root;
    while (node !== null && node.len < len) {
      grand = parent;
      parent = node;
      node = this.bit(key, node.len) === 0 ? node.zero : node.one;
    }
    if (node === null || node.len !== len || node.value === null || this.common(key, node.key, len) < len) return null;
    const old = node.value;
    node.value = null;
    this.#size--;
    this.#prune(parent, node);
    if (parent !== null) this.#prune(grand, parent);
    return old;
  }

  /** Forgets everything. */
  clear(): void {
    this.root = null;
    this.#size = 0;
  }

  /** Prefixes in order of key, shorter ones first among equal keys. The trie may not change meanwhile. */
  *entries(): Generator<LpmEntry<K, V>> {
    const stack: TrieNode<K, V>[] = [];
    if (this.root !== null) stack.push(this.root);
    for (let n = stack.pop(); n !== undefined; n = stack.pop()) {
      if (n.value !== null) yield n as LpmEntry<K, V>;
      if (n.one !== null) stack.push(n.one);
      if (n.zero !== null) stack.push(n.zero);
    }
  }

  /**
   * Prefixes in order of key, longer ones first among equal keys: the order in which the kernel dumps an IPv4 table.
   * @see net/ipv4/fib_trie.c:fn_trie_dump_leaf
   */
  *entriesLongerFirst(): Generator<LpmEntry<K, V>> {
    const group: LpmEntry<K, V>[] = [];
    for (const e of this.entries()) {
      const last = group.at(-1);
      if (last !== undefined && this.common(last.key, e.key, e.len) < e.len) yield* drain(group);
      group.push(e);
    }
    yield* drain(group);
  }

  /**
   * Children before their parent, the zero branch first: the order in which the kernel dumps an IPv6 table.
   * @see net/ipv6/ip6_fib.c:fib6_walk_continue
   */
  *entriesPostorder(): Generator<LpmEntry<K, V>> {
    yield* postorder(this.root);
  }

  #leaf(key: K, len: number, value: V): TrieNode<K, V> {
    this.#size++;
    return { key: this.prefix(key, len), len, value, zero: null, one: null };
  }

  /** Puts `key/len` where `node`, which shares only `same` bits with it, hangs. */
  #fork(parent: TrieNode<K, V> | null, node: TrieNode<K, V>, key: K, len: number, same: number, value: V): void {
    if (same === len) {
      const leaf = this.#leaf(key, len, value);
      this.#attach(leaf, node);
      this.#attach(parent, leaf);
      return;
    }
    const fork: TrieNode<K, V> = { key: this.prefix(key, same), len: same, value: null, zero: null, one: null };
    this.#attach(fork, node);
    this.#attach(fork, this.#leaf(key, len, value));
    this.#attach(parent, fork);
  }

  /** Hangs `child` on the branch of `parent` its key says; the root without a parent. */
  #attach(parent: TrieNode<K, V> | null, child: TrieNode<K, V>): void {
    if (parent === null) this.root = child;
    else if (this.bit(child.key, parent.len) === 0) parent.zero = child;
    else parent.one = child;
  }

  /** Removes a node that neither has a value nor forks. */
  #prune(parent: TrieNode<K, V> | null, node: TrieNode<K, V>): void {
    if (node.value !== null || (node.zero !== null && node.one !== null)) return;
    const heir = node.zero ?? node.one;
    if (parent === null) this.root = heir;
    else if (parent.zero === node) parent.zero = heir;
    else parent.one = heir;
  }
}

/** Yields from the end to the start, emptying the array. */
function* drain<T>(group: T[]): Generator<T> {
  for (let e = group.pop(); e !== undefined; e = group.pop()) yield e;
}

function* postorder<K, V>(n: TrieNode<K, V> | null): Generator<LpmEntry<K, V>> {
  if (n === null) return;
  yield* postorder(n.zero);
  yield* postorder(n.one);
  if (n.value !== null) yield n as LpmEntry<K, V>;
}

/** Prefixes of unsigned 32-bit keys (IPv4). */
export class LpmTrie4<V extends NonNullable<unknown>> extends LpmTrie<number, V> {
  /**
   * The value of the longest prefix of `key` that is no longer than `maxLen`, or null. Allocates nothing.
   * A caller that turns a value down goes on with `lookup(key, thatLen - 1)`.
   */
  lookup(key: number, maxLen = 32): V | null {
    let best: V | null = null;
    let node = this.root;
    while (node !== null) {
      const len = node.len;
      if (len > maxLen || (len !== 0 && (key ^ node.key) >>> (32 - len) !== 0)) break;
      if (node.value !== null) best = node.value;
      if (len === 32) break;
      node = ((key >>> (31 - len)) & 1) === 0 ? node.zero : node.one;
    }
    return best;
  }

  protected override common(a: number, b: number, max: number): number {
    return Math.min(Math.clz32(a ^ b), max);
  }

  protected override bit(key: number, i: number): number {
    return (key >>> (31 - i)) & 1;
  }

  protected override prefix(key: number, len: number): number {
    return len === 0 ? 0 : (key & (0xffffffff << (32 - len))) >>> 0;
  }
}

/** Bits that 16 bytes at `ao` and at `bo` share from the top, at most `max`. @see ipv6_addr_diff */
function commonBits(a: Uint8Array, ao: number, b: Uint8Array, max: number): number {
  for (let i = 0; i < 16; i++) {
    const x = a[ao + i]! ^ b[i]!;
    if (x !== 0) return Math.min(8 * i + Math.clz32(x) - 24, max);
    if (8 * i + 8 >= max) return max;
  }
  return max;
}

/** Whether all bits from `len` on are zero. */
function endsAt(key: Uint8Array, len: number): boolean {
  for (let i = len >>> 3; i < 16; i++) {
    const mask = i === len >>> 3 ? 0xff >>> (len & 7) : 0xff;
    if ((key[i]! & mask) !== 0) return false;
  }
  return true;
}

/** Prefixes of 16-byte keys (IPv6). A key that ends with its prefix is kept as it is and may not change; others are copied. */
export class LpmTrie6<V extends NonNullable<unknown>> extends LpmTrie<Uint8Array, V> {
  /** The value of the longest prefix, no longer than `maxLen`, of the 16 bytes at `o`, or null. Allocates nothing. */
  lookup(key: Uint8Array, o = 0, maxLen = 128): V | null {
    let best: V | null = null;
    let node = this.root;
    while (node !== null) {
      const len = node.len;
      if (len > maxLen || commonBits(key, o, node.key, len) < len) break;
      if (node.value !== null) best = node.value;
      if (len === 128) break;
      node = ((key[o + (len >>> 3)]! >>> (7 - (len & 7))) & 1) === 0 ? node.zero : node.one;
    }
    return best;
  }

  protected override common(a: Uint8Array, b: Uint8Array, max: number): number {
    return max === 0 ? 0 : commonBits(a, 0, b, max);
  }

  protected override bit(key: Uint8Array, i: number): number {
    return (key[i >>> 3]! >>> (7 - (i & 7))) & 1;
  }

  protected override prefix(key: Uint8Array, len: number): Uint8Array {
    if (endsAt(key, len)) return key;
    const out = new Uint8Array(16);
    for (let i = 0; i < 16 && 8 * i < len; i++) {
      const bits = len - 8 * i;
      out[i] = bits >= 8 ? key[i]! : key[i]! & (0xff00 >>> bits);
    }
    return out;
  }
}
