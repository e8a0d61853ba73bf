/** Runs the `warren` command as a person does: the bundle, in a process of its own. `npm test` has built it. */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';

export const root: string = resolve(import.meta.dirname, '../..');

export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

export function warren(args: readonly string[], input = '', cwd: string = root): Outcome {
  const bin = join(root, 'packages/warren/bin/warren.js');
  const { stdout, stderr, status } = spawnSync(process.execPath, [bin, ...args], {
    cwd,
    input,
    encoding: 'utf8',
    timeout: 30_000,
  });
  return { stdout, stderr, status };
}
