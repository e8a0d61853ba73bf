import { describe, expect, it } from 'vitest';
import { BREAKS, broken } from '../oracle/fuzz/breaks.ts';
import { compareRuns } from '../oracle/fuzz/differ.ts';
import { generate } from '../oracle/fuzz/generate.ts';
import { blur, Guidance } from '../oracle/fuzz/guidance.ts';
import { type Finding, Hunt, type HuntOptions } from '../oracle/fuzz/hunt.ts';
import { Multipath } from '../oracle/fuzz/multipath.ts';
import { type Program, render, STATE_COMMANDS, usualPlan } from '../oracle/fuzz/program.ts';
import { sessionName, sessionText } from '../oracle/fuzz/report.ts';
import { shrink } from '../oracle/fuzz/shrink.ts';
import { realSide, type Side } from '../oracle/fuzz/sides.ts';
import { normaliseJson, parts } from '../oracle/fuzz/state.ts';
import { type RunResult } from '../oracle/instrument.ts';
import { realKernelAvailable } from '../oracle/real.ts';

const text = (p: Program): string => p.steps.map((s) => s.text).join('\n');

describe('generator', () => {
  it('makes the same program from the same seed and lessons, another from another seed', () => {
    const program = generate(7, 30, new Guidance());
    expect(generate(7, 30, new Guidance())).toEqual(program);
    expect(text(generate(8, 30, new Guidance()))).not.toBe(text(program));
  });

  it('begins with a connected topology whose devices have addresses of their own', () => {
    for (let seed = 0; seed < 60; seed++) {
      const program = generate(seed, 20, new Guidance());
      const setup = program.steps.filter((s) => s.setup).map((s) => s.text);
      const spaces = setup.filter((l) => l.startsWith('ip netns add ')).length;
      const macs = setup.join('\n').match(/02:00:00(:[0-9a-f]{2}){3}/g)!;
      expect(spaces).toBeGreaterThanOrEqual(2);
      expect(spaces).toBeLessThanOrEqual(5);
      expect(setup.filter((l) => l.startsWith('ip link add ')).length).toBeGreaterThanOrEqual(spaces - 1);
      expect(new Set(macs).size).toBe(macs.length);
      expect(program.steps.length - setup.length).toBe(20);
      for (const s of program.steps) expect(s.text).not.toMatch(/undefined|null|\bNaN\b|\[object/);
    }
  });

  it('reaches every command', () => {
    const kinds = new Set(
      Array.from({ length: 60 }, (_, i) => generate(i, 40, new Guidance()).steps.map((s) => s.kind)).flat(),
    );
    expect([...kinds].toSorted()).toEqual([
      'addr.add',
      'addr.del',
      'addr.flush',
      'addr.show',
      'link.add',
      'link.del',
      'link.property',
      'link.set',
      'link.show',
      'link.stats',
      'neigh.del',
      'neigh.flush',
      'neigh.modify',
      'neigh.show',
      'netns',
      'ping',
      'route.del',
      'route.flush',
      'route.get',
      'route.modify',
      'route.show',
      'setup',
      'sysctl',
    ]);
  });

  it('prefers what still surprises', () => {
    const g = new Guidance();
    for (let i = 0; i < 50; i++) g.learn(['dull'], '0 ');
    for (let i = 0; i < 50; i++) g.learn(['lively'], `2 message ${'x'.repeat(i)}`);
    expect(g.weight('lively')).toBeGreaterThan(3 * g.weight('dull'));
    expect(g.weight('never seen')).toBeGreaterThanOrEqual(g.weight('lively'));
    expect(g.answers).toBe(51);
    expect(blur('Cannot find device "e0" at 10.0.0.1/24 fe80::1 02:00:00:00:00:01')).toBe(
      'Cannot find device Q at INET INET-SIX MAC',
    );
  });
});

describe('shrinker', () => {
  const numbers = Array.from({ length: 50 }, (_, i) => i);

  it('finds the smallest list that still fails', async () => {
    for (const needed of [[3], [49], [0], [3, 31], [7, 8, 9, 40]]) {
      const fails = (l: readonly number[]): Promise<boolean> => Promise.resolve(needed.every((n) => l.includes(n)));
      expect(await shrink(numbers, fails, 1000)).toEqual(needed);
    }
  });

  it('keeps to its budget, and what it returns fails', async () => {
    let asked = 0;
    const left = await shrink(numbers, (l) => Promise.resolve((asked++, l.includes(17) && l.length % 2 === 0)), 20);
    expect(asked).toBeLessThanOrEqual(20);
    expect(left.length === 50 || (left.includes(17) && left.length % 2 === 0)).toBe(true);
  });
});

/** A program of one command, and what a side said to it and to the question after it. */
const program: Program = {
  ...generate(1, 0, new Guidance()),
  steps: [{ text: 'true', kind: 'x', tags: [], setup: false, unordered: false, settle: 0 }],
};
const rendered = render(program, () => ['state']);
const run = (state: Record<string, unknown[]>, stderr = ''): RunResult => {
  const lines = STATE_COMMANDS.map((c) => JSON.stringify(state[c.split(' ')[0]!] ?? []));
  return {
    status: 0,
    commands: [
      { stdout: '', stderr, status: 0 },
      { stdout: `@ .\n${lines.join('\n')}\n`, stderr: '', status: 0 },
    ],
  };
};
const compare = (a: RunResult, b: RunResult): string[] =>
  compareRuns(program, rendered.items, a, b).map((d) => d.signature);

describe('judge', () => {
  it('leaves out what cannot be equal, and nothing else', () => {
    expect(normaliseJson([{ ifname: 'e0', num_tx_queues: 4, gso_max_size: 1, mtu: 1500 }])).toEqual([
      { ifname: 'e0', mtu: 1500 },
    ]);
    expect(normaliseJson({ valid_life_time: 99 })).toEqual(normaliseJson({ valid_life_time: 98 }));
    expect(normaliseJson({ valid_life_time: 0 })).not.toEqual(normaliseJson({ valid_life_time: 98 }));
    expect(normaliseJson({ state: ['INCOMPLETE'] })).toEqual(normaliseJson({ state: ['FAILED'] }));
    expect(normaliseJson({ state: ['STALE'] })).not.toEqual(normaliseJson({ state: ['REACHABLE'] }));
  });

  it('judges the order of IPv4 routes and not that of IPv6 routes and neighbours', () => {
    const v4 = [
      { dst: '10.0.0.0/24', dev: 'e0' },
      { dst: '10.0.1.0/24', dev: 'e0' },
    ];
    const v6 = [
      { dst: 'fd00::/64', dev: 'e0', pref: 'medium' },
      { dst: 'default', dev: 'e0', pref: 'medium' },
    ];
    expect(compare(run({ route: v4 }), run({ route: v4.toReversed() }))).toEqual(['route order']);
    expect(compare(run({ route: v6 }), run({ route: v6.toReversed() }))).toEqual([]);
    expect(compare(run({ neigh: v4 }), run({ neigh: v4.toReversed() }))).toEqual([]);
  });

  it('names a difference by its kind', () => {
    const link = (mtu: number, operstate: string): unknown[] => [{ ifname: 'e0', mtu, operstate }];
    expect(compare(run({ link: link(1500, 'UP') }), run({ link: link(1400, 'DOWN') }))).toEqual([
      'link  mtu: N -> N',
      'link  operstate: "UP" -> "DOWN"',
    ]);
    expect(compare(run({ link: link(1500, 'UP') }), run({}))).toEqual(['link missing: ifname mtu operstate']);
    expect(compare(run({}, 'Cannot find device "e7"\n'), run({}))).toEqual(['x stderr: Cannot find device Q -> ']);
    expect(compare(run({}), { status: 0, commands: [] })).toEqual(['script ended at x']);
  });

  it('tells a wrong state once, not after every later step', () => {
    const two: Program = { ...program, steps: [program.steps[0]!, program.steps[0]!] };
    const twice = (r: RunResult): RunResult => ({ ...r, commands: [...r.commands, ...r.commands] });
    const [a, b] = [twice(run({ link: [{ ifname: 'e0', mtu: 1 }] })), twice(run({ link: [{ ifname: 'e0', mtu: 2 }] }))];
    expect(compareRuns(two, render(two, () => ['state']).items, a, b)).toHaveLength(1);
  });

  it('finds the answer of each route asked for, also beside those that failed', () => {
    const grid: Program = { ...program, grid: ['1.1.1.1', '2.2.2.2', '3.3.3.3'] };
    const answer = {
      stdout: '@ .\n["one"]\n["three"]\n',
      stderr: '@ .\nRTNETLINK answers: Network is unreachable\nCommand failed /tmp/grid:2\n',
      status: 1,
    };
    expect(parts(grid, { kind: 'grid', step: 0 }, answer).map((p) => [p.name, p.text])).toEqual([
      ['./route get 1.1.1.1', '["one"]\n'],
      ['./route get 2.2.2.2', 'RTNETLINK answers: Network is unreachable\n'],
      ['./route get 3.3.3.3', '["three"]\n'],
    ]);
  });
});

describe('routes with several ways', () => {
  const ways = [
    { gateway: '10.0.1.2', dev: 'e0', weight: 1, flags: [] },
    { via: { family: 'inet6', host: 'fd00::2' }, dev: 'e1', weight: 1, flags: [] },
  ];
  const chance = new Multipath(
    run({
      route: [{ dst: '10.0.5.0/24', nexthops: ways, flags: [] }],
      addr: [{ ifname: 'e0', addr_info: [{ local: '10.0.7.1' }] }],
    }).commands[1]!.stdout,
  );
  const answer = (way: object): string => JSON.stringify([{ dst: '10.0.5.1', ...way, flags: [], uid: 0 }]);
  const [first, second] = [
    { gateway: '10.0.1.2', dev: 'e0', prefsrc: '10.0.1.1' },
    { via: ways[1]!.via, dev: 'e1' },
  ];

  it('may be taken by any of them, and by no other', () => {
    expect(chance.none).toBe(false);
    expect(chance.fold('.', '10.0.5.1', answer(first))).toBe(chance.fold('.', '10.0.5.1', answer(second)));
    expect(chance.fold('.', '10.0.5.1', answer(first))).toContain('"uid":0');
    const wrong = answer({ gateway: '10.0.1.3', dev: 'e0' });
    expect(chance.fold('.', '10.0.5.1', wrong)).toBe(wrong);
    expect(chance.fold('.', '10.0.6.1', answer(first))).toBe(answer(first));
    expect(chance.fold('a', '10.0.5.1', answer(first))).toBe(answer(first));
    expect(chance.fold('.', '10.0.5.1', 'RTNETLINK answers: No route to host\n')).toMatch(/^RTNETLINK/);
  });

  it('say nothing of pings elsewhere', () => {
    expect([chance.decides('.', '10.0.5.9'), chance.decides('a', '10.0.5.9')]).toEqual([true, true]);
    expect([chance.decides('.', '10.0.6.9'), chance.decides('.', 'fd00::1')]).toEqual([false, false]);
    expect(new Multipath(run({ route: [{ dst: '10.0.5.0/24', dev: 'e0' }] }).commands[1]!.stdout).none).toBe(true);
  });
});

/** A side that answers by counting: the state after a command that says `bad` is wrong. */
const fake =
  (wrong: boolean): Side =>
  (session) => {
    let mtu = 1500;
    const commands = session.commands.map((c) => {
      if (wrong && c.text.includes('ping -')) mtu = 1499;
      const link = run({ link: [{ ifname: 'e0', mtu }] }).commands[1]!;
      return c.text === 'state' ? link : { stdout: '', stderr: '', status: 0 };
    });
    return Promise.resolve({ status: 0, commands });
  };

async function hunt(
  options: Partial<HuntOptions> & Pick<HuntOptions, 'real' | 'sim'>,
  programs: number,
): Promise<{ findings: Finding[]; hunt: Hunt }> {
  const findings: Finding[] = [];
  const h = new Hunt({
    seed: 3,
    steps: 10,
    goOn: (s) => s.programs < programs && findings.length === 0,
    onFinding: (f) => void findings.push(f),
    ...options,
  });
  await h.run();
  return { findings, hunt: h };
}

describe('hunt', () => {
  it('shrinks a problem to the one command that makes it, as a session', async () => {
    const { findings } = await hunt({ real: fake(false), sim: fake(true) }, 20);
    expect(findings[0]!.signature).toBe('link  mtu: N -> N');
    expect(findings[0]!.program.steps).toHaveLength(1);
    expect(findings[0]!.program.steps[0]!.text).toContain('ping');
    expect(sessionText(findings[0]!)).toMatch(
      /^# fuzz: link {2}mtu: N -> N\n# \.\/link\n#   linux \| e0 mtu 1500\n#   ours {2}\| e0 mtu 1499\n.*ping.*\nsleep 0.3\nip -j link\n$/s,
    );
    expect(sessionName(findings[0]!)).toMatch(/^fuzz-[0-9a-f]{8}\.sh$/);
  });

  it('does not judge what the real kernel says differently each time', async () => {
    let n = 0;
    const moody: Side = async (session) => {
      const r = await fake(false)(session);
      return { ...r, commands: r.commands.map((c) => ({ ...c, stderr: `${n++}x\n` })) };
    };
    const { findings, hunt: h } = await hunt({ real: moody, sim: fake(false) }, 4);
    expect(findings).toEqual([]);
    expect(h.stats.unstable).toBeGreaterThan(0);
  });
});

describe.runIf(realKernelAvailable())('on the real kernel', () => {
  it('agrees with itself', { timeout: 240_000 }, async () => {
    const { findings, hunt: h } = await hunt({ real: realSide, sim: realSide }, 3);
    expect(findings.map(sessionText)).toEqual([]);
    expect(h.stats.invalid).toBe(0);
    expect(h.stats.reached).toBeGreaterThan(h.stats.pings / 2);
  });

  it.each(['forwarding', 'routes', 'scope'])('notices a side without %s', { timeout: 240_000 }, async (name) => {
    const { findings } = await hunt({ real: realSide, sim: broken(realSide, BREAKS[name]!), shrinkBudget: 8 }, 8);
    expect(findings.length).toBeGreaterThan(0);
  });
});

it('lets the carrier settle after a command that may change it, and the last pings wait when they are to', () => {
  const p = generate(2, 12, new Guidance());
  const { script } = render(p, usualPlan).session;
  const after = (text: string): string => script.split(`${text}\n`)[1]!.split('\n')[1]!;
  const link = p.steps.find((s) => s.text.startsWith('ip link add '))!.text;
  expect(after(link)).toBe('carriers');
  expect(after(p.steps[0]!.text)).not.toBe('carriers');
  expect(script).not.toContain('pings 5 1.1');
  expect(render(p, usualPlan, true).session.script.match(/pings 5 1\.1/g)).toHaveLength(1);
});

it('asks for the state after every command of a program', () => {
  const p = generate(2, 12, new Guidance());
  const { items, session } = render(p, usualPlan);
  const last = p.steps.length - 1;
  for (let i = p.steps.length - 12; i <= last; i++)
    expect(items.filter((x) => x.step === i && x.kind === 'state')).toHaveLength(1);
  expect(items.some((x) => x.step === last && x.kind === 'ping')).toBe(true);
  expect(session.commands).toHaveLength(items.length);
});
