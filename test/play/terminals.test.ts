import { describe, expect, it } from 'vitest';
import { outcomes, played, report } from './play.ts';

/** A fence around lines. */
const fenced = (language: string, ...lines: string[]): string => `\`\`\`${language}\n${lines.join('\n')}\n\`\`\`\n`;

describe('terminals', () => {
  it('a command that opens a shell makes its terminal speak inside until exit', async () => {
    const steps = await played(
      fenced(
        'console',
        '# ip netns add a',
        '# ip netns exec a bash',
        '# ip netns identify',
        'a',
        '# exit',
        '# ip netns identify; echo out',
        'out',
      ),
    );
    expect(outcomes(steps)).toEqual(['2 silent', '3 silent', '4 ok', '6 silent', '7 ok']);
  });

  it('`$ …` after a shell that speaks with `# …` is another terminal; `# …` is the shell again', async () => {
    const steps = await played(
      fenced(
        '',
        '$ sudo ip netns add a',
        '$ sudo ip netns exec a bash',
        '# ip netns identify',
        'a',
        '$ ip netns identify | wc -c',
        '1',
        '# ip netns identify',
        'a',
      ),
    );
    expect(outcomes(steps)).toEqual(['2 silent', '3 silent', '4 ok', '6 ok', '8 ok']);
  });

  it('labels are terminals of their own', async () => {
    const steps = await played(
      fenced('console', '(one)# x=1', '(two)# echo "[$x]"', '[]', '(one)# echo "[$x]"', '[1]'),
    );
    expect(outcomes(steps)).toEqual(['2 silent', '3 ok', '5 ok']);
  });

  it('a label that appears when a shell was opened is that shell', async () => {
    const steps = await played(
      fenced(
        'console',
        '# with labels, a plain # begins a comment',
        '(host)# ip netns add a',
        '(host)# ip netns exec a bash',
        '(a)# ip netns identify',
        'a',
        '(host)# ip netns identify | wc -c',
        '1',
        '(a)# exit',
        '(host)# ip netns identify | wc -c',
        '1',
      ),
    );
    expect(outcomes(steps)).toEqual(['3 silent', '4 silent', '5 ok', '7 ok', '9 silent', '10 ok']);
  });

  it('comments and sentences name terminals', async () => {
    const text =
      fenced('bash', 'ip netns add a', '# Terminal 1', 'x=one', '# Terminal 2', 'x=two') +
      'In Terminal 1, look:\n\n' +
      fenced('console', '$ echo $x', 'one') +
      'In Terminal 2:\n\n' +
      fenced('console', '$ echo $x', 'two');
    expect((await played(text)).slice(3).map((s) => s.outcome)).toEqual(['ok', 'ok']);
  });

  it('what never ends runs on in its terminal, is shown later, and is interrupted when its terminal moves on', async () => {
    const text = `${fenced(
      'bash',
      'ip netns add a; ip netns add b',
      'ip link add v0 netns a type veth peer name v0 netns b',
      'ip -n a addr add 10.0.0.1/24 dev v0; ip -n b addr add 10.0.0.2/24 dev v0',
      'ip -n a link set v0 up; ip -n b link set v0 up',
    )}
In Terminal 1:

${fenced('console', '# ip netns exec b tcpdump -ni v0 icmp', 'tcpdump: verbose output suppressed, use -v[v]... for full protocol decode', 'listening on v0, link-type EN10MB (Ethernet), snapshot length 262144 bytes')}
In Terminal 2:

${fenced('console', '# ip netns exec a ping 10.0.0.2', 'PING 10.0.0.2 (10.0.0.2) 56(84) bytes of data.', '64 bytes from 10.0.0.2: icmp_seq=1 ttl=64 time=0.1 ms', '64 bytes from 10.0.0.2: icmp_seq=2 ttl=64 time=0.2 ms')}
Terminal 1 shows:

${fenced('console', '12:00:00.000001 IP 10.0.0.1 > 10.0.0.2: ICMP echo request, id 7, seq 1, length 64', '12:00:00.000002 IP 10.0.0.2 > 10.0.0.1: ICMP echo reply, id 7, seq 1, length 64')}
In Terminal 2:

${fenced('console', '# echo next', 'next')}`;
    const steps = await played(text);
    expect(report(steps.slice(4))).toMatch(/^ok .*\n.*ok .*\n.*ok .*\n$/s);
  });

  it('an interrupt that is shown happens', async () => {
    const steps = await played(
      fenced(
        'console',
        '# ip link set lo up',
        '# ping 127.0.0.1',
        'PING 127.0.0.1 (127.0.0.1) 56(84) bytes of data.',
        '64 bytes from 127.0.0.1: icmp_seq=1 ttl=64 time=0.03 ms',
        '^C',
        '--- 127.0.0.1 ping statistics ---',
        '1 packets transmitted, 1 received, 0% packet loss, time 0ms',
        'rtt min/avg/max/mdev = 0.030/0.030/0.030/0.000 ms',
        '# echo $?',
        '0',
      ),
    );
    expect(report(steps)).toMatch(/^- .*\nok .*\nok .*\n$/);
  });
});

describe('commands', () => {
  it('continue over lines: backslash, quotes, here-documents, with and without `> `', async () => {
    const steps = await played(
      fenced(
        'console',
        '# echo a \\',
        '>   b',
        'a b',
        "# echo 'c",
        "d'",
        'c',
        'd',
        '# cat <<E',
        'e',
        'E',
        'e',
        '# true && echo f',
        'f',
      ),
    );
    expect(outcomes(steps)).toEqual(['2 ok', '5 ok', '9 ok', '13 ok']);
  });

  it('in a script each command is typed, comments are not, a loop is one command', async () => {
    const steps = await played(
      fenced('sh', '# make two', 'for n in a b; do', '  ip netns add $n', 'done', 'ip netns list'),
    );
    expect(outcomes(steps)).toEqual(['3 silent', '6 silent']);
    expect(steps[1]!.output).toBe('b\na\n');
  });

  it('a quote that is never closed hinders nothing else', async () => {
    const steps = await played(fenced('console', "# echo 'oops", '# echo fine', 'fine'));
    expect(outcomes(steps)).toEqual(['2 silent', '3 ok']);
  });

  it('one that waits for input gets none of the document; the next is typed to the shell', async () => {
    const steps = await played(fenced('console', '# cat', '# echo fine', 'fine'));
    expect(outcomes(steps)).toEqual(['2 silent', '3 ok']);
  });

  it('a shell that was left is replaced', async () => {
    const steps = await played(fenced('console', '# exit 3', '# echo fine', 'fine'));
    expect(outcomes(steps)).toEqual(['2 silent', '3 ok']);
  });

  it('prompts with users, hosts and paths; other languages and pictures are passed over', async () => {
    const text =
      fenced('console', 'root@box:/tmp# echo a', 'a', '[me@box ~]$ echo b', 'b', 'r1# echo c', 'c') +
      fenced('python', '$ not a command') +
      fenced('', '[ left ] <--- cable ---> [ right ]');
    expect(outcomes(await played(text))).toEqual(['2 ok', '4 ok', '6 ok']);
  });

  it('a text without fences: output ends at an empty line, unless it goes on behind it', async () => {
    const text = `How to ping

$ sudo ip link set lo up
$ ping -c 1 127.0.0.1
PING 127.0.0.1 (127.0.0.1) 56(84) bytes of data.
64 bytes from 127.0.0.1: icmp_seq=1 ttl=64 time=0.05 ms

--- 127.0.0.1 ping statistics ---
1 packets transmitted, 1 received, 0% packet loss, time 0ms
rtt min/avg/max/mdev = 0.050/0.050/0.050/0.000 ms

Statistics follow the last reply.
`;
    expect(outcomes(await played(text))).toEqual(['3 silent', '4 ok']);
  });
});
