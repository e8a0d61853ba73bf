/** The `ss` command of iproute2 6.1. @see ss(8), misc/ss.c */
import { ipv4Bytes } from '../../../lib/address.ts';
import { SystemError } from '../../../syscall/index.ts';
import { AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, AF_UNIX, SOCK_DGRAM, SOCK_RAW } from '../../../uapi/socket.ts';
import { IPPROTO_RAW, IPPROTO_UDP } from '../../../uapi/in.ts';
import type { Process, Program } from '../../process/types.ts';
import { getopt, type LongOption } from '../getopt.ts';
import { netnsSwitch } from '../ip/netns.ts';
import { getaddrinfo } from '../netdb/getaddrinfo.ts';
import { ifNameToIndex } from '../netdb/interfaces.ts';
import { type Column, renderTable } from './columns.ts';
import { FilterError, type Names, parseFilter } from './filter.ts';
import { socketUsers } from './owners.ts';
import { inetFamilies, Shower } from './show.ts';
import { scanState, SS_ALL, SS_CLOSE, SS_CONN, SS_ESTABLISHED, SS_LISTEN } from './states.ts';
import { summary } from './summary.ts';
import { USAGE } from './usage.ts';

const LONG: readonly LongOption[] = [
  { name: 'numeric', val: 'n' },
  { name: 'resolve', val: 'r' },
  { name: 'options', val: 'o' },
  { name: 'extended', val: 'e' },
  { name: 'memory', val: 'm' },
  { name: 'info', val: 'i' },
  { name: 'processes', val: 'p' },
  { name: 'threads', val: 'T' },
  { name: 'bpf', val: 'b' },
  { name: 'events', val: 'E' },
  { name: 'dccp', val: 'd' },
  { name: 'tcp', val: 't' },
  { name: 'sctp', val: 'S' },
  { name: 'udp', val: 'u' },
  { name: 'raw', val: 'w' },
  { name: 'unix', val: 'x' },
  { name: 'tipc', val: '--tipc' },
  { name: 'vsock', val: '--vsock' },
  { name: 'all', val: 'a' },
  { name: 'listening', val: 'l' },
  { name: 'ipv4', val: '4' },
  { name: 'ipv6', val: '6' },
  { name: 'packet', val: '0' },
  { name: 'family', arg: 'required', val: 'f' },
  { name: 'socket', arg: 'required', val: 'A' },
  { name: 'query', arg: 'required', val: 'A' },
  { name: 'summary', val: 's' },
  { name: 'diag', arg: 'required', val: 'D' },
  { name: 'filter', arg: 'required', val: 'F' },
  { name: 'version', val: 'V' },
  { name: 'help', val: 'h' },
  { name: 'context', val: 'Z' },
  { name: 'contexts', val: 'z' },
  { name: 'net', arg: 'required', val: 'N' },
  { name: 'tipcinfo', val: '--tipcinfo' },
  { name: 'tos', val: '--tos' },
  { name: 'cgroup', val: '--cgroup' },
  { name: 'kill', val: 'K' },
  { name: 'no-header', val: 'H' },
  { name: 'xdp', val: '--xdp' },
  { name: 'mptcp', val: 'M' },
  { name: 'oneline', val: 'O' },
  { name: 'inet-sockopt', val: '--inet-sockopt' },
];

/** Tables of sockets, in the order of ss's numbers. */
const DBS = [
  'tcp',
  'dccp',
  'udp',
  'raw',
  'unix_dgram',
  'unix_stream',
  'unix_seqpacket',
  'packet_dgram',
  'packet_raw',
  'netlink',
  'sctp',
  'vsock_stream',
  'vsock_dgram',
  'tipc',
  'xdp',
  'mptcp',
] as const;
type Db = (typeof DBS)[number];

const INET: readonly Db[] = ['udp', 'dccp', 'tcp', 'mptcp', 'sctp', 'raw'];
const UNIX: readonly Db[] = ['unix_dgram', 'unix_stream', 'unix_seqpacket'];
const PACKET: readonly Db[] = ['packet_dgram', 'packet_raw'];
const VSOCK: readonly Db[] = ['vsock_stream', 'vsock_dgram'];
const AF_VSOCK = 40;
const AF_TIPC = 30;
const AF_XDP = 44;

/** What a family brings along. */
const FAMILIES: readonly { readonly family: number; readonly dbs: readonly Db[]; readonly states: number }[] = [
  { family: AF_INET, dbs: INET, states: SS_CONN },
  { family: AF_INET6, dbs: INET, states: SS_CONN },
  { family: AF_UNIX, dbs: UNIX, states: SS_CONN },
  { family: AF_PACKET, dbs: PACKET, states: 1 << SS_CLOSE },
  { family: AF_NETLINK, dbs: ['netlink'], states: 1 << SS_CLOSE },
  { family: AF_VSOCK, dbs: VSOCK, states: SS_CONN },
  { family: AF_TIPC, dbs: ['tipc'], states: 1 << SS_CLOSE },
  { family: AF_XDP, dbs: ['xdp'], states: 1 << SS_CLOSE },
];

/** The states a table shows of its own. */
function statesOf(db: Db): number {
  if (db === 'udp' || db === 'raw') return 1 << SS_ESTABLISHED;
  if (['unix_dgram', 'packet_dgram', 'packet_raw', 'netlink', 'vsock_dgram', 'tipc', 'xdp'].includes(db))
    return 1 << SS_CLOSE;
  return SS_CONN;
}

/** Words of `-A` that stand for several tables, or are others' names. */
const QUERIES: ReadonlyMap<string, readonly Db[]> = new Map<string, readonly Db[]>([
  ['all', DBS],
  ['inet', INET],
  ['unix', UNIX],
  ['unix_dgram', ['unix_dgram']],
  ['u_dgr', ['unix_dgram']],
  ['u_str', ['unix_stream']],
  ['u_seq', ['unix_seqpacket']],
  ['packet', PACKET],
  ['p_raw', ['packet_raw']],
  ['p_dgr', ['packet_dgram']],
  ['vsock', VSOCK],
  ...DBS.map((db): readonly [string, readonly Db[]] => [db, [db]]),
]);
const FAMILY_WORDS: ReadonlyMap<string, number> = new Map([
  ['inet', AF_INET],
  ['inet6', AF_INET6],
  ['link', AF_PACKET],
  ['unix', AF_UNIX],
  ['netlink', AF_NETLINK],
  ['tipc', AF_TIPC],
  ['vsock', AF_VSOCK],
  ['xdp', AF_XDP],
]);

/** Ends the program with words on standard error, the usage text after them if need be. */
class Stop extends Error {
  readonly status: number;
  readonly words: string;
  constructor(status: number, words: string) {
    super(words);
    this.status = status;
    this.words = words;
  }
}

class Ss {
  readonly proc: Process;
  readonly dbs: Set<Db> = new Set();
  readonly families: Set<number> = new Set();
  /** States that tables and families brought along. */
  states = 0;
  /** States asked for. */
  wanted = 0;
  /** Nothing was said about tables. */
  plain = true;
  preferred = 0;
  readonly given: Set<string> = new Set();
  filterFile: string | null = null;

  constructor(proc: Process) {
    this.proc = proc;
  }

  addDb(...dbs: readonly Db[]): void {
    for (const db of dbs) {
      this.dbs.add(db);
      this.states |= statesOf(db);
    }
    this.plain = false;
  }

  addFamily(family: number): void {
    this.families.add(family);
    this.states |= FAMILIES.find((f) => f.family === family)!.states;
    this.plain = false;
    this.preferred = family;
  }

  /** `-A`. */
  query(list: string): void {
    for (const word of list.split(',')) {
      const without = word.startsWith('!');
      const dbs = QUERIES.get(without ? word.slice(1) : word);
      if (dbs === undefined) throw new Stop(255, `ss: "${word}" is illegal socket table id\n${USAGE}`);
      if (without) for (const db of dbs) this.dbs.delete(db);
      else this.addDb(...dbs);
      this.plain = false;
    }
  }

  #setStates(states: number): void {
    if (states !== 0) this.states = states;
  }

  /** Fills in what tables and families bring along. @see filter_merge_defaults */
  merge(): void {
    if (this.plain) {
      for (const db of DBS) this.dbs.add(db);
      for (const f of FAMILIES) this.families.add(f.family);
      this.states = this.wanted === 0 ? SS_CONN : this.wanted;
    }
    this.#setStates(this.wanted);
    for (const db of this.dbs) {
      const own = FAMILIES.filter((f) => f.dbs.includes(db)).map((f) => f.family);
      if (!own.some((f) => this.families.has(f))) for (const f of own) this.families.add(f);
    }
    for (const { family, dbs } of FAMILIES)
      if (this.families.has(family) && !dbs.some((db) => this.dbs.has(db))) for (const db of dbs) this.dbs.add(db);
  }

  /** Leading words `state X` and `exclude X`. @returns what is left */
  readStates(operands: readonly string[]): string[] {
    const rest = operands.slice();
    let saw = false;
    while (rest[0] === 'state' || rest[0] === 'exclude' || rest[0] === 'excl') {
      const out = rest.shift() !== 'state';
      const word = rest.shift();
      if (word === undefined) throw new Stop(255, 'Command line is not complete. Try option "help"\n');
      if (!saw) this.wanted = out ? SS_ALL : 0;
      saw = true;
      const bits = scanState(word);
      if (bits === null) throw new Stop(255, `ss: wrong state name: ${word}\n`);
      this.wanted = out ? this.wanted & ~bits : this.wanted | bits;
      if (this.wanted === 0) throw new Stop(0, 'ss: no socket states to show with such filter.\n');
    }
    return rest;
  }

  names(): Names {
    const { proc } = this;
    return {
      service: (name) => {
        let text = '';
        try {
          text = proc.fs.readText('/etc/services');
        } catch (e) {
          if (!(e instanceof SystemError)) throw e;
        }
        const udp = this.dbs.size === 1 && this.dbs.has('udp');
        for (const line of text.split('\n')) {
          const [first, at, ...aliases] = line.replace(/#.*$/, '').split(/\s+/);
          if (first !== name && !aliases.includes(name)) continue;
          const [port, protocol] = (at ?? '').split('/');
          if (protocol === (udp ? 'udp' : 'tcp')) return Number(port);
        }
        return null;
      },
      host: async (name, family) => {
        const found = await getaddrinfo(proc, name, family);
        const first = typeof found === 'number' ? undefined : found[0];
        if (first === undefined) return null;
        return first.family === AF_INET ? ipv4Bytes(first.address) : first.address;
      },
      device: (name) => ifNameToIndex(proc, name),
    };
  }

  hidden(): Set<Column> {
    const hidden = new Set<Column>();
    if (this.dbs.size === 1) hidden.add('netid');
    if ((this.states & (this.states - 1)) === 0) hidden.add('state');
    return hidden;
  }

  async show(text: string): Promise<void> {
    const { proc, given } = this;
    const has = (o: string): boolean => given.has(o);
    const condition = await parseFilter(text, this.names(), this.preferred === AF_INET6 ? AF_INET6 : AF_INET);
    const shower = new Shower(proc, {
      services: !has('n'),
      hosts: has('r'),
      details: has('e'),
      memory: has('m'),
      info: has('i'),
      tos: has('--tos'),
      oneline: has('O'),
      users: has('p') || has('T') ? socketUsers(proc, has('T')) : null,
      states: this.states,
      condition,
    });
    const inet = inetFamilies(this.families);
    if (this.dbs.has('netlink') && this.families.has(AF_NETLINK)) await shower.netlink();
    const types = [
      ...(this.dbs.has('packet_raw') ? [SOCK_RAW] : []),
      ...(this.dbs.has('packet_dgram') ? [SOCK_DGRAM] : []),
    ];
    if (types.length > 0 && this.families.has(AF_PACKET)) await shower.packet(types);
    if (inet.length > 0) {
      if (this.dbs.has('raw')) await shower.inet(IPPROTO_RAW, inet);
      if (this.dbs.has('udp')) await shower.inet(IPPROTO_UDP, inet);
      if (this.dbs.has('tcp')) await shower.inet(6, inet);
      if (this.dbs.has('dccp')) await shower.inet(33, inet.slice(0, 1));
      if (this.dbs.has('sctp')) await shower.inet(132, inet);
    }
    proc.out(renderTable(shower.rows, this.hidden(), !has('H')));
  }

  /** Reads an option that is known and has an effect. */
  option(opt: string, arg: string | null): void {
    switch (opt) {
      case 't':
        return this.addDb('tcp');
      case 'M':
        return this.addDb('mptcp');
      case 'S':
        return this.addDb('sctp');
      case 'd':
        return this.addDb('dccp');
      case 'u':
        return this.addDb('udp');
      case 'w':
        return this.addDb('raw');
      case 'x':
        return this.addFamily(AF_UNIX);
      case '0':
        return this.addFamily(AF_PACKET);
      case '--vsock':
        return this.addFamily(AF_VSOCK);
      case '--tipc':
        return this.addFamily(AF_TIPC);
      case '--xdp':
        return this.addFamily(AF_XDP);
      case '4':
        return this.addFamily(AF_INET);
      case '6':
        return this.addFamily(AF_INET6);
      case 'a':
        this.wanted = SS_ALL;
        break;
      case 'l':
        this.wanted = (1 << SS_LISTEN) | (1 << SS_CLOSE);
        break;
      case 'A':
        return this.query(arg!);
      case 'F':
        if (this.filterFile !== null) throw new Stop(255, 'More than one filter file\n');
        this.filterFile = arg!;
        break;
      case 'f': {
        const family = FAMILY_WORDS.get(arg!);
        if (family === undefined) throw new Stop(255, `ss: "${arg}" is invalid family\n${USAGE}`);
        return this.addFamily(family);
      }
      case 'Z':
      case 'z':
        throw new Stop(1, 'ss: SELinux is not enabled.\n');
      case 'K':
      case 'E':
      case 'D':
      case 'b':
      case '--cgroup':
      case '--tipcinfo':
      case '--inet-sockopt':
        throw new Stop(255, `warren: ss: option ${opt.startsWith('-') ? opt : `-${opt}`} is not supported yet\n`);
      default:
        this.given.add(opt);
    }
  }
}

/** The expression: what is left of the command line, then the filter file. */
function filterText(proc: Process, operands: readonly string[], file: string | null): string {
  if (file === null || operands.length > 0) return operands.join(' ');
  try {
    return proc.fs.readText(file);
  } catch (e) {
    if (e instanceof SystemError) throw new Stop(255, `fopen filter file: ${e.strerror}\n`);
    throw e;
  }
}

async function run(proc: Process): Promise<number> {
  const ss = new Ss(proc);
  const parsed = getopt(proc.argv[0] ?? 'ss', proc.argv.slice(1), 'dhalBetuowxnro460spTbEf:mMiA:D:F:vVzZN:KHSO', LONG);
  for (const { opt, arg, error } of parsed.options) {
    if (error !== '') throw new Stop(255, `${error}\n${USAGE}`);
    if (opt === 'V' || opt === 'v') {
      proc.out('ss utility, iproute2-6.1.0\n');
      return 0;
    }
    if (opt === 'h' || opt === '?' || (opt === 'f' && arg === 'help')) {
      proc.out(USAGE);
      return 0;
    }
    if (opt === 'N') {
      if (!(await netnsSwitch(proc, arg!))) return 1;
    } else ss.option(opt, arg);
  }
  if (ss.filterFile !== null) filterText(proc, [], ss.filterFile);
  if (ss.given.has('s')) {
    proc.out(summary(proc));
    if (ss.plain && parsed.operands.length === 0) return 0;
  }
  const rest = ss.readStates(parsed.operands);
  ss.merge();
  if (ss.dbs.size === 0) throw new Stop(0, 'ss: no socket tables to show with such filter.\n');
  await ss.show(filterText(proc, rest, ss.filterFile));
  return 0;
}

export const ssMain: Program = async (proc) => {
  try {
    return await run(proc);
  } catch (e) {
    if (e instanceof Stop) {
      proc.err(e.words);
      return e.status;
    }
    if (!(e instanceof FilterError)) throw e;
    proc.err(e.words + (e.usage ? USAGE : ''));
    return e.status;
  }
};
