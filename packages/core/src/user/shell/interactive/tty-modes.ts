/** Settings of the terminal while `read` reads from it. */
import { ECHO, ICANON, VMIN, VTIME } from '../../../uapi/termios.ts';
import type { Shell } from '../shell.ts';

export interface ReadModes {
  /** Characters are not shown: `read -s`. */
  readonly silent: boolean;
  /** Single characters, not lines: `read -n`, `read -d`. */
  readonly single: boolean;
}

/** Runs `work` with other settings of the terminal, and puts them back whatever happens. */
export async function withModes<T>(sh: Shell, fd: number, modes: ReadModes, work: () => Promise<T>): Promise<T> {
  const { proc } = sh;
  if (!proc.isatty(fd) || (!modes.silent && !modes.single)) return work();
  const before = proc.tcgetattr(fd);
  const cleared = (modes.silent ? ECHO : 0) | (modes.single ? ICANON : 0);
  const cc = modes.single ? before.cc.map((c, i) => (i === VMIN ? 1 : i === VTIME ? 0 : c)) : before.cc;
  await proc.tcsetattr(fd, { ...before, lflag: before.lflag & ~cleared, cc });
  try {
    return await work();
  } finally {
    await proc.tcsetattr(fd, before);
  }
}
