/** The shell at a terminal: prompts, one command after the other. */
import { SystemError } from '../../../syscall/index.ts';
import { SIGCONT, SIGHUP, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU } from '../../../uapi/signal.ts';
import type { Termios } from '../../process/tty/termios.ts';
import { DiscardSignal, ExitSignal } from '../errors.ts';
import { jobDone } from '../jobs.ts';
import { attend, foreground, reap } from '../process-run.ts';
import { readLine } from '../read-line.ts';
import { isIncomplete } from '../reader.ts';
import { runText } from '../run-text.ts';
import type { Shell } from '../shell.ts';
import { completerOf } from './completion/index.ts';
import type { HistoryStore } from './history.ts';
import { expandHistory } from './history-expand.ts';
import { Recorder } from './recorder.ts';
import { promptText } from './prompt.ts';
import { EditedTerminal, Interrupted } from './terminal.ts';

/** How the shell at a terminal is to be. */
export interface InteractiveOptions {
  readonly history: HistoryStore | null;
  /** Without line editing. */
  readonly plain: boolean;
}

/** Tells of jobs that ended or stopped since the last prompt. */
async function notify(sh: Shell): Promise<void> {
  await reap(sh);
  for (const job of sh.jobs.list.slice()) {
    const done = jobDone(job);
    if (!done && job.stopped === 0) continue;
    if (!job.notified && !job.disowned) await sh.warn((done ? '' : '\n') + sh.jobs.line(job, ''));
    job.notified = true;
    if (done) sh.jobs.remove(job);
  }
}

class Session {
  readonly #sh: Shell;
  readonly #recorder: Recorder;
  readonly #terminal: EditedTerminal | null;
  /** Settings of the terminal between commands, when it is one. */
  #modes: Termios | null = null;
  /** Ends of input that were overlooked in a row. @see IGNOREEOF */
  #ends = 0;

  constructor(sh: Shell, options: InteractiveOptions) {
    this.#sh = sh;
    this.#recorder = new Recorder(sh, options.history);
    const edits = !options.plain && sh.proc.isatty(0) && sh.vars.get('TERM') !== 'dumb';
    this.#terminal = edits
      ? new EditedTerminal(sh, completerOf(sh), { notify: () => notify(sh), resized: () => this.#measure() })
      : null;
    sh.options.emacs = edits;
  }

  /** Sets everything up, and reads and runs commands until the end. */
  async run(): Promise<number> {
    const sh = this.#sh;
    const { proc, traps } = sh;
    for (const s of [SIGTERM, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU]) traps.ignore(s);
    proc.signal(SIGHUP, () => void (traps.hungUp = true));
    if (sh.options.monitor) await this.#takeTerminal();
    this.#measure();
    this.#recorder.start();
    try {
      for (;;) {
        const status = await this.#command();
        if (status !== null) return status;
      }
    } catch (e) {
      if (e instanceof ExitSignal) this.#leave();
      throw e;
    }
  }

  /** The shell's own process group is the terminal's. */
  async #takeTerminal(): Promise<void> {
    const { proc } = this.#sh;
    if (proc.sid !== proc.pid && proc.pgid !== proc.pid) proc.setpgid(0, 0);
    foreground(this.#sh, proc.pgid);
    if (proc.isatty(0)) this.#modes = proc.tcgetattr(0);
  }

  /** LINES and COLUMNS. */
  #measure(): void {
    const sh = this.#sh;
    const size = sh.shopts['checkwinsize'] === true ? sh.proc.winsize(0) : null;
    if (size === null || size.rows === 0 || size.cols === 0) return;
    sh.vars.set('LINES', String(size.rows));
    sh.vars.set('COLUMNS', String(size.cols));
  }

  /** One command, with all its lines. @returns the status to end with, or null */
  async #command(): Promise<number | null> {
    const sh = this.#sh;
    const first = sh.line;
    try {
      await notify(sh);
      await this.#beforePrompt();
      const commands = await this.#read();
      if (commands === null) return await this.#endOfInput();
      this.#ends = 0;
      if (commands.trim() === '') return null;
      sh.commandNumber++;
      await this.#afterPrompt();
      sh.jobs.mayLeave = /^\s*(?:exit|logout|jobs)\b/.test(this.#previous);
      this.#previous = commands;
      await runText(sh, commands, first, { label: '', top: true });
      await attend(sh);
    } catch (e) {
      // Ctrl-C: whatever it was, a new prompt.
      if (e instanceof Interrupted) sh.status = 130;
      else if (e instanceof DiscardSignal) sh.status = e.status;
      else if (e instanceof SystemError && e.code === 'EINTR') sh.status = 130;
      else if (e instanceof SystemError && e.code === 'EIO') sh.traps.hungUp = true;
      else throw e;
      sh.traps.interrupted = false;
      sh.loopDepth = 0;
      sh.lenient = 0;
    } finally {
      sh.line = 1;
    }
    if (sh.traps.hungUp) return this.#hangUp();
    await this.#restoreModes();
    return null;
  }
  #previous = '';

  /** Who was killed or stopped may have left the terminal in any state. */
  async #restoreModes(): Promise<void> {
    const { proc, jobs } = this.#sh;
    if (this.#modes === null || !proc.isatty(0)) return;
    if (jobs.disturbed) await proc.tcsetattr(0, this.#modes);
    else this.#modes = proc.tcgetattr(0);
    jobs.disturbed = false;
    this.#measure();
  }

  /** PROMPT_COMMAND */
  async #beforePrompt(): Promise<void> {
    const sh = this.#sh;
    const variable = sh.vars.raw('PROMPT_COMMAND');
    const commands = variable?.indexed?.values() ?? [variable?.scalar ?? ''];
    const { status } = sh;
    for (const text of commands) if (text !== '') await sh.hooks.text(sh, text, { label: 'PROMPT_COMMAND', line: 1 });
    sh.status = status;
  }

  /** PS0 */
  async #afterPrompt(): Promise<void> {
    const text = this.#sh.vars.get('PS0') ?? '';
    if (text !== '') await this.#sh.warn((await promptText(this.#sh, text)).replace(/[\x01\x02]/g, ''));
  }

  /** The lines of a command; null at the end of input. */
  async #read(): Promise<string | null> {
    const sh = this.#sh;
    let buffer = '';
    for (;;) {
      const text = await this.#line(buffer === '' ? 'PS1' : 'PS2');
      if (text === null) {
        if (buffer === '') return null;
        // What is missing is told by who reads it.
        break;
      }
      const line = await this.#expanded(text);
      if (line === null) continue;
      buffer += `${line}\n`;
      if (!isIncomplete(buffer)) break;
    }
    this.#recorder.add(buffer);
    sh.line = 1;
    return buffer;
  }

  /** The line after history expansion, which is shown when it did something; null when it is not to be run. */
  async #expanded(text: string): Promise<string | null> {
    const sh = this.#sh;
    if (!sh.options.histexpand || sh.history === null) return text;
    const r = expandHistory(sh.history, text);
    if (r.kind === 'error') {
      await sh.warn(`${sh.name}: ${r.message}\n`);
      sh.status = 1;
      return null;
    }
    if (r.changed) await sh.warn(`${r.text}\n`);
    if (!r.printOnly) return r.text;
    this.#recorder.add(`${r.text}\n`);
    return null;
  }

  async #line(name: 'PS1' | 'PS2'): Promise<string | null> {
    const sh = this.#sh;
    const prompt = await promptText(sh, sh.vars.get(name) ?? '');
    if (this.#terminal !== null && sh.options.emacs) return this.#terminal.readLine(prompt);
    await sh.warn(prompt.replace(/[\x01\x02]/g, ''));
    try {
      return await readLine(sh, 0);
    } catch (e) {
      if (e instanceof SystemError && e.code === 'EINTR' && sh.traps.interrupted) await sh.warn('\n');
      throw e;
    }
  }

  async #endOfInput(): Promise<number | null> {
    const sh = this.#sh;
    const ignored = sh.options.ignoreeof ? Number(sh.vars.get('IGNOREEOF') ?? 10) || 10 : 0;
    if (this.#ends++ < ignored) {
      await sh.warn(`Use "exit" to leave the shell.\n`);
      return null;
    }
    sh.jobs.mayLeave = /^\s*(?:exit|logout|jobs)\b/.test(this.#previous);
    this.#previous = 'exit\n';
    const builtin = sh.hooks.builtins.get('exit')!;
    await builtin.run(sh, [], 'exit');
    return null;
  }

  /** What a shell does that ends in peace: its history is written, and what it stopped does not stay behind. */
  #leave(): void {
    const sh = this.#sh;
    this.#recorder.finish();
    for (const job of sh.jobs.list) if (job.stopped !== 0) this.#signal(job.pgid, SIGTERM);
  }

  #signal(pgid: number, signal: number): void {
    for (const s of [signal, SIGCONT]) {
      try {
        this.#sh.proc.kill(-pgid, s);
      } catch (e) {
        if (!(e instanceof SystemError)) throw e;
      }
    }
  }

  /** The terminal is gone: the jobs are told, and the shell ends. */
  #hangUp(): number {
    const sh = this.#sh;
    this.#recorder.finish();
    for (const job of sh.jobs.list) if (!job.disowned && !job.spared) this.#signal(job.pgid, SIGHUP);
    return 128 + SIGHUP;
  }
}

/** Reads and runs commands until the end of input. */
export function interactiveLoop(sh: Shell, options: InteractiveOptions): Promise<number> {
  return new Session(sh, options).run();
}
