import { expect, test } from 'vitest';
import { le32 } from '../../lib/bytes.ts';
import { decodeMessages, encodeMessage } from '../../netlink/message.ts';
import { linkFamily } from '../../netlink/link.ts';
import { SystemError } from '../../syscall/index.ts';
import {
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_LIST_MEMBERSHIPS,
  NETLINK_LISTEN_ALL_NSID,
  NETLINK_PKTINFO,
  NETLINK_ROUTE,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_MULTI,
  NLM_F_REQUEST,
} from '../../uapi/netlink.ts';
import { RTM_GETLINK, RTM_NEWLINK, RTMGRP_LINK, RTNLGRP_LINK, RTNLGRP_NSID } from '../../uapi/rtnetlink.ts';
import {
  AF_NETLINK,
  MSG_PEEK,
  MSG_TRUNC,
  POLLERR,
  POLLIN,
  SOCK_RAW,
  SOL_NETLINK,
  SOL_SOCKET,
  SO_RCVBUF,
} from '../../uapi/socket.ts';
import type { SockAddrNl, Socket } from '../../syscall/index.ts';
import { NO_COST } from '../core/cost.ts';
import type { SimTask } from '../core/task.ts';
import { createSimKernel } from '../index.ts';

const host = {
  turn: (): Promise<void> => new Promise((r) => setImmediate(r)),
  monotonic: () => 0,
  after: () => () => undefined,
};

async function task(): Promise<SimTask> {
  const t = createSimKernel({ host, cost: NO_COST }).fork(null);
  await t.yield_();
  return t;
}

const open = (t: SimTask): Socket => t.socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
const addr = (pid: number, groups: number): SockAddrNl => ({ family: AF_NETLINK, pid, groups });
const dumpLinks = (flags = NLM_F_REQUEST | NLM_F_DUMP): Uint8Array =>
  encodeMessage({ type: RTM_GETLINK, flags, seq: 1, pid: 0 }, linkFamily.encode({}));
const addVeth = (ifname: string): Uint8Array =>
  encodeMessage(
    { type: RTM_NEWLINK, flags: NLM_F_REQUEST | 0x600, seq: 1, pid: 0 },
    linkFamily.encode({ attrs: { ifname, linkinfo: { kind: 'veth' } } }),
  );

function code(work: () => unknown): string {
  try {
    work();
    return 'ok';
  } catch (e) {
    return (e as SystemError).code;
  }
}

test('a port is the pid, then a number below -4096; each only once', async () => {
  const t = await task();
  const [a, b, c] = [open(t), open(t), open(t)];
  a.bind(addr(0, 0));
  b.bind(addr(0, 0));
  expect((a.getsockname() as SockAddrNl).pid).toBe(t.pid);
  expect((b.getsockname() as SockAddrNl).pid | 0).toBeLessThan(-4096);
  expect(code(() => c.bind(addr(t.pid, 0)))).toBe('EADDRINUSE');
  a.close();
  expect(code(() => c.bind(addr(t.pid, RTMGRP_LINK)))).toBe('ok');
  expect(code(() => c.bind(addr(77, 0)))).toBe('EINVAL');
  expect((c.getsockname() as SockAddrNl).groups).toBe(RTMGRP_LINK);
});

test('families and protocols that are not there', async () => {
  const t = await task();
  expect(code(() => t.socket(AF_NETLINK, SOCK_RAW, 31))).toBe('EPROTONOSUPPORT');
  expect(code(() => t.socket(AF_NETLINK, 1, NETLINK_ROUTE))).toBe('ESOCKTNOSUPPORT');
});

test('a long dump comes in pieces that end with DONE; a second one meanwhile is EBUSY', async () => {
  const t = await task();
  const s = open(t);
  for (let i = 0; i < 20; i++) s.sendmsg(addVeth(`v${i}`));
  s.sendmsg(dumpLinks());
  s.sendmsg(dumpLinks());
  const types: number[] = [];
  let datagrams = 0;
  let busy = 0;
  while ((s.poll() & POLLIN) !== 0) {
    const r = s.recvmsg({ size: 32768 });
    datagrams++;
    expect(r.length).toBeLessThanOrEqual(32768);
    for (const m of decodeMessages(r.data)) {
      if (m.type === NLMSG_ERROR) busy = le32(m.payload, 0) | 0;
      else {
        expect(m.flags & NLM_F_MULTI).toBe(NLM_F_MULTI);
        types.push(m.type);
      }
    }
  }
  expect(busy).toBe(-16);
  expect(types).toEqual([...new Array<number>(41).fill(RTM_NEWLINK), NLMSG_DONE]);
  expect(datagrams).toBeGreaterThan(2);
});

test('MSG_PEEK leaves the datagram, MSG_TRUNC tells its length', async () => {
  const t = await task();
  const s = open(t);
  expect(code(() => s.recvmsg())).toBe('EAGAIN');
  s.sendmsg(dumpLinks());
  const peeked = s.recvmsg({ size: 0, flags: MSG_PEEK | MSG_TRUNC });
  expect([peeked.data.length, peeked.flags & MSG_TRUNC]).toEqual([0, MSG_TRUNC]);
  const whole = s.recvmsg();
  expect([whole.data.length, whole.length, whole.flags]).toEqual([peeked.length, peeked.length, 0]);
});

test('what is no request is acknowledged when asked and else passed over', async () => {
  const t = await task();
  const s = open(t);
  s.sendmsg(encodeMessage({ type: RTM_GETLINK, flags: NLM_F_ACK, seq: 9, pid: 0 }, new Uint8Array(16)));
  const m = decodeMessages(s.recvmsg().data)[0]!;
  expect([m.type, m.seq, le32(m.payload, 0)]).toEqual([NLMSG_ERROR, 9, 0]);
  s.sendmsg(encodeMessage({ type: RTM_GETLINK, flags: 0, seq: 9, pid: 0 }, new Uint8Array(16)));
  s.sendmsg(new Uint8Array(7));
  expect(s.poll() & POLLIN).toBe(0);
});

test('members hear changes; a full queue says ENOBUFS once', async () => {
  const t = await task();
  const [s, m] = [open(t), open(t)];
  m.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, RTNLGRP_LINK);
  m.setsockopt(SOL_NETLINK, NETLINK_PKTINFO, 1);
  expect(le32(m.getsockopt(SOL_NETLINK, NETLINK_LIST_MEMBERSHIPS), 0)).toBe(1);
  expect(code(() => m.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, 0))).toBe('EINVAL');
  m.setsockopt(SOL_SOCKET, SO_RCVBUF, 4096);
  s.sendmsg(addVeth('v0'));
  expect(m.poll() & (POLLIN | POLLERR)).toBe(POLLIN);
  const got = m.recvmsg();
  expect((got.from as SockAddrNl).groups).toBe(RTMGRP_LINK);
  expect(le32(got.control[0]!.data, 0)).toBe(RTNLGRP_LINK);
  for (let i = 1; i < 9; i++) s.sendmsg(addVeth(`v${i}`));
  expect(m.poll() & POLLERR).toBe(POLLERR);
  expect(code(() => m.recvmsg())).toBe('ENOBUFS');
  let n = 0;
  while ((m.poll() & POLLIN) !== 0 && n < 100) {
    m.recvmsg();
    n++;
  }
  expect(n).toBeGreaterThan(2);
  s.sendmsg(addVeth('v99'));
  expect(m.poll() & POLLIN).toBe(POLLIN);
});

test('NETLINK_LISTEN_ALL_NSID hears the namespaces that have an id here', async () => {
  const t = await task();
  const other = t.kernel.fork(t);
  other.unshareNet();
  const [s, m, there] = [open(t), open(t), open(other)];
  m.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, RTNLGRP_LINK);
  m.setsockopt(SOL_NETLINK, NETLINK_LISTEN_ALL_NSID, 1);
  there.sendmsg(addVeth('x0'));
  expect(m.poll() & POLLIN).toBe(0);
  s.sendmsg(
    encodeMessage(
      { type: RTM_NEWLINK, flags: NLM_F_REQUEST, seq: 1, pid: 0 },
      linkFamily.encode({ attrs: { ifname: 'lo', netNsPid: other.pid } }),
    ),
  );
  s.sendmsg(addVeth('v0'));
  s.sendmsg(
    encodeMessage(
      { type: RTM_NEWLINK, flags: NLM_F_REQUEST, seq: 1, pid: 0 },
      linkFamily.encode({ attrs: { ifname: 'v0', netNsPid: other.pid } }),
    ),
  );
  while ((m.poll() & POLLIN) !== 0) m.recvmsg();
  there.sendmsg(addVeth('y0'));
  const got = m.recvmsg();
  expect(got.control.map((c) => [c.type, le32(c.data, 0)])).toEqual([[NETLINK_LISTEN_ALL_NSID, 0]]);
  expect(RTNLGRP_NSID).toBe(28);
});
