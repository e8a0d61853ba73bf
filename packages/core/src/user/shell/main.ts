/** bash, the program. */
import { SystemError } from '../../syscall/index.ts';
import { EINTR } from '../../uapi/errno.ts';
import { S_IFDIR, S_IFMT } from '../../uapi/fcntl.ts';
import { SIGINT } from '../../uapi/signal.ts';
import type { Process, Program } from '../process/types.ts';
import { DiscardSignal, ExitSignal } from './errors.ts';
import type { HistoryStore } from './interactive/history.ts';
import { HOOKS } from './interpreter.ts';
import { type Invocation, parseArguments } from './invocation.ts';
import { attend, runExitTrap, statusOf } from './process-run.ts';
import { readLine } from './read-line.ts';
import { isIncomplete } from './reader.ts';
import { type EchoPrompts, runText } from './run-text.ts';
import { isBinary, scriptText } from './script-file.ts';
import { Shell } from './shell.ts';
import { startVariables } from './startup.ts';
import { Traps } from './traps.ts';

export interface BashOptions {
  /** Shows each top-level command after a prompt, on standard output, before what it prints. */
  readonly echo?: EchoPrompts;
  /** Where the history of an interactive shell lasts; without, in HISTFILE. */
  readonly history?: HistoryStore;
}

const isDirectory = (proc: Process, path: string): boolean => {
  const st = proc.fs.exists(path);
  return st !== null && (st.mode & S_IFMT) === S_IFDIR;
};

/** The script's text. @returns the exit status when it cannot be read */
async function loadScript(proc: Process, name: string, path: string): Promise<string | number> {
  const say = (text: string): void => proc.err(`${name}: ${text}\n`);
  let file = path;
  if (!path.includes('/') && proc.fs.exists(path) === null) file = proc.fs.which(path) ?? path;
  try {
    if (isDirectory(proc, file)) {
      proc.err(`${path}: ${path}: Is a directory\n`);
      return 126;
    }
    const m = /^\/dev\/(?:fd\/(\d+)|stdin)$/.exec(file);
    if (m === null) {
      const data = proc.fs.readFile(file);
      if (isBinary(data)) {
        proc.err(`${path}: ${path}: cannot execute binary file\n`);
        return 126;
      }
      return scriptText(data);
    }
    return scriptText(await proc.readAll(Number(m[1] ?? 0)));
  } catch (e) {
    if (!(e instanceof SystemError)) throw e;
    say(`${path}: ${e.strerror}`);
    return e.code === 'ENOENT' ? 127 : 126;
  }
}

/** A script on standard input: read line by line, for its commands read there too. */
async function runStdin(sh: Shell, echo: EchoPrompts | undefined): Promise<number> {
  let buffer = '';
  let line = 1;
  let first = 1;
  let status = 0;
  for (;;) {
    let text: string | null;
    try {
      text = await readLine(sh, 0);
    } catch (e) {
      if (!(e instanceof SystemError)) throw e;
      // A signal is looked at first; what cannot be read has nothing in it.
      if (e.errno !== -EINTR) break;
      await attend(sh);
      continue;
    }
    if (text === null) break;
    buffer += `${text}\n`;
    line++;
    if (isIncomplete(buffer)) continue;
    status = await runText(sh, buffer, first, { label: '', top: true, echo });
    buffer = '';
    first = line;
  }
  return buffer === '' ? status : runText(sh, buffer, first, { label: '', top: true, echo });
}

async function run(proc: Process, options: BashOptions): Promise<number> {
  const given: Invocation | number = await parseArguments(proc);
  if (typeof given === 'number') return given;
  const traps = new Traps(proc, true);
  const sh = new Shell(
    proc,
    { ...HOOKS, text: (s, text, where) => runText(s, text, where.line, { label: where.label, top: false }) },
    given.name,
    traps,
  );
  await startVariables(sh, given);
  let status: number;
  try {
    if (given.kind === 'command')
      status = await runText(sh, given.text, 1, { label: '-c', top: true, echo: options.echo });
    else if (given.kind === 'file') {
      const text = await loadScript(proc, proc.argv[0] ?? 'bash', given.text);
      if (typeof text === 'number') return text;
      sh.frames.push({ kind: 'main', name: 'main', source: given.text, line: 0 });
      status = await runText(sh, text, 1, { label: '', top: true, echo: options.echo });
    } else if (sh.interactive) {
      // Scripts have no use for it, and start sooner without.
      const { interactiveLoop } = await import('./interactive/loop.ts');
      status = await interactiveLoop(sh, { history: options.history ?? null, plain: !given.editing });
    } else status = await runStdin(sh, options.echo);
    if (!sh.interactive) await attend(sh);
  } catch (e) {
    if (e instanceof ExitSignal && e.quiet) return e.status;
    status = e instanceof DiscardSignal ? e.status : await statusOf(sh, e);
  }
  status = await runExitTrap(sh, status);
  // A Ctrl-C that comes after the last command is for whoever waits for this shell to see.
  traps.handOver();
  if (traps.interrupted && !sh.interactive) proc.raise(SIGINT);
  return status;
}

/** bash with options of the host's. */
export const bashWith =
  (options: BashOptions): Program =>
  (proc) =>
    run(proc, options);

/** /usr/bin/bash; called `sh`, it is that. */
export const bashMain: Program = bashWith({});
