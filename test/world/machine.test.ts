import { Machine, World } from '@warren/core';
import { describe, expect, it } from 'vitest';
import { parsePcapng } from '../../packages/core/src/wire/pcapng.ts';
import { nodeHost } from '../support/host.ts';

/** Runs commands on a machine of their own; both streams as they come. */
async function bash(
  commands: string,
  options: { seed?: number; capture?: (b: Uint8Array) => void } = {},
): Promise<{ output: string; status: number; stuck: boolean }> {
  const machine = Machine.boot({ host: nodeHost, seed: options.seed ?? 1 });
  const capture = options.capture === undefined ? null : machine.capture(options.capture);
  const chunks: Uint8Array[] = [];
  const sink = (bytes: Uint8Array): void => void chunks.push(bytes.slice());
  const { status, stuck } = await machine.run(['bash', '-c', commands], { stdout: sink, stderr: sink });
  capture?.close();
  return { output: Buffer.concat(chunks).toString(), status, stuck };
}

const CABLE = `
ip netns add a; ip netns add b
ip link add v0 netns a type veth peer name v0 netns b
ip -n a addr add 10.0.0.1/24 dev v0; ip -n b addr add 10.0.0.2/24 dev v0
ip -n a link set v0 up; ip -n b link set v0 up
ip netns exec a ping -c 3 10.0.0.2
ip netns exec a ip link show v0
`;

async function captured(seed: number): Promise<{ bytes: Buffer; output: string }> {
  const chunks: Uint8Array[] = [];
  const { output } = await bash(CABLE, { seed, capture: (b) => chunks.push(b) });
  return { bytes: Buffer.concat(chunks), output };
}

describe('a world repeats itself', () => {
  it('the same seed and script give the same bytes in a capture, and the same text', async () => {
    const [one, two] = [await captured(7), await captured(7)];
    expect(one.bytes.length).toBeGreaterThan(1000);
    expect(two.bytes.equals(one.bytes)).toBe(true);
    expect(two.output).toBe(one.output);
  });
  it('another seed gives other MACs', async () => {
    expect((await captured(8)).bytes.equals((await captured(7)).bytes)).toBe(false);
  });
});

it('a capture has an interface per device, named after its namespace, and frames at both ends', async () => {
  const { bytes } = await captured(1);
  const file = parsePcapng(bytes)!;
  expect(file.interfaces.map((i) => i.name).sort()).toEqual(['a/v0', 'b/v0']);
  const echo = file.packets.filter((p) => p.data.length === 98 && p.data[23] === 1);
  expect(echo.length).toBe(12); // 3 requests and 3 replies, at two ends
});

describe('time', () => {
  it('sleeping takes none of the host', async () => {
    const start = performance.now();
    expect((await bash('sleep 3600; echo $SECONDS')).output).toBe('3600\n');
    expect(performance.now() - start).toBeLessThan(2000);
  });
  it('ping -c 3 reports two seconds', async () => {
    expect((await captured(1)).output).toMatch(/3 received, 0% packet loss, time 20\d\dms/);
  });
});

describe('processes harm only themselves', () => {
  it('kill -9 of a ping leaves the rest', async () => {
    const { output, status } = await bash(
      'ip link set lo up; ping 127.0.0.1 >/dev/null & sleep 1; kill -9 $!; wait $!; echo $?; ping -c 1 -q 127.0.0.1 | grep -c "1 received"',
    );
    expect({ output: output.split('\n').slice(-3).join('\n'), status }).toEqual({ output: '137\n1\n', status: 0 });
  });
  it('nobody inside ends number 1, but the host does', async () => {
    expect(await bash('kill -9 1; kill 1; (kill -9 1); bash -c "kill -9 1"; echo alive')).toMatchObject({
      output: 'alive\n',
      status: 0,
    });
    const machine = Machine.boot({ host: nodeHost, seed: 1 });
    const running = machine.run(['bash', '-c', 'while :; do :; done']);
    await new Promise((r) => setTimeout(r, 20));
    machine.signal(2);
    expect(await running).toMatchObject({ status: 130, signal: 2 });
  });
  it('a spinning loop in the background does not hold the others', async () => {
    expect((await bash('while :; do :; done & sleep 0.01; echo here; kill -9 $!')).output).toContain('here');
  });
  it('a machine in which nothing can happen any more says so', async () => {
    const { stuck } = await bash('mkfifo /tmp/f; cat /tmp/f');
    expect(stuck).toBe(true);
  });
});

describe('several commands on one machine', () => {
  const boot = (): Machine => new World({ host: nodeHost }).machine('m');
  const text = async (machine: Machine, script: string): Promise<string> => {
    const chunks: Uint8Array[] = [];
    const stdout = (bytes: Uint8Array): void => void chunks.push(bytes.slice());
    const { stuck } = await machine.run(['bash', '-c', script], { stdout });
    return Buffer.concat(chunks).toString() + (stuck ? 'stuck' : '');
  };
  it('what the first left behind does not use the time between them', async () => {
    const machine = boot();
    await text(machine, '(sleep 3600; echo late > /tmp/late) & sleep 1');
    expect(machine.kernel.clock.now / 1e9).toBeCloseTo(1, 1);
    expect(await text(machine, 'sleep 10; ls /tmp; sleep 4000; cat /tmp/late')).toBe('late\n');
  });
  it('nor does it, when it spins, and it goes on with the next', async () => {
    const machine = boot();
    await text(machine, 'while :; do :; done & echo $! > /tmp/pid; sleep 1');
    const before = machine.kernel.clock.now;
    await new Promise((r) => setTimeout(r, 50));
    expect(machine.kernel.clock.now - before).toBeLessThan(1e9 / 50);
    expect(
      await text(machine, 'sleep 0.1; kill -9 $(cat /tmp/pid); sleep 0.1; kill -0 $(cat /tmp/pid) || echo gone'),
    ).toBe('gone\n');
  });
  it('at once: who ends first does not stop the clock of the others', async () => {
    const machine = boot();
    const slow = text(machine, 'for i in 1 2 3 4 5; do sleep 10; done; ls /tmp; echo slow');
    const quick = text(machine, '(sleep 20; touch /tmp/left) & sleep 5; echo quick');
    expect(await quick).toBe('quick\n');
    expect(await slow).toBe('left\nslow\n');
  });
  it('at once: one is stuck when the others have ended', async () => {
    const machine = boot();
    const stuck = text(machine, 'mkfifo /tmp/f; cat /tmp/f');
    expect(await text(machine, 'sleep 100; echo done')).toBe('done\n');
    expect(await stuck).toBe('stuck');
  });
  it('at once: Ctrl-C reaches all of them', async () => {
    const machine = boot();
    const running = [1, 2].map(() => machine.run(['bash', '-c', 'while :; do :; done']));
    await new Promise((r) => setTimeout(r, 20));
    machine.signal(2);
    expect((await Promise.all(running)).map((r) => r.status)).toEqual([130, 130]);
  });
});
