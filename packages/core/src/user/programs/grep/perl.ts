/** -P. */
import type { Meter } from '../../../lib/regex/meter.ts';
import { PerlRegex } from '../../../lib/regex/perl/perl.ts';
import type { Span } from '../../../lib/regex/regex.ts';

/** Bytes of text.ts that are no UTF-8, and those of them that cannot even begin a character: they are passed over first. */
const BAD = /[\udc80-\udcff]/gu;
const NEVER = /[\udc80-\udcc1\udcf5-\udcff]/u;

/**
 * Searches lines. What is no UTF-8 divides one into parts that are searched one after the other.
 * @see grep/src/pcresearch.c:Pexecute
 */
export class PerlMatcher {
  readonly #re: PerlRegex;

  /** @throws RegexError */
  constructor(pattern: string, has: ReadonlySet<string>, meter: Meter) {
    const text = !has.has('x') && has.has('w') ? `(?<!\\w)(?:${pattern})(?!\\w)` : pattern;
    this.#re = new PerlRegex(text, { ignoreCase: has.has('i'), wholeLine: has.has('x'), meter });
  }

  /** The first match from `at` on. Now and then it pauses. @throws RegexExhausted */
  *search(line: string, at: number): Generator<undefined, Span | null> {
    const bad = [...line.matchAll(BAD)].map((m) => m.index);
    const before = bad.findLastIndex((i) => i < at);
    let from = before < 0 ? 0 : bad[before]! + 1;
    let search = at;
    for (let i = before + 1; ; i++) {
      for (; i < bad.length && bad[i] === search && NEVER.test(line[search]!); i++) from = ++search;
      const end = bad[i] ?? line.length;
      // Nothing is before an empty part, and nothing behind.
      const empty = search === line.length || from === end;
      const found = yield* this.#re.search({
        text: line,
        from: empty ? search : from,
        end,
        search,
        notStart: from > 0,
        notEnd: !empty && end < line.length,
      });
      if (found !== null || end === line.length) return found;
      from = search = end + 1;
    }
  }
}
