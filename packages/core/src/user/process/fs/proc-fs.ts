import { utf8Decode, utf8Encode } from '../../../lib/text.ts';
import { S_IFDIR, S_IFLNK } from '../../../uapi/fcntl.ts';
import type { FsContext, ProcessView } from '../context.ts';
import type { OpenFile, Stat } from '../types.ts';
import { Dir, Inode, Link, MadeInode, NetnsInode } from './inode.ts';
import { type Beside, KernelDir, pathIno } from './kernel-fs.ts';
import { cpuinfo, filesystems, meminfo, mountsText, statText, statusText, uptime, version } from './proc-text.ts';

const file = (path: string, make: (() => string) | (() => Uint8Array), mode = 0o444): Inode =>
  new MadeInode(pathIno(path), mode, () => {
    const content = make();
    return typeof content === 'string' ? utf8Encode(content) : content;
  });

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

/** The root of /proc. */
export class ProcDir extends Dir {
  constructor() {
    super(1, S_IFDIR | 0o555);
  }

  lookup(ctx: FsContext, name: string): Inode | null {
    switch (name) {
      case 'self':
        return new ProcLink('self', String(ctx.pid));
      case 'thread-self':
        return new ProcLink('thread-self', `${ctx.pid}/task/${ctx.pid}`);
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
        const view = ctx.machine.process(Number(name));
        return view === undefined ? null : new PidDir(view);
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
    return [...ctx.machine.pids().map(String), ...fixed];
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
  readonly #path: string;
  readonly #names: readonly string[];

  constructor(view: ProcessView, path = `/proc/${view.pid}`, names: readonly string[] = PID_ENTRIES) {
    super(pathIno(path), S_IFDIR | 0o555);
    this.#view = view;
    this.#path = path;
    this.#names = names;
    this.nlink = 9;
  }

  names(): Iterable<string> {
    return this.#names;
  }

  lookup(ctx: FsContext, name: string): Inode | null {
    const view = this.#view;
    const path = `${this.#path}/${name}`;
    if (!this.#names.includes(name)) return null;
    const zombie = view.state === 'Z';
    switch (name) {
      case 'cmdline':
        return file(path, () => (zombie ? '' : view.argv.map((a) => `${a}\0`).join('')));
      case 'comm':
        return file(path, () => `${view.name.slice(0, 15)}\n`, 0o644);
      case 'environ':
        return file(path, () => (zombie ? '' : [...view.env].map(([k, v]) => `${k}=${v}\0`).join('')), 0o400);
      case 'status':
        return file(path, () => statusText(view));
      case 'stat':
        return file(path, () => statText(view));
      case 'mounts':
        return file(path, () => mountsText(view));
      case 'mountinfo':
        return file(path, () => mountsText(view, true));
      case 'cwd':
        return zombie ? null : new ProcLink(path, view.cwd);
      case 'root':
        return zombie ? null : new ProcLink(path, '/');
      case 'exe':
        return zombie ? null : new ProcLink(path, view.exe);
      case 'fd':
        return new FdDir(view, path);
      case 'ns':
        return new NsDir(ctx, view, path);
      case 'net':
        return zombie ? null : new KernelDir('/proc/net', { task: view.task });
      case 'task':
        return new TaskDir(view, path);
      default:
        return null;
    }
  }
}

/** /proc/PID/task: our processes have one thread. */
class TaskDir extends Dir {
  readonly #view: ProcessView;
  readonly #path: string;

  constructor(view: ProcessView, path: string) {
    super(pathIno(path), S_IFDIR | 0o555);
    this.#view = view;
    this.#path = path;
  }

  names(): Iterable<string> {
    return [String(this.#view.pid)];
  }

  lookup(_ctx: FsContext, name: string): Inode | null {
    if (name !== String(this.#view.pid)) return null;
    return new PidDir(
      this.#view,
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

/** Namespaces that all processes share. @see include/linux/proc_ns.h */
const SHARED_NS: Readonly<Record<string, string>> = {
  cgroup: 'cgroup:[4026531835]',
  ipc: 'ipc:[4026531839]',
  pid: 'pid:[4026531836]',
  pid_for_children: 'pid:[4026531836]',
  time: 'time:[4026531834]',
  time_for_children: 'time:[4026531834]',
  user: 'user:[4026531837]',
  uts: 'uts:[4026531838]',
};

/** /proc/PID/ns. */
class NsDir extends Dir {
  readonly #ctx: FsContext;
  readonly #view: ProcessView;
  readonly #path: string;

  constructor(ctx: FsContext, view: ProcessView, path: string) {
    super(pathIno(path), S_IFDIR | 0o511);
    this.#ctx = ctx;
    this.#view = view;
    this.#path = path;
  }

  names(): Iterable<string> {
    return [...Object.keys(SHARED_NS), 'mnt', 'net'];
  }

  lookup(_ctx: FsContext, name: string): Inode | null {
    const path = `${this.#path}/${name}`;
    if (this.#view.state === 'Z') return null;
    if (name === 'net') return this.#net(path);
    const target = name === 'mnt' ? `mnt:[${this.#view.mountNs.ino}]` : SHARED_NS[name];
    if (target === undefined) return null;
    const ino = Number(target.slice(target.indexOf('[') + 1, -1));
    return new ProcLink(path, target, () => new MadeInode(ino, 0o444, () => new Uint8Array(0)));
  }

  #net(path: string): Inode {
    const { task } = this.#ctx;
    const acquire = () => task.openNetns(this.#view.pid);
    const handle = acquire();
    const { ino } = handle;
    handle.close();
    return new ProcLink(path, `net:[${ino}]`, () => new NetnsInode({ ino, acquire }));
  }
}
