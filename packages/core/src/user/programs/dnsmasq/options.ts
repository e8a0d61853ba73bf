/** Command line of dnsmasq 2.90, as far as labs use it. @see dnsmasq(8) */
import { formatMac, parseIpv4, parseIpv6, parseMac } from '../../../lib/address.ts';
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
  hostRecords: { names: string[]; addresses: Address[] }[];
  cnames: Map<string, string>;
  mx: { name: string; target: string; preference: number }[];
  txt: { name: string; texts: string[] }[];
  /** Domains that are answered from here alone. */
  local: string[];
  servers: Address[];
  ranges: { from: number; to: number; leaseS: number }[];
  hosts: { mac: string; address: number }[];
  dhcpOptions: Map<number, string[]>;
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
  { name: 'dhcp-leasefile', arg: 'required', val: 'l' },
  { name: 'dhcp-authoritative', val: 'K' },
  { name: 'no-ping', val: '5' },
  { name: 'pid-file', arg: 'optional', val: 'x' },
  { name: 'user', arg: 'required', val: 'u' },
  { name: 'group', arg: 'required', val: 'g' },
  { name: 'version', val: 'v' },
];

/** Options of DHCP by name. @see dnsmasq --help dhcp */
const NAMES: Readonly<Record<string, number>> = {
  netmask: 1,
  router: 3,
  'dns-server': 6,
  'domain-name': 15,
  mtu: 26,
  broadcast: 28,
  'ntp-server': 42,
};

const bad = (option: string): never => {
  throw new DnsmasqExit(1, `\ndnsmasq: bad command line options: bad ${option}\n`);
};

const addressOf = (text: string): Address | null => parseIpv4(text) ?? parseIpv6(text);

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
    hostRecords: [],
    cnames: new Map(),
    mx: [],
    txt: [],
    local: [],
    servers: [],
    ranges: [],
    hosts: [],
    dhcpOptions: new Map(),
  };
  const { options, operands } = getopt(name, args, 'dki:a:zp:A:m:Y:S:RhH:s:qF:G:O:l:K5x::u:g:v', LONG);
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
      const address = m[2] === '' || m[2] === '#' ? null : addressOf(m[2]!);
      if (m[2] !== '' && address === null) return bad('address');
      for (const domain of m[1]!.split('/')) {
        const known = o.addresses.find((a) => a.domain === domain.toLowerCase());
        if (known !== undefined && address !== null) known.addresses.push(address);
        else o.addresses.push({ domain: domain.toLowerCase(), addresses: address === null ? [] : [address] });
      }
      break;
    }
    case 'host-record': {
      const addresses = parts.map(addressOf).filter((a): a is Address => a !== null);
      const names = parts.filter((p) => addressOf(p) === null && !/^\d+$/.test(p)).map((p) => p.toLowerCase());
      if (names.length === 0) return bad('host-record');
      o.hostRecords.push({ names, addresses });
      break;
    }
    case 'cname': {
      const target = parts.at(-1)!.toLowerCase();
      if (parts.length < 2) return bad('CNAME');
      for (const alias of parts.slice(0, -1)) o.cnames.set(alias.toLowerCase(), target);
      break;
    }
    case 'm':
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
      o.domain = parts[0]!;
      break;
    case 'q':
      o.logQueries = true;
      break;
    case 'F': {
      const [from, to] = [parseIpv4(parts[0]!), parseIpv4(parts[1] ?? '')];
      if (from === null || to === null || to < from) return bad('dhcp-range');
      const rest = parts.slice(2).filter((p) => parseIpv4(p) === null);
      o.ranges.push({ from, to, leaseS: leaseTime(rest[0]) });
      break;
    }
    case 'G': {
      const mac = parts.map(parseMac).find((m) => m !== null);
      const address = parts.map(parseIpv4).find((a) => a !== null);
      if (mac === undefined || mac === null || address === undefined || address === null) return bad('dhcp-host');
      o.hosts.push({ mac: formatMac(mac), address });
      break;
    }
    case 'O': {
      const [what, ...values] = parts;
      const named = /^option:(.+)$/.exec(what!);
      const code = named === null ? Number(what) : NAMES[named[1]!];
      if (code === undefined || !Number.isInteger(code) || code < 1 || code > 254) return bad('dhcp-option');
      o.dhcpOptions.set(code, values);
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
