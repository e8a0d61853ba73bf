/** What a cable does to frames: their order, their length, where they end. No packet is lost track of, in either machine. */
import { type CableOptions, type Machine, World } from '@warren/core';
import { describe, expect, it } from 'vitest';
import { nodeHost } from '../support/host.ts';

async function sh(machine: Machine, script: string): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  const put = (bytes: Uint8Array): void => void (text += decoder.decode(bytes, { stream: true }));
  const { stuck } = await machine.run(['bash', '-c', script], { stdout: put, stderr: put });
  expect(stuck).toBe(false);
  return text;
}

/** Two machines with a cable between them, up and addressed; buffers poisoned. */
async function pair(options: CableOptions = {}, mtu = 1500) {
  const world = new World({ host: nodeHost });
  const [a, b] = [world.machine('a'), world.machine('b')];
  for (const machine of [a, b]) machine.kernel.skbPool.poison = true;
  const [left, right] = [a.addCard({ name: 'eth0', mtu }), b.addCard({ name: 'eth0' })];
  const cable = world.cable(left, right, options);
  await sh(b, 'sysctl -qw net.ipv6.conf.all.disable_ipv6=1; ip link set eth0 up; ip addr add 10.0.0.2/24 dev eth0');
  await sh(a, 'sysctl -qw net.ipv6.conf.all.disable_ipv6=1; ip link set eth0 up; ip addr add 10.0.0.1/24 dev eth0');
  return { world, a, b, left, right, cable };
}

const live = (...machines: Machine[]): number[] => machines.map((m) => m.kernel.skbPool.live);

describe('frames', () => {
  it('keep their order however much their delay varies', async () => {
    const { a, b } = await pair({ delayMs: 20, jitterMs: 19 });
    const text = await sh(a, 'ping -c 100 -i 0.002 10.0.0.2');
    const order = [...text.matchAll(/icmp_seq=(\d+) .* time=([\d.]+) ms/g)].map((m) => Number(m[1]));
    expect(order).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    const times = [...text.matchAll(/time=([\d.]+) ms/g)].map((m) => Number(m[1]));
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(15);
    await sh(a, 'sleep 120');
    expect(live(a, b)).toEqual([0, 0]);
  });

  it('longer than what the card at the other end takes are its errors', async () => {
    const { a, b, right } = await pair({}, 9000);
    const reasons: string[] = [];
    b.onDrop(({ reason, place, device }) => reasons.push(`${reason} ${place} ${device}`));
    expect(await sh(a, 'ping -c 2 -s 4000 -W 1 10.0.0.2')).toContain('2 packets transmitted, 0 received');
    expect(right.stats.rxErrors).toBe(2);
    expect(reasons).toEqual(['PKT_TOO_BIG receive_small eth0', 'PKT_TOO_BIG receive_small eth0']);
    expect(await sh(a, 'ping -c 1 -s 1472 -W 1 10.0.0.2')).toContain(' 1 received');
    await sh(a, 'sleep 120');
    expect(live(a, b)).toEqual([0, 0]);
  });

  it('on their way when the cable is taken out arrive; none follows', async () => {
    const { a, b, cable, right, world } = await pair({ delayMs: 500 });
    await sh(a, 'sleep 1; ping -c 1 10.0.0.2');
    const before = right.stats.rxPackets;
    await sh(a, 'ping -c 1 -W 0.1 10.0.0.2');
    cable.unplug();
    cable.unplug();
    expect(world.cables).toEqual([]);
    await sh(a, 'sleep 1; ping -c 3 -W 1 10.0.0.2');
    expect(right.stats.rxPackets).toBe(before + 1);
    await sh(a, 'sleep 120');
    expect(live(a, b)).toEqual([0, 0]);
  });

  it('are freed when lost, when the queue is full, and when the other end is down', async () => {
    const { a, b, cable } = await pair({ loss: 0.3, rate: 1e5, queueBytes: 3000 });
    await sh(a, 'ping -q -c 100 -i 0.01 -s 1000 10.0.0.2');
    expect(cable.lost).toBeGreaterThan(2);
    expect(cable.overflowed).toBeGreaterThan(20);
    await sh(b, 'ip link set eth0 down');
    await sh(a, 'ping -q -c 3 -W 1 10.0.0.2; sleep 120');
    expect(live(a, b)).toEqual([0, 0]);
  });
});

describe('what makes no sense is refused', () => {
  const world = new World({ host: nodeHost });
  const machine = world.machine('m');
  const [one, two, three] = [1, 2, 3].map((i) => machine.addCard({ name: `eth${i}` })) as never[];
  it.each<[CableOptions, string]>([
    [{ loss: 1.5 }, 'loss of a cable'],
    [{ loss: Number.NaN }, 'loss of a cable'],
    [{ rate: 0 }, 'rate of a cable'],
    [{ delayMs: -1 }, 'delayMs of a cable'],
    [{ jitterMs: Infinity }, 'jitterMs of a cable'],
    [{ queueBytes: -1 }, 'queueBytes of a cable'],
  ])('%o', (options, message) => {
    expect(() => world.cable(one!, two!, options)).toThrow(message);
    expect(world.cables).toEqual([]);
  });
  it('a card with a cable in it, one with itself, what is no card', () => {
    const cable = world.cable(one!, two!);
    expect(() => world.cable(three!, two!)).toThrow('eth2: there is a cable in it already');
    expect(() => world.cable(three!, three!)).toThrow('a cable has two ends');
    const lo = machine.kernel.firstNet.devs.values().next().value!;
    expect(() => world.cable(three!, lo)).toThrow('lo is no Ethernet card');
    cable.unplug();
    expect(world.cable(two!, three!).plugged).toBe(true);
    expect(cable.plugged).toBe(false);
  });
});
