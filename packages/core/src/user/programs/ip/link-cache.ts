/** Names, numbers and flags of devices as this command has seen them. @see lib/ll_map.c */
import type { LinkMessage } from '../../../netlink/link.ts';
import type { Rtnl } from './rtnl.ts';

interface Known {
  readonly name: string;
  readonly flags: number;
  readonly type: number;
}

export class LinkCache {
  private readonly rt: Rtnl;
  private readonly byIndex = new Map<number, Known | null>();
  private readonly byName = new Map<string, number>();

  constructor(rt: Rtnl) {
    this.rt = rt;
  }

  /** Takes over what a message says. */
  learn(m: LinkMessage): void {
    const name = m.attrs.ifname;
    if (name === undefined) return;
    this.byIndex.set(m.index, { name, flags: m.flags, type: m.type });
    this.byName.set(name, m.index);
    for (const alt of m.attrs.propList ?? []) this.byName.set(alt, m.index);
  }

  /**
   * Takes over a notification. As in iproute2, a device keeps the name under which it was first seen.
   * @param gone the device exists no more
   */
  follow(m: LinkMessage, gone: boolean): void {
    const name = m.attrs.ifname;
    const known = this.byIndex.get(m.index) ?? null;
    if (gone) {
      this.byIndex.delete(m.index);
      if (name !== undefined) this.byName.delete(name);
    } else if (known === null) this.learn(m);
    else this.byIndex.set(m.index, { ...known, flags: m.flags });
  }

  /** Learns all devices of the namespace in one dump. */
  async init(): Promise<void> {
    for (const m of await this.rt.links()) this.learn(m);
  }

  private async known(index: number): Promise<Known | null> {
    const k = this.byIndex.get(index);
    if (k !== undefined) return k;
    const m = await this.rt.linkOrNull({ index });
    if (m === null) {
      this.byIndex.set(index, null);
      return null;
    }
    this.learn(m);
    return this.byIndex.get(index) ?? null;
  }

  /** The name, or `if5` for a device that is not here; `*` for 0. */
  async name(index: number): Promise<string> {
    if (index === 0) return '*';
    return (await this.known(index))?.name ?? `if${index}`;
  }
  /** IFF_*, or -1 for a device that is not here. */
  async flags(index: number): Promise<number> {
    return index === 0 ? 0 : ((await this.known(index))?.flags ?? -1);
  }
  /** ARPHRD_*, -1 when unknown. */
  async type(index: number): Promise<number> {
    return index === 0 ? -1 : ((await this.known(index))?.type ?? -1);
  }

  /** The number of a device by its name or an alternative one, 0 when there is none. `if5` is 5. */
  async index(name: string): Promise<number> {
    const known = this.byName.get(name);
    if (known !== undefined) return known;
    if (name !== '') {
      const m = await this.rt.linkOrNull({ name });
      if (m !== null) {
        this.learn(m);
        this.byName.set(name, m.index);
        return m.index;
      }
    }
    const word = /^if([0-9]+)/.exec(name);
    return word === null ? 0 : Number(word[1]);
  }
}
