/** Random and mutated netlink messages: never an exception, always a negative errno or 0, and the state can be dumped afterwards. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fromHex, le32, putLe16, putLe32, toHex } from '../../lib/bytes.ts';
import { Random } from '../../lib/random.ts';
import { addrFamily, decodeMessages, linkFamily, neighFamily, routeFamily, ruleFamily } from '../../netlink/index.ts';
import { SystemError, type Socket } from '../../syscall/index.ts';
import { NETLINK_ROUTE, NLM_F_ACK, NLM_F_DUMP, NLM_F_REQUEST, NLMSG_DONE, NLMSG_ERROR } from '../../uapi/netlink.ts';
import { RTM_GETADDR, RTM_GETLINK, RTM_GETNEIGH, RTM_GETROUTE, RTM_GETRULE } from '../../uapi/rtnetlink.ts';
import { AF_NETLINK, SOCK_RAW } from '../../uapi/socket.ts';
import { NO_COST } from '../core/cost.ts';
import type { SimTask } from '../core/task.ts';
import { createSimKernel } from '../index.ts';

/** Messages a run; a longer one is asked for by the environment. */
const MESSAGES = Number(process.env['WARREN_FUZZ'] ?? 5000);
const SEED = Number(process.env['WARREN_SEED'] ?? 1);
/** A world is made anew after so many, so that it does not only grow. */
const WORLD = 500;

const host = {
  turn: (): Promise<void> => new Promise((r) => setImmediate(r)),
  monotonic: () => 0,
  after: () => () => undefined,
};
const golden = JSON.parse(readFileSync(new URL('../../netlink/golden.json', import.meta.url), 'utf8')) as {
  datagrams: { readonly hex: string }[];
};
const corpus = golden.datagrams.flatMap((d) => {
  const b = fromHex(d.hex)!;
  const out: Uint8Array[] = [];
  for (let o = 0; o + 16 <= b.length;) {
    const len = le32(b, o);
    if (len < 16) break;
    out.push(b.slice(o, o + len));
    o += (len + 3) & ~3;
  }
  return out;
});

const INTERESTING = [
  0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 33, 64, 127, 128, 129, 254, 255, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff,
];

/** A message made of an old one: bits, words, lengths, types, attributes doubled, cut or swapped. */
function mutate(r: Random): Uint8Array {
  if (r.below(20) === 0) {
    const b = r.bytes(16 + r.below(80));
    putLe32(b, 0, b.length);
    putLe16(b, 4, 16 + r.below(110));
    putLe16(b, 6, NLM_F_REQUEST | NLM_F_ACK | (r.u32() & 0xf00));
    return b;
  }
  let b = corpus[r.below(corpus.length)]!.slice();
  if (r.below(3) > 0) putLe16(b, 4, 16 + r.below(4) + 4 * [0, 1, 2, 3, 4, 12, 18, 23][r.below(8)]!);
  putLe16(b, 6, NLM_F_REQUEST | NLM_F_ACK | (r.below(4) === 0 ? r.u32() & 0xf00 : 0x600));
  for (let n = r.below(6); n > 0; n--) {
    const at = 16 + r.below(Math.max(1, b.length - 16));
    switch (r.below(8)) {
      case 0:
        b[at] = r.u32();
        break;
      case 1:
        b[at] = INTERESTING[r.below(INTERESTING.length)]!;
        break;
      case 2:
        if ((at & ~3) + 4 <= b.length) putLe32(b, at & ~3, INTERESTING[r.below(INTERESTING.length)]!);
        break;
      case 3:
        if ((at & ~3) + 2 <= b.length) putLe16(b, at & ~3, r.below(64));
        break;
      case 4:
        if ((at & ~3) + 4 <= b.length) putLe16(b, (at & ~3) + 2, r.below(3) === 0 ? r.below(70) | 0x8000 : r.below(70));
        break;
      case 5:
        b = b.slice(0, at);
        break;
      case 6: {
        const other = corpus[r.below(corpus.length)]!;
        const from = (16 + r.below(Math.max(1, other.length - 16))) & ~3;
        const tail = other.subarray(from);
        const joined = new Uint8Array((at & ~3) + tail.length);
        joined.set(b.subarray(0, at & ~3));
        joined.set(tail, at & ~3);
        b = joined;
        break;
      }
      default:
        if (b.length > 20) b[20 + r.below(Math.min(8, b.length - 20))] = r.below(6);
    }
  }
  if (b.length < 16) b = corpus[0]!.slice();
  putLe32(b, 0, r.below(30) === 0 ? INTERESTING[r.below(INTERESTING.length)]! : b.length);
  return b;
}

const FAMILIES = [
  [RTM_GETLINK, linkFamily],
  [RTM_GETADDR, addrFamily],
  [RTM_GETROUTE, routeFamily],
  [RTM_GETNEIGH, neighFamily],
  [RTM_GETRULE, ruleFamily],
] as const;

function receive(s: Socket): ReturnType<typeof decodeMessages> {
  const all: ReturnType<typeof decodeMessages> = [];
  for (let i = 0; i < 10_000; i++) {
    try {
      const got = s.recvmsg({ size: 1 << 16 });
      if (got === null) break;
      all.push(...decodeMessages(got.data));
    } catch (e) {
      // ENOBUFS: a notification found no room, which is told once.
      if (!(e instanceof SystemError)) throw e;
      if (e.code === 'EAGAIN') break;
      expect(e.code).toBe('ENOBUFS');
    }
  }
  return all;
}

function send(s: Socket, b: Uint8Array): void {
  try {
    s.sendmsg(b);
  } catch (e) {
    if (!(e instanceof SystemError)) throw e;
  }
}

/** Every state there is, decoded. */
function dumps(t: SimTask): void {
  const s = t.socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
  for (const [type, family] of FAMILIES) {
    const b = new Uint8Array(16 + 12);
    putLe32(b, 0, b.length);
    putLe16(b, 4, type);
    putLe16(b, 6, NLM_F_REQUEST | NLM_F_DUMP);
    send(s, b);
    const messages = receive(s);
    expect(messages.at(-1)?.type, `the dump ${type} ends`).toBe(NLMSG_DONE);
    for (const m of messages) {
      if (m.type === NLMSG_DONE) continue;
      expect(m.type).not.toBe(NLMSG_ERROR);
      const v = family.decode(m.payload);
      expect(
        JSON.stringify(v, (_, x: unknown) => (typeof x === 'bigint' ? String(x) : x)),
        toHex(m.payload),
      ).not.toContain('unknown');
    }
  }
  s.close();
}

test(
  `${MESSAGES} odd messages are answered with 0 or an errno, and leave what can be dumped`,
  { timeout: 600_000 },
  async () => {
    const r = new Random(SEED);
    const codes = new Map<number, number>();
    for (let i = 0; i < MESSAGES; i += WORLD) {
      const kernel = createSimKernel({ host, cost: NO_COST });
      const task = kernel.fork(null);
      await task.yield_();
      const s = task.socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
      for (let k = 0; k < WORLD && i + k < MESSAGES; k++) {
        const b = mutate(r);
        try {
          send(s, b);
          for (const m of receive(s)) {
            if (m.type !== NLMSG_ERROR) continue;
            const errno = le32(m.payload, 0) | 0;
            if (errno > 0 || errno < -4095) throw new Error(`errno ${errno}`);
            codes.set(errno, (codes.get(errno) ?? 0) + 1);
          }
          if (k % 10 === 0) dumps(task);
          if (k % 50 === 0) kernel.clock.advance(1e9);
        } catch (e) {
          throw new Error(`message ${i + k}: ${toHex(b)}`, { cause: e });
        }
      }
      dumps(task);
      kernel.clock.advance(100e9);
      expect(kernel.skbPool.live).toBeLessThan(50);
    }
    // Most of it is refused, but not all, and not always for the same reason.
    expect(codes.get(0) ?? 0).toBeGreaterThan(MESSAGES / 100);
    expect(codes.size).toBeGreaterThan(8);
    if (process.env['WARREN_FUZZ'] !== undefined) console.log(Object.fromEntries(codes));
  },
);
