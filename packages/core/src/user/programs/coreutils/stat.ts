import type { Process, Stat } from '../../process/types.ts';
import { complain, errorText, longs, options, quoteaf, usageError } from './command.ts';
import { unescape } from './escapes.ts';
import { modeString, typeLetter, typeName } from './modes.ts';
import { strftime } from '../../../lib/strftime.ts';

const when = (t: number): string => strftime('%Y-%m-%d %H:%M:%S.%N %z', Math.floor(t), Math.floor((t % 1) * 1e9));
const blocks = (st: Stat): number => (typeLetter(st.mode) === 'l' ? 0 : Math.ceil(st.size / 4096) * 8);

/** `%Hd` and the like: major and minor numbers. */
function parts(letter: string, st: Stat): string | null {
  if (letter.length < 2) return null;
  const number = letter[1] === 'd' ? st.dev : (st.rdev ?? 0);
  return String(letter[0] === 'H' ? number >> 8 : number & 255);
}

/** `%.3Y`: seconds with digits after the point, nine when their number is not said. */
function fraction(letter: string, precision: string | undefined, st: Stat): string | null {
  const time = { W: st.btime ?? 0, X: st.atime, Y: st.mtime, Z: st.ctime }[letter];
  if (time === undefined || precision === undefined) return null;
  const digits = precision === '.' ? 9 : Number(precision.slice(1));
  const ns = String(Math.floor((time % 1) * 1e9)).padStart(9, '0');
  return digits === 0 ? String(Math.floor(time)) : `${Math.floor(time)}.${ns.padEnd(digits, '0').slice(0, digits)}`;
}

/** @param quoted names as a shell reads them back; in the format that is the default they stand as they are */
function directive(proc: Process, letter: string, path: string, st: Stat, quoted: boolean): string | null {
  const name = (text: string): string => (quoted ? quoteaf(text) : text);
  switch (letter) {
    case 'n':
      return path;
    case 'N':
      return typeLetter(st.mode) === 'l' ? `${name(path)} -> ${name(proc.fs.readlink(path))}` : name(path);
    case 's':
      return String(st.size);
    case 'b':
      return String(blocks(st));
    case 'B':
      return '512';
    case 'o':
      return '4096';
    case 'a':
      return (st.mode & 0o7777).toString(8);
    case 'A':
      return modeString(st.mode);
    case 'f':
      return st.mode.toString(16);
    case 'F':
      return typeName(st.mode, st.size);
    case 'i':
      return String(st.ino);
    case 'h':
      return String(st.nlink);
    case 'd':
      return String(st.dev);
    case 'D':
      return st.dev.toString(16);
    case 'u':
      return String(st.uid);
    case 'U':
      return st.uid === 0 ? 'root' : 'UNKNOWN';
    case 'g':
      return String(st.gid);
    case 'G':
      return st.gid === 0 ? 'root' : 'UNKNOWN';
    case 't':
      return ((st.rdev ?? 0) >> 8).toString(16);
    case 'T':
      return ((st.rdev ?? 0) & 255).toString(16);
    case 'w':
      return st.btime === undefined ? '-' : when(st.btime);
    case 'x':
      return when(st.atime);
    case 'y':
      return when(st.mtime);
    case 'z':
      return when(st.ctime);
    case 'W':
      return String(Math.floor(st.btime ?? 0));
    case 'X':
      return String(Math.floor(st.atime));
    case 'Y':
      return String(Math.floor(st.mtime));
    case 'Z':
      return String(Math.floor(st.ctime));
    case 'm':
      return (
        proc.fs
          .mounts()
          .map((m) => m.target)
          .filter((t) => `${proc.fs.realpath(path)}/`.startsWith(t === '/' ? '/' : `${t}/`))
          .sort((a, b) => b.length - a.length)[0] ?? '/'
      );
    default:
      return null;
  }
}

const ID = '(%5u/%8U)';

/** stat: what the file system knows of a file. */
export async function statMain(proc: Process): Promise<number> {
  let [follow, terse] = [false, false];
  let format: string | null = null;
  let end = '\n';
  const { options: opts, operands } = options(proc, {
    short: 'c:Lt',
    long: longs({ 'format=': 'c', 'printf=': 'printf', dereference: 'L', terse: 't' }),
    synopsis: '[OPTION]... FILE...',
  });
  for (const { opt, arg } of opts) {
    if (opt === 'L') follow = true;
    else if (opt === 't') terse = true;
    else {
      format = opt === 'printf' ? unescape(arg!, false).text : arg!;
      end = opt === 'printf' ? '' : '\n';
    }
  }
  if (operands.length === 0) usageError(proc, 'missing operand');
  let status = 0;
  for (const path of operands) {
    try {
      const st = path === '-' ? proc.fds.get(0)!.stat() : follow ? proc.fs.stat(path) : proc.fs.lstat(path);
      const device = st.rdev === undefined ? '' : ' Device type: %t,%T';
      const full =
        `  File: %N\n  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F\nDevice: ${st.dev >> 8},${st.dev & 255}\tInode: %-11i Links: ${device === '' ? '%h' : `%-5h${device}`}\n` +
        `Access: (%04a/%10A)  Uid: ${ID}   Gid: ${ID.replace('u', 'g').replace('U', 'G')}\nAccess: %x\nModify: %y\nChange: %z\n Birth: %w`;
      const used = format ?? (terse ? '%n %s %b %f %u %g %D %i %h %t %T %X %Y %Z %W %o' : full);
      const text = used.replace(
        /%([-+ 0#]*)(\d*)(\.\d*)?([HL][drn]|[A-Za-z%])/g,
        (all, flags: string, width: string, precision: string | undefined, letter: string) => {
          if (letter === '%') return '%';
          const value =
            parts(letter, st) ?? fraction(letter, precision, st) ?? directive(proc, letter, path, st, format !== null);
          if (value === null) return letter === 'C' ? '?' : all.includes('%') ? '?' : all;
          if (flags.includes('-')) return value.padEnd(Number(width));
          return value.padStart(Number(width), flags.includes('0') ? '0' : ' ');
        },
      );
      proc.out(text + end);
    } catch (e) {
      complain(proc, `cannot statx ${quoteaf(path)}: ${errorText(e)}`);
      status = 1;
    }
  }
  return status;
}
