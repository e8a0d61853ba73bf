import { expect, test } from 'vitest';
import { formatIpv4, ipv4Bytes, parseIpv4 } from '../../lib/address.ts';
import { be32, le32 } from '../../lib/bytes.ts';
import { NetlinkError } from '../../netlink/error.ts';
import { openNetlink, type NetlinkClient } from '../../netlink/index.ts';

import {
  AF_INET,
  IP_RECVERR,
  IP_RECVTTL,
  IP_TTL,
  MSG_ERRQUEUE,
  SOCK_DGRAM,
  SOCK_RAW,
  SOL_IP,
} from '../../uapi/socket.ts';

import { NO_COST } from '../core/cost.ts';
import type { SimKernel } from '../core/kernel.ts';
import type { Host } from '../core/scheduler.ts';
import type { SimTask } from '../core/task.ts';
import type { Socket } from '../../syscall/index.ts';
import { createSimKernel } from '../index.ts';
import { inetForwardChange } from './devinet.ts';
import { netIpv4 } from './netns.ts';

const host: Host = {
  turn: () => new Promise((r) => setImmediate(r)),
  monotonic: () => performance.now() * 1e6,
  after: (ms, fn) => {
    const t = setTimeout(fn, ms);
    return () => clearTimeout(t);
  },
};
const ip = (s: string): number => parseIpv4(s)!;
const b4 = (s: string): Uint8Array => ipv4Bytes(ip(s));

interface Ns {
  task: SimTask;
  c: NetlinkClient;
}

async function world(n: number): Promise<{ kernel: SimKernel; ns: Ns[]; task: SimTask }> {
  const kernel = createSimKernel({ host, cost: NO_COST });
  const task = kernel.fork(null);
  await task.yield_();
  const ns: Ns[] = [];
  for (let i = 0; i < n; i++) {
    const t = kernel.fork(task);
    t.unshareNet();
    netIpv4(t.net).sysctlOwn().ping_group_range = [0, 2147483647];
    ns.push({ task: t, c: openNetlink(t) });
  }
  return { kernel, ns, task };
}

async function cable(a: Ns, an: string, b: Ns, bn: string): Promise<void> {
  const fd = b.task.openNetns();
  await a.c.link.add({ ifname: an, kind: 'veth', peer: { ifname: bn, netNsFd: fd.fd } } as never);
}

async function addr(n: Ns, dev: string, cidr: string): Promise<void> {
  const [a, len] = cidr.split('/') as [string, string];
  const index = n.task.net.names.get(dev)!.ifindex;
  await n.c.addr.create({ family: AF_INET, prefixlen: Number(len), index, attrs: { local: b4(a), address: b4(a) } });
}

const up = (n: Ns, dev: string): Promise<unknown> => n.c.link.set(dev, { up: true } as never);

async function route(n: Ns, dst: string, len: number, via: string): Promise<void> {
  await n.c.route.create({
    family: AF_INET,
    dstLen: len,
    table: 254,
    protocol: 3,
    scope: 0,
    type: 1,
    attrs: { ...(len > 0 ? { dst: b4(dst) } : {}), gateway: b4(via) },
  });
}

function echo(seq: number): Uint8Array {
  const p = new Uint8Array(64);
  p[0] = 8;
  p[7] = seq;
  return p;
}

async function wait(t: SimTask, s: Socket, ns: number): Promise<boolean> {
  const wake = (): void => t.wake();
  s.addWaiter(wake);
  const end = t.now() + ns;
  while ((s.poll() & 0x9) === 0 && t.now() < end) await t.block(end);
  s.removeWaiter(wake);
  return (s.poll() & 0x9) !== 0;
}

async function pair(): Promise<{ kernel: SimKernel; ns: Ns[]; task: SimTask }> {
  const w = await world(2);
  const [a, b] = w.ns as [Ns, Ns];
  await cable(a, 'v0', b, 'v1');
  await addr(a, 'v0', '10.0.0.1/24');
  await addr(b, 'v1', '10.0.0.2/24');
  await up(a, 'v0');
  await up(b, 'v1');
  return w;
}

async function routes(n: Ns): Promise<string[]> {
  const all = await n.c.route.dump({ family: AF_INET });
  return all.map((r) => {
    const dst = r.attrs.dst === undefined ? 'default' : `${formatIpv4(be32(r.attrs.dst, 0))}/${r.dstLen}`;
    return `${r.type} ${dst} table ${r.attrs.table} scope ${r.scope} src ${r.attrs.prefsrc === undefined ? '-' : formatIpv4(be32(r.attrs.prefsrc, 0))}`;
  });
}

test('ping over a veth between two namespaces', async () => {
  const { ns, task } = await pair();
  const [a] = ns as [Ns, Ns];
  const s = a.task.socket(AF_INET, SOCK_DGRAM, 1);
  s.setsockopt(SOL_IP, IP_RECVTTL, 1);
  expect(s.sendmsg(echo(1), { to: { family: AF_INET, address: ip('10.0.0.2'), port: 0 } })).toBe(64);
  expect(await wait(task, s, 1e9)).toBe(true);
  const r = s.recvmsg();
  expect(r.length).toBe(64);
  expect(r.data[0]).toBe(0);
  expect(r.from).toMatchObject({ address: ip('10.0.0.2') });
  expect(le32(r.control.find((c) => c.type === IP_TTL)!.data, 0)).toBe(64);
  const neigh = await a.c.neigh.dump({ family: AF_INET });
  expect(neigh.map((n) => [formatIpv4(be32(n.attrs.dst!, 0)), n.state])).toEqual([['10.0.0.2', 2]]);
});

test('routes of an address, in the order of a dump', async () => {
  const { ns } = await pair();
  expect(await routes(ns[0]!)).toEqual([
    '1 10.0.0.0/24 table 254 scope 253 src 10.0.0.1',
    '2 10.0.0.1/32 table 255 scope 254 src 10.0.0.1',
    '3 10.0.0.255/32 table 255 scope 253 src 10.0.0.1',
  ]);
  await ns[0]!.c.link.set('v0', { up: false } as never);
  expect(await routes(ns[0]!)).toEqual(['2 10.0.0.1/32 table 255 scope 254 src 10.0.0.1']);
});

test('nobody answers: host unreachable after three seconds, by the error queue', async () => {
  const { ns, task } = await pair();
  const [a] = ns as [Ns, Ns];
  const s = a.task.socket(AF_INET, SOCK_DGRAM, 1);
  s.setsockopt(SOL_IP, IP_RECVERR, 1);
  await up(a, 'lo');
  const t0 = a.task.now();
  s.sendmsg(echo(1), { to: { family: AF_INET, address: ip('10.0.0.9'), port: 0 } });
  expect(await wait(task, s, 10e9)).toBe(true);
  expect(Math.round((a.task.now() - t0) / 1e9)).toBe(3);
  expect(() => s.recvmsg()).toThrow(/No route to host/);
  const e = s.recvmsg({ flags: MSG_ERRQUEUE });
  const ee = e.control.find((c) => c.type === IP_RECVERR)!.data;
  expect([le32(ee, 0), ee[4], ee[5], ee[6], formatIpv4(be32(ee, 20))]).toEqual([113, 2, 3, 1, '10.0.0.1']);
});

test('forwarding, ttl, and what a router says', async () => {
  const { ns, kernel, task } = await world(3);
  const [a, r, b] = ns as [Ns, Ns, Ns];
  await cable(a, 'a0', r, 'r0');
  await cable(r, 'r1', b, 'b0');
  await addr(a, 'a0', '10.1.0.1/24');
  await addr(r, 'r0', '10.1.0.254/24');
  await addr(r, 'r1', '10.2.0.254/24');
  await addr(b, 'b0', '10.2.0.1/24');
  for (const [n, d] of [
    [a, 'a0'],
    [r, 'r0'],
    [r, 'r1'],
    [b, 'b0'],
  ] as [Ns, string][])
    await up(n, d);
  await route(a, '0.0.0.0', 0, '10.1.0.254');
  await route(b, '0.0.0.0', 0, '10.2.0.254');
  const s = a.task.socket(AF_INET, SOCK_RAW, 1);
  const to = { family: AF_INET, address: ip('10.2.0.1'), port: 0 } as const;
  const send = async (ttl: number): Promise<number[] | null> => {
    const p = echo(ttl);
    let sum = 0;
    for (let i = 0; i < p.length; i += 2) sum += (p[i]! << 8) | p[i + 1]!;
    sum = ~((sum & 0xffff) + (sum >>> 16)) & 0xffff;
    p[2] = sum >>> 8;
    p[3] = sum;
    s.setsockopt(SOL_IP, IP_TTL, ttl);
    s.sendmsg(p, { to });
    if (!(await wait(task, s, 1e9))) return null;
    const { data } = s.recvmsg();
    return [data[20]!, data[21]!, data[8]!, be32(data, 12)];
  };
  expect(await send(64)).toBe(null);
  inetForwardChange(r.task.net, 1);
  expect(await send(64)).toEqual([0, 0, 63, ip('10.2.0.1')]);
  expect(await send(1)).toEqual([11, 0, 64, ip('10.1.0.254')]);
  expect(kernel.drops.count.size).toBeGreaterThan(0);
});

test('large packets are cut and put together again', async () => {
  const { ns, task } = await pair();
  const [a] = ns as [Ns, Ns];
  const s = a.task.socket(AF_INET, SOCK_DGRAM, 1);
  const big = new Uint8Array(4008);
  big[0] = 8;
  big.fill(7, 8);
  s.sendmsg(big, { to: { family: AF_INET, address: ip('10.0.0.2'), port: 0 } });
  expect(await wait(task, s, 1e9)).toBe(true);
  const r = s.recvmsg();
  expect([r.length, r.data[0], r.data[4007]]).toEqual([4008, 0, 7]);
});

test('udp: data, a closed port, ephemeral ports', async () => {
  const { ns } = await pair();
  const [a, b] = ns as [Ns, Ns];
  const srv = b.task.socket(AF_INET, SOCK_DGRAM, 0);
  srv.bind({ family: AF_INET, address: 0, port: 53 });
  const cli = a.task.socket(AF_INET, SOCK_DGRAM, 17);
  cli.connect({ family: AF_INET, address: ip('10.0.0.2'), port: 53 });
  cli.sendmsg(Uint8Array.of(1, 2, 3));
  const got = srv.recvmsg();
  expect([...got.data]).toEqual([1, 2, 3]);
  expect(got.from).toMatchObject({ address: ip('10.0.0.1') });
  srv.close();
  cli.sendmsg(Uint8Array.of(4));
  expect(() => cli.recvmsg()).toThrow(/Connection refused/);
});

test('errors of addresses and routes in the kernel’s words', async () => {
  const { ns } = await pair();
  const [a] = ns as [Ns, Ns];
  const said = async (work: Promise<unknown>): Promise<string> => {
    try {
      await work;
      return 'ok';
    } catch (e) {
      if (!(e instanceof NetlinkError)) throw e;
      return `${e.code} ${e.extack?.msg ?? ''}`;
    }
  };
  expect(await said(addr(a, 'v0', '10.0.0.1/24'))).toBe('EEXIST ipv4: Address already assigned');
  expect(await said(route(a, '1.0.0.0', 8, '99.0.0.1'))).toBe('ENETUNREACH Nexthop has invalid gateway');
  expect(await said(route(a, '1.0.0.0', 8, '10.0.0.255'))).toBe('EINVAL Nexthop has invalid gateway');
  expect(await said(route(a, '1.1.0.0', 8, '10.0.0.2'))).toBe('EINVAL Invalid prefix for given prefix length');
  expect(await said(route(a, '1.0.0.0', 8, '10.0.0.2'))).toBe('ok');
  expect(await said(route(a, '1.0.0.0', 8, '10.0.0.2'))).toBe('EEXIST ');
});

const NAMES = ['', 'unicast', 'local', 'broadcast'];

test('primary and secondary, /31, /32, peers; what a carrier and a deletion leave', async () => {
  const { ns, task } = await pair();
  const [a, b] = ns as [Ns, Ns];
  const list = async (): Promise<string[]> =>
    (await a.c.addr.dump({ family: AF_INET })).map(
      (x) => `${formatIpv4(be32(x.attrs.local!, 0))}/${x.prefixlen} ${x.attrs.flags}`,
    );
  const table = async (): Promise<string[]> =>
    (await a.c.route.dump({ family: AF_INET })).map(
      (r) => `${NAMES[r.type]} ${formatIpv4(be32(r.attrs.dst!, 0))}/${r.dstLen} ${r.flags}`,
    );
  await addr(a, 'v0', '10.0.0.7/24');
  await addr(a, 'v0', '10.0.1.0/31');
  await addr(a, 'v0', '10.0.2.1/32');
  expect(await list()).toEqual(['10.0.0.1/24 128', '10.0.1.0/31 128', '10.0.2.1/32 128', '10.0.0.7/24 129']);
  expect(await table()).toEqual([
    'unicast 10.0.0.0/24 0',
    'unicast 10.0.1.0/31 0',
    'local 10.0.0.1/32 0',
    'local 10.0.0.7/32 0',
    'broadcast 10.0.0.255/32 0',
    'local 10.0.1.0/32 0',
    'local 10.0.2.1/32 0',
  ]);
  await b.c.link.set('v1', { up: false });
  await task.block(task.now() + 2e9);
  expect((await table()).slice(0, 3)).toEqual([
    'unicast 10.0.0.0/24 16',
    'unicast 10.0.1.0/31 16',
    'local 10.0.0.1/32 0',
  ]);
  const index = a.task.net.names.get('v0')!.ifindex;
  await a.c.addr.remove({ family: AF_INET, prefixlen: 24, index, attrs: { local: b4('10.0.0.1') } });
  expect(await list()).toEqual(['10.0.1.0/31 128', '10.0.2.1/32 128']);
  await a.c.link.del('v0');
  expect(await table()).toEqual([]);
});

test('packet sockets see frames both ways', async () => {
  const { ns } = await pair();
  const [a] = ns as [Ns, Ns];
  const p = a.task.socket(17, SOCK_RAW, 0x0300);
  const s = a.task.socket(AF_INET, SOCK_DGRAM, 1);
  s.sendmsg(echo(1), { to: { family: AF_INET, address: ip('10.0.0.2'), port: 0 } });
  const seen: string[] = [];
  while ((p.poll() & 1) !== 0) {
    const f = p.recvmsg();
    seen.push(
      `${(f.from as { pkttype: number }).pkttype} ${((f.data[12]! << 8) | f.data[13]!).toString(16)} ${f.length}`,
    );
  }
  expect(seen).toEqual(['4 806 42', '0 806 42', '4 800 98', '0 800 98']);
});
