import { describe, expect, it } from 'vitest';
import { NO_COST } from '../../sim/core/cost.ts';
import { SimKernel } from '../../sim/core/kernel.ts';
import { SystemError } from '../../syscall/index.ts';
import { O_RDONLY } from '../../uapi/fcntl.ts';
import { CLONE_NEWNET, CLONE_NEWPID, CLONE_NEWUSER, CLONE_NEWUTS } from '../../uapi/sched.ts';
import { SIGCHLD, SIGHUP, SIGKILL, SIGTERM, SIGUSR1 } from '../../uapi/signal.ts';
import { PidNamespace } from './pid-ns.ts';
import { type Process, System } from './index.ts';

const host = {
  turn: (): Promise<void> => new Promise((r) => setImmediate(r)),
  monotonic: (): number => 0,
  after: (): (() => void) => () => undefined,
};

/** Runs `main` as the first process; what it throws is thrown. */
async function run(main: (p: Process) => Promise<void>): Promise<void> {
  const crashes: unknown[] = [];
  const system = new System({
    kernel: new SimKernel({ host, cost: NO_COST }, () => undefined),
    programs: [],
    hostname: 'box',
    onCrash: (_p, e) => crashes.push(e),
  });
  await system.waitExit(
    system.start(
      async (p) => {
        await main(p);
        return 0;
      },
      ['main'],
    ),
  );
  if (crashes.length > 0) throw crashes[0];
}

const errno = (f: () => unknown): string => {
  try {
    f();
    return 'none';
  } catch (e) {
    if (e instanceof SystemError) return e.code;
    throw e;
  }
};

/** A child of a process that made itself a PID namespace. */
async function inNamespace(p: Process, main: (init: Process) => Promise<number>): Promise<void> {
  const child = p.fork(async (outer) => {
    outer.unshare(CLONE_NEWPID);
    return (await outer.wait(outer.fork(main).pid))!.status;
  });
  await p.wait(child.pid);
}

describe('PID namespaces', () => {
  it('number what is inside, here and above', () => {
    const root = new PidNamespace(1, null);
    const a = new PidNamespace(2, root);
    const b = new PidNamespace(3, a);
    a.add({ kpid: 7 });
    b.add({ kpid: 9 });
    expect([a.numberOf(7), a.numberOf(9), b.numberOf(9), b.numberOf(7), root.numberOf(9)]).toEqual([1, 2, 1, 0, 9]);
    expect([a.kernelNumber(2), b.kernelNumber(1), b.kernelNumber(2)]).toEqual([9, 9, 0]);
    expect([b.within(a), a.within(b), a.within(a)]).toEqual([true, false, true]);
    b.remove(9);
    expect([a.numberOf(9), b.kernelNumber(1)]).toEqual([0, 0]);
  });

  it('show each process its own numbers', () =>
    run(async (p) => {
      const seen: unknown[] = [];
      p.unshare(CLONE_NEWPID);
      const child = p.fork(async (init) => {
        seen.push([init.pid, init.ppid, init.pgid, init.sid]);
        const grandchild = init.fork(async (g) => {
          seen.push([g.pid, g.ppid, g.fs.readlink('/proc/self')]);
          g.fs.mount('proc', '/proc');
          seen.push([g.fs.readlink('/proc/self'), g.processes.list().map((x) => x.pid)]);
          return 5;
        });
        seen.push(await init.wait(grandchild.pid));
        return 0;
      });
      seen.push(child.pid);
      await p.wait(child.pid);
      expect(seen).toEqual([2, [1, 0, 0, 0], [2, 1, '3'], ['2', [1, 2]], { pid: 2, status: 5, signal: 0, stopped: 0 }]);
      expect(errno(() => p.fork(async () => 0))).toBe('ENOMEM');
      expect(errno(() => p.mayFork(1))).toBe('ENOMEM');
      expect(errno(() => p.unshare(CLONE_NEWPID))).toBe('EINVAL');
    }));

  it('end with their init, which signals from inside do not harm', () =>
    run(async (p) => {
      const log: string[] = [];
      p.unshare(CLONE_NEWPID);
      const child = p.fork(async (init) => {
        init.signal(SIGUSR1, () => log.push('handled'));
        for (const signal of [SIGKILL, SIGTERM, SIGUSR1]) init.kill(1, signal);
        init.fork(async (g) => {
          await g.nanosleep(1e12);
          return 0;
        });
        try {
          for (;;) await init.nanosleep(1e12);
        } finally {
          log.push('gone');
        }
      });
      await p.nanosleep(1e6);
      p.kill(child.pid, SIGTERM);
      await p.nanosleep(1e6);
      expect(log).toEqual(['handled']);
      p.kill(child.pid, SIGKILL);
      expect(await p.wait(child.pid)).toMatchObject({ signal: SIGKILL });
      expect(p.processes.list().map((x) => x.pid)).toEqual([p.pid]);
    }));

  it('give orphans to their init', () =>
    run((p) =>
      inNamespace(p, async (init) => {
        init.fork(async (middle) => {
          middle.fork(async (orphan) => {
            await orphan.nanosleep(1e9);
            expect(orphan.ppid).toBe(1);
            return 9;
          });
          return 0;
        });
        await init.nanosleep(2e9);
        expect(await init.wait(-1)).toMatchObject({ pid: 2, status: 0 });
        init.reapAdopted();
        await expect(init.wait(-1)).rejects.toMatchObject({ code: 'ECHILD' });
        return 0;
      }),
    ));
});

describe('namespaces', () => {
  it('are files that can be kept and entered', () =>
    run(async (p) => {
      p.fs.writeFile('/run/uts', '');
      const child = p.fork(async (c) => {
        c.unshare(CLONE_NEWUTS | CLONE_NEWNET);
        c.hostname = 'other';
        c.fs.bind('/proc/self/ns/uts', '/run/uts');
        expect(c.fs.readlink('/proc/self/ns/uts')).not.toBe(p.fs.readlink('/proc/1/ns/uts'));
        return 0;
      });
      await p.wait(child.pid);
      const fd = await p.open('/run/uts', O_RDONLY);
      expect(errno(() => p.setns(fd, CLONE_NEWPID))).toBe('EINVAL');
      p.setns(fd, CLONE_NEWUTS);
      expect(p.hostname).toBe('other');
      expect(errno(() => p.unshare(CLONE_NEWUSER))).toBe('EINVAL');
      expect(errno(() => p.fs.bind('/proc/self/ns/mnt', '/run/uts'))).toBe('EINVAL');
    }));

  it('of PID are entered by children', () =>
    run(async (p) => {
      const helper = p.fork(async (outer) => {
        outer.unshare(CLONE_NEWPID);
        const init = outer.fork(async (i) => {
          await i.nanosleep(1e9);
          return 0;
        });
        await outer.wait(init.pid);
        return 0;
      });
      await p.nanosleep(1e6);
      expect(helper.pid).toBe(2);
      const fd = await p.open('/proc/3/ns/pid', O_RDONLY);
      p.setns(fd, 0);
      const inside = p.fork(async (c) => c.pid * 10 + c.ppid);
      expect(await p.wait(inside.pid)).toMatchObject({ status: 20 });
    }));
});

describe('the death of a parent', () => {
  it('is told to a child that asked for it, and hangs up a stopped group', () =>
    run(async (p) => {
      const log: string[] = [];
      p.signal(SIGCHLD, 'ignore');
      p.fork(async (middle) => {
        middle.fork(async (c) => {
          c.deathSignal = SIGTERM;
          c.signal(SIGTERM, () => log.push('told'));
          await c.nanosleep(1e12).catch(() => undefined);
          return 0;
        });
        middle.fork(
          async (c) => {
            c.signal(SIGHUP, () => log.push('hung up'));
            c.kill(c.pid, 19);
            await c.nanosleep(1).catch(() => undefined);
            return 0;
          },
          { pgid: 0 },
        );
        await middle.nanosleep(1e6);
        return 0;
      });
      await p.nanosleep(1e9);
      expect(log).toEqual(['told', 'hung up']);
    }));
});

describe('mounts in a copied namespace', () => {
  /** Mount points below /tmp as a child sees them that copied the namespace so, after the parent mounted two more. */
  const seen = async (
    propagation: 'slave' | 'private' | 'unchanged',
    isolate: string | null,
    recursive = false,
  ): Promise<string[]> => {
    let list: string[] = [];
    await run(async (p) => {
      p.fs.mkdir('/tmp/a');
      p.fs.mkdir('/tmp/b');
      p.fs.mount('tmpfs', '/tmp/a');
      p.fs.mkdir('/tmp/a/c');
      const child = p.fork(async (c) => {
        c.unshareMounts(propagation);
        if (isolate !== null) c.fs.makePrivate(isolate, recursive);
        await c.nanosleep(10);
        list = c.fs
          .mounts()
          .map((m) => m.target)
          .filter((t) => t.startsWith('/tmp'));
        return 0;
      });
      await p.nanosleep(5);
      p.fs.mount('tmpfs', '/tmp/b');
      p.fs.mount('tmpfs', '/tmp/a/c');
      await p.wait(child.pid);
    });
    return list;
  };
  it('show as slaves what is mounted later, unless they are made private', async () => {
    expect(await seen('slave', null)).toEqual(['/tmp/a', '/tmp/b', '/tmp/a/c']);
    expect(await seen('private', null)).toEqual(['/tmp/a']);
    expect(await seen('unchanged', null)).toEqual(['/tmp/a']);
    expect(await seen('slave', '/tmp/a')).toEqual(['/tmp/a', '/tmp/b']);
    expect(await seen('slave', '/', false)).toEqual(['/tmp/a', '/tmp/a/c']);
    expect(await seen('slave', '/', true)).toEqual(['/tmp/a']);
  });
  it('are made private only where something is mounted', () =>
    run(async (p) => {
      expect(errno(() => p.fs.makePrivate('/tmp', false))).toBe('EINVAL');
    }));
});
