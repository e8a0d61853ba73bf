/**
 * `npm test`: installs and builds what is missing, then runs every test, or those whose paths are given (`npm test -- PATH`).
 * Leaves vitest's JSON report in .cache/vitest.json and closes with `N passed, N failed, N skipped`.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled } from './ensure.mjs';
import { ROOT, run } from './process.mjs';
import { summary } from './summary.mjs';

await ensureInstalled();
await ensureBuilt();
const report = join(ROOT, '.cache/vitest.json');
mkdirSync(join(ROOT, '.cache'), { recursive: true });
rmSync(report, { force: true });
const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2)];
const status = await run(process.execPath, [vitest, ...args]);
// .ci/run prints the line itself, after npm has had its last word.
if (process.env.WARREN_CI_RUN === undefined) console.log(summary(report, status).line);
process.exitCode = status;
