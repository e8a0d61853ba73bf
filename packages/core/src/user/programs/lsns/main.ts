/** The `lsns` command of util-linux 2.38: namespaces and their processes. @see lsns(8) */
import { NetlinkClient, NetlinkError } from '../../../netlink/index.ts';
import { SystemError } from '../../../syscall/index.ts';
import type { Process, Program } from '../../process/types.ts';
import { getopt, type LongOption } from '../getopt.ts';
import { type ColumnDef, formatTable, type TableLine } from './table.ts';
import { USAGE } from './usage.ts';

const LONG: readonly LongOption[] = [
  { name: 'json', val: 'J' },
  { name: 'task', arg: 'required', val: 'p' },
  { name: 'help', val: 'h' },
  { name: 'output', arg: 'required', val: 'o' },
  { name: 'output-all', val: '!all' },
  { name: 'version', val: 'V' },
  { name: 'noheadings', val: 'n' },
  { name: 'nowrap', val: 'W' },
  { name: 'list', val: 'l' },
  { name: 'raw', val: 'r' },
  { name: 'notruncate', val: 'u' },
  { name: 'type', arg: 'required', val: 't' },
  { name: 'tree', arg: 'optional', val: 'T' },
];
const TYPES = ['mnt', 'net', 'ipc', 'user', 'pid', 'uts', 'cgroup', 'time'] as const;
const COLUMNS: readonly ColumnDef[] = [
  { name: 'NS', right: true, number: true },
  { name: 'TYPE' },
  { name: 'PATH' },
  { name: 'NPROCS', right: true, number: true },
  { name: 'PID', right: true, number: true },
  { name: 'PPID', right: true, number: true },
  { name: 'COMMAND' },
  { name: 'UID', right: true, number: true },
  { name: 'USER' },
  { name: 'NETNSID', right: true },
  { name: 'NSFS' },
  { name: 'PNS', right: true, number: true },
  { name: 'ONS', right: true, number: true },
];
const DEFAULT = ['NS', 'TYPE', 'NPROCS', 'PID', 'USER', 'COMMAND'];
const DEFAULT_NET = ['NS', 'TYPE', 'NPROCS', 'PID', 'USER', 'NETNSID', 'NSFS', 'COMMAND'];
const DEFAULT_PROCESSES = ['PID', 'PPID', 'USER', 'COMMAND'];

interface Task {
  readonly pid: number;
  readonly ppid: number;
  readonly command: string;
  readonly namespaces: ReadonlyMap<string, number>;
  line: TableLine | null;
}
interface Namespace {
  readonly ino: number;
  readonly type: string;
  readonly tasks: Task[];
}

/** Ends the program with words on standard error. */
class Stop extends Error {
  readonly words: string;
  constructor(words: string) {
    super(words);
    this.words = words;
  }
}

const attempt = <T>(f: () => T, none: T): T => {
  try {
    return f();
  } catch (e) {
    if (e instanceof SystemError) return none;
    throw e;
  }
};

function readTasks(proc: Process): Task[] {
  const tasks: Task[] = [];
  for (const name of proc.fs.readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const at = (path: string): string => attempt(() => proc.fs.readText(`/proc/${name}/${path}`), '');
    const stat = at('stat');
    const namespaces = new Map<string, number>();
    for (const type of TYPES) {
      const link = attempt(() => proc.fs.readlink(`/proc/${name}/ns/${type}`), '');
      const m = /\[(\d+)\]$/.exec(link);
      if (m !== null) namespaces.set(type, Number(m[1]));
    }
    if (namespaces.size === 0) continue;
    const cmdline = at('cmdline').replace(/\0$/, '').replaceAll('\0', ' ');
    const ppid = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0);
    tasks.push({
      pid: Number(name),
      ppid,
      command: cmdline === '' ? at('comm').trimEnd() : cmdline,
      namespaces,
      line: null,
    });
  }
  return tasks.sort((a, b) => a.pid - b.pid);
}

function gather(tasks: readonly Task[], types: readonly string[]): Namespace[] {
  const found = new Map<string, Namespace>();
  for (const task of tasks) {
    for (const [type, ino] of task.namespaces) {
      if (!types.includes(type)) continue;
      const key = `${type} ${ino}`;
      const ns = found.get(key) ?? { ino, type, tasks: [] };
      ns.tasks.push(task);
      found.set(key, ns);
    }
  }
  return [...found.values()].sort((a, b) => a.ino - b.ino);
}

const userName = (proc: Process, uid: number): string => {
  const text = attempt(() => proc.fs.readText('/etc/passwd'), '');
  return (
    text
      .split('\n')
      .find((l) => l.split(':')[2] === String(uid))
      ?.split(':')[0] ?? String(uid)
  );
};

/** Where the namespace's file is bound. */
function nsfs(proc: Process, ns: Namespace): string | null {
  const text = attempt(() => proc.fs.readText('/proc/self/mountinfo'), '');
  for (const line of text.split('\n')) {
    const f = line.split(' ');
    if (f[3] === `${ns.type}:[${ns.ino}]`) return f[4] ?? null;
  }
  return null;
}

/** The number the network knows it by. */
async function netnsid(client: NetlinkClient | null, pid: number): Promise<string> {
  if (client === null) return 'unassigned';
  try {
    const { nsid } = (await client.nsid.query({ attrs: { pid } })).attrs;
    return nsid === undefined || nsid < 0 ? 'unassigned' : String(nsid);
  } catch (e) {
    if (e instanceof NetlinkError) return 'unassigned';
    throw e;
  }
}

class Lister {
  readonly proc: Process;
  readonly columns: readonly ColumnDef[];
  readonly client: NetlinkClient;

  constructor(proc: Process, columns: readonly ColumnDef[]) {
    this.proc = proc;
    this.columns = columns;
    this.client = new NetlinkClient(proc.task);
  }

  async #cell(name: string, ns: Namespace, task: Task): Promise<string | null> {
    switch (name) {
      case 'NS':
        return String(ns.ino);
      case 'TYPE':
        return ns.type;
      case 'PATH':
        return `/proc/${task.pid}/ns/${ns.type}`;
      case 'NPROCS':
        return String(ns.tasks.length);
      case 'PID':
        return String(task.pid);
      case 'PPID':
        return String(task.ppid);
      case 'COMMAND':
        return task.command;
      case 'UID':
        return '0';
      case 'USER':
        return userName(this.proc, 0);
      case 'NETNSID':
        return ns.type === 'net' ? netnsid(this.client, task.pid) : null;
      case 'NSFS':
        return ns.type === 'net' ? nsfs(this.proc, ns) : null;
      case 'ONS':
        return String(ns.type === 'user' ? 0 : (task.namespaces.get('user') ?? 0));
      default:
        return '0';
    }
  }

  /** A line below that of the parent process, if it has one and trees are asked for. */
  async add(lines: TableLine[], ns: Namespace, task: Task, parent: Task | undefined): Promise<void> {
    const cells: (string | null)[] = [];
    for (const c of this.columns) cells.push(await this.#cell(c.name, ns, task));
    const line: TableLine = { cells, children: [] };
    (parent?.line?.children ?? lines).push(line);
    task.line = line;
  }
}

function readColumns(list: string): readonly ColumnDef[] {
  return list.split(',').map((name) => {
    const found = COLUMNS.find((c) => c.name === name.toUpperCase());
    if (found === undefined) throw new Stop(`lsns: unknown column: ${name}\n`);
    return found;
  });
}

interface Settings {
  json: boolean;
  raw: boolean;
  headings: boolean;
  tree: boolean;
  pid: number;
  output: string | null;
  readonly types: string[];
}

async function run(proc: Process): Promise<number> {
  const s: Settings = { json: false, raw: false, headings: true, tree: true, pid: 0, output: null, types: [] };
  const parsed = getopt(proc.argv[0] ?? 'lsns', proc.argv.slice(1), 'Jlp:o:nruhVt:T::W', LONG);
  for (const { opt, arg, error } of parsed.options) {
    if (error !== '') throw new Stop(`${error}\nTry 'lsns --help' for more information.\n`);
    switch (opt) {
      case 'J':
        s.json = true;
        break;
      case 'l':
        s.tree = false;
        break;
      case 'n':
        s.headings = false;
        break;
      case 'r':
        s.raw = true;
        break;
      case 'p':
        if (!/^\d+$/.test(arg!)) throw new Stop(`lsns: invalid PID argument: '${arg}'\n`);
        s.pid = Number(arg);
        break;
      case 'o':
        s.output = arg;
        break;
      case '!all':
        s.output = COLUMNS.map((c) => c.name).join(',');
        break;
      case 't':
        if (!TYPES.some((t) => t === arg)) throw new Stop(`lsns: unknown namespace type: ${arg}\n`);
        s.types.push(arg!);
        break;
      case 'T':
        if (arg !== 'process') throw new Stop('warren: lsns: option -T is not supported yet, but for "process"\n');
        s.tree = true;
        break;
      case 'V':
        proc.out('lsns from util-linux 2.38.1\n');
        return 0;
      case 'h':
        proc.out(USAGE);
        return 0;
      default:
    }
  }
  const [operand] = parsed.operands;
  if (operand !== undefined && !/^\d+$/.test(operand))
    throw new Stop(`lsns: invalid namespace argument: '${operand}'\n`);
  return operand === undefined ? list(proc, s) : processes(proc, s, Number(operand));
}

function print(
  proc: Process,
  s: Settings,
  name: string,
  columns: readonly ColumnDef[],
  lines: readonly TableLine[],
): void {
  const tree = s.tree ? columns.findIndex((c) => c.name === 'COMMAND') : -1;
  proc.out(formatTable(name, columns, lines, { headings: s.headings, json: s.json, raw: s.raw, tree }));
}

async function list(proc: Process, s: Settings): Promise<number> {
  const types = s.types.length === 0 ? TYPES : s.types;
  const usual = s.types.includes('net') ? DEFAULT_NET : DEFAULT;
  const columns = readColumns(s.output ?? usual.join(','));
  const tasks = readTasks(proc);
  const lister = new Lister(proc, columns);
  const lines: TableLine[] = [];
  for (const ns of gather(tasks, types)) {
    if (s.pid !== 0 && !ns.tasks.some((t) => t.pid === s.pid)) continue;
    const task = ns.tasks[0]!;
    const parent = s.tree ? tasks.find((t) => t.pid === task.ppid) : undefined;
    await lister.add(lines, ns, task, parent);
  }
  lister.client.close();
  print(proc, s, 'namespaces', columns, lines);
  return 0;
}

/** The processes of one namespace. */
async function processes(proc: Process, s: Settings, ino: number): Promise<number> {
  const tasks = readTasks(proc);
  const ns = gather(tasks, TYPES).find((n) => n.ino === ino);
  if (ns === undefined) throw new Stop(`lsns: not found namespace: ${ino}\n`);
  const columns = readColumns(s.output ?? DEFAULT_PROCESSES.join(','));
  const lister = new Lister(proc, columns);
  const lines: TableLine[] = [];
  for (const task of ns.tasks) {
    const parent = s.tree ? ns.tasks.find((t) => t.pid === task.ppid) : undefined;
    await lister.add(lines, ns, task, parent);
  }
  lister.client.close();
  print(proc, s, 'namespaces', columns, lines);
  return 0;
}

export const lsnsMain: Program = async (proc) => {
  try {
    return await run(proc);
  } catch (e) {
    if (!(e instanceof Stop)) throw e;
    proc.err(e.words);
    return 1;
  }
};
