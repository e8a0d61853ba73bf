import { utf8Decode, utf8Encode } from '../../../lib/text.ts';
import {
  EACCES,
  EBUSY,
  EEXIST,
  EINVAL,
  EISDIR,
  ELOOP,
  ENODEV,
  ENOENT,
  ENOTDIR,
  ENOTEMPTY,
  ENXIO,
  EPERM,
  EXDEV,
} from '../../../uapi/errno.ts';
import {
  O_ACCMODE,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_PATH,
  O_RDONLY,
  O_TRUNC,
  O_WRONLY,
  S_IFDIR,
  S_IFREG,
} from '../../../uapi/fcntl.ts';
import type { FsContext } from '../context.ts';
import { fail } from '../error.ts';
import type { PidNamespace } from '../pid-ns.ts';
import type { FileSystem, MountOptions, OpenFile, Stat } from '../types.ts';
import {
  Device,
  Dir,
  Fifo,
  type Inode,
  Link,
  MemDir,
  MemFile,
  MemLink,
  NsfsInode,
  NsInode,
  NSFS_DEV,
  shared,
} from './inode.ts';
import { Mount, type Place } from './mount.ts';
import { ProcDir } from './proc-fs.ts';
import { makeSysRoot } from './sys-fs.ts';
import { type Found, walk } from './walk.ts';

/** execvp's path when the environment has none. */
const DEFAULT_PATH = '/bin:/usr/bin';

/** Files by name, as one process sees them. */
export class ProcessFileSystem implements FileSystem {
  readonly #ctx: FsContext;

  constructor(ctx: FsContext) {
    this.#ctx = ctx;
  }

  #find(path: string, follow: boolean, syscall: string): Place {
    this.#ctx.task.charge('syscall');
    return walk(this.#ctx, path, follow, syscall).place ?? fail(ENOENT, syscall, path);
  }

  #statOf(place: Place): Stat {
    const dev = place.inode instanceof NsfsInode ? NSFS_DEV : place.mount.dev;
    return place.inode.stat(dev, this.#ctx.machine.bootTime);
  }

  stat(path: string): Stat {
    return this.#statOf(this.#find(path, true, 'stat'));
  }

  lstat(path: string): Stat {
    return this.#statOf(this.#find(path, false, 'lstat'));
  }

  exists(path: string): Stat | null {
    this.#ctx.task.charge('syscall');
    try {
      const { place } = walk(this.#ctx, path, true, 'stat');
      return place === null ? null : this.#statOf(place);
    } catch {
      return null;
    }
  }

  readdir(path: string): readonly string[] {
    const { inode } = this.#find(path, true, 'open');
    if (!(inode instanceof Dir)) fail(ENOTDIR, 'open', path);
    if (inode instanceof MemDir) inode.accessed(this.#ctx.machine.realtime());
    return [...inode.names(this.#ctx)];
  }

  readlink(path: string): string {
    const { inode } = this.#find(path, false, 'readlink');
    if (!(inode instanceof Link)) return fail(EINVAL, 'readlink', path);
    if (inode instanceof MemLink) inode.accessed(this.#ctx.machine.realtime());
    return inode.target(this.#ctx);
  }

  realpath(path: string): string {
    return this.#find(path, true, 'realpath').path;
  }

  readFile(path: string): Uint8Array {
    const file = this.open(path, O_RDONLY, 0);
    try {
      const parts: Uint8Array[] = [];
      let length = 0;
      for (;;) {
        const part = file.read(1 << 20);
        if (part.length === 0) break;
        parts.push(part);
        length += part.length;
      }
      if (parts.length === 1) return parts[0]!;
      const all = new Uint8Array(length);
      let o = 0;
      for (const part of parts) {
        all.set(part, o);
        o += part.length;
      }
      return all;
    } finally {
      file.release();
    }
  }

  readText(path: string): string {
    return utf8Decode(this.readFile(path));
  }

  writeFile(path: string, data: Uint8Array | string): void {
    const file = this.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o666);
    try {
      const bytes = typeof data === 'string' ? utf8Encode(data) : data;
      for (let o = 0; o < bytes.length;) o += file.write(o === 0 ? bytes : bytes.subarray(o));
    } finally {
      file.release();
    }
  }

  /**
   * Opens without waiting; a fifo is opened by `Process.open`, which waits for its other end.
   * @throws SystemError as open(2). @see fs/namei.c:do_open
   */
  open(path: string, flags: number, mode: number): OpenFile {
    const ctx = this.#ctx;
    ctx.task.charge('syscall');
    const exclusive = (flags & O_CREAT) !== 0 && (flags & O_EXCL) !== 0;
    const slash = (flags & O_CREAT) !== 0 && path.endsWith('/');
    const found = walk(ctx, slash ? stripSlashes(path) : path, !exclusive && (flags & O_NOFOLLOW) === 0, 'open');
    let { place } = found;
    if (slash) fail(EISDIR, 'open', path);
    if (place === null) {
      if ((flags & O_CREAT) === 0) fail(ENOENT, 'open', path);
      if (found.slash) fail(EISDIR, 'open', path);
      const made = new MemFile(ctx.machine.nextIno(), mode & 0o7777 & ~ctx.umask);
      this.#insert(found, made, 'open', path);
      const { mount, path: dir } = found.parent;
      place = { mount, inode: made, path: join(dir, found.name), up: found.parent };
    } else {
      if (exclusive) fail(EEXIST, 'open', path);
      const { inode } = place;
      if (inode instanceof Link) fail(ELOOP, 'open', path);
      const isDir = inode instanceof Dir;
      if (isDir && ((flags & O_ACCMODE) !== O_RDONLY || (flags & O_CREAT) !== 0)) fail(EISDIR, 'open', path);
      if (!isDir && (flags & O_DIRECTORY) !== 0) fail(ENOTDIR, 'open', path);
      if (inode instanceof MemFile && (flags & O_TRUNC) !== 0) {
        inode.resize(0);
        inode.written(ctx.machine.realtime());
      }
      if (inode instanceof NsfsInode && (flags & O_ACCMODE) !== O_RDONLY) fail(EPERM, 'open', path);
      if (inode instanceof Fifo && (flags & O_NONBLOCK) !== 0 && (flags & O_ACCMODE) === O_WRONLY) {
        if (inode.pipe.readers === 0) fail(ENXIO, 'open', path);
      }
    }
    if ((flags & O_PATH) !== 0) flags = O_RDONLY;
    return place.inode.open(ctx, flags, place.path, place.mount.dev);
  }

  /** The directory a new name goes into. @throws SystemError ENOENT, EPERM in file systems of the kernel. */
  #insert(found: Found, inode: Inode, syscall: string, path: string): void {
    const dir = found.parent.inode;
    if (!(dir instanceof MemDir)) {
      const sys = found.parent.mount.type === 'sysfs';
      fail(!sys ? ENOENT : syscall === 'open' ? EACCES : EPERM, syscall, path);
    }
    if (dir.nlink === 0) fail(ENOENT, syscall, path);
    const now = this.#ctx.machine.realtime();
    if (Number.isNaN(inode.btime)) {
      inode.atime = now;
      inode.btime = now;
      inode.written(now);
    }
    dir.insert(found.name, inode, now);
  }

  /** Looks up a name that must not be there yet. */
  #vacant(path: string, syscall: string, dir = false): Found {
    this.#ctx.task.charge('syscall');
    const found = walk(this.#ctx, stripSlashes(path), false, syscall);
    if (found.place !== null) fail(EEXIST, syscall, path);
    if (path.endsWith('/') && !dir) fail(ENOENT, syscall, path);
    return found;
  }

  mkdir(path: string, mode = 0o777): void {
    const { machine, umask } = this.#ctx;
    const found = this.#vacant(path, 'mkdir', true);
    this.#insert(found, new MemDir(machine.nextIno(), mode & 0o1777 & ~umask), 'mkdir', path);
  }

  symlink(target: string, path: string): void {
    if (target === '') fail(ENOENT, 'symlink', path);
    this.#insert(this.#vacant(path, 'symlink'), new MemLink(this.#ctx.machine.nextIno(), target), 'symlink', path);
  }

  mkfifo(path: string, mode = 0o666): void {
    const { machine, umask } = this.#ctx;
    this.#insert(this.#vacant(path, 'mkfifo'), new Fifo(machine.nextIno(), mode & 0o777 & ~umask), 'mkfifo', path);
  }

  link(from: string, to: string): void {
    const source = this.#find(from, false, 'link');
    const found = this.#vacant(to, 'link');
    if (source.mount !== found.parent.mount) fail(EXDEV, 'link', to);
    if (source.inode instanceof Dir) fail(EPERM, 'link', to);
    this.#insert(found, source.inode, 'link', to);
    source.inode.nlink++;
    source.inode.ctime = this.#ctx.machine.realtime();
  }

  rmdir(path: string): void {
    this.#ctx.task.charge('syscall');
    const found = walk(this.#ctx, stripSlashes(path), false, 'rmdir');
    const { place, parent } = found;
    if (found.last === 'root') fail(EBUSY, 'rmdir', path);
    if (found.last === 'dotdot') fail(ENOTEMPTY, 'rmdir', path);
    if (found.last === 'dot') fail(EINVAL, 'rmdir', path);
    if (place === null) fail(ENOENT, 'rmdir', path);
    if (!(place.inode instanceof Dir)) fail(ENOTDIR, 'rmdir', path);
    if (place.mount !== parent.mount) fail(EBUSY, 'rmdir', path);
    const { inode } = place;
    if (!(inode instanceof MemDir) || !(parent.inode instanceof MemDir)) fail(EPERM, 'rmdir', path);
    if (inode.entries.size > 0) fail(ENOTEMPTY, 'rmdir', path);
    parent.inode.remove(found.name, this.#ctx.machine.realtime());
    inode.nlink = 0;
    this.#forget(place);
  }

  unlink(path: string): void {
    this.#ctx.task.charge('syscall');
    const found = walk(this.#ctx, stripSlashes(path), false, 'unlink');
    const { place, parent } = found;
    if (found.last !== 'name') fail(EISDIR, 'unlink', path);
    if (place === null) fail(ENOENT, 'unlink', path);
    if (place.inode instanceof Dir) fail(EISDIR, 'unlink', path);
    if (path.endsWith('/')) fail(ENOTDIR, 'unlink', path);
    if (place.mount !== parent.mount) fail(EBUSY, 'unlink', path);
    if (!(parent.inode instanceof MemDir)) fail(EPERM, 'unlink', path);
    const now = this.#ctx.machine.realtime();
    parent.inode.remove(found.name, now);
    place.inode.nlink--;
    place.inode.ctime = now;
    this.#forget(place);
  }

  /** A name is gone: what other namespaces have mounted on it goes too. */
  #forget(place: Place): void {
    for (const ns of this.#ctx.machine.mountNamespaces) ns.forget(place.path, place.mount.peer);
  }

  /** @see fs/namei.c:do_renameat2 */
  rename(from: string, to: string): void {
    const ctx = this.#ctx;
    ctx.task.charge('syscall');
    const bad = (errno: number): never => fail(errno, 'rename', from);
    const a = walk(ctx, stripSlashes(from), false, 'rename');
    const b = walk(ctx, stripSlashes(to), false, 'rename');
    if (a.last !== 'name' || b.last !== 'name') bad(EBUSY);
    if (a.parent.mount !== b.parent.mount) bad(EXDEV);
    const old = a.place ?? bad(ENOENT);
    const isDir = old.inode instanceof Dir;
    if (!isDir && (from.endsWith('/') || to.endsWith('/'))) bad(ENOTDIR);
    const target = b.place;
    const newPath = join(b.parent.path, b.name);
    if (isDir && `${newPath}/`.startsWith(`${old.path}/`) && newPath !== old.path) bad(EINVAL);
    if (target !== null && isDir && `${old.path}/`.startsWith(`${target.path}/`) && target.path !== old.path) {
      bad(ENOTEMPTY);
    }
    if (old.mount !== a.parent.mount || (target !== null && target.mount !== b.parent.mount)) bad(EBUSY);
    const [fromDir, toDir] = [a.parent.inode, b.parent.inode];
    if (!(fromDir instanceof MemDir) || !(toDir instanceof MemDir))
      return bad(a.parent.mount.type === 'proc' ? ENOENT : EPERM);
    if (target !== null) {
      if (target.inode === old.inode) return;
      if (isDir && !(target.inode instanceof Dir)) bad(ENOTDIR);
      if (!isDir && target.inode instanceof Dir) bad(EISDIR);
      if (target.inode instanceof MemDir && target.inode.entries.size > 0) bad(ENOTEMPTY);
    }
    const now = ctx.machine.realtime();
    if (target !== null) {
      toDir.remove(b.name, now);
      if (target.inode instanceof MemDir) target.inode.nlink = 0;
      else target.inode.nlink--;
      target.inode.ctime = now;
      this.#forget(target);
    }
    fromDir.remove(a.name, now);
    toDir.insert(b.name, old.inode, now);
    old.inode.ctime = now;
    if (!isDir) return;
    for (const ns of ctx.machine.mountNamespaces) ns.renamed(old.path, newPath);
    ctx.machine.moved(old.inode, { ...old, path: newPath, up: b.parent });
  }

  chmod(path: string, mode: number): void {
    const { inode } = this.#find(path, true, 'chmod');
    if (!memory(inode)) fail(EPERM, 'chmod', path);
    inode.mode = (inode.mode & ~0o7777) | (mode & 0o7777);
    inode.ctime = this.#ctx.machine.realtime();
  }

  utimes(path: string, atime: number | null, mtime: number | null, follow = true): void {
    const { inode } = this.#find(path, follow, 'utimes');
    if (!memory(inode) && !(inode instanceof MemLink)) fail(EPERM, 'utimes', path);
    if (atime !== null) inode.atime = atime;
    if (mtime !== null) inode.mtime = mtime;
    inode.ctime = this.#ctx.machine.realtime();
  }

  bind(source: string, target: string): void {
    const from = this.#find(source, true, 'mount');
    const at = this.#find(target, true, 'mount');
    if (from.inode instanceof Dir !== at.inode instanceof Dir) fail(ENOTDIR, 'mount', target);
    const { inode, mount } = from;
    const base = { peer: this.#ctx.machine.nextIno(), parent: at.mount, path: at.path };
    if (!(inode instanceof NsfsInode)) {
      const { dev, source: name, type, options } = mount;
      this.#ctx.mountNs.add(new Mount({ ...base, root: inode, dev, source: name, type, options }));
      return;
    }
    // A mount namespace is kept by older ones only: else it could keep itself.
    if (inode instanceof NsInode && inode.ref.kind === 'mnt' && inode.ref.ino <= this.#ctx.mountNs.ino) {
      fail(EINVAL, 'mount', target);
    }
    // A namespace file: every mount of it, here and in copied namespaces, keeps the namespace alive.
    const { root, hold } = inode.mountable();
    this.#ctx.mountNs.add(
      new Mount({ ...base, root, dev: NSFS_DEV, source: 'nsfs', type: 'nsfs', options: 'rw', hold }),
    );
  }

  mount(type: string, target: string, options: MountOptions = {}): void {
    const ctx = this.#ctx;
    const at = this.#find(target, true, 'mount');
    if (!(at.inode instanceof Dir)) fail(ENOTDIR, 'mount', target);
    const ino = ctx.machine.nextIno();
    const words = ['rw', ...(options.flags ?? ['relatime'])];
    if (type === 'tmpfs' && options.mode !== undefined) words.push(`mode=${options.mode.toString(8)}`);
    const base = {
      peer: ino,
      parent: at.mount,
      path: at.path,
      dev: 100 + (ino % 100_000),
      source: options.source ?? type,
      type,
      options: words.join(','),
    };
    switch (type) {
      case 'proc':
        // Each mount of it is a file system of its own.
        ctx.mountNs.add(new Mount({ ...base, root: new ProcDir(ctx.pidNs) }));
        return;
      case 'sysfs': {
        const net = ctx.task.openNetns();
        const superblock = `sysfs:${net.ino}`;
        if (at.mount.path === at.path && at.mount.superblock === superblock) {
          net.close();
          fail(EBUSY, 'mount', target);
        }
        const root = makeSysRoot(() => net);
        ctx.mountNs.add(new Mount({ ...base, root, superblock, hold: shared(() => net.close()) }));
        return;
      }
      case 'tmpfs':
        ctx.mountNs.add(new Mount({ ...base, root: new MemDir(ino, options.mode ?? 0o1777) }));
        return;
      default:
        fail(ENODEV, 'mount', target);
    }
  }

  umount(target: string, lazy = false): void {
    const at = this.#find(target, true, 'umount');
    const { mount } = at;
    if (mount.path !== at.path) fail(EINVAL, 'umount', target);
    if (mount.parent === null) fail(EBUSY, 'umount', target);
    const { machine, mountNs } = this.#ctx;
    const within = (kpid: number): boolean => machine.process(kpid)?.cwdPlace.mount === mount;
    if (!lazy && (mountNs.children(mount).length > 0 || machine.pids().some(within))) fail(EBUSY, 'umount', target);
    mountNs.detach(mount);
  }

  makePrivate(target: string, recursive: boolean): void {
    const { mount, path } = this.#find(target, true, 'mount');
    if (mount.path !== path) fail(EINVAL, 'mount', target);
    const isolate = (m: Mount): void => {
      m.isolated = true;
      if (recursive) for (const child of this.#ctx.mountNs.children(m)) isolate(child);
    };
    isolate(mount);
  }

  mounts(): readonly { source: string; target: string; type: string; options: string }[] {
    return this.#ctx.mountNs.mounts.map(({ source, path, type, options }) => ({ source, target: path, type, options }));
  }

  which(name: string, path?: string): string | null {
    if (name.includes('/')) return name;
    if (name === '') return null;
    let fallback: string | null = null;
    for (const dir of (path ?? this.#ctx.env.get('PATH') ?? DEFAULT_PATH).split(':')) {
      const candidate = dir === '' ? `./${name}` : dir.endsWith('/') ? dir + name : `${dir}/${name}`;
      const stat = this.exists(candidate);
      if (stat === null || (stat.mode & S_IFDIR) === S_IFDIR) continue;
      if ((stat.mode & 0o111) !== 0) return candidate;
      fallback ??= candidate;
    }
    return fallback;
  }

  /** The content and canonical path of a file to execute. @throws SystemError ENOENT, EACCES. @see execve(2) */
  executable(path: string): { readonly data: Uint8Array; readonly path: string } {
    const place = this.#find(path, true, 'execve');
    if (place.mount.options.split(',').includes('noexec')) fail(EACCES, 'execve', path);
    const { inode } = place;
    if ((inode.mode & S_IFREG) !== S_IFREG || (inode.mode & 0o111) === 0) fail(EACCES, 'execve', path);
    return { data: inode instanceof MemFile ? inode.data : new Uint8Array(0), path: place.path };
  }

  /** The fifo a path leads to, or null when it is something else. */
  fifo(path: string): Fifo | null {
    const { place } = walk(this.#ctx, path, true, 'open');
    return place?.inode instanceof Fifo ? place.inode : null;
  }

  /** Whose numbers /proc shows; null when it is not mounted. */
  procNs(): PidNamespace | null {
    const { place } = walk(this.#ctx, '/proc', true, 'open');
    return place?.inode instanceof ProcDir ? place.inode.ns : null;
  }

  /** A directory to be in. @throws SystemError ENOENT, ENOTDIR. @see chdir(2) */
  directory(path: string): Place {
    const place = this.#find(path, true, 'chdir');
    return place.inode instanceof Dir ? place : fail(ENOTDIR, 'chdir', path);
  }
}

/** Order of names in a directory listing: by their bytes (surrogates sort as the bytes they stand for). */

/** The name without slashes at its end, for calls that judge them by themselves. */
const stripSlashes = (path: string): string => {
  let n = path.length;
  while (n > 1 && path[n - 1] === '/') n--;
  return n === path.length ? path : path.slice(0, n);
};

const join = (dir: string, name: string): string => (dir === '/' ? `/${name}` : `${dir}/${name}`);

/** Whether attributes of the file can be changed: one of the memory file system or /dev. */
const memory = (inode: Inode): boolean =>
  inode instanceof MemDir || inode instanceof MemFile || inode instanceof Fifo || inode instanceof Device;
