/**
 * A network daemon in the manner of systemd-networkd: brings a card up, gets it an address by DHCP and keeps that.
 *
 *   systemd-networkd IFNAME [METRIC]
 */
import { be32 } from '../../../lib/bytes.ts';
import { ipv4Bytes, ipv4Mask } from '../../../lib/address.ts';
import { utf8Encode } from '../../../lib/text.ts';
import {
  type LinkMessage,
  type NetlinkClient,
  NetlinkError,
  type NlMonitor,
  openMonitor,
  openNetlink,
} from '../../../netlink/index.ts';
import { SystemError } from '../../../syscall/index.ts';
import { AF_INET, POLLIN } from '../../../uapi/socket.ts';
import { IF_OPER_UP } from '../../../uapi/if.ts';
import { NLM_F_CREATE, NLM_F_REPLACE } from '../../../uapi/netlink.ts';
import { O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } from '../../../uapi/fcntl.ts';
import {
  RT_SCOPE_LINK,
  RT_SCOPE_UNIVERSE,
  RT_TABLE_MAIN,
  RTN_UNICAST,
  RTNLGRP_LINK,
  RTPROT_DHCP,
} from '../../../uapi/rtnetlink.ts';
import type { Process, Program } from '../../process/types.ts';
import { DhcpClient, type DhcpLink } from './dhcp-client.ts';
import { type Lease, resolvConf } from './lease.ts';

/** How often `waitOnline` looks. */
const POLL_NS = 10e6;
const DEFAULT_METRIC = 100;
const REPLACE = NLM_F_CREATE | NLM_F_REPLACE;

/** Gives the card what the lease says: address, way to the gateway, way to everywhere. */
async function configure(conn: NetlinkClient, ifindex: number, lease: Lease, metric: number): Promise<void> {
  const { address, prefixlen, router, lifetime } = lease;
  const local = ipv4Bytes(address);
  await conn.addr.create(
    {
      family: AF_INET,
      prefixlen,
      scope: RT_SCOPE_UNIVERSE,
      index: ifindex,
      attrs: {
        local,
        address: local,
        broadcast: ipv4Bytes((address | ~ipv4Mask(prefixlen)) >>> 0),
        cacheinfo: { prefered: lifetime, valid: lifetime, cstamp: 0, tstamp: 0 },
      },
    },
    REPLACE,
  );
  if (router === 0) return;
  const route = { family: AF_INET, table: RT_TABLE_MAIN, protocol: RTPROT_DHCP, type: RTN_UNICAST };
  const attrs = { oif: ifindex, prefsrc: local, priority: metric };
  const gateway = ipv4Bytes(router);
  await conn.route.create({ ...route, dstLen: 32, scope: RT_SCOPE_LINK, attrs: { ...attrs, dst: gateway } }, REPLACE);
  await conn.route.create({ ...route, scope: RT_SCOPE_UNIVERSE, attrs: { ...attrs, gateway } }, REPLACE);
}

/** Takes back what the lease gave; its routes go with the address. */
async function deconfigure(conn: NetlinkClient, index: number, { address, prefixlen }: Lease): Promise<void> {
  const local = ipv4Bytes(address);
  try {
    await conn.addr.remove({ family: AF_INET, prefixlen, index, attrs: { local } });
  } catch (e) {
    if (!(e instanceof NetlinkError)) throw e; // somebody else took it away
  }
}

async function writeResolvConf(proc: Process, lease: Lease): Promise<void> {
  const fd = await proc.open('/etc/resolv.conf', O_WRONLY | O_CREAT | O_TRUNC, 0o644);
  await proc.write(fd, utf8Encode(resolvConf(lease)));
  proc.close(fd);
}

async function randomWord(proc: Process): Promise<number> {
  const fd = await proc.open('/dev/urandom', O_RDONLY);
  const word = be32(await proc.read(fd, 4), 0);
  proc.close(fd);
  return word;
}

/** Longest that `waitOnline` waits: systemd's own is two minutes, for machines that have real cables. */
const ONLINE_LIMIT_NS = 30e9;

/** Ends when some card has an address for everywhere: status 0; or after a while, status 1. @see systemd-networkd-wait-online(8) */
export const waitOnline: Program = async (proc) => {
  const conn = openNetlink(proc.task);
  const end = proc.task.now() + ONLINE_LIMIT_NS;
  while (proc.task.now() < end) {
    const addresses = await conn.addr.dump({ family: AF_INET, attrs: {} });
    if (addresses.some((a) => a.scope === RT_SCOPE_UNIVERSE)) return 0;
    await proc.nanosleep(POLL_NS);
  }
  return 1;
};

/** The card that is looked after. It is followed by its number while that is there, and found by its name when it comes back. */
class Card {
  readonly #proc: Process;
  readonly #name: string;
  readonly #conn: NetlinkClient;
  readonly #monitor: NlMonitor;
  #ifindex = 0;

  constructor(proc: Process, conn: NetlinkClient, name: string) {
    this.#proc = proc;
    this.#conn = conn;
    this.#name = name;
    this.#monitor = openMonitor(proc.task, [RTNLGRP_LINK]);
  }

  /** As it is now; null when it is not in this namespace. A card that is seen for the first time is brought up. */
  async #look(): Promise<LinkMessage | null> {
    const get = async (ref: number | string): Promise<LinkMessage | null> => {
      try {
        return await this.#conn.link.get(ref);
      } catch (e) {
        if (!(e instanceof NetlinkError)) throw e;
        return null;
      }
    };
    const followed = this.#ifindex === 0 ? null : await get(this.#ifindex);
    if (followed !== null) return followed;
    this.#ifindex = 0;
    const found = await get(this.#name);
    if (found === null) return null;
    this.#ifindex = found.index;
    await this.#conn.link.set(found.index, { up: true });
    return get(found.index);
  }

  /** Whether the kernel told of a change of any card; what it told is forgotten. */
  #changed(): boolean {
    try {
      let changed = false;
      while (this.#monitor.take() !== undefined) changed = true;
      return changed;
    } catch (e) {
      // Some were lost: something changed.
      if (e instanceof SystemError) return true;
      throw e;
    }
  }

  /** Waits until it can be used. @returns as what */
  async online(): Promise<DhcpLink> {
    for (;;) {
      const link = await this.#look();
      if (link !== null && link.attrs.operstate === IF_OPER_UP) {
        return { ifindex: link.index, name: link.attrs.ifname!, address: link.attrs.address! };
      }
      await this.#proc.poll([{ on: this.#monitor.socket, events: POLLIN }], Infinity);
      this.#changed();
    }
  }

  /** Waits until world time `until`. @returns false at once when the card cannot be used any more */
  async stays(until: number): Promise<boolean> {
    for (;;) {
      if (this.#changed()) {
        const link = await this.#look();
        if (link === null || link.attrs.operstate !== IF_OPER_UP) return false;
      }
      const left = until - this.#proc.task.now();
      if (left <= 0) return true;
      await this.#proc.poll([{ on: this.#monitor.socket, events: POLLIN }], left);
    }
  }
}

/** A pause between two attempts of which the first met an error: it would meet it again at once. */
const PAUSE_NS = 1e9;

export const networkd: Program = async (proc) => {
  const [, name = 'eth0', metric = String(DEFAULT_METRIC)] = proc.argv;
  const conn = openNetlink(proc.task);
  await conn.link.set('lo', { up: true });
  const card = new Card(proc, conn, name);
  const client = async (): Promise<DhcpClient> =>
    new DhcpClient(proc, await card.online(), proc.hostname, await randomWord(proc));
  for (;;) {
    const { ifindex } = await card.online();
    let lease: Lease | null = null;
    try {
      lease = await (await client()).acquire();
      // For as long as the card is there, the server agrees, and nobody takes the address away.
      for (;;) {
        const leasedAt = proc.task.now();
        await configure(conn, ifindex, lease, Number(metric));
        await writeResolvConf(proc, lease);
        if (!(await card.stays(leasedAt + lease.renewal * 1e9))) break;
        const renewed: Lease | null = await (await client()).renew(lease, leasedAt);
        if (renewed === null) break;
        if (renewed.address !== lease.address) await deconfigure(conn, ifindex, lease);
        lease = renewed;
      }
    } catch (e) {
      // Somebody took the card or its address away in the middle.
      if (!(e instanceof SystemError || e instanceof NetlinkError)) throw e;
      await proc.nanosleep(PAUSE_NS);
    }
    if (lease !== null) await deconfigure(conn, ifindex, lease);
  }
};
