/**
 * ping, sudo, hostname, sysctl, unshare, nsenter, mount and umount, word for word against the real ones: recorded on
 * Debian 12 as one script of these commands in `unshare -n -u -m`, with stderr on stdout, /etc/hosts as a machine of
 * ours has it and times cut to what can be equal.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { utf8Decode } from '../../lib/text.ts';
import { createSimKernel } from '../../sim/index.ts';
import { HostInput, HostOutput, System } from '../process/index.ts';
import { programs } from './index.ts';

interface Recorded {
  readonly command: string;
  readonly output: readonly string[];
}

const cases = JSON.parse(readFileSync(new URL('net-programs.recorded.json', import.meta.url), 'utf8')) as Recorded[];

const host = {
  turn: (): Promise<void> => new Promise((r) => setImmediate(r)),
  monotonic: (): number => performance.now() * 1e6,
  after: (ms: number, fn: () => void): (() => void) => {
    const t = setTimeout(fn, ms);
    return () => clearTimeout(t);
  },
};

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** All a script prints. */
async function run(script: string): Promise<string> {
  const crashes: unknown[] = [];
  const system = new System({
    kernel: createSimKernel({ host }),
    programs,
    hostname: 'warren',
    onCrash: (_process, error) => void crashes.push(error),
  });
  let text = '';
  const out = (): HostOutput => new HostOutput((bytes: Uint8Array) => void (text += utf8Decode(bytes)));
  const process = system.start('bash', ['bash', '-c', script], {
    env: new Map([
      ['HOME', '/root'],
      ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      ['LANG', 'C.UTF-8'],
    ]),
    cwd: '/root',
    fds: [new HostInput(nothing()), out(), out()],
  });
  await system.waitExit(process);
  expect(crashes).toEqual([]);
  return text;
}

/** The output of each command, between the marks around it. */
function split(text: string): string[][] {
  const parts: string[][] = [];
  for (const line of text.split(/\r?\n|\r/)) {
    const mark = /^(.*)=== (\d+)$/.exec(line);
    if (mark === null) parts.at(-1)?.push(line);
    else {
      if (mark[1] !== '') parts.at(-1)?.push(mark[1]!);
      parts.push([]);
    }
  }
  for (const part of parts) while (part.at(-1) === '') part.pop();
  return parts;
}

const normalise = (line: string): string =>
  line
    .replace(/time=[\d.]+ ms/, 'time=T ms')
    .replace(/time (\d+)ms/, (_, ms: string) => `time ${Math.floor(Number(ms) / 500) * 500}ms`)
    .replace(/(mdev|max) = [\d./]+ ms/, '$1 = R ms')
    .replace(/ewma [\d./]+ ms/, 'ewma E ms')
    .replace(/^\[\d+\.\d{6}\]/, '[T]')
    .replace(/ident=\d+/, 'ident=N');

describe('network programs say what the real ones say', async () => {
  const script = cases.map((c, i) => `echo '=== ${i}'; { ${c.command} ; } ; echo "rc=$?"\n`).join('');
  const answers = split(await run(`exec 2>&1\n${script}`));
  it.each(cases.map((c, i) => [c.command, i] as const))('%s', (_command, i) => {
    expect(answers[i]?.map(normalise)).toEqual(cases[i]!.output);
  });
});
