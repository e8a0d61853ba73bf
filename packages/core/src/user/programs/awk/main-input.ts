import { O_RDONLY } from '../../../uapi/fcntl.ts';
import type { Process } from '../../process/types.ts';
import { complain, errorText } from '../coreutils/command.ts';
import { Input } from './io.ts';
import type { Runtime } from './runtime.ts';
import { fromInput, toNumber } from './value.ts';

const unescapeAssignment = (raw: string): string =>
  raw.replace(
    /\\([\s\S])/g,
    (all, c: string) => ({ n: '\n', t: '\t', '\\': '\\', '"': '"', '/': '/', r: '\r' })[c] ?? all,
  );

/** The files (and assignments) of the command line as one stream of records. */
export class MainInput {
  readonly #proc: Process;
  readonly #rt: Runtime;
  #main: Input | null = null;
  #nextArg = 1;
  #usedFile = false;

  constructor(proc: Process, rt: Runtime) {
    this.#proc = proc;
    this.#rt = rt;
  }

  /** Done with the current file. */
  close(): void {
    if (this.#main !== null && this.#main.fd > 0) this.#proc.close(this.#main.fd);
    this.#main = null;
  }

  /** The next record of the main input. */
  async record(): Promise<string | null> {
    const rt = this.#rt;
    for (;;) {
      this.#main ??= await this.#openNext();
      if (this.#main === null) return null;
      let record: string | null = null;
      try {
        record = await this.read(this.#main);
      } catch (e) {
        const name = rt.text('FILENAME') || '-';
        if (errorText(e) !== 'Is a directory') {
          complain(this.#proc, `fatal: error reading input file \`${name}': ${errorText(e)}`);
          return this.#proc.exit(2);
        }
        complain(this.#proc, `warning: command line argument \`${name}' is a directory: skipped`);
      }
      if (record !== null) {
        rt.globals.set('NR', toNumber(rt.getVar('NR')) + 1);
        rt.globals.set('FNR', toNumber(rt.getVar('FNR')) + 1);
        return record;
      }
      this.close();
    }
  }

  /** The next record of an input, by RS as it is now. */
  async read(input: Input): Promise<string | null> {
    const rs = this.#rt.text('RS');
    const record = await input.record(rs, [...rs].length > 1 ? this.#rt.regex(rs) : null);
    if (record !== null) this.#rt.globals.set('RT', input.terminator);
    return record;
  }

  async #openNext(): Promise<Input | null> {
    const rt = this.#rt;
    const argv = rt.array('ARGV');
    for (; this.#nextArg < toNumber(rt.getVar('ARGC'));) {
      const arg = rt.str(argv.get(String(this.#nextArg++)) ?? null);
      if (arg === '') continue;
      const assignment = /^([A-Za-z_]\w*)=([^]*)$/.exec(arg);
      if (assignment !== null) {
        this.assign(assignment[1]!, assignment[2]!);
        continue;
      }
      this.#usedFile = true;
      rt.globals.set('FILENAME', arg);
      rt.globals.set('FNR', 0);
      if (arg === '-') return new Input(this.#proc, 0);
      try {
        return new Input(this.#proc, await this.#proc.open(arg, O_RDONLY));
      } catch (e) {
        await this.#proc.flush();
        complain(this.#proc, `fatal: cannot open file \`${arg}' for reading: ${errorText(e)}`);
        return this.#proc.exit(2);
      }
    }
    if (this.#usedFile) return null;
    this.#usedFile = true;
    return new Input(this.#proc, 0);
  }

  /** A command-line assignment. */
  assign(name: string, raw: string): void {
    const text = raw.includes('\\') ? unescapeAssignment(raw) : raw;
    this.#rt.setVar(name, fromInput(text));
  }
}
