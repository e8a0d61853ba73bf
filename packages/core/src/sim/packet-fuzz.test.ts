/** Random and mutated frames on a veth between two routers: never an exception, no packet is lost track of, and the namespaces still work. */
import { expect, test } from 'vitest';
import { ipv4Bytes, parseIpv4 } from '../lib/address.ts';
import { putBe16, toHex } from '../lib/bytes.ts';
import { Random } from '../lib/random.ts';
import { openNetlink, type NetlinkClient } from '../netlink/index.ts';
import { AF_INET } from '../uapi/socket.ts';
import { csumFold, csumPartial } from '../wire/checksum.ts';
import { netIpv4 } from './ipv4/netns.ts';
import { inetForwardChange } from './ipv4/devinet.ts';
import { NO_COST } from './core/cost.ts';
import { devQueueXmit, doSoftirq } from './core/dev.ts';
import type { SimKernel } from './core/kernel.ts';
import type { NetDevice } from './core/net-device.ts';
import { allocSkb } from './core/skbuff.ts';
import type { SimTask } from './core/task.ts';
import { createSimKernel } from './index.ts';

/** Frames a run; a longer one is asked for by the environment. */
const FRAMES = Number(process.env['WARREN_FUZZ'] ?? 6000);
const SEED = Number(process.env['WARREN_SEED'] ?? 1);

const host = {
  turn: (): Promise<void> => new Promise((r) => setImmediate(r)),
  monotonic: () => 0,
  after: () => () => undefined,
};
const MAC = [Uint8Array.of(2, 0, 0, 0, 0, 1), Uint8Array.of(2, 0, 0, 0, 0, 2)] as const;
const v4 = (s: string): Uint8Array => ipv4Bytes(parseIpv4(s)!);
/** The link-local address that a MAC makes. */
const lladdr = (m: Uint8Array): Uint8Array =>
  Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, m[0]! ^ 2, m[1]!, m[2]!, 0xff, 0xfe, m[3]!, m[4]!, m[5]!);

interface World {
  readonly kernel: SimKernel;
  readonly dev: NetDevice;
  readonly far: NetDevice;
  readonly clients: readonly NetlinkClient[];
}

async function world(): Promise<World> {
  const kernel = createSimKernel({ host, cost: NO_COST });
  kernel.skbPool.poison = true;
  const first = kernel.fork(null);
  await first.yield_();
  const tasks: SimTask[] = [];
  const clients: NetlinkClient[] = [];
  for (const name of ['v0', 'v1']) {
    const task = kernel.fork(first);
    task.unshareNet();
    inetForwardChange(task.net, 1);
    netIpv4(task.net).sysctlOwn().ping_group_range = [0, 2147483647];
    tasks.push(task);
    clients.push(openNetlink(task));
    expect(name).toMatch(/v/);
  }
  const [a, b] = [tasks[0]!, tasks[1]!];
  const fd = b.openNetns();
  await clients[0]!.link.add({
    ifname: 'v0',
    kind: 'veth',
    address: MAC[0],
    peer: { ifname: 'v1', address: MAC[1], netNsFd: fd.fd },
  } as never);
  fd.close();
  const devs: NetDevice[] = [];
  for (const [i, t] of tasks.entries()) {
    const dev = t.net.names.get(`v${i}`)!;
    devs.push(dev);
    const local = v4(`10.0.0.${i + 1}`);
    await clients[i]!.addr.create({
      family: AF_INET,
      prefixlen: 24,
      index: dev.ifindex,
      attrs: { local, address: local },
    });
    await clients[i]!.link.set(`v${i}`, { up: true });
    await clients[i]!.link.set('lo', { up: true });
  }
  await clients[1]!.route.create({
    family: AF_INET,
    dstLen: 0,
    table: 254,
    protocol: 3,
    scope: 0,
    type: 1,
    attrs: { gateway: v4('10.0.0.1') },
  });
  kernel.clock.advance(5e9);
  expect([a.net.names.has('v0'), b.net.names.has('v1')]).toEqual([true, true]);
  return { kernel, dev: devs[0]!, far: devs[1]!, clients };
}

class Frame {
  readonly b: Uint8Array = new Uint8Array(2048);
  len = 0;
  put(...parts: (number | Uint8Array)[]): this {
    for (const p of parts) {
      if (typeof p === 'number') this.b[this.len++] = p;
      else {
        this.b.set(p.subarray(0, Math.max(0, this.b.length - this.len)), this.len);
        this.len = Math.min(this.b.length, this.len + p.length);
      }
    }
    return this;
  }
  be16(...words: number[]): this {
    for (const w of words) this.put((w >>> 8) & 255, w & 255);
    return this;
  }
  /** The checksum of what stands from `from` on, put at `at`. */
  sum(at: number, from: number, to: number = this.len, start = 0): void {
    putBe16(this.b, at, 0);
    putBe16(this.b, at, csumFold(csumPartial(this.b, from, to - from, start)));
  }
}

const pick = <T>(r: Random, items: readonly T[]): T => items[r.below(items.length)]!;
const ether = (r: Random, type: number): Frame =>
  new Frame()
    .put(
      pick(r, [
        MAC[1],
        MAC[1],
        MAC[1],
        new Uint8Array(6).fill(255),
        Uint8Array.of(0x33, 0x33, 0, 0, 0, 1),
        Uint8Array.of(1, 0, 0x5e, 0, 0, 1),
        r.bytes(6),
      ]),
      MAC[0],
    )
    .be16(type);

const IPS = [
  '10.0.0.1',
  '10.0.0.2',
  '10.0.0.255',
  '10.0.0.0',
  '10.9.9.9',
  '127.0.0.1',
  '0.0.0.0',
  '255.255.255.255',
  '224.0.0.1',
  '240.0.0.1',
].map(v4);
const ip4 = (r: Random): Uint8Array =>
  r.below(3) > 0 ? pick(r, [IPS[0]!, IPS[1]!]) : r.below(3) > 0 ? pick(r, IPS) : r.bytes(4);

function arp(r: Random): Frame {
  return ether(r, 0x806)
    .be16(r.below(9) === 0 ? r.u32() : 1, 0x800)
    .put(r.below(9) === 0 ? r.u32() : 6, 4)
    .be16(r.below(5))
    .put(MAC[0], ip4(r), r.bytes(6), ip4(r), r.bytes(r.below(30)));
}

/** An inner header that an ICMP error quotes, whole or not. */
const quote = (r: Random): Uint8Array => {
  const q = r.bytes(r.below(60));
  if (q.length > 0 && r.below(4) > 0) q[0] = 0x45;
  if (q.length > 9) q[9] = pick(r, [1, 6, 17, 58]);
  if (q.length > 20 && r.below(2) === 0) q.set([...IPS[1]!, ...IPS[0]!], 12);
  return q;
};

function ipv4(r: Random): Frame {
  const f = ether(r, 0x800);
  const words = r.below(4) === 0 ? r.below(11) : 0;
  const at = f.len;
  const proto = pick(r, [1, 1, 1, 2, 6, 17, 17, 41, 47, 255, r.below(256)]);
  const frag = pick(r, [0, 0, 0, 0x4000, 0x2000, 0x2000 | r.below(6), r.below(8), r.below(0x10000), 0x1fff, 0x3fff]);
  f.put(0x45 + words, r.below(3) === 0 ? r.u32() & 255 : 0)
    .be16(0, r.below(6), frag)
    .put(pick(r, [64, 64, 1, 0, 2]), proto)
    .be16(0)
    .put(ip4(r), ip4(r));
  const options = r.bytes(words * 4);
  if (words > 0)
    options.set(
      pick(r, [
        [7, words * 4, 4],
        [68, words * 4, 5, r.below(4)],
        [131, words * 4, 4, 10, 0, 0, 1],
        [148, 4, 0, 0],
        [1, 1, 0],
        [7, 3, 4],
        [7, 200, 4],
        [0],
      ]).slice(0, options.length),
    );
  f.put(options);
  const l4 = f.len;
  if (proto === 1)
    f.put(pick(r, [8, 0, 3, 4, 5, 11, 12, 13, 15, 17, r.below(256)]), r.below(18))
      .be16(0, r.below(3), r.below(3))
      .put(r.below(2) === 0 ? quote(r) : r.bytes(r.below(100)));
  else if (proto === 17) f.be16(r.below(4), r.below(4), r.below(60), 0).put(r.bytes(r.below(80)));
  else f.put(r.bytes(r.below(300) * (r.below(8) === 0 ? 4 : 1)));
  if (frag !== 0 && r.below(2) === 0) while (((f.len - l4) & 7) !== 0) f.put(0);
  if (proto === 1 && r.below(8) > 0 && f.len >= l4 + 4) f.sum(l4 + 2, l4);
  putBe16(f.b, at + 2, r.below(12) === 0 ? r.u32() & 0xffff : f.len - at);
  if (r.below(12) > 0) f.sum(at + 10, at, l4);
  return f;
}

const LL = [lladdr(MAC[0]), lladdr(MAC[1])] as const;
const V6 = [
  LL[0],
  LL[1],
  new Uint8Array(16),
  Uint8Array.of(...new Array<number>(15).fill(0), 1),
  Uint8Array.of(0xff, 2, ...new Array<number>(13).fill(0), 1),
  Uint8Array.of(0xff, 2, ...new Array<number>(13).fill(0), 2),
  Uint8Array.of(0xff, 2, ...new Array<number>(8).fill(0), 0, 1, 0xff, 0, 0, 2),
];

function option(r: Random): Uint8Array {
  const n = pick(r, [0, 1, 1, 1, 2, 4, 4, 31]);
  const b = r.bytes(Math.max(2, n * 8));
  b[0] = pick(r, [1, 2, 3, 4, 5, 14, 24, 25, 31]);
  b[1] = r.below(6) === 0 ? r.u32() : n;
  return b;
}

function icmp6(r: Random, f: Frame): void {
  const type = pick(r, [1, 2, 3, 4, 128, 129, 130, 131, 132, 133, 134, 135, 136, 137, 143, r.below(256)]);
  f.put(type, r.below(8) === 0 ? r.u32() : 0)
    .be16(0)
    .put(r.bytes(4));
  if (type >= 133 && type <= 137) {
    if (type === 134) f.put(r.bytes(8));
    if (type > 134) f.put(r.below(3) > 0 ? pick(r, V6) : r.bytes(16));
    for (let n = r.below(4); n > 0; n--) f.put(option(r));
  } else if (type >= 130 && type <= 143) f.put(r.bytes(r.below(60)));
  else if (type < 128) f.put(0x60, r.bytes(3), 0, 40, pick(r, [58, 44, 17, 6]), 64, LL[1], LL[0], r.bytes(r.below(60)));
  else f.put(r.bytes(r.below(200)));
  if (r.below(10) === 0) f.len -= r.below(Math.min(20, f.len - 58));
}

function ipv6(r: Random): Frame {
  const f = ether(r, 0x86dd);
  const at = f.len;
  const chain: number[] = [];
  for (let n = r.below(3) === 0 ? r.below(5) : 0; n > 0; n--) chain.push(pick(r, [0, 43, 44, 60, 51, 59, 135]));
  const last = pick(r, [58, 58, 58, 58, 17, 6, 59, 41, r.below(256)]);
  const src = r.below(2) === 0 ? LL[0] : pick(r, V6);
  const dst = r.below(2) === 0 ? LL[1] : pick(r, V6);
  f.put(0x60, r.below(5) === 0 ? r.u32() : 0)
    .be16(0, 0)
    .put(chain[0] ?? last, pick(r, [255, 255, 64, 1, 0]), src, dst);
  chain.forEach((h, i) => {
    const next = chain[i + 1] ?? last;
    if (h === 44) f.put(next, 0).be16(pick(r, [0, 1, 8, 9, r.u32() & 0xffff, 0xfff9]), 0, r.below(4));
    else {
      const n = r.below(4) === 0 ? r.below(4) : 0;
      const body = r.bytes(6 + n * 8);
      if (h === 0 || h === 60)
        body.set(
          pick(r, [
            [5, 2, 0, 0, 1, 0],
            [1, 4],
            [0xc2, 4, 0, 1, 0, 0],
            [0x8a, 2],
            [0, 0, 0, 0],
            [5, 200],
          ]),
        );
      if (h === 43) body.set([pick(r, [0, 2, 3, 4]), r.below(4)]);
      f.put(next, r.below(8) === 0 ? r.u32() : n, body);
    }
  });
  const l4 = f.len;
  if (last === 58) icmp6(r, f);
  else f.put(r.bytes(r.below(200)));
  if (r.below(8) > 0 && last === 58 && f.len >= l4 + 4) {
    // The pseudo header: addresses, length, next header.
    const pseudo = new Uint8Array(40);
    pseudo.set(src);
    pseudo.set(dst, 16);
    putBe16(pseudo, 34, f.len - l4);
    pseudo[39] = 58;
    f.sum(l4 + 2, l4, f.len, csumPartial(pseudo, 0, 40));
  }
  putBe16(f.b, at + 4, r.below(12) === 0 ? r.u32() & 0xffff : f.len - at - 40);
  return f;
}

function frame(r: Random): Frame {
  const f = pick(r, [
    arp,
    ipv4,
    ipv4,
    ipv4,
    ipv6,
    ipv6,
    ipv6,
    (x: Random): Frame => ether(x, x.u32() & 0xffff).put(x.bytes(x.below(200))),
  ])(r);
  if (r.below(10) === 0) for (let n = r.below(4); n >= 0; n--) f.b[r.below(f.len)] = r.u32();
  if (r.below(20) === 0) f.len = 14 + r.below(f.len - 13);
  return f;
}

function inject(w: World, f: Frame): void {
  const skb = allocSkb(w.kernel, f.len);
  skb.buf.set(f.b.subarray(0, f.len), skb.put(f.len));
  skb.dev = w.dev;
  skb.macHeader = skb.data;
  skb.networkHeader = skb.data + 14;
  devQueueXmit(skb);
  doSoftirq(w.kernel);
}

test(`${FRAMES} odd frames: no exception, none lost track of`, { timeout: 600_000 }, async () => {
  const r = new Random(SEED);
  const w = await world();
  const reasons = new Set<number>();
  w.kernel.drops.listeners.push((_, reason) => reasons.add(reason));
  const before = w.far.stats.rxPackets;
  const sent = w.far.stats.txPackets;
  for (let i = 0; i < FRAMES; i++) {
    const f = frame(r);
    try {
      inject(w, f);
      if (i % 16 === 0) w.kernel.clock.advance(r.below(3) === 0 ? 2e9 : 1e7);
    } catch (e) {
      throw new Error(`frame ${i}: ${toHex(f.b.subarray(0, f.len))}`, { cause: e });
    }
  }
  expect(w.far.stats.rxPackets - before).toBeGreaterThan(FRAMES * 0.9);
  expect(w.far.stats.txPackets - sent).toBeGreaterThan(FRAMES / 50);
  // Whatever waits for a fragment, a neighbour or a report gives up in time.
  w.kernel.clock.advance(300e9);
  expect(w.kernel.skbPool.leaks().map((s) => s.split('\n').slice(1, 8).join('\n'))).toEqual([]);
  expect(reasons.size).toBeGreaterThan(8);
  for (const c of w.clients) {
    await c.link.dump();
    await c.addr.dump();
    await c.route.dump();
    await c.neigh.dump();
  }
});
