import { describe, expect, it } from 'vitest';
import { Normaliser } from './normalise.ts';

const named = (text: string): string => new Normaliser().text(text);

describe('what cannot be equal is named', () => {
  it.each([
    [
      '64 bytes from 10.0.0.2: icmp_seq=1 ttl=64 time=0.045 ms',
      '64 bytes from 10.0.0.2: icmp_seq=1 ttl=64 time=<t> ms',
    ],
    ['rtt min/avg/max/mdev = 0.030/0.041/0.060/0.012 ms, pipe 2', 'rtt min/avg/max/mdev = <rtt>, pipe 2'],
    [
      'rtt min/avg/max/mdev = 0.030/0.041/0.060/0.012 ms, ipg/ewma 0.051/0.044 ms',
      'rtt min/avg/max/mdev = <rtt>, ipg/ewma <t>/<t> ms',
    ],
    ['link/ether 3a:01:02:03:04:05 brd ff:ff:ff:ff:ff:ff', 'link/ether <mac1> brd ff:ff:ff:ff:ff:ff'],
    [' 1  10.0.0.1  0.061 ms  3051.618 ms !H *', ' 1  10.0.0.1  <t> ms  <3000> ms !H *'],
    [' 1:  10.0.0.1     0.061ms \n 1:  10.0.0.1  3055.641ms !H', ' 1:  10.0.0.1   <t>ms \n 1:  10.0.0.1 <3000>ms !H'],
    ['3 received, 0% packet loss, time 2031ms', '3 received, 0% packet loss, time <2000>ms'],
  ])('%s', (text, want) => expect(named(text)).toBe(want));
});

describe('what a user would call wrong is not', () => {
  it.each([
    'time=0.000 ms',
    'time=0.04 ms',
    ' 1  10.0.0.1  0.000 ms',
    ' 1  10.0.0.1  0.06 ms',
    ' 1  10.0.0.1 0.061 ms',
    'time=12.345 ms',
    'rtt min/avg/max/mdev = 0.000/0.000/0.000/0.000 ms',
    'rtt min/avg/max/mdev = 0.060/0.041/0.030/0.012 ms',
    'rtt min/avg/max/mdev = 0.030/0.041/0.060/0.512 ms',
    'rtt min/avg/max/mdev = 0.03/0.04/0.06/0.01 ms',
    'link/ether 00:00:00:00:00:00 brd ff:ff:ff:ff:ff:ff',
    'inet6 fe80::1/64 scope link',
    // no kernel draws these
    'link/ether 01:00:5e:00:00:01',
    'link/ether 3b:01:02:03:04:05',
    'link/ether 00:15:5d:01:02:03',
    'inet6 fe80::215:5dff:fe01:203/64',
    'inet6 fe80::ff:fe00:a/64',
    'inet6 2001:db8::1:2:3:4/64',
    'inet6 1:2:3:4:5:3801:2ff:fe03:405',
    '3a:01:02:03:04:05:06',
    'net:[12]',
    ', ipg/ewma 900.000/0.044 ms',
  ])('%s', (text) => expect(named(text)).toBe(text));
  it('two machines are not one', () => {
    expect(named('3a:01:02:03:04:05 3a:01:02:03:04:06 3a:01:02:03:04:05')).toBe('<mac1> <mac2> <mac1>');
  });
  it('a second more or less shows', () => {
    expect(named('% packet loss, time 1000ms')).not.toBe(named('% packet loss, time 2000ms'));
    expect(named('time=1011 ms')).toBe('time=<1000> ms');
    expect(named('time=511 ms')).toBe('time=<500> ms');
    expect(named('rtt min/avg/max/mdev = 0.030/500.100/1011.060/0.012 ms')).toBe(
      'rtt min/avg/max/mdev = <rtt to 1000>',
    );
    expect(named('expires 1800sec')).not.toBe(named('expires 30sec'));
  });
});

describe('addresses are named by the MAC they are made of', () => {
  const MAC = '3a:01:02:03:04:05';
  it.each([
    ['fe80::3801:2ff:fe03:405', 'fe80::<mac1>'],
    ['2001:db8::3801:2ff:fe03:405', '2001:db8::<mac1>'],
    ['2001:db8:1:2:3801:2ff:fe03:405', '2001:db8:1:2:<mac1>'],
    ['fe800000000000003801020000000000', 'fe800000000000003801020000000000'],
    ['fe80000000000000380102fffe030405', 'fe80000000000000<mac1>'],
    // another device's, one with the universal bit left as it was, one with two octets changed about
    ['fe80::3801:2ff:fe03:406', 'fe80::<mac2>'],
    ['fe80::3a01:2ff:fe03:405', 'fe80::3a01:2ff:fe03:405'],
    ['fe80::3801:3ff:fe02:405', 'fe80::<mac2>'],
  ])('%s', (address, want) => {
    expect(named(`link/ether ${MAC} inet6 ${address}/64 scope link`)).toBe(
      `link/ether <mac1> inet6 ${want}/64 scope link`,
    );
  });
  it('whichever comes first', () => {
    expect(named(`fe80::3801:2ff:fe03:405%v0 ${MAC}`)).toBe('fe80::<mac1>%v0 <mac1>');
    expect(named(`fe80::3801:2ff:fe03:406%v0 ${MAC}`)).toBe('fe80::<mac2>%v0 <mac1>');
  });
  it('with noughts left out', () => {
    expect(named('fe80::1ff:fe02:3 02:00:01:02:00:03')).toBe('fe80::<mac1> <mac1>');
    expect(named('fe80::3800:ff:fe03:0 3a:00:00:03:00:00')).toBe('fe80::<mac1> <mac1>');
  });
  it('a pair of devices with their addresses exchanged shows', () => {
    const link = (mac: string, address: string): string => `link/ether ${mac}\n inet6 ${address}/64\n`;
    const [a, b] = ['fe80::3801:2ff:fe03:405', 'fe80::3801:2ff:fe03:406'];
    expect(named(link(MAC, a) + link('3a:01:02:03:04:06', b))).not.toBe(
      named(link(MAC, b) + link('3a:01:02:03:04:06', a)),
    );
  });
  it('what the script chose stays', () => {
    const n = new Normaliser('ip link set v0 address 3A:01:02:03:04:05');
    expect(n.text(`${MAC} fe80::3801:2ff:fe03:405 3a:01:02:03:04:06`)).toBe(`${MAC} fe80::3801:2ff:fe03:405 <mac1>`);
  });
});

describe("ping's summary is one of its replies", () => {
  const ping = (times: readonly string[], summary: string): string =>
    `PING 10.0.0.2 (10.0.0.2) 56(84) bytes of data.\n${times.map((t) => `time=${t} ms\n`).join('')}rtt min/avg/max/mdev = ${summary} ms\n`;
  it.each([
    [['0.045', '0.061'], '0.045/0.053/0.061/0.008', true],
    [['1.04', '12.3'], '1.041/6.681/12.321/5.640', true],
    [['0.045', '0.061'], '0.044/0.055/0.081/0.008', false],
    [['1.04', '12.3'], '1.041/6.681/14.321/5.640', false],
  ] as const)('%s %s', (times, summary, ok) => {
    expect(named(ping(times, summary)).includes('<rtt>')).toBe(ok);
  });
  it('of two pings each its own', () => {
    expect(named(ping(['0.045'], '0.045/0.045/0.045/0.000') + ping(['1.04'], '1.041/1.041/1.041/0.000'))).toBe(
      named(ping(['0.046'], '0.046/0.046/0.046/0.000') + ping(['1.03'], '1.033/1.033/1.033/0.000')),
    );
  });
});
