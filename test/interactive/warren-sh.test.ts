/** `warren sh` as a person uses it: in a terminal, with keys and eyes. */
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { warren } from '../cli/warren.ts';
import { SHORT_PROMPT, Tmux, hasTmux } from './tmux.ts';

if (!hasTmux) console.warn('!!!! tmux is not here: `warren sh` is not tried in a terminal');

describe.skipIf(!hasTmux)('warren sh in tmux', () => {
  let tmux: Tmux;
  beforeEach(() => {
    tmux = new Tmux();
  });
  afterEach(() => tmux.close());

  it('completion, as a person types', async () => {
    const w = tmux.open('warren sh --bare');
    await w.prompt();
    w.type('ip netns a');
    w.press('Tab');
    await w.shows('$ ip netns a');
    w.press('BSpace');
    w.line('add red');
    await w.run('ip link add v0 type veth peer name v1');
    await w.clear();
    w.type('ip netns exec r');
    w.press('Tab');
    w.type('ip link set v');
    w.press('Tab', 'Tab');
    await w.shows(/^\$ ip netns exec red ip link set v\nv0 {2}v1\n\$ ip netns exec red ip link set v$/);
    w.line('1 up');
    await w.shows('Cannot find device "v1"');
  });

  it('history search, and history that lasts', async () => {
    const w = tmux.open('warren sh --bare');
    await w.prompt();
    expect(await w.run('echo first one')).toBe('first one');
    expect(await w.run('echo second')).toBe('second');
    await w.clear();
    w.press('C-r');
    w.type('first');
    await w.shows("(reverse-i-search)`first': echo first one");
    w.press('Enter');
    await w.shows(/first one\n\$$/);
    w.press('C-d');
    await w.shows('ended: 0');
    await w.shows('restored');
    const path = join(tmux.home, 'state/warren/history');
    expect(readFileSync(path, 'utf8')).toBe(`${SHORT_PROMPT}\necho first one\necho second\necho first one\n`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const again = tmux.open('warren sh --bare');
    await again.prompt();
    again.press('Up', 'Up', 'Up');
    await again.shows('$ echo second');
  });

  it('Ctrl-C in a pipeline, and ping', async () => {
    const w = tmux.open('warren sh --bare');
    await w.prompt();
    await w.run('ip link set lo up');
    await w.clear();
    w.line('ping 127.0.0.1 | cat; echo not reached');
    await w.shows('icmp_seq=2');
    w.press('C-c');
    await w.shows(/\^C\n\$$/);
    expect(w.text).not.toContain('\nnot reached');
    await w.clear();
    w.line('ping 127.0.0.1');
    await w.shows('icmp_seq=2');
    w.press('C-c');
    const text = await w.shows(/mdev = .*\n\$$/);
    expect(text).toContain('--- 127.0.0.1 ping statistics ---\n');
    expect(text).toMatch(/\n(\d) packets transmitted, \1 received, 0% packet loss/);
  });

  it('Ctrl-Z, jobs, bg, fg, and what ends in the background', async () => {
    const w = tmux.open('warren sh --bare');
    await w.prompt();
    await w.clear();
    w.line('sleep 2');
    w.press('C-z');
    await w.shows('^Z\n[1]+  Stopped                 sleep 2\n$');
    w.line('bg');
    await w.shows('[1]+ sleep 2 &\n$');
    w.line('jobs');
    await w.shows('[1]+  Running                 sleep 2 &\n$');
    w.line('fg');
    await w.shows('$ fg\nsleep 2');
    await w.shows(/fg\nsleep 2\n\$$/);
    await w.clear();
    w.line('(sleep 1; echo from behind) &');
    await w.shows(/\[1\] \d+\n\$$/);
    w.type('echo typed');
    await w.shows('echo typedfrom behind');
    w.press('Enter');
    await w.shows(/\ntyped\n\[1\]\+ {2}Done {20}\( sleep 1; echo from behind \)\n\$$/);
    w.line('sleep 100');
    await w.shows('sleep 100');
    w.press('C-z');
    await w.shows('Stopped                 sleep 100');
    w.line('exit');
    await w.shows('exit\nThere are stopped jobs.\n$');
    w.line('exit 3');
    await w.shows('ended: 3');
    await w.shows('restored');
  });

  it('another size of the window', async () => {
    const w = tmux.open('warren sh --bare', { cols: 60, rows: 20 });
    await w.prompt();
    expect(await w.run('echo $COLUMNS $LINES; stty size')).toBe('60 20\n20 60');
    await w.run('seq 5');
    const typed = `echo ${'0123456789'.repeat(5)}`;
    w.type(typed);
    await w.shows(`$ ${typed}`);
    await w.resize(40, 20);
    await w.shows(`$ ${typed}`.replace(/^(.{40})/, '$1\n'));
    await w.resize(100, 20);
    await w.shows(new RegExp(`(^|\\n)\\$ ${typed}$`));
    w.type('X');
    w.press('Enter');
    await w.shows(`\n${'0123456789'.repeat(5)}X\n$`);
    expect(await w.run('echo $COLUMNS $LINES')).toBe('100 20');
  });

  it('--attach: tcpdump in one terminal, ping in the other', async () => {
    const one = tmux.open('warren sh --bare');
    await one.prompt();
    const two = tmux.open('warren sh --attach', { cols: 120 });
    await two.prompt();
    expect(await one.run('tty')).toBe('/dev/pts/0');
    expect(await two.run('tty; stty size')).toBe('/dev/pts/1\n24 120');
    const [socket] = readdirSync(join(tmux.home, 'run/warren'));
    expect(socket).toMatch(/^\d+\.sock$/);
    expect(statSync(join(tmux.home, 'run/warren', socket!)).mode & 0o777).toBe(0o600);
    expect(statSync(join(tmux.home, 'run/warren')).mode & 0o777).toBe(0o700);
    await one.run('ip link set lo up');
    await two.clear();
    two.line('tcpdump -ni lo icmp');
    await two.shows('listening on lo');
    expect(await one.run('ping -c 1 127.0.0.1')).toContain('1 packets transmitted, 1 received');
    await two.shows(/127\.0\.0\.1 > 127\.0\.0\.1: ICMP echo reply/);
    two.press('C-c');
    await two.shows(/packets captured[^]*\n\$$/);
    await two.resize(100, 30);
    expect(await two.run('stty size')).toBe('30 100');
    two.line('exit 5');
    await two.shows('ended: 5');
    await two.shows('restored');
    expect(await one.run('ls /dev/pts')).toBe('0');
    const three = tmux.open('warren sh --attach');
    await three.prompt();
    one.line('exit');
    await one.shows('ended: 0');
    await three.shows('warren: the machine has ended\nended: 129');
    await three.shows('restored');
    expect(readdirSync(join(tmux.home, 'run/warren'))).toEqual([]);
  });

  it('--attach: no machine, several, names', async () => {
    const none = tmux.open('warren sh --attach');
    await none.shows('warren: no machine runs; `warren sh` starts one\nended: 1');
    const a = tmux.open('warren sh --bare --name a');
    const b = tmux.open('warren sh --bare --name b');
    await a.prompt();
    await b.prompt();
    const which = tmux.open('warren sh --attach');
    await which.shows('warren: several machines run: a, b; say which with --name\nended: 1');
    const wrong = tmux.open('warren sh --attach --name c');
    await wrong.shows('warren: no machine called c runs\nended: 1');
    const again = tmux.open('warren sh --bare --name a');
    await again.shows('warren: a machine called a runs already\nended: 1');
    await b.run('touch /tmp/this-is-b');
    const right = tmux.open('warren sh --attach --name b');
    await right.prompt();
    expect(await right.run('ls /tmp')).toBe('this-is-b');
  });

  it('the terminal is given back after SIGTERM and a crash; a socket left behind is replaced', async () => {
    const w = tmux.open('warren sh --bare --name a');
    await w.prompt();
    const world = (pid: number): number =>
      Number(spawnSync('pgrep', ['-P', String(pid), 'node'], { encoding: 'utf8' }).stdout.trim());
    process.kill(world(w.pid), 'SIGTERM');
    await w.shows('ended: 143');
    await w.shows('restored');
    expect(readdirSync(join(tmux.home, 'run/warren'))).toEqual([]);
    const killed = tmux.open('warren sh --bare --name a');
    await killed.prompt();
    process.kill(world(killed.pid), 'SIGKILL');
    await killed.shows('ended: 137');
    expect(readdirSync(join(tmux.home, 'run/warren'))).toEqual(['a.sock']);
    const none = tmux.open('warren sh --attach');
    await none.shows('warren: no machine runs');
    const next = tmux.open('warren sh --bare --name a');
    await next.prompt();
    const guest = tmux.open('warren sh --attach');
    await guest.prompt();
  });

  it('the window is closed: the world ends', async () => {
    const w = tmux.open('warren sh --bare --name a');
    await w.prompt();
    w.line('sleep 1000');
    const guest = tmux.open('warren sh --attach');
    await guest.prompt();
    w.kill();
    await guest.shows('warren: the machine has ended');
    expect(readdirSync(join(tmux.home, 'run/warren'))).toEqual([]);
  });

  it('a guest that goes hangs up its own shell only', async () => {
    const w = tmux.open('warren sh --bare --name a');
    await w.prompt();
    const guest = tmux.open('warren sh --attach');
    await guest.prompt();
    guest.line('sleep 1000');
    await guest.shows('sleep 1000');
    guest.kill();
    await w.clear();
    w.line('while pgrep sleep; do sleep 0.2; done; ls /dev/pts');
    await w.shows(/\n0\n\$$/);
  });

  it('a job that dies leaves the terminal as it was', async () => {
    const w = tmux.open('warren sh --bare');
    await w.prompt();
    await w.run("sh -c 'stty raw -echo; kill -9 $$'");
    expect(await w.run('echo sane')).toBe('sane');
  });

  it('standard output may go elsewhere', async () => {
    const w = tmux.open(`warren sh --bare >${tmux.home}/out`);
    await w.prompt();
    w.line('echo to the file; echo to me >&2; exit');
    await w.shows('to me');
    await w.shows('ended: 0');
    expect(readFileSync(join(tmux.home, 'out'), 'utf8')).toBe('to the file\n');
  });

  it('options of the machine', async () => {
    const w = tmux.open(`warren sh --bare --seed 7 --clock virtual --pcap ${tmux.home}/p.pcapng`);
    await w.prompt();
    await w.run('ip link set lo up; ping -c 100 127.0.0.1 | tail -2 | head -1');
    expect(w.text).toContain('100 packets transmitted, 100 received');
    w.press('C-d');
    await w.shows('ended: 0');
    expect(readFileSync(join(tmux.home, 'p.pcapng')).length).toBeGreaterThan(10_000);
  });
});

describe('warren sh without a terminal', () => {
  it('reads commands as bash does', () => {
    expect(warren(['sh', '--bare'], 'echo one\nread x\ntwo\necho "[$x]"; exit 3\necho never\n')).toEqual({
      stdout: 'one\n[two]\n',
      stderr: '',
      status: 3,
    });
  });
  it('--attach needs one', () => {
    expect(warren(['sh', '--attach'])).toEqual({
      stdout: '',
      stderr: 'warren: --attach needs a terminal\n',
      status: 1,
    });
  });
  it('refuses names that are none', () => {
    expect(warren(['sh', '--name', 'a/b'])).toMatchObject({ stdout: '', status: 2 });
  });
});
