import { EINVAL, ENOENT } from '../../../uapi/errno.ts';
import { utf8Decode, utf8Encode } from '../../../lib/text.ts';
import { S_IFDIR, S_IFLNK } from '../../../uapi/fcntl.ts';
import type { NetnsHandle } from '../../../syscall/index.ts';
import type { FsContext, ProcessView } from '../context.ts';
import { fail } from '../error.ts';
import { type NamespaceRef, PROC_USER_INIT_INO } from '../namespaces.ts';
import type { PidNamespace } from '../pid-ns.ts';
import type { OpenFile, Stat } from '../types.ts';
import { Dir, Inode, Link, MadeInode, NetnsInode, NsInode } from './inode.ts';
import type { Place } from './mount.ts';
import { type Beside, KernelDir, pathIno } from './kernel-fs.ts';
import { cpuinfo, filesystems, meminfo, mountsText, statText, statusText, uptime, version } from './proc-text.ts';

const file = (path: string, make: (() => string) | (() => Uint8Array), mode = 0o444, store?: () => never): Inode =>
  new MadeInode(
    pathIno(path),
    mode,
    () => {
      const content = make();
      return typeof content === 'string' ? utf8Encode(content) : content;
    },
    store,
  );

/** A process's file, which knows no write at all; the files beside them answer EIO. @see fs/read_write.c:vfs_write */
const pidFile = (path: string, make: () => string, mode = 0o444): Inode =>
  file(path, make, mode, () => fail(EINVAL, 'write'));

/** A symbolic link made on the fly. */
class ProcLink extends Link {
  readonly #target: string;
  readonly #follow: (() => Inode | null) | undefined;

  constructor(path: string, target: string, follow?: () => Inode | null, mode = 0o777) {
    super(pathIno(path), S_IFLNK | mode);
    this.#target = target;
    this.#follow = follow;
  }

  target(): string {
    return this.#target;
  }

  override follow(): Inode | null {
    return this.#follow?.() ?? null;
  }
}

/** /proc/PID/cwd: by name, or the directory itself once that is gone. @see fs/d_path.c:d_path */
function cwdLink(path: string, { inode, path: name }: Place): Inode {
  return inode.nlink > 0 ? new ProcLink(path, name) : new ProcLink(path, `${name} (deleted)`, () => inode);
}

/** `self` and `thread-self`: nobody, for a process that is not in the namespace. */
class SelfLink extends Link {
  readonly #ns: PidNamespace;
  readonly #thread: boolean;

  constructor(ns: PidNamespace, thread: boolean) {
    super(pathIno(thread ? 'thread-self' : 'self'), S_IFLNK | 0o777);
    this.#ns = ns;
    this.#thread = thread;
  }

  target(ctx: FsContext): string {
    const n = this.#ns.numberOf(ctx.kpid);
    if (n === 0) fail(ENOENT, 'readlink');
    return this.#thread ? `${n}/task/${n}` : String(n);
  }
}

/** The root of a /proc: the processes as one PID namespace numbers them. */
export class ProcDir extends Dir {
  readonly ns: PidNamespace;

  constructor(ns: PidNamespace) {
    super(1, S_IFDIR | 0o555);
    this.ns = ns;
  }

  lookup(ctx: FsContext, name: string): Inode | null {
    switch (name) {
      case 'self':
        return new SelfLink(this.ns, false);
      case 'thread-self':
        return new SelfLink(this.ns, true);
      case 'mounts':
        return new ProcLink('mounts', 'self/mounts');
      case 'net':
        return new ProcLink('net', 'self/net');
      case 'sys':
        return new KernelDir('/proc/sys', {}, sysBeside(ctx));
      case 'uptime':
        return file('uptime', () => uptime(ctx));
      case 'version':
        return file('version', () => version(ctx));
      case 'cpuinfo':
        return file('cpuinfo', cpuinfo);
      case 'meminfo':
        return file('meminfo', meminfo);
      case 'filesystems':
        return file('filesystems', filesystems);
      default: {
        if (!/^[1-9]\d*$/.test(name)) return null;
        const view = ctx.machine.process(this.ns.kernelNumber(Number(name)));
        return view === undefined ? null : new PidDir(view, this.ns);
      }
    }
  }

  names(ctx: FsContext): Iterable<string> {
    const fixed = [
      'cpuinfo',
      'filesystems',
      'meminfo',
      'mounts',
      'net',
      'self',
      'sys',
      'thread-self',
      'uptime',
      'version',
    ];
    const pids: number[] = [];
    for (const kpid of ctx.machine.pids()) if (this.ns.numberOf(kpid) > 0) pids.push(this.ns.numberOf(kpid));
    return [...pids.sort((a, b) => a - b).map(String), ...fixed];
  }
}

/** What of /proc/sys is not the network's. */
function sysBeside(ctx: FsContext): Beside {
  const { uname } = ctx.task.kernel;
  const path = (name: string): string => `/proc/sys/kernel/${name}`;
  const hostname = (): Inode =>
    new MadeInode(
      pathIno(path('hostname')),
      0o644,
      () => utf8Encode(`${ctx.hostname}\n`),
      (data) => ctx.machine.setHostname(ctx, utf8Decode(data).replace(/\n[^]*$/, '')),
    );
  return new Map<string, readonly string[] | (() => Inode)>([
    ['/proc/sys', ['kernel', 'net']],
    ['/proc/sys/kernel', ['hostname', 'osrelease', 'ostype', 'pid_max', 'version']],
    [path('hostname'), hostname],
    [path('osrelease'), () => file(path('osrelease'), () => `${uname.release}\n`)],
    [path('ostype'), () => file(path('ostype'), () => `${uname.sysname}\n`)],
    [path('pid_max'), () => file(path('pid_max'), () => '4194304\n')],
    [path('version'), () => file(path('version'), () => `${uname.version}\n`)],
  ]);
}

const PID_ENTRIES: readonly string[] = [
  'cmdline',
  'comm',
  'cwd',
  'environ',
  'exe',
  'fd',
  'mountinfo',
  'mounts',
  'net',
  'ns',
  'root',
  'stat',
  'status',
  'task',
];

/** /proc/PID. */
class PidDir extends Dir {
  readonly #view: ProcessView;
  readonly #ns: PidNamespace;
  readonly #path: string;
  readonly #names: readonly string[];

  constructor(
    view: ProcessView,
    ns: PidNamespace,
    path = `/proc/${ns.numberOf(view.kpid)}`,
    names: readonly string[] = PID_ENTRIES,
  ) {
    super(pathIno(path), S_IFDIR | 0o555);
    this.#view = view;
    this.#ns = ns;
    this.#path = path;
    this.#names = names;
    this.nlink = 9;
  }

  names(): Iterable<string> {
    return this.#names;
  }

  lookup(_ctx: FsContext, name: string): Inode | null {
    const view = this.#view;
    const path = `${this.#path}/${name}`;
    if (!this.#names.includes(name)) return null;
    const zombie = view.state === 'Z';
    switch (name) {
      case 'cmdline':
        return pidFile(path, () => (zombie ? '' : view.argv.map((a) => `${a}\0`).join('')));
      case 'comm':
        return pidFile(path, () => `${view.name.slice(0, 15)}\n`, 0o644);
      case 'environ':
        return pidFile(path, () => (zombie ? '' : [...view.env].map(([k, v]) => `${k}=${v}\0`).join('')), 0o400);
      case 'status':
        return pidFile(path, () => statusText(view, this.#ns));
      case 'stat':
        return pidFile(path, () => statText(view, this.#ns));
      case 'mounts':
        return pidFile(path, () => mountsText(view));
      case 'mountinfo':
        return pidFile(path, () => mountsText(view, true));
      case 'cwd':
        return zombie ? null : cwdLink(path, view.cwdPlace);
      case 'root':
        return zombie ? null : new ProcLink(path, '/');
      case 'exe':
        return zombie ? null : new ProcLink(path, view.exe);
      case 'fd':
        return new FdDir(view, path);
      case 'ns':
        return new NsDir(view, path);
      case 'net':
        return zombie ? null : new KernelDir('/proc/net', { task: view.task });
      case 'task':
        return new TaskDir(view, this.#ns, path);
      default:
        return null;
    }
  }
}

/** /proc/PID/task: our processes have one thread. */
class TaskDir extends Dir {
  readonly #view: ProcessView;
  readonly #ns: PidNamespace;
  readonly #path: string;

  constructor(view: ProcessView, ns: PidNamespace, path: string) {
    super(pathIno(path), S_IFDIR | 0o555);
    this.#view = view;
    this.#ns = ns;
    this.#path = path;
  }

  names(): Iterable<string> {
    return [String(this.#ns.numberOf(this.#view.kpid))];
  }

  lookup(_ctx: FsContext, name: string): Inode | null {
    if (name !== String(this.#ns.numberOf(this.#view.kpid))) return null;
    return new PidDir(
      this.#view,
      this.#ns,
      `${this.#path}/${name}`,
      PID_ENTRIES.filter((n) => n !== 'task'),
    );
  }
}

/** /proc/PID/fd. */
class FdDir extends Dir {
  readonly #view: ProcessView;
  readonly #path: string;

  constructor(view: ProcessView, path: string) {
    super(pathIno(path), S_IFDIR | 0o500);
    this.#view = view;
    this.#path = path;
  }

  names(): Iterable<string> {
    return this.#view.fds.list().map(String);
  }

  lookup(_ctx: FsContext, name: string): Inode | null {
    const open = /^\d+$/.test(name) ? this.#view.fds.get(Number(name)) : undefined;
    if (open === undefined) return null;
    const path = `${this.#path}/${name}`;
    const mode = [0o500, 0o300, 0o700][open.flags & 3] ?? 0o700;
    // What has a name is found by it, so that opening it makes a new open file; the rest is the open file itself.
    const named = open.kind === 'file' || open.kind === 'dir' || open.kind === 'null';
    return new ProcLink(path, open.path, named ? undefined : () => new OpenInode(open), mode);
  }
}

/** A file that is open somewhere, reached through /proc/PID/fd. */
class OpenInode extends Inode {
  readonly #file: OpenFile;

  constructor(file: OpenFile) {
    const { ino, mode } = file.stat();
    super(ino, mode);
    this.#file = file;
  }

  override stat(): Stat {
    return this.#file.stat();
  }

  open(): OpenFile {
    return this.#file.retain();
  }
}

const NS_NAMES = [
  'cgroup',
  'ipc',
  'mnt',
  'net',
  'pid',
  'pid_for_children',
  'time',
  'time_for_children',
  'user',
  'uts',
] as const;

/** What a name in /proc/PID/ns stands for; null when it cannot be said. @see fs/proc/namespaces.c */
function namespaceOf(view: ProcessView, name: (typeof NS_NAMES)[number]): NamespaceRef | null {
  const { namespaces, mountNs } = view;
  const pid = (ns: PidNamespace): NamespaceRef => ({ kind: 'pid', ino: ns.ino, ns });
  switch (name) {
    case 'cgroup':
    case 'ipc':
    case 'time':
      return { kind: name, ino: namespaces[name] };
    case 'time_for_children':
      return { kind: 'time', ino: namespaces.timeForChildren };
    case 'user':
      return { kind: 'user', ino: PROC_USER_INIT_INO };
    case 'mnt':
      return { kind: 'mnt', ino: mountNs.ino, ns: mountNs };
    case 'uts':
      return { kind: 'uts', ino: namespaces.uts.ino, ns: namespaces.uts };
    case 'pid':
      return pid(namespaces.pid);
    case 'pid_for_children': {
      // Not before its first process is born.
      const ns = namespaces.pidForChildren;
      return ns.parent !== null && ns.init === null ? null : pid(ns);
    }
    case 'net':
      return null;
  }
}

/** /proc/PID/ns. */
class NsDir extends Dir {
  readonly #view: ProcessView;
  readonly #path: string;

  constructor(view: ProcessView, path: string) {
    super(pathIno(path), S_IFDIR | 0o511);
    this.#view = view;
    this.#path = path;
  }

  names(): Iterable<string> {
    return NS_NAMES;
  }

  lookup(_ctx: FsContext, name: string): Inode | null {
    const path = `${this.#path}/${name}`;
    const known = NS_NAMES.find((n) => n === name);
    if (known === undefined || this.#view.state === 'Z') return null;
    return new NsLink(path, () => this.#namespace(known));
  }

  #namespace(name: (typeof NS_NAMES)[number]): NetnsInode | NsInode | null {
    if (name !== 'net') {
      const ref = namespaceOf(this.#view, name);
      return ref === null ? null : new NsInode(ref);
    }
    const acquire = (): NetnsHandle => this.#view.task.openNetns();
    const handle = acquire();
    const { ino } = handle;
    handle.close();
    return new NetnsInode({ ino, acquire });
  }
}

/** A link in /proc/PID/ns. @throws SystemError ENOENT when it leads nowhere. */
class NsLink extends Link {
  readonly #inode: () => NetnsInode | NsInode | null;

  constructor(path: string, inode: () => NetnsInode | NsInode | null) {
    super(pathIno(path), S_IFLNK | 0o777);
    this.#inode = inode;
  }

  target(): string {
    return (this.#inode() ?? fail(ENOENT, 'readlink')).label;
  }

  override follow(): Inode | null {
    return this.#inode();
  }
}
