/** What a document shows beside what happened, line by line. */
import type { Line } from './block.ts';
import type { Shown, Step } from './step.ts';
import { type HappenedLine, isElision, lineOf, lineTest, likeness, sameLine } from './match.ts';

export type DiffLine =
  | { readonly kind: 'same'; readonly text: string }
  /** Shown by the document only. */
  | { readonly kind: 'shown'; readonly text: string; readonly at: number }
  /** It happened, the document does not show it. */
  | { readonly kind: 'happened'; readonly text: string };

export interface Comparison {
  readonly same: boolean;
  readonly diff: readonly DiffLine[];
  /** Lines of the document that this is about: from, to (exclusive), numbered from 1; what `--write` replaces. */
  readonly from: number;
  readonly to: number;
  /** The lines that happened there. */
  readonly happened: readonly string[];
}

/** Lines of what a terminal printed, without an empty end. */
export function outputLines(text: string): string[] {
  const lines = text.replace(/\r\n/g, '\n').split('\n');
  while (lines.length > 0 && lines.at(-1)!.trim() === '') lines.pop();
  return lines;
}

/**
 * Compares each place where the document shows output of this step with what the step printed.
 * @param ranOn it ran on when the document went on: what it printed after what is shown is no difference
 */
export function compareStep(step: Step, output: string, ranOn = false): Comparison[] {
  const all = outputLines(output);
  let next = 0;
  return step.shown.map((part, k) => {
    const shown = k === step.shown.length - 1 && !part.later ? withParagraphs(part, step.perhaps, all) : part.lines;
    if (!part.later && step.shown.length === 1) return compare(shown, all, ranOn);
    // A terminal is shown again later: from the first line on that is shown anew, or where the last part ended.
    const again = shown.length === 0 ? -1 : all.findIndex((line) => sameLine(shown[0]!.text, line));
    const from = part.later ? (again >= 0 ? again : next) : 0;
    const last = k === step.shown.length - 1;
    const to = last ? all.length : Math.min(all.length, from + shown.length);
    next = to;
    return compare(shown, all.slice(from, to), ranOn && last);
  });
}

/** A paragraph belongs to the output when the output does go on, behind an empty line, with something like it. */
function withParagraphs(part: Shown, perhaps: Step['perhaps'], all: readonly string[]): readonly Line[] {
  const lines = [...part.lines];
  for (const paragraph of perhaps) {
    const blank = all.findIndex((text, i) => i >= lines.length - 1 && text.trim() === '' && i + 1 < all.length);
    if (blank < 0 || likeness(paragraph[0]!.text, all[blank + 1]!) < 0.5) break;
    for (let at = lines.at(-1)!.at + 1; at < paragraph[0]!.at; at++) lines.push({ at, text: '' });
    for (const line of paragraph) lines.push(line);
  }
  return lines;
}

/** `^C` is what was typed, not what was printed. */
const uninterrupted = (line: string): string => line.replace(/^\^C/, '');

function compare(shown: readonly Line[], lines: readonly string[], ranOn: boolean): Comparison {
  const all = lines.filter((l) => l !== '^C').map(uninterrupted);
  const wanted = shown
    .filter((l) => l.text.trimEnd() !== '^C')
    .map(({ at, text }) => ({ at, text: uninterrupted(text) }));
  let happened = all;
  let diff = align(wanted, happened);
  if (ranOn) {
    // As much as the author can have seen: up to the last line that is shown, and no less than is shown.
    const last = diff.findLastIndex((d) => d.kind === 'same');
    const seen = diff.slice(0, last + 1).filter((d) => d.kind !== 'shown').length;
    happened = all.slice(0, Math.max(seen, wanted.length));
    diff = align(wanted, happened);
  }
  const first = shown[0]?.at ?? 0;
  return {
    same: diff.every((d) => d.kind === 'same'),
    diff,
    from: first,
    to: (shown.at(-1)?.at ?? first - 1) + 1,
    happened,
  };
}

/** A shown line, as it is compared. */
interface ShownLine {
  readonly line: Line;
  readonly elision: boolean;
  readonly test: (happened: HappenedLine) => boolean;
}

/** Pairs of lines that are compared at once. Of longer texts a window is, which goes along both. */
const MAX_PAIRS = 4_000_000;
const WINDOW = 1000;

/** The longest common run of lines, in order; an elision stands for any number of lines. Of long texts a good one. */
function align(shown: readonly Line[], happened: readonly string[]): DiffLine[] {
  const left = shown.map((line) => ({ line, elision: isElision(line.text), test: lineTest(line.text) }));
  const right = happened.map(lineOf);
  const diff: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while ((left.length - i) * (right.length - j) > MAX_PAIRS) {
    const first = left[i];
    const here = right[j];
    if (first === undefined || here === undefined) break;
    if (first.elision) {
      const next = left.slice(i + 1, i + 1 + WINDOW).find((l) => !l.elision);
      const to = next === undefined ? right.length : right.findIndex((line, k) => k >= j && next.test(line));
      for (; j < to; j++) diff.push({ kind: 'same', text: right[j]!.text });
      i++;
    } else if (first.test(here)) {
      diff.push({ kind: 'same', text: here.text });
      i++;
      j++;
    } else {
      // What the first half of the window comes to; the second half is looked at again with what follows.
      const part = alignAll(left.slice(i, i + WINDOW), right.slice(j, j + WINDOW));
      const taken = part.slice(0, Math.max(1, part.length >> 1));
      for (const line of taken) {
        diff.push(line);
        if (line.kind !== 'shown') j++;
        if (line.kind !== 'happened') i++;
      }
    }
  }
  for (const line of alignAll(left.slice(i), right.slice(j))) diff.push(line);
  return diff;
}

function alignAll(shown: readonly ShownLine[], happened: readonly HappenedLine[]): DiffLine[] {
  const n = shown.length;
  const m = happened.length;
  // best[i][j]: cost of what is left from shown[i] and happened[j] on.
  const best: Uint32Array[] = Array.from({ length: n + 1 }, () => new Uint32Array(m + 1));
  const equal = (i: number, j: number): boolean => shown[i]!.test(happened[j]!);
  for (let i = n; i >= 0; i--) {
    for (let j = m; j >= 0; j--) {
      if (i === n && j === m) continue;
      let cost = 0xffff_ffff;
      if (i < n && shown[i]!.elision) {
        cost = best[i + 1]![j]!;
        if (j < m) cost = Math.min(cost, best[i]![j + 1]!);
      } else {
        if (i < n) cost = Math.min(cost, best[i + 1]![j]! + 1);
        if (j < m) cost = Math.min(cost, best[i]![j + 1]! + 1);
        if (i < n && j < m && equal(i, j)) cost = Math.min(cost, best[i + 1]![j + 1]!);
      }
      best[i]![j] = cost;
    }
  }
  return path(shown, happened, best, equal);
}

function path(
  shown: readonly ShownLine[],
  happened: readonly HappenedLine[],
  best: readonly Uint32Array[],
  equal: (i: number, j: number) => boolean,
): DiffLine[] {
  const diff: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < shown.length || j < happened.length) {
    const cost = best[i]![j]!;
    if (i < shown.length && shown[i]!.elision) {
      if (j < happened.length && best[i]![j + 1]! === cost) diff.push({ kind: 'same', text: happened[j++]!.text });
      else i++;
    } else if (i < shown.length && j < happened.length && equal(i, j) && best[i + 1]![j + 1]! === cost) {
      diff.push({ kind: 'same', text: happened[j]!.text });
      i++;
      j++;
    } else if (i < shown.length && best[i + 1]![j]! + 1 === cost) {
      diff.push({ kind: 'shown', ...shown[i]!.line });
      i++;
    } else diff.push({ kind: 'happened', text: happened[j++]!.text });
  }
  return diff;
}
