/** The `hostname` command of Debian 12 (3.23). @see hostname(1) */
import { formatIpv4, formatIpv6, ipv4IsLoopback, ipv6IsLinkLocal, ipv6IsLoopback } from '../../../lib/address.ts';
import { SystemError } from '../../../syscall/index.ts';
import type { Process, Program } from '../../process/types.ts';
import { getopt, type LongOption } from '../getopt.ts';
import { type AddrInfo, gaiStrerror, getaddrinfo } from '../netdb/getaddrinfo.ts';
import { hostByAddress, hostsByName, readHosts } from '../netdb/hosts.ts';
import { getifaddrs } from '../netdb/interfaces.ts';
import { USAGE } from './usage.ts';

const LONG: readonly LongOption[] = [
  { name: 'domain', val: 'd' },
  { name: 'boot', val: 'b' },
  { name: 'file', arg: 'required', val: 'F' },
  { name: 'fqdn', val: 'f' },
  { name: 'all-fqdns', val: 'A' },
  { name: 'help', val: 'h' },
  { name: 'long', val: 'f' },
  { name: 'short', val: 's' },
  { name: 'version', val: 'V' },
  { name: 'alias', val: 'a' },
  { name: 'ip-address', val: 'i' },
  { name: 'all-ip-addresses', val: 'I' },
  { name: 'nis', val: 'y' },
  { name: 'yp', val: 'y' },
];
const MAX_NAME = 64;

const text = (address: number | Uint8Array): string =>
  typeof address === 'number' ? formatIpv4(address) : formatIpv6(address);

/** Letters, digits and hyphens between dots, as host names are made of. */
const valid = (name: string): boolean =>
  name.split('.').every((l) => /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/.test(l));

function set(proc: Process, name: string): number {
  if (!valid(name)) {
    proc.err('hostname: the specified hostname is invalid\n');
    return 1;
  }
  if (name.length > MAX_NAME) {
    proc.err('hostname: name too long\n');
    return 1;
  }
  proc.hostname = name;
  return 0;
}

/** The first line of a file that is no comment. @param boot a file that cannot be read is no error */
function setFromFile(proc: Process, path: string, boot: boolean): number {
  let name = '';
  try {
    const lines = proc.fs.readText(path).split('\n');
    name = (lines.find((l) => l.trim() !== '' && !l.startsWith('#')) ?? '').trim();
  } catch (e) {
    if (!(e instanceof SystemError)) throw e;
    if (!boot) {
      proc.err(`hostname: ${e.strerror}\n`);
      return 1;
    }
  }
  if (boot && name === '') {
    if (proc.hostname === '') proc.hostname = 'localhost';
    return 0;
  }
  return set(proc, name);
}

/** The machine's own name looked up. @returns null after saying why not */
async function lookUp(proc: Process): Promise<readonly AddrInfo[] | null> {
  const found = await getaddrinfo(proc, proc.hostname);
  if (typeof found !== 'number') return found;
  proc.err(`hostname: ${gaiStrerror(found)}\n`);
  return null;
}

/** Addresses of all devices that others could reach. */
async function ownAddresses(proc: Process): Promise<(number | Uint8Array)[]> {
  const all = (await getifaddrs(proc)).map((a) => a.address);
  return all.filter((a) => (typeof a === 'number' ? !ipv4IsLoopback(a) : !ipv6IsLoopback(a) && !ipv6IsLinkLocal(a)));
}

async function show(proc: Process, what: string): Promise<number> {
  switch (what) {
    case 's':
      proc.out(`${proc.hostname.replace(/\..*$/s, '')}\n`);
      return 0;
    case 'I': {
      const addresses = await ownAddresses(proc);
      proc.out(`${addresses.map((a) => `${text(a)} `).join('')}\n`);
      return 0;
    }
    case 'A': {
      const hosts = readHosts(proc);
      const names = (await ownAddresses(proc)).map((a) => hostByAddress(hosts, a)?.name);
      proc.out(`${names.map((n) => (n === undefined ? '' : `${n} `)).join('')}\n`);
      return 0;
    }
    case 'y':
      proc.err('hostname: Local domain name not set\n');
      return 1;
    case '':
      proc.out(`${proc.hostname}\n`);
      return 0;
    default:
  }
  const found = await lookUp(proc);
  if (found === null) return 1;
  const name = found[0]?.canonname ?? '';
  switch (what) {
    case 'f':
      proc.out(`${name}\n`);
      return 0;
    case 'd': {
      const dot = name.indexOf('.');
      if (dot >= 0) proc.out(`${name.slice(dot + 1)}\n`);
      return 0;
    }
    case 'i':
      proc.out(`${found.map((a) => text(a.address)).join(' ')}\n`);
      return 0;
    default: {
      const aliases = hostsByName(readHosts(proc), proc.hostname).flatMap((e) => e.aliases);
      proc.out(`${aliases.join(' ')}\n`);
      return 0;
    }
  }
}

export const hostnameMain: Program = async (proc) => {
  const name = proc.argv[0] ?? 'hostname';
  let what = proc.name === 'dnsdomainname' ? 'd' : '';
  let file: string | null = null;
  let boot = false;
  const parsed = getopt(name, proc.argv.slice(1), 'aAbdfF:h?iIsVy', LONG);
  for (const { opt, arg, error } of parsed.options) {
    if (error !== '') {
      proc.err(`${error}\n`);
      proc.out(USAGE);
      return 255;
    }
    switch (opt) {
      case 'F':
        file = arg;
        break;
      case 'b':
        boot = true;
        break;
      case 'V':
        proc.out('hostname 3.23\n');
        return 0;
      case 'h':
        proc.out(USAGE);
        return 255;
      default:
        what = opt;
    }
  }
  const [given] = parsed.operands;
  if (parsed.operands.length > 1 || (given !== undefined && (what !== '' || file !== null))) {
    proc.err(USAGE);
    return 255;
  }
  if (what !== '') return show(proc, what);
  if (file !== null) return setFromFile(proc, file, boot);
  return given === undefined ? show(proc, '') : set(proc, given);
};
