import { concatBytes, utf8Decode } from '../../lib/text.ts';
import { SystemError } from '../../syscall/index.ts';
import { EBADF, EIO, ENOTTY, EPIPE, ESPIPE } from '../../uapi/errno.ts';
import { O_ACCMODE, O_CLOEXEC, O_NOCTTY, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } from '../../uapi/fcntl.ts';
import { SIGPIPE, SIGTTIN, SIGTTOU } from '../../uapi/signal.ts';
import { POLLERR, POLLHUP, POLLIN, POLLOUT } from '../../uapi/socket.ts';
import { fail } from './error.ts';
import { Descriptors } from './fd-table.ts';
import { makePipe } from './pipe.ts';
import { Unwind } from './signals.ts';
import { LineCutter, Stdio } from './stdio.ts';
import type { Termios } from './tty/termios.ts';
import type { Tty } from './tty/tty.ts';
import { TtyFile } from './tty/tty-file.ts';
import type { OpenFile } from './types.ts';
import { ProcessBase } from './process-base.ts';

const READ_SIZE = 65536;

/** A process's descriptors and its stdio. */
export abstract class ProcessIo extends ProcessBase {
  /** What readers of lines took too much of, by descriptor. */
  protected readonly rest: Map<number, Uint8Array> = new Map();
  /** Why standard output was not written the last time that it failed. */
  #unwritten: unknown = null;

  // ---- text out and in

  out(text: string): void {
    this.stdio.out.putText(text);
  }

  outBytes(bytes: Uint8Array): void {
    this.stdio.out.putBytes(bytes);
  }

  err(text: string): void {
    this.stdio.err.putText(text);
  }

  async flush(): Promise<void> {
    if (this.stdio.out.length > 0) await this.#writeOut(this.stdio.out.take(false));
  }

  async #writeOut(bytes: Uint8Array): Promise<void> {
    try {
      await this.write(1, bytes);
    } catch (e) {
      this.#unwritten = e;
      throw e;
    }
  }

  async drain(): Promise<void> {
    if (this.stdio.out.full) await this.#writeOut(this.stdio.out.take(true));
    else if (this.doom !== null || this.signals.any || this.stopped !== 0 || this.task.shouldYield()) await this.tick();
  }

  /** exit(3)'s flush: an error of it is told as the close_stdout of coreutils does. */
  protected override async flushAll(): Promise<void> {
    try {
      await this.flush();
      await this.flushErr();
    } catch (e) {
      if (!(e instanceof SystemError)) throw e;
      this.err(`${this.name}: write error: ${e.strerror}\n`);
      throw new Unwind(1, 0);
    }
  }

  /** A program that does not look whether its output was written ends by that, with the words of `flushAll`. */
  protected override failure(e: unknown): Unwind {
    if (!(e instanceof SystemError) || e !== this.#unwritten) return super.failure(e);
    this.err(`${this.name}: write error: ${e.strerror}\n`);
    return new Unwind(1, 0);
  }

  protected override async flushErr(): Promise<void> {
    const { err } = this.stdio;
    if (err.length === 0) return;
    if (this.fds.get(2) === undefined) err.take(false);
    else await this.#writeAll(2, err.take(false));
  }

  async *lines(fd = 0): AsyncGenerator<string, void, undefined> {
    const cutter = new LineCutter();
    let ready: string[] = [];
    let next = 0;
    const early = this.rest.get(fd);
    this.rest.delete(fd);
    if (early !== undefined) ready = cutter.cut(early);
    let ended = false;
    try {
      for (;;) {
        while (next < ready.length) yield ready[next++]!;
        const bytes = await this.read(fd);
        if (bytes.length === 0) break;
        next = 0;
        ready = cutter.cut(bytes);
      }
      ended = true;
      if (cutter.pending) yield utf8Decode(cutter.take());
    } finally {
      if (!ended) this.#keepRest(fd, ready.slice(next), cutter.take());
    }
  }

  /** Keeps what a reader of lines took too much of, for the next one. */
  #keepRest(fd: number, lines: readonly string[], tail: Uint8Array): void {
    const stdio = new Stdio({ fds: new Descriptors(), task: this.task });
    for (const line of lines) stdio.out.putText(`${line}\n`);
    const rest = concatBytes([stdio.out.take(false), tail]);
    if (rest.length > 0) this.rest.set(fd, rest);
  }

  async readAll(fd = 0): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    const early = this.rest.get(fd);
    this.rest.delete(fd);
    if (early !== undefined) parts.push(early);
    for (;;) {
      const bytes = await this.read(fd);
      if (bytes.length === 0) break;
      parts.push(bytes);
    }
    return parts.length === 1 ? parts[0]! : concatBytes(parts);
  }

  // ---- descriptors

  protected file(fd: number, syscall: string): OpenFile {
    return this.fds.get(fd) ?? fail(EBADF, syscall);
  }

  async read(fd: number, size: number = READ_SIZE): Promise<Uint8Array> {
    const entered = this.enter();
    if (entered !== null) await entered;
    const file = this.file(fd, 'read');
    if (file instanceof TtyFile) await this.#awaitInput(file);
    else if ((file.flags & O_ACCMODE) !== O_WRONLY && (file.flags & O_NONBLOCK) === 0) {
      const ready = (): boolean => (file.poll() & (POLLIN | POLLHUP | POLLERR)) !== 0;
      if (!ready()) await this.sleep(Infinity, [file], ready);
    }
    const bytes = file.read(size);
    this.task.charge('byte', bytes.length);
    return bytes;
  }

  /** Waits for input of a terminal, in the foreground: who is in the background, or is put there meanwhile, is stopped. */
  async #awaitInput(file: TtyFile): Promise<void> {
    const { tty } = file;
    const patience = tty.patienceNs;
    const deadline = patience === Infinity ? Infinity : this.task.now() + patience;
    const there = (): boolean => (tty.poll() & POLLIN) !== 0;
    for (;;) {
      await this.foreground(tty, SIGTTIN);
      if (there() || patience === 0 || (file.flags & (O_NONBLOCK | O_WRONLY)) !== 0) return;
      const back = (): boolean => this.#inBackground(tty);
      if (!(await this.sleep(deadline, [file], () => there() || back())) || !back()) return;
    }
  }

  #inBackground(tty: Tty): boolean {
    return this.controllingTty === tty && tty.foreground !== 0 && tty.foreground !== this.kpgid;
  }

  /** Job control: who reads in the background is stopped. @see drivers/tty/tty_jobctrl.c:__tty_check_change */
  protected async foreground(tty: Tty, signal: number): Promise<void> {
    for (;;) {
      if (!this.#inBackground(tty)) return;
      if (this.signals.action(signal) === 'ignore') {
        if (signal === SIGTTOU) return;
        fail(EIO, 'read');
      }
      if (this.orphaned()) fail(EIO, signal === SIGTTIN ? 'read' : 'write');
      for (const p of this.machine.members(this.kpgid)) p.post(signal);
      await this.sleep(this.task.now(), [], () => false);
    }
  }

  async write(fd: number, data: Uint8Array): Promise<void> {
    const entered = this.enter();
    if (entered !== null) await entered;
    await this.#writeAll(fd, data);
  }

  async #writeAll(fd: number, data: Uint8Array): Promise<void> {
    const file = this.file(fd, 'write');
    if (file instanceof TtyFile && file.tty.tostop) await this.foreground(file.tty, SIGTTOU);
    const nonblock = (file.flags & O_NONBLOCK) !== 0;
    const ready = (): boolean => (file.poll() & (POLLOUT | POLLHUP | POLLERR)) !== 0;
    for (let o = 0; o < data.length;) {
      if (!nonblock && (file.flags & O_ACCMODE) !== O_RDONLY && !ready()) await this.sleep(Infinity, [file], ready);
      const part = o === 0 ? data : data.subarray(o);
      let n: number;
      try {
        n = file.write(part);
      } catch (e) {
        if (!(e instanceof SystemError) || e.errno !== -EPIPE) throw e;
        this.post(SIGPIPE);
        this.deliver();
        throw e;
      }
      this.task.charge('byte', n);
      o += n;
    }
  }

  async open(path: string, flags: number, mode = 0o666): Promise<number> {
    const entered = this.enter();
    if (entered !== null) await entered;
    const file = this.fs.open(path, flags, mode);
    const cloexec = (flags & O_CLOEXEC) !== 0;
    if (file.kind === 'pipe' && (flags & O_NONBLOCK) === 0) await this.#otherEnd(path, file);
    if (file instanceof TtyFile && (flags & O_NOCTTY) === 0) this.#takeTerminal(file.tty);
    return this.fds.add(file, 0, cloexec);
  }

  /** A session without a terminal gets the first free one that its leader opens. @see tty_io.c:tty_open_proc_set_tty */
  #takeTerminal(tty: Tty): void {
    if (this.ksid !== this.kpid || this.controllingTty !== null || tty.session !== 0) return;
    this.controllingTty = tty;
    tty.session = this.ksid;
    tty.foreground = this.kpgid;
  }

  /** Opening a fifo waits for who opens its other end. @see fs/pipe.c:fifo_open */
  async #otherEnd(path: string, file: OpenFile): Promise<void> {
    const mode = file.flags & O_ACCMODE;
    const pipe = this.fs.fifo(path)?.pipe;
    if (pipe === undefined || mode === O_RDWR) return;
    const opens = (): number => (mode === O_RDONLY ? pipe.writeOpens : pipe.readOpens);
    const before = opens();
    try {
      const there = (): boolean => (mode === O_RDONLY ? pipe.writers : pipe.readers) > 0 || opens() !== before;
      await this.sleep(Infinity, [file], there);
    } catch (e) {
      file.release();
      throw e;
    }
  }

  close(fd: number): void {
    this.task.charge('syscall');
    this.rest.delete(fd);
    if (!this.fds.close(fd)) fail(EBADF, 'close');
  }

  pipe(): [number, number] {
    this.task.charge('syscall');
    const [reader, writer] = makePipe(this.machine.nextIno());
    let fd = -1;
    try {
      fd = this.fds.add(reader);
      return [fd, this.fds.add(writer)];
    } catch (e) {
      if (fd >= 0) this.fds.close(fd);
      else writer.release();
      throw e;
    }
  }

  dup2(from: number, to: number): void {
    this.task.charge('syscall');
    const file = this.file(from, 'dup2');
    if (to < 0 || to >= this.fds.limit) fail(EBADF, 'dup2');
    if (from === to) return;
    this.rest.delete(to);
    this.fds.set(to, file.retain());
  }

  /** @throws SystemError EBADF, ESPIPE on what has no positions, EINVAL. @see lseek(2) */
  lseek(fd: number, offset: number, whence: number): number {
    const file = this.file(fd, 'lseek');
    return file.seek === undefined ? fail(ESPIPE, 'lseek') : file.seek(offset, whence);
  }

  isatty(fd: number): boolean {
    return this.fds.get(fd)?.kind === 'tty';
  }

  winsize(fd: number): { readonly rows: number; readonly cols: number } | null {
    const file = this.fds.get(fd);
    return file instanceof TtyFile ? { rows: file.tty.rows, cols: file.tty.cols } : null;
  }

  #terminal(fd: number, syscall: string): Tty {
    const file = this.file(fd, syscall);
    return file instanceof TtyFile ? file.tty : fail(ENOTTY, syscall);
  }

  setWinsize(fd: number, rows: number, cols: number): void {
    this.#terminal(fd, 'ioctl').resize(rows, cols);
  }

  tcgetattr(fd: number): Termios {
    this.task.charge('syscall');
    return this.#terminal(fd, 'tcgetattr').termios;
  }

  async tcsetattr(fd: number, termios: Termios, flush = false): Promise<void> {
    const entered = this.enter();
    if (entered !== null) await entered;
    const tty = this.#terminal(fd, 'tcsetattr');
    await this.foreground(tty, SIGTTOU);
    tty.setTermios(termios, flush);
  }

  tcgetpgrp(fd: number): number {
    const tty = this.#terminal(fd, 'tcgetpgrp');
    if (tty !== this.controllingTty) fail(ENOTTY, 'tcgetpgrp');
    return this.pidNs.numberOf(tty.foreground);
  }
}
