/**
 * What the real kernel has answered so far, and where an answer never seen is most likely.
 *
 * An answer is (kind, options, exit status, message). For each choice the generator can make, the share of its answers seen only
 * once estimates how likely the next one is new (Good and Turing); choices are weighted by that.
 */
export class Guidance {
  readonly #seen = new Map<string, { count: number; tags: readonly string[] }>();
  readonly #tags = new Map<string, { n: number; once: number }>();

  /** Counts one answer. True when it was never seen before. */
  learn(tags: readonly string[], answer: string): boolean {
    const key = `${tags.join(' ')} => ${answer}`;
    const known = this.#seen.get(key);
    if (known === undefined) this.#seen.set(key, { count: 1, tags });
    else known.count++;
    for (const tag of tags) {
      const t = this.#tags.get(tag) ?? { n: 0, once: 0 };
      t.n++;
      if (known === undefined) t.once++;
      else if (known.count === 2) t.once--;
      this.#tags.set(tag, t);
    }
    return known === undefined;
  }

  /** Between 0.25 and 1.25: a choice never made, or still full of surprises, weighs five times one that always says the same. */
  weight(tag: string): number {
    const t = this.#tags.get(tag);
    return t === undefined ? 1.25 : 0.25 + (t.once + 1) / (t.n + 1);
  }

  /** How many different answers were seen. */
  get answers(): number {
    return this.#seen.size;
  }
}

/** A message with its names and numbers taken out: what kind of answer it is. */
export const blur = (text: string): string =>
  text
    .replace(/\b[0-9a-f]{2}(:[0-9a-f]{2}){5}\b/g, 'MAC')
    .replace(/\b[0-9a-f]{0,4}(:[0-9a-f]{0,4}){2,}(\/\d+)?/g, 'INET-SIX')
    .replace(/\b\d+\.\d+\.\d+\.\d+(\/\d+)?/g, 'INET')
    .replace(/"[^"]*"|'[^']*'/g, 'Q')
    .replace(/\b(e|v|w|x)\d+\w*\b/g, 'DEV')
    .replace(/\b0x[0-9a-f]+\b|\d+(\.\d+)?/g, 'N');
