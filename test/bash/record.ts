/** node scripts/ts.mjs test/bash/record.ts: asks the installed bash for all answers and writes them down. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCases, runReal, tidy } from './cases.ts';

const answers: Record<string, string> = {};
for (const c of readCases()) {
  const r = runReal(c.script);
  answers[c.name] = `${tidy(r.output)}rc=${r.status}\n`;
}
writeFileSync(join(import.meta.dirname, 'cases/expected.json'), `${JSON.stringify(answers, null, 1)}\n`);
