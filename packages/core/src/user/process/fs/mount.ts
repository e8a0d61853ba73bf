import type { Dir, Inode } from './inode.ts';

/** One mount: a tree that covers a place of another one. */
export class Mount {
  /** Equal in copies of the mount in other namespaces. */
  readonly peer: number;
  readonly parent: Mount | null;
  /** Absolute path of the place it covers. */
  path: string;
  readonly root: Inode;
  readonly dev: number;
  readonly source: string;
  readonly type: string;
  readonly options: string;
  /** What the file system shows, when two mounts of it are the same: `sysfs:4026531840`; '' when none is. */
  readonly superblock: string;
  /** Takes part in what the mounts hold (a namespace); returns how to let go. */
  readonly hold: (() => () => void) | undefined;
  #drop: (() => void) | undefined;

  constructor(options: {
    readonly peer: number;
    readonly parent: Mount | null;
    readonly path: string;
    readonly root: Inode;
    readonly dev: number;
    readonly source: string;
    readonly type: string;
    readonly options?: string;
    readonly superblock?: string;
    readonly hold?: () => () => void;
  }) {
    this.peer = options.peer;
    this.parent = options.parent;
    this.path = options.path;
    this.root = options.root;
    this.dev = options.dev;
    this.source = options.source;
    this.type = options.type;
    this.options = options.options ?? 'rw,relatime';
    this.superblock = options.superblock ?? '';
    this.hold = options.hold;
    this.#drop = options.hold?.();
  }

  /** The same mount below another parent: in another namespace. */
  copy(parent: Mount | null): Mount {
    const { peer, path, root, dev, source, type, options, superblock, hold } = this;
    return new Mount({
      peer,
      parent,
      path,
      root,
      dev,
      source,
      type,
      options,
      superblock,
      ...(hold === undefined ? {} : { hold }),
    });
  }

  release(): void {
    this.#drop?.();
    this.#drop = undefined;
  }
}

/** A place in the tree: which mount it was reached through, the file, its canonical path. */
export interface Place {
  readonly mount: Mount;
  readonly inode: Inode;
  readonly path: string;
}

/** How mounts made later reach a copied namespace. @see mount_namespaces(7) */
export type Propagation = 'slave' | 'private';

/** The mount table that a group of processes shares. */
export class MountNamespace {
  readonly ino: number;
  readonly mounts: Mount[];
  readonly #byPath: Map<string, Mount[]> = new Map();
  readonly #slaves: Set<MountNamespace> = new Set();
  #master: MountNamespace | null = null;
  #users = 0;
  readonly #onGone: (ns: MountNamespace) => void;
  readonly #onMade: (ns: MountNamespace) => void;

  constructor(
    ino: number,
    mounts: Mount[],
    onGone: (ns: MountNamespace) => void,
    onMade: (ns: MountNamespace) => void,
  ) {
    this.ino = ino;
    this.mounts = [];
    this.#onGone = onGone;
    this.#onMade = onMade;
    onMade(this);
    for (const m of mounts) this.#insert(m);
  }

  get root(): Mount {
    return this.mounts[0]!;
  }

  get rootDir(): Dir {
    return this.root.root as Dir;
  }

  retain(): this {
    this.#users++;
    return this;
  }

  release(): void {
    if (--this.#users > 0) return;
    if (this.#master !== null) this.#master.#slaves.delete(this);
    for (const slave of this.#slaves) slave.#master = null;
    for (const m of this.mounts) m.release();
    this.#onGone(this);
  }

  /** A copy. As `slave` it sees what is mounted and unmounted here later, but not the other way round. */
  copy(ino: number, propagation: Propagation): MountNamespace {
    const copies = new Map<Mount, Mount>();
    const mounts = this.mounts.map((m) => {
      const copy = m.copy(m.parent === null ? null : copies.get(m.parent)!);
      copies.set(m, copy);
      return copy;
    });
    const ns = new MountNamespace(ino, mounts, this.#onGone, this.#onMade);
    if (propagation === 'slave') {
      this.#slaves.add(ns);
      ns.#master = this;
    }
    return ns;
  }

  #insert(mount: Mount): void {
    this.mounts.push(mount);
    const list = this.#byPath.get(mount.path);
    if (list === undefined) this.#byPath.set(mount.path, [mount]);
    else list.push(mount);
  }

  /** Adds a mount here and in the slaves. */
  add(mount: Mount): void {
    this.#insert(mount);
    for (const slave of this.#slaves) {
      const parent = slave.mounts.findLast((m) => m.peer === mount.parent?.peer);
      if (parent !== undefined) slave.add(mount.copy(parent));
    }
  }

  children(mount: Mount): readonly Mount[] {
    return this.mounts.filter((m) => m.parent === mount);
  }

  /** Takes a mount away with all that is mounted on it, here and in the slaves. */
  detach(mount: Mount): void {
    for (const child of this.children(mount)) this.detach(child);
    this.mounts.splice(this.mounts.indexOf(mount), 1);
    const list = this.#byPath.get(mount.path)!.filter((m) => m !== mount);
    if (list.length > 0) this.#byPath.set(mount.path, list);
    else this.#byPath.delete(mount.path);
    for (const slave of this.#slaves) {
      const copy = slave.mounts.findLast((m) => m.peer === mount.peer);
      if (copy !== undefined) slave.detach(copy);
    }
    mount.release();
  }

  /** Detaches what covers `path` of a mount's tree: its name there is gone. @see detach_mounts */
  forget(path: string, peer: number): void {
    for (const m of this.#byPath.get(path) ?? [])
      if (m.parent?.peer === peer && this.mounts.includes(m)) this.detach(m);
  }

  /** A directory was renamed: mounts below it go along. */
  renamed(from: string, to: string): void {
    for (const m of this.mounts) {
      if (!m.path.startsWith(`${from}/`)) continue;
      const list = this.#byPath.get(m.path)!.filter((x) => x !== m);
      if (list.length > 0) this.#byPath.set(m.path, list);
      else this.#byPath.delete(m.path);
      m.path = to + m.path.slice(from.length);
      const there = this.#byPath.get(m.path);
      if (there === undefined) this.#byPath.set(m.path, [m]);
      else there.push(m);
    }
  }

  /** What is seen at a place: the topmost of the mounts that cover it. */
  cross(mount: Mount, inode: Inode, path: string): Place {
    let place: Place = { mount, inode, path };
    const list = this.#byPath.get(path);
    if (list === undefined) return place;
    for (let i = 0; i < list.length; i++) {
      const m = list[i]!;
      if (m.parent !== place.mount) continue;
      place = { mount: m, inode: m.root, path };
      i = -1;
    }
    return place;
  }
}
