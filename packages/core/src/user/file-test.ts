/** What `test`, `[` and `[[` ask of files. */
import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK } from '../uapi/fcntl.ts';
import type { Stat } from './process/types.ts';

/** Finds a file, or the link at its end; null when there is none. */
export type Finder = (path: string, link: boolean) => Stat | null;

const KINDS: Readonly<Record<string, number>> = {
  b: S_IFBLK,
  c: S_IFCHR,
  d: S_IFDIR,
  f: S_IFREG,
  h: S_IFLNK,
  L: S_IFLNK,
  p: S_IFIFO,
  S: S_IFSOCK,
};
const BITS: Readonly<Record<string, number>> = { g: 0o2000, k: 0o1000, u: 0o4000 };
const ROOT = 0;

/** Letters of the tests there are. */
export const FILE_TESTS = 'bcdefghkLprsuwxGNOS';

/** One test, as root sees it, who may read and write whatever there is. */
export function fileTest(letter: string, path: string, find: Finder): boolean {
  const kind = KINDS[letter];
  const st = find(path, kind === S_IFLNK);
  if (st === null) return false;
  if (kind !== undefined) return (st.mode & S_IFMT) === kind;
  const bits = BITS[letter];
  if (bits !== undefined) return (st.mode & bits) !== 0;
  switch (letter) {
    case 's':
      return st.size > 0;
    case 'x':
      return (st.mode & S_IFMT) === S_IFDIR || (st.mode & 0o111) !== 0;
    case 'N':
      return st.mtime > st.atime;
    case 'O':
      return st.uid === ROOT;
    case 'G':
      return st.gid === ROOT;
    default:
      return true;
  }
}

/** `-nt`, `-ot` and `-ef`; what is missing is older than what is there. */
export function compareFiles(op: string, a: string, b: string, find: Finder): boolean {
  const [x, y] = [find(a, false), find(b, false)];
  if (op === '-ef') return x !== null && y !== null && x.ino === y.ino && x.dev === y.dev;
  if (op === '-nt') return x !== null && (y === null || x.mtime > y.mtime);
  return y !== null && (x === null || x.mtime < y.mtime);
}
