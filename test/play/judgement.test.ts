import { junitText, rewrite } from '@warren/core';
import { describe, expect, it } from 'vitest';
import { counts, outcomes, played, report } from './play.ts';

const doc = (...lines: string[]): string => `# Title\n\n\`\`\`console\n${lines.join('\n')}\n\`\`\`\n`;

describe('what is set aside', () => {
  it('MACs, link-local addresses, indexes, times, ids', async () => {
    const steps = await played(
      doc(
        '# ip link add v0 type veth peer name v1',
        '# ip link show v0',
        '17: v0@v1: <BROADCAST,MULTICAST,M-DOWN> mtu 1500 qdisc noop state DOWN mode DEFAULT group default qlen 1000',
        '    link/ether 92:0a:ed:2d:30:a7 brd ff:ff:ff:ff:ff:ff',
        '# ip link set lo up; ping -c 1 127.0.0.1 | head -2',
        'PING 127.0.0.1 (127.0.0.1) 56(84) bytes of data.',
        '64 bytes from 127.0.0.1: icmp_seq=1 ttl=64 time=12345.6 ms',
      ),
    );
    expect(outcomes(steps)).toEqual(['4 silent', '5 ok', '8 ok']);
  });
  it('what the author masked with X, and lines left out', async () => {
    const steps = await played(
      doc(
        '# ip addr add 192.168.7.1/24 dev lo',
        '# ip -4 addr show lo',
        '1: lo: <LOOPBACK> mtu XXXXX qdisc noop state DOWN group default qlen XXXX',
        '    inet XXX.XXX.X.X/XX scope global lo',
        '...',
      ),
    );
    expect(outcomes(steps)).toEqual(['4 silent', '5 ok']);
  });
  it('nothing else: other numbers, other words, other order, missing and further lines differ', async () => {
    const lines = [
      ['# echo mtu 1500', 'mtu 9000'],
      ['# echo 10.0.0.1', '10.0.0.2'],
      ['# echo 00:00:00:00:00:00', 'ff:ff:ff:ff:ff:ff'],
      ['# printf "a\\nb\\n"', 'b', 'a'],
      ['# printf "a\\nb\\n"', 'a'],
      ['# echo a', 'a', 'b'],
      ['# echo EXIT', 'XXIT'],
      ['# echo ttl=64', 'ttl=63'],
      ['# true', 'something'],
    ];
    for (const l of lines) expect([l[0], ...outcomes(await played(doc(...l)))]).toEqual([l[0], '4 differs']);
  });
});

describe('the report', () => {
  it('has line, command and difference, and counts', async () => {
    const steps = await played(
      doc('# printf "one\\ntwo\\nthree\\n"', 'one', 'zwei', 'three', '# echo', '# echo fine', 'fine'),
    );
    expect(report(steps)).toBe(
      'DIFFERS doc:4: printf "one\\ntwo\\nthree\\n"\n            one\n          - zwei\n          + two\n            three\n' +
        '-       doc:8: echo\nok      doc:9: echo fine\n',
    );
    expect(counts(steps)).toEqual({ ok: 1, differs: 1, silent: 1, failed: 0 });
  });

  it('says what was meant, where that is evident', async () => {
    const hint = async (...lines: string[]): Promise<string> =>
      /hint: (.*)\n$/.exec(report((await played(doc('# ip netns add blue', ...lines))).slice(-1)))?.[1] ?? 'none';
    expect(await hint('# ip link add veth-a type peer name veth-b')).toMatch(
      /^ip link add veth-a type veth peer name veth-b {3}\(/,
    );
    expect(await hint('# ip link add veth-a peer name veth-b')).toMatch(
      /^ip link add veth-a type veth peer name veth-b {3}\(/,
    );
    expect(await hint('# netns delete blue')).toMatch(/^ip netns delete blue {3}\(/);
    expect(await hint('# pign 127.0.0.1')).toMatch(/^ping 127\.0\.0\.1 {3}\(/);
    expect(await hint('# ip netns exec bleu ip link')).toMatch(/^ip netns exec blue ip link {3}\(/);
    expect(
      await hint('# ip -n blue link add east-v type veth peer name west-v', '# ip -n blue link set eats-v up'),
    ).toMatch(/^ip -n blue link set east-v up {3}\(blue has east-v, not eats-v\)/);
    expect(await hint('# ip addr add 10.0.X.1/24 dev lo')).toContain('10.0.X.1/24 is masked');
    expect(await hint('# ping -c 1 <address>')).toContain('<address> is a placeholder');
    expect(await hint('# ip link show \u2013d')).toMatch(/^ip link show -d /);
    // As near to one as to the other: nothing is evident.
    expect(await hint('# ip link add v1 type veth peer name v2', '# ip link set v3 up')).toBe('none');
    expect(await hint('# false')).toBe('none');
  });

  it('as JUnit', async () => {
    const steps = await played(doc('# echo "<a> & b"', 'c', '# echo d', 'd'));
    const text = junitText([{ name: 'a.md', steps }]);
    expect(text).toContain('<testsuite name="a.md" tests="2" failures="1">');
    expect(text).toContain('name="4: echo &quot;&lt;a&gt; &amp; b&quot;"');
    expect(text).toContain('- c\n+ &lt;a&gt; &amp; b\n</failure>');
  });
});

describe('--write', () => {
  it('puts the true output in place of what differs, and leaves all else as it is', async () => {
    const text = doc('# echo one', 'uno', '# echo two', 'two', '# printf "3\\n4\\n"', 'drei', '', '# echo five');
    const steps = await played(text);
    expect(rewrite(text, steps)).toBe(
      doc('# echo one', 'one', '# echo two', 'two', '# printf "3\\n4\\n"', '3', '4', '', '# echo five'),
    );
  });
  it('keeps indentation and line ends, and what it wrote is ok when played again', async () => {
    const text = 'A list:\r\n\r\n- item\r\n\r\n      # echo one\r\n      uno\r\n';
    const written = rewrite(text, await played(text));
    expect(written).toBe('A list:\r\n\r\n- item\r\n\r\n      # echo one\r\n      one\r\n');
    expect(outcomes(await played(written))).toEqual(['5 ok']);
  });
});
