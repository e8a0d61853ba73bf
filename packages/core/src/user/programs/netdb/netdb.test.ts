import { describe, expect, it } from 'vitest';
import { hostByAddress, hostsByName, parseHosts } from './hosts.ts';
import { EAI_AGAIN, EAI_NONAME, gaiStrerror, getaddrinfo } from './getaddrinfo.ts';
import { SystemError } from '../../../syscall/index.ts';
import { EAFNOSUPPORT } from '../../../uapi/errno.ts';
import type { Process } from '../../process/types.ts';

const HOSTS = `127.0.0.1\tlocalhost
::1 localhost ip6-localhost
10.1.1.1 both balias # c
10.1.1.2 both
2001:db8::5 both
bad line here
10.0.0.1  v4only Alias1
`;

const proc = {
  fs: { readText: () => HOSTS },
  pid: 1,
  task: { clockGettime: () => 0n },
  socket: () => {
    throw new SystemError(EAFNOSUPPORT, 'socket');
  },
} as unknown as Process;

describe('hosts', () => {
  const entries = parseHosts(HOSTS);

  it('finds names and aliases in any case, in order', () => {
    expect(hostsByName(entries, 'BOTH').map((e) => e.address)).toEqual([
      0x0a010101,
      0x0a010102,
      expect.any(Uint8Array),
    ]);
    expect(hostsByName(entries, 'alias1').map((e) => e.name)).toEqual(['v4only']);
  });

  it('finds the first name of an address', () => {
    expect(hostByAddress(entries, 0x7f000001)?.name).toBe('localhost');
    expect(hostByAddress(entries, 0x01020304)).toBeNull();
  });
});

describe('getaddrinfo', () => {
  it.each([
    ['127.1', 0x7f000001],
    ['0x7f000001', 0x7f000001],
    ['0177.1', 0x7f000001],
  ])('%s is a number', async (name, address) => {
    expect(await getaddrinfo(proc, name)).toEqual([{ family: 2, address, canonname: name }]);
  });

  it('prefers IPv6 when nothing can be reached, and names only the first', async () => {
    expect(await getaddrinfo(proc, 'both')).toMatchObject([
      { family: 10, canonname: 'both' },
      { family: 2, address: 0x0a010101, canonname: null },
      { family: 2, address: 0x0a010102, canonname: null },
    ]);
  });

  it.each(['no.such', 'foo.', '.', 'a_b', '1.2.3.256', 'é'])('%s might exist', async (name) => {
    expect(await getaddrinfo(proc, name)).toBe(EAI_AGAIN);
  });

  it.each(['', 'a b', '-x', 'a..b', '..', 'a/b', '::g', 'a'.repeat(64), '127.0.0.1 x'])('%s cannot', async (name) => {
    expect(await getaddrinfo(proc, name)).toBe(EAI_NONAME);
  });

  it('has words', () => {
    expect(gaiStrerror(EAI_NONAME)).toBe('Name or service not known');
  });
});
