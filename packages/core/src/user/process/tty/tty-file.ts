import { O_RDWR, S_IFCHR } from '../../../uapi/fcntl.ts';
import { BaseFile } from '../open-file.ts';
import type { Stat } from '../types.ts';
import type { Tty } from './tty.ts';

/** Major number of the slaves of pseudo-terminals. @see UNIX98_PTY_SLAVE_MAJOR */
const PTS_MAJOR = 136;
/** Inode number of /dev/pts/0. */
const FIRST_INO = 3;

/** Number of a terminal in /dev/pts. */
export const ptsIndex = (tty: Tty): number => Number(/\d+$/.exec(tty.name)?.[0] ?? 0);

/** A terminal's device number. */
export const ttyRdev = (tty: Tty): number => PTS_MAJOR * 256 + ptsIndex(tty);

/** A terminal as a process has it open. */
export class TtyFile extends BaseFile {
  readonly kind = 'tty';
  override readonly external: boolean;
  readonly tty: Tty;

  constructor(tty: Tty, flags: number = O_RDWR) {
    super(tty.name, flags, tty.waiters);
    this.tty = tty;
    this.external = tty.attended;
  }

  override poll(): number {
    return this.tty.poll();
  }

  read(size: number): Uint8Array {
    this.checkRead();
    return this.tty.read(size);
  }

  write(data: Uint8Array): number {
    this.checkWrite();
    this.tty.write(data);
    return data.length;
  }

  stat(): Stat {
    const ino = FIRST_INO + ptsIndex(this.tty);
    return {
      ino,
      dev: 22,
      mode: S_IFCHR | 0o620,
      nlink: 1,
      uid: 0,
      gid: 5,
      size: 0,
      atime: 0,
      mtime: 0,
      ctime: 0,
      rdev: ttyRdev(this.tty),
    };
  }
}
