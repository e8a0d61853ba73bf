/** `npm run compare -- FILE.sh…`: what the simulator says differently from this machine's real kernel. */
import { describe, differences, loadSession, normaliseRun, record } from './session.ts';
import { realKernelAvailable } from './real.ts';
import { runSim } from './sim.ts';

const files = process.argv.slice(2);
if (files.length === 0) {
  process.stderr.write('usage: npm run compare -- FILE.sh...\n');
  process.exit(2);
}
if (!realKernelAvailable()) {
  process.stderr.write('compare: needs root on Linux, with unshare, ip, ping and bash\n');
  process.exit(2);
}
let failed = 0;
for (const file of files) {
  const session = loadSession(file);
  const recording = await record(session, 2).catch((error: unknown) => {
    process.stderr.write(`compare: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  });
  const found = differences(recording, normaliseRun(await runSim(session), session.instrumented.script));
  const judged = recording.commands.filter((c) => c.or === undefined).length;
  for (const d of found) process.stdout.write(`${describe(session.name, d)}\n`);
  process.stdout.write(
    `${session.name}: ${judged} commands judged, ${recording.commands.length - judged} in part, ${found.length} differ\n`,
  );
  failed += found.length;
}
process.exit(failed === 0 ? 0 : 1);
