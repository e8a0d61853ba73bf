/** Many namespaces: 1,000 of them, each with a veth to the first one and an address; time and memory of each. */
import { createSimKernel, NO_COST } from '@warren/core';
import { ipv4Bytes } from '../packages/core/src/lib/address.ts';
import { openNetlink } from '../packages/core/src/netlink/index.ts';
import { nodeHost } from '../test/support/host.ts';
import { AF_INET } from '../packages/core/src/uapi/socket.ts';
import type { Result } from './report.ts';

const COUNT = 1000;
/** DESIGN: what a namespace may weigh with `lo` alone, and with a veth, an address and its routes. */
const BARE_BUDGET_KIB = 8;
const FULL_BUDGET_KIB = 20;

function heapKib(): number {
  const { gc } = globalThis as { gc?: () => void };
  if (gc === undefined) throw new Error('run with --expose-gc');
  gc();
  gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 1024;
}

export async function benchNamespaces(): Promise<Result[]> {
  const kernel = createSimKernel({ host: nodeHost, cost: NO_COST });
  const root = kernel.fork(null);
  await root.yield_();

  const before = heapKib();
  const start = performance.now();
  const tasks = Array.from({ length: COUNT }, () => {
    const task = kernel.fork(root);
    task.unshareNet();
    return task;
  });
  const madeMs = performance.now() - start;
  const bare = (heapKib() - before) / COUNT;

  const rootLink = openNetlink(root);
  const wiring = performance.now();
  for (const [i, task] of tasks.entries()) {
    await rootLink.link.add({ ifname: `v${i}`, kind: 'veth', up: true, peer: { ifname: 'eth0', netNsPid: task.pid } });
    const conn = openNetlink(task);
    const { index } = await conn.link.get('eth0');
    const local = ipv4Bytes((0x0a000000 | (i << 2) | 2) >>> 0);
    await conn.addr.create({ family: AF_INET, prefixlen: 30, index, attrs: { local, address: local } });
    await conn.link.set(index, { up: true });
    conn.close();
  }
  const wiredMs = performance.now() - wiring;
  const full = (heapKib() - before) / COUNT;
  return [
    {
      name: 'a namespace with only `lo`',
      value: bare,
      unit: 'KiB',
      budget: BARE_BUDGET_KIB,
      detail: `${COUNT} made in ${madeMs.toFixed(0)} ms`,
    },
    {
      name: 'a namespace with a veth, up, an address and its routes',
      value: full,
      unit: 'KiB',
      budget: FULL_BUDGET_KIB,
      detail: `both ends of each cable counted; ${COUNT} wired in ${wiredMs.toFixed(0)} ms`,
    },
  ];
}
