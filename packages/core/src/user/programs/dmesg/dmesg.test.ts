/** What the kernel logs, in the words and the order in which Linux 6.18 logged it for the same commands. */
import { expect, test } from 'vitest';
import { utf8Decode } from '../../../lib/text.ts';
import { createSimKernel } from '../../../sim/index.ts';
import { HostInput, HostOutput, System } from '../../process/index.ts';
import { programs } from '../index.ts';

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
  const system = new System({ kernel: createSimKernel({ host }), programs, hostname: 'warren' });
  let text = '';
  const out = (): HostOutput => new HostOutput((bytes: Uint8Array) => void (text += utf8Decode(bytes)));
  const process = system.start('bash', ['bash', '-c', script], {
    env: new Map([['PATH', '/usr/sbin:/usr/bin']]),
    cwd: '/',
    fds: [new HostInput(nothing()), out(), out()],
  });
  await system.waitExit(process);
  return text;
}

const CABLE = `
ip netns add a; ip netns add b
ip link add e0 index 10 netns a address 02:00:00:00:00:01 type veth peer name e0 index 11 netns b address 02:00:00:00:00:02
for n in a b; do ip -n $n link set lo up; ip -n $n link set e0 up; done
ip -n a addr add 10.0.0.1/24 dev e0; ip -n b addr add 10.0.0.2/24 dev e0
`;

test('martians, ten of them in five seconds', async () => {
  const text = await run(`${CABLE}
ip netns exec b sysctl -qw net.ipv4.conf.e0.log_martians=1 net.ipv4.conf.e0.rp_filter=1
ip -n a addr add 10.9.9.9/32 dev lo
ip -n a neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev e0
ip -n a route add 127.5.0.0/16 via 10.0.0.2 table 100; ip -n a rule add to 127.5.0.0/16 table 100 pref 0
ip -n a addr del 127.0.0.1/8 dev lo; ip netns exec a sysctl -qw net.ipv4.conf.all.route_localnet=1
ip netns exec a ping -n -c 1 -W 0.1 -I 10.0.0.1 127.5.0.1 >/dev/null
ip netns exec a ping -n -c 12 -i 0.01 -W 0.1 -I 10.9.9.9 10.0.0.2 >/dev/null
sleep 6
ip netns exec a ping -n -c 1 -W 0.1 -I 10.9.9.9 10.0.0.2 >/dev/null
dmesg -t | uniq -c; dmesg -t -x | tail -1; dmesg -tl info,err; dmesg -C; dmesg`);
  const header = 'll header: 00000000: 02 00 00 00 00 02 02 00 00 00 00 01 08 00';
  const source = 'IPv4: martian source 10.0.0.2 from 10.9.9.9, on dev e0';
  expect(text.replaceAll(/^ +1 /gm, '')).toBe(
    [
      'IPv4: martian destination 127.5.0.1 from 10.0.0.1, dev e0',
      ...Array.from({ length: 9 }, () => [source, header]).flat(),
      'net_ratelimit: 3 callbacks suppressed',
      source,
      header,
      `kern  :warn  : ${header}`,
      '',
    ].join('\n'),
  );
});

test('devices that are renamed, or listen to everything', async () => {
  const text = await run(`${CABLE}
ip -n a link set e0 name e5; ip -n b link set e0 down; ip -n b link set e0 name e6
ip -n a link set e5 promisc on allmulticast on; ip -n a link set e5 promisc off allmulticast off
dmesg | sed 's/^\\[ *[0-9]*[.][0-9]\\{6\\}\\] //'; dmesg -T | sed -n '1s/..:..:../TIME/p'; dmesg -r | sed -n '1s/ *[0-9.]*]/]/p'`);
  expect(text).toBe(`e5: renamed from e0 (while UP)
e6: renamed from e0
e5: entered promiscuous mode
e5: entered allmulticast mode
e5: left promiscuous mode
e5: left allmulticast mode
[Thu Jan  1 TIME 2026] e5: renamed from e0 (while UP)
<6>[] e5: renamed from e0 (while UP)
`);
});

test('options', async () => {
  expect(await run('dmesg -l foo; dmesg -cC; dmesg x; dmesg -Q; dmesg -V')).toBe(`dmesg: unknown level 'foo'
dmesg: mutually exclusive arguments: --clear --console-off --console-on --read-clear --console-level --raw
dmesg: bad usage
Try 'dmesg --help' for more information.
dmesg: invalid option -- 'Q'
Try 'dmesg --help' for more information.
dmesg from util-linux 2.38.1
`);
});
