import { BlockList, isIPv6 } from 'node:net';
import { type Json, type Row, stateRows } from './state.ts';

/** A route with several ways: which of them a flow takes is a hash with a key that a kernel draws when it starts. */
interface Route {
  readonly dst: BlockList;
  /** `GATEWAY DEV` of each. */
  readonly ways: readonly string[];
}

const word = (v: Json | undefined): string => (typeof v === 'string' ? v : '');

const wayOf = (r: Row): string => {
  const via = r.via as { readonly host?: Json } | undefined;
  return `${word(r.gateway ?? via?.host)} ${word(r.dev)}`;
};

function prefixOf(dst: string, six: boolean): BlockList {
  const list = new BlockList();
  const [address, length] = (dst === 'default' ? (six ? '::/0' : '0.0.0.0/0') : dst).split('/') as [string, string?];
  const type = isIPv6(address) ? 'ipv6' : 'ipv4';
  list.addSubnet(address, Number(length ?? (type === 'ipv6' ? 128 : 32)), type);
  return list;
}

const holds = (list: BlockList, address: string): boolean => list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');

/** The routes with several ways there are, by namespace, and the addresses: what chance decides is known by them. */
export class Multipath {
  readonly #routes: ReadonlyMap<string, readonly Route[]>;
  readonly #addresses: ReadonlyMap<string, readonly string[]>;

  /** @param state what `state` printed on the real kernel */
  constructor(state: string) {
    const rows = stateRows(state, 'route');
    this.#routes = new Map(
      rows.map(([ns, all]) => [
        ns,
        all.flatMap((r) => {
          if (!Array.isArray(r.nexthops)) return [];
          const ways = (r.nexthops as unknown as readonly Row[]).map(wayOf);
          const six = ways.some((w) => w.includes(':')) || 'pref' in r;
          return [{ dst: prefixOf(word(r.dst), six), ways }];
        }),
      ]),
    );
    this.#addresses = new Map(
      stateRows(state, 'addr').map(([ns, all]) => [
        ns,
        all.flatMap((r) => ((r.addr_info ?? []) as unknown as readonly Row[]).map((a) => word(a.local))),
      ]),
    );
  }

  get none(): boolean {
    return [...this.#routes.values()].every((r) => r.length === 0);
  }

  /**
   * An answer of `ip -j route get` without what chance decides: a way of a route that has several is named as one of them. Anything
   * else, and a way that none of them is, stays.
   */
  fold(ns: string, address: string, answer: string): string {
    const routes = this.#routes.get(ns) ?? [];
    if (routes.length === 0) return answer;
    let rows: readonly Row[];
    try {
      rows = JSON.parse(answer) as readonly Row[];
    } catch {
      return answer;
    }
    const [row] = rows;
    const route = row && routes.find((r) => holds(r.dst, address) && r.ways.includes(wayOf(row)));
    if (row === undefined || route === undefined) return answer;
    const { gateway: _gateway, via: _via, dev: _dev, prefsrc: _prefsrc, flags: _flags, ...rest } = row;
    return `${JSON.stringify([{ ...rest, way: route.ways.join(', ') }])}\n`;
  }

  /** Whether a ping from a namespace may go, or its answer come back, by a way that chance chooses. */
  decides(ns: string, target: string): boolean {
    const ends = [target, ...(this.#addresses.get(ns) ?? [])].filter((a) => a !== '');
    return [...this.#routes.values()].some((routes) => routes.some((r) => ends.some((a) => holds(r.dst, a))));
  }
}
