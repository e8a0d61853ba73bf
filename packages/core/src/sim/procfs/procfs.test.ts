import { describe, expect, it } from 'vitest';
import { utf8Decode, utf8Encode } from '../../lib/text.ts';
import { openNetlink } from '../../netlink/index.ts';
import { SystemError } from '../../syscall/index.ts';
import { AF_INET, SO_DONTROUTE, SO_KEEPALIVE, SO_RCVTIMEO, SOCK_DGRAM, SOL_SOCKET } from '../../uapi/socket.ts';
import { NO_COST } from '../core/cost.ts';
import type { Host } from '../core/scheduler.ts';
import type { SimTask } from '../core/task.ts';
import { createSimKernel } from '../index.ts';
import { bitmap } from './ctl-ipv6.ts';
import { parseNumbers } from './ctl.ts';

const host: Host = {
  turn: () => new Promise((r) => setImmediate(r)),
  monotonic: () => performance.now() * 1e6,
  after: (ms, fn) => {
    const t = setTimeout(fn, ms);
    return () => clearTimeout(t);
  },
};

async function world(): Promise<SimTask> {
  const task = createSimKernel({ host, cost: NO_COST }).fork(null);
  await task.yield_();
  const c = openNetlink(task);
  await c.link.add({ ifname: 'v0', kind: 'veth', peer: { ifname: 'v1' } });
  for (const dev of ['lo', 'v0', 'v1']) await c.link.set(dev, { up: true });
  c.close();
  return task;
}

const file = (task: SimTask, path: string) => {
  const node = task.lookup(path);
  if (node === null || node.kind !== 'file') throw new Error(`${path}: no file`);
  return node;
};
const cat = (task: SimTask, path: string): string => utf8Decode(file(task, path).read());
/** errno of writing; 0 when it went well. */
function echo(task: SimTask, path: string, text: string): number {
  try {
    file(task, path).write!(utf8Encode(`${text}\n`));
    return 0;
  } catch (e) {
    if (e instanceof SystemError) return Math.abs(e.errno);
    throw e;
  }
}
const ls = (task: SimTask, path: string): readonly string[] => {
  const node = task.lookup(path);
  return node?.kind === 'dir' ? node.entries() : [];
};
const EIO = 5;
const EINVAL = 22;
const EOPNOTSUPP = 95;
const CONF6 = '/proc/sys/net/ipv6/conf';

describe('/proc/sys', () => {
  it('every file can be read, or says why not', async () => {
    const task = await world();
    const refused: string[] = [];
    let seen = 0;
    const walk = (path: string): void => {
      const node = task.lookup(path);
      if (node?.kind === 'dir') for (const name of node.entries()) walk(`${path}/${name}`);
      else if (node?.kind === 'file') {
        seen++;
        try {
          if ((node.mode & 0o444) !== 0) node.read();
        } catch {
          refused.push(path.replace(/.*\//, ''));
        }
      }
    };
    walk('/proc/sys');
    walk('/proc/net');
    expect(seen).toBeGreaterThan(400);
    expect([...new Set(refused)]).toEqual(['stable_secret']);
  });

  it('refuses what would have no effect, and takes what asks for nothing', async () => {
    const task = await world();
    expect(echo(task, `${CONF6}/all/accept_redirects`, '0')).toBe(0);
    expect(cat(task, `${CONF6}/all/accept_redirects`)).toBe('0\n');
    expect(echo(task, `${CONF6}/v0/use_tempaddr`, '2')).toBe(EOPNOTSUPP);
    expect(echo(task, `${CONF6}/v0/use_tempaddr`, 'x')).toBe(EINVAL);
    expect(echo(task, '/proc/sys/net/ipv4/conf/all/bootp_relay', '1')).toBe(EOPNOTSUPP);
  });

  it('has the limits of Linux', async () => {
    const task = await world();
    const mtu = `${CONF6}/v0/mtu`;
    expect([1279, 1280, 1500, 1501].map((v) => echo(task, mtu, String(v)))).toEqual([EINVAL, 0, 0, EINVAL]);
    expect(echo(task, `${CONF6}/default/mtu`, '9000')).toBe(0);
    expect([-1, 0, 1, 3].map((v) => echo(task, `${CONF6}/v0/addr_gen_mode`, String(v)))).toEqual([EINVAL, 0, 0, 0]);
    expect(echo(task, '/proc/sys/net/ipv4/ipfrag_high_thresh', '1')).toBe(EINVAL);
    expect(echo(task, '/proc/sys/net/ipv4/ipfrag_low_thresh', '1')).toBe(0);
    expect(echo(task, '/proc/sys/net/ipv4/ipfrag_high_thresh', '1')).toBe(0);
  });

  it('a stable secret makes its device use it', async () => {
    const task = await world();
    expect(echo(task, `${CONF6}/v0/addr_gen_mode`, '2')).toBe(EINVAL);
    expect(echo(task, `${CONF6}/v0/stable_secret`, '1')).toBe(EIO);
    expect(echo(task, `${CONF6}/all/stable_secret`, '::1')).toBe(EIO);
    expect(echo(task, `${CONF6}/v0/stable_secret`, '2001:db8::1')).toBe(0);
    expect(cat(task, `${CONF6}/v0/stable_secret`)).toBe('2001:0db8:0000:0000:0000:0000:0000:0001\n');
    expect(cat(task, `${CONF6}/v0/addr_gen_mode`)).toBe('2\n');
  });

  it('disable_ipv6 of all reaches every device and takes addresses away', async () => {
    const task = await world();
    expect(cat(task, '/proc/net/if_inet6')).toContain('lo');
    expect(echo(task, `${CONF6}/all/disable_ipv6`, '1')).toBe(0);
    expect(cat(task, '/proc/net/if_inet6')).toBe('');
    expect(['default', 'lo', 'v0', 'v1'].map((d) => cat(task, `${CONF6}/${d}/disable_ipv6`))).toEqual([
      '1\n',
      '1\n',
      '1\n',
      '1\n',
    ]);
    expect(echo(task, `${CONF6}/lo/disable_ipv6`, '0')).toBe(0);
    expect(cat(task, '/proc/net/if_inet6')).toBe('00000000000000000000000000000001 01 80 10 80       lo\n');
  });

  it('ip_forward stops accepting redirects, and is the same as conf.all.forwarding', async () => {
    const task = await world();
    expect(echo(task, '/proc/sys/net/ipv4/ip_forward', '1')).toBe(0);
    expect(cat(task, '/proc/sys/net/ipv4/conf/all/forwarding')).toBe('1\n');
    expect(cat(task, '/proc/sys/net/ipv4/conf/v1/forwarding')).toBe('1\n');
    expect(cat(task, '/proc/sys/net/ipv4/conf/all/accept_redirects')).toBe('0\n');
  });

  it('a new namespace begins as the first one is', async () => {
    const task = await world();
    echo(task, '/proc/sys/net/ipv4/ip_default_ttl', '3');
    echo(task, `${CONF6}/default/hop_limit`, '3');
    task.unshareNet();
    expect(cat(task, '/proc/sys/net/ipv4/ip_default_ttl')).toBe('64\n');
    expect(cat(task, `${CONF6}/default/hop_limit`)).toBe('64\n');
    expect(ls(task, CONF6)).toEqual(['all', 'default', 'lo']);
  });

  it('times are kept in ticks', async () => {
    const task = await world();
    const neigh = '/proc/sys/net/ipv4/neigh/v0';
    echo(task, `${neigh}/retrans_time_ms`, '1');
    expect(cat(task, `${neigh}/retrans_time_ms`)).toBe('4\n');
    echo(task, `${neigh}/locktime`, '255');
    expect(cat(task, `${neigh}/locktime`)).toBe('254\n');
    expect(cat(task, '/proc/sys/net/ipv6/neigh/v0/retrans_time')).toBe('250\n');
  });
});

describe('reading numbers', () => {
  it.each([
    ['12\n', [12]],
    ['0x10 010', [16, 8]],
    ['-5', [-5]],
    ['x', null],
    ['', null],
    ['1x', null],
  ] as const)('%j', (text, numbers) => {
    expect(parseNumbers(text, 2)).toEqual(numbers);
  });
  it.each([
    ['3,1,2,9-11', '1-3,9-11'],
    ['', ''],
    ['255', '255'],
    ['256', null],
    ['4-2', null],
    ['a', null],
  ] as const)('bitmap %j', (text, mask) => {
    expect(bitmap(text)).toBe(mask);
  });
});

describe('options of sockets', () => {
  it('SO_DONTROUTE refuses gateways', async () => {
    const task = await world();
    const c = openNetlink(task);
    const index = Number(cat(task, '/sys/class/net/v0/ifindex'.replace('class/net', 'devices/virtual/net')));
    await c.addr.create({
      family: AF_INET,
      prefixlen: 24,
      index,
      attrs: { local: Uint8Array.of(10, 0, 0, 1), address: Uint8Array.of(10, 0, 0, 1) },
    });
    c.close();
    echo(task, '/proc/sys/net/ipv4/ip_forward', '0');
    const sk = task.socket(AF_INET, SOCK_DGRAM, 0);
    sk.setsockopt(SOL_SOCKET, SO_DONTROUTE, 1);
    expect(() => sk.connect({ family: AF_INET, address: 0x0a000002, port: 9 })).not.toThrow(SystemError);
    expect(() => sk.connect({ family: AF_INET, address: 0x0b000002, port: 9 })).toThrow(SystemError);
    sk.close();
  });
  it('those never set read as off', async () => {
    const task = await world();
    const sk = task.socket(AF_INET, SOCK_DGRAM, 0);
    expect([...sk.getsockopt(SOL_SOCKET, SO_KEEPALIVE)]).toEqual([0, 0, 0, 0]);
    const tv = Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0);
    sk.setsockopt(SOL_SOCKET, SO_RCVTIMEO, tv);
    expect(sk.getsockopt(SOL_SOCKET, SO_RCVTIMEO)).toEqual(tv);
    expect(() => sk.setsockopt(SOL_SOCKET, SO_RCVTIMEO, 1)).toThrow(SystemError);
    sk.close();
  });
});
