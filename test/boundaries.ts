/**
 * The rooms of packages/core and what each may import, as a table (DESIGN.md §2), and the functions that check it.
 * test/boundaries.test.ts applies it to the sources and plants violations to see them found.
 */
import { posix } from 'node:path';

/** A room of packages/core/src -> the rooms it may import. Its own files are always allowed. */
export const ROOMS: Readonly<Record<string, readonly string[]>> = {
  uapi: [],
  lib: [],
  syscall: ['uapi'],
  wire: ['uapi', 'lib'],
  netlink: ['uapi', 'lib', 'syscall'],
  sim: ['uapi', 'lib', 'wire', 'netlink', 'syscall'],
  user: ['uapi', 'lib', 'wire', 'netlink', 'syscall'],
  world: ['uapi', 'lib', 'wire', 'netlink', 'syscall', 'sim', 'user'],
  lab: ['uapi', 'lib', 'netlink', 'syscall', 'user', 'world'],
};

/**
 * A room inside sim -> its neighbours in sim. `core` is where the others meet, by registration; drivers, protocols, netfilter and sched
 * do not know each other. The files directly in sim/ (index.ts: the one list of parts) may import all of them, and none imports those.
 */
export const SIM_ROOMS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  drivers: ['core'],
  sched: ['core'],
  netfilter: ['core'],
  // The neighbour state machine, shared by ARP (ipv4) and ND (ipv6), which plug their packets into it.
  neigh: ['core'],
  ipv4: ['core', 'neigh'],
  ipv6: ['core', 'neigh'],
  // Sockets stand on the protocols: they ask for routes and hand packets to their output.
  transport: ['core', 'neigh', 'ipv4', 'ipv6'],
  // Handlers on the protocols' state: each request ends in a call of the protocol that owns the table.
  rtnl: ['core', 'neigh', 'ipv4', 'ipv6'],
  // Views of everybody's state: /proc/net/{route,arp,tcp,...}, /proc/sys, /sys/class/net.
  procfs: ['core', 'neigh', 'ipv4', 'ipv6', 'transport', 'rtnl'],
};

/** A package from the registry -> the folders of packages/core/src that may import it. */
export const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  // bash's grammar; its AST stays behind the shell.
  unbash: ['user/shell/'],
  // The diff program's line matching.
  diff: ['user/programs/'],
};

/** The longest file that is still read in one sitting. */
export const MAX_LINES = 600;

/** One import of a file. `types`: it is erased, and cannot make a cycle at run time. */
export interface Import {
  readonly specifier: string;
  readonly types: boolean;
  /** An import() expression: loaded later, so it closes no cycle of module initialisation. */
  readonly lazy: boolean;
}

const STATIC = /^(?:import|export)\s+(type\b(?!\s*(?:,|from\b)))?(?:[^'";]*?\bfrom\s*)['"]([^'"]+)['"]/gm;
const BARE = /^import\s*['"]([^'"]+)['"]/gm;
const DYNAMIC = /(\btypeof\s+)?\bimport\(\s*(?:\/\*.*?\*\/\s*)?['"`]([^'"`]+)['"`]/g;

/** Every import of a source text: static, re-exported, bare, dynamic and in types. Statements begin in column 0, as oxfmt leaves them. */
export function importsOf(text: string): Import[] {
  // Only comments that open a line: a '/*' inside a string (a shell's glob) must not hide what follows.
  const code = text.replaceAll(/^[ \t]*\/\*[\s\S]*?\*\//gm, '').replaceAll(/(?:^|\s)\/\/.*$/gm, '');
  const found: Import[] = [];
  for (const match of code.matchAll(STATIC))
    found.push({ specifier: match[2]!, types: match[1] !== undefined, lazy: false });
  for (const match of code.matchAll(BARE)) found.push({ specifier: match[1]!, types: false, lazy: false });
  for (const match of code.matchAll(DYNAMIC))
    found.push({ specifier: match[2]!, types: match[1] !== undefined, lazy: true });
  return found;
}

/** The room of a path relative to packages/core/src: its first folder, or '' for a file directly there. */
const roomOf = (path: string): string => (path.includes('/') ? path.slice(0, path.indexOf('/')) : '');

/** The sentence that says why `from` may not import `specifier`, or undefined. Paths are relative to packages/core/src. */
export function whyRefused(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) {
    if (specifier.startsWith('node:')) return `${from}: ${specifier} (core has no Node)`;
    const folders = PACKAGES[specifier.split('/')[0]!];
    if (folders === undefined) return `${from}: package ${specifier} is not in the table`;
    if (!folders.some((folder) => from.startsWith(folder)))
      return `${from}: package ${specifier} belongs to ${folders.join(', ')}`;
    return undefined;
  }
  const to = posix.join(posix.dirname(from), specifier);
  if (to.startsWith('..')) return `${from}: ${specifier} leaves packages/core/src`;
  if (!to.endsWith('.ts')) return `${from}: ${specifier} does not end in .ts`;
  const room = roomOf(from);
  const target = roomOf(to);
  if (room === '') return undefined; // index.ts is what the package exports, of every room
  if (target === '') return `${from}: ${to} is the package's own entry`;
  const allowed = ROOMS[room];
  if (allowed === undefined) return `${from}: room ${room} is not in the table`;
  if (room !== target) return allowed.includes(target) ? undefined : `${from}: ${room} may not import ${to}`;
  if (room !== 'sim') return undefined;
  const inner = roomOf(from.slice('sim/'.length));
  const innerTarget = roomOf(to.slice('sim/'.length));
  if (inner === '' || inner === innerTarget) return undefined;
  const neighbours = SIM_ROOMS[inner];
  if (neighbours === undefined) return `${from}: room sim/${inner} is not in the table`;
  return neighbours.includes(innerTarget) ? undefined : `${from}: sim/${inner} may not import ${to}`;
}

/** A set of sources: path relative to packages/core/src -> text. */
export type Sources = ReadonlyMap<string, string>;

/** Every import that the tables refuse. Tests are exempt: they may hold rooms together to look at them, and use Node. */
export function roomViolations(sources: Sources): string[] {
  const found: string[] = [];
  for (const [path, text] of sources) {
    if (path.endsWith('.test.ts')) continue;
    for (const { specifier } of importsOf(text)) {
      const why = whyRefused(path, specifier);
      if (why !== undefined) found.push(why);
    }
  }
  return found;
}

/** Import cycles that exist at run time, each as `a -> b -> a`. Imports of types are erased, and import() runs later. */
export function cycles(sources: Sources): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const trail: string[] = [];
  const visit = (path: string): void => {
    if (done.has(path)) return;
    const at = trail.indexOf(path);
    if (at >= 0) {
      found.push([...trail.slice(at), path].join(' -> '));
      return;
    }
    trail.push(path);
    for (const { specifier, types, lazy } of importsOf(sources.get(path) ?? '')) {
      if (types || lazy || !specifier.startsWith('.')) continue;
      visit(posix.join(posix.dirname(path), specifier));
    }
    trail.pop();
    done.add(path);
  };
  for (const path of sources.keys()) visit(path);
  return found;
}

/** Files longer than MAX_LINES. */
export function tooLong(sources: Sources): string[] {
  const found: string[] = [];
  for (const [path, text] of sources) {
    const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
    if (lines > MAX_LINES) found.push(`${path}: ${lines} lines`);
  }
  return found;
}
