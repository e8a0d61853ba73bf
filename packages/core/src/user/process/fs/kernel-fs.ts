import type { KernelNode, NetnsHandle, Task } from '../../../syscall/index.ts';
import { EACCES } from '../../../uapi/errno.ts';
import { O_ACCMODE, O_RDONLY, O_WRONLY, S_IFDIR, S_IFLNK, S_IFREG } from '../../../uapi/fcntl.ts';
import type { FsContext } from '../context.ts';
import { fail } from '../error.ts';
import { MadeFile } from '../open-file.ts';
import type { OpenFile } from '../types.ts';
import { Dir, Inode, Link } from './inode.ts';

/** An inode number for a file that is made on the fly: FNV-1a of its path. */
export function pathIno(path: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < path.length; i++) h = Math.imul(h ^ path.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

/** For whom the kernel is asked. */
export interface KernelScope {
  /** Namespace of the sysfs mount. */
  readonly net?: () => NetnsHandle | undefined;
  /** The task whose files these are; the asking one without. */
  readonly task?: Task;
}

/** Files of ours beside the kernel's, by absolute path: a directory's names, or a maker of the file. */
export type Beside = ReadonlyMap<string, readonly string[] | (() => Inode)>;

const NOTHING: Beside = new Map();

function ask(ctx: FsContext, path: string, scope: KernelScope): KernelNode | null {
  return (scope.task ?? ctx.task).lookup(path, scope.net?.());
}

/** A directory that the kernel keeps, with ours beside it. */
export class KernelDir extends Dir {
  readonly #path: string;
  readonly #scope: KernelScope;
  readonly #beside: Beside;

  /** @param path where the kernel knows it, e.g. `/proc/sys`. */
  constructor(path: string, scope: KernelScope = {}, beside: Beside = NOTHING, mode = 0o555) {
    super(pathIno(path), S_IFDIR | mode);
    this.#path = path;
    this.#scope = scope;
    this.#beside = beside;
  }

  lookup(ctx: FsContext, name: string): Inode | null {
    const path = `${this.#path}/${name}`;
    const ours = this.#beside.get(path);
    if (typeof ours === 'function') return ours();
    const node = ask(ctx, path, this.#scope);
    if (node === null) return ours === undefined ? null : new KernelDir(path, this.#scope, this.#beside);
    switch (node.kind) {
      case 'dir':
        return new KernelDir(path, this.#scope, this.#beside, node.mode & 0o7777);
      case 'link':
        return new KernelLink(path, node.target());
      case 'file':
        return new KernelFile(path, node);
    }
  }

  names(ctx: FsContext): Iterable<string> {
    const node = ask(ctx, this.#path, this.#scope);
    const names = new Set(node?.kind === 'dir' ? node.entries() : []);
    const ours = this.#beside.get(this.#path);
    if (Array.isArray(ours)) for (const name of ours as readonly string[]) names.add(name);
    return names;
  }
}

class KernelLink extends Link {
  readonly #target: string;

  constructor(path: string, target: string) {
    super(pathIno(path), S_IFLNK | 0o777);
    this.#target = target;
  }

  target(): string {
    return this.#target;
  }
}

class KernelFile extends Inode {
  readonly #node: KernelNode & { kind: 'file' };
  readonly #sys: boolean;

  constructor(path: string, node: KernelNode & { kind: 'file' }) {
    super(pathIno(path), S_IFREG | (node.mode & 0o7777));
    this.#node = node;
    this.#sys = path.startsWith('/sys/');
  }

  override get size(): number {
    return this.#sys ? 4096 : 0;
  }

  /** @throws SystemError EACCES: these files check their permission bits, for root too. @see proc_sys_permission */
  open(ctx: FsContext, flags: number, path: string, dev: number): OpenFile {
    const access = flags & O_ACCMODE;
    const { mode } = this.#node;
    if (access !== O_RDONLY && (mode & 0o222) === 0) fail(EACCES, 'open', path);
    if (access !== O_WRONLY && (mode & 0o444) === 0) fail(EACCES, 'open', path);
    const node = this.#node;
    const store = node.write === undefined ? undefined : (data: Uint8Array): void => node.write!(data);
    return new MadeFile(
      path,
      flags,
      () => this.stat(dev, ctx.machine.bootTime),
      () => node.read(),
      store,
    );
  }
}
