import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Outcome, runOurs, runReal } from './run.ts';

const here = new URL('.', import.meta.url);
const table = readFileSync(new URL('table.txt', here), 'utf8')
  .split('\n')
  .filter((l) => l !== '' && !l.startsWith('#'));
const file = new URL('recorded.json', here);

const recorded = (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}) as Record<string, Outcome>;

// RECORD=1 asks the real programs about everything, RECORD=new about what is not recorded yet.
const mode = process.env['RECORD'];
if (mode !== undefined) {
  const fresh: Record<string, Outcome> = {};
  for (const snippet of table) fresh[snippet] = (mode === 'new' ? recorded[snippet] : undefined) ?? runReal(snippet);
  for (const key of Object.keys(recorded)) delete recorded[key];
  Object.assign(recorded, fresh);
  writeFileSync(file, `${JSON.stringify(recorded, null, 1)}\n`);
}

describe('text and file programs say what the real ones say', () => {
  it.each(table)('%s', async (snippet) => {
    expect(await runOurs(snippet)).toEqual(recorded[snippet]);
  });
});
