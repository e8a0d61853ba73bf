import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe as group, expect, it } from 'vitest';
import { realKernelAvailable } from '../oracle/real.ts';
import { describe, differences, loadSession, normaliseRun, outdated, type Recording, record } from '../oracle/session.ts';
import { runSim } from '../oracle/sim.ts';

const dir = import.meta.dirname;
const sessions = readdirSync(dir).filter((f) => f.endsWith('.sh'));
const real = realKernelAvailable();
if (!real) process.stderr.write('sessions: no root or no Linux here; recorded answers stand in for the real kernel\n');

function recorded(name: string): Recording {
  const file = join(dir, 'recorded', `${name}.json`);
  if (!existsSync(file)) throw new Error(`${name} has no recording: npm run record -- test/sessions/${name}`);
  return JSON.parse(readFileSync(file, 'utf8')) as Recording;
}

group('sessions on sim say what Linux says', () => {
  it.each(sessions)('%s', async (name) => {
    const session = loadSession(join(dir, name));
    expect(outdated(session, recorded(name)), `${name} has changed: npm run record`).toBe(false);
    const run = normaliseRun(await runSim(session), session.instrumented.script);
    expect(differences(recorded(name), run).map((d) => describe(name, d))).toEqual([]);
  });
});

/** Lines on which a fresh look at the real kernel, which does not contradict itself there, is not what was recorded. */
async function disagreements(name: string): Promise<Map<number, string>> {
  const fresh = await record(loadSession(join(dir, name)), 2);
  const unstable = new Set(fresh.commands.filter((c) => c.or !== undefined).map((c) => c.line));
  const found = differences(recorded(name), fresh).filter((d) => !unstable.has(d.line));
  return new Map(found.map((d) => [d.line, describe(name, d)]));
}

group.runIf(real)('recordings agree with the real kernel', () => {
  it.concurrent.each(sessions)('%s', { timeout: 300_000 }, async (name) => {
    const first = await disagreements(name);
    if (first.size === 0) return;
    // A race may fall one way in two runs and the other way in the next two: only what differs again counts.
    const second = await disagreements(name);
    expect([...first].filter(([line]) => second.has(line)).map(([, text]) => text)).toEqual([]);
  });
});

it('there are sessions, and a simulator that says nothing fails them', () => {
  expect(sessions.length).toBeGreaterThanOrEqual(15);
  const silent = { status: 0, commands: [] };
  for (const name of sessions) expect(differences(recorded(name), silent).length).toBeGreaterThan(0);
});
