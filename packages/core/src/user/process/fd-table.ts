import { EMFILE } from '../../uapi/errno.ts';
import { fail } from './error.ts';
import { RLIM_NOFILE, RLIM_NOFILE_MAX } from './limits.ts';
import type { FdTable, OpenFile } from './types.ts';

/** The descriptor table of a process. */
export class Descriptors implements FdTable {
  readonly #files: (OpenFile | undefined)[] = [];
  /** Descriptors that exec closes. */
  readonly #cloexec: Set<number> = new Set();
  /** Numbers of descriptors are below this. @see RLIMIT_NOFILE */
  limit: number = RLIM_NOFILE;
  hardLimit: number = RLIM_NOFILE_MAX;

  get(fd: number): OpenFile | undefined {
    return this.#files[fd];
  }

  set(fd: number, file: OpenFile, cloexec = false): void {
    const old = this.#files[fd];
    while (this.#files.length < fd) this.#files.push(undefined);
    this.#files[fd] = file;
    this.setCloexec(fd, cloexec);
    old?.release();
  }

  /** @throws SystemError EMFILE when the limit is reached; the reference is given back then. */
  add(file: OpenFile, min = 0, cloexec = false): number {
    let fd = min;
    while (this.#files[fd] !== undefined) fd++;
    if (fd >= this.limit) {
      file.release();
      fail(EMFILE, 'open');
    }
    this.set(fd, file, cloexec);
    return fd;
  }

  close(fd: number): boolean {
    const file = this.#files[fd];
    if (file === undefined) return false;
    this.#files[fd] = undefined;
    this.#cloexec.delete(fd);
    file.release();
    return true;
  }

  list(): readonly number[] {
    const fds: number[] = [];
    for (let fd = 0; fd < this.#files.length; fd++) if (this.#files[fd] !== undefined) fds.push(fd);
    return fds;
  }

  copy(): Descriptors {
    const copy = new Descriptors();
    copy.limit = this.limit;
    copy.hardLimit = this.hardLimit;
    for (let fd = 0; fd < this.#files.length; fd++) copy.#files.push(this.#files[fd]?.retain());
    for (const fd of this.#cloexec) copy.#cloexec.add(fd);
    return copy;
  }

  closeAll(): void {
    for (let fd = 0; fd < this.#files.length; fd++) this.close(fd);
  }

  setCloexec(fd: number, on: boolean): void {
    if (on) this.#cloexec.add(fd);
    else this.#cloexec.delete(fd);
  }

  isCloexec(fd: number): boolean {
    return this.#cloexec.has(fd);
  }

  /** What exec does to the table. */
  closeOnExec(): void {
    for (const fd of this.#cloexec) this.close(fd);
  }
}
