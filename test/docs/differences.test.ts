/** docs/differences.md says what the sources say. */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

it('is up to date with the notes in the sources', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/differences.mjs', '--check'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
