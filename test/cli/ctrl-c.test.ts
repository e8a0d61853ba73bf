/** Ctrl-C in real time: whatever a script does, it ends at once, and nothing of it is a crash. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './warren.ts';

const BIN = join(root, 'packages/warren/bin/warren.js');
/** What a script says before it begins, and how long it then has to get going, and to end, in ms. */
const BEGUN = 'begun\n';
const GOING = 700;
const PATIENCE = 2000;

interface End {
  readonly status: number | null;
  readonly stderr: string;
  /** From the signal to the end, ms; negative: it ended by itself. */
  readonly tookMs: number;
}

/** Runs a script, and sends it SIGINT when it has run for a while; not at all when it ends by itself before. */
function interrupted(script: string, clock: string, going: number = GOING): Promise<End> {
  return new Promise((resolve) => {
    const text = `printf begun\\\\n >&2; ${script}`;
    const child = spawn(process.execPath, [BIN, 'run', '--clock', clock, '-c', text], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    let sent = Infinity;
    let signal: NodeJS.Timeout | undefined;
    child.stderr.setEncoding('utf8').on('data', (said: string) => {
      if (stderr.length < 100_000) stderr += said;
      if (!stderr.startsWith(BEGUN)) return;
      signal ??= setTimeout(() => {
        sent = performance.now();
        child.kill('SIGINT');
      }, going);
    });
    const end = setTimeout(() => child.kill('SIGKILL'), going + 7 * PATIENCE);
    child.on('close', (status) => {
      clearTimeout(signal);
      clearTimeout(end);
      stderr = stderr.replace(BEGUN, '');
      resolve({ status, stderr, tookMs: sent === Infinity ? -1 : performance.now() - sent });
    });
  });
}

const ENDLESS = [
  ['a loop without a system call', 'while :; do :; done'],
  ['output without end', 'yes >/dev/null'],
  ['a pipeline', 'cat /dev/zero | wc -c'],
  ['a regular expression that backtracks', 'x=$(printf "a%.0s" {1..40}); [[ $x =~ ^(a|aa)+b ]]; while :; do :; done'],
  ['a substitution without end', 'x=$(cat /dev/zero)'],
  ['a large substitution', 'x=$(yes | head -c 1000M)'],
  ['a line without end', 'while read l; do :; done < /dev/zero'],
  ['a character that does not come', 'read -n 1 < /dev/zero'],
  ['lines without end', 'mapfile a < <(yes)'],
  ['a fork bomb', 'f(){ f|f& };f; while :; do sleep 1; done'],
  ['a trap that sends itself its signal', 'trap : USR1; until false; do kill -USR1 $$; done'],
  ['a variable that grows', 'for ((;;)); do x+=aaaaaaaaaaaaaaaaaaaaaaaa; done'],
] as const;

/** In virtual time nothing ever waits: what is left of the event loop's turns is what the scheduler gives it. */
const BUSY = ENDLESS.filter(([what]) => /loop|pipeline|fork|line/.test(what));

describe.each([
  ['real', ENDLESS],
  ['virtual', BUSY],
] as const)('Ctrl-C ends it (--clock %s)', (clock, scripts) => {
  it.each(scripts)('%s', { timeout: 20_000 }, async (_what, script) => {
    const { status, stderr, tookMs } = await interrupted(script, clock);
    expect(status).toBe(130);
    expect(tookMs).toBeGreaterThan(0);
    expect(tookMs).toBeLessThan(PATIENCE);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('ping -f prints its summary', { timeout: 20_000 }, async () => {
    const { status, stderr, tookMs } = await interrupted('ip link set lo up; ping -f 127.0.0.1', clock);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(tookMs).toBeLessThan(PATIENCE);
  });
});

describe('what asks for too much is refused', () => {
  it.each([
    [
      'echo {1..100000000}',
      { status: 0, stderr: 'bash: brace expansion: failed to allocate memory for 100000000 elements\n' },
    ],
    [
      'echo {1..3}{1..3000}{1..3000}',
      { status: 0, stderr: 'bash: brace expansion: failed to allocate memory for 9000000 elements\n' },
    ],
    [
      'f() { f; }; f',
      { status: 1, stderr: 'environment: line 1: f: maximum function nesting level exceeded (8000)\n' },
    ],
    ['x=a; while :; do x=$x$x; done', { status: 2, stderr: 'bash: memory exhausted\n' }],
  ])('%s', { timeout: 20_000 }, async (script, want) => {
    const { status, stderr, tookMs } = await interrupted(script, 'virtual', 5 * PATIENCE);
    expect({ status, stderr }).toEqual(want);
    expect(tookMs).toBe(-1);
  });
});
