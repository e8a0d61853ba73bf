/** A bare machine with our bash and a handful of tiny programs, for the table of scripts in this folder. */
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
import { bashMain, bashWith } from '../../packages/core/src/user/shell/main.ts';

const host = {
  turn: (): Promise<void> => new Promise((r) => setImmediate(r)),
  monotonic: (): number => performance.now() * 1e6,
  after: (ms: number, fn: () => void): (() => void) => {
    const t = setTimeout(fn, ms);
    return () => clearTimeout(t);
  },
};

const entry = (name: string, main: Program, ...more: string[]): ProgramEntry => ({
  name,
  paths: [`/usr/bin/${name}`, ...more],
  load: () => Promise.resolve(main),
});

const cat: Program = async (p) => {
  const files = p.argv.slice(1);
  for (const f of files.length === 0 ? ['-'] : files) {
    try {
      const fd = f === '-' ? 0 : await p.open(f, 0);
      for (;;) {
        const data = await p.read(fd);
        if (data.length === 0) break;
        await p.write(1, data);
      }
      if (fd !== 0) p.close(fd);
    } catch (e) {
      p.err(`cat: ${f}: ${(e as { strerror: string }).strerror}\n`);
      return 1;
    }
  }
  return 0;
};

const head: Program = async (p) => {
  let n = Number(p.argv[1] === '-n' ? p.argv[2] : (p.argv[1] ?? '-10').slice(1));
  for await (const line of p.lines()) {
    if (n-- <= 0) break;
    p.out(`${line}\n`);
    if (n === 0) break;
  }
  return 0;
};

const onText =
  (f: (text: string, argv: readonly string[]) => string): Program =>
  async (p) => {
    p.out(f(utf8Decode(await p.readAll(0)), p.argv.slice(1)));
    return 0;
  };
const lines = (s: string): string[] => s.split('\n').slice(0, s.endsWith('\n') ? -1 : undefined);

const programs: readonly ProgramEntry[] = [
  entry('true', () => Promise.resolve(0)),
  entry('echo', async (p) => {
    p.out(`${p.argv.slice(1).join(' ')}\n`);
    return 0;
  }),
  entry('bash', bashMain, '/bin/bash'),
  entry('sh', bashMain, '/bin/sh'),
  entry('cat', cat, '/bin/cat'),
  entry('head', head),
  entry(
    'sort',
    onText((s) =>
      lines(s)
        .sort()
        .map((l) => `${l}\n`)
        .join(''),
    ),
  ),
  entry(
    'wc',
    onText((s) => `${s.split('\n').length - 1}\n`),
  ),
  entry(
    'tr',
    onText((s, [a, b]) => (a === 'a-z' ? s.toUpperCase() : s.replaceAll(a!, b!))),
  ),
  entry('sleep', async (p) => {
    await p.nanosleep(Number(p.argv[1]) * 1e9);
    return 0;
  }),
  entry('yes', async (p) => {
    for (;;) {
      p.out(`${p.argv[1] ?? 'y'}\n`);
      await p.drain();
    }
  }),
  entry('seq', async (p) => {
    const [a, b] = p.argv.length > 2 ? [Number(p.argv[1]), Number(p.argv[2])] : [1, Number(p.argv[1])];
    for (let i = a; i <= b; i++) p.out(`${i}\n`);
    return 0;
  }),
  entry('printenv', async (p) => {
    const v = p.env.get(p.argv[1]!);
    if (v !== undefined) p.out(`${v}\n`);
    return v === undefined ? 1 : 0;
  }),
  entry('rm', async (p) => {
    for (const f of p.argv.slice(1)) if (!f.startsWith('-')) p.fs.exists(f) !== null && p.fs.unlink(f);
    return 0;
  }),
  entry('mkdir', async (p) => {
    for (const f of p.argv.slice(1)) if (!f.startsWith('-')) p.fs.mkdir(f);
    return 0;
  }),
  entry('touch', async (p) => {
    for (const f of p.argv.slice(1)) p.fs.writeFile(f, '');
    return 0;
  }),
  entry('chmod', async (p) => {
    for (const f of p.argv.slice(2)) p.fs.chmod(f, 0o755);
    return 0;
  }),
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
