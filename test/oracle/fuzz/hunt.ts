import type { RunResult } from '../instrument.ts';
import type { Ipv6 } from './belief.ts';
import { compareRuns, type Difference } from './differ.ts';
import { generate } from './generate.ts';
import { blur, Guidance } from './guidance.ts';
import { endPlan, type Item, type Plan, type Program, render, type Step, usualPlan } from './program.ts';
import { mixSeed } from './random.ts';
import { guess, shrink } from './shrink.ts';
import type { Side } from './sides.ts';

export interface HuntOptions {
  readonly seed: number;
  /** Whether a kind of difference is known already. */
  readonly ignore?: RegExp;
  /** How much of IPv6 every program has; by chance if not said. */
  readonly ipv6?: Ipv6;
  /** Commands a program, besides its topology. */
  readonly steps: number;
  readonly real: Side;
  readonly sim: Side;
  /** Asked between programs. */
  readonly goOn: (stats: Stats) => boolean;
  readonly onFinding: (finding: Finding) => void;
  /** Told of a difference that did not come again. */
  readonly onLost?: (difference: Difference) => void;
  readonly onProgress?: (stats: Stats) => void;
  /** Programs at a time. Default 2. */
  readonly parallel?: number;
  /** Runs a shrink may cost. Default 120. */
  readonly shrinkBudget?: number;
  /** And how long it may take; what is left then is told as it is. Default 45 s. */
  readonly shrinkMs?: number;
}

export interface Stats {
  programs: number;
  steps: number;
  /** Comparisons judged, and those on which the real kernel contradicts itself. */
  judged: number;
  unstable: number;
  findings: number;
  /** Differences that were gone when the same commands were asked for again. */
  lost: number;
  /** Differences of a signature already told. */
  repeats: number;
  /** Programs whose topology failed on the real kernel: a bug of the generator. */
  invalid: number;
  /** Pings of the first matrix that the real kernel answered, and all of them. */
  reached: number;
  pings: number;
  answers: number;
}

/** A problem: the smallest program that shows it. */
export interface Finding {
  readonly signature: string;
  readonly program: Program;
  readonly difference: Difference;
  readonly item: Item;
}

interface Judged {
  readonly items: readonly Item[];
  readonly real: RunResult;
  readonly differences: readonly Difference[];
}

/** A round is generated from what the rounds before it taught, so that a seed gives the same programs. */
const ROUND = 8;

/**
 * A ping that one side leaves without an answer and to which the other says that there is no way: mostly the limit on such answers
 * (see the patient pings), which one patient look settles.
 */
const LIMITED =
  /^ping matrix: (?:From INET icmp_seq=N Destination (?:Net|Host) Unreachable -> $| -> From INET icmp_seq=N)/;

/** How often a kind of difference is looked into that never comes again. */
const LOST_TIMES = 5;

/** Programs, one after the other, until told to stop. */
export class Hunt {
  readonly stats: Stats = {
    programs: 0,
    steps: 0,
    judged: 0,
    unstable: 0,
    findings: 0,
    lost: 0,
    repeats: 0,
    invalid: 0,
    reached: 0,
    pings: 0,
    answers: 0,
  };
  readonly #options: HuntOptions;
  readonly #guidance = new Guidance();
  readonly #told = new Map<string, number>();
  readonly #lost = new Map<string, number>();

  constructor(options: HuntOptions) {
    this.#options = options;
  }

  /** How often each kind of difference came up. */
  get signatures(): ReadonlyMap<string, number> {
    return this.#told;
  }

  async run(): Promise<void> {
    const { seed, steps, goOn, ipv6, parallel = 2 } = this.#options;
    for (let at = 0; goOn(this.stats); at += ROUND) {
      const round = Array.from({ length: ROUND }, (_, i) =>
        generate(mixSeed(seed, at + i), steps, this.#guidance, ipv6),
      );
      const answers: (readonly [Program, Judged])[] = [];
      let next = 0;
      const lane = async (): Promise<void> => {
        while (next < round.length && goOn(this.stats)) {
          const i = next++;
          const program = round[i]!;
          const judged = await this.#judge(program, usualPlan);
          answers[i] = [program, judged];
          this.#count(program, judged);
          await this.#tell(program, judged);
          this.#options.onProgress?.(this.stats);
        }
      };
      await Promise.all(Array.from({ length: parallel }, lane));
      for (const answer of answers) if (answer !== undefined) this.#learn(...answer);
    }
  }

  async #judge(program: Program, plan: Plan, patient = false): Promise<Judged> {
    const { items, session } = render(program, plan, patient);
    const [real, sim] = await Promise.all([this.#options.real(session), this.#options.sim(session)]);
    return { items, real, differences: compareRuns(program, items, real, sim) };
  }

  /** The differences that stay when the real kernel is asked again: it agrees with itself at these items. */
  async #stable(
    program: Program,
    plan: Plan,
    judged: Judged,
    times = 1,
    patient = false,
  ): Promise<readonly Difference[]> {
    const unsure = new Set<number>();
    for (let i = 0; i < times; i++) {
      const again = await this.#options.real(render(program, plan, patient).session);
      for (const d of compareRuns(program, judged.items, judged.real, again)) unsure.add(d.item);
    }
    this.stats.unstable += unsure.size;
    return judged.differences.filter((d) => !unsure.has(d.item));
  }

  #count(program: Program, { items, real }: Judged): void {
    const { stats } = this;
    stats.programs++;
    stats.steps += program.steps.length;
    stats.judged += items.length;
    if (
      items.some((item, i) => item.kind === 'step' && program.steps[item.step]!.setup && real.commands[i]?.status !== 0)
    )
      stats.invalid++;
    const first = items.findIndex((item) => item.kind === 'ping');
    const text = real.commands[first]?.stdout ?? '';
    stats.pings += text.match(/^status /gm)?.length ?? 0;
    stats.reached += text.match(/^status 0/gm)?.length ?? 0;
  }

  #learn(program: Program, { items, real }: Judged): void {
    items.forEach((item, i) => {
      const s = program.steps[item.step]!;
      const answer = real.commands[i];
      if (item.kind !== 'step' || s.setup || answer === undefined) return;
      this.#guidance.learn(s.tags, `${answer.status} ${blur(answer.stderr)}`);
    });
    this.stats.answers = this.#guidance.answers;
  }

  /** Reports what is new in a program's differences. */
  async #tell(program: Program, judged: Judged): Promise<void> {
    const fresh = judged.differences.filter((d) => !this.#known(d.signature));
    if (fresh.length === 0) return;
    const stable = await this.#stable(program, usualPlan, judged);
    // What comes after the first new difference may be its consequence: three a program are enough.
    // And what a step leaves behind that answered wrongly is one for sure.
    let told = 0;
    let step = -1;
    for (const d of stable) {
      const wrong = step === judged.items[d.item]!.step;
      step = judged.items[d.item]!.kind === 'step' ? judged.items[d.item]!.step : step;
      if (wrong) continue;
      if (told === 3 || !this.#options.goOn(this.stats)) return;
      if (this.#told.has(d.signature) || this.#options.ignore?.test(d.signature) === true) continue;
      this.#told.set(d.signature, 1);
      told++;
      const finding = await this.#shrink(program, judged.items, d);
      if (finding === null) {
        this.stats.lost++;
        // Another may come again: chance is no reason to look away for good.
        const times = (this.#lost.get(d.signature) ?? 0) + 1;
        this.#lost.set(d.signature, times);
        if (times < LOST_TIMES) this.#told.delete(d.signature);
        this.#options.onLost?.(d);
        continue;
      }
      this.stats.findings++;
      this.#options.onFinding(finding);
    }
  }

  #known(signature: string): boolean {
    if (this.#options.ignore?.test(signature) === true) return true;
    const n = this.#told.get(signature);
    if (n === undefined) return false;
    this.#told.set(signature, n + 1);
    this.stats.repeats++;
    return true;
  }

  /** The smallest program with this difference, or null when it does not come again. */
  async #shrink(program: Program, items: readonly Item[], d: Difference): Promise<Finding | null> {
    const cut: Program = { ...program, steps: program.steps.slice(0, items[d.item]!.step + 1) };
    const { kind } = items[d.item]!;
    const patient = kind === 'ping';
    const find = async (steps: readonly Step[], plan: Plan): Promise<Finding | null> => {
      const smaller = { ...cut, steps };
      const judged = await this.#judge(smaller, plan, patient);
      const same = judged.differences.find((e) => e.signature === d.signature);
      return same === undefined
        ? null
        : { signature: d.signature, program: smaller, difference: same, item: judged.items[same.item]! };
    };
    // Questions only at the end are quicker, if the problem needs no questions in between.
    const end = endPlan(kind);
    let plan = end;
    if ((await find(cut.steps, end)) === null) {
      if (LIMITED.test(d.signature)) return null;
      plan = usualPlan;
      if ((await find(cut.steps, plan)) === null) return null;
    }
    const { shrinkBudget = 120, shrinkMs = 45_000 } = this.#options;
    const until = performance.now() + shrinkMs;
    const fails = async (list: readonly Step[]): Promise<boolean> =>
      performance.now() < until && (await find(list, plan)) !== null;
    const steps = await shrink(await guess(cut.steps, guesses(cut.steps), fails), fails, shrinkBudget);
    const smallest = { ...cut, steps };
    const judged = await this.#judge(smallest, plan, patient);
    const last = (await this.#stable(smallest, plan, judged, 3, patient)).find((e) => e.signature === d.signature);
    if (last === undefined) return null;
    return { signature: d.signature, program: smallest, difference: last, item: judged.items[last.item]! };
  }
}

/** What is mostly not needed: the commands between the topology and the last one, one namespace with all that names it, the last command. */
function guesses(steps: readonly Step[]): ((list: readonly Step[]) => readonly Step[])[] {
  const last = steps.at(-1);
  const names = steps.flatMap((s) => /^ip netns add (\w+)$/.exec(s.text)?.[1] ?? []);
  return [
    (list) => list.filter((s) => s.setup || s === last),
    ...names.map((n) => (list: readonly Step[]) => list.filter((s) => !new RegExp(`\\b${n}\\b`).test(s.text))),
    (list) => list.filter((s) => !s.text.includes('sysctl -q')),
    (list) => list.filter((s) => s === last),
  ];
}
