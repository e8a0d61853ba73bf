import { utf8Encode } from '../../../lib/text.ts';
import { O_CREAT, O_TRUNC, O_WRONLY } from '../../../uapi/fcntl.ts';
import type { Process } from '../../process/types.ts';
import { errorText } from '../coreutils/command.ts';
import { canonical } from '../coreutils/paths.ts';
import type { Settings } from './lines.ts';
import { SedError } from './script.ts';

/** Where sed writes: standard output or the file edited in place, and the files of `w`. */
export class Output {
  readonly #proc: Process;
  readonly #s: Settings;
  readonly #files: Map<string, number> = new Map();
  /** The output of -i. */
  #inPlace: { readonly name: string; text: string } | null = null;
  /** A line without newline was printed: one is due before anything more. */
  #due: boolean = false;

  constructor(proc: Process, settings: Settings) {
    this.#proc = proc;
    this.#s = settings;
  }

  #raw(text: string): void {
    if (this.#inPlace !== null) this.#inPlace.text += text;
    else this.#proc.out(text);
  }

  /** A line. @param unfinished without its newline */
  put(text: string, unfinished = false): void {
    const eol = this.#s.zero ? '\0' : '\n';
    this.#raw((this.#due ? eol : '') + text + (unfinished ? '' : eol));
    this.#due = unfinished;
  }

  /** Text that has its newlines. */
  putText(text: string): void {
    if (this.#due) this.#raw(this.#s.zero ? '\0' : '\n');
    this.#due = false;
    this.#raw(text);
  }

  /** The descriptor of a file of `w`; 1 and 2 for /dev/stdout and /dev/stderr. Empties it the first time. @throws SedError */
  async open(name: string): Promise<number> {
    let fd = this.#files.get(name);
    if (fd !== undefined) return fd;
    if (name === '/dev/stdout') fd = 1;
    else if (name === '/dev/stderr') fd = 2;
    else {
      try {
        fd = await this.#proc.open(name, O_WRONLY | O_CREAT | O_TRUNC, 0o666);
      } catch (e) {
        throw new SedError(`couldn't open file ${name}: ${errorText(e)}`, 4);
      }
    }
    this.#files.set(name, fd);
    return fd;
  }

  async writeFile(name: string, text: string): Promise<void> {
    const fd = await this.open(name);
    if (fd === 1) this.putText(`${text}\n`);
    else if (fd === 2) this.#proc.err(`${text}\n`);
    else {
      try {
        await this.#proc.write(fd, utf8Encode(`${text}\n`));
      } catch (e) {
        throw new SedError(`couldn't flush ${name}: ${errorText(e)}`, 4);
      }
    }
  }

  /** -i: finishes the file edited in place, and begins the next one. @param name null: there is none */
  change(name: string | null): void {
    const { fs } = this.#proc;
    if (this.#inPlace !== null) {
      const { name: old, text } = this.#inPlace;
      const suffix = this.#s.inPlace!;
      const { mode } = fs.stat(old);
      // The file is made anew: of a link, a file in its place.
      if (fs.lstat(old).ino !== fs.stat(old).ino && suffix === '') fs.unlink(old);
      if (suffix !== '') fs.rename(old, suffix.includes('*') ? suffix.replaceAll('*', old) : old + suffix);
      fs.writeFile(old, text);
      fs.chmod(old, mode & 0o7777);
    }
    this.#inPlace =
      name === null ? null : { name: this.#s.follow ? canonical(this.#proc, name, 'all') : name, text: '' };
    this.#due = false;
  }
}
