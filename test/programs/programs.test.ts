import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Outcome, runOurs, runReal } from './run.ts';

const here = new URL('.', import.meta.url);
const table = readFileSync(new URL('table.txt', here), 'utf8')
  .split('\n')
  .filter((l) => l !== '' && !l.startsWith('#'));
const file = new URL('recorded.json', here);

if (process.env['RECORD'] === '1') {
  const recorded: Record<string, Outcome> = {};
  for (const snippet of table) recorded[snippet] = runReal(snippet);
  writeFileSync(file, `${JSON.stringify(recorded, null, 1)}\n`);
}
const recorded = (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}) as Record<string, Outcome>;

describe('text and file programs say what the real ones say', () => {
  it.each(table)('%s', async (snippet) => {
    expect(await runOurs(snippet)).toEqual(recorded[snippet]);
  });
});
