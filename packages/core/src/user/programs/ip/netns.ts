/** `ip netns`: named network namespaces, files under /run/netns. @see ip-netns(8) */
import { NetlinkError } from '../../../netlink/index.ts';
import type { NetnsHandle } from '../../../syscall/index.ts';
import { SystemError } from '../../../syscall/index.ts';
import { EINVAL } from '../../../uapi/errno.ts';
import { O_CREAT, O_EXCL, O_RDONLY } from '../../../uapi/fcntl.ts';
import type { Process } from '../../process/types.ts';
import type { Context } from './context.ts';
import { Row } from './json.ts';
import { getInteger, incomplete, invarg, IpExit, IpError, matches } from './parse.ts';
import { netlinkWords } from './rtnl.ts';
import { NETNS_USAGE } from './usage.ts';

export const NETNS_RUN_DIR = '/run/netns';
const NETNS_ETC_DIR = '/etc/netns';

const words = (e: unknown): string => {
  if (e instanceof SystemError) return e.strerror;
  throw e;
};
const fail = (text: string, status = 1): never => {
  throw new IpError(status, text);
};

/** Opens a namespace file. @throws SystemError as open(2), and EINVAL when the file is no namespace. */
export async function openNetns(proc: Process, path: string): Promise<NetnsHandle> {
  const fd = await proc.open(path, O_RDONLY);
  try {
    const ns = proc.fds.get(fd)?.netns;
    if (ns === undefined) throw new SystemError(EINVAL, 'setns', { path });
    return ns.dup();
  } finally {
    proc.close(fd);
  }
}

/** The handle of a named namespace; null when there is none. */
export async function openNamed(proc: Process, name: string): Promise<NetnsHandle | null> {
  try {
    return await openNetns(proc, name.includes('/') ? name : `${NETNS_RUN_DIR}/${name}`);
  } catch (e) {
    words(e);
    return null;
  }
}

/** Binds the files of /etc/netns/NAME over their like in /etc. */
function bindEtc(proc: Process, name: string): void {
  const dir = `${NETNS_ETC_DIR}/${name}`;
  if (name.length >= 255 || proc.fs.exists(dir) === null) return;
  for (const entry of proc.fs.readdir(dir)) {
    if (entry.startsWith('.')) continue;
    const from = `${dir}/${entry}`;
    const to = `/etc/${entry}`;
    try {
      proc.fs.bind(from, to);
    } catch (e) {
      proc.err(`Bind ${from} -> ${to} failed: ${words(e)}\n`);
    }
  }
}

/**
 * Enters a named namespace, with mounts of its own: /sys of the namespace, /etc/netns/NAME over /etc.
 * @returns false after printing why not.
 * @see lib/namespace.c:netns_switch
 */
export async function netnsSwitch(proc: Process, name: string): Promise<boolean> {
  let fd: number;
  try {
    fd = await proc.open(`${NETNS_RUN_DIR}/${name}`, O_RDONLY);
  } catch (e) {
    proc.err(`Cannot open network namespace "${name}": ${words(e)}\n`);
    return false;
  }
  try {
    const ns = proc.fds.get(fd)?.netns;
    if (ns === undefined) throw new SystemError(EINVAL, 'setns');
    proc.task.setns(ns);
  } catch (e) {
    proc.err(`setting the network namespace "${name}" failed: ${words(e)}\n`);
    return false;
  } finally {
    proc.close(fd);
  }
  proc.unshareMounts();
  try {
    proc.fs.umount('/sys');
  } catch (e) {
    words(e);
  }
  try {
    proc.fs.mount('sysfs', '/sys');
  } catch (e) {
    proc.err(`mount of /sys failed: ${words(e)}\n`);
    return false;
  }
  bindEtc(proc, name);
  return true;
}

/** Names below /run/netns, in the order of the directory. */
export function netnsNames(proc: Process): readonly string[] {
  try {
    return proc.fs.readdir(NETNS_RUN_DIR).filter((n) => n !== '.' && n !== '..');
  } catch (e) {
    words(e);
    return [];
  }
}

/** The id this namespace has for a named one, -1 for none. */
export async function nsidOfName(ctx: Context, name: string): Promise<number> {
  const ns = await openNamed(ctx.proc, name);
  if (ns === null) return -1;
  try {
    return await ctx.rt.nsidOf(ns.fd);
  } finally {
    ns.close();
  }
}

/** The name of the namespace with this id, or undefined. */
export async function nameOfNsid(ctx: Context, nsid: number): Promise<string | undefined> {
  for (const name of netnsNames(ctx.proc)) if ((await nsidOfName(ctx, name)) === nsid) return name;
  return undefined;
}

async function list(ctx: Context): Promise<number> {
  if (ctx.proc.fs.exists(NETNS_RUN_DIR) === null) return 0;
  const rows: Row[] = [];
  for (const name of netnsNames(ctx.proc)) {
    const row = new Row().put('name', name, name);
    const id = await nsidOfName(ctx, name);
    if (id >= 0) row.put('id', id, ` (id: ${id})`);
    rows.push(row.say('\n'));
  }
  await ctx.print(rows);
  return 0;
}

async function dumpIds(ctx: Context, target: number, one: number): ReturnType<Context['rt']['nsids']> {
  try {
    return await ctx.rt.nsids(target, one);
  } catch (e) {
    if (!(e instanceof NetlinkError) || one >= 0) throw e;
    ctx.printBroken();
    throw new IpError(1, `${netlinkWords(e)}Dump terminated\n`);
  }
}

async function listId(ctx: Context, args: readonly string[]): Promise<number> {
  let target = -1;
  let filter = -1;
  for (let i = 0; i < args.length; i += 2) {
    const word = args[i]!;
    if (word !== 'target-nsid' && word !== 'nsid') {
      throw new IpExit(255, NETNS_USAGE);
    }
    const value = args[i + 1] ?? incomplete();
    const n = getInteger(value) ?? invarg(`"${word}" value is invalid`, value);
    if (n < 0) return invarg(`"${word}" value should be >= 0`, args[i + 2] ?? '(null)'); // iproute2 names the next word
    if (word === 'target-nsid') target = n;
    else filter = n;
  }
  const rows: Row[] = [];
  for (const { nsid, current } of await dumpIds(ctx, target, filter)) {
    const row = new Row().put('nsid', nsid, `nsid ${nsid} `);
    const known = current !== undefined && current >= 0;
    if (known) row.put('current-nsid', current, `current-nsid ${current} `);
    else if (current !== undefined) row.say('current-nsid unassigned ');
    const name = await nameOfNsid(ctx, known ? current : nsid);
    if (name !== undefined) row.put('name', name, `(iproute2 netns name: ${name})`);
    rows.push(row.say('\n'));
  }
  await ctx.print(rows);
  return 0;
}

/** A pid as `is_pid` takes it: digits. */
const isPid = (s: string): boolean => /^[0-9]+$/.test(s);

async function add(ctx: Context, args: readonly string[], attach: boolean): Promise<number> {
  const { proc } = ctx;
  if (attach && args.length < 2) fail('No netns name and PID specified\n');
  if (args.length < 1) fail('No netns name specified\n');
  const name = args[0]!;
  let pid: number | null = null;
  if (attach) {
    if (!isPid(args[1]!)) fail(`Invalid PID: ${args[1]!}\n`);
    pid = Number(args[1]);
  }
  try {
    proc.fs.mkdir(NETNS_RUN_DIR, 0o755);
  } catch (e) {
    if (!(e instanceof SystemError) || e.code !== 'EEXIST') {
      fail(`mkdir ${NETNS_RUN_DIR} failed: ${words(e)}\n`);
    }
  }
  // The directory is mounted on itself once, so that the namespaces' mounts can be shared.
  if (!proc.fs.mounts().some((m) => m.target === NETNS_RUN_DIR)) {
    try {
      proc.fs.bind(NETNS_RUN_DIR, NETNS_RUN_DIR);
    } catch (e) {
      fail(`mount --bind ${NETNS_RUN_DIR} ${NETNS_RUN_DIR} failed: ${words(e)}\n`);
    }
  }
  const path = `${NETNS_RUN_DIR}/${name}`;
  try {
    proc.close(await proc.open(path, O_RDONLY | O_CREAT | O_EXCL, 0));
  } catch (e) {
    fail(`Cannot create namespace file "${path}": ${words(e)}\n`);
  }
  const source = pid === null ? '/proc/self/ns/net' : `/proc/${pid}/ns/net`;
  const before = proc.task.openNetns();
  try {
    if (pid === null) proc.task.unshareNet();
    proc.fs.bind(source, path);
    return 0;
  } catch (e) {
    ctx.err(`Bind ${source} -> ${path} failed: ${words(e)}\n`);
    proc.fs.unlink(path);
    return 1;
  } finally {
    proc.task.setns(before);
    before.close();
  }
}

function removeOne(ctx: Context, name: string): number {
  const { fs } = ctx.proc;
  const path = `${NETNS_RUN_DIR}/${name}`;
  try {
    fs.umount(path);
  } catch (e) {
    words(e);
  }
  try {
    fs.unlink(path);
    return 0;
  } catch (e) {
    ctx.err(`Cannot remove namespace file "${path}": ${words(e)}\n`);
    return 1;
  }
}

function remove(ctx: Context, args: readonly string[]): number {
  if (ctx.options.all) {
    for (const name of netnsNames(ctx.proc)) if (removeOne(ctx, name) !== 0) return 1;
    return 0;
  }
  if (args.length < 1) fail('No netns name specified\n');
  return removeOne(ctx, args[0]!);
}

/** Becomes the command. @see lib/utils.c:cmd_exec */
async function become(proc: Process, command: readonly string[]): Promise<number> {
  await proc.flush();
  try {
    return await proc.execve(command[0]!, command, proc.env);
  } catch (e) {
    proc.err(`exec of "${command[0]!}" failed: ${words(e)}\n`);
    return 1;
  }
}

async function inChild(proc: Process, main: (child: Process) => Promise<number>): Promise<number> {
  await proc.flush();
  const child = proc.fork(main);
  const result = await proc.wait(child.pid);
  return result === null || result.signal !== 0 ? 1 : result.status;
}

async function exec(ctx: Context, args: readonly string[]): Promise<number> {
  const { proc } = ctx;
  if (ctx.options.all) {
    if (args.length < 1) fail('No command specified\n');
    for (const name of netnsNames(proc)) {
      await inChild(proc, async (child) => {
        if (!(await netnsSwitch(child, name))) return 1;
        child.out(`\nnetns: ${name}\n`);
        return become(child, args);
      });
    }
    return 0;
  }
  if (args.length < 1) fail('No netns name specified\n');
  if (args.length < 2) fail('No command specified\n');
  const go = async (p: Process): Promise<number> => ((await netnsSwitch(p, args[0]!)) ? become(p, args.slice(1)) : 255);
  if (ctx.options.batch !== null) return inChild(proc, go);
  ctx.close();
  return go(proc);
}

/** Calls `each` for every process whose namespace is `ino`. */
function pidsIn(proc: Process, ino: number): number[] {
  const out: number[] = [];
  for (const p of proc.processes.list()) {
    try {
      if (proc.fs.stat(`/proc/${p.pid}/ns/net`).ino === ino) out.push(p.pid);
    } catch (e) {
      words(e);
    }
  }
  return out;
}

async function pids(ctx: Context, args: readonly string[]): Promise<number> {
  if (args.length < 1) fail('No netns name specified\n');
  if (args.length > 1) fail('extra arguments specified\n');
  let ns: NetnsHandle;
  try {
    ns = await openNetns(ctx.proc, `${NETNS_RUN_DIR}/${args[0]!}`);
  } catch (e) {
    return fail(`Cannot open network namespace: ${words(e)}\n`);
  }
  for (const pid of pidsIn(ctx.proc, ns.ino)) ctx.out(`${pid}\n`);
  ns.close();
  return 0;
}

async function identify(ctx: Context, args: readonly string[]): Promise<number> {
  const { proc } = ctx;
  if (args.length > 1) fail('extra arguments specified\n');
  const word = args[0] ?? 'self';
  if (args.length === 1 && !isPid(word)) fail(`Specified string '${word}' is not a pid\n`);
  let ino: number;
  try {
    ino = proc.fs.stat(`/proc/${word}/ns/net`).ino;
  } catch (e) {
    return fail(`Cannot open network namespace: ${words(e)}\n`);
  }
  let found = '';
  for (const name of netnsNames(proc)) {
    const ns = await openNamed(proc, name);
    if (ns === null) continue;
    if (ns.ino === ino) found = name;
    ns.close();
    if (found !== '') break;
  }
  ctx.out(`${found}\n`);
  return 0;
}

async function setId(ctx: Context, args: readonly string[]): Promise<number> {
  if (args.length < 1) fail('No netns name specified\n');
  if (args.length < 2) fail('No nsid specified\n');
  const [name, word] = [args[0]!, args[1]!];
  let nsid = -1;
  if (word !== 'auto') {
    nsid = getInteger(word) ?? invarg('Invalid "netnsid" value', word);
    if (nsid < 0) invarg('"netnsid" value should be >= 0', word);
  }
  let ns: NetnsHandle;
  try {
    ns = await openNetns(ctx.proc, `${NETNS_RUN_DIR}/${name}`);
  } catch (e) {
    return fail(`Cannot open network namespace "${name}": ${words(e)}\n`);
  }
  try {
    await ctx.rt.setNsid(ns.fd, nsid);
    return 0;
  } finally {
    ns.close();
  }
}

const validName = (s: string): boolean => s !== '' && s.length <= 255 && !s.includes('/') && s !== '.' && s !== '..';

/** `ip netns …`. @see ip/ipnetns.c:do_netns */
export async function doNetns(ctx: Context, args: readonly string[]): Promise<number> {
  if (args.length === 0) return list(ctx);
  const word = args[0]!;
  const rest = args.slice(1);
  if (!ctx.options.all && rest.length > 0 && !validName(rest[0]!)) {
    throw new IpExit(255, `Invalid netns name "${rest[0]!}"\n`);
  }
  const like = (full: string): boolean => matches(word, full);
  if (like('list') || like('show') || like('lst')) return list(ctx);
  if (like('list-id')) return listId(ctx, rest);
  if (like('help')) throw new IpExit(255, NETNS_USAGE);
  if (like('add')) return add(ctx, rest, false);
  if (like('set')) return setId(ctx, rest);
  if (like('delete')) return remove(ctx, rest);
  if (like('identify')) return identify(ctx, rest);
  if (like('pids')) return pids(ctx, rest);
  if (like('exec')) return exec(ctx, rest);
  if (like('monitor')) {
    ctx.err('warren: ip netns monitor is not supported yet\n');
    return 255;
  }
  if (like('attach')) return add(ctx, rest, true);
  throw new IpExit(255, `Command "${word}" is unknown, try "ip netns help".\n`);
}
