/** `route add` and `route del` for IPv4. @see lib/inet_sr.c of net-tools */
import { formatIpv4, ipv4MaskLen } from '../../../lib/address.ts';
import { putLe16, putLe32 } from '../../../lib/bytes.ts';
import { utf8Encode } from '../../../lib/text.ts';
import {
  RTF_DYNAMIC,
  RTF_GATEWAY,
  RTF_HOST,
  RTF_IRTT,
  RTF_MODIFIED,
  RTF_MTU,
  RTF_REINSTATE,
  RTF_REJECT,
  RTF_UP,
  RTF_WINDOW,
} from '../../../uapi/ip.ts';
import { AF_INET, SOCK_DGRAM } from '../../../uapi/socket.ts';
import { SIOCADDRT, SIOCDELRT } from '../../../uapi/sockios.ts';
import type { Process } from '../../process/types.ts';
import { putSin, tryIoctl } from './io.ts';
import { inetResolve } from './resolve.ts';
import { INET_ROUTE_USAGE } from './usage.ts';

// struct rtentry, followed by the device's name
const DST = 8;
const GATEWAY = 24;
const GENMASK = 40;
const RT_FLAGS = 56;
const METRIC = 80;
const MTU = 96;
const WINDOW = 104;
const IRTT = 112;
const DEV = 120;

const E_USAGE = 3;
const E_SOCK = 7;
const E_LOOKUP = 6;

/** Ends the command with a status after its words. */
class RouteError extends Error {
  readonly status: number;
  readonly words: string;
  constructor(status: number, words: string) {
    super(words);
    this.status = status;
    this.words = words;
  }
}
const usage = (words = ''): never => {
  throw new RouteError(E_USAGE, words + INET_ROUTE_USAGE);
};

async function lookUp(proc: Process, name: string, hostFirst: boolean): Promise<{ address: number; network: boolean }> {
  const found = await inetResolve(proc, name, hostFirst);
  if (typeof found === 'string') throw new RouteError(E_LOOKUP, `${name}: ${found}\n`);
  return found;
}

const atoi = (text: string): number => Number.parseInt(text, 10) || 0;
/** As strtol(3) reads a number in base 10 that has to begin with a digit. */
const digits = (text: string): number => (/^\d/.test(text) ? atoi(text) : usage());

/** The mask a target carries as `/BITS`; null without, words that the user sees when there is nonsense after the slash. @see INET_getnetmask */
function maskOf(target: string): { readonly name: string; readonly mask: number | null } {
  const slash = target.indexOf('/');
  if (slash < 0) return { name: target, mask: null };
  const bits = target.slice(slash + 1);
  if (!/^\d+$/.test(bits)) usage();
  // As the C program shifts it: lengths over 32 wrap.
  const n = Number(bits);
  return { name: target.slice(0, slash), mask: n === 0 ? 0 : (0xffffffff << (32 - n)) >>> 0 };
}

/** The bits a mask leaves, as a number in hex. */
const left = (mask: number): string => (~mask >>> 0).toString(16).padStart(8, '0');

class Entry {
  readonly bytes: Uint8Array = new Uint8Array(136);
  flags: number = RTF_UP | RTF_HOST;
  mask: number | null = null;
  dev = '';
  hasGateway = false;

  setMask(mask: number): void {
    if (this.mask !== null) usage();
    this.mask = mask;
    putSin(this.bytes, GENMASK, mask);
  }
}

/** Reads the words after the target. */
async function readWords(proc: Process, entry: Entry, args: readonly string[]): Promise<void> {
  const { bytes } = entry;
  for (let i = 0; i < args.length;) {
    const word = args[i]!;
    const value = (): string => args[i + 1] ?? usage();
    switch (word) {
      case 'metric': {
        const metric = digits(value());
        putLe16(bytes, METRIC, metric + 1);
        i += 2;
        continue;
      }
      case 'netmask': {
        const found = await inetResolve(proc, value(), false);
        if (typeof found === 'string') throw new RouteError(E_LOOKUP, `${value()}: ${found}\n`);
        entry.setMask(found.address);
        i += 2;
        continue;
      }
      case 'gw':
      case 'gateway': {
        const name = value();
        if (entry.hasGateway) usage();
        const found = await lookUp(proc, name, true);
        if (found.network) throw new RouteError(E_LOOKUP, `route: ${name}: cannot use a NETWORK as gateway!\n`);
        putSin(bytes, GATEWAY, found.address);
        entry.flags |= RTF_GATEWAY;
        entry.hasGateway = true;
        i += 2;
        continue;
      }
      case 'mss':
      case 'mtu': {
        const mss = atoi(value());
        if (mss < 64 || mss > 65536) usage('route: Invalid MSS/MTU.\n');
        putLe32(bytes, MTU, mss);
        entry.flags |= RTF_MTU;
        i += 2;
        continue;
      }
      case 'window': {
        const window = atoi(value());
        if (window < 128) usage('route: Invalid window.\n');
        putLe32(bytes, WINDOW, window);
        entry.flags |= RTF_WINDOW;
        i += 2;
        continue;
      }
      case 'irtt': {
        const irtt = atoi(value());
        putLe16(bytes, IRTT, irtt);
        entry.flags |= RTF_IRTT;
        i += 2;
        continue;
      }
      case 'reject':
        entry.flags |= RTF_REJECT;
        break;
      case 'mod':
        entry.flags |= RTF_MODIFIED;
        break;
      case 'dyn':
        entry.flags |= RTF_DYNAMIC;
        break;
      case 'reinstate':
        entry.flags |= RTF_REINSTATE;
        break;
      default: {
        const named = word === 'device' || word === 'dev';
        if (named && args[i + 1] === undefined) usage();
        if (!named && i + 1 < args.length) usage();
        if (entry.dev !== '') usage();
        entry.dev = named ? args[i + 1]! : word;
        if (named) i++;
      }
    }
    i++;
  }
}

async function build(proc: Process, words: readonly string[]): Promise<Uint8Array> {
  const args = words.slice();
  let kind: 'net' | 'host' | null = null;
  if (args[0] === '#net') {
    kind = 'net';
    args.shift();
  } else if (args[0] === '#host') {
    kind = 'host';
    args.shift();
  }
  const given = args.shift();
  if (given === undefined) throw new RouteError(0, '');
  const entry = new Entry();
  const { name, mask } = maskOf(given);
  if (mask !== null) entry.setMask(mask);
  const target = await lookUp(proc, name, kind === 'host');
  if (kind === 'net' || (kind === null && target.network)) entry.flags &= ~RTF_HOST;
  putSin(entry.bytes, DST, target.address);
  await readWords(proc, entry, args);
  // A device alone is also to be found by a reject route: the loopback.
  if ((entry.flags & RTF_REJECT) !== 0 && entry.dev === '') entry.dev = 'lo';
  if (entry.mask !== null) {
    if ((entry.flags & RTF_HOST) !== 0 && entry.mask !== 0xffffffff)
      usage(`route: netmask ${left(entry.mask)} doesn't make sense with host route\n`);
    if (ipv4MaskLen(entry.mask) < 0) usage(`route: bogus netmask ${formatIpv4(entry.mask)}\n`);
    if ((target.address & ~entry.mask) !== 0) usage("route: netmask doesn't match route address\n");
  } else if ((entry.flags & RTF_HOST) === 0) putSin(entry.bytes, GENMASK, 0);
  putLe16(entry.bytes, RT_FLAGS, entry.flags);
  entry.bytes.set(utf8Encode(entry.dev).subarray(0, 15), DEV);
  return entry.bytes;
}

/** Adds or deletes a route. @returns the exit status. @see INET_setroute */
export async function setInetRoute(proc: Process, action: 'add' | 'del', words: readonly string[]): Promise<number> {
  let bytes: Uint8Array;
  try {
    bytes = await build(proc, words);
  } catch (e) {
    if (!(e instanceof RouteError)) throw e;
    if (e.status === 0) proc.out(INET_ROUTE_USAGE);
    else proc.err(e.words);
    return e.status;
  }
  const socket = proc.socket(AF_INET, SOCK_DGRAM, 0);
  const e = tryIoctl(socket, action === 'add' ? SIOCADDRT : SIOCDELRT, bytes);
  socket.close();
  if (e === null) return 0;
  proc.err(`${action === 'add' ? 'SIOCADDRT' : 'SIOCDELRT'}: ${e.strerror}\n`);
  return E_SOCK;
}
