/**
 * `npm run record [-- [--more] FILE.sh…]`: asks the real kernel and writes test/sessions/recorded/.
 * With --more its answers come beside those recorded before: for races that seldom fall the other way.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSession, merged, record, type Recording } from './session.ts';

/** So many runs show most races in which Linux contradicts itself. */
const RUNS = 4;

const dir = join(import.meta.dirname, '../sessions');
mkdirSync(join(dir, 'recorded'), { recursive: true });
const more = process.argv.includes('--more');
const named = process.argv.slice(2).filter((a) => a !== '--more');
const files =
  named.length > 0
    ? named
    : readdirSync(dir)
        .filter((f) => f.endsWith('.sh'))
        .map((f) => join(dir, f));
for (const file of files) {
  const session = loadSession(file);
  const path = join(dir, 'recorded', `${session.name}.json`);
  const fresh = await record(session, RUNS);
  const recording = more ? merged(JSON.parse(readFileSync(path, 'utf8')) as Recording, fresh) : fresh;
  writeFileSync(path, `${JSON.stringify(recording, null, 1)}\n`);
  const unstable = recording.commands.filter((c) => c.or !== undefined);
  process.stdout.write(
    `${session.name}: ${recording.commands.length} commands${unstable.map((c) => `\n  judged in part, line ${c.line}: ${c.text}`).join('')}\n`,
  );
}
