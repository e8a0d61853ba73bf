/** How `ip` reads its words: abbreviations, numbers, addresses, and the errors for what it cannot read. */
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6, parseLlAddr } from '../../../lib/address.ts';
import { latin1Encode } from '../../../lib/text.ts';
import { AF_BRIDGE, AF_INET, AF_INET6, AF_MPLS, AF_PACKET, AF_UNSPEC } from '../../../uapi/socket.ts';
import { ALTIFNAMSIZ, IFNAMSIZ } from '../../../uapi/if.ts';

/** Ends the program, past every `-batch` and `-force`: what exit(3) is there. */
export class IpExit extends Error {
  readonly status: number;
  /** Printed on standard error as it is. */
  readonly words: string;

  constructor(status: number, words: string) {
    super(words);
    this.status = status;
    this.words = words;
  }
}

/** Fails the command with a status: in a batch the next line may still run. */
export class IpError extends Error {
  readonly status: number;
  readonly words: string;

  constructor(status: number, words: string) {
    super(words);
    this.status = status;
    this.words = words;
  }
}

export const incomplete = (): never => {
  throw new IpExit(255, 'Command line is not complete. Try option "help"\n');
};
export const invarg = (what: string, arg: string): never => {
  throw new IpExit(255, `Error: argument "${arg}" is wrong: ${what}\n`);
};
export const duparg = (key: string, arg: string): never => {
  throw new IpExit(255, `Error: duplicate "${key}": "${arg}" is the second value.\n`);
};
export const duparg2 = (key: string, arg: string): never => {
  throw new IpExit(255, `Error: either "${key}" is duplicate, or "${arg}" is a garbage.\n`);
};
/** `Cannot find device "x"`; the status is the caller's. */
export const nodev = (name: string, status = 1): never => {
  throw new IpError(status, `Cannot find device "${name}"\n`);
};

/** Whether `word` is a beginning (or all) of `full`; the empty word is none. */
export const matches = (word: string, full: string): boolean => word !== '' && full.startsWith(word);

/** The words of a command, read one after the other. */
export class Args {
  readonly words: readonly string[];
  i = 0;

  constructor(words: readonly string[]) {
    this.words = words;
  }

  get left(): number {
    return this.words.length - this.i;
  }
  get word(): string {
    return this.words[this.i] ?? '';
  }
  /** NEXT_ARG: steps to the value of the present word, which must be there. */
  next(): string {
    if (this.i + 1 >= this.words.length) incomplete();
    return this.words[++this.i]!;
  }
  get hasNext(): boolean {
    return this.i + 1 < this.words.length;
  }
  is(full: string): boolean {
    return this.word === full;
  }
  like(full: string): boolean {
    return matches(this.word, full);
  }
}

/** strtoul/strtol of a whole word with the given base (0: by prefix); null when anything is left over. */
export function parseNumber(s: string, base: number): bigint | null {
  const m = /^[\t-\r ]*([+-]?)(0[xX])?([0-9a-zA-Z]+)$/.exec(s);
  if (m === null) return null;
  let digits = m[3]!;
  let b = base;
  if (m[2] !== undefined) {
    if (base !== 0 && base !== 16) return null;
    b = 16;
  } else if (base === 0) {
    b = digits.length > 1 && digits.startsWith('0') ? 8 : 10;
  }
  digits = digits.toLowerCase();
  let v = 0n;
  for (const c of digits) {
    const d = c <= '9' ? c.charCodeAt(0) - 48 : c.charCodeAt(0) - 87;
    if (d >= b) return null;
    v = v * BigInt(b) + BigInt(d);
  }
  return m[1] === '-' ? -v : v;
}

/** An unsigned number of `bits` bits, or null. A minus wraps as in strtoul, hence is out of range. */
export function getUnsigned(s: string, base = 0, bits = 32): number | null {
  const v = parseNumber(s, base);
  return v === null || v < 0n || v >= 1n << BigInt(bits) ? null : Number(v);
}
export function getInteger(s: string, base = 0): number | null {
  const v = parseNumber(s, base);
  return v === null || v < -0x80000000n || v > 0x7fffffffn ? null : Number(v);
}

/** `on` or `off` after a keyword; anything else is its own error. */
export function parseOnOff(what: string, word: string): boolean {
  if (word === 'on') return true;
  if (word === 'off') return false;
  throw new IpExit(255, `Error: argument of "${what}" must be "on" or "off", not "${word}"\n`);
}

export const familyName = (family: number): string => {
  switch (family) {
    case AF_INET:
      return 'inet';
    case AF_INET6:
      return 'inet6';
    case AF_PACKET:
      return 'link';
    case AF_MPLS:
      return 'mpls';
    case AF_BRIDGE:
      return 'bridge';
    default:
      return '???';
  }
};
const familyWords = (family: number): string => (family === AF_UNSPEC ? 'any valid' : familyName(family));

/** The family a word names, or null. */
export function readFamily(word: string): number | null {
  switch (word) {
    case 'inet':
      return AF_INET;
    case 'inet6':
      return AF_INET6;
    case 'link':
      return AF_PACKET;
    case 'mpls':
      return AF_MPLS;
    case 'bridge':
      return AF_BRIDGE;
    default:
      return null;
  }
}

/** A host address or prefix as it was typed. */
export interface Prefix {
  /** AF_UNSPEC for `default`, `any`, `all` without a family. */
  readonly family: number;
  /** 4, 16 (or, for AF_PACKET, link-layer) bytes; empty for the default route. */
  readonly bytes: Uint8Array;
  readonly bitlen: number;
  /** Whether `/len` (or a default that fixes it) was given. */
  readonly lenGiven: boolean;
  /** `default`, which sets no address. */
  readonly unspecified: boolean;
}

/** An address in the short forms `ip` takes: `10.1` fills with zeros to the right (10.1.0.0). */
function shortIpv4(s: string): Uint8Array | null {
  const out = new Uint8Array(4);
  const parts = s.split('.');
  if (parts.length > 4) return null;
  for (let i = 0; i < parts.length; i++) {
    const v = getUnsigned(parts[i]!, 0, 8);
    if (v === null || !/^[0-9]/.test(parts[i]!)) return null;
    out[i] = v;
  }
  return out;
}

function addr1(s: string, family: number): Prefix | null {
  if (s === 'default') {
    if (family === AF_PACKET || family === AF_MPLS) return null;
    const n = family === AF_INET ? 4 : family === AF_INET6 ? 16 : 0;
    return { family, bytes: new Uint8Array(n), bitlen: 0, lenGiven: true, unspecified: true };
  }
  if (s === 'all' || s === 'any') {
    if (family === AF_PACKET || family === AF_MPLS) return null;
    const n = family === AF_INET ? 4 : family === AF_INET6 ? 16 : 0;
    return { family, bytes: new Uint8Array(n), bitlen: 0, lenGiven: false, unspecified: false };
  }
  if (family === AF_PACKET) {
    const bytes = parseLlAddr(s);
    if (bytes === null) return null;
    return { family, bytes, bitlen: bytes.length * 8, lenGiven: false, unspecified: false };
  }
  if (s.includes(':')) {
    if (family !== AF_UNSPEC && family !== AF_INET6) return null;
    const bytes = parseIpv6(s);
    return bytes === null ? null : { family: AF_INET6, bytes, bitlen: 128, lenGiven: false, unspecified: false };
  }
  if (family !== AF_UNSPEC && family !== AF_INET) return null;
  const bytes = shortIpv4(s);
  return bytes === null ? null : { family: AF_INET, bytes, bitlen: 32, lenGiven: false, unspecified: false };
}

/** An address, or exit with `Error: inet address is expected rather than "x".` */
export function getAddr(s: string, family: number): Prefix {
  const a = addr1(s, family);
  const link = family === AF_PACKET && !s.includes(':') ? `"${s}" is invalid lladdr.\n` : '';
  if (a === null) throw new IpExit(1, `${link}Error: ${familyWords(family)} address is expected rather than "${s}".\n`);
  return a;
}

/** A netmask as a prefix length, or a plain length; null if neither. */
function netmask(s: string): number | null {
  const n = getUnsigned(s, 0);
  if (n !== null) return n;
  const mask = parseIpv4(s);
  if (mask === null) return null;
  const host = ~mask >>> 0;
  if ((host & (host + 1)) !== 0) return null;
  return 32 - (host === 0 ? 0 : 32 - Math.clz32(host));
}

/** `ADDR[/LEN]`, or exit with `Error: inet prefix is expected rather than "x".` */
export function getPrefix(s: string, family: number): Prefix {
  // Of the family `link` nothing is an Internet address.
  if (family === AF_PACKET)
    throw new IpExit(1, `Error: "${s}" may be inet prefix, but it is not allowed in this context.\n`);
  const p = tryPrefix(s, family);
  if (p === null) throw new IpExit(1, `Error: ${familyWords(family)} prefix is expected rather than "${s}".\n`);
  return p;
}

export function tryPrefix(s: string, family: number): Prefix | null {
  if (s === 'default' || s === 'any' || s === 'all') {
    if (family === AF_PACKET || family === AF_MPLS) return null;
    const n = family === AF_INET ? 4 : family === AF_INET6 ? 16 : 0;
    return { family, bytes: new Uint8Array(n), bitlen: 0, lenGiven: true, unspecified: s === 'default' };
  }
  const slash = s.indexOf('/');
  const a = addr1(slash < 0 ? s : s.slice(0, slash), family);
  if (a === null || slash < 0) return a;
  const len = netmask(s.slice(slash + 1));
  if (len === null || len > a.bitlen) return null;
  return { ...a, bitlen: len, lenGiven: true };
}

/** The text of address bytes of a family. */
export function formatAddr(family: number, bytes: Uint8Array): string {
  if (family === AF_INET && bytes.length >= 4) {
    return formatIpv4(((bytes[0]! << 24) | (bytes[1]! << 16) | (bytes[2]! << 8) | bytes[3]!) >>> 0);
  }
  if (family === AF_INET6 && bytes.length >= 16) return formatIpv6(bytes);
  if (family === AF_PACKET) return formatLl(bytes);
  return '???';
}

/** Link-layer address: hex octets with colons; four bytes of a tunnel device print as IPv4. */
export const formatLl = (bytes: Uint8Array): string =>
  Array.from(bytes, (b) => (b < 16 ? '0' : '') + b.toString(16)).join(':');

const nameOk = (s: string, max: number): boolean => s !== '' && latin1Encode(s).length < max && !/[/\t-\r ]/.test(s);

/** Whether a device may be called so. */
export const checkIfname = (s: string): boolean => nameOk(s, IFNAMSIZ);
/** Whether a device may have this further name. */
export const checkAltifname = (s: string): boolean => nameOk(s, ALTIFNAMSIZ);
