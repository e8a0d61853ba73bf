import { describe, expect, test } from 'vitest';
import {
  BOOTREPLY,
  BOOTREQUEST,
  DHCPACK,
  DHCPDISCOVER,
  type DhcpMessage,
  DHCPNAK,
  DHCPOFFER,
  DHCPREQUEST,
  dhcpWords,
  DHO_MESSAGE_TYPE,
  DHO_REQUESTED_ADDRESS,
} from '../../../wire/dhcp.ts';
import { DhcpServer } from './dhcp-server.ts';

const FROM = 0x0a000064;
const POOL = {
  server: 0x0a000001,
  prefixlen: 24,
  from: FROM,
  to: FROM + 1,
  router: 0,
  nameservers: [],
  domain: '',
  leaseTime: 100,
};
const LEASE_NS = POOL.leaseTime * 1e9;

function ask(server: DhcpServer, card: number, type: number, requested: number, now: number): [number, number] | null {
  const options = new Map<number, Uint8Array>([[DHO_MESSAGE_TYPE, Uint8Array.of(type)]]);
  if (requested !== 0) options.set(DHO_REQUESTED_ADDRESS, dhcpWords(requested));
  const message: DhcpMessage = {
    op: BOOTREQUEST,
    xid: 7,
    secs: 0,
    flags: 0,
    ciaddr: 0,
    yiaddr: 0,
    siaddr: 0,
    giaddr: 0,
    chaddr: Uint8Array.of(2, 0, 0, 0, 0, card),
    options,
  };
  const answer = server.answer(message, now);
  if (answer === null) return null;
  expect(answer.message.op).toBe(BOOTREPLY);
  return [answer.message.options.get(DHO_MESSAGE_TYPE)![0]!, answer.message.yiaddr];
}

describe('a pool of two', () => {
  test('a lease that ran out goes to who asks; who had it gets another, or nothing', () => {
    const server = new DhcpServer(POOL);
    expect(ask(server, 1, DHCPDISCOVER, 0, 0)).toEqual([DHCPOFFER, FROM]);
    expect(ask(server, 1, DHCPREQUEST, FROM, 0)).toEqual([DHCPACK, FROM]);
    expect(ask(server, 2, DHCPREQUEST, FROM, 1)).toEqual([DHCPNAK, 0]);
    const later = LEASE_NS + 1;
    expect(ask(server, 2, DHCPREQUEST, FROM, later)).toEqual([DHCPACK, FROM]);
    expect(ask(server, 1, DHCPREQUEST, FROM, later)).toEqual([DHCPNAK, 0]);
    expect(ask(server, 1, DHCPDISCOVER, FROM, later)).toEqual([DHCPOFFER, FROM + 1]);
    expect(ask(server, 1, DHCPREQUEST, FROM + 1, later)).toEqual([DHCPACK, FROM + 1]);
    expect(ask(server, 3, DHCPDISCOVER, 0, later)).toBeNull();
  });

  test('who comes back finds its address, also after its time, when nobody took it', () => {
    const server = new DhcpServer(POOL);
    ask(server, 1, DHCPREQUEST, FROM + 1, 0);
    expect(ask(server, 1, DHCPDISCOVER, 0, 10 * LEASE_NS)).toEqual([DHCPOFFER, FROM + 1]);
  });
});
