import { describe, expect, it } from 'vitest';
import { SystemError, type Received, type SockAddr, type Socket, type Task } from '../syscall/index.ts';
import { EAGAIN, EBUSY, EINVAL } from '../uapi/errno.ts';
import {
  NLM_F_ACK,
  NLM_F_CREATE,
  NLM_F_DUMP,
  NLM_F_DUMP_INTR,
  NLM_F_EXCL,
  NLM_F_MULTI,
  NLM_F_REQUEST,
} from '../uapi/netlink.ts';
import { POLLIN } from '../uapi/socket.ts';
import {
  decodeMessages,
  encodeDone,
  encodeError,
  encodeMessage,
  linkFamily,
  NetlinkError,
  newExtAck,
  openMonitor,
  openNetlink,
  type NlMessage,
} from './index.ts';

const PID = 77;
const opts = { capAck: false, extAck: true };

/** A kernel that is a function from a request to datagrams; they arrive when the caller sleeps. */
function fakeTask(answer: (m: NlMessage) => readonly Uint8Array[]): {
  task: Task;
  push(b: Uint8Array): void;
  options: number[];
} {
  const ready: Uint8Array[] = [];
  const later: Uint8Array[] = [];
  const waiters = new Set<() => void>();
  const options: number[] = [];
  const none = (): never => {
    throw new SystemError(EINVAL, 'fake');
  };
  const socket: Socket = {
    family: 16,
    type: 3,
    protocol: 0,
    ino: 1,
    ioctl: none,
    bind: () => undefined,
    connect: none,
    listen: none,
    accept: none,
    getsockname: (): SockAddr => ({ family: 16, pid: PID, groups: 0 }),
    getpeername: none,
    sendmsg(data) {
      for (const m of decodeMessages(data)) later.push(...answer(m));
      return data.length;
    },
    recvmsg(): Received {
      const data = ready.shift();
      if (data === undefined) throw new SystemError(EAGAIN, 'recvmsg');
      return { data, length: data.length, from: { family: 16, pid: 0, groups: 0 }, flags: 0, control: [] };
    },
    setsockopt: (_level, option) => void options.push(option),
    getsockopt: none,
    shutdown: none,
    close: () => undefined,
    poll: () => (ready.length > 0 ? POLLIN : 0),
    addWaiter: (w) => void waiters.add(w),
    removeWaiter: (w) => void waiters.delete(w),
  };
  const task = {
    socket: () => socket,
    wake: () => undefined,
    async block(deadline: number) {
      await Promise.resolve();
      const next = later.shift();
      if (next === undefined) {
        if (deadline === Infinity) throw new Error('would sleep for ever');
        return false;
      }
      ready.push(next);
      for (const w of waiters) w();
      return true;
    },
  } as unknown as Task;
  return { task, push: (b) => later.push(b), options };
}

const ack = (m: NlMessage): Uint8Array => encodeError(m.raw, PID, 0, undefined, opts);
const lo = (m: NlMessage, index: number, flags = NLM_F_MULTI): Uint8Array =>
  encodeMessage(
    { type: 16, flags, seq: m.seq, pid: PID },
    linkFamily.encode({ index, attrs: { ifname: `d${index}` } }),
  );

describe('client', () => {
  it('makes a veth pair with the flags of `ip link add`', async () => {
    const seen: NlMessage[] = [];
    const { task, options } = fakeTask((m) => (seen.push(m), [ack(m)]));
    const conn = openNetlink(task);
    expect(options).toEqual([11, 12]);
    await conn.link.add({ ifname: 'v0', kind: 'veth', peer: { ifname: 'v1', netNsFd: 3 }, up: true });
    expect(seen[0]!.flags).toBe(NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
    expect(linkFamily.decode(seen[0]!.payload)).toMatchObject({
      flags: 1,
      change: 1,
      attrs: { ifname: 'v0', linkinfo: { kind: 'veth', data: { peer: { attrs: { ifname: 'v1', netNsFd: 3 } } } } },
    });
  });

  it('names the attribute the kernel refused', async () => {
    const { task } = fakeTask((m) => {
      const ext = { ...newExtAck(), msg: 'mtu less than device minimum', offset: linkFamily.offsetOf(m.raw, 'mtu') };
      return [encodeError(m.raw, PID, -EINVAL, ext, opts)];
    });
    const e: unknown = await openNetlink(task)
      .link.set(3, { mtu: 20 })
      .catch((x: unknown) => x);
    expect(e).toBeInstanceOf(NetlinkError);
    expect(e).toMatchObject({
      code: 'EINVAL',
      errno: -22,
      syscall: 'RTM_NEWLINK',
      extack: { attribute: 'mtu' },
      strerror: 'Invalid argument',
    });
    expect((e as Error).message).toBe('RTM_NEWLINK: mtu less than device minimum (EINVAL, at mtu)');
  });

  it('collects a dump of several datagrams and repeats one that was interrupted', async () => {
    let n = 0;
    const { task } = fakeTask((m) => {
      expect(m.flags).toBe(NLM_F_REQUEST | NLM_F_DUMP);
      n++;
      return [lo(m, 1), new Uint8Array([...lo(m, 2), ...encodeDone(m.seq, PID, 0, n === 1 ? NLM_F_DUMP_INTR : 0)])];
    });
    expect((await openNetlink(task).link.dump()).map((l) => l.attrs.ifname)).toEqual(['d1', 'd2']);
    expect(n).toBe(2);
  });

  it('keeps requests apart and skips what is not its own', async () => {
    const { task } = fakeTask((m) => [lo({ ...m, seq: 999 }, 5, 0), lo(m, m.seq, 0), ack(m)]);
    const conn = openNetlink(task);
    const both = await Promise.all([conn.link.get(1), conn.link.get('x')]);
    expect(both.map((l) => l.index)).toEqual([1, 2]);
  });

  it('keeps a warning, and goes on after an error', async () => {
    let n = 0;
    const { task } = fakeTask((m) => [
      encodeError(m.raw, PID, n++ === 0 ? -EBUSY : 0, { ...newExtAck(), msg: 'careful' }, opts),
    ]);
    const conn = openNetlink(task);
    await expect(conn.link.del('a')).rejects.toMatchObject({ code: 'EBUSY' });
    expect((await conn.link.del('a')).warnings[0]?.msg).toBe('careful');
  });

  it('a dump that fails in the middle is an error', async () => {
    const { task } = fakeTask((m) => [encodeDone(m.seq, PID, -EINVAL, 0, { ...newExtAck(), msg: 'no' }, opts)]);
    await expect(openNetlink(task).route.dump()).rejects.toMatchObject({
      syscall: 'RTM_GETROUTE',
      extack: { msg: 'no' },
    });
  });

  it('a monitor hears and times out', async () => {
    const f = fakeTask(() => []);
    const mon = openMonitor(f.task, [1, 5]);
    f.push(lo({ seq: 0 } as NlMessage, 9, 0));
    expect((await mon.next())?.message.type).toBe(16);
    expect(await mon.next(1)).toBeUndefined();
  });
});
