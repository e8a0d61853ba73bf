/**
 * tcpdump, word for word against tcpdump 4.99.3 with libpcap 1.10.3: `test/tcpdump` holds captures (`veth`: a real one; `own`:
 * made by hand; `cut`: the same cut at random places), what `tcpdump -r` printed of them, and what `-d` printed of filters.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bpfDump, type BpfInsn, decodeBpf, encodeBpf, runBpf } from '../../../lib/bpf/index.ts';
import { utf8Decode } from '../../../lib/text.ts';
import { createSimKernel } from '../../../sim/index.ts';
import { parsePcap } from '../../../wire/pcap.ts';
import { HostInput, HostOutput, System } from '../../process/index.ts';
import { programs } from '../index.ts';
import { servicesText } from '../../process/fs/etc-names.ts';
import { compileFilter, type FilterNames } from './filter/parser.ts';
import type { PrintOptions } from './ndo.ts';
import { makeNdo, packetText, Times } from './packet.ts';

const at = (name: string): URL => new URL(`../../../../../../test/tcpdump/${name}`, import.meta.url);
const bytes = (name: string): Uint8Array => new Uint8Array(readFileSync(at(name)));

const plain: PrintOptions = {
  names: null,
  verbose: 0,
  quick: 0,
  hex: 0,
  hexAscii: 0,
  ascii: 0,
  link: false,
  absoluteSeq: false,
  noChecksums: false,
  ifname: () => '?',
};
const MODES: readonly (readonly [string, Partial<PrintOptions>])[] = [
  ['n', {}],
  ['nv', { verbose: 1 }],
  ['nvv', { verbose: 2 }],
  ['ne', { link: true }],
  ['nX', { hexAscii: 1 }],
];

describe('packets print as tcpdump prints them', () => {
  for (const file of ['veth', 'own', 'cut', 'sll']) {
    for (const [mode, options] of MODES) {
      it(`${file} -${mode}`, () => {
        const pcap = parsePcap(bytes(`${file}.pcap`))!;
        const n = makeNdo({ ...plain, ...options });
        const times = new Times(0, false);
        const text = pcap.records.map((r) => packetText(n, pcap.linktype, times, r, 0)).join('');
        expect(text.split('\n')).toEqual(readFileSync(at(`${file}.${mode}.txt`), 'latin1').split('\n'));
      });
    }
  }
});

const services = servicesText()
  .split('\n')
  .map((l) => l.trim().split(/\s+/));
const names: FilterNames = {
  host: () => Promise.resolve([]),
  port: (name) => {
    const found = services.filter(([n, p]) => n === name && /(tcp|udp)$/.test(p ?? ''));
    if (found.length === 0) return null;
    return {
      port: Number.parseInt(found[0]![1]!, 10),
      proto: found.length > 1 ? 0 : found[0]![1]!.endsWith('tcp') ? 6 : 17,
    };
  },
  protocol: (name) => ({ icmp: 1, tcp: 6, udp: 17 })[name] ?? null,
  net: () => null,
};
const compile = async (filter: string, how: 'optimized' | 'plain' = 'optimized'): Promise<BpfInsn[]> =>
  compileFilter(filter, { linktype: 1, snaplen: 262144, netmask: null, live: false }, names, how);
const filters = JSON.parse(readFileSync(at('filters.json'), 'utf8')) as {
  readonly filter: string;
  readonly output: string;
}[];

describe('filters compile as libpcap compiles them', () => {
  it('the instructions and the errors', async () => {
    for (const { filter, output } of filters) {
      const ours = await compile(filter).then(
        (p) => bpfDump(p, 1),
        (e: Error) => `tcpdump: ${e.message}\n`,
      );
      expect(`${filter}\n${ours}`).toBe(`${filter}\n${output}`);
    }
  });

  it('optimised or not, they take the same packets', async () => {
    const packets = ['veth', 'own', 'cut'].flatMap((f) => parsePcap(bytes(`${f}.pcap`))!.records);
    for (const { filter, output } of filters) {
      if (!output.startsWith('(')) continue;
      const fast = decodeBpf(encodeBpf(await compile(filter)))!;
      const slow = await compile(filter, 'plain');
      for (const { data, origLen } of packets) {
        // A guard that fails ends both; a load beyond the packet may come earlier in one.
        const a = runBpf(fast, data, 0, data.length, origLen);
        if (data.length === origLen && data.length > 60)
          expect([filter, a]).toEqual([filter, runBpf(slow, data, 0, data.length, origLen)]);
      }
    }
  });
});

const host = {
  turn: (): Promise<void> => new Promise((r) => setImmediate(r)),
  monotonic: (): number => performance.now() * 1e6,
  after: (ms: number, fn: () => void): (() => void) => {
    const t = setTimeout(fn, ms);
    return () => clearTimeout(t);
  },
};

async function* nothing(): AsyncGenerator<Uint8Array> {}

it('captures beside ping', async () => {
  const system = new System({
    kernel: createSimKernel({ host }),
    programs,
    hostname: 'warren',
    onCrash: (_, e) => {
      throw e;
    },
  });
  let text = '';
  const out = (): HostOutput => new HostOutput((b: Uint8Array) => void (text += utf8Decode(b)));
  const script = `ip netns add a; ip netns add b; ip link add v0 netns a type veth peer name v0 netns b
for n in a b; do ip -n $n link set v0 up; done; ip -n a addr add 10.0.0.1/24 dev v0; ip -n b addr add 10.0.0.2/24 dev v0
ip netns exec b tcpdump -n -t -c 2 -i v0 icmp & ip netns exec b tcpdump -n -t -c 1 -i any icmp 2>/dev/null & sleep 1
ip netns exec a ping -c 1 10.0.0.2 >/dev/null; wait; ip netns exec b tcpdump -i nosuch; echo $?`;
  const process = system.start('bash', ['bash', '-c', script], {
    env: new Map([['PATH', '/usr/sbin:/usr/bin']]),
    cwd: '/root',
    fds: [new HostInput(nothing()), out(), out()],
  });
  await system.waitExit(process);
  const ping = /IP 10\.0\.0\.1 > 10\.0\.0\.2: ICMP echo request, id \d+, seq 1, length 64\n/;
  expect(text).toMatch(
    new RegExp(
      `(?<!\\w +In +)${ping.source}IP 10\\.0\\.0\\.2 > 10\\.0\\.0\\.1: ICMP echo reply, id \\d+, seq 1, length 64\\n2 packets captured\\n2 packets received by filter\\n0 packets dropped by kernel\\n`,
    ),
  );
  expect(text).toMatch(/v0 {4}In {2}IP 10\.0\.0\.1 > 10\.0\.0\.2: ICMP echo request/);
  expect(text).toContain('listening on v0, link-type EN10MB (Ethernet), snapshot length 262144 bytes\n');
  expect(text).toContain('tcpdump: nosuch: No such device exists\n(No such device exists)\n1\n');
}, 30_000);
