/** Queries of BIND's tools: one server after another, try after try, and their words when nobody answers. @see bin/dig/dighost.c */
import { parseIpv4, parseIpv6 } from '../../../lib/address.ts';
import { SystemError } from '../../../syscall/index.ts';
import { ECONNREFUSED, EHOSTUNREACH, ENETUNREACH } from '../../../uapi/errno.ts';
import { AF_INET, AF_INET6, POLLIN, SOCK_DGRAM } from '../../../uapi/socket.ts';
import { DNS_QR, type DnsMessage, emitDns, parseDns } from '../../../wire/dns.ts';
import type { Process } from '../../process/types.ts';
import { getaddrinfo } from '../netdb/getaddrinfo.ts';
import { serverAddress, serverText } from '../netdb/resolver.ts';

/** A name server: its address, and the name it was given by. */
export interface Server {
  readonly address: number | Uint8Array;
  readonly name: string;
}

/** What came of a query. */
export interface Reply {
  readonly message: DnsMessage;
  readonly bytes: number;
  readonly server: Server;
  readonly rttNs: number;
}

export interface AskOptions {
  readonly port: number;
  readonly tries: number;
  readonly timeoutS: number;
  readonly source: { readonly address: number | Uint8Array; readonly port: number } | null;
}

/** Why a query failed, as the tools name it. */
function reason(errno: number): string {
  switch (errno) {
    case ECONNREFUSED:
      return 'connection refused';
    case ENETUNREACH:
      return 'network unreachable';
    case EHOSTUNREACH:
      return 'host unreachable';
    default:
      return 'unexpected error';
  }
}

/** The servers a name after `@` means; null when it has no address. */
export async function serversNamed(proc: Process, name: string, family: number): Promise<readonly Server[] | null> {
  const number = parseIpv4(name) ?? parseIpv6(name);
  if (number !== null) return [{ address: number, name }];
  const found = await getaddrinfo(proc, name, family);
  return typeof found === 'number' ? null : found.map((a) => ({ address: a.address, name }));
}

/**
 * Sends a query until somebody answers. Words about failures go to stdout.
 * @returns null when nobody did, `unsent` when it could not even be sent: then all is said
 */
export async function ask(
  proc: Process,
  query: DnsMessage,
  servers: readonly Server[],
  o: AskOptions,
): Promise<Reply | null | 'unsent'> {
  let sent = false;
  const bytes = emitDns(query);
  const name = query.question[0]?.name.replace(/(?<=.)\.$/, '') ?? '.';
  for (let i = 0; i < o.tries; i++) {
    for (const server of servers) {
      const reply = await once(proc, bytes, query.id, server, o, name);
      if (reply !== null && reply !== 'unsent') return reply;
      if (reply === null) sent = true;
    }
  }
  return sent ? null : 'unsent';
}

async function once(
  proc: Process,
  bytes: Uint8Array,
  id: number,
  server: Server,
  o: AskOptions,
  name: string,
): Promise<Reply | null | 'unsent'> {
  const text = serverText(server.address);
  const socket = proc.socket(typeof server.address === 'number' ? AF_INET : AF_INET6, SOCK_DGRAM, 0);
  try {
    try {
      if (o.source !== null) socket.bind(serverAddress(o.source.address, o.source.port));
      socket.connect(serverAddress(server.address, o.port));
    } catch (e) {
      if (!(e instanceof SystemError)) throw e;
      const why = reason(-e.errno);
      proc.out(`;; UDP setup with ${text}#${o.port}(${server.name}) for ${name} failed: ${why}.\n`);
      proc.out(';; no servers could be reached\n');
      return 'unsent';
    }
    const sent = proc.task.now();
    proc.task.charge('syscall');
    socket.sendmsg(bytes);
    for (;;) {
      const left = sent + o.timeoutS * 1e9 - proc.task.now();
      const [ready] = left <= 0 ? [0] : await proc.poll([{ on: socket, events: POLLIN }], left);
      if (ready === 0) {
        proc.out(`;; communications error to ${text}#${o.port}: timed out\n`);
        return null;
      }
      proc.task.charge('syscall');
      const received = socket.recvmsg({ size: 65_535 });
      const message = parseDns(received.data);
      if (message === null || message.id !== id || (message.flags & DNS_QR) === 0) continue;
      return { message, bytes: received.length, server, rttNs: proc.task.now() - sent };
    }
  } catch (e) {
    if (!(e instanceof SystemError)) throw e;
    proc.out(`;; communications error to ${text}#${o.port}: ${reason(-e.errno)}\n`);
    return null;
  } finally {
    socket.close();
  }
}
