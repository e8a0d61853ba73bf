/**
 * Perl's patterns as PCRE2 has them: read (read.ts), made a program (compile.ts), matched by going back and forth with a stack of its own (engine.ts). A
 * match that takes too long ends with RegexExhausted after as many steps as PCRE allows.
 * @see pcre2pattern(3)
 */
import type { Meter } from '../meter.ts';
import type { Span } from '../regex.ts';
import { compilePerl } from './compile.ts';
import { Engine } from './engine.ts';
import { readPerl, type ReadOptions } from './read.ts';
import type { Subject } from './subject.ts';

/** Work of one slice: some milliseconds. */
const SLICE = 100_000;

export interface PerlOptions extends ReadOptions {
  /** Counts the work. */
  readonly meter: Meter;
}

export class PerlRegex {
  readonly #engine: Engine;
  readonly #meter: Meter;

  /** @throws RegexError in PCRE's words */
  constructor(pattern: string, options: PerlOptions) {
    this.#engine = new Engine(compilePerl(readPerl(pattern, options)));
    this.#meter = options.meter;
  }

  /** The first match; after each slice of work others may have their turn. @throws RegexExhausted */
  *search(subject: Subject): Generator<undefined, Span | null> {
    const engine = this.#engine;
    if (!engine.begin(subject)) return null;
    for (;;) {
      let found: boolean | null;
      try {
        found = engine.work(SLICE);
      } finally {
        this.#meter.read(engine.spent);
      }
      if (found !== null) return found ? engine.span : null;
      yield undefined;
    }
  }
}
