import type { Inode } from './inode.ts';

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
  /** What is mounted on its master later does not show on it. @see mount(2) MS_PRIVATE */
  isolated = false;
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
    const made = new Mount({
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
    made.isolated = this.isolated;
    return made;
  }

  release(): void {
    this.#drop?.();
    this.#drop = undefined;
  }
}

/** A place in the tree: which mount it was reached through, the file, its canonical path, and where `..` leads. */
export interface Place {
  readonly mount: Mount;
  readonly inode: Inode;
  readonly path: string;
  /** Null at the root. */
  readonly up: Place | null;
}

/** The place in another namespace, through that one's copies of the mounts. @see fs/namespace.c:copy_mnt_ns */
export function inNamespace(place: Place, ns: MountNamespace): Place {
  const mount = ns.mounts.find((m) => m.peer === place.mount.peer) ?? place.mount;
  const up = place.up === null ? null : inNamespace(place.up, ns);
  return { ...place, mount, up };
}

/** The place once a directory on the way to it is `to`. */
export function relocated(place: Place, moved: Inode, to: Place): Place {
  if (place.inode === moved) return to;
  const up = place.up === null ? null : relocated(place.up, moved, to);
  if (up === null || up === place.up) return place;
  const name = place.path.slice(place.path.lastIndexOf('/'));
  return { ...place, path: up.path === '/' ? name : up.path + name, up };
}

/**
 * How mounts made later reach a copied namespace: as `slave` those of the original do, `unchanged` those that reach the
 * original do. @see mount_namespaces(7)
 */
export type Propagation = 'slave' | 'private' | 'unchanged';

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

  /** What `/` is. */
  get rootPlace(): Place {
    return this.cross(this.root, this.root.root, '/', null);
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
    const master = propagation === 'slave' ? this : propagation === 'unchanged' ? this.#master : null;
    if (master !== null) master.#slaves.add(ns);
    ns.#master = master;
    if (propagation === 'slave') for (const m of ns.mounts) m.isolated = false;
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
      if (parent !== undefined && !parent.isolated) slave.add(mount.copy(parent));
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
      if (copy !== undefined && copy.parent?.isolated !== true) slave.detach(copy);
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
  cross(mount: Mount, inode: Inode, path: string, up: Place | null): Place {
    let place: Place = { mount, inode, path, up };
    const list = this.#byPath.get(path);
    if (list === undefined) return place;
    for (let i = 0; i < list.length; i++) {
      const m = list[i]!;
      if (m.parent !== place.mount) continue;
      place = { mount: m, inode: m.root, path, up };
      i = -1;
    }
    return place;
  }
}
