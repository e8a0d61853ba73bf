/**
 * Counts vitest's JSON report.
 *
 *   node scripts/summary.mjs REPORT STATUS    prints `N passed, N failed, N skipped`; STATUS is vitest's exit status
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * @returns the closing line and whether all is well. A test file that did not load counts as one failed test, and so does a run that
 *   failed without any failed test (an unhandled error, a report that was never written) or that passed none.
 */
export function summary(path, status) {
  let report;
  try {
    report = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return { line: '0 passed, 1 failed, 0 skipped', ok: false };
  }
  const passed = report.numPassedTests;
  const skipped = report.numPendingTests + report.numTodoTests;
  const unloaded = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length;
  let failed = report.numFailedTests + unloaded;
  if (failed === 0 && (status !== 0 || passed === 0)) failed = 1;
  return { line: `${passed} passed, ${failed} failed, ${skipped} skipped`, ok: failed === 0 };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { line, ok } = summary(process.argv[2], Number(process.argv[3] ?? 0));
  console.log(line);
  process.exitCode = ok ? 0 : 1;
}
