/** Start-up: `warren run` of an empty script against `node -e 0`, whole processes in pairs. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, type Result } from './report.ts';

const PAIRS = 15;
const BUDGET_MS = 150;

function wallMs(argv: readonly string[]): number {
  const start = performance.now();
  const { status } = spawnSync(process.execPath, argv, { stdio: 'ignore' });
  if (status !== 0) throw new Error(`${argv.join(' ')}: status ${status}`);
  return performance.now() - start;
}

export function benchStartup(root: string): Result[] {
  const dir = mkdtempSync(join(tmpdir(), 'warren-bench-'));
  try {
    const script = join(dir, 'empty.sh');
    writeFileSync(script, '');
    const ours = [join(root, 'packages/warren/bin/warren.js'), 'run', script];
    wallMs(ours);
    const bare: number[] = [];
    const warren: number[] = [];
    for (let i = 0; i < PAIRS; i++) {
      bare.push(wallMs(['-e', '0']));
      warren.push(wallMs(ours));
    }
    const above = median(warren.map((ms, i) => ms - bare[i]!));
    return [
      {
        name: '`warren run` of an empty script, above `node -e 0`',
        value: above,
        unit: 'ms',
        budget: BUDGET_MS,
        detail: `node -e 0: ${median(bare).toFixed(0)} ms; warren run: ${median(warren).toFixed(0)} ms; medians of ${PAIRS} pairs`,
      },
    ];
  } finally {
    rmSync(dir, { recursive: true });
  }
}
