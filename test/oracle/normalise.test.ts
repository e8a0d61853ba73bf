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
    ['3 received, 0% packet loss, time 2031ms', '3 received, 0% packet loss, time <2000>ms'],
  ])('%s', (text, want) => expect(named(text)).toBe(want));
});

describe('what a user would call wrong is not', () => {
  it.each([
    'time=0.000 ms',
    'time=0.04 ms',
    'time=12.345 ms',
    'rtt min/avg/max/mdev = 0.000/0.000/0.000/0.000 ms',
    'rtt min/avg/max/mdev = 0.060/0.041/0.030/0.012 ms',
    'rtt min/avg/max/mdev = 0.030/0.041/0.060/0.512 ms',
    'rtt min/avg/max/mdev = 0.03/0.04/0.06/0.01 ms',
    'link/ether 00:00:00:00:00:00 brd ff:ff:ff:ff:ff:ff',
    'inet6 fe80::1/64 scope link',
  ])('%s', (text) => expect(named(text)).toBe(text));
  it('two machines are not one', () => {
    expect(named('3a:01:02:03:04:05 3a:01:02:03:04:06 3a:01:02:03:04:05')).toBe('<mac1> <mac2> <mac1>');
  });
  it('a second more or less shows', () => {
    expect(named('% packet loss, time 1000ms')).not.toBe(named('% packet loss, time 2000ms'));
    expect(named('time=1011 ms')).toBe('time=<1000> ms');
    expect(named('expires 1800sec')).not.toBe(named('expires 30sec'));
  });
});
