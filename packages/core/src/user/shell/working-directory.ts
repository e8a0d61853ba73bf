/** Where the shell thinks it is: the name it came by, which may lead through links, or the kernel's when that is lost. */
import { SystemError } from '../../syscall/index.ts';
import { S_IFDIR, S_IFMT } from '../../uapi/fcntl.ts';
import type { Shell } from './shell.ts';

const isDirectory = (sh: Shell, path: string): boolean => {
  const st = sh.fs.exists(path);
  return st !== null && (st.mode & S_IFMT) === S_IFDIR;
};

/** A name without `.`, `..` and double slashes, links untouched; null when a directory on its way is missing. */
function normalised(sh: Shell, path: string): string | null {
  const root = path.startsWith('/') ? '/' : '';
  const out: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..' || (out.length === 0 && root === '') || out.at(-1) === '..') {
      if (part !== '..' || root === '') out.push(part);
      continue;
    }
    if (out.length > 0 && !isDirectory(sh, root + out.join('/'))) return null;
    out.pop();
  }
  const name = root + out.join('/');
  if (name === '') return '.';
  return sh.fs.exists(name) === null ? null : name;
}

/** The name without links; null when it leads nowhere. */
function resolved(sh: Shell, path: string): string | null {
  try {
    return sh.fs.realpath(path);
  } catch (e) {
    if (!(e instanceof SystemError)) throw e;
    return null;
  }
}

/** What the shell is in, asked of the kernel when it does not know. @returns null after saying, for `whom`, that nobody knows */
export async function workingDirectory(sh: Shell, whom: string): Promise<string | null> {
  if (sh.directory !== null) return sh.directory;
  try {
    sh.directory = sh.proc.cwd;
  } catch (e) {
    if (!(e instanceof SystemError)) throw e;
    const why = `getcwd: cannot access parent directories: ${e.strerror}`;
    await sh.warn(`${whom}: error retrieving current directory: ${why}\n`);
  }
  return sh.directory;
}

/** As `workingDirectory`, with what it knew forgotten. */
export function askAgain(sh: Shell, whom: string): Promise<string | null> {
  sh.directory = null;
  return workingDirectory(sh, whom);
}

/** The name without links, for `pwd -P`. */
export async function physicalDirectory(sh: Shell, whom: string): Promise<string | null> {
  if (sh.directory === null) return workingDirectory(sh, whom);
  return resolved(sh, sh.directory) ?? askAgain(sh, whom);
}

/**
 * Goes to a directory; names are put together with the one the shell is in, and taken as given where that leads nowhere.
 * @param physical `..` after links, as the kernel does it. @returns the words of the error, or null
 */
export async function changeDirectory(sh: Shell, target: string, physical: boolean): Promise<string | null> {
  const here = target.startsWith('/') ? '' : await workingDirectory(sh, 'chdir');
  const full = here === '' || here === null ? target : here + (here.endsWith('/') ? '' : '/') + target;
  const clean = physical ? resolved(sh, full) : normalised(sh, full);
  const name = clean ?? full;
  const enter = (path: string): string | null => {
    try {
      sh.proc.cwd = path;
      return null;
    } catch (e) {
      if (!(e instanceof SystemError)) throw e;
      return e.strerror;
    }
  };
  const error = enter(physical ? target : name);
  if (error === null && clean !== null) {
    sh.directory = clean;
    return null;
  }
  if (error !== null && (physical || enter(target) !== null)) return error;
  if ((await askAgain(sh, 'cd')) === null) sh.directory = name;
  return null;
}
