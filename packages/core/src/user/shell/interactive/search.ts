/** Incremental search through the history: C-r and C-s. */

export interface Found {
  /** Index into the lines. */
  readonly index: number;
  readonly at: number;
}

/** The nearest line with `text` in it, from `index` on, backwards or forwards; in the first line before (behind) `at`. */
export function find(
  lines: readonly string[],
  text: string,
  index: number,
  at: number,
  backwards: boolean,
): Found | null {
  const step = backwards ? -1 : 1;
  for (let i = index; i >= 0 && i < lines.length; i += step) {
    const line = lines[i]!;
    const from = i === index ? at : backwards ? Infinity : 0;
    const where = from < 0 ? -1 : backwards ? line.lastIndexOf(text, from) : line.indexOf(text, from);
    if (where >= 0) return { index: i, at: where };
  }
  return null;
}

/** A search that is going on. */
export class Search {
  text = '';
  backwards: boolean;
  failed = false;
  /** The lines searched, the one being typed last. */
  readonly #lines: readonly string[];
  #index: number;
  #at: number;
  /** Where it stood before each character was added. */
  readonly #trail: { text: string; index: number; at: number; failed: boolean }[] = [];

  constructor(lines: readonly string[], index: number, at: number, backwards: boolean) {
    this.#lines = lines;
    this.#index = index;
    this.#at = at;
    this.backwards = backwards;
  }

  get index(): number {
    return this.#index;
  }

  get line(): string {
    return this.#lines[this.#index] ?? '';
  }

  /** Index of what was found in the line. */
  get at(): number {
    return Math.min(this.#at, this.line.length);
  }

  get prompt(): string {
    return `(${this.failed ? 'failed ' : ''}${this.backwards ? 'reverse-' : ''}i-search)\`${this.text}': `;
  }

  #mark(): void {
    this.#trail.push({ text: this.text, index: this.#index, at: this.#at, failed: this.failed });
  }

  add(text: string): void {
    this.#mark();
    this.text += text;
    this.#look(this.#at);
  }

  /** The next one. @param text what was searched last, when this search has no text yet. */
  again(backwards: boolean, last: string): void {
    const turned = this.backwards !== backwards;
    this.backwards = backwards;
    if (this.text === '') {
      if (turned || last === '') return;
      this.#mark();
      this.text = last;
      this.#look(this.#at);
      return;
    }
    this.#mark();
    this.#look(backwards ? this.#at - 1 : this.#at + 1);
  }

  #look(from: number): void {
    const found = find(this.#lines, this.text, this.#index, from, this.backwards);
    this.failed = found === null;
    if (found === null) return;
    this.#index = found.index;
    this.#at = found.at;
  }

  /** Takes the last step back. @returns false at the first one */
  back(): boolean {
    const last = this.#trail.pop();
    if (last === undefined) return false;
    this.text = last.text;
    this.#index = last.index;
    this.#at = last.at;
    this.failed = last.failed;
    return true;
  }
}
