/** What a document shows beside what happened, line by line. */
import type { Line } from './block.ts';
import type { Shown, Step } from './step.ts';
import { isElision, likeness, sameLine } from './match.ts';

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
    lines.push(...paragraph);
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

/** The longest common run of lines, in order; an elision stands for any number of lines. */
function align(shown: readonly Line[], happened: readonly string[]): DiffLine[] {
  const n = shown.length;
  const m = happened.length;
  // best[i][j]: cost of what is left from shown[i] and happened[j] on.
  const best: Uint32Array[] = Array.from({ length: n + 1 }, () => new Uint32Array(m + 1));
  const equal = (i: number, j: number): boolean => sameLine(shown[i]!.text, happened[j]!);
  for (let i = n; i >= 0; i--) {
    for (let j = m; j >= 0; j--) {
      if (i === n && j === m) continue;
      let cost = 0xffff_ffff;
      if (i < n && isElision(shown[i]!.text)) {
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
  shown: readonly Line[],
  happened: readonly string[],
  best: readonly Uint32Array[],
  equal: (i: number, j: number) => boolean,
): DiffLine[] {
  const diff: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < shown.length || j < happened.length) {
    const cost = best[i]![j]!;
    if (i < shown.length && isElision(shown[i]!.text)) {
      if (j < happened.length && best[i]![j + 1]! === cost) diff.push({ kind: 'same', text: happened[j++]! });
      else i++;
    } else if (i < shown.length && j < happened.length && equal(i, j) && best[i + 1]![j + 1]! === cost) {
      diff.push({ kind: 'same', text: happened[j]! });
      i++;
      j++;
    } else if (i < shown.length && best[i + 1]![j]! + 1 === cost) {
      diff.push({ kind: 'shown', text: shown[i]!.text, at: shown[i]!.at });
      i++;
    } else diff.push({ kind: 'happened', text: happened[j++]! });
  }
  return diff;
}
