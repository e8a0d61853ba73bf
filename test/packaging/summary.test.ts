/** The closing line of .ci/run: a run that went wrong never counts as a good one. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'warren-summary-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}
const good: Report = { numPassedTests: 5, numFailedTests: 0, numPendingTests: 1, numTodoTests: 1, testResults: [] };

it.each<[string, Report | null, number, string, number]>([
  ['all is well', good, 0, '5 passed, 0 failed, 2 skipped', 0],
  ['a test failed', { ...good, numFailedTests: 2 }, 1, '5 passed, 2 failed, 2 skipped', 1],
  [
    'a file did not load',
    { ...good, testResults: [{ status: 'failed', assertionResults: [] }] },
    1,
    '5 passed, 1 failed, 2 skipped',
    1,
  ],
  ['an error outside the tests', good, 1, '5 passed, 1 failed, 2 skipped', 1],
  ['no test ran', { ...good, numPassedTests: 0 }, 0, '0 passed, 1 failed, 2 skipped', 1],
  ['no report', null, 0, '0 passed, 1 failed, 0 skipped', 1],
])('%s', (name, report, status, line, exit) => {
  const path = join(folder, `${name}.json`);
  if (report !== null) writeFileSync(path, JSON.stringify(report));
  const child = spawnSync(process.execPath, ['scripts/summary.mjs', path, String(status)], {
    cwd: root,
    encoding: 'utf8',
  });
  expect({ stdout: child.stdout, status: child.status }).toEqual({ stdout: `${line}\n`, status: exit });
});

it('.ci/run is a script that bash can read', () => {
  expect(execFileSync('bash', ['-n', '.ci/run'], { cwd: root, encoding: 'utf8' })).toBe('');
});
