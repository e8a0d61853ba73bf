/** docs/seeds.md says what happens; `WARREN_UPDATE_DOCS=1` writes it anew. */
import { countsOf, diffText, type StepResult } from '@warren/core';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { played } from '../play/play.ts';
import { SEEDS } from '../play/seeds.ts';

const FILE = join(import.meta.dirname, '../../docs/seeds.md');

const HEAD = `# The first documents

Warren began with four tutorials found on the web. \`warren play\` runs them to their end (test/play/seeds has their console blocks). Here is every
command whose output differs from what its document shows, with the reason. Lines with \`-\` are the document's, lines with \`+\` happened.
`;

/** A command that differs, its reason and its difference. */
function section({ step, comparisons, correction }: StepResult, reason: string): string {
  const hint =
    correction === null || correction.command === step.command ? '' : `\nMeant is \`${correction.command}\`.\n`;
  const diff = comparisons.map((c) => diffText(c.diff)).join('');
  return `### Line ${step.at}: \`${step.command}\`\n\n${reason[0]!.toUpperCase()}${reason.slice(1)}.\n${hint}\n\`\`\`diff\n${diff}\`\`\`\n`;
}

test(
  'docs/seeds.md lists every command of the first documents that differs, with the reason',
  { timeout: 60_000 },
  async () => {
    let text = HEAD;
    for (const { name, profile, text: document, reasons } of SEEDS) {
      const steps = await played(document, profile);
      const { ok, differs, silent } = countsOf([{ name, steps }]);
      text += `\n## ${name} (--profile ${profile})\n\n${steps.length} commands: ${ok} as shown, ${differs} not, ${silent} without output shown.\n`;
      for (const result of steps) {
        if (result.outcome !== 'differs') continue;
        const reason = reasons[result.step.command];
        expect(reason, `${name}:${result.step.at} differs without a reason: ${result.step.command}`).toBeDefined();
        text += `\n${section(result, reason!)}`;
      }
    }
    if (process.env['WARREN_UPDATE_DOCS'] === '1') writeFileSync(FILE, text);
    expect(readFileSync(FILE, 'utf8')).toBe(text);
  },
);
