/** Compares the simulator with the recordings, without the real kernel: a quick look while working. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, differences, loadSession, normaliseRun, outdated, type Recording } from './session.ts';
import { runSim } from './sim.ts';

const dir = join(import.meta.dirname, '../sessions');
const names = process.argv.length > 2 ? process.argv.slice(2) : readdirSync(dir).filter((f) => f.endsWith('.sh'));
for (const name of names) {
  const file = join(dir, 'recorded', `${name}.json`);
  if (!existsSync(file)) {
    process.stdout.write(`${name}: no recording (npm run record -- test/sessions/${name})\n`);
    process.exitCode = 1;
    continue;
  }
  const recording = JSON.parse(readFileSync(file, 'utf8')) as Recording;
  const session = loadSession(join(dir, name));
  if (outdated(session, recording)) {
    process.stdout.write(`${name}: changed since it was recorded (npm run record -- test/sessions/${name})\n`);
    process.exitCode = 1;
    continue;
  }
  const found = differences(recording, normaliseRun(await runSim(session), session.instrumented.script));
  if (found.length > 0) process.exitCode = 1;
  if (process.argv.length > 2) for (const d of found) process.stdout.write(`${describe(name, d)}\n`);
  process.stdout.write(`${name}: ${recording.commands.length} commands, ${found.length} differ\n`);
}
