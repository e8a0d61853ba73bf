/** Command line of dnsmasq 2.90, as far as labs use it. @see dnsmasq(8) */
import { formatMac, ipv4Mask, parseIpv4, parseIpv6, parseMac } from '../../../lib/address.ts';
import { type DhcpOption, parseDhcpOption } from './dhcp-options.ts';
import type { KeptHost } from './dhcp-server.ts';
import { encodeDnsName } from '../../../wire/dns.ts';
import { getopt, type LongOption } from '../getopt.ts';

/** Ends dnsmasq with words on stderr. */
export class DnsmasqExit extends Error {
  readonly status: number;
  readonly words: string;
  constructor(status: number, words: string) {
    super(words);
    this.status = status;
    this.words = words;
  }
}

type Address = number | Uint8Array;

export interface DnsmasqOptions {
  foreground: boolean;
  /** Log to stderr. */
  log: boolean;
  logQueries: boolean;
  noHosts: boolean;
  noResolv: boolean;
  bind: boolean;
  /** 0: no DNS. */
  port: number;
  interfaces: string[];
  listen: Address[];
  hostsFiles: string[];
  pidFile: string | null;
  leaseFile: string;
  domain: string;
  /** Names and all below them: their addresses; an empty list for none, which is NXDOMAIN. */
  addresses: { domain: string; addresses: Address[] }[];
  /** Seconds answers from here may be kept. */
  localTtl: number;
  hostRecords: { names: string[]; addresses: Address[]; ttl: number | null }[];
  cnames: Map<string, { target: string; ttl: number | null }>;
  /** Names made of addresses: `ip-10-0-0-1.lab`. */
  synth: { domain: string; from: number; to: number; prefix: string }[];
  mx: { name: string; target: string; preference: number }[];
  txt: { name: string; texts: string[] }[];
  /** Domains that are answered from here alone. */
  local: string[];
  servers: Address[];
  ranges: { from: number; to: number; prefixlen: number | null; leaseS: number; lease: string }[];
  hosts: ({ mac: string } & KeptHost)[];
  dhcpOptions: DhcpOption[];
}

const LONG: readonly LongOption[] = [
  { name: 'no-daemon', val: 'd' },
  { name: 'keep-in-foreground', val: 'k' },
  { name: 'interface', arg: 'required', val: 'i' },
  { name: 'listen-address', arg: 'required', val: 'a' },
  { name: 'bind-interfaces', val: 'z' },
  { name: 'bind-dynamic', val: 'z' },
  { name: 'port', arg: 'required', val: 'p' },
  { name: 'address', arg: 'required', val: 'A' },
  { name: 'host-record', arg: 'required' },
  { name: 'cname', arg: 'required' },
  { name: 'mx-host', arg: 'required', val: 'm' },
  { name: 'txt-record', arg: 'required', val: 'Y' },
  { name: 'local', arg: 'required' },
  { name: 'server', arg: 'required', val: 'S' },
  { name: 'no-resolv', val: 'R' },
  { name: 'no-hosts', val: 'h' },
  { name: 'addn-hosts', arg: 'required', val: 'H' },
  { name: 'domain', arg: 'required', val: 's' },
  { name: 'log-queries', val: 'q' },
  { name: 'dhcp-range', arg: 'required', val: 'F' },
  { name: 'dhcp-host', arg: 'required', val: 'G' },
  { name: 'dhcp-option', arg: 'required', val: 'O' },
  { name: 'dhcp-option-force', arg: 'required' },
  { name: 'local-ttl', arg: 'required', val: 'T' },
  { name: 'synth-domain', arg: 'required' },
  { name: 'dhcp-leasefile', arg: 'required', val: 'l' },
  { name: 'dhcp-authoritative', val: 'K' },
  { name: 'no-ping', val: '5' },
  { name: 'pid-file', arg: 'optional', val: 'x' },
  { name: 'user', arg: 'required', val: 'u' },
  { name: 'group', arg: 'required', val: 'g' },
  { name: 'version', val: 'v' },
];

const bad = (option: string): never => {
  throw new DnsmasqExit(1, `\ndnsmasq: bad command line options: bad ${option}\n`);
};

const addressOf = (text: string): Address | null => parseIpv4(text) ?? parseIpv6(text);

const isName = (text: string): boolean => encodeDnsName(text) !== null && !/[\s/]/.test(text);

/** `172.31.0.0/16`, as first and last address. */
function synthRange(text: string): { from: number; to: number } | null {
  const [, host, length] = /^([\d.]+)\/(\d\d?)$/.exec(text) ?? [];
  const address = host === undefined ? null : parseIpv4(host);
  if (address === null || Number(length) > 32) return null;
  const mask = ipv4Mask(Number(length));
  return { from: (address & mask) >>> 0, to: (address | ~mask) >>> 0 };
}

/** First address, last address, then a mask and a time. */
function dhcpRange(parts: readonly string[]): DnsmasqOptions['ranges'][number] {
  const [from, to, third] = [0, 1, 2].map((i) => parseIpv4(parts[i] ?? ''));
  const masked = third !== null && third !== undefined;
  const rest = parts.slice(masked ? 3 : 2);
  if (typeof from !== 'number' || typeof to !== 'number' || to < from || rest.length > 1) return bad('dhcp-range');
  const prefixlen = masked ? Math.clz32(~third) : null;
  if (masked && ipv4Mask(prefixlen!) !== third) return bad('dhcp-range');
  const lease = rest[0] ?? '1h';
  return { from, to, prefixlen, leaseS: leaseTime(lease), lease };
}

/** A MAC, and in any order its address, its name, the time it may keep it. */
function dhcpHost(parts: readonly string[]): DnsmasqOptions['hosts'][number] {
  let [mac, address, name, time]: [string | null, number | null, string, number | null] = [null, null, '', null];
  for (const part of parts) {
    const hardware = parseMac(part);
    const ip = parseIpv4(part);
    if (hardware !== null && mac === null) mac = formatMac(hardware);
    else if (ip !== null && address === null) address = ip;
    else if (/^(\d+[smhdw]?|infinite)$/.test(part) && time === null) time = leaseTime(part);
    else if (/^[a-z][\w-]*$/i.test(part) && part !== 'ignore' && name === '') name = part;
    else bad('dhcp-host');
  }
  if (mac === null || address === null) return bad('dhcp-host');
  return { mac, address, name, leaseTime: time };
}

/** `45`, `10m`, `1h`, `2d`, `infinite`: seconds; an hour when it says nothing. */
function leaseTime(text: string | undefined): number {
  if (text === undefined || text === '') return 3600;
  if (text === 'infinite') return 0xffffffff;
  const m = /^(\d+)([smhdw]?)$/.exec(text);
  if (m === null) return bad('dhcp-range');
  return Number(m[1]) * { '': 1, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }[m[2] as 's']!;
}

/**
 * Reads the command line.
 * Differs from Linux: an address is not pinged before it is lent; there are no configuration files, and no DHCPv6, TFTP, DNSSEC; their options are unknown ones.
 * @throws DnsmasqExit
 */
export function parseOptions(name: string, args: readonly string[]): DnsmasqOptions {
  const o: DnsmasqOptions = {
    foreground: false,
    log: false,
    logQueries: false,
    noHosts: false,
    noResolv: false,
    bind: false,
    port: 53,
    interfaces: [],
    listen: [],
    hostsFiles: [],
    pidFile: '/run/dnsmasq.pid',
    leaseFile: '/var/lib/misc/dnsmasq.leases',
    domain: '',
    addresses: [],
    localTtl: 0,
    hostRecords: [],
    synth: [],
    cnames: new Map(),
    mx: [],
    txt: [],
    local: [],
    servers: [],
    ranges: [],
    hosts: [],
    dhcpOptions: [],
  };
  const { options, operands } = getopt(name, args, 'dki:a:zp:A:m:Y:S:RhH:s:qT:F:G:O:l:K5x::u:g:v', LONG);
  if (operands.length > 0) throw new DnsmasqExit(1, '\ndnsmasq: junk found in command line\n');
  for (const { opt, arg, error } of options) {
    if (error !== '') throw new DnsmasqExit(1, `${error}\n\ndnsmasq: bad command line options: try --help\n`);
    option(o, opt, arg ?? '');
  }
  return o;
}

function option(o: DnsmasqOptions, opt: string, arg: string): void {
  const parts = arg.split(',');
  switch (opt) {
    case 'd':
      o.foreground = o.log = true;
      o.pidFile = null;
      break;
    case 'k':
      o.foreground = true;
      break;
    case 'i':
      o.interfaces.push(...parts);
      break;
    case 'a':
      o.listen.push(...parts.map((p) => addressOf(p) ?? bad('listen-address')));
      break;
    case 'z':
      o.bind = true;
      break;
    case 'p':
      o.port = /^\d+$/.test(arg) && Number(arg) < 65_536 ? Number(arg) : bad('port');
      break;
    case 'A': {
      const m = /^\/(.+)\/([^/]*)$/.exec(arg);
      if (m === null) return bad('address');
      // `#` is the address of nobody, in both families.
      const addresses = m[2] === '' ? [] : m[2] === '#' ? [0, new Uint8Array(16)] : [addressOf(m[2]!)];
      if (addresses.includes(null)) return bad('address');
      for (const domain of m[1]!.split('/')) {
        const known = o.addresses.find((a) => a.domain === domain.toLowerCase());
        if (known !== undefined) known.addresses.push(...(addresses as Address[]));
        else o.addresses.push({ domain: domain.toLowerCase(), addresses: [...(addresses as Address[])] });
      }
      break;
    }
    case 'host-record': {
      const last = parts.at(-1)!;
      const ttl = /^\d+$/.test(last) ? Number(last) : null;
      const rest = ttl === null ? parts : parts.slice(0, -1);
      const addresses = rest.map(addressOf).filter((a): a is Address => a !== null);
      const names = rest.filter((p) => addressOf(p) === null).map((p) => p.toLowerCase());
      if (names.length === 0 || !names.every(isName)) return bad('host-record');
      o.hostRecords.push({ names, addresses, ttl });
      break;
    }
    case 'cname': {
      const ttl = parts.length > 2 && /^\d+$/.test(parts.at(-1)!) ? Number(parts.pop()) : null;
      const target = parts.at(-1)!.toLowerCase();
      if (parts.length < 2) return bad('CNAME');
      for (const alias of parts.slice(0, -1)) o.cnames.set(alias.toLowerCase(), { target, ttl });
      break;
    }
    case 'T':
      o.localTtl = /^\d+$/.test(arg) ? Number(arg) : bad('local-ttl');
      break;
    case 'synth-domain': {
      const range = synthRange(parts[1] ?? '');
      if (range === null || parts.length > 3) return bad('synth-domain');
      o.synth.push({ domain: parts[0]!.toLowerCase(), ...range, prefix: (parts[2] ?? '').toLowerCase() });
      break;
    }
    case 'm':
      if (parts.length > 3 || !/^\d+$/.test(parts[2] ?? '1')) return bad('MX preference');
      o.mx.push({ name: parts[0]!.toLowerCase(), target: parts[1] ?? parts[0]!, preference: Number(parts[2] ?? 1) });
      break;
    case 'Y':
      o.txt.push({ name: parts[0]!.toLowerCase(), texts: parts.slice(1).map((t) => t.replace(/^"(.*)"$/, '$1')) });
      break;
    case 'local':
    case 'S': {
      const m = /^\/(.+)\/$/.exec(arg);
      if (m !== null) o.local.push(...m[1]!.split('/').map((d) => d.toLowerCase()));
      else o.servers.push(addressOf(arg) ?? bad('address'));
      break;
    }
    case 'R':
      o.noResolv = true;
      break;
    case 'h':
      o.noHosts = true;
      break;
    case 'H':
      o.hostsFiles.push(arg);
      break;
    case 's':
      // A domain for some addresses only is not known here.
      o.domain = parts.length > 1 ? bad('domain') : arg;
      break;
    case 'q':
      o.logQueries = true;
      break;
    case 'F':
      o.ranges.push(dhcpRange(parts));
      break;
    case 'G':
      o.hosts.push(dhcpHost(parts));
      break;
    case 'O':
    case 'dhcp-option-force': {
      const found = parseDhcpOption(arg, opt !== 'O');
      o.dhcpOptions.push(typeof found === 'string' ? bad(found) : found);
      break;
    }
    case 'l':
      o.leaseFile = arg;
      break;
    case 'x':
      o.pidFile = arg === '' ? null : arg;
      break;
    case 'v':
      throw new DnsmasqExit(0, 'Dnsmasq version 2.90  Copyright (c) 2000-2024 Simon Kelley\n');
    default:
      // -u, -g: it is root here, as its processes are; -K changes nothing for the only server; -5 is how it is: no pings.
      break;
  }
}
