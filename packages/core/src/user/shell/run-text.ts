/** Runs text as commands: scripts, `-c`, `eval`, `source`, traps. */
import { DiscardSignal } from './errors.ts';
import { lastList, statements } from './interpreter.ts';
import { attend } from './process-run.ts';
import { units } from './reader.ts';
import type { Shell } from './shell.ts';
import { TRAP_EXIT } from './traps.ts';

/** What is shown before a command and before its further lines. */
export interface EchoPrompts {
  readonly first: string;
  readonly more: string;
}

export interface TextOptions {
  /** What error messages name between the script and the line: `-c`, `eval`. */
  readonly label: string;
  /** The shell's own script: an error that abandons a line leaves the next ones. */
  readonly top: boolean;
  readonly echo?: EchoPrompts | undefined;
}

/** What stands before the words of a syntax error. */
function prefix(sh: Shell, label: string, line: number): string {
  if (sh.interactiveShell) {
    const file = sh.frames.at(-1)?.source ?? '';
    if (label === '' && file === '') return `${sh.name}: `;
    return `${sh.name}: ${label === '' ? file : label}: line ${line}: `;
  }
  if (label !== '') return `${sh.frames.at(-1)?.source || sh.name}: ${label}: line ${line}: `;
  const source = sh.frames.at(-1)?.source ?? '';
  return `${source === '' ? sh.name : source}: line ${line}: `;
}

/** @returns the status of the last command */
export async function runText(sh: Shell, text: string, firstLine: number, options: TextOptions): Promise<number> {
  let status = 0;
  const all = units(sh, text, firstLine);
  let unit = all.next();
  while (unit.done !== true) {
    const u = unit.value;
    if (u.kind === 'error') {
      if (sh.options.verbose && options.top) await sh.warn(u.text.endsWith('\n') ? u.text : `${u.text}\n`);
      const head = prefix(sh, options.label, u.line);
      // Who typed it sees the line.
      const shown = sh.interactiveShell && options.top ? u.message.slice(0, 1) : u.message;
      for (const m of shown) await sh.warn(`${head}${m}\n`);
      sh.status = u.status;
      return u.status;
    }
    if (sh.options.verbose && options.top) await sh.warn(u.raw.endsWith('\n') ? u.raw : `${u.raw}\n`);
    for (const w of u.warnings) await sh.warn(`${prefix(sh, options.label, w.line)}${w.text}\n`);
    if (options.echo !== undefined)
      await sh.write(
        1,
        u.text
          .split('\n')
          .map((l, i) => `${i === 0 ? options.echo!.first : options.echo!.more}${l}\n`)
          .join(''),
      );
    if (sh.options.noexec && !sh.interactive) {
      unit = all.next();
      continue;
    }
    try {
      // The last command of `bash -c` takes the shell's place, when nothing waits behind it. @see should_suppress_fork
      const ends =
        options.label === '-c' &&
        options.echo === undefined &&
        text.slice(text.lastIndexOf(u.text) + u.text.length).trim() === '';
      const last = ends ? u.statements.at(-1) : undefined;
      const replaces =
        last !== undefined &&
        !last.background &&
        u.statements.at(-2)?.background !== true &&
        last.node.t === 'simple' &&
        last.node.redirs.length === 0;
      const before = replaces ? u.statements.slice(0, -1) : u.statements;
      if (before.length > 0) status = await statements(sh, before);
      if (replaces) {
        const trapped = sh.traps.get(TRAP_EXIT) !== undefined || sh.traps.shown().length > 0;
        status = await (trapped ? statements(sh, [last]) : lastList(sh, [last]));
      }
      if (sh.traps.due || sh.proc.task.shouldYield()) await attend(sh);
    } catch (e) {
      if (!(e instanceof DiscardSignal) || !options.top) throw e;
      status = e.status;
      sh.status = status;
      sh.lenient = 0;
      sh.loopDepth = 0;
    }
    if (sh.options.onecmd && options.top) return status;
    unit = all.next();
  }
  return status;
}
