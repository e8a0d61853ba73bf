import { utf8Encode } from '../../../lib/text.ts';
import type { Machine } from '../context.ts';
import { makeDevices } from '../devices.ts';
import { programFile } from '../exec.ts';
import type { ProgramEntry } from '../types.ts';
import { etcFiles } from './etc-files.ts';
import { MemDir, MemFile, MemLink } from './inode.ts';
import { Mount } from './mount.ts';
import { ProcDir } from './proc-fs.ts';
import { makeSysRoot } from './sys-fs.ts';

const DIRS: readonly (readonly [string, number])[] = [
  ['/boot', 0o755],
  ['/dev', 0o755],
  ['/etc', 0o755],
  ['/etc/iproute2', 0o755],
  ['/home', 0o755],
  ['/media', 0o755],
  ['/mnt', 0o755],
  ['/opt', 0o755],
  ['/proc', 0o555],
  ['/root', 0o700],
  ['/run', 0o755],
  ['/srv', 0o755],
  ['/sys', 0o555],
  ['/tmp', 0o1777],
  ['/usr', 0o755],
  ['/usr/bin', 0o755],
  ['/usr/lib', 0o755],
  ['/usr/lib64', 0o755],
  ['/usr/local', 0o755],
  ['/usr/local/bin', 0o755],
  ['/usr/local/sbin', 0o755],
  ['/usr/sbin', 0o755],
  ['/usr/share', 0o755],
  ['/var', 0o755],
  ['/var/cache', 0o755],
  ['/var/lib', 0o755],
  ['/var/log', 0o755],
  ['/var/tmp', 0o1777],
];

const LINKS: readonly (readonly [string, string])[] = [
  ['/bin', 'usr/bin'],
  ['/lib', 'usr/lib'],
  ['/lib64', 'usr/lib64'],
  ['/sbin', 'usr/sbin'],
  ['/var/run', '/run'],
  ['/var/lock', '/run/lock'],
  ['/etc/mtab', '../proc/self/mounts'],
];

/** The tree a machine starts with, before processes exist. */
class Tree {
  readonly root: MemDir;
  readonly #machine: Machine;

  constructor(machine: Machine, root: MemDir) {
    this.#machine = machine;
    this.root = root;
  }

  /** The directory at `path`, made with its parents where it is missing; symbolic links to directories are followed. */
  dir(path: string, mode = 0o755): MemDir {
    let here = this.root;
    for (const name of path.split('/')) {
      if (name === '') continue;
      const found = here.entries.get(name);
      if (found instanceof MemLink) {
        here = this.dir(found.target().startsWith('/') ? found.target() : `/${found.target()}`);
        continue;
      }
      if (found instanceof MemDir) {
        here = found;
        continue;
      }
      const made = new MemDir(this.#machine.nextIno(), mode);
      here.insert(name, made, Number.NaN);
      here = made;
    }
    return here;
  }

  add(path: string, make: (ino: number) => MemFile | MemLink): MemFile | MemLink {
    const slash = path.lastIndexOf('/');
    const inode = make(this.#machine.nextIno());
    this.dir(path.slice(0, slash)).insert(path.slice(slash + 1), inode, Number.NaN);
    return inode;
  }

  link(path: string, inode: MemFile): void {
    const slash = path.lastIndexOf('/');
    const dir = this.dir(path.slice(0, slash));
    if (dir.entries.get(path.slice(slash + 1)) === inode) return;
    dir.insert(path.slice(slash + 1), inode, Number.NaN);
    inode.nlink++;
  }
}

/** Files given by whoever makes the machine: content, or content with a mode. */
export type InitialFile = string | Uint8Array | { readonly data: string | Uint8Array; readonly mode: number };

/** Builds the file systems a machine starts with and returns its mounts, the root first. */
export function makeBaseMounts(
  machine: Machine,
  hostname: string,
  programs: readonly ProgramEntry[],
  files: ReadonlyMap<string, InitialFile>,
): Mount[] {
  const tree = new Tree(machine, new MemDir(2));
  for (const [path, mode] of DIRS) tree.dir(path, mode);
  for (const [path, target] of LINKS) tree.add(path, (ino) => new MemLink(ino, target));
  for (const [path, text] of etcFiles(hostname)) tree.add(path, (ino) => new MemFile(ino, 0o644, utf8Encode(text)));
  for (const program of programs) {
    const [first, ...others] = program.paths;
    if (first === undefined) continue;
    const inode = tree.add(first, (ino) => new MemFile(ino, 0o755, programFile(program.name))) as MemFile;
    for (const path of others) tree.link(path, inode);
  }

  const mounts: Mount[] = [];
  const mount = (
    path: string,
    type: string,
    source: string,
    root: Mount['root'],
    options?: string,
    parent: Mount | null = mounts[0] ?? null,
  ): void => {
    const peer = machine.nextIno();
    const more = options === undefined ? {} : { options };
    mounts.push(new Mount({ peer, parent, path, root, dev: 20 + mounts.length, source, type, ...more }));
  };
  const dev = new MemDir(machine.nextIno());
  makeDevices(dev, machine);
  dev.insert('pts', new MemDir(machine.nextIno()), Number.NaN);
  const run = new MemDir(machine.nextIno());
  run.insert('lock', new MemDir(machine.nextIno(), 0o1777), Number.NaN);
  mount('/', 'rootfs', 'rootfs', tree.root, 'rw');
  mount(
    '/sys',
    'sysfs',
    'sysfs',
    makeSysRoot(() => machine.firstNetns),
    'rw,nosuid,nodev,noexec,relatime',
  );
  mount('/proc', 'proc', 'proc', new ProcDir(machine.rootPidNs), 'rw,nosuid,nodev,noexec,relatime');
  mount('/dev', 'devtmpfs', 'udev', dev, 'rw,nosuid,relatime,mode=755');
  mount(
    '/dev/pts',
    'devpts',
    'devpts',
    machine.terminals.dir,
    'rw,nosuid,noexec,relatime,gid=5,mode=620,ptmxmode=000',
    mounts.at(-1)!,
  );
  mount('/run', 'tmpfs', 'tmpfs', run, 'rw,nosuid,nodev,relatime,mode=755');

  const tops = new Map([
    ['dev', dev],
    ['run', run],
  ]);
  for (const [path, file] of files) {
    const [, top = '', rest] = /^\/([^/]*)(\/.*)?$/.exec(path) ?? [];
    const data = typeof file === 'string' || file instanceof Uint8Array ? file : file.data;
    const mode = typeof file === 'string' || file instanceof Uint8Array ? 0o644 : file.mode;
    const bytes = typeof data === 'string' ? utf8Encode(data) : data;
    const base = rest === undefined ? undefined : tops.get(top);
    const make = (ino: number): MemFile => new MemFile(ino, mode, bytes);
    if (base === undefined) tree.add(path, make);
    else new Tree(machine, base).add(rest!, make);
  }
  return mounts;
}
