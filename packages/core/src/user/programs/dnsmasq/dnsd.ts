/** A name server that knows the names it is given, and that there are no others. */
import { formatIpv4 } from '../../../lib/address.ts';
import { SystemError } from '../../../syscall/index.ts';
import { AF_INET, POLLIN, SOCK_DGRAM } from '../../../uapi/socket.ts';
import type { Process } from '../../process/types.ts';

/** A host's names, the first of which its addresses are called by, and its addresses, as numbers. */
export interface NamedHost {
  readonly names: readonly string[];
  readonly addresses: readonly number[];
}

const DNS_PORT = 53;
/** Seconds an answer may be kept. */
const TTL_S = 300;

/**
 * Serves for ever, on addresses of its own so that its answers come from where the questions went.
 * @param options dnsmasq's, for names beside the hosts'
 */
export async function dnsd(
  proc: Process,
  listen: readonly number[],
  hosts: readonly NamedHost[],
  options: readonly string[] = [],
): Promise<never> {
  const sockets = listen.map((address) => {
    const socket = proc.socket(AF_INET, SOCK_DGRAM, 0);
    socket.bind({ family: AF_INET, address, port: DNS_PORT });
    return socket;
  });
  const entries = sockets.map((on) => ({ on, events: POLLIN }));
  await proc.poll(entries, Infinity);
  // Loaded with the first question: most worlds are asked none.
  const [{ DnsServer }, { parseOptions }, { DNS_AA, emitDns, parseDns }] = await Promise.all([
    import('./dns-server.ts'),
    import('./options.ts'),
    import('../../../wire/dns.ts'),
  ]);
  const records = hosts.map((h) => `--host-record=${[...h.names, ...h.addresses.map(formatIpv4)].join(',')}`);
  const server = new DnsServer(
    parseOptions('dnsmasq', [...records, ...options, '--local=/#/', `--local-ttl=${TTL_S}`]),
    () => [],
  );
  for (;;) {
    const ready = await proc.poll(entries, Infinity);
    for (const [i, socket] of sockets.entries()) {
      if (ready[i] === 0) continue;
      try {
        const { data, from } = await proc.recv(socket);
        const query = parseDns(data);
        if (query === null || from === null || from.family !== AF_INET) continue;
        const answer = server.answer(query, false, from.address);
        // It speaks for others, as every name server that people are told of.
        if (answer !== null) socket.sendmsg(emitDns({ ...answer, flags: answer.flags & ~DNS_AA }), { to: from });
      } catch (e) {
        // The cable is out, or who asked does not listen any more.
        if (!(e instanceof SystemError)) throw e;
      }
    }
  }
}
