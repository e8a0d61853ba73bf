/** The editor on the shell's own terminal: raw mode while a line is typed, signals meanwhile. */
import { utf8Encode } from '../../../lib/text.ts';
import { SystemError } from '../../../syscall/index.ts';
import { EINTR } from '../../../uapi/errno.ts';
import { SIGCHLD, SIGINT, SIGWINCH } from '../../../uapi/signal.ts';
import { POLLIN } from '../../../uapi/socket.ts';
import { ECHO, ICANON, ICRNL, INLCR, VDISABLE, VLNEXT, VMIN, VTIME } from '../../../uapi/termios.ts';
import type { Termios } from '../../process/tty/termios.ts';
import { DiscardSignal } from '../errors.ts';
import { attend } from '../process-run.ts';
import type { Shell } from '../shell.ts';
import type { Completer } from './completing.ts';
import { fileCompleter } from './completion/index.ts';
import type { Window } from './display.ts';
import { Editor } from './editor.ts';

const PASTE_ON = '\x1b[?2004h';
const PASTE_OFF = '\x1b[?2004l\r';

/** How long ESC waits for the rest of a key. */
const ESCAPE_NS = 0.5e9;

/** Ctrl-C at the prompt. */
export class Interrupted {}

/** Settings while readline reads: single characters, unechoed; signals stay. @see rltty.c:prepare_terminal_settings */
const editing = (t: Termios): Termios => ({
  ...t,
  iflag: t.iflag & ~(ICRNL | INLCR),
  lflag: t.lflag & ~(ICANON | ECHO),
  cc: t.cc.map((c, i) => (i === VMIN ? 1 : i === VTIME ? 0 : i === VLNEXT ? VDISABLE : c)),
});

/** What is to be done while a line is typed. */
export interface TerminalEvents {
  /** Tells of jobs at once, as `set -b` wants it. */
  notify(): Promise<void>;
  /** The window has another size. */
  resized(): void;
}

export class EditedTerminal {
  readonly #sh: Shell;
  readonly #editor: Editor;
  #out = '';
  /** A child ended or stopped. */
  #childNews = false;

  readonly #events: TerminalEvents;

  constructor(
    sh: Shell,
    complete: Completer,
    events: TerminalEvents = { notify: () => Promise.resolve(), resized() {} },
  ) {
    this.#events = events;
    this.#sh = sh;
    this.#editor = new Editor({
      write: (text) => void (this.#out += text),
      window: () => this.#window(),
      history: () => sh.history?.lines ?? [],
      complete,
    });
  }

  #window(): Window {
    const size = this.#sh.proc.winsize(0);
    return {
      rows: size === null || size.rows === 0 ? 24 : size.rows,
      cols: size === null || size.cols === 0 ? 80 : size.cols,
    };
  }

  async #flush(): Promise<void> {
    if (this.#out === '') return;
    const text = this.#out;
    this.#out = '';
    await this.#sh.proc.write(2, utf8Encode(text));
  }

  /**
   * Shows a prompt and reads a line. @returns null at the end of input.
   * @throws Interrupted after Ctrl-C.
   */
  async readLine(prompt: string, initial = '', silent = false): Promise<string | null> {
    const { proc } = this.#sh;
    const before = proc.tcgetattr(0);
    await proc.tcsetattr(0, editing(before));
    const notifies = this.#sh.options.notify && this.#sh.traps.get(SIGCHLD) === undefined;
    if (notifies) proc.signal(SIGCHLD, () => void (this.#childNews = true));
    // Only now: elsewhere a change of the window interrupts nothing.
    const watches = this.#sh.traps.get(SIGWINCH) === undefined;
    if (watches) proc.signal(SIGWINCH, () => this.#events.resized());
    try {
      this.#out += PASTE_ON;
      this.#editor.start(prompt, initial, !silent && (before.lflag & ECHO) !== 0);
      const end = await this.#edit();
      this.#out += end === null ? `${PASTE_OFF}\n` : PASTE_OFF;
      return end;
    } catch (e) {
      if (e instanceof Interrupted) this.#out += PASTE_OFF;
      throw e;
    } finally {
      if (notifies) proc.signal(SIGCHLD, 'default');
      if (watches) proc.signal(SIGWINCH, 'default');
      await this.#flush();
      await proc.tcsetattr(0, before);
    }
  }

  async #edit(): Promise<string | null> {
    const { proc } = this.#sh;
    const editor = this.#editor;
    for (;;) {
      await this.#flush();
      let bytes: Uint8Array;
      try {
        if (editor.escaped) await this.#afterEscape();
        bytes = await proc.read(0, 1);
      } catch (e) {
        if (!(e instanceof SystemError) || e.errno !== -EINTR) throw e;
        await this.#signalled();
        continue;
      }
      if (bytes.length === 0) return null;
      let changed = editor.feed(bytes[0]!);
      // What is typed faster than it can be shown is shown at once.
      const file = proc.fds.get(0)!;
      while (editor.result === null && (file.poll() & POLLIN) !== 0) {
        const more = file.read(1);
        if (more.length === 0) return null;
        changed = editor.feed(more[0]!) || changed;
      }
      const { result } = editor;
      if (result !== null) return result === 'eof' ? null : result.line;
      if (changed) editor.refresh();
    }
  }

  /** ESC alone is a key when nothing follows soon. */
  async #afterEscape(): Promise<void> {
    const { proc } = this.#sh;
    const [mask] = await proc.poll([{ on: proc.fds.get(0)!, events: POLLIN }], ESCAPE_NS);
    if (mask === 0) this.#editor.dropEscape();
  }

  async #signalled(): Promise<void> {
    const { traps } = this.#sh;
    if (traps.hungUp) throw new Interrupted();
    if (traps.interrupted) {
      traps.interrupted = false;
      this.#editor.interrupt();
      throw new Interrupted();
    }
    if (traps.waits(SIGINT)) {
      // A trap on Ctrl-C: the line is given up, and the trap runs.
      this.#editor.interrupt();
      this.#out += PASTE_OFF;
      await this.#flush();
      await attend(this.#sh);
      throw new Interrupted();
    }
    if (this.#childNews) {
      this.#childNews = false;
      this.#editor.display.leave();
      this.#out += '\r\n';
      await this.#flush();
      await this.#events.notify();
    }
    if (traps.due) {
      this.#editor.display.leave();
      this.#out += '\r';
      await this.#flush();
      await attend(this.#sh);
    }
    this.#editor.refresh();
  }
}

/** The lines that `read -e` gets: with their newlines; empty at the end. */
export function lineEditor(sh: Shell, prompt: string, initial: string, silent: boolean): () => Promise<Uint8Array> {
  const terminal = new EditedTerminal(sh, fileCompleter(sh));
  return async () => {
    try {
      const line = await terminal.readLine(prompt, initial, silent);
      return utf8Encode(line === null ? '' : `${line}\n`);
    } catch (e) {
      if (e instanceof Interrupted) throw new DiscardSignal(128 + SIGINT);
      throw e;
    }
  };
}
