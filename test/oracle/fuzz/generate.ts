import { Belief, Draw, type Grammar, type Ipv6, SETTLE, SETTLE_IPV6, step } from './belief.ts';
import type { Guidance } from './guidance.ts';
import type { Program, Step } from './program.ts';
import { Rng } from './random.ts';
import { ADDRESS } from './steps/address.ts';
import { LINK } from './steps/link.ts';
import { OTHERS } from './steps/others.ts';
import { ROUTE } from './steps/route.ts';
import { topology } from './topology.ts';

const GRAMMAR: readonly Grammar[] = [...LINK, ...ADDRESS, ...ROUTE, ...OTHERS];

/** A program by its seed: a connected topology and `length` commands on it. */
export function generate(seed: number, length: number, guidance: Guidance, only?: Ipv6): Program {
  const rng = new Rng(seed);
  const drawn = (['off', 'link-local', 'full'] as const satisfies readonly Ipv6[])[rng.weighted([5, 2, 3])]!;
  const ipv6 = only ?? drawn;
  const belief = new Belief();
  const { steps: setup, targets } = topology(rng, belief, ipv6);
  const draw = new Draw(rng, belief, ipv6, guidance);
  const steps: Step[] = [...setup];
  const grammar = GRAMMAR.filter((g) => g.quietOnly !== true || ipv6 === 'off');
  // A program has its own interests: three kinds weigh more, so that commands of one kind meet each other.
  const interest = new Set([rng.pick(grammar).kind, rng.pick(grammar).kind, rng.pick(grammar).kind]);
  for (let tries = 0; steps.length < setup.length + length && tries < length * 3; tries++) {
    const weights = grammar.map((g) => g.weight * guidance.weight(g.kind) * (interest.has(g.kind) ? 3 : 1));
    const g = grammar[rng.weighted(weights)]!;
    const text = g.make(draw);
    const tags = draw.takeTags();
    if (text === null) continue;
    steps.push(
      step(g.kind, text, [g.kind, ...tags], {
        unordered: g.unordered ?? false,
        settle: g.settle ?? (ipv6 === 'off' ? SETTLE : SETTLE_IPV6),
      }),
    );
  }
  return { seed, steps, grid: grid(rng, targets, ipv6), targets };
}

/** What to ask `ip route get`: everybody, nobody, and the odd addresses, some from another address or device. */
function grid(rng: Rng, targets: readonly string[], ipv6: Ipv6): string[] {
  const four = targets.filter((t) => !t.includes(':'));
  const lines = [
    ...targets,
    '127.0.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '8.8.8.8',
    `10.0.${rng.below(4)}.255`,
    `10.0.${rng.below(4)}.0`,
  ];
  for (let i = 0; i < 3; i++)
    lines.push(
      `${rng.pick(four)} from ${rng.pick(four)}`,
      `${rng.pick(four)} from ${rng.pick(four)} iif e${rng.below(2)}`,
      `${rng.pick(four)} oif e${rng.below(2)}`,
    );
  if (ipv6 !== 'off') lines.push('::1', '2001:db8::1', 'ff02::1 oif e0', 'fe80::ff:fe00:2 oif e0');
  return [...new Set(lines)];
}
