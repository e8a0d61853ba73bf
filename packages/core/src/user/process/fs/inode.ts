import type { NetnsHandle } from '../../../syscall/index.ts';
import { EACCES, EINVAL } from '../../../uapi/errno.ts';
import {
  O_ACCMODE,
  O_APPEND,
  O_RDONLY,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
} from '../../../uapi/fcntl.ts';
import type { FsContext, NetnsSource } from '../context.ts';
import type { NamespaceRef } from '../namespaces.ts';
import { fail } from '../error.ts';
import { BaseFile, DirFile, MadeFile, seekTo } from '../open-file.ts';
import { openFifo, Pipe } from '../pipe.ts';
import type { OpenFile, Stat } from '../types.ts';

const EMPTY = new Uint8Array(0);
/** A read is noted at least this often. */
const RELATIME_SECONDS = 86_400;

/** A file, apart from its names. */
export abstract class Inode {
  readonly ino: number;
  /** S_IF* and permission bits. */
  mode: number;
  nlink = 1;
  uid = 0;
  gid = 0;
  /** When it was last read, written and changed in any way, and when it was made: seconds since the epoch; NaN for what was there at boot. */
  atime: number = Number.NaN;
  mtime: number = Number.NaN;
  ctime: number = Number.NaN;
  btime: number = Number.NaN;

  constructor(ino: number, mode: number) {
    this.ino = ino;
    this.mode = mode;
  }

  get type(): number {
    return this.mode & S_IFMT;
  }

  get size(): number {
    return 0;
  }

  get rdev(): number | undefined {
    return undefined;
  }

  stat(dev: number, bootTime: number): Stat {
    const { ino, mode, nlink, uid, gid, size, rdev } = this;
    const at = (time: number): number => (Number.isNaN(time) ? bootTime : time);
    const times = { atime: at(this.atime), mtime: at(this.mtime), ctime: at(this.ctime), btime: at(this.btime) };
    const stat = { ino, dev, mode, nlink, uid, gid, size, ...times };
    return rdev === undefined ? stat : { ...stat, rdev };
  }

  /** Its content was changed. */
  written(now: number): void {
    this.mtime = now;
    this.ctime = now;
  }

  /** It was read: seen once after each change, and once a day. @see fs/inode.c:relatime_need_update */
  accessed(now: number): void {
    const { atime } = this;
    if (atime > this.mtime && atime > this.ctime && now - atime < RELATIME_SECONDS) return;
    this.atime = now;
  }

  /** Opens it; `dev` is that of the mount it was reached through. */
  abstract open(ctx: FsContext, flags: number, path: string, dev: number): OpenFile;
}

/** A directory of any kind. */
export abstract class Dir extends Inode {
  abstract lookup(ctx: FsContext, name: string): Inode | null;
  /** Names without `.` and `..`, in no special order. */
  abstract names(ctx: FsContext): Iterable<string>;

  open(ctx: FsContext, flags: number, path: string, dev: number): OpenFile {
    return new DirFile(path, flags, () => this.stat(dev, ctx.machine.bootTime));
  }
}

/** A symbolic link of any kind. */
export abstract class Link extends Inode {
  abstract target(ctx: FsContext): string;

  /** What it leads to when that is not found by the target's name, as with the links in /proc/PID/fd. */
  follow(_ctx: FsContext): Inode | null {
    return null;
  }

  open(): OpenFile {
    return fail(EINVAL, 'open');
  }
}

export class MemDir extends Dir {
  readonly entries: Map<string, Inode> = new Map();
  #subdirs = 0;

  constructor(ino: number, mode = 0o755) {
    super(ino, S_IFDIR | mode);
    this.nlink = 2;
  }

  override get size(): number {
    return 4096;
  }

  lookup(_ctx: FsContext, name: string): Inode | null {
    return this.entries.get(name) ?? null;
  }

  /** The newest first, as tmpfs lists them. */
  names(): Iterable<string> {
    return [...this.entries.keys()].reverse();
  }

  /** Adds a name; does not count links of files. */
  insert(name: string, inode: Inode, now: number): void {
    this.entries.set(name, inode);
    if (inode instanceof MemDir) this.nlink = 2 + ++this.#subdirs;
    this.written(now);
  }

  remove(name: string, now: number): void {
    if (this.entries.get(name) instanceof MemDir) this.nlink = 2 + --this.#subdirs;
    this.entries.delete(name);
    this.written(now);
  }
}

export class MemFile extends Inode {
  #data: Uint8Array;
  #length: number;

  constructor(ino: number, mode = 0o644, data: Uint8Array = EMPTY) {
    super(ino, S_IFREG | mode);
    this.#data = data;
    this.#length = data.length;
  }

  override get size(): number {
    return this.#length;
  }

  /** The content, to look at now; not to be written to. */
  get data(): Uint8Array {
    return this.#data.subarray(0, this.#length);
  }

  readAt(position: number, size: number): Uint8Array {
    if (position >= this.#length) return EMPTY;
    return this.#data.slice(position, Math.min(this.#length, position + size));
  }

  writeAt(position: number, bytes: Uint8Array): void {
    const end = position + bytes.length;
    if (end > this.#length) this.resize(end);
    this.#data.set(bytes, position);
  }

  resize(size: number): void {
    if (size > this.#data.length) {
      const grown = new Uint8Array(Math.max(size, this.#data.length * 2, 256));
      grown.set(this.data);
      this.#data = grown;
    } else if (size < this.#length) {
      this.#data.fill(0, size, this.#length);
    }
    this.#length = size;
  }

  open(ctx: FsContext, flags: number, path: string, dev: number): OpenFile {
    return new RegularFile(this, ctx, flags, path, dev);
  }
}

/** An open regular file. */
class RegularFile extends BaseFile {
  readonly kind = 'file';
  readonly #inode: MemFile;
  readonly #ctx: FsContext;
  readonly #dev: number;
  #position = 0;

  constructor(inode: MemFile, ctx: FsContext, flags: number, path: string, dev: number) {
    super(path, flags);
    this.#inode = inode;
    this.#ctx = ctx;
    this.#dev = dev;
  }

  read(size: number): Uint8Array {
    this.checkRead();
    const bytes = this.#inode.readAt(this.#position, size);
    this.#position += bytes.length;
    this.#inode.accessed(this.#ctx.machine.realtime());
    return bytes;
  }

  write(data: Uint8Array): number {
    this.checkWrite();
    if ((this.flags & O_APPEND) !== 0) this.#position = this.#inode.size;
    this.#inode.writeAt(this.#position, data);
    this.#position += data.length;
    this.#inode.written(this.#ctx.machine.realtime());
    return data.length;
  }

  stat(): Stat {
    return this.#inode.stat(this.#dev, this.#ctx.machine.bootTime);
  }

  seek(offset: number, whence: number): number {
    this.#position = seekTo(this.#position, this.#inode.size, offset, whence);
    return this.#position;
  }

  truncate(size: number): void {
    if ((this.flags & O_ACCMODE) === 0) fail(EINVAL, 'ftruncate');
    this.#inode.resize(size);
    this.#inode.written(this.#ctx.machine.realtime());
  }
}

export class MemLink extends Link {
  readonly #target: string;

  constructor(ino: number, target: string) {
    super(ino, S_IFLNK | 0o777);
    this.#target = target;
  }

  override get size(): number {
    return this.#target.length;
  }

  target(): string {
    return this.#target;
  }
}

/** A named pipe. Waiting for the other end is the process's part. */
export class Fifo extends Inode {
  readonly pipe: Pipe = new Pipe();

  constructor(ino: number, mode: number) {
    super(ino, S_IFIFO | mode);
  }

  open(ctx: FsContext, flags: number, path: string, dev: number): OpenFile {
    return openFifo(this.pipe, flags & O_ACCMODE, flags, path, () => this.stat(dev, ctx.machine.bootTime));
  }
}

/** A character device: its opener makes the open file. */
export class Device extends Inode {
  readonly #rdev: number;
  readonly #open: (ctx: FsContext, flags: number, path: string, stat: () => Stat) => OpenFile;

  constructor(
    ino: number,
    mode: number,
    rdev: number,
    open: (ctx: FsContext, flags: number, path: string, stat: () => Stat) => OpenFile,
  ) {
    super(ino, S_IFCHR | mode);
    this.#rdev = rdev;
    this.#open = open;
  }

  override get rdev(): number {
    return this.#rdev;
  }

  open(ctx: FsContext, flags: number, path: string, dev: number): OpenFile {
    return this.#open(ctx, flags, path, () => this.stat(dev, ctx.machine.bootTime));
  }
}

/** A file whose content is made when it is read. */
export class MadeInode extends Inode {
  readonly make: () => Uint8Array;
  readonly store: ((data: Uint8Array) => void) | undefined;

  constructor(ino: number, mode: number, make: () => Uint8Array, store?: (data: Uint8Array) => void) {
    super(ino, S_IFREG | mode);
    this.make = make;
    this.store = store;
  }

  /** @throws SystemError EACCES below /proc/sys, where permission bits hold for root too. */
  open(ctx: FsContext, flags: number, path: string, dev: number): OpenFile {
    const writes = (flags & O_ACCMODE) !== O_RDONLY;
    if (writes && (this.mode & 0o222) === 0 && path.startsWith('/proc/sys/')) fail(EACCES, 'open', path);
    return new MadeFile(path, flags, () => this.stat(dev, ctx.machine.bootTime), this.make, this.store);
  }
}

/** A namespace file, as the links in /proc/PID/ns lead to one and a bind mount holds one. @see fs/nsfs.c */
export abstract class NsfsInode extends Inode {
  /** As readlink shows it, e.g. `net:[4026531840]`. */
  abstract readonly label: string;

  constructor(ino: number) {
    super(ino, S_IFREG | 0o444);
  }

  /** The root of a mount of it, and how that mount and its copies keep the namespace. */
  abstract mountable(): { readonly root: NsfsInode; readonly hold: () => () => void };
}

/** Lets go of something when the last of its holders does. */
export function shared(close: () => void): () => () => void {
  let holders = 0;
  return () => {
    holders++;
    return () => {
      if (--holders === 0) close();
    };
  };
}

/** A namespace other than a network's. */
export class NsInode extends NsfsInode {
  readonly ref: NamespaceRef;

  constructor(ref: NamespaceRef) {
    super(ref.ino);
    this.ref = ref;
  }

  get label(): string {
    return `${this.ref.kind}:[${this.ref.ino}]`;
  }

  mountable(): { readonly root: NsfsInode; readonly hold: () => () => void } {
    const { ref } = this;
    // The others live as long as something points to them; a mount namespace has mounts to let go.
    if (ref.kind !== 'mnt') return { root: this, hold: () => () => undefined };
    ref.ns.retain();
    return { root: this, hold: shared(() => ref.ns.release()) };
  }

  open(_ctx: FsContext, flags: number): OpenFile {
    return new NsFile(this, flags);
  }
}

/** A network namespace. */
export class NetnsInode extends NsfsInode {
  readonly source: NetnsSource;

  constructor(source: NetnsSource) {
    super(source.ino);
    this.source = source;
  }

  get label(): string {
    return `net:[${this.source.ino}]`;
  }

  mountable(): { readonly root: NsfsInode; readonly hold: () => () => void } {
    const first = this.source.acquire();
    return { root: new NetnsInode({ ino: first.ino, acquire: () => first.dup() }), hold: shared(() => first.close()) };
  }

  open(_ctx: FsContext, flags: number): OpenFile {
    return new NetnsFile(this, this.source.acquire(), flags);
  }
}

/** Device number of nsfs. */
export const NSFS_DEV = 4;

abstract class NsfsFile extends BaseFile {
  readonly #inode: NsfsInode;

  constructor(inode: NsfsInode, flags: number) {
    super(inode.label, flags);
    this.#inode = inode;
  }

  read(): Uint8Array {
    return fail(EINVAL, 'read');
  }

  write(): number {
    return fail(EINVAL, 'write');
  }

  stat(): Stat {
    return this.#inode.stat(NSFS_DEV, 0);
  }
}

class NetnsFile extends NsfsFile {
  readonly kind = 'netns';
  readonly netns: NetnsHandle;

  constructor(inode: NetnsInode, netns: NetnsHandle, flags: number) {
    super(inode, flags);
    this.netns = netns;
  }

  protected override closed(): void {
    this.netns.close();
  }
}

class NsFile extends NsfsFile {
  readonly kind = 'ns';
  readonly namespace: NamespaceRef;

  constructor(inode: NsInode, flags: number) {
    super(inode, flags);
    this.namespace = inode.ref;
    if (inode.ref.kind === 'mnt') inode.ref.ns.retain();
  }

  protected override closed(): void {
    if (this.namespace.kind === 'mnt') this.namespace.ns.release();
  }
}
