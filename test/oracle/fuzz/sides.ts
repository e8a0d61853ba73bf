import { type ChildProcess, fork } from 'node:child_process';
import type { Instrumented, RunResult } from '../instrument.ts';
import { runReal } from '../real.ts';
import { normaliseRun } from '../session.ts';

/** Something that runs a script: the real kernel, or the simulator. */
export type Side = (session: Instrumented) => Promise<RunResult>;

/** Programs and their outputs are named alike on both sides. */
export const SCRIPT = 'fuzz.sh';

/** The real kernel. A program that does not end says so in place of an answer. */
export const realSide: Side = async (session) => {
  try {
    return normaliseRun(await runReal(session, SCRIPT, 60_000));
  } catch (error) {
    return { status: -1, commands: [{ stdout: '', stderr: String(error), status: null }] };
  }
};

/** The simulator in a process of its own, so that a hang or a crash of it is an answer and not the end of the fuzzer. */
export class SimSide {
  readonly #worker: string;
  #child: ChildProcess | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  #timeoutMs: number;

  /** @param worker the script to fork; it answers each message `Instrumented` with a `RunResult` */
  constructor(worker: string, timeoutMs = 20_000) {
    this.#worker = worker;
    this.#timeoutMs = timeoutMs;
  }

  readonly run: Side = (session) => {
    const result = this.#queue.then(() => this.#ask(session));
    this.#queue = result;
    return result;
  };

  close(): void {
    this.#child?.kill('SIGKILL');
    this.#child = null;
  }

  #start(): ChildProcess {
    const child = fork(this.#worker, ['--sim-worker'], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    // It may also die between two questions, of what the last one left behind; the next question gets a new one.
    child.on('exit', () => {
      if (this.#child === child) this.#child = null;
    });
    child.on('error', () => {});
    return child;
  }

  #ask(session: Instrumented): Promise<RunResult> {
    const child = (this.#child ??= this.#start());
    return new Promise((resolve) => {
      let stderr = '';
      const onStderr = (d: Buffer): void => void (stderr = (stderr + d.toString()).slice(-4000));
      const end = (result: RunResult): void => {
        clearTimeout(timer);
        child.off('message', onMessage).off('exit', onExit).off('error', onExit);
        child.stderr?.off('data', onStderr);
        resolve(result);
      };
      const onMessage = (m: unknown): void => end(normaliseRun(m as RunResult));
      const failed = (why: string): void => {
        this.close();
        end({ status: -1, commands: [{ stdout: '', stderr: `${why}\n${stderr}`, status: null }] });
      };
      const onExit = (): void => failed('the simulator crashed');
      const timer = setTimeout(() => failed(`the simulator gave no answer in ${this.#timeoutMs} ms`), this.#timeoutMs);
      child.on('message', onMessage).on('exit', onExit).on('error', onExit);
      child.stderr?.on('data', onStderr);
      child.send(session);
    });
  }
}
