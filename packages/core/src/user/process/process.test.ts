import { describe, expect, it } from 'vitest';
import { utf8Decode, utf8Encode } from '../../lib/text.ts';
import { SimKernel } from '../../sim/core/kernel.ts';
import { type Cost, DEFAULT_COST, NO_COST } from '../../sim/core/cost.ts';
import { SystemError } from '../../syscall/index.ts';
import {
  SIGCHLD,
  SIGCONT,
  SIGINT,
  SIGKILL,
  SIGPIPE,
  SIGSTOP,
  SIGTERM,
  SIGTSTP,
  SIGTTIN,
  SIGUSR1,
} from '../../uapi/signal.ts';
import { O_CREAT, O_EXCL, O_RDONLY, O_WRONLY } from '../../uapi/fcntl.ts';
import { type Child, HostInput, HostOutput, type Program, type ProgramEntry, System, Tty } from './index.ts';

const host = {
  turn: (): Promise<void> => new Promise((r) => setImmediate(r)),
  monotonic: (): number => performance.now() * 1e6,
  after: (ms: number, fn: () => void): (() => void) => {
    const t = setTimeout(fn, ms);
    return () => clearTimeout(t);
  },
};

const program = (name: string, main: Program, ...paths: string[]): ProgramEntry => ({
  name,
  paths: [`/usr/bin/${name}`, ...paths],
  load: async () => main,
});

const PROGRAMS: readonly ProgramEntry[] = [
  program('true', async () => 0),
  program('echo', async (p) => {
    p.out(`${p.argv.slice(1).join(' ')}\n`);
    return 0;
  }),
  program('cat', async (p) => {
    for (;;) {
      const b = await p.read(0);
      if (b.length === 0) return 0;
      await p.write(1, b);
    }
  }),
  program('yes', async (p) => {
    for (;;) {
      p.out('y\n');
      await p.drain();
    }
  }),
  program('args', async (p) => {
    p.out(JSON.stringify([...p.argv, p.name]));
    return 3;
  }),
];

async function* bytesOf(...chunks: string[]): AsyncGenerator<Uint8Array> {
  for (const c of chunks) {
    await host.turn();
    yield utf8Encode(c);
  }
}

interface Ran {
  status: number;
  signal: number;
  out: string;
  err: string;
  crashes: unknown[];
  system: System;
}

async function run(main: Program, stdin: string[] = [], cost: Cost = NO_COST): Promise<Ran> {
  const kernel = new SimKernel({ host, cost }, () => {});
  const crashes: unknown[] = [];
  let [out, err] = ['', ''];
  const system = new System({ kernel, programs: PROGRAMS, hostname: 'box', onCrash: (_p, e) => crashes.push(e) });
  const fds = [
    new HostInput(bytesOf(...stdin)),
    new HostOutput((b) => void (out += utf8Decode(b))),
    new HostOutput((b) => void (err += utf8Decode(b))),
  ];
  const p = system.start(main, ['init'], { fds });
  const r = await system.waitExit(p);
  return { status: r.status, signal: r.signal, out, err, crashes, system };
}

const code = async (f: () => unknown): Promise<string> => {
  try {
    await f();
    return 'ok';
  } catch (e) {
    if (e instanceof SystemError) return e.code;
    throw e;
  }
};

describe('processes', () => {
  it('runs, prints, exits', async () => {
    const r = await run(async (p) => {
      p.out('a');
      p.err('b');
      p.out('c\n');
      return 300;
    });
    expect(r).toMatchObject({ status: 44, out: 'ac\n', err: 'b', crashes: [] });
  });

  it('exit() flushes', async () => {
    const r = await run(async (p) => {
      p.out('x');
      return p.exit(7);
    });
    expect(r).toMatchObject({ status: 7, out: 'x' });
  });

  it('spawns from PATH and waits', async () => {
    const r = await run(async (p) => {
      const c = await p.spawn('echo', ['echo', 'hi']);
      expect(c.pid).toBe(2);
      expect(await p.wait(-1)).toEqual({ pid: 2, status: 0, signal: 0, stopped: 0 });
      expect(await code(() => p.wait(-1))).toBe('ECHILD');
      expect(await code(() => p.spawn('nope', ['nope']))).toBe('ENOENT');
      expect(await code(() => p.spawn('/etc/hosts', ['x']))).toBe('EACCES');
      p.fs.writeFile('/tmp/t', 'echo\n');
      p.fs.chmod('/tmp/t', 0o755);
      expect(await code(() => p.spawn('/tmp/t', ['x']))).toBe('ENOEXEC');
      expect(await code(() => p.spawn('/etc', ['x']))).toBe('EACCES');
      return 0;
    });
    expect(r).toMatchObject({ status: 0, out: 'hi\n', crashes: [] });
  });

  it('runs scripts through their interpreter, and copies of programs', async () => {
    const r = await run(async (p) => {
      p.fs.writeFile('/tmp/s', '#! /bin/args  -x y \nrest');
      p.fs.chmod('/tmp/s', 0o755);
      await p.spawn('/tmp/s', ['s', '1', '2']);
      expect((await p.wait(-1))!.status).toBe(3);
      p.fs.writeFile('/tmp/copy', p.fs.readFile('/bin/echo'));
      p.fs.chmod('/tmp/copy', 0o755);
      await p.spawn('/tmp/copy', ['copy', 'copied']);
      await p.wait(-1);
      return 0;
    });
    expect(r.crashes).toEqual([]);
    expect(r.out).toBe('["/bin/args","-x y","/tmp/s","1","2","args"]copied\n');
  });

  it('pipes end by SIGPIPE', async () => {
    const r = await run(async (p) => {
      const [rd, wr] = p.pipe();
      const yes = p.fork(async (c) => {
        c.dup2(wr, 1);
        c.close(rd);
        c.close(wr);
        return c.execve('/bin/yes', ['yes'], c.env);
      });
      p.close(wr);
      let n = 0;
      for await (const line of p.lines(rd)) {
        expect(line).toBe('y');
        if (++n === 5000) break;
      }
      p.close(rd);
      const w = await p.wait(yes.pid);
      expect(w).toEqual({ pid: yes.pid, status: 0, signal: SIGPIPE, stopped: 0 });
      return 0;
    });
    expect(r).toMatchObject({ status: 0, crashes: [] });
  });

  it('moves much through a pipe, both ways blocking', async () => {
    const r = await run(async (p) => {
      const [rd, wr] = p.pipe();
      p.fork(async (c) => {
        c.close(rd);
        const chunk = new Uint8Array(100_000).fill(7);
        for (let i = 0; i < 20; i++) await c.write(wr, chunk);
        return 0;
      });
      p.close(wr);
      const all = await p.readAll(rd);
      expect(all.length).toBe(2_000_000);
      expect(all.every((b) => b === 7)).toBe(true);
      return 0;
    });
    expect(r).toMatchObject({ status: 0, crashes: [] });
  });

  it('reads host input', async () => {
    const r = await run(
      async (p) => {
        const lines: string[] = [];
        for await (const line of p.lines()) {
          lines.push(line);
          if (lines.length === 2) break;
        }
        p.out(JSON.stringify(lines));
        p.out(utf8Decode(await p.readAll()));
        return 0;
      },
      ['a\nb', 'c\nd\n', 'e'],
    );
    expect(r).toMatchObject({ out: '["a","bc"]d\ne', crashes: [] });
  });

  it('sleeps in virtual time, wakes by signals', async () => {
    const r = await run(async (p) => {
      const t = p.task.now();
      await p.nanosleep(5e9);
      expect(p.task.now() - t).toBe(5e9);
      const child = p.fork(async (c) => {
        await c.nanosleep(100e9);
        return 0;
      });
      await p.nanosleep(1e9);
      p.kill(child.pid, SIGTERM);
      expect(await p.wait(child.pid)).toMatchObject({ signal: SIGTERM });
      expect(p.task.now() - t).toBe(6e9);
      const got: number[] = [];
      p.signal(SIGUSR1, (n) => got.push(n));
      p.fork(async (c) => {
        await c.nanosleep(1e9);
        c.kill(p.pid, SIGUSR1);
        return 0;
      });
      expect(await code(() => p.nanosleep(10e9))).toBe('EINTR');
      expect(got).toEqual([SIGUSR1]);
      p.signal(SIGUSR1, 'ignore');
      p.kill(p.pid, SIGUSR1);
      expect(await p.wait(-1)).toMatchObject({ status: 0 });
      const group = p.fork(async (c) => {
        c.kill(0, SIGINT);
        return 0;
      });
      expect(await p.wait(group.pid)).toMatchObject({ signal: SIGINT });
      // Number 1 is harmed by none of its own, but by itself if it wants to end so.
      p.kill(p.pid, SIGINT);
      p.raise(SIGINT);
      return 0;
    });
    expect(r).toMatchObject({ signal: SIGINT, crashes: [] });
  });

  it('kills what never blocks, at tick', async () => {
    const r = await run(
      async (p) => {
        const child = p.fork(async (c) => {
          for (;;) await c.tick();
        });
        await p.nanosleep(1);
        p.kill(child.pid, SIGKILL);
        expect(await p.wait(-1)).toMatchObject({ signal: SIGKILL });
        return 0;
      },
      [],
      DEFAULT_COST,
    );
    expect(r).toMatchObject({ status: 0, crashes: [] });
  });

  it('stops and continues', async () => {
    const r = await run(async (p) => {
      let chld = 0;
      p.signal(SIGCHLD, () => chld++);
      const child = p.fork(async (c) => {
        await c.nanosleep(2e9);
        return 5;
      });
      await p.nanosleep(1e9);
      p.kill(child.pid, SIGSTOP);
      expect(await p.wait(child.pid, { untraced: true })).toMatchObject({ stopped: SIGSTOP, pid: child.pid });
      expect(p.processes.get(child.pid)!.state).toBe('T');
      expect(p.fs.readText(`/proc/${child.pid}/status`)).toContain('State:\tT (stopped)\n');
      expect(await p.wait(child.pid, { nohang: true, untraced: true })).toBe(null);
      await code(() => p.nanosleep(5e9));
      expect(p.processes.get(child.pid)!.state).toBe('T');
      p.kill(child.pid, SIGCONT);
      expect(await p.wait(child.pid)).toMatchObject({ status: 5 });
      await p.tick();
      expect(chld).toBeGreaterThanOrEqual(2);
      return 0;
    });
    expect(r).toMatchObject({ status: 0, crashes: [] });
  });

  it('kills a reader of host input', async () => {
    const r = await run(
      async (p) => {
        const child = p.fork(async (c) => (await c.read(0)).length);
        await p.tick();
        await p.task.yield_();
        p.kill(child.pid, SIGTERM);
        expect(await p.wait(-1)).toMatchObject({ signal: SIGTERM });
        return 0;
      },
      ['late'],
    );
    expect(r).toMatchObject({ status: 0, crashes: [] });
  });

  it('reports a crash and goes on', async () => {
    const r = await run(async (p) => {
      p.fork(async (c) => {
        c.out('partial');
        throw new TypeError('bug');
      });
      expect(await p.wait(-1)).toMatchObject({ signal: 6 });
      return 0;
    });
    expect(r).toMatchObject({ status: 0, out: 'partial' });
    expect(r.crashes).toHaveLength(1);
  });

  it('reparents and reaps orphans', async () => {
    const r = await run(async (p) => {
      let orphan: Child | null = null;
      const child = p.fork(async (c) => {
        orphan = c.fork(async (g) => {
          await g.nanosleep(1e9);
          g.out(`ppid ${g.ppid}\n`);
          return 0;
        });
        return 0;
      });
      await p.wait(child.pid);
      await p.nanosleep(3e9);
      expect(p.processes.get(orphan!.pid)).toBe(undefined);
      expect(p.processes.list().map((x) => x.pid)).toEqual([1]);
      return 0;
    });
    expect(r).toMatchObject({ out: 'ppid 1\n', crashes: [] });
  });

  it('a full device is told at exit', async () => {
    const r = await run(async (p) => {
      p.dup2(await p.open('/dev/full', O_WRONLY), 1);
      await p.spawn('echo', ['echo', 'x']);
      expect((await p.wait(-1))!.status).toBe(1);
      return 0;
    });
    expect(r).toMatchObject({ err: 'echo: write error: No space left on device\n', crashes: [] });
  });

  it('opens fifos from both ends', async () => {
    const r = await run(async (p) => {
      p.fs.mkfifo('/tmp/f');
      p.fork(async (c) => {
        const w = await c.open('/tmp/f', O_WRONLY);
        await c.write(w, utf8Encode('through'));
        return 0;
      });
      const f = await p.open('/tmp/f', O_RDONLY);
      p.out(utf8Decode(await p.readAll(f)));
      return 0;
    });
    expect(r).toMatchObject({ out: 'through', crashes: [] });
  });
});

describe('namespaces as files', () => {
  it('does what ip netns does', async () => {
    const r = await run(async (p) => {
      const { fs } = p;
      const own = fs.readlink('/proc/self/ns/net');
      expect(own).toMatch(/^net:\[\d+\]$/);
      fs.mkdir('/run/netns');
      fs.bind('/run/netns', '/run/netns');
      p.close(await p.open('/run/netns/a', O_RDONLY | O_CREAT | O_EXCL, 0));
      const c = p.fork(async (q) => {
        q.task.unshareNet();
        q.fs.bind('/proc/self/ns/net', '/run/netns/a');
        return 0;
      });
      await p.wait(c.pid);
      const ino = fs.stat('/run/netns/a').ino;
      expect(`net:[${ino}]`).not.toBe(own);
      expect(fs.stat('/proc/self/ns/net').ino).toBe(Number(own.slice(5, -1)));
      expect(await code(() => fs.unlink('/run/netns/a'))).toBe('EBUSY');
      expect(await code(() => p.open('/run/netns/a', O_RDONLY | O_CREAT | O_EXCL, 0))).toBe('EEXIST');
      const sleeper = p.fork(async (q) => {
        q.unshareMounts();
        const fd = await q.open('/run/netns/a', O_RDONLY);
        q.task.setns(q.fds.get(fd)!.netns!);
        q.close(fd);
        q.fs.umount('/sys', true);
        q.fs.mount('sysfs', '/sys');
        expect(q.fs.readlink('/proc/self/ns/net')).toBe(`net:[${ino}]`);
        await q.nanosleep(1e9);
        expect(q.fs.mounts().some((m) => m.target === '/run/netns/a')).toBe(false);
        return 0;
      });
      await p.nanosleep(0.5e9);
      expect(fs.readlink(`/proc/${sleeper.pid}/ns/net`)).toBe(`net:[${ino}]`);
      expect(fs.mounts().at(-1)).toEqual({ source: 'nsfs', target: '/run/netns/a', type: 'nsfs', options: 'rw' });
      expect(fs.readText('/proc/mounts')).toContain('nsfs /run/netns/a nsfs rw 0 0\n');
      fs.umount('/run/netns/a', true);
      fs.unlink('/run/netns/a');
      expect(fs.readdir('/run/netns')).toEqual([]);
      expect(await p.wait(sleeper.pid)).toMatchObject({ status: 0, signal: 0 });
      expect(await code(() => fs.umount('/tmp'))).toBe('EINVAL');
      return 0;
    });
    expect(r).toMatchObject({ status: 0, crashes: [] });
    const { kernel } = r.system as unknown as { kernel: SimKernel };
    expect([...kernel.nets].filter((n) => !n.dying)).toHaveLength(2);
  });
});

describe('terminal', () => {
  it('edits lines, signals, job control', async () => {
    const kernel = new SimKernel({ host, cost: NO_COST }, () => {});
    let screen = '';
    const crashes: unknown[] = [];
    const tty = new Tty({ output: (b) => void (screen += utf8Decode(b)) });
    const system = new System({ kernel, programs: PROGRAMS, hostname: 'box', onCrash: (_p, e) => crashes.push(e) });
    const log: string[] = [];
    const p = system.start(
      async (sh) => {
        expect(sh.isatty(0)).toBe(true);
        expect(sh.winsize(0)).toEqual({ rows: 24, cols: 80 });
        expect(sh.fs.stat('/dev/stdin').rdev).toBe(0x8800);
        sh.signal(SIGINT, 'ignore');
        sh.signal(SIGTSTP, 'ignore');
        const job = async (main: Program, fg: boolean): Promise<void> => {
          const c = sh.fork(
            async (q) => {
              q.signal(SIGINT, 'default');
              q.signal(SIGTSTP, 'default');
              return main(q);
            },
            { pgid: 0 },
          );
          if (fg) sh.tcsetpgrp(0, c.process.pgid);
          const w = (await sh.wait(c.pid, { untraced: true }))!;
          log.push(`${w.status} ${w.signal} ${w.stopped}`);
          sh.tcsetpgrp(0, sh.pgid);
          if (w.stopped !== 0) {
            sh.kill(-c.process.pgid, SIGCONT);
            sh.tcsetpgrp(0, c.process.pgid);
            const again = (await sh.wait(c.pid))!;
            log.push(`then ${again.status} ${again.signal}`);
            sh.tcsetpgrp(0, sh.pgid);
          }
        };
        const cat: Program = async (q) => {
          for await (const line of q.lines()) q.out(`<${line}>\n`);
          return 4;
        };
        await job(cat, true); // typed, ^D
        await job(cat, true); // ^C
        await job(cat, true); // ^Z
        await job(cat, false); // background read
        return 0;
      },
      ['sh'],
      { tty },
    );
    const type = async (s: string): Promise<void> => {
      for (let i = 0; i < 5; i++) await host.turn();
      tty.input(utf8Encode(s));
    };
    await type('helxx\x7f\x7flo\rone two\x17\x04');
    await type('\x04');
    await type('\x03');
    await type('\x1a');
    await type('back\r\x04');
    await type('more\r\x04');
    const end = await system.waitExit(p);
    expect(crashes).toEqual([]);
    expect(end).toMatchObject({ status: 0, signal: 0 });
    expect(log).toEqual(['4 0 0', '0 2 0', `0 0 ${SIGTSTP}`, 'then 4 0', `0 0 ${SIGTTIN}`, 'then 4 0']);
    expect(screen).toContain('<hello>\r\n');
    expect(screen).toContain('^C');
  });
});

it('is quick to fork', async () => {
  const N = 5000;
  let us = 0;
  const r = await run(async (p) => {
    const go = async (n: number): Promise<void> => {
      for (let i = 0; i < n; i++) {
        p.fork(async () => 0);
        await p.wait(-1);
      }
    };
    await go(N);
    const t = performance.now();
    await go(N);
    us = ((performance.now() - t) * 1000) / N;
    return 0;
  });
  expect(r.crashes).toEqual([]);
  // 5 us on the machine this was written on; the budget is 20.
  expect(us).toBeLessThan(200);
});
