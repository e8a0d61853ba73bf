/** The document with the true output in place of what it shows. */
import type { StepResult } from './report.ts';

/** Changes only what differs; lines keep the indentation and the line ends of the document. */
export function rewrite(text: string, steps: readonly StepResult[]): string {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = text.split(/\r?\n/);
  const changes = steps.flatMap((s) => s.comparisons.filter((c) => !c.same && c.to > c.from));
  // From the end, so that the lines before keep their numbers.
  for (const { from, to, happened } of changes.toSorted((a, b) => b.from - a.from)) {
    const indent = /^[ \t]*/.exec(lines[from - 1] ?? '')![0];
    const shared = sharedIndent(lines, from) ?? indent;
    lines.splice(from - 1, to - from, ...happened.map((line) => (line === '' ? '' : shared + line)));
  }
  return lines.join(eol);
}

/** The indentation of the prompt above: that of the block. */
function sharedIndent(lines: readonly string[], from: number): string | null {
  for (let i = from - 2; i >= 0 && i > from - 80; i--) {
    const prompt = /^([ \t]*)(?:\([^()]*\)|\S+@\S+)?\s*[$#] /.exec(lines[i]!);
    if (prompt !== null) return prompt[1]!;
    if (/^\s*(?:```|~~~)/.test(lines[i]!)) return /^\s*/.exec(lines[i]!)![0];
  }
  return null;
}
