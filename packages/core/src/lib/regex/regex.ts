/**
 * Regular expressions whose matching cannot hang: leftmost, longest, groups as glibc's regexec tells them, in time linear in text and
 * pattern. A lazily made deterministic automaton finds a match (forward.ts), another one, run backwards over the match alone, the groups (backward.ts,
 * submatch.ts). Only back references go back and forth, within a budget of steps (back.ts).
 *
 * Text is as lib/text.ts decodes it: a byte that is no UTF-8 is a character of its own.
 */
import { Backtracker } from './back.ts';
import { Backward } from './backward.ts';
import { Classes, insidePair } from './classes.ts';
import { FirstCharacters, Forward } from './forward.ts';
import { Meter } from './meter.ts';
import { literalText, type Node, requiredText, sizeOf, walked } from './pattern.ts';
import { type CompileOptions, compileProgram, type Program } from './program.ts';
import { quick, type Quick } from './quick.ts';
import { submatches } from './submatch.ts';

/** One match. */
export interface RegexMatch {
  readonly index: number;
  readonly end: number;
  /** The whole, then what each group holds; undefined where it took no part. */
  readonly groups: readonly (string | undefined)[];
}

/** A place in the text. */
export interface Span {
  readonly index: number;
  readonly end: number;
}

/** The texts of spans. */
function holding(text: string, spans: Int32Array): RegexMatch {
  const groups: (string | undefined)[] = [];
  for (let i = 0; i < spans.length; i += 2)
    groups.push(spans[i + 1]! < 0 ? undefined : text.slice(spans[i]!, spans[i + 1]!));
  return { index: spans[0]!, end: spans[1]!, groups };
}

/** What the automata of a pattern share; made when it is first needed. */
interface Machine {
  readonly program: Program;
  readonly classes: Classes;
  readonly meter: Meter;
  readonly first: FirstCharacters;
  readonly back: Backtracker | null;
}

export interface RegexOptions extends CompileOptions {
  /** Counts this pattern's work; one of its own when absent. */
  readonly meter?: Meter;
  /** False: JavaScript's own engine is not asked for anything. */
  readonly quick?: boolean;
}

/** Nodes from which on a pattern is compiled as soon as it is read. */
const BIG = 1000;

/** A compiled pattern. */
export class Regex {
  /** Number of groups. */
  readonly groups: number;
  readonly #fold: boolean;
  /** The text it is, if it is nothing but one. */
  readonly #literal: string | null;
  readonly #prefix: string;
  readonly #inside: string;
  readonly #tree: Node;
  readonly #options: RegexOptions;
  #made: Machine | null = null;
  readonly #quick: Quick | null;
  #anchored: Forward | null = null;
  #search: Forward | null = null;
  #ends: Backward | null = null;
  #all: Backward | null = null;
  /** Where in `#scanned` matches can begin: known when looking at each place turned out dear. */
  #scanned: string | null = null;
  #starts: Uint8Array = new Uint8Array(0);

  /** @throws RegexError when it is too big */
  constructor(tree: Node, groups: number, options: RegexOptions = {}) {
    this.groups = groups;
    this.#fold = options.ignoreCase === true;
    this.#literal = this.#fold ? null : walked(() => literalText(tree));
    const { prefix, inside } = this.#fold ? { prefix: '', inside: '' } : walked(() => requiredText(tree));
    this.#prefix = prefix;
    this.#inside = inside;
    this.#quick = this.#literal === null && options.quick !== false ? walked(() => quick(tree, options)) : null;
    this.#tree = tree;
    this.#options = options;
    // A pattern that is too big says so at once.
    if (walked(() => sizeOf(tree)) > BIG) walked(() => this.#machine);
  }

  /** The automaton; made when JavaScript's own engine will not do. */
  get #machine(): Machine {
    if (this.#made !== null) return this.#made;
    const program = compileProgram(this.#tree, this.#options);
    const classes = new Classes(program.sets, program.assertions.length > 0);
    const meter = this.#options.meter ?? new Meter();
    this.#made = {
      program,
      classes,
      meter,
      first: new FirstCharacters(program, classes),
      back: program.backReferences ? new Backtracker(program, classes, meter, this.groups, this.#fold) : null,
    };
    return this.#made;
  }

  /** Whether the text holds a match. @throws RegexExhausted */
  test(text: string): boolean {
    if (this.#literal !== null) return text.includes(this.#literal);
    const fast = this.#quick;
    if (fast !== null && text.length <= fast.testLimit) {
      fast.re.lastIndex = 0;
      if (!fast.looks) return fast.re.test(text);
      const m = fast.re.exec(text);
      if (m === null || !insidePair(text, m.index)) return m !== null;
    }
    if (this.#inside !== '' && !text.includes(this.#inside)) return false;
    const { program, classes, meter, back } = this.#machine;
    meter.begin(back !== null);
    if (back !== null) return this.#backwards(text, 0) !== null;
    this.#search ??= new Forward(program, classes, meter, true);
    return this.#search.shortest(text, 0) >= 0;
  }

  /** Whether the whole text is a match. @throws RegexExhausted */
  testWhole(text: string): boolean {
    return this.endAt(text, 0, true) === text.length;
  }

  /** End of the longest (or shortest) match that begins at `at`, or -1. @throws RegexExhausted */
  endAt(text: string, at: number, longest: boolean): number {
    const { meter, back } = this.#machine;
    meter.begin(back !== null);
    if (back !== null) return back.match(text, at)?.[1] ?? -1;
    return longest ? this.#forward().longest(text, at) : this.#forward().shortest(text, at);
  }

  #forward(): Forward {
    const { program, classes, meter } = this.#machine;
    return (this.#anchored ??= new Forward(program, classes, meter, false));
  }

  #backwards(text: string, from: number): Int32Array | null {
    for (let at = from; ; at++) {
      at = this.#candidate(text, at);
      if (at < 0) return null;
      const spans = this.#machine.back!.match(text, at);
      if (spans !== null) return spans;
    }
  }

  /** The first place from `from` on where a match may begin, -1 when there is none. */
  #candidate(text: string, from: number): number {
    if (this.#prefix !== '') return text.indexOf(this.#prefix, from);
    const { first } = this.#machine;
    const at = insidePair(text, from) ? from + 1 : from;
    if (first.empty) return at > text.length ? -1 : at;
    const found = first.skip(text, at);
    return found >= text.length ? -1 : found;
  }

  /** The first match that begins at `from` or behind; what stands before `from` still counts for anchors. @throws RegexExhausted */
  find(text: string, from = 0): Span | null {
    if (this.#literal !== null) {
      const index = text.indexOf(this.#literal, from);
      return index < 0 ? null : { index, end: index + this.#literal.length };
    }
    if (this.#quick !== null && text.length <= this.#quick.findLimit) {
      const { re } = this.#quick;
      re.lastIndex = from;
      const m = re.exec(text);
      if (m === null) return null;
      if (!insidePair(text, m.index)) return { index: m.index, end: m.index + m[0].length };
    }
    if (this.#inside !== '' && text.indexOf(this.#inside, from) < 0) return null;
    const { meter, back } = this.#machine;
    meter.begin(back !== null);
    if (back !== null) {
      const spans = this.#backwards(text, from);
      return spans === null ? null : { index: spans[0]!, end: spans[1]! };
    }
    return this.#leftmost(text, from);
  }

  #leftmost(text: string, from: number): Span | null {
    const forward = this.#forward();
    const dear = 1000 + 8 * text.length;
    let read = 0;
    for (let at = from; ; at++) {
      at = this.#scanned === text ? this.#starts.indexOf(1, at) : this.#candidate(text, at);
      if (at < 0) return null;
      const end = forward.longest(text, at);
      if (end >= 0) return { index: at, end };
      read += forward.characters;
      if (read > dear && this.#scanned !== text) this.#scan(text);
    }
  }

  /** Finds all places a match can begin at, once and for all. */
  #scan(text: string): void {
    const { program, classes, meter } = this.#machine;
    this.#all ??= new Backward(program, classes, meter, true);
    this.#starts = this.#all.starts(text);
    this.#scanned = text;
  }

  /**
   * The same with what the groups hold.
   * @param groups false: only the whole is asked for.
   * @throws RegexExhausted
   */
  exec(text: string, from = 0, groups = true): RegexMatch | null {
    if (this.#quick !== null && text.length <= this.#quick.findLimit) {
      const { re } = this.#quick;
      re.lastIndex = from;
      const m = re.exec(text);
      if (m === null) return null;
      if (!insidePair(text, m.index)) return { index: m.index, end: m.index + m[0].length, groups: m };
    }
    if (!groups || this.groups === 0) {
      const span = this.find(text, from);
      if (span === null) return null;
      return { index: span.index, end: span.end, groups: [text.slice(span.index, span.end)] };
    }
    const spans = this.#spans(text, from);
    return spans === null ? null : holding(text, spans);
  }

  /** The longest match that begins at `at`. @throws RegexExhausted */
  execAt(text: string, at: number): RegexMatch | null {
    const { meter, back } = this.#machine;
    meter.begin(back !== null);
    if (back !== null) {
      const spans = back.match(text, at);
      return spans === null ? null : holding(text, spans);
    }
    const end = this.#forward().longest(text, at);
    return end < 0 ? null : holding(text, this.#groupsOf(text, at, end));
  }

  #groupsOf(text: string, from: number, end: number): Int32Array {
    if (this.groups === 0) return Int32Array.of(from, end);
    const { program, classes, meter } = this.#machine;
    if (this.#literal !== null) meter.begin(false);
    this.#ends ??= new Backward(program, classes, meter, false);
    return submatches(program, this.#ends, this.groups, text, from, end);
  }

  /** Start and end of the first match and its groups. */
  #spans(text: string, from: number): Int32Array | null {
    const { meter, back } = this.#machine;
    if (back !== null) {
      meter.begin(true);
      return this.#backwards(text, from);
    }
    const span = this.find(text, from);
    return span === null ? null : this.#groupsOf(text, span.index, span.end);
  }

  /**
   * All matches, one after the other; an empty one right behind another is none.
   * @param groups false: only the whole is asked for.
   * @throws RegexExhausted
   */
  *matches(text: string, groups = true): Generator<RegexMatch> {
    let last = -1;
    for (let at = 0; at <= text.length;) {
      const m = this.exec(text, at, groups);
      if (m === null) return;
      if (m.end > m.index || m.index !== last) yield m;
      last = m.end;
      at = m.end > m.index ? m.end : m.end + (insidePair(text, m.end + 1) ? 2 : 1);
    }
  }
}
