/** The `netstat` command of net-tools 2.10. @see netstat(8) */
import { formatIpv4, formatIpv6 } from '../../../lib/address.ts';
import { IFF_UP } from '../../../uapi/if.ts';
import { AF_INET, AF_INET6, AF_UNIX } from '../../../uapi/socket.ts';
import type { Process, Program } from '../../process/types.ts';
import { getopt, type LongOption } from '../getopt.ts';
import { FAMILIES } from './hw.ts';
import { Interfaces, longText, shortText } from './interface.ts';
import { column, readLines } from './io.ts';
import { host6Name, hostName, plainHex, procIpv4 } from './resolve.ts';
import { addFamilies, showRoutes } from './route.ts';
import { type Kinds, showStatistics } from './statistics.ts';
import { SocketList, socketOwners } from './sockets.ts';
import { NETSTAT_USAGE, ROUTE_FAMILIES, VERSION } from './usage.ts';

const LONG: readonly LongOption[] = [
  { name: 'af', arg: 'required', val: 'A' },
  { name: 'tcp', val: 't' },
  { name: 'sctp', val: 'S' },
  { name: 'udp', val: 'u' },
  { name: 'udplite', val: 'U' },
  { name: 'raw', val: 'w' },
  { name: 'unix', val: 'x' },
  { name: 'listening', val: 'l' },
  { name: 'all', val: 'a' },
  { name: 'timers', val: 'o' },
  { name: 'continuous', val: 'c' },
  { name: 'extend', val: 'e' },
  { name: 'programs', val: 'p' },
  { name: 'verbose', val: 'v' },
  { name: 'statistics', val: 's' },
  { name: 'wide', val: 'W' },
  { name: 'numeric', val: 'n' },
  { name: 'numeric-hosts', val: '!h' },
  { name: 'numeric-ports', val: '!p' },
  { name: 'numeric-users', val: '!u' },
  { name: 'symbolic', val: 'N' },
  { name: 'cache', val: 'C' },
  { name: 'fib', val: 'F' },
  { name: 'interfaces', val: 'i' },
  { name: 'help', val: 'h' },
  { name: 'route', val: 'r' },
  { name: 'groups', val: 'g' },
  { name: 'masquerade', val: 'M' },
  { name: 'context', val: 'Z' },
  { name: 'version', val: 'V' },
  ...[...FAMILIES.keys()].filter((name) => name !== 'unix').map((name) => ({ name, val: `=${name}` })),
];
const SHORT = 'A:CFMacdeghilnNoprsStuUvVWw2fx64?Z';

const CREDITS =
  'Fred Baumgarten, Alan Cox, Bernd Eckenfels, Phil Blundell, Tuan Hoang, Brian Micek and others\n' +
  '+NEW_ADDRT +RTF_IRTT +RTF_REJECT +FW_MASQUERADE +I18N +SELINUX\nAF: (inet) +UNIX +INET +INET6 +IPX +AX25 +NETROM +X25 +ATALK +ECONET +ROSE -BLUETOOTH\n' +
  'HW:  +ETHER +ARC +SLIP +PPP +TUNNEL -TR +AX25 +NETROM +X25 +FR +ROSE +ASH +SIT +FDDI +HIPPI +HDLC/LAPB +EUI64 \n';
const NO_BLUETOOTH =
  "netstat: feature `AF BLUETOOTH' not supported.\nPlease recompile `net-tools' with newer kernel source or full configuration.\n";
const SECOND = 1e9;

/** Letters given, by how often. */
type Given = ReadonlyMap<string, number>;

class Netstat {
  readonly proc: Process;
  readonly given: Given;
  readonly families: readonly number[];

  constructor(proc: Process, given: Given, families: readonly number[]) {
    this.proc = proc;
    this.given = given;
    this.families = families;
  }

  count(letter: string): number {
    return this.given.get(letter) ?? 0;
  }

  has(...letters: readonly string[]): boolean {
    return letters.some((l) => this.count(l) > 0);
  }

  routes(): number {
    const e = this.count('e');
    const cache = this.has('C');
    return showRoutes(this.proc, this.families, {
      columns: e === 0 ? 'mss' : e === 1 ? 'metric' : 'all',
      numeric: this.has('n'),
      fib: this.has('F') || !cache,
      cache,
    });
  }

  /** @param first with the headline */
  interfaces(first: boolean): number {
    const { proc } = this;
    const long = this.has('e');
    if (first) proc.out('Kernel Interface table\n');
    if (!long) proc.out('Iface             MTU    RX-OK RX-ERR RX-DRP RX-OVR    TX-OK TX-ERR TX-DRP TX-OVR Flg\n');
    const ifs = new Interfaces(proc);
    for (const name of ifs.names()) {
      const i = ifs.fetch(name);
      if (i !== null && (this.has('a') || (i.flags & IFF_UP) !== 0)) proc.out(long ? longText(proc, i) : shortText(i));
    }
    ifs.socket.close();
    return 0;
  }

  /** Memberships. @see igmp_do_one */
  groups(): number {
    const { proc } = this;
    proc.out(
      'IPv6/IPv4 Group Memberships\nInterface       RefCnt Group\n--------------- ------ ---------------------\n',
    );
    const numeric = this.has('n');
    const row = (dev: string, users: string, group: string): void =>
      proc.out(`${column(dev, 15)} ${users.padEnd(6)} ${group}\n`);
    const both = this.families.length === 0;
    let dev = '';
    if (both || this.families.includes(AF_INET)) {
      for (const line of (readLines(proc, '/proc/net/igmp') ?? []).slice(1)) {
        const f = line.trim().split(/\s+/);
        if (/^\d/.test(line)) dev = f[1]!;
        else {
          const group = procIpv4(f[0]!);
          row(dev, f[1]!, numeric ? formatIpv4(group) : hostName(proc, group, false));
        }
      }
    }
    if (both || this.families.includes(AF_INET6)) {
      for (const line of readLines(proc, '/proc/net/igmp6') ?? []) {
        const [, name = '', group = '', users = ''] = line.trim().split(/\s+/);
        const bytes = plainHex(group);
        row(name, users, numeric ? formatIpv6(bytes) : host6Name(proc, bytes, false));
      }
    }
    return 0;
  }

  statistics(): number {
    const kinds: Set<'raw' | 'tcp' | 'udp'> = new Set();
    if (this.has('t')) kinds.add('tcp');
    if (this.has('u')) kinds.add('udp');
    if (this.has('w')) kinds.add('raw');
    const asked: Kinds = kinds;
    return showStatistics(this.proc, asked, this.families.includes(AF_INET6));
  }

  #which(): string {
    return this.has('a') ? '(servers and established)' : this.has('l') ? '(only servers)' : '(w/o servers)';
  }

  sockets(): number {
    const { proc, families } = this;
    const protocols = ['t', 'S', 'u', 'U', 'w'].filter((l) => this.has(l));
    const inet = protocols.length > 0 || families.includes(AF_INET) || families.includes(AF_INET6);
    const unix = this.has('x') || families.includes(AF_UNIX);
    const none = !inet && !unix;
    if (protocols.includes('S') && protocols.length > 0) {
      proc.err("netstat: no support for `AF INET (sctp)' on this system.\n");
    }
    const numeric = this.has('n');
    const list = new SocketList(
      proc,
      {
        hostsNumeric: numeric || this.has('!h'),
        portsNumeric: numeric || this.has('!p'),
        usersNumeric: numeric || this.has('!u'),
        all: this.has('a'),
        listening: this.has('l'),
        wide: this.has('W'),
        extended: this.count('e'),
        programs: this.has('p'),
        timers: this.has('o'),
        verbose: this.has('v'),
      },
      this.has('p') ? socketOwners(proc) : new Map(),
    );
    const program = this.has('p') ? ' PID/Program name    ' : '';
    if (inet || none) {
      proc.out(`Active Internet connections ${this.#which()}\n`);
      proc.out('Proto Recv-Q Send-Q Local Address           Foreign Address         State      ');
      proc.out(`${this.has('e') ? ' User       Inode     ' : ''}${program}${this.has('o') ? ' Timer' : ''}\n`);
      this.#inet(list, protocols);
      if (protocols.includes('S')) return 1;
    }
    if (unix || none) {
      proc.out(`Active UNIX domain sockets ${this.#which()}\n`);
      proc.out(
        `Proto RefCnt Flags       Type       State         I-Node   ${this.has('p') ? 'PID/Program name     ' : ''}Path\n`,
      );
      list.unix('/proc/net/unix');
    }
    return 0;
  }

  #inet(list: SocketList, protocols: readonly string[]): void {
    const four = this.families.includes(AF_INET) || !this.families.includes(AF_INET6);
    const six = this.families.includes(AF_INET6) || !this.families.includes(AF_INET);
    const tables = [
      ['t', 'tcp', 'tcp'],
      ['u', 'udp', 'udp'],
      ['U', 'udplite', 'udp'],
      ['w', 'raw', 'raw'],
    ] as const;
    for (const [letter, name, service] of tables) {
      if (protocols.length > 0 && !protocols.includes(letter)) continue;
      const short = name === 'udplite' ? 'udpl' : name;
      if (four) list.inet(`/proc/net/${name}`, short, service);
      if (six) list.inet(`/proc/net/${name}6`, `${short}6`, service);
    }
  }

  usage(): number {
    this.proc.err(NETSTAT_USAGE + ROUTE_FAMILIES);
    return 3;
  }

  /** Shows what was asked for, once. */
  once(first: boolean): number {
    if (this.has('r')) return this.routes();
    if (this.has('i')) return this.interfaces(first);
    if (this.has('g')) return this.groups();
    if (this.has('s')) return this.statistics();
    return this.sockets();
  }
}

export const netstatMain: Program = async (proc) => {
  const given = new Map<string, number>();
  const families: number[] = [];
  const { options } = getopt(proc.argv[0] ?? 'netstat', proc.argv.slice(1), SHORT, LONG);
  const run = new Netstat(proc, given, families);
  const fail = (words: string): number => {
    proc.err(words);
    return 1;
  };
  for (const { opt, arg, error } of options) {
    if (error !== '') {
      proc.err(`${error}\n`);
      return run.usage();
    }
    const family =
      opt === '4' ? 'inet' : opt === '6' ? 'inet6' : opt === 'A' ? arg! : opt.startsWith('=') ? opt.slice(1) : '';
    if (family !== '') {
      const words = addFamilies(families, family);
      if (words !== '') return fail(words);
    } else if (opt === '2' || opt === 'f') return fail(NO_BLUETOOTH);
    else if (opt === 'Z') return fail('SELinux is not enabled on this machine.\n');
    else if (opt === 'V') {
      proc.out(VERSION + CREDITS);
      return 0;
    } else if (opt === 'h' || opt === '?') {
      proc.out(NETSTAT_USAGE);
      proc.err(ROUTE_FAMILIES);
      return 0;
    } else given.set(opt, (given.get(opt) ?? 0) + 1);
  }
  const odd = families.find((f) => f !== AF_INET && f !== AF_INET6 && f !== AF_UNIX);
  const modes = ['r', 'i', 'g', 's', 'M'].filter((l) => given.has(l));
  if (modes.length > 1) return run.usage();
  if (odd !== undefined && !given.has('r')) {
    const name = [...FAMILIES].find(([, f]) => f === odd)![0];
    return fail(`netstat: no support for \`AF ${name.toUpperCase()}' on this system.\n`);
  }
  if (given.has('M')) return fail("netstat: no support for `ip_masquerade' on this system.\n");
  for (let first = true; ; first = false) {
    const status = run.once(first);
    await proc.flush();
    // Counters are shown once, whatever is said.
    if (!given.has('c') || given.has('s') || status !== 0) return status;
    await proc.nanosleep(SECOND);
  }
};
