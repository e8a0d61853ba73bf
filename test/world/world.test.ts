import { expect, test } from 'vitest';
import { World } from '@warren/core';
import { nodeHost } from '../support/host.ts';

async function sh(machine: ReturnType<World['machine']>, script: string): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  const put = (bytes: Uint8Array): void => void (text += decoder.decode(bytes, { stream: true }));
  await machine.run(['bash', '-c', script], { stdout: put, stderr: put });
  return text;
}

test('machines of a world have kernels of their own, one clock, and cables between their cards', async () => {
  const world = new World({ host: nodeHost });
  const left = world.machine('left');
  const right = world.machine('right');
  world.cable(left.addCard({ name: 'eth0' }), right.addCard({ name: 'eth0', mtu: 9000 }), { delayMs: 5 });
  await sh(right, 'ip link set eth0 up; ip addr add 10.0.0.2/24 dev eth0');
  const text = await sh(
    left,
    'hostname; ip link show eth0; ip link set eth0 up; ip addr add 10.0.0.1/24 dev eth0; sleep 1; ping -c 2 10.0.0.2; ip -br link',
  );
  expect(text).toMatch(/^left\n2: eth0: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN/);
  expect(text).toMatch(/icmp_seq=2 ttl=64 time=10\.\d ms\n/);
  expect(text).toMatch(/eth0 +UP /);
});

test('a cable loses what it is told to lose, and takes the time that its rate needs', async () => {
  const world = new World({ host: nodeHost });
  const a = world.machine('a');
  const b = world.machine('b');
  const cable = world.cable(a.addCard({ name: 'eth0' }), b.addCard({ name: 'eth0' }), {
    rate: 1e6,
    loss: 0.3,
    delayMs: 1,
  });
  await sh(b, 'ip link set eth0 up; ip addr add 10.0.0.2/24 dev eth0');
  const text = await sh(
    a,
    'ip link set eth0 up; ip addr add 10.0.0.1/24 dev eth0; sleep 1; ping -c 200 -i 0.2 -s 1000 -q 10.0.0.2',
  );
  // Both ways: 1 - 0.7 * 0.7.
  const loss = Number(/ (\d+(?:\.\d+)?)% packet loss/.exec(text)![1]);
  expect(loss).toBeGreaterThan(35);
  expect(loss).toBeLessThan(67);
  // (1000 + 8 + 20 + 14 + 24) bytes at 1 Mbit/s are 8.5 ms, each way.
  const min = Number(/= (\d+\.\d+)\//.exec(text)![1]);
  expect(min).toBeGreaterThan(19);
  expect(min).toBeLessThan(19.6);
  expect(cable.lost).toBeGreaterThan(50);
});

test('unplugged, both ends lose their carrier', async () => {
  const world = new World({ host: nodeHost });
  const a = world.machine('a');
  const b = world.machine('b');
  const cable = world.cable(a.addCard({ name: 'eth0' }), b.addCard({ name: 'eth0' }));
  expect(await sh(a, 'ip link set eth0 up; sleep 2; ip -br link show eth0')).toMatch(/^eth0 +UP /);
  cable.unplug();
  expect(await sh(a, 'sleep 2; ip link show eth0')).toContain('<NO-CARRIER,BROADCAST,MULTICAST,UP>');
});

test('a card goes back to the first namespace when the one that it is in ends, and cannot be deleted', async () => {
  const world = new World({ host: nodeHost });
  const machine = world.machine('m');
  machine.addCard({ name: 'eth0' });
  const text = await sh(
    machine,
    'ip link del eth0; ip netns add a; ip link set eth0 netns a; ip link show eth0; ip netns del a; sleep 1; ip link show eth0',
  );
  expect(text).toMatch(/^RTNETLINK answers: Operation not supported\nDevice "eth0" does not exist\.\n2: eth0: </);
});

test('a world in which only daemons do anything is stuck', async () => {
  const world = new World({ host: nodeHost });
  const machine = world.machine('m');
  machine.startDaemon(
    async (proc) => {
      for (;;) await proc.nanosleep(3600e9);
    },
    ['timer'],
  );
  const result = await machine.run(['bash', '-c', 'mkfifo /tmp/f; cat /tmp/f']);
  expect(result.stuck).toBe(true);
});
