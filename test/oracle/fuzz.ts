/**
 * `npm run fuzz -- --minutes N --seed S [--steps K] [--out DIR] [--ipv6 off|link-local|full]
 * [--ignore PATTERN] [--break NAME] [--self]`: random commands on the real kernel and on the
 * simulator, compared after each. What differs is shrunk to a session file. Exit status 1: something differs.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import type { Ipv6 } from './fuzz/belief.ts';
import { BREAKS, broken } from './fuzz/breaks.ts';
import { Hunt } from './fuzz/hunt.ts';
import { sessionName, sessionText } from './fuzz/report.ts';
import { realSide, SCRIPT, SimSide } from './fuzz/sides.ts';
import type { Instrumented } from './instrument.ts';
import { realKernelAvailable } from './real.ts';

function refuse(message: string): never {
  process.stderr.write(
    `fuzz: ${message}\nusage: npm run fuzz -- [--minutes N] [--seed S] [--steps K] [--out DIR] [--ipv6 off|link-local|full] [--ignore PATTERN] [--break ${Object.keys(BREAKS).join('|')}] [--self]\n`,
  );
  process.exit(2);
}

function number(name: string, text: string, least: number): number {
  const n = Number(text);
  if (!Number.isFinite(n) || n < least) refuse(`--${name} ${text}: a number of at least ${least} was expected`);
  return n;
}

const family = (text: string): Ipv6 =>
  text === 'off' || text === 'link-local' || text === 'full'
    ? text
    : refuse(`--ipv6 ${text}: off, link-local or full was expected`);

function options(): {
  minutes: number;
  seed: number;
  steps: number;
  out: string;
  ipv6: Ipv6 | undefined;
  ignore: RegExp | undefined;
  spoil: string | undefined;
  self: boolean;
} {
  try {
    const { values } = parseArgs({
      options: {
        minutes: { type: 'string', default: '5' },
        seed: { type: 'string', default: '1' },
        steps: { type: 'string', default: '24' },
        out: { type: 'string', default: join(import.meta.dirname, '../fuzz/found') },
        ipv6: { type: 'string' },
        // Kinds of differences that are known already, a regular expression.
        ignore: { type: 'string' },
        break: { type: 'string' },
        // The real kernel on both sides: what differs is the judge's fault.
        self: { type: 'boolean', default: false },
      },
    });
    return {
      minutes: number('minutes', values.minutes, 0.01),
      seed: number('seed', values.seed, 0),
      steps: number('steps', values.steps, 1),
      out: values.out,
      ipv6: values.ipv6 === undefined ? undefined : family(values.ipv6),
      ignore: values.ignore === undefined ? undefined : new RegExp(values.ignore),
      spoil: values.break,
      self: values.self,
    };
  } catch (error) {
    refuse((error as Error).message);
  }
}

async function main(): Promise<number> {
  const { minutes, seed, steps, out, ipv6, ignore, spoil, self } = options();
  if (!realKernelAvailable()) refuse('needs root on Linux, with unshare, ip, ping and bash');
  const spoiler = spoil === undefined ? undefined : (BREAKS[spoil] ?? refuse(`--break ${spoil}: unknown`));
  const simulator = new SimSide(process.argv[1]!);
  const ours = self ? realSide : simulator.run;
  const begin = performance.now();
  const end = begin + minutes * 60_000;
  let stop = false;
  process.once('SIGINT', () => (stop = true));
  let nextLine = begin + 15_000;
  const hunt = new Hunt({
    seed,
    steps,
    ...(ipv6 === undefined ? {} : { ipv6 }),
    ...(ignore === undefined ? {} : { ignore }),
    real: realSide,
    sim: spoiler === undefined ? ours : broken(ours, spoiler),
    goOn: () => !stop && performance.now() < end,
    onFinding: (finding) => {
      const text = sessionText(finding);
      mkdirSync(out, { recursive: true });
      const file = join(out, sessionName(finding));
      writeFileSync(file, text);
      const seconds = ((performance.now() - begin) / 1000).toFixed(0);
      process.stdout.write(`\n=== ${seconds} s: ${relative(process.cwd(), file)}\n${text}`);
    },
    onLost: ({ signature, part, real, sim }) => {
      process.stderr.write(`fuzz: did not come again: ${signature} (${part})\n  linux | ${real}\n  ours  | ${sim}\n`);
    },
    onProgress: (stats) => {
      if (performance.now() < nextLine) return;
      nextLine = performance.now() + 15_000;
      const seconds = (performance.now() - begin) / 1000;
      process.stderr.write(
        `fuzz: ${seconds.toFixed(0)} s, ${stats.programs} programs, ${(stats.steps / seconds).toFixed(1)} steps/s, ${stats.answers} answers, ${stats.findings} problems\n`,
      );
    },
  });
  await hunt.run();
  simulator.close();
  const s = hunt.stats;
  const seconds = (performance.now() - begin) / 1000;
  process.stdout.write(
    `fuzz: seed ${seed}, ${seconds.toFixed(0)} s: ${s.programs} programs, ${s.steps} commands (${(s.steps / seconds).toFixed(1)}/s), ${s.judged} answers judged, ` +
      `${s.unstable} not (Linux contradicts itself), ${s.answers} kinds of answers, topologies reached ${s.reached} of ${s.pings} pings, ${s.findings} problems, ${s.repeats} repeats, ${s.lost} not seen again\n`,
  );
  if (s.programs > 0 && (s.invalid > 0 || s.reached * 2 < s.pings))
    process.stdout.write(`fuzz: the set-up of ${s.invalid} programs failed on Linux: the comparison is worth little\n`);
  return s.findings > 0 || s.invalid > 0 ? 1 : 0;
}

/** The simulator's process: a script in, its answers out, one at a time. */
async function worker(): Promise<void> {
  const { runSim } = await import('./sim.ts');
  process.on('message', (session: Instrumented) => {
    void runSim({ name: SCRIPT, instrumented: session }).then(
      (run) => process.send!(run),
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`, () =>
          process.exit(70),
        );
      },
    );
  });
}

if (process.argv[2] === '--sim-worker') await worker();
else process.exitCode = await main();
