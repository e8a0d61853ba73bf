/** `--dhcp-option`: options of DHCP by name and number, and their values as bytes. @see dnsmasq(8), `dnsmasq --help dhcp` */
import { parseIpv4 } from '../../../lib/address.ts';
import { putBe32 } from '../../../lib/bytes.ts';
import { concatBytes, utf8Encode } from '../../../lib/text.ts';
import { DHO_DOMAIN_SEARCH } from '../../../wire/dhcp.ts';
import { encodeDnsName } from '../../../wire/dns.ts';

export interface DhcpOption {
  readonly code: number;
  /** Sent also to who did not ask for it. */
  readonly forced: boolean;
  /** @param own the server's address, meant by 0.0.0.0 */
  readonly value: (own: number) => Uint8Array;
}

const CODES: Readonly<Record<string, number>> = {
  netmask: 1,
  'time-offset': 2,
  router: 3,
  'dns-server': 6,
  'log-server': 7,
  'lpr-server': 9,
  'boot-file-size': 13,
  'domain-name': 15,
  'swap-server': 16,
  'root-path': 17,
  'extension-path': 18,
  'ip-forward-enable': 19,
  'non-local-source-routing': 20,
  'policy-filter': 21,
  'max-datagram-reassembly': 22,
  'default-ttl': 23,
  mtu: 26,
  'all-subnets-local': 27,
  'router-discovery': 31,
  'router-solicitation': 32,
  'static-route': 33,
  'trailer-encapsulation': 34,
  'arp-timeout': 35,
  'ethernet-encap': 36,
  'tcp-ttl': 37,
  'tcp-keepalive': 38,
  'nis-domain': 40,
  'nis-server': 41,
  'ntp-server': 42,
  'netbios-ns': 44,
  'netbios-dd': 45,
  'netbios-nodetype': 46,
  'netbios-scope': 47,
  'x-windows-fs': 48,
  'x-windows-dm': 49,
  T1: 58,
  T2: 59,
  'vendor-class': 60,
  'nis+-domain': 64,
  'nis+-server': 65,
  'tftp-server': 66,
  'bootfile-name': 67,
  'mobile-ip-home': 68,
  'smtp-server': 69,
  'pop3-server': 70,
  'nntp-server': 71,
  'irc-server': 74,
  'posix-timezone': 100,
  'tzdb-timezone': 101,
  'ipv6-only': 108,
  'domain-search': DHO_DOMAIN_SEARCH,
  'classless-static-route': 121,
  'tftp-server-address': 150,
};

/** Options that are a number: how many bytes it has. Others get as few as it needs. */
const WIDTHS: ReadonlyMap<number, number> = new Map([
  ...[2, 35, 38, 58, 59, 108].map((code) => [code, 4] as const),
  ...[13, 22, 26].map((code) => [code, 2] as const),
  ...[19, 20, 23, 27, 31, 34, 36, 37, 46].map((code) => [code, 1] as const),
]);
/** Texts with a zero byte behind them, for old clients: names of servers and files to boot from. */
const ENDED: ReadonlySet<number> = new Set([66, 67]);
/** What the server says of the exchange itself; not for sale. */
const OWN: ReadonlySet<number> = new Set([50, 51, 52, 53, 54, 55, 56, 57, 61, 82, 118]);

function number(value: number, width: number): Uint8Array {
  const b = new Uint8Array(4);
  putBe32(b, 0, value >>> 0);
  return b.slice(4 - width);
}

const fewest = (value: number): number => (value < 0 || value > 0xffff ? 4 : value > 0xff ? 2 : 1);

/** `10.0.0.0/8` as in a route: the length, and as many bytes as it covers. RFC 3442 */
function prefix(text: string): Uint8Array | null {
  const [, host, length] = /^([\d.]+)\/(\d\d?)$/.exec(text) ?? [];
  const address = host === undefined ? null : parseIpv4(host);
  if (address === null || Number(length) > 32) return null;
  return concatBytes([Uint8Array.of(Number(length)), number(address, 4).slice(0, Math.ceil(Number(length) / 8))]);
}

/** Domains one behind the other; ends of names that were there before become pointers. RFC 3397 */
function searchList(domains: readonly string[]): Uint8Array | null {
  const out: number[] = [];
  const places = new Map<string, number>();
  for (const domain of domains) {
    const labels = domain.toLowerCase().replace(/\.$/, '').split('.');
    if (encodeDnsName(domain) === null) return null;
    let i = 0;
    for (; i < labels.length; i++) {
      const rest = labels.slice(i).join('.');
      const known = places.get(rest);
      if (known !== undefined) {
        out.push(0xc0 | (known >>> 8), known & 255);
        break;
      }
      places.set(rest, out.length);
      out.push(labels[i]!.length, ...utf8Encode(labels[i]!));
    }
    if (i === labels.length) out.push(0);
  }
  return Uint8Array.from(out);
}

/** The value of an option as the text of the command line means it; a string names what is wrong with it. */
function valueOf(code: number, parts: readonly string[]): ((own: number) => Uint8Array) | string {
  const text = parts.join(',');
  const fixed = (bytes: Uint8Array) => () => bytes;
  if (text === '') return fixed(new Uint8Array(0));
  if (code === DHO_DOMAIN_SEARCH) {
    const list = searchList(parts);
    return list === null ? 'domain in dhcp-option' : fixed(list);
  }
  const decimal = /^(-?\d+)([bsi]?)$/.exec(text);
  if (decimal !== null) {
    const value = Number(decimal[1]);
    const suffix = decimal[2] === '' ? undefined : { b: 1, s: 2, i: 4 }[decimal[2] as 'b'];
    return fixed(number(value, suffix ?? WIDTHS.get(code) ?? fewest(value)));
  }
  if (/^[\d.,]+$/.test(text)) {
    const addresses = parts.map(parseIpv4);
    if (addresses.includes(null)) return 'IPv4 address';
    return (own) => concatBytes(addresses.map((a) => number(a === 0 ? own : a!, 4)));
  }
  if (/^[\d.,/]+$/.test(text)) {
    const pieces = parts.map((p) => (p.includes('/') ? prefix(p) : addressBytes(p)));
    if (pieces.includes(null)) return 'IPv4 address';
    return fixed(concatBytes(pieces as Uint8Array[]));
  }
  if (ADDRESSES.has(code)) return 'IP address';
  if (/^[0-9a-f]{1,2}(?::[0-9a-f]{1,2})+$/i.test(text)) {
    return fixed(Uint8Array.from(text.split(':'), (digits) => Number.parseInt(digits, 16)));
  }
  return fixed(utf8Encode(ENDED.has(code) ? `${text}\0` : text));
}

const addressBytes = (text: string): Uint8Array | null => {
  const address = parseIpv4(text);
  return address === null ? null : number(address, 4);
};
/** Options that are addresses and nothing else. */
const ADDRESSES: ReadonlySet<number> = new Set([
  1, 3, 6, 7, 9, 16, 21, 28, 32, 33, 41, 42, 44, 45, 48, 49, 65, 68, 69, 70, 71, 74, 150,
]);

/** Reads `[option:]what[,value]...`. A string names what is wrong with it. */
export function parseDhcpOption(arg: string, forced: boolean): DhcpOption | string {
  const [what, ...values] = arg.split(',');
  const named = /^option:(.+)$/.exec(what!);
  const code = named !== null ? CODES[named[1]!] : /^\d+$/.test(what!) ? Number(what) : undefined;
  if (code === undefined || code < 1 || code > 254 || OWN.has(code)) return 'dhcp-option';
  const value = valueOf(code, values);
  return typeof value === 'string' ? value : { code, forced, value };
}
