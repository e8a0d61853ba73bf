/** What grep looks for, as one matcher. */
import { EGREP, GREP } from '../../../lib/regex/dialect.ts';
import type { Meter } from '../../../lib/regex/meter.ts';
import { hasBackReference, literal, type Node, RegexError, walked, withoutGroups } from '../../../lib/regex/pattern.ts';
import { parsePosix } from '../../../lib/regex/parse.ts';
import { Regex, type Span } from '../../../lib/regex/regex.ts';
import { PerlMatcher } from './perl.ts';

export type Syntax = 'basic' | 'extended' | 'fixed' | 'perl';

/** Tells whether a line is selected, and where. */
export interface Matcher {
  test(line: string): boolean;
  /** The first match from `from` on. */
  find(line: string, from: number): Span | null;
}

/** -x and -w around a pattern. */
function surrounded(tree: Node, has: ReadonlySet<string>): Node {
  if (has.has('x'))
    return { k: 'cat', parts: [{ k: 'assert', what: 'line-start' }, tree, { k: 'assert', what: 'line-end' }] };
  if (has.has('w'))
    return { k: 'cat', parts: [{ k: 'assert', what: 'no-word-before' }, tree, { k: 'assert', what: 'no-word-after' }] };
  return tree;
}

/** Several matchers: the leftmost match, of those the longest. */
class Several implements Matcher {
  readonly #all: readonly Matcher[];

  constructor(all: readonly Matcher[]) {
    this.#all = all;
  }

  test(line: string): boolean {
    return this.#all.some((m) => m.test(line));
  }

  find(line: string, from: number): Span | null {
    let best: Span | null = null;
    for (const m of this.#all) {
      const found = m.find(line, from);
      if (found === null) continue;
      if (best === null || found.index < best.index || (found.index === best.index && found.end > best.end))
        best = found;
    }
    return best;
  }
}

/** The matcher of all patterns. @throws RegexError */
export function compile(
  patterns: readonly string[],
  syntax: Syntax,
  has: ReadonlySet<string>,
  meter: Meter,
  warn: (text: string) => void,
): Matcher | PerlMatcher {
  if (syntax === 'perl') {
    if (patterns.length > 1) throw new RegexError('the -P option only supports a single pattern');
    return patterns.length === 0 ? new Several([]) : new PerlMatcher(patterns[0]!, has, meter);
  }
  const ignoreCase = has.has('i');
  const plain: Node[] = [];
  const all: Matcher[] = [];
  for (const p of patterns) {
    if (syntax === 'fixed') {
      plain.push(literal(p));
      continue;
    }
    const { tree, groups, warnings } = parsePosix(p, syntax === 'extended' ? EGREP : GREP, ignoreCase);
    for (const w of warnings) warn(w);
    if (walked(() => hasBackReference(tree))) all.push(new Regex(surrounded(tree, has), groups, { ignoreCase, meter }));
    else plain.push(walked(() => withoutGroups(tree)));
  }
  if (plain.length > 0) {
    const tree: Node = plain.length === 1 ? plain[0]! : { k: 'alt', branches: plain };
    all.unshift(new Regex(surrounded(tree, has), 0, { ignoreCase, meter }));
  }
  return all.length === 1 ? all[0]! : new Several(all);
}
