/** What stty(1) calls the flags of a terminal, in the order it shows them. */
import * as t from '../../../uapi/termios.ts';

export type Field = 'cflag' | 'iflag' | 'oflag' | 'lflag';

export interface Mode {
  readonly name: string;
  readonly field: Field;
  /** The bits it has when it is set. */
  readonly bits: number;
  /** The bits it is one value of; `bits` for a plain flag. */
  readonly mask: number;
  /** One of several values: it is not negated. */
  readonly choice: boolean;
  /** Whether `sane` sets it, clears it, or leaves it. */
  readonly sane: boolean | null;
  /** It is not shown: another name of one that is. */
  readonly hidden: boolean;
}

const flag = (field: Field, name: string, bits: number, sane: boolean | null = null, hidden = false): Mode => ({
  name,
  field,
  bits,
  mask: bits,
  choice: false,
  sane,
  hidden,
});
const value = (field: Field, name: string, bits: number, mask: number, sane: boolean | null, hidden = false): Mode => ({
  name,
  field,
  bits,
  mask,
  choice: true,
  sane,
  hidden,
});

/** Bits that delay output, which no terminal of today does. */
const NLDLY = 0o400;
const CRDLY = 0o3000;
const TABDLY = 0o14000;
const BSDLY = 0o20000;
const VTDLY = 0o40000;
const FFDLY = 0o100000;

export const MODES: readonly Mode[] = [
  flag('cflag', 'parenb', t.PARENB),
  flag('cflag', 'parodd', t.PARODD),
  flag('cflag', 'cmspar', t.CMSPAR),
  value('cflag', 'cs5', 0, t.CSIZE, null),
  value('cflag', 'cs6', 0o20, t.CSIZE, null),
  value('cflag', 'cs7', 0o40, t.CSIZE, null),
  value('cflag', 'cs8', t.CS8, t.CSIZE, null),
  flag('cflag', 'hupcl', t.HUPCL),
  flag('cflag', 'hup', t.HUPCL, null, true),
  flag('cflag', 'cstopb', t.CSTOPB),
  flag('cflag', 'cread', t.CREAD, true),
  flag('cflag', 'clocal', t.CLOCAL),
  flag('cflag', 'crtscts', t.CRTSCTS),
  flag('iflag', 'ignbrk', t.IGNBRK, false),
  flag('iflag', 'brkint', t.BRKINT, true),
  flag('iflag', 'ignpar', t.IGNPAR),
  flag('iflag', 'parmrk', t.PARMRK),
  flag('iflag', 'inpck', t.INPCK),
  flag('iflag', 'istrip', t.ISTRIP),
  flag('iflag', 'inlcr', t.INLCR, false),
  flag('iflag', 'igncr', t.IGNCR, false),
  flag('iflag', 'icrnl', t.ICRNL, true),
  flag('iflag', 'ixon', t.IXON),
  flag('iflag', 'ixoff', t.IXOFF, false),
  flag('iflag', 'tandem', t.IXOFF, null, true),
  flag('iflag', 'iuclc', t.IUCLC, false),
  flag('iflag', 'ixany', t.IXANY, false),
  flag('iflag', 'imaxbel', t.IMAXBEL, true),
  flag('iflag', 'iutf8', t.IUTF8, false),
  flag('oflag', 'opost', t.OPOST, true),
  flag('oflag', 'olcuc', t.OLCUC, false),
  flag('oflag', 'ocrnl', t.OCRNL, false),
  flag('oflag', 'onlcr', t.ONLCR, true),
  flag('oflag', 'onocr', t.ONOCR, false),
  flag('oflag', 'onlret', t.ONLRET, false),
  flag('oflag', 'ofill', t.OFILL, false),
  flag('oflag', 'ofdel', t.OFDEL, false),
  value('oflag', 'nl1', NLDLY, NLDLY, null),
  value('oflag', 'nl0', 0, NLDLY, true),
  value('oflag', 'cr3', 0o3000, CRDLY, null),
  value('oflag', 'cr2', 0o2000, CRDLY, null),
  value('oflag', 'cr1', 0o1000, CRDLY, null),
  value('oflag', 'cr0', 0, CRDLY, true),
  value('oflag', 'tab3', 0o14000, TABDLY, null),
  value('oflag', 'tab2', 0o10000, TABDLY, null),
  value('oflag', 'tab1', 0o4000, TABDLY, null),
  value('oflag', 'tab0', 0, TABDLY, true),
  value('oflag', 'bs1', BSDLY, BSDLY, null),
  value('oflag', 'bs0', 0, BSDLY, true),
  value('oflag', 'vt1', VTDLY, VTDLY, null),
  value('oflag', 'vt0', 0, VTDLY, true),
  value('oflag', 'ff1', FFDLY, FFDLY, null),
  value('oflag', 'ff0', 0, FFDLY, true),
  flag('lflag', 'isig', t.ISIG, true),
  flag('lflag', 'icanon', t.ICANON, true),
  flag('lflag', 'iexten', t.IEXTEN, true),
  flag('lflag', 'echo', t.ECHO, true),
  flag('lflag', 'echoe', t.ECHOE, true),
  flag('lflag', 'crterase', t.ECHOE, null, true),
  flag('lflag', 'echok', t.ECHOK, true),
  flag('lflag', 'echonl', t.ECHONL, false),
  flag('lflag', 'noflsh', t.NOFLSH, false),
  flag('lflag', 'xcase', t.XCASE, false),
  flag('lflag', 'tostop', t.TOSTOP, false),
  flag('lflag', 'echoprt', t.ECHOPRT, false),
  flag('lflag', 'prterase', t.ECHOPRT, null, true),
  flag('lflag', 'echoctl', t.ECHOCTL, true),
  flag('lflag', 'ctlecho', t.ECHOCTL, null, true),
  flag('lflag', 'echoke', t.ECHOKE, true),
  flag('lflag', 'crtkill', t.ECHOKE, null, true),
  flag('lflag', 'flusho', t.FLUSHO, false),
  flag('lflag', 'extproc', t.EXTPROC, false),
];

/** What this terminal does not do: setting it is refused, as a driver does that has no such thing. */
export const UNKNOWN_BITS: Readonly<Record<Field, number>> = {
  cflag: t.PARENB | t.CMSPAR,
  iflag: t.IUCLC | t.PARMRK,
  oflag: t.OLCUC | t.OFILL | NLDLY | CRDLY | TABDLY | BSDLY | VTDLY | FFDLY,
  lflag: t.XCASE | t.ECHOPRT | t.FLUSHO | t.EXTPROC,
};

export const FIELDS: readonly Field[] = ['cflag', 'iflag', 'oflag', 'lflag'];

export interface Character {
  readonly name: string;
  readonly index: number;
  readonly sane: number;
}

export const CHARACTERS: readonly Character[] = [
  { name: 'intr', index: t.VINTR, sane: 3 },
  { name: 'quit', index: t.VQUIT, sane: 28 },
  { name: 'erase', index: t.VERASE, sane: 127 },
  { name: 'kill', index: t.VKILL, sane: 21 },
  { name: 'eof', index: t.VEOF, sane: 4 },
  { name: 'eol', index: t.VEOL, sane: 0 },
  { name: 'eol2', index: t.VEOL2, sane: 0 },
  { name: 'swtch', index: t.VSWTC, sane: 0 },
  { name: 'start', index: t.VSTART, sane: 17 },
  { name: 'stop', index: t.VSTOP, sane: 19 },
  { name: 'susp', index: t.VSUSP, sane: 26 },
  { name: 'rprnt', index: t.VREPRINT, sane: 18 },
  { name: 'werase', index: t.VWERASE, sane: 23 },
  { name: 'lnext', index: t.VLNEXT, sane: 22 },
  { name: 'discard', index: t.VDISCARD, sane: 15 },
];

/** Settings that stand for several, and what `-NAME` stands for; null: it cannot be negated. */
export const COMBINATIONS: Readonly<Record<string, readonly [string, string | null]>> = {
  cooked: [
    'brkint ignpar istrip icrnl ixon opost isig icanon',
    '-ignbrk -brkint -ignpar -parmrk -inpck -istrip -inlcr -igncr -icrnl -ixon -ixoff -iuclc -ixany -imaxbel -opost -isig -icanon -xcase min 1 time 0',
  ],
  raw: [
    '-ignbrk -brkint -ignpar -parmrk -inpck -istrip -inlcr -igncr -icrnl -ixon -ixoff -iuclc -ixany -imaxbel -opost -isig -icanon -xcase min 1 time 0',
    'brkint ignpar istrip icrnl ixon opost isig icanon',
  ],
  cbreak: ['-icanon', 'icanon'],
  nl: ['-icrnl -onlcr', 'icrnl -inlcr -igncr onlcr -ocrnl -onlret'],
  crt: ['echoe echoctl echoke', null],
  dec: ['echoe echoctl echoke -ixany intr ^C erase ^? kill ^U', null],
  ek: ['erase ^? kill ^U', null],
  litout: ['-opost -istrip', 'opost istrip'],
  pass8: ['-istrip', 'istrip'],
  decctlq: ['-ixany', 'ixany'],
  tabs: ['tab0', 'tab3'],
  evenp: ['parenb -parodd cs7', '-parenb cs8'],
  parity: ['parenb -parodd cs7', '-parenb cs8'],
  oddp: ['parenb parodd cs7', '-parenb cs8'],
};

/** Speeds by their code in c_cflag. @see CBAUD */
export const CBAUD = 0o10017;
export const SPEEDS: Readonly<Record<number, number>> = {
  0: 0,
  50: 1,
  75: 2,
  110: 3,
  134: 4,
  150: 5,
  200: 6,
  300: 7,
  600: 8,
  1200: 9,
  1800: 10,
  2400: 11,
  4800: 12,
  9600: 13,
  19200: 14,
  38400: 15,
  57600: 0o10001,
  115200: 0o10002,
  230400: 0o10003,
  460800: 0o10004,
};
