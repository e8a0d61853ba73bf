/**
 * DHCP messages for IPv4. RFC 2131 section 2, options: RFC 2132.
 *
 *  |  op  | htype | hlen | hops |  0      |        giaddr          | 24
 *  |            xid             |  4      |  chaddr (16 bytes)     | 28
 *  |    secs     |    flags     |  8      |  sname (64), file (128)| 44
 *  | ciaddr, yiaddr, siaddr     | 12..24  |  cookie, options       | 236
 */
import { be16, be32, putBe16, putBe32 } from '../lib/bytes.ts';

export const DHCP_SERVER_PORT = 67;
export const DHCP_CLIENT_PORT = 68;
export const BOOTREQUEST = 1;
export const BOOTREPLY = 2;
export const DHCP_BROADCAST = 0x8000;

export const DHCPDISCOVER = 1;
export const DHCPOFFER = 2;
export const DHCPREQUEST = 3;
export const DHCPDECLINE = 4;
export const DHCPACK = 5;
export const DHCPNAK = 6;
export const DHCPRELEASE = 7;
export const DHCPINFORM = 8;

export const DHO_SUBNET_MASK = 1;
export const DHO_ROUTERS = 3;
export const DHO_DOMAIN_NAME_SERVERS = 6;
export const DHO_HOST_NAME = 12;
export const DHO_DOMAIN_NAME = 15;
export const DHO_INTERFACE_MTU = 26;
export const DHO_BROADCAST_ADDRESS = 28;
export const DHO_REQUESTED_ADDRESS = 50;
export const DHO_LEASE_TIME = 51;
export const DHO_MESSAGE_TYPE = 53;
export const DHO_SERVER_IDENTIFIER = 54;
export const DHO_PARAMETER_REQUEST_LIST = 55;
export const DHO_MAX_MESSAGE_SIZE = 57;
export const DHO_RENEWAL_TIME = 58;
export const DHO_REBINDING_TIME = 59;
export const DHO_CLIENT_IDENTIFIER = 61;
export const DHO_DOMAIN_SEARCH = 119;
const DHO_PAD = 0;
const DHO_END = 255;

const FIXED = 236;
const COOKIE = 0x63825363;
/** Shorter messages are filled up. RFC 1542 section 2.1 */
const MIN_LENGTH = 300;

/** A message as a value; addresses are numbers, 0 for none. */
export interface DhcpMessage {
  readonly op: number;
  readonly xid: number;
  readonly secs: number;
  readonly flags: number;
  readonly ciaddr: number;
  readonly yiaddr: number;
  readonly siaddr: number;
  readonly giaddr: number;
  /** 6 bytes. */
  readonly chaddr: Uint8Array;
  /** In the order of the message; parts of an option that was split are joined (RFC 3396). */
  readonly options: ReadonlyMap<number, Uint8Array>;
}

/** Reads a message over Ethernet; null when it is none. */
export function parseDhcp(b: Uint8Array): DhcpMessage | null {
  if (b.length < FIXED + 4 || b[1] !== 1 || b[2] !== 6 || be32(b, FIXED) !== COOKIE) return null;
  const options = new Map<number, Uint8Array>();
  for (let o = FIXED + 4; o < b.length && b[o] !== DHO_END;) {
    const code = b[o]!;
    if (code === DHO_PAD) {
      o++;
      continue;
    }
    const len = b[o + 1];
    if (len === undefined || o + 2 + len > b.length) return null;
    const value = b.slice(o + 2, o + 2 + len);
    const before = options.get(code);
    options.set(code, before === undefined ? value : Uint8Array.of(...before, ...value));
    o += 2 + len;
  }
  return {
    op: b[0]!,
    xid: be32(b, 4),
    secs: be16(b, 8),
    flags: be16(b, 10),
    ciaddr: be32(b, 12),
    yiaddr: be32(b, 16),
    siaddr: be32(b, 20),
    giaddr: be32(b, 24),
    chaddr: b.slice(28, 34),
    options,
  };
}

export function emitDhcp(m: DhcpMessage): Uint8Array {
  let length = FIXED + 4 + 1;
  for (const value of m.options.values()) length += value.length + 2 * Math.max(1, Math.ceil(value.length / 255));
  const b = new Uint8Array(Math.max(length, MIN_LENGTH));
  b.set([m.op, 1, 6, 0]);
  putBe32(b, 4, m.xid);
  putBe16(b, 8, m.secs);
  putBe16(b, 10, m.flags);
  putBe32(b, 12, m.ciaddr);
  putBe32(b, 16, m.yiaddr);
  putBe32(b, 20, m.siaddr);
  putBe32(b, 24, m.giaddr);
  b.set(m.chaddr, 28);
  putBe32(b, FIXED, COOKIE);
  let o = FIXED + 4;
  for (const [code, value] of m.options) {
    let done = 0;
    do {
      const part = value.subarray(done, done + 255);
      b[o] = code;
      b[o + 1] = part.length;
      b.set(part, o + 2);
      o += 2 + part.length;
      done += part.length;
    } while (done < value.length);
  }
  b[o] = DHO_END;
  return b;
}

/** The type of a message, 0 when it says none. */
export const dhcpType = (m: DhcpMessage): number => m.options.get(DHO_MESSAGE_TYPE)?.[0] ?? 0;

/** An option's value as a 32-bit number (an address, seconds); null when it is absent or short. */
export function dhcpWord(m: DhcpMessage, code: number): number | null {
  const value = m.options.get(code);
  return value === undefined || value.length < 4 ? null : be32(value, 0);
}

/** Numbers of 32 bits as an option's value. */
export function dhcpWords(...values: readonly number[]): Uint8Array {
  const b = new Uint8Array(4 * values.length);
  values.forEach((v, i) => putBe32(b, 4 * i, v));
  return b;
}
