/** reset: makes a terminal usable again that a program left in an odd state. */
import { STD_TERMIOS } from '../../process/tty/termios.ts';
import type { Process } from '../../process/types.ts';

/** Full and soft reset of a terminal like xterm: 80 columns, insert mode and margins off. @see terminfo(5) rs1, rs2 */
const HARD = '\x1bc';
const COLOURS = '\x1b]104\x07';
const SOFT = '\x1b[!p\x1b[?3;4l\x1b[4l\x1b>\x1b[?69l\r';

export async function resetMain(proc: Process): Promise<number> {
  const [word] = proc.argv.slice(1);
  if (word !== undefined && word.startsWith('-')) {
    proc.err(`reset: option ${word} is not known\nUsage: reset [terminal]\n`);
    return 1;
  }
  const fd = [2, 1, 0].find((n) => proc.isatty(n));
  if (fd === undefined) {
    proc.err('reset: standard error: Inappropriate ioctl for device\n');
    return 1;
  }
  await proc.tcsetattr(fd, STD_TERMIOS);
  const term = word ?? proc.env.get('TERM') ?? 'dumb';
  if (term !== 'dumb') proc.err(HARD + (term.startsWith('xterm') ? COLOURS : '') + SOFT);
  return 0;
}
