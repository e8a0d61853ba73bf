/** Trees of files made at the moment of asking: what /proc/net, /proc/sys/net and /sys/class/net are built of. */
import { utf8Decode, utf8Encode } from '../../lib/text.ts';
import { SystemError, type KernelNode } from '../../syscall/index.ts';

/** A directory whose children are found by name. */
export interface ViewDir {
  readonly kind: 'viewdir';
  readonly mode: number;
  names(): readonly string[];
  get(name: string): ViewNode | null;
}

export type ViewNode = ViewDir | Exclude<KernelNode, { kind: 'dir' }>;

/** A directory of a fixed list; children are made when asked for. */
export function fixedDir(children: ReadonlyMap<string, () => ViewNode>, mode = 0o555): ViewDir {
  return {
    kind: 'viewdir',
    mode,
    names: () => [...children.keys()],
    get: (name) => children.get(name)?.() ?? null,
  };
}

/** A directory of /proc/sys: listed by name. @see fs/proc/proc_sysctl.c:proc_sys_readdir */
export function sysctlDir(children: ReadonlyMap<string, () => ViewNode>): ViewDir {
  return fixedDir(new Map([...children].sort(([a], [b]) => (a < b ? -1 : 1))));
}

/** The node at `path` below `root`. @param path what follows the root's own path: empty, or beginning with `/` */
export function resolveView(root: ViewDir, path: string): KernelNode | null {
  let node: ViewNode = root;
  for (const name of path.split('/')) {
    if (name === '') continue;
    if (node.kind !== 'viewdir') return null;
    const next: ViewNode | null = node.get(name);
    if (next === null) return null;
    node = next;
  }
  if (node.kind !== 'viewdir') return node;
  const dir = node;
  return { kind: 'dir', mode: dir.mode, entries: () => dir.names() };
}

/** A file to read. @param read its text, or a positive errno that reading it gives */
export function readFile(read: () => string | number, mode = 0o444): KernelNode & { kind: 'file' } {
  return { kind: 'file', mode, read: () => answer(read()) };
}

/** A file to read and write. @param write takes what was written; a positive errno refuses it */
export function rwFile(
  read: () => string | number,
  write: (text: string) => number,
  mode = 0o644,
): KernelNode & { kind: 'file' } {
  return {
    kind: 'file',
    mode,
    read: () => answer(read()),
    write(data) {
      const errno = write(utf8Decode(data));
      if (errno !== 0) throw new SystemError(errno, 'write');
    },
  };
}

function answer(text: string | number): Uint8Array {
  if (typeof text === 'number') throw new SystemError(text, 'read');
  return utf8Encode(text);
}
