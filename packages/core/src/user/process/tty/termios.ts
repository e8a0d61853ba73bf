import {
  B38400,
  CREAD,
  CS8,
  ECHO,
  ECHOCTL,
  ECHOE,
  ECHOK,
  ECHOKE,
  ICANON,
  ICRNL,
  IEXTEN,
  ISIG,
  IUTF8,
  IXON,
  NCCS,
  ONLCR,
  OPOST,
} from '../../../uapi/termios.ts';

/** A terminal's settings; flags as uapi/termios.ts has them. @see termios(3) */
export interface Termios {
  readonly iflag: number;
  readonly oflag: number;
  readonly cflag: number;
  readonly lflag: number;
  /** NCCS characters, by V*. */
  readonly cc: readonly number[];
}

/** ^C ^\ DEL ^U ^D, 0, 1, 0, ^Q ^S ^Z 0 ^R ^O ^W ^V. @see INIT_C_CC */
const INIT_CC = [3, 28, 127, 21, 4, 0, 1, 0, 17, 19, 26, 0, 18, 15, 23, 22];

/** A pseudo-terminal's settings as a terminal emulator opens it. @see drivers/tty/tty_io.c:tty_std_termios */
export const STD_TERMIOS: Termios = {
  iflag: ICRNL | IXON | IUTF8,
  oflag: OPOST | ONLCR,
  cflag: B38400 | CS8 | CREAD,
  lflag: ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
  cc: [...INIT_CC, ...Array.from({ length: NCCS - INIT_CC.length }, () => 0)],
};
