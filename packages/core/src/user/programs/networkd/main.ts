/**
 * A network daemon in the manner of systemd-networkd: brings a card up, gets it an address by DHCP and keeps that.
 *
 *   systemd-networkd IFNAME [METRIC]
 */
import { be32 } from '../../../lib/bytes.ts';
import { ipv4Bytes, ipv4Mask } from '../../../lib/address.ts';
import { utf8Encode } from '../../../lib/text.ts';
import { type NetlinkClient, openNetlink } from '../../../netlink/index.ts';
import { NetlinkError } from '../../../netlink/error.ts';
import { AF_INET } from '../../../uapi/socket.ts';
import { IF_OPER_UP } from '../../../uapi/if.ts';
import { NLM_F_CREATE, NLM_F_REPLACE } from '../../../uapi/netlink.ts';
import { O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } from '../../../uapi/fcntl.ts';
import { RT_SCOPE_LINK, RT_SCOPE_UNIVERSE, RT_TABLE_MAIN, RTN_UNICAST, RTPROT_DHCP } from '../../../uapi/rtnetlink.ts';
import type { Process, Program } from '../../process/types.ts';
import { DhcpClient, type Lease, resolvConf } from './dhcp-client.ts';

const CARRIER_POLL_NS = 10e6;
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
    await proc.nanosleep(CARRIER_POLL_NS);
  }
  return 1;
};

export const networkd: Program = async (proc) => {
  const [, name = 'eth0', metric = String(DEFAULT_METRIC)] = proc.argv;
  const conn = openNetlink(proc.task);
  await conn.link.set('lo', { up: true });
  await conn.link.set(name, { up: true });
  let link = await conn.link.get(name);
  while (link.attrs.operstate !== IF_OPER_UP) {
    await proc.nanosleep(CARRIER_POLL_NS);
    link = await conn.link.get(name);
  }
  const card = { ifindex: link.index, name, address: link.attrs.address! };
  const client = new DhcpClient(proc, card, proc.hostname, await randomWord(proc));
  let lease: Lease | null = null;
  for (;;) {
    lease ??= await client.acquire();
    const leasedAt = proc.task.now();
    await configure(conn, link.index, lease, Number(metric));
    await writeResolvConf(proc, lease);
    await proc.nanosleep(lease.renewal * 1e9);
    const renewed = await client.renew(lease, leasedAt);
    if (renewed === null) await deconfigure(conn, link.index, lease);
    lease = renewed;
  }
};
