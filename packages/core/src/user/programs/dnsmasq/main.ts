/** The `dnsmasq` command, 2.90: DNS and DHCP for a lab. @see dnsmasq(8) */
import { formatIpv4, formatMac, ipv4Bytes, ipv4Prefix, parseIpv4 } from '../../../lib/address.ts';
import { utf8Encode } from '../../../lib/text.ts';
import { openNetlink } from '../../../netlink/index.ts';
import { type SockAddr, type Socket, SystemError } from '../../../syscall/index.ts';
import { EAGAIN, EINTR } from '../../../uapi/errno.ts';
import { INADDR_BROADCAST } from '../../../uapi/in.ts';
import { NUD_STALE } from '../../../uapi/neighbour.ts';
import { NLM_F_CREATE, NLM_F_REPLACE } from '../../../uapi/netlink.ts';
import { SIGINT, SIGTERM } from '../../../uapi/signal.ts';
import * as so from '../../../uapi/socket.ts';
import { DHCP_CLIENT_PORT, DHCP_SERVER_PORT, DHCPACK, dhcpType, emitDhcp, parseDhcp } from '../../../wire/dhcp.ts';
import { emitDns, parseDns } from '../../../wire/dns.ts';
import type { Process, Program } from '../../process/types.ts';
import { parseHosts, readHosts } from '../netdb/hosts.ts';
import { getifaddrs } from '../netdb/interfaces.ts';
import { readResolvConf, serverAddress } from '../netdb/resolver.ts';
import { type DhcpPool, DhcpServer } from './dhcp-server.ts';
import { dnsId, DnsServer } from './dns-server.ts';
import { DnsmasqExit, type DnsmasqOptions, parseOptions } from './options.ts';

/** A question handed on, until somebody answers. */
interface Forwarded {
  readonly socket: Socket;
  readonly from: SockAddr;
  readonly back: Socket;
  readonly id: number;
  readonly until: number;
}

/** Addresses lent on a device. */
interface Lending {
  readonly socket: Socket;
  readonly server: DhcpServer;
  readonly index: number;
  readonly name: string;
}

const FORWARD_NS = 10e9;

/** The place in a range where a card's search for an address begins: dnsmasq's hash of its MAC. */
function startOf(mac: string, from: number, to: number): number {
  let hash = 0;
  for (const part of mac.split(':')) {
    const byte = Number.parseInt(part, 16);
    hash = (byte + Math.imul(hash, 65_599)) >>> 0;
  }
  return from + ((hash === 0 ? 1 : hash) % (to - from + 1));
}

class Dnsmasq {
  readonly #proc: Process;
  readonly #o: DnsmasqOptions;
  readonly #dns: Socket[] = [];
  readonly #forwarded: Forwarded[] = [];
  readonly #names: DnsServer;
  readonly #upstream: readonly (number | Uint8Array)[];
  readonly #dhcp: Lending[] = [];
  #stopped = '';

  constructor(proc: Process, o: DnsmasqOptions) {
    this.#proc = proc;
    this.#o = o;
    const extra = o.hostsFiles.map((f) => {
      try {
        return parseHosts(proc.fs.readText(f));
      } catch (e) {
        if (e instanceof SystemError) return [];
        throw e;
      }
    });
    this.#names = new DnsServer(o, [...(o.noHosts ? [] : readHosts(proc)), ...extra.flat()]);
    const own = (a: number | Uint8Array): boolean => a === 0x7f000001;
    this.#upstream =
      o.servers.length > 0 ? o.servers : o.noResolv ? [] : readResolvConf(proc).servers.filter((a) => !own(a));
  }

  #log(text: string): void {
    if (this.#o.log) this.#proc.err(`dnsmasq${text}\n`);
  }

  /** Opens what it listens on. @throws DnsmasqExit */
  async open(): Promise<void> {
    const { port, listen, interfaces, bind } = this.#o;
    const all = await getifaddrs(this.#proc);
    const chosen = all.filter((a) => interfaces.length === 0 || interfaces.includes(a.name) || a.name === 'lo');
    const missing = interfaces.find((name) => !all.some((a) => a.name === name));
    if (missing !== undefined && bind) throw new DnsmasqExit(2, `\ndnsmasq: unknown interface ${missing}\n`);
    if (port !== 0) {
      const wildcard = !bind && listen.length === 0 && interfaces.length === 0;
      const addresses: (number | Uint8Array)[] =
        listen.length > 0
          ? listen
          : wildcard
            ? [0, new Uint8Array(16)]
            : chosen
                .filter((a) => a.scope === 0 || typeof a.address === 'number' || a.name === 'lo')
                .map((a) => a.address);
      for (const address of addresses) this.#listen(address, port);
    }
    for (const range of this.#o.ranges) await this.#lend(range, all);
  }

  #listen(address: number | Uint8Array, port: number): void {
    const socket = this.#proc.socket(typeof address === 'number' ? so.AF_INET : so.AF_INET6, so.SOCK_DGRAM, 0);
    try {
      socket.setsockopt(so.SOL_SOCKET, so.SO_REUSEADDR, 1);
      socket.bind(serverAddress(address, port));
      this.#dns.push(socket);
    } catch (e) {
      if (!(e instanceof SystemError)) throw e;
      socket.close();
      const text = typeof address === 'number' ? formatIpv4(address) : '';
      if (typeof address === 'number') {
        throw new DnsmasqExit(2, `\ndnsmasq: failed to create listening socket for ${text}: ${e.strerror}\n`);
      }
    }
  }

  async #lend(
    { from, to, leaseS }: DnsmasqOptions['ranges'][number],
    all: Awaited<ReturnType<typeof getifaddrs>>,
  ): Promise<void> {
    const conn = openNetlink(this.#proc.task);
    try {
      for (const a of await conn.addr.dump()) {
        if (a.family !== so.AF_INET) continue;
        const local = all.find((x) => x.ifindex === a.index && typeof x.address === 'number');
        const own = local?.address;
        if (typeof own !== 'number' || ipv4Prefix(own, a.prefixlen) !== ipv4Prefix(from, a.prefixlen)) continue;
        if (this.#o.interfaces.length > 0 && !this.#o.interfaces.includes(local!.name)) continue;
        const numbers = (code: number): number[] | undefined =>
          this.#o.dhcpOptions.get(code)?.map((text) => parseIpv4(text) || own);
        const pool: DhcpPool = {
          server: own,
          prefixlen: a.prefixlen,
          from,
          to,
          router: this.#o.dhcpOptions.has(3) ? (numbers(3)![0] ?? 0) : own,
          nameservers: numbers(6) ?? (this.#o.port === 0 ? [] : [own]),
          domain: this.#o.dhcpOptions.get(15)?.[0] ?? this.#o.domain,
          leaseTime: leaseS,
          hosts: new Map(this.#o.hosts.map((h) => [h.mac, h.address])),
          start: (mac) => startOf(mac, from, to),
        };
        const socket = this.#proc.socket(so.AF_INET, so.SOCK_DGRAM, 0);
        socket.setsockopt(so.SOL_SOCKET, so.SO_REUSEADDR, 1);
        socket.setsockopt(so.SOL_SOCKET, so.SO_BINDTODEVICE, utf8Encode(`${local!.name}\0`));
        socket.setsockopt(so.SOL_SOCKET, so.SO_BROADCAST, 1);
        socket.bind({ family: so.AF_INET, address: 0, port: DHCP_SERVER_PORT });
        this.#dhcp.push({ socket, server: new DhcpServer(pool), index: a.index, name: local!.name });
        return;
      }
    } finally {
      conn.close();
    }
  }

  async serve(): Promise<number> {
    const proc = this.#proc;
    proc.signal(SIGTERM, () => (this.#stopped = 'SIGTERM'));
    proc.signal(SIGINT, () => (this.#stopped = 'SIGINT'));
    this.#log(`: started, version 2.90 ${this.#o.port === 0 ? 'DNS disabled' : 'cachesize 150'}`);
    for (;;) {
      await proc.tick();
      if (this.#stopped !== '') {
        this.#log(`: exiting on receipt of ${this.#stopped}`);
        return 0;
      }
      const now = proc.task.now();
      for (const f of this.#forwarded.filter((x) => x.until <= now)) this.#drop(f);
      const sockets = [...this.#dns, ...this.#dhcp.map((d) => d.socket), ...this.#forwarded.map((f) => f.socket)];
      const until = Math.min(Infinity, ...this.#forwarded.map((f) => f.until));
      let ready: number[];
      try {
        ready = await proc.poll(
          sockets.map((on) => ({ on, events: so.POLLIN })),
          Math.max(0, until - now),
        );
      } catch (e) {
        if (e instanceof SystemError && e.errno === -EINTR) continue;
        throw e;
      }
      for (const [i, socket] of sockets.entries()) if (ready[i] !== 0) await this.#take(socket);
    }
  }

  #drop(f: Forwarded): void {
    f.socket.close();
    this.#forwarded.splice(this.#forwarded.indexOf(f), 1);
  }

  async #take(socket: Socket): Promise<void> {
    this.#proc.task.charge('syscall');
    const forwarded = this.#forwarded.find((f) => f.socket === socket);
    try {
      const { data, from } = socket.recvmsg({ size: 65_535 });
      if (from === null) return;
      const dhcp = this.#dhcp.find((d) => d.socket === socket);
      if (dhcp !== undefined) await this.#lease(dhcp, data);
      else if (forwarded !== undefined) {
        if (dnsId(data) !== forwarded.id) return;
        forwarded.back.sendmsg(data, { to: forwarded.from });
        this.#drop(forwarded);
      } else this.#question(socket, data, from);
    } catch (e) {
      if (!(e instanceof SystemError)) throw e;
      if (forwarded !== undefined && e.errno !== -EAGAIN) this.#drop(forwarded);
    }
  }

  #question(socket: Socket, data: Uint8Array, from: SockAddr): void {
    const query = parseDns(data);
    if (query === null) return;
    const [server] = this.#upstream;
    const answer = this.#names.answer(query, server !== undefined);
    this.#proc.task.charge('syscall');
    if (answer !== null) {
      socket.sendmsg(emitDns(answer), { to: from });
      return;
    }
    if (server === undefined) return;
    const out = this.#proc.socket(typeof server === 'number' ? so.AF_INET : so.AF_INET6, so.SOCK_DGRAM, 0);
    try {
      out.connect(serverAddress(server));
      out.sendmsg(data);
    } catch (e) {
      out.close();
      throw e;
    }
    this.#forwarded.push({ socket: out, from, back: socket, id: query.id, until: this.#proc.task.now() + FORWARD_NS });
  }

  async #lease(d: Lending, data: Uint8Array): Promise<void> {
    const request = parseDhcp(data);
    const answer = request === null ? null : d.server.answer(request, this.#proc.task.now());
    if (request === null || answer === null) return;
    const { message, to } = answer;
    const mac = formatMac(message.chaddr);
    if (to !== 0 && message.ciaddr === 0) {
      // Who is offered an address does not answer ARP for it yet.
      const conn = openNetlink(this.#proc.task);
      try {
        const attrs = { dst: ipv4Bytes(to), lladdr: message.chaddr };
        await conn.neigh.create(
          { family: so.AF_INET, ifindex: d.index, state: NUD_STALE, attrs },
          NLM_F_CREATE | NLM_F_REPLACE,
        );
      } finally {
        conn.close();
      }
    }
    if (dhcpType(message) === DHCPACK) this.#log(`-dhcp: DHCPACK(${d.name}) ${formatIpv4(message.yiaddr)} ${mac} `);
    this.#proc.task.charge('syscall');
    const address = to === 0 ? INADDR_BROADCAST : to;
    d.socket.sendmsg(emitDhcp(message), { to: { family: so.AF_INET, address, port: DHCP_CLIENT_PORT } });
  }

  /** Once it listens, the rest happens in the background. */
  background(): number {
    const { pidFile } = this.#o;
    const child = this.#proc.fork(async (proc) => {
      proc.setsid();
      proc.fds.closeAll();
      const server = new Dnsmasq(proc, { ...this.#o, log: false });
      await server.open();
      return server.serve();
    });
    if (pidFile !== null) this.#proc.fs.writeFile(pidFile, `${child.pid}\n`);
    return 0;
  }

  close(): void {
    for (const s of [...this.#dns, ...this.#dhcp.map((d) => d.socket)]) s.close();
  }
}

export const dnsmasqMain: Program = async (proc) => {
  try {
    const o = parseOptions(proc.argv[0]!, proc.argv.slice(1));
    const server = new Dnsmasq(proc, o);
    await server.open();
    if (o.foreground) return await server.serve();
    server.close();
    return server.background();
  } catch (e) {
    if (!(e instanceof DnsmasqExit)) throw e;
    if (e.status === 0) proc.out(e.words);
    else proc.err(e.words);
    return e.status;
  }
};
