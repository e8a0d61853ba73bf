import { describe, expect, it } from 'vitest';
import { utf8Decode, utf8Encode } from '../../../lib/text.ts';
import { NO_COST } from '../../../sim/core/cost.ts';
import { SimKernel } from '../../../sim/core/kernel.ts';
import { SystemError } from '../../../syscall/index.ts';
import {
  O_APPEND,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
} from '../../../uapi/fcntl.ts';
import { type Process, System } from '../index.ts';

const host = {
  turn: (): Promise<void> => new Promise((r) => setImmediate(r)),
  monotonic: (): number => performance.now() * 1e6,
  after: (): (() => void) => () => {},
};

/** Runs `body` as the only process of a machine. */
async function inMachine(body: (p: Process) => Promise<void>): Promise<void> {
  const crashes: unknown[] = [];
  const system = new System({
    kernel: new SimKernel({ host, cost: NO_COST }, () => {}),
    programs: [{ name: 'ip', paths: ['/usr/bin/ip', '/usr/sbin/ip'], load: async () => async () => 0 }],
    hostname: 'box',
    files: new Map([['/tmp/given/file', 'content']]),
    onCrash: (_p, e) => crashes.push(e),
  });
  const p = system.start(async (proc) => (await body(proc), 0), ['test']);
  await system.waitExit(p);
  if (crashes.length > 0) throw crashes[0];
}

function code(f: () => unknown): string {
  try {
    f();
    return 'ok';
  } catch (e) {
    if (e instanceof SystemError) return e.code;
    throw e;
  }
}

const opened = async (p: Process, path: string, flags: number): Promise<string> => {
  try {
    p.close(await p.open(path, flags));
    return 'ok';
  } catch (e) {
    if (e instanceof SystemError) return e.code;
    throw e;
  }
};

describe('names', () => {
  it('errnos are those of Linux', () =>
    inMachine(async (p) => {
      const { fs } = p;
      p.cwd = '/tmp';
      fs.mkdir('d');
      fs.writeFile('f', 'x');
      fs.symlink('loop', 'loop');
      fs.symlink('nowhere', 'dangling');
      fs.symlink('d', 'ld');
      const cases: readonly [() => unknown, string][] = [
        [() => fs.stat(''), 'ENOENT'],
        [() => fs.stat('none'), 'ENOENT'],
        [() => fs.stat('none/x'), 'ENOENT'],
        [() => fs.stat('f/x'), 'ENOTDIR'],
        [() => fs.stat('f/'), 'ENOTDIR'],
        [() => fs.stat('f/.'), 'ENOTDIR'],
        [() => fs.stat('d/'), 'ok'],
        [() => fs.stat('loop'), 'ELOOP'],
        [() => fs.lstat('loop'), 'ok'],
        [() => fs.stat('dangling'), 'ENOENT'],
        [() => fs.stat('x'.repeat(256)), 'ENAMETOOLONG'],
        [() => fs.stat('x'.repeat(255)), 'ENOENT'],
        [() => fs.stat('x/'.repeat(3000)), 'ENAMETOOLONG'],
        [() => fs.mkdir('d'), 'EEXIST'],
        [() => fs.mkdir('loop'), 'EEXIST'],
        [() => fs.mkdir('dangling'), 'EEXIST'],
        [() => fs.mkdir('none/x'), 'ENOENT'],
        [() => fs.mkdir('f/x'), 'ENOTDIR'],
        [() => fs.mkdir('/proc/x'), 'ENOENT'],
        [() => fs.mkdir('/sys/x'), 'EPERM'],
        [() => fs.mkdir('/proc/sys/x'), 'ENOENT'],
        [() => fs.mkdir('f/'), 'EEXIST'],
        [() => fs.mkdir('/'), 'EEXIST'],
        [() => fs.mkdir('..'), 'EEXIST'],
        [() => fs.symlink('a', 'y/'), 'ENOENT'],
        [() => fs.link('f', 'y/'), 'ENOENT'],
        [() => fs.writeFile('f/', ''), 'EISDIR'],
        [() => fs.rmdir('loop/'), 'ENOTDIR'],
        [() => fs.unlink('f/'), 'ENOTDIR'],
        [() => fs.unlink('ld/'), 'ENOTDIR'],
        [() => fs.unlink('..'), 'EISDIR'],
        [() => fs.unlink('/'), 'EISDIR'],
        [() => fs.rename('d', 'ld'), 'ENOTDIR'],
        [() => fs.rename('f', '..'), 'EBUSY'],
        [() => fs.rename('/proc/uptime', '/proc/u'), 'ENOENT'],
        [() => fs.writeFile('/proc/sys/kernel/ostype', 'x'), 'EACCES'],
        [() => fs.writeFile('/sys/x', ''), 'EACCES'],
        [() => fs.writeFile('d', ''), 'EISDIR'],
        [() => fs.writeFile('new/', ''), 'EISDIR'],
        [() => fs.rmdir('f'), 'ENOTDIR'],
        [() => fs.rmdir('ld'), 'ENOTDIR'],
        [() => fs.rmdir('none'), 'ENOENT'],
        [() => fs.rmdir('/tmp'), 'ENOTEMPTY'],
        [() => fs.rmdir('d/.'), 'EINVAL'],
        [() => fs.rmdir('d/..'), 'ENOTEMPTY'],
        [() => fs.rmdir('/run'), 'EBUSY'],
        [() => fs.rmdir('/'), 'EBUSY'],
        [() => fs.unlink('d'), 'EISDIR'],
        [() => fs.unlink('none'), 'ENOENT'],
        [() => fs.unlink('/proc/uptime'), 'EPERM'],
        [() => fs.readlink('f'), 'EINVAL'],
        [() => fs.readdir('f'), 'ENOTDIR'],
        [() => fs.readFile('d'), 'EISDIR'],
        [() => fs.link('d', 'd2'), 'EPERM'],
        [() => fs.link('f', 'd'), 'EEXIST'],
        [() => fs.link('f', '/run/f'), 'EXDEV'],
        [() => fs.rename('f', '/run/f'), 'EXDEV'],
        [() => fs.rename('f', 'd'), 'EISDIR'],
        [() => fs.rename('d', 'f'), 'ENOTDIR'],
        [() => fs.rename('d', 'd/in'), 'EINVAL'],
        [() => fs.rename('none', 'x'), 'ENOENT'],
        [() => fs.rename('d/.', 'x'), 'EBUSY'],
        [() => fs.rename('f', 'x/'), 'ENOTDIR'],
        [() => fs.symlink('', 'x'), 'ENOENT'],
        [() => fs.mount('nofs', 'd'), 'ENODEV'],
        [() => fs.bind('f', 'd'), 'ENOTDIR'],
        [() => fs.umount('d'), 'EINVAL'],
        [() => (p.cwd = 'f'), 'ENOTDIR'],
        [() => (p.cwd = 'none'), 'ENOENT'],
      ];
      expect(cases.map(([f]) => `${String(f)} ${code(f)}`)).toEqual(cases.map(([f, want]) => `${String(f)} ${want}`));
      expect(await opened(p, 'f', O_WRONLY | O_CREAT | O_EXCL)).toBe('EEXIST');
      expect(await opened(p, 'dangling', O_WRONLY | O_CREAT | O_EXCL)).toBe('EEXIST');
      expect(await opened(p, 'd', O_RDWR)).toBe('EISDIR');
      expect(await opened(p, 'f', O_RDONLY | O_DIRECTORY)).toBe('ENOTDIR');
      expect(await opened(p, 'ld', O_RDONLY | O_NOFOLLOW)).toBe('ELOOP');
      expect(await opened(p, 'dangling', O_WRONLY | O_CREAT)).toBe('ok');
      expect([...fs.readdir('.')].sort()).toEqual(['d', 'dangling', 'f', 'given', 'ld', 'loop', 'nowhere']);
      expect(fs.realpath('ld/../ld')).toBe('/tmp/d');
      expect(fs.realpath('/var/run/../bin')).toBe('/usr/bin');
    }));

  it('files keep what is written', () =>
    inMachine(async (p) => {
      const { fs } = p;
      expect(fs.readText('/tmp/given/file')).toBe('content');
      const w = await p.open('/tmp/a', O_WRONLY | O_CREAT | O_TRUNC, 0o666);
      expect(w).toBe(0);
      await p.write(w, utf8Encode('one\n'));
      const a = await p.open('/tmp/a', O_WRONLY | O_APPEND);
      await p.write(a, utf8Encode('two\n'));
      await p.write(w, utf8Encode('2'));
      expect(fs.readText('/tmp/a')).toBe('one\n2wo\n');
      expect(fs.stat('/tmp/a')).toMatchObject({ mode: 0o100644, size: 8, nlink: 1 });
      fs.link('/tmp/a', '/tmp/b');
      fs.unlink('/tmp/a');
      expect(fs.stat('/tmp/b').nlink).toBe(1);
      fs.rename('/tmp/b', '/tmp/c');
      const r = await p.open('/tmp/c', O_RDONLY);
      expect(utf8Decode(await p.read(r, 3))).toBe('one');
      expect(utf8Decode(await p.read(r))).toBe('\n2wo\n');
      expect((await p.read(r)).length).toBe(0);
    }));

  it('has the base tree', () =>
    inMachine(async (p) => {
      const { fs } = p;
      expect(fs.readText('/etc/hostname')).toBe('box\n');
      expect(fs.readText('/etc/iproute2/rt_tables')).toContain('254\tmain\n');
      expect(fs.readText('/etc/services')).toContain('ssh\t\t22/tcp\n');
      expect(fs.which('ip')).toBe('/usr/sbin/ip');
      expect(fs.stat('/bin/ip').nlink).toBe(2);
      expect(fs.stat('/sbin/ip').ino).toBe(fs.stat('/bin/ip').ino);
      expect(fs.stat('/tmp').mode).toBe(0o41777);
      expect([...fs.readdir('/')].sort()).toEqual(
        'bin boot dev etc home lib lib64 media mnt opt proc root run sbin srv sys tmp usr var'.split(' '),
      );
      expect(fs.readdir('/dev')).toContain('urandom');
      expect(fs.stat('/dev/null')).toMatchObject({ mode: 0o20666, rdev: 0x103 });
      fs.writeFile('/dev/null', 'x');
      expect(code(() => fs.writeFile('/dev/full', 'x'))).toBe('ENOSPC');
      expect(await opened(p, '/dev/tty', O_RDWR)).toBe('ENXIO');
    }));

  it('shows processes in /proc', () =>
    inMachine(async (p) => {
      const { fs } = p;
      p.env.set('A', 'b');
      expect(fs.readlink('/proc/self')).toBe('1');
      expect(fs.readText('/proc/self/cmdline')).toBe('test\0');
      expect(fs.readText('/proc/1/environ')).toContain('A=b\0');
      expect(fs.readText('/proc/self/stat')).toMatch(/^1 \(test\) R 0 1 1 0 -1 /);
      expect(fs.readText('/proc/thread-self/comm')).toBe('test\n');
      expect(fs.readdir('/proc')).toContain('1');
      const fd = await p.open('/etc/hosts', O_RDONLY);
      expect(fs.readlink(`/proc/self/fd/${fd}`)).toBe('/etc/hosts');
      expect(fs.readText(`/dev/fd/${fd}`)).toContain('localhost');
      const [rd] = p.pipe();
      expect(fs.readlink(`/proc/self/fd/${rd}`)).toMatch(/^pipe:\[\d+\]$/);
      fs.writeFile('/proc/sys/kernel/hostname', 'other\n');
      expect(p.hostname).toBe('other');
      expect(fs.readdir('/proc/sys')).toEqual(['kernel', 'net']);
      expect(fs.readdir('/sys/class')).toEqual(['net']);
      expect(code(() => fs.stat('/proc/99'))).toBe('ENOENT');
      expect(fs.readText('/proc/mounts').split('\n')[0]).toBe('rootfs / rootfs rw 0 0');
    }));

  it('mounts cover what is below, and go along with a rename', () =>
    inMachine(async (p) => {
      const { fs } = p;
      fs.mkdir('/mnt/a');
      fs.mkdir('/mnt/a/b');
      fs.writeFile('/mnt/a/b/f', '1');
      fs.mount('tmpfs', '/mnt/a/b');
      expect(fs.readdir('/mnt/a/b')).toEqual([]);
      fs.writeFile('/mnt/a/b/g', '2');
      fs.rename('/mnt/a', '/mnt/c');
      expect(fs.readdir('/mnt/c/b')).toEqual(['g']);
      fs.bind('/mnt/c', '/srv');
      expect(fs.readdir('/srv/b')).toEqual(['f']);
      expect(code(() => fs.umount('/mnt'))).toBe('EINVAL');
      fs.umount('/mnt/c/b');
      expect(fs.readdir('/mnt/c/b')).toEqual(['f']);
      const child = p.fork(async (c) => {
        c.unshareMounts('private');
        c.fs.mount('tmpfs', '/mnt');
        return c.fs.readdir('/mnt').length;
      });
      expect(await p.wait(child.pid)).toMatchObject({ status: 0, signal: 0 });
      expect(fs.readdir('/mnt')).toEqual(['c']);
    }));
});
