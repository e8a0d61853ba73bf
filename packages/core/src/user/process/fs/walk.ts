import { ELOOP, ENAMETOOLONG, ENOENT, ENOTDIR } from '../../../uapi/errno.ts';
import type { FsContext } from '../context.ts';
import { fail } from '../error.ts';
import { Dir, Link } from './inode.ts';
import type { Place } from './mount.ts';

const NAME_MAX = 255;
const PATH_MAX = 4096;
/** Symbolic links followed in one look-up. @see MAXSYMLINKS */
const MAXSYMLINKS = 40;

/** How the name ended. */
export type Last = 'name' | 'dot' | 'dotdot' | 'root';

/** The end of a look-up: the directory, the name in it, and what is there (null when nothing). */
export interface Found {
  readonly parent: Place;
  readonly name: string;
  readonly place: Place | null;
  readonly last: Last;
  /** The name ended with a slash. */
  readonly slash: boolean;
}

/** UTF-8 bytes of a name, enough to compare with a limit. */
function nameTooLong(name: string): boolean {
  if (name.length * 3 <= NAME_MAX) return false;
  let n = 0;
  for (let i = 0; i < name.length; i++) {
    const c = name.charCodeAt(i);
    n += c < 0x80 ? 1 : c < 0x800 ? 2 : c >= 0xd800 && c < 0xdc00 ? 1 : 3;
  }
  return n > NAME_MAX;
}

/**
 * Finds a file by name, from the process's root or working directory.
 *
 * @param follow whether a symbolic link at the end is followed.
 * @throws SystemError ENOENT (not for the last component), ENOTDIR, ELOOP, ENAMETOOLONG. @see fs/namei.c:path_lookupat
 */
export function walk(ctx: FsContext, path: string, follow: boolean, syscall: string): Found {
  if (path === '') fail(ENOENT, syscall, path);
  if (path.length >= PATH_MAX) fail(ENAMETOOLONG, syscall, path);
  const ns = ctx.mountNs;
  const root = ns.rootPlace;
  let here = path.startsWith('/') ? root : ctx.cwdPlace;
  const todo: string[] = [];
  const push = (p: string): void => {
    const parts = p.split('/');
    for (let i = parts.length - 1; i >= 0; i--) if (parts[i] !== '') todo.push(parts[i]!);
  };
  push(path);
  const slash = path.endsWith('/');
  const last = todo.length === 0 ? 'root' : todo[0] === '.' ? 'dot' : todo[0] === '..' ? 'dotdot' : 'name';
  let mustBeDir = slash;
  let name = '';
  let links = 0;
  while (todo.length > 0) {
    const part = todo.pop()!;
    if (!(here.inode instanceof Dir)) fail(ENOTDIR, syscall, path);
    if (part === '.') continue;
    if (part === '..') {
      here = here.up ?? here;
      continue;
    }
    if (nameTooLong(part)) fail(ENAMETOOLONG, syscall, path);
    name = part;
    const child = here.inode.lookup(ctx, part);
    if (child === null) {
      if (todo.length > 0) fail(ENOENT, syscall, path);
      return { parent: here, name, place: null, last, slash: mustBeDir };
    }
    const place = ns.cross(here.mount, child, here.path === '/' ? `/${part}` : `${here.path}/${part}`, here);
    const { inode } = place;
    if (inode instanceof Link && (todo.length > 0 || follow || mustBeDir)) {
      if (++links > MAXSYMLINKS) fail(ELOOP, syscall, path);
      const target = inode.target(ctx);
      const direct = inode.follow(ctx);
      if (direct !== null) {
        here = { mount: here.mount, inode: direct, path: target, up: here };
        continue;
      }
      if (target === '') fail(ENOENT, syscall, path);
      if (todo.length === 0 && target.endsWith('/')) mustBeDir = true;
      if (target.startsWith('/')) here = root;
      push(target);
      continue;
    }
    here = place;
  }
  const place = here;
  if (mustBeDir && !(place.inode instanceof Dir) && !(place.inode instanceof Link)) fail(ENOTDIR, syscall, path);
  return { parent: place.up ?? place, name, place, last, slash: mustBeDir };
}
