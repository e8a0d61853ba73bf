/** Text that was cut, for yanking. */
const SIZE = 10;

export class KillRing {
  readonly #ring: string[] = [];
  #at = 0;

  /** @param how joins what the command before has cut: behind it, or before it. */
  kill(text: string, how: 'new' | 'append' | 'prepend'): void {
    if (text === '') return;
    const last = this.#ring.at(-1);
    if (how === 'new' || last === undefined) {
      this.#ring.push(text);
      if (this.#ring.length > SIZE) this.#ring.shift();
    } else this.#ring[this.#ring.length - 1] = how === 'append' ? last + text : text + last;
    this.#at = this.#ring.length - 1;
  }

  get current(): string | null {
    return this.#ring[this.#at] ?? null;
  }

  /** Turns to the one before. */
  rotate(): void {
    this.#at = this.#at === 0 ? this.#ring.length - 1 : this.#at - 1;
  }
}
