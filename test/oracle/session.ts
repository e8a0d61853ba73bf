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

/** What real Linux said, normalised; where it contradicts itself, all its answers. */
export interface Recording {
  readonly versions: Record<string, string>;
  readonly status: number;
  readonly commands: readonly RecordedCommand[];
  /** What came after the last command, when something did. */
  readonly after?: RunResult['after'] | undefined;
}

export interface RecordedCommand extends CommandResult {
  readonly line: number;
  readonly text: string;
  /** What further real runs said otherwise: only that in which all agree is judged. */
  readonly or?: readonly CommandResult[];
}

/**
 * The run with everything named that cannot be equal.
 *
 * @param script what was run
 */
export function normaliseRun(run: RunResult, script?: string): RunResult {
  const n = new Normaliser(script);
  return {
    status: run.status,
    commands: run.commands.map((c) => ({ stdout: n.text(c.stdout), stderr: n.text(c.stderr), status: c.status })),
    ...(run.after === undefined
      ? {}
      : { after: { stdout: n.text(run.after.stdout), stderr: n.text(run.after.stderr) } }),
  };
}

const same = (a: CommandResult, b: CommandResult): boolean =>
  a.stdout === b.stdout && a.stderr === b.stderr && a.status === b.status;

/** Whether a text is one of several, or has the lines they have in common, if they have equally many. */
function allowed(text: string, answers: readonly string[]): boolean {
  if (answers.includes(text)) return true;
  const [first, ...rest] = answers.map((a) => a.split('\n'));
  if (answers.every((a) => a === answers[0])) return false;
  if (rest.some((r) => r.length !== first!.length)) return true;
  const lines = text.split('\n');
  return (
    lines.length === first!.length && lines.every((l, i) => l === first![i] || rest.some((r) => r[i] !== first![i]))
  );
}

/** Whether a command says what was recorded of it. */
export function accepted(recorded: CommandResult & Pick<RecordedCommand, 'or'>, actual: CommandResult): boolean {
  const answers = [recorded, ...(recorded.or ?? [])];
  return (
    allowed(
      actual.stdout,
      answers.map((a) => a.stdout),
    ) &&
    allowed(
      actual.stderr,
      answers.map((a) => a.stderr),
    ) &&
    (answers.some((a) => a.status !== recorded.status) || actual.status === recorded.status)
  );
}

const silent = (after: RunResult['after']): boolean =>
  after === undefined || (after.stdout === '' && after.stderr === '');

/** Runs the session on the real kernel, `runs` times at once. */
export async function record({ instrumented, name }: Session, runs: number): Promise<Recording> {
  const all = await Promise.all(Array.from({ length: runs }, () => runReal(instrumented, name)));
  const [first, ...others] = all.map((run) => normaliseRun(run, instrumented.script));
  if (others.some((o) => o.commands.length !== first!.commands.length))
    throw new Error(`${name}: real runs end at different commands`);
  return {
    versions: realVersions(),
    status: first!.status,
    commands: first!.commands.map((c, i) => ({
      ...instrumented.commands[i]!,
      ...c,
      ...otherwise(
        c,
        others.map((o) => o.commands[i]!),
      ),
    })),
    ...(silent(first!.after) ? {} : { after: first!.after }),
  };
}

/** Which of some answers are not the first, each once. */
function otherwise(first: CommandResult, answers: readonly CommandResult[]): Pick<RecordedCommand, 'or'> {
  const or: CommandResult[] = [];
  for (const { stdout, stderr, status } of answers) {
    const answer = { stdout, stderr, status };
    if (![first, ...or].some((known) => same(known, answer))) or.push(answer);
  }
  return or.length === 0 ? {} : { or };
}

/** A recording with the answers of a second one: of races that seldom fall the other way. @throws Error when they are of different scripts */
export function merged(one: Recording, two: Recording): Recording {
  if (one.commands.length !== two.commands.length || one.commands.some((c, i) => c.text !== two.commands[i]!.text))
    throw new Error('not recordings of the same script');
  return {
    ...one,
    commands: one.commands.map((c, i) => {
      const other = two.commands[i]!;
      return { ...c, ...otherwise(c, [...(c.or ?? []), other, ...(other.or ?? [])]) };
    }),
  };
}

/** Whether the script is another one than the recording's. */
export const outdated = (session: Session, recording: Recording): boolean =>
  session.instrumented.commands.length !== recording.commands.length ||
  session.instrumented.commands.some((c, i) => c.text !== recording.commands[i]!.text);

/** One command that is not what Linux says. */
export interface Difference {
  readonly line: number;
  readonly text: string;
  readonly expected: CommandResult;
  readonly actual: CommandResult;
}

/** Compares a run with what was recorded. */
export function differences(recording: Recording, actual: RunResult): Difference[] {
  const found: Difference[] = [];
  recording.commands.forEach((c, i) => {
    const a = actual.commands[i] ?? { stdout: '', stderr: '(not reached)', status: null };
    if (!accepted(c, a)) found.push({ line: c.line, text: c.text, expected: c, actual: a });
  });
  const at = recording.commands.at(-1);
  const [before, after] = [recording.after, actual.after].map((x) => ({ stdout: '', stderr: '', ...x, status: null }));
  if (!same(before!, after!))
    found.push({ line: at?.line ?? 0, text: '(after the last command)', expected: before!, actual: after! });
  if (recording.status !== actual.status) {
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
