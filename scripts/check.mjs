/**
 * `npm run check`: format, lint, boundaries, types, dead code, tests, in this order (the quick ones first). Runs all of them even when
 * one fails, so that a person sees everything at once; fails when any does. `npm run check -- --quick` leaves out the tests.
 */
import { join } from 'node:path';
import { ensureInstalled } from './ensure.mjs';
import { ROOT, fail, run, say } from './process.mjs';

await ensureInstalled();
const bin = (name) => join(ROOT, 'node_modules/.bin', name);
const node = process.execPath;
const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');

const steps = [
  ['format', bin('oxfmt'), ['--check']],
  ['lint', bin('oxlint'), ['--type-aware', '--deny-warnings']],
  ['boundaries', node, [vitest, 'run', 'test/boundaries.test.ts']],
  ['types: core', bin('tsc'), ['-p', 'packages/core', '--noEmit']],
  ['types: warren', bin('tsc'), ['-p', 'packages/warren', '--noEmit']],
  ['types: tests', bin('tsc'), ['-p', 'tsconfig.json', '--noEmit']],
  ['dead code', bin('knip'), []],
  ['tests', node, [join(ROOT, 'scripts/test.mjs')]],
];
if (process.argv.includes('--quick')) steps.pop();

const failed = [];
for (const [name, command, args] of steps) {
  say(`check: ${name}`);
  const status = await run(command, args, { shell: process.platform === 'win32' && command !== node });
  if (status === 130) fail('interrupted', 130);
  if (status !== 0) failed.push(name);
}
if (failed.length > 0) fail(`check failed: ${failed.join(', ')}`);
say('check: all is well');
