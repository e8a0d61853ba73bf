import type { Guidance } from './guidance.ts';
import type { Step } from './program.ts';
import type { Rng } from './random.ts';

/** How much of IPv6 a program has: switched off, link-local addresses only, or global addresses and routes too. */
export type Ipv6 = 'off' | 'link-local' | 'full';

/**
 * What the generator believes of the machine, to aim its commands. It need not be right: a command aimed at what is gone is one more
 * error path.
 */
export class Belief {
  /** Devices by namespace; `''` is the first one. */
  readonly devices = new Map<string, string[]>([['', ['lo']]]);
  /** Addresses with prefix length that were given somewhere. */
  readonly addresses: { ns: string; dev: string; cidr: string }[] = [];
  /** What followed `ip route add`. */
  readonly routes: { ns: string; text: string }[] = [];
  readonly neighbours: { ns: string; dev: string; ip: string }[] = [];
  readonly altnames: string[] = [];
  /** Numbers of the cables: 10.0.N.0/24 and fd00:N::/64. */
  readonly subnets: number[] = [];
  #macs = 0;
  #index = 30;

  /** An address of its own for every device, so that link-locals and neighbours are the same in every run. */
  mac(): string {
    const n = ++this.#macs;
    return `02:00:00:00:${hex(n >> 8)}:${hex(n & 255)}`;
  }

  /** An interface index that nobody has by chance. */
  index(): number {
    return this.#index++;
  }
}

const hex = (n: number): string => n.toString(16).padStart(2, '0');

/** What a production of the generator works with. */
export class Draw {
  readonly rng: Rng;
  readonly belief: Belief;
  readonly ipv6: Ipv6;
  readonly #guidance: Guidance;
  #tags: string[] = [];

  constructor(rng: Rng, belief: Belief, ipv6: Ipv6, guidance: Guidance) {
    this.rng = rng;
    this.belief = belief;
    this.ipv6 = ipv6;
    this.#guidance = guidance;
  }

  /** Chooses by weight and rarity, and remembers the choice for the next weights. */
  choose<K extends string>(point: string, options: readonly (readonly [K, number])[]): K {
    const at = this.rng.weighted(options.map(([name, w]) => w * this.#guidance.weight(`${point}=${name}`)));
    const name = options[at]![0];
    this.#tags.push(`${point}=${name}`);
    return name;
  }

  /** Something written or left out, by rarity. */
  maybe(point: string, p: number): boolean {
    return (
      this.choose(point, [
        ['yes', p],
        ['no', 1 - p],
      ]) === 'yes'
    );
  }

  /** The tags since the last call. */
  takeTags(): string[] {
    const tags = this.#tags;
    this.#tags = [];
    return tags;
  }

  ns(): string {
    const all = [...this.belief.devices.keys()];
    return this.rng.chance(0.93)
      ? this.rng.pick(all.filter((n) => n !== '' || all.length === 1 || this.rng.chance(0.4))) || ''
      : '';
  }

  /** A namespace as a word: of those there are, sometimes one there is not. */
  nsWord(): string {
    const named = [...this.belief.devices.keys()].filter((n) => n !== '');
    return named.length === 0 || this.rng.chance(0.04) ? 'nosuch' : this.rng.pick(named);
  }

  /** A device of the namespace, mostly a cable's end; sometimes one that is not there. */
  dev(ns: string): string {
    const devices = this.belief.devices.get(ns) ?? [];
    const cables = devices.filter((d) => d !== 'lo');
    if (this.rng.chance(0.03)) return this.rng.pick(['nodev', 'e9', ...this.belief.altnames]);
    return cables.length === 0 || this.rng.chance(0.07) ? 'lo' : this.rng.pick(cables);
  }

  freshDev(): string {
    const all = [...this.belief.devices.values()].flat();
    if (this.rng.chance(0.15) && all.length > 0) return this.rng.pick(all);
    return this.rng.pick(['v0', 'v1', 'v2', 'w0', 'w1', 'e0', 'e1', 'eth0', 'x-1', 'x.2']);
  }

  subnet(): number {
    return this.rng.chance(0.85) && this.belief.subnets.length > 0
      ? this.rng.pick(this.belief.subnets)
      : this.rng.below(9);
  }

  /** An IPv4 address without length. */
  ip4(): string {
    const known = this.belief.addresses.filter((a) => !a.cidr.includes(':'));
    if (known.length > 0 && this.rng.chance(0.55)) return this.rng.pick(known).cidr.split('/')[0]!;
    if (this.rng.chance(0.75)) return `10.0.${this.subnet()}.${this.rng.pick([1, 2, 3, 4, 77, 0, 255])}`;
    return this.rng.pick([
      '192.168.7.1',
      '127.0.0.1',
      '127.0.0.2',
      '169.254.1.1',
      '10.9.9.9',
      '224.0.0.1',
      '255.255.255.255',
      '0.0.0.0',
      '8.8.8.8',
      '172.16.0.1',
    ]);
  }

  ip6(): string {
    const known = this.belief.addresses.filter((a) => a.cidr.includes(':'));
    if (known.length > 0 && this.rng.chance(0.55)) return this.rng.pick(known).cidr.split('/')[0]!;
    if (this.rng.chance(0.8)) return `fd00:${this.subnet()}::${this.rng.pick(['1', '2', '3', '77', ''])}`;
    return this.rng.pick(['::1', 'fe80::1', 'ff02::1', '2001:db8::1', '::', '::ffff:10.0.0.1']);
  }

  /** 4 or 6, by how much of IPv6 the program has. */
  family(): 4 | 6 {
    return this.ipv6 === 'full' && this.rng.chance(0.3) ? 6 : 4;
  }

  ip(family: 4 | 6): string {
    return family === 4 ? this.ip4() : this.ip6();
  }

  /** `ip`, inside a namespace one way or another. */
  ipIn(ns: string, options = ''): string {
    const o = options === '' ? '' : ` ${options}`;
    if (ns === '') return `ip${o}`;
    return this.rng.chance(0.8) ? `ip -n ${ns}${o}` : `ip netns exec ${ns} ip${o}`;
  }

  /** A program inside a namespace. */
  exec(ns: string): string {
    return ns === '' ? '' : `ip netns exec ${ns} `;
  }
}

/** A production: one command, or null when there is nothing to aim it at. */
export type Production = (d: Draw) => string | null;

/** A group of productions of one command. */
export interface Grammar {
  readonly kind: string;
  readonly weight: number;
  readonly make: Production;
  readonly unordered?: boolean;
  readonly settle?: number;
  /** Only in programs without IPv6, whose background packets move counters. */
  readonly quietOnly?: boolean;
}

/** How long a state takes to come to rest, in seconds: link watch runs at once in the background. */
export const SETTLE = 0.01;
/** The same with IPv6, whose addresses become usable in a worker. */
export const SETTLE_IPV6 = 0.03;
/** A namespace is taken down by a worker, tens of milliseconds after its last user went. */
export const SETTLE_NETNS = 0.3;

export const step = (kind: string, text: string, tags: readonly string[], more: Partial<Step> = {}): Step => ({
  text,
  kind,
  tags,
  setup: false,
  unordered: false,
  settle: SETTLE,
  ...more,
});
