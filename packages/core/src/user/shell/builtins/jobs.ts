/** `jobs`, `wait`, `kill`, `fg`, `bg`, `disown`. */
import { SystemError } from '../../../syscall/index.ts';
import { SIGCONT, SIGHUP, SIGRTMAX, SIGTERM, signalName, signalNumber } from '../../../uapi/signal.ts';
import { type Job, exitStatus, jobDone, jobState, jobStatus, silent } from '../jobs.ts';
import { foreground, reap, tell, waitForeground } from '../process-run.ts';
import { chain } from '../maybe.ts';
import type { Shell } from '../shell.ts';
import { type Builtin, complain, options, refused, texts, usage } from './types.ts';

/** Ended jobs leave the table once they were shown. */
function tidy(sh: Shell): void {
  for (const job of sh.jobs.list.slice()) if (jobDone(job) && (job.notified || job.disowned)) sh.jobs.remove(job);
}

const jobs: Builtin = {
  name: 'jobs',
  usage: 'jobs [-lnprs] [jobspec ...] or jobs -x command [args]',
  async run(sh, args, name) {
    const p = options(args, 'lpnrsx');
    const bad = refused(sh, name, p);
    if (bad !== null) return bad;
    await reap(sh);
    const f = new Set(p.flags.map((x) => x.letter));
    let list: Job[] = sh.jobs.list.filter((j) => !j.disowned);
    const specs = texts(p.rest);
    if (f.has('x')) {
      // A command, in which jobs stand for their processes' numbers.
      const words = specs.map((w) => {
        const job = w.startsWith('%') ? sh.jobs.find(w) : null;
        return job === null || job === 'ambiguous' ? w : String(job.processes[0]!.pid);
      });
      return words.length === 0 ? 0 : sh.hooks.command(sh, words, { functions: true });
    }
    if (specs.length > 0) {
      list = [];
      for (const s of specs) {
        const job = sh.jobs.find(s);
        if (job === null || job === 'ambiguous')
          return complain(sh, name, `${s}: ${job === null ? 'no such job' : 'ambiguous job spec'}`);
        list.push(job);
      }
    }
    if (f.has('n')) list = list.filter((j) => jobDone(j) && !j.notified);
    if (f.has('r')) list = list.filter((j) => jobState(j) === 'Running');
    if (f.has('s')) list = list.filter((j) => j.stopped !== 0);
    let out = '';
    for (const job of list) {
      out += f.has('p') ? `${job.processes[0]!.pid}\n` : sh.jobs.line(job, f.has('l') ? 'l' : '');
      if (jobDone(job)) job.notified = true;
    }
    await sh.write(1, out);
    tidy(sh);
    return 0;
  },
};

/** Waits until `done`; a trapped signal ends it. @returns 128 + the signal, or null */
async function waitUntil(sh: Shell, done: () => boolean): Promise<number | null> {
  while (!done()) {
    if (sh.traps.interrupted) return 130;
    if (sh.traps.pendingSignal !== 0) return 128 + sh.traps.pendingSignal;
    try {
      const r = await sh.proc.wait(-1, {});
      if (r === null) continue;
      sh.jobs.record(r);
      sh.traps.childEnded();
      const job = sh.jobs.byPid(r.pid);
      if (job !== undefined && !job.notified && r.signal !== 0 && !sh.interactive) {
        if (!silent(r.signal)) await tell(sh, r, job.text);
      }
      if (sh.traps.pendingSignal !== 0) return 128 + sh.traps.pendingSignal;
    } catch (e) {
      if (!(e instanceof SystemError)) throw e;
      if (e.code !== 'EINTR') return null;
    }
  }
  return null;
}

async function waitNext(sh: Shell, specs: readonly string[], variable: string | null): Promise<number> {
  const of = (): Job[] => {
    const list = sh.jobs.list.filter((j) => !j.disowned);
    if (specs.length === 0) return list;
    return list.filter((j) =>
      specs.some((s) => (s.startsWith('%') ? sh.jobs.find(s) === j : j.processes.some((p) => String(p.pid) === s))),
    );
  };
  await reap(sh);
  if (of().length === 0) return 127;
  const signal = await waitUntil(sh, () => of().some((j) => jobDone(j)));
  if (signal !== null) return signal;
  const job = of().find((j) => jobDone(j));
  if (job === undefined) return 127;
  sh.jobs.remove(job);
  if (variable !== null) sh.vars.set(variable, String(job.processes.at(-1)!.pid));
  return jobStatus(job);
}

async function waitOne(sh: Shell, spec: string): Promise<number> {
  if (spec.startsWith('%')) {
    const job = sh.jobs.find(spec);
    if (job === null || job === 'ambiguous') {
      await sh.error(`wait: ${spec}: no such job`);
      return 127;
    }
    const signal = await waitUntil(sh, () => jobDone(job));
    if (signal !== null) return signal;
    if (!sh.interactive) sh.jobs.remove(job);
    return jobStatus(job);
  }
  if (!/^\d+$/.test(spec)) {
    await sh.error(`wait: \`${spec}': not a pid or valid job spec`);
    return 1;
  }
  const pid = Number(spec);
  const job = sh.jobs.byPid(pid);
  if (job === undefined) {
    const known = sh.jobs.ended.get(pid);
    if (known !== undefined) return known;
    await sh.error(`wait: pid ${pid} is not a child of this shell`);
    return 127;
  }
  const process = job.processes.find((p) => p.pid === pid)!;
  const signal = await waitUntil(sh, () => process.result !== null);
  if (signal !== null) return signal;
  if (jobDone(job) && !sh.interactive) sh.jobs.remove(job);
  return exitStatus(process.result!);
}

const wait: Builtin = {
  name: 'wait',
  usage: 'wait [-fn] [-p var] [id ...]',
  async run(sh, args, name) {
    const p = options(args, 'fnp:');
    const bad = refused(sh, name, p);
    if (bad !== null) return bad;
    const specs = texts(p.rest);
    const variable = p.flags.find((f) => f.letter === 'p')?.value ?? null;
    if (p.flags.some((f) => f.letter === 'n')) return waitNext(sh, specs, variable);
    if (specs.length === 0) {
      const signal = await waitUntil(sh, () => sh.jobs.list.every((j) => jobDone(j) || j.stopped !== 0));
      if (signal !== null) return signal;
      // At a terminal they are told of before the next prompt, and go then.
      if (!sh.interactive) for (const job of sh.jobs.list.slice()) if (jobDone(job)) sh.jobs.remove(job);
      return 0;
    }
    let status = 0;
    for (const s of specs) status = await waitOne(sh, s);
    if (variable !== null) sh.vars.set(variable, specs.at(-1)!);
    return status;
  },
};

/** The table `kill -l` prints: five in a row. */
function signalTable(): string {
  let out = '';
  let column = 0;
  for (let n = 1; n <= SIGRTMAX; n++) {
    const name = signalName(n);
    if (name === '') continue;
    out += `${String(n).padStart(2)}) SIG${name}`;
    if (++column < 5) out += '\t';
    else {
      out += '\n';
      column = 0;
    }
  }
  return column === 0 ? out : `${out}\n`;
}

/** A signal given by name or number; -1 when it is none. */
const toSignal = (s: string): number => (/^\d+$/.test(s) ? (Number(s) <= 64 ? Number(s) : -1) : signalNumber(s));

async function list(sh: Shell, specs: readonly string[]): Promise<number> {
  if (specs.length === 0) {
    await sh.write(1, signalTable());
    return 0;
  }
  let status = 0;
  for (const s of specs) {
    if (/^\d+$/.test(s)) {
      const n = Number(s) > 128 ? Number(s) - 128 : Number(s);
      const text = n === 0 ? 'EXIT' : signalName(n);
      if (text === '') {
        await sh.error(`kill: ${s}: invalid signal specification`);
        status = 1;
      } else await sh.write(1, `${text}\n`);
    } else {
      const n = signalNumber(s);
      if (n < 0) {
        await sh.error(`kill: ${s}: invalid signal specification`);
        status = 1;
      } else await sh.write(1, `${n}\n`);
    }
  }
  return status;
}

const kill: Builtin = {
  name: 'kill',
  usage: 'kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]',
  async run(sh, args, name) {
    const words = texts(args);
    let signal = 15;
    const first = words[0];
    if (first === undefined) return usage(sh, name, null);
    if (first === '-l' || first === '-L') return list(sh, words.slice(1));
    let from = 0;
    if (first === '-s' || first === '-n') {
      const spec = words[1];
      if (spec === undefined) return complain(sh, name, `${first}: option requires an argument`);
      signal = toSignal(spec);
      if (signal < 0) return complain(sh, name, `${spec}: invalid signal specification`);
      from = 2;
    } else if (first.startsWith('-') && first !== '--' && first.length > 1) {
      signal = toSignal(first.slice(1));
      if (signal < 0) return complain(sh, name, `${first.slice(1)}: invalid signal specification`);
      from = 1;
    }
    if (words[from] === '--') from++;
    const targets = words.slice(from);
    if (targets.length === 0) return usage(sh, name, null);
    let good = 0;
    for (const t of targets) {
      let pid: number;
      // A stopped job does not die of these before it goes on.
      let woken = false;
      if (t.startsWith('%')) {
        const job = sh.jobs.find(t);
        if (job === null || job === 'ambiguous') {
          await sh.error(`kill: ${t}: no such job`);
          continue;
        }
        pid = sh.options.monitor ? -job.pgid : job.processes.at(-1)!.pid;
        if (job.stopped !== 0 && (signal === SIGTERM || signal === SIGHUP)) woken = true;
      } else if (/^-?\d+$/.test(t)) pid = Number(t);
      else {
        await sh.error(`kill: ${t}: arguments must be process or job IDs`);
        continue;
      }
      try {
        sh.proc.kill(pid, signal);
        if (woken) sh.proc.kill(pid, SIGCONT);
        good++;
      } catch (e) {
        if (!(e instanceof SystemError)) throw e;
        await sh.error(`kill: (${pid}) - ${e.strerror}`);
      }
    }
    return good === targets.length ? 0 : 1;
  },
};

function pick(sh: Shell, spec: string | undefined): Job | null {
  const job = sh.jobs.find(spec ?? '%+');
  return job === 'ambiguous' ? null : job;
}

async function resume(sh: Shell, args: readonly string[], name: 'fg' | 'bg'): Promise<number> {
  if (!sh.options.monitor) return complain(sh, name, 'no job control');
  await reap(sh);
  const job = sh.jobs.find(args[0] ?? '%+');
  if (job === 'ambiguous') return complain(sh, name, `${args[0]!.replace(/^%/, '')}: ambiguous job spec`);
  if (job === null) return complain(sh, name, `${args[0] ?? 'current'}: no such job`);
  if (jobDone(job)) return complain(sh, name, 'job has terminated');
  if (name === 'bg' && job.stopped === 0) return chain(sh.error(`bg: job ${job.id} already in background`), () => 0);
  const mark = sh.jobs.mark(job);
  job.stopped = 0;
  job.notified = false;
  sh.jobs.touch(job);
  await sh.write(1, name === 'fg' ? `${job.text}\n` : `[${job.id}]${mark} ${job.text} &\n`);
  if (name === 'fg') foreground(sh, job.pgid);
  try {
    sh.proc.kill(-job.pgid, SIGCONT);
  } catch (e) {
    if (!(e instanceof SystemError)) throw e;
  }
  if (name === 'bg') return 0;
  try {
    const statuses = await waitForeground(
      sh,
      job.processes.filter((p) => p.result === null),
      job.text,
      job,
    );
    return statuses.at(-1) ?? jobStatus(job);
  } finally {
    if (jobDone(job)) sh.jobs.remove(job);
  }
}

const disown: Builtin = {
  name: 'disown',
  usage: 'disown [-h] [-ar] [jobspec ... | pid ...]',
  async run(sh, args, name) {
    const p = options(args, 'har');
    const bad = refused(sh, name, p);
    if (bad !== null) return bad;
    const f = new Set(p.flags.map((x) => x.letter));
    const specs = texts(p.rest);
    const done = (job: Job): void => {
      job.spared = true;
      if (f.has('h')) return;
      if (job.stopped !== 0) void sh.error(`warning: deleting stopped job ${job.id} with process group ${job.pgid}`);
      sh.jobs.remove(job);
    };
    if (f.has('a') || f.has('r')) {
      for (const job of sh.jobs.list.slice()) if (!f.has('r') || jobState(job) === 'Running') done(job);
      return 0;
    }
    for (const s of specs.length > 0 ? specs : ['%+']) {
      const job = s.startsWith('%') ? pick(sh, s) : sh.jobs.byPid(Number(s));
      if (job === null || job === undefined) return complain(sh, name, `${s === '%+' ? 'current' : s}: no such job`);
      done(job);
    }
    return 0;
  },
};

export const JOBS: readonly Builtin[] = [
  jobs,
  wait,
  kill,
  { name: 'fg', usage: 'fg [job_spec]', run: (sh, args) => resume(sh, texts(args), 'fg') },
  { name: 'bg', usage: 'bg [job_spec ...]', run: (sh, args) => resume(sh, texts(args), 'bg') },
  disown,
];
