/** The stub resolver: asks the name servers of /etc/resolv.conf. @see resolver(3), resolv.conf(5) */
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from '../../../lib/address.ts';
import { type SockAddr, type Socket, SystemError } from '../../../syscall/index.ts';
import { EAGAIN } from '../../../uapi/errno.ts';
import { AF_INET, AF_INET6, POLLIN, SOCK_DGRAM } from '../../../uapi/socket.ts';
import {
  C_IN,
  DNS_PORT,
  DNS_QR,
  DNS_RD,
  type DnsMessage,
  dnsRcode,
  emitDns,
  encodeDnsName,
  NOERROR,
  NXDOMAIN,
  parseDns,
} from '../../../wire/dns.ts';
import type { Process } from '../../process/types.ts';

/** What /etc/resolv.conf says. */
export interface ResolvConf {
  readonly servers: readonly (number | Uint8Array)[];
  readonly search: readonly string[];
  readonly ndots: number;
  readonly timeoutS: number;
  readonly attempts: number;
}

/** Name servers looked at. @see MAXNS */
const MAX_SERVERS = 3;

export function parseResolvConf(text: string): ResolvConf {
  const servers: (number | Uint8Array)[] = [];
  let search: string[] = [];
  let [ndots, timeoutS, attempts] = [1, 5, 2];
  for (const line of text.split('\n')) {
    const [word, ...rest] = line.replace(/^\s*[;#].*$/, '').split(/[ \t]+/);
    if (word === 'nameserver' && rest[0] !== undefined && servers.length < MAX_SERVERS) {
      const address = parseIpv4(rest[0]) ?? parseIpv6(rest[0]);
      if (address !== null) servers.push(address);
    } else if (word === 'domain' && rest[0] !== undefined) search = [rest[0]];
    else if (word === 'search') search = rest.filter((d) => d !== '');
    else if (word === 'options') {
      for (const option of rest) {
        const [name, value] = option.split(':');
        const n = Number(value);
        if (!Number.isInteger(n) || n < 0) continue;
        if (name === 'ndots') ndots = Math.min(n, 15);
        else if (name === 'timeout') timeoutS = Math.min(Math.max(n, 1), 30);
        else if (name === 'attempts') attempts = Math.min(Math.max(n, 1), 5);
      }
    }
  }
  return { servers: servers.length === 0 ? [0x7f000001] : servers, search, ndots, timeoutS, attempts };
}

export function readResolvConf(proc: Process): ResolvConf {
  try {
    return parseResolvConf(proc.fs.readText('/etc/resolv.conf'));
  } catch (e) {
    if (e instanceof SystemError) return parseResolvConf('');
    throw e;
  }
}

/** Where a server listens. */
export const serverAddress = (address: number | Uint8Array, port: number = DNS_PORT): SockAddr =>
  typeof address === 'number'
    ? { family: AF_INET, address, port }
    : { family: AF_INET6, address, port, scopeId: 0, flowinfo: 0 };

export const serverText = (address: number | Uint8Array): string =>
  typeof address === 'number' ? formatIpv4(address) : formatIpv6(address);

/** A number nobody can guess, for a query. */
export function queryId(proc: Process): number {
  const time = proc.task.clockGettime(0);
  return Number((time ^ (time >> 16n) ^ BigInt(proc.pid * 40_503)) & 0xffffn);
}

/** The names to try for a name, in order: with the search list's domains, and as it is. @see ndots in resolv.conf(5) */
export function candidateNames(name: string, conf: ResolvConf): string[] {
  if (name.endsWith('.')) return [name];
  const dots = name.split('.').length - 1;
  const searched = conf.search.map((d) => (d === '.' ? `${name}.` : `${name}.${d.replace(/\.?$/, '.')}`));
  return dots >= conf.ndots ? [`${name}.`, ...searched] : [...searched, `${name}.`];
}

export type Answer = DnsMessage | 'again';

/** Sends queries together on one socket and waits for their answers. @returns null when the server cannot be asked */
async function exchange(
  proc: Process,
  server: number | Uint8Array,
  queries: readonly Uint8Array[],
  timeoutNs: number,
): Promise<(DnsMessage | null)[] | null> {
  let socket: Socket | null = null;
  try {
    socket = proc.socket(typeof server === 'number' ? AF_INET : AF_INET6, SOCK_DGRAM, 0);
    socket.connect(serverAddress(server));
    for (const q of queries) {
      proc.task.charge('syscall');
      socket.sendmsg(q);
    }
    const answers: (DnsMessage | null)[] = queries.map(() => null);
    const deadline = proc.task.now() + timeoutNs;
    while (answers.includes(null)) {
      const left = deadline - proc.task.now();
      if (left <= 0) return answers;
      const [ready] = await proc.poll([{ on: socket, events: POLLIN }], left);
      if (ready === 0) return answers;
      proc.task.charge('syscall');
      const message = parseDns(socket.recvmsg({ size: 65_536 }).data);
      if (message === null || (message.flags & DNS_QR) === 0) continue;
      const i = queries.findIndex((q) => ((q[0]! << 8) | q[1]!) === message.id);
      if (i >= 0) answers[i] = message;
    }
    return answers;
  } catch (e) {
    if (e instanceof SystemError && e.errno !== -EAGAIN) return null;
    throw e;
  } finally {
    socket?.close();
  }
}

/** Whether a server's answer is one: others are as good as none, and the next server is asked. */
const useful = (m: DnsMessage | null): m is DnsMessage =>
  m !== null && (dnsRcode(m) === NOERROR || dnsRcode(m) === NXDOMAIN);

/** Asks for one name's records of several types, server after server. @returns by type, or `again` when nobody answers */
export async function query(
  proc: Process,
  conf: ResolvConf,
  name: string,
  types: readonly number[],
): Promise<readonly DnsMessage[] | 'again'> {
  if (encodeDnsName(name) === null) return 'again';
  const first = queryId(proc);
  const queries = types.map((type, i) =>
    emitDns({
      id: (first + i) & 0xffff,
      flags: DNS_RD,
      question: [{ name, type, class: C_IN }],
      answer: [],
      authority: [],
      additional: [],
    }),
  );
  for (let attempt = 0; attempt < conf.attempts; attempt++) {
    for (const server of conf.servers) {
      const answers = await exchange(proc, server, queries, conf.timeoutS * 1e9);
      if (answers !== null && answers.every(useful)) return answers;
    }
  }
  return 'again';
}
