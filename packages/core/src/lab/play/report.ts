/** What playing a document found, for people. */
import type { Comparison, DiffLine } from './diff.ts';
import type { Correction } from './correction.ts';
import type { Step } from './step.ts';

/** ok: what is shown happened. differs: it did not. silent: the document shows nothing. */
export type Outcome = 'ok' | 'differs' | 'silent';

export interface StepResult {
  readonly step: Step;
  readonly outcome: Outcome;
  /** All that its terminal printed. */
  readonly output: string;
  /** Exit status; null when it was interrupted, or when the document ended. */
  readonly status: number | null;
  readonly comparisons: readonly Comparison[];
  readonly correction: Correction | null;
  /** What else is to be said of it; null for nothing. */
  readonly note: string | null;
}

export interface DocumentResult {
  readonly name: string;
  readonly steps: readonly StepResult[];
}

const MARK: Readonly<Record<Outcome, string>> = { ok: 'ok', differs: 'DIFFERS', silent: '-' };

/** Columns of a line that are shown: more is of no use to a reader. */
const WIDTH = 2000;
/** Lines of one kind in a row that are shown. */
const MAX_RUN = 200;
const cut = (line: string): string => (line.length > WIDTH ? `${line.slice(0, WIDTH)}…` : line);

const firstLine = (command: string): string => {
  const [first, ...more] = command.split('\n');
  return more.length === 0 ? cut(first!) : `${cut(first!)} …`;
};

/** A diff's lines: `-` what the document shows, `+` what happened; of what is equal, what stands next to a difference. */
export function diffText(diff: readonly DiffLine[], indent = ''): string {
  const near = diff.map((d, i) => d.kind !== 'same' || diff[i - 1]?.kind !== 'same' || diff[i + 1]?.kind !== 'same');
  const sign = { same: ' ', shown: '-', happened: '+' } as const;
  let text = '';
  let gap = false;
  let run = 0;
  diff.forEach((d, i) => {
    run = d.kind === diff[i - 1]?.kind ? run + 1 : 1;
    const ends = d.kind !== diff[i + 1]?.kind;
    if (d.kind !== 'same' && run > MAX_RUN) {
      if (ends) text += `${indent}${sign[d.kind]} [${run - MAX_RUN} lines more]\n`;
      return;
    }
    const touches =
      d.kind !== 'same' || (diff[i - 1]?.kind ?? 'same') !== 'same' || (diff[i + 1]?.kind ?? 'same') !== 'same';
    if (!near[i] || !touches) {
      gap = true;
      return;
    }
    if (gap) text += `${indent}  …\n`;
    gap = false;
    text += cut(`${indent}${sign[d.kind]} ${d.text}`.trimEnd()) + '\n';
  });
  return text;
}

/** One line a command, and the differences under it. */
export function stepText(name: string, result: StepResult): string {
  const { step, outcome, comparisons, correction, output, status, note } = result;
  const terminal = step.terminal === '' ? '' : `(${step.terminal}) `;
  let text = `${MARK[outcome].padEnd(8)}${name}:${step.at}: ${terminal}${firstLine(step.command)}\n`;
  if (note !== null) text += `          ! ${note}\n`;
  for (const c of comparisons) if (!c.same) text += diffText(c.diff, '          ');
  if (outcome === 'silent' && status !== null && status !== 0 && output.trim() !== '') {
    text += `          ! ${cut(output.trim().split('\n', 1)[0]!)}\n`;
  }
  if (correction !== null && (outcome === 'differs' || status !== 0)) {
    const { command, why } = correction;
    text += command === step.command ? `          hint: ${why}\n` : `          hint: ${command}   (${why})\n`;
  }
  return text;
}

export interface Counts {
  readonly ok: number;
  readonly differs: number;
  readonly silent: number;
  /** Of those without output shown, how many ended with a status other than 0. */
  readonly failed: number;
}

export function countsOf(results: readonly DocumentResult[]): Counts {
  const counts = { ok: 0, differs: 0, silent: 0, failed: 0 };
  for (const { steps } of results) {
    for (const { outcome, status } of steps) {
      counts[outcome]++;
      if (outcome === 'silent' && status !== null && status !== 0) counts.failed++;
    }
  }
  return counts;
}

/** `12 commands: 5 ok, 2 differ, 5 show nothing, 1 of them failed`. */
export function summaryText({ ok, differs, silent, failed }: Counts): string {
  const total = ok + differs + silent;
  return `${total} command${total === 1 ? '' : 's'}: ${ok} ok, ${differs} differ${differs === 1 ? 's' : ''}, ${silent} show${silent === 1 ? 's' : ''} nothing${failed === 0 ? '' : `, ${failed} of them failed`}\n`;
}
