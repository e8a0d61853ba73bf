/** cp and mv. */
import type { SystemError } from '../../../syscall/index.ts';
import { EXDEV } from '../../../uapi/errno.ts';
import { O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY, S_IFDIR, S_IFLNK, S_IFMT } from '../../../uapi/fcntl.ts';
import type { Process, Stat } from '../../process/types.ts';
import { complain, die, errorText, longs, options, quoteaf, usageError } from './command.ts';
import { baseOf, below, lstatOrNull } from './files.ts';

const isDir = (st: Stat | null): boolean => st !== null && (st.mode & S_IFMT) === S_IFDIR;

interface Plan {
  readonly sources: readonly string[];
  readonly target: string;
  /** Sources go into the target. */
  readonly into: boolean;
}

/** What both make of their operands. */
function plan(proc: Process, operands: readonly string[], directory: string | null, noTarget: boolean): Plan {
  if (operands.length === 0) usageError(proc, 'missing file operand');
  if (directory !== null) {
    if (!isDir(proc.fs.exists(directory)))
      die(
        proc,
        `target directory ${quoteaf(directory)}: ${proc.fs.exists(directory) === null ? 'No such file or directory' : 'Not a directory'}`,
      );
    return { sources: operands, target: directory, into: true };
  }
  if (operands.length === 1) usageError(proc, `missing destination file operand after ${quoteaf(operands[0]!)}`);
  const target = operands.at(-1)!;
  const sources = operands.slice(0, -1);
  if (noTarget) {
    if (operands.length > 2) usageError(proc, `extra operand ${quoteaf(operands[2]!)}`);
    return { sources, target, into: false };
  }
  const into = isDir(proc.fs.exists(target));
  if (sources.length > 1 && !into)
    die(
      proc,
      `target ${quoteaf(target)}${proc.fs.exists(target) === null ? ': No such file or directory' : ' is not a directory'}`.replace(
        ' is not a directory',
        ': Not a directory',
      ),
    );
  return { sources, target, into };
}

class Copier {
  readonly #proc: Process;
  readonly #has: ReadonlySet<string>;
  failed = false;

  constructor(proc: Process, has: ReadonlySet<string>) {
    this.#proc = proc;
    this.#has = has;
  }

  fail(message: string): false {
    complain(this.#proc, message);
    this.failed = true;
    return false;
  }

  /** Copies one file or tree. @returns whether all of it was. */
  async copy(source: string, target: string, command: boolean): Promise<boolean> {
    const { fs } = this.#proc;
    const has = this.#has;
    let st: Stat;
    const follow =
      has.has('L') || (!has.has('P') && !has.has('d') && (command ? has.has('H') || !has.has('r') : false));
    try {
      st = follow ? fs.stat(source) : fs.lstat(source);
    } catch (e) {
      return this.fail(`cannot stat ${quoteaf(source)}: ${errorText(e)}`);
    }
    const dest = lstatOrNull(this.#proc, target);
    if (isDir(st)) return this.#directory(source, target, st, dest);
    if (isDir(dest)) return this.fail(`cannot overwrite directory ${quoteaf(target)} with non-directory`);
    if (dest !== null && dest.ino === st.ino && dest.dev === st.dev)
      return this.fail(`${quoteaf(source)} and ${quoteaf(target)} are the same file`);
    if (dest !== null && has.has('n')) return true;
    if (dest !== null && has.has('u') && fs.stat(target).mtime >= st.mtime) return true;
    try {
      if (dest !== null && has.has('remove')) fs.unlink(target);
      if ((st.mode & S_IFMT) === S_IFLNK) {
        if (dest !== null) fs.unlink(target);
        fs.symlink(fs.readlink(source), target);
      } else if (has.has('l')) fs.link(source, target);
      else if (has.has('s')) fs.symlink(source, target);
      else if (!(await this.#contents(source, target, st, dest))) return false;
    } catch (e) {
      return this.fail(
        `cannot create ${(st.mode & S_IFMT) === S_IFLNK || has.has('s') ? 'symbolic link' : has.has('l') ? 'hard link' : 'regular file'} ${quoteaf(target)}: ${errorText(e)}`,
      );
    }
    if (has.has('v')) this.#proc.out(`${quoteaf(source)} -> ${quoteaf(target)}\n`);
    await this.#proc.drain();
    return true;
  }

  async #contents(source: string, target: string, st: Stat, dest: Stat | null): Promise<boolean> {
    const proc = this.#proc;
    let from: number;
    try {
      from = await proc.open(source, O_RDONLY);
    } catch (e) {
      return this.fail(`cannot open ${quoteaf(source)} for reading: ${errorText(e)}`);
    }
    let to: number;
    try {
      to = await proc.open(target, O_WRONLY | O_CREAT | O_TRUNC, st.mode & 0o777);
    } catch (e) {
      proc.close(from);
      if (dest !== null && this.#has.has('f')) {
        proc.fs.unlink(target);
        return this.#contents(source, target, st, null);
      }
      return this.fail(`cannot create regular file ${quoteaf(target)}: ${errorText(e)}`);
    }
    try {
      for (let bytes = await proc.read(from); bytes.length > 0; bytes = await proc.read(from))
        await proc.write(to, bytes);
    } catch (e) {
      const text = errorText(e);
      return this.fail(
        (e as SystemError).syscall === 'write'
          ? `error writing ${quoteaf(target)}: ${text}`
          : `error reading ${quoteaf(source)}: ${text}`,
      );
    }
    proc.close(from);
    proc.close(to);
    this.#keep(target, st);
    return true;
  }

  #keep(target: string, st: Stat): void {
    if (!this.#has.has('p')) return;
    this.#proc.fs.chmod(target, st.mode & 0o7777);
    this.#proc.fs.utimes(target, st.atime, st.mtime);
  }

  async #directory(source: string, target: string, st: Stat, dest: Stat | null): Promise<boolean> {
    const { fs } = this.#proc;
    if (!this.#has.has('r')) return this.fail(`-r not specified; omitting directory ${quoteaf(source)}`);
    if (dest !== null && !isDir(fs.exists(target)))
      return this.fail(`cannot overwrite non-directory ${quoteaf(target)} with directory ${quoteaf(source)}`);
    const [a, b] = [fs.realpath(source), `${fs.realpath(target.replace(/\/*[^/]*\/*$/, '') || '.')}/`];
    if (`${b}${baseOf(target)}/`.replace('//', '/').startsWith(`${a}/`)) {
      return this.fail(`cannot copy a directory, ${quoteaf(source)}, into itself, ${quoteaf(target)}`);
    }
    try {
      if (dest === null) {
        fs.mkdir(target, 0o777);
        fs.chmod(target, st.mode & 0o7777 & (this.#has.has('p') ? 0o7777 : ~this.#proc.umask));
        if (this.#has.has('v')) this.#proc.out(`${quoteaf(source)} -> ${quoteaf(target)}\n`);
      }
    } catch (e) {
      return this.fail(`cannot create directory ${quoteaf(target)}: ${errorText(e)}`);
    }
    let all = true;
    for (const name of fs.readdir(source))
      all = (await this.copy(below(source, name), below(target, name), false)) && all;
    this.#keep(target, st);
    return all;
  }

  /** Removes a tree that was copied. */
  /** Removes a tree; says what cannot be. @returns whether all is gone */
  remove(path: string): boolean {
    const { fs } = this.#proc;
    try {
      if (!isDir(fs.lstat(path))) fs.unlink(path);
      else {
        for (const name of fs.readdir(path)) if (!this.remove(below(path, name))) return false;
        fs.rmdir(path);
      }
      return true;
    } catch (e) {
      return this.fail(`cannot remove ${quoteaf(path)}: ${errorText(e)}`);
    }
  }
}

/** cp */
export async function cpMain(proc: Process): Promise<number> {
  const has = new Set<string>();
  let [directory, noTarget, parents] = [null, false, false] as [string | null, boolean, boolean];
  const { options: opts, operands } = options(proc, {
    short: 'adfHlLnPprRst:Tuv',
    synopsis: '[OPTION]... [-T] SOURCE DEST',
    long: longs({
      archive: 'a',
      'no-dereference': 'P',
      dereference: 'L',
      force: 'f',
      link: 'l',
      'no-clobber': 'n',
      parents: 'parents',
      preserve: 'p',
      'preserve=?': 'p',
      recursive: 'r',
      'remove-destination': 'remove',
      'symbolic-link': 's',
      'target-directory=': 't',
      'no-target-directory': 'T',
      update: 'u',
      verbose: 'v',
    }).filter((o, i, all) => all.findLastIndex((p) => p.name === o.name) === i),
  });
  for (const { opt, arg } of opts) {
    if (opt === 't') directory = arg;
    else if (opt === 'T') noTarget = true;
    else if (opt === 'parents') parents = true;
    else if (opt === 'a') for (const o of 'dpr') has.add(o);
    else has.add(opt === 'R' ? 'r' : opt);
  }
  const p = plan(proc, operands, directory, noTarget);
  const copier = new Copier(proc, has);
  if (parents && !p.into) usageError(proc, 'with --parents, the destination must be a directory');
  for (const source of p.sources) {
    if (parents) {
      const parts = source.split('/').slice(0, -1);
      parts.forEach((_, i) => {
        const dir = below(p.target, parts.slice(0, i + 1).join('/'));
        if (proc.fs.exists(dir) === null) proc.fs.mkdir(dir);
      });
    }
    const name = baseOf(source);
    const target = p.into
      ? below(p.target, parents ? source : name === '..' || name === '.' ? '' : name).replace(/(.)\/$/, '$1')
      : p.target;
    if (!p.into && target.endsWith('/') && proc.fs.exists(target) === null && !isDir(proc.fs.exists(source))) {
      if (proc.fs.exists(source) !== null) {
        copier.fail(`cannot create regular file ${quoteaf(target)}: Not a directory`);
        continue;
      }
    }
    await copier.copy(source, target, true);
  }
  return copier.failed ? 1 : 0;
}

/** mv */
export async function mvMain(proc: Process): Promise<number> {
  const has = new Set<string>();
  let [directory, noTarget] = [null, false] as [string | null, boolean];
  const { options: opts, operands } = options(proc, {
    short: 'fnt:Tuv',
    synopsis: '[OPTION]... [-T] SOURCE DEST',
    long: longs({
      force: 'f',
      'no-clobber': 'n',
      'target-directory=': 't',
      'no-target-directory': 'T',
      update: 'u',
      verbose: 'v',
    }),
  });
  for (const { opt, arg } of opts) {
    if (opt === 't') directory = arg;
    else if (opt === 'T') noTarget = true;
    else has.add(opt);
  }
  const p = plan(proc, operands, directory, noTarget);
  const copier = new Copier(proc, new Set(['r', 'p', 'd']));
  for (const source of p.sources) {
    const target = p.into ? below(p.target, baseOf(source)) : p.target;
    const st = lstatOrNull(proc, source);
    if (st === null) {
      copier.fail(`cannot stat ${quoteaf(source)}: No such file or directory`);
      continue;
    }
    const dest = lstatOrNull(proc, target);
    if (dest !== null && has.has('n')) continue;
    if (dest !== null && has.has('u') && dest.mtime >= st.mtime) continue;
    if (dest !== null && dest.ino === st.ino && dest.dev === st.dev) {
      copier.fail(`${quoteaf(source)} and ${quoteaf(target)} are the same file`);
      continue;
    }
    if (isDir(dest) && !isDir(st)) {
      copier.fail(`cannot overwrite directory ${quoteaf(target)} with non-directory`);
      continue;
    }
    if (dest !== null && !isDir(dest) && isDir(st)) {
      copier.fail(`cannot overwrite non-directory ${quoteaf(target)} with directory ${quoteaf(source)}`);
      continue;
    }
    try {
      proc.fs.rename(source, target);
    } catch (e) {
      const text = errorText(e);
      if ((e as SystemError).errno === -EXDEV) {
        if (!(await copier.copy(source, target, true)) || !copier.remove(source)) continue;
      } else if (text === 'Invalid argument') {
        copier.fail(`cannot move ${quoteaf(source)} to a subdirectory of itself, ${quoteaf(target)}`);
        continue;
      } else {
        copier.fail(`cannot move ${quoteaf(source)} to ${quoteaf(target)}: ${text}`);
        continue;
      }
    }
    if (has.has('v')) proc.out(`renamed ${quoteaf(source)} -> ${quoteaf(target)}\n`);
  }
  return copier.failed ? 1 : 0;
}
