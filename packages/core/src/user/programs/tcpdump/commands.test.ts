/** tcpdump's options, files and words on command lines, against recordings of tcpdump 4.99.3: `test/tcpdump/commands.ts`. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { COMMAND_FILES, COMMAND_LIST } from '../../../../../../test/tcpdump/commands.ts';
import { latin1Decode } from '../../../lib/text.ts';
import { createSimKernel } from '../../../sim/index.ts';
import { HostInput, HostOutput, System } from '../../process/index.ts';
import { programs } from '../index.ts';

interface Recorded {
  readonly line: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}
const { commands } = JSON.parse(readFileSync(COMMAND_LIST, 'utf8')) as { readonly commands: readonly Recorded[] };

const host = {
  turn: (): Promise<void> => new Promise((r) => setImmediate(r)),
  monotonic: (): number => performance.now() * 1e6,
  after: (ms: number, fn: () => void): (() => void) => {
    const t = setTimeout(fn, ms);
    return () => clearTimeout(t);
  },
};
const system = new System({
  kernel: createSimKernel({ host }),
  programs,
  hostname: 'warren',
  onCrash: (_, e) => {
    throw e;
  },
});

async function run(argv: readonly string[], input: readonly Uint8Array[] = []): Promise<Recorded> {
  const text = { out: '', err: '' };
  async function* given(): AsyncGenerator<Uint8Array> {
    for (const b of input) yield b;
  }
  const process = system.start(argv[0]!, argv, {
    env: new Map([
      ['PATH', '/usr/sbin:/usr/bin'],
      ['TZ', 'UTC'],
      ['LC_ALL', 'C'],
    ]),
    cwd: '/tmp',
    fds: [
      new HostInput(given()),
      new HostOutput((b) => void (text.out += latin1Decode(b))),
      new HostOutput((b) => void (text.err += latin1Decode(b))),
    ],
  });
  const { status } = await system.waitExit(process);
  return { line: argv.at(-1)!, stdout: text.out, stderr: text.err, status };
}

beforeAll(async () => {
  for (const file of COMMAND_FILES) {
    const at = new URL(`../../../../../../test/tcpdump/captures/${file}`, import.meta.url);
    await run(['bash', '-c', `cat > ${file}`], [new Uint8Array(readFileSync(at))]);
  }
});

/** What differs from run to run. */
const settled = (text: string): string => text.replace(/, id \d+, /g, ', id N, ').replace(/ \(oui \w+\)/g, '');

describe('command lines', () => {
  for (const command of commands) {
    it(command.line, { timeout: 15_000 }, async () => {
      const got = await run(['unshare', '-n', 'bash', '--norc', '-c', command.line]);
      expect({ ...got, stdout: settled(got.stdout), stderr: settled(got.stderr) }).toEqual({
        ...command,
        stdout: settled(command.stdout),
        stderr: settled(command.stderr),
      });
    });
  }
});
