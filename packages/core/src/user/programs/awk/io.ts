import type { Regex } from '../../../lib/regex/regex.ts';
import { utf8Decode, utf8Encode } from '../../../lib/text.ts';
import { O_APPEND, O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } from '../../../uapi/fcntl.ts';
import type { Process } from '../../process/types.ts';
import { errorText } from '../coreutils/command.ts';
import { AwkFatal } from './runtime.ts';

/** Cuts an input into records by RS as it is at each read. */
export class Input {
  readonly #proc: Process;
  readonly fd: number;
  #text = '';
  #at = 0;
  #tail: Uint8Array = new Uint8Array(0);
  #ended = false;
  /** What ended the last record. */
  terminator = '';

  constructor(proc: Process, fd: number) {
    this.#proc = proc;
    this.fd = fd;
  }

  async #more(): Promise<boolean> {
    if (this.#ended) return false;
    const bytes = await this.#proc.read(this.fd);
    this.#ended = bytes.length === 0;
    let all = bytes;
    if (this.#tail.length > 0) {
      all = new Uint8Array(this.#tail.length + bytes.length);
      all.set(this.#tail);
      all.set(bytes, this.#tail.length);
    }
    // A character cut in two waits for its rest.
    let end = all.length;
    if (!this.#ended) {
      for (let back = 1; back <= 3 && back <= all.length; back++) {
        const b = all[all.length - back]!;
        if (b >= 0xc0) {
          if (back < (b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : 2)) end = all.length - back;
          break;
        }
        if (b < 0x80) break;
      }
    }
    this.#tail = all.slice(end);
    this.#text = this.#text.slice(this.#at) + utf8Decode(all, 0, end);
    this.#at = 0;
    return !this.#ended || this.#text.length > 0;
  }

  #take(end: number, skip: number): string {
    const record = this.#text.slice(this.#at, end);
    this.terminator = this.#text.slice(end, end + skip);
    this.#at = end + skip;
    return record;
  }

  /** The next record, null at the end. @param regex RS when it is longer than a character. */
  async record(rs: string, regex: Regex | null): Promise<string | null> {
    if (rs === '') return this.#paragraph();
    for (;;) {
      if (regex === null) {
        const i = this.#text.indexOf(rs, this.#at);
        if (i >= 0) return this.#take(i, rs.length);
      } else {
        const m = regex.find(this.#text, this.#at);
        // A match at the very end may go on in what is not read yet.
        if (m !== null && m.end > m.index && (this.#ended || m.end < this.#text.length))
          return this.#take(m.index, m.end - m.index);
      }
      if (await this.#more()) continue;
      return this.#rest();
    }
  }

  #rest(): string | null {
    return this.#at < this.#text.length ? this.#take(this.#text.length, 0) : null;
  }

  async #paragraph(): Promise<string | null> {
    for (;;) {
      while (this.#text[this.#at] === '\n') this.#at++;
      const m = /\n\n+/g;
      m.lastIndex = this.#at;
      const found = m.exec(this.#text);
      if (found !== null && (this.#ended || found.index + found[0].length < this.#text.length))
        return this.#take(found.index, found[0].length);
      if (await this.#more()) continue;
      const rest = this.#rest();
      return rest === null ? null : rest.replace(/\n$/, '');
    }
  }
}

/** Where print's redirection leads. */
interface Output {
  readonly fd: number;
  readonly kind: 'file' | 'pipe' | 'stdout' | 'stderr';
  readonly pid: number;
  text: string;
}

interface Source {
  readonly input: Input;
  readonly pid: number;
}

/** The files and commands a program has open. */
export class Streams {
  readonly #proc: Process;
  readonly #outputs: Map<string, Output> = new Map();
  readonly #inputs: Map<string, Source> = new Map();

  constructor(proc: Process) {
    this.#proc = proc;
  }

  /** A pipe whose ends no other command inherits. */
  #pipe(): [number, number] {
    const { fds } = this.#proc;
    const [r, w] = this.#proc.pipe();
    const moved = [r, w].map((fd) => {
      const file = fds.get(fd)!.retain();
      fds.close(fd);
      return fds.add(file, 3, true);
    });
    return [moved[0]!, moved[1]!];
  }

  async #shell(command: string, at: 0 | 1, fd: number): Promise<number> {
    await this.flushAll();
    const fds = this.#proc.fds.copy();
    fds.set(at, this.#proc.fds.get(fd)!.retain());
    const child = await this.#proc.spawn('/bin/sh', ['sh', '-c', command], { fds });
    return child.pid;
  }

  /** @throws SystemError when the file cannot be opened. */
  async output(op: '>' | '>>' | '|', name: string): Promise<Output> {
    const known = this.#outputs.get(name);
    if (known !== undefined) return known;
    let made: Output;
    if (op === '|') {
      const [r, w] = this.#pipe();
      const pid = await this.#shell(name, 0, r);
      this.#proc.close(r);
      made = { fd: w, kind: 'pipe', pid, text: '' };
    } else if (name === '/dev/stdout' || name === '-') made = { fd: 1, kind: 'stdout', pid: 0, text: '' };
    else if (name === '/dev/stderr') made = { fd: 2, kind: 'stderr', pid: 0, text: '' };
    else
      made = {
        fd: await this.#proc.open(name, O_WRONLY | O_CREAT | (op === '>' ? O_TRUNC : O_APPEND), 0o666),
        kind: 'file',
        pid: 0,
        text: '',
      };
    this.#outputs.set(name, made);
    return made;
  }

  async write(name: string, output: Output, text: string): Promise<void> {
    if (output.kind === 'stdout') {
      this.#proc.out(text);
      await this.#proc.drain();
    } else if (output.kind === 'stderr') this.#proc.err(text);
    else {
      output.text += text;
      if (output.text.length >= 4096) await this.#flush(name, output);
    }
  }

  async #flush(name: string, output: Output): Promise<void> {
    if (output.text === '') return;
    const { text } = output;
    output.text = '';
    try {
      await this.#proc.write(output.fd, utf8Encode(text));
    } catch (e) {
      throw new AwkFatal(`fatal: flush to "${name}" failed: ${errorText(e)}`);
    }
  }

  async flushAll(): Promise<void> {
    await this.#proc.flush();
    for (const [name, output] of this.#outputs) await this.#flush(name, output);
  }

  /** The input getline reads from; null when the file cannot be opened. */
  async input(from: 'file' | 'command', name: string): Promise<Input | null> {
    const known = this.#inputs.get(name);
    if (known !== undefined) return known.input;
    let source: Source;
    if (from === 'command') {
      const [r, w] = this.#pipe();
      const pid = await this.#shell(name, 1, w);
      this.#proc.close(w);
      source = { input: new Input(this.#proc, r), pid };
    } else if (name === '-' || name === '/dev/stdin') source = { input: new Input(this.#proc, 0), pid: 0 };
    else {
      try {
        source = { input: new Input(this.#proc, await this.#proc.open(name, O_RDONLY)), pid: 0 };
      } catch {
        return null;
      }
    }
    this.#inputs.set(name, source);
    return source.input;
  }

  /** close(): the status of the command, 0 of a file, -1 of what is not open. */
  async close(name: string): Promise<number> {
    const source = this.#inputs.get(name);
    if (source !== undefined) {
      this.#inputs.delete(name);
      if (source.input.fd > 0) this.#proc.close(source.input.fd);
      return source.pid === 0 ? 0 : this.#wait(source.pid);
    }
    const output = this.#outputs.get(name);
    if (output === undefined) return -1;
    this.#outputs.delete(name);
    if (output.kind === 'stdout' || output.kind === 'stderr') return 0;
    await this.#proc.flush();
    await this.#flush(name, output);
    this.#proc.close(output.fd);
    return output.pid === 0 ? 0 : this.#wait(output.pid);
  }

  async #wait(pid: number): Promise<number> {
    const r = await this.#proc.wait(pid);
    return r === null ? -1 : r.signal !== 0 ? 256 + r.signal : r.status;
  }

  async system(command: string): Promise<number> {
    await this.flushAll();
    const child = await this.#proc.spawn('/bin/sh', ['sh', '-c', command]);
    return this.#wait(child.pid);
  }

  async closeAll(): Promise<void> {
    await this.flushAll();
    for (const name of Array.from(this.#outputs.keys())) await this.close(name);
    for (const name of Array.from(this.#inputs.keys())) await this.close(name);
  }
}
