/** `npm run bench`: runs every benchmark, prints the report and stores it in bench/report.md and the README. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { benchForward } from './forward.ts';
import { benchNamespaces } from './namespaces.ts';
import { machine, markdown, type Result } from './report.ts';
import { benchStartup } from './startup.ts';

const root = join(import.meta.dirname, '..');
const results: Result[] = [...(await benchForward()), ...(await benchNamespaces()), ...benchStartup(root)];
const report = markdown(results, machine());
process.stdout.write(report);
writeFileSync(join(root, 'bench/report.md'), `# Benchmarks\n\nMade by \`npm run bench\`.\n\n${report}`);

const readme = join(root, 'README.md');
const text = readFileSync(readme, 'utf8');
const shown = text.replace(
  /(<!-- bench -->\n)[\s\S]*?(<!-- \/bench -->)/,
  (_m, open: string, close: string) => `${open}${report}${close}`,
);
if (shown !== text) writeFileSync(readme, shown);

const over = results.filter((r) => r.budget !== undefined && r.value > r.budget);
for (const r of over)
  process.stderr.write(`over budget: ${r.name}: ${r.value.toFixed(1)} ${r.unit}, budget ${r.budget}\n`);
process.exit(over.length === 0 ? 0 : 1);
