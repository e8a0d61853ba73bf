/** The `ping` command of iputils 20221126. @see ping(8) */
import type { Process, Program } from '../../process/types.ts';
import { IPPROTO_ICMP, IPPROTO_ICMPV6 } from '../../../uapi/in.ts';
import { SystemError } from '../../../syscall/index.ts';
import * as so from '../../../uapi/socket.ts';
import { EAI_ADDRFAMILY, gaiStrerror, getaddrinfo } from '../netdb/getaddrinfo.ts';
import { parseOptions, PingExit, type PingOptions } from './options.ts';
import { ping4Run } from './ping4.ts';
import { ping6Run } from './ping6.ts';
import { Session } from './session.ts';
import { fillPacket } from './setup.ts';
import { errnoOf, openPingSocket, type PingSocket } from './socket.ts';
import { USAGE } from './usage.ts';

const FAMILY: Readonly<Record<number, string>> = { 0: 'AF_UNSPEC', 2: 'AF_INET', 10: 'AF_INET6' };

interface Sockets {
  readonly v4: PingSocket | null;
  readonly v6: PingSocket | null;
}

/** Opens what the family asks for; without IPv6, or without IPv4, the other will do. */
async function openSockets(s: Session): Promise<Sockets> {
  const { options, proc } = s;
  const type = options.ident === 0 ? so.SOCK_RAW : so.SOCK_DGRAM;
  if (options.verbose && options.ident === 0) await s.warn('WARNING: ident 0 => forcing raw socket');
  const open = async (family: number, protocol: number, required: boolean): Promise<PingSocket | null> => {
    try {
      return openPingSocket(proc, family, type, protocol);
    } catch (e) {
      const words = `socket: ${errnoOf(e).strerror}`;
      if (required) s.die(words);
      if (options.verbose) await s.warn(words);
      return null;
    }
  };
  const v4 =
    options.family === so.AF_INET6 ? null : await open(so.AF_INET, IPPROTO_ICMP, options.family === so.AF_INET);
  const v6 = options.family === so.AF_INET ? null : await open(so.AF_INET6, IPPROTO_ICMPV6, v4 === null);
  if (options.tos !== null) {
    try {
      v4?.socket.setsockopt(so.SOL_IP, so.IP_TOS, options.tos);
      v6?.socket.setsockopt(so.SOL_IPV6, so.IPV6_TCLASS, options.tos);
    } catch (e) {
      s.die(`setsockopt: ${errnoOf(e).strerror}`);
    }
  }
  if (options.verbose) await describe(s, v4, v6);
  return { v4, v6 };
}

/** What -v says about the sockets. */
async function describe(s: Session, v4: PingSocket | null, v6: PingSocket | null): Promise<void> {
  const kind = (socket: PingSocket | null): string => (socket === null ? '0' : socket.raw ? 'SOCK_RAW' : 'SOCK_DGRAM');
  let fd = 3;
  const number = (socket: PingSocket | null): number => (socket === null ? -1 : fd++);
  const first = `sock4.fd: ${number(v4)} (socktype: ${kind(v4)})`;
  const second = `sock6.fd: ${number(v6)} (socktype: ${kind(v6)})`;
  await s.warn(`${first}, ${second}, hints.ai_family: ${FAMILY[s.options.family]}\n`);
}

async function ping(proc: Process, options: PingOptions, hosts: readonly string[]): Promise<number> {
  const s: Session = new Session(proc, options);
  for (const warning of options.warnings) proc.err(warning);
  fillPacket(s);
  const target = hosts[hosts.length - 1]!;
  const sockets = await openSockets(s);
  const addresses = await getaddrinfo(proc, target);
  if (typeof addresses === 'number') s.die(`${target}: ${gaiStrerror(addresses)}`);
  for (const [i, info] of addresses.entries()) {
    const last = i === addresses.length - 1;
    if (options.verbose) {
      await s.out(`ai->ai_family: ${FAMILY[info.family]}, ai->ai_canonname: '${info.canonname ?? ''}'\n`);
    }
    if (options.family !== so.AF_UNSPEC && info.family !== options.family) {
      if (last) s.die(`${target}: ${gaiStrerror(EAI_ADDRFAMILY)}`);
      continue;
    }
    const socket = info.family === so.AF_INET ? sockets.v4 : sockets.v6;
    if (socket === null) s.die('socket: Address family not supported by protocol');
    if (info.family === so.AF_INET6 && hosts.length > 1) throw new PingExit(2, USAGE);
    // A source route needs CAP_NET_RAW, which ping has given up by then.
    if (hosts.length > 1) s.die('record route: Operation not permitted');
    const run = info.family === so.AF_INET ? ping4Run : ping6Run;
    const status = await run(s, socket, info, target, last);
    if (status >= 0) return status;
  }
  return 0;
}

/** Output that cannot be written is told at the end, when nobody knows any more why. @see iputils_common.c:close_stdout */
function unwritten(proc: Process, e: unknown): number {
  if (!(e instanceof SystemError) || e.syscall !== 'write') throw e;
  proc.err('ping: write error\n');
  return 1;
}

export const pingMain: Program = async (proc) => {
  try {
    const { options, hosts } = parseOptions(proc.argv);
    return await ping(proc, options, hosts);
  } catch (e) {
    if (!(e instanceof PingExit)) return unwritten(proc, e);
    try {
      proc.out(e.out);
      await proc.flush();
    } catch (error) {
      return unwritten(proc, error);
    }
    proc.err(e.words);
    return e.status;
  }
};
