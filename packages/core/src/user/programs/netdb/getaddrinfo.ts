/** Names to addresses as glibc does it, from numbers, /etc/hosts and DNS. @see getaddrinfo(3), RFC 6724 */
import {
  ipv4IsLinkLocal,
  ipv4IsLoopback,
  ipv6IsLinkLocal,
  ipv6IsLoopback,
  ipv6IsMulticast,
  ipv6IsV4Mapped,
  parseIpv4Aton,
  parseIpv6,
} from '../../../lib/address.ts';
import { be32 } from '../../../lib/bytes.ts';
import { utf8Encode } from '../../../lib/text.ts';
import { SystemError, type SockAddr } from '../../../syscall/index.ts';
import { AF_INET, AF_INET6, SOCK_CLOEXEC, SOCK_DGRAM } from '../../../uapi/socket.ts';
import { dnsRcode, NOERROR, rdataText, T_A, T_AAAA, T_CNAME } from '../../../wire/dns.ts';
import type { Process } from '../../process/types.ts';
import { hostsByName, readHosts } from './hosts.ts';
import { ifNameToIndex } from './interfaces.ts';
import { ownAddresses } from './myhostname.ts';
import { hostSources } from './nsswitch.ts';
import { candidateNames, query, readResolvConf } from './resolver.ts';

/** Error codes. @see netdb.h */
export const EAI_NONAME = -2;
export const EAI_AGAIN = -3;
export const EAI_NODATA = -5;
export const EAI_ADDRFAMILY = -9;

/** @see gai_strerror(3) */
export function gaiStrerror(code: number): string {
  switch (code) {
    case EAI_NONAME:
      return 'Name or service not known';
    case EAI_AGAIN:
      return 'Temporary failure in name resolution';
    case EAI_NODATA:
      return 'No address associated with hostname';
    default:
      return 'Address family for hostname not supported';
  }
}

/** One address of a name. */
export type AddrInfo =
  | { readonly family: 2; readonly address: number; readonly canonname: string | null }
  | { readonly family: 10; readonly address: Uint8Array; readonly scopeId: number; readonly canonname: string | null };

/** Addresses, best first; only the first carries the canonical name. Or an EAI_* code. */
export type GaiResult = readonly AddrInfo[] | number;

/**
 * Whether a resolver would ask for the name at all: labels of 1 to 63 letters, digits, `-` and `_`, 253 in all.
 * @see resolv/res-name-checking.c:__libc_res_hnok
 */
function isHostName(name: string): boolean {
  if (name === '.') return true;
  const plain = name.endsWith('.') ? name.slice(0, -1) : name;
  if (plain.length > 253 || plain.startsWith('-')) return false;
  return plain
    .split('.')
    .every((label) => /^(?:[A-Za-z0-9_-]|[^\x00-\x7f])+$/.test(label) && utf8Encode(label).length < 64);
}

/** The number after `%`: a device for link-local addresses, else digits. -1 when neither. @see inet/inet6_scopeid_pton.c */
async function scopeId(proc: Process, address: Uint8Array, scope: string): Promise<number> {
  const linkLocal = ipv6IsLinkLocal(address) || (ipv6IsMulticast(address) && (address[1]! & 15) <= 2);
  if (linkLocal) {
    const index = await ifNameToIndex(proc, scope);
    if (index !== 0) return index;
  }
  return /^[0-9]+$/.test(scope) && Number(scope) <= 0xffffffff ? Number(scope) : -1;
}

/** An address written as numbers: its info, an error, or null when it is a name. */
async function numeric(proc: Process, name: string, family: number): Promise<GaiResult | null> {
  const v4 = /\s/.test(name) ? null : parseIpv4Aton(name);
  if (v4 !== null && name !== '') {
    return family === AF_INET6 ? EAI_ADDRFAMILY : [{ family: AF_INET, address: v4, canonname: name }];
  }
  const percent = name.indexOf('%');
  const address = parseIpv6(percent < 0 ? name : name.slice(0, percent));
  if (address === null) return null;
  const scope = percent < 0 ? 0 : await scopeId(proc, address, name.slice(percent + 1));
  if (scope < 0) return EAI_NONAME;
  if (family === AF_INET) return EAI_ADDRFAMILY;
  return [{ family: AF_INET6, address, scopeId: scope, canonname: name }];
}

// ---- RFC 6724 destination address selection

const SCOPE_LINK = 2;
const SCOPE_SITE = 5;
const SCOPE_GLOBAL = 14;

/** @see sysdeps/posix/getaddrinfo.c:get_scope */
function scopeOf(a: number | Uint8Array): number {
  if (typeof a === 'number') return ipv4IsLoopback(a) || ipv4IsLinkLocal(a) ? SCOPE_LINK : SCOPE_GLOBAL;
  if (ipv6IsMulticast(a)) return a[1]! & 15;
  if (ipv6IsLinkLocal(a) || ipv6IsLoopback(a)) return SCOPE_LINK;
  return a[0] === 0xfe && (a[1]! & 0xc0) === 0xc0 ? SCOPE_SITE : SCOPE_GLOBAL;
}

const startsWith = (a: Uint8Array, ...head: number[]): boolean => head.every((b, i) => a[i] === b);
const v4Compatible = (a: Uint8Array): boolean => a.subarray(0, 12).every((b) => b === 0);

/** Label and precedence of glibc's built-in tables. @see gai.conf(5) */
function policy(a: number | Uint8Array): { readonly label: number; readonly precedence: number } {
  if (typeof a === 'number' || ipv6IsV4Mapped(a)) return { label: 4, precedence: 10 };
  if (ipv6IsLoopback(a)) return { label: 0, precedence: 50 };
  if (v4Compatible(a)) return { label: 3, precedence: 20 };
  if (startsWith(a, 0x20, 0x02)) return { label: 2, precedence: 30 };
  if (startsWith(a, 0x20, 0x01, 0, 0)) return { label: 7, precedence: 40 };
  if (a[0] === 0xfe && (a[1]! & 0xc0) === 0xc0) return { label: 5, precedence: 40 };
  if ((a[0]! & 0xfe) === 0xfc) return { label: 6, precedence: 40 };
  return { label: 1, precedence: 40 };
}

interface Candidate {
  readonly info: AddrInfo;
  /** The source address the kernel would take, null when it has no way there. */
  readonly source: number | Uint8Array | null;
}

function sourceFor(proc: Process, info: AddrInfo): number | Uint8Array | null {
  const to: SockAddr =
    info.family === AF_INET
      ? { family: AF_INET, address: info.address, port: 0 }
      : { family: AF_INET6, address: info.address, port: 0, scopeId: info.scopeId, flowinfo: 0 };
  try {
    const socket = proc.socket(info.family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    try {
      socket.connect(to);
      const name = socket.getsockname();
      return name.family === AF_INET || name.family === AF_INET6 ? name.address : null;
    } finally {
      socket.close();
    }
  } catch (e) {
    if (e instanceof SystemError) return null;
    throw e;
  }
}

/** Common leading bits of an address and the source for it, IPv4 within the source's network unknown. */
function commonBits(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < 16; i++) {
    const x = a[i]! ^ b[i]!;
    if (x !== 0) return 8 * i + Math.clz32(x) - 24;
  }
  return 128;
}

/** Negative when `a` is the better destination. @see sysdeps/posix/getaddrinfo.c:rfc3484_sort */
function compare(a: Candidate, b: Candidate): number {
  if ((a.source === null) !== (b.source === null)) return a.source === null ? 1 : -1;
  const da = a.info.address;
  const db = b.info.address;
  if (a.source !== null && b.source !== null) {
    const scopes = Number(scopeOf(db) === scopeOf(b.source)) - Number(scopeOf(da) === scopeOf(a.source));
    if (scopes !== 0) return scopes;
    const labels =
      Number(policy(db).label === policy(b.source).label) - Number(policy(da).label === policy(a.source).label);
    if (labels !== 0) return labels;
  }
  const precedence = policy(db).precedence - policy(da).precedence;
  if (precedence !== 0) return precedence;
  if (a.source === null || b.source === null) return 0;
  const scope = scopeOf(da) - scopeOf(db);
  if (scope !== 0) return scope;
  if (typeof da === 'number' || typeof db === 'number' || typeof a.source === 'number' || typeof b.source === 'number')
    return 0;
  return commonBits(db, b.source) - commonBits(da, a.source);
}

interface Found {
  readonly addresses: AddrInfo[];
  readonly canonname: string | null;
}

/** What /etc/hosts knows. */
function fromFiles(proc: Process, name: string, family: number): Found {
  const addresses: AddrInfo[] = [];
  let canonname: string | null = null;
  for (const entry of hostsByName(readHosts(proc), name)) {
    canonname ??= entry.name;
    let { address } = entry;
    if (family === AF_INET && typeof address !== 'number') {
      if (ipv6IsLoopback(address)) address = 0x7f000001;
      else if (!ipv6IsV4Mapped(address)) continue;
      else address = ((address[12]! << 24) | (address[13]! << 16) | (address[14]! << 8) | address[15]!) >>> 0;
    }
    if (typeof address === 'number') {
      if (family !== AF_INET6) addresses.push({ family: AF_INET, address, canonname: null });
    } else addresses.push({ family: AF_INET6, address, scopeId: 0, canonname: null });
  }
  return { addresses, canonname };
}

/** What the name servers know, or why they do not: EAI_*. */
async function fromDns(proc: Process, name: string, family: number): Promise<Found | number> {
  const conf = readResolvConf(proc);
  const types = family === AF_INET ? [T_A] : family === AF_INET6 ? [T_AAAA] : [T_A, T_AAAA];
  let error = EAI_NONAME;
  for (const candidate of candidateNames(name, conf)) {
    const messages = await query(proc, conf, candidate, types);
    if (messages === 'again') return EAI_AGAIN;
    const addresses: AddrInfo[] = [];
    let canonname = candidate.replace(/\.$/, '');
    for (const [i, message] of messages.entries()) {
      for (const r of message.answer) {
        if (r.type === T_CNAME) canonname = rdataText(T_CNAME, r.data).replace(/\.$/, '');
        if (r.type !== types[i]) continue;
        if (r.type === T_A) addresses.push({ family: AF_INET, address: be32(r.data, 0), canonname: null });
        else addresses.push({ family: AF_INET6, address: r.data, scopeId: 0, canonname: null });
      }
    }
    if (addresses.length > 0) return { addresses, canonname };
    if (messages.some((m) => dnsRcode(m) === NOERROR)) error = EAI_NODATA;
  }
  return error;
}

/** What the machine is called itself. */
async function fromOwnName(proc: Process, name: string, family: number): Promise<Found | number> {
  const addresses: AddrInfo[] = [];
  for (const address of await ownAddresses(proc, name)) {
    if (typeof address === 'number') {
      if (family !== AF_INET6) addresses.push({ family: AF_INET, address, canonname: null });
    } else if (family !== AF_INET) addresses.push({ family: AF_INET6, address, scopeId: 0, canonname: null });
  }
  return addresses.length === 0 ? EAI_NONAME : { addresses, canonname: name };
}

/**
 * The addresses of a name for datagrams.
 * @param family AF_UNSPEC, AF_INET or AF_INET6.
 */
export async function getaddrinfo(proc: Process, name: string, family = 0): Promise<GaiResult> {
  const number = await numeric(proc, name, family);
  if (number !== null) return number;
  let found: AddrInfo[] = [];
  let canonname: string | null = null;
  let error = EAI_NONAME;
  for (const source of hostSources(proc)) {
    if (source === 'dns' && !isHostName(name)) continue;
    const result =
      source === 'files'
        ? fromFiles(proc, name, family)
        : source === 'dns'
          ? await fromDns(proc, name, family)
          : await fromOwnName(proc, name, family);
    if (typeof result === 'number') {
      // That the machine is called otherwise says nothing about a name that nobody could be asked for.
      if (error !== EAI_AGAIN) error = result;
      continue;
    }
    ({ addresses: found, canonname } = result);
    if (found.length > 0) break;
  }
  if (found.length === 0) return error;
  const sorted =
    found.length === 1
      ? found
      : found
          .map((info): Candidate => ({ info, source: sourceFor(proc, info) }))
          .sort(compare)
          .map((c) => c.info);
  return sorted.map((info, i) => (i === 0 ? { ...info, canonname } : info));
}
