import { parse } from 'unbash';

/** One top-level command of a session: where it stands and what it says. */
export interface SessionCommand {
  /** 1-based line of its first character. */
  readonly line: number;
  readonly text: string;
}

/** A script that reports after each top-level command, without moving any line. */
export interface Instrumented {
  readonly script: string;
  readonly commands: readonly SessionCommand[];
}

/**
 * The reporting function. It prints to both streams, keeps `$?` for the next command, and stays out of the way of
 * `set -e`, ERR traps and `set -x`: under the first two `$?` is lost, as a function that hands it on would set them off.
 */
const PRELUDE =
  'exec 200>&1 201>&2; ' +
  '__mark() { local s=$1; builtin printf \'\\036%d %d\\036\' "$2" "$s" >&200; builtin printf \'\\036%d %d\\036\' "$2" "$s" >&201; ' +
  '[[ $- == *e* || -n $(trap -p ERR) ]] && return 0; return $s; }; ';

const mark = (index: number): string => `{ __mark $? ${index}; } 2>/dev/null`;

/**
 * Puts a report between the top-level commands, always in front of the next one and on its line: line numbers in
 * messages stay the author's.
 */
export function instrument(source: string): Instrumented {
  const { commands } = parse(source);
  const found: SessionCommand[] = [];
  let script = '';
  let at = 0;
  commands.forEach((statement, i) => {
    script += source.slice(at, statement.pos) + (i === 0 ? PRELUDE : `${mark(i - 1)}; `);
    at = statement.pos;
    found.push({
      line: source.slice(0, statement.pos).split('\n').length,
      text: source.slice(statement.pos, statement.end),
    });
  });
  script += source.slice(at);
  if (!script.endsWith('\n')) script += '\n';
  if (found.length > 0) script += `${mark(found.length - 1)}\n`;
  return { script, commands: found };
}

/** What one command printed and how it ended. */
export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  /** null: the script ended before its report. */
  readonly status: number | null;
}

/** A whole run: a result for every command reached, and the script's own exit status. */
export interface RunResult {
  readonly commands: readonly CommandResult[];
  readonly status: number;
  /** What came after the last command's report: EXIT traps, and children that outlive the script. */
  readonly after?: { readonly stdout: string; readonly stderr: string } | undefined;
}

/** Cuts the two streams of an instrumented run at its reports. How the two were interleaved is not known. */
export function cutRun(stdout: string, stderr: string, status: number, count: number): RunResult {
  const out = cut(stdout);
  const err = cut(stderr);
  const commands: CommandResult[] = [];
  for (let i = 0; i < count; i++) {
    const o = out.parts.get(i);
    const e = err.parts.get(i);
    if (o === undefined || e === undefined) {
      commands.push({ stdout: o?.text ?? out.rest, stderr: e?.text ?? err.rest, status: null });
      return { commands, status };
    }
    commands.push({ stdout: o.text, stderr: e.text, status: o.status });
  }
  return { commands, status, after: { stdout: out.rest, stderr: err.rest } };
}

function cut(stream: string): { parts: Map<number, { text: string; status: number }>; rest: string } {
  const parts = new Map<number, { text: string; status: number }>();
  const pieces = stream.split(/\x1e(\d+) (\d+)\x1e/);
  let text = pieces[0]!;
  for (let i = 1; i + 2 < pieces.length; i += 3) {
    parts.set(Number(pieces[i]), { text, status: Number(pieces[i + 1]) });
    text = pieces[i + 2]!;
  }
  return { parts, rest: text };
}
