/** Pipelines, background jobs, command and process substitution. */
import { concatBytes, utf8Decode } from '../../lib/text.ts';
import { SystemError } from '../../syscall/index.ts';
import { EAGAIN, EINTR, strerror } from '../../uapi/errno.ts';
import { O_RDONLY } from '../../uapi/fcntl.ts';
import type { FdTable, OpenFile, Process } from '../process/types.ts';
import type { Coproc, Node, Part, Pipeline, Statement } from './ast.ts';
import { DiscardSignal, ShellError } from './errors.ts';
import { exitStatus } from './jobs.ts';
import { type Maybe, chain } from './maybe.ts';
import { printNode } from './printer.ts';
import { attend, forkRoom, forkShell, tell, waitForeground, waitPid } from './process-run.ts';
import type { Shell } from './shell.ts';
import { expandString } from './words/expand.ts';
import { silent } from './jobs.ts';

/** How a node runs in a process of its own, with nothing to come after it. */
export type RunInChild = (child: Shell, node: Node) => Maybe<number>;

interface Stage {
  readonly pid: number;
  readonly text: string;
}

/** A child's table: copies, with some descriptors replaced. */
function tableWith(
  proc: Process,
  changes: readonly (readonly [number, OpenFile])[],
  without: readonly number[],
): FdTable {
  const table = proc.fds.copy();
  const files = changes.map(([fd, file]) => [fd, file.retain()] as const);
  for (const fd of without) table.close(fd);
  for (const [fd, file] of files) table.set(fd, file);
  return table;
}

/** A pipe, or bash's words, which name no line, and the end of the line. */
function pipe(sh: Shell, what: string): [number, number] {
  try {
    return sh.proc.pipe();
  } catch (e) {
    if (!(e instanceof SystemError)) throw e;
    void sh.warn(`${what}: ${e.strerror}\n`);
    throw new DiscardSignal(1);
  }
}

/** Starts all stages of a pipeline; the last one too unless `keepLast`, whose input is returned then. */
function startStages(
  sh: Shell,
  node: Pipeline,
  run: RunInChild,
  background: boolean,
  keepLast: boolean,
): { stages: Stage[]; input: number } {
  const { proc } = sh;
  const stages: Stage[] = [];
  let input = -1;
  let pgid = 0;
  node.stages.forEach((stage, i) => {
    const last = i === node.stages.length - 1;
    if (last && keepLast) return;
    const [read, write] = last ? [-1, -1] : pipe(sh, `${sh.name}: pipe error`);
    const changes: [number, OpenFile][] = [];
    if (input >= 0) changes.push([0, proc.fds.get(input)!]);
    if (!last) {
      const out = proc.fds.get(write)!;
      changes.push([1, out]);
      if (node.both[i] === true) changes.push([2, out]);
    }
    const fds = tableWith(
      proc,
      changes,
      [input, read, write].filter((fd) => fd >= 0),
    );
    const job = sh.options.monitor ? { pgid } : {};
    const child = forkShell(sh, { fds, background, ...job }, (c) => run(c, stage));
    if (i === 0) pgid = child.pid;
    stages.push({ pid: child.pid, text: printNode(stage) });
    if (input >= 0) proc.close(input);
    if (write >= 0) proc.close(write);
    input = read;
  });
  return { stages, input };
}

/** Runs a pipeline of two or more in the foreground. */
export async function runPipeline(sh: Shell, node: Pipeline, run: RunInChild): Promise<number> {
  const inherit = sh.shopts['lastpipe'] === true && !sh.options.monitor;
  await forkRoom(sh, node.stages.length);
  const { stages, input } = startStages(sh, node, run, false, inherit);
  let own: number | null = null;
  if (inherit) {
    const { fds } = sh.proc;
    const saved = fds.get(0)?.retain();
    sh.proc.dup2(input, 0);
    sh.proc.close(input);
    try {
      own = await run(sh, node.stages.at(-1)!);
    } finally {
      if (saved === undefined) fds.close(0);
      else fds.set(0, saved);
    }
  }
  const statuses = await waitForeground(sh, stages, printNode(node));
  if (own !== null) statuses.push(own);
  sh.pipeStatus = statuses;
  if (sh.options.pipefail) return statuses.findLast((s) => s !== 0) ?? 0;
  return statuses.at(-1)!;
}

/** Starts a list in the background. */
export async function launch(sh: Shell, s: Statement, run: RunInChild): Promise<number> {
  const text = printNode(s.node);
  const { proc } = sh;
  await forkRoom(sh, s.node.t === 'pipe' ? s.node.stages.length : 1);
  let nullFd = -1;
  const saved = sh.options.monitor ? undefined : proc.fds.get(0)?.retain();
  if (!sh.options.monitor && !redirectsInput(s.node)) {
    nullFd = await proc.open('/dev/null', O_RDONLY);
    if (nullFd !== 0) {
      proc.dup2(nullFd, 0);
      proc.close(nullFd);
    }
  }
  let stages: Stage[];
  try {
    if (s.node.t === 'pipe' && s.node.stages.length > 1 && !s.node.negated && s.node.timed === '')
      stages = startStages(sh, s.node, run, true, false).stages;
    else {
      const job = sh.options.monitor ? { pgid: 0 } : {};
      const child = forkShell(sh, { background: true, ...job }, (c) => run(c, s.node));
      stages = [{ pid: child.pid, text }];
    }
  } finally {
    if (saved !== undefined) proc.fds.set(0, saved);
    else if (nullFd >= 0) proc.fds.close(0);
  }
  const job = sh.jobs.add(
    stages[0]!.pid,
    stages.map((p) => ({ ...p, result: null })),
    text,
  );
  sh.lastBackground = stages.at(-1)!.pid;
  if (sh.interactive) await sh.warn(`[${job.id}] ${sh.lastBackground}\n`);
  return 0;
}

const redirectsInput = (n: Node): boolean =>
  (n.t === 'simple' || n.t === 'redirected') && n.redirs.some((r) => (r.fd ?? (r.op.startsWith('<') ? 0 : 1)) === 0);

/** Everything a descriptor gives, whatever signals come; the descriptor is closed. Null bytes are left out, with a warning. */
async function readAll(sh: Shell, fd: number): Promise<Uint8Array> {
  try {
    return await allBytes(sh, fd);
  } finally {
    sh.proc.close(fd);
  }
}

/** Only a script in a file has its line named. @see error.c:internal_warning */
function nullByte(sh: Shell): Maybe<void> {
  const text = 'warning: command substitution: ignored null byte in input';
  return sh.frames.some((f) => f.kind === 'main') ? sh.error(text) : sh.warn(`${sh.name}: ${text}\n`);
}

async function allBytes(sh: Shell, fd: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let warned = false;
  for (;;) {
    if (sh.traps.deadly) await attend(sh);
    try {
      const data = await sh.proc.read(fd);
      if (data.length === 0) return concatBytes(parts);
      if (!data.includes(0)) {
        parts.push(data);
        continue;
      }
      if (!warned) await nullByte(sh);
      warned = true;
      const rest = data.filter((b) => b !== 0);
      if (rest.length > 0) parts.push(rest);
    } catch (e) {
      if (!(e instanceof SystemError) || e.errno !== -EINTR) throw e;
    }
  }
}

function output(data: Uint8Array): string {
  const text = utf8Decode(data);
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 10) end--;
  return text.slice(0, end);
}

/** `$(commands)`. */
export async function substitute(
  sh: Shell,
  part: Part & { k: 'cmd' },
  runList: (child: Shell, list: readonly Statement[]) => Maybe<number>,
): Promise<string> {
  const { proc } = sh;
  if (part.file !== null) {
    const path = await expandString(sh, part.file);
    let fd: number;
    try {
      fd = await proc.open(path, O_RDONLY);
    } catch (e) {
      if (!(e instanceof SystemError)) throw e;
      await sh.error(`${path}: ${e.strerror}`);
      sh.substituted = 1;
      return '';
    }
    const data = await readAll(sh, fd);
    sh.substituted = 0;
    return output(data);
  }
  await forkRoom(sh);
  const [read, write] = pipe(sh, `${sh.name}: cannot make pipe for command substitution`);
  const fds = tableWith(proc, [[1, proc.fds.get(write)!]], [read, write]);
  const { broken } = part;
  const child = forkShell(sh, { fds, substitution: true }, (c) =>
    broken === undefined ? runList(c, part.body) : c.hooks.text(c, broken, { label: 'command substitution', line: 1 }),
  );
  proc.close(write);
  const data = await readAll(sh, read);
  const result = await waitPid(sh, child.pid);
  sh.jobs.ended.delete(child.pid);
  if (result.signal !== 0 && !silent(result.signal)) await tell(sh, result, part.text);
  sh.substituted = exitStatus(result);
  sh.status = sh.substituted;
  return output(data);
}

/** `<(commands)`: `/dev/fd/N` of a pipe whose other end the commands have. */
export function processSubstitution(
  sh: Shell,
  part: Part & { k: 'proc' },
  runList: (child: Shell, list: readonly Statement[]) => Maybe<number>,
): string {
  const { proc } = sh;
  if (!proc.mayFork(1)) throw new ShellError(`cannot make child for process substitution: ${strerror(EAGAIN)}`, 'line');
  const [read, write] = pipe(sh, `${sh.name}: cannot make pipe for process substitution`);
  const [mine, theirs, at] = part.op === '<' ? [read, write, 1] : [write, read, 0];
  const fds = tableWith(proc, [[at, proc.fds.get(theirs)!]], [mine, theirs]);
  const child = forkShell(sh, { fds, background: true, substitution: true }, (c) => runList(c, part.body));
  sh.lastBackground = child.pid;
  const job = sh.jobs.add(child.pid, [{ pid: child.pid, text: part.text, result: null }], part.text);
  job.disowned = true;
  proc.close(theirs);
  let fd = 63;
  while (fd > 3 && proc.fds.get(fd) !== undefined) fd--;
  proc.fds.set(fd, proc.fds.get(mine)!.retain());
  proc.close(mine);
  sh.pendingFds.push(fd);
  return `/dev/fd/${fd}`;
}

/** `coproc NAME { ... }`: NAME[0] reads its output, NAME[1] writes its input. */
export function startCoproc(sh: Shell, node: Coproc, run: RunInChild): Maybe<number> {
  const { proc } = sh;
  if (!/^[A-Za-z_]\w*$/.test(node.name)) throw new ShellError(`\`${node.name}': not a valid identifier`);
  const room = forkRoom(sh);
  if (room !== undefined) return chain(room, () => startCoproc(sh, node, run));
  const [fromRead, fromWrite] = pipe(sh, `${sh.name}: coproc pipe`);
  const [toRead, toWrite] = pipe(sh, `${sh.name}: coproc pipe`);
  const fds = tableWith(
    proc,
    [
      [0, proc.fds.get(toRead)!],
      [1, proc.fds.get(fromWrite)!],
    ],
    [fromRead, fromWrite, toRead, toWrite],
  );
  const child = forkShell(sh, { fds, background: true }, (c) => run(c, node.body));
  proc.close(toRead);
  proc.close(fromWrite);
  const high = [fromRead, toWrite].map((fd) => {
    let to = 63;
    while (to > 3 && proc.fds.get(to) !== undefined) to--;
    proc.fds.set(to, proc.fds.get(fd)!.retain(), true);
    proc.close(fd);
    return String(to);
  });
  sh.vars.setArray(node.name, high);
  sh.vars.set(`${node.name}_PID`, String(child.pid));
  sh.jobs.add(child.pid, [{ pid: child.pid, text: printNode(node), result: null }], printNode(node));
  sh.lastBackground = child.pid;
  return chain(0, () => 0);
}
