/** Programs with random words: they end, with a status of theirs, and never by an exception of ours. */
import { expect, test } from 'vitest';
import { Machine } from '@warren/core';
import { nodeHost } from '../support/host.ts';

/** Commands a run; a longer one is asked for by the environment. */
const COMMANDS = Number(process.env['WARREN_FUZZ'] ?? 1000);
let state = Number(process.env['WARREN_SEED'] ?? 1) >>> 0;

/** splitmix32 */
function below(n: number): number {
  state = (state + 0x9e3779b9) | 0;
  let z = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return ((z ^ (z >>> 15)) >>> 0) % n;
}
const pick = <T>(items: readonly T[]): T => items[below(items.length)]!;
const words = (text: string): string[] => text.split(/\s+/).filter((w) => w !== '');

const VALUES = [
  ...words(
    'lo v0 v1 n1 10.0.0.1 10.0.0.1/24 10.0.0.0/33 fe80::1 ::/0 ::1/128 2001:db8::/129 0 1 -1 255 256 65535 65536 4294967295 4294967296 99999999999999999999 0x10',
  ),
  ...words(
    '1e3 02:00:00:00:00:01 ff:ff:ff:ff:ff:ff zz on off up down any all default nosuch aaaaaaaaaaaaaaaaaaaaaaaaa . .. / -- - %',
  ),
  '',
  ' ',
  '\t',
  'a b',
  'ä',
  '\u{1f600}',
  "'",
  '"',
  '\\',
  '\n',
  '*',
];

const IP = {
  options: words(
    '-4 -6 -br -o -d -s -s -j -p -n -batch -all -c -color=always -t -ts -iec -h -human -r -f -family -l -M -B -0 -V -Numeric -echo -N -rc -z',
  ),
  words: words(
    `link address addr route neigh neighbour netns rule help monitor maddress ntable tunnel xfrm tcp_metrics token mroute l2tp vrf nexthop
    show list ls get add del delete change replace append flush save restore set list-id exec identify pids attach property
    dev type veth dummy vlan bridge peer name id mtu address broadcast txqueuelen group alias netns nomaster master arp multicast allmulticast
    promisc carrier operstate master up down label scope host global link valid_lft preferred_lft forever tentative deprecated permanent dynamic
    metric via src table main local proto kernel static nexthop weight onlink blackhole unreachable prohibit throw unicast anycast nat
    to from iif oif mark priority pref lookup lladdr nud reachable stale noarp none incomplete failed probe proxy router use
    altname vf trailers dst tos match root exact nsid pid auto brd + - mtu lock advmss rtt window hoplimit initcwnd encap type_slave unused nodad
    home noprefixroute mngtmpaddr optimistic numtxqueues numrxqueues gso_max_size index link-netnsid addrgenmode eui64 eth6 stable_secret`,
  ),
};
const PING = words(
  '-c 1 -i 0 0.2 -w 1 -W 1 -s 0 65507 65508 -M do dont want nope -t 1 255 256 -I lo -f -q -n -p ff zz -R -b -4 -6 -D -O -a -A -B -d -F -h -l 3 -L -m 5 -N name -Q 8 -r -S 1000 -T tsonly -U -v -V -e 77 127.0.0.1 ::1 10.0.0.1 255.255.255.255 224.0.0.1 0.0.0.0 nosuch localhost 127.1 0x7f000001',
);
const SYSCTL = words(
  '-a -A -b -e -n -N -q -w -p -r net -h -V --system --dry-run --pattern net.ipv4.ip_forward net.ipv4.ip_forward=1 net.ipv4.ip_forward=x =1 a=b net/ipv4/conf/lo/mtu net.ipv4.conf.all.forwarding=2 net.ipv4.ping_group_range=1 net.ipv4.nope . .. / -1',
);
const UNSHARE = words(
  '-n -m -p -f -u -i -U -C -r -T --net --net=/tmp/x --mount --fork --kill-child=TERM --mount-proc --propagation private shared nope -R /tmp -w / -S 0 -G 0 -h -V --map-root-user true false ip echo nosuch',
);
const NSENTER = words(
  '-t 1 99999 x -n -m -p -u -a --net --net=/run/netns/n1 --net=/nosuch --mount -F -r -w --target --all -S 0 -h -V true ip echo nosuch',
);
const SUDO = words(
  '-u root nobody nosuch -n -E -H -i -s -k -K -l -v -V -h -b -S -p x -g root -- true ip echo A=b nosuch',
);
const MOUNT = words(
  '-t tmpfs proc sysfs nosuch -o ro,bind,nope --bind --make-private --rbind -a -n -v -r -w -h -V -l none /tmp /tmp/x / /proc /nosuch',
);

function command(): string[] {
  const some = (list: readonly string[], most: number): string[] =>
    Array.from({ length: below(most + 1) }, () => (below(8) === 0 ? pick(VALUES) : pick(list)));
  switch (below(12)) {
    case 0:
      return ['ping', ...some(PING, 6)];
    case 1:
      return ['sysctl', ...some(SYSCTL, 4)];
    case 2:
      return ['unshare', ...some(UNSHARE, 4), 'true'];
    case 3:
      return ['nsenter', ...some(NSENTER, 4), 'true'];
    case 4:
      return pick([
        ['sudo', ...some(SUDO, 4)],
        ['mount', ...some(MOUNT, 4)],
        ['umount', ...some(MOUNT, 3)],
        ['hostname', ...some([...words('-f -i -I -s -d -A -F -b -y -V -h'), ...VALUES], 3)],
      ]);
    default: {
      const object = pick(IP.words.slice(0, 7));
      const rest = Array.from({ length: below(9) }, () => (below(2) === 0 ? pick(VALUES) : pick(IP.words)));
      const options = below(3) === 0 ? [pick(IP.options), ...(below(4) === 0 ? [pick(VALUES)] : [])] : [];
      return [
        'ip',
        ...options,
        below(20) === 0 ? pick(VALUES) : object,
        ...(below(8) === 0
          ? []
          : [pick(words('show list get add del delete change replace append flush save set exec identify pids'))]),
        ...rest,
      ];
    }
  }
}

/** These are known not to end by themselves; the machine's clock is stopped for none of them. */
const ENDLESS = new Set(['monitor']);

test(`${COMMANDS} commands of random words`, { timeout: 900_000 }, async () => {
  const crashes: string[] = [];
  const statuses = new Map<number, number>();
  let last: string[] = [];
  for (let i = 0; i < COMMANDS;) {
    const machine = Machine.boot({
      host: nodeHost,
      seed: 1,
      onCrash: (p, e) => crashes.push(`${JSON.stringify(last)} ${p.name}: ${e instanceof Error ? e.stack : String(e)}`),
    });
    const setup =
      'ip link add v0 type veth peer name v1; ip addr add 10.0.0.1/24 dev v0; ip link set v0 up; ip link set v1 up; ip netns add n1; ip link set lo up';
    expect((await machine.run(['bash', '-c', setup])).status).toBe(0);
    for (let k = 0; k < 100 && i < COMMANDS; k++, i++) {
      last = command();
      if (last.some((w) => ENDLESS.has(w))) continue;
      let output = '';
      const sink = (b: Uint8Array): void => {
        if (output.length < 10_000) output += Buffer.from(b).toString('utf8');
      };
      // Whatever runs for long is ended after five seconds of the machine's.
      const { status, stuck } = await machine.run(['timeout', '-s', 'KILL', '5', ...last], {
        stdout: sink,
        stderr: sink,
        stdin: '',
      });
      expect(stuck, JSON.stringify(last)).toBe(false);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      expect(output, JSON.stringify(last)).not.toMatch(/undefined|\bNaN\b|\[object|TypeError|RangeError/);
      if (status === 134 || crashes.length > 0) expect(crashes).toEqual([]);
    }
  }
  expect(crashes).toEqual([]);
  // 137: ended by `timeout`, as a ping without a count is.
  expect([...statuses.keys()].filter((s) => ![0, 1, 2, 32, 64, 125, 126, 127, 137, 255].includes(s))).toEqual([]);
  expect(statuses.get(0) ?? 0).toBeGreaterThan(COMMANDS / 50);
  if (process.env['WARREN_FUZZ'] !== undefined) console.log(Object.fromEntries(statuses));
});
