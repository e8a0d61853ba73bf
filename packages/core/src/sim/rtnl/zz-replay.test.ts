import { readFileSync } from 'node:fs';
import { test } from 'vitest';
import { createSimKernel } from '../index.ts';
import { NO_COST } from '../core/cost.ts';
import { AF_NETLINK, POLLIN, SOCK_RAW } from '../../uapi/socket.ts';
import { decodeMessages, decodeError, decodeDone } from '../../netlink/message.ts';
import { fromHex, toHex } from '../../lib/bytes.ts';
test('replay', async () => {
  const host = { turn: () => new Promise<void>((r) => setImmediate(r)), monotonic: () => 0, after: () => () => {} };
  const kernel = createSimKernel({ host, cost: NO_COST });
  const task = kernel.fork(null);
  await task.yield_();
  const s = task.socket(AF_NETLINK, SOCK_RAW, 0);
  s.setsockopt(270, 11, 1); s.setsockopt(270, 12, 1);
  const cases = JSON.parse(readFileSync('/tmp/d3.json', 'utf8'));
  let bad = 0;
  for (const c of cases) {
    s.sendmsg(fromHex(c.req)!);
    const res: unknown[] = [];
    while ((s.poll() & POLLIN) !== 0) {
      for (const m of decodeMessages(s.recvmsg().data)) {
        if (m.type === 2) { const e = decodeError(m)!; res.push([2, e.errno, e.extack?.msg ?? null, e.extack?.offset ?? null, m.flags]); }
        else if (m.type === 3) { const e = decodeDone(m)!; res.push([3, e.errno, e.extack?.msg ?? null, e.extack?.offset ?? null, m.flags]); }
        else if (m.type === 16) {
          const set = new Set<number>(); const p = m.payload;
          for (let o = 16; o + 4 <= p.length;) { const l = p[o]! | (p[o + 1]! << 8); set.add((p[o + 2]! | (p[o + 3]! << 8)) & 0x3fff); o += (l + 3) & ~3; }
          res.push([16, m.flags, [...set].sort((a, b) => a - b)]);
        } else res.push([m.type, m.flags, toHex(m.payload)]);
      }
    }
    if (JSON.stringify(res) !== JSON.stringify(c.res)) { bad++; if (bad < 40) console.log(c.req, '\n  real', JSON.stringify(c.res), '\n  sim ', JSON.stringify(res)); }
  }
  console.log('cases', cases.length, 'differ', bad);
});
