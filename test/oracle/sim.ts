import { type Host, Machine } from '@warren/core';
import { nodeHost } from '../support/host.ts';
import { cutRun, type RunResult } from './instrument.ts';
import type { Session } from './session.ts';

export interface SimOptions {
  readonly seed?: number;
}

/** Runs an instrumented script in the simulator with our programs, on the same bare machine the real side finds. */
export async function runSim(session: Session, options: SimOptions = {}): Promise<RunResult> {
  const files = new Map([[`/tmp/${session.name}`, session.instrumented.script]]);
  // The kernel's own timers go on for ever; once the session ended, the machine gets no more turns.
  let ended = false;
  const host: Host = { ...nodeHost, turn: () => (ended ? new Promise(() => {}) : nodeHost.turn()) };
  const machine = Machine.boot({ host, hostname: 'warren', seed: options.seed ?? 1, files, onCrash });
  const out: Uint8Array[] = [];
  const err: Uint8Array[] = [];
  const { status, stuck } = await machine.run(['bash', session.name], {
    cwd: '/tmp',
    env: { USER: 'root', LOGNAME: 'root', TERM: 'dumb', SHELL: '/bin/bash' },
    stdout: (bytes) => void out.push(bytes.slice()),
    stderr: (bytes) => void err.push(bytes.slice()),
  });
  ended = true;
  if (stuck) err.push(Buffer.from('(the simulator is stuck: every process waits, and nothing will wake one)\n'));
  return cutRun(
    Buffer.concat(out).toString('utf8'),
    Buffer.concat(err).toString('utf8'),
    status,
    session.instrumented.commands.length,
  );
}

/** A bug of ours shows in the comparison as well, but its stack is worth having. */
function onCrash(process: { readonly name: string }, error: unknown): void {
  globalThis.process.stderr.write(`${process.name} crashed: ${error instanceof Error ? error.stack : String(error)}\n`);
}
