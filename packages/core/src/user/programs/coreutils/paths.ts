/** readlink, realpath, pwd. */
import { S_IFDIR, S_IFLNK, S_IFMT } from '../../../uapi/fcntl.ts';
import { SystemError } from '../../../syscall/index.ts';
import { EINVAL, ELOOP, ENOENT, ENOTDIR } from '../../../uapi/errno.ts';
import type { Process } from '../../process/types.ts';
import { complain, die, errorText, longs, options, quote, quotef, usageError } from './command.ts';

type Missing = 'none' | 'last' | 'all';

/** The canonical name. @param missing which components need not exist. @throws SystemError @see canonicalize(3) of gnulib */
export function canonical(proc: Process, path: string, missing: Missing, follow = true, logical = false): string {
  // `..` before links are looked at: what is to the left of it need not be a directory.
  if (logical) return canonical(proc, canonical(proc, path, 'all', false), missing, follow);
  if (path === '') throw new SystemError(ENOENT, 'realpath', { path });
  const todo = (path.startsWith('/') ? path : `${proc.cwd}/${path}`).split('/').filter((p) => p !== '' && p !== '.');
  const done: string[] = [];
  let links = 0;
  while (todo.length > 0) {
    const part = todo.shift()!;
    if (part === '..') {
      done.pop();
      continue;
    }
    if (part === '.' || part === '') continue;
    const here = `/${[...done, part].join('/')}`;
    let mode = 0;
    try {
      ({ mode } = proc.fs.lstat(here));
    } catch (e) {
      errorText(e);
      if (missing === 'none' || (missing === 'last' && todo.length > 0)) throw e;
      done.push(part);
      continue;
    }
    if (follow && (mode & S_IFMT) === S_IFLNK) {
      if (++links > 40) throw new SystemError(ELOOP, 'realpath', { path });
      const target = proc.fs.readlink(here);
      if (target.startsWith('/')) done.length = 0;
      todo.unshift(...target.split('/'));
      continue;
    }
    if (todo.length > 0 && (mode & S_IFMT) !== S_IFDIR && (mode & S_IFMT) !== S_IFLNK && missing !== 'all') {
      throw new SystemError(ENOTDIR, 'realpath', { path });
    }
    done.push(part);
  }
  return `/${done.join('/')}`;
}

/** readlink */
export async function readlinkMain(proc: Process): Promise<number> {
  let mode: Missing | null = null;
  let [verbose, end] = [false, '\n'];
  const { options: opts, operands } = options(proc, {
    short: 'efmnqsvz',
    long: longs({
      canonicalize: 'f',
      'canonicalize-existing': 'e',
      'canonicalize-missing': 'm',
      'no-newline': 'n',
      quiet: 'q',
      silent: 's',
      verbose: 'v',
      zero: 'z',
    }),
    synopsis: '[OPTION]... FILE...',
  });
  for (const { opt } of opts) {
    if (opt === 'f') mode = 'last';
    else if (opt === 'e') mode = 'none';
    else if (opt === 'm') mode = 'all';
    else if (opt === 'n') end = '';
    else if (opt === 'z') end = '\0';
    else verbose = opt === 'v';
  }
  if (operands.length === 0) usageError(proc, 'missing operand');
  if (end === '' && operands.length > 1) {
    complain(proc, 'ignoring --no-newline with multiple arguments');
    end = '\n';
  }
  let status = 0;
  for (const path of operands) {
    try {
      proc.out((mode === null ? proc.fs.readlink(path) : canonical(proc, path, mode)) + end);
    } catch (e) {
      status = 1;
      const text = errorText(e);
      if (verbose)
        complain(proc, `${quotef(path)}: ${(e as SystemError).errno === -EINVAL ? 'Invalid argument' : text}`);
    }
  }
  return status;
}

/** realpath */
export async function realpathMain(proc: Process): Promise<number> {
  let mode: Missing = 'last';
  let [quiet, follow, logical, end] = [false, true, false, '\n'];
  let [relative, base] = ['', ''];
  const { options: opts, operands } = options(proc, {
    short: 'eLmPqsz',
    long: longs({
      'canonicalize-existing': 'e',
      'canonicalize-missing': 'm',
      quiet: 'q',
      strip: 's',
      'no-symlinks': 's',
      logical: 'L',
      physical: 'P',
      zero: 'z',
      'relative-to=': 'to',
      'relative-base=': 'base',
    }),
    synopsis: '[OPTION]... FILE...',
  });
  for (const { opt, arg } of opts) {
    if (opt === 'e') mode = 'none';
    else if (opt === 'm') mode = 'all';
    else if (opt === 'q') quiet = true;
    else if (opt === 's') [follow, logical] = [false, false];
    else if (opt === 'L') [follow, logical] = [true, true];
    else if (opt === 'P') [follow, logical] = [true, false];
    else if (opt === 'z') end = '\0';
    else if (opt === 'to') relative = canonical(proc, arg!, 'last');
    else if (opt === 'base') base = canonical(proc, arg!, 'last');
  }
  if (operands.length === 0) usageError(proc, 'missing operand');
  let status = 0;
  for (const path of operands) {
    try {
      let full = canonical(proc, path, mode, follow, logical);
      const from = relative !== '' ? relative : base;
      if (from !== '' && (base === '' || `${full}/`.startsWith(`${base}/`))) {
        const [a, b] = [full.split('/').filter(Boolean), from.split('/').filter(Boolean)];
        let i = 0;
        while (i < a.length && i < b.length && a[i] === b[i]) i++;
        full = [...b.slice(i).map(() => '..'), ...a.slice(i)].join('/') || '.';
      }
      proc.out(full + end);
    } catch (e) {
      status = 1;
      const text = errorText(e);
      if (!quiet) complain(proc, `${quotef(path)}: ${text}`);
    }
  }
  return status;
}

/** pwd, as the program. */
export async function pwdMain(proc: Process): Promise<number> {
  const { options: opts, operands } = options(proc, {
    short: 'LP',
    long: longs({ logical: 'L', physical: 'P' }),
    synopsis: '[OPTION]...',
  });
  if (operands.length > 0) complain(proc, 'ignoring non-option arguments');
  const logical = proc.env.get('PWD');
  const use =
    opts.at(-1)?.opt === 'L' &&
    logical?.startsWith('/') === true &&
    proc.fs.exists(logical)?.ino === proc.fs.exists('.')?.ino;
  if (use) proc.out(`${logical}\n`);
  else {
    try {
      proc.out(`${proc.cwd}\n`);
    } catch (e) {
      errorText(e);
      // It climbs up then, looking for the names.
      die(proc, `couldn't find directory entry in ${quote('..')} with matching i-node`);
    }
  }
  return 0;
}
