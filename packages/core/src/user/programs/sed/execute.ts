import { utf8Decode } from '../../../lib/text.ts';
import { O_RDONLY } from '../../../uapi/fcntl.ts';
import type { Process } from '../../process/types.ts';
import { errorText, Records } from '../coreutils/command.ts';
import { giveWay } from '../give-way.ts';
import { Lines, type Settings } from './lines.ts';
import { unambiguous } from './list.ts';
import { Output } from './output.ts';
import { type Command, SedError } from './script.ts';
import { type Place, Selection } from './select.ts';
import { substitute } from './substitute.ts';

/** Runs a script over the lines of its inputs. */
export class Sed implements Place {
  readonly #proc: Process;
  readonly #commands: readonly Command[];
  readonly #s: Settings;
  readonly #out: Output;
  readonly #selection: Selection = new Selection();
  readonly lines: Lines;
  space = '';
  number = 0;
  #unfinished = false;
  #hold = '';
  #replaced = false;
  readonly #readers: Map<string, Records | null> = new Map();
  #appends: { readonly kind: 'text' | 'file' | 'line'; readonly text: string }[] = [];

  constructor(proc: Process, commands: readonly Command[], names: readonly string[], settings: Settings) {
    this.#proc = proc;
    this.#commands = commands;
    this.#s = settings;
    this.#out = new Output(proc, settings);
    this.lines = new Lines(proc, names, settings, (name) => this.#out.change(name));
    this.lines.rest = (text, unfinished) => this.#out.put(text, unfinished);
  }

  /** Makes the files of `w`. @throws SedError */
  async prepare(): Promise<void> {
    for (const c of this.#commands)
      if ((c.name === 'w' || c.name === 'W' || c.name === 's') && c.text !== '') await this.#out.open(c.text);
  }

  atEnd(): Promise<boolean> {
    return this.lines.atEnd();
  }

  /** A file of `r` or `R` that cannot be opened is empty; one that cannot be read ends it all. */
  #unreadable(name: string, e: unknown): void {
    if (errorText(e) === 'Is a directory') throw new SedError(`read error on ${name}: Is a directory`, 4);
  }

  #substitute(c: Command): boolean {
    const text = substitute(c, this.#selection.regex(c.re), this.space);
    if (text === null) return false;
    this.space = text;
    return true;
  }

  async #flushAppends(): Promise<void> {
    const list = this.#appends;
    this.#appends = [];
    for (const a of list) {
      if (a.kind === 'text') this.#out.putText(a.text);
      else if (a.kind === 'line') this.#out.put(a.text);
      else {
        let text = '';
        try {
          text = a.text === '/dev/stdin' ? utf8Decode(await this.#proc.readAll(0)) : this.#proc.fs.readText(a.text);
        } catch (e) {
          this.#unreadable(a.text, e);
        }
        if (text !== '') this.#out.putText(text);
      }
    }
    if (this.#s.unbuffered) await this.#proc.flush();
    else await this.#proc.drain();
  }

  async #endCycle(print: boolean): Promise<void> {
    if (print && !this.#s.quiet) this.#out.put(this.space, this.#unfinished);
    await this.#flushAppends();
  }

  async #readLine(): Promise<boolean> {
    const line = await this.lines.next();
    if (line === null) return false;
    this.number++;
    this.space = line.text;
    this.#unfinished = line.unfinished;
    return true;
  }

  /** @returns the exit status. */
  async run(): Promise<number> {
    let restart = false;
    cycle: while (restart || (await this.#readLine())) {
      restart = false;
      this.#replaced = false;
      let turns = 0;
      for (let pc = 0; pc < this.#commands.length; pc++) {
        const c = this.#commands[pc]!;
        if ((++turns & 255) === 0) await this.#proc.drain();
        const turn = giveWay(this.#proc, this.#s.meter);
        if (turn !== null) await turn;
        const chosen = (c.from === null || (await this.#selection.selects(c, this))) !== c.negated;
        if (!chosen) {
          if (c.name === '{') pc = c.target - 1;
          continue;
        }
        switch (c.name) {
          case 'd':
            await this.#endCycle(false);
            continue cycle;
          case 'D': {
            const i = this.space.indexOf('\n');
            await this.#endCycle(false);
            if (i >= 0) {
              this.space = this.space.slice(i + 1);
              restart = true;
            }
            continue cycle;
          }
          case 'n':
            if (await this.atEnd()) {
              await this.#endCycle(true);
              await this.lines.finish();
              return 0;
            }
            await this.#endCycle(true);
            if (!(await this.#readLine())) return 0;
            break;
          case 'N': {
            const before = this.space;
            if (await this.atEnd()) {
              await this.#endCycle(true);
              await this.lines.finish();
              return 0;
            }
            await this.#flushAppends();
            await this.#readLine();
            this.space = `${before}\n${this.space}`;
            break;
          }
          case 'q':
            await this.#endCycle(true);
            await this.lines.finish();
            return Math.max(0, c.number);
          case 'Q':
            await this.lines.finish();
            return Math.max(0, c.number);
          case 'b':
            pc = c.target - 1;
            break;
          case 't':
            if (this.#replaced) {
              this.#replaced = false;
              pc = c.target - 1;
            }
            break;
          case 'T':
            if (!this.#replaced) pc = c.target - 1;
            this.#replaced = false;
            break;
          case 'c':
            if (c.to === null || c.negated || !this.#selection.open(c)) this.#out.putText(c.text);
            await this.#endCycle(false);
            continue cycle;
          default:
            await this.#simple(c);
        }
      }
      await this.#endCycle(true);
    }
    return 0;
  }

  async #simple(c: Command): Promise<void> {
    switch (c.name) {
      case 's':
        if (!this.#substitute(c)) return;
        this.#replaced = true;
        if (c.print > 0) this.#out.put(this.space, this.#unfinished);
        if (c.text !== '') await this.#out.writeFile(c.text, this.space);
        return;
      case 'p':
        this.#out.put(this.space, this.#unfinished);
        return;
      case 'P': {
        const i = this.space.indexOf('\n');
        if (i < 0) this.#out.put(this.space, this.#unfinished);
        else this.#out.put(this.space.slice(0, i));
        return;
      }
      case 'h':
        this.#hold = this.space;
        return;
      case 'H':
        this.#hold += `\n${this.space}`;
        return;
      case 'g':
        this.space = this.#hold;
        return;
      case 'G':
        this.space += `\n${this.#hold}`;
        return;
      case 'x':
        [this.space, this.#hold] = [this.#hold, this.space];
        return;
      case 'z':
        this.space = '';
        return;
      case 'y':
        this.space = [...this.space].map((ch) => c.map.get(ch) ?? ch).join('');
        return;
      case '=':
        this.#out.putText(`${this.number}\n`);
        return;
      case 'F':
        this.#out.putText(`${this.lines.name}\n`);
        return;
      case 'a':
        this.#appends.push({ kind: 'text', text: c.text });
        return;
      case 'i':
        this.#out.putText(c.text);
        return;
      case 'r':
        this.#appends.push({ kind: 'file', text: c.text });
        return;
      case 'R': {
        let records = this.#readers.get(c.text);
        if (records === undefined) {
          try {
            records = new Records(this.#proc, await this.#proc.open(c.text, O_RDONLY));
          } catch (e) {
            errorText(e);
            records = null;
          }
          this.#readers.set(c.text, records);
        }
        let line: string | null = null;
        try {
          line = (await records?.next()) ?? null;
        } catch (e) {
          this.#unreadable(c.text, e);
        }
        if (line !== null) this.#appends.push({ kind: 'line', text: line });
        return;
      }
      case 'w':
        await this.#out.writeFile(c.text, this.space);
        return;
      case 'W':
        await this.#out.writeFile(c.text, this.space.split('\n')[0]!);
        return;
      case 'l':
        this.#out.putText(unambiguous(this.space, c.number < 0 ? this.#s.lineLength : c.number));
        return;
      default:
    }
  }
}
