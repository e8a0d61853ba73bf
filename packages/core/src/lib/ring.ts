/** A growable first-in, first-out queue; no allocation per operation once it has grown. */
export class Ring<T> {
  #slots: (T | undefined)[];
  #head = 0;
  #length = 0;

  /** @param capacity slots made at once, rounded up to a power of two; 0 makes none until the first push. */
  constructor(capacity = 0) {
    let n = 0;
    if (capacity > 0) for (n = 1; n < capacity;) n *= 2;
    this.#slots = Array.from({ length: n });
  }

  /** How many are queued. */
  get length(): number {
    return this.#length;
  }

  /** Adds at the tail. */
  push(value: T): void {
    if (this.#length === this.#slots.length) this.#grow();
    this.#slots[(this.#head + this.#length++) & (this.#slots.length - 1)] = value;
  }

  /** Adds at the head: the next to be shifted. @see __skb_queue_head */
  unshift(value: T): void {
    if (this.#length === this.#slots.length) this.#grow();
    this.#head = (this.#head - 1) & (this.#slots.length - 1);
    this.#slots[this.#head] = value;
    this.#length++;
  }

  /** Removes and returns the head, undefined when empty. */
  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const value = this.#slots[this.#head];
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#slots.length - 1);
    this.#length--;
    return value;
  }

  /** Removes and returns the tail, undefined when empty. */
  pop(): T | undefined {
    if (this.#length === 0) return undefined;
    const i = (this.#head + --this.#length) & (this.#slots.length - 1);
    const value = this.#slots[i];
    this.#slots[i] = undefined;
    return value;
  }

  /** The head, left in place; undefined when empty. */
  peek(): T | undefined {
    return this.#length === 0 ? undefined : this.#slots[this.#head];
  }

  /** The `i`th from the head, undefined outside. */
  at(i: number): T | undefined {
    return i < 0 || i >= this.#length ? undefined : this.#slots[(this.#head + i) & (this.#slots.length - 1)];
  }

  /** Removes the first that is `value`; O(length). Returns whether it was there. */
  remove(value: T): boolean {
    const mask = this.#slots.length - 1;
    for (let i = 0; i < this.#length; i++) {
      if (this.#slots[(this.#head + i) & mask] !== value) continue;
      for (let j = i; j + 1 < this.#length; j++) {
        this.#slots[(this.#head + j) & mask] = this.#slots[(this.#head + j + 1) & mask];
      }
      this.pop();
      return true;
    }
    return false;
  }

  /** Empties it; the slots stay. */
  clear(): void {
    while (this.#length > 0) this.shift();
  }

  #grow(): void {
    const old = this.#slots;
    const next: (T | undefined)[] = Array.from({ length: Math.max(4, old.length * 2) });
    for (let i = 0; i < this.#length; i++) next[i] = old[(this.#head + i) & (old.length - 1)];
    this.#slots = next;
    this.#head = 0;
  }
}
