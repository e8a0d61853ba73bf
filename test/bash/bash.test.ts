/** Every script of cases/ says on our bash what bash 5.2.15 says: asked now where it is installed, from the record elsewhere. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasBash, readCases, runReal, tidy } from './cases.ts';
import { runBash } from './machine.ts';

const recorded = JSON.parse(readFileSync(join(import.meta.dirname, 'cases/expected.json'), 'utf8')) as Record<
  string,
  string
>;
const live = hasBash();

describe(`bash, compared with ${live ? 'the one installed' : 'what was recorded'}`, () => {
  for (const c of readCases()) {
    it(`${c.name}`, async () => {
      const real = live ? runReal(c.script) : null;
      const wanted = real === null ? recorded[c.name] : `${tidy(real.output)}rc=${real.status}\n`;
      const ours = await runBash(c.script, ['bash', 's.sh']);
      expect(ours.crashes).toEqual([]);
      expect(`${tidy(ours.output)}rc=${ours.status}\n`).toBe(wanted);
    });
  }
});

describe('bash, the program', () => {
  it('shows commands before their output', async () => {
    const r = await runBash('echo a\n# note\nfor i in 1 2; do\n  echo $i\ndone\n', ['bash', 's.sh'], '', true);
    expect(r.output).toBe('# echo a\na\n# for i in 1 2; do\n>   echo $i\n> done\n1\n2\n');
  });
  it('can be run a hundred thousand times around', async () => {
    const start = performance.now();
    const r = await runBash('i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; echo $i', ['bash', 's.sh']);
    expect(r.output).toBe('100000\n');
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});
