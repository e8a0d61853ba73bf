import { bootProfile, profiles } from '@warren/core';
import { describe, expect, it } from 'vitest';
import { nodeHost } from '../support/host.ts';

/** What a script prints on a machine of a profile, on which no program of ours may crash. */
async function on(name: string, script: string): Promise<string> {
  const crashes: string[] = [];
  const machine = await bootProfile(
    profiles.find((p) => p.name === name)!,
    { host: nodeHost, onCrash: (process, error) => void crashes.push(`${process.name}: ${String(error)}`) },
  );
  const chunks: Uint8Array[] = [];
  const sink = (bytes: Uint8Array): void => void chunks.push(bytes.slice());
  await machine.run(['bash', '-c', script], { stdout: sink, stderr: sink });
  expect(crashes).toEqual([]);
  return Buffer.concat(chunks).toString();
}

describe('ubuntu', () => {
  it('has eth0 with an address by DHCP and the routes that come with it', async () => {
    const text = await on('ubuntu', 'ip -4 addr show eth0; ip route; cat /etc/resolv.conf; hostname');
    expect(text).toMatch(
      /^2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc fq_codel state UP group default qlen 1000\n {4}inet 10\.0\.2\.15\/24 brd 10\.0\.2\.255 scope global dynamic eth0\n {7}valid_lft 863\d\dsec preferred_lft 863\d\dsec\n/,
    );
    expect(text.slice(text.indexOf('default via'))).toBe(
      'default via 10.0.2.2 dev eth0 proto dhcp src 10.0.2.15 metric 100 \n' +
        '10.0.2.0/24 dev eth0 proto kernel scope link src 10.0.2.15 \n' +
        '10.0.2.2 dev eth0 proto dhcp scope link src 10.0.2.15 metric 100 \n' +
        'nameserver 10.0.2.3\nubuntu\n',
    );
  });
  it('has been up for a while: no address is tentative any more', async () => {
    expect(await on('ubuntu', 'ip -6 addr show eth0')).not.toContain('tentative');
  });
  it('reaches 8.8.8.8 over several hops, and is told of what does not exist', async () => {
    const text = await on('ubuntu', 'ping -c 3 8.8.8.8; ping -c 1 172.16.0.1; ping -c 1 9.9.9.9');
    expect(text).toMatch(/icmp_seq=3 ttl=60 time=\d\.\d+ ms\n/);
    expect(text).toMatch(/from 172\.16\.0\.1: icmp_seq=1 ttl=63 time=4\.\d+ ms\n/);
    expect(text).toContain('From 10.1.0.21 icmp_seq=1 Destination Net Unreachable\n');
  });
  it('has names, both ways, from its own name server and from the one outside', async () => {
    const text = await on(
      'ubuntu',
      'dig +short example.com; dig +short @8.8.8.8 -x 1.1.1.1; ping -c 1 google.com | head -2; ping -c 1 no.such',
    );
    expect(text).toMatch(
      /^93\.184\.215\.14\none\.one\.one\.one\.\nPING google\.com \(142\.250\.185\.78\) .*\n64 bytes from google\.com \(142\.250\.185\.78\): .*\nping: no\.such: Name or service not known\n$/,
    );
  });
  it('keeps its address for weeks', async () => {
    const text = await on('ubuntu', 'sleep $((30 * 86400)); ip -4 -br addr show eth0; ping -c 1 -q 8.8.8.8');
    expect(text).toMatch(/^eth0 +UP +10\.0\.2\.15\/24 \n/);
    expect(text).toContain(' 0% packet loss');
  });
});

describe('the card is taken away and comes back', () => {
  const BACK =
    'ip -4 -br addr show to 10.0.2.15; ip route show default; ping -c 1 -q 8.8.8.8 | grep -o " 0% packet loss"';
  const there = (name: string): RegExp =>
    new RegExp(
      `^${name} +UP +10\\.0\\.2\\.15/24 \\ndefault via 10\\.0\\.2\\.2 dev ${name} proto dhcp src 10\\.0\\.2\\.15 metric 100 \\n 0% packet loss\\n$`,
    );
  it.each([
    ['down and up', 'eth0', 'ip link set eth0 down; sleep 2; ip link set eth0 up; sleep 5'],
    ['another name', 'wan', 'ip link set eth0 down; ip link set eth0 name wan; ip link set wan up; sleep 100000'],
    [
      'another namespace',
      'eth0',
      'ip netns add a; ip link set eth0 netns a; sleep 200000; ip -n a link set eth0 netns 1; sleep 5',
    ],
    ['its address flushed, until it is renewed', 'eth0', 'ip addr flush dev eth0; sleep 43300'],
    ['its routes flushed, until it is renewed', 'eth0', 'ip route flush dev eth0; sleep 43300'],
  ])('%s', async (_, name, script) => {
    expect(await on('ubuntu', `${script}; ${BACK}`)).toMatch(there(name));
  });
  it('while it is away it has neither address nor routes', async () => {
    expect(await on('ubuntu', 'ip link set eth0 down; sleep 1; ip -4 addr show eth0; ip route')).toBe('');
  });
});

describe('a profile whose network does not work', () => {
  it('is refused', async () => {
    const ubuntu = profiles.find((p) => p.name === 'ubuntu')!;
    const network = ubuntu.network!;
    const broken = { ...network, internet: { ...network.internet, gateway: '10.0.2.2' } };
    const crashes: string[] = [];
    const options = { host: nodeHost, onCrash: (_: unknown, error: unknown) => void crashes.push(String(error)) };
    await expect(bootProfile({ ...ubuntu, network: broken }, options)).rejects.toThrow(
      'profile ubuntu: eth0 gets no address',
    );
    expect(crashes).toEqual(['RangeError: 10.0.2.2: not an IPv4 address with the length of its prefix']);
  });
});

describe('ec2', () => {
  it('has jumbo frames and the names of that cloud', async () => {
    const text = await on('ec2', 'ip link show eth0; hostname; cat /etc/resolv.conf; ping -c 1 -q 8.8.8.8');
    expect(text).toContain('mtu 9001 qdisc pfifo_fast state UP mode DEFAULT group default qlen 1000\n');
    expect(text).toContain('\nip-172-31-95-167.ec2.internal\nnameserver 172.31.0.2\nsearch ec2.internal\n');
    expect(text).toContain(' 0% packet loss');
  });
  it("calls its neighbours by that cloud's names", async () => {
    expect(await on('ec2', 'dig +short -x 172.31.80.1; host ip-172-31-95-167; host 172.31.44.7')).toBe(
      'ip-172-31-80-1.ec2.internal.\nip-172-31-95-167.ec2.internal has address 172.31.95.167\n7.44.31.172.in-addr.arpa domain name pointer ip-172-31-44-7.ec2.internal.\n',
    );
  });
});

describe('bare', () => {
  it('has lo, down, and nothing else', async () => {
    expect(await on('bare', 'ip link | head -1')).toMatch(/^1: lo: <LOOPBACK> mtu 65536 qdisc noop state DOWN/);
  });
});
