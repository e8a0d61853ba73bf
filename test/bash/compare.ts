/** node scripts/ts.mjs test/bash/compare.ts [FILTER]: runs the cases on real bash and on ours, prints the differences. */
import { readCases, runReal, tidy } from './cases.ts';
import { runBash } from './machine.ts';

const filter = process.argv[2] ?? '';
let same = 0;
let differ = 0;
for (const c of readCases()) {
  if (!c.name.includes(filter)) continue;
  const real = runReal(c.script);
  const ours = await Promise.race([
    runBash(c.script, ['bash', 's.sh']),
    new Promise<never>((_, reject) => setTimeout(() => reject(new Error('stuck')), 10_000)),
  ]).catch((e: unknown) => ({ status: -1, output: String(e), crashes: [] }));
  const mine = `${tidy(ours.output)}rc=${ours.status}\n`;
  const theirs = `${tidy(real.output)}rc=${real.status}\n`;
  if (mine === theirs && ours.crashes.length === 0) {
    same++;
    continue;
  }
  differ++;
  console.log(`=== ${c.name}`);
  for (const e of ours.crashes) console.log('CRASH', e);
  const a = theirs.split('\n');
  const b = mine.split('\n');
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    if (a[i] === b[i]) continue;
    if (a[i] !== undefined) console.log(`  bash ${i}: ${a[i]}`);
    if (b[i] !== undefined) console.log(`  ours ${i}: ${b[i]}`);
  }
}
console.log(`${same} same, ${differ} differ`);
process.exit(differ === 0 ? 0 : 1);
