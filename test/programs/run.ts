/** Runs a snippet of the table: with the real programs in a directory of its own, and with ours on the simulated kernel. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSimKernel } from '../../packages/core/src/sim/index.ts';
import {
  HostOutput,
  makePipe,
  type OpenFile,
  type Process,
  System,
} from '../../packages/core/src/user/process/index.ts';
import { coreutilsEntries } from '../../packages/core/src/user/programs/coreutils/entries.ts';
import { nodeHost } from '../support/host.ts';

export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

/** The files every snippet finds in its directory. */
export const FILES: Readonly<Record<string, string>> = {
  a: 'banana 3\napple 10\ncherry 2\n',
  b: 'apple 10\nbanana 3\ndate 7\n',
  n: '10\n9\n2\n2\n1K\n3M\n-5\n',
  t: 'one\ttwo\tthree\nvier:fuenf\nsix\t\tseven\n',
  p: 'root:x:0:0:root:/root:/bin/bash\nbin:x:1:1:bin:/bin:/usr/sbin/nologin\nalice:x:1000:1000::/home/alice:/bin/sh\n',
  u: 'a\na\nb\nA\nc\nc\nc\n',
  w: 'The quick brown fox\njumps over\n\nthe lazy dog\nThe end\n',
  ip: '2: eth0    inet 10.0.0.1/24 brd 10.0.0.255 scope global eth0\\       valid_lft forever\n3: v1    inet 192.168.1.7/30 scope global v1\\       valid_lft forever\n',
  nonl: 'first\nlast',
  empty: '',
  ping: '64 bytes from 10.0.0.2: icmp_seq=1 ttl=64 time=0.045 ms\n64 bytes from 10.0.0.2: icmp_seq=2 ttl=64 time=0.061 ms\n\n2 packets transmitted, 2 received, 0% packet loss, time 1001ms\n',
};

const ENV = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  LANG: 'C.UTF-8',
  TZ: 'UTC0',
};

export function runReal(snippet: string): Outcome {
  const cwd = mkdtempSync(join(tmpdir(), 'warren-programs-'));
  try {
    for (const [name, text] of Object.entries(FILES)) writeFileSync(join(cwd, name), text);
    const r = spawnSync('bash', ['-c', script(snippet)], { cwd, env: ENV, input: '', timeout: 10_000 });
    return {
      stdout: r.stdout.toString('latin1'),
      stderr: r.stderr.toString('latin1'),
      status: r.status ?? 128 + (constants.signals[r.signal ?? 'SIGKILL'] ?? 0),
    };
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}

/** Builtins of bash are not what is tested: the programs are. */
const script = (snippet: string): string =>
  `enable -n echo printf test [ kill pwd true false time 2>/dev/null\n${snippet}`;

type Word = string;

/** Splits `a 'b c' | d; e < f` into pipelines of stages. The snippets keep to this much of shell. */
export function parse(line: string): { argv: Word[]; input: string | null }[][] {
  const pipelines: { argv: Word[]; input: string | null }[][] = [[{ argv: [], input: null }]];
  let word: string | null = null;
  let toInput = false;
  const stage = (): { argv: Word[]; input: string | null } => pipelines.at(-1)!.at(-1)!;
  const end = (): void => {
    if (word === null) return;
    if (toInput) stage().input = word;
    else stage().argv.push(word);
    toInput = false;
    word = null;
  };
  for (let i = 0; i < line.length; i++) {
    const c = line[i]!;
    if (c === "'") {
      const close = line.indexOf("'", i + 1);
      word = (word ?? '') + line.slice(i + 1, close);
      i = close;
    } else if (c === '"') {
      word ??= '';
      for (i++; line[i] !== '"'; i++) word += line[i] === '\\' && /["\\$`]/.test(line[i + 1]!) ? line[++i] : line[i];
    } else if (c === '\\') word = (word ?? '') + line[++i];
    else if (c === ' ') end();
    else if (c === '|') {
      end();
      pipelines.at(-1)!.push({ argv: [], input: null });
    } else if (c === ';') {
      end();
      pipelines.push([{ argv: [], input: null }]);
    } else if (c === '<') {
      end();
      toInput = true;
    } else word = (word ?? '') + c;
  }
  end();
  return pipelines;
}

const latin = (parts: readonly Uint8Array[]): string => Buffer.concat(parts).toString('latin1');

export async function runOurs(snippet: string): Promise<Outcome> {
  const kernel = createSimKernel({ host: nodeHost, seed: 1 });
  const crashes: string[] = [];
  const system = new System({
    kernel,
    programs: [...coreutilsEntries],
    hostname: 'warren',
    files: new Map(Object.entries(FILES).map(([name, text]) => [`/tmp/t/${name}`, text])),
    random: (b) => b.fill(7),
    onCrash: (p, e) => crashes.push(`${p.name}: ${e instanceof Error ? (e.stack ?? e.message) : String(e)}`),
  });
  const out: Uint8Array[] = [];
  const err: Uint8Array[] = [];
  const sink = (list: Uint8Array[]): OpenFile => new HostOutput((bytes: Uint8Array) => void list.push(bytes.slice()));
  const [r, w] = makePipe(1);
  w.release();
  const main = system.start((proc) => pipelines(proc, snippet), ['driver'], {
    cwd: '/tmp/t',
    env: new Map(Object.entries(ENV)),
    fds: [r, sink(out), sink(err)],
  });
  const { status, signal } = await system.waitExit(main);
  if (crashes.length > 0) throw new Error(crashes.join('\n'));
  return { stdout: latin(out), stderr: latin(err), status: signal === 0 ? status : 128 + signal };
}

async function pipelines(proc: Process, snippet: string): Promise<number> {
  let status = 0;
  for (const stages of parse(snippet)) {
    if (stages.every((s) => s.argv.length === 0)) continue;
    let input = -1;
    let last = 0;
    const pids: number[] = [];
    for (const [i, s] of stages.entries()) {
      const fds = proc.fds.copy();
      if (input >= 0) {
        fds.set(0, proc.fds.get(input)!.retain());
        fds.close(input);
        proc.close(input);
      }
      if (s.input !== null) {
        const fd = await proc.open(s.input, 0);
        fds.set(0, proc.fds.get(fd)!.retain());
        proc.close(fd);
      }
      input = -1;
      if (i < stages.length - 1) {
        const [r, w] = proc.pipe();
        fds.set(1, proc.fds.get(w)!.retain());
        proc.close(w);
        input = r;
      }
      const child = await proc.spawn(s.argv[0]!, s.argv, { fds });
      pids.push(child.pid);
      last = child.pid;
    }
    for (const pid of pids) {
      const r = await proc.wait(pid);
      if (pid === last && r !== null) status = r.signal === 0 ? r.status : 128 + r.signal;
    }
  }
  return status;
}
