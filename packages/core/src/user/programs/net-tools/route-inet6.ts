/** `route -6 add` and `route -6 del`. @see lib/inet6_sr.c of net-tools */
import { le32, putLe16, putLe32 } from '../../../lib/bytes.ts';
import { RTF_DYNAMIC, RTF_GATEWAY, RTF_HOST, RTF_MODIFIED, RTF_UP } from '../../../uapi/ip.ts';
import { AF_INET6, SOCK_DGRAM } from '../../../uapi/socket.ts';
import { SIOCADDRT, SIOCDELRT, SIOCGIFINDEX } from '../../../uapi/sockios.ts';
import type { Process } from '../../process/types.ts';
import { IFR_DATA, ifreq, tryIoctl } from './io.ts';
import { inet6Resolve } from './resolve.ts';
import { INET6_ROUTE_USAGE } from './usage.ts';

const E_USAGE = 3;
const E_LOOKUP = 6;
const E_SOCK = 7;

// struct in6_rtmsg
const GATEWAY = 32;
const DST_LEN = 52;
const METRIC = 56;
const RT_FLAGS = 72;
const IFINDEX = 76;

/** The target: its bytes and length; a status after the words of an error. */
async function readTarget(proc: Process, word: string): Promise<{ addr: Uint8Array; plen: number } | number> {
  if (word === 'default') return { addr: new Uint8Array(16), plen: 0 };
  const slash = word.indexOf('/');
  const name = slash < 0 ? word : word.slice(0, slash);
  const plen = slash < 0 ? 128 : Number.parseInt(word.slice(slash + 1), 10) || 0;
  if (plen < 0 || plen > 128) return usage(proc);
  const addr = await inet6Resolve(proc, name);
  if (typeof addr !== 'string') return { addr, plen };
  proc.err(addr);
  return E_LOOKUP;
}

function usage(proc: Process): number {
  proc.err(INET6_ROUTE_USAGE);
  return E_USAGE;
}

/** Reads the words after the target into the message. @returns the device's name, or a status after an error */
async function readWords(proc: Process, args: readonly string[], msg: Uint8Array): Promise<string | number> {
  let dev = '';
  let metric = 1;
  let flags = le32(msg, RT_FLAGS);
  for (let i = 0; i < args.length; i++) {
    const word = args[i]!;
    const value = args[i + 1];
    switch (word) {
      case 'metric':
        if (value === undefined || !/^\d/.test(value)) return usage(proc);
        metric = Number.parseInt(value, 10);
        i++;
        break;
      case 'gw':
      case 'gateway': {
        if (value === undefined || (flags & RTF_GATEWAY) !== 0) return usage(proc);
        const gw = await inet6Resolve(proc, value);
        if (typeof gw === 'string') {
          proc.err(`${value}: Resolver Error 0 (no error)\n`);
          return E_LOOKUP;
        }
        msg.set(gw, GATEWAY);
        flags |= RTF_GATEWAY;
        i++;
        break;
      }
      case 'mod':
        flags |= RTF_MODIFIED;
        break;
      case 'dyn':
        flags |= RTF_DYNAMIC;
        break;
      default: {
        const named = word === 'device' || word === 'dev';
        if (named ? value === undefined : value !== undefined) return usage(proc);
        dev = named ? value! : word;
        if (named) i++;
      }
    }
  }
  putLe32(msg, METRIC, metric);
  putLe32(msg, RT_FLAGS, flags);
  return dev;
}

/** Adds or deletes a route. @returns the exit status. @see INET6_setroute */
export async function setInet6Route(proc: Process, action: 'add' | 'del', words: readonly string[]): Promise<number> {
  const [first, ...rest] = words;
  if (first === undefined) return usage(proc);
  const target = await readTarget(proc, first);
  if (typeof target === 'number') return target;
  const msg = new Uint8Array(80);
  msg.set(target.addr, 0);
  putLe16(msg, DST_LEN, target.plen);
  putLe32(msg, RT_FLAGS, RTF_UP | (target.plen === 128 ? RTF_HOST : 0));
  const dev = await readWords(proc, rest, msg);
  if (typeof dev === 'number') return dev;
  const socket = proc.socket(AF_INET6, SOCK_DGRAM, 0);
  try {
    if (dev !== '') {
      const arg = ifreq(dev);
      const e = tryIoctl(socket, SIOCGIFINDEX, arg);
      if (e !== null) {
        proc.err(`SIOGIFINDEX: ${e.strerror}\n`);
        return E_SOCK;
      }
      putLe32(msg, IFINDEX, le32(arg, IFR_DATA));
    }
    const e = tryIoctl(socket, action === 'add' ? SIOCADDRT : SIOCDELRT, msg);
    if (e === null) return 0;
    proc.err(`${action === 'add' ? 'SIOCADDRT' : 'SIOCDELRT'}: ${e.strerror}\n`);
    return E_SOCK;
  } finally {
    socket.close();
  }
}
