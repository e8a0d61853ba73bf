/** Background and foreground jobs. */
import { signalName, strsignal } from '../../uapi/signal.ts';
import type { WaitResult } from '../process/types.ts';

export interface JobProcess {
  readonly pid: number;
  readonly text: string;
  /** null while it runs. */
  result: WaitResult | null;
}

export interface Job {
  readonly id: number;
  readonly pgid: number;
  readonly processes: readonly JobProcess[];
  readonly text: string;
  /** Signal that stopped it, or 0. */
  stopped: number;
  /** Its end was told, or is not to be told. */
  notified: boolean;
  disowned: boolean;
  /** It is not told when the shell's terminal goes: `disown -h`. */
  spared: boolean;
}

/** `$?` of a process that ended so. */
export const exitStatus = (r: WaitResult): number =>
  r.stopped !== 0 ? 128 + r.stopped : r.signal !== 0 ? 128 + r.signal : r.status;

export const jobDone = (j: Job): boolean => j.processes.every((p) => p.result !== null);

/** Status of the last process. */
export const jobStatus = (j: Job): number => {
  const last = j.processes.at(-1)?.result;
  return last === null || last === undefined ? 0 : exitStatus(last);
};

/** The word `jobs` has for how a job is. */
export function jobState(j: Job): string {
  if (!jobDone(j)) return j.stopped !== 0 ? 'Stopped' : 'Running';
  const r = j.processes.at(-1)!.result!;
  if (r.signal !== 0) return strsignal(r.signal);
  return r.status === 0 ? 'Done' : `Exit ${r.status}`;
}

export class Jobs {
  readonly list: Job[] = [];
  /** A job in the foreground was killed or stopped: the terminal's settings may be anything. */
  disturbed = false;
  /** `exit` is not held up by stopped jobs: the person knows of them. */
  mayLeave = false;
  /** Results of children that are no job any more, for `wait PID`. */
  readonly ended: Map<number, number> = new Map();
  /** Job ids, most recent last: `%+` and `%-`. */
  #recent: number[] = [];

  fork(): Jobs {
    // A subshell's parent's jobs are none of its children; it may still name them.
    const copy = new Jobs();
    return copy;
  }

  add(pgid: number, processes: readonly JobProcess[], text: string): Job {
    // Numbers grow along the list.
    const id = (this.list.at(-1)?.id ?? 0) + 1;
    const job: Job = { id, pgid, processes, text, stopped: 0, notified: false, disowned: false, spared: false };
    this.list.push(job);
    this.touch(job);
    return job;
  }
  touch(job: Job): void {
    const i = this.#recent.indexOf(job.id);
    if (i >= 0) this.#recent.splice(i, 1);
    this.#recent.push(job.id);
  }
  remove(job: Job): void {
    const i = this.list.indexOf(job);
    if (i >= 0) this.list.splice(i, 1);
    this.#recent = this.#recent.filter((x) => x !== job.id);
  }
  /** `+` for the current job, `-` for the one before, else a blank. */
  mark(job: Job): string {
    const order = this.#order();
    return order[0] === job.id ? '+' : order[1] === job.id ? '-' : ' ';
  }
  #order(): number[] {
    const stopped = this.#recent.filter((i) => this.list.some((j) => j.id === i && j.stopped !== 0)).reverse();
    const rest = [...this.#recent].reverse().filter((i) => !stopped.includes(i));
    return [...stopped, ...rest];
  }
  /** Notes how a child ended. */
  record(r: WaitResult): void {
    for (const job of this.list) {
      for (const p of job.processes) {
        if (p.pid !== r.pid) continue;
        if (r.stopped !== 0) {
          job.stopped = r.stopped;
          job.notified = false;
        } else {
          p.result = r;
          job.stopped = 0;
        }
      }
    }
    if (r.stopped === 0) this.ended.set(r.pid, exitStatus(r));
  }
  byPid(pid: number): Job | undefined {
    return this.list.find((j) => j.processes.some((p) => p.pid === pid));
  }
  /** `%1`, `%+`, `%name`, `%?text`. Null: no such job; `ambiguous` more than one. */
  find(spec: string): Job | null | 'ambiguous' {
    const s = spec.startsWith('%') ? spec.slice(1) : spec;
    const order = this.#order();
    const by = (id: number | undefined): Job | null => this.list.find((j) => j.id === id) ?? null;
    if (s === '' || s === '%' || s === '+') return by(order[0]);
    if (s === '-') return by(order[1] ?? order[0]);
    if (/^\d+$/.test(s)) return by(Number(s));
    const found = s.startsWith('?')
      ? this.list.filter((j) => j.text.includes(s.slice(1)))
      : this.list.filter((j) => j.text.startsWith(s));
    if (found.length > 1) return 'ambiguous';
    return found[0] ?? null;
  }
  /** One line of `jobs`. @param style `l` with pids */
  line(job: Job, style: '' | 'l'): string {
    const state = jobState(job);
    const amp = state === 'Running' ? ' &' : '';
    const head = `[${job.id}]${this.mark(job)} `;
    if (style === '') return `${head} ${state.padEnd(24)}${job.text}${amp}\n`;
    // A line for each process of a pipeline.
    const last = job.processes.length - 1;
    return job.processes
      .map((p, i) => {
        const pid = String(p.pid).padStart(5);
        const text = last === 0 ? job.text : p.text;
        const line = i === 0 ? `${head}${pid} ${state.padEnd(24)}${text}` : `     ${pid} ${' '.repeat(22)}| ${text}`;
        return `${line}${i === last ? amp : ''}\n`;
      })
      .join('');
  }
}

/** Signals a shell says nothing about. */
export const silent = (signal: number): boolean => ['INT', 'PIPE', 'TERM'].includes(signalName(signal));
