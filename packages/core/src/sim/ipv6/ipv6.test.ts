import { expect, test } from 'vitest';
import { formatIpv6, parseIpv6 } from '../../lib/address.ts';
import { openNetlink, type NetlinkClient } from '../../netlink/index.ts';
import { NetlinkError } from '../../netlink/error.ts';
import type { AddrMessage } from '../../netlink/addr.ts';
import type { RouteMessage } from '../../netlink/route.ts';
import { SystemError, type SockAddrIn6, type Socket } from '../../syscall/index.ts';
import { IFA_F_DADFAILED, IFA_F_TENTATIVE } from '../../uapi/if-addr.ts';
import { NLM_F_CREATE, NLM_F_EXCL } from '../../uapi/netlink.ts';
import { RTM_NEWADDR, RTM_NEWROUTE } from '../../uapi/rtnetlink.ts';
import { AF_INET6, IPV6_RECVERR, MSG_ERRQUEUE, SOCK_DGRAM, SOCK_RAW, SOL_IPV6 } from '../../uapi/socket.ts';
import { IFF_UP } from '../../uapi/if.ts';
import { NO_COST } from '../core/cost.ts';
import type { Host } from '../core/scheduler.ts';
import type { SimTask } from '../core/task.ts';
import { createSimKernel, type SimKernel } from '../index.ts';
import { routeFamily } from '../../netlink/route.ts';
import { addrFamily } from '../../netlink/addr.ts';

const host: Host = {
  turn: () => new Promise((r) => setImmediate(r)),
  monotonic: () => performance.now() * 1e6,
  after: (ms, fn) => {
    const t = setTimeout(fn, ms);
    return () => clearTimeout(t);
  },
};

const MACS = [Uint8Array.of(2, 0, 0, 0, 0, 10), Uint8Array.of(2, 0, 0, 0, 0, 11)];
const LL_A = 'fe80::ff:fe00:a';
const LL_B = 'fe80::ff:fe00:b';

interface World {
  kernel: SimKernel;
  a: SimTask;
  b: SimTask;
  ca: NetlinkClient;
  cb: NetlinkClient;
}

/** Two namespaces, a cable, both ends up. */
async function world(): Promise<World> {
  const kernel = createSimKernel({ host, cost: NO_COST });
  const a = kernel.fork(null);
  await a.yield_();
  const b = kernel.fork(a);
  b.unshareNet();
  const ca = openNetlink(a);
  const cb = openNetlink(b);
  await ca.link.add({ ifname: 'v0', kind: 'veth', address: MACS[0], peer: { ifname: 'v0', address: MACS[1], netNsPid: b.pid } } as never);
  return { kernel, a, b, ca, cb };
}

async function up(c: NetlinkClient, ifname: string): Promise<void> {
  await c.link.set({ ifname, flags: IFF_UP, change: IFF_UP } as never);
}
