import { spawn, spawnSync } from 'node:child_process';
import { cutRun, type Instrumented, type RunResult } from './instrument.ts';

/** True when this process may make namespaces on a real Linux kernel. */
export function realKernelAvailable(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  if (spawnSync('unshare', ['-n', '-m', '-p', '-f', '-u', 'true']).status !== 0) return false;
  return ['ip', 'ping', 'bash'].every((p) => spawnSync('sh', ['-c', `command -v ${p}`]).status === 0);
}

/** What the answers depend on, for the recordings. */
export function realVersions(): Record<string, string> {
  const ask = (cmd: string): string => spawnSync('sh', ['-c', cmd]).stdout.toString().trim().split('\n')[0]!;
  return {
    kernel: ask('uname -r').replace(/^(\d+\.\d+).*/, '$1'),
    ip: ask('ip -V')
      .replace(/^.*iproute2-/, '')
      .replace(/,.*/, ''),
    ping: ask('ping -V').replace(/^.*iputils /, ''),
    bash: ask('bash --version').replace(/^.*version (\S+).*/, '$1'),
  };
}

/** The machine a session finds: an empty namespace, private /etc, /run, /tmp and /sys, a fixed environment. */
const SETUP = [
  'mount -t tmpfs t /tmp && mkdir /tmp/u /tmp/w && mount -t overlay -o lowerdir=/etc,upperdir=/tmp/u,workdir=/tmp/w t /etc',
  'mount -t tmpfs t /run && mount -t sysfs s /sys && mount -t tmpfs t /tmp',
  'hostname warren; printf "%b\\n" "127.0.0.1\\tlocalhost" "127.0.1.1\\twarren" "" "::1     localhost ip6-localhost ip6-loopback" "ff02::1 ip6-allnodes" "ff02::2 ip6-allrouters" > /etc/hosts',
  'cd /tmp; cat > "$1"',
  'exec env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 USER=root LOGNAME=root TERM=dumb SHELL=/bin/bash bash "$1" </dev/null',
].join('; ');

/**
 * Runs an instrumented script on the real kernel with the real programs, in namespaces that vanish with it.
 *
 * @param name file name the script sees itself under
 */
export function runReal(session: Instrumented, name: string, timeoutMs = 120_000): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      'unshare',
      [
        '-n',
        '-m',
        '-p',
        '-u',
        '-f',
        '--kill-child',
        '--mount-proc',
        '--propagation',
        'private',
        'bash',
        '-c',
        SETUP,
        'bash',
        name,
      ],
      { stdio: ['pipe', 'pipe', 'pipe'] },
    );
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('latin1').on('data', (d: string) => (stdout += d));
    child.stderr.setEncoding('latin1').on('data', (d: string) => (stderr += d));
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (signal !== null) reject(new Error(`${name}: no end after ${timeoutMs} ms on the real kernel`));
      else resolve(cutRun(utf8(stdout), utf8(stderr), code ?? 1, session.commands.length));
    });
    child.stdin.on('error', () => {});
    child.stdin.end(session.script);
  });
}

const utf8 = (latin1: string): string => Buffer.from(latin1, 'latin1').toString('utf8');
