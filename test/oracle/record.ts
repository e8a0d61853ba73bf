/** `npm run record [-- FILE.sh…]`: asks the real kernel and writes test/sessions/recorded/. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSession, record } from './session.ts';

const dir = join(import.meta.dirname, '../sessions');
mkdirSync(join(dir, 'recorded'), { recursive: true });
const files =
  process.argv.length > 2
    ? process.argv.slice(2)
    : readdirSync(dir)
        .filter((f) => f.endsWith('.sh'))
        .map((f) => join(dir, f));
for (const file of files) {
  const session = loadSession(file);
  const recording = await record(session);
  writeFileSync(join(dir, 'recorded', `${session.name}.json`), `${JSON.stringify(recording, null, 1)}\n`);
  const unstable = recording.commands.filter((c) => c.unstable);
  process.stdout.write(
    `${session.name}: ${recording.commands.length} commands${unstable.map((c) => `\n  not judged, line ${c.line}: ${c.text}`).join('')}\n`,
  );
}
