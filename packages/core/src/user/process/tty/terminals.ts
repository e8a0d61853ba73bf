import type { FsContext } from '../context.ts';
import { Device, MemDir } from '../fs/inode.ts';
import type { OpenFile } from '../types.ts';
import { TtyFile, ptsIndex, ttyRdev } from './tty-file.ts';
import { Tty, type TtyOptions } from './tty.ts';

/** The pseudo-terminals of a machine: devpts. @see fs/devpts/inode.c */
export class Terminals {
  /** /dev/pts */
  readonly dir: MemDir;
  readonly #open: Map<number, Tty> = new Map();

  constructor(ino: number) {
    this.dir = new MemDir(ino, 0o755);
  }

  /** A new terminal with the lowest free number, as posix_openpt(3) makes one. */
  open(options: Omit<TtyOptions, 'name'>): Tty {
    let index = 0;
    while (this.#open.has(index)) index++;
    const tty = new Tty({ ...options, name: `/dev/pts/${index}` });
    this.#open.set(index, tty);
    const open = (_ctx: FsContext, flags: number): OpenFile => new TtyFile(tty, flags);
    const device = new Device(index + 3, 0o620, ttyRdev(tty), open);
    device.gid = 5;
    this.dir.insert(String(index), device, Number.NaN);
    return tty;
  }

  /** Hangs it up and frees its number: the master side is closed. */
  close(tty: Tty): void {
    const index = ptsIndex(tty);
    if (this.#open.get(index) !== tty) return;
    this.#open.delete(index);
    this.dir.remove(String(index), Number.NaN);
    tty.hangup();
  }
}
