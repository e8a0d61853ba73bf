/**
 * DHCP. RFC 2131 §2 (the message), RFC 2132 (options).
 *
 *  |     op (1)    |   htype (1)   |   hlen (1)    |   hops (1)    |   0
 *  |                            xid (4)                            |   4
 *  |           secs (2)            |           flags (2)           |   8
 *  |                          ciaddr  (4)                          |  12
 *  |                          yiaddr  (4)                          |  16
 *  |                          siaddr  (4)                          |  20
 *  |                          giaddr  (4)                          |  24
 *  |                          chaddr  (16)                         |  28
 *  |                          sname   (64)                         |  44
 *  |                          file    (128)                        | 108
 *  |                      magic cookie (4)                         | 236
 *  |                          options (variable)                   | 240
 */
import { be16, be32, putBe16, putBe32 } from '../lib/bytes.ts';

export const DHCP_SERVER_PORT = 67;
export const DHCP_CLIENT_PORT = 68;

export const BOOTREQUEST = 1;
export const BOOTREPLY = 2;
/** Answers are to be sent as broadcasts. */
export const BOOTP_BROADCAST = 0x8000;

export const DHCPDISCOVER = 1;
export const DHCPOFFER = 2;
export const DHCPREQUEST = 3;
export const DHCPDECLINE = 4;
export const DHCPACK = 5;
export const DHCPNAK = 6;
export const DHCPRELEASE = 7;
export const DHCPINFORM = 8;

export const DHO_PAD = 0;
export const DHO_SUBNET_MASK = 1;
export const DHO_ROUTERS = 3;
export const DHO_DOMAIN_NAME_SERVERS = 6;
export const DHO_HOST_NAME = 12;
export const DHO_DOMAIN_NAME = 15;
export const DHO_INTERFACE_MTU = 26;
export const DHO_BROADCAST_ADDRESS = 28;
export const DHO_DHCP_REQUESTED_ADDRESS = 50;
export const DHO_DHCP_LEASE_TIME = 51;
export const DHO_DHCP_MESSAGE_TYPE = 53;
export const DHO_DHCP_SERVER_IDENTIFIER = 54;
export const DHO_DHCP_PARAMETER_REQUEST_LIST = 55;
export const DHO_DHCP_MESSAGE = 56;
export const DHO_DHCP_MAX_MESSAGE_SIZE = 57;
export const DHO_DHCP_RENEWAL_TIME = 58;
export const DHO_DHCP_REBINDING_TIME = 59;
export const DHO_VENDOR_CLASS_IDENTIFIER = 60;
export const DHO_DHCP_CLIENT_IDENTIFIER = 61;
export const DHO_END = 255;

const FIXED = 240;
const COOKIE = 0x63825363;
/** The least that relays and old clients take: BOOTP's size. */
const MIN_LENGTH = 300;

/** A message. Addresses are numbers; `sname` and `file` are not kept, nobody boots by it here. */
export interface Dhcp {
  readonly op: number;
  readonly htype: number;
  readonly hops: number;
  readonly xid: number;
  readonly secs: number;
  readonly flags: number;
  readonly ciaddr: number;
  readonly yiaddr: number;
  readonly siaddr: number;
  readonly giaddr: number;
  /** As long as `hlen` says. */
  readonly chaddr: Uint8Array;
  /** In the order of the message; parts of an option that was split are joined (RFC 3396). */
  readonly options: ReadonlyMap<number, Uint8Array>;
}

/** The message of `len` bytes at `o`; null when it is cut short, is not DHCP, or an option runs over the end. */
export function parseDhcp(b: Uint8Array, o: number, len: number): Dhcp | null {
  if (len < FIXED || be32(b, o + 236) !== COOKIE || b[o + 2]! > 16) return null;
  const options = new Map<number, Uint8Array>();
  let at = o + FIXED;
  const end = o + len;
  while (at < end && b[at] !== DHO_END) {
    const code = b[at++]!;
    if (code === DHO_PAD) continue;
    if (at >= end || at + 1 + b[at]! > end) return null;
    const value = b.slice(at + 1, at + 1 + b[at]!);
    at += 1 + value.length;
    const before = options.get(code);
    options.set(code, before === undefined ? value : Uint8Array.of(...before, ...value));
  }
  return {
    op: b[o]!,
    htype: b[o + 1]!,
    hops: b[o + 3]!,
    xid: be32(b, o + 4),
    secs: be16(b, o + 8),
    flags: be16(b, o + 10),
    ciaddr: be32(b, o + 12),
    yiaddr: be32(b, o + 16),
    siaddr: be32(b, o + 20),
    giaddr: be32(b, o + 24),
    chaddr: b.slice(o + 28, o + 28 + b[o + 2]!),
    options,
  };
}

/** The bytes of a message, padded to BOOTP's size. */
export function emitDhcp(m: Dhcp): Uint8Array {
  let size = FIXED + 1;
  for (const value of m.options.values()) size += value.length + 2 * Math.max(1, Math.ceil(value.length / 255));
  const b = new Uint8Array(Math.max(size, MIN_LENGTH));
  b[0] = m.op;
  b[1] = m.htype;
  b[2] = m.chaddr.length;
  b[3] = m.hops;
  putBe32(b, 4, m.xid);
  putBe16(b, 8, m.secs);
  putBe16(b, 10, m.flags);
  putBe32(b, 12, m.ciaddr);
  putBe32(b, 16, m.yiaddr);
  putBe32(b, 20, m.siaddr);
  putBe32(b, 24, m.giaddr);
  b.set(m.chaddr, 28);
  putBe32(b, 236, COOKIE);
  let at = FIXED;
  for (const [code, value] of m.options) {
    let done = 0;
    do {
      const part = value.subarray(done, done + 255);
      b[at] = code;
      b[at + 1] = part.length;
      b.set(part, at + 2);
      at += 2 + part.length;
      done += part.length;
    } while (done < value.length);
  }
  b[at] = DHO_END;
  return b;
}

/** The value of an option that is one 32-bit number or address; `fallback` when it is missing or of another length. */
export function dhcpWord(options: ReadonlyMap<number, Uint8Array>, code: number, fallback = 0): number {
  const value = options.get(code);
  return value === undefined || value.length < 4 ? fallback : be32(value, 0);
}

/** A 32-bit number as an option's value. */
export function wordOption(value: number): Uint8Array {
  const b = new Uint8Array(4);
  putBe32(b, 0, value >>> 0);
  return b;
}
