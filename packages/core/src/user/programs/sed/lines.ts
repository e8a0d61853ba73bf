import type { Meter } from '../../../lib/regex/meter.ts';
import { O_RDONLY } from '../../../uapi/fcntl.ts';
import type { Process } from '../../process/types.ts';
import { complain, errorText, readErrorText, Records } from '../coreutils/command.ts';
import { SedError } from './script.ts';

/** What the command line says. */
export interface Settings {
  readonly quiet: boolean;
  readonly separate: boolean;
  /** null: not in place; else the backup's suffix. */
  readonly inPlace: string | null;
  /** In place: what a link points to, and not the link. */
  readonly follow: boolean;
  readonly unbuffered: boolean;
  readonly zero: boolean;
  readonly lineLength: number;
  /** Counts what the patterns do. */
  readonly meter: Meter;
}

/** Lines of several files as one stream that knows its last line. */
export class Lines {
  readonly #proc: Process;
  readonly #names: string[];
  readonly #settings: Settings;
  #records: Records | null = null;
  #ahead: { text: string; unfinished: boolean } | null = null;
  #fd = -1;
  name = '-';
  failed = false;
  /** Called when the output changes with the input (-i). */
  readonly #switch: (name: string | null) => void;

  constructor(proc: Process, names: readonly string[], settings: Settings, change: (name: string | null) => void) {
    this.#proc = proc;
    this.#names = [...names];
    this.#settings = settings;
    this.#switch = change;
  }

  async #fill(): Promise<boolean> {
    while (this.#ahead === null) {
      if (this.#records === null && !(await this.#open())) return false;
      let text: string | null = null;
      try {
        text = await this.#records!.next();
      } catch (e) {
        throw new SedError(`read error on ${this.name === '-' ? 'stdin' : this.name}: ${readErrorText(e)}`, 4);
      }
      if (text !== null) this.#ahead = { text, unfinished: this.#records!.unfinished };
      else {
        if (this.#settings.separate && this.#pendingSwitch) return false;
        await this.#close();
        if (this.#settings.separate) return false;
      }
    }
    return true;
  }

  #pendingSwitch = false;

  async #close(): Promise<void> {
    if (this.#records === null) return;
    if (this.#fd > 0) this.#proc.close(this.#fd);
    this.#records = null;
    if (this.#settings.inPlace !== null) this.#switch(null);
  }

  async #open(): Promise<boolean> {
    for (;;) {
      const name = this.#names.shift();
      if (name === undefined) return false;
      this.name = name;
      if (name === '-' && this.#settings.inPlace === null) this.#fd = 0;
      else {
        try {
          this.#fd = await this.#proc.open(name, O_RDONLY);
        } catch (e) {
          complain(this.#proc, `can't read ${name}: ${errorText(e)}`);
          this.failed = true;
          continue;
        }
      }
      this.#records = new Records(this.#proc, this.#fd, this.#settings.zero ? 0 : 10);
      if (this.#settings.inPlace !== null) {
        if ((this.#proc.fs.stat(name).mode & 0o170000) !== 0o100000) {
          complain(this.#proc, `couldn't edit ${name}: not a regular file`);
          this.failed = true;
          this.#proc.close(this.#fd);
          this.#records = null;
          continue;
        }
        this.#switch(name);
      }
      return true;
    }
  }

  /** The next line, null at the end of all. */
  async next(): Promise<{ text: string; unfinished: boolean } | null> {
    for (;;) {
      if (await this.#fill()) {
        const line = this.#ahead;
        this.#ahead = null;
        return line;
      }
      await this.#close();
      if (this.#names.length === 0) return null;
    }
  }

  /** Whether the line taken last is the last one. */
  async atEnd(): Promise<boolean> {
    if (this.#ahead !== null) return false;
    if (this.#settings.separate) {
      if (this.#records === null) return true;
      this.#pendingSwitch = true;
      const more = await this.#fill();
      this.#pendingSwitch = false;
      return !more;
    }
    return !(await this.#fill());
  }

  /** Whether a whole input begins with the next line (for -s, whose lines count on). */
  async finish(): Promise<void> {
    // q with -i keeps the rest of the file.
    if (this.#settings.inPlace !== null && this.#records !== null) {
      for (let line = this.#ahead ?? null; ; line = null) {
        if (line !== null) this.rest(line.text, line.unfinished);
        this.#ahead = null;
        const text = await this.#records.next();
        if (text === null) break;
        this.rest(text, this.#records.unfinished);
      }
    }
    await this.#close();
  }

  rest: (text: string, unfinished: boolean) => void = () => {};
}
