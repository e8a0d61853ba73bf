/** The shell at a terminal of a machine: keys in, screen out, in virtual time. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Machine } from '@warren/core';
import { describe, expect, it } from 'vitest';
import { IUTF8 } from '../../packages/core/src/uapi/termios.ts';
import { nodeHost } from '../support/host.ts';
import { MemoryHistory, Seat } from './machine.ts';

/** Types a session, and looks at the screen it leaves. */
async function session(typed: string, options: Parameters<typeof Seat.at>[0] = {}): Promise<readonly string[]> {
  const seat = await Seat.at(options);
  for (const part of typed.split('\n')) if (part !== '') await seat.type(part);
  return seat.screen.lines;
}

describe('prompt and commands', () => {
  it('has a prompt like root on Debian', async () => {
    const seat = await Seat.at({ env: { PS1: '\\u@\\h:\\w\\$ ' } });
    expect(seat.screen.text).toBe('root@warren:~#');
    expect(await seat.type('cd /etc; echo hello | cat<Enter>')).toBe(
      'root@warren:~# cd /etc; echo hello | cat\nhello\nroot@warren:/etc#',
    );
  });
  it('a nested shell has the same one, without being told', async () => {
    const seat = await Seat.at();
    await seat.type('unset PS1; bash<Enter>');
    expect(seat.screen.lines.at(-1)).toBe('root@warren:~#');
  });
  it("bash's words for errors name no line", async () => {
    const seat = await Seat.at();
    expect(await seat.run('nosuch')).toBe('bash: nosuch: command not found\n$');
    expect(await seat.run('echo )')).toBe("bash: syntax error near unexpected token `)'\n$");
    expect(await seat.run('(nosuch)')).toBe('bash: nosuch: command not found\n$');
    expect(await seat.run('cd nodir')).toBe('bash: cd: nodir: No such file or directory\n$');
    expect(await seat.run('${x?bad}')).toBe('bash: x: bad\n$');
    expect(await seat.run("printf 'true\\nnosuch2\\necho )\\n' >f.sh; . ./f.sh")).toBe(
      "bash: nosuch2: command not found\nbash: ./f.sh: line 3: syntax error near unexpected token `)'\n" +
        "bash: ./f.sh: line 3: `echo )'\n$",
    );
  });
  it('escapes of PS1', async () => {
    const seat = await Seat.at();
    const shown = async (ps1: string): Promise<string> => {
      const text = await seat.run(`PS1='${ps1}|'`);
      const at = text.lastIndexOf('\n') + 1;
      return text.slice(at);
    };
    expect(await shown('\\u \\h \\H \\w \\W \\$ \\j \\l')).toBe('root warren warren ~ ~ # 0 0|');
    expect(await shown('\\s \\v \\V \\101\\\\')).toBe('bash 5.2 5.2.15 A\\|');
    expect(await shown('\\[\\e[1m\\]bold\\[\\e[0m\\]')).toBe('bold|');
    expect(await shown('$HOME $(echo sub) `echo old`')).toBe('/root sub old|');
    expect(await shown('one\\ntwo')).toBe('two|');
  });
  it('goes on over several lines', async () => {
    const seat = await Seat.at();
    expect(await seat.run('for i in 1 2<Enter>do<Enter>echo $i<Enter>done')).toBe('> do\n> echo $i\n> done\n1\n2\n$');
    expect(await seat.run('echo "a<Enter>b"')).toBe('> b"\na\nb\n$');
    expect(await seat.run('cat <<E<Enter>x<Enter>E')).toBe('> x\n> E\nx\n$');
    expect(await seat.run('echo one \\<Enter>two')).toBe('> two\none two\n$');
  });
  it('Ctrl-D, exit, and the status they leave', async () => {
    const seat = await Seat.at();
    await seat.type('(exit 3)<Enter>');
    await seat.type('<C-d>');
    expect(seat.screen.lines).toEqual(['$ (exit 3)', '$', 'exit']);
    expect(seat.status).toBe(3);
    const other = await Seat.at();
    await other.type('exit 7<Enter>');
    expect(other.status).toBe(7);
    expect(other.screen.modes.size).toBe(0);
  });
});

describe('Ctrl-C', () => {
  it('gives up the line', async () => {
    expect(await session('echo abc\n<C-c>\necho $?<Enter>')).toEqual(['$ echo abc^C', '$ echo $?', '130', '$']);
  });
  it('ends a command, and the list and the loop it is in', async () => {
    expect(await session('cat; echo no<Enter>\n<C-c>\nfor i in 1 2; do cat; done<Enter>\n<C-c>')).toEqual([
      '$ cat; echo no',
      '^C',
      '$ for i in 1 2; do cat; done',
      '^C',
      '$',
    ]);
  });
  it('ends a pipeline', async () => {
    expect(await session('cat | cat | cat<Enter>\n<C-c>\necho ${PIPESTATUS[@]}<Enter>')).toEqual([
      '$ cat | cat | cat',
      '^C',
      '$ echo ${PIPESTATUS[@]}',
      '130 130 130',
      '$',
    ]);
  });
  it('ping prints its statistics', async () => {
    const machine = Machine.boot({ host: nodeHost, hostname: 'warren', speed: 50 });
    const seat = await Seat.at({ machine });
    await seat.type('ip link set lo up; ping 127.0.0.1<Enter>');
    await new Promise((resolve) => setTimeout(resolve, 100));
    await seat.type('<C-c>');
    expect(seat.screen.text).toContain('--- 127.0.0.1 ping statistics ---');
    expect(seat.screen.text).toContain(' 0% packet loss');
  });
  it('runs a trap on it', async () => {
    expect(await session("trap 'echo trapped' INT<Enter>\nabc\n<C-c>")).toEqual([
      "$ trap 'echo trapped' INT",
      '$ abc^C',
      'trapped',
      '$',
    ]);
  });
});

describe('job control', () => {
  it('Ctrl-Z, jobs, bg, fg', async () => {
    const typed = [
      'cat<Enter>',
      '<C-z>',
      'cat | cat<Enter>',
      '<C-z>',
      'jobs<Enter>',
      'fg %1<Enter>',
      'x<Enter>',
      '<C-d>',
      'jobs<Enter>',
    ];
    expect(await session(typed.join('\n'), { rows: 40 })).toEqual([
      '$ cat',
      '^Z',
      '[1]+  Stopped                 cat',
      '$ cat | cat',
      '^Z',
      '[2]+  Stopped                 cat | cat',
      '$ jobs',
      '[1]-  Stopped                 cat',
      '[2]+  Stopped                 cat | cat',
      '$ fg %1',
      'cat',
      'x',
      'x',
      '$ jobs',
      '[2]+  Stopped                 cat | cat',
      '$',
    ]);
  });
  it('who reads in the background is stopped', async () => {
    expect(await session('cat &<Enter>\n<Enter>')).toEqual([
      '$ cat &',
      expect.stringMatching(/^\[1\] \d+$/),
      '$',
      '',
      '[1]+  Stopped                 cat',
      '$',
    ]);
    expect(await session('cat<Enter>\n<C-z>\nbg<Enter>\n<Enter>')).toEqual([
      '$ cat',
      '^Z',
      '[1]+  Stopped                 cat',
      '$ bg',
      '[1]+ cat &',
      '$',
      '',
      '[1]+  Stopped                 cat',
      '$',
    ]);
  });
  it('tells of what ended', async () => {
    const seat = await Seat.at();
    expect(await seat.run('sleep 1 & sleep 2')).toMatch(/^\[1\] \d+\n\[1\]\+  Done {20}sleep 1\n\$$/);
    expect(await seat.run('(exit 3) & sleep 2')).toMatch(/^\[1\] \d+\n\[1\]\+  Exit 3 {18}\( exit 3 \)\n\$$/);
    expect(await seat.run('sleep 9 & kill -9 $!; sleep 1')).toMatch(/^\[1\] \d+\n\[1\]\+  Killed {18}sleep 9\n\$$/);
    expect(await seat.run("sh -c 'kill -9 $$'")).toBe('Killed\n$');
    expect(await seat.run("sh -c 'kill $$'")).toBe('Terminated\n$');
    expect(await seat.run("sh -c 'kill -SEGV $$'")).toBe('Segmentation fault\n$');
  });
  it('exit with stopped jobs', async () => {
    const seat = await Seat.at();
    await seat.type('cat<Enter>');
    await seat.type('<C-z>');
    expect(await seat.run('exit')).toBe('exit\nThere are stopped jobs.\n$');
    expect(await seat.run('true')).toBe('$');
    await seat.type('<C-d>');
    expect(seat.status).toBe(null);
    await seat.type('exit 4<Enter>');
    expect(seat.status).toBe(4);
  });
  it('words of fg, bg, kill and disown', async () => {
    const seat = await Seat.at();
    expect(await seat.run('fg')).toBe('bash: fg: current: no such job\n$');
    expect(await seat.run('bg %7')).toBe('bash: bg: %7: no such job\n$');
    expect(await seat.run('kill %3')).toBe('bash: kill: %3: no such job\n$');
  });
  it('a killed program leaves no odd terminal', async () => {
    const seat = await Seat.at();
    await seat.run("sh -c 'stty raw -echo; kill -9 $$'");
    expect(await seat.run('stty -a | grep -c " icanon"')).toBe('1\n$');
  });
  it('a shell in a shell controls jobs of its own', async () => {
    expect(await session('bash<Enter>\nPS1="in "<Enter>\n<C-l>\ncat<Enter>\n<C-z>\nfg<Enter>\n<C-c>\n<C-d>')).toEqual([
      'in cat',
      '^Z',
      '[1]+  Stopped                 cat',
      'in fg',
      'cat',
      '^C',
      'in',
      'exit',
      '$',
    ]);
  });
});

describe('history', () => {
  it('lasts: every command is kept at once', async () => {
    const history = new MemoryHistory(['old one', 'old two']);
    const seat = await Seat.at({ history });
    expect(await seat.run('history')).toBe('    1  old one\n    2  old two\n    3  history\n$');
    await seat.run('for i in 1<Enter>do echo $i<Enter>done');
    expect(history.lines).toEqual(['old one', 'old two', 'history', 'for i in 1; do echo $i; done']);
    await seat.type('<C-l><C-r>two');
    expect(seat.screen.text).toBe("(reverse-i-search)`two': old two");
  });
  it('in the machine: HISTFILE', async () => {
    const machine = Machine.boot({ host: nodeHost });
    const first = await Seat.at({ machine });
    await first.type('echo kept<Enter>');
    await first.type('exit<Enter>');
    const second = await Seat.at({ machine });
    expect(await second.run('history; cat ~/.bash_history')).toBe(
      '    1  echo kept\n    2  exit\n    3  history; cat ~/.bash_history\necho kept\nexit\n$',
    );
  });
  it('HISTCONTROL, HISTSIZE, set +o history', async () => {
    const history = new MemoryHistory();
    const seat = await Seat.at({ history, env: { HISTCONTROL: 'ignoreboth' } });
    for (const line of ['a=1', 'a=1', ' a=2', 'a=3']) await seat.type(`${line}<Enter>`);
    expect(history.lines).toEqual(['a=1', 'a=3']);
    expect(await seat.run('HISTSIZE=2; history')).toBe('    2  a=3\n    3  HISTSIZE=2; history\n$');
  });
  it('fc lists, and runs again', async () => {
    const seat = await Seat.at();
    for (const line of ['echo a', 'echo b c', 'false']) await seat.type(`${line}<Enter>`);
    expect(await seat.run('fc -l')).toBe('1\t echo a\n2\t echo b c\n3\t false\n$'.replaceAll('\t', ' '.repeat(7)));
    expect(await seat.run('fc -ln -2 2')).toContain('false');
    expect(await seat.run('fc -s b=BB 2')).toBe('echo BB c\nBB c\n$');
    expect(await seat.run('fc -s nosuch')).toBe('bash: fc: no command found\n$');
    expect(await seat.run('history 2')).toBe(
      '    6  echo BB c\n    7  fc -s nosuch\n    8  history 2\n$'.replace(/^.*\n/, ''),
    );
  });
  it('expansions, shown before they run', async () => {
    const seat = await Seat.at();
    await seat.type('echo one two three<Enter>');
    expect(await seat.run('!!')).toBe('echo one two three\none two three\n$');
    expect(await seat.run('echo !$ !echo:1')).toBe('echo three one\nthree one\n$');
    expect(await seat.run('^three^3')).toBe('echo 3 one\n3 one\n$');
    expect(await seat.run('!nosuch')).toBe('bash: !nosuch: event not found\n$');
    expect(await seat.run('!1:p')).toBe('echo one two three\n$');
    expect(await seat.run('echo \'!!\' "a!" \\!x $!')).toBe('!! a! !x\n$');
    expect(await seat.run('!-2:gs/e/E/')).toContain('Echo onE two thrEE');
  });
});

describe('completion', () => {
  const seatWithNames = async (): Promise<Seat> => {
    const seat = await Seat.at();
    await seat.run('ip netns add red; ip netns add blue; ip link add veth0 type veth peer name veth1');
    return seat;
  };
  it.each([
    ['ech<Tab>', '$ echo'],
    ['ip lin<Tab>set ve<Tab>0<Tab>up', '$ ip link set veth0 up'],
    ['ip netns exec r<Tab>ip a<Tab>', '$ ip netns exec red ip addr'],
    ['ip -n b<Tab>link', '$ ip -n blue link'],
    ['ip link set veth0 net<Tab>b<Tab>', '$ ip link set veth0 netns blue'],
    ['tcpdump -i veth1<Tab>-n', '$ tcpdump -i veth1 -n'],
    ['sysctl net.ipv4.icmp_echo_ignore_a<Tab>', '$ sysctl net.ipv4.icmp_echo_ignore_all'],
    ['cat /etc/hostn<Tab>x', '$ cat /etc/hostname x'],
    ['cd /us<Tab>loc<Tab>', '$ cd /usr/local/'],
    ['echo $HOM<Tab>x', '$ echo $HOME x'],
    ['cat "/etc/hostn<Tab>x', '$ cat "/etc/hostname" x'],
    ['echo a; ip li<Tab>x', '$ echo a; ip link x'],
    ['sudo ip li<Tab>x', '$ sudo ip link x'],
    ['ls > /etc/hostn<Tab>x', '$ ls > /etc/hostname x'],
  ])('%s', async (typed, want) => {
    const seat = await seatWithNames();
    await seat.type('<C-l>');
    expect(await seat.type(typed)).toBe(want);
  });
  it('anywhere in any line', async () => {
    const seat = await seatWithNames();
    const lines = [
      'ip -br -c addr show dev lo scope global up',
      'ip -n red route add default via 10.0.0.1 dev veth0 metric 5 table main',
      'ip netns exec red ip neighbour add 10.0.0.1 lladdr x dev veth0 nud permanent',
      'sudo -u root env A=1 nohup timeout 5 watch -n 1 ping -I lo localhost',
      'for i in $HOME ${PATH} "$(ls /etc/h)" `ls`; do cat <<<$i >"/tmp/a b" 2>&1 || ! kill -HUP %1; done',
      'sysctl -w net.ipv4.conf.all.forwarding=1; set -o emacs; shopt -s extglob; trap x INT',
      "echo 'it'\\''s' \\~ ~/ ~root/x {a,b} [a-z]* !ip !$ ^a^b",
    ];
    for (const line of lines) {
      for (let at = 0; at <= line.length; at++) await seat.type(`${line.slice(0, at)}<Tab><Tab>n<C-g><C-a><C-k>`);
      expect(seat.status).toBe(null);
    }
    expect(await seat.run('echo alive')).toBe('alive\n$');
  });
  it('lists what there is at the second Tab', async () => {
    const seat = await seatWithNames();
    await seat.type('<C-l>');
    expect(await seat.type('ip netns exec <Tab><Tab>')).toBe('$ ip netns exec\nblue  red\n$ ip netns exec');
    await seat.type('<C-u><C-l>');
    expect(await seat.type('ip link set <Tab><Tab>')).toBe(
      '$ ip link set\ndev    group  lo     veth0  veth1\n$ ip link set',
    );
    await seat.type('<C-u><C-l>');
    await seat.run('touch "a b" "a c"');
    await seat.type('<C-l>');
    expect(await seat.type('cat a<Tab><Tab>')).toBe('$ cat a\\\na b  a c\n$ cat a\\');
    expect(await seat.type('b<Tab>x')).toContain('$ cat a\\ b x');
  });
});

describe('the terminal', () => {
  it('another size: SIGWINCH, COLUMNS and LINES', async () => {
    const seat = await Seat.at({ cols: 40, rows: 10 });
    seat.terminal.resize(20, 60);
    await seat.settle();
    expect(await seat.run('echo $COLUMNS $LINES; stty size')).toBe('60 20\n20 60\n$');
  });
  it('several at once, each with its own', async () => {
    const machine = Machine.boot({ host: nodeHost });
    const one = await Seat.at({ machine });
    const two = await Seat.at({ machine });
    expect(await one.run('tty')).toBe('/dev/pts/0\n$');
    expect(await two.run('tty; ls /dev/pts')).toBe('/dev/pts/1\n0  1\n$');
    expect(await two.run('echo hello >/dev/pts/0')).toBe('$');
    await one.settle();
    expect(one.screen.text).toContain('hello');
    two.terminal.close();
    await two.settle();
    expect(two.status).toBe(129);
    expect(await one.run('ls /dev/pts')).toBe('0\n$');
  });
  it('closed: what runs is hung up', async () => {
    const machine = Machine.boot({ host: nodeHost });
    const one = await Seat.at({ machine });
    const two = await Seat.at({ machine });
    await two.type('sleep 1000<Enter>');
    two.terminal.close();
    await two.settle();
    expect(two.status).toBe(129);
    expect(await one.run('pgrep sleep')).toBe('$');
  });
  it('lines are edited where no editor is', async () => {
    expect(await session('cat<Enter>\nabx<BackSpace>c d<C-w>e<Enter>\n<C-d>')).toEqual([
      '$ cat',
      'abc e',
      'abc e',
      '$',
    ]);
    expect(await session('read -s x<Enter>\nhidden<Enter>\necho $x<Enter>')).toEqual([
      '$ read -s x',
      '$ echo $x',
      'hidden',
      '$',
    ]);
    expect(await session('read -n1 x<Enter>\nk\n<C-u>echo $x<Enter>')).toEqual([
      '$ read -n1 x',
      'k$ echo $x',
      'k',
      '$',
    ]);
    expect(await session('read -e -p "? " x<Enter>\nabc<C-a>X<Enter>\necho $x<Enter>')).toEqual([
      '$ read -e -p "? " x',
      '? Xabc',
      '$ echo $x',
      'Xabc',
      '$',
    ]);
  });
  it('a terminal that cannot move its cursor has no editor', async () => {
    const seat = await Seat.at({ env: { TERM: 'dumb' } });
    expect(await seat.type('echo ab<BackSpace>c<Enter>')).toBe('$ echo ac\nac\n$');
    expect(seat.raw).not.toContain('\x1b');
  });
  it('programs know it', async () => {
    const seat = await Seat.at();
    expect(await seat.run('test -t 0 && test -t 1 && echo yes; tty -s; echo $?; echo | tty')).toBe(
      'yes\n0\nnot a tty\n$',
    );
    expect(await seat.run('ps -o tty,args')).toContain('pts/0    bash');
  });
});

describe('less and watch', () => {
  const page = async (seat: Seat, typed: string): Promise<readonly string[]> => {
    await seat.type(typed);
    return [seat.screen.lines[0]!, seat.screen.lines.at(-1)!];
  };
  it('less shows pages, searches, and gives the terminal back', async () => {
    const seat = await Seat.at({ rows: 10 });
    await seat.run('seq 100 >numbers');
    expect(await page(seat, 'less numbers<Enter>')).toEqual(['1', ':']);
    expect(await page(seat, ' ')).toEqual(['10', ':']);
    expect(await page(seat, 'jj')).toEqual(['12', ':']);
    expect(await page(seat, 'b')).toEqual(['3', ':']);
    expect(await page(seat, 'G')).toEqual(['92', '(END)']);
    expect(await page(seat, 'k')).toEqual(['91', ':']);
    expect(await page(seat, 'g/5.')).toEqual(['1', '/5.']);
    expect(await page(seat, '<Enter>')).toEqual(['50', ':']);
    expect(await page(seat, 'n')).toEqual(['51', ':']);
    expect(await page(seat, '/zzz<Enter>')).toEqual(['51', 'Pattern not found  (press RETURN)']);
    expect(await page(seat, '<Enter>20g')).toEqual(['20', ':']);
    expect(seat.screen.modes.has('?1049')).toBe(true);
    await seat.type('q');
    expect(seat.screen.modes.has('?1049')).toBe(false);
    expect(await seat.run('stty -a | grep -c " icanon"; less numbers | tail -1')).toBe('1\n100\n$');
  });
  it('less of a pipe, stopped and continued', async () => {
    const seat = await Seat.at({ rows: 10 });
    await seat.type('seq 3 | less<Enter>');
    expect(seat.screen.lines.slice(-4)).toEqual(['1', '2', '3', '(END)']);
    await seat.type('<C-z>');
    expect(seat.screen.modes.has('?1049')).toBe(false);
    expect(await seat.run('jobs')).toBe('[1]+  Stopped                 seq 3 | less\n$');
    await seat.type('fg<Enter>');
    expect(seat.screen.lines.at(-1)).toBe('(END)');
    await seat.type('q');
    expect(await seat.run('seq 2 | less -F; less -Z; less /nofile')).toBe(
      '1\n2\nThere is no -Z option ("less --help" for help)\n/nofile: No such file or directory\n$',
    );
  });
  it('watch runs a command until Ctrl-C', async () => {
    const machine = Machine.boot({ host: nodeHost, hostname: 'warren', speed: 50 });
    const seat = await Seat.at({ machine, cols: 60, rows: 10 });
    await seat.type('watch -n 1 "echo x >>log; wc -l <log"<Enter>');
    await new Promise((resolve) => setTimeout(resolve, 150));
    await seat.settle();
    expect(seat.screen.lines[0]).toMatch(
      /^Every 1\.0s: echo x >>log\.\.\. warren: \w{3} \w{3} [ \d]\d [\d:]{8} \d{4}$/,
    );
    expect(Number(seat.screen.lines[2])).toBeGreaterThan(2);
    await seat.type('<C-c>');
    expect(seat.screen.modes.has('?1049')).toBe(false);
    expect(await seat.run('echo $?; watch -n x a')).toBe(
      "0\nwatch: failed to parse argument: 'x': Invalid argument\n$",
    );
  });
});

describe('stty, reset, clear print what the real ones print', () => {
  const recorded = readFileSync(join(import.meta.dirname, 'stty.recorded.txt'), 'utf8')
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const end = part.indexOf('\n');
      return [part.slice(0, end), part.slice(end + 1)] as const;
    });
  it.each(recorded)('%s', async (command, want) => {
    const { system } = Machine.boot({ host: nodeHost });
    let out = '';
    const tty = system.terminals.open({ output: (bytes) => void (out += new TextDecoder().decode(bytes)) });
    // The terminal they were recorded on did not know of UTF-8.
    tty.setTermios({ ...tty.termios, iflag: tty.termios.iflag & ~IUTF8 });
    const env = new Map([
      ['PATH', '/usr/sbin:/usr/bin'],
      ['TERM', 'screen'],
    ]);
    const process = system.start('bash', ['bash', '--norc', '-c', command], { tty, env });
    await system.waitExit(process);
    expect(out.replaceAll('\r\n', '\n')).toBe(want);
  });
});
