import { expect, test } from 'vitest';
import { openNetlink } from '../../netlink/index.ts';
import { SKB_DROP_REASON_QDISC_DROP, SKB_DROP_REASON_UNHANDLED_PROTO } from '../../uapi/drop-reason.ts';
import { PACKET_BROADCAST, PACKET_HOST, PACKET_MULTICAST, PACKET_OTHERHOST } from '../../uapi/if-packet.ts';
import { NO_COST } from '../core/cost.ts';
import { devQueueXmit, doSoftirq } from '../core/dev.ts';
import type { SimKernel } from '../core/kernel.ts';
import type { NetDevice } from '../core/net-device.ts';
import { allocSkb, consumeSkb } from '../core/skbuff.ts';
import { createSimKernel } from '../index.ts';

const PROTO = 0x88b5; // IEEE 802 local experimental
const MAC = [Uint8Array.of(2, 0, 0, 0, 0, 1), Uint8Array.of(2, 0, 0, 0, 0, 2)] as const;

interface Pair {
  kernel: SimKernel;
  v0: NetDevice;
  v1: NetDevice;
  set: (name: string, change: object) => Promise<unknown>;
}

async function pair(): Promise<Pair> {
  const host = {
    turn: (): Promise<void> => new Promise((r) => setImmediate(r)),
    monotonic: () => 0,
    after: () => () => undefined,
  };
  const kernel = createSimKernel({ host, cost: NO_COST });
  kernel.skbPool.poison = true;
  const task = kernel.fork(null);
  await task.yield_();
  const c = openNetlink(task);
  await c.link.add({ ifname: 'v0', kind: 'veth', address: MAC[0], peer: { ifname: 'v1', address: MAC[1] } });
  const dev = (name: string): NetDevice => task.net.names.get(name)!;
  return { kernel, v0: dev('v0'), v1: dev('v1'), set: (name, change) => c.link.set(name, change) };
}

function send(dev: NetDevice, daddr: Uint8Array, len = 46): void {
  const skb = allocSkb(dev.net.kernel, len);
  skb.put(len);
  skb.dev = dev;
  dev.headerOps!.create(skb, dev, PROTO, daddr, null);
  devQueueXmit(skb);
  doSoftirq(dev.net.kernel);
}

/** Packets and bytes of this test's own protocol only: IPv6 may speak up by itself. */
test('what one end sends the other receives, typed by its destination', async () => {
  const { kernel, v0, v1, set } = await pair();
  await set('v0', { up: true });
  await set('v1', { up: true });
  const seen: string[] = [];
  kernel.ptypes.set(PROTO, (skb, dev) => {
    seen.push(`${dev.name} ${skb.pktType} ${skb.len}`);
    consumeSkb(skb);
  });
  const before = { ...v1.stats };
  send(v0, MAC[1]);
  send(v0, MAC[0]);
  send(v0, new Uint8Array(6).fill(0xff));
  send(v0, Uint8Array.of(1, 0, 0x5e, 0, 0, 1));
  expect(seen).toEqual([PACKET_HOST, PACKET_OTHERHOST, PACKET_BROADCAST, PACKET_MULTICAST].map((t) => `v1 ${t} 46`));
  expect([v1.stats.rxPackets - before.rxPackets, v1.stats.rxBytes - before.rxBytes]).toEqual([4, 240]);
  send(v0, MAC[1], 1600);
  expect([v0.stats.txDropped, v1.stats.rxDropped - before.rxDropped]).toEqual([1, 1]);
  expect(kernel.skbPool.leaks()).toEqual([]);
});

test('a device without carrier drops silently; nobody for a protocol drops, too', async () => {
  const { kernel, v0, v1, set } = await pair();
  const drops: string[] = [];
  kernel.drops.listeners.push((skb, reason, place) => {
    if (skb.len >= 300) drops.push(`${reason} ${place} ${skb.dev?.name}`);
  });
  send(v0, MAC[1], 400);
  await set('v0', { up: true });
  send(v0, MAC[1], 400);
  await set('v1', { up: true });
  send(v0, MAC[1], 400);
  expect(drops).toEqual([
    `${SKB_DROP_REASON_QDISC_DROP} noop_enqueue v0`,
    `${SKB_DROP_REASON_QDISC_DROP} noop_enqueue v0`,
    `${SKB_DROP_REASON_UNHANDLED_PROTO} __netif_receive_skb_core v1`,
  ]);
  expect(v1.stats.rxDropped).toBeGreaterThan(0);
  expect(kernel.skbPool.leaks()).toEqual([]);
});
