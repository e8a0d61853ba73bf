/**
 * The `less` command, version 590: passes its input through where output is no terminal. @see less(1)
 *
 * Differs from Linux: on a terminal all of it is shown at once, as with `-FX` and a screen that is large enough.
 */
import { SystemError } from '../../../syscall/index.ts';
import { EISDIR } from '../../../uapi/errno.ts';
import { O_RDONLY } from '../../../uapi/fcntl.ts';
import type { Process, Program } from '../../process/types.ts';

const VERSION = `less 590 (GNU regular expressions)
Copyright (C) 1984-2021  Mark Nudelman

less comes with NO WARRANTY, to the extent permitted by law.
For information about the terms of redistribution,
see the file named README in the less distribution.
Home page: https://greenwoodsoftware.com/less
`;
/** Options that say how a screen looks, which there is none of. */
const SCREEN = 'aABcCdeEfFgGiIJKLmMnNqQrRsSuUwWX~';
const WITH_VALUE = 'bhjkoOpPtTxyz#"D';
const LONG: ReadonlySet<string> = new Set(
  (
    'search-skip-screen auto-buffers clear-screen CLEAR-SCREEN dumb quit-at-eof QUIT-AT-EOF force quit-if-one-screen hilite-search ' +
    'HILITE-SEARCH ignore-case IGNORE-CASE status-column quit-on-intr no-lessopen long-prompt LONG-PROMPT line-numbers LINE-NUMBERS ' +
    'quiet QUIET silent SILENT raw-control-chars RAW-CONTROL-CHARS squeeze-blank-lines chop-long-lines underline-special ' +
    'UNDERLINE-SPECIAL hilite-unread HILITE-UNREAD no-init tilde follow-name mouse no-keypad use-backslash'
  ).split(' '),
);

/** What the command line asks for. */
interface Asked {
  readonly files: readonly string[];
  /** Words and an end at once. */
  readonly stop?: { readonly out?: string; readonly err?: string; readonly status: number };
}

function parse(argv: readonly string[]): Asked {
  const files: string[] = [];
  const unknown = (name: string): Asked => ({
    files,
    stop: { err: `There is no ${name} option ("less --help" for help)\n`, status: 0 },
  });
  for (let i = 0; i < argv.length; i++) {
    const arg = argv[i]!;
    if (arg === '--') return { files: [...files, ...argv.slice(i + 1)] };
    if (arg === '--version') return { files, stop: { out: VERSION, status: 0 } };
    if (arg.startsWith('--')) {
      if (!LONG.has(arg.slice(2))) return unknown(arg.slice(2));
    } else if (arg.startsWith('-') && arg !== '-') {
      for (let k = 1; k < arg.length; k++) {
        const letter = arg[k]!;
        if (letter === 'V') return { files, stop: { out: VERSION, status: 0 } };
        if (letter === '?') return { files, stop: { err: 'warren: less: option -? is not supported yet\n', status: 1 } };
        if (WITH_VALUE.includes(letter)) {
          if (k + 1 === arg.length) i++;
          break;
        }
        if (!SCREEN.includes(letter)) return unknown(`-${letter}`);
      }
    } else if (!arg.startsWith('+')) files.push(arg);
  }
  return { files };
}

/** Copies a descriptor to standard output. */
async function copy(proc: Process, fd: number): Promise<void> {
  for (;;) {
    const part = await proc.read(fd);
    if (part.length === 0) return;
    proc.outBytes(part);
    await proc.drain();
  }
}

async function copyFile(proc: Process, name: string): Promise<void> {
  let fd: number;
  try {
    if ((proc.fs.stat(name).mode & 0o170000) === 0o040000) throw new SystemError(EISDIR, 'open');
    fd = await proc.open(name, O_RDONLY);
  } catch (e) {
    if (!(e instanceof SystemError)) throw e;
    proc.out(e.errno === -EISDIR ? `${name} is a directory\n` : `${name}: ${e.strerror}\n`);
    return;
  }
  try {
    await copy(proc, fd);
  } finally {
    proc.close(fd);
  }
}

export const lessMain: Program = async (proc) => {
  const { files, stop } = parse(proc.argv.slice(1));
  if (stop !== undefined) {
    proc.out(stop.out ?? '');
    proc.err(stop.err ?? '');
    return stop.status;
  }
  if (files.length === 0) {
    if (proc.isatty(0)) {
      proc.err('Missing filename ("less --help" for help)\n');
      return 1;
    }
    await copy(proc, 0);
    return 0;
  }
  // A file named twice is shown once.
  for (const name of new Set(files)) {
    if (name === '-') await copy(proc, 0);
    else await copyFile(proc, name);
  }
  return 0;
};
