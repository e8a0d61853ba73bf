/** A bare machine with our bash and the programs scripts need around it, for the table of scripts in this folder. */
import { DEFAULT_COST } from '../../packages/core/src/sim/core/cost.ts';
import { SimKernel } from '../../packages/core/src/sim/core/kernel.ts';
import { utf8Decode, utf8Encode } from '../../packages/core/src/lib/text.ts';
import {
  HostInput,
  HostOutput,
  type Process,
  type Program,
  type ProgramEntry,
  System,
} from '../../packages/core/src/user/process/index.ts';
import { coreutilsEntries } from '../../packages/core/src/user/programs/coreutils/entries.ts';
import { hostnameMain } from '../../packages/core/src/user/programs/hostname/main.ts';
import { mountMain, umountMain } from '../../packages/core/src/user/programs/mount/main.ts';
import { nsenterMain } from '../../packages/core/src/user/programs/nsenter/main.ts';
import { setsidMain } from '../../packages/core/src/user/programs/setsid/main.ts';
import { unshareMain } from '../../packages/core/src/user/programs/unshare/main.ts';
import { bashMain, bashWith } from '../../packages/core/src/user/shell/main.ts';

const host = {
  turn: (): Promise<void> => new Promise((r) => setImmediate(r)),
  monotonic: (): number => performance.now() * 1e6,
  after: (ms: number, fn: () => void): (() => void) => {
    const t = setTimeout(fn, ms);
    return () => clearTimeout(t);
  },
};

const entry = (name: string, main: Program): ProgramEntry => ({
  name,
  paths: [`/usr/bin/${name}`],
  load: () => Promise.resolve(main),
});

/** What scripts need around them; none that speaks to the network. */
const programs: readonly ProgramEntry[] = [
  ...coreutilsEntries,
  entry('bash', bashMain),
  entry('sh', bashMain),
  entry('hostname', hostnameMain),
  entry('mount', mountMain),
  entry('umount', umountMain),
  entry('nsenter', nsenterMain),
  entry('setsid', setsidMain),
  entry('unshare', unshareMain),
];

export interface Ran {
  readonly status: number;
  /** Standard output and error as they came. */
  readonly output: string;
  readonly crashes: readonly unknown[];
}

/** Runs bash in a fresh machine, in /tmp/t, where `script` is the file s.sh. */
export async function runBash(script: string, argv: readonly string[], stdin = '', echo = false): Promise<Ran> {
  const kernel = new SimKernel({ host, cost: DEFAULT_COST }, () => {});
  const crashes: unknown[] = [];
  const chunks: Uint8Array[] = [];
  const system = new System({
    kernel,
    programs,
    hostname: 'warren',
    files: new Map([['/tmp/t/s.sh', { data: script }]]) as never,
    onCrash: (_p: Process, e: unknown) => void crashes.push(e),
  });
  const sink = (b: Uint8Array): void => void chunks.push(b.slice());
  async function* input(): AsyncGenerator<Uint8Array> {
    if (stdin !== '') yield utf8Encode(stdin);
  }
  const out = new HostOutput(sink);
  const p = system.start(echo ? bashWith({ echo: { first: '# ', more: '> ' } }) : bashMain, argv, {
    cwd: '/tmp/t',
    env: new Map([
      ['PATH', '/usr/bin:/bin'],
      ['HOME', '/root'],
      ['LC_ALL', 'C.UTF-8'],
    ]),
    fds: [new HostInput(input()), out, out.retain()],
  });
  const result = await system.waitExit(p);
  const total = chunks.reduce((n, c) => n + c.length, 0);
  const all = new Uint8Array(total);
  let o = 0;
  for (const c of chunks) {
    all.set(c, o);
    o += c.length;
  }
  return { status: result.signal !== 0 ? 128 + result.signal : result.status, output: utf8Decode(all), crashes };
}
