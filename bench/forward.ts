/** ns per forwarded hop on a chain of namespaces, and heap growth per packet. `npm run bench` runs it with --expose-gc. */
import { createSimKernel, NO_COST, type SimKernel } from '../packages/core/src/sim/index.ts';
import { doSoftirq, netifRx } from '../packages/core/src/sim/core/dev.ts';
import { allocSkb } from '../packages/core/src/sim/core/skbuff.ts';
import { openNetlink } from '../packages/core/src/netlink/index.ts';
import { ipv4Bytes } from '../packages/core/src/lib/address.ts';
import { inetForwardChange } from '../packages/core/src/sim/ipv4/devinet.ts';
import { netIpv4 } from '../packages/core/src/sim/ipv4/netns.ts';
import { nodeHost } from '../test/support/host.ts';
import type { Result } from './report.ts';
import { putIpHeader } from '../packages/core/src/wire/ipv4.ts';
import type { SimTask } from '../packages/core/src/sim/core/task.ts';

const BUDGET_NS = 500;
/** Growth of the heap that is noise: less than a tenth of the smallest object a packet. */
const BUDGET_BYTES = 2;

const AF_INET = 2;
const net24 = (i: number, host: number): number => (10 << 24) | (i << 8) | host;

/** A chain of `hops` routers between two hosts: namespace i and i+1 share 10.0.i.0/24. */
async function chain(kernel: SimKernel, hops: number): Promise<SimTask[]> {
  const root = kernel.fork(null);
  await root.yield_();
  const tasks: SimTask[] = [];
  for (let i = 0; i < hops + 2; i++) {
    const t = kernel.fork(root);
    t.unshareNet();
    tasks.push(t);
  }
  const clients = tasks.map((t) => openNetlink(t));
  const address = async (k: number, dev: string, addr: number): Promise<void> => {
    const index = tasks[k]!.net.names.get(dev)!.ifindex;
    await clients[k]!.addr.create({ family: AF_INET, prefixlen: 24, index, attrs: { local: ipv4Bytes(addr) } });
    await clients[k]!.link.set(dev, { up: true });
  };
  for (let i = 0; i <= hops; i++) {
    const fd = tasks[i + 1]!.openNetns();
    await clients[i]!.link.add({ ifname: 'right', kind: 'veth', peer: { ifname: 'left', netNsFd: fd.fd } });
    fd.close();
    await address(i, 'right', net24(i, 1));
    await address(i + 1, 'left', net24(i, 2));
  }
  for (let i = 0; i <= hops; i++) {
    await clients[i]!.route.create({
      family: AF_INET,
      dstLen: 0,
      table: 254,
      protocol: 3,
      scope: 0,
      type: 1,
      attrs: { gateway: ipv4Bytes(net24(i, 2)) },
    });
    inetForwardChange(tasks[i]!.net, 1);
  }
  for (let i = 1; i < hops + 1; i++) {
    await clients[i]!.route.create({
      family: AF_INET,
      dstLen: 24,
      table: 254,
      protocol: 3,
      scope: 0,
      type: 1,
      attrs: { dst: ipv4Bytes(net24(0, 0)), gateway: ipv4Bytes(net24(i - 1, 1)) },
    }).catch(() => undefined);
  }
  return tasks;
}

export async function benchForward(hops = 20, packets = 20_000): Promise<Result[]> {
  const kernel = createSimKernel({ host: nodeHost, cost: NO_COST });
  const tasks = await chain(kernel, hops);
  const src = net24(0, 1);
  const dst = net24(hops, 99);
  const first = tasks[1]!.net.names.get('left')!;
  // The far end's neighbour is permanent and goes nowhere: its host drops what is not for it.
  const last = tasks[hops + 1]!.net.names.get('left')!;
  const index = tasks[hops]!.net.names.get('right')!.ifindex;
  await openNetlink(tasks[hops]!).neigh.create({
    family: AF_INET,
    ifindex: index,
    state: 0x80,
    attrs: { dst: ipv4Bytes(dst), lladdr: last.devAddr },
  });
  const run = (n: number): void => {
    for (let i = 0; i < n; i++) {
      const skb = allocSkb(kernel, 84 + 14);
      const at = skb.put(84 + 14);
      skb.buf.set(first.devAddr, at);
      skb.buf[at + 12] = 8;
      skb.buf[at + 13] = 0;
      putIpHeader(skb.buf, at + 14, 20, 0, 84, 1, 0, 255, 17, src, dst);
      netifRx(skb, first);
      doSoftirq(kernel);
    }
  };
  run(2000);
  run(packets);
  const gc = (globalThis as { gc?: () => void }).gc;
  gc?.();
  const heap = process.memoryUsage().heapUsed;
  // Processor time, the best of five: others may use this machine, too.
  let best = Infinity;
  let bytesPerPacket = 0;
  for (let i = 0; i < 5; i++) {
    const before = process.cpuUsage();
    run(packets);
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, user + system);
    if (i === 0) bytesPerPacket = (process.memoryUsage().heapUsed - heap) / packets;
  }
  const sent = netIpv4(tasks[hops]!.net).ip.ForwDatagrams;
  if (sent < packets) throw new Error(`only ${sent} of ${packets} packets came through`);
  const how = `84-byte packets through ${hops} routers joined by veths, ${packets} a run, best of 5 by processor time`;
  return [
    { name: 'a forwarded hop', value: (best * 1000) / packets / hops, unit: 'ns', budget: BUDGET_NS, detail: how },
    {
      name: 'heap a packet leaves behind on that way',
      value: Math.max(0, bytesPerPacket),
      unit: 'bytes',
      budget: BUDGET_BYTES,
      detail: 'heap statistics around one run, after a collection',
    },
  ];
}
