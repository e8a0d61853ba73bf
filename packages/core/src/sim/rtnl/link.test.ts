import { expect, test } from 'vitest';
import { NetlinkError } from '../../netlink/error.ts';
import { openMonitor, openNetlink, type NetlinkClient } from '../../netlink/index.ts';
import { linkFamily, type IflaAttrs, type LinkMessage } from '../../netlink/link.ts';
import { nsidFamily } from '../../netlink/nsid.ts';
import { IFF_LOWER_UP, IFF_UP, IF_OPER_DOWN, IF_OPER_LOWERLAYERDOWN, IF_OPER_UP } from '../../uapi/if.ts';
import { NLM_F_CREATE, NLM_F_EXCL } from '../../uapi/netlink.ts';
import {
  RTM_DELLINK,
  RTM_DELNSID,
  RTM_GETLINK,
  RTM_NEWLINK,
  RTM_NEWLINKPROP,
  RTM_NEWNSID,
  RTNLGRP_LINK,
  RTNLGRP_NSID,
} from '../../uapi/rtnetlink.ts';
import { DEFAULT_COST, NO_COST } from '../core/cost.ts';
import type { Host } from '../core/scheduler.ts';
import type { SimTask } from '../core/task.ts';
import { createSimKernel } from '../index.ts';

const host: Host = {
  turn: () => new Promise((r) => setImmediate(r)),
  monotonic: () => performance.now() * 1e6,
  after: (ms, fn) => {
    const t = setTimeout(fn, ms);
    return () => clearTimeout(t);
  },
};

interface World {
  task: SimTask;
  c: NetlinkClient;
  /** A task in a namespace of its own, with a client there. */
  other: () => Promise<{ task: SimTask; c: NetlinkClient }>;
}

async function world(cost = NO_COST): Promise<World> {
  const kernel = createSimKernel({ host, cost });
  const task = kernel.fork(null);
  await task.yield_();
  const other = async (): Promise<{ task: SimTask; c: NetlinkClient }> => {
    const t = kernel.fork(task);
    t.unshareNet();
    return { task: t, c: openNetlink(t) };
  };
  return { task, c: openNetlink(task), other };
}

const brief = (l: LinkMessage): string => `${l.index}:${l.attrs.ifname}`;

async function fails(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'ok';
  } catch (e) {
    if (!(e instanceof NetlinkError)) throw e;
    return e.extack?.msg === undefined ? e.code : `${e.code} ${e.extack.msg}`;
  }
}

test('a new namespace has lo, down', async () => {
  const { c } = await world();
  const links = await c.link.dump();
  expect(links.map(brief)).toEqual(['1:lo']);
  const { attrs } = links[0]!;
  expect({ ...attrs, stats: 0, stats64: 0, afSpec: 0, map: 0 }).toMatchObject({
    mtu: 65536,
    txqlen: 1000,
    qdisc: 'noop',
    operstate: IF_OPER_DOWN,
    minMtu: 0,
    maxMtu: 0,
    carrier: 1,
    carrierChanges: 0,
    tsoMaxSize: 524280,
    netnsImmutable: 1,
    numTxQueues: 1,
  });
});

test('the attributes come in the order of the kernel', async () => {
  const { c } = await world();
  await c.link.add({ ifname: 'v0', kind: 'veth', peer: { ifname: 'v1' } });
  const v0 = await c.link.get('v0');
  const order = [
    'ifname',
    'txqlen',
    'operstate',
    'linkmode',
    'netnsImmutable',
    'mtu',
    'minMtu',
    'maxMtu',
    'group',
    'promiscuity',
    'allmulti',
    'numTxQueues',
    'gsoMaxSegs',
    'gsoMaxSize',
    'groMaxSize',
    'gsoIpv4MaxSize',
    'groIpv4MaxSize',
    'tsoMaxSize',
    'tsoMaxSegs',
    'maxPacingOffloadHorizon',
    'numRxQueues',
    'carrier',
    'carrierChanges',
    'carrierUpCount',
    'carrierDownCount',
    'headroom',
    'tailroom',
    'protoDown',
    'address',
    'broadcast',
    'stats64',
    'stats',
    'xdp',
    'linkinfo',
    'link',
    'qdisc',
    'afSpec',
    'map',
    'devlinkPort',
    'dpllPin',
  ];
  expect(Object.keys(v0.attrs)).toEqual(order);
});

test('veth: both up gives a carrier; the peer of a device that is down shows LOWERLAYERDOWN', async () => {
  const { c } = await world();
  await c.link.add({ ifname: 'v0', kind: 'veth', peer: { ifname: 'v1' } });
  expect((await c.link.dump()).map(brief)).toEqual(['1:lo', '2:v1', '3:v0']);
  await c.link.get('v0');
  await c.link.set('v0', { up: true });
  let v0 = await c.link.get('v0');
  expect([v0.flags & IFF_UP, v0.attrs.operstate, v0.attrs.qdisc, v0.attrs.link]).toEqual([
    IFF_UP,
    IF_OPER_LOWERLAYERDOWN,
    'noqueue',
    2,
  ]);
  await c.link.set('v1', { up: true });
  for (const name of ['v0', 'v1']) {
    const v = await c.link.get(name);
    expect([v.flags & IFF_LOWER_UP, v.attrs.operstate, v.attrs.carrierUpCount]).toEqual([IFF_LOWER_UP, IF_OPER_UP, 1]);
  }
  await c.link.set('v1', { up: false });
  v0 = await c.link.get('v0');
  expect([v0.flags & IFF_LOWER_UP, v0.attrs.operstate, v0.attrs.carrierChanges]).toEqual([
    0,
    IF_OPER_LOWERLAYERDOWN,
    3,
  ]);
  await c.link.del('v0');
  expect((await c.link.dump()).map(brief)).toEqual(['1:lo']);
});

/** What Linux 6.18 answers. */
test('errors and their words', async () => {
  const { c } = await world();
  const veth = (attrs: IflaAttrs, index = 0): Promise<string> =>
    fails(c.link.create({ index, attrs: { ...attrs, linkinfo: { kind: 'veth' } } }));
  expect(await fails(c.link.get(99))).toBe('ENODEV');
  expect(await fails(c.link.get('nope'))).toBe('ENODEV');
  expect(await fails(c.link.query({}))).toBe('EINVAL');
  expect(await fails(c.link.get('lo-but-longer-than-fifteen'))).toBe('ENODEV');
  expect(await fails(c.link.del('lo'))).toBe('EOPNOTSUPP');
  expect(await fails(c.link.del(99))).toBe('ENODEV');
  expect(await fails(c.link.remove({}))).toBe('EINVAL');
  expect(await fails(c.link.remove({ attrs: { group: 0 } }))).toBe('EPERM');
  expect(await fails(c.link.remove({ attrs: { group: 5 } }))).toBe('ENODEV');
  expect(await fails(c.link.setlink({}))).toBe('EINVAL');
  expect(await fails(c.link.create({ attrs: { ifname: 'd0' } }))).toBe('EOPNOTSUPP Unknown device type');
  expect(await fails(c.link.add({ ifname: 'd0', kind: 'foo' }))).toBe('EOPNOTSUPP Unknown device type');
  expect(await veth({ ifname: 'lo' })).toBe('EEXIST');
  expect(await veth({ ifname: 'q0' }, 1)).toBe('EEXIST');
  expect(await veth({ ifname: 'q0' }, 50)).toBe('ok');
  expect(await veth({ ifname: 'q1' }, 50)).toBe('EEXIST');
  expect(await veth({ ifname: 'q1' }, -5)).toBe("EINVAL ifindex can't be negative");
  expect(await veth({ ifname: 'm0', mtu: 60 })).toBe('EINVAL');
  expect(await veth({ ifname: 'm1', address: Uint8Array.of(1, 0, 0, 0, 0, 1) })).toBe('EADDRNOTAVAIL');
  expect(await veth({ ifname: 'm1', address: Uint8Array.of(2, 0, 0, 0, 1) })).toBe('EINVAL');
  expect(await veth({ ifname: 'm2', master: 99 })).toBe('EINVAL');
  expect(await veth({ ifname: 'm3', numTxQueues: 0 })).toBe('EINVAL Invalid number of transmit queues');
  expect(await veth({ ifname: 'm3', numRxQueues: 4097 })).toBe('EINVAL Invalid number of receive queues');
  expect(await veth({ ifname: 'a b' })).toBe('EINVAL');
  expect(await veth({ ifname: 'a%d%d' })).toBe('EINVAL');
  expect(await veth({ ifname: 'a%d' })).toBe('ok');
  expect((await c.link.get('a0')).attrs.ifname).toBe('a0');
  expect(await veth({ ifname: 'n1', netNsFd: 99 })).toBe('EBADF');
  expect(await veth({ ifname: 'n1', netNsPid: 99999 })).toBe('ESRCH');
  expect(await veth({ ifname: 'n1', targetNetnsid: 9 })).toBe('EINVAL');
  expect(await veth({ ifname: 'n1', linkNetnsid: 9 })).toBe('EINVAL Unknown network namespace id');
  expect(await veth({ ifname: 'n1', netNsFd: 0, netNsPid: 9 })).toBe(
    'EINVAL multiple netns identifying attributes specified',
  );
  expect(await veth({ ifname: 'averyverylongname' })).toBe('ERANGE Attribute failed policy validation');
  const set = (attrs: IflaAttrs): Promise<string> => fails(c.link.create({ index: 50, attrs }, 0));
  expect(await set({ mtu: 67 })).toBe('EINVAL mtu less than device minimum');
  expect(await set({ mtu: 65536 })).toBe('EINVAL mtu greater than device maximum');
  expect(await set({ map: { memStart: 0, memEnd: 0, baseAddr: 0, irq: 0, dma: 0, port: 0 } })).toBe('EOPNOTSUPP');
  expect(await set({ carrier: 1 })).toBe('EOPNOTSUPP');
  expect(await set({ gsoMaxSegs: 100000 })).toBe('EINVAL too big gso_max_segs');
  expect(await set({ gsoMaxSize: 1000000 })).toBe('EINVAL too big gso_max_size');
  expect(await set({ groMaxSize: 1000000 })).toBe('EINVAL too big gro_max_size');
  expect(await set({ protoDown: 1 })).toBe('EOPNOTSUPP Protodown not supported by device');
  expect(await set({ linkinfo: { kind: 'veth', data: {} } })).toBe('EOPNOTSUPP');
  expect(await set({ linkinfo: { kind: 'vlan' } })).toBe('ok');
  expect(await set({ master: 1 })).toBe('EOPNOTSUPP');
  expect(await set({ ifname: 'lo' })).toBe('EEXIST');
  expect(await set({ address: Uint8Array.of(2, 0, 0) })).toBe('EINVAL');
  expect(await set({ address: new Uint8Array(6) })).toBe('EADDRNOTAVAIL');
  expect(await set({ ifalias: 'x'.repeat(255), group: 3, txqlen: 5 })).toBe('ok');
  expect((await c.link.get(50)).attrs).toMatchObject({ group: 3, txqlen: 5 });
  expect(await fails(c.link.create({ attrs: { ifname: 'nope' } }, 0))).toBe('ENODEV');
  expect(await fails(c.request(200, 0, new Uint8Array(16)))).toBe('EOPNOTSUPP');
  expect(await fails(c.request(RTM_NEWLINK, 0, new Uint8Array(0)))).toBe('ok');
  await c.link.remove({ attrs: { group: 3 } });
  expect(await fails(c.link.get(50))).toBe('ENODEV');
});

test('dumps refuse what they cannot filter by', async () => {
  const { c } = await world();
  expect(await fails(c.link.dump({ index: 1 }))).toBe('EINVAL Filter by device index not supported for link dumps');
  expect(await fails(c.link.dump({ flags: 1 }))).toBe('EINVAL Invalid values in header for link dump request');
  expect(await fails(c.link.dump({ attrs: { mtu: 1 } }))).toBe('EINVAL Unsupported attribute in link dump request');
  expect(await fails(c.link.dump({ attrs: { targetNetnsid: 9 } }))).toBe('EINVAL Invalid target network namespace id');
  expect((await c.link.dump({ attrs: { linkinfo: { kind: 'nope' } } })).length).toBe(1);
  expect(await c.link.dump({ attrs: { linkinfo: { kind: 'veth' } } })).toEqual([]);
  expect(await c.link.dump({ attrs: { master: 9 } })).toEqual([]);
  expect(await fails(c.link.query({ index: 1, attrs: { mtu: 1 } }))).toBe(
    'EINVAL Unsupported attribute in get link request',
  );
  expect(await fails(c.request(RTM_GETLINK, 0, new Uint8Array(4)))).toBe('EINVAL Invalid header for get link');
});

test('names without a name: the peer gets the first number', async () => {
  const { c } = await world();
  await c.link.add({ kind: 'veth' });
  await c.link.add({ kind: 'dummy' });
  expect((await c.link.dump()).map(brief)).toEqual(['1:lo', '2:veth0', '3:veth1', '4:dummy0']);
});

test('alternative names find a device', async () => {
  const { c } = await world();
  await c.link.add({ ifname: 'd0', kind: 'dummy' });
  const prop = (type: number, names: string[]): Promise<string> =>
    fails(
      c.request(
        type,
        type === RTM_NEWLINKPROP ? NLM_F_EXCL | NLM_F_CREATE : 0,
        linkFamily.encode({ index: 2, attrs: { propList: names } }),
      ),
    );
  expect(await prop(RTM_NEWLINKPROP, ['a-long-alternative-name'])).toBe('ok');
  expect(await prop(RTM_NEWLINKPROP, ['lo'])).toBe('EEXIST');
  expect((await c.link.get('a-long-alternative-name')).attrs.propList).toEqual(['a-long-alternative-name']);
  expect(await prop(RTM_NEWLINKPROP + 1, ['d0'])).toBe('EINVAL');
  expect(await prop(RTM_NEWLINKPROP + 1, ['nope'])).toBe('ENOENT');
  expect(await prop(RTM_NEWLINKPROP + 1, ['a-long-alternative-name'])).toBe('ok');
});

test('a move: down and forgotten here, known there, its index kept when free', async () => {
  const { c, task, other } = await world();
  const b = await other();
  expect(await fails(c.link.set('lo', { netNsPid: b.task.pid }))).toBe('EINVAL The interface netns is immutable');
  expect(await fails(c.link.set('lo', { netNsPid: task.pid }))).toBe('ok');
  await c.link.add({ ifname: 'v0', kind: 'veth', peer: { ifname: 'v1' } });
  await c.link.set('v0', { up: true });
  const monitor = openMonitor(task, [RTNLGRP_LINK, RTNLGRP_NSID]);
  await c.link.set('v0', { netNsPid: b.task.pid });
  const seen: string[] = [];
  for (let i = 0; i < 3; i++) {
    const e = monitor.take()!;
    const l =
      e.message.type === RTM_NEWLINK || e.message.type === RTM_DELLINK
        ? linkFamily.decode(e.message.payload)
        : undefined;
    const n = e.message.type === RTM_NEWNSID ? nsidFamily.decode(e.message.payload) : undefined;
    seen.push(
      `${e.message.type} ${l?.attrs.ifname ?? n?.attrs.nsid} ${l?.attrs.qdisc} ${l?.attrs.newNetnsid} ${l?.attrs.newIfindex}`,
    );
  }
  expect(seen).toEqual(['16 v0 noqueue undefined undefined', '88 0 undefined undefined undefined', '17 v0 noop 0 3']);
  expect((await c.link.get('v1')).attrs).toMatchObject({ link: 3, linkNetnsid: 0 });
  const there = await b.c.link.get('v0');
  expect([there.index, there.flags & IFF_UP, there.attrs.linkNetnsid, there.attrs.link]).toEqual([3, 0, 0, 2]);
  await c.link.add({ ifname: 'v0', kind: 'dummy' });
  const v0 = (await c.link.get('v0')).index;
  expect(await fails(c.link.set(v0, { netNsPid: b.task.pid }))).toBe(
    'EEXIST An interface with the same name exists in the target netns',
  );
  await c.link.set(v0, { netNsPid: b.task.pid, ifname: 'w0' });
  expect((await b.c.link.dump()).map(brief)).toEqual(['1:lo', '3:v0', '4:w0']);
});

test('a namespace dies with its last task: its veth goes at both ends, its id with it', async () => {
  const { c, task, other } = await world(DEFAULT_COST);
  const b = await other();
  await c.link.add({ ifname: 'v0', kind: 'veth', peer: { ifname: 'v1', netNsPid: b.task.pid } });
  expect((await c.link.get('v0')).attrs.linkNetnsid).toBe(0);
  const monitor = openMonitor(task, [RTNLGRP_LINK, RTNLGRP_NSID]);
  b.c.close();
  b.task.exit();
  expect((await c.link.dump()).map(brief)).toEqual(['1:lo', '2:v0']);
  await task.block(task.now() + 50e6);
  expect((await c.link.dump()).map(brief)).toEqual(['1:lo']);
  const types: number[] = [];
  for (let e = monitor.take(); e !== undefined; e = monitor.take()) types.push(e.message.type);
  expect(types).toEqual([RTM_DELNSID, RTM_DELLINK]);
  expect(task.kernel.nets.size).toBe(2);
});

test('a notification for each change, as ip monitor shows them', async () => {
  const { c, task } = await world();
  const monitor = openMonitor(task, [RTNLGRP_LINK]);
  const drain = async (): Promise<string[]> => {
    const out: string[] = [];
    for (let e = monitor.take(); e !== undefined; e = monitor.take()) {
      const l = linkFamily.decode(e.message.payload)!;
      out.push(
        `${e.message.type === RTM_DELLINK ? 'Deleted ' : ''}${l.attrs.ifname}@${l.attrs.link} ${l.attrs.qdisc} ${l.attrs.operstate} ${(l.flags & IFF_LOWER_UP) !== 0 ? 'LOWER_UP' : ''}`,
      );
    }
    return out;
  };
  await c.link.add({ ifname: 'v0', kind: 'veth', peer: { ifname: 'v1' } });
  expect(await drain()).toEqual(['v1@0 noop 2 ', 'v0@2 noop 2 ']);
  await c.link.get('v0');
  await c.link.set('v0', { up: true });
  expect(await drain()).toEqual(['v0@2 noqueue 3 ']);
  await c.link.get('v1');
  await c.link.set('v1', { up: true });
  expect(await drain()).toEqual(['v1@3 noqueue 3 LOWER_UP', 'v1@3 noqueue 6 LOWER_UP', 'v0@2 noqueue 6 LOWER_UP']);
  await c.link.set('v1', { up: false });
  expect(await drain()).toEqual(['v1@3 noqueue 2 ', 'v0@2 noqueue 3 ']);
  await c.link.set('v1', { txqlen: 50, group: 7, ifalias: 'foo' });
  expect((await drain()).length).toBe(1);
  await c.link.set('v1', { ifname: 'w1', mtu: 1400 });
  expect((await drain()).length).toBe(2);
  await c.link.set('v0', { up: false });
  await c.link.del('v0');
  expect(await drain()).toEqual(['v0@2 noqueue 2 ', 'Deleted v0@0 noop 2 ', 'Deleted w1@0 noop 2 ']);
});
