import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFSOCK } from '../../../uapi/fcntl.ts';

const KINDS: readonly (readonly [number, string, string])[] = [
  [S_IFDIR, 'd', 'directory'],
  [S_IFLNK, 'l', 'symbolic link'],
  [S_IFIFO, 'p', 'fifo'],
  [S_IFCHR, 'c', 'character special file'],
  [S_IFBLK, 'b', 'block special file'],
  [S_IFSOCK, 's', 'socket'],
];

/** The letter of a file's type: `-` for a regular file. */
export const typeLetter = (mode: number): string => KINDS.find(([m]) => (mode & S_IFMT) === m)?.[1] ?? '-';

/** The type in stat(1)'s words. */
export const typeName = (mode: number, size: number): string =>
  KINDS.find(([m]) => (mode & S_IFMT) === m)?.[2] ?? (size === 0 ? 'regular empty file' : 'regular file');

/** `drwxr-xr-x`. @see filemode(3) of gnulib */
export function modeString(mode: number): string {
  const triple = (bits: number, special: boolean, letter: string): string => {
    const x = (bits & 1) !== 0;
    const last = special ? (x ? letter : letter.toUpperCase()) : x ? 'x' : '-';
    return `${(bits & 4) !== 0 ? 'r' : '-'}${(bits & 2) !== 0 ? 'w' : '-'}${last}`;
  };
  return (
    typeLetter(mode) +
    triple((mode >> 6) & 7, (mode & 0o4000) !== 0, 's') +
    triple((mode >> 3) & 7, (mode & 0o2000) !== 0, 's') +
    triple(mode & 7, (mode & 0o1000) !== 0, 't')
  );
}

/**
 * Applies chmod's notation (`755`, `u+x,go-w`, `a=rX`) to a mode.
 * @param umask left out where nobody is named. @returns null when the notation is wrong.
 */
export function applyMode(text: string, mode: number, umask: number, dir: boolean): number | null {
  if (/^[0-7]{1,5}$/.test(text)) {
    const n = Number.parseInt(text, 8);
    return n > 0o7777 ? null : n | (dir && text.length < 5 ? mode & 0o6000 : 0);
  }
  let result = mode & 0o7777;
  for (const clause of text.split(',')) {
    const m = /^([ugoa]*)((?:[-+=](?:[rwxXst]*|[ugo]))+)$/.exec(clause);
    if (m === null) return null;
    const who = m[1] === '' ? 'ugo' : m[1]!.replace('a', 'ugo');
    let mask = 0;
    if (who.includes('u')) mask |= 0o4700;
    if (who.includes('g')) mask |= 0o2070;
    if (who.includes('o')) mask |= 0o1007;
    if (m[1] === '') mask |= 0o1000;
    for (const [, op, perms] of m[2]!.matchAll(/([-+=])([rwxXst]*|[ugo])/g)) {
      let bits = 0;
      if (/^[ugo]$/.test(perms!)) {
        const shift = perms === 'u' ? 6 : perms === 'g' ? 3 : 0;
        bits = ((result >> shift) & 7) * 0o111;
      } else {
        if (perms!.includes('r')) bits |= 0o444;
        if (perms!.includes('w')) bits |= 0o222;
        if (perms!.includes('x') || (perms!.includes('X') && (dir || (result & 0o111) !== 0))) bits |= 0o111;
        if (perms!.includes('s')) bits |= 0o6000;
        if (perms!.includes('t')) bits |= 0o1000;
      }
      bits &= mask;
      if (m[1] === '') bits &= ~umask;
      if (op === '+') result |= bits;
      else if (op === '-') result &= ~bits;
      else result = (result & ~(mask & (dir ? 0o1777 : 0o7777))) | bits;
    }
  }
  return result;
}
