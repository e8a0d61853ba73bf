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
const settled = (text: string): string => text.replace(/, id \d+, /g, ', id N, ');

describe('command lines', () => {
  for (const command of commands) {
    it(`$ ${command.line}`, { timeout: 15_000 }, async () => {
      const got = await run(['unshare', '-n', 'bash', '--norc', '-c', command.line]);
      expect({ ...got, stdout: settled(got.stdout), stderr: settled(got.stderr) }).toEqual({
        ...command,
        stdout: settled(command.stdout),
        stderr: settled(command.stderr),
      });
    });
  }
});

it('captures beside ping, on a device and on any', { timeout: 30_000 }, async () => {
  const script = `ip netns add a; ip netns add b; ip link add v0 netns a type veth peer name v0 netns b
for n in a b; do ip -n $n link set v0 up; done; ip -n a addr add 10.0.0.1/24 dev v0; ip -n b addr add 10.0.0.2/24 dev v0
ip netns exec b tcpdump -n -t -c 2 -i v0 icmp > v0.txt 2>&1 & ip netns exec b tcpdump -n -t -c 1 -i any icmp > any.txt 2>&1 & sleep 1
ip netns exec a ping -c 1 10.0.0.2 >/dev/null; wait; cat v0.txt any.txt`;
  const { stdout } = await run(['bash', '--norc', '-c', script]);
  expect(settled(stdout)).toBe(`tcpdump: verbose output suppressed, use -v[v]... for full protocol decode
listening on v0, link-type EN10MB (Ethernet), snapshot length 262144 bytes
IP 10.0.0.1 > 10.0.0.2: ICMP echo request, id N, seq 1, length 64
IP 10.0.0.2 > 10.0.0.1: ICMP echo reply, id N, seq 1, length 64
2 packets captured
2 packets received by filter
0 packets dropped by kernel
tcpdump: data link type LINUX_SLL2
tcpdump: verbose output suppressed, use -v[v]... for full protocol decode
listening on any, link-type LINUX_SLL2 (Linux cooked v2), snapshot length 262144 bytes
v0    In  IP 10.0.0.1 > 10.0.0.2: ICMP echo request, id N, seq 1, length 64
1 packet captured
2 packets received by filter
0 packets dropped by kernel
`);
});
