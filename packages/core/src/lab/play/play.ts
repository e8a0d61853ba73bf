/** Plays a document on a machine: types its commands in order and compares what it shows with what happened. */
import { bashWith } from '../../user/shell/main.ts';
import { BUILTINS } from '../../user/shell/builtins/index.ts';
import type { Process, Program } from '../../user/process/index.ts';
import { programs } from '../../user/programs/index.ts';
import { Machine } from '../../world/machine.ts';
import { correctionOf, type Surroundings } from './correction.ts';
import { compareStep, outputLines } from './diff.ts';
import { parseDocument } from './document.ts';
import type { DocumentResult, Outcome, StepResult } from './report.ts';
import type { Shown, Step } from './step.ts';
import { News, Stage } from './stage.ts';

/** How often it is looked whether a terminal waits for input, when nothing was printed. */
const LOOK_NS = 20e6;
/** Longest that a command is waited for: what takes longer never ends. */
const PATIENCE_NS = 600e9;
/** How long a command that never ends has until the document moves on, when nothing is shown for it; and when there is. */
const GLANCE_NS = 2e9;
const STARE_NS = 15e9;
/** Characters of output after which a command is taken for one that never ends. */
const MAX_PRINTED = 4 << 20;
/** After an interrupt, until the next thing is tried. */
const INTERRUPT_NS = 5e9;

/** Commands that run until they are interrupted. */
const ENDLESS: readonly ((words: readonly string[]) => boolean)[] = [
  (w) =>
    has(w, /^ping6?$/) &&
    !w.some((x) => /^-\w*[cw]/.test(x) || x === '-h' || x === '-V') &&
    w.length > w.findIndex((x) => /^ping6?$/.test(x)) + 1,
  (w) => has(w, /^tcpdump$/) && !w.some((x) => /^-\w*[crDLhd]/.test(x) && !x.startsWith('--')),
  (w) => has(w, /^(?:watch|top|htop)$/),
  (w) => has(w, /^ip$/) && has(w, /^mon(?:itor)?$/),
  (w) => has(w, /^tail$/) && w.some((x) => /^-\w*[fF]/.test(x)),
  (w) => has(w, /^(?:nc|ncat|netcat)$/) && w.some((x) => /^-\w*l/.test(x)),
  (w) => has(w, /^iperf3?$/) && w.some((x) => /^-\w*s/.test(x)),
  (w) => has(w, /^python3?$/) && has(w, /^http\.server$/),
];
const has = (words: readonly string[], shape: RegExp): boolean => words.some((w) => shape.test(w));

/** Whether a command runs until it is interrupted; a list or a pipe is as endless as its last part. */
export function isEndless(command: string): boolean {
  const last = command.split(/&&|;|\|\||\n/).findLast((part) => part.trim() !== '') ?? '';
  if (/&\s*$/.test(command)) return false;
  return last.split('|').some((part) => {
    const words = part.trim().split(/\s+/);
    return ENDLESS.some((test) => test(words));
  });
}

/** Lines that are shown before an interrupt, or all when there is none. */
const wantedLines = (shown: readonly Shown[]): number => {
  const now = shown.filter((s) => !s.later).flatMap((s) => s.lines);
  const stop = now.findIndex((l) => l.text.trimEnd() === '^C');
  return stop < 0 ? now.length : stop;
};

/** One command, from its being typed to the end. */
interface Act {
  readonly step: Step;
  readonly stage: Stage;
  readonly endless: boolean;
  /** It was still running when the document moved on. */
  ranOn: boolean;
  /** We interrupted it, for the document shows it so or was through. */
  interrupted: boolean;
  /** Why, when that is not the document's doing. */
  note: string | null;
  /** Kept when the next command is typed. */
  ended: { readonly output: string; readonly status: number | null } | null;
  surroundings: Surroundings | null;
}

class Player {
  readonly #machine: Machine;
  readonly #proc: Process;
  readonly #news = new News();
  readonly #stages = new Map<string, Stage>();
  /** The last command on each stage. */
  readonly #acts = new Map<Stage, Act>();
  readonly #all: Act[] = [];
  readonly #report: (result: StepResult) => void;

  constructor(machine: Machine, proc: Process, report: (result: StepResult) => void) {
    this.#machine = machine;
    this.#proc = proc;
    this.#report = report;
  }

  async play(steps: readonly Step[]): Promise<StepResult[]> {
    const results: StepResult[] = [];
    let told = 0;
    const tell = (): void => {
      for (; told < this.#all.length && this.#all[told]!.ended !== null; told++) {
        const result = resultOf(this.#all[told]!);
        results.push(result);
        this.#report(result);
      }
    };
    for (const [i, step] of steps.entries()) {
      const act = await this.#begin(step);
      await this.#watch(act);
      await this.#shownLater(step.at, steps[i + 1]?.at ?? Infinity);
      tell();
    }
    for (const act of this.#all) await this.#end(act);
    for (const stage of this.#stages.values()) stage.close();
    tell();
    return results;
  }

  /** Types a command at its terminal, when what ran there has ended. */
  async #begin(step: Step): Promise<Act> {
    let stage = this.#stages.get(step.terminal);
    const before = stage === undefined ? undefined : this.#acts.get(stage);
    if (before !== undefined) await this.#end(before);
    if (stage === undefined || stage.state === 'over') {
      stage = this.#open();
      this.#stages.set(step.terminal, stage);
      await this.#until(() => stage!.state === 'prompt', INTERRUPT_NS);
    }
    const endless = isEndless(step.command);
    const act: Act = {
      step,
      stage,
      endless,
      ranOn: false,
      interrupted: false,
      note: null,
      ended: null,
      surroundings: null,
    };
    this.#acts.set(stage, act);
    this.#all.push(act);
    stage.type(step.command);
    return act;
  }

  #open(): Stage {
    const { system } = this.#machine;
    return new Stage(
      system,
      (tty, fds, more) => {
        const env = new Map([...this.#proc.env, ['HOME', '/root'], ['USER', 'root'], ['LOGNAME', 'root'], ...more]);
        return system.start(bashWith({}), ['bash', '--norc', '-i'], { tty, fds, env, cwd: '/root' });
      },
      this.#news,
    );
  }

  /** Looks at a command until it has ended, or the document moves on. */
  async #watch(act: Act): Promise<void> {
    const { stage, step, endless } = act;
    const wanted = wantedLines(step.shown);
    const interrupts = step.shown.some((s) => s.interrupted && !s.later);
    const idle = (): boolean => stage.state !== 'busy';
    const flooded = (): boolean => stage.printed > MAX_PRINTED;
    const enough = (): boolean =>
      idle() || flooded() || ((endless || interrupts) && wanted > 0 && outputLines(stage.output).length >= wanted);
    const patience = endless || interrupts ? (wanted > 0 ? STARE_NS : GLANCE_NS) : PATIENCE_NS;
    await this.#until(enough, patience);
    if (flooded() && !idle()) act.note = `interrupted: it printed more than ${MAX_PRINTED} characters`;
    else if (!idle() && patience === PATIENCE_NS) act.note = `interrupted: it did not end in ${PATIENCE_NS / 1e9} s`;
    if (stage.state === 'more' || ((interrupts || act.note !== null) && !idle())) await this.#interrupt(act);
    if (stage.state === 'prompt' || stage.state === 'over') this.#close(act);
    else act.ranOn = true;
  }

  /** Waits for what the document shows of terminals between this command and the next. */
  async #shownLater(from: number, to: number): Promise<void> {
    for (const act of this.#acts.values()) {
      if (act.ended !== null) continue;
      let lines = 0;
      let wait = false;
      for (const shown of act.step.shown) {
        lines += shown.lines.length;
        const at = shown.lines[0]?.at ?? 0;
        if (shown.later && at > from && at < to) wait = true;
      }
      if (wait)
        await this.#until(() => act.stage.state !== 'busy' || outputLines(act.stage.output).length >= lines, STARE_NS);
    }
  }

  /** Brings a command to its end: by itself, interrupted, with its terminal. */
  async #end(act: Act): Promise<void> {
    if (act.ended !== null) return;
    const { stage } = act;
    if (stage.state !== 'prompt' && stage.state !== 'over') await this.#interrupt(act);
    if (stage.state !== 'prompt' && stage.state !== 'over') {
      stage.quit();
      await this.#until(() => stage.state === 'prompt' || stage.state === 'over', INTERRUPT_NS);
    }
    this.#close(act);
    if (stage.state !== 'prompt') {
      stage.close();
      for (const [name, other] of this.#stages) if (other === stage) this.#stages.delete(name);
    }
  }

  async #interrupt(act: Act): Promise<void> {
    act.interrupted = true;
    act.stage.interrupt();
    await this.#until(() => act.stage.state === 'prompt' || act.stage.state === 'over', INTERRUPT_NS);
  }

  #close(act: Act): void {
    const { output, status } = act.stage;
    act.ended = { output, status: act.interrupted ? null : status };
    act.surroundings = this.#surroundings(act.stage);
  }

  /** Lets the world go on until `done`, at most for so long. */
  async #until(done: () => boolean, limitNs: number): Promise<void> {
    const { task } = this.#proc;
    const end = task.now() + limitNs;
    while (!done() && task.now() < end) {
      await this.#proc.poll([{ on: this.#news, events: 1 }], LOOK_NS);
      this.#news.take();
    }
  }

  #surroundings(stage: Stage): Surroundings {
    const { kernel, system } = this.#machine;
    const devices = new Map<string, string[]>();
    const namespaces: string[] = [];
    const here = kernel.tasks.get(stage.foreground)?.net ?? kernel.firstNet;
    for (const net of kernel.nets) {
      const name = system.netnsName(net.ino);
      const names = [...net.devs.values()].map((dev) => dev.name);
      if (net === here) devices.set('', names);
      if (name === null) continue;
      namespaces.push(name);
      devices.set(name, names);
    }
    return { namespaces, devices, programs: [...programs.map((p) => p.name), ...BUILTINS.keys()] };
  }
}

function resultOf(act: Act): StepResult {
  const { step, ended, surroundings } = act;
  const { output, status } = ended!;
  // What came after the reader had looked is no difference: the document shows the beginning.
  const comparisons = compareStep(step, output, act.ranOn);
  const differs = comparisons.some((c) => !c.same);
  const outcome: Outcome = comparisons.length === 0 ? 'silent' : differs ? 'differs' : 'ok';
  const failed = status !== null && status !== 0;
  const correction =
    (failed || differs) && surroundings !== null ? correctionOf(step.command, output, failed, surroundings) : null;
  return { step, outcome, output, status, comparisons, correction, note: act.note };
}

/**
 * Plays a document. Its terminals are those of `machine`, which keeps what the document did. Who types sits at a machine
 * beside it: nothing that the document does can end that one.
 * @param told hears of each command when it has ended
 */
export async function play(
  machine: Machine,
  name: string,
  text: string,
  told: (result: StepResult) => void = () => {},
): Promise<DocumentResult> {
  const steps = parseDocument(text);
  const { scheduler } = machine.kernel;
  let results: StepResult[] = [];
  let failure: Error | null = null as Error | null;
  const program: Program = async (proc) => {
    try {
      results = await new Player(machine, proc, told).play(steps);
    } catch (e) {
      if (e instanceof Error) failure = e;
      throw e;
    }
    // What the document left behind has nobody who waits for it.
    for (const task of machine.kernel.tasks.values()) scheduler.daemonize(task);
    return 0;
  };
  const { stuck } = await Machine.boot({ host: scheduler.host, scheduler }).run(['play'], { program });
  if (failure !== null) throw failure;
  if (stuck) throw new Error(`${name}: the machine is stuck`);
  return { name, steps: results };
}
