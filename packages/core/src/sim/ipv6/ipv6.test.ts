import { expect, test } from 'vitest';
import { formatIpv6, parseIpv6 } from '../../lib/address.ts';
import {
  type AddrMessage,
  NetlinkError,
  openNetlink,
  type NetlinkClient,
  type RouteMessage,
} from '../../netlink/index.ts';
import { type SockAddrIn6, type Socket, SystemError } from '../../syscall/index.ts';
import { NUD_REACHABLE } from '../../uapi/neighbour.ts';
import { IFA_F_DADFAILED, IFA_F_NODAD, IFA_F_PERMANENT, IFA_F_TENTATIVE } from '../../uapi/if-addr.ts';
import { DEVCONF_FORWARDING } from '../../uapi/if-link.ts';
import { IPPROTO_ICMPV6 } from '../../uapi/in.ts';
import { RT_TABLE_LOCAL, RT_TABLE_MAIN, RTNH_F_LINKDOWN } from '../../uapi/rtnetlink.ts';
import { AF_INET6, IPV6_RECVERR, MSG_ERRQUEUE, SOCK_DGRAM, SOCK_RAW, SOL_IPV6 } from '../../uapi/socket.ts';
import { NO_COST } from '../core/cost.ts';
import type { Host } from '../core/scheduler.ts';
import type { SimTask } from '../core/task.ts';
import { createSimKernel, type SimKernel } from '../index.ts';
import { addrconfSysctl } from './addrconf.ts';

const host: Host = {
  turn: () => new Promise((r) => setImmediate(r)),
  monotonic: () => performance.now() * 1e6,
  after: (ms, fn) => {
    const t = setTimeout(fn, ms);
    return () => clearTimeout(t);
  },
};

const LL_A = 'fe80::ff:fe00:a';
const LL_B = 'fe80::ff:fe00:b';
const mac = (last: number): Uint8Array => Uint8Array.of(2, 0, 0, 0, 0, last);

interface Node {
  readonly task: SimTask;
  readonly c: NetlinkClient;
}

async function newKernel(): Promise<{ kernel: SimKernel; root: SimTask; node: () => Node }> {
  const kernel = createSimKernel({ host, cost: NO_COST });
  const root = kernel.fork(null);
  await root.yield_();
  const node = (): Node => {
    const task = kernel.fork(root);
    task.unshareNet();
    return { task, c: openNetlink(task) };
  };
  return { kernel, root, node };
}

/** A cable: `an` at `x`, `bn` at `y`. */
async function cable(
  root: SimTask,
  x: Node,
  an: string,
  amac: number,
  y: Node,
  bn: string,
  bmac: number,
): Promise<void> {
  const c = openNetlink(root);
  await c.link.add({
    ifname: an,
    kind: 'veth',
    address: mac(amac),
    netNsPid: x.task.pid,
    peer: { ifname: bn, address: mac(bmac), netNsPid: y.task.pid },
  });
  c.close();
}

/** Time passes only while every task waits. */
const sleep = async (task: SimTask, s: number): Promise<void> => {
  const end = task.now() + s * 1e9;
  await Promise.all(
    [...task.kernel.tasks.values()].map(async (t) => {
      while (t.now() < end) await t.block(end);
    }),
  );
};

const flagNames = (m: AddrMessage): string => {
  const f = m.attrs.flags!;
  return `${(f & IFA_F_TENTATIVE) !== 0 ? ' tentative' : ''}${(f & IFA_F_DADFAILED) !== 0 ? ' dadfailed' : ''}${(f & IFA_F_PERMANENT) === 0 ? ' dynamic' : ''}`;
};
async function addrs(n: Node, index?: number): Promise<string[]> {
  const all = await n.c.addr.dump({ family: AF_INET6 });
  return all
    .filter((m) => index === undefined || m.index === index)
    .map((m) => `${formatIpv6(m.attrs.local ?? m.attrs.address!)}/${m.prefixlen}${flagNames(m)}`);
}

const routeText = (m: RouteMessage): string => {
  const { dst, gateway, oif, priority, table } = m.attrs;
  const what = dst === undefined ? 'default' : `${formatIpv6(dst)}/${m.dstLen}`;
  const via = gateway === undefined ? '' : ` via ${formatIpv6(gateway)}`;
  const multi = (m.attrs.multipath ?? []).map((h) => ` nexthop ${formatIpv6(h.attrs.gateway!)}*${h.hops + 1}`).join('');
  return `${m.type} ${what}${via}${oif === undefined ? '' : ` dev ${oif}`} table ${table} metric ${priority}${(m.flags & RTNH_F_LINKDOWN) !== 0 ? ' linkdown' : ''}${multi}`;
};
const routes = async (n: Node): Promise<string[]> => (await n.c.route.dump({ family: AF_INET6 })).map(routeText);

const addAddr = (n: Node, text: string, index: number, flags = 0): Promise<unknown> => {
  const [a, plen] = text.split('/');
  const address = parseIpv6(a!)!;
  return n.c.addr.create({
    family: AF_INET6,
    prefixlen: Number(plen),
    index,
    attrs: { address, local: address, flags },
  });
};

const to = (text: string, scopeId = 0): SockAddrIn6 => ({
  family: AF_INET6,
  address: parseIpv6(text)!,
  port: 0,
  scopeId,
  flowinfo: 0,
});

async function fails(work: () => unknown): Promise<string> {
  try {
    await work();
    return 'ok';
  } catch (e) {
    if (e instanceof SystemError) return e.code;
    if (!(e instanceof NetlinkError)) throw e;
    return e.extack?.msg === undefined ? e.code : `${e.code} ${e.extack.msg}`;
  }
}

const echo = (seq: number): Uint8Array => Uint8Array.of(128, 0, 0, 0, 0, 7, 0, seq, 1, 2, 3, 4);

/** Everything but messages of neighbour discovery and MLD. */
function recvEcho(s: Socket): string | null {
  for (let i = 0; i < 20; i++) {
    let r;
    try {
      r = s.recvmsg();
    } catch (e) {
      if (e instanceof SystemError && e.code === 'EAGAIN') return null;
      throw e;
    }
    if (r.data[0] === 129)
      return `${formatIpv6((r.from as SockAddrIn6).address)}%${(r.from as SockAddrIn6).scopeId} seq=${r.data[7]}`;
  }
  return null;
}

async function pair(): Promise<{ kernel: SimKernel; a: Node; b: Node }> {
  const { kernel, root, node } = await newKernel();
  const a = node();
  const b = node();
  await cable(root, a, 'v0', 10, b, 'v0', 11);
  await a.c.link.set('v0', { up: true });
  await b.c.link.set('v0', { up: true });
  return { kernel, a, b };
}

test('a link-local address comes by itself: tentative, then usable, with its routes', async () => {
  const { a } = await pair();
  expect(await addrs(a)).toEqual([`${LL_A}/64 tentative`]);
  expect(await routes(a)).toEqual(['1 fe80::/64 dev 2 table 254 metric 256', '5 ff00::/8 dev 2 table 255 metric 256']);
  await sleep(a.task, 4);
  expect(await addrs(a)).toEqual([`${LL_A}/64`]);
  expect(await routes(a)).toEqual([
    '1 fe80::/64 dev 2 table 254 metric 256',
    `2 ${LL_A}/128 dev 2 table 255 metric 0`,
    '5 ff00::/8 dev 2 table 255 metric 256',
  ]);
  await a.c.link.set('lo', { up: true });
  expect(await addrs(a, 1)).toEqual(['::1/128']);
});

test('echo over link-local addresses, by raw socket and by multicast', async () => {
  const { a, b } = await pair();
  await sleep(a.task, 4);
  const s = a.task.socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
  s.sendmsg(echo(1), { to: to(LL_B, 2) });
  await sleep(a.task, 0.1);
  expect(recvEcho(s)).toBe(`${LL_B}%2 seq=1`);
  const neigh = await a.c.neigh.dump({ family: AF_INET6 });
  expect(neigh.filter((m) => m.type === 1).map((m) => [formatIpv6(m.attrs.dst!), m.state])).toEqual([
    [LL_B, NUD_REACHABLE],
  ]);
  s.sendmsg(echo(2), { to: to('ff02::1', 2) });
  await sleep(a.task, 0.1);
  expect(recvEcho(s)).toBe(`${LL_B}%2 seq=2`);
  void b;
});

test('nobody answers: address unreachable after three seconds', async () => {
  const { a } = await pair();
  await a.c.link.set('lo', { up: true });
  await sleep(a.task, 4);
  await addAddr(a, '2001:db8::1/64', 2, IFA_F_NODAD);
  const s = a.task.socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
  s.setsockopt(SOL_IPV6, IPV6_RECVERR, 1);
  const start = a.task.now();
  s.sendmsg(echo(1), { to: to('2001:db8::99') });
  let told = 0;
  s.addWaiter(() => (told ||= a.task.now()));
  await sleep(a.task, 5);
  expect(Math.floor((told - start) / 1e9)).toBe(3);
  const e = s.recvmsg({ flags: MSG_ERRQUEUE });
  const ee = e.control.find((m) => m.type === IPV6_RECVERR)!.data;
  expect([ee[0], ee[4], ee[5], ee[6], formatIpv6(ee, 24)]).toEqual([113, 3, 1, 3, '2001:db8::1']);
  expect(await fails(() => s.sendmsg(echo(1), { to: to('2001:db9::1') }))).toBe('ENETUNREACH');
});

test('an address twice on a link: detection fails', async () => {
  const { a, b } = await pair();
  await addAddr(a, '2001:db8::1/64', 2, IFA_F_NODAD);
  await addAddr(b, '2001:db8::1/64', 2);
  expect(await fails(() => addAddr(b, '2001:db8::1/64', 2))).toBe('EEXIST ipv6: address already assigned');
  await sleep(a.task, 4);
  expect(await addrs(b)).toEqual(['2001:db8::1/64 tentative dadfailed', `${LL_B}/64`]);
});

test('what is refused, in the words of the kernel', async () => {
  const { a } = await pair();
  expect(await fails(() => addAddr(a, '::/64', 2))).toBe('EADDRNOTAVAIL ipv6: Invalid address');
  expect(await fails(() => addAddr(a, '::1/128', 2))).toBe(
    'EADDRNOTAVAIL ipv6: Cannot assign loopback address on this device',
  );
  expect(await fails(() => addAddr(a, 'ff02::5/64', 2))).toBe(
    'EADDRNOTAVAIL ipv6: Cannot assign multicast address without "IFA_F_MCAUTOJOIN" flag',
  );
  const address = parseIpv6('2001:db8::7')!;
  expect(await fails(() => a.c.addr.remove({ family: AF_INET6, prefixlen: 64, index: 2, attrs: { address } }))).toBe(
    'EADDRNOTAVAIL ipv6: address not found',
  );
  const route = (gateway: string, oif?: number): Promise<string> =>
    fails(() =>
      a.c.route.create({
        family: AF_INET6,
        table: RT_TABLE_MAIN,
        type: 1,
        protocol: 3,
        attrs: { gateway: parseIpv6(gateway)!, oif },
      }),
    );
  expect(await route('fe80::1')).toBe('EINVAL Egress device not specified');
  expect(await route('2001:db9::2')).toBe('EHOSTUNREACH');
  expect(await route('::', 2)).toBe('EINVAL Invalid gateway address');
  expect(await route('fe80::1', 2)).toBe('ok');
  expect(await route('fe80::1', 2)).toBe('EEXIST');
});

test('down takes addresses and routes; the other end keeps them, linkdown', async () => {
  const { a, b } = await pair();
  await addAddr(a, '2001:db8::1/64', 2, IFA_F_NODAD);
  await sleep(a.task, 4);
  await b.c.link.set('v0', { up: false });
  await sleep(a.task, 0.1);
  expect(await addrs(b)).toEqual([]);
  expect(await routes(b)).toEqual([]);
  expect(await routes(a)).toEqual([
    '1 2001:db8::/64 dev 2 table 254 metric 256 linkdown',
    '1 fe80::/64 dev 2 table 254 metric 256 linkdown',
    '2 2001:db8::1/128 dev 2 table 255 metric 0',
    `2 ${LL_A}/128 dev 2 table 255 metric 0`,
    '5 ff00::/8 dev 2 table 255 metric 256 linkdown',
  ]);
});

test('routes of several ways, lifetimes, and route get', async () => {
  const { a } = await pair();
  await addAddr(a, '2001:db8::1/64', 2, IFA_F_NODAD);
  await sleep(a.task, 4);
  const dst = parseIpv6('2001:db8:1::')!;
  const hop = (
    g: string,
    hops: number,
  ): { flags: number; hops: number; ifindex: number; attrs: { gateway: Uint8Array } } => ({
    flags: 0,
    hops,
    ifindex: 0,
    attrs: { gateway: parseIpv6(g)! },
  });
  await a.c.route.create({
    family: AF_INET6,
    dstLen: 48,
    table: RT_TABLE_MAIN,
    type: 1,
    protocol: 3,
    attrs: { dst, multipath: [hop('2001:db8::2', 1), hop('2001:db8::3', 0)] },
  });
  expect((await routes(a))[1]).toBe(
    '1 2001:db8:1::/48 table 254 metric 1024 nexthop 2001:db8::2*2 nexthop 2001:db8::3*1',
  );
  const got = await a.c.route.query({ family: AF_INET6, dstLen: 128, attrs: { dst: parseIpv6('2001:db8::9')! } });
  expect([formatIpv6(got.attrs.prefsrc!), got.attrs.oif, got.attrs.priority]).toEqual(['2001:db8::1', 2, 256]);
  const own = await a.c.route.query({ family: AF_INET6, dstLen: 128, attrs: { dst: parseIpv6('2001:db8::1')! } });
  expect([own.type, own.attrs.oif, own.attrs.table]).toEqual([2, 1, RT_TABLE_LOCAL]);
  const address = parseIpv6('2001:db8:3::7')!;
  await a.c.addr.create({
    family: AF_INET6,
    prefixlen: 64,
    index: 2,
    attrs: { address, local: address, cacheinfo: { prefered: 50, valid: 100, cstamp: 0, tstamp: 0 } },
  });
  await sleep(a.task, 101);
  expect(await addrs(a)).toEqual(['2001:db8::1/64', `${LL_A}/64`]);
});

test('a router forwards, counts hops down, and says when a packet is too big', async () => {
  const { kernel, root, node } = await newKernel();
  const a = node();
  const r = node();
  const b = node();
  await cable(root, a, 'v0', 10, r, 'r0', 1);
  await cable(root, r, 'r1', 2, b, 'v0', 11);
  for (const n of [a, b]) {
    await n.c.link.set('lo', { up: true });
    await n.c.link.set('v0', { up: true });
  }
  await r.c.link.set('r1', { mtu: 1400 });
  await b.c.link.set('v0', { mtu: 1400 });
  const index = new Map((await r.c.link.dump()).map((l) => [l.attrs.ifname, l.index]));
  for (const name of ['r0', 'r1']) await r.c.link.set(name, { up: true });
  addrconfSysctl(r.task.net, 'all', DEVCONF_FORWARDING, 1);
  const av = (await a.c.link.get('v0')).index;
  const bv = (await b.c.link.get('v0')).index;
  await addAddr(a, '2001:db8:a::1/64', av, IFA_F_NODAD);
  await addAddr(r, '2001:db8:a::2/64', index.get('r0')!, IFA_F_NODAD);
  await addAddr(r, '2001:db8:b::2/64', index.get('r1')!, IFA_F_NODAD);
  await addAddr(b, '2001:db8:b::1/64', bv, IFA_F_NODAD);
  for (const [n, g] of [
    [a, '2001:db8:a::2'],
    [b, '2001:db8:b::2'],
  ] as const) {
    await n.c.route.create({
      family: AF_INET6,
      table: RT_TABLE_MAIN,
      type: 1,
      protocol: 3,
      attrs: { gateway: parseIpv6(g)! },
    });
  }
  await sleep(a.task, 4);
  const s = a.task.socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
  s.setsockopt(SOL_IPV6, IPV6_RECVERR, 1);
  s.sendmsg(echo(1), { to: to('2001:db8:b::1') });
  await sleep(a.task, 0.1);
  expect(recvEcho(s)).toBe('2001:db8:b::1%0 seq=1');
  s.setsockopt(SOL_IPV6, 16, 1);
  s.sendmsg(echo(2), { to: to('2001:db8:b::1') });
  await sleep(a.task, 0.1);
  const ee = s.recvmsg({ flags: MSG_ERRQUEUE }).control.find((m) => m.type === IPV6_RECVERR)!.data;
  expect([ee[5], ee[6], formatIpv6(ee, 24)]).toEqual([3, 0, '2001:db8:a::2']);
  s.setsockopt(SOL_IPV6, 16, 64);
  s.setsockopt(SOL_IPV6, IPV6_RECVERR, 0);
  const big = new Uint8Array(1440);
  big.set(echo(3));
  s.sendmsg(big, { to: to('2001:db8:b::1') });
  await sleep(a.task, 0.1);
  expect(recvEcho(s)).toBe(null);
  s.sendmsg(big, { to: to('2001:db8:b::1') });
  await sleep(a.task, 0.1);
  expect(recvEcho(s)).toBe('2001:db8:b::1%0 seq=3');
  const huge = new Uint8Array(4000);
  huge.set(echo(4));
  s.sendmsg(huge, { to: to('2001:db8:b::1') });
  await sleep(a.task, 0.1);
  expect(recvEcho(s)).toBe('2001:db8:b::1%0 seq=4');
  expect(kernel.backlog.length).toBe(0);
});

test('UDP between namespaces, and a closed port', async () => {
  const { a, b } = await pair();
  for (const n of [a, b]) await n.c.link.set('lo', { up: true });
  await sleep(a.task, 4);
  const server = b.task.socket(AF_INET6, SOCK_DGRAM, 0);
  server.bind({ ...to('::'), port: 53 });
  const client = a.task.socket(AF_INET6, SOCK_DGRAM, 0);
  expect(await fails(() => client.connect({ ...to(LL_B), port: 53 }))).toBe('EINVAL');
  client.connect({ ...to(LL_B, 2), port: 53 });
  expect(formatIpv6((client.getsockname() as SockAddrIn6).address)).toBe(LL_A);
  client.sendmsg(Uint8Array.of(1, 2, 3));
  await sleep(a.task, 0.1);
  const got = server.recvmsg();
  expect([...got.data]).toEqual([1, 2, 3]);
  server.sendmsg(Uint8Array.of(9), { to: got.from! });
  await sleep(a.task, 0.1);
  expect([...client.recvmsg().data]).toEqual([9]);
  server.close();
  client.sendmsg(Uint8Array.of(1));
  await sleep(a.task, 0.1);
  expect(await fails(() => client.recvmsg())).toBe('ECONNREFUSED');
});
