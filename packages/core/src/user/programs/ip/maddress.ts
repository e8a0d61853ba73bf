/** `ip maddress`: multicast addresses. @see ip-maddress(8), ip/ipmaddr.c */
import { formatIpv4, formatIpv6 } from '../../../lib/address.ts';
import { SystemError } from '../../../syscall/index.ts';
import { AF_INET, AF_INET6, AF_PACKET, AF_UNSPEC, SOCK_DGRAM } from '../../../uapi/socket.ts';
import { SIOCADDMULTI, SIOCDELMULTI } from '../../../uapi/sockios.ts';
import { utf8Encode } from '../../../lib/text.ts';
import type { Context } from './context.ts';
import { type Json, JsonObject, Row } from './json.ts';
import { Args, checkIfname, incomplete, invarg, IpError, IpExit, matches } from './parse.ts';

const USAGE = 'Usage: ip maddr [ add | del ] MULTIADDR dev STRING\n       ip maddr show [ dev STRING ]\n';

interface Maddr {
  readonly ifindex: number;
  readonly name: string;
  readonly family: number;
  readonly address: string;
  readonly users: number;
  readonly isStatic: boolean;
}

function lines(ctx: Context, path: string): string[] {
  try {
    return ctx.proc.fs
      .readText(path)
      .split('\n')
      .filter((l) => l !== '');
  } catch (e) {
    if (e instanceof SystemError) return [];
    throw e;
  }
}

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], (h) => Number.parseInt(h, 16));

/** @see read_dev_mcast */
function linkAddresses(ctx: Context): Maddr[] {
  return lines(ctx, '/proc/net/dev_mcast').map((line) => {
    const [index = '', name = '', users = '', global = '', hex = ''] = line.trim().split(/\s+/);
    const address = (hex.match(/../g) ?? []).join(':');
    return { ifindex: Number(index), name, family: AF_PACKET, address, users: Number(users), isStatic: global !== '0' };
  });
}

/** @see read_igmp */
function inetAddresses(ctx: Context): Maddr[] {
  const found: Maddr[] = [];
  let ifindex = 0;
  let name = '';
  for (const line of lines(ctx, '/proc/net/igmp').slice(1)) {
    const f = line.trim().split(/\s+/);
    if (/^\d/.test(line)) {
      ifindex = Number(f[0]);
      name = f[1]!.replace(/:$/, '');
      continue;
    }
    const address = [...bytesOf(f[0]!)].toReversed();
    const number = address.reduce((n, b) => n * 256 + b, 0);
    found.push({ ifindex, name, family: AF_INET, address: formatIpv4(number), users: Number(f[1]), isStatic: false });
  }
  return found;
}

/** @see read_igmp6 */
function inet6Addresses(ctx: Context): Maddr[] {
  return lines(ctx, '/proc/net/igmp6').map((line) => {
    const [index = '', name = '', hex = '', users = ''] = line.trim().split(/\s+/);
    const address = formatIpv6(bytesOf(hex));
    return { ifindex: Number(index), name, family: AF_INET6, address, users: Number(users), isStatic: false };
  });
}

const WORDS: ReadonlyMap<number, string> = new Map([
  [AF_PACKET, 'link '],
  [AF_INET, 'inet '],
  [AF_INET6, 'inet6'],
]);

function describe(m: Maddr): { readonly record: JsonObject; readonly text: string } {
  const record = new JsonObject();
  if (m.family === AF_PACKET) record.set('link', m.address);
  else record.set('family', m.family === AF_INET ? 'inet' : 'inet6').set('address', m.address);
  let text = `${WORDS.get(m.family)} ${m.address}`;
  if (m.users > 1) {
    record.set('users', m.users);
    text += ` users ${m.users}`;
  }
  if (m.isStatic) {
    record.set('static', true);
    text += ' static';
  }
  return { record, text: `${text}\n` };
}

async function show(ctx: Context, words: readonly string[]): Promise<number> {
  let dev = '';
  for (const args = new Args(words); args.i < words.length; args.i++) {
    if (args.is('dev')) args.next();
    else if (args.like('help')) throw new IpExit(255, USAGE);
    if (dev !== '') throw new IpExit(255, `Error: either "dev" is duplicate, or "${args.word}" is a garbage.\n`);
    dev = args.word;
  }
  const { family } = ctx;
  const all = [
    ...(family === AF_UNSPEC || family === AF_PACKET ? linkAddresses(ctx) : []),
    ...(family === AF_UNSPEC || family === AF_INET ? inetAddresses(ctx) : []),
    ...(family === AF_UNSPEC || family === AF_INET6 ? inet6Addresses(ctx) : []),
  ].filter((m) => dev === '' || m.name === dev);
  const indexes = [...new Set(all.map((m) => m.ifindex))].sort((a, b) => a - b);
  const rows = indexes.map((ifindex) => {
    const mine = all.filter((m) => m.ifindex === ifindex);
    const described = mine.map((m) => describe(m));
    const head = `${ifindex}:\t${mine[0]!.name}`;
    const row = new Row();
    row.json('ifindex', ifindex).json('ifname', mine[0]!.name);
    const records: Json = described.map((d) => d.record);
    row.json('maddr', records);
    row.say(
      ctx.options.oneline
        ? described.map((d) => `${head}\\\t${d.text}`).join('')
        : `${head}\n${described.map((d) => `\t${d.text}`).join('')}`,
    );
    return row;
  });
  await ctx.print(rows);
  return 0;
}

/** @see multiaddr_modify */
async function modify(ctx: Context, words: readonly string[], add: boolean): Promise<number> {
  let dev = '';
  let address: Uint8Array | null = null;
  for (const args = new Args(words); args.i < words.length; args.i++) {
    if (args.is('dev')) {
      const name = args.next();
      if (dev !== '') throw new IpExit(255, `Error: duplicate "dev": "${name}" is the second value.\n`);
      if (!checkIfname(name)) invarg('not a valid ifname', name);
      dev = name;
      continue;
    }
    if (args.is('address')) args.next();
    if (args.like('help')) throw new IpExit(255, USAGE);
    if (address !== null) throw new IpExit(255, `Error: duplicate "address": "${args.word}" is the second value.\n`);
    const parts = args.word.split(':');
    const bytes = Uint8Array.from(parts, (p) => Number.parseInt(p, 16) || 0);
    const length = args.word.includes('.') ? args.word.split('.').length : parts.length;
    if (length !== 6) throw new IpError(1, `Error: Invalid address length ${length} - must be 6 bytes\n`);
    address = bytes;
  }
  if (address === null && dev === '') return incomplete();
  if (dev === '') throw new IpExit(255, 'Not enough information: "dev" is required.\n');
  const arg = new Uint8Array(40);
  arg.set(utf8Encode(dev));
  // Without an address the C program asks for none in particular: all zero.
  if (address !== null) arg.set(address, 18);
  const socket = ctx.proc.socket(AF_INET, SOCK_DGRAM, 0);
  try {
    socket.ioctl(add ? SIOCADDMULTI : SIOCDELMULTI, arg);
    return 0;
  } catch (e) {
    if (!(e instanceof SystemError)) throw e;
    ctx.err(`ioctl: ${e.strerror}\n`);
    return 1;
  } finally {
    socket.close();
  }
}

export async function doMaddress(ctx: Context, words: readonly string[]): Promise<number> {
  const [word, ...rest] = words;
  if (word === undefined) return show(ctx, []);
  if (matches(word, 'add')) return modify(ctx, rest, true);
  if (matches(word, 'delete')) return modify(ctx, rest, false);
  if (matches(word, 'show') || matches(word, 'list') || matches(word, 'lst')) return show(ctx, rest);
  if (matches(word, 'help')) throw new IpExit(255, USAGE);
  throw new IpExit(255, `Command "${word}" is unknown, try "ip maddr help".\n`);
}
