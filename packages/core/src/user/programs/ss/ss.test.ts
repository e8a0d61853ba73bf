import { describe, expect, it } from 'vitest';
import { renderTable, type SsRow } from './columns.ts';
import { FilterError, type Names, parseFilter, type Subject } from './filter.ts';
import { scanState, SS_ALL } from './states.ts';

const udp = (addr: string, serv: string, raddr: string, rserv: string, proc = '', state = 'UNCONN'): SsRow => ({
  netid: 'udp',
  state,
  recvq: '0     ',
  sendq: '0     ',
  addr,
  serv,
  raddr,
  rserv,
  proc,
});

/** Tables as the real program printed them for these sockets. */
describe('the table of ss', () => {
  it('is as wide as its cells, the header among them', () => {
    const rows = [
      udp('0.0.0.0%v0:', '777', '0.0.0.0:', '*'),
      udp('10.0.0.1:', '4444', '10.0.0.2:', '99', '', 'ESTAB'),
      udp('127.0.0.1:', '53', '127.0.0.1:', '53916', '', 'ESTAB'),
      udp('[2001:db8::1]:', '778', '[::]:', '*'),
    ];
    expect(renderTable(rows, new Set(['netid']), true)).toBe(
      'State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n' +
        'UNCONN 0      0         0.0.0.0%v0:777       0.0.0.0:*           \n' +
        'ESTAB  0      0           10.0.0.1:4444     10.0.0.2:99          \n' +
        'ESTAB  0      0          127.0.0.1:53      127.0.0.1:53916       \n' +
        'UNCONN 0      0      [2001:db8::1]:778          [::]:*           \n',
    );
  });

  it('does not let the last process widen its column', () => {
    const row = udp('*:', 'v0', '*', '', ' users:(("tcpdump",pid=21,fd=4))');
    expect(renderTable([row], new Set(['netid', 'state']), true)).toBe(
      'Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\n' +
        '0      0                  *:v0               *     users:(("tcpdump",pid=21,fd=4))\n',
    );
  });
});

const names: Names = {
  service: (name) => (name === 'domain' ? 53 : null),
  host: (name) => Promise.resolve(name === 'localhost' ? Uint8Array.of(127, 0, 0, 1) : null),
  device: (name) => Promise.resolve(name === 'v0' ? 3 : 0),
};
const socket: Subject = {
  src: Uint8Array.of(127, 0, 0, 1),
  dst: Uint8Array.of(0, 0, 0, 0),
  sport: 53,
  dport: 0,
  ifindex: 3,
  mark: 7,
};

describe('filters of ss', () => {
  it.each([
    ['sport = :53', true],
    ['sport = 53', true],
    ['sport eq domain', true],
    ['sport != :53', false],
    ['not sport = :53', false],
    ['! sport = :54', true],
    ['sport >= :53 and sport lt 54', true],
    ['sport gt 53', false],
    ['sport = :1 or sport = :53', true],
    ['sport = :1 or dport = :1 sport = :53', false],
    ['( sport = :1 or sport = :53 ) and src 127.0.0.1', true],
    ['src 127.0.0.0/8', true],
    ['src 127.0.0.1:54', false],
    ['src = localhost:53', true],
    ['src *:53', true],
    ['src 10.0.0.0/8', false],
    ['src [::1]', false],
    ['dev v0', true],
    ['dev != v0', false],
    ['fwmark = 7', true],
    ['fwmark = 0x1/0x1', true],
    ['fwmark = 8', false],
    ['autobound', false],
  ])('%s: %s', async (text, expected) => {
    expect((await parseFilter(text, names, 2))!(socket)).toBe(expected);
  });

  it('is nothing when nothing is said', async () => {
    expect(await parseFilter('  ', names, 2)).toBeNull();
  });

  it.each(['sport', 'sport =', '(', 'sport = :53 and', 'src != 127.0.0.1', 'dev', 'sport = :53 )'])(
    'refuses the syntax of "%s"',
    async (text) => {
      await expect(parseFilter(text, names, 2)).rejects.toMatchObject({ status: 255, usage: true });
    },
  );

  it.each([
    ['sport = :nope', 'Error: "nope" does not look like a port.\nCannot parse dst/src address.\n'],
    ['src nope', 'Error: an inet prefix is expected rather than "nope".\nCannot parse dst/src address.\n'],
    ['dev nope', 'Cannot parse device.\n'],
    ['fwmark = x', 'Cannot parse mark x.\n'],
  ])('says what is wrong with "%s"', async (text, words) => {
    const error: unknown = await parseFilter(text, names, 2).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(FilterError);
    expect((error as FilterError).words).toBe(words);
  });
});

it('knows states by their names', () => {
  expect(scanState('established')).toBe(2);
  expect(scanState('closed')).toBe(1 << 7);
  expect(scanState('all')).toBe(SS_ALL);
  expect(scanState('bogus')).toBeNull();
});
