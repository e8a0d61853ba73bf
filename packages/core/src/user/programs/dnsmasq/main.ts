/** The `dnsmasq` command, 2.90: DNS and DHCP for a lab. @see dnsmasq(8) */
import { formatIpv4, ipv4Prefix } from '../../../lib/address.ts';
import { openNetlink } from '../../../netlink/index.ts';
import { type SockAddr, type Socket, SystemError } from '../../../syscall/index.ts';
import { EAGAIN, EINTR } from '../../../uapi/errno.ts';
import { SIGINT, SIGTERM } from '../../../uapi/signal.ts';
import * as so from '../../../uapi/socket.ts';
import {
  addressOfReverse,
  dnsRcode,
  dnsRcodeName,
  dnsTypeName,
  emitDns,
  NOERROR,
  NXDOMAIN,
  parseDns,
  rdataText,
  T_A,
  T_AAAA,
  T_PTR,
} from '../../../wire/dns.ts';
import type { Process, Program } from '../../process/types.ts';
import { parseHosts } from '../netdb/hosts.ts';
import { getifaddrs } from '../netdb/interfaces.ts';
import { readResolvConf, serverAddress, serverText } from '../netdb/resolver.ts';
import type { DhcpPool, DhcpServer, Lent } from './dhcp-server.ts';
import { dnsId, DnsServer, type HostSource } from './dns-server.ts';
import { loadLeases, saveLeases } from './lease-file.ts';
import { Lending } from './lending.ts';
import { DnsmasqExit, type DnsmasqOptions, parseOptions } from './options.ts';

/** A question handed on, until somebody answers. */
interface Forwarded {
  readonly socket: Socket;
  readonly from: SockAddr;
  readonly back: Socket;
  readonly id: number;
  readonly until: number;
}

const FORWARD_NS = 10e9;
/** What the log says that it was built with. */
const COMPILED =
  'IPv6 GNU-getopt DBus no-UBus i18n IDN2 DHCP DHCPv6 no-Lua TFTP conntrack ipset nftset auth cryptohash DNSSEC loop-detect inotify dumpfile';

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
  readonly #files: readonly HostSource[];
  readonly #dhcp: Lending[] = [];
  /** Lines of the log about how it starts. */
  readonly #started: string[] = [];
  #stopped = '';

  constructor(proc: Process, o: DnsmasqOptions) {
    this.#proc = proc;
    this.#o = o;
    const files: HostSource[] = [];
    for (const source of [...(o.noHosts ? [] : ['/etc/hosts']), ...o.hostsFiles]) {
      try {
        files.push({ source, entries: parseHosts(proc.fs.readText(source)) });
      } catch (e) {
        if (!(e instanceof SystemError)) throw e;
        this.#started.push(`: failed to load names from ${source}: ${e.strerror}`);
      }
    }
    this.#files = files;
    const log = (text: string): void => {
      if (o.logQueries) this.#log(`: ${text}`);
    };
    this.#names = new DnsServer(o, () => [...files, ...this.#lentNames()], log);
    const own = (a: number | Uint8Array): boolean => a === 0x7f000001;
    this.#upstream =
      o.servers.length > 0 ? o.servers : o.noResolv ? [] : readResolvConf(proc).servers.filter((a) => !own(a));
  }

  /** Who has an address from here, by the name it gave itself. */
  #lentNames(): readonly HostSource[] {
    const now = this.#proc.task.now();
    const { domain } = this.#o;
    const entries = this.#servers()
      .flatMap((s) => [...s.lent.values()])
      .filter((l) => l.name !== '' && l.expires > now)
      .map(({ name, address }) =>
        domain === '' ? { address, name, aliases: [] } : { address, name: `${name}.${domain}`, aliases: [name] },
      );
    return entries.length === 0 ? [] : [{ source: 'DHCP', entries }];
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
    if (this.#o.ranges.length === 0) return;
    const known = this.#leases();
    for (const range of this.#o.ranges) {
      const words = `${formatIpv4(range.from)} -- ${formatIpv4(range.to)}, lease time ${range.lease}`;
      this.#started.push(`-dhcp: DHCP, IP range ${words}`);
    }
    for (const range of this.#o.ranges) await this.#lend(range, known, all);
  }

  /** The leases of an earlier life. @throws DnsmasqExit */
  #leases(): ReadonlyMap<string, Lent> {
    const { leaseFile } = this.#o;
    try {
      return loadLeases(this.#proc, leaseFile);
    } catch (e) {
      if (!(e instanceof SystemError)) throw e;
      throw new DnsmasqExit(3, `\ndnsmasq: cannot open or create lease file ${leaseFile}: ${e.strerror}\n`);
    }
  }

  #servers(): DhcpServer[] {
    return this.#dhcp.map((d) => d.server);
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
    { from, to, prefixlen, leaseS }: DnsmasqOptions['ranges'][number],
    known: ReadonlyMap<string, Lent>,
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
        const pool: DhcpPool = {
          server: own,
          prefixlen: prefixlen ?? a.prefixlen,
          from,
          to,
          router: own,
          nameservers: this.#o.port === 0 ? [] : [own],
          domain: this.#o.domain,
          leaseTime: leaseS,
          hosts: new Map(this.#o.hosts.map((h) => [h.mac, h])),
          options: this.#o.dhcpOptions,
          start: (mac) => startOf(mac, from, to),
          onChange: () => saveLeases(this.#proc, this.#o.leaseFile, this.#servers()),
        };
        const device = { name: local!.name, index: a.index };
        const lending = new Lending(this.#proc, device, pool, (text) => this.#log(text));
        for (const [mac, lent] of known) {
          if (lent.address >= from && lent.address <= to) lending.server.restore(mac, lent);
        }
        this.#dhcp.push(lending);
        this.#started.push(`-dhcp: DHCP, sockets bound exclusively to interface ${device.name}`);
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
    this.#log(`: compile time options: ${COMPILED}`);
    if (this.#o.port !== 0 && this.#upstream.length === 0) this.#log(': warning: no upstream servers configured');
    for (const text of this.#started) this.#log(text);
    if (this.#o.port !== 0) {
      const alone = [
        ...this.#o.local,
        ...this.#o.addresses.filter((a) => a.addresses.length === 0).map((a) => a.domain),
      ];
      for (const domain of alone) this.#log(`: using only locally-known addresses for ${domain}`);
      for (const server of this.#upstream) this.#log(`: using nameserver ${serverText(server)}#53`);
      for (const { source, entries } of this.#files) {
        const names = entries.reduce((sum, e) => sum + 1 + e.aliases.length, 0);
        this.#log(`: read ${source} - ${names} names`);
      }
    }
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
      if (dhcp !== undefined) await dhcp.take(data);
      else if (forwarded !== undefined) {
        if (dnsId(data) !== forwarded.id) return;
        this.#replied(data);
        forwarded.back.sendmsg(data, { to: forwarded.from });
        this.#drop(forwarded);
      } else this.#question(socket, data, from);
    } catch (e) {
      if (!(e instanceof SystemError)) throw e;
      if (forwarded !== undefined && e.errno !== -EAGAIN) this.#drop(forwarded);
    }
  }

  /** What another server said, in the log. */
  #replied(data: Uint8Array): void {
    const m = this.#o.logQueries ? parseDns(data) : null;
    const [q] = m?.question ?? [];
    if (m === null || q === undefined) return;
    const plain = (name: string): string => name.replace(/\.$/, '');
    const name = addressOfReverse(q.name);
    const asked = name === null ? plain(q.name) : serverText(name);
    for (const r of m.answer) {
      const text = rdataText(r.type, r.data);
      if (r.type === T_PTR) this.#log(`: reply ${asked} is ${plain(text)}`);
      else if (r.type === T_A || r.type === T_AAAA) this.#log(`: reply ${plain(r.name)} is ${text}`);
      else this.#log(`: reply ${plain(r.name)} is <${dnsTypeName(r.type)}>`);
    }
    if (m.answer.length > 0) return;
    const rcode = dnsRcode(m);
    const words = rcode === NOERROR ? 'NODATA' : rcode === NXDOMAIN ? 'NXDOMAIN' : null;
    this.#log(words === null ? `: reply error is ${dnsRcodeName(rcode)}` : `: reply ${asked} is ${words}`);
  }

  #question(socket: Socket, data: Uint8Array, from: SockAddr): void {
    const query = parseDns(data);
    if (query === null) return;
    const [server] = this.#upstream;
    const answer = this.#names.answer(
      query,
      server !== undefined,
      from.family === so.AF_INET || from.family === so.AF_INET6 ? from.address : 0,
    );
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
    if (this.#o.logQueries) {
      this.#log(`: forwarded ${query.question[0]!.name.replace(/\.$/, '')} to ${serverText(server)}`);
    }
    this.#forwarded.push({ socket: out, from, back: socket, id: query.id, until: this.#proc.task.now() + FORWARD_NS });
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
