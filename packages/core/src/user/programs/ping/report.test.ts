import { describe, expect, it } from 'vitest';
import { parseOptions, patternBytes, PingExit } from './options.ts';
import { OptionPrinter } from './ip-options.ts';
import { icmp6Text, icmpText } from './icmp-text.ts';
import { tripTime } from './report.ts';

const refused = (...args: string[]): PingExit => {
  try {
    parseOptions(['ping', ...args]);
  } catch (e) {
    if (e instanceof PingExit) return e;
    throw e;
  }
  throw new Error('was not refused');
};

describe('round trips', () => {
  it.each([
    [0, '0.000 ms'],
    [45, '0.045 ms'],
    [999, '0.999 ms'],
    [1000, '1.00 ms'],
    [1234, '1.23 ms'],
    [9994, '9.99 ms'],
    [9995, '10.0 ms'],
    [12_345, '12.3 ms'],
    [99_949, '99.9 ms'],
    [99_950, '100 ms'],
    [123_456, '123 ms'],
    [2_000_500, '2001 ms'],
  ])('%i us is %s', (us, text) => {
    expect(tripTime(us)).toBe(text);
  });
});

describe('options', () => {
  it('takes the family from the name it is called by', () => {
    expect(parseOptions(['/usr/bin/ping6', '::1']).options.family).toBe(10);
    expect(parseOptions(['ping4', 'x']).options.family).toBe(2);
  });

  it('remarks on garbage and goes on', () => {
    const { options } = parseOptions(['ping', '-i', '0.2s', 'x']);
    expect(options.intervalMs).toBe(200);
    expect(options.warnings).toEqual([
      'ping: option argument contains garbage: s\n',
      'ping: this will become fatal error in the future\n',
    ]);
  });

  it('reads numbers as strtod does', () => {
    expect(parseOptions(['ping', '-i', '0x2', 'x']).options.intervalMs).toBe(2000);
    expect(parseOptions(['ping', '-i', '.5', 'x']).options.intervalMs).toBe(500);
    expect(parseOptions(['ping', '-W', '1e-1', 'x']).options.lingerMs).toBe(100);
  });

  it('refuses node information by name', () => {
    expect(refused('-N', 'name', '::1')).toMatchObject({
      status: 2,
      words: 'ping: warren: option -N name is not supported\n',
    });
  });

  it('splits patterns into bytes', () => {
    expect(patternBytes('ping', 'fff')).toEqual([0xff, 0x0f]);
    expect(patternBytes('ping', '00112233445566778899aabbccddeeff00')).toHaveLength(16);
    expect(() => patternBytes('ping', '0g')).toThrow(PingExit);
  });
});

describe('ICMP in words', () => {
  it.each([
    [3, 0, 0, 'Destination Net Unreachable\n'],
    [3, 1, 0, 'Destination Host Unreachable\n'],
    [3, 4, 1000, 'Frag needed and DF set (mtu = 1000)\n'],
    [3, 13, 0, 'Packet filtered\n'],
    [3, 77, 0, 'Dest Unreachable, Bad Code: 77\n'],
    [11, 0, 0, 'Time to live exceeded\n'],
    [11, 1, 0, 'Frag reassembly time exceeded\n'],
    [12, 0, 20, 'Parameter problem: pointer = 20\n'],
    [99, 0, 0, 'Bad ICMP type: 99\n'],
  ])('%i/%i', (type, code, info, text) => {
    expect(icmpText(type, code, info, null)).toBe(text);
  });

  it('names the new next hop', () => {
    expect(icmpText(5, 1, 0, '10.0.0.9')).toBe('Redirect Host(New nexthop: 10.0.0.9)\n');
  });

  it.each([
    [1, 0, 0, 'Destination unreachable: No route'],
    [1, 3, 0, 'Destination unreachable: Address unreachable'],
    [2, 0, 1280, 'Packet too big: mtu=1280'],
    [3, 0, 0, 'Time exceeded: Hop limit'],
    [4, 1, 40, 'Parameter problem: Unknown header at 40'],
  ])('v6 %i/%i', (type, code, info, text) => {
    expect(icmp6Text(type, code, info)).toBe(text);
  });
});

describe('IP options in words', () => {
  const dotted = (a: number): string => `${a >>> 24}.${(a >>> 16) & 255}.${(a >>> 8) & 255}.${a & 255}`;
  const route = Uint8Array.of(1, 7, 11, 12, 10, 0, 0, 1, 10, 0, 0, 2);

  it('prints a route once', () => {
    const printer = new OptionPrinter(dotted, false);
    expect(printer.text(route.subarray(1))).toBe('\nRR: \t10.0.0.1\n\t10.0.0.2\n');
    expect(printer.text(route.subarray(1))).toBe('\t(same route)');
  });

  it('prints time stamps, later ones relative to the first', () => {
    const ts = Uint8Array.of(68, 12, 13, 0x20, 0, 0, 0x10, 0, 0, 0, 0x10, 5);
    expect(new OptionPrinter(dotted, false).text(ts)).toBe('\nTS: \t4096 absolute\n\t5\nUnrecorded hops: 2\n');
  });

  it('survives any bytes', () => {
    const printer = new OptionPrinter(dotted, false);
    for (let cut = 0; cut <= route.length; cut++) printer.text(route.subarray(0, cut));
    for (let type = 0; type < 256; type++) {
      for (const length of [0, 1, 2, 3, 4, 40]) printer.text(Uint8Array.of(type, length, 255, 255, 1, 2, 3));
    }
  });
});
