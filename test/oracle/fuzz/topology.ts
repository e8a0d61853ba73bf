import { type Belief, type Ipv6, SETTLE_NETNS, step } from './belief.ts';
import type { Step } from './program.ts';
import type { Rng } from './random.ts';

interface Cable {
  readonly n: number;
  readonly ends: readonly [string, string];
}

const NAMES = ['a', 'b', 'c', 'd', 'r'];

/** The cables of a chain, a ring, a star, or a chain with a second way. */
function cables(rng: Rng, names: readonly string[]): Cable[] {
  const pairs: [string, string][] = [];
  const shape = rng.weighted([5, 2, 3, 1]);
  for (let i = 1; i < names.length; i++) pairs.push([shape === 2 ? names[0]! : names[i - 1]!, names[i]!]);
  if (shape === 1 && names.length > 2) pairs.push([names.at(-1)!, names[0]!]);
  if (shape === 3) pairs.push([names[0]!, names[1]!]);
  return pairs.map((ends, n) => ({ n, ends }));
}

/**
 * Two to five namespaces joined by cables, with addresses, forwarding and a route from everybody to everybody, so that a ping says
 * something. Every device has a MAC of its own; duplicate address detection, rate limits and slow ARP are off.
 */
export function topology(rng: Rng, belief: Belief, ipv6: Ipv6): { steps: Step[]; targets: string[] } {
  const names = NAMES.slice(0, 2 + rng.weighted([3, 4, 2, 1]));
  const lines: string[] = [];
  for (const ns of names) {
    belief.devices.set(ns, ['lo']);
    lines.push(`ip netns add ${ns}`);
    const sysctls = ['net.ipv4.ip_forward=1', 'net.ipv4.icmp_ratelimit=0'];
    if (ipv6 === 'off') sysctls.push('net.ipv6.conf.all.disable_ipv6=1', 'net.ipv6.conf.default.disable_ipv6=1');
    else sysctls.push('net.ipv6.conf.all.accept_dad=0', 'net.ipv6.conf.default.accept_dad=0');
    if (ipv6 === 'full') sysctls.push('net.ipv6.conf.all.forwarding=1', 'net.ipv6.icmp.ratelimit=0');
    lines.push(`ip netns exec ${ns} sysctl -qw ${sysctls.join(' ')}`);
    if (rng.chance(0.8)) lines.push(`ip -n ${ns} link set lo up`);
  }
  if (ipv6 === 'off') lines.push('sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1');
  else lines.push('sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0');
  // A veth whose peer has the same index counts as a lower device: its loss of carrier is then no urgent event, and shows up to a second later.
  const indexes = rng.chance(0.85);
  const list = cables(rng, names);
  const at = new Map<string, { ns: string; peer: string; dev: string; host: number; n: number }[]>(
    names.map((n) => [n, []]),
  );
  for (const { n, ends } of list) {
    belief.subnets.push(n);
    const devs = ends.map((ns) => `e${belief.devices.get(ns)!.length - 1}`);
    const [index0, index1] = indexes ? [` index ${10 + 2 * n}`, ` index ${11 + 2 * n}`] : ['', ''];
    lines.push(
      `ip link add ${devs[0]}${index0} netns ${ends[0]} address ${belief.mac()} type veth peer name ${devs[1]}${index1} netns ${ends[1]} address ${belief.mac()}`,
    );
    const bits = rng.pick([24, 24, 24, 30, 31, 28]);
    ends.forEach((ns, i) => {
      const dev = devs[i]!;
      const host = bits === 31 ? i : i + 1;
      belief.devices.get(ns)!.push(dev);
      at.get(ns)!.push({ ns, peer: ends[1 - i]!, dev, host, n });
      const cidr = `10.0.${n}.${host}/${bits}`;
      belief.addresses.push({ ns, dev, cidr });
      const up = `ip -n ${ns} link set ${dev} up`;
      const addr = `ip -n ${ns} addr add ${cidr} dev ${dev}`;
      lines.push(...(rng.chance(0.5) ? [up, addr] : [addr, up]));
      lines.push(`ip netns exec ${ns} sysctl -qw net.ipv4.neigh.${dev}.retrans_time_ms=50`);
      if (ipv6 === 'full') {
        const cidr6 = `fd00:${n}::${host + 1}/64`;
        belief.addresses.push({ ns, dev, cidr: cidr6 });
        lines.push(`ip -n ${ns} addr add ${cidr6} dev ${dev} nodad`);
      }
    });
  }
  for (const ns of names) lines.push(...routes(ns, list, at, belief, ipv6));
  const targets = belief.addresses.map((a) => a.cidr.split('/')[0]!);
  targets.push(`10.0.${rng.below(list.length)}.77`, '10.9.9.9');
  return { steps: lines.map((text) => step('setup', text, [], { setup: true, settle: SETTLE_NETNS })), targets };
}

/** Routes from one namespace to every cable it is not on, by the fewest hops. */
function routes(
  from: string,
  list: readonly Cable[],
  at: ReadonlyMap<string, readonly { peer: string; dev: string; host: number; n: number }[]>,
  belief: Belief,
  ipv6: Ipv6,
): string[] {
  const first = new Map<string, { n: number }>();
  const queue = [from];
  const seen = new Set(queue);
  for (let ns = queue.shift(); ns !== undefined; ns = queue.shift()) {
    for (const e of at.get(ns)!) {
      if (seen.has(e.peer)) continue;
      seen.add(e.peer);
      first.set(e.peer, ns === from ? { n: e.n } : first.get(ns)!);
      queue.push(e.peer);
    }
  }
  const lines: string[] = [];
  for (const cable of list) {
    if (cable.ends.includes(from)) continue;
    const near = [...first.keys()].find((n) => cable.ends.includes(n))!;
    const { n } = first.get(near)!;
    const hop = [...at.values()].flat().find((e) => e.n === n && e.peer === from)!;
    const text = `10.0.${cable.n}.0/24 via 10.0.${n}.${hop.host}`;
    belief.routes.push({ ns: from, text });
    lines.push(`ip -n ${from} route add ${text}`);
    if (ipv6 === 'full') lines.push(`ip -n ${from} -6 route add fd00:${cable.n}::/64 via fd00:${n}::${hop.host + 1}`);
  }
  return lines;
}
