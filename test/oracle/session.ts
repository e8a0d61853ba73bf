import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type CommandResult, type Instrumented, instrument, type RunResult } from './instrument.ts';
import { Normaliser } from './normalise.ts';
import { realVersions, runReal } from './real.ts';

/** A session script, ready to run on either side. */
export interface Session {
  readonly name: string;
  readonly instrumented: Instrumented;
}

export function loadSession(file: string): Session {
  return { name: basename(file), instrumented: instrument(readFileSync(file, 'utf8')) };
}

/** What real Linux said, normalised, with the commands on which it contradicts itself left out of judgement. */
export interface Recording {
  readonly versions: Record<string, string>;
  readonly status: number;
  readonly commands: readonly RecordedCommand[];
}

export interface RecordedCommand extends CommandResult {
  readonly line: number;
  readonly text: string;
  /** Present when two real runs disagreed: nobody is judged by it. */
  readonly unstable?: true;
}

/** The run with everything named that cannot be equal. */
export function normaliseRun(run: RunResult): RunResult {
  const n = new Normaliser();
  return {
    status: run.status,
    commands: run.commands.map((c) => ({ stdout: n.text(c.stdout), stderr: n.text(c.stderr), status: c.status })),
  };
}

const same = (a: CommandResult, b: CommandResult): boolean =>
  a.stdout === b.stdout && a.stderr === b.stderr && a.status === b.status;

/** Runs the session twice on the real kernel. */
export async function record(session: Session): Promise<Recording> {
  const [a, b] = (
    await Promise.all([runReal(session.instrumented, session.name), runReal(session.instrumented, session.name)])
  ).map(normaliseRun) as [RunResult, RunResult];
  if (a.commands.length !== b.commands.length)
    throw new Error(`${session.name}: two real runs end at different commands`);
  return {
    versions: realVersions(),
    status: a.status,
    commands: a.commands.map((c, i) => ({
      ...session.instrumented.commands[i]!,
      ...c,
      ...(same(c, b.commands[i]!) ? {} : { unstable: true as const }),
    })),
  };
}

/** One command that is not what Linux says. */
export interface Difference {
  readonly line: number;
  readonly text: string;
  readonly expected: CommandResult;
  readonly actual: CommandResult;
}

/** Compares a run with what was recorded; unstable commands are not judged. */
export function differences(recording: Recording, actual: RunResult): Difference[] {
  const found: Difference[] = [];
  recording.commands.forEach((c, i) => {
    const a = actual.commands[i] ?? { stdout: '', stderr: '(not reached)', status: null };
    if (c.unstable !== true && !same(c, a)) found.push({ line: c.line, text: c.text, expected: c, actual: a });
  });
  if (recording.status !== actual.status) {
    const at = recording.commands.at(-1);
    found.push({
      line: at?.line ?? 0,
      text: '(exit status of the script)',
      expected: { stdout: '', stderr: '', status: recording.status },
      actual: { stdout: '', stderr: '', status: actual.status },
    });
  }
  return found;
}

/** A difference as a person reads it. */
export function describe(name: string, d: Difference): string {
  const lines = [`${name}:${d.line}: ${d.text}`];
  for (const part of ['stdout', 'stderr', 'status'] as const) {
    const e = String(d.expected[part] ?? '(ended)');
    const a = String(d.actual[part] ?? '(ended)');
    if (e === a) continue;
    lines.push(`  ${part}:`, ...indent('  linux | ', e), ...indent('  ours  | ', a));
  }
  return lines.join('\n');
}

const indent = (prefix: string, text: string): string[] =>
  (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n').map((l) => prefix + l);
