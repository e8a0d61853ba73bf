/** Every packet made is consumed or dropped, once: none is alive when a busy script has ended and everything it built is gone. */
import { dropReasonName, Machine, NO_COST } from '@warren/core';
import { describe, expect, it } from 'vitest';
import { nodeHost } from '../support/host.ts';

/** A router between two hosts, and everything that makes, keeps, cuts, refuses and loses packets. */
const BUSY = `
for ns in a r b; do ip netns add $ns; ip -n $ns link set lo up; done
ip link add e0 netns a type veth peer name r0 netns r
ip link add e0 netns b type veth peer name r1 netns r
ip -n a addr add 10.0.1.2/24 dev e0; ip -n r addr add 10.0.1.1/24 dev r0
ip -n b addr add 10.0.2.2/24 dev e0; ip -n r addr add 10.0.2.1/24 dev r1
ip -n a addr add 2001:db8:1::2/64 dev e0; ip -n r addr add 2001:db8:1::1/64 dev r0
ip -n b addr add 2001:db8:2::2/64 dev e0; ip -n r addr add 2001:db8:2::1/64 dev r1
for d in a/e0 b/e0 r/r0 r/r1; do ip -n \${d%/*} link set \${d#*/} up; done
ip -n a route add default via 10.0.1.1; ip -n b route add default via 10.0.2.1
ip -n a route add default via 2001:db8:1::1; ip -n b route add default via 2001:db8:2::1
ip netns exec r sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
sleep 3
on() { ns=$1; shift; ip netns exec $ns "$@" >/dev/null 2>&1; }
on a ping -c 3 -i 0.2 10.0.2.2                      # forwarded
on a ping -c 2 -s 4000 10.0.2.2                     # cut and put together
on a ping -c 2 -s 1400 -M do 10.0.2.2
on a ping -6 -c 2 -s 4000 2001:db8:2::2
on a ping -c 1 -t 1 10.0.2.2                        # ICMP errors
on a ping -6 -c 1 -t 1 2001:db8:2::2
on a ping -c 1 -W 1 10.0.2.77                       # nobody answers ARP
on a ping -6 -c 1 -W 1 2001:db8:2::77
on a ping -c 1 -W 1 10.9.9.9
on a ping -b -c 1 -W 1 10.0.1.255                   # copies for oneself
on a ping -6 -c 1 -W 1 ff02::1%e0
on a ping -c 1 127.0.0.1
ip -n r link set r1 mtu 1280
on a ping -c 2 -s 1400 -M do -W 1 10.0.2.2          # too big
on a ping -6 -c 2 -s 1400 -W 1 2001:db8:2::2
ip -n r route add unreachable 10.3.0.0/16; ip -n r route add blackhole 10.4.0.0/16; ip -n r route add prohibit 10.5.0.0/16
for i in 3 4 5; do on a ping -c 1 -W 1 10.$i.0.1; done
ip netns exec r sysctl -qw net.ipv4.ip_forward=0
on a ping -c 1 -W 1 10.0.2.2                        # no router any more
ip -n b link set e0 down
on r ping -c 1 -W 1 10.0.2.2                        # no carrier
ip netns exec a ping -i 0.2 -c 50 10.0.1.1 >/dev/null & sleep 1
ip -n a link del e0                                 # in the middle of it
kill -9 $!; wait $! 2>/dev/null
`;

/** Runs a script on a machine that remembers where each packet was made. @returns what is alive afterwards, and the reasons of drops. */
async function busy(
  script: string,
  options: object = {},
): Promise<{ live: number; leaks: string[]; reasons: Set<string>; places: number }> {
  const machine = Machine.boot({ host: nodeHost, ...options });
  const { skbPool, drops } = machine.kernel;
  skbPool.poison = true;
  const reasons = new Set<string>();
  let places = 0;
  drops.listeners.push((_skb, reason, place) => {
    reasons.add(dropReasonName(reason));
    if (/^[a-z_0-9]+$/.test(place)) places++;
    else throw new Error(`a drop without place: ${place}`);
  });
  const { status, stuck } = await machine.run(['bash', '-c', script]);
  expect({ status, stuck }).toEqual({ status: 0, stuck: false });
  return { live: skbPool.live, leaks: skbPool.leaks(), reasons, places };
}

describe('no packet is lost track of', () => {
  const END = 'for ns in a r b; do ip netns del $ns; done; sleep 90';
  it('when the namespaces are gone', async () => {
    const { live, leaks, reasons, places } = await busy(`${BUSY}\n${END}`);
    expect({ live, leaks }).toEqual({ live: 0, leaks: [] });
    expect(places).toBeGreaterThan(10);
    expect([...reasons]).toEqual(expect.arrayContaining(['IP_INNOROUTES', 'NEIGH_FAILED', 'PKT_TOO_BIG']));
  });
  it('when they stay, once their timers have run', async () => {
    const { live, leaks } = await busy(`${BUSY}\nsleep 90`);
    expect({ live, leaks }).toEqual({ live: 0, leaks: [] });
  });
  it('and one that is kept is found', async () => {
    const machine = Machine.boot({ host: nodeHost });
    machine.kernel.skbPool.poison = true;
    machine.kernel.drops.listeners.push((skb) => void skb.users++);
    await machine.run([
      'bash',
      '-c',
      'ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up; sleep 3; ip link set v1 down; ping -c 1 -W 1 ff02::1%v0',
    ]);
    expect(machine.kernel.skbPool.leaks().length).toBeGreaterThan(0);
  });
  it('when work takes no time', async () => {
    const { live, leaks } = await busy(`${BUSY}\n${END}`, { cost: NO_COST, seed: 3 });
    expect({ live, leaks }).toEqual({ live: 0, leaks: [] });
  });
});
