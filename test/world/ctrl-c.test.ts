import { Machine } from '@warren/core';
import { describe, expect, it } from 'vitest';
import { Timer } from '../../packages/core/src/lib/timer-heap.ts';
import { nodeHost } from '../support/host.ts';

const SIGINT = 2;
const SIGKILL = 9;
/** So many moments after Ctrl-C a script that goes on is given up. */
const PATIENCE = 3000;

interface End {
  readonly status: number;
  readonly output: string;
  /** It had to be killed, or took more than a second. */
  readonly survived: boolean;
}

/**
 * Runs a script and sends SIGINT at a moment: they are counted in system calls, wake-ups, blockings, yieldings and
 * ends of processes, which is wherever one of them can find that the world has changed.
 */
async function interruptedAt(script: string, moment: number): Promise<End> {
  const machine = Machine.boot({ host: nodeHost, seed: 1 });
  const { scheduler } = machine.kernel;
  let passed = 0;
  let survived = false;
  let sentNs = 0;
  const count = (): void => {
    passed++;
    if (passed === moment) {
      machine.signal(SIGINT);
      sentNs = machine.kernel.clock.now;
    }
    if (passed === moment + PATIENCE) {
      survived = true;
      machine.signal(SIGKILL);
    }
  };
  for (const name of ['shouldYield', 'block', 'yield_', 'wake', 'exit', 'breathe'] as const) {
    const original = scheduler[name] as (...args: unknown[]) => unknown;
    (scheduler as unknown as Record<string, unknown>)[name] = (...args: unknown[]) => {
      count();
      return original.apply(scheduler, args);
    };
  }
  let endNs = Infinity;
  const start = machine.system.start.bind(machine.system);
  const ended = machine.system.ended.bind(machine.system);
  let main: unknown = null;
  machine.system.start = (...args) => (main = start(...args)) as ReturnType<typeof start>;
  machine.system.ended = (process, result) => {
    if (process === main) endNs = machine.kernel.clock.now;
    ended(process, result);
  };
  const chunks: Uint8Array[] = [];
  const sink = (bytes: Uint8Array): void => void chunks.push(bytes.slice());
  const { status } = await machine.run(['bash', '-c', script], { stdout: sink, stderr: sink });
  return { status, output: Buffer.concat(chunks).toString(), survived: survived || endNs - sentNs > 1e9 };
}

/** bash installs its handler when it starts; a moment before that is the business of whoever started it. */
const FIRST = 40;
/** Several rounds of the longest of the loops. */
const LAST = 160;

/** The moments at which the script did not end as it should. */
async function failures(script: string, status: number, output: string): Promise<string[]> {
  const found: string[] = [];
  for (let k = FIRST; k <= LAST; k++) {
    const end = await interruptedAt(script, k);
    if (end.survived || end.status !== status || end.output !== output)
      found.push(`${k}: ${end.survived ? 'went on' : `status ${end.status}`} ${end.output}`);
  }
  return found;
}

/** Scripts that never end, whose children all die of SIGINT. */
const ENDLESS = [
  'while true; do /bin/true; done',
  'while :; do :; done',
  'while :; do sleep 10; done',
  'for ((;;)); do sleep 10; /bin/true; done',
  'until /bin/false; do :; done',
  'while :; do /bin/true | /bin/true; done',
  'while :; do /bin/echo a | while read x; do :; done; done',
  'while :; do x=$(/bin/echo a); done',
  'while :; do x=$(echo a); done',
  'while :; do (:); done',
  'while :; do (/bin/true; /bin/true); done',
  'while :; do ! /bin/false && if /bin/true; then :; fi; done',
  'f() { trap : USR1; /bin/true; g; }; g() { local x=1; /bin/true; }; while :; do f; done',
  'while :; do bash -c "/bin/true; /bin/true"; done',
  'while :; do read x < <(echo a); done',
  'while :; do /bin/cat <<< a >/dev/null; done',
  'while :; do sleep 10 & wait; done',
  'while :; do sleep 10 & wait $!; done',
  'sleep 1000 & while :; do /bin/true; done',
  'while :; do eval "/bin/true"; done',
  'set -e; while :; do /bin/true; done',
  'set -o pipefail; while :; do /bin/true | /bin/true; done',
  'yes | while read x; do /bin/true; done',
  'while :; do yes | head -n 2 >/dev/null; done',
  'while :; do time /bin/true; done 2>/dev/null',
  'while :; do bash -c "sleep 10"; done',
  'while :; do (exec sleep 10); done',
  'while :; do bash -c "trap : EXIT; sleep 10"; done',
  'exec 3< <(yes); while read -u 3 x; do /bin/true; done',
];

describe('whenever Ctrl-C comes, the script ends', () => {
  it.each(ENDLESS)('%s', { timeout: 120_000 }, async (script) => {
    expect(await failures(script, 130, '')).toEqual([]);
  });
});

describe('whenever Ctrl-C comes, a trap runs, once', () => {
  it.each([
    ['trap "echo bye" EXIT; while :; do /bin/true; done', 130, 'bye\n'],
    ['trap "echo no; exit 7" INT; while :; do /bin/true; done', 7, 'no\n'],
    ['trap "echo no; exit 7" INT; trap "echo bye" EXIT; while :; do (:); sleep 10; done', 7, 'no\nbye\n'],
    ['trap "echo no; exit 7" INT; while :; do x=$(/bin/echo a); done', 7, 'no\n'],
    ['trap "echo no; exit 7" INT; while :; do sleep 10 & wait; done', 7, 'no\n'],
    ['trap "" INT; n=0; while ((n++ < 8)); do /bin/true; done; echo end', 0, 'end\n'],
  ])('%s', { timeout: 120_000 }, async (script, status, output) => {
    expect(await failures(script, status, output)).toEqual([]);
  });
});

describe('a child that does not die of Ctrl-C keeps its shell alive', () => {
  it.each([
    'for i in 1 2; do bash -c "trap : INT; sleep 1; sleep 1"; echo again; done',
    'for i in 1 2; do (trap "" INT; sleep 2); echo again; done',
    'for i in 1 2; do sleep 2 | (trap "" INT; sleep 3); echo again; done',
    'for i in 1 2; do (trap "" INT; sleep 3) | sleep 2; echo again; done',
    'for i in 1 2; do setsid sleep 2; echo again; done',
  ])('%s', async (script) => {
    const machine = Machine.boot({ host: nodeHost });
    const chunks: Uint8Array[] = [];
    const run = machine.run(['bash', '-c', script], { stdout: (b) => void chunks.push(b.slice()) });
    const { clock } = machine.kernel;
    clock.modAt(new Timer(() => machine.signal(SIGINT), null), clock.now + 0.5e9);
    expect((await run).status).toBe(0);
    expect(Buffer.concat(chunks).toString()).toBe('again\nagain\n');
  });
});
